#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR_CELLS = 20, EIGHTHS = 8 };

/* Whether the terminal's character set is UTF-8, by the usual variables in their order. */
static int speaks_utf8(void)
{
    static const char *const variable[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(variable[i]);
        if (value != NULL && value[0] != '\0')
            return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "UTF8") != NULL;
    }
    return 0;
}

void terminal_bar_init(struct terminal_bar *bar, const char *name)
{
    *bar = (struct terminal_bar){
        .to = isatty(STDERR_FILENO) ? stderr : NULL,
        .name = name,
        .utf8 = speaks_utf8(),
    };
}

static void draw_cells(const struct terminal_bar *bar, size_t done, size_t total)
{
    static const char *const part[EIGHTHS] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t eighths = (size_t)((double)done / (double)total * BAR_CELLS * EIGHTHS);

    for (size_t i = 0; i < BAR_CELLS; i++, eighths -= eighths < EIGHTHS ? eighths : EIGHTHS)
        if (eighths >= EIGHTHS)
            fputs(bar->utf8 ? "█" : "#", bar->to);
        else
            fputs(bar->utf8 ? part[eighths] : ".", bar->to);
}

static void draw(void *context, const char *stage, size_t done, size_t total, const char *unit)
{
    struct terminal_bar *bar = context;
    unsigned long step;

    if (bar->to == NULL || total == 0 || done > total)
        return;
    step = (unsigned long)((double)done / (double)total * 1000.0);
    if (strncmp(bar->stage, stage, sizeof bar->stage - 1) != 0) {
        terminal_bar_end(bar);
        snprintf(bar->stage, sizeof bar->stage, "%s", stage);
    } else if (step == bar->step && done < total) {
        return;
    }
    bar->step = step;
    fprintf(bar->to, "\r%s%s%-10s  ", bar->name == NULL ? "" : bar->name,
            bar->name == NULL ? "" : "  ", stage);
    draw_cells(bar, done, total);
    fprintf(bar->to, "  %zu/%zu %s", done, total, unit);
    if (done == total)
        terminal_bar_end(bar);
    fflush(bar->to);
}

struct vaho_progress terminal_progress(struct terminal_bar *bar)
{
    return (struct vaho_progress){draw, bar};
}

void terminal_bar_end(struct terminal_bar *bar)
{
    if (bar->to != NULL && bar->stage[0] != '\0')
        fputc('\n', bar->to);
    bar->stage[0] = '\0';
}
