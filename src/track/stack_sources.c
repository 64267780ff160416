/*
 * stack_sources.c - peaks of the stacked evidence, their competition, q-values and places
 *
 * For the competition a cell is a block of level 1 gathered by a drawn out kernel, about what it
 * is: two pixels wide, a kernel that carries 16 pixels.
 *
 * Where a source may be follows from the likelihood of its place, its strength the best at every
 * place: exp(z^2 / 2), over the cells around the peak, tempered by how passes disagree there.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "find/competition.h"
#include "find/significance.h"
#include "track/stack_parts.h"

static const float Z_MIN = 3.0f; /* low enough that decoys abound, for the tail of their evidence */
static const float PRESENT = 6.0f; /* gases that join the decoys' competition */
enum { CELL_SCALE = 4, CELL_LEVEL = 1, CELL_SIDE = 2 };
enum { AROUND = 16 }; /* cells around a peak in which its source is looked for */

/* A signature's plane with its sign: that of a gas turned is its mirror. */
struct plane {
    const float *z;
    float sign;
    unsigned signature;
};

static int is_peak(const struct plane *plane, size_t rows, size_t cols, size_t r, size_t c)
{
    float here = plane->sign * plane->z[r * cols + c];

    for (int dr = -1; dr <= 1; dr++)
        for (int dc = -1; dc <= 1; dc++) {
            size_t rr = r + (size_t)dr, cc = c + (size_t)dc; /* wraps past 0: caught below */
            float there;
            if ((dr == 0 && dc == 0) || rr >= rows || cc >= cols ||
                !isfinite(plane->z[rr * cols + cc]))
                continue;
            there = plane->sign * plane->z[rr * cols + cc];
            if (there > here || (there == here && (dr < 0 || (dr == 0 && dc < 0))))
                return 0;
        }
    return 1;
}

/* All peaks of n_signatures planes and n_gases mirrors; counts only where out is NULL. */
static size_t find_peaks(struct vaho_candidate *out, const struct vaho_stack *stack)
{
    size_t rows = stack->grid.n_rows, cols = stack->grid.n_cols, n = 0;

    for (size_t i = 0; i < stack->n_signatures + stack->n_gases; i++) {
        int mirror = i >= stack->n_signatures;
        struct plane plane = {stack->z + (mirror ? i - stack->n_signatures : i) * stack->n_cells,
                              mirror ? -1.0f : 1.0f, (unsigned)i};
        for (size_t c = 0; c < stack->n_cells; c++) {
            float z = plane.sign * plane.z[c];
            if (!isfinite(z) || z < Z_MIN || !is_peak(&plane, rows, cols, c / cols, c % cols))
                continue;
            if (out != NULL)
                out[n] = (struct vaho_candidate){.signature = plane.signature,
                                                 .scale = CELL_SCALE,
                                                 .level = CELL_LEVEL,
                                                 .row = (unsigned)(c / cols),
                                                 .col = (unsigned)(c % cols),
                                                 .z = z,
                                                 .raw = z};
            n++;
        }
    }
    return n;
}

/* What a competition needs beside the candidates. */
struct arena {
    const struct vaho_stack *stack;
    struct vaho_level_map *map; /* n_gases x VAHO_N_SCALES; borrowed planes */
    unsigned *gas_of;           /* of all signatures and mirrors */
    const unsigned *set_of;
    size_t n_sets;
};

static void arena_free(struct arena *arena)
{
    free(arena->map);
    free(arena->gas_of);
}

static enum vaho_status arena_new(struct arena *arena, const struct vaho_stack *stack,
                                  const unsigned *set_of, size_t n_sets, struct vaho_error *error)
{
    size_t n = stack->n_signatures;

    *arena = (struct arena){stack, vaho_alloc(stack->n_gases * VAHO_N_SCALES, sizeof *arena->map),
                            vaho_alloc(n + stack->n_gases, sizeof *arena->gas_of), set_of, n_sets};
    if (arena->map == NULL || arena->gas_of == NULL)
        return vaho_fail_memory(error, "the competition of sources");
    for (size_t i = 0; i < n; i++)
        arena->gas_of[i] = stack->gas_of[i];
    for (size_t g = 0; g < stack->n_gases; g++) {
        arena->gas_of[n + g] = (unsigned)g;
        arena->map[g * VAHO_N_SCALES + CELL_SCALE] = (struct vaho_level_map){
            stack->grid.n_rows, stack->grid.n_cols, stack->z + g * stack->n_cells};
    }
    return VAHO_OK;
}

