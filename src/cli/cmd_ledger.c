/* cmd_ledger.c - vaho ledger list|verify|checkpoint|prove|witness: who did what, and the proof of
 * it */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "casebook/ledger_verify.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/verb_options.h"
#include "ledger/witness.h"

enum { MAX_HELD = 64, MAX_KEY_NBYTES = 4096 };

struct request {
    char command[VERB_NAMED_NBYTES]; /* "ledger verify" */
    struct vaho_ledger_policy policy;
    char keeper[VAHO_KEY_HEX_NBYTES], witness_key[VAHO_LEDGER_MAX_WITNESSES][VAHO_KEY_HEX_NBYTES];
    struct vaho_checkpoint *held;
    const char *held_path[MAX_HELD];
    const char *key, *out, *name, *memory;
    uint64_t entry, since, from, limit, needed;
    int has_entry, has_since, first, json;
    size_t n_files;
    char **file;
};

static void print_help(void)
{
    puts("usage: vaho ledger list CASEBOOK [--from N] [--limit N] [--json]\n"
         "       vaho ledger verify CASEBOOK|PROOF [--keeper FILE] [--witness NAME=FILE]...\n"
         "                          [--needed N] [--checkpoint FILE]... [--json]\n"
         "       vaho ledger checkpoint CASEBOOK --key SECRET [--out FILE] [--json]\n"
         "       vaho ledger checkpoint CASEBOOK --checkpoint FILE\n"
         "       vaho ledger prove CASEBOOK --entry N|--since N [--checkpoint FILE] [--out FILE]\n"
         "       vaho ledger witness REQUEST --key SECRET --name NAME --keeper FILE --memory FILE\n"
         "                          [--first] [--out FILE]\n\n"
         "Every act of a person on a casebook is an entry of its ledger: who, what, when, why.\n"
         "'checkpoint' signs what the ledger is now; 'prove --since' writes what a witness is to\n"
         "sign, 'witness' signs it where it extends what that witness signed before, 'checkpoint\n"
         "--checkpoint' keeps what came back.  'verify' hashes every entry anew and holds the\n"
         "ledger against its checkpoints and those that others hold; a state that no witness\n"
         "signed is said to be so.  'prove --entry' shows one entry to someone without the\n"
         "casebook, who verifies the proof.\n\n"
         "  --keeper FILE        the keeper's public key (vaho mandate key makes keys)\n"
         "  --witness NAME=FILE  a witness and its public key; may be repeated\n"
         "  --needed N           how many of them must have signed; else all\n"
         "  --checkpoint FILE    a checkpoint that somebody holds; may be repeated\n"
         "  --key SECRET         the secret key to sign with\n"
         "  --name NAME          what the witness is called, without blanks\n"
         "  --memory FILE        where the witness keeps the last checkpoint it signed\n"
         "  --first              it has signed none of this ledger yet\n"
         "  --entry N            the number of an entry, from 0\n"
         "  --since N            the size the ledger has grown from\n"
         "  --from N             the first entry to list\n"
         "  --limit N            at most so many; else 100\n"
         "  --out FILE           where to write; else standard output\n"
         "  --json               print JSON\n"
         "  -h, --help           this text\n\n"
         "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, or 'verify' "
         "found\n"
         "something, 4 refused: not signed by those who must, or no extension of what was "
         "signed.\n\n"
         "Examples:\n"
         "  vaho mandate key keeper\n"
         "  vaho ledger checkpoint valley.gpkg --key keeper.secret\n"
         "  vaho ledger prove valley.gpkg --since 0 --out request\n"
         "  vaho ledger witness request --key south.secret --name south --keeper keeper.public\n"
         "      --memory valley.seen --first --out signed\n"
         "  vaho ledger checkpoint valley.gpkg --checkpoint signed\n"
         "  vaho ledger verify valley.gpkg --keeper keeper.public --witness south=south.public");
}

static int print_json(json_t *root)
{
    int done = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1)) == 0;

    json_decref(root);
    putchar('\n');
    return done ? EXIT_DONE : EXIT_FAULT;
}

