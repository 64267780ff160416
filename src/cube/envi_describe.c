/*
 * envi_describe.c - what an ENVI header says of the cube beside it
 *
 * Keys read: samples, lines, bands, header offset, data type, interleave, byte
 * order, file type, file compression, major and minor frame offsets,
 * wavelength, wavelength units, fwhm, bbl, data ignore value, reflectance scale
 * factor, data gain values, data offset values, data units (and its other
 * spellings), description, acquisition time, map info, coordinate system string.
 *
 * value = (recorded * data gain + data offset) / reflectance scale factor.
 * ENVI defines gains as leading to W/(m^2 sr um).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "cube/envi.h"
#include "cube/map_info.h"

enum { MAX_SIDE = 0x7fffffff, MAX_BANDS = 1 << 20 };

/* The name of the file the header came from, for messages. */
static const char *header_name(const struct vaho_source *source)
{
    return source->file[source->info.n_files - 1];
}

static enum vaho_status describe_kind(const struct vaho_source *source,
                                      const struct vaho_envi_header *header,
                                      struct vaho_error *error)
{
    static const char *const zero[] = {"file compression", "major frame offsets",
                                       "minor frame offsets"};
    const char *type = vaho_envi_header_get(header, "file type");

    if (type != NULL && strcasestr(type, "spectral library") != NULL)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: file type = %s: this is no cube; give it with --library",
                         header_name(source), type);
    for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) {
        double *list;
        size_t n;
        int any = 0;
        enum vaho_status status = vaho_envi_header_numbers(&list, &n, header, zero[i], error);
        if (status != VAHO_OK)
            return status;
        for (size_t j = 0; j < n; j++)
            any |= list[j] != 0;
        free(list);
        if (any)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: '%s' other than 0 is not supported; export the cube as plain "
                             "ENVI Standard",
                             header_name(source), zero[i]);
    }
    return VAHO_OK;
}

static enum vaho_status describe_elements(struct envi_layout *out, struct vaho_source *source,
                                          const struct vaho_envi_header *header,
                                          struct vaho_error *error)
{
    long long type, big_endian;
    enum vaho_status status = vaho_envi_header_integer(&type, header, "data type", 1, 99, 0, error);

    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&big_endian, header, "byte order", 0, 1, 0, error);
    if (status != VAHO_OK)
        return status;
    out->decode = cube_decoder_find(&out->element_nbytes, type, (int)big_endian);
    if (out->decode == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: data type = %lld is not supported; 1, 2, 3, 4, 5, 12 and 13 are",
                         header_name(source), type);
    out->integers = type != 4 && type != 5;
    if (out->element_nbytes > 1 && vaho_envi_header_get(header, "byte order") == NULL)
        status =
            cube_add_note(source, error, "the header has no 'byte order'; little endian is taken");
    out->rule = (struct cube_element_rule){.ignore_low = 1, .ignore_high = 0, .gain = 1};
    if (status == VAHO_OK && vaho_envi_header_get(header, "data ignore value") != NULL) {
        double *ignore;
        size_t n;
        status = vaho_envi_header_numbers(&ignore, &n, header, "data ignore value", error);
        if (status == VAHO_OK && n != 1)
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: 'data ignore value' has %zu numbers and needs one",
                               header_name(source), n);
        else if (status == VAHO_OK)
            cube_element_ignore(&out->rule, ignore[0], type);
        free(ignore);
    }
    return status;
}

/* The order of the elements, given their number and size. */
static enum vaho_status describe_order(struct envi_layout *out, const struct vaho_source *source,
                                       const struct vaho_envi_header *header,
                                       struct vaho_error *error)
{
    const struct vaho_cube_info *info = &source->info;
    const char *interleave = vaho_envi_header_get(header, "interleave");
    const size_t e = out->element_nbytes;
    size_t n;

