/*
 * decoys.h - signatures that no gas has, as confusable as the real one
 *
 * A decoy is a gas's absorption moved and stretched along the bands, folded
 * back at the ends so that it stays as smooth: d_b = alpha(fold(u b + shift)).
 * Of all such, those are kept whose whitened norm is closest to the real
 * signature's (so that they overlap the scene's clutter as much as it does),
 * whose whitened cosine with every gas of the library is small, and which
 * differ from each other.
 */
#ifndef VAHO_SPECTRA_DECOYS_H
#define VAHO_SPECTRA_DECOYS_H

#include <stddef.h>

#include "vaho/status.h"

struct vaho_decoy_metric {
    size_t n_bands;
    const float *profile; /* what absorption is multiplied by, n_bands */
    const double
        *cholesky; /* lower factor of the scene's covariance, n_bands x n_bands, row major */
};

/*
 * Writes up to n decoys of library[gas] into out (n x n_bands, as absorption)
 * and their number into *n_made; fewer than n when the bands offer no more.
 * 'library' is n_gases x n_bands.  Deterministic.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_decoys_make(float *out, size_t *n_made, size_t n, const float *library,
                                  size_t n_gases, size_t gas,
                                  const struct vaho_decoy_metric *metric, struct vaho_error *error);

#endif
