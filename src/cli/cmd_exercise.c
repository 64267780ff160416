/* cmd_exercise.c - vaho exercise new|run|show|score: simulated flights and campaigns */
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/exercise_campaign.h"
#include "cli/option.h"
#include "cli/terminal.h"
#include "exercise/flight_files.h"
#include "exercise/gases.h"
#include "exercise/scene.h"

static const char NAME[] = "exercise new";

struct request {
    struct vaho_scene_params params;
    struct vaho_inputs inputs;
    const char *spectra, *surfaces, *air, *sky; /* paths; NULL: the simulator's own */
    const char *dir, *scenario, *key;
    int seed_given, flight_given; /* an option of a single flight */
    size_t n_peaks;
    uint64_t n_threads;
    int json;
};

static void print_help(void)
{
    struct vaho_scene_params p;

    vaho_scene_params_default(&p);
    printf(
        "usage: vaho exercise new DIR [options]\n"
        "       vaho exercise new --scenario FILE DIR [--key FILE] [--seed N] [--json]\n\n"
        "Simulates one flight line with known plumes and writes what a real flight delivers:\n"
        "DIR/NAME.bil with its header, DIR/library with a spectrum of every gas it knows (in\n"
        "reflected sunlight: a table of methane for the sensor's bands), and the truth in\n"
        "DIR/NAME.truth.json.  All of it says that it is an exercise.  The same options give\n"
        "the same bytes, on any machine.\n\n"
        "With --scenario it lays out a campaign instead: days of flights over an area with\n"
        "hidden sites, their truth sealed.  'vaho exercise run DIR' flies it.\n\n"
        "  --scenario FILE a campaign as docs/exercise.md describes it, or the name of one that\n"
        "                  is installed: first-day, cross-border, needle\n"
        "  --key FILE      where the key of its truth goes (DIR.key); for the leader alone\n"
        "  --seed N        which scene (%" PRIu64 "; of a campaign: drawn)\n"
        "  --kind WORD     thermal (emitted, 8.05 to 13.2 um) or shortwave (reflected sunlight,\n"
        "                  2.0 to 2.45 um; 96 bands, methane) (thermal)\n"
        "  --range A,B     first and last band, um\n"
        "  --lines N       length of the flight line (%zu)\n"
        "  --samples N     width of the swath (%zu)\n"
        "  --bands N       how many bands (%zu)\n"
        "  --plumes N      how many, shared out among the gases in turn (%zu); 0 for none\n"
        "  --gas LIST      which gases (",
        p.seed, p.n_lines, p.n_samples, p.n_bands, p.n_plumes);
    for (size_t i = 0; i < p.n_gases; i++)
        printf("%s%s", i == 0 ? "" : ",", p.gas[i]);
    printf(")\n"
           "  --peak LIST     strength of each, ppm.m (below); one value serves all\n"
           "  --noise X       standard deviation, W m-2 sr-1 um-1 (%g)\n"
           "  --photon-noise X  the same for what grows with light, at a radiance of 1 (0)\n"
           "  --spectra PATH  gases from this file or folder instead of the simulator's own\n"
           "  --surfaces PATH the ground is made of this library's surfaces, drawn by the seed\n"
           "  --air FILE      a table of the air from ground to sensor (shortwave: straight up)\n"
           "  --sky FILE      a table of what falls on the ground from the sky\n"
           "  --threads N     0: as many as there are processors (0)\n"
           "  --json          say what was written as JSON\n"
           "  -h, --help      this text\n\n"
           "Gases, with the strength used when --peak is not given:\n",
           p.noise);
    for (size_t i = 0; i < vaho_exercise_gas_count(); i++)
        printf("  %-20s %g ppm.m%s\n", vaho_exercise_gas(i)->name,
               vaho_exercise_gas(i)->default_ppmm,
               vaho_exercise_gas(i)->shortwave ? ", in reflected sunlight" : "");
    printf("\nExamples:\n"
           "  vaho exercise new flight\n"
           "  vaho exercise new empty --plumes 0 --seed 3\n"
           "  vaho exercise new faint --gas ammonia,methanol --peak 40,80 --plumes 6\n"
           "  vaho detect flight/flight.bil --library flight/library\n"
           "  vaho exercise new sunny --kind shortwave --peak 2000\n"
           "  vaho exercise new --scenario first-day monday\n");
}

