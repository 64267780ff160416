#include "flight/pixelwise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "find/competition.h"
#include "find/significance.h"
#include "flight/pixel_plumes.h"
#include "flight/search.h"
#include "sense/background.h"
#include "sense/columns.h"
#include "sense/contrast.h"
#include "sense/detector.h"
#include "sense/robust.h"
#include "spectra/decoys.h"

enum { PATTERNS = 3 };                 /* of the scene, for the contrast of gases */
enum { MAX_BATCH_NBYTES = 256 << 20 }; /* of score maps of decoys at once */
static const double Z_MIN = 3.5;       /* candidates below are noise at any q-value */
/* The highest scores that the background is learned again without: this share for
 * one signature, for several together at most the other. */
static const double LEFT_OUT = 0.01, LEFT_OUT_TOGETHER = 0.1;
/* A cube of unknown units with a band mean over this, for a signature that is a
 * fraction, is taken as reflectance times 10000, as such cubes usually are. */
static const double NO_FRACTION = 100.0, USUAL_SCALE = 10000.0, MAX_FRACTION = 2.0;

struct pixels {
    const struct vaho_source *source;
    const struct vaho_detect_settings *settings;
    const struct vaho_signatures *signatures;
    struct vaho_pool *pool;
    struct vaho_columns *columns;
    struct vaho_background *background;
    enum vaho_score kind;
    size_t n_bands, n_lines, n_samples, n_pixels, n_real, n_all;
    int additive;
    double *target;           /* n_all x n_bands: real ones, then decoys */
    float *shape, *profile;   /* signatures->n x n_bands, n_bands: decoys are made of these */
    unsigned *signature_of;   /* n_all */
    size_t *n_decoys;         /* n_real */
    unsigned char *excluded;  /* n_pixels, or NULL */
    struct vaho_level_map *z; /* n_real: scores in robust standard deviations */
    size_t n_candidates, room;
    struct vaho_candidate *candidate;
    struct vaho_competition *competition;
    double *q; /* of each winner */
};

static void pixels_free(struct pixels *p)
{
    vaho_columns_free(p->columns);
    vaho_background_free(p->background);
    vaho_competition_free(p->competition);
    for (size_t i = 0; p->z != NULL && i < p->n_real; i++)
        free(p->z[i].z);
    free(p->z);
    free(p->target);
    free(p->shape);
    free(p->profile);
    free(p->signature_of);
    free(p->n_decoys);
    free(p->excluded);
    free(p->candidate);
    free(p->q);
}

static enum vaho_score score_kind(enum vaho_method method)
{
    switch (method) {
    case VAHO_METHOD_MF: return VAHO_SCORE_MF;
    case VAHO_METHOD_ACE: return VAHO_SCORE_ACE;
    case VAHO_METHOD_CEM: return VAHO_SCORE_CEM;
    case VAHO_METHOD_RX: return VAHO_SCORE_RX;
    default: return VAHO_SCORE_TEMPERED;
    }
}

static struct vaho_strips strips_of(const struct pixels *p, const unsigned char *excluded)
{
    return (struct vaho_strips){p->source, p->columns,
                                p->settings->background == VAHO_BACKGROUND_COLUMN, excluded};
}

static enum vaho_status learn_background(struct pixels *p, struct vaho_error *error)
{
    struct vaho_strips strips = strips_of(p, p->excluded);
    struct vaho_background_settings settings = {.about_zero = p->kind == VAHO_SCORE_CEM,
                                                .shrink = p->kind == VAHO_SCORE_TEMPERED};

    vaho_background_free(p->background);
    return vaho_background_learn(&p->background, &strips, &settings, p->pool, error);
}

/* What a gas does to the mean pixel, -alpha u with u its contrast; decoys are made of alpha. */
static enum vaho_status aim_at_gases(struct pixels *p, struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(p->source);
    struct vaho_contrast *contrast;
    enum vaho_status status =
        vaho_contrast_learn(&contrast, p->signatures->wavelength_um, p->columns, info,
                            p->settings->air_temperature_k, error);

    if (status != VAHO_OK)
        return status;
    for (size_t b = 0; b < p->n_bands; b++)
        p->profile[b] = -(contrast->part[b] + (float)contrast->d_reference * contrast->slope[b]);
    vaho_contrast_free(contrast);
    for (size_t i = 0; i < p->signatures->n * p->n_bands; i++)
        p->shape[i] = (float)p->signatures->value[i];
    for (size_t i = 0; i < p->n_real * p->n_bands; i++)
        p->target[i] = p->signatures->value[i] * (double)p->profile[i % p->n_bands];
    return VAHO_OK;
}

