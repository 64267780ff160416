/*
 * mandate.c - the terms of a mandate, read strictly
 *
 *   { "format": "vaho-mandate-1", "id": "sierra-2026-04", "exercise": false,
 *     "issuer": "north", "on_behalf_of": "south", "cosigners": ["park"],
 *     "area": { "type": "Polygon", "coordinates": [...] },
 *     "border": { "sigmas": 3, "assumed_sigma_m": 10 },
 *     "window": { "from": "2026-04-01T00:00:00Z", "to": "2026-04-30T23:59:59Z" },
 *     "sensors": ["..."], "gases": ["ammonia"],
 *     "partners": [ { "name": "south", "precision_m": 100, "time_precision_s": 3600 } ] }
 *
 * "*" alone in sensors or gases means any.  An empty list of partners means nobody.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "mandate/parts.h"
#include "mandate/window.h"
#include "vaho/library.h"

static const double MAX_SIGMAS = 10, MAX_SIGMA_M = 10000, MAX_PRECISION_M = 1e6, MAX_STEP_S = 1e9;
enum { MAX_SENSOR_NBYTES = 128 };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static enum vaho_status read_number(double *out, const struct vaho_mandate *m, const json_t *object,
                                    const char *name, double min, double max,
                                    struct vaho_error *error)
{
    *out = json_number_value(json_object_get(object, name));
    if (*out >= min && *out <= max)
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: '%s' must be from %g to %g, not %g", m->path, name,
                     min, max, *out);
}

static int is_sensor(const char *text)
{
    size_t n = strlen(text);

    if (n == 0 || n > MAX_SENSOR_NBYTES || text[0] == ' ' || text[n - 1] == ' ')
        return 0;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return 0;
    return 1;
}

static int is_gas(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n < VAHO_NAME_NBYTES &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* A list of different texts, not empty; "*" alone gives none at all. */
static enum vaho_status read_list(const char **out, size_t *out_n, const struct vaho_mandate *m,
                                  const char *name, int (*fits)(const char *), const char *rule,
                                  struct vaho_error *error)
{
    const json_t *list = json_object_get(m->document.body, name);
    size_t n = json_array_size(list);

    *out_n = 0;
    if (n == 0 || n > VAHO_MANDATE_MAX_LIST)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: '%s' must name 1 to %d, or \"*\" for any",
                         m->path, name, VAHO_MANDATE_MAX_LIST);
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text != NULL && n == 1 && strcmp(text, "*") == 0)
            return VAHO_OK;
        if (text == NULL || !fits(text))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s[%zu] must be %s", m->path, name, i,
                             rule);
        for (size_t k = 0; k < i; k++)
            if (strcmp(out[k], text) == 0)
                return vaho_fail(error, VAHO_BAD_INPUT, "%s: '%s' names %s twice", m->path, name,
                                 text);
        out[i] = text;
    }
    *out_n = n;
    return VAHO_OK;
}

static void add_signer(struct vaho_mandate *m, const char *name)
{
    for (size_t i = 0; i < m->terms.n_signers; i++)
        if (strcmp(m->signer[i], name) == 0)
            return;
    m->signer[m->terms.n_signers++] = name;
}

/* Issuer, on whose behalf, co-signers: all of them must sign. */
static enum vaho_status read_signers(struct vaho_mandate *m, struct vaho_error *error)
{
    const json_t *body = m->document.body, *cosigners = json_object_get(body, "cosigners");
    struct vaho_mandate_terms *t = &m->terms;
    size_t n = json_array_size(cosigners);

    t->issuer = text_of(body, "issuer");
    t->on_behalf_of = text_of(body, "on_behalf_of");
    if (!vaho_is_name(t->issuer))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'issuer' must be a name of letters, digits, '.', '_' and '-'",
                         m->path);
    add_signer(m, t->issuer);
    if (t->on_behalf_of != NULL) {
        if (!vaho_is_name(t->on_behalf_of))
            return vaho_fail(
                error, VAHO_BAD_INPUT,
                "%s: 'on_behalf_of' must be a name of letters, digits, '.', '_' and '-'", m->path);
        add_signer(m, t->on_behalf_of);
    } else {
        t->on_behalf_of = "";
    }
    if (n > VAHO_MANDATE_MAX_LIST)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d cosigners", m->path,
                         VAHO_MANDATE_MAX_LIST);
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(cosigners, i));
        if (name == NULL || !vaho_is_name(name))
            return vaho_fail(
                error, VAHO_BAD_INPUT,
                "%s: cosigners[%zu] must be a name of letters, digits, '.', '_' and '-'", m->path,
                i);
        add_signer(m, name);
    }
    return VAHO_OK;
}

