/* cmd_mandate.c - vaho mandate key|new|sign|verify|show|revoke: permissions to look */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "base/signing.h"
#include "cli/command.h"
#include "cli/mandate_option.h"
#include "cli/option.h"
#include "cli/verb_options.h"
#include "mandate/make.h"
#include "mandate/parts.h"

enum { MAX_NAMES = 256, PATH_NBYTES = 4096, MAX_AREA_NBYTES = 8 << 20 };

struct request {
    char command[VERB_NAMED_NBYTES]; /* "mandate new" */
    struct vaho_mandate_draft draft;
    const char *cosigner[MAX_NAMES], *sensor[MAX_NAMES], *gas[MAX_NAMES];
    struct vaho_mandate_partner partner[MAX_NAMES];
    struct mandate_option permission;
    const char *area, *key, *out, *reason, *at;
    size_t n_files;
    char **file;
    int json;
};

static void print_help(void)
{
    puts(
        "usage: vaho mandate key NAME\n"
        "       vaho mandate new --id ID --issuer NAME --area FILE --from TIME --to TIME\n"
        "                        --gas LIST --sensor NAME [options]\n"
        "       vaho mandate sign FILE --key SECRET [--out FILE]\n"
        "       vaho mandate verify FILE --trust PATH [--revocations FILE] [--at TIME] [--json]\n"
        "       vaho mandate show FILE [--json]\n"
        "       vaho mandate revoke FILE... --issuer NAME --reason TEXT --out FILE [--at TIME]\n\n"
        "Signed permissions to look at a piece of ground.  'key' makes a pair of keys: the secret\n"
        "one, NAME.secret, which only you may read and which is never shown, and the public one,\n"
        "NAME.public.  'new' and 'revoke' write documents that still have to be signed.\n\n"
        "  --id ID             what the mandate is called\n"
        "  --issuer NAME       the authority in charge of the ground; of 'revoke': who takes back\n"
        "  --on-behalf-of NAME another authority for which it is flown; has to sign as well\n"
        "  --cosigner NAME     who else has to sign; may be repeated\n"
        "  --area FILE         GeoJSON polygon, holes allowed\n"
        "  --from TIME         first moment of flight, YYYY-MM-DDThh:mm:ssZ\n"
        "  --to TIME           last moment of flight\n"
        "  --sensor NAME       as the cube's header names it, or '*' for any; may be repeated\n"
        "  --gas LIST          gases that may be searched, or '*' for any\n"
        "  --partner NAME:M:S  who may be told, to M metres and S seconds; may be repeated\n"
        "  --border-sigmas X   deviations a pixel keeps from the border, 1 to 10 (3)\n"
        "  --assumed-sigma M   of a pixel's place, metres, where the cube does not say (10)\n"
        "  --exercise          worth nothing outside an exercise\n"
        "  --key FILE          the secret key to sign with\n"
        "  --trust PATH        whose keys are an authority's: a file or a folder of them\n"
        "  --revocations FILE  mandates taken back; may be repeated\n"
        "  --at TIME           the moment in question (now)\n"
        "  --reason TEXT       why it is taken back\n"
        "  --out FILE          where to write (new: ID.mandate.json; sign: in place)\n"
        "  --json              print JSON\n"
        "  -h, --help          this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused: not\n"
        "signed by all who must, changed, revoked, or outside its time.\n\n"
        "Examples:\n"
        "  vaho mandate key north\n"
        "  vaho mandate new --id sierra-7 --issuer north --on-behalf-of south --area "
        "valley.geojson\n"
        "      --from 2026-04-01T00:00:00Z --to 2026-04-30T23:59:59Z --sensor HyTES --gas ammonia\n"
        "      --partner south:100:3600\n"
        "  vaho mandate sign sierra-7.mandate.json --key north.secret\n"
        "  vaho mandate verify sierra-7.mandate.json --trust trust.json");
}

/* --- the verbs ------------------------------------------------------------ */

static enum vaho_status write_text(const char *path, struct vaho_text *text,
                                   enum vaho_status status, struct vaho_error *error)
{
    if (status == VAHO_OK)
        status = vaho_file_write(path, text->data, text->nbytes, error);
    vaho_text_free(text);
    return status;
}

