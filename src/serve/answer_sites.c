/* answer_sites.c - the queue, one site with its evidence, and decisions */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "casebook/site_write.h"
#include "serve/answers.h"
#include "serve/near.h"
#include "serve/parts.h"
#include "serve/shapes.h"

static const char *const not_site = "site";

/* --- who looks ------------------------------------------------------------------------- */

struct looking {
    json_t *people;
    const char *but; /* NULL: nobody left out */
};

/* Each name once. */
static void add_person(void *context, const char *account, const char *site)
{
    struct looking *l = context;

    (void)site;
    for (size_t i = 0; i < json_array_size(l->people); i++)
        if (strcmp(json_string_value(json_array_get(l->people, i)), account) == 0)
            return;
    if (l->but == NULL || strcmp(l->but, account) != 0)
        json_array_append_new(l->people, json_string(account));
}

json_t *vaho_looking_json(struct vaho_server *server, const char *site, const char *but)
{
    struct looking l = {json_array(), but};

    vaho_here_looking(server->here, site, vaho_server_now_s(server), add_person, &l);
    return l.people;
}

struct all_looking {
    json_t *by_site;
    const char *but;
};

static void add_looking(void *context, const char *account, const char *site)
{
    struct all_looking *all = context;
    struct looking one = {json_object_get(all->by_site, site), all->but};

    if (one.people == NULL)
        json_object_set_new(all->by_site, site, one.people = json_array());
    add_person(&one, account, site);
}

json_t *vaho_all_looking_json(struct vaho_server *server, const char *but)
{
    struct all_looking all = {json_object(), but};

    vaho_here_looking(server->here, NULL, vaho_server_now_s(server), add_looking, &all);
    return all.by_site;
}

/* --- the queue --------------------------------------------------------------------------- */

struct list {
    struct vaho_request *request;
    struct vaho_casebook *casebook;
    json_t *sites;
    json_t *looking;    /* by site: names */
    const char *states; /* ",candidate,rejected,"; "": all */
    size_t limit, offset, n_passed;
    int with_reasons, has_more;
    struct vaho_error *error;
    enum vaho_status status;
};

static int is_wanted(const struct list *l, const char *state)
{
    char wanted[32];

    snprintf(wanted, sizeof wanted, ",%s,", state);
    return l->states[0] == '\0' || strstr(l->states, wanted) != NULL;
}

static int take_site(void *context, const struct vaho_site *site)
{
    struct list *l = context;
    struct vaho_review_now now;
    json_t *json, *people;

    if (l->states[0] == '\0' && l->n_passed < l->offset) {
        l->n_passed++;
        return 1;
    }
    l->status = vaho_review_now(&now, l->casebook, site->name, l->error);
    if (l->status != VAHO_OK)
        return 0;
    if (!is_wanted(l, now.state) || l->n_passed++ < l->offset)
        return 1;
    l->has_more = json_array_size(l->sites) == l->limit;
    if (l->has_more)
        return 0;
    json = vaho_site_json(site, &now, l->with_reasons);
    people = json_object_get(l->looking, site->name);
    json_object_set_new(json, "looking", people == NULL ? json_array() : json_incref(people));
    json_array_append_new(l->sites, json);
    return 1;
}

static void add_count(void *counts, const char *state, int64_t n)
{
    json_object_set_new(counts, state, json_integer(n));
}

/* The same request with another offset. */
static json_t *next_of(const struct vaho_request *request, size_t offset)
{
    static const char *const kept[] = {"state", "gas", "bbox", "least", "limit", "reasons"};
    struct vaho_text text;
    json_t *next;

    vaho_text_init(&text, 4096);
    vaho_text_printf(&text, "/api/sites?offset=%zu", offset);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *value = vaho_target_get(&request->target, kept[i]);
        if (value == NULL)
            continue;
        vaho_text_printf(&text, "&%s=", kept[i]);
        vaho_target_escape(&text, value);
    }
    next = text.failed ? json_null() : json_string(text.data);
    vaho_text_free(&text);
    return next;
}

