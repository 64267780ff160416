#include "cube/placement.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <limits.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdlib.h>

#include "base/error.h"

void cube_placement_free(struct cube_placement *placement)
{
    free(placement->longitude_deg);
    free(placement->latitude_deg);
    free(placement->height_m);
    free(placement->variance_m2);
    *placement = (struct cube_placement){0};
}

void cube_place(struct vaho_source *source, struct cube_placement *placement)
{
    free(source->longitude_deg);
    free(source->latitude_deg);
    free(source->height_m);
    free(source->variance_m2);
    source->longitude_deg = placement->longitude_deg;
    source->latitude_deg = placement->latitude_deg;
    source->height_m = placement->height_m;
    source->variance_m2 = placement->variance_m2;
    source->georeference = (struct vaho_georeference){.kind = VAHO_GEOREFERENCE_ARRAY,
                                                      .longitude_deg = source->longitude_deg,
                                                      .latitude_deg = source->latitude_deg,
                                                      .height_m = source->height_m,
                                                      .height_datum = placement->height_datum,
                                                      .variance_m2 = source->variance_m2};
    *placement = (struct cube_placement){0};
}

enum vaho_status cube_to_degrees(double *x, double *y, size_t n, const char *crs_wkt,
                                 const char *name, struct vaho_error *error)
{
    OGRSpatialReferenceH from = OSRNewSpatialReference(crs_wkt);
    OGRSpatialReferenceH to = OSRNewSpatialReference(NULL);
    OGRCoordinateTransformationH transformation = NULL;
    int *done = vaho_alloc(n, sizeof *done);
    enum vaho_status status = VAHO_OK;

    CPLPushErrorHandler(CPLQuietErrorHandler);
    if (from != NULL && to != NULL && OSRImportFromEPSG(to, 4326) == OGRERR_NONE) {
        OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
        OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
        transformation = OCTNewCoordinateTransformation(from, to);
    }
    if (done == NULL)
        status = vaho_fail_memory(error, name);
    else if (transformation == NULL || n > INT_MAX)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: its coordinate system cannot be turned into longitude and latitude",
                           name);
    else
        OCTTransformEx(transformation, (int)n, x, y, NULL, done);
    for (size_t i = 0; status == VAHO_OK && i < n; i++)
        if (!done[i])
            x[i] = y[i] = NAN;
    CPLPopErrorHandler();
    OCTDestroyCoordinateTransformation(transformation);
    OSRDestroySpatialReference(to);
    OSRDestroySpatialReference(from);
    free(done);
    return status;
}
