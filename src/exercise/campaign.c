/* campaign.c - the record of a campaign: what participants may know */
#include "exercise/campaign.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/moment.h"
#include "exercise/cube_files.h"
#include "place/members.h"

static const size_t MAX_RECORD_NBYTES = (size_t)8 << 20, MAX_TRUTH_NBYTES = (size_t)64 << 20;

struct vaho_act vaho_campaign_act(const char *at)
{
    return (struct vaho_act){"the exercise", VAHO_BY_CLAIM, at, NULL};
}

char *vaho_campaign_path(const struct vaho_campaign *campaign, const char *folder, const char *file)
{
    struct vaho_text text;

    vaho_text_init(&text, 8192);
    vaho_text_printf(&text, "%s/%s%s", campaign->dir, folder, file);
    if (text.failed)
        vaho_text_free(&text);
    return text.data;
}

char *vaho_campaign_found(const struct vaho_campaign *campaign, const char *flight,
                          const char *mandate)
{
    char name[160];

    snprintf(name, sizeof name, "%s%s%s", flight, mandate != NULL ? "." : "",
             mandate != NULL ? mandate : "");
    return vaho_campaign_path(campaign, "found/", name);
}

static enum vaho_status read_json(json_t **out, const struct vaho_campaign *campaign,
                                  const char *folder, const char *file, struct vaho_error *error)
{
    char *path = vaho_campaign_path(campaign, folder, file), *data = NULL;
    size_t nbytes = 0;
    json_error_t reason;
    enum vaho_status status = path == NULL
                                  ? vaho_fail_memory(error, campaign->dir)
                                  : vaho_file_read(&data, &nbytes, path, MAX_RECORD_NBYTES, error);

    *out = NULL;
    if (status == VAHO_OK) {
        *out = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
        if (*out == NULL)
            status = vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", path,
                               reason.line, reason.text);
    }
    free(data);
    free(path);
    return status;
}

/* What the log says of a flight; without one it is still to be flown. */
static enum vaho_status read_log(struct vaho_campaign *c, size_t i, struct vaho_error *error)
{
    char file[64];
    json_t *log;
    enum vaho_status status;

    snprintf(file, sizeof file, "%s.json", c->flight[i].name);
    status = read_json(&log, c, "log/", file, error);
    c->flight[i].detected_after_s = c->flight[i].taken_in_s = NAN;
    if (status == VAHO_NOT_FOUND)
        return VAHO_OK;
    if (status == VAHO_OK) {
        c->flight[i].done = 1;
        c->n_done++;
        c->flight[i].n_plumes = json_integer_value(json_object_get(log, "plumes"));
        c->flight[i].n_refused = json_array_size(json_object_get(log, "refused"));
        const char *taken_in = json_string_value(json_object_get(log, "taken_in"));
        c->flight[i].detected_after_s = json_number_value(json_object_get(log, "detected_after_s"));
        if (taken_in == NULL || !vaho_moment_parse(&c->flight[i].taken_in_s, taken_in))
            c->flight[i].taken_in_s = NAN; /* a log of an earlier version */
    }
    json_decref(log);
    return status;
}

/* Flights are named d1-f1 and so on by the scenario's reader; a record that names others could
 * point anywhere. */
static int is_flight_name(const char *name)
{
    return strlen(name) < 32 && strspn(name, "df-0123456789") == strlen(name) && name[0] == 'd';
}

