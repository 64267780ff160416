#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"
#include "find/strip.h"

enum { MAX_CANDIDATES_PER_GAS = 1 << 22, SCALES_A_LEVEL = 2 };
static const float MIN_COVER = 0.5f; /* share of a place's pixels that must be valid */

struct found {
    struct vaho_candidate *candidate;
    size_t n, capacity;
    struct vaho_kept kept;
};

struct scratch;

struct score_context {
    struct vaho_evidence *evidence;
    const struct vaho_strip *strip;
    struct vaho_place_sums *parts[VAHO_N_PARTS]; /* of the strip */
    struct scratch *scratch;                     /* of each worker */
    size_t core_first, core_end;
    double z_min;
    struct found *gas;
};

static enum vaho_status add_candidate(struct found *found, const struct vaho_candidate *candidate,
                                      struct vaho_error *error)
{
    if (found->n == MAX_CANDIDATES_PER_GAS)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "more than %d candidates for one gas: the background model does not fit "
                         "this cube",
                         MAX_CANDIDATES_PER_GAS);
    if (found->n == found->capacity) {
        size_t capacity = found->capacity == 0 ? 1024 : 2 * found->capacity;
        struct vaho_candidate *grown = realloc(found->candidate, capacity * sizeof *grown);
        if (grown == NULL)
            return vaho_fail_memory(error, "candidates");
        found->candidate = grown;
        found->capacity = capacity;
    }
    found->candidate[found->n++] = *candidate;
    return VAHO_OK;
}

/* Larger than the neighbours before it and not smaller than those after it. */
static int is_peak(const float *z, size_t rows, size_t cols, size_t r, size_t c)
{
    float here = z[r * cols + c];

    for (int dr = -1; dr <= 1; dr++)
        for (int dc = -1; dc <= 1; dc++) {
            size_t rr = r + (size_t)dr, cc = c + (size_t)dc;
            float there;
            if ((dr == 0 && dc == 0) || rr >= rows || cc >= cols)
                continue;
            there = z[rr * cols + cc];
            if (there > here || (there == here && (dr < 0 || (dr == 0 && dc < 0))))
                return 0;
        }
    return 1;
}

/* Scratch of one gas in one strip. */
struct scratch {
    struct vaho_place_sums *weighed[VAHO_MAX_HYPOTHESES];
    struct vaho_gathering gathering;
    float *row; /* of blocks: n_bands x cols */
    /* of one level, hypothesis by hypothesis, its scales in turn: by rows, n signatures x cols */
    float *projected;
    float *cover; /* one plane: valid pixels */
    float *scale; /* 1 / sqrt(energy) of each kernel, 0 where too little is valid */
    float *best[VAHO_N_SCALES], *mirror[VAHO_N_SCALES]; /* n planes; one, of the gas's negative */
    unsigned char *which[VAHO_N_SCALES];                /* n planes: hypothesis and kernel */
    unsigned char *mirror_which[VAHO_N_SCALES];
    float *place, *white; /* one spectrum, as it is and whitened */
};

static void scratch_free(struct scratch *scratch)
{
    for (size_t h = 0; h < VAHO_MAX_HYPOTHESES; h++)
        vaho_place_sums_free(scratch->weighed[h]);
    free(scratch->row);
    vaho_gathering_free(&scratch->gathering);
    free(scratch->projected);
    free(scratch->cover);
    free(scratch->scale);
    free(scratch->place);
    free(scratch->white);
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        free(scratch->best[s]);
        free(scratch->mirror[s]);
        free(scratch->which[s]);
        free(scratch->mirror_which[s]);
    }
}

