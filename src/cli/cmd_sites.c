/* cmd_sites.c - vaho sites update|list|show|explain|known: places that emit, joined over passes */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/moment.h"
#include "cli/act_option.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/verb_options.h"
#include "vaho/sites.h"

enum { MAX_LIMIT = 1000000, MAX_THREADS = 1024 };

struct request {
    char command[VERB_NAMED_NBYTES]; /* "sites list" */
    struct vaho_casebook *casebook;
    struct vaho_casebook_info info;
    struct vaho_sites_state state;
    struct vaho_sites_query query;
    char at[VAHO_MOMENT_NBYTES];
    struct act_option act;
    uint64_t n_threads;
    int json, geojson;
    size_t n_files;
    char **file; /* the casebook first */
    json_t *out; /* collects what --json prints */
    int n_printed, n_passes;
};

static void print_help(void)
{
    puts(
        "usage: vaho sites update CASEBOOK [--at TIME] [--threads N] [--json]\n"
        "       vaho sites list CASEBOOK [--gas GAS] [--box W,S,E,N] [--least P] [--limit N]\n"
        "                                [--json|--geojson]\n"
        "       vaho sites show CASEBOOK SITE [--json]\n"
        "       vaho sites explain CASEBOOK SITE [--json]\n"
        "       vaho sites known CASEBOOK FILE\n\n"
        "Joins the plumes of all flights that a casebook has taken in into sites, each with the\n"
        "probability that it is real and that it emits now; passes that saw nothing count by how\n"
        "faint a plume they could have seen.  'list' begins with what a person should look at\n"
        "first; 'show' lists the passes over one site; 'explain' says the reasons.  'known' takes\n"
        "in a GeoJSON of licensed emitters, in place of an earlier one; sites that they explain\n"
        "are marked and ranked down, never left out.  SITE is a name or its beginning.\n\n"
        "  --at TIME       the moment that \"now\" means, 2026-04-03T12:00:00Z; else the clock's\n"
        "  --threads N     else as many as there are processors\n"
        "  --gas GAS       sites of this gas only\n"
        "  --box W,S,E,N   inside these degrees; W above E goes across the antimeridian\n"
        "  --least P       at least so probably real; else 0.05\n"
        "  --limit N       at most so many; else 100\n"
        "  --who NAME      who updates, for the ledger (VAHO_WHO, or the system's account)\n"
        "  --why TEXT      why, for the ledger\n"
        "  --json          print JSON\n"
        "  --geojson       print a GeoJSON of points\n"
        "  -h, --help      this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused.\n\n"
        "Examples:\n"
        "  vaho sites known valley.gpkg licensed.geojson\n"
        "  vaho sites update valley.gpkg\n"
        "  vaho sites list valley.gpkg --gas ammonia --least 0.5\n"
        "  vaho sites explain valley.gpkg ammonia-3f09");
}

static int print_json(json_t *root)
{
    int done = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1)) == 0;

    json_decref(root);
    putchar('\n');
    return done ? EXIT_DONE : EXIT_FAULT;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text(const char *value)
{
    return value[0] == '\0' ? json_null() : json_string(value);
}

static int is_exercise(const struct request *r)
{
    return r->info.kind == VAHO_CASEBOOK_EXERCISE;
}

/* --- update and known --------------------------------------------------------- */

