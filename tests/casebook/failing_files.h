/*
 * failing_files.h - files in memory for SQLite, whose writes fail and whose power goes off
 *
 * A file has what it holds now and what would be there after a power cut: the state at
 * the last flush, and of every write and truncation since then, each alone, maybe or
 * maybe not (by a seed).  Operations that change something are counted; one of them can
 * fail (half a write is done) or be the last before the power goes.
 */
#ifndef VAHO_TESTS_FAILING_FILES_H
#define VAHO_TESTS_FAILING_FILES_H

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILES = 4, MAX_FILE_NBYTES = 1 << 19, MAX_LOG = 4096 };

enum failing_mode { FAIL_NEVER = 0, FAIL_ONCE, FAIL_FROM_THEN_ON, POWER_CUT };

struct change {
    size_t file, at, nbytes;
    unsigned char *data; /* NULL: a truncation to 'at' */
};

struct held {
    char name[128];
    int exists;
    size_t nbytes, safe_nbytes;
    unsigned char *now, *safe;
};

static struct {
    struct held file[MAX_FILES];
    struct change log[MAX_LOG];
    size_t n_log;
    enum failing_mode mode;
    long count, fail_at;
    int off, n_failed;
} disk;

struct open_file {
    sqlite3_file base;
    size_t index;
};

/* 1: this operation must fail. */
static inline int disk_fails(void)
{
    disk.count++;
    if (disk.off || (disk.mode == FAIL_FROM_THEN_ON && disk.count >= disk.fail_at) ||
        (disk.mode == FAIL_ONCE && disk.count == disk.fail_at)) {
        disk.n_failed++;
        return 1;
    }
    if (disk.mode == POWER_CUT && disk.count == disk.fail_at) {
        disk.off = 1;
        disk.n_failed++;
        return 1;
    }
    return 0;
}

static inline void disk_log(size_t file, size_t at, const void *data, size_t nbytes)
{
    struct change *change = &disk.log[disk.n_log];

    if (disk.n_log == MAX_LOG)
        abort();
    disk.n_log++;
    *change = (struct change){file, at, nbytes, NULL};
    if (data != NULL) {
        change->data = malloc(nbytes);
        memcpy(change->data, data, nbytes);
    }
}

static inline void disk_apply(unsigned char *data, size_t *size, const struct change *change)
{
    if (change->data == NULL) {
        if (change->at < *size)
            memset(data + change->at, 0, *size - change->at);
        *size = change->at;
        return;
    }
    if (change->at + change->nbytes > MAX_FILE_NBYTES)
        abort();
    memcpy(data + change->at, change->data, change->nbytes);
    if (change->at + change->nbytes > *size)
        *size = change->at + change->nbytes;
}

/* Forgets the log of one file (of all: MAX_FILES). */
static inline void disk_forget(size_t file)
{
    size_t kept = 0;

    for (size_t i = 0; i < disk.n_log; i++)
        if (file == MAX_FILES || disk.log[i].file == file)
            free(disk.log[i].data);
        else
            disk.log[kept++] = disk.log[i];
    disk.n_log = kept;
}

/* The power comes back: what was not flushed is there or not, by the seed. */
static inline void disk_reboot(uint32_t seed)
{
    for (size_t f = 0; f < MAX_FILES; f++)
        if (disk.file[f].exists) {
            memcpy(disk.file[f].now, disk.file[f].safe, MAX_FILE_NBYTES);
            disk.file[f].nbytes = disk.file[f].safe_nbytes;
        }
    for (size_t i = 0; i < disk.n_log; i++) {
        seed = seed * 1664525 + 1013904223;
        if (seed >> 31)
            disk_apply(disk.file[disk.log[i].file].now, &disk.file[disk.log[i].file].nbytes,
                       &disk.log[i]);
    }
    for (size_t f = 0; f < MAX_FILES; f++)
        if (disk.file[f].exists) {
            memcpy(disk.file[f].safe, disk.file[f].now, MAX_FILE_NBYTES);
            disk.file[f].safe_nbytes = disk.file[f].nbytes;
        }
    disk_forget(MAX_FILES);
    disk.mode = FAIL_NEVER;
    disk.off = 0;
}

static inline int f_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static inline int f_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    const struct held *held = &disk.file[((struct open_file *)file)->index];
    size_t have = (size_t)at < held->nbytes ? held->nbytes - (size_t)at : 0;

    if (have >= (size_t)n) {
        memcpy(out, held->now + at, (size_t)n);
        return SQLITE_OK;
    }
    memset(out, 0, (size_t)n);
    memcpy(out, held->now + at, have);
    return SQLITE_IOERR_SHORT_READ;
}

static inline int f_write(sqlite3_file *file, const void *data, int n, sqlite3_int64 at)
{
    size_t index = ((struct open_file *)file)->index;
    int fails = disk_fails();

    if (disk.off && disk.n_failed > 1)
        return SQLITE_IOERR_WRITE;
    disk_log(index, (size_t)at, data, fails ? (size_t)n / 2 : (size_t)n);
    disk_apply(disk.file[index].now, &disk.file[index].nbytes, &disk.log[disk.n_log - 1]);
    return fails ? SQLITE_FULL : SQLITE_OK;
}

static inline int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    size_t index = ((struct open_file *)file)->index;

    if (disk_fails())
        return SQLITE_IOERR_TRUNCATE;
    disk_log(index, (size_t)size, NULL, 0);
    disk_apply(disk.file[index].now, &disk.file[index].nbytes, &disk.log[disk.n_log - 1]);
    return SQLITE_OK;
}

