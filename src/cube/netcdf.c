/*
 * netcdf.c - cubes in netCDF, as EMIT's products and others lay them out
 *
 *   radiance(downtrack, crosstrack, bands)       or reflectance, or obs
 *   sensor_band_parameters/wavelengths(bands)    nm; fwhm, good_wavelengths
 *   location/lon, lat(downtrack, crosstrack)     degrees WGS 84
 *   location/glt_x, glt_y(ortho_y, ortho_x)      the way to an orthorectified grid
 *
 * The raw grid is what is read: it is what one detector column saw, and it has
 * a longitude and latitude for every pixel.  The look-up table is noted only.
 *
 * The band dimension is known by its name; the two others are lines, samples in
 * that order.  _FillValue is missing; scale_factor and add_offset are applied.
 * 'obs' is EMIT's observation geometry: a cube of angles without wavelengths.
 *
 * libnetcdf is not thread-safe, not even between files, so one lock guards all
 * of it.
 */
#include <math.h>
#include <netcdf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"
#include "cube/element.h"
#include "cube/envi.h"

enum { MAX_BANDS = 1 << 20, MAX_TEXT_NBYTES = 1 << 26, MAX_ATTRIBUTE_NBYTES = 512 };

static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

enum axis { LINE, BAND, SAMPLE, N_AXES };

struct netcdf {
    int file; /* -1: not open */
    int variable;
    size_t position[N_AXES]; /* of each axis among the variable's dimensions */
    struct cube_element_rule rule;
};

static int probe(const char *path, const unsigned char *head, size_t n_head)
{
    (void)path;
    return n_head >= 8 &&
           (memcmp(head, "\x89HDF\r\n\x1a\n", 8) == 0 || memcmp(head, "CDF", 3) == 0);
}

static enum vaho_status fail_netcdf(struct vaho_error *error, const struct vaho_source *source,
                                    const char *what, int result)
{
    if (result == NC_ENOMEM)
        return vaho_fail_memory(error, source->path);
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: %s: %s; the file may be cut short", source->path,
                     what, nc_strerror(result));
}

/* --- looking things up ---------------------------------------------------- */

/* A text attribute, classic or string; 0 when there is none. */
static int get_text(char out[MAX_ATTRIBUTE_NBYTES], int group, int variable, const char *name)
{
    nc_type type;
    size_t n;

    out[0] = '\0';
    if (nc_inq_att(group, variable, name, &type, &n) != NC_NOERR || n == 0)
        return 0;
    if (type == NC_CHAR && n < MAX_ATTRIBUTE_NBYTES &&
        nc_get_att_text(group, variable, name, out) == NC_NOERR) {
        out[n] = '\0';
        return 1;
    }
    if (type == NC_STRING && n == 1) {
        char *string = NULL;
        if (nc_get_att_string(group, variable, name, &string) != NC_NOERR)
            return 0;
        snprintf(out, MAX_ATTRIBUTE_NBYTES, "%s", string == NULL ? "" : string);
        nc_free_string(1, &string);
        return 1;
    }
    return 0;
}

/* One number; 0 when there is none. */
static int get_number(double *out, int group, int variable, const char *name)
{
    nc_type type;
    size_t n;

    return nc_inq_att(group, variable, name, &type, &n) == NC_NOERR && n == 1 &&
           nc_get_att_double(group, variable, name, out) == NC_NOERR;
}

/* A numeric variable of n_dims dimensions of the given sizes, in a group of the
 * root ("" the root itself); 0 when there is none such. */
static int find_variable(int *out_group, int *out_variable, int file, const char *group,
                         const char *name, size_t n_dims, const size_t *size)
{
    int dims[NC_MAX_VAR_DIMS], n;
    nc_type type;

    *out_group = file;
    if (group[0] != '\0' && nc_inq_ncid(file, group, out_group) != NC_NOERR)
        return 0;
    if (nc_inq_varid(*out_group, name, out_variable) != NC_NOERR ||
        nc_inq_vartype(*out_group, *out_variable, &type) != NC_NOERR || type == NC_CHAR ||
        type >= NC_STRING || nc_inq_varndims(*out_group, *out_variable, &n) != NC_NOERR ||
        (size_t)n != n_dims || nc_inq_vardimid(*out_group, *out_variable, dims) != NC_NOERR)
        return 0;
    for (size_t i = 0; i < n_dims; i++) {
        size_t length;
        if (nc_inq_dimlen(*out_group, dims[i], &length) != NC_NOERR || length != size[i])
            return 0;
    }
    return 1;
}