static int run_key(struct request *r)
{
    char secret[PATH_NBYTES], public_path[PATH_NBYTES], text[256], public_key[VAHO_KEY_HEX_NBYTES];
    struct vaho_secret_key key;
    struct vaho_error error;
    enum vaho_status status;

    if (r->n_files != 1)
        return command_misused(r->command, "one name for the pair of keys is needed");
    if (strlen(r->file[0]) > PATH_NBYTES - 16)
        return command_misused(r->command, "the name is too long");
    snprintf(secret, sizeof secret, "%s.secret", r->file[0]);
    snprintf(public_path, sizeof public_path, "%s.public", r->file[0]);
    status = vaho_secret_key_make(&key, &error);
    if (status == VAHO_OK)
        status = vaho_secret_key_save(&key, secret, &error);
    vaho_public_key(public_key, &key);
    vaho_secret_key_wipe(&key);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    snprintf(text, sizeof text, "%s\n", public_key);
    status = vaho_file_write(public_path, text, strlen(text), &error);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    printf(
        "secret key   %s (keep it; nobody can make it again)\npublic key   %s\n             %s\n",
        secret, public_path, public_key);
    return EXIT_DONE;
}

static int run_new(struct request *r)
{
    struct vaho_mandate_draft *d = &r->draft;
    char path[PATH_NBYTES], *area;
    struct vaho_text text;
    struct vaho_error error;
    enum vaho_status status;

    if (r->n_files != 0)
        return command_misused(r->command, "'%s' is no option", r->file[0]);
    if (!d->id || !d->issuer || !r->area || !d->from || !d->to || d->n_gases == 0 ||
        d->n_sensors == 0)
        return command_misused(r->command, "--id, --issuer, --area, --from, --to, --sensor and "
                                           "--gas are needed");
    status = vaho_file_read(&area, &d->area_nbytes, r->area, MAX_AREA_NBYTES, &error);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    d->area = area;
    d->area_path = r->area;
    snprintf(path, sizeof path, "%s.mandate.json", d->id);
    vaho_text_init(&text, VAHO_DOCUMENT_MAX_NBYTES);
    status = vaho_mandate_draft_write(&text, d, &error);
    status = write_text(r->out != NULL ? r->out : path, &text, status, &error);
    free(area);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s%s   not signed yet\n", d->exercise ? "EXERCISE  " : "",
           r->out != NULL ? r->out : path);
    return EXIT_DONE;
}

static int run_sign(struct request *r)
{
    char *data = NULL, public_key[VAHO_KEY_HEX_NBYTES];
    size_t nbytes;
    struct vaho_secret_key key;
    struct vaho_text text;
    struct vaho_error error;
    enum vaho_status status;

    if (r->n_files != 1 || r->key == NULL)
        return command_misused(r->command, "one document and --key are needed");
    status = vaho_secret_key_load(&key, r->key, &error);
    if (status == VAHO_OK)
        status = vaho_file_read(&data, &nbytes, r->file[0], VAHO_DOCUMENT_MAX_NBYTES, &error);
    vaho_text_init(&text, 2 * VAHO_DOCUMENT_MAX_NBYTES);
    if (status == VAHO_OK)
        status = vaho_mandate_sign(&text, data, nbytes, r->file[0], &key, &error);
    vaho_public_key(public_key, &key);
    vaho_secret_key_wipe(&key);
    status = write_text(r->out != NULL ? r->out : r->file[0], &text, status, &error);
    free(data);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   signed with %s\n", r->out != NULL ? r->out : r->file[0], public_key);
    return EXIT_DONE;
}

static void print_list(const char *what, const char *const *text, size_t n, const char *none)
{
    printf("  %-12s", what);
    for (size_t i = 0; i < n; i++)
        printf("%s%s", i > 0 ? ", " : "", text[i]);
    puts(n == 0 ? none : "");
}

static void print_terms(const struct vaho_mandate *m)
{
    const struct vaho_mandate_terms *t = vaho_mandate_terms(m);
    double bounds[4];

    vaho_area_bounds(bounds, m->area);
    printf("%smandate %s\n  sha256      %s\n  issuer      %s\n", t->exercise ? "EXERCISE  " : "",
           t->id, t->sha256, t->issuer);
    if (t->on_behalf_of[0] != '\0')
        printf("  for         %s\n", t->on_behalf_of);
    print_list("must sign", t->signer, t->n_signers, "");
    printf(
        "  area        %.5f to %.5f E, %.5f to %.5f N\n  border      %g sigmas; %g m assumed where "
        "a cube does not say\n  window      %s to %s\n",
        bounds[0], bounds[2], bounds[1], bounds[3], t->border_sigmas, t->assumed_sigma_m, t->from,
        t->to);
    print_list("sensors", t->sensor, t->n_sensors, "any");
    print_list("gases", t->gas, t->n_gases, "any");
    for (size_t i = 0; i < t->n_partners; i++)
        printf("  partner     %s, to %g m and %g s\n", t->partner[i].name,
               t->partner[i].precision_m, t->partner[i].time_precision_s);
    if (t->n_partners == 0)
        puts("  partners    nobody may be told");
}

static int print_json(json_t *root)
{
    int done = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1)) == 0;

    json_decref(root);
    putchar('\n');
    return done ? EXIT_DONE : EXIT_FAULT;
}

