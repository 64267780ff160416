/*
 * sites.c - simulated campaigns with known truth, at the level of plumes and coverage (run by
 * bench/sites)
 *
 * A square of ground somewhere on Earth with sources, some of them in pairs 50 m apart, and ground
 * that looks like the gas.  Sources have lognormal strengths, are on for a share of the time and
 * switch with a memory.  Passes cover part of the square, each with its own limits tile by tile,
 * its own error of place, an ellipse.  A source that is on is found with the logistic's probability.  False plumes fall
 * anywhere, a share of them on look-alike ground.  Every plume has a score; q-values are what the
 * scores of false plumes make of them, expected false over counted, as honest decoys give.
 *
 * Prints one JSON object: 'sites' with the stated probabilities and the truth, and counts.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "track/association.h"
#include "track/belief.h"

enum {
    N_SOURCES = 40,
    N_PAIRS = 12,
    DENSE_SIDE = 32,
    MAX_SOURCES = DENSE_SIDE * DENSE_SIDE,
    MAX_GROUND = 64,
    MAX_PASSES = 256,
    TILES = 20,
    MAX_PLUMES = 100000
};
static const double SIDE_M = 6000, DEGREE = 0.017453292519943295, DAY_S = 86400;
static const double PAIR_M = 50;

static unsigned long long state;

/* splitmix64 */
static double dice(void)
{
    unsigned long long x = state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return ((double)((x ^ x >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
    return sqrt(-2 * log(dice())) * cos(2 * 3.141592653589793 * dice());
}

static int poisson(double mean)
{
    double product = dice(), least = exp(-mean);
    int n = 0;

    while (product > least) {
        product *= dice();
        n++;
    }
    return n;
}

struct source {
    double x, y, strength, share, memory_s;
    int on[MAX_PASSES + 1]; /* the last: now */
    int n_plumes, pair;     /* pair: 1 + the other's number, 0 none */
};

struct ground {
    double x, y, again;
};

struct pass {
    double time_s, sigma_m, told, along_deg, along, west, east, limit[TILES][TILES], valid[TILES][TILES];
};

struct plume {
    int pass, source; /* -1: chance, -2 - g: look-alike ground g */
    double z, q, x, y, strength, strength_sigma;
};

struct campaign {
    struct source source[MAX_SOURCES];
    int n_sources, dense, steady;
    double misjudged; /* scatter of ln(limit told / limit), a pass */
    struct ground ground[MAX_GROUND];
    int n_ground;
    struct pass pass[MAX_PASSES];
    int n_passes;
    double false_a_pass, look_alike, steepness, longitude, latitude, now_s;
    struct plume plume[MAX_PLUMES];
    struct vaho_track_plume track[MAX_PLUMES];
    size_t n, group[MAX_PLUMES], n_groups;
};

static int tile_of(double metres)
{
    int t = (int)floor(metres / SIDE_M * TILES);

    return t < 0 ? 0 : t >= TILES ? TILES - 1 : t;
}

static int covers(const struct pass *p, double x)
{
    return x >= p->west && x <= p->east;
}

static void make_source(struct campaign *c, struct source *s, double x, double y)
{
    *s = (struct source){.x = x, .y = y};
    s->strength = exp(1.2 * normal());
    s->share = c->steady ? 1 : dice();
    s->memory_s = 3600 * exp(dice() * log(8760));
    for (int i = 0; i <= c->n_passes; i++) {
        double before = i == 0 ? 0 : c->pass[i - 1].time_s;
        double after = i == c->n_passes ? c->now_s : c->pass[i].time_s;
        double stays = i == 0 ? 0 : exp(-(after - before) / s->memory_s);
        double on = i == 0 ? s->share : s->share * (1 - stays) + (s->on[i - 1] ? stays : 0);
        s->on[i] = dice() < on;
    }
}

static void make_passes(struct campaign *c, double sigma_m)
{
    double time_s = 1.7e9;

    for (int i = 0; i < c->n_passes; i++) {
        struct pass *p = &c->pass[i];
        double best = exp(0.4 * normal());
        time_s += DAY_S * exp(2 * normal());
        *p = (struct pass){.time_s = time_s,
                           .sigma_m = sigma_m > 0 ? sigma_m : 3 + 5 * dice(),
                           .along_deg = 360 * dice(),
                           .along = 1 + dice(),
                           .told = exp(c->misjudged * normal()),
                           .west = 0.3 * SIDE_M * dice()};
        p->east = SIDE_M - 0.3 * SIDE_M * dice();
        for (int t = 0; t < TILES * TILES; t++) {
            p->limit[t / TILES][t % TILES] = best * exp(0.3 * normal());
            p->valid[t / TILES][t % TILES] = dice() < 0.1 ? dice() : 1;
        }
    }
    c->now_s = time_s + DAY_S * exp(2 * normal());
}

/* In squares of PAIR_M: each has four neighbours as near as a pair's other half. */
static void make_dense(struct campaign *c)
{
    for (int i = 0; i < DENSE_SIDE; i++)
        for (int k = 0; k < DENSE_SIDE; k++, c->n_sources++)
            make_source(c, &c->source[c->n_sources], 0.4 * SIDE_M + PAIR_M * i,
                        0.4 * SIDE_M + PAIR_M * k);
}

static void make_places(struct campaign *c)
{
    int n = 0;

    for (int i = 0; i < N_SOURCES; i++, n++)
        make_source(c, &c->source[n], SIDE_M * dice(), SIDE_M * dice());
    for (int i = 0; i < N_PAIRS; i++, n += 2) {
        double x = SIDE_M * dice(), y = SIDE_M * dice(), angle = 6.2831853 * dice();
        make_source(c, &c->source[n], x, y);
        make_source(c, &c->source[n + 1], x + PAIR_M * cos(angle), y + PAIR_M * sin(angle));
        c->source[n].pair = n + 2;
    }
    c->n_sources = n;
}

static void make_ground(struct campaign *c)
{
    c->n_ground = (int)lround(2 * c->look_alike * c->false_a_pass); /* half of them a pass */
    if (c->n_ground > MAX_GROUND)
        exit(2);
    for (int i = 0; i < c->n_ground; i++)
        c->ground[i] = (struct ground){SIDE_M * dice(), SIDE_M * dice(), dice()};
}

static struct plume *add_plume(struct campaign *c, int pass, int source, double x, double y)
{
    struct plume *p = &c->plume[c->n];

    if (c->n == MAX_PLUMES)
        exit(1);
    *p = (struct plume){.pass = pass, .source = source, .x = x, .y = y};
    c->n++;
    return p;
}

/* Standard deviations of a pass's places along an axis of its own and across; sigma_m between. */
static void axes_of(double *along, double *across, const struct pass *pass)
{
    *along = pass->sigma_m * sqrt(pass->along);
    *across = pass->sigma_m / sqrt(pass->along);
}

/* Where the pass puts it. */
static void misplace(struct campaign *c, struct plume *p)
{
    const struct pass *pass = &c->pass[p->pass];
    double along, across, e = sin(pass->along_deg * DEGREE), n = cos(pass->along_deg * DEGREE);

    axes_of(&along, &across, pass);
    along *= normal();
    across *= normal();
    p->x += along * e + across * n;
    p->y += along * n - across * e;
}

/* A score beyond z05 has q <= 0.05, which a source at the limit has half of the time. */
static void see_sources(struct campaign *c, int i)
{
    const struct pass *pass = &c->pass[i];
    double z05 = fmax(1, log(c->false_a_pass / 0.5));

    for (int s = 0; s < c->n_sources; s++) {
        struct source *source = &c->source[s];
        double limit = pass->limit[tile_of(source->y)][tile_of(source->x)];
        double valid = pass->valid[tile_of(source->y)][tile_of(source->x)];
        double strength = source->strength * exp(0.5 * normal()), u = dice(), z;
        struct plume *p;
        z = z05 + 10 * (log(strength / limit) + log(u / (1 - u)) / c->steepness);
        if (!source->on[i] || !covers(pass, source->x) || dice() > valid || z < 0)
            continue;
        p = add_plume(c, i, s, source->x, source->y);
        p->z = z;
        p->strength_sigma = 0.3 * strength;
        p->strength = strength * exp(0.3 * normal());
        source->n_plumes++;
    }
}

static void make_false(struct campaign *c, int i)
{
    int n = poisson(c->false_a_pass * (1 - c->look_alike));
    struct plume *p;

    for (int k = 0; k < n; k++) {
        p = add_plume(c, i, -1, c->pass[i].west + (c->pass[i].east - c->pass[i].west) * dice(),
                      SIDE_M * dice());
        p->z = -log(dice());
        p->strength = exp(normal());
        p->strength_sigma = 0.3 * p->strength;
    }
    for (int g = 0; g < c->n_ground; g++)
        if (covers(&c->pass[i], c->ground[g].x) && dice() < c->ground[g].again) {
            p = add_plume(c, i, -2 - g, c->ground[g].x, c->ground[g].y);
            p->z = -log(dice());
            p->strength = exp(normal());
            p->strength_sigma = 0.3 * p->strength;
        }
}

static int by_score(const void *left, const void *right)
{
    double a = ((const struct plume *)left)->z, b = ((const struct plume *)right)->z;

    return a > b ? -1 : a < b;
}

/* Expected false ones at least this strong, over all: as decoys tell it.  Keeps q <= 0.5. */
static void give_q(struct campaign *c, size_t begin)
{
    size_t n = c->n - begin, kept = begin;
    double least = 1;

    qsort(c->plume + begin, n, sizeof *c->plume, by_score);
    for (size_t k = n; k-- > 0;) {
        struct plume *p = &c->plume[begin + k];
        least = fmin(least, c->false_a_pass * exp(-p->z) / (double)(k + 1));
        p->q = fmin(least, 1);
    }
    for (size_t k = begin; k < c->n; k++) {
        if (c->plume[k].q <= 0.5)
            c->plume[kept++] = c->plume[k];
        else if (c->plume[k].source >= 0)
            c->source[c->plume[k].source].n_plumes--;
    }
    c->n = kept;
}

static void to_track(struct campaign *c)
{
    double metre_n = 1 / 111132.0, metre_e = 1 / (111320.0 * cos(c->latitude * DEGREE));

    for (size_t k = 0; k < c->n; k++) {
        const struct plume *p = &c->plume[k];
        const struct pass *pass = &c->pass[p->pass];
        double along, across, e = sin(pass->along_deg * DEGREE), n = cos(pass->along_deg * DEGREE);
        double cov[3];
        axes_of(&along, &across, pass);
        cov[0] = along * along * e * e + across * across * n * n;
        cov[1] = (along * along - across * across) * e * n;
        cov[2] = along * along * n * n + across * across * e * e;
        c->track[k] = (struct vaho_track_plume){
            .id = (int64_t)k,
            .pass = (size_t)p->pass,
            .fix = vaho_fix_at(c->longitude + p->x * metre_e, c->latitude + p->y * metre_n, cov)};
    }
}

struct joined {
    struct vaho_fix fix;
    size_t n, real, votes[MAX_SOURCES];
    int plume_of_pass[MAX_PASSES]; /* 1 + the most certain; 0 none */
    double ln_same[MAX_PASSES];
};

/* Plumes come pass by pass. */
static void join_group(struct joined *out, const struct campaign *c, size_t group)
{
    *out = (struct joined){.n = 0};
    for (size_t k = 0; k < c->n; k++) {
        const struct plume *p = &c->plume[k];
        int *best = &out->plume_of_pass[p->pass];
        if (c->group[k] != group)
            continue;
        if (*best == 0)
            out->ln_same[p->pass] = out->n == 0 ? 0 : vaho_fix_ln_same(&out->fix, &c->track[k].fix);
        if (*best == 0 || p->q < c->plume[*best - 1].q)
            *best = (int)k + 1;
        out->fix = out->n == 0 ? c->track[k].fix : vaho_fix_join(&out->fix, &c->track[k].fix);
        out->n++;
        out->real += p->source >= 0;
        if (p->source >= 0)
            out->votes[p->source]++;
    }
}

static void print_site(const struct campaign *c, const struct joined *j,
                       const struct vaho_belief_settings *settings, int *n_sites, int *first)
{
    struct vaho_site_pass pass[MAX_PASSES];
    struct vaho_belief belief;
    double x, y, lon, lat;
    size_t n = 0;
    int main = 0, active = 0;

    vaho_fix_lonlat(&lon, &lat, &j->fix);
    x = remainder(lon - c->longitude, 360) * 111320.0 * cos(c->latitude * DEGREE);
    y = (lat - c->latitude) * 111132.0;
    for (int i = 0; i < c->n_passes; i++) {
        const struct pass *p = &c->pass[i];
        int best = j->plume_of_pass[i];
        if (!covers(p, x) && best == 0)
            continue;
        pass[n] = (struct vaho_site_pass){.time_s = p->time_s,
                                          .limit = p->told * p->limit[tile_of(y)][tile_of(x)],
                                          .steepness = c->steepness,
                                          .valid = p->valid[tile_of(y)][tile_of(x)]};
        if (best > 0) {
            const struct plume *plume = &c->plume[best - 1];
            pass[n].seen = 1;
            pass[n].q_value = plume->q;
            pass[n].strength = plume->strength;
            pass[n].strength_sigma = plume->strength_sigma;
            pass[n].ln_same = j->ln_same[i];
        }
        n++;
    }
    if (vaho_site_believe(&belief, NULL, pass, n, c->now_s, settings, NULL) != VAHO_OK)
        exit(1);
    for (int s = 0; s < c->n_sources; s++)
        main = j->votes[s] > j->votes[main] ? s : main;
    n_sites[main] += j->votes[main] > 0;
    active = j->votes[main] > 0 && c->source[main].on[c->n_passes];
    printf("%s[%.6f,%d,%.6f,%d,%zu,%zu,%.4f,%.4f,%.4f,%.4f]", *first ? "" : ",\n",
           belief.probability, 2 * j->real >= j->n && j->real > 0, belief.active, active,
           belief.n_seen, belief.n_missed, j->votes[main] > 0 ? c->source[main].share : -1,
           belief.on_share, belief.on_share_low, belief.on_share_high);
    *first = 0;
}

static void judge_sites(const struct campaign *c, int *n_sites)
{
    static struct joined joined;
    struct vaho_belief_settings settings = vaho_belief_defaults();
    double n_real = 0, n_false = 0, searched = 0;
    static double q[MAX_PLUMES];
    int first = 1;

    for (size_t k = 0, begin = 0; k < c->n; k++) {
        q[k] = c->plume[k].q;
        if (k + 1 == c->n || c->plume[k + 1].pass != c->plume[k].pass) {
            n_false += q[k] * (double)(k + 1 - begin); /* they are in the order of q */
            begin = k + 1;
        }
    }
    vaho_belief_tail(&settings, q, c->n, n_false);
    n_false = 0;
    for (size_t k = 0; k < c->n; k++) {
        double odds = vaho_plume_odds(c->plume[k].q, &settings);
        n_real += odds / (1 + odds);
        n_false += 1 / (1 + odds);
    }
    for (int i = 0; i < c->n_passes; i++)
        searched += (c->pass[i].east - c->pass[i].west) * SIDE_M;
    vaho_belief_densities(&settings, n_real, n_false, searched);
    printf("\"tail_shape\":%.3f,\"sites\":[", settings.tail_shape);
    for (size_t g = 0; g < c->n_groups; g++) {
        join_group(&joined, c, g);
        print_site(c, &joined, &settings, n_sites, &first);
    }
    printf("],\n");
}

/* Of the sources with two plumes or more: how many have exactly one site that is mostly theirs.
 * Of the pairs that are such sources both: how many have a site each. */
static void count_sources(const struct campaign *c, const int *n_sites)
{
    int n = 0, n_one = 0, n_split = 0, n_pairs = 0, n_apart = 0;

    for (int s = 0; s < c->n_sources; s++) {
        int other = c->source[s].pair - 1;
        if (c->source[s].n_plumes < 2)
            continue;
        n++;
        n_one += n_sites[s] == 1;
        n_split += n_sites[s] > 1;
        if (other < 0 || c->source[other].n_plumes < 2)
            continue;
        n_pairs++;
        n_apart += n_sites[s] > 0 && n_sites[other] > 0;
    }
    printf("\"sources\":%d,\"one_site\":%d,\"split\":%d,\"pairs\":%d,\"apart\":%d", n, n_one,
           n_split, n_pairs, n_apart);
}

int main(int argc, char **argv)
{
    static struct campaign c;
    static int n_sites[MAX_SOURCES];
    struct vaho_association_settings settings = vaho_association_defaults();
    clock_t begin;

    if (argc != 7) {
        fprintf(stderr, "usage: bench_sites SEED PASSES FALSE-A-PASS LOOK-ALIKE-SHARE SIGMA-M "
                        "pairs|dense|steady|misjudged\n");
        return 2;
    }
    state = strtoull(argv[1], NULL, 10) * 1000003u + 12345u;
    c.n_passes = atoi(argv[2]);
    c.false_a_pass = atof(argv[3]);
    c.look_alike = atof(argv[4]);
    c.dense = strcmp(argv[6], "dense") == 0;
    c.steady = strcmp(argv[6], "steady") == 0;
    c.misjudged = strcmp(argv[6], "misjudged") == 0 ? 0.5 : 0;
    c.steepness = 3;
    if (c.n_passes < 1 || c.n_passes > MAX_PASSES)
        return 2;
    c.longitude = dice() < 0.3 ? 179.97 : 360 * dice() - 180;
    c.latitude = 170 * dice() - 85;
    make_passes(&c, atof(argv[5]));
    if (c.dense)
        make_dense(&c);
    else
        make_places(&c);
    make_ground(&c);
    for (int i = 0; i < c.n_passes; i++) {
        size_t before = c.n;
        see_sources(&c, i);
        make_false(&c, i);
        for (size_t k = before; k < c.n; k++)
            misplace(&c, &c.plume[k]);
        give_q(&c, before);
    }
    to_track(&c);
    begin = clock();
    if (vaho_associate(c.group, &c.n_groups, c.track, c.n, &settings, NULL) != VAHO_OK)
        return 1;
    printf("{\"plumes\":%zu,\"groups\":%zu,\"associated_s\":%.3f,\n", c.n, c.n_groups,
           (double)(clock() - begin) / CLOCKS_PER_SEC);
    judge_sites(&c, n_sites);
    count_sources(&c, n_sites);
    printf("}\n");
    return 0;
}
