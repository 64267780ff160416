/*
 * geometry.h - geometries as a GeoPackage stores them
 *
 *   "GP" | version 0 | flags | srs_id (4 bytes) | envelope | well-known binary
 *   flags: bit 0 little-endian, bits 1-3 the envelope's kind (0 none, 1 xy: min x,
 *   max x, min y, max y; 2-4 with z and m behind), bit 4 empty
 */
#ifndef VAHO_CASEBOOK_GEOMETRY_H
#define VAHO_CASEBOOK_GEOMETRY_H

#include <jansson.h>
#include <sqlite3.h>
#include <stddef.h>

#include "vaho/status.h"

struct vaho_blob {
    unsigned char *data; /* owned; NULL: none */
    size_t nbytes;
};

/* A GeoJSON Polygon or MultiPolygon as a MultiPolygon; null gives no blob.
 * VAHO_BAD_INPUT: it is something else.  VAHO_NO_MEMORY. */
enum vaho_status vaho_blob_from_geojson(struct vaho_blob *out, const json_t *geometry,
                                        const char *what, struct vaho_error *error);
void vaho_blob_free(struct vaho_blob *blob);

/* The other way, of a MultiPolygon: GeoJSON, released with json_decref().  NULL: it is none, empty,
 * or there is no memory. */
json_t *vaho_blob_to_geojson(const void *data, size_t nbytes);

/* A point; it needs no envelope. */
enum { VAHO_POINT_NBYTES = 29 };
void vaho_blob_point(unsigned char out[VAHO_POINT_NBYTES], double longitude, double latitude);

/* 1 and min x, max x, min y, max y of a blob; 0 when it is empty or no geometry. */
int vaho_blob_envelope(double out[4], const void *data, size_t nbytes);

/* Gives the connection the functions that the triggers of spatial indexes call: ST_MinX,
 * ST_MaxX, ST_MinY, ST_MaxY, ST_IsEmpty. */
int vaho_blob_functions(sqlite3 *database);

#endif
