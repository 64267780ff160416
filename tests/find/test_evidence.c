/*
 * test_evidence.c - evidence over space: white noise, a plume put in, and the same arithmetic done
 * again in double, pixel by pixel
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../find/made_evidence.h"
#include "base/error.h"
#include "sense/robust.h"

enum { BANDS = 16, N_SIGNATURES = 3 };
static const double NOISE = 0.1;

static void absorptions(float out[N_SIGNATURES * BANDS])
{
    made_absorption(out, BANDS, 4.0, 1.5);
    made_absorption(out + BANDS, BANDS, 11.0, 2.0);
    made_absorption(out + 2 * BANDS, BANDS, 7.5, 1.0);
}

/* White noise of one size in all bands, on a constant. */
static void make_noise(struct made_evidence *m, size_t n_lines, size_t n_samples, uint64_t seed)
{
    struct dice dice = {seed};

    made_scene_new(&m->made, n_lines, BANDS, n_samples, 8.0, 13.0);
    for (size_t i = 0; i < n_lines * BANDS * n_samples; i++)
        m->made.value[i] = 9.0f + (float)(NOISE * dice_normal(&dice));
}

/* Ground of one strong pattern besides, so that q means something; some pixels missing. */
static void make_ground(struct made_evidence *m, size_t n_lines, size_t n_samples, double missing)
{
    struct dice dice = {91};

    make_noise(m, n_lines, n_samples, 90);
    for (size_t l = 0; l < n_lines; l++)
        for (size_t s = 0; s < n_samples; s++) {
            double warm = dice_normal(&dice), gone = dice_uniform(&dice);
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, l, b, s) +=
                    gone < missing ? NAN : (float)(warm * (1.0 + 0.05 * (double)b));
        }
}

/* x = C^-1 v by a lower factor. */
static void solve(double *x, const double *cholesky, const double *v)
{
    for (size_t i = 0; i < BANDS; i++) {
        x[i] = v[i];
        for (size_t k = 0; k < i; k++)
            x[i] -= cholesky[i * BANDS + k] * x[k];
        x[i] /= cholesky[i * BANDS + i];
    }
    for (size_t i = BANDS; i-- > 0;) {
        for (size_t k = i + 1; k < BANDS; k++)
            x[i] -= cholesky[k * BANDS + i] * x[k];
        x[i] /= cholesky[i * BANDS + i];
    }
}

static double dot(const double *a, const double *b)
{
    double sum = 0.0;

    for (size_t i = 0; i < BANDS; i++)
        sum += a[i] * b[i];
    return sum;
}

/* A place for which evidence is asked: of a signature in the eyes of a gas. */
struct asked {
    size_t signature, gas, hypothesis, scale, kernel, row, col;
};

/*
 * z at a place by its definition, pixel by pixel: with Y, v and C of backgrounds.h and f = C^-1 v,
 * f'Y over its standard deviation, by C or by the sample's moment M, whichever is more.
 * *strays: chi^2 of Y a band, beside what the signature explains, at least 1.
 * NaN where half of the pixels around (by the round kernel of the level) are not valid.
 */
static double evidence_at(double *strays, const struct made_evidence *m,
                          const struct vaho_backgrounds *backgrounds, const float *absorption,
                          const struct asked *at)
{
    const struct vaho_own_background *own =
        &backgrounds->own[at->gas * backgrounds->n_hypotheses + at->hypothesis];
    size_t level = vaho_scale(at->scale)->level;
    double y[BANDS], v[BANDS], f[BANDS], cover, variance = 0.0, z, explained;

    made_place(y, &cover, m, NULL, own->factor, level - 1, 0, at->row, at->col);
    if (own->cholesky[at->scale] == NULL || cover < 0.5 * (double)(1u << (2 * level)) ||
        !(made_place(y, &cover, m, NULL, own->factor, at->scale, at->kernel, at->row, at->col) >
          0.0))
        return NAN;
    for (size_t b = 0; b < BANDS; b++) {
        v[b] = (double)own->factor[0] * own->d * (double)m->contrast.slope[b];
        for (size_t k = 0; k < m->contrast.n_parts; k++)
            v[b] += (double)own->factor[k] * (double)m->contrast.part[k * BANDS + b];
        v[b] *= -(double)absorption[at->signature * BANDS + b];
    }
    solve(f, own->cholesky[at->scale], v);
    for (size_t i = 0; i < BANDS; i++)
        for (size_t j = 0; j < BANDS; j++)
            variance += f[i] * f[j] * own->moment[at->scale][i > j ? i * BANDS + j : j * BANDS + i];
    z = dot(f, y) / sqrt(fmax(dot(v, f), variance));
    explained = dot(f, y) * dot(f, y) / dot(v, f); /* of chi^2, in the metric of C */
    solve(f, own->cholesky[at->scale], y);
    *strays = fmax((dot(y, f) - explained) / (BANDS - 1), 1.0);
    return z;
}

