#include "serve/spectra.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "serve/shapes.h"

/* float32, little-endian */
static double value_at(const unsigned char *bytes, size_t i)
{
    uint32_t bits = 0;
    float value;

    for (int k = 3; k >= 0; k--)
        bits = bits << 8 | bytes[4 * i + (size_t)k];
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static json_t *values(const unsigned char *bytes, size_t n)
{
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(out, vaho_json_real(value_at(bytes, i)));
    return out;
}

static double probability_of(const json_t *alternatives, const char *gas)
{
    for (size_t i = 0; i < json_array_size(alternatives); i++) {
        const json_t *one = json_array_get(alternatives, i);
        const char *name = json_string_value(json_object_get(one, "gas"));
        if (name != NULL && strcmp(name, gas) == 0)
            return json_number_value(json_object_get(one, "probability"));
    }
    return 0;
}

static json_t *others_of(sqlite3_stmt *s, size_t n)
{
    json_t *names = json_loads((const char *)sqlite3_column_text(s, 5), 0, NULL);
    json_t *alternatives = json_loads((const char *)sqlite3_column_text(s, 7), 0, NULL);
    const unsigned char *fits = sqlite3_column_blob(s, 6);
    size_t n_fits = (size_t)sqlite3_column_bytes(s, 6) / (4 * n);
    json_t *out = json_array();

    for (size_t i = 0; i < json_array_size(names) && i < n_fits; i++) {
        const char *gas = json_string_value(json_array_get(names, i));
        if (gas != NULL)
            json_array_append_new(out, json_pack("{s:s, s:f, s:o}", "gas", gas, "probability",
                                                 probability_of(alternatives, gas), "fit",
                                                 values(fits + 4 * n * i, n)));
    }
    json_decref(names);
    json_decref(alternatives);
    return out;
}

static json_t *spectrum_of(sqlite3_stmt *s, int64_t plume_id)
{
    size_t n = (size_t)sqlite3_column_int64(s, 1);
    const unsigned char *excess = sqlite3_column_blob(s, 3), *fit = sqlite3_column_blob(s, 4);
    json_t *residual = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(residual, vaho_json_real(value_at(excess, i) - value_at(fit, i)));
    return json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "plume", (json_int_t)plume_id, "gas",
                     sqlite3_column_text(s, 0), "wavelength_um",
                     values(sqlite3_column_blob(s, 2), n), "excess", values(excess, n), "fit",
                     values(fit, n), "residual", residual, "alternatives", others_of(s, n));
}

enum vaho_status vaho_spectrum_json(json_t **out, struct vaho_casebook *casebook, int64_t plume_id,
                                    struct vaho_error *error)
{
    static const char sql[] =
        "SELECT p.gas, x.n_bands, x.wavelength_um, x.excess, x.fit, x.others, x.other_fits,"
        " p.alternatives FROM plume_spectra x JOIN plumes p ON p.id = x.plume_id WHERE p.id = ?";
    sqlite3_stmt *s = NULL;
    int result = SQLITE_ERROR;
    enum vaho_status status = VAHO_OK;

    *out = NULL;
    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, plume_id);
        result = sqlite3_step(s);
    }
    if (result == SQLITE_ROW)
        *out = spectrum_of(s, plume_id);
    else if (result == SQLITE_DONE)
        status =
            vaho_fail(error, VAHO_NOT_FOUND,
                      "there is no spectrum of this plume; flights taken in with an older vaho "
                      "have none");
    else
        status = vaho_database_fail(casebook->database, casebook->path, error);
    sqlite3_finalize(s);
    return status;
}
