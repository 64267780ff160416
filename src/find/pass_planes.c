#include "find/pass_planes.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/evidence_model.h"
#include "find/strip.h"

enum { STRIP_LINES = 64 };
/* Backgrounds as large as a plume, the best first; the last is always there. */
static const size_t SCALE[] = {4, 2, 1, 0};

/* What is scored in the eyes of one gas. */
struct eyes {
    const struct vaho_own_background *own;
    size_t n;
    unsigned *signature;
    float *filter; /* n_bands x n */
};

struct making {
    struct vaho_pass_planes *planes;
    const struct vaho_evidence *evidence;
    const struct vaho_strip *strip;
    const unsigned *cell;
    struct eyes *eyes; /* n_gases */
};

/* Filters of unit variance and what one ppm.m does to them. */
static enum vaho_status make_filters(struct eyes *eyes, double *amplitude,
                                     const struct vaho_evidence *evidence, const float *parts,
                                     struct vaho_error *error)
{
    size_t nb = evidence->n_bands, stride = (evidence->n_parts + 1) * nb, at = 0;
    double *v = vaho_alloc(3 * nb, sizeof *v), *f = v + nb, *product = f + nb;

    eyes->filter = vaho_alloc(nb * eyes->n, sizeof *eyes->filter);
    if (v == NULL || eyes->filter == NULL) {
        free(v);
        return vaho_fail_memory(error, "the filters");
    }
    while (eyes->own->cholesky[SCALE[at]] == NULL)
        at++;
    for (size_t i = 0; i < eyes->n; i++) {
        double variance;
        vaho_own_shape(v, eyes->own, parts + eyes->signature[i] * stride, evidence->n_parts, nb);
        memcpy(f, v, nb * sizeof *f);
        for (int k = 0; k < 2; k++)
            cblas_dtrsv(CblasRowMajor, CblasLower, k == 0 ? CblasNoTrans : CblasTrans, CblasNonUnit,
                        (int)nb, eyes->own->cholesky[SCALE[at]], (int)nb, f, 1);
        cblas_dsymv(CblasRowMajor, CblasLower, (int)nb, 1.0, eyes->own->moment[SCALE[at]], (int)nb,
                    f, 1, 0.0, product, 1);
        variance = fmax(cblas_ddot((int)nb, v, 1, f, 1), cblas_ddot((int)nb, f, 1, product, 1));
        variance = variance > 0.0 ? variance : INFINITY;
        amplitude[eyes->signature[i]] = cblas_ddot((int)nb, v, 1, f, 1) / sqrt(variance);
        for (size_t b = 0; b < nb; b++)
            eyes->filter[b * eyes->n + i] = (float)(f[b] / sqrt(variance));
    }
    free(v);
    return VAHO_OK;
}

/* Adds the lines of the strip to the planes of one gas. */
static enum vaho_status add_lines(void *context, size_t gas, size_t worker,
                                  struct vaho_error *error)
{
    const struct making *making = context;
    const struct vaho_strip *strip = making->strip;
    const struct eyes *eyes = &making->eyes[gas];
    struct vaho_pass_planes *planes = making->planes;
    size_t ns = strip->n_samples, nb = strip->n_bands, n_parts = making->evidence->n_parts;
    float *projected = vaho_alloc(eyes->n * ns, sizeof *projected);

    (void)worker;
    if (projected == NULL)
        return vaho_fail_memory(error, "the planes of a pass");
    for (size_t l = 0; l < strip->n_lines; l++) {
        const float *q = strip->q + l * strip->rank * ns;
        const unsigned *cell = making->cell + (strip->first_line + l) * ns;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)eyes->n, (int)ns, (int)nb, 1.0f,
                    eyes->filter, (int)eyes->n, strip->z + l * nb * ns, (int)ns, 0.0f, projected,
                    (int)ns);
        for (size_t s = 0; s < ns; s++) {
            float w = eyes->own->factor[0];
            if (!strip->valid[l * ns + s] || cell[s] == VAHO_NO_CELL)
                continue;
            for (size_t k = 1; k < n_parts; k++)
                w += eyes->own->factor[k] * q[(k - 1) * ns + s];
            planes->energy[gas * planes->n_cells + cell[s]] += w * w;
            if (gas == 0)
                planes->n_valid[cell[s]] += 1.0f;
            for (size_t i = 0; i < eyes->n; i++)
                planes->score[eyes->signature[i] * planes->n_cells + cell[s]] +=
                    w * projected[i * ns + s];
        }
    }
    free(projected);
    return VAHO_OK;
}