/* The largest over hypotheses and kernels (of 'sign' -1: of the negative), and who it is. */
static double best_at(struct asked *at, double *strays, const struct made_evidence *m,
                      const struct vaho_backgrounds *backgrounds, const float *absorption,
                      double sign)
{
    struct asked trial = *at;
    double best = NAN;

    for (trial.hypothesis = 0; trial.hypothesis < backgrounds->n_hypotheses; trial.hypothesis++)
        for (trial.kernel = 0; trial.kernel < vaho_scale(at->scale)->n_kernels; trial.kernel++) {
            double here, z = sign * evidence_at(&here, m, backgrounds, absorption, &trial);
            if (isnan(z) || z <= best)
                continue;
            best = z;
            *at = trial;
            *strays = here;
        }
    return best;
}

static const struct vaho_level_map *map_of(const struct vaho_evidence *evidence, size_t gas,
                                           size_t scale)
{
    return vaho_evidence_map(evidence) + gas * VAHO_N_SCALES + scale;
}

static void evidence_is_what_its_equation_says(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_backgrounds *backgrounds;
    struct dice dice = {6};
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_known = 0, n_unknown = 0;

    absorptions(absorption);
    make_ground(&m, 301, 61, 0.25); /* two strips, odd sizes, a quarter missing */
    for (size_t l = 120; l < 170; l++)
        for (size_t b = 0; b < BANDS; b++) /* and a hole */
            memset(made_scene_at(&m.made, l, b, 10), 0xff, 25 * sizeof(float));
    made_evidence_open(&m, 3, 2, 1, 3);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, 2, 2);
    backgrounds = learn_backgrounds(&m, absorption, 2, 2);
    assert_int_equal(vaho_evidence_n_gases(evidence), 2);
    free(score_evidence(&n, evidence, 3.0, 2));
    for (size_t gas = 0; gas < 2; gas++)
        for (size_t scale = 0; scale < VAHO_N_SCALES; scale++) {
            const struct vaho_level_map *map = map_of(evidence, gas, scale);
            size_t side = (size_t)1 << vaho_scale(scale)->level;
            assert_int_equal(map->n_rows, (301 + side - 1) / side);
            assert_int_equal(map->n_cols, (61 + side - 1) / side);
            for (int i = 0; i < 40; i++) {
                struct asked at = {gas, gas, 0, scale, 0, 0, 0};
                double expected, strays;
                float got;
                at.row = (size_t)((double)map->n_rows * dice_uniform(&dice));
                at.col = (size_t)((double)map->n_cols * dice_uniform(&dice));
                got = map->z[at.row * map->n_cols + at.col];
                expected = best_at(&at, &strays, &m, backgrounds, absorption, 1.0);
                n_known += !isnan(expected);
                n_unknown += isnan(expected);
                assert_true(isnan(got) == isnan(expected));
                if (fabs((double)got - expected) > 2e-3 * fmax(1.0, fabs(expected)))
                    fail_msg("scale %zu row %zu col %zu: %g, %g expected", scale, at.row, at.col,
                             (double)got, expected);
            }
        }
    assert_true(n_known > 300 && n_unknown > 10);
    vaho_backgrounds_free(backgrounds);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

