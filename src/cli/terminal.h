/*
 * terminal.h - what a person at a terminal sees while a command works
 *
 *     background  ████████████████████  2000/2000 lines
 *
 * One line a stage, drawn on standard error, and only when that is a terminal.
 */
#ifndef VAHO_CLI_TERMINAL_H
#define VAHO_CLI_TERMINAL_H

#include <stdio.h>

#include "vaho/progress.h"

struct terminal_bar {
    FILE *to;         /* NULL: nobody is looking */
    const char *name; /* before the stage, or NULL; borrowed */
    int utf8;
    char stage[32];     /* being drawn; "" when the cursor is at the start of a line */
    unsigned long step; /* drawn last, in thousandths */
};

/*
 * A bar for one command.  'name' (may be NULL) tells several cubes apart.
 * terminal_progress() is what to give to the library; it borrows the bar.
 */
void terminal_bar_init(struct terminal_bar *bar, const char *name);
struct vaho_progress terminal_progress(struct terminal_bar *bar);

/* Ends an unfinished line, so that what is printed next starts on its own. */
void terminal_bar_end(struct terminal_bar *bar);

#endif
