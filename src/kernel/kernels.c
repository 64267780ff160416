#include "kernel/kernels.h"

#include <string.h>

#include "base/error.h"
#include "kernel/sets.h"

enum { MAX_SETS = 3 };

/* Those this processor can run, from the plainest to the widest; their number. */
static size_t find_sets(const struct vaho_kernels *set[MAX_SETS])
{
    size_t n = 0;

    set[n++] = &vaho_kernels_generic;
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        set[n++] = &vaho_kernels_avx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl"))
            set[n++] = &vaho_kernels_avx512;
    }
#elif defined __aarch64__
    set[n++] = &vaho_kernels_neon; /* every one of them has it */
#endif
    return n;
}

const struct vaho_kernels *vaho_kernels_of(size_t i)
{
    const struct vaho_kernels *set[MAX_SETS];

    return i < find_sets(set) ? set[i] : NULL;
}

enum vaho_status vaho_kernels_pick(const struct vaho_kernels **out, const char *name,
                                   struct vaho_error *error)
{
    const struct vaho_kernels *set[MAX_SETS];
    size_t n = find_sets(set);
    char names[64] = "";

    *out = set[n - 1];
    if (name == NULL || name[0] == '\0')
        return VAHO_OK;
    for (size_t i = 0; i < n; i++) {
        *out = set[i];
        if (strcmp(name, set[i]->name) == 0)
            return VAHO_OK;
        strcat(strcat(names, i > 0 ? ", " : ""), set[i]->name);
    }
    *out = NULL;
    return vaho_fail(error, VAHO_USAGE, "no arithmetic called '%s' on this processor; it has %s",
                     name, names);
}
