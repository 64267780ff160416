#!/usr/bin/env python3
"""coverage.geojson: a tile a feature, limits of the gases searched, rates only with a wind.

A simulated flight is searched with and without a wind, a place, and with one thread and three.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
LINES, SAMPLES = 200, 96


def run(*arguments):
    done = subprocess.run([VAHO, *arguments], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", (arguments, done.stderr)


def coverage(folder):
    return json.loads(pathlib.Path(folder, "coverage.geojson").read_text())


def area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])) / 2


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run("exercise", "new", "flight", "--lines", str(LINES), "--samples", str(SAMPLES), "--bands", "48",
            "--plumes", "2")
        search = ["detect", "flight/flight.bil", "--library", "flight/library", "--gas", "ammonia,acetone"]
        run(*search, "--threads", "1", "--out", "calm")
        run(*search, "--threads", "3", "--out", "again")
        run(*search, "--wind-speed", "3", "--out", "windy")

        assert pathlib.Path("calm/coverage.geojson").read_bytes() == pathlib.Path("again/coverage.geojson").read_bytes()
        told = coverage("calm")
        assert told["type"] == "FeatureCollection" and told["flight"] == "flight" and told["steepness"] > 0, told
        seen = set()
        for tile in told["features"]:
            p = tile["properties"]
            l0, s0, l1, s1 = p["pixel_bbox"]
            assert 16 < l1 - l0 < 48 and 16 < s1 - s0 < 48, p
            seen |= {(l, s) for l in range(l0, l1 + 1) for s in range(s0, s1 + 1)}
            assert p["valid"] > 0.9 and set(p["limit_ppmm"]) == {"ammonia", "acetone"}, p
            assert all(0.1 < v < 1e4 for v in p["limit_ppmm"].values()) and "limit_kg_h" not in p, p
            ring = tile["geometry"]["coordinates"][0]
            assert tile["geometry"]["type"] == "Polygon" and len(ring) == 5 and ring[0] == ring[4] and area(ring) > 0
        assert len(seen) == LINES * SAMPLES == sum((b[2] - b[0] + 1) * (b[3] - b[1] + 1) for b in
                                                   (t["properties"]["pixel_bbox"] for t in told["features"]))
        for calm, windy in zip(told["features"], coverage("windy")["features"]):
            p = windy["properties"]
            assert p["limit_ppmm"] == calm["properties"]["limit_ppmm"]
            # 2 m pixels: mass over length is 9 px of the mean; ammonia 17.03 g/mol, 1 ppm.m 2.479e19 /m2
            rate = p["limit_ppmm"]["ammonia"] * 2.479e19 / 6.02214e23 * 17.03e-3 * 3 * 3600 * 2
            assert 5 < p["limit_kg_h"]["ammonia"] / rate < 15, (p, rate)

        # without a place there is no geometry; a method that has no coverage leaves none behind
        header = pathlib.Path("flight/flight.bil.hdr")
        header.write_text(re.sub(r"(?m)^map info = .*\n", "", header.read_text()))
        run(*search, "--out", "calm")
        assert all(t["geometry"] is None for t in coverage("calm")["features"])
        run(*search, "--method", "mf", "--out", "calm")
        assert not pathlib.Path("calm/coverage.geojson").exists()
        os.chdir("/")
    print(f"{len(told['features'])} tiles")


if __name__ == "__main__":
    sys.exit(main())
