/*
 * place_by.c - a cube placed by the coordinates in another file
 *
 * An IGM (ENVI's input geometry) is a cube whose bands are coordinates: band 0
 * longitude or easting, band 1 latitude or northing, band 2 (if it is there) the
 * height, above what it does not say.  Blocks are float32, which
 * holds a northing of 4e6 m only to a quarter of a metre.  So the first known
 * element of a band is set as its offset and added again in double: what
 * remains in float32 is the distance from there, to better than a centimetre
 * within 100 km.
 *
 * A GLT (geographic look-up table, glt.c) is known by its two bands of whole
 * numbers and its map info; its grid is not the cube's.
 */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "cube/envi.h"
#include "cube/glt.h"
#include "cube/placement.h"

enum { LINES_AT_ONCE = 64 };

/* The first finite element of a band as it is recorded; NaN when there is none. */
static enum vaho_status first_known(double *out, const struct vaho_source *igm, size_t band,
                                    struct vaho_block *block, struct vaho_error *error)
{
    *out = NAN;
    for (size_t l = 0; l < igm->info.n_lines; l++) {
        enum vaho_status status = vaho_source_read(block, igm, l, 1, &band, 1, error);
        if (status != VAHO_OK)
            return status;
        for (size_t s = 0; s < block->n_samples; s++)
            if (block->valid[s]) {
                *out = (double)block->value[s];
                return VAHO_OK;
            }
    }
    return VAHO_OK;
}

/* Reads a band in double; VAHO_BAD_INPUT when no element of it is known. */
static enum vaho_status read_band(double *out, struct vaho_source *igm, size_t band,
                                  struct vaho_error *error)
{
    const size_t n_lines = igm->info.n_lines, n_samples = igm->info.n_samples;
    struct vaho_block *block;
    double base;
    enum vaho_status status = vaho_block_new(&block, LINES_AT_ONCE, 1, n_samples, error);

    if (status != VAHO_OK)
        return status;
    status = first_known(&base, igm, band, block, error);
    if (status == VAHO_OK && isnan(base))
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: band %zu holds no coordinate at all",
                           igm->path, band + 1);
    if (status == VAHO_OK)
        igm->offset[band] -= base;
    for (size_t l = 0; status == VAHO_OK && l < n_lines; l += LINES_AT_ONCE) {
        size_t n = n_lines - l < LINES_AT_ONCE ? n_lines - l : LINES_AT_ONCE;
        status = vaho_source_read(block, igm, l, n, &band, 1, error);
        for (size_t i = 0; status == VAHO_OK && i < n * n_samples; i++)
            out[l * n_samples + i] = (double)block->value[i] + base;
    }
    vaho_block_free(block);
    return status;
}

/* Missing in one is missing in both; 0 when something known is no longitude and latitude. */
static int check_degrees(double *longitude, double *latitude, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(longitude[i]) || isnan(latitude[i])) {
            longitude[i] = latitude[i] = NAN;
            continue;
        }
        if (!(fabs(longitude[i]) <= 360 && fabs(latitude[i]) <= 90))
            return 0;
        longitude[i] = remainder(longitude[i], 360);
    }
    return 1;
}

/* The heights of a third band; none when it holds none. */
static enum vaho_status read_heights(float **out, struct vaho_source *igm, double *scratch,
                                     struct vaho_error *error)
{
    const size_t n = igm->info.n_lines * igm->info.n_samples;
    struct vaho_error unused;
    enum vaho_status status = read_band(scratch, igm, 2, &unused);

    if (status == VAHO_BAD_INPUT) /* nothing known in it, or not readable, which the others were */
        return VAHO_OK;
    if (status != VAHO_OK)
        return vaho_fail_memory(error, igm->path);
    *out = vaho_alloc(n, sizeof **out);
    if (*out == NULL)
        return vaho_fail_memory(error, igm->path);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = (float)scratch[i];
    return VAHO_OK;
}

static enum vaho_status make_room(struct cube_placement *out, size_t n, const char *name,
                                  struct vaho_error *error)
{
    out->longitude_deg = vaho_alloc(n, sizeof(double));
    out->latitude_deg = vaho_alloc(n, sizeof(double));
    return out->longitude_deg == NULL || out->latitude_deg == NULL ? vaho_fail_memory(error, name)
                                                                   : VAHO_OK;
}

static enum vaho_status read_igm(struct cube_placement *out, struct vaho_source *igm,
                                 struct vaho_error *error)
{
    const size_t n = igm->info.n_lines * igm->info.n_samples;
    enum vaho_status status;

    if (igm->format != &cube_format_envi || igm->info.n_bands < 2 || igm->info.n_bands > 3)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: holds no coordinates; give an ENVI IGM of 2 or 3 bands, a GLT of 2 "
                         "bands of whole numbers with 'map info', a netCDF with longitudes and "
                         "latitudes, or a description of the flight's geometry (.json)",
                         igm->path);
    status = make_room(out, n, igm->path, error);
    if (status == VAHO_OK)
        status = cube_need_gain(igm, error);
    if (status == VAHO_OK && igm->info.n_bands == 3)
        status = read_heights(&out->height_m, igm, out->longitude_deg, error);
    if (status == VAHO_OK)
        status = read_band(out->longitude_deg, igm, 0, error);
    if (status == VAHO_OK)
        status = read_band(out->latitude_deg, igm, 1, error);
    if (status == VAHO_OK && igm->crs_wkt != NULL)
        status = cube_to_degrees(out->longitude_deg, out->latitude_deg, n, igm->crs_wkt, igm->path,
                                 error);
    if (status == VAHO_OK && !check_degrees(out->longitude_deg, out->latitude_deg, n))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: its bands are not longitude and latitude in degrees; if they are "
                           "easting and northing, add a 'coordinate system string' to its header",
                           igm->path);
    return status;
}

