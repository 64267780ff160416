/*
 * envi.c - ENVI cubes: raw elements in one file, a text header beside it
 *
 * The header of DIR/NAME.ext is DIR/NAME.ext.hdr or DIR/NAME.hdr, in that
 * order; a cube may be opened by the name of either file.  envi_describe.c
 * reads the header.
 *
 * The data file is mapped read-only and decoded from the mapping.  A page that
 * lies past the end of the file raises SIGBUS, so the size is checked against
 * the header when the file is opened and again with fstat() before every read:
 * a file cut short in between is an error, not a crash.  (A file cut short
 * during the few milliseconds of one read still is a crash; nobody should
 * truncate a recording that is being read.)
 *
 * After a read its whole pages are given back with MADV_DONTNEED.  They stay in
 * the page cache, but not in this process, so a cube larger than memory streams
 * through with a resident set of one block a reader.
 *
 * The commonest cube, bil of native float32 with the bands wanted side by side, is
 * read() to where it is wanted instead, at twice the speed.
 */
#include "cube/envi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

enum {
    MAX_HEADER_NBYTES = 1 << 26,
    MAX_PATH_NBYTES = 4096,
    TILE_SAMPLES = 16 /* of a bip line at once: 16 x 425 x 4 bytes stay in the first cache */
};

struct envi {
    struct envi_layout layout;
    int fd;
    const unsigned char *data;
    size_t data_nbytes; /* mapped */
};

/* --- finding the two files ------------------------------------------------ */

static int is_header_name(const char *path)
{
    size_t length = strlen(path);

    return length > 4 && strcasecmp(path + length - 4, ".hdr") == 0;
}

/* The length of a path without its last extension. */
static size_t stem_length(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');

    return dot == NULL || dot == name ? strlen(path) : (size_t)(dot - path);
}

/* Joins the first 'length' bytes of path and a suffix; 1 when that is a regular file. */
static int join_and_find(char out[MAX_PATH_NBYTES], const char *path, size_t length,
                         const char *suffix)
{
    struct stat about;
    int n = snprintf(out, MAX_PATH_NBYTES, "%.*s%s", (int)length, path, suffix);

    return n > 0 && n < MAX_PATH_NBYTES && stat(out, &about) == 0 && S_ISREG(about.st_mode);
}

static int find_header(char out[MAX_PATH_NBYTES], const char *data_path)
{
    size_t whole = strlen(data_path), stem = stem_length(data_path);

    return whole < MAX_PATH_NBYTES && (join_and_find(out, data_path, whole, ".hdr") ||
                                       join_and_find(out, data_path, whole, ".HDR") ||
                                       join_and_find(out, data_path, stem, ".hdr") ||
                                       join_and_find(out, data_path, stem, ".HDR"));
}

/* The first data file beside a header; returns how many there are. */
static int find_data(char out[MAX_PATH_NBYTES], const char *header_path)
{
    static const char *const suffixes[] = {"",     ".bil",  ".bip", ".bsq", ".img", ".dat",
                                           ".raw", ".cube", ".rdn", ".rfl", ".BIL", ".BIP",
                                           ".BSQ", ".IMG",  ".DAT", ".RAW"};
    size_t stem = strlen(header_path) - 4;
    char path[MAX_PATH_NBYTES];
    int n = 0;

    for (size_t i = 0; stem < MAX_PATH_NBYTES && i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (join_and_find(path, header_path, stem, suffixes[i]) && n++ == 0)
            memcpy(out, path, sizeof path);
    return n;
}

static int starts_as_header(const unsigned char *head, size_t n_head)
{
    size_t mark = n_head >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    return n_head >= mark + 4 && strncasecmp((const char *)head + mark, "ENVI", 4) == 0;
}

static int probe(const char *path, const unsigned char *head, size_t n_head)
{
    /* A picture that brings its own header: the .hdr beside it belongs to another. */
    static const char *const others[] = {"II*", "II+", "MM", "\x89HDF", "CDF", "\x89PNG", "NITF"};
    char header_path[MAX_PATH_NBYTES];
    unsigned char start[8];
    size_t n_start;
    FILE *file;

    if (is_header_name(path))
        return starts_as_header(head, n_head);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (n_head >= 8 && memcmp(head, others[i], strlen(others[i])) == 0 &&
            (strcmp(others[i], "MM") != 0 || head[2] == 0))
            return 0;
    if (!find_header(header_path, path) || (file = fopen(header_path, "rbe")) == NULL)
        return 0;
    n_start = fread(start, 1, sizeof start, file);
    fclose(file);
    return starts_as_header(start, n_start);
}

/* Adds the data file and the header to the source. */
static enum vaho_status find_files(struct vaho_source *source, struct vaho_error *error)
{
    const char *path = source->path;
    char other[MAX_PATH_NBYTES];
    int by_header = is_header_name(path);
    int n_found = by_header ? find_data(other, path) : find_header(other, path);
    enum vaho_status status;

    if (n_found == 0)
        return vaho_fail(error, VAHO_NOT_FOUND,
                         "%s: the %s beside it is missing; an ENVI cube is two files, NAME.bil and "
                         "NAME.bil.hdr or NAME.hdr",
                         path, by_header ? "data file" : "header");
    status = cube_add_file(source, by_header ? other : path, error);
    if (status == VAHO_OK && n_found > 1)
        status =
            cube_add_note(source, error, "%d files could be the data of this header; %s was taken",
                          n_found, other);
    return status == VAHO_OK ? cube_add_file(source, by_header ? path : other, error) : status;
}

/* --- opening -------------------------------------------------------------- */

static enum vaho_status describe(struct envi *envi, struct vaho_source *source,
                                 struct vaho_error *error)
{
    struct vaho_envi_header *header = NULL;
    size_t nbytes;
    char *text;
    enum vaho_status status =
        vaho_file_read(&text, &nbytes, source->file[1], MAX_HEADER_NBYTES, error);

    if (status == VAHO_OK)
        status = vaho_envi_header_parse(&header, text, nbytes, source->file[1], error);
    if (status == VAHO_OK)
        status = cube_envi_describe(&envi->layout, source, header, error);
    vaho_envi_header_free(header);
    free(text);
    return status;
}

/* Whether the data file is as large as the header says. */
static enum vaho_status check_size(size_t *out_nbytes, const struct envi *envi,
                                   const struct vaho_source *source, struct vaho_error *error)
{
    const struct vaho_cube_info *info = &source->info;
    struct stat about;

    if (fstat(envi->fd, &about) != 0)
        return vaho_fail(error, VAHO_FAULT, "%s: %s", source->file[0], strerror(errno));
    *out_nbytes = (size_t)about.st_size;
    if (*out_nbytes >= envi->layout.end)
        return VAHO_OK;
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: is cut short: it has %zu bytes, but header offset = %zu, lines = %zu, "
                     "samples = %zu, bands = %zu and data type (%zu bytes) in %s make %zu; copy "
                     "the file again or correct the header",
                     source->file[0], *out_nbytes, envi->layout.data_offset, info->n_lines,
                     info->n_samples, info->n_bands, envi->layout.element_nbytes, source->file[1],
                     envi->layout.end);
}

