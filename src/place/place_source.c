/*
 * place_source.c - a cube placed by another file or by the geometry of its flight
 *
 * The files of a description are opened here, parsed elsewhere; relative paths in it
 * start at its own folder.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/file.h"
#include "cube/placement.h"
#include "place/pushbroom.h"
#include "vaho/place.h"

static const size_t MAX_DESCRIPTION_NBYTES = (size_t)1 << 20, MAX_FILE_NBYTES = (size_t)1 << 32;

/* All that belongs to one description. */
struct flight {
    struct vaho_source *source;
    const char *description_path;
    struct place_geometry geometry;
    char *trajectory_path, *camera_path, *lines_path, *terrain_path, *geoid_path;
    struct place_ground ground;
    struct place_trajectory trajectory;
    struct place_camera camera;
    double *time_s;
};

static void flight_free(struct flight *f)
{
    place_geometry_free(&f->geometry);
    free(f->trajectory_path);
    free(f->camera_path);
    free(f->lines_path);
    free(f->terrain_path);
    free(f->geoid_path);
    place_ground_free(&f->ground);
    place_trajectory_free(&f->trajectory);
    place_camera_free(&f->camera);
    free(f->time_s);
}

/* --- files ------------------------------------------------------------------------ */

static int is_description(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL && strcasecmp(dot, ".json") == 0;
}

/* *out = 'file' seen from the folder of 'from'; a NULL file stays NULL. */
static enum vaho_status resolve(char **out, const char *from, const char *file,
                                struct vaho_error *error)
{
    const char *slash = strrchr(from, '/');
    const size_t n_folder =
        file == NULL || file[0] == '/' || slash == NULL ? 0 : (size_t)(slash - from) + 1;
    size_t nbytes;

    *out = NULL;
    if (file == NULL)
        return VAHO_OK;
    nbytes = n_folder + strlen(file) + 1;
    *out = vaho_alloc(nbytes, 1);
    if (*out == NULL)
        return vaho_fail_memory(error, file);
    snprintf(*out, nbytes, "%.*s%s", (int)n_folder, from, file);
    return VAHO_OK;
}

static enum vaho_status read_description(struct flight *f, struct vaho_error *error)
{
    const struct place_geometry *g = &f->geometry;
    const char *path = f->description_path;
    char *text;
    size_t nbytes;
    enum vaho_status status = vaho_file_read(&text, &nbytes, path, MAX_DESCRIPTION_NBYTES, error);

    if (status != VAHO_OK)
        return status;
    status = place_geometry_parse(&f->geometry, text, nbytes, path, error);
    free(text);
    if (status == VAHO_OK)
        status = resolve(&f->trajectory_path, path, g->trajectory.file, error);
    if (status == VAHO_OK)
        status = resolve(&f->camera_path, path, g->camera.file, error);
    if (status == VAHO_OK)
        status = resolve(&f->lines_path, path, g->lines.file, error);
    if (status == VAHO_OK)
        status = resolve(&f->terrain_path, path, g->terrain.file, error);
    if (status == VAHO_OK)
        status = resolve(&f->geoid_path, path, g->geoid.file, error);
    return status;
}

/* The terrain model comes from the command line or from the description, from one. */
static enum vaho_status choose_terrain(struct flight *f, const char *dem_path,
                                       struct vaho_error *error)
{
    if (dem_path != NULL && (f->terrain_path != NULL || f->geometry.terrain.flat))
        return vaho_fail(error, VAHO_USAGE,
                         "%s: its 'terrain' has a '%s' of its own, so %s is not wanted; name the "
                         "terrain once",
                         f->description_path, f->terrain_path != NULL ? "file" : "height_m",
                         dem_path);
    if (dem_path == NULL && f->terrain_path == NULL && !f->geometry.terrain.flat)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: its 'terrain' has neither 'file' nor 'height_m'; add one, or name a "
                         "terrain model (--dem)",
                         f->description_path);
    if (dem_path == NULL)
        return VAHO_OK;
    f->terrain_path = vaho_strdup(dem_path);
    return f->terrain_path == NULL ? vaho_fail_memory(error, dem_path) : VAHO_OK;
}

