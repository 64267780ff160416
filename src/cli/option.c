#include "cli/option.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int option_integer(uint64_t *out, const char *text, uint64_t min, uint64_t max)
{
    char *end;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    /* strtoull takes blanks and signs; a count has none */
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value < min ||
        value > max)
        return 0;
    *out = value;
    return 1;
}

int option_real(double *out, const char *text, double min, double max)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || isspace((unsigned char)text[0]) || *end != '\0' ||
        !(value >= min && value <= max))
        return 0;
    *out = value;
    return 1;
}

size_t option_list(const char **out, size_t max_n, char *text)
{
    size_t n = 0;

    for (;;) {
        char *comma = strchr(text, ',');
        if (comma != NULL)
            *comma = '\0';
        if (n == max_n || text[0] == '\0')
            return 0;
        out[n++] = text;
        if (comma == NULL)
            return n;
        text = comma + 1;
    }
}
