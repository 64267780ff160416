/*
 * lazy_library.h - a shared library is opened when one of its functions is first called
 *
 * What calls this is made by tools/lazy-library.  Threads: several may call at once; they
 * find the same function.
 */
#ifndef VAHO_CLI_LAZY_LIBRARY_H
#define VAHO_CLI_LAZY_LIBRARY_H

struct lazy_function {
    void **slot; /* through which calls go */
    const char *name, *library;
};

/* The function, which also goes into its slot.  Where it is not to be had, the program ends
 * as it would at its start: with a sentence and status 127. */
void *vaho_lazy_find(const struct lazy_function *function);

#endif
