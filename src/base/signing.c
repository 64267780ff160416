/*
 * signing.c - Ed25519 by libsodium, which refuses keys of small order and
 * signatures that are not in their one canonical form.
 *
 * A secret key's file, one line:
 *     vaho-secret-key-1 <64 hexadecimal digits: the seed>
 */
#include "base/signing.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static const char HEAD[] = "vaho-secret-key-1 ";
enum { SEED_HEX = 2 * crypto_sign_SEEDBYTES, FILE_NBYTES = sizeof HEAD - 1 + SEED_HEX + 1 };

static const char HEX_DIGITS[] = "0123456789abcdef";

static int is_hex(const char *text, size_t n)
{
    return strlen(text) == n && strspn(text, HEX_DIGITS) == n;
}

int vaho_is_key(const char *text)
{
    return is_hex(text, VAHO_KEY_HEX_NBYTES - 1);
}

enum vaho_status vaho_secret_key_make(struct vaho_secret_key *out, struct vaho_error *error)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

    sodium_memzero(out, sizeof *out);
    if (sodium_init() < 0 || crypto_sign_keypair(public_key, out->byte) != 0)
        return vaho_fail(error, VAHO_FAULT,
                         "no key could be made: the system gives no random "
                         "numbers");
    return VAHO_OK;
}

void vaho_secret_key_wipe(struct vaho_secret_key *key)
{
    sodium_memzero(key, sizeof *key);
}

static int write_all(int fd, const char *data, size_t nbytes)
{
    size_t done = 0;

    while (done < nbytes) {
        ssize_t n = write(fd, data + done, nbytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        done += (size_t)n;
    }
    return fsync(fd) == 0;
}

enum vaho_status vaho_secret_key_save(const struct vaho_secret_key *key, const char *path,
                                      struct vaho_error *error)
{
    char text[FILE_NBYTES + 1];
    unsigned char seed[crypto_sign_SEEDBYTES];
    int written, fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s%s", path, strerror(errno),
                         errno == EEXIST ? "; a key is never replaced, choose another name" : "");
    crypto_sign_ed25519_sk_to_seed(seed, key->byte);
    memcpy(text, HEAD, sizeof HEAD - 1);
    sodium_bin2hex(text + sizeof HEAD - 1, SEED_HEX + 1, seed, sizeof seed);
    text[FILE_NBYTES - 1] = '\n';
    written = fchmod(fd, 0600) == 0 && write_all(fd, text, FILE_NBYTES);
    sodium_memzero(text, sizeof text);
    sodium_memzero(seed, sizeof seed);
    if (close(fd) != 0 || !written) {
        int reason = errno;
        unlink(path);
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s", path,
                         strerror(reason));
    }
    return VAHO_OK;
}

