/*
 * area.c - polygons, and which side of their border a disc lies on
 *
 * Validity is GEOS's judgement, through GDAL: its noder is robust and says where
 * rings cross.  What is asked of every pixel is done here, because no library
 * answers it in metres for a million discs of different sizes:
 *
 *   inside    the centre is, by crossing number (a ray to the east crosses an odd
 *             number of edges; an edge owns its lower end, so that a vertex counts
 *             once), and no edge comes nearer than the radius;
 *   distance  in the plane x = R lambda cos(phi), y = R phi around the centre, with
 *             R = 6335439 m, the Earth's smallest radius of curvature, and phi the
 *             latitude of the disc's rim nearer to the pole: both make distances
 *             shorter than they are, never longer.
 *
 * Points come in groups (a tile of pixels).  Edges whose box does not meet the
 * group's are left out; when none is left, one crossing number serves them all.
 *
 * Longitudes are kept in one piece: the area's own, possibly past 180; a point
 * is moved by 360 degrees into the turn that has the area in its middle.  An area
 * is at most 180 degrees wide, so that this turn's seam is far from its border.
 */
#include "mandate/area.h"

#include <cpl_error.h>
#include <float.h>
#include <math.h>
#include <ogr_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const double EARTH_M = 6335439, DEGREE = 0.017453292519943295;
static const double MAX_LATITUDE_DEG = 89, MAX_WIDTH_DEG = 180, MAX_RADIUS_M = 1e5;

struct edge {
    double x0, y0, x1, y1;
};

struct vaho_area {
    size_t n_edges;
    struct edge *edge;
    double bounds[4]; /* west, south, east, north */
};

/* What is being made, and from what. */
struct making {
    const char *what;
    size_t n_positions;
    int crosses; /* a vertex lies at -180 exactly: joined with what ends at 180 */
    struct vaho_error *error;
};

static enum vaho_status wrong(const struct making *making, const char *text)
{
    return vaho_fail(making->error, VAHO_BAD_INPUT, "%s: %s", making->what, text);
}

/* --- from GeoJSON to a geometry of GDAL ----------------------------------- */

static enum vaho_status read_position(double out[2], struct making *making, const json_t *position)
{
    if (!json_is_array(position) || json_array_size(position) < 2 || json_array_size(position) > 3)
        return wrong(making, "a position must be [longitude, latitude]");
    for (size_t k = 0; k < 2; k++) {
        const json_t *number = json_array_get(position, k);
        if (!json_is_number(number))
            return wrong(making, "a position must be two numbers, [longitude, latitude]");
        out[k] = json_number_value(number);
    }
    if (!(fabs(out[0]) <= 360))
        return vaho_fail(making->error, VAHO_BAD_INPUT,
                         "%s: the longitude %g is not within -360 to 360 degrees", making->what,
                         out[0]);
    if (!(fabs(out[1]) <= MAX_LATITUDE_DEG))
        return vaho_fail(
            making->error, VAHO_BAD_INPUT,
            "%s: the latitude %g is beyond %g degrees; an area cannot reach a pole, end "
            "it before",
            making->what, out[1], MAX_LATITUDE_DEG);
    if (++making->n_positions > VAHO_AREA_MAX_POSITIONS)
        return vaho_fail(making->error, VAHO_BAD_INPUT,
                         "%s: more than %d positions; simplify the border", making->what,
                         VAHO_AREA_MAX_POSITIONS);
    return VAHO_OK;
}

static enum vaho_status read_ring(OGRGeometryH ring, struct making *making, const json_t *positions)
{
    size_t n = json_array_size(positions);
    double first[2] = {0, 0}, last[2] = {0, 0};

