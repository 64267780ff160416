/* Release, recall and expiry in a casebook: the edges, the bytes, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../casebook/made_products.h"
#include "casebook/accounts.h"
#include "casebook/ledger.h"
#include "casebook/ledger_verify.h"
#include "casebook/outbox.h"
#include "casebook/partners.h"
#include "made_release.h"
#include "release/acts.h"
#include "release/seal.h"
#include "review/review.h"
#include "vaho/sites.h"

#define MOMENT "2026-04-10T12:00:00Z"
#define BY(name) (&(struct vaho_act){name, VAHO_BY_ACCOUNT, MOMENT, "as agreed"})

static struct vaho_casebook *casebook;
static struct vaho_trust *trust;
static char site[160], version[VAHO_VERSION_NBYTES], state[32];

static int take(void *context, const struct vaho_review_site *s)
{
    (void)context;
    snprintf(site, sizeof site, "%s", s->name);
    snprintf(version, sizeof version, "%s", s->version);
    snprintf(state, sizeof state, "%s", s->state);
    return 0;
}

static void expect_state(const char *expected)
{
    assert_int_equal(vaho_review_list(casebook, NULL, 1, take, NULL, NULL), VAHO_OK);
    assert_string_equal(state, expected);
}

#define REFUSED(call, word)                                                                        \
    do {                                                                                           \
        struct vaho_error error = {VAHO_OK, ""};                                                   \
        int64_t before, after;                                                                     \
        vaho_database_number(&before, casebook->database, "",                                      \
                             "SELECT count(*) FROM"                                                \
                             " ledger_entries",                                                    \
                             NULL);                                                                \
        assert_int_not_equal(call, VAHO_OK);                                                       \
        if (strstr(error.message, word) == NULL)                                                   \
            fail_msg("'%s' does not say '%s'", error.message, word);                               \
        vaho_database_number(&after, casebook->database, "",                                       \
                             "SELECT count(*) FROM"                                                \
                             " ledger_entries",                                                    \
                             NULL);                                                                \
        assert_int_equal(before, after); /* nor is it told */                                      \
    } while (0)

#define DONE(call)                                                                                 \
    do {                                                                                           \
        struct vaho_error error = {VAHO_OK, ""};                                                   \
        if (call != VAHO_OK)                                                                       \
            fail_msg("%s", error.message);                                                         \
    } while (0)

/* A casebook of an operation with one flight under 'mandate', its sites, and four accounts. */
static void make(const char *folder, const struct vaho_mandate *mandate)
{
    static const unsigned char NORTH = 1, SOUTH = 2;
    static const struct {
        const char *name;
        enum vaho_role role;
    } person[] = {
        {"root", VAHO_ROLE_ADMIN}, {"ana", VAHO_ROLE_ANALYST}, {"rita", VAHO_ROLE_RELEASER}};
    struct made_products products = {.flight = "a",
                                     .mandate = vaho_mandate_terms(mandate)->label,
                                     .time = "2026-04-10T10:00:00Z",
                                     .n_plumes = 1,
                                     .longitude = -117.5,
                                     .latitude = 34.5};
    struct vaho_casebook_added added;
    struct vaho_sites_updated updated;
    char path[120], flight[120];

    trust = made_trust(json_pack("[o,o]", made_authority("north", NORTH, NULL),
                                 made_authority("south", SOUTH, NULL)));
    snprintf(path, sizeof path, "%s/case.gpkg", folder);
    snprintf(flight, sizeof flight, "%s/flight", folder);
    made_products_write(flight, &products);
    DONE(vaho_casebook_new(path, VAHO_CASEBOOK_OPERATION, BY("ana"), &error));
    DONE(vaho_casebook_open(&casebook, path, &error));
    DONE(vaho_casebook_add(&added, casebook, flight, mandate, trust, BY("ana"), &error));
    DONE(vaho_sites_update(&updated, casebook, MOMENT, 1, BY("ana"), &error));
    for (size_t i = 0; i < sizeof person / sizeof person[0]; i++)
        DONE(vaho_account_add(casebook, BY("root"), person[i].name, 1u << person[i].role,
                              "a long password", &error));
    DONE(vaho_account_add(casebook, BY("root"), "both",
                          1u << VAHO_ROLE_ANALYST | 1u << VAHO_ROLE_RELEASER, "a long password",
                          &error));
    made_products_remove(flight);
}

