/* test_mask.c - which pixels a mandate permits: area, border, territories, time */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <geodesic.h>

#include "made_mandate.h"

enum { NORTH = 1, SOUTH = 2, EAST = 4, LINES = 60, SAMPLES = 70, N = LINES * SAMPLES };
static const double STEP = 1e-4; /* degrees: pixels of about 9 x 11 m */

struct ground {
    double longitude[N], latitude[N];
    struct vaho_georeference georeference;
    struct vaho_place *place;
    struct vaho_mandate_ground asked;
};

/* A flight whose middle lies at a place. */
static struct ground *ground_at(double longitude, double latitude)
{
    struct ground *g = calloc(1, sizeof *g);

    assert_non_null(g);
    for (size_t i = 0; i < N; i++) {
        g->longitude[i] = longitude + STEP * ((double)(i % SAMPLES) - SAMPLES / 2);
        g->latitude[i] = latitude - STEP * ((double)(i / SAMPLES) - LINES / 2);
    }
    g->georeference = (struct vaho_georeference){.kind = VAHO_GEOREFERENCE_ARRAY,
                                                 .longitude_deg = g->longitude,
                                                 .latitude_deg = g->latitude};
    assert_int_equal(vaho_place_new(&g->place, &g->georeference, LINES, SAMPLES, NULL), VAHO_OK);
    g->asked = (struct vaho_mandate_ground){
        .place = g->place, .n_lines = LINES, .n_samples = SAMPLES, .time_s = 1775800000};
    return g;
}

static void ground_free(struct ground *g)
{
    vaho_place_free(g->place);
    free(g);
}

static struct vaho_trust *trust_with(json_t *north, json_t *east)
{
    return made_trust(json_pack("[o,o,o]", made_authority("north", NORTH, north),
                                made_authority("south", SOUTH, NULL),
                                made_authority("east", EAST, east)));
}

static void mask_of(unsigned char out[N], struct vaho_mandate_count *count, const struct ground *g,
                    const struct vaho_trust *trust)
{
    struct vaho_mandate *m = made_mandate(made_body(), NULL);
    struct vaho_error error;

    assert_int_equal(vaho_mandate_mask(out, count, m, trust, &g->asked, &error), VAHO_OK);
    assert_int_equal(count->n_permitted + count->n_border + count->n_foreign + count->n_no_place +
                         count->n_outside + count->n_time,
                     N);
    vaho_mandate_free(m);
}

static double metres(double longitude0, double latitude0, double longitude1, double latitude1)
{
    struct geod_geodesic earth;
    double out;

    geod_init(&earth, 6378137, 1 / 298.257223563);
    geod_inverse(&earth, latitude0, longitude0, latitude1, longitude1, &out, NULL, NULL);
    return out;
}

/* Across the western border at -118: exactly those pixels whose disc is inside. */
static void a_pixel_keeps_its_uncertainty_from_the_border(void **state)
{
    struct ground *g = ground_at(-118, 34.5);
    struct vaho_trust *trust = trust_with(NULL, NULL);
    struct vaho_mandate_count count;
    unsigned char out[N];
    double sigma[N];

    (void)state;
    for (int known = 0; known < 2; known++) {
        for (size_t i = 0; i < N; i++)
            sigma[i] = i / SAMPLES < 30 ? 2 : 40;
        g->asked.sigma_m = known ? sigma : NULL;
        mask_of(out, &count, g, trust);
        for (size_t i = 0; i < N; i++) {
            double to_border = metres(g->longitude[i], g->latitude[i], -118, g->latitude[i]);
            double along = metres(0, 34.5, 0, 34.5 + STEP), across = metres(0, 34.5, STEP, 34.5);
            double radius = 0.5 * hypot(along, across) + 3 * (known ? sigma[i] : 10);
            int inside = g->longitude[i] > -118;
            if (inside && to_border > radius * 1.03)
                assert_int_equal(out[i], 1);
            if (!inside || to_border < radius * 0.999)
                assert_int_equal(out[i], 0);
        }
        assert_true(count.n_permitted > 0 && count.n_border > 0 && count.n_outside > 0);
        assert_int_equal(count.sigma_stated, known);
        assert_true(count.least_sigma_m == (known ? 2 : 10)); /* less than the assumed one, too */
        assert_true(count.largest_sigma_m == (known ? 40 : 10));
    }
    vaho_trust_free(trust);
    ground_free(g);
}

