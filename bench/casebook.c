/* casebook.c - fills a casebook with flights and times what a map asks of it (run by
 * bench/casebook) */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/signing.h"
#include "casebook/database.h"
#include "casebook/geometry.h"
#include "clock_and_dice.h"

static const struct vaho_act ACT = {"bench", VAHO_BY_CLAIM, "2026-04-10T12:00:00Z", NULL};

static const char *const GASES[] = {"ammonia",       "acetone",  "methanol", "sulfur_dioxide",
                                    "ethyl_acetate", "ethylene", "cfc12",    "dichloromethane"};
enum { N_GASES = sizeof GASES / sizeof GASES[0], N_REPEATS = 20, N_FLUSHED = 50 };

/* A flight of 'n' plumes somewhere over four by four degrees, most of them doubtful. */
static void write_flight(const char *folder, int flight, int n)
{
    char path[512], sha256[VAHO_DIGEST_HEX_NBYTES], name[32];
    double west = -118 + 4 * dice(), south = 32 + 4 * dice();
    FILE *file;

    snprintf(name, sizeof name, "line_%05d", flight);
    vaho_sha256(sha256, name, strlen(name));
    snprintf(path, sizeof path, "%s/run.json", folder);
    file = fopen(path, "w");
    fprintf(file,
            "{\"version\":\"0.1.0\",\"flight\":\"%s\",\"time\":\"2026-04-10T10:00:00Z\","
            "\"exercise\":false,\"mandate\":\"no mandate\",\"cube\":{\"sha256\":\"%s\",\"sensor\":"
            "\"bench\",\"lines\":2000,\"samples\":400,\"bands\":128},\"searched\":[",
            name, sha256);
    for (size_t g = 0; g < N_GASES; g++)
        fprintf(file, "%s\"%s\"", g > 0 ? "," : "", GASES[g]);
    fprintf(file, "]}");
    fclose(file);
    snprintf(path, sizeof path, "%s/plumes.geojson", folder);
    file = fopen(path, "w");
    fprintf(file,
            "{\"type\":\"FeatureCollection\",\"vaho\":{\"version\":\"0.1.0\",\"flight\":\"%s\","
            "\"time\":\"2026-04-10T10:00:00Z\",\"exercise\":false,\"mandate\":\"no mandate\"},"
            "\"features\":[\n",
            name);
    for (int i = 0; i < n; i++) {
        double x = west + 0.03 * dice(), y = south + 0.03 * dice(), q = 0.5 * dice();
        fprintf(file,
                "%s{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[",
                i > 0 ? ",\n" : "");
        for (int k = 0; k <= 12; k++)
            fprintf(file, "%s[%.7f,%.7f]", k > 0 ? "," : "", x + 1e-4 * ((k % 12) < 6 ? k % 12 : 6),
                    y + 1e-4 * ((k % 12) < 6 ? 0 : 12 - k % 12));
        fprintf(
            file,
            "]]},\"properties\":{\"id\":\"%s-%04d\",\"gas\":\"%s\",\"q_value\":%.6f,\"snr\":8.1,"
            "\"peak_ppmm\":80,\"mean_ppmm\":40,\"sigma_ppmm\":4,\"pixels\":30,\"source_line\":10,"
            "\"source_sample\":20,\"source_sigma_px\":1,\"source_longitude\":%.7f,"
            "\"source_latitude\":%.7f,\"emission_kg_h\":null,\"emission_sigma_kg_h\":null,"
            "\"probability\":0.9,\"alternatives\":[{\"gas\":\"methanol\",\"probability\":0.1}],"
            "\"exercise\":false,\"mandate\":\"no mandate\"}}",
            name, i + 1, GASES[(int)(dice() * N_GASES)], q * q, x, y);
    }
    fprintf(file, "]}\n");
    fclose(file);
}

/* A footprint of twelve corners. */
static struct vaho_blob footprint(double x, double y)
{
    json_t *ring = json_array(), *geometry;
    struct vaho_blob blob;

    for (int k = 0; k <= 12; k++)
        json_array_append_new(ring, json_pack("[f,f]", x + 1e-4 * (k % 12 < 6 ? k % 12 : 6),
                                              y + 1e-4 * (k % 12 < 6 ? 0 : 12 - k % 12)));
    geometry = json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring);
    if (vaho_blob_from_geojson(&blob, geometry, "a plume", NULL) != VAHO_OK)
        exit(1);
    json_decref(geometry);
    return blob;
}