static void candidates_are_tempered_where_the_ground_strays(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_backgrounds *backgrounds;
    struct vaho_candidate *candidate;
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_of[3] = {0}, n_tempered = 0, last = 0;

    absorptions(absorption);
    make_ground(&m, 301, 61, 0.1);
    for (size_t l = 96; l < 112; l++) /* a place like no other, in all bands */
        for (size_t s = 16; s < 40; s++)
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m.made, l, b, s) += b % 2 ? 0.1f : -0.1f;
    made_evidence_open(&m, 3, 2, 1, 3);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, 2, 2); /* 2 is a decoy of gas 0 */
    backgrounds = learn_backgrounds(&m, absorption, 2, 2);
    candidate = score_evidence(&n, evidence, 2.0, 2);
    for (size_t i = 0; i < n; i++) {
        const struct vaho_candidate *c = &candidate[i];
        int mirror = c->signature >= N_SIGNATURES;
        size_t gas = mirror ? c->signature - N_SIGNATURES : c->signature % 2;
        struct asked at = {
            mirror ? gas : c->signature, gas, c->hypothesis, c->scale, c->kernel, c->row, c->col};
        double strays, z = evidence_at(&strays, &m, backgrounds, absorption, &at);
        assert_in_range(c->signature, 0, N_SIGNATURES + 1);
        assert_int_equal(c->level, vaho_scale(c->scale)->level);
        assert_true(gas >= last); /* in order of gas */
        last = gas;
        z = mirror ? -z : z;
        n_of[mirror ? 2 : c->signature == 2]++;
        n_tempered += strays > 1.5;
        assert_true(c->z >= 2.0f);
        assert_true(fabs((double)c->z - z / sqrt(strays)) < 3e-3 * z);
        if (c->signature < 2) {
            const struct vaho_level_map *map = map_of(evidence, gas, c->scale);
            assert_true(fabs((double)map->z[c->row * map->n_cols + c->col] - z) < 2e-3 * z);
        }
    }
    print_message("%zu candidates of gases, %zu of a decoy, %zu of mirrors; %zu much tempered\n",
                  n_of[0], n_of[1], n_of[2], n_tempered);
    assert_true(n_of[0] > 50 && n_of[1] > 20 && n_of[2] > 50 && n_tempered > 5);
    free(candidate);
    vaho_backgrounds_free(backgrounds);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

static void white_noise_has_unit_evidence_at_every_scale(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_backgrounds *backgrounds;
    struct dice dice = {102};
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_beyond = 0, n_above = 0, n_places = 0;
    struct vaho_candidate *candidate;

    absorptions(absorption);
    make_noise(&m, 512, 192, 101);
    made_evidence_open(&m, 1, 0, 1, 1);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, N_SIGNATURES, 2);
    backgrounds = learn_backgrounds(&m, absorption, N_SIGNATURES, 2);
    candidate = score_evidence(&n, evidence, 3.0, 2);
    for (size_t i = 0; i < N_SIGNATURES * VAHO_N_SCALES; i++) {
        size_t gas = i / VAHO_N_SCALES, scale = i % VAHO_N_SCALES;
        const struct vaho_level_map *map = map_of(evidence, gas, scale);
        /* a map is the largest of 8 directions; one of them at places of one's choice is not */
        size_t np = scale < VAHO_N_LEVELS ? map->n_rows * map->n_cols : 300;
        float *z = malloc(np * sizeof *z);
        /* independent places, as many as asked for at most; quartiles know sigma to 1.17 / sqrt(n)
         * and C holds 2 % of loading */
        double independent = fmin(512.0 * 192.0 / vaho_scale(scale)->area_px, (double)np);
        double tolerance = 0.02 + 3.5 * 1.17 / sqrt(independent), sigma;
        assert_non_null(z);
        for (size_t p = 0; p < np; p++) {
            struct asked at = {gas, gas, 0, scale, p % 8, 0, 0};
            double strays;
            if (scale < VAHO_N_LEVELS) {
                z[p] = map->z[p];
                continue;
            }
            at.row = (size_t)((double)map->n_rows * dice_uniform(&dice));
            at.col = (size_t)((double)map->n_cols * dice_uniform(&dice));
            z[p] = (float)evidence_at(&strays, &m, backgrounds, absorption, &at);
            assert_true(map->z[at.row * map->n_cols + at.col] > z[p] - 1e-3f);
        }
        sigma = (double)vaho_robust_sigma(z, np);
        if (fabs(sigma - 1.0) >= tolerance)
            fail_msg("scale %zu: sigma %g", scale, sigma);
        assert_true(fabs((double)vaho_median(z, np)) < tolerance);
        n_places += scale < VAHO_N_LEVELS ? map->n_rows * map->n_cols : 0;
        free(z);
    }
    for (size_t i = 0; i < n; i++) {
        assert_true(candidate[i].z >= 3.0f);
        n_above += candidate[i].scale < VAHO_N_LEVELS;
        n_beyond += candidate[i].scale < VAHO_N_LEVELS && candidate[i].z >= 4.0f;
    }
    /* P(z > 3) = 1.35e-3, P(z > 4) = 3.2e-5: neighbours share pixels, so at most a peak a place;
     * the mirrors have as many.  chi^2 a band is above 1 at half of the places and by a third
     * (sqrt(2/15)): tempered, 0.65 of P(z > 3) is left */
    n_places *= 2;
    print_message("%zu peaks above 3, %zu above 4 among %zu round places\n", n_above, n_beyond,
                  n_places);
    assert_true((double)n_above < 1.1 * 0.65 * 1.35e-3 * (double)n_places &&
                (double)n_above > 0.3 * 0.65 * 1.35e-3 * (double)n_places);
    assert_true((double)n_beyond <
                3.2e-5 * (double)n_places + 4.0 * sqrt(3.2e-5 * (double)n_places));
    free(candidate);
    vaho_backgrounds_free(backgrounds);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

