/*
 * detect.h - one flight line from source to plumes
 *
 * Runs the stages in order: detector columns, contrast, evidence, decoys,
 * competition, q-values, maps, measurement.  Everything is passed in; the same
 * source, library and settings give the same detection for any number of threads.
 */
#ifndef VAHO_DETECT_H
#define VAHO_DETECT_H

#include <stddef.h>

#include "vaho/library.h"
#include "vaho/mandate.h"
#include "vaho/plume.h"
#include "vaho/progress.h"
#include "vaho/source.h"
#include "vaho/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum vaho_method {
    VAHO_METHOD_VAHO = 0, /* evidence over space, contrast-weighted */
    VAHO_METHOD_MF,       /* matched filter, pixel by pixel */
    VAHO_METHOD_ACE,      /* signed adaptive cosine estimator */
    VAHO_METHOD_CEM,      /* constrained energy minimisation */
    VAHO_METHOD_RX,       /* anomalies: Mahalanobis distance, no signature */
    VAHO_METHOD_SPARSE    /* iterated sparse matched filter, albedo-corrected; maps only */
};

enum vaho_background_kind {
    VAHO_BACKGROUND_AUTO = 0, /* gases by method vaho: by column given lines enough; else global */
    VAHO_BACKGROUND_GLOBAL,
    VAHO_BACKGROUND_COLUMN,
    VAHO_BACKGROUND_WINDOW /* around every pixel; maps only */
};

struct vaho_detect_settings {
    enum vaho_method method;
    enum vaho_background_kind background;
    const char *flight;     /* name in the plumes' ids; borrowed */
    size_t n_gases;         /* gases searched, or 0: all of the library but the air's own */
    const char *const *gas; /* borrowed */
    size_t n_surfaces;      /* surfaces searched, additive; none of 'gas' then */
    const struct vaho_spectrum *const *surface; /* borrowed */
    const struct vaho_mandate *mandate;         /* gases it does not name are refused; NULL: none */
    double air_temperature_k;                   /* at the ground; NaN: not known */
    /* For emission rates: the speed at which plumes drift and its standard deviation, and the size
     * of a pixel where the cube does not say.  For them and for sources: where the wind comes
     * from (degrees from north, clockwise) and its standard deviation.  NaN: not known.  Without
     * speed there are no rates, without sigma it is a quarter of the speed, and 15 degrees;
     * without direction each plume's own is taken. */
    double wind_speed_m_s, wind_sigma_m_s, wind_from_deg, wind_from_sigma_deg, pixel_size_m;
    double q_kept;    /* candidates up to this q-value are kept as plumes */
    size_t n_decoys;  /* decoys a signature */
    size_t n_threads; /* 0: as many as there are processors */
    /* Only bands with wavelengths from one to the other, all of those; NaN: chosen by what is
     * searched. */
    double band_from_um, band_to_um;
    /* Of vaho_detect_maps() alone: */
    size_t window_inner, window_outer; /* pixels across, odd; the inner ones are left out */
    int shrink;                        /* 1: columns' covariances by leave-one-out likelihood */
    size_t iterations;                 /* of the sparse filter */
    const char *cpu; /* instruction set of the arithmetic: "generic", "avx2", "avx512", "neon";
                      * NULL or "": the widest of this processor */
    int explain;     /* 1: keep how each plume came about; gases by method vaho alone */
};

/* method vaho, background auto, q_kept 0.5, 32 decoys, 30 iterations, all threads, no gases named.
 */
void vaho_detect_settings_default(struct vaho_detect_settings *settings);

/*
 * Blanks every pixel of 'source' that lies outside the mandate (mandate.h), so that
 * nothing of it can be learned, found or written.  'place' is the source's own, made
 * after vaho_place_source() where that is called; each pixel keeps from the border by
 * the error that the place states, or by the mandate's assumed one where it states none.
 * The mandate must have passed vaho_mandate_check().  Call it before vaho_detect(), and
 * give that the same mandate.
 * VAHO_REFUSED: vaho_mandate_check_flight() refuses, or no pixel is left; 'count'
 * (may be NULL) says why.  VAHO_NO_MEMORY.
 */
