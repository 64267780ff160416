#include "find/competition.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A real winner holds places with at least this evidence, or this share of its own. */
static const float CLAIM_FLOOR = 3.0f, CLAIM_SHARE = 0.12f;
enum { MAX_CLAIM_BLOCKS_PER_SIDE = 64 };

void vaho_candidate_centre(double *line, double *sample, const struct vaho_candidate *candidate)
{
    double side = (double)(1u << candidate->level);

    *line = ((double)candidate->row + 0.5) * side - 0.5;
    *sample = ((double)candidate->col + 0.5) * side - 0.5;
}

static int strongest_first(const void *left, const void *right)
{
    const struct vaho_candidate *a = left, *b = right;

    if (a->z != b->z)
        return a->z > b->z ? -1 : 1;
    if (a->signature != b->signature)
        return a->signature < b->signature ? -1 : 1;
    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    if (a->scale != b->scale)
        return a->scale < b->scale ? -1 : 1;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->col > b->col) - (a->col < b->col);
}

/* Gives free pixels of [line0, line1) x [sample0, sample1) to 'id'. */
static void claim_block(struct vaho_competition *c, size_t line0, size_t line1, size_t sample0,
                        size_t sample1, unsigned id)
{
    for (size_t l = line0; l < line1 && l < c->n_lines; l++)
        for (size_t s = sample0; s < sample1 && s < c->n_samples; s++)
            if (c->claim[l * c->n_samples + s] == 0)
                c->claim[l * c->n_samples + s] = id;
}

/* How far a candidate's own kernel carries, in pixels; level 0 is pixels as they are. */
static double reach(const struct vaho_candidate *candidate)
{
    return candidate->level == 0 ? 3.5 : vaho_scale(candidate->scale)->reach_px;
}

static void claim_disc(struct vaho_competition *c, const struct vaho_candidate *candidate,
                       unsigned id)
{
    double line, sample, radius = reach(candidate);
    long most = (long)radius;

    vaho_candidate_centre(&line, &sample, candidate);
    for (long dl = -most; dl <= most; dl++)
        for (long ds = -most; ds <= most; ds++) {
            long l = lround(line) + dl, s = lround(sample) + ds;
            if (l < 0 || s < 0 || (double)(dl * dl + ds * ds) > radius * radius)
                continue;
            claim_block(c, (size_t)l, (size_t)l + 1, (size_t)s, (size_t)s + 1, id);
        }
}

/* A block to flood from, and the lowest evidence on the way to it. */
struct flood {
    unsigned block;
    float lowest;
};

/* A flood does not climb from a saddle to more than so many times its evidence: beyond it lies
 * another plume. */
static const float CLIMB = 2.0f;

/* Floods the level map of the winner's signature from its peak; 'queue' has room for every block.
 */
static void claim_connected(struct vaho_competition *c, const struct vaho_candidate *peak,
                            const struct vaho_level_map *map, unsigned id, struct flood *queue,
                            unsigned char *seen)
{
    float floor = fmaxf(CLAIM_FLOOR, CLAIM_SHARE * peak->z);
    size_t cols = map->n_cols, side = (size_t)1 << peak->level, head = 0, tail = 0;

    memset(seen, 0, map->n_rows * cols);
    queue[tail++] = (struct flood){(unsigned)(peak->row * cols + peak->col), peak->z};
    seen[queue[0].block] = 1;
    while (head < tail) {
        size_t r = queue[head].block / cols, col = queue[head].block % cols;
        float lowest = queue[head++].lowest;
        claim_block(c, r * side, (r + 1) * side, col * side, (col + 1) * side, id);
        for (int dr = -1; dr <= 1; dr++)
            for (int dc = -1; dc <= 1; dc++) {
                size_t rr = r + (size_t)dr, cc = col + (size_t)dc, at = rr * cols + cc;
                if (rr >= map->n_rows || cc >= cols || seen[at] || !(map->z[at] >= floor) ||
                    map->z[at] > CLIMB * lowest)
                    continue;
                if ((size_t)labs((long)rr - (long)peak->row) > MAX_CLAIM_BLOCKS_PER_SIDE ||
                    (size_t)labs((long)cc - (long)peak->col) > MAX_CLAIM_BLOCKS_PER_SIDE)
                    continue;
                seen[at] = 1;
                queue[tail++] = (struct flood){(unsigned)at, fminf(lowest, map->z[at])};
            }
    }
}

/* A winner of such a share of a candidate's own evidence, at its place, explains it; and one that
 * is so many times stronger whatever it shows there: its smoothing rings, its own fringe. */
static const float EXPLAINS_SHARE = 0.6f, DOMINATES = 1.5f;
enum { NO_GAS = 0xffffffffu };
enum { MIN_REACH = 8 }; /* pixels around a candidate that are looked at, at fine levels */

/* Who holds a claim. */
struct holder {
    unsigned gas;
    float raw;
};

/*
 * A strong plume reaches into the smoothing of places beside it, and may show
 * there as other gases.  The candidate is explained when a real winner holds
 * ground under its smoothing and dominates it or, being of another gas,
 * that gas, either sign, is about as strong at the candidate's very place and scale; or when one of
 * the same gas holds ground within half of its kernel: then they are one plume.
 */