static void judge(const char *who, int confirm)
{
    const struct vaho_judged judged = {site, version};

    assert_int_equal(vaho_review_list(casebook, NULL, 1, take, NULL, NULL), VAHO_OK);
    if (confirm)
        DONE(vaho_review_confirm(casebook, BY(who), &judged, &error));
    else
        DONE(vaho_review_another_pass(casebook, BY(who), &judged, &error));
}

static int n_findings;

static void say(void *context, const char *finding)
{
    if (context == NULL)
        fail_msg("%s", finding);
    n_findings++;
}

static void set_policy(const char *who, json_t *body, const char *word)
{
    char *text = json_dumps(body, 0);

    if (word == NULL)
        DONE(vaho_release_set_policy(casebook, BY(who), "south", text, strlen(text), "p", &error));
    else
        REFUSED(
            vaho_release_set_policy(casebook, BY(who), "south", text, strlen(text), "p", &error),
            word);
    free(text);
    json_decref(body);
}

static json_t *policy_body(void)
{
    json_t *body = made_policy_body();

    json_object_set_new(body, "gases", json_pack("[s]", "*"));
    json_object_set_new(body, "least_probability", json_integer(0));
    return body;
}

static struct vaho_release_ask ask_of(const char *partner)
{
    return (struct vaho_release_ask){site, partner, trust, 0, NULL};
}

/* Previews and approves at once. */
static enum vaho_status release_to(const char *partner, const char *who, struct vaho_error *error)
{
    const struct vaho_release_ask ask = ask_of(partner);
    struct vaho_release_preview preview;
    uint64_t sequence;
    enum vaho_status status = vaho_release_preview(&preview, casebook, MOMENT, &ask, error);

    if (status == VAHO_OK)
        status = vaho_release_approve(&sequence, casebook, BY(who), &ask, preview.version, error);
    vaho_text_free(&preview.bytes);
    return status;
}

static enum vaho_status recall(const char *who, struct vaho_error *error)
{
    uint64_t sequence;

    return vaho_release_recall(&sequence, casebook, BY(who), site, "south", error);
}

struct sent {
    size_t n;
    char *bytes[8], sha256[8][VAHO_DIGEST_HEX_NBYTES];
};

static int take_sent(void *context, const struct vaho_outbox_message *m)
{
    struct sent *sent = context;

    assert_true(sent->n < 8);
    assert_int_equal(m->sequence, sent->n + 1);
    sent->bytes[sent->n] = strdup(m->bytes);
    memcpy(sent->sha256[sent->n++], m->sha256, VAHO_DIGEST_HEX_NBYTES);
    return 1;
}

/* Of south: a release, its recall, and the release anew. */
static void look_at_sent(const char *previewed)
{
    struct sent sent = {0};
    struct vaho_release release[3];

    DONE(vaho_outbox_each(casebook, "south", 1, take_sent, &sent, &error));
    assert_int_equal(sent.n, 3);
    assert_string_equal(sent.bytes[0], previewed);
    for (size_t i = 0; i < 3; i++)
        DONE(vaho_release_parse(&release[i], sent.bytes[i], strlen(sent.bytes[i]), &error));
    for (size_t i = 0; i < 3; i++) {
        json_t *place = json_object_get(release[i].root, "place");
        assert_string_equal(release[i].lead_id, release[0].lead_id);
        assert_string_equal(release[i].previous_sha256, i == 0 ? "" : sent.sha256[i - 1]);
        assert_int_equal(release[i].kind, i == 1 ? VAHO_RELEASE_RECALL : VAHO_RELEASE_GIVE);
        assert_int_equal(i == 1, place == NULL);
        assert_null(strstr(sent.bytes[i], site)); /* nor its name, nor who released it */
        assert_null(strstr(sent.bytes[i], "rita"));
        if (i == 2)
            assert_true(json_equal(place, json_object_get(release[0].root, "place")));
    }
    for (size_t i = 0; i < 3; i++) {
        vaho_release_free(&release[i]);
        free(sent.bytes[i]);
    }
}

