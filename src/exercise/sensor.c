/* sensor.c - elements drawn from a seed, and pixels through them */
#include "exercise/sensor.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "exercise/repeatable.h"

/* What the random streams are for (scene.c has others). */
enum stream { GAIN = 3, OFFSET, COLUMN, DEAD, NOISE };

/* recorded = gain x radiance + offset, or 'offset' alone when dead */
struct vaho_sensor_element {
    float gain, offset;
};

enum vaho_status vaho_sensor_make(struct vaho_sensor *out, const struct vaho_sensor_params *p,
                                  uint64_t seed, uint64_t noise_seed, struct vaho_error *error)
{
    uint64_t gain = vaho_random_key(seed, GAIN), offset = vaho_random_key(seed, OFFSET);
    uint64_t column = vaho_random_key(seed, COLUMN), dead = vaho_random_key(seed, DEAD);

    *out = (struct vaho_sensor){.params = *p, .noise_key = vaho_random_key(noise_seed, NOISE)};
    out->element = vaho_alloc(p->n_bands * p->n_samples, sizeof *out->element);
    if (out->element == NULL)
        return vaho_fail_memory(error, "the detector elements of a simulated sensor");
    for (size_t s = 0; s < p->n_samples; s++) {
        /* half of the fault is the column's, half the element's own */
        double column_gain = vaho_random_normal(column, 2 * s);
        double column_offset = vaho_random_normal(column, 2 * s + 1);
        for (size_t b = 0; b < p->n_bands; b++) {
            size_t i = b * p->n_samples + s;
            double g = 0.7 * column_gain + 0.7 * vaho_random_normal(gain, i);
            double o = 0.7 * column_offset + 0.7 * vaho_random_normal(offset, i);
            out->element[i].gain = (float)(1.0 + p->striping * g);
            out->element[i].offset = (float)(5.0 * p->level * p->striping * o);
        }
    }
    for (size_t k = 0; k < p->n_dead; k++) {
        double place = vaho_random_uniform(dead, 2 * k) * (double)(p->n_samples * p->n_bands);
        out->element[(size_t)place].gain = 0.0f;
        out->element[(size_t)place].offset =
            (float)(12.0 * p->level * vaho_random_uniform(dead, 2 * k + 1));
    }
    return VAHO_OK;
}

void vaho_sensor_free(struct vaho_sensor *sensor)
{
    free(sensor->element);
    *sensor = (struct vaho_sensor){0};
}

/* Shifts a spectrum by a part of a band, as seen by a column away from the middle. */
static double smile_at(const double *light, size_t b, size_t n_bands, double shift)
{
    double before = light[b > 0 ? b - 1 : b], after = light[b + 1 < n_bands ? b + 1 : b];
    return light[b] + 0.5 * shift * (after - before);
}

void vaho_sensor_record(float *out, const struct vaho_sensor *sensor, const double *light,
                        size_t line, size_t sample)
{
    const struct vaho_sensor_params *p = &sensor->params;
    double across = 2.0 * ((double)sample + 0.5) / (double)p->n_samples - 1.0;
    double shift = p->smile_bands * across * across;

    for (size_t b = 0; b < p->n_bands; b++) {
        const struct vaho_sensor_element *element = &sensor->element[b * p->n_samples + sample];
        double seen = smile_at(light, b, p->n_bands, shift), noise = p->noise;
        double value = element->gain * seen + element->offset;
        if (p->photon_noise > 0.0)
            noise = sqrt(noise * noise + p->photon_noise * p->photon_noise * fmax(0.0, seen));
        if (noise > 0.0 && element->gain != 0.0f)
            value += noise * vaho_random_normal(sensor->noise_key,
                                                (line * p->n_samples + sample) * p->n_bands + b);
        if (p->saturation > 0.0 && value > p->saturation)
            value = p->saturation;
        out[b * p->n_samples] = (float)value;
    }
}