/* The factor from a signature to the cube's numbers; not 1 only where it has to be guessed. */
static double surface_scale(const struct pixels *p, const double *value)
{
    const float *mean = vaho_columns_mean(p->columns);
    double most = 0.0, brightest = 0.0;

    for (size_t b = 0; b < p->n_bands; b++) {
        most = fmax(most, fabs(value[b]));
        brightest = fmax(brightest, (double)mean[b]);
    }
    return !vaho_source_info(p->source)->units_known && most <= MAX_FRACTION &&
                   brightest > NO_FRACTION
               ? USUAL_SCALE
               : 1.0;
}

/* Surfaces are targets; decoys are made of the direction from the mean to them. */
static void aim_at_surfaces(struct pixels *p, struct vaho_detection *out)
{
    const float *mean = vaho_columns_mean(p->columns);
    int about_zero = p->kind == VAHO_SCORE_CEM;

    for (size_t i = 0; i < p->n_real; i++) {
        const double *value = p->signatures->value + i * p->n_bands;
        double scale = surface_scale(p, value);
        if (scale != 1.0)
            vaho_detection_add_note(out,
                                    "%s is a fraction, the cube's values are not: they are taken "
                                    "as reflectance times %.0f; a 'reflectance scale factor' in "
                                    "the header would say",
                                    p->signatures->name[i], scale);
        for (size_t b = 0; b < p->n_bands; b++) {
            double t = scale * value[b];
            p->target[i * p->n_bands + b] = t;
            p->shape[i * p->n_bands + b] = (float)(about_zero ? t : t - (double)mean[b]);
        }
    }
    for (size_t b = 0; b < p->n_bands; b++)
        p->profile[b] = 1.0f;
}

/* Bands, background and targets. */
static enum vaho_status prepare(struct pixels *p, struct vaho_detection *out,
                                struct vaho_signatures *signatures, struct vaho_error *error)
{
    struct vaho_columns_settings columns = {.as_recorded = 1, .rank = PATTERNS};
    size_t n_all = p->n_real * (p->settings->n_decoys + 1);
    enum vaho_status status = vaho_columns_learn(&p->columns, p->source, signatures->band,
                                                 signatures->n_bands, &columns, p->pool, error);

    if (status != VAHO_OK)
        return status;
    vaho_signatures_keep(signatures, vaho_columns_band(p->columns),
                         vaho_columns_n_bands(p->columns));
    p->n_bands = signatures->n_bands;
    p->additive = p->settings->n_surfaces == 0;
    p->n_all = p->n_real;
    p->target = vaho_alloc(n_all, p->n_bands * sizeof *p->target);
    p->shape = vaho_alloc(signatures->n, p->n_bands * sizeof *p->shape);
    p->profile = vaho_alloc(p->n_bands, sizeof *p->profile);
    p->signature_of = vaho_alloc(n_all, sizeof *p->signature_of);
    p->n_decoys = vaho_alloc(p->n_real, sizeof *p->n_decoys);
    if (!p->target || !p->shape || !p->profile || !p->signature_of || !p->n_decoys)
        return vaho_fail_memory(error, "the signatures");
    for (size_t i = 0; i < p->n_real; i++)
        p->signature_of[i] = (unsigned)i;
    out->n_bands_used = p->n_bands;
    out->by_column = p->settings->background == VAHO_BACKGROUND_COLUMN;
    if (p->kind != VAHO_SCORE_RX && p->additive)
        status = aim_at_gases(p, error);
    else if (p->kind != VAHO_SCORE_RX)
        aim_at_surfaces(p, out);
    return status == VAHO_OK ? learn_background(p, error) : status;
}

/* Up to the number wanted, after the real ones. */
static enum vaho_status make_decoys(struct pixels *p, struct vaho_error *error)
{
    size_t nb = p->n_bands, wanted = p->settings->n_decoys;
    float *decoy = vaho_alloc(wanted, nb * sizeof *decoy);
    struct vaho_decoy_metric metric = {nb, p->profile, p->background->scene_cholesky};
    enum vaho_status status = decoy != NULL ? VAHO_OK : vaho_fail_memory(error, "decoys");

