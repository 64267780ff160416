/*
 * routes.c - every route: who may, what it takes, what answers
 *
 * A route without roles is nobody's.  The API's document (openapi.c) and the test that tries every
 * route with every role are made from this table.
 */
#include <stdio.h>
#include <string.h>

#include "ledger/entry.h"
#include "serve/answers.h"

#define ANALYST VAHO_ROLE_BIT(VAHO_ROLE_ANALYST)
#define OVERSEER VAHO_ROLE_BIT(VAHO_ROLE_OVERSEER)
#define ADMIN VAHO_ROLE_BIT(VAHO_ROLE_ADMIN)

enum { SMALL = 4096, MANY_SITES = 1000, BULK = 512 << 10, PASSWORD = VAHO_PASSWORD_MAX_NBYTES };
enum { WORDS = VAHO_ENTRY_MAX_WHY };

#define END                                                                                        \
    {                                                                                              \
        NULL, VAHO_FIELD_TEXT, 0, 0, 0, NULL                                                       \
    }
#define WORDS_OF_ONE                                                                               \
    {                                                                                              \
        "words", VAHO_FIELD_TEXT, 0, 0, WORDS, "why, for the ledger"                               \
    }
#define NAME_OF_SITE                                                                               \
    {                                                                                              \
        "site", VAHO_FIELD_TEXT, 1, 0, VAHO_SITE_NAME_NBYTES - 1, "its whole name"                 \
    }
#define MY_PASSWORD                                                                                \
    {                                                                                              \
        "password", VAHO_FIELD_TEXT, 1, 0, PASSWORD, "the present one"                             \
    }
#define MY_CODE                                                                                    \
    {                                                                                              \
        "code", VAHO_FIELD_TEXT, 0, 0, 16, "the one-time code, where there is one"                 \
    }
#define BOX                                                                                        \
    {                                                                                              \
        "bbox", VAHO_FIELD_BOX, 0, 0, 0, "inside these degrees"                                    \
    }

