/*
 * answer_ogc.c - OGC API - Features, part 1 (OGC 17-069r4), for QGIS, GDAL and others
 *
 * Conformance classes core, geojson and oas30, in CRS84.  Pages go by offset, and every page but
 * the last has a link 'next'.  Collections are a table.  Features are flat, because map programs
 * make columns of their properties; coordinates are exact, for this is for those who may see them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/moment.h"
#include "casebook/site_write.h"
#include "serve/answers.h"
#include "serve/layers.h"
#include "serve/parts.h"
#include "serve/shapes.h"

#define CRS84 "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
#define CONFORMS "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"

static const char geojson[] = "application/geo+json", json[] = "application/json",
                  openapi[] = "application/vnd.oai.openapi+json;version=3.0";

/* What is asked of a collection. */
struct asked {
    double box[4], when_s[2];
    int has_box, has_time;
    int64_t limit, offset;
    const char *id; /* NULL: a page */
};

struct page {
    json_t *features;
    const struct asked *asked;
    int has_more;
    struct vaho_casebook *casebook;
    struct vaho_error *error;
    enum vaho_status status;
    int64_t n_passed;
};

/* --- collections --------------------------------------------------------------------- */

static int add(struct page *page, json_t *properties, const char *id)
{
    page->has_more = (int64_t)json_array_size(page->features) == page->asked->limit;
    if (page->has_more) {
        json_decref(properties);
        return 0;
    }
    /* each says so by itself: a map program keeps no more than the features */
    json_object_set_new(properties, "exercise",
                        json_boolean(page->casebook->kind == VAHO_CASEBOOK_EXERCISE));
    json_array_append_new(page->features, vaho_feature_json(properties, id));
    return 1;
}

/* What is nested becomes columns. */
static void flatten(json_t *site)
{
    static const char *const moved[][3] = {
        {"ellipse", "major_m", "major_m"},         {"ellipse", "minor_m", "minor_m"},
        {"ellipse", "azimuth_deg", "azimuth_deg"}, {"known_source", "name", "known_source"},
        {"known_source", "share", "known_share"},  {"decided", "what", "decision"},
        {"decided", "by", "decided_by"},           {"decided", "at", "decided_at"}};
    json_t *nested = json_object(), *share = json_object_get(site, "on_share_90");

    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        json_t *value = json_object_get(json_object_get(site, moved[i][0]), moved[i][1]);
        json_object_set(nested, moved[i][2], value == NULL ? json_null() : value);
    }
    json_object_set(nested, "on_share_low", json_array_get(share, 0));
    json_object_set(nested, "on_share_high", json_array_get(share, 1));
    json_object_del(site, "ellipse");
    json_object_del(site, "decided");
    json_object_del(site, "on_share_90");
    json_object_update_new(site, nested);
}

static int meets(const struct vaho_site *site, const struct asked *asked)
{
    double first, last;

    return !asked->has_time || (vaho_moment_parse(&first, site->first_seen) &&
                                vaho_moment_parse(&last, site->last_seen) &&
                                first <= asked->when_s[1] && last >= asked->when_s[0]);
}

static int take_site(void *context, const struct vaho_site *site)
{
    struct page *page = context;
    struct vaho_review_now now;
    json_t *properties;

    if (!meets(site, page->asked) || page->n_passed++ < page->asked->offset)
        return 1;
    page->status = vaho_review_now(&now, page->casebook, site->name, page->error);
    if (page->status != VAHO_OK)
        return 0;
    properties = vaho_site_json(site, &now, 0);
    flatten(properties);
    return add(page, properties, site->name);
}

static void take_one_site(void *context, const struct vaho_site *site)
{
    take_site(context, site);
}

static enum vaho_status read_sites(struct page *page)
{
    const struct asked *a = page->asked;
    struct vaho_sites_query query = vaho_sites_query_defaults();
    enum vaho_status status;

    if (a->id != NULL) {
        status = vaho_site_by_name(page->casebook, a->id, take_one_site, page, page->error);
        return status == VAHO_OK ? page->status : status;
    }
    if (a->has_box) {
        query.west = a->box[0];
        query.south = a->box[1];
        query.east = a->box[2];
        query.north = a->box[3];
    }
    query.least_probability = 0;
    query.limit = INT64_MAX / 2;
    status = vaho_sites_list(page->casebook, &query, take_site, page, page->error);
    return status == VAHO_OK ? page->status : status;
}

static int take_numbered(void *context, json_t *properties, const char *name)
{
    char id[24];

    snprintf(id, sizeof id, "%lld",
             (long long)json_integer_value(json_object_get(properties, name)));
    return add(context, properties, id);
}

static int take_plume(void *context, json_t *properties)
{
    json_object_del(properties, "ellipse");
    return take_numbered(context, properties, "id");
}

