/* light.c - bands made once, then a few operations a pixel; the physics is explained in air.h */
#include "exercise/light.h"

#include <stdlib.h>

#include "base/error.h"
#include "exercise/repeatable.h"

static enum vaho_status allocate(struct vaho_light *l, struct vaho_error *error)
{
    l->wavelength_um = vaho_alloc(l->n_bands, sizeof *l->wavelength_um);
    l->warm_air = vaho_alloc(l->n_bands, sizeof *l->warm_air);
    l->surface = vaho_alloc(l->n_bands * VAHO_GROUND_N_KINDS, sizeof *l->surface);
    l->per_ppmm = vaho_alloc(l->n_gases * l->n_bands, sizeof *l->per_ppmm);
    l->sight = vaho_alloc(l->n_bands, sizeof *l->sight);
    if (l->wavelength_um == NULL || l->warm_air == NULL || l->surface == NULL ||
        l->per_ppmm == NULL || l->sight == NULL)
        return vaho_fail_memory(error, "the bands of a simulated sensor");
    return VAHO_OK;
}

/* Emissivity or reflectance of a kind, the user's or the simulator's. */
static double surface_of(const struct vaho_light *l, const struct vaho_inputs *inputs,
                         enum vaho_ground_kind kind, double um)
{
    double own = l->kind == VAHO_SCENE_THERMAL ? vaho_ground_emissivity(kind, um)
                                               : vaho_ground_reflectance(kind, um);
    double r;

    if (inputs == NULL || inputs->surface[kind].reflectance.n == 0)
        return own;
    r = vaho_curve_in_band(&inputs->surface[kind].reflectance, um, l->fwhm_um, -1.0);
    if (r < 0.0)
        return own;
    return l->kind == VAHO_SCENE_THERMAL ? 1.0 - r : r;
}

enum vaho_status vaho_light_make(struct vaho_light *out, const struct vaho_light_order *order,
                                 struct vaho_error *error)
{
    double step = (order->last_um - order->first_um) / (double)(order->n_bands - 1);
    double crossings = 1.0;
    enum vaho_status status;

    *out = (struct vaho_light){.kind = order->kind,
                               .n_bands = order->n_bands,
                               .n_gases = order->n_gases,
                               .fwhm_um = 1.15 * step,
                               .air_k = order->air.temperature_k,
                               .sun_up = order->air.sun.up};
    status = allocate(out, error);
    if (order->kind == VAHO_SCENE_SHORTWAVE)
        crossings = 1.0 + (order->air.sun.up > 0.035 ? 1.0 / order->air.sun.up : 0.0);
    for (size_t b = 0; b < out->n_bands && status == VAHO_OK; b++) {
        double um = order->first_um + step * (double)b;
        out->wavelength_um[b] = um;
        if (order->kind == VAHO_SCENE_THERMAL) {
            vaho_air_in_band(&out->sight[b], &order->air, um, out->fwhm_um);
            out->warm_air[b] = vaho_exercise_planck(um, order->air.temperature_k);
        } else {
            vaho_air_in_shortwave_band(&out->sight[b], &order->air, um, out->fwhm_um);
        }
        for (int kind = 0; kind < VAHO_GROUND_N_KINDS; kind++)
            out->surface[b * VAHO_GROUND_N_KINDS + (size_t)kind] =
                surface_of(out, order->inputs, (enum vaho_ground_kind)kind, um);
    }
    for (size_t g = 0; g < out->n_gases && status == VAHO_OK; g++)
        status = vaho_inputs_gas_in_bands(out->per_ppmm + g * out->n_bands, order->inputs,
                                          order->gas[g], out->wavelength_um, out->fwhm_um,
                                          out->n_bands, crossings, error);
    if (status != VAHO_OK)
        vaho_light_free(out);
    return status;
}

void vaho_light_free(struct vaho_light *light)
{
    free(light->wavelength_um);
    free(light->warm_air);
    free(light->surface);
    free(light->per_ppmm);
    free(light->sight);
    *light = (struct vaho_light){0};
}

int vaho_light_shows(const struct vaho_light *light, size_t gas)
{
    for (size_t b = 0; b < light->n_bands; b++)
        if (light->per_ppmm[gas * light->n_bands + b] > 1e-7)
            return 1;
    return 0;
}

void vaho_light_surface(double *out, const struct vaho_light *l,
                        const struct vaho_ground_pixel *pixel)
{
    for (size_t b = 0; b < l->n_bands; b++) {
        const double *kinds = l->surface + b * VAHO_GROUND_N_KINDS;
        out[b] = 0.0;
        for (size_t k = 0; k < VAHO_GROUND_N_KINDS; k++)
            out[b] += pixel->share[k] * kinds[k];
        if (l->kind == VAHO_SCENE_SHORTWAVE)
            out[b] *= pixel->brightness * (1.0 + pixel->tilt * (l->wavelength_um[b] - 2.2));
    }
}

void vaho_light_leave(double *out, const struct vaho_light *l, const double *surface,
                      double ground_k, double sun_cosine)
{
    if (l->kind == VAHO_SCENE_SHORTWAVE)
        for (size_t b = 0; b < l->n_bands; b++)
            out[b] = surface[b] * (l->sight[b].sun * sun_cosine + l->sight[b].sky);
    else
        for (size_t b = 0; b < l->n_bands; b++)
            out[b] = surface[b] * vaho_exercise_planck(l->wavelength_um[b], ground_k) +
                     (1.0 - surface[b]) * l->sight[b].sky;
}

void vaho_light_through(double *light_of_pixel, const struct vaho_light *l, size_t gas, double ppmm)
{
    const double *alpha = l->per_ppmm + gas * l->n_bands;

    if (ppmm <= 0.0)
        return;
    for (size_t b = 0; b < l->n_bands; b++) {
        double through = vaho_repeatable_exp(-alpha[b] * ppmm);
        light_of_pixel[b] = through * light_of_pixel[b] + (1.0 - through) * l->warm_air[b];
    }
}

void vaho_light_arrive(double *light_of_pixel, const struct vaho_light *l)
{
    for (size_t b = 0; b < l->n_bands; b++)
        light_of_pixel[b] = l->sight[b].transmittance * light_of_pixel[b] + l->sight[b].path;
}
