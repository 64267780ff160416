#include "cli/lazy_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

void *vaho_lazy_find(const struct lazy_function *function)
{
    void *library = dlopen(function->library, RTLD_NOW | RTLD_GLOBAL);
    void *found = library != NULL ? dlsym(library, function->name) : NULL;

    if (found == NULL) {
        fprintf(stderr, "vaho: %s\n", dlerror());
        _Exit(127);
    }
    __atomic_store_n(function->slot, found, __ATOMIC_RELEASE);
    return found;
}
