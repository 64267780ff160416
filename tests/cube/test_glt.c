/* test_glt.c - look-up tables read backwards, in memory and as files */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "cube/glt.h"
#include "made_cube.h"

static void assert_refused(const float *sample, const float *line, size_t n, const char *expected)
{
    struct cube_glt glt;
    struct vaho_error error;
    assert_int_equal(cube_glt_new(&glt, 3, 4, "table", NULL), VAHO_OK);
    assert_int_equal(cube_glt_add_row(&glt, 7, sample, line, n, &error), VAHO_BAD_INPUT);
    if (strstr(error.message, expected) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, expected);
    cube_glt_free(&glt);
}

static void cells_give_places(void **state)
{
    (void)state;
    /* a cube of 3 x 4 pixels; (0, 1) is in two cells, (0, 2) in none, (1, *) in none but
     * filled cells, (2, 3) in none and at the edge */
    const float sample[2][6] = {{1, 2, 2, -2, 4, 0}, {1, 2, 3, -3, NAN, -1}};
    const float line[2][6] = {{1, 1, 1, -1, 1, 0}, {3, 3, 3, -3, NAN, -2}};
    struct cube_glt glt;
    assert_int_equal(cube_glt_new(&glt, 3, 4, "table", NULL), VAHO_OK);
    for (size_t row = 0; row < 2; row++)
        assert_int_equal(cube_glt_add_row(&glt, row, sample[row], line[row], 6, NULL), VAHO_OK);
    assert_int_equal(cube_glt_finish(&glt, NULL), VAHO_OK);
    assert_int_equal(glt.n_filled_cells, 3);
    assert_true(glt.column[0] == 0 && glt.row[0] == 0);
    assert_true(glt.column[1] == 1.5 && glt.row[1] == 0);
    assert_true(glt.column[3] == 4 && glt.row[3] == 0);
    assert_true(glt.column[2] == 2.75 && glt.row[2] == 0); /* between (0, 1) and (0, 3) */
    assert_true(glt.column[4] == 0 && glt.row[4] == 0.5);  /* between lines 0 and 2 */
    assert_true(glt.column[5] == 1.25 && glt.row[5] == 0.5);
    assert_true(isnan(glt.column[11]) && isnan(glt.row[11]));  /* nothing behind it */
    assert_true(isnan(glt.column[6]) && isnan(glt.column[7])); /* (0, 2) was bridged itself */
    assert_int_equal(glt.n_bridged_pixels, 3);
    assert_int_equal(glt.n_unknown_pixels, 3);
    cube_glt_free(&glt);
}

static void broken_tables_are_refused(void **state)
{
    (void)state;
    const float one[1] = {1}, half[1] = {1.5f}, five[1] = {5}, none[1] = {0}, fill[1] = {-9999};
    struct cube_glt glt;
    struct vaho_error error;
    assert_refused(five, one, 1, "row 7, column 0 names sample 5, line 1 (from 1), but the cube");
    assert_refused(one, five, 1, "belongs to another cube");
    assert_refused(half, one, 1, "names sample 1.5");
    assert_refused(none, one, 1, "names sample 0, line 1");
    assert_refused(fill, fill, 1, "lacks the 'data ignore value'");
    assert_int_equal(cube_glt_new(&glt, 3, 4, "table", NULL), VAHO_OK);
    assert_int_equal(cube_glt_add_row(&glt, 0, none, none, 1, NULL), VAHO_OK);
    assert_int_equal(cube_glt_finish(&glt, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "no cell shows a pixel"));
    cube_glt_free(&glt);
    assert_int_equal(cube_glt_new(&glt, (size_t)1 << 25, 4, "table", &error), VAHO_BAD_INPUT);
}

enum { LINES = 40, SAMPLES = 30, ROWS = 80, COLUMNS = 90 };

