/* cmd_stack.c - vaho stack PASSES.csv: sources that no single pass shows */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/mandate_option.h"
#include "cli/option.h"
#include "cli/terminal.h"
#include "flight/stack.h"
#include "flight/stack_products.h"
#include "vaho/version.h"

static const char NAME[] = "stack";
static const size_t MAX_LIST_NBYTES = (size_t)1 << 24;
enum { MAX_PATHS = 256, MAX_GASES = 256, PATH_NBYTES = 4096 };

struct request {
    size_t n_libraries;
    const char *library_path[MAX_PATHS], *gas[MAX_GASES];
    char *gas_text; /* owned; cut up by 'gas' */
    const char *list, *out, *q_text, *gases_asked;
    struct mandate_option permission;
    struct vaho_detect_settings detect;
    struct vaho_library *library;
    struct vaho_pass_list passes;
    char folder[PATH_NBYTES];
    double q;
    int json;
};

static void print_help(void)
{
    puts(
        "usage: vaho stack PASSES.csv --library PATH [options]\n\n"
        "Sums many passes over one place, each in its own wind, and finds sources too weak for\n"
        "any single pass. Writes a folder with stack.geojson, a GeoTIFF of evidence for every\n"
        "gas, and run.json.\n\n"
        "PASSES.csv names one cube a line, in columns named by its first line: cube,\n"
        "wind_from_deg (degrees from north, clockwise) and, where known, wind_from_sigma_deg\n"
        "(15), wind_speed_m_s, air_temperature_k, time (where the cube does not say), geo and\n"
        "dem (as for 'vaho detect'). File names start at its own folder.\n\n"
        "  --library PATH      a file or a folder of gas spectra; may be repeated\n"
        "  --gas LIST          gases to search, or 'all' of the library but the air's own (all)\n"
        "  --q X               report sources up to this false-discovery rate (0.05)\n"
        "  --mandate FILE      look only where, when and for what this signed permission allows\n"
        "  --trust PATH        whose keys are an authority's: a file or a folder of them\n"
        "  --revocations FILE  mandates taken back; may be repeated\n"
        "  --out DIR           where to write (PASSES with .vaho in the current folder)\n"
        "  --threads N         0: as many as there are processors (0)\n"
        "  --json              print stack.geojson instead of a table\n"
        "  -h, --help          this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused by the\n"
        "mandate.\n\n"
        "Examples:\n"
        "  vaho stack march.csv --library ~/gases --gas ammonia\n"
        "  vaho stack march.csv --library ~/gases --q 0.2 --out march");
}

static int take_option(struct request *r, int option, char *value)
{
    uint64_t threads;

    switch (option) {
    case 'l':
        if (r->n_libraries == MAX_PATHS)
            return command_misused(NAME, "more than %d --library", MAX_PATHS);
        r->library_path[r->n_libraries++] = value;
        return EXIT_DONE;
    case 'g':
        if (r->gas_text != NULL)
            return command_misused(NAME, "--gas is given twice; one list names them all");
        r->gases_asked = value;
        r->gas_text = vaho_strdup(value);
        if (r->gas_text == NULL)
            return EXIT_FAULT;
        if (strcmp(value, "all") == 0)
            return EXIT_DONE;
        r->detect.gas = r->gas;
        r->detect.n_gases = option_list(r->gas, MAX_GASES, r->gas_text);
        return r->detect.n_gases > 0
                   ? EXIT_DONE
                   : command_misused(NAME, "--gas wants names with commas between");
    case 'q':
        r->q_text = value;
        return option_real(&r->q, value, 0.0, 0.5) ? EXIT_DONE
                                                   : command_misused(NAME, "--q wants 0 to 0.5");
    case 'M':
    case 'T':
    case 'R': return mandate_option_take(&r->permission, NAME, option, value);
    case 'o': r->out = value; return EXIT_DONE;
    case 't':
        if (!option_integer(&threads, value, 0, 256))
            return command_misused(NAME, "--threads wants 0 to 256");
        r->detect.n_threads = (size_t)threads;
        return EXIT_DONE;
    case 'j': r->json = 1; return EXIT_DONE;
    default: return command_misused(NAME, "an option is not understood");
    }
}

