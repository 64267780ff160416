/* test_geojson.c - plumes.geojson read again, property by property; failures injected */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/file.h"
#include "format/geojson.h"
#include "format/properties.h"
#include "made_up.h"

static char directory[] = "/tmp/vaho_geojson_XXXXXX";
static char path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/plumes.geojson", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory); /* fails when a partial file was left behind */
}

static json_t *write_and_read(const struct made_up *scene)
{
    json_error_t why;
    json_t *root;
    assert_int_equal(vaho_geojson_write(path, &scene->plumes, scene->place, &scene->product, NULL),
                     VAHO_OK);
    root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    assert_non_null(root);
    return root;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static const char *text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static void properties_say_what_the_plumes_hold(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    scene.georeference.sigma_m = 3;
    json_t *root = write_and_read(&scene);
    json_t *features = json_object_get(root, "features"), *about = json_object_get(root, "vaho");
    assert_string_equal(text(root, "type"), "FeatureCollection");
    assert_string_equal(text(about, "version"), "0.1.0");
    assert_string_equal(text(about, "mandate"), "no mandate");
    assert_true(json_is_false(json_object_get(about, "exercise")));
    assert_true(number(about, "q_reported") == 0.05);
    assert_int_equal(json_array_size(features), MADE_UP_PLUMES);
    for (size_t i = 0; i < MADE_UP_PLUMES; i++) {
        const struct vaho_plume *plume = &scene.plume[i];
        const json_t *feature = json_array_get(features, i);
        const json_t *p = json_object_get(feature, "properties");
        const json_t *bbox = json_object_get(p, "pixel_bbox");
        double longitude, latitude;
        assert_int_equal(json_object_size(p), VAHO_N_PROPERTIES);
        assert_string_equal(text(feature, "type"), "Feature");
        assert_string_equal(text(p, "id"), plume->id);
        assert_string_equal(text(p, "gas"), plume->gas);
        assert_true(number(p, "q_value") == plume->q_value);
        assert_true(number(p, "snr") == plume->snr);
        assert_true(number(p, "peak_ppmm") == plume->peak_ppmm);
        assert_true(fabs(number(p, "mean_ppmm") / plume->mean_ppmm - 1) < 1e-5);
        assert_true(number(p, "sigma_ppmm") == plume->sigma_ppmm);
        assert_int_equal(json_integer_value(json_object_get(p, "pixels")), plume->n_pixels);
        assert_true(number(p, "source_line") == plume->source_line);
        assert_true(number(p, "source_sample") == plume->source_sample);
        assert_true(fabs(number(p, "source_sigma_px") -
                         vaho_place_largest_sigma_m(plume->source_covariance_px2)) < 0.0051);
        assert_int_equal(json_array_size(json_object_get(p, "source_covariance_px2")), 3);
        assert_true(vaho_place_lonlat(&longitude, &latitude, scene.place, plume->source_line,
                                      plume->source_sample));
        assert_true(fabs(number(p, "source_longitude") - longitude) <= 0.5e-7 * 1.001);
        assert_true(fabs(number(p, "source_latitude") - latitude) <= 0.5e-7 * 1.001);
        /* places known to 3 m, steps of pixels as the geotransform has them; UTM's scale here is
         * within 0.04 % of 1, and north turned by 0.7 of a degree */
        const double *px = plume->source_covariance_px2, *a = scene.georeference.affine;
        const double wanted[3] = {
            9 + px[0] * a[2] * a[2] + 2 * px[1] * a[2] * a[1] + px[2] * a[1] * a[1],
            px[0] * a[2] * a[5] + px[1] * (a[2] * a[4] + a[1] * a[5]) + px[2] * a[1] * a[4],
            9 + px[0] * a[5] * a[5] + 2 * px[1] * a[5] * a[4] + px[2] * a[4] * a[4]};
        assert_true(fabs(number(p, "position_sigma_m") / vaho_place_largest_sigma_m(wanted) - 1) <
                    1e-3);
        const json_t *covariance = json_object_get(p, "position_covariance_m2");
        assert_int_equal(json_array_size(covariance), 3);
        for (size_t k = 0; k < 3; k++)
            assert_true(fabs(json_real_value(json_array_get(covariance, k)) - wanted[k]) <
                        0.03 * wanted[0]);
        assert_int_equal(json_array_size(bbox), 4);
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(json_integer_value(json_array_get(bbox, k)), plume->bbox[k]);
        assert_true(number(p, "probability") == plume->probability);
        assert_string_equal(text(p, "flight"), "sierra_03");
        assert_string_equal(text(p, "time"), "2026-05-01T10:20:30Z");
        assert_string_equal(text(p, "mandate"), "no mandate");
        assert_true(json_is_false(json_object_get(p, "exercise")));
        if (i == 0) {
            assert_true(number(p, "emission_kg_h") == 3.25);
            assert_true(number(p, "emission_sigma_kg_h") == 0.8);
        } else {
            assert_true(json_is_null(json_object_get(p, "emission_kg_h")));
            assert_true(json_is_null(json_object_get(p, "emission_sigma_kg_h")));
        }
    }
    const json_t *other =
        json_object_get(json_object_get(json_array_get(features, 1), "properties"), "alternatives");
    assert_int_equal(json_array_size(other), 2);
    assert_string_equal(text(json_array_get(other, 0), "gas"), "2-butanone");
    assert_true(number(json_array_get(other, 0), "probability") == 0.11);
    json_decref(root);
    made_up_free(&scene);
}

static void rings_are_closed_and_in_place(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    json_t *root = write_and_read(&scene);
    json_t *features = json_object_get(root, "features");
    for (size_t i = 0; i < MADE_UP_PLUMES; i++) {
        const json_t *geometry = json_object_get(json_array_get(features, i), "geometry");
        const json_t *polygon = json_object_get(geometry, "coordinates");
        if (strcmp(text(geometry, "type"), "MultiPolygon") == 0) {
            assert_true(json_array_size(polygon) > 1);
            polygon = json_array_get(polygon, 0);
        } else {
            assert_string_equal(text(geometry, "type"), "Polygon");
        }
        const json_t *ring = json_array_get(polygon, 0);
        size_t n = json_array_size(ring);
        assert_true(n >= 5);
        assert_true(json_equal(json_array_get(ring, 0), json_array_get(ring, n - 1)));
        for (size_t k = 0; k < n; k++) { /* within a cube of 960 x 512 m */
            const json_t *position = json_array_get(ring, k);
            assert_int_equal(json_array_size(position), 2);
            assert_true(fabs(json_real_value(json_array_get(position, 0)) + 118.19) < 0.01);
            assert_true(fabs(json_real_value(json_array_get(position, 1)) - 34.285) < 0.01);
        }
    }
    json_decref(root);
    made_up_free(&scene);
}

static void a_cube_without_place_has_null_geometry(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 0);
    scene.product.time = "";
    json_t *root = write_and_read(&scene);
    const json_t *feature = json_array_get(json_object_get(root, "features"), 0);
    const json_t *p = json_object_get(feature, "properties");
    assert_true(json_is_null(json_object_get(feature, "geometry")));
    assert_true(json_is_null(json_object_get(p, "source_longitude")));
    assert_true(json_is_null(json_object_get(p, "source_latitude")));
    assert_true(json_is_null(json_object_get(p, "position_sigma_m")));
    assert_true(json_is_null(json_object_get(p, "position_covariance_m2")));
    assert_true(json_is_null(json_object_get(p, "time")));
    json_decref(root);
    made_up_free(&scene);
}

