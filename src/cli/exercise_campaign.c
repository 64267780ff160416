/* exercise_campaign.c - vaho exercise new --scenario, run, show, score */
#include "cli/exercise_campaign.h"

#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/moment.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/terminal.h"
#include "cli/verb_options.h"
#include "exercise/after_action.h"
#include "exercise/campaign.h"

enum { PATH_NBYTES = 4096 };

struct request {
    char command[32]; /* "exercise run" */
    const char *dir, *key;
    double speed;
    uint64_t n_threads, most;
    int json;
};

static void print_help(void)
{
    puts(
        "usage: vaho exercise run DIR [--key FILE] [--speed X] [--flights N] [--threads N] "
        "[--json]\n"
        "       vaho exercise show DIR [--json]\n"
        "       vaho exercise score DIR [--key FILE] [--json]\n\n"
        "A campaign that 'vaho exercise new --scenario FILE DIR' laid out.  'run' makes the files\n"
        "of each flight, searches them, takes the plumes into DIR/casebook.gpkg and reckons its\n"
        "sites; stopped in any way, it goes on where it was.  'show' says how far it is and tells\n"
        "nothing of the truth.  'score' opens the truth, holds its hash against the one recorded\n"
        "at the start, and writes DIR/after-action.html and DIR/after-action.json.\n\n"
        "  --key FILE   the key of the truth (DIR.key); 'run' needs it too, to simulate\n"
        "  --speed X    X times as fast as flown: 1 real time, 3600 an hour a second; 0, the\n"
        "               default, as fast as possible\n"
        "  --flights N  at most N flights, then stop (0: all that are left)\n"
        "  --threads N  0: as many as there are processors (0)\n"
        "  --json       print JSON; 'run' a line for every flight\n"
        "  -h, --help   this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused: "
        "another\n"
        "key, a truth or a record that was changed, or another run is under way.\n\n"
        "Examples:\n"
        "  vaho exercise new --scenario first-day monday\n"
        "  vaho exercise run monday\n"
        "  vaho sites list monday/casebook.gpkg\n"
        "  vaho exercise score monday");
}

/* DIR.key, where no other was named. */
static const char *key_path(char out[PATH_NBYTES], const char *dir, const char *given)
{
    size_t n = strlen(dir);

    while (n > 1 && dir[n - 1] == '/')
        n--;
    snprintf(out, PATH_NBYTES, "%.*s.key", (int)n, dir);
    return given != NULL ? given : out;
}

/* A file, or the name of a scenario installed beside the program: PREFIX/bin/vaho and
 * PREFIX/share/vaho/scenarios. */
static const char *scenario_path(char out[PATH_NBYTES], const char *name)
{
    char program[PATH_NBYTES];
    ssize_t n;

    if (strchr(name, '/') != NULL || strchr(name, '.') != NULL || access(name, R_OK) == 0)
        return name;
    n = readlink("/proc/self/exe", program, sizeof program - 1);
    for (int up = 0; up < 2 && n > 0; up++)
        do
            n--;
        while (n > 0 && program[n] != '/');
    if (n <= 0)
        return name;
    snprintf(out, PATH_NBYTES, "%.*s/share/vaho/scenarios/%s.json", (int)n, program, name);
    return out; /* or the message that it is not there */
}

static int print_json(json_t *root, size_t flags)
{
    int done = root != NULL && json_dumpf(root, stdout, flags) == 0;

    json_decref(root);
    putchar('\n');
    fflush(stdout);
    return done ? EXIT_DONE : EXIT_FAULT;
}

int exercise_campaign_new(const char *scenario, const char *dir, const char *key,
                          const uint64_t *seed, int json)
{
    static const char command[] = "exercise new";
    char scenario_file[PATH_NBYTES], key_file[PATH_NBYTES], at[VAHO_MOMENT_NBYTES];
    struct vaho_campaign_order order = {.dir = dir, .at = at};
    struct vaho_campaign campaign;
    struct terminal_bar bar;
    struct vaho_progress progress;
    struct vaho_error error;
    enum vaho_status status;
    int code = EXIT_DONE;

    if (sodium_init() < 0)
        return EXIT_FAULT;
    vaho_moment_format(at, (double)time(NULL));
    order.scenario_path = scenario_path(scenario_file, scenario);
    order.key_path = key_path(key_file, dir, key);
    randombytes_buf(order.key, sizeof order.key);
    randombytes_buf(order.nonce, sizeof order.nonce);
    randombytes_buf(order.salt, sizeof order.salt);
    randombytes_buf(&order.seed, sizeof order.seed);
    order.seed = seed != NULL ? *seed : order.seed;
    if (seed != NULL && *seed > VAHO_TRUTH_MAX_SEED)
        return command_misused(command, "--seed of a campaign goes up to %" PRIu64,
                               VAHO_TRUTH_MAX_SEED);
    order.seed &= VAHO_TRUTH_MAX_SEED;
    terminal_bar_init(&bar, NULL);
    progress = terminal_progress(&bar);
    status = vaho_campaign_new(&order, &progress, &error);
    terminal_bar_end(&bar);
    sodium_memzero(&order, sizeof order);
    if (status == VAHO_OK)
        status = vaho_campaign_open(&campaign, dir, &error);
    if (status != VAHO_OK)
        return command_failed(command, &error);
    if (json)
        code = print_json(
            json_pack("{s:b, s:s, s:s, s:s, s:s, s:I}", "exercise", 1, "name", campaign.name,
                      "directory", dir, "key", key_path(key_file, dir, key), "truth_sha256",
                      campaign.truth_sha256, "flights", (json_int_t)campaign.n_flights),
            JSON_INDENT(1));
    else
        printf("EXERCISE  %s   %s: %zu flights\n\n%s\n\n"
               "truth     %s/truth.sealed\n"
               "          sha256 %s   write it down: it says that nothing is changed later\n"
               "key       %s   for the leader of the exercise alone\n"
               "next      vaho exercise run %s\n",
               dir, campaign.title, campaign.n_flights, campaign.briefing, dir,
               campaign.truth_sha256, key_path(key_file, dir, key), dir);
    vaho_campaign_close(&campaign);
    return code;
}

