/*
 * admit.c - who may ask for what
 *
 * In this order, and the first that fails answers: is the head sound (head.h); is there such a
 * route; who asks, by cookie or map key; may that role; not too often; for what changes something,
 * does it come from our own page (Origin, the content type, which other pages cannot send without
 * being asked, and the token that only our page can read); is the body not too long.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "serve/head.h"
#include "serve/parts.h"

enum { SECRET_DIGITS = 64 };

static const struct vaho_rate often = {40, 400};

/* --- secrets ------------------------------------------------------------------------- */

static int from_hex(unsigned char out[32], const char *secret)
{
    size_t n = 0;

    return strlen(secret) == SECRET_DIGITS &&
           sodium_hex2bin(out, 32, secret, SECRET_DIGITS, NULL, &n, NULL) == 0 && n == 32;
}

int vaho_secret_hash(unsigned char out[VAHO_SESSION_HASH_NBYTES], const char *secret)
{
    unsigned char byte[32];
    int good = from_hex(byte, secret);

    if (good)
        crypto_hash_sha256(out, byte, sizeof byte);
    sodium_memzero(byte, sizeof byte);
    return good;
}

void vaho_csrf_of(char out[VAHO_TOKEN_NBYTES], const char *secret)
{
    static const char purpose[] = "vaho request token ";
    unsigned char digest[32];
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)purpose, strlen(purpose));
    crypto_hash_sha256_update(&state, (const unsigned char *)secret, strlen(secret));
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(out, VAHO_TOKEN_NBYTES, digest, sizeof digest);
}

void vaho_secret_make(char out[VAHO_TOKEN_NBYTES])
{
    unsigned char byte[32];

    randombytes_buf(byte, sizeof byte);
    sodium_bin2hex(out, VAHO_TOKEN_NBYTES, byte, sizeof byte);
    sodium_memzero(byte, sizeof byte);
}

/* --- the head ------------------------------------------------------------------------- */

static const char *header_of(const struct vaho_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result take_header(void *head, enum MHD_ValueKind kind, const char *name,
                                   size_t name_nbytes, const char *value, size_t nbytes)
{
    (void)kind;
    (void)name_nbytes;
    vaho_head_take(head, name, value == NULL ? "" : value, value == NULL ? 0 : nbytes);
    return MHD_YES;
}

static int read_head(struct vaho_request *request, struct vaho_head *head, const char *version)
{
    const char *why = NULL;
    unsigned status;

    *head = vaho_head_begin(version);
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, take_header, head);
    status = vaho_head_check(&why, head);
    if (status == 0)
        return 1;
    vaho_answer_error(request, "malformed", "%s", why);
    request->status = status;
    return 0;
}

static void copy_header(char *out, size_t nbytes, const struct vaho_request *request,
                        const char *name)
{
    const char *value = header_of(request, name);

    if (value != NULL && strlen(value) < nbytes)
        snprintf(out, nbytes, "%s", value);
}

/* How the client calls us; "" where the host is written in odd characters. */
static void read_origin(struct vaho_request *request)
{
    const char *host = header_of(request, "Host");

    for (const char *c = host; c != NULL && *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr(".-:[]", *c) == NULL)
            return;
    if (host != NULL && strlen(host) < 128)
        snprintf(request->origin, sizeof request->origin, "http%s://%s",
                 vaho_server_is_secure(request->server) ? "s" : "", host);
}

/* For limits: of IPv6 the network, for a client has all addresses of its own. */
static void read_address(struct vaho_request *request)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info == NULL ? NULL : info->client_addr;

    if (address != NULL && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr,
                  request->address, sizeof request->address);
    else if (address != NULL && address->sa_family == AF_INET6) {
        struct in6_addr v6 = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (!IN6_IS_ADDR_V4MAPPED(&v6))
            memset(&v6.s6_addr[8], 0, 8);
        inet_ntop(AF_INET6, &v6, request->address, sizeof request->address);
    }
}

/* --- who asks -------------------------------------------------------------------------- */

/* The session that goes with a secret, if it is of this scope. */
static void take_secret(struct vaho_request *request, const char *secret, enum vaho_scope scope)
{
    unsigned char hash[VAHO_SESSION_HASH_NBYTES];
    struct vaho_session session;

    if (vaho_secret_hash(hash, secret) &&
        vaho_here_find(&session, request->server->here, hash, request->now_s) &&
        session.scope == scope) {
        request->session = session;
        vaho_csrf_of(request->csrf, secret);
    }
}