/* Rows without the way through files, which would take hours: triggers and indexes see them all. */
static void fill(sqlite3 *database, int n_flights, int n_plumes)
{
    static const char flights[] =
        "INSERT INTO flights (name, sha256, products_sha256, exercise, flown, flown_s, sensor,"
        " n_lines, n_samples, n_bands, n_plumes, made_by, taken_in) VALUES (printf('line_%05d', "
        "?1),"
        " printf('%064d', ?1), printf('%064d', ?1), 0, '2026-04-10T10:00:00Z', 1775815200 + ?1,"
        " 'bench', 2000, 400, 128, ?2, '0.1.0', '2026-04-10T12:00:00Z')";
    static const char plumes[] =
        "INSERT INTO plumes (flight_id, name, gas, q_value, snr, peak_ppmm, mean_ppmm, sigma_ppmm,"
        " pixels, source_line, source_sample, source_sigma_px, source_longitude, source_latitude,"
        " probability, alternatives, geom) VALUES (?1, printf('line_%05d-%04d', ?1, ?2), ?3, ?4, "
        "8.1,"
        " 80, 40, 4, 30, 10, 20, 1, ?5, ?6, 0.9, '[{\"gas\":\"methanol\",\"probability\":0.1}]', "
        "?7)";
    sqlite3_stmt *flight, *plume;
    int good =
        sqlite3_exec(database, "PRAGMA cache_size = -1000000; BEGIN", NULL, NULL, NULL) == 0 &&
        sqlite3_prepare_v2(database, flights, -1, &flight, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database, plumes, -1, &plume, NULL) == SQLITE_OK;

    for (int f = 1; good && f <= n_flights; f++) {
        double west = -118 + 4 * dice(), south = 32 + 4 * dice();
        sqlite3_bind_int(flight, 1, f);
        sqlite3_bind_int(flight, 2, n_plumes);
        good = sqlite3_step(flight) == SQLITE_DONE;
        sqlite3_reset(flight);
        for (int i = 0; good && i < n_plumes; i++) {
            double x = west + 0.03 * dice(), y = south + 0.03 * dice(), q = dice();
            struct vaho_blob blob = footprint(x, y);
            sqlite3_bind_int(plume, 1, f);
            sqlite3_bind_int(plume, 2, i + 1);
            sqlite3_bind_text(plume, 3, GASES[(int)(dice() * N_GASES)], -1, SQLITE_STATIC);
            sqlite3_bind_double(plume, 4, 0.5 * q * q);
            sqlite3_bind_double(plume, 5, x);
            sqlite3_bind_double(plume, 6, y);
            sqlite3_bind_blob64(plume, 7, blob.data, blob.nbytes, SQLITE_STATIC);
            good = sqlite3_step(plume) == SQLITE_DONE;
            sqlite3_reset(plume);
            vaho_blob_free(&blob);
        }
    }
    if (good) {
        sqlite3_finalize(flight);
        sqlite3_finalize(plume);
        good = sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    }
    if (!good) {
        fprintf(stderr, "bench/casebook: %s\n", sqlite3_errmsg(database));
        exit(1);
    }
}

static int count(void *context, const struct vaho_casebook_plume *plume)
{
    (void)plume;
    ++*(long *)context;
    return 1;
}

/* The worst of several times, from a map that jumps about. */
static void time_query(struct vaho_casebook *casebook, const char *what, double degrees,
                       const char *gas, double q, size_t limit)
{
    double worst = 0, sum = 0;
    long n = 0;

    for (int i = 0; i < N_REPEATS; i++) {
        double west = -118 + (4 - degrees) * dice(), south = 32 + (4 - degrees) * dice();
        struct vaho_casebook_query query = {west, south, west + degrees, south + degrees,
                                            gas,  q,     limit};
        double begin = now_s(), took;
        n = 0;
        if (vaho_casebook_plumes(casebook, &query, count, &n, NULL) != VAHO_OK)
            exit(1);
        took = now_s() - begin;
        worst = took > worst ? took : worst;
        sum += took;
    }
    printf("  %-58s %8.1f ms  %8.1f ms  %6ld rows\n", what, 1e3 * sum / N_REPEATS, 1e3 * worst, n);
}