/* --- the cube variable ---------------------------------------------------- */

static int is_band_dimension(const char *name)
{
    static const char *const names[] = {"bands",           "band",     "wavelength", "wavelengths",
                                        "number_of_bands", "spectral", "channel",    "channels"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return 1;
    return 0;
}

/* Sorts three dimensions into axes; 0 when none or several are bands. */
static int find_axes(struct netcdf *netcdf, size_t size[N_AXES], int variable)
{
    int dims[NC_MAX_VAR_DIMS], n, n_bands = 0;
    size_t length[3], at = 0;

    if (nc_inq_varndims(netcdf->file, variable, &n) != NC_NOERR || n != 3 ||
        nc_inq_vardimid(netcdf->file, variable, dims) != NC_NOERR)
        return 0;
    for (size_t i = 0; i < 3; i++) {
        char name[NC_MAX_NAME + 1];
        if (nc_inq_dim(netcdf->file, dims[i], name, &length[i]) != NC_NOERR)
            return 0;
        if (is_band_dimension(name)) {
            netcdf->position[BAND] = i;
            n_bands++;
        }
    }
    if (n_bands != 1)
        return 0;
    for (size_t i = 0; i < 3; i++)
        if (i != netcdf->position[BAND])
            netcdf->position[at++ == 0 ? LINE : SAMPLE] = i;
    for (size_t axis = 0; axis < N_AXES; axis++)
        size[axis] = length[netcdf->position[axis]];
    return 1;
}

static enum vaho_status find_cube(struct netcdf *netcdf, struct vaho_source *source,
                                  const char **out_name, struct vaho_error *error)
{
    static const char *const names[] = {"radiance",    "toa_radiance", "Radiance",
                                        "reflectance", "Reflectance",  "obs"};
    size_t size[N_AXES];
    nc_type type;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (nc_inq_varid(netcdf->file, names[i], &netcdf->variable) != NC_NOERR ||
            nc_inq_vartype(netcdf->file, netcdf->variable, &type) != NC_NOERR || type == NC_CHAR ||
            type >= NC_STRING || !find_axes(netcdf, size, netcdf->variable))
            continue;
        if (size[BAND] > MAX_BANDS)
            return vaho_fail(error, VAHO_BAD_INPUT, "%s: '%s' has %zu bands; %d are possible",
                             source->path, names[i], size[BAND], MAX_BANDS);
        *out_name = names[i];
        return cube_set_shape(source, size[LINE], size[BAND], size[SAMPLE], error);
    }
    return vaho_fail(error, VAHO_NOT_APPLICABLE,
                     "%s: has no variable 'radiance' or 'reflectance' with dimensions such as "
                     "(downtrack, crosstrack, bands)",
                     source->path);
}

static enum vaho_status describe_elements(struct netcdf *netcdf, struct vaho_source *source,
                                          const char *name, struct vaho_error *error)
{
    char units[MAX_ATTRIBUTE_NBYTES];
    double number = NAN, gain = 1, offset = 0;
    enum vaho_status status = VAHO_OK;

    if (!get_number(&number, netcdf->file, netcdf->variable, "_FillValue"))
        get_number(&number, netcdf->file, netcdf->variable, "missing_value");
    cube_element_ignore(&netcdf->rule, number, 4);
    get_number(&gain, netcdf->file, netcdf->variable, "scale_factor");
    get_number(&offset, netcdf->file, netcdf->variable, "add_offset");
    if (gain != 1 || offset != 0)
        status = cube_need_gain(source, error);
    for (size_t b = 0; status == VAHO_OK && source->gain != NULL && b < source->info.n_bands; b++) {
        source->gain[b] = gain;
        source->offset[b] = offset;
    }
    if (status != VAHO_OK)
        return status;
    get_text(units, netcdf->file, netcdf->variable, "units");
    if (strcasecmp(name, "reflectance") == 0 &&
        (strcasecmp(units, "unitless") == 0 || strcmp(units, "1") == 0))
        strcpy(units, "reflectance");
    return cube_set_units(source, units, name, error);
}

