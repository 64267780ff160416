#include "find/coverage.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"

enum { TILE = 32, PLANE = 128, N_ANGLES = 16 };
static const double FOOTPRINT = 0.2;                             /* of the highest */
static const double SEARCHED = 0.5, SHOWN = 0.76, SPREAD = 0.41; /* see coverage.h */
static const double Z_LOW = 4.0, Z_HIGH = 68.0, Z_STEP = 0.02;   /* a search keeps none below */

enum vaho_status vaho_z_at_q(double *out, double q, const struct vaho_winner *winner, size_t n,
                             const size_t *n_decoys, size_t n_gases, int mirrored,
                             struct vaho_error *error)
{
    struct vaho_winner *with = vaho_alloc(n + 1, sizeof *with);
    double *value = vaho_alloc(n + 1, sizeof *value);
    enum vaho_status status = VAHO_OK;

    if (with == NULL || value == NULL)
        status = vaho_fail_memory(error, "the coverage");
    else if (n > 0)
        memcpy(with, winner, n * sizeof *with);
    for (size_t g = 0; status == VAHO_OK && g < n_gases; g++) {
        double low = Z_LOW, high = Z_HIGH;
        while (status == VAHO_OK && high - low > Z_STEP) {
            double z = 0.5 * (low + high);
            with[n] = (struct vaho_winner){z, (unsigned)g, 0, 0};
            status = vaho_q_values(value, with, n + 1, n_decoys, n_gases, mirrored, error);
            *(value[n] <= q ? &high : &low) = z;
        }
        out[g] = high < Z_HIGH ? high : INFINITY;
    }
    free(with);
    free(value);
    return status;
}

/* The standard plume towards 'angle', of mean 1 over its footprint, into PLANE x PLANE pixels. */
static void draw_plume(float *plane, double *mass, double *length, double angle)
{
    double sum = 0.0, inside = 0.0, highest = 0.0;
    size_t n = 0;

    *length = 0.0;
    for (size_t i = 0; i < PLANE * PLANE; i++) {
        double y = (double)(i / PLANE) - PLANE / 2, x = (double)(i % PLANE) - PLANE / 2;
        double s = x * cos(angle) + y * sin(angle), v = y * cos(angle) - x * sin(angle);
        double w = VAHO_PLUME_WIDTH_PX + VAHO_PLUME_WIDENS * s;
        plane[i] = s >= 0.0 && s <= VAHO_PLUME_LENGTH_PX
                       ? (float)(exp(-s / VAHO_PLUME_FADES_PX) * exp(-0.5 * v * v / (w * w)))
                       : 0.0f;
        highest = fmax(highest, (double)plane[i]);
    }
    for (size_t i = 0; i < PLANE * PLANE; i++) {
        double y = (double)(i / PLANE) - PLANE / 2, x = (double)(i % PLANE) - PLANE / 2;
        sum += (double)plane[i];
        if ((double)plane[i] < FOOTPRINT * highest)
            continue;
        inside += (double)plane[i];
        n++;
        *length = fmax(*length, x * cos(angle) + y * sin(angle));
    }
    for (size_t i = 0; i < PLANE * PLANE; i++)
        plane[i] *= (float)((double)n / inside);
    *mass = sum * (double)n / inside;
}

/* R of one plume at one scale. */
static double response(const float *plane, size_t scale, struct vaho_gathering *gathering,
                       float *block, float *gathered)
{
    const struct vaho_scale *shape = vaho_scale(scale);
    size_t side = (size_t)1 << shape->level, n = PLANE / side;
    double most = 0.0;

    memset(block, 0, n * n * sizeof *block);
    for (size_t i = 0; i < PLANE * PLANE; i++)
        block[i / PLANE / side * n + i % PLANE / side] += plane[i];
    vaho_gathering_set(gathering, scale, n, n);
    vaho_gather_start(gathering, block, n);
    for (size_t k = 0; k < shape->n_kernels; k++) {
        struct vaho_kernel kernel;
        double squares = 0.0;
        vaho_scale_kernel(&kernel, scale, k);
        for (size_t i = 0; i < kernel.n; i++)
            squares += (double)kernel.weight[i] * (double)kernel.weight[i];
        vaho_gather_kernel(gathered, gathering, k);
        for (size_t i = 0; i < n * n; i++)
            most = fmax(most, (double)gathered[i] / sqrt(squares) / (double)side);
    }
    return most;
}

enum vaho_status vaho_standard_plume(struct vaho_standard_plume *out, struct vaho_error *error)
{
    float *plane = vaho_alloc(PLANE * PLANE, sizeof *plane),
          *block = vaho_alloc(PLANE * PLANE, sizeof *block),
          *gathered = vaho_alloc(PLANE * PLANE, sizeof *gathered);
    struct vaho_gathering gathering = {0};
    int ready = vaho_gathering_new(&gathering, &vaho_kernels_generic, PLANE, PLANE) && plane &&
                block && gathered;

    *out = (struct vaho_standard_plume){0};
    for (size_t i = 0; ready && i < N_ANGLES; i++) {
        double mass, length;
        draw_plume(plane, &mass, &length, 2.0 * acos(-1.0) * ((double)i + 0.5) / N_ANGLES);
        out->mass_px += mass / N_ANGLES;
        out->length_px += length / N_ANGLES;
        for (size_t s = 0; s < VAHO_N_SCALES; s++)
            out->response[s] += response(plane, s, &gathering, block, gathered) / N_ANGLES;
    }
    vaho_gathering_free(&gathering);
    free(plane);
    free(block);
    free(gathered);
    return ready ? VAHO_OK : vaho_fail_memory(error, "the coverage");
}

