/* mandate_option.h - --mandate, --trust and --revocations, alike in every command that has them */
#ifndef VAHO_CLI_MANDATE_OPTION_H
#define VAHO_CLI_MANDATE_OPTION_H

#include "vaho/mandate.h"

enum { MANDATE_MAX_REVOCATIONS = 64 };

struct mandate_option {
    const char *mandate_path, *trust_path; /* as given, or NULL */
    size_t n_revocations;
    const char *revocations_path[MANDATE_MAX_REVOCATIONS];
    struct vaho_mandate *mandate; /* the rest is owned; NULL before it is loaded */
    struct vaho_trust *trust;
    struct vaho_revocations *revocations[MANDATE_MAX_REVOCATIONS];
};

/* 'option' is 'M', 'T' or 'R'.  EXIT_DONE or EXIT_USAGE. */
int mandate_option_take(struct mandate_option *out, const char *command, int option,
                        const char *value);

/* Loads what was named and checks the mandate against it; the exit code.  Without --mandate
 * nothing is loaded, and --trust and --revocations are misplaced. */
int mandate_option_load(struct mandate_option *option, const char *command);
void mandate_option_free(struct mandate_option *option);

#endif