static enum vaho_status read_window(struct vaho_mandate *m, struct vaho_error *error)
{
    struct vaho_window window;
    enum vaho_status status =
        vaho_window_read(&window, json_object_get(m->document.body, "window"), m->path, error);

    if (status != VAHO_OK)
        return status;
    m->terms.from = window.from;
    m->terms.to = window.to;
    m->terms.from_s = window.from_s;
    m->terms.to_s = window.to_s;
    return VAHO_OK;
}

static enum vaho_status read_border(struct vaho_mandate *m, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"sigmas", JSON_REAL, 1},
                                                 {"assumed_sigma_m", JSON_REAL, 1}};
    const json_t *border = json_object_get(m->document.body, "border");
    enum vaho_status status = vaho_members_check(border, members, 2, m->path, "border", error);

    if (status == VAHO_OK)
        status = read_number(&m->terms.border_sigmas, m, border, "sigmas", 1, MAX_SIGMAS, error);
    if (status == VAHO_OK)
        status = read_number(&m->terms.assumed_sigma_m, m, border, "assumed_sigma_m", 0,
                             MAX_SIGMA_M, error);
    return status;
}

static enum vaho_status read_partners(struct vaho_mandate *m, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"name", JSON_STRING, 1},
                                                 {"precision_m", JSON_REAL, 1},
                                                 {"time_precision_s", JSON_REAL, 1}};
    const json_t *partners = json_object_get(m->document.body, "partners");
    size_t n = json_array_size(partners);
    enum vaho_status status = VAHO_OK;

    if (n > VAHO_MANDATE_MAX_LIST)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d partners", m->path,
                         VAHO_MANDATE_MAX_LIST);
    for (size_t i = 0; i < n && status == VAHO_OK; i++) {
        const json_t *one = json_array_get(partners, i);
        struct vaho_mandate_partner *partner = &m->partner[i];
        char where[40];
        snprintf(where, sizeof where, "partners[%zu]", i);
        status = vaho_members_check(one, members, 3, m->path, where, error);
        if (status != VAHO_OK)
            return status;
        partner->name = text_of(one, "name");
        if (!vaho_is_name(partner->name))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: 'name' of %s must be a name of letters, digits, '.', '_' and '-'",
                             m->path, where);
        for (size_t k = 0; k < i; k++)
            if (strcmp(m->partner[k].name, partner->name) == 0)
                return vaho_fail(error, VAHO_BAD_INPUT, "%s: partner %s is named twice", m->path,
                                 partner->name);
        status =
            read_number(&partner->precision_m, m, one, "precision_m", 0, MAX_PRECISION_M, error);
        if (status == VAHO_OK)
            status = read_number(&partner->time_precision_s, m, one, "time_precision_s", 0,
                                 MAX_STEP_S, error);
        m->terms.n_partners++;
    }
    return status;
}

static enum vaho_status read_body(struct vaho_mandate *m, struct vaho_error *error)
{
    static const struct vaho_member members[] = {
        {"format", JSON_STRING, 1},       {"id", JSON_STRING, 1},
        {"exercise", JSON_TRUE, 1},       {"issuer", JSON_STRING, 1},
        {"cosigners", JSON_ARRAY, 1},     {"area", JSON_OBJECT, 1},
        {"on_behalf_of", JSON_STRING, 0}, {"border", JSON_OBJECT, 1},
        {"window", JSON_OBJECT, 1},       {"sensors", JSON_ARRAY, 1},
        {"gases", JSON_ARRAY, 1},         {"partners", JSON_ARRAY, 1}};
    const json_t *body = m->document.body;
    struct vaho_mandate_terms *t = &m->terms;
    struct vaho_error reason;
    enum vaho_status status = vaho_members_check(body, members, sizeof members / sizeof *members,
                                                 m->path, "the mandate", error);

