/* test_pieces.c - which footprints are one plume, and what they are together */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "find/pieces.h"

/* Pixels of lines [l0, l1] and samples [s0, s1] of which every 'step'-th is kept. */
static struct vaho_plume make(unsigned l0, unsigned s0, unsigned l1, unsigned s1, unsigned step)
{
    struct vaho_plume plume = {.bbox = {l0, s0, l1, s1}};
    unsigned n = 0;

    plume.pixel = malloc((size_t)(l1 - l0 + 1) * (s1 - s0 + 1) * 2 * sizeof *plume.pixel);
    for (unsigned l = l0; l <= l1; l++)
        for (unsigned s = s0; s <= s1; s++)
            if (n++ % step == 0) {
                plume.pixel[2 * plume.n_pixels] = l;
                plume.pixel[2 * plume.n_pixels++ + 1] = s;
            }
    return plume;
}

static void footprints_that_nearly_touch_are_one_plume(void **state)
{
    struct vaho_plume a = make(10, 10, 20, 20, 1);

    (void)state;
    for (unsigned gap = 1; gap < 8; gap++)
        for (int k = 0; k < 4; k++) {
            /* beside it and at a corner, from both sides */
            struct vaho_plume b = k == 0   ? make(20 + gap, 12, 25 + gap, 15, 1)
                                  : k == 1 ? make(12, 20 + gap, 15, 25 + gap, 1)
                                  : k == 2 ? make(20 + gap, 20 + gap, 25 + gap, 25 + gap, 1)
                                           : make(5, 10 - gap, 8, 10 - gap, 1);
            assert_int_equal(vaho_pieces_meet(&a, &b), gap <= VAHO_PIECES_GAP);
            assert_int_equal(vaho_pieces_meet(&b, &a), gap <= VAHO_PIECES_GAP);
            free(b.pixel);
        }
    free(a.pixel);
}

/* Their boxes overlap, they do not. */
static void boxes_alone_do_not_tell(void **state)
{
    struct vaho_plume corner = make(0, 0, 20, 0, 1), far = make(20, 10, 20, 20, 1);

    (void)state;
    corner.bbox[3] = 20;
    assert_int_equal(vaho_pieces_meet(&corner, &far), 0);
    free(corner.pixel);
    free(far.pixel);
}

static void together_they_have_each_pixel_once_in_order(void **state)
{
    struct vaho_plume whole = make(4, 3, 9, 8, 2), piece = make(7, 6, 12, 14, 1);
    size_t shared = 0, n = whole.n_pixels, m = piece.n_pixels;

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            shared += whole.pixel[2 * i] == piece.pixel[2 * j] &&
                      whole.pixel[2 * i + 1] == piece.pixel[2 * j + 1];
    assert_true(shared > 0);
    assert_int_equal(vaho_pieces_join(&whole, &piece, NULL), VAHO_OK);
    assert_int_equal(whole.n_pixels, n + m - shared);
    for (size_t i = 1; i < whole.n_pixels; i++) {
        const unsigned *a = whole.pixel + 2 * (i - 1), *b = a + 2;
        assert_true(a[0] < b[0] || (a[0] == b[0] && a[1] < b[1]));
    }
    assert_int_equal(whole.bbox[0], 4);
    assert_int_equal(whole.bbox[1], 3);
    assert_int_equal(whole.bbox[2], 12);
    assert_int_equal(whole.bbox[3], 14);
    free(whole.pixel);
    free(piece.pixel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(footprints_that_nearly_touch_are_one_plume),
        cmocka_unit_test(boxes_alone_do_not_tell),
        cmocka_unit_test(together_they_have_each_pixel_once_in_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
