/* test_casebook.c - what each kind takes in, and the rules of the schema for whoever writes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "../mandate/made_mandate.h"
#include "casebook/ledger.h"
#include "made_products.h"

enum { NORTH = 1, SOUTH = 2 };
static const char AT[] = "2026-04-10T12:00:00Z";
static const struct vaho_act ACT = {"ana", VAHO_BY_CLAIM, AT, NULL};
static char folder[] = "/tmp/vaho_casebook_XXXXXX", path[80], products[80];
static struct vaho_casebook *casebook;

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/vaho_casebook_XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/case.gpkg", folder);
    snprintf(products, sizeof products, "%s/flight", folder);
    return 0;
}

static int tear_down(void **state)
{
    char journal[100];

    (void)state;
    vaho_casebook_close(casebook);
    casebook = NULL;
    made_products_remove(products);
    snprintf(journal, sizeof journal, "%s-journal", path);
    unlink(journal);
    unlink(path);
    return rmdir(folder);
}

static void make(enum vaho_casebook_kind kind)
{
    struct vaho_error error = {VAHO_OK, ""};

    vaho_casebook_close(casebook);
    casebook = NULL;
    unlink(path);
    if (vaho_casebook_new(path, kind, &ACT, &error) != VAHO_OK ||
        vaho_casebook_open(&casebook, path, &error) != VAHO_OK)
        fail_msg("%s", error.message);
}

static struct made_products flight(const char *name)
{
    return (struct made_products){.flight = name,
                                  .mandate = "no mandate",
                                  .time = "2026-04-10T10:00:00Z",
                                  .n_plumes = 3,
                                  .longitude = -117.5,
                                  .latitude = 34.5};
}

static struct vaho_casebook_added add(const struct made_products *p, const struct vaho_mandate *m,
                                      enum vaho_status expected, const char *word)
{
    struct vaho_casebook_added added;
    struct vaho_error error = {VAHO_OK, ""};
    struct vaho_trust *trust = made_trust(json_pack("[o,o]", made_authority("north", NORTH, NULL),
                                                    made_authority("south", SOUTH, NULL)));
    enum vaho_status status;

    if (p != NULL)
        made_products_write(products, p);
    status = vaho_casebook_add(&added, casebook, products, m, trust, &ACT, &error);
    if (status != expected || strstr(error.message, word) == NULL)
        fail_msg("%d '%s' is not %d '%s'", (int)status, error.message, (int)expected, word);
    vaho_trust_free(trust);
    return added;
}

static struct vaho_mandate *mandate(int exercise, const char *id)
{
    static const unsigned char seeds[] = {NORTH, SOUTH, 0};
    json_t *body = made_body();

    json_object_set_new(body, "exercise", json_boolean(exercise));
    json_object_set_new(body, "id", json_string(id));
    json_object_set_new(body, "gases", json_pack("[s,s]", "ammonia", "acetone"));
    return made_mandate(body, seeds);
}

static void each_kind_takes_in_its_own(void **state)
{
    struct vaho_mandate *real = mandate(0, "real"), *play = mandate(1, "play");
    struct made_products survey = flight("a"), mandated = flight("b"), exercise = flight("c");
    struct made_products under = flight("d");

    (void)state;
    mandated.mandate = real->terms.label;
    exercise.exercise = under.exercise = 1;
    under.mandate = play->terms.label;

    make(VAHO_CASEBOOK_OPEN);
    assert_int_equal(add(&survey, NULL, VAHO_OK, "").n_plumes, 3);
    add(&mandated, real, VAHO_REFUSED, "was flown under a mandate");
    add(&exercise, NULL, VAHO_REFUSED, "is an exercise");

    make(VAHO_CASEBOOK_OPERATION);
    add(&survey, NULL, VAHO_REFUSED, "has no mandate");
    add(&survey, real, VAHO_REFUSED, "has no mandate"); /* one of later does not heal it */
    add(&mandated, NULL, VAHO_REFUSED, "give it with --mandate");
    add(&mandated, play, VAHO_REFUSED, "not under play");
    add(&mandated, real, VAHO_OK, "");
    add(&exercise, NULL, VAHO_REFUSED, "is an exercise");

    make(VAHO_CASEBOOK_EXERCISE);
    add(&survey, NULL, VAHO_REFUSED, "is a real flight");
    add(&mandated, real, VAHO_REFUSED, "is a real flight");
    add(&exercise, NULL, VAHO_OK, "");
    add(&under, play, VAHO_OK, "");
    vaho_mandate_free(real);
    vaho_mandate_free(play);
}

