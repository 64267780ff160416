#include "format/spectra_json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "format/json_text.h"

static json_t *reals(const double *value, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, isfinite(value[i]) ? json_real(value[i]) : json_null());
    return array;
}

static int is_finite(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(value[i]))
            return 0;
    return 1;
}

static json_t *spectrum(const struct vaho_plume *plume)
{
    json_t *others = json_array();
    size_t nb = plume->n_bands;

    for (size_t i = 0; plume->alternative_fit != NULL && i < plume->n_alternatives; i++)
        if (is_finite(plume->alternative_fit + i * nb, nb))
            json_array_append_new(
                others, json_pack("{s:o, s:o}", "gas", vaho_json_text(plume->alternative[i].gas),
                                  "fit", reals(plume->alternative_fit + i * nb, nb)));
    return json_pack("{s:o, s:o, s:o, s:o}", "id", vaho_json_text(plume->id), "excess",
                     reals(plume->excess, nb), "fit", reals(plume->fit, nb), "alternatives",
                     others);
}

/* The first plume with a spectrum; all have the bands of one cube. */
static const struct vaho_plume *first_of(const struct vaho_plumes *plumes)
{
    for (size_t i = 0; i < plumes->n; i++)
        if (plumes->plume[i].excess != NULL)
            return &plumes->plume[i];
    return NULL;
}

int vaho_spectra_are_there(const struct vaho_plumes *plumes)
{
    return first_of(plumes) != NULL;
}

enum vaho_status vaho_spectra_json_write(const char *path, const struct vaho_plumes *plumes,
                                         const struct vaho_product *product,
                                         struct vaho_error *error)
{
    const struct vaho_plume *first = first_of(plumes);
    json_t *list = json_array(), *root;
    char *text;
    enum vaho_status status;

    for (size_t i = 0; i < plumes->n; i++)
        if (plumes->plume[i].excess != NULL)
            json_array_append_new(list, spectrum(&plumes->plume[i]));
    root = json_pack(
        "{s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "version", vaho_json_text(product->version),
        "flight", vaho_json_text(product->flight), "time", vaho_json_time(product->time),
        "exercise", product->exercise, "mandate", vaho_json_text(product->mandate), "wavelength_um",
        first == NULL ? json_array() : reals(first->wavelength_um, first->n_bands), "plumes", list);
    text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(root);
    if (text == NULL)
        return vaho_fail_memory(error, path);
    status = vaho_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
