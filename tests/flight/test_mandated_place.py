#!/usr/bin/env python3
"""Under a mandate a flight that --geo places: every pixel keeps from the border by its own error.

A simulated cube without a place of its own is placed from a flight made up by hand, whose
heading is known badly: the error grows from the middle of the swath to its edges, and with
it the distance that pixels must keep from a border across the flight.  Then everything that
is blanked is replaced by something else, and every product must stay the same bytes."""
import json
import math
import os
import pathlib
import re
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["VAHO_SOURCE"], "tests", "place"))
import made_flight  # noqa: E402
import test_mandated as mandated  # noqa: E402  (skips where numpy or GDAL is missing)
from made_flight import LINES, SAMPLES  # noqa: E402

import numpy as np  # noqa: E402

BORDER, SIGMAS, ASSUMED_M = 100, 3, 2  # the line at whose beginning the area ends
PIXEL_M = 2 / 0.9996
HALF_M = math.hypot(PIXEL_M, PIXEL_M) / 2
HEADING_DEG = 4.0


def set_up():
    mandated.run("exercise", "new", "flight", "--lines", LINES, "--samples", SAMPLES, "--bands", mandated.BANDS,
                 "--plumes", 6, "--gas", "ammonia", "--peak", 120, "--seed", 3)
    mandated.run("mandate", "key", "north")
    key = pathlib.Path("north.public").read_text().strip()
    pathlib.Path("trust.json").write_text(json.dumps(
        {"format": "vaho-trust-1", "authorities": [{"name": "north", "keys": [key]}]}))
    # the flight's sides are far from any border
    mandated.area("area.geojson", [(-500, -500), (-500, 600), (BORDER, 600), (BORDER, -500)])
    header = pathlib.Path("flight/flight.bil.hdr").read_text()
    bare = re.sub(r"map info = \{[^}]*\}\n", "", header)
    assert bare != header
    pathlib.Path("raw.bil.hdr").write_text(bare)
    pathlib.Path("raw.bil").write_bytes(pathlib.Path("flight/flight.bil").read_bytes())
    made_flight.write_flight(pathlib.Path("."))


def search(out, cube, permit, *options, code=0):
    return mandated.run("detect", cube, "--library", "flight/library", "--gas", "ammonia", "--mandate", permit,
                        "--trust", "trust.json", "--out", out, *options, code=code)


def shown(out):
    return np.isfinite(mandated.raster(f"{out}/ammonia_score.tif"))


def places(name, permit, cube, geometry):
    """What may be seen of a cube, placed by a description, and what was said about it."""
    pathlib.Path(f"{name}.json").write_text(json.dumps(geometry))
    said = search(name, cube, permit, "--geo", f"{name}.json", "--method", "mf")
    out = shown(name)
    assert out.sum() == int(re.search(r"permits (\d+) of", said).group(1)), said
    told = json.loads(pathlib.Path(f"{name}/run.json").read_text())["notes"]
    assert any("keeps from the border by 3 times" in note and note in said for note in told), told
    return out, said


def check_disc(permitted, sigma, name):
    """Pixels whose disc crosses the border are outside, those whose disc does not are inside."""
    line, _ = np.mgrid[0:LINES, 0:SAMPLES] + 0.5
    to_border = (BORDER - line) * PIXEL_M
    radius = HALF_M + SIGMAS * np.broadcast_to(sigma, permitted.shape)
    crosses = to_border < 0.98 * radius - 0.05
    clear = to_border > 1.03 * radius + 0.05  # distances are taken at most 1.5 % too short
    assert not permitted[crosses].any(), f"{name}: a pixel whose uncertainty crosses the border is seen"
    assert permitted[clear].all(), f"{name}: a pixel far enough from the border is not seen"
    assert (crosses | clear).mean() > 0.97, name
    centre = (to_border > HALF_M + SIGMAS * ASSUMED_M * 1.1) & crosses
    return int(centre.sum())  # those that the assumed error alone would have let in


def check_stated(permit):
    """One error stated for all places of the cube's own grid, larger and smaller than what the mandate assumes."""
    said = search("own", "flight/flight.bil", permit, "--method", "mf")
    check_disc(shown("own"), ASSUMED_M, "nobody states an error")
    assert f"the {ASSUMED_M} m that the mandate assumes where no error is stated" in said, said
    for name, sigma in ("larger", 6), ("smaller", 0.1):
        out, said = places(name, permit, "flight/flight.bil",
                           {"vaho_geometry": 1, "coordinates": {"cube": True, "sigma_m": sigma}})
        beyond = check_disc(out, sigma, name)
        assert (beyond > 0) == (sigma > ASSUMED_M), (name, beyond)
        assert f"{sigma} to {sigma} m, the error stated for it, in place of the {ASSUMED_M} m" in said, said
    assert shown("larger").sum() < shown("own").sum() < shown("smaller").sum()