static enum vaho_status read_list(struct list *l, json_t **out)
{
    const struct vaho_target *target = &l->request->target;
    const char *box = vaho_target_get(target, "bbox");
    struct vaho_sites_query query = vaho_sites_query_defaults();
    struct vaho_sites_state state;
    double corner[4];
    json_t *counts = json_object();
    enum vaho_status status = vaho_sites_get_state(&state, l->casebook, l->error);

    query.gas = vaho_target_get(target, "gas");
    query.least_probability = vaho_query_real(target, "least", 0);
    query.limit = INT64_MAX / 2;
    if (box != NULL && vaho_box_parse(corner, box)) {
        query.west = corner[0];
        query.south = corner[1];
        query.east = corner[2];
        query.north = corner[3];
    }
    if (status == VAHO_OK)
        status = vaho_review_count(l->casebook, add_count, counts, l->error);
    if (status == VAHO_OK)
        status = vaho_sites_list(l->casebook, &query, take_site, l, l->error);
    if (status == VAHO_OK)
        status = l->status;
    *out = json_pack("{s:b, s:o, s:I, s:o, s:I, s:o, s:o}", "exercise",
                     l->casebook->kind == VAHO_CASEBOOK_EXERCISE, "at", vaho_json_words(state.at),
                     "flights_since", (json_int_t)state.n_flights_since, "counts", counts, "offset",
                     (json_int_t)l->offset, "next",
                     l->has_more ? next_of(l->request, l->offset + l->limit) : json_null(), "sites",
                     l->sites);
    return status;
}

void vaho_answer_sites(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct vaho_target *target = &request->target;
    const char *state = vaho_target_get(target, "state");
    char states[160] = "";
    struct vaho_error error;
    json_t *json = NULL;
    struct list l = {.request = request,
                     .casebook = casebook,
                     .sites = json_array(),
                     .looking = vaho_all_looking_json(request->server, request->session.account),
                     .states = states,
                     .limit = (size_t)vaho_query_real(target, "limit", 1000),
                     .offset = (size_t)vaho_query_real(target, "offset", 0),
                     .with_reasons = vaho_query_real(target, "reasons", 1) > 0,
                     .error = &error};

    if (state != NULL)
        snprintf(states, sizeof states, ",%s,", state);
    if (read_list(&l, &json) == VAHO_OK) {
        vaho_answer_json(request, 200, json);
    } else {
        json_decref(json);
        vaho_answer_failed(request, &error, "busy", not_site);
    }
    json_decref(l.looking);
}

/* --- one site ------------------------------------------------------------------------------ */

struct shown {
    const char *name; /* whole: beginnings are for the command line */
    const struct vaho_review_now *now;
    json_t *site, *passes, *plumes, *history;
    double longitude, latitude;
};

static void show_site(void *context, const struct vaho_site *site)
{
    struct shown *shown = context;

    if (strcmp(site->name, shown->name) != 0)
        return;
    shown->site = vaho_site_json(site, shown->now, 1);
    shown->longitude = site->longitude;
    shown->latitude = site->latitude;
}

static void show_pass(void *context, const struct vaho_site_passed *pass)
{
    json_array_append_new(((struct shown *)context)->passes, vaho_pass_json(pass));
}

static int show_plume(void *context, json_t *plume)
{
    json_array_append_new(((struct shown *)context)->plumes, plume);
    return 1;
}

/* An undo marks the last decision before it that was not undone yet. */
static void mark_undone(json_t *history)
{
    for (size_t i = json_array_size(history); i-- > 0;) {
        json_t *step = json_array_get(history, i);
        const char *what = json_string_value(json_object_get(step, "what"));
        if (!json_is_true(json_object_get(step, "undone")) &&
            (strcmp(what, "confirm") == 0 || strcmp(what, "reject") == 0 ||
             strcmp(what, "pass") == 0)) {
            json_object_set_new(step, "undone", json_true());
            return;
        }
    }
}

