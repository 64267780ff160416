/* The edges from confirmed on: release, recall, expire, and what is refused along them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../casebook/made_products.h"
#include "../mandate/made_mandate.h"
#include "casebook/accounts.h"
#include "casebook/ledger_verify.h"
#include "review/review.h"
#include "vaho/sites.h"

#define MOMENT "2026-04-10T12:00:00Z"
#define BY(name) (&(struct vaho_act){name, VAHO_BY_ACCOUNT, MOMENT, "as agreed"})

static struct vaho_casebook *casebook;
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
    struct vaho_trust *trust = made_trust(json_pack("[o,o]", made_authority("north", NORTH, NULL),
                                                    made_authority("south", SOUTH, NULL)));
    struct vaho_casebook_added added;
    struct vaho_sites_updated updated;
    char path[120], flight[120];

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
    vaho_trust_free(trust);
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

static void say(void *context, const char *finding)
{
    (void)context;
    fail_msg("%s", finding);
}

static void along_the_edges(void **unused)
{
    static const struct vaho_ledger_policy nobody = {0};
    static const unsigned char seeds[] = {1, 2, 0};
    char folder[] = "/tmp/vaho_review_XXXXXX", path[120];
    struct vaho_ledger_report report;
    struct vaho_mandate *mandate;
    const char *sha256;
    json_t *body = made_body();

    (void)unused;
    assert_non_null(mkdtemp(folder));
    json_object_set_new(body, "gases", json_pack("[s,s]", "ammonia", "acetone"));
    mandate = made_mandate(body, seeds);
    sha256 = vaho_mandate_terms(mandate)->sha256;
    make(folder, mandate);
    expect_state("candidate");
    REFUSED(vaho_review_release(casebook, BY("rita"), site, "south", sha256, &error),
            "only after it was confirmed");
    judge("both", 1);
    expect_state("confirmed");
    REFUSED(vaho_review_release(casebook, BY("both"), site, "south", sha256, &error),
            "who confirmed a site cannot release it");
    REFUSED(vaho_review_release(casebook, BY("ana"), site, "south", sha256, &error),
            "role releaser");
    REFUSED(vaho_review_release(casebook, BY("root"), site, "south", sha256, &error),
            "role releaser");
    REFUSED(vaho_review_release(casebook, &(struct vaho_act){"rita", VAHO_BY_CLAIM, MOMENT, NULL},
                                site, "south", sha256, &error),
            "role releaser"); /* a name is no account */
    REFUSED(vaho_review_release(casebook, BY("rita"), site, "east", sha256, &error),
            "does not name this partner");
    REFUSED(vaho_review_recall(casebook, BY("rita"), site, "south", &error), "there is no such");
    DONE(vaho_review_release(casebook, BY("rita"), site, "south", sha256, &error));
    expect_state("released");
    REFUSED(vaho_review_release(casebook, BY("rita"), site, "south", sha256, &error),
            "has it already");
    REFUSED(vaho_review_undo(casebook, BY("both"), site, &error), "recalled, not decided on");
    REFUSED(
        vaho_review_another_pass(casebook, BY("ana"), &(struct vaho_judged){site, version}, &error),
        "recalled, not decided on");
    REFUSED(vaho_review_recall(casebook, BY("ana"), site, "south", &error), "role releaser");
    DONE(vaho_review_recall(casebook, BY("rita"), site, "south", &error));
    expect_state("recalled");
    REFUSED(vaho_review_recall(casebook, BY("rita"), site, "south", &error), "there is no such");
    REFUSED(vaho_review_undo(casebook, BY("both"), site, &error), "released since is not undone");
    REFUSED(vaho_review_release(casebook, BY("rita"), site, "south", sha256, &error),
            "only after it was confirmed"); /* anew */
    judge("ana", 0);
    judge("ana", 1);
    REFUSED(vaho_review_release(casebook, BY("both"), site, "south", sha256, &error),
            "who confirmed a site cannot release it"); /* nor who ever did */
    DONE(vaho_review_release(casebook, BY("rita"), site, "south", sha256, &error));
    DONE(vaho_review_expire(casebook, &(struct vaho_act){"the clock", VAHO_BY_SYSTEM, MOMENT, NULL},
                            site, "south", &error));
    expect_state("expired");
    DONE(vaho_ledger_verify(&report, casebook, &nobody, say, NULL, &error));
    vaho_casebook_close(casebook);
    vaho_mandate_free(mandate);
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