static enum vaho_status scratch_new(struct scratch *scratch, const struct vaho_strip *strip,
                                    size_t n_hypotheses, size_t n, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;
    size_t rows = strip->max_lines / 2 + 1, cols = strip->n_samples / 2 + 1;
    int missing = 0;

    for (size_t h = 0; status == VAHO_OK && h < n_hypotheses; h++)
        status = vaho_place_sums_new(&scratch->weighed[h], strip, 0, error);
    if (status != VAHO_OK)
        return status;
    missing |= !vaho_gathering_new(&scratch->gathering, strip->kernels, rows, cols);
    missing |= (scratch->row = vaho_alloc(strip->n_bands * cols, sizeof(float))) == NULL;
    missing |= (scratch->projected = vaho_alloc(SCALES_A_LEVEL * n_hypotheses * rows * cols,
                                                n * sizeof(float))) == NULL;
    missing |= (scratch->place = vaho_alloc(strip->n_bands, sizeof(float))) == NULL;
    missing |= (scratch->white = vaho_alloc(strip->n_bands, sizeof(float))) == NULL;
    missing |= (scratch->cover = vaho_alloc(rows * cols, sizeof(float))) == NULL;
    missing |=
        (scratch->scale = vaho_alloc(rows * cols, VAHO_N_DIRECTIONS * sizeof(float))) == NULL;
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        size_t side = (size_t)1 << vaho_scale(s)->level;
        size_t np = (strip->max_lines / side + 1) * (strip->n_samples / side + 1);
        missing |= (scratch->best[s] = vaho_alloc(np, n * sizeof(float))) == NULL;
        missing |= (scratch->mirror[s] = vaho_alloc(np, sizeof(float))) == NULL;
        missing |= (scratch->which[s] = vaho_alloc(np, n)) == NULL;
        missing |= (scratch->mirror_which[s] = vaho_alloc(np, 1)) == NULL;
    }
    return missing ? vaho_fail_memory(error, "the scores of a strip") : VAHO_OK;
}

/* 1 / sqrt(energy) of every kernel of a scale, 0 where too few pixels are valid. */
static void make_scales(struct scratch *scratch, size_t scale, const struct vaho_place_layer *layer)
{
    const struct vaho_scale *shape = vaho_scale(scale);
    size_t np = layer->n_rows * layer->n_cols;
    float full = (float)(1u << (2 * shape->level));

    /* how much is valid, by the round kernel of the level, whose weights sum to 1 */
    vaho_gathering_set(&scratch->gathering, shape->level - 1, layer->n_rows, layer->n_cols);
    vaho_gather_start(&scratch->gathering, layer->n, layer->n_cols);
    vaho_gather_kernel(scratch->cover, &scratch->gathering, 0);
    vaho_gathering_set(&scratch->gathering, scale, layer->n_rows, layer->n_cols);
    for (size_t i = 0; i < shape->n_kernels; i++) {
        float *out = scratch->scale + i * np;
        vaho_gather_energy(out, &scratch->gathering, layer->energy, i);
        for (size_t p = 0; p < np; p++)
            out[p] = scratch->cover[p] >= MIN_COVER * full && out[p] > 0.0f ? 1.0f / sqrtf(out[p])
                                                                            : 0.0f;
    }
}

/* The scales of a level: their number. */
static size_t scales_of(size_t scale[SCALES_A_LEVEL], size_t level)
{
    size_t n = 0;

    for (size_t s = 0; s < VAHO_N_SCALES; s++)
        if (vaho_scale(s)->level == level)
            scale[n++] = s;
    return n;
}

/* All signatures of a gas on the blocks of one level, for every hypothesis and scale: a row of the
 * parts' sums is read once for all. */
