/*
 * policy.c - a partner's policy, read strictly
 *
 *   { "format": "vaho-policy-1", "id": "south-1", "partner": "south", "exercise": false,
 *     "area": { "type": "Polygon", "coordinates": [...] },
 *     "gases": ["ammonia"], "least_probability": 0.8,
 *     "grid": { "metres": 1000 }, "time_step_s": 3600, "delay_s": 0, "valid_s": 604800,
 *     "fields": ["place", "gas", "probability", "first_seen", "last_seen", "emission"],
 *     "emission_digits": 1,
 *     "window": { "from": "2026-04-01T00:00:00Z", "to": "2026-12-31T23:59:59Z" },
 *     "marking": { "tlp": "TLP:AMBER+STRICT", "onward": "organisation" } }
 *
 * "*" alone in gases means any; "grid" has "metres" or "decimals" of a degree.  The labels are
 * those of the Traffic Light Protocol 2.0 (FIRST, first.org/tlp), which are never translated.  A
 * label is a request; "onward" is the rule that a partner's program can hold to, and is no wider.
 */
#include "release/policy.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "base/moment.h"
#include "mandate/parts.h"
#include "mandate/window.h"
#include "release/grid.h"
#include "vaho/library.h"

enum { MAX_GASES = 256, MAX_NBYTES = 8 << 20, MAX_DECIMALS = 5 };
static const double MAX_GRID_M = 50000, MAX_TIME_STEP_S = 1e9, MAX_DELAY_S = 1e9,
                    LEAST_VALID_S = 60, MAX_VALID_S = 1e9;

struct vaho_policy {
    char *path;
    json_t *root; /* owns every text of the terms */
    struct vaho_policy_terms terms;
    const char *gas[MAX_GASES];
    struct vaho_area *area;
    struct vaho_text canonical;
    char sha256[VAHO_DIGEST_HEX_NBYTES];
};

static const struct {
    const char *name;
    enum vaho_field bit;
} field_names[] = {{"place", VAHO_FIELD_PLACE},
                   {"gas", VAHO_FIELD_GAS},
                   {"probability", VAHO_FIELD_PROBABILITY},
                   {"first_seen", VAHO_FIELD_FIRST_SEEN},
                   {"last_seen", VAHO_FIELD_LAST_SEEN},
                   {"emission", VAHO_FIELD_EMISSION}};
enum { N_FIELDS = sizeof field_names / sizeof field_names[0] };

/* Each label with the widest rule it allows, the narrowest first. */
static const struct {
    const char *tlp, *onward;
} markings[] = {{"TLP:RED", "nobody"},
                {"TLP:AMBER+STRICT", "organisation"},
                {"TLP:AMBER", "organisation-and-clients"},
                {"TLP:GREEN", "community"},
                {"TLP:CLEAR", "public"}};
enum { N_MARKINGS = sizeof markings / sizeof markings[0] };

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static enum vaho_status read_number(double *out, const struct vaho_policy *p, const json_t *object,
                                    const char *name, double min, double max,
                                    struct vaho_error *error)
{
    *out = json_number_value(json_object_get(object, name));
    if (*out >= min && *out <= max)
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: '%s' must be from %g to %g, not %g", p->path, name,
                     min, max, *out);
}

static enum vaho_status read_gases(struct vaho_policy *p, struct vaho_error *error)
{
    const json_t *list = json_object_get(p->root, "gases");
    size_t n = json_array_size(list);
    const char *first = json_string_value(json_array_get(list, 0));

    if (n == 0 || n > MAX_GASES)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: 'gases' must name 1 to %d, or \"*\" for any",
                         p->path, MAX_GASES);
    if (n == 1 && first != NULL && strcmp(first, "*") == 0)
        return VAHO_OK;
    for (size_t i = 0; i < n; i++) {
        const char *gas = json_string_value(json_array_get(list, i));
        if (gas == NULL || gas[0] == '\0' || strlen(gas) >= VAHO_NAME_NBYTES ||
            strspn(gas, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(gas))
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: gases[%zu] must be the name of a gas",
                             p->path, i);
        for (size_t k = 0; k < i; k++)
            if (strcmp(p->gas[k], gas) == 0)
                return vaho_fail(error, VAHO_BAD_INPUT, "%s: 'gases' names %s twice", p->path, gas);
        p->gas[i] = gas;
    }
    p->terms.n_gases = n;
    return VAHO_OK;
}

static enum vaho_status read_grid(struct vaho_policy *p, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"metres", JSON_REAL, 0},
                                                 {"decimals", JSON_INTEGER, 0}};
    const json_t *grid = json_object_get(p->root, "grid");
    double decimals;
    enum vaho_status status = vaho_members_check(grid, members, 2, p->path, "grid", error);

    if (status != VAHO_OK)
        return status;
    if (json_object_size(grid) != 1)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: 'grid' must have 'metres' or 'decimals'",
                         p->path);
    if (json_object_get(grid, "metres") != NULL)
        return read_number(&p->terms.grid_m, p, grid, "metres", 1, MAX_GRID_M, error);
    status = read_number(&decimals, p, grid, "decimals", 1, MAX_DECIMALS, error);
    p->terms.grid_m = VAHO_CELL_LEAST_M_PER_DEG * pow(10, -decimals);
    return status;
}