/* --- wavelengths ---------------------------------------------------------- */

/* The variable with one number a band that is called one of 'names'; 0 when there is none. */
static int find_list(int *out_group, int *out_variable, const struct netcdf *netcdf, size_t n_bands,
                     const char *const names[2])
{
    static const char *const groups[] = {"sensor_band_parameters", ""};

    for (size_t i = 0; i < 4; i++)
        if (find_variable(out_group, out_variable, netcdf->file, groups[i % 2], names[i / 2], 1,
                          &n_bands))
            return 1;
    return 0;
}

/* Writes such a variable as a line of an ENVI header. */
static enum vaho_status put_list(struct vaho_text *text, const struct vaho_source *source,
                                 const char *key, int group, int variable, struct vaho_error *error)
{
    const size_t n_bands = source->info.n_bands;
    double *list = vaho_alloc(n_bands, sizeof *list);
    int result;

    if (list == NULL)
        return vaho_fail_memory(error, source->path);
    result = nc_get_var_double(group, variable, list);
    vaho_text_printf(text, "%s = {", key);
    for (size_t b = 0; result == NC_NOERR && b < n_bands; b++)
        vaho_text_printf(text, "%.9g%s", list[b], b + 1 < n_bands ? "," : "}\n");
    free(list);
    return result == NC_NOERR
               ? VAHO_OK
               : fail_netcdf(error, source, "its wavelengths could not be read", result);
}

static enum vaho_status put_bands(struct vaho_text *text, const struct netcdf *netcdf,
                                  const struct vaho_source *source, struct vaho_error *error)
{
    static const struct {
        const char *key, *names[2];
    } lists[] = {{"wavelength", {"wavelengths", "wavelength"}},
                 {"fwhm", {"fwhm", "fwhms"}},
                 {"bbl", {"good_wavelengths", "good_wavelength"}}};
    char units[MAX_ATTRIBUTE_NBYTES];
    int group, variable;

    vaho_text_puts(text, "ENVI\n");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        enum vaho_status status;
        if (!find_list(&group, &variable, netcdf, source->info.n_bands, lists[i].names))
            continue;
        status = put_list(text, source, lists[i].key, group, variable, error);
        if (status != VAHO_OK)
            return status;
        if (i == 0 && get_text(units, group, variable, "units")) {
            units[strcspn(units, "{}\r\n")] = '\0';
            vaho_text_printf(text, "wavelength units = %s\n", units);
        }
    }
    return text->failed ? vaho_fail_memory(error, source->path) : VAHO_OK;
}

static enum vaho_status describe_bands(const struct netcdf *netcdf, struct vaho_source *source,
                                       struct vaho_error *error)
{
    struct vaho_envi_header *header = NULL;
    struct vaho_text text;
    enum vaho_status status;

    vaho_text_init(&text, MAX_TEXT_NBYTES);
    status = put_bands(&text, netcdf, source, error);
    if (status == VAHO_OK)
        status = vaho_envi_header_parse(&header, text.data, text.nbytes, source->path, error);
    if (status == VAHO_OK)
        status = cube_describe_bands(source, header, error);
    vaho_envi_header_free(header);
    vaho_text_free(&text);
    return status;
}

/* --- place ---------------------------------------------------------------- */

/* Reads a variable of lines x samples degrees or metres; what is missing or beyond 'limit' is NaN.
 */
static enum vaho_status read_numbers(double **out, const struct vaho_source *source, int group,
                                     int variable, double limit, struct vaho_error *error)
{
    const size_t n =
        source->info.n_lines * source->info.n_samples; /* at most CUBE_MAX_PLACED_PIXELS */
    double fill;
    int result;

    *out = vaho_alloc(n, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, "longitudes, latitudes and heights");
    result = nc_get_var_double(group, variable, *out);
    if (result != NC_NOERR)
        return fail_netcdf(error, source, "its longitudes, latitudes or heights could not be read",
                           result);
    if (!get_number(&fill, group, variable, "_FillValue"))
        fill = NAN;
    for (size_t i = 0; i < n; i++)
        if ((*out)[i] == fill || !(fabs((*out)[i]) <= limit))
            (*out)[i] = NAN;
    return VAHO_OK;
}

