/*
 * test_maps.c - column density and evidence pixel by pixel, and what measuring makes of a plume
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "find/maps.h"
#include "find/measure.h"
#include "find/source_point.h"

enum { LINES = 150, SAMPLES = 80, BANDS = 16, N_GASES = 2 };
static const double NOISE = 0.1, STRONG_PPMM = 400.0;
/* The plume: upwind end and length, it drifts along samples. */
static const double LINE = 70.0, SAMPLE = 20.0, LENGTH = 30.0;

static double plume_at(size_t l, size_t s)
{
    double along = (double)s - SAMPLE, across = (double)l - LINE, width;

    if (along < 0.0 || along > LENGTH)
        return 0.0;
    width = 1.5 + 0.15 * along;
    return STRONG_PPMM * (1.5 / width) * exp(-0.5 * across * across / (width * width));
}

/* White noise, a plume of gas 1, a hole of missing pixels elsewhere. */
static void make_cube(struct made_evidence *m, float absorption[N_GASES * BANDS])
{
    struct dice dice = {121};

    made_absorption(absorption, BANDS, 4.0, 1.5);
    made_absorption(absorption + BANDS, BANDS, 11.0, 1.5);
    made_scene_new(&m->made, LINES, BANDS, SAMPLES, 8.0, 13.0);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++)
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) =
                    l >= 120 && l < 130 && s >= 50 && s < 60
                        ? NAN
                        : (float)(9.0 - plume_at(l, s) * (double)absorption[BANDS + b] +
                                  NOISE * dice_normal(&dice));
    made_evidence_open(m, 1, 0, 0, 1);
}

static struct vaho_maps *make_maps(const struct made_evidence *m,
                                   const struct vaho_evidence *evidence, size_t n_threads)
{
    struct vaho_maps *maps;
    struct vaho_pool *pool;
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_pool_new(&pool, n_threads, NULL), VAHO_OK);
    assert_int_equal(vaho_maps_make(&maps, &m->scene, evidence, N_GASES, 0, pool, &error), VAHO_OK);
    vaho_pool_free(pool);
    return maps;
}