    if (interleave == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: key 'interleave' is missing; add it",
                         header_name(source));
    if (!vaho_size_mul(&n, info->n_bands * info->n_samples, info->n_lines) ||
        !vaho_size_mul(&n, n, e) || !vaho_size_add(&out->end, n, out->data_offset))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: samples = %zu, lines = %zu, bands = %zu: no file is that large",
                         header_name(source), info->n_samples, info->n_lines, info->n_bands);
    if (strcasecmp(interleave, "bil") == 0) {
        out->sample_nbytes = e;
        out->band_nbytes = info->n_samples * e;
        out->line_nbytes = info->n_bands * out->band_nbytes;
    } else if (strcasecmp(interleave, "bip") == 0) {
        out->band_nbytes = e;
        out->sample_nbytes = info->n_bands * e;
        out->line_nbytes = info->n_samples * out->sample_nbytes;
    } else if (strcasecmp(interleave, "bsq") == 0) {
        out->sample_nbytes = e;
        out->line_nbytes = info->n_samples * e;
        out->band_nbytes = info->n_lines * out->line_nbytes;
    } else {
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: interleave = '%.40s' is not one of bsq, bil and bip",
                         header_name(source), interleave);
    }
    return VAHO_OK;
}

static enum vaho_status describe_layout(struct envi_layout *out, struct vaho_source *source,
                                        const struct vaho_envi_header *header,
                                        struct vaho_error *error)
{
    long long samples, lines, bands, offset;
    enum vaho_status status = describe_kind(source, header, error);

    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&samples, header, "samples", 1, MAX_SIDE, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&lines, header, "lines", 1, MAX_SIDE, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&bands, header, "bands", 1, MAX_BANDS, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&offset, header, "header offset", 0, MAX_SIDE, 0, error);
    if (status != VAHO_OK)
        return status;
    out->data_offset = (size_t)offset;
    status = cube_set_shape(source, (size_t)lines, (size_t)bands, (size_t)samples, error);
    if (status == VAHO_OK)
        status = describe_elements(out, source, header, error);
    return status == VAHO_OK ? describe_order(out, source, header, error) : status;
}

/* A list that must have one number a band; absent gives NULL. */
static enum vaho_status band_list(double **out, const struct vaho_source *source,
                                  const struct vaho_envi_header *header, const char *key,
                                  struct vaho_error *error)
{
    size_t n;
    enum vaho_status status = vaho_envi_header_numbers(out, &n, header, key, error);

    if (status != VAHO_OK || (*out != NULL && n == source->info.n_bands))
        return status;
    free(*out);
    *out = NULL;
    if (n == 0)
        return VAHO_OK; /* absent, or empty braces */
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: '%s' has %zu numbers but bands = %zu; correct one of them",
                     header_name(source), key, n, source->info.n_bands);
}

enum vaho_status cube_describe_bands(struct vaho_source *source,
                                     const struct vaho_envi_header *header,
                                     struct vaho_error *error)
{
    double *bbl = NULL;
    int guessed = 0;
    enum vaho_status status =
        band_list(&source->wavelength_um, source, header, "wavelength", error);

    if (status == VAHO_OK)
        status = band_list(&source->fwhm_um, source, header, "fwhm", error);
    if (status == VAHO_OK && source->wavelength_um != NULL)
        status = vaho_envi_header_to_um(source->wavelength_um, source->fwhm_um,
                                        source->info.n_bands, header, &guessed, error);
    if (status == VAHO_NOT_APPLICABLE) {
        free(source->wavelength_um);
        free(source->fwhm_um);
        source->wavelength_um = source->fwhm_um = NULL;
        status = cube_add_note(source, error, "the bands are numbered and have no wavelengths");
    } else if (status == VAHO_OK && guessed)
        status = cube_add_note(source, error,
                               "the header has no 'wavelength units'; by their size the "
                               "wavelengths are taken as %.6g to %.6g um",
                               source->wavelength_um[0],
                               source->wavelength_um[source->info.n_bands - 1]);
    if (status != VAHO_OK)
        return status;
    status = band_list(&bbl, source, header, "bbl", error);
    if (status != VAHO_OK || bbl == NULL)
        return status;
    source->good = vaho_alloc(source->info.n_bands, 1);
    for (size_t b = 0; source->good != NULL && b < source->info.n_bands; b++)
        source->good[b] = bbl[b] > 0;
    free(bbl);
    return source->good == NULL ? vaho_fail_memory(error, "a bad-band list") : VAHO_OK;
}

