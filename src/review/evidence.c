#include "review/evidence.h"

#include "base/error.h"
#include "base/text.h"

enum vaho_status vaho_evidence_sha256(char out[VAHO_DIGEST_HEX_NBYTES],
                                      struct vaho_casebook *casebook, int64_t site_id,
                                      struct vaho_error *error)
{
    static const char *const sql[] = {
        "SELECT s.name, s.gas, s.n_seen, s.n_missed, k.name, round(s.known_share, 3) FROM sites s"
        " LEFT JOIN known_sources k ON k.id = s.known_source_id WHERE s.id = ?",
        "SELECT f.sha256, f.mandate_id, p.name FROM site_plumes sp JOIN plumes p ON p.id ="
        " sp.plume_id JOIN flights f ON f.id = p.flight_id WHERE sp.site_id = ? ORDER BY"
        " f.id, p.name",
        "SELECT max(id) FROM reviews WHERE site_id = ?",
        "SELECT max(id) FROM releases WHERE site_id = ?"};
    struct vaho_text text;
    enum vaho_status status = VAHO_OK;

    vaho_text_init(&text, (size_t)1 << 28);
    for (size_t i = 0; i < sizeof sql / sizeof sql[0] && status == VAHO_OK; i++) {
        sqlite3_stmt *s = NULL;
        int result = SQLITE_ERROR;
        if (sqlite3_prepare_v2(casebook->database, sql[i], -1, &s, NULL) == SQLITE_OK) {
            sqlite3_bind_int64(s, 1, site_id);
            while ((result = sqlite3_step(s)) == SQLITE_ROW)
                for (int c = 0; c < sqlite3_column_count(s); c++) {
                    const char *value = (const char *)sqlite3_column_text(s, c);
                    vaho_text_printf(&text, "%zu %d:%s\n", i, sqlite3_column_bytes(s, c),
                                     value == NULL ? "" : value);
                }
        }
        if (result != SQLITE_DONE)
            status = vaho_database_fail(casebook->database, casebook->path, error);
        sqlite3_finalize(s);
    }
    if (status == VAHO_OK && text.failed)
        status = vaho_fail_memory(error, "the evidence of a site");
    if (status == VAHO_OK)
        vaho_sha256(out, text.data, text.nbytes);
    vaho_text_free(&text);
    return status;
}
