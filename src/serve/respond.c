/*
 * respond.c - an answer as the HTTP library wants it, with the headers that all answers have
 *
 * The policy lets the page load nothing but its own files and ask nobody but this server.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/parts.h"

enum { STREAM_BLOCK_NBYTES = 2048 };

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: "
    "blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action "
    "'self'; frame-ancestors 'none'";

static const char *const always[][2] = {
    {"Content-Security-Policy", policy},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"}};

/* --- streams ------------------------------------------------------------------------ */

static void wait_for_event(void *connection)
{
    MHD_suspend_connection(connection);
}

static void wake_for_event(void *connection)
{
    MHD_resume_connection(connection);
}

static ssize_t read_stream(void *context, uint64_t position, char *out, size_t max)
{
    long n = vaho_stream_take(context, out, max);

    (void)position;
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static struct MHD_Response *stream_response(struct vaho_request *request)
{
    const struct vaho_stream_hooks hooks = {wait_for_event, wake_for_event, request->connection};

    vaho_stream_hook(request->stream, &hooks);
    request->type = "text/event-stream";
    vaho_answer_header(request, "X-Accel-Buffering", "no");
    /* the stream is closed with its request */
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_NBYTES, read_stream,
                                             request->stream, NULL);
}

/* --- files -------------------------------------------------------------------------- */

static int has_tag(const char *list, const char *tag)
{
    return strcmp(list, "*") == 0 || strstr(list, tag) != NULL;
}

/* Named after their content by whatever built the page: such a name never means other bytes. */
static int is_for_good(const struct vaho_request *request)
{
    return request->root == &request->server->page &&
           strncmp(request->file->path, "assets/", 7) == 0;
}

static struct MHD_Response *empty_response(void)
{
    return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *file_response(struct vaho_request *request)
{
    const struct vaho_static_file *file = request->file;
    size_t part[2] = {0, file->nbytes - 1};
    int is_part = 0, fd;

    request->type = file->type;
    vaho_answer_header(request, "ETag", "%s", file->etag);
    vaho_answer_header(request, "Accept-Ranges", "bytes");
    vaho_answer_header(request, "Cache-Control", "%s",
                       is_for_good(request) ? "public, max-age=31536000, immutable" : "no-cache");
    if (has_tag(request->if_none_match, file->etag)) {
        request->status = 304;
        return empty_response();
    }
    if (request->range[0] != '\0' &&
        (request->if_range[0] == '\0' || strcmp(request->if_range, file->etag) == 0))
        is_part = vaho_range_parse(part, request->range, file->nbytes);
    if (is_part < 0) {
        request->status = 416;
        vaho_answer_header(request, "Content-Range", "bytes */%zu", file->nbytes);
        return empty_response();
    }
    if (is_part) {
        request->status = 206;
        vaho_answer_header(request, "Content-Range", "bytes %zu-%zu/%zu", part[0], part[1],
                           file->nbytes);
    }
    if (file->nbytes == 0)
        return empty_response();
    fd = vaho_static_file_open(request->root, file);
    if (fd < 0) {
        request->n_headers = 0;
        vaho_answer_error(request, "route", "this file was changed; the server must start again");
        return MHD_create_response_from_buffer(request->nbytes, request->text,
                                               MHD_RESPMEM_MUST_COPY);
    }
    return MHD_create_response_from_fd_at_offset64(part[1] - part[0] + 1, fd, part[0]);
}

/* --- all ----------------------------------------------------------------------------- */

static struct MHD_Response *make(struct vaho_request *request)
{
    struct MHD_Response *response;

    if (request->stream != NULL)
        return stream_response(request);
    if (request->file != NULL)
        return file_response(request);
    response =
        MHD_create_response_from_buffer(request->nbytes, request->text, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        request->text = NULL;
    return response;
}

static void add_headers(struct MHD_Response *response, const struct vaho_request *request)
{
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        MHD_add_response_header(response, always[i][0], always[i][1]);
    if (vaho_server_is_secure(request->server))
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (request->type != NULL && request->status != 304)
        MHD_add_response_header(response, "Content-Type", request->type);
    if (request->file == NULL)
        MHD_add_response_header(response, "Cache-Control", "no-store");
    for (size_t i = 0; i < request->n_headers; i++)
        MHD_add_response_header(response, request->header[i].name, request->header[i].value);
    if (request->is_closing)
        MHD_add_response_header(response, "Connection", "close");
}

enum MHD_Result vaho_respond(struct vaho_request *request)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    if (request->status == 0)
        vaho_answer_error(request, "fault", "no answer was made");
    response = make(request);
    if (response == NULL)
        return MHD_NO;
    add_headers(response, request);
    result = MHD_queue_response(request->connection, request->status, response);
    MHD_destroy_response(response);
    return result;
}