static void maps_show_the_plume_and_nothing_else(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_maps *maps, *again;
    float absorption[N_GASES * BANDS];
    double squares[N_GASES] = {0.0}, own = 0.0, n = 0.0, ratio = 0.0, n_in = 0.0;

    make_cube(&m, absorption);
    evidence = learn_evidence(&m, absorption, N_GASES, N_GASES, 2);
    maps = make_maps(&m, evidence, 2);
    assert_true(maps->n_gases == N_GASES && maps->n_lines == LINES && maps->n_samples == SAMPLES);
    for (size_t l = 0; l < LINES; l++)
        for (size_t s = 0; s < SAMPLES; s++) {
            size_t at = l * SAMPLES + s, of_plume = LINES * SAMPLES + at;
            int hole = l >= 120 && l < 130 && s >= 50 && s < 60;
            assert_true(isfinite(maps->ppmm[of_plume]) == !hole);
            assert_true((maps->weight[of_plume] > 0.0f) == !hole);
            if (hole)
                continue;
            if (plume_at(l, s) > 150.0) {
                ratio += (double)maps->ppmm[of_plume] / plume_at(l, s);
                n_in += 1.0;
                assert_true(maps->snr[of_plume] > 5.0f);
            } else if (l < 40 || l > 100) {
                squares[0] += pow((double)maps->snr[at], 2.0);
                squares[1] += pow((double)maps->snr[of_plume], 2.0);
                own += pow((double)(maps->ppmm[at] / maps->sigma[at]), 2.0);
                n += 1.0;
            }
        }
    print_message("column density %.3f of the truth; rms of empty ground %.3f, %.3f\n",
                  ratio / n_in, sqrt(squares[0] / n), sqrt(squares[1] / n));
    assert_true(n_in > 20.0 && fabs(ratio / n_in - 1.0) < 0.05);
    for (size_t g = 0; g < N_GASES; g++) /* spread is that of level 1: a little off for pixels */
        assert_true(fabs(sqrt(squares[g] / n) - 1.0) < 0.15);
    assert_true(fabs(sqrt(own / n) - 1.0) < 0.1); /* sigma is the pixels' own scatter */
    again = make_maps(&m, evidence, 5);
    assert_memory_equal(maps->snr, again->snr, N_GASES * LINES * SAMPLES * sizeof(float));
    assert_memory_equal(maps->sigma, again->sigma, N_GASES * LINES * SAMPLES * sizeof(float));
    assert_memory_equal(maps->weight, again->weight, N_GASES * LINES * SAMPLES * sizeof(float));
    vaho_maps_free(maps);
    vaho_maps_free(again);
    vaho_maps_free(NULL);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

static void forget(struct vaho_plume *plume)
{
    free(plume->pixel);
    free(plume->wavelength_um);
    free(plume->excess);
    free(plume->fit);
    free(plume->alternative_fit);
}

/* What excess less fit leaves, in squares. */
static double left_of(const struct vaho_plume *plume, const double *fit)
{
    double sum = 0.0;

    for (size_t b = 0; b < plume->n_bands; b++)
        sum += pow(plume->excess[b] - fit[b], 2.0);
    return sum;
}

/* The same plume with decoys, once of the library's gas "two" and once where "two" is another gas.
 */
static void measure_without_its_gas(const struct vaho_measuring *measuring,
                                    const struct vaho_contender *winner)
{
    enum { DECOYS = 6 };
    float absorption[(N_GASES + DECOYS) * BANDS], parts[(N_GASES + DECOYS) * 2 * BANDS];
    struct vaho_measuring m = *measuring;
    struct vaho_plume plume;
    size_t gas;
    double none;

    for (size_t i = 0; i < N_GASES + DECOYS; i++)
        made_absorption(absorption + i * BANDS, BANDS, i == 1 ? 11.0 : 2.0 + 1.5 * (double)i, 1.5);
    m.parts = m.scored = parts;
    m.n_scored = N_GASES + DECOYS;
    for (int missing = 0; missing < 2; missing++) {
        if (missing)
            made_absorption(absorption + BANDS, BANDS, 13.0, 1.5);
        for (size_t i = 0; i < N_GASES + DECOYS; i++)
            vaho_contrast_parts(parts + i * 2 * BANDS, m.scene->contrast, absorption + i * BANDS);
        assert_int_equal(vaho_measure(&plume, &gas, &none, NULL, &m, winner, NULL), VAHO_OK);
        assert_true(missing || gas == 1);
        assert_string_equal(plume.gas, missing ? VAHO_UNKNOWN_GAS : "two");
        assert_true(missing ? none > 0.9 : none < 0.05);
        assert_true(isnan(plume.mean_ppmm) == missing && isnan(plume.sigma_ppmm) == missing &&
                    isnan(plume.peak_ppmm) == missing);
        if (missing) {
            assert_string_equal(plume.alternative[0].gas, m.name[gas]); /* the nearest */
            /* it explains something, and leaves what the ground cannot make up for */
            assert_true(left_of(&plume, plume.alternative_fit) > 0.0);
        } else {
            for (size_t i = 0; i < plume.n_alternatives; i++)
                assert_true(strcmp(plume.alternative[i].gas, VAHO_UNKNOWN_GAS) == 0 ||
                            left_of(&plume, plume.alternative_fit + i * BANDS) >
                                left_of(&plume, plume.fit));
        }
        assert_true(plume.n_pixels > 30 && plume.n_bands == BANDS);
        forget(&plume);
    }
}

static void a_plume_is_measured(void **state)
{
    (void)state;
    static const unsigned gas_of[] = {0, 1, 0, 1}; /* the gases and their mirrors */
    static const char *const name[N_GASES] = {"one", "two"};
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_maps *maps;
    struct vaho_candidate *candidate;
    struct vaho_competition *competition;
    struct vaho_wedges *wedges;
    struct vaho_plume plume;
    struct vaho_error error = {VAHO_OK, ""};
    float absorption[N_GASES * BANDS], parts[N_GASES * 2 * BANDS];
    double mean = 0.0;
    size_t n, gas;
    double none;

    make_cube(&m, absorption);
    evidence = learn_evidence(&m, absorption, N_GASES, N_GASES, 2);
    candidate = score_evidence(&n, evidence, 3.5, 2);
    struct vaho_evidence_maps level_maps = {vaho_evidence_map(evidence), N_GASES, VAHO_N_SCALES};
    assert_int_equal(
        vaho_compete(&competition, candidate, n, gas_of, &level_maps, LINES, SAMPLES, &error),
        VAHO_OK);
    maps = make_maps(&m, evidence, 2);
    for (size_t g = 0; g < N_GASES; g++)
        vaho_contrast_parts(parts + g * 2 * BANDS, &m.contrast, absorption + g * BANDS);
    assert_int_equal(vaho_wedges_new(&wedges, &error), VAHO_OK);
    struct vaho_measuring measuring = {.scene = &m.scene,
                                       .evidence = evidence,
                                       .maps = maps,
                                       .competition = competition,
                                       .wedges = wedges,
                                       .n_gases = N_GASES,
                                       .n_searched = N_GASES,
                                       .parts = parts,
                                       .name = name,
                                       .wavelength_um = m.made.wavelength_um};
    assert_true(competition->n > 0 && competition->winner[0].gas == 1);
    assert_int_equal(
        vaho_measure(&plume, &gas, &none, NULL, &measuring, &competition->winner[0], &error),
        VAHO_OK);
    assert_string_equal(plume.gas, "two");
    assert_true(plume.probability > 0.9);
    assert_true(plume.snr == (double)competition->winner[0].candidate.z);
    assert_true(hypot(plume.source_line - LINE, plume.source_sample - SAMPLE) <= 4.0);
    assert_true(plume.n_pixels > 30 && plume.n_pixels < 700);
    for (size_t i = 0; i < plume.n_pixels; i++) {
        unsigned l = plume.pixel[2 * i], s = plume.pixel[2 * i + 1];
        mean += plume_at(l, s) / (double)plume.n_pixels;
        assert_true(l >= plume.bbox[0] && l <= plume.bbox[2] && s >= plume.bbox[1] &&
                    s <= plume.bbox[3]);
        assert_true(l > 40 && l < 100); /* near the plume */
        if (i > 0)                      /* raster order */
            assert_true(l > plume.pixel[2 * i - 2] ||
                        (l == plume.pixel[2 * i - 2] && s > plume.pixel[2 * i - 1]));
    }
    print_message("mean %.1f +- %.1f, %.1f over the footprint in truth; peak %.0f\n",
                  plume.mean_ppmm, plume.sigma_ppmm, mean, plume.peak_ppmm);
    /* the cube's one mean holds the plume too, and so does C: a few per cent low */
    assert_true(fabs(plume.mean_ppmm - mean) < 3.0 * plume.sigma_ppmm + 0.06 * mean);
    assert_true(plume.sigma_ppmm > 0.0 && plume.sigma_ppmm < 0.1 * mean);
    assert_true(gas == 1 && plume.peak_ppmm == plume.mean_ppmm);
    assert_int_equal(plume.n_bands, BANDS);
    for (size_t b = 0; b < BANDS; b++) /* the picture: what was seen and what was fitted agree */
        assert_true(fabs(plume.excess[b] - plume.fit[b]) < 0.15 * fabs(plume.fit[11]) + 0.02);
    forget(&plume);
    measure_without_its_gas(&measuring, &competition->winner[0]);
    vaho_wedges_free(wedges);
    vaho_maps_free(maps);
    vaho_competition_free(competition);
    free(candidate);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_show_the_plume_and_nothing_else),
        cmocka_unit_test(a_plume_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
