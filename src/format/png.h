/* png.h - small pictures inside a page, as data URIs */
#ifndef VAHO_FORMAT_PNG_H
#define VAHO_FORMAT_PNG_H

#include <stddef.h>

#include "base/text.h"
#include "format/gdal_scope.h"

/*
 * Appends "data:image/png;base64,..." of 'pixel' (height x width x n_channels,
 * 8 bits; 2 channels: grey and opacity, 4: red, green, blue, opacity).  'scope'
 * must be one of extension "png".  VAHO_FAULT: GDAL failed.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_png_append(struct vaho_text *out, struct vaho_gdal_scope *scope,
                                 const unsigned char *pixel, size_t width, size_t height,
                                 size_t n_channels, struct vaho_error *error);

#endif