static void project_level(struct scratch *scratch, const struct score_context *score, size_t gas,
                          size_t level, const size_t *scale, size_t n_scales)
{
    const struct vaho_evidence *evidence = score->evidence;
    const struct vaho_evidence_group *group = &evidence->group[gas];
    const struct vaho_place_layer *layer = &scratch->weighed[0]->layer[level - 1];
    size_t nb = evidence->n_bands, cols = layer->n_cols, plane = group->n * cols * layer->n_rows;

    for (size_t r = 0; r < layer->n_rows; r++)
        for (size_t h = 0; h < evidence->n_hypotheses; h++) {
            size_t own = gas * evidence->n_hypotheses + h;
            vaho_place_parts_row(scratch->row, score->parts, evidence->backgrounds->own[own].factor,
                                 evidence->n_parts, score->strip, level, r);
            for (size_t i = 0; i < n_scales; i++) { /* (signatures x bands) times (bands x cols) */
                const float *filter = group->filter[h * VAHO_N_SCALES + scale[i]];
                if (filter != NULL)
                    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)group->n, (int)cols,
                                (int)nb, 1.0f, filter, (int)group->n, scratch->row, (int)cols, 0.0f,
                                scratch->projected + (h * SCALES_A_LEVEL + i) * plane +
                                    r * group->n * cols,
                                (int)cols);
            }
        }
}

/* Gathers what was projected under one hypothesis at one scale, and keeps the best. */
static void gather_scale(struct scratch *scratch, const struct vaho_evidence_group *group,
                         size_t hypothesis, size_t scale, const float *projected)
{
    const struct vaho_scale *shape = vaho_scale(scale);
    const struct vaho_place_layer *layer = &scratch->weighed[hypothesis]->layer[shape->level - 1];
    size_t cols = layer->n_cols, np = layer->n_rows * cols;

    make_scales(scratch, scale, layer);
    for (size_t i = 0; i < group->n; i++) {
        vaho_gather_start(&scratch->gathering, projected + i * cols, group->n * cols);
        for (size_t k = 0; k < shape->n_kernels; k++) {
            unsigned char this = (unsigned char)(hypothesis * VAHO_N_DIRECTIONS + k);
            const float *z_scale = scratch->scale + k * np;
            vaho_gather_best(scratch->best[scale] + i * np, scratch->which[scale] + i * np,
                             &scratch->gathering, k, z_scale, 0, this);
            if (i == 0)
                vaho_gather_best(scratch->mirror[scale], scratch->mirror_which[scale],
                                 &scratch->gathering, k, z_scale, 1, this);
        }
    }
}

static void score_level(struct scratch *scratch, const struct score_context *score, size_t gas,
                        size_t level)
{
    const struct vaho_evidence *evidence = score->evidence;
    const struct vaho_evidence_group *group = &evidence->group[gas];
    const struct vaho_place_layer *layer = &scratch->weighed[0]->layer[level - 1];
    size_t scale[SCALES_A_LEVEL], n_scales = scales_of(scale, level);
    size_t plane = group->n * layer->n_cols * layer->n_rows;

    project_level(scratch, score, gas, level, scale, n_scales);
    for (size_t h = 0; h < evidence->n_hypotheses; h++)
        for (size_t i = 0; i < n_scales; i++)
            if (group->filter[h * VAHO_N_SCALES + scale[i]] != NULL)
                gather_scale(scratch, group, h, scale[i],
                             scratch->projected + (h * SCALES_A_LEVEL + i) * plane);
}

/*
 * How much more a place strays than the background does, beside what the signature explains:
 * chi^2 per band of Y in the metric of its own background, at least 1.
 */
static double strays(struct scratch *scratch, const struct score_context *score, size_t gas,
                     const struct vaho_candidate *candidate, double explained)
{
    const struct vaho_evidence *evidence = score->evidence;
    const struct vaho_own_background *own =
        &evidence->backgrounds->own[gas * evidence->n_hypotheses + candidate->hypothesis];
    size_t nb = evidence->n_bands;
    double chi2 = 0.0;

    vaho_place_parts_spectrum(scratch->place, score->parts, own->factor, evidence->n_parts,
                              scratch->weighed[candidate->hypothesis], nb, candidate->scale,
                              candidate->kernel, candidate->row, candidate->col);
    memcpy(scratch->white, scratch->place, nb * sizeof *scratch->white);
    cblas_strsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                own->whitener[candidate->scale], (int)nb, scratch->white, 1);
    for (size_t b = 0; b < nb; b++)
        chi2 += (double)scratch->white[b] * (double)scratch->white[b];
    return fmax((chi2 - explained) / (double)(nb - 1), 1.0);
}