/* To --out, else to standard output. */
static int put_text(struct request *r, struct vaho_text *text, enum vaho_status status,
                    struct vaho_error *error)
{
    if (status == VAHO_OK && text->failed)
        status = vaho_fail_memory(error, "what is to be written");
    if (status == VAHO_OK && r->out != NULL)
        status = vaho_file_write(r->out, text->data, text->nbytes, error);
    else if (status == VAHO_OK)
        fwrite(text->data, 1, text->nbytes, stdout);
    vaho_text_free(text);
    return status == VAHO_OK ? EXIT_DONE : command_failed(r->command, error);
}

static int open_book(struct vaho_casebook **out, struct request *r)
{
    struct vaho_error error;

    if (r->n_files != 1)
        return command_misused(r->command, "one casebook is needed");
    return vaho_casebook_open(out, r->file[0], &error) == VAHO_OK
               ? EXIT_DONE
               : command_failed(r->command, &error);
}

/* --- list --------------------------------------------------------------------------- */

static int list_json(void *context, const struct vaho_entry *entry)
{
    json_array_append(context, entry->root);
    return 1;
}

static int list_line(void *context, const struct vaho_entry *e)
{
    char *object = json_dumps(e->object, JSON_COMPACT | JSON_SORT_KEYS);

    (void)context;
    printf("%6" PRIu64 "  %s  %s%s  %s%s%s  %s\n", e->number, e->when, e->who,
           strcmp(e->by, "account") == 0  ? ""
           : strcmp(e->by, "system") == 0 ? " (system account)"
                                          : " (by own word)",
           e->what, e->why[0] == '\0' ? "" : ": ", e->why, object == NULL ? "" : object);
    free(object);
    return 1;
}

static int run_list(struct request *r)
{
    struct vaho_casebook *casebook;
    struct vaho_error error;
    json_t *entries = json_array();
    enum vaho_status status;
    int code = open_book(&casebook, r);

    if (code != EXIT_DONE) {
        json_decref(entries);
        return code;
    }
    status = vaho_ledger_each(casebook, r->from, r->limit, r->json ? list_json : list_line, entries,
                              &error);
    vaho_casebook_close(casebook);
    if (status != VAHO_OK)
        code = command_failed(r->command, &error);
    else if (r->json)
        return print_json(json_pack("{s:o}", "entries", entries));
    json_decref(entries);
    return code;
}

/* --- verify -------------------------------------------------------------------------- */

static json_t *names_of(const struct request *r, uint64_t mask)
{
    json_t *names = json_array();

    for (size_t i = 0; i < r->policy.n_witnesses; i++)
        if ((mask >> i & 1) != 0)
            json_array_append_new(names, json_string(r->policy.witness[i].name));
    return names;
}

static void print_witnesses(const struct request *r, uint64_t mask)
{
    int n = 0;

    for (size_t i = 0; i < r->policy.n_witnesses; i++)
        if ((mask >> i & 1) != 0)
            printf("%s%s", n++ > 0 ? ", " : "", r->policy.witness[i].name);
}

static void collect(void *context, const char *finding)
{
    json_array_append_new(context, json_string(finding));
}

/* What was asked for and is not so, or NULL. */
static const char *lacking(const struct request *r, const struct vaho_ledger_report *report)
{
    if (report->size == 0 && (r->policy.keeper != NULL || r->policy.n_witnesses > 0))
        return "its ledger is empty: nothing was done with it since it was migrated";
    if (r->policy.keeper != NULL && report->signed_size == 0)
        return "the keeper signed no checkpoint of it";
    if (r->policy.n_witnesses > 0 && report->witnessed_size == 0)
        return "single signer: no checkpoint of it has the witnesses' signatures; it is "
               "UNWITNESSED";
    return NULL;
}

