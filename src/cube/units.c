/*
 * units.c - reads units of spectral radiance as people write them
 *
 * A unit is a product of factors, each a symbol with an optional power:
 *
 *   W/m^2/sr/um   W m-2 sr-1 um-1   uW/(cm^2 sr nm)   mW cm**-2 sr**-1 nm**-1
 *   W/m2 sr um    W/(m^2 sr cm^-1)  uW*cm_-2*nm_-1*sr_-1   microflick
 *   W/m2-sr-um
 *
 * Each '/' turns the sign of the powers of what follows: of the next factor or
 * parenthesis, or, as many write, of all that follows.  The first reading is
 * tried first; only one of the two can have the dimension of a radiance.
 *
 * Everything is brought to W, m and sr.  Spectral radiance per wavelength is
 * W m-3 sr-1, per wavenumber W m-1 sr-1:
 *
 *   W m-2 sr-1 um-1      = 1e6  W m-3 sr-1
 *   W m-2 sr-1 (cm-1)-1  = 0.01 W m-1 sr-1, and per wavelength it is
 *   L_um = L_wavenumber |d wavenumber / d wavelength| = L_wavenumber 1e4 / wavelength_um^2
 *
 * A flick is 1 W cm-2 sr-1 um-1 = 1e4 W m-2 sr-1 um-1.
 */
#include "cube/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct symbol {
    const char *word;
    double si;
    int watt, metre, steradian;
};

static const struct symbol symbols[] = {
    {"W", 1, 1, 0, 0},
    {"mW", 1e-3, 1, 0, 0},
    {"uW", 1e-6, 1, 0, 0},
    {"nW", 1e-9, 1, 0, 0},
    {"watts", 1, 1, 0, 0},
    {"watt", 1, 1, 0, 0},
    {"microwatts", 1e-6, 1, 0, 0},
    {"microwatt", 1e-6, 1, 0, 0},
    {"milliwatts", 1e-3, 1, 0, 0},
    {"m", 1, 0, 1, 0},
    {"cm", 1e-2, 0, 1, 0},
    {"mm", 1e-3, 0, 1, 0},
    {"um", 1e-6, 0, 1, 0},
    {"nm", 1e-9, 0, 1, 0},
    {"meter", 1, 0, 1, 0},
    {"micron", 1e-6, 0, 1, 0},
    {"microns", 1e-6, 0, 1, 0},
    {"micrometer", 1e-6, 0, 1, 0},
    {"micrometers", 1e-6, 0, 1, 0},
    {"nanometer", 1e-9, 0, 1, 0},
    {"nanometers", 1e-9, 0, 1, 0},
    {"sr", 1, 0, 0, 1},
    {"str", 1, 0, 0, 1},
    {"steradian", 1, 0, 0, 1},
    {"flick", 1e10, 1, -3, -1},
    {"uflick", 1e4, 1, -3, -1},
    {"microflick", 1e4, 1, -3, -1},
    {"microflicks", 1e4, 1, -3, -1},
    {"flicks", 1e10, 1, -3, -1},
};

enum { N_SYMBOLS = sizeof symbols / sizeof symbols[0], MAX_TEXT_NBYTES = 128, MAX_DEPTH = 8 };

/* Rewrites the typographic signs in plain ASCII, cut at the size of out. */
static void to_ascii(char out[MAX_TEXT_NBYTES], const char *text)
{
    static const struct {
        const char *from, *to;
    } signs[] = {
        {"\xc2\xb5", "u"},
        {"\xce\xbc", "u"},
        {"\xc2\xb2", "2"},
        {"\xc2\xb9", "1"},
        {"\xe2\x81\xbb", "-"},
        {"\xe2\x88\x92", "-"},
        {"\xc2\xb7", " "},
        {"\xe2\x8b\x85", " "},
        {"**", "^"},
        {"[", "("},
        {"]", ")"},
        {"*", " "},
        {"_", "^"},
        {".", " "},
        {"{", ""},
        {"}", ""},
    };
    enum { N_SIGNS = sizeof signs / sizeof signs[0] };
    size_t n = 0;

    while (*text != '\0' && n + 2 < MAX_TEXT_NBYTES) {
        size_t i = 0;
        while (i < N_SIGNS && strncmp(text, signs[i].from, strlen(signs[i].from)) != 0)
            i++;
        if (i == N_SIGNS) {
            out[n++] = *text++;
            continue;
        }
        n += (size_t)snprintf(out + n, MAX_TEXT_NBYTES - n, "%s", signs[i].to);
        text += strlen(signs[i].from);
    }
    out[n] = '\0';
}

/* As written first, then in any case; but a short word with a capital M is no milli. */
static const struct symbol *find_symbol(const char *word, size_t length)
{
    for (size_t i = 0; i < N_SYMBOLS; i++)
        if (strlen(symbols[i].word) == length && strncmp(word, symbols[i].word, length) == 0)
            return &symbols[i];
    for (size_t i = 0; i < N_SYMBOLS && (length > 2 || *word != 'M'); i++)
        if (strlen(symbols[i].word) == length && strncasecmp(word, symbols[i].word, length) == 0)
            return &symbols[i];
    return NULL;
}

struct product {
    double si;
    int watt, metre, steradian;
};

/* Takes an optional power after a symbol: 2, -2, ^2, ^-2, ^(-2). */
static int take_power(const char **at)
{
    const char *start = *at + strspn(*at, "^");
    int closes = start > *at && *start == '(';
    char *end;
    long power;

    start += closes;
    if (!isdigit((unsigned char)start[*start == '-' || *start == '+']))
        return 1; /* a hyphen may also stand between factors */
    power = strtol(start, &end, 10);
    if (labs(power) > 4)
        return 0;
    *at = end + (closes && *end == ')');
    return (int)power;
}

