/* cmd_release.c - vaho release preview|approve|recall|expire|list|seal: leads to partners */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "casebook/outbox.h"
#include "cli/account_option.h"
#include "cli/act_option.h"
#include "cli/command.h"
#include "cli/mandate_option.h"
#include "cli/option.h"
#include "cli/verb_options.h"
#include "release/acts.h"
#include "release/seal.h"

enum { PATH_NBYTES = 4096 };

struct request {
    char command[VERB_NAMED_NBYTES]; /* "release preview" */
    struct account_option account;
    struct act_option act; /* of the clock's own act */
    struct mandate_option permission;
    const char *partner, *key, *out_path;
    uint64_t from;
    int json;
    size_t n_files;
    char **file; /* the casebook, a site, a partner */
    struct vaho_casebook *casebook;
    json_t *out;
};

static void print_help(void)
{
    puts(
        "usage: vaho release preview CASEBOOK SITE PARTNER --trust PATH [options]\n"
        "       vaho release approve CASEBOOK SITE@VERSION PARTNER --trust PATH --user NAME\n"
        "       vaho release recall CASEBOOK SITE PARTNER --user NAME [--why TEXT]\n"
        "       vaho release expire CASEBOOK [--who NAME] [--why TEXT]\n"
        "       vaho release list CASEBOOK [--partner NAME] [--json]\n"
        "       vaho release seal CASEBOOK PARTNER --key SECRET --out DIR [--from N]\n\n"
        "Gives confirmed sites to partners, no more precisely than their policy and every mandate\n"
        "allow.  'preview' prints exactly the bytes that would go, and their version; 'approve'\n"
        "sends these and no others into the outbox, by an account with the role releaser that\n"
        "never confirmed the site.  'recall' takes back, 'expire' ends what is over by now.  "
        "'seal'\n"
        "writes signed and sealed envelopes of what is in the outbox, one file a message.\n\n"
        "  --trust PATH        whose keys are an authority's: a file or a folder of them\n"
        "  --revocations FILE  mandates taken back; may be repeated\n"
        "  --user NAME         whose account\n"
        "  --password-fd N     read its password from this file descriptor; else from the\n"
        "                      terminal\n"
        "  --who NAME          who has what is over ended; else the system's account\n"
        "  --why TEXT          in words\n"
        "  --partner NAME      only what was sent to this one\n"
        "  --key SECRET        the centre's release key, which signs\n"
        "  --from N            from the message with this number on; else all\n"
        "  --out DIR           where to write PARTNER-NUMBER.envelope\n"
        "  --json              print JSON\n"
        "  -h, --help          this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused: a\n"
        "rule, the account, the state or the version does not allow it; then nothing was "
        "changed.\n\n"
        "Examples:\n"
        "  vaho release preview valley.gpkg ammonia-3f09c2d1a4b5e6f7 south --trust trust.json\n"
        "  vaho release approve valley.gpkg ammonia-3f09c2d1a4b5e6f7@0123456789abcdef south\n"
        "      --trust trust.json --user rita\n"
        "  vaho release seal valley.gpkg south --key centre.secret --out /media/stick");
}

/* --- preview and approve ------------------------------------------------------------ */

/* Trust and revocations, which every preview and approval is checked with. */
static int load_trust(struct request *r)
{
    struct mandate_option *p = &r->permission;
    struct vaho_error error;
    enum vaho_status status;

    if (p->trust_path == NULL)
        return command_misused(r->command,
                               "--trust is needed: whose keys are an authority's is for "
                               "you to say");
    status = vaho_trust_open(&p->trust, p->trust_path, &error);
    for (size_t i = 0; status == VAHO_OK && i < p->n_revocations; i++)
        status = vaho_revocations_open(&p->revocations[i], p->revocations_path[i], &error);
    return status == VAHO_OK ? EXIT_DONE : command_failed(r->command, &error);
}

static struct vaho_release_ask ask_of(const struct request *r)
{
    return (struct vaho_release_ask){
        r->file[1], r->file[2], r->permission.trust, r->permission.n_revocations,
        (const struct vaho_revocations *const *)r->permission.revocations};
}

