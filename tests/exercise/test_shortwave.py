#!/usr/bin/env python3
"""Flights in reflected sunlight: vaho detect finds and measures the methane, as on a real flight.

With the simulator's own methane, and with tables and spectra of ../shared where they are: the truth
comes back by the table that lies with the flight, whatever it was made from.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
SPECTRA = pathlib.Path(os.environ["VAHO_SHARED"]) / "spectra"
SMALL = ["--kind", "shortwave", "--lines", "260", "--samples", "160", "--plumes", "2", "--peak", "700"]
failures = []


def run(*arguments):
    return subprocess.run([VAHO, *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})


def expect(what, holds, detail=""):
    if not holds:
        failures.append(f"{what}: {detail}")


def play(name, *more):
    """Makes a flight and looks for methane; its plumes at q <= 0.05 and its truth."""
    made = run("exercise", "new", name, *SMALL, *more)
    expect(name, made.returncode == 0 and made.stderr == "", made.stderr)
    found = run("detect", f"{name}/{name}.bil", "--library", f"{name}/library", "--out", f"{name}/out")
    expect(name, found.returncode == 0, found.stderr)
    plumes = json.loads(pathlib.Path(f"{name}/out/plumes.geojson").read_text())["features"]
    truth = json.loads(pathlib.Path(f"{name}/{name}.truth.json").read_text())
    return [p["properties"] for p in plumes if p["properties"]["q_value"] <= 0.05], truth


def check_found(name, *more):
    plumes, truth = play(name, *more)
    ratios = []
    for source in truth["sources"]:
        near = [p for p in plumes if abs(p["source_line"] - source["line"]) < 8 and
                abs(p["source_sample"] - source["sample"]) < 8]
        expect(name, len(near) == 1 and near[0]["gas"] == "methane", f"{source}: {plumes}")
        ratios += [near[0]["peak_ppmm"] / source["peak_ppmm"]] if near else []
    # a plume's peak is its highest pixel, the truth's is its 95th percentile
    expect(name, all(0.85 < r < 1.6 for r in ratios), ratios)
    print(name, "strength", ", ".join(f"{r:.2f}" for r in ratios), f"{len(plumes)} plumes")
    return len(plumes) - len(truth["sources"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        false = check_found("own")
        header = pathlib.Path("own/own.bil.hdr").read_text()
        expect("marked", "exercise = 1" in header and "EXERCISE" in header, header[:200])
        expect("empty", play("empty", "--plumes", "0", "--seed", "4")[0] == [], "plumes where none are")
        run("exercise", "new", "one", *SMALL, "--threads", "1")
        run("exercise", "new", "three", *SMALL, "--threads", "3")
        expect("bytes", pathlib.Path("one/one.bil").read_bytes() == pathlib.Path("three/three.bil").read_bytes())
        tables = {"lookup": ["--spectra", SPECTRA / "swir/mag1c_ch4.lut"],
                  "unit": ["--spectra", SPECTRA / "swir/ch4_target_425.txt"],
                  "pure": ["--spectra", SPECTRA / "gas/iao_pure_CH4_0-10000_1cm.txt"],
                  "grounds": ["--surfaces", SPECTRA / "surface/ecostress", "--air",
                              SPECTRA / "atmosphere/lowtran7/swir_vertical_tau_us_std_1976.csv"]}
        missing = [str(path) for more in tables.values() for path in more[1::2] if not path.exists()]
        for name, more in tables.items() if not missing else []:
            false += check_found(name, *more)
        expect("false", false <= 2, f"{false} plumes too many")
        for what, word, more in [
                ("gas", "acetone takes no light", ["--kind", "shortwave", "--gas", "acetone"]),
                ("band", "from 1.45 to 2.49", ["--kind", "shortwave", "--range", "1.2,2.0"]),
                ("kind", "neither thermal nor", ["--kind", "radar"])]:
            refused = run("exercise", "new", "no", *more)
            expect(what, refused.returncode == 2 and word in refused.stderr, refused.stderr)
        os.chdir("/")
    print("\n".join(failures) or "methane is found and measured")
    if missing and not failures:
        print("skipped: missing", missing)
        return 77
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