static inline int f_sync(sqlite3_file *file, int flags)
{
    size_t index = ((struct open_file *)file)->index;
    struct held *held = &disk.file[index];

    (void)flags;
    if (disk_fails())
        return SQLITE_IOERR_FSYNC;
    memcpy(held->safe, held->now, MAX_FILE_NBYTES);
    held->safe_nbytes = held->nbytes;
    disk_forget(index);
    return SQLITE_OK;
}

static inline int f_size(sqlite3_file *file, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)disk.file[((struct open_file *)file)->index].nbytes;
    return SQLITE_OK;
}

static inline int f_lock(sqlite3_file *file, int kind)
{
    (void)file;
    (void)kind;
    return SQLITE_OK;
}

static inline int f_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static inline int f_control(sqlite3_file *file, int what, void *argument)
{
    (void)file;
    (void)what;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static inline int f_sector(sqlite3_file *file)
{
    (void)file;
    return 512;
}

static inline int f_device(sqlite3_file *file)
{
    (void)file;
    return 0; /* promises nothing */
}

static inline size_t disk_find(const char *name)
{
    for (size_t f = 0; name != NULL && f < MAX_FILES; f++)
        if (disk.file[f].exists && strcmp(disk.file[f].name, name) == 0)
            return f;
    return MAX_FILES;
}

static inline int v_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                         int *out_flags)
{
    static const sqlite3_io_methods methods = {.iVersion = 1,
                                               .xClose = f_close,
                                               .xRead = f_read,
                                               .xWrite = f_write,
                                               .xTruncate = f_truncate,
                                               .xSync = f_sync,
                                               .xFileSize = f_size,
                                               .xLock = f_lock,
                                               .xUnlock = f_lock,
                                               .xCheckReservedLock = f_reserved,
                                               .xFileControl = f_control,
                                               .xSectorSize = f_sector,
                                               .xDeviceCharacteristics = f_device};
    size_t f = disk_find(name);

    (void)vfs;
    file->pMethods = NULL;
    if (name == NULL || disk.off)
        return SQLITE_CANTOPEN;
    if (f == MAX_FILES) {
        if ((flags & SQLITE_OPEN_CREATE) == 0)
            return SQLITE_CANTOPEN;
        for (f = 0; f < MAX_FILES && disk.file[f].exists;)
            f++;
        if (f == MAX_FILES || strlen(name) >= sizeof disk.file[f].name)
            return SQLITE_CANTOPEN;
        strcpy(disk.file[f].name, name);
        disk.file[f].exists = 1;
        disk.file[f].nbytes = disk.file[f].safe_nbytes = 0;
        if (disk.file[f].now == NULL) {
            disk.file[f].now = malloc(MAX_FILE_NBYTES);
            disk.file[f].safe = malloc(MAX_FILE_NBYTES);
        }
        memset(disk.file[f].now, 0, MAX_FILE_NBYTES);
        memset(disk.file[f].safe, 0, MAX_FILE_NBYTES);
    }
    ((struct open_file *)file)->index = f;
    file->pMethods = &methods;
    if (out_flags != NULL)
        *out_flags = flags;
    return SQLITE_OK;
}

static inline int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    size_t f = disk_find(name);

    (void)vfs;
    (void)sync;
    if (disk_fails())
        return SQLITE_IOERR_DELETE;
    if (f == MAX_FILES)
        return SQLITE_IOERR_DELETE_NOENT;
    disk.file[f].exists = 0;
    disk_forget(f);
    return SQLITE_OK;
}

static inline int v_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    (void)flags;
    *out = disk_find(name) != MAX_FILES;
    return SQLITE_OK;
}

static inline int v_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    strncpy(out, name, (size_t)n);
    return SQLITE_OK;
}

/* Registers the files under the name "failing"; the rest is the system's. */
static inline void disk_register(void)
{
    static sqlite3_vfs vfs;

    vfs = *sqlite3_vfs_find(NULL);
    vfs.szOsFile = sizeof(struct open_file);
    vfs.zName = "failing";
    vfs.xOpen = v_open;
    vfs.xDelete = v_delete;
    vfs.xAccess = v_access;
    vfs.xFullPathname = v_path;
    sqlite3_vfs_register(&vfs, 0);
}

/* What the disk holds, flushed, to go back to. */
static struct held kept[MAX_FILES];

static inline void disk_keep(void)
{
    for (size_t f = 0; f < MAX_FILES; f++) {
        kept[f] = disk.file[f];
        if (!kept[f].exists)
            continue;
        kept[f].now = malloc(MAX_FILE_NBYTES);
        memcpy(kept[f].now, disk.file[f].now, MAX_FILE_NBYTES);
    }
}

static inline void disk_restore(enum failing_mode mode, long fail_at)
{
    disk_forget(MAX_FILES);
    for (size_t f = 0; f < MAX_FILES; f++) {
        disk.file[f].exists = kept[f].exists;
        if (!kept[f].exists)
            continue;
        disk.file[f].nbytes = disk.file[f].safe_nbytes = kept[f].nbytes;
        memcpy(disk.file[f].now, kept[f].now, MAX_FILE_NBYTES);
        memcpy(disk.file[f].safe, kept[f].now, MAX_FILE_NBYTES);
    }
    disk.mode = mode;
    disk.count = 0;
    disk.fail_at = fail_at;
    disk.off = disk.n_failed = 0;
}

static inline void disk_free(void)
{
    disk_forget(MAX_FILES);
    for (size_t f = 0; f < MAX_FILES; f++) {
        free(disk.file[f].now);
        free(disk.file[f].safe);
        if (kept[f].exists)
            free(kept[f].now);
    }
}

#endif
