/*
 * answer_account.c - the first account, logging in and out, one's own password and one-time codes
 *
 * A wrong name, a wrong password and a wrong code are one answer, and each counts towards the
 * lock-out of the name (attempts.h).  A password is looked at before a code is asked for.
 */
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "mandate/document.h"
#include "serve/answers.h"
#include "serve/one_time_code.h"
#include "serve/parts.h"
#include "serve/shapes.h"
#include "vaho/version.h"

/* Wrong passwords and codes from one address, whatever the names; what was right does not count. */
static const struct vaho_rate wrong_attempts = {0.1, 20};
static const double SESSION_S = 12 * 3600, DAY_S = 86400;

void vaho_answer_about(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_server *server = request->server;
    int is_needed = __atomic_load_n(&server->needs_setup, __ATOMIC_SEQ_CST);
    char now[VAHO_MOMENT_NBYTES];

    (void)casebook;
    vaho_moment_format(now, request->now_s);
    vaho_answer_json(request, 200,
                     json_pack("{s:s, s:s, s:s, s:b, s:b, s:s}", "program", "vaho", "version",
                               VAHO_VERSION, "kind", vaho_casebook_kind_name(server->info.kind),
                               "exercise", server->info.kind == VAHO_CASEBOOK_EXERCISE,
                               "setup_needed", is_needed, "time", now));
}

/* --- me ---------------------------------------------------------------------------- */

static json_t *roles_json(unsigned roles)
{
    json_t *out = json_array();

    for (int i = 0; i < VAHO_N_ROLES; i++)
        if ((roles >> i & 1) != 0)
            json_array_append_new(out, json_string(vaho_role_name((enum vaho_role)i)));
    return out;
}

static json_t *list_json(const char *const *text)
{
    json_t *out = json_array();

    for (; *text != NULL; text++)
        json_array_append_new(out, json_string(*text));
    return out;
}

/* The answer of /api/me, and of what makes a session. */
static void answer_me(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct vaho_server *server = request->server;
    const struct vaho_session *me = &request->session;
    unsigned char secret[VAHO_CODE_SECRET_NBYTES];
    struct vaho_error error;
    char ends[VAHO_MOMENT_NBYTES];
    enum vaho_status status = vaho_code_secret(secret, casebook, me->account, &error);

    sodium_memzero(secret, sizeof secret);
    vaho_moment_format(ends, me->ends_s);
    if (status != VAHO_OK && status != VAHO_NOT_FOUND) {
        vaho_answer_failed(request, &error, "busy", "user");
        return;
    }
    vaho_answer_json(
        request, 200,
        json_pack("{s:s, s:o, s:s, s:b, s:s, s:{s:s, s:s, s:b, s:s}, s:s, s:o, s:o}", "name",
                  me->account, "roles", roles_json(me->roles), "csrf", request->csrf, "has_code",
                  status == VAHO_OK, "session_ends", ends, "casebook", "title", server->title,
                  "kind", vaho_casebook_kind_name(server->info.kind), "exercise",
                  server->info.kind == VAHO_CASEBOOK_EXERCISE, "created", server->info.created,
                  "version", VAHO_VERSION, "reject_reasons", list_json(vaho_reject_reasons),
                  "states", list_json(vaho_review_states)));
}

void vaho_answer_me(struct vaho_request *request, struct vaho_casebook *casebook)
{
    answer_me(request, casebook);
}

/* --- making a session --------------------------------------------------------------- */

struct wanted {
    const char *name;
    unsigned roles;
};

static void find_roles(void *context, const struct vaho_account *account)
{
    struct wanted *wanted = context;

    if (!account->ended && strcmp(account->name, wanted->name) == 0)
        wanted->roles = account->roles;
}

/* A session of this scope, kept here and in the casebook, and its secret. */
static enum vaho_status make_session(struct vaho_session *out, char secret[VAHO_TOKEN_NBYTES],
                                     struct vaho_request *request, struct vaho_casebook *casebook,
                                     const char *account, enum vaho_scope scope, double lasts_s,
                                     struct vaho_error *error)
{
    struct wanted wanted = {account, 0};
    enum vaho_status status = vaho_account_each(casebook, find_roles, &wanted, error);

