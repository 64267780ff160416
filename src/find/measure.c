#include "find/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/footprint.h"
#include "find/naming.h"
#include "find/pieces.h"
#include "find/source_point.h"
#include "find/spectrum.h"
#include "sense/unlisted.h"

static const float SHOWS = 5.0f; /* evidence at which a scale shows the plume ... */
static const float FOOTPRINT_FLOOR = 2.5f, FOOTPRINT_SHARE = 0.25f; /* ... and its footprint */

static float map_value(const struct vaho_measuring *m, size_t gas, size_t level, size_t line,
                       size_t sample)
{
    const struct vaho_level_map *map;

    if (level == 0)
        return m->maps->snr[(gas * m->maps->n_lines + line) * m->maps->n_samples + sample];
    map = vaho_evidence_map(m->evidence) + gas * VAHO_N_SCALES + level - 1;
    return map->z[(line >> level) * map->n_cols + (sample >> level)];
}

/* The claimed pixels: their bounding box, and the finest level that shows the plume. */
static void survey_claim(size_t box[4], size_t *level, float *peak, const struct vaho_measuring *m,
                         const struct vaho_contender *winner)
{
    const struct vaho_competition *c = m->competition;

    box[0] = c->n_lines;
    box[1] = c->n_samples;
    box[2] = box[3] = 0;
    for (size_t j = 0; j <= vaho_scale(winner->candidate.scale)->like_level; j++) {
        *peak = 0.0f;
        *level = j;
        for (size_t l = 0; l < c->n_lines; l++)
            for (size_t s = 0; s < c->n_samples; s++) {
                if (c->claim[l * c->n_samples + s] != winner->claim)
                    continue;
                *peak = fmaxf(*peak, map_value(m, winner->gas, j, l, s));
                box[0] = l < box[0] ? l : box[0];
                box[1] = s < box[1] ? s : box[1];
                box[2] = l > box[2] ? l : box[2];
                box[3] = s > box[3] ? s : box[3];
            }
        if (*peak >= SHOWS)
            return;
    }
}

static enum vaho_status draw_footprint(struct vaho_plume *out, const struct vaho_measuring *m,
                                       const struct vaho_contender *winner,
                                       struct vaho_error *error)
{
    const struct vaho_competition *c = m->competition;
    size_t box[4], level, room, n = 0;
    float peak, floor;

    survey_claim(box, &level, &peak, m, winner);
    floor = fminf(fmaxf(FOOTPRINT_FLOOR, FOOTPRINT_SHARE * peak), peak);
    room = (box[2] - box[0] + 1) * (box[3] - box[1] + 1);
    out->pixel = vaho_alloc(2 * room, sizeof *out->pixel);
    if (out->pixel == NULL)
        return vaho_fail_memory(error, "a footprint");
    out->bbox[0] = c->n_lines;
    out->bbox[1] = c->n_samples;
    out->bbox[2] = out->bbox[3] = 0;
    for (size_t l = box[0]; l <= box[2]; l++)
        for (size_t s = box[1]; s <= box[3]; s++) {
            if (c->claim[l * c->n_samples + s] != winner->claim ||
                !(map_value(m, winner->gas, level, l, s) >= floor) ||
                !isfinite(m->maps->snr[(winner->gas * c->n_lines + l) * c->n_samples + s]))
                continue;
            out->pixel[2 * n] = (unsigned)l;
            out->pixel[2 * n + 1] = (unsigned)s;
            n++;
            out->bbox[0] = l < out->bbox[0] ? l : out->bbox[0];
            out->bbox[1] = s < out->bbox[1] ? s : out->bbox[1];
            out->bbox[2] = l > out->bbox[2] ? l : out->bbox[2];
            out->bbox[3] = s > out->bbox[3] ? s : out->bbox[3];
        }
    if (n == 0) { /* all of it without weight: the peak's own pixel stands for it */
        double line, sample;
        vaho_candidate_centre(&line, &sample, &winner->candidate);
        out->pixel[0] = (unsigned)fmin(line, (double)(c->n_lines - 1));
        out->pixel[1] = (unsigned)fmin(sample, (double)(c->n_samples - 1));
        out->bbox[0] = out->bbox[2] = out->pixel[0];
        out->bbox[1] = out->bbox[3] = out->pixel[1];
        n = 1;
    }
    out->n_pixels = n;
    return VAHO_OK;
}

