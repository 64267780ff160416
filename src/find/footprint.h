/*
 * footprint.h - a set of pixels and what they say together
 *
 * Over a footprint F the sums Z_k = sum_F q_k z and N_kl = sum_F q_k q_l are all
 * that any signature made of parts (contrast.h) needs:
 *     match    m_g  = sum_F s_g' C^-1 z   = sum_k p_gk' C^-1 Z_k
 *     product  G_gh = sum_F s_g' C^-1 s_h = sum_kl N_kl p_gk' C^-1 p_hl
 * with p_g0 = U_0 + d S for ground minus air d, which may be tried after summing.
 */
#ifndef VAHO_FIND_FOOTPRINT_H
#define VAHO_FIND_FOOTPRINT_H

#include <stddef.h>

#include "find/evidence.h"
#include "vaho/status.h"

struct vaho_footprint_sums {
    double *z; /* n_parts x n_bands; owned */
    double n[VAHO_N_PAIRS];
};

/* pixel: n_pixels pairs (line, sample) in raster order.  Reads their lines. */
enum vaho_status vaho_footprint_sum(struct vaho_footprint_sums *out, const unsigned *pixel,
                                    size_t n_pixels, const struct vaho_scene *scene,
                                    struct vaho_error *error);
void vaho_footprint_sums_free(struct vaho_footprint_sums *sums);

/* N_kl for any order of k and l. */
double vaho_footprint_n(const struct vaho_footprint_sums *sums, size_t k, size_t l);

/*
 * match (n_gases) and product (n_gases x n_gases) under each of n_d values of d:
 * row i of match and matrix i of product belong to d[i].  'parts' as
 * vaho_contrast_parts() writes them, n_gases of them; 'level' says whose C.
 */
enum vaho_status vaho_footprint_match(double *match, double *product,
                                      const struct vaho_footprint_sums *sums,
                                      const struct vaho_evidence *evidence, size_t level,
                                      const struct vaho_contrast *contrast, const float *parts,
                                      size_t n_gases, const double *d, size_t n_d,
                                      struct vaho_error *error);

#endif
