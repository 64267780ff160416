#include "find/measure.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sense/identify.h"
#include "sense/robust.h"

static const float SHOWS = 5.0f;        /* evidence at which a scale shows the plume ... */
static const float FOOTPRINT_FLOOR = 2.5f, FOOTPRINT_SHARE = 0.25f; /* ... and its footprint */
static const double LISTED = 0.01;      /* alternatives under this probability are left out */
enum { SOURCE_REACH = 2 };              /* pixels around one that its column density is read over */

static float map_value(const struct vaho_measuring *m, size_t gas, size_t level, size_t line,
                       size_t sample)
{
    const struct vaho_level_map *map;

    if (level == 0)
        return m->maps->snr[(gas * m->maps->n_lines + line) * m->maps->n_samples + sample];
    map = vaho_evidence_map(m->evidence) + gas * VAHO_N_LEVELS + level - 1;
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
    for (size_t j = 0; j <= winner->candidate.level; j++) {
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
                                       const struct vaho_contender *winner, struct vaho_error *error)
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

/* Sums over a footprint: Z_k = sum q_k z, N_kl = sum q_k q_l. */
struct sums {
    double *z; /* n_parts x n_bands */
    double n[VAHO_N_PAIRS];
};

static enum vaho_status sum_spectra(struct sums *sums, const struct vaho_plume *plume,
                                    const struct vaho_measuring *m, struct vaho_error *error)
{
    const struct vaho_scene *scene = m->scene;
    size_t nb = vaho_columns_n_bands(scene->columns), ns = m->maps->n_samples, i = 0;
    size_t n_parts = scene->contrast->n_parts;
    float *q = vaho_alloc(vaho_columns_rank(scene->columns) * ns, sizeof *q);
    struct vaho_block *block = NULL;
    enum vaho_status status = vaho_block_new(&block, 1, nb, ns, error);

    if (status == VAHO_OK && q == NULL)
        status = vaho_fail_memory(error, "a plume's spectrum");
    while (status == VAHO_OK && i < plume->n_pixels) {
        unsigned line = plume->pixel[2 * i];
        status = vaho_columns_read(block, scene->columns, scene->source, line, 1, error);
        if (status != VAHO_OK)
            break;
        vaho_columns_residual(block, q, scene->columns);
        for (; i < plume->n_pixels && plume->pixel[2 * i] == line; i++) {
            size_t s = plume->pixel[2 * i + 1];
            for (size_t k = 0; block->valid[s] && k < n_parts; k++) {
                double qk = k == 0 ? 1.0 : (double)q[(k - 1) * ns + s];
                for (size_t l = k; l < n_parts; l++)
                    sums->n[vaho_pair(k, l)] += qk * (l == 0 ? 1.0 : (double)q[(l - 1) * ns + s]);
                for (size_t b = 0; b < nb; b++)
                    sums->z[k * nb + b] += qk * (double)block->value[b * ns + s];
            }
        }
    }
    free(q);
    vaho_block_free(block);
    return status;
}

/* The parts of gas g under the hypothesis, whitened: n_parts x n_bands. */
static void whiten_parts(double *w, const struct vaho_measuring *m, size_t g, size_t level)
{
    size_t nb = vaho_columns_n_bands(m->scene->columns), n = m->scene->contrast->n_parts;
    const float *parts = m->parts + g * (n + 1) * nb;
    double d = m->scene->contrast->d[m->hypothesis];

    for (size_t k = 0; k < n; k++) {
        for (size_t b = 0; b < nb; b++)
            w[k * nb + b] = (double)parts[k * nb + b] + (k == 0 ? d * (double)parts[n * nb + b] : 0.0);
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                    vaho_evidence_cholesky(m->evidence, level), (int)nb, w + k * nb, 1);
    }
}