static void print_report(const struct request *r, const struct vaho_ledger_report *report)
{
    char root[VAHO_HASH_BASE64_NBYTES];

    vaho_hash_write(root, &report->root);
    printf("%s   %" PRIu64 " entries, sound\n  origin      %s\n  root        %s\n", r->file[0],
           report->size, report->size == 0 ? "-" : report->origin, root);
    if (r->policy.keeper != NULL)
        printf("  signed      by the keeper, the first %" PRIu64 "\n", report->signed_size);
    if (report->witnessed_size == 0) {
        puts("  UNWITNESSED nobody but its keeper vouches for it: it could have been made anew");
        return;
    }
    printf("  witnessed   the first %" PRIu64 ", by ", report->witnessed_size);
    print_witnesses(r, report->witnesses);
    putchar('\n');
    if (report->witnessed_size < report->size)
        printf("  UNWITNESSED the %" PRIu64 " after them\n", report->size - report->witnessed_size);
}

static int tell_report(struct request *r, const struct vaho_ledger_report *report, json_t *findings)
{
    const char *lack = lacking(r, report);
    char root[VAHO_HASH_BASE64_NBYTES];
    int code = report->n_findings > 0 ? EXIT_INPUT : lack != NULL ? EXIT_REFUSED : EXIT_DONE;

    vaho_hash_write(root, &report->root);
    if (r->json) {
        int printed = print_json(json_pack(
            "{s:b, s:s, s:I, s:s, s:I, s:I, s:b, s:I, s:o, s:O, s:o}", "sound",
            report->n_findings == 0, "origin", report->origin, "entries", (json_int_t)report->size,
            "root", root, "checkpoints", (json_int_t)report->n_checkpoints, "signed",
            (json_int_t)report->signed_size, "witnessed",
            report->size > 0 && report->witnessed_size == report->size, "witnessed_entries",
            (json_int_t)report->witnessed_size, "witnesses", names_of(r, report->witnesses),
            "findings", findings, "lacking", lack == NULL ? json_null() : json_string(lack)));
        return printed == EXIT_DONE ? code : printed;
    }
    for (size_t i = 0; i < json_array_size(findings); i++)
        fprintf(stderr, "vaho %s: %s: %s\n", r->command, r->file[0],
                json_string_value(json_array_get(findings, i)));
    if (report->n_findings > json_array_size(findings))
        fprintf(stderr, "vaho %s: %s: and %zu more\n", r->command, r->file[0],
                report->n_findings - json_array_size(findings));
    if (code == EXIT_REFUSED)
        fprintf(stderr, "vaho %s: %s: %s\n", r->command, r->file[0], lack);
    if (code == EXIT_DONE)
        print_report(r, report);
    return code;
}

static int verify_book(struct request *r)
{
    struct vaho_casebook *casebook;
    struct vaho_ledger_report report;
    struct vaho_error error;
    json_t *findings;
    enum vaho_status status;
    int code = open_book(&casebook, r);

    if (code != EXIT_DONE)
        return code;
    findings = json_array();
    status = vaho_ledger_verify(&report, casebook, &r->policy, collect, findings, &error);
    vaho_casebook_close(casebook);
    code =
        status == VAHO_OK ? tell_report(r, &report, findings) : command_failed(r->command, &error);
    json_decref(findings);
    return code;
}

static enum vaho_status judge_proof(const struct request *r, const struct vaho_proof *proof,
                                    uint64_t *witnesses, struct vaho_error *error)
{
    const char *path = r->file[0];
    struct vaho_error reason;
    enum vaho_status status = vaho_ledger_policy_check(&r->policy, error);

    *witnesses = vaho_ledger_witnesses_of(&proof->checkpoint, &r->policy);
    if (status != VAHO_OK)
        return status;
    if (!proof->inclusion)
        return vaho_fail(error, VAHO_USAGE, "%s: is for a witness, who holds the size before",
                         path);
    status = vaho_proof_verify_inclusion(proof, &reason);
    if (status != VAHO_OK)
        return vaho_fail(error, status, "%s: does not show that its entry is in the ledger: %s",
                         path, reason.message);
    if (r->policy.keeper != NULL &&
        vaho_checkpoint_signed(&proof->checkpoint, r->policy.keeper) != VAHO_SIGNED)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: its checkpoint is not signed by the keeper's key", path);
    if ((size_t)__builtin_popcountll(*witnesses) < r->policy.n_needed)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: single signer: its checkpoint lacks the witnesses' signatures; it is "
                         "UNWITNESSED",
                         path);
    return VAHO_OK;
}

