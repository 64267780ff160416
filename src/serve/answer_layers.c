/* answer_layers.c - what a map shows beside sites, and the spectrum of a plume */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "serve/answers.h"
#include "serve/layers.h"
#include "serve/overlays.h"
#include "serve/parts.h"
#include "serve/shapes.h"
#include "serve/spectra.h"

enum { MOST = 2000 };

static void answer_collection(struct vaho_request *request, json_t *features,
                              enum vaho_status status, const struct vaho_error *error,
                              const char *not_found)
{
    if (status == VAHO_OK) {
        vaho_answer_typed(request, "application/geo+json",
                          json_pack("{s:s, s:b, s:o}", "type", "FeatureCollection", "exercise",
                                    request->server->info.kind == VAHO_CASEBOOK_EXERCISE,
                                    "features", features));
    } else {
        json_decref(features);
        vaho_answer_failed(request, error, "busy", not_found);
    }
}

static int add_feature(void *context, json_t *properties)
{
    json_array_append_new(context, vaho_feature_json(properties, NULL));
    return 1;
}

void vaho_answer_territories(struct vaho_request *request, struct vaho_casebook *casebook)
{
    json_t *features = json_array();
    struct vaho_error error;
    enum vaho_status status = vaho_territories_json(casebook, add_feature, features, &error);

    answer_collection(request, features, status, &error, "flight");
}

void vaho_answer_known(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct vaho_layer_query all = VAHO_LAYER_ALL;
    json_t *features = json_array();
    struct vaho_error error;
    enum vaho_status status = vaho_known_json(casebook, &all, add_feature, features, &error);

    answer_collection(request, features, status, &error, "flight");
}

void vaho_answer_flights(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct vaho_layer_query all = VAHO_LAYER_ALL;
    json_t *features = json_array();
    struct vaho_error error;
    enum vaho_status status = vaho_flights_json(casebook, &all, add_feature, features, &error);

    answer_collection(request, features, status, &error, "flight");
}

/* Of a site, or of a box. */
void vaho_answer_plumes(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const char *site = vaho_target_get(&request->target, "site");
    const char *box = vaho_target_get(&request->target, "bbox");
    struct vaho_plume_query query = {
        .where = site != NULL
                     ? "p.q_value <= ?3 AND p.id IN (SELECT sp.plume_id FROM site_plumes sp JOIN"
                       " sites s ON s.id = sp.site_id WHERE s.name = ?2)"
                     : "p.q_value <= ?3 AND p.source_latitude BETWEEN ?5 AND ?7 AND ((?4 <= ?6 AND"
                       " p.source_longitude BETWEEN ?4 AND ?6) OR (?4 > ?6 AND (p.source_longitude"
                       " >= ?4 OR p.source_longitude <= ?6)))",
        .order = "p.q_value, p.id",
        .name = site,
        .q_most = vaho_query_real(&request->target, "q", site != NULL ? 1 : 0.05),
        .box = {-180, -90, 180, 90},
        .limit = (int64_t)vaho_query_real(&request->target, "limit", MOST)};
    json_t *features = json_array();
    struct vaho_error error;
    enum vaho_status status;

    if (box != NULL)
        vaho_box_parse(query.box, box);
    status = vaho_plumes_json(casebook, &query, add_feature, features, &error);
    answer_collection(request, features, status, &error, "plume");
}

void vaho_answer_spectrum(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_error error;
    json_t *spectrum = NULL;
    enum vaho_status status =
        vaho_spectrum_json(&spectrum, casebook, strtoll(request->in_path[0], NULL, 10), &error);

    if (status == VAHO_OK)
        vaho_answer_json(request, 200, spectrum);
    else
        vaho_answer_failed(request, &error, "busy", "plume");
}

/* --- score maps ------------------------------------------------------------------------ */

/* The number in the path; 0, which no flight has, where it is none. */
static int64_t flight_of(const struct vaho_request *request)
{
    return strtoll(request->in_path[0], NULL, 10);
}

void vaho_answer_overlays(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_error error;
    json_t *list = NULL;

    if (vaho_overlays_json(&list, casebook, request->server->settings.products, flight_of(request),
                           &error) == VAHO_OK)
        vaho_answer_json(request, 200, json_pack("{s:o}", "overlays", list));
    else
        vaho_answer_failed(request, &error, "busy", "flight");
}

void vaho_answer_overlay(struct vaho_request *request, struct vaho_casebook *casebook)
{
    struct vaho_error error;

    if (vaho_overlay_png(&request->text, &request->nbytes, casebook,
                         request->server->settings.products, flight_of(request),
                         request->in_path[1], &error) != VAHO_OK) {
        vaho_answer_failed(request, &error, "busy", "flight");
        return;
    }
    request->type = "image/png";
    request->status = 200;
}