static enum vaho_status read_fields(struct vaho_policy *p, struct vaho_error *error)
{
    const json_t *list = json_object_get(p->root, "fields");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        size_t k = 0;
        while (k < N_FIELDS && (name == NULL || strcmp(field_names[k].name, name) != 0))
            k++;
        if (k == N_FIELDS)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: fields[%zu] must be place, gas, probability, first_seen, "
                             "last_seen or emission",
                             p->path, i);
        if ((p->terms.fields & field_names[k].bit) != 0)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: 'fields' names %s twice", p->path, name);
        p->terms.fields |= field_names[k].bit;
    }
    return p->terms.fields != 0
               ? VAHO_OK
               : vaho_fail(error, VAHO_BAD_INPUT, "%s: 'fields' must name one or more", p->path);
}

static enum vaho_status read_window(struct vaho_policy *p, struct vaho_error *error)
{
    struct vaho_window window;
    enum vaho_status status =
        vaho_window_read(&window, json_object_get(p->root, "window"), p->path, error);

    if (status != VAHO_OK)
        return status;
    p->terms.from = window.from;
    p->terms.to = window.to;
    p->terms.from_s = window.from_s;
    p->terms.to_s = window.to_s;
    return VAHO_OK;
}

static enum vaho_status read_marking(struct vaho_policy *p, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"tlp", JSON_STRING, 1},
                                                 {"onward", JSON_STRING, 1}};
    const json_t *marking = json_object_get(p->root, "marking");
    size_t tlp = 0, onward = 0;
    enum vaho_status status = vaho_members_check(marking, members, 2, p->path, "marking", error);

    if (status != VAHO_OK)
        return status;
    p->terms.tlp = text_of(marking, "tlp");
    p->terms.onward = text_of(marking, "onward");
    while (tlp < N_MARKINGS && strcmp(markings[tlp].tlp, p->terms.tlp) != 0)
        tlp++;
    while (onward < N_MARKINGS && strcmp(markings[onward].onward, p->terms.onward) != 0)
        onward++;
    if (tlp == N_MARKINGS)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'tlp' must be TLP:RED, TLP:AMBER+STRICT, TLP:AMBER, TLP:GREEN or "
                         "TLP:CLEAR",
                         p->path);
    if (onward == N_MARKINGS)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'onward' must be nobody, organisation, organisation-and-clients, "
                         "community or public",
                         p->path);
    if (onward > tlp)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: '%s' allows passing on to '%s' at most, not to '%s'", p->path,
                         p->terms.tlp, markings[tlp].onward, p->terms.onward);
    return VAHO_OK;
}

static enum vaho_status read_names(struct vaho_policy *p, struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"format", JSON_STRING, 1},
                                                 {"id", JSON_STRING, 1},
                                                 {"partner", JSON_STRING, 1},
                                                 {"exercise", JSON_TRUE, 1},
                                                 {"area", JSON_OBJECT, 1},
                                                 {"gases", JSON_ARRAY, 1},
                                                 {"least_probability", JSON_REAL, 1},
                                                 {"grid", JSON_OBJECT, 1},
                                                 {"time_step_s", JSON_REAL, 1},
                                                 {"delay_s", JSON_REAL, 1},
                                                 {"valid_s", JSON_REAL, 1},
                                                 {"fields", JSON_ARRAY, 1},
                                                 {"emission_digits", JSON_INTEGER, 1},
                                                 {"window", JSON_OBJECT, 1},
                                                 {"marking", JSON_OBJECT, 1}};
    struct vaho_policy_terms *t = &p->terms;
    enum vaho_status status = vaho_members_check(p->root, members, sizeof members / sizeof *members,
                                                 p->path, "the policy", error);

    if (status != VAHO_OK)
        return status;
    if (strcmp(text_of(p->root, "format"), "vaho-policy-1") != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: its format is '%.40s'; this version knows vaho-policy-1", p->path,
                         text_of(p->root, "format"));
    t->id = text_of(p->root, "id");
    t->partner = text_of(p->root, "partner");
    t->exercise = json_is_true(json_object_get(p->root, "exercise"));
    if (!vaho_is_name(t->id) || !vaho_is_name(t->partner))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'id' and 'partner' must be names of letters, digits, '.', '_' and "
                         "'-'",
                         p->path);
    return VAHO_OK;
}

static enum vaho_status read_numbers(struct vaho_policy *p, struct vaho_error *error)
{
    struct vaho_policy_terms *t = &p->terms;
    double digits = 0;
    const struct {
        double *out;
        const char *name;
        double min, max;
    } number[] = {{&t->least_probability, "least_probability", 0, 1},
                  {&t->time_step_s, "time_step_s", 1, MAX_TIME_STEP_S},
                  {&t->delay_s, "delay_s", 0, MAX_DELAY_S},
                  {&t->valid_s, "valid_s", LEAST_VALID_S, MAX_VALID_S},
                  {&digits, "emission_digits", 1, 2}};
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < sizeof number / sizeof number[0] && status == VAHO_OK; i++)
        status = read_number(number[i].out, p, p->root, number[i].name, number[i].min,
                             number[i].max, error);
    if (status == VAHO_OK)
        t->emission_digits = (int)digits;
    return status;
}

