#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "find/emission.h"

/* A steady plume that loses nothing: the mass across it is Q / U at every distance. */
enum { LINES = 60, SAMPLES = 120, SOURCE_LINE = 30, SOURCE_SAMPLE = 10, REACH = 90 };
static const double PIXEL_M = 2.0, WIND_M_S = 3.0, RATE_KG_H = 50.0, MOLAR_MASS = 17.031;
/* 1 ppm.m = 2.479e15 molecules/cm2 (ARCHITECTURE.md), Avogadro's number 6.02214076e23 (SI) */
static const double KG_M2_PPMM = 2.479e15 * 1e4 / 6.02214076e23 * 17.031e-3;

struct made {
    struct vaho_maps maps;
    struct vaho_competition competition;
    struct vaho_plume plume;
    unsigned pixel[2 * LINES * SAMPLES], claim[LINES * SAMPLES];
    float ppmm[LINES * SAMPLES], sigma[LINES * SAMPLES], snr[LINES * SAMPLES];
    float weight[LINES * SAMPLES], spread[1];
};

/* ppm.m at a pixel, its Gaussian 1.5 pixels wide at the source and opening by a tenth. */
static double column(double along_px, double across_px)
{
    double width_px = 1.5 + 0.1 * along_px;
    double mass_kg_m = RATE_KG_H / 3600.0 / WIND_M_S;

    if (along_px < 0.0)
        return 0.0;
    return mass_kg_m / KG_M2_PPMM / (sqrt(2.0 * acos(-1.0)) * width_px * PIXEL_M) *
           exp(-0.5 * across_px * across_px / (width_px * width_px));
}

static struct made *make(void)
{
    struct made *m = calloc(1, sizeof *m);
    double floor = 0.06 * column(0.0, 0.0);

    assert_non_null(m);
    m->maps =
        (struct vaho_maps){1, LINES, SAMPLES, m->ppmm, m->sigma, m->snr, m->weight, m->spread};
    m->competition =
        (struct vaho_competition){.n_lines = LINES, .n_samples = SAMPLES, .claim = m->claim};
    m->spread[0] = 1.0f;
    m->plume = (struct vaho_plume){.source_line = SOURCE_LINE,
                                   .source_sample = SOURCE_SAMPLE,
                                   .mean_ppmm = 10.0,
                                   .sigma_ppmm = 1.0,
                                   .bbox = {LINES, SAMPLES, 0, 0},
                                   .pixel = m->pixel};
    for (unsigned l = 0; l < LINES; l++)
        for (unsigned s = 0; s < SAMPLES; s++) {
            size_t at = l * SAMPLES + s, n = m->plume.n_pixels, *box = m->plume.bbox;
            double c = column((double)s - SOURCE_SAMPLE, (double)l - SOURCE_LINE);
            m->ppmm[at] = (float)c;
            m->snr[at] = (float)c;
            m->weight[at] = 1e6f; /* no noise to speak of */
            if (c < floor || s > SOURCE_SAMPLE + REACH)
                continue;
            m->claim[at] = 1;
            m->pixel[2 * n] = l;
            m->pixel[2 * n + 1] = s;
            m->plume.n_pixels++;
            box[0] = l < box[0] ? l : box[0];
            box[1] = s < box[1] ? s : box[1];
            box[2] = l > box[2] ? l : box[2];
            box[3] = s > box[3] ? s : box[3];
        }
    return m;
}

static struct vaho_drift wind(double sigma_m_s)
{
    return (struct vaho_drift){
        .along_m = PIXEL_M, .across_m = PIXEL_M, .speed_m_s = WIND_M_S, .sigma_m_s = sigma_m_s};
}

static void measure(struct vaho_emission *out, const struct made *m, double molar_mass,
                    const struct vaho_drift *drift)
{
    struct vaho_error error;

    assert_int_equal(vaho_emission_measure(out, &m->plume, &m->maps, 0, &m->competition, 1,
                                           molar_mass, drift, &error),
                     VAHO_OK);
}

static void both_methods_give_the_rate(void **state)
{
    struct made *m = make();
    struct vaho_emission e;
    struct vaho_drift drift = wind(0.6);

    (void)state;
    measure(&e, m, MOLAR_MASS, &drift);
    assert_true(fabs(e.mass_kg_h / RATE_KG_H - 1.0) < 0.04);
    assert_true(fabs(e.flux_kg_h / RATE_KG_H - 1.0) < 0.06); /* widths and centres on a grid */
    assert_true(fabs(e.kg_h - 0.5 * (e.mass_kg_h + e.flux_kg_h)) < 1e-9);
    for (size_t k = 0; k < e.n_slices; k++) /* F = Q / U in every slice */
        assert_true(fabs(e.slice_kg_m[k] / (RATE_KG_H / 3600.0 / WIND_M_S) - 1.0) < 0.15);
    assert_true(fabs(e.sample_step - 1.0) < 0.01 && fabs(e.line_step) < 0.05);
    assert_true(fabs(e.length_m - 2.0 * (double)e.n_slices) < 1e-9);
    free(m);
}

