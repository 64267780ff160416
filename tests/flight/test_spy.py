#!/usr/bin/env python3
"""The standard methods agree with Debian's python3-spectral on real cubes, for any number of threads.

Matched filter, ACE and RX against spectral's own; CEM, which it does not have,
and backgrounds by column against their definitions in numpy.  Every band that is
not constant counts.  Tolerance: 1e-4 of the largest absolute score of the map.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
DATA = pathlib.Path(os.environ["VAHO_SHARED"]) / "data"
TOLERANCE = 1e-4
if not DATA.is_dir():
    print(f"skipped: {DATA} is missing")
    sys.exit(77)
try:
    import numpy as np
    import spectral
    from osgeo import gdal
except ImportError as missing:
    print(f"skipped: {missing} (tools/install-packages)")
    sys.exit(77)
gdal.UseExceptions()


def read_envi(path):
    """lines x samples x bands as numbers of the file, by its header; and its wavelengths or None."""
    text = pathlib.Path(f"{path}.hdr").read_text()
    lines, samples, bands = (int(re.search(rf"^{key} *= *(\d+)", text, re.M).group(1))
                             for key in ("lines", "samples", "bands"))
    kind = {"1": "u1", "2": "<i2", "4": "<f4"}[re.search(r"^data type *= *(\d+)", text, re.M).group(1)]
    order = re.search(r"^interleave *= *(\w+)", text, re.M).group(1)
    values = np.fromfile(path, kind).astype(float)
    shape = {"bsq": (bands, lines, samples), "bil": (lines, bands, samples), "bip": (lines, samples, bands)}
    to_bip = {"bsq": (1, 2, 0), "bil": (0, 2, 1), "bip": (0, 1, 2)}
    listed = re.search(r"^wavelength *= *\{([^}]*)\}", text, re.M)
    wavelengths = np.array([float(v) for v in listed.group(1).split(",")]) if listed else None
    return values.reshape(shape[order]).transpose(to_bip[order]), wavelengths


def columns(path):
    return np.genfromtxt(path, delimiter=",", skip_header=1)


def cases():
    muufl, wavelengths = read_envi(DATA / "muufl/muufl_sub.bip")
    lab = columns(DATA / "muufl/signature_lab_soil_brown.csv")
    yield "muufl", DATA / "muufl/muufl_sub.bip", muufl, np.interp(wavelengths, lab[:, 0], lab[:, 1])
    diego, _ = read_envi(DATA / "sandiego/sandiego.bsq")
    yield "sandiego", DATA / "sandiego/sandiego.bsq", diego, columns(DATA / "sandiego/signature_mean.csv")[:, 1]
    aviris, _ = read_envi(DATA / "aviris/aviris_90x90.bil")
    aviris /= 10000  # its header's reflectance scale factor
    yield "aviris", DATA / "aviris/aviris_90x90.bil", aviris, aviris[40, 40] + 0.02


def expected(cube, target):
    alive = cube.reshape(-1, cube.shape[2]).std(axis=0) > 0
    x, t = cube[:, :, alive], target[alive]
    background = spectral.calc_stats(x)
    mf = spectral.matched_filter(x, t, background)
    pixels = x.reshape(-1, x.shape[2])
    w = np.linalg.solve(pixels.T @ pixels / len(pixels), t)
    return {"mf": mf,
            "ace": np.sign(mf) * spectral.ace(x, t, background),
            "cem": (pixels @ w / (t @ w)).reshape(mf.shape),
            "rx": spectral.rx(x, background),
            "ace column": expected_by_column(cube, target)}


def shrunk(c, target, n):
    """c drawn towards a multiple of target, as sense/background.h says."""
    whiten = np.linalg.inv(np.linalg.cholesky(target))
    s, p = whiten @ c @ whiten.T, len(c)
    square, trace = (s * s).sum(), np.trace(s)
    rho = min(1, ((1 - 2 / p) * square + trace**2) / ((n + 1 - 2 / p) * (square - trace**2 / p)))
    return (1 - rho) * c + rho * trace / p * target


def expected_by_column(cube, target):
    """ACE with a mean and a covariance a column."""
    alive = cube.reshape(-1, cube.shape[2]).std(axis=0) > 0
    x, t = cube[:, :, alive], target[alive]
    n_lines, n_samples, _ = x.shape
    z, n_free = x - x.mean(axis=0), (n_lines - 1) * n_samples
    within = np.tensordot(z, z, ([0, 1], [0, 1])) / n_free
    within = shrunk(within, np.diag(np.diag(within)), n_free)
    ace = np.empty((n_lines, n_samples))
    for s in range(n_samples):
        inverse = np.linalg.inv(shrunk(z[:, s].T @ z[:, s] / (n_lines - 1), within, n_lines - 1))
        d = t - x[:, s].mean(axis=0)
        a, e = z[:, s] @ inverse @ d, np.einsum("ij,jk,ik->i", z[:, s], inverse, z[:, s])
        ace[:, s] = np.sign(a) * a**2 / (d @ inverse @ d * e)
    return ace


def run(folder, cube, signature, method, threads):
    surface = [] if method == "rx" else ["--surface", signature]
    method, _, background = method.partition(" ")
    done = subprocess.run([VAHO, "detect", cube, *surface, "--method", method, "--threads", str(threads),
                           "--background", background or "auto", "--out", folder],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{cube} {method}: exit {done.returncode}: {done.stderr}")
    return sorted(p for p in pathlib.Path(folder).iterdir() if p.name != "run.json")


def unscaled(work, signature):
    """The AVIRIS cube as if its header did not say 'reflectance scale factor': the signature is a fraction."""
    cube = pathlib.Path(work) / "unscaled.bil"
    cube.symlink_to((DATA / "aviris/aviris_90x90.bil").resolve())
    header = (DATA / "aviris/aviris_90x90.bil.hdr").read_text()
    pathlib.Path(f"{cube}.hdr").write_text(re.sub(r"reflectance scale factor.*\n", "", header))
    run(f"{work}/unscaled", cube, signature, "ace", 1)
    scores = [gdal.Open(f"{work}/{folder}/aviris_score.tif").ReadAsArray() for folder in ("aviris_ace_1", "unscaled")]
    error = np.abs(scores[1] - scores[0]).max() / np.abs(scores[0]).max()
    noted = "reflectance times 10000" in pathlib.Path(f"{work}/unscaled/run.json").read_text()
    print(f"aviris    ace without the scale factor: difference {error:.1e}{'' if noted else ', no note'}")
    return not noted or not error <= TOLERANCE


def refuses_rx_with_a_surface(work, signature):
    done = subprocess.run([VAHO, "detect", DATA / "muufl/muufl_sub.bip", "--method", "rx", "--surface", signature,
                           "--out", f"{work}/refused"], capture_output=True, text=True)
    print(f"rx with a surface: exit {done.returncode}: {done.stderr.strip()}")
    return done.returncode != 2 or "--surface" not in done.stderr


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as work:
        for name, path, cube, target in cases():
            signature = pathlib.Path(work) / f"{name}.csv"  # in the cube's own bands and numbers
            signature.write_text("band,value\n" + "".join(f"{b + 1},{v:.17g}\n" for b, v in enumerate(target)))
            for method, wanted in expected(cube, target).items():
                one, three = f"{work}/{name}_{method}_1", f"{work}/{name}_{method}_3"
                files = run(one, path, signature, method, 1)
                again = run(three, path, signature, method, 3)
                same = ([p.name for p in files] == [p.name for p in again] and
                        all(a.read_bytes() == b.read_bytes() for a, b in zip(files, again)))
                stem = "rx" if method == "rx" else name
                got = gdal.Open(f"{one}/{stem}_score.tif").ReadAsArray().astype(float)
                error = np.abs(got - wanted).max() / np.abs(wanted).max()
                good = error <= TOLERANCE and same
                failures += not good
                print(f"{name:9} {method:10} difference {error:.1e} of the largest score"
                      f"{'' if same else ', other bytes with 3 threads'}{'' if good else '  FAILED'}")
        failures += unscaled(work, signature)
        failures += refuses_rx_with_a_surface(work, signature)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
