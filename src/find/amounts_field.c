#include "find/amounts_field.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum { NEAR = 2, NEAR_SQUARED = 5, ROUNDS = 3 };
static const double STRAYS[] = {0.1, 0.2, 0.4, 0.8};
static const double REACHES = 2.5; /* where a kernel is cut off */

void vaho_field_free(struct vaho_field *field)
{
    free(field->line);
    free(field->sample);
    free(field->number);
    *field = (struct vaho_field){0};
}

enum vaho_status vaho_field_make(struct vaho_field *out, const unsigned *at, size_t n,
                                 struct vaho_error *error)
{
    size_t last_line = 0, last_sample = 0;

    *out = (struct vaho_field){.n = n,
                               .first_line = n > 0 ? at[0] : 0,
                               .first_sample = n > 0 ? at[1] : 0,
                               .line = vaho_alloc(n, sizeof(size_t)),
                               .sample = vaho_alloc(n, sizeof(size_t))};
    for (size_t i = 0; i < n; i++) {
        size_t l = at[2 * i], s = at[2 * i + 1];
        out->first_line = l < out->first_line ? l : out->first_line;
        out->first_sample = s < out->first_sample ? s : out->first_sample;
        last_line = l > last_line ? l : last_line;
        last_sample = s > last_sample ? s : last_sample;
    }
    out->n_lines = last_line - out->first_line + 1;
    out->n_samples = last_sample - out->first_sample + 1;
    out->number = vaho_alloc(out->n_lines * out->n_samples, sizeof *out->number);
    if (!out->line || !out->sample || !out->number) {
        vaho_field_free(out);
        return vaho_fail_memory(error, "a plume's pixels");
    }
    for (size_t i = 0; i < n; i++) {
        out->line[i] = at[2 * i] - out->first_line;
        out->sample[i] = at[2 * i + 1] - out->first_sample;
        out->number[out->line[i] * out->n_samples + out->sample[i]] = i + 1;
    }
    return VAHO_OK;
}

/* Calls for sums over the pixels around one: its number and the squared distance. */
struct around {
    const struct vaho_field *field;
    size_t line, sample, reach;
    long dl, ds;
};

static struct around look_around(const struct vaho_field *field, size_t i, size_t reach)
{
    return (struct around){field, field->line[i], field->sample[i],
                           reach, -(long)reach,   -(long)reach - 1};
}

/* The next pixel around, 1 + its number; 0: no more. */
static size_t next_around(struct around *a, double *squared)
{
    for (;;) {
        long l, s;
        if (++a->ds > (long)a->reach) {
            a->ds = -(long)a->reach;
            if (++a->dl > (long)a->reach)
                return 0;
        }
        l = (long)a->line + a->dl;
        s = (long)a->sample + a->ds;
        if (l < 0 || s < 0 || l >= (long)a->field->n_lines || s >= (long)a->field->n_samples)
            continue;
        *squared = (double)(a->dl * a->dl + a->ds * a->ds);
        if (a->field->number[(size_t)l * a->field->n_samples + (size_t)s] > 0)
            return a->field->number[(size_t)l * a->field->n_samples + (size_t)s];
    }
}

/* The mean over all pixels, by noise alone: where rounds begin. */
static double overall(const struct vaho_amount *amount, const unsigned char *among, size_t n)
{
    double w = 0.0, wc = 0.0;

    for (size_t i = 0; i < n; i++)
        if (among == NULL || among[i]) {
            w += amount[i].weight;
            wc += amount[i].weight * amount[i].ppmm;
        }
    return w > 0.0 ? wc / w : 0.0;
}

/* What a pixel counts for in the mean of one where c strays by tau around m. */
static double weigh(const struct vaho_amount *amount, double spread2, double tau)
{
    return amount->weight > 0.0 ? 1.0 / (spread2 / amount->weight + tau * tau) : 0.0;
}

static double misfit_of(const struct vaho_field *field, const struct vaho_amount *amount,
                        double spread2, double strays)
{
    double start = overall(amount, NULL, field->n), out = 0.0;

    for (size_t i = 0; i < field->n; i++) {
        double m = start, w = 0.0, wc, squared, v, more;
        for (int round = 0; round < ROUNDS; round++) {
            struct around a = look_around(field, i, NEAR);
            w = wc = 0.0;
            for (size_t k = next_around(&a, &squared); k > 0; k = next_around(&a, &squared))
                if (k - 1 != i && squared <= NEAR_SQUARED) {
                    double u = weigh(&amount[k - 1], spread2, strays * m);
                    w += u;
                    wc += u * amount[k - 1].ppmm;
                }
            m = w > 0.0 ? wc / w : m;
        }
        if (!(w > 0.0) || !(amount[i].weight > 0.0))
            continue;
        v = spread2 / amount[i].weight;
        more = 1.0 / w + strays * strays * m * m;
        out += (amount[i].ppmm - m) * (amount[i].ppmm - m) / (v + more) + log1p(more / v);
    }
    return out;
}

double vaho_field_misfit(const struct vaho_field *field, const struct vaho_amount *amount,
                         double spread2)
{
    double out = INFINITY;

    for (size_t k = 0; k < sizeof STRAYS / sizeof STRAYS[0]; k++)
        out = fmin(out, misfit_of(field, amount, spread2, STRAYS[k]));
    return out;
}

/* m of one pixel, its noise and how much more it knows than those around it do on average. */
static void smooth_pixel(double *m, double *sd, double *knows, const struct vaho_field *field,
                         const unsigned char *among, const struct vaho_amount *amount,
                         double spread2, double reach, size_t i)
{
    double w = 0.0, wc, noise, kernels, squared;
    size_t cut = (size_t)ceil(REACHES * reach);

    for (int round = 0; round < ROUNDS; round++) {
        struct around a = look_around(field, i, cut);
        double tau = VAHO_FIELD_STRAYS * *m;
        w = wc = noise = kernels = 0.0;
        for (size_t k = next_around(&a, &squared); k > 0; k = next_around(&a, &squared)) {
            const struct vaho_amount *one = &amount[k - 1];
            double kernel = exp(-0.5 * squared / (reach * reach)), u;
            if (among != NULL && !among[k - 1])
                continue;
            kernels += kernel;
            u = kernel * weigh(one, spread2, tau);
            if (!(u > 0.0))
                continue;
            w += u;
            wc += u * one->ppmm;
            noise += u * u * spread2 / one->weight;
        }
        *knows = w > 0.0 ? weigh(&amount[i], spread2, tau) * kernels / w : 0.0;
        *m = w > 0.0 ? wc / w : NAN;
        *sd = w > 0.0 ? sqrt(noise) / w : NAN;
        if (!(w > 0.0))
            return;
    }
}

void vaho_field_smooth(double *m, double *sd, double *share, const struct vaho_field *field,
                       const unsigned char *among, const struct vaho_amount *amount, double spread2,
                       double reach)
{
    double start = overall(amount, among, field->n), knows, sum = 0.0;

    for (size_t i = 0; i < field->n; i++) {
        m[i] = sd[i] = NAN;
        knows = 0.0;
        if (among == NULL || among[i]) {
            m[i] = start;
            smooth_pixel(&m[i], &sd[i], &knows, field, among, amount, spread2, reach, i);
        }
        if (share != NULL)
            share[i] = knows;
        sum += knows;
    }
    for (size_t i = 0; share != NULL && i < field->n; i++)
        share[i] /= sum > 0.0 ? sum : 1.0;
}