static const struct vaho_field
    no_fields[] = {END},
    setup_fields[] = {{"token", VAHO_FIELD_TEXT, 1, 0, 128, "of the link"},
                      {"name", VAHO_FIELD_TEXT, 1, 0, 63, "of the account"},
                      {"password", VAHO_FIELD_TEXT, 1, 0, 2 * PASSWORD, "12 bytes or more"},
                      {"roles", VAHO_FIELD_WORDS, 0, 0, VAHO_N_ROLES, "admin among them"},
                      END},
    log_in_fields[] = {{"name", VAHO_FIELD_TEXT, 1, 0, 63, "of the account"},
                       MY_PASSWORD,
                       MY_CODE,
                       END},
    my_password_fields[] = {MY_PASSWORD,
                            MY_CODE,
                            {"new", VAHO_FIELD_TEXT, 1, 0, 2 * PASSWORD, "12 bytes or more"},
                            END},
    my_code_fields[] = {MY_PASSWORD, END},
    confirm_code_fields[] = {{"code", VAHO_FIELD_TEXT, 1, 0, 16, "six digits"}, END},
    remove_code_fields[] = {MY_PASSWORD, MY_CODE, END},
    map_key_fields[] = {{"days", VAHO_FIELD_WHOLE, 0, 1, 365, "how long it is good; 30"}, END},
    sites_fields[] = {{"state", VAHO_FIELD_TEXT, 0, 0, 120, "states, with commas between"},
                      {"gas", VAHO_FIELD_TEXT, 0, 0, 63, "of this gas"},
                      BOX,
                      {"least", VAHO_FIELD_REAL, 0, 0, 1, "so probably real at least"},
                      {"limit", VAHO_FIELD_WHOLE, 0, 1, 10000, "at most so many; 1000"},
                      {"offset", VAHO_FIELD_WHOLE, 0, 0, 1e9, "after so many"},
                      {"reasons", VAHO_FIELD_WHOLE, 0, 0, 1, "0: without reasons"},
                      END},
    judged_fields[] = {NAME_OF_SITE,
                       {"version", VAHO_FIELD_TEXT, 1, 0, 16, "of the evidence that was looked at"},
                       WORDS_OF_ONE,
                       END},
    reject_fields[] = {{"sites", VAHO_FIELD_JUDGED, 1, 0, MANY_SITES, "all or none"},
                       {"reason", VAHO_FIELD_TEXT, 1, 0, 31, "of the list"},
                       {"words", VAHO_FIELD_TEXT, 1, 0, WORDS, "why, in words"},
                       END},
    undo_fields[] = {NAME_OF_SITE, WORDS_OF_ONE, END},
    look_fields[] = {{"site", VAHO_FIELD_NAME, 1, 0, VAHO_SITE_NAME_NBYTES - 1, "null: at none"},
                     END},
    events_fields[] = {{"after", VAHO_FIELD_WHOLE, 0, -1, 1e15, "what came after this entry first"},
                       END},
    plumes_fields[] = {{"site", VAHO_FIELD_TEXT, 0, 0, VAHO_SITE_NAME_NBYTES - 1, "of this site"},
                       BOX,
                       {"q", VAHO_FIELD_REAL, 0, 0, 1, "so certain at least; 0.05, of a site 1"},
                       {"limit", VAHO_FIELD_WHOLE, 0, 1, 10000, "at most so many; 2000"},
                       END},
    user_fields[] = {{"name", VAHO_FIELD_TEXT, 1, 0, 63, "a-z A-Z 0-9 . _ -"},
                     {"roles", VAHO_FIELD_WORDS, 1, 0, VAHO_N_ROLES, "one at least"},
                     {"password", VAHO_FIELD_TEXT, 1, 0, 2 * PASSWORD, "12 bytes or more"},
                     WORDS_OF_ONE,
                     END},
    user_password_fields[] = {{"password", VAHO_FIELD_TEXT, 1, 0, 2 * PASSWORD, "12 bytes or more"},
                              WORDS_OF_ONE,
                              END},
    ledger_fields[] = {{"from", VAHO_FIELD_WHOLE, 0, 0, 1e15, "this entry first; the last ones"},
                       {"limit", VAHO_FIELD_WHOLE, 0, 1, 1000, "at most so many; 100"},
                       END},
    growth_fields[] = {{"since", VAHO_FIELD_WHOLE, 1, 0, 1e15, "it had so many entries"}, END},
    items_fields[] = {BOX,
                      {"datetime", VAHO_FIELD_TIME, 0, 0, 0, "at or in this time"},
                      {"limit", VAHO_FIELD_WHOLE, 0, 1, 10000, "at most so many; 1000"},
                      {"offset", VAHO_FIELD_WHOLE, 0, 0, 1e9, "after so many"},
                      END},
    words_fields[] = {WORDS_OF_ONE, END};

#define NOW VAHO_LANE_NOW
#define READ VAHO_LANE_READ
#define ACT VAHO_LANE_ACT
#define SECRET VAHO_LANE_SECRET
#define GET(path, roles, lane, query, answer, tells)                                               \
    {                                                                                              \
        "GET", path, roles, lane, 0, query, NULL, answer, tells, 0, 0                              \
    }
#define POST(path, roles, lane, size, body, answer, tells)                                         \
    {                                                                                              \
        "POST", path, roles, lane, size, NULL, body, answer, tells, 0, 0                           \
    }

#define FOR_MAPS(path, lane, query, answer, tells)                                                 \
    {                                                                                              \
        "GET", path, VAHO_READERS, lane, 0, query, NULL, answer, tells, 1, 0                       \
    }