static void a_flight_is_taken_in_once(void **state)
{
    struct made_products p = flight("a");
    struct vaho_casebook_added added;
    struct vaho_casebook_info info;

    (void)state;
    make(VAHO_CASEBOOK_OPEN);
    added = add(&p, NULL, VAHO_OK, "");
    assert_true(added.flight_id == 1 && added.taken_in_before == 0);
    added = add(NULL, NULL, VAHO_OK, "");
    assert_true(added.flight_id == 1 && added.taken_in_before == 1);
    p.n_plumes = 1; /* the same cube, searched otherwise */
    added = add(&p, NULL, VAHO_OK, "");
    assert_true(added.flight_id == 1 && added.taken_in_before == 2);
    p = flight("b");
    p.n_plumes = 0; /* a pass that saw nothing counts */
    added = add(&p, NULL, VAHO_OK, "");
    assert_true(added.flight_id == 2 && added.taken_in_before == 0);
    assert_int_equal(vaho_casebook_get_info(&info, casebook, NULL), VAHO_OK);
    assert_true(info.n_flights == 2 && info.n_plumes == 3 && info.kind == VAHO_CASEBOOK_OPEN);
}

/* Products that say what the mandate does not allow were not written under it. */
static void products_are_not_believed(void **state)
{
    struct vaho_mandate *real = mandate(0, "real"), *other = mandate(0, "other");
    struct made_products p = flight("a");

    (void)state;
    make(VAHO_CASEBOOK_OPERATION);
    p.mandate = real->terms.label;
    add(&p, other, VAHO_REFUSED, "not under other");
    p.longitude = -117.0005; /* the footprint of the first reaches over -117 */
    p.n_plumes = 1;
    add(&p, real, VAHO_OK, "");
    p.flight = "b", p.longitude = -117.00005;
    add(&p, real, VAHO_REFUSED, "plume b-0001 lies outside");
    p.longitude = -116;
    add(&p, real, VAHO_REFUSED, "lies outside");
    p = flight("c");
    p.mandate = real->terms.label;
    p.time = "2026-05-10T10:00:00Z";
    add(&p, real, VAHO_REFUSED, "has expired");
    vaho_mandate_free(real);
    vaho_mandate_free(other);
}

static void broken_products_change_nothing(void **state)
{
    static const struct {
        const char *file, *from, *to, *word;
    } change[] = {
        {"run.json", "\"flight\": \"a\"", "\"flight\": \"\"", "must not be empty"},
        {"run.json", "\"flight\": \"a\"", "\"flight\": \"z\"", "two searches"},
        {"run.json", "\"exercise\": false", "\"exercise\": 0", "true or false"},
        {"run.json", "no mandate", "x", "two searches"},
        {"run.json", "2026-04-10", "2026-04-31", "must be a moment"},
        {"run.json", "\"sha256\"", "\"sha512\"", "older vaho"},
        {"run.json", "\"lines\": 100", "\"lines\": 0", "'lines'"},
        {"run.json", "\"ammonia\"", "\"acetone\"", "twice"},
        {"run.json", "{", "[", "not JSON"},
        {"plumes.geojson", "\"q_value\": 0.001", "\"q_value\": 1.5", "'q_value'"},
        {"plumes.geojson", "\"pixels\": 12", "\"pixels\": 1.5", "'pixels'"},
        {"plumes.geojson", "\"pixels\": 12", "\"pixels\": 0", "(plume 1)"},
        {"plumes.geojson", "\"Polygon\"", "\"Point\"", "Polygon or a MultiPolygon"},
        {"plumes.geojson", "a-0002", "a-0001", "two plumes have the id"},
        {"plumes.geojson", "\"position_sigma_m\": 5.0", "\"position_sigma_m\": -5.0",
         "'position_sigma_m'"},
        {"plumes.geojson", "\"position_sigma_m\": 5.0", "\"position_sigma_m\": null",
         "'position_sigma_m'"},
        {"plumes.geojson", "[25.0, 1.5", "[25.0", "three numbers"},
        {"plumes.geojson", "[25.0, 1.5", "[25.0, null", "three numbers"},
        {"plumes.geojson", "[25.0, 1.5", "[25.0, 16.0", "is no covariance"},
        {"plumes.geojson", "[25.0, 1.5", "[-25.0, 0.0", "is no covariance"},
        {"plumes.geojson", "\"position_covariance_m2\"", "\"x\"", "the covariance is not"},
        {"plumes.geojson", "\"alternatives\": [", "\"alternatives\": 1, \"x\": [", "array"}};

    (void)state;
    make(VAHO_CASEBOOK_OPEN);
    for (size_t i = 0; i < sizeof change / sizeof change[0]; i++) {
        struct made_products p = flight("a");
        char name[128], text[16384], *at;
        FILE *file;
        size_t n;
        int64_t count;
        made_products_write(products, &p);
        snprintf(name, sizeof name, "%s/%s", products, change[i].file);
        file = fopen(name, "r");
        n = fread(text, 1, sizeof text - 64, file);
        fclose(file);
        text[n] = '\0';
        at = strstr(text, change[i].from);
        assert_non_null(at);
        file = fopen(name, "w");
        fprintf(file, "%.*s%s%s", (int)(at - text), text, change[i].to,
                at + strlen(change[i].from));
        fclose(file);
        add(NULL, NULL, VAHO_BAD_INPUT, change[i].word);
        vaho_database_number(
            &count, casebook->database, path,
            "SELECT (SELECT count(*) FROM flights) + (SELECT count(*) FROM plumes)", NULL);
        assert_int_equal(count, 0);
    }
}

