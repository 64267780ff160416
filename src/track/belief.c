/*
 * belief.c - a Bayesian model of a source that is on and off, seen by passes that can miss it
 *
 * After Ayasse et al. 2024 (doi 10.1021/acs.est.4c06702), who infer whether passes that saw
 * nothing saw a source that was off, from their probability of detection; here with the
 * source's reality, its strength and its habits unknown as well.
 *
 * Three explanations of the plumes of a site:
 *
 *   real         one source of strength S (lognormal), on for a share p of the time
 *                (Beta), switching between on and off with a memory T (log-uniform): from one
 *                pass to the next after a time t
 *                    P(on | on) = p + (1 - p) e^(-t/T),   P(on | off) = p (1 - e^(-t/T)).
 *                A pass finds it, if on, with D(S) = v / (1 + (S / limit)^-k'), v the share of
 *                ground searched.  k' = k / sqrt(1 + pi k^2 nu^2 / 8): the steepness, blunted by
 *                how the strength of one source scatters (nu; MacKay 1992, doi
 *                10.1162/neco.1992.4.5.720).
 *   chance       each plume is false and by chance near the others.
 *   look-alike   false, but because the ground there looks like the gas: again and again, with an
 *                unknown probability r (uniform).
 *
 * A plume's own odds.  The q-value is a tail share, Fdr; the odds at the margin follow when the
 * tails are powers of each other, P(real beyond z) = P(false beyond z)^gamma (Lehmann; Efron
 * 2007, doi 10.1214/009053606000001460):
 *     o = (1 - fdr) / fdr = gamma (1 - q) / q.
 * They are odds among what that pass put out, so they hold already how many real sources there
 * are and how probably the pass finds one: o = rho E[p D f(y)] g_1 / g_0, where rho is the density
 * of sources, y the measured strength, f its density given S, g_1 and g_0 those of scores of real
 * and false plumes a square metre.  So for the source with S, p against chance
 *
 *     a plume seen    o_i (N_i / rho) p D_i f_i / E[p D_i f_i]
 *     nothing seen    1 - p D_j
 *
 * (p here stands for the switching chain), N_i the density with which the plume lies where the
 * earlier ones say, and for the first N / rho = 1.  A single plume in a single pass so
 * comes out at exactly o.  The sum is over a grid of S, p and T, the chain by the forward
 * algorithm (Rabiner 1989, doi 10.1109/5.18626); what each pass multiplies is its term.
 *
 * Look-alikes are a share kappa of the false plumes: kappa : 1 - kappa against chance for the
 * first, N_i / lambda for each further one, lambda the density of false plumes, and E[r^a (1 -
 * r)^b] / E[r] for a plumes and b passes without one.
 *
 * gamma is estimated: by definition of q, of the n plumes of a pass n q_max are expected to be
 * false, and so many must the margins' chances 1 / (1 + o) sum up to, over all passes.
 *
 * Assumed numbers.  gamma 0.3 before anything is known, worth ten plumes.  q under 1e-3 counts
 * as 1e-3: no more than some thousand decoys stand behind it.  kappa 0.1: no measurement yet; it
 * bounds what repetition alone can prove, at odds of 10.  Prior of p uniform.  ln S: median at the
 * median limit of these passes, spread 1.5; scatter of one source 0.5.  T an hour to three years,
 * each factor alike.
 */
#include "track/belief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { N_STRENGTHS = 24, N_SHARES = 12, N_MEMORIES = 5, N_IMAGINED = 10 };
enum { N_HABITS = N_MEMORIES * N_SHARES, N_CELLS = N_HABITS * N_STRENGTHS };
static const double PI = 3.141592653589793;
static const double MEMORY_S[N_MEMORIES] = {3600, 3.6e4, 3.6e5, 3.6e6, 1e8};
/* Where nothing is known of areas: one source in a square kilometre. */
static const double DEFAULT_PER_M2 = 1e-6, FOUND_SHARE = 0.25;

/* The grid, strengths running fastest, then shares, then memories: the weights of on and off. */
struct chain {
    double on[N_CELLS], off[N_CELLS];
    double ln_strength[N_STRENGTHS], strength_weight[N_STRENGTHS];
    double share[N_SHARES], share_weight[N_SHARES];
    double found[N_STRENGTHS]; /* by the pass at hand, if on */
};