/* Eight pixels, and none of them with gas, in a plume of 90: a tenth of the rate. */
static void upwind_of_the_source_is_no_plume(void **state)
{
    struct made *m = make();
    struct vaho_emission right, upwind;
    struct vaho_drift drift = wind(0.6);

    (void)state;
    measure(&right, m, MOLAR_MASS, &drift);
    m->plume.source_sample -= 8.0;
    measure(&upwind, m, MOLAR_MASS, &drift);
    assert_true(fabs(upwind.kg_h / right.kg_h - 1.0) < 0.02);
    assert_true(fabs(upwind.length_m / right.length_m - 1.0) < 0.05);
    free(m);
}

static void sigma_adds_its_parts_in_squares(void **state)
{
    struct made *m = make();
    struct vaho_emission e, sure;
    struct vaho_drift drift = wind(0.6), known = wind(0.0);

    (void)state;
    measure(&e, m, MOLAR_MASS, &drift);
    measure(&sure, m, MOLAR_MASS, &known);
    assert_true(fabs(e.wind_share - 0.2) < 1e-12);   /* 0.6 of 3 m/s */
    assert_true(fabs(e.column_share - 0.1) < 1e-12); /* 1 of 10 ppm.m */
    assert_true(fabs(e.method_share - fabs(e.mass_kg_h - e.flux_kg_h) / (2.0 * e.kg_h)) < 1e-12);
    assert_true(e.slices_share >= 0.0 && e.slices_share < 0.05); /* nothing gusts here */
    assert_true(fabs(e.sigma_kg_h / e.kg_h - sqrt(0.04 + 0.01 + e.slices_share * e.slices_share +
                                                  e.method_share * e.method_share)) < 1e-9);
    assert_true(sure.kg_h == e.kg_h && sure.wind_share == 0.0);
    assert_true(fabs(e.sigma_kg_h * e.sigma_kg_h - sure.sigma_kg_h * sure.sigma_kg_h -
                     0.04 * e.kg_h * e.kg_h) < 1e-6 * e.kg_h * e.kg_h);
    free(m);
}

static void the_rate_goes_with_wind_and_molar_mass(void **state)
{
    struct made *m = make();
    struct vaho_emission one, two;
    struct vaho_drift drift = wind(0.6), faster = wind(0.6);

    (void)state;
    measure(&one, m, MOLAR_MASS, &drift);
    faster.speed_m_s *= 2.0;
    measure(&two, m, MOLAR_MASS, &faster);
    assert_true(fabs(two.kg_h / one.kg_h - 2.0) < 1e-9);
    measure(&two, m, 3.0 * MOLAR_MASS, &drift);
    assert_true(fabs(two.kg_h / one.kg_h - 3.0) < 1e-9);
    drift.to_sample = 1.0; /* told where it blows: the same as found */
    measure(&two, m, MOLAR_MASS, &drift);
    assert_true(fabs(two.kg_h / one.kg_h - 1.0) < 0.03);
    assert_true(two.sample_step == 1.0 && two.line_step == 0.0);
    free(m);
}

static void gas_on_others_ground_is_not_counted(void **state)
{
    struct made *m = make();
    struct vaho_emission alone, beside;
    struct vaho_drift drift = wind(0.6);

    (void)state;
    drift.to_sample = 1.0;
    measure(&alone, m, MOLAR_MASS, &drift);
    for (size_t l = SOURCE_LINE + 12; l < SOURCE_LINE + 18; l++)
        for (size_t s = 80; s < 90; s++) {
            size_t at = l * SAMPLES + s;
            if (m->claim[at] != 0)
                continue;
            m->claim[at] = 2;
            m->ppmm[at] = 1e4f;
        }
    measure(&beside, m, MOLAR_MASS, &drift);
    assert_true(fabs(beside.kg_h / alone.kg_h - 1.0) < 0.05);
    free(m);
}

static void what_is_not_known_is_nan(void **state)
{
    struct made *m = make();
    struct vaho_emission e;
    struct vaho_drift drift = wind(0.6), none = wind(0.6);

    (void)state;
    measure(&e, m, NAN, &drift);
    assert_true(isnan(e.kg_h) && isnan(e.sigma_kg_h));
    none.speed_m_s = 0.0;
    measure(&e, m, MOLAR_MASS, &none);
    assert_true(isnan(e.kg_h) && isnan(e.sigma_kg_h));
    m->plume.n_pixels = 0;
    for (unsigned s = 0; s < 4; s++) { /* two pixels are skipped at the source: too short */
        m->pixel[2 * m->plume.n_pixels] = SOURCE_LINE;
        m->pixel[2 * m->plume.n_pixels + 1] = SOURCE_SAMPLE + s;
        m->plume.n_pixels++;
    }
    measure(&e, m, MOLAR_MASS, &drift);
    assert_true(isnan(e.kg_h) && isnan(e.sigma_kg_h));
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_methods_give_the_rate),
        cmocka_unit_test(upwind_of_the_source_is_no_plume),
        cmocka_unit_test(sigma_adds_its_parts_in_squares),
        cmocka_unit_test(the_rate_goes_with_wind_and_molar_mass),
        cmocka_unit_test(gas_on_others_ground_is_not_counted),
        cmocka_unit_test(what_is_not_known_is_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