/* Opens a campaign and its truth; both are to be closed whatever comes. */
static enum vaho_status open_truth(struct vaho_campaign *campaign, struct vaho_truth *truth,
                                   const struct request *r, struct vaho_error *error)
{
    unsigned char key[VAHO_SEAL_KEY_NBYTES];
    char key_file[PATH_NBYTES];
    enum vaho_status status = vaho_campaign_open(campaign, r->dir, error);

    *truth = (struct vaho_truth){0};
    if (status == VAHO_OK)
        status = vaho_seal_key_load(key, key_path(key_file, r->dir, r->key), error);
    if (status == VAHO_NOT_FOUND && error->status == VAHO_NOT_FOUND && campaign->record != NULL)
        snprintf(error->message + strnlen(error->message, 900), 100,
                 "; the key of the truth is needed: --key FILE");
    if (status == VAHO_OK)
        status = vaho_campaign_truth(truth, campaign, key, error);
    sodium_memzero(key, sizeof key);
    return status;
}

/* --- run ------------------------------------------------------------------------ */

struct view {
    struct terminal_bar bar;
    char name[96];
    int json;
};

static double clock_seconds(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double seconds(void *context)
{
    struct timespec now;

    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void wait_seconds(void *context, double s)
{
    struct timespec left = {(time_t)s, (long)(1e9 * (s - floor(s)))};

    (void)context;
    while (nanosleep(&left, &left) != 0)
        ;
}

static void begin_flight(void *context, const struct vaho_campaign *c, size_t i)
{
    struct view *view = context;

    snprintf(view->name, sizeof view->name, "%zu/%zu %s", i + 1, c->n_flights, c->flight[i].name);
}

static void end_flight(void *context, const struct vaho_campaign *c, size_t i)
{
    struct view *view = context;

    terminal_bar_end(&view->bar);
    if (view->json)
        print_json(json_pack("{s:s, s:s, s:I, s:f, s:I, s:I}", "flight", c->flight[i].name, "time",
                             c->flight[i].time, "plumes", (json_int_t)c->flight[i].n_plumes,
                             "detected_after_s", c->flight[i].detected_after_s, "done",
                             (json_int_t)c->n_done, "of", (json_int_t)c->n_flights),
                   JSON_COMPACT);
    else
        printf("EXERCISE  %-6s %s   %" PRId64 " plumes at q <= 0.05, %.1f s after landing   "
               "%zu of %zu\n",
               c->flight[i].name, c->flight[i].time, c->flight[i].n_plumes,
               c->flight[i].detected_after_s, c->n_done, c->n_flights);
    if (!view->json && c->flight[i].n_refused > 0)
        printf("          %zu of its mandates permit nothing of it: %s/log/%s.json says why\n",
               c->flight[i].n_refused, c->dir, c->flight[i].name);
    fflush(stdout);
}

static int run_run(struct request *r)
{
    struct vaho_campaign campaign;
    struct vaho_truth truth;
    struct vaho_error error;
    struct view view = {.json = r->json};
    struct vaho_campaign_pace pace = {r->speed, seconds, clock_seconds, wait_seconds, NULL};
    struct vaho_campaign_watch watch = {begin_flight, end_flight, &view, {NULL, NULL}};
    enum vaho_status status = open_truth(&campaign, &truth, r, &error);

    terminal_bar_init(&view.bar, view.name);
    watch.progress = terminal_progress(&view.bar);
    if (status == VAHO_OK)
        status = vaho_campaign_run(&campaign, &truth, (size_t)r->most, (size_t)r->n_threads,
                                   getenv("VAHO_CPU"), &pace, &watch, &error);
    terminal_bar_end(&view.bar);
    if (status == VAHO_OK && !r->json)
        printf("%s   %zu of %zu flights flown; sites: vaho sites list %s/casebook.gpkg\n", r->dir,
               campaign.n_done, campaign.n_flights, r->dir);
    vaho_truth_free(&truth);
    vaho_campaign_close(&campaign);
    return status == VAHO_OK ? EXIT_DONE : command_failed(r->command, &error);
}

/* --- show and score ---------------------------------------------------------------- */

static int show_json(const struct vaho_campaign *c)
{
    json_t *flights = json_array();

    for (size_t i = 0; i < c->n_flights; i++)
        json_array_append_new(
            flights,
            json_pack("{s:s, s:s, s:b, s:o, s:o}", "flight", c->flight[i].name, "time",
                      c->flight[i].time, "done", c->flight[i].done, "plumes",
                      c->flight[i].done ? json_integer((json_int_t)c->flight[i].n_plumes)
                                        : json_null(),
                      "detected_after_s",
                      c->flight[i].done ? json_real(c->flight[i].detected_after_s) : json_null()));
    return print_json(json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:I, s:o}", "exercise", 1, "name",
                                c->name, "title", c->title, "briefing", c->briefing, "created",
                                c->created, "truth_sha256", c->truth_sha256, "done",
                                (json_int_t)c->n_done, "flights", flights),
                      JSON_INDENT(1));
}

