/*
 * columns.c - learning detector columns in two readings of the cube
 *
 * First reading: sums for the faults of elements (columns_faults.c).
 *
 * Second reading: per column the sums of t t' and t z' with t = (1, p'z) for
 * the regression, p from the covariance of a sample of pixels.
 *
 * Sums are kept per stretch of lines and added in order, so that the result
 * does not depend on the number of threads.
 */
#include "sense/columns.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/error.h"
#include "sense/columns_model.h"

enum {
    N_STRETCHES = 12,   /* partial sums kept apart; parallel at most this much */
    READ_LINES = 16,    /* lines read at a time */
    MAX_SAMPLED = 24576 /* pixels in the sample */
};
static const double MISSING_SHARE = 0.5; /* a band missing in more pixels is left out */
static const double RIDGE = 2.0;         /* in units of one line of standard coordinates */

struct learning {
    struct vaho_columns *columns;
    const struct vaho_source *source;
    const unsigned char *excluded;
    struct vaho_column_sums part[N_STRETCHES];
    size_t n_stretches;
};

static void sums_free(struct vaho_column_sums *sums)
{
    free(sums->x);
    free(sums->xx);
    free(sums->d);
    free(sums->dd);
    free(sums->n);
    free(sums->tt);
    free(sums->tz);
    *sums = (struct vaho_column_sums){0};
}

void vaho_columns_free(struct vaho_columns *columns)
{
    if (columns == NULL)
        return;
    free(columns->band);
    free(columns->dead);
    free(columns->dead_column);
    free(columns->mean);
    free(columns->scene_mean);
    free(columns->leading);
    free(columns->gain);
    free(columns->curve);
    free(columns->sampled_at);
    free(columns->spectrum);
    free(columns->residual);
    free(columns);
}

/* Makes the excluded pixels of a block invalid, so that nothing is learned from them. */
static void leave_out(struct vaho_block *block, const unsigned char *excluded)
{
    size_t n = block->n_lines * block->n_samples;

    for (size_t i = 0; excluded != NULL && i < n; i++)
        block->valid[i] &= !excluded[block->first_line * block->n_samples + i];
}

/* The lines of stretch i: [*first, *end). */
static void stretch_lines(size_t *first, size_t *end, const struct learning *learning, size_t i)
{
    size_t n_lines = learning->columns->n_lines;
    *first = n_lines * i / learning->n_stretches;
    *end = n_lines * (i + 1) / learning->n_stretches;
}

/* First reading, one stretch. */
static enum vaho_status accumulate_moments(void *context, size_t task, size_t worker,
                                           struct vaho_error *error)
{
    struct learning *learning = context;
    const struct vaho_columns *columns = learning->columns;
    struct vaho_column_sums *sums = &learning->part[task];
    size_t nb = columns->n_bands, ns = columns->n_samples, n = nb * ns, first, end;
    struct vaho_block *block;
    enum vaho_status status = vaho_block_new(&block, READ_LINES, nb, ns, error);

    (void)worker;
    if (status != VAHO_OK)
        return status;
    sums->x = vaho_alloc(n, sizeof *sums->x);
    sums->xx = vaho_alloc(n, sizeof *sums->xx);
    sums->d = vaho_alloc(n, sizeof *sums->d);
    sums->dd = vaho_alloc(n, sizeof *sums->dd);
    sums->n = vaho_alloc(n, sizeof *sums->n);
    if (!sums->x || !sums->xx || !sums->d || !sums->dd || !sums->n)
        status = vaho_fail_memory(error, "the statistics of detector elements");
    stretch_lines(&first, &end, learning, task);
    for (size_t line = first; status == VAHO_OK && line < end; line += READ_LINES) {
        size_t n_lines = end - line < READ_LINES ? end - line : READ_LINES;
        status = vaho_source_read(block, learning->source, line, n_lines, columns->band, nb, error);
        if (status == VAHO_OK)
            leave_out(block, learning->excluded);
        for (size_t l = 0; status == VAHO_OK && l < n_lines; l++) {
            const unsigned char *valid = block->valid + l * ns;
            for (size_t b = 0; b < nb; b++) {
                const float *x = block->value + (l * nb + b) * ns;
                const float *below = b > 0 ? x - ns : x, *above = b + 1 < nb ? x + ns : x;
                double *sx = sums->x + b * ns, *sxx = sums->xx + b * ns;
                double *sd = sums->d + b * ns, *sdd = sums->dd + b * ns, *sn = sums->n + b * ns;
                for (size_t s = 0; s < ns; s++) {
                    double v = x[s], d = v - 0.5 * ((double)below[s] + (double)above[s]);
                    if (!valid[s] || !isfinite(v))
                        continue;
                    sn[s] += 1.0;
                    sx[s] += v;
                    sxx[s] += v * v;
                    sd[s] += isfinite(d) ? d : 0.0;
                    sdd[s] += isfinite(d) ? d * d : 0.0;
                }
            }
        }
    }
    vaho_block_free(block);
    return status;
}