static void read_record(struct vaho_campaign *c, struct place_reader *r)
{
    const json_t *truth = place_member_object(r, c->record, "", "truth");
    const json_t *flights = json_object_get(c->record, "flights");

    if (strcmp(place_member_text(r, c->record, "", "format"), "vaho-exercise-1") != 0)
        place_member_fail(r, "", "format", "is not vaho-exercise-1");
    c->name = place_member_text(r, c->record, "", "name");
    c->title = place_member_text(r, c->record, "", "title");
    c->briefing = place_member_text(r, c->record, "", "briefing");
    c->created = place_member_text(r, c->record, "", "created");
    c->truth_sha256 = place_member_text(r, truth, "truth", "sha256");
    if (r->status == VAHO_OK && !vaho_is_key(c->truth_sha256)) /* 64 hexadecimal digits, too */
        place_member_fail(r, "truth", "sha256", "must be 64 lower-case hexadecimal digits");
    if (r->status == VAHO_OK && json_array_size(flights) > VAHO_SCENARIO_MAX_FLIGHTS)
        place_member_fail(r, "", "flights", "is too long");
    for (size_t i = 0; i < json_array_size(flights) && r->status == VAHO_OK; i++) {
        const json_t *flight = json_array_get(flights, i);
        c->flight[i].name = place_member_text(r, flight, "flights", "flight");
        c->flight[i].time = place_member_text(r, flight, "flights", "time");
        if (r->status == VAHO_OK && !is_flight_name(c->flight[i].name))
            place_member_fail(r, "flights", "flight", "is no name of a flight");
        c->n_flights++;
    }
}

enum vaho_status vaho_campaign_open(struct vaho_campaign *out, const char *dir,
                                    struct vaho_error *error)
{
    struct place_reader r = {"exercise.json", error, VAHO_OK};
    struct vaho_error reason;

    *out = (struct vaho_campaign){.dir = dir};
    r.status = read_json(&out->record, out, "", "exercise.json", &reason);
    if (r.status == VAHO_NOT_FOUND)
        vaho_fail(error, VAHO_NOT_FOUND,
                  "%s: holds no exercise; 'vaho exercise new --scenario FILE %s' lays one out", dir,
                  dir);
    else if (r.status != VAHO_OK)
        vaho_fail(error, r.status, "%s", reason.message);
    else
        read_record(out, &r);
    for (size_t i = 0; i < out->n_flights && r.status == VAHO_OK; i++)
        r.status = read_log(out, i, error);
    if (r.status != VAHO_OK)
        vaho_campaign_close(out);
    return r.status;
}

void vaho_campaign_close(struct vaho_campaign *campaign)
{
    json_decref(campaign->record);
    *campaign = (struct vaho_campaign){0};
}

void vaho_campaign_mark(char out[VAHO_CAMPAIGN_MARK_NBYTES], const struct vaho_campaign *campaign)
{
    snprintf(out, VAHO_CAMPAIGN_MARK_NBYTES, "truth sha256:%s", campaign->truth_sha256);
}

enum vaho_status vaho_campaign_truth(struct vaho_truth *out, const struct vaho_campaign *campaign,
                                     const unsigned char key[VAHO_SEAL_KEY_NBYTES],
                                     struct vaho_error *error)
{
    char *path = vaho_campaign_path(campaign, "", "truth.sealed"), *data = NULL;
    char digest[VAHO_DIGEST_HEX_NBYTES];
    size_t nbytes = 0;
    struct vaho_text text;
    enum vaho_status status = path == NULL
                                  ? vaho_fail_memory(error, campaign->dir)
                                  : vaho_file_read(&data, &nbytes, path, MAX_TRUTH_NBYTES, error);

    *out = (struct vaho_truth){0};
    vaho_text_init(&text, MAX_TRUTH_NBYTES);
    if (status == VAHO_OK)
        status = vaho_unseal(&text, data, nbytes, key, path, error);
    if (status == VAHO_OK) {
        vaho_sha256(digest, text.data, text.nbytes);
        if (strcmp(digest, campaign->truth_sha256) != 0)
            status = vaho_fail(error, VAHO_REFUSED,
                               "%s: its hash is %s, but %s was recorded at the start: the truth "
                               "or the record was changed",
                               path, digest, campaign->truth_sha256);
    }
    if (status == VAHO_OK)
        status = vaho_truth_parse(out, text.data, text.nbytes, path, error);
    if (status == VAHO_OK && out->n_flights != campaign->n_flights) {
        vaho_truth_free(out);
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s/exercise.json: has not the truth's flights",
                           campaign->dir);
    }
    vaho_text_free(&text);
    free(data);
    free(path);
    return status;
}
