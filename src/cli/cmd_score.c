/* cmd_score.c - vaho score DIR... --truth FILE... */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "exercise/score.h"
#include "format/json_text.h"

static const char help[] =
    "usage: vaho score DIR... --truth FILE... [options]\n\n"
    "Compares what 'vaho detect' wrote into DIR (plumes.geojson) with the truth of a\n"
    "simulated flight: which sources were found, with which gas, how far off, and\n"
    "which plumes are false.  Several directories, with as many truth files in the\n"
    "same order, are pooled.\n\n"
    "  --truth FILE...  JSON: {\"sources\": [{\"gas\", \"line\", \"sample\", \"peak_ppmm\",\n"
    "                   \"length_px\", \"wind_deg\"}, ...]}\n"
    "  --halo PX        how far from a source's axis a plume may lie (default 5)\n"
    "  --q Q            only plumes with a q-value of at most Q (default 0.05)\n"
    "  --json           for machines\n"
    "  -h, --help       this text\n\n"
    "examples:\n"
    "  vaho score scene_1.vaho --truth scene_1.truth.json\n"
    "  vaho score scene_?.vaho --truth scene_?.truth.json --json\n";

enum { MAX_FILE_NBYTES = 1 << 28 };

struct options {
    size_t n_directories, n_truths;
    const char **directory, **truth; /* owned arrays of borrowed names */
    double halo_px, q;
    int json, help;
};

static int read_number(double *out, const char *name, const char *text)
{
    char *end;

    if (text == NULL)
        return command_misused("score", "%s wants a number", name);
    *out = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(*out) || *out < 0)
        return command_misused("score", "%s %s: not a number of 0 or more", name, text);
    return EXIT_DONE;
}

static int read_options(struct options *out, int argc, char **argv)
{
    int in_truth = 0;

    for (int i = 1; i < argc; i++) {
        int code = EXIT_DONE;
        if (argv[i][0] != '-') {
            if (in_truth)
                out->truth[out->n_truths++] = argv[i];
            else
                out->directory[out->n_directories++] = argv[i];
            continue;
        }
        in_truth = 0;
        if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
            out->help = 1;
            return EXIT_DONE;
        }
        if (strcmp(argv[i], "--truth") == 0)
            in_truth = 1;
        else if (strcmp(argv[i], "--json") == 0)
            out->json = 1;
        else if (strcmp(argv[i], "--halo") == 0) {
            code = read_number(&out->halo_px, argv[i], argv[i + 1]);
            i++;
        } else if (strcmp(argv[i], "--q") == 0) {
            code = read_number(&out->q, argv[i], argv[i + 1]);
            i++;
        } else
            code = command_misused("score", "there is no option %s", argv[i]);
        if (code != EXIT_DONE)
            return code;
    }
    if (out->n_directories == 0)
        return command_misused("score", "name the directory that 'vaho detect' wrote");
    if (out->n_truths != out->n_directories)
        return command_misused("score", "%zu directories but %zu truth files; name one for each",
                               out->n_directories, out->n_truths);
    return EXIT_DONE;
}

static enum vaho_status load(struct vaho_score *out, const char *directory, const char *truth,
                             const struct options *options, struct vaho_error *error)
{
    struct vaho_text path;
    char *data = NULL;
    size_t nbytes;
    enum vaho_status status;

    vaho_text_init(&path, 1 << 16);
    vaho_text_printf(&path, "%s/plumes.geojson", directory);
    status = path.failed ? vaho_fail_memory(error, directory)
                         : vaho_file_read(&data, &nbytes, path.data, MAX_FILE_NBYTES, error);
    if (status == VAHO_OK)
        status = vaho_score_parse_plumes(out, data, nbytes, options->q, path.data, error);
    vaho_text_free(&path);
    free(data);
    if (status != VAHO_OK)
        return status;
    status = vaho_file_read(&data, &nbytes, truth, MAX_FILE_NBYTES, error);
    if (status == VAHO_OK)
        status = vaho_score_parse_truth(out, data, nbytes, truth, error);
    free(data);
    if (status == VAHO_OK)
        vaho_score_match(out, options->halo_px);
    return status;
}

static void print_sources(const struct vaho_score *score)
{
    if (score->n_sources > 0)
        printf("  %-20s %7s %7s %8s   %-20s %6s %7s %9s\n", "source", "line", "sample", "ppm.m",
               "found as", "q", "off px", "strength");
    for (size_t s = 0; s < score->n_sources; s++) {
        const struct vaho_score_source *source = &score->source[s];
        const struct vaho_score_plume *plume =
            source->plume == VAHO_SCORE_NONE ? NULL : &score->plume[source->plume];
        printf("  %-20s %7.0f %7.0f %8.3g   ", source->gas, source->line, source->sample,
               source->peak_ppmm);
        if (plume == NULL)
            printf("missed\n");
        else
            printf("%-20s %6.3f %7.1f %8.2fx%s\n", plume->gas, plume->q_value,
                   vaho_score_distance_px(plume, source), plume->peak_ppmm / source->peak_ppmm,
                   plume->outcome == VAHO_SCORE_RIGHT ? "" : "   wrong gas");
    }
}

static void print_left_over(const struct vaho_score *score)
{
    static const char *const word[] = {"right", "wrong gas", "split", "false"};

    for (size_t p = 0; p < score->n_plumes; p++) {
        const struct vaho_score_plume *plume = &score->plume[p];
        if (plume->source != VAHO_SCORE_NONE && score->source[plume->source].plume == p)
            continue;
        printf("  %-20s %7.0f %7.0f %8s   %-20s %6.3f\n", word[plume->outcome], plume->source_line,
               plume->source_sample, "", plume->gas, plume->q_value);
    }
}

