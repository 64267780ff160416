/* cmd_casebook.c - vaho casebook new|add|check|backup|export|info: the database of an operation */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/act_option.h"
#include "cli/command.h"
#include "cli/mandate_option.h"
#include "cli/verb_options.h"
#include "vaho/casebook.h"

struct request {
    char command[VERB_NAMED_NBYTES]; /* "casebook add" */
    struct mandate_option permission;
    int kind; /* enum vaho_casebook_kind, or -1 */
    int json;
    struct act_option act;
    size_t n_files;
    char **file; /* the casebook first */
};

static void print_help(void)
{
    puts(
        "usage: vaho casebook new FILE --open|--operation|--exercise [--who NAME] [--why TEXT]\n"
        "       vaho casebook add FILE DIR... [--mandate FILE --trust PATH [--revocations FILE]]\n"
        "       vaho casebook info FILE [--json]\n"
        "       vaho casebook check FILE [--json]\n"
        "       vaho casebook backup FILE TO\n"
        "       vaho casebook export FILE TO\n\n"
        "One GeoPackage file with the flights, plumes, sites, reviews and releases of an "
        "operation.\n"
        "'add' takes in what 'vaho detect' wrote, and what 'vaho stack' made of it, once; again "
        "is\n"
        "harmless.  'backup' copies it while it is in use; 'export' makes a fresh copy to open in\n"
        "other programs.  Hand out copies only.\n\n"
        "  --open              for surveys without a mandate; nothing in it can ever be released\n"
        "  --operation         takes in only flights under a valid mandate\n"
        "  --exercise          takes in only simulated flights\n"
        "  --mandate FILE      the signed permission the flights were flown under\n"
        "  --trust PATH        whose keys are an authority's: a file or a folder of them\n"
        "  --revocations FILE  mandates taken back; may be repeated\n"
        "  --who NAME          who does it, for the ledger (VAHO_WHO, or the system's account)\n"
        "  --why TEXT          why, for the ledger\n"
        "  --json              print JSON\n"
        "  -h, --help          this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, or 'check' found\n"
        "something, 4 refused: the casebook or the mandate does not allow it.\n\n"
        "Examples:\n"
        "  vaho casebook new mine.gpkg --open\n"
        "  vaho casebook add mine.gpkg sierra_03.vaho sierra_04.vaho\n"
        "  vaho casebook add mine.gpkg march.vaho\n"
        "  vaho casebook new valley.gpkg --operation\n"
        "  vaho casebook add valley.gpkg line.vaho --mandate sierra-7.mandate.json --trust "
        "trust.json\n"
        "  vaho casebook backup valley.gpkg /media/safe/valley.gpkg");
}

static int run_new(struct request *r)
{
    struct vaho_error error;
    struct vaho_act act = act_option_act(&r->act, NULL);

    if (r->n_files != 1 || r->kind < 0)
        return command_misused(r->command, "one file and one of --open, --operation and --exercise "
                                           "are needed");
    if (vaho_casebook_new(r->file[0], (enum vaho_casebook_kind)r->kind, &act, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   a new %s casebook\n", r->file[0],
           vaho_casebook_kind_name((enum vaho_casebook_kind)r->kind));
    return EXIT_DONE;
}

static void print_added(const char *directory, const struct vaho_casebook_added *added)
{
    const char *what = added->n_passes > 0 ? "stack" : "flight";

    if (added->taken_in_before == 0)
        printf("%s   taken in as %s %" PRId64 ", %" PRId64 " %s\n", directory, what,
               added->flight_id, added->n_plumes, added->n_passes > 0 ? "sources" : "plumes");
    else
        printf("%s   was taken in before as %s %" PRId64 "%s\n", directory, what, added->flight_id,
               added->taken_in_before == 1 ? "" : ", with other results, which stay");
    fflush(stdout); /* said at once: it is on disk */
}

static int run_add(struct request *r)
{
    struct vaho_casebook *casebook;
    struct vaho_casebook_added added;
    struct vaho_act act = act_option_act(&r->act, NULL);
    struct vaho_error error;
    enum vaho_status status;
    int code;

    if (r->n_files < 2)
        return command_misused(r->command, "a casebook and the folders of flights are needed");
    code = mandate_option_load(&r->permission, r->command);
    if (code != EXIT_DONE)
        return code;
    if (vaho_casebook_open(&casebook, r->file[0], &error) != VAHO_OK)
        return command_failed(r->command, &error);
    for (size_t i = 1; i < r->n_files && code == EXIT_DONE; i++) {
        status = vaho_casebook_add(&added, casebook, r->file[i], r->permission.mandate,
                                   r->permission.trust, &act, &error);
        if (status == VAHO_OK)
            print_added(r->file[i], &added);
        else
            code = command_failed(r->command, &error);
    }
    vaho_casebook_close(casebook);
    return code;
}

static int print_json(json_t *root)
{
    int done = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1)) == 0;

    json_decref(root);
    putchar('\n');
    return done ? EXIT_DONE : EXIT_FAULT;
}

