/*
 * map_info.c - 'map info' and 'coordinate system string' of ENVI headers
 *
 *   map info = {name, reference x, reference y, easting, northing,
 *               pixel width, pixel height, [zone, North|South,] [datum],
 *               units=..., rotation=...}
 *
 * The reference position counts from 1 at the upper left corner of the upper
 * left pixel; its centre is 1.5.  Zone and hemisphere stand only with UTM.
 * The rotation r is in degrees, counter-clockwise: stepping one sample moves
 *
 *   (dx, dy) = width * (cos r, sin r)
 *
 * on the map and one line moves height * (sin r, -cos r).  GDAL's ENVI driver
 * gives the same for square pixels and a reference position of (1, 1); for
 * others GDAL 3.6 moves the reference position without turning it, and we do not
 * follow.
 *
 * 'coordinate system string' is the system in ESRI's well-known text and, when
 * it is there, says more than the name does, so it is asked first.
 */
#include "cube/map_info.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

enum { N_REQUIRED = 7, MAX_WKT_NBYTES = 16384 };

/* ENVI's names of datums, and what GDAL calls them. */
static const struct {
    const char *envi, *gdal;
} datums[] = {
    {"WGS-84", "WGS84"},        {"WGS 84", "WGS84"},
    {"WGS84", "WGS84"},         {"D_WGS_1984", "WGS84"},
    {"WGS-72", "WGS72"},        {"WGS 72", "WGS72"},
    {"NAD83", "NAD83"},         {"NAD 83", "NAD83"},
    {"NAD-83", "NAD83"},        {"North America 1983", "NAD83"},
    {"NAD27", "NAD27"},         {"NAD 27", "NAD27"},
    {"NAD-27", "NAD27"},        {"North America 1927", "NAD27"},
    {"ETRS-89", "EPSG:4258"},   {"ETRS89", "EPSG:4258"},
    {"ETRS 1989", "EPSG:4258"}, {"European 1950", "EPSG:4230"},
};

static const char *find_datum(const char *name)
{
    for (size_t i = 0; i < sizeof datums / sizeof datums[0]; i++)
        if (strcasecmp(name, datums[i].envi) == 0)
            return datums[i].gdal;
    return NULL;
}

/* The system that 'coordinate system string' describes; 0 when it does not. */
static int crs_from_string(OGRSpatialReferenceH crs, const char *string)
{
    char *rest = (char *)(uintptr_t)string; /* OSR moves the pointer and reads only */

    return string != NULL && string[0] != '\0' && strlen(string) <= MAX_WKT_NBYTES &&
           OSRImportFromWkt(crs, &rest) == OGRERR_NONE && OSRMorphFromESRI(crs) == OGRERR_NONE &&
           (OSRIsProjected(crs) || OSRIsGeographic(crs));
}

/* The system that the fields of map info name; 0 when they name none we know. */
static int crs_from_fields(OGRSpatialReferenceH crs, char **field, size_t n_fields)
{
    int utm = strcasecmp(field[0], "UTM") == 0;
    size_t at = utm ? N_REQUIRED + 2 : N_REQUIRED;
    const char *datum;

    if (!utm && strcasecmp(field[0], "Geographic Lat/Lon") != 0)
        return 0;
    for (size_t i = N_REQUIRED; i < n_fields; i++)
        if (strncasecmp(field[i], "units", 5) == 0 &&
            strcasestr(field[i], utm ? "met" : "deg") == NULL)
            return 0;
    /* without a datum ENVI means WGS-84 */
    datum = at < n_fields && strchr(field[at], '=') == NULL ? find_datum(field[at]) : "WGS84";
    if (datum == NULL || OSRSetWellKnownGeogCS(crs, datum) != OGRERR_NONE)
        return 0;
    if (utm) {
        char *end;
        long zone = n_fields > N_REQUIRED + 1 ? strtol(field[N_REQUIRED], &end, 10) : 0;
        int south;
        if (zone < 1 || zone > 60 || *end != '\0')
            return 0;
        south = strcasecmp(field[N_REQUIRED + 1], "South") == 0;
        if ((!south && strcasecmp(field[N_REQUIRED + 1], "North") != 0) ||
            OSRSetUTM(crs, (int)zone, !south) != OGRERR_NONE)
            return 0;
    }
    return 1;
}

