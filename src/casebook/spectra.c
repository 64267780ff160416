#include "casebook/spectra.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { MAX_BANDS = 8192, MAX_OTHERS = 64, MAX_PLUMES = 1000000 };

/* n numbers or nulls, as float32 has them. */
static int is_list(const json_t *list, size_t n)
{
    if (!json_is_array(list) || json_array_size(list) != n)
        return 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_null(value) &&
            !(json_is_number(value) && fabs(json_number_value(value)) <= 1e30))
            return 0;
    }
    return 1;
}

static int is_spectrum(const json_t *one, size_t n_bands)
{
    const json_t *others = json_object_get(one, "alternatives");

    if (json_string_length(json_object_get(one, "id")) == 0 ||
        !is_list(json_object_get(one, "excess"), n_bands) ||
        !is_list(json_object_get(one, "fit"), n_bands) || !json_is_array(others) ||
        json_array_size(others) > MAX_OTHERS)
        return 0;
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *other = json_array_get(others, i);
        if (json_string_length(json_object_get(other, "gas")) == 0 ||
            !is_list(json_object_get(other, "fit"), n_bands))
            return 0;
    }
    return 1;
}

static int says(const json_t *root, const char *name, const char *text)
{
    const char *said = json_string_value(json_object_get(root, name));

    return said != NULL && strcmp(said, text) == 0;
}

static enum vaho_status check_once(const json_t *list, const char *what, struct vaho_error *error)
{
    json_t *ids = json_object();
    enum vaho_status status = ids == NULL ? vaho_fail_memory(error, what) : VAHO_OK;

    for (size_t i = 0; i < json_array_size(list) && status == VAHO_OK; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(list, i), "id"));
        if (json_object_get(ids, id) != NULL)
            status = vaho_fail(error, VAHO_BAD_INPUT, "%s: has the plume '%s' twice", what, id);
        else if (json_object_set_new(ids, id, json_true()) != 0)
            status = vaho_fail_memory(error, what);
    }
    json_decref(ids);
    return status;
}

static enum vaho_status check(const json_t *root, const struct vaho_spectra_of *of,
                              const char *what, struct vaho_error *error)
{
    const json_t *list = json_object_get(root, "plumes");
    size_t n_bands = json_array_size(json_object_get(root, "wavelength_um"));

    if (!says(root, "flight", of->flight) || !says(root, "version", of->version) ||
        !says(root, "mandate", of->mandate) ||
        json_is_true(json_object_get(root, "exercise")) != of->exercise)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is not of the search that run.json tells of; search again", what);
    if (n_bands == 0 || n_bands > MAX_BANDS ||
        !is_list(json_object_get(root, "wavelength_um"), n_bands) || !json_is_array(list) ||
        json_array_size(list) > MAX_PLUMES)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: must have 'wavelength_um', numbers, and 'plumes', an array", what);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!is_spectrum(json_array_get(list, i), n_bands))
            return vaho_fail(error, VAHO_BAD_INPUT,
                             "%s: plume %zu has no 'id', or a list that is not as long as "
                             "'wavelength_um'",
                             what, i + 1);
    return check_once(list, what, error);
}

enum vaho_status vaho_spectra_parse(struct vaho_spectra *out, const char *data, size_t nbytes,
                                    const struct vaho_spectra_of *of, const char *what,
                                    struct vaho_error *error)
{
    json_error_t reason;
    enum vaho_status status;

    out->root = json_loadb(data, nbytes, JSON_REJECT_DUPLICATES, &reason);
    if (out->root == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: line %d is not JSON: %s", what, reason.line,
                         reason.text);
    status = check(out->root, of, what, error);
    if (status != VAHO_OK)
        vaho_spectra_free(out);
    return status;
}

void vaho_spectra_free(struct vaho_spectra *spectra)
{
    json_decref(spectra->root);
    spectra->root = NULL;
}

/* --- keeping ---------------------------------------------------------------------- */

