/*
 * release.c - rules, coarsening, and the bytes
 *
 * Where.  A partner is told the middle of a grid cell (grid.h) and an error: the distance from the
 * middle within which the place lies with a probability of 95 %, as far as the lead's own error can
 * be believed.  With r = 2.4477 sigma, the radius that holds 95 % of a round normal distribution
 * (the square root of the chi-square quantile 5.9915 of two degrees of freedom),
 *
 *   error = two digits above ( reach of the cell + round number above max(r, height / 4) )
 *
 * so it depends on where in the cell the lead lies in no way, and on sigma only in steps.
 *
 * Again.  Estimates move as passes are added.  If each were snapped anew, one that crosses an edge
 * of the grid would tell that the place is near this edge.  So the cell that was told stays told
 * as long as telling it is true: distance to its middle + r <= error.  When it no longer is, the
 * cell is coarsened until it is, and is never made finer again.  All that was ever told of one lead
 * to one partner lies inside one another, also when its policy becomes coarser or finer: finer it
 * is told only inside what was told before.
 *
 * When.  Times are starts of fixed steps; those of the release itself of steps of an hour at least.
 */
#include "release/release.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/canonical_json.h"
#include "base/error.h"
#include "base/moment.h"
#include "mandate/parts.h"

static const char FORMAT[] = "vaho-release-1";
static const double RADIUS_95 = 2.4477;
static const double LEAST_OWN_STEP_S = 3600; /* so that what was looked at can still be approved */

/* --- rules -------------------------------------------------------------------- */

static enum vaho_status check_mandate(const struct vaho_release_request *r,
                                      const struct vaho_mandate *mandate, struct vaho_error *error)
{
    static const double nothing = 0;
    const struct vaho_mandate_terms *m = vaho_mandate_terms(mandate);
    signed char side;
    enum vaho_status status = vaho_policy_check(r->policy, mandate, error);

    if (status != VAHO_OK)
        return status;
    if (!vaho_mandate_names_gas(mandate, r->lead->gas))
        return vaho_fail(error, VAHO_REFUSED, "rule 'gas': the mandate %s does not name its gas",
                         m->id);
    vaho_area_sides(&side, mandate->area, &r->lead->longitude_deg, &r->lead->latitude_deg, &nothing,
                    1);
    if (side != VAHO_SIDE_INSIDE)
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'area': it does not lie inside the area of the mandate %s", m->id);
    return VAHO_OK;
}

static enum vaho_status check_exercise(const struct vaho_release_request *r,
                                       struct vaho_error *error)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(r->policy);

    if (r->lead->exercise == t->exercise)
        return VAHO_OK;
    return vaho_fail(error, VAHO_REFUSED,
                     "rule 'exercise': the policy %s is for %s, the lead is not", t->id,
                     t->exercise ? "an exercise" : "an operation");
}

static enum vaho_status check_policy(const struct vaho_release_request *r, struct vaho_error *error)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(r->policy);
    const struct vaho_lead *lead = r->lead;

    if (!(r->at_s >= t->from_s && r->at_s <= t->to_s))
        return vaho_fail(error, VAHO_REFUSED, "rule 'window': the policy %s holds from %s to %s",
                         t->id, t->from, t->to);
    if (!vaho_policy_names_gas(r->policy, lead->gas))
        return vaho_fail(error, VAHO_REFUSED, "rule 'gas': the policy %s does not name its gas",
                         t->id);
    if (!(lead->probability >= t->least_probability))
        return vaho_fail(error, VAHO_REFUSED, "rule 'probability': the policy %s wants at least %g",
                         t->id, t->least_probability);
    if (t->delay_s > 0 && !(r->at_s >= lead->last_seen_s + t->delay_s))
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'delay': the policy %s lets nothing go before %.0f s after it was "
                         "last seen",
                         t->id, t->delay_s);
    return VAHO_OK;
}

/* --- where -------------------------------------------------------------------- */

/* The error that is told with a cell. */
static double error_of(const struct vaho_cell *cell, double sigma_m)
{
    double height_m = ldexp(360, -cell->level) * VAHO_CELL_LEAST_M_PER_DEG;

    return vaho_digits_above(vaho_cell_reach_m(cell) +
                                 vaho_round_number_above(fmax(RADIUS_95 * sigma_m, height_m / 4)),
                             2);
}

static int is_true(const struct vaho_cell *cell, const struct vaho_lead *lead)
{
    return vaho_cell_distance_m(cell, lead->longitude_deg, lead->latitude_deg) +
               RADIUS_95 * lead->sigma_m <=
           error_of(cell, lead->sigma_m);
}

