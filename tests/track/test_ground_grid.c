/* test_ground_grid.c - cells are where their pixels are, to either side of the antimeridian */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "track/ground_grid.h"

enum { LINES = 60, SAMPLES = 50, NONE = 0xffffffffu };
/* Metres of a degree at 60 south, WGS 84 (Snyder 1987, the radii of curvature). */
static const double EAST_M = 55800.2, NORTH_M = 111412.3, PIXEL_M = 4.0;

static struct vaho_place *place_at(struct vaho_georeference *georeference, double west_deg,
                                   double north_deg)
{
    static const char wgs84[] =
        "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],"
        "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]";
    struct vaho_place *place;

    *georeference = (struct vaho_georeference){
        .kind = VAHO_GEOREFERENCE_AFFINE,
        .affine = {west_deg, PIXEL_M / EAST_M, 0.0, north_deg, 0.0, -PIXEL_M / NORTH_M},
        .crs_wkt = wgs84};
    assert_int_equal(vaho_place_new(&place, georeference, LINES, SAMPLES, NULL), VAHO_OK);
    return place;
}

static void cells_hold_the_pixels_that_lie_in_them(void **state)
{
    (void)state;
    struct vaho_georeference georeference[2];
    /* the second pass lies 40 m east, beyond the antimeridian, and 20 m south */
    struct vaho_place *place[2] = {
        place_at(&georeference[0], 179.9995, -60.0),
        place_at(&georeference[1], 179.9995 + 40.0 / EAST_M - 360.0, -60.0 - 20.0 / NORTH_M)};
    struct vaho_ground_extent extent = {0};
    struct vaho_ground_grid grid;
    unsigned cell[2][LINES * SAMPLES];

    for (int k = 0; k < 2; k++)
        assert_true(vaho_ground_extent_add(&extent, place[k], LINES, SAMPLES));
    assert_int_equal(vaho_ground_grid_make(&grid, &extent, 8.0, 100000, NULL), VAHO_OK);
    assert_true(grid.n_rows >= 33 && grid.n_rows <= 36 && grid.n_cols >= 30 && grid.n_cols <= 33);
    for (int k = 0; k < 2; k++)
        vaho_ground_grid_cells(cell[k], NONE, &grid, place[k], LINES, SAMPLES);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < LINES * SAMPLES; i++) {
            double longitude, latitude, at[2];
            assert_true(cell[k][i] != NONE);
            vaho_ground_grid_lonlat(&longitude, &latitude, &grid, cell[k][i] / grid.n_cols,
                                    cell[k][i] % grid.n_cols);
            assert_true(vaho_place_lonlat(&at[0], &at[1], place[k], (double)(i / SAMPLES),
                                          (double)(i % SAMPLES)));
            longitude -= 360.0 * round((longitude - at[0]) / 360.0);
            assert_true(fabs(longitude - at[0]) * EAST_M < 4.1);
            assert_true(fabs(latitude - at[1]) * NORTH_M < 4.1);
        }
    /* the same ground is the same cell in both: 5 lines and 10 samples apart */
    for (size_t l = 0; l + 5 < LINES; l++)
        for (size_t s = 0; s + 10 < SAMPLES; s++) {
            long apart = (long)cell[0][(l + 5) * SAMPLES + s + 10] - cell[1][l * SAMPLES + s];
            assert_true(apart == 0 || labs(apart) == 1 ||
                        labs(labs(apart) - (long)grid.n_cols) < 2);
        }
    for (int k = 0; k < 2; k++)
        vaho_place_free(place[k]);
}

static void passes_far_apart_are_refused(void **state)
{
    (void)state;
    struct vaho_georeference georeference[2];
    struct vaho_place *place[2] = {place_at(&georeference[0], 10.0, -60.0),
                                   place_at(&georeference[1], 12.0, -60.5)};
    struct vaho_ground_extent extent = {0};
    struct vaho_ground_grid grid;
    struct vaho_error error;

    for (int k = 0; k < 2; k++) {
        assert_true(vaho_ground_extent_add(&extent, place[k], LINES, SAMPLES));
        vaho_place_free(place[k]);
    }
    assert_int_equal(vaho_ground_grid_make(&grid, &extent, 8.0, 1 << 24, &error), VAHO_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_hold_the_pixels_that_lie_in_them),
        cmocka_unit_test(passes_far_apart_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
