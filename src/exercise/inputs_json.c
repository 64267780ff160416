/* inputs_json.c - a user's spectra and air as a sealed truth keeps them */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "exercise/inputs.h"

enum { MAX_POINTS = 400000 };

/* [[um...], [value...]]; null where there is none. */
static json_t *write_curve(const struct vaho_curve *curve)
{
    json_t *um = json_array(), *value = json_array();

    if (curve->n == 0) {
        json_decref(um);
        json_decref(value);
        return json_null();
    }
    for (size_t i = 0; i < curve->n; i++) {
        json_array_append_new(um, json_real(curve->um[i]));
        json_array_append_new(value, json_real(curve->value[i]));
    }
    return json_pack("[o, o]", um, value);
}

static json_t *write_table(const struct vaho_air_table *table)
{
    return json_pack("{s:o, s:o, s:o}", "transmittance", write_curve(&table->transmittance), "path",
                     write_curve(&table->path), "sky", write_curve(&table->sky));
}

json_t *vaho_inputs_write(const struct vaho_inputs *inputs)
{
    json_t *gases = json_array(), *surfaces = json_array(), *airs = json_array();

    for (size_t i = 0; i < inputs->n_gases; i++) {
        const struct vaho_gas_input *gas = &inputs->gas[i];
        json_array_append_new(gases,
                              json_pack("{s:s, s:f, s:b, s:o}", "name", gas->name,
                                        "molar_mass_g_mol", gas->molar_mass_g_mol, "whole_way",
                                        gas->whole_way, "per_ppmm", write_curve(&gas->per_ppmm)));
    }
    for (size_t i = 0; i < VAHO_GROUND_N_KINDS; i++)
        json_array_append_new(surfaces, json_pack("{s:s, s:o}", "title", inputs->surface[i].title,
                                                  "reflectance",
                                                  write_curve(&inputs->surface[i].reflectance)));
    for (size_t i = 0; i < inputs->n_airs; i++)
        json_array_append_new(airs, json_pack("{s:o, s:o, s:o}", "to_sensor",
                                              write_table(&inputs->air[i].to_sensor), "sky",
                                              write_table(&inputs->air[i].sky), "vertical",
                                              write_table(&inputs->air[i].vertical)));
    return json_pack("{s:o, s:o, s:o}", "gases", gases, "surfaces", surfaces, "airs", airs);
}

/* --- reading ---------------------------------------------------------------- */

struct parsing {
    const char *name;
    struct vaho_error *error;
    enum vaho_status status;
};

static void refuse(struct parsing *p, const char *what)
{
    if (p->status == VAHO_OK)
        p->status = vaho_fail(p->error, VAHO_BAD_INPUT, "%s: 'inputs': %s", p->name, what);
}

static void read_curve(struct vaho_curve *out, struct parsing *p, const json_t *json)
{
    const json_t *um = json_array_get(json, 0), *value = json_array_get(json, 1);
    size_t n = json_array_size(um);

    if (p->status != VAHO_OK || json_is_null(json))
        return;
    if (n < 2 || n > MAX_POINTS || json_array_size(value) != n) {
        refuse(p, "a spectrum is no pair of lists of one length");
        return;
    }
    p->status = vaho_curve_new(out, n, p->error);
    for (size_t i = 0; i < n && p->status == VAHO_OK; i++) {
        out->um[i] = json_number_value(json_array_get(um, i));
        out->value[i] = json_number_value(json_array_get(value, i));
        if (!(out->um[i] > (i > 0 ? out->um[i - 1] : 0.0)))
            refuse(p, "wavelengths do not ascend");
        else
            out->n = i + 1;
    }
}

static void read_table(struct vaho_air_table *out, struct parsing *p, const json_t *json)
{
    read_curve(&out->transmittance, p, json_object_get(json, "transmittance"));
    read_curve(&out->path, p, json_object_get(json, "path"));
    read_curve(&out->sky, p, json_object_get(json, "sky"));
}

static void read_gas(struct vaho_gas_input *out, struct parsing *p, const json_t *json)
{
    const char *name = json_string_value(json_object_get(json, "name"));

    snprintf(out->name, sizeof out->name, "%s", name != NULL ? name : "");
    out->molar_mass_g_mol = json_number_value(json_object_get(json, "molar_mass_g_mol"));
    out->whole_way = json_is_true(json_object_get(json, "whole_way"));
    if (out->name[0] == '\0' || !(out->molar_mass_g_mol > 0.0))
        refuse(p, "a gas has no name or no molar mass");
    read_curve(&out->per_ppmm, p, json_object_get(json, "per_ppmm"));
}

enum vaho_status vaho_inputs_parse(struct vaho_inputs *out, const json_t *json, const char *name,
                                   struct vaho_error *error)
{
    struct parsing p = {name, error, VAHO_OK};
    const json_t *gases = json_object_get(json, "gases");
    const json_t *surfaces = json_object_get(json, "surfaces");
    const json_t *airs = json_object_get(json, "airs");

    *out = (struct vaho_inputs){0};
    if (!json_is_array(gases) || json_array_size(gases) > VAHO_INPUTS_MAX_GASES ||
        json_array_size(surfaces) != VAHO_GROUND_N_KINDS || !json_is_array(airs) ||
        json_array_size(airs) > VAHO_INPUTS_MAX_AIRS)
        refuse(&p, "lists are missing or too long");
    for (size_t i = 0; p.status == VAHO_OK && i < json_array_size(gases); i++)
        read_gas(&out->gas[out->n_gases++], &p, json_array_get(gases, i));
    for (size_t i = 0; p.status == VAHO_OK && i < VAHO_GROUND_N_KINDS; i++)
        read_curve(&out->surface[i].reflectance, &p,
                   json_object_get(json_array_get(surfaces, i), "reflectance"));
    for (size_t i = 0; p.status == VAHO_OK && i < json_array_size(airs); i++) {
        const json_t *air = json_array_get(airs, i);
        out->n_airs = i + 1;
        read_table(&out->air[i].to_sensor, &p, json_object_get(air, "to_sensor"));
        read_table(&out->air[i].sky, &p, json_object_get(air, "sky"));
        read_table(&out->air[i].vertical, &p, json_object_get(air, "vertical"));
    }
    if (p.status != VAHO_OK)
        vaho_inputs_free(out);
    return p.status;
}