    *out = (struct vaho_session){.roles = wanted.roles,
                                 .scope = scope,
                                 .made_s = request->now_s,
                                 .ends_s = request->now_s + lasts_s};
    snprintf(out->account, sizeof out->account, "%s", account);
    vaho_secret_make(secret);
    vaho_secret_hash(out->hash, secret);
    if (status == VAHO_OK)
        status = vaho_session_keep(casebook, out, error);
    if (status == VAHO_OK && !vaho_here_add(request->server->here, out, request->now_s))
        status = vaho_fail(error, VAHO_BAD_INPUT, "too many are here already");
    return status;
}

static void begin_session(struct vaho_request *request, struct vaho_casebook *casebook,
                          const char *account)
{
    const struct vaho_server *server = request->server;
    char secret[VAHO_TOKEN_NBYTES];
    struct vaho_error error;
    enum vaho_status status = make_session(&request->session, secret, request, casebook, account,
                                           VAHO_SCOPE_PAGE, SESSION_S, &error);

    if (status == VAHO_OK) {
        vaho_csrf_of(request->csrf, secret);
        vaho_answer_header(request, "Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
                           server->cookie, secret, vaho_server_is_secure(server) ? "; Secure" : "");
        answer_me(request, casebook);
    } else {
        vaho_answer_failed(request, &error, "credentials", "user");
    }
    sodium_memzero(secret, sizeof secret);
}

/* --- the first account ---------------------------------------------------------------- */

int vaho_roles_parse(unsigned *out, const json_t *names)
{
    *out = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        int role = 0;
        while (role < VAHO_N_ROLES && strcmp(name, vaho_role_name((enum vaho_role)role)) != 0)
            role++;
        if (role == VAHO_N_ROLES)
            return 0;
        *out |= 1u << role;
    }
    return 1;
}

int vaho_password_will_do(struct vaho_request *request, const char *password)
{
    size_t n = strlen(password);

    if (n >= VAHO_PASSWORD_MIN_NBYTES && n <= VAHO_PASSWORD_MAX_NBYTES)
        return 1;
    vaho_answer_error(request, "not-acceptable-password", "a password has %d to %d bytes",
                      VAHO_PASSWORD_MIN_NBYTES, VAHO_PASSWORD_MAX_NBYTES);
    return 0;
}

static int is_setup_token(const struct vaho_server *server, const char *token)
{
    return server->setup_token[0] != '\0' && strlen(token) == VAHO_TOKEN_NBYTES - 1 &&
           sodium_memcmp(token, server->setup_token, VAHO_TOKEN_NBYTES - 1) == 0;
}

/* With the lock held, so that the link serves once. */
static void set_up(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_server *server = request->server;
    const char *name = vaho_body_text(request, "name");
    const json_t *names = json_object_get(request->body, "roles");
    unsigned roles = VAHO_ROLE_BIT(VAHO_ROLE_ADMIN);
    struct vaho_error error;
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, "with the set-up link");
    enum vaho_status status;

    if (!is_setup_token(server, vaho_body_text(request, "token"))) {
        vaho_answer_error(request, "setup",
                          "this link is wrong or used up; the server tells one while there is no "
                          "account");
        return;
    }
    if ((names != NULL && !vaho_roles_parse(&roles, names)) ||
        (roles & VAHO_ROLE_BIT(VAHO_ROLE_ADMIN)) == 0 || !vaho_is_name(name)) {
        vaho_answer_error_with(request, "malformed", "a name and roles, admin among them",
                               json_pack("{s:s}", "where", vaho_is_name(name) ? "roles" : "name"));
        return;
    }
    if (!vaho_password_will_do(request, vaho_body_text(request, "password")))
        return;
    act.who = name;
    act.by = VAHO_BY_CLAIM;
    status =
        vaho_account_add(casebook, &act, name, roles, vaho_body_text(request, "password"), &error);
    if (status == VAHO_OK || status == VAHO_REFUSED) { /* else an account was made in a terminal */
        sodium_memzero(server->setup_token, sizeof server->setup_token);
        __atomic_store_n(&server->needs_setup, 0, __ATOMIC_SEQ_CST);
    }
    if (status == VAHO_OK)
        begin_session(request, casebook, name);
    else
        vaho_answer_failed(request, &error, "setup", "user");
}

