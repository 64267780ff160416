/* cmd_detect.c - vaho detect CUBE...: from a recorded cube to plumes and their report */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/mandate_option.h"
#include "cli/maps_option.h"
#include "cli/option.h"
#include "cli/terminal.h"
#include "flight/products.h"
#include "vaho/detect.h"
#include "vaho/library.h"
#include "vaho/place.h"
#include "vaho/source.h"
#include "vaho/version.h"

static const char NAME[] = "detect";
enum {
    MAX_PATHS = 256,
    MAX_EXPLAINED = 256,
    MAX_GASES = 256,
    MAX_SETTINGS = 32,
    MAX_NOTES = 64,
    PATH_NBYTES = 4096,
    NOTE_NBYTES = 512
};

struct request {
    size_t n_libraries, n_surfaces, n_gases, n_settings;
    const char *library_path[MAX_PATHS], *surface_path[MAX_PATHS], *gas[MAX_GASES];
    struct vaho_setting setting[MAX_SETTINGS]; /* all that decided the result, given or not */
    struct vaho_detect_settings detect;
    struct vaho_library *library, *surfaces;
    const struct vaho_spectrum **surface;
    const char *out, *geo, *dem;
    struct mandate_option permission;
    struct maps_option maps;
    const char *method_text, *background_text, *air_text, *q_text;
    const char *speed_text, *sigma_text, *from_text, *from_sigma_text, *size_text;
    char *gas_text; /* owned */
    char decoys_text[24], kept_text[24];
    double q;
    int json;
    size_t n_explained;
    const char *explained[MAX_EXPLAINED]; /* ids, or "all" */
    unsigned char found[MAX_EXPLAINED];   /* in some cube */
    struct vaho_text ids;                 /* that there are, for who asked for another */
};

static void print_help(void)
{
    puts(
        "usage: vaho detect CUBE... [options]\n\n"
        "Finds plumes of gases, or surfaces, in recorded cubes and writes for each a folder with\n"
        "plumes.geojson, plumes.gpkg, coverage.geojson, a GeoTIFF of column density and of "
        "evidence\n"
        "for every gas, report.html and run.json.\n\n"
        "  --library PATH      a file or a folder of gas spectra; may be repeated\n"
        "  --gas LIST          gases to search, or 'all' of the library but the air's own (all)\n"
        "  --surface FILE      search for surfaces instead, by reflectance; may be repeated\n"
        "  --method NAME       vaho, mf, ace, cem, rx, or sparse for maps alone (vaho)\n"
        "  --background NAME   auto, global or column (auto: by column where lines are enough)\n"
        "  --bands FROM-TO     use all bands from one wavelength to the other, um, or 'all'\n"
        "  --maps              score every pixel by mf, ace or sparse and search for nothing: "
        "only\n"
        "                      ENVI maps of amount, its sigma and (ace) the adaptive cosine\n"
        "  --window IN,OUT     maps: the background is a window of OUT pixels around each pixel, "
        "but\n"
        "                      for IN; odd numbers, as in 5,21\n"
        "  --shrink            maps: shrink columns' covariances by leave-one-out likelihood\n"
        "  --iterations N      maps: of the sparse filter (30)\n"
        "  --air-temperature K of the air the plume is in, as seen in the window; not known: "
        "several\n"
        "                      are tried\n"
        "  --wind-speed M_S    at which plumes drift, m/s: adds emission rates in kg/h\n"
        "  --wind-sigma M_S    its standard deviation (a quarter of the speed)\n"
        "  --wind-from DEG     where the wind comes from, degrees from north, clockwise: for "
        "rates\n"
        "                      and for where plumes begin (each plume's own direction)\n"
        "  --wind-from-sigma DEG  its standard deviation (15)\n"
        "  --pixel-size M      of a pixel on the ground, where the cube does not say\n"
        "  --q X               report plumes up to this false-discovery rate (0.05)\n"
        "  --explain ID        write all evidence of one plume (its id in plumes.geojson), or of\n"
        "                      'all', as explain-ID.html and .json; may be repeated\n"
        "  --geo FILE          where the pixels lie: an ENVI IGM or GLT, a netCDF, or a\n"
        "                      description of the flight's geometry (.json)\n"
        "  --dem FILE          the terrain model that goes with such a description\n"
        "  --mandate FILE      look only where, when and for what this signed permission allows\n"
        "  --trust PATH        whose keys are an authority's: a file or a folder of them\n"
        "  --revocations FILE  mandates taken back; may be repeated\n"
        "  --out DIR           where to write (CUBE's name with .vaho in the current folder)\n"
        "  --threads N         0: as many as there are processors (0)\n"
        "  --json              print the plumes as JSON instead of a table\n"
        "  -h, --help          this text\n\n"
        "Exit status: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input, 4 refused by the\n"
        "mandate.\n\n"
        "Examples:\n"
        "  vaho detect sierra_03.bil --library ~/gases\n"
        "  vaho detect line.bil --library ~/gases --gas ammonia,acetone --q 0.2 --out here\n"
        "  vaho detect line.bil --library ~/gases --explain line-0001\n"
        "  vaho detect airport.bsq --surface roof.csv --method ace\n"
        "  vaho detect line.bil --library methane.txt --maps --method mf --background column\n"
        "  vaho detect raw.bil --library ~/gases --geo flight.json --dem terrain.tif\n"
        "  vaho detect line.bil --library ~/gases --mandate sierra.mandate.json --trust "
        "trust.json");
}

