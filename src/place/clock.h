/*
 * clock.h - times of trajectories and lines on one axis
 *
 * An instant is seconds of UTC since 1980-01-06T00:00:00Z, every day counted as 86400:
 * a leap second has no instant of its own.  GPS time runs ahead of UTC by the leap
 * seconds since then, and says neither them nor its week: both are given.
 */
#ifndef VAHO_PLACE_CLOCK_H
#define VAHO_PLACE_CLOCK_H

#include "spectra/scan.h"

enum place_clock_kind {
    PLACE_CLOCK_UTC = 0, /* text, YYYY-MM-DDThh:mm:ss[.fraction]Z */
    PLACE_CLOCK_SINCE,   /* seconds since an instant */
    PLACE_CLOCK_GPS      /* GPS seconds of a given week; runs on past 604800 or begins again */
};

struct place_clock {
    enum place_clock_kind kind;
    double origin_s; /* SINCE, GPS: the instant of 0 */
};

/* Seconds since 1970 at the instant 0. */
extern const double PLACE_CLOCK_UNIX_S;

enum { PLACE_WEEK_S = 604800 };

double place_clock_gps_origin(double week, double leap_seconds);
/* 0 when the text is no such time. */
int place_clock_parse_utc(double *out_s, struct vaho_span text);

/* Room for "2026-05-01T18:30:00.000Z" and a NUL. */
#define PLACE_INSTANT_NBYTES 32
/* For messages; to the millisecond.  Returns 'out'. */
const char *place_clock_print(char out[PLACE_INSTANT_NBYTES], double instant_s);

#endif