/* Matches and products of all gases over the footprint (identify.h). */
static enum vaho_status match_gases(double *match, double *product, struct sums *sums,
                                    const struct vaho_measuring *m, size_t level,
                                    struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(m->scene->columns), n = m->scene->contrast->n_parts;
    size_t ng = m->n_gases, stride = n * nb;
    double *w = vaho_alloc((ng + 1) * stride, sizeof *w), *z = w;

    if (w == NULL)
        return vaho_fail_memory(error, "a plume's gases");
    memcpy(z, sums->z, stride * sizeof *z);
    for (size_t k = 0; k < n; k++)
        cblas_dtrsv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, (int)nb,
                    vaho_evidence_cholesky(m->evidence, level), (int)nb, z + k * nb, 1);
    for (size_t g = 0; g < ng; g++)
        whiten_parts(w + (g + 1) * stride, m, g, level);
    for (size_t g = 0; g < ng; g++) {
        const double *wg = w + (g + 1) * stride;
        match[g] = cblas_ddot((int)stride, wg, 1, z, 1);
        if (g < m->n_searched)
            match[g] -= (double)vaho_evidence_tuning(m->evidence, level, m->hypothesis, g)->offset *
                        sums->n[0];
        for (size_t h = 0; h < ng; h++) {
            const double *wh = w + (h + 1) * stride;
            double sum = 0.0;
            for (size_t k = 0; k < n; k++)
                for (size_t l = 0; l < n; l++)
                    sum += sums->n[k < l ? vaho_pair(k, l) : vaho_pair(l, k)] *
                           cblas_ddot((int)nb, wg + k * nb, 1, wh + l * nb, 1);
            product[g * ng + h] = sum;
        }
    }
    free(w);
    return VAHO_OK;
}

/* Names the gas and lists what else it may be. */
static void name_gases(struct vaho_plume *out, const struct vaho_identification *id,
                       const struct vaho_measuring *m, size_t searched, size_t *gas)
{
    size_t best = searched;

    for (size_t g = 0; g < m->n_searched; g++)
        if (id[g].probability > id[best].probability)
            best = g;
    *gas = best;
    snprintf(out->gas, sizeof out->gas, "%s", m->name[best]);
    out->probability = id[best].probability;
    while (out->n_alternatives < VAHO_MAX_ALTERNATIVES) {
        struct vaho_alternative *next = &out->alternative[out->n_alternatives];
        size_t pick = m->n_searched;
        for (size_t g = 0; g < m->n_searched; g++) {
            int listed = g == best;
            for (size_t i = 0; i < out->n_alternatives; i++)
                listed |= strcmp(out->alternative[i].gas, m->name[g]) == 0;
            if (!listed && id[g].probability >= LISTED &&
                (pick == m->n_searched || id[g].probability > id[pick].probability))
                pick = g;
        }
        if (pick == m->n_searched)
            break;
        snprintf(next->gas, sizeof next->gas, "%s", m->name[pick]);
        next->probability = id[pick].probability;
        out->n_alternatives++;
    }
}

static void find_source(struct vaho_plume *out, const struct vaho_measuring *m, size_t gas)
{
    size_t nl = m->maps->n_lines, ns = m->maps->n_samples;
    const float *ppmm = m->maps->ppmm + gas * nl * ns, *weight = m->maps->weight + gas * nl * ns;
    double typical = 0.0, best = -INFINITY;

    for (size_t i = 0; i < out->n_pixels; i++)
        typical += (double)weight[out->pixel[2 * i] * ns + out->pixel[2 * i + 1]];
    typical /= (double)out->n_pixels;
    out->source_line = (double)out->pixel[0];
    out->source_sample = (double)out->pixel[1];
    for (size_t i = 0; i < out->n_pixels; i++) {
        double sum = 0.0, seen = 0.0, near = 0.0;
        for (int dl = -SOURCE_REACH; dl <= SOURCE_REACH; dl++)
            for (int ds = -SOURCE_REACH; ds <= SOURCE_REACH; ds++) {
                size_t l = out->pixel[2 * i] + (size_t)dl, s = out->pixel[2 * i + 1] + (size_t)ds;
                double w = exp(-0.25 * (double)(dl * dl + ds * ds));
                if (l >= nl || s >= ns)
                    continue;
                near += w;
                if (!isfinite(ppmm[l * ns + s]))
                    continue;
                sum += w * (double)weight[l * ns + s] * (double)ppmm[l * ns + s];
                seen += w * (double)weight[l * ns + s];
            }
        sum /= seen + 0.5 * near * typical;
        if (sum > best) {
            best = sum;
            out->source_line = (double)out->pixel[2 * i];
            out->source_sample = (double)out->pixel[2 * i + 1];
        }
    }
    out->source_sigma_px = fmax(2.0, 0.25 * sqrt((double)out->n_pixels));
}

/* The 95th percentile of the column density over the footprint. */
static enum vaho_status find_peak(struct vaho_plume *out, const struct vaho_measuring *m, size_t gas,
                                  struct vaho_error *error)
{
    size_t nl = m->maps->n_lines, ns = m->maps->n_samples, n = 0;
    float *value = vaho_alloc(out->n_pixels, sizeof *value);

    if (value == NULL)
        return vaho_fail_memory(error, "a plume's peak");
    for (size_t i = 0; i < out->n_pixels; i++) {
        float c = m->maps->ppmm[(gas * nl + out->pixel[2 * i]) * ns + out->pixel[2 * i + 1]];
        if (isfinite(c))
            value[n++] = c;
    }
    out->peak_ppmm = n > 0 ? (double)vaho_quantile(value, n, 0.95) : out->mean_ppmm;
    free(value);
    return VAHO_OK;
}

