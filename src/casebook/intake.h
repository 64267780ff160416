/*
 * intake.h - the products of a flight, or of a stack of flights, read back strictly
 *
 * From run.json and plumes.geojson as 'vaho detect' writes them.  Both must agree
 * about flight, time, exercise and mandate.  coverage.geojson and spectra.json beside them may be
 * missing, as older versions wrote none.  Of a stack, from run.json and stack.geojson as 'vaho
 * stack' writes them: its sources stand where plumes do, without what only a plume has.
 */
#ifndef VAHO_CASEBOOK_INTAKE_H
#define VAHO_CASEBOOK_INTAKE_H

#include <jansson.h>
#include <stddef.h>

#include "base/signing.h"
#include "casebook/coverage.h"
#include "casebook/geometry.h"
#include "casebook/spectra.h"
#include "vaho/status.h"

struct vaho_intake_plume {
    const char *name, *gas;                                /* borrowed from the intake */
    double q_value, snr, peak_ppmm, mean_ppmm, sigma_ppmm; /* NaN: null */
    double source_line, source_sample, source_sigma_px;
    double longitude_deg, latitude_deg, emission_kg_h, emission_sigma_kg_h, probability;
    double position_sigma_m, position_covariance_m2[3]; /* NaN: nobody states them */
    size_t n_pixels;
    char *alternatives;     /* JSON, owned */
    const json_t *geometry; /* the footprint; NULL: it has none, as a stack's */
    struct vaho_blob blob;
};

/* A cube that a stack was made of. */
struct vaho_intake_pass {
    const char *sha256, *path; /* borrowed from the intake */
};

struct vaho_intake {
    json_t *run, *plumes;                           /* own the texts */
    const char *flight, *made_by, *sha256, *sensor; /* sensor: "" unknown, as of a stack */
    const char *time;                               /* "" unknown, as of a stack */
    double time_s;                                  /* NaN unknown */
    size_t n_passes;                                /* of a stack; 0: a flight */
    struct vaho_intake_pass *pass;                  /* by sha256, each once */
    char stack_sha256[VAHO_DIGEST_HEX_NBYTES];      /* what sha256 is then: of theirs, joined */
    const char *mandate;                            /* "no mandate", or its label */
    int exercise;
    size_t n_lines, n_samples, n_bands; /* of a stack 0 */
    size_t n_searched;
    const json_t *searched; /* names of gases */
    char products_sha256[VAHO_DIGEST_HEX_NBYTES];
    size_t n;
    struct vaho_intake_plume *plume;
    struct vaho_cover cover; /* n 0: none */
    struct vaho_spectra spectra;
};

/* 'plumes' is the text of stack.geojson where run.json is a stack's.  'directory' names both in
 * messages.  VAHO_BAD_INPUT (which file, what, where); *out is empty then. */
enum vaho_status vaho_intake_parse(struct vaho_intake *out, const char *run, size_t run_nbytes,
                                   const char *plumes, size_t plumes_nbytes, const char *directory,
                                   struct vaho_error *error);
/* The same from the files of a folder, and what the flight could have seen. */
enum vaho_status vaho_intake_read(struct vaho_intake *out, const char *directory,
                                  struct vaho_error *error);
void vaho_intake_free(struct vaho_intake *intake);

#endif