/* Heights of the ground beside the coordinates; above what, such files do not say. */
static enum vaho_status read_heights(const struct netcdf *netcdf, struct vaho_source *source,
                                     const char *home, struct vaho_error *error)
{
    static const char *const names[] = {"elev", "elevation", "height"};
    const size_t size[2] = {source->info.n_lines, source->info.n_samples};
    int group, variable;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        double *heights = NULL;
        enum vaho_status status;
        if (!find_variable(&group, &variable, netcdf->file, home, names[i], 2, size))
            continue;
        status = read_numbers(&heights, source, group, variable, 1e5, error);
        source->height_m = vaho_alloc(size[0] * size[1], sizeof *source->height_m);
        if (status == VAHO_OK && source->height_m == NULL)
            status = vaho_fail_memory(error, "heights");
        for (size_t j = 0; status == VAHO_OK && j < size[0] * size[1]; j++)
            source->height_m[j] = (float)heights[j];
        source->georeference.height_m = source->height_m;
        free(heights);
        return status;
    }
    return VAHO_OK;
}

static enum vaho_status describe_place(const struct netcdf *netcdf, struct vaho_source *source,
                                       struct vaho_error *error)
{
    static const struct {
        const char *group, *longitude, *latitude;
    } homes[] = {{"location", "lon", "lat"},
                 {"geolocation_data", "longitude", "latitude"},
                 {"", "lon", "lat"},
                 {"", "longitude", "latitude"}};
    const size_t size[2] = {source->info.n_lines, source->info.n_samples};
    size_t n;
    int group, longitude, latitude, unused;
    enum vaho_status status;

    if (!vaho_size_mul(&n, size[0], size[1]) || n > CUBE_MAX_PLACED_PIXELS)
        return cube_add_note(source, error,
                             "the cube has too many pixels to hold their longitudes and "
                             "latitudes, so it has no place");
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        if (!find_variable(&group, &longitude, netcdf->file, homes[i].group, homes[i].longitude, 2,
                           size) ||
            !find_variable(&group, &latitude, netcdf->file, homes[i].group, homes[i].latitude, 2,
                           size))
            continue;
        status = read_numbers(&source->longitude_deg, source, group, longitude, 360, error);
        if (status == VAHO_OK)
            status = read_numbers(&source->latitude_deg, source, group, latitude, 90, error);
        if (status != VAHO_OK)
            return status;
        status = read_heights(netcdf, source, homes[i].group, error);
        if (status != VAHO_OK)
            return status;
        for (size_t j = 0; j < n; j++)
            source->longitude_deg[j] = remainder(source->longitude_deg[j], 360);
        source->georeference.kind = VAHO_GEOREFERENCE_ARRAY;
        source->georeference.longitude_deg = source->longitude_deg;
        source->georeference.latitude_deg = source->latitude_deg;
        if (nc_inq_varid(group, "glt_x", &unused) == NC_NOERR)
            return cube_add_note(source, error,
                                 "the file has a look-up table to an orthorectified grid; the raw "
                                 "grid is read");
        return VAHO_OK;
    }
    return VAHO_OK;
}

/* --- the table's functions ------------------------------------------------ */

static enum vaho_status describe(struct netcdf *netcdf, struct vaho_source *source,
                                 struct vaho_error *error)
{
    char text[MAX_ATTRIBUTE_NBYTES];
    const char *name = "";
    enum vaho_status status = find_cube(netcdf, source, &name, error);

    if (status == VAHO_OK)
        status = cube_add_file(source, source->path, error);
    if (status == VAHO_OK)
        status = describe_bands(netcdf, source, error);
    if (status == VAHO_OK)
        status = describe_elements(netcdf, source, name, error);
    if (status == VAHO_OK)
        status = describe_place(netcdf, source, error);
    if (status == VAHO_OK && strcmp(name, "obs") == 0)
        status = cube_add_note(source, error,
                               "the file holds observation geometry (path length, angles), no "
                               "radiance");
    if (status == VAHO_OK && get_text(text, netcdf->file, NC_GLOBAL, "time_coverage_start"))
        status = cube_set_acquired(source, text, error);
    if (status == VAHO_OK && (get_text(text, netcdf->file, NC_GLOBAL, "instrument") ||
                              get_text(text, netcdf->file, NC_GLOBAL, "sensor")))
        status = cube_set_sensor(source, text, error);
    return status;
}

