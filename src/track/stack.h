/*
 * stack.h - sources that no single pass shows: passes summed, each in its own wind
 *
 * A steady source leaves in every pass a plume from the same point in another direction.  So for
 * every cell x of a common ground as source, a pass p with the wind to angle a_p is gathered with
 * the plume there would be,
 *
 *     m(s, v) = A(s) exp(-v^2 / 2 W^2),   A = exp(-s / L) w / W,   0 <= s <= 5 L / 3,
 *     w = w_0 + gamma s,   W^2 = w^2 + (s sigma_a)^2 + sigma_x^2,
 *
 * s along the wind and v across: the standard plume of coverage.h spread over what is not known of
 * the wind's direction (sigma_a) and of where the pixels lie (sigma_x, which also moves its
 * beginning).  With score and energy of pass_planes.h
 *
 *     u_p(x) = sum(m score) / sqrt(sum(m^2 energy)),    I_p = (amplitude / spread_p)^2 sum(m^2
 * energy),
 *
 * u_p with its median over the pass taken off and divided by its spread over the pass, both robust,
 * the spread that of the gas and its decoys together: unit variance on the empty ground of that
 * very pass.  A source that lets off Q in every pass has a column density Q / U_p in the wind's
 * speed, r_p = (1 / U_p) / mean(1 / U) of its mean, so passes weigh by r_p sqrt(I_p), the matched
 * filter over passes:
 *
 *     z(x) = sum r_p sqrt(I_p) psi(u_p) / sqrt(sum r_p^2 I_p).
 *
 * psi(u) = u up to KNEE, and KNEE (1 + ln(u / KNEE)) beyond, either sign: one pass with a strong
 * plume, or with one odd roof, speaks but does not outvote the others, and a source that is not
 * always there keeps what it has.  With one pass psi is u.
 *
 * A gas's decoys are weighed as the gas is, pass by pass, so that they differ from it in nothing
 * but their shape; that of the gas with its sign turned (mirror) is the gas's own.  Peaks of z
 * compete and get q-values as those of one pass do (competition.h, significance.h).
 *
 * Memory: a float a cell and signature, and as much for the pass at hand (pass_planes.h); two a
 * cell, gas and pass.
 */
#ifndef VAHO_TRACK_STACK_H
#define VAHO_TRACK_STACK_H

#include "base/pool.h"
#include "find/pass_planes.h"
#include "track/ground_grid.h"

/* The wind of a pass, and what else its plumes depend on. */
struct vaho_pass_wind {
    double from_deg, from_sigma_deg; /* from north, clockwise */
    double relative;                 /* r_p; 1 where speeds are not known */
    double place_sigma_m;            /* of its pixels, each axis; 0: not known */
};

struct vaho_stack;

/*
 * For n signatures, the n_gases first are gases, gas_of[i] the gas in whose eyes each is scored;
 * pixel_m is the width the plume is measured in.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_stack_new(struct vaho_stack **out, const struct vaho_ground_grid *grid,
                                double pixel_m, const unsigned *gas_of, size_t n, size_t n_gases,
                                size_t n_passes, struct vaho_error *error);
void vaho_stack_free(struct vaho_stack *stack); /* NULL is fine */

/* Adds a pass; its planes are those of the stack's signatures and grid. */
enum vaho_status vaho_stack_add(struct vaho_stack *stack, const struct vaho_pass_planes *planes,
                                const struct vaho_pass_wind *wind, struct vaho_pool *pool,
                                struct vaho_error *error);

/* After the last pass; z of a signature over the grid: -INFINITY where no pass saw the ground of
 * the cell itself or enough of a plume from it.  Belongs to the stack. */
void vaho_stack_finish(struct vaho_stack *stack);
const float *vaho_stack_z(const struct vaho_stack *stack, size_t signature);

/* What pass number 'pass' says of a gas at a cell: u_p, and its share of the weight, 0 .. 1. */
void vaho_stack_pass(double *u, double *share, const struct vaho_stack *stack, size_t gas,
                     size_t pass, size_t cell);

/* How much more passes differ at a cell, in psi(u), than noise lets them: chi^2 about their mean
 * per degree of freedom, at least 1.  Plumes meander, and winds and places are not quite as stated.
 */
double vaho_stack_disagreement(const struct vaho_stack *stack, size_t gas, size_t cell);

/* The mean column density over the standard footprint that all passes together say, in the mean
 * wind, and its standard deviation, noise times the root of how they disagree in u; ppm.m. */
void vaho_stack_amount(double *ppmm, double *sigma, const struct vaho_stack *stack, size_t gas,
                       size_t cell);

struct vaho_stacked_source {
    unsigned gas;
    double q_value, snr;
    double row, col;         /* cells; centres at whole numbers */
    double covariance_m2[3]; /* east-east, east-north, north-north: of the source on the grid */
    size_t cell;             /* where z is largest */
};

/*
 * Peaks that win, up to q_kept, most certain first; *out is to be freed.  set_of[i] of each decoy
 * says which set it is of, 0 .. n_sets - 1.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_stack_sources(struct vaho_stacked_source **out, size_t *out_n,
                                    const struct vaho_stack *stack, const unsigned *set_of,
                                    size_t n_sets, double q_kept, struct vaho_error *error);

#endif
