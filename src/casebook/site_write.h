/*
 * site_write.h - sites as rows
 *
 * A row keeps its id as long as there is a site of its name; a site's name is that of its first
 * plume (gas and a hash of flight, mandate and plume), so that it depends on no order either.
 */
#ifndef VAHO_CASEBOOK_SITE_WRITE_H
#define VAHO_CASEBOOK_SITE_WRITE_H

#include "casebook/geometry.h"
#include "casebook/known.h"
#include "casebook/site_inputs.h"
#include "vaho/sites.h"

/* What was reckoned of one site; its plumes are rows begin .. end - 1 of 'member'. */
struct vaho_site_made {
    size_t gas, begin, end;
    struct vaho_site_judgement judged;
    const struct vaho_known_source *known;
    double known_share;
};

struct vaho_site_book {
    struct vaho_casebook *casebook;
    const struct vaho_site_flights *flights;
    const struct vaho_site_rows *rows;
    const size_t *member; /* rows, site by site, each in the order of rows */
    struct vaho_site_made *site;
    size_t n;
};

/* Inside the caller's transaction. */
enum vaho_status vaho_site_write(const struct vaho_site_book *book, struct vaho_error *error);

/* All sites in the order of their rows, so that 'take' may change the row at hand. */
enum vaho_status vaho_site_each(struct vaho_casebook *casebook,
                                int (*take)(void *context, const struct vaho_site *site),
                                void *context, struct vaho_error *error);

/* The site of this name, without its passes.  VAHO_NOT_FOUND. */
enum vaho_status vaho_site_by_name(struct vaho_casebook *casebook, const char *name,
                                   void (*take)(void *context, const struct vaho_site *site),
                                   void *context, struct vaho_error *error);

/* The licensed emitters of the casebook. */
enum vaho_status vaho_known_load(struct vaho_known *out, struct vaho_casebook *casebook,
                                 struct vaho_error *error);

/* Why a person should look at the site, or need not: [{"code", "words", numbers}] (site_reasons.c).
 * Numbers that are not known are missing. */
json_t *vaho_site_reasons_coded(const struct vaho_site *site);
/* The sentences alone, as text; NULL: no memory. */
char *vaho_site_reasons(const struct vaho_site *site);

#endif
