/*
 * server.c - from the HTTP library's callbacks to a route's function and back
 *
 *   target line   begin_request()     a request is made
 *   head          on_request() 1st    vaho_admit(): refused at once, or read on
 *   body          on_request()        gathered, up to the route's limit
 *   all there     on_request() last   vaho_admit_body(); lane 'now': answered here; else the
 *                                     connection sleeps and a lane has the request
 *   lane          run_request()       the route's function; the connection wakes
 *   awake         on_request()        vaho_respond()
 *   sent          end_request()       the request is freed
 *
 * A request belongs to one thread at a time: the library's, or a lane's while it sleeps.
 */
#include "serve/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "serve/parts.h"

enum { NEW = 0, READING, WAITING, ANSWERED };
enum {
    CONNECTION_LIMIT = 1400,
    TIMEOUT_S = 30,
    MEMORY_NBYTES = 24 << 10,
    MAX_PEM_NBYTES = 1 << 20,
    BACKLOG = 256,
    BYE_MS = 1000
};

int vaho_server_is_secure(const struct vaho_server *server)
{
    return server->settings.certificate != NULL;
}

double vaho_server_now_s(const struct vaho_server *server)
{
    return server->settings.now_s(server->settings.clock);
}

const char *vaho_server_url(const struct vaho_server *server)
{
    return server->url;
}

const char *vaho_server_setup_link(const struct vaho_server *server)
{
    return server->setup_link[0] == '\0' ? NULL : server->setup_link;
}

/* --- a request --------------------------------------------------------------------- */

static struct vaho_connected *connected_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

static void *begin_request(void *context, const char *target, struct MHD_Connection *connection)
{
    struct vaho_request *request = vaho_alloc(1, sizeof *request);

    if (request == NULL)
        return NULL;
    request->server = context;
    request->connection = connection;
    vaho_text_init(&request->raw, 0);
    if (!vaho_target_parse(&request->target, target))
        request->target.path = NULL;
    return request;
}

static void end_request(void *context, struct MHD_Connection *connection, void **request_context,
                        enum MHD_RequestTerminationCode code)
{
    struct vaho_server *server = context;
    struct vaho_request *request = *request_context;

    (void)code;
    vaho_connected_by(server->connections, connected_of(connection),
                      vaho_server_now_s(server) + VAHO_BETWEEN_S);
    if (request == NULL)
        return;
    if (request->raw.data != NULL) /* it may have held a password */
        sodium_memzero(request->raw.data, request->raw.nbytes);
    vaho_text_free(&request->raw);
    json_decref(request->body);
    free(request->text);
    vaho_stream_close(request->stream);
    sodium_memzero(request, sizeof *request);
    free(request);
    *request_context = NULL;
}

/* In a lane. */
static void run_request(void *context, struct vaho_casebook *casebook)
{
    struct vaho_request *request = context;

    request->route->answer(request, casebook);
    MHD_resume_connection(request->connection);
}

static enum MHD_Result start(struct vaho_request *request)
{
    struct vaho_server *server = request->server;

    vaho_admit_body(request);
    if (request->status == 0 && request->route->lane == VAHO_LANE_NOW)
        request->route->answer(request, NULL);
    request->stage = ANSWERED;
    if (request->status != 0)
        return vaho_respond(request);
    MHD_suspend_connection(request->connection);
    if (!vaho_lane_push(server->lanes, request->route->lane, request)) {
        vaho_answer_error(request, "busy", "too much is asked for at once; try again");
        MHD_resume_connection(request->connection);
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *nbytes, void **request_context)
{
    struct vaho_server *server = context;
    struct vaho_request *request = *request_context;

    (void)url;
    if (request == NULL)
        return MHD_NO; /* no memory */
    if (request->stage == NEW) {
        request->stage = READING;
        vaho_admit(request, method, version);
        if (request->status == 0)
            return MHD_YES;
        request->stage = ANSWERED;
        vaho_connected_by(server->connections, connected_of(connection), INFINITY);
        return vaho_respond(request);
    }
    if (*nbytes > 0) {
        vaho_text_append(&request->raw, data, *nbytes);
        *nbytes = 0;
        return MHD_YES;
    }
    if (request->stage == READING) {
        vaho_connected_by(server->connections, connected_of(connection), INFINITY);
        return start(request);
    }
    return vaho_respond(request);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct vaho_server *server = context;
    const union MHD_ConnectionInfo *info;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        vaho_connected_close(server->connections, *socket_context);
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *socket_context = vaho_connected_open(server->connections, info->connect_fd,
                                          vaho_server_now_s(server) + VAHO_REQUEST_S);
}

/* --- ending sessions, and who looks ---------------------------------------------------- */

static int is_gone(void *context, const unsigned char *hash)
{
    struct vaho_server *server = context;

    return !vaho_here_find(NULL, server->here, hash, vaho_server_now_s(server));
}

void vaho_server_end_streams(struct vaho_server *server)
{
    vaho_events_end(server->events, "\n\nevent: bye\ndata: {\"code\":\"session\"}\n\n", is_gone,
                    server);
}

void vaho_server_end_session(struct vaho_server *server, const unsigned char *hash)
{
    vaho_here_end(server->here, hash);
    vaho_server_end_streams(server);
}

void vaho_server_end_account(struct vaho_server *server, const char *account,
                             vaho_session_hash *kept, size_t n)
{
    vaho_here_end_all(server->here, account, kept, n);
    vaho_server_end_streams(server);
}

/* --- starting and stopping --------------------------------------------------------------- */

static int is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

