#!/usr/bin/python3
"""vaho detect --maps against plain numpy in float64: every background, every instruction set."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, os.path.join(os.environ["VAHO_SOURCE"], "bench"))
import speed_reference as plain  # noqa: E402

VAHO = os.environ["VAHO"]
LINES, SAMPLES, BANDS = 150, 37, 31  # no round numbers: ragged edges of every tile
WAVELENGTH = np.round(2.12 + 0.0125 * np.arange(BANDS), 4)
failures = []


def check(what, right):
    print("ok  " if right else "BAD ", what)
    if not right:
        failures.append(what)


def made_cube(folder):
    """Correlated ground with stripes, a plume, a pixel that lacks a band, one that lacks all."""
    rng = np.random.default_rng(5)
    ground = rng.standard_normal((LINES, SAMPLES, 4)).cumsum(0) * 0.03
    patterns = 0.3 + np.sin(np.outer(np.arange(1, 5), np.linspace(0, 3, BANDS)))
    x = 4.0 + ground @ patterns + 0.02 * rng.standard_normal((LINES, SAMPLES, BANDS))
    x *= 1.0 + 0.02 * rng.standard_normal((1, SAMPLES, BANDS))
    s = -1e-5 * np.exp(-((WAVELENGTH - 2.3) / 0.03) ** 2)
    x[60:66, 10:16] *= np.exp(s * 3000.0)
    x = x.astype("<f4")
    x[20, 5, 7] = -9999.0
    x[21, 6, :] = -9999.0
    x.transpose(0, 2, 1).tofile(folder / "cube")
    (folder / "cube.hdr").write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {LINES}\nbands = {BANDS}\nheader offset = 0\n"
        "data type = 4\ninterleave = bil\nbyte order = 0\ndata ignore value = -9999\n"
        "wavelength units = Micrometers\nwavelength = {"
        + ", ".join(f"{w:.4f}" for w in WAVELENGTH) + "}\n")
    with open(folder / "methane.txt", "w", encoding="ascii") as file:
        for b, (w, k) in enumerate(zip(WAVELENGTH, s)):
            file.write(f"{b + 1} {1000 * w:.4f} {k * 1e5:.12f}\n")
    s = np.loadtxt(folder / "methane.txt")[:, 2] * 1e-5
    y = x.astype(np.float64)
    target = y[~(y == -9999).any(2)].mean(0) * 0.9
    (folder / "roof.csv").write_text(
        "# per_band: 1\nwavelength_um,reflectance\n"
        + "".join(f"{w:.4f},{v:.9f}\n" for w, v in zip(WAVELENGTH, target)))
    target = np.array([float(line.split(",")[1]) for line in
                       (folder / "roof.csv").read_text().splitlines()[2:]])
    y[y == -9999] = np.nan
    return y, s, target


def run(folder, out, *options, env=None, fails=0):
    done = subprocess.run([VAHO, "detect", str(folder / "cube"), "--maps", "--bands", "all", "--out",
                           str(folder / out), *options], capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, check=False)
    if done.returncode != fails:
        check(f"{options}: exit {done.returncode}, not {fails}: {done.stderr}", False)
    return done


def read(folder, out, name):
    return np.fromfile(folder / out / f"{name}.img", "<f4").reshape(LINES, SAMPLES).astype(float)


def near(what, got, wanted, tolerance):
    """Of the spread of what is wanted; NaN in the same places."""
    same = np.array_equal(np.isnan(got), np.isnan(wanted))
    spread = max(np.nanstd(wanted), 0.01 * np.nanmean(np.abs(wanted)))  # a map of one value has none
    off = np.nanmax(np.abs(got - wanted)) / spread
    check(f"{what}: {off:.1e} of a standard deviation", same and off < tolerance)


def filtered(pixels, direction, to_target=False):
    """Amount, sigma and signed cosine of pixels (n x bands) against their own mean and covariance."""
    there = np.isfinite(pixels).all(1)
    z = pixels[there]
    mu, c = z.mean(0), np.cov(z.T)
    d = direction - mu if to_target else direction * mu
    f = np.linalg.solve(c, d)
    out = np.full((3, len(pixels)), np.nan)
    a, g = (z - mu) @ f, d @ f
    e = ((z - mu) * np.linalg.solve(c, (z - mu).T).T).sum(1)
    out[:, there] = a / g, np.full(len(a), g ** -0.5), a * np.abs(a) / (g * e)
    return out


def by_column(y, function):
    columns = [function(y[:, column]) for column in range(SAMPLES)]
    return np.stack(columns, -1)


def there_only(function, pixels):
    out = np.full(len(pixels), np.nan)
    there = np.isfinite(pixels).all(1)
    out[there] = function(pixels[there])
    return out


def compare(folder, y, s, target):
    library = ("--library", str(folder / "methane.txt"))
    flat = y.reshape(-1, BANDS)

    run(folder, "scene", *library, "--method", "ace", "--background", "global")
    wanted = filtered(flat, s).reshape(3, LINES, SAMPLES)
    near("scene, amount", read(folder, "scene", "methane_ppmm"), wanted[0], 1e-3)
    near("scene, cosine", read(folder, "scene", "methane_cosine"), wanted[2], 1e-3)
    check("scene, sigma", np.allclose(np.nanmedian(read(folder, "scene", "methane_sigma")),
                                      np.nanmedian(wanted[1]), rtol=1e-4))
    run(folder, "roof", "--surface", str(folder / "roof.csv"), "--method", "ace", "--background",
        "global")
    wanted = filtered(flat, target, True).reshape(3, LINES, SAMPLES)
    near("surface, amount", read(folder, "roof", "roof_abundance"), wanted[0], 1e-3)
    near("surface, cosine", read(folder, "roof", "roof_cosine"), wanted[2], 1e-3)

    wanted = by_column(y, lambda p: filtered(p, s))
    for method in ("mf", "ace"):
        run(folder, method, *library, "--method", method, "--background", "column")
        near(f"column, amount by {method}", read(folder, method, "methane_ppmm"), wanted[0], 2e-3)
        near(f"column, sigma by {method}", read(folder, method, "methane_sigma"), wanted[1], 2e-3)
    near("column, cosine", read(folder, "ace", "methane_cosine"), wanted[2], 2e-3)
    check("mf writes no cosine", not (folder / "mf" / "methane_cosine.img").exists())

    run(folder, "shrunk", *library, "--method", "mf", "--background", "column", "--shrink")
    wanted = by_column(y, lambda p: there_only(lambda z: plain.shrinkage(z, s)[0], p))
    near("shrunk, amount", read(folder, "shrunk", "methane_ppmm"), wanted, 2e-3)

    run(folder, "sparse", *library, "--method", "sparse")
    wanted = by_column(y, lambda p: there_only(lambda z: plain.sparse(z, s, 30), p))
    got = read(folder, "sparse", "methane_ppmm")
    check(f"sparse, ppm.m off by {np.nanmax(np.abs(got - wanted)):.1e}",
          np.nanmax(np.abs(got - wanted)) < 1e-3
          and np.array_equal(np.isnan(got), np.isnan(wanted)))
    check("sparse: most of the ground is 0", 0.2 < np.mean(got == 0) < 1)

    compare_windows(folder, y, target)


def compare_windows(folder, y, target):
    run(folder, "window", "--surface", str(folder / "roof.csv"), "--method", "ace", "--window",
        "3,11")
    got = {k: read(folder, "window", f"roof_{k}") for k in ("abundance", "sigma", "cosine")}
    worst = 0.0
    for line, sample in [(0, 0), (3, 36), (21, 7), (60, 12), (75, 18), (149, 0), (149, 36), (31, 31)]:
        l0, l1 = plain.edge(line, 11, LINES)
        s0, s1 = plain.edge(sample, 11, SAMPLES)
        keep = np.isfinite(y).all(2)
        i0, i1 = plain.edge(line, 3, LINES)
        j0, j1 = plain.edge(sample, 3, SAMPLES)
        keep[i0:i1, j0:j1] = False
        pixels = y[l0:l1, s0:s1][keep[l0:l1, s0:s1]]
        mu, c = pixels.mean(0), np.cov(pixels.T)
        d, z = target - mu, y[line, sample] - mu
        f = np.linalg.solve(c, d)
        a, g, e = z @ f, d @ f, z @ np.linalg.solve(c, z)
        worst = max(worst, abs(got["cosine"][line, sample] - a * abs(a) / (g * e)),
                    abs(got["abundance"][line, sample] / (a / g) - 1) * 0.1,
                    abs(got["sigma"][line, sample] * g ** 0.5 - 1))
    check(f"window: off by {worst:.1e}", worst < 1e-4)
    check("window: pixels that lack a band", np.isnan(got["cosine"]).sum() == 2)


def long_columns(folder):
    """More lines than the sparse filter takes at once: two stretches, each by itself."""
    rng = np.random.default_rng(8)
    lines, samples, bands = 9001, 3, 9
    wavelength = np.round(2.2 + 0.02 * np.arange(bands), 3)
    s = np.array([-1e-5 * (1 + b % 4) for b in range(bands)])
    x = (3 + rng.standard_normal((lines, 1, samples)) * 0.1 +
         0.02 * rng.standard_normal((lines, bands, samples))).astype("<f4")
    x.tofile(folder / "long")
    (folder / "long.hdr").write_text(
        f"ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\nheader offset = 0\n"
        "data type = 4\ninterleave = bil\nbyte order = 0\nwavelength units = Micrometers\n"
        "wavelength = {" + ", ".join(str(w) for w in wavelength) + "}\n")
    (folder / "more").mkdir()
    table = folder / "more" / "methane.txt"  # the file's name is the gas's
    with open(table, "w", encoding="ascii") as file:
        for b, (w, k) in enumerate(zip(wavelength, s)):
            file.write(f"{b + 1} {1000 * w:.4f} {k * 1e5:.6f}\n")
    subprocess.run([VAHO, "detect", str(folder / "long"), "--maps", "--bands", "all", "--library",
                    str(table), "--method", "sparse", "--out", str(folder / "out"),
                    "--iterations", "5"], check=True, stdout=subprocess.DEVNULL)
    got = np.fromfile(folder / "out/methane_ppmm.img", "<f4").reshape(lines, samples)
    y, cut = x.astype(float), lines // 2
    wanted = np.stack([np.concatenate([plain.sparse(y[:cut, :, c], s, 5),
                                       plain.sparse(y[cut:, :, c], s, 5)])
                       for c in range(samples)], -1)
    off = np.abs(got - wanted).max()
    check(f"long columns: ppm.m off by {off:.1e} of {wanted.max():.0f}", off < 1e-3)


def same_everywhere(folder):
    """The same bytes for any number of threads; the same values in any instruction set."""
    library = ("--library", str(folder / "methane.txt"))
    ways = {"scene": (*library, "--method", "ace", "--background", "global"),
            "ace": (*library, "--method", "ace", "--background", "column"),
            "shrunk": (*library, "--method", "mf", "--background", "column", "--shrink"),
            "sparse": (*library, "--method", "sparse"),
            "window": ("--surface", str(folder / "roof.csv"), "--method", "ace", "--window", "3,11")}
    for way, options in ways.items():
        for threads in ("1", "3"):
            run(folder, f"threads{threads}", *options, "--threads", threads)
        one, three = (sorted((folder / f"threads{t}").glob("*.img")) for t in "13")
        check(f"{way}: same bytes by 1 and 3 threads",
              len(one) > 0 and [p.read_bytes() for p in one] == [p.read_bytes() for p in three])
        for cpu in ("generic", "avx2", "avx512", "neon"):
            done = subprocess.run([VAHO, "detect", str(folder / "cube"), "--maps", "--bands", "all",
                                   "--out", str(folder / "cpu"), *options], capture_output=True,
                                  text=True, env={**os.environ, "VAHO_CPU": cpu}, check=False)
            if done.returncode == 2:
                check(f"{cpu}: is told not to be there", cpu in done.stderr)
                continue
            check(f"{cpu} is what ran",
                  json.loads((folder / "cpu" / "run.json").read_text())["cpu"] == cpu)
            for path in one:
                near(f"{way}, {path.name}, {cpu}", read(folder, "cpu", path.stem),
                     read(folder, "threads1", path.stem), 2e-3)
        for used in ("threads1", "threads3", "cpu"):
            for path in (folder / used).glob("*"):
                path.unlink()


def refusals(folder):
    library = ("--library", str(folder / "methane.txt"))
    for options in [("--method", "rx"), ("--method", "mf", "--shrink"),
                    ("--method", "mf", "--window", "4,21"), ("--method", "mf", "--iterations", "3"),
                    ("--method", "sparse", "--background", "global"),
                    ("--method", "mf", "--bands", "2.3"), ("--method", "mf", "--bands", "8-9"),
                    ("--method", "mf", "--window", "5,41")]:
        done = run(folder, "refused", *library, *options, fails=2)
        check(f"{options}: {done.stderr.strip()[:70]}", len(done.stderr) > 30)
    done = subprocess.run([VAHO, "detect", str(folder / "cube"), *library, "--method", "sparse"],
                          capture_output=True, text=True, check=False, cwd=folder)
    check("sparse wants --maps", done.returncode == 2 and "--maps" in done.stderr)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        y, s, target = made_cube(folder)
        compare(folder, y, s, target)
        long_columns(folder)
        same_everywhere(folder)
        refusals(folder)
    print(f"{len(failures)} failed")
    return len(failures) > 0


if __name__ == "__main__":
    sys.exit(main())