    if (!json_is_array(positions) || n < 4)
        return wrong(making, "a ring must be an array of at least four positions, the last as the "
                             "first");
    for (size_t i = 0; i < n; i++) {
        double at[2];
        enum vaho_status status = read_position(at, making, json_array_get(positions, i));
        if (status != VAHO_OK)
            return status;
        if (i > 0 && fabs(at[0] - last[0]) > 180)
            return vaho_fail(making->error, VAHO_BAD_INPUT,
                             "%s: the edge from longitude %g to %g could go either way round; "
                             "across the antimeridian let longitudes run on past 180 (179, 181)",
                             making->what, last[0], at[0]);
        memcpy(i == 0 ? first : last, at, sizeof at);
        if (i == 0)
            memcpy(last, at, sizeof at);
        making->crosses |= at[0] == -180;
        OGR_G_AddPoint_2D(ring, at[0], at[1]);
    }
    if (first[0] != last[0] || first[1] != last[1])
        return wrong(making, "a ring is not closed: its last position must be its first");
    return VAHO_OK;
}

static enum vaho_status read_polygon(OGRGeometryH all, struct making *making, const json_t *rings)
{
    OGRGeometryH polygon;
    enum vaho_status status = VAHO_OK;

    if (!json_is_array(rings) || json_array_size(rings) == 0)
        return wrong(making, "a polygon must be an array of rings, the outer one first");
    polygon = OGR_G_CreateGeometry(wkbPolygon);
    for (size_t r = 0; r < json_array_size(rings) && status == VAHO_OK; r++) {
        OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
        status = read_ring(ring, making, json_array_get(rings, r));
        if (status == VAHO_OK)
            OGR_G_AddGeometryDirectly(polygon, ring);
        else
            OGR_G_DestroyGeometry(ring); /* GDAL would complain of it aloud */
    }
    OGR_G_AddGeometryDirectly(all, polygon);
    return status;
}

static enum vaho_status read_geometry(OGRGeometryH all, struct making *making,
                                      const json_t *geometry)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");
    enum vaho_status status = VAHO_OK;

    if (type != NULL && strcmp(type, "Polygon") == 0)
        return read_polygon(all, making, coordinates);
    if (type == NULL || strcmp(type, "MultiPolygon") != 0)
        return wrong(making, "must be a GeoJSON geometry of type Polygon or MultiPolygon");
    if (!json_is_array(coordinates) || json_array_size(coordinates) == 0)
        return wrong(making, "has no polygon");
    for (size_t i = 0; i < json_array_size(coordinates) && status == VAHO_OK; i++)
        status = read_polygon(all, making, json_array_get(coordinates, i));
    return status;
}

/* --- judging it ----------------------------------------------------------- */

/* Keeps GEOS's reason ("Self-intersection at or near point 1 2") instead of printing it. */
static void CPL_STDCALL keep_reason(CPLErr class, CPLErrorNum number, const char *text)
{
    char *reason = CPLGetErrorHandlerUserData();

    (void)class;
    (void)number;
    if (reason[0] == '\0')
        snprintf(reason, VAHO_ERROR_NBYTES / 2, "%s", text);
}

/* Moves polygons that begin at -180 to where they go on from those that end at 180. */
static OGRGeometryH join_at_antimeridian(OGRGeometryH all)
{
    for (int p = 0; p < OGR_G_GetGeometryCount(all); p++) {
        OGRGeometryH polygon = OGR_G_GetGeometryRef(all, p);
        OGREnvelope box;
        OGR_G_GetEnvelope(polygon, &box);
        for (int r = 0; box.MinX == -180 && r < OGR_G_GetGeometryCount(polygon); r++) {
            OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, r);
            for (int i = 0; i < OGR_G_GetPointCount(ring); i++)
                OGR_G_SetPoint_2D(ring, i, OGR_G_GetX(ring, i) + 360, OGR_G_GetY(ring, i));
        }
    }
    return OGR_G_UnionCascaded(all);
}

static enum vaho_status judge(OGRGeometryH *all, struct making *making)
{
    char reason[VAHO_ERROR_NBYTES / 2] = "";
    int valid;