/* Keeps the spectrum that strays() has just gathered for a gas's candidate. */
static enum vaho_status keep_spectrum(struct vaho_kept *kept, struct vaho_candidate *candidate,
                                      const struct scratch *scratch,
                                      const struct score_context *score, struct vaho_error *error)
{
    const struct vaho_evidence *evidence = score->evidence;
    const struct vaho_own_background *own =
        &evidence->backgrounds
             ->own[candidate->signature * evidence->n_hypotheses + candidate->hypothesis];
    size_t nb = evidence->n_bands, n_parts = evidence->n_parts;

    if (kept->n == kept->capacity) {
        size_t capacity = kept->capacity == 0 ? 64 : 2 * kept->capacity;
        float *y = realloc(kept->y, capacity * nb * sizeof *y);
        float *sum = y != NULL ? realloc(kept->sum, capacity * n_parts * sizeof *sum) : NULL;
        kept->y = y != NULL ? y : kept->y;
        if (sum == NULL)
            return vaho_fail_memory(error, "candidates");
        kept->sum = sum;
        kept->capacity = capacity;
    }
    memcpy(kept->y + kept->n * nb, scratch->place, nb * sizeof(float));
    vaho_strip_coordinates(kept->sum + kept->n * n_parts, score->strip, own->factor, n_parts,
                           candidate->scale, candidate->kernel, candidate->row, candidate->col);
    candidate->kept = (unsigned)++kept->n;
    return VAHO_OK;
}

/* The peaks of one plane in the strip's core, tempered. */
static enum vaho_status harvest_plane(struct found *found, struct scratch *scratch, const float *z,
                                      const unsigned char *which, const struct score_context *score,
                                      size_t gas, size_t scale, size_t member, unsigned signature,
                                      struct vaho_error *error)
{
    size_t level = vaho_scale(scale)->level, side = (size_t)1 << level;
    const struct vaho_place_layer *layer = &scratch->weighed[0]->layer[level - 1];
    size_t first = score->strip->first_line, end = (score->core_end - first + side - 1) / side;
    const struct vaho_evidence_group *group = &score->evidence->group[gas];
    enum vaho_status status = VAHO_OK;

    for (size_t r = (score->core_first - first) / side; status == VAHO_OK && r < end; r++)
        for (size_t c = 0; status == VAHO_OK && c < layer->n_cols; c++) {
            size_t at = r * layer->n_cols + c;
            double explained;
            struct vaho_candidate candidate = {.signature = signature,
                                               .scale = (unsigned char)scale,
                                               .level = (unsigned char)level,
                                               .hypothesis = which[at] / VAHO_N_DIRECTIONS,
                                               .kernel = which[at] % VAHO_N_DIRECTIONS,
                                               .row = (unsigned)r,
                                               .col = (unsigned)c,
                                               .z = z[at],
                                               .raw = z[at]};
            if (!((double)z[at] >= score->z_min) || !is_peak(z, layer->n_rows, layer->n_cols, r, c))
                continue;
            explained = (double)z[at] * (double)z[at] *
                        (double)group->excess[candidate.hypothesis * VAHO_N_SCALES + scale][member];
            candidate.z /= (float)sqrt(strays(scratch, score, gas, &candidate, explained));
            if (!((double)candidate.z >= score->z_min))
                continue;
            if (signature == gas)
                status = keep_spectrum(&found->kept, &candidate, scratch, score, error);
            candidate.row += (unsigned)(first / side);
            if (status == VAHO_OK)
                status = add_candidate(found, &candidate, error);
        }
    return status;
}

/*
 * The peaks of all planes of a gas that are strong enough once tempered, in order of scale,
 * signature and place; the gas's own spectra are kept.
 */
