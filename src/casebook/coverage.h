/*
 * coverage.h - what a flight could have seen, tile by tile: read from coverage.geojson, kept as
 * bytes
 *
 * A row of 'coverage_tiles' holds the tiles of a flight in which anything was searched, each
 *
 *   4 corners     longitude - west, latitude: signed 32-bit, 1e-7 degrees
 *   valid         32-bit float, share of the tile's pixels that were searched
 *   each gas      two 32-bit floats: limit_ppmm, limit_kg_h (NaN: not known)
 *
 * little-endian, in the order of the file.  Longitudes go on beyond 180 where a flight crosses the
 * antimeridian; 'west' lies in -180 .. 180.
 */
#ifndef VAHO_CASEBOOK_COVERAGE_H
#define VAHO_CASEBOOK_COVERAGE_H

#include <jansson.h>
#include <stddef.h>

#include "vaho/status.h"

struct vaho_cover_tile {
    double lonlat[4][2], box[4]; /* degrees; west, east, south, north */
    double valid;
};

struct vaho_cover {
    size_t n_gases, n; /* n 0: none, or no tile has a place */
    json_t *gases;     /* owned: their names, sorted */
    double steepness;
    double box[4];      /* west, east, south, north of all */
    double searched_m2; /* area of the tiles, by the share searched */
    struct vaho_cover_tile *tile;
    float *limit; /* tile by tile, gas by gas: ppm.m, kg/h */
};

/* 'flight' is the name run.json says, 'what' names the file in messages.  Tiles without geometry
 * or of which nothing was searched are left out.  VAHO_BAD_INPUT, VAHO_NO_MEMORY: *out is empty. */
enum vaho_status vaho_cover_parse(struct vaho_cover *out, const char *data, size_t nbytes,
                                  const char *flight, const char *what, struct vaho_error *error);
void vaho_cover_free(struct vaho_cover *cover);

/* The bytes; n * vaho_cover_tile_nbytes(n_gases), owned by the caller.  NULL: no memory. */
unsigned char *vaho_cover_pack(const struct vaho_cover *cover);
size_t vaho_cover_tile_nbytes(size_t n_gases);

/* One tile back from its bytes; limits of gas 'gas' only (n_gases or more: NaN).  'west' is that of
 * the flight. */
void vaho_cover_unpack(struct vaho_cover_tile *out, double limit[2], const unsigned char *bytes,
                       double west, size_t n_gases, size_t gas);

/* 1 when the place, its longitude beyond 180 where the tile's are, lies in the tile. */
int vaho_cover_holds(const struct vaho_cover_tile *tile, double longitude_deg, double latitude_deg);

/* The median over tiles, by gas and unit (0 ppm.m, 1 kg/h); NaN: no tile has one.  'room' has n. */
double vaho_cover_median(const struct vaho_cover *cover, size_t gas, size_t unit, double *room);

#endif
