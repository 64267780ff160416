/* answer_users.c - accounts, for admins */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "casebook/codes.h"
#include "serve/answers.h"
#include "serve/parts.h"

struct listing {
    struct vaho_request *request;
    struct vaho_casebook *casebook;
    json_t *users;
};

static void list_user(void *context, const struct vaho_account *account)
{
    struct listing *l = context;
    const struct vaho_server *server = l->request->server;
    unsigned char secret[VAHO_CODE_SECRET_NBYTES];
    struct vaho_error ignored;
    json_t *roles = json_array();
    int has_code = vaho_code_secret(secret, l->casebook, account->name, &ignored) == VAHO_OK;

    memset(secret, 0, sizeof secret);
    for (int i = 0; i < VAHO_N_ROLES; i++)
        if ((account->roles >> i & 1) != 0)
            json_array_append_new(roles, json_string(vaho_role_name((enum vaho_role)i)));
    json_array_append_new(
        l->users, json_pack("{s:s, s:o, s:b, s:b, s:I, s:f}", "name", account->name, "roles", roles,
                            "ended", account->ended, "has_code", has_code, "sessions",
                            (json_int_t)vaho_here_count(server->here, account->name), "locked_s",
                            ceil(vaho_attempts_locked_s(server->attempts, account->name,
                                                        l->request->now_s))));
}

void vaho_answer_users(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct listing l = {request, casebook, json_array()};
    struct vaho_error error;

    if (vaho_account_each(casebook, list_user, &l, &error) != VAHO_OK) {
        json_decref(l.users);
        vaho_answer_failed(request, &error, "role", "user");
        return;
    }
    vaho_answer_json(request, 200, json_pack("{s:o}", "users", l.users));
}

void vaho_answer_add_user(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const char *name = vaho_body_text(request, "name");
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;
    unsigned roles;

    if (!vaho_roles_parse(&roles, json_object_get(request->body, "roles"))) {
        vaho_answer_error_with(request, "malformed", "there is no such role",
                               json_pack("{s:s}", "where", "roles"));
        return;
    }
    if (!vaho_password_will_do(request, vaho_body_text(request, "password")))
        return;
    if (vaho_account_add(casebook, &act, name, roles, vaho_body_text(request, "password"),
                         &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "taken", "user");
    else
        vaho_answer_json(request, 201, json_pack("{s:s}", "name", name));
}

void vaho_answer_end_user(struct vaho_request *request, struct vaho_casebook *casebook)
{
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;

    if (vaho_account_end(casebook, &act, request->in_path[0], &error) != VAHO_OK) {
        vaho_answer_failed(request, &error, "last-admin", "user");
        return;
    }
    vaho_server_end_account(request->server, request->in_path[0], NULL, 0);
    vaho_answer_empty(request);
}

void vaho_answer_user_password(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const char *password = vaho_body_text(request, "password");
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;

    if (!vaho_password_will_do(request, password))
        return;
    if (vaho_account_set_password(casebook, &act, request->in_path[0], password, &error) !=
        VAHO_OK) {
        vaho_answer_failed(request, &error, "role", "user");
        return;
    }
    vaho_server_end_account(request->server, request->in_path[0], NULL, 0);
    vaho_answer_empty(request);
}

void vaho_answer_user_log_out(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_error error;

    vaho_server_end_account(request->server, request->in_path[0], NULL, 0);
    if (vaho_session_end_all(casebook, request->in_path[0], &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "role", "user");
    else
        vaho_answer_empty(request);
}

void vaho_answer_user_code(struct vaho_request *request, struct vaho_casebook *casebook)
{
    char at[32];
    struct vaho_act act = vaho_request_act(request, at, vaho_body_text(request, "words"));
    struct vaho_error error;

    if (vaho_code_set(casebook, &act, request->in_path[0], NULL, 0, &error) != VAHO_OK)
        vaho_answer_failed(request, &error, "role", "user");
    else
        vaho_answer_empty(request);
}
