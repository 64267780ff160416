/*
 * request.h - one request, from its head to its answer; what a route's function gets
 *
 * When a route's function is called the request was admitted: the route is there, who asks may, the
 * parameters and the body fit the route's fields.  The function says exactly one answer.
 */
#ifndef VAHO_SERVE_REQUEST_H
#define VAHO_SERVE_REQUEST_H

#include <jansson.h>

#include "base/text.h"
#include "casebook/sessions.h"
#include "serve/events.h"
#include "serve/fields.h"
#include "serve/here.h"
#include "serve/lanes.h"
#include "serve/static_files.h"

enum {
    VAHO_TOKEN_NBYTES = 65, /* 32 random bytes in hexadecimal, and a NUL */
    VAHO_MAX_IN_PATH = 2,
    VAHO_MAX_ANSWER_HEADERS = 6,
    VAHO_MAX_ANSWER_NBYTES = 1 << 26
};

struct vaho_server;
struct vaho_request;
typedef void vaho_answer_fn(struct vaho_request *request, struct vaho_casebook *casebook);

#define VAHO_ROLE_BIT(role) (1u << (role))
#define VAHO_READERS                                                                               \
    (VAHO_ROLE_BIT(VAHO_ROLE_ANALYST) | VAHO_ROLE_BIT(VAHO_ROLE_RELEASER) |                        \
     VAHO_ROLE_BIT(VAHO_ROLE_OVERSEER))
#define VAHO_ANY_ROLE ((1u << VAHO_N_ROLES) - 1)
#define VAHO_ANYONE (1u << 31) /* without a session, too */

struct vaho_route {
    const char *method, *path; /* "/api/sites/{site}" */
    unsigned roles;            /* who may, a bit each; 0: nobody */
    enum vaho_lane lane;
    size_t body_nbytes; /* at most; 0: has none */
    const struct vaho_field *query, *body;
    vaho_answer_fn *answer;
    const char *tells;
    int is_for_maps;         /* a map key will do */
    int does_not_need_token; /* CSRF: there is no session yet to be abused */
};

/* Ends with a NULL method. */
extern const struct vaho_route vaho_routes[];

/* The route; NULL: none has this path (*out_allowed ""), or not this method (*out_allowed those it
 * has).  What stands for {names} in the path goes to 'in_path'. */
const struct vaho_route *vaho_route_find(char in_path[VAHO_MAX_IN_PATH][VAHO_SITE_NAME_NBYTES],
                                         char out_allowed[64], const char *method,
                                         const char *path);

struct vaho_request {
    struct vaho_server *server;
    void *connection; /* the HTTP library's */
    const struct vaho_route *route;
    struct vaho_target target;
    char in_path[VAHO_MAX_IN_PATH][VAHO_SITE_NAME_NBYTES];
    char origin[160];            /* "http://127.0.0.1:8080", as the client calls us */
    struct vaho_session session; /* account "": none */
    char csrf[VAHO_TOKEN_NBYTES];
    char address[64];
    char resume_after[24]; /* Last-Event-ID */
    struct vaho_text raw;
    json_t *body;
    double now_s;

    unsigned status; /* of the answer; 0: none yet */
    char *text;      /* owned; NULL: empty */
    size_t nbytes;
    const char *type;
    struct vaho_stream *stream;          /* the answer is this stream */
    const struct vaho_static_file *file; /* the answer is this file */
    const struct vaho_static_root *root;
    char range[128], if_range[80], if_none_match[256];
    struct {
        const char *name;
        char value[256];
    } header[VAHO_MAX_ANSWER_HEADERS];
    size_t n_headers;
    int is_closing; /* the connection ends with the answer */
    int stage;      /* the server's */
};

/* --- answers ----------------------------------------------------------------------- */

/* 'json' is taken over; NULL is a fault of ours. */
void vaho_answer_json(struct vaho_request *request, unsigned status, json_t *json);
void vaho_answer_typed(struct vaho_request *request, const char *type, json_t *json);
void vaho_answer_empty(struct vaho_request *request);
/* {"error": {"code", "message"}}, with the status that goes with the code. */
void vaho_answer_error(struct vaho_request *request, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with more members, which are taken over. */
void vaho_answer_error_with(struct vaho_request *request, const char *code, const char *message,
                            json_t *more);
/* The same, to be tried again after so long: the member "retry_s". */
void vaho_answer_wait(struct vaho_request *request, const char *code, const char *message,
                      double wait_s);
/* What a call of ours said.  'refused' is the code for VAHO_REFUSED, 'not_found' for that. */
void vaho_answer_failed(struct vaho_request *request, const struct vaho_error *error,
                        const char *refused, const char *not_found);
/* Its message without the casebook's path, which is nothing to a client. */
const char *vaho_answer_sentence(const struct vaho_request *request,
                                 const struct vaho_error *error);
void vaho_answer_header(struct vaho_request *request, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- what was asked ------------------------------------------------------------------ */

/* A member of the body, a text that was checked; NULL: not given. */
const char *vaho_body_text(const struct vaho_request *request, const char *name);
/* An act of who asks, now; 'at' holds the time and must last as long. */
struct vaho_act vaho_request_act(const struct vaho_request *request, char at[32], const char *why);

#endif