/* Larger than the neighbours in raster order before it, not smaller than those after it. */
static int is_peak(const struct vaho_level_map *map, long r, long c, float sign)
{
    float here = sign * map->z[r * (long)map->n_cols + c];

    for (long i = 0; i < 9; i++) {
        long rr = r + i / 3 - 1, cc = c + i % 3 - 1;
        if (i != 4 && rr >= 0 && cc >= 0 && rr < (long)map->n_rows && cc < (long)map->n_cols &&
            sign * map->z[rr * (long)map->n_cols + cc] > here)
            return 0;
    }
    return here >= 1.5f;
}

/* Peaks of the maps, found again; of a round scale the pits are the mirror's peaks. */
static void candidates_are_the_peaks_of_the_maps(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_backgrounds *backgrounds;
    struct vaho_candidate *candidate;
    float absorption[N_SIGNATURES * BANDS];
    size_t n, n_peaks = 0, n_found = 0;

    absorptions(absorption);
    make_noise(&m, 600, 70, 103); /* three strips: peaks at their seams too */
    made_evidence_open(&m, 1, 0, 1, 1);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, N_SIGNATURES, 2);
    backgrounds = learn_backgrounds(&m, absorption, N_SIGNATURES, 2);
    candidate = score_evidence(&n, evidence, 1.5, 2);
    for (size_t i = 0; i < n; i++) {
        size_t gas = candidate[i].signature % N_SIGNATURES;
        const struct vaho_level_map *map = map_of(evidence, gas, candidate[i].scale);
        int mirror = candidate[i].signature >= N_SIGNATURES;
        if (mirror && candidate[i].scale >= VAHO_N_LEVELS)
            continue; /* of eight kernels the map shows the largest, not the least */
        assert_true(is_peak(map, candidate[i].row, candidate[i].col, mirror ? -1.0f : 1.0f));
        n_found++;
    }
    for (size_t i = 0; i < N_SIGNATURES * VAHO_N_SCALES; i++) {
        const struct vaho_level_map *map = vaho_evidence_map(evidence) + i;
        size_t scale = i % VAHO_N_SCALES, gas = i / VAHO_N_SCALES;
        for (size_t p = 0; p < map->n_rows * map->n_cols; p++)
            for (int sign = 1; sign >= (scale < VAHO_N_LEVELS ? -1 : 1); sign -= 2) {
                struct asked at = {gas, gas, 0, scale, 0, p / map->n_cols, p % map->n_cols};
                double z, strays;
                if (!is_peak(map, (long)at.row, (long)at.col, (float)sign))
                    continue;
                z = best_at(&at, &strays, &m, backgrounds, absorption, sign);
                n_peaks += z / sqrt(strays) >= 1.5; /* those that are still there when tempered */
            }
    }
    print_message("%zu of %zu peaks\n", n_found, n_peaks);
    /* two or three stand so close to 1.5 that single precision tells */
    assert_true(n_found > 1000 && (n_found > n_peaks ? n_found - n_peaks : n_peaks - n_found) <= 3);
    free(candidate);
    vaho_backgrounds_free(backgrounds);
    vaho_evidence_free(evidence);
    made_evidence_free(&m);
}