/*
 * What a person looks at: the excess z weighted by the reference weight r over
 * the footprint, sum(r z) / sqrt(n sum(r^2)), and the fitted signature the same way.
 */
static enum vaho_status keep_spectrum(struct vaho_plume *out, const struct vaho_measuring *m,
                                      const struct sums *sums, size_t gas, struct vaho_error *error)
{
    const struct vaho_contrast *contrast = m->scene->contrast;
    size_t nb = contrast->n_bands, n = contrast->n_parts;
    const float *parts = m->parts + gas * (n + 1) * nb;
    double d = contrast->d[m->hypothesis], r[VAHO_N_PARTS], energy = 0.0, scale;

    out->wavelength_um = vaho_alloc(nb, sizeof(double));
    out->excess = vaho_alloc(nb, sizeof(double));
    out->fit = vaho_alloc(nb, sizeof(double));
    if (!out->wavelength_um || !out->excess || !out->fit)
        return vaho_fail_memory(error, "a plume's spectrum");
    out->n_bands = nb;
    for (size_t k = 0; k < n; k++)
        r[k] = contrast->weight[k] + (k == 0 ? d : 0.0);
    for (size_t k = 0; k < n; k++)
        for (size_t l = 0; l < n; l++)
            energy += r[k] * r[l] * sums->n[k < l ? vaho_pair(k, l) : vaho_pair(l, k)];
    scale = energy > 0.0 && sums->n[0] > 0.0 ? 1.0 / sqrt(energy * sums->n[0]) : 0.0;
    for (size_t b = 0; b < nb; b++) {
        out->wavelength_um[b] = m->wavelength_um[b];
        for (size_t k = 0; k < n; k++) {
            out->excess[b] += r[k] * sums->z[k * nb + b] * scale;
            for (size_t l = 0; l < n; l++) {
                double p = (double)parts[l * nb + b] + (l == 0 ? d * (double)parts[n * nb + b] : 0.0);
                out->fit[b] += r[k] * sums->n[k < l ? vaho_pair(k, l) : vaho_pair(l, k)] * p *
                               out->mean_ppmm * scale;
            }
        }
    }
    return VAHO_OK;
}

static void forget(struct vaho_plume *plume)
{
    free(plume->pixel);
    free(plume->wavelength_um);
    free(plume->excess);
    free(plume->fit);
    *plume = (struct vaho_plume){0};
}

enum vaho_status vaho_measure(struct vaho_plume *out, const struct vaho_measuring *m,
                              const struct vaho_contender *winner, struct vaho_error *error)
{
    size_t nb = vaho_columns_n_bands(m->scene->columns), gas = winner->gas;
    size_t level = winner->candidate.level;
    struct sums sums = {.z = vaho_alloc(m->scene->contrast->n_parts * nb, sizeof(double))};
    double *match = vaho_alloc(m->n_gases, sizeof *match);
    double *product = vaho_alloc(m->n_gases * m->n_gases, sizeof *product);
    double spread = (double)vaho_evidence_tuning(m->evidence, level, m->hypothesis, gas)->spread;
    struct vaho_identification *id = vaho_alloc(m->n_searched, sizeof *id);
    enum vaho_status status = VAHO_OK;

    *out = (struct vaho_plume){.snr = (double)winner->candidate.z,
                               .emission_kg_h = NAN, .emission_sigma_kg_h = NAN};
    if (!sums.z || !match || !product || !id)
        status = vaho_fail_memory(error, "a plume");
    if (status == VAHO_OK)
        status = draw_footprint(out, m, winner, error);
    if (status == VAHO_OK)
        status = sum_spectra(&sums, out, m, error);
    if (status == VAHO_OK)
        status = match_gases(match, product, &sums, m, level, error);
    if (status == VAHO_OK)
        status = vaho_identify(id, match, product, spread, nb, m->n_gases, m->n_searched, error);
    if (status == VAHO_OK) {
        name_gases(out, id, m, winner->gas, &gas);
        out->mean_ppmm = id[gas].amount;
        out->sigma_ppmm = id[gas].sigma;
        find_source(out, m, gas);
        status = find_peak(out, m, gas, error);
    }
    if (status == VAHO_OK)
        status = keep_spectrum(out, m, &sums, gas, error);
    free(sums.z);
    free(match);
    free(product);
    free(id);
    if (status != VAHO_OK)
        forget(out);
    return status;
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
