#include "find/amount.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum { BATCH = 128 };
static const double NU = 10.0;
static const double LEAST_SHARE = 0.5;   /* a plume's spread over its mean, where noise hides it */
static const double PIXELS_ALIKE = 25.0; /* neighbours over which c and contrast are alike */
static const double MAX_STEP = 1.0;      /* in optical depth of the strongest band, as is ... */
static const double LEAST_DEPTH = -1.0, MOST_DEPTH = 12.0; /* ... what c may be */

double vaho_amount_depth(double *slope, double absorption, double variety, double ppmm)
{
    double x = variety * ppmm;

    if (!(x > 1e-6)) {
        *slope = absorption;
        return absorption * ppmm;
    }
    *slope = absorption / (1.0 + x);
    return absorption * log1p(x) / variety;
}

/* f and J of one pixel. */
static void undo_plume(double *f, double *j, const float *radiance, const float *expected,
                       double ppmm, const struct vaho_amount_model *model)
{
    for (size_t b = 0; b < model->n_bands; b++) {
        double slope, contrast = (double)radiance[b] - model->air[b];
        if (model->absorption[b] > 0.0) {
            contrast *=
                exp(vaho_amount_depth(&slope, model->absorption[b], model->variety[b], ppmm));
            j[b] = slope * contrast;
        } else {
            j[b] = 0.0;
        }
        f[b] = model->air[b] + contrast - (double)expected[b];
    }
}

static double peak_of(const double *value, size_t n)
{
    double peak = 0.0;

    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, value[i]);
    return peak;
}

/* The weight and the log-likelihood of a pixel whose misfit is e. */
static void temper(struct vaho_amount *out, double e, const struct vaho_amount_model *model)
{
    double n = (double)model->n_bands;

    out->misfit = e;
    if (e > n) {
        out->weight *= (NU + n) / (NU + e);
        out->misfit = n + (NU + n) * log((NU + e) / (NU + n));
    }
    out->misfit -= 2.0 * model->offset * out->ppmm;
}

enum vaho_status vaho_amount_solve(struct vaho_amount *out, const float *radiance,
                                   const float *expected, size_t n,
                                   const struct vaho_amount_model *model, size_t n_steps,
                                   struct vaho_error *error)
{
    size_t nb = model->n_bands;
    double *f = vaho_alloc(BATCH * nb, sizeof *f), *j = vaho_alloc(BATCH * nb, sizeof *j);
    double *pf = vaho_alloc(BATCH * nb, sizeof *pf), *pj = vaho_alloc(BATCH * nb, sizeof *pj);
    double peak = peak_of(model->absorption, nb);
    int missing = !f || !j || !pf || !pj;

    for (size_t first = 0; !missing && first < n; first += BATCH) {
        size_t m = n - first < BATCH ? n - first : BATCH;
        for (size_t step = 0; step <= n_steps; step++) {
            for (size_t i = 0; i < m; i++)
                undo_plume(f + i * nb, j + i * nb, radiance + (first + i) * nb,
                           expected + (first + i) * nb, out[first + i].ppmm, model);
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)nb, (int)nb, 1.0, j,
                        (int)nb, model->precision, (int)nb, 0.0, pj, (int)nb);
            if (step == n_steps) /* the last round only weighs */
                cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)nb, (int)nb,
                            1.0, f, (int)nb, model->precision, (int)nb, 0.0, pf, (int)nb);
            for (size_t i = 0; i < m; i++) {
                struct vaho_amount *a = &out[first + i];
                double g = cblas_ddot((int)nb, j + i * nb, 1, pj + i * nb, 1);
                double slope = model->offset - cblas_ddot((int)nb, f + i * nb, 1, pj + i * nb, 1);
                a->weight = g > 0.0 && isfinite(g) ? g : 0.0;
                if (step < n_steps && a->weight > 0.0)
                    a->ppmm = fmin(
                        fmax(a->ppmm + fmin(fmax(slope / g, -MAX_STEP / peak), MAX_STEP / peak),
                             LEAST_DEPTH / peak),
                        MOST_DEPTH / peak);
                if (step == n_steps)
                    temper(a, cblas_ddot((int)nb, f + i * nb, 1, pf + i * nb, 1), model);
            }
        }
    }
    free(f);
    free(j);
    free(pf);
    free(pj);
    return missing ? vaho_fail_memory(error, "column densities") : VAHO_OK;
}

void vaho_amount_mean(struct vaho_amount_mean *out, const struct vaho_amount *amount, size_t n,
                      double spread)
{
    double v = spread * spread, g = 0.0, gg = 0.0, gc = 0.0, q = 0.0, tau2, u = 0.0, uc = 0.0;
    double uu = 0.0, noise = 0.0;
    size_t known = 0;

    *out = (struct vaho_amount_mean){NAN, INFINITY, 0.0, 0.0};
    for (size_t i = 0; i < n; i++) {
        double w = amount[i].weight / v;
        known += w > 0.0;
        g += w;
        gg += w * w;
        gc += w * amount[i].ppmm;
    }
    if (known == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        double off = amount[i].ppmm - gc / g;
        q += amount[i].weight / v * off * off;
    }
    tau2 = known > 1 ? fmax(0.0, (q - (double)(known - 1)) / (g - gg / g)) : 0.0;
    tau2 = fmax(tau2, LEAST_SHARE * LEAST_SHARE * (gc / g) * (gc / g));
    for (size_t i = 0; i < n; i++) {
        double w = amount[i].weight > 0.0 ? 1.0 / (tau2 + v / amount[i].weight) : 0.0;
        u += w;
        uu += w * w;
        uc += w * amount[i].ppmm;
        if (w > 0.0)
            noise += w * w * v / amount[i].weight;
    }
    out->ppmm = uc / u;
    out->white = sqrt(noise) / u;
    out->tau = sqrt(tau2);
    /* sum of (u_i / sum u - 1 / n)^2, times tau^2, for so many fewer independent pixels */
    out->uneven = sqrt(tau2 * PIXELS_ALIKE * fmax(0.0, uu / (u * u) - 1.0 / (double)n));
}
