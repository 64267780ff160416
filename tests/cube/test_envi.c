/* test_envi.c - every interleave, type and byte order; and every way a file can be wrong */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "made_cube.h"

enum { LINES = 5, BANDS = 7, SAMPLES = 37, N = LINES * BANDS * SAMPLES };

static const char *const interleaves[] = {"bsq", "BIL", "Bip"};

/* What element (l, b, s) of the made cubes is; fits every type. */
static double element(size_t l, size_t b, size_t s)
{
    return (double)((l * 41 + b * 17 + s * 3) % 251);
}

static size_t position(int interleave, size_t l, size_t b, size_t s)
{
    return interleave == 0   ? (b * LINES + l) * SAMPLES + s
           : interleave == 1 ? (l * BANDS + b) * SAMPLES + s
                             : (l * SAMPLES + s) * BANDS + b;
}

/* Writes 'value' as an ENVI type; returns its size. */
static size_t encode(unsigned char out[8], double value, int type, int big_endian)
{
    union {
        uint8_t u8;
        int16_t i16;
        int32_t i32;
        float f32;
        double f64;
        uint16_t u16;
        uint32_t u32;
        unsigned char byte[8];
    } raw = {.f64 = 0};
    size_t n = 0;

    switch (type) {
    case 1: raw.u8 = (uint8_t)value, n = 1; break;
    case 2: raw.i16 = (int16_t)value, n = 2; break;
    case 3: raw.i32 = (int32_t)value, n = 4; break;
    case 4: raw.f32 = (float)value, n = 4; break;
    case 5: raw.f64 = value, n = 8; break;
    case 12: raw.u16 = (uint16_t)value, n = 2; break;
    case 13: raw.u32 = (uint32_t)value, n = 4; break;
    default: fail();
    }
    for (size_t i = 0; i < n; i++)
        out[i] = raw.byte[big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? i : n - 1 - i];
    return n;
}

/* A cube of element() at 'offset'; 'extra' are more header lines. */
static void make(struct made_cube *cube, int interleave, int type, int big_endian, size_t offset,
                 const char *extra)
{
    unsigned char data[64 + N * 8] = {0}, one[8];
    size_t nbytes = encode(one, 0, type, big_endian);

    for (size_t l = 0; l < LINES; l++)
        for (size_t b = 0; b < BANDS; b++)
            for (size_t s = 0; s < SAMPLES; s++)
                encode(data + offset + position(interleave, l, b, s) * nbytes, element(l, b, s),
                       type, big_endian);
    made_cube_new(cube, data, offset + N * nbytes,
                  "ENVI\nsamples = %d\nlines = %d\nbands = %d\nheader offset = %zu\n"
                  "data type = %d\ninterleave = %s\nbyte order = %d\n%s",
                  SAMPLES, LINES, BANDS, offset, type, interleaves[interleave], big_endian, extra);
}

static void every_layout_reads_the_same(void **state)
{
    (void)state;
    const int types[] = {1, 2, 3, 4, 5, 12, 13};
    const size_t offsets[] = {0, 13}; /* 13: nothing is aligned */

    for (int interleave = 0; interleave < 3; interleave++)
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
            for (int big_endian = 0; big_endian < 2; big_endian++)
                for (int o = 0; o < 2; o++) {
                    struct made_cube cube;
                    make(&cube, interleave, types[t], big_endian, offsets[o], "");
                    struct vaho_source *source = open_cube(cube.data);
                    struct vaho_block *block = read_all(source);
                    assert_int_equal(block->n_lines, LINES);
                    for (size_t l = 0; l < LINES; l++)
                        for (size_t b = 0; b < BANDS; b++)
                            for (size_t s = 0; s < SAMPLES; s++)
                                assert_true(block->value[(l * BANDS + b) * SAMPLES + s] ==
                                            (float)element(l, b, s));
                    for (size_t i = 0; i < LINES * SAMPLES; i++)
                        assert_int_equal(block->valid[i], 1);
                    vaho_block_free(block);
                    vaho_source_free(source);
                    made_cube_remove(&cube);
                }
}