static enum vaho_status map_data(struct envi *envi, struct vaho_source *source,
                                 struct vaho_error *error)
{
    size_t nbytes;
    void *data;
    enum vaho_status status;

    envi->fd = open(source->file[0], O_RDONLY | O_CLOEXEC);
    if (envi->fd < 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be opened: %s", source->file[0],
                         strerror(errno));
    status = check_size(&nbytes, envi, source, error);
    if (status != VAHO_OK)
        return status;
    if (nbytes > envi->layout.end)
        status = cube_add_note(source, error,
                               "the data file has %zu bytes more than its header describes",
                               nbytes - envi->layout.end);
    if (status != VAHO_OK)
        return status;
    data = mmap(NULL, envi->layout.end, PROT_READ, MAP_SHARED, envi->fd, 0);
    if (data == MAP_FAILED)
        return vaho_fail(error, VAHO_NO_MEMORY, "%s: cannot be mapped: %s", source->file[0],
                         strerror(errno));
    envi->data = data;
    envi->data_nbytes = envi->layout.end;
    return VAHO_OK;
}

static void close_envi(void *state)
{
    struct envi *envi = state;

    if (envi == NULL)
        return;
    if (envi->data != NULL)
        munmap((void *)(uintptr_t)envi->data, envi->data_nbytes);
    if (envi->fd >= 0)
        close(envi->fd);
    free(envi);
}

int cube_envi_integers(const struct vaho_source *source)
{
    const struct envi *envi = source->state;

    return envi->layout.integers;
}

static enum vaho_status open_envi(struct vaho_source *source, struct vaho_error *error)
{
    struct envi *envi = vaho_alloc(1, sizeof *envi);
    enum vaho_status status;

    if (envi == NULL)
        return vaho_fail_memory(error, source->path);
    envi->fd = -1;
    source->state = envi;
    status = find_files(source, error);
    if (status == VAHO_OK)
        status = describe(envi, source, error);
    return status == VAHO_OK ? map_data(envi, source, error) : status;
}

/* --- reading -------------------------------------------------------------- */

/* The cube's number of the window's i-th band. */
static size_t band_of(const struct cube_window *window, size_t i)
{
    return window->band == NULL ? i : window->band[i];
}

/* The rule with the band's own gain and offset. */
static struct cube_element_rule band_rule(const struct vaho_source *source,
                                          const struct envi_layout *layout, size_t band)
{
    struct cube_element_rule rule = layout->rule;

    if (source->gain != NULL) {
        rule.gain = source->gain[band];
        rule.offset = source->offset[band];
    }
    return rule;
}

/* Lines and samples of a block that are decoded together. */
struct tile {
    size_t line, n_lines, sample, n_samples;
};