/* The candidates of the gases, from z_min on, and of set number 'set' (n_sets: the mirrors). */
static enum vaho_status compete(struct vaho_competition **out, const struct arena *arena,
                                const struct vaho_candidate *candidate, size_t n, size_t set,
                                float z_min, struct vaho_error *error)
{
    const struct vaho_stack *stack = arena->stack;
    struct vaho_evidence_maps maps = {arena->map, stack->n_gases, VAHO_N_SCALES};
    struct vaho_candidate *kept = vaho_alloc(n, sizeof *kept);
    size_t n_kept = 0;
    enum vaho_status status;

    if (kept == NULL)
        return vaho_fail_memory(error, "the competition of sources");
    for (size_t i = 0; i < n; i++) {
        size_t signature = candidate[i].signature;
        int taken = signature < stack->n_gases        ? candidate[i].z >= z_min
                    : signature < stack->n_signatures ? arena->set_of[signature] == set
                                                      : set == arena->n_sets;
        if (taken)
            kept[n_kept++] = candidate[i];
    }
    status = vaho_compete(out, kept, n_kept, arena->gas_of, &maps, stack->grid.n_rows * CELL_SIDE,
                          stack->grid.n_cols * CELL_SIDE, error);
    free(kept);
    return status;
}

/* Mean and covariance of the source's place. */
static void locate(struct vaho_stacked_source *out, const struct vaho_stack *stack, size_t row,
                   size_t col)
{
    const float *z = stack->z + out->gas * stack->n_cells;
    double sum = 0.0, r = 0.0, c = 0.0, rr = 0.0, rc = 0.0, cc = 0.0, placed = 0.0;
    double cell2 = stack->grid.cell_m * stack->grid.cell_m;
    double most = (double)z[out->cell];
    double temper = vaho_stack_disagreement(stack, out->gas, out->cell);

    for (size_t i = 0; i < stack->n_cells; i++) {
        double dr = (double)(i / stack->grid.n_cols) - (double)row,
               dc = (double)(i % stack->grid.n_cols) - (double)col, p;
        if (fabs(dr) > AROUND || fabs(dc) > AROUND || !(z[i] > 0.0f) || z[i] > z[out->cell])
            continue; /* what is larger is another source's */
        p = exp(0.5 / temper * ((double)z[i] * (double)z[i] - most * most));
        sum += p;
        r += p * dr;
        c += p * dc;
        rr += p * dr * dr;
        rc += p * dr * dc;
        cc += p * dc * dc;
    }
    r /= sum;
    c /= sum;
    out->row = (double)row + r;
    out->col = (double)col + c;
    if (!stack->seen[(size_t)lround(out->row) * stack->grid.n_cols + (size_t)lround(out->col)]) {
        out->row = (double)row; /* no pass may have looked between: a mandate's border */
        out->col = (double)col;
    }
    for (size_t pass = 0; pass < stack->n_passes; pass++) { /* errors of place, pass by pass */
        double u, share;
        vaho_stack_pass(&u, &share, stack, out->gas, pass, out->cell);
        placed += pow(share * stack->wind[pass].place_sigma_m, 2.0);
    }
    out->covariance_m2[0] = (cc / sum - c * c + 1.0 / 12.0) * cell2 + placed;
    out->covariance_m2[1] = -(rc / sum - r * c) * cell2; /* rows go south */
    out->covariance_m2[2] = (rr / sum - r * r + 1.0 / 12.0) * cell2 + placed;
}

