/*
 * place.c - from line and sample to longitude and latitude
 *
 * Affine grids go through PROJ.  Its transformations keep state, so one lock
 * guards the place's own; the result is exact rather than interpolated, and
 * places are asked for plumes and corners, not for every pixel of a cube.  PROJ's
 * network access is switched off: a flight line's place must not leave the
 * machine as a request for a datum grid.
 *
 * Arrays of longitudes and latitudes are interpolated bilinearly between pixel
 * centres and extended by half a pixel at the edges, so that a pixel's corners
 * have a place.  Longitudes are unwrapped around one of the four centres first,
 * for lines across the date line.  When one of the four centres is unknown it is
 * completed to a parallelogram; when more are, a known nearest centre stands
 * for the point.
 *
 * Distances are geodesics on the WGS 84 ellipsoid (Karney 2013, in PROJ).
 *
 * A point that is known in the image to sigma_px pixels is known on the ground to
 *
 *   C + sigma_px^2 (a a^T + b b^T)
 *
 * with C the error of the pixel's own place, a and b the steps (east, north) from
 * one line and one sample to the next.
 */
#include "vaho/place.h"

#include <geodesic.h>
#include <math.h>
#include <proj.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/error.h"

struct transform {
    PJ_CONTEXT *context;
    PJ *projection; /* to longitude, latitude in degrees; NULL: not made */
    pthread_mutex_t lock;
};

struct vaho_place {
    const struct vaho_georeference *georeference;
    size_t n_lines, n_samples;
    struct transform *transform; /* AFFINE only */
    struct geod_geodesic ellipsoid;
};

static void ignore_log(void *data, int level, const char *message)
{
    (void)data;
    (void)level;
    (void)message;
}

static void transform_free(struct transform *transform)
{
    if (transform == NULL)
        return;
    proj_destroy(transform->projection);
    proj_context_destroy(transform->context);
    pthread_mutex_destroy(&transform->lock);
    free(transform);
}

/* Longitude first, whatever the axis order of the system's authority. */
static PJ *make_projection(PJ_CONTEXT *context, const char *crs_wkt)
{
    PJ *from = proj_create(context, crs_wkt), *to = proj_create(context, "EPSG:4326");
    PJ *direct = NULL, *normalised = NULL;

    if (from != NULL && to != NULL)
        direct = proj_create_crs_to_crs_from_pj(context, from, to, NULL, NULL);
    if (direct != NULL)
        normalised = proj_normalize_for_visualization(context, direct);
    proj_destroy(direct);
    proj_destroy(to);
    proj_destroy(from);
    return normalised;
}

static enum vaho_status transform_new(struct transform **out, const char *crs_wkt,
                                      struct vaho_error *error)
{
    struct transform *transform = vaho_alloc(1, sizeof *transform);

    *out = NULL;
    if (transform == NULL)
        return vaho_fail_memory(error, "a place");
    pthread_mutex_init(&transform->lock, NULL);
    transform->context = proj_context_create();
    if (transform->context == NULL) {
        transform_free(transform);
        return vaho_fail_memory(error, "a place");
    }
    proj_log_func(transform->context, NULL, ignore_log);
    proj_context_set_enable_network(transform->context, 0);
    transform->projection = make_projection(transform->context, crs_wkt);
    if (transform->projection == NULL) {
        transform_free(transform);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "the coordinate system '%.200s' cannot be turned into longitude and "
                         "latitude; correct it or remove the cube's map info",
                         crs_wkt);
    }
    *out = transform;
    return VAHO_OK;
}

enum vaho_status vaho_place_new(struct vaho_place **out,
                                const struct vaho_georeference *georeference, size_t n_lines,
                                size_t n_samples, struct vaho_error *error)
{
    struct vaho_place *place = vaho_alloc(1, sizeof *place);
    const double *affine = georeference->affine;
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (place == NULL)
        return vaho_fail_memory(error, "a place");
    place->georeference = georeference;
    place->n_lines = n_lines;
    place->n_samples = n_samples;
    geod_init(&place->ellipsoid, 6378137, 1 / 298.257223563); /* WGS 84 */
    if (georeference->kind == VAHO_GEOREFERENCE_AFFINE) {
        if (!(fabs(affine[1] * affine[5] - affine[2] * affine[4]) > 0))
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "the grid's pixels have no area (steps %g, %g and %g, %g); correct "
                               "the cube's map info",
                               affine[1], affine[4], affine[2], affine[5]);
        else
            status = transform_new(&place->transform, georeference->crs_wkt, error);
    }
    if (status != VAHO_OK) {
        vaho_place_free(place);
        return status;
    }
    *out = place;
    return VAHO_OK;
}

void vaho_place_free(struct vaho_place *place)
{
    if (place == NULL)
        return;
    transform_free(place->transform);
    free(place);
}

int vaho_place_known(const struct vaho_place *place)
{
    return place->georeference->kind != VAHO_GEOREFERENCE_NONE;
}

int vaho_place_is_grid(const struct vaho_place *place)
{
    return place->georeference->kind == VAHO_GEOREFERENCE_AFFINE;
}

