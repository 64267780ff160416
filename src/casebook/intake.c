#include "casebook/intake.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "base/text.h"

enum { MAX_PLUMES = 1000000, MAX_TEXT = 4096, MAX_SEARCHED = 2000, MAX_STACKED = 1024 };
static const size_t MAX_RUN_NBYTES = (size_t)16 << 20, MAX_PLUMES_NBYTES = (size_t)1 << 29;
static const size_t MAX_COVERAGE_NBYTES = (size_t)1 << 31, MAX_SPECTRA_NBYTES = (size_t)1 << 31;
static const double MAX_COUNT = 1e9;

/* Where in which file we are, for messages. */
struct place {
    const char *directory, *file;
    struct vaho_error *error;
};

static enum vaho_status wrong(const struct place *at, const char *member, const char *what)
{
    return vaho_fail(at->error, VAHO_BAD_INPUT, "%s/%s: '%s' %s", at->directory, at->file, member,
                     what);
}

static enum vaho_status read_text(const char **out, const json_t *object, const char *name,
                                  int may_be_null, const struct place *at)
{
    const json_t *value = json_object_get(object, name);

    *out = "";
    if (may_be_null && json_is_null(value))
        return VAHO_OK;
    if (!json_is_string(value) || json_string_length(value) > MAX_TEXT)
        return wrong(at, name, "must be text, up to 4096 bytes");
    *out = json_string_value(value);
    return VAHO_OK;
}

/* A number within limits; null is NaN where it may be. */
static enum vaho_status read_number(double *out, const json_t *object, const char *name, double min,
                                    double max, int may_be_null, const struct place *at)
{
    const json_t *value = json_object_get(object, name);

    *out = NAN;
    if (may_be_null && json_is_null(value))
        return VAHO_OK;
    if (!json_is_number(value) || !(json_number_value(value) >= min) ||
        !(json_number_value(value) <= max))
        return wrong(at, name, "is missing or out of range");
    *out = json_number_value(value);
    return VAHO_OK;
}

static enum vaho_status read_count(size_t *out, const json_t *object, const char *name, double min,
                                   const struct place *at)
{
    double value;
    enum vaho_status status = read_number(&value, object, name, min, MAX_COUNT, 0, at);

    *out = status == VAHO_OK ? (size_t)value : 0;
    if (status == VAHO_OK && !json_is_integer(json_object_get(object, name)))
        return wrong(at, name, "must be a whole number");
    return status;
}

static enum vaho_status load(json_t **out, const char *data, size_t nbytes, const struct place *at)
{
    json_error_t reason;

    *out = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (*out == NULL)
        return vaho_fail(at->error, VAHO_BAD_INPUT, "%s/%s: line %d is not JSON: %s", at->directory,
                         at->file, reason.line, reason.text);
    if (!json_is_object(*out))
        return vaho_fail(at->error, VAHO_BAD_INPUT, "%s/%s: is no JSON object", at->directory,
                         at->file);
    return VAHO_OK;
}

static enum vaho_status read_cube(struct vaho_intake *out, const struct place *at)
{
    const json_t *cube = json_object_get(out->run, "cube");
    enum vaho_status status;

    if (json_object_get(cube, "sha256") == NULL)
        return vaho_fail(at->error, VAHO_BAD_INPUT,
                         "%s/%s: does not give the hash of the cube; it was made by an older vaho, "
                         "search the flight again",
                         at->directory, at->file);
    status = read_text(&out->sha256, cube, "sha256", 0, at);
    if (status == VAHO_OK && !vaho_is_key(out->sha256)) /* 64 hexadecimal digits, too */
        return wrong(at, "sha256", "must be 64 lower-case hexadecimal digits");
    if (status == VAHO_OK)
        status = read_text(&out->sensor, cube, "sensor", 1, at);
    if (status == VAHO_OK)
        status = read_count(&out->n_lines, cube, "lines", 1, at);
    if (status == VAHO_OK)
        status = read_count(&out->n_samples, cube, "samples", 1, at);
    if (status == VAHO_OK)
        status = read_count(&out->n_bands, cube, "bands", 1, at);
    return status;
}

static int by_sha256(const void *left, const void *right)
{
    const struct vaho_intake_pass *a = left, *b = right;

    return strcmp(a->sha256, b->sha256);
}