def flown(**changed):
    whole = made_flight.description(**changed)
    whole["trajectory"]["sigma"]["heading_deg"] = HEADING_DEG
    return whole


def by_hand():
    """Of each sample: east 0.3 m of position, 1200 m times 0.05 (roll), 0.01 and 0.01 degrees; north the same, 0.1 m of
    time and the heading's error times the way from the middle of the swath."""
    away = (np.arange(SAMPLES) + 0.5 - SAMPLES / 2) * PIXEL_M
    across = 1200 * np.radians(math.hypot(0.05, 0.01, 0.01))
    return np.sqrt(0.3 ** 2 + across ** 2 + 0.1 ** 2 + (np.radians(HEADING_DEG) * away) ** 2)


def check_own(permit):
    """Every pixel's own error: the middle of the swath may come nearer to the border than its edges."""
    out, said = places("flown", permit, "raw.bil", flown())
    beyond = check_disc(out, by_hand(), "the flight's errors")
    assert beyond > 40, beyond  # three lines or so of a third of the columns
    rows = out.sum(axis=0)
    assert rows[SAMPLES // 2] > rows[0] + 3 and rows[SAMPLES // 2] > rows[-1] + 3, rows
    assert not out[BORDER - 5, 1] and out[BORDER - 5, SAMPLES // 2], "one line, inside and outside by its error"
    assert f"the error stated for it, in place of the {ASSUMED_M} m" in said, said
    search("unplaced", "raw.bil", permit, code=4)  # without --geo nobody knows where it is
    return out


def check_leak(permit, out):
    """Nothing that is blanked has any influence: not on places, maps, plumes, picture or statistics."""
    geo = ["--geo", "flown.json"]
    search("one", "raw.bil", permit, *geo)
    for path in pathlib.Path("one").glob("*.tif"):
        assert not np.isfinite(mandated.raster(path))[~out].any(), path
    found = json.loads(pathlib.Path("one/plumes.geojson").read_text())["features"]
    assert found, "nothing was found at all"
    for p in (feature["properties"] for feature in found):
        assert out[round(p["source_line"]), round(p["source_sample"])], p
        assert p["position_sigma_m"] > 1 and len(p["position_covariance_m2"]) == 3, p
    mandated.change_outside(out, "raw.bil")
    search("two", "raw.bil", permit, *geo)
    one, two = mandated.products("one"), mandated.products("two")
    assert one.keys() == two.keys()
    for name in one:
        assert one[name] == two[name], f"{name} depends on what lies outside the mandate"
    mandated.run("detect", "raw.bil", "--library", "flight/library", "--gas", "ammonia", "--out", "free", *geo)
    assert (pathlib.Path("free/ammonia_snr.tif").read_bytes() !=
            pathlib.Path("two/ammonia_snr.tif").read_bytes()), "the change was no change"
    return found


def check_casebook(permit, found):
    """What the products say of the places' errors is in the casebook."""
    mandated.run("casebook", "new", "case.gpkg", "--exercise")
    mandated.run("casebook", "add", "case.gpkg", "one", "--mandate", permit, "--trust", "trust.json")
    rows = sqlite3.connect("case.gpkg").execute("SELECT name, position_sigma_m, east_east_m2, east_north_m2,"
                                                " north_north_m2 FROM plumes ORDER BY name").fetchall()
    told = sorted((p["id"], p["position_sigma_m"], *p["position_covariance_m2"])
                  for p in (feature["properties"] for feature in found))
    assert rows == told, (rows, told)
    mandated.run("casebook", "check", "case.gpkg")


def check_window(out):
    """Lines recorded after the window are blanked, by the times the flight gives them, whatever the header says."""
    border = "--assumed-sigma", ASSUMED_M, "--border-sigmas", SIGMAS
    morning = mandated.mandate("morning", "--gas", "ammonia", *border, "--to", "2026-05-01T18:09:43Z")
    seen, said = places("morning", morning, "raw.bil", flown())
    first_after = 50  # the first line is of 18:09:42, and one follows another by 0.02 s
    assert (seen[:first_after] == out[:first_after]).all() and seen[:first_after].any(), said
    assert not seen[first_after + 1:].any() and out[first_after + 1:].any(), said
    early = mandated.mandate("early", "--gas", "ammonia", *border, "--to", "2026-04-01T00:00:00Z")
    said = search("early", "raw.bil", early, "--geo", "flown.json", code=4)
    assert re.search(r"[1-9]\d* on lines recorded outside its window", said), said


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        set_up()
        permit = mandated.mandate("valley", "--gas", "ammonia", "--assumed-sigma", ASSUMED_M, "--border-sigmas", SIGMAS)
        check_stated(permit)
        out = check_own(permit)
        check_window(out)
        found = check_leak(permit, out)
        check_casebook(permit, found)
        os.chdir("/")
    print(f"{out.mean():.0%} of pixels permitted, {len(found)} plumes")


if __name__ == "__main__":
    sys.exit(main())
