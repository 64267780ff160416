#include "serve/overlays.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <dirent.h>
#include <gdal.h>
#include <gdal_utils.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/signing.h"
#include "format/gdal_scope.h"

enum { PATH_NBYTES = 4096, MAX_GASES = 256, MAX_FOLDERS = 100000 };
static const char map_end[] = "_snr.tif";
static const double EARTH_RADIUS_M = 6378137; /* of Web Mercator */

struct flight {
    char name[512], products_sha256[VAHO_DIGEST_HEX_NBYTES];
};

static enum vaho_status find_flight(struct flight *out, struct vaho_casebook *casebook,
                                    int64_t flight_id, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database,
                           "SELECT name, products_sha256 FROM flights WHERE id = ?", -1, &s,
                           NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, flight_id);
        result = sqlite3_step(s);
    }
    if (result == SQLITE_ROW) {
        snprintf(out->name, sizeof out->name, "%s", (const char *)sqlite3_column_text(s, 0));
        snprintf(out->products_sha256, sizeof out->products_sha256, "%s",
                 (const char *)sqlite3_column_text(s, 1));
    } else {
        status = result == SQLITE_DONE
                     ? vaho_fail(error, VAHO_NOT_FOUND, "there is no such flight")
                     : vaho_database_fail(casebook->database, casebook->path, error);
    }
    sqlite3_finalize(s);
    return status;
}

static int is_folder_of(const char *folder, const struct flight *flight)
{
    char path[PATH_NBYTES], sha256[VAHO_DIGEST_HEX_NBYTES];

    return snprintf(path, sizeof path, "%s/plumes.geojson", folder) < PATH_NBYTES &&
           vaho_file_sha256(sha256, path, NULL) == VAHO_OK &&
           strcmp(sha256, flight->products_sha256) == 0;
}

/* 1 and the folder that a flight's products are in; 0: there is none. */
static int find_folder(char out[PATH_NBYTES], const char *products, const struct flight *flight)
{
    DIR *folder = products == NULL ? NULL : opendir(products);
    const struct dirent *entry;
    size_t n = strlen(flight->name), n_folders = 0;
    int found = 0;

    while (!found && folder != NULL && (entry = readdir(folder)) != NULL &&
           n_folders++ < MAX_FOLDERS)
        found = strncmp(entry->d_name, flight->name, n) == 0 && entry->d_name[0] != '.' &&
                (entry->d_name[n] == '\0' || entry->d_name[n] == '.') &&
                snprintf(out, PATH_NBYTES, "%s/%s", products, entry->d_name) < PATH_NBYTES &&
                is_folder_of(out, flight);
    if (folder != NULL)
        closedir(folder);
    return found;
}

/* --- the map, warped ------------------------------------------------------------------ */

/* In Web Mercator, no larger than VAHO_OVERLAY_MAX_PX; NULL: it has no place, or GDAL failed. */
static GDALDatasetH warp(const char *path)
{
    GDALDatasetH source = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, NULL, NULL, NULL);
    GDALDatasetH warped = NULL;
    GDALWarpAppOptions *options;
    char **words = NULL;
    double affine[6];
    int failed = 0, size;

    if (source == NULL ||
        (GDALGetGeoTransform(source, affine) != CE_None && GDALGetGCPCount(source) == 0)) {
        GDALClose(source);
        return NULL;
    }
    size = GDALGetRasterXSize(source) > GDALGetRasterYSize(source) ? GDALGetRasterXSize(source)
                                                                   : GDALGetRasterYSize(source);
    words = CSLAddString(words, "-of");
    words = CSLAddString(words, "MEM");
    words = CSLAddString(words, "-t_srs");
    words = CSLAddString(words, "EPSG:3857");
    words = CSLAddString(words, "-dstnodata");
    words = CSLAddString(words, "nan");
    if (size > VAHO_OVERLAY_MAX_PX) {
        words = CSLAddString(words, "-ts");
        words = CSLAddString(words, CPLSPrintf("%d", VAHO_OVERLAY_MAX_PX));
        words = CSLAddString(words, "0");
    }
    options = GDALWarpAppOptionsNew(words, NULL);
    CSLDestroy(words);
    if (options != NULL)
        warped = GDALWarp("", NULL, 1, &source, options, &failed);
    GDALWarpAppOptionsFree(options);
    GDALClose(source);
    return warped;
}

static double longitude_of(double x_m)
{
    return x_m / EARTH_RADIUS_M * 180 / M_PI;
}

static double latitude_of(double y_m)
{
    return (2 * atan(exp(y_m / EARTH_RADIUS_M)) - M_PI / 2) * 180 / M_PI;
}

/* West, south, east, north of what it is warped to; NULL: it has no place. */
static json_t *bounds_of(const char *folder, const char *file)
{
    char path[PATH_NBYTES + 256];
    GDALDatasetH warped;
    json_t *bounds = NULL;
    double t[6];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    warped = warp(path);
    if (warped != NULL && GDALGetGeoTransform(warped, t) == CE_None)
        bounds = json_pack(
            "[ffff]", longitude_of(t[0]), latitude_of(t[3] + t[5] * GDALGetRasterYSize(warped)),
            longitude_of(t[0] + t[1] * GDALGetRasterXSize(warped)), latitude_of(t[3]));
    GDALClose(warped);
    return bounds;
}

