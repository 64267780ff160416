#include "serve/fields.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SITE_NBYTES = 127, MAX_WORD_NBYTES = 64 };

static const struct vaho_field *find(const struct vaho_field *fields, const char *name)
{
    for (; fields != NULL && fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static int is_text(const char *text, size_t nbytes, double most)
{
    if (nbytes == 0 || (double)nbytes > most)
        return 0;
    for (size_t i = 0; i < nbytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < 32 && c != '\n' && c != '\t') || c == 127)
            return 0;
    }
    return 1;
}

static int is_number(const char *text, const struct vaho_field *field)
{
    char *end;
    double value;

    if (!isdigit((unsigned char)text[text[0] == '-']) || strpbrk(text, "xXpPnN") != NULL ||
        strlen(text) > 24)
        return 0;
    value = strtod(text, &end);
    return *end == '\0' && value >= field->least && value <= field->most &&
           (field->kind == VAHO_FIELD_REAL ||
            (floor(value) == value && strpbrk(text, ".eE") == NULL));
}

static int fits_text(const struct vaho_field *field, const char *text)
{
    double ignored[4];

    switch (field->kind) {
    case VAHO_FIELD_WHOLE:
    case VAHO_FIELD_REAL: return is_number(text, field);
    case VAHO_FIELD_BOX: return vaho_box_parse(ignored, text);
    case VAHO_FIELD_TIME: return vaho_interval_parse(ignored, text);
    default: return is_text(text, strlen(text), field->most);
    }
}

const char *vaho_fields_check_query(const struct vaho_field *fields,
                                    const struct vaho_target *target)
{
    for (size_t i = 0; i < target->n; i++) {
        const struct vaho_field *field = find(fields, target->parameter[i].name);
        if (field == NULL || !fits_text(field, target->parameter[i].value))
            return target->parameter[i].name;
    }
    for (; fields != NULL && fields->name != NULL; fields++)
        if (fields->is_needed && vaho_target_get(target, fields->name) == NULL)
            return fields->name;
    return NULL;
}

static int is_json_text(const json_t *value, double most)
{
    /* jansson holds no NUL unless asked to, so the length is that of the C string */
    return json_is_string(value) &&
           is_text(json_string_value(value), json_string_length(value), most);
}

static int is_judged(const json_t *one)
{
    const char *version = json_string_value(json_object_get(one, "version"));

    return json_object_size(one) == 2 && version != NULL &&
           strlen(version) == VAHO_JUDGED_VERSION_DIGITS &&
           is_json_text(json_object_get(one, "site"), MAX_SITE_NBYTES);
}

static int fits_json(const struct vaho_field *field, const json_t *value)
{
    switch (field->kind) {
    case VAHO_FIELD_TEXT: return is_json_text(value, field->most);
    case VAHO_FIELD_NAME: return json_is_null(value) || is_json_text(value, field->most);
    case VAHO_FIELD_WHOLE:
        return json_is_integer(value) && json_number_value(value) >= field->least &&
               json_number_value(value) <= field->most;
    case VAHO_FIELD_REAL:
        return json_is_number(value) && json_number_value(value) >= field->least &&
               json_number_value(value) <= field->most;
    case VAHO_FIELD_WORDS:
    case VAHO_FIELD_JUDGED:
        if (json_array_size(value) == 0 || (double)json_array_size(value) > field->most)
            return 0;
        for (size_t i = 0; i < json_array_size(value); i++)
            if (field->kind == VAHO_FIELD_WORDS
                    ? !is_json_text(json_array_get(value, i), MAX_WORD_NBYTES)
                    : !is_judged(json_array_get(value, i)))
                return 0;
        return 1;
    default: return 0;
    }
}

const char *vaho_fields_check_body(const struct vaho_field *fields, const json_t *body)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)body, name, value)
    {
        const struct vaho_field *field = find(fields, name);
        if (field == NULL || !fits_json(field, value))
            return name;
    }
    for (; fields != NULL && fields->name != NULL; fields++)
        if (fields->is_needed && json_object_get(body, fields->name) == NULL)
            return fields->name;
    return NULL;
}

double vaho_query_real(const struct vaho_target *target, const char *name, double otherwise)
{
    const char *text = vaho_target_get(target, name);

    return text == NULL ? otherwise : strtod(text, NULL);
}

json_t *vaho_field_schema(const struct vaho_field *field)
{
    static const char moment[] = "a moment, or an interval with / between";

    switch (field->kind) {
    case VAHO_FIELD_WHOLE:
    case VAHO_FIELD_REAL:
        return json_pack("{s:s, s:f, s:f}", "type",
                         field->kind == VAHO_FIELD_WHOLE ? "integer" : "number", "minimum",
                         field->least, "maximum", field->most);
    case VAHO_FIELD_BOX:
        return json_pack("{s:s, s:s}", "type", "string", "description",
                         "west,south,east,north in degrees");
    case VAHO_FIELD_TIME: return json_pack("{s:s, s:s}", "type", "string", "description", moment);
    case VAHO_FIELD_WORDS:
        return json_pack("{s:s, s:i, s:f, s:{s:s}}", "type", "array", "minItems", 1, "maxItems",
                         field->most, "items", "type", "string");
    case VAHO_FIELD_JUDGED:
        return json_pack("{s:s, s:i, s:f, s:{s:s, s:[ss], s:{s:{s:s}, s:{s:s, s:s}}}}", "type",
                         "array", "minItems", 1, "maxItems", field->most, "items", "type", "object",
                         "required", "site", "version", "properties", "site", "type", "string",
                         "version", "type", "string", "pattern", "^[0-9a-f]{16}$");
    case VAHO_FIELD_NAME:
        return json_pack("{s:s, s:b, s:f}", "type", "string", "nullable", 1, "maxLength",
                         field->most);
    default: break;
    }
    return json_pack("{s:s, s:i, s:f}", "type", "string", "minLength", 1, "maxLength", field->most);
}
