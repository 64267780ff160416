#include "mandate/window.h"

#include "base/error.h"
#include "base/moment.h"
#include "mandate/document.h"

enum vaho_status vaho_window_read(struct vaho_window *out, const json_t *window, const char *path,
                                  struct vaho_error *error)
{
    static const struct vaho_member members[] = {{"from", JSON_STRING, 1}, {"to", JSON_STRING, 1}};
    enum vaho_status status = vaho_members_check(window, members, 2, path, "window", error);

    if (status != VAHO_OK)
        return status;
    out->from = json_string_value(json_object_get(window, "from"));
    out->to = json_string_value(json_object_get(window, "to"));
    if (!vaho_moment_parse(&out->from_s, out->from) || !vaho_moment_parse(&out->to_s, out->to))
        return vaho_fail(error, VAHO_BAD_INPUT,
                         "%s: 'from' and 'to' of window must be moments like 2026-04-03T12:00:00Z",
                         path);
    if (!(out->from_s < out->to_s))
        return vaho_fail(error, VAHO_BAD_INPUT, "%s: the window ends (%s) before it begins (%s)",
                         path, out->to, out->from);
    return VAHO_OK;
}