/* Adds the parts into part[0], in order. */
static void add_moments(struct learning *learning)
{
    size_t n = learning->columns->n_bands * learning->columns->n_samples;
    struct vaho_column_sums *total = &learning->part[0];

    for (size_t i = 1; i < learning->n_stretches; i++) {
        struct vaho_column_sums *part = &learning->part[i];
        for (size_t j = 0; j < n; j++) {
            total->x[j] += part->x[j];
            total->xx[j] += part->xx[j];
            total->d[j] += part->d[j];
            total->dd[j] += part->dd[j];
            total->n[j] += part->n[j];
        }
        sums_free(part);
    }
}

/* Columns without a single value, as at the sides of a rotated grid, say nothing of bands. */
static size_t count_seen(struct vaho_columns *columns, const struct vaho_column_sums *sums)
{
    size_t n_seen = 0;

    for (size_t s = 0; s < columns->n_samples; s++) {
        double n = 0.0;
        for (size_t b = 0; b < columns->n_bands; b++)
            n += sums->n[b * columns->n_samples + s];
        columns->dead_column[s] = n == 0.0;
        n_seen += n > 0.0;
    }
    return n_seen;
}

/* Leaves out bands that are missing or constant nearly everywhere; compacts the sums. */
static enum vaho_status drop_empty_bands(struct vaho_columns *columns,
                                         struct vaho_column_sums *sums, struct vaho_error *error)
{
    size_t ns = columns->n_samples, n_seen = count_seen(columns, sums), kept = 0;
    double most = 0.0;

    for (size_t b = 0; b < columns->n_bands; b++) {
        double n = 0.0;
        for (size_t s = 0; s < ns; s++)
            n += sums->n[b * ns + s];
        most = n > most ? n : most;
    }
    if (most == 0.0)
        return vaho_fail(
            error, VAHO_BAD_INPUT,
            "the cube has no usable pixel: every value is missing or the ignore value");
    for (size_t b = 0; b < columns->n_bands; b++) {
        double n = 0.0, alive = 0.0;
        for (size_t s = 0; s < ns; s++) {
            size_t j = b * ns + s;
            double variance = sums->xx[j] - sums->x[j] * sums->x[j] / (sums->n[j] + 1e-300);
            n += sums->n[j];
            alive += variance > 1e-12 * sums->xx[j];
        }
        if (n < (1.0 - MISSING_SHARE) * most || alive < 0.5 * (double)n_seen)
            continue;
        if (kept != b) {
            memcpy(sums->x + kept * ns, sums->x + b * ns, ns * sizeof(double));
            memcpy(sums->xx + kept * ns, sums->xx + b * ns, ns * sizeof(double));
            memcpy(sums->d + kept * ns, sums->d + b * ns, ns * sizeof(double));
            memcpy(sums->dd + kept * ns, sums->dd + b * ns, ns * sizeof(double));
            memcpy(sums->n + kept * ns, sums->n + b * ns, ns * sizeof(double));
            columns->band[kept] = columns->band[b];
        }
        kept++;
    }
    if (kept < 3)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "only %zu of %zu bands carry anything; at least 3 are needed (look at the "
                         "bad-band list)",
                         kept, columns->n_bands);
    columns->n_bands = kept;
    return VAHO_OK;
}