/* A plume: Gaussian along a direction (of scales.h) and across it. */
struct puff {
    double line, sample, along_px, across_px, ppmm;
    size_t direction;
};

static double puff_at(const struct puff *puff, double l, double s)
{
    double angle = acos(-1.0) * (double)puff->direction / VAHO_N_DIRECTIONS;
    double dl = l - puff->line, ds = s - puff->sample;
    double along = (dl * sin(angle) + ds * cos(angle)) / puff->along_px;
    double across = (dl * cos(angle) - ds * sin(angle)) / puff->across_px;

    return puff->ppmm * exp(-0.5 * (along * along + across * across));
}

/* White noise and plumes of gas 1, whose ground is excluded from learning. */
static unsigned char *make_plumes(struct made_evidence *m, const struct puff *puff, size_t n,
                                  const float *absorption, size_t n_lines, size_t n_samples)
{
    unsigned char *excluded = calloc(n_lines * n_samples, 1);

    assert_non_null(excluded);
    make_noise(m, n_lines, n_samples, 105);
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < n_lines * n_samples; p++) {
            double c = puff_at(&puff[i], (double)(p / n_samples), (double)(p % n_samples));
            excluded[p] = c > 0.002 * puff[i].ppmm ? 2 : excluded[p]; /* 1 + the gas */
            for (size_t b = 0; b < BANDS; b++)
                *made_scene_at(&m->made, p / n_samples, b, p % n_samples) -=
                    (float)(c * (double)absorption[BANDS + b]);
        }
    made_evidence_open_without(m, excluded, 1, 0, 0, 1);
    return excluded;
}

/* What white noise lets a kernel say of a plume: sum(k c) |s| / sqrt(sum k^2), |s| = |v| / NOISE.
 */
static double expected_of(const struct puff *puff, const float *absorption,
                          const struct vaho_candidate *c)
{
    struct vaho_kernel k;
    long side = 1L << c->level;
    double sum = 0.0, energy = 0.0, s2 = 0.0;

    vaho_scale_kernel(&k, c->scale, c->kernel);
    for (size_t i = 0; i < k.n; i++)
        for (long p = 0; p < side * side; p++) {
            long l = ((long)c->row + k.row[i]) * side + p / side;
            long s = ((long)c->col + k.col[i]) * side + p % side;
            sum += (double)k.weight[i] * puff_at(puff, (double)l, (double)s);
            energy += (double)(k.weight[i] * k.weight[i]);
        }
    for (size_t b = 0; b < BANDS; b++)
        s2 += pow((double)absorption[BANDS + b] / NOISE, 2.0);
    return sum * sqrt(s2 / energy);
}

