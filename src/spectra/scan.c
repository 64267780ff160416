#include "spectra/scan.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

void vaho_scan_init(struct vaho_scan *scan, const char *text, size_t nbytes)
{
    *scan = (struct vaho_scan){text, text + nbytes, 0};
}

int vaho_scan_line(struct vaho_span *out, struct vaho_scan *scan)
{
    const char *start = scan->p, *p = start;

    if (p == scan->end)
        return 0;
    while (p < scan->end && *p != '\n' && *p != '\r')
        p++;
    *out = (struct vaho_span){start, (size_t)(p - start)};
    if (p < scan->end && *p == '\r' && p + 1 < scan->end && p[1] == '\n')
        p++;
    scan->p = p < scan->end ? p + 1 : p;
    scan->line++;
    return 1;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* mantissa * 10^exponent; long double keeps 64 bits, so that 17 digits come back as written. */
static double scale(uint64_t mantissa, long exponent)
{
    static const long double power[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                        1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                        1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                        1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    const long last = sizeof power / sizeof power[0] - 1;
    long double value = (long double)mantissa;

    if (mantissa == 0 || exponent < -400)
        return 0.0;
    if (exponent > 400)
        return INFINITY;
    for (; exponent > last; exponent -= last)
        value *= power[last];
    for (; exponent < -last; exponent += last)
        value /= power[last];
    return (double)(exponent < 0 ? value / power[-exponent] : value * power[exponent]);
}

size_t vaho_scan_number(double *out, const char *text, size_t n)
{
    size_t i = 0, n_digits = 0;
    int negative = 0;
    uint64_t mantissa = 0;
    long exponent = 0;

    if (i < n && (text[i] == '-' || text[i] == '+'))
        negative = text[i++] == '-';
    for (int fraction = 0; i < n; i++) {
        if (text[i] == '.' && !fraction) {
            fraction = 1;
            continue;
        }
        if (!is_digit(text[i]))
            break;
        n_digits++;
        if (mantissa < UINT64_MAX / 10 - 1) {
            mantissa = mantissa * 10 + (uint64_t)(text[i] - '0');
            exponent -= fraction;
        } else {
            exponent += !fraction;
        }
    }
    if (n_digits == 0)
        return 0;
    if (i < n && lower(text[i]) == 'e') {
        size_t j = i + 1;
        int down = 0;
        long e = 0;
        if (j < n && (text[j] == '-' || text[j] == '+'))
            down = text[j++] == '-';
        if (j < n && is_digit(text[j])) {
            for (; j < n && is_digit(text[j]); j++)
                e = e < 100000 ? e * 10 + (text[j] - '0') : e;
            exponent += down ? -e : e;
            i = j;
        }
    }
    *out = scale(mantissa, exponent) * (negative ? -1.0 : 1.0);
    return i;
}

int vaho_span_number(double *out, struct vaho_span span)
{
    span = vaho_span_trim(span);
    return span.n > 0 && vaho_scan_number(out, span.p, span.n) == span.n;
}

struct vaho_span vaho_span_trim(struct vaho_span span)
{
    while (span.n > 0 && is_blank(span.p[0]))
        span = (struct vaho_span){span.p + 1, span.n - 1};
    while (span.n > 0 && is_blank(span.p[span.n - 1]))
        span.n--;
    return span;
}

struct vaho_span vaho_span_unquote(struct vaho_span span)
{
    if (span.n >= 2 && span.p[0] == '"' && span.p[span.n - 1] == '"')
        return (struct vaho_span){span.p + 1, span.n - 2};
    return span;
}

int vaho_span_field(struct vaho_span *out, struct vaho_span *rest, char separator)
{
    size_t n = 0;

    if (separator == ' ')
        *rest = vaho_span_trim(*rest);
    if (rest->p == NULL || (separator == ' ' && rest->n == 0))
        return 0;
    while (n < rest->n && (separator == ' ' ? !is_blank(rest->p[n]) : rest->p[n] != separator))
        n++;
    *out = vaho_span_trim((struct vaho_span){rest->p, n});
    if (n < rest->n)
        *rest = (struct vaho_span){rest->p + n + 1, rest->n - n - 1};
    else
        *rest = (struct vaho_span){NULL, 0};
    return 1;
}

int vaho_span_starts(struct vaho_span span, const char *text)
{
    size_t n = strlen(text);

    if (span.n < n)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (lower(span.p[i]) != lower(text[i]))
            return 0;
    return 1;
}

int vaho_span_is(struct vaho_span span, const char *text)
{
    return span.n == strlen(text) && vaho_span_starts(span, text);
}

int vaho_span_contains(struct vaho_span span, const char *text)
{
    size_t n = strlen(text);

    for (; span.n >= n; span.p++, span.n--)
        if (vaho_span_starts(span, text))
            return 1;
    return 0;
}

void vaho_span_copy(char *out, size_t capacity, struct vaho_span span)
{
    size_t n = span.n < capacity ? span.n : capacity - 1;

    for (size_t i = 0; i < n; i++)
        out[i] = (char)(span.p[i] >= ' ' && span.p[i] < 127 ? span.p[i] : '?');
    out[n] = '\0';
}

struct vaho_span vaho_span_of(const char *text)
{
    return (struct vaho_span){text, strlen(text)};
}

struct vaho_span vaho_span_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return vaho_span_of(slash == NULL ? path : slash + 1);
}

struct vaho_span vaho_span_file_stem(const char *path)
{
    struct vaho_span name = vaho_span_file_name(path);
    const char *dot = memrchr(name.p, '.', name.n);

    if (dot != NULL && dot > name.p)
        name.n = (size_t)(dot - name.p);
    return name;
}
