#include "exercise/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

static const char HEAD[] = "vaho-sealed-1\n", KEY_HEAD[] = "vaho-exercise-key-1 ";
enum { HEAD_NBYTES = sizeof HEAD - 1, KEY_HEAD_NBYTES = sizeof KEY_HEAD - 1 };

_Static_assert(VAHO_SEAL_KEY_NBYTES == crypto_secretbox_KEYBYTES, "libsodium's key");
_Static_assert(VAHO_SEAL_NONCE_NBYTES == crypto_secretbox_NONCEBYTES, "libsodium's nonce");

enum vaho_status vaho_seal(struct vaho_text *out, const char *text, size_t nbytes,
                           const unsigned char key[VAHO_SEAL_KEY_NBYTES],
                           const unsigned char nonce[VAHO_SEAL_NONCE_NBYTES],
                           struct vaho_error *error)
{
    unsigned char *box = vaho_alloc(nbytes + crypto_secretbox_MACBYTES, 1);

    if (box == NULL || sodium_init() < 0) {
        free(box);
        return vaho_fail_memory(error, "the sealed truth");
    }
    crypto_secretbox_easy(box, (const unsigned char *)text, nbytes, nonce, key);
    vaho_text_append(out, HEAD, HEAD_NBYTES);
    vaho_text_append(out, nonce, VAHO_SEAL_NONCE_NBYTES);
    vaho_text_append(out, box, nbytes + crypto_secretbox_MACBYTES);
    free(box);
    return out->failed ? vaho_fail_memory(error, "the sealed truth") : VAHO_OK;
}

enum vaho_status vaho_unseal(struct vaho_text *out, const char *data, size_t nbytes,
                             const unsigned char key[VAHO_SEAL_KEY_NBYTES], const char *name,
                             struct vaho_error *error)
{
    const unsigned char *nonce = (const unsigned char *)data + HEAD_NBYTES;
    const unsigned char *box = nonce + VAHO_SEAL_NONCE_NBYTES;
    size_t before = HEAD_NBYTES + VAHO_SEAL_NONCE_NBYTES, n_box;
    unsigned char *text;
    int opened;

    if (nbytes < before + crypto_secretbox_MACBYTES || memcmp(data, HEAD, HEAD_NBYTES) != 0)
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: is no sealed truth; it begins with 'vaho-sealed-1'", name);
    n_box = nbytes - before;
    text = vaho_alloc(n_box, 1);
    if (text == NULL || sodium_init() < 0) {
        free(text);
        return vaho_fail_memory(error, name);
    }
    opened = crypto_secretbox_open_easy(text, box, n_box, nonce, key) == 0;
    if (opened)
        vaho_text_append(out, text, n_box - crypto_secretbox_MACBYTES);
    sodium_memzero(text, n_box);
    free(text);
    if (!opened)
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: cannot be opened: this is another exercise's key, or the file was "
                         "changed since it was sealed",
                         name);
    return out->failed ? vaho_fail_memory(error, name) : VAHO_OK;
}

enum vaho_status vaho_seal_key_save(const unsigned char key[VAHO_SEAL_KEY_NBYTES], const char *path,
                                    struct vaho_error *error)
{
    char text[KEY_HEAD_NBYTES + 2 * VAHO_SEAL_KEY_NBYTES + 2];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), failed;
    size_t n = KEY_HEAD_NBYTES;

    if (file < 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s", path, strerror(errno));
    memcpy(text, KEY_HEAD, n);
    sodium_bin2hex(text + n, 2 * VAHO_SEAL_KEY_NBYTES + 1, key, VAHO_SEAL_KEY_NBYTES);
    n += 2 * VAHO_SEAL_KEY_NBYTES;
    text[n++] = '\n';
    failed = write(file, text, n) != (ssize_t)n || fsync(file) != 0;
    failed |= close(file) != 0;
    sodium_memzero(text, sizeof text);
    if (!failed)
        return VAHO_OK;
    vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s", path, strerror(errno));
    unlink(path);
    return VAHO_BAD_INPUT;
}

enum vaho_status vaho_seal_key_load(unsigned char key[VAHO_SEAL_KEY_NBYTES], const char *path,
                                    struct vaho_error *error)
{
    char *text = NULL;
    size_t nbytes, n = 0;
    enum vaho_status status = vaho_file_read(&text, &nbytes, path, 4096, error);

    memset(key, 0, VAHO_SEAL_KEY_NBYTES);
    if (status != VAHO_OK)
        return status;
    if (nbytes < KEY_HEAD_NBYTES + 2 * VAHO_SEAL_KEY_NBYTES ||
        memcmp(text, KEY_HEAD, KEY_HEAD_NBYTES) != 0 ||
        sodium_hex2bin(key, VAHO_SEAL_KEY_NBYTES, text + KEY_HEAD_NBYTES, 2 * VAHO_SEAL_KEY_NBYTES,
                       NULL, &n, NULL) != 0 ||
        n != VAHO_SEAL_KEY_NBYTES) {
        memset(key, 0, VAHO_SEAL_KEY_NBYTES);
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: is no key of an exercise", path);
    }
    sodium_memzero(text, nbytes);
    free(text);
    return status;
}