static void forget_dead(struct vaho_columns *columns)
{
    memset(columns->dead, 0, columns->n_bands * columns->n_samples);
    memset(columns->dead_column, 0, columns->n_samples);
    columns->n_dead_elements = columns->n_dead_columns = 0;
}

/* Interpolates dead elements of one column in lines [0, n_lines) of the block. */
static void repair_column(struct vaho_block *block, const struct vaho_columns *columns, size_t s)
{
    size_t nb = columns->n_bands, ns = columns->n_samples;

    for (size_t b = 0; b < nb; b++) {
        size_t below = b, above = b;
        float weight;
        if (!columns->dead[b * ns + s])
            continue;
        while (below > 0 && columns->dead[below * ns + s])
            below--;
        while (above + 1 < nb && columns->dead[above * ns + s])
            above++;
        if (columns->dead[below * ns + s])
            below = above;
        if (columns->dead[above * ns + s])
            above = below;
        weight = above > below ? (float)(b - below) / (float)(above - below) : 0.0f;
        for (size_t l = 0; l < block->n_lines; l++) {
            float *x = block->value + l * nb * ns + s;
            x[b * ns] = x[below * ns] + weight * (x[above * ns] - x[below * ns]);
        }
    }
}

/* Repairs the whole block; pixels of dead columns and pixels with a missing value are invalid. */
static void repair(struct vaho_block *block, const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands, ns = columns->n_samples;

    for (size_t s = 0; s < ns; s++)
        if (!columns->dead_column[s])
            repair_column(block, columns, s);
    for (size_t l = 0; l < block->n_lines; l++) {
        unsigned char *valid = block->valid + l * ns;
        for (size_t s = 0; s < ns; s++)
            valid[s] = valid[s] && !columns->dead_column[s];
        for (size_t b = 0; b < nb; b++) {
            const float *x = block->value + (l * nb + b) * ns;
            for (size_t s = 0; s < ns; s++)
                valid[s] &= isfinite(x[s]) != 0;
        }
    }
}

enum vaho_status vaho_columns_read(struct vaho_block *block, const struct vaho_columns *columns,
                                   const struct vaho_source *source, size_t first_line,
                                   size_t n_lines, struct vaho_error *error)
{
    enum vaho_status status = vaho_source_read(block, source, first_line, n_lines, columns->band,
                                               columns->n_bands, error);
    if (status == VAHO_OK)
        repair(block, columns);
    return status;
}

/* Column means after repair, from the means of the elements; or one mean for all. */
static void settle_means(struct vaho_columns *columns, const struct vaho_column_sums *sums,
                         int by_column)
{
    size_t nb = columns->n_bands, ns = columns->n_samples;
    struct vaho_block means = {
        .n_lines = 1, .n_bands = nb, .n_samples = ns, .value = columns->mean};

    for (size_t s = 0; s < ns; s++)
        if (!columns->dead_column[s])
            repair_column(&means, columns, s);
    for (size_t b = 0; b < nb; b++) {
        double sum = 0.0, n = 0.0;
        for (size_t s = 0; s < ns; s++) {
            size_t j = b * ns + s;
            if (columns->dead_column[s])
                continue;
            sum += sums->n[j] * (double)columns->mean[j];
            n += sums->n[j];
        }
        columns->scene_mean[b] = (float)(sum / n);
        if (!by_column)
            for (size_t s = 0; s < ns; s++)
                columns->mean[b * ns + s] = columns->scene_mean[b];
    }
}

