/* openapi.c - the table of routes, told: as OpenAPI 3.0 for programs, and bare for tests */
#include <stdio.h>
#include <string.h>

#include "serve/answers.h"
#include "serve/parts.h"
#include "vaho/version.h"

static json_t *roles_json(unsigned roles)
{
    json_t *out = json_array();

    if ((roles & VAHO_ANYONE) != 0)
        json_array_append_new(out, json_string("anyone"));
    for (int i = 0; i < VAHO_N_ROLES; i++)
        if ((roles >> i & 1) != 0)
            json_array_append_new(out, json_string(vaho_role_name((enum vaho_role)i)));
    return out;
}

static json_t *fields_json(const struct vaho_field *fields)
{
    json_t *properties = json_object(), *needed = json_array();

    for (; fields->name != NULL; fields++) {
        json_t *schema = vaho_field_schema(fields);
        json_object_set_new(schema, "description", json_string(fields->tells));
        json_object_set_new(properties, fields->name, schema);
        if (fields->is_needed)
            json_array_append_new(needed, json_string(fields->name));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required",
                     needed, "additionalProperties", 0);
}

static json_t *parameters_json(const struct vaho_route *route)
{
    json_t *out = json_array();

    for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at + 1, '{'))
        json_array_append_new(out, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", at + 1,
                                             strcspn(at + 1, "}"), "in", "path", "required", 1,
                                             "schema", "type", "string"));
    for (const struct vaho_field *f = route->query; f != NULL && f->name != NULL; f++)
        json_array_append_new(out, json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", f->name, "in",
                                             "query", "required", f->is_needed, "description",
                                             f->tells, "schema", vaho_field_schema(f)));
    return out;
}

static json_t *operation_json(const struct vaho_route *route)
{
    json_t *out =
        json_pack("{s:s, s:o, s:o, s:{s:{s:s}, s:{s:s}}}", "summary", route->tells, "parameters",
                  parameters_json(route), "x-roles", roles_json(route->roles), "responses", "200",
                  "description", "docs/http.md tells the form", "default", "description",
                  "{\"error\": {\"code\", \"message\"}}");

    if (route->body != NULL)
        json_object_set_new(out, "requestBody",
                            json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content",
                                      "application/json", "schema", fields_json(route->body)));
    if ((route->roles & VAHO_ANYONE) == 0)
        json_object_set_new(out, "security",
                            route->is_for_maps ? json_pack("[{s:[]}, {s:[]}]", "session", "mapKey")
                                               : json_pack("[{s:[]}]", "session"));
    return out;
}

/* Of the routes under a prefix. */
static json_t *document(const struct vaho_server *server, const char *under)
{
    static const char *const lower[][2] = {{"GET", "get"}, {"POST", "post"}, {"PUT", "put"}};
    json_t *paths = json_object();

    for (const struct vaho_route *r = vaho_routes; r->method != NULL; r++) {
        json_t *path = json_object_get(paths, r->path);
        if (strncmp(r->path, under, strlen(under)) != 0)
            continue;
        if (path == NULL)
            json_object_set_new(paths, r->path, path = json_object());
        for (size_t i = 0; i < sizeof lower / sizeof lower[0]; i++)
            if (strcmp(r->method, lower[i][0]) == 0)
                json_object_set_new(path, lower[i][1], operation_json(r));
    }
    return json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:{s:{s:s, s:s, s:s}, s:{s:s, s:s}}}}", "openapi",
                     "3.0.3", "info", "title", "vaho serve", "version", VAHO_VERSION, "paths",
                     paths, "components", "securitySchemes", "session", "type", "apiKey", "in",
                     "cookie", "name", server->cookie, "mapKey", "type", "http", "scheme", "basic");
}

void vaho_answer_openapi(struct vaho_request *request, struct vaho_casebook *casebook)
{
    (void)casebook;
    vaho_answer_json(request, 200, document(request->server, "/"));
}

void vaho_answer_openapi_ogc(struct vaho_request *request, struct vaho_casebook *casebook)
{
    (void)casebook;
    vaho_answer_typed(request, "application/vnd.oai.openapi+json;version=3.0",
                      document(request->server, "/ogc"));
}

char *vaho_server_routes_json(void)
{
    json_t *routes = json_array();
    char *text;

    for (const struct vaho_route *r = vaho_routes; r->method != NULL; r++) {
        json_t *route =
            json_pack("{s:s, s:s, s:o, s:b, s:b, s:s}", "method", r->method, "path", r->path,
                      "roles", roles_json(r->roles), "map_key", r->is_for_maps, "csrf",
                      r->body_nbytes > 0 && !r->does_not_need_token, "tells", r->tells);
        if (r->body != NULL)
            json_object_set_new(route, "body", fields_json(r->body));
        if (r->query != NULL)
            json_object_set_new(route, "query", fields_json(r->query));
        json_array_append_new(routes, route);
    }
    text = json_dumps(routes, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(routes);
    return text;
}