static void extreme_elements_keep_their_value(void **state)
{
    (void)state;
    const struct {
        int type;
        double value;
    } cases[] = {{1, 255},    {2, -32768},        {2, 32767},     {3, -2147483648.0},
                 {12, 65535}, {13, 4294967295.0}, {4, -1.5e-30f}, {5, 0.1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            struct made_cube cube;
            unsigned char data[8];
            size_t nbytes = encode(data, cases[i].value, cases[i].type, big_endian);
            made_cube_new(&cube, data, nbytes,
                          "ENVI\nsamples=1\nlines=1\nbands=1\ndata type=%d\ninterleave=bsq\n"
                          "byte order=%d\n",
                          cases[i].type, big_endian);
            struct vaho_source *source = open_cube(cube.data);
            struct vaho_block *block = read_all(source);
            assert_true(block->value[0] == (float)cases[i].value);
            vaho_block_free(block);
            vaho_source_free(source);
            made_cube_remove(&cube);
        }
}

static void blocks_and_subsets_equal_the_whole(void **state)
{
    (void)state;
    const size_t band[] = {6, 0, 3, 3};

    for (int interleave = 0; interleave < 3; interleave++) {
        struct made_cube cube;
        struct vaho_block *block;
        make(&cube, interleave, 2, 1, 3, "");
        struct vaho_source *source = open_cube(cube.data);
        assert_int_equal(vaho_block_new(&block, 2, 4, SAMPLES, NULL), VAHO_OK);
        for (size_t line = 0; line < LINES; line += 2) {
            size_t n_lines = LINES - line < 2 ? LINES - line : 2;
            assert_int_equal(vaho_source_read(block, source, line, n_lines, band, 4, NULL),
                             VAHO_OK);
            assert_int_equal(block->first_line, line);
            assert_int_equal(block->n_lines, n_lines);
            for (size_t l = 0; l < n_lines; l++)
                for (size_t i = 0; i < 4; i++)
                    for (size_t s = 0; s < SAMPLES; s++)
                        assert_true(block->value[(l * 4 + i) * SAMPLES + s] ==
                                    (float)element(line + l, band[i], s));
        }
        vaho_block_free(block);
        vaho_source_free(source);
        made_cube_remove(&cube);
    }
}

static void missing_elements_are_nan(void **state)
{
    (void)state;
    /* 2 samples, 2 bands, 1 line, bip: pixel 0 has one element, pixel 1 none */
    const float data[] = {-9999, 5, NAN, -9999};
    struct made_cube cube;
    made_cube_new(&cube, data, sizeof data,
                  "ENVI\nsamples=2\nlines=1\nbands=2\ndata type=4\ninterleave=bip\nbyte order=0\n"
                  "data ignore value = -9999\n");
    struct vaho_source *source = open_cube(cube.data);
    struct vaho_block *block = read_all(source);
    assert_true(isnan(block->value[0]) && isnan(block->value[1]));
    assert_true(block->value[2] == 5 && isnan(block->value[3]));
    assert_int_equal(block->valid[0], 1);
    assert_int_equal(block->valid[1], 0);
    vaho_block_free(block);

    /* only the bands that were asked for decide whether a pixel is valid */
    const size_t band = 0;
    assert_int_equal(vaho_block_new(&block, 1, 1, 2, NULL), VAHO_OK);
    assert_int_equal(vaho_source_read(block, source, 0, 1, &band, 1, NULL), VAHO_OK);
    assert_int_equal(block->valid[0], 0);
    vaho_block_free(block);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void lowest_float_with_few_digits_is_ignored(void **state)
{
    (void)state;
    const float data[] = {-3.4028234663852886e38f, 1};
    struct made_cube cube;
    made_cube_new(&cube, data, sizeof data,
                  "ENVI\nsamples=2\nlines=1\nbands=1\ndata type=4\ninterleave=bip\nbyte order=0\n"
                  "data ignore value = -3.40282e+38\n");
    struct vaho_source *source = open_cube(cube.data);
    struct vaho_block *block = read_all(source);
    assert_int_equal(block->valid[0], 0);
    assert_int_equal(block->valid[1], 1);
    vaho_block_free(block);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void infinity_is_missing(void **state)
{
    (void)state;
    const double data[] = {INFINITY, 1e300, 3};
    struct made_cube cube;
    made_cube_new(&cube, data, sizeof data,
                  "ENVI\nsamples=3\nlines=1\nbands=1\ndata type=5\ninterleave=bil\nbyte order=0\n");
    struct vaho_source *source = open_cube(cube.data);
    struct vaho_block *block = read_all(source);
    assert_true(isnan(block->value[0]) && isnan(block->value[1]) && block->value[2] == 3);
    assert_int_equal(block->valid[1], 0);
    vaho_block_free(block);
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void values_are_calibrated(void **state)
{
    (void)state;
    const struct {
        const char *extra;
        double factor; /* of band 0, recorded 100 */
        double offset;
        enum vaho_quantity quantity;
        int units_known;
    } cases[] = {
        {"", 1, 0, VAHO_QUANTITY_UNKNOWN, 0},
        {"reflectance scale factor = 10000\n", 1e-4, 0, VAHO_QUANTITY_REFLECTANCE, 1},
        {"data units = W/(m^2 sr um)\n", 1, 0, VAHO_QUANTITY_RADIANCE, 1},
        {"data units = uW/cm^2/sr/nm\n", 10, 0, VAHO_QUANTITY_RADIANCE, 1},
        {"data gain values = {0.5, 2}\ndata offset values = {1, 0}\n", 0.5, 1,
         VAHO_QUANTITY_RADIANCE, 1},
        {"data gain values = {0.5, 2}\nreflectance scale factor = 100\n", 0.005, 0,
         VAHO_QUANTITY_REFLECTANCE, 1},
        {"data units = Reflectance\n", 1, 0, VAHO_QUANTITY_REFLECTANCE, 0}, /* of whole numbers */
        {"data units = counts\n", 1, 0, VAHO_QUANTITY_UNKNOWN, 0},
        {"data units = Radiance\n", 1, 0, VAHO_QUANTITY_RADIANCE, 0},
        {"description = {some reflectance}\n", 1, 0, VAHO_QUANTITY_REFLECTANCE, 0},
        {"description = {Measured Radiances in uW nm-1 cm-2 sr-1}\n", 10, 0, VAHO_QUANTITY_RADIANCE,
         1},
        {"wavelength = {1000, 800}\nwavelength units = wavenumber\n"
         "data units = W/(m^2 sr cm^-1)\n",
         100, 0, VAHO_QUANTITY_RADIANCE, 1}, /* 1e4 / (10 um)^2 */
    };
    const int16_t data[] = {100, 100};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_cube cube;
        made_cube_new(&cube, data, sizeof data,
                      "ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\ninterleave=bil\n"
                      "byte order=0\n%s",
                      cases[i].extra);
        struct vaho_source *source = open_cube(cube.data);
        const struct vaho_cube_info *info = vaho_source_info(source);
        struct vaho_block *block = read_all(source);
        assert_true(fabs(block->value[0] / (100 * cases[i].factor + cases[i].offset) - 1) < 1e-6);
        assert_int_equal(info->quantity, cases[i].quantity);
        assert_int_equal(info->units_known, cases[i].units_known);
        vaho_block_free(block);
        vaho_source_free(source);
        made_cube_remove(&cube);
    }
}

static void what_the_header_says_is_told(void **state)
{
    (void)state;
    struct made_cube cube;
    make(&cube, 1, 4, 0, 0,
         "Wavelength Units = Nanometers\nwavelength = {2500,2400,\n2300,2200,2100,2000,1900}\n"
         "fwhm = {10,10,10,10,10,10,12}\nbbl = {1,1,0,1,1,-1,1}\ndata units = furlongs\n"
         "acquisition time = 2022-07-24 10:45:26.5+02:00\n");
    struct vaho_source *source = open_cube(cube.data);
    const struct vaho_cube_info *info = vaho_source_info(source);
    assert_string_equal(info->path, cube.data);
    assert_string_equal(info->format, "ENVI");
    assert_int_equal(info->n_lines, LINES);
    assert_int_equal(info->n_bands, BANDS);
    assert_int_equal(info->n_samples, SAMPLES);
    assert_true(fabs(info->wavelength_um[0] - 2.5) < 1e-12); /* descending, as in the file */
    assert_true(fabs(info->fwhm_um[6] - 0.012) < 1e-12);
    assert_memory_equal(info->good, "\1\1\0\1\1\0\1", BANDS);
    assert_string_equal(info->units, "furlongs");
    assert_string_equal(info->acquired, "2022-07-24T08:45:26.500Z");
    assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_NONE);
    assert_int_equal(info->n_files, 2);
    assert_string_equal(info->file[0], cube.data);
    assert_string_equal(info->file[1], cube.header);
    assert_int_equal(info->n_notes, 1);
    assert_non_null(strstr(info->note[0], "furlongs"));
    vaho_source_free(source);
    made_cube_remove(&cube);
}

static void either_file_may_be_named(void **state)
{
    (void)state;
    struct made_cube cube;
    char header[128], data[128];
    make(&cube, 0, 1, 0, 0, "");
    vaho_source_free(open_cube(cube.header)); /* cube.raw.hdr -> cube.raw */
    snprintf(header, sizeof header, "%s/cube.HDR", cube.dir);
    assert_int_equal(rename(cube.header, header), 0);
    vaho_source_free(open_cube(cube.data)); /* cube.raw -> cube.HDR */
    vaho_source_free(open_cube(header));    /* cube.HDR -> cube.raw */
    snprintf(data, sizeof data, "%s/cube", cube.dir);
    assert_int_equal(rename(cube.data, data), 0);
    vaho_source_free(open_cube(data)); /* no extension at all */
    vaho_source_free(open_cube(header));
    assert_int_equal(unlink(data), 0);
    assert_not_opened(header, VAHO_NOT_FOUND, "data file beside it is missing");

    /* several files may belong to NAME.hdr */
    const char *const names[] = {"cube.bil", "cube.img"};
    static const char zero[N];
    char path[2][128];
    for (int i = 0; i < 2; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", cube.dir, names[i]);
        assert_int_equal(vaho_file_write(path[i], zero, N, NULL), VAHO_OK);
    }
    struct vaho_source *source = open_cube(header);
    assert_string_equal(vaho_source_info(source)->file[0], path[0]);
    assert_non_null(strstr(vaho_source_info(source)->note[0], "2 files could be the data"));
    vaho_source_free(source);
    unlink(path[0]);
    unlink(path[1]);
    assert_int_equal(rename(header, data), 0);
    assert_int_equal(rename(data, cube.header), 0);
    made_cube_remove(&cube);
}

static void files_of_no_format_are_refused(void **state)
{
    (void)state;
    struct made_cube cube;
    char text[128];
    make(&cube, 0, 1, 0, 0, "");
    assert_int_equal(unlink(cube.header), 0);
    assert_not_opened(cube.data, VAHO_NOT_FOUND, "cube.raw.hdr");
    snprintf(text, sizeof text, "%s/notes.text", cube.dir);
    assert_int_equal(rename(cube.data, text), 0);
    assert_not_opened(text, VAHO_BAD_INPUT, "no cube in a format that is recognised");
    assert_int_equal(rename(text, cube.data), 0);
    made_cube_remove(&cube);
}

static void broken_headers_name_the_key(void **state)
{
    (void)state;
    const char good[] = "ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\ninterleave=bil\n"
                        "byte order=0\n";
    const struct {
        const char *header, *expected;
    } cases[] = {
        {"ENVI\nlines=1\nbands=2\ndata type=2\ninterleave=bil\n", "'samples' is missing"},
        {"ENVI\nsamples=0\nlines=1\nbands=2\ndata type=2\ninterleave=bil\n", "samples = 0"},
        {"ENVI\nsamples=1\nlines=99999999999\nbands=2\ndata type=2\ninterleave=bil\n",
         "lines = 99999999999 is outside"},
        {"ENVI\nsamples=2147483647\nlines=2147483647\nbands=1048576\ndata type=5\n"
         "interleave=bil\n",
         "16 GiB"},
        {"ENVI\nsamples=2147483647\nlines=2147483647\nbands=2\ndata type=5\ninterleave=bil\n",
         "samples = 2147483647, lines = 2147483647, bands = 2: no file is that large"},
        {"ENVI\nsamples=1\nlines=1\nbands=2\ndata type=6\ninterleave=bil\n", "data type = 6"},
        {"ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\n", "'interleave' is missing"},
        {"ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\ninterleave=bix\n", "'bix' is not one of"},
        {"ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\ninterleave=bil\nbyte order=2\n",
         "byte order = 2 is outside"},
        {"ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\ninterleave=bil\nheader offset=-1\n",
         "header offset = -1"},
        {"+file compression = 1\n", "'file compression'"},
        {"+major frame offsets = {0, 4}\n", "'major frame offsets'"},
        {"+file type = ENVI Spectral Library\n", "--library"},
        {"+wavelength = {1, 2, 3}\n", "'wavelength' has 3 numbers but bands = 2"},
        {"+wavelength = {1, two}\n", "'two'"},
        {"+wavelength = {1, 2}\nwavelength units = GHz\n", "'GHz'"},
        {"+fwhm = {1}\n", "'fwhm' has 1 numbers"},
        {"+bbl = {1}\n", "'bbl' has 1 numbers"},
        {"+bbl = {0, 0}\n", "all 2 bands are marked bad"},
        {"+data ignore value = {}\n", "'data ignore value'"},
        {"+data ignore value = none\n", "'none'"},
        {"+reflectance scale factor = 0\n", "'reflectance scale factor'"},
        {"+data gain values = {1}\n", "'data gain values'"},
        {"+map info = {UTM, 1, 1}\n", "'map info' has 3 fields"},
        {"+map info = {UTM, 1, 1, x, 2, 3, 4}\n", "field 4 of 'map info', 'x'"},
        {"+map info = {UTM, 1, 1, 1, 2, 0, 4}\n", "field 6 of 'map info'"},
        {"+map info = {UTM, 1, 1, 1, 2, 3, 4, rotation=up}\n", "field 8 of 'map info'"},
        {"+junk\n", "line 8"},
    };
    const int16_t data[] = {1, 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_cube cube;
        int more = cases[i].header[0] == '+';
        made_cube_new(&cube, data, sizeof data, "%s%s", more ? good : "", cases[i].header + more);
        assert_not_opened(cube.data, VAHO_BAD_INPUT, cases[i].expected);
        made_cube_remove(&cube);
    }
}

static void odd_headers_are_noted(void **state)
{
    (void)state;
    const struct {
        const char *extra, *expected;
        int has_wavelength;
    } cases[] = {
        {"wavelength = {400, 500}\nbyte order = 0\n", "no 'wavelength units'", 1},
        {"wavelength = {1, 2}\nwavelength units = Index\nbyte order = 0\n", "numbered", 0},
        {"", "no 'byte order'", 0},
        {"wavelength = {.4,.5}\nwavelength units = um\nfwhm = {0, 1}\nbyte order = 0\n",
         "fwhm of band 1", 1},
        {"acquisition time = yesterday\nbyte order = 0\n", "'yesterday'", 0},
        {"map info = {Arbitrary, 1, 1, 0, 0, 1, 1}\nbyte order = 0\n", "no place", 0},
        {"map info = {UTM, 1, 1, 0, 0, 1, 1, 99, North, WGS-84}\nbyte order = 0\n", "no place", 0},
        {"map info = {UTM, 1, 1, 0, 0, 1, 1, 9, North, Moon-1}\nbyte order = 0\n", "no place", 0},
        {"map info = {UTM, 1, 1, 0, 0, 1, 1, 9, North, WGS-84, units=Feet}\nbyte order = 0\n",
         "no place", 0},
    };
    const int16_t data[] = {1, 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_cube cube;
        made_cube_new(&cube, data, sizeof data,
                      "ENVI\nsamples=1\nlines=1\nbands=2\ndata type=2\ninterleave=bil\n%s",
                      cases[i].extra);
        struct vaho_source *source = open_cube(cube.data);
        const struct vaho_cube_info *info = vaho_source_info(source);
        assert_int_equal(info->n_notes, 1);
        if (strstr(info->note[0], cases[i].expected) == NULL)
            fail_msg("'%s' does not say '%s'", info->note[0], cases[i].expected);
        assert_int_equal(info->wavelength_um != NULL, cases[i].has_wavelength);
        assert_null(info->fwhm_um);
        assert_int_equal(info->georeference->kind, VAHO_GEOREFERENCE_NONE);
        vaho_source_free(source);
        made_cube_remove(&cube);
    }
}

static void cut_short_files_are_refused(void **state)
{
    (void)state;
    struct made_cube cube;
    struct vaho_error error;
    char expected[64];
    make(&cube, 1, 4, 0, 6, "");
    assert_int_equal(truncate(cube.data, 6 + N * 4 - 1), 0);
    snprintf(expected, sizeof expected, "has %d bytes, but header offset = 6", 6 + N * 4 - 1);
    assert_not_opened(cube.data, VAHO_BAD_INPUT, expected);
    snprintf(expected, sizeof expected, "make %d", 6 + N * 4);
    assert_not_opened(cube.data, VAHO_BAD_INPUT, expected);
    assert_int_equal(truncate(cube.data, 0), 0);
    assert_not_opened(cube.data, VAHO_BAD_INPUT, "has 0 bytes");
    made_cube_remove(&cube);

    /* cut while open: an error and no signal */
    make(&cube, 1, 4, 0, 0, "");
    struct vaho_source *source = open_cube(cube.data);
    struct vaho_block *block = read_all(source);
    assert_int_equal(truncate(cube.data, 100), 0);
    assert_int_equal(vaho_source_read(block, source, 0, LINES, NULL, 0, &error), VAHO_BAD_INPUT);
    assert_non_null(strstr(error.message, "has 100 bytes"));
    assert_int_equal(block->n_lines, 0);
    vaho_block_free(block);
    vaho_source_free(source);
    made_cube_remove(&cube);

    /* longer than promised is only noted */
    make(&cube, 1, 4, 0, 0, "");
    assert_int_equal(truncate(cube.data, N * 4 + 5), 0);
    source = open_cube(cube.data);
    assert_int_equal(vaho_source_info(source)->n_notes, 1);
    assert_non_null(strstr(vaho_source_info(source)->note[0], "5 bytes more"));
    vaho_source_free(source);
    made_cube_remove(&cube);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_reads_the_same),
        cmocka_unit_test(extreme_elements_keep_their_value),
        cmocka_unit_test(blocks_and_subsets_equal_the_whole),
        cmocka_unit_test(missing_elements_are_nan),
        cmocka_unit_test(lowest_float_with_few_digits_is_ignored),
        cmocka_unit_test(infinity_is_missing),
        cmocka_unit_test(values_are_calibrated),
        cmocka_unit_test(what_the_header_says_is_told),
        cmocka_unit_test(either_file_may_be_named),
        cmocka_unit_test(files_of_no_format_are_refused),
        cmocka_unit_test(broken_headers_name_the_key),
        cmocka_unit_test(odd_headers_are_noted),
        cmocka_unit_test(cut_short_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