void vaho_answer_setup(struct vaho_request *request, struct vaho_casebook *casebook)
{
    pthread_mutex_lock(&request->server->setup_lock);
    set_up(request, casebook);
    pthread_mutex_unlock(&request->server->setup_lock);
}

/* --- logging in -------------------------------------------------------------------------- */

/* The one-time code, where the account has one. */
static enum vaho_status check_code(int *out_is_missing, struct vaho_casebook *casebook,
                                   const char *account, const char *code, double now_s,
                                   struct vaho_error *error)
{
    unsigned char secret[VAHO_CODE_SECRET_NBYTES];
    enum vaho_status status = vaho_code_secret(secret, casebook, account, error);
    int64_t step = -1;

    *out_is_missing = status == VAHO_OK && code == NULL;
    if (status == VAHO_NOT_FOUND)
        return VAHO_OK;
    if (status == VAHO_OK && code != NULL)
        step = vaho_one_time_step(secret, code, now_s);
    sodium_memzero(secret, sizeof secret);
    if (status != VAHO_OK)
        return status;
    return step < 0 ? vaho_fail(error, VAHO_REFUSED, "this is not the code")
                    : vaho_code_use(casebook, account, step, error);
}

/* Is it the one it claims to be?  Counts failures; where not, the request has its answer. */
static int is_known(struct vaho_request *request, struct vaho_casebook *casebook, const char *name,
                    const char *password, const char *code)
{
    struct vaho_attempts *attempts = request->server->attempts;
    double locked_s = vaho_attempts_locked_s(attempts, name, request->now_s), wait_s;
    char from[96];
    struct vaho_error error;
    int is_missing = 0;
    enum vaho_status status;

    if (locked_s > 0) {
        vaho_answer_wait(request, "locked", "too many wrong attempts; wait", locked_s);
        return 0;
    }
    snprintf(from, sizeof from, "wrong from %s", request->address);
    wait_s = vaho_attempts_wait_s(attempts, from, &wrong_attempts, request->now_s);
    if (wait_s > 0) {
        vaho_answer_wait(request, "rate", "too many wrong attempts from here; wait", wait_s);
        return 0;
    }
    status = vaho_account_check(casebook, name, password, &error);
    if (status == VAHO_OK)
        status = check_code(&is_missing, casebook, name, code, request->now_s, &error);
    if (status == VAHO_OK || is_missing)
        vaho_attempts_give_back(attempts, from, &wrong_attempts, request->now_s);
    if (status == VAHO_OK) {
        vaho_attempts_succeeded(attempts, name);
        return 1;
    }
    if (is_missing) {
        vaho_answer_error(request, "code-needed", "the one-time code is needed as well");
    } else if (status == VAHO_REFUSED) {
        vaho_attempts_failed(attempts, name, request->now_s);
        vaho_answer_error(request, "credentials", "the name, the password or the code is wrong");
    } else {
        vaho_answer_failed(request, &error, "credentials", "user");
    }
    return 0;
}

void vaho_answer_log_in(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const char *name = vaho_body_text(request, "name");
    struct vaho_error ignored;

    if (!is_known(request, casebook, name, vaho_body_text(request, "password"),
                  vaho_body_text(request, "code")))
        return;
    vaho_session_forget(casebook, request->now_s, &ignored);
    begin_session(request, casebook, name);
}

static void drop_cookie(struct vaho_request *request)
{
    vaho_answer_header(request, "Set-Cookie", "%s=; Path=/; HttpOnly; SameSite=Strict%s; Max-Age=0",
                       request->server->cookie,
                       vaho_server_is_secure(request->server) ? "; Secure" : "");
    vaho_answer_empty(request);
}