/* Gathers the sample of pixels, lines evenly spread. */
static enum vaho_status sample_pixels(struct vaho_columns *columns,
                                      const struct vaho_source *source,
                                      const unsigned char *excluded, struct vaho_error *error)
{
    size_t nb = columns->n_bands, ns = columns->n_samples, nl = columns->n_lines;
    size_t n_read = nl < 256 ? nl : 256, per_line = MAX_SAMPLED / n_read, n = 0;
    size_t step = ns > per_line ? (ns + per_line - 1) / per_line : 1;
    struct vaho_block *block = NULL;
    enum vaho_status status = vaho_block_new(&block, 1, nb, ns, error);

    columns->spectrum = vaho_alloc(n_read * (ns / step + 1) * nb, sizeof(float));
    columns->residual = vaho_alloc(n_read * (ns / step + 1) * nb, sizeof(float));
    columns->sampled_at = vaho_alloc(n_read * (ns / step + 1), sizeof(size_t));
    if (status == VAHO_OK && (!columns->spectrum || !columns->residual || !columns->sampled_at))
        status = vaho_fail_memory(error, "the sample of pixels");
    for (size_t i = 0; status == VAHO_OK && i < n_read; i++) {
        status = vaho_columns_read(block, columns, source, i * nl / n_read, 1, error);
        if (status == VAHO_OK)
            leave_out(block, excluded);
        for (size_t s = i % step; status == VAHO_OK && s < ns; s += step) {
            if (!block->valid[s])
                continue;
            columns->sampled_at[n] = s;
            for (size_t b = 0; b < nb; b++) {
                columns->spectrum[n * nb + b] = block->value[b * ns + s];
                columns->residual[n * nb + b] =
                    block->value[b * ns + s] - columns->mean[b * ns + s];
            }
            n++;
        }
    }
    vaho_block_free(block);
    columns->n_sampled = n;
    if (status == VAHO_OK && n < 16)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "only %zu usable pixels in a sample of the cube; nothing can be learned "
                           "from so few",
                           n);
    return status;
}

/* The leading eigenvectors of the sample's covariance, scaled to unit variance of z'p. */
static enum vaho_status find_leading(struct vaho_columns *columns, struct vaho_error *error)
{
    size_t nb = columns->n_bands, n = columns->n_sampled, rank = columns->rank;
    float *covariance = vaho_alloc(nb * nb, sizeof *covariance),
          *value = vaho_alloc(nb, sizeof *value);
    enum vaho_status status = VAHO_OK;

    columns->leading = vaho_alloc(rank * nb, sizeof(float));
    if (!covariance || !value || !columns->leading) {
        status = vaho_fail_memory(error, "the leading patterns of the scene");
        goto fail;
    }
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)nb, (int)n, 1.0f / (float)n,
                columns->residual, (int)nb, 0.0f, covariance, (int)nb);
    if (LAPACKE_ssyevd(LAPACK_ROW_MAJOR, 'V', 'U', (int)nb, covariance, (int)nb, value) != 0) {
        status = vaho_fail(error, VAHO_SINGULAR, "the scene's covariance has no eigenvectors");
        goto fail;
    }
    for (size_t r = 0; r < rank; r++) { /* eigenvalues ascend */
        float scale = 1.0f / sqrtf(fmaxf(value[nb - 1 - r], 1e-30f));
        for (size_t b = 0; b < nb; b++)
            columns->leading[r * nb + b] = covariance[b * nb + nb - 1 - r] * scale;
    }
fail:
    free(covariance);
    free(value);
    return status;
}

/* t[r][s] = p_r' z(s) for one line of residuals. */
static void coordinates(float *t, const struct vaho_columns *columns, const float *z)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)columns->rank,
                (int)columns->n_samples, (int)columns->n_bands, 1.0f, columns->leading,
                (int)columns->n_bands, z, (int)columns->n_samples, 0.0f, t,
                (int)columns->n_samples);
}

static void subtract_means(struct vaho_block *block, const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands, ns = columns->n_samples;

    for (size_t l = 0; l < block->n_lines; l++) {
        const unsigned char *valid = block->valid + l * ns;
        for (size_t b = 0; b < nb; b++) {
            float *x = block->value + (l * nb + b) * ns;
            const float *mean = columns->mean + b * ns;
            for (size_t s = 0; s < ns; s++)
                x[s] = valid[s] ? x[s] - mean[s] : 0.0f;
        }
    }
}

