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
import struct
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
LINES, SAMPLES = 200, 64
GROUND_M, FLYING_M, LINE_S = 300.0, 1500.0, 0.02
WEEK, LEAP, FIRST_SOW = 2416, 18, 497400.0
EASTING, NORTHING = 500000.0, 3800000.0  # the simulator's corner; 500000 is UTM's central meridian
FAILURES = []

# WGS 84
A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def expect(condition, what):
    if not condition:
        FAILURES.append(what)
        print("FAILED:", what)


def vaho(*arguments):
    return subprocess.run([VAHO, *map(str, arguments)], capture_output=True, text=True)


def latitude_of(northing):
    """On the central meridian: the latitude whose meridian arc is northing / 0.9996, by quadrature."""
    arc, phi, steps = northing / 0.9996, 0.0, 2000
    for _ in range(6):
        total, h = 0.0, phi / steps
        for i in range(steps + 1):  # Simpson
            weight = 1 if i in (0, steps) else 4 if i % 2 else 2
            total += weight * A * (1 - E2) / (1 - E2 * math.sin(i * h) ** 2) ** 1.5
        m = A * (1 - E2) / (1 - E2 * math.sin(phi) ** 2) ** 1.5
        phi += (arc - total * h / 3) / m
    return phi


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


def records():
    """Time of week, latitude, longitude, ellipsoid height, roll, pitch, heading (radians): flying south along the
    middle of the grid, a record every 0.05 s, rolled and pitched by what the camera makes up for."""
    phi0 = latitude_of(NORTHING - 2 * 0.5)
    phi1 = latitude_of(NORTHING - 2 * (LINES - 0.5))
    # the grid's middle is SAMPLES metres east of the meridian
    east = SAMPLES / 0.9996 / (A / math.sqrt(1 - E2 * math.sin(phi0) ** 2) * math.cos(phi0))
    for i in range(-20, int(LINES * LINE_S / 0.05) + 21):
        t = 0.05 * i
        phi = phi0 + (phi1 - phi0) * t / (LINE_S * (LINES - 1))
        yield FIRST_SOW + t, phi, math.radians(-117) + east, FLYING_M, 0.0, 0.0, math.pi


def write_flight(folder):
    with open(folder / "flight.csv", "w") as out:
        out.write("# made up\nsow,lat,lon,h,roll,pitch,heading\n")
        for t, lat, lon, h, roll, pitch, heading in records():
            out.write(f"{t:.3f},{math.degrees(lat):.11f},{math.degrees(lon):.11f},{h},{roll},{pitch},"
                      f"{math.degrees(heading)}\n")
    with open(folder / "sbet.out", "wb") as out:  # heading in a frame that has wandered by 0.3 rad
        for t, lat, lon, h, roll, pitch, heading in records():
            out.write(struct.pack("<17d", t, lat, lon, h, 0, 0, 0, roll, pitch, heading + 0.3, 0.3, *[0] * 6))
    with open(folder / "geoid.csv", "w") as out:  # the same flight, heights above a geoid at -33 m
        out.write("sow lat lon h roll pitch heading\n")
        for t, lat, lon, h, roll, pitch, heading in records():
            out.write(f"{t:.3f} {math.degrees(lat):.11f} {math.degrees(lon):.11f} {h + 33} {roll} {pitch} "
                      f"{math.degrees(heading)}\n")
    with open(folder / "camera.csv", "w") as out:  # sample 0 is in the west: to the right of a flight to the south
        out.write("across,along\n")
        for s in range(SAMPLES):
            right = (SAMPLES - 1 - 2 * s) / 0.9996
            out.write(f"{math.atan2(right, FLYING_M - GROUND_M):.12f},0\n")
    with open(folder / "times.txt", "w") as out:
        for line in range(LINES):
            out.write(f"{FIRST_SOW + LINE_S * line:.6f}\n")
    for name, height in ("dem", GROUND_M), ("dem_geoid", GROUND_M + 33):
        (folder / f"{name}.asc").write_text(  # Arc/Info grid of 20 m around the scene
            "ncols 80\nnrows 80\nxllcorner 499200\nyllcorner 3799000\ncellsize 20\nNODATA_value -9999\n" +
            (" ".join([f"{height}"] * 80) + "\n") * 80)
        (folder / f"{name}.prj").write_text(
            'PROJCS["WGS_1984_UTM_Zone_11N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,'
            '298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.017453292519943295]],PROJECTION['
            '"Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-117],PARAMETER['
            '"scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["Meter",1]]')


def gps(**more):
    return {"unit": "gps_week_s", "week": WEEK, "leap_seconds": LEAP, **more}


def description(**changed):
    angle = {name: {"column": name, "unit": unit} for name, unit in
             (("roll", "rad"), ("pitch", "rad"), ("heading", "deg"))}
    columns = {"time": gps(column="sow"), "latitude": {"column": "lat", "unit": "deg"},
               "longitude": {"column": 3, "unit": "deg"}, "height": {"column": "h", "unit": "m"}, **angle}
    none = {"roll_deg": 0, "pitch_deg": 0, "heading_deg": 0}
    whole = {
        "vaho_geometry": 1,
        "trajectory": {"file": "flight.csv", "format": "csv", "columns": columns, "height_datum": "ellipsoid",
                       "max_gap_s": 0.2,
                       "sigma": {"north_m": 0.3, "east_m": 0.3, "down_m": 0.3, "roll_deg": 0.05, "pitch_deg": 0.05,
                                 "heading_deg": 0.1}},
        "camera": {"file": "camera.csv", "columns": {"across": {"column": "across", "unit": "rad"},
                                                     "along": {"column": "along", "unit": "rad"}},
                   "sigma": {"across_deg": 0.01, "along_deg": 0.01}},
        "boresight": {**none, "sigma": {"roll_deg": 0.01, "pitch_deg": 0.01, "heading_deg": 0.02}},
        "lever_arm": {"forward_m": 0, "right_m": 0, "down_m": 0,
                      "sigma": {"forward_m": 0.01, "right_m": 0.01, "down_m": 0.01}},
        "lines": {"first": gps(value=FIRST_SOW), "interval_s": LINE_S, "sigma_s": 0.001},
        "terrain": {"height_m": GROUND_M, "height_datum": "ellipsoid", "sigma_m": 2, "horizontal_sigma_m": 2},
    }
    whole.update(changed)
    return {key: value for key, value in whole.items() if value is not None}


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
