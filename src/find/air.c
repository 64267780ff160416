#include "find/air.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "find/footprint.h"

static const double FROM_K = -12.0, STEP_K = 0.5;
enum { N_VALUES = 57, MAX_PLUMES = 40 };
/* Evidence that tells the air's temperature: of a plume that hides little of itself. */
static const double Z_TELLS = 15.0;
static const float HELD_SHARE = 0.4f; /* of the peak's evidence: pixels that speak for the plume */

/* The pixels of a winner whose level map is near its peak. */
static enum vaho_status core_pixels(unsigned **out, size_t *out_n,
                                    const struct vaho_contender *winner,
                                    const struct vaho_evidence *evidence,
                                    const struct vaho_competition *c, struct vaho_error *error)
{
    const struct vaho_level_map *map =
        vaho_evidence_map(evidence) + winner->gas * VAHO_N_SCALES + winner->candidate.scale;
    size_t n = 0;

    for (int store = 0; store < 2; store++) {
        if (store == 1 && (*out = vaho_alloc(2 * n, sizeof **out)) == NULL)
            return vaho_fail_memory(error, "a plume's pixels");
        n = 0;
        for (size_t l = 0; l < c->n_lines; l++)
            for (size_t s = 0; s < c->n_samples; s++) {
                float z = map->z[(l >> winner->candidate.level) * map->n_cols +
                                 (s >> winner->candidate.level)];
                if (c->claim[l * c->n_samples + s] != winner->claim ||
                    !(z >= HELD_SHARE * winner->candidate.z))
                    continue;
                if (store == 1) {
                    (*out)[2 * n] = (unsigned)l;
                    (*out)[2 * n + 1] = (unsigned)s;
                }
                n++;
            }
    }
    *out_n = n;
    return VAHO_OK;
}

/* Adds what one winner says of every d, as much as its evidence is worth. */
static enum vaho_status add_plume(double total[N_VALUES], const double d[N_VALUES],
                                  const struct vaho_contender *winner,
                                  const struct vaho_scene *scene,
                                  const struct vaho_evidence *evidence,
                                  const struct vaho_competition *competition, const float *parts,
                                  size_t n, struct vaho_error *error)
{
    struct vaho_footprint_sums sums = {0};
    double *match = vaho_alloc(N_VALUES * n, sizeof *match);
    double *product = vaho_alloc(N_VALUES * n * n, sizeof *product);
    double explained[N_VALUES] = {0.0}, most = 0.0, z = (double)winner->candidate.z;
    unsigned *pixel = NULL;
    size_t n_pixels;
    enum vaho_status status = core_pixels(&pixel, &n_pixels, winner, evidence, competition, error);

    if (status == VAHO_OK && (!match || !product))
        status = vaho_fail_memory(error, "a plume's gases");
    if (status == VAHO_OK)
        status = vaho_footprint_sum(&sums, pixel, n_pixels, scene, error);
    if (status == VAHO_OK)
        status = vaho_footprint_match(match, product, &sums, evidence,
                                      vaho_scale(winner->candidate.scale)->like_level,
                                      scene->contrast, parts, n, d, N_VALUES, error);
    for (size_t i = 0; status == VAHO_OK && i < N_VALUES; i++) {
        for (size_t g = 0; g < n; g++) {
            double m = match[i * n + g], power = product[(i * n + g) * n + g];
            if (m > 0.0 && power > 0.0)
                explained[i] = fmax(explained[i], m * m / power);
        }
        most = fmax(most, explained[i]);
    }
    for (size_t i = 0; status == VAHO_OK && i < N_VALUES && most > 0.0; i++)
        total[i] += z * z / most * explained[i];
    vaho_footprint_sums_free(&sums);
    free(pixel);
    free(match);
    free(product);
    return status;
}

enum vaho_status vaho_air_settle(double *out_d, int *settled, const struct vaho_scene *scene,
                                 const struct vaho_evidence *evidence,
                                 const struct vaho_competition *competition, const float *parts,
                                 size_t n_searched, struct vaho_error *error)
{
    double total[N_VALUES] = {0.0}, d[N_VALUES];
    size_t best = 0, n_plumes = 0;
    enum vaho_status status = VAHO_OK;

    *settled = 0;
    for (size_t i = 0; i < N_VALUES; i++)
        d[i] = FROM_K + STEP_K * (double)i;
    for (size_t i = 0; status == VAHO_OK && i < competition->n && n_plumes < MAX_PLUMES; i++) {
        const struct vaho_contender *winner = &competition->winner[i]; /* strongest first */
        if (winner->decoy || (double)winner->candidate.z < Z_TELLS)
            continue;
        status =
            add_plume(total, d, winner, scene, evidence, competition, parts, n_searched, error);
        n_plumes++;
    }
    for (size_t i = 0; i < N_VALUES; i++) {
        double off = (d[i] - VAHO_GROUND_MINUS_AIR_K) / VAHO_GROUND_MINUS_AIR_SIGMA_K;
        total[i] -= off * off;
        if (total[i] > total[best])
            best = i;
    }
    if (status == VAHO_OK && n_plumes > 0) {
        *settled = 1;
        *out_d = d[best];
    }
    return status;
}
