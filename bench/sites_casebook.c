/*
 * sites_casebook.c - fills a casebook with flights over towns seen again and again, and times
 * reckoning its sites and what a page asks of them (run by bench/sites)
 *
 * Fifty towns of 0.06 degrees, flights of half that side and 28 x 28 tiles somewhere over one of
 * them.  A town has a hundred sources, on for half of the passes and seen three times in four; the
 * other plumes of a flight are false, anywhere, with larger q-values.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casebook/coverage.h"
#include "casebook/database.h"
#include "clock_and_dice.h"
#include "vaho/sites.h"

static const struct vaho_act ACT = {"bench", VAHO_BY_CLAIM, "2026-04-01T00:00:00Z", NULL};

enum { N_TOWNS = 50, N_SOURCES = 100, N_GASES = 3, TILES = 28, N_REPEATS = 20 };
static const double TOWN_DEG = 0.06, FLIGHT_DEG = 0.03, SIGMA_DEG = 6e-5;
static const char *const GASES[N_GASES] = {"acetone", "ammonia", "methanol"};

static double about_normal(void)
{
    return 2 * (dice() + dice() + dice() - 1.5);
}

static void must(int good, sqlite3 *database)
{
    if (!good) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(1);
    }
}

/* What a flight from (west, south) could have seen. */
static struct vaho_cover make_cover(double west, double south)
{
    static struct vaho_cover_tile tile[TILES * TILES];
    static float limit[2 * N_GASES * TILES * TILES];
    double step = FLIGHT_DEG / TILES;

    for (int i = 0; i < TILES * TILES; i++) {
        double x = west + step * (i % TILES), y = south + step * (i / TILES);
        tile[i] = (struct vaho_cover_tile){
            {{x, y}, {x + step, y}, {x + step, y + step}, {x, y + step}}, {0}, 1};
        for (int g = 0; g < N_GASES; g++) {
            limit[2 * (N_GASES * i + g)] = (float)(20 + 20 * dice());
            limit[2 * (N_GASES * i + g) + 1] = (float)(2 + 2 * dice());
        }
    }
    return (struct vaho_cover){.n_gases = N_GASES,
                               .n = TILES * TILES,
                               .box = {west, west + FLIGHT_DEG, south, south + FLIGHT_DEG},
                               .tile = tile,
                               .limit = limit};
}

static void add_cover(sqlite3 *database, sqlite3_stmt *s, int flight, double west, double south)
{
    const struct vaho_cover cover = make_cover(west, south);
    unsigned char *tiles = vaho_cover_pack(&cover);

    sqlite3_bind_int(s, 1, flight);
    for (int k = 0; k < 4; k++)
        sqlite3_bind_double(s, 2 + k, cover.box[k]);
    sqlite3_bind_int(s, 6, TILES * TILES);
    sqlite3_bind_blob64(s, 7, tiles, cover.n * vaho_cover_tile_nbytes(N_GASES), free);
    must(sqlite3_step(s) == SQLITE_DONE, database);
    sqlite3_reset(s);
}

static void add_plume(sqlite3 *database, sqlite3_stmt *s, int flight, int plume, int gas,
                      const double *place, double q)
{
    sqlite3_bind_int(s, 1, flight);
    sqlite3_bind_int(s, 2, plume);
    sqlite3_bind_text(s, 3, GASES[gas], -1, SQLITE_STATIC);
    sqlite3_bind_double(s, 4, q);
    sqlite3_bind_double(s, 5, place[0]);
    sqlite3_bind_double(s, 6, place[1]);
    sqlite3_bind_double(s, 7, 2 + 8 * dice());
    must(sqlite3_step(s) == SQLITE_DONE, database);
    sqlite3_reset(s);
}