static int set_method(struct request *r, const char *text)
{
    static const char *const names[] = {"vaho", "mf", "ace", "cem", "rx", "sparse"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            r->detect.method = (enum vaho_method)i;
            return 1;
        }
    return 0;
}

static int set_background(struct request *r, const char *text)
{
    static const char *const names[] = {"auto", "global", "column"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0) {
            r->detect.background = (enum vaho_background_kind)i;
            return 1;
        }
    return 0;
}

static void add_setting(struct request *r, const char *name, const char *value)
{
    if (value != NULL && r->n_settings < MAX_SETTINGS)
        r->setting[r->n_settings++] = (struct vaho_setting){name, value};
}

/* What the products say of how they were made; files read are listed there as inputs. */
static void list_settings(struct request *r)
{
    snprintf(r->decoys_text, sizeof r->decoys_text, "%zu", r->detect.n_decoys);
    snprintf(r->kept_text, sizeof r->kept_text, "%g", r->detect.q_kept);
    add_setting(r, "--method", r->method_text);
    add_setting(r, "--background", r->background_text);
    if (r->n_surfaces == 0)
        add_setting(r, "--gas", r->gas_text != NULL ? r->gas_text : "all");
    add_setting(r, "--air-temperature", r->air_text);
    add_setting(r, "--wind-speed", r->speed_text);
    add_setting(r, "--wind-sigma", r->sigma_text);
    add_setting(r, "--wind-from", r->from_text);
    add_setting(r, "--wind-from-sigma", r->from_sigma_text);
    add_setting(r, "--pixel-size", r->size_text);
    add_setting(r, "--bands", r->maps.bands_text);
    add_setting(r, "--window", r->maps.window_text);
    add_setting(r, "--shrink", r->maps.shrink_text);
    add_setting(r, "--iterations", r->maps.iterations_text);
    add_setting(r, "--q", r->q_text);
    add_setting(r, "--geo", r->geo);
    add_setting(r, "--dem", r->dem);
    add_setting(r, "--mandate", r->permission.mandate_path);
    add_setting(r, "--trust", r->permission.trust_path);
    add_setting(r, "decoys a signature", r->decoys_text);
    add_setting(r, "candidates kept up to q", r->kept_text);
}

