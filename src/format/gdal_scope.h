/*
 * gdal_scope.h - GDAL as a quiet guest
 *
 * Between enter and leave, on this thread only: GDAL's errors are kept instead
 * of printed, its options are set so that the same input gives the same bytes,
 * numbers are formatted in the C locale, and one file name in memory belongs to
 * the scope.  Leave puts everything back.  The scope must not move in between.
 */
#ifndef VAHO_FORMAT_GDAL_SCOPE_H
#define VAHO_FORMAT_GDAL_SCOPE_H

#include <locale.h>
#include <stddef.h>

#include "vaho/status.h"

enum { VAHO_GDAL_N_OPTIONS = 4 };

struct vaho_gdal_scope {
    char file[64];     /* a name in GDAL's memory file system, unique while in scope */
    char message[512]; /* GDAL's first error, "" if none */
    char *saved[VAHO_GDAL_N_OPTIONS];
    locale_t c_locale, saved_locale;
};

/* 'extension' as in "tif"; 'stamp' (may be NULL) is the time GDAL believes it is. */
enum vaho_status vaho_gdal_enter(struct vaho_gdal_scope *scope, const char *extension,
                                 const char *stamp, struct vaho_error *error);
/* Only after an enter that succeeded.  Deletes the file in memory. */
void vaho_gdal_leave(struct vaho_gdal_scope *scope);

/* A failure to make 'path', with what GDAL said. */
enum vaho_status vaho_gdal_fail(const struct vaho_gdal_scope *scope, const char *path,
                                struct vaho_error *error);

/* The bytes of the scope's file, owned by it; NULL (with *out_nbytes 0) if there are none. */
const unsigned char *vaho_gdal_file(size_t *out_nbytes, const struct vaho_gdal_scope *scope);

#endif