/* The cell to tell, and what to remember.  'level': that of the policy. */
static int choose_cell(struct vaho_cell *out, struct vaho_release_told *told,
                       const struct vaho_release_request *r, int level)
{
    const struct vaho_lead *lead = r->lead;
    const struct vaho_release_told *before = r->told;
    struct vaho_cell here;

    if (!vaho_cell_of(out, lead->longitude_deg, lead->latitude_deg, level))
        return 0;
    *told = (struct vaho_release_told){*out, level};
    if (before == NULL)
        return 1;
    here = level > before->level ? vaho_cell_within(out, before->level) : *out;
    if (level > before->level && vaho_cell_same(&here, &before->cell))
        return 1; /* finer, inside a cell that never had to be coarsened */
    *told = *before;
    *out = level < before->cell.level ? vaho_cell_within(&before->cell, level) : before->cell;
    while (!is_true(out, lead)) {
        if (out->level == VAHO_CELL_COARSEST)
            return 0;
        *out = vaho_cell_within(out, out->level - 1);
    }
    if (level >= before->cell.level)
        told->cell = *out;
    return 1;
}

static enum vaho_status place_of(json_t **out, struct vaho_release_told *told,
                                 const struct vaho_release_request *r, struct vaho_error *error)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(r->policy);
    double middle[2], bounds[4];
    struct vaho_cell cell;

    if (!(r->lead->sigma_m >= 0 && r->lead->sigma_m < 1e6) ||
        !choose_cell(&cell, told, r, vaho_cell_level(t->grid_m)))
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'place': where it is, or how well that is known, cannot be told on "
                         "any grid");
    vaho_cell_middle(&middle[0], &middle[1], &cell);
    vaho_cell_bounds(bounds, &cell);
    if (!vaho_policy_holds_disc(r->policy, middle[0], middle[1], vaho_cell_reach_m(&cell)))
        return vaho_fail(error, VAHO_REFUSED,
                         "rule 'area': the cell it would be told by reaches over the border of the "
                         "policy %s's area, or lies outside: the border would tell more than the "
                         "cell does",
                         t->id);
    *out = json_pack("{s:f, s:f, s:f, s:[f, f]}", "longitude", middle[0], "latitude", middle[1],
                     "error_m", error_of(&cell, r->lead->sigma_m), "cell_deg",
                     bounds[2] - bounds[0], bounds[3] - bounds[1]);
    return VAHO_OK;
}

/* --- the object ------------------------------------------------------------------ */

/* Sets a member unless there is no value; no memory is found out by is_whole(). */
static void put(json_t *object, const char *name, json_t *value)
{
    if (value != NULL)
        json_object_set_new(object, name, value);
}

static json_t *moment_of(double at_s, double step_s)
{
    char text[VAHO_MOMENT_NBYTES];

    if (!isfinite(at_s))
        return NULL;
    vaho_moment_format(text, vaho_time_step_start_s(at_s, step_s));
    return text[0] == '\0' ? NULL : json_string(text);
}

/* Two deviations to either side, outwards. */
static json_t *emission_of(const struct vaho_lead *lead, int n_digits)
{
    double from = lead->emission_kg_h - 2 * lead->emission_sigma_kg_h;
    double to = lead->emission_kg_h + 2 * lead->emission_sigma_kg_h;

    if (!(lead->emission_sigma_kg_h >= 0) || !isfinite(from) || !isfinite(to) || to > 1e9)
        return NULL;
    return json_pack("{s:f, s:f}", "from", vaho_digits_below(from, n_digits), "to",
                     vaho_digits_above(to, n_digits));
}

static void put_fields(json_t *object, const struct vaho_release_request *r, double step_s)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(r->policy);
    const struct vaho_lead *lead = r->lead;

    if ((t->fields & VAHO_FIELD_GAS) != 0)
        put(object, "gas", json_string(lead->gas));
    if ((t->fields & VAHO_FIELD_PROBABILITY) != 0) /* at least */
        put(object, "probability", json_real(fmin(0.9, floor(10 * lead->probability) / 10)));
    if ((t->fields & VAHO_FIELD_FIRST_SEEN) != 0)
        put(object, "first_seen", moment_of(lead->first_seen_s, step_s));
    if ((t->fields & VAHO_FIELD_LAST_SEEN) != 0)
        put(object, "last_seen", moment_of(lead->last_seen_s, step_s));
    if ((t->fields & VAHO_FIELD_EMISSION) != 0)
        put(object, "emission_kg_h", emission_of(lead, t->emission_digits));
}

/* What every message to a partner has. */
static json_t *head_of(const struct vaho_release_request *r)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(r->policy);
    json_t *object =
        json_pack("{s:s, s:s, s:b, s:s, s:s, s:I, s:{s:s, s:I}}", "format", FORMAT, "kind",
                  r->kind == VAHO_RELEASE_RECALL ? "recall" : "release", "exercise", t->exercise,
                  "partner", t->partner, "lead", r->lead_id, "sequence", (json_int_t)r->sequence,
                  "ledger", "origin", r->ledger_origin, "index", (json_int_t)r->ledger_index);

    if (r->previous_sha256 != NULL)
        put(object, "previous_sha256", json_string(r->previous_sha256));
    return object;
}

