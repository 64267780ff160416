/* moment.h - moments in documents: "2026-04-03T12:00:00Z", and nothing looser */
#ifndef VAHO_BASE_MOMENT_H
#define VAHO_BASE_MOMENT_H

#include <stdint.h>

/*
 * YYYY-MM-DDThh:mm:ss, up to nine decimals of a second, Z; years 1900 to 9999.
 * 1 and the seconds since 1970-01-01 UTC (leap seconds not counted); 0 for
 * anything else, then *out_s is untouched.
 */
int vaho_moment_parse(double *out_s, const char *text);

/* The other way, whole seconds, rounded down; "" when the year is not 1900 to 9999. */
enum { VAHO_MOMENT_NBYTES = 21 };
void vaho_moment_format(char out[VAHO_MOMENT_NBYTES], double seconds);

#endif
