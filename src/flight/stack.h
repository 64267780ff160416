/*
 * stack.h - passes over one place, from their cubes to sources that no single pass shows
 *
 * Every pass is opened, learned from as vaho_detect() learns, summed over cells of a common ground
 * (track/stack.h) and closed before the next, so that one cube at a time is read.  Cells are two
 * pixels wide, a pixel the median of the passes'.  The decoys are those of the first pass, the
 * same spectra in all.  The same input and settings give the same for any number of threads.
 */
#ifndef VAHO_FLIGHT_STACK_H
#define VAHO_FLIGHT_STACK_H

#include "track/pass_list.h"
#include "track/stack.h"
#include "vaho/detect.h"

/* What a stack is made from; all borrowed. */
struct vaho_stack_request {
    const struct vaho_pass_list *passes;
    const char *folder; /* file names in the list start here */
    const struct vaho_library *library;
    const struct vaho_detect_settings *settings; /* gases, background, mandate, decoys, threads */
    const struct vaho_trust *trust;              /* with settings->mandate */
};

/* A pass as it was taken. */
struct vaho_stacked_pass {
    char *path, *time; /* owned */
    size_t n_notes;
    char **note; /* what was noticed and worked around; owned */
    struct vaho_pass_wind wind;
    char sha256[65]; /* of the cube */
};

struct vaho_stacked {
    struct vaho_ground_grid grid;
    double pixel_m;
    size_t n_passes, n_gases, n_decoys;
    struct vaho_stacked_pass *pass;
    char (*name)[VAHO_NAME_NBYTES];
    struct vaho_stack *stack;
    size_t n_sources;
    struct vaho_stacked_source *source; /* up to settings->q_kept */
    int exercise;                       /* any pass is one */
    int place_assumed, speed_known;     /* a pixel's error was assumed; all winds have a speed */
};

/*
 * As vaho_detect() says for each pass, which is named; and VAHO_BAD_INPUT: a pass has
 * no geolocation, or other gases can be searched in it than in the first.
 */
enum vaho_status vaho_stack_passes(struct vaho_stacked **out,
                                   const struct vaho_stack_request *request,
                                   const struct vaho_progress *progress, struct vaho_error *error);
void vaho_stacked_free(struct vaho_stacked *stacked); /* NULL is fine */

#endif
