/*
 * light.h - the radiance of one pixel at the sensor: ground, plumes and air, band by band
 */
#ifndef VAHO_EXERCISE_LIGHT_H
#define VAHO_EXERCISE_LIGHT_H

#include "exercise/air.h"
#include "exercise/ground.h"
#include "exercise/inputs.h"

enum { VAHO_LIGHT_MAX_BANDS = 512 };
enum vaho_scene_kind { VAHO_SCENE_THERMAL = 0, VAHO_SCENE_SHORTWAVE };

struct vaho_light_order {
    enum vaho_scene_kind kind;
    double first_um, last_um; /* of the bands' centres */
    size_t n_bands, n_gases;
    const char *const *gas;           /* names; borrowed for the call */
    struct vaho_exercise_air air;     /* with the sun, for the shortwave infrared */
    const struct vaho_inputs *inputs; /* NULL: none; borrowed for the call */
};

/* Everything that depends on the band alone. */
struct vaho_light {
    enum vaho_scene_kind kind;
    size_t n_bands, n_gases;
    double fwhm_um, air_k, sun_up;
    double *wavelength_um;       /* n_bands */
    double *warm_air;            /* n_bands: thermal: Planck at the air's temperature; else 0 */
    double *surface;             /* n_bands x kinds of ground: emissivity, or reflectance */
    double *per_ppmm;            /* n_gases x n_bands: of a vertical column */
    struct vaho_air_band *sight; /* n_bands */
};

/* VAHO_NO_MEMORY; then *out is empty. */
enum vaho_status vaho_light_make(struct vaho_light *out, const struct vaho_light_order *order,
                                 struct vaho_error *error);
void vaho_light_free(struct vaho_light *light); /* all zero is fine */

/* Whether a gas takes light from any band. */
int vaho_light_shows(const struct vaho_light *light, size_t gas);

/* The surface's emissivity or reflectance in each band. */
void vaho_light_surface(double *out, const struct vaho_light *light,
                        const struct vaho_ground_pixel *pixel);
/*
 * What leaves the ground with that surface: glowing at ground_k under the sky, or lit by a sun that
 * shines on it at an angle of that cosine (0: in shadow).
 */
void vaho_light_leave(double *out, const struct vaho_light *light, const double *surface,
                      double ground_k, double sun_cosine);
/* The light as ppmm of a gas changes it. */
void vaho_light_through(double *light_of_pixel, const struct vaho_light *light, size_t gas,
                        double ppmm);
/* At the sensor. */
void vaho_light_arrive(double *light_of_pixel, const struct vaho_light *light);

#endif
