/* pass_files.c - cube, measured trajectory, camera and times of one flight */
#include "exercise/pass_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/moment.h"
#include "base/text.h"
#include "exercise/cube_files.h"
#include "exercise/gas_files.h"

static const size_t MAX_TEXT_NBYTES = (size_t)1 << 26;
static const int RECORDS_BEYOND = 4; /* of the trajectory, before the first and after the last */

/* "DIR/NAMEsuffix" and the text into it. */
static enum vaho_status save(const char *dir, const char *name, const char *suffix,
                             struct vaho_text *text, struct vaho_error *error)
{
    char *folder = vaho_path_join(dir, "/", name);
    char *path = folder == NULL ? NULL : vaho_path_join(folder, suffix, "");
    enum vaho_status status;

    if (path == NULL) {
        vaho_text_free(text);
        status = vaho_fail_memory(error, dir);
    } else {
        status = vaho_text_save(path, text, error);
    }
    free(folder);
    free(path);
    return status;
}

static enum vaho_status write_header(const struct vaho_pass *pass, const char *dir,
                                     const char *mark, struct vaho_error *error)
{
    const struct vaho_scenario *s = pass->world->scenario;
    const struct vaho_scenario_flight *f = &s->flight[pass->flight];
    const struct vaho_scenario_sensor *d = &s->sensor[f->sensor];
    struct vaho_text text;
    char at[VAHO_MOMENT_NBYTES];

    vaho_moment_format(at, f->start_s);
    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_printf(&text,
                     "ENVI\ndescription = {EXERCISE %s, flight %s: simulated; no such place, no "
                     "such plume. %s}\n"
                     "exercise = 1\nsamples = %zu\nlines = %zu\nbands = %zu\n"
                     "header offset = 0\nfile type = ENVI Standard\ndata type = 4\n"
                     "interleave = bil\nbyte order = %d\nsensor type = %s\n"
                     "acquisition time = %s\ndata units = W m-2 sr-1 um-1\n"
                     "wavelength units = Micrometers\n",
                     s->name, f->name, mark, d->n_samples, pass->n_lines, d->n_bands,
                     __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 1 : 0, d->name, at);
    vaho_cube_header_bands(&text, pass->scene);
    return save(dir, f->name, ".bil.hdr", &text, error);
}

static enum vaho_status write_trajectory(const struct vaho_pass *pass, const char *dir,
                                         struct vaho_error *error)
{
    const struct vaho_course *c = &pass->course;
    const struct vaho_scenario_area *area = &pass->world->scenario->area;
    struct vaho_text text;

    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_puts(&text, "# EXERCISE\ntime,longitude,latitude,height,roll,pitch,heading\n");
    for (long i = -RECORDS_BEYOND; i < (long)c->n_lines + RECORDS_BEYOND; i++) {
        struct vaho_pose pose;
        double longitude, latitude;
        vaho_course_measured(&pose, c, (double)i);
        vaho_world_lonlat(&longitude, &latitude, area, pose.east_m, pose.north_m);
        vaho_text_printf(&text, "%.6f,%.9f,%.9f,%.3f,%.5f,%.5f,%.5f\n", pose.time_s - c->start_s,
                         longitude, latitude, area->ground_m + pose.up_m, pose.roll_deg,
                         pose.pitch_deg, pose.heading_deg);
    }
    return save(dir, "trajectory", ".csv", &text, error);
}

static enum vaho_status write_tables(const struct vaho_pass *pass, const char *dir,
                                     struct vaho_error *error)
{
    const struct vaho_course *c = &pass->course;
    struct vaho_text camera, lines;
    enum vaho_status status;

    vaho_text_init(&camera, MAX_TEXT_NBYTES);
    vaho_text_puts(&camera, "across_mrad,along_mrad\n");
    for (size_t s = 0; s < c->n_samples; s++)
        vaho_text_printf(&camera, "%.4f,0\n", 1e3 * vaho_course_across_rad(c, s));
    vaho_text_init(&lines, MAX_TEXT_NBYTES);
    vaho_text_puts(&lines, "time\n");
    for (size_t l = 0; l < pass->n_lines; l++)
        vaho_text_printf(&lines, "%.6f\n",
                         ((double)pass->frame[l] + 0.5) * c->pixel_m / c->speed_m_s);
    status = save(dir, "camera", ".csv", &camera, error);
    if (status == VAHO_OK)
        status = save(dir, "lines", ".csv", &lines, error);
    else
        vaho_text_free(&lines);
    return status;
}

static enum vaho_status write_geometry(const struct vaho_pass *pass, const char *dir,
                                       struct vaho_error *error)
{
    const struct vaho_course *c = &pass->course;
    const struct vaho_scenario_area *area = &pass->world->scenario->area;
    struct vaho_text text;
    char since[VAHO_MOMENT_NBYTES], ground[64];