/* What the stack was made of; that is its content, whatever the order. */
static enum vaho_status read_passes(struct vaho_intake *out, const struct place *at)
{
    const json_t *passes = json_object_get(out->run, "passes");
    struct vaho_text all;
    enum vaho_status status = VAHO_OK;

    if (json_array_size(passes) == 0 || json_array_size(passes) > MAX_STACKED)
        return wrong(at, "passes", "must be an array of 1 to 1024 passes");
    out->pass = vaho_alloc(json_array_size(passes), sizeof *out->pass);
    if (out->pass == NULL)
        return vaho_fail_memory(at->error, at->directory);
    for (size_t i = 0; i < json_array_size(passes) && status == VAHO_OK; i++) {
        struct vaho_intake_pass *pass = &out->pass[out->n_passes++];
        const json_t *told = json_array_get(passes, i);
        status = read_text(&pass->sha256, told, "sha256", 0, at);
        if (status == VAHO_OK && !vaho_is_key(pass->sha256))
            return wrong(at, "sha256", "of a pass must be 64 lower-case hexadecimal digits");
        if (status == VAHO_OK)
            status = read_text(&pass->path, told, "path", 0, at);
    }
    if (status != VAHO_OK)
        return status;
    qsort(out->pass, out->n_passes, sizeof *out->pass, by_sha256);
    vaho_text_init(&all, (size_t)MAX_STACKED * VAHO_DIGEST_HEX_NBYTES);
    for (size_t i = 0; i < out->n_passes && status == VAHO_OK; i++) {
        if (i > 0 && by_sha256(&out->pass[i - 1], &out->pass[i]) == 0)
            status =
                wrong(at, "passes", "names one cube twice; list each cube once and stack again");
        vaho_text_printf(&all, "%s\n", out->pass[i].sha256);
    }
    if (status == VAHO_OK && all.failed)
        status = vaho_fail_memory(at->error, at->directory);
    if (status == VAHO_OK)
        vaho_sha256(out->stack_sha256, all.data, strlen(all.data));
    vaho_text_free(&all);
    out->sha256 = out->stack_sha256;
    out->sensor = out->time = "";
    return status;
}

/* run.json of a stack lists passes, that of a flight describes its cube. */
static int is_stack(const struct vaho_intake *in)
{
    return json_object_get(in->run, "passes") != NULL;
}

static enum vaho_status read_run(struct vaho_intake *out, const struct place *at)
{
    const json_t *exercise = json_object_get(out->run, "exercise");
    const char *named = is_stack(out) ? "stack" : "flight";
    enum vaho_status status = VAHO_OK;

    if (is_stack(out) && json_object_get(out->run, named) == NULL)
        return vaho_fail(at->error, VAHO_BAD_INPUT,
                         "%s/%s: does not name the stack; it was made by an older vaho, stack the "
                         "passes again",
                         at->directory, at->file);
    status = read_text(&out->flight, out->run, named, 0, at);
    if (status == VAHO_OK && out->flight[0] == '\0')
        return wrong(at, named, "must not be empty");
    if (status == VAHO_OK)
        status = read_text(&out->made_by, out->run, "version", 0, at);
    if (status == VAHO_OK)
        status =
            is_stack(out) ? read_passes(out, at) : read_text(&out->time, out->run, "time", 1, at);
    if (status == VAHO_OK)
        status = read_text(&out->mandate, out->run, "mandate", 0, at);
    if (status == VAHO_OK && !json_is_boolean(exercise))
        status = wrong(at, "exercise", "must be true or false");
    if (status != VAHO_OK)
        return status;
    out->exercise = json_is_true(exercise);
    out->time_s = NAN;
    if (out->time[0] != '\0' && !vaho_moment_parse(&out->time_s, out->time))
        return wrong(at, "time", "must be a moment like 2026-04-03T12:00:00Z");
    out->searched = json_object_get(out->run, "searched");
    out->n_searched = json_array_size(out->searched);
    if (!json_is_array(out->searched) || out->n_searched > MAX_SEARCHED)
        return wrong(at, "searched", "must be an array of names");
    for (size_t i = 0; i < out->n_searched; i++) {
        const char *gas = json_string_value(json_array_get(out->searched, i));
        if (gas == NULL || gas[0] == '\0')
            return wrong(at, "searched", "must be an array of names");
        for (size_t k = 0; k < i; k++)
            if (strcmp(json_string_value(json_array_get(out->searched, k)), gas) == 0)
                return wrong(at, "searched", "names a gas twice");
    }
    return is_stack(out) ? VAHO_OK : read_cube(out, at);
}