static enum vaho_status open_netcdf(struct vaho_source *source, struct vaho_error *error)
{
    struct netcdf *netcdf = vaho_alloc(1, sizeof *netcdf);
    enum vaho_status status;
    int result;

    if (netcdf == NULL)
        return vaho_fail_memory(error, source->path);
    netcdf->file = -1;
    source->state = netcdf;
    pthread_mutex_lock(&library_lock);
    result = nc_open(source->path, NC_NOWRITE, &netcdf->file);
    if (result != NC_NOERR) {
        netcdf->file = -1;
        status = fail_netcdf(error, source, "cannot be opened as netCDF", result);
    } else {
        status = describe(netcdf, source, error);
    }
    pthread_mutex_unlock(&library_lock);
    return status;
}

static void close_netcdf(void *state)
{
    struct netcdf *netcdf = state;

    if (netcdf == NULL)
        return;
    if (netcdf->file >= 0) {
        pthread_mutex_lock(&library_lock);
        nc_close(netcdf->file);
        pthread_mutex_unlock(&library_lock);
    }
    free(netcdf);
}

/* Turns elements in the variable's order into the block's order, calibrated. */
static void decode(struct vaho_block *block, const struct vaho_source *source,
                   const struct cube_window *window, const float *raw, const size_t count[3])
{
    const struct netcdf *netcdf = source->state;
    const size_t stride[3] = {count[1] * count[2], count[2], 1};
    const size_t step = stride[netcdf->position[SAMPLE]];
    size_t element_nbytes;
    const int native = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    cube_decoder *decoder = cube_decoder_find(&element_nbytes, 4, native);

    for (size_t l = 0; l < window->n_lines; l++)
        for (size_t i = 0; i < window->n_bands; i++) {
            const size_t b = window->band == NULL ? i : window->band[i];
            struct cube_element_rule rule = netcdf->rule;
            rule.gain = source->gain == NULL ? 1 : source->gain[b];
            rule.offset = source->gain == NULL ? 0 : source->offset[b];
            decoder(block->value + (l * window->n_bands + i) * block->n_samples,
                    (const unsigned char *)(raw + l * stride[netcdf->position[LINE]] +
                                            b * stride[netcdf->position[BAND]]),
                    block->n_samples, step * element_nbytes, &rule);
        }
}

static enum vaho_status read_netcdf(struct vaho_block *block, const struct vaho_source *source,
                                    const struct cube_window *window, struct vaho_error *error)
{
    const struct netcdf *netcdf = source->state;
    const struct vaho_cube_info *info = &source->info;
    size_t start[3] = {0, 0, 0}, count[3], n;
    float *raw = NULL;
    int result;

    count[netcdf->position[LINE]] = window->n_lines;
    count[netcdf->position[BAND]] = info->n_bands;
    count[netcdf->position[SAMPLE]] = info->n_samples;
    start[netcdf->position[LINE]] = window->first_line;
    if (vaho_size_mul(&n, info->n_bands * info->n_samples, window->n_lines))
        raw = vaho_alloc(n, sizeof *raw);
    if (raw == NULL)
        return vaho_fail_memory(error, "reading netCDF; read fewer lines at once");
    pthread_mutex_lock(&library_lock);
    result = nc_get_vara_float(netcdf->file, netcdf->variable, start, count, raw);
    pthread_mutex_unlock(&library_lock);
    if (result != NC_NOERR && result != NC_ERANGE) { /* out of a float's range: infinite */
        free(raw);
        return fail_netcdf(error, source, "its elements could not be read", result);
    }
    decode(block, source, window, raw, count);
    free(raw);
    return VAHO_OK;
}

const struct cube_format cube_format_netcdf = {"netCDF", probe, open_netcdf, read_netcdf,
                                               close_netcdf};
