/* act_option.h - --who and --why, alike in every command that does something to a casebook */
#ifndef VAHO_CLI_ACT_OPTION_H
#define VAHO_CLI_ACT_OPTION_H

#include "base/moment.h"
#include "vaho/act.h"

struct act_option {
    const char *who, *why; /* as given, or NULL */
    char system[129];      /* the operating system's name for who runs the program */
    char now[VAHO_MOMENT_NBYTES];
};

/* 'option' is 'w' or 'y'. */
void act_option_take(struct act_option *out, int option, const char *value);

/* The act: who is --who, else VAHO_WHO of the environment, else the operating system's account;
 * when is 'at', or now where that is NULL.  Borrows from 'option'. */
struct vaho_act act_option_act(struct act_option *option, const char *at);

#endif
