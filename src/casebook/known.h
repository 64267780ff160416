/*
 * known.h - licensed emitters, and which sites they explain
 *
 * A GeoJSON FeatureCollection (RFC 7946).  Each Feature: 'name', text that no other has; 'gases',
 * an array of one gas or more; a Polygon or MultiPolygon, the ground it may emit from (area.h says
 * what is refused).  Other properties are passed over.
 */
#ifndef VAHO_CASEBOOK_KNOWN_H
#define VAHO_CASEBOOK_KNOWN_H

#include <jansson.h>
#include <stddef.h>

#include "mandate/area.h"
#include "track/fix.h"
#include "vaho/status.h"

struct vaho_known_source {
    int64_t id;       /* of its row; 0: none yet */
    const char *name; /* borrowed, as is what follows, from 'root' */
    const json_t *gases, *geometry;
    struct vaho_area *area;
    double box[4]; /* west, south, east, north */
};

struct vaho_known {
    json_t *root;
    size_t n;
    struct vaho_known_source *source;
};

/* 'what' names the file in messages.  VAHO_BAD_INPUT, VAHO_NO_MEMORY: *out is empty. */
enum vaho_status vaho_known_parse(struct vaho_known *out, const char *data, size_t nbytes,
                                  const char *what, struct vaho_error *error);
void vaho_known_free(struct vaho_known *known);

/*
 * Which one explains a site of this gas: that in whose area the largest share of the site's place
 * lies, if it is a tenth or more; the first of equals.  NULL: none, and *out_share is NaN.
 */
const struct vaho_known_source *vaho_known_explain(double *out_share,
                                                   const struct vaho_known *known, const char *gas,
                                                   const struct vaho_fix *fix);

#endif
