/* answer_files.c - the page's own files, and the user's base map */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "serve/answers.h"
#include "serve/parts.h"

static const char map_prefix[] = "/map/", shade[] = "hillshade.png",
                  shade_about[] = "hillshade.json";

static void answer_file(struct vaho_request *request, const struct vaho_static_root *root,
                        const char *path)
{
    request->root = root;
    request->file = vaho_static_find(root, path);
    if (request->file == NULL)
        vaho_answer_error(request, "route", "there is no such file");
    else
        request->status = 200;
}

void vaho_answer_page(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const char *path = request->target.path + 1;

    (void)casebook;
    answer_file(request, &request->server->page, path[0] == '\0' ? "index.html" : path);
}

void vaho_answer_map_file(struct vaho_request *request, struct vaho_casebook *casebook)
{
    (void)casebook;
    answer_file(request, &request->server->map, request->target.path + strlen(map_prefix));
}

/* {"url", "bounds"}; null where there is no hillshade, or nobody says where it lies. */
static json_t *shade_json(const struct vaho_static_root *map)
{
    const struct vaho_static_file *about = vaho_static_find(map, shade_about);
    int fd = about == NULL || vaho_static_find(map, shade) == NULL
                 ? -1
                 : vaho_static_file_open(map, about);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    json_t *told = file == NULL ? NULL : json_loadf(file, 0, NULL);
    json_t *bounds = json_object_get(told, "bounds");
    json_t *out = json_array_size(bounds) == 4
                      ? json_pack("{s:s+, s:O}", "url", map_prefix, shade, "bounds", bounds)
                      : json_null();

    json_decref(told);
    if (file != NULL)
        fclose(file);
    return out;
}

void vaho_answer_map(struct vaho_request *request, struct vaho_casebook *casebook)
{
    const struct vaho_static_root *map = &request->server->map;
    json_t *files = json_array();

    (void)casebook;
    for (size_t i = 0; i < map->n; i++)
        json_array_append_new(
            files, json_pack("{s:s+, s:I, s:s}", "path", map_prefix, map->file[i].path, "nbytes",
                             (json_int_t)map->file[i].nbytes, "type", map->file[i].type));
    vaho_answer_json(request, 200,
                     json_pack("{s:o, s:o}", "files", files, "hillshade", shade_json(map)));
}