    for (size_t g = 0; status == VAHO_OK && g < p->n_real; g++) {
        status = vaho_decoys_make(decoy, &p->n_decoys[g], wanted, p->shape, p->signatures->n, g,
                                  &metric, error);
        for (size_t i = 0; status == VAHO_OK && i < p->n_decoys[g]; i++) {
            double *target = p->target + p->n_all * nb;
            for (size_t b = 0; b < nb; b++)
                target[b] = (double)decoy[i * nb + b] * (double)p->profile[b] +
                            (p->additive ? 0.0 : p->background->scene_mean[b]);
            p->signature_of[p->n_all++] = (unsigned)g;
        }
    }
    free(decoy);
    return status;
}

struct scoring {
    const struct pixels *pixels;
    struct vaho_detector *detector;
    float *score, *estimate; /* n x n_pixels; estimate may be NULL */
};

static enum vaho_status score_strip(void *context, const struct vaho_strip *strip,
                                    struct vaho_error *error)
{
    struct scoring *s = context;

    (void)error;
    vaho_detector_score(s->score, s->estimate, s->pixels->n_pixels, s->detector, strip);
    return VAHO_OK;
}

/* Maps of targets [first, first + n): NaN where a pixel is not valid. */
static enum vaho_status score_maps(float *score, float *estimate, struct pixels *p, size_t first,
                                   size_t n, struct vaho_error *error)
{
    struct vaho_strips strips = strips_of(p, NULL);
    struct vaho_targets targets = {p->kind == VAHO_SCORE_RX ? 0 : n, p->target + first * p->n_bands,
                                   p->additive};
    struct scoring scoring = {p, NULL, score, estimate};
    enum vaho_status status = vaho_detector_new(&scoring.detector, p->kind, p->background, &targets,
                                                vaho_pool_n_threads(p->pool), error);

    for (size_t i = 0; status == VAHO_OK && i < n * p->n_pixels; i++) {
        score[i] = NAN;
        if (estimate != NULL)
            estimate[i] = NAN;
    }
    if (status == VAHO_OK)
        status = vaho_strips_walk(&strips, score_strip, &scoring, p->pool, error);
    vaho_detector_free(scoring.detector);
    return status;
}

/* The finite values of a map; their number. */
static size_t finite_values(float *out, const float *map, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (isfinite(map[i]))
            out[kept++] = map[i];
    return kept;
}

/* Marks the pixels that score highest for every signature. */
static enum vaho_status leave_out_highest(struct pixels *p, const float *score,
                                          struct vaho_error *error)
{
    double share = fmin(LEFT_OUT, LEFT_OUT_TOGETHER / (double)p->n_real);
    float *value = vaho_alloc(p->n_pixels, sizeof *value);

    p->excluded = vaho_alloc(p->n_pixels, 1);
    if (value == NULL || p->excluded == NULL) {
        free(value);
        return vaho_fail_memory(error, "the background");
    }
    for (size_t g = 0; g < p->n_real; g++) {
        const float *map = score + g * p->n_pixels;
        size_t n = finite_values(value, map, p->n_pixels);
        float limit = n > 0 ? vaho_quantile(value, n, 1.0 - share) : 0.0f;
        for (size_t i = 0; n > 0 && i < p->n_pixels; i++)
            p->excluded[i] |= map[i] > limit;
    }
    free(value);
    return VAHO_OK;
}

/* One map's work: standard deviations in place, and its peaks. */
struct standardising {
    const struct pixels *pixels;
    float *map; /* n x n_pixels */
    size_t first;
    struct peaks {
        size_t n;
        struct vaho_candidate *candidate;
    } * peaks; /* a map */
};

/* Not below any neighbour, and above those before it, so that a plateau has one. */
static int is_peak(const struct pixels *p, const float *z, size_t line, size_t sample)
{
    float own = z[line * p->n_samples + sample];

    if (!((double)own >= Z_MIN))
        return 0;
    for (int dl = -1; dl <= 1; dl++)
        for (int ds = -1; ds <= 1; ds++) {
            size_t l = line + (size_t)dl, s = sample + (size_t)ds;
            float other;
            if ((dl == 0 && ds == 0) || l >= p->n_lines || s >= p->n_samples)
                continue;
            other = z[l * p->n_samples + s];
            if (other > own || (other == own && (dl < 0 || (dl == 0 && ds < 0))))
                return 0;
        }
    return 1;
}

static enum vaho_status standardise(void *context, size_t task, size_t worker,
                                    struct vaho_error *error)
{
    struct standardising *s = context;
    const struct pixels *p = s->pixels;
    struct peaks *peaks = &s->peaks[task];
    float *map = s->map + task * p->n_pixels, median, sigma;
    float *value = vaho_alloc(p->n_pixels, sizeof *value);
    size_t n, room = 0;