const struct vaho_route vaho_routes[] = {
    GET("/api/about", VAHO_ANYONE, NOW, NULL, vaho_answer_about, "what this is"),
    {"POST", "/api/setup", VAHO_ANYONE, SECRET, SMALL, NULL, setup_fields, vaho_answer_setup,
     "make the first account, with the link's token", 0, 1},
    {"POST", "/api/login", VAHO_ANYONE, SECRET, SMALL, NULL, log_in_fields, vaho_answer_log_in,
     "log in", 0, 1},
    POST("/api/logout", VAHO_ANY_ROLE, ACT, SMALL, no_fields, vaho_answer_log_out, "log out"),
    POST("/api/logout-everywhere", VAHO_ANY_ROLE, ACT, SMALL, no_fields,
         vaho_answer_log_out_everywhere, "end all sessions of this account"),
    GET("/api/me", VAHO_ANY_ROLE, READ, NULL, vaho_answer_me, "who am I"),
    POST("/api/me/password", VAHO_ANY_ROLE, SECRET, SMALL, my_password_fields,
         vaho_answer_my_password, "another password"),
    POST("/api/me/code", VAHO_ANY_ROLE, SECRET, SMALL, my_code_fields, vaho_answer_my_code,
         "offer a secret for one-time codes"),
    POST("/api/me/code/confirm", VAHO_ANY_ROLE, ACT, SMALL, confirm_code_fields,
         vaho_answer_confirm_code, "a code of it: ask for codes from now on"),
    POST("/api/me/code/remove", VAHO_ANY_ROLE, SECRET, SMALL, remove_code_fields,
         vaho_answer_remove_code, "ask for no codes any more"),
    POST("/api/me/map-key", VAHO_READERS, ACT, SMALL, map_key_fields, vaho_answer_map_key,
         "a key for other map programs, for /ogc only"),

    GET("/api/sites", VAHO_READERS, READ, sites_fields, vaho_answer_sites,
        "the queue: what a person should look at first"),
    GET("/api/sites/{site}", VAHO_READERS, READ, NULL, vaho_answer_site, "one site, with evidence"),
    GET("/api/plumes/{id}/spectrum", VAHO_READERS, READ, NULL, vaho_answer_spectrum,
        "a plume's spectrum and fits"),
    POST("/api/decisions/confirm", ANALYST, ACT, SMALL, judged_fields, vaho_answer_confirm,
         "confirm one site"),
    POST("/api/decisions/another-pass", ANALYST, ACT, SMALL, judged_fields,
         vaho_answer_another_pass, "ask for another pass over one site"),
    POST("/api/decisions/reject", ANALYST, ACT, BULK, reject_fields, vaho_answer_reject,
         "reject one site or many, all or none"),
    POST("/api/decisions/undo", ANALYST, ACT, SMALL, undo_fields, vaho_answer_undo,
         "take back one's own last decision on a site"),

    GET("/api/presence", VAHO_READERS, NOW, NULL, vaho_answer_looking, "who looks at what"),
    {"PUT", "/api/presence", VAHO_READERS, NOW, SMALL, NULL, look_fields, vaho_answer_look,
     "what I look at", 0, 0},
    GET("/api/events", VAHO_ANY_ROLE, READ, events_fields, vaho_answer_events,
        "what happens, as server-sent events"),

    GET("/api/layers/territories", VAHO_READERS, READ, NULL, vaho_answer_territories,
        "areas of mandates"),
    GET("/api/layers/known", VAHO_READERS, READ, NULL, vaho_answer_known, "licensed emitters"),
    GET("/api/layers/flights", VAHO_READERS, READ, NULL, vaho_answer_flights, "where was flown"),
    GET("/api/layers/plumes", VAHO_READERS, READ, plumes_fields, vaho_answer_plumes, "footprints"),
    GET("/api/flights/{id}/overlays", VAHO_READERS, READ, NULL, vaho_answer_overlays,
        "maps of evidence of a flight, as pictures for the map"),
    GET("/api/flights/{id}/overlays/{gas}", VAHO_READERS, READ, NULL, vaho_answer_overlay,
        "one of them, PNG in Web Mercator"),
    GET("/api/map", VAHO_ANY_ROLE, NOW, NULL, vaho_answer_map, "files of the user's base map"),

    GET("/api/openapi.json", VAHO_ANYONE, NOW, NULL, vaho_answer_openapi, "this API, as OpenAPI"),

    GET("/api/users", ADMIN, READ, NULL, vaho_answer_users, "accounts"),
    POST("/api/users", ADMIN, SECRET, SMALL, user_fields, vaho_answer_add_user, "make an account"),
    POST("/api/users/{name}/end", ADMIN, ACT, SMALL, words_fields, vaho_answer_end_user,
         "end an account, for good"),
    POST("/api/users/{name}/password", ADMIN, SECRET, SMALL, user_password_fields,
         vaho_answer_user_password, "give an account another password"),
    POST("/api/users/{name}/logout", ADMIN, ACT, SMALL, no_fields, vaho_answer_user_log_out,
         "end all sessions of an account"),
    POST("/api/users/{name}/code/remove", ADMIN, ACT, SMALL, words_fields, vaho_answer_user_code,
         "take an account's one-time codes away"),

    GET("/api/ledger", OVERSEER, READ, ledger_fields, vaho_answer_ledger, "entries of the ledger"),
    GET("/api/ledger/checkpoint", OVERSEER, READ, NULL, vaho_answer_checkpoint,
        "the ledger as it is now, and the checkpoints that were kept"),
    GET("/api/ledger/entries/{number}/proof", OVERSEER, READ, NULL, vaho_answer_inclusion,
        "the proof that an entry is in"),
    GET("/api/ledger/growth", OVERSEER, READ, growth_fields, vaho_answer_growth,
        "the proof that it only grew"),
    POST("/api/ledger/verify", OVERSEER, SECRET, SMALL, no_fields, vaho_answer_verify,
         "look through all of it"),

    FOR_MAPS("/ogc", NOW, NULL, vaho_answer_ogc, "OGC API - Features"),
    FOR_MAPS("/ogc/api", NOW, NULL, vaho_answer_openapi_ogc, "this API, as OpenAPI"),
    FOR_MAPS("/ogc/conformance", NOW, NULL, vaho_answer_conformance, "conformance classes"),
    FOR_MAPS("/ogc/collections", NOW, NULL, vaho_answer_collections, "collections"),
    FOR_MAPS("/ogc/collections/{collection}", NOW, NULL, vaho_answer_collection, "one of them"),
    FOR_MAPS("/ogc/collections/{collection}/items", READ, items_fields, vaho_answer_items,
             "features, page by page"),
    FOR_MAPS("/ogc/collections/{collection}/items/{id}", READ, NULL, vaho_answer_item,
             "one feature"),

    {"GET", "/map/{*}", VAHO_ANY_ROLE, NOW, 0, NULL, NULL, vaho_answer_map_file,
     "a file of the user's base map", 0, 0},
    {"GET", "/{*}", VAHO_ANYONE, NOW, 0, NULL, NULL, vaho_answer_page, "a file of the page", 0, 0},
    {NULL, NULL, 0, NOW, 0, NULL, NULL, NULL, NULL, 0, 0}};

