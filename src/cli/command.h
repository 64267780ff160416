/*
 * command.h - the commands of the program, as data
 *
 * A command is one file, cmd_NAME.c, and one line in the table of main.c.
 * It gets its own arguments (argv[0] is the command's name) and returns the
 * exit code: 0 done, 1 internal fault, 2 wrong usage, 3 unusable input,
 * 4 refused.
 */
#ifndef VAHO_CLI_COMMAND_H
#define VAHO_CLI_COMMAND_H

#include "vaho/status.h"

enum exit_code { EXIT_DONE = 0, EXIT_FAULT = 1, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_REFUSED = 4 };

struct command {
    const char *name;
    const char *summary; /* one line for 'vaho --help' */
    int (*run)(int argc, char **argv);
};

/* Prints "vaho COMMAND: message" on standard error; the exit code for its status. */
int command_failed(const char *command, const struct vaho_error *error);

/* "vaho COMMAND: message" and a hint to -h; returns EXIT_USAGE. */
int command_misused(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A JSON file that was just written into 'directory', on standard output.  VAHO_BAD_INPUT: it
 * cannot be read back. */
enum vaho_status command_print_json(const char *directory, const char *file,
                                    struct vaho_error *error);

int cmd_casebook(int argc, char **argv);
int cmd_detect(int argc, char **argv);
int cmd_exercise(int argc, char **argv);
int cmd_ledger(int argc, char **argv);
int cmd_library(int argc, char **argv);
int cmd_mandate(int argc, char **argv);
int cmd_partner(int argc, char **argv);
int cmd_release(int argc, char **argv);
int cmd_review(int argc, char **argv);
int cmd_score(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_sites(int argc, char **argv);
int cmd_stack(int argc, char **argv);
int cmd_user(int argc, char **argv);

#endif
