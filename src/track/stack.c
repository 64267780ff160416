#include "track/stack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/robust.h"
#include "track/plume_kernel.h"
#include "track/stack_parts.h"

static const float KNEE = 4.0f;
static const float MIN_COVER = 0.25f; /* of the plume's sum of m^2 that must be seen */
enum { MIN_CELLS = 64 };              /* covered ones, for a spread */

void vaho_stack_free(struct vaho_stack *stack)
{
    if (stack == NULL)
        return;
    free(stack->gas_of);
    free(stack->z);
    free(stack->information);
    free(stack->u);
    free(stack->weight);
    free(stack->seen);
    free(stack->wind);
    free(stack);
}

enum vaho_status vaho_stack_new(struct vaho_stack **out, const struct vaho_ground_grid *grid,
                                double pixel_m, const unsigned *gas_of, size_t n, size_t n_gases,
                                size_t n_passes, struct vaho_error *error)
{
    struct vaho_stack *stack = vaho_alloc(1, sizeof *stack);
    size_t n_cells = grid->n_rows * grid->n_cols;

    *out = NULL;
    if (stack != NULL)
        *stack = (struct vaho_stack){
            .grid = *grid,
            .pixel_m = pixel_m,
            .n_cells = n_cells,
            .n_signatures = n,
            .n_gases = n_gases,
            .max_passes = n_passes,
            .gas_of = vaho_alloc(n, sizeof *stack->gas_of),
            .z = vaho_alloc(n * n_cells, sizeof *stack->z),
            .information = vaho_alloc(n_gases * n_cells, sizeof *stack->information),
            .u = vaho_alloc(n_passes * n_gases * n_cells, sizeof *stack->u),
            .weight = vaho_alloc(n_passes * n_gases * n_cells, sizeof *stack->weight),
            .seen = vaho_alloc(n_cells, 1),
            .wind = vaho_alloc(n_passes, sizeof *stack->wind)};
    if (!stack || !stack->gas_of || !stack->z || !stack->information || !stack->u ||
        !stack->weight || !stack->seen || !stack->wind) {
        vaho_stack_free(stack);
        return vaho_fail_memory(error, "the stack of passes");
    }
    memcpy(stack->gas_of, gas_of, n * sizeof *gas_of);
    *out = stack;
    return VAHO_OK;
}

struct adding {
    struct vaho_stack *stack;
    const struct vaho_pass_planes *planes;
    const struct vaho_plume_kernel *kernel;
    const float *cover; /* sum of m^2 over valid pixels, as a share of all of it */
};

static float psi(float u, size_t n_passes)
{
    float size = fabsf(u);

    return n_passes == 1 || size <= KNEE ? u : copysignf(KNEE * (1.0f + logf(size / KNEE)), u);
}

/* Numerators of one signature into u, over the root of the energy; NaN where not covered. */
static void gather_signature(float *u, const struct adding *adding, const float *energy, size_t i)
{
    const struct vaho_stack *stack = adding->stack;

    vaho_plume_kernel_gather(u, adding->planes->score + i * stack->n_cells, adding->kernel, 1,
                             stack->grid.n_rows, stack->grid.n_cols);
    for (size_t c = 0; c < stack->n_cells; c++)
        u[c] = adding->cover[c] >= MIN_COVER && energy[c] > 0.0f ? u[c] / sqrtf(energy[c]) : NAN;
}

/* The median off u; returns its robust spread. */
static double centre(float *u, size_t n_cells, float *scratch)
{
    size_t n = 0;
    float median;

    for (size_t c = 0; c < n_cells; c++)
        if (isfinite(u[c]))
            scratch[n++] = u[c];
    if (n < MIN_CELLS)
        return 1.0;
    median = vaho_median(scratch, n);
    for (size_t c = 0; c < n_cells; c++)
        u[c] -= median;
    return (double)vaho_robust_sigma(scratch, n);
}

/* One gas and all that is scored in its eyes. */
static enum vaho_status add_gas(void *context, size_t gas, size_t worker, struct vaho_error *error)
{
    const struct adding *adding = context;
    struct vaho_stack *stack = adding->stack;
    size_t n_cells = stack->n_cells, pass = stack->n_passes, n = 0;
    float *own_u = stack->u + (pass * stack->n_gases + gas) * n_cells;
    float *weight = stack->weight + (pass * stack->n_gases + gas) * n_cells;
    float *energy = vaho_alloc(n_cells, sizeof *energy),
          *scratch = vaho_alloc(n_cells, sizeof *scratch);
    double spread = 0.0, unit;
    float *u;

    (void)worker;
    for (size_t i = 0; i < stack->n_signatures; i++)
        n += stack->gas_of[i] == gas;
    u = vaho_alloc(n * n_cells, sizeof *u);
    n = 0;
    if (u == NULL || energy == NULL || scratch == NULL) {
        free(u);
        free(energy);
        free(scratch);
        return vaho_fail_memory(error, "the stack of passes");
    }
    vaho_plume_kernel_gather(energy, adding->planes->energy + gas * n_cells, adding->kernel, 2,
                             stack->grid.n_rows, stack->grid.n_cols);
    for (size_t i = 0; i < stack->n_signatures; i++)
        if (stack->gas_of[i] == gas) {
            gather_signature(u + n * n_cells, adding, energy, i);
            spread += centre(u + n * n_cells, n_cells, scratch);
            n++;
        }
    spread = fmax(spread / (double)n, 1e-3);
    unit = stack->wind[pass].relative * adding->planes->amplitude[gas] / spread;
    for (size_t c = 0; c < n_cells; c++) {
        weight[c] = isfinite(u[c]) ? (float)unit * sqrtf(energy[c]) : 0.0f;
        stack->information[gas * n_cells + c] += weight[c] * weight[c];
        own_u[c] = u[c] / (float)spread; /* the gas comes first of its own */
    }
    n = 0;
    for (size_t i = 0; i < stack->n_signatures; i++) {
        float *z = stack->z + i * n_cells;
        if (stack->gas_of[i] != gas)
            continue;
        for (size_t c = 0; c < n_cells; c++)
            z[c] += weight[c] > 0.0f
                        ? weight[c] * psi(u[n * n_cells + c] / (float)spread, stack->max_passes)
                        : 0.0f;
        n++;
    }
    free(u);
    free(energy);
    free(scratch);
    return VAHO_OK;
}