static void add_plumes(sqlite3 *database, sqlite3_stmt *s, int flight, const double corner[2],
                       double town[N_SOURCES][2], int n)
{
    int k = 0;

    for (int i = 0; i < N_SOURCES && k < n; i++) {
        double place[2] = {town[i][0] + SIGMA_DEG * about_normal(),
                           town[i][1] + SIGMA_DEG * about_normal()};
        if (town[i][0] < corner[0] || town[i][0] > corner[0] + FLIGHT_DEG ||
            town[i][1] < corner[1] || town[i][1] > corner[1] + FLIGHT_DEG || dice() > 0.375)
            continue;
        add_plume(database, s, flight, k++, i % N_GASES, place, 0.02 * dice());
    }
    while (k < n) {
        double place[2] = {corner[0] + FLIGHT_DEG * dice(), corner[1] + FLIGHT_DEG * dice()};
        add_plume(database, s, flight, k++, (int)(N_GASES * dice()), place, 0.05 + 0.45 * dice());
    }
}

/* Rows without the way through files: triggers and indexes see them all. */
static void fill(sqlite3 *database, int n_flights, int n_plumes)
{
    static const char *const sql[3] = {
        "INSERT INTO flights (name, sha256, products_sha256, exercise, flown, flown_s, sensor,"
        " n_lines, n_samples, n_bands, n_plumes, made_by, taken_in) VALUES (printf('line_%05d',"
        " ?1), printf('%064d', ?1), printf('%064d', ?1), 0, '2025-01-01T00:00:00Z',"
        " 1735689600 + 3000 * ?1, 'bench', 896, 896, 128, ?2, '0.1.0', '2026-04-10T12:00:00Z')",
        "INSERT INTO coverage_tiles VALUES (?1, '[\"acetone\",\"ammonia\",\"methanol\"]', 3, 3, 1e7,"
        " ?2, ?3, ?4, ?5, ?6, ?7)",
        "INSERT INTO plumes (flight_id, name, gas, q_value, mean_ppmm, sigma_ppmm, pixels,"
        " source_line, source_sample, source_longitude, source_latitude, emission_kg_h,"
        " emission_sigma_kg_h, alternatives, position_sigma_m, east_east_m2, east_north_m2,"
        " north_north_m2) VALUES (?1, printf('%05d-%04d', ?1, ?2), ?3, ?4, 40, 4, 30, 1, 2, ?5, ?6,"
        " ?7, 1, '[]', 7, 49, 0, 49)"};
    static double town[N_TOWNS][N_SOURCES][2], corner[N_TOWNS][2];
    sqlite3_stmt *s[3];

    must(sqlite3_exec(database, "PRAGMA cache_size = -500000; BEGIN", NULL, NULL, NULL) == 0,
         database);
    for (int k = 0; k < 3; k++)
        must(sqlite3_prepare_v2(database, sql[k], -1, &s[k], NULL) == SQLITE_OK, database);
    for (int t = 0; t < N_TOWNS; t++) {
        corner[t][0] = -118 + 4 * dice();
        corner[t][1] = 32 + 4 * dice();
        for (int i = 0; i < 2 * N_SOURCES; i++)
            town[t][i / 2][i % 2] = corner[t][i % 2] + TOWN_DEG * dice();
    }
    for (int f = 1; f <= n_flights; f++) {
        int t = (int)(N_TOWNS * dice());
        double at[2] = {corner[t][0] + FLIGHT_DEG * dice(), corner[t][1] + FLIGHT_DEG * dice()};
        sqlite3_bind_int(s[0], 1, f);
        sqlite3_bind_int(s[0], 2, n_plumes);
        must(sqlite3_step(s[0]) == SQLITE_DONE, database);
        sqlite3_reset(s[0]);
        add_cover(database, s[1], f, at[0], at[1]);
        add_plumes(database, s[2], f, at, town[t], n_plumes);
    }
    for (int k = 0; k < 3; k++)
        sqlite3_finalize(s[k]);
    must(sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == 0, database);
}

struct picked {
    char name[160];
    double longitude, latitude;
    long n;
};

static int take(void *context, const struct vaho_site *site)
{
    struct picked *p = context;

    if (p->n++ % 37 == 0) { /* one or another */
        snprintf(p->name, sizeof p->name, "%s", site->name);
        p->longitude = site->longitude;
        p->latitude = site->latitude;
    }
    return 1;
}

