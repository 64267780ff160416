/* test_netcdf.c - small files laid out as EMIT's, in every order of dimensions, and broken ones */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include <netcdf.h>

#include "made_cube.h"

enum { LINES = 3, BANDS = 4, SAMPLES = 5, N = LINES * BANDS * SAMPLES };

static char path[] = "/tmp/vaho-test-netcdf-XXXXXX.nc";

static void check(int result)
{
    if (result != NC_NOERR)
        fail_msg("%s", nc_strerror(result));
}

static double element(size_t l, size_t b, size_t s)
{
    return (double)(l * 100 + b * 10 + s);
}

struct made {
    int file, bands, location, variable, dim[3]; /* dim: lines, bands, samples */
};

/* Defines dimensions, groups and the variable; 'order' are positions in made.dim. */
static struct made make(const char *name, const char *const dims[3], const int order[3])
{
    struct made made;
    const size_t size[3] = {LINES, BANDS, SAMPLES};
    int of_variable[3];

    check(nc_create(path, NC_CLOBBER | NC_NETCDF4, &made.file));
    for (int i = 0; i < 3; i++)
        check(nc_def_dim(made.file, dims[i], size[i], &made.dim[i]));
    for (int i = 0; i < 3; i++)
        of_variable[i] = made.dim[order[i]];
    check(nc_def_var(made.file, name, NC_FLOAT, 3, of_variable, &made.variable));
    check(nc_def_grp(made.file, "sensor_band_parameters", &made.bands));
    check(nc_def_grp(made.file, "location", &made.location));
    return made;
}

static void put_doubles(int group, const char *name, int n_dims, const int *dims,
                        const double *value, const char *units)
{
    int variable;
    check(nc_def_var(group, name, NC_DOUBLE, n_dims, dims, &variable));
    if (units != NULL)
        check(nc_put_att_text(group, variable, "units", strlen(units), units));
    check(nc_put_var_double(group, variable, value));
}

static const char *const emit_dims[3] = {"downtrack", "bands", "crosstrack"};
static const int emit_order[3] = {0, 2, 1}; /* downtrack, crosstrack, bands */

/* Radiance as EMIT's L1B files hold it, pixel (1, 2) missing and band 1 bad. */
static void put_emit(const struct made *made)
{
    const double wavelength[BANDS] = {381.00558, 388.4092, 395.81583, 403.2254};
    const double fwhm[BANDS] = {8.415, 8.415, 8.415, 8.417}, good[BANDS] = {1, 0, 1, 1};
    const int grid[2] = {made->dim[0], made->dim[2]};
    const float fill = -9999;
    double longitude[LINES * SAMPLES], latitude[LINES * SAMPLES];
    float value[N];
    int unused;

    for (size_t i = 0; i < LINES * SAMPLES; i++) {
        longitude[i] = 61.5 + 0.001 * (double)(i % SAMPLES);
        latitude[i] = 36 - 0.001 * (double)(i / SAMPLES);
        for (size_t b = 0; b < BANDS; b++)
            value[i * BANDS + b] =
                i == SAMPLES + 2 ? fill : (float)element(i / SAMPLES, b, i % SAMPLES);
    }
    longitude[7] = latitude[7] = -9999;
    check(nc_def_var_fill(made->file, made->variable, NC_FILL, &fill));
    check(nc_put_att_text(made->file, made->variable, "units", 13, "uW/cm^2/SR/nm"));
    check(nc_put_att_text(made->file, NC_GLOBAL, "time_coverage_start", 24,
                          "2022-08-27T06:07:53+0000"));
    check(nc_put_var_float(made->file, made->variable, value));
    put_doubles(made->bands, "wavelengths", 1, &made->dim[1], wavelength, "nm");
    put_doubles(made->bands, "fwhm", 1, &made->dim[1], fwhm, "nm");
    put_doubles(made->bands, "good_wavelengths", 1, &made->dim[1], good, NULL);
    put_doubles(made->location, "lon", 2, grid, longitude, "degrees east");
    put_doubles(made->location, "lat", 2, grid, latitude, "degrees north");
    check(nc_def_var(made->location, "glt_x", NC_INT, 2, grid, &unused));
}

static void emit_radiance_is_read(void **state)
{
    (void)state;
    struct made made = make("radiance", emit_dims, emit_order);
    put_emit(&made);
    check(nc_close(made.file));

    struct vaho_source *source = open_cube(path);
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_string_equal(info->format, "netCDF");
    assert_int_equal(info->n_lines, LINES);
    assert_int_equal(info->n_bands, BANDS);
    assert_int_equal(info->n_samples, SAMPLES);
    assert_true(fabs(info->wavelength_um[0] - 0.38100558) < 1e-9);
    assert_true(fabs(info->fwhm_um[3] - 0.008417) < 1e-9);
    assert_memory_equal(info->good, "\1\0\1\1", BANDS);
    assert_int_equal(info->quantity, VAHO_QUANTITY_RADIANCE);
    assert_int_equal(info->units_known, 1);
    assert_string_equal(info->units, "uW/cm^2/SR/nm");
    assert_string_equal(info->acquired, "2022-08-27T06:07:53Z");
    assert_int_equal(info->n_notes, 1);
    assert_non_null(strstr(info->note[0], "orthorectified"));
    assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_ARRAY);
    assert_true(info->georeference->longitude_deg[6] == 61.5 + 0.001);
    assert_true(isnan(info->georeference->longitude_deg[7]));

    struct vaho_block *block = read_all(source);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            int missing = l == 1 && s == 2;
            assert_int_equal(block->valid[l * SAMPLES + s], !missing);
            for (size_t b = 0; b < BANDS && !missing; b++)
                assert_true(block->value[(l * BANDS + b) * SAMPLES + s] ==
                            (float)(10 * element(l, b, s)));
        }
    vaho_block_free(block);
    vaho_source_free(source);
}