/* The options about the wind and the ground's scale. */
static int take_wind(struct request *r, int option, char *value)
{
    switch (option) {
    case 'w':
        r->speed_text = value;
        return option_real(&r->detect.wind_speed_m_s, value, 0.05, 100.0)
                   ? EXIT_DONE
                   : command_misused(NAME, "--wind-speed wants metres a second, 0.05 to 100");
    case 'u':
        r->sigma_text = value;
        return option_real(&r->detect.wind_sigma_m_s, value, 0.0, 100.0)
                   ? EXIT_DONE
                   : command_misused(NAME, "--wind-sigma wants metres a second, 0 to 100");
    case 'f':
        r->from_text = value;
        return option_real(&r->detect.wind_from_deg, value, 0.0, 360.0)
                   ? EXIT_DONE
                   : command_misused(NAME, "--wind-from wants degrees from north, 0 to 360");
    case 'F':
        r->from_sigma_text = value;
        return option_real(&r->detect.wind_from_sigma_deg, value, 0.0, 90.0)
                   ? EXIT_DONE
                   : command_misused(NAME, "--wind-from-sigma wants degrees, 0 to 90");
    default:
        r->size_text = value;
        return option_real(&r->detect.pixel_size_m, value, 0.001, 1000.0)
                   ? EXIT_DONE
                   : command_misused(NAME, "--pixel-size wants metres, 0.001 to 1000");
    }
}

