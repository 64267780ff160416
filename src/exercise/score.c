/*
 * score.c - pairs of true sources and reported plumes
 *
 * A pair is possible when the axis from (line, sample) over length_px towards
 * wind_deg meets the plume's grown box (Liang and Barsky 1984: clip the segment
 * against the four sides; something is left or not).  Pairs are made greedily,
 * the best possible pair first, until none is left: sources of one scene lie
 * well apart, so a plume seldom has a choice.
 */
#include "exercise/score.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Where in a file a value is being read, for messages. */
struct spot {
    const char *name, *what; /* the file; "source" or "plume" */
    size_t number;           /* counted from 1 */
};

static enum vaho_status bad_key(const struct spot *spot, const char *key, const char *wanted,
                                struct vaho_error *error)
{
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s %zu: \"%s\" is missing or not %s", spot->name,
                     spot->what, spot->number, key, wanted);
}

static enum vaho_status read_text(char *out, size_t out_nbytes, const json_t *object,
                                  const char *key, const struct spot *spot,
                                  struct vaho_error *error)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value) || json_string_length(value) >= out_nbytes)
        return bad_key(spot, key, "a short text", error);
    snprintf(out, out_nbytes, "%s", json_string_value(value));
    return VAHO_OK;
}

static enum vaho_status read_number(double *out, const json_t *object, const char *key,
                                    const struct spot *spot, struct vaho_error *error)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_number(value))
        return bad_key(spot, key, "a number", error);
    *out = json_number_value(value);
    return VAHO_OK;
}

/* As read_number(), but 'missing' when there is no such key or it is null. */
static enum vaho_status read_optional(double *out, double missing, const json_t *object,
                                      const char *key, const struct spot *spot,
                                      struct vaho_error *error)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL || json_is_null(value)) {
        *out = missing;
        return VAHO_OK;
    }
    return read_number(out, object, key, spot, error);
}

/* The array 'key' of a JSON object; *out_root is to be released. */
static enum vaho_status read_array(json_t **out_root, const json_t **out, const char *data,
                                   size_t nbytes, const char *key, const char *name,
                                   struct vaho_error *error)
{
    json_error_t why;

    *out_root = json_loadb(data, nbytes, 0, &why);
    if (*out_root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d, column %d: %s", name, why.line,
                         why.column, why.text);
    *out = json_object_get(*out_root, key);
    if (json_is_array(*out))
        return VAHO_OK;
    json_decref(*out_root);
    *out_root = NULL;
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: has no list \"%s\"", name, key);
}

static enum vaho_status read_source(struct vaho_score_source *out, const json_t *object,
                                    const struct spot *spot, struct vaho_error *error)
{
    enum vaho_status status = read_text(out->gas, sizeof out->gas, object, "gas", spot, error);

    out->plume = VAHO_SCORE_NONE;
    if (status == VAHO_OK)
        status = read_number(&out->line, object, "line", spot, error);
    if (status == VAHO_OK)
        status = read_number(&out->sample, object, "sample", spot, error);
    if (status == VAHO_OK)
        status = read_optional(&out->length_px, 0, object, "length_px", spot, error);
    if (status == VAHO_OK)
        status = read_optional(&out->wind_deg, 0, object, "wind_deg", spot, error);
    if (status == VAHO_OK)
        status = read_optional(&out->peak_ppmm, NAN, object, "peak_ppmm", spot, error);
    return status;
}

enum vaho_status vaho_score_parse_truth(struct vaho_score *score, const char *data, size_t nbytes,
                                        const char *name, struct vaho_error *error)
{
    const json_t *list;
    json_t *root;
    enum vaho_status status = read_array(&root, &list, data, nbytes, "sources", name, error);

    free(score->source);
    score->source = NULL;
    score->n_sources = 0;
    if (status != VAHO_OK)
        return status;
    score->source = vaho_alloc(json_array_size(list), sizeof *score->source);
    if (score->source == NULL)
        status = vaho_fail_memory(error, name);
    for (size_t i = 0; i < json_array_size(list) && status == VAHO_OK; i++) {
        struct spot spot = {name, "source", i + 1};
        status = read_source(&score->source[i], json_array_get(list, i), &spot, error);
        score->n_sources += status == VAHO_OK;
    }
    json_decref(root);
    if (status != VAHO_OK) {
        free(score->source);
        score->source = NULL;
        score->n_sources = 0;
    }
    return status;
}

