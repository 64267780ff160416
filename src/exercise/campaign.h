/*
 * campaign.h - days of flights over an area with hidden sites: laid out, flown, looked at
 *
 * A campaign is a folder (docs/exercise.md).  What participants may see is in exercise.json and
 * beside it; the truth is in truth.sealed, and its key elsewhere.  Nothing here reads a clock or
 * draws a random number: whoever calls passes them in.
 */
#ifndef VAHO_EXERCISE_CAMPAIGN_H
#define VAHO_EXERCISE_CAMPAIGN_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/signing.h"
#include "exercise/sealed.h"
#include "exercise/truth.h"
#include "vaho/act.h"
#include "vaho/progress.h"
#include "vaho/status.h"

struct vaho_campaign_order {
    const char *dir;           /* made; must be new or empty */
    const char *key_path;      /* where the key goes; must not be there */
    const char *scenario_path; /* read */
    const char *at;            /* now, "2026-05-01T08:00:00Z" */
    uint64_t seed;             /* up to VAHO_TRUTH_MAX_SEED */
    /* Bytes that nobody can guess: the key, its nonce, and the salt of the truth. */
    unsigned char key[VAHO_SEAL_KEY_NBYTES], nonce[VAHO_SEAL_NONCE_NBYTES], salt[32];
};

/*
 * Lays a campaign out.  VAHO_BAD_INPUT: the scenario is wrong (the message says where), or
 * something cannot be written; VAHO_USAGE: the folder holds something; VAHO_NOT_FOUND: no such
 * scenario.  exercise.json comes last: a folder without it is not laid out.
 */
enum vaho_status vaho_campaign_new(const struct vaho_campaign_order *order,
                                   const struct vaho_progress *progress, struct vaho_error *error);

/* What exercise.json says; text is borrowed from it. */
struct vaho_campaign {
    json_t *record;  /* owned */
    const char *dir; /* borrowed from whoever opened it */
    const char *name, *title, *briefing, *created, *truth_sha256;
    size_t n_flights;
    struct {
        const char *name, *time;
        int done;
        int64_t n_plumes;        /* at q <= 0.05, of all its mandates; 0 while not done */
        size_t n_refused;        /* mandates under which there was nothing to look at */
        double detected_after_s; /* from the files being there to sites being up to date; NaN */
        double taken_in_s;       /* when sites were up to date, by the clock on the wall; NaN */
    } flight[VAHO_SCENARIO_MAX_FLIGHTS];
    size_t n_done;
};

/* VAHO_NOT_FOUND: no campaign there.  VAHO_BAD_INPUT.  *out is empty then. */
enum vaho_status vaho_campaign_open(struct vaho_campaign *out, const char *dir,
                                    struct vaho_error *error);
void vaho_campaign_close(struct vaho_campaign *campaign); /* all zero is fine */

/* What the campaign does to its casebook, at a moment of the exercise: nobody's act but its own. */
struct vaho_act vaho_campaign_act(const char *at);

/* A path in the campaign's folder, to be freed; NULL: no memory. */
char *vaho_campaign_path(const struct vaho_campaign *campaign, const char *folder,
                         const char *file);

/*
 * Opens the truth.  VAHO_REFUSED: another key, the file was changed, or its hash is not the one
 * that was recorded at the start.  VAHO_NOT_FOUND, VAHO_BAD_INPUT.  *out is empty then.
 */
enum vaho_status vaho_campaign_truth(struct vaho_truth *out, const struct vaho_campaign *campaign,
                                     const unsigned char key[VAHO_SEAL_KEY_NBYTES],
                                     struct vaho_error *error);

/* What the cubes' headers say of the truth, so that whoever has a cube has the hash. */
enum { VAHO_CAMPAIGN_MARK_NBYTES = VAHO_DIGEST_HEX_NBYTES + 32 };
void vaho_campaign_mark(char out[VAHO_CAMPAIGN_MARK_NBYTES], const struct vaho_campaign *campaign);

/* Where the products of a flight are, under a mandate (NULL: none), to be freed. */
char *vaho_campaign_found(const struct vaho_campaign *campaign, const char *flight,
                          const char *mandate);

struct vaho_campaign_pace {
    double speed;              /* so many times as fast as flown; 0: as fast as possible */
    double (*now_s)(void *);   /* seconds, from anywhere */
    double (*clock_s)(void *); /* the clock on the wall, seconds since 1970 UTC */
    void (*wait_s)(void *, double);
    void *context;
};

/* Told as a run goes on; any may be NULL. */
struct vaho_campaign_watch {
    void (*begin)(void *context, const struct vaho_campaign *campaign, size_t flight);
    void (*done)(void *context, const struct vaho_campaign *campaign, size_t flight);
    void *context;
    struct vaho_progress progress; /* of one flight */
};

/*
 * Flies what is left to fly: each flight's files are made, searched, taken into casebook.gpkg,
 * and sites reckoned anew.  Killed and called again, it goes on with the flight it was in; each is
 * taken in once.  At most 'most' flights (0: all).  VAHO_REFUSED: as vaho_campaign_truth(), or
 * another run is under way.  VAHO_BAD_INPUT.
 */
enum vaho_status vaho_campaign_run(struct vaho_campaign *campaign, const struct vaho_truth *truth,
                                   size_t most, size_t n_threads, const char *cpu,
                                   const struct vaho_campaign_pace *pace,
                                   const struct vaho_campaign_watch *watch,
                                   struct vaho_error *error);

#endif
