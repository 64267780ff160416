/*
 * answer_events.c - live events, and who looks at what
 *
 * A listener first hears what it missed: the entries of the ledger after the last one it was told
 * of, from the casebook.  It listens before those are read, so that nothing falls in between; what
 * is then in both is told once (vaho_stream_begin()).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "serve/answers.h"
#include "serve/parts.h"
#include "vaho/version.h"

enum { MAX_TOLD_AGAIN = 1000, MAX_PROLOGUE_NBYTES = 4 << 20 };

struct again {
    struct vaho_text *out;
    struct vaho_casebook *casebook;
    unsigned roles;
    struct vaho_error *error;
    enum vaho_status status;
};

static int tell_again(void *context, const struct vaho_entry *entry)
{
    struct again *a = context;
    struct vaho_told told[VAHO_N_TOLD];

    a->status = vaho_event_of(told, a->casebook, entry, a->error);
    for (size_t i = 0; i < VAHO_N_TOLD && a->status == VAHO_OK; i++)
        if ((told[i].audience & a->roles) != 0)
            vaho_text_puts(a->out, told[i].text.data);
    vaho_told_free(told);
    return a->status == VAHO_OK;
}

/* What it was told of last; -1 of nothing, -2: it asks for nothing earlier. */
static int64_t after_of(const struct vaho_request *request)
{
    const char *header = request->resume_after;

    if (header[0] >= '0' && header[0] <= '9' && strlen(header) < 16)
        return strtoll(header, NULL, 10);
    return (int64_t)vaho_query_real(&request->target, "after", -2);
}

static enum vaho_status write_prologue(struct vaho_text *out, int64_t *out_last,
                                       struct vaho_request *request, struct vaho_casebook *casebook,
                                       struct vaho_error *error)
{
    struct again again = {out, casebook, request->session.roles, error, VAHO_OK};
    int64_t after = after_of(request);
    enum vaho_status status =
        vaho_database_number(out_last, casebook->database, casebook->path,
                             "SELECT ifnull(max(number), -1) FROM ledger_entries", error);

    if (status != VAHO_OK)
        return status;
    vaho_text_puts(out, "retry: 2000\n");
    vaho_event_write(out, "hello", -1,
                     json_pack("{s:I, s:b, s:s}", "last", (json_int_t)*out_last, "exercise",
                               casebook->kind == VAHO_CASEBOOK_EXERCISE, "version", VAHO_VERSION));
    if (after >= -1 && (after > *out_last || *out_last - after > MAX_TOLD_AGAIN))
        /* too much, or of another ledger */
        vaho_event_write(out, "reset", *out_last,
                         json_pack("{s:I}", "last", (json_int_t)*out_last));
    else if (after >= -1 && after < *out_last)
        status = vaho_ledger_each(casebook, (uint64_t)(after + 1), (uint64_t)(*out_last - after),
                                  tell_again, &again, error);
    if (status == VAHO_OK)
        status = again.status;
    return status == VAHO_OK && out->failed ? vaho_fail_memory(error, "events") : status;
}

void vaho_answer_events(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_text prologue;
    struct vaho_stream *stream = NULL;
    struct vaho_error error;
    int64_t last;
    enum vaho_status status =
        vaho_stream_open(&stream, request->server->events, &request->session, &error);

    vaho_text_init(&prologue, MAX_PROLOGUE_NBYTES);
    if (status == VAHO_OK)
        status = write_prologue(&prologue, &last, request, casebook, &error);
    if (status != VAHO_OK) {
        vaho_text_free(&prologue);
        vaho_stream_close(stream);
        vaho_answer_failed(request, &error, "busy", "entry");
        return;
    }
    vaho_stream_begin(stream, prologue.data, last);
    request->stream = stream;
    request->status = 200;
}

/* --- who looks ------------------------------------------------------------------------- */

void vaho_server_tell_looking(struct vaho_server *server, const char *site)
{
    struct vaho_text text;

    vaho_text_init(&text, 1 << 16);
    vaho_event_write(
        &text, "presence", -1,
        json_pack("{s:s, s:o}", "site", site, "people", vaho_looking_json(server, site, NULL)));
    if (!text.failed)
        vaho_events_publish(server->events, -1, VAHO_READERS, text.data);
    vaho_text_free(&text);
}

void vaho_answer_look(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_server *server = request->server;
    const char *site = vaho_body_text(request, "site");
    char old[VAHO_SITE_NAME_NBYTES];

    (void)casebook;
    vaho_here_look(old, server->here, request->session.hash, site, request->now_s);
    if (old[0] != '\0' && (site == NULL || strcmp(site, old) != 0))
        vaho_server_tell_looking(server, old);
    if (site != NULL && strcmp(site, old) != 0)
        vaho_server_tell_looking(server, site);
    vaho_answer_empty(request);
}

void vaho_answer_looking(struct vaho_request *request, struct vaho_casebook *casebook)
{
    json_t *sites = vaho_all_looking_json(request->server, NULL), *out = json_array(), *people;
    const char *site;

    (void)casebook;
    json_object_foreach(sites, site, people)
        json_array_append_new(out, json_pack("{s:s, s:O}", "site", site, "people", people));
    json_decref(sites);
    vaho_answer_json(request, 200, json_pack("{s:o}", "looking", out));
}
