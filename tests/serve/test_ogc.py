#!/usr/bin/env python3
"""OGC API - Features: GDAL's driver as a client, pages, boxes, times; the schema of every answer by hand."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from server import BOOK, Client, make, run, Server

sys.path.insert(0, str(pathlib.Path(os.environ["VAHO_SOURCE"]) / "tests" / "casebook"))
import made_products  # noqa: E402

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def links(told):
    return {link["rel"]: link["href"] for link in told["links"]}


def follow(client, href):
    """As a map program does: the address as it was given."""
    base = f"http://127.0.0.1:{client.port}"
    assert href.startswith(base), href
    return client.get(href[len(base):])


def check_landing(ana):
    landing = ana.get("/ogc")
    found = links(landing)
    assert set(found) == {"self", "service-desc", "conformance", "data"}
    classes = follow(ana, found["conformance"])["conformsTo"]
    assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    assert follow(ana, found["service-desc"])["openapi"] == "3.0.3"
    collections = follow(ana, found["data"])["collections"]
    assert [c["id"] for c in collections] == ["sites", "plumes", "flights", "known"]
    for c in collections:
        assert c["crs"] == [CRS84] and links(c)["items"].endswith(f"/{c['id']}/items"), c
        assert ana.get(f"/ogc/collections/{c['id']}") == c
    ana.get("/ogc/collections/none", status=404)
    ana.get("/ogc/collections/none/items", status=404)


def check_items(ana):
    seen, href = [], None
    page = ana.get("/ogc/collections/sites/items?limit=3")
    while True:
        assert page["type"] == "FeatureCollection" and page["numberReturned"] == len(page["features"]) <= 3
        seen += [f["id"] for f in page["features"]]
        href = links(page).get("next")
        if href is None:
            break
        page = follow(ana, href)
    assert seen == [s["site"] for s in ana.sites()] and len(seen) == 8
    one = ana.get(f"/ogc/collections/sites/items/{seen[0]}")
    assert one["geometry"]["type"] == "Point" and one["properties"]["state"] == "candidate"
    assert one["properties"]["exercise"] is False
    assert follow(ana, links(one)["self"])["id"] == seen[0]
    assert not any(isinstance(v, dict) for v in one["properties"].values())
    for path in "sites/items/none", "plumes/items/999", "plumes/items/x", "flights/items/99":
        ana.get("/ogc/collections/" + path, status=404)
    for wrong in "limit=0", "limit=10001", "bbox=1,2,3", "datetime=never", "colour=red", "bbox-crs=x":
        ana.get("/ogc/collections/sites/items?" + wrong, status=400)

    def ids(query, collection="sites"):
        return {f["id"] for f in ana.get(f"/ogc/collections/{collection}/items?{query}")["features"]}

    assert len(ids("bbox=-117.5005,34,-117.4985,35")) == 2 == len(ids("bbox=-117.5005,34,0,-117.4985,35,100"))
    assert ids("bbox=0,0,1,1") == set() == ids("datetime=2026-04-11") == ids("datetime=2027-01-01/..")
    assert len(ids("datetime=2026-04-10")) == 8 == len(ids("datetime=../2026-04-10T10:00:00Z"))
    assert len(ids("datetime=2026-04-10", "plumes")) == 8 and ids("datetime=2026-04-12", "plumes") == set()
    assert len(ids("bbox=-117.5005,34,-117.4985,35", "plumes")) == 2
    assert ids("", "flights") == {"1", "2"} and ids("datetime=2026-04-20/..", "flights") == {"2"}
    assert ids("bbox=-117.51,34.4,-117.4,34.6", "flights") == {"2"}  # the first has no coverage, so no place
    plume = ana.get("/ogc/collections/plumes/items/1")
    assert plume["geometry"]["type"] == "MultiPolygon" and plume["properties"]["gas"] == "ammonia"
    flight = ana.get("/ogc/collections/flights/items/2")
    assert flight["geometry"]["type"] == "Polygon" and len(flight["geometry"]["coordinates"][0]) == 5


def check_gdal(ana):
    key = ana.post("/api/me/map-key", {"days": 1}, status=201)
    env = {**os.environ, "GDAL_HTTP_USERPWD": f"{key['name']}:{key['key']}", "GDAL_HTTP_AUTH": "BASIC"}
    source = f"OAPIF:http://127.0.0.1:{ana.port}/ogc"

    def gdal(*arguments):
        done = subprocess.run(arguments, capture_output=True, text=True, env=env)
        assert done.returncode == 0 and "ERROR" not in done.stderr, (arguments, done.stdout, done.stderr)
        return done.stdout

    assert all(name in gdal("ogrinfo", "-ro", source) for name in ("sites", "plumes", "flights", "known"))
    told = gdal("ogrinfo", "-ro", "-al", "-oo", "PAGE_SIZE=3", source, "sites")
    assert told.count("OGRFeature(sites)") == 8, told
    told = gdal("ogrinfo", "-ro", "-al", "-oo", "PAGE_SIZE=3", "-spat", "-117.5005", "34", "-117.4985", "35", source, "sites")
    assert told.count("OGRFeature(sites)") == 2, told
    gdal("ogr2ogr", "-f", "GeoJSON", "copy.json", source, "plumes")
    copy = json.loads(pathlib.Path("copy.json").read_text())["features"]
    assert len(copy) == 8 and copy[0]["geometry"]["type"] == "MultiPolygon"


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 8)
        made_products.write_pass("pass", "pass", [], {"ammonia": 1.0}, time="2026-04-20T10:00:00Z")
        run("casebook add", BOOK, "pass")
        run("sites update", BOOK)
        with Server() as server:
            ana = Client(server.port, "ana")
            check_landing(ana)
            check_items(ana)
            check_gdal(ana)
            Client(server.port).get("/ogc", status=401, code="session")
    print("OGC API: as GDAL and the standard have it")


main()
