#include "find/amounts_belief.h"

#include <math.h>

static const double STEP_K = 0.5, COARSE_STEP_K = 1.0;
static const double MISTAKEN = 0.05;
static const double SHARE[] = {0.2, 0.5, 1.0}; /* spread of c over its mean */
/* So many neighbouring pixels say one thing: the ground and the plume are alike over some. */
static const double PIXELS_AS_ONE = 6.0, PIXELS_A_PUFF = 30.0;

void vaho_belief_grid(struct vaho_amount_trail *trail, double centre, int settled)
{
    double step = settled ? STEP_K : COARSE_STEP_K;

    for (size_t i = 0; i < trail->n_d; i++)
        trail->d[i] = centre + step * ((double)i - (double)(trail->n_d / 2));
}

/* -2 log-likelihood of pixels whose c spread by 'share' of their mean. */
static double misfit_of(const struct vaho_amount *amount, size_t n, double s2, double share)
{
    double sum_g = 0.0, mean = 0.0, tau, out = 0.0;

    for (size_t i = 0; i < n; i++) {
        sum_g += amount[i].weight;
        mean += amount[i].weight * amount[i].ppmm;
    }
    if (!(sum_g > 0.0))
        return 0.0;
    mean /= sum_g;
    tau = share * fabs(mean);
    for (int round = 0; round < 3; round++) {
        double w = 0.0, wc = 0.0;
        for (size_t i = 0; i < n; i++)
            if (amount[i].weight > 0.0) {
                double u = 1.0 / (s2 / amount[i].weight + tau * tau);
                w += u;
                wc += u * amount[i].ppmm;
            }
        mean = wc / w;
        tau = share * fabs(mean);
    }
    for (size_t i = 0; i < n; i++)
        if (amount[i].weight > 0.0) {
            double off = amount[i].ppmm - mean, v = s2 / amount[i].weight;
            out += off * off / (v + tau * tau) + log1p(tau * tau / v);
        }
    return out;
}

double vaho_belief_likelihood(const struct vaho_amount *amount, size_t n, double s2, int plain)
{
    double misfit = 0.0, best = plain ? 0.0 : INFINITY;

    for (size_t i = 0; i < n; i++)
        misfit += amount[i].misfit;
    for (size_t i = 0; !plain && i < sizeof SHARE / sizeof SHARE[0]; i++)
        best = fmin(best, misfit_of(amount, n, s2, SHARE[i]));
    return -0.5 * (misfit / s2 / PIXELS_AS_ONE + best / PIXELS_A_PUFF);
}

static void normalise(double *p, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += p[i];
    for (size_t i = 0; i < n; i++)
        p[i] = sum > 0.0 ? p[i] / sum : 1.0 / (double)n;
}

/* out = in blurred by the edge's error, on the grid d; may be more than once its own size. */
static void blur(double *out, const double *in, const double *d, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0, weights = 0.0;
        for (size_t k = 0; k < n; k++) {
            double u = (d[i] - d[k]) / VAHO_EDGE_SIGMA_K, w = exp(-0.5 * u * u);
            sum += w * in[k];
            weights += w;
        }
        out[i] = sum / weights;
    }
}

/* exp(log p), the largest 1. */
static void likelihood(double *out, const struct vaho_amount_trail *trail)
{
    double most = -INFINITY;

    for (size_t i = 0; i < trail->n_d; i++)
        most = fmax(most, trail->log_likelihood[i]);
    for (size_t i = 0; i < trail->n_d; i++)
        out[i] = exp(trail->log_likelihood[i] - most);
}

/* What one plume says: blurred, and mistaken altogether with a small probability. */
static void hear(double *out, const struct vaho_amount_trail *trail)
{
    double one[VAHO_AMOUNT_GRID], most = 0.0;

    likelihood(one, trail);
    blur(out, one, trail->d, trail->n_d);
    for (size_t i = 0; i < trail->n_d; i++)
        most = fmax(most, out[i]);
    for (size_t i = 0; i < trail->n_d; i++)
        out[i] = (1.0 - MISTAKEN) * out[i] + MISTAKEN * most;
}

void vaho_belief_settle(struct vaho_amount_trail *trail, const unsigned char *strong, size_t n,
                        double prior_d, double prior_sigma)
{
    size_t n_d = trail[0].n_d;
    const double *d = trail[0].d;
    double log_p[VAHO_AMOUNT_GRID], common[VAHO_AMOUNT_GRID], wide[VAHO_AMOUNT_GRID];
    double own[VAHO_AMOUNT_GRID], most = -INFINITY;
    double sigma = fmax(prior_sigma, 0.25 * STEP_K); /* a known one: the grid's own point */

    for (size_t i = 0; i < n_d; i++) {
        double u = (d[i] - prior_d) / sigma;
        log_p[i] = -0.5 * u * u;
    }
    for (size_t k = 0; k < n; k++) {
        if (!strong[k])
            continue;
        hear(own, &trail[k]);
        for (size_t i = 0; i < n_d; i++)
            log_p[i] += log(fmax(own[i], 1e-300));
    }
    for (size_t i = 0; i < n_d; i++)
        most = fmax(most, log_p[i]);
    for (size_t i = 0; i < n_d; i++)
        common[i] = exp(log_p[i] - most);
    normalise(common, n_d);
    for (size_t k = 0; k < n; k++) {
        double mean = 0.0, square = 0.0;
        hear(own, &trail[k]);
        blur(wide, common, d, n_d);
        for (size_t i = 0; i < n_d; i++)
            trail[k].belief[i] = own[i] * wide[i];
        normalise(trail[k].belief, n_d);
        for (size_t i = 0; i < n_d; i++)
            mean += trail[k].belief[i] * d[i];
        for (size_t i = 0; i < n_d; i++)
            square += trail[k].belief[i] * (d[i] - mean) * (d[i] - mean);
        trail[k].d_mean = mean;
        trail[k].d_sigma = n_d > 1 ? sqrt(square) : 0.0;
    }
}
