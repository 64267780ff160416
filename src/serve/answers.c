/* answers.c - the forms in which a route's function answers */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "serve/parts.h"

/* What a client may go by, and the status it comes with. */
static const struct {
    const char *code;
    unsigned status;
} codes[] = {
    {"malformed", 400}, {"session", 401}, {"credentials", 401}, {"code-needed", 401},
    {"role", 403},      {"csrf", 403},    {"origin", 403},      {"setup", 403},
    {"route", 404},     {"site", 404},    {"plume", 404},       {"flight", 404},
    {"user", 404},      {"entry", 404},   {"method", 405},      {"version", 409},
    {"edge", 409},      {"taken", 409},   {"last-admin", 409},  {"checkpoint", 409},
    {"code", 409},      {"length", 413},  {"type", 415},        {"not-acceptable-password", 422},
    {"reason", 422},    {"locked", 429},  {"rate", 429},        {"busy", 503},
    {"fault", 500}};

void vaho_answer_typed(struct vaho_request *request, const char *type, json_t *json)
{
    free(request->text);
    request->text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(json);
    request->type = type;
    request->status = request->text == NULL ? 500 : 200;
    request->nbytes = request->text == NULL ? 0 : strlen(request->text);
}

void vaho_answer_json(struct vaho_request *request, unsigned status, json_t *json)
{
    vaho_answer_typed(request, "application/json", json);
    if (request->status == 200)
        request->status = status;
}

void vaho_answer_empty(struct vaho_request *request)
{
    request->status = 204;
}

void vaho_answer_error_with(struct vaho_request *request, const char *code, const char *message,
                            json_t *more)
{
    json_t *about = json_pack("{s:s, s:s}", "code", code, "message", message);
    size_t i = 0;

    while (strcmp(codes[i].code, code) != 0 && strcmp(codes[i].code, "fault") != 0)
        i++;
    if (about == NULL) /* not UTF-8: a name that a client made up */
        about = json_pack("{s:s, s:s}", "code", code, "message", "");
    json_object_update_new(about, more);
    vaho_answer_json(request, codes[i].status, json_pack("{s:o}", "error", about));
}

void vaho_answer_error(struct vaho_request *request, const char *code, const char *format, ...)
{
    char message[VAHO_ERROR_NBYTES];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (strcmp(code, "busy") == 0) {
        vaho_answer_header(request, "Retry-After", "1");
        vaho_answer_error_with(request, code, message, json_pack("{s:i}", "retry_s", 1));
    } else {
        vaho_answer_error_with(request, code, message, NULL);
    }
}

/* Which route failed how; what the sentence says may name a site. */
static void say_fault(struct vaho_request *request, const struct vaho_error *error)
{
    const struct vaho_serve_settings *set = &request->server->settings;
    char line[160];

    snprintf(line, sizeof line, "%s %s: %s", request->route->method, request->route->path,
             vaho_status_name(error->status));
    if (set->say != NULL)
        set->say(set->context, line);
}

const char *vaho_answer_sentence(const struct vaho_request *request, const struct vaho_error *error)
{
    const char *path = request->server->settings.casebook, *message = error->message;
    size_t n = strlen(path);

    return strncmp(message, path, n) == 0 && strncmp(message + n, ": ", 2) == 0 ? message + n + 2
                                                                                : message;
}

void vaho_answer_failed(struct vaho_request *request, const struct vaho_error *error,
                        const char *refused, const char *not_found)
{
    const char *message = vaho_answer_sentence(request, error);

    switch (error->status) {
    case VAHO_USAGE: vaho_answer_error(request, "malformed", "%s", message); return;
    case VAHO_NOT_FOUND: vaho_answer_error(request, not_found, "%s", message); return;
    case VAHO_REFUSED: vaho_answer_error(request, refused, "%s", message); return;
    case VAHO_BAD_INPUT:
        say_fault(request, error);
        vaho_answer_error(request, "busy", "the casebook cannot be read or written now");
        return;
    default: break;
    }
    say_fault(request, error);
    vaho_answer_error(request, "fault", "%s", vaho_status_name(error->status));
}

void vaho_answer_wait(struct vaho_request *request, const char *code, const char *message,
                      double wait_s)
{
    vaho_answer_header(request, "Retry-After", "%.0f", ceil(wait_s));
    vaho_answer_error_with(request, code, message, json_pack("{s:f}", "retry_s", ceil(wait_s)));
}

void vaho_answer_header(struct vaho_request *request, const char *name, const char *format, ...)
{
    va_list arguments;

    if (request->n_headers == VAHO_MAX_ANSWER_HEADERS)
        return;
    request->header[request->n_headers].name = name;
    va_start(arguments, format);
    vsnprintf(request->header[request->n_headers].value, sizeof request->header[0].value, format,
              arguments);
    va_end(arguments);
    request->n_headers++;
}

const char *vaho_body_text(const struct vaho_request *request, const char *name)
{
    return json_string_value(json_object_get(request->body, name));
}

struct vaho_act vaho_request_act(const struct vaho_request *request, char at[32], const char *why)
{
    vaho_moment_format(at, request->now_s);
    return (struct vaho_act){request->session.account, VAHO_BY_ACCOUNT, at, why};
}
