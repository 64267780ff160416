#include "sense/background.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A band whose own share of its variance is less follows from the others, to rounding. */
static const double OWN_SHARE = 1e-12;

struct learning {
    const struct vaho_strips *strips;
    struct vaho_background *background;
    size_t n_parts, n_columns; /* n_columns: 0 for one group */
    double *count;             /* a part */
    double *sum;               /* n_parts x n_bands */
    double *product;           /* n_parts x n_bands x n_bands, lower triangle */
    double n;                  /* pixels of all parts */
};

void vaho_background_free(struct vaho_background *background)
{
    if (background == NULL)
        return;
    free(background->mean);
    free(background->cholesky);
    free(background->scene_mean);
    free(background->target);
    free(background);
}

static enum vaho_status add_mean(void *context, const struct vaho_strip *strip,
                                 struct vaho_error *error)
{
    struct learning *learning = context;
    size_t nb = learning->background->n_bands;

    (void)error;
    learning->count[strip->part] += (double)strip->n;
    for (size_t i = 0; i < strip->n; i++)
        cblas_daxpy((int)nb, 1.0, strip->x + i * nb, 1, learning->sum + strip->part * nb, 1);
    return VAHO_OK;
}

static enum vaho_status add_product(void *context, const struct vaho_strip *strip,
                                    struct vaho_error *error)
{
    struct learning *learning = context;
    size_t nb = learning->background->n_bands;

    (void)error;
    learning->count[strip->part] += (double)strip->n;
    for (size_t i = 0; i < strip->n; i++)
        cblas_daxpy((int)nb, -1.0, learning->background->mean + strip->group * nb, 1,
                    strip->x + i * nb, 1);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)nb, (int)strip->n, 1.0, strip->x,
                (int)nb, 1.0, learning->product + strip->part * nb * nb, (int)nb);
    return VAHO_OK;
}

/* Means from the sums, where a column without pixels gets the scene's; sums anew for products. */
static void settle_means(struct learning *learning)
{
    struct vaho_background *bg = learning->background;
    size_t nb = bg->n_bands;
    double n = 0.0;

    for (size_t i = 0; i < learning->n_parts; i++) {
        n += learning->count[i];
        cblas_daxpy((int)nb, 1.0, learning->sum + i * nb, 1, bg->scene_mean, 1);
    }
    cblas_dscal((int)nb, 1.0 / fmax(n, 1.0), bg->scene_mean, 1);
    for (size_t g = 0; g < bg->n_groups; g++) {
        int own = learning->n_columns > 0 && learning->count[g] > 0.0;
        memcpy(bg->mean + g * nb, own ? learning->sum + g * nb : bg->scene_mean,
               nb * sizeof *bg->mean);
        if (own)
            cblas_dscal((int)nb, 1.0 / learning->count[g], bg->mean + g * nb, 1);
    }
    memset(learning->count, 0, learning->n_parts * sizeof *learning->count);
}

/* Copies the lower triangle above the diagonal. */
static void mirror(double *matrix, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            matrix[j * n + i] = matrix[i * n + j];
}

double vaho_background_shrinkage(const double *s, size_t p, double n)
{
    double trace = 0.0, square = cblas_ddot((int)(p * p), s, 1, s, 1), np = (double)p, spread;

    for (size_t i = 0; i < p; i++)
        trace += s[i * p + i];
    spread = (n + 1.0 - 2.0 / np) * (square - trace * trace / np);
    if (!(trace > 0.0) || !(spread > 0.0))
        return 1.0;
    return fmin(1.0, ((1.0 - 2.0 / np) * square + trace * trace) / spread);
}

/* c (lower triangle) becomes the Cholesky factor of its shrunk self; 'target' is L_T. */
static int shrunk_factor(double *c, const double *target, size_t p, double n)
{
    double trace = 0.0, rho;

    mirror(c, p);
    cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)p, (int)p,
                1.0, target, (int)p, c, (int)p);
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)p, (int)p,
                1.0, target, (int)p, c, (int)p);
    rho = vaho_background_shrinkage(c, p, n);
    for (size_t i = 0; i < p; i++)
        trace += c[i * p + i];
    trace = trace > 0.0 ? trace / (double)p : 1.0;
    cblas_dscal((int)(p * p), 1.0 - rho, c, 1);
    for (size_t i = 0; i < p; i++)
        c[i * p + i] += rho * trace;
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)p, c, (int)p) != 0)
        return 0;
    for (size_t i = 0; i < p; i++)
        memset(c + i * p + i + 1, 0, (p - i - 1) * sizeof *c);
    cblas_dtrmm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, (int)p, (int)p,
                1.0, target, (int)p, c, (int)p); /* L_T times a lower factor is one */
    return 1;
}

/* The factor of c (lower triangle) as it is; 0: not positive definite, to rounding. */
static int plain_factor(double *c, size_t p)
{
    double *variance = vaho_alloc(p, sizeof *variance);
    int sound = variance != NULL;

    for (size_t i = 0; sound && i < p; i++)
        variance[i] = c[i * p + i];
    sound = sound && LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)p, c, (int)p) == 0;
    for (size_t i = 0; sound && i < p; i++) {
        double own = c[i * p + i] * c[i * p + i];
        sound = own > OWN_SHARE * variance[i];
        memset(c + i * p + i + 1, 0, (p - i - 1) * sizeof *c);
    }
    free(variance);
    return sound;
}

