#include "spectra/draft.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { MAX_POINTS = 1 << 22, MAX_SPECTRA = 100000, MAX_NOTES_NBYTES = 1 << 16 };
/* Nothing that flies sees beyond; tables that start at 0 cm-1 are cut here. */
static const double MIN_UM = 0.05, MAX_UM = 200.0;

void vaho_draft_init(struct vaho_draft *draft, const char *file, const char *format,
                     enum vaho_spectrum_kind kind, enum vaho_spectrum_grade grade,
                     enum vaho_abscissa abscissa)
{
    *draft = (struct vaho_draft){.file = file, .abscissa = abscissa};
    snprintf(draft->spectrum.format, sizeof draft->spectrum.format, "%s", format);
    draft->spectrum.kind = kind;
    draft->spectrum.grade = grade;
    draft->spectrum.molar_mass_g_mol = NAN;
    draft->spectrum.temperature_k = NAN;
    draft->spectrum.pressure_pa = NAN;
    draft->spectrum.has_wavelength = abscissa != VAHO_X_BAND;
    vaho_text_init(&draft->notes, MAX_NOTES_NBYTES);
}

void vaho_draft_free(struct vaho_draft *draft)
{
    free(draft->x);
    free(draft->y);
    free(draft->light);
    vaho_text_free(&draft->notes);
    draft->x = draft->y = draft->light = NULL;
    draft->n = draft->capacity = 0;
}

enum vaho_status vaho_draft_point(struct vaho_draft *draft, double x, double y,
                                  struct vaho_error *error)
{
    if (draft->n == draft->capacity) {
        size_t capacity = draft->capacity == 0 ? 1024 : draft->capacity * 2;
        double *grown_x, *grown_y;
        if (capacity > MAX_POINTS)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: a spectrum of more than %d points; split it", draft->file,
                             MAX_POINTS);
        grown_x = realloc(draft->x, capacity * sizeof *grown_x);
        if (grown_x == NULL)
            return vaho_fail_memory(error, draft->file);
        draft->x = grown_x;
        grown_y = realloc(draft->y, capacity * sizeof *grown_y);
        if (grown_y == NULL)
            return vaho_fail_memory(error, draft->file);
        draft->y = grown_y;
        draft->capacity = capacity;
    }
    draft->x[draft->n] = x;
    draft->y[draft->n++] = y;
    return VAHO_OK;
}

void vaho_draft_note(struct vaho_draft *draft, const char *format, ...)
{
    char line[512];
    va_list arguments;

    if (draft->notes.nbytes > MAX_NOTES_NBYTES - 2 * sizeof line)
        return; /* a file this doubtful has said enough */
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *p = line; *p != '\0'; p++) /* files are quoted here: nothing but plain text */
        *p = (char)(*p >= ' ' && *p < 127 ? *p : '?');
    if (draft->notes.nbytes > 0)
        vaho_text_puts(&draft->notes, "\n");
    vaho_text_puts(&draft->notes, line);
}

void vaho_draft_name_gas(struct vaho_draft *draft, const struct vaho_titles *titles,
                         struct vaho_span title, struct vaho_span cas, struct vaho_span formula)
{
    struct vaho_spectrum *s = &draft->spectrum;
    const char *user = vaho_titles_find(titles, title);
    const struct vaho_gas *gas = user != NULL ? vaho_gas_by_title(vaho_span_of(user)) : NULL;

    if (user == NULL && cas.n > 0)
        gas = vaho_gas_by_cas(cas);
    if (user == NULL && gas == NULL)
        gas = vaho_gas_by_title(title);
    if (user == NULL && gas == NULL && title.n == 0)
        gas = vaho_gas_by_title(formula);
    if (user != NULL)
        snprintf(s->name, sizeof s->name, "%s", user);
    else if (gas != NULL)
        snprintf(s->name, sizeof s->name, "%s", gas->name);
    else
        vaho_gas_slug(s->name, title.n > 0 ? title : formula);
    vaho_span_copy(s->title, sizeof s->title, title.n > 0 ? title : formula);
    s->molar_mass_g_mol = vaho_formula_mass(gas != NULL ? vaho_span_of(gas->formula) : formula);
}

void vaho_draft_name_surface(struct vaho_draft *draft, const struct vaho_titles *titles,
                             struct vaho_span title, struct vaho_span name)
{
    struct vaho_spectrum *s = &draft->spectrum;
    const char *user = vaho_titles_find(titles, title);