/* EXIT_DONE, or the exit code of what is wrong with one option. */
static int take_option(struct request *r, int option, char *value)
{
    uint64_t threads;

    switch (option) {
    case 'l':
        if (r->n_libraries == MAX_PATHS)
            return command_misused(NAME, "more than %d --library", MAX_PATHS);
        r->library_path[r->n_libraries++] = value;
        return EXIT_DONE;
    case 's':
        if (r->n_surfaces == MAX_PATHS)
            return command_misused(NAME, "more than %d --surface", MAX_PATHS);
        r->surface_path[r->n_surfaces++] = value;
        return EXIT_DONE;
    case 'g':
        if (r->gas_text != NULL)
            return command_misused(NAME, "--gas is given twice; one list names them all");
        r->gas_text = vaho_strdup(value); /* as written: the list is cut up in place */
        if (r->gas_text == NULL)
            return EXIT_FAULT;
        if (strcmp(value, "all") == 0)
            return EXIT_DONE;
        r->n_gases = option_list(r->gas, MAX_GASES, value);
        return r->n_gases > 0 ? EXIT_DONE
                              : command_misused(NAME, "--gas wants names with commas between");
    case 'm':
        r->method_text = value;
        return set_method(r, value) ? EXIT_DONE
                                    : command_misused(NAME, "there is no method '%s'", value);
    case 'b':
        r->background_text = value;
        return set_background(r, value)
                   ? EXIT_DONE
                   : command_misused(NAME, "there is no background '%s'", value);
    case 'a':
        r->air_text = value;
        return option_real(&r->detect.air_temperature_k, value, 180.0, 350.0)
                   ? EXIT_DONE
                   : command_misused(NAME, "--air-temperature wants kelvins, 180 to 350");
    case 'w':
    case 'u':
    case 'f':
    case 'F':
    case 'p': return take_wind(r, option, value);
    case 'q':
        r->q_text = value;
        return option_real(&r->q, value, 0.0, 0.5) ? EXIT_DONE
                                                   : command_misused(NAME, "--q wants 0 to 0.5");
    case 'x':
        if (r->n_explained == MAX_EXPLAINED)
            return command_misused(NAME, "more than %d --explain; 'all' explains every plume",
                                   MAX_EXPLAINED);
        r->explained[r->n_explained++] = value;
        r->detect.explain = 1;
        return EXIT_DONE;
    case 'e': r->geo = value; return EXIT_DONE;
    case 'd': r->dem = value; return EXIT_DONE;
    case 'M':
    case 'T':
    case 'R': return mandate_option_take(&r->permission, NAME, option, value);
    case 'B':
    case 'P':
    case 'W':
    case 'S':
    case 'I': return maps_option_take(&r->maps, &r->detect, NAME, option, value);
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

/* Libraries and surfaces. */
static int load_spectra(struct request *r)
{
    struct vaho_error error;
    enum vaho_status status = vaho_library_new(&r->library, &error);

    for (size_t i = 0; status == VAHO_OK && i < r->n_libraries; i++)
        status = vaho_library_add(r->library, r->library_path[i], &error);
    if (status == VAHO_OK && r->n_surfaces > 0)
        status = vaho_library_new(&r->surfaces, &error);
    for (size_t i = 0; status == VAHO_OK && i < r->n_surfaces; i++)
        status = vaho_library_add(r->surfaces, r->surface_path[i], &error);
    if (status != VAHO_OK)
        return command_failed(NAME, &error);
    if (r->n_surfaces > 0) {
        size_t n = vaho_library_size(r->surfaces);
        r->surface = vaho_alloc(n, sizeof *r->surface);
        if (r->surface == NULL)
            return EXIT_FAULT;
        for (size_t i = 0; i < n; i++)
            if (vaho_library_get(r->surfaces, i)->kind == VAHO_SPECTRUM_SURFACE)
                r->surface[r->detect.n_surfaces++] = vaho_library_get(r->surfaces, i);
        if (r->detect.n_surfaces == 0)
            return command_misused(NAME, "--surface: no surface spectrum in what was named");
        r->detect.surface = r->surface;
    }
    r->detect.n_gases = r->n_gases;
    r->detect.gas = r->gas;
    return EXIT_DONE;
}

/* "dir/sierra_03.bil" -> "sierra_03". */
static void flight_name(char out[PATH_NBYTES], const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dot;

    snprintf(out, PATH_NBYTES, "%s", slash != NULL ? slash + 1 : path);
    dot = strrchr(out, '.');
    if (dot != NULL && dot != out)
        *dot = '\0';
}

static void print_table(const struct vaho_detection *d, const struct vaho_place *place, double q,
                        const char *directory)
{
    size_t n = 0;

    while (n < d->plumes->n && d->plumes->plume[n].q_value <= q)
        n++;
    printf("%zu plume%s at q <= %g\n", n, n == 1 ? "" : "s", q);
    if (n > 0)
        printf("  %-20s %-6s %6s   %-16s %-24s %s\n", d->unit[0] != '\0' ? "gas" : "surface", "q",
               "snr", d->unit[0] != '\0' ? "peak ppm.m" : "peak abundance", "source",
               "else it may be");
    for (size_t i = 0; i < n; i++) {
        const struct vaho_plume *p = &d->plumes->plume[i];
        char amount[64], source[64];
        double longitude, latitude;
        snprintf(amount, sizeof amount, "-");
        if (isfinite(p->peak_ppmm)) /* no unknown gas */
            snprintf(amount, sizeof amount, "%.3g +- %.2g", p->peak_ppmm, p->sigma_ppmm);
        if (vaho_place_lonlat(&longitude, &latitude, place, p->source_line, p->source_sample))
            snprintf(source, sizeof source, "%.5f %c %.5f %c", fabs(latitude),
                     latitude < 0 ? 'S' : 'N', fabs(longitude), longitude < 0 ? 'W' : 'E');
        else
            snprintf(source, sizeof source, "line %.0f sample %.0f", p->source_line,
                     p->source_sample);
        printf("  %-20s %-6.3f %6.1f   %-16s %-24s ", p->gas, p->q_value, p->snr, amount, source);
        for (size_t k = 0; k < p->n_alternatives && k < 3; k++)
            printf("%s%s %.2f", k > 0 ? ", " : "", p->alternative[k].gas,
                   p->alternative[k].probability);
        puts(p->n_alternatives == 0 ? "-" : "");
    }
    printf("%s/report.html\n", directory);
}

static void print_cube(const struct vaho_cube_info *info, const struct vaho_place *place)
{
    printf("%s%s   %zu lines x %zu samples x %zu bands", info->exercise ? "EXERCISE  " : "",
           info->path, info->n_lines, info->n_samples, info->n_bands);
    if (info->wavelength_um != NULL) {
        double least = INFINITY, most = -INFINITY;
        for (size_t b = 0; b < info->n_bands; b++) {
            least = fmin(least, info->wavelength_um[b]);
            most = fmax(most, info->wavelength_um[b]);
        }
        printf(", %.2f-%.2f um", least, most);
    }
    if (vaho_place_known(place)) {
        double along, across;
        if (vaho_place_pixel_size_m(&along, &across, place, (double)(info->n_lines / 2),
                                    (double)(info->n_samples / 2)))
            printf(", %.3g m", 0.5 * (along + across));
    } else {
        printf(", no geolocation");
    }
    putchar('\n');
}

/* The files the spectra and the permission came from, each once. */
static size_t list_inputs(const char *out[MAX_PATHS], const struct request *r)
{
    const struct vaho_library *const from[] = {r->library, r->surfaces};
    size_t n = 0;

    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; from[k] != NULL && i < vaho_library_size(from[k]); i++) {
            const char *path = vaho_library_get(from[k], i)->path;
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

/* How much the mandate leaves to see, and what was passed over or doubted in the libraries. */
static size_t list_notes(const char *out[MAX_NOTES], const struct request *r, const char *permitted)
{
    const struct vaho_library *const from[] = {r->library, r->surfaces};
    size_t n = 0;

    if (permitted[0] != '\0')
        out[n++] = permitted;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; from[k] != NULL && i < vaho_library_n_notes(from[k]); i++)
            if (n < MAX_NOTES)
                out[n++] = vaho_library_note(from[k], i);
    return n;
}

/* How much a mandate leaves to see, and by which uncertainty pixels keep from its border. */
static void say_permitted(char out[NOTE_NBYTES], const struct vaho_cube_info *info,
                          const struct vaho_mandate_terms *terms,
                          const struct vaho_mandate_count *count)
{
    char sigma[160];

    if (count->sigma_stated)
        snprintf(sigma, sizeof sigma,
                 "%.2g to %.2g m, the error stated for it, in place of the %g m that the mandate "
                 "assumes where none is stated",
                 count->least_sigma_m, count->largest_sigma_m, terms->assumed_sigma_m);
    else
        snprintf(sigma, sizeof sigma, "the %g m that the mandate assumes where no error is stated",
                 terms->assumed_sigma_m);
    snprintf(out, NOTE_NBYTES,
             "the mandate %s permits %zu of %zu pixels; the others were blanked before anything "
             "was learned from them. A pixel keeps from the border by %g times the standard "
             "deviation of its place: %s",
             terms->id, count->n_permitted, info->n_lines * info->n_samples, terms->border_sigmas,
             sigma);
}

/* Blanks what the mandate does not permit, and says how much is left. */
static enum vaho_status permit(char out[NOTE_NBYTES], struct vaho_source *source,
                               const struct vaho_place *place, const struct request *r,
                               struct vaho_error *error)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    const struct vaho_mandate *mandate = r->permission.mandate;
    struct vaho_mandate_count count;
    enum vaho_status status;

    out[0] = '\0';
    if (mandate == NULL)
        return VAHO_OK;
    status = vaho_detect_permit(source, place, mandate, r->permission.trust, &count, error);
    if (status == VAHO_OK)
        say_permitted(out, info, vaho_mandate_terms(mandate), &count);
    if (status == VAHO_OK && !r->json)
        printf("%s\n", out);
    return status;
}

/* Which of the plumes to explain this cube has. */
static void note_ids(struct request *r, const struct vaho_plumes *plumes)
{
    for (size_t i = 0; i < plumes->n; i++) {
        const char *id = plumes->plume[i].id;
        vaho_text_printf(&r->ids, "%s%s", r->ids.nbytes > 0 ? ", " : "", id);
        for (size_t k = 0; k < r->n_explained; k++)
            r->found[k] |= strcmp(r->explained[k], id) == 0;
    }
}

/* An id that no cube has is wrong usage; all else was written. */
static int check_ids(const struct request *r)
{
    int code = EXIT_DONE;

    for (size_t k = 0; k < r->n_explained; k++)
        if (!r->found[k] && strcmp(r->explained[k], "all") != 0)
            code = r->ids.nbytes > 0
                       ? command_misused(NAME, "--explain: there is no plume '%s'; there are: %s",
                                         r->explained[k], r->ids.data)
                       : command_misused(NAME, "--explain: there is no plume '%s', nor any other",
                                         r->explained[k]);
    return code;
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int detect_one(struct request *r, const char *path)
{
    struct vaho_error error;
    struct vaho_source *source = NULL;
    struct vaho_place *place = NULL;
    struct vaho_detection *detection = NULL;
    struct terminal_bar bar;
    struct vaho_progress progress;
    char flight[PATH_NBYTES], directory[PATH_NBYTES + 8], permitted[NOTE_NBYTES] = "";
    const char *input[MAX_PATHS], *note[MAX_NOTES];
    const struct vaho_cube_info *info;
    double start;
    const char *label = r->permission.mandate != NULL
                            ? vaho_mandate_terms(r->permission.mandate)->label
                            : "no mandate";
    enum vaho_status status = vaho_source_open(&source, path, &error);

    if (status != VAHO_OK)
        return command_failed(NAME, &error);
    info = vaho_source_info(source);
    flight_name(flight, path);
    snprintf(directory, sizeof directory, "%s%s", r->out != NULL ? r->out : flight,
             r->out != NULL ? "" : ".vaho");
    terminal_bar_init(&bar, r->json ? NULL : flight);
    progress = terminal_progress(&bar);
    r->detect.flight = flight;
    if (r->geo != NULL)
        status = vaho_place_source(source, r->geo, r->dem, r->detect.n_threads, &progress, &error);
    if (status == VAHO_OK)
        status = vaho_place_new(&place, info->georeference, info->n_lines, info->n_samples, &error);
    if (status == VAHO_OK) {
        if (!r->json)
            print_cube(info, place);
        status = permit(permitted, source, place, r, &error);
    }
    if (status == VAHO_OK && r->maps.on)
        status = vaho_products_prepare(directory, &error);
    if (status == VAHO_OK)
        status = r->maps.on
                     ? vaho_detect_maps(&detection, source, r->library, &r->detect, directory,
                                        label, &error)
                     : vaho_detect(&detection, source, r->library, &r->detect, &progress, &error);
    terminal_bar_end(&bar);
    start = seconds();
    if (status == VAHO_OK) {
        struct vaho_product product = {flight, info->acquired, info->exercise,
                                       label,  r->q,           VAHO_VERSION};
        struct vaho_products products = {.directory = directory,
                                         .product = &product,
                                         .source = source,
                                         .place = place,
                                         .detection = detection,
                                         .n_settings = r->n_settings,
                                         .setting = r->setting,
                                         .n_inputs = list_inputs(input, r),
                                         .input = input,
                                         .n_notes = list_notes(note, r, permitted),
                                         .note = note,
                                         .n_explain = r->n_explained,
                                         .explain = r->explained,
                                         .n_threads = r->detect.n_threads};
        status = (r->maps.on ? vaho_products_write_run : vaho_products_write)(&products, &error);
    }
    if (status == VAHO_OK && !r->maps.on)
        note_ids(r, detection->plumes);
    if (status == VAHO_OK && r->maps.on)
        status = maps_option_print(detection, directory, seconds() - start, r->json, &error);
    else if (status == VAHO_OK && r->json)
        status = command_print_json(directory, "plumes.geojson", &error);
    else if (status == VAHO_OK)
        print_table(detection, place, r->q, directory);
    if (status == VAHO_OK && !r->json && !r->maps.on && r->detect.method != VAHO_METHOD_VAHO)
        maps_option_print_time(detection, seconds() - start);
    vaho_detection_free(detection);
    vaho_place_free(place);
    vaho_source_free(source);
    return status == VAHO_OK ? EXIT_DONE : command_failed(NAME, &error);
}

static const struct option options[] = {{"library", required_argument, NULL, 'l'},
                                        {"gas", required_argument, NULL, 'g'},
                                        {"surface", required_argument, NULL, 's'},
                                        {"method", required_argument, NULL, 'm'},
                                        {"background", required_argument, NULL, 'b'},
                                        {"air-temperature", required_argument, NULL, 'a'},
                                        {"q", required_argument, NULL, 'q'},
                                        {"explain", required_argument, NULL, 'x'},
                                        {"geo", required_argument, NULL, 'e'},
                                        {"dem", required_argument, NULL, 'd'},
                                        {"mandate", required_argument, NULL, 'M'},
                                        {"trust", required_argument, NULL, 'T'},
                                        {"revocations", required_argument, NULL, 'R'},
                                        {"out", required_argument, NULL, 'o'},
                                        {"wind-speed", required_argument, NULL, 'w'},
                                        {"wind-sigma", required_argument, NULL, 'u'},
                                        {"wind-from", required_argument, NULL, 'f'},
                                        {"wind-from-sigma", required_argument, NULL, 'F'},
                                        {"pixel-size", required_argument, NULL, 'p'},
                                        {"bands", required_argument, NULL, 'B'},
                                        {"maps", no_argument, NULL, 'P'},
                                        {"window", required_argument, NULL, 'W'},
                                        {"shrink", no_argument, NULL, 'S'},
                                        {"iterations", required_argument, NULL, 'I'},
                                        {"threads", required_argument, NULL, 't'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

int cmd_detect(int argc, char **argv)
{
    struct request *r = vaho_alloc(1, sizeof *r);
    int option, code = EXIT_DONE;

    if (r == NULL)
        return EXIT_FAULT;
    vaho_detect_settings_default(&r->detect);
    r->detect.cpu = getenv("VAHO_CPU");
    vaho_text_init(&r->ids, (size_t)1 << 20);
    r->q = 0.05;
    r->method_text = "vaho";
    r->background_text = "auto";
    r->air_text = "not given";
    r->q_text = "0.05";
    while (code == EXIT_DONE && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            print_help();
            free(r->gas_text);
            free(r);
            return EXIT_DONE;
        }
        code = take_option(r, option, optarg);
    }
    if (code == EXIT_DONE && r->speed_text == NULL && r->sigma_text != NULL)
        code = command_misused(NAME, "--wind-sigma says more of --wind-speed, which is not given");
    if (code == EXIT_DONE && r->from_text == NULL && r->from_sigma_text != NULL)
        code = command_misused(NAME, "--wind-from-sigma says more of --wind-from, which is not "
                                     "given");
    if (code == EXIT_DONE && r->detect.explain &&
        (r->detect.method != VAHO_METHOD_VAHO || r->n_surfaces > 0))
        code = command_misused(NAME, "--explain is for gases and the method vaho: standard methods "
                                     "and surfaces score every pixel for itself");
    if (code == EXIT_DONE)
        code = maps_option_check(&r->maps, &r->detect, NAME);
    if (code == EXIT_DONE && optind == argc)
        code = command_misused(NAME, "no cube is named");
    if (code == EXIT_DONE && r->out != NULL && argc - optind > 1)
        code =
            command_misused(NAME, "--out goes with one cube; without it each gets its own folder");
    if (code == EXIT_DONE && r->dem != NULL && r->geo == NULL)
        code = command_misused(NAME, "--dem goes with the description of a flight's geometry, "
                                     "--geo FILE.json");
    if (code == EXIT_DONE)
        code = mandate_option_load(&r->permission, NAME);
    if (code == EXIT_DONE)
        code = load_spectra(r);
    r->detect.mandate = r->permission.mandate;
    list_settings(r);
    for (int i = optind; code == EXIT_DONE && i < argc; i++)
        code = detect_one(r, argv[i]);
    if (code == EXIT_DONE)
        code = check_ids(r);
    vaho_text_free(&r->ids);
    vaho_library_free(r->library);
    vaho_library_free(r->surfaces);
    mandate_option_free(&r->permission);
    free(r->surface);
    free(r->gas_text);
    free(r);
    return code;
}