    if (address->sa_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

static enum vaho_status listen_at(int *out_fd, struct vaho_server *server, struct vaho_error *error)
{
    const struct vaho_serve_settings *set = &server->settings;
    const struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                    .ai_socktype = SOCK_STREAM};
    struct sockaddr_storage bound;
    socklen_t nbytes = sizeof bound;
    struct addrinfo *found = NULL;
    char port[8];
    int fd, yes = 1;

    *out_fd = -1;
    snprintf(port, sizeof port, "%u", set->port);
    if (getaddrinfo(set->bind, port, &wanted, &found) != 0)
        return vaho_fail(error, VAHO_USAGE, "'%s' is no numeric address", set->bind);
    if (!is_loopback(found->ai_addr) && !vaho_server_is_secure(server)) {
        freeaddrinfo(found);
        return vaho_fail(error, VAHO_REFUSED,
                         "%s is reached by others: give a certificate and its key, or serve on "
                         "127.0.0.1",
                         set->bind);
    }
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &nbytes) != 0) {
        freeaddrinfo(found);
        vaho_fail(error, VAHO_BAD_INPUT, "cannot serve at %s port %u: %s", set->bind, set->port,
                  strerror(errno));
        if (fd >= 0)
            close(fd);
        return VAHO_BAD_INPUT;
    }
    server->settings.port =
        ntohs(bound.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&bound)->sin6_port
                                          : ((const struct sockaddr_in *)&bound)->sin_port);
    freeaddrinfo(found);
    *out_fd = fd;
    return VAHO_OK;
}

static enum vaho_status read_certificate(struct vaho_server *server, struct vaho_error *error)
{
    const struct vaho_serve_settings *set = &server->settings;
    size_t ignored;
    enum vaho_status status;

    if ((set->certificate == NULL) != (set->key == NULL))
        return vaho_fail(error, VAHO_USAGE, "a certificate and its key go together");
    if (set->certificate == NULL)
        return VAHO_OK;
    status =
        vaho_file_read(&server->certificate, &ignored, set->certificate, MAX_PEM_NBYTES, error);
    return status == VAHO_OK
               ? vaho_file_read(&server->key, &ignored, set->key, MAX_PEM_NBYTES, error)
               : status;
}

static enum vaho_status start_daemon(struct vaho_server *server, int fd, struct vaho_error *error)
{
    static const char ciphers[] =
        "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    const struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)ciphers},
        {MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    int is_secure = vaho_server_is_secure(server);

    if (is_secure)
        flags |= MHD_USE_TLS;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, server, MHD_OPTION_NOTIFY_COMPLETED,
        end_request, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTION_LIMIT, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_NBYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, is_secure ? tls : none, MHD_OPTION_END);
    if (server->daemon == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "cannot serve%s",
                         is_secure ? ": is that a certificate with its key, both PEM?" : "");
    return VAHO_OK;
}

/* 200 viewers and more are that many open files. */
static void raise_limit_of_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void take_session(void *context, const struct vaho_session *session)
{
    struct vaho_server *server = context;

    vaho_here_add(server->here, session, vaho_server_now_s(server));
}

static void count_account(void *context, const struct vaho_account *account)
{
    (void)account;
    ++*(size_t *)context;
}

/* What it must know of the casebook before it serves. */
static enum vaho_status look_into(struct vaho_server *server, size_t *out_n_accounts,
                                  struct vaho_error *error)
{
    const char *path = server->settings.casebook, *slash = strrchr(path, '/');
    struct vaho_casebook *casebook;
    enum vaho_status status = vaho_casebook_open(&casebook, path, error);