static enum vaho_status harvest(struct found *found, struct scratch *scratch,
                                const struct score_context *score, size_t gas,
                                struct vaho_error *error)
{
    const struct vaho_evidence *evidence = score->evidence;
    const struct vaho_evidence_group *group = &evidence->group[gas];
    enum vaho_status status = VAHO_OK;

    for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++) {
        const struct vaho_place_layer *layer =
            &scratch->weighed[0]->layer[vaho_scale(s)->level - 1];
        size_t np = layer->n_rows * layer->n_cols;
        for (size_t i = 0; status == VAHO_OK && i < group->n; i++)
            status =
                harvest_plane(found, scratch, scratch->best[s] + i * np, scratch->which[s] + i * np,
                              score, gas, s, i, group->signature[i], error);
        if (status == VAHO_OK)
            status =
                harvest_plane(found, scratch, scratch->mirror[s], scratch->mirror_which[s], score,
                              gas, s, 0, (unsigned)(evidence->n_signatures + gas), error);
    }
    return status;
}

/* Keeps the gas's own evidence at one scale, the strip's core of it. */
static void keep_map(struct vaho_level_map *map, const float *z, const struct score_context *score,
                     size_t level)
{
    size_t side = (size_t)1 << level, first = score->strip->first_line, cols = map->n_cols;
    size_t from = score->core_first / side, end = (score->core_end + side - 1) / side;

    for (size_t r = from; r < end; r++)
        for (size_t c = 0; c < cols; c++) {
            float here = z[(r - first / side) * cols + c];
            map->z[r * cols + c] = here > -INFINITY ? here : NAN;
        }
}

static enum vaho_status score_gas(void *context, size_t gas, size_t worker,
                                  struct vaho_error *error)
{
    struct score_context *score = context;
    struct vaho_evidence *evidence = score->evidence;
    const struct vaho_evidence_group *group = &evidence->group[gas];
    struct scratch *scratch = &score->scratch[worker];
    enum vaho_status status;

    for (size_t h = 0; h < evidence->n_hypotheses; h++)
        vaho_place_sums_weigh(scratch->weighed[h], score->strip,
                              evidence->backgrounds->own[gas * evidence->n_hypotheses + h].factor,
                              evidence->n_parts);
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        const struct vaho_place_layer *layer =
            &scratch->weighed[0]->layer[vaho_scale(s)->level - 1];
        size_t np = layer->n_rows * layer->n_cols;
        for (size_t i = 0; i < group->n * np; i++)
            scratch->best[s][i] = -INFINITY;
        for (size_t i = 0; i < np; i++)
            scratch->mirror[s][i] = -INFINITY;
    }
    for (size_t level = 1; level <= VAHO_N_LEVELS; level++)
        score_level(scratch, score, gas, level);
    status = harvest(&score->gas[gas], scratch, score, gas, error);
    for (size_t s = 0; status == VAHO_OK && s < VAHO_N_SCALES; s++)
        keep_map(&evidence->map[gas * VAHO_N_SCALES + s], scratch->best[s], score,
                 vaho_scale(s)->level);
    return status;
}

/* Moves what was found into one list, and its spectra into the evidence. */
static enum vaho_status join(struct vaho_candidate **out_candidate, size_t *out_n,
                             struct vaho_evidence *evidence, const struct found *found,
                             struct vaho_error *error)
{
    struct vaho_kept *all = &evidence->kept;
    size_t n = 0, n_kept = 0, nb = evidence->n_bands, n_parts = evidence->n_parts;