static void plumes_are_found_where_they_are_and_as_strong(void **state)
{
    (void)state;
    /* Round ones of the size of levels 1, 2 and 3, and one drawn out in every direction as the
     * taps of scales.h are: 4.7 blocks of 2 pixels, a block across. */
    static const struct puff puff[] = {
        {30.0, 40.0, 1.2, 1.2, 55.0, 0},   {30.0, 110.0, 2.8, 2.8, 20.0, 0},
        {90.0, 75.0, 6.0, 6.0, 9.0, 0},    {160.0, 40.0, 9.4, 2.0, 16.0, 0},
        {160.0, 110.0, 9.4, 2.0, 16.0, 1}, {220.0, 40.0, 9.4, 2.0, 16.0, 2},
        {220.0, 110.0, 9.4, 2.0, 16.0, 3}, {280.0, 40.0, 9.4, 2.0, 16.0, 4},
        {280.0, 110.0, 9.4, 2.0, 16.0, 5}, {340.0, 40.0, 9.4, 2.0, 16.0, 6},
        {340.0, 110.0, 9.4, 2.0, 16.0, 7}};
    enum { N_PUFFS = sizeof puff / sizeof puff[0] };
    struct made_evidence m;
    struct vaho_evidence *evidence;
    struct vaho_candidate *candidate;
    float absorption[N_SIGNATURES * BANDS];
    unsigned char *excluded;
    size_t n;

    absorptions(absorption);
    excluded = make_plumes(&m, puff, N_PUFFS, absorption, 400, 160);
    evidence = learn_evidence(&m, absorption, N_SIGNATURES, 2, 2);
    candidate = score_evidence(&n, evidence, 4.0, 2);
    for (size_t i = 0; i < N_PUFFS; i++) {
        const struct vaho_candidate *best = NULL;
        double side, expected;
        int turned;
        for (size_t k = 0; k < n; k++) {
            double l = ((double)candidate[k].row + 0.5) * (double)(1u << candidate[k].level);
            double s = ((double)candidate[k].col + 0.5) * (double)(1u << candidate[k].level);
            if (fabs(l - puff[i].line) < 25.0 && fabs(s - puff[i].sample) < 25.0 &&
                (best == NULL || candidate[k].z > best->z))
                best = &candidate[k];
        }
        assert_non_null(best);
        assert_int_equal(best->signature, 1);
        side = (double)(1u << best->level);
        assert_true(fabs(((double)best->row + 0.5) * side - 0.5 - puff[i].line) <= 1.5 * side);
        assert_true(fabs(((double)best->col + 0.5) * side - 0.5 - puff[i].sample) <= 1.5 * side);
        expected = expected_of(&puff[i], absorption, best);
        print_message("scale %d kernel %d: z %.1f, %.1f expected\n", best->scale, best->kernel,
                      (double)best->z, expected);
        if (puff[i].along_px == puff[i].across_px) { /* 1.2, 2.8 and 6 pixels: levels 1, 2 and 3 */
            assert_true(best->scale < VAHO_N_LEVELS && abs((int)best->scale - (int)i) <= 1);
        } else {
            assert_true(best->scale >= VAHO_N_LEVELS);
            turned = abs((int)best->kernel - (int)puff[i].direction);
            assert_true(turned <= 1 || turned == VAHO_N_DIRECTIONS - 1);
        }
        /* three sigma of noise; C is loaded by 2 % and more of the noise, tempering takes a few
         * per cent */
        assert_true(fabs((double)best->z - expected) < 3.0 + 0.12 * expected);
    }
    free(candidate);
    vaho_evidence_free(evidence);
    free(excluded);
    made_evidence_free(&m);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    struct made_evidence m;
    struct vaho_evidence *evidence[3];
    struct vaho_candidate *candidate[3];
    float absorption[N_SIGNATURES * BANDS];
    size_t n[3];

    absorptions(absorption);
    make_ground(&m, 700, 50, 0.02);
    made_evidence_open(&m, 3, 2, 1, 2);
    for (size_t i = 0; i < 3; i++) {
        static const size_t n_threads[] = {1, 2, 5};
        evidence[i] = learn_evidence(&m, absorption, N_SIGNATURES, 2, n_threads[i]);
        candidate[i] = score_evidence(&n[i], evidence[i], 2.0, n_threads[i]);
        assert_int_equal(n[i], n[0]);
        assert_true(n[i] > 20);
        for (size_t k = 0; k < n[i]; k++) {
            const struct vaho_candidate *a = &candidate[0][k], *b = &candidate[i][k];
            assert_true(a->signature == b->signature && a->scale == b->scale && a->row == b->row &&
                        a->col == b->col && a->z == b->z && a->hypothesis == b->hypothesis &&
                        a->kernel == b->kernel);
        }
        assert_memory_equal(vaho_evidence_cholesky(evidence[i], 2),
                            vaho_evidence_cholesky(evidence[0], 2), BANDS * BANDS * sizeof(double));
        for (size_t k = 0; k < 2 * VAHO_N_SCALES; k++) {
            const struct vaho_level_map *map = vaho_evidence_map(evidence[i]) + k;
            assert_memory_equal(map->z, vaho_evidence_map(evidence[0])[k].z,
                                map->n_rows * map->n_cols * sizeof *map->z);
        }
    }
    for (size_t i = 0; i < 3; i++) {
        free(candidate[i]);
        vaho_evidence_free(evidence[i]);
    }
    made_evidence_free(&m);
}

