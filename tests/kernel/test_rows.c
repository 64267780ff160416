/*
 * test_rows.c - every instruction set against the reference, over odd sizes; with --bench also how
 * much faster it is
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "kernel/kernels.h"

enum { MOST = 300, MAX_ROWS = 225, GUARD = 40 };
static const size_t LENGTH[] = {0,  1,  2,  3,  7,  8,   15,  16,  17,
                                31, 33, 63, 64, 65, 127, 128, 200, 299};
static const size_t N_ROWS[] = {0, 1, 2, 9, 225};
/* rows.h: within so much of the magnitudes added; 225 additions of rounding 6e-8 each come nearer
 */
static const double TOLERANCE = 1e-6;
#define COUNT(x) (sizeof(x) / sizeof(x)[0])

struct rows {
    float value[MAX_ROWS + 2 * MOST + GUARD]; /* rows overlap: one begins a float after another */
    const float *x[MAX_ROWS];
    float weight[MAX_ROWS], scale[MOST];
};

static void make_rows(struct rows *rows, uint64_t seed)
{
    struct dice dice = {seed};

    for (size_t i = 0; i < COUNT(rows->value); i++)
        rows->value[i] = (float)dice_normal(&dice);
    for (size_t i = 0; i < MAX_ROWS; i++) {
        rows->x[i] = rows->value + i * 7 % MAX_ROWS;
        rows->weight[i] = (float)dice_normal(&dice);
    }
    for (size_t c = 0; c < MOST; c++)
        rows->scale[c] = c % 5 > 0 ? (float)dice_exponential(&dice) : c % 2 > 0 ? 0.0f : NAN;
}

static double magnitude(const struct rows *rows, size_t n_rows, size_t c)
{
    double sum = 0.0;

    for (size_t i = 0; i < n_rows; i++)
        sum += fabs((double)rows->weight[i] * (double)rows->x[i][c]);
    return sum;
}

static int near(float a, float b, double size)
{
    return a == b || fabs((double)a - (double)b) <= TOLERANCE * size;
}

static void sums_are_the_reference(const struct vaho_kernels *k, const struct rows *rows)
{
    for (size_t i = 0; i < COUNT(LENGTH); i++)
        for (size_t j = 0; j < COUNT(N_ROWS); j++) {
            float a[MOST + GUARD], b[MOST + GUARD];
            for (size_t c = 0; c < MOST + GUARD; c++)
                a[c] = b[c] = 9.0f;
            vaho_kernels_generic.sum_rows(a, rows->x, rows->weight, N_ROWS[j], LENGTH[i]);
            k->sum_rows(b, rows->x, rows->weight, N_ROWS[j], LENGTH[i]);
            for (size_t c = 0; c < MOST; c++)
                assert_true(near(a[c], b[c], c < LENGTH[i] ? magnitude(rows, N_ROWS[j], c) : 0.0));
        }
}

static void the_best_is_the_reference(const struct vaho_kernels *k, const struct rows *rows)
{
    for (size_t i = 0; i < COUNT(LENGTH); i++)
        for (size_t j = 0; j < COUNT(N_ROWS); j++) {
            float a[MOST], b[MOST];
            unsigned char which_a[MOST], which_b[MOST];
            for (size_t c = 0; c < MOST; c++) {
                a[c] = b[c] = c % 3 > 0 ? (float)c / MOST - 0.5f : -INFINITY;
                which_a[c] = which_b[c] = (unsigned char)(200 + c % 8);
            }
            vaho_kernels_generic.best_of_rows(a, which_a, rows->x, rows->weight, N_ROWS[j],
                                              rows->scale, 131, LENGTH[i]);
            k->best_of_rows(b, which_b, rows->x, rows->weight, N_ROWS[j], rows->scale, 131,
                            LENGTH[i]);
            for (size_t c = 0; c < MOST; c++) {
                double size = c < LENGTH[i] && rows->scale[c] > 0.0f
                                  ? magnitude(rows, N_ROWS[j], c) * (double)rows->scale[c]
                                  : 0.0;
                assert_true(near(a[c], b[c], size));
                /* a tie to within rounding may go either way */
                assert_true(which_a[c] == which_b[c] || (size > 0.0 && near(a[c], b[c], size)));
                assert_true(which_b[c] == 131 || which_b[c] == 200 + c % 8);
            }
        }
}

static void additions_are_the_reference(const struct vaho_kernels *k, const struct rows *rows)
{
    for (size_t i = 0; i < COUNT(LENGTH); i++) {
        size_t n = LENGTH[i];
        float a[3][MOST], b[3][MOST];
        memcpy(a[0], rows->value + 5, sizeof a[0]);
        memcpy(a[1], rows->value + 6, sizeof a[1]);
        memcpy(a[2], rows->value + 7, sizeof a[2]);
        memcpy(b, a, sizeof b);
        vaho_kernels_generic.add_row(a[0], rows->value + 101, 0.7f, n);
        k->add_row(b[0], rows->value + 101, 0.7f, n);
        vaho_kernels_generic.add_pairs(a[1], rows->value + 33, n);
        k->add_pairs(b[1], rows->value + 33, n);
        vaho_kernels_generic.add_weighted_pairs(a[2], rows->value + 1, rows->value + 50, n);
        k->add_weighted_pairs(b[2], rows->value + 1, rows->value + 50, n);
        for (size_t j = 0; j < 3; j++)
            for (size_t c = 0; c < MOST; c++)
                /* two or three numbers of a few units each */
                assert_true(near(a[j][c], b[j][c], c < (j > 0 ? (n + 1) / 2 : n) ? 20.0 : 0.0));
    }
}

