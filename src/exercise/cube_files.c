/* cube_files.c - a scene as a cube on disk, and spectra of the simulator's gases */
#include "exercise/cube_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

enum { LINES_AT_ONCE = 32 };

char *vaho_path_join(const char *a, const char *b, const char *c)
{
    struct vaho_text text;

    vaho_text_init(&text, 8192);
    vaho_text_printf(&text, "%s%s%s", a, b, c);
    if (text.failed)
        vaho_text_free(&text);
    return text.data;
}

enum vaho_status vaho_text_save(const char *path, struct vaho_text *text, struct vaho_error *error)
{
    enum vaho_status status = text->failed ? vaho_fail_memory(error, path)
                                           : vaho_file_write(path, text->data, text->nbytes, error);
    vaho_text_free(text);
    return status;
}

enum vaho_status vaho_directory_make(const char *dir, struct vaho_error *error)
{
    DIR *stream;
    const struct dirent *entry;
    int n = 0;

    if (mkdir(dir, 0777) == 0)
        return VAHO_OK;
    if (errno != EEXIST)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s; choose another directory",
                         dir, strerror(errno));
    stream = opendir(dir);
    if (stream == NULL)
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be used: %s; choose another directory",
                         dir, strerror(errno));
    while ((entry = readdir(stream)) != NULL)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(stream);
    if (n > 0)
        return vaho_fail(error, VAHO_USAGE,
                         "%s: is not empty; choose another directory or remove it", dir);
    return VAHO_OK;
}

/* Records the scene into 'stream', some lines at a time. */
static enum vaho_status record(FILE *stream, const struct vaho_scene *scene, const char *path,
                               struct vaho_pool *pool, const struct vaho_progress *progress,
                               struct vaho_error *error)
{
    const struct vaho_scene_params *p = vaho_scene_get_params(scene);
    size_t per_line = p->n_bands * p->n_samples;
    float *lines = vaho_alloc(LINES_AT_ONCE * per_line, sizeof *lines);
    enum vaho_status status = VAHO_OK;

    if (lines == NULL)
        return vaho_fail_memory(error, "the lines of a simulated flight");
    for (size_t first = 0; first < p->n_lines && status == VAHO_OK; first += LINES_AT_ONCE) {
        size_t n = p->n_lines - first < LINES_AT_ONCE ? p->n_lines - first : LINES_AT_ONCE;
        status = vaho_scene_record(lines, scene, first, n, pool, error);
        if (status == VAHO_OK && fwrite(lines, sizeof *lines * per_line, n, stream) != n)
            status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s; free some space",
                               path, strerror(errno));
        vaho_progress_report(progress, "simulate", first + n, p->n_lines, "lines");
    }
    free(lines);
    return status;
}

enum vaho_status vaho_cube_write(const char *path, const struct vaho_scene *scene,
                                 struct vaho_pool *pool, const struct vaho_progress *progress,
                                 struct vaho_error *error)
{
    char *partial = vaho_path_join(path, ".partial", "");
    FILE *stream = partial == NULL ? NULL : fopen(partial, "wb");
    enum vaho_status status;

    if (stream == NULL) {
        status = partial == NULL ? vaho_fail_memory(error, path)
                                 : vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be made: %s",
                                             partial, strerror(errno));
        free(partial);
        return status;
    }
    status = record(stream, scene, path, pool, progress, error);
    if ((fclose(stream) != 0 || (status == VAHO_OK && rename(partial, path) != 0)) &&
        status == VAHO_OK)
        status = vaho_fail(error, VAHO_BAD_INPUT, "%s: cannot be written: %s; free some space",
                           path, strerror(errno));
    if (status != VAHO_OK)
        unlink(partial);
    free(partial);
    return status;
}

void vaho_cube_header_bands(struct vaho_text *text, const struct vaho_scene *scene)
{
    size_t n = vaho_scene_get_params(scene)->n_bands;

    for (int what = 0; what < 2; what++) {
        vaho_text_puts(text, what == 0 ? "wavelength = {" : "}\nfwhm = {");
        for (size_t b = 0; b < n; b++)
            vaho_text_printf(text, "%s%.6f",
                             b == 0        ? ""
                             : b % 10 == 0 ? ",\n "
                                           : ", ",
                             what == 0 ? vaho_scene_wavelength_um(scene)[b]
                                       : vaho_scene_fwhm_um(scene));
    }
    vaho_text_puts(text, "}\n");
}
