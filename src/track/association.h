/*
 * association.h - which plumes of one gas come from one source
 *
 * The answer does not depend on the order of the input.  Cost: near-linear in the number of
 * plumes; association.c says how.
 */
#ifndef VAHO_TRACK_ASSOCIATION_H
#define VAHO_TRACK_ASSOCIATION_H

#include <stddef.h>
#include <stdint.h>

#include "track/fix.h"
#include "vaho/status.h"

struct vaho_track_plume {
    int64_t id;          /* orders plumes that nothing else orders */
    size_t pass;         /* plumes of one pass have the same number, whichever */
    struct vaho_fix fix; /* of the source; its covariance positive definite */
    size_t pin;          /* 0: free; plumes of one pin stay together, those of two apart */
};

struct vaho_association_settings {
    double near_per_m2; /* how many other sources are near a source */
    double again;       /* how often a plume of a source has a second one in its pass */
};

/* 3e-6 (three in a square kilometre: where one is, others are), 0.02. */
struct vaho_association_settings vaho_association_defaults(void);

/*
 * Gives each plume the number of its group, 0 .. *out_n - 1; out_group has n entries.
 * VAHO_NO_MEMORY, VAHO_USAGE: more than 2^31 plumes.
 */
enum vaho_status vaho_associate(size_t *out_group, size_t *out_n,
                                const struct vaho_track_plume *plume, size_t n,
                                const struct vaho_association_settings *settings,
                                struct vaho_error *error);

#endif
