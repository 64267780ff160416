/* inputs.c - spectra and air of the user's, taken in and in bands */
#include "exercise/inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "exercise/gases.h"
#include "exercise/repeatable.h"

static const double FIRST_UM = 1.3, LAST_UM = 16.0, RELATIVE_STEP = 2e-4;

void vaho_inputs_free(struct vaho_inputs *inputs)
{
    for (size_t i = 0; i < inputs->n_gases; i++)
        vaho_curve_free(&inputs->gas[i].per_ppmm);
    for (size_t i = 0; i < VAHO_GROUND_N_KINDS; i++)
        vaho_curve_free(&inputs->surface[i].reflectance);
    for (size_t i = 0; i < inputs->n_airs; i++) {
        vaho_air_table_free(&inputs->air[i].to_sensor);
        vaho_air_table_free(&inputs->air[i].sky);
        vaho_air_table_free(&inputs->air[i].vertical);
    }
    *inputs = (struct vaho_inputs){0};
}

/* A spectrum's points, neighbours closer than a step averaged.  Numbers are kept to nine digits, so
 * that importers that differ in the last bit between machines give the same scene. */
static enum vaho_status thin(struct vaho_curve *out, const struct vaho_spectrum *spectrum,
                             struct vaho_error *error)
{
    enum vaho_status status;
    size_t n_used = 0;

    status = vaho_curve_new(out, spectrum->n, error);
    for (size_t i = 0; i < spectrum->n && status == VAHO_OK; i++) {
        double um = spectrum->wavelength_um[i], value = spectrum->value[i];
        size_t last = out->n > 0 ? out->n - 1 : 0;
        if (!(um >= FIRST_UM) || !(um <= LAST_UM) || !isfinite(value))
            continue;
        if (out->n > 0 && um - out->um[last] < 0.5 * RELATIVE_STEP * um) {
            out->um[last] = (out->um[last] * (double)n_used + um) / (double)(n_used + 1);
            out->value[last] = (out->value[last] * (double)n_used + value) / (double)(n_used + 1);
            n_used++;
            continue;
        }
        out->um[out->n] = um;
        out->value[out->n++] = value;
        n_used = 1;
    }
    for (size_t i = 0; i < out->n; i++) {
        char digits[32];
        snprintf(digits, sizeof digits, "%.9g", out->um[i]);
        out->um[i] = strtod(digits, NULL);
        snprintf(digits, sizeof digits, "%.9g", out->value[i]);
        out->value[i] = strtod(digits, NULL);
    }
    return status;
}

enum vaho_status vaho_inputs_take_gas(struct vaho_inputs *inputs,
                                      const struct vaho_library *library, const char *name,
                                      struct vaho_error *error)
{
    const struct vaho_spectrum *spectrum = vaho_library_find(library, name);
    const struct vaho_exercise_gas *own = vaho_exercise_gas_find(name);
    struct vaho_gas_input *gas = &inputs->gas[inputs->n_gases];
    enum vaho_status status;

    if (spectrum == NULL || spectrum->kind != VAHO_SPECTRUM_GAS ||
        vaho_inputs_gas(inputs, name) != NULL)
        return VAHO_OK;
    if (!spectrum->has_wavelength)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: has band numbers, no wavelengths",
                         spectrum->path);
    if (inputs->n_gases == VAHO_INPUTS_MAX_GASES)
        return vaho_fail(error, VAHO_USAGE, "more than %d gases from spectra",
                         VAHO_INPUTS_MAX_GASES);
    *gas = (struct vaho_gas_input){.molar_mass_g_mol = spectrum->molar_mass_g_mol,
                                   .whole_way = spectrum->per_band || spectrum->light != NULL};
    if (!(gas->molar_mass_g_mol > 0.0))
        gas->molar_mass_g_mol = own != NULL ? own->molar_mass_g_mol : NAN;
    if (!(gas->molar_mass_g_mol > 0.0))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: nobody knows the molar mass of '%s'; a gas that is emitted needs a "
                         "name that docs/formats-spectra.md lists",
                         spectrum->path, name);
    snprintf(gas->name, sizeof gas->name, "%s", name);
    status = thin(&gas->per_ppmm, spectrum, error);
    inputs->n_gases += status == VAHO_OK;
    return status;
}

static int covers(const struct vaho_spectrum *spectrum, double first_um, double last_um)
{
    return spectrum->kind == VAHO_SPECTRUM_SURFACE && spectrum->has_wavelength && spectrum->n > 1 &&
           spectrum->wavelength_um[0] <= first_um + 0.01 &&
           spectrum->wavelength_um[spectrum->n - 1] >= last_um - 0.01;
}

