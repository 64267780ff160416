/*
 * made_cube.h - small ENVI cubes written by the tests
 *
 * The files are DIR/cube.raw and DIR/cube.raw.hdr in a fresh directory, which
 * made_cube_remove() deletes with what is in it.
 */
#ifndef VAHO_TESTS_MADE_CUBE_H
#define VAHO_TESTS_MADE_CUBE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "vaho/source.h"

struct made_cube {
    char dir[64], data[96], header[96];
};

static inline void made_cube_new(struct made_cube *cube, const void *data, size_t nbytes,
                                 const char *format, ...) __attribute__((format(printf, 4, 5)));

static inline void made_cube_new(struct made_cube *cube, const void *data, size_t nbytes,
                                 const char *format, ...)
{
    char text[8192];
    va_list arguments;

    strcpy(cube->dir, "/tmp/vaho-test-XXXXXX");
    assert_non_null(mkdtemp(cube->dir));
    snprintf(cube->data, sizeof cube->data, "%s/cube.raw", cube->dir);
    snprintf(cube->header, sizeof cube->header, "%s/cube.raw.hdr", cube->dir);
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_int_equal(vaho_file_write(cube->data, data, nbytes, NULL), VAHO_OK);
    assert_int_equal(vaho_file_write(cube->header, text, strlen(text), NULL), VAHO_OK);
}

static inline void made_cube_remove(const struct made_cube *cube)
{
    unlink(cube->data);
    unlink(cube->header);
    assert_int_equal(rmdir(cube->dir), 0);
}

static inline struct vaho_source *open_cube(const char *path)
{
    struct vaho_source *source;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_source_open(&source, path, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return source;
}

/* Opening must fail so, with 'expected' in the message. */
static inline void assert_not_opened(const char *path, enum vaho_status status,
                                     const char *expected)
{
    struct vaho_source *source;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_source_open(&source, path, &error), status);
    assert_null(source);
    if (strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
}

/* All lines and bands at once. */
static inline struct vaho_block *read_all(const struct vaho_source *source)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    struct vaho_block *block;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_block_new(&block, info->n_lines, info->n_bands, info->n_samples, &error),
                     VAHO_OK);
    if (vaho_source_read(block, source, 0, info->n_lines, NULL, 0, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    return block;
}

#endif
