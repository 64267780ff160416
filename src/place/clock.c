#include "place/clock.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

const double PLACE_CLOCK_UNIX_S = 315964800; /* 1980-01-06T00:00:00Z */

double place_clock_gps_origin(double week, double leap_seconds)
{
    return week * PLACE_WEEK_S - leap_seconds;
}

/* n digits at p as a number; -1 when one is none. */
static int digits(const char *p, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = 10 * value + (p[i] - '0');
    }
    return value;
}

int place_clock_parse_utc(double *out_s, struct vaho_span text)
{
    struct tm about = {0}, back;
    double fraction = 0;
    time_t moment;
    const char *p = text.p;

    if (text.n < 20 || text.n > 30 || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' ||
        p[16] != ':' || p[text.n - 1] != 'Z')
        return 0;
    about.tm_year = digits(p, 4) - 1900;
    about.tm_mon = digits(p + 5, 2) - 1;
    about.tm_mday = digits(p + 8, 2);
    about.tm_hour = digits(p + 11, 2);
    about.tm_min = digits(p + 14, 2);
    about.tm_sec = digits(p + 17, 2);
    if (about.tm_year < 80 || about.tm_mon < 0 || about.tm_mon > 11 || about.tm_mday < 1 ||
        about.tm_hour < 0 || about.tm_hour > 23 || about.tm_min < 0 || about.tm_min > 59 ||
        about.tm_sec < 0 || about.tm_sec > 59)
        return 0;
    if (text.n > 20 && (p[19] != '.' || digits(p + 20, (int)text.n - 21) < 0 ||
                        vaho_scan_number(&fraction, p + 19, text.n - 20) != text.n - 20))
        return 0;
    moment = timegm(&about);
    if (gmtime_r(&moment, &back) == NULL || back.tm_mday != digits(p + 8, 2)) /* 31 February */
        return 0;
    *out_s = (double)moment - PLACE_CLOCK_UNIX_S + fraction;
    return 1;
}

const char *place_clock_print(char out[PLACE_INSTANT_NBYTES], double instant_s)
{
    struct tm about;
    const double rounded = round(instant_s * 1000) / 1000, whole = floor(rounded);
    time_t moment = (time_t)(fmax(-1e12, fmin(1e12, whole)) + PLACE_CLOCK_UNIX_S);
    size_t n = gmtime_r(&moment, &about) == NULL
                   ? 0
                   : strftime(out, PLACE_INSTANT_NBYTES - 6, "%Y-%m-%dT%H:%M:%S", &about);

    if (n == 0)
        snprintf(out, PLACE_INSTANT_NBYTES, "%.3f s", instant_s);
    else
        snprintf(out + n, PLACE_INSTANT_NBYTES - n, ".%03dZ",
                 (int)((rounded - whole) * 1000 + 0.5) % 1000);
    return out;
}
