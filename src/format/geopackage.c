/*
 * geopackage.c - OGC GeoPackage 1.2, by GDAL's GPKG driver
 *
 * An SQLite file; made in memory and written whole.  The time stamps it must
 * carry (gpkg_contents.last_change, layer_styles.update_time) are the flight's.
 *
 * layer_styles is QGIS's convention, not OGC's.  QGIS looks its default style
 * up by f_table_catalog = '' and f_table_schema = '' (not NULL), the layer's
 * name and geometry column, and useAsDefault.
 */
#include "format/geopackage.h"

#include <gdal.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/file.h"
#include "format/gdal_scope.h"
#include "format/outline.h"
#include "format/properties.h"

static const char GEOMETRY_COLUMN[] = "geom";

/* What is being written; 'failed' once GDAL refused something. */
struct package {
    GDALDatasetH dataset;
    OGRSpatialReferenceH wgs84;
    const struct vaho_place *place;
    const struct vaho_product *product;
    char stamp[VAHO_STAMP_NBYTES];
    int failed;
};

static void add_field(struct package *package, OGRLayerH layer, const char *name, OGRFieldType type,
                      OGRFieldSubType subtype)
{
    OGRFieldDefnH field = OGR_Fld_Create(name, type);

    OGR_Fld_SetSubType(field, subtype);
    if (OGR_L_CreateField(layer, field, TRUE) != OGRERR_NONE)
        package->failed = 1;
    OGR_Fld_Destroy(field);
}

static OGRLayerH add_layer(struct package *package, const char *name, OGRwkbGeometryType type)
{
    static const char *const exercise[] = {"GEOMETRY_NAME=geom", "FID=fid",
                                           "DESCRIPTION=EXERCISE: simulated, nothing here is real",
                                           NULL};
    static const char *const real[] = {"GEOMETRY_NAME=geom", "FID=fid", NULL};
    OGRLayerH layer =
        GDALDatasetCreateLayer(package->dataset, name, package->wgs84, type,
                               (char **)(package->product->exercise ? exercise : real));

    if (layer == NULL) {
        package->failed = 1;
        return NULL;
    }
    for (size_t i = 0; i < VAHO_N_PROPERTIES; i++) {
        OGRFieldType field = OFTString;
        OGRFieldSubType subtype = OFSTNone;
        switch (vaho_property_table[i].type) {
        case VAHO_PROPERTY_TEXT: break;
        case VAHO_PROPERTY_REAL: field = OFTReal; break;
        case VAHO_PROPERTY_WHOLE: field = OFTInteger64; break;
        case VAHO_PROPERTY_FLAG: field = OFTInteger, subtype = OFSTBoolean; break;
        case VAHO_PROPERTY_JSON: subtype = OFSTJSON; break;
        }
        add_field(package, layer, vaho_property_table[i].name, field, subtype);
    }
    return layer;
}

/* Copies the properties into the feature's fields; null stays null. */
static int set_fields(OGRFeatureH feature, const json_t *properties)
{
    for (int i = 0; i < VAHO_N_PROPERTIES; i++) {
        const json_t *value = json_object_get(properties, vaho_property_table[i].name);
        char *dumped;
        if (json_is_null(value))
            OGR_F_SetFieldNull(feature, i);
        else
            switch (vaho_property_table[i].type) {
            case VAHO_PROPERTY_TEXT:
                OGR_F_SetFieldString(feature, i, json_string_value(value));
                break;
            case VAHO_PROPERTY_REAL:
                OGR_F_SetFieldDouble(feature, i, json_real_value(value));
                break;
            case VAHO_PROPERTY_WHOLE:
                OGR_F_SetFieldInteger64(feature, i, json_integer_value(value));
                break;
            case VAHO_PROPERTY_FLAG: OGR_F_SetFieldInteger(feature, i, json_is_true(value)); break;
            case VAHO_PROPERTY_JSON:
                dumped = json_dumps(value, VAHO_JSON_FLAGS);
                if (dumped == NULL)
                    return 0;
                OGR_F_SetFieldString(feature, i, dumped);
                free(dumped);
                break;
            }
    }
    return 1;
}

