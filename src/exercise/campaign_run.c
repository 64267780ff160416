/*
 * campaign_run.c - the flights of a campaign, one after the other, each once
 *
 * A flight goes through four states, each left by an act that is whole or not there:
 *
 *   to fly --files made--> flown --searched--> found --taken in--> in the casebook --log--> done
 *
 * Only log/NAME.json, written last and renamed into place, says that a flight is done.  After a
 * kill the flight that was under way begins anew: its files come out the same, byte for byte, the
 * search writes the same products over the old, and the casebook knows the cube by its hash and
 * takes it in no second time.
 *
 * This is where the simulator hands over to the program that it tests: the detector gets the
 * flight's files and what a participant knows (spectra, the wind as it was forecast, mandates),
 * nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "base/pool.h"
#include "exercise/campaign.h"
#include "exercise/campaign_world.h"
#include "exercise/pass.h"
#include "exercise/pass_files.h"
#include "flight/products.h"
#include "vaho/casebook.h"
#include "vaho/detect.h"
#include "vaho/sites.h"
#include "vaho/version.h"

static const double Q_REPORTED = 0.05;
enum { MAX_INPUTS = VAHO_SCENARIO_MAX_NAMES + 2 };

struct run {
    struct vaho_campaign *campaign;
    const struct vaho_truth *truth;
    struct vaho_campaign_world made;
    struct vaho_pool *pool;
    struct vaho_library *library;
    struct vaho_trust *trust;
    struct vaho_casebook *casebook;
    size_t n_threads;
    const char *cpu;
    const struct vaho_campaign_pace *pace;
    const struct vaho_campaign_watch *watch;
    struct vaho_error *error;
    /* of the flight under way */
    size_t flight;
    char label[128]; /* in plumes' ids: the flight, and the mandate where there is one */
    double landed_s; /* of the exercise: when its last line was taken */
    double there_s;  /* of 'pace': when its files were there */
    int64_t n_plumes, n_sites;
    json_t *taken, *refused;
};

static const struct vaho_scenario_flight *flight_of(const struct run *run)
{
    return &run->truth->scenario->flight[run->flight];
}

/* The folder flights/NAME/, made if it is not there, or a file in it; to be freed. */
static char *flight_path(const struct run *run, const char *suffix)
{
    char file[96];

    snprintf(file, sizeof file, "%s%s", flight_of(run)->name, suffix);
    return vaho_campaign_path(run->campaign, "flights/", file);
}

static enum vaho_status fly(struct run *run)
{
    char mark[VAHO_CAMPAIGN_MARK_NBYTES], *dir = flight_path(run, "");
    struct vaho_pass pass = {0};
    enum vaho_status status = dir == NULL
                                  ? vaho_fail_memory(run->error, "a flight")
                                  : vaho_pass_new(&pass, &run->made.world, run->flight, run->error);

    vaho_campaign_mark(mark, run->campaign);
    if (status == VAHO_OK)
        status = vaho_truth_check_pass(run->truth, &pass, run->error);
    if (status == VAHO_OK && mkdir(dir, 0777) != 0 && errno != EEXIST)
        status =
            vaho_fail(run->error, VAHO_BAD_INPUT, "%s: cannot be made: %s", dir, strerror(errno));
    if (status == VAHO_OK) {
        run->landed_s = ceil(pass.course.start_s + (double)pass.course.n_lines *
                                                       pass.course.pixel_m / pass.course.speed_m_s);
        status = vaho_pass_write(&pass, dir, mark, run->pool, &run->watch->progress, run->error);
    }
    vaho_pass_free(&pass);
    free(dir);
    run->there_s = run->pace->now_s(run->pace->context);
    return status;
}

/* --- the search ---------------------------------------------------------------- */

static void settings_of(struct vaho_detect_settings *out, const struct run *run,
                        const struct vaho_mandate *mandate)
{
    const struct vaho_scenario_day *day = &run->truth->scenario->day[flight_of(run)->day];

    vaho_detect_settings_default(out);
    out->flight = run->label;
    out->mandate = mandate;
    out->n_threads = run->n_threads;
    out->cpu = run->cpu;
    out->wind_speed_m_s = day->wind_m_s;
    out->wind_sigma_m_s = day->wind_sigma_m_s > 0 ? day->wind_sigma_m_s : NAN;
    out->wind_from_deg = day->wind_from_deg;
}

