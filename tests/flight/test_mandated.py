#!/usr/bin/env python3
"""Under a mandate nothing outside it is seen: whatever lies there, the products are the same bytes.

A simulated flight is searched under an exercise mandate for part of its ground.
Then everything outside is replaced by something else, and the search repeated.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from osgeo import gdal, osr
except ImportError as missing:
    print(f"skipped: {missing} (tools/install-packages)")
    sys.exit(77)
gdal.UseExceptions()

VAHO = os.environ["VAHO"]
LINES, SAMPLES, BANDS = 200, 96, 48
WINDOW = ["--from", "2026-01-01T00:00:00Z", "--to", "2026-12-31T00:00:00Z"]


def run(*arguments, code=0):
    done = subprocess.run([VAHO, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr, done.stdout)
    assert (done.stderr == "") == (code == 0), done.stderr
    return done.stdout if code == 0 else done.stderr


def lonlat(line, sample):
    """Of a point of the grid that exercises have: UTM 11N, 2 m, from the corner."""
    utm, wgs84 = osr.SpatialReference(), osr.SpatialReference()
    utm.ImportFromEPSG(32611)
    wgs84.ImportFromEPSG(4326)
    wgs84.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    x, y, _ = osr.CoordinateTransformation(utm, wgs84).TransformPoint(5e5 + 2 * sample, 3.8e6 - 2 * line)
    return [x, y]


def area(path, ring):
    ring = [lonlat(*at) for at in ring]
    pathlib.Path(path).write_text(json.dumps({"type": "Polygon", "coordinates": [ring + ring[:1]]}))


def mandate(name, *options):
    run("mandate", "new", "--id", name, "--issuer", "north", "--exercise", "--area", "area.geojson",
        "--sensor", "vaho exercise", "--assumed-sigma", "0.5", *WINDOW, *options)
    run("mandate", "sign", f"{name}.mandate.json", "--key", "north.secret")
    return f"{name}.mandate.json"


def set_up():
    run("exercise", "new", "flight", "--lines", LINES, "--samples", SAMPLES, "--bands", BANDS,
        "--plumes", 6, "--seed", 5)
    run("mandate", "key", "north")
    key = pathlib.Path("north.public").read_text().strip()
    pathlib.Path("trust.json").write_text(json.dumps(
        {"format": "vaho-trust-1", "authorities": [{"name": "north", "keys": [key]}]}))
    # a slanting border, and a hole
    area("area.geojson", [(-1, -1), (-1, 60), (LINES + 1, 40), (LINES + 1, -1)])
    hole = [lonlat(*at) for at in [(90, 10), (90, 30), (120, 30), (120, 10), (90, 10)]]
    whole = json.loads(pathlib.Path("area.geojson").read_text())
    whole["coordinates"].append(hole)
    pathlib.Path("area.geojson").write_text(json.dumps(whole))


def search(out, permit, *options, code=0):
    return run("detect", "flight/flight.bil", "--library", "flight/library", "--mandate", permit,
               "--trust", "trust.json", "--out", out, *options, code=code)


def raster(path):
    return gdal.Open(str(path)).ReadAsArray()


def change_outside(permitted, path="flight/flight.bil"):
    """Other ground, another temperature and loud made-up plumes wherever the mandate forbids to look."""
    lines, samples = permitted.shape
    cube = np.fromfile(path, "f4").reshape(lines, BANDS, samples)
    noise = np.random.default_rng(1).normal(1, 0.3, cube.shape).astype("f4")
    spike = 1 + np.linspace(-1, 1, BANDS, dtype="f4")[None, :, None] ** 2
    outside = np.broadcast_to(~permitted[:, None, :], cube.shape)
    cube[outside] = (cube * noise * spike)[outside]
    cube.tofile(path)


def without_hashes(name, data):
    """Products but for the hash of the cube itself, and timings."""
    if name == "run.json":
        told = json.loads(data)
        told["inputs"], told["timings_s"], told["cube"]["sha256"] = len(told["inputs"]), 0, ""
        return told
    if name == "report.html":
        return re.sub(rb"(\.bil</td><td><code>)[0-9a-f]{64}", rb"\1", data)
    return data


def products(folder):
    return {p.name: without_hashes(p.name, p.read_bytes()) for p in pathlib.Path(folder).iterdir()}


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        set_up()
        permit = mandate("valley", "--gas", "ammonia,acetone,methanol,sulfur_hexafluoride,ethylene")
        said = search("one", permit)
        assert "the mandate valley permits" in said, said

        # every map is empty outside; a plain matched filter's only there
        search("plain", permit, "--method", "mf", "--gas", "ammonia")
        shown = np.isfinite(raster("plain/ammonia_score.tif"))
        count = int(re.search(r"permits (\d+) of", said).group(1))
        assert shown.sum() == count, (shown.sum(), count)
        l, s = np.mgrid[0:LINES, 0:SAMPLES] + 0.5
        border = 60 - 20 * (l + 1) / (LINES + 2)
        deep = (s < border - 3) & ~((l > 87) & (l < 123) & (s > 7) & (s < 33))
        beyond = (s > border - 1) | ((l > 90) & (l < 120) & (s > 10) & (s < 30))
        assert not shown[beyond].any() and shown[deep].all(), shown.mean()
        for path in pathlib.Path("one").glob("*.tif"):
            assert not np.isfinite(raster(path))[~shown].any(), path

        # plumes: their ground and their source are inside; the mandate is named on each
        text = json.loads(pathlib.Path("one/plumes.geojson").read_text())
        label = text["vaho"]["mandate"]
        assert re.fullmatch(r"valley sha256:[0-9a-f]{64}", label), label
        assert text["features"], "nothing was found at all"
        for feature in text["features"]:
            p = feature["properties"]
            assert shown[round(p["source_line"]), round(p["source_sample"])], p
            assert p["mandate"] == label and p["exercise"] is True
        told = json.loads(pathlib.Path("one/run.json").read_text())
        assert told["mandate"] == label and told["settings"]["--mandate"] == permit
        assert any(i["path"] == permit for i in told["inputs"]), told["inputs"]
        assert any("blanked before" in note for note in told["notes"])
        assert gdal.Open("one/ammonia_snr.tif").GetMetadataItem("MANDATE") == label
        assert label in pathlib.Path("one/report.html").read_text()
        info = subprocess.run(["ogrinfo", "-al", "one/plumes.gpkg"], capture_output=True, text=True).stdout
        assert label in info and "no mandate" not in info

        # gases the mandate does not name are neither searched nor named
        named = {"ammonia", "acetone", "methanol", "sulfur_hexafluoride", "ethylene"}
        assert set(told["searched"]) <= named, told["searched"]
        for feature in text["features"]:
            names = {a["gas"] for a in feature["properties"]["alternatives"]}
            assert names <= named | {"other"}, names
        assert any("not searched: the mandate does not name" in note for note in told["notes"])

        # nothing outside has any influence
        change_outside(shown)
        search("two", permit)
        one, two = products("one"), products("two")
        assert one.keys() == two.keys()
        for name in one:
            assert one[name] == two[name], f"{name} depends on what lies outside the mandate"
        run("detect", "flight/flight.bil", "--library", "flight/library", "--out", "open")
        free = json.loads(pathlib.Path("open/plumes.geojson").read_text())
        assert free["vaho"]["mandate"] == "no mandate"
        assert (pathlib.Path("open/ammonia_snr.tif").read_bytes() !=
                pathlib.Path("two/ammonia_snr.tif").read_bytes()), "the change was no change"

        # refusals: exit 4, a reason, no files
        def refused(word, permit, *options):
            said = search("refused", permit, *options, code=4)
            assert word in said, (word, said)
            assert not pathlib.Path("refused").exists()

        refused("does not name cfc12", permit, "--gas", "ammonia,cfc12")
        refused("--method rx", permit, "--method", "rx")
        only = mandate("elsewhere", "--gas", "ammonia", "--area", "area.geojson", "--sensor", "other")
        search("elsewhere", only)  # its sensors are 'vaho exercise' and 'other'
        area("area.geojson", [(500, 500), (500, 600), (600, 600), (600, 500)])
        refused("no pixel of it lies inside the mandate away", mandate("away", "--gas", "*"))
        header = pathlib.Path("flight/flight.bil.hdr")
        text = header.read_text()
        for key, word in [("map info", "does not say where"), ("acquisition time", "when it was flown"),
                          ("sensor type", "which sensor"), ("exercise", "worth nothing for a real flight")]:
            header.write_text(re.sub(rf"(?m)^{key} = .*\n", "", text))
            refused(word, permit)
        header.write_text(re.sub("2026-..-..T", "2025-12-31T", text))
        refused("not yet valid", permit)
        header.write_text(re.sub("2026-..-..T", "2027-01-01T", text))
        refused("expired", permit)
        header.write_text(text)
        run("mandate", "revoke", permit, "--issuer", "north", "--reason", "a test", "--out", "back.json")
        refused("is not signed by north", permit, "--revocations", "back.json")  # an unsigned list
        run("mandate", "sign", "back.json", "--key", "north.secret")
        refused("was revoked by north", permit, "--revocations", "back.json")
        pathlib.Path("surface.csv").write_text("band,value\n" + "".join(f"{b + 1},1\n" for b in range(BANDS)))
        refused("no search for surfaces", permit, "--surface", "surface.csv")
        said = run("detect", "flight/flight.bil", "--mandate", permit, code=2)
        assert "--trust" in said, said
        said = run("detect", "flight/flight.bil", "--trust", "trust.json", code=2)
        assert "--mandate" in said, said
        os.chdir("/")
    print(f"{len(one)} products the same, {shown.mean():.0%} of pixels permitted")


if __name__ == "__main__":
    sys.exit(main())
