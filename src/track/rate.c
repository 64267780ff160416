#include "track/rate.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

enum { N_TURNS = 50 };
static const double CLIP = 1.345;

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

/* Variance between passes, DerSimonian and Laird, residuals clipped at what Huber's mean allows. */
static double between(const double *rate, const double *sigma, size_t n, double mean,
                      double scatter)
{
    double q = 0, w = 0, ww = 0;

    for (size_t i = 0; i < n; i++) {
        double v = sigma[i] * sigma[i], most = CLIP * sqrt(v + scatter * scatter);
        double d = fmax(-most, fmin(most, rate[i] - mean));
        q += d * d / v;
        w += 1 / v;
        ww += 1 / (v * v);
    }
    return n < 2 ? 0 : fmax(0, (q - (double)(n - 1)) / (w - ww / w));
}

static void settle(struct vaho_rate_mean *out, const double *rate, const double *sigma)
{
    double sum = 0;

    for (int turn = 0; turn < N_TURNS; turn++) {
        double mean = 0, old = out->mean;
        sum = 0;
        out->scatter = sqrt(between(rate, sigma, out->n, out->mean, out->scatter));
        for (size_t i = 0; i < out->n; i++) {
            double s = hypot(sigma[i], out->scatter), d = fabs(rate[i] - out->mean);
            double weight = fmin(1, CLIP * s / fmax(d, 1e-300)) / (s * s);
            mean += weight * rate[i];
            sum += weight;
        }
        out->mean = mean / sum;
        if (fabs(out->mean - old) <= 1e-9 * fabs(old))
            break;
    }
    out->sigma = sqrt(1 / sum);
}

enum vaho_status vaho_rate_mean(struct vaho_rate_mean *out, const double *rate, const double *sigma,
                                size_t n, struct vaho_error *error)
{
    double *good = vaho_alloc(3 * n, sizeof *good);

    *out = (struct vaho_rate_mean){NAN, NAN, 0, 0};
    if (good == NULL)
        return vaho_fail_memory(error, "emission rates");
    for (size_t i = 0; i < n; i++)
        if (isfinite(rate[i]) && sigma[i] > 0 && isfinite(sigma[i])) {
            good[out->n] = rate[i];
            good[n + out->n] = sigma[i];
            good[2 * n + out->n++] = rate[i];
        }
    if (out->n > 0) {
        qsort(good + 2 * n, out->n, sizeof *good, by_size);
        out->mean = 0.5 * (good[2 * n + (out->n - 1) / 2] + good[2 * n + out->n / 2]);
        /* from the median, and from its spread: a clip at the errors alone would hide scatter */
        for (size_t i = 0; i < out->n; i++)
            good[2 * n + i] = fabs(good[i] - out->mean);
        qsort(good + 2 * n, out->n, sizeof *good, by_size);
        out->scatter = 1.4826 * good[2 * n + out->n / 2];
        settle(out, good, good + n);
    }
    free(good);
    return VAHO_OK;
}