struct vaho_belief_settings vaho_belief_defaults(void)
{
    return (struct vaho_belief_settings){.real_per_m2 = DEFAULT_PER_M2,
                                         .false_per_m2 = DEFAULT_PER_M2,
                                         .tail_shape = 0.3,
                                         .least_q = 1e-3,
                                         .candidates = 1.25,
                                         .look_alike = 0.1,
                                         .duty_a = 1,
                                         .duty_b = 1,
                                         .strength_spread = 1.5,
                                         .strength_scatter = 0.5};
}

double vaho_plume_odds(double q_value, const struct vaho_belief_settings *settings)
{
    double q = fmin(fmax(q_value, settings->least_q), 1);

    return settings->tail_shape * (1 - q) / q;
}

/* Expected number of false ones among the plumes, and among the imagined ones of the default. */
static double sum_false(const double *q, size_t n, const struct vaho_belief_settings *s)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += 1 / (1 + vaho_plume_odds(q[i], s));
    for (int i = 0; i < N_IMAGINED; i++)
        sum += 1 / (1 + vaho_plume_odds(0.5 * (i + 0.5) / N_IMAGINED, s));
    return sum;
}

void vaho_belief_tail(struct vaho_belief_settings *s, const double *q_value, size_t n,
                      double n_false)
{
    double low = log(0.02), high = log(1); /* gamma 1: margin and tail are the same */

    s->tail_shape = vaho_belief_defaults().tail_shape;
    n_false += sum_false(NULL, 0, s);
    for (int turn = 0; turn < 40; turn++) {
        double middle = 0.5 * (low + high);
        s->tail_shape = exp(middle);
        if (sum_false(q_value, n, s) > n_false) /* more real ones */
            low = middle;
        else
            high = middle;
    }
}

/* One plume's worth of the default density joins, so that a small survey says little. */
void vaho_belief_densities(struct vaho_belief_settings *settings, double n_real, double n_false,
                           double searched_m2)
{
    double pseudo_m2 = 1 / (DEFAULT_PER_M2 * FOUND_SHARE), area_m2 = searched_m2 + pseudo_m2;

    if (searched_m2 > 0) {
        settings->real_per_m2 = (n_real + 1) / area_m2 / FOUND_SHARE;
        settings->false_per_m2 = (n_false + 1) / area_m2;
    } else {
        settings->real_per_m2 = DEFAULT_PER_M2;
        settings->false_per_m2 = DEFAULT_PER_M2 * FOUND_SHARE * (n_false + 1) / (n_real + 1);
    }
}

static int counts(const struct vaho_site_pass *pass)
{
    return pass->seen || (pass->limit > 0 && pass->steepness > 0 && pass->valid > 0);
}

static int knows_strength(const struct vaho_site_pass *pass)
{
    return pass->seen && pass->strength > 0;
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

/* ln of the median limit; without any, of the median strength; 0 without either. */
static double middle_of(double *room, const struct vaho_site_pass *pass, size_t n)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++)
        if (pass[i].limit > 0)
            room[k++] = log(pass[i].limit);
    for (size_t i = 0, any = k; i < n && any == 0; i++)
        if (knows_strength(&pass[i]))
            room[k++] = log(pass[i].strength);
    qsort(room, k, sizeof *room, by_size);
    return k == 0 ? 0 : 0.5 * (room[(k - 1) / 2] + room[k / 2]);
}

static void lay_grid(struct chain *c, double middle, const struct vaho_site_pass *pass, size_t n,
                     const struct vaho_belief_settings *s)
{
    double low = middle - 3 * s->strength_spread, high = middle + 3 * s->strength_spread, sum = 0;

    for (size_t i = 0; i < n; i++)
        if (knows_strength(&pass[i])) {
            low = fmin(low, log(pass[i].strength) - 3 * s->strength_scatter);
            high = fmax(high, log(pass[i].strength) + 3 * s->strength_scatter);
        }
    for (int i = 0; i < N_STRENGTHS; i++) {
        double z;
        c->ln_strength[i] = low + (high - low) * (i + 0.5) / N_STRENGTHS;
        z = (c->ln_strength[i] - middle) / s->strength_spread;
        sum += c->strength_weight[i] = exp(-0.5 * z * z);
    }
    for (int i = 0; i < N_STRENGTHS; i++)
        c->strength_weight[i] /= sum;
    sum = 0;
    for (int i = 0; i < N_SHARES; i++) {
        double p = c->share[i] = (i + 0.5) / N_SHARES;
        sum += c->share_weight[i] = pow(p, s->duty_a - 1) * pow(1 - p, s->duty_b - 1);
    }
    for (int i = 0; i < N_SHARES; i++)
        c->share_weight[i] /= sum;
    for (int i = 0; i < N_CELLS; i++) {
        int share = i / N_STRENGTHS % N_SHARES;
        double w = c->strength_weight[i % N_STRENGTHS] * c->share_weight[share] / N_MEMORIES;
        c->on[i] = w * c->share[share];
        c->off[i] = w - c->on[i];
    }
}

