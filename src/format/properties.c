#include "format/properties.h"

#include <math.h>

#include "format/json_text.h"

const struct vaho_property vaho_property_table[VAHO_N_PROPERTIES] = {
    {"id", VAHO_PROPERTY_TEXT},
    {"gas", VAHO_PROPERTY_TEXT},
    {"q_value", VAHO_PROPERTY_REAL},
    {"snr", VAHO_PROPERTY_REAL},
    {"peak_ppmm", VAHO_PROPERTY_REAL},
    {"mean_ppmm", VAHO_PROPERTY_REAL},
    {"sigma_ppmm", VAHO_PROPERTY_REAL},
    {"pixels", VAHO_PROPERTY_WHOLE},
    {"source_line", VAHO_PROPERTY_REAL},
    {"source_sample", VAHO_PROPERTY_REAL},
    {"source_sigma_px", VAHO_PROPERTY_REAL},
    {"source_covariance_px2", VAHO_PROPERTY_JSON},
    {"source_longitude", VAHO_PROPERTY_REAL},
    {"source_latitude", VAHO_PROPERTY_REAL},
    {"position_sigma_m", VAHO_PROPERTY_REAL},
    {"position_covariance_m2", VAHO_PROPERTY_JSON},
    {"pixel_bbox", VAHO_PROPERTY_JSON},
    {"emission_kg_h", VAHO_PROPERTY_REAL},
    {"emission_sigma_kg_h", VAHO_PROPERTY_REAL},
    {"probability", VAHO_PROPERTY_REAL},
    {"alternatives", VAHO_PROPERTY_JSON},
    {"flight", VAHO_PROPERTY_TEXT},
    {"time", VAHO_PROPERTY_TEXT},
    {"exercise", VAHO_PROPERTY_FLAG},
    {"mandate", VAHO_PROPERTY_TEXT},
};

/* Rounded to a multiple of 1 / per_unit; null when it is no number. */
static json_t *fixed(double value, double per_unit)
{
    return isfinite(value) ? json_real(round(value * per_unit) / per_unit + 0.0) : json_null();
}

/* Rounded to six digits; null when it is no number. */
static json_t *digits6(double value)
{
    if (!isfinite(value) || value == 0)
        return fixed(value, 1);
    return fixed(value, pow(10, 5 - floor(log10(fabs(value)))));
}

static json_t *bbox(const struct vaho_plume *plume)
{
    json_t *out = json_array();
    int failed = 0;

    for (int i = 0; i < 4; i++)
        failed |= json_array_append_new(out, json_integer((json_int_t)plume->bbox[i]));
    if (!failed)
        return out;
    json_decref(out);
    return NULL;
}

/* Three numbers; null when unknown. */
static json_t *covariance(const double value[3])
{
    json_t *out = isfinite(value[0]) ? json_array() : json_null();
    int failed = 0;

    for (int i = 0; i < 3 && json_is_array(out); i++)
        failed |= json_array_append_new(out, digits6(value[i]));
    if (!failed)
        return out;
    json_decref(out);
    return NULL;
}

static json_t *alternatives(const struct vaho_plume *plume)
{
    json_t *out = json_array();
    int failed = out == NULL;

    for (size_t i = 0; i < plume->n_alternatives && !failed; i++) {
        json_t *one = json_object();
        failed =
            json_object_set_new(one, "gas", vaho_json_text(plume->alternative[i].gas)) ||
            json_object_set_new(one, "probability", digits6(plume->alternative[i].probability)) ||
            json_array_append(out, one);
        json_decref(one);
    }
    if (!failed)
        return out;
    json_decref(out);
    return NULL;
}

json_t *vaho_plume_properties(const struct vaho_plume *plume, const struct vaho_place *place,
                              const struct vaho_product *product)
{
    double longitude, latitude, covariance_m2[3];
    json_t *out = json_object();
    int failed = 0;

    vaho_place_lonlat(&longitude, &latitude, place, plume->source_line, plume->source_sample);
    vaho_place_covariance(covariance_m2, place, plume->source_line, plume->source_sample,
                          plume->source_covariance_px2);
    json_t *const value[VAHO_N_PROPERTIES] = {
        vaho_json_text(plume->id),
        vaho_json_text(plume->gas),
        digits6(plume->q_value),
        digits6(plume->snr),
        digits6(plume->peak_ppmm),
        digits6(plume->mean_ppmm),
        digits6(plume->sigma_ppmm),
        json_integer((json_int_t)plume->n_pixels),
        fixed(plume->source_line, 100),
        fixed(plume->source_sample, 100),
        fixed(vaho_place_largest_sigma_m(plume->source_covariance_px2), 100),
        covariance(plume->source_covariance_px2),
        fixed(longitude, 1e7),
        fixed(latitude, 1e7),
        digits6(vaho_place_largest_sigma_m(covariance_m2)),
        covariance(covariance_m2),
        bbox(plume),
        digits6(plume->emission_kg_h),
        digits6(plume->emission_sigma_kg_h),
        digits6(plume->probability),
        alternatives(plume),
        vaho_json_text(product->flight),
        vaho_json_time(product->time),
        json_boolean(product->exercise),
        vaho_json_text(product->mandate),
    };
    for (size_t i = 0; i < VAHO_N_PROPERTIES; i++)
        failed |= json_object_set_new(out, vaho_property_table[i].name, value[i]);
    if (!failed)
        return out;
    json_decref(out);
    return NULL;
}