static double number_of(const char *column, const char *plume)
{
    char sql[256];
    sqlite3_stmt *statement;
    double out;

    snprintf(sql, sizeof sql, "SELECT %s FROM plumes WHERE name = '%s'", column, plume);
    assert_int_equal(sqlite3_prepare_v2(casebook->database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    out = sqlite3_column_type(statement, 0) == SQLITE_NULL ? NAN
                                                           : sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    return out;
}

/* How well a plume's place is known comes along, and so does that nobody says it. */
static void errors_of_places_are_kept(void **state)
{
    static const char *const column[] = {"position_sigma_m", "east_east_m2", "east_north_m2",
                                         "north_north_m2"};
    static const double told[] = {5, 25, 1.5, 10};
    struct made_products p = flight("a");
    json_t *root, *feature;
    char name[128];
    size_t i;

    (void)state;
    make(VAHO_CASEBOOK_OPEN);
    add(&p, NULL, VAHO_OK, "");
    p = flight("b");
    made_products_write(products, &p);
    snprintf(name, sizeof name, "%s/plumes.geojson", products);
    root = json_load_file(name, 0, NULL);
    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        json_t *properties = json_object_get(feature, "properties");
        if (i == 0) { /* as an older version wrote it */
            json_object_del(properties, "position_sigma_m");
            json_object_del(properties, "position_covariance_m2");
        } else {
            json_object_set_new(properties, "position_sigma_m", json_null());
            json_object_set_new(properties, "position_covariance_m2", json_null());
        }
    }
    made_file(products, "plumes.geojson", root);
    add(NULL, NULL, VAHO_OK, "");
    for (size_t k = 0; k < 4; k++) {
        assert_true(number_of(column[k], "a-0002") == told[k]);
        assert_true(isnan(number_of(column[k], "b-0001")));
        assert_true(isnan(number_of(column[k], "b-0002")));
    }
}

static void refused(const char *sql, const char *word)
{
    struct vaho_error error = {VAHO_OK, ""};

    assert_int_equal(vaho_database_run(casebook->database, path, sql, &error), VAHO_REFUSED);
    if (strstr(error.message, word) == NULL)
        fail_msg("'%s' does not say '%s'", error.message, word);
}

static void done(const char *sql)
{
    struct vaho_error error = {VAHO_OK, ""};

    if (vaho_database_run(casebook->database, path, sql, &error) != VAHO_OK)
        fail_msg("%s: %s", sql, error.message);
}

#define FLIGHT(mandate, exercise)                                                                  \
    "INSERT INTO flights (name, sha256, products_sha256, mandate_id, exercise, flown, flown_s,"    \
    " n_lines, n_samples, n_bands, n_plumes, made_by, taken_in) VALUES ('x', printf('%064d', 7),"  \
    " printf('%064d', 8), " mandate ", " exercise ", '2026-04-10T10:00:00Z', 1775815200, 1, 1, 1," \
    " 0, 'x', 'x')"
#define MANDATE(exercise)                                                                          \
    "INSERT INTO mandates (name, issuer, sha256, document, exercise, from_s, to_s, taken_in)"      \
    " VALUES ('m', 'n', printf('%064d', 9), '{}', " exercise ", 1775000000, 1776000000, 'x')"
#define PLACED(sigma, ee, en, nn)                                                                  \
    "INSERT INTO plumes (flight_id, name, gas, q_value, pixels, source_line, source_sample,"       \
    " alternatives, position_sigma_m, east_east_m2, east_north_m2, north_north_m2)"                \
    " SELECT id, 'x', 'x', 0.1, 1, 1, 1, '[]', " sigma ", " ee ", " en ", " nn " FROM flights"

static void the_schema_refuses_whoever_writes(void **state)
{
    (void)state;
    make(VAHO_CASEBOOK_OPEN);
    refused(MANDATE("0"), "takes in no such mandate");
    refused(FLIGHT("NULL", "1"), "surveys only");
    refused("UPDATE casebook SET kind = 'operation'", "never changed");
    refused("DELETE FROM casebook", "never changed");
    refused("INSERT INTO casebook VALUES (2, 'operation', 2, 'x')", "never changed");
    refused("INSERT OR REPLACE INTO casebook VALUES (1, 'operation', 2, 'x')", "never changed");

    make(VAHO_CASEBOOK_OPERATION);
    refused(FLIGHT("NULL", "0"), "nothing without a mandate");
    refused(FLIGHT("5", "0"), "outside the window");
    refused(MANDATE("1"), "takes in no such mandate");
    done(MANDATE("0"));
    refused(FLIGHT("1", "1"), "no exercise");
    done(FLIGHT("1", "0"));
    refused(FLIGHT("1", "0"), "never replaced");
    refused(
        "REPLACE INTO flights SELECT id, 'y', sha256, products_sha256, mandate_id, exercise, flown,"
        " flown_s, sensor, 2, 2, 2, 0, 'y', 'y' FROM flights",
        "never replaced");
    done("PRAGMA recursive_triggers = OFF"); /* as another program might have it */
    refused(
        "REPLACE INTO flights SELECT id + 1, 'y', sha256, products_sha256, mandate_id, exercise,"
        " flown, flown_s, sensor, 2, 2, 2, 0, 'y', 'y' FROM flights",
        "never replaced");
    refused("UPDATE flights SET mandate_id = NULL", "never changed");
    refused("DELETE FROM flights", "never deleted");
    refused("UPDATE mandates SET to_s = 2e9", "never changed");
    refused("INSERT INTO plumes (flight_id, name, gas, q_value, pixels, source_line, source_sample,"
            " alternatives) VALUES (99, 'x', 'x', 0.1, 1, 1, 1, '[]')",
            "FOREIGN KEY");
    refused(PLACED("NULL", "25", "1.5", "9"), "CHECK"); /* one of the errors without the others */
    refused(PLACED("5", "NULL", "1.5", "9"), "CHECK");
    refused(PLACED("5", "25", "NULL", "9"), "CHECK");
    refused(PLACED("5", "25", "1.5", "NULL"), "CHECK");
    refused(PLACED("-5", "25", "1.5", "9"), "CHECK");
    done(PLACED("5", "25", "1.5", "9"));

    make(VAHO_CASEBOOK_EXERCISE);
    refused(FLIGHT("NULL", "0"), "exercises only");
}

/* A confirmed site of three plumes under a mandate that names south. */
static void make_site(void)
{
    done("INSERT INTO sites (name, gas, longitude, latitude, sigma_m, probability, geom) VALUES"
         " ('s', 'acetone', -117.5, 34.5, 10, 0.9, X'00')");
    done("INSERT INTO site_plumes (site_id, plume_id) SELECT 1, id FROM plumes WHERE gas = "
         "'acetone'");
}

/* A statement after its entry of the ledger, in one transaction; 'word' NULL: it must be done. */
static void told(const char *what, json_t *object, const char *sql, const char *word)
{
    char *said = NULL;
    int good;

    done("BEGIN IMMEDIATE");
    assert_int_equal(vaho_ledger_append(NULL, casebook, &ACT, what, object, NULL, NULL), VAHO_OK);
    good = sqlite3_exec(casebook->database, sql, NULL, NULL, &said) == SQLITE_OK;
    if (good != (word == NULL) || (word != NULL && strstr(said, word) == NULL))
        fail_msg("'%s' of %s", said == NULL ? "" : said, sql);
    sqlite3_free(said);
    done(good ? "COMMIT" : "ROLLBACK");
}

#define ENTRY "(SELECT max(number) FROM ledger_entries)"
#define SENT(partner, from)                                                                        \
    "(SELECT " from " FROM outbox WHERE partner = '" partner "' ORDER BY sequence DESC LIMIT 1)"
#define OUTBOX(partner)                                                                            \
    "INSERT INTO outbox (partner, sequence, site_id, message, sha256, until_s, entry) VALUES "     \
    "('" partner "', ifnull(" SENT(                                                                \
        partner,                                                                                   \
        "sequence") ", 0) + 1, 1, json_object('partner', '" partner                                \
                    "', 'sequence', ifnull(" SENT(                                                 \
                        partner,                                                                   \
                        "sequence") ", 0) + 1, 'kind', 'release', 'exercise',"                     \
                                    " json('false'), 'ledger', json_object('index', " ENTRY        \
                                    "), 'previous_sha256', " SENT(                                 \
                                        partner, "sha256") "), printf('%064d', 0), 0, " ENTRY ");"
#define BARE_RELEASE(partner, person)                                                              \
    "INSERT INTO releases (site_id, mandate_id, partner, at, person, entry) VALUES (1, 1, "        \
    "'" partner "', 'x', '" person "', " ENTRY ")"
#define RELEASE(partner, person) OUTBOX(partner) BARE_RELEASE(partner, person)
#define REVIEW(person, decision, reason)                                                           \
    "INSERT INTO reviews (site_id, at, person, decision, reason, evidence, follows, entry) VALUES" \
    " (1, 'x', '" person "', '" decision "', '" reason "', hex(zeroblob(32)), (SELECT max(id)"     \
    " FROM reviews), " ENTRY ")"

static void release(const char *partner, const char *sql, const char *word)
{
    char zeros[65];

    snprintf(zeros, sizeof zeros, "%064d", 0);
    told("site-release",
         json_pack("{s:s, s:s, s:s}", "site", "s", "partner", partner, "message_sha256", zeros),
         sql, word);
}

static void make_partners(void)
{
    told("partner-add", json_pack("{s:s}", "partner", "south"),
         "INSERT INTO partners (name, person, entry) VALUES ('south', 'x', " ENTRY ")", NULL);
    told("partner-add", json_pack("{s:s}", "partner", "east"),
         "INSERT INTO partners (name, person, entry) VALUES ('east', 'x', " ENTRY ")", NULL);
}

static void review(const char *decision, const char *sql, const char *word)
{
    char what[32];

    snprintf(what, sizeof what, "site-%s", decision);
    told(what, json_pack("{s:s}", "site", "s"), sql, word);
}

static void make_account(const char *name, const char *role)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "INSERT INTO accounts (name, entry) VALUES ('%s', " ENTRY ");"
             " INSERT INTO account_roles (account_id, role) SELECT id, '%s' FROM accounts WHERE"
             " name = '%s'",
             name, role, name);
    told("user-add", json_pack("{s:s, s:[s]}", "name", name, "roles", role), sql, NULL);
}

