/* test_source_point.c - where plumes that are no wedges begin, and how well that is stated */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "find/source_point.h"

enum { LINES = 96, SAMPLES = 96, N = LINES * SAMPLES, SOURCE = 40 };

static const struct vaho_drift no_wind;

static uint64_t dice;

static double uniform(void)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return ((double)(dice >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

struct scene {
    float ppmm[N], weight[N];
    unsigned claim[N];
    struct vaho_maps maps;
    struct vaho_competition competition;
    struct vaho_plume plume;
};

/* A meandering plume from (SOURCE, SOURCE), 'strength' times the noise at its source; what is
 * above a fifth of that within 'from' and 'to' pixels downwind is its footprint. */
static void make(struct scene *s, double angle, double strength, double from, double to)
{
    double phase = 2 * M_PI * uniform();

    s->maps = (struct vaho_maps){
        .n_gases = 1, .n_lines = LINES, .n_samples = SAMPLES, .ppmm = s->ppmm, .weight = s->weight};
    s->competition =
        (struct vaho_competition){.n_lines = LINES, .n_samples = SAMPLES, .claim = s->claim};
    s->plume = (struct vaho_plume){.bbox = {LINES, SAMPLES, 0, 0}};
    for (size_t l = 0; l < LINES; l++)
        for (size_t p = 0; p < SAMPLES; p++) {
            double dl = (double)l - SOURCE, ds = (double)p - SOURCE, value = 0;
            double along = ds * cos(angle) + dl * sin(angle);
            double across = dl * cos(angle) - ds * sin(angle);
            double width = 1 + 0.12 * fmax(along, 0);
            across -= 1.5 * sin(fmax(along, 0) / 8 + phase) - 1.5 * sin(phase);
            if (along > -1)
                value = strength * exp(-fmax(along, 0) / 30) *
                        exp(-0.5 * across * across / (width * width)) / sqrt(width);
            s->ppmm[l * SAMPLES + p] = (float)(value + normal());
            s->weight[l * SAMPLES + p] = 1;
            if (value < 0.2 * strength || along < from || along > to)
                continue;
            s->plume.bbox[0] = l < s->plume.bbox[0] ? l : s->plume.bbox[0];
            s->plume.bbox[1] = p < s->plume.bbox[1] ? p : s->plume.bbox[1];
            s->plume.bbox[2] = l > s->plume.bbox[2] ? l : s->plume.bbox[2];
            s->plume.bbox[3] = p > s->plume.bbox[3] ? p : s->plume.bbox[3];
        }
}

/* Of 'n' plumes in all directions: how many lie within the stated 95 %, the root mean square of
 * how far off they are, and of what is stated. */
static int within_95(double *off_px, double *stated_px, const struct vaho_wedges *wedges, int n,
                     double strength, double from, double to)
{
    static struct scene s;
    int within = 0;

    *off_px = *stated_px = 0;
    for (int i = 0; i < n; i++) {
        const double *c = s.plume.source_covariance_px2;
        double dl, ds, det;
        make(&s, 2 * M_PI * i / n, strength, from, to);
        assert_int_equal(
            vaho_source_point(&s.plume, wedges, &no_wind, &s.maps, 0, &s.competition, 1, NULL),
            VAHO_OK);
        assert_true(s.plume.bbox[0] <= s.plume.bbox[2]);
        dl = s.plume.source_line - SOURCE;
        ds = s.plume.source_sample - SOURCE;
        det = c[0] * c[2] - c[1] * c[1];
        assert_true(det > 0);
        within += (dl * dl * c[2] - 2 * dl * ds * c[1] + ds * ds * c[0]) / det < 5.991;
        *off_px += (dl * dl + ds * ds) / n;
        *stated_px += (c[0] + c[2]) / n;
    }
    *off_px = sqrt(*off_px);
    *stated_px = sqrt(*stated_px);
    return within;
}

static void a_strong_plume_is_known_to_a_few_pixels(void **state)
{
    struct vaho_wedges *wedges;
    double off, stated;

    (void)state;
    dice = 1;
    assert_int_equal(vaho_wedges_new(&wedges, NULL), VAHO_OK);
    assert_true(within_95(&off, &stated, wedges, 32, 12, -1, 60) >= 29);
    assert_true(off < 3);
    assert_true(stated < 4);
    vaho_wedges_free(wedges);
}

/* Weak, and only its further half shows: it may begin outside the footprint, or at the other end.
 */
static void a_weak_plume_says_that_it_may_begin_elsewhere(void **state)
{
    struct vaho_wedges *wedges;
    double off, stated;

    (void)state;
    dice = 2;
    assert_int_equal(vaho_wedges_new(&wedges, NULL), VAHO_OK);
    assert_true(within_95(&off, &stated, wedges, 32, 0.8, 12, 40) >= 28);
    assert_true(off > 3);
    assert_true(stated > 0.7 * off && stated < 2 * off);
    vaho_wedges_free(wedges);
}

/* The doubt lies along the plume, not across. */
static void doubt_lies_along_the_plume(void **state)
{
    static struct scene s;
    const double *c = s.plume.source_covariance_px2;
    struct vaho_wedges *wedges;
    double along = 0, across = 0;

    (void)state;
    dice = 3;
    assert_int_equal(vaho_wedges_new(&wedges, NULL), VAHO_OK);
    for (int i = 0; i < 16; i++) {
        make(&s, M_PI / 4, 1, 8, 40);
        assert_int_equal(
            vaho_source_point(&s.plume, wedges, &no_wind, &s.maps, 0, &s.competition, 1, NULL),
            VAHO_OK);
        along += 0.5 * (c[0] + c[2]) + c[1];
        across += 0.5 * (c[0] + c[2]) - c[1];
    }
    assert_true(along > 2 * across);
    vaho_wedges_free(wedges);
}

/* The wind settles which end of a weak plume is its beginning, unless the map says otherwise. */
static void the_winds_direction_tells_the_ends_apart(void **state)
{
    static struct scene s;
    struct vaho_wedges *wedges;
    double off[3] = {0, 0, 0}; /* no wind, the wind, a wrong one over a strong plume */
    double stated[2] = {0, 0};

    (void)state;
    dice = 4;
    assert_int_equal(vaho_wedges_new(&wedges, NULL), VAHO_OK);
    for (int i = 0; i < 32; i++) {
        double angle = 2 * M_PI * i / 32;
        struct vaho_drift wind = {.along_m = 2,
                                  .across_m = 2,
                                  .to_line = sin(angle),
                                  .to_sample = cos(angle),
                                  .to_sigma_rad = 0.2};
        struct vaho_drift wrong = wind;
        wrong.to_line = -wind.to_line;
        wrong.to_sample = -wind.to_sample;
        for (int k = 0; k < 3; k++) {
            if (k != 1)
                make(&s, angle, k == 0 ? 0.8 : 12, k == 0 ? 12 : -1, k == 0 ? 40 : 60);
            assert_int_equal(vaho_source_point(&s.plume, wedges,
                                               k == 0   ? &no_wind
                                               : k == 1 ? &wind
                                                        : &wrong,
                                               &s.maps, 0, &s.competition, 1, NULL),
                             VAHO_OK);
            off[k] += hypot(s.plume.source_line - SOURCE, s.plume.source_sample - SOURCE) / 32;
            if (k < 2)
                stated[k] +=
                    sqrt(s.plume.source_covariance_px2[0] + s.plume.source_covariance_px2[2]) / 32;
        }
    }
    assert_true(off[1] < 0.75 * off[0]);
    assert_true(stated[1] < 0.9 * stated[0]);
    assert_true(off[2] < 3);
    vaho_wedges_free(wedges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strong_plume_is_known_to_a_few_pixels),
        cmocka_unit_test(a_weak_plume_says_that_it_may_begin_elsewhere),
        cmocka_unit_test(doubt_lies_along_the_plume),
        cmocka_unit_test(the_winds_direction_tells_the_ends_apart)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
