/*
 * site_reasons.c - why a person should look at a site, or need not
 *
 * Each reason is a sentence, a code and the numbers of the sentence, so that a page can say it in
 * another language:
 *   real {probability}   stacked {passes, by_itself}   seen-once {}   seen {seen, of}
 *   best-q {q_value, of: "plume" | "sum"}   emits {now, share, low, high}
 *   rate {kg_h, sigma_kg_h}   known {name, gas, share}
 */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "casebook/site_write.h"

/* 'numbers' is taken over. */
static void say(json_t *list, const char *code, json_t *numbers, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void say(json_t *list, const char *code, json_t *numbers, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (numbers == NULL) /* one of them is not known */
        numbers = json_object();
    json_object_set_new(numbers, "code", json_string(code));
    json_object_set_new(numbers, "words", json_string(text));
    json_array_append_new(list, numbers);
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
    const char *of = s->n_single > 0 ? "plume" : "sum";

    if (s->n_stacked > 0)
        say(list, "stacked",
            json_pack("{s:I, s:b}", "passes", (json_int_t)s->n_stacked, "by_itself",
                      s->n_single > 0),
            "%lld passes summed in their winds show it%s", (long long)s->n_stacked,
            s->n_single > 0 ? "" : ", and none by itself");
    if (s->n_single > 0 && could == 1)
        say(list, "seen-once", json_object(),
            "seen once, by the only pass that says something of the place");
    else if (s->n_single > 0)
        say(list, "seen",
            json_pack("{s:I, s:I}", "seen", (json_int_t)s->n_seen, "of", (json_int_t)could),
            "seen by %lld of the %lld passes that say something of the place", (long long)s->n_seen,
            (long long)could);
    say(list, "best-q", json_pack("{s:f, s:s}", "q_value", s->least_q, "of", of),
        "its most certain %s has a q-value of %.2g", of, s->least_q);
}

json_t *vaho_site_reasons_coded(const struct vaho_site *s)
{
    json_t *list = json_array();
    double emits = s->probability > 0 ? s->active / s->probability : 0;

    say(list, "real", json_pack("{s:f}", "probability", s->probability), "%s real (%.2f)",
        in_words(s->probability), s->probability);
    say_seen(list, s);
    if (s->probability >= 0.2)
        say(list, "emits",
            json_pack("{s:f, s:f, s:f, s:f}", "now", emits, "share", s->on_share, "low",
                      s->on_share_low, "high", s->on_share_high),
            "if real, %s emitting now (%.2f), and %.0f %% of the time (%.0f to %.0f)",
            in_words(emits), emits, 100 * s->on_share, 100 * s->on_share_low,
            100 * s->on_share_high);
    if (isfinite(s->emission_kg_h))
        say(list, "rate",
            json_pack("{s:f, s:f}", "kg_h", s->emission_kg_h, "sigma_kg_h", s->emission_sigma_kg_h),
            "gives off %.2g +- %.1g kg/h while it is seen", s->emission_kg_h,
            s->emission_sigma_kg_h);
    if (s->known[0] != '\0')
        say(list, "known",
            json_pack("{s:s, s:s, s:f}", "name", s->known, "gas", s->gas, "share", s->known_share),
            "%.0f %% of its place lies in the area of %s, licensed for %s: ranked down",
            100 * s->known_share, s->known, s->gas);
    return list;
}

char *vaho_site_reasons(const struct vaho_site *s)
{
    json_t *coded = vaho_site_reasons_coded(s), *list = json_array(), *reason;
    size_t i;
    char *out;

    json_array_foreach(coded, i, reason) json_array_append(list, json_object_get(reason, "words"));
    out = json_dumps(list, JSON_COMPACT);
    json_decref(coded);
    json_decref(list);
    return out;
}