static void show_step(void *context, const struct vaho_review_step *s)
{
    struct shown *shown = context;

    if (strcmp(s->what, "undo") == 0)
        mark_undone(shown->history);
    json_array_append_new(
        shown->history,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "at", s->at, "person", s->person,
                  "what", s->what, "reason", s->reason, "words", s->words, "partner", s->partner,
                  "entry", s->entry < 0 ? json_null() : json_integer(s->entry), "undone", 0));
}

/* Which edges of src/review/review.c are open for who asks.  The database has the last word. */
static json_t *what_can(const struct vaho_request *request, const struct vaho_review_now *now)
{
    static const struct {
        const char *state;
        int confirm, reject, pass, undo;
    } edges[] = {{"candidate", 1, 1, 1, 0}, {"another-pass", 1, 1, 0, 1}, {"rejected", 0, 0, 1, 1},
                 {"confirmed", 0, 1, 1, 1}, {"released", 0, 0, 0, 0},     {"recalled", 0, 1, 1, 0},
                 {"expired", 0, 1, 1, 0}};
    int may = (request->session.roles & VAHO_ROLE_BIT(VAHO_ROLE_ANALYST)) != 0;
    int own = strcmp(now->person, request->session.account) == 0;
    size_t i = 0;

    while (i + 1 < sizeof edges / sizeof edges[0] && strcmp(edges[i].state, now->state) != 0)
        i++;
    return json_pack("{s:b, s:b, s:b, s:b}", "confirm", may && edges[i].confirm, "reject",
                     may && edges[i].reject, "another_pass", may && edges[i].pass, "undo",
                     may && own && edges[i].undo);
}

static enum vaho_status read_site(struct shown *shown, struct vaho_casebook *casebook,
                                  struct vaho_review_now *now, struct vaho_error *error)
{
    const struct vaho_plume_query plumes = {
        .where = "p.id IN (SELECT plume_id FROM site_plumes WHERE site_id = ?1)",
        .order = "p.q_value, p.snr DESC, p.id",
        .limit = 2000};
    struct vaho_plume_query query = plumes;
    enum vaho_status status = vaho_review_now(now, casebook, shown->name, error);

    query.id = now->site_id;
    if (status == VAHO_OK)
        status = vaho_sites_show(casebook, shown->name, show_site, show_pass, shown, error);
    if (status == VAHO_OK && shown->site == NULL)
        status = vaho_fail(error, VAHO_NOT_FOUND, "there is no such site");
    if (status == VAHO_OK)
        status = vaho_plumes_json(casebook, &query, show_plume, shown, error);
    if (status == VAHO_OK)
        status = vaho_review_history(casebook, shown->name, show_step, shown, error);
    return status;
}

void vaho_answer_site(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_review_now now;
    struct shown shown = {.name = request->in_path[0],
                          .now = &now,
                          .passes = json_array(),
                          .plumes = json_array(),
                          .history = json_array()};
    struct vaho_error error;
    json_t *near = NULL;
    enum vaho_status status = read_site(&shown, casebook, &now, &error);

    if (status == VAHO_OK)
        status = vaho_near_json(&near, casebook, shown.longitude, shown.latitude, &error);
    if (status == VAHO_OK)
        json_object_set_new(
            shown.site, "looking",
            vaho_looking_json(request->server, shown.name, request->session.account));
    if (status == VAHO_OK)
        vaho_answer_json(request, 200,
                         json_pack("{s:O, s:o, s:O, s:O, s:O, s:O}", "site", shown.site, "can",
                                   what_can(request, &now), "passes", shown.passes, "plumes",
                                   shown.plumes, "history", shown.history, "near", near));
    else
        vaho_answer_failed(request, &error, "busy", not_site);
    json_decref(shown.site);
    json_decref(shown.passes);
    json_decref(shown.plumes);
    json_decref(shown.history);
    json_decref(near);
}

/* --- decisions -------------------------------------------------------------------------------- */