/* The list of passes, its folder, and the library. */
static enum vaho_status load(struct request *r, struct vaho_error *error)
{
    const char *slash = strrchr(r->list, '/');
    char *text = NULL;
    size_t nbytes = 0;
    enum vaho_status status = vaho_file_read(&text, &nbytes, r->list, MAX_LIST_NBYTES, error);

    if (status == VAHO_OK)
        status = vaho_pass_list_parse(&r->passes, text, nbytes, r->list, error);
    free(text);
    snprintf(r->folder, sizeof r->folder, "%.*s", slash != NULL ? (int)(slash - r->list + 1) : 1,
             slash != NULL ? r->list : ".");
    if (status == VAHO_OK)
        status = vaho_library_new(&r->library, error);
    for (size_t i = 0; status == VAHO_OK && i < r->n_libraries; i++)
        status = vaho_library_add(r->library, r->library_path[i], error);
    return status;
}

/* How many passes show a source by themselves at all: more than one standard deviation. */
static size_t n_showing(const struct vaho_stacked *s, const struct vaho_stacked_source *source)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_passes; i++) {
        double u, share;
        vaho_stack_pass(&u, &share, s->stack, source->gas, i, source->cell);
        n += isfinite(u) && u > 1.0;
    }
    return n;
}

static void print_table(const struct vaho_stacked *s, double q, const char *directory)
{
    size_t n = 0;

    while (n < s->n_sources && s->source[n].q_value <= q)
        n++;
    printf("%s%zu passes, cells of %.3g m\n", s->exercise ? "EXERCISE  " : "", s->n_passes,
           s->grid.cell_m);
    if (s->place_assumed)
        puts("nobody states how well some passes are placed: a pixel's width was assumed");
    printf("%zu source%s at q <= %g\n", n, n == 1 ? "" : "s", q);
    if (n > 0)
        printf("  %-20s %-6s %6s   %-16s %-24s %-8s %s\n", "gas", "q", "snr", "mean ppm.m",
               "source", "+- m", "passes");
    for (size_t i = 0; i < n; i++) {
        const struct vaho_stacked_source *source = &s->source[i];
        double longitude, latitude, ppmm, sigma;
        char amount[64], place[64];
        vaho_ground_grid_lonlat(&longitude, &latitude, &s->grid, source->row, source->col);
        vaho_stack_amount(&ppmm, &sigma, s->stack, source->gas, source->cell);
        snprintf(amount, sizeof amount, "%.3g +- %.2g", ppmm, sigma);
        snprintf(place, sizeof place, "%.5f %c %.5f %c", fabs(latitude), latitude < 0 ? 'S' : 'N',
                 fabs(longitude), longitude < 0 ? 'W' : 'E');
        printf("  %-20s %-6.3f %6.1f   %-16s %-24s %-8.2g %zu of %zu\n", s->name[source->gas],
               source->q_value, source->snr, amount, place,
               vaho_place_largest_sigma_m(source->covariance_m2), n_showing(s, source),
               s->n_passes);
    }
    printf("%s/stack.geojson\n", directory);
}

/* The files read besides the cubes, each once. */
static size_t list_inputs(const char *out[MAX_PATHS], const struct request *r)
{
    size_t n = 0;

    out[n++] = r->list;
    for (size_t i = 0; i < vaho_library_size(r->library); i++) {
        const char *path = vaho_library_get(r->library, i)->path;
        size_t j = 0;
        while (j < n && strcmp(out[j], path) != 0)
            j++;
        if (j == n && n < MAX_PATHS)
            out[n++] = path;
    }
    if (r->permission.mandate_path != NULL && n < MAX_PATHS)
        out[n++] = r->permission.mandate_path;
    for (size_t i = 0; i < r->permission.n_revocations && n < MAX_PATHS; i++)
        out[n++] = r->permission.revocations_path[i];
    return n;
}