    (void)worker;
    if (value == NULL)
        return vaho_fail_memory(error, "a map of scores");
    n = finite_values(value, map, p->n_pixels);
    median = n > 0 ? vaho_median(value, n) : 0.0f;
    sigma = n > 0 ? vaho_robust_sigma(value, n) : 0.0f;
    free(value);
    for (size_t i = 0; i < p->n_pixels; i++)
        map[i] = sigma > 0.0f ? (map[i] - median) / sigma : NAN;
    for (int pass = 0; pass < 2; pass++) { /* count, then keep */
        peaks->candidate = pass == 1 ? vaho_alloc(room, sizeof *peaks->candidate) : NULL;
        if (pass == 1 && peaks->candidate == NULL)
            return vaho_fail_memory(error, "candidates");
        for (size_t l = 0; l < p->n_lines; l++)
            for (size_t c = 0; c < p->n_samples; c++) {
                if (!is_peak(p, map, l, c))
                    continue;
                room += pass == 0;
                if (pass == 1)
                    peaks->candidate[peaks->n++] =
                        (struct vaho_candidate){.signature = (unsigned)(s->first + task),
                                                .row = (unsigned)l,
                                                .col = (unsigned)c,
                                                .z = map[l * p->n_samples + c],
                                                .raw = map[l * p->n_samples + c]};
            }
    }
    return VAHO_OK;
}

/* Maps of targets [first, first + n) become standard deviations; their peaks candidates. */
static enum vaho_status take_peaks(struct pixels *p, float *map, size_t first, size_t n,
                                   struct vaho_error *error)
{
    struct standardising s = {p, map, first, vaho_alloc(n, sizeof *s.peaks)};
    size_t total = p->n_candidates;
    struct vaho_candidate *grown = NULL;
    enum vaho_status status;

    if (s.peaks == NULL)
        return vaho_fail_memory(error, "candidates");
    status = vaho_pool_run(p->pool, n, standardise, &s, error);
    for (size_t i = 0; i < n; i++)
        total += s.peaks[i].n;
    if (status == VAHO_OK) {
        grown = realloc(p->candidate, (total + 1) * sizeof *grown);
        if (grown == NULL)
            status = vaho_fail_memory(error, "candidates");
    }
    if (grown != NULL)
        p->candidate = grown;
    for (size_t i = 0; i < n; i++) {
        if (status == VAHO_OK) {
            memcpy(p->candidate + p->n_candidates, s.peaks[i].candidate,
                   s.peaks[i].n * sizeof *grown);
            p->n_candidates += s.peaks[i].n;
        }
        free(s.peaks[i].candidate);
    }
    free(s.peaks);
    return status;
}

/* The real signatures: their maps stay. */
static enum vaho_status score_real(struct pixels *p, struct vaho_detection *out,
                                   struct vaho_error *error)
{
    size_t n = p->n_real, n_values;
    float *z;
    enum vaho_status status;

    if (!vaho_size_mul(&n_values, n, p->n_pixels))
        return vaho_fail_memory(error, "the maps");
    out->snr = vaho_alloc(n_values, sizeof *out->snr);
    if (p->kind != VAHO_SCORE_RX)
        out->amount = vaho_alloc(n_values, sizeof *out->amount);
    if (out->snr == NULL || (out->amount == NULL && p->kind != VAHO_SCORE_RX))
        return vaho_fail_memory(error, "the maps");
    status = score_maps(out->snr, out->amount, p, 0, n, error);
    if (status == VAHO_OK && p->kind == VAHO_SCORE_TEMPERED) {
        status = leave_out_highest(p, out->snr, error);
        if (status == VAHO_OK)
            status = learn_background(p, error);
        if (status == VAHO_OK)
            status = score_maps(out->snr, out->amount, p, 0, n, error);
    }
    if (status != VAHO_OK || p->kind == VAHO_SCORE_RX)
        return status;
    p->z = vaho_alloc(n, sizeof *p->z);
    for (size_t i = 0; status == VAHO_OK && i < n; i++) {
        z = p->z != NULL ? vaho_alloc(p->n_pixels, sizeof *z) : NULL;
        if (z == NULL)
            return vaho_fail_memory(error, "the maps");
        memcpy(z, out->snr + i * p->n_pixels, p->n_pixels * sizeof *z);
        p->z[i] = (struct vaho_level_map){p->n_lines, p->n_samples, z};
        status = take_peaks(p, z, i, 1, error);
        if (status == VAHO_OK && p->kind == VAHO_SCORE_TEMPERED) /* its snr is in sigmas */
            memcpy(out->snr + i * p->n_pixels, z, p->n_pixels * sizeof *z);
    }
    return status;
}