static int by_certainty(const void *left, const void *right)
{
    const struct vaho_stacked_source *a = left, *b = right;

    if (a->q_value != b->q_value)
        return a->q_value < b->q_value ? -1 : 1;
    if (a->snr != b->snr)
        return a->snr > b->snr ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

/* q of every real winner, those of the decoys behind them. */
static enum vaho_status judge(double **out_q, const struct arena *arena,
                              const struct vaho_competition *real,
                              const struct vaho_candidate *candidate, size_t n,
                              struct vaho_error *error)
{
    const struct vaho_stack *stack = arena->stack;
    struct vaho_winner *winner = vaho_alloc(n, sizeof *winner);
    size_t *n_decoys = vaho_alloc(stack->n_gases, sizeof *n_decoys), n_winners = 0;
    enum vaho_status status = VAHO_OK;

    *out_q = vaho_alloc(n, sizeof **out_q);
    if (!winner || !n_decoys || !*out_q)
        status = vaho_fail_memory(error, "the q-values");
    for (size_t i = stack->n_gases; n_decoys != NULL && i < stack->n_signatures; i++)
        n_decoys[stack->gas_of[i]]++;
    for (size_t i = 0; status == VAHO_OK && i < real->n; i++)
        winner[n_winners++] =
            (struct vaho_winner){(double)real->winner[i].candidate.z, real->winner[i].gas, 0, 0};
    for (size_t set = 0; status == VAHO_OK && set <= arena->n_sets; set++) {
        struct vaho_competition *c = NULL;
        status = compete(&c, arena, candidate, n, set, PRESENT, error);
        for (size_t i = 0; status == VAHO_OK && i < c->n; i++)
            if (c->winner[i].decoy)
                winner[n_winners++] = (struct vaho_winner){
                    (double)c->winner[i].candidate.z, c->winner[i].gas, 1, set == arena->n_sets};
        vaho_competition_free(c);
    }
    if (status == VAHO_OK)
        status = vaho_q_values(*out_q, winner, n_winners, n_decoys, stack->n_gases, 1, error);
    free(winner);
    free(n_decoys);
    return status;
}

enum vaho_status vaho_stack_sources(struct vaho_stacked_source **out, size_t *out_n,
                                    const struct vaho_stack *stack, const unsigned *set_of,
                                    size_t n_sets, double q_kept, struct vaho_error *error)
{
    size_t n = find_peaks(NULL, stack);
    struct vaho_candidate *candidate = vaho_alloc(n, sizeof *candidate);
    struct vaho_competition *real = NULL;
    struct arena arena;
    double *q = NULL;
    enum vaho_status status = arena_new(&arena, stack, set_of, n_sets, error);

    *out_n = 0;
    *out = vaho_alloc(n, sizeof **out);
    if (status == VAHO_OK && (candidate == NULL || *out == NULL))
        status = vaho_fail_memory(error, "the sources");
    if (status == VAHO_OK) {
        find_peaks(candidate, stack);
        status = compete(&real, &arena, candidate, n, (size_t)-1, Z_MIN, error);
    }
    if (status == VAHO_OK)
        status = judge(&q, &arena, real, candidate, n, error);
    for (size_t i = 0; status == VAHO_OK && i < real->n; i++) {
        const struct vaho_candidate *c = &real->winner[i].candidate;
        struct vaho_stacked_source *source = &(*out)[*out_n];
        if (q[i] > q_kept)
            continue;
        *source = (struct vaho_stacked_source){.gas = real->winner[i].gas,
                                               .q_value = q[i],
                                               .snr = (double)c->z,
                                               .cell = c->row * stack->grid.n_cols + c->col};
        locate(source, stack, c->row, c->col);
        (*out_n)++;
    }
    if (status == VAHO_OK)
        qsort(*out, *out_n, sizeof **out, by_certainty);
    vaho_competition_free(real);
    arena_free(&arena);
    free(candidate);
    free(q);
    if (status != VAHO_OK) {
        free(*out);
        *out = NULL;
    }
    return status;
}
