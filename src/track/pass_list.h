/*
 * pass_list.h - the passes of a stack: one line a cube, with the wind in which it was flown
 *
 *     cube,wind_from_deg,wind_from_sigma_deg,wind_speed_m_s,air_temperature_k,time,geo,dem
 *     monday.bil,270,15,3.2,,2026-05-01T10:20:30Z,,
 *
 * The first line names the columns, in any order; cube and wind_from_deg must be there, an empty
 * field is not known.  Fields are parted by commas and hold none, nor quotes; blanks around them do
 * not count.  Lines that begin with '#' and empty lines are passed over.
 *
 * Pure: nothing is read but the text.
 */
#ifndef VAHO_TRACK_PASS_LIST_H
#define VAHO_TRACK_PASS_LIST_H

#include <stddef.h>

#include "vaho/status.h"

enum { VAHO_MAX_PASSES = 1024 };

struct vaho_pass {
    char *cube, *time, *geo, *dem; /* as written; "" not given; owned */
    double wind_from_deg;          /* from north, clockwise, 0 .. 360 */
    double wind_from_sigma_deg;    /* 15 where not given */
    double wind_speed_m_s;         /* NaN where not given */
    double air_temperature_k;      /* as seen in the window; NaN where not given */
};

struct vaho_pass_list {
    size_t n;
    struct vaho_pass *pass; /* owned */
};

/* 'name' is what messages call the text.  VAHO_BAD_INPUT names the line and the column;
 * VAHO_NO_MEMORY.  On error *out is empty. */
enum vaho_status vaho_pass_list_parse(struct vaho_pass_list *out, const char *text, size_t nbytes,
                                      const char *name, struct vaho_error *error);
void vaho_pass_list_free(struct vaho_pass_list *list); /* all zero is fine */

#endif
