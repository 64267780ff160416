#include "find/amounts_belief.h"

#include <math.h>

static const double STEP_K = 0.5, COARSE_STEP_K = 1.0;
static const double MISTAKEN = 0.05;
/*
 * What no c undoes says much where a plume is saturated, for then A itself shows; of other plumes
 * it leans towards warm ground by more than its count of pixels would allow, so it counts little.
 */
static const double PIXELS_AS_ONE = 30.0;
static const double NEIGHBOURS_AS_ONE = 3.0; /* each pixel is its neighbours' neighbour */

void vaho_belief_grid(struct vaho_amount_trail *trail, double centre, int settled)
{
    double step = (settled ? STEP_K : COARSE_STEP_K) / VAHO_AMOUNT_EVERY;

    for (size_t i = 0; i < trail->n_d; i++)
        trail->d[i] = centre + step * ((double)i - (double)(trail->n_d / 2));
}

double vaho_belief_likelihood(const struct vaho_amount *amount, size_t n, double spread2,
                              double roughness)
{
    double misfit = 0.0;

    for (size_t i = 0; i < n; i++)
        misfit += amount[i].misfit;
    return -0.5 * (misfit / spread2 / PIXELS_AS_ONE + roughness / NEIGHBOURS_AS_ONE);
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

/* Fills the log-likelihood between the values tried: cubic (Catmull and Rom 1974), straight at the
 * ends. */
static void fill_between(struct vaho_amount_trail *trail)
{
    const size_t step = VAHO_AMOUNT_EVERY;
    double *y = trail->log_likelihood;

    for (size_t i = 0; i + step < trail->n_d; i += step) {
        double here = y[i], next = y[i + step];
        double before = i > 0 ? y[i - step] : 2.0 * here - next;
        double after = i + 2 * step < trail->n_d ? y[i + 2 * step] : 2.0 * next - here;
        for (size_t k = 1; k < step; k++) {
            double t = (double)k / (double)step;
            y[i + k] = here + 0.5 * t *
                                  (next - before +
                                   t * (2.0 * before - 5.0 * here + 4.0 * next - after +
                                        t * (3.0 * (here - next) + after - before)));
        }
    }
}

/* What one plume says: its likelihood, blurred, and mistaken altogether with a small probability.
 */
static void hear(double *out, const struct vaho_amount_trail *trail)
{
    double one[VAHO_AMOUNT_GRID], most = -INFINITY;
    size_t n = trail->n_d;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, trail->log_likelihood[i]);
    for (size_t i = 0; i < n; i++)
        one[i] = exp(trail->log_likelihood[i] - most);
    blur(out, one, trail->d, n);
    most = 0.0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, out[i]);
    for (size_t i = 0; i < n; i++)
        out[i] = (1.0 - MISTAKEN) * out[i] + MISTAKEN * most;
}

/* The logarithm of the common belief in d, from the prior and all strong plumes. */
static void agree(double *log_p, const struct vaho_amount_trail *trail, const unsigned char *strong,
                  size_t n, double prior_d, double prior_sigma)
{
    size_t n_d = trail->n_d;
    double own[VAHO_AMOUNT_GRID];
    double sigma = fmax(prior_sigma, STEP_K / VAHO_AMOUNT_EVERY); /* a known one: the grid's step */

    for (size_t i = 0; i < n_d; i++) {
        double u = (trail->d[i] - prior_d) / sigma;
        log_p[i] = -0.5 * u * u;
    }
    for (size_t k = 0; k < n; k++) {
        if (!strong[k])
            continue;
        hear(own, &trail[k]);
        for (size_t i = 0; i < n_d; i++)
            log_p[i] += log(own[i]);
    }
}

/* What one plume may believe: what it says itself, and what all others do, blurred. */
static void believe(struct vaho_amount_trail *trail, const double *log_common, int strong)
{
    double own[VAHO_AMOUNT_GRID], others[VAHO_AMOUNT_GRID], most = -INFINITY;
    double mean = 0.0, square = 0.0;
    size_t n = trail->n_d;

    hear(own, trail);
    for (size_t i = 0; i < n; i++) {
        others[i] = log_common[i] - (strong ? log(own[i]) : 0.0);
        most = fmax(most, others[i]);
    }
    for (size_t i = 0; i < n; i++)
        others[i] = exp(others[i] - most);
    blur(trail->belief, others, trail->d, n);
    for (size_t i = 0; i < n; i++)
        trail->belief[i] *= own[i];
    normalise(trail->belief, n);
    for (size_t i = 0; i < n; i++)
        mean += trail->belief[i] * trail->d[i];
    for (size_t i = 0; i < n; i++)
        square += trail->belief[i] * (trail->d[i] - mean) * (trail->d[i] - mean);
    trail->d_mean = mean;
    trail->d_sigma = n > 1 ? sqrt(square) : 0.0;
}

void vaho_belief_settle(struct vaho_amount_trail *trail, const unsigned char *strong, size_t n,
                        double prior_d, double prior_sigma)
{
    double log_common[VAHO_AMOUNT_GRID];

    for (size_t k = 0; k < n; k++)
        fill_between(&trail[k]);
    agree(log_common, trail, strong, n, prior_d, prior_sigma);
    for (size_t k = 0; k < n; k++)
        believe(&trail[k], log_common, strong[k]);
}