/* Second reading, one stretch: sums of t t' and t z' per column, t = (1, p'z). */
static enum vaho_status accumulate_regression(void *context, size_t task, size_t worker,
                                              struct vaho_error *error)
{
    struct learning *learning = context;
    const struct vaho_columns *columns = learning->columns;
    struct vaho_column_sums *sums = &learning->part[task];
    size_t nb = columns->n_bands, ns = columns->n_samples, r = columns->rank + 1, first, end;
    float *t = vaho_alloc(r * ns, sizeof *t);
    struct vaho_block *block = NULL;
    enum vaho_status status = vaho_block_new(&block, READ_LINES, nb, ns, error);

    (void)worker;
    sums->tt = vaho_alloc(ns * r * r, sizeof *sums->tt);
    sums->tz = vaho_alloc(ns * r * nb, sizeof *sums->tz);
    if (status == VAHO_OK && (!t || !sums->tt || !sums->tz))
        status = vaho_fail_memory(error, "the regression of detector columns");
    stretch_lines(&first, &end, learning, task);
    for (size_t line = first; status == VAHO_OK && line < end; line += READ_LINES) {
        size_t n_lines = end - line < READ_LINES ? end - line : READ_LINES;
        status = vaho_columns_read(block, columns, learning->source, line, n_lines, error);
        if (status != VAHO_OK)
            break;
        leave_out(block, learning->excluded);
        subtract_means(block, columns);
        for (size_t l = 0; l < n_lines; l++) {
            const float *z = block->value + l * nb * ns;
            for (size_t s = 0; s < ns; s++)
                t[s] = block->valid[l * ns + s];
            coordinates(t + ns, columns, z);
            for (size_t i = 0; i < r; i++) {
                for (size_t j = 0; j < r; j++)
                    for (size_t s = 0; s < ns; s++)
                        sums->tt[(i * r + j) * ns + s] +=
                            (double)t[i * ns + s] * (double)t[j * ns + s];
                for (size_t b = 0; b < nb; b++) {
                    double *tz = sums->tz + (i * nb + b) * ns;
                    for (size_t s = 0; s < ns; s++)
                        tz[s] += (double)t[i * ns + s] * (double)z[b * ns + s];
                }
            }
        }
    }
    free(t);
    vaho_block_free(block);
    return status;
}

/* Solves the ridge regression of every column; the part inside span(p) is left alone. */
static enum vaho_status solve_regression(struct learning *learning, struct vaho_error *error)
{
    struct vaho_columns *columns = learning->columns;
    size_t nb = columns->n_bands, ns = columns->n_samples, rank = columns->rank, r = rank + 1;
    double *tt = vaho_alloc(r * r, sizeof *tt), *tz = vaho_alloc(r * nb, sizeof *tz);
    float *unit = vaho_alloc(rank * nb, sizeof *unit), *gain = vaho_alloc(nb, sizeof *gain);
    enum vaho_status status = VAHO_OK;

