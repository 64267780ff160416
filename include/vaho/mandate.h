/*
 * mandate.h - a signed permission to look at a piece of ground
 *
 * A mandate says who permits it (issuer), on whose behalf, where (area), when
 * (window), with which sensors, for which gases, and which partners may be told
 * at which precision.  It is worth something only when every authority that must
 * sign has signed with a key that the user's trust names as that authority's, and
 * none of them has revoked it.  Anything doubtful is a refusal.
 *
 * Formats: docs/mandates.md.  Parsing is pure over memory.  Nothing here reads a
 * clock: whoever asks says what time it is.
 *
 * Threads: a parsed mandate, trust or revocation is immutable; any number of
 * readers.
 */
#ifndef VAHO_MANDATE_H
#define VAHO_MANDATE_H

#include <stddef.h>

#include "vaho/place.h"
#include "vaho/source.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vaho_mandate;
struct vaho_trust;
struct vaho_revocations;

struct vaho_mandate_partner {
    const char *name;
    double precision_m;      /* the finest grid a place may be given on */
    double time_precision_s; /* and the finest step of a time */
};

/* All borrowed from the mandate. */
struct vaho_mandate_terms {
    const char *id, *issuer;
    const char *on_behalf_of; /* "" : the issuer's own */
    size_t n_signers;         /* who must sign: issuer, on_behalf_of, co-signers; each once */
    const char *const *signer;
    int exercise;
    double from_s, to_s; /* the window: seconds since 1970 UTC, from <= t <= to */
    const char *from, *to;
    size_t n_sensors; /* 0: any */
    const char *const *sensor;
    size_t n_gases; /* 0: any */
    const char *const *gas;
    size_t n_partners; /* 0: nobody may be told */
    const struct vaho_mandate_partner *partner;
    double border_sigmas;   /* how many standard deviations a pixel keeps from the border */
    double assumed_sigma_m; /* of a pixel's place, where the cube does not say */
    const char *sha256;     /* of the canonical terms, 64 hexadecimal digits */
    const char *label;      /* what products say: "ID sha256:HEX" */
};

/* 'path' names it in messages; VAHO_BAD_INPUT (what and where), VAHO_NO_MEMORY; *out NULL then. */
enum vaho_status vaho_mandate_parse(struct vaho_mandate **out, const char *data, size_t nbytes,
                                    const char *path, struct vaho_error *error);
/* The same from a file; also VAHO_NOT_FOUND. */
enum vaho_status vaho_mandate_open(struct vaho_mandate **out, const char *path,
                                   struct vaho_error *error);
void vaho_mandate_free(struct vaho_mandate *mandate); /* NULL is fine */
const struct vaho_mandate_terms *vaho_mandate_terms(const struct vaho_mandate *mandate);

/* The document as it was signed: canonical JSON of {"mandate": ..., "signatures": ...}; one line.
 */
const char *vaho_mandate_canonical(const struct vaho_mandate *mandate);

/* Which keys are which authority's.  A file, or every *.json of a folder together. */
enum vaho_status vaho_trust_open(struct vaho_trust **out, const char *path,
                                 struct vaho_error *error);
enum vaho_status vaho_trust_parse(struct vaho_trust **out, const char *data, size_t nbytes,
                                  const char *path, struct vaho_error *error);
void vaho_trust_free(struct vaho_trust *trust); /* NULL is fine */

enum vaho_status vaho_revocations_open(struct vaho_revocations **out, const char *path,
                                       struct vaho_error *error);
enum vaho_status vaho_revocations_parse(struct vaho_revocations **out, const char *data,
                                        size_t nbytes, const char *path, struct vaho_error *error);
void vaho_revocations_free(struct vaho_revocations *revocations); /* NULL is fine */

/*
 * VAHO_OK: signed by all who must, revoked by none.  VAHO_REFUSED: unsigned,
 * half-signed, tampered with, signed by keys that are nobody's, or revoked; also
 * when one of the revocations is itself not signed by its issuer, because
 * a list that cannot be believed must not be passed over.
 */
enum vaho_status vaho_mandate_check(const struct vaho_mandate *mandate,
                                    const struct vaho_trust *trust,
                                    const struct vaho_revocations *const *revocations,
                                    size_t n_revocations, struct vaho_error *error);

/* VAHO_REFUSED: before or after the window.  'at_s' is a moment, seconds since 1970 UTC. */
enum vaho_status vaho_mandate_check_time(const struct vaho_mandate *mandate, double at_s,
                                         struct vaho_error *error);

/*
 * VAHO_REFUSED, with the reason: a cube without a place, time or sensor, outside
 * the window, by a sensor that is not named, or an exercise under a real mandate or
 * the reverse.
 */
enum vaho_status vaho_mandate_check_flight(const struct vaho_mandate *mandate,
                                           const struct vaho_cube_info *info,
                                           struct vaho_error *error);

int vaho_mandate_names_gas(const struct vaho_mandate *mandate, const char *gas);

struct vaho_mandate_count {
    size_t n_permitted;
    size_t n_no_place, n_outside, n_border, n_foreign, n_time; /* blanked, by the first reason */
    int sigma_stated; /* 1: the pixels' own standard deviations counted; 0: the assumed one */
    double least_sigma_m, largest_sigma_m; /* that counted, of pixels with a place; NaN: none */
};

/* What is known of each pixel besides its place. */
struct vaho_mandate_ground {
    const struct vaho_place *place;
    size_t n_lines, n_samples;
    const double *sigma_m;     /* n_lines x n_samples, one standard deviation of a pixel's place
                                * in metres, as stated, larger or smaller than the assumed one;
                                * NaN: unknown, the pixel is outside; NULL: nobody states any,
                                * the mandate's assumed_sigma_m for all */
    const double *line_time_s; /* n_lines, NaN: unknown, the line is outside; NULL: 'time_s' */
    double time_s;
};

/*
 * Fills 'out' (n_lines x n_samples): 1 where the mandate permits to look, else 0.
 * A pixel is permitted when the disc around its centre that holds the whole pixel
 * and border_sigmas standard deviations of its place lies inside the area, inside
 * the territory that 'trust' gives the issuer (where it gives one), and outside the
 * territory of every authority that has not signed.
 * 'count' may be NULL.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_mandate_mask(unsigned char *out, struct vaho_mandate_count *count,
                                   const struct vaho_mandate *mandate,
                                   const struct vaho_trust *trust,
                                   const struct vaho_mandate_ground *ground,
                                   struct vaho_error *error);

/* 1: a disc around a place lies where the mandate permits to look, by the same rule. */
int vaho_mandate_permits_place(const struct vaho_mandate *mandate, const struct vaho_trust *trust,
                               double longitude_deg, double latitude_deg, double radius_m);

#ifdef __cplusplus
}
#endif
#endif