/* A site as it is now, appended to 'sites'; one that is not there is passed over. */
static void append_now(json_t *sites, struct vaho_request *request, struct vaho_casebook *casebook,
                       const char *name)
{
    struct vaho_review_now now;
    struct shown shown = {.name = name, .now = &now};
    struct vaho_error error;

    if (vaho_review_now(&now, casebook, name, &error) != VAHO_OK ||
        vaho_site_by_name(casebook, name, show_site, &shown, &error) != VAHO_OK ||
        shown.site == NULL)
        return;
    json_object_set_new(shown.site, "looking",
                        vaho_looking_json(request->server, name, request->session.account));
    json_array_append_new(sites, shown.site);
}

/* The answer to a decision: the sites as they are now, and what kept it from being taken. */
static void answer_decided(struct vaho_request *request, struct vaho_casebook *casebook,
                           enum vaho_status status, const struct vaho_error *error,
                           const struct vaho_judged *judged, size_t n)
{
    json_t *sites = json_array();
    int has_changed = 0;

    if (status != VAHO_OK && status != VAHO_REFUSED) {
        json_decref(sites);
        vaho_answer_failed(request, error, "edge", not_site);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *version;
        append_now(sites, request, casebook, judged[i].site);
        version = json_string_value(
            json_object_get(json_array_get(sites, json_array_size(sites) - 1), "version"));
        has_changed |=
            version == NULL || judged[i].version == NULL || strcmp(version, judged[i].version) != 0;
    }
    if (status == VAHO_OK) {
        vaho_answer_json(request, 200, json_pack("{s:o}", "sites", sites));
        return;
    }
    vaho_answer_error_with(request, has_changed && judged[0].version != NULL ? "version" : "edge",
                           vaho_answer_sentence(request, error),
                           json_pack("{s:o}", "sites", sites));
}

static void decide_one(struct vaho_request *request, struct vaho_casebook *casebook,
                       enum vaho_status (*call)(struct vaho_casebook *, const struct vaho_act *,
                                                const struct vaho_judged *, struct vaho_error *))
{
    const struct vaho_judged judged = {vaho_body_text(request, "site"),
                                       vaho_body_text(request, "version")};
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;
    enum vaho_status status = call(casebook, &act, &judged, &error);

    answer_decided(request, casebook, status, &error, &judged, 1);
}

void vaho_answer_confirm(struct vaho_request *request, struct vaho_casebook *casebook)
{
    decide_one(request, casebook, vaho_review_confirm);
}

void vaho_answer_another_pass(struct vaho_request *request, struct vaho_casebook *casebook)
{
    decide_one(request, casebook, vaho_review_another_pass);
}

void vaho_answer_reject(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const json_t *sites = json_object_get(request->body, "sites");
    const char *reason = vaho_body_text(request, "reason");
    size_t n = json_array_size(sites), known = 0;
    struct vaho_judged *judged = vaho_alloc(n, sizeof *judged);
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;
    enum vaho_status status;

    while (vaho_reject_reasons[known] != NULL && strcmp(vaho_reject_reasons[known], reason) != 0)
        known++;
    if (judged == NULL) {
        vaho_answer_error(request, "fault", "no memory");
        return;
    }
    if (vaho_reject_reasons[known] == NULL) {
        vaho_answer_error(request, "reason", "this is no reason to reject; /api/me lists them");
        free(judged);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(sites, i);
        judged[i].site = json_string_value(json_object_get(one, "site"));
        judged[i].version = json_string_value(json_object_get(one, "version"));
    }
    status = vaho_review_reject(casebook, &act, judged, n, reason, &error);
    answer_decided(request, casebook, status, &error, judged, n);
    free(judged);
}

void vaho_answer_undo(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct vaho_judged judged = {vaho_body_text(request, "site"), NULL};
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;
    enum vaho_status status = vaho_review_undo(casebook, &act, judged.site, &error);

    answer_decided(request, casebook, status, &error, &judged, 1);
}
