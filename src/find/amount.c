#include "find/amount.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static const double NU = 10.0;
static const double START_DEPTH[] = {2.0, 6.0};
/* Ground without contrast can be undone without end: deep is what a pixel must show. */
static const double DEEP = 1.0;        /* in depth of the strongest band */
static const double LEAST_SHARE = 0.5; /* a plume's spread over its mean, where noise hides it */
static const double MAX_STEP = 1.0;    /* in optical depth of the strongest band, as is ... */
static const double SETTLED = 1e-3;    /* of a pixel's own sigma: a smaller step is the last */
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

/* Depths of the strongest band at which P is tabulated. */
static const double LEVEL_DEPTH[VAHO_AMOUNT_LEVELS] = {0.0, 0.25, 0.5, 1.0, 1.5, 2.0,
                                                       3.0, 4.0,  5.0, 7.0, 9.0, 12.0};

void vaho_amount_levels_free(struct vaho_amount_levels *levels)
{
    free(levels->precision);
    levels->precision = NULL;
}

/* The inverse of the lower factor's matrix, whole; *log_volume is ln |.|. */
static void invert(double *matrix, double *log_volume, size_t n)
{
    *log_volume = 0.0;
    for (size_t i = 0; i < n; i++)
        *log_volume += 2.0 * log(matrix[i * n + i]);
    LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'L', (int)n, matrix, (int)n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            matrix[i * n + k] = matrix[k * n + i];
}

enum vaho_status vaho_amount_levels_make(struct vaho_amount_levels *out, const double *cholesky,
                                         const double *absorption, const double *variety,
                                         const double *air_error, size_t n_bands,
                                         struct vaho_error *error)
{
    size_t nb = n_bands, size = nb * nb;
    double *c = vaho_alloc(size, sizeof *c), peak = peak_of(absorption, nb), first = 0.0;

    *out = (struct vaho_amount_levels){
        .n_bands = nb, .precision = vaho_alloc(VAHO_AMOUNT_LEVELS * size, sizeof(double))};
    if (c == NULL || out->precision == NULL) {
        free(c);
        vaho_amount_levels_free(out);
        return vaho_fail_memory(error, "column densities");
    }
    for (size_t i = 0; i < nb; i++) /* C = L L' */
        for (size_t k = 0; k <= i; k++)
            c[i * nb + k] = cblas_ddot((int)(k + 1), cholesky + i * nb, 1, cholesky + k * nb, 1);
    for (size_t level = 0; level < VAHO_AMOUNT_LEVELS; level++) {
        double *p = out->precision + level * size, before = 0.0, left = 0.0;
        out->ppmm[level] = peak > 0.0 ? LEVEL_DEPTH[level] / peak : 0.0;
        memcpy(p, level == 0 ? cholesky : c, size * sizeof *p);
        for (size_t b = 0; level > 0 && b < nb; b++) {
            double slope,
                depth = vaho_amount_depth(&slope, absorption[b], variety[b], out->ppmm[level]);
            double off = air_error[b] * expm1(depth);
            p[b * nb + b] += expm1(2.0 * depth) / out->precision[b * nb + b] + off * off;
        }
        if (level > 0)
            LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)nb, p, (int)nb);
        invert(p, &out->log_volume[level], nb);
        if (level == 0)
            first = out->log_volume[0];
        out->log_volume[level] -= first;
        for (size_t b = 0; b < nb; b++) {
            double slope;
            (void)vaho_amount_depth(&slope, absorption[b], variety[b], out->ppmm[level]);
            before += absorption[b];
            left += slope;
        }
        out->offset_share[level] = before > 0.0 ? left / before : 1.0;
    }
    free(c);
    return VAHO_OK;
}

/* The tabulated level under c, and how far c is on the way to the next. */
static size_t level_of(double *share, const struct vaho_amount_levels *levels, double ppmm)
{
    size_t k = 0;

    while (k + 2 < VAHO_AMOUNT_LEVELS && levels->ppmm[k + 1] <= ppmm)
        k++;
    *share =
        levels->ppmm[k + 1] > levels->ppmm[k]
            ? fmin(fmax((ppmm - levels->ppmm[k]) / (levels->ppmm[k + 1] - levels->ppmm[k]), 0.0),
                   1.0)
            : 0.0;
    return k;
}

/* f'Pf + ln |C(c)| between two levels. */
static void misfit_between(double *e, double *log_volume, const double *f, double *pf, size_t level,
                           double share, const struct vaho_amount_levels *levels)
{
    size_t nb = levels->n_bands;
    const double *p = levels->precision + level * nb * nb;
    double at[2] = {0.0, 0.0};

    for (size_t k = 0; k < (share > 0.0 ? 2 : 1); k++) {
        cblas_dsymv(CblasRowMajor, CblasLower, (int)nb, 1.0, p + k * nb * nb, (int)nb, f, 1, 0.0,
                    pf, 1);
        at[k] = cblas_ddot((int)nb, f, 1, pf, 1);
    }
    *e = at[0] + (share > 0.0 ? share * (at[1] - at[0]) : 0.0);
    *log_volume = levels->log_volume[level] +
                  share * (levels->log_volume[level + 1] - levels->log_volume[level]);
}

