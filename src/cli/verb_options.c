#include "cli/verb_options.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static const char *name_of(const struct verb_set *set, size_t verb)
{
    return *(const char *const *)((const char *)set->verb + verb * set->size);
}

/* "new, add or check" */
static void list_names(char *out, size_t nbytes, const struct verb_set *set)
{
    size_t at = 0;

    for (size_t i = 0; i < set->n && at < nbytes; i++)
        at += (size_t)snprintf(out + at, nbytes - at, "%s%s",
                               i == 0           ? ""
                               : i + 1 < set->n ? ", "
                                                : " or ",
                               name_of(set, i));
}

size_t verb_choose(int *out_code, char named[VERB_NAMED_NBYTES], const struct verb_set *set,
                   int argc, char **argv)
{
    char names[256];
    size_t verb = 0;

    if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
        set->print_help();
        *out_code = EXIT_DONE;
        return set->n;
    }
    while (argc > 1 && verb < set->n && strcmp(argv[1], name_of(set, verb)) != 0)
        verb++;
    if (argc > 1 && verb < set->n) {
        snprintf(named, VERB_NAMED_NBYTES, "%s %s", set->command, argv[1]);
        return verb;
    }
    list_names(names, sizeof names, set);
    *out_code = argc < 2 ? command_misused(set->command, "say what: %s", names)
                         : command_misused(set->command, "there is no '%s %s'; say %s",
                                           set->command, argv[1], names);
    return set->n;
}

int verb_options_take(size_t *n_files, char ***file, const struct verb_options *o, void *context,
                      int argc, char **argv)
{
    int option, index = 0;

    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", o->options, &index)) != -1) {
        int code;
        if (option == 'h') {
            o->print_help();
            return EXIT_DONE;
        }
        if (option == '?')
            return command_misused(o->command, "option '%s' is unknown or lacks its value",
                                   argv[optind - 1]);
        if (strchr(o->takes, option) == NULL)
            return command_misused(o->command, "--%s does not go with '%s'", o->options[index].name,
                                   o->verb);
        code = o->take(context, option, optarg);
        if (code != EXIT_DONE)
            return code;
    }
    *n_files = (size_t)(argc - optind);
    *file = argv + optind;
    return -1;
}