    CPLPushErrorHandlerEx(keep_reason, reason);
    valid = OGR_G_IsValid(*all);
    if (valid && making->crosses) {
        OGRGeometryH joined = join_at_antimeridian(*all);
        valid = joined != NULL && !OGR_G_IsEmpty(joined);
        if (valid) {
            OGR_G_DestroyGeometry(*all);
            *all = joined;
        }
    }
    CPLPopErrorHandler();
    if (valid)
        return VAHO_OK;
    return vaho_fail(
        making->error, VAHO_BAD_INPUT,
        "%s: is no area with one clear border: %s; rings must not cross, touch along a "
        "line or lie outside their polygon",
        making->what, reason[0] != '\0' ? reason : "GEOS cannot tell why");
}

/* --- edges ---------------------------------------------------------------- */

static void add_ring(struct vaho_area *area, OGRGeometryH ring)
{
    for (int i = 0; i + 1 < OGR_G_GetPointCount(ring); i++) {
        struct edge *edge = &area->edge[area->n_edges];
        *edge = (struct edge){OGR_G_GetX(ring, i), OGR_G_GetY(ring, i), OGR_G_GetX(ring, i + 1),
                              OGR_G_GetY(ring, i + 1)};
        area->bounds[0] = fmin(area->bounds[0], edge->x0);
        area->bounds[1] = fmin(area->bounds[1], edge->y0);
        area->bounds[2] = fmax(area->bounds[2], edge->x0);
        area->bounds[3] = fmax(area->bounds[3], edge->y0);
        area->n_edges++;
    }
}

/* Walks polygons of polygons down to rings: counts their points, or adds them. */
static size_t walk(struct vaho_area *area, OGRGeometryH geometry)
{
    size_t n = 0;
    int parts = OGR_G_GetGeometryCount(geometry);

    if (parts == 0) {
        if (area != NULL)
            add_ring(area, geometry);
        return (size_t)OGR_G_GetPointCount(geometry);
    }
    for (int i = 0; i < parts; i++)
        n += walk(area, OGR_G_GetGeometryRef(geometry, i));
    return n;
}

enum vaho_status vaho_area_new(struct vaho_area **out, const json_t *geometry, const char *what,
                               struct vaho_error *error)
{
    struct making making = {.what = what, .error = error};
    OGRGeometryH all = OGR_G_CreateGeometry(wkbMultiPolygon);
    struct vaho_area *area = NULL;
    enum vaho_status status = read_geometry(all, &making, geometry);

    *out = NULL;
    if (status == VAHO_OK)
        status = judge(&all, &making);
    if (status == VAHO_OK) {
        area = vaho_alloc(1, sizeof *area);
        if (area != NULL)
            area->edge = vaho_alloc(walk(NULL, all), sizeof *area->edge);
        if (area == NULL || area->edge == NULL)
            status = vaho_fail_memory(error, what);
    }
    if (status == VAHO_OK) {
        area->bounds[0] = area->bounds[1] = INFINITY;
        area->bounds[2] = area->bounds[3] = -INFINITY;
        walk(area, all);
        if (!(area->bounds[2] - area->bounds[0] <= MAX_WIDTH_DEG))
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: spans longitudes %g to %g, more than half way round the Earth; "
                               "make two of it",
                               what, area->bounds[0], area->bounds[2]);
    }
    OGR_G_DestroyGeometry(all);
    if (status != VAHO_OK) {
        vaho_area_free(area);
        return status;
    }
    *out = area;
    return VAHO_OK;
}

void vaho_area_free(struct vaho_area *area)
{
    if (area == NULL)
        return;
    free(area->edge);
    free(area);
}

void vaho_area_bounds(double out[4], const struct vaho_area *area)
{
    memcpy(out, area->bounds, sizeof area->bounds);
}

/* --- sides ---------------------------------------------------------------- */

static int contains(const struct vaho_area *area, double x, double y)
{
    int inside = 0;

    for (size_t i = 0; i < area->n_edges; i++) {
        const struct edge *e = &area->edge[i];
        if ((e->y0 > y) != (e->y1 > y) &&
            x < e->x0 + (y - e->y0) / (e->y1 - e->y0) * (e->x1 - e->x0))
            inside = !inside;
    }
    return inside;
}

