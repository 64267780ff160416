#!/usr/bin/env python3
"""Two gases in one plume are reported as two plumes on one ground, and a plume of one gas as one; the gas
that is there as well is no alternative, and --explain says beside which gas it was found."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
SHARED = pathlib.Path(os.environ["VAHO_SHARED"])
LINES, SAMPLES, BANDS = 240, 128, 96
MIXED, ALONE = (60, 40), (180, 50)  # line and sample of the sources
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def make(scene, name):
    import numpy as np
    wl = np.linspace(8.05, 13.2, BANDS)
    fwhm = np.full(BANDS, 1.2 * (wl[1] - wl[0]))
    peaks = [(MIXED, "ammonia", 60), (MIXED, "ethyl_acetate", 30), (ALONE, "dichloromethane", 200)]
    sources = [dict(gas=g, row=at[0], col=at[1], wind_deg=10, peak=peak, length=40) for at, g, peak in peaks]
    gases = {g: scene.absorption(g, wl, fwhm) for _, g, _ in peaks}
    drawn, draw = {}, scene.plume_map

    def one_map(rng, h, w, row, col, wind_deg, peak, length):  # both gases leave the same chimney
        if (row, col) not in drawn:
            drawn[row, col] = draw(rng, h, w, row, col, wind_deg, 1.0, length)
        return peak * drawn[row, col]

    scene.plume_map = one_map
    cube, _, _ = scene.make(5, wl, gases, sources, h=LINES, w=SAMPLES)
    scene.write_envi(name, cube, wl, fwhm)


def at(place, plumes):
    return [p for p in plumes if p["pixel_bbox"][0] - 4 <= place[0] <= p["pixel_bbox"][2] + 4
            and p["pixel_bbox"][1] - 4 <= place[1] <= p["pixel_bbox"][3] + 4]


def main():
    if not (SHARED / "scenes" / "scene.py").exists() or not (SHARED / "spectra" / "gas").exists():
        print("skipped: scenes or spectra are missing")
        return 77
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(SHARED / "scenes"))
    import scene
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(scene, "pair.bil")
        subprocess.run([VAHO, "detect", "pair.bil", "--library", str(SHARED / "spectra" / "gas"), "--explain", "all",
                        "--threads", "1", "--out", "out"], check=True, stdout=subprocess.DEVNULL)
        features = json.loads(pathlib.Path("out/plumes.geojson").read_text())["features"]
        plumes = [f["properties"] for f in features if f["properties"]["q_value"] <= 0.05]
        for p in plumes:
            print(p["gas"], p["q_value"], p["snr"], p["mean_ppmm"], p["pixel_bbox"], p["alternatives"])
        pair, alone = at(MIXED, plumes), at(ALONE, plumes)
        expect(sorted(p["gas"] for p in pair) == ["ammonia", "ethyl_acetate"], "the pair is not named as two")
        expect([p["gas"] for p in alone] == ["dichloromethane"], "a plume of one gas has company")
        for p in pair + alone:
            told = {a["gas"] for a in p["alternatives"]}
            expect(not told & {"ammonia", "ethyl_acetate", "dichloromethane"}, f"{p['gas']} may be {told}")
        beside = [json.loads(pathlib.Path(f"out/explain-{p['id']}.json").read_text())["evidence"]["beside"] for p in pair]
        first = pair[0]["gas"] if not beside[0] else pair[1]["gas"]
        expect(sorted(map(len, beside)) == [0, 1] and [first] in beside, f"beside {beside}")
        os.chdir("/")
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
