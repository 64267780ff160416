/*
 * gases.c - gas spectra from band centres, strengths and contours
 *
 * Contour.  A rigid rotor at temperature T puts into its P and R branches
 *     p(x) = |x| / (2 w^2) exp(-x^2 / (2 w^2)),    x = wavenumber - centre,
 * which integrates to 1 and has its maxima at x = -w and w.  For a linear
 * molecule w = sqrt(2 k T B / (h c)), 20.3 cm-1 * sqrt(B) at 296 K; for others
 * of mean rotational constant B it is near that, wider for B-type bands and
 * narrower where Coriolis coupling contracts the branches (SF6).  A share q of
 * the strength is in the central Q branch, here a Gaussian; q = 1 is a band
 * whose branches are not told apart.
 *
 * Ammonia is different: its rotational constants are so large that the lines
 * of one branch spread over 400 cm-1.  Its nu2 is computed line by line as a
 * parallel band of a symmetric top, from both levels of the inversion doublet
 * (below, manifold()).
 *
 * Sources
 * - Centres: T. Shimanouchi, Tables of Molecular Vibrational Frequencies I,
 *   NSRDS-NBS 39 (1972), rounded; "obs": the maximum or the middle of the
 *   branches in the quantitative gas spectra named next, rounded to 1 cm-1.
 * - Strengths: integrals over the band, rounded to two digits, of the NIST
 *   Quantitative Infrared Database (P. M. Chu et al., J. Res. NIST 104, 59,
 *   1999) [N], of the HITRAN 2012 lines (L. S. Rothman et al., JQSRT 130, 4,
 *   2013; ammonia's by way of the tables of the Institute of Atmospheric Optics,
 *   Tomsk) [H], or of the HITRAN cross-sections of Sharpe et al. (Appl.
 *   Spectrosc. 58, 1452, 2004) [P].  Where two bands overlap, the split is ours.
 * - Branch widths: half the distance of the maxima in those spectra, rounded,
 *   near what the rotational constants give.  Q shares and widths are ours,
 *   chosen to come near the published peak at 4 cm-1 resolution.
 * - Methane: bumps fitted to the table of the Institute of Atmospheric Optics, Tomsk, smoothed to
 * 15 cm-1, of the octad at 2.3 um and the tetradecad at 1.65 um, times 0.6: methane's lines are
 * narrow, those of the air's own methane have taken part of the light already, and tables for
 * sensors of 5 to 10 nm that reckon with that show about so much of what the sums of lines would
 * do.
 * - Ammonia's levels and rotational constants: rounded, as in P. Chen et al.,
 *   J. Mol. Spectrosc. 236, 116 (2006); the shape they give was compared with
 *   the HITRAN lines (correlation 0.98 at 4 cm-1).
 */
#include "exercise/gases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "exercise/repeatable.h"
#include "vaho/library.h"

enum { N_GRID = 1239 };
static const double GRID_FIRST_CM1 = 1333.5, GRID_STEP_CM1 = 0.5; /* 7.499 to 14.004 um */
enum { N_SHORTWAVE_GRID = 1572 };
static const double SHORTWAVE_FIRST_CM1 = 7143.0, SHORTWAVE_STEP_CM1 = 2.0; /* 1.4 to 2.499 um */

