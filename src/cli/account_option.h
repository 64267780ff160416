/*
 * account_option.h - --user and --password-fd: an account and its password, never as an argument
 *
 * A password is one line, read from the terminal without showing it, or from a file descriptor that
 * the caller opened: vaho ... --password-fd 3 3<FILE.
 */
#ifndef VAHO_CLI_ACCOUNT_OPTION_H
#define VAHO_CLI_ACCOUNT_OPTION_H

#include "base/moment.h"
#include "casebook/accounts.h"

struct account_option {
    const char *user; /* as given, or NULL */
    int fd, is_fd;    /* --password-fd */
    const char *why;
    char now[VAHO_MOMENT_NBYTES];
};

/* 'option' is 'u', 'p' or 'y' (--why).  EXIT_DONE or EXIT_USAGE. */
int account_option_take(struct account_option *out, const char *command, int option,
                        const char *value);

/* The act of the account, after its password was checked.  Else a message was said and the exit
 * code is returned.  Borrows from 'option'. */
int account_option_act(struct vaho_act *out, struct account_option *option, const char *command,
                       struct vaho_casebook *casebook);

/* Reads a password: from 'fd' where 'is_fd', else from the terminal, asking with 'prompt'; 'twice'
 * at the terminal where it is a new one.  Wipe 'out' after use. */
int account_password_read(char out[VAHO_PASSWORD_MAX_NBYTES + 2], const char *command, int is_fd,
                          int fd, const char *prompt, int twice);

#endif