static enum vaho_status read_root(struct vaho_policy *p, struct vaho_error *error)
{
    struct vaho_error reason;
    enum vaho_status status = read_names(p, error);

    if (status == VAHO_OK)
        status = read_numbers(p, error);
    if (status == VAHO_OK)
        status = read_gases(p, error);
    if (status == VAHO_OK)
        status = read_grid(p, error);
    if (status == VAHO_OK)
        status = read_fields(p, error);
    if (status == VAHO_OK)
        status = read_window(p, error);
    if (status == VAHO_OK)
        status = read_marking(p, error);
    if (status != VAHO_OK)
        return status;
    status = vaho_area_new(&p->area, json_object_get(p->root, "area"), "the area", &reason);
    if (status == VAHO_OK)
        status = vaho_canonical_json(&p->canonical, p->root, &reason);
    if (status != VAHO_OK)
        return vaho_fail(error, status, "%s: %s", p->path, reason.message);
    vaho_sha256(p->sha256, p->canonical.data, p->canonical.nbytes);
    p->terms.gas = p->gas;
    p->terms.sha256 = p->sha256;
    return VAHO_OK;
}

enum vaho_status vaho_policy_parse(struct vaho_policy **out, const char *data, size_t nbytes,
                                   const char *path, struct vaho_error *error)
{
    struct vaho_policy *p = vaho_alloc(1, sizeof *p);
    json_error_t reason;
    enum vaho_status status;

    *out = NULL;
    if (p == NULL || (p->path = vaho_strdup(path)) == NULL) {
        free(p);
        return vaho_fail_memory(error, path);
    }
    vaho_text_init(&p->canonical, (size_t)MAX_NBYTES * 8);
    p->root =
        nbytes > MAX_NBYTES ? NULL : json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (nbytes > MAX_NBYTES)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %d bytes are no policy", path,
                           MAX_NBYTES);
    else if (p->root == NULL)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", path, reason.line,
                           reason.text);
    else
        status = read_root(p, error);
    if (status != VAHO_OK) {
        vaho_policy_free(p);
        return status;
    }
    *out = p;
    return VAHO_OK;
}

void vaho_policy_free(struct vaho_policy *policy)
{
    if (policy == NULL)
        return;
    vaho_area_free(policy->area);
    vaho_text_free(&policy->canonical);
    json_decref(policy->root);
    free(policy->path);
    free(policy);
}

const struct vaho_policy_terms *vaho_policy_terms(const struct vaho_policy *policy)
{
    return &policy->terms;
}

const char *vaho_policy_canonical(const struct vaho_policy *policy)
{
    return policy->canonical.data;
}

int vaho_policy_names_gas(const struct vaho_policy *policy, const char *gas)
{
    for (size_t i = 0; i < policy->terms.n_gases; i++)
        if (strcmp(policy->gas[i], gas) == 0)
            return 1;
    return policy->terms.n_gases == 0;
}

int vaho_policy_holds_disc(const struct vaho_policy *policy, double longitude_deg,
                           double latitude_deg, double radius_m)
{
    signed char side;

    vaho_area_sides(&side, policy->area, &longitude_deg, &latitude_deg, &radius_m, 1);
    return side == VAHO_SIDE_INSIDE;
}

enum vaho_status vaho_policy_check(const struct vaho_policy *policy,
                                   const struct vaho_mandate *mandate, struct vaho_error *error)
{
    const struct vaho_policy_terms *t = &policy->terms;
    const struct vaho_mandate_terms *m = vaho_mandate_terms(mandate);
    size_t i = 0;

    if (t->exercise != m->exercise)
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'exercise': the policy %s is for %s and the mandate %s is not",
                         t->id, t->exercise ? "an exercise" : "an operation", m->id);
    if (m->n_partners == 0)
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'partner': the mandate %s names no partner: nobody may be told",
                         m->id);
    while (i < m->n_partners && strcmp(m->partner[i].name, t->partner) != 0)
        i++;
    if (i == m->n_partners)
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'partner': the mandate %s does not name the partner %s", m->id,
                         t->partner);
    if ((t->fields & VAHO_FIELD_PLACE) != 0 && t->grid_m < m->partner[i].precision_m)
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'precision': the policy %s tells places to %.0f m; the mandate %s "
                         "allows %s no finer than %.0f m",
                         t->id, t->grid_m, m->id, t->partner, m->partner[i].precision_m);
    if (t->time_step_s < m->partner[i].time_precision_s)
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'time-precision': the policy %s tells times to %.0f s; the mandate "
                         "%s allows %s no finer than %.0f s",
                         t->id, t->time_step_s, m->id, t->partner, m->partner[i].time_precision_s);
    return VAHO_OK;
}
