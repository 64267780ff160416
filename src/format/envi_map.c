#include "format/envi_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { PATH_NBYTES = 4096, HEADER_NBYTES = 1024 };

struct vaho_envi_map {
    char path[PATH_NBYTES], unfinished[PATH_NBYTES];
    char header[HEADER_NBYTES];
    size_t n_samples;
    int fd;
};

static enum vaho_status fail_to_write(const char *path, struct vaho_error *error)
{
    return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s; choose another --out", path,
                     strerror(errno));
}

static enum vaho_status write_at(int fd, const char *path, const void *data, size_t nbytes,
                                 size_t at, struct vaho_error *error)
{
    for (size_t done = 0; done < nbytes;) {
        ssize_t n = pwrite(fd, (const char *)data + done, nbytes - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail_to_write(path, error);
        done += (size_t)n;
    }
    return VAHO_OK;
}

/* Braces end a value in an ENVI header. */
static void keep_braces_out(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '{' || *text == '}' || *text == '\n')
            *text = ' ';
}

enum vaho_status vaho_envi_map_new(struct vaho_envi_map **out, const char *path,
                                   const struct vaho_envi_map_info *info, struct vaho_error *error)
{
    struct vaho_envi_map *map = vaho_alloc(1, sizeof *map);
    char label[256];
    int n;

    *out = NULL;
    if (map == NULL)
        return vaho_fail_memory(error, "a map");
    map->n_samples = info->n_samples;
    snprintf(label, sizeof label, "%s%s%s%s, %s", info->exercise ? "EXERCISE  " : "", info->name,
             info->unit[0] != '\0' ? ", " : "", info->unit, info->mandate);
    keep_braces_out(label);
    n = snprintf(map->header, sizeof map->header,
                 "ENVI\ndescription = {%s}\nsamples = %zu\nlines = %zu\nbands = 1\n"
                 "header offset = 0\nfile type = ENVI Standard\ndata type = 4\n"
                 "interleave = bsq\nbyte order = %d\ndata ignore value = nan\n",
                 label, info->n_samples, info->n_lines, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    if (n >= HEADER_NBYTES ||
        snprintf(map->path, sizeof map->path, "%s", path) >= PATH_NBYTES - 16) {
        free(map);
        return vaho_fail(error, VAHO_USAGE, "%s: the path is too long", path);
    }
    snprintf(map->unfinished, sizeof map->unfinished, "%.4080s.img.part", path);
    map->fd = open(map->unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (map->fd < 0) {
        enum vaho_status status = fail_to_write(map->unfinished, error);
        free(map);
        return status;
    }
    *out = map;
    return VAHO_OK;
}

enum vaho_status vaho_envi_map_put(struct vaho_envi_map *map, size_t first, size_t n_lines,
                                   const float *value, struct vaho_error *error)
{
    size_t line = map->n_samples * sizeof *value;

    return write_at(map->fd, map->unfinished, value, n_lines * line, first * line, error);
}

enum vaho_status vaho_envi_map_finish(struct vaho_envi_map *map, struct vaho_error *error)
{
    char name[PATH_NBYTES + 8];
    int closed = close(map->fd), fd;
    enum vaho_status status = closed == 0 ? VAHO_OK : fail_to_write(map->unfinished, error);

    map->fd = -1;
    snprintf(name, sizeof name, "%s.hdr", map->path);
    fd = status == VAHO_OK ? open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (status == VAHO_OK && fd < 0)
        status = fail_to_write(name, error);
    if (status == VAHO_OK)
        status = write_at(fd, name, map->header, strlen(map->header), 0, error);
    if (fd >= 0 && close(fd) != 0 && status == VAHO_OK)
        status = fail_to_write(name, error);
    snprintf(name, sizeof name, "%s.img", map->path);
    if (status == VAHO_OK && rename(map->unfinished, name) != 0)
        status = fail_to_write(name, error);
    if (status == VAHO_OK)
        map->unfinished[0] = '\0';
    return status;
}

void vaho_envi_map_free(struct vaho_envi_map *map)
{
    if (map == NULL)
        return;
    if (map->fd >= 0)
        close(map->fd);
    if (map->unfinished[0] != '\0')
        unlink(map->unfinished);
    free(map);
}