static const struct vaho_exercise_gas gases[] = {
    {.name = "acetic_acid",
     .molar_mass_g_mol = 60.052,
     .default_ppmm = 100.0,
     .band = {{1180.0, 3.4e-17, 14.0, 0.40, 22.0}, /* C-O stretch, obs [P] */
              {990.0, 7.2e-18, 0.0, 1.0, 36.0}}},  /* obs [P] */
    {.name = "acetone",
     .molar_mass_g_mol = 58.080,
     .default_ppmm = 220.0,
     .band = {{1216.0, 1.1e-17, 12.0, 0.12, 4.0},  /* nu17 [N] */
              {1091.0, 5.5e-19, 14.0, 0.15, 5.0},  /* nu22 [N] */
              {891.0, 8.9e-19, 12.0, 0.10, 5.0}}}, /* nu18 [N] */
    {.name = "ammonia",
     .molar_mass_g_mol = 17.031,
     .default_ppmm = 60.0,
     .band = {{0.0, 2.2e-17, 0.0, 0.0, 0.0}},
     .inversion_manifold = 1}, /* nu2, all branches [H] */
    {.name = "cfc12",
     .molar_mass_g_mol = 120.913,
     .default_ppmm = 12.0,
     .band = {{1101.0, 4.5e-17, 10.0, 0.40, 18.0}, /* nu1 [N] */
              {1160.0, 3.2e-17, 8.0, 0.20, 3.0},   /* nu6, obs [N] */
              {922.0, 4.9e-17, 6.0, 0.40, 10.0},   /* nu8, obs [N] */
              {885.0, 1.0e-17, 0.0, 1.0, 30.0}}},  /* hot and combination [N] */
    {.name = "dichloromethane",
     .molar_mass_g_mol = 84.933,
     .default_ppmm = 250.0,
     .band = {{758.0, 2.2e-17, 7.0, 0.25, 6.0},    /* nu9 [N] */
              {898.0, 1.8e-19, 8.0, 0.10, 3.0},    /* nu7 [N] */
              {1268.0, 5.2e-18, 7.0, 0.35, 4.0}}}, /* nu8 [N] */
    {.name = "ethyl_acetate",
     .molar_mass_g_mol = 88.106,
     .default_ppmm = 40.0,
     .band = {{1241.0, 6.3e-17, 0.0, 1.0, 32.0},  /* C-C-O stretch, obs [N] */
              {1058.0, 1.6e-17, 0.0, 1.0, 29.0},  /* O-CH2 stretch, obs [N] */
              {1098.0, 4.0e-18, 0.0, 1.0, 32.0},  /* obs [N] */
              {931.0, 1.6e-18, 0.0, 1.0, 36.0},   /* obs [N] */
              {852.0, 1.4e-18, 0.0, 1.0, 34.0}}}, /* obs [N] */
    {.name = "ethylene",
     .molar_mass_g_mol = 28.054,
     .default_ppmm = 90.0,
     .band = {{949.0, 1.2e-17, 40.0, 0.35, 8.0},   /* nu7 [H] */
              {826.0, 4.0e-19, 40.0, 0.20, 8.0}}}, /* nu10, part in reach [H] */
    {.name = "methane",
     .molar_mass_g_mol = 16.043,
     .default_ppmm = 200.0,
     .shortwave = 1,
     .band = {{4171.0, 4.4e-20, 0.0, 1.0, 53.0},
              {4216.0, 6.0e-20, 0.0, 1.0, 16.0},
              {4260.0, 7.6e-20, 0.0, 1.0, 39.0},
              {4314.0, 4.0e-20, 0.0, 1.0, 14.0},
              {4316.0, 1.3e-19, 0.0, 1.0, 359.0},
              {4358.0, 6.5e-20, 0.0, 1.0, 34.0},
              {4412.0, 3.4e-20, 0.0, 1.0, 36.0},
              {4478.0, 1.6e-20, 0.0, 1.0, 24.0},
              {4543.0, 1.1e-20, 0.0, 1.0, 14.0},
              {5901.0, 2.6e-20, 0.0, 1.0, 168.0},
              {6002.0, 5.0e-21, 0.0, 1.0, 13.0},
              {6068.0, 3.0e-20, 0.0, 1.0, 52.0}}},
    {.name = "methanol",
     .molar_mass_g_mol = 32.042,
     .default_ppmm = 90.0,
     .band = {{1033.0, 1.8e-17, 20.0, 0.17, 5.0}}}, /* nu8 [H] */
    {.name = "sulfur_dioxide",
     .molar_mass_g_mol = 64.064,
     .default_ppmm = 700.0,
     .band = {{1151.0, 3.8e-18, 16.0, 0.0, 0.0}}}, /* nu1 [N] */
    /* Two molecules in three are vibrationally excited at 296 K; their bands lie lower. */
    {.name = "sulfur_hexafluoride",
     .molar_mass_g_mol = 146.055,
     .default_ppmm = 1.2,
     .band = {{948.0, 1.2e-16, 2.7, 0.35, 1.5},  /* nu3, obs [N] */
              {944.5, 8.6e-17, 0.0, 1.0, 8.0}}}, /* hot bands, obs [N] */
};

size_t vaho_exercise_gas_count(void)
{
    return sizeof gases / sizeof gases[0];
}

const struct vaho_exercise_gas *vaho_exercise_gas(size_t index)
{
    return &gases[index];
}

const struct vaho_exercise_gas *vaho_exercise_gas_find(const char *name)
{
    for (size_t i = 0; i < vaho_exercise_gas_count(); i++)
        if (strcmp(gases[i].name, name) == 0)
            return &gases[i];
    return NULL;
}

/* A Gaussian of unit area. */
static double gaussian(double x, double fwhm)
{
    double t = x / fwhm;
    return 0.93943727869965133 / fwhm * vaho_repeatable_exp(-2.7725887222397811 * t * t);
}

double vaho_gas_band_at(const struct vaho_gas_band *band, double wavenumber_cm1)
{
    double x = wavenumber_cm1 - band->centre_cm1, w = band->branch_cm1, contour = 0.0;

    if (band->q_share > 0.0)
        contour += band->q_share * gaussian(x, band->q_fwhm_cm1);
    if (band->q_share < 1.0)
        contour += (1.0 - band->q_share) * fabs(x) / (2.0 * w * w) *
                   vaho_repeatable_exp(-0.5 * x * x / (w * w));
    return band->strength_cm_molecule * contour;
}

