#include "serve/shapes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "casebook/geometry.h"
#include "casebook/site_write.h"

json_t *vaho_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *vaho_json_words(const char *text)
{
    return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

/*
 * The covariance's eigenvalues are mean +- half; the major axis lies at atan2(2 en, ee - nn) / 2
 * from east, anticlockwise, so clockwise from north at 90 degrees less that.
 */
json_t *vaho_ellipse_json(const double covariance_m2[3])
{
    double east = covariance_m2[0], both = covariance_m2[1], north = covariance_m2[2];
    double mean = (east + north) / 2, half = hypot((east - north) / 2, both);
    double azimuth = 90 - 0.5 * atan2(2 * both, east - north) * 180 / M_PI;

    if (!isfinite(mean) || !isfinite(half))
        return json_null();
    return json_pack("{s:f, s:f, s:f}", "major_m", sqrt(mean + half), "minor_m",
                     sqrt(fmax(mean - half, 0)), "azimuth_deg", fmod(azimuth + 360, 180));
}

static json_t *decided(const struct vaho_review_now *now)
{
    if (now->person[0] == '\0')
        return json_null();
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "by", now->person, "what", now->decision, "at",
                     now->at, "reason", now->reason, "words", now->words);
}

json_t *vaho_site_json(const struct vaho_site *s, const struct vaho_review_now *now,
                       int with_reasons)
{
    json_t *site = json_pack(
        "{s:s, s:s, s:s, s:s, s:f, s:f, s:o, s:o, s:f, s:f, s:o, s:[oo], s:o, s:o, s:o, s:o, s:o}",
        "site", s->name, "version", now->version, "state", now->state, "gas", s->gas, "longitude",
        s->longitude, "latitude", s->latitude, "ellipse", vaho_ellipse_json(s->covariance_m2),
        "position_sigma_m", vaho_json_real(s->sigma_m), "probability", s->probability, "active",
        s->active, "on_share", vaho_json_real(s->on_share), "on_share_90",
        vaho_json_real(s->on_share_low), vaho_json_real(s->on_share_high), "emission_kg_h",
        vaho_json_real(s->emission_kg_h), "emission_sigma_kg_h",
        vaho_json_real(s->emission_sigma_kg_h), "least_q_value", vaho_json_real(s->least_q),
        "first_seen", vaho_json_words(s->first_seen), "last_seen", vaho_json_words(s->last_seen));
    json_t *more =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:o}", "plumes", (json_int_t)s->n_plumes,
                  "passes_seen", (json_int_t)s->n_seen, "passes_missed", (json_int_t)s->n_missed,
                  "single_plumes", (json_int_t)s->n_single, "passes_stacked",
                  (json_int_t)s->n_stacked, "rank", s->rank, "decided", decided(now));

    json_object_set_new(more, "known_source",
                        s->known[0] == '\0' ? json_null()
                                            : json_pack("{s:s, s:o}", "name", s->known, "share",
                                                        vaho_json_real(s->known_share)));
    if (with_reasons)
        json_object_set_new(more, "reasons", vaho_site_reasons_coded(s));
    json_object_update_new(site, more);
    return site;
}

json_t *vaho_pass_json(const struct vaho_site_passed *p)
{
    return json_pack("{s:s, s:I, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "flight", p->flight, "flight_id", (json_int_t)p->flight_id, "time",
                     vaho_json_words(p->time), "seen", p->seen, "plume", vaho_json_words(p->plume),
                     "plume_id", p->plume_id == 0 ? json_null() : json_integer(p->plume_id),
                     "q_value", vaho_json_real(p->q_value), "emission_kg_h",
                     vaho_json_real(p->emission_kg_h), "emission_sigma_kg_h",
                     vaho_json_real(p->emission_sigma_kg_h), "mean_ppmm",
                     vaho_json_real(p->mean_ppmm), "limit_ppmm", vaho_json_real(p->limit_ppmm),
                     "limit_kg_h", vaho_json_real(p->limit_kg_h), "valid", vaho_json_real(p->valid),
                     "chance", vaho_json_real(p->chance), "weight", vaho_json_real(p->weight));
}

/* --- plumes ------------------------------------------------------------------------ */