/* What plumes.geojson says of the flight must be what run.json says. */
static enum vaho_status compare(const struct vaho_intake *in, const struct place *at)
{
    const char *const names[] = {is_stack(in) ? "stack" : "flight", "mandate", "version"};
    const char *const told[] = {in->flight, in->mandate, in->made_by};
    const json_t *about = json_object_get(in->plumes, "vaho");
    const char *text;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        status = read_text(&text, about, names[i], 0, at);
        if (status != VAHO_OK)
            return status;
        if (strcmp(text, told[i]) != 0)
            return wrong(at, names[i], "is not what run.json says; the files are of two searches");
    }
    status = is_stack(in) ? VAHO_OK : read_text(&text, about, "time", 1, at);
    if (status == VAHO_OK && !is_stack(in) && strcmp(text, in->time) != 0)
        return wrong(at, "time", "is not what run.json says; the files are of two searches");
    if (status == VAHO_OK && json_is_true(json_object_get(about, "exercise")) != in->exercise)
        return wrong(at, "exercise", "is not what run.json says; the files are of two searches");
    return status;
}

static enum vaho_status read_numbers(struct vaho_intake_plume *p, const json_t *properties,
                                     const struct place *at)
{
    const struct {
        const char *name;
        double *out, min, max;
        int may_be_null;
    } number[] = {{"q_value", &p->q_value, 0, 1, 0},
                  {"snr", &p->snr, -1e12, 1e12, 1},
                  {"peak_ppmm", &p->peak_ppmm, -1e12, 1e12, 1},
                  {"mean_ppmm", &p->mean_ppmm, -1e12, 1e12, 1},
                  {"sigma_ppmm", &p->sigma_ppmm, 0, 1e12, 1},
                  {"source_line", &p->source_line, -1, 1e9, 0},
                  {"source_sample", &p->source_sample, -1, 1e9, 0},
                  {"source_sigma_px", &p->source_sigma_px, 0, 1e9, 1},
                  {"source_longitude", &p->longitude_deg, -360, 360, 1},
                  {"source_latitude", &p->latitude_deg, -90, 90, 1},
                  {"emission_kg_h", &p->emission_kg_h, -1e12, 1e12, 1},
                  {"emission_sigma_kg_h", &p->emission_sigma_kg_h, 0, 1e12, 1},
                  {"probability", &p->probability, 0, 1, 1}};
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < sizeof number / sizeof number[0] && status == VAHO_OK; i++)
        status = read_number(number[i].out, properties, number[i].name, number[i].min,
                             number[i].max, number[i].may_be_null, at);
    if (status == VAHO_OK && isnan(p->longitude_deg) != isnan(p->latitude_deg))
        status = wrong(at, "source_longitude", "is known but the latitude is not, or the reverse");
    return status;
}

/* How well the place is known: both or neither; missing from what older versions wrote. */
static enum vaho_status read_position_error(struct vaho_intake_plume *p, const json_t *properties,
                                            const struct place *at)
{
    static const char sigma[] = "position_sigma_m", covariance[] = "position_covariance_m2";
    const json_t *array = json_object_get(properties, covariance);
    double *c = p->position_covariance_m2;

    p->position_sigma_m = c[0] = c[1] = c[2] = NAN;
    if (array == NULL || json_is_null(array))
        return json_object_get(properties, sigma) == NULL ||
                       json_is_null(json_object_get(properties, sigma))
                   ? VAHO_OK
                   : wrong(at, sigma, "is known but the covariance is not");
    if (json_array_size(array) != 3)
        return wrong(at, covariance, "must be three numbers: east-east, east-north, north-north");
    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_array_get(array, i);
        c[i] = json_is_number(value) ? json_number_value(value) : NAN;
        if (!(fabs(c[i]) <= 1e14))
            return wrong(at, covariance, "must be three numbers within 1e14 m2");
    }
    /* six digits are written, so that a line may come out a little narrower than one */
    if (!(c[0] >= 0) || !(c[2] >= 0) || c[1] * c[1] > c[0] * c[2] * (1 + 1e-4))
        return wrong(at, covariance, "is no covariance: its axes cannot be that long");
    return read_number(&p->position_sigma_m, properties, sigma, 0, 1e8, 0, at);
}

