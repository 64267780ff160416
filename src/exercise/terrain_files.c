/*
 * terrain_files.c - heights from a terrain model of the user's, and the map as a file
 *
 * Projections are computed with the C library's functions, whose last bits differ between machines;
 * heights are rounded to centimetres, and a campaign's map is read from its file ever after.
 */
#include "exercise/terrain_files.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "exercise/world.h"
#include "format/geotiff.h"
#include "place/earth.h"
#include "place/raster.h"
#include "vaho/version.h"

static const double RADIAN = 0.017453292519943295;
static const char WGS84[] =
    "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,"
    "AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0],"
    "UNIT[\"degree\",0.0174532925199433],AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],"
    "AUTHORITY[\"EPSG\",\"4326\"]]";

/* NaN: nothing is known there. */
static double height_at(const struct place_raster *raster, struct place_earth *earth,
                        double longitude_deg, double latitude_deg)
{
    double xy[2], column, row;

    if (!place_earth_project(xy, earth, longitude_deg * RADIAN, latitude_deg * RADIAN))
        return NAN;
    place_raster_node(&column, &row, raster, xy[0], xy[1]);
    return place_raster_height(raster, column, row);
}

enum vaho_status terrain_resample(struct vaho_terrain *out, const char *path,
                                  struct vaho_error *error)
{
    struct place_raster raster;
    struct place_earth *earth = NULL;
    struct vaho_scenario_area level = *out->area;
    enum vaho_status status = place_raster_read(&raster, path, error);

    if (status != VAHO_OK)
        return status;
    level.ground_m = 0.0;
    status = place_earth_new(&earth, raster.crs_wkt, path, error);
    for (size_t i = 0; i < out->n_rows * out->n_columns && status == VAHO_OK; i++) {
        double longitude = out->west_deg + (double)(i % out->n_columns) * out->step_lon_deg;
        double latitude = out->north_deg - (double)(i / out->n_columns) * out->step_lat_deg;
        double east, north, h = height_at(&raster, earth, longitude, latitude);
        vaho_world_metres(&east, &north, &level, longitude, latitude);
        if (isnan(h)) { /* around the area the model may end: there its edge goes on */
            double e = fmin(fmax(east, 0.0), level.width_m);
            double n = fmin(fmax(north, 0.0), level.height_m);
            if (e != east || n != north) {
                vaho_world_lonlat(&longitude, &latitude, &level, e, n);
                h = height_at(&raster, earth, longitude, latitude);
            }
        }
        if (isnan(h))
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: knows no height at longitude %.5f, latitude %.5f; lay the area "
                               "where it does",
                               path, longitude, latitude);
        out->height_m[i] = (float)(floor(100.0 * h + 0.5) / 100.0);
    }
    place_earth_free(earth);
    place_raster_free(&raster);
    return status;
}

enum vaho_status vaho_terrain_save(const struct vaho_terrain *map, const char *path,
                                   struct vaho_error *error)
{
    const struct vaho_raster raster = {map->height_m, map->n_rows, map->n_columns, "m",
                                       "EXERCISE: height above the ellipsoid"};
    const struct vaho_georeference georeference = {
        .kind = VAHO_GEOREFERENCE_AFFINE,
        .affine = {map->west_deg - 0.5 * map->step_lon_deg, map->step_lon_deg, 0.0,
                   map->north_deg + 0.5 * map->step_lat_deg, 0.0, -map->step_lat_deg},
        .crs_wkt = WGS84};
    const struct vaho_product product = {.flight = "terrain",
                                         .time = "",
                                         .exercise = 1,
                                         .mandate = "no mandate",
                                         .version = VAHO_VERSION};

    return vaho_geotiff_write(path, &raster, &georeference, &product, error);
}

enum vaho_status vaho_terrain_load(struct vaho_terrain *out, struct vaho_scenario *s,
                                   const char *path, struct vaho_error *error)
{
    struct place_raster raster;
    enum vaho_status status;

    *out = (struct vaho_terrain){0};
    status = place_raster_read(&raster, path, error);
    if (status != VAHO_OK)
        return status;
    status = terrain_frame(out, s, error);
    if (status == VAHO_OK && (raster.n_rows != out->n_rows || raster.n_columns != out->n_columns))
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: is not the terrain of this exercise", path);
    if (status == VAHO_OK) {
        memcpy(out->height_m, raster.height_m,
               out->n_rows * out->n_columns * sizeof *out->height_m);
        status = terrain_settle(out, s, error);
    }
    place_raster_free(&raster);
    if (status != VAHO_OK)
        vaho_terrain_free(out);
    return status;
}
