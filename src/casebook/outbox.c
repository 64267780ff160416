#include "casebook/outbox.h"

#include <stdio.h>

#include "base/error.h"

static enum vaho_status broken(struct vaho_casebook *casebook, struct vaho_error *error)
{
    return vaho_database_fail(casebook->database, casebook->path, error);
}

enum vaho_status vaho_outbox_last(struct vaho_outbox_last *out, struct vaho_casebook *casebook,
                                  const char *partner, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    *out = (struct vaho_outbox_last){0};
    if (sqlite3_prepare_v2(casebook->database,
                           "SELECT sequence, sha256 FROM outbox WHERE partner = ? ORDER BY sequence"
                           " DESC LIMIT 1",
                           -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_text(s, 1, partner, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW) {
        out->sequence = (uint64_t)sqlite3_column_int64(s, 0);
        snprintf(out->sha256, sizeof out->sha256, "%s", (const char *)sqlite3_column_text(s, 1));
    }
    sqlite3_finalize(s);
    return result == SQLITE_ROW || result == SQLITE_DONE ? VAHO_OK : broken(casebook, error);
}

enum vaho_status vaho_outbox_told(struct vaho_outbox_cell *out, struct vaho_casebook *casebook,
                                  int64_t site_id, const char *partner, struct vaho_error *error)
{
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;

    *out = (struct vaho_outbox_cell){0};
    if (sqlite3_prepare_v2(casebook->database,
                           "SELECT cell_level, cell_row, cell_column, asked_level FROM outbox WHERE"
                           " site_id = ? AND partner = ? AND cell_level IS NOT NULL ORDER BY"
                           " sequence DESC LIMIT 1",
                           -1, &s, NULL) == SQLITE_OK &&
        sqlite3_bind_int64(s, 1, site_id) == SQLITE_OK &&
        sqlite3_bind_text(s, 2, partner, -1, SQLITE_STATIC) == SQLITE_OK)
        result = sqlite3_step(s);
    if (result == SQLITE_ROW)
        *out = (struct vaho_outbox_cell){
            sqlite3_column_int(s, 0), (uint32_t)sqlite3_column_int64(s, 1),
            (uint32_t)sqlite3_column_int64(s, 2), sqlite3_column_int(s, 3)};
    sqlite3_finalize(s);
    return result == SQLITE_ROW || result == SQLITE_DONE ? VAHO_OK : broken(casebook, error);
}

enum vaho_status vaho_outbox_append(struct vaho_casebook *casebook,
                                    const struct vaho_outbox_message *m, struct vaho_error *error)
{
    static const char sql[] =
        "INSERT INTO outbox (partner, sequence, site_id, message, sha256, until_s, entry,"
        " cell_level, cell_row, cell_column, asked_level) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        return broken(casebook, error);
    sqlite3_bind_text(s, 1, m->partner, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, (int64_t)m->sequence);
    sqlite3_bind_int64(s, 3, m->site_id);
    sqlite3_bind_text(s, 4, m->bytes, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, m->sha256, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 6, m->until_s);
    sqlite3_bind_int64(s, 7, m->entry);
    if (m->cell.level != 0) {
        sqlite3_bind_int(s, 8, m->cell.level);
        sqlite3_bind_int64(s, 9, m->cell.row);
        sqlite3_bind_int64(s, 10, m->cell.column);
        sqlite3_bind_int(s, 11, m->cell.asked_level);
    }
    if (sqlite3_step(s) != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}

enum vaho_status vaho_outbox_each(struct vaho_casebook *casebook, const char *partner,
                                  uint64_t first_sequence,
                                  int (*take)(void *context, const struct vaho_outbox_message *m),
                                  void *context, struct vaho_error *error)
{
    static const char sql[] =
        "SELECT o.partner, s.name, o.message, o.sha256, o.site_id, o.entry, o.until_s, o.sequence"
        " FROM outbox o JOIN sites s ON s.id = o.site_id WHERE (?1 IS NULL OR o.partner = ?1) AND"
        " o.sequence >= ?2 ORDER BY o.id";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR, going = 1;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        if (partner != NULL)
            sqlite3_bind_text(s, 1, partner, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 2, (int64_t)first_sequence);
        while (going && (result = sqlite3_step(s)) == SQLITE_ROW)
            going = take(context, &(struct vaho_outbox_message){
                                      .partner = (const char *)sqlite3_column_text(s, 0),
                                      .site = (const char *)sqlite3_column_text(s, 1),
                                      .bytes = (const char *)sqlite3_column_text(s, 2),
                                      .sha256 = (const char *)sqlite3_column_text(s, 3),
                                      .site_id = sqlite3_column_int64(s, 4),
                                      .entry = sqlite3_column_int64(s, 5),
                                      .until_s = sqlite3_column_int64(s, 6),
                                      .sequence = (uint64_t)sqlite3_column_int64(s, 7)});
    }
    if (going && result != SQLITE_DONE)
        status = broken(casebook, error);
    sqlite3_finalize(s);
    return status;
}