    columns->gain = vaho_alloc(ns * r * nb, sizeof(float));
    if (!tt || !tz || !unit || !gain || !columns->gain) {
        status = vaho_fail_memory(error, "the regression of detector columns");
        goto fail;
    }
    for (size_t i = 0; i < rank; i++) { /* p as unit vectors again */
        float norm = cblas_snrm2((int)nb, columns->leading + i * nb, 1);
        for (size_t b = 0; b < nb; b++)
            unit[i * nb + b] = columns->leading[i * nb + b] / norm;
    }
    for (size_t s = 0; s < ns; s++) {
        memset(tt, 0, r * r * sizeof *tt);
        memset(tz, 0, r * nb * sizeof *tz);
        for (size_t p = 0; p < learning->n_stretches; p++) {
            const struct vaho_column_sums *part = &learning->part[p];
            for (size_t i = 0; i < r * r; i++)
                tt[i] += part->tt[i * ns + s];
            for (size_t i = 0; i < r * nb; i++)
                tz[i] += part->tz[i * ns + s];
        }
        for (size_t i = 0; i < r; i++)
            tt[i * r + i] += i == 0 ? 1e-9 : RIDGE;
        if (tt[0] < (double)(4 * r) ||
            LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', (int)r, (int)nb, tt, (int)r, tz, (int)nb) != 0)
            continue; /* too few lines in this column: its gain stays 0 */
        for (size_t i = 0; i < r; i++) {
            for (size_t b = 0; b < nb; b++)
                gain[b] = (float)tz[i * nb + b];
            for (size_t k = 0; k < rank; k++)
                cblas_saxpy((int)nb, -cblas_sdot((int)nb, gain, 1, unit + k * nb, 1), unit + k * nb,
                            1, gain, 1);
            for (size_t b = 0; b < nb; b++)
                columns->gain[(b * r + i) * ns + s] = gain[b];
        }
    }
fail:
    free(tt);
    free(tz);
    free(unit);
    free(gain);
    return status;
}

/* Subtracts the columns' own means and gains, band by band: those of one are read once for all
 * lines. */
static void subtract_gain(struct vaho_block *block, const float *q,
                          const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands, ns = columns->n_samples, rank = columns->rank;

    for (size_t b = 0; b < nb; b++) {
        const float *gain = columns->gain + b * (rank + 1) * ns;
        for (size_t l = 0; l < block->n_lines; l++) {
            const unsigned char *valid = block->valid + l * ns;
            const float *ql = q + l * rank * ns;
            float *x = block->value + (l * nb + b) * ns;
            for (size_t s = 0; s < ns; s++)
                x[s] -= valid[s] ? gain[s] : 0.0f;
            for (size_t k = 0; k < rank; k++)
                for (size_t s = 0; s < ns; s++)
                    x[s] -= ql[k * ns + s] * gain[(k + 1) * ns + s];
        }
    }
}

void vaho_columns_residual(struct vaho_block *block, float *q, const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands, ns = columns->n_samples;

    subtract_means(block, columns);
    for (size_t l = 0; l < block->n_lines; l++) /* 0 where not valid, like the values */
        coordinates(q + l * columns->rank * ns, columns, block->value + l * nb * ns);
    if (columns->gain != NULL)
        subtract_gain(block, q, columns);
    for (size_t l = 0; columns->curve != NULL && l < block->n_lines; l++)
        vaho_columns_subtract_curve(block->value + l * nb * ns, q + l * columns->rank * ns,
                                    block->valid + l * ns, columns);
}

void vaho_columns_residual_of(float *z, const float *x, size_t sample,
                              const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands, ns = columns->n_samples, rank = columns->rank;
    float q[VAHO_MAX_RANK] = {0.0f};

    for (size_t b = 0; b < nb; b++)
        z[b] = x[b] - columns->mean[b * ns + sample];
    for (size_t k = 0; k < rank; k++)
        q[k] = cblas_sdot((int)nb, columns->leading + k * nb, 1, z, 1);
    for (size_t b = 0; columns->gain != NULL && b < nb; b++) {
        const float *gain = columns->gain + b * (rank + 1) * ns + sample;
        z[b] -= gain[0];
        for (size_t k = 0; k < rank; k++)
            z[b] -= q[k] * gain[(k + 1) * ns];
    }
    if (columns->curve != NULL)
        vaho_columns_subtract_curve_of(z, q, columns);
}

static enum vaho_status allocate(struct vaho_columns *columns, const struct vaho_cube_info *info,
                                 const size_t *band, size_t n_band, struct vaho_error *error)
{
    size_t n_elements;

    columns->n_lines = info->n_lines;
    columns->n_samples = info->n_samples;
    columns->n_bands = n_band;
    if (!vaho_size_mul(&n_elements, n_band, info->n_samples))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: too many detector elements", info->path);
    columns->band = vaho_alloc(n_band, sizeof *columns->band);
    columns->dead = vaho_alloc(n_elements, 1);
    columns->dead_column = vaho_alloc(info->n_samples, 1);
    columns->mean = vaho_alloc(n_elements, sizeof *columns->mean);
    columns->scene_mean = vaho_alloc(n_band, sizeof *columns->scene_mean);
    if (!columns->band || !columns->dead || !columns->dead_column || !columns->mean ||
        !columns->scene_mean)
        return vaho_fail_memory(error, "the detector columns");
    memcpy(columns->band, band, n_band * sizeof *band);
    return VAHO_OK;
}

enum vaho_status vaho_columns_learn(struct vaho_columns **out, const struct vaho_source *source,
                                    const size_t *band, size_t n_band,
                                    const struct vaho_columns_settings *settings,
                                    struct vaho_pool *pool, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    struct learning learning = {.source = source, .excluded = settings->excluded};
    struct vaho_columns *columns = vaho_alloc(1, sizeof *columns);
    enum vaho_status status;

    *out = NULL;
    if (columns == NULL)
        return vaho_fail_memory(error, "the detector columns");
    learning.columns = columns;
    learning.n_stretches = info->n_lines < N_STRETCHES ? info->n_lines : N_STRETCHES;
    status = allocate(columns, info, band, n_band, error);
    if (status == VAHO_OK)
        status = vaho_pool_run(pool, learning.n_stretches, accumulate_moments, &learning, error);
    if (status == VAHO_OK) {
        add_moments(&learning);
        status = drop_empty_bands(columns, &learning.part[0], error);
    }
    if (status == VAHO_OK)
        status = vaho_columns_find_dead(columns, &learning.part[0], error);
    if (status == VAHO_OK && settings->as_recorded)
        forget_dead(columns);
    if (status == VAHO_OK && columns->n_dead_columns == columns->n_samples)
        status = vaho_fail(error, VAHO_BAD_INPUT, "every detector column looks dead");
    if (status == VAHO_OK) {
        settle_means(columns, &learning.part[0], settings->by_column);
        status = sample_pixels(columns, source, settings->excluded, error);
    }
    for (size_t i = 0; i < N_STRETCHES; i++)
        sums_free(&learning.part[i]);
    columns->rank = settings->rank < VAHO_MAX_RANK ? settings->rank : VAHO_MAX_RANK;
    if (columns->rank > columns->n_bands / 4)
        columns->rank = columns->n_bands / 4;
    if (status == VAHO_OK)
        status = find_leading(columns, error);
    if (status == VAHO_OK && settings->by_column && columns->rank > 0) {
        status = vaho_pool_run(pool, learning.n_stretches, accumulate_regression, &learning, error);
        if (status == VAHO_OK)
            status = solve_regression(&learning, error);
        for (size_t i = 0; i < N_STRETCHES; i++)
            sums_free(&learning.part[i]);
    }
    if (status == VAHO_OK && settings->curved)
        status = vaho_columns_learn_curve(columns, error);
    if (status != VAHO_OK) {
        vaho_columns_free(columns);
        return status;
    }
    *out = columns;
    return VAHO_OK;
}

size_t vaho_columns_n_bands(const struct vaho_columns *columns)
{
    return columns->n_bands;
}

size_t vaho_columns_n_samples(const struct vaho_columns *columns)
{
    return columns->n_samples;
}

const size_t *vaho_columns_band(const struct vaho_columns *columns)
{
    return columns->band;
}

size_t vaho_columns_n_dead_elements(const struct vaho_columns *columns)
{
    return columns->n_dead_elements;
}

size_t vaho_columns_n_dead_columns(const struct vaho_columns *columns)
{
    return columns->n_dead_columns;
}

const float *vaho_columns_mean(const struct vaho_columns *columns)
{
    return columns->scene_mean;
}

size_t vaho_columns_rank(const struct vaho_columns *columns)
{
    return columns->rank;
}

const float *vaho_columns_leading(const struct vaho_columns *columns)
{
    return columns->leading;
}

size_t vaho_columns_n_sampled(const struct vaho_columns *columns)
{
    return columns->n_sampled;
}

const float *vaho_columns_sampled_spectrum(const struct vaho_columns *columns)
{
    return columns->spectrum;
}

const float *vaho_columns_sampled_residual(const struct vaho_columns *columns)
{
    return columns->residual;
}

const size_t *vaho_columns_sampled_at(const struct vaho_columns *columns)
{
    return columns->sampled_at;
}