static int verify_proof(struct request *r, const char *data, size_t nbytes)
{
    struct vaho_proof proof;
    struct vaho_entry entry;
    struct vaho_error error;
    uint64_t witnesses = 0;
    int code = EXIT_DONE;
    enum vaho_status status = vaho_proof_parse(&proof, data, nbytes, r->file[0], &error);

    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    status = judge_proof(r, &proof, &witnesses, &error);
    if (status == VAHO_OK)
        status = vaho_entry_parse(&entry, proof.entry, proof.entry_nbytes, &error);
    if (status != VAHO_OK) {
        vaho_proof_free(&proof);
        return command_failed(r->command, &error);
    }
    if (r->json) {
        code = print_json(json_pack("{s:O, s:s, s:I, s:b, s:b, s:o}", "entry", entry.root, "origin",
                                    proof.checkpoint.origin, "entries",
                                    (json_int_t)proof.checkpoint.size, "signed",
                                    r->policy.keeper != NULL, "witnessed", witnesses != 0,
                                    "witnesses", names_of(r, witnesses)));
    } else {
        list_line(NULL, &entry);
        printf("  is in %s, of %" PRIu64 " entries\n", proof.checkpoint.origin,
               proof.checkpoint.size);
        if (r->policy.keeper == NULL)
            puts("  UNSIGNED as far as was looked: --keeper was not given");
        if (witnesses == 0)
            puts("  UNWITNESSED");
        else {
            printf("  witnessed by ");
            print_witnesses(r, witnesses);
            putchar('\n');
        }
    }
    vaho_entry_free(&entry);
    vaho_proof_free(&proof);
    return code;
}

/* A proof is small and text; a casebook is a database. */
static int run_verify(struct request *r)
{
    char *data = NULL;
    size_t nbytes = 0;
    int code;

    if (r->n_files != 1)
        return command_misused(r->command, "one casebook or one proof is needed");
    r->policy.n_needed = r->needed > 0 ? r->needed : r->policy.n_witnesses;
    r->policy.held = r->held;
    r->policy.held_path = r->held_path;
    if (vaho_file_read(&data, &nbytes, r->file[0], VAHO_PROOF_MAX_NBYTES, NULL) != VAHO_OK ||
        (nbytes >= 16 && memcmp(data, "SQLite format 3", 16) == 0)) {
        free(data);
        return verify_book(r);
    }
    code = verify_proof(r, data, nbytes);
    free(data);
    return code;
}

/* --- checkpoint, prove, witness --------------------------------------------------------- */

static int run_checkpoint(struct request *r)
{
    struct vaho_casebook *casebook;
    struct vaho_checkpoint made;
    struct vaho_secret_key key;
    struct vaho_text text;
    struct vaho_error error;
    enum vaho_status status = VAHO_OK;
    int code;

    if ((r->key == NULL) == (r->policy.n_held == 0) || r->policy.n_held > 1)
        return command_misused(r->command, "either --key, or one --checkpoint to keep, is needed");
    code = open_book(&casebook, r);
    if (code != EXIT_DONE)
        return code;
    if (r->key == NULL) {
        made = r->held[0];
        status = vaho_ledger_keep(casebook, &made, &error);
    } else {
        status = vaho_secret_key_load(&key, r->key, &error);
        if (status == VAHO_OK)
            status = vaho_ledger_checkpoint(&made, casebook, &key, &error);
        vaho_secret_key_wipe(&key);
    }
    vaho_casebook_close(casebook);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->key == NULL) {
        printf("%s   keeps the checkpoint of %" PRIu64 " entries with %zu signatures\n", r->file[0],
               made.size, made.n_signatures);
        return EXIT_DONE;
    }
    if (r->json)
        return print_json(
            json_pack("{s:s, s:I}", "origin", made.origin, "entries", (json_int_t)made.size));
    vaho_text_init(&text, VAHO_CHECKPOINT_MAX_NBYTES);
    vaho_checkpoint_write(&text, &made);
    return put_text(r, &text, VAHO_OK, &error);
}

