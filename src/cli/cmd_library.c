/* cmd_library.c - vaho library list|show|import|plot: what a folder of spectra holds */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "format/chart.h"
#include "spectra/csv.h"
#include "spectra/scan.h"
#include "vaho/library.h"

enum { MAX_CURVES = 24, MAX_BANDS = 100000, N_PEAKS = 5, MAX_TEXT_NBYTES = 1 << 28 };

struct options {
    const char *gas, *out, *bands, *titles;
    double temperature_k, pressure_pa, from_um, to_um;
    int json, help;
    char **path;
    int n_paths;
};

static void print_help(FILE *to)
{
    fputs("usage: vaho library list|show|import|plot PATH... [options]\n\n"
          "Reads signatures of gases and surfaces in the formats laboratories publish.\n"
          "A PATH is a file or a directory; docs/formats-spectra.md lists the formats.\n\n"
          "  list               every spectrum; '*' marks the best of its name, '!' its doubts\n"
          "  show               all about --gas NAME: notes, peaks, values at --bands\n"
          "  import             writes the best of each name as CSV into --out DIR\n"
          "  plot               draws curves into --out FILE.svg\n\n"
          "  --gas LIST         names, separated by commas (show, import, plot)\n"
          "  --out PATH         where to write (import, plot)\n"
          "  --bands FILE       a line a band: centre and full width in um (show)\n"
          "  --from UM --to UM  the range to draw; 7.5 to 14 um if there is anything (plot)\n"
          "  --titles FILE      lines 'title, name' that name what the program does not know\n"
          "  --temperature K    of the air that line lists are computed for (296)\n"
          "  --pressure PA      of that air (101325)\n"
          "  --json             for machines (list, show)\n"
          "  -h, --help\n\n"
          "examples:\n"
          "  vaho library list ~/gases\n"
          "  vaho library show ~/gases --gas ammonia\n"
          "  vaho library plot ~/gases --gas ammonia,acetone --out curves.svg\n"
          "  vaho library import ~/gases --out clean --temperature 285\n",
          to);
}

/* A number after an option; the exit code when it is none. */
static int parse_number(double *out, const char *option, const char *text)
{
    if (!vaho_span_number(out, vaho_span_of(text)))
        return command_misused("library", "%s needs a number, not '%s'", option, text);
    return EXIT_DONE;
}

