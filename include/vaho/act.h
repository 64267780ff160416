/*
 * act.h - an act of a person: who does something, when, and why
 *
 * Whatever changes a casebook or gives it out is such an act, and is written into the
 * casebook's ledger (docs/ledger.md).
 */
#ifndef VAHO_ACT_H
#define VAHO_ACT_H

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of 'who'. */
enum vaho_act_by {
    VAHO_BY_CLAIM = 0, /* the person said so; nobody looked */
    VAHO_BY_SYSTEM,    /* the operating system's account */
    VAHO_BY_ACCOUNT    /* an account of the casebook, with its password */
};

/* All borrowed. */
struct vaho_act {
    const char *who; /* 1 to 128 bytes of UTF-8, no control characters */
    enum vaho_act_by by;
    const char *at;  /* the time, "2026-04-03T12:00:00Z" */
    const char *why; /* in words; NULL: not said */
};

#ifdef __cplusplus
}
#endif
#endif