/* A north-up grid of 2 m over a cube flown obliquely with pixels of about 3 m. */
static void a_rotated_line_comes_back(void **state)
{
    (void)state;
    static int32_t cell[ROWS][2][COLUMNS]; /* bil */
    static const char zero[LINES * SAMPLES];
    struct made_cube cube, table;
    const double c = 3 * cos(0.4), s = 3 * sin(0.4);
    double worst = 0;
    size_t n_known = 0;
    for (int l = 0; l < LINES; l++)
        for (int p = 0; p < SAMPLES; p++) { /* metres from the grid's upper left corner */
            const double x = 55 + c * p - s * l, y = 5 + s * p + c * l;
            cell[(int)(y / 2)][0][(int)(x / 2)] = p + 1;
            cell[(int)(y / 2)][1][(int)(x / 2)] = l + 1;
        }
    for (int row = 1; row < ROWS - 1; row++) /* fill in as orthorectification does */
        for (int column = 1; column < COLUMNS; column++)
            if (cell[row][0][column] == 0 && cell[row][0][column - 1] > 0)
                for (int k = 0; k < 2; k++)
                    cell[row][k][column] = -cell[row][k][column - 1];
    made_cube_new(&cube, zero, sizeof zero,
                  "ENVI\nsamples=%d\nlines=%d\nbands=1\ndata type=1\ninterleave=bsq\n", SAMPLES,
                  LINES);
    made_cube_new(&table, cell, sizeof cell,
                  "ENVI\nsamples=%d\nlines=%d\nbands=2\ndata type=3\ninterleave=bil\n"
                  "byte order=0\nmap info={UTM, 1, 1, 500000, 3800000, 2, 2, 11, North, WGS-84}\n",
                  COLUMNS, ROWS);
    struct vaho_source *source = open_cube(cube.data);
    struct vaho_error error;
    if (vaho_source_place_by(source, table.data, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    const struct vaho_georeference *georeference = vaho_source_info(source)->georeference;
    assert_int_equal(georeference->kind, VAHO_GEOREFERENCE_ARRAY);
    /* On UTM's central meridian one degree of longitude at latitude 34.34 is
     * pi / 180 a cos(phi) / sqrt(1 - e2 sin2(phi)) = 92025 m on the ground, of latitude
     * 110926 m, both times 0.9996 on the map; the corner is (-117, 34.3411). */
    const double phi = 34.340 * M_PI / 180, e2 = 0.00669437999014;
    const double w = sqrt(1 - e2 * sin(phi) * sin(phi));
    const double x_deg = M_PI / 180 * 6378137 * cos(phi) / w * 0.9996;
    const double y_deg = M_PI / 180 * 6378137 * (1 - e2) / (w * w * w) * 0.9996;
    for (int l = 0; l < LINES; l++)
        for (int p = 0; p < SAMPLES; p++) {
            const size_t i = (size_t)(l * SAMPLES + p);
            if (isnan(georeference->longitude_deg[i]))
                continue;
            const double dx = (georeference->longitude_deg[i] + 117) * x_deg - 55 - c * p + s * l;
            const double dy =
                (georeference->latitude_deg[i] - georeference->latitude_deg[0]) * y_deg + s * p +
                c * l;
            worst = fmax(worst, fmax(fabs(dx), fabs(dy)));
            n_known++;
        }
    assert_int_equal(n_known, LINES * SAMPLES);
    assert_true(worst <= 2.05); /* half a cell for this pixel, half for the first */
    assert_int_equal(vaho_source_info(source)->n_files, 4);
    vaho_source_free(source);
    made_cube_remove(&cube);

    made_cube_new(&cube, zero, sizeof zero, /* another cube: fewer lines */
                  "ENVI\nsamples=%d\nlines=%d\nbands=1\ndata type=1\ninterleave=bsq\n", SAMPLES,
                  LINES - 3);
    source = open_cube(cube.data);
    assert_int_equal(vaho_source_place_by(source, table.data, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "belongs to another cube"));
    assert_int_equal(vaho_source_info(source)->georeference->kind, VAHO_GEOREFERENCE_NONE);
    vaho_source_free(source);
    made_cube_remove(&cube);
    made_cube_remove(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_give_places),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(a_rotated_line_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