static enum vaho_status write_products(const struct run *run, const struct vaho_source *source,
                                       const struct vaho_place *place,
                                       const struct vaho_detection *detection,
                                       const struct vaho_library *library,
                                       const struct vaho_mandate *mandate, const char *directory,
                                       const char *mandate_path)
{
    const struct vaho_cube_info *info = vaho_source_info(source);
    const struct vaho_scenario_day *day = &run->truth->scenario->day[flight_of(run)->day];
    const char *input[MAX_INPUTS];
    char speed[32], from[32], sigma[32];
    const struct vaho_setting setting[] = {{"--gas", "all"},
                                           {"--q", "0.05"},
                                           {"--wind-speed", speed},
                                           {"--wind-sigma", sigma},
                                           {"--wind-from", from}};
    struct vaho_product product = {
        run->label,     info->acquired,
        info->exercise, mandate != NULL ? vaho_mandate_terms(mandate)->label : "no mandate",
        Q_REPORTED,     VAHO_VERSION};
    struct vaho_products products = {.directory = directory,
                                     .product = &product,
                                     .source = source,
                                     .place = place,
                                     .detection = detection,
                                     .n_settings = sizeof setting / sizeof setting[0],
                                     .setting = setting,
                                     .input = input,
                                     .n_threads = run->n_threads};

    snprintf(speed, sizeof speed, "%g", day->wind_m_s);
    snprintf(sigma, sizeof sigma, "%g", day->wind_sigma_m_s);
    snprintf(from, sizeof from, "%g", day->wind_from_deg);
    for (size_t i = 0; i < vaho_library_size(library) && i < VAHO_SCENARIO_MAX_NAMES; i++)
        input[products.n_inputs++] = vaho_library_get(library, i)->path;
    if (mandate_path != NULL)
        input[products.n_inputs++] = mandate_path;
    return vaho_products_write(&products, run->error);
}

/* Searches the flight under a mandate (NULL: none) and writes what was found. */
static enum vaho_status search(struct run *run, const struct vaho_mandate *mandate,
                               const char *directory, const char *mandate_path)
{
    char *cube = flight_path(run, "/"), *geometry = flight_path(run, "/geometry.json");
    char *path = cube == NULL ? NULL : malloc(strlen(cube) + 64);
    /* in reflected light what gases do to the bands goes with the sun, and lies with the flight */
    int shortwave =
        run->truth->scenario->sensor[flight_of(run)->sensor].kind == VAHO_SCENE_SHORTWAVE;
    char *own = shortwave ? flight_path(run, "/library") : NULL;
    const struct vaho_library *library = run->library;
    struct vaho_library *tables = NULL;
    struct vaho_source *source = NULL;
    struct vaho_place *place = NULL;
    struct vaho_detection *detection = NULL;
    struct vaho_detect_settings settings;
    enum vaho_status status = VAHO_OK;

    if (path == NULL || geometry == NULL || (shortwave && own == NULL))
        status = vaho_fail_memory(run->error, "a flight");
    else
        sprintf(path, "%s%s.bil", cube, flight_of(run)->name);
    if (status == VAHO_OK && own != NULL) {
        status = vaho_library_new(&tables, run->error);
        if (status == VAHO_OK)
            status = vaho_library_add(tables, own, run->error);
        library = tables;
    }
    if (status == VAHO_OK)
        status = vaho_source_open(&source, path, run->error);
    if (status == VAHO_OK)
        status = vaho_place_source(source, geometry, NULL, run->n_threads, NULL, run->error);
    if (status == VAHO_OK) {
        const struct vaho_cube_info *info = vaho_source_info(source);
        status =
            vaho_place_new(&place, info->georeference, info->n_lines, info->n_samples, run->error);
    }
    if (status == VAHO_OK && mandate != NULL)
        status = vaho_detect_permit(source, place, mandate, run->trust, NULL, run->error);
    settings_of(&settings, run, mandate);
    if (status == VAHO_OK)
        status =
            vaho_detect(&detection, source, library, &settings, &run->watch->progress, run->error);
    if (status == VAHO_OK)
        status = write_products(run, source, place, detection, library, mandate, directory,
                                mandate_path);
    for (size_t i = 0; status == VAHO_OK && i < detection->plumes->n; i++)
        run->n_plumes += detection->plumes->plume[i].q_value <= Q_REPORTED;
    vaho_detection_free(detection);
    vaho_place_free(place);
    vaho_source_free(source);
    vaho_library_free(tables);
    free(own);
    free(path);
    free(geometry);
    free(cube);
    return status;
}

