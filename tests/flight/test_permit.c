/* test_permit.c - nothing of a blanked pixel is told, nor of a gas the mandate does not name */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "../cube/made_cube.h"
#include "../mandate/made_mandate.h"
#include "base/error.h"
#include "flight/permit.h"

enum { LINES = 6, SAMPLES = 8, N = LINES * SAMPLES };

/* A cube whose samples from 4 on are blanked. */
static struct vaho_source *half_blanked(struct made_cube *cube)
{
    static const char data[N];
    unsigned char permitted[N];
    struct vaho_source *source;

    made_cube_new(cube, data, sizeof data,
                  "ENVI\nsamples=%d\nlines=%d\nbands=1\ndata type=1\ninterleave=bsq\n", SAMPLES,
                  LINES);
    source = open_cube(cube->data);
    for (size_t i = 0; i < N; i++)
        permitted[i] = i % SAMPLES < 4;
    assert_int_equal(vaho_source_blank(source, permitted, NULL), VAHO_OK);
    return source;
}

/* A plume of n pixels of line 2, from 'sample' on. */
static struct vaho_plume plume_at(unsigned sample, unsigned n, double source_sample)
{
    struct vaho_plume plume = {.n_pixels = n,
                               .source_line = 2,
                               .source_sample = source_sample,
                               .source_covariance_px2 = {0.36, 0.1, 0.36},
                               .bbox = {2, sample, 2, sample + n - 1}};

    plume.pixel = vaho_alloc(2 * n, sizeof *plume.pixel);
    for (unsigned i = 0; i < n; i++) {
        plume.pixel[2 * i] = 2;
        plume.pixel[2 * i + 1] = sample + i;
    }
    return plume;
}

static struct vaho_detection *detection_of(const struct vaho_plume *plume, size_t n)
{
    struct vaho_detection *d = vaho_alloc(1, sizeof *d);

    d->n_lines = LINES;
    d->n_samples = SAMPLES;
    d->n_signatures = 2;
    d->amount = vaho_alloc(2 * N, sizeof *d->amount);
    d->snr = vaho_alloc(2 * N, sizeof *d->snr);
    d->look = vaho_alloc(N, sizeof *d->look);
    d->plumes = vaho_alloc(1, sizeof *d->plumes);
    d->plumes->plume = vaho_alloc(n, sizeof *plume);
    memcpy(d->plumes->plume, plume, n * sizeof *plume);
    d->plumes->n = n;
    return d;
}

