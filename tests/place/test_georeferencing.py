#!/usr/bin/env python3
"""A simulated cube without a place, georeferenced end to end from its flight.

The simulator's cube lies on a UTM grid.  Its map info is taken away, a flight that would
have seen that grid is made up, by hand, in every form that is read (text and SBET, a level
and a terrain model, heights above ellipsoid and geoid), and the plumes must come out where
the grid had them.  Then the ways in which the description can be wrong."""
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from made_flight import FIRST_SOW, GROUND_M, LINES, SAMPLES, description, gps, write_flight  # noqa: E402

VAHO = os.environ["VAHO"]
FAILURES = []


def expect(condition, what):
    if not condition:
        FAILURES.append(what)
        print("FAILED:", what)


def vaho(*arguments):
    return subprocess.run([VAHO, *map(str, arguments)], capture_output=True, text=True)


def make_cube(folder):
    done = vaho("exercise", "new", folder / "flight", "--lines", LINES, "--samples", SAMPLES, "--bands", 48,
                "--plumes", 2, "--gas", "ammonia", "--peak", 120, "--threads", 1)
    assert done.returncode == 0, done.stderr
    cube = next((folder / "flight").glob("*.bil"))
    header = cube.with_name(cube.name + ".hdr")
    raw = folder / "raw.bil"
    raw.write_bytes(cube.read_bytes())
    text = header.read_text()
    bare = re.sub(r"map info = \{[^}]*\}\n", "", text)
    assert bare != text
    (folder / "raw.bil.hdr").write_text(bare)
    return cube, raw


def detect(folder, raw, name, *options, geometry=None):
    if geometry is not None:
        (folder / f"{name}.json").write_text(json.dumps(geometry))
        options = ("--geo", folder / f"{name}.json", *options)
    out = folder / f"{name}.vaho"
    return out, vaho("detect", raw, "--library", folder / "flight" / "library", "--gas", "ammonia", "--threads", 2,
                     "--out", out, *options)


def plumes(out):
    return json.loads((out / "plumes.geojson").read_text())["features"]


def metres(a, b):
    """Between the sources of two plumes."""
    p, q = a["properties"], b["properties"]
    lat = math.radians(p["source_latitude"])
    return math.hypot((p["source_longitude"] - q["source_longitude"]) * 111320 * math.cos(lat),
                      (p["source_latitude"] - q["source_latitude"]) * 110900)


def check_forms(folder, cube, raw):
    """Every form of the same flight puts the plumes where the grid has them."""
    grid, done = detect(folder, cube, "grid")
    assert done.returncode == 0, done.stderr
    truth = plumes(grid)
    expect(len(truth) >= 2, "the grid's cube has plumes")
    expect(all(p["properties"]["position_sigma_m"] is None for p in truth),
           "map info states no error, so that none is reported")
    base = description()
    csv, geoid = base["trajectory"], {"undulation_m": -33.0, "sigma_m": 0.5}
    sbet = {**{k: v for k, v in csv.items() if k != "columns"}, "file": "sbet.out", "format": "sbet", "time": gps()}
    model = {"file": "dem.asc", "height_datum": "ellipsoid", "sigma_m": 2, "horizontal_sigma_m": 2}
    above = {**model, "file": "dem_geoid.asc", "height_datum": "geoid"}
    forms = {
        "level": description(),
        "model": description(terrain=model),
        "sbet": description(trajectory=sbet, terrain=model),
        "times": description(lines={"file": "times.txt", "time": gps(column=1), "sigma_s": 0.001}),
        "above_geoid": description(terrain=above, geoid=geoid),
        "both_above_geoid": description(terrain=above, geoid=geoid,
                                        trajectory={**csv, "file": "geoid.csv", "height_datum": "geoid"}),
        "mounted": description(  # turned by 90 degrees in its mount: its along is the carrier's right
            boresight={**base["boresight"], "heading_deg": 90},
            camera={**base["camera"], "columns": {"across": {"column": "along", "unit": "rad"},
                                                  "along": {"column": "across", "unit": "rad"}}}),
    }
    for name, geometry in forms.items():
        out, done = detect(folder, raw, name, geometry=geometry)
        expect(done.returncode == 0, f"{name}: {done.stderr.strip()}")
        if done.returncode != 0:
            continue
        found = plumes(out)
        expect(len(found) == len(truth), f"{name}: as many plumes as on the grid")
        off = max(metres(a, b) for a, b in zip(found, truth))
        print(f"{name}: {len(found)} plumes at most {off:.3f} m off the grid's")
        expect(off < 0.03, f"{name}: plumes {off:.3f} m off the grid's")
        # by hand: 1200 m times 0.05, 0.01 and 0.01 degrees are 1.09 m; with 0.3 m of position 1.13 m,
        # a little more at the swath's edge; the source in the image comes on top, with pixels of 2 m
        for p in (f["properties"] for f in found):
            least = math.hypot(1.13, 2 * p["source_sigma_px"])
            expect(0.98 * least < p["position_sigma_m"] < 1.1 * least + 0.05,
                   f"{name}: position_sigma_m {p['position_sigma_m']} against {least}")
            expect(len(p["position_covariance_m2"]) == 3, f"{name}: covariance")
        run = json.loads((out / "run.json").read_text())
        inputs = {pathlib.Path(i["path"]).name for i in run["inputs"]}
        expect({f"{name}.json", "camera.csv"} <= inputs, f"{name}: {inputs}")
        expect(any("places come from the trajectory" in n for n in run["notes"]), f"{name}: {run['notes']}")
    expect("m on the ground" in (folder / "level.vaho" / "report.html").read_text(), "the report says how well")
    check_same(folder, raw, forms["model"])