/* One value for all gases or one each; the exit code. */
static int take_peaks(struct request *request, char *text)
{
    const char *part[VAHO_SCENE_MAX_GASES];

    request->n_peaks = option_list(part, VAHO_SCENE_MAX_GASES, text);
    for (size_t i = 0; i < request->n_peaks; i++)
        if (!option_real(&request->params.peak_ppmm[i], part[i], 1e-6, 1e6))
            return command_misused(NAME, "--peak '%s' is not a strength from 1e-6 to 1e6 ppm.m",
                                   part[i]);
    if (request->n_peaks == 0)
        return command_misused(NAME, "--peak takes 1 to %d strengths with commas between",
                               VAHO_SCENE_MAX_GASES);
    return EXIT_DONE;
}

static int take_count(size_t *out, const char *option, const char *text, uint64_t min, uint64_t max)
{
    uint64_t value;

    if (!option_integer(&value, text, min, max))
        return command_misused(NAME, "--%s '%s' is not a whole number from %" PRIu64 " to %" PRIu64,
                               option, text, min, max);
    *out = (size_t)value;
    return EXIT_DONE;
}

/* Everything a kind stands for; what other options say comes after it. */
static int take_kind(struct request *request, const char *word)
{
    struct vaho_scene_params *p = &request->params;
    uint64_t seed = p->seed;

    if (strcmp(word, "shortwave") == 0)
        vaho_scene_params_shortwave(p);
    else if (strcmp(word, "thermal") != 0)
        return command_misused(NAME, "--kind '%s' is neither thermal nor shortwave", word);
    p->seed = seed;
    return EXIT_DONE;
}

static int take_range(struct vaho_scene_params *p, char *text)
{
    const char *part[2];

    if (option_list(part, 2, text) == 2 && option_real(&p->first_um, part[0], 1, 14) &&
        option_real(&p->last_um, part[1], p->first_um, 14))
        return EXIT_DONE;
    return command_misused(NAME, "--range takes the first and the last band, um: 2.0,2.45");
}

static int take_option(struct request *request, int option, const char *name)
{
    struct vaho_scene_params *p = &request->params;

    request->flight_given |= strchr("sCKjt", option) == NULL;
    switch (option) {
    case 'C': request->scenario = optarg; return EXIT_DONE;
    case 'K': request->key = optarg; return EXIT_DONE;
    case 's':
        request->seed_given = 1;
        if (!option_integer(&p->seed, optarg, 0, INT64_MAX))
            return command_misused(NAME, "--seed '%s' is not a whole number from 0 to %" PRId64,
                                   optarg, INT64_MAX);
        return EXIT_DONE;
    case 'l': return take_count(&p->n_lines, name, optarg, 1, VAHO_SCENE_MAX_LINES);
    case 'w': return take_count(&p->n_samples, name, optarg, 1, VAHO_SCENE_MAX_SAMPLES);
    case 'b':
        return take_count(&p->n_bands, name, optarg, VAHO_SCENE_MIN_BANDS, VAHO_SCENE_MAX_BANDS);
    case 'n': return take_count(&p->n_plumes, name, optarg, 0, VAHO_SCENE_MAX_PLUMES);
    case 't': return take_count(&request->n_threads, name, optarg, 0, 256);
    case 'g':
        p->n_gases = option_list(p->gas, VAHO_SCENE_MAX_GASES, optarg);
        return p->n_gases > 0
                   ? EXIT_DONE
                   : command_misused(NAME, "--gas takes 1 to %d names with commas between",
                                     VAHO_SCENE_MAX_GASES);
    case 'k': return EXIT_DONE; /* read before all others */
    case 'r': return take_range(p, optarg);
    case 'S': request->spectra = optarg; return EXIT_DONE;
    case 'G': request->surfaces = optarg; return EXIT_DONE;
    case 'A': request->air = optarg; return EXIT_DONE;
    case 'Y': request->sky = optarg; return EXIT_DONE;
    case 'f':
        if (!option_real(&p->photon_noise, optarg, 0.0, 10.0))
            return command_misused(NAME, "--photon-noise '%s' is not a number from 0 to 10",
                                   optarg);
        return EXIT_DONE;
    case 'p': return take_peaks(request, optarg);
    case 'x':
        if (!option_real(&p->noise, optarg, 0.0, 10.0))
            return command_misused(NAME, "--noise '%s' is not a number from 0 to 10", optarg);
        return EXIT_DONE;
    case 'j': request->json = 1; break;
    }
    return EXIT_DONE;
}