static int is_explained(const struct vaho_competition *c, const struct vaho_candidate *candidate,
                        unsigned gas, const struct holder *holder,
                        const struct vaho_evidence_maps *maps)
{
    long side = 1L << candidate->level, step = side > 2 ? side / 2 : 1;
    long around = (long)fmax(fmax(2.0 * (double)side, reach(candidate)), MIN_REACH);
    long line = (long)candidate->row * side + side / 2,
         sample = (long)candidate->col * side + side / 2;
    long apart = (long)(0.5 * reach(candidate));
    unsigned last = 0;

    for (long l = line - around; l <= line + around; l += step)
        for (long s = sample - around; s <= sample + around; s += step) {
            const struct vaho_level_map *map;
            unsigned claim;
            if (l < 0 || s < 0 || l >= (long)c->n_lines || s >= (long)c->n_samples)
                continue;
            claim = c->claim[(size_t)l * c->n_samples + (size_t)s];
            if (claim == 0 || claim == VAHO_CLAIM_DECOY)
                continue;
            if (holder[claim].gas == gas && labs(l - line) <= apart && labs(s - sample) <= apart)
                return 1;
            if (claim == last)
                continue;
            last = claim;
            map = maps->map + holder[claim].gas * maps->n_scales + candidate->scale;
            if (holder[claim].raw >= DOMINATES * candidate->raw)
                return 1;
            if (holder[claim].gas != gas &&
                fabsf(map->z[candidate->row * map->n_cols + candidate->col]) >=
                    EXPLAINS_SHARE * candidate->raw)
                return 1;
        }
    return 0;
}

/* Evidence of a plume that shows far around, and how far. */
static const float SHOWS_FAR = 10.0f;
enum { FAR = 40, FAR_STEP = 4 };

/* A plume shows thinly far around what it claims: a candidate there, of whatever else, is explained
 * when the plume's gas is about as strong at its very place. */
static int is_outskirts(const struct vaho_competition *c, const struct vaho_candidate *candidate,
                        unsigned gas, const struct holder *holder,
                        const struct vaho_evidence_maps *maps)
{
    long side = 1L << candidate->level;
    long line = (long)candidate->row * side + side / 2,
         sample = (long)candidate->col * side + side / 2;
    unsigned last = 0;

    for (long l = line - FAR; l <= line + FAR; l += FAR_STEP)
        for (long s = sample - FAR; s <= sample + FAR; s += FAR_STEP) {
            const struct vaho_level_map *map;
            unsigned claim;
            if (l < 0 || s < 0 || l >= (long)c->n_lines || s >= (long)c->n_samples)
                continue;
            claim = c->claim[(size_t)l * c->n_samples + (size_t)s];
            if (claim == 0 || claim == VAHO_CLAIM_DECOY || claim == last)
                continue;
            last = claim;
            if (holder[claim].raw < SHOWS_FAR || holder[claim].gas == gas)
                continue;
            map = maps->map + holder[claim].gas * maps->n_scales + candidate->scale;
            if (fabsf(map->z[candidate->row * map->n_cols + candidate->col]) >=
                EXPLAINS_SHARE * candidate->raw)
                return 1;
        }
    return 0;
}

enum vaho_status vaho_compete(struct vaho_competition **out, struct vaho_candidate *candidate,
                              size_t n, const unsigned *gas_of,
                              const struct vaho_evidence_maps *maps, size_t n_lines,
                              size_t n_samples, struct vaho_error *error)
{
    struct vaho_competition *c = vaho_alloc(1, sizeof *c);
    size_t n_blocks = n_lines * n_samples;
    struct flood *queue = vaho_alloc(n_blocks, sizeof *queue);
    unsigned n_claims = 0;
    struct holder *holder = vaho_alloc(n + 1, sizeof *holder);
    unsigned char *seen = vaho_alloc(n_blocks, 1);

    *out = NULL;
    if (c != NULL) {
        c->n_lines = n_lines;
        c->n_samples = n_samples;
        c->claim = vaho_alloc(n_lines * n_samples, sizeof *c->claim);
        c->winner = vaho_alloc(n, sizeof *c->winner);
    }
    if (!c || !queue || !seen || !holder || !c->claim || !c->winner) {
        vaho_competition_free(c);
        free(queue);
        free(seen);
        free(holder);
        return vaho_fail_memory(error, "the competition of candidates");
    }
    qsort(candidate, n, sizeof *candidate, strongest_first);
    for (size_t i = 0; i < n; i++) {
        struct vaho_contender *winner = &c->winner[c->n];
        unsigned gas = candidate[i].signature < maps->n_real ? candidate[i].signature : NO_GAS;
        double line, sample;
        size_t l, s;
        vaho_candidate_centre(&line, &sample, &candidate[i]);
        l = (size_t)fmin(line, (double)(n_lines - 1));
        s = (size_t)fmin(sample, (double)(n_samples - 1));
        if (c->claim[l * n_samples + s] != 0 || is_explained(c, &candidate[i], gas, holder, maps) ||
            is_outskirts(c, &candidate[i], gas, holder, maps))
            continue;
        winner->candidate = candidate[i];
        winner->gas = gas_of[candidate[i].signature];
        winner->decoy = candidate[i].signature >= maps->n_real;
        winner->claim = winner->decoy ? VAHO_CLAIM_DECOY : ++n_claims;
        if (!winner->decoy)
            holder[winner->claim] = (struct holder){winner->gas, winner->candidate.raw};
        claim_disc(c, &candidate[i], winner->claim);
        if (!winner->decoy)
            claim_connected(c, &candidate[i],
                            maps->map + candidate[i].signature * maps->n_scales +
                                candidate[i].scale,
                            winner->claim, queue, seen);
        c->n++;
    }
    free(queue);
    free(seen);
    free(holder);
    *out = c;
    return VAHO_OK;
}

void vaho_competition_cede(struct vaho_competition *competition, unsigned from, unsigned to)
{
    for (size_t i = 0; i < competition->n_lines * competition->n_samples; i++)
        if (competition->claim[i] == from)
            competition->claim[i] = to;
}

void vaho_competition_free(struct vaho_competition *competition)
{
    if (competition == NULL)
        return;
    free(competition->winner);
    free(competition->claim);
    free(competition);
}
