/* Keys and signatures: published vectors, purposes apart, secret files private. */
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

#include "base/signing.h"

static char folder[] = "/tmp/vaho_signing_XXXXXX", path[64];

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/key.secret", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_key(const char *text, mode_t mode)
{
    FILE *file;

    unlink(path);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
}

/* RFC 8032, section 7.1, test 1: the key of this seed. */
#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define KEY "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static void a_published_seed_gives_its_key(void **state)
{
    struct vaho_secret_key key;
    struct vaho_error error;
    char public_key[VAHO_KEY_HEX_NBYTES];

    (void)state;
    write_key("vaho-secret-key-1 " SEED "\n", 0600);
    assert_int_equal(vaho_secret_key_load(&key, path, &error), VAHO_OK);
    vaho_public_key(public_key, &key);
    assert_string_equal(public_key, KEY);
}

static void a_pair_signs_and_survives_its_file(void **state)
{
    struct vaho_secret_key key, again;
    struct vaho_error error;
    struct stat about;
    char public_key[VAHO_KEY_HEX_NBYTES], signature[VAHO_SIGNATURE_HEX_NBYTES];

    (void)state;
    unlink(path);
    assert_int_equal(vaho_secret_key_make(&key, &error), VAHO_OK);
    umask(0);
    assert_int_equal(vaho_secret_key_save(&key, path, &error), VAHO_OK);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(vaho_secret_key_save(&key, path, &error), VAHO_BAD_INPUT); /* never replaced */
    assert_int_equal(vaho_secret_key_load(&again, path, &error), VAHO_OK);
    assert_memory_equal(&key, &again, sizeof key);

    vaho_public_key(public_key, &key);
    assert_true(vaho_is_key(public_key));
    assert_int_equal(vaho_sign(signature, &again, "a purpose", "text", 4, &error), VAHO_OK);
    assert_true(vaho_signature_fits(signature, public_key, "a purpose", "text", 4));
    assert_false(vaho_signature_fits(signature, public_key, "a purpose", "tezt", 4));
    assert_false(vaho_signature_fits(signature, public_key, "a purpose", "tex", 3));
    assert_false(vaho_signature_fits(signature, public_key, "another", "text", 4));
    assert_false(vaho_signature_fits(signature, KEY, "a purpose", "text", 4));
    signature[5] = signature[5] == '0' ? '1' : '0';
    assert_false(vaho_signature_fits(signature, public_key, "a purpose", "text", 4));
    assert_false(vaho_signature_fits("", public_key, "a purpose", "text", 4));
    assert_false(vaho_signature_fits(signature, "", "a purpose", "text", 4));
    vaho_secret_key_wipe(&key);
    for (size_t i = 0; i < sizeof key; i++)
        assert_int_equal(key.byte[i], 0);
}

static void a_secret_others_can_read_is_refused(void **state)
{
    struct vaho_secret_key key;
    struct vaho_error error;

    (void)state;
    write_key("vaho-secret-key-1 " SEED "\n", 0640);
    assert_int_equal(vaho_secret_key_load(&key, path, &error), VAHO_REFUSED);
    assert_non_null(strstr(error.message, "chmod 600"));
    assert_null(strstr(error.message, "9d61")); /* the secret is never in a message */
}

static void what_is_no_key_is_said(void **state)
{
    static const char *const wrong[] = {
        "",
        "vaho-secret-key-1 ",
        "vaho-secret-key-2 " SEED "\n",
        "vaho-secret-key-1 " SEED "0\n",
        "vaho-secret-key-1 " SEED "\n\n",
        "vaho-secret-key-1  d61b19deffd5a60ba844af492ec2cc44449c5697b"
        "326919703bac031cae7f60\n"};
    struct vaho_secret_key key;
    struct vaho_error error;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_key(wrong[i], 0600);
        assert_int_equal(vaho_secret_key_load(&key, path, &error), VAHO_BAD_INPUT);
        assert_null(strstr(error.message, "61b19"));
        assert_int_equal(key.byte[0] | key.byte[31] | key.byte[63], 0);
    }
    unlink(path);
    assert_int_equal(vaho_secret_key_load(&key, path, &error), VAHO_NOT_FOUND);
    assert_int_equal(vaho_secret_key_load(&key, folder, &error), VAHO_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_published_seed_gives_its_key),
        cmocka_unit_test(a_pair_signs_and_survives_its_file),
        cmocka_unit_test(a_secret_others_can_read_is_refused),
        cmocka_unit_test(what_is_no_key_is_said),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