static enum vaho_status take_in(struct run *run, const struct vaho_mandate *mandate,
                                const char *directory)
{
    struct vaho_casebook_added added;
    char at[VAHO_MOMENT_NBYTES];
    const struct vaho_act act = vaho_campaign_act(at);
    enum vaho_status status;

    vaho_moment_format(at, run->landed_s);
    status =
        vaho_casebook_add(&added, run->casebook, directory, mandate, run->trust, &act, run->error);
    if (status == VAHO_OK)
        json_array_append_new(run->taken, json_integer((json_int_t)added.flight_id));
    return status;
}

/* The search under one of the flight's mandates, checked anew; a refusal is told and passed over:
 * a flight that has nothing to look at under one of them is not an error. */
static enum vaho_status under(struct run *run, const struct vaho_scenario_mandate *m)
{
    struct vaho_mandate *mandate = NULL;
    char file[96], *path = NULL,
                   *directory = vaho_campaign_found(run->campaign, flight_of(run)->name,
                                                    m != NULL ? m->id : NULL);
    enum vaho_status status =
        directory == NULL ? vaho_fail_memory(run->error, "a flight") : VAHO_OK;

    snprintf(run->label, sizeof run->label, "%s%s%s", flight_of(run)->name, m != NULL ? "." : "",
             m != NULL ? m->id : "");
    if (status == VAHO_OK && m != NULL) {
        snprintf(file, sizeof file, "%s.mandate.json", m->id);
        path = vaho_campaign_path(run->campaign, "mandates/", file);
        status = path == NULL ? vaho_fail_memory(run->error, file)
                              : vaho_mandate_open(&mandate, path, run->error);
        if (status == VAHO_OK)
            status = vaho_mandate_check(mandate, run->trust, NULL, 0, run->error);
    }
    if (status == VAHO_OK)
        status = search(run, mandate, directory, path);
    if (status == VAHO_OK) {
        status = take_in(run, mandate, directory);
    } else if (status == VAHO_REFUSED && m != NULL) {
        json_array_append_new(run->refused,
                              json_pack("{s:s, s:s}", "mandate", m->id, "why",
                                        run->error != NULL ? run->error->message : ""));
        status = VAHO_OK;
    }
    vaho_mandate_free(mandate);
    free(path);
    free(directory);
    return status;
}

/* --- one flight ------------------------------------------------------------------ */

static enum vaho_status update_sites(struct run *run)
{
    struct vaho_sites_updated updated;
    char at[VAHO_MOMENT_NBYTES];
    const struct vaho_act act = vaho_campaign_act(at);
    enum vaho_status status;

    vaho_moment_format(at, run->landed_s);
    status = vaho_sites_update(&updated, run->casebook, at, run->n_threads, &act, run->error);
    if (status == VAHO_OK)
        run->n_sites = updated.n_sites;
    return status;
}

static enum vaho_status write_log(struct run *run, double after_s, double taken_in_s)
{
    char landed[VAHO_MOMENT_NBYTES], taken_in[VAHO_MOMENT_NBYTES], file[64], *text, *path;
    json_t *log;
    enum vaho_status status;

    vaho_moment_format(landed, run->landed_s);
    vaho_moment_format(taken_in, taken_in_s);
    snprintf(file, sizeof file, "%s.json", flight_of(run)->name);
    path = vaho_campaign_path(run->campaign, "log/", file);
    log = json_pack("{s:b, s:s, s:s, s:I, s:I, s:f, s:s, s:O, s:O}", "exercise", 1, "flight",
                    flight_of(run)->name, "landed", landed, "plumes", (json_int_t)run->n_plumes,
                    "sites", (json_int_t)run->n_sites, "detected_after_s", after_s, "taken_in",
                    taken_in, "casebook_flights", run->taken, "refused", run->refused);
    text = log == NULL ? NULL : json_dumps(log, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    status = text == NULL || path == NULL ? vaho_fail_memory(run->error, file)
                                          : vaho_file_write(path, text, strlen(text), run->error);
    json_decref(log);
    free(text);
    free(path);
    return status;
}

static enum vaho_status do_flight(struct run *run)
{
    const struct vaho_scenario_flight *f = flight_of(run);
    const struct vaho_campaign_watch *watch = run->watch;
    double after_s, taken_in_s;
    enum vaho_status status;

