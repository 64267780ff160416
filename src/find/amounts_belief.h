/*
 * amounts_belief.h - what plumes say of ground minus air, and what is believed (amounts.h)
 *
 * Private to amounts.c and its test.
 */
#ifndef VAHO_FIND_AMOUNTS_BELIEF_H
#define VAHO_FIND_AMOUNTS_BELIEF_H

#include "find/amount.h"
#include "find/amounts.h"

/* The error of the black-body line in one gas's bands against another's, K: as found on test
 * scenes of measured emissivities under tabulated air (docs/science.md, section 6). */
#define VAHO_EDGE_SIGMA_K 0.2

/* Sets d around 'centre'; likelihoods are tried in steps of half a kelvin, or one while nothing is
 * settled. */
void vaho_belief_grid(struct vaho_amount_trail *trail, double centre, int settled);

/*
 * The log-likelihood of n pixels under one d; 'spread2': the background's spread squared;
 * 'roughness' is vaho_field_misfit().
 */
double vaho_belief_likelihood(const struct vaho_amount *amount, size_t n, double spread2,
                              double roughness);

/* Sets belief, d_mean and d_sigma of every plume, and the log-likelihood between the values tried,
 * every VAHO_AMOUNT_EVERYth; all share one grid. */
void vaho_belief_settle(struct vaho_amount_trail *trail, const unsigned char *strong, size_t n,
                        double prior_d, double prior_sigma);

#endif