static void any_order_of_dimensions_is_read(void **state)
{
    (void)state;
    const int orders[3][3] = {{0, 2, 1}, {1, 0, 2}, {0, 1, 2}}; /* lines before samples */
    const size_t stride[3][3] = {
        {SAMPLES * BANDS, 1, BANDS}, {SAMPLES, LINES * SAMPLES, 1}, {BANDS * SAMPLES, SAMPLES, 1}};
    const size_t band[] = {2, 0};

    for (int i = 0; i < 3; i++) {
        const char *const dims[3] = {"y", "wavelength", "x"};
        struct made made = make("reflectance", dims, orders[i]);
        float value[N];
        for (size_t l = 0; l < LINES; l++)
            for (size_t b = 0; b < BANDS; b++)
                for (size_t s = 0; s < SAMPLES; s++)
                    value[l * stride[i][0] + b * stride[i][1] + s * stride[i][2]] =
                        (float)element(l, b, s);
        check(nc_put_att_text(made.file, made.variable, "units", 8, "unitless"));
        check(nc_put_var_float(made.file, made.variable, value));
        check(nc_close(made.file));
        struct vaho_source *source = open_cube(path);
        struct vaho_block *block;
        assert_int_equal(vaho_source_info(source)->quantity, VAHO_QUANTITY_REFLECTANCE);
        assert_int_equal(vaho_source_info(source)->units_known, 1);
        assert_null(vaho_source_info(source)->wavelength_um);
        assert_int_equal(vaho_source_info(source)->georeference->kind, VAHO_GEOREFERENCE_NONE);
        assert_int_equal(vaho_block_new(&block, 2, 2, SAMPLES, NULL), VAHO_OK);
        assert_int_equal(vaho_source_read(block, source, 1, 2, band, 2, NULL), VAHO_OK);
        for (size_t l = 0; l < 2; l++)
            for (size_t b = 0; b < 2; b++)
                for (size_t s = 0; s < SAMPLES; s++)
                    assert_true(block->value[(l * 2 + b) * SAMPLES + s] ==
                                (float)element(l + 1, band[b], s));
        vaho_block_free(block);
        vaho_source_free(source);
    }
}

static void packed_elements_are_unpacked(void **state)
{
    (void)state;
    const short value[2] = {100, -1}, fill = -1;
    const double scale = 0.01, offset = 2;
    const size_t size[3] = {1, 2, 1};
    const char *const names[3] = {"y", "band", "x"};
    int file, dim[3], variable;

    check(nc_create(path, NC_CLOBBER, &file)); /* a classic file */
    for (int i = 0; i < 3; i++)
        check(nc_def_dim(file, names[i], size[i], &dim[i]));
    check(nc_def_var(file, "radiance", NC_SHORT, 3, dim, &variable));
    check(nc_put_att_short(file, variable, "_FillValue", NC_SHORT, 1, &fill));
    check(nc_put_att_double(file, variable, "scale_factor", NC_DOUBLE, 1, &scale));
    check(nc_put_att_double(file, variable, "add_offset", NC_DOUBLE, 1, &offset));
    check(nc_enddef(file));
    check(nc_put_var_short(file, variable, value));
    check(nc_close(file));
    struct vaho_source *source = open_cube(path);
    struct vaho_block *block = read_all(source);
    assert_true(block->value[0] == 3 && isnan(block->value[1]));
    assert_int_equal(vaho_source_info(source)->units_known, 0);
    vaho_block_free(block);
    vaho_source_free(source);
}

static void other_and_broken_files_are_refused(void **state)
{
    (void)state;
    const char *const no_band[3] = {"a", "b", "c"};
    struct made made = make("radiance", no_band, emit_order);
    check(nc_close(made.file));
    assert_not_opened(path, VAHO_BAD_INPUT, "no variable 'radiance'");

    made = make("radiance", emit_dims, emit_order);
    const double wavelength[BANDS] = {400, 500, NAN, 700};
    put_doubles(made.bands, "wavelengths", 1, &made.dim[1], wavelength, "nm");
    check(nc_close(made.file));
    assert_not_opened(path, VAHO_BAD_INPUT, "item 3 of 'wavelength'");

    made = make("radiance", emit_dims, emit_order);
    const double good[BANDS] = {0};
    put_doubles(made.bands, "good_wavelengths", 1, &made.dim[1], good, NULL);
    check(nc_close(made.file));
    assert_not_opened(path, VAHO_BAD_INPUT, "all 4 bands are marked bad");

    made = make("radiance", emit_dims, emit_order);
    put_emit(&made);
    check(nc_close(made.file));
    assert_int_equal(truncate(path, 5000), 0);
    assert_not_opened(path, VAHO_BAD_INPUT, "cut short");
    assert_int_equal(truncate(path, 8), 0);
    assert_not_opened(path, VAHO_BAD_INPUT, "cannot be opened as netCDF");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emit_radiance_is_read),
        cmocka_unit_test(any_order_of_dimensions_is_read),
        cmocka_unit_test(packed_elements_are_unpacked),
        cmocka_unit_test(other_and_broken_files_are_refused),
    };
    close(mkstemps(path, 3));
    int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return n_failed;
}
