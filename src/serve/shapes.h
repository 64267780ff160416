/*
 * shapes.h - rows of the casebook as the API tells them (docs/http.md)
 *
 * What is not known is null.  All JSON is the caller's, NULL when there is no memory.
 */
#ifndef VAHO_SERVE_SHAPES_H
#define VAHO_SERVE_SHAPES_H

#include <jansson.h>

#include "review/review.h"
#include "vaho/sites.h"

json_t *vaho_json_real(double value);      /* null unless finite */
json_t *vaho_json_words(const char *text); /* null for "" */

/* One standard deviation of a place: {"major_m", "minor_m", "azimuth_deg"}; null: not known. */
json_t *vaho_ellipse_json(const double covariance_m2[3]);

json_t *vaho_site_json(const struct vaho_site *site, const struct vaho_review_now *now,
                       int with_reasons);
json_t *vaho_pass_json(const struct vaho_site_passed *pass);

/* Rows of plumes, by 'where' (a condition on p, the plumes, with ?1 .. ?3) in 'order'; each is
 * handed over and taken over by 'take', 0 to stop. */
struct vaho_plume_query {
    const char *where, *order;
    int64_t id;            /* ?1 */
    const char *name;      /* ?2; NULL */
    double q_most;         /* ?3 */
    double box[4];         /* ?4 .. ?7: west, south, east, north */
    double flown_s[2];     /* ?8, ?9 */
    int64_t limit, offset; /* ?10, ?11 */
};
enum vaho_status vaho_plumes_json(struct vaho_casebook *casebook,
                                  const struct vaho_plume_query *query,
                                  int (*take)(void *context, json_t *plume), void *context,
                                  struct vaho_error *error);

/* A Feature of what has "geometry" or "longitude" and "latitude" among its members, which is taken
 * over.  'id' is its name for it. */
json_t *vaho_feature_json(json_t *properties, const char *id);

#endif
