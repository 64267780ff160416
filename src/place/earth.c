#include "place/earth.h"

#include <math.h>
#include <proj.h>
#include <stdlib.h>

#include "base/error.h"

struct place_earth {
    PJ_CONTEXT *context;
    PJ *centred;    /* geodetic to Earth-centred */
    PJ *projection; /* degrees to the second system, or NULL */
};

static void ignore_log(void *data, int level, const char *message)
{
    (void)data;
    (void)level;
    (void)message;
}

/* Longitude (x) first, whatever the axis order of the system's authority. */
static PJ *make_projection(PJ_CONTEXT *context, const char *crs_wkt)
{
    PJ *from = proj_create(context, "EPSG:4326"), *to = proj_create(context, crs_wkt);
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

enum vaho_status place_earth_new(struct place_earth **out, const char *crs_wkt, const char *name,
                                 struct vaho_error *error)
{
    struct place_earth *earth = vaho_alloc(1, sizeof *earth);

    *out = NULL;
    if (earth == NULL || (earth->context = proj_context_create()) == NULL) {
        place_earth_free(earth);
        return vaho_fail_memory(error, "coordinates");
    }
    proj_log_func(earth->context, NULL, ignore_log);
    proj_context_set_enable_network(earth->context, 0);
    earth->centred = proj_create(earth->context, "+proj=cart +ellps=WGS84");
    if (earth->centred == NULL) {
        place_earth_free(earth);
        return vaho_fail(error, VAHO_FAULT, "PROJ cannot convert coordinates; is it installed?");
    }
    if (crs_wkt != NULL && (earth->projection = make_projection(earth->context, crs_wkt)) == NULL) {
        place_earth_free(earth);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: its coordinate system cannot be reached from longitude and latitude",
                         name);
    }
    *out = earth;
    return VAHO_OK;
}

void place_earth_free(struct place_earth *earth)
{
    if (earth == NULL)
        return;
    proj_destroy(earth->centred);
    proj_destroy(earth->projection);
    proj_context_destroy(earth->context);
    free(earth);
}

void place_earth_centred(double out[3], struct place_earth *earth, const double geodetic[3])
{
    PJ_COORD at = proj_trans(earth->centred, PJ_FWD,
                             proj_coord(geodetic[0], geodetic[1], geodetic[2], HUGE_VAL));

    out[0] = at.xyz.x;
    out[1] = at.xyz.y;
    out[2] = at.xyz.z;
}

void place_earth_geodetic(double out[3], struct place_earth *earth, const double centred[3])
{
    PJ_COORD at = proj_trans(earth->centred, PJ_INV,
                             proj_coord(centred[0], centred[1], centred[2], HUGE_VAL));

    out[0] = at.lpz.lam;
    out[1] = at.lpz.phi;
    out[2] = at.lpz.z;
}

int place_earth_project(double out[2], struct place_earth *earth, double longitude_rad,
                        double latitude_rad)
{
    PJ_COORD at =
        proj_trans(earth->projection, PJ_FWD,
                   proj_coord(longitude_rad * 180 / M_PI, latitude_rad * 180 / M_PI, 0, HUGE_VAL));

    out[0] = at.xy.x;
    out[1] = at.xy.y;
    return isfinite(out[0]) && isfinite(out[1]);
}

void place_earth_axes(double out[9], double longitude_rad, double latitude_rad)
{
    const double cl = cos(longitude_rad), sl = sin(longitude_rad);
    const double cp = cos(latitude_rad), sp = sin(latitude_rad);

    out[0] = -sp * cl; /* columns: north, east, down */
    out[1] = -sl;
    out[2] = -cp * cl;
    out[3] = -sp * sl;
    out[4] = cl;
    out[5] = -cp * sl;
    out[6] = cp;
    out[7] = 0;
    out[8] = -sp;
}