    if (status != VAHO_OK)
        return status;
    if (strcmp(text_of(body, "format"), "vaho-mandate-1") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: its format is '%.40s'; this version knows vaho-mandate-1", m->path,
                         text_of(body, "format"));
    t->id = text_of(body, "id");
    if (!vaho_is_name(t->id))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'id' must be 1 to 63 letters, digits, '.', '_' and '-'", m->path);
    t->exercise = json_is_true(json_object_get(body, "exercise"));
    status = read_signers(m, error);
    if (status == VAHO_OK)
        status = read_window(m, error);
    if (status == VAHO_OK)
        status = read_border(m, error);
    if (status == VAHO_OK)
        status = read_list(m->sensor, &t->n_sensors, m, "sensors", is_sensor,
                           "a sensor's name, up to 128 printable characters", error);
    if (status == VAHO_OK)
        status = read_list(m->gas, &t->n_gases, m, "gases", is_gas,
                           "a gas's name in lower case, like sulfur_dioxide", error);
    if (status == VAHO_OK)
        status = read_partners(m, error);
    if (status != VAHO_OK)
        return status;
    status = vaho_area_new(&m->area, json_object_get(body, "area"), "the area", &reason);
    return status == VAHO_OK ? VAHO_OK
                             : vaho_fail(error, status, "%s: %s", m->path, reason.message);
}

enum vaho_status vaho_mandate_parse(struct vaho_mandate **out, const char *data, size_t nbytes,
                                    const char *path, struct vaho_error *error)
{
    struct vaho_mandate *m = vaho_alloc(1, sizeof *m);
    enum vaho_status status;

    *out = NULL;
    if (m == NULL || (m->path = vaho_strdup(path)) == NULL) {
        free(m);
        return vaho_fail_memory(error, path);
    }
    status = vaho_document_parse(&m->document, data, nbytes, "mandate", m->path, error);
    if (status == VAHO_OK)
        status = read_body(m, error);
    vaho_text_init(&m->canonical, (size_t)VAHO_DOCUMENT_MAX_NBYTES * 8);
    if (status == VAHO_OK)
        status = vaho_canonical_json(&m->canonical, m->document.root, error);
    if (status != VAHO_OK) {
        vaho_mandate_free(m);
        return status;
    }
    snprintf(m->label, sizeof m->label, "%s sha256:%s", m->terms.id, m->document.sha256);
    m->terms.sha256 = m->document.sha256;
    m->terms.label = m->label;
    m->terms.signer = m->signer;
    m->terms.sensor = m->sensor;
    m->terms.gas = m->gas;
    m->terms.partner = m->partner;
    *out = m;
    return VAHO_OK;
}

enum vaho_status vaho_mandate_open(struct vaho_mandate **out, const char *path,
                                   struct vaho_error *error)
{
    char *data;
    size_t nbytes;
    enum vaho_status status = vaho_file_read(&data, &nbytes, path, VAHO_DOCUMENT_MAX_NBYTES, error);

    *out = NULL;
    if (status != VAHO_OK)
        return status;
    status = vaho_mandate_parse(out, data, nbytes, path, error);
    free(data);
    return status;
}

void vaho_mandate_free(struct vaho_mandate *mandate)
{
    if (mandate == NULL)
        return;
    vaho_area_free(mandate->area);
    vaho_document_free(&mandate->document);
    vaho_text_free(&mandate->canonical);
    free(mandate->path);
    free(mandate);
}

const struct vaho_mandate_terms *vaho_mandate_terms(const struct vaho_mandate *mandate)
{
    return &mandate->terms;
}

const char *vaho_mandate_canonical(const struct vaho_mandate *mandate)
{
    return mandate->canonical.data;
}

int vaho_mandate_names_gas(const struct vaho_mandate *mandate, const char *gas)
{
    for (size_t i = 0; i < mandate->terms.n_gases; i++)
        if (strcmp(mandate->gas[i], gas) == 0)
            return 1;
    return mandate->terms.n_gases == 0;
}
