#!/bin/bash
# The kernels of 64-bit Arm: built by Debian's cross compiler, compared under qemu-user.
set -eu
cc=aarch64-linux-gnu-gcc run=qemu-aarch64
for tool in $cc $run; do
    command -v "$tool" >/dev/null || {
        echo "$tool is missing; tools/install-packages check installs it"
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# As much of cmocka as tests/kernel needs: there is no package of it for another processor.
cat >"$folder/cmocka.h" <<'HEADER'
#include <stdio.h>
#include <stdlib.h>
#define assert_true(x) ((x) ? (void)0 : (printf("%s:%d: not %s\n", __FILE__, __LINE__, #x), exit(1)))
#define assert_ptr_equal(a, b) assert_true((a) == (b))
#define assert_int_equal(a, b) assert_true((a) == (b))
#define assert_non_null(a) assert_true((a) != NULL)
struct CMUnitTest {
    const char *name;
    void (*test)(void **);
};
#define cmocka_unit_test(f) {#f, f}
#define cmocka_run_group_tests(tests, up, down) run_tests(tests, sizeof tests / sizeof tests[0])
static int run_tests(const struct CMUnitTest *test, size_t n)
{
    for (size_t i = 0; i < n; i++)
        test[i].test(NULL);
    return printf("%zu passed\n", n) < 0;
}
HEADER
for test in rows matrices; do
    $cc -std=c17 -D_GNU_SOURCE -O3 -Wall -Wextra -Werror -fno-math-errno -ffp-contract=fast -static \
        -I"$VAHO_SOURCE/src" -I"$VAHO_SOURCE/include" -I"$folder" -o "$folder/test_$test" \
        "$VAHO_SOURCE"/src/kernel/*.c "$VAHO_SOURCE/src/base/error.c" \
        "$VAHO_SOURCE/tests/kernel/test_$test.c" -lm
    $run "$folder/test_$test" | tee "$folder/$test"
done
grep -q '^3 passed' "$folder/rows"
grep -q '^neon: [1-9][0-9]* values compared, 0 beyond tolerance' "$folder/matrices"