static enum vaho_status make_planes(struct making *making, size_t hypothesis, const float *parts,
                                    const unsigned *gas_of, struct vaho_pool *pool,
                                    struct vaho_error *error)
{
    const struct vaho_evidence *evidence = making->evidence;
    struct vaho_pass_planes *planes = making->planes;
    struct vaho_strip *strip = NULL;
    enum vaho_status status = VAHO_OK;

    for (size_t g = 0; status == VAHO_OK && g < planes->n_gases; g++) {
        struct eyes *eyes = &making->eyes[g];
        eyes->own = &evidence->backgrounds->own[g * evidence->n_hypotheses + hypothesis];
        eyes->signature = vaho_alloc(planes->n_signatures, sizeof *eyes->signature);
        if (eyes->signature == NULL)
            return vaho_fail_memory(error, "the planes of a pass");
        for (size_t i = 0; i < planes->n_signatures; i++)
            if (gas_of[i] == g)
                eyes->signature[eyes->n++] = (unsigned)i;
        status = make_filters(eyes, planes->amplitude, evidence, parts, error);
    }
    if (status == VAHO_OK)
        status = vaho_strip_new(&strip, &evidence->scene, STRIP_LINES, error);
    making->strip = strip;
    for (size_t l = 0; status == VAHO_OK && l < evidence->n_lines; l += STRIP_LINES) {
        size_t n = evidence->n_lines - l < STRIP_LINES ? evidence->n_lines - l : STRIP_LINES;
        status = vaho_strip_read(strip, &evidence->scene, NULL, l, n, pool, error);
        if (status == VAHO_OK)
            status = vaho_pool_run(pool, planes->n_gases, add_lines, making, error);
    }
    vaho_strip_free(strip);
    return status;
}

enum vaho_status vaho_pass_planes_make(struct vaho_pass_planes **out,
                                       const struct vaho_evidence *evidence, size_t hypothesis,
                                       const float *parts, const unsigned *gas_of, size_t n,
                                       const unsigned *cell, size_t n_cells, struct vaho_pool *pool,
                                       struct vaho_error *error)
{
    size_t n_gases = evidence->n_gases;
    struct vaho_pass_planes *planes = vaho_alloc(1, sizeof *planes);
    struct making making = {planes, evidence, NULL, cell, vaho_alloc(n_gases, sizeof *making.eyes)};
    enum vaho_status status;

    *out = planes;
    if (planes != NULL)
        *planes = (struct vaho_pass_planes){n,
                                            n_gases,
                                            n_cells,
                                            vaho_alloc(n * n_cells, sizeof(float)),
                                            vaho_alloc(n_gases * n_cells, sizeof(float)),
                                            vaho_alloc(n_cells, sizeof(float)),
                                            vaho_alloc(n, sizeof(double))};
    if (!planes || !making.eyes || !planes->score || !planes->energy || !planes->n_valid ||
        !planes->amplitude)
        status = vaho_fail_memory(error, "the planes of a pass");
    else
        status = make_planes(&making, hypothesis, parts, gas_of, pool, error);
    for (size_t g = 0; making.eyes != NULL && g < n_gases; g++) {
        free(making.eyes[g].signature);
        free(making.eyes[g].filter);
    }
    free(making.eyes);
    if (status != VAHO_OK) {
        vaho_pass_planes_free(planes);
        *out = NULL;
    }
    return status;
}

void vaho_pass_planes_free(struct vaho_pass_planes *planes)
{
    if (planes == NULL)
        return;
    free(planes->score);
    free(planes->energy);
    free(planes->n_valid);
    free(planes->amplitude);
    free(planes);
}