static void nothing_found_is_an_empty_collection(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    scene.plumes.n = 0;
    json_t *root = write_and_read(&scene);
    assert_int_equal(json_array_size(json_object_get(root, "features")), 0);
    json_decref(root);
    made_up_free(&scene);
}

static void hostile_names_stay_text(void **state)
{
    (void)state;
    struct made_up scene;
    made_up_new(&scene, 1);
    scene.product.flight = "a\"b\\c\n</script>\x01\xff\xed\xa0\x80\xf4\x90\x80\x80\xc3\xa9";
    scene.product.exercise = 1;
    json_t *root = write_and_read(&scene);
    const json_t *p =
        json_object_get(json_array_get(json_object_get(root, "features"), 0), "properties");
    /* each byte that is no character is one U+FFFD */
#define BAD "\xef\xbf\xbd"
    assert_string_equal(text(p, "flight"),
                        "a\"b\\c\n</script>" BAD BAD BAD BAD BAD BAD BAD BAD BAD "\xc3\xa9");
    assert_true(json_is_true(json_object_get(p, "exercise")));
    json_decref(root);
    made_up_free(&scene);
}

static void the_same_plumes_give_the_same_bytes(void **state)
{
    (void)state;
    struct made_up scene;
    char *data[2];
    size_t nbytes[2];
    made_up_new(&scene, 1);
    for (int i = 0; i < 2; i++) {
        json_decref(write_and_read(&scene));
        assert_int_equal(vaho_file_read(&data[i], &nbytes[i], path, 1 << 24, NULL), VAHO_OK);
    }
    assert_int_equal(nbytes[0], nbytes[1]);
    assert_memory_equal(data[0], data[1], nbytes[0]);
    free(data[0]);
    free(data[1]);
    made_up_free(&scene);
}

