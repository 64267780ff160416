/*
 * flight_files.h - a simulated scene as the files a real flight delivers
 *
 * Into a directory DIR, NAME being its last part ("flight" for "." and the like):
 *   DIR/NAME.bil, DIR/NAME.bil.hdr   the cube, ENVI, float32, with map info
 *   DIR/library/GAS.csv              a spectrum of every gas the simulator has, or of the user's;
 *                                    for a shortwave sensor GAS.txt, unit absorption in its bands
 *   DIR/NAME.truth.json              what is in it, and where
 * Each says that it is an exercise.
 */
#ifndef VAHO_EXERCISE_FLIGHT_FILES_H
#define VAHO_EXERCISE_FLIGHT_FILES_H

#include "base/pool.h"
#include "exercise/scene.h"
#include "vaho/progress.h"
#include "vaho/status.h"

/* When and where such a flight is said to be: its moment, longitude and latitude (the corner of the
 * map info, UTM 11 N 500 km, 3800 km). */
double vaho_flight_files_time_s(uint64_t seed);
#define VAHO_FLIGHT_LONGITUDE_DEG (-117.0)
#define VAHO_FLIGHT_LATITUDE_DEG 34.34

struct vaho_flight_files {
    char *cube, *library, *truth; /* paths, owned */
};

/*
 * Makes DIR (its parent must be there) and writes the files.  The cube is
 * recorded a few lines at a time.  'progress' may be NULL.
 *
 * VAHO_USAGE      DIR is there already and holds something.
 * VAHO_BAD_INPUT  DIR cannot be made or a file not be written.
 * VAHO_NO_MEMORY
 * On error *out is empty; files already written stay.
 */
enum vaho_status vaho_flight_files_write(struct vaho_flight_files *out,
                                         const struct vaho_scene *scene, const char *dir,
                                         struct vaho_pool *pool,
                                         const struct vaho_progress *progress,
                                         struct vaho_error *error);
void vaho_flight_files_free(struct vaho_flight_files *files);

#endif