enum vaho_status vaho_stack_add(struct vaho_stack *stack, const struct vaho_pass_planes *planes,
                                const struct vaho_pass_wind *wind, struct vaho_pool *pool,
                                struct vaho_error *error)
{
    struct vaho_plume_kernel_settings settings = {wind->from_deg, wind->from_sigma_deg,
                                                  wind->place_sigma_m, stack->pixel_m,
                                                  stack->grid.cell_m};
    struct vaho_plume_kernel kernel = {0};
    struct adding adding = {stack, planes, &kernel, NULL};
    float *cover = vaho_alloc(stack->n_cells, sizeof *cover);
    double full = pow(stack->grid.cell_m / stack->pixel_m, 2.0), squares = 0.0;
    enum vaho_status status = vaho_plume_kernel_make(&kernel, &settings, error);

    if (status == VAHO_OK && cover == NULL)
        status = vaho_fail_memory(error, "the stack of passes");
    if (status == VAHO_OK) {
        for (size_t k = 0; k < kernel.n; k++)
            squares += (double)kernel.m[k] * (double)kernel.m[k];
        vaho_plume_kernel_gather(cover, planes->n_valid, &kernel, 2, stack->grid.n_rows,
                                 stack->grid.n_cols);
        for (size_t c = 0; c < stack->n_cells; c++) {
            cover[c] /= (float)(full * squares);
            stack->seen[c] |= planes->n_valid[c] > 0.0f;
        }
        adding.cover = cover;
        stack->wind[stack->n_passes] = *wind;
        status = vaho_pool_run(pool, stack->n_gases, add_gas, &adding, error);
        stack->n_passes++;
    }
    vaho_plume_kernel_free(&kernel);
    free(cover);
    return status;
}

void vaho_stack_finish(struct vaho_stack *stack)
{
    for (size_t i = 0; i < stack->n_signatures; i++)
        for (size_t c = 0; c < stack->n_cells; c++) {
            float information = stack->information[stack->gas_of[i] * stack->n_cells + c];
            float *z = &stack->z[i * stack->n_cells + c];
            *z = stack->seen[c] && information > 0.0f ? *z / sqrtf(information) : -INFINITY;
        }
}

const float *vaho_stack_z(const struct vaho_stack *stack, size_t signature)
{
    return stack->z + signature * stack->n_cells;
}

void vaho_stack_pass(double *u, double *share, const struct vaho_stack *stack, size_t gas,
                     size_t pass, size_t cell)
{
    size_t at = (pass * stack->n_gases + gas) * stack->n_cells + cell;
    double weight = (double)stack->weight[at],
           all = (double)stack->information[gas * stack->n_cells + cell];

    *share = all > 0.0 ? weight * weight / all : 0.0;
    *u = weight > 0.0 ? (double)stack->u[at] : NAN;
}

/* A pass's evidence as it is, or as it counts: psi of it. */
static double evidence_of(const struct vaho_stack *stack, size_t at, int counted)
{
    return (double)(counted ? psi(stack->u[at], stack->max_passes) : stack->u[at]);
}

/* The mean over passes, its standard deviation by noise alone, and chi^2 of the passes about it per
 * degree of freedom, at least 1. */
static double mean_of_passes(double *mean, double *sigma, const struct vaho_stack *stack,
                             size_t gas, size_t cell, int counted)
{
    double sum = 0.0, chi2 = 0.0, all = (double)stack->information[gas * stack->n_cells + cell];
    size_t n = 0;

    for (size_t pass = 0; pass < stack->n_passes; pass++) {
        size_t at = (pass * stack->n_gases + gas) * stack->n_cells + cell;
        if (stack->weight[at] > 0.0f)
            sum += (double)stack->weight[at] * evidence_of(stack, at, counted);
    }
    *mean = all > 0.0 ? sum / all : NAN;
    *sigma = all > 0.0 ? 1.0 / sqrt(all) : NAN;
    for (size_t pass = 0; pass < stack->n_passes; pass++) {
        size_t at = (pass * stack->n_gases + gas) * stack->n_cells + cell;
        if (!(stack->weight[at] > 0.0f))
            continue;
        chi2 += pow(evidence_of(stack, at, counted) - *mean * (double)stack->weight[at], 2.0);
        n++;
    }
    return n > 1 ? fmax(chi2 / (double)(n - 1), 1.0) : 1.0;
}

double vaho_stack_disagreement(const struct vaho_stack *stack, size_t gas, size_t cell)
{
    double mean, sigma;

    return mean_of_passes(&mean, &sigma, stack, gas, cell, 1);
}

void vaho_stack_amount(double *ppmm, double *sigma, const struct vaho_stack *stack, size_t gas,
                       size_t cell)
{
    double chi2 = mean_of_passes(ppmm, sigma, stack, gas, cell, 0);

    *sigma *= sqrt(chi2);
}
