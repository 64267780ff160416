#include "spectra/jcamp_ordinates.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* A packed digit carries its own sign and meaning. */
enum form { PLAIN, SQUEEZED, DIFFERENCE, DUPLICATE };

static enum form form_of(char c, double *sign, int *digit)
{
    *sign = 1.0;
    *digit = 0;
    if (c == '@' || (c >= 'A' && c <= 'I')) {
        *digit = c - '@';
        return SQUEEZED;
    }
    if (c >= 'a' && c <= 'i') {
        *digit = c - 'a' + 1;
        *sign = -1.0;
        return SQUEEZED;
    }
    if (c == '%')
        return DIFFERENCE;
    if (c >= 'J' && c <= 'R') {
        *digit = c - 'J' + 1;
        return DIFFERENCE;
    }
    if (c >= 'j' && c <= 'r') {
        *digit = c - 'j' + 1;
        *sign = -1.0;
        return DIFFERENCE;
    }
    if (c >= 'S' && c <= 'Z') {
        *digit = c - 'S' + 1;
        return DUPLICATE;
    }
    if (c == 's') {
        *digit = 9;
        return DUPLICATE;
    }
    return PLAIN;
}

int vaho_ordinates_look_packed(struct vaho_span line)
{
    for (size_t i = 0; i < line.n; i++) {
        double sign;
        int digit;
        char c = line.p[i];
        if (c != 'E' && c != 'e' && form_of(c, &sign, &digit) != PLAIN)
            return 1;
    }
    return 0;
}

/* A plain number; in packed blocks 'E' belongs to the next item.  0: none here. */
static size_t plain_number(double *out, struct vaho_span text, int packed)
{
    size_t n = text.n;

    for (size_t i = 0; i < n; i++)
        if ((text.p[i] == 'E' || text.p[i] == 'e') &&
            (packed || i + 1 >= n || (text.p[i + 1] != '+' && text.p[i + 1] != '-')))
            n = i;
    return vaho_scan_number(out, text.p, n);
}

/* The digits after a packed letter: its number is letter digit, then these. */
static size_t packed_number(double *out, struct vaho_span text, double sign, int digit)
{
    double value = digit;
    size_t i = 1;

    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
        value = value * 10.0 + (text.p[i] - '0');
    if (i < text.n && text.p[i] == '.') {
        double unit = 0.1;
        for (i++; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++, unit *= 0.1)
            value += unit * (text.p[i] - '0');
    }
    *out = sign * value;
    return i;
}

static enum vaho_status add(struct vaho_draft *draft, struct vaho_ordinates *state, double value,
                            size_t max_points, struct vaho_error *error)
{
    if (draft->n >= max_points)
        return vaho_fail(error, VAHO_BAD_INPUT, "more than %zu points; split the file", max_points);
    state->last = value;
    return vaho_draft_point(draft, 0.0, value, error);
}

static enum vaho_status repeat(struct vaho_draft *draft, struct vaho_ordinates *state, double count,
                               size_t max_points, struct vaho_error *error)
{
    enum vaho_status status = VAHO_OK;

    for (double i = 1.0; i < count && status == VAHO_OK; i += 1.0)
        status = add(draft, state, state->last + (state->in_difference ? state->difference : 0.0),
                     max_points, error);
    return status;
}

enum vaho_status vaho_ordinates_read_line(double *x, struct vaho_draft *draft,
                                          struct vaho_ordinates *state, struct vaho_span line,
                                          size_t max_points, struct vaho_error *error)
{
    const char *start = line.p;
    int check = state->in_difference, first = 1;
    double checked = state->last;
    size_t used = plain_number(x, line, state->packed);
    enum vaho_status status = VAHO_OK;

    if (used == 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "a line of data must start with its abscissa");
    while (status == VAHO_OK) {
        double value, sign;
        int digit;
        enum form form;
        line = (struct vaho_span){line.p + used, line.n - used};
        while (line.n > 0 && strchr(" \t,;", line.p[0]) != NULL)
            line = (struct vaho_span){line.p + 1, line.n - 1};
        if (line.n == 0)
            break;
        form = state->packed ? form_of(line.p[0], &sign, &digit) : PLAIN;
        if (form != PLAIN)
            used = packed_number(&value, line, sign, digit);
        else if (line.p[0] == '?')
            used = 1, value = NAN;
        else
            used = plain_number(&value, line, state->packed);
        if (used == 0)
            return vaho_fail(error, VAHO_BAD_INPUT, "column %zu: no number starts with '%c'",
                             (size_t)(line.p - start) + 1,
                             line.p[0] >= ' ' && line.p[0] < 127 ? line.p[0] : '?');
        if (form == DUPLICATE) {
            status = repeat(draft, state, value, max_points, error);
            continue;
        }
        state->in_difference = form == DIFFERENCE;
        if (form == DIFFERENCE) {
            state->difference = value;
            value += state->last;
        }
        if (first)
            state->repeated = check;
        if (check && first) /* the repeated value: compared, not kept */
            state->n_bad_checks += !(fabs(value - checked) <= 1e-6 * fabs(checked) + 0.5);
        if (check && first)
            state->last = value;
        else
            status = add(draft, state, value, max_points, error);
        first = 0;
    }
    return status;
}
