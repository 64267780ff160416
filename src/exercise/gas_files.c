/* gas_files.c - spectra as files */
#include "exercise/gas_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/text.h"
#include "exercise/cube_files.h"
#include "exercise/gases.h"

static const size_t MAX_TEXT_NBYTES = (size_t)1 << 24;

/* "DIR/GASsuffix" and the text into it. */
static enum vaho_status save(const char *dir, const char *gas, const char *suffix,
                             struct vaho_text *text, struct vaho_error *error)
{
    char *folder = vaho_path_join(dir, "/", gas);
    char *path = folder == NULL ? NULL : vaho_path_join(folder, suffix, "");
    enum vaho_status status;

    if (path == NULL) {
        vaho_text_free(text);
        status = vaho_fail_memory(error, gas);
    } else {
        status = vaho_text_save(path, text, error);
    }
    free(folder);
    free(path);
    return status;
}

/* One spectrum as two columns with declared units. */
static enum vaho_status write_gas(const char *dir, const char *name,
                                  const struct vaho_inputs *inputs, struct vaho_error *error)
{
    const struct vaho_gas_input *given = vaho_inputs_gas(inputs, name);
    struct vaho_gas_spectrum own = {0};
    struct vaho_text text;
    size_t n;
    const double *um, *per_ppmm;
    enum vaho_status status = VAHO_OK;

    if (given == NULL)
        status = vaho_gas_spectrum_make(&own, vaho_exercise_gas_find(name), error);
    if (status != VAHO_OK)
        return status;
    n = given != NULL ? given->per_ppmm.n : own.n;
    um = given != NULL ? given->per_ppmm.um : own.wavelength_um;
    per_ppmm = given != NULL ? given->per_ppmm.value : own.per_ppmm;
    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_printf(&text,
                     "# title: %s\n"
                     "# grade: computed\n# temperature_k: 296\n# pressure_pa: 101325\n"
                     "# note: EXERCISE: %s\n"
                     "wavelength_um,absorption_per_ppm_m\n",
                     name,
                     given != NULL ? "as the scenario's own spectra have it"
                                   : "idealised, from published band centres and strengths; not a "
                                     "measurement");
    for (size_t i = 0; i < n; i++)
        vaho_text_printf(&text, "%.6f,%.6g\n", um[i], per_ppmm[i]);
    vaho_gas_spectrum_free(&own);
    return save(dir, name, ".csv", &text, error);
}

enum vaho_status vaho_gases_write(const char *dir, size_t n_gases, const char *const *gas,
                                  const struct vaho_inputs *inputs, struct vaho_error *error)
{
    enum vaho_status status = vaho_directory_make(dir, error);

    for (size_t i = 0; i < n_gases && status == VAHO_OK; i++)
        status = write_gas(dir, gas[i], inputs, error);
    for (size_t i = 0; n_gases == 0 && i < vaho_exercise_gas_count() && status == VAHO_OK; i++)
        if (!vaho_exercise_gas(i)->shortwave)
            status = write_gas(dir, vaho_exercise_gas(i)->name, inputs, error);
    return status;
}

static enum vaho_status write_unit_table(const char *dir, const char *name,
                                         const struct vaho_light *light, size_t gas,
                                         struct vaho_error *error)
{
    struct vaho_text text;

    vaho_text_init(&text, MAX_TEXT_NBYTES);
    for (size_t b = 0; b < light->n_bands; b++)
        vaho_text_printf(&text, "%zu %.4f %.10f\n", b + 1, 1e3 * light->wavelength_um[b],
                         -1e5 * light->per_ppmm[gas * light->n_bands + b]);
    return save(dir, name, ".txt", &text, error);
}

enum vaho_status vaho_unit_tables_write(const char *dir, const struct vaho_scene *scene,
                                        size_t n_gases, const char *const *gas,
                                        struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);
    enum vaho_status status = VAHO_OK;

    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s", dir, strerror(errno));

    for (size_t g = 0; g < p->n_gases; g++)
        for (size_t i = 0; i < n_gases && status == VAHO_OK; i++)
            if (strcmp(p->gas[g], gas[i]) == 0 && vaho_scene_shows(scene, gas[i]))
                status = write_unit_table(dir, gas[i], vaho_scene_light(scene), g, error);
    return status;
}
