#include "cli/maps_option.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/option.h"

static int take_bands(struct vaho_detect_settings *settings, const char *command, const char *value)
{
    double from, to;
    char rest;

    if (strcmp(value, "all") == 0) {
        settings->band_from_um = 0.0;
        settings->band_to_um = INFINITY;
        return EXIT_DONE;
    }
    if (sscanf(value, "%lf-%lf%c", &from, &to, &rest) != 2 || !(from > 0.0) || !(to >= from) ||
        !isfinite(to))
        return command_misused(command, "--bands wants two wavelengths in um, as in 2.122-2.488, "
                                        "or 'all'");
    settings->band_from_um = from;
    settings->band_to_um = to;
    return EXIT_DONE;
}

static int take_window(struct vaho_detect_settings *settings, const char *command,
                       const char *value)
{
    unsigned inner, outer;
    char rest;

    if (sscanf(value, "%u,%u%c", &inner, &outer, &rest) != 2 || inner % 2 == 0 || outer % 2 == 0 ||
        inner >= outer || outer > 999)
        return command_misused(command, "--window wants two odd numbers of pixels, the inner one "
                                        "less than the outer, up to 999, as in 5,21");
    settings->background = VAHO_BACKGROUND_WINDOW;
    settings->window_inner = inner;
    settings->window_outer = outer;
    return EXIT_DONE;
}

int maps_option_take(struct maps_option *maps, struct vaho_detect_settings *settings,
                     const char *command, int option, const char *value)
{
    uint64_t n;

    switch (option) {
    case 'B': maps->bands_text = value; return take_bands(settings, command, value);
    case 'W': maps->window_text = value; return take_window(settings, command, value);
    case 'I':
        maps->iterations_text = value;
        if (!option_integer(&n, value, 1, 1000))
            return command_misused(command, "--iterations wants 1 to 1000");
        settings->iterations = (size_t)n;
        return EXIT_DONE;
    case 'S':
        maps->shrink_text = "leave-one-out";
        settings->shrink = 1;
        return EXIT_DONE;
    default: maps->on = 1; return EXIT_DONE;
    }
}

int maps_option_check(const struct maps_option *maps, const struct vaho_detect_settings *settings,
                      const char *command)
{
    if (!maps->on && (maps->window_text || maps->shrink_text || maps->iterations_text ||
                      settings->method == VAHO_METHOD_SPARSE))
        return command_misused(command, "--window, --shrink, --iterations and the method sparse "
                                        "make maps alone: add --maps");
    if (maps->on && settings->method != VAHO_METHOD_MF && settings->method != VAHO_METHOD_ACE &&
        settings->method != VAHO_METHOD_SPARSE)
        return command_misused(command, "--maps goes with --method mf, ace or sparse");
    if (maps->iterations_text && settings->method != VAHO_METHOD_SPARSE)
        return command_misused(command, "--iterations goes with --method sparse");
    if (maps->shrink_text && settings->background != VAHO_BACKGROUND_COLUMN)
        return command_misused(command, "--shrink goes with --background column");
    return EXIT_DONE;
}

void maps_option_print_time(const struct vaho_detection *detection, double write_s)
{
    printf("time: ");
    for (size_t i = 0; i < detection->n_stages; i++)
        if (strcmp(detection->stage[i].stage, "write") == 0)
            write_s += detection->stage[i].seconds; /* maps are written as they are made */
        else
            printf("%s %.3f s, ", detection->stage[i].stage, detection->stage[i].seconds);
    printf("write %.3f s", write_s);
    if (detection->cpu != NULL)
        printf("; %s", detection->cpu);
    putchar('\n');
    if (detection->blas_below)
        printf("OpenBLAS computes as for %s, below this processor: unset OPENBLAS_CORETYPE\n",
               detection->blas);
}

enum vaho_status maps_option_print(const struct vaho_detection *detection, const char *directory,
                                   double write_s, int json, struct vaho_error *error)
{
    if (json)
        return command_print_json(directory, "run.json", error);
    for (size_t i = 0; i < detection->n_signatures; i++)
        printf("%s%s", i > 0 ? ", " : "", detection->name[i]);
    printf(": maps over %zu bands in %s\n", detection->n_bands_used, directory);
    for (size_t i = 0; i < detection->n_notes; i++)
        puts(detection->note[i]);
    maps_option_print_time(detection, write_s);
    return VAHO_OK;
}
