/* source.c - the table of formats, and what all of them share */
#include "vaho/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cube/format.h"
#include "cube/units.h"

enum { HEAD_NBYTES = 64, MAX_NOTE_NBYTES = 512 };

/* Asked in this order: by magic number, by header, by whatever GDAL knows. */
static const struct cube_format *const formats[] = {
    &cube_format_netcdf,
    &cube_format_envi,
    &cube_format_gdal,
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

/* --- what formats call ---------------------------------------------------- */

/* Appends 'text' (taken over, freed on failure) to a list. */
static enum vaho_status append(char ***list, size_t *n, char *text, struct vaho_error *error)
{
    char **grown = text == NULL ? NULL : realloc(*list, (*n + 1) * sizeof *grown);

    if (grown == NULL) {
        free(text);
        return vaho_fail_memory(error, "what is known of a cube");
    }
    grown[(*n)++] = text;
    *list = grown;
    return VAHO_OK;
}

void cube_publish(struct vaho_source *source)
{
    struct vaho_cube_info *info = &source->info;

    info->path = source->path;
    if (info->format == NULL)
        info->format = source->format->name;
    info->wavelength_um = source->wavelength_um;
    info->fwhm_um = source->fwhm_um;
    info->good = source->good;
    info->units = source->units == NULL ? "" : source->units;
    info->acquired = source->acquired == NULL ? "" : source->acquired;
    info->line_time_s = source->line_time_s;
    info->sensor = source->sensor == NULL ? "" : source->sensor;
    info->georeference = &source->georeference;
    info->file = (const char *const *)source->file;
    info->note = (const char *const *)source->note;
}

enum vaho_status cube_add_file(struct vaho_source *source, const char *path,
                               struct vaho_error *error)
{
    return append(&source->file, &source->info.n_files, vaho_strdup(path), error);
}

enum vaho_status cube_add_note(struct vaho_source *source, struct vaho_error *error,
                               const char *format, ...)
{
    char text[MAX_NOTE_NBYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return append(&source->note, &source->info.n_notes, vaho_strdup(text), error);
}

enum vaho_status cube_set_shape(struct vaho_source *source, size_t n_lines, size_t n_bands,
                                size_t n_samples, struct vaho_error *error)
{
    size_t n;

    if (n_lines == 0 || n_bands == 0 || n_samples == 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: the cube is empty: %zu lines, %zu bands, %zu samples", source->path,
                         n_lines, n_bands, n_samples);
    if (!vaho_size_mul(&n, n_bands, n_samples) || !vaho_size_mul(&n, n, sizeof(float)) ||
        n > (size_t)1 << 34)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: one line of %zu bands and %zu samples is larger than 16 GiB; the "
                         "sizes in the header are wrong",
                         source->path, n_bands, n_samples);
    source->info.n_lines = n_lines;
    source->info.n_bands = n_bands;
    source->info.n_samples = n_samples;
    return VAHO_OK;
}

enum vaho_status cube_need_gain(struct vaho_source *source, struct vaho_error *error)
{
    if (source->gain != NULL)
        return VAHO_OK;
    source->gain = vaho_alloc(source->info.n_bands, sizeof *source->gain);
    source->offset = vaho_alloc(source->info.n_bands, sizeof *source->offset);
    if (source->gain == NULL || source->offset == NULL)
        return vaho_fail_memory(error, "a cube's gains");
    for (size_t b = 0; b < source->info.n_bands; b++)
        source->gain[b] = 1;
    return VAHO_OK;
}

/* The unit a description mentions after "in": "radiances in uW nm-1 cm-2 sr-1". */
static struct cube_unit unit_in_hint(char out[64], const char *hint)
{
    for (const char *at = hint; (at = strstr(at, " in ")) != NULL; at++) {
        struct cube_unit unit;
        snprintf(out, 64, "%.*s", (int)strcspn(at + 4, ",;)]"), at + 4);
        unit = cube_unit_parse(out);
        if (unit.kind != CUBE_UNIT_UNKNOWN)
            return unit;
    }
    return (struct cube_unit){CUBE_UNIT_UNKNOWN, 1};
}

/* Multiplies gain and offset by the unit's factor. */
static enum vaho_status convert(struct vaho_source *source, struct cube_unit unit,
                                struct vaho_error *error)
{
    enum vaho_status status;

    if (unit.kind != CUBE_UNIT_PER_WAVENUMBER && unit.factor == 1)
        return VAHO_OK;
    status = cube_need_gain(source, error);
    for (size_t b = 0; status == VAHO_OK && b < source->info.n_bands; b++) {
        double factor = unit.factor;
        if (unit.kind == CUBE_UNIT_PER_WAVENUMBER)
            factor /= source->wavelength_um[b] * source->wavelength_um[b];
        source->gain[b] *= factor;
        source->offset[b] *= factor;
    }
    return status;
}

enum vaho_status cube_set_units(struct vaho_source *source, const char *text, const char *hint,
                                struct vaho_error *error)
{
    struct vaho_cube_info *info = &source->info;
    struct cube_unit unit = {CUBE_UNIT_UNKNOWN, 1};
    int said = text != NULL && text[0] != '\0' && strcasecmp(text, "unknown") != 0;
    char found[64];
    enum vaho_status status = VAHO_OK;

    if (said)
        unit = cube_unit_parse(text);
    else if (hint != NULL && (unit = unit_in_hint(found, hint)).kind != CUBE_UNIT_UNKNOWN) {
        text = found;
        status = cube_add_note(source, error, "the unit '%s' is taken from the description", found);
    }
    if (status != VAHO_OK)
        return status;
    source->units = vaho_strdup(said || text == found ? text : "");
    if (source->units == NULL)
        return vaho_fail_memory(error, "a cube's units");
    if (unit.kind == CUBE_UNIT_PER_WAVENUMBER && source->wavelength_um == NULL)
        unit.kind = CUBE_UNIT_UNKNOWN;
    if (unit.kind != CUBE_UNIT_UNKNOWN) {
        info->units_known = 1;
        info->quantity =
            unit.kind == CUBE_UNIT_REFLECTANCE ? VAHO_QUANTITY_REFLECTANCE : VAHO_QUANTITY_RADIANCE;
        return convert(source, unit, error);
    }
    if (said)
        status = cube_add_note(
            source, error, "the unit '%.80s' is not understood; values are left as recorded", text);
    for (int i = 0; i < 2 && info->quantity == VAHO_QUANTITY_UNKNOWN; i++) {
        const char *words = i == 0 ? text : hint;
        int radiance = words != NULL && strcasestr(words, "radiance") != NULL;
        int reflectance = words != NULL && strcasestr(words, "reflectance") != NULL;
        if (radiance != reflectance)
            info->quantity = radiance ? VAHO_QUANTITY_RADIANCE : VAHO_QUANTITY_REFLECTANCE;
    }
    return status;
}

enum vaho_status cube_set_acquired(struct vaho_source *source, const char *text,
                                   struct vaho_error *error)
{
    char time[CUBE_TIME_NBYTES] = "";

    if (text == NULL)
        return VAHO_OK;
    if (!cube_time_parse(time, text))
        return cube_add_note(source, error,
                             "the acquisition time '%.60s' is not understood; write it as "
                             "YYYY-MM-DDThh:mm:ssZ",
                             text);
    source->acquired = vaho_strdup(time);
    return source->acquired == NULL ? vaho_fail_memory(error, "a cube's time") : VAHO_OK;
}

enum vaho_status cube_set_sensor(struct vaho_source *source, const char *text,
                                 struct vaho_error *error)
{
    static const char blanks[] = " \t\r\n";
    size_t n;

    if (text == NULL)
        return VAHO_OK;
    text += strspn(text, blanks);
    n = strlen(text);
    while (n > 0 && strchr(blanks, text[n - 1]) != NULL)
        n--;
    if (n == 0 || (n == 7 && strncasecmp(text, "unknown", n) == 0))
        return VAHO_OK;
    free(source->sensor);
    source->sensor = strndup(text, n);
    return source->sensor == NULL ? vaho_fail_memory(error, "a cube's sensor") : VAHO_OK;
}

/* --- opening -------------------------------------------------------------- */

static enum vaho_status read_head(unsigned char head[HEAD_NBYTES], size_t *n_head, const char *path,
                                  struct vaho_error *error)
{
    struct stat about;
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return vaho_fail(error, errno == ENOENT ? VAHO_NOT_FOUND : VAHO_BAD_INPUT,
                         "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        got = read(fd, head, HEAD_NBYTES);
    close(fd);
    if (got < 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: is not a regular file that can be read", path);
    *n_head = (size_t)got;
    return VAHO_OK;
}

/* Every band good unless the format said otherwise; not one good is no cube. */
static enum vaho_status check_good(struct vaho_source *source, struct vaho_error *error)
{
    if (source->good == NULL) {
        source->good = vaho_alloc(source->info.n_bands, 1);
        if (source->good == NULL)
            return vaho_fail_memory(error, "a cube's list of good bands");
        memset(source->good, 1, source->info.n_bands);
    }
    if (memchr(source->good, 1, source->info.n_bands) == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: all %zu bands are marked bad (bbl); mark the good ones with 1",
                         source->path, source->info.n_bands);
    return VAHO_OK;
}

/* A width that is not a positive number says nothing; drops the list and says so. */
static enum vaho_status check_fwhm(struct vaho_source *source, struct vaho_error *error)
{
    for (size_t b = 0; source->fwhm_um != NULL && b < source->info.n_bands; b++)
        if (source->good[b] && !(source->fwhm_um[b] > 0 && isfinite(source->fwhm_um[b]))) {
            free(source->fwhm_um);
            source->fwhm_um = NULL;
            return cube_add_note(source, error,
                                 "the fwhm of band %zu is no width a band can have; fwhm is "
                                 "ignored",
                                 b + 1);
        }
    return VAHO_OK;
}

/* An empty source for one format to fill. */
static enum vaho_status try_format(struct vaho_source **out, const struct cube_format *format,
                                   const char *path, struct vaho_error *error)
{
    struct vaho_source *source = vaho_alloc(1, sizeof *source);
    enum vaho_status status;

    if (source == NULL)
        return vaho_fail_memory(error, path);
    source->format = format;
    source->path = vaho_strdup(path);
    if (source->path == NULL) {
        status = vaho_fail_memory(error, path);
        goto fail;
    }
    status = format->open(source, error);
    if (status == VAHO_OK)
        status = check_good(source, error);
    if (status == VAHO_OK)
        status = check_fwhm(source, error);
    if (status != VAHO_OK)
        goto fail;
    cube_publish(source);
    *out = source;
    return VAHO_OK;
fail:
    vaho_source_free(source);
    return status;
}

/* Raw data without an extension of its own, or with one that ENVI cubes have. */
static int looks_raw(const char *path)
{
    static const char *const extensions[] = {".bil", ".bip", ".bsq", ".img", ".dat",
                                             ".raw", ".rdn", ".rfl", ".cube"};
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash == NULL ? path : slash, '.');

    for (size_t i = 0; dot != NULL && i < sizeof extensions / sizeof extensions[0]; i++)
        if (strcasecmp(dot, extensions[i]) == 0)
            return 1;
    return dot == NULL;
}

enum vaho_status vaho_source_open(struct vaho_source **out, const char *path,
                                  struct vaho_error *error)
{
    unsigned char head[HEAD_NBYTES];
    size_t n_head = 0;
    struct vaho_error reason = {VAHO_OK, ""};
    enum vaho_status status;

    *out = NULL;
    status = read_head(head, &n_head, path, error);
    if (status != VAHO_OK)
        return status;
    for (size_t i = 0; i < N_FORMATS; i++) {
        struct vaho_error latest = {VAHO_OK, ""};
        if (!formats[i]->probe(path, head, n_head))
            continue;
        status = try_format(out, formats[i], path, &latest);
        if (status != VAHO_NOT_APPLICABLE) {
            if (status != VAHO_OK && error != NULL)
                *error = latest;
            return status;
        }
        if (reason.status == VAHO_OK) /* the first had the best grounds to try */
            reason = latest;
    }
    if (looks_raw(path))
        return vaho_fail(error, VAHO_NOT_FOUND,
                         "%s: is raw data without a header; put its ENVI header beside it as "
                         "%s.hdr",
                         path, path);
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: is no cube in a format that is recognised (%s)",
                     path, reason.message[0] == '\0' ? "it is empty" : reason.message);
}

const struct vaho_cube_info *vaho_source_info(const struct vaho_source *source)
{
    return &source->info;
}

static void free_list(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(list[i]);
    free(list);
}

void vaho_source_free(struct vaho_source *source)
{
    if (source == NULL)
        return;
    source->format->close(source->state);
    free_list(source->file, source->info.n_files);
    free_list(source->note, source->info.n_notes);
    free(source->path);
    free(source->wavelength_um);
    free(source->fwhm_um);
    free(source->good);
    free(source->units);
    free(source->acquired);
    free(source->sensor);
    free(source->crs_wkt);
    free(source->longitude_deg);
    free(source->latitude_deg);
    free(source->height_m);
    free(source->variance_m2);
    free(source->line_time_s);
    free(source->gain);
    free(source->offset);
    free(source->permitted);
    free(source);
}

/* --- reading -------------------------------------------------------------- */

static enum vaho_status check_window(const struct vaho_block *block,
                                     const struct vaho_cube_info *info,
                                     const struct cube_window *window, struct vaho_error *error)
{
    if (window->n_lines == 0 || window->first_line >= info->n_lines ||
        window->n_lines > info->n_lines - window->first_line)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: lines %zu to %zu were asked for; the cube has 0 to %zu", info->path,
                         window->first_line, window->first_line + window->n_lines,
                         info->n_lines - 1);
    if (block->n_bands != window->n_bands || block->n_samples != info->n_samples ||
        block->max_lines < window->n_lines)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: a block of %zu lines, %zu bands, %zu samples cannot take %zu lines, "
                         "%zu bands, %zu samples",
                         info->path, block->max_lines, block->n_bands, block->n_samples,
                         window->n_lines, window->n_bands, info->n_samples);
    for (size_t i = 0; window->band != NULL && i < window->n_bands; i++)
        if (window->band[i] >= info->n_bands)
            return vaho_fail(error, VAHO_USAGE, "%s: band %zu was asked for; the cube has 0 to %zu",
                             info->path, window->band[i], info->n_bands - 1);
    return VAHO_OK;
}

