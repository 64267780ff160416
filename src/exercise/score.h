/*
 * score.h - what was found against what was there
 *
 * A true source belongs to a reported plume when the plume's pixel box, grown by
 * a halo, meets the source's axis: the straight line of its length from the
 * source downwind.  Each source takes at most one plume and each plume one
 * source; the right gas goes first, then the smaller q-value, then the higher
 * snr, then the nearer source.  What is left over is judged too: a plume that
 * meets a source already taken is a split (right gas) or a wrong gas, one that
 * meets none is false.
 *
 * Lines, samples and lengths in pixels, strengths in ppm.m.
 */
#ifndef VAHO_EXERCISE_SCORE_H
#define VAHO_EXERCISE_SCORE_H

#include <stddef.h>

#include "vaho/library.h"
#include "vaho/plume.h"
#include "vaho/status.h"

#define VAHO_SCORE_NONE ((size_t)-1)

enum vaho_score_outcome {
    VAHO_SCORE_RIGHT = 0, /* a source's own, with its gas */
    VAHO_SCORE_WRONG_GAS, /* at a source, with another gas */
    VAHO_SCORE_SPLIT,     /* the right gas again at a source that has its plume */
    VAHO_SCORE_FALSE      /* at no source */
};

struct vaho_score_source {
    char gas[VAHO_NAME_NBYTES];
    double line, sample, length_px, wind_deg; /* from +sample towards +line */
    double peak_ppmm;                         /* NaN: not stated */
    size_t plume;                             /* set by match: its plume, or VAHO_SCORE_NONE */
};

struct vaho_score_plume {
    char id[VAHO_ID_NBYTES], gas[VAHO_NAME_NBYTES];
    double q_value, snr, peak_ppmm; /* NaN: null in the file */
    double source_line, source_sample;
    double bbox[4];                  /* line0, sample0, line1, sample1, inclusive */
    enum vaho_score_outcome outcome; /* set by match, and its source or VAHO_SCORE_NONE */
    size_t source;
};

struct vaho_score {
    size_t n_sources, n_plumes;
    struct vaho_score_source *source; /* owned; in the truth's order */
    struct vaho_score_plume *plume;   /* owned; the reported ones, in the file's order */
};

/*
 * Fills 'score' (all zero before the first call) from the content of a truth
 * file: {"sources": [{"gas", "line", "sample", "peak_ppmm", "length_px",
 * "wind_deg"}]}, the last three optional; and from a plumes.geojson, its plumes
 * with a q-value of at most q.  'name' is for messages.
 *
 * VAHO_BAD_INPUT: no JSON, or a key missing or of the wrong kind; the message
 * says which.  VAHO_NO_MEMORY.  On error that half of 'score' is empty.
 */
enum vaho_status vaho_score_parse_truth(struct vaho_score *score, const char *data, size_t nbytes,
                                        const char *name, struct vaho_error *error);
enum vaho_status vaho_score_parse_plumes(struct vaho_score *score, const char *data, size_t nbytes,
                                         double q, const char *name, struct vaho_error *error);

/* Sets the plumes of the sources and the outcomes of the plumes. */
void vaho_score_match(struct vaho_score *score, double halo_px);

/* Distance in pixels from the plume's source point to the true one. */
double vaho_score_distance_px(const struct vaho_score_plume *plume,
                              const struct vaho_score_source *source);

void vaho_score_free(struct vaho_score *score); /* an empty one is fine */

struct vaho_score_totals {
    size_t n_sources, n_plumes;
    size_t n_found;                       /* sources with a plume of any gas */
    size_t n_right_gas;                   /* sources with a plume of their gas */
    size_t n_wrong_gas, n_split, n_false; /* plumes */
    double median_distance_px;            /* of the found; NaN: none was */
};

/* Pools matched scores.  VAHO_NO_MEMORY. */
enum vaho_status vaho_score_total(struct vaho_score_totals *out, const struct vaho_score *score,
                                  size_t n_scores, struct vaho_error *error);

#endif
