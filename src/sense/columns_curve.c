/*
 * columns_curve.c - what bends: the part of a spectrum that goes with products of coordinates
 *
 * Radiance is a product of emissivity and a bent function of temperature, and reflected sky one
 * of reflectance and sky, so what lies outside the scene's leading patterns is no noise of its own
 * but follows the coordinates q in them: to second order
 *
 *     z = a_0 + sum_{i <= j} a_ij q_i q_j + noise,
 *
 * least squares over the sample of pixels, a taken outside the span of the patterns.  Where a
 * material is rare or a roof hot this is worth many times the noise of a place, and a background of
 * second moments takes it for an outlier.  Coordinates are taken no further than MAX_COORDINATE, so
 * that a pixel like no other is not carried away.
 */
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/error.h"
#include "sense/columns_model.h"

enum {
    PIXELS_A_TERM = 100, /* a sample of less cannot tell */
    CHUNK = 64,          /* pixels at a time */
    MAX_TERMS = 1 + VAHO_MAX_RANK * (VAHO_MAX_RANK + 1) / 2
};
static const float MAX_COORDINATE = 5.0f;
static const float RIDGE = 1e-4f; /* of the sample, in units of one pixel of standard products */

static float bounded(float q)
{
    float low = q > -MAX_COORDINATE ? q : -MAX_COORDINATE;

    return low < MAX_COORDINATE ? low : MAX_COORDINATE;
}

static size_t n_terms(const struct vaho_columns *columns)
{
    return 1 + columns->rank * (columns->rank + 1) / 2;
}

/*
 * 1 and the products of coordinates of n pixels, n_terms x n, 0 where not valid (NULL: all are);
 * q: rank rows, a 'stride' apart; 'room' has rank x n.
 */
static void make_terms(float *out, float *room, size_t rank, const float *q, size_t stride,
                       const unsigned char *valid, size_t n)
{
    float *term = out;

    for (size_t s = 0; s < n; s++)
        term[s] = valid == NULL || valid[s] ? 1.0f : 0.0f;
    for (size_t i = 0; i < rank; i++)
        for (size_t s = 0; s < n; s++)
            room[i * n + s] = out[s] > 0.0f ? bounded(q[i * stride + s]) : 0.0f;
    for (size_t i = 0; i < rank; i++)
        for (size_t j = i; j < rank; j++) {
            term += n;
            for (size_t s = 0; s < n; s++)
                term[s] = room[i * n + s] * room[j * n + s];
        }
}

/* The sample's residuals with the columns' own gains off, n_bands x n, and its terms. */
static void sample_terms(float *terms, float *z, float *q, const struct vaho_columns *columns)
{
    size_t n = columns->n_sampled, nb = columns->n_bands, r = columns->rank + 1;
    size_t ns = columns->n_samples;

    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < nb; b++)
            z[b * n + i] = columns->residual[i * nb + b];
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)columns->rank, (int)n, (int)nb,
                1.0f, columns->leading, (int)nb, z, (int)n, 0.0f, q, (int)n);
    for (size_t b = 0; columns->gain != NULL && b < nb; b++)
        for (size_t k = 0; k < r; k++) {
            const float *gain = columns->gain + (b * r + k) * ns;
            for (size_t i = 0; i < n; i++)
                z[b * n + i] -= gain[columns->sampled_at[i]] * (k == 0 ? 1.0f : q[(k - 1) * n + i]);
        }
    make_terms(terms, q, columns->rank, q, n, NULL, n); /* q is not wanted any more */
}

/* Takes out of each of the rows what lies in the span of the leading patterns. */
static void outside_patterns(float *row, size_t n_rows, const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands;

    for (size_t t = 0; t < n_rows; t++)
        for (size_t k = 0; k < columns->rank; k++) { /* they are orthogonal */
            const float *p = columns->leading + k * nb;
            float norm = cblas_sdot((int)nb, p, 1, p, 1);
            cblas_saxpy((int)nb, -cblas_sdot((int)nb, row + t * nb, 1, p, 1) / norm, p, 1,
                        row + t * nb, 1);
        }
}

enum vaho_status vaho_columns_learn_curve(struct vaho_columns *columns, struct vaho_error *error)
{
    size_t n = columns->n_sampled, nb = columns->n_bands, nt = n_terms(columns);
    float *terms, *z, *q, *normal;
    enum vaho_status status = VAHO_OK;

    if (columns->rank == 0 || n < PIXELS_A_TERM * nt)
        return VAHO_OK;
    terms = vaho_alloc(nt * n, sizeof *terms);
    z = vaho_alloc(nb * n, sizeof *z);
    q = vaho_alloc(columns->rank * n, sizeof *q);
    normal = vaho_alloc(nt * nt, sizeof *normal);
    columns->curve = vaho_alloc(nt * nb, sizeof *columns->curve);
    if (!terms || !z || !q || !normal || !columns->curve) {
        status = vaho_fail_memory(error, "the curvature of the scene");
        goto fail;
    }
    sample_terms(terms, z, q, columns);
    cblas_ssyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)nt, (int)n, 1.0f / (float)n, terms,
                (int)n, 0.0f, normal, (int)nt);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)nt, (int)nb, (int)n, 1.0f / (float)n,
                terms, (int)n, z, (int)n, 0.0f, columns->curve, (int)nb);
    for (size_t t = 0; t < nt; t++)
        normal[t * nt + t] += RIDGE;
    if (LAPACKE_sposv(LAPACK_ROW_MAJOR, 'U', (int)nt, (int)nb, normal, (int)nt, columns->curve,
                      (int)nb) != 0) {
        free(columns->curve); /* terms that repeat each other tell nothing */
        columns->curve = NULL;
    } else
        outside_patterns(columns->curve, nt, columns);
fail:
    free(terms);
    free(z);
    free(q);
    free(normal);
    return status;
}

void vaho_columns_subtract_curve(float *z, const float *q, const unsigned char *valid,
                                 const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands, ns = columns->n_samples, nt = n_terms(columns);
    float terms[MAX_TERMS * CHUNK], room[VAHO_MAX_RANK * CHUNK];

    for (size_t from = 0; from < ns; from += CHUNK) {
        size_t n = ns - from < CHUNK ? ns - from : CHUNK;
        make_terms(terms, room, columns->rank, q + from, ns, valid + from, n);
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)nb, (int)n, (int)nt, -1.0f,
                    columns->curve, (int)nb, terms, (int)n, 1.0f, z + from, (int)ns);
    }
}

void vaho_columns_subtract_curve_of(float *z, const float *q, const struct vaho_columns *columns)
{
    size_t nb = columns->n_bands;
    float terms[MAX_TERMS], room[VAHO_MAX_RANK];

    make_terms(terms, room, columns->rank, q, 1, NULL, 1);
    cblas_sgemv(CblasRowMajor, CblasTrans, (int)n_terms(columns), (int)nb, -1.0f, columns->curve,
                (int)nb, terms, 1, 1.0f, z, 1);
}