static int take_flight(void *context, json_t *properties)
{
    return take_numbered(context, properties, "flight_id");
}

static int take_known(void *context, json_t *properties)
{
    return take_numbered(context, properties, "id");
}

/* The row that is asked for; 0: any, -1: there is none of such a name. */
static int64_t row_of(const struct asked *a)
{
    if (a->id == NULL)
        return 0;
    return a->id[0] >= '1' && a->id[0] <= '9' && strspn(a->id, "0123456789") == strlen(a->id)
               ? strtoll(a->id, NULL, 10)
               : -1;
}

static enum vaho_status read_plumes(struct page *page)
{
    const struct asked *a = page->asked;
    struct vaho_plume_query query = {
        .where = "(?1 = 0 OR p.id = ?1) AND (?3 = 0 OR (p.source_latitude BETWEEN ?5 AND ?7 AND"
                 " ((?4 <= ?6 AND p.source_longitude BETWEEN ?4 AND ?6) OR (?4 > ?6 AND"
                 " (p.source_longitude >= ?4 OR p.source_longitude <= ?6))))) AND (?2 IS NULL OR"
                 " f.flown_s BETWEEN ?8 AND ?9)",
        .order = "p.id",
        .id = row_of(a),
        .name = a->has_time ? "time" : NULL, /* only whether it is there counts */
        .q_most = a->has_box,
        .flown_s = {a->when_s[0], a->when_s[1]},
        .limit = a->limit + 1,
        .offset = a->offset};

    memcpy(query.box, a->box, sizeof query.box);
    return vaho_plumes_json(page->casebook, &query, take_plume, page, page->error);
}

static struct vaho_layer_query layer_query(const struct asked *a)
{
    struct vaho_layer_query query = VAHO_LAYER_ALL;

    if (a->has_box)
        memcpy(query.box, a->box, sizeof query.box);
    memcpy(query.flown_s, a->when_s, sizeof query.flown_s);
    query.id = row_of(a);
    query.limit = a->limit + 1;
    query.offset = a->offset;
    return query;
}

static enum vaho_status read_flights(struct page *page)
{
    const struct vaho_layer_query query = layer_query(page->asked);

    return vaho_flights_json(page->casebook, &query, take_flight, page, page->error);
}

static enum vaho_status read_known(struct page *page)
{
    const struct vaho_layer_query query = layer_query(page->asked);

    return vaho_known_json(page->casebook, &query, take_known, page, page->error);
}

static const struct collection {
    const char *id, *title, *description;
    enum vaho_status (*read)(struct page *page);
} collections[] = {
    {"sites", "Sites", "places that emit, what is known of them and what was decided", read_sites},
    {"plumes", "Plumes", "what passes saw: footprints", read_plumes},
    {"flights", "Flights", "where was flown and searched", read_flights},
    {"known", "Known sources", "licensed emitters", read_known}};
enum { N_COLLECTIONS = sizeof collections / sizeof collections[0] };

static const struct collection *find(struct vaho_request *request)
{
    for (size_t i = 0; i < N_COLLECTIONS; i++)
        if (strcmp(collections[i].id, request->in_path[0]) == 0)
            return &collections[i];
    vaho_answer_error(request, "route", "there is no such collection");
    return NULL;
}

/* --- what is linked --------------------------------------------------------------------- */

static void link_to(json_t *links, const struct vaho_request *request, const char *rel,
                    const char *type, const char *title, const char *path)
{
    json_array_append_new(links, json_pack("{s:s+, s:s, s:s, s:s}", "href", request->origin, path,
                                           "rel", rel, "type", type, "title", title));
}

void vaho_answer_ogc(struct vaho_request *request, struct vaho_casebook *casebook)
{
    json_t *links = json_array();

    (void)casebook;
    link_to(links, request, "self", json, "this", "/ogc");
    link_to(links, request, "service-desc", openapi, "the API", "/ogc/api");
    link_to(links, request, "conformance", json, "conformance classes", "/ogc/conformance");
    link_to(links, request, "data", json, "collections", "/ogc/collections");
    vaho_answer_json(request, 200,
                     json_pack("{s:s, s:s, s:o}", "title", request->server->title, "description",
                               request->server->info.kind == VAHO_CASEBOOK_EXERCISE
                                   ? "EXERCISE: a simulated casebook of Vaho"
                                   : "a casebook of Vaho",
                               "links", links));
}

void vaho_answer_conformance(struct vaho_request *request, struct vaho_casebook *casebook)
{
    (void)casebook;
    vaho_answer_json(request, 200,
                     json_pack("{s:[sss]}", "conformsTo", CONFORMS "core", CONFORMS "oas30",
                               CONFORMS "geojson"));
}