/* max_s a_s R_s / sqrt(v' C_1^-1 v): what one ppm.m does to z where the weight g is 1. */
static double gain(const struct vaho_evidence *evidence, const struct vaho_standard_plume *plume,
                   size_t gas, size_t hypothesis, const float *parts, double *v)
{
    const struct vaho_own_background *own =
        &evidence->backgrounds->own[gas * evidence->n_hypotheses + hypothesis];
    const struct vaho_evidence_group *group = &evidence->group[gas];
    size_t nb = evidence->n_bands;
    double most = 0.0, norm;

    vaho_own_shape(v, own, parts + gas * (evidence->n_parts + 1) * nb, evidence->n_parts, nb);
    for (size_t s = 0; s < VAHO_N_SCALES; s++) {
        const float *filter = group->filter[hypothesis * VAHO_N_SCALES + s]; /* the gas is first */
        double a = 0.0;
        for (size_t b = 0; filter != NULL && b < nb; b++)
            a += (double)filter[b * group->n] * v[b];
        most = fmax(most, a * plume->response[s]);
    }
    cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                evidence->model[0].cholesky, (int)nb, v, 1);
    norm = cblas_dnrm2((int)nb, v, 1);
    return norm > 0.0 ? most / norm : 0.0;
}

static size_t tiles_along(size_t n)
{
    return n > TILE ? (n + TILE / 2) / TILE : 1;
}

void vaho_coverage_tile(size_t out[4], const struct vaho_coverage *coverage, size_t row, size_t col)
{
    out[0] = row * coverage->n_lines / coverage->n_rows;
    out[1] = col * coverage->n_samples / coverage->n_cols;
    out[2] = (row + 1) * coverage->n_lines / coverage->n_rows - 1;
    out[3] = (col + 1) * coverage->n_samples / coverage->n_cols - 1;
}

/* The mean weight of a gas over the pixels of a tile that were searched; their share of it. */
static double tile_weight(double *valid, const struct vaho_maps *maps, size_t gas,
                          const size_t box[4])
{
    double sum = 0.0, n = 0.0;

    for (size_t l = box[0]; l <= box[2]; l++)
        for (size_t s = box[1]; s <= box[3]; s++) {
            size_t at = (gas * maps->n_lines + l) * maps->n_samples + s;
            if (!isfinite(maps->snr[at]))
                continue;
            sum += (double)maps->weight[at];
            n++;
        }
    *valid = n / (double)((box[2] - box[0] + 1) * (box[3] - box[1] + 1));
    return n > 0.0 ? sum / n : 0.0;
}

enum vaho_status vaho_coverage_make(struct vaho_coverage **out, const struct vaho_maps *maps,
                                    const struct vaho_evidence *evidence, size_t hypothesis,
                                    const float *parts, const double *z_at_q,
                                    struct vaho_error *error)
{
    struct vaho_coverage *c = vaho_alloc(1, sizeof *c);
    double *v = vaho_alloc(evidence->n_bands, sizeof *v), z = 0.0;
    size_t n_tiles = tiles_along(maps->n_lines) * tiles_along(maps->n_samples), n_known = 0;
    struct vaho_standard_plume plume;
    enum vaho_status status = vaho_standard_plume(&plume, error);

    *out = c;
    if (c != NULL)
        *c = (struct vaho_coverage){.n_lines = maps->n_lines,
                                    .n_samples = maps->n_samples,
                                    .n_rows = tiles_along(maps->n_lines),
                                    .n_cols = tiles_along(maps->n_samples),
                                    .n_gases = maps->n_gases,
                                    .valid = vaho_alloc(n_tiles, sizeof(double)),
                                    .limit_ppmm =
                                        vaho_alloc(maps->n_gases * n_tiles, sizeof(double))};
    if (status == VAHO_OK && (c == NULL || v == NULL || !c->valid || !c->limit_ppmm))
        status = vaho_fail_memory(error, "the coverage");
    for (size_t g = 0; status == VAHO_OK && g < maps->n_gases; g++) {
        double per_ppmm = gain(evidence, &plume, g, hypothesis, parts, v);
        for (size_t i = 0; i < n_tiles; i++) {
            size_t box[4];
            double one;
            vaho_coverage_tile(box, c, i / c->n_cols, i % c->n_cols);
            one = per_ppmm * sqrt(tile_weight(&c->valid[i], maps, g, box));
            c->limit_ppmm[g * n_tiles + i] =
                one > 0.0 && isfinite(z_at_q[g]) ? (z_at_q[g] - SEARCHED) / (SHOWN * one) : NAN;
        }
        if (isfinite(z_at_q[g])) {
            z += z_at_q[g];
            n_known++;
        }
    }
    free(v);
    if (status != VAHO_OK) {
        vaho_coverage_free(c);
        *out = NULL;
        return status;
    }
    z = n_known > 0 ? z / (double)n_known : Z_LOW;
    /* the logistic as steep at its middle as the normal: k / 4 = 1 / sqrt(2 pi) / sigma */
    c->steepness = 4.0 / sqrt(2.0 * acos(-1.0)) / sqrt(1.0 / (z * z) + SPREAD * SPREAD);
    return VAHO_OK;
}

void vaho_coverage_free(struct vaho_coverage *coverage)
{
    if (coverage == NULL)
        return;
    free(coverage->valid);
    free(coverage->limit_ppmm);
    free(coverage->limit_kg_h);
    free(coverage);
}
