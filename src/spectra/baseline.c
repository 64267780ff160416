/*
 * baseline.c - the zero line as the lower envelope of a curve
 *
 * Iterative clipping (SNIP: Ryan et al., Nucl. Instrum. Meth. B 34, 396, 1988;
 * windows from wide to narrow as in Morhac, 2007): for w = W, W-1 ... 1
 *
 *     b[i] <- min(b[i], (b[i - w] + b[i + w]) / 2)
 *
 * A straight line, at whatever height and slope, is its own envelope; a band
 * narrower than 2 W is cut down to the line between its feet.  Near the ends w
 * is limited by the distance to the end, so that a band cut off by the end of
 * the chart keeps part of itself in the envelope: there the zero is unknown.
 */
#include "spectra/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum vaho_status vaho_baseline_subtract(double *out_largest, double *y, size_t n, size_t half_width,
                                        struct vaho_error *error)
{
    double *b = vaho_alloc(n, 2 * sizeof *b), *clipped;

    *out_largest = 0.0;
    if (b == NULL)
        return vaho_fail_memory(error, "a zero line");
    clipped = b + n;
    memcpy(b, y, n * sizeof *b);
    for (size_t w = half_width; w >= 1; w--) {
        memcpy(clipped, b, n * sizeof *b);
        for (size_t i = w; i + w < n; i++)
            clipped[i] = fmin(b[i], 0.5 * (b[i - w] + b[i + w]));
        memcpy(b, clipped, n * sizeof *b);
    }
    for (size_t i = 0; i < n; i++) {
        *out_largest = fmax(*out_largest, b[i]);
        y[i] -= b[i];
    }
    free(b);
    return VAHO_OK;
}