/* Adds a feature; takes 'geometry' (NULL: none). */
static enum vaho_status add_feature(struct package *package, OGRLayerH layer,
                                    const struct vaho_plume *plume, OGRGeometryH geometry,
                                    struct vaho_error *error)
{
    json_t *properties = vaho_plume_properties(plume, package->place, package->product);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    int complete = properties != NULL && set_fields(feature, properties);

    json_decref(properties);
    if (geometry != NULL && OGR_F_SetGeometryDirectly(feature, geometry) != OGRERR_NONE)
        package->failed = 1;
    if (complete && OGR_L_CreateFeature(layer, feature) != OGRERR_NONE)
        package->failed = 1;
    OGR_F_Destroy(feature);
    return complete ? VAHO_OK : vaho_fail_memory(error, "the fields of a plume");
}

static OGRGeometryH multipolygon(const struct vaho_outline *outline, const double *lonlat)
{
    OGRGeometryH all = OGR_G_CreateGeometry(wkbMultiPolygon), polygon = NULL;

    for (size_t r = 0; r < outline->n_rings; r++) {
        OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
        const double *at = lonlat + 2 * outline->ring[r].first;
        for (size_t i = 0; i < outline->ring[r].n; i++)
            OGR_G_AddPoint_2D(ring, at[2 * i], at[2 * i + 1]);
        OGR_G_AddPoint_2D(ring, at[0], at[1]);
        if (!outline->ring[r].hole) {
            polygon = OGR_G_CreateGeometry(wkbPolygon);
            OGR_G_AddGeometryDirectly(all, polygon);
        }
        OGR_G_AddGeometryDirectly(polygon, ring);
    }
    return all;
}

static enum vaho_status add_footprint(struct package *package, OGRLayerH layer,
                                      const struct vaho_plume *plume, struct vaho_error *error)
{
    struct vaho_outline outline;
    OGRGeometryH geometry = NULL;
    double *lonlat;
    enum vaho_status status = vaho_outline_trace(&outline, plume->pixel, plume->n_pixels, error);

    if (status != VAHO_OK)
        return status;
    lonlat = vaho_alloc(outline.n_corners, 2 * sizeof *lonlat);
    if (lonlat == NULL) {
        vaho_outline_free(&outline);
        return vaho_fail_memory(error, "the outline of a plume");
    }
    if (vaho_outline_place(lonlat, &outline, package->place))
        geometry = multipolygon(&outline, lonlat);
    free(lonlat);
    vaho_outline_free(&outline);
    return add_feature(package, layer, plume, geometry, error);
}

static enum vaho_status add_source(struct package *package, OGRLayerH layer,
                                   const struct vaho_plume *plume, struct vaho_error *error)
{
    OGRGeometryH geometry = NULL;
    double longitude, latitude;

    if (vaho_place_lonlat(&longitude, &latitude, package->place, plume->source_line,
                          plume->source_sample)) {
        geometry = OGR_G_CreateGeometry(wkbPoint);
        OGR_G_SetPoint_2D(geometry, 0, round(longitude * 1e7) / 1e7, round(latitude * 1e7) / 1e7);
    }
    return add_feature(package, layer, plume, geometry, error);
}

static enum vaho_status add_style(struct package *package, OGRLayerH layer, const char *name,
                                  int points, const struct vaho_palette *palette,
                                  struct vaho_error *error)
{
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    struct vaho_text qml;
    enum vaho_status status = VAHO_OK;

    vaho_text_init(&qml, 1 << 24);
    vaho_geopackage_style(&qml, points, palette, package->product->q_reported);
    OGR_F_SetFieldString(feature, 0, "");
    OGR_F_SetFieldString(feature, 1, "");
    OGR_F_SetFieldString(feature, 2, name);
    OGR_F_SetFieldString(feature, 3, GEOMETRY_COLUMN);
    OGR_F_SetFieldString(feature, 4, name);
    if (qml.failed)
        status = vaho_fail_memory(error, "the style of a layer");
    else
        OGR_F_SetFieldString(feature, 5, qml.data);
    OGR_F_SetFieldString(feature, 6, "");
    OGR_F_SetFieldInteger(feature, 7, 1);
    OGR_F_SetFieldString(feature, 8, "a colour a gas; pale above the reported q-value");
    OGR_F_SetFieldString(feature, 9, "vaho");
    OGR_F_SetFieldString(feature, 10, "");
    OGR_F_SetFieldString(feature, 11, package->stamp);
    if (status == VAHO_OK && OGR_L_CreateFeature(layer, feature) != OGRERR_NONE)
        package->failed = 1;
    OGR_F_Destroy(feature);
    vaho_text_free(&qml);
    return status;
}

