/* cmd_review.c - vaho review list|history|confirm|reject|another-pass|undo: decisions on sites */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cli/account_option.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/verb_options.h"
#include "review/review.h"

enum { MAX_SITES = 10000, MAX_LIMIT = 1000000 };

struct request {
    char command[VERB_NAMED_NBYTES]; /* "review confirm" */
    struct account_option account;
    const char *state, *reason;
    uint64_t limit;
    int json;
    size_t n_files;
    char **file; /* the casebook, then sites */
    struct vaho_casebook *casebook;
    json_t *out;
    int n_printed;
};

static void print_help(void)
{
    puts(
        "usage: vaho review list CASEBOOK [--state STATE] [--limit N] [--json]\n"
        "       vaho review history CASEBOOK SITE [--json]\n"
        "       vaho review confirm CASEBOOK SITE@VERSION --user NAME [--why TEXT]\n"
        "       vaho review reject CASEBOOK SITE@VERSION... --user NAME --reason R --why TEXT\n"
        "       vaho review another-pass CASEBOOK SITE@VERSION --user NAME [--why TEXT]\n"
        "       vaho review undo CASEBOOK SITE --user NAME [--why TEXT]\n\n"
        "What people decide of sites.  A decision needs an account with the role analyst and its\n"
        "password, and rests on a version of the site's evidence, which 'list' tells: when the\n"
        "site changed or somebody decided since, it is refused.  Many sites can be rejected at\n"
        "once, never confirmed.  'undo' takes back one's own last decision on a site until it is\n"
        "released.  Every decision is an entry of the ledger.\n\n"
        "  --state STATE     candidate, another-pass, rejected, confirmed, released, recalled or\n"
        "                    expired\n"
        "  --limit N         at most so many; else 100\n"
        "  --user NAME       whose account\n"
        "  --password-fd N   read its password from this file descriptor; else from the terminal\n"
        "  --reason R        known-source, clutter, sensor-fault, natural, duplicate, too-weak or\n"
        "                    other\n"
        "  --why TEXT        in words\n"
        "  --json            print JSON\n"
        "  -h, --help        this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused: the\n"
        "account, the state or the version does not allow it; then nothing was changed.\n\n"
        "Examples:\n"
        "  vaho review list valley.gpkg --state candidate\n"
        "  vaho review confirm valley.gpkg ammonia-3f09c2d1a4b5e6f7@0123456789abcdef --user ana\n"
        "  vaho review reject valley.gpkg SITE@VERSION SITE@VERSION --user ana\n"
        "      --reason known-source --why 'the dairy by the road' --password-fd 3 3<secret");
}

static int print_json(json_t *root)
{
    int done = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1)) == 0;

    json_decref(root);
    putchar('\n');
    return done ? EXIT_DONE : EXIT_FAULT;
}

/* --- list and history ------------------------------------------------------------- */

static int list_one(void *context, const struct vaho_review_site *s)
{
    struct request *r = context;

    if (r->json)
        json_array_append_new(r->out,
                              json_pack("{s:s, s:s, s:s, s:s, s:f, s:f}", "site", s->name,
                                        "version", s->version, "gas", s->gas, "state", s->state,
                                        "probability", s->probability, "rank", s->rank));
    else
        printf("  %-12s  %.2f  %s@%s\n", s->state, s->probability, s->name, s->version);
    r->n_printed++;
    return 1;
}

static void tell_step(void *context, const struct vaho_review_step *s)
{
    struct request *r = context;

    if (r->json)
        json_array_append_new(r->out,
                              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "at", s->at,
                                        "person", s->person, "what", s->what, "reason", s->reason,
                                        "words", s->words, "partner", s->partner, "entry",
                                        s->entry < 0 ? json_null() : json_integer(s->entry)));
    else
        printf("  %s  %-8s  %s%s%s%s%s%s%s\n", s->at, s->what, s->person,
               s->partner[0] == '\0' ? "" : " to ", s->partner, s->reason[0] == '\0' ? "" : "  ",
               s->reason, s->words[0] == '\0' ? "" : ": ", s->words);
    r->n_printed++;
}