/* D of each strength; without a limit each is as likely to be found. */
static void find_by(struct chain *c, const struct vaho_site_pass *pass,
                    const struct vaho_belief_settings *s)
{
    double k = pass->steepness, nu = s->strength_scatter;
    int known = pass->limit > 0 && k > 0;

    k /= sqrt(1 + PI * k * k * nu * nu / 8);
    for (int i = 0; i < N_STRENGTHS; i++)
        c->found[i] =
            !known ? 1
                   : fmax(pass->valid, pass->seen ? 0.01 : 0) /
                         (1 + exp(-k * (c->ln_strength[i] - log(pass->limit / s->candidates))));
}

/* Lets time pass: NaN is for ever. */
static void wait(struct chain *c, double seconds)
{
    for (int h = 0; h < N_HABITS; h++) {
        double left = isfinite(seconds) ? exp(-seconds / MEMORY_S[h / N_SHARES]) : 0;
        double come = (1 - left) * c->share[h % N_SHARES];
        double *on = c->on + h * N_STRENGTHS, *off = c->off + h * N_STRENGTHS;
        for (int i = 0; i < N_STRENGTHS; i++) {
            double sum = on[i] + off[i];
            on[i] = left * on[i] + come * sum;
            off[i] = sum - on[i];
        }
    }
}

/* ln density of the measured strength given the source's, but for what all have in common. */
static double ln_measured(const struct vaho_site_pass *pass, double ln_strength,
                          const struct vaho_belief_settings *s)
{
    double relative, variance, z;

    if (!knows_strength(pass))
        return 0;
    relative = pass->strength_sigma > 0 ? pass->strength_sigma / pass->strength : 0;
    variance = s->strength_scatter * s->strength_scatter + fmin(relative * relative, 4);
    z = log(pass->strength) - ln_strength;
    return -0.5 * z * z / variance;
}

/* Multiplies by what the pass says and returns the log of the sum, which is 1 again after. */
static double look(struct chain *c, const struct vaho_site_pass *pass,
                   const struct vaho_belief_settings *s)
{
    double on[N_STRENGTHS], off = pass->seen ? 0 : 1, sum = 0, usual = 0, mean_share = 0;

    for (int i = 0; i < N_SHARES; i++)
        mean_share += c->share[i] * c->share_weight[i];
    for (int i = 0; i < N_STRENGTHS; i++) {
        on[i] = pass->seen ? c->found[i] * exp(ln_measured(pass, c->ln_strength[i], s))
                           : 1 - c->found[i];
        usual += c->strength_weight[i] * on[i] * mean_share;
    }
    if (pass->seen) /* E[p D f] */
        for (int i = 0; i < N_STRENGTHS; i++)
            on[i] /= usual;
    for (int h = 0; h < N_CELLS; h += N_STRENGTHS)
        for (int i = 0; i < N_STRENGTHS; i++) {
            c->on[h + i] *= on[i];
            c->off[h + i] *= off;
            sum += c->on[h + i] + c->off[h + i];
        }
    for (int i = 0; i < N_CELLS; i++) {
        c->on[i] /= sum;
        c->off[i] /= sum;
    }
    return log(sum);
}

static double chance_of(const struct chain *c)
{
    double chance = 0;

    for (int i = 0; i < N_CELLS; i++)
        chance += (c->on[i] + c->off[i]) * c->found[i % N_STRENGTHS];
    return chance;
}

/* Where the running sum of 'weight' over 'value' passes 'share', between grid points. */
static double quantile(const double *weight, const double *value, int n, double share)
{
    double sum = 0, half = 0.5 * (value[1] - value[0]);

    for (int i = 0; i < n; i++) {
        if (sum + weight[i] >= share)
            return value[i] - half + 2 * half * (weight[i] > 0 ? (share - sum) / weight[i] : 0.5);
        sum += weight[i];
    }
    return value[n - 1] + half;
}

static void summarise(struct vaho_belief *out, const struct chain *c, int any_strength)
{
    double strength[N_STRENGTHS] = {0}, share[N_SHARES] = {0};

    out->on_share = 0;
    for (int i = 0; i < N_CELLS; i++) {
        double w = c->on[i] + c->off[i];
        strength[i % N_STRENGTHS] += w;
        share[i / N_STRENGTHS % N_SHARES] += w;
        out->on_share += w * c->share[i / N_STRENGTHS % N_SHARES];
    }
    out->on_share_low = quantile(share, c->share, N_SHARES, 0.05);
    out->on_share_high = quantile(share, c->share, N_SHARES, 0.95);
    out->strength = any_strength ? exp(quantile(strength, c->ln_strength, N_STRENGTHS, 0.5)) : NAN;
}

