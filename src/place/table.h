/*
 * table.h - numbers in the columns of a text file
 *
 * One record a line; fields parted by commas, by semicolons or by blanks and tabs,
 * whichever the first line has, in this order.  Lines that begin with '#' and empty
 * lines are passed over.  A column is named by the field of the first line or
 * by its number; when all are numbered, a first line without a number in any of them
 * is taken as a heading.
 *
 * Pure: nothing is read but the text.
 */
#ifndef VAHO_PLACE_TABLE_H
#define VAHO_PLACE_TABLE_H

#include <stddef.h>

#include "place/clock.h"
#include "vaho/status.h"

#define PLACE_COLUMN_NBYTES 64

struct place_column {
    char name[PLACE_COLUMN_NBYTES]; /* as in the heading; "" for a numbered one */
    size_t number;                  /* from 1; for a named one 0 */
    double factor;                  /* to the unit wanted */
};

struct place_table {
    size_t n_rows, n_columns;
    double *value; /* n_rows x n_columns, factors applied, all finite; owned */
    size_t *line;  /* of each row in the file, from 1; owned */
};

/*
 * 'time' (may be NULL) is the clock of column 0, whose values become instants; GPS
 * seconds of week that begin again are carried on.  'name' is what messages call
 * the file.  VAHO_BAD_INPUT names the line and the column; VAHO_NO_MEMORY.
 * On error *out is empty.
 */
enum vaho_status place_table_parse(struct place_table *out, const char *text, size_t nbytes,
                                   const char *name, const struct place_column *column,
                                   size_t n_columns, const struct place_clock *time,
                                   struct vaho_error *error);
void place_table_free(struct place_table *table); /* all zero is fine */

#endif