    run->n_plumes = run->n_sites = 0;
    run->taken = json_array();
    run->refused = json_array();
    if (watch->begin != NULL)
        watch->begin(watch->context, run->campaign, run->flight);
    status = fly(run);
    if (status == VAHO_OK && f->n_mandates == 0)
        status = under(run, NULL);
    for (size_t i = 0; i < f->n_mandates && status == VAHO_OK; i++)
        status = under(run, &run->truth->scenario->mandate[f->mandate[i]]);
    if (status == VAHO_OK)
        status = update_sites(run);
    after_s = run->pace->now_s(run->pace->context) - run->there_s;
    taken_in_s = run->pace->clock_s(run->pace->context);
    if (status == VAHO_OK)
        status = write_log(run, after_s, taken_in_s);
    if (status == VAHO_OK) {
        run->campaign->flight[run->flight].done = 1;
        run->campaign->flight[run->flight].n_plumes = run->n_plumes;
        run->campaign->flight[run->flight].n_refused = json_array_size(run->refused);
        run->campaign->flight[run->flight].detected_after_s = after_s;
        run->campaign->flight[run->flight].taken_in_s = taken_in_s;
        run->campaign->n_done++;
        if (watch->done != NULL)
            watch->done(watch->context, run->campaign, run->flight);
    }
    json_decref(run->taken);
    json_decref(run->refused);
    return status;
}

static enum vaho_status do_flights(struct run *run, size_t most)
{
    const struct vaho_scenario *s = run->truth->scenario;
    double began_s = run->pace->now_s(run->pace->context), first_s = NAN;
    size_t n = 0;
    enum vaho_status status = VAHO_OK;

    for (size_t i = 0; i < s->n_flights && status == VAHO_OK && (most == 0 || n < most); i++) {
        if (run->campaign->flight[i].done)
            continue;
        if (isnan(first_s))
            first_s = s->flight[i].start_s;
        if (run->pace->speed > 0) {
            double due_s = began_s + (s->flight[i].start_s - first_s) / run->pace->speed;
            double wait_s = due_s - run->pace->now_s(run->pace->context);
            if (wait_s > 0)
                run->pace->wait_s(run->pace->context, wait_s);
        }
        run->flight = i;
        status = do_flight(run);
        n++;
    }
    return status;
}

/* --- before and after --------------------------------------------------------------- */

static enum vaho_status prepare(struct run *run)
{
    char *library = vaho_campaign_path(run->campaign, "library", "");
    char *casebook = vaho_campaign_path(run->campaign, "casebook.gpkg", "");
    char *trust = vaho_campaign_path(run->campaign, "trust.json", "");
    enum vaho_status status = library == NULL || casebook == NULL || trust == NULL
                                  ? vaho_fail_memory(run->error, "a campaign")
                                  : vaho_pool_new(&run->pool, run->n_threads, run->error);

    if (status == VAHO_OK)
        status = vaho_library_new(&run->library, run->error);
    if (status == VAHO_OK)
        status = vaho_library_add(run->library, library, run->error);
    if (status == VAHO_OK && run->truth->scenario->n_mandates > 0)
        status = vaho_trust_open(&run->trust, trust, run->error);
    if (status == VAHO_OK)
        status = vaho_casebook_open(&run->casebook, casebook, run->error);
    free(library);
    free(casebook);
    free(trust);
    return status;
}

/* A run has the campaign for itself; the lock goes with the process. */
static enum vaho_status lock(int *out, const struct vaho_campaign *campaign,
                             struct vaho_error *error)
{
    char *path = vaho_campaign_path(campaign, "run.lock", "");
    enum vaho_status status = VAHO_OK;

    *out = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (path == NULL)
        status = vaho_fail_memory(error, "a campaign");
    else if (*out < 0)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s", path, strerror(errno));
    else if (flock(*out, LOCK_EX | LOCK_NB) != 0)
        status = vaho_fail(error, VAHO_REFUSED,
                           "%s: another 'vaho exercise run' is under way here; wait for it or "
                           "stop it",
                           campaign->dir);
    free(path);
    return status;
}

enum vaho_status vaho_campaign_run(struct vaho_campaign *campaign, const struct vaho_truth *truth,
                                   size_t most, size_t n_threads, const char *cpu,
                                   const struct vaho_campaign_pace *pace,
                                   const struct vaho_campaign_watch *watch,
                                   struct vaho_error *error)
{
    struct run run = {.campaign = campaign,
                      .truth = truth,
                      .n_threads = n_threads,
                      .cpu = cpu,
                      .pace = pace,
                      .watch = watch,
                      .error = error};
    int file;
    enum vaho_status status = lock(&file, campaign, error);

    if (status == VAHO_OK)
        status = vaho_campaign_world_open(&run.made, campaign, truth, error);
    if (status == VAHO_OK)
        status = prepare(&run);
    if (status == VAHO_OK)
        status = do_flights(&run, most);
    vaho_casebook_close(run.casebook);
    vaho_trust_free(run.trust);
    vaho_library_free(run.library);
    vaho_campaign_world_free(&run.made);
    vaho_pool_free(run.pool);
    if (file >= 0)
        close(file);
    return status;
}
