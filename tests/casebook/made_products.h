/* made_products.h - folders of products as 'vaho detect' writes them, made up by the tests */
#ifndef VAHO_TESTS_MADE_PRODUCTS_H
#define VAHO_TESTS_MADE_PRODUCTS_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/signing.h"

struct made_products {
    const char *flight, *mandate, *time;
    int exercise, n_plumes;
    double longitude, latitude;
};

static inline json_t *made_plume(const struct made_products *p, int i)
{
    double x = p->longitude + 1e-3 * i, y = p->latitude;
    char id[64];

    snprintf(id, sizeof id, "%s-%04d", p->flight, i + 1);
    return json_pack(
        "{s:s, s:{s:s, s:[[[f,f],[f,f],[f,f],[f,f]]]}, s:{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:i, "
        "s:f, s:f, s:f, s:f, s:f, s:n, s:n, s:f, s:[{s:s, s:f}], s:b, s:s, s:f, s:[f,f,f]}}",
        "type", "Feature", "geometry", "type", "Polygon", "coordinates", x, y, x + 1e-4, y, x,
        y + 1e-4, x, y, "properties", "id", id, "gas", i % 2 ? "ammonia" : "acetone", "q_value",
        0.001 * (i + 1), "snr", 9.5, "peak_ppmm", 80.0, "mean_ppmm", 40.0, "sigma_ppmm", 4.0,
        "pixels", 12, "source_line", 10.0, "source_sample", 20.0, "source_sigma_px", 1.0,
        "source_longitude", x, "source_latitude", y, "emission_kg_h", "emission_sigma_kg_h",
        "probability", 0.9, "alternatives", "gas", "methanol", "probability", 0.1, "exercise",
        p->exercise, "mandate", p->mandate, "position_sigma_m", 5.0, "position_covariance_m2", 25.0,
        1.5, 9.0 + i);
}

static inline json_t *made_run(const struct made_products *p)
{
    char sha256[VAHO_DIGEST_HEX_NBYTES];

    vaho_sha256(sha256, p->flight, strlen(p->flight)); /* the content is its name */
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:{s:s, s:s, s:s, s:i, s:i, s:i}, s:[s,s]}",
                     "version", "0.1.0", "flight", p->flight, "time", p->time, "exercise",
                     p->exercise, "mandate", p->mandate, "cube", "sha256", sha256, "format", "ENVI",
                     "sensor", "HyTES", "lines", 100, "samples", 64, "bands", 32, "searched",
                     "ammonia", "acetone");
}

static inline json_t *made_collection(const struct made_products *p)
{
    json_t *features = json_array();

    for (int i = 0; i < p->n_plumes; i++)
        json_array_append_new(features, made_plume(p, i));
    return json_pack("{s:s, s:{s:s, s:s, s:s, s:b, s:s, s:f}, s:o}", "type", "FeatureCollection",
                     "vaho", "version", "0.1.0", "flight", p->flight, "time", p->time, "exercise",
                     p->exercise, "mandate", p->mandate, "q_reported", 0.05, "features", features);
}

static inline void made_file(const char *directory, const char *name, json_t *value)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(json_dump_file(value, path, 0), 0);
    json_decref(value);
}

static inline void made_products_write(const char *directory, const struct made_products *p)
{
    mkdir(directory, 0777);
    made_file(directory, "run.json", made_run(p));
    made_file(directory, "plumes.geojson", made_collection(p));
}

static inline void made_products_remove(const char *directory)
{
    char path[256];

    snprintf(path, sizeof path, "%s/run.json", directory);
    unlink(path);
    snprintf(path, sizeof path, "%s/plumes.geojson", directory);
    unlink(path);
    rmdir(directory);
}

#endif