/* "Basic base64(name:key)" or "Bearer key". */
static void take_map_key(struct vaho_request *request, const char *credentials)
{
    char text[256] = "", *key;
    size_t n = 0;

    if (strncasecmp(credentials, "Bearer ", 7) == 0) {
        take_secret(request, credentials + 7, VAHO_SCOPE_MAPS);
        return;
    }
    if (strncasecmp(credentials, "Basic ", 6) != 0 ||
        sodium_base642bin((unsigned char *)text, sizeof text - 1, credentials + 6,
                          strlen(credentials + 6), NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return;
    text[n] = '\0';
    key = strchr(text, ':');
    if (key != NULL) {
        *key++ = '\0';
        take_secret(request, key, VAHO_SCOPE_MAPS);
        if (strcmp(request->session.account, text) != 0)
            request->session = (struct vaho_session){.account = ""};
    }
    sodium_memzero(text, sizeof text);
}

static void find_session(struct vaho_request *request)
{
    const char *cookie =
        MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, request->server->cookie);
    const char *credentials = header_of(request, "Authorization");

    if (cookie != NULL)
        take_secret(request, cookie, VAHO_SCOPE_PAGE);
    if (request->session.account[0] == '\0' && request->route->is_for_maps && credentials != NULL)
        take_map_key(request, credentials);
}

static int may(struct vaho_request *request)
{
    unsigned roles = request->route->roles;

    if ((roles & VAHO_ANYONE) != 0)
        return 1;
    if (request->session.account[0] == '\0') {
        if (request->route->is_for_maps)
            vaho_answer_header(request, "WWW-Authenticate", "Basic realm=\"vaho maps\"");
        vaho_answer_error(request, "session", "log in first");
        return 0;
    }
    if ((roles & request->session.roles) != 0)
        return 1;
    vaho_answer_error(request, "role", "your roles do not allow this");
    return 0;
}

static int is_not_too_often(struct vaho_request *request)
{
    char key[160];
    double wait_s;

    if (request->session.account[0] != '\0')
        sodium_bin2hex(key, sizeof key, request->session.hash, sizeof request->session.hash);
    else
        snprintf(key, sizeof key, "at %s", request->address);
    wait_s = vaho_attempts_wait_s(request->server->attempts, key, &often, request->now_s);
    if (wait_s > 0)
        vaho_answer_wait(request, "rate", "too many requests", wait_s);
    return wait_s <= 0;
}

/* --- what changes something ---------------------------------------------------------------- */

static int is_json(const char *type)
{
    return type != NULL && strncasecmp(type, "application/json", 16) == 0 &&
           (type[16] == '\0' || type[16] == ';' || type[16] == ' ');
}

static int is_our_page(struct vaho_request *request)
{
    const char *origin = header_of(request, "Origin");
    const char *site = header_of(request, "Sec-Fetch-Site");
    const char *token = header_of(request, "X-Vaho-CSRF");

    if ((origin != NULL && strcasecmp(origin, request->origin) != 0) ||
        (site != NULL && strcasecmp(site, "same-origin") != 0 && strcasecmp(site, "none") != 0))
        vaho_answer_error(request, "origin", "this comes from another page");
    else if (!is_json(header_of(request, "Content-Type")))
        vaho_answer_error(request, "type", "the body must be application/json");
    else if (!request->route->does_not_need_token &&
             (token == NULL || strlen(token) != VAHO_TOKEN_NBYTES - 1 ||
              sodium_memcmp(token, request->csrf, VAHO_TOKEN_NBYTES - 1) != 0))
        vaho_answer_error(request, "csrf", "the header X-Vaho-CSRF must be the token of /api/me");
    else
        return 1;
    return 0;
}

static int fits_body(struct vaho_request *request, const struct vaho_head *head)
{
    size_t most = request->route->body_nbytes;

    if (head->length <= most && (most == 0 || head->n_length == 1))
        return 1;
    vaho_answer_error(request, "length",
                      most == 0 ? "this has no body" : "a body of at most %zu bytes is needed",
                      most);
    if (most > 0 && head->n_length == 0)
        request->status = 411;
    return 0;
}

static int find_route(struct vaho_request *request, const char *method)
{
    char allowed[64];

    if (request->target.path == NULL) {
        vaho_answer_error(request, "malformed", "this is no path");
        return 0;
    }
    request->route =
        vaho_route_find(request->in_path, allowed, strcmp(method, "HEAD") == 0 ? "GET" : method,
                        request->target.path);
    if (request->route != NULL)
        return 1;
    if (allowed[0] != '\0') {
        vaho_answer_header(request, "Allow", "%s", allowed);
        vaho_answer_error(request, "method", "this takes %s", allowed);
    } else {
        vaho_answer_error(request, "route", "there is nothing here");
    }
    return 0;
}

static int admit(struct vaho_request *request, const char *method, const char *version)
{
    struct vaho_head head;
    const char *wrong;

    if (!read_head(request, &head, version))
        return 0;
    request->is_closing = head.length > 0; /* unless the body is read */
    if (!find_route(request, method))
        return 0;
    find_session(request);
    if (!is_not_too_often(request) || !may(request))
        return 0;
    if (request->route->body_nbytes > 0 && !is_our_page(request))
        return 0;
    if (!fits_body(request, &head))
        return 0;
    wrong = vaho_fields_check_query(request->route->query, &request->target);
    if (wrong != NULL) {
        vaho_answer_error_with(request, "malformed", "a parameter is unknown, missing or wrong",
                               json_pack("{s:s}", "where", wrong));
        return 0;
    }
    request->is_closing = 0;
    return 1;
}

void vaho_admit(struct vaho_request *request, const char *method, const char *version)
{
    request->now_s = vaho_server_now_s(request->server);
    read_origin(request);
    read_address(request);
    copy_header(request->range, sizeof request->range, request, "Range");
    copy_header(request->if_range, sizeof request->if_range, request, "If-Range");
    copy_header(request->if_none_match, sizeof request->if_none_match, request, "If-None-Match");
    copy_header(request->resume_after, sizeof request->resume_after, request, "Last-Event-ID");
    if (admit(request, method, version))
        vaho_text_init(&request->raw, request->route->body_nbytes + 1);
    else if (request->status == 400 || request->status == 411)
        request->is_closing = 1; /* who knows where its next request begins */
}

void vaho_admit_body(struct vaho_request *request)
{
    json_error_t reason;
    const char *wrong = "";

    if (request->route->body_nbytes == 0)
        return;
    if (request->raw.failed) {
        vaho_answer_error(request, "length", "the body is too long");
        return;
    }
    request->body = json_loadb(request->raw.data == NULL ? "" : request->raw.data,
                               request->raw.nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (json_is_object(request->body))
        wrong = vaho_fields_check_body(request->route->body, request->body);
    if (wrong != NULL)
        vaho_answer_error_with(request, "malformed",
                               json_is_object(request->body)
                                   ? "a member is unknown, missing or wrong"
                                   : "the body must be a JSON object",
                               json_pack("{s:s}", "where", wrong));
}