/* Metres a degree of longitude, at the rim of the disc that is nearer to the pole. */
static double longitude_scale(double latitude_deg, double radius_m)
{
    double rim = fabs(latitude_deg) * DEGREE + radius_m / EARTH_M;

    return rim < 1.5707 ? EARTH_M * DEGREE * cos(rim) : 0;
}

/* 1 when the edge comes nearer to (x, y) than the radius, or as near. */
static int reaches(const struct edge *e, double x, double y, double radius_m)
{
    const double sx = longitude_scale(y, radius_m), sy = EARTH_M * DEGREE;
    const double ax = (e->x0 - x) * sx, ay = (e->y0 - y) * sy;
    const double dx = (e->x1 - e->x0) * sx, dy = (e->y1 - e->y0) * sy;
    const double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(ax + t * dx, ay + t * dy) <= radius_m;
}

/* Into the turn of 360 degrees with the area in its middle. */
static double unwrap(const struct vaho_area *area, double longitude_deg)
{
    double middle = 0.5 * (area->bounds[0] + area->bounds[2]);

    return longitude_deg + 360 * round((middle - longitude_deg) / 360);
}

static int known(double longitude_deg, double latitude_deg, double radius_m)
{
    return isfinite(longitude_deg) && fabs(latitude_deg) <= 90 && radius_m >= 0 &&
           radius_m <= MAX_RADIUS_M;
}

/* The box around all discs, degrees: west, south, east, north.  0: no disc is known. */
static int box_around(double out[4], const struct vaho_area *area, const double *longitude_deg,
                      const double *latitude_deg, const double *radius_m, size_t n)
{
    double radius = 0, scale;

    out[0] = out[1] = INFINITY;
    out[2] = out[3] = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double x;
        if (!known(longitude_deg[i], latitude_deg[i], radius_m[i]))
            continue;
        x = unwrap(area, longitude_deg[i]);
        out[0] = fmin(out[0], x);
        out[1] = fmin(out[1], latitude_deg[i]);
        out[2] = fmax(out[2], x);
        out[3] = fmax(out[3], latitude_deg[i]);
        radius = fmax(radius, radius_m[i]);
    }
    if (!(out[0] <= out[2]))
        return 0;
    scale = longitude_scale(fmax(fabs(out[1]), fabs(out[3])), radius);
    out[1] -= radius / (EARTH_M * DEGREE);
    out[3] += radius / (EARTH_M * DEGREE);
    out[0] -= scale > 0 ? radius / scale : 360;
    out[2] += scale > 0 ? radius / scale : 360;
    return 1;
}

static int in_box(const struct edge *e, const double box[4])
{
    return fmin(e->x0, e->x1) <= box[2] && fmax(e->x0, e->x1) >= box[0] &&
           fmin(e->y0, e->y1) <= box[3] && fmax(e->y0, e->y1) >= box[1];
}

void vaho_area_sides(signed char *out, const struct vaho_area *area, const double *longitude_deg,
                     const double *latitude_deg, const double *radius_m, size_t n)
{
    double box[4];
    size_t first = area->n_edges, last = 0; /* edges that may matter are among these */
    int together = -1;                      /* the side of all, once it is known */

    memset(out, VAHO_SIDE_BORDER, n);
    if (!box_around(box, area, longitude_deg, latitude_deg, radius_m, n))
        return;
    for (size_t i = 0; i < area->n_edges; i++)
        if (in_box(&area->edge[i], box)) {
            first = i < first ? i : first;
            last = i + 1;
        }
    for (size_t i = 0; i < n; i++) {
        double x = unwrap(area, longitude_deg[i]), y = latitude_deg[i];
        int border = 0, inside;
        if (!known(longitude_deg[i], y, radius_m[i]))
            continue;
        for (size_t k = first; k < last && !border; k++)
            border = in_box(&area->edge[k], box) && reaches(&area->edge[k], x, y, radius_m[i]);
        if (border)
            continue;
        inside = together >= 0 && first >= last ? together : contains(area, x, y);
        together = inside;
        out[i] = inside ? VAHO_SIDE_INSIDE : VAHO_SIDE_OUTSIDE;
    }
}
