#!/usr/bin/env python3
"""Gases by the standard methods, on simulated flights: the right ones, nothing where nothing is.

Not how well they find (the default method does better), but that signatures,
units, decoys and threads are right: what is found is named rightly, its strength
is of the right order, and an empty scene is empty.  The bound on strength is wide
(measured: 0.6 to 4.4): nobody tells how much warmer the ground is than the air, 2.5 K are
assumed and this ground is warmer; the peak is the 95th percentile of single noisy pixels that
were picked for being high, and every pixel is given the scene's mean contrast.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
RUNS = [(m, b) for m in ("mf", "ace", "cem") for b in ("global", "column")]


def vaho(*words):
    done = subprocess.run([VAHO, *words], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"vaho {' '.join(map(str, words))}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def detect(scene, method, background, threads=0):
    out = scene / f"{method}_{background}_{threads}"
    vaho("detect", scene / "s.bil", "--library", scene / "library", "--method", method, "--background", background,
         "--threads", str(threads), "--out", out)
    return out


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as work:
        full, empty = pathlib.Path(work) / "full" / "s", pathlib.Path(work) / "empty" / "s"
        for scene, plumes in (full, "4"), (empty, "0"):
            scene.parent.mkdir()
            vaho("exercise", "new", scene, "--lines", "240", "--samples", "192", "--seed", "3", "--plumes", plumes)
        for method, background in RUNS:
            out = detect(full, method, background)
            score = json.loads(vaho("score", out, "--truth", full / "s.truth.json", "--json"))["flights"][0]
            found = [s for s in score["sources"] if s["found"]]
            right = all(s["found_gas"] == s["gas"] and 1 / 5 < s["strength_ratio"] < 5 for s in found)
            nothing = json.loads((detect(empty, method, background) / "plumes.geojson").read_text())["features"]
            false = sum(f["properties"]["q_value"] <= 0.05 for f in nothing)
            good = len(found) >= 2 and right and false == 0
            failures += not good
            print(f"{method} {background}: found {[(s['gas'], s['strength_ratio']) for s in found]} of 4, "
                  f"{false} in the empty scene{'' if good else '  FAILED'}")
        for method, background in RUNS[:2]:
            one, three = (detect(full, method, background, n) for n in (1, 3))
            for path in sorted(one.iterdir()):
                if path.name != "run.json" and path.read_bytes() != (three / path.name).read_bytes():
                    failures += 1
                    print(f"{method} {background}: other bytes with 3 threads in {path.name}  FAILED")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