static void releases_need_two_people_and_a_mandate(void **state)
{
    struct vaho_mandate *real = mandate(0, "real");
    struct made_products p = flight("a");

    (void)state;
    make(VAHO_CASEBOOK_OPERATION);
    p.mandate = real->terms.label;
    add(&p, real, VAHO_OK, "");
    make_site();
    refused("INSERT INTO site_plumes (site_id, plume_id) SELECT 1, id FROM plumes WHERE"
            " gas = 'ammonia'",
            "its own gas");
    make_account("al", "analyst");
    make_account("bo", "releaser");
    make_partners();
    make_account("ed", "analyst");
    release("south", RELEASE("south", "bo"), "only after it was confirmed");
    refused(REVIEW("al", "confirm", ""), "told in the ledger");
    review("reject", REVIEW("al", "confirm", ""), "told in the ledger");
    review("reject", REVIEW("al", "reject", ""), "CHECK");
    review("confirm", REVIEW("bo", "confirm", ""), "role analyst");
    review("confirm", REVIEW("al", "confirm", ""), NULL);
    release("south", RELEASE("south", "al"), "who confirmed a site cannot release it");
    release("south", RELEASE("south", "ed"), "role releaser");
    release("east", RELEASE("east", "bo"), "does not name this partner");
    refused(RELEASE("south", "bo"), "told in the ledger");
    release("south", BARE_RELEASE("south", "bo"), "goes by the outbox");
    release("east", OUTBOX("south"), "told in the ledger before, by its hash");
    release("south", RELEASE("south", "bo"), NULL);
    refused("DELETE FROM outbox", "never deleted");
    refused("UPDATE outbox SET message = '{}'", "never changed");
    refused("INSERT OR REPLACE INTO outbox SELECT * FROM outbox", "without a gap");
    release("south", RELEASE("south", "bo"), "has it already");
    refused("DELETE FROM releases", "never deleted");
    refused("UPDATE reviews SET decision = 'pass'", "never changed");
    review("reject", REVIEW("al", "reject", "a farm"), "recalled, not decided on");
    vaho_mandate_free(real);
}

