#include "format/json_text.h"

#include "format/escape.h"

json_t *vaho_json_text(const char *text)
{
    struct vaho_text clean;
    json_t *out;

    vaho_text_init(&clean, 1 << 20);
    vaho_escape_utf8(&clean, text);
    out = clean.failed ? NULL : json_stringn(clean.nbytes == 0 ? "" : clean.data, clean.nbytes);
    vaho_text_free(&clean);
    return out;
}

json_t *vaho_json_time(const char *time)
{
    return time[0] == '\0' ? json_null() : vaho_json_text(time);
}