static void every_set_gives_what_the_reference_does(void **state)
{
    (void)state;
    struct rows *rows = malloc(sizeof *rows);
    const struct vaho_kernels *k;

    assert_non_null(rows);
    assert_ptr_equal(vaho_kernels_of(0), &vaho_kernels_generic);
    for (size_t i = 0; (k = vaho_kernels_of(i)) != NULL; i++) {
        make_rows(rows, 17 + i);
        sums_are_the_reference(k, rows);
        the_best_is_the_reference(k, rows);
        additions_are_the_reference(k, rows);
    }
    free(rows);
}

static void sums_are_sums(void **state)
{
    (void)state;
    static const float x[] = {1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f};
    const float *const row[] = {x, x + 1};
    const float weight[] = {10.0f, 1.0f}, scale[] = {1.0f, 0.0f, 2.0f};
    float out[3], best[3] = {13.0f, 0.0f, 0.0f}, pairs[3] = {0.5f, 0.5f, 0.5f};
    unsigned char which[3] = {1, 1, 1};

    vaho_kernels_generic.sum_rows(out, row, weight, 2, 3);
    assert_true(out[0] == 12.0f && out[1] == 23.0f && out[2] == 34.0f);
    vaho_kernels_generic.best_of_rows(best, which, row, weight, 2, scale, 9, 3);
    assert_true(best[0] == 13.0f && best[1] == 0.0f && best[2] == 68.0f);
    assert_true(which[0] == 1 && which[1] == 1 && which[2] == 9);
    vaho_kernels_generic.add_row(out, x, 2.0f, 3);
    assert_true(out[0] == 14.0f && out[2] == 40.0f);
    vaho_kernels_generic.add_pairs(pairs, x, 5);
    assert_true(pairs[0] == 3.5f && pairs[1] == 7.5f && pairs[2] == 5.5f);
    vaho_kernels_generic.add_weighted_pairs(pairs, x, x, 5);
    assert_true(pairs[0] == 8.5f && pairs[1] == 32.5f && pairs[2] == 30.5f);
}

static void a_set_is_picked_by_name(void **state)
{
    (void)state;
    struct vaho_error error = {VAHO_OK, ""};
    const struct vaho_kernels *k, *widest = NULL;

    for (size_t i = 0; (k = vaho_kernels_of(i)) != NULL; i++) {
        const struct vaho_kernels *picked;
        assert_int_equal(vaho_kernels_pick(&picked, k->name, &error), VAHO_OK);
        assert_ptr_equal(picked, k);
        widest = k;
    }
    assert_int_equal(vaho_kernels_pick(&k, NULL, &error), VAHO_OK);
    assert_ptr_equal(k, widest);
    assert_int_equal(vaho_kernels_pick(&k, "", &error), VAHO_OK);
    assert_ptr_equal(k, widest);
    assert_int_equal(vaho_kernels_pick(&k, "mmx", &error), VAHO_USAGE);
    assert_non_null(strstr(error.message, "'mmx'"));
    assert_non_null(strstr(error.message, "generic"));
}

/* Nanoseconds a call, the least of several runs. */
#define TIME(call)                                                                                 \
    do {                                                                                           \
        least = INFINITY;                                                                          \
        for (int run = 0; run < 20; run++) {                                                       \
            struct timespec from, to;                                                              \
            clock_gettime(CLOCK_MONOTONIC, &from);                                                 \
            for (int i = 0; i < 2000; i++)                                                         \
                call;                                                                              \
            clock_gettime(CLOCK_MONOTONIC, &to);                                                   \
            least = fmin(least, ((double)(to.tv_sec - from.tv_sec) * 1e9 +                         \
                                 (double)(to.tv_nsec - from.tv_nsec)) /                            \
                                    2000.0);                                                       \
        }                                                                                          \
        printf("  %12.0f", least);                                                                 \
    } while (0)

static int bench(void)
{
    static struct rows rows;
    static float best[MOST], out[MOST];
    static unsigned char which[MOST];
    const struct vaho_kernels *k;
    double least;

    make_rows(&rows, 5);
    for (size_t c = 0; c < MOST; c++)
        rows.scale[c] = 1.0f;
    printf("nanoseconds for rows of 192\n%-8s  %12s  %12s  %12s  %12s  %12s\n", "", "sum of 9",
           "best of 9", "add row", "add pairs", "by weight");
    for (size_t s = 0; (k = vaho_kernels_of(s)) != NULL; s++) {
        printf("%-8s", k->name);
        TIME(k->sum_rows(out, rows.x, rows.weight, 9, 192));
        TIME(k->best_of_rows(best, which, rows.x, rows.weight, 9, rows.scale, 1, 192));
        TIME(k->add_row(out, rows.value, 1e-6f, 192));
        TIME(k->add_pairs(out, rows.value, 192));
        TIME(k->add_weighted_pairs(out, rows.value, rows.value + 1, 192));
        printf("\n");
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_sums),
        cmocka_unit_test(every_set_gives_what_the_reference_does),
        cmocka_unit_test(a_set_is_picked_by_name),
    };

    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
