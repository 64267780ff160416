/*
 * gas_name.h - what laboratories call a substance, and what we call it
 *
 * A built-in table of volatile substances (name, formula, CAS number, HITRAN
 * molecule number, synonyms) and a user's own table of titles beside it.
 * Titles compare by their letters and digits alone: "Ethyl-Acetate",
 * "ethyl acetate" and "ETHYL_ACETATE" are one.
 */
#ifndef VAHO_SPECTRA_GAS_NAME_H
#define VAHO_SPECTRA_GAS_NAME_H

#include <stddef.h>

#include "spectra/scan.h"
#include "vaho/library.h"
#include "vaho/status.h"

struct vaho_gas {
    const char *name;     /* as in DESIGN section 4 */
    const char *formula;  /* for the molar mass */
    const char *cas;      /* "" when not listed */
    int hitran;           /* molecule number, 0: none */
    const char *synonyms; /* separated by '|' */
};

/* Each returns NULL when the table does not know it. */
const struct vaho_gas *vaho_gas_by_title(struct vaho_span title);
const struct vaho_gas *vaho_gas_by_cas(struct vaho_span cas);
const struct vaho_gas *vaho_gas_by_hitran(int molecule);
/* Looks at the pieces of a file's name between '_', '-', '.', ' ': iao_pure_NH3_0.txt. */
const struct vaho_gas *vaho_gas_by_file_name(const char *path);
/* For walking the table; NULL past its end. */
const struct vaho_gas *vaho_gas_at(size_t index);

/* g/mol from a formula such as "C2H4O2" or "C H3 C O C H3"; NaN when it is none. */
double vaho_formula_mass(struct vaho_span formula);
/* A name for an unknown title: lower case, '_' for what is no letter, digit or '-'. */
void vaho_gas_slug(char out[VAHO_NAME_NBYTES], struct vaho_span title);

/* The user's table: "title <tab or comma> name" lines, '#' comments; later lines win. */
struct vaho_titles;
enum vaho_status vaho_titles_parse(struct vaho_titles **out, const char *text, size_t nbytes,
                                   const char *file, struct vaho_error *error);
void vaho_titles_free(struct vaho_titles *titles);
/* titles may be NULL; NULL when it does not know the title. */
const char *vaho_titles_find(const struct vaho_titles *titles, struct vaho_span title);

#endif