void vaho_answer_log_out(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_error error;

    vaho_server_end_session(request->server, request->session.hash);
    if (vaho_session_end(casebook, request->session.hash, &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "busy", "user");
    else
        drop_cookie(request);
}

void vaho_answer_log_out_everywhere(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_error error;

    vaho_server_end_account(request->server, request->session.account, NULL, 0);
    if (vaho_session_end_all(casebook, request->session.account, &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "busy", "user");
    else
        drop_cookie(request);
}

/* --- one's own password, codes, map keys -------------------------------------------------- */

/* All sessions end with the password; this one goes on as a new one. */
void vaho_answer_my_password(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const char *wanted = vaho_body_text(request, "new");
    char at[32], name[VAHO_ACCOUNT_NAME_NBYTES];
    struct vaho_act act = vaho_request_act(request, at, NULL);
    struct vaho_error error;
    enum vaho_status status;

    snprintf(name, sizeof name, "%s", request->session.account);
    act.who = name;
    if (!vaho_password_will_do(request, wanted) ||
        !is_known(request, casebook, name, vaho_body_text(request, "password"),
                  vaho_body_text(request, "code")))
        return;
    status = vaho_account_set_password(casebook, &act, name, wanted, &error);
    if (status != VAHO_OK) {
        vaho_answer_failed(request, &error, "role", "user");
        return;
    }
    vaho_server_end_account(request->server, name, NULL, 0);
    begin_session(request, casebook, name);
}

/* The secret is not active before a code of it was shown; until then the session holds it. */
void vaho_answer_my_code(struct vaho_request *request, struct vaho_casebook *casebook)
{
    unsigned char secret[VAHO_CODE_SECRET_NBYTES];
    char text[VAHO_CODE_BASE32_NBYTES];
    struct vaho_error error;
    enum vaho_status status = vaho_code_secret(secret, casebook, request->session.account, &error);

    if (status == VAHO_OK) {
        vaho_answer_error(request, "code", "there is a code already; remove that first");
    } else if (status != VAHO_NOT_FOUND) {
        vaho_answer_failed(request, &error, "busy", "user");
    } else if (is_known(request, casebook, request->session.account,
                        vaho_body_text(request, "password"), NULL)) {
        randombytes_buf(secret, sizeof secret);
        vaho_here_offer(request->server->here, request->session.hash, secret);
        if (vaho_one_time_write(text, secret)) {
            char uri[256];
            snprintf(
                uri, sizeof uri,
                "otpauth://totp/vaho:%s?secret=%s&issuer=vaho&algorithm=SHA1&digits=6&period=30",
                request->session.account, text);
            vaho_answer_json(request, 200, json_pack("{s:s, s:s}", "secret", text, "uri", uri));
            sodium_memzero(uri, sizeof uri);
        }
    }
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(text, sizeof text);
}

void vaho_answer_confirm_code(struct vaho_request *request, struct vaho_casebook *casebook)
{
    unsigned char secret[VAHO_CODE_SECRET_NBYTES];
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, NULL);
    struct vaho_error error;
    int64_t step = -1;
    enum vaho_status status = vaho_code_secret(secret, casebook, act.who, &error);

    if (status == VAHO_OK) {
        sodium_memzero(secret, sizeof secret);
        vaho_answer_error(request, "code", "there is a code already; remove that first");
        return;
    }
    if (vaho_here_offered(secret, request->server->here, request->session.hash))
        step = vaho_one_time_step(secret, vaho_body_text(request, "code"), request->now_s);
    if (step < 0)
        vaho_answer_error(request, "credentials", "this is not the code");
    else if (vaho_code_set(casebook, &act, act.who, secret, step, &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "role", "user");
    else
        vaho_answer_empty(request);
    sodium_memzero(secret, sizeof secret);
}

void vaho_answer_remove_code(struct vaho_request *request, struct vaho_casebook *casebook)
{
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, NULL);
    struct vaho_error error;

    if (!is_known(request, casebook, act.who, vaho_body_text(request, "password"),
                  vaho_body_text(request, "code")))
        return;
    if (vaho_code_set(casebook, &act, act.who, NULL, 0, &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "role", "user");
    else
        vaho_answer_empty(request);
}

void vaho_answer_map_key(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const json_t *days = json_object_get(request->body, "days");
    double lasts_s = DAY_S * (days == NULL ? 30 : json_number_value(days));
    char secret[VAHO_TOKEN_NBYTES], ends[VAHO_MOMENT_NBYTES];
    struct vaho_session session;
    struct vaho_error error;
    enum vaho_status status =
        make_session(&session, secret, request, casebook, request->session.account, VAHO_SCOPE_MAPS,
                     lasts_s, &error);

    vaho_moment_format(ends, session.ends_s);
    if (status == VAHO_OK)
        vaho_answer_json(
            request, 201,
            json_pack("{s:s, s:s, s:s}", "key", secret, "name", session.account, "ends", ends));
    else
        vaho_answer_failed(request, &error, "session", "user");
    sodium_memzero(secret, sizeof secret);
}
