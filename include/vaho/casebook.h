/*
 * casebook.h - the database of flights, plumes, sites, reviews and releases
 *
 * One GeoPackage file (docs/casebook.md).  Its kind is settled when it is made:
 *   open       anyone's own survey: takes in flights without a mandate; nothing in it
 *              can ever be released to a partner
 *   operation  takes in only flights under a valid mandate
 *   exercise   takes in only simulated flights
 * The schema itself enforces this and more, whoever writes.
 *
 * What a call acknowledged with VAHO_OK is on disk: neither a kill nor a power cut
 * loses it, and neither leaves half of anything.
 *
 * Who does what is written into its ledger in the same transaction (vaho/act.h, docs/ledger.md).
 *
 * A casebook in use is never handed out: vaho_casebook_backup() and
 * vaho_casebook_export() make copies.
 *
 * Threads: one casebook object a thread.  Processes: any number may have a casebook
 * open; writers take turns and wait for each other up to 30 seconds.
 */
#ifndef VAHO_CASEBOOK_H
#define VAHO_CASEBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "vaho/act.h"
#include "vaho/mandate.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum vaho_casebook_kind { VAHO_CASEBOOK_OPEN = 0, VAHO_CASEBOOK_OPERATION, VAHO_CASEBOOK_EXERCISE };

/* "open", "operation", "exercise"; static storage. */
const char *vaho_casebook_kind_name(enum vaho_casebook_kind kind);

struct vaho_casebook;

/* Makes a new, empty casebook, whose ledger begins with this act.  It appears whole.
 * VAHO_BAD_INPUT: it is there already, or cannot be written.  VAHO_USAGE: the act lacks who or
 * when; so too below. */
enum vaho_status vaho_casebook_new(const char *path, enum vaho_casebook_kind kind,
                                   const struct vaho_act *act, struct vaho_error *error);

/*
 * Opens a casebook, brings back what an interrupted write left, and migrates an
 * older version, all of it or nothing.
 * VAHO_NOT_FOUND.  VAHO_BAD_INPUT: not a casebook, damaged, or of a newer version.
 */
enum vaho_status vaho_casebook_open(struct vaho_casebook **out, const char *path,
                                    struct vaho_error *error);
void vaho_casebook_close(struct vaho_casebook *casebook); /* NULL is fine */

struct vaho_casebook_info {
    enum vaho_casebook_kind kind;
    int version;
    char created[32];
    int64_t n_mandates, n_flights, n_stacks, n_plumes, n_sites, n_reviews, n_releases;
};
enum vaho_status vaho_casebook_get_info(struct vaho_casebook_info *out,
                                        struct vaho_casebook *casebook, struct vaho_error *error);

struct vaho_casebook_added {
    int64_t flight_id;
    int64_t n_plumes;
    int64_t n_passes;    /* of a stack; 0: a flight */
    int taken_in_before; /* 1: nothing was changed; 2: nor were the results the same then */
};

/*
 * Takes in the products of a flight (the folder that 'vaho detect' wrote) or of a stack of flights
 * taken in before ('vaho stack'), once: by the hash of the cube's content, or of all its cubes,
 * and the mandate.  'mandate' (NULL: none) must have
 * passed vaho_mandate_check() with 'trust' just now, and be the one the products
 * name.
 * VAHO_REFUSED: the casebook's kind, or the mandate, does not allow it: also a plume
 * outside the mandate's area.  VAHO_BAD_INPUT: products that are missing or broken, a stack
 * of a flight that is not there, or a casebook that cannot be written.  Then nothing was changed.
 */
enum vaho_status vaho_casebook_add(struct vaho_casebook_added *out, struct vaho_casebook *casebook,
                                   const char *directory, const struct vaho_mandate *mandate,
                                   const struct vaho_trust *trust, const struct vaho_act *act,
                                   struct vaho_error *error);

/*
 * Looks for damage in a casebook: pages, constraints, references, schema, indexes,
 * hashes.  'say' is called for each finding, one sentence.  VAHO_OK: it was looked at
 * (*out_n findings).  VAHO_NOT_FOUND, VAHO_BAD_INPUT: it could not even be opened.
 */
enum vaho_status vaho_casebook_check(size_t *out_n, const char *path,
                                     void (*say)(void *context, const char *finding), void *context,
                                     struct vaho_error *error);

/* Both say so in the ledger first, also when the copy fails afterwards.
 * A copy as it is, page by page, while others write.  The copy appears whole; a file that is
 * there is replaced.  VAHO_BAD_INPUT: 'to' is the casebook itself or cannot be written. */
enum vaho_status vaho_casebook_backup(struct vaho_casebook *casebook, const char *to,
                                      const struct vaho_act *act, struct vaho_error *error);
/* A fresh copy to hand out: rebuilt, without free pages that could hold what was. */
enum vaho_status vaho_casebook_export(struct vaho_casebook *casebook, const char *to,
                                      const struct vaho_act *act, struct vaho_error *error);

/* --- what a map asks ------------------------------------------------------ */

struct vaho_casebook_query {
    double west, south, east, north; /* degrees; west > east: across the antimeridian */
    const char *gas;                 /* NULL: any */
    double q_most;
    size_t limit; /* at most so many, the most certain first */
};

struct vaho_casebook_plume {
    int64_t id, flight_id;
    const char *name, *gas; /* valid during the call */
    double q_value, snr, longitude, latitude;
};

/* Calls 'take' for each plume whose source lies in the box; it returns 0 to stop. */
enum vaho_status
vaho_casebook_plumes(struct vaho_casebook *casebook, const struct vaho_casebook_query *query,
                     int (*take)(void *context, const struct vaho_casebook_plume *plume),
                     void *context, struct vaho_error *error);

#ifdef __cplusplus
}
#endif
#endif