static int run_list(struct request *r)
{
    struct vaho_error error;

    if (vaho_review_list(r->casebook, r->state, (size_t)r->limit, list_one, r, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json)
        return print_json(json_pack("{s:O}", "sites", r->out));
    if (r->n_printed == 0)
        puts("  no site");
    return EXIT_DONE;
}

static int run_history(struct request *r)
{
    struct vaho_error error;

    if (vaho_review_history(r->casebook, r->file[1], tell_step, r, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json)
        return print_json(json_pack("{s:s, s:O}", "site", r->file[1], "steps", r->out));
    if (r->n_printed == 0)
        puts("  nothing was decided");
    return EXIT_DONE;
}

/* --- decisions ---------------------------------------------------------------------- */

/* Cuts SITE@VERSION up in place. */
static int split(struct request *r, struct vaho_judged *out, char *text)
{
    char *at = strrchr(text, '@');

    if (at == NULL || at == text || at[1] == '\0')
        return command_misused(r->command,
                               "'%s' must be SITE@VERSION: on which version of its evidence do you "
                               "decide? 'vaho review list' tells",
                               text);
    *at = '\0';
    *out = (struct vaho_judged){text, at + 1};
    return EXIT_DONE;
}

static void print_decided(const struct request *r, const char *site, const char *what)
{
    printf("%s   %s by %s\n", site, what, r->account.user);
}

/* One site, by its own call. */
static int decide(struct request *r, const char *what,
                  enum vaho_status (*call)(struct vaho_casebook *, const struct vaho_act *,
                                           const struct vaho_judged *, struct vaho_error *))
{
    struct vaho_judged judged;
    struct vaho_act act;
    struct vaho_error error;
    int code = split(r, &judged, r->file[1]);

    if (code == EXIT_DONE)
        code = account_option_act(&act, &r->account, r->command, r->casebook);
    if (code != EXIT_DONE)
        return code;
    if (call(r->casebook, &act, &judged, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    print_decided(r, judged.site, what);
    return EXIT_DONE;
}

static int run_confirm(struct request *r)
{
    return decide(r, "confirmed", vaho_review_confirm);
}

static int run_another_pass(struct request *r)
{
    return decide(r, "another pass asked for", vaho_review_another_pass);
}

static int reject_all(struct request *r, struct vaho_judged *judged, size_t n)
{
    struct vaho_act act;
    struct vaho_error error;
    int code = EXIT_DONE;

    for (size_t i = 0; i < n && code == EXIT_DONE; i++)
        code = split(r, &judged[i], r->file[1 + i]);
    if (code == EXIT_DONE)
        code = account_option_act(&act, &r->account, r->command, r->casebook);
    if (code != EXIT_DONE)
        return code;
    if (vaho_review_reject(r->casebook, &act, judged, n, r->reason, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    for (size_t i = 0; i < n; i++)
        print_decided(r, judged[i].site, "rejected");
    return EXIT_DONE;
}

static int run_reject(struct request *r)
{
    size_t n = r->n_files - 1;
    struct vaho_judged *judged;
    int code;

    if (r->reason == NULL || r->account.why == NULL)
        return command_misused(r->command, "--reason and --why are needed");
    if (n > MAX_SITES)
        return command_misused(r->command, "at most %d sites at once", MAX_SITES);
    judged = vaho_alloc(n, sizeof *judged);
    if (judged == NULL)
        return EXIT_FAULT;
    code = reject_all(r, judged, n);
    free(judged);
    return code;
}

static int run_undo(struct request *r)
{
    struct vaho_act act;
    struct vaho_error error;
    int code = account_option_act(&act, &r->account, r->command, r->casebook);

    if (code != EXIT_DONE)
        return code;
    if (vaho_review_undo(r->casebook, &act, r->file[1], &error) != VAHO_OK)
        return command_failed(r->command, &error);
    print_decided(r, r->file[1], "the last decision taken back");
    return EXIT_DONE;
}

/* --- options ---------------------------------------------------------------------------- */

static const struct verb {
    const char *name, *takes; /* its options; another one is misplaced */
    size_t n_least, n_most;
    const char *needs;
    int (*run)(struct request *r);
} verbs[] = {
    {"list", "slj", 1, 1, "one casebook is needed", run_list},
    {"history", "j", 2, 2, "a casebook and a site are needed", run_history},
    {"confirm", "upy", 2, 2,
     "a casebook and one SITE@VERSION are needed: each site is confirmed "
     "by itself",
     run_confirm},
    {"reject", "upyr", 2, 1 << 20, "a casebook and SITE@VERSION are needed", run_reject},
    {"another-pass", "upy", 2, 2, "a casebook and one SITE@VERSION are needed", run_another_pass},
    {"undo", "upy", 2, 2, "a casebook and a site are needed", run_undo}};

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;

    switch (option) {
    case 's': r->state = value; return EXIT_DONE;
    case 'l':
        return option_integer(&r->limit, value, 1, MAX_LIMIT)
                   ? EXIT_DONE
                   : command_misused(r->command, "--limit takes a number from 1 to 1000000");
    case 'r': r->reason = value; return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    default: return account_option_take(&r->account, r->command, option, value);
    }
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {{"state", required_argument, NULL, 's'},
                                            {"limit", required_argument, NULL, 'l'},
                                            {"user", required_argument, NULL, 'u'},
                                            {"password-fd", required_argument, NULL, 'p'},
                                            {"reason", required_argument, NULL, 'r'},
                                            {"why", required_argument, NULL, 'y'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};
    int code = verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);

    if (code != -1)
        return code;
    return r->n_files >= verb->n_least && r->n_files <= verb->n_most
               ? -1
               : command_misused(r->command, "%s", verb->needs);
}

int cmd_review(int argc, char **argv)
{
    struct request r = {.limit = 100};
    struct vaho_error error;
    const struct verb_set set = {"review", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
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