    if (status != VAHO_OK)
        return status;
    snprintf(server->title, sizeof server->title, "%s", slash == NULL ? path : slash + 1);
    if (strlen(server->title) > 5 && strcmp(strrchr(server->title, '\0') - 5, ".gpkg") == 0)
        *(strrchr(server->title, '\0') - 5) = '\0';
    status = vaho_casebook_get_info(&server->info, casebook, error);
    if (status == VAHO_OK)
        status = vaho_session_forget(casebook, vaho_server_now_s(server), error);
    if (status == VAHO_OK)
        status =
            vaho_session_each(casebook, vaho_server_now_s(server), take_session, server, error);
    *out_n_accounts = 0;
    if (status == VAHO_OK)
        status = vaho_account_each(casebook, count_account, out_n_accounts, error);
    vaho_casebook_close(casebook);
    return status;
}

static void name_it(struct vaho_server *server, size_t n_accounts)
{
    const struct vaho_serve_settings *set = &server->settings;
    int is_v6 = strchr(set->bind, ':') != NULL, is_secure = vaho_server_is_secure(server);

    snprintf(server->url, sizeof server->url, "http%s://%s%s%s:%u/", is_secure ? "s" : "",
             is_v6 ? "[" : "", set->bind, is_v6 ? "]" : "", set->port);
    /* cookies do not tell ports apart */
    snprintf(server->cookie, sizeof server->cookie, "%svaho-%u", is_secure ? "__Host-" : "",
             set->port);
    if (n_accounts > 0)
        return;
    server->needs_setup = 1;
    vaho_secret_make(server->setup_token);
    snprintf(server->setup_link, sizeof server->setup_link, "%s#setup=%s", server->url,
             server->setup_token);
}

static enum vaho_status open_parts(struct vaho_server *server, struct vaho_error *error)
{
    const struct vaho_serve_settings *set = &server->settings;
    enum vaho_status status = vaho_here_new(&server->here, error);

    if (status == VAHO_OK)
        status = vaho_attempts_new(&server->attempts, error);
    if (status == VAHO_OK)
        status = vaho_events_new(&server->events, error);
    if (status == VAHO_OK)
        status = vaho_connections_new(&server->connections, error);
    if (status == VAHO_OK && set->page != NULL)
        status = vaho_static_open(&server->page, set->page, error);
    if (status == VAHO_OK && set->map != NULL)
        status = vaho_static_open(&server->map, set->map, error);
    return status == VAHO_OK ? read_certificate(server, error) : status;
}

enum vaho_status vaho_server_start(struct vaho_server **out,
                                   const struct vaho_serve_settings *settings,
                                   struct vaho_error *error)
{
    struct vaho_server *server = vaho_alloc(1, sizeof *server);
    size_t n_accounts = 0;
    int fd = -1;
    enum vaho_status status;

    *out = NULL;
    if (server == NULL || sodium_init() < 0)
        return vaho_fail_memory(error, "a server");
    server->settings = *settings;
    server->page.folder = server->map.folder = -1;
    pthread_mutex_init(&server->setup_lock, NULL);
    json_object_seed(0); /* not by two threads at once later */
    raise_limit_of_files();
    status = open_parts(server, error);
    if (status == VAHO_OK)
        status = look_into(server, &n_accounts, error);
    if (status == VAHO_OK)
        status = listen_at(&fd, server, error);
    if (status == VAHO_OK) {
        name_it(server, n_accounts);
        status = vaho_lanes_new(&server->lanes, settings->casebook, run_request, error);
    }
    if (status == VAHO_OK)
        status = vaho_watch_new(&server->watch, server, error);
    if (status == VAHO_OK)
        status = start_daemon(server, fd, error);
    if (server->daemon == NULL && fd >= 0)
        close(fd);
    if (status != VAHO_OK) {
        vaho_server_stop(server);
        return status;
    }
    *out = server;
    return VAHO_OK;
}

/* And gives listeners a moment to hear it. */
static void say_bye(struct vaho_server *server)
{
    vaho_events_end(server->events, "\n\nevent: bye\ndata: {\"code\":\"stopping\"}\n\n", NULL,
                    NULL);
    for (int i = 0; i < BYE_MS && vaho_events_n_streams(server->events) > 0; i++)
        usleep(1000);
}

void vaho_server_stop(struct vaho_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        int fd = MHD_quiesce_daemon(server->daemon);
        if (fd >= 0)
            close(fd);
    }
    vaho_watch_free(server->watch);
    vaho_lanes_stop(server->lanes);
    if (server->events != NULL)
        say_bye(server);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    vaho_lanes_free(server->lanes);
    vaho_events_free(server->events);
    vaho_connections_free(server->connections);
    vaho_attempts_free(server->attempts);
    vaho_here_free(server->here);
    vaho_static_close(&server->page);
    vaho_static_close(&server->map);
    if (server->key != NULL)
        sodium_memzero(server->key, strlen(server->key));
    free(server->key);
    free(server->certificate);
    pthread_mutex_destroy(&server->setup_lock);
    free(server);
}