    vaho_span_copy(s->title, sizeof s->title, title);
    if (user != NULL)
        snprintf(s->name, sizeof s->name, "%s", user);
    else
        vaho_gas_slug(s->name, name);
}

/* Converts x to micrometres in place and drops points that mean nothing; counts what it dropped. */
static void to_um(struct vaho_draft *draft)
{
    size_t n = 0, n_not_finite = 0, n_outside = 0;

    for (size_t i = 0; i < draft->n; i++) {
        double x = draft->x[i];
        if (draft->abscissa == VAHO_X_NM)
            x *= 1e-3;
        else if (draft->abscissa == VAHO_X_CM1)
            x = x > 0.0 ? 1e4 / x : INFINITY;
        if (!isfinite(draft->y[i]) || isnan(x) || (draft->abscissa == VAHO_X_BAND && isinf(x))) {
            n_not_finite++;
        } else if (draft->abscissa != VAHO_X_BAND && !(x >= MIN_UM && x <= MAX_UM)) {
            n_outside++;
        } else {
            draft->x[n] = x;
            if (draft->light != NULL)
                draft->light[n] = draft->light[i];
            draft->y[n++] = draft->y[i];
        }
    }
    draft->n = n;
    if (n_not_finite > 0)
        vaho_draft_note(draft, "%zu points that are no numbers were left out", n_not_finite);
    if (n_outside > 0)
        vaho_draft_note(draft, "%zu points outside %g-%g um were left out", n_outside, MIN_UM,
                        MAX_UM);
}

struct point {
    double x, y;
};

static int by_x(const void *a, const void *b)
{
    const struct point *p = a, *q = b;

    return p->x < q->x ? -1 : p->x > q->x;
}

static void reverse(double *v, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        double t = v[i];
        v[i] = v[n - 1 - i];
        v[n - 1 - i] = t;
    }
}

/* Sorts by x; equal x are averaged. */
static enum vaho_status sort_points(struct vaho_draft *draft, struct vaho_error *error)
{
    size_t n = 0, n_up = 0, n_down = 0, n_merged = 0;
    struct point *point;

    for (size_t i = 1; i < draft->n; i++) {
        n_up += draft->x[i] > draft->x[i - 1];
        n_down += draft->x[i] < draft->x[i - 1];
    }
    if (draft->light != NULL && n_up + 1 != draft->n)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: its wavelengths do not ascend", draft->file);
    if (n_down + 1 == draft->n) {
        reverse(draft->x, draft->n);
        reverse(draft->y, draft->n);
    }
    if (draft->n < 2 || n_down + 1 == draft->n || n_up + 1 == draft->n)
        return VAHO_OK;
    point = vaho_alloc(draft->n, sizeof *point);
    if (point == NULL)
        return vaho_fail_memory(error, draft->file);
    for (size_t i = 0; i < draft->n; i++)
        point[i] = (struct point){draft->x[i], draft->y[i]};
    qsort(point, draft->n, sizeof *point, by_x);
    for (size_t i = 0, j; i < draft->n; i = j) {
        double sum = 0.0;
        for (j = i; j < draft->n && point[j].x <= point[i].x; j++)
            sum += point[j].y;
        n_merged += j - i - 1;
        draft->x[n] = point[i].x;
        draft->y[n++] = sum / (double)(j - i);
    }
    free(point);
    if (n_up > 0 && n_down > 0)
        vaho_draft_note(draft, "the points were not in order; sorted");
    if (n_merged > 0)
        vaho_draft_note(draft, "%zu points shared a wavelength with another; averaged", n_merged);
    draft->n = n;
    return VAHO_OK;
}

/* Absorption is not negative: sets what is below zero to zero and says how far below it was. */
static void clip_negative(struct vaho_draft *draft, double peak)
{
    size_t n = 0;
    double least = 0.0;

    for (size_t i = 0; i < draft->n; i++) {
        if (draft->y[i] >= 0.0)
            continue;
        n++;
        least = fmin(least, draft->y[i]);
        draft->y[i] = 0.0;
    }
    if (n == 0)
        return;
    if (least > -0.01 * peak)
        vaho_draft_note(draft,
                        "%zu negative values, within noise (at most %.2g %% of the peak), "
                        "set to 0",
                        n, -100.0 * least / peak);
    else
        vaho_draft_note(draft,
                        "%zu negative values set to 0, down to %.2g %% of the peak: more "
                        "than noise, so the zero line of this spectrum is doubtful",
                        n, -100.0 * least / peak);
}

