/*
 * fuzz_trajectory.c - trajectories, line times and view angles as text
 *
 * The first byte chooses how the columns are named and how times are counted; the
 * rest is the file.  What parses is used as a trajectory and as a camera.
 */
#include <stddef.h>
#include <stdint.h>

#include "place/camera.h"
#include "place/trajectory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void use(const struct place_table *table)
{
    static struct place_earth *earth;
    struct place_trajectory trajectory;
    struct place_pose pose;

    if (earth == NULL && place_earth_new(&earth, NULL, "", NULL) != VAHO_OK)
        return;
    if (place_trajectory_new(&trajectory, table, "fuzz", "line", 1, earth, NULL) != VAHO_OK)
        return;
    for (size_t i = 0; i < table->n_rows && i < 50; i++)
        place_trajectory_at(&pose, &trajectory, earth, trajectory.time_s[i] + 0.25);
    place_trajectory_free(&trajectory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const struct place_column named[PLACE_N_TRAJECTORY_COLUMNS] = {
        {"time", 0, 1},
        {"lon", 0, 0.0174532925199433},
        {"lat", 0, 0.0174532925199433},
        {"height", 0, 1},
        {"roll", 0, 1},
        {"pitch", 0, 1},
        {"heading", 0, 1}};
    static const struct place_column numbered[PLACE_N_TRAJECTORY_COLUMNS] = {
        {"", 1, 1}, {"", 2, 1}, {"", 3, 1}, {"", 4, 1}, {"", 5, 1e-3}, {"", 6, 1}, {"", 7, 1}};
    static const struct place_clock clocks[] = {
        {PLACE_CLOCK_UTC, 0}, {PLACE_CLOCK_SINCE, 1e9}, {PLACE_CLOCK_GPS, 1e9}};
    const struct place_column *column;
    const char *text = (const char *)data + 1;
    struct place_table table;
    struct place_camera camera;
    struct vaho_error error;

    if (nbytes == 0)
        return 0;
    column = data[0] & 1 ? numbered : named;
    if (place_table_parse(&table, text, nbytes - 1, "fuzz", column, PLACE_N_TRAJECTORY_COLUMNS,
                          &clocks[(data[0] >> 1) % 3], &error) == VAHO_OK)
        use(&table);
    place_table_free(&table);
    if (place_table_parse(&table, text, nbytes - 1, "fuzz", column + 4, 2, NULL, &error) ==
        VAHO_OK) {
        place_camera_new(&camera, &table, table.n_rows, "fuzz", &error);
        place_camera_free(&camera);
    }
    place_table_free(&table);
    return 0;
}