static enum vaho_status read_plume(struct vaho_score_plume *out, const json_t *object,
                                   const struct spot *spot, struct vaho_error *error)
{
    const json_t *bbox = json_object_get(object, "pixel_bbox");
    enum vaho_status status = read_text(out->id, sizeof out->id, object, "id", spot, error);

    if (status == VAHO_OK)
        status = read_text(out->gas, sizeof out->gas, object, "gas", spot, error);
    if (status == VAHO_OK)
        status = read_number(&out->q_value, object, "q_value", spot, error);
    if (status == VAHO_OK)
        status = read_optional(&out->snr, NAN, object, "snr", spot, error);
    if (status == VAHO_OK)
        status = read_optional(&out->peak_ppmm, NAN, object, "peak_ppmm", spot, error);
    if (status == VAHO_OK)
        status = read_number(&out->source_line, object, "source_line", spot, error);
    if (status == VAHO_OK)
        status = read_number(&out->source_sample, object, "source_sample", spot, error);
    if (status == VAHO_OK && json_array_size(bbox) != 4)
        status = bad_key(spot, "pixel_bbox", "a list of four numbers", error);
    for (size_t i = 0; i < 4 && status == VAHO_OK; i++) {
        out->bbox[i] = json_number_value(json_array_get(bbox, i));
        if (!json_is_number(json_array_get(bbox, i)))
            status = bad_key(spot, "pixel_bbox", "a list of four numbers", error);
    }
    out->outcome = VAHO_SCORE_FALSE;
    out->source = VAHO_SCORE_NONE;
    return status;
}

enum vaho_status vaho_score_parse_plumes(struct vaho_score *score, const char *data, size_t nbytes,
                                         double q, const char *name, struct vaho_error *error)
{
    const json_t *list;
    json_t *root;
    enum vaho_status status = read_array(&root, &list, data, nbytes, "features", name, error);

    free(score->plume);
    score->plume = NULL;
    score->n_plumes = 0;
    if (status != VAHO_OK)
        return status;
    score->plume = vaho_alloc(json_array_size(list), sizeof *score->plume);
    if (score->plume == NULL)
        status = vaho_fail_memory(error, name);
    for (size_t i = 0; i < json_array_size(list) && status == VAHO_OK; i++) {
        struct spot spot = {name, "plume", i + 1};
        struct vaho_score_plume *plume = &score->plume[score->n_plumes];
        status =
            read_plume(plume, json_object_get(json_array_get(list, i), "properties"), &spot, error);
        score->n_plumes += status == VAHO_OK && plume->q_value <= q;
    }
    json_decref(root);
    if (status != VAHO_OK) {
        free(score->plume);
        score->plume = NULL;
        score->n_plumes = 0;
    }
    return status;
}

void vaho_score_free(struct vaho_score *score)
{
    free(score->source);
    free(score->plume);
    *score = (struct vaho_score){0};
}

/* Clips [*from, *to] to where start + t * step lies in [low, high]; 0: nothing is left. */
static int clip(double *from, double *to, double start, double step, double low, double high)
{
    double t0 = (low - start) / step, t1 = (high - start) / step;

    if (step == 0)
        return start >= low && start <= high;
    *from = fmax(*from, fmin(t0, t1));
    *to = fmin(*to, fmax(t0, t1));
    return *from <= *to;
}

static int meets(const struct vaho_score_plume *plume, const struct vaho_score_source *source,
                 double halo_px)
{
    double downwind = source->wind_deg * M_PI / 180, from = 0, to = 1;

    return clip(&from, &to, source->line, source->length_px * sin(downwind),
                plume->bbox[0] - halo_px, plume->bbox[2] + halo_px) &&
           clip(&from, &to, source->sample, source->length_px * cos(downwind),
                plume->bbox[1] - halo_px, plume->bbox[3] + halo_px);
}

double vaho_score_distance_px(const struct vaho_score_plume *plume,
                              const struct vaho_score_source *source)
{
    return hypot(plume->source_line - source->line, plume->source_sample - source->sample);
}