static int parse_options(struct options *o, int argc, char **argv)
{
    enum { GAS = 256, OUT, BANDS, TITLES, TEMPERATURE, PRESSURE, FROM, TO, JSON };
    static const struct option longs[] = {
        {"gas", required_argument, NULL, GAS},
        {"out", required_argument, NULL, OUT},
        {"bands", required_argument, NULL, BANDS},
        {"titles", required_argument, NULL, TITLES},
        {"temperature", required_argument, NULL, TEMPERATURE},
        {"pressure", required_argument, NULL, PRESSURE},
        {"from", required_argument, NULL, FROM},
        {"to", required_argument, NULL, TO},
        {"json", no_argument, NULL, JSON},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int c, wrong = EXIT_DONE;

    *o = (struct options){
        .temperature_k = 296.0, .pressure_pa = 101325.0, .from_um = NAN, .to_um = NAN};
    opterr = 0;
    optind = 1;
    while (wrong == EXIT_DONE && (c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case GAS: o->gas = optarg; break;
        case OUT: o->out = optarg; break;
        case BANDS: o->bands = optarg; break;
        case TITLES: o->titles = optarg; break;
        case TEMPERATURE: wrong = parse_number(&o->temperature_k, "--temperature", optarg); break;
        case PRESSURE: wrong = parse_number(&o->pressure_pa, "--pressure", optarg); break;
        case FROM: wrong = parse_number(&o->from_um, "--from", optarg); break;
        case TO: wrong = parse_number(&o->to_um, "--to", optarg); break;
        case JSON: o->json = 1; break;
        case 'h': o->help = 1; break;
        default:
            return command_misused("library", "'%s' is no option of it, or lacks its value",
                                   argv[optind - 1]);
        }
    }
    o->path = argv + optind;
    o->n_paths = argc - optind;
    return wrong;
}

static enum vaho_status open_library(struct vaho_library **out, const struct options *o,
                                     struct vaho_error *error)
{
    enum vaho_status status = vaho_library_new(out, error);

    if (status == VAHO_OK)
        status = vaho_library_set_air(*out, o->temperature_k, o->pressure_pa, error);
    if (status == VAHO_OK && o->titles != NULL)
        status = vaho_library_add_titles(*out, o->titles, error);
    for (int i = 0; i < o->n_paths && status == VAHO_OK; i++)
        status = vaho_library_add(*out, o->path[i], error);
    return status;
}

/* 1 if 'name' is in the comma-separated list, or there is no list. */
static int is_wanted(const char *list, const char *name)
{
    struct vaho_span rest, item;

    if (list == NULL || strcmp(list, "all") == 0)
        return 1;
    rest = vaho_span_of(list);
    while (vaho_span_field(&item, &rest, ','))
        if (vaho_span_is(item, name))
            return 1;
    return 0;
}

/* VAHO_NOT_FOUND when the library lacks one of the list. */
static enum vaho_status check_wanted(const struct vaho_library *library, const char *list,
                                     struct vaho_error *error)
{
    struct vaho_span rest = vaho_span_of(list == NULL ? "" : list), item;

    while (vaho_span_field(&item, &rest, ',')) {
        char name[VAHO_NAME_NBYTES];
        vaho_span_copy(name, sizeof name, item);
        if (item.n > 0 && strcmp(name, "all") != 0 && vaho_library_find(library, name) == NULL)
            return vaho_fail(error, VAHO_NOT_FOUND,
                             "there is no '%s' in the library; 'vaho library list' shows its names",
                             name);
    }
    return VAHO_OK;
}

static const char *grade_name(enum vaho_spectrum_grade grade)
{
    static const char *const names[] = {"quantitative", "computed", "smoothed", "digitised"};

    return names[grade];
}

static size_t peak_of(const struct vaho_spectrum *s)
{
    size_t peak = 0;

    for (size_t i = 1; i < s->n; i++)
        if (s->value[i] > s->value[peak])
            peak = i;
    return peak;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* Names of files need not be UTF-8, JSON must: other bytes become '?'. */
static json_t *text_json(const char *text)
{
    json_t *json = json_string(text);
    char *plain = json == NULL ? vaho_strdup(text) : NULL;

    for (char *p = plain; p != NULL && *p != '\0'; p++)
        *p = (char)((unsigned char)*p < 128 ? *p : '?');
    if (plain != NULL)
        json = json_string(plain);
    free(plain);
    return json;
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *describe(const struct vaho_spectrum *s, int best)
{
    size_t peak = peak_of(s);
    int gas = s->kind == VAHO_SPECTRUM_GAS;

    return json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:s, s:b, s:b, s:b, s:I, s:f, s:f, s:f, s:f, s:f, "
        "s:o, s:o, s:o, s:s}",
        "name", s->name, "title", s->title, "format", s->format, "path", text_json(s->path), "kind",
        gas ? "gas" : "surface", "grade", grade_name(s->grade), "best", best, "per_band",
        s->per_band, "has_wavelength", s->has_wavelength, "points", (json_int_t)s->n, "from_um",
        s->wavelength_um[0], "to_um", s->wavelength_um[s->n - 1],
        gas ? "peak_per_ppmm" : "peak_reflectance", s->value[peak], "peak_um",
        s->wavelength_um[peak], "resolution_um", s->resolution_um, "temperature_k",
        number_or_null(s->temperature_k), "pressure_pa", number_or_null(s->pressure_pa),
        "molar_mass_g_mol", number_or_null(s->molar_mass_g_mol), "notes", s->notes);
}

/* Prints and frees; the exit code. */
static int print_json(json_t *json)
{
    int failed = json == NULL || json_dumpf(json, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(10));

    json_decref(json);
    if (!failed)
        putchar('\n');
    return failed || ferror(stdout) ? EXIT_FAULT : EXIT_DONE;
}

static int is_best(const struct vaho_library *library, size_t index)
{
    return index == 0 || strcmp(vaho_library_get(library, index)->name,
                                vaho_library_get(library, index - 1)->name) != 0;
}

static int list_json(const struct vaho_library *library)
{
    json_t *spectra = json_array(), *notes = json_array();

    for (size_t i = 0; i < vaho_library_size(library); i++)
        json_array_append_new(spectra, describe(vaho_library_get(library, i), is_best(library, i)));
    for (size_t i = 0; i < vaho_library_n_notes(library); i++)
        json_array_append_new(notes, text_json(vaho_library_note(library, i)));
    return print_json(json_pack("{s:o, s:o}", "spectra", spectra, "notes", notes));
}

static int list(const struct vaho_library *library, const struct options *o,
                struct vaho_error *error)
{
    int name_width = 4, n_doubted = 0;

    (void)error;
    if (o->json)
        return list_json(library);
    for (size_t i = 0; i < vaho_library_size(library); i++)
        name_width = (int)fmax(name_width, (double)strlen(vaho_library_get(library, i)->name));
    printf("  %-*s  %-12s  %-18s  %-14s  %8s  %7s  %-24s  %s\n", name_width, "name", "grade",
           "format", "range um", "peak", "at um", "title", "file");
    for (size_t i = 0; i < vaho_library_size(library); i++) {
        const struct vaho_spectrum *s = vaho_library_get(library, i);
        size_t peak = peak_of(s);
        char range[40];
        snprintf(range, sizeof range, s->has_wavelength ? "%.3f-%.3f" : "bands %.0f-%.0f",
                 s->wavelength_um[0], s->wavelength_um[s->n - 1]);
        printf("%c%c%-*s  %-12s  %-18s  %-14s  %8.3g  %7.4g  %-24.24s  %s\n",
               is_best(library, i) ? '*' : ' ', s->notes[0] != '\0' ? '!' : ' ', name_width,
               s->name, grade_name(s->grade), s->format, range, s->value[peak],
               s->wavelength_um[peak], s->title, file_name(s->path));
        n_doubted += s->notes[0] != '\0';
    }
    for (size_t i = 0; i < vaho_library_n_notes(library); i++)
        printf("%s\n", vaho_library_note(library, i));
    printf("%zu spectra; peak: 1/(ppm.m), base e, of gases, reflectance of surfaces\n"
           "* the best of its name",
           vaho_library_size(library));
    if (n_doubted > 0)
        printf("   ! has notes (%d): 'vaho library show PATH --gas NAME'", n_doubted);
    putchar('\n');
    return EXIT_DONE;
}

struct bands {
    double centre_um[MAX_BANDS], fwhm_um[MAX_BANDS];
    size_t n;
    int has_fwhm;
};

/* A line a band: centre and, if every line has it, full width; above 100 it is nm. */
static enum vaho_status read_bands(struct bands *bands, const char *path, struct vaho_error *error)
{
    char *text;
    size_t nbytes;
    struct vaho_scan scan;
    struct vaho_span line, field;
    enum vaho_status status = vaho_file_read(&text, &nbytes, path, MAX_TEXT_NBYTES, error);

    if (status != VAHO_OK)
        return status;
    bands->has_fwhm = 1;
    vaho_scan_init(&scan, text, nbytes);
    while (status == VAHO_OK && vaho_scan_line(&line, &scan)) {
        double centre, width = NAN;
        if (vaho_span_trim(line).n == 0 || line.p[0] == '#')
            continue;
        for (size_t i = 0; i < line.n; i++) /* columns may be separated by commas */
            if (line.p[i] == ',')
                text[line.p - text + (long)i] = ' ';
        if (!vaho_span_field(&field, &line, ' ') || !vaho_span_number(&centre, field) ||
            !(centre > 0.0) || bands->n == MAX_BANDS) {
            status =
                vaho_fail(error, VAHO_BAD_INPUT,
                          "%s: line %zu: a centre and a full width in um are expected, at most "
                          "%d lines",
                          path, scan.line, MAX_BANDS);
            break;
        }
        if (!vaho_span_field(&field, &line, ' ') || !vaho_span_number(&width, field))
            bands->has_fwhm = 0;
        bands->centre_um[bands->n] = centre > 100.0 ? 1e-3 * centre : centre;
        bands->fwhm_um[bands->n++] = centre > 100.0 ? 1e-3 * width : width;
    }
    free(text);
    if (status == VAHO_OK && bands->n == 0)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: no bands in it", path);
    return status;
}

/* The highest local maxima, each at least 1 % of the range from the others; their number. */
static size_t find_peaks(size_t peak[N_PEAKS], const struct vaho_spectrum *s)
{
    double apart = 0.01 * (s->wavelength_um[s->n - 1] - s->wavelength_um[0]);
    size_t n = 0;

    apart = fmin(apart, 0.1);
    while (n < N_PEAKS) {
        size_t best = s->n;
        for (size_t i = 0; i < s->n; i++) {
            int free = s->value[i] > 0.0 && (i == 0 || s->value[i] >= s->value[i - 1]) &&
                       (i + 1 == s->n || s->value[i] >= s->value[i + 1]);
            for (size_t k = 0; k < n && free; k++)
                free = fabs(s->wavelength_um[i] - s->wavelength_um[peak[k]]) > apart;
            if (free && (best == s->n || s->value[i] > s->value[best]))
                best = i;
        }
        if (best == s->n)
            break;
        peak[n++] = best;
    }
    return n;
}

static void show_one(const struct vaho_spectrum *s, int best)
{
    size_t peak[N_PEAKS], n = find_peaks(peak, s);
    int gas = s->kind == VAHO_SPECTRUM_GAS;
    struct vaho_scan scan;
    struct vaho_span line;

    printf("%s%s\n", s->name, best ? ", the best of its name" : "");
    printf("  title        %s\n  file         %s\n  format       %s\n  grade        %s\n", s->title,
           s->path, s->format, grade_name(s->grade));
    if (!s->has_wavelength)
        printf("  points       %zu bands, numbered %g to %g, without wavelengths\n", s->n,
               s->wavelength_um[0], s->wavelength_um[s->n - 1]);
    else
        printf("  points       %zu, %.5g to %.5g um%s\n", s->n, s->wavelength_um[0],
               s->wavelength_um[s->n - 1], s->per_band ? ", averages over a sensor's bands" : "");
    if (s->resolution_um > 0.0)
        printf("  resolution   %.4g um\n", s->resolution_um);
    if (isfinite(s->temperature_k))
        printf("  temperature  %.2f K\n", s->temperature_k);
    if (isfinite(s->pressure_pa))
        printf("  pressure     %.0f Pa\n", s->pressure_pa);
    if (isfinite(s->molar_mass_g_mol))
        printf("  molar mass   %.2f g/mol\n", s->molar_mass_g_mol);
    for (size_t i = 0; i < n && s->has_wavelength; i++) {
        double um = s->wavelength_um[peak[i]], value = s->value[peak[i]];
        if (gas)
            printf("  peak         %.4g 1/(ppm.m) = %.4g cm2/molecule at %.4f um (%.2f cm-1)\n",
                   value, value / VAHO_MOLECULES_CM2_PER_PPMM, um, 1e4 / um);
        else
            printf("  peak         %.4g at %.4f um\n", value, um);
    }
    vaho_scan_init(&scan, s->notes, strlen(s->notes));
    while (vaho_scan_line(&line, &scan))
        printf("  note         %.*s\n", (int)line.n, line.p);
}

static json_t *values_json(const struct bands *bands, const double *value, size_t n_covered)
{
    json_t *centres = json_array(), *values = json_array();

    for (size_t b = 0; b < bands->n; b++) {
        json_array_append_new(centres, json_real(bands->centre_um[b]));
        json_array_append_new(values, number_or_null(value[b]));
    }
    return json_pack("{s:o, s:o, s:I}", "wavelength_um", centres, "value", values, "covered",
                     (json_int_t)n_covered);
}

/* The values of one spectrum at the bands: a table, or into *out_json. */
static enum vaho_status show_bands(json_t **out_json, const struct vaho_spectrum *s,
                                   const struct options *o, struct vaho_error *error)
{
    struct bands *bands = vaho_alloc(1, sizeof *bands);
    double *value = vaho_alloc(MAX_BANDS, sizeof *value);
    size_t n_covered;
    enum vaho_status status = bands == NULL || value == NULL ? vaho_fail_memory(error, "the bands")
                                                             : read_bands(bands, o->bands, error);

    if (status == VAHO_OK)
        status = vaho_spectrum_at_bands(value, &n_covered, s, bands->centre_um,
                                        bands->has_fwhm ? bands->fwhm_um : NULL, bands->n, error);
    if (status == VAHO_OK && o->json) {
        *out_json = values_json(bands, value, n_covered);
    } else if (status == VAHO_OK) {
        printf("  bands        %zu, of which the spectrum covers %zu\n", bands->n, n_covered);
        for (size_t b = 0; b < bands->n; b++)
            printf("    %10.5f um  %.6g\n", bands->centre_um[b], value[b]);
    }
    free(bands);
    free(value);
    return status;
}

static int show(const struct vaho_library *library, const struct options *o,
                struct vaho_error *error)
{
    json_t *shown = json_array();
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < vaho_library_size(library) && status == VAHO_OK; i++) {
        const struct vaho_spectrum *s = vaho_library_get(library, i);
        json_t *one = NULL, *values = NULL;
        if (!is_wanted(o->gas, s->name))
            continue;
        if (o->json)
            one = describe(s, is_best(library, i));
        else
            show_one(s, is_best(library, i));
        if (o->bands != NULL && is_best(library, i))
            status = show_bands(&values, s, o, error);
        if (values != NULL)
            json_object_set_new(one, "bands", values);
        if (one != NULL)
            json_array_append_new(shown, one);
    }
    if (status == VAHO_OK && o->json)
        return print_json(shown);
    json_decref(shown);
    return status == VAHO_OK ? EXIT_DONE : command_failed("library", error);
}

static int import(const struct vaho_library *library, const struct options *o,
                  struct vaho_error *error)
{
    size_t n = 0;

    if (mkdir(o->out, 0777) != 0 && errno != EEXIST) {
        vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s; choose another --out", o->out,
                  strerror(errno));
        return command_failed("library", error);
    }
    for (size_t i = 0; i < vaho_library_size(library); i++) {
        const struct vaho_spectrum *s = vaho_library_get(library, i);
        struct vaho_text text;
        char path[4096];
        enum vaho_status status;
        if (!is_best(library, i) || !is_wanted(o->gas, s->name))
            continue;
        vaho_text_init(&text, MAX_TEXT_NBYTES);
        vaho_csv_write(&text, s);
        if (snprintf(path, sizeof path, "%s/%s.csv", o->out, s->name) >= (int)sizeof path)
            status = vaho_fail(error, VAHO_USAGE, "%s: the path is too long", o->out);
        else if (text.failed)
            status = vaho_fail_memory(error, s->name);
        else
            status = vaho_file_write(path, text.data, text.nbytes, error);
        vaho_text_free(&text);
        if (status != VAHO_OK)
            return command_failed("library", error);
        n++;
    }
    printf("%zu spectra written to %s\n", n, o->out);
    return EXIT_DONE;
}

