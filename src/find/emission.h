/*
 * emission.h - how much a source gives off, from one plume and the wind
 *
 * What a source gives off, the wind carries away.  With c the column density as mass per
 * area, along the wind at distance a from the source and across it at v, the mass in a slice
 * is F(a) = integral c dv, and what passes it per second is Q = U F(a), U the speed at which
 * the plume drifts (the wind at the plume's height, averaged over it).
 *
 *     cross-section flux        Q = U mean of F over slices, F the area of a Gaussian fitted
 *                               to the slice: gaps and noise beside the plume do little
 *     integrated mass           Q = U M / L, M all mass between the first and the last slice,
 *                               L the way between: no shape assumed (Varon et al. 2018, doi
 *                               10.5194/amt-11-5673-2018)
 *
 * Varon's effective wind and sqrt(area) stand for mass that their mask loses and a length
 * it does not know; here slices are wider than the footprint, so that the plume's edges, which
 * no detection shows, are in M, and L is the distance along the wind itself.  Upwind of the source
 * is no gas: slices before the first three in a row that hold half the median are left out.
 *
 * The rate is the mean of the two.  Its standard deviation adds in squares, relative to it:
 * the wind's; the column density's (amounts.h); how slices differ, over the root of how many
 * are independent (turbulence; by the correlation of neighbouring slices); half the
 * difference of the methods.
 *
 * Column to mass: 1 ppm.m is 2.479e15 molecules/cm2, so M 2.479e19 / (1000 N_A) kg/m2.
 *
 * Not promised: a plume that was let off as a puff, or by a source that changed within the
 * time the plume drifts across the footprint, gives the mean over that time at best.
 */
#ifndef VAHO_FIND_EMISSION_H
#define VAHO_FIND_EMISSION_H

#include "find/competition.h"
#include "find/drift.h"
#include "find/maps.h"
#include "vaho/plume.h"
#include "vaho/status.h"

enum { VAHO_MAX_SLICES = 512 };

struct vaho_emission {
    double kg_h, sigma_kg_h; /* NaN: not known */
    double mass_kg_h, flux_kg_h;
    double length_m;
    double wind_share, column_share, slices_share, method_share; /* sigma's parts, relative */
    size_t n_slices;
    double slice_kg_m[VAHO_MAX_SLICES]; /* F of each slice */
    double line_step, sample_step;      /* of the way downwind, a unit vector in metres */
};

/* How one plume's rate came about. */
struct vaho_rate {
    int known; /* 0: no wind or no pixel size, nothing else is set */
    struct vaho_drift drift;
    double molar_mass_g_mol;
    struct vaho_emission emission;
};

/*
 * 'plume' has footprint, source and column density; 'claim' is its ground, what others claimed
 * is not looked at; without a direction of the wind the plume's own is taken.  A molar mass that is
 * NaN, or a plume shorter than three pixels downwind, leaves the rates NaN.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_emission_measure(struct vaho_emission *out, const struct vaho_plume *plume,
                                       const struct vaho_maps *maps, size_t gas,
                                       const struct vaho_competition *competition, unsigned claim,
                                       double molar_mass_g_mol, const struct vaho_drift *drift,
                                       struct vaho_error *error);

#endif