/* 1 when pair (plume, source) is to be made before the best so far. */
static int is_better(const struct vaho_score *score, size_t plume, size_t source, size_t best_plume,
                     size_t best_source)
{
    const struct vaho_score_plume *p = &score->plume[plume], *b = &score->plume[best_plume];
    int right = strcmp(p->gas, score->source[source].gas) == 0;
    int best_right = strcmp(b->gas, score->source[best_source].gas) == 0;

    if (right != best_right)
        return right;
    if (p->q_value != b->q_value)
        return p->q_value < b->q_value;
    if (plume != best_plume && p->snr != b->snr)
        return p->snr > b->snr;
    return vaho_score_distance_px(p, &score->source[source]) <
           vaho_score_distance_px(b, &score->source[best_source]);
}

/* Makes the best pair that is still possible; 0 when there is none. */
static int pair_best(struct vaho_score *score, double halo_px)
{
    size_t best_plume = VAHO_SCORE_NONE, best_source = VAHO_SCORE_NONE;

    for (size_t p = 0; p < score->n_plumes; p++)
        for (size_t s = 0; s < score->n_sources; s++)
            if (score->plume[p].source == VAHO_SCORE_NONE &&
                score->source[s].plume == VAHO_SCORE_NONE &&
                meets(&score->plume[p], &score->source[s], halo_px) &&
                (best_plume == VAHO_SCORE_NONE ||
                 is_better(score, p, s, best_plume, best_source))) {
                best_plume = p;
                best_source = s;
            }
    if (best_plume == VAHO_SCORE_NONE)
        return 0;
    score->plume[best_plume].source = best_source;
    score->plume[best_plume].outcome =
        strcmp(score->plume[best_plume].gas, score->source[best_source].gas) == 0
            ? VAHO_SCORE_RIGHT
            : VAHO_SCORE_WRONG_GAS;
    score->source[best_source].plume = best_plume;
    return 1;
}

void vaho_score_match(struct vaho_score *score, double halo_px)
{
    for (size_t s = 0; s < score->n_sources; s++)
        score->source[s].plume = VAHO_SCORE_NONE;
    for (size_t p = 0; p < score->n_plumes; p++)
        score->plume[p].source = VAHO_SCORE_NONE;
    while (pair_best(score, halo_px)) {
    }
    for (size_t p = 0; p < score->n_plumes; p++) {
        struct vaho_score_plume *plume = &score->plume[p];
        if (plume->source != VAHO_SCORE_NONE)
            continue;
        plume->outcome = VAHO_SCORE_FALSE;
        for (size_t s = 0; s < score->n_sources && plume->outcome != VAHO_SCORE_SPLIT; s++)
            if (meets(plume, &score->source[s], halo_px)) {
                plume->source = s;
                plume->outcome = strcmp(plume->gas, score->source[s].gas) == 0
                                     ? VAHO_SCORE_SPLIT
                                     : VAHO_SCORE_WRONG_GAS;
            }
    }
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

enum vaho_status vaho_score_total(struct vaho_score_totals *out, const struct vaho_score *score,
                                  size_t n_scores, struct vaho_error *error)
{
    size_t n_sources = 0, n = 0;
    double *distance;

    *out = (struct vaho_score_totals){.median_distance_px = NAN};
    for (size_t i = 0; i < n_scores; i++)
        n_sources += score[i].n_sources;
    distance = vaho_alloc(n_sources, sizeof *distance);
    if (distance == NULL)
        return vaho_fail_memory(error, "the score");
    for (size_t i = 0; i < n_scores; i++) {
        for (size_t s = 0; s < score[i].n_sources; s++) {
            const struct vaho_score_source *source = &score[i].source[s];
            if (source->plume != VAHO_SCORE_NONE)
                distance[n++] = vaho_score_distance_px(&score[i].plume[source->plume], source);
        }
        for (size_t p = 0; p < score[i].n_plumes; p++)
            switch (score[i].plume[p].outcome) {
            case VAHO_SCORE_RIGHT: out->n_right_gas++; break;
            case VAHO_SCORE_WRONG_GAS: out->n_wrong_gas++; break;
            case VAHO_SCORE_SPLIT: out->n_split++; break;
            case VAHO_SCORE_FALSE: out->n_false++; break;
            }
        out->n_plumes += score[i].n_plumes;
    }
    out->n_sources = n_sources;
    out->n_found = n;
    qsort(distance, n, sizeof *distance, by_size);
    if (n > 0)
        out->median_distance_px = 0.5 * (distance[(n - 1) / 2] + distance[n / 2]);
    free(distance);
    return VAHO_OK;
}