    vaho_moment_format(since, c->start_s);
    if (area->terrain.given)
        snprintf(ground, sizeof ground, "\"file\": \"../../terrain.tif\"");
    else
        snprintf(ground, sizeof ground, "\"height_m\": %g", area->ground_m);
    vaho_text_init(&text, MAX_TEXT_NBYTES);
    vaho_text_printf(
        &text,
        "{\"vaho_geometry\": 1,\n"
        " \"trajectory\": {\"file\": \"trajectory.csv\", \"format\": \"csv\", \"columns\": {\n"
        "   \"time\": {\"column\": \"time\", \"unit\": \"s\", \"since\": \"%s\"},\n"
        "   \"longitude\": {\"column\": \"longitude\", \"unit\": \"deg\"},\n"
        "   \"latitude\": {\"column\": \"latitude\", \"unit\": \"deg\"},\n"
        "   \"height\": {\"column\": \"height\", \"unit\": \"m\"},\n"
        "   \"roll\": {\"column\": \"roll\", \"unit\": \"deg\"},\n"
        "   \"pitch\": {\"column\": \"pitch\", \"unit\": \"deg\"},\n"
        "   \"heading\": {\"column\": \"heading\", \"unit\": \"deg\"}},\n"
        "  \"height_datum\": \"ellipsoid\", \"max_gap_s\": %.6f,\n"
        "  \"sigma\": {\"north_m\": %g, \"east_m\": %g, \"down_m\": %g,\n"
        "            \"roll_deg\": %g, \"pitch_deg\": %g, \"heading_deg\": %g}},\n"
        " \"camera\": {\"file\": \"camera.csv\", \"columns\": {\n"
        "   \"across\": {\"column\": \"across_mrad\", \"unit\": \"mrad\"},\n"
        "   \"along\": {\"column\": \"along_mrad\", \"unit\": \"mrad\"}},\n"
        "  \"sigma\": {\"across_deg\": 0, \"along_deg\": 0}},\n",
        since, fmax(0.001, 2.5 * c->pixel_m / c->speed_m_s), c->position_sigma_m,
        c->position_sigma_m, c->position_sigma_m, c->attitude_sigma_deg, c->attitude_sigma_deg,
        c->attitude_sigma_deg);
    vaho_text_printf(
        &text,
        " \"boresight\": {\"roll_deg\": 0, \"pitch_deg\": 0, \"heading_deg\": 0,\n"
        "  \"sigma\": {\"roll_deg\": 0, \"pitch_deg\": 0, \"heading_deg\": 0}},\n"
        " \"lever_arm\": {\"forward_m\": 0, \"right_m\": 0, \"down_m\": 0,\n"
        "  \"sigma\": {\"forward_m\": 0, \"right_m\": 0, \"down_m\": 0}},\n"
        " \"lines\": {\"file\": \"lines.csv\", \"time\": {\"column\": \"time\", \"unit\": \"s\", "
        "\"since\": \"%s\"}, \"sigma_s\": 0},\n"
        " \"terrain\": {%s, \"height_datum\": \"ellipsoid\", \"sigma_m\": %g, "
        "\"horizontal_sigma_m\": 0}}\n",
        since, ground, area->terrain.given ? area->terrain.sigma_m : 0.5);
    return save(dir, "geometry", ".json", &text, error);
}

/* Unit absorption for the bands and the sun of this flight. */
static enum vaho_status write_tables_of_gases(const struct vaho_pass *pass, const char *dir,
                                              struct vaho_error *error)
{
    const struct vaho_scenario *s = pass->world->scenario;
    char *library = vaho_path_join(dir, "/library", "");
    enum vaho_status status =
        library == NULL ? vaho_fail_memory(error, dir)
                        : vaho_unit_tables_write(library, pass->scene, s->n_gases, s->gas, error);

    free(library);
    return status;
}

enum vaho_status vaho_pass_write(const struct vaho_pass *pass, const char *dir, const char *mark,
                                 struct vaho_pool *pool, const struct vaho_progress *progress,
                                 struct vaho_error *error)
{
    const char *name = pass->world->scenario->flight[pass->flight].name;
    char *stem = vaho_path_join(dir, "/", name);
    char *cube = stem == NULL ? NULL : vaho_path_join(stem, ".bil", "");
    enum vaho_status status = cube == NULL
                                  ? vaho_fail_memory(error, dir)
                                  : vaho_cube_write(cube, pass->scene, pool, progress, error);

    if (status == VAHO_OK)
        status = write_header(pass, dir, mark, error);
    if (status == VAHO_OK)
        status = write_trajectory(pass, dir, error);
    if (status == VAHO_OK)
        status = write_tables(pass, dir, error);
    if (status == VAHO_OK)
        status = write_geometry(pass, dir, error);
    if (status == VAHO_OK && vaho_scene_get_params(pass->scene)->kind == VAHO_SCENE_SHORTWAVE)
        status = write_tables_of_gases(pass, dir, error);
    free(stem);
    free(cube);
    return status;
}