/* The weight and the log-likelihood of a pixel whose misfit is e. */
static void temper(struct vaho_amount *out, double e, double log_volume,
                   const struct vaho_amount_model *model)
{
    double n = (double)model->n_bands, depths = 0.0, slope;

    out->misfit = e;
    if (e > n) {
        out->weight *= (NU + n) / (NU + e);
        out->misfit = n + (NU + n) * log((NU + e) / (NU + n));
    }
    for (size_t b = 0; b < model->n_bands; b++)
        depths += vaho_amount_depth(&slope, model->absorption[b], model->variety[b], out->ppmm) -
                  model->absorption[b] * out->ppmm;
    /* -2 sum(-ln t), with the offset for what is linear in it */
    out->misfit += log_volume - 2.0 * (depths + model->offset * out->ppmm);
}

/* One pixel from one start; f, j, pf and pj hold n_bands each. */
static void solve_pixel(struct vaho_amount *out, const float *radiance, const float *expected,
                        const struct vaho_amount_model *model, size_t n_steps, double peak,
                        double *scratch)
{
    size_t nb = model->n_bands;
    double *f = scratch, *j = f + nb, *pj = j + nb, *pf = pj + nb;

    for (size_t step = 0; step <= n_steps; step++) {
        double share, g, slope, e, log_volume;
        size_t low = level_of(&share, model->levels, out->ppmm);
        size_t level = share > 0.5 ? low + 1 : low; /* the nearest is good enough for a step */
        const double *p = model->levels->precision + level * nb * nb;
        undo_plume(f, j, radiance, expected, out->ppmm, model);
        cblas_dsymv(CblasRowMajor, CblasLower, (int)nb, 1.0, p, (int)nb, j, 1, 0.0, pj, 1);
        g = cblas_ddot((int)nb, j, 1, pj, 1);
        out->weight = g > 0.0 && isfinite(g) ? g : 0.0;
        slope =
            model->offset * model->levels->offset_share[level] - cblas_ddot((int)nb, f, 1, pj, 1);
        if (step < n_steps && out->weight > 0.0) {
            out->ppmm =
                fmin(fmax(out->ppmm + fmin(fmax(slope / g, -MAX_STEP / peak), MAX_STEP / peak),
                          LEAST_DEPTH / peak),
                     MOST_DEPTH / peak);
            if (fabs(slope) < SETTLED * sqrt(g) && step + 1 < n_steps)
                step = n_steps - 1;
        } else if (step == n_steps) {
            misfit_between(&e, &log_volume, f, pf, low, share, model->levels);
            temper(out, e, log_volume, model);
        }
    }
}

void vaho_amount_ground(float *out, const float *radiance, const float *expected, double ppmm,
                        const struct vaho_amount_model *model, const double *noise_share)
{
    for (size_t b = 0; b < model->n_bands; b++) {
        double slope, air = model->air[b];
        double depth =
            vaho_amount_depth(&slope, model->absorption[b], model->variety[b], fmax(ppmm, 0.0));
        double ground = air + ((double)radiance[b] - air) * exp(depth);
        double share = 1.0 / (1.0 + expm1(2.0 * depth) * noise_share[b]);
        out[b] = (float)((double)expected[b] + share * (ground - (double)expected[b]));
    }
}

enum vaho_status vaho_amount_solve(struct vaho_amount *out, const float *radiance,
                                   const float *expected, size_t n,
                                   const struct vaho_amount_model *model, size_t n_steps,
                                   int everywhere, struct vaho_error *error)
{
    size_t nb = model->n_bands;
    double *scratch = vaho_alloc(4 * nb, sizeof *scratch), peak = peak_of(model->absorption, nb);

    if (scratch == NULL)
        return vaho_fail_memory(error, "column densities");
    for (size_t i = 0; i < n; i++) {
        const float *x = radiance + i * nb, *mu = expected + i * nb;
        struct vaho_amount shallow = {.ppmm = 0.0};
        solve_pixel(&out[i], x, mu, model, n_steps, peak, scratch);
        for (size_t k = 0; everywhere && k < sizeof START_DEPTH / sizeof START_DEPTH[0]; k++) {
            struct vaho_amount other = {.ppmm = START_DEPTH[k] / peak};
            solve_pixel(&other, x, mu, model, n_steps, peak, scratch);
            if (other.weight > 0.0 && other.misfit < out[i].misfit)
                out[i] = other;
        }
        if (!(out[i].ppmm > DEEP / peak))
            continue;
        solve_pixel(&shallow, x, mu, model, 1, peak, scratch);
        if (shallow.weight > 0.0 && shallow.misfit < out[i].misfit)
            out[i] = shallow;
    }
    free(scratch);
    return VAHO_OK;
}

void vaho_amount_mean(struct vaho_amount_mean *out, const struct vaho_amount *amount, size_t n,
                      double spread)
{
    double v = spread * spread, g = 0.0, gg = 0.0, gc = 0.0, q = 0.0, tau2, u = 0.0, uc = 0.0;
    double noise = 0.0;
    size_t known = 0;

    *out = (struct vaho_amount_mean){NAN, INFINITY};
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
        uc += w * amount[i].ppmm;
        if (w > 0.0)
            noise += w * w * v / amount[i].weight;
    }
    out->ppmm = uc / u;
    out->white = sqrt(noise) / u;
}