/* Over a ridge one pixel can be much longer than those around it. */
static void a_pixel_is_as_large_as_it_is(void **state)
{
    struct ground *g = ground_at(-117.9975, 34.5); /* 230 m from the western border */
    struct vaho_trust *trust = trust_with(NULL, NULL);
    struct vaho_mandate_count count;
    unsigned char out[N];
    const size_t at = 29 * SAMPLES + 18; /* 73 m from the border; not in the middle of a tile */

    (void)state;
    for (size_t l = 30; l < LINES; l++) /* from line 30 on 300 m further south */
        for (size_t s = 0; s < SAMPLES; s++)
            g->latitude[l * SAMPLES + s] -= 0.0027;
    mask_of(out, &count, g, trust);
    for (size_t s = 0; s < SAMPLES; s++) {
        double to_border = metres(g->longitude[s], 34.5, -118, 34.5);
        int inside = g->longitude[s] > -118;
        /* lines 29 and 30 are half of the gap long: 155 m and 11 m to the diagonal's half */
        double long_radius = 0.5 * hypot(0.5 * (299.5 + 2 * 11.1), 9.2) + 30;
        for (size_t l = 28; l < 32; l++) {
            double radius = l == 29 || l == 30 ? long_radius : 0.5 * hypot(11.1, 9.2) + 30;
            if (inside && to_border > radius * 1.03 + 1)
                assert_int_equal(out[l * SAMPLES + s], 1);
            if (!inside || to_border < radius * 0.98 - 1)
                assert_int_equal(out[l * SAMPLES + s], 0);
        }
    }
    assert_true(count.n_permitted > 0 && !out[at] && out[at - 2 * SAMPLES]);
    vaho_trust_free(trust);
    ground_free(g);
}

static void what_is_not_known_is_outside(void **state)
{
    struct ground *g = ground_at(-117.5, 34.5);
    struct vaho_trust *trust = trust_with(NULL, NULL);
    struct vaho_mandate_count count;
    unsigned char out[N];
    double sigma[N], time[LINES];

    (void)state;
    for (size_t i = 0; i < N; i++)
        sigma[i] = i == 5 ? NAN : i == 6 ? -1 : i == 7 ? 1e9 : 1;
    for (size_t l = 0; l < LINES; l++)
        time[l] = l < 3 ? 1775000000 : l == 10 ? NAN : 1775800000; /* before the window, unknown */
    g->asked.sigma_m = sigma;
    g->asked.line_time_s = time;
    g->longitude[20 * SAMPLES + 20] = NAN;
    mask_of(out, &count, g, trust);
    for (size_t i = 0; i < N; i++) {
        size_t l = i / SAMPLES;
        int known = l >= 3 && l != 10 && i != 20 * SAMPLES + 20;
        assert_int_equal(out[i], known);
    }
    assert_int_equal(count.n_time, 4 * SAMPLES);
    assert_int_equal(count.n_no_place, 1);
    g->asked.line_time_s = NULL;
    mask_of(out, &count, g, trust);
    assert_true(!out[5] && !out[6] && !out[7] && out[8]);
    g->asked.time_s = NAN;
    mask_of(out, &count, g, trust);
    assert_int_equal(count.n_permitted, 0);
    vaho_trust_free(trust);
    ground_free(g);
}

/* The issuer speaks for its own territory only, and for nobody's who has not signed. */
static void territories_are_respected(void **state)
{
    struct ground *g = ground_at(-117.5, 34.5);
    struct vaho_mandate_count count;
    struct vaho_trust *trust = trust_with(made_rectangle(-118, 34, -117.5, 35), NULL);
    unsigned char out[N];

    (void)state;
    mask_of(out, &count, g, trust);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(out[i], metres(g->longitude[i], 34.5, -117.5, 34.5) > 38 &&
                                     g->longitude[i] < -117.5);
    assert_true(count.n_foreign > 0);
    vaho_trust_free(trust);

    trust = trust_with(NULL, made_rectangle(-117.5, 34, -116, 35)); /* east has not signed */
    mask_of(out, &count, g, trust);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(out[i], metres(g->longitude[i], 34.5, -117.5, 34.5) > 38 &&
                                     g->longitude[i] < -117.5);
    vaho_trust_free(trust);

    trust = trust_with(NULL, NULL);
    mask_of(out, &count, g, trust);
    assert_int_equal(count.n_permitted, N);
    vaho_trust_free(trust);
    ground_free(g);
}

static void a_single_place_follows_the_same_rule(void **state)
{
    struct vaho_mandate *m = made_mandate(made_body(), NULL);
    struct vaho_trust *trust = trust_with(NULL, NULL), *nobody;

    (void)state;
    assert_true(vaho_mandate_permits_place(m, trust, -117.5, 34.5, 100));
    assert_true(vaho_mandate_permits_place(m, trust, 242.5, 34.5, 100)); /* the same place */
    assert_false(vaho_mandate_permits_place(m, trust, -117.0001, 34.5, 100));
    assert_false(vaho_mandate_permits_place(m, trust, -116, 34.5, 0));
    assert_false(vaho_mandate_permits_place(m, trust, NAN, 34.5, 0));
    nobody = made_trust(json_pack("[o]", made_authority("other", 9, NULL)));
    assert_false(vaho_mandate_permits_place(m, nobody, -117.5, 34.5, 0)); /* no issuer, no ground */
    vaho_trust_free(nobody);
    vaho_trust_free(trust);
    vaho_mandate_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pixel_keeps_its_uncertainty_from_the_border),
        cmocka_unit_test(a_pixel_is_as_large_as_it_is),
        cmocka_unit_test(what_is_not_known_is_outside),
        cmocka_unit_test(territories_are_respected),
        cmocka_unit_test(a_single_place_follows_the_same_rule),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