static json_t *collection_json(const struct vaho_request *request, const struct collection *c)
{
    json_t *links = json_array();
    char path[64];

    snprintf(path, sizeof path, "/ogc/collections/%s", c->id);
    link_to(links, request, "self", json, c->title, path);
    snprintf(path, sizeof path, "/ogc/collections/%s/items", c->id);
    link_to(links, request, "items", geojson, c->title, path);
    return json_pack("{s:s, s:s, s:s, s:s, s:[s], s:{s:{s:[[iiii]], s:s}}, s:o}", "id", c->id,
                     "title", c->title, "description", c->description, "itemType", "feature", "crs",
                     CRS84, "extent", "spatial", "bbox", -180, -90, 180, 90, "crs", CRS84, "links",
                     links);
}

void vaho_answer_collections(struct vaho_request *request, struct vaho_casebook *casebook)
{
    json_t *links = json_array(), *list = json_array();

    (void)casebook;
    link_to(links, request, "self", json, "collections", "/ogc/collections");
    for (size_t i = 0; i < N_COLLECTIONS; i++)
        json_array_append_new(list, collection_json(request, &collections[i]));
    vaho_answer_json(request, 200, json_pack("{s:o, s:o}", "links", links, "collections", list));
}

void vaho_answer_collection(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct collection *c = find(request);

    (void)casebook;
    if (c != NULL)
        vaho_answer_json(request, 200, collection_json(request, c));
}

/* --- items --------------------------------------------------------------------------------- */

/* This page with another offset, and all else as it was asked. */
static void link_page(json_t *links, const struct vaho_request *request, const char *rel,
                      int64_t offset)
{
    static const char *const kept[] = {"bbox", "datetime", "limit"};
    struct vaho_text path;

    vaho_text_init(&path, 8192);
    vaho_text_printf(&path, "%s?offset=%lld", request->target.path, (long long)offset);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const char *value = vaho_target_get(&request->target, kept[i]);
        if (value == NULL)
            continue;
        vaho_text_printf(&path, "&%s=", kept[i]);
        vaho_target_escape(&path, value);
    }
    if (!path.failed)
        link_to(links, request, rel, geojson, rel, path.data);
    vaho_text_free(&path);
}

static struct asked read_asked(const struct vaho_request *request)
{
    const char *box = vaho_target_get(&request->target, "bbox");
    const char *when = vaho_target_get(&request->target, "datetime");
    struct asked asked = {.when_s = {-INFINITY, INFINITY},
                          .limit = (int64_t)vaho_query_real(&request->target, "limit", 1000),
                          .offset = (int64_t)vaho_query_real(&request->target, "offset", 0)};

    asked.has_box = box != NULL && vaho_box_parse(asked.box, box);
    asked.has_time = when != NULL && vaho_interval_parse(asked.when_s, when);
    return asked;
}

void vaho_answer_items(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct collection *c = find(request);
    const struct asked asked = read_asked(request);
    struct vaho_error error;
    struct page page = {
        .features = json_array(), .asked = &asked, .casebook = casebook, .error = &error};
    json_t *links = json_array();
    char now[VAHO_MOMENT_NBYTES];

    if (c == NULL || c->read(&page) != VAHO_OK) {
        if (c != NULL)
            vaho_answer_failed(request, &error, "busy", "route");
        json_decref(page.features);
        json_decref(links);
        return;
    }
    link_page(links, request, "self", asked.offset);
    if (page.has_more)
        link_page(links, request, "next", asked.offset + asked.limit);
    vaho_moment_format(now, request->now_s);
    vaho_answer_typed(request, geojson,
                      json_pack("{s:s, s:s, s:I, s:b, s:o, s:o}", "type", "FeatureCollection",
                                "timeStamp", now, "numberReturned",
                                (json_int_t)json_array_size(page.features), "exercise",
                                casebook->kind == VAHO_CASEBOOK_EXERCISE, "links", links,
                                "features", page.features));
}

void vaho_answer_item(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct collection *c = find(request);
    struct asked asked = {.when_s = {-INFINITY, INFINITY}, .limit = 1, .id = request->in_path[1]};
    struct vaho_error error;
    struct page page = {
        .features = json_array(), .asked = &asked, .casebook = casebook, .error = &error};
    json_t *feature, *links = json_array();
    char path[64];

    if (c != NULL && c->read(&page) != VAHO_OK) {
        vaho_answer_failed(request, &error, "busy", "route");
    } else if (c != NULL && json_array_size(page.features) == 0) {
        vaho_answer_error(request, "route", "there is no such feature");
    } else if (c != NULL) {
        feature = json_array_get(page.features, 0);
        link_to(links, request, "self", geojson, "this", request->target.path);
        snprintf(path, sizeof path, "/ogc/collections/%s", c->id);
        link_to(links, request, "collection", json, c->title, path);
        json_object_set(feature, "links", links);
        json_incref(feature);
        vaho_answer_typed(request, geojson, feature);
    }
    json_decref(links);
    json_decref(page.features);
}