static void time_sql(struct vaho_casebook *casebook, const char *what, const char *sql)
{
    double begin = now_s();
    sqlite3_stmt *s;
    long n = 0;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        exit(1);
    while (sqlite3_step(s) == SQLITE_ROW)
        n++;
    sqlite3_finalize(s);
    printf("  %-58s %8.1f ms  %11s  %6ld rows\n", what, 1e3 * (now_s() - begin), "", n);
}

static int fail(const struct vaho_error *error)
{
    fprintf(stderr, "bench/casebook: %s\n", error->message);
    return 1;
}

static void time_all(struct vaho_casebook *casebook)
{
    printf("  %-58s %11s  %11s\n", "", "mean", "worst");
    time_query(casebook, "a street: 0.01 degrees, any gas, q <= 0.05", 0.01, NULL, 0.05, 2000);
    time_query(casebook, "a town: 0.1 degrees, any gas, q <= 0.05", 0.1, NULL, 0.05, 2000);
    time_query(casebook, "a valley: 0.5 degrees, any gas", 0.5, NULL, 1, 2000);
    time_query(casebook, "a valley: 0.5 degrees, one gas, q <= 0.05", 0.5, "ethylene", 0.05, 2000);
    time_query(casebook, "everything: 4 degrees, any gas", 4, NULL, 1, 2000);
    time_query(casebook, "everything: one gas, q <= 0.01", 4, "ethylene", 0.01, 2000);
    time_query(casebook, "everything: a gas that is not there", 4, "phosgene", 1, 2000);
    time_sql(casebook, "plumes a gas, for the legend",
             "SELECT gas, count(*) FROM plumes GROUP BY gas");
    time_sql(casebook, "the latest 100 flights",
             "SELECT id, name, flown, n_plumes FROM flights ORDER BY flown_s DESC LIMIT 100");
    time_sql(casebook, "all plumes of one flight",
             "SELECT id, name, gas, q_value, geom FROM plumes WHERE flight_id = 4321");
}

int main(int argc, char **argv)
{
    int n_flights = argc == 4 ? atoi(argv[2]) : 0, n_plumes = argc == 4 ? atoi(argv[3]) : 0;
    char path[512], folder[512];
    struct vaho_casebook *casebook;
    struct vaho_casebook_added added;
    struct vaho_error error;
    struct stat about;
    double begin = now_s();

    if (n_flights <= N_FLUSHED || n_plumes < 1) {
        fprintf(stderr, "usage: bench_casebook FOLDER FLIGHTS PLUMES-A-FLIGHT\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/bench.gpkg", argv[1]);
    snprintf(folder, sizeof folder, "%s/flight", argv[1]);
    mkdir(folder, 0777);
    if (vaho_casebook_new(path, VAHO_CASEBOOK_OPEN, &ACT, &error) != VAHO_OK ||
        vaho_casebook_open(&casebook, path, &error) != VAHO_OK)
        return fail(&error);
    fill(casebook->database, n_flights - N_FLUSHED, n_plumes);
    vaho_casebook_close(casebook);
    if (vaho_casebook_open(&casebook, path, &error) != VAHO_OK)
        return fail(&error);
    begin = now_s();
    for (int i = n_flights - N_FLUSHED; i < n_flights; i++) {
        write_flight(folder, i, n_plumes);
        if (vaho_casebook_add(&added, casebook, folder, NULL, NULL, &ACT,
                              &error) != VAHO_OK)
            return fail(&error);
    }
    begin = now_s() - begin;
    stat(path, &about);
    printf("%d flights, %d plumes, %.0f MB; the last %d were taken in at %.1f a second\n",
           n_flights, n_flights * n_plumes, 1e-6 * (double)about.st_size, N_FLUSHED,
           N_FLUSHED / begin);
    vaho_casebook_close(casebook);
    if (vaho_casebook_open(&casebook, path, &error) != VAHO_OK)
        return fail(&error);
    time_all(casebook);
    begin = now_s();
    snprintf(folder, sizeof folder, "%s/backup.gpkg", argv[1]);
    if (vaho_casebook_backup(casebook, folder, &ACT, &error) != VAHO_OK)
        return fail(&error);
    printf("  %-58s %8.1f s\n", "backup", now_s() - begin);
    vaho_casebook_close(casebook);
    return 0;
}