static enum vaho_status read_table(struct place_table *out, const char *path,
                                   const struct place_column *column, size_t n_columns,
                                   const struct place_clock *time, struct vaho_error *error)
{
    char *text;
    size_t nbytes;
    enum vaho_status status = vaho_file_read(&text, &nbytes, path, MAX_FILE_NBYTES, error);

    *out = (struct place_table){0};
    if (status == VAHO_OK)
        status = place_table_parse(out, text, nbytes, path, column, n_columns, time, error);
    free(text);
    return status;
}

/* --- the parts of a flight ---------------------------------------------------------- */

/* Heights above the geoid to heights above the ellipsoid. */
static enum vaho_status raise(struct place_table *table, const struct flight *f,
                              struct vaho_error *error)
{
    if (f->geometry.trajectory.datum != VAHO_HEIGHT_GEOID)
        return VAHO_OK;
    for (size_t i = 0; i < table->n_rows; i++) {
        double *row = table->value + i * table->n_columns;
        const double undulation =
            place_ground_undulation(&f->ground, row[PLACE_LONGITUDE], row[PLACE_LATITUDE]);
        if (!isfinite(undulation))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: knows no undulation at %.5f, %.5f, where the trajectory is "
                             "(record %zu)",
                             f->geoid_path, row[PLACE_LONGITUDE] * 180 / M_PI,
                             row[PLACE_LATITUDE] * 180 / M_PI, i);
        row[PLACE_HEIGHT] += undulation;
    }
    return VAHO_OK;
}

static enum vaho_status read_trajectory(struct flight *f, struct vaho_error *error)
{
    const struct place_geometry *g = &f->geometry;
    struct place_table table = {0};
    struct place_earth *earth = NULL;
    char *data = NULL;
    size_t nbytes;
    enum vaho_status status = place_earth_new(&earth, NULL, "", error);

    if (status == VAHO_OK && g->trajectory.sbet) {
        status = vaho_file_read(&data, &nbytes, f->trajectory_path, MAX_FILE_NBYTES, error);
        if (status == VAHO_OK)
            status = place_sbet_parse(&table, data, nbytes, f->trajectory_path,
                                      &g->trajectory.clock, error);
        free(data);
    } else if (status == VAHO_OK) {
        status = read_table(&table, f->trajectory_path, g->trajectory.column,
                            PLACE_N_TRAJECTORY_COLUMNS, &g->trajectory.clock, error);
    }
    if (status == VAHO_OK)
        status = raise(&table, f, error);
    if (status == VAHO_OK)
        status = place_trajectory_new(&f->trajectory, &table, f->trajectory_path,
                                      g->trajectory.sbet ? "record" : "line",
                                      g->trajectory.max_gap_s, earth, error);
    place_earth_free(earth);
    place_table_free(&table);
    return status;
}

static enum vaho_status read_camera(struct flight *f, struct vaho_error *error)
{
    struct place_table table;
    enum vaho_status status =
        read_table(&table, f->camera_path, f->geometry.camera.column, 2, NULL, error);

    if (status == VAHO_OK)
        status =
            place_camera_new(&f->camera, &table, f->source->info.n_samples, f->camera_path, error);
    place_table_free(&table);
    return status;
}

static enum vaho_status read_times(struct flight *f, struct vaho_error *error)
{
    const struct place_geometry *g = &f->geometry;
    const size_t n = f->source->info.n_lines;
    struct place_table table = {0};
    enum vaho_status status = VAHO_OK;

    f->time_s = vaho_alloc(n, sizeof *f->time_s);
    if (f->time_s == NULL)
        return vaho_fail_memory(error, "the times of lines");
    if (f->lines_path != NULL) {
        status = read_table(&table, f->lines_path, &g->lines.column, 1, &g->lines.clock, error);
        if (status == VAHO_OK && table.n_rows != n)
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "%s: has times of %zu lines, but %s has %zu; it belongs to another "
                               "cube",
                               f->lines_path, table.n_rows, f->source->path, n);
    }
    for (size_t l = 0; status == VAHO_OK && l < n; l++)
        f->time_s[l] = f->lines_path != NULL ? table.value[l]
                                             : g->lines.first_s + (double)l * g->lines.interval_s;
    place_table_free(&table);
    return status;
}