/* The FWHM in um: exact in wavelength, at the peak (gas) or the middle (surface) for cm-1. */
static double resolution_um(const struct vaho_draft *draft, size_t at)
{
    if (draft->abscissa == VAHO_X_CM1)
        return draft->resolution * 1e-4 * draft->x[at] * draft->x[at];
    return draft->abscissa == VAHO_X_NM ? draft->resolution * 1e-3 : draft->resolution;
}

static enum vaho_status sink_add(struct vaho_sink *sink, struct vaho_spectrum *spectrum,
                                 const char *file, struct vaho_error *error)
{
    if (sink->n == sink->capacity) {
        size_t capacity = sink->capacity == 0 ? 4 : sink->capacity * 2;
        struct vaho_spectrum *grown;
        if (capacity > MAX_SPECTRA)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d spectra; split it", file,
                             MAX_SPECTRA);
        grown = realloc(sink->spectrum, capacity * sizeof *grown);
        if (grown == NULL)
            return vaho_fail_memory(error, file);
        sink->spectrum = grown;
        sink->capacity = capacity;
    }
    sink->spectrum[sink->n++] = *spectrum;
    return VAHO_OK;
}

enum vaho_status vaho_draft_finish(struct vaho_sink *sink, struct vaho_draft *draft,
                                   struct vaho_error *error)
{
    const char *file = draft->file;
    struct vaho_spectrum *s = &draft->spectrum;
    size_t at;
    enum vaho_status status;

    to_um(draft);
    status = sort_points(draft, error);
    if (status != VAHO_OK)
        return status;
    if (draft->n < 2)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: %zu usable points; a spectrum needs at least 2 finite values between "
                         "%g and %g um",
                         file, draft->n, MIN_UM, MAX_UM);
    at = draft->n / 2;
    if (s->kind == VAHO_SPECTRUM_GAS) {
        for (size_t i = 0; i < draft->n; i++)
            if (draft->y[i] > draft->y[at])
                at = i;
        if (!(draft->y[at] > 0.0))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: no absorption above zero anywhere; check its units and sign",
                             file);
        clip_negative(draft, draft->y[at]);
    }
    s->resolution_um = resolution_um(draft, at);
    s->path = vaho_strdup(file);
    s->notes = vaho_strdup(draft->notes.data == NULL ? "" : draft->notes.data);
    if (s->path == NULL || s->notes == NULL || draft->notes.failed) {
        status = vaho_fail_memory(error, file);
        goto fail;
    }
    status = sink_add(sink, s, file, error);
    if (status != VAHO_OK)
        goto fail;
    s = &sink->spectrum[sink->n - 1];
    s->n = draft->n;
    s->wavelength_um = draft->x;
    s->value = draft->y;
    s->light = draft->light;
    draft->x = draft->y = draft->light = NULL;
    draft->n = draft->capacity = 0;
    vaho_text_free(&draft->notes);
    return VAHO_OK;
fail:
    free(s->path);
    free(s->notes);
    s->path = s->notes = NULL;
    return status;
}

void vaho_spectrum_clear(struct vaho_spectrum *spectrum)
{
    free(spectrum->path);
    free(spectrum->wavelength_um);
    free(spectrum->value);
    free(spectrum->light);
    free(spectrum->notes);
    *spectrum = (struct vaho_spectrum){.n = 0};
}

void vaho_sink_free(struct vaho_sink *sink)
{
    for (size_t i = 0; i < sink->n; i++)
        vaho_spectrum_clear(&sink->spectrum[i]);
    free(sink->spectrum);
    *sink = (struct vaho_sink){NULL, 0, 0};
}

enum vaho_status vaho_sink_move(struct vaho_sink *to, struct vaho_sink *from,
                                struct vaho_error *error)
{
    size_t n = to->n + from->n;

    if (from->n == 0)
        return VAHO_OK;
    if (n > to->capacity) {
        struct vaho_spectrum *grown = realloc(to->spectrum, n * sizeof *grown);
        if (grown == NULL)
            return vaho_fail_memory(error, "a library");
        to->spectrum = grown;
        to->capacity = n;
    }
    memcpy(to->spectrum + to->n, from->spectrum, from->n * sizeof *from->spectrum);
    to->n = n;
    from->n = 0;
    return VAHO_OK;
}
