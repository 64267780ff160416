/*
 * columns_faults.c - dead elements and columns, from the sums of the first reading
 *
 * Of each element (band, sample) there are the sums of x and x^2, and the same of
 * the second difference across bands, d_b = x_b - (x_(b-1) + x_(b+1)) / 2, whose
 * spread is noise rather than scene (its mean is the elements' offsets).  Against
 * the other columns of the same band:
 *
 *   no life      standard deviation under DEAD_RATIO of the band's median;
 *   noise        spread of d over WILD_RATIO of the band's median, no smaller than
 *                at both neighbours (which share its noise), and none of them dead
 *                (whose fault it would be);
 *   wrong level  mean further from the running median of its neighbours than
 *                WILD_LEVEL times the band's robust spread of that distance, the
 *                column's own common step (a roof, a road) taken off.
 *
 * A column with more than GIVE_UP_SHARE of its elements dead, or GIVE_UP_NOISE times
 * as noisy as the others, is given up.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "sense/columns_model.h"
#include "sense/robust.h"

enum { NEIGHBOURS = 7 }; /* samples to each side in the running median */
static const double DEAD_RATIO = 0.2, WILD_RATIO = 3.0, WILD_LEVEL = 12.0;
static const double GIVE_UP_SHARE = 0.2, GIVE_UP_NOISE = 2.0;

/* The values of the columns that are not dead, of a row over samples. */
static size_t gather_seen(float *out, const float *row, const struct vaho_columns *columns)
{
    size_t n = 0;

    for (size_t s = 0; s < columns->n_samples; s++)
        if (!columns->dead_column[s])
            out[n++] = row[s];
    return n;
}

/* How far each element's mean lies from the running median of its neighbours. */
static void level_steps(float *out, const float *mean, const unsigned char *dead_column,
                        size_t n_samples, float *scratch)
{
    for (size_t s = 0; s < n_samples; s++) {
        size_t from = s > NEIGHBOURS ? s - NEIGHBOURS : 0, n = 0;
        for (size_t j = from; j < n_samples && j <= s + NEIGHBOURS; j++)
            if (!dead_column[j])
                scratch[n++] = mean[j];
        out[s] = n > 0 ? mean[s] - vaho_median(scratch, n) : 0.0f;
    }
}

/* Noise is a second difference: what a dead element does to its neighbours' is not theirs. */
static void mark_noisy(struct vaho_columns *columns, const float *noise)
{
    size_t nb = columns->n_bands, ns = columns->n_samples;

    for (size_t b = 0; b < nb; b++)
        for (size_t s = 0; s < ns; s++) {
            size_t j = b * ns + s;
            int below = b > 0 && (columns->dead[j - ns] || noise[j - ns] > noise[j]);
            int above = b + 1 < nb && (columns->dead[j + ns] || noise[j + ns] > noise[j]);
            columns->dead[j] |= noise[j] > WILD_RATIO && !below && !above;
        }
}

/* Marks dead elements and columns from the moments. */
enum vaho_status vaho_columns_find_dead(struct vaho_columns *columns,
                                        const struct vaho_column_sums *sums,
                                        struct vaho_error *error)
{
    size_t nb = columns->n_bands, ns = columns->n_samples, larger = nb > ns ? nb : ns;
    float *sd = vaho_alloc(nb * ns, sizeof *sd), *noise = vaho_alloc(nb * ns, sizeof *noise);
    float *step = vaho_alloc(nb * ns, sizeof *step), *scratch = vaho_alloc(larger, sizeof *scratch);
    float *typical = vaho_alloc(ns, sizeof *typical);
    enum vaho_status status = VAHO_OK;

    if (!sd || !noise || !step || !scratch || !typical) {
        status = vaho_fail_memory(error, "finding dead elements");
        goto fail;
    }
    for (size_t b = 0; b < nb; b++) {
        float sd_median, noise_median;
        for (size_t s = 0; s < ns; s++) {
            size_t j = b * ns + s;
            double n = sums->n[j] > 0.0 ? sums->n[j] : 1.0, mean = sums->x[j] / n;
            columns->mean[j] = (float)mean;
            sd[j] = (float)sqrt(fmax(0.0, sums->xx[j] / n - mean * mean));
            noise[j] = (float)sqrt(fmax(0.0, sums->dd[j] / n - sums->d[j] / n * (sums->d[j] / n)));
        }
        level_steps(step + b * ns, columns->mean + b * ns, columns->dead_column, ns, scratch);
        sd_median = vaho_median(scratch, gather_seen(scratch, sd + b * ns, columns));
        noise_median = vaho_median(scratch, gather_seen(scratch, noise + b * ns, columns));
        for (size_t s = 0; s < ns; s++) {
            size_t j = b * ns + s;
            columns->dead[j] = sums->n[j] == 0.0 || sd[j] < DEAD_RATIO * sd_median;
            noise[j] = noise_median > 0.0f ? noise[j] / noise_median : 1.0f;
        }
    }
    for (size_t s = 0; s < ns; s++) { /* a step that all bands share is scene, not fault */
        for (size_t b = 0; b < nb; b++)
            scratch[b] = step[b * ns + s];
        typical[s] = vaho_median(scratch, nb);
    }
    for (size_t b = 0; b < nb; b++) {
        float spread; /* sd is done with: scratch from here */
        for (size_t s = 0; s < ns; s++)
            sd[s] = fabsf(step[b * ns + s] -= typical[s]);
        spread = 1.4826f * vaho_median(scratch, gather_seen(scratch, sd, columns));
        for (size_t s = 0; s < ns; s++) {
            size_t j = b * ns + s;
            columns->dead[j] |= fabsf(step[j]) > WILD_LEVEL * spread && spread > 0.0f;
        }
    }
    mark_noisy(columns, noise);
    for (size_t s = 0; s < ns; s++) {
        size_t n_dead = 0;
        for (size_t b = 0; b < nb; b++) {
            n_dead += columns->dead[b * ns + s];
            scratch[b] = noise[b * ns + s];
        }
        columns->dead_column[s] =
            (double)n_dead > GIVE_UP_SHARE * (double)nb || vaho_median(scratch, nb) > GIVE_UP_NOISE;
        columns->n_dead_columns += columns->dead_column[s];
        if (!columns->dead_column[s])
            columns->n_dead_elements += n_dead;
    }
fail:
    free(sd);
    free(noise);
    free(step);
    free(scratch);
    free(typical);
    return status;
}
