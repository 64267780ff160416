#include "format/png.h"

#include <cpl_vsi.h>
#include <gdal.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/error.h"

static const char PICTURE[] = "a picture of the report";

static enum vaho_status append_base64(struct vaho_text *out, const unsigned char *data,
                                      size_t nbytes, struct vaho_error *error)
{
    size_t encoded_nbytes = sodium_base64_encoded_len(nbytes, sodium_base64_VARIANT_ORIGINAL);
    char *encoded = malloc(encoded_nbytes);

    if (encoded == NULL)
        return vaho_fail_memory(error, PICTURE);
    sodium_bin2base64(encoded, encoded_nbytes, data, nbytes, sodium_base64_VARIANT_ORIGINAL);
    vaho_text_puts(out, "data:image/png;base64,");
    vaho_text_puts(out, encoded);
    free(encoded);
    return VAHO_OK;
}

enum vaho_status vaho_png_append(struct vaho_text *out, struct vaho_gdal_scope *scope,
                                 const unsigned char *pixel, size_t width, size_t height,
                                 size_t n_channels, struct vaho_error *error)
{
    static const char *const options[] = {"ZLEVEL=9", NULL};
    GDALDatasetH copy = NULL, picture = GDALCreate(GDALGetDriverByName("MEM"), "", (int)width,
                                                   (int)height, (int)n_channels, GDT_Byte, NULL);
    const unsigned char *data;
    size_t nbytes;
    enum vaho_status status;

    if (picture != NULL &&
        GDALDatasetRasterIO(picture, GF_Write, 0, 0, (int)width, (int)height, (void *)pixel,
                            (int)width, (int)height, GDT_Byte, (int)n_channels, NULL,
                            (int)n_channels, (int)(width * n_channels), 1) == CE_None)
        copy = GDALCreateCopy(GDALGetDriverByName("PNG"), scope->file, picture, TRUE,
                              (char **)options, NULL, NULL);
    GDALClose(copy);
    GDALClose(picture);
    data = vaho_gdal_file(&nbytes, scope);
    status = copy == NULL || data == NULL ? vaho_gdal_fail(scope, PICTURE, error)
                                          : append_base64(out, data, nbytes, error);
    VSIUnlink(scope->file);
    return status;
}
