/*
 * pass_files.h - one flight of a campaign as the files a real flight delivers
 *
 *   DIR/NAME.bil, DIR/NAME.bil.hdr   ENVI, float32, without a place of its own
 *   DIR/trajectory.csv               the measured poses, one a frame
 *   DIR/camera.csv, DIR/lines.csv    where each sample looks; when each line was taken
 *   DIR/geometry.json                what 'vaho detect --geo' takes (docs/place.md); where there is
 * a terrain, with ../../terrain.tif, the campaign's map DIR/library/GAS.txt              of a
 * shortwave sensor: unit absorption in its bands, that day
 *
 * NAME is the flight.  The header and the trajectory say that this is an exercise.
 */
#ifndef VAHO_EXERCISE_PASS_FILES_H
#define VAHO_EXERCISE_PASS_FILES_H

#include "exercise/pass.h"
#include "vaho/progress.h"

/*
 * Writes them into a folder, which must be there; files that are there are replaced.  'mark' is
 * said in the header's description.  VAHO_BAD_INPUT: cannot be written; VAHO_NO_MEMORY.
 */
enum vaho_status vaho_pass_write(const struct vaho_pass *pass, const char *dir, const char *mark,
                                 struct vaho_pool *pool, const struct vaho_progress *progress,
                                 struct vaho_error *error);

#endif