enum vaho_status vaho_detect_permit(struct vaho_source *source, const struct vaho_place *place,
                                    const struct vaho_mandate *mandate,
                                    const struct vaho_trust *trust,
                                    struct vaho_mandate_count *count, struct vaho_error *error);

/* The name in alternatives of gases that the mandate does not name. */
#define VAHO_OTHER_GAS "other"

enum { VAHO_MAX_STAGES = 8 };

struct vaho_stage_time {
    const char *stage;
    double seconds;
};

struct vaho_explanation; /* these two for the products' writer */
struct vaho_coverage;

struct vaho_detection {
    struct vaho_plumes *plumes;            /* q_value <= q_kept, most certain first; ids set */
    struct vaho_explanation **explanation; /* one a plume; NULL: not asked for, or none there is */
    struct vaho_coverage *coverage;        /* what could have been seen; NULL: not known */
    size_t n_signatures;
    char (*name)[VAHO_NAME_NBYTES]; /* searched, in order */
    const char *unit;               /* of 'amount': "ppm.m", or "" for an abundance or score */
    size_t n_lines, n_samples;
    float *amount; /* n_signatures x n_lines x n_samples: column density, NaN unknown; NULL: none */
    float *amount_sigma; /* the same shape: one standard deviation of 'amount'; NULL: none */
    float *snr;          /* the same shape: evidence; for a standard method its own score */
    int own_score;       /* 1: 'snr' is a standard method's own score */
    float *look;         /* n_lines x n_samples: brightness, for pictures */
    size_t n_decoys_run;
    const char *cpu;  /* the instruction set used; NULL: none was chosen */
    const char *blas; /* the processor that OpenBLAS computes for; NULL: it was not needed */
    int blas_below;   /* 1: this processor could do better, OPENBLAS_CORETYPE forbids it */
    size_t n_bands_used, n_dead_elements, n_dead_columns;
    int by_column;
    size_t n_notes;
    char **note; /* what was noticed and worked around */
    size_t n_stages;
    struct vaho_stage_time stage[VAHO_MAX_STAGES];
};

/*
 * VAHO_USAGE      nothing to search for, an unknown gas (the message lists what
 *                 the library has), or a method that does not fit.
 * VAHO_BAD_INPUT  the cube lacks what the search needs (wavelengths, bands in
 *                 which a gas absorbs, a radiance unit) or could not be read.
 * VAHO_REFUSED    settings->mandate does not name a gas asked for, or something
 *                 else than gases is searched for under a mandate.
 * VAHO_SINGULAR   too few pixels for the bands.
 * VAHO_NO_MEMORY
 * On error *out is NULL.  'progress' and 'library' may be NULL.
 *
 * Of a blanked pixel (source.h) nothing is told: maps are NaN there, footprints
 * leave it out, and no source lies on it.
 */
enum vaho_status vaho_detect(struct vaho_detection **out, const struct vaho_source *source,
                             const struct vaho_library *library,
                             const struct vaho_detect_settings *settings,
                             const struct vaho_progress *progress, struct vaho_error *error);
void vaho_detection_free(struct vaho_detection *detection); /* NULL is fine */

/*
 * Scores every pixel of one flight line by mf, ace or sparse and searches for nothing: no
 * plumes, no decoys, no q-values; *out has no maps.  They go, while they are made, into
 * 'directory', which must be there, as ENVI files of float32 that lie pixel for pixel over
 * the cube (docs/formats-products.md), so that memory does not grow with the lines:
 *
 *     NAME_ppmm.img (gases) or NAME_abundance.img, NAME_sigma.img, NAME_cosine.img (ace)
 *
 * A pixel that is blanked or lacks a band is NaN.  Errors as for vaho_detect(), and
 * VAHO_BAD_INPUT where a file cannot be written.  'exercise' of the cube and 'mandate'
 * (may be NULL: a label) are told in every header.
 */
enum vaho_status vaho_detect_maps(struct vaho_detection **out, const struct vaho_source *source,
                                  const struct vaho_library *library,
                                  const struct vaho_detect_settings *settings,
                                  const char *directory, const char *mandate,
                                  struct vaho_error *error);

#ifdef __cplusplus
}
#endif
#endif
