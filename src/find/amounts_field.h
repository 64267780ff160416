/*
 * amounts_field.h - what a pixel's neighbours say of its column density
 *
 * A plume is smooth where the ground is not: over a few pixels c hardly changes, while the contrast
 * of the ground does.  So neighbours tell two things.
 *
 * Whether A is right (contrast.h): y = c (contrast) is what is measured, so with A too low or too
 * high c follows the contrast, and neighbours disagree.  With m_i what the pixels around pixel i
 * say without it, v_i its noise, v_mi that of m_i, and s how far c strays over a few pixels,
 * relative,
 *
 *     -2 ln p = sum (c_i - m_i)^2 / (v_i + v_mi + s^2 m_i^2) + ln(1 + (v_mi + s^2 m_i^2) / v_i),
 *
 * the likelihood of y (not of c, whose scale changes with A), pixels conditional on the others
 * (pseudo-likelihood; Besag 1975, doi 10.2307/2987782).
 *
 * What c is: the mean over a kernel of some reach r, weighted by what each pixel knows,
 *
 *     m_i = sum(k_ij u_ij c_j) / sum(k_ij u_ij),    u_ij = 1 / (v_j + s^2 m_i^2),
 *     k_ij = exp(-distance^2 / (2 r^2)),    sd_i^2 = sum(k_ij^2 u_ij^2 v_j) / sum(k_ij u_ij)^2,
 *
 * so a pixel with much contrast speaks for its surroundings only.  In the mean over a footprint
 * pixel i counts for its weight over the mean weight of those around it,
 *
 *     u_ii sum_j(k_ij) / sum_j(k_ij u_ij),
 *
 * alike where all know as much, and those next to what knows nothing stand in for it.
 *
 * Private to amounts.c and its tests.  Threads: immutable once made.
 */
#ifndef VAHO_FIND_AMOUNTS_FIELD_H
#define VAHO_FIND_AMOUNTS_FIELD_H

#include <stddef.h>

#include "find/amount.h"
#include "vaho/status.h"

/* Where pixels lie among each other. */
struct vaho_field {
    size_t n, first_line, first_sample, n_lines, n_samples; /* pixels, and the box around them */
    size_t *line, *sample;                                  /* of each pixel; owned */
    size_t *number; /* n_lines x n_samples: 1 + a pixel's number, 0 where none is; owned */
};

/* 'at': n pairs (line, sample), no two alike.  VAHO_NO_MEMORY; then *out holds nothing to free. */
enum vaho_status vaho_field_make(struct vaho_field *out, const unsigned *at, size_t n,
                                 struct vaho_error *error);
void vaho_field_free(struct vaho_field *field);

/*
 * -2 ln p as above, least over s of 0.1, 0.2, 0.4 and 0.8.  'spread2': how much more than
 * 1 / weight the noise of c is.
 */
double vaho_field_misfit(const struct vaho_field *field, const struct vaho_amount *amount,
                         double spread2);

/* How far c strays within a kernel, over its mean: s of vaho_field_smooth(). */
#define VAHO_FIELD_STRAYS 0.5

/*
 * m and sd (n each) by a kernel of 'reach' pixels; 'among' (n, may be NULL) says which pixels are
 * asked and answered for.  NaN where nobody near knows anything.  'share' (n, may be NULL) becomes
 * what each pixel counts for in their mean; they sum to 1.
 */
void vaho_field_smooth(double *m, double *sd, double *share, const struct vaho_field *field,
                       const unsigned char *among, const struct vaho_amount *amount, double spread2,
                       double reach);

#endif