/* A curve for the chart; several gases are each scaled to their peak, since SF6 hides all others.
 */
struct curve {
    char label[VAHO_NAME_NBYTES + 32];
    double *scaled; /* owned; NULL: the spectrum's own values */
};

static double peak_between(const struct vaho_spectrum *s, double from_um, double to_um)
{
    double peak = 0.0;

    for (size_t i = 0; i < s->n; i++)
        if (!(s->wavelength_um[i] < from_um) && !(s->wavelength_um[i] > to_um))
            peak = fmax(peak, s->value[i]);
    return peak;
}

/* The best entries asked for that have something in the range; their number, at most MAX_CURVES
 * + 1. */
static size_t choose_curves(const struct vaho_spectrum *chosen[MAX_CURVES],
                            const struct vaho_library *library, const struct options *o,
                            double from_um, double to_um)
{
    size_t n = 0;

    for (size_t i = 0; i < vaho_library_size(library) && n <= MAX_CURVES; i++) {
        const struct vaho_spectrum *s = vaho_library_get(library, i);
        if (!is_best(library, i) || !is_wanted(o->gas, s->name) || !s->has_wavelength ||
            peak_between(s, from_um, to_um) <= 0.0)
            continue;
        if (n < MAX_CURVES)
            chosen[n] = s;
        n++;
    }
    return n;
}

