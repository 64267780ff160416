/* test_source.c - what all formats share: the sensor's name, and blanked pixels */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "made_cube.h"

enum { LINES = 4, SAMPLES = 3, BANDS = 2 };

static void make(struct made_cube *cube, const char *extra)
{
    float value[LINES * BANDS * SAMPLES];

    for (size_t i = 0; i < sizeof value / sizeof *value; i++)
        value[i] = 1 + (float)i;
    made_cube_new(cube, value, sizeof value,
                  "ENVI\nsamples=%d\nlines=%d\nbands=%d\ndata type=4\ninterleave=bil\n"
                  "byte order=0\n%s",
                  SAMPLES, LINES, BANDS, extra);
}

static void assert_sensor(const char *extra, const char *expected)
{
    struct made_cube cube;
    make(&cube, extra);
    struct vaho_source *source = open_cube(cube.data);
    assert_string_equal(vaho_source_info(source)->sensor, expected);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void the_sensor_is_as_the_header_names_it(void **state)
{
    (void)state;
    assert_sensor("", "");
    assert_sensor("sensor type = Unknown\n", "");
    assert_sensor("sensor type =  HyTES 2 \n", "HyTES 2");
}

static void blanked_pixels_are_never_read(void **state)
{
    const unsigned char first[LINES * SAMPLES] = {1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1};
    const unsigned char second[LINES * SAMPLES] = {1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1};
    struct made_cube cube;
    struct vaho_error error;
    (void)state;
    make(&cube, "");
    struct vaho_source *source = open_cube(cube.data);
    assert_true(vaho_source_shows(source, 0, 2));
    assert_int_equal(vaho_source_blank(source, first, &error), VAHO_OK);
    assert_int_equal(vaho_source_blank(source, second, &error), VAHO_OK); /* gives nothing back */
    struct vaho_block *block = read_all(source);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            int shown = first[l * SAMPLES + s] && second[l * SAMPLES + s];
            assert_int_equal(block->valid[l * SAMPLES + s], shown);
            assert_int_equal(vaho_source_shows(source, l, s), shown);
            for (size_t b = 0; b < BANDS; b++) {
                float value = block->value[(l * BANDS + b) * SAMPLES + s];
                if (shown)
                    assert_true(value == 1 + (float)((l * BANDS + b) * SAMPLES + s));
                else
                    assert_true(isnan(value));
            }
        }
    const size_t band = 1; /* part of the lines and bands: the same pixels */
    vaho_block_free(block);
    assert_int_equal(vaho_block_new(&block, 2, 1, SAMPLES, &error), VAHO_OK);
    assert_int_equal(vaho_source_read(block, source, 1, 2, &band, 1, &error), VAHO_OK);
    assert_true(block->valid[0] && !block->valid[1] && block->valid[2] && !block->valid[3]);
    assert_true(isnan(block->value[1]) && isnan(block->value[3]));
    vaho_block_free(block);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sensor_is_as_the_header_names_it),
        cmocka_unit_test(blanked_pixels_are_never_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
