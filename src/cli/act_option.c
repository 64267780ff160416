#include "cli/act_option.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

void act_option_take(struct act_option *out, int option, const char *value)
{
    if (option == 'w')
        out->who = value;
    else
        out->why = value;
}

struct vaho_act act_option_act(struct act_option *option, const char *at)
{
    struct vaho_act act = {option->who, VAHO_BY_CLAIM, at, option->why};
    const char *set = getenv("VAHO_WHO");
    const struct passwd *account;

    if (act.who == NULL && set != NULL && set[0] != '\0')
        act.who = set;
    if (act.who == NULL) {
        account = getpwuid(getuid());
        snprintf(option->system, sizeof option->system, "%s",
                 account == NULL ? "" : account->pw_name);
        if (option->system[0] == '\0')
            snprintf(option->system, sizeof option->system, "uid %ld", (long)getuid());
        act.who = option->system;
        act.by = VAHO_BY_SYSTEM;
    }
    if (at == NULL) {
        vaho_moment_format(option->now, (double)time(NULL));
        act.at = option->now;
    }
    return act;
}
