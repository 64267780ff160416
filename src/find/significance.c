#include "find/significance.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

/* The tail: this share of all decoy winners, within limits. */
static const double TAIL_SHARE = 0.1;
enum { MIN_TAIL = 40, MAX_TAIL = 400 };
/* A gas's own tail counts as much as this many exceedances of all gases together. */
static const double PRIOR_COUNT = 6.0;
/* The mirror of a gas weighs as so many exceedances of its decoys in the tail's scale, and its
 * count against the decoys' as one against so many. */
static const double MIRROR_WEIGHT = 4.0, MIRROR_PRIOR = 2.0;
/* Decoys of a gas overlap: so many exceedances count as one independent. */
static const double OVERLAP = 8.0;
/* The tail is never taken for shorter than this mean excess: a Gaussian's at 4.7 sigma is 0.2, that
 * of false winners of real gases above 5 sigma 0.20 (200 scenes of bench/detection), of decoys
 * above 4.5 sigma 0.24. */
static const double MIN_MEAN_EXCESS = 0.24;

/* Every search asks decoys down to here, and further. */
static const double ASKED_FROM = 4.0;

struct tail {
    double threshold;
    double *rate;   /* per gas: F_g(threshold), expected false ones */
    double *excess; /* per gas: mean excess b */
    double *weight; /* per gas: independent exceedances m */
};

static int descending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a < b) - (a > b);
}

/* F_g(z). */
static double expected_false(const struct tail *tail, const double *sorted, size_t n_sorted,
                             double z, unsigned gas, size_t n_tail)
{
    if (z >= tail->threshold) {
        double m = tail->weight[gas];
        return tail->rate[gas] * pow(1.0 + (z - tail->threshold) / (m * tail->excess[gas]), -m);
    }
    /* below: grow with the count of all decoy winners */
    size_t low = 0, high = n_sorted;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (sorted[mid] >= z)
            low = mid + 1;
        else
            high = mid;
    }
    return tail->rate[gas] * (double)low / (double)n_tail;
}

static size_t fit_tail(struct tail *tail, const struct vaho_winner *winner, size_t n,
                       const double *sorted, size_t n_sorted, const size_t *n_decoys,
                       size_t n_gases, int mirrored)
{
    size_t n_tail = (size_t)(TAIL_SHARE * (double)n_sorted), total = 0;
    double mean_excess = 0.0, per_decoy;

    n_tail = n_tail < MIN_TAIL ? MIN_TAIL : n_tail > MAX_TAIL ? MAX_TAIL : n_tail;
    n_tail = n_tail > n_sorted ? n_sorted : n_tail;
    tail->threshold = sorted[n_tail - 1];
    for (size_t i = 0; i < n_tail; i++)
        mean_excess += (sorted[i] - tail->threshold) / (double)n_tail;
    mean_excess = fmax(mean_excess, MIN_MEAN_EXCESS);
    for (size_t g = 0; g < n_gases; g++)
        total += n_decoys[g];
    per_decoy = (double)n_tail / (double)total;
    for (size_t g = 0; g < n_gases; g++) {
        double count = 0.0, sum = 0.0, mirrors = 0.0, mirror_sum = 0.0;
        double expected = per_decoy * (double)n_decoys[g];
        for (size_t i = 0; i < n; i++) {
            double excess = winner[i].z - tail->threshold;
            if (!winner[i].decoy || winner[i].gas != g || excess < 0.0)
                continue;
            count += !winner[i].mirror;
            sum += winner[i].mirror ? 0.0 : excess;
            mirrors += winner[i].mirror != 0;
            mirror_sum += winner[i].mirror ? excess : 0.0;
        }
        tail->rate[g] = per_decoy * (count + PRIOR_COUNT) / (expected + PRIOR_COUNT);
        if (mirrored) /* the mirror may only warn: without exceedances it proves little */
            tail->rate[g] = fmax(tail->rate[g],
                                 (mirrors + MIRROR_PRIOR * tail->rate[g]) / (1.0 + MIRROR_PRIOR));
        tail->excess[g] = fmax((sum + PRIOR_COUNT * mean_excess + MIRROR_WEIGHT * mirror_sum) /
                                   (count + PRIOR_COUNT + MIRROR_WEIGHT * mirrors),
                               MIN_MEAN_EXCESS);
        tail->weight[g] = (double)n_tail / OVERLAP + 2.0;
    }
    return n_tail;
}

struct ranked {
    double expected;
    size_t index;
};