static enum vaho_status make_curve(struct vaho_chart_series *series, struct curve *curve,
                                   const struct vaho_spectrum *s, int scaled, double from_um,
                                   double to_um, struct vaho_error *error)
{
    double peak = peak_between(s, from_um, to_um);

    snprintf(curve->label, sizeof curve->label, scaled ? "%s (%.2g)" : "%s", s->name, peak);
    *series = (struct vaho_chart_series){curve->label, NULL, s->wavelength_um, s->value, s->n, 0};
    if (!scaled)
        return VAHO_OK;
    curve->scaled = vaho_alloc(s->n, sizeof *curve->scaled);
    if (curve->scaled == NULL)
        return vaho_fail_memory(error, "a curve");
    for (size_t i = 0; i < s->n; i++)
        curve->scaled[i] = s->value[i] / peak;
    series->y = curve->scaled;
    return VAHO_OK;
}

static enum vaho_status draw(const struct vaho_spectrum *const *chosen, size_t n,
                             const struct options *o, double from_um, double to_um,
                             struct vaho_error *error)
{
    struct vaho_chart_series series[MAX_CURVES];
    struct curve curve[MAX_CURVES] = {{"", NULL}};
    int gas = chosen[0]->kind == VAHO_SPECTRUM_GAS, scaled = gas && n > 1;
    struct vaho_chart chart = {
        .title = gas ? "Absorption of gases" : "Reflectance",
        .x_label = "wavelength (um)",
        .y_label = !gas     ? "reflectance"
                   : scaled ? "absorption, each divided by its peak in brackets (1/(ppm.m), base e)"
                            : "absorption (1/(ppm.m), base e)",
        .x_min = from_um,
        .x_max = to_um,
        .y_min = 0.0,
        .y_max = scaled ? 1.05 : 0.0,
        .width_px = 960,
        .height_px = n > 18 ? 500 : 420,
        .series = series,
        .n_series = n};
    struct vaho_text text;
    enum vaho_status status = VAHO_OK;

