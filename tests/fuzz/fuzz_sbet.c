/* fuzz_sbet.c - any bytes as SBET records; what parses is used as a trajectory */
#include <stddef.h>
#include <stdint.h>

#include "place/trajectory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static const struct place_clock clock = {PLACE_CLOCK_GPS, 1e9};
    static struct place_earth *earth;
    struct place_table table;
    struct place_trajectory trajectory;
    struct place_pose pose;
    struct vaho_error error;

    if (earth == NULL && place_earth_new(&earth, NULL, "", NULL) != VAHO_OK)
        return 0;
    if (place_sbet_parse(&table, data, nbytes, "fuzz", &clock, &error) == VAHO_OK &&
        place_trajectory_new(&trajectory, &table, "fuzz", "record", 1, earth, &error) == VAHO_OK) {
        for (size_t i = 0; i < trajectory.n && i < 50; i++)
            place_trajectory_at(&pose, &trajectory, earth, trajectory.time_s[i] + 0.25);
        place_trajectory_free(&trajectory);
    }
    place_table_free(&table);
    return 0;
}
