/* cmd_user.c - vaho user add|list|disable|password: accounts of a casebook */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/account_option.h"
#include "cli/act_option.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/verb_options.h"

struct request {
    char command[VERB_NAMED_NBYTES]; /* "user add" */
    struct account_option account;
    struct act_option act;
    unsigned roles;
    int new_fd, is_new_fd, json;
    size_t n_files;
    char **file; /* the casebook, then a name */
    struct vaho_casebook *casebook;
    json_t *out;
};

static void print_help(void)
{
    puts("usage: vaho user add CASEBOOK NAME --role LIST [--user ADMIN] [options]\n"
         "       vaho user list CASEBOOK [--json]\n"
         "       vaho user disable CASEBOOK NAME --user ADMIN [--why TEXT]\n"
         "       vaho user password CASEBOOK NAME --user WHO [options]\n\n"
         "Accounts of a casebook, for those who review and release.  The first is an admin's; "
         "after\n"
         "it, only an admin adds and disables.  An admin decides on no site and releases none for\n"
         "being admin.  A name is never given twice.  A password has 12 bytes at least and is "
         "asked\n"
         "for at the terminal, or read from a file descriptor, never an argument.\n\n"
         "  --role LIST            analyst, releaser, overseer, partner, admin\n"
         "  --user NAME            whose account does it\n"
         "  --password-fd N        read that account's password from this file descriptor\n"
         "  --new-password-fd N    read the new password from this one\n"
         "  --why TEXT             why, for the ledger\n"
         "  --json                 print JSON\n"
         "  -h, --help             this text\n\n"
         "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused.\n\n"
         "Examples:\n"
         "  vaho user add valley.gpkg root --role admin\n"
         "  vaho user add valley.gpkg ana --role analyst --user root\n"
         "  vaho user password valley.gpkg ana --user ana\n"
         "  vaho user disable valley.gpkg ana --user root --why 'left the unit'");
}

static void list_one(void *context, const struct vaho_account *account)
{
    struct request *r = context;
    json_t *roles = json_array();

    if (!r->json)
        printf("  %-24s  %s", account->name, account->ended ? "disabled  " : "");
    for (int i = 0; i < VAHO_N_ROLES; i++) {
        if ((account->roles >> i & 1) == 0)
            continue;
        json_array_append_new(roles, json_string(vaho_role_name((enum vaho_role)i)));
        if (!r->json)
            printf("%s%s", json_array_size(roles) > 1 ? ", " : "",
                   vaho_role_name((enum vaho_role)i));
    }
    if (!r->json)
        putchar('\n');
    json_array_append_new(r->out, json_pack("{s:s, s:o, s:b}", "name", account->name, "roles",
                                            roles, "disabled", account->ended));
}

static int run_list(struct request *r)
{
    struct vaho_error error;

    if (vaho_account_each(r->casebook, list_one, r, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json) {
        json_dumpf(r->out, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (json_array_size(r->out) == 0) {
        puts("  no account");
    }
    return EXIT_DONE;
}

static int run_disable(struct request *r)
{
    struct vaho_act act;
    struct vaho_error error;
    int code = account_option_act(&act, &r->account, r->command, r->casebook);

    if (code != EXIT_DONE)
        return code;
    if (vaho_account_end(r->casebook, &act, r->file[1], &error) != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   disabled\n", r->file[1]);
    return EXIT_DONE;
}

/* 'add' and 'password': with the new password in hand. */
static int give_password(struct request *r, const struct vaho_act *act, int is_new)
{
    char password[VAHO_PASSWORD_MAX_NBYTES + 2] = "";
    struct vaho_error error;
    enum vaho_status status;
    int code =
        account_password_read(password, r->command, r->is_new_fd, r->new_fd, "new password", 1);

    if (code != EXIT_DONE)
        return code;
    status = is_new ? vaho_account_add(r->casebook, act, r->file[1], r->roles, password, &error)
                    : vaho_account_set_password(r->casebook, act, r->file[1], password, &error);
    sodium_memzero(password, sizeof password);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   %s\n", r->file[1], is_new ? "has an account" : "has a new password");
    return EXIT_DONE;
}

/* Without --user only the very first account can be made: the casebook says so. */
static int run_add(struct request *r)
{
    struct vaho_act act;
    int code = EXIT_DONE;

    if (r->roles == 0)
        return command_misused(r->command, "--role is needed");
    if (r->account.user != NULL) {
        code = account_option_act(&act, &r->account, r->command, r->casebook);
    } else {
        r->act.why = r->account.why;
        act = act_option_act(&r->act, NULL);
    }
    return code == EXIT_DONE ? give_password(r, &act, 1) : code;
}

static int run_password(struct request *r)
{
    struct vaho_act act;
    int code = account_option_act(&act, &r->account, r->command, r->casebook);

    return code == EXIT_DONE ? give_password(r, &act, 0) : code;
}

/* --- options ---------------------------------------------------------------------------- */

static const struct verb {
    const char *name, *takes; /* its options; another one is misplaced */
    size_t n_files;
    const char *needs;
    int (*run)(struct request *r);
} verbs[] = {{"add", "upyrn", 2, "a casebook and a name are needed", run_add},
             {"list", "j", 1, "one casebook is needed", run_list},
             {"disable", "upy", 2, "a casebook and a name are needed", run_disable},
             {"password", "upyn", 2, "a casebook and a name are needed", run_password}};

static int take_roles(struct request *r, char *value)
{
    const char *part[VAHO_N_ROLES];
    size_t n = option_list(part, VAHO_N_ROLES, value);

    for (size_t i = 0; i < n; i++) {
        int role = 0;
        while (role < VAHO_N_ROLES && strcmp(part[i], vaho_role_name((enum vaho_role)role)) != 0)
            role++;
        if (role == VAHO_N_ROLES)
            return command_misused(r->command, "there is no role '%s'", part[i]);
        r->roles |= 1u << role;
    }
    return n > 0 ? EXIT_DONE
                 : command_misused(r->command, "--role wants roles with commas between");
}

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;
    uint64_t fd;

    switch (option) {
    case 'r': return take_roles(r, value);
    case 'n':
        if (!option_integer(&fd, value, 0, 1023))
            return command_misused(r->command,
                                   "--new-password-fd takes the number of an open file");
        r->new_fd = (int)fd;
        r->is_new_fd = 1;
        return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    default: return account_option_take(&r->account, r->command, option, value);
    }
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {{"role", required_argument, NULL, 'r'},
                                            {"user", required_argument, NULL, 'u'},
                                            {"password-fd", required_argument, NULL, 'p'},
                                            {"new-password-fd", required_argument, NULL, 'n'},
                                            {"why", required_argument, NULL, 'y'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};
    int code = verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);

    if (code != -1)
        return code;
    return r->n_files == verb->n_files ? -1 : command_misused(r->command, "%s", verb->needs);
}

int cmd_user(int argc, char **argv)
{
    struct request r = {0};
    struct vaho_error error;
    const struct verb_set set = {"user", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
                                 print_help};
    int code = EXIT_DONE;
    size_t v = verb_choose(&code, r.command, &set, argc, argv);

    if (v == set.n)
        return code;
    code = parse(&r, &verbs[v], argc - 1, argv + 1);
    if (code != -1)
        return code;
    if (vaho_casebook_open(&r.casebook, r.file[0], &error) != VAHO_OK)
        return command_failed(r.command, &error);
    r.out = json_array();
    code = verbs[v].run(&r);
    json_decref(r.out);
    vaho_casebook_close(r.casebook);
    return code;
}
