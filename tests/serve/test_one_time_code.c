#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/one_time_code.h"

/* RFC 6238, appendix B, SHA-1: the last six of eight digits. */
static const unsigned char secret[] = "12345678901234567890";

static void published_codes(void **state)
{
    static const struct {
        double at_s;
        const char *code;
    } published[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                     {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};

    (void)state;
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        int64_t step = (int64_t)(published[i].at_s / 30);
        assert_int_equal(vaho_one_time_step(secret, published[i].code, published[i].at_s), step);
        /* a clock that is one step off, to either side; not two */
        assert_int_equal(vaho_one_time_step(secret, published[i].code, published[i].at_s + 30),
                         step);
        assert_int_equal(vaho_one_time_step(secret, published[i].code, published[i].at_s - 30),
                         step);
        assert_int_equal(vaho_one_time_step(secret, published[i].code, published[i].at_s + 61), -1);
    }
    assert_int_equal(vaho_one_time_step(secret, "287083", 59), -1);
    assert_int_equal(vaho_one_time_step(secret, "", 59), -1);
    assert_int_equal(vaho_one_time_step(secret, "94287082", 59), -1);
}

/* RFC 4648, 6: five bytes are eight characters. */
static void secrets_are_written_in_base_32(void **state)
{
    char text[VAHO_CODE_BASE32_NBYTES];

    (void)state;
    assert_true(vaho_one_time_write(text, secret));
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_codes),
                                       cmocka_unit_test(secrets_are_written_in_base_32)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