    vaho_text_init(&text, MAX_TEXT_NBYTES);
    for (size_t i = 0; i < n && status == VAHO_OK; i++)
        status = make_curve(&series[i], &curve[i], chosen[i], scaled, from_um, to_um, error);
    if (status == VAHO_OK)
        status = vaho_chart_svg(&text, &chart, error);
    if (status == VAHO_OK)
        status = vaho_file_write(o->out, text.data, text.nbytes, error);
    vaho_text_free(&text);
    for (size_t i = 0; i < n; i++)
        free(curve[i].scaled);
    return status;
}

static int plot(const struct vaho_library *library, const struct options *o,
                struct vaho_error *error)
{
    const struct vaho_spectrum *chosen[MAX_CURVES];
    double from = isnan(o->from_um) ? 7.5 : o->from_um, to = isnan(o->to_um) ? 14.0 : o->to_um;
    size_t n;

    if (!(from < to))
        return command_misused("library", "--from %g is not below --to %g", from, to);
    n = choose_curves(chosen, library, o, from, to);
    if (n == 0 && isnan(o->from_um) && isnan(o->to_um)) { /* nothing thermal: all there is */
        from = to = NAN;
        n = choose_curves(chosen, library, o, from, to);
    }
    if (n == 0)
        return command_misused("library", "nothing to draw there; name other --gas or --from --to");
    if (n > MAX_CURVES)
        return command_misused("library", "more than %d curves; choose some with --gas",
                               MAX_CURVES);
    if (draw(chosen, n, o, from, to, error) != VAHO_OK)
        return command_failed("library", error);
    printf("%s: %zu curves\n", o->out, n);
    return EXIT_DONE;
}