static const struct option options[] = {{"scenario", required_argument, NULL, 'C'},
                                        {"key", required_argument, NULL, 'K'},
                                        {"seed", required_argument, NULL, 's'},
                                        {"lines", required_argument, NULL, 'l'},
                                        {"samples", required_argument, NULL, 'w'},
                                        {"bands", required_argument, NULL, 'b'},
                                        {"plumes", required_argument, NULL, 'n'},
                                        {"gas", required_argument, NULL, 'g'},
                                        {"peak", required_argument, NULL, 'p'},
                                        {"noise", required_argument, NULL, 'x'},
                                        {"threads", required_argument, NULL, 't'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"kind", required_argument, NULL, 'k'},
                                        {"range", required_argument, NULL, 'r'},
                                        {"photon-noise", required_argument, NULL, 'f'},
                                        {"spectra", required_argument, NULL, 'S'},
                                        {"surfaces", required_argument, NULL, 'G'},
                                        {"air", required_argument, NULL, 'A'},
                                        {"sky", required_argument, NULL, 'Y'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

/* Reads --kind alone, for it sets what the other options change. */
static int parse_kind(struct request *request, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--kind") == 0 && i + 1 < argc)
            return take_kind(request, argv[i + 1]);
        if (strncmp(argv[i], "--kind=", 7) == 0)
            return take_kind(request, argv[i] + 7);
    }
    return EXIT_DONE;
}

/* Fills the request from the arguments after "new"; the exit code, or -1 to go on. */
static int parse(struct request *request, int argc, char **argv)
{
    int option, index = 0;

    *request = (struct request){0};
    vaho_scene_params_default(&request->params);
    if (parse_kind(request, argc, argv) != EXIT_DONE)
        return EXIT_USAGE;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, &index)) != -1) {
        int code;
        if (option == 'h') {
            print_help();
            return EXIT_DONE;
        }
        if (option == '?')
            return command_misused(NAME, "option '%s' is unknown or lacks its value",
                                   argv[optind - 1]);
        code = take_option(request, option, options[index].name);
        if (code != EXIT_DONE)
            return code;
    }
    if (argc - optind != 1 || argv[optind][0] == '\0')
        return command_misused(NAME, "one directory is needed, %d were given", argc - optind);
    request->dir = argv[optind];
    if (request->scenario != NULL)
        return request->flight_given
                   ? command_misused(NAME, "--scenario says all of a campaign; the options of a "
                                           "single flight do not go with it")
                   : -1;
    if (request->key != NULL)
        return command_misused(NAME, "--key goes with --scenario");
    if (request->n_peaks == 1)
        for (size_t i = 1; i < request->params.n_gases; i++)
            request->params.peak_ppmm[i] = request->params.peak_ppmm[0];
    if (request->n_peaks > 1 && request->n_peaks != request->params.n_gases)
        return command_misused(NAME, "%zu strengths for %zu gases", request->n_peaks,
                               request->params.n_gases);
    return -1;
}

/* The spectra and the air that were named. */
static enum vaho_status take_inputs(struct request *request, struct vaho_error *error)
{
    static const char *const none[VAHO_GROUND_N_KINDS];
    struct vaho_scene_params *p = &request->params;
    struct vaho_inputs *in = &request->inputs;
    struct vaho_library *library = NULL;
    enum vaho_status status = vaho_library_new(&library, error);

    if (status == VAHO_OK && request->spectra != NULL)
        status = vaho_library_add(library, request->spectra, error);
    for (size_t i = 0; i < p->n_gases && status == VAHO_OK && request->spectra != NULL; i++)
        status = vaho_inputs_take_gas(in, library, p->gas[i], error);
    vaho_library_free(library);
    library = NULL;
    if (status == VAHO_OK && request->surfaces != NULL)
        status = vaho_library_new(&library, error);
    if (library != NULL && status == VAHO_OK)
        status = vaho_library_add(library, request->surfaces, error);
    if (library != NULL && status == VAHO_OK)
        status =
            vaho_inputs_take_surfaces(in, library, none, p->seed, p->first_um, p->last_um, error);
    vaho_library_free(library);
    if (status == VAHO_OK && request->air != NULL)
        status = vaho_inputs_take_air(
            in, 0, p->kind == VAHO_SCENE_SHORTWAVE ? "vertical" : "to_sensor", request->air, error);
    if (status == VAHO_OK && request->sky != NULL)
        status = vaho_inputs_take_air(in, 0, "sky", request->sky, error);
    p->inputs = in;
    return status;
}

