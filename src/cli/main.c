/* main.c - vaho COMMAND [options] */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "cli/command.h"
#include "vaho/version.h"

static const struct command commands[] = {
    {"detect", "find plumes in a cube and write the report", cmd_detect},
    {"stack", "sum passes over one place: sources none shows alone", cmd_stack},
    {"library", "read, list, show and plot signatures", cmd_library},
    {"score", "compare detections with known truth", cmd_score},
    {"exercise", "simulated flights and campaigns with known truth", cmd_exercise},
    {"mandate", "signed permissions to look: make, sign, verify", cmd_mandate},
    {"casebook", "the database of flights, plumes and sites", cmd_casebook},
    {"sites", "places that emit, joined over passes", cmd_sites},
    {"review", "what people decide of sites", cmd_review},
    {"release", "leads to partners, no more precisely than they may", cmd_release},
    {"partner", "who may be given leads: keys and policies", cmd_partner},
    {"user", "accounts of a casebook, with roles", cmd_user},
    {"serve", "the command centre: review on a map, over HTTP", cmd_serve},
    {"ledger", "who did what with a casebook, and the proof of it", cmd_ledger},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void print_help(FILE *to)
{
    fprintf(to, "usage: vaho COMMAND [options]\n\n"
                "Finds faint chemical vapours in the data of imaging spectrometers.\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\n'vaho COMMAND -h' explains a command, with examples.\n"
                "vaho --version prints the version.\n");
}

int command_failed(const char *command, const struct vaho_error *error)
{
    fprintf(stderr, "vaho %s: %s\n", command, error->message);
    switch (error->status) {
    case VAHO_OK: return EXIT_DONE;
    case VAHO_USAGE: return EXIT_USAGE;
    case VAHO_BAD_INPUT:
    case VAHO_NOT_FOUND:
    case VAHO_NOT_APPLICABLE:
    case VAHO_SINGULAR: return EXIT_INPUT;
    case VAHO_REFUSED: return EXIT_REFUSED;
    case VAHO_FAULT:
    case VAHO_NO_MEMORY: break;
    }
    return EXIT_FAULT;
}

enum vaho_status command_print_json(const char *directory, const char *file,
                                    struct vaho_error *error)
{
    char path[4096 + 64];
    json_error_t why;
    json_t *root;

    snprintf(path, sizeof path, "%s/%s", directory, file);
    root = json_load_file(path, 0, &why);
    if (root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: was written but cannot be read back: %s", path,
                         why.text);
    json_dumpf(root, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(root);
    return VAHO_OK;
}

int command_misused(const char *command, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "vaho %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; 'vaho %s -h' explains\n", command);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("vaho " VAHO_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "vaho: there is no command '%s'; 'vaho --help' lists them\n", argv[1]);
    return EXIT_USAGE;
}
