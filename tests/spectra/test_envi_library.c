/* test_envi_library.c - ENVI spectral libraries */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import_text.h"

static enum vaho_status import(struct vaho_sink *sink, const char *header, const void *data,
                               size_t nbytes, struct vaho_error *error)
{
    const struct vaho_spectrum_file file = {"x/lib.sli", data, nbytes, header,
                                            header == NULL ? 0 : strlen(header)};
    const struct vaho_import_settings settings = {NULL, 296.0, 101325.0};

    *sink = (struct vaho_sink){NULL, 0, 0};
    assert_int_equal(vaho_importer_envi_library.probe(&file), 1);
    return vaho_importer_envi_library.parse(sink, &file, &settings, error);
}

#define HEAD "ENVI\nsamples = 2\nlines = 2\nbands = 1\nfile type = ENVI Spectral Library\n"
#define WAVES "wavelength units = Nanometers\nwavelength = {800, 900}\n"

static void scales_names_and_byte_orders_are_read(void **state)
{
    (void)state;
    static const int16_t little[4] = {1000, 2000, 3000, 4000};
    static const unsigned char big[16] = {0x3f, 0, 0, 0, 0x3e, 0x80, 0, 0,
                                          0x3f, 0, 0, 0, 0x3e, 0x80, 0, 0};
    struct vaho_sink sink;
    struct vaho_error error;
    if (import(&sink,
               HEAD WAVES "data type = 2\nbyte order = 0\nspectra names = {Red Clay, }\n"
                          "z plot titles = {wavelength, reflectance [*10000]}\n",
               little, sizeof little, &error) != VAHO_OK)
        fail_msg("%s", error.message);
    assert_int_equal(sink.n, 2);
    assert_string_equal(sink.spectrum[0].name, "red_clay");
    assert_string_equal(sink.spectrum[1].name, "lib_2");
    assert_string_equal(sink.spectrum[0].notes, "");
    assert_true(sink.spectrum[1].value[1] == 0.4 && sink.spectrum[1].wavelength_um[1] == 0.9);
    assert_int_equal(sink.spectrum[0].per_band, 0);
    vaho_sink_free(&sink);
    assert_int_equal(
        import(&sink, HEAD WAVES "data type = 2\nfwhm = {10, 10}\n", little, sizeof little, &error),
        VAHO_OK);
    assert_note(&sink.spectrum[0], "times 10000");
    assert_int_equal(sink.spectrum[0].per_band, 1);
    assert_true(fabs(sink.spectrum[0].resolution_um - 0.01) < 1e-12);
    vaho_sink_free(&sink);
    assert_int_equal(import(&sink, HEAD "data type = 4\nbyte order = 1\n", big, 16, &error),
                     VAHO_OK);
    assert_true(sink.spectrum[0].value[0] == 0.5 && sink.spectrum[0].value[1] == 0.25);
    assert_int_equal(sink.spectrum[0].has_wavelength, 0);
    vaho_sink_free(&sink);
}

static void broken_libraries_are_refused(void **state)
{
    (void)state;
    static const double data[4] = {0.1, 0.2, 0.3, 0.4};
    static const char *const bad[] = {
        NULL,
        "not a header",
        HEAD WAVES "data type = 6\n",
        HEAD WAVES "data type = 5\nheader offset = 8\n",
        HEAD "wavelength = {1, 2, 3}\nwavelength units = Micrometers\ndata type = 5\n",
        HEAD WAVES "data type = 5\nfwhm = {1}\n",
        "ENVI\nsamples = 2\nlines = 1\nbands = 2\ninterleave = bil\ndata type = 5\n",
        "ENVI\nsamples = 100000000\nlines = 100000000\nbands = 100000000\ndata type = 5\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct vaho_sink sink;
        struct vaho_error error;
        if (import(&sink, bad[i], data, sizeof data, &error) != VAHO_BAD_INPUT)
            fail_msg("header %zu was not refused", i);
        assert_non_null(strstr(error.message, "lib.sli"));
        vaho_sink_free(&sink);
    }
}

static void the_shared_library_is_read(void **state)
{
    (void)state;
    struct vaho_library *library = shared_library("spectra/surface/envi_sli");
    assert_int_equal(vaho_library_size(library), 75);
    assert_int_equal(vaho_library_n_notes(library), 0);
    const struct vaho_spectrum *s = vaho_library_find(library, "red_clay_tile_1");
    assert_true(s != NULL && s->n == 177 && s->per_band);
    for (size_t k = 0; k < s->n; k++)
        assert_true(s->value[k] > 0.0 && s->value[k] < 1.0);
    vaho_library_free(library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_names_and_byte_orders_are_read),
        cmocka_unit_test(broken_libraries_are_refused),
        cmocka_unit_test(the_shared_library_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
