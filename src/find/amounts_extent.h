/*
 * amounts_extent.h - where a plume is, and its mean, once column densities are solved
 *
 * A footprint drawn by the evidence of single pixels keeps those that noise helped: the mean over
 * it comes out too high, of a faint plume by half.  So it is drawn anew, from the field of
 * column densities (amounts_field.h) smoothed as far as the plume's peak needs to stand out 14
 * times, or as far as it stands out most: noise then decides about pixels at the plume's edge only.
 * It is what hangs together with where the plume was seen, above 2.5 standard deviations and a
 * fifth of the column density of its strongest place.
 *
 * The mean over it is that of the field, not one of pixels by what each knows: ground with much
 * contrast would stand for all, and in a strong plume the edges, where the gas is thin and the
 * ground shows, for the core.  Standard deviation: noise of the pixels, and how far weights are
 * from equal ones times how far c strays within a kernel.
 *
 * Private to amounts.c and its tests.
 */
#ifndef VAHO_FIND_AMOUNTS_EXTENT_H
#define VAHO_FIND_AMOUNTS_EXTENT_H

#include "find/amounts_field.h"

struct vaho_extent {
    size_t n;              /* pixels inside */
    double reach;          /* of the kernel, pixels */
    unsigned char *inside; /* of each pixel of the field; owned */
    double *share;         /* what each counts for in the mean; owned */
    double mean_ppmm, peak_ppmm;
    double helped_ppmm;             /* taken off the mean: what noise that helped pixels in adds */
    double white_ppmm, uneven_ppmm; /* parts of the mean's standard deviation */
};

/*
 * 'amount' are of the field's pixels; 'seen' (n) marks those where the plume was found, one of
 * which is its strongest.  'spread' is how much more than 1 / sqrt(weight) the noise of single
 * pixels is, 'clutter' how much more again that of many together.  Where nothing stands out, the
 * extent is what was seen; n is 0, and the mean NaN, when no pixel of that knows anything.
 * VAHO_NO_MEMORY; then *out holds nothing to free.
 */
enum vaho_status vaho_extent_make(struct vaho_extent *out, const struct vaho_field *field,
                                  const struct vaho_amount *amount, const unsigned char *seen,
                                  double spread, double clutter, struct vaho_error *error);
void vaho_extent_free(struct vaho_extent *extent);

/* The mean of other amounts of the same pixels, by the same weights. */
double vaho_extent_mean(const struct vaho_extent *extent, const struct vaho_field *field,
                        const struct vaho_amount *amount);

#endif
