/*
 * library.c - a set of spectra, one best entry a name
 *
 * Which of several spectra of one gas is best, first difference wins:
 *   1. its grade: quantitative, computed, smoothed, digitised;
 *   2. a temperature nearer to 296 K, in steps of 1 K (not stated counts as 296);
 *   3. a finer resolution, where anything finer than 1 cm-1 is as good: lines at
 *      1 atm are about that wide, and no sensor that flies resolves them;
 *   4. measured rather than averaged over the bands of some other sensor;
 *   5. a wider range covered, in steps of a tenth;
 *   6. the path, so that the order does not depend on chance.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "spectra/importer.h"
#include "vaho/library.h"

enum { MAX_LIBRARY_NOTES = 10000 };
static const size_t MAX_FILE_NBYTES = (size_t)1 << 29;

struct vaho_library {
    struct vaho_sink sink;
    struct vaho_titles *titles;
    double temperature_k, pressure_pa;
    char **note;
    size_t n_notes;
};

enum vaho_status vaho_library_new(struct vaho_library **out, struct vaho_error *error)
{
    *out = vaho_alloc(1, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "a library");
    (*out)->temperature_k = 296.0;
    (*out)->pressure_pa = 101325.0;
    return VAHO_OK;
}

void vaho_library_free(struct vaho_library *library)
{
    if (library == NULL)
        return;
    vaho_sink_free(&library->sink);
    vaho_titles_free(library->titles);
    for (size_t i = 0; i < library->n_notes; i++)
        free(library->note[i]);
    free(library->note);
    free(library);
}

/* A note that cannot be kept for want of memory is not worth failing for. */
static void add_note(struct vaho_library *library, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_note(struct vaho_library *library, const char *format, ...)
{
    char text[VAHO_ERROR_NBYTES + 256];
    char **grown;
    va_list arguments;

    if (library->n_notes == MAX_LIBRARY_NOTES)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    grown = realloc(library->note, (library->n_notes + 1) * sizeof *grown);
    if (grown == NULL)
        return;
    library->note = grown;
    grown[library->n_notes] = vaho_strdup(text);
    library->n_notes += grown[library->n_notes] != NULL;
}

enum vaho_status vaho_library_set_air(struct vaho_library *library, double temperature_k,
                                      double pressure_pa, struct vaho_error *error)
{
    if (!(temperature_k >= 100.0 && temperature_k <= 500.0))
        return vaho_fail(error, VAHO_USAGE, "a temperature of %g K; 100 to 500 K can be computed",
                         temperature_k);
    if (!(pressure_pa >= 1.0 && pressure_pa <= 1e6))
        return vaho_fail(error, VAHO_USAGE, "a pressure of %g Pa; 1 Pa to 10 bar can be computed",
                         pressure_pa);
    library->temperature_k = temperature_k;
    library->pressure_pa = pressure_pa;
    return VAHO_OK;
}

enum vaho_status vaho_library_add_titles(struct vaho_library *library, const char *path,
                                         struct vaho_error *error)
{
    struct vaho_titles *titles;
    char *text;
    size_t nbytes;
    enum vaho_status status = vaho_file_read(&text, &nbytes, path, MAX_FILE_NBYTES, error);

    if (status != VAHO_OK)
        return status;
    status = vaho_titles_parse(&titles, text, nbytes, path, error);
    free(text);
    if (status != VAHO_OK)
        return status;
    vaho_titles_free(library->titles);
    library->titles = titles;
    return VAHO_OK;
}

/* The ENVI header beside a file: NAME.ext.hdr or NAME.hdr; none, or an unreadable one, is fine. */
static enum vaho_status read_header_beside(char **out, size_t *out_nbytes, const char *path,
                                           struct vaho_error *error)
{
    struct vaho_span name = vaho_span_file_name(path);
    const char *dot = memrchr(name.p, '.', name.n);
    size_t stem = dot == NULL ? strlen(path) : (size_t)(dot - path);
    char beside[4096];
    struct stat about;

    *out = NULL;
    *out_nbytes = 0;
    for (int whole = 1; whole >= 0 && *out == NULL; whole--) {
        int n =
            snprintf(beside, sizeof beside, "%.*s.hdr", (int)(whole ? strlen(path) : stem), path);
        if (n > 0 && (size_t)n < sizeof beside && strcmp(beside, path) != 0 &&
            stat(beside, &about) == 0 &&
            vaho_file_read(out, out_nbytes, beside, MAX_FILE_NBYTES, error) == VAHO_NO_MEMORY)
            return VAHO_NO_MEMORY;
    }
    return VAHO_OK;
}

/*
 * Adds one file's spectra to 'sink'.  VAHO_NOT_APPLICABLE: no importer knows it.
 * In a directory an ENVI header adds nothing: it belongs to the file beside it.
 */
static enum vaho_status import_file(struct vaho_sink *sink, const struct vaho_library *library,
                                    const char *path, int in_directory, struct vaho_error *error)
{
    struct vaho_import_settings settings = {library->titles, library->temperature_k,
                                            library->pressure_pa};
    struct vaho_spectrum_file file = {.name = path};
    const struct vaho_importer *importer;
    char *data, *header;
    enum vaho_status status = vaho_file_read(&data, &file.nbytes, path, MAX_FILE_NBYTES, error);

    if (status != VAHO_OK)
        return status;
    status = read_header_beside(&header, &file.header_nbytes, path, error);
    if (status != VAHO_OK) {
        free(data);
        return status;
    }
    file.data = data;
    file.header = header;
    importer = vaho_importer_find(&file);
    if (importer != NULL)
        status = importer->parse(sink, &file, &settings, error);
    else if (file.nbytes >= 4 && memcmp(file.data, "ENVI", 4) == 0)
        status = in_directory
                     ? VAHO_OK
                     : vaho_fail(error, VAHO_NOT_APPLICABLE,
                                 "%s: a header; name the data file beside it instead", path);
    else
        status =
            vaho_fail(error, VAHO_NOT_APPLICABLE,
                      "%s: no known format of spectra; docs/formats-spectra.md lists them", path);
    free(data);
    free(header);
    return status;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Not alphasort(), which follows the locale. */
static int by_file_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* A directory's files in name order; what cannot be read is noted. */
static enum vaho_status import_directory(struct vaho_sink *sink, struct vaho_library *library,
                                         const char *path, struct vaho_error *error)
{
    struct dirent **entry = NULL;
    int n = scandir(path, &entry, is_shown, by_file_name);
    enum vaho_status status = VAHO_OK;

    if (n < 0)
        return vaho_fail(error, errno == ENOMEM ? VAHO_NO_MEMORY : VAHO_BAD_INPUT,
                         "%s: cannot be listed: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        struct vaho_sink one = {NULL, 0, 0};
        struct vaho_error why = {VAHO_OK, ""};
        struct stat about;
        char file[4096];
        int length = snprintf(file, sizeof file, "%s%s%s", path,
                              path[strlen(path) - 1] == '/' ? "" : "/", entry[i]->d_name);
        if (status == VAHO_OK && length > 0 && (size_t)length < sizeof file &&
            stat(file, &about) == 0 && S_ISREG(about.st_mode)) {
            status = import_file(&one, library, file, 1, &why);
            if (status == VAHO_OK)
                status = vaho_sink_move(sink, &one, &why);
            if (status == VAHO_NO_MEMORY || status == VAHO_FAULT) {
                vaho_fail(error, status, "%s", why.message);
            } else if (status != VAHO_OK) {
                add_note(library, "passed over %s", why.message);
                status = VAHO_OK;
            }
        }
        vaho_sink_free(&one);
        free(entry[i]);
    }
    free(entry);
    return status;
}

/* Negative: a is better. */
static int compare_doubles(double a, double b)
{
    return a < b ? -1 : a > b;
}

/* Resolution in cm-1 at the middle of the range, the grid's spacing where none is stated. */
static double resolution_cm1(const struct vaho_spectrum *s)
{
    double middle = s->wavelength_um[s->n / 2];
    double um = s->resolution_um > 0.0
                    ? s->resolution_um
                    : (s->wavelength_um[s->n - 1] - s->wavelength_um[0]) / (double)(s->n - 1);

    return 1e4 * um / (middle * middle);
}

static double temperature_rank(const struct vaho_spectrum *s)
{
    return isnan(s->temperature_k) ? 0.0 : floor(fabs(s->temperature_k - 296.0));
}

static double range_rank(const struct vaho_spectrum *s)
{
    return -floor(10.0 * log(s->wavelength_um[s->n - 1] / s->wavelength_um[0]));
}

static int by_name_then_best(const void *left, const void *right)
{
    const struct vaho_spectrum *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    if (order == 0)
        order = (int)a->grade - (int)b->grade;
    if (order == 0)
        order = compare_doubles(temperature_rank(a), temperature_rank(b));
    if (order == 0 && a->has_wavelength && b->has_wavelength) {
        order = compare_doubles(fmax(resolution_cm1(a), 1.0), fmax(resolution_cm1(b), 1.0));
        if (order == 0)
            order = a->per_band - b->per_band;
        if (order == 0)
            order = compare_doubles(range_rank(a), range_rank(b));
    }
    if (order == 0)
        order = b->has_wavelength - a->has_wavelength;
    if (order == 0)
        order = strcmp(a->path, b->path);
    return order != 0 ? order : strcmp(a->title, b->title);
}

enum vaho_status vaho_library_add(struct vaho_library *library, const char *path,
                                  struct vaho_error *error)
{
    struct vaho_sink sink = {NULL, 0, 0};
    struct stat about;
    size_t n_notes = library->n_notes;
    enum vaho_status status;

    if (stat(path, &about) != 0)
        return vaho_fail(error, VAHO_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        status = import_directory(&sink, library, path, error);
    else
        status = import_file(&sink, library, path, 0, error);
    if (status == VAHO_NOT_APPLICABLE) {
        status = VAHO_BAD_INPUT;
        if (error != NULL)
            error->status = status;
    }
    if (status == VAHO_OK)
        status = vaho_sink_move(&library->sink, &sink, error);
    vaho_sink_free(&sink);
    if (status != VAHO_OK) {
        while (library->n_notes > n_notes)
            free(library->note[--library->n_notes]);
        return status;
    }
    if (library->sink.n > 0)
        qsort(library->sink.spectrum, library->sink.n, sizeof library->sink.spectrum[0],
              by_name_then_best);
    return VAHO_OK;
}

size_t vaho_library_size(const struct vaho_library *library)
{
    return library->sink.n;
}

const struct vaho_spectrum *vaho_library_get(const struct vaho_library *library, size_t index)
{
    return &library->sink.spectrum[index];
}

const struct vaho_spectrum *vaho_library_find(const struct vaho_library *library, const char *name)
{
    for (size_t i = 0; i < library->sink.n; i++)
        if (strcmp(library->sink.spectrum[i].name, name) == 0)
            return &library->sink.spectrum[i];
    return NULL;
}

const struct vaho_spectrum *vaho_library_find_at(const struct vaho_library *library,
                                                 const char *name, const double *wavelength_um,
                                                 size_t n_bands)
{
    const struct vaho_spectrum *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < library->sink.n; i++) {
        const struct vaho_spectrum *s = &library->sink.spectrum[i];
        size_t n = 0;
        if (strcmp(s->name, name) != 0 || !s->has_wavelength)
            continue;
        for (size_t b = 0; b < n_bands; b++)
            n += wavelength_um[b] >= s->wavelength_um[0] &&
                 wavelength_um[b] <= s->wavelength_um[s->n - 1];
        if (n > most) {
            most = n;
            best = s;
        }
    }
    return best;
}

size_t vaho_library_n_notes(const struct vaho_library *library)
{
    return library->n_notes;
}

const char *vaho_library_note(const struct vaho_library *library, size_t index)
{
    return library->note[index];
}
