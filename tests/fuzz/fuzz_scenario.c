/* fuzz_scenario.c - hostile scenarios; what is accepted can be laid out */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "exercise/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    static struct vaho_world world;
    struct vaho_scenario *s;
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_scenario_parse(&s, (const char *)data, nbytes, "s", &error) != VAHO_OK) {
        if (error.message[0] == '\0' || s != NULL)
            abort();
        return 0;
    }
    vaho_world_make(&world, s, 1);
    for (size_t i = 0; i < s->n_emitters; i++) {
        double longitude, latitude, east, north;
        vaho_world_lonlat(&longitude, &latitude, &s->area, world.emitter_m[i][0],
                          world.emitter_m[i][1]);
        vaho_world_metres(&east, &north, &s->area, longitude, latitude);
        if (!(world.emitter_m[i][0] >= 0) || !(world.emitter_m[i][0] <= s->area.width_m) ||
            !(fabs(east - world.emitter_m[i][0]) < 1e-3) ||
            !(fabs(north - world.emitter_m[i][1]) < 1e-3))
            abort();
    }
    for (size_t i = 0; i < s->n_flights; i++)
        if (!(vaho_scenario_pixel_m(s, i) > 0))
            abort();
    vaho_scenario_free(s);
    return 0;
}