static const struct action {
    const char *name;
    int needs_gas, needs_out;
    int (*run)(const struct vaho_library *library, const struct options *o,
               struct vaho_error *error);
} actions[] = {
    {"list", 0, 0, list}, {"show", 1, 0, show}, {"import", 0, 1, import}, {"plot", 0, 1, plot}};

static int run_action(const struct action *action, const struct options *o)
{
    struct vaho_library *library = NULL;
    struct vaho_error error = {VAHO_OK, ""};
    enum vaho_status status = open_library(&library, o, &error);
    int code;

    if (status == VAHO_OK && vaho_library_size(library) == 0)
        status = vaho_fail(&error, VAHO_NOT_FOUND, "no spectra in %s; %s", o->path[0],
                           vaho_library_n_notes(library) > 0 ? vaho_library_note(library, 0)
                                                             : "it holds no files");
    if (status == VAHO_OK)
        status = check_wanted(library, o->gas, &error);
    code = status == VAHO_OK ? action->run(library, o, &error) : command_failed("library", &error);
    vaho_library_free(library);
    return code;
}

int cmd_library(int argc, char **argv)
{
    struct options o;
    const struct action *action = NULL;
    int wrong = parse_options(&o, argc, argv);

    if (wrong != EXIT_DONE)
        return wrong;
    if (o.help) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (o.n_paths == 0)
        return command_misused("library", "say what to do: list, show, import or plot");
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(o.path[0], actions[i].name) == 0)
            action = &actions[i];
    if (action == NULL)
        return command_misused("library", "'%s' is not one of list, show, import, plot", o.path[0]);
    o.path++;
    if (--o.n_paths == 0)
        return command_misused("library", "%s needs a file or directory of spectra", action->name);
    if (action->needs_gas && o.gas == NULL)
        return command_misused("library", "%s needs --gas NAME", action->name);
    if (action->needs_out && o.out == NULL)
        return command_misused("library", "%s needs --out", action->name);
    return run_action(action, &o);
}
