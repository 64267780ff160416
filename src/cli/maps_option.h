/*
 * maps_option.h - the options of 'vaho detect' that go with maps alone, and what is told of them
 */
#ifndef VAHO_CLI_MAPS_OPTION_H
#define VAHO_CLI_MAPS_OPTION_H

#include "vaho/detect.h"

struct maps_option {
    int on;                                                               /* --maps */
    const char *bands_text, *window_text, *shrink_text, *iterations_text; /* as given, or NULL */
};

/* EXIT_DONE, or the exit code of what is wrong.  'option': B, P, W, S, I. */
int maps_option_take(struct maps_option *maps, struct vaho_detect_settings *settings,
                     const char *command, int option, const char *value);

/* What does not go together. */
int maps_option_check(const struct maps_option *maps, const struct vaho_detect_settings *settings,
                      const char *command);

/* The files' folder and where the time went, for a person, or run.json. */
enum vaho_status maps_option_print(const struct vaho_detection *detection, const char *directory,
                                   double write_s, int json, struct vaho_error *error);

/* One line: stage by stage, and what was told of OpenBLAS. */
void maps_option_print_time(const struct vaho_detection *detection, double write_s);

#endif
