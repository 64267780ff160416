#include "flight/linear_algebra.h"

#include <cblas.h>
#include <string.h>
#include <strings.h>

#include "kernel/kernels.h"

/* OpenBLAS's names for x86-64 processors, by the vectors its arithmetic for them uses. */
static const char *const NARROW[] = {"Prescott",  "Core2",  "Penryn",       "Dunnington",
                                     "Atom",      "Nano",   "Nehalem",      "Opteron",
                                     "Barcelona", "Bobcat", "Opteron_SSE3", "Athlon"};
static const char *const OLD[] = {"Sandybridge", "Bulldozer", "Piledriver", "Steamroller"};
static const char *const WITHOUT_AVX512[] = {"Haswell", "Zen", "Excavator"};

static int is_among(const char *core, const char *const *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(core, name[i]) == 0)
            return 1;
    return 0;
}

int vaho_linear_algebra_is_below(const char *core, const char *kernels)
{
    int below_avx2 = is_among(core, NARROW, sizeof NARROW / sizeof NARROW[0]) ||
                     is_among(core, OLD, sizeof OLD / sizeof OLD[0]);
    int below_avx512 = below_avx2 || is_among(core, WITHOUT_AVX512,
                                              sizeof WITHOUT_AVX512 / sizeof WITHOUT_AVX512[0]);

    return (strcmp(kernels, "avx2") == 0 && below_avx2) ||
           (strcmp(kernels, "avx512") == 0 && below_avx512);
}

void vaho_linear_algebra_tell(struct vaho_detection *detection)
{
    const struct vaho_kernels *widest;

    detection->blas = openblas_get_corename();
    if (vaho_kernels_pick(&widest, NULL, NULL) == VAHO_OK)
        detection->blas_below = vaho_linear_algebra_is_below(detection->blas, widest->name);
}
