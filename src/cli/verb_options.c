#include "cli/verb_options.h"

#include <string.h>

#include "cli/command.h"

int verb_options_take(int *first_file, const struct verb_options *o, void *context, int argc,
                      char **argv)
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
    *first_file = optind;
    return -1;
}
