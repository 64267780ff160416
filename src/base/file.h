/* file.h - whole small files in memory, and files that appear complete or not at all */
#ifndef VAHO_BASE_FILE_H
#define VAHO_BASE_FILE_H

#include <stddef.h>

#include "vaho/status.h"

/*
 * Reads the whole file into *out (NUL after the last byte, not counted;
 * release with free()).  VAHO_NOT_FOUND, VAHO_BAD_INPUT (larger than max_nbytes,
 * a directory, or a read failed), VAHO_NO_MEMORY.
 */
enum vaho_status vaho_file_read(char **out, size_t *out_nbytes, const char *path, size_t max_nbytes,
                                struct vaho_error *error);

/* Writes beside 'path', flushes to disk and renames: the file is whole or the old one. */
enum vaho_status vaho_file_write(const char *path, const void *data, size_t nbytes,
                                 struct vaho_error *error);

/* The SHA-256 of a file as 64 hexadecimal digits and a NUL. */
enum vaho_status vaho_file_sha256(char out[65], const char *path, struct vaho_error *error);

#endif