static int run_show(struct request *r)
{
    struct vaho_mandate *m;
    struct vaho_error error;
    int code = EXIT_DONE;

    if (r->n_files != 1)
        return command_misused(r->command, "one mandate is needed");
    if (vaho_mandate_open(&m, r->file[0], &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json) {
        code = print_json(json_incref(m->document.root));
    } else {
        print_terms(m);
        for (size_t i = 0; i < m->document.n_signatures; i++)
            printf("  signature   %s%s\n", m->document.signature[i].key,
                   m->document.signature[i].fits ? "" : "   DOES NOT FIT: changed after signing");
        if (m->document.n_signatures == 0)
            puts("  signature   none");
        puts("Whose keys these are 'vaho mandate verify' says.");
    }
    vaho_mandate_free(m);
    return code;
}

/* The moment in question: --at, or now. */
static int moment_in_question(double *out_s, char text[VAHO_MOMENT_NBYTES], const struct request *r)
{
    *out_s = (double)time(NULL);
    if (r->at != NULL && !vaho_moment_parse(out_s, r->at))
        return command_misused(r->command, "--at wants a moment like 2026-04-03T12:00:00Z");
    vaho_moment_format(text, *out_s);
    return EXIT_DONE;
}

static int run_verify(struct request *r)
{
    double at_s;
    char at[VAHO_MOMENT_NBYTES];
    const struct vaho_mandate_terms *t;
    struct vaho_error error;
    int code;

    if (r->n_files != 1)
        return command_misused(r->command, "one mandate is needed");
    code = moment_in_question(&at_s, at, r);
    if (code != EXIT_DONE)
        return code;
    r->permission.mandate_path = r->file[0];
    code = mandate_option_load(&r->permission, r->command);
    if (code != EXIT_DONE)
        return code;
    if (vaho_mandate_check_time(r->permission.mandate, at_s, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    t = vaho_mandate_terms(r->permission.mandate);
    if (r->json)
        return print_json(json_pack("{s:b, s:s, s:s, s:s, s:b, s:s}", "valid", 1, "id", t->id,
                                    "sha256", t->sha256, "issuer", t->issuer, "exercise",
                                    t->exercise, "at", at));
    print_terms(r->permission.mandate);
    printf("Signed by all who must, %s, valid at %s%s.\n",
           r->permission.n_revocations > 0 ? "not revoked" : "no revocations looked at", at,
           t->exercise ? "; an EXERCISE, worth nothing outside one" : "");
    return EXIT_DONE;
}

static int run_revoke(struct request *r)
{
    struct vaho_mandate **m = vaho_alloc(r->n_files, sizeof *m);
    double at_s;
    char at[VAHO_MOMENT_NBYTES];
    struct vaho_text text;
    struct vaho_error error;
    enum vaho_status status = VAHO_OK;
    int code = EXIT_DONE;

    if (m == NULL)
        return EXIT_FAULT;
    if (r->n_files == 0 || r->draft.issuer == NULL || r->reason == NULL || r->out == NULL)
        code = command_misused(r->command, "a mandate, --issuer, --reason and --out are needed");
    if (code == EXIT_DONE)
        code = moment_in_question(&at_s, at, r);
    for (size_t i = 0; code == EXIT_DONE && status == VAHO_OK && i < r->n_files; i++)
        status = vaho_mandate_open(&m[i], r->file[i], &error);
    if (code == EXIT_DONE) {
        vaho_text_init(&text, VAHO_DOCUMENT_MAX_NBYTES);
        if (status == VAHO_OK)
            status = vaho_revocations_draft_write(&text, r->draft.issuer, at, r->reason,
                                                  (const struct vaho_mandate *const *)m, r->n_files,
                                                  &error);
        status = write_text(r->out, &text, status, &error);
        code = status == VAHO_OK ? EXIT_DONE : command_failed(r->command, &error);
    }
    if (code == EXIT_DONE)
        printf("%s   not signed yet; 'vaho mandate sign' does\n", r->out);
    for (size_t i = 0; i < r->n_files; i++)
        vaho_mandate_free(m[i]);
    free(m);
    return code;
}

/* --- options -------------------------------------------------------------- */

/* "NAME:METRES:SECONDS", cut up in place. */
static int take_partner(struct request *r, char *value)
{
    struct vaho_mandate_partner *partner = &r->partner[r->draft.n_partners];
    char *metres = strchr(value, ':'), *seconds = metres == NULL ? NULL : strchr(metres + 1, ':');

    if (r->draft.n_partners == MAX_NAMES)
        return command_misused(r->command, "more than %d partners", MAX_NAMES);
    if (seconds == NULL)
        return command_misused(r->command,
                               "--partner wants NAME:METRES:SECONDS, like south:100:3600");
    *metres++ = *seconds++ = '\0';
    partner->name = value;
    if (!option_real(&partner->precision_m, metres, 0, 1e6) ||
        !option_real(&partner->time_precision_s, seconds, 0, 1e9))
        return command_misused(r->command,
                               "--partner wants NAME:METRES:SECONDS, like south:100:3600");
    r->draft.n_partners++;
    return EXIT_DONE;
}

static int take_name(struct request *r, const char **list, size_t *n, const char *value)
{
    if (*n == MAX_NAMES)
        return command_misused(r->command, "more than %d names", MAX_NAMES);
    list[(*n)++] = value;
    return EXIT_DONE;
}

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;
    struct vaho_mandate_draft *d = &r->draft;

    switch (option) {
    case 'i': d->id = value; return EXIT_DONE;
    case 'I': d->issuer = value; return EXIT_DONE;
    case 'b': d->on_behalf_of = value; return EXIT_DONE;
    case 'c': return take_name(r, r->cosigner, &d->n_cosigners, value);
    case 's': return take_name(r, r->sensor, &d->n_sensors, value);
    case 'g':
        d->n_gases = option_list(r->gas, MAX_NAMES, value);
        return d->n_gases > 0
                   ? EXIT_DONE
                   : command_misused(r->command, "--gas wants names with commas between");
    case 'p': return take_partner(r, value);
    case 'a': r->area = value; return EXIT_DONE;
    case 'f': d->from = value; return EXIT_DONE;
    case 't': d->to = value; return EXIT_DONE;
    case 'B':
        return option_real(&d->border_sigmas, value, 1, 10)
                   ? EXIT_DONE
                   : command_misused(r->command, "--border-sigmas wants 1 to 10");
    case 'm':
        return option_real(&d->assumed_sigma_m, value, 0, 10000)
                   ? EXIT_DONE
                   : command_misused(r->command, "--assumed-sigma wants 0 to 10000 metres");
    case 'x': d->exercise = 1; return EXIT_DONE;
    case 'k': r->key = value; return EXIT_DONE;
    case 'T':
    case 'R': return mandate_option_take(&r->permission, r->command, option, value);
    case 'A': r->at = value; return EXIT_DONE;
    case 'r': r->reason = value; return EXIT_DONE;
    case 'o': r->out = value; return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    default: return EXIT_USAGE;
    }
}

/* The options of each verb; another one is misplaced. */
static const struct verb {
    const char *name, *takes;
    int (*run)(struct request *r);
} verbs[] = {{"key", "", run_key},     {"new", "iIbcsgpaftBmxo", run_new},
             {"sign", "ko", run_sign}, {"verify", "TRAj", run_verify},
             {"show", "j", run_show},  {"revoke", "IrAo", run_revoke}};

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {{"id", required_argument, NULL, 'i'},
                                            {"issuer", required_argument, NULL, 'I'},
                                            {"on-behalf-of", required_argument, NULL, 'b'},
                                            {"cosigner", required_argument, NULL, 'c'},
                                            {"area", required_argument, NULL, 'a'},
                                            {"from", required_argument, NULL, 'f'},
                                            {"to", required_argument, NULL, 't'},
                                            {"sensor", required_argument, NULL, 's'},
                                            {"gas", required_argument, NULL, 'g'},
                                            {"partner", required_argument, NULL, 'p'},
                                            {"border-sigmas", required_argument, NULL, 'B'},
                                            {"assumed-sigma", required_argument, NULL, 'm'},
                                            {"exercise", no_argument, NULL, 'x'},
                                            {"key", required_argument, NULL, 'k'},
                                            {"trust", required_argument, NULL, 'T'},
                                            {"revocations", required_argument, NULL, 'R'},
                                            {"at", required_argument, NULL, 'A'},
                                            {"reason", required_argument, NULL, 'r'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};

    return verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);
}

int cmd_mandate(int argc, char **argv)
{
    struct request *r;
    char named[VERB_NAMED_NBYTES];
    const struct verb_set set = {"mandate", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
                                 print_help};
    int code = EXIT_DONE;
    size_t v = verb_choose(&code, named, &set, argc, argv);

    if (v == set.n)
        return code;
    r = vaho_alloc(1, sizeof *r);
    if (r == NULL)
        return EXIT_FAULT;
    memcpy(r->command, named, sizeof named);
    r->draft.border_sigmas = 3;
    r->draft.assumed_sigma_m = 10;
    r->draft.cosigner = r->cosigner;
    r->draft.sensor = r->sensor;
    r->draft.gas = r->gas;
    r->draft.partner = r->partner;
    code = parse(r, &verbs[v], argc - 1, argv + 1);
    if (code == -1)
        code = verbs[v].run(r);
    mandate_option_free(&r->permission);
    free(r);
    return code;
}
