#include "sense/detector.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/*
 * Rows are what pixels are multiplied by: whitened directions L^-1 d where pixels
 * are whitened too (e is wanted), else filters C^-1 d.  By column they are made
 * anew for every strip, which costs less than keeping them for every column.
 */
struct rows {
    double *row;  /* n x n_bands */
    double *gain; /* n: g */
};

struct scratch {
    struct rows rows; /* by column */
    double *product;  /* VAHO_STRIP_PIXELS x n */
};

struct vaho_detector {
    enum vaho_score kind;
    const struct vaho_background *background;
    size_t n, n_workers;
    int additive;
    double *target;
    struct rows scene; /* one group */
    struct scratch *scratch;
};

static int wants_distance(enum vaho_score kind)
{
    return kind == VAHO_SCORE_ACE || kind == VAHO_SCORE_RX || kind == VAHO_SCORE_TEMPERED;
}

static int rows_new(struct rows *rows, size_t n, size_t n_bands)
{
    rows->row = vaho_alloc(n, n_bands * sizeof *rows->row);
    rows->gain = vaho_alloc(n, sizeof *rows->gain);
    return rows->row != NULL && rows->gain != NULL;
}

static void rows_free(struct rows *rows)
{
    free(rows->row);
    free(rows->gain);
}

void vaho_detector_free(struct vaho_detector *detector)
{
    if (detector == NULL)
        return;
    for (size_t i = 0; detector->scratch != NULL && i < detector->n_workers; i++) {
        rows_free(&detector->scratch[i].rows);
        free(detector->scratch[i].product);
    }
    rows_free(&detector->scene);
    free(detector->scratch);
    free(detector->target);
    free(detector);
}

/* The rows against one group's background. */
static void aim(struct rows *rows, const struct vaho_detector *detector, size_t group)
{
    const struct vaho_background *bg = detector->background;
    size_t nb = bg->n_bands, n = detector->n;
    const double *cholesky = bg->cholesky + group * nb * nb;

    memcpy(rows->row, detector->target, n * nb * sizeof *rows->row);
    for (size_t j = 0; !detector->additive && j < n; j++)
        cblas_daxpy((int)nb, -1.0, bg->mean + group * nb, 1, rows->row + j * nb, 1);
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)n, (int)nb,
                1.0, cholesky, (int)nb, rows->row, (int)nb);
    for (size_t j = 0; j < n; j++)
        rows->gain[j] = cblas_ddot((int)nb, rows->row + j * nb, 1, rows->row + j * nb, 1);
    if (!wants_distance(detector->kind))
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int)n,
                    (int)nb, 1.0, cholesky, (int)nb, rows->row, (int)nb);
}

enum vaho_status vaho_detector_new(struct vaho_detector **out, enum vaho_score kind,
                                   const struct vaho_background *background,
                                   const struct vaho_targets *targets, size_t n_workers,
                                   struct vaho_error *error)
{
    size_t nb = background->n_bands, n = targets->n;
    struct vaho_detector *detector = vaho_alloc(1, sizeof *detector);
    int whole = detector != NULL;

    *out = NULL;
    if (whole) {
        detector->kind = kind;
        detector->background = background;
        detector->n = n;
        detector->additive = targets->additive;
        detector->n_workers = n_workers;
        detector->target = vaho_alloc(n, nb * sizeof *detector->target);
        detector->scratch = vaho_alloc(n_workers, sizeof *detector->scratch);
        whole = detector->target != NULL && detector->scratch != NULL;
    }
    for (size_t i = 0; whole && i < n_workers; i++) {
        struct scratch *scratch = &detector->scratch[i];
        scratch->product = vaho_alloc(VAHO_STRIP_PIXELS, n * sizeof *scratch->product);
        whole = scratch->product != NULL &&
                (background->n_groups == 1 || rows_new(&scratch->rows, n, nb));
    }
    if (whole && background->n_groups == 1)
        whole = rows_new(&detector->scene, n, nb);
    if (!whole) {
        vaho_detector_free(detector);
        return vaho_fail_memory(error, "a detector");
    }
    if (detector->n > 0)
        memcpy(detector->target, targets->value, n * nb * sizeof *detector->target);
    if (background->n_groups == 1 && detector->n > 0)
        aim(&detector->scene, detector, 0);
    *out = detector;
    return VAHO_OK;
}

static double score_of(enum vaho_score kind, double a, double g, double e, double p)
{
    if (!(g > 0.0))
        return 0.0;
    switch (kind) {
    case VAHO_SCORE_ACE: return e > 0.0 ? a * fabs(a) / (g * e) : 0.0;
    case VAHO_SCORE_TEMPERED: return a / sqrt(g) * sqrt(2.0 * p / (p + e));
    default: return a / g;
    }
}

void vaho_detector_score(float *score, float *estimate, size_t stride,
                         struct vaho_detector *detector, const struct vaho_strip *strip)
{
    const struct vaho_background *bg = detector->background;
    size_t nb = bg->n_bands, n = detector->n, m = strip->n;
    struct scratch *scratch = &detector->scratch[strip->worker];
    struct rows *rows = bg->n_groups == 1 ? &detector->scene : &scratch->rows;

    if (bg->n_groups > 1 && n > 0)
        aim(rows, detector, strip->group);
    for (size_t i = 0; i < m; i++)
        cblas_daxpy((int)nb, -1.0, bg->mean + strip->group * nb, 1, strip->x + i * nb, 1);
    if (wants_distance(detector->kind))
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)m,
                    (int)nb, 1.0, bg->cholesky + strip->group * nb * nb, (int)nb, strip->x,
                    (int)nb);
    if (n > 0)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)n, (int)nb, 1.0, strip->x,
                    (int)nb, rows->row, (int)nb, 0.0, scratch->product, (int)n);
    for (size_t i = 0; i < m; i++) {
        const double *x = strip->x + i * nb;
        double e = wants_distance(detector->kind) ? cblas_ddot((int)nb, x, 1, x, 1) : 0.0;
        if (detector->kind == VAHO_SCORE_RX)
            score[strip->at[i]] = (float)e;
        for (size_t j = 0; j < n; j++) {
            double a = scratch->product[i * n + j], g = rows->gain[j];
            score[j * stride + strip->at[i]] = (float)score_of(detector->kind, a, g, e, (double)nb);
            if (estimate != NULL)
                estimate[j * stride + strip->at[i]] = g > 0.0 ? (float)(a / g) : 0.0f;
        }
    }
}