/* Reads at most FILE_NBYTES + 1 bytes of an open file; how many. */
static size_t read_some(char text[FILE_NBYTES + 2], int fd)
{
    size_t got = 0;

    while (got < FILE_NBYTES + 1) {
        ssize_t n = read(fd, text + got, FILE_NBYTES + 1 - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    text[got] = '\0';
    return got;
}

enum vaho_status vaho_secret_key_load(struct vaho_secret_key *out, const char *path,
                                      struct vaho_error *error)
{
    char text[FILE_NBYTES + 2];
    unsigned char seed[crypto_sign_SEEDBYTES], public_key[crypto_sign_PUBLICKEYBYTES];
    struct stat about;
    size_t got;
    int good, fd = open(path, O_RDONLY | O_CLOEXEC);

    sodium_memzero(out, sizeof *out);
    if (fd < 0)
        return vaho_fail(error, errno == ENOENT ? VAHO_NOT_FOUND : VAHO_BAD_INPUT,
                         "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: is not a regular file", path);
    }
    if ((about.st_mode & 077) != 0) {
        close(fd);
        return vaho_fail(error, VAHO_REFUSED,
                         "%s: others than its owner may read or write this secret key (mode %03o); "
                         "if nobody did, 'chmod 600' it, else make a new one",
                         path, (unsigned)about.st_mode & 0777);
    }
    got = read_some(text, fd);
    close(fd);
    if (got == FILE_NBYTES && text[got - 1] == '\n')
        text[--got] = '\0';
    good = got == FILE_NBYTES - 1 && strncmp(text, HEAD, sizeof HEAD - 1) == 0 &&
           is_hex(text + sizeof HEAD - 1, SEED_HEX) &&
           sodium_hex2bin(seed, sizeof seed, text + sizeof HEAD - 1, SEED_HEX, NULL, NULL, NULL) ==
               0 &&
           crypto_sign_seed_keypair(public_key, out->byte, seed) == 0;
    sodium_memzero(text, sizeof text);
    sodium_memzero(seed, sizeof seed);
    if (good)
        return VAHO_OK;
    sodium_memzero(out, sizeof *out);
    return vaho_fail(error, VAHO_BAD_INPUT,
                     "%s: is no secret key; 'vaho mandate key' makes a pair of keys", path);
}

void vaho_public_key(char out[VAHO_KEY_HEX_NBYTES], const struct vaho_secret_key *key)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

    crypto_sign_ed25519_sk_to_pk(public_key, key->byte);
    sodium_bin2hex(out, VAHO_KEY_HEX_NBYTES, public_key, sizeof public_key);
}

/* Purpose, newline, message; NULL: no memory. */
static unsigned char *join(size_t *out_nbytes, const char *purpose, const void *message,
                           size_t nbytes)
{
    size_t n = strlen(purpose);
    unsigned char *joined;

    if (!vaho_size_add(out_nbytes, nbytes, n + 1))
        return NULL;
    joined = malloc(*out_nbytes);
    if (joined == NULL)
        return NULL;
    memcpy(joined, purpose, n);
    joined[n] = '\n';
    if (nbytes > 0)
        memcpy(joined + n + 1, message, nbytes);
    return joined;
}

enum vaho_status vaho_sign(char out[VAHO_SIGNATURE_HEX_NBYTES], const struct vaho_secret_key *key,
                           const char *purpose, const void *message, size_t nbytes,
                           struct vaho_error *error)
{
    unsigned char signature[crypto_sign_BYTES];
    size_t n;
    unsigned char *joined = join(&n, purpose, message, nbytes);

    if (joined == NULL)
        return vaho_fail_memory(error, "a signature");
    crypto_sign_detached(signature, NULL, joined, n, key->byte);
    free(joined);
    sodium_bin2hex(out, VAHO_SIGNATURE_HEX_NBYTES, signature, sizeof signature);
    return VAHO_OK;
}

int vaho_signature_fits(const char *signature, const char *key, const char *purpose,
                        const void *message, size_t nbytes)
{
    unsigned char bytes[crypto_sign_BYTES], public_key[crypto_sign_PUBLICKEYBYTES], *joined;
    size_t n;
    int fits;

    if (!is_hex(signature, VAHO_SIGNATURE_HEX_NBYTES - 1) || !vaho_is_key(key) ||
        sodium_hex2bin(bytes, sizeof bytes, signature, 2 * sizeof bytes, NULL, NULL, NULL) != 0 ||
        sodium_hex2bin(public_key, sizeof public_key, key, 2 * sizeof public_key, NULL, NULL,
                       NULL) != 0)
        return 0;
    joined = join(&n, purpose, message, nbytes);
    fits = joined != NULL && crypto_sign_verify_detached(bytes, joined, n, public_key) == 0;
    free(joined);
    return fits;
}

void vaho_sha256(char out[VAHO_DIGEST_HEX_NBYTES], const void *data, size_t nbytes)
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(digest, data, nbytes);
    sodium_bin2hex(out, VAHO_DIGEST_HEX_NBYTES, digest, sizeof digest);
}