static enum vaho_status stack(struct request *r, struct vaho_error *error)
{
    struct vaho_stack_request request = {&r->passes, r->folder, r->library, &r->detect,
                                         r->permission.trust};
    const char *label = r->permission.mandate != NULL
                            ? vaho_mandate_terms(r->permission.mandate)->label
                            : "no mandate";
    struct vaho_stacked *stacked = NULL;
    struct terminal_bar bar;
    struct vaho_progress progress;
    char name[VAHO_PASS_NAME_NBYTES], directory[PATH_NBYTES], decoys[24];
    const char *input[MAX_PATHS];
    enum vaho_status status;

    vaho_pass_name(name, r->list);
    snprintf(directory, sizeof directory, "%s%s", r->out != NULL ? r->out : name,
             r->out != NULL ? "" : ".vaho");
    snprintf(decoys, sizeof decoys, "%zu", r->detect.n_decoys);
    terminal_bar_init(&bar, r->json ? NULL : name);
    progress = terminal_progress(&bar);
    r->detect.flight = name;
    r->detect.mandate = r->permission.mandate;
    status = vaho_stack_passes(&stacked, &request, &progress, error);
    terminal_bar_end(&bar);
    if (status == VAHO_OK) {
        struct vaho_setting setting[] = {{"--gas", r->gases_asked != NULL ? r->gases_asked : "all"},
                                         {"--q", r->q_text != NULL ? r->q_text : "0.05"},
                                         {"decoys a signature", decoys}};
        struct vaho_product product = {name, "", stacked->exercise, label, r->q, VAHO_VERSION};
        struct vaho_stack_products products = {.directory = directory,
                                               .product = &product,
                                               .stacked = stacked,
                                               .n_settings = sizeof setting / sizeof setting[0],
                                               .setting = setting,
                                               .n_inputs = list_inputs(input, r),
                                               .input = input};
        status = vaho_stack_products_write(&products, error);
    }
    if (status == VAHO_OK && r->json)
        status = command_print_json(directory, "stack.geojson", error);
    else if (status == VAHO_OK)
        print_table(stacked, r->q, directory);
    vaho_stacked_free(stacked);
    return status;
}

int cmd_stack(int argc, char **argv)
{
    static const struct option options[] = {{"library", required_argument, NULL, 'l'},
                                            {"gas", required_argument, NULL, 'g'},
                                            {"q", required_argument, NULL, 'q'},
                                            {"mandate", required_argument, NULL, 'M'},
                                            {"trust", required_argument, NULL, 'T'},
                                            {"revocations", required_argument, NULL, 'R'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct request *r = vaho_alloc(1, sizeof *r);
    struct vaho_error error;
    int option, code = EXIT_DONE;

    if (r == NULL)
        return EXIT_FAULT;
    vaho_detect_settings_default(&r->detect);
    r->detect.cpu = getenv("VAHO_CPU");
    r->q = 0.05;
    while (code == EXIT_DONE && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            print_help();
            free(r->gas_text);
            free(r);
            return EXIT_DONE;
        }
        code = take_option(r, option, optarg);
    }
    if (code == EXIT_DONE && argc - optind != 1)
        code = command_misused(NAME, "wants one list of passes");
    if (code == EXIT_DONE && r->n_libraries == 0)
        code = command_misused(NAME, "--library is missing");
    if (code == EXIT_DONE)
        code = mandate_option_load(&r->permission, NAME);
    if (code == EXIT_DONE) {
        r->list = argv[optind];
        if (load(r, &error) != VAHO_OK || stack(r, &error) != VAHO_OK)
            code = command_failed(NAME, &error);
    }
    vaho_library_free(r->library);
    vaho_pass_list_free(&r->passes);
    mandate_option_free(&r->permission);
    free(r->gas_text);
    free(r);
    return code;
}
