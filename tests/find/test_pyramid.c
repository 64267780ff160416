/* test_pyramid.c - block sums against adding pixels one by one */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"

enum { BANDS = 16 };

/* White noise over slowly changing ground, a few pixels missing. */
static void make_cube(struct made_evidence *m, size_t n_lines, size_t n_samples)
{
    struct dice dice = {81};

    made_scene_new(&m->made, n_lines, BANDS, n_samples, 8.0, 13.0);
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++) {
            double warm = dice_normal(&dice);
            int missing = dice_uniform(&dice) < 0.03;
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    missing
                        ? NAN
                        : (float)(9.0 + warm * (1.0 + 0.05 * (double)b) + 0.1 * dice_normal(&dice));
        }
}

static void compare_layer(const struct made_evidence *m, const struct vaho_pyramid *pyramid,
                          size_t level)
{
    const struct vaho_layer *layer = &pyramid->layer[level - 1];
    size_t side = (size_t)1 << level, np = m->contrast.n_parts, ns = m->made.n_samples;

    assert_int_equal(layer->n_rows, (pyramid->n_lines + side - 1) / side);
    assert_int_equal(layer->n_cols, (ns + side - 1) / side);
    for (size_t r = 0; r < layer->n_rows; r++)
        for (size_t c = 0; c < layer->n_cols; c++)
            for (size_t k = 0; k < np; k++) {
                double z[BANDS] = {0.0}, n[VAHO_N_PARTS] = {0.0};
                for (size_t l = r * side; l < (r + 1) * side && l < pyramid->n_lines; l++)
                    for (size_t s = c * side; s < (c + 1) * side && s < ns; s++) {
                        size_t line = pyramid->first_line + l;
                        if (!made_valid(m, line, s))
                            continue;
                        for (size_t b = 0; b < BANDS; b++)
                            z[b] += made_q(m, k, line, s) * made_z(m, line, b, s);
                        for (size_t i = k; i < np; i++)
                            n[i] += made_q(m, k, line, s) * made_q(m, i, line, s);
                    }
                for (size_t i = k; i < np; i++)
                    assert_true(fabs((double)layer->n[vaho_pair(k, i)][r * layer->n_cols + c] -
                                     n[i]) < 1e-3 * (double)(side * side));
                for (size_t b = 0; b < BANDS; b++)
                    assert_true(fabs((double)layer->z[k][(r * BANDS + b) * layer->n_cols + c] -
                                     z[b]) < 1e-4 * (double)(side * side));
            }
}

static void block_sums_are_sums_over_blocks(void **state)
{
    (void)state;
    /* even and odd sizes, partial blocks on both sides, one strip in the middle */
    static const size_t size[][4] = {
        {64, 48, 0, 64}, {67, 45, 0, 67}, {50, 17, 16, 34}, {80, 33, 32, 19}, {40, 8, 0, 1}};

    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++)
        for (size_t n_parts = 1; n_parts <= 4; n_parts += 3) {
            struct made_evidence m;
            struct vaho_pyramid *pyramid;
            struct vaho_error error = {VAHO_OK, ""};
            make_cube(&m, size[i][0], size[i][1]);
            made_evidence_open(&m, n_parts, 3, 1, 1);
            assert_int_equal(vaho_pyramid_new(&pyramid, &m.scene, 67, &error), VAHO_OK);
            for (int again = 0; again < 2; again++) { /* the second time nothing is left over */
                assert_int_equal(
                    vaho_pyramid_build(pyramid, &m.scene, NULL, size[i][2], size[i][3], &error),
                    VAHO_OK);
                for (size_t level = 1; level <= VAHO_N_LEVELS; level++)
                    compare_layer(&m, pyramid, level);
            }
            vaho_pyramid_free(pyramid);
            made_evidence_free(&m);
        }
    vaho_pyramid_free(NULL);
}

static void pairs_are_numbered_each_once(void **state)
{
    (void)state;
    unsigned char seen[VAHO_N_PAIRS] = {0};

    for (size_t k = 0; k < VAHO_N_PARTS; k++)
        for (size_t l = k; l < VAHO_N_PARTS; l++) {
            assert_in_range(vaho_pair(k, l), 0, VAHO_N_PAIRS - 1);
            assert_int_equal(seen[vaho_pair(k, l)]++, 0);
        }
    assert_int_equal(vaho_pair(0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_sums_are_sums_over_blocks),
        cmocka_unit_test(pairs_are_numbered_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
