/* explain_json.c - how one plume came about, for programs */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "format/explain.h"
#include "format/json_text.h"
#include "vaho/place.h"

enum { MAX_SUBSETS = 40 };

const char *vaho_explain_holder(const struct vaho_explained *explained, unsigned claim)
{
    for (size_t i = 0; i < explained->plumes->n; i++)
        if (explained->explanation[i]->winner.claim == claim)
            return explained->plumes->plume[i].id;
    return NULL;
}

const char *vaho_rival_kind_name(enum vaho_rival_kind kind)
{
    static const char *const names[] = {"gas", "decoy", "mirror"};

    return names[kind];
}

double vaho_explain_direction_deg(const struct vaho_candidate *candidate)
{
    return vaho_scale(candidate->scale)->n_kernels > 1
               ? 180.0 * (double)candidate->kernel / (double)VAHO_N_DIRECTIONS
               : NAN;
}

static void real(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

static void whole(json_t *object, const char *key, size_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *reals(const double *value, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, isfinite(value[i]) ? json_real(value[i]) : json_null());
    return array;
}

static json_t *scale_of(size_t scale)
{
    const struct vaho_scale *s = vaho_scale(scale);
    json_t *out = json_object();

    whole(out, "block_px", (size_t)1 << s->level);
    json_object_set_new(out, "shape", json_string(s->n_kernels > 1 ? "elongated" : "round"));
    real(out, "area_px", s->area_px);
    return out;
}

static json_t *evidence(const struct vaho_explanation *e)
{
    const struct vaho_candidate *c = &e->winner.candidate;
    json_t *out = json_object(), *scales = json_array(), *others = json_object();
    json_t *beside = json_array();

    json_object_set_new(out, "gas", vaho_json_text(e->name[e->winner.gas]));
    for (size_t i = 0; i < e->winner.n_beside; i++)
        json_array_append_new(beside, vaho_json_text(e->name[e->winner.beside[i]]));
    json_object_set_new(out, "beside", beside);
    real(out, "line", e->line);
    real(out, "sample", e->sample);
    json_object_set_new(out, "scale", scale_of(c->scale));
    real(out, "kernel_direction_deg", vaho_explain_direction_deg(c));
    real(out, "ground_minus_air_k", e->d);
    real(out, "z_untempered", e->z_untempered);
    real(out, "chi2_per_band", e->chi2_per_band);
    real(out, "z", (double)c->z);
    for (size_t k = 0; k < VAHO_N_SCALES; k++) {
        json_t *one = scale_of(k);
        real(one, "z_untempered", e->z[e->winner.gas * VAHO_N_SCALES + k]);
        json_array_append_new(scales, one);
    }
    json_object_set_new(out, "at_every_scale", scales);
    for (size_t g = 0; g < e->n_searched; g++)
        real(others, e->name[g], e->z[g * VAHO_N_SCALES + c->scale]);
    json_object_set_new(out, "every_gas_at_this_scale", others);
    return out;
}

static json_t *significance(const struct vaho_explanation *e, const struct vaho_plume *plume)
{
    const struct vaho_significance *s = &e->significance;
    json_t *out = json_object(), *tail = json_object();

    whole(out, "decoys_of_its_gas", s->n_decoys);
    whole(out, "sets", e->n_sets);
    whole(out, "winners_of_its_gas", s->n_own);
    whole(out, "mirrors_of_its_gas", s->n_own_mirrors);
    whole(out, "winners_of_all", s->n_all);
    whole(out, "mirrors_of_all", s->n_all_mirrors);
    whole(out, "real_winners", s->n_real);
    real(tail, "threshold", s->threshold);
    real(tail, "rate", s->rate);
    real(tail, "mean_excess", s->mean_excess);
    real(tail, "independent_exceedances", s->weight);
    whole(tail, "exceedances_of_all", s->n_tail);
    json_object_set_new(out, "tail", tail);
    real(out, "expected_false", s->expected);
    whole(out, "gases", s->n_gases);
    whole(out, "rank", s->rank);
    real(out, "binding_expected_false", s->binding_expected);
    whole(out, "binding_rank", s->binding_rank);
    real(out, "q_value", plume->q_value);
    return out;
}

static json_t *claim(const struct vaho_explained *x, const struct vaho_explanation *e)
{
    json_t *out = json_object(), *rivals = json_array(), *box = json_array();

    whole(out, "pixels", e->claim_pixels);
    for (size_t i = 0; i < 4; i++)
        json_array_append_new(box, json_integer((json_int_t)e->claim_box[i]));
    json_object_set_new(out, "pixel_bbox", box);
    for (size_t i = 0; i < e->n_rivals; i++) {
        const struct vaho_rival *r = &e->rival[i];
        const char *holder = r->claim != 0 ? vaho_explain_holder(x, r->claim) : NULL;
        json_t *one = json_object();
        json_object_set_new(one, "kind", json_string(vaho_rival_kind_name(r->kind)));
        json_object_set_new(one, "gas", vaho_json_text(e->name[r->gas]));
        json_object_set_new(one, "where", json_string(r->beside ? "beside" : "on"));
        real(one, "z", r->z);
        json_object_set_new(one, "scale", scale_of(r->scale));
        real(one, "line", r->line);
        real(one, "sample", r->sample);
        whole(one, "candidates", r->n);
        json_object_set_new(one, "won", json_boolean(r->claim != 0));
        json_object_set_new(one, "id", holder != NULL ? vaho_json_text(holder) : json_null());
        json_array_append_new(rivals, one);
    }
    json_object_set_new(out, "strongest_of_others", rivals);
    return out;
}

static json_t *gases(const struct vaho_explanation *e, const struct vaho_plume *plume)
{
    const struct vaho_measure_trail *m = &e->measure;
    json_t *out = json_object(), *sums = json_object(), *products = json_object();
    json_t *subsets = json_array();
    size_t n = m->subsets.n < MAX_SUBSETS ? m->subsets.n : MAX_SUBSETS;

    for (size_t g = 0; g < m->n_gases; g++) {
        real(sums, e->name[g], m->match[g]);
        json_object_set_new(products, e->name[g], reals(m->product + g * m->n_gases, m->n_gases));
    }
    json_object_set_new(out, "match", sums);
    json_object_set_new(out, "product", products);
    real(out, "spread", m->spread);
    real(out, "scale_squared", m->subsets.scale);
    whole(out, "subsets_weighed", m->subsets.n);
    real(out, "none", m->none);
    real(out, "left_chi2_per_band", m->left);
    real(out, "empty_excess", m->empty_excess);
    for (size_t i = 0; i < n; i++) {
        const struct vaho_subset *s = &m->subsets.subset[i];
        json_t *one = json_object(), *names = json_array();
        for (size_t k = 0; k < s->n; k++)
            json_array_append_new(names, vaho_json_text(e->name[s->gas[k]]));
        json_object_set_new(one, "gases", names);
        real(one, "explained", s->explained);
        real(one, "bic", s->bic);
        real(one, "probability", s->probability);
        json_array_append_new(subsets, one);
    }
    json_object_set_new(out, "subsets", subsets);
    json_object_set_new(out, "gas", vaho_json_text(plume->gas));
    real(out, "probability", plume->probability);
    return out;
}

static json_t *spectrum(const struct vaho_plume *plume)
{
    json_t *out = json_object();

    if (plume->excess == NULL)
        return out;
    json_object_set_new(out, "wavelength_um", reals(plume->wavelength_um, plume->n_bands));
    json_object_set_new(out, "excess", reals(plume->excess, plume->n_bands));
    json_object_set_new(out, "fit", reals(plume->fit, plume->n_bands));
    return out;
}

static json_t *amount(const struct vaho_explanation *e, const struct vaho_plume *plume)
{
    const struct vaho_amount_trail *t = &e->amount;
    json_t *out = json_object(), *air = json_object(), *sigma = json_object();

    json_object_set_new(air, "ground_minus_air_k", reals(t->d, t->n_d));
    json_object_set_new(air, "log_likelihood", reals(t->log_likelihood, t->n_d));
    json_object_set_new(air, "belief", reals(t->belief, t->n_d));
    real(air, "mean_k", t->d_mean);
    real(air, "sigma_k", t->d_sigma);
    json_object_set_new(out, "air", air);
    real(out, "offset", t->offset);
    real(out, "pixel_spread", t->pixel_spread);
    real(out, "clutter", t->clutter);
    whole(out, "places_elsewhere", t->n_elsewhere);
    json_object_set_new(out, "mean_after_turn_ppmm", reals(t->step_ppmm, VAHO_AMOUNT_TURNS + 1));
    real(out, "mean_ppmm", plume->mean_ppmm);
    real(out, "peak_ppmm", plume->peak_ppmm);
    real(out, "kernel_px", t->reach_px);
    real(sigma, "noise_ppmm", t->noise_ppmm);
    real(sigma, "uneven_ppmm", t->uneven_ppmm);
    real(sigma, "air_ppmm", t->air_ppmm);
    real(sigma, "model_ppmm", t->model_ppmm);
    json_object_set_new(out, "sigma_parts", sigma);
    real(out, "sigma_ppmm", plume->sigma_ppmm);
    return out;
}

static json_t *source(const struct vaho_explanation *e, const struct vaho_plume *plume)
{
    const struct vaho_source_evidence *s = &e->measure.source;
    json_t *out = json_object();

    real(out, "line", plume->source_line);
    real(out, "sample", plume->source_sample);
    real(out, "sigma_px", vaho_place_largest_sigma_m(plume->source_covariance_px2));
    real(out, "match", s->t);
    real(out, "match_opposite", s->opposite_t);
    real(out, "downwind_line", s->along_line);
    real(out, "downwind_sample", s->along_sample);
    real(out, "spread", s->spread);
    real(out, "length_px", s->length_px > 0.0 ? s->length_px : NAN);
    return out;
}

static json_t *emission(const struct vaho_explanation *e)
{
    const struct vaho_rate *r = &e->rate;
    json_t *out, *parts;

    if (!r->known)
        return json_null();
    out = json_object();
    parts = json_object();
    real(out, "wind_m_s", r->drift.speed_m_s);
    real(out, "wind_sigma_m_s", r->drift.sigma_m_s);
    real(out, "pixel_along_m", r->drift.along_m);
    real(out, "pixel_across_m", r->drift.across_m);
    real(out, "molar_mass_g_mol", r->molar_mass_g_mol);
    real(out, "downwind_line", r->emission.line_step);
    real(out, "downwind_sample", r->emission.sample_step);
    real(out, "length_m", r->emission.length_m);
    json_object_set_new(out, "slice_kg_m", reals(r->emission.slice_kg_m, r->emission.n_slices));
    real(out, "integrated_mass_kg_h", r->emission.mass_kg_h);
    real(out, "cross_section_flux_kg_h", r->emission.flux_kg_h);
    real(parts, "wind", r->emission.wind_share);
    real(parts, "column", r->emission.column_share);
    real(parts, "slices", r->emission.slices_share);
    real(parts, "method", r->emission.method_share);
    json_object_set_new(out, "relative_sigma_parts", parts);
    real(out, "kg_h", r->emission.kg_h);
    real(out, "sigma_kg_h", r->emission.sigma_kg_h);
    return out;
}

enum vaho_status vaho_explain_json(const char *path, const struct vaho_explained *x,
                                   struct vaho_error *error)
{
    const struct vaho_plume *plume = &x->plumes->plume[x->index];
    const struct vaho_explanation *e = x->explanation[x->index];
    json_t *root = json_object();
    char *text;
    enum vaho_status status;

    json_object_set_new(root, "version", json_string(x->product->version));
    json_object_set_new(root, "flight", vaho_json_text(x->product->flight));
    json_object_set_new(root, "time", vaho_json_time(x->product->time));
    json_object_set_new(root, "exercise", json_boolean(x->product->exercise));
    json_object_set_new(root, "mandate", vaho_json_text(x->product->mandate));
    json_object_set_new(root, "id", vaho_json_text(plume->id));
    json_object_set_new(root, "gas", vaho_json_text(plume->gas));
    json_object_set_new(root, "evidence", evidence(e));
    json_object_set_new(root, "significance", significance(e, plume));
    json_object_set_new(root, "claim", claim(x, e));
    json_object_set_new(root, "gases", gases(e, plume));
    json_object_set_new(root, "spectrum", spectrum(plume));
    json_object_set_new(root, "amount", amount(e, plume));
    json_object_set_new(root, "source", source(e, plume));
    json_object_set_new(root, "emission", emission(e));
    text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    json_decref(root);
    if (text == NULL)
        return vaho_fail_memory(error, "an explanation");
    status = vaho_file_write(path, text, strlen(text), error);
    free(text);
    return status;
}
