/* test_map_info.c - projections, datums, reference positions and rotations of ENVI headers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include <cpl_conv.h>
#include <ogr_srs_api.h>

#include "made_cube.h"

static struct vaho_source *open_with(struct made_cube *cube, const char *extra)
{
    made_cube_new(cube, "x", 1,
                  "ENVI\nsamples=1\nlines=1\nbands=1\ndata type=1\ninterleave=bsq\n%s\n", extra);
    return open_cube(cube->data);
}

/* Whether the cube's system is the EPSG one, and puts the cube's corner at the same place. */
static int is_epsg(const struct vaho_georeference *georeference, int code)
{
    OGRSpatialReferenceH crs[3] = {OSRNewSpatialReference(georeference->crs_wkt),
                                   OSRNewSpatialReference(NULL), OSRNewSpatialReference(NULL)};
    double x[2], y[2];
    int same;

    OSRImportFromEPSG(crs[1], code);
    OSRImportFromEPSG(crs[2], 4326);
    for (int i = 0; i < 3; i++)
        OSRSetAxisMappingStrategy(crs[i], OAMS_TRADITIONAL_GIS_ORDER);
    for (int i = 0; i < 2; i++) {
        OGRCoordinateTransformationH to = OCTNewCoordinateTransformation(crs[i], crs[2]);
        x[i] = georeference->affine[0];
        y[i] = georeference->affine[3];
        assert_int_equal(OCTTransform(to, 1, &x[i], &y[i], NULL), 1);
        OCTDestroyCoordinateTransformation(to);
    }
    /* EPSG:3035 has northing first, which no ENVI header says: there only the place counts */
    same = (OSRIsSame(crs[0], crs[1]) || code == 3035) && fabs(x[0] - x[1]) < 1e-9 &&
           fabs(y[0] - y[1]) < 1e-9;
    for (int i = 0; i < 3; i++)
        OSRDestroySpatialReference(crs[i]);
    return same;
}

static void systems_are_understood(void **state)
{
    (void)state;
    const struct {
        const char *map_info;
        int code;
    } cases[] = {
        {"map info = {UTM, 1, 1, 5e5, 4e6, 2, 2, 11, North, WGS-84, units=Meters}", 32611},
        {"Map  Info={ utm ,1.0,1.0,500000,4000000,2,2,11,north,wgs-84}", 32611},
        {"map info = {UTM, 1, 1, 5e5, 4e6, 2, 2, 33, South, WGS-84}", 32733},
        {"map info = {UTM, 1, 1, 5e5, 4e6, 2, 2, 33, North}", 32633},
        {"map info = {UTM, 1, 1, 5e5, 4e6, 2, 2, 11, North, North America 1983}", 26911},
        {"map info = {UTM, 1, 1, 5e5, 4e6, 2, 2, 33, North, ETRS-89}", 25833},
        {"map info = {Geographic Lat/Lon, 1, 1, -118, 34, 1e-5, 1e-5, WGS-84, units=Degrees}",
         4326},
        {"map info = {Lambert, 1, 1, 4321000, 3210000, 2, 2, units=Meters}\n"
         "coordinate system string = {PROJCS[\"ETRS_1989_LAEA\",GEOGCS[\"GCS_ETRS_1989\","
         "DATUM[\"D_ETRS_1989\",SPHEROID[\"GRS_1980\",6378137.0,298.257222101]],"
         "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],"
         "PROJECTION[\"Lambert_Azimuthal_Equal_Area\"],PARAMETER[\"False_Easting\",4321000.0],"
         "PARAMETER[\"False_Northing\",3210000.0],PARAMETER[\"Central_Meridian\",10.0],"
         "PARAMETER[\"Latitude_Of_Origin\",52.0],UNIT[\"Meter\",1.0]]}",
         3035},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_cube cube;
        struct vaho_source *source = open_with(&cube, cases[i].map_info);
        const struct vaho_cube_info *info = vaho_source_info(source);
        assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_AFFINE);
        if (!is_epsg(info->georeference, cases[i].code))
            fail_msg("%s is not EPSG:%d: %s", cases[i].map_info, cases[i].code,
                     info->georeference->crs_wkt);
        vaho_source_free(source);
        made_cube_remove(&cube);
    }
}

static void the_reference_position_keeps_its_place(void **state)
{
    (void)state;
    struct made_cube cube;
    /* reference position (3, 2.5), rotated by 30 degrees, pixels 20 wide and 10 high */
    struct vaho_source *source = open_with(
        &cube, "map info = {UTM, 3, 2.5, 5e5, 4e6, 20, 10, 11, North, WGS-84, rotation=30}");
    const double *a = vaho_source_info(source)->georeference->affine;
    assert_true(fabs(a[0] + 2 * a[1] + 1.5 * a[2] - 5e5) < 1e-6);
    assert_true(fabs(a[3] + 2 * a[4] + 1.5 * a[5] - 4e6) < 1e-6);
    assert_true(fabs(hypot(a[1], a[4]) - 20) < 1e-9); /* a sample's step is as long as it is wide */
    assert_true(fabs(hypot(a[2], a[5]) - 10) < 1e-9);
    assert_true(fabs(a[1] * a[2] + a[4] * a[5]) < 1e-9);        /* at a right angle to a line's */
    assert_true(fabs(a[4] / a[1] - tan(acos(-1) / 6)) < 1e-12); /* counter-clockwise */
    vaho_source_free(source);
    made_cube_remove(&cube);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(systems_are_understood),
        cmocka_unit_test(the_reference_position_keeps_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