static void take_one(void *context, const struct vaho_site *site)
{
    take(context, site);
}

static void take_pass(void *context, const struct vaho_site_passed *pass)
{
    (void)pass;
    ((struct picked *)context)->n++;
}

static void time_list(struct vaho_casebook *book, const char *what, struct vaho_sites_query q,
                      double side_deg, struct picked *picked)
{
    double sum = 0, worst = 0;
    long n = 0;

    for (int i = 0; i < N_REPEATS; i++) {
        double begin = now_s(), took;
        if (side_deg > 0) {
            q.west = picked->longitude - side_deg / 2;
            q.east = q.west + side_deg;
            q.south = picked->latitude - side_deg / 2;
            q.north = q.south + side_deg;
        }
        picked->n = i % 5;
        if (vaho_sites_list(book, &q, take, picked, NULL) != VAHO_OK)
            exit(1);
        n += picked->n - i % 5;
        took = now_s() - begin;
        sum += took;
        worst = took > worst ? took : worst;
    }
    printf("| %s | %ld | %.1f | %.1f |\n", what, n / N_REPEATS, 1e3 * sum / N_REPEATS, 1e3 * worst);
}

static void time_queries(struct vaho_casebook *book)
{
    struct vaho_sites_query q = vaho_sites_query_defaults();
    struct picked picked = {.n = 0};
    double sum = 0, worst = 0;
    long n = 0;

    puts("| asked | rows | mean ms | worst ms |\n|---|---|---|---|");
    time_list(book, "the first 100", q, 0, &picked);
    q.limit = 2000;
    time_list(book, "the first 2000", q, 0, &picked);
    q.gas = "ammonia";
    time_list(book, "the first 2000 of one gas", q, 0, &picked);
    q.gas = NULL;
    time_list(book, "a street (0.01 degrees)", q, 0.01, &picked);
    time_list(book, "a town (0.1 degrees)", q, 0.1, &picked);
    time_list(book, "a valley (0.5 degrees)", q, 0.5, &picked);
    for (int i = 0; i < N_REPEATS; i++) {
        double begin, took;
        q.limit = 37 * (size_t)(i + 1);
        picked.n = 0;
        if (vaho_sites_list(book, &q, take, &picked, NULL) != VAHO_OK)
            exit(1);
        begin = now_s();
        picked.n = 1;
        if (vaho_sites_show(book, picked.name, take_one, take_pass, &picked, NULL) != VAHO_OK)
            exit(1);
        took = now_s() - begin;
        n += picked.n - 2;
        sum += took;
        worst = took > worst ? took : worst;
    }
    printf("| one site with its passes | %ld | %.1f | %.1f |\n", n / N_REPEATS,
           1e3 * sum / N_REPEATS, 1e3 * worst);
}

int main(int argc, char **argv)
{
    struct vaho_casebook *book;
    struct vaho_sites_updated updated;
    struct vaho_error error;
    char path[512];
    double begin;

    if (argc != 4) {
        fprintf(stderr, "usage: bench_sites_casebook FOLDER FLIGHTS PLUMES-A-FLIGHT\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/sites.gpkg", argv[1]);
    if (vaho_casebook_new(path, VAHO_CASEBOOK_OPEN, &ACT, &error) != VAHO_OK ||
        vaho_casebook_open(&book, path, &error) != VAHO_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    fill(book->database, atoi(argv[2]), atoi(argv[3]));
    for (int turn = 0; turn < 2; turn++) {
        begin = now_s();
        if (vaho_sites_update(&updated, book, ACT.at, 0, &ACT, &error) != VAHO_OK) {
            fprintf(stderr, "%s\n", error.message);
            return 1;
        }
        printf("%s update: %lld sites from %lld plumes of %lld flights in %.1f s\n",
               turn == 0 ? "first" : "second", (long long)updated.n_sites,
               (long long)updated.n_plumes, (long long)updated.n_flights, now_s() - begin);
        fflush(stdout);
    }
    time_queries(book);
    vaho_casebook_close(book);
    return 0;
}