/*
 * Which gas it is: *gas, or the searched one that is nearest; *out_none is the probability that it
 * is none of them, *out_left what the best explanation leaves of chi^2 (unlisted.h).
 */
static enum vaho_status name_gas(struct vaho_plume *out, size_t *gas, double *out_none,
                                 double *out_left, struct vaho_subsets *subsets,
                                 const double *match, const double *product,
                                 const struct vaho_measuring *m,
                                 const struct vaho_contender *winner, struct vaho_error *error)
{
    const struct vaho_candidate *candidate = &winner->candidate;
    size_t n = m->n_searched, n_decoys = m->n_scored > n ? m->n_scored - n : 0;
    size_t nb = vaho_columns_n_bands(m->scene->columns);
    struct vaho_identification *id = vaho_alloc(n, sizeof *id);
    double *instead = vaho_alloc(n, sizeof *instead);
    double *z = vaho_alloc(n + n_decoys, sizeof *z);
    double *tempering = vaho_alloc(n + n_decoys, sizeof *tempering);
    struct vaho_unlisted unlisted = {
        .n_bands = nb, .n_decoys = n_decoys, .chi2 = NAN, .empty_excess = m->empty_excess};
    enum vaho_status status =
        id && instead && z && tempering ? VAHO_OK : vaho_fail_memory(error, "a plume's gases");

    if (status == VAHO_OK)
        status = vaho_identify_explained(id, subsets, match, product,
                                         (double)candidate->raw / (double)candidate->z, nb,
                                         m->n_gases, n, error);
    if (status == VAHO_OK && n_decoys > 0) {
        status =
            vaho_evidence_beside(z, tempering, &unlisted.chi2, m->evidence, candidate, m->scored,
                                 n + n_decoys, winner->beside, winner->n_beside, error);
        for (size_t i = n; i < n + n_decoys; i++) /* what it explains of chi^2 */
            z[i] = z[i] > 0.0 ? pow(z[i] * tempering[i], 2.0) : 0.0;
        unlisted.explained = &z[n];
        if (winner->n_beside > 0) /* what is left of them is their host's misfit as well */
            unlisted.chi2 = NAN;
    }
    if (status == VAHO_OK) {
        vaho_unlisted_weigh(id, subsets, n, &unlisted);
        *out_none = vaho_unlisted_none(subsets);
        *out_left = vaho_unlisted_left(subsets, &unlisted);
        *gas = vaho_name_plume(out, id, subsets, *out_none, m->name, n, winner->gas, instead);
    }
    free(id);
    free(instead);
    free(z);
    free(tempering);
    return status;
}

static void forget(struct vaho_plume *plume)
{
    free(plume->pixel);
    free(plume->wavelength_um);
    free(plume->excess);
    free(plume->fit);
    free(plume->alternative_fit);
    *plume = (struct vaho_plume){0};
}

void vaho_measure_trail_free(struct vaho_measure_trail *trail)
{
    free(trail->match);
    free(trail->product);
    free(trail->subsets.subset);
    *trail = (struct vaho_measure_trail){0};
}

/* Where the plume begins, and what told it. */
static enum vaho_status find_source(struct vaho_plume *plume, struct vaho_measure_trail *out_trail,
                                    const struct vaho_measuring *m, size_t gas, unsigned claim,
                                    struct vaho_error *error)
{
    struct vaho_drift drift;
    enum vaho_status status;

    vaho_drift_find(&drift, &m->wind, m->place, 0.5 * (double)(plume->bbox[0] + plume->bbox[2]),
                    0.5 * (double)(plume->bbox[1] + plume->bbox[3]), NAN);
    status =
        vaho_source_point(plume, m->wedges, &drift, m->maps, gas, m->competition, claim, error);
    if (status == VAHO_OK && out_trail != NULL)
        status = vaho_source_explain(&out_trail->source, plume, m->wedges, &drift, m->maps, gas,
                                     m->competition, claim, error);
    return status;
}