/* Hands the lines' times over to the source. */
static void give_times(struct flight *f)
{
    for (size_t l = 0; l < f->source->info.n_lines; l++)
        f->time_s[l] += PLACE_CLOCK_UNIX_S;
    free(f->source->line_time_s);
    f->source->line_time_s = f->time_s;
    f->time_s = NULL;
    cube_publish(f->source);
}

/* --- what comes of it ----------------------------------------------------------------- */

/* In words what has no place; "" when all has one. */
static void say_unplaced(char out[512], const struct place_outcome *outcome)
{
    const struct {
        size_t n;
        const char *what;
    } parts[] = {
        {outcome->n_before, "lines before the trajectory begins"},
        {outcome->n_after, "lines after the trajectory ends"},
        {outcome->n_gap, "lines in gaps of the trajectory"},
        {outcome->n_sights[PLACE_SIGHT_MISS], "pixels that look past the ground"},
        {outcome->n_sights[PLACE_SIGHT_OUTSIDE],
         "pixels whose ray leaves the terrain model or meets unknown heights"},
        {outcome->n_sights[PLACE_SIGHT_BELOW], "pixels seen from below the terrain"},
        {outcome->n_sights[PLACE_SIGHT_GRAZE],
         "pixels that graze the ground at less than 1 degree"},
    };
    size_t length = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].n > 0)
            length += (size_t)snprintf(out + length, 512 - length, "%s%zu %s",
                                       length > 0 ? ", " : "", parts[i].n, parts[i].what);
}

static int by_size(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

/* The least, middle and largest of the pixels' standard deviations. */
static enum vaho_status spread(float out_m[3], const struct cube_placement *placement, size_t n,
                               struct vaho_error *error)
{
    float *sigma = vaho_alloc(n, sizeof *sigma);
    size_t n_known = 0;

    if (sigma == NULL)
        return vaho_fail_memory(error, "the places of a cube's pixels");
    for (size_t i = 0; i < n; i++) {
        const float *v = placement->variance_m2 + 4 * i;
        const double covariance[3] = {(double)v[0], (double)v[1], (double)v[2]};
        if (isfinite(v[0]))
            sigma[n_known++] = (float)vaho_place_largest_sigma_m(covariance);
    }
    qsort(sigma, n_known, sizeof *sigma, by_size);
    out_m[0] = sigma[0];
    out_m[1] = sigma[n_known / 2];
    out_m[2] = sigma[n_known - 1];
    free(sigma);
    return VAHO_OK;
}

static enum vaho_status fail_nowhere(const struct flight *f, const char *unplaced,
                                     struct vaho_error *error)
{
    char line[2][PLACE_INSTANT_NBYTES], record[2][PLACE_INSTANT_NBYTES];
    const size_t n = f->source->info.n_lines;

    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: no pixel gets a place: %s (lines from %s to %s, trajectory from %s to "
                     "%s); check times, leap seconds, angles and the terrain model",
                     f->description_path, unplaced, place_clock_print(line[0], f->time_s[0]),
                     place_clock_print(line[1], f->time_s[n - 1]),
                     place_clock_print(record[0], f->trajectory.time_s[0]),
                     place_clock_print(record[1], f->trajectory.time_s[f->trajectory.n - 1]));
}

static enum vaho_status add_notes(struct flight *f, const struct cube_placement *placement,
                                  const struct place_outcome *outcome, struct vaho_error *error)
{
    const size_t n = f->source->info.n_lines * f->source->info.n_samples;
    char unplaced[512];
    float sigma_m[3];
    enum vaho_status status = VAHO_OK;

    say_unplaced(unplaced, outcome);
    if (outcome->n_sights[PLACE_SIGHT_HIT] == 0)
        return fail_nowhere(f, unplaced, error);
    status = spread(sigma_m, placement, n, error);
    if (status == VAHO_OK)
        status = cube_add_note(f->source, error,
                               "places come from the trajectory; by the errors stated for it one "
                               "standard deviation of a pixel's place is %.2g m, %.2g m at best "
                               "and %.2g m at worst, along the direction in which it is largest",
                               (double)sigma_m[1], (double)sigma_m[0], (double)sigma_m[2]);
    if (status == VAHO_OK && unplaced[0] != '\0')
        status = cube_add_note(f->source, error, "without a place are: %s", unplaced);
    if (status == VAHO_OK && placement->height_datum == VAHO_HEIGHT_GEOID)
        status = cube_add_note(f->source, error,
                               "all heights are above the geoid and its undulation is not given: "
                               "places are taken as if they were above the ellipsoid, which moves "
                               "a pixel by about a hundred-thousandth of its way from the sensor");
    cube_publish(f->source);
    return status;
}

static enum vaho_status add_files(struct flight *f, struct vaho_error *error)
{
    const char *const file[] = {f->description_path, f->trajectory_path, f->camera_path,
                                f->lines_path,       f->terrain_path,    f->geoid_path};
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; status == VAHO_OK && i < sizeof file / sizeof file[0]; i++)
        if (file[i] != NULL)
            status = cube_add_file(f->source, file[i], error);
    cube_publish(f->source);
    return status;
}