static json_t *overlay_json(const char *file, int64_t flight_id, json_t *bounds)
{
    char gas[256], url[512];

    snprintf(gas, sizeof gas, "%.*s", (int)(strlen(file) - strlen(map_end)), file);
    snprintf(url, sizeof url, "/api/flights/%lld/overlays/%s", (long long)flight_id, gas);
    return json_pack("{s:s, s:s, s:s, s:O, s:i, s:i}", "gas", gas, "kind", "snr", "url", url,
                     "bounds", bounds, "least", VAHO_OVERLAY_LEAST, "most", VAHO_OVERLAY_MOST);
}

/* A name that needs no escaping in an address. */
static int is_map(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name), end = strlen(map_end);

    return n > end && n < 200 && strcmp(entry->d_name + n - end, map_end) == 0 &&
           strspn(entry->d_name,
                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == n &&
           entry->d_name[0] != '.';
}

enum vaho_status vaho_overlays_json(json_t **out, struct vaho_casebook *casebook,
                                    const char *products, int64_t flight_id,
                                    struct vaho_error *error)
{
    char folder[PATH_NBYTES];
    struct dirent **found = NULL;
    struct vaho_gdal_scope scope;
    struct flight flight;
    json_t *bounds = NULL;
    int n = 0;
    enum vaho_status status = find_flight(&flight, casebook, flight_id, error);

    *out = NULL;
    if (status == VAHO_OK)
        status = vaho_gdal_enter(&scope, "png", NULL, error);
    if (status != VAHO_OK)
        return status;
    *out = json_array();
    if (find_folder(folder, products, &flight))
        n = scandir(folder, &found, is_map, alphasort);
    if (n > 0) /* all maps of a search lie on one grid */
        bounds = bounds_of(folder, found[0]->d_name);
    for (int i = 0; i < n; i++) {
        if (i < MAX_GASES && bounds != NULL)
            json_array_append_new(*out, overlay_json(found[i]->d_name, flight_id, bounds));
        free(found[i]);
    }
    free(found);
    json_decref(bounds);
    vaho_gdal_leave(&scope);
    return VAHO_OK;
}

/* --- the picture -------------------------------------------------------------------------- */

/* Transparent below the least, then yellow to red, ever less transparent. */
static void colour(unsigned char out[4], float value)
{
    double t = ((double)value - VAHO_OVERLAY_LEAST) / (VAHO_OVERLAY_MOST - VAHO_OVERLAY_LEAST);

    memset(out, 0, 4);
    if (!(t >= 0))
        return;
    t = fmin(t, 1);
    out[0] = (unsigned char)(255 - 40 * t);
    out[1] = (unsigned char)(210 * (1 - t));
    out[2] = (unsigned char)(40 * (1 - t));
    out[3] = (unsigned char)(90 + 140 * t);
}

static enum vaho_status paint(char **out, size_t *out_nbytes, GDALDatasetH warped,
                              struct vaho_gdal_scope *scope, struct vaho_error *error)
{
    int width = GDALGetRasterXSize(warped), height = GDALGetRasterYSize(warped);
    size_t n = (size_t)width * (size_t)height;
    float *value = vaho_alloc(n, sizeof *value);
    unsigned char *pixel = vaho_alloc(n, 4);
    GDALDatasetH picture =
                     GDALCreate(GDALGetDriverByName("MEM"), "", width, height, 4, GDT_Byte, NULL),
                 copy = NULL;
    const unsigned char *data;

    *out = NULL;
    if (value != NULL && pixel != NULL && picture != NULL &&
        GDALRasterIO(GDALGetRasterBand(warped, 1), GF_Read, 0, 0, width, height, value, width,
                     height, GDT_Float32, 0, 0) == CE_None) {
        for (size_t i = 0; i < n; i++)
            colour(pixel + 4 * i, value[i]);
        if (GDALDatasetRasterIO(picture, GF_Write, 0, 0, width, height, pixel, width, height,
                                GDT_Byte, 4, NULL, 4, 4 * width, 1) == CE_None)
            copy = GDALCreateCopy(GDALGetDriverByName("PNG"), scope->file, picture, TRUE, NULL,
                                  NULL, NULL);
    }
    GDALClose(copy);
    GDALClose(picture);
    free(value);
    free(pixel);
    data = copy == NULL ? NULL : vaho_gdal_file(out_nbytes, scope);
    if (data != NULL && (*out = malloc(*out_nbytes)) != NULL)
        memcpy(*out, data, *out_nbytes);
    return *out == NULL ? vaho_gdal_fail(scope, "a picture", error) : VAHO_OK;
}

enum vaho_status vaho_overlay_png(char **out, size_t *out_nbytes, struct vaho_casebook *casebook,
                                  const char *products, int64_t flight_id, const char *gas,
                                  struct vaho_error *error)
{
    char folder[PATH_NBYTES], path[PATH_NBYTES + 256];
    struct vaho_gdal_scope scope;
    struct flight flight;
    GDALDatasetH warped = NULL;
    enum vaho_status status = find_flight(&flight, casebook, flight_id, error);

    *out = NULL;
    if (status == VAHO_OK &&
        (strchr(gas, '/') != NULL || gas[0] == '.' || !find_folder(folder, products, &flight)))
        status = vaho_fail(error, VAHO_NOT_FOUND, "there are no maps of this flight");
    if (status == VAHO_OK)
        status = vaho_gdal_enter(&scope, "png", NULL, error);
    if (status != VAHO_OK)
        return status;
    snprintf(path, sizeof path, "%s/%s%s", folder, gas, map_end);
    warped = warp(path);
    status = warped == NULL
                 ? vaho_fail(error, VAHO_NOT_FOUND, "there is no such map, or it has no place")
                 : paint(out, out_nbytes, warped, &scope, error);
    GDALClose(warped);
    vaho_gdal_leave(&scope);
    return status;
}
