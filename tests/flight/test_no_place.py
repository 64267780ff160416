#!/usr/bin/env python3
"""A cube that does not say where it lies is searched all the same: the same plumes, null geometry."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]


def run(*arguments):
    done = subprocess.run([VAHO, *arguments], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", (arguments, done.stderr)
    return done.stdout


def plumes(folder):
    return json.loads(pathlib.Path(folder, "plumes.geojson").read_text())["features"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run("exercise", "new", "flight", "--lines", "200", "--samples", "96", "--bands", "48", "--plumes", "2")
        header = pathlib.Path("flight/flight.bil.hdr")
        search = ["detect", "flight/flight.bil", "--library", "flight/library", "--out"]
        run(*search, "placed")
        header.write_text(re.sub(r"(?m)^map info = .*\n", "", header.read_text()))
        said = run(*search, "lost")

        assert "no geolocation" in said, said
        assert re.search(r"line \d+ sample \d+", said), said
        placed, lost = plumes("placed"), plumes("lost")
        assert placed and len(placed) == len(lost), (len(placed), len(lost))
        for there, here in zip(placed, lost):
            assert there["geometry"] is not None and here["geometry"] is None, here
            for key in ("gas", "q_value", "snr", "pixels", "source_line", "source_sample", "pixel_bbox"):
                assert there["properties"][key] == here["properties"][key], key
        names = {p.name for p in pathlib.Path("placed").iterdir()}
        assert names == {p.name for p in pathlib.Path("lost").iterdir()}
        layer = subprocess.run(["ogrinfo", "-al", "-so", "lost/plumes.gpkg"], check=True,
                               capture_output=True, text=True).stdout
        assert f"Feature Count: {len(lost)}" in layer, layer
        raster = subprocess.run(["gdalinfo", "-json", "lost/ammonia_ppmm.tif"], check=True,
                                capture_output=True, text=True).stdout
        assert not json.loads(raster).get("coordinateSystem", {}).get("wkt")
        os.chdir("/")
    print(f"{len(lost)} plumes without a place")


if __name__ == "__main__":
    sys.exit(main())
