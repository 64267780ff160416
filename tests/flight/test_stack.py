#!/usr/bin/env python3
"""vaho stack: three small passes over two sources, whatever the threads; what is wrong is said.

The passes are those of bench/stack, strong enough for three.  Under a mandate whose area leaves out
one source that one is not told.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VAHO, SOURCE = os.environ["VAHO"], os.environ["VAHO_SOURCE"]
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, "bench"))
try:
    import stack_scene
    from osgeo import gdal
except ImportError as missing:
    print(f"skipped: {missing} (tools/install-packages)")
    sys.exit(77)
gdal.UseExceptions()
GASES = ",".join(stack_scene.GASES)


def run(*arguments, code=0):
    done = subprocess.run([VAHO, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr, done.stdout)
    assert (done.stderr == "") == (code == 0), done.stderr
    return done.stdout if code == 0 else done.stderr


def stack(out, *options, code=0, passes="passes.csv"):
    return run("stack", passes, "--library", os.path.join(os.environ["VAHO_SHARED"], "spectra", "gas"), "--gas", GASES,
               "--out", out, *options, code=code)


def apart_px(feature, source):
    x, y = stack_scene.lonlat(source["row"], source["col"])
    at = feature["geometry"]["coordinates"]
    return max(abs(at[0] - x) / stack_scene.DEG_EAST, abs(at[1] - y) / stack_scene.DEG_SOUTH)


def told(folder):
    return json.loads(pathlib.Path(folder, "stack.geojson").read_text())


def check_found(sources):
    said = stack("one", "--threads", 1)
    assert "3 passes" in said and "q <= 0.05" in said, said
    found = told("one")
    assert found["vaho"]["passes"] == 3 and found["vaho"]["mandate"] == "no mandate", found["vaho"]
    for s in sources:
        mine = [f for f in found["features"] if f["properties"]["gas"] == s["gas"]]
        assert mine and mine[0]["properties"]["q_value"] <= 0.05, (s, found)
        p = mine[0]["properties"]
        assert apart_px(mine[0], s) < 8, (mine[0], s)
        assert 0 < p["position_sigma_m"] < 60 and p["sigma_ppmm"] > 0 and len(p["position_covariance_m2"]) == 3, p
        assert [x["flight"] for x in p["passes"]] == ["pass00", "pass01", "pass02"], p
        assert p["passes"][1]["time"] == "2026-03-02T10:00:00Z", p
        assert abs(sum(x["weight"] for x in p["passes"]) - 1) < 1e-4, p
    at = gdal.Open("one/ammonia_snr.tif")
    x, y = stack_scene.lonlat(sources[0]["row"], sources[0]["col"])
    box = at.GetGeoTransform()
    assert box[0] < x < box[0] + box[1] * at.RasterXSize and box[3] > y > box[3] + box[5] * at.RasterYSize, box
    made = json.loads(pathlib.Path("one/run.json").read_text())
    assert len(made["passes"]) == 3 and made["decoys"] > 32 and made["searched"] == list(stack_scene.GASES), made
    stack("three", "--threads", 3)
    for name in ("stack.geojson", "run.json", "ammonia_snr.tif", "dichloromethane_snr.tif"):
        assert pathlib.Path("one", name).read_bytes() == pathlib.Path("three", name).read_bytes(), name


def check_mandate(sources):
    """The upper half alone, in which one source lies."""
    middle = 0.5 * (sources[0]["row"] + sources[1]["row"])
    corners = [stack_scene.lonlat(*at) for at in ((middle, -50), (middle, 200), (-50, 200), (-50, -50), (middle, -50))]
    pathlib.Path("area.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [list(map(list, corners))]}))
    run("mandate", "key", "north")
    key = pathlib.Path("north.public").read_text().strip()
    pathlib.Path("trust.json").write_text(json.dumps(
        {"format": "vaho-trust-1", "authorities": [{"name": "north", "keys": [key]}]}))
    for cube in pathlib.Path().glob("pass*.bil.hdr"):
        day = int(cube.name[4:6]) + 1
        cube.write_text(cube.read_text() + f"acquisition time = 2026-03-{day:02}T10:00:00Z\nsensor type = bench\n")
    run("mandate", "new", "--id", "half", "--issuer", "north", "--area", "area.geojson", "--sensor", "bench",
        "--assumed-sigma", "0.5", "--from", "2026-01-01T00:00:00Z", "--to", "2026-12-31T00:00:00Z", "--gas", GASES)
    run("mandate", "sign", "half.mandate.json", "--key", "north.secret")
    stack("half", "--mandate", "half.mandate.json", "--trust", "trust.json")
    found = told("half")
    assert found["vaho"]["mandate"].startswith("half sha256:"), found["vaho"]
    upper, lower = sorted(sources, key=lambda s: s["row"])
    limit = stack_scene.lonlat(middle - 1.5, 0)[1]
    assert all(f["geometry"]["coordinates"][1] > limit for f in found["features"]), found
    assert any(f["properties"]["gas"] == upper["gas"] and apart_px(f, upper) < 8 for f in found["features"]), found
    assert not any(f["properties"]["gas"] == lower["gas"] and apart_px(f, lower) < 8 for f in found["features"])
    said = stack("all", "--mandate", "half.mandate.json", "--trust", "trust.json", "--gas", "methane", code=2)
    assert "--gas is given twice" in said, said


def check_errors():
    lines = pathlib.Path("passes.csv").read_text().splitlines()
    pathlib.Path("bad.csv").write_text("\n".join([lines[0], lines[1].replace("pass00", "nowhere")]) + "\n")
    assert "nowhere.bil" in stack("bad", passes="bad.csv", code=3)
    pathlib.Path("bad.csv").write_text("cube,wind_from_deg\npass00.bil,400\n")
    assert "line 2: wind_from_deg" in stack("bad", passes="bad.csv", code=3)
    header = pathlib.Path("pass01.bil.hdr")
    kept = header.read_text()
    header.write_text("".join(line + "\n" for line in kept.splitlines() if not line.startswith("map info")))
    assert "pass01.bil: does not say where it lies" in stack("bad", code=3)
    header.write_text(kept)
    assert not pathlib.Path("bad").exists()


def main():
    if not os.path.exists(os.path.join(os.environ["VAHO_SHARED"], "scenes", "scene.py")):
        print("skipped: no ../shared/scenes")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        sources = stack_scene.plan(3)
        for s in sources:
            s["peak"] *= 0.6 / s["factor"]
        stack_scene.write(folder, 3, sources, 3)
        check_found(sources)
        check_errors()
        check_mandate(sources)
        os.chdir("/")
    print("2 sources in 3 passes")


if __name__ == "__main__":
    sys.exit(main())