static void maps_footprints_and_sources_keep_off(void **state)
{
    struct made_cube cube;
    struct vaho_source *source = half_blanked(&cube);
    const struct vaho_plume plume[] = {plume_at(1, 2, 1.2), plume_at(2, 5, 5.0), plume_at(5, 2, 5)};
    struct vaho_detection *d = detection_of(plume, 3);

    (void)state;
    vaho_permit_detection(d, source, NULL);
    for (size_t i = 0; i < 2 * N; i++) {
        int shown = i % SAMPLES < 4;
        assert_true(isnan(d->amount[i]) != shown && isnan(d->snr[i]) != shown);
        assert_true(i >= N || isnan(d->look[i]) != shown);
    }
    assert_int_equal(d->plumes->n, 2); /* the third lay outside altogether */
    assert_true(d->plumes->plume[0].source_sample == 1.2 && d->plumes->plume[0].n_pixels == 2);
    assert_int_equal(d->plumes->plume[1].n_pixels, 2);
    assert_int_equal(d->plumes->plume[1].bbox[1], 2);
    assert_int_equal(d->plumes->plume[1].bbox[3], 3);
    assert_true(d->plumes->plume[1].source_sample == 3);
    assert_true(fabs(d->plumes->plume[1].source_covariance_px2[0] - 4.36) < 1e-12);
    assert_true(d->plumes->plume[1].source_covariance_px2[1] == 0.1);
    vaho_detection_free(d);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void gases_not_named_go_under_one_name(void **state)
{
    struct made_cube cube;
    struct vaho_source *source = half_blanked(&cube);
    struct vaho_mandate *mandate = made_mandate(made_body(), NULL); /* ammonia, methane */
    struct vaho_plume both[] = {plume_at(1, 2, 1), plume_at(0, 2, 1)}, plume = both[0];
    struct vaho_detection *d;

    (void)state;
    snprintf(both[1].gas, sizeof both[1].gas, "%s", VAHO_UNKNOWN_GAS);
    plume.n_alternatives = 4;
    plume.alternative[0] = (struct vaho_alternative){"methane", 0.3};
    plume.alternative[1] = (struct vaho_alternative){"phosgene", 0.2};
    plume.alternative[2] = (struct vaho_alternative){"acetone", 0.15};
    plume.alternative[3] = (struct vaho_alternative){"ammonia", 0.1};
    plume.n_bands = 2; /* fits go along with their names, and those not named are gone */
    plume.alternative_fit = malloc(4 * 2 * sizeof(double));
    for (size_t i = 0; i < 8; i++)
        plume.alternative_fit[i] = (double)(i / 2);
    both[0] = plume;
    d = detection_of(both, 2);
    vaho_permit_detection(d, source, mandate);
    assert_int_equal(d->plumes->n, 1); /* what is none of the gases named is not told */
    assert_int_equal(d->plumes->plume[0].n_alternatives, 3);
    assert_string_equal(d->plumes->plume[0].alternative[0].gas, VAHO_OTHER_GAS);
    assert_true(fabs(d->plumes->plume[0].alternative[0].probability - 0.35) < 1e-12);
    assert_string_equal(d->plumes->plume[0].alternative[1].gas, "methane");
    assert_string_equal(d->plumes->plume[0].alternative[2].gas, "ammonia");
    for (size_t b = 0; b < 2; b++) {
        assert_true(isnan(d->plumes->plume[0].alternative_fit[b]));
        assert_true(d->plumes->plume[0].alternative_fit[2 + b] == 0);
        assert_true(d->plumes->plume[0].alternative_fit[4 + b] == 3);
    }
    vaho_detection_free(d);
    vaho_mandate_free(mandate);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

enum { PERMITTED_LINES = 20, PERMITTED_SAMPLES = 30, N_PLACED = 600 };

/* A cube of pixels of 11 by 9 m across the mandate's western border, its place known as well
 * as 'sigma_m' or 'variance' says; how many pixels of each column may be seen. */
static struct vaho_mandate_count permitted_columns(size_t out[PERMITTED_SAMPLES], double sigma_m,
                                                   const float *variance)
{
    static const char data[N_PLACED];
    double longitude[N_PLACED], latitude[N_PLACED];
    struct vaho_georeference at = {.kind = VAHO_GEOREFERENCE_ARRAY,
                                   .longitude_deg = longitude,
                                   .latitude_deg = latitude,
                                   .variance_m2 = variance,
                                   .sigma_m = sigma_m};
    struct vaho_mandate *mandate = made_mandate(made_body(), NULL);
    struct vaho_trust *trust = made_trust(json_pack("[o]", made_authority("north", 1, NULL)));
    struct vaho_mandate_count count;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_source *source;
    struct vaho_place *place;
    struct made_cube cube;

    made_cube_new(&cube, data, sizeof data,
                  "ENVI\nsamples=%d\nlines=%d\nbands=1\ndata type=1\ninterleave=bsq\n"
                  "sensor type=HyTES\nacquisition time=2026-04-10T10:00:00Z\n"
                  "map info={Geographic Lat/Lon,1,1,-118,34.5,0.0001,0.0001,WGS-84}\n",
                  PERMITTED_SAMPLES, PERMITTED_LINES);
    source = open_cube(cube.data);
    for (size_t i = 0; i < N_PLACED; i++) {
        longitude[i] = -118 + 1e-4 * (double)(i % PERMITTED_SAMPLES);
        latitude[i] = 34.5 - 1e-4 * (double)(i / PERMITTED_SAMPLES);
    }
    assert_int_equal(vaho_place_new(&place, &at, PERMITTED_LINES, PERMITTED_SAMPLES, NULL),
                     VAHO_OK);
    if (vaho_detect_permit(source, place, mandate, trust, &count, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    memset(out, 0, PERMITTED_SAMPLES * sizeof *out);
    for (size_t i = 0; i < N_PLACED; i++)
        out[i % PERMITTED_SAMPLES] +=
            (size_t)vaho_source_shows(source, i / PERMITTED_SAMPLES, i % PERMITTED_SAMPLES);
    vaho_place_free(place);
    vaho_source_free(source);
    vaho_trust_free(trust);
    vaho_mandate_free(mandate);
    made_cube_remove(&cube);
    return count;
}

/* Half the diagonal is 7.2 m, and three sigmas are kept; a column is 9.18 m, the first on the
 * border.  Its sigma is what the place states, or else the 10 m that the mandate assumes. */
static void what_a_place_states_counts_alone(void **state)
{
    size_t column[PERMITTED_SAMPLES];
    float variance[4 * N_PLACED];
    struct vaho_mandate_count count = permitted_columns(column, 0, NULL);

    (void)state;
    assert_true(!count.sigma_stated && count.largest_sigma_m == 10);
    assert_true(column[4] == 0 && column[5] == PERMITTED_LINES); /* 36.7 < 37.2 < 45.9 */
    count = permitted_columns(column, 2, NULL);
    assert_true(count.sigma_stated && count.least_sigma_m == 2 && count.largest_sigma_m == 2);
    assert_true(column[1] == 0 && column[2] == PERMITTED_LINES); /* 9.2 < 13.2 < 18.4 */
    count = permitted_columns(column, 20, NULL);
    assert_true(column[7] == 0 && column[8] == PERMITTED_LINES); /* 64.2 < 67.2 < 73.4 */
    for (size_t i = 0; i < N_PLACED; i++) { /* 2 m for the first ten lines, 20 m along 45 degrees */
        int early = i / PERMITTED_SAMPLES < 10;
        variance[4 * i] = variance[4 * i + 2] = early ? 4 : 200;
        variance[4 * i + 1] = early ? 0 : 200;
        variance[4 * i + 3] = 1e6F; /* heights do not matter */
    }
    variance[4 * 25] = NAN; /* a place without an error, where others have one, is outside */
    count = permitted_columns(column, 0, variance);
    assert_true(column[1] == 0 && column[2] == 10 && column[7] == 10);
    assert_true(column[8] == PERMITTED_LINES && column[25] == PERMITTED_LINES - 1);
    assert_true(count.n_no_place == 1 && count.least_sigma_m == 2);
    assert_true(fabs(count.largest_sigma_m - 20) < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_footprints_and_sources_keep_off),
        cmocka_unit_test(what_a_place_states_counts_alone),
        cmocka_unit_test(gases_not_named_go_under_one_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