static void nothing_of_an_open_casebook_is_released(void **state)
{
    struct made_products p = flight("a");

    (void)state;
    make(VAHO_CASEBOOK_OPEN);
    add(&p, NULL, VAHO_OK, "");
    make_site();
    make_account("al", "analyst");
    make_account("bo", "releaser");
    make_partners();
    review("confirm", REVIEW("al", "confirm", ""), NULL);
    release("south", RELEASE("south", "bo"), "nothing of an open casebook can be released");
}

struct seen {
    int n, most;
    double q;
    char name[8][32];
};

static int take(void *context, const struct vaho_casebook_plume *plume)
{
    struct seen *seen = context;

    assert_true(plume->q_value >= seen->q);
    seen->q = plume->q_value;
    snprintf(seen->name[seen->n], sizeof seen->name[0], "%s", plume->name);
    return ++seen->n < seen->most;
}

static struct seen ask(double west, double south, double east, double north, const char *gas,
                       double q_most, size_t limit)
{
    const struct vaho_casebook_query query = {west, south, east, north, gas, q_most, limit};
    struct seen seen = {.most = 8};

    assert_int_equal(vaho_casebook_plumes(casebook, &query, take, &seen, NULL), VAHO_OK);
    return seen;
}

static void maps_get_the_most_certain_first(void **state)
{
    struct made_products p = flight("a"), dateline = flight("d");
    struct seen seen;

    (void)state;
    make(VAHO_CASEBOOK_OPEN);
    add(&p, NULL, VAHO_OK, "");
    dateline.longitude = 179.9985, dateline.n_plumes = 1;
    add(&dateline, NULL, VAHO_OK, "");
    dateline.flight = "e", dateline.longitude = -179.999;
    add(&dateline, NULL, VAHO_OK, "");
    seen = ask(-118, 34, -117, 35, NULL, 1, 10);
    assert_int_equal(seen.n, 3);
    assert_string_equal(seen.name[0], "a-0001");
    assert_int_equal(ask(-118, 34, -117, 35, NULL, 0.0025, 10).n, 2);
    assert_int_equal(ask(-118, 34, -117, 35, "ammonia", 1, 10).n, 1);
    assert_int_equal(ask(-118, 34, -117, 35, "methane", 1, 10).n, 0);
    assert_int_equal(ask(-118, 34, -117, 35, NULL, 1, 2).n, 2);
    assert_int_equal(ask(-117.4995, 34, -117, 35, NULL, 1, 10).n, 2);
    assert_int_equal(ask(-118, 35, -117, 36, NULL, 1, 10).n, 0);
    assert_int_equal(ask(-180, -90, 180, 90, NULL, 1, 8).n, 5);
    assert_int_equal(ask(179, 34, -179, 35, NULL, 1, 10).n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_takes_in_its_own),
        cmocka_unit_test(a_flight_is_taken_in_once),
        cmocka_unit_test(products_are_not_believed),
        cmocka_unit_test(errors_of_places_are_kept),
        cmocka_unit_test(broken_products_change_nothing),
        cmocka_unit_test(the_schema_refuses_whoever_writes),
        cmocka_unit_test(releases_need_two_people_and_a_mandate),
        cmocka_unit_test(nothing_of_an_open_casebook_is_released),
        cmocka_unit_test(maps_get_the_most_certain_first),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
