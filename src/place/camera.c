#include "place/camera.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"

static const double MOST_RAD = 89 * M_PI / 180;

enum vaho_status place_camera_new(struct place_camera *out, const struct place_table *table,
                                  size_t n_samples, const char *name, struct vaho_error *error)
{
    *out = (struct place_camera){.n_samples = n_samples};
    if (table->n_rows != n_samples)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: has view angles of %zu samples, but the cube has %zu; it belongs to "
                         "another camera or binning",
                         name, table->n_rows, n_samples);
    out->look = vaho_alloc(n_samples, 3 * sizeof *out->look);
    out->across = vaho_alloc(n_samples, 3 * sizeof *out->across);
    out->along = vaho_alloc(n_samples, 3 * sizeof *out->along);
    if (out->look == NULL || out->across == NULL || out->along == NULL) {
        place_camera_free(out);
        return vaho_fail_memory(error, name);
    }
    for (size_t s = 0; s < n_samples; s++) {
        const double across = table->value[2 * s], along = table->value[2 * s + 1];
        double *look = out->look + 3 * s, length;
        if (!(fabs(across) < MOST_RAD && fabs(along) < MOST_RAD)) {
            place_camera_free(out);
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: line %zu: a view angle of 89 degrees or more; check the unit",
                             name, table->line[s]);
        }
        length = sqrt(1 + tan(along) * tan(along) + tan(across) * tan(across));
        look[0] = tan(along) / length;
        look[1] = tan(across) / length;
        look[2] = 1 / length;
        /* what moves 'look' along itself does not move the place: left out */
        out->along[3 * s] = 1 / (cos(along) * cos(along) * length);
        out->across[3 * s + 1] = 1 / (cos(across) * cos(across) * length);
    }
    return VAHO_OK;
}

void place_camera_free(struct place_camera *camera)
{
    free(camera->look);
    free(camera->across);
    free(camera->along);
    *camera = (struct place_camera){0};
}
