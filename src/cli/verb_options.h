/*
 * verb_options.h - the options of one verb of a command: 'list' of "vaho sites list"
 */
#ifndef VAHO_CLI_VERB_OPTIONS_H
#define VAHO_CLI_VERB_OPTIONS_H

#include <getopt.h>

struct verb_options {
    const char *command;          /* for messages: "sites list" */
    const char *verb;             /* "list" */
    const char *takes;            /* the values of those that go with it */
    const struct option *options; /* of all verbs, 'h' for help among them; ends with a NULL name */
    int (*take)(void *context, int option, char *value); /* EXIT_DONE, or a message was said */
    void (*print_help)(void);
};

/*
 * Takes the options, in order.  -1: go on, with the files argv[*first_file] .. argv[argc - 1];
 * else the exit code, help or a message having been printed.
 */
int verb_options_take(int *first_file, const struct verb_options *options, void *context, int argc,
                      char **argv);

#endif