/* One reading of the text: 'sticky' says how far a '/' reaches.  0: not a unit. */
static int read_product(struct product *out, const char *at, int sticky)
{
    int sign[MAX_DEPTH] = {1}, slash = 1; /* sign of the open parentheses; of the next factor */
    size_t depth = 0;

    *out = (struct product){.si = 1};
    for (; *at != '\0';) {
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        const struct symbol *symbol;
        int power;

        if (isspace((unsigned char)*at) || (*at != '\0' && strchr("()/-", *at) != NULL)) {
            if (*at == '/')
                slash = -1;
            if (*at == '(' && ++depth == MAX_DEPTH)
                return 0;
            if (*at == '(') {
                sign[depth] = sign[depth - 1] * slash;
                slash = 1;
            }
            if (*at == ')' && depth-- == 0)
                return 0;
            at++;
            continue;
        }
        symbol = find_symbol(at, length);
        if (symbol == NULL)
            return 0;
        at += length;
        power = take_power(&at) * sign[depth] * slash;
        if (power == 0)
            return 0;
        out->si *= pow(symbol->si, power);
        out->watt += power * symbol->watt;
        out->metre += power * symbol->metre;
        out->steradian += power * symbol->steradian;
        if (!sticky)
            slash = 1;
    }
    return depth == 0;
}

static struct cube_unit parse_reflectance(const char *text)
{
    static const struct {
        const char *word;
        double factor;
    } words[] = {{"reflectance", 1},
                 {"surface reflectance", 1},
                 {"apparent reflectance", 1},
                 {"reflectance fraction", 1},
                 {"unitless reflectance", 1},
                 {"percent reflectance", 0.01},
                 {"reflectance percent", 0.01},
                 {"reflectance (%)", 0.01},
                 {"% reflectance", 0.01},
                 {"reflectance * 10000", 1e-4},
                 {"reflectance x 10000", 1e-4}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i].word) == 0)
            return (struct cube_unit){CUBE_UNIT_REFLECTANCE, words[i].factor};
    return (struct cube_unit){CUBE_UNIT_UNKNOWN, 1};
}

struct cube_unit cube_unit_parse(const char *text)
{
    char ascii[MAX_TEXT_NBYTES];

    to_ascii(ascii, text);
    for (int sticky = 0; sticky < 2; sticky++) {
        struct product product;
        if (!read_product(&product, ascii, sticky) || product.watt != 1 || product.steradian != -1)
            continue;
        if (product.metre == -3)
            return (struct cube_unit){CUBE_UNIT_PER_WAVELENGTH, product.si / 1e6};
        if (product.metre == -1)
            return (struct cube_unit){CUBE_UNIT_PER_WAVENUMBER, product.si / 0.01 * 1e4};
    }
    return parse_reflectance(text);
}

int cube_time_parse(char out[CUBE_TIME_NBYTES], const char *text)
{
    int year, month, day, hour, minute, n = 0, n_day = 0, offset_hour = 0, offset_minute = 0;
    double second = 0;
    struct tm about = {0}, date = {0};
    time_t moment;
    long whole;

    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n_day) != 3)
        return 0;
    text += n_day;
    if (*text != 'T' && *text != 't' && *text != ' ')
        return 0;
    if (sscanf(text + 1, "%2d:%2d%n", &hour, &minute, &n) != 2)
        return 0;
    text += 1 + n;
    if (*text == ':' && isdigit((unsigned char)text[1])) {
        char *end;
        if (strspn(text + 1, "0123456789.") > 16)
            return 0;
        second = strtod(text + 1, &end);
        text = end;
    }
    while (*text == ' ')
        text++;
    if (*text == '+' || *text == '-') {
        int sign = *text == '-' ? -1 : 1;
        n = 0;
        if (sscanf(text + 1, "%2d:%2d%n", &offset_hour, &offset_minute, &n) < 2 &&
            sscanf(text + 1, "%2d%2d%n", &offset_hour, &offset_minute, &n) < 2)
            return 0;
        offset_hour *= sign;
        offset_minute *= sign;
        text += 1 + n;
    } else if (*text == 'Z' || *text == 'z') {
        text++;
    }
    if (*text != '\0' || year < 1900 || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 61) ||
        abs(offset_hour) > 14 || abs(offset_minute) > 59)
        return 0;
    whole = (long)second;
    date.tm_year = about.tm_year = year - 1900;
    date.tm_mon = about.tm_mon = month - 1;
    date.tm_mday = about.tm_mday = day;
    if (timegm(&date) == (time_t)-1 || date.tm_mday != day) /* 31 February becomes 3 March */
        return 0;
    about.tm_hour = hour - offset_hour;
    about.tm_min = minute - offset_minute;
    about.tm_sec = (int)whole;
    moment = timegm(&about);
    if (gmtime_r(&moment, &about) == NULL)
        return 0;
    n = (int)strftime(out, CUBE_TIME_NBYTES, "%Y-%m-%dT%H:%M:%S", &about);
    if (second > (double)whole)
        n += snprintf(out + n, CUBE_TIME_NBYTES - (size_t)n, ".%03d",
                      (int)((second - (double)whole) * 1000));
    snprintf(out + n, CUBE_TIME_NBYTES - (size_t)n, "Z");
    return 1;
}