static void pack(struct vaho_text *out, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *number = json_array_get(list, i);
        float value = json_is_null(number) ? NAN : (float)json_number_value(number);
        uint32_t bits;
        unsigned char byte[4];
        memcpy(&bits, &value, sizeof bits);
        for (int k = 0; k < 4; k++)
            byte[k] = (unsigned char)(bits >> (8 * k));
        vaho_text_append(out, byte, sizeof byte);
    }
}

static enum vaho_status insert(sqlite3_stmt *s, struct vaho_casebook *casebook,
                               const json_t *wavelength_um, const json_t *one, int64_t flight_id,
                               struct vaho_error *error)
{
    const json_t *others = json_object_get(one, "alternatives");
    json_t *names = json_array();
    struct vaho_text list[4];
    char *text;
    enum vaho_status status = VAHO_OK;

    for (int i = 0; i < 4; i++)
        vaho_text_init(&list[i], (size_t)4 * MAX_BANDS * MAX_OTHERS);
    pack(&list[0], wavelength_um);
    pack(&list[1], json_object_get(one, "excess"));
    pack(&list[2], json_object_get(one, "fit"));
    for (size_t i = 0; i < json_array_size(others); i++) {
        const json_t *other = json_array_get(others, i);
        json_array_append(names, json_object_get(other, "gas"));
        pack(&list[3], json_object_get(other, "fit"));
    }
    text = json_dumps(names, JSON_COMPACT);
    json_decref(names);
    if (text == NULL || list[0].failed || list[1].failed || list[2].failed || list[3].failed) {
        status = vaho_fail_memory(error, casebook->path);
    } else {
        sqlite3_bind_int64(s, 1, flight_id);
        sqlite3_bind_text(s, 2, json_string_value(json_object_get(one, "id")), -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 3, (int64_t)json_array_size(wavelength_um));
        for (int i = 0; i < 3; i++)
            sqlite3_bind_blob64(s, 4 + i, list[i].data, list[i].nbytes, SQLITE_STATIC);
        sqlite3_bind_text(s, 7, text, -1, SQLITE_STATIC);
        sqlite3_bind_blob64(s, 8, list[3].nbytes == 0 ? "" : list[3].data, list[3].nbytes,
                            SQLITE_STATIC);
        if (sqlite3_step(s) != SQLITE_DONE)
            status = vaho_database_fail(casebook->database, casebook->path, error);
        else if (sqlite3_changes(casebook->database) == 0)
            status = vaho_fail(error, VAHO_BAD_INPUT,
                               "spectra.json: there is no plume '%s' in plumes.geojson",
                               json_string_value(json_object_get(one, "id")));
        sqlite3_reset(s);
    }
    for (int i = 0; i < 4; i++)
        vaho_text_free(&list[i]);
    free(text);
    return status;
}

enum vaho_status vaho_spectra_keep(struct vaho_casebook *casebook,
                                   const struct vaho_spectra *spectra, int64_t flight_id,
                                   struct vaho_error *error)
{
    static const char sql[] =
        "INSERT INTO plume_spectra (plume_id, n_bands, wavelength_um, excess, fit, others,"
        " other_fits) SELECT id, ?3, ?4, ?5, ?6, ?7, ?8 FROM plumes WHERE flight_id = ?1 AND name ="
        " ?2";
    const json_t *list = json_object_get(spectra->root, "plumes");
    sqlite3_stmt *s = NULL;
    enum vaho_status status = VAHO_OK;

    if (sqlite3_prepare_v2(casebook->database, sql, -1, &s, NULL) != SQLITE_OK)
        status = vaho_database_fail(casebook->database, casebook->path, error);
    for (size_t i = 0; i < json_array_size(list) && status == VAHO_OK; i++)
        status = insert(s, casebook, json_object_get(spectra->root, "wavelength_um"),
                        json_array_get(list, i), flight_id, error);
    sqlite3_finalize(s);
    return status;
}