static int run_show(struct request *r)
{
    struct vaho_campaign c;
    struct vaho_error error;
    int code = EXIT_DONE;

    if (vaho_campaign_open(&c, r->dir, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json) {
        code = show_json(&c);
    } else {
        printf("EXERCISE  %s   %s: %zu of %zu flights flown\n\n%s\n\n", r->dir, c.title, c.n_done,
               c.n_flights, c.briefing);
        for (size_t i = 0; i < c.n_flights; i++) {
            printf("  %-8s %s   ", c.flight[i].name, c.flight[i].time);
            if (c.flight[i].done)
                printf("%" PRId64 " plumes at q <= 0.05\n", c.flight[i].n_plumes);
            else
                puts("to fly");
        }
        printf("\ntruth     sealed, sha256 %s\ncasebook  %s/casebook.gpkg\n", c.truth_sha256,
               r->dir);
    }
    vaho_campaign_close(&c);
    return code;
}

static int run_score(struct request *r)
{
    struct vaho_campaign campaign;
    struct vaho_truth truth;
    struct vaho_after_action *report = NULL;
    struct vaho_error error;
    char at[VAHO_MOMENT_NBYTES];
    enum vaho_status status = open_truth(&campaign, &truth, r, &error);

    vaho_moment_format(at, (double)time(NULL));
    if (status == VAHO_OK)
        status = vaho_after_action_make(&report, &campaign, &truth, &error);
    if (status == VAHO_OK)
        status = vaho_after_action_write(report, at, &error);
    if (status == VAHO_OK && r->json)
        status = command_print_json(r->dir, "after-action.json", &error);
    else if (status == VAHO_OK)
        printf("EXERCISE  %s   %s\n%s/after-action.html\n", r->dir,
               vaho_after_action_summary(report), r->dir);
    vaho_after_action_free(report);
    vaho_truth_free(&truth);
    vaho_campaign_close(&campaign);
    return status == VAHO_OK ? EXIT_DONE : command_failed(r->command, &error);
}

static const struct verb {
    const char *name, *takes;
    int (*run)(struct request *r);
} verbs[] = {{"run", "KSFtj", run_run}, {"show", "j", run_show}, {"score", "Kj", run_score}};

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;

    switch (option) {
    case 'K': r->key = value; return EXIT_DONE;
    case 'S':
        return option_real(&r->speed, value, 0, 1e9)
                   ? EXIT_DONE
                   : command_misused(r->command, "--speed wants a number from 0 to 1e9");
    case 'F':
        return option_integer(&r->most, value, 0, VAHO_SCENARIO_MAX_FLIGHTS)
                   ? EXIT_DONE
                   : command_misused(r->command, "--flights wants a whole number from 0 to %d",
                                     VAHO_SCENARIO_MAX_FLIGHTS);
    case 't':
        return option_integer(&r->n_threads, value, 0, 256)
                   ? EXIT_DONE
                   : command_misused(r->command, "--threads wants 0 to 256");
    default: r->json = 1; return EXIT_DONE;
    }
}

int exercise_campaign(int *code, int argc, char **argv)
{
    static const struct option options[] = {{"key", required_argument, NULL, 'K'},
                                            {"speed", required_argument, NULL, 'S'},
                                            {"flights", required_argument, NULL, 'F'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct request r = {.json = 0};
    size_t v = 0, n_files;
    char **file;

    while (v < sizeof verbs / sizeof verbs[0] && strcmp(argv[0], verbs[v].name) != 0)
        v++;
    if (v == sizeof verbs / sizeof verbs[0])
        return 0;
    snprintf(r.command, sizeof r.command, "exercise %s", verbs[v].name);
    const struct verb_options taken = {r.command, verbs[v].name, verbs[v].takes,
                                       options,   take_option,   print_help};
    *code = verb_options_take(&n_files, &file, &taken, &r, argc, argv);
    if (*code == -1 && n_files != 1)
        *code = command_misused(r.command, "one folder of an exercise is needed");
    else if (*code == -1) {
        r.dir = file[0];
        *code = verbs[v].run(&r);
    }
    return 1;
}