def check_same(folder, raw, geometry):
    """--dem instead of the description's own file, and one thread instead of two, give the same places."""
    named = {**geometry, "terrain": {k: v for k, v in geometry["terrain"].items() if k != "file"}}
    out, done = detect(folder, raw, "named", "--dem", folder / "dem.asc", geometry=named)
    expect(done.returncode == 0, f"--dem: {done.stderr.strip()}")
    places = [f["geometry"] for f in plumes(out)]
    expect(places == [f["geometry"] for f in plumes(folder / "model.vaho")], "--dem: the same places")


def check_sides(folder, raw):
    """Signs: a roll of the boresight by 0.1 degrees (its right side down) turns the look to the left, which flying
    south is the east, by 1200 m tan(0.1); a pitch (nose up) turns it forward, to the south."""
    base, before = description()["boresight"], plumes(folder / "level.vaho")
    for name, east, north in ("roll_deg", 1, 0), ("pitch_deg", 0, -1):
        out, done = detect(folder, raw, name, geometry=description(boresight={**base, name: 0.1}))
        expect(done.returncode == 0, done.stderr)
        for a, b in zip(plumes(out), before):
            p, q = a["properties"], b["properties"]
            dx = (p["source_longitude"] - q["source_longitude"]) * 111320 * math.cos(math.radians(34.34))
            dy = (p["source_latitude"] - q["source_latitude"]) * 110900
            expect(math.hypot(dx - 2.094 * east, dy - 2.094 * north) < 0.05, f"{name}: moved by {dx:.2f}, {dy:.2f}")


def check_coordinates(folder, cube):
    """A stated error for the cube's own coordinates."""
    out, done = detect(folder, cube, "own", geometry={"vaho_geometry": 1,
                                                      "coordinates": {"cube": True, "sigma_m": 6}})
    expect(done.returncode == 0, done.stderr)
    for p in (f["properties"] for f in plumes(out)):
        expect(abs(p["position_sigma_m"] / math.hypot(6, 2 * p["source_sigma_px"]) - 1) < 1e-3,
               f"stated error: {p['position_sigma_m']}")


def check_refusals(folder, raw):
    base = description()
    bare = {k: v for k, v in base["terrain"].items() if k != "height_m"}
    level = base["terrain"]
    cases = [  # name, geometry, options, exit code, what is said
        ("mixed", description(terrain={**level, "height_datum": "geoid"}), (), 3, "'geoid' is missing"),
        ("late", description(lines={**base["lines"], "first": gps(value=FIRST_SOW + 1e4)}), (), 3,
         "200 lines after the trajectory ends"),
        ("unstated", description(lever_arm={"forward_m": 0, "right_m": 0, "down_m": 0}), (), 3,
         "'lever_arm.sigma' is missing"),
        ("nowhere", description(terrain=bare), (), 2, "--dem"),
        ("twice", description(), ("--dem", folder / "dem.asc"), 2, "name the terrain once"),
        ("no_file", description(terrain={**bare, "file": "none.tif"}), (), 3, "none.tif"),
        ("no_raster", description(terrain={**bare, "file": "camera.csv"}), (), 3, "camera.csv"),
        ("wrong_camera", description(camera={**base["camera"], "file": "times.txt", "columns": {
            "across": {"column": 1, "unit": "rad"}, "along": {"column": 1, "unit": "rad"}}}), (), 3,
         "view angles of 200 samples, but the cube has 64"),
        ("degrees", description(trajectory={**base["trajectory"], "columns": {
            **base["trajectory"]["columns"], "latitude": {"column": "lat", "unit": "rad"}}}), (), 3,
         "flight.csv: line 3: its latitude is beyond 90 degrees"),
        ("under", description(terrain={**level, "height_m": 2000}), (), 3, "seen from below the terrain"),
    ]
    for name, geometry, options, code, said in cases:
        _, done = detect(folder, raw, name, *options, geometry=geometry)
        expect(done.returncode == code and said in done.stderr and done.stdout == "",
               f"{name}: exit {done.returncode}, said {done.stderr.strip()!r}")
    _, done = detect(folder, raw, "alone", "--dem", folder / "dem.asc")
    expect(done.returncode == 2 and "--geo" in done.stderr, "--dem without --geo")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        cube, raw = make_cube(folder)
        write_flight(folder)
        check_forms(folder, cube, raw)
        check_sides(folder, raw)
        check_coordinates(folder, cube)
        check_refusals(folder, raw)
    print(f"{len(FAILURES)} failures")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