static int run_prove(struct request *r)
{
    struct vaho_casebook *casebook;
    struct vaho_proof proof;
    struct vaho_text text;
    struct vaho_error error;
    enum vaho_status status;
    int code;

    if (r->has_entry == r->has_since || r->policy.n_held > 1)
        return command_misused(r->command, "one of --entry and --since is needed, and at most one "
                                           "--checkpoint");
    code = open_book(&casebook, r);
    if (code != EXIT_DONE)
        return code;
    status = vaho_ledger_prove(&proof, casebook, r->has_entry, r->has_entry ? r->entry : r->since,
                               r->policy.n_held > 0 ? r->held : NULL, &error);
    vaho_casebook_close(casebook);
    vaho_text_init(&text, VAHO_PROOF_MAX_NBYTES);
    if (status == VAHO_OK)
        status = vaho_proof_write(&text, &proof, &error);
    code = put_text(r, &text, status, &error);
    vaho_proof_free(&proof);
    return code;
}

static int run_witness(struct request *r)
{
    struct vaho_secret_key key;
    struct vaho_witness witness = {r->name, r->memory, &key, r->policy.keeper, r->first};
    struct vaho_proof request = {0};
    struct vaho_text text;
    struct vaho_error error;
    char *data = NULL;
    size_t nbytes;
    enum vaho_status status;
    int code;

    if (r->n_files != 1 || r->key == NULL || r->name == NULL || r->memory == NULL ||
        r->policy.keeper == NULL)
        return command_misused(r->command,
                               "one request, --key, --name, --keeper and --memory are needed");
    status = vaho_secret_key_load(&key, r->key, &error);
    if (status == VAHO_OK)
        status = vaho_file_read(&data, &nbytes, r->file[0], VAHO_PROOF_MAX_NBYTES, &error);
    if (status == VAHO_OK)
        status = vaho_proof_parse(&request, data, nbytes, r->file[0], &error);
    if (status == VAHO_OK)
        status = vaho_witness_sign(&request, &witness, (uint64_t)time(NULL), &error);
    vaho_secret_key_wipe(&key);
    free(data);
    vaho_text_init(&text, VAHO_CHECKPOINT_MAX_NBYTES);
    if (status == VAHO_OK)
        vaho_checkpoint_write(&text, &request.checkpoint);
    code = put_text(r, &text, status, &error);
    vaho_proof_free(&request);
    return code;
}

/* --- options -------------------------------------------------------------------------------- */

static const struct verb {
    const char *name, *takes; /* its options; another one is misplaced */
    int (*run)(struct request *r);
} verbs[] = {{"list", "flj", run_list},
             {"verify", "KWNcj", run_verify},
             {"checkpoint", "kcoj", run_checkpoint},
             {"prove", "esco", run_prove},
             {"witness", "kKnm1o", run_witness}};