static enum vaho_status add_styles(struct package *package, const struct vaho_plumes *plumes,
                                   struct vaho_error *error)
{
    static const char *const text_field[] = {"f_table_catalog",   "f_table_schema", "f_table_name",
                                             "f_geometry_column", "styleName",      "styleQML",
                                             "styleSLD"};
    OGRLayerH layer = GDALDatasetCreateLayer(package->dataset, "layer_styles", NULL, wkbNone, NULL);
    struct vaho_palette palette;
    enum vaho_status status;

    if (layer == NULL) {
        package->failed = 1;
        return VAHO_OK;
    }
    for (size_t i = 0; i < sizeof text_field / sizeof text_field[0]; i++)
        add_field(package, layer, text_field[i], OFTString, OFSTNone);
    add_field(package, layer, "useAsDefault", OFTInteger, OFSTBoolean);
    add_field(package, layer, "description", OFTString, OFSTNone);
    add_field(package, layer, "owner", OFTString, OFSTNone);
    add_field(package, layer, "ui", OFTString, OFSTNone);
    add_field(package, layer, "update_time", OFTDateTime, OFSTNone);
    status = vaho_palette_new(&palette, plumes, error);
    if (status == VAHO_OK)
        status = add_style(package, layer, "plumes", 0, &palette, error);
    if (status == VAHO_OK)
        status = add_style(package, layer, "sources", 1, &palette, error);
    vaho_palette_free(&palette);
    return status;
}

static enum vaho_status fill(struct package *package, const struct vaho_plumes *plumes,
                             struct vaho_error *error)
{
    OGRLayerH footprints = add_layer(package, "plumes", wkbMultiPolygon);
    OGRLayerH sources = add_layer(package, "sources", wkbPoint);
    enum vaho_status status = VAHO_OK;

    if (package->failed || GDALDatasetStartTransaction(package->dataset, FALSE) != OGRERR_NONE) {
        package->failed = 1;
        return VAHO_OK;
    }
    for (size_t i = 0; i < plumes->n && status == VAHO_OK; i++) {
        status = add_footprint(package, footprints, &plumes->plume[i], error);
        if (status == VAHO_OK)
            status = add_source(package, sources, &plumes->plume[i], error);
    }
    if (status == VAHO_OK)
        status = add_styles(package, plumes, error);
    if (GDALDatasetCommitTransaction(package->dataset) != OGRERR_NONE)
        package->failed = 1;
    return status;
}

enum vaho_status vaho_geopackage_write(const char *path, const struct vaho_plumes *plumes,
                                       const struct vaho_place *place,
                                       const struct vaho_product *product, struct vaho_error *error)
{
    struct package package = {.place = place, .product = product};
    struct vaho_gdal_scope scope;
    const unsigned char *data;
    size_t nbytes;
    enum vaho_status status;

    vaho_product_stamp(package.stamp, product);
    status = vaho_gdal_enter(&scope, "gpkg", package.stamp, error);
    if (status != VAHO_OK)
        return status;
    package.wgs84 = OSRNewSpatialReference(NULL);
    package.failed = OSRImportFromEPSG(package.wgs84, 4326) != OGRERR_NONE;
    OSRSetAxisMappingStrategy(package.wgs84, OAMS_TRADITIONAL_GIS_ORDER);
    package.dataset =
        GDALCreate(GDALGetDriverByName("GPKG"), scope.file, 0, 0, 0, GDT_Unknown, NULL);
    if (package.dataset == NULL)
        package.failed = 1;
    else
        status = fill(&package, plumes, error);
    GDALClose(package.dataset);
    OSRDestroySpatialReference(package.wgs84);
    data = vaho_gdal_file(&nbytes, &scope);
    if (status == VAHO_OK && (package.failed || data == NULL || scope.message[0] != '\0'))
        status = vaho_gdal_fail(&scope, path, error);
    if (status == VAHO_OK)
        status = vaho_file_write(path, data, nbytes, error);
    vaho_gdal_leave(&scope);
    return status;
}