static int has_variances(const struct vaho_georeference *georeference)
{
    return georeference->kind == VAHO_GEOREFERENCE_ARRAY && georeference->variance_m2 != NULL;
}

int vaho_place_states_error(const struct vaho_place *place)
{
    return vaho_place_known(place) &&
           (has_variances(place->georeference) || place->georeference->sigma_m > 0);
}

static int affine_lonlat(double *longitude_deg, double *latitude_deg,
                         const struct vaho_place *place, double line, double sample)
{
    const double *affine = place->georeference->affine;
    const double s = sample + 0.5, l = line + 0.5; /* from the corner */
    struct transform *transform = place->transform;
    PJ_COORD at = proj_coord(affine[0] + s * affine[1] + l * affine[2],
                             affine[3] + s * affine[4] + l * affine[5], 0, HUGE_VAL);

    pthread_mutex_lock(&transform->lock);
    at = proj_trans(transform->projection, PJ_FWD, at);
    pthread_mutex_unlock(&transform->lock);
    *longitude_deg = at.lp.lam;
    *latitude_deg = at.lp.phi;
    return isfinite(at.lp.lam) && isfinite(at.lp.phi);
}

/* The index and weight of the lower of the two centres around 'at'. */
static size_t lower_centre(double *out_weight, double at, size_t n)
{
    size_t lower = at <= 0 ? 0 : (size_t)at;

    if (lower + 2 > n)
        lower = n < 2 ? 0 : n - 2;
    *out_weight = n < 2 ? 0 : at - (double)lower; /* -0.5 .. 1.5 */
    return lower;
}

struct degrees {
    double longitude, latitude;
};

