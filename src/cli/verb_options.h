/*
 * verb_options.h - the verb of a command and its options: 'list' of "vaho sites list"
 */
#ifndef VAHO_CLI_VERB_OPTIONS_H
#define VAHO_CLI_VERB_OPTIONS_H

#include <getopt.h>
#include <stddef.h>

/* The verbs of a command: n structs of 'size' bytes that begin with the name, a const char *. */
struct verb_set {
    const char *command; /* "sites" */
    const void *verb;
    size_t n, size;
    void (*print_help)(void);
};

enum { VERB_NAMED_NBYTES = 32 };

/*
 * The number of the verb that argv[1] names; 'named' becomes "sites list", for messages.  n: help,
 * or a message that lists the verbs, was printed, and *out_code is the exit code.
 */
size_t verb_choose(int *out_code, char named[VERB_NAMED_NBYTES], const struct verb_set *set,
                   int argc, char **argv);

struct verb_options {
    const char *command;          /* for messages: "sites list" */
    const char *verb;             /* "list" */
    const char *takes;            /* the values of those that go with it */
    const struct option *options; /* of all verbs, 'h' for help among them; ends with a NULL name */
    int (*take)(void *context, int option, char *value); /* EXIT_DONE, or a message was said */
    void (*print_help)(void);
};

/*
 * Takes the options, in order.  -1: go on, with the *n_files files that are left of argv; else the
 * exit code, help or a message having been printed.
 */
int verb_options_take(size_t *n_files, char ***file, const struct verb_options *options,
                      void *context, int argc, char **argv);

#endif