enum vaho_status vaho_inputs_take_surfaces(struct vaho_inputs *inputs,
                                           const struct vaho_library *library,
                                           const char *const title[VAHO_GROUND_N_KINDS],
                                           uint64_t seed, double first_um, double last_um,
                                           struct vaho_error *error)
{
    size_t n = vaho_library_size(library), n_covering = 0;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < n; i++)
        n_covering += (size_t)covers(vaho_library_get(library, i), first_um, last_um);
    for (size_t k = 0; k < VAHO_GROUND_N_KINDS && status == VAHO_OK; k++) {
        const struct vaho_spectrum *found = NULL;
        size_t drawn = (size_t)(vaho_random_uniform(seed, k) * (double)n_covering);
        for (size_t i = 0; i < n && found == NULL; i++) {
            const struct vaho_spectrum *spectrum = vaho_library_get(library, i);
            if (!covers(spectrum, first_um, last_um))
                continue;
            if (title[k] != NULL ? strstr(spectrum->title, title[k]) != NULL ||
                                       strcmp(spectrum->name, title[k]) == 0
                                 : drawn-- == 0)
                found = spectrum;
        }
        if (found == NULL)
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "no surface '%s' from %g to %g um in the library; 'vaho library "
                             "list' shows what it has",
                             title[k] != NULL ? title[k] : "", first_um, last_um);
        vaho_curve_free(&inputs->surface[k].reflectance);
        snprintf(inputs->surface[k].title, VAHO_TITLE_NBYTES, "%s", found->title);
        status = thin(&inputs->surface[k].reflectance, found, error);
    }
    return status;
}

enum vaho_status vaho_inputs_take_air(struct vaho_inputs *inputs, size_t index, const char *what,
                                      const char *path, struct vaho_error *error)
{
    struct vaho_air_tables *air = &inputs->air[index];
    struct vaho_air_table table, *into = strcmp(what, "to_sensor") == 0 ? &air->to_sensor
                                         : strcmp(what, "sky") == 0     ? &air->sky
                                                                        : &air->vertical;
    char *data = NULL;
    size_t nbytes;
    enum vaho_status status =
        vaho_file_read(&data, &nbytes, path, VAHO_AIR_TABLE_MAX_NBYTES, error);

    if (status == VAHO_OK)
        status = vaho_air_table_parse(&table, data, nbytes, path, error);
    free(data);
    if (status != VAHO_OK)
        return status;
    if ((into == &air->to_sensor && table.path.n == 0) ||
        (into != &air->sky && table.transmittance.n == 0) ||
        (into == &air->sky && table.sky.n == 0 && table.path.n == 0)) {
        vaho_air_table_free(&table);
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: lacks the columns that '%s' needs: %s", path,
                         what,
                         into == &air->sky         ? "L_down_W_cm-2_sr-1_um-1"
                         : into == &air->to_sensor ? "tau and L_path_W_cm-2_sr-1_um-1"
                                                   : "tau");
    }
    vaho_air_table_free(into);
    *into = table;
    if (inputs->n_airs <= index)
        inputs->n_airs = index + 1;
    return VAHO_OK;
}

const struct vaho_gas_input *vaho_inputs_gas(const struct vaho_inputs *inputs, const char *name)
{
    for (size_t i = 0; inputs != NULL && i < inputs->n_gases; i++)
        if (strcmp(inputs->gas[i].name, name) == 0)
            return &inputs->gas[i];
    return NULL;
}

double vaho_inputs_molar_mass(const struct vaho_inputs *inputs, const char *name)
{
    const struct vaho_gas_input *given = vaho_inputs_gas(inputs, name);
    const struct vaho_exercise_gas *own = vaho_exercise_gas_find(name);

    if (given != NULL)
        return given->molar_mass_g_mol;
    return own != NULL ? own->molar_mass_g_mol : NAN;
}

const struct vaho_air_tables *vaho_inputs_air(const struct vaho_inputs *inputs, size_t index)
{
    return inputs != NULL && index < inputs->n_airs ? &inputs->air[index] : NULL;
}

enum vaho_status vaho_inputs_gas_in_bands(double *out, const struct vaho_inputs *inputs,
                                          const char *name, const double *wavelength_um,
                                          double fwhm_um, size_t n_bands, double crossings,
                                          struct vaho_error *error)
{
    const struct vaho_gas_input *given = vaho_inputs_gas(inputs, name);
    struct vaho_gas_spectrum spectrum;
    enum vaho_status status;

    if (given != NULL) {
        for (size_t b = 0; b < n_bands; b++)
            out[b] = (given->whole_way ? 1.0 : crossings) *
                     vaho_curve_in_band(&given->per_ppmm, wavelength_um[b], fwhm_um, 0.0);
        return VAHO_OK;
    }
    status = vaho_gas_spectrum_make(&spectrum, vaho_exercise_gas_find(name), error);
    for (size_t b = 0; b < n_bands && status == VAHO_OK; b++)
        out[b] = crossings * vaho_gas_spectrum_in_band(&spectrum, wavelength_um[b], fwhm_um);
    if (status == VAHO_OK)
        vaho_gas_spectrum_free(&spectrum);
    return status;
}