/* --- finding one ------------------------------------------------------------------- */

/* What the server keeps for itself: no file of the page has such a name. */
static int is_reserved(const char *path)
{
    static const char *const reserved[] = {"/api", "/ogc", "/map"};

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        size_t n = strlen(reserved[i]);
        if (strncmp(path, reserved[i], n) == 0 && (path[n] == '\0' || path[n] == '/'))
            return 1;
    }
    return 0;
}

/* Segment by segment; "{*}" takes all that is left. */
static int matches(char in_path[VAHO_MAX_IN_PATH][VAHO_SITE_NAME_NBYTES], const char *pattern,
                   const char *path)
{
    size_t n = 0;

    while (*pattern == '/' && *path == '/') {
        size_t n_pattern = strcspn(++pattern, "/"), n_path = strcspn(++path, "/");
        if (strcmp(pattern, "{*}") == 0)
            return 1;
        if (pattern[0] == '{') {
            if (n == VAHO_MAX_IN_PATH || n_path == 0 || n_path >= VAHO_SITE_NAME_NBYTES)
                return 0;
            snprintf(in_path[n++], VAHO_SITE_NAME_NBYTES, "%.*s", (int)n_path, path);
        } else if (n_pattern != n_path || strncmp(pattern, path, n_path) != 0) {
            return 0;
        }
        pattern += n_pattern;
        path += n_path;
    }
    return *pattern == '\0' && *path == '\0';
}

const struct vaho_route *vaho_route_find(char in_path[VAHO_MAX_IN_PATH][VAHO_SITE_NAME_NBYTES],
                                         char out_allowed[64], const char *method, const char *path)
{
    out_allowed[0] = '\0';
    for (const struct vaho_route *r = vaho_routes; r->method != NULL; r++) {
        size_t n = strlen(out_allowed);
        if (!matches(in_path, r->path, path) || (strcmp(r->path, "/{*}") == 0 && is_reserved(path)))
            continue;
        if (strcmp(r->method, method) == 0)
            return r;
        snprintf(out_allowed + n, 64 - n, "%s%s", n == 0 ? "" : ", ", r->method);
    }
    return NULL;
}