/* Sets crs_wkt; leaves it NULL when the system is not understood.  No fields: the
 * string alone counts. */
static enum vaho_status set_crs(struct vaho_source *source, const char *string, char **field,
                                size_t n_fields, struct vaho_error *error)
{
    OGRSpatialReferenceH crs;
    char *wkt = NULL;
    enum vaho_status status = VAHO_OK;

    if (string == NULL && n_fields == 0) /* do not wake GDAL for nothing */
        return VAHO_OK;
    crs = OSRNewSpatialReference(NULL);
    if (crs == NULL)
        return vaho_fail_memory(error, "a coordinate system");
    CPLPushErrorHandler(CPLQuietErrorHandler);
    if ((crs_from_string(crs, string) || (n_fields > 0 && crs_from_fields(crs, field, n_fields))) &&
        OSRExportToWkt(crs, &wkt) == OGRERR_NONE) {
        source->crs_wkt = vaho_strdup(wkt);
        if (source->crs_wkt == NULL)
            status = vaho_fail_memory(error, "a coordinate system");
    }
    CPLPopErrorHandler();
    CPLFree(wkt);
    OSRDestroySpatialReference(crs);
    return status;
}

/* The numbers of the fields, and the rotation in radians. */
static enum vaho_status read_numbers(double out[N_REQUIRED], double *out_rotation, char **field,
                                     size_t n_fields, const char *name, struct vaho_error *error)
{
    char *end;

    if (n_fields < N_REQUIRED)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'map info' has %zu fields and needs at least %d", name, n_fields,
                         N_REQUIRED);
    for (size_t i = 1; i < N_REQUIRED; i++) {
        out[i] = strtod(field[i], &end);
        if (end == field[i] || *end != '\0' || !isfinite(out[i]) || (i >= 5 && out[i] == 0))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: field %zu of 'map info', '%.40s', is not a usable number", name,
                             i + 1, field[i]);
    }
    for (size_t i = N_REQUIRED; i < n_fields; i++) {
        if (strncasecmp(field[i], "rotation", 8) != 0)
            continue;
        const char *value = field[i] + 8 + strspn(field[i] + 8, " =");
        *out_rotation = strtod(value, &end) * acos(-1) / 180;
        if (end == value || *end != '\0' || !isfinite(*out_rotation))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: field %zu of 'map info', '%.40s', is not a rotation in degrees",
                             name, i + 1, field[i]);
    }
    return VAHO_OK;
}

static enum vaho_status set_affine(struct vaho_source *source, char **field, size_t n_fields,
                                   const char *string, struct vaho_error *error)
{
    struct vaho_georeference *georeference = &source->georeference;
    double *affine = georeference->affine, number[N_REQUIRED], rotation = 0;
    enum vaho_status status =
        read_numbers(number, &rotation, field, n_fields, source->file[1], error);

    if (status != VAHO_OK)
        return status;
    status = set_crs(source, string, field, n_fields, error);
    if (status != VAHO_OK)
        return status;
    if (source->crs_wkt == NULL)
        return cube_add_note(source, error,
                             "'map info' (%.60s) has a projection, zone, datum or unit that is "
                             "not understood, so the cube has no place; add a 'coordinate system "
                             "string' to the header",
                             field[0]);
    affine[1] = number[5] * cos(rotation);
    affine[2] = number[6] * sin(rotation);
    affine[4] = number[5] * sin(rotation);
    affine[5] = -number[6] * cos(rotation);
    affine[0] = number[3] - (number[1] - 1) * affine[1] - (number[2] - 1) * affine[2];
    affine[3] = number[4] - (number[1] - 1) * affine[4] - (number[2] - 1) * affine[5];
    georeference->kind = VAHO_GEOREFERENCE_AFFINE;
    georeference->crs_wkt = source->crs_wkt;
    return VAHO_OK;
}

enum vaho_status cube_map_info(struct vaho_source *source, const struct vaho_envi_header *header,
                               struct vaho_error *error)
{
    const char *string = vaho_envi_header_get(header, "coordinate system string");
    char **field;
    size_t n_fields;
    enum vaho_status status =
        vaho_envi_header_strings(&field, &n_fields, header, "map info", error);

    if (status != VAHO_OK)
        return status;
    status = n_fields > 0 ? set_affine(source, field, n_fields, string, error)
                          : set_crs(source, string, NULL, 0, error);
    free(field);
    return status;
}
