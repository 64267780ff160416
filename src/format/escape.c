#include "format/escape.h"

#include <stddef.h>

/* Bytes of the well-formed character at 'text' (Unicode 15, table 3-7), 0 if it is none. */
static size_t character_nbytes(const unsigned char *text)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t n;

    if (text[0] < 0x80)
        return (text[0] >= 0x20 && text[0] != 0x7F) || text[0] == '\t' || text[0] == '\n';
    if (text[0] >= 0xC2 && text[0] <= 0xDF)
        n = 2;
    else if (text[0] >= 0xE0 && text[0] <= 0xEF)
        n = 3;
    else if (text[0] >= 0xF0 && text[0] <= 0xF4)
        n = 4;
    else
        return 0;
    switch (text[0]) {
    case 0xE0: low = 0xA0; break;
    case 0xED: high = 0x9F; break;
    case 0xF0: low = 0x90; break;
    case 0xF4: high = 0x8F; break;
    }
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (text[i] < 0x80 || text[i] > 0xBF)
            return 0;
    /* U+FFFE and U+FFFF are no characters of XML */
    return n == 3 && text[0] == 0xEF && text[1] == 0xBF && text[2] >= 0xBE ? 0 : n;
}

static void escape(struct vaho_text *out, const char *text, int markup)
{
    while (*text != '\0') {
        size_t n = character_nbytes((const unsigned char *)text);
        const char *reference = NULL;
        if (n == 0)
            reference = "\xEF\xBF\xBD";
        else if (markup)
            switch (*text) {
            case '&': reference = "&amp;"; break;
            case '<': reference = "&lt;"; break;
            case '>': reference = "&gt;"; break;
            case '"': reference = "&quot;"; break;
            case '\'': reference = "&#39;"; break;
            }
        if (reference != NULL)
            vaho_text_puts(out, reference);
        else
            vaho_text_append(out, text, n);
        text += n == 0 ? 1 : n;
    }
}

void vaho_escape_utf8(struct vaho_text *out, const char *text)
{
    escape(out, text, 0);
}

void vaho_escape_markup(struct vaho_text *out, const char *text)
{
    escape(out, text, 1);
}