static void partners_are_an_admins_and_policies_a_releasers(void)
{
    char key[VAHO_KEY_HEX_NBYTES], old[VAHO_KEY_HEX_NBYTES];
    struct vaho_secret_key secret = made_key(7), replaced = made_key(8);

    vaho_public_key(key, &secret);
    vaho_public_key(old, &replaced);
    REFUSED(release_to("south", "rita", &error), "no partner 'south'");
    REFUSED(vaho_partner_add(casebook, BY("rita"), "south", &error), "role admin");
    DONE(vaho_partner_add(casebook, BY("root"), "south", &error));
    DONE(vaho_partner_add(casebook, BY("root"), "east", &error));
    REFUSED(vaho_partner_add(casebook, BY("root"), "south", &error), "never replaced");
    REFUSED(vaho_partner_set_key(casebook, BY("rita"), "south", key, &error), "role admin");
    REFUSED(vaho_partner_set_key(casebook, BY("root"), "west", key, &error), "no partner");
    REFUSED(vaho_partner_set_key(casebook, BY("root"), "south", "x", &error), "no public key");
    DONE(vaho_partner_set_key(casebook, BY("root"), "south", old, &error));
    DONE(vaho_partner_set_key(casebook, BY("root"), "south", key, &error));
    REFUSED(vaho_partner_set_key(casebook, BY("root"), "east", old, &error), "never replaced");
    REFUSED(release_to("south", "rita", &error), "rule 'policy'");
    set_policy("root", policy_body(), "role releaser");
    set_policy("ana", policy_body(), "role releaser");
    {
        json_t *exercise = policy_body(), *other = policy_body();
        json_object_set_new(exercise, "exercise", json_true());
        json_object_set_new(other, "partner", json_string("east"));
        set_policy("rita", exercise, "is a policy for exercises");
        set_policy("rita", other, "for east, not for south");
    }
    set_policy("rita", policy_body(), NULL);
}

/* What was looked at goes, and nothing else. */
static void preview_and_approve(char **out)
{
    const struct vaho_release_ask ask = ask_of("south");
    struct vaho_release_preview preview;
    uint64_t sequence = 0;

    DONE(vaho_release_preview(&preview, casebook, MOMENT, &ask, &error));
    REFUSED(vaho_release_approve(&sequence, casebook, BY("rita"), &ask, "0123456789abcdef", &error),
            "preview it again");
    set_policy("rita", policy_body(), NULL); /* an act in between: another place in the ledger */
    REFUSED(vaho_release_approve(&sequence, casebook, BY("rita"), &ask, preview.version, &error),
            "preview it again");
    vaho_text_free(&preview.bytes);
    DONE(vaho_release_preview(&preview, casebook, MOMENT, &ask, &error));
    DONE(vaho_release_approve(&sequence, casebook, BY("rita"), &ask, preview.version, &error));
    assert_int_equal(sequence, 1);
    *out = preview.bytes.data;
}

/* What south has taken in: message by message, its hash. */
static char taken_in[4][VAHO_DIGEST_HEX_NBYTES];

static int taken(void *context, char out[VAHO_DIGEST_HEX_NBYTES], uint64_t sequence)
{
    (void)context;
    memcpy(out, taken_in[sequence], VAHO_DIGEST_HEX_NBYTES);
    return out[0] != '\0';
}

/* From the outbox to the post: all in order, the last with its proof. */
static void seal_and_open(void)
{
    struct vaho_secret_key centre = made_key(9), post = made_key(7), keeper_key = made_key(6);
    const struct vaho_own_key own = {&post, VAHO_KEY_CURRENT};
    struct vaho_centre_key from = {.state = VAHO_KEY_CURRENT};
    char keeper[VAHO_KEY_HEX_NBYTES];
    struct vaho_checkpoint checkpoint;

    vaho_public_key(from.key, &centre);
    vaho_public_key(keeper, &keeper_key);
    REFUSED(vaho_release_seal(&(struct vaho_text){0}, NULL, casebook, "south", 4, &centre, &error),
            "no message 4 to south");
    for (uint64_t n = 1; n <= 3; n++) {
        struct vaho_receiver receiver = {.partner = "south",
                                         .n_own = 1,
                                         .own = &own,
                                         .n_centre = 1,
                                         .centre = &from,
                                         .keeper = keeper,
                                         .last_sequence = n - 1,
                                         .last_sha256 = taken_in[n - 1],
                                         .taken = taken};
        struct vaho_opened_release opened;
        struct vaho_text text;
        int proved;
        if (n == 3)
            DONE(vaho_ledger_checkpoint(&checkpoint, casebook, &keeper_key, &error));
        vaho_text_init(&text, VAHO_ENVELOPE_MAX_NBYTES);
        DONE(vaho_release_seal(&text, &proved, casebook, "south", n, &centre, &error));
        DONE(vaho_envelope_open(&opened, text.data, text.nbytes, &receiver, &error));
        assert_int_equal(proved, n == 3);
        assert_int_equal(opened.proved, n == 3);
        memcpy(taken_in[n], opened.sha256, VAHO_DIGEST_HEX_NBYTES);
        vaho_opened_free(&opened);
        vaho_text_free(&text);
    }
}

