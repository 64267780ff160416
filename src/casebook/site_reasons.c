/* site_reasons.c - a site in sentences: why a person should look at it, or need not */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "casebook/site_write.h"

static void say(json_t *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(json_t *list, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_array_append_new(list, json_string(text));
}

static const char *in_words(double p)
{
    return p >= 0.99  ? "almost certainly"
           : p >= 0.8 ? "probably"
           : p >= 0.5 ? "more likely than not"
           : p >= 0.2 ? "possibly"
                      : "probably not";
}

static void say_seen(json_t *list, const struct vaho_site *s)
{
    int64_t could = s->n_seen + s->n_missed;

    if (s->n_stacked > 0)
        say(list, "%lld passes summed in their winds show it%s", (long long)s->n_stacked,
            s->n_single > 0 ? "" : ", and none by itself");
    if (s->n_single > 0 && could == 1)
        say(list, "seen once, by the only pass that says something of the place");
    else if (s->n_single > 0)
        say(list, "seen by %lld of the %lld passes that say something of the place",
            (long long)s->n_seen, (long long)could);
    say(list, "its most certain %s has a q-value of %.2g", s->n_single > 0 ? "plume" : "sum",
        s->least_q);
}

char *vaho_site_reasons(const struct vaho_site *s)
{
    json_t *list = json_array();
    double emits = s->probability > 0 ? s->active / s->probability : 0;
    char *out;

    if (list == NULL)
        return NULL;
    say(list, "%s real (%.2f)", in_words(s->probability), s->probability);
    say_seen(list, s);
    if (s->probability >= 0.2)
        say(list, "if real, %s emitting now (%.2f), and %.0f %% of the time (%.0f to %.0f)",
            in_words(emits), emits, 100 * s->on_share, 100 * s->on_share_low,
            100 * s->on_share_high);
    if (isfinite(s->emission_kg_h))
        say(list, "gives off %.2g +- %.1g kg/h while it is seen", s->emission_kg_h,
            s->emission_sigma_kg_h);
    if (s->known[0] != '\0')
        say(list, "%.0f %% of its place lies in the area of %s, licensed for %s: ranked down",
            100 * s->known_share, s->known, s->gas);
    out = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return out;
}