static enum vaho_status place_flight(struct flight *f, size_t n_threads,
                                     const struct vaho_progress *progress, struct vaho_error *error)
{
    struct cube_placement placement = {0};
    struct place_outcome outcome;
    struct vaho_pool *pool = NULL;
    enum vaho_status status =
        place_ground_read(&f->ground, &f->geometry, f->terrain_path, f->geoid_path, error);

    if (status == VAHO_OK)
        status = read_trajectory(f, error);
    if (status == VAHO_OK)
        status = read_camera(f, error);
    if (status == VAHO_OK)
        status = read_times(f, error);
    if (status == VAHO_OK)
        status = vaho_pool_new(&pool, n_threads, error);
    if (status == VAHO_OK) {
        const struct place_pushbroom pushbroom = {&f->geometry, &f->trajectory,          &f->camera,
                                                  &f->ground,   f->source->info.n_lines, f->time_s};
        status = place_pushbroom(&placement, &outcome, &pushbroom, pool, progress, error);
    }
    vaho_pool_free(pool);
    if (status == VAHO_OK)
        status = add_notes(f, &placement, &outcome, error);
    if (status == VAHO_OK)
        status = add_files(f, error);
    if (status == VAHO_OK) {
        cube_place(f->source, &placement);
        give_times(f);
    }
    cube_placement_free(&placement);
    return status;
}

/* Coordinates from elsewhere, with the error that the description states for them. */
static enum vaho_status place_coordinates(struct flight *f, struct vaho_error *error)
{
    const struct place_geometry *g = &f->geometry;
    char *path;
    enum vaho_status status = resolve(&path, f->description_path, g->coordinates_file, error);

    if (status != VAHO_OK)
        return status;
    if (path == NULL && f->source->georeference.kind == VAHO_GEOREFERENCE_NONE)
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: 'coordinates.cube' is true, but %s does not say where it lies",
                           f->description_path, f->source->path);
    if (path != NULL && is_description(path))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: 'coordinates.file' names another description", f->description_path);
    if (status == VAHO_OK && path != NULL)
        status = vaho_source_place_by(f->source, path, error);
    free(path);
    if (status == VAHO_OK)
        status = cube_add_file(f->source, f->description_path, error);
    cube_publish(f->source);
    if (status == VAHO_OK)
        f->source->georeference.sigma_m = g->coordinates_sigma_m;
    return status;
}

enum vaho_status vaho_place_source(struct vaho_source *source, const char *geo_path,
                                   const char *dem_path, size_t n_threads,
                                   const struct vaho_progress *progress, struct vaho_error *error)
{
    struct flight f = {.source = source, .description_path = geo_path};
    enum vaho_status status = VAHO_OK;

    if (is_description(geo_path))
        status = read_description(&f, error);
    if (status == VAHO_OK && dem_path != NULL &&
        (!is_description(geo_path) || f.geometry.of_coordinates))
        status = vaho_fail(error, VAHO_USAGE,
                           "%s: gives the pixels' coordinates, which need no terrain model (%s)",
                           geo_path, dem_path);
    else if (status == VAHO_OK && !is_description(geo_path))
        status = vaho_source_place_by(source, geo_path, error);
    else if (status == VAHO_OK && f.geometry.of_coordinates)
        status = place_coordinates(&f, error);
    else if (status == VAHO_OK) {
        status = choose_terrain(&f, dem_path, error);
        if (status == VAHO_OK)
            status = place_flight(&f, n_threads, progress, error);
    }
    flight_free(&f);
    return status;
}
