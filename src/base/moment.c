/*
 * moment.c - the calendar, without the C library's (which knows a time zone and
 * a locale).  Days are counted from the first of March, so that the leap day is
 * the last of its year: the day of the year of a month's first is then
 * (153 m + 2) / 5 with m = 0 for March.
 */
#include "base/moment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARCH_TO_EPOCH = 719468 }; /* days from 0000-03-01 to 1970-01-01 */
enum { MAX_DECIMALS = 9 };

static int64_t days_from(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - MARCH_TO_EPOCH;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29
                                                                                 : days[month - 1];
}

/* The number of 'n' digits at *text, which moves on; -1 when they are not all digits. */
static int digits(const char **text, int n)
{
    int value = 0;

    for (; n > 0; n--, (*text)++) {
        if (**text < '0' || **text > '9')
            return -1;
        value = 10 * value + (**text - '0');
    }
    return value;
}

static int skip(const char **text, char c)
{
    if (**text != c)
        return 0;
    (*text)++;
    return 1;
}

int vaho_moment_parse(double *out_s, const char *text)
{
    int year, month, day, hour, minute, second;
    double fraction = 0, place = 0.1;

    if ((year = digits(&text, 4)) < 1900 || !skip(&text, '-') || (month = digits(&text, 2)) < 1 ||
        month > 12 || !skip(&text, '-') || (day = digits(&text, 2)) < 1 ||
        day > days_in(year, month) || !skip(&text, 'T') || (hour = digits(&text, 2)) < 0 ||
        hour > 23 || !skip(&text, ':') || (minute = digits(&text, 2)) < 0 || minute > 59 ||
        !skip(&text, ':') || (second = digits(&text, 2)) < 0 || second > 59)
        return 0;
    if (skip(&text, '.')) {
        int n = 0;
        for (; *text >= '0' && *text <= '9'; text++, n++, place /= 10)
            fraction += place * (*text - '0');
        if (n == 0 || n > MAX_DECIMALS)
            return 0;
    }
    if (strcmp(text, "Z") != 0)
        return 0;
    *out_s = (double)(days_from(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) +
             fraction;
    return 1;
}

void vaho_moment_format(char out[VAHO_MOMENT_NBYTES], double seconds)
{
    int64_t whole, day, era, year, of_year, m;

    out[0] = '\0';
    if (!(fabs(seconds) < 1e12))
        return;
    whole = (int64_t)floor(seconds);
    day = whole / 86400 - (whole % 86400 < 0) + MARCH_TO_EPOCH;
    whole -= (day - MARCH_TO_EPOCH) * 86400;
    if (day < 0)
        return;
    era = day / 146097; /* of 400 years */
    day -= era * 146097;
    year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    of_year = day - (365 * year + year / 4 - year / 100);
    m = (5 * of_year + 2) / 153;
    day = of_year - (153 * m + 2) / 5 + 1;
    year += 400 * era + (m >= 10);
    if (year < 1900 || year > 9999)
        return;
    snprintf(out, VAHO_MOMENT_NBYTES, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year,
             (int)(m < 10 ? m + 3 : m - 9), (int)day, (int)(whole / 3600), (int)(whole / 60 % 60),
             (int)(whole % 60));
}
