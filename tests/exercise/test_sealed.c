/* test_sealed.c - what was sealed opens with its key, whole and unchanged, or not at all */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "exercise/sealed.h"

static const char secret[] = "the shed stands behind the mill";
static const unsigned char key[VAHO_SEAL_KEY_NBYTES] = {1, 2, 3},
                           nonce[VAHO_SEAL_NONCE_NBYTES] = {9};

static struct vaho_text sealed(void)
{
    struct vaho_text box;

    vaho_text_init(&box, 1 << 16);
    assert_int_equal(vaho_seal(&box, secret, sizeof secret, key, nonce, NULL), VAHO_OK);
    return box;
}

static void it_opens_with_its_key(void **state)
{
    struct vaho_text box = sealed(), text;

    (void)state;
    assert_null(memmem(box.data, box.nbytes, "shed", 4));
    vaho_text_init(&text, 1 << 16);
    assert_int_equal(vaho_unseal(&text, box.data, box.nbytes, key, "t", NULL), VAHO_OK);
    assert_int_equal(text.nbytes, sizeof secret);
    assert_memory_equal(text.data, secret, sizeof secret);
    vaho_text_free(&text);
    vaho_text_free(&box);
}

static void another_key_or_byte_does_not(void **state)
{
    struct vaho_text box = sealed(), text;
    unsigned char other[VAHO_SEAL_KEY_NBYTES] = {1, 2, 4};
    struct vaho_error error;

    (void)state;
    vaho_text_init(&text, 1 << 16);
    assert_int_equal(vaho_unseal(&text, box.data, box.nbytes, other, "t", &error), VAHO_REFUSED);
    assert_non_null(strstr(error.message, "another exercise's key"));
    for (size_t i = 0; i < box.nbytes; i++) {
        enum vaho_status status;
        box.data[i] ^= 4;
        status = vaho_unseal(&text, box.data, box.nbytes, key, "t", NULL);
        assert_int_equal(status, i < 14 ? VAHO_BAD_INPUT : VAHO_REFUSED); /* the head, the rest */
        box.data[i] ^= 4;
    }
    for (size_t n = 0; n < box.nbytes; n++)
        assert_int_not_equal(vaho_unseal(&text, box.data, n, key, "t", NULL), VAHO_OK);
    assert_int_equal(text.nbytes, 0);
    vaho_text_free(&text);
    vaho_text_free(&box);
}

static void keys_are_kept_apart(void **state)
{
    char dir[] = "/tmp/vaho-sealed-XXXXXX", path[64];
    unsigned char back[VAHO_SEAL_KEY_NBYTES];
    struct stat about;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/key", dir);
    assert_int_equal(vaho_seal_key_save(key, path, NULL), VAHO_OK);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(vaho_seal_key_load(back, path, NULL), VAHO_OK);
    assert_memory_equal(back, key, sizeof key);
    assert_int_equal(vaho_seal_key_save(key, path, NULL), VAHO_BAD_INPUT); /* never replaced */
    unlink(path);
    assert_int_equal(vaho_seal_key_load(back, path, NULL), VAHO_NOT_FOUND);
    file = fopen(path, "w");
    fputs("vaho-exercise-key-1 0123", file);
    fclose(file);
    assert_int_equal(vaho_seal_key_load(back, path, NULL), VAHO_BAD_INPUT);
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_opens_with_its_key),
        cmocka_unit_test(another_key_or_byte_does_not),
        cmocka_unit_test(keys_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
