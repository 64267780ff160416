#include "cli/account_option.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/option.h"

enum { LINE_NBYTES = VAHO_PASSWORD_MAX_NBYTES + 2 };

int account_option_take(struct account_option *out, const char *command, int option,
                        const char *value)
{
    uint64_t fd;

    if (option == 'u')
        out->user = value;
    else if (option == 'y')
        out->why = value;
    else if (!option_integer(&fd, value, 0, 1023))
        return command_misused(command, "--password-fd takes the number of an open file");
    else {
        out->fd = (int)fd;
        out->is_fd = 1;
    }
    return EXIT_DONE;
}

/* One line without its newline; 0: none, or too long. */
static int read_line(char out[LINE_NBYTES], int fd)
{
    size_t n = 0;
    ssize_t got = 0;

    while (n < LINE_NBYTES - 1) {
        got = read(fd, out + n, 1); /* no further: the rest may be another password */
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || out[n] == '\n')
            break;
        n++;
    }
    out[n] = '\0';
    return n > 0 && n <= VAHO_PASSWORD_MAX_NBYTES && got >= 0 && strlen(out) == n;
}

static int ask(char out[LINE_NBYTES], int terminal, const char *prompt)
{
    struct termios before, silent;
    int good;

    if (tcgetattr(terminal, &before) != 0)
        return 0;
    silent = before;
    silent.c_lflag &= (tcflag_t)~ECHO;
    silent.c_lflag |= ECHONL;
    dprintf(terminal, "%s: ", prompt);
    if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0)
        return 0;
    good = read_line(out, terminal);
    tcsetattr(terminal, TCSAFLUSH, &before);
    return good;
}

int account_password_read(char out[LINE_NBYTES], const char *command, int is_fd, int fd,
                          const char *prompt, int twice)
{
    char again[LINE_NBYTES] = "";
    int terminal, good;

    if (is_fd)
        return read_line(out, fd)
                   ? EXIT_DONE
                   : command_misused(command, "no password could be read from descriptor %d", fd);
    terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return command_misused(command, "there is no terminal to ask for a password; give a file "
                                        "descriptor");
    good = ask(out, terminal, prompt) && (!twice || ask(again, terminal, "the same again"));
    close(terminal);
    if (good && twice && strcmp(out, again) != 0)
        good = command_misused(command, "the two passwords differ") == EXIT_DONE;
    else if (!good)
        command_misused(command, "no password was given");
    sodium_memzero(again, sizeof again);
    return good ? EXIT_DONE : EXIT_USAGE;
}

int account_option_act(struct vaho_act *out, struct account_option *option, const char *command,
                       struct vaho_casebook *casebook)
{
    char password[LINE_NBYTES] = "";
    struct vaho_error error;
    enum vaho_status status;
    int code;

    if (option->user == NULL)
        return command_misused(command, "--user is needed: whose account");
    code = account_password_read(password, command, option->is_fd, option->fd, "password", 0);
    if (code != EXIT_DONE)
        return code;
    status = vaho_account_check(casebook, option->user, password, &error);
    sodium_memzero(password, sizeof password);
    if (status != VAHO_OK)
        return command_failed(command, &error);
    vaho_moment_format(option->now, (double)time(NULL));
    *out = (struct vaho_act){option->user, VAHO_BY_ACCOUNT, option->now, option->why};
    return EXIT_DONE;
}