static enum vaho_status read_plume(struct vaho_intake_plume *p, const json_t *feature, size_t i,
                                   const struct vaho_intake *in, struct place at)
{
    const json_t *properties = json_object_get(feature, "properties");
    const json_t *alternatives = json_object_get(properties, "alternatives");
    char what[64];
    const char *text;
    enum vaho_status status = read_text(&p->name, properties, "id", 0, &at);

    if (status == VAHO_OK)
        status = read_text(&p->gas, properties, "gas", 0, &at);
    if (status == VAHO_OK && (p->name[0] == '\0' || p->gas[0] == '\0'))
        status = wrong(&at, "id", "and 'gas' must not be empty");
    if (status == VAHO_OK)
        status = read_count(&p->n_pixels, properties, "pixels", 1, &at);
    if (status == VAHO_OK)
        status = read_numbers(p, properties, &at);
    if (status == VAHO_OK)
        status = read_position_error(p, properties, &at);
    if (status == VAHO_OK)
        status = read_text(&text, properties, "mandate", 0, &at);
    if (status == VAHO_OK &&
        (strcmp(text, in->mandate) != 0 ||
         json_is_true(json_object_get(properties, "exercise")) != in->exercise))
        status = wrong(&at, "mandate", "or 'exercise' of a plume is not what run.json says");
    if (status == VAHO_OK && !json_is_array(alternatives))
        status = wrong(&at, "alternatives", "must be an array");
    if (status != VAHO_OK)
        return status;
    p->alternatives = json_dumps(alternatives, JSON_COMPACT | JSON_REAL_PRECISION(10));
    if (p->alternatives == NULL)
        return vaho_fail_memory(at.error, at.directory);
    p->geometry = json_object_get(feature, "geometry");
    snprintf(what, sizeof what, "plume %zu", i + 1);
    return vaho_blob_from_geojson(&p->blob, p->geometry, what, at.error);
}

