/*
 * report_part.h - what the parts of the report share
 *
 * The parts append HTML or SVG to one text; running out of memory shows in
 * text.failed, everything else is returned.
 */
#ifndef VAHO_FORMAT_REPORT_PART_H
#define VAHO_FORMAT_REPORT_PART_H

#include "base/text.h"
#include "format/gdal_scope.h"
#include "format/palette.h"
#include "format/report.h"

struct report_page {
    struct vaho_text text;
    const struct vaho_report *report;
    struct vaho_palette palette;
    struct vaho_gdal_scope scope;
    size_t n_reported; /* the first of the plumes */
    int turned;        /* 1: pictures are turned so that lines run to the right */
    double aspect;     /* height over width, on the ground, of a pixel in a picture */
};

/*
 * A window of the cube as a picture.  Lines and samples count from the upper
 * left corner of the first pixel.  Turned by a quarter turn, never mirrored.
 */
struct report_frame {
    double line0, sample0, line1, sample1;
    int turned;
    double width, height; /* of the picture, in SVG units */
};

void report_frame_point(double *x, double *y, const struct report_frame *frame, double line,
                        double sample);

/* Appends an <image> of the window of 'map', averaged down to at most max_side pixels;
 * values from low to high become greys (ramp NULL) or the 256 colours of ramp. */
enum vaho_status report_picture(struct report_page *page, const struct report_frame *frame,
                                const float *map, double low, double high,
                                const unsigned char (*ramp)[3], size_t max_side,
                                struct vaho_error *error);

/* Appends the outline of a plume as a <path> of the given attributes. */
enum vaho_status report_outline(struct report_page *page, const struct report_frame *frame,
                                const struct vaho_plume *plume, const char *attributes,
                                struct vaho_error *error);

/* Formats for a person.  All return 'out'. */
enum { REPORT_NUMBER_NBYTES = 96 };
const char *report_q(char out[REPORT_NUMBER_NBYTES], double q);
/* "88 ± 6": as many decimals as the uncertainty bears. */
const char *report_amount(char out[REPORT_NUMBER_NBYTES], double value, double sigma);
/* "34.28712° N, 118.19350° W", or "line 90, sample 60" where the place is unknown. */
const char *report_source(char out[REPORT_NUMBER_NBYTES], const struct report_page *page,
                          const struct vaho_plume *plume);
/* A gas's name as text: underscores become spaces. */
void report_gas(struct report_page *page, const char *gas);
/* The unit of a gas's amounts, "ppm.m" when no map says. */
const char *report_unit(const struct report_page *page, const char *gas);
/* A round number near 'wanted' from above: 1, 2 or 5 times a power of ten. */
double report_round(double wanted);

/* The parts. */
extern const char report_style[];
enum vaho_status report_overview(struct report_page *page, struct vaho_error *error);
void report_plumes(struct report_page *page);
void report_candidates(struct report_page *page);
/* Colours and patterns that the pictures refer to. */
void report_definitions(struct report_page *page);
/* The observed excess against the fitted signature; nothing when the plume has no spectra. */
enum vaho_status report_spectrum(struct report_page *page, const struct vaho_plume *plume,
                                 struct vaho_error *error);
enum vaho_status report_cards(struct report_page *page, struct vaho_error *error);
void report_back_matter(struct report_page *page);

#endif