/* Decoys: as many maps at once as memory is meant for. */
static enum vaho_status score_decoys(struct pixels *p, const struct vaho_progress *progress,
                                     struct vaho_error *error)
{
    size_t batch = MAX_BATCH_NBYTES / sizeof(float) / p->n_pixels;
    float *map = NULL;
    enum vaho_status status = make_decoys(p, error);

    batch = batch < 1 ? 1 : batch > p->n_all - p->n_real ? p->n_all - p->n_real : batch;
    if (status == VAHO_OK && p->n_all > p->n_real) {
        map = vaho_alloc(batch, p->n_pixels * sizeof *map);
        if (map == NULL)
            status = vaho_fail_memory(error, "the maps of decoys");
    }
    for (size_t i = p->n_real; status == VAHO_OK && i < p->n_all; i += batch) {
        size_t n = p->n_all - i < batch ? p->n_all - i : batch;
        vaho_progress_report(progress, "score", i, p->n_all, "signatures");
        status = score_maps(map, NULL, p, i, n, error);
        if (status == VAHO_OK)
            status = take_peaks(p, map, i, n, error);
    }
    free(map);
    return status;
}

static enum vaho_status compete(struct pixels *p, struct vaho_error *error)
{
    struct vaho_evidence_maps maps = {p->z, p->n_real, 1};
    struct vaho_winner *winner;
    enum vaho_status status = vaho_compete(&p->competition, p->candidate, p->n_candidates,
                                           p->signature_of, &maps, p->n_lines, p->n_samples, error);

    if (status != VAHO_OK)
        return status;
    winner = vaho_alloc(p->competition->n, sizeof *winner);
    p->q = vaho_alloc(p->competition->n, sizeof *p->q);
    if (winner == NULL || p->q == NULL) {
        free(winner);
        return vaho_fail_memory(error, "the winners");
    }
    for (size_t i = 0; i < p->competition->n; i++) {
        const struct vaho_contender *c = &p->competition->winner[i];
        winner[i] = (struct vaho_winner){(double)c->candidate.z, c->gas, c->decoy, 0};
    }
    status = vaho_q_values(p->q, winner, p->competition->n, p->n_decoys, p->n_real, 0, error);
    free(winner);
    return status;
}

enum vaho_status vaho_search_pixels(struct vaho_detection *out, const struct vaho_source *source,
                                    struct vaho_signatures *signatures,
                                    const struct vaho_detect_settings *settings,
                                    struct vaho_pool *pool, const struct vaho_progress *progress,
                                    struct vaho_error *error)
{
    struct pixels p = {.source = source,
                       .settings = settings,
                       .signatures = signatures,
                       .pool = pool,
                       .kind = score_kind(settings->method),
                       .n_lines = out->n_lines,
                       .n_samples = out->n_samples,
                       .n_pixels = out->n_lines * out->n_samples,
                       .n_real = signatures->n_searched};
    int names = settings->method != VAHO_METHOD_RX;
    double clock = vaho_monotonic_s();
    enum vaho_status status;

    vaho_progress_report(progress, "background", 0, 1, "passes");
    status = prepare(&p, out, signatures, error);
    clock = vaho_detection_clock(out, "accumulate", clock);
    vaho_progress_report(progress, "score", 0, p.n_real * (settings->n_decoys + 1), "signatures");
    if (status == VAHO_OK)
        status = score_real(&p, out, error);
    if (status == VAHO_OK && names)
        status = score_decoys(&p, progress, error);
    if (status == VAHO_OK && names)
        status = compete(&p, error);
    clock = vaho_detection_clock(out, "score", clock);
    vaho_progress_report(progress, "score", p.n_all, p.n_all, "signatures");
    if (status == VAHO_OK) {
        struct vaho_pixel_maps maps = {p.z,       out->amount, p.competition,   p.q,
                                       p.n_lines, p.n_samples, signatures->name};
        status = vaho_pixel_plumes(&out->plumes, &maps, settings->q_kept, error);
    }
    vaho_detection_clock(out, "find", clock);
    out->unit = p.additive && names ? "ppm.m" : "";
    out->own_score = settings->method != VAHO_METHOD_VAHO;
    out->n_decoys_run = p.n_all - p.n_real;
    if (!names)
        vaho_detection_add_note(out, "rx shows what is unusual, whatever it is: it has no "
                                     "signature, so no decoys and no q-values, and reports no "
                                     "plumes; look at rx_score.tif");
    pixels_free(&p);
    return status;
}