/* A source of a stack.  Its mandate and exercise are those that compare() saw. */
static enum vaho_status read_source(struct vaho_intake_plume *p, const json_t *feature,
                                    const struct place *at)
{
    const json_t *properties = json_object_get(feature, "properties");
    const json_t *geometry = json_object_get(feature, "geometry");
    const json_t *xy = json_object_get(geometry, "coordinates");
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const struct {
        const char *name;
        double *out, min, max;
    } number[] = {{"q_value", &p->q_value, 0, 1},
                  {"snr", &p->snr, -1e12, 1e12},
                  {"mean_ppmm", &p->mean_ppmm, -1e12, 1e12},
                  {"sigma_ppmm", &p->sigma_ppmm, 0, 1e12},
                  {"row", &p->source_line, -1, 1e9},
                  {"col", &p->source_sample, -1, 1e9}};
    enum vaho_status status = read_text(&p->name, properties, "id", 0, at);

    if (status == VAHO_OK)
        status = read_text(&p->gas, properties, "gas", 0, at);
    if (status == VAHO_OK && (p->name[0] == '\0' || p->gas[0] == '\0'))
        return wrong(at, "id", "and 'gas' must not be empty");
    for (size_t i = 0; i < sizeof number / sizeof number[0] && status == VAHO_OK; i++)
        status = read_number(number[i].out, properties, number[i].name, number[i].min,
                             number[i].max, i > 0 && i < 4, at);
    if (status == VAHO_OK)
        status = read_position_error(p, properties, at);
    if (status != VAHO_OK)
        return status;
    p->peak_ppmm = p->source_sigma_px = p->emission_kg_h = p->emission_sigma_kg_h = p->probability =
        NAN;
    p->longitude_deg = json_number_value(json_array_get(xy, 0));
    p->latitude_deg = json_number_value(json_array_get(xy, 1));
    if (type == NULL || strcmp(type, "Point") != 0 || json_array_size(xy) != 2 ||
        !json_is_number(json_array_get(xy, 0)) || !json_is_number(json_array_get(xy, 1)) ||
        fabs(p->longitude_deg) > 360 || fabs(p->latitude_deg) > 90)
        return wrong(at, "geometry", "must be a Point: longitude and latitude");
    p->n_pixels = 1;
    p->alternatives = vaho_strdup("[]");
    return p->alternatives != NULL ? VAHO_OK : vaho_fail_memory(at->error, at->directory);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* No two plumes of one name. */
static enum vaho_status check_names(const struct vaho_intake *in, const struct place *at)
{
    const char **name = vaho_alloc(in->n, sizeof *name);
    enum vaho_status status = VAHO_OK;

    if (name == NULL)
        return vaho_fail_memory(at->error, at->directory);
    for (size_t i = 0; i < in->n; i++)
        name[i] = in->plume[i].name;
    qsort(name, in->n, sizeof *name, by_name);
    for (size_t i = 1; i < in->n && status == VAHO_OK; i++)
        if (strcmp(name[i - 1], name[i]) == 0)
            status = vaho_fail(at->error, VAHO_BAD_INPUT, "%s/%s: two plumes have the id '%s'",
                               at->directory, at->file, name[i]);
    free(name);
    return status;
}

static enum vaho_status read_plumes(struct vaho_intake *out, const struct place *at)
{
    const json_t *features = json_object_get(out->plumes, "features");
    size_t n = json_array_size(features);
    enum vaho_status status = compare(out, at);

    if (status != VAHO_OK)
        return status;
    if (!json_is_array(features) || n > MAX_PLUMES)
        return wrong(at, "features", "must be an array of up to a million plumes");
    out->plume = vaho_alloc(n, sizeof *out->plume);
    if (out->plume == NULL)
        return vaho_fail_memory(at->error, at->directory);
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        struct vaho_error reason = {VAHO_OK, ""};
        struct place here = {at->directory, at->file, &reason};
        out->n++;
        status = is_stack(out)
                     ? read_source(&out->plume[i], json_array_get(features, i), &here)
                     : read_plume(&out->plume[i], json_array_get(features, i), i, out, here);
        if (status != VAHO_OK)
            vaho_fail(at->error, status, "%s (%s %zu)", reason.message,
                      is_stack(out) ? "source" : "plume", i + 1);
    }
    return status == VAHO_OK ? check_names(out, at) : status;
}

static enum vaho_status parse_run(struct vaho_intake *out, const char *run, size_t nbytes,
                                  const char *directory, struct vaho_error *error)
{
    const struct place at = {directory, "run.json", error};
    enum vaho_status status = load(&out->run, run, nbytes, &at);

    return status == VAHO_OK ? read_run(out, &at) : status;
}

static const char *plumes_file(const struct vaho_intake *in)
{
    return is_stack(in) ? "stack.geojson" : "plumes.geojson";
}

static enum vaho_status parse_plumes(struct vaho_intake *out, const char *plumes, size_t nbytes,
                                     const char *directory, struct vaho_error *error)
{
    const struct place at = {directory, plumes_file(out), error};
    enum vaho_status status = load(&out->plumes, plumes, nbytes, &at);

    if (status == VAHO_OK)
        status = read_plumes(out, &at);
    if (status == VAHO_OK)
        vaho_sha256(out->products_sha256, plumes, nbytes);
    return status;
}

enum vaho_status vaho_intake_parse(struct vaho_intake *out, const char *run, size_t run_nbytes,
                                   const char *plumes, size_t plumes_nbytes, const char *directory,
                                   struct vaho_error *error)
{
    enum vaho_status status;

    *out = (struct vaho_intake){0};
    status = parse_run(out, run, run_nbytes, directory, error);
    if (status == VAHO_OK)
        status = parse_plumes(out, plumes, plumes_nbytes, directory, error);
    if (status != VAHO_OK)
        vaho_intake_free(out);
    return status;
}