enum vaho_status vaho_measure(struct vaho_plume *out, size_t *out_gas, double *out_none,
                              struct vaho_measure_trail *out_trail, const struct vaho_measuring *m,
                              const struct vaho_contender *winner, struct vaho_error *error)
{
    size_t gas = winner->gas;
    size_t level = vaho_scale(winner->candidate.scale)->like_level;
    struct vaho_footprint_sums sums = {0};
    double *match = vaho_alloc(m->n_gases, sizeof *match);
    double *product = vaho_alloc(m->n_gases * m->n_gases, sizeof *product);
    double *alone = vaho_alloc(m->n_gases, sizeof *alone);
    double spread = (double)vaho_evidence_tuning(m->evidence, level, m->hypothesis, gas)->spread;
    double tempering = (double)winner->candidate.raw / (double)winner->candidate.z;
    double left = NAN;
    struct vaho_subsets subsets = {0};
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_plume){
        .snr = (double)winner->candidate.z, .emission_kg_h = NAN, .emission_sigma_kg_h = NAN};
    if (!match || !product || !alone)
        status = vaho_fail_memory(error, "a plume");
    if (status == VAHO_OK)
        status = draw_footprint(out, m, winner, error);
    if (status == VAHO_OK)
        status = vaho_footprint_sum(&sums, out->pixel, out->n_pixels, m->scene, error);
    if (status == VAHO_OK)
        status = vaho_footprint_match(match, product, &sums, m->evidence, level, m->scene->contrast,
                                      m->parts, m->n_gases, &m->scene->contrast->d[m->hypothesis],
                                      1, error);
    for (size_t g = 0; status == VAHO_OK && g < m->n_searched; g++)
        match[g] -=
            (double)vaho_evidence_tuning(m->evidence, level, m->hypothesis, g)->offset * sums.n[0];
    if (status == VAHO_OK && product[gas * m->n_gases + gas] > 0.0) {
        double power = product[gas * m->n_gases + gas];
        out->mean_ppmm = match[gas] / power;
        out->sigma_ppmm = spread / sqrt(power);
    }
    for (size_t g = 0; status == VAHO_OK && g < m->n_gases; g++)
        if (product[g * m->n_gases + g] > 0.0)
            alone[g] = match[g] / product[g * m->n_gases + g];
    if (status == VAHO_OK)
        status = vaho_evidence_match(match, product, m->evidence, &winner->candidate, m->parts,
                                     m->n_gases, winner->beside, winner->n_beside, error);
    if (status == VAHO_OK)
        status = name_gas(out, &gas, out_none, &left, &subsets, match, product, m, winner, error);
    if (status == VAHO_OK) {
        *out_gas = gas;
        status = find_source(out, out_trail, m, gas, winner->claim, error);
    }
    if (status == VAHO_OK && out_trail != NULL) {
        out_trail->n_gases = m->n_gases;
        out_trail->spread = tempering;
        out_trail->none = *out_none;
        out_trail->left = left;
        out_trail->empty_excess = m->empty_excess;
        out_trail->match = match;
        out_trail->product = product;
        out_trail->subsets = subsets;
        subsets.subset = NULL;
        match = product = NULL;
    }
    out->peak_ppmm = out->mean_ppmm;
    if (status == VAHO_OK)
        status = vaho_spectrum_keep(out, m, &sums, gas, alone, error);
    if (vaho_plume_is_unknown(out)) /* there is no amount of what has no name */
        out->mean_ppmm = out->sigma_ppmm = out->peak_ppmm = NAN;
    vaho_footprint_sums_free(&sums);
    free(match);
    free(product);
    free(alone);
    free(subsets.subset);
    if (status != VAHO_OK)
        forget(out);
    return status;
}

enum vaho_status vaho_measure_piece(struct vaho_plume *plume, struct vaho_measure_trail *out_trail,
                                    struct vaho_plume *piece, size_t gas, unsigned claim,
                                    const struct vaho_measuring *measuring,
                                    struct vaho_error *error)
{
    enum vaho_status status = vaho_pieces_join(plume, piece, error);

    forget(piece);
    return status != VAHO_OK ? status : find_source(plume, out_trail, measuring, gas, claim, error);
}

void vaho_plumes_free(struct vaho_plumes *plumes)
{
    if (plumes == NULL)
        return;
    for (size_t i = 0; i < plumes->n; i++)
        forget(&plumes->plume[i]);
    free(plumes->plume);
    free(plumes);
}
