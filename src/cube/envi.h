/*
 * envi.h - an ENVI cube as its header describes it, and its elements in memory
 *
 * Both are pure, so that they can be tested and fuzzed without files.
 */
#ifndef VAHO_CUBE_ENVI_H
#define VAHO_CUBE_ENVI_H

#include "cube/element.h"
#include "cube/format.h"
#include "spectra/envi_header.h"

/* Where element (line, band, sample) lies: data_offset + the three strides. */
struct envi_layout {
    int integers;       /* 1: the data type is one of whole numbers */
    size_t data_offset; /* 'header offset' of the data file */
    size_t end;         /* first byte after the last element */
    size_t element_nbytes, line_nbytes, band_nbytes, sample_nbytes;
    cube_decoder *decode;
    struct cube_element_rule rule; /* gain and offset are set a band */
};

/*
 * Fills 'source' (with file[0] the data and file[1] the header added) and *out.
 * VAHO_BAD_INPUT names the header's key; VAHO_NO_MEMORY.
 */
enum vaho_status cube_envi_describe(struct envi_layout *out, struct vaho_source *source,
                                    const struct vaho_envi_header *header,
                                    struct vaho_error *error);

/*
 * Sets wavelengths, widths and good bands from 'wavelength', 'wavelength units',
 * 'fwhm' and 'bbl'.  Other formats write what they know of their bands as such
 * a header and call this, so that all are checked and converted alike.
 */
enum vaho_status cube_describe_bands(struct vaho_source *source,
                                     const struct vaho_envi_header *header,
                                     struct vaho_error *error);

/* 1 when the elements of a source that cube_format_envi opened are whole numbers. */
int cube_envi_integers(const struct vaho_source *source);

/* Fills block->value from 'data', which has at least layout->end bytes. */
void cube_envi_decode(struct vaho_block *block, const struct vaho_source *source,
                      const struct envi_layout *layout, const unsigned char *data,
                      const struct cube_window *window);

#endif