static json_t *mandates_of(const struct vaho_release_request *r)
{
    json_t *list = json_array();

    for (size_t i = 0; i < r->n_mandates; i++) {
        const struct vaho_mandate_terms *m = vaho_mandate_terms(r->mandate[i]);
        json_array_append_new(list, json_pack("{s:s, s:s}", "id", m->id, "sha256", m->sha256));
    }
    return list;
}

/* Nothing that must go along was lost for want of memory. */
static int is_whole(const json_t *object, const struct vaho_release_request *r)
{
    static const char *const needed[] = {"time_step_s", "valid", "marking"};
    int whole = (json_object_get(object, "previous_sha256") != NULL) == (r->sequence > 1);

    if (r->kind == VAHO_RELEASE_RECALL)
        return whole;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        whole &= json_object_get(object, needed[i]) != NULL;
    if ((vaho_policy_terms(r->policy)->fields & VAHO_FIELD_PLACE) != 0)
        whole &= json_object_get(object, "place") != NULL;
    return whole && json_array_size(json_object_get(object, "mandates")) == r->n_mandates;
}

static enum vaho_status check_request(const struct vaho_release_request *r,
                                      struct vaho_error *error)
{
    if (strlen(r->lead_id) != VAHO_LEAD_ID_NBYTES - 1 ||
        strspn(r->lead_id, "0123456789abcdef") != VAHO_LEAD_ID_NBYTES - 1 || r->sequence == 0 ||
        (r->sequence == 1) != (r->previous_sha256 == NULL) ||
        (r->previous_sha256 != NULL && !vaho_is_key(r->previous_sha256)))
        return vaho_fail(
            error, VAHO_USAGE,
            "a release wants a lead of 32 hexadecimal digits, a number from 1, and the "
            "hash of what had the number before");
    return VAHO_OK;
}

static enum vaho_status give(json_t *object, struct vaho_release_told *told, double *until_s,
                             const struct vaho_release_request *r, struct vaho_error *error)
{
    const struct vaho_policy_terms *t = vaho_policy_terms(r->policy);
    double step_s = vaho_time_step_s(t->time_step_s), own_step_s = fmax(step_s, LEAST_OWN_STEP_S);
    json_t *place = NULL;
    enum vaho_status status = check_policy(r, error);

    if (status == VAHO_OK && r->n_mandates == 0)
        status = vaho_fail(error, VAHO_REFUSED, "rule 'mandate': it was found under no mandate");
    for (size_t i = 0; i < r->n_mandates && status == VAHO_OK; i++)
        status = check_mandate(r, r->mandate[i], error);
    if (status == VAHO_OK && (t->fields & VAHO_FIELD_PLACE) != 0)
        status = place_of(&place, told, r, error);
    else if (status == VAHO_OK &&
             !vaho_policy_holds_disc(r->policy, r->lead->longitude_deg, r->lead->latitude_deg, 0))
        status = vaho_fail(error, VAHO_REFUSED,
                           "rule 'area': it does not lie inside the policy %s's area", t->id);
    if (status != VAHO_OK)
        return status;
    *until_s = vaho_time_step_start_s(r->at_s, own_step_s) + own_step_s + t->valid_s;
    put(object, "place", place);
    put_fields(object, r, step_s);
    put(object, "time_step_s", json_real(step_s));
    put(object, "valid",
        json_pack("{s:o, s:o}", "from", moment_of(r->at_s, own_step_s), "to",
                  moment_of(*until_s, 1)));
    put(object, "marking", json_pack("{s:s, s:s}", "tlp", t->tlp, "onward", t->onward));
    put(object, "mandates", mandates_of(r));
    return VAHO_OK;
}

enum vaho_status vaho_release_decide(struct vaho_text *out, struct vaho_release_told *told,
                                     double *until_s, const struct vaho_release_request *request,
                                     struct vaho_error *error)
{
    json_t *object = NULL;
    enum vaho_status status = check_request(request, error);

    *told = request->told != NULL ? *request->told : (struct vaho_release_told){0};
    *until_s = 0;
    if (status == VAHO_OK)
        status = check_exercise(request, error);
    if (status == VAHO_OK && (object = head_of(request)) == NULL)
        status = vaho_fail_memory(error, "a release");
    if (status == VAHO_OK && request->kind == VAHO_RELEASE_GIVE)
        status = give(object, told, until_s, request, error);
    if (status == VAHO_OK && !is_whole(object, request))
        status = vaho_fail_memory(error, "a release");
    if (status == VAHO_OK)
        status = vaho_canonical_json(out, object, error);
    json_decref(object);
    return status;
}