/* Nothing of a blanked pixel leaves this file. */
static void blank(struct vaho_block *block, const struct vaho_source *source, size_t first_line,
                  size_t n_lines)
{
    const size_t n_samples = block->n_samples;

    for (size_t l = 0; l < n_lines; l++) {
        const unsigned char *permitted = source->permitted + (first_line + l) * n_samples;
        for (size_t b = 0; b < block->n_bands; b++) {
            float *value = block->value + (l * block->n_bands + b) * n_samples;
            for (size_t s = 0; s < n_samples; s++)
                value[s] = permitted[s] ? value[s] : NAN;
        }
    }
}

enum vaho_status vaho_source_blank(struct vaho_source *source, const unsigned char *permitted,
                                   struct vaho_error *error)
{
    size_t n;

    source->unreadable = 1;
    if (!vaho_size_mul(&n, source->info.n_lines, source->info.n_samples))
        return vaho_fail_memory(error, "what may be seen of a cube");
    if (source->permitted == NULL) {
        source->permitted = vaho_alloc(n, 1);
        if (source->permitted == NULL)
            return vaho_fail_memory(error, "what may be seen of a cube");
        memset(source->permitted, 1, n);
    }
    for (size_t i = 0; i < n; i++)
        source->permitted[i] &= permitted[i] != 0;
    source->unreadable = 0;
    return VAHO_OK;
}

