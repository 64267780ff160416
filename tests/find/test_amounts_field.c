#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../sense/dice.h"
#include "find/amounts_extent.h"

enum { SIDE = 40, N = SIDE * SIDE };

struct made {
    unsigned at[2 * N];
    double truth[N];
    struct vaho_amount amount[N];
    unsigned char seen[N];
    struct vaho_field field;
};

/*
 * A round plume of 'peak', three pixels in radius, over ground whose contrast changes from pixel to
 * pixel around 'contrast'; noise 1, and A wrong by 'off' of the contrast's unit.
 */
static void make_of(struct made *m, double peak, double contrast, double off, uint64_t seed)
{
    struct dice dice = {11 + 977 * seed};
    struct vaho_error error;

    for (size_t i = 0; i < N; i++) {
        double l = (double)(i / SIDE) - 20.0, s = (double)(i % SIDE) - 20.0;
        double t = contrast + 1.5 * dice_normal(&dice), y;
        m->at[2 * i] = (unsigned)(100 + i / SIDE);
        m->at[2 * i + 1] = (unsigned)(7 + i % SIDE);
        m->truth[i] = peak * exp(-(l * l + s * s) / 18.0);
        y = m->truth[i] * t + dice_normal(&dice);
        m->amount[i] = (struct vaho_amount){y / (t + off), (t + off) * (t + off), 0.0};
        m->seen[i] = l * l + s * s < 10.0;
    }
    assert_int_equal(vaho_field_make(&m->field, m->at, N, &error), VAHO_OK);
}

static void make(struct made *m, double peak, double contrast, double off)
{
    make_of(m, peak, contrast, off, 0);
}

static void neighbours_disagree_when_the_air_is_wrong(void **state)
{
    static const double off[] = {-2.0, -1.0, 0.0, 1.0, 2.0, 4.0};
    double misfit[6];
    static struct made m;

    (void)state;
    for (size_t k = 0; k < 6; k++) {
        make(&m, 10.0, 5.0, off[k]);
        misfit[k] = vaho_field_misfit(&m.field, m.amount, 1.0);
        vaho_field_free(&m.field);
    }
    for (size_t k = 0; k < 6; k++)
        assert_true(k == 2 || misfit[k] > misfit[2] + 10.0);
    assert_true(misfit[0] > misfit[1] && misfit[5] > misfit[4] && misfit[4] > misfit[3]);
}

static void a_pixel_without_contrast_is_spoken_for(void **state)
{
    static struct made m;
    static double mean[N], sd[N], share[N];
    double all = 0.0;

    (void)state;
    make(&m, 10.0, 8.0, 0.0);
    for (size_t i = 0; i < N; i++)
        m.amount[i].weight = 64.0;
    m.amount[20 * SIDE + 20] = (struct vaho_amount){1e6, 0.0, 0.0};
    vaho_field_smooth(mean, sd, share, &m.field, NULL, m.amount, 1.0, 1.0);
    assert_true(fabs(mean[20 * SIDE + 20] - 10.0) < 1.5 && sd[20 * SIDE + 20] < 0.1);
    /* it counts for nothing, those beside it for its sixth of the kernel (2 pi, cut off at 2.5) as
     * well, at the field's end no less than in its midst */
    assert_true(share[20 * SIDE + 20] == 0.0);
    assert_true(fabs(share[20 * SIDE + 21] / share[5 * SIDE + 5] - 1.107) < 0.02);
    assert_true(fabs(share[0] / share[5 * SIDE + 5] - 1.0) < 1e-3);
    for (size_t i = 0; i < N; i++)
        all += share[i];
    assert_true(fabs(all - 1.0) < 1e-9);
    vaho_field_free(&m.field);
}

/* In a strong plume the thin edges know c best, and must not speak for the core. */
static void thin_edges_do_not_speak_for_the_core(void **state)
{
    static struct made m;
    struct vaho_extent extent;
    struct vaho_error error;
    double mean = 0.0;

    (void)state;
    make(&m, 100.0, 5.0, 0.0);
    for (size_t i = 0; i < N; i++)
        m.amount[i].weight *= exp(-0.04 * m.truth[i]);
    assert_int_equal(vaho_extent_make(&extent, &m.field, m.amount, m.seen, 1.0, 1.0, &error),
                     VAHO_OK);
    for (size_t i = 0; i < N; i++)
        mean += extent.inside[i] * m.truth[i] / (double)extent.n;
    assert_true(extent.reach < 1.0);
    assert_true(fabs(extent.mean_ppmm / mean - 1.0) < 0.04);
    vaho_extent_free(&extent);
    vaho_field_free(&m.field);
}

/*
 * A plume that no pixel shows, ten times: over the pixels that noise helped the mean would be twice
 * the truth; over the footprint it is right on average, and by its own sigma.
 */
static void a_faint_plume_is_not_what_noise_made_of_it(void **state)
{
    double mean = 0.0, squares = 0.0;
    static struct made m;
    struct vaho_extent extent;
    struct vaho_error error;

    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        double truth = 0.0;
        make_of(&m, 0.5, 4.0, 0.0, seed);
        for (size_t i = 0; i < N; i++)
            m.seen[i] = m.amount[i].ppmm * sqrt(m.amount[i].weight) > 2.5 && m.truth[i] > 0.05;
        assert_int_equal(vaho_extent_make(&extent, &m.field, m.amount, m.seen, 1.0, 1.0, &error),
                         VAHO_OK);
        for (size_t i = 0; i < N; i++)
            truth += extent.inside[i] * m.truth[i] / (double)extent.n;
        assert_true(extent.n > 30 && extent.n < 400 && extent.reach > 1.0);
        assert_true(extent.peak_ppmm >= extent.mean_ppmm && extent.helped_ppmm > 0.0);
        mean += extent.mean_ppmm / truth / 10.0;
        squares += pow((extent.mean_ppmm - truth) / extent.white_ppmm, 2.0) / 10.0;
        vaho_extent_free(&extent);
        vaho_field_free(&m.field);
    }
    print_message("%.3f of the truth, %.2f sigma off\n", mean, sqrt(squares));
    assert_true(fabs(mean - 1.0) < 0.12);
    assert_true(squares < 2.0 * 2.0);
}

static void what_nobody_knows_is_not_made_up(void **state)
{
    static struct made m;
    struct vaho_extent extent;
    struct vaho_error error;

    (void)state;
    make(&m, 0.0, 5.0, 0.0);
    for (size_t i = 0; i < N; i++)
        m.amount[i].weight = 0.0;
    assert_int_equal(vaho_extent_make(&extent, &m.field, m.amount, m.seen, 1.0, 1.0, &error),
                     VAHO_OK);
    assert_true(extent.n == 0 && isnan(extent.mean_ppmm));
    vaho_extent_free(&extent);
    vaho_field_free(&m.field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_disagree_when_the_air_is_wrong),
        cmocka_unit_test(a_pixel_without_contrast_is_spoken_for),
        cmocka_unit_test(thin_edges_do_not_speak_for_the_core),
        cmocka_unit_test(a_faint_plume_is_not_what_noise_made_of_it),
        cmocka_unit_test(what_nobody_knows_is_not_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
