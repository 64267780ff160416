#include "serve/static_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { MAX_DEPTH = 8, MAX_PATH_NBYTES = 1024 };
static const size_t MAX_HASHED_NBYTES = (size_t)16 << 20;

struct listing {
    struct vaho_static_root *root;
    size_t room;
    const char *folder;
    struct vaho_error *error;
};

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".mjs", "text/javascript; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".json", "application/json"},
                                           {".geojson", "application/geo+json"},
                                           {".svg", "image/svg+xml"},
                                           {".png", "image/png"},
                                           {".webp", "image/webp"},
                                           {".jpg", "image/jpeg"},
                                           {".ico", "image/x-icon"},
                                           {".woff2", "font/woff2"},
                                           {".txt", "text/plain; charset=utf-8"},
                                           {".webmanifest", "application/manifest+json"}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

static int64_t changed_of(const struct stat *about)
{
    return (int64_t)about->st_mtim.tv_sec * 1000000000 + about->st_mtim.tv_nsec;
}

/* Of the content, or of size and time where that would take long. */
static int make_tag(struct vaho_static_file *file, int fd)
{
    unsigned char digest[16], block[1 << 14];
    crypto_generichash_state state;
    ssize_t n = 0;

    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    if (file->nbytes > MAX_HASHED_NBYTES) {
        crypto_generichash_update(&state, (const unsigned char *)&file->nbytes,
                                  sizeof file->nbytes);
        crypto_generichash_update(&state, (const unsigned char *)&file->changed_ns,
                                  sizeof file->changed_ns);
    } else {
        while ((n = read(fd, block, sizeof block)) > 0)
            crypto_generichash_update(&state, block, (unsigned long long)n);
    }
    crypto_generichash_final(&state, digest, sizeof digest);
    file->etag[0] = '"';
    sodium_bin2hex(file->etag + 1, 33, digest, sizeof digest);
    snprintf(file->etag + 33, 2, "\"");
    return n == 0;
}

static enum vaho_status add(struct listing *l, const char *path)
{
    struct vaho_static_root *root = l->root;
    struct vaho_static_file file = {.type = type_of(path)};
    struct stat about;
    int fd = openat(root->folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), good;

    if (root->n == VAHO_STATIC_MAX_FILES) {
        close(fd);
        return vaho_fail(l->error, VAHO_BAD_INPUT, "%s: holds more than %d files", l->folder,
                         VAHO_STATIC_MAX_FILES);
    }
    if (root->n == l->room) {
        size_t more = l->room == 0 ? 64 : 2 * l->room;
        struct vaho_static_file *larger = realloc(root->file, more * sizeof *larger);
        if (larger == NULL) {
            close(fd);
            return vaho_fail_memory(l->error, l->folder);
        }
        root->file = larger;
        l->room = more;
    }
    good = fd >= 0 && fstat(fd, &about) == 0;
    if (good) {
        file.nbytes = (size_t)about.st_size;
        file.changed_ns = changed_of(&about);
        good = make_tag(&file, fd) && (file.path = vaho_strdup(path)) != NULL;
    }
    if (fd >= 0)
        close(fd);
    if (!good)
        return vaho_fail(l->error, VAHO_BAD_INPUT, "%s/%s: cannot be read", l->folder, path);
    root->file[root->n++] = file;
    return VAHO_OK;
}

static enum vaho_status walk(struct listing *l, const char *under, int depth)
{
    int fd = openat(l->root->folder, under[0] == '\0' ? "." : under,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    enum vaho_status status = VAHO_OK;

    if (folder == NULL) {
        if (fd >= 0)
            close(fd);
        return vaho_fail(l->error, VAHO_BAD_INPUT, "%s/%s: cannot be read", l->folder, under);
    }
    while (status == VAHO_OK && (entry = readdir(folder)) != NULL) {
        char path[MAX_PATH_NBYTES];
        struct stat about;
        int n = snprintf(path, sizeof path, "%s%s%s", under, under[0] == '\0' ? "" : "/",
                         entry->d_name);
        if (entry->d_name[0] == '.' || n >= MAX_PATH_NBYTES ||
            fstatat(l->root->folder, path, &about, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISREG(about.st_mode))
            status = add(l, path);
        else if (S_ISDIR(about.st_mode) && depth < MAX_DEPTH)
            status = walk(l, path, depth + 1);
    }
    closedir(folder);
    return status;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct vaho_static_file *)left)->path,
                  ((const struct vaho_static_file *)right)->path);
}

enum vaho_status vaho_static_open(struct vaho_static_root *out, const char *folder,
                                  struct vaho_error *error)
{
    struct listing l = {.root = out, .folder = folder, .error = error};
    enum vaho_status status;

    *out = (struct vaho_static_root){.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (out->folder < 0)
        return vaho_fail(error, VAHO_NOT_FOUND, "%s: is no folder that can be read: %s", folder,
                         strerror(errno));
    status = walk(&l, "", 0);
    if (status != VAHO_OK)
        vaho_static_close(out);
    else if (out->n > 0)
        qsort(out->file, out->n, sizeof *out->file, by_path);
    return status;
}

void vaho_static_close(struct vaho_static_root *root)
{
    for (size_t i = 0; i < root->n; i++)
        free(root->file[i].path);
    free(root->file);
    if (root->folder >= 0)
        close(root->folder);
    *root = (struct vaho_static_root){.folder = -1};
}

const struct vaho_static_file *vaho_static_find(const struct vaho_static_root *root,
                                                const char *path)
{
    const struct vaho_static_file wanted = {.path = (char *)path};

    return root->n == 0 ? NULL : bsearch(&wanted, root->file, root->n, sizeof *root->file, by_path);
}

int vaho_static_file_open(const struct vaho_static_root *root, const struct vaho_static_file *file)
{
    int fd = openat(root->folder, file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;

    if (fd >= 0 &&
        (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) ||
         (size_t)about.st_size != file->nbytes || changed_of(&about) != file->changed_ns)) {
        close(fd);
        fd = -1;
    }
    return fd;
}