int vaho_source_shows(const struct vaho_source *source, size_t line, size_t sample)
{
    return source->permitted == NULL || source->permitted[line * source->info.n_samples + sample];
}

/* x - x is 0 but for what is not finite. */
static int is_finite(const float *value, size_t n)
{
    enum { AT_ONCE = 16 };
    float sum[AT_ONCE] = {0}, total = 0.0f;
    size_t i = 0;

    for (; i + AT_ONCE <= n; i += AT_ONCE)
        for (size_t k = 0; k < AT_ONCE; k++)
            sum[k] += value[i + k] - value[i + k];
    for (; i < n; i++)
        total += value[i] - value[i];
    for (size_t k = 0; k < AT_ONCE; k++)
        total += sum[k];
    return total == 0.0f;
}

/* What is not finite becomes NaN; a pixel with a finite element is valid. */
static void mark_valid(struct vaho_block *block, size_t n_lines)
{
    const size_t n_samples = block->n_samples;

    for (size_t l = 0; l < n_lines; l++) {
        unsigned char *valid = block->valid + l * n_samples;
        float *line = block->value + l * block->n_bands * n_samples;
        memset(valid, 1, n_samples);
        if (is_finite(line, block->n_bands * n_samples)) /* nearly every line */
            continue;
        memset(valid, 0, n_samples);
        for (size_t i = 0; i < block->n_bands * n_samples; i++) {
            int finite = isfinite(line[i]) != 0;
            valid[i % n_samples] |= (unsigned char)finite;
            line[i] = finite ? line[i] : NAN;
        }
    }
}

enum vaho_status vaho_source_read(struct vaho_block *block, const struct vaho_source *source,
                                  size_t first_line, size_t n_lines, const size_t *band,
                                  size_t n_band, struct vaho_error *error)
{
    struct cube_window window = {first_line, n_lines, band,
                                 band == NULL ? source->info.n_bands : n_band};
    enum vaho_status status;

    block->n_lines = 0;
    if (source->unreadable)
        return vaho_fail(error, VAHO_FAULT, "%s: was to be blanked and could not be",
                         source->info.path);
    status = check_window(block, &source->info, &window, error);
    if (status == VAHO_OK)
        status = source->format->read(block, source, &window, error);
    if (status != VAHO_OK)
        return status;
    if (source->permitted != NULL)
        blank(block, source, first_line, n_lines);
    mark_valid(block, n_lines);
    block->first_line = first_line;
    block->n_lines = n_lines;
    return VAHO_OK;
}
