/* cmd_partner.c - vaho partner add|list|key|policy: who may be given leads, and how precisely */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "casebook/partners.h"
#include "cli/account_option.h"
#include "cli/command.h"
#include "cli/verb_options.h"
#include "release/acts.h"

enum { MAX_POLICY_NBYTES = 8 << 20, MAX_KEY_NBYTES = 4096 };

struct request {
    char command[VERB_NAMED_NBYTES]; /* "partner add" */
    struct account_option account;
    int json;
    size_t n_files;
    char **file; /* the casebook, the partner, a file */
    struct vaho_casebook *casebook;
    json_t *out;
};

static void print_help(void)
{
    puts(
        "usage: vaho partner add CASEBOOK NAME --user ADMIN [--why TEXT]\n"
        "       vaho partner key CASEBOOK NAME FILE.public --user ADMIN [--why TEXT]\n"
        "       vaho partner policy CASEBOOK NAME FILE --user RELEASER [--why TEXT]\n"
        "       vaho partner list CASEBOOK [--json]\n\n"
        "Who may be given leads: partners by the name that mandates give them.  'key' says to\n"
        "which public key their messages are sealed, 'policy' what they may be told, and how\n"
        "precisely; the last of each counts.  Without a policy a partner is told nothing.  An\n"
        "admin says to whom it goes, a releaser what goes; every act is an entry of the ledger.\n\n"
        "  --user NAME       whose account\n"
        "  --password-fd N   read its password from this file descriptor; else from the terminal\n"
        "  --why TEXT        in words\n"
        "  --json            print JSON\n"
        "  -h, --help        this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused.\n\n"
        "Examples:\n"
        "  vaho partner add valley.gpkg south --user root\n"
        "  vaho partner key valley.gpkg south south.public --user root --why 'read out by phone'\n"
        "  vaho partner policy valley.gpkg south south.policy.json --user rita");
}

static int done(const struct request *r, enum vaho_status status, const struct vaho_error *error,
                const char *what)
{
    if (status != VAHO_OK)
        return command_failed(r->command, error);
    printf("%s   %s\n", r->file[1], what);
    return EXIT_DONE;
}

static int run_add(struct request *r)
{
    struct vaho_act act;
    struct vaho_error error;
    int code = account_option_act(&act, &r->account, r->command, r->casebook);

    return code != EXIT_DONE ? code
                             : done(r, vaho_partner_add(r->casebook, &act, r->file[1], &error),
                                    &error, "is a partner; it has no key and no policy yet");
}

/* The third file, read before the password is asked for. */
static int with_file(struct request *r, size_t max_nbytes,
                     enum vaho_status (*give)(struct request *r, const struct vaho_act *act,
                                              char *data, size_t nbytes, struct vaho_error *error),
                     const char *what)
{
    struct vaho_act act;
    struct vaho_error error;
    size_t nbytes;
    char *data;
    int code;

    if (vaho_file_read(&data, &nbytes, r->file[2], max_nbytes, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    code = account_option_act(&act, &r->account, r->command, r->casebook);
    if (code == EXIT_DONE)
        code = done(r, give(r, &act, data, nbytes, &error), &error, what);
    free(data);
    return code;
}

static enum vaho_status give_key(struct request *r, const struct vaho_act *act, char *data,
                                 size_t nbytes, struct vaho_error *error)
{
    if (nbytes > 0 && data[nbytes - 1] == '\n')
        data[nbytes - 1] = '\0';
    return vaho_partner_set_key(r->casebook, act, r->file[1], data, error);
}

static int run_key(struct request *r)
{
    return with_file(r, MAX_KEY_NBYTES, give_key, "has a key; what is sealed from now on is to it");
}

static enum vaho_status give_policy(struct request *r, const struct vaho_act *act, char *data,
                                    size_t nbytes, struct vaho_error *error)
{
    return vaho_release_set_policy(r->casebook, act, r->file[1], data, nbytes, r->file[2], error);
}

static int run_policy(struct request *r)
{
    return with_file(r, MAX_POLICY_NBYTES, give_policy, "has a policy, which counts from now on");
}

static void list_one(void *context, const struct vaho_partner *p)
{
    struct request *r = context;

    json_array_append_new(
        r->out, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "name", p->name, "key", p->key,
                          "policy_sha256", p->policy_sha256, "keys", (json_int_t)p->n_keys,
                          "policies", (json_int_t)p->n_policies, "sent", (json_int_t)p->n_sent));
    if (!r->json)
        printf("  %-24s  key %.16s  policy %.16s  %" PRId64 " sent\n", p->name,
               p->key[0] == '\0' ? "none" : p->key,
               p->policy_sha256[0] == '\0' ? "none" : p->policy_sha256, p->n_sent);
}

static int run_list(struct request *r)
{
    struct vaho_error error;

    if (vaho_partner_each(r->casebook, list_one, r, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json) {
        json_dumpf(r->out, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (json_array_size(r->out) == 0) {
        puts("  no partner");
    }
    return EXIT_DONE;
}

static const struct verb {
    const char *name, *takes; /* its options; another one is misplaced */
    size_t n_files;
    const char *needs;
    int (*run)(struct request *r);
} verbs[] = {
    {"add", "upy", 2, "a casebook and a name are needed", run_add},
    {"key", "upy", 3, "a casebook, a partner and the file of a public key are needed", run_key},
    {"policy", "upy", 3, "a casebook, a partner and the file of a policy are needed", run_policy},
    {"list", "j", 1, "one casebook is needed", run_list}};

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;

    if (option != 'j')
        return account_option_take(&r->account, r->command, option, value);
    r->json = 1;
    return EXIT_DONE;
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {
        {"user", required_argument, NULL, 'u'}, {"password-fd", required_argument, NULL, 'p'},
        {"why", required_argument, NULL, 'y'},  {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};
    int code = verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);

    if (code != -1)
        return code;
    return r->n_files == verb->n_files ? -1 : command_misused(r->command, "%s", verb->needs);
}

int cmd_partner(int argc, char **argv)
{
    struct request r = {0};
    struct vaho_error error;
    const struct verb_set set = {"partner", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
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
