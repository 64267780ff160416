/* cmd_detect.c - to come */
#include "cli/command.h"

int cmd_detect(int argc, char **argv)
{
    (void)argc;
    return command_misused(argv[0], "this command is not built yet");
}
