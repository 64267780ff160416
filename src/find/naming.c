#include "find/naming.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double LISTED = 0.01; /* alternatives under this probability are left out */

static void add_alternative(struct vaho_plume *out, const char *gas, double probability)
{
    struct vaho_alternative *next = &out->alternative[out->n_alternatives++];

    snprintf(next->gas, sizeof next->gas, "%s", gas);
    next->probability = probability;
}

/* The most probable that are listed, of an unknown plume at least one, 'none' among them under its
 * own name; 'instead' is used up. */
static void list_alternatives(struct vaho_plume *out, double *instead, double none,
                              const char *const *name, size_t n)
{
    while (out->n_alternatives < VAHO_MAX_ALTERNATIVES) {
        size_t pick = 0;
        for (size_t g = 1; g < n; g++)
            pick = instead[g] > instead[pick] ? g : pick;
        if (none > instead[pick] && none >= LISTED) {
            add_alternative(out, VAHO_UNKNOWN_GAS, none);
            none = 0.0;
        } else if (instead[pick] >= LISTED ||
                   (vaho_plume_is_unknown(out) && out->n_alternatives == 0)) {
            add_alternative(out, name[pick], instead[pick]);
            instead[pick] = 0.0;
        } else {
            break;
        }
    }
}

size_t vaho_name_plume(struct vaho_plume *out, const struct vaho_identification *id,
                       const struct vaho_subsets *subsets, double none, const char *const *name,
                       size_t n, size_t found, double *instead)
{
    size_t best = found;

    for (size_t g = 0; g < n; g++)
        if (id[g].probability > id[best].probability)
            best = g;
    int unknown = none > id[best].probability;
    snprintf(out->gas, sizeof out->gas, "%s", unknown ? VAHO_UNKNOWN_GAS : name[best]);
    out->probability = unknown ? none : id[best].probability;
    out->n_alternatives = 0;
    vaho_identify_instead(instead, subsets, unknown ? VAHO_NO_LEADING : best, n);
    double rest = 1.0 - out->probability; /* the gas may be in what another leads */
    for (size_t g = 0; g < n; g++)
        rest -= instead[g];
    list_alternatives(out, instead, unknown ? 0.0 : fmin(none, rest), name, n);
    return best;
}

int vaho_plume_is_unknown(const struct vaho_plume *plume)
{
    return strcmp(plume->gas, VAHO_UNKNOWN_GAS) == 0;
}