/* 'data gain values' and 'data offset values'. */
static enum vaho_status describe_gain(struct vaho_source *source,
                                      const struct vaho_envi_header *header,
                                      struct vaho_error *error)
{
    double *gain = NULL, *offset = NULL;
    enum vaho_status status = band_list(&gain, source, header, "data gain values", error);

    if (status == VAHO_OK)
        status = band_list(&offset, source, header, "data offset values", error);
    if (status == VAHO_OK && (gain != NULL || offset != NULL))
        status = cube_need_gain(source, error);
    for (size_t b = 0; status == VAHO_OK && b < source->info.n_bands; b++) {
        if (gain != NULL)
            source->gain[b] = gain[b];
        if (offset != NULL)
            source->offset[b] = offset[b];
    }
    free(gain);
    free(offset);
    return status;
}

/* 'reflectance scale factor' divides everything; *out is 1 when it is there. */
static enum vaho_status describe_reflectance(int *out, struct vaho_source *source,
                                             const struct vaho_envi_header *header,
                                             struct vaho_error *error)
{
    double *factor;
    size_t n;
    enum vaho_status status =
        vaho_envi_header_numbers(&factor, &n, header, "reflectance scale factor", error);

    *out = 0;
    if (status != VAHO_OK || n == 0) {
        free(factor);
        return status;
    }
    if (n != 1 || !(factor[0] > 0)) {
        free(factor);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'reflectance scale factor' must be one number above 0",
                         header_name(source));
    }
    status = cube_need_gain(source, error);
    for (size_t b = 0; status == VAHO_OK && b < source->info.n_bands; b++) {
        source->gain[b] /= factor[0];
        source->offset[b] /= factor[0];
    }
    free(factor);
    source->info.quantity = VAHO_QUANTITY_REFLECTANCE;
    source->info.units_known = 1;
    *out = 1;
    return status;
}

static enum vaho_status describe_units(const struct envi_layout *layout, struct vaho_source *source,
                                       const struct vaho_envi_header *header,
                                       struct vaho_error *error)
{
    static const char *const keys[] = {"data units", "units", "measurement units", "radiance units",
                                       "data unit"};
    const char *text = NULL, *hint = vaho_envi_header_get(header, "description");
    int scaled;
    enum vaho_status status = describe_gain(source, header, error);

    for (size_t i = 0; text == NULL && i < sizeof keys / sizeof keys[0]; i++)
        text = vaho_envi_header_get(header, keys[i]);
    if (status == VAHO_OK)
        status = describe_reflectance(&scaled, source, header, error);
    if (status != VAHO_OK)
        return status;
    if (scaled) {
        source->units = vaho_strdup(text == NULL ? "" : text);
        return source->units == NULL ? vaho_fail_memory(error, "a cube's units") : VAHO_OK;
    }
    if (text == NULL && vaho_envi_header_get(header, "data gain values") != NULL)
        text = "W/(m^2 sr um)";
    status = cube_set_units(source, text, hint, error);
    if (status == VAHO_OK && layout->integers && source->gain == NULL &&
        source->info.quantity == VAHO_QUANTITY_REFLECTANCE && source->info.units_known) {
        source->info.units_known = 0;
        status = cube_add_note(source, error,
                               "reflectance in whole numbers needs a 'reflectance scale factor'; "
                               "values are left as recorded");
    }
    return status;
}

enum vaho_status cube_envi_describe(struct envi_layout *out, struct vaho_source *source,
                                    const struct vaho_envi_header *header, struct vaho_error *error)
{
    long long exercise;
    enum vaho_status status = describe_layout(out, source, header, error);

    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&exercise, header, "exercise", 0, 1, 0, error);
    if (status == VAHO_OK)
        source->info.exercise = (int)exercise;
    if (status == VAHO_OK)
        status = cube_describe_bands(source, header, error);
    if (status == VAHO_OK)
        status = describe_units(out, source, header, error);
    if (status == VAHO_OK)
        status = cube_set_acquired(source, vaho_envi_header_get(header, "acquisition time"), error);
    if (status == VAHO_OK)
        status = cube_set_sensor(source, vaho_envi_header_get(header, "sensor type"), error);
    return status == VAHO_OK ? cube_map_info(source, header, error) : status;
}