static int run_info(struct request *r)
{
    struct vaho_casebook *casebook;
    struct vaho_casebook_info info;
    struct vaho_error error;
    enum vaho_status status;

    if (r->n_files != 1)
        return command_misused(r->command, "one casebook is needed");
    if (vaho_casebook_open(&casebook, r->file[0], &error) != VAHO_OK)
        return command_failed(r->command, &error);
    status = vaho_casebook_get_info(&info, casebook, &error);
    vaho_casebook_close(casebook);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json)
        return print_json(
            json_pack("{s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "kind",
                      vaho_casebook_kind_name(info.kind), "version", info.version, "created",
                      info.created, "mandates", (json_int_t)info.n_mandates, "flights",
                      (json_int_t)info.n_flights, "stacks", (json_int_t)info.n_stacks, "plumes",
                      (json_int_t)info.n_plumes, "sites", (json_int_t)info.n_sites, "reviews",
                      (json_int_t)info.n_reviews, "releases", (json_int_t)info.n_releases));
    printf("%s%s   %s casebook, schema %d, made %s\n"
           "  %" PRId64 " mandates, %" PRId64 " flights, %" PRId64 " stacks, %" PRId64
           " plumes, %" PRId64 " sites, %" PRId64 " reviews, %" PRId64 " releases\n",
           info.kind == VAHO_CASEBOOK_EXERCISE ? "EXERCISE  " : "", r->file[0],
           vaho_casebook_kind_name(info.kind), info.version, info.created, info.n_mandates,
           info.n_flights, info.n_stacks, info.n_plumes, info.n_sites, info.n_reviews,
           info.n_releases);
    return EXIT_DONE;
}

static void collect(void *context, const char *finding)
{
    json_array_append_new(context, json_string(finding));
}

static int run_check(struct request *r)
{
    json_t *findings = json_array();
    struct vaho_error error;
    size_t n = 0;
    int code = EXIT_DONE;

    if (r->n_files != 1) {
        json_decref(findings);
        return command_misused(r->command, "one casebook is needed");
    }
    if (vaho_casebook_check(&n, r->file[0], collect, findings, &error) != VAHO_OK) {
        json_decref(findings);
        return command_failed(r->command, &error);
    }
    if (r->json) {
        code = print_json(json_pack("{s:I, s:o}", "n", (json_int_t)n, "findings", findings));
        return code == EXIT_DONE && n > 0 ? EXIT_INPUT : code;
    }
    for (size_t i = 0; i < json_array_size(findings); i++)
        fprintf(stderr, "vaho %s: %s: %s\n", r->command, r->file[0],
                json_string_value(json_array_get(findings, i)));
    if (n > json_array_size(findings))
        fprintf(stderr, "vaho %s: %s: and %zu more\n", r->command, r->file[0],
                n - json_array_size(findings));
    json_decref(findings);
    if (n > 0)
        return EXIT_INPUT;
    printf("%s   nothing found\n", r->file[0]);
    return EXIT_DONE;
}

static int run_copy(struct request *r,
                    enum vaho_status (*copy)(struct vaho_casebook *, const char *,
                                             const struct vaho_act *, struct vaho_error *))
{
    struct vaho_act act = act_option_act(&r->act, NULL);
    struct vaho_casebook *casebook;
    struct vaho_error error;
    enum vaho_status status;

    if (r->n_files != 2)
        return command_misused(r->command, "a casebook and where to write are needed");
    if (vaho_casebook_open(&casebook, r->file[0], &error) != VAHO_OK)
        return command_failed(r->command, &error);
    status = copy(casebook, r->file[1], &act, &error);
    vaho_casebook_close(casebook);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   a copy of %s\n", r->file[1], r->file[0]);
    return EXIT_DONE;
}

static int run_backup(struct request *r)
{
    return run_copy(r, vaho_casebook_backup);
}

static int run_export(struct request *r)
{
    return run_copy(r, vaho_casebook_export);
}

/* The options of each verb; another one is misplaced. */
static const struct verb {
    const char *name, *takes;
    int (*run)(struct request *r);
} verbs[] = {{"new", "noxwy", run_new}, {"add", "MTRwy", run_add},    {"info", "j", run_info},
             {"check", "j", run_check}, {"backup", "wy", run_backup}, {"export", "wy", run_export}};

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;

    switch (option) {
    case 'n':
    case 'o':
    case 'x':
        if (r->kind >= 0)
            return command_misused(r->command, "--open, --operation and --exercise exclude each "
                                               "other");
        r->kind = option == 'n'   ? VAHO_CASEBOOK_OPEN
                  : option == 'o' ? VAHO_CASEBOOK_OPERATION
                                  : VAHO_CASEBOOK_EXERCISE;
        return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    case 'w':
    case 'y': act_option_take(&r->act, option, value); return EXIT_DONE;
    default: return mandate_option_take(&r->permission, r->command, option, value);
    }
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {{"open", no_argument, NULL, 'n'},
                                            {"operation", no_argument, NULL, 'o'},
                                            {"exercise", no_argument, NULL, 'x'},
                                            {"mandate", required_argument, NULL, 'M'},
                                            {"trust", required_argument, NULL, 'T'},
                                            {"revocations", required_argument, NULL, 'R'},
                                            {"who", required_argument, NULL, 'w'},
                                            {"why", required_argument, NULL, 'y'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};

    return verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);
}

int cmd_casebook(int argc, char **argv)
{
    struct request r = {.kind = -1};
    const struct verb_set set = {"casebook", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
                                 print_help};
    int code = EXIT_DONE;
    size_t v = verb_choose(&code, r.command, &set, argc, argv);

    if (v == set.n)
        return code;
    code = parse(&r, &verbs[v], argc - 1, argv + 1);
    if (code == -1)
        code = verbs[v].run(&r);
    mandate_option_free(&r.permission);
    return code;
}
