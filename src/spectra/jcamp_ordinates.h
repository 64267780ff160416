/*
 * jcamp_ordinates.h - one line of JCAMP-DX data, plain or packed
 *
 * Forms (McDonald & Wilks, Applied Spectroscopy 42, 151, 1988):
 *   AFFN  138264-105172  1.5E+3 ?     a sign starts a number; '?' is missing
 *   SQZ   @ A-I a-i                   first digit and sign: 0, 1..9, -1..-9
 *   DIF   % J-R j-r                   the same for a difference to the last value
 *   DUP   S-Z s                       2..9 (S = 1) times the last item
 * After a line that ends in a difference the next line repeats the last value
 * as a check, and its abscissa is that value's.  'E' is an exponent only before a sign, outside
 * packed blocks.
 */
#ifndef VAHO_SPECTRA_JCAMP_ORDINATES_H
#define VAHO_SPECTRA_JCAMP_ORDINATES_H

#include <stddef.h>

#include "spectra/draft.h"
#include "spectra/scan.h"

/* What is carried from line to line; zero it before the first, then set 'packed'. */
struct vaho_ordinates {
    int packed;
    double last;         /* the last ordinate */
    double difference;   /* the last difference */
    int in_difference;   /* the last item was one: DUP repeats it, the next line checks it */
    int repeated;        /* the line just read began with such a check */
    size_t n_bad_checks; /* Y-value checks that failed */
};

/* 1 if the line holds a packed form's letters. */
int vaho_ordinates_look_packed(struct vaho_span line);

/*
 * Reads one line of (X++(Y..Y)) data: *x is its abscissa, its ordinates are
 * appended to 'draft' (with x = 0, to be set by the caller); at most
 * 'max_points' in the draft.  VAHO_BAD_INPUT: a character that is none of the
 * above ('column' of the line is said), too many points.
 */
enum vaho_status vaho_ordinates_read_line(double *x, struct vaho_draft *draft,
                                          struct vaho_ordinates *state, struct vaho_span line,
                                          size_t max_points, struct vaho_error *error);

#endif
