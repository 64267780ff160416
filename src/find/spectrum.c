/*
 * spectrum.c - the excess of a plume over its surroundings, and what each explanation makes of it
 *
 * The excess is z weighted by the reference weight r over the footprint, sum(r z) / sqrt(n
 * sum(r^2)), a fit the signature times the amount the same way.
 *
 * A person should see the gas and not the field it lies over, so what the ground's leading patterns
 * p explain of the misfit is taken out of the excess, one pattern after the other:
 *     e <- e - p (p . (e - f)) / (p . p)
 * An alternative would explain another part of the misfit by the ground.  All are shown against one
 * excess, so that part is put into its fit instead: f' <- f' + p (p . (e - f')) / (p . p).  What is
 * left between excess and fit is then what neither gas nor ground explains, for each of them alike.
 */
#include "find/spectrum.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* Moves what the ground explains of the misfit from one to the other. */
static void share_ground(double *excess, double *fit, int into_fit,
                         const struct vaho_columns *columns, size_t nb)
{
    for (size_t k = 0; k < vaho_columns_rank(columns); k++) {
        const float *p = vaho_columns_leading(columns) + k * nb;
        double misfit = 0.0, norm = 0.0;
        for (size_t b = 0; b < nb; b++) {
            misfit += (double)p[b] * (excess[b] - fit[b]);
            norm += (double)p[b] * (double)p[b];
        }
        for (size_t b = 0; b < nb; b++) {
            double part = misfit / norm * (double)p[b];
            excess[b] -= into_fit ? 0.0 : part;
            fit[b] += into_fit ? part : 0.0;
        }
    }
}

struct weighing {
    const struct vaho_measuring *m;
    const struct vaho_footprint_sums *sums;
    double d, r[VAHO_N_PARTS], scale;
};

static struct weighing weigh(const struct vaho_measuring *m, const struct vaho_footprint_sums *sums)
{
    const struct vaho_contrast *contrast = m->scene->contrast;
    struct weighing w = {.m = m, .sums = sums, .d = contrast->d[m->hypothesis]};
    double energy = 0.0;

    for (size_t k = 0; k < contrast->n_parts; k++)
        w.r[k] = contrast->weight[k] + (k == 0 ? w.d : 0.0);
    for (size_t k = 0; k < contrast->n_parts; k++)
        for (size_t l = 0; l < contrast->n_parts; l++)
            energy += w.r[k] * w.r[l] * vaho_footprint_n(sums, k, l);
    w.scale = energy > 0.0 && sums->n[0] > 0.0 ? 1.0 / sqrt(energy * sums->n[0]) : 0.0;
    return w;
}

/* The signature of a gas over the footprint, at this amount. */
static void fit_gas(double *fit, const struct weighing *w, size_t gas, double amount)
{
    const struct vaho_contrast *contrast = w->m->scene->contrast;
    size_t nb = contrast->n_bands, n = contrast->n_parts;
    const float *parts = w->m->parts + gas * (n + 1) * nb;

    for (size_t b = 0; b < nb; b++) {
        fit[b] = 0.0;
        for (size_t k = 0; k < n; k++)
            for (size_t l = 0; l < n; l++) {
                double p =
                    (double)parts[l * nb + b] + (l == 0 ? w->d * (double)parts[n * nb + b] : 0.0);
                fit[b] += w->r[k] * vaho_footprint_n(w->sums, k, l) * p * amount * w->scale;
            }
    }
}

/* The searched gas of this name, or n_searched. */
static size_t find_gas(const struct vaho_measuring *m, const char *name)
{
    size_t g = 0;

    while (g < m->n_searched && strcmp(m->name[g], name) != 0)
        g++;
    return g;
}

static void fit_alternatives(struct vaho_plume *out, const struct weighing *w, const double *amount)
{
    size_t nb = out->n_bands;

    for (size_t i = 0; i < out->n_alternatives; i++) {
        double *fit = out->alternative_fit + i * nb;
        size_t gas = find_gas(w->m, out->alternative[i].gas);
        if (gas == w->m->n_searched) {
            for (size_t b = 0; b < nb; b++)
                fit[b] = NAN;
            continue;
        }
        fit_gas(fit, w, gas, amount[gas]);
        share_ground(out->excess, fit, 1, w->m->scene->columns, nb);
    }
}

enum vaho_status vaho_spectrum_keep(struct vaho_plume *out, const struct vaho_measuring *m,
                                    const struct vaho_footprint_sums *sums, size_t gas,
                                    const double *amount, struct vaho_error *error)
{
    const struct weighing w = weigh(m, sums);
    size_t nb = m->scene->contrast->n_bands;

    out->wavelength_um = vaho_alloc(nb, sizeof(double));
    out->excess = vaho_alloc(nb, sizeof(double));
    out->fit = vaho_alloc(nb, sizeof(double));
    out->alternative_fit = vaho_alloc(out->n_alternatives * nb, sizeof(double));
    if (!out->wavelength_um || !out->excess || !out->fit || !out->alternative_fit)
        return vaho_fail_memory(error, "a plume's spectrum");
    out->n_bands = nb;
    for (size_t b = 0; b < nb; b++) {
        out->wavelength_um[b] = m->wavelength_um[b];
        for (size_t k = 0; k < m->scene->contrast->n_parts; k++)
            out->excess[b] += w.r[k] * sums->z[k * nb + b] * w.scale;
    }
    fit_gas(out->fit, &w, gas, out->mean_ppmm);
    share_ground(out->excess, out->fit, 0, m->scene->columns, nb);
    fit_alternatives(out, &w, amount);
    return VAHO_OK;
}
