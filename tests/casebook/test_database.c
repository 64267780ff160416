/* test_database.c - nothing acknowledged is lost: writes that fail, power that goes off, one by one
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "casebook/database.h"
#include "failing_files.h"
#include "made_products.h"

enum { PLUMES = 5, SEEDS = 3 };
static const char AT[] = "2026-04-03T12:00:00Z", FILE_NAME[] = "case.gpkg";
static const struct vaho_act ACT = {"ana", VAHO_BY_CLAIM, AT, NULL};
static char folder[] = "/tmp/vaho_casebook_XXXXXX", first[64], second[64];

static int set_up(void **state)
{
    struct made_products p = {.flight = "first",
                              .mandate = "no mandate",
                              .time = "2026-04-01T10:00:00Z",
                              .n_plumes = PLUMES,
                              .longitude = -118,
                              .latitude = 34};

    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    made_products_write(first, &p);
    p.flight = "second";
    made_products_write(second, &p);
    disk_register();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    made_products_remove(first);
    made_products_remove(second);
    disk_free();
    return rmdir(folder);
}

static void make(int version)
{
    sqlite3 *database;
    struct vaho_error error = {VAHO_OK, ""};

    disk_restore(FAIL_NEVER, 0);
    assert_int_equal(vaho_database_open(&database, FILE_NAME,
                                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "failing",
                                        &error),
                     VAHO_OK);
    if (vaho_database_fill(database, FILE_NAME, VAHO_CASEBOOK_OPEN, AT, version, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    sqlite3_close(database);
}

static enum vaho_status add(const char *directory)
{
    struct vaho_casebook *casebook;
    struct vaho_casebook_added added;
    struct vaho_error error = {VAHO_OK, ""};
    enum vaho_status status = vaho_casebook_open_by(&casebook, FILE_NAME, "failing", &error);

    if (status == VAHO_OK)
        status = vaho_casebook_add(&added, casebook, directory, NULL, NULL, &ACT, &error);
    vaho_casebook_close(casebook);
    assert_true(status == VAHO_OK || error.message[0] != '\0');
    return status;
}

/* Whole, sound, and with at least so many flights. */
static int64_t flights_whole(void)
{
    struct vaho_casebook *casebook;
    struct vaho_error error = {VAHO_OK, ""};
    int64_t n_flights, n_plumes, n_places, n_sound, version;

    if (vaho_casebook_open_by(&casebook, FILE_NAME, "failing", &error) != VAHO_OK)
        fail_msg("%s", error.message);
#define NUMBER(out, sql)                                                                           \
    assert_int_equal(vaho_database_number(out, casebook->database, FILE_NAME, sql, NULL), VAHO_OK)
    NUMBER(&n_flights, "SELECT count(*) FROM flights");
    NUMBER(&n_plumes, "SELECT count(*) FROM plumes");
    NUMBER(&n_places, "SELECT count(*) FROM rtree_plumes_geom");
    NUMBER(&n_sound, "SELECT integrity_check = 'ok' FROM pragma_integrity_check");
    NUMBER(&version, "SELECT version FROM casebook");
#undef NUMBER
    assert_int_equal(n_plumes, n_flights * PLUMES);
    assert_int_equal(n_places, n_plumes);
    assert_int_equal(n_sound, 1);
    assert_int_equal(version, VAHO_SCHEMA_VERSION);
    vaho_casebook_close(casebook);
    return n_flights;
}

/* One more flight, with operation after operation failing; how many operations there are. */
static long add_while_failing(enum failing_mode mode, int n_seeds)
{
    long n = 0, n_lost = 0, n_kept = 0;

    for (;;) {
        n++;
        for (int seed = 0; seed < n_seeds; seed++) {
            enum vaho_status status;
            int64_t there;
            disk_restore(mode, n);
            status = add(second);
            if (disk.n_failed == 0) {
                assert_int_equal(status, VAHO_OK);
                assert_true(n_lost > 0); /* failures were met, and some came too early */
                return n - 1;
            }
            if (mode == POWER_CUT)
                disk_reboot((uint32_t)(seed * 2654435761u + (unsigned)n));
            else
                disk.mode = FAIL_NEVER;
            there = flights_whole();
            assert_true(there == 1 || there == 2); /* the first was acknowledged */
            if (status == VAHO_OK)
                assert_int_equal(there, 2);
            n_lost += there == 1;
            n_kept += there == 2;
            assert_int_equal(add(second), VAHO_OK); /* and it can be taken in after that */
            assert_int_equal(flights_whole(), 2);
        }
    }
}

/* The next casebook is made on an empty disk. */
static void forget_kept(void)
{
    for (size_t f = 0; f < MAX_FILES; f++) {
        if (kept[f].exists)
            free(kept[f].now);
        kept[f].exists = 0;
    }
}

static void nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    make(VAHO_SCHEMA_VERSION);
    assert_int_equal(add(first), VAHO_OK);
    disk_keep();
    print_message("a write fails once: %ld places\n", add_while_failing(FAIL_ONCE, 1));
    print_message("all writes fail from then on: %ld places\n",
                  add_while_failing(FAIL_FROM_THEN_ON, 1));
    print_message("the power goes off: %ld places, %d times each\n",
                  add_while_failing(POWER_CUT, SEEDS), SEEDS);
    forget_kept();
}

/* An old file: the rows stay, the new tables come; cut off half-way it is as before. */
static void every_migration_keeps_what_is_there(void **state)
{
    static const char rows[] =
        "INSERT INTO flights (name, sha256, products_sha256, exercise, n_lines, n_samples, n_bands,"
        " n_plumes, made_by, taken_in) VALUES ('old', printf('%064d', 1), printf('%064d', 2), 0, "
        "10,"
        " 10, 10, 5, '0.1.0', '2026-04-03T12:00:00Z');"
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5)"
        " INSERT INTO plumes (flight_id, name, gas, q_value, pixels, source_line, source_sample,"
        " alternatives, geom) SELECT 1, 'old-' || i, 'ammonia', 0.01, 3, 1, 1, '[]',"
        " X'47500003E6100000000000000000F03F0000000000000040000000000000F03F0000000000000040'"
        " FROM n;";

    (void)state;
    for (int version = 1; version < VAHO_SCHEMA_VERSION; version++) {
        sqlite3 *database;
        long n = 0;
        make(version);
        assert_int_equal(
            vaho_database_open(&database, FILE_NAME, SQLITE_OPEN_READWRITE, "failing", NULL),
            VAHO_OK);
        if (sqlite3_exec(database, rows, NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s", sqlite3_errmsg(database));
        sqlite3_close(database);
        disk_keep();
        for (int done = 0; !done;) {
            struct vaho_casebook *casebook;
            disk_restore(POWER_CUT, ++n);
            vaho_casebook_open_by(&casebook, FILE_NAME, "failing", NULL);
            vaho_casebook_close(casebook);
            done = disk.n_failed == 0;
            disk_reboot((uint32_t)n);
            assert_int_equal(flights_whole(), 1); /* opens, migrates, is sound */
        }
        assert_true(n > 10);
        print_message("from version %d: the power goes off at %ld places\n", version, n - 1);
        forget_kept();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_acknowledged_is_lost),
        cmocka_unit_test(every_migration_keeps_what_is_there),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
