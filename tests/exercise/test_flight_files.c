/* test_flight_files.c - the files of a simulated flight, and that each says what it is */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "exercise/flight_files.h"
#include "exercise/gases.h"

struct fixture {
    char root[64], dir[96];
    struct vaho_scene *scene;
    struct vaho_pool *pool;
    size_t n_reports, last_done;
};

static void on_progress(void *context, const char *stage, size_t done, size_t total,
                        const char *unit)
{
    struct fixture *f = context;
    assert_string_equal(stage, "simulate");
    assert_string_equal(unit, "lines");
    assert_true(done > f->last_done && done <= total);
    f->last_done = done;
    f->n_reports++;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct vaho_scene_params params;

    vaho_scene_params_default(&params);
    params.seed = 40;
    params.n_lines = 50;
    params.n_samples = 20;
    params.n_bands = 12;
    params.n_plumes = 3;
    strcpy(f->root, "/tmp/vaho-test-XXXXXX");
    if (mkdtemp(f->root) == NULL)
        return -1;
    snprintf(f->dir, sizeof f->dir, "%s/flight_7", f->root);
    *state = f;
    return vaho_scene_new(&f->scene, &params, NULL) == VAHO_OK &&
                   vaho_pool_new(&f->pool, 2, NULL) == VAHO_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[128];

    vaho_scene_free(f->scene);
    vaho_pool_free(f->pool);
    snprintf(command, sizeof command, "rm -rf '%s'", f->root);
    if (system(command) != 0)
        return -1;
    free(f);
    return 0;
}

static char *text_of(const char *path)
{
    char *text;
    size_t nbytes;
    assert_int_equal(vaho_file_read(&text, &nbytes, path, 1 << 20, NULL), VAHO_OK);
    return text;
}

static void everything_is_written_and_says_exercise(void **state)
{
    struct fixture *f = *state;
    const struct vaho_progress progress = {on_progress, f};
    struct vaho_flight_files files;
    struct stat about;
    char path[256], *text;
    json_t *truth;

    assert_int_equal(vaho_flight_files_write(&files, f->scene, f->dir, f->pool, &progress, NULL),
                     VAHO_OK);
    assert_int_equal(f->last_done, 50);
    assert_true(f->n_reports > 1);

    assert_non_null(strstr(files.cube, "/flight_7/flight_7.bil"));
    assert_int_equal(stat(files.cube, &about), 0);
    assert_int_equal(about.st_size, 50 * 20 * 12 * 4);

    snprintf(path, sizeof path, "%s.hdr", files.cube);
    text = text_of(path);
    assert_int_equal(strncmp(text, "ENVI\n", 5), 0);
    assert_non_null(strstr(text, "description = {EXERCISE:"));
    assert_non_null(strstr(text, "\nexercise = 1\n"));
    assert_non_null(strstr(text, "\nsamples = 20\nlines = 50\nbands = 12\n"));
    assert_non_null(strstr(text, "\nacquisition time = 2026-02-13T18:30:00Z\n")); /* seed 40 */
    free(text);

    for (size_t i = 0; i < vaho_exercise_gas_count(); i++) {
        char want[128];
        if (vaho_exercise_gas(i)->shortwave)
            continue;
        snprintf(path, sizeof path, "%s/%s.csv", files.library, vaho_exercise_gas(i)->name);
        text = text_of(path);
        snprintf(want, sizeof want, "# title: %s\n# grade: computed\n", vaho_exercise_gas(i)->name);
        assert_int_equal(strncmp(text, want, strlen(want)), 0);
        assert_non_null(strstr(text, "\n# note: EXERCISE: idealised"));
        assert_non_null(strstr(text, "\nwavelength_um,absorption_per_ppm_m\n"));
        free(text);
    }

    truth = json_load_file(files.truth, 0, NULL);
    assert_true(json_is_true(json_object_get(truth, "exercise")));
    assert_int_equal(json_integer_value(json_object_get(truth, "seed")), 40);
    assert_int_equal(json_array_size(json_object_get(truth, "sources")), 3);
    for (size_t i = 0; i < 3; i++) {
        const json_t *source = json_array_get(json_object_get(truth, "sources"), i);
        const struct vaho_exercise_plume *plume = vaho_scene_plume(f->scene, i);
        assert_string_equal(json_string_value(json_object_get(source, "gas")), plume->gas);
        assert_int_equal(json_integer_value(json_object_get(source, "line")), plume->line);
        assert_int_equal(json_integer_value(json_object_get(source, "sample")), plume->sample);
        assert_true(json_real_value(json_object_get(source, "peak_ppmm")) == plume->peak_ppmm);
    }
    json_decref(truth);
    vaho_flight_files_free(&files);
}

static void a_directory_that_holds_something_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct vaho_flight_files files;
    struct vaho_error error;

    /* the root holds 'flight_7' once that was made */
    assert_int_equal(mkdir(f->dir, 0777), 0);
    assert_int_equal(vaho_flight_files_write(&files, f->scene, f->root, f->pool, NULL, &error),
                     VAHO_USAGE);
    assert_non_null(strstr(error.message, "is not empty"));
    assert_null(files.cube);
    /* an empty one is fine */
    assert_int_equal(vaho_flight_files_write(&files, f->scene, f->dir, f->pool, NULL, &error),
                     VAHO_OK);
    vaho_flight_files_free(&files);
}

static void places_that_cannot_be_written_are_said(void **state)
{
    struct fixture *f = *state;
    struct vaho_flight_files files;
    struct vaho_error error;
    char path[128];

    snprintf(path, sizeof path, "%s/not/there", f->root);
    assert_int_equal(vaho_flight_files_write(&files, f->scene, path, f->pool, NULL, &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, path));
    assert_null(files.cube);
    assert_int_equal(vaho_flight_files_write(&files, f->scene, "/dev/null", f->pool, NULL, &error),
                     VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "/dev/null"));
}

/* A limit on the size of files stands for a full disk: the cube would be 48000 bytes. */
static void a_full_disk_leaves_nothing_half_written(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, tight;
    struct vaho_flight_files files;
    struct vaho_error error;
    enum vaho_status status;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 20000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    status = vaho_flight_files_write(&files, f->scene, f->dir, f->pool, NULL, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "flight_7.bil: cannot be written"));
    assert_null(files.cube);
    assert_int_equal(rmdir(f->dir), 0); /* it is empty */
}

/* A trailing slash is no name; '.' is no name either. */
static void the_name_comes_from_the_last_part(void **state)
{
    struct fixture *f = *state;
    struct vaho_flight_files files;
    char path[128];

    snprintf(path, sizeof path, "%s/again//", f->root);
    assert_int_equal(vaho_flight_files_write(&files, f->scene, path, f->pool, NULL, NULL), VAHO_OK);
    assert_non_null(strstr(files.cube, "/again.bil"));
    vaho_flight_files_free(&files);

    snprintf(path, sizeof path, "%s/b", f->root);
    assert_int_equal(mkdir(path, 0777), 0);
    strcat(path, "/.");
    assert_int_equal(vaho_flight_files_write(&files, f->scene, path, f->pool, NULL, NULL), VAHO_OK);
    assert_non_null(strstr(files.cube, "/flight.bil"));
    vaho_flight_files_free(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_is_written_and_says_exercise, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_directory_that_holds_something_is_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(places_that_cannot_be_written_are_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_nothing_half_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_name_comes_from_the_last_part, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
