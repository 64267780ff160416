/*
 * test_products.c - every writer at once
 *
 * With a directory as its argument it writes the made-up scene's files there, for
 * the scripts that look at them with other programs; without, it tests what all
 * writers promise: the same bytes every time, a file whole or not at all, and
 * nothing of GDAL's settings or the locale changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <cpl_conv.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "format/geojson.h"
#include "format/geopackage.h"
#include "format/geotiff.h"
#include "format/report.h"
#include "made_up.h"

enum { N_FILES = 5 };

static const char *const name[N_FILES] = {"plumes.geojson", "plumes.gpkg", "ammonia_ppmm.tif",
                                          "ammonia_snr.tif", "report.html"};

static enum vaho_status write_file(int which, const char *path, const struct made_up *scene,
                                   struct vaho_error *error)
{
    struct vaho_raster map = {which == 2 ? scene->ppmm[0] : scene->snr[0], MADE_UP_LINES,
                              MADE_UP_SAMPLES, which == 2 ? "ppm.m" : "sigma",
                              which == 2 ? "ammonia, column density" : "ammonia, evidence"};
    switch (which) {
    case 4: return made_up_report(path, scene, error);
    case 0: return vaho_geojson_write(path, &scene->plumes, scene->place, &scene->product, error);
    case 1:
        return vaho_geopackage_write(path, &scene->plumes, scene->place, &scene->product, error);
    default: return vaho_geotiff_write(path, &map, &scene->georeference, &scene->product, error);
    }
}

static int write_all(const char *directory, int placed, int exercise)
{
    struct vaho_error error = {0};
    struct made_up scene;
    char path[512];
    int outcome = 0;
    made_up_new(&scene, placed);
    scene.product.exercise = exercise;
    for (int i = 0; i < N_FILES && outcome == 0; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        outcome = write_file(i, path, &scene, &error) != VAHO_OK;
    }
    if (outcome != 0)
        fprintf(stderr, "%s\n", error.message);
    made_up_free(&scene);
    return outcome;
}

static char directory[] = "/tmp/vaho_products_XXXXXX";

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL ? -1 : 0;
}

static int remove_directory(void **state)
{
    (void)state;
    char path[128];
    for (int i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        unlink(path);
    }
    return rmdir(directory); /* fails when anything else was left */
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    char path[128], *first[N_FILES], *again;
    size_t n_first[N_FILES], n_again;
    assert_int_equal(write_all(directory, 1, 0), 0);
    for (int i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        assert_int_equal(vaho_file_read(&first[i], &n_first[i], path, 1 << 26, NULL), VAHO_OK);
    }
    sleep(1); /* a time of now would show */
    /* settings of the surroundings that change what GDAL writes, unless it is told */
    CPLSetConfigOption("GDAL_NUM_THREADS", "4");
    CPLSetConfigOption("OGR_CURRENT_DATE", "2031-01-01T00:00:00.000Z");
    CPLSetConfigOption("OGR_SQLITE_PRAGMA", "page_size=8192");
    assert_int_equal(write_all(directory, 1, 0), 0);
    CPLSetConfigOption("GDAL_NUM_THREADS", NULL);
    CPLSetConfigOption("OGR_CURRENT_DATE", NULL);
    CPLSetConfigOption("OGR_SQLITE_PRAGMA", NULL);
    for (int i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        assert_int_equal(vaho_file_read(&again, &n_again, path, 1 << 26, NULL), VAHO_OK);
        assert_int_equal(n_again, n_first[i]);
        assert_memory_equal(again, first[i], n_again);
        free(again);
        free(first[i]);
    }
}

static void a_failed_write_names_the_file_and_keeps_the_old(void **state)
{
    (void)state;
    struct made_up scene;
    char path[128], *data;
    size_t nbytes;
    made_up_new(&scene, 1);
    for (int i = 0; i < N_FILES; i++) {
        struct vaho_error error = {0};
        snprintf(path, sizeof path, "%s/missing/%s", directory, name[i]);
        assert_int_equal(write_file(i, path, &scene, &error), VAHO_BAD_INPUT);
        assert_int_equal(error.status, VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, path));

        /* the disk is full: what would be written beside the file goes to /dev/full */
        char partial[160];
        snprintf(path, sizeof path, "%s/%s", directory, name[i]);
        snprintf(partial, sizeof partial, "%s.partial", path);
        assert_int_equal(vaho_file_write(path, "old", 3, NULL), VAHO_OK);
        assert_int_equal(symlink("/dev/full", partial), 0);
        assert_int_equal(write_file(i, path, &scene, &error), VAHO_BAD_INPUT);
        assert_non_null(strstr(error.message, path));
        assert_int_equal(vaho_file_read(&data, &nbytes, path, 100, NULL), VAHO_OK);
        assert_string_equal(data, "old");
        free(data);
        assert_int_not_equal(access(partial, F_OK), 0);
    }
    made_up_free(&scene);
}

static void the_thread_is_left_as_it_was(void **state)
{
    (void)state;
    locale_t before = uselocale((locale_t)0);
    CPLSetThreadLocalConfigOption("GDAL_NUM_THREADS", "3");
    assert_int_equal(write_all(directory, 0, 1), 0);
    assert_string_equal(CPLGetThreadLocalConfigOption("GDAL_NUM_THREADS", ""), "3");
    assert_null(CPLGetThreadLocalConfigOption("OGR_CURRENT_DATE", NULL));
    assert_null(CPLGetThreadLocalConfigOption("GDAL_PAM_ENABLED", NULL));
    CPLSetThreadLocalConfigOption("GDAL_NUM_THREADS", NULL);
    assert_true(uselocale((locale_t)0) == before);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(a_failed_write_names_the_file_and_keeps_the_old),
        cmocka_unit_test(the_thread_is_left_as_it_was),
    };
    if (argc > 1)
        return write_all(argv[1], argc < 3 || strcmp(argv[2], "nowhere") != 0,
                         argc > 2 && strcmp(argv[2], "exercise") == 0);
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