static void expire_in_time(void)
{
    const char *early = "2026-04-17T12:59:59Z", *over = "2026-04-17T13:00:00Z";
    size_t n;

    DONE(vaho_release_expire(&n, casebook, &(struct vaho_act){"c", VAHO_BY_SYSTEM, early, NULL},
                             &error));
    assert_int_equal(n, 0);
    expect_state("released");
    DONE(vaho_release_expire(&n, casebook, &(struct vaho_act){"c", VAHO_BY_SYSTEM, over, NULL},
                             &error));
    assert_int_equal(n, 1);
    expect_state("expired");
}

static void verify(void)
{
    static const struct vaho_ledger_policy nobody = {0};
    struct vaho_ledger_report report;

    DONE(vaho_ledger_verify(&report, casebook, &nobody, say, NULL, &error));
    DONE(vaho_database_run(casebook->database, "",
                           "DROP TRIGGER outbox_never_change; UPDATE outbox SET message ="
                           " json_set(message, '$.place.error_m', 1) WHERE sequence = 1; DROP"
                           " TRIGGER outbox_never_delete; DELETE FROM outbox WHERE sequence = 3;"
                           " DROP TRIGGER partner_keys_never_change; UPDATE partner_keys SET key ="
                           " printf('%064d', 1) WHERE id = 2; DROP TRIGGER"
                           " partner_policies_never_change; UPDATE partner_policies SET document ="
                           " json_set(document, '$.grid.metres', 1) WHERE id = 1",
                           &error));
    DONE(vaho_ledger_verify(&report, casebook, &nobody, say, &n_findings, &error));
    assert_int_equal(n_findings, 4); /* a message changed, one removed, a key, a policy */
}

static void along_the_edges(void **unused)
{
    static const unsigned char seeds[] = {1, 2, 0};
    char folder[] = "/tmp/vaho_release_XXXXXX", path[120], *previewed;
    struct vaho_mandate *mandate;
    json_t *body = made_body();

    (void)unused;
    assert_non_null(mkdtemp(folder));
    json_object_set_new(body, "gases", json_pack("[s,s]", "ammonia", "acetone"));
    mandate = made_mandate(body, seeds);
    make(folder, mandate);
    expect_state("candidate");
    REFUSED(release_to("south", "rita", &error), "only after it was confirmed");
    judge("both", 1);
    expect_state("confirmed");
    partners_are_an_admins_and_policies_a_releasers();
    REFUSED(release_to("south", "both", &error), "who confirmed a site cannot release it");
    REFUSED(release_to("south", "ana", &error), "role releaser");
    REFUSED(release_to("south", "root", &error), "role releaser");
    REFUSED(release_to("east", "rita", &error), "rule 'policy'");
    REFUSED(recall("rita", &error), "there is no such");
    preview_and_approve(&previewed);
    expect_state("released");
    REFUSED(release_to("south", "rita", &error), "has it already");
    REFUSED(vaho_review_undo(casebook, BY("both"), site, &error), "recalled, not decided on");
    REFUSED(
        vaho_review_another_pass(casebook, BY("ana"), &(struct vaho_judged){site, version}, &error),
        "recalled, not decided on");
    REFUSED(recall("ana", &error), "role releaser");
    DONE(recall("rita", &error));
    expect_state("recalled");
    REFUSED(recall("rita", &error), "there is no such");
    REFUSED(vaho_review_undo(casebook, BY("both"), site, &error), "released since is not undone");
    REFUSED(release_to("south", "rita", &error), "only after it was confirmed"); /* anew */
    judge("ana", 0);
    judge("ana", 1);
    REFUSED(release_to("south", "both", &error),
            "who confirmed a site cannot release it"); /* nor who ever did */
    DONE(release_to("south", "rita", &error));
    look_at_sent(previewed);
    seal_and_open();
    expire_in_time();
    verify();
    free(previewed);
    vaho_casebook_close(casebook);
    vaho_mandate_free(mandate);
    vaho_trust_free(trust);
    snprintf(path, sizeof path, "%s/case.gpkg", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/case.gpkg-journal", folder);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(along_the_edges)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