static void a_failed_write_names_the_file(void **state)
{
    (void)state;
    struct made_up scene;
    struct vaho_error error;
    made_up_new(&scene, 1);
    assert_int_equal(vaho_geojson_write("/nowhere/at/all/plumes.geojson", &scene.plumes,
                                        scene.place, &scene.product, &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "/nowhere/at/all/plumes.geojson"));
    made_up_free(&scene);
}

static long allocations_left;

static void *limited_malloc(size_t nbytes)
{
    return allocations_left-- > 0 ? malloc(nbytes) : NULL;
}

/* Fails the 1st, 2nd, 3rd ... allocation of JSON until the write succeeds; the sanitizer
 * watches for leaks.  The old file must survive every failure. */
static void every_failed_allocation_is_survived(void **state)
{
    (void)state;
    struct made_up scene;
    struct vaho_error error;
    enum vaho_status status = VAHO_NO_MEMORY;
    long n = 0;
    made_up_new(&scene, 1);
    scene.plumes.n = 2;
    scene.plume[0].n_pixels = 3;
    json_set_alloc_funcs(limited_malloc, free);
    for (; status != VAHO_OK && n < 100000; n++) {
        assert_int_equal(vaho_file_write(path, "old", 3, NULL), VAHO_OK);
        allocations_left = n;
        status = vaho_geojson_write(path, &scene.plumes, scene.place, &scene.product, &error);
        if (status != VAHO_OK) {
            char *data;
            size_t nbytes;
            assert_int_equal(status, VAHO_NO_MEMORY);
            assert_int_equal(vaho_file_read(&data, &nbytes, path, 10, NULL), VAHO_OK);
            assert_string_equal(data, "old");
            free(data);
        }
    }
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(status, VAHO_OK);
    assert_true(n > 50);
    made_up_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_say_what_the_plumes_hold),
        cmocka_unit_test(rings_are_closed_and_in_place),
        cmocka_unit_test(a_cube_without_place_has_null_geometry),
        cmocka_unit_test(nothing_found_is_an_empty_collection),
        cmocka_unit_test(hostile_names_stay_text),
        cmocka_unit_test(the_same_plumes_give_the_same_bytes),
        cmocka_unit_test(a_failed_write_names_the_file),
        cmocka_unit_test(every_failed_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
