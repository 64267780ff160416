/*
 * sbet.c - smoothed best estimate of trajectory, as Applanix's POSPac writes it
 *
 * Records of 17 little-endian doubles:
 *
 *   0 time, s of GPS week     1 latitude    2 longitude    3 height, m
 *   4-6 velocity              7 roll        8 pitch        9 platform heading
 *   10 wander angle           11-13 acceleration           14-16 angular rate
 *
 * Angles are radians.  The platform's heading is counted from the x axis of the
 * wander-azimuth frame; true heading = platform heading - wander angle.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "place/trajectory.h"

static double little_endian(const unsigned char *p)
{
    uint64_t bits = 0;
    double value;

    for (int i = 7; i >= 0; i--)
        bits = bits << 8 | p[i];
    memcpy(&value, &bits, sizeof value);
    return value;
}

enum vaho_status place_sbet_parse(struct place_table *out, const void *data, size_t nbytes,
                                  const char *name, const struct place_clock *clock,
                                  struct vaho_error *error)
{
    static const int field_of[PLACE_N_TRAJECTORY_COLUMNS] = {0, 2, 1, 3, 7, 8, 9};
    const size_t n = nbytes / PLACE_SBET_NBYTES;
    double week_s = 0;

    *out = (struct place_table){0};
    if (n == 0 || nbytes % PLACE_SBET_NBYTES != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: %zu bytes are not a whole number of SBET records of %d bytes; the "
                         "file is cut short or of another format",
                         name, nbytes, PLACE_SBET_NBYTES);
    out->value = vaho_alloc(n, PLACE_N_TRAJECTORY_COLUMNS * sizeof *out->value);
    out->line = vaho_alloc(n, sizeof *out->line);
    if (out->value == NULL || out->line == NULL) {
        place_table_free(out);
        return vaho_fail_memory(error, name);
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char *record = (const unsigned char *)data + i * PLACE_SBET_NBYTES;
        double *row = out->value + i * PLACE_N_TRAJECTORY_COLUMNS;
        for (int c = 0; c < PLACE_N_TRAJECTORY_COLUMNS; c++) {
            row[c] = little_endian(record + 8 * field_of[c]);
            if (!isfinite(row[c]) || !(fabs(row[c]) < 1e9)) {
                place_table_free(out);
                return vaho_fail(error, VAHO_BAD_INPUT,
                                 "%s: record %zu: the number at byte %zu is not usable; the file "
                                 "is of another format or byte order",
                                 name, i, i * PLACE_SBET_NBYTES + 8 * (size_t)field_of[c]);
            }
        }
        row[PLACE_HEADING] = remainder(row[PLACE_HEADING] - little_endian(record + 80), 2 * M_PI);
        if (!isfinite(row[PLACE_HEADING])) {
            place_table_free(out);
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: record %zu: the wander angle at byte %zu is not usable", name, i,
                             i * PLACE_SBET_NBYTES + 80);
        }
        row[PLACE_TIME] += clock->origin_s + week_s;
        if (i > 0 && row[PLACE_TIME] < row[PLACE_TIME - PLACE_N_TRAJECTORY_COLUMNS] -
                                           PLACE_WEEK_S / 2) { /* began again */
            week_s += PLACE_WEEK_S;
            row[PLACE_TIME] += PLACE_WEEK_S;
        }
        out->line[i] = i;
    }
    out->n_rows = n;
    out->n_columns = PLACE_N_TRAJECTORY_COLUMNS;
    return VAHO_OK;
}
