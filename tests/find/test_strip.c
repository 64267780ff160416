/* test_strip.c - lines as residuals, block sums with a weight, and one place, against adding pixels
 * one by one in double */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/strip.h"

enum { BANDS = 12, RANK = 3 };
static const float FACTOR[VAHO_N_PARTS] = {0.7f, -0.5f, 0.4f, 0.3f};

/* White noise over ground of one pattern, a few pixels missing, some left out. */
static unsigned char *make_cube(struct made_evidence *m, size_t n_lines, size_t n_samples)
{
    struct dice dice = {201};
    unsigned char *excluded = calloc(n_lines * n_samples, 1);

    assert_non_null(excluded);
    made_scene_new(&m->made, n_lines, BANDS, n_samples, 8.0, 13.0);
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++) {
            double warm = dice_normal(&dice);
            int missing = dice_uniform(&dice) < 0.05;
            excluded[l * n_samples + s] = dice_uniform(&dice) < 0.1;
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    missing
                        ? NAN
                        : (float)(9.0 + warm * (1.0 + 0.05 * (double)b) + 0.1 * dice_normal(&dice));
        }
    made_evidence_open(m, RANK + 1, RANK, 1, 1);
    return excluded;
}

static void read_strip(struct vaho_strip *strip, const struct made_evidence *m,
                       const unsigned char *excluded, size_t first, size_t n, size_t n_threads)
{
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_plume_ground *ground = made_ground(m, excluded);

    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    if (vaho_strip_read(strip, &m->scene, ground, first, n, pool, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    vaho_pool_free(pool);
    vaho_plume_ground_free(ground);
}

static int counts(const struct made_evidence *m, const unsigned char *excluded, size_t l, size_t s)
{
    return made_valid(m, l, s) && (excluded == NULL || !excluded[l * m->made.n_samples + s]);
}

static void compare_pixels(const struct made_evidence *m, const struct vaho_strip *strip,
                           const unsigned char *excluded)
{
    size_t ns = strip->n_samples;

    for (size_t l = 0; l < strip->n_lines; l++)
        for (size_t s = 0; s < ns; s++) {
            size_t line = strip->first_line + l;
            int valid = counts(m, excluded, line, s);
            assert_int_equal(strip->valid[l * ns + s], valid);
            for (size_t b = 0; b < BANDS; b++) /* the same residuals, 0 where not valid */
                assert_true((double)strip->z[(l * BANDS + b) * ns + s] ==
                            (valid ? made_z(m, line, b, s) : 0.0));
            for (size_t k = 1; valid && k <= RANK; k++)
                assert_true((double)strip->q[(l * RANK + k - 1) * ns + s] == made_q(m, k, line, s));
        }
}

/* Every block of a level; energy and n alone when there is no z. */
static void compare_layer(const struct made_evidence *m, const struct vaho_strip *strip,
                          const struct vaho_place_sums *sums, const unsigned char *excluded,
                          size_t level, int with_z)
{
    const struct vaho_place_layer *layer = &sums->layer[level - 1];
    size_t side = (size_t)1 << level, ns = strip->n_samples;

    assert_int_equal(layer->n_rows, (strip->n_lines + side - 1) / side);
    assert_int_equal(layer->n_cols, (ns + side - 1) / side);
    for (size_t r = 0; r < layer->n_rows; r++)
        for (size_t c = 0; c < layer->n_cols; c++) {
            double z[BANDS] = {0.0}, size[BANDS] = {0.0}, energy = 0.0, n = 0.0;
            for (size_t l = r * side; l < (r + 1) * side && l < strip->n_lines; l++)
                for (size_t s = c * side; s < (c + 1) * side && s < ns; s++) {
                    double w = made_weight(m, FACTOR, strip->first_line + l, s);
                    if (!counts(m, excluded, strip->first_line + l, s))
                        continue;
                    n += 1.0;
                    energy += w * w;
                    for (size_t b = 0; b < BANDS; b++) {
                        double here = made_z(m, strip->first_line + l, b, s);
                        z[b] += w * here;
                        size[b] += (fabs(w) + 1.0) * fabs(here);
                    }
                }
            assert_true((double)layer->n[r * layer->n_cols + c] == n);
            /* at most 256 additions in pairs, of rounding 6e-8 each, and w itself, of four terms
             * about as large as 1 */
            assert_true(fabs((double)layer->energy[r * layer->n_cols + c] - energy) <=
                        4e-6 * (energy + n));
            for (size_t b = 0; with_z && b < BANDS; b++)
                assert_true(fabs((double)layer->z[(r * BANDS + b) * layer->n_cols + c] - z[b]) <=
                            4e-6 * size[b]);
        }
}

/* sum k w q_k of a place, by its definition. */
static double coordinates_at(const struct made_evidence *m, const unsigned char *excluded,
                             size_t scale, size_t kernel, size_t row, size_t col, size_t which)
{
    long side = 1L << vaho_scale(scale)->level;
    struct vaho_kernel k;
    double sum = 0.0;

    vaho_scale_kernel(&k, scale, kernel);
    for (size_t i = 0; i < k.n; i++)
        for (long p = 0; p < side * side; p++) {
            long l = ((long)row + k.row[i]) * side + p / side;
            long s = ((long)col + k.col[i]) * side + p % side;
            if (l >= 0 && s >= 0 && l < (long)m->made.n_lines && s < (long)m->made.n_samples &&
                counts(m, excluded, (size_t)l, (size_t)s))
                sum += (double)k.weight[i] * made_weight(m, FACTOR, (size_t)l, (size_t)s) *
                       made_q(m, which, (size_t)l, (size_t)s);
        }
    return sum;
}

/* Y of places at every scale and kernel; those beyond the edges as well. */
static void compare_places(const struct made_evidence *m, const struct vaho_strip *strip,
                           struct vaho_place_sums *const *parts, const struct vaho_place_sums *sums,
                           const unsigned char *excluded)
{
    struct dice dice = {203};
    float got[BANDS], sum[RANK + 1];
    double expected[BANDS], cover;

    for (size_t scale = 0; scale < VAHO_N_SCALES; scale++)
        for (size_t i = 0; i < 24; i++) {
            size_t side = (size_t)1 << vaho_scale(scale)->level;
            size_t n_rows = (strip->n_lines + side - 1) / side;
            size_t n_cols = (strip->n_samples + side - 1) / side;
            size_t kernel = i % vaho_scale(scale)->n_kernels;
            size_t row = (size_t)((double)n_rows * dice_uniform(&dice));
            size_t col = (size_t)((double)n_cols * dice_uniform(&dice));
            vaho_place_parts_spectrum(got, parts, FACTOR, RANK + 1, sums, BANDS, scale, kernel, row,
                                      col);
            vaho_strip_coordinates(sum, strip, FACTOR, RANK + 1, scale, kernel, row, col);
            double energy =
                made_place(expected, &cover, m, excluded, FACTOR, scale, kernel, row, col);
            /* single precision of up to 3600 pixels of q up to 5 */
            for (size_t k = 0; k <= RANK; k++)
                assert_true(fabs((double)sum[k] * sqrt(energy) -
                                 coordinates_at(m, excluded, scale, kernel, row, col, k)) <
                            1e-4 * (1.0 + sqrt(energy) * 20.0));
            for (size_t b = 0; b < BANDS; b++) /* a few of unit noise; sums of up to 3600 pixels */
                assert_true(fabs((double)got[b] - expected[b]) < 1e-4);
        }
}

/* Rows with a weight from the sums of parts are those built with it. */
static void compare_rows(const struct vaho_strip *strip, struct vaho_place_sums *const *parts,
                         const struct vaho_place_sums *sums)
{
    for (size_t level = 1; level <= VAHO_N_LEVELS; level++) {
        const struct vaho_place_layer *layer = &sums->layer[level - 1];
        size_t n = BANDS * layer->n_cols;
        float *row = malloc(n * sizeof *row);
        assert_non_null(row);
        for (size_t r = 0; r < layer->n_rows; r++) {
            vaho_place_parts_row(row, parts, FACTOR, RANK + 1, strip, level, r);
            for (size_t i = 0; i < n; i++) /* up to 256 pixels of q up to 5 and a few of z */
                assert_true(fabs((double)(row[i] - layer->z[r * n + i])) <
                            2e-4 * (double)(1u << level));
        }
        free(row);
    }
}

/* What two runs of lines share is kept, and is what reading gives. */
static void lines_that_are_there_are_kept(void **state)
{
    static const size_t run[][2] = {{0, 64}, {32, 64}, {80, 16}, {16, 32}}; /* first, how many */
    struct made_evidence m;
    unsigned char *excluded = make_cube(&m, 96, 37);
    struct vaho_strip *strip;
    float *mark;

    (void)state;
    assert_int_equal(vaho_strip_new(&strip, &m.scene, 96, NULL), VAHO_OK);
    for (size_t i = 0; i < sizeof run / sizeof run[0]; i++) {
        read_strip(strip, &m, excluded, run[i][0], run[i][1], 2);
        compare_pixels(&m, strip, excluded);
    }
    mark = strip->z + 20 * BANDS * 37; /* line 36 */
    *mark += 1.0f;
    read_strip(strip, &m, excluded, 32, 32, 2); /* not read again */
    assert_true((double)strip->z[4 * BANDS * 37] != made_z(&m, 36, 0, 0));
    vaho_strip_free(strip);
    free(excluded);
    made_evidence_free(&m);
}

static void strips_and_sums_are_what_adding_pixels_gives(void **state)
{
    (void)state;
    /* lines and samples of the cube; the strip's first line and lines: odd sizes, a strip in the
     * middle, partial blocks at both far edges, a cube narrower than a block */
    static const size_t size[][4] = {
        {96, 48, 0, 96}, {83, 37, 0, 83}, {83, 37, 32, 35}, {60, 7, 16, 44}, {33, 5, 32, 1}};

    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        struct made_evidence m;
        unsigned char *excluded = make_cube(&m, size[i][0], size[i][1]);
        struct vaho_strip *strip;
        struct vaho_place_sums *sums, *parts[RANK + 1];
        struct vaho_pool *pool;
        struct vaho_error error = {VAHO_OK, ""};
        assert_int_equal(vaho_strip_new(&strip, &m.scene, 96, &error), VAHO_OK);
        assert_int_equal(vaho_place_sums_new(&sums, strip, 1, &error), VAHO_OK);
        for (size_t k = 0; k <= RANK; k++)
            assert_int_equal(vaho_place_sums_new(&parts[k], strip, 1, &error), VAHO_OK);
        assert_int_equal(vaho_pool_new(&pool, 2, &error), VAHO_OK);
        for (int again = 0; again < 2; again++) { /* the second time nothing is left over */
            const unsigned char *out = again ? NULL : excluded;
            strip->n_lines = 0; /* another ground: nothing it holds is of use */
            read_strip(strip, &m, out, size[i][2], size[i][3], 2);
            compare_pixels(&m, strip, out);
            vaho_place_sums_weigh(sums, strip, FACTOR, RANK + 1);
            for (size_t level = 1; level <= VAHO_N_LEVELS; level++)
                compare_layer(&m, strip, sums, out, level, 0);
            vaho_place_sums_build(sums, strip, FACTOR, RANK + 1);
            for (size_t level = 1; level <= VAHO_N_LEVELS; level++)
                compare_layer(&m, strip, sums, out, level, 1);
            assert_int_equal(vaho_place_parts_build(parts, RANK + 1, strip, pool, &error), VAHO_OK);
            compare_rows(strip, parts, sums);
            if (size[i][2] == 0 && size[i][3] == size[i][0]) /* it is the whole cube */
                compare_places(&m, strip, parts, sums, out);
        }
        vaho_place_sums_free(sums);
        for (size_t k = 0; k <= RANK; k++)
            vaho_place_sums_free(parts[k]);
        vaho_pool_free(pool);
        vaho_strip_free(strip);
        free(excluded);
        made_evidence_free(&m);
    }
    vaho_strip_free(NULL);
    vaho_place_sums_free(NULL);
}

/* A place is the block sums gathered with its kernel, whichever strip holds it. */
static void a_place_is_gathered_block_sums(void **state)
{
    (void)state;
    struct made_evidence m;
    unsigned char *excluded = make_cube(&m, 160, 41);
    struct vaho_strip *strip;
    struct vaho_place_sums *sums, *parts[2];
    struct vaho_pool *pool;
    struct vaho_gathering g;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_strip_new(&strip, &m.scene, 128, &error), VAHO_OK);
    assert_int_equal(vaho_place_sums_new(&sums, strip, 1, &error), VAHO_OK);
    read_strip(strip, &m, excluded, 32, 128, 2);
    vaho_place_sums_build(sums, strip, FACTOR, 2); /* fewer factors than coordinates */
    assert_int_equal(vaho_pool_new(&pool, 2, &error), VAHO_OK);
    for (size_t k = 0; k < 2; k++)
        assert_int_equal(vaho_place_sums_new(&parts[k], strip, 1, &error), VAHO_OK);
    assert_int_equal(vaho_place_parts_build(parts, 2, strip, pool, &error), VAHO_OK);
    assert_true(vaho_gathering_new(&g, &vaho_kernels_generic, 64, 21));
    for (size_t scale = 0; scale < VAHO_N_SCALES; scale++) {
        const struct vaho_place_layer *layer = &sums->layer[vaho_scale(scale)->level - 1];
        size_t np = layer->n_rows * layer->n_cols, kernel = vaho_scale(scale)->n_kernels / 2;
        float *energy = malloc(np * sizeof *energy), y[BANDS];
        assert_non_null(energy);
        vaho_gathering_set(&g, scale, layer->n_rows, layer->n_cols);
        vaho_gather_energy(energy, &g, layer->energy, kernel);
        for (size_t p = 0; p < np; p += np / 7 + 1) {
            size_t r = p / layer->n_cols, c = p % layer->n_cols;
            vaho_place_parts_spectrum(y, parts, FACTOR, 2, sums, BANDS, scale, kernel, r, c);
            for (size_t b = 0; b < BANDS; b++) {
                vaho_gather_start(&g, layer->z + b * layer->n_cols, BANDS * layer->n_cols);
                assert_true(fabs((double)(vaho_gather_at(&g, kernel, r, c) / sqrtf(energy[p]) -
                                          y[b])) < 1e-4);
            }
        }
        free(energy);
    }
    vaho_gathering_free(&g);
    vaho_place_sums_free(sums);
    vaho_place_sums_free(parts[0]);
    vaho_place_sums_free(parts[1]);
    vaho_pool_free(pool);
    vaho_strip_free(strip);
    free(excluded);
    made_evidence_free(&m);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    struct made_evidence m;
    unsigned char *excluded = make_cube(&m, 101, 29);
    struct vaho_strip *one, *more;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_strip_new(&one, &m.scene, 101, &error), VAHO_OK);
    assert_int_equal(vaho_strip_new(&more, &m.scene, 101, &error), VAHO_OK);
    read_strip(one, &m, excluded, 0, 101, 1);
    for (size_t n_threads = 2; n_threads <= 5; n_threads += 3) {
        read_strip(more, &m, excluded, 0, 101, n_threads);
        assert_memory_equal(one->z, more->z, (size_t)101 * BANDS * 29 * sizeof(float));
        assert_memory_equal(one->q, more->q, (size_t)101 * RANK * 29 * sizeof(float));
        assert_memory_equal(one->valid, more->valid, (size_t)101 * 29);
    }
    vaho_strip_free(one);
    vaho_strip_free(more);
    free(excluded);
    made_evidence_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_are_there_are_kept),
        cmocka_unit_test(strips_and_sums_are_what_adding_pixels_gives),
        cmocka_unit_test(a_place_is_gathered_block_sums),
        cmocka_unit_test(threads_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