/* L_T of the bands' own spreads. */
static double *spread_factor(const double *c, size_t p)
{
    double *factor = vaho_alloc(p * p, sizeof *factor);

    for (size_t i = 0; factor != NULL && i < p; i++)
        factor[i * p + i] = c[i * p + i] > 0.0 ? sqrt(c[i * p + i]) : 1.0;
    return factor;
}

/* All parts' products together, over n - lost; the caller frees it. */
static double *pool_products(const struct learning *learning, double lost)
{
    size_t n = learning->background->n_bands * learning->background->n_bands;
    double *c = vaho_alloc(n, sizeof *c);

    for (size_t i = 0; c != NULL && i < learning->n_parts; i++)
        cblas_daxpy((int)n, 1.0, learning->product + i * n, 1, c, 1);
    if (c != NULL)
        cblas_dscal((int)n, 1.0 / fmax(learning->n - lost, 1.0), c, 1);
    return c;
}

static enum vaho_status factor_scene(double **out, const struct learning *learning, double lost,
                                     int shrink, struct vaho_error *error)
{
    size_t nb = learning->background->n_bands;
    double *c = pool_products(learning, lost), *spread = c != NULL ? spread_factor(c, nb) : NULL;
    int sound;

    *out = c;
    if (c == NULL || spread == NULL) {
        free(spread);
        return vaho_fail_memory(error, "the background's covariance");
    }
    sound = shrink ? shrunk_factor(c, spread, nb, learning->n - lost) : plain_factor(c, nb);
    free(spread);
    if (!sound)
        return vaho_fail(error, VAHO_SINGULAR,
                         "the covariance of %zu bands over %.0f pixels cannot be inverted: too few "
                         "pixels, or bands that follow from others; use --method vaho or "
                         "--background column, which shrink it, or mark such bands bad (bbl)",
                         nb, learning->n);
    return VAHO_OK;
}

static enum vaho_status factor_column(void *context, size_t task, size_t worker,
                                      struct vaho_error *error)
{
    const struct learning *learning = context;
    struct vaho_background *bg = learning->background;
    size_t nb = bg->n_bands;
    double *c = learning->product + task * nb * nb; /* becomes bg->cholesky */
    double n = fmax(learning->count[task] - 1.0, 1.0);

    (void)worker;
    cblas_dscal((int)(nb * nb), 1.0 / n, c, 1);
    if (!shrunk_factor(c, bg->target, nb, n))
        return vaho_fail(error, VAHO_SINGULAR, "the covariance of column %zu is not finite", task);
    return VAHO_OK;
}

static enum vaho_status factor(struct learning *learning,
                               const struct vaho_background_settings *settings,
                               struct vaho_pool *pool, struct vaho_error *error)
{
    struct vaho_background *bg = learning->background;
    double lost = settings->about_zero       ? 0.0
                  : learning->n_columns == 0 ? 1.0
                                             : (double)learning->n_columns;
    enum vaho_status status;

    for (size_t i = 0; i < learning->n_parts; i++)
        learning->n += learning->count[i];
    if (learning->n_columns == 0) {
        status = factor_scene(&bg->cholesky, learning, lost, settings->shrink, error);
        bg->scene_cholesky = bg->cholesky;
        return status;
    }
    status = factor_scene(&bg->target, learning, lost, 1, error);
    bg->scene_cholesky = bg->target;
    if (status == VAHO_OK)
        status = vaho_pool_run(pool, learning->n_parts, factor_column, learning, error);
    bg->cholesky = learning->product;
    learning->product = NULL;
    return status;
}

enum vaho_status vaho_background_learn(struct vaho_background **out,
                                       const struct vaho_strips *strips,
                                       const struct vaho_background_settings *settings,
                                       struct vaho_pool *pool, struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(strips->columns);
    struct vaho_background *bg = vaho_alloc(1, sizeof *bg);
    struct learning learning = {.strips = strips,
                                .background = bg,
                                .n_parts = vaho_strips_n_parts(strips),
                                .n_columns = strips->by_column ? vaho_strips_n_groups(strips) : 0};
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (bg == NULL)
        return vaho_fail_memory(error, "the background");
    bg->n_bands = nb;
    bg->n_groups = vaho_strips_n_groups(strips);
    bg->mean = vaho_alloc(bg->n_groups * nb, sizeof *bg->mean);
    bg->scene_mean = vaho_alloc(nb, sizeof *bg->scene_mean);
    learning.count = vaho_alloc(learning.n_parts, sizeof *learning.count);
    learning.sum = vaho_alloc(learning.n_parts * nb, sizeof *learning.sum);
    learning.product = vaho_alloc(learning.n_parts, nb * nb * sizeof *learning.product);
    if (!bg->mean || !bg->scene_mean || !learning.count || !learning.sum || !learning.product)
        status = vaho_fail_memory(error, "the background; --background global needs less");
    if (status == VAHO_OK && !settings->about_zero) {
        status = vaho_strips_walk(strips, add_mean, &learning, pool, error);
        if (status == VAHO_OK)
            settle_means(&learning);
    }
    if (status == VAHO_OK)
        status = vaho_strips_walk(strips, add_product, &learning, pool, error);
    if (status == VAHO_OK)
        status = factor(&learning, settings, pool, error);
    free(learning.count);
    free(learning.sum);
    free(learning.product);
    if (status != VAHO_OK) {
        vaho_background_free(bg);
        return status;
    }
    *out = bg;
    return VAHO_OK;
}