/* The public key in a file that 'vaho mandate key' wrote. */
static int take_key(struct request *r, char out[VAHO_KEY_HEX_NBYTES], const char *path)
{
    struct vaho_error error;
    char *data;
    size_t nbytes;

    if (vaho_file_read(&data, &nbytes, path, MAX_KEY_NBYTES, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (nbytes > 0 && data[nbytes - 1] == '\n')
        data[nbytes - 1] = '\0';
    if (!vaho_is_key(data)) {
        free(data);
        vaho_fail(&error, VAHO_BAD_INPUT, "%s: is no public key; 'vaho mandate key' makes a pair",
                  path);
        return command_failed(r->command, &error);
    }
    memcpy(out, data, VAHO_KEY_HEX_NBYTES);
    free(data);
    return EXIT_DONE;
}

/* "NAME=FILE", cut up in place. */
static int take_witness(struct request *r, char *value)
{
    size_t i = r->policy.n_witnesses;
    char *path = strchr(value, '=');

    if (i == VAHO_LEDGER_MAX_WITNESSES)
        return command_misused(r->command, "more than %d witnesses", VAHO_LEDGER_MAX_WITNESSES);
    if (path == NULL)
        return command_misused(r->command, "--witness wants NAME=FILE, like south=south.public");
    *path++ = '\0';
    if (!vaho_checkpoint_is_name(value))
        return command_misused(r->command, "'%s' cannot name a witness", value);
    r->policy.witness[i].name = value;
    r->policy.witness[i].key = r->witness_key[i];
    r->policy.n_witnesses++;
    return take_key(r, r->witness_key[i], path);
}

static int take_checkpoint(struct request *r, const char *path)
{
    struct vaho_error error;
    char *data = NULL;
    size_t nbytes;
    enum vaho_status status;

    if (r->policy.n_held == MAX_HELD)
        return command_misused(r->command, "more than %d checkpoints", MAX_HELD);
    if (r->held == NULL && (r->held = vaho_alloc(MAX_HELD, sizeof *r->held)) == NULL)
        return EXIT_FAULT;
    status = vaho_file_read(&data, &nbytes, path, VAHO_CHECKPOINT_MAX_NBYTES, &error);
    if (status == VAHO_OK)
        status = vaho_checkpoint_parse(&r->held[r->policy.n_held], data, nbytes, path, &error);
    free(data);
    if (status != VAHO_OK)
        return command_failed(r->command, &error);
    r->held_path[r->policy.n_held++] = path;
    return EXIT_DONE;
}

static int take_number(struct request *r, uint64_t *out, const char *value, uint64_t least)
{
    return option_integer(out, value, least, (uint64_t)1 << 53)
               ? EXIT_DONE
               : command_misused(r->command, "'%s' is no number of entries", value);
}

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;

    switch (option) {
    case 'K': r->policy.keeper = r->keeper; return take_key(r, r->keeper, value);
    case 'W': return take_witness(r, value);
    case 'N': return take_number(r, &r->needed, value, 1);
    case 'c': return take_checkpoint(r, value);
    case 'k': r->key = value; return EXIT_DONE;
    case 'n': r->name = value; return EXIT_DONE;
    case 'm': r->memory = value; return EXIT_DONE;
    case '1': r->first = 1; return EXIT_DONE;
    case 'e': r->has_entry = 1; return take_number(r, &r->entry, value, 0);
    case 's': r->has_since = 1; return take_number(r, &r->since, value, 0);
    case 'f': return take_number(r, &r->from, value, 0);
    case 'l': return take_number(r, &r->limit, value, 1);
    case 'o': r->out = value; return EXIT_DONE;
    default: r->json = 1; return EXIT_DONE;
    }
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {
        {"keeper", required_argument, NULL, 'K'}, {"witness", required_argument, NULL, 'W'},
        {"needed", required_argument, NULL, 'N'}, {"checkpoint", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},    {"name", required_argument, NULL, 'n'},
        {"memory", required_argument, NULL, 'm'}, {"first", no_argument, NULL, '1'},
        {"entry", required_argument, NULL, 'e'},  {"since", required_argument, NULL, 's'},
        {"from", required_argument, NULL, 'f'},   {"limit", required_argument, NULL, 'l'},
        {"out", required_argument, NULL, 'o'},    {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};

    return verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);
}

int cmd_ledger(int argc, char **argv)
{
    struct request *r;
    char named[VERB_NAMED_NBYTES];
    const struct verb_set set = {"ledger", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
                                 print_help};
    int code = EXIT_DONE;
    size_t v = verb_choose(&code, named, &set, argc, argv);

    if (v == set.n)
        return code;
    r = vaho_alloc(1, sizeof *r);
    if (r == NULL)
        return EXIT_FAULT;
    memcpy(r->command, named, sizeof named);
    r->limit = 100;
    code = parse(r, &verbs[v], argc - 1, argv + 1);
    if (code == -1)
        code = verbs[v].run(r);
    free(r->held);
    free(r);
    return code;
}