static void print_table(const struct vaho_score *score, const struct vaho_score_totals *total,
                        const struct options *options)
{
    for (size_t i = 0; i < options->n_directories; i++) {
        printf("%s   %zu sources, %zu plumes at q <= %g\n", options->directory[i],
               score[i].n_sources, score[i].n_plumes, options->q);
        print_sources(&score[i]);
        print_left_over(&score[i]);
    }
    printf("found %zu of %zu, right gas %zu; wrong gas %zu, split %zu, false %zu", total->n_found,
           total->n_sources, total->n_right_gas, total->n_wrong_gas, total->n_split,
           total->n_false);
    if (isfinite(total->median_distance_px))
        printf("; source off by %.1f px in the median", total->median_distance_px);
    printf("\n");
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *flight_json(const struct vaho_score *score, const char *directory, const char *truth)
{
    static const char *const word[] = {"right", "wrong_gas", "split", "false"};
    json_t *sources = json_array(), *plumes = json_array();

    for (size_t s = 0; s < score->n_sources; s++) {
        const struct vaho_score_source *source = &score->source[s];
        const struct vaho_score_plume *plume =
            source->plume == VAHO_SCORE_NONE ? NULL : &score->plume[source->plume];
        json_array_append_new(
            sources,
            json_pack("{s:s, s:f, s:f, s:o, s:b, s:s?, s:s?, s:o, s:o, s:o}", "gas", source->gas,
                      "line", source->line, "sample", source->sample, "peak_ppmm",
                      number_or_null(source->peak_ppmm), "found", plume != NULL, "plume",
                      plume == NULL ? NULL : plume->id, "found_gas",
                      plume == NULL ? NULL : plume->gas, "q_value",
                      number_or_null(plume == NULL ? NAN : plume->q_value), "distance_px",
                      number_or_null(plume == NULL ? NAN : vaho_score_distance_px(plume, source)),
                      "strength_ratio",
                      number_or_null(plume == NULL ? NAN : plume->peak_ppmm / source->peak_ppmm)));
    }
    for (size_t p = 0; p < score->n_plumes; p++) {
        const struct vaho_score_plume *plume = &score->plume[p];
        json_array_append_new(
            plumes,
            json_pack("{s:s, s:s, s:f, s:f, s:f, s:s, s:o}", "id", plume->id, "gas", plume->gas,
                      "q_value", plume->q_value, "source_line", plume->source_line, "source_sample",
                      plume->source_sample, "outcome", word[plume->outcome], "source",
                      plume->source == VAHO_SCORE_NONE ? json_null()
                                                       : json_integer((json_int_t)plume->source)));
    }
    if (json_array_size(sources) != score->n_sources ||
        json_array_size(plumes) != score->n_plumes) {
        json_decref(sources);
        json_decref(plumes);
        return NULL; /* no memory */
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "directory", vaho_json_text(directory), "truth",
                     vaho_json_text(truth), "sources", sources, "plumes", plumes);
}

static int print_json(const struct vaho_score *score, const struct vaho_score_totals *total,
                      const struct options *options)
{
    json_t *flights = json_array(), *root;
    int failed;

    for (size_t i = 0; i < options->n_directories; i++)
        json_array_append_new(flights,
                              flight_json(&score[i], options->directory[i], options->truth[i]));
    root = json_pack("{s:f, s:f, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}}", "q", options->q,
                     "halo_px", options->halo_px, "flights", flights, "total", "sources",
                     (json_int_t)total->n_sources, "plumes", (json_int_t)total->n_plumes, "found",
                     (json_int_t)total->n_found, "right_gas", (json_int_t)total->n_right_gas,
                     "wrong_gas", (json_int_t)total->n_wrong_gas, "split",
                     (json_int_t)total->n_split, "false", (json_int_t)total->n_false,
                     "median_distance_px", number_or_null(total->median_distance_px));
    failed = root == NULL || json_array_size(flights) != options->n_directories ||
             json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(8)) != 0;
    json_decref(root);
    puts("");
    return failed;
}

static int score_all(const struct options *options)
{
    struct vaho_score *score = vaho_alloc(options->n_directories, sizeof *score);
    struct vaho_score_totals total;
    struct vaho_error error = {VAHO_OK, ""};
    int code = EXIT_DONE;

    if (score == NULL)
        vaho_fail_memory(&error, "the score");
    for (size_t i = 0; i < options->n_directories && error.status == VAHO_OK; i++)
        load(&score[i], options->directory[i], options->truth[i], options, &error);
    if (error.status == VAHO_OK)
        vaho_score_total(&total, score, options->n_directories, &error);
    if (error.status != VAHO_OK)
        code = command_failed("score", &error);
    else if (!options->json)
        print_table(score, &total, options);
    else if (print_json(score, &total, options)) {
        vaho_fail_memory(&error, "the score as JSON");
        code = command_failed("score", &error);
    }
    for (size_t i = 0; score != NULL && i < options->n_directories; i++)
        vaho_score_free(&score[i]);
    free(score);
    return code;
}

int cmd_score(int argc, char **argv)
{
    struct options options = {.directory = vaho_alloc((size_t)argc, sizeof *options.directory),
                              .truth = vaho_alloc((size_t)argc, sizeof *options.truth),
                              .halo_px = 5,
                              .q = 0.05};
    struct vaho_error error;
    int code;

    if (options.directory == NULL || options.truth == NULL) {
        vaho_fail_memory(&error, "the options");
        code = command_failed("score", &error);
    } else {
        code = read_options(&options, argc, argv);
        if (code == EXIT_DONE && options.help)
            fputs(help, stdout);
        else if (code == EXIT_DONE)
            code = score_all(&options);
    }
    free(options.directory);
    free(options.truth);
    return code;
}