/* Adds one line of the given weight, 1 cm-1 wide, to the grid. */
static void add_line(double *grid, double wavenumber_cm1, double weight)
{
    double place = (GRID_FIRST_CM1 - wavenumber_cm1) / GRID_STEP_CM1;

    for (double k = ceil(place - 6.0); k <= place + 6.0; k += 1.0)
        if (k >= 0.0 && k < N_GRID)
            grid[(size_t)k] += weight * gaussian((k - place) * GRID_STEP_CM1, 1.0);
}

/*
 * Ammonia's nu2: J = 0..20, K = 0..J, from the lower and the upper level of the
 * inversion doublet (0.79 cm-1 apart) to the opposite level of nu2, 968.12 and
 * 932.43 cm-1 above the ground.  Line strength: Honl-London factor x (2J + 1)
 * x spin weight (2 where 3 divides K, else 1; each K > 0 twice) x Boltzmann.
 * K = 0 has one level of the doublet only, in turn with J.  Units: the sum over
 * all lines is 1, in the grid or not, times 'strength'.
 */
static void manifold(double *grid, double strength)
{
    const double b0 = 9.944, c0 = 6.229, kt_cm1 = 205.73; /* 296 K */
    const double origin[2] = {968.12, 932.43 - 0.79}, b1[2] = {9.89, 10.07}, c1[2] = {6.16, 6.09};
    double total = 0.0;

    for (int pass = 0; pass < 2; pass++) /* first the sum, then the lines */
        for (int j = 0; j <= 20; j++)
            for (int k = 0; k <= j; k++)
                for (int level = 0; level < 2; level++) {
                    double e0 = b0 * j * (j + 1) + (c0 - b0) * k * k;
                    double population = (2 * j + 1) * (k % 3 == 0 ? 2.0 : 1.0) *
                                        (k > 0 ? 2.0 : 1.0) * vaho_repeatable_exp(-e0 / kt_cm1);
                    if (k == 0 && (j + level) % 2 == 0)
                        continue;
                    for (int to = j > k ? j - 1 : j; to <= j + 1; to++) {
                        double e1 = b1[level] * to * (to + 1) + (c1[level] - b1[level]) * k * k;
                        int m = to > j ? to : j; /* the larger of the two */
                        double factor = to != j ? (double)(m * m - k * k) / (m * (2 * j + 1))
                                                : (j > 0 ? (double)(k * k) / (j * (j + 1)) : 0.0);
                        if (pass == 0)
                            total += factor * population;
                        else
                            add_line(grid, origin[level] + e1 - e0,
                                     strength * factor * population / total);
                    }
                }
}

enum vaho_status vaho_gas_spectrum_make(struct vaho_gas_spectrum *out,
                                        const struct vaho_exercise_gas *gas,
                                        struct vaho_error *error)
{
    const double first = gas->shortwave ? SHORTWAVE_FIRST_CM1 : GRID_FIRST_CM1;
    const double step = gas->shortwave ? SHORTWAVE_STEP_CM1 : GRID_STEP_CM1;

    out->n = gas->shortwave ? N_SHORTWAVE_GRID : N_GRID;
    out->wavelength_um = vaho_alloc(out->n, sizeof(double));
    out->per_ppmm = vaho_alloc(out->n, sizeof(double));
    if (out->wavelength_um == NULL || out->per_ppmm == NULL) {
        vaho_gas_spectrum_free(out);
        return vaho_fail_memory(error, "a gas spectrum");
    }
    if (gas->inversion_manifold)
        manifold(out->per_ppmm, gas->band[0].strength_cm_molecule);
    for (size_t i = 0; i < out->n; i++) {
        double wavenumber_cm1 = first - step * (double)i;
        out->wavelength_um[i] = 1e4 / wavenumber_cm1;
        for (size_t k = 0; k < VAHO_GAS_MAX_BANDS && !gas->inversion_manifold; k++)
            if (gas->band[k].strength_cm_molecule > 0.0)
                out->per_ppmm[i] += vaho_gas_band_at(&gas->band[k], wavenumber_cm1);
        out->per_ppmm[i] *= VAHO_MOLECULES_CM2_PER_PPMM;
    }
    return VAHO_OK;
}

void vaho_gas_spectrum_free(struct vaho_gas_spectrum *spectrum)
{
    free(spectrum->wavelength_um);
    free(spectrum->per_ppmm);
    *spectrum = (struct vaho_gas_spectrum){0};
}

double vaho_gas_spectrum_in_band(const struct vaho_gas_spectrum *spectrum, double centre_um,
                                 double fwhm_um)
{
    double sum = 0.0, weight = 0.0;

    for (size_t i = 0; i < spectrum->n; i++) {
        double x = spectrum->wavelength_um[i] - centre_um, w;
        if (fabs(x) > 2.0 * fwhm_um)
            continue;
        /* the grid is even in wavenumber: a point stands for a width of wavelength^2 */
        w = gaussian(x, fwhm_um) * spectrum->wavelength_um[i] * spectrum->wavelength_um[i];
        sum += w * spectrum->per_ppmm[i];
        weight += w;
    }
    return weight > 0.0 ? sum / weight : 0.0;
}
