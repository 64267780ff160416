/*
 * static_files.h - a folder served as it is
 *
 * What is in it is listed once, when the server starts: names outside the list are not looked up
 * at all.  Links and files whose name begins with a dot are left out.  A file that was changed
 * since is not served until the server starts again, so that a tag never lies.
 */
#ifndef VAHO_SERVE_STATIC_FILES_H
#define VAHO_SERVE_STATIC_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "vaho/status.h"

enum { VAHO_STATIC_MAX_FILES = 4096, VAHO_ETAG_NBYTES = 36 };

struct vaho_static_file {
    char *path; /* from the root: "assets/page.js" */
    const char *type;
    size_t nbytes;
    int64_t changed_ns;
    char etag[VAHO_ETAG_NBYTES]; /* with its quotes */
};

struct vaho_static_root {
    int folder; /* descriptor */
    size_t n;
    struct vaho_static_file *file; /* by path */
};

/* VAHO_NOT_FOUND; VAHO_BAD_INPUT: more files than fit, or one cannot be read. */
enum vaho_status vaho_static_open(struct vaho_static_root *out, const char *folder,
                                  struct vaho_error *error);
void vaho_static_close(struct vaho_static_root *root);

/* 'path' without the first slash; NULL: there is none. */
const struct vaho_static_file *vaho_static_find(const struct vaho_static_root *root,
                                                const char *path);
/* A descriptor of the file as it was listed; -1: it was changed, or is gone. */
int vaho_static_file_open(const struct vaho_static_root *root, const struct vaho_static_file *file);

#endif
