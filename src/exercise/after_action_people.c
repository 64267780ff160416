/*
 * after_action_people.c - what each analyst decided of real sites and of false ones, and how soon
 *
 * The history of a site is read once; what a person took back does not count, and of what one
 * person decided of a site the last does.  How long a site waited to be confirmed goes by the
 * clock on the wall, from when the first flight that saw it was taken in: reviews are told by it,
 * and so are the logs of a run.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "exercise/after_action_files.h"
#include "review/review.h"
#include "vaho/sites.h"

struct standing {
    struct vaho_after_action *out;
    enum { NONE = 0, CONFIRM, REJECT, PASS } last[VAHO_MAX_ANALYSTS];
    double confirmed_s; /* NaN: does not stand */
};

/* When the first of the flights that saw a site was taken in. */
struct arrival {
    const struct vaho_campaign *campaign;
    double first_s; /* infinite: none */
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

    if (strcmp(step->what, "confirm") != 0 || !vaho_moment_parse(&s->confirmed_s, step->at))
        s->confirmed_s = NAN;
    if (strcmp(step->what, "confirm") == 0)
        s->last[analyst(s->out, step->person)] = CONFIRM;
    else if (strcmp(step->what, "reject") == 0)
        s->last[analyst(s->out, step->person)] = REJECT;
    else if (strcmp(step->what, "pass") == 0)
        s->last[analyst(s->out, step->person)] = PASS;
    else if (strcmp(step->what, "undo") == 0)
        s->last[analyst(s->out, step->person)] = NONE;
}

/* Flights are called by their name, and by the mandate where there is one, after a dot. */
static void take_pass(void *context, const struct vaho_site_passed *pass)
{
    struct arrival *a = context;

    for (size_t i = 0; pass->seen && i < a->campaign->n_flights; i++) {
        size_t n = strlen(a->campaign->flight[i].name);
        if (strncmp(a->campaign->flight[i].name, pass->flight, n) == 0 &&
            (pass->flight[n] == '\0' || pass->flight[n] == '.'))
            a->first_s = fmin(a->first_s, a->campaign->flight[i].taken_in_s);
    }
}

static void ignore_site(void *context, const struct vaho_site *site)
{
    (void)context;
    (void)site;
}

static enum vaho_status time_confirmation(struct vaho_scored_site *site,
                                          const struct vaho_campaign *campaign, double confirmed_s,
                                          struct vaho_casebook *casebook, struct vaho_error *error)
{
    struct arrival arrival = {campaign, INFINITY};
    enum vaho_status status =
        vaho_sites_show(casebook, site->name, ignore_site, take_pass, &arrival, error);

    if (status == VAHO_OK && isfinite(arrival.first_s)) {
        site->taken_in_s = arrival.first_s;
        site->confirmed_s = confirmed_s;
    }
    return status;
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
        struct vaho_scored_site *site = &out->site[i];
        struct standing s = {.out = out, .confirmed_s = NAN};
        size_t real = (size_t)vaho_site_truth_is_real(site->truth);
        if (site->decision[0] == '\0')
            continue;
        status = vaho_review_history(casebook, site->name, take_step, &s, error);
        if (status == VAHO_OK && isfinite(s.confirmed_s))
            status = time_confirmation(site, out->campaign, s.confirmed_s, casebook, error);
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
