#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* Opens for reading; *out_nbytes is the size. */
static enum vaho_status open_regular(int *out, size_t *out_nbytes, const char *path,
                                     struct vaho_error *error)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return vaho_fail(error, errno == ENOENT ? VAHO_NOT_FOUND : VAHO_BAD_INPUT,
                         "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: is not a regular file", path);
    }
    *out = fd;
    *out_nbytes = (size_t)about.st_size;
    return VAHO_OK;
}

enum vaho_status vaho_file_read(char **out, size_t *out_nbytes, const char *path, size_t max_nbytes,
                                struct vaho_error *error)
{
    size_t nbytes, got = 0;
    char *data;
    int fd;
    enum vaho_status status = open_regular(&fd, &nbytes, path, error);

    *out = NULL;
    *out_nbytes = 0;
    if (status != VAHO_OK)
        return status;
    if (nbytes > max_nbytes) {
        close(fd);
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: %zu bytes, more than the %zu such a file may have", path, nbytes,
                         max_nbytes);
    }
    data = malloc(nbytes + 1);
    if (data == NULL) {
        close(fd);
        return vaho_fail_memory(error, path);
    }
    while (got < nbytes) {
        ssize_t n = read(fd, data + got, nbytes - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    close(fd);
    if (got < nbytes) {
        free(data);
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: reading stopped at byte %zu of %zu", path, got,
                         nbytes);
    }
    data[nbytes] = '\0';
    *out = data;
    *out_nbytes = nbytes;
    return VAHO_OK;
}

enum vaho_status vaho_file_write(const char *path, const void *data, size_t nbytes,
                                 struct vaho_error *error)
{
    size_t length = strlen(path) + sizeof ".partial", done = 0;
    char *partial = malloc(length);
    int fd;

    if (partial == NULL)
        return vaho_fail_memory(error, path);
    snprintf(partial, length, "%s.partial", path);
    fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        goto fail;
    while (done < nbytes) {
        ssize_t n = write(fd, (const char *)data + done, nbytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            goto fail;
        done += (size_t)n;
    }
    if (fsync(fd) != 0)
        goto fail;
    if (close(fd) != 0) {
        fd = -1;
        goto fail;
    }
    fd = -1;
    if (rename(partial, path) != 0)
        goto fail;
    free(partial);
    return VAHO_OK;
fail:
    vaho_fail(error, VAHO_BAD_INPUT,
              "%s: cannot be written: %s; free some space or choose another --out", path,
              strerror(errno));
    if (fd >= 0)
        close(fd);
    unlink(partial);
    free(partial);
    return VAHO_BAD_INPUT;
}

enum vaho_status vaho_file_sha256(char out[65], const char *path, struct vaho_error *error)
{
    enum { CHUNK_NBYTES = 1 << 18 };
    crypto_hash_sha256_state state;
    unsigned char digest[crypto_hash_sha256_BYTES];
    size_t nbytes, got = 0;
    unsigned char *chunk;
    int fd;
    enum vaho_status status = open_regular(&fd, &nbytes, path, error);

    if (status != VAHO_OK)
        return status;
    chunk = malloc(CHUNK_NBYTES);
    if (chunk == NULL) {
        close(fd);
        return vaho_fail_memory(error, path);
    }
    crypto_hash_sha256_init(&state);
    for (;;) {
        ssize_t n = read(fd, chunk, CHUNK_NBYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = vaho_fail(error, VAHO_BAD_INPUT, "%s: reading stopped at byte %zu: %s", path,
                               got, strerror(errno));
        if (n <= 0)
            break;
        crypto_hash_sha256_update(&state, chunk, (unsigned long long)n);
        got += (size_t)n;
    }
    free(chunk);
    close(fd);
    if (status != VAHO_OK)
        return status;
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(out, 65, digest, sizeof digest);
    return VAHO_OK;
}