/* --- GLT -------------------------------------------------------------------- */

static int is_glt(const struct vaho_source *source)
{
    return source->format == &cube_format_envi && source->info.n_bands == 2 &&
           source->georeference.kind == VAHO_GEOREFERENCE_AFFINE && cube_envi_integers(source);
}

static enum vaho_status read_cells(struct cube_glt *glt, const struct vaho_source *grid,
                                   struct vaho_error *error)
{
    const size_t n_rows = grid->info.n_lines, n_columns = grid->info.n_samples;
    struct vaho_block *block;
    enum vaho_status status = vaho_block_new(&block, LINES_AT_ONCE, 2, n_columns, error);

    for (size_t row = 0; status == VAHO_OK && row < n_rows; row += LINES_AT_ONCE) {
        size_t n = n_rows - row < LINES_AT_ONCE ? n_rows - row : LINES_AT_ONCE;
        status = vaho_source_read(block, grid, row, n, NULL, 0, error);
        for (size_t i = 0; status == VAHO_OK && i < n; i++) {
            const float *at = block->value + i * 2 * n_columns;
            status = cube_glt_add_row(glt, row + i, at, at + n_columns, n_columns, error);
        }
    }
    vaho_block_free(block);
    return status;
}

/* From the grid to degrees. */
static enum vaho_status place_cells(struct cube_placement *out, const struct cube_glt *glt,
                                    const struct vaho_source *grid, struct vaho_error *error)
{
    const double *affine = grid->georeference.affine;
    const size_t n = glt->n_lines * glt->n_samples;
    enum vaho_status status = make_room(out, n, grid->path, error);

    if (status != VAHO_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        const double s = glt->column[i] + 0.5, l = glt->row[i] + 0.5; /* from the corner */
        out->longitude_deg[i] = affine[0] + s * affine[1] + l * affine[2];
        out->latitude_deg[i] = affine[3] + s * affine[4] + l * affine[5];
    }
    status =
        cube_to_degrees(out->longitude_deg, out->latitude_deg, n, grid->crs_wkt, grid->path, error);
    if (status == VAHO_OK && !check_degrees(out->longitude_deg, out->latitude_deg, n))
        status = vaho_fail(error, VAHO_BAD_INPUT,
                           "%s: its grid lies off the Earth; correct its 'map info'", grid->path);
    return status;
}

static enum vaho_status read_glt(struct cube_placement *out, struct vaho_source *source,
                                 const struct vaho_source *grid, struct vaho_error *error)
{
    struct cube_glt glt;
    enum vaho_status status =
        cube_glt_new(&glt, source->info.n_lines, source->info.n_samples, grid->path, error);

    if (status == VAHO_OK)
        status = read_cells(&glt, grid, error);
    if (status == VAHO_OK)
        status = cube_glt_finish(&glt, error);
    if (status == VAHO_OK)
        status = place_cells(out, &glt, grid, error);
    if (status == VAHO_OK && glt.n_bridged_pixels + glt.n_unknown_pixels > 0)
        status = cube_add_note(source, error,
                               "the look-up table shows %zu of the cube's pixels in no cell: %zu "
                               "were put between their neighbours, %zu have no place",
                               glt.n_bridged_pixels + glt.n_unknown_pixels, glt.n_bridged_pixels,
                               glt.n_unknown_pixels);
    cube_publish(source);
    cube_glt_free(&glt);
    return status;
}

/* --- either ----------------------------------------------------------------- */

static void take_arrays(struct cube_placement *out, struct vaho_source *other)
{
    *out = (struct cube_placement){other->longitude_deg, other->latitude_deg, other->height_m,
                                   other->georeference.height_datum, other->variance_m2};
    other->longitude_deg = other->latitude_deg = NULL;
    other->height_m = other->variance_m2 = NULL;
}

/* What 'other' says of the places of the source's pixels. */
static enum vaho_status read_placement(struct cube_placement *out, struct vaho_source *source,
                                       struct vaho_source *other, struct vaho_error *error)
{
    const struct vaho_cube_info *info = &source->info;
    size_t n;

    if (!vaho_size_mul(&n, info->n_lines, info->n_samples) || n > CUBE_MAX_PLACED_PIXELS)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: more than %zu pixels cannot be placed",
                         other->path, CUBE_MAX_PLACED_PIXELS);
    if (is_glt(other))
        return read_glt(out, source, other, error);
    if (other->info.n_lines != info->n_lines || other->info.n_samples != info->n_samples)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: has %zu lines and %zu samples, but %s has %zu and %zu; it belongs "
                         "to another cube",
                         other->path, other->info.n_lines, other->info.n_samples, info->path,
                         info->n_lines, info->n_samples);
    if (other->georeference.kind != VAHO_GEOREFERENCE_ARRAY)
        return read_igm(out, other, error);
    take_arrays(out, other);
    return VAHO_OK;
}

enum vaho_status vaho_source_place_by(struct vaho_source *source, const char *path,
                                      struct vaho_error *error)
{
    struct cube_placement placement = {0};
    struct vaho_source *other;
    enum vaho_status status = vaho_source_open(&other, path, error);

    if (status == VAHO_OK)
        status = read_placement(&placement, source, other, error);
    for (size_t i = 0; status == VAHO_OK && i < other->info.n_files; i++) {
        status = cube_add_file(source, other->file[i], error);
        cube_publish(source);
    }
    if (status == VAHO_OK)
        cube_place(source, &placement);
    cube_placement_free(&placement);
    vaho_source_free(other);
    return status;
}
