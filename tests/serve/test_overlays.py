#!/usr/bin/env python3
"""Maps of evidence as pictures: where the plume is there is colour, elsewhere almost none; only of the very products that
were taken in."""
import json
import math
import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np

from server import BOOK, Client, run, secret, Server, VAHO


def mercator(latitude):
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))


def picture(png):
    """height x width x 4, by GDAL, which did not colour it."""
    pathlib.Path("overlay.png").write_bytes(png)
    subprocess.run(["gdal_translate", "-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", "overlay.png", "overlay.raw"], check=True)
    about = dict(line.split(" = ") for line in pathlib.Path("overlay.hdr").read_text().splitlines() if " = " in line)
    size = {k.strip(): v for k, v in about.items()}
    return np.fromfile("overlay.raw", np.uint8).reshape(int(size["lines"]), int(size["samples"]), 4)


def check_flight(ana):
    told = ana.get("/api/flights/1/overlays")["overlays"]
    by_gas = {o["gas"]: o for o in told}
    plumes = ana.get("/api/layers/plumes?q=0.05")["features"]
    assert len(by_gas) == 10 and len(plumes) >= 2, (by_gas.keys(), len(plumes))
    for feature in plumes:
        p, o = feature["properties"], by_gas[feature["properties"]["gas"]]
        west, south, east, north = o["bounds"]
        corners = np.array([c for polygon in feature["geometry"]["coordinates"] for c in polygon[0]])
        status, headers, png = ana.raw("GET", o["url"])
        assert status == 200 and headers["Content-Type"] == "image/png"
        pixel = picture(png)
        height, width = pixel.shape[:2]
        x = (corners[:, 0] - west) / (east - west) * width
        y = np.array([(mercator(north) - mercator(c)) / (mercator(north) - mercator(south)) * height for c in corners[:, 1]])
        assert x.min() >= 0 and x.max() <= width and y.min() >= 0 and y.max() <= height, (p, o)
        inside = pixel[int(y.min()):int(y.max()) + 1, int(x.min()):int(x.max()) + 1, 3]
        assert inside.max() >= 90 and inside.mean() > 4 * pixel[:, :, 3].mean(), (p["gas"], inside.mean(), pixel[:, :, 3].mean())
        assert np.mean(pixel[:, :, 3] > 0) < 0.2, (p["gas"], np.mean(pixel[:, :, 3] > 0))
    for wrong in "none", "..", "%2e%2e", "ammonia_snr.tif", ".":
        ana.get("/api/flights/1/overlays/" + wrong, status=None)
        assert ana.raw("GET", "/api/flights/1/overlays/" + wrong)[0] in (400, 404), wrong
    ana.get("/api/flights/9/overlays", status=404, code="flight")
    ana.get("/api/flights/x/overlays", status=404, code="flight")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run([VAHO, "exercise", "new", "flight", "--seed", "7", "--lines", "240", "--samples", "128"], check=True,
                       capture_output=True)
        os.mkdir("found")
        subprocess.run([VAHO, "detect", "flight/flight.bil", "--library", "flight/library", "--out", "found/flight.north"],
                       check=True, capture_output=True)
        os.makedirs("found/flight")  # another search of the same flight: not what was taken in
        shutil.copy("found/flight.north/plumes.geojson", "found/flight/plumes.geojson")
        with open("found/flight/plumes.geojson", "a", encoding="utf-8") as out:
            out.write("\n")
        run("casebook new", BOOK, "--exercise")
        run("casebook add", BOOK, "found/flight.north")
        run("sites update", BOOK)
        run("user add", BOOK, "root", "--role", "admin", new=secret("root"))
        run("user add", BOOK, "ana", "--role", "analyst", user="root", new=secret("ana"))
        with Server(BOOK, 0, "--products", "found") as server:
            check_flight(Client(server.port, "ana"))
        with Server() as server:
            ana = Client(server.port, "ana")
            assert ana.get("/api/flights/1/overlays") == {"overlays": []}
            ana.get("/api/flights/1/overlays/ammonia", status=404, code="flight")
        shutil.rmtree("found/flight.north")
        with Server(BOOK, 0, "--products", "found") as server:
            assert Client(server.port, "ana").get("/api/flights/1/overlays") == {"overlays": []}
    print("overlays: where the plumes are")


main()
