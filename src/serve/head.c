#include "serve/head.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MAX_DIGITS = 15 };

struct vaho_head vaho_head_begin(const char *version)
{
    return (struct vaho_head){.is_http_1_1 = strcmp(version, "HTTP/1.1") == 0};
}

static void take_length(struct vaho_head *head, const char *value, size_t nbytes)
{
    head->n_length++;
    head->is_length_plain = nbytes > 0 && nbytes <= MAX_DIGITS;
    head->length = 0;
    for (size_t i = 0; i < nbytes && head->is_length_plain; i++) {
        head->is_length_plain = isdigit((unsigned char)value[i]) != 0;
        head->length = head->length * 10 + (size_t)(value[i] - '0');
    }
    if (!head->is_length_plain)
        head->length = 0;
}

void vaho_head_take(struct vaho_head *head, const char *name, const char *value, size_t nbytes)
{
    if (strcasecmp(name, "Content-Length") == 0)
        take_length(head, value, nbytes);
    else if (strcasecmp(name, "Transfer-Encoding") == 0)
        head->n_coding++;
    else if (strcasecmp(name, "Host") == 0) {
        head->n_host++;
        head->n_host_empty += nbytes == 0;
    }
}

unsigned vaho_head_check(const char **out_why, const struct vaho_head *head)
{
    if (head->n_length > 1)
        *out_why = "several Content-Length";
    else if (head->n_length == 1 && !head->is_length_plain)
        *out_why = "Content-Length is no plain number";
    else if (head->n_coding > 0 && head->n_length > 0)
        *out_why = "Content-Length and Transfer-Encoding";
    else if (head->n_host > 1 || head->n_host_empty > 0)
        *out_why = "several Host, or an empty one";
    else if (head->is_http_1_1 && head->n_host == 0)
        *out_why = "HTTP/1.1 without Host";
    else if (head->n_coding > 0) {
        *out_why = "a body is sent with Content-Length, not with Transfer-Encoding";
        return 411;
    } else {
        return 0;
    }
    return 400;
}