/* ln of E[r^a (1 - r)^b] / E[r], r uniform. */
static double ln_again(double a, double b)
{
    int sign; /* lgamma() would write it to a global, and several threads judge sites */

    return lgamma_r(a + 1, &sign) + lgamma_r(b + 1, &sign) - lgamma_r(a + b + 2, &sign) + log(2);
}

static enum vaho_status check(const struct vaho_site_pass *pass, size_t n, double at_s,
                              struct vaho_error *error)
{
    size_t n_seen = 0;

    for (size_t i = 0; i < n; i++) {
        n_seen += pass[i].seen != 0;
        if (pass[i].time_s > at_s || (i > 0 && (isnan(pass[i].time_s) > isnan(pass[i - 1].time_s) ||
                                                pass[i].time_s < pass[i - 1].time_s)))
            return vaho_fail(error, VAHO_USAGE,
                             "the passes of a site are not in the order of time");
    }
    return n_seen > 0 ? VAHO_OK : vaho_fail(error, VAHO_USAGE, "no pass saw the site");
}

/* What the passes say, one after the other; ln_real and ln_look_alike but for the priors. */
static void go_through(struct vaho_belief *out, struct vaho_belief_term *term, struct chain *c,
                       const struct vaho_site_pass *pass, size_t n,
                       const struct vaho_belief_settings *s)
{
    double last_s = NAN;

    for (size_t i = 0; i < n; i++) {
        struct vaho_belief_term t = {0, 0, 0, NAN};
        if (counts(&pass[i])) {
            if (out->n_seen + out->n_missed > 0)
                wait(c, pass[i].time_s - last_s);
            last_s = pass[i].time_s;
            find_by(c, &pass[i], s);
            t.chance = pass[i].limit > 0 && term != NULL ? chance_of(c) : NAN;
            t.ln_seen = look(c, &pass[i], s);
            t.ln_plume = pass[i].seen ? log(vaho_plume_odds(pass[i].q_value, s)) : 0;
            t.ln_place =
                pass[i].seen && out->n_seen > 0 ? pass[i].ln_same - log(s->real_per_m2) : 0;
            if (pass[i].seen && out->n_seen > 0)
                out->ln_look_alike += pass[i].ln_same - log(s->false_per_m2);
            out->n_seen += pass[i].seen != 0;
            out->n_missed += !pass[i].seen;
        }
        out->ln_real += t.ln_plume + t.ln_place + t.ln_seen;
        if (term != NULL)
            term[i] = t;
    }
}

enum vaho_status vaho_site_believe(struct vaho_belief *out, struct vaho_belief_term *term,
                                   const struct vaho_site_pass *pass, size_t n, double at_s,
                                   const struct vaho_belief_settings *s, struct vaho_error *error)
{
    struct chain c; /* 24 kB */
    double *room = vaho_alloc(n, sizeof *room), last_s = NAN, real, look_alike, most, on = 0;
    enum vaho_status status = check(pass, n, at_s, error);
    int any_strength = 0;

    *out = (struct vaho_belief){0};
    if (room == NULL)
        status = vaho_fail_memory(error, "a site");
    if (status == VAHO_OK) {
        lay_grid(&c, middle_of(room, pass, n), pass, n, s);
        go_through(out, term, &c, pass, n, s);
        for (size_t i = 0; i < n; i++) {
            last_s = counts(&pass[i]) ? pass[i].time_s : last_s;
            any_strength |= pass[i].limit > 0 || knows_strength(&pass[i]);
        }
        wait(&c, at_s - last_s);
        for (int i = 0; i < N_CELLS; i++)
            on += c.on[i];
        out->ln_look_alike += log(s->look_alike / (1 - s->look_alike)) +
                              ln_again((double)out->n_seen, (double)out->n_missed);
        out->ln_real -= log(1 - s->look_alike);
        most = fmax(0, fmax(out->ln_real, out->ln_look_alike));
        real = exp(out->ln_real - most);
        look_alike = exp(out->ln_look_alike - most);
        out->probability = real / (real + look_alike + exp(-most));
        out->active = out->probability * fmin(on, 1); /* rounding */
        summarise(out, &c, any_strength);
    }
    free(room);
    return status;
}