static int print_preview(const struct request *r, const struct vaho_release_preview *preview)
{
    char sha256[VAHO_DIGEST_HEX_NBYTES];

    vaho_sha256(sha256, preview->bytes.data, preview->bytes.nbytes);
    if (r->json)
        printf("{\"version\":\"%s\",\"sha256\":\"%s\",\"message\":%s}\n", preview->version, sha256,
               preview->bytes.data);
    else
        printf("%s\n\n%zu bytes to %s, sha256 %s\napprove as %s@%s\n", preview->bytes.data,
               preview->bytes.nbytes, r->file[2], sha256, r->file[1], preview->version);
    return EXIT_DONE;
}

static int run_preview(struct request *r)
{
    char now[VAHO_MOMENT_NBYTES];
    struct vaho_release_preview preview;
    struct vaho_error error;
    int code = load_trust(r);
    const struct vaho_release_ask ask = ask_of(r);

    if (code != EXIT_DONE)
        return code;
    vaho_moment_format(now, (double)time(NULL));
    code = vaho_release_preview(&preview, r->casebook, now, &ask, &error) == VAHO_OK
               ? print_preview(r, &preview)
               : command_failed(r->command, &error);
    vaho_text_free(&preview.bytes);
    return code;
}

static int run_approve(struct request *r)
{
    char *version = strrchr(r->file[1], '@');
    struct vaho_act act;
    struct vaho_error error;
    struct vaho_release_ask ask;
    uint64_t sequence;
    int code;

    if (version == NULL || version == r->file[1] || version[1] == '\0')
        return command_misused(r->command,
                               "'%s' must be SITE@VERSION: what did you look at? 'vaho release "
                               "preview' tells",
                               r->file[1]);
    *version++ = '\0';
    code = load_trust(r);
    ask = ask_of(r);
    if (code == EXIT_DONE)
        code = account_option_act(&act, &r->account, r->command, r->casebook);
    if (code != EXIT_DONE)
        return code;
    if (vaho_release_approve(&sequence, r->casebook, &act, &ask, version, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   released to %s as number %" PRIu64 " by %s\n", r->file[1], r->file[2], sequence,
           r->account.user);
    return EXIT_DONE;
}

/* --- the other acts -------------------------------------------------------------------- */

static int run_recall(struct request *r)
{
    struct vaho_act act;
    struct vaho_error error;
    uint64_t sequence;
    int code = account_option_act(&act, &r->account, r->command, r->casebook);

    if (code != EXIT_DONE)
        return code;
    if (vaho_release_recall(&sequence, r->casebook, &act, r->file[1], r->file[2], &error) !=
        VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   recalled from %s as number %" PRIu64 " by %s\n", r->file[1], r->file[2], sequence,
           r->account.user);
    return EXIT_DONE;
}

static int run_expire(struct request *r)
{
    struct vaho_act act;
    struct vaho_error error;
    size_t n;

    r->act.why = r->account.why;
    act = act_option_act(&r->act, NULL);
    if (vaho_release_expire(&n, r->casebook, &act, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%zu releases over\n", n);
    return EXIT_DONE;
}

static int list_one(void *context, const struct vaho_outbox_message *m)
{
    struct request *r = context;
    json_t *message = json_loads(m->bytes, 0, NULL);
    const char *kind = json_string_value(json_object_get(message, "kind"));

    json_array_append_new(r->out,
                          json_pack("{s:s, s:I, s:s, s:I, s:s, s:O}", "partner", m->partner,
                                    "sequence", (json_int_t)m->sequence, "site", m->site, "entry",
                                    (json_int_t)m->entry, "sha256", m->sha256, "message", message));
    if (!r->json)
        printf("  %-16s  %4" PRIu64 "  %-8s  %s  entry %" PRId64 "\n", m->partner, m->sequence,
               kind == NULL ? "" : kind, m->site, m->entry);
    json_decref(message);
    return 1;
}

static int run_list(struct request *r)
{
    struct vaho_error error;

    if (vaho_outbox_each(r->casebook, r->partner, 1, list_one, r, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json) {
        json_dumpf(r->out, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (json_array_size(r->out) == 0) {
        puts("  nothing was sent");
    }
    return EXIT_DONE;
}

/* --- envelopes ------------------------------------------------------------------------- */

static enum vaho_status seal_one(struct request *r, uint64_t sequence,
                                 const struct vaho_secret_key *key, struct vaho_error *error)
{
    char path[PATH_NBYTES];
    struct vaho_text text;
    int proved = 0;
    enum vaho_status status;

    vaho_text_init(&text, VAHO_ENVELOPE_MAX_NBYTES);
    snprintf(path, sizeof path, "%s/%s-%06" PRIu64 ".envelope", r->out_path, r->file[1], sequence);
    status = vaho_release_seal(&text, &proved, r->casebook, r->file[1], sequence, key, error);
    if (status == VAHO_OK)
        status = vaho_file_write(path, text.data, text.nbytes, error);
    if (status == VAHO_OK)
        printf("%s   %s\n", path, proved ? "with its proof" : "without a proof");
    vaho_text_free(&text);
    return status;
}

static int run_seal(struct request *r)
{
    struct vaho_outbox_last last;
    struct vaho_secret_key key;
    struct vaho_error error;
    enum vaho_status status;

    if (r->key == NULL || r->out_path == NULL)
        return command_misused(r->command, "--key and --out are needed");
    status = vaho_secret_key_load(&key, r->key, &error);
    if (status == VAHO_OK)
        status = vaho_outbox_last(&last, r->casebook, r->file[1], &error);
    for (uint64_t n = r->from; status == VAHO_OK && n <= last.sequence; n++)
        status = seal_one(r, n, &key, &error);
    if (status == VAHO_OK && r->from > last.sequence)
        printf("  nothing to seal: the last message to %s is number %" PRIu64 "\n", r->file[1],
               last.sequence);
    vaho_secret_key_wipe(&key);
    return status == VAHO_OK ? EXIT_DONE : command_failed(r->command, &error);
}

/* --- options ---------------------------------------------------------------------------- */

static const struct verb {
    const char *name, *takes; /* its options; another one is misplaced */
    size_t n_files;
    const char *needs;
    int (*run)(struct request *r);
} verbs[] = {
    {"preview", "TRj", 3, "a casebook, a site and a partner are needed", run_preview},
    {"approve", "TRupy", 3, "a casebook, one SITE@VERSION and a partner are needed", run_approve},
    {"recall", "upy", 3, "a casebook, a site and a partner are needed", run_recall},
    {"expire", "wy", 1, "one casebook is needed", run_expire},
    {"list", "Pj", 1, "one casebook is needed", run_list},
    {"seal", "kof", 2, "a casebook and a partner are needed", run_seal}};

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;

    switch (option) {
    case 'P': r->partner = value; return EXIT_DONE;
    case 'k': r->key = value; return EXIT_DONE;
    case 'o': r->out_path = value; return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    case 'w': act_option_take(&r->act, option, value); return EXIT_DONE;
    case 'f':
        return option_integer(&r->from, value, 1, INT64_MAX)
                   ? EXIT_DONE
                   : command_misused(r->command, "--from takes the number of a message, from 1");
    case 'T':
    case 'R': return mandate_option_take(&r->permission, r->command, option, value);
    default: return account_option_take(&r->account, r->command, option, value);
    }
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {{"trust", required_argument, NULL, 'T'},
                                            {"revocations", required_argument, NULL, 'R'},
                                            {"user", required_argument, NULL, 'u'},
                                            {"password-fd", required_argument, NULL, 'p'},
                                            {"who", required_argument, NULL, 'w'},
                                            {"why", required_argument, NULL, 'y'},
                                            {"partner", required_argument, NULL, 'P'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"from", required_argument, NULL, 'f'},
                                            {"out", required_argument, NULL, 'o'},
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

int cmd_release(int argc, char **argv)
{
    struct request r = {.from = 1};
    struct vaho_error error;
    const struct verb_set set = {"release", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
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
    mandate_option_free(&r.permission);
    vaho_casebook_close(r.casebook);
    return code;
}