static int by_expected(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    if (a->expected != b->expected)
        return a->expected < b->expected ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

/* What winner number 'of' was ranked against. */
static struct vaho_significance explain(const struct tail *tail, size_t n_tail,
                                        const struct vaho_winner *winner, size_t n, size_t of,
                                        const size_t *n_decoys)
{
    unsigned gas = winner[of].gas;
    struct vaho_significance out = {.threshold = tail->threshold,
                                    .rate = tail->rate[gas],
                                    .mean_excess = tail->excess[gas],
                                    .weight = tail->weight[gas],
                                    .n_tail = n_tail,
                                    .n_decoys = n_decoys[gas]};

    for (size_t i = 0; i < n; i++) {
        int own = winner[i].gas == gas;
        if (!winner[i].decoy)
            out.n_real++;
        else if (winner[i].mirror) {
            out.n_all_mirrors++;
            out.n_own_mirrors += (size_t)own;
        } else {
            out.n_all++;
            out.n_own += (size_t)own;
        }
    }
    return out;
}

enum vaho_status vaho_q_values(double *q, const struct vaho_winner *winner, size_t n,
                               const size_t *n_decoys, size_t n_gases, int mirrored,
                               struct vaho_error *error)
{
    return vaho_q_values_explained(q, NULL, winner, n, n_decoys, n_gases, mirrored, error);
}

enum vaho_status vaho_q_values_explained(double *q, struct vaho_significance *out_why,
                                         const struct vaho_winner *winner, size_t n,
                                         const size_t *n_decoys, size_t n_gases, int mirrored,
                                         struct vaho_error *error)
{
    double *sorted = vaho_alloc(n, sizeof *sorted), lowest = 1.0, n_tested = 0.0;
    struct tail tail = {0.0, vaho_alloc(n_gases, sizeof(double)),
                        vaho_alloc(n_gases, sizeof(double)), vaho_alloc(n_gases, sizeof(double))};
    struct ranked *ranked = vaho_alloc(n, sizeof *ranked);
    size_t n_sorted = 0, n_ranked = 0, n_tail = 0, binding = n;
    enum vaho_status status = VAHO_OK;

    if (!sorted || !tail.rate || !tail.excess || !tail.weight || !ranked) {
        status = vaho_fail_memory(error, "the q-values");
        goto fail;
    }
    for (size_t i = 0; i < n; i++)
        if (winner[i].decoy && !winner[i].mirror)
            sorted[n_sorted++] = winner[i].z;
    if (n_sorted == 0) { /* none came as far as they are asked: say that one did */
        double faintest = ASKED_FROM;
        for (size_t i = 0; i < n; i++)
            faintest = fmin(faintest, winner[i].z);
        if (n > 0)
            sorted[n_sorted++] = faintest;
    }
    qsort(sorted, n_sorted, sizeof *sorted, descending);
    for (size_t g = 0; g < n_gases; g++)
        n_tested += n_decoys[g] > 0;
    if (n_sorted > 0 && n_tested > 0.0)
        n_tail = fit_tail(&tail, winner, n, sorted, n_sorted, n_decoys, n_gases, mirrored);
    for (size_t i = 0; i < n; i++) {
        q[i] = winner[i].decoy ? NAN : 1.0;
        if (winner[i].decoy || n_decoys[winner[i].gas] == 0)
            continue;
        ranked[n_ranked].expected =
            expected_false(&tail, sorted, n_sorted, winner[i].z, winner[i].gas, n_tail);
        ranked[n_ranked++].index = i;
    }
    qsort(ranked, n_ranked, sizeof *ranked, by_expected);
    for (size_t i = n_ranked; i-- > 0;) { /* from the least to the most certain */
        double own = n_tested * ranked[i].expected / (double)(i + 1);
        binding = own < lowest ? i : binding;
        lowest = fmin(lowest, own);
        q[ranked[i].index] = lowest;
        if (out_why != NULL) {
            struct vaho_significance *why = &out_why[ranked[i].index];
            *why = explain(&tail, n_tail, winner, n, ranked[i].index, n_decoys);
            why->expected = ranked[i].expected;
            why->n_gases = (size_t)n_tested;
            why->rank = i + 1;
            why->binding_expected = binding < n ? ranked[binding].expected : NAN;
            why->binding_rank = binding < n ? binding + 1 : 0;
        }
    }
fail:
    free(sorted);
    free(tail.rate);
    free(tail.excess);
    free(tail.weight);
    free(ranked);
    return status;
}
