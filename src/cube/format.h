/*
 * format.h - what a file format of cubes must provide, and what source.c gives it
 *
 * A format is one file and one line in the table of source.c.  Its open fills
 * source->info and whatever else of the source it needs; source.c checks the
 * result, guards every read, and frees what the source owns.
 */
#ifndef VAHO_CUBE_FORMAT_H
#define VAHO_CUBE_FORMAT_H

#include <stddef.h>

#include "vaho/source.h"

/* Which bands and lines to read; already checked against the cube and the block. */
struct cube_window {
    size_t first_line, n_lines;
    const size_t *band; /* NULL: all */
    size_t n_bands;
};

struct cube_format {
    const char *name;
    /* 1 when the file may be of this format; 'head' is its first n_head bytes. */
    int (*probe)(const char *path, const unsigned char *head, size_t n_head);
    /* VAHO_NOT_APPLICABLE: not of this format after all; the next one is asked. */
    enum vaho_status (*open)(struct vaho_source *source, struct vaho_error *error);
    /* Fills block->value only: calibrated, missing elements NaN. */
    enum vaho_status (*read)(struct vaho_block *block, const struct vaho_source *source,
                             const struct cube_window *window, struct vaho_error *error);
    void (*close)(void *state); /* NULL is fine */
};

struct vaho_source {
    struct vaho_cube_info info; /* its pointers are owned by the members below */
    const struct cube_format *format;
    void *state; /* the format's own */
    char *path;
    double *wavelength_um, *fwhm_um;
    unsigned char *good;
    char *units, *acquired, *sensor;
    struct vaho_georeference georeference;
    char *crs_wkt;
    double *longitude_deg, *latitude_deg;
    double *line_time_s; /* n_lines, or NULL */
    float *height_m, *variance_m2;
    /* value = recorded * gain + offset; n_bands each, or NULL for 1 and 0 */
    double *gain, *offset;
    char **file, **note;
    unsigned char *permitted; /* n_lines x n_samples, 0: blanked; NULL: nothing is */
    int unreadable;           /* 1: blanking failed, so nothing may be read */
};

/* Cubes with a longitude and latitude a pixel are limited to 2^28 pixels: 4 GiB of them. */
#define CUBE_MAX_PLACED_PIXELS ((size_t)1 << 28)

extern const struct cube_format cube_format_envi, cube_format_gdal, cube_format_netcdf;

/* Sets the pointers of info to what the source owns; after anything of it changed. */
void cube_publish(struct vaho_source *source);

/* Appends to info.file; VAHO_NO_MEMORY. */
enum vaho_status cube_add_file(struct vaho_source *source, const char *path,
                               struct vaho_error *error);

/* Appends a sentence to info.note; VAHO_NO_MEMORY. */
enum vaho_status cube_add_note(struct vaho_source *source, struct vaho_error *error,
                               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets info.n_lines, n_bands and n_samples; VAHO_BAD_INPUT when one is 0 or a
 * line of the cube is too large to hold. */
enum vaho_status cube_set_shape(struct vaho_source *source, size_t n_lines, size_t n_bands,
                                size_t n_samples, struct vaho_error *error);

/*
 * Sets units, quantity and units_known from the text of the file (NULL: nothing
 * said), and folds the conversion into gain and offset.  'hint' is free text
 * (a description) that may say radiance or reflectance, or NULL.  Call it after
 * the wavelengths and the file's own gain and offset are set.
 */
enum vaho_status cube_set_units(struct vaho_source *source, const char *text, const char *hint,
                                struct vaho_error *error);

/* Sets info.acquired when 'text' (may be NULL) is a time; a note when it is not. */
enum vaho_status cube_set_acquired(struct vaho_source *source, const char *text,
                                   struct vaho_error *error);

/* Sets info.sensor when 'text' (may be NULL) names one; blanks around it are dropped. */
enum vaho_status cube_set_sensor(struct vaho_source *source, const char *text,
                                 struct vaho_error *error);

/* Makes gain all 1 and offset all 0 where there is none yet; VAHO_NO_MEMORY. */
enum vaho_status cube_need_gain(struct vaho_source *source, struct vaho_error *error);

#endif