static int print_result(const struct request *request, const struct vaho_flight_files *files)
{
    const struct vaho_scene_params *p = &request->params;
    json_t *result;
    int printed;

    if (!request->json) {
        printf("EXERCISE  %s   %zu lines x %zu samples x %zu bands, %zu plumes, seed %" PRIu64 "\n"
               "library   %s\n"
               "truth     %s\n",
               files->cube, p->n_lines, p->n_samples, p->n_bands, p->n_plumes, p->seed,
               files->library, files->truth);
        return EXIT_DONE;
    }
    result = json_pack("{s:b, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "exercise", 1, "seed",
                       (json_int_t)p->seed, "cube", files->cube, "library", files->library, "truth",
                       files->truth, "lines", (json_int_t)p->n_lines, "samples",
                       (json_int_t)p->n_samples, "bands", (json_int_t)p->n_bands, "plumes",
                       (json_int_t)p->n_plumes);
    printed = result != NULL && json_dumpf(result, stdout, JSON_INDENT(1)) == 0;
    json_decref(result);
    putchar('\n');
    if (printed)
        return EXIT_DONE;
    fprintf(stderr, "vaho %s: the paths are not UTF-8 and cannot be said as JSON\n", NAME);
    return EXIT_FAULT;
}

static int run_new(int argc, char **argv)
{
    struct request request;
    struct vaho_scene *scene = NULL;
    struct vaho_pool *pool = NULL;
    struct vaho_flight_files files = {0};
    struct vaho_error error = {0};
    struct terminal_bar bar;
    struct vaho_progress progress;
    int code = parse(&request, argc, argv);

    if (code != -1)
        return code;
    if (request.scenario != NULL)
        return exercise_campaign_new(request.scenario, request.dir, request.key,
                                     request.seed_given ? &request.params.seed : NULL,
                                     request.json);
    terminal_bar_init(&bar, NULL);
    progress = terminal_progress(&bar);
    vaho_exercise_sun_at(&request.params.sun, vaho_flight_files_time_s(request.params.seed),
                         VAHO_FLIGHT_LONGITUDE_DEG, VAHO_FLIGHT_LATITUDE_DEG);
    if (take_inputs(&request, &error) == VAHO_OK &&
        vaho_scene_new(&scene, &request.params, &error) == VAHO_OK &&
        vaho_pool_new(&pool, request.n_threads, &error) == VAHO_OK)
        vaho_flight_files_write(&files, scene, request.dir, pool, &progress, &error);
    terminal_bar_end(&bar);
    code = error.status == VAHO_OK ? print_result(&request, &files) : command_failed(NAME, &error);
    vaho_flight_files_free(&files);
    vaho_pool_free(pool);
    vaho_scene_free(scene);
    vaho_inputs_free(&request.inputs);
    return code;
}

int cmd_exercise(int argc, char **argv)
{
    int code;

    if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
        puts("usage: vaho exercise new DIR [options]\n"
             "       vaho exercise new --scenario FILE DIR [options]\n"
             "       vaho exercise run|show|score DIR [options]\n\n"
             "  new    simulate a flight with known plumes, or lay out a campaign\n"
             "  run    fly a campaign into its casebook\n"
             "  show   how far it is, without telling the truth\n"
             "  score  open the truth and write the after-action report\n\n"
             "'vaho exercise VERB -h' explains each.");
        return EXIT_DONE;
    }
    if (argc > 1 && strcmp(argv[1], "new") == 0)
        return run_new(argc - 1, argv + 1);
    if (argc > 1 && exercise_campaign(&code, argc - 1, argv + 1))
        return code;
    return command_misused(
        argv[0], argc > 1 ? "there is no 'exercise %s'" : "say what: new, run, show or score",
        argc > 1 ? argv[1] : "");
}