    for (size_t i = 0; i < evidence->n_gases; i++) {
        n += found[i].n;
        n_kept += found[i].kept.n;
    }
    *out_candidate = vaho_alloc(n, sizeof **out_candidate);
    free(all->y);
    free(all->sum);
    *all = (struct vaho_kept){0, n_kept, vaho_alloc(n_kept, nb * sizeof(float)),
                              vaho_alloc(n_kept, n_parts * sizeof(float))};
    if (!*out_candidate || !all->y || !all->sum)
        return vaho_fail_memory(error, "candidates");
    for (size_t i = 0; i < evidence->n_gases; i++) {
        const struct vaho_kept *kept = &found[i].kept;
        for (size_t k = 0; k < found[i].n; k++) {
            struct vaho_candidate *candidate = &(*out_candidate)[(*out_n)++];
            *candidate = found[i].candidate[k];
            if (candidate->kept > 0)
                candidate->kept += (unsigned)all->n;
        }
        if (kept->n > 0) {
            memcpy(all->y + all->n * nb, kept->y, kept->n * nb * sizeof(float));
            memcpy(all->sum + all->n * n_parts, kept->sum, kept->n * n_parts * sizeof(float));
        }
        all->n += kept->n;
    }
    return VAHO_OK;
}

static void score_free(struct score_context *score, size_t n_workers)
{
    for (size_t i = 0; score->gas != NULL && i < score->evidence->n_gases; i++) {
        free(score->gas[i].candidate);
        free(score->gas[i].kept.y);
        free(score->gas[i].kept.sum);
    }
    free(score->gas);
    for (size_t i = 0; score->scratch != NULL && i < n_workers; i++)
        scratch_free(&score->scratch[i]);
    free(score->scratch);
    for (size_t k = 0; k < VAHO_N_PARTS; k++)
        vaho_place_sums_free(score->parts[k]);
}

/* Room for the largest group and strip, for every worker. */
static enum vaho_status score_make(struct score_context *score, const struct vaho_strip *strip,
                                   size_t n_workers, struct vaho_error *error)
{
    const struct vaho_evidence *evidence = score->evidence;
    enum vaho_status status = VAHO_OK;
    size_t most = 0;

    score->strip = strip;
    score->gas = vaho_alloc(evidence->n_gases, sizeof *score->gas);
    score->scratch = vaho_alloc(n_workers, sizeof *score->scratch);
    if (score->gas == NULL || score->scratch == NULL)
        return vaho_fail_memory(error, "candidates");
    for (size_t i = 0; i < evidence->n_gases; i++)
        most = evidence->group[i].n > most ? evidence->group[i].n : most;
    for (size_t i = 0; status == VAHO_OK && i < n_workers; i++)
        status = scratch_new(&score->scratch[i], strip, evidence->n_hypotheses, most, error);
    for (size_t k = 0; status == VAHO_OK && k < evidence->n_parts; k++)
        status = vaho_place_sums_new(&score->parts[k], strip, 1, error);
    return status;
}

enum vaho_status vaho_evidence_score(struct vaho_candidate **out_candidate, size_t *out_n,
                                     struct vaho_evidence *evidence, double z_min,
                                     struct vaho_pool *pool, struct vaho_error *error)
{
    struct score_context score = {.evidence = evidence, .z_min = z_min};
    struct vaho_strip *strip = NULL;
    size_t n_workers = vaho_pool_n_threads(pool);
    enum vaho_status status =
        vaho_strip_new(&strip, &evidence->scene, VAHO_CORE_LINES + 2 * VAHO_HALO_LINES, error);

    *out_candidate = NULL;
    *out_n = 0;
    if (status == VAHO_OK)
        status = score_make(&score, strip, n_workers, error);
    for (size_t i = 0; status == VAHO_OK && i < evidence->n_strips; i++) {
        size_t first, n_lines;
        vaho_strip_extent(&first, &n_lines, &score.core_first, &score.core_end, evidence->n_lines,
                          i);
        status = vaho_strip_read(strip, &evidence->scene, NULL, first, n_lines, pool, error);
        if (status == VAHO_OK)
            status = vaho_place_parts_build(score.parts, evidence->n_parts, strip, pool, error);
        if (status == VAHO_OK)
            status = vaho_pool_run(pool, evidence->n_gases, score_gas, &score, error);
    }
    if (status == VAHO_OK)
        status = join(out_candidate, out_n, evidence, score.gas, error);
    score_free(&score, n_workers);
    vaho_strip_free(strip);
    return status;
}
