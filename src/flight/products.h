/*
 * products.h - the files of one flight, written into its folder
 *
 *     plumes.geojson  plumes.gpkg  coverage.geojson  report.html  run.json
 *     <gas>_ppmm.tif  <gas>_sigma.tif  <gas>_snr.tif
 *     explain-<id>.json and explain-<id>.html of the plumes asked for
 *
 * <surface>_abundance.tif for a surface; <name>_score.tif, a standard method's own
 * score, in place of <name>_snr.tif; rx_score.tif alone for RX.
 *
 * Documented in docs/formats-products.md.  The same detection gives the same
 * bytes, but for the timings in run.json.
 */
#ifndef VAHO_FLIGHT_PRODUCTS_H
#define VAHO_FLIGHT_PRODUCTS_H

#include "format/product.h"
#include "vaho/detect.h"
#include "vaho/place.h"
#include "vaho/source.h"

struct vaho_setting {
    const char *name, *value; /* as a person writes it: "--q", "0.05" */
};

struct vaho_products {
    const char *directory; /* made if it is not there; its parent must be */
    const struct vaho_product *product;
    const struct vaho_source *source;
    const struct vaho_place *place;
    const struct vaho_detection *detection;
    size_t n_settings;
    const struct vaho_setting *setting;
    size_t n_inputs; /* files read besides the cube's own: spectra, surfaces */
    const char *const *input;
    size_t n_notes; /* from the library, besides the detection's and the cube's */
    const char *const *note;
    size_t n_explain; /* ids of plumes to explain, or "all"; others than this flight's do nothing */
    const char *const *explain;
    size_t n_threads; /* 0: as many as there are processors */
};

/* VAHO_BAD_INPUT (what cannot be written or read again), VAHO_FAULT, VAHO_NO_MEMORY. */
enum vaho_status vaho_products_write(const struct vaho_products *products,
                                     struct vaho_error *error);

/* Makes the directory of maps alone (vaho_detect_maps()), and takes run.json of an earlier
 * search out of it.  VAHO_BAD_INPUT. */
enum vaho_status vaho_products_prepare(const char *directory, struct vaho_error *error);

/*
 * Writes run.json alone: for maps, which are there already.  The cube's own data is not
 * read a third time for its SHA-256, which is null; its number of bytes is told.
 */
enum vaho_status vaho_products_write_run(const struct vaho_products *products,
                                         struct vaho_error *error);

#endif