static int array_lonlat(double *longitude_deg, double *latitude_deg, const struct vaho_place *place,
                        double line, double sample)
{
    const struct vaho_georeference *georeference = place->georeference;
    double v, u;
    const size_t l = lower_centre(&v, line, place->n_lines);
    const size_t s = lower_centre(&u, sample, place->n_samples);
    const double weight[4] = {(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u};
    const size_t nearest = (v >= 0.5 ? 2 : 0) + (u >= 0.5 ? 1 : 0);
    struct degrees corner[4];
    size_t n_unknown = 0, unknown = 0;
    double longitude = 0, latitude = 0;

    for (size_t i = 0; i < 4; i++) {
        size_t at = (l + (place->n_lines < 2 ? 0 : i / 2)) * place->n_samples + s +
                    (place->n_samples < 2 ? 0 : i % 2);
        corner[i].longitude = georeference->longitude_deg[at];
        corner[i].latitude = georeference->latitude_deg[at];
        if (!isfinite(corner[i].longitude) || !isfinite(corner[i].latitude)) {
            n_unknown++;
            unknown = i;
        }
    }
    if (n_unknown > 1 || (n_unknown == 1 && unknown == nearest)) {
        *longitude_deg = corner[nearest].longitude;
        *latitude_deg = corner[nearest].latitude;
        return isfinite(*longitude_deg) && isfinite(*latitude_deg);
    }
    for (size_t i = 0; i < 4; i++) /* around the opposite of the unknown one, which is known */
        corner[i].longitude +=
            360 * round((corner[3 - unknown].longitude - corner[i].longitude) / 360);
    if (n_unknown == 1) {
        const struct degrees *a = &corner[unknown ^ 1], *b = &corner[unknown ^ 2];
        corner[unknown].longitude = a->longitude + b->longitude - corner[3 - unknown].longitude;
        corner[unknown].latitude = a->latitude + b->latitude - corner[3 - unknown].latitude;
    }
    for (size_t i = 0; i < 4; i++) {
        longitude += weight[i] * corner[i].longitude;
        latitude += weight[i] * corner[i].latitude;
    }
    *longitude_deg = remainder(longitude, 360);
    *latitude_deg = latitude;
    return 1;
}

int vaho_place_lonlat(double *longitude_deg, double *latitude_deg, const struct vaho_place *place,
                      double line, double sample)
{
    int known = 0;

    if (line >= -0.5 && line <= (double)place->n_lines - 0.5 && sample >= -0.5 &&
        sample <= (double)place->n_samples - 0.5) {
        if (place->georeference->kind == VAHO_GEOREFERENCE_AFFINE)
            known = affine_lonlat(longitude_deg, latitude_deg, place, line, sample);
        else if (place->georeference->kind == VAHO_GEOREFERENCE_ARRAY)
            known = array_lonlat(longitude_deg, latitude_deg, place, line, sample);
    }
    if (!known)
        *longitude_deg = *latitude_deg = NAN;
    return known;
}

/* The geodesic between two points of the image; NaN where one is unknown or both are one. */
static double distance_m(const struct vaho_place *place, double line, double sample,
                         double other_line, double other_sample)
{
    double longitude[2], latitude[2], metres;

    if (!vaho_place_lonlat(&longitude[0], &latitude[0], place, line, sample) ||
        !vaho_place_lonlat(&longitude[1], &latitude[1], place, other_line, other_sample))
        return NAN;
    geod_inverse(&place->ellipsoid, latitude[0], longitude[0], latitude[1], longitude[1], &metres,
                 NULL, NULL);
    return metres > 0 ? metres : NAN;
}

static double clamp(double value, double max)
{
    return value < 0 ? 0 : value > max ? max : value;
}

int vaho_place_pixel_size_m(double *along_m, double *across_m, const struct vaho_place *place,
                            double line, double sample)
{
    const double l = clamp(line, (double)place->n_lines - 1);
    const double s = clamp(sample, (double)place->n_samples - 1);

    *along_m = distance_m(place, l - 0.5, s, l + 0.5, s);
    *across_m = distance_m(place, l, s - 0.5, l, s + 0.5);
    if (isfinite(*along_m) && isfinite(*across_m))
        return 1;
    *along_m = *across_m = NAN;
    return 0;
}

/* --- heights and errors ----------------------------------------------------- */

/* The index of the nearest pixel; 0 for a point outside the image. */
static int nearest_pixel(size_t *out, const struct vaho_place *place, double line, double sample)
{
    if (!(line >= -0.5 && line <= (double)place->n_lines - 0.5 && sample >= -0.5 &&
          sample <= (double)place->n_samples - 0.5))
        return 0;
    *out = (size_t)clamp(floor(line + 0.5), (double)place->n_lines - 1) * place->n_samples +
           (size_t)clamp(floor(sample + 0.5), (double)place->n_samples - 1);
    return 1;
}

int vaho_place_height_m(double *height_m, const struct vaho_place *place, double line,
                        double sample)
{
    const struct vaho_georeference *georeference = place->georeference;
    size_t pixel;

    *height_m = NAN;
    if (georeference->kind == VAHO_GEOREFERENCE_ARRAY && georeference->height_m != NULL &&
        nearest_pixel(&pixel, place, line, sample))
        *height_m = (double)georeference->height_m[pixel];
    return isfinite(*height_m);
}

/* East and north from one point of the image to another; 0 where one is unknown. */
static int step_m(double out[2], const struct vaho_place *place, double line, double sample,
                  double other_line, double other_sample)
{
    double longitude[2], latitude[2], metres, azimuth_deg;

    if (!vaho_place_lonlat(&longitude[0], &latitude[0], place, line, sample) ||
        !vaho_place_lonlat(&longitude[1], &latitude[1], place, other_line, other_sample))
        return 0;
    geod_inverse(&place->ellipsoid, latitude[0], longitude[0], latitude[1], longitude[1], &metres,
                 &azimuth_deg, NULL);
    out[0] = metres * sin(azimuth_deg * M_PI / 180);
    out[1] = metres * cos(azimuth_deg * M_PI / 180);
    return 1;
}

/* Adds J C J', J's columns the steps of a line and of a sample. */
static int add_pixels(double out_m2[3], const struct vaho_place *place, double line, double sample,
                      const double c[3])
{
    const double l = clamp(line, (double)place->n_lines - 1);
    const double s = clamp(sample, (double)place->n_samples - 1);
    double step[2][2];

    if (!step_m(step[0], place, l - 0.5, s, l + 0.5, s) ||
        !step_m(step[1], place, l, s - 0.5, l, s + 0.5))
        return 0;
    for (size_t i = 0; i < 3; i++) {
        size_t a = i / 2, b = (i + 1) / 2; /* east-east, east-north, north-north */
        out_m2[i] += c[0] * step[0][a] * step[0][b] + c[2] * step[1][a] * step[1][b] +
                     c[1] * (step[0][a] * step[1][b] + step[1][a] * step[0][b]);
    }
    return 1;
}

int vaho_place_covariance(double out_m2[3], const struct vaho_place *place, double line,
                          double sample, const double covariance_px2[3])
{
    const struct vaho_georeference *georeference = place->georeference;
    const float *variance = georeference->variance_m2;
    double longitude, latitude;
    size_t pixel;
    int known = 0;

    if ((covariance_px2 == NULL ||
         isfinite(covariance_px2[0] + covariance_px2[1] + covariance_px2[2])) &&
        nearest_pixel(&pixel, place, line, sample) &&
        vaho_place_lonlat(&longitude, &latitude, place, line, sample)) {
        if (has_variances(georeference)) {
            for (size_t i = 0; i < 3; i++)
                out_m2[i] = (double)variance[4 * pixel + i];
            known = isfinite(out_m2[0] + out_m2[1] + out_m2[2]);
        } else if (georeference->sigma_m > 0) {
            out_m2[0] = out_m2[2] = georeference->sigma_m * georeference->sigma_m;
            out_m2[1] = 0;
            known = 1;
        }
        if (known && covariance_px2 != NULL)
            known = add_pixels(out_m2, place, line, sample, covariance_px2);
    }
    if (!known)
        out_m2[0] = out_m2[1] = out_m2[2] = NAN;
    return known;
}

double vaho_place_largest_sigma_m(const double covariance_m2[3])
{
    const double mean = (covariance_m2[0] + covariance_m2[2]) / 2;
    const double half = (covariance_m2[0] - covariance_m2[2]) / 2;

    return sqrt(mean + hypot(half, covariance_m2[1]));
}
