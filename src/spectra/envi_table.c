#include "spectra/envi_table.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_SIDE = 100000000 };

/* Bytes of an element of an ENVI data type, 0 for one that is not read. */
static size_t element_nbytes(int type)
{
    switch (type) {
    case 1: return 1;
    case 2:
    case 12: return 2;
    case 3:
    case 4:
    case 13: return 4;
    case 5: return 8;
    default: return 0;
    }
}

static enum vaho_status read_shape(struct vaho_envi_table *t, const struct vaho_spectrum_file *file,
                                   struct vaho_error *error)
{
    long long samples, lines, bands, offset, type, order;
    const char *interleave = vaho_envi_header_get(t->header, "interleave");
    size_t nbytes;
    const uint16_t one = 1;
    enum vaho_status status;

    status = vaho_envi_header_integer(&samples, t->header, "samples", 1, MAX_SIDE, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&lines, t->header, "lines", 1, MAX_SIDE, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&bands, t->header, "bands", 1, MAX_SIDE, 1, error);
    if (status == VAHO_OK)
        status =
            vaho_envi_header_integer(&offset, t->header, "header offset", 0, MAX_SIDE, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&type, t->header, "data type", 1, 15, 0, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_integer(&order, t->header, "byte order", 0, 1, 0, error);
    if (status != VAHO_OK)
        return status;
    if (element_nbytes((int)type) == 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: data type = %lld is not read; 1, 2, 3, 4, 5, 12 and 13 are",
                         file->name, type);
    if (bands > 1 && interleave != NULL && !vaho_span_is(vaho_span_of(interleave), "bsq"))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: interleave = %s; only bsq is read here",
                         file->name, interleave);
    t->n_samples = (size_t)samples;
    t->n_lines = (size_t)lines;
    t->n_bands = (size_t)bands;
    t->type = (int)type;
    t->swap = (order == 1) == *(const unsigned char *)&one;
    if (!vaho_size_mul(&nbytes, t->n_samples, t->n_lines) ||
        !vaho_size_mul(&nbytes, nbytes, t->n_bands) ||
        !vaho_size_mul(&nbytes, nbytes, element_nbytes(t->type)) ||
        !vaho_size_add(&nbytes, nbytes, (size_t)offset) || nbytes > file->nbytes)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: its header promises %lld x %lld x %lld elements of type %lld after "
                         "byte %lld, but the file has %zu bytes: cut short, or not its header",
                         file->name, samples, lines, bands, type, offset, file->nbytes);
    t->data = file->data + offset;
    return VAHO_OK;
}

static enum vaho_status read_wavelengths(struct vaho_envi_table *t, const char *file,
                                         struct vaho_error *error)
{
    size_t n_fwhm;
    enum vaho_status status = vaho_envi_header_numbers(&t->wavelength_um, &t->n_wavelengths,
                                                       t->header, "wavelength", error);

    if (status == VAHO_OK)
        status = vaho_envi_header_numbers(&t->fwhm_um, &n_fwhm, t->header, "fwhm", error);
    if (status != VAHO_OK || t->wavelength_um == NULL)
        return status;
    if (t->fwhm_um != NULL && n_fwhm != t->n_wavelengths)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: its header has %zu wavelengths and %zu fwhm",
                         file, t->n_wavelengths, n_fwhm);
    status = vaho_envi_header_to_um(t->wavelength_um, t->fwhm_um, t->n_wavelengths, t->header,
                                    &t->guessed_unit, error);
    if (status == VAHO_NOT_APPLICABLE) { /* numbers of bands, no wavelengths */
        free(t->wavelength_um);
        t->wavelength_um = NULL;
        t->n_wavelengths = 0;
        return VAHO_OK;
    }
    return status;
}

enum vaho_status vaho_envi_table_open(struct vaho_envi_table *out,
                                      const struct vaho_spectrum_file *file,
                                      struct vaho_error *error)
{
    enum vaho_status status;

    *out = (struct vaho_envi_table){.header = NULL};
    if (file->header == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: its ENVI header is missing; put NAME.hdr beside it", file->name);
    status =
        vaho_envi_header_parse(&out->header, file->header, file->header_nbytes, file->name, error);
    if (status == VAHO_OK)
        status = read_shape(out, file, error);
    if (status == VAHO_OK)
        status = read_wavelengths(out, file->name, error);
    if (status != VAHO_OK)
        vaho_envi_table_close(out);
    return status;
}

void vaho_envi_table_close(struct vaho_envi_table *table)
{
    vaho_envi_header_free(table->header);
    free(table->wavelength_um);
    free(table->fwhm_um);
    *table = (struct vaho_envi_table){.header = NULL};
}

double vaho_envi_table_at(const struct vaho_envi_table *t, size_t sample, size_t line, size_t band)
{
    size_t nbytes = element_nbytes(t->type);
    const char *p = t->data + ((band * t->n_lines + line) * t->n_samples + sample) * nbytes;
    unsigned char raw[8] = {0};
    union {
        unsigned char bytes[8];
        uint8_t u8;
        int16_t i16;
        uint16_t u16;
        int32_t i32;
        uint32_t u32;
        float f32;
        double f64;
    } value;

    memcpy(raw, p, nbytes);
    for (size_t i = 0; i < nbytes; i++)
        value.bytes[i] = raw[t->swap ? nbytes - 1 - i : i];
    switch (t->type) {
    case 1: return value.u8;
    case 2: return value.i16;
    case 3: return value.i32;
    case 4: return value.f32;
    case 12: return value.u16;
    case 13: return value.u32;
    default: return value.f64;
    }
}
