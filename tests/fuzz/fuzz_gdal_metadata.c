/*
 * fuzz_gdal_metadata.c - a small GeoTIFF whose metadata are the input
 *
 * A line of the input is one item: where it goes (b band, i band in IMAGERY,
 * e dataset in ENVI, anything else dataset), which band and which key by one
 * character each, and the value.  GDAL itself is not what is tested.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gdal.h>

#include "vaho/source.h"

enum { BANDS = 2, SAMPLES = 3, LINES = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void put_item(GDALDatasetH dataset, const char *line)
{
    static const char *const keys[] = {
        "wavelength", "wavelength_units", "fwhm",       "bbl",         "CENTRAL_WAVELENGTH_UM",
        "FWHM_UM",    "wavelengths",      "start_time", "description", "TIFFTAG_IMAGEDESCRIPTION"};
    GDALRasterBandH band = GDALGetRasterBand(dataset, line[1] % BANDS + 1);
    const char *key = keys[(unsigned char)line[2] % (sizeof keys / sizeof keys[0])];
    const char *domain = line[0] == 'i' ? "IMAGERY" : line[0] == 'e' ? "ENVI" : NULL;

    GDALSetMetadataItem(line[0] == 'b' || line[0] == 'i' ? band : dataset, key, line + 3, domain);
    if (line[0] == 'u')
        GDALSetRasterUnitType(band, line + 3);
    if (line[0] == 'n')
        GDALSetRasterNoDataValue(band, atof(line + 3));
    if (line[0] == 's')
        GDALSetRasterScale(band, atof(line + 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static char path[64];
    char *text = malloc(nbytes + 1), *rest = text, *line;
    struct vaho_source *source;
    struct vaho_block *block;
    GDALDatasetH dataset;

    if (path[0] == '\0') {
        GDALAllRegister();
        CPLSetErrorHandler(CPLQuietErrorHandler);
        snprintf(path, sizeof path, "/tmp/vaho-fuzz-%d.tif", (int)getpid());
    }
    unlink(path);
    dataset =
        GDALCreate(GDALGetDriverByName("GTiff"), path, SAMPLES, LINES, BANDS, GDT_Float32, NULL);
    if (text == NULL || dataset == NULL)
        abort();
    memcpy(text, data, nbytes);
    text[nbytes] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL)
        if (strlen(line) > 3 && line[1] >= 0)
            put_item(dataset, line);
    free(text);
    GDALClose(dataset);
    if (vaho_source_open(&source, path, NULL) == VAHO_OK) {
        if (vaho_block_new(&block, LINES, BANDS, SAMPLES, NULL) == VAHO_OK)
            vaho_source_read(block, source, 0, LINES, NULL, 0, NULL);
        vaho_block_free(block);
        vaho_source_free(source);
    }
    unlink(path);
    return 0;
}