/* Band i of the block, within one tile. */
static void decode_tile(struct vaho_block *block, const struct vaho_source *source,
                        const struct envi_layout *layout, const unsigned char *data,
                        const struct cube_window *window, size_t i, const struct tile *tile)
{
    const size_t band = band_of(window, i);
    const struct cube_element_rule rule = band_rule(source, layout, band);
    float *out = block->value + (tile->line * block->n_bands + i) * block->n_samples + tile->sample;
    const unsigned char *in = data + layout->data_offset + band * layout->band_nbytes +
                              (window->first_line + tile->line) * layout->line_nbytes +
                              tile->sample * layout->sample_nbytes;

    for (size_t l = 0; l < tile->n_lines; l++)
        layout->decode(out + l * block->n_bands * block->n_samples, in + l * layout->line_nbytes,
                       tile->n_samples, layout->sample_nbytes, &rule);
}

static int is_bsq(const struct envi_layout *layout)
{
    return layout->band_nbytes > layout->line_nbytes;
}

/* In the order of the file: bsq band by band, bil and bip line by line, bip in
 * tiles of samples whose elements stay in the cache from band to band. */
void cube_envi_decode(struct vaho_block *block, const struct vaho_source *source,
                      const struct envi_layout *layout, const unsigned char *data,
                      const struct cube_window *window)
{
    const size_t n_samples = block->n_samples;
    const size_t width = layout->sample_nbytes > layout->element_nbytes ? TILE_SAMPLES : n_samples;
    struct tile tile = {.n_lines = is_bsq(layout) ? window->n_lines : 1};

    for (tile.line = 0; tile.line < window->n_lines; tile.line += tile.n_lines)
        for (tile.sample = 0; tile.sample < n_samples; tile.sample += width) {
            tile.n_samples = n_samples - tile.sample < width ? n_samples - tile.sample : width;
            for (size_t i = 0; i < window->n_bands; i++)
                decode_tile(block, source, layout, data, window, i, &tile);
        }
}

/* Gives back the mapping's pages from 'start' up to, but not with, the one of 'end'. */
static void drop_pages(const struct envi *envi, size_t start, size_t end)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    start -= start % page;
    end -= end % page;
    if (end > start)
        madvise((void *)(uintptr_t)(envi->data + start), end - start, MADV_DONTNEED);
}

/* Neighbouring bands of a bil line of native float32: one run of bytes, read to its place. */
static int is_one_run(const struct vaho_source *source, const struct envi_layout *layout,
                      const struct cube_window *window)
{
    int one = cube_decoder_is_float32(layout->decode) && layout->sample_nbytes == sizeof(float) &&
              layout->band_nbytes == source->info.n_samples * sizeof(float);

    for (size_t i = 0; one && i < window->n_bands; i++) {
        const struct cube_element_rule rule = band_rule(source, layout, band_of(window, i));
        one = band_of(window, i) == band_of(window, 0) + i && cube_float32_settles(&rule);
    }
    return one;
}

/* Copying by read() costs less than mapping pages that are looked at once. */
static enum vaho_status read_runs(struct vaho_block *block, const struct vaho_source *source,
                                  const struct cube_window *window, struct vaho_error *error)
{
    const struct envi *envi = source->state;
    const struct envi_layout *layout = &envi->layout;
    const size_t n = window->n_bands * block->n_samples;

    for (size_t l = 0; l < window->n_lines; l++) {
        const size_t at = layout->data_offset + (window->first_line + l) * layout->line_nbytes +
                          band_of(window, 0) * layout->band_nbytes;
        float *out = block->value + l * n;
        for (size_t done = 0; done < n * sizeof *out;) {
            ssize_t got =
                pread(envi->fd, (char *)out + done, n * sizeof *out - done, (off_t)(at + done));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be read at byte %zu: %s",
                                 source->file[0], at + done,
                                 got < 0 ? strerror(errno) : "the file ends");
            done += (size_t)got;
        }
        for (size_t i = 0; i < window->n_bands; i++) {
            const struct cube_element_rule rule = band_rule(source, layout, band_of(window, i));
            cube_settle_float32(out + i * block->n_samples, block->n_samples, &rule);
        }
    }
    return VAHO_OK;
}

static enum vaho_status read_envi(struct vaho_block *block, const struct vaho_source *source,
                                  const struct cube_window *window, struct vaho_error *error)
{
    const struct envi *envi = source->state;
    const struct envi_layout *layout = &envi->layout;
    const size_t start = layout->data_offset + window->first_line * layout->line_nbytes;
    size_t nbytes;
    enum vaho_status status = check_size(&nbytes, envi, source, error);

    if (status != VAHO_OK)
        return status;
    if (is_one_run(source, layout, window))
        return read_runs(block, source, window, error);
    cube_envi_decode(block, source, layout, envi->data, window);
    if (!is_bsq(layout))
        drop_pages(envi, start, start + window->n_lines * layout->line_nbytes);
    for (size_t i = 0; is_bsq(layout) && i < window->n_bands; i++) {
        size_t plane = start + band_of(window, i) * layout->band_nbytes;
        drop_pages(envi, plane, plane + window->n_lines * layout->line_nbytes);
    }
    return VAHO_OK;
}

const struct cube_format cube_format_envi = {"ENVI", probe, open_envi, read_envi, close_envi};
