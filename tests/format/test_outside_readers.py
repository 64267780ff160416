#!/usr/bin/env python3
"""The products as other programs see them: GDAL's validator for cloud-optimised GeoTIFF,
gdalinfo, ogrinfo, SQLite, an XML parser.  Exit 77: a program for it is missing."""
import json
import math
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

try:
    from osgeo import gdal, ogr
    from osgeo_utils.samples import validate_cloud_optimized_geotiff
except ImportError:
    print("python3-gdal is not installed: skipped")
    sys.exit(77)
gdal.UseExceptions()
ogr.UseExceptions()

BUILD = pathlib.Path(os.environ["VAHO"]).parent
WRITER = BUILD / "tests" / "test_format_products"
FIELDS = ("id gas q_value snr peak_ppmm mean_ppmm sigma_ppmm pixels source_line source_sample "
          "source_sigma_px source_covariance_px2 source_longitude source_latitude position_sigma_m "
          "position_covariance_m2 pixel_bbox emission_kg_h emission_sigma_kg_h probability alternatives flight time exercise mandate").split()


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check_geotiff(path, unit, description):
    warnings, errors, _ = validate_cloud_optimized_geotiff.validate(str(path), full_check=True)
    assert not warnings and not errors, (warnings, errors)
    info = json.loads(output_of("gdalinfo", "-json", str(path)))
    band = info["bands"][0]
    assert info["size"] == [256, 480], info["size"]
    assert band["type"] == "Float32" and band["unit"] == unit, band
    assert band["description"] == description, band
    assert math.isnan(float(band["noDataValue"])), band
    assert band["overviews"][0]["size"] == [128, 240], band["overviews"]
    assert "UTM zone 11N" in info["coordinateSystem"]["wkt"]
    # 2 m pixels turned by 12 degrees, as made_up.h has them
    turn = [2 * math.cos(math.radians(12)), 2 * math.sin(math.radians(12))]
    wanted = [390000, turn[0], turn[1], 3795000, turn[1], -turn[0]]
    assert all(abs(a - b) < 1e-9 for a, b in zip(info["geoTransform"], wanted)), info["geoTransform"]
    assert not pathlib.Path(str(path) + ".aux.xml").exists()


def check_layer(layer, geometry, plumes):
    assert layer.GetFeatureCount() == len(plumes)
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "4326"
    definition = layer.GetLayerDefn()
    assert [definition.GetFieldDefn(i).GetName() for i in range(len(FIELDS))] == FIELDS
    assert definition.GetGeomType() == geometry
    for feature, plume in zip(layer, plumes):
        for name in FIELDS:
            wanted = plume["properties"][name]
            got = feature[name]
            if name in ("source_covariance_px2", "pixel_bbox", "alternatives"):
                got = json.loads(got)
            assert got == wanted, (name, got, wanted)
        yield feature.GetGeometryRef(), plume


def check_geopackage(path, plumes, placed):
    package = ogr.Open(str(path))
    names = [package.GetLayer(i).GetName() for i in range(package.GetLayerCount())]
    assert names == ["plumes", "sources", "layer_styles"], names
    for shape, plume in check_layer(package.GetLayer("plumes"), ogr.wkbMultiPolygon, plumes):
        if not placed:
            assert shape is None and plume["geometry"] is None
            continue
        other = ogr.ForceToMultiPolygon(ogr.CreateGeometryFromJson(json.dumps(plume["geometry"])))
        assert shape.IsValid() and shape.Equals(other)
    for shape, plume in check_layer(package.GetLayer("sources"), ogr.wkbPoint, plumes):
        if not placed:
            assert shape is None
            continue
        assert shape.GetX() == plume["properties"]["source_longitude"]
        assert shape.GetY() == plume["properties"]["source_latitude"]
    del package
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA application_id").fetchone() == (0x47504B47,)  # "GPKG"
    stamps = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
    assert stamps == {"2026-05-01T10:20:30.000Z"}, stamps
    # the query QGIS's OGR provider makes for a default style
    for layer in ("plumes", "sources"):
        rows = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_catalog = '' AND f_table_schema = '' "
            "AND f_table_name = ? AND f_geometry_column = 'geom' AND useAsDefault = 1",
            (layer,)).fetchall()
        assert len(rows) == 1, rows
        style = xml.etree.ElementTree.fromstring(rows[0][0])
        gases = [c.get("value") for c in style.iter("category")]
        assert gases == ["acetone", "ammonia", "sulfur_hexafluoride"], gases
        assert len(list(style.iter("symbol"))) == len(gases)
    database.close()


def is_clockwise(ring):
    points = ring.GetPoints()
    x0, y0 = points[0][:2]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
               for a, b in zip(points, points[1:])) < 0


def check_geojson(path, placed):
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    for plume in collection["features"]:
        assert list(plume["properties"]) == FIELDS
        if not placed:
            continue
        shape = ogr.CreateGeometryFromJson(json.dumps(plume["geometry"]))
        assert shape.IsValid()
        for polygon in ([shape] if shape.GetGeometryName() == "POLYGON" else shape):
            assert not is_clockwise(polygon.GetGeometryRef(0))
            for hole in range(1, polygon.GetGeometryCount()):
                assert is_clockwise(polygon.GetGeometryRef(hole))
    assert "plumes" in output_of("ogrinfo", "-ro", "-so", "-al", str(path))
    return collection["features"]


def main():
    for kind in ("placed", "nowhere", "exercise"):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([WRITER, folder, kind], check=True)
            folder = pathlib.Path(folder)
            plumes = check_geojson(folder / "plumes.geojson", kind != "nowhere")
            assert len(plumes) == 5
            assert all(p["properties"]["exercise"] == (kind == "exercise") for p in plumes)
            check_geopackage(folder / "plumes.gpkg", plumes, kind != "nowhere")
            if kind != "nowhere":
                check_geotiff(folder / "ammonia_ppmm.tif", "ppm.m", "ammonia, column density")
                check_geotiff(folder / "ammonia_snr.tif", "sigma", "ammonia, evidence")


main()