static enum vaho_status read_file(char **out, size_t *out_nbytes, const char *directory,
                                  const char *file, size_t max_nbytes, struct vaho_error *error)
{
    struct vaho_text path;
    enum vaho_status status;

    *out = NULL;
    vaho_text_init(&path, 8192);
    vaho_text_printf(&path, "%s/%s", directory, file);
    status = path.failed ? vaho_fail_memory(error, directory)
                         : vaho_file_read(out, out_nbytes, path.data, max_nbytes, error);
    vaho_text_free(&path);
    return status;
}

static int was_searched(const struct vaho_intake *in, const char *gas)
{
    for (size_t i = 0; i < in->n_searched; i++)
        if (strcmp(json_string_value(json_array_get(in->searched, i)), gas) == 0)
            return 1;
    return 0;
}

/* May be missing: then the flight says nothing where it saw nothing. */
static enum vaho_status read_coverage(struct vaho_intake *out, const char *directory,
                                      struct vaho_error *error)
{
    static const char file[] = "coverage.geojson";
    const struct place at = {directory, file, error};
    char *data = NULL;
    size_t nbytes = 0;
    enum vaho_status status =
        read_file(&data, &nbytes, directory, file, MAX_COVERAGE_NBYTES, error);

    if (status == VAHO_NOT_FOUND)
        return VAHO_OK;
    if (status == VAHO_OK) {
        struct vaho_error reason = {VAHO_OK, ""};
        status = vaho_cover_parse(&out->cover, data, nbytes, out->flight, file, &reason);
        if (status != VAHO_OK)
            vaho_fail(error, status, "%s/%s", directory, reason.message);
    }
    for (size_t g = 0; g < out->cover.n_gases && status == VAHO_OK; g++)
        if (!was_searched(out, json_string_value(json_array_get(out->cover.gases, g))))
            status = wrong(&at, json_string_value(json_array_get(out->cover.gases, g)),
                           "is no gas that run.json says was searched for");
    free(data);
    return status;
}

/* May be missing, too. */
static enum vaho_status read_spectra(struct vaho_intake *out, const char *directory,
                                     struct vaho_error *error)
{
    static const char file[] = "spectra.json";
    const struct vaho_spectra_of of = {out->flight, out->made_by, out->mandate, out->exercise};
    char *data = NULL;
    size_t nbytes = 0;
    struct vaho_error reason = {VAHO_OK, ""};
    enum vaho_status status = read_file(&data, &nbytes, directory, file, MAX_SPECTRA_NBYTES, error);

    if (status == VAHO_NOT_FOUND)
        return VAHO_OK;
    if (status == VAHO_OK) {
        status = vaho_spectra_parse(&out->spectra, data, nbytes, &of, file, &reason);
        if (status != VAHO_OK)
            vaho_fail(error, status, "%s/%s", directory, reason.message);
    }
    free(data);
    return status;
}

enum vaho_status vaho_intake_read(struct vaho_intake *out, const char *directory,
                                  struct vaho_error *error)
{
    char *run = NULL, *plumes = NULL;
    size_t run_nbytes = 0, plumes_nbytes = 0;
    enum vaho_status status =
        read_file(&run, &run_nbytes, directory, "run.json", MAX_RUN_NBYTES, error);

    *out = (struct vaho_intake){0};
    if (status == VAHO_OK)
        status = parse_run(out, run, run_nbytes, directory, error);
    if (status == VAHO_OK)
        status = read_file(&plumes, &plumes_nbytes, directory, plumes_file(out), MAX_PLUMES_NBYTES,
                           error);
    if (status == VAHO_OK)
        status = parse_plumes(out, plumes, plumes_nbytes, directory, error);
    if (status == VAHO_OK && !is_stack(out))
        status = read_coverage(out, directory, error);
    if (status == VAHO_OK && !is_stack(out))
        status = read_spectra(out, directory, error);
    if (status != VAHO_OK)
        vaho_intake_free(out);
    free(run);
    free(plumes);
    return status;
}

void vaho_intake_free(struct vaho_intake *intake)
{
    for (size_t i = 0; i < intake->n; i++) {
        free(intake->plume[i].alternatives);
        vaho_blob_free(&intake->plume[i].blob);
    }
    free(intake->plume);
    free(intake->pass);
    vaho_cover_free(&intake->cover);
    vaho_spectra_free(&intake->spectra);
    json_decref(intake->run);
    json_decref(intake->plumes);
    *intake = (struct vaho_intake){0};
}