static double real_of(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

static const char PLUMES[] =
    "SELECT p.id, p.name, f.name, f.id, f.flown, p.gas, p.q_value, p.snr, p.peak_ppmm, p.mean_ppmm,"
    " p.sigma_ppmm, p.pixels, p.emission_kg_h, p.emission_sigma_kg_h, p.source_longitude,"
    " p.source_latitude, p.position_sigma_m, p.east_east_m2, p.east_north_m2, p.north_north_m2,"
    " p.probability, p.alternatives, EXISTS (SELECT 1 FROM stack_passes k WHERE k.stack_id = f.id),"
    " EXISTS (SELECT 1 FROM plume_spectra x WHERE x.plume_id = p.id), p.geom FROM plumes p JOIN"
    " flights f ON f.id = p.flight_id WHERE ";

static json_t *plume_of(sqlite3_stmt *s)
{
    static const struct {
        const char *name;
        int column;
    } numbers[] = {{"q_value", 6},
                   {"snr", 7},
                   {"peak_ppmm", 8},
                   {"mean_ppmm", 9},
                   {"sigma_ppmm", 10},
                   {"emission_kg_h", 12},
                   {"emission_sigma_kg_h", 13},
                   {"longitude", 14},
                   {"latitude", 15},
                   {"position_sigma_m", 16},
                   {"probability", 20}};
    const double covariance[3] = {real_of(s, 17), real_of(s, 18), real_of(s, 19)};
    const char *alternatives = (const char *)sqlite3_column_text(s, 21);
    json_t *others = json_loads(alternatives == NULL ? "[]" : alternatives, 0, NULL);
    json_t *geometry =
        vaho_blob_to_geojson(sqlite3_column_blob(s, 24), (size_t)sqlite3_column_bytes(s, 24));
    json_t *plume = json_pack(
        "{s:I, s:s, s:s, s:I, s:o, s:s, s:I, s:o, s:o, s:b, s:b, s:o}", "id",
        (json_int_t)sqlite3_column_int64(s, 0), "name", sqlite3_column_text(s, 1), "flight",
        sqlite3_column_text(s, 2), "flight_id", (json_int_t)sqlite3_column_int64(s, 3), "time",
        vaho_json_words((const char *)sqlite3_column_text(s, 4)), "gas", sqlite3_column_text(s, 5),
        "pixels", (json_int_t)sqlite3_column_int64(s, 11), "ellipse", vaho_ellipse_json(covariance),
        "alternatives", others == NULL ? json_array() : others, "stack", sqlite3_column_int(s, 22),
        "spectrum", sqlite3_column_int(s, 23), "geometry",
        geometry == NULL ? json_null() : geometry);

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        json_object_set_new(plume, numbers[i].name, vaho_json_real(real_of(s, numbers[i].column)));
    return plume;
}

static void bind_query(sqlite3_stmt *s, const struct vaho_plume_query *q)
{
    sqlite3_bind_int64(s, 1, q->id);
    if (q->name != NULL)
        sqlite3_bind_text(s, 2, q->name, -1, SQLITE_STATIC);
    sqlite3_bind_double(s, 3, q->q_most);
    for (int i = 0; i < 4; i++)
        sqlite3_bind_double(s, 4 + i, q->box[i]);
    sqlite3_bind_double(s, 8, q->flown_s[0]);
    sqlite3_bind_double(s, 9, q->flown_s[1]);
    sqlite3_bind_int64(s, 10, q->limit);
    sqlite3_bind_int64(s, 11, q->offset);
}

enum vaho_status vaho_plumes_json(struct vaho_casebook *casebook,
                                  const struct vaho_plume_query *query,
                                  int (*take)(void *context, json_t *plume), void *context,
                                  struct vaho_error *error)
{
    char sql[2048];
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, more = 1;
    enum vaho_status status = VAHO_OK;

    snprintf(sql, sizeof sql, "%s%s ORDER BY %s LIMIT ?10 OFFSET ?11", PLUMES, query->where,
             query->order);
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        bind_query(s, query);
        while (more && (result = sqlite3_step(s)) == SQLITE_ROW)
            more = take(context, plume_of(s));
    }
    if (more && result != SQLITE_DONE)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}

json_t *vaho_feature_json(json_t *properties, const char *id)
{
    json_t *geometry = json_object_get(properties, "geometry"), *feature;
    json_t *x = json_object_get(properties, "longitude"),
           *y = json_object_get(properties, "latitude");

    if (geometry != NULL)
        json_incref(geometry);
    else if (json_is_number(x) && json_is_number(y))
        geometry = json_pack("{s:s, s:[OO]}", "type", "Point", "coordinates", x, y);
    else
        geometry = json_null();
    json_object_del(properties, "geometry");
    feature = json_pack("{s:s, s:o, s:o}", "type", "Feature", "geometry", geometry, "properties",
                        properties);
    if (id != NULL)
        json_object_set_new(feature, "id", json_string(id));
    return feature;
}
