#include "format/stack_geojson.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "format/json_text.h"

/* Rounded to six digits; null when it is no number. */
static json_t *digits6(double value)
{
    double unit = value != 0.0 ? pow(10.0, 5.0 - floor(log10(fabs(value)))) : 1.0;

    return isfinite(value) ? json_real(round(value * unit) / unit + 0.0) : json_null();
}

static json_t *degrees(double value)
{
    return json_real(round(value * 1e7) / 1e7 + 0.0);
}

/* Each pass: flight, time, its own evidence and its share of the weight. */
static json_t *passes(const struct vaho_stack_product *p, const struct vaho_stacked_source *source)
{
    json_t *out = json_array();

    for (size_t i = 0; i < p->n_passes; i++) {
        double u, share;
        vaho_stack_pass(&u, &share, p->stack, source->gas, i, source->cell);
        json_array_append_new(out, json_pack("{s:o, s:o, s:o, s:o}", "flight",
                                             vaho_json_text(p->flight[i]), "time",
                                             vaho_json_time(p->time[i]), "snr", digits6(u),
                                             "weight", digits6(share)));
    }
    return out;
}

/* "march-0001": the stack and the source's rank. */
static json_t *name_source(const struct vaho_product *product, size_t rank)
{
    char name[512];

    snprintf(name, sizeof name, "%s-%04zu", product->flight, rank);
    return vaho_json_text(name);
}

static json_t *feature(const struct vaho_stack_product *p, const struct vaho_stacked_source *source,
                       json_t *id)
{
    double longitude, latitude, ppmm, sigma;

    vaho_ground_grid_lonlat(&longitude, &latitude, p->grid, source->row, source->col);
    vaho_stack_amount(&ppmm, &sigma, p->stack, source->gas, source->cell);
    return json_pack(
        "{s:s, s:{s:s, s:[o, o]}, s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:[o, o, o],"
        " s:o}}",
        "type", "Feature", "geometry", "type", "Point", "coordinates", degrees(longitude),
        degrees(latitude), "properties", "id", id, "gas", vaho_json_text(p->name[source->gas]),
        "row", digits6(source->row), "col", digits6(source->col), "q_value",
        digits6(source->q_value), "snr", digits6(source->snr), "mean_ppmm", digits6(ppmm),
        "sigma_ppmm", digits6(sigma), "position_sigma_m",
        digits6(vaho_place_largest_sigma_m(source->covariance_m2)), "position_covariance_m2",
        digits6(source->covariance_m2[0]), digits6(source->covariance_m2[1]),
        digits6(source->covariance_m2[2]), "passes", passes(p, source));
}

enum vaho_status vaho_stack_geojson_write(const char *path, const struct vaho_stack_product *stack,
                                          const struct vaho_product *product,
                                          struct vaho_error *error)
{
    json_t *features = json_array(), *root;
    char *text;
    enum vaho_status status;

    for (size_t i = 0; i < stack->n_sources; i++)
        json_array_append_new(features,
                              feature(stack, &stack->source[i], name_source(product, i + 1)));
    root = json_pack("{s:s, s:{s:o, s:o, s:b, s:o, s:o, s:I}, s:o}", "type", "FeatureCollection",
                     "vaho", "version", vaho_json_text(product->version), "stack",
                     vaho_json_text(product->flight), "exercise", product->exercise, "mandate",
                     vaho_json_text(product->mandate), "q_reported", digits6(product->q_reported),
                     "passes", (json_int_t)stack->n_passes, "features", features);
    text = root != NULL ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) : NULL;
    json_decref(root);
    if (text == NULL)
        status = vaho_fail_memory(error, path);
    else
        status = vaho_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
