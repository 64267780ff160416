/*
 * after_action_people.c - what each analyst decided of real sites and of false ones
 *
 * The history of a site is read once; what a person took back does not count, and of what one
 * person decided of a site the last does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exercise/after_action_files.h"
#include "review/review.h"

struct standing {
    struct vaho_after_action *out;
    enum { NONE = 0, CONFIRM, REJECT, PASS } last[VAHO_MAX_ANALYSTS];
};

static size_t analyst(struct vaho_after_action *out, const char *name)
{
    size_t i = 0;

    while (i < out->n_analysts && strcmp(out->analyst[i].name, name) != 0)
        i++;
    if (i == out->n_analysts && i < VAHO_MAX_ANALYSTS)
        snprintf(out->analyst[out->n_analysts++].name, sizeof out->analyst[0].name, "%s", name);
    return i < VAHO_MAX_ANALYSTS ? i : VAHO_MAX_ANALYSTS - 1;
}

static void take_step(void *context, const struct vaho_review_step *step)
{
    struct standing *s = context;

    if (strcmp(step->what, "confirm") == 0)
        s->last[analyst(s->out, step->person)] = CONFIRM;
    else if (strcmp(step->what, "reject") == 0)
        s->last[analyst(s->out, step->person)] = REJECT;
    else if (strcmp(step->what, "pass") == 0)
        s->last[analyst(s->out, step->person)] = PASS;
    else if (strcmp(step->what, "undo") == 0)
        s->last[analyst(s->out, step->person)] = NONE;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct vaho_scored_analyst *)a)->name,
                  ((const struct vaho_scored_analyst *)b)->name);
}

enum vaho_status after_action_count_people(struct vaho_after_action *out,
                                           struct vaho_casebook *casebook, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < out->n_sites && status == VAHO_OK; i++) {
        const struct vaho_scored_site *site = &out->site[i];
        struct standing s = {.out = out};
        size_t real = (size_t)vaho_site_truth_is_real(site->truth);
        if (site->decision[0] == '\0')
            continue;
        status = vaho_review_history(casebook, site->name, take_step, &s, error);
        for (size_t k = 0; k < out->n_analysts; k++) {
            struct vaho_scored_analyst *a = &out->analyst[k];
            a->confirmed += s.last[k] == CONFIRM;
            a->confirmed_real += s.last[k] == CONFIRM ? real : 0;
            a->rejected += s.last[k] == REJECT;
            a->rejected_real += s.last[k] == REJECT ? real : 0;
            a->another_pass += s.last[k] == PASS;
        }
    }
    qsort(out->analyst, out->n_analysts, sizeof *out->analyst, by_name);
    return status;
}
