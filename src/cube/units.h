/*
 * units.h - what the text of a unit of spectral radiance or reflectance means
 */
#ifndef VAHO_CUBE_UNITS_H
#define VAHO_CUBE_UNITS_H

enum cube_unit_kind {
    CUBE_UNIT_UNKNOWN = 0,
    CUBE_UNIT_PER_WAVELENGTH, /* W m-2 sr-1 um-1 = recorded * factor */
    CUBE_UNIT_PER_WAVENUMBER, /* W m-2 sr-1 um-1 = recorded * factor / wavelength_um^2 */
    CUBE_UNIT_REFLECTANCE     /* fraction = recorded * factor */
};

struct cube_unit {
    enum cube_unit_kind kind;
    double factor;
};

/* Any text; what is not understood is CUBE_UNIT_UNKNOWN. */
struct cube_unit cube_unit_parse(const char *text);

/* Room for "2022-07-24T10:45:26.123456Z" and a NUL. */
#define CUBE_TIME_NBYTES 32

/*
 * Writes 'text' as ISO 8601 in UTC.  Understood: YYYY-MM-DD, then T or blanks,
 * hh:mm or hh:mm:ss[.fraction], then nothing, Z or an offset from UTC; a time
 * without an offset is taken as UTC.  0 when it is something else.
 */
int cube_time_parse(char out[CUBE_TIME_NBYTES], const char *text);

#endif