static int run_update(struct request *r)
{
    struct vaho_sites_updated u;
    struct vaho_act act = act_option_act(&r->act, NULL);
    struct vaho_error error;

    if (vaho_sites_update(&u, r->casebook, r->at, r->n_threads, &act, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    if (r->json)
        return print_json(json_pack(
            "{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "exercise", is_exercise(r), "at",
            r->at, "flights", (json_int_t)u.n_flights, "stacks", (json_int_t)u.n_stacks, "plumes",
            (json_int_t)u.n_plumes, "sites", (json_int_t)u.n_sites, "known", (json_int_t)u.n_known,
            "without_place", (json_int_t)u.n_unplaced, "place_error_assumed",
            (json_int_t)u.n_assumed, "flights_without_coverage", (json_int_t)u.n_silent));
    printf("%s%s   %" PRId64 " sites from %" PRId64 " plumes of %" PRId64 " flights, as of %s\n",
           is_exercise(r) ? "EXERCISE  " : "", r->file[0], u.n_sites, u.n_plumes, u.n_flights,
           r->at);
    if (u.n_stacks > 0)
        printf("  and the sources of %" PRId64 " stacks of them\n", u.n_stacks);
    if (u.n_known > 0)
        printf("  %" PRId64 " sites lie at known sources\n", u.n_known);
    if (u.n_silent > 0)
        printf("  %" PRId64 " flights have no coverage: where they saw nothing they say nothing\n",
               u.n_silent);
    if (u.n_assumed > 0)
        printf("  %" PRId64 " plumes do not say how well their place is known: 30 m assumed\n",
               u.n_assumed);
    if (u.n_unplaced > 0)
        printf("  %" PRId64 " plumes have no place and are in no site\n", u.n_unplaced);
    return EXIT_DONE;
}

static int run_known(struct request *r)
{
    struct vaho_act act = act_option_act(&r->act, NULL);
    struct vaho_error error;
    size_t n;

    if (vaho_sites_know(&n, r->casebook, r->file[1], &act, &error) != VAHO_OK)
        return command_failed(r->command, &error);
    printf("%s   %zu known sources, in place of those before\n", r->file[0], n);
    return EXIT_DONE;
}

/* --- one site as JSON, GeoJSON or text ------------------------------------------ */

static json_t *describe(const struct request *r, const struct vaho_site *s)
{
    json_t *reasons = json_loads(s->reasons, 0, NULL);

    return json_pack(
        "{s:s, s:s, s:b, s:f, s:f, s:o, s:[ooo], s:f, s:f, s:o, s:[oo], s:o, s:o, s:o, s:o, s:o,"
        " s:I, s:I, s:I, s:I, s:I, s:f, s:o, s:o, s:o, s:o}",
        "site", s->name, "gas", s->gas, "exercise", is_exercise(r), "longitude", s->longitude,
        "latitude", s->latitude, "position_sigma_m", number(s->sigma_m), "position_covariance_m2",
        number(s->covariance_m2[0]), number(s->covariance_m2[1]), number(s->covariance_m2[2]),
        "probability", s->probability, "active", s->active, "on_share", number(s->on_share),
        "on_share_90", number(s->on_share_low), number(s->on_share_high), "emission_kg_h",
        number(s->emission_kg_h), "emission_sigma_kg_h", number(s->emission_sigma_kg_h),
        "least_q_value", number(s->least_q), "first_seen", text(s->first_seen), "last_seen",
        text(s->last_seen), "plumes", (json_int_t)s->n_plumes, "passes_seen", (json_int_t)s->n_seen,
        "passes_missed", (json_int_t)s->n_missed, "single_plumes", (json_int_t)s->n_single,
        "passes_stacked", (json_int_t)s->n_stacked, "rank", s->rank, "known_source", text(s->known),
        "known_share", number(s->known_share), "review", text(s->decision), "reasons",
        reasons == NULL ? json_array() : reasons);
}

static int take_json(void *context, const struct vaho_site *s)
{
    struct request *r = context;

    json_array_append_new(r->out, describe(r, s));
    return 1;
}

static int take_feature(void *context, const struct vaho_site *s)
{
    struct request *r = context;

    json_array_append_new(r->out,
                          json_pack("{s:s, s:{s:s, s:[ff]}, s:o}", "type", "Feature", "geometry",
                                    "type", "Point", "coordinates", s->longitude, s->latitude,
                                    "properties", describe(r, s)));
    return 1;
}

static void print_emission(double mean, double sigma)
{
    char words[48] = "-";

    if (isfinite(mean))
        snprintf(words, sizeof words, "%.2g +- %.1g", mean, sigma);
    printf("  %-14s", words);
}

static int take_line(void *context, const struct vaho_site *s)
{
    struct request *r = context;
    char passes[48];

    if (r->n_printed++ == 0)
        printf("  %-32s  real  now   passes  %-14s  +-m  place                      known\n",
               "site", "kg/h");
    snprintf(passes, sizeof passes, "%" PRId64 "/%" PRId64, s->n_seen, s->n_seen + s->n_missed);
    if (s->n_single == 0)
        snprintf(passes, sizeof passes, "sum %" PRId64, s->n_stacked);
    printf("  %-32s  %.2f  %.2f  %-6s", s->name, s->probability, s->active, passes);
    print_emission(s->emission_kg_h, s->emission_sigma_kg_h);
    printf("  %3.0f  %9.5f %c %10.5f %c  %s%s%s\n", s->sigma_m, fabs(s->latitude),
           s->latitude < 0 ? 'S' : 'N', fabs(s->longitude), s->longitude < 0 ? 'W' : 'E', s->known,
           s->decision[0] == '\0' ? "" : "  reviewed: ", s->decision);
    return 1;
}

static int run_list(struct request *r)
{
    struct vaho_error error;
    enum vaho_status status;
    const char *key = r->geojson ? "features" : "sites";

    r->out = json_array();
    if (!r->json && !r->geojson)
        printf("%s%s   as of %s%s\n", is_exercise(r) ? "EXERCISE  " : "", r->file[0],
               r->state.at[0] == '\0' ? "never" : r->state.at,
               r->state.n_flights_since > 0 ? "; flights were taken in since: update" : "");
    status = vaho_sites_list(r->casebook, &r->query,
                             r->geojson ? take_feature
                             : r->json  ? take_json
                                        : take_line,
                             r, &error);
    if (status != VAHO_OK) {
        json_decref(r->out);
        return command_failed(r->command, &error);
    }
    if (r->json || r->geojson)
        return print_json(json_pack("{s:s, s:b, s:o, s:I, s:o}", "type",
                                    r->geojson ? "FeatureCollection" : "vaho sites", "exercise",
                                    is_exercise(r), "at", text(r->state.at), "flights_since",
                                    (json_int_t)r->state.n_flights_since, key, r->out));
    json_decref(r->out);
    if (r->n_printed == 0)
        puts("  no site");
    return EXIT_DONE;
}

/* --- show and explain ------------------------------------------------------------ */

static void show_site(void *context, const struct vaho_site *s)
{
    struct request *r = context;
    json_t *reasons, *reason;
    size_t i;

    if (r->json) {
        r->out = describe(r, s);
        json_object_set_new(r->out, "at", text(r->state.at));
        json_object_set_new(r->out, "passes", json_array());
        return;
    }
    printf("%s%s   as of %s\n", is_exercise(r) ? "EXERCISE  " : "", s->name, r->state.at);
    printf("  %.5f %c %.5f %c, +- %.0f m, seen %s to %s\n", fabs(s->latitude),
           s->latitude < 0 ? 'S' : 'N', fabs(s->longitude), s->longitude < 0 ? 'W' : 'E',
           s->sigma_m, s->first_seen[0] == '\0' ? "(time not known)" : s->first_seen,
           s->last_seen[0] == '\0' ? "(time not known)" : s->last_seen);
    reasons = json_loads(s->reasons, 0, NULL);
    json_array_foreach(reasons, i, reason) printf("  %s\n", json_string_value(reason));
    json_decref(reasons);
    if (s->decision[0] != '\0')
        printf("  reviewed: %s\n", s->decision);
}

static void pass_json(struct request *r, const struct vaho_site_passed *p)
{
    json_array_append_new(
        json_object_get(r->out, "passes"),
        json_pack("{s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "flight",
                  p->flight, "time", text(p->time), "seen", p->seen, "plume", text(p->plume),
                  "q_value", number(p->q_value), "emission_kg_h", number(p->emission_kg_h),
                  "emission_sigma_kg_h", number(p->emission_sigma_kg_h), "mean_ppmm",
                  number(p->mean_ppmm), "limit_ppmm", number(p->limit_ppmm), "limit_kg_h",
                  number(p->limit_kg_h), "valid", number(p->valid), "chance", number(p->chance),
                  "weight", number(p->weight)));
}

static void show_pass(void *context, const struct vaho_site_passed *p)
{
    struct request *r = context;

    if (r->json) {
        pass_json(r, p);
        return;
    }
    if (r->n_passes++ == 0)
        printf("  %-20s  %-24s  seen    %-14s  would be seen  odds of being real\n", "pass",
               "flight", "kg/h");
    printf("  %-20s  %-24s  ", p->time[0] == '\0' ? "-" : p->time, p->flight);
    if (p->seen)
        printf("q %-4.2g", p->q_value);
    else
        printf("%-6s", "-");
    print_emission(p->emission_kg_h, p->emission_sigma_kg_h);
    if (isfinite(p->chance))
        printf("  %13.2f", p->chance);
    else
        printf("  %13s", "-");
    printf("  times %.3g\n", exp(fmin(p->weight, 600)));
}

/* What a pass did to the belief, in a sentence. */
static void explain_pass(void *context, const struct vaho_site_passed *p)
{
    struct request *r = context;
    double factor = exp(fmin(fabs(p->weight), 600));
    const char *when = p->time[0] == '\0' ? "at an unknown time" : p->time;

    if (r->json) {
        pass_json(r, p);
        return;
    }
    printf("  %s (%s) ", p->flight, when);
    if (p->seen)
        printf("saw it with a q-value of %.2g", p->q_value);
    else if (!isfinite(p->chance))
        printf("says nothing: nobody knows how faint a plume it could have seen here");
    else
        printf("saw nothing");
    if (isfinite(p->chance))
        printf("; a plume of the site had %s chance to be seen (%.2f)",
               p->chance > 0.8   ? "a good"
               : p->chance > 0.3 ? "some"
                                 : "little",
               p->chance);
    if (p->seen || isfinite(p->chance))
        printf("; that makes it %.3g times %s to be real", factor,
               p->weight >= 0 ? "more likely" : "less likely");
    putchar('\n');
}

static int run_one(struct request *r, void (*take_pass)(void *, const struct vaho_site_passed *))
{
    struct vaho_error error;

    if (vaho_sites_show(r->casebook, r->file[1], show_site, take_pass, r, &error) != VAHO_OK) {
        json_decref(r->out);
        return command_failed(r->command, &error);
    }
    return r->json ? print_json(r->out) : EXIT_DONE;
}

static int run_show(struct request *r)
{
    return run_one(r, show_pass);
}

static int run_explain(struct request *r)
{
    return run_one(r, explain_pass);
}

/* --- the command line -------------------------------------------------------------- */

static const struct verb {
    const char *name, *takes; /* its options; another one is misplaced */
    size_t n_files;
    const char *needs;
    int (*run)(struct request *r);
} verbs[] = {{"update", "atjwy", 1, "one casebook is needed", run_update},
             {"list", "gbplJj", 1, "one casebook is needed", run_list},
             {"show", "j", 2, "a casebook and a site are needed", run_show},
             {"explain", "j", 2, "a casebook and a site are needed", run_explain},
             {"known", "wy", 2, "a casebook and a GeoJSON of emitters are needed", run_known}};

static int take_box(struct request *r, const char *value)
{
    double *const side[4] = {&r->query.west, &r->query.south, &r->query.east, &r->query.north};
    char copy[256];
    const char *part[4];

    snprintf(copy, sizeof copy, "%s", value);
    if (strlen(value) >= sizeof copy || option_list(part, 4, copy) != 4)
        return command_misused(r->command, "--box takes four numbers, W,S,E,N");
    for (int k = 0; k < 4; k++)
        if (!option_real(side[k], part[k], k % 2 == 0 ? -180 : -90, k % 2 == 0 ? 180 : 90))
            return command_misused(r->command, "--box: '%s' is out of range", part[k]);
    return r->query.south <= r->query.north
               ? EXIT_DONE
               : command_misused(r->command, "--box: its south lies north of its north");
}

static int take_option(void *context, int option, char *value)
{
    struct request *r = context;
    uint64_t limit;
    double ignored;

    switch (option) {
    case 'a':
        if (!vaho_moment_parse(&ignored, value) || strlen(value) >= sizeof r->at)
            return command_misused(r->command, "--at: '%s' is no moment like 2026-04-03T12:00:00Z",
                                   value);
        snprintf(r->at, sizeof r->at, "%s", value);
        return EXIT_DONE;
    case 't':
        return option_integer(&r->n_threads, value, 1, MAX_THREADS)
                   ? EXIT_DONE
                   : command_misused(r->command, "--threads takes a number from 1 to 1024");
    case 'g': r->query.gas = value; return EXIT_DONE;
    case 'b': return take_box(r, value);
    case 'p':
        return option_real(&r->query.least_probability, value, 0, 1)
                   ? EXIT_DONE
                   : command_misused(r->command, "--least takes a probability, 0 to 1");
    case 'l':
        if (!option_integer(&limit, value, 1, MAX_LIMIT))
            return command_misused(r->command, "--limit takes a number from 1 to 1000000");
        r->query.limit = (size_t)limit;
        return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    case 'w':
    case 'y': act_option_take(&r->act, option, value); return EXIT_DONE;
    default: r->geojson = 1; return EXIT_DONE;
    }
}

static int parse(struct request *r, const struct verb *verb, int argc, char **argv)
{
    static const struct option options[] = {
        {"at", required_argument, NULL, 'a'},    {"threads", required_argument, NULL, 't'},
        {"gas", required_argument, NULL, 'g'},   {"box", required_argument, NULL, 'b'},
        {"least", required_argument, NULL, 'p'}, {"limit", required_argument, NULL, 'l'},
        {"who", required_argument, NULL, 'w'},   {"why", required_argument, NULL, 'y'},
        {"json", no_argument, NULL, 'j'},        {"geojson", no_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    const struct verb_options taken = {r->command, verb->name,  verb->takes,
                                       options,    take_option, print_help};
    int code = verb_options_take(&r->n_files, &r->file, &taken, r, argc, argv);

    if (code != -1)
        return code;
    if (r->json && r->geojson)
        return command_misused(r->command, "--json and --geojson exclude each other");
    return r->n_files == verb->n_files ? -1 : command_misused(r->command, "%s", verb->needs);
}

static int run(struct request *r, const struct verb *verb)
{
    struct vaho_error error;
    enum vaho_status status = vaho_casebook_open(&r->casebook, r->file[0], &error);
    int code;

    if (status == VAHO_OK)
        status = vaho_casebook_get_info(&r->info, r->casebook, &error);
    if (status == VAHO_OK)
        status = vaho_sites_get_state(&r->state, r->casebook, &error);
    code = status == VAHO_OK ? verb->run(r) : command_failed(r->command, &error);
    vaho_casebook_close(r->casebook);
    return code;
}

int cmd_sites(int argc, char **argv)
{
    struct request r = {.query = vaho_sites_query_defaults()};
    const struct verb_set set = {"sites", verbs, sizeof verbs / sizeof verbs[0], sizeof verbs[0],
                                 print_help};
    int code = EXIT_DONE;
    size_t v = verb_choose(&code, r.command, &set, argc, argv);

    if (v == set.n)
        return code;
    vaho_moment_format(r.at, (double)time(NULL));
    code = parse(&r, &verbs[v], argc - 1, argv + 1);
    return code == -1 ? run(&r, &verbs[v]) : code;
}
