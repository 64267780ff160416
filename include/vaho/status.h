/*
 * status.h - how a call ended, and what to tell the person
 *
 * Every function that can fail returns an enum vaho_status and takes a
 * caller-owned struct vaho_error (may be NULL) for the sentence a person
 * reads: what is wrong, where (file, key, line or byte), and what to do.
 * The library never prints, exits or aborts.
 */
#ifndef VAHO_STATUS_H
#define VAHO_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

enum vaho_status {
    VAHO_OK = 0,
    VAHO_FAULT,          /* a bug of ours, or the system failed us */
    VAHO_NO_MEMORY,      /* an allocation failed; nothing is left half-made */
    VAHO_USAGE,          /* the caller asked for something that makes no sense */
    VAHO_BAD_INPUT,      /* the content of a file or stream is broken */
    VAHO_NOT_FOUND,      /* a file or a named thing is not there */
    VAHO_NOT_APPLICABLE, /* well-formed, but not for this function */
    VAHO_SINGULAR,       /* statistics too poor to invert */
    VAHO_REFUSED         /* mandate or permission */
};

#define VAHO_ERROR_NBYTES 1024

struct vaho_error {
    enum vaho_status status;
    char message[VAHO_ERROR_NBYTES]; /* UTF-8, one sentence or two, no newline */
};

/* The name of a status in lower-case words ("bad input"); static storage. */
const char *vaho_status_name(enum vaho_status status);

#ifdef __cplusplus
}
#endif
#endif