/* The second of two strips is passed over: whatever it holds, what is learned is the same. */
static void a_strip_that_is_skipped_says_nothing(void **state)
{
    enum { LINES = 512, SAMPLES = 32, FROM = 320 }; /* beyond the first's reach */
    static double learned[2][2 * BANDS * BANDS];
    float absorption[N_SIGNATURES * BANDS];

    (void)state;
    absorptions(absorption);
    for (size_t skipped = 0; skipped < 2; skipped++) {
        for (size_t odd = 0; odd < 2; odd++) {
            struct made_evidence m;
            struct vaho_evidence *evidence;
            struct vaho_backgrounds *backgrounds;
            make_noise(&m, LINES, SAMPLES, 71);
            for (size_t l = FROM; odd && l < LINES; l++) /* up and down: the mean is what it was */
                for (size_t s = 0; s < SAMPLES; s++)
                    *made_scene_at(&m.made, l, 3, s) += (l / 16 + s / 16) % 2 ? 5.0f : -5.0f;
            made_evidence_open(&m, 1, 0, 0, 1);
            m.scene.n_skipped = skipped;
            evidence = learn_evidence(&m, absorption, 1, 1, 2);
            backgrounds = learn_backgrounds(&m, absorption, 1, 2);
            memcpy(learned[odd], vaho_evidence_cholesky(evidence, 1), sizeof learned[odd] / 2);
            memcpy(learned[odd] + BANDS * BANDS, backgrounds->own[0].moment[0],
                   sizeof learned[odd] / 2);
            vaho_evidence_free(evidence);
            vaho_backgrounds_free(backgrounds);
            made_evidence_free(&m);
        }
        for (size_t half = 0; half < 2; half++) {
            double most = 0.0;
            for (size_t i = half * BANDS * BANDS; i < (half + 1) * BANDS * BANDS; i++)
                most = fmax(most, fabs(learned[1][i] - learned[0][i]));
            print_message("%zu skipped: differs by %.6f\n", skipped, most);
            assert_true(skipped ? most < 1e-3 : most > 0.1); /* of unit noise */
        }
    }
}

static void a_cube_too_small_is_refused_or_does_without_coarse_scales(void **state)
{
    (void)state;
    static const size_t size[][2] = {{24, 24}, {17, 9}, {40, 3}, {16, 1}};
    float absorption[N_SIGNATURES * BANDS], *parts;
    size_t n_learned = 0;

    absorptions(absorption);
    for (size_t i = 0; i < sizeof size / sizeof size[0]; i++) {
        struct made_evidence m;
        struct vaho_evidence *evidence;
        struct vaho_pool *pool;
        struct vaho_error error = {VAHO_OK, ""};
        size_t n;
        make_noise(&m, size[i][0], size[i][1], 107);
        made_evidence_open(&m, 1, 0, 0, 1);
        assert_int_equal(vaho_pool_new(&pool, 2, NULL), VAHO_OK);
        parts = made_parts(&m, absorption, 1);
        if (vaho_evidence_learn(&evidence, &m.scene, NULL, parts, 1, pool, &error) == VAHO_OK) {
            const struct vaho_level_map *map;
            vaho_evidence_free(evidence);
            evidence = learn_evidence(&m, absorption, N_SIGNATURES, 1, 2);
            free(score_evidence(&n, evidence, 0.0, 2));
            assert_non_null(vaho_evidence_cholesky(evidence, VAHO_N_LEVELS));
            map = map_of(evidence, 0, VAHO_N_LEVELS - 1); /* fewer than 8 blocks of 16 pixels */
            for (size_t p = 0; p < map->n_rows * map->n_cols; p++)
                assert_true(isnan(map->z[p]));
            vaho_evidence_free(evidence);
            n_learned++;
        } else {
            assert_int_equal(error.status, VAHO_SINGULAR);
            assert_null(evidence);
        }
        vaho_pool_free(pool);
        free(parts);
        made_evidence_free(&m);
    }
    assert_in_range(n_learned, 1, 3);
    vaho_evidence_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_what_its_equation_says),
        cmocka_unit_test(candidates_are_tempered_where_the_ground_strays),
        cmocka_unit_test(white_noise_has_unit_evidence_at_every_scale),
        cmocka_unit_test(candidates_are_the_peaks_of_the_maps),
        cmocka_unit_test(plumes_are_found_where_they_are_and_as_strong),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(a_strip_that_is_skipped_says_nothing),
        cmocka_unit_test(a_cube_too_small_is_refused_or_does_without_coarse_scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
