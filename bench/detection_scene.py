"""The scenes of bench/detection: ../shared/scenes with the faults real sensors have on top.

The physics is scene.make's, called without its sensor; the sensor is here, in the order light meets it:

  smile        band centres shifted by a tenth of a band from the middle to the edges of the swath
  columns      gain and offset of each (band, sample), of the size scene.make gives them
  drift        gain of each column walking at random along the line, 0.1 % at its end
  noise        white, 0.015 W/(m2 sr um)
  bad column   one whose noise is 20 times larger
  dead         0.2 % of all (band, sample) stuck at a constant

A scene has one plume of each of six of the seven gases, so that every gas meets the same grounds and
faults, each plume's own column density is known, and a wrong gas is one that could have been right.
Strengths go through the ladder, each gas in its own shuffled order, once round in 14 scenes.

On ground that imitates gases, a scene's materials are drawn from those alone whose emissivity is
lowest where a gas absorbs: for each gas the IMITATORS of the 74 that its absorption resembles most,
a straight line over the window taken out of both.
"""
import os
import sys

import numpy as np

LINES, SAMPLES, BANDS, LENGTH = 480, 256, 128, 40.0
NOISE, COLUMN_ERROR = 0.015, 0.002
SMILE_BANDS, DRIFT, DEAD, BAD_NOISE = 0.1, 0.001, 0.002, 20.0
FAULTS = ("smile", "drift", "column", "dead")
LADDER = 0.02 * 1.4 ** np.arange(14)  # times the nominal strength
NOMINAL = {"ammonia": 90, "acetone": 400, "sulfur_hexafluoride": 3, "ethyl_acetate": 120,
           "sulfur_dioxide": 250, "dichloromethane": 150, "cfc12": 8}  # ppm.m
GROUNDS, IMITATORS = ("ordinary", "imitating"), 3
GROWN = 4  # pixels: a plume reaches this far beyond its pixels of over 2 % of its highest

# One pixel is 1e-5 degrees, so that outlines give back their pixels exactly.
PIXEL_DEG, LONGITUDE, LATITUDE = 1e-5, 10.0, 40.0
MAP_INFO = (f"map info = {{Geographic Lat/Lon, 1, 1, {LONGITUDE}, {LATITUDE}, {PIXEL_DEG}, {PIXEL_DEG},"
            " WGS-84, units=Degrees}\n")


def shared():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared")
    return os.environ.get("VAHO_SHARED", beside)


def physics():
    """The module ../shared/scenes/scene.py; exits with 77, skipped, when it is not there."""
    folder = os.path.join(shared(), "scenes")
    if not os.path.exists(os.path.join(folder, "scene.py")):
        print(f"detection: skipped, no scene.py in {folder}; set VAHO_SHARED to the shared folder", file=sys.stderr)
        sys.exit(77)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import scene
    return scene


def plan(seed, unknown=False):
    """The plumes of a scene: list of dict(gas, row, col, wind_deg, peak, length, factor, unknown).

    With 'unknown' the gas of one of them is in no library."""
    rng = np.random.default_rng([seed, 1000003])
    names = list(NOMINAL)
    there = [g for i, g in enumerate(names) if i != seed % len(names)]
    rng.shuffle(there)
    step = LINES / len(there)
    sources = []
    for i, gas in enumerate(there):
        order = np.random.default_rng([names.index(gas), seed // LADDER.size]).permutation(LADDER.size)
        factor = float(LADDER[order[seed % LADDER.size]])
        sources.append(dict(gas=gas, row=int((i + 0.5) * step), factor=factor, length=LENGTH,
                            col=int(rng.integers(SAMPLES // 8, SAMPLES * 3 // 4)),
                            wind_deg=float(rng.uniform(-40, 40)), peak=factor * NOMINAL[gas],
                            unknown=unknown and i == seed % len(there)))
    return sources


def shift_bands(cube, shift):
    """Resamples cube [h, bands, w] at band + shift[w], by cubic Lagrange interpolation."""
    padded = np.pad(cube, ((0, 0), (2, 2), (0, 0)), mode="reflect", reflect_type="odd")
    below = np.floor(shift).astype(int)  # the node at or below: -1 or 0
    t = (shift - below).astype(np.float32)
    weights = (-t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2,
               -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6)
    out = np.zeros_like(cube)
    for node in (-1, 0):
        columns = below == node
        for k, weight in enumerate(weights):
            start = 2 + node - 1 + k
            out[:, :, columns] += weight[columns] * padded[:, start:start + cube.shape[1], columns]
    return out


def sensor(rng, cube, faults):
    """What a sensor with these faults records of 'cube', with its dead elements [bands, w] and bad
    column (None without).  Whatever the faults, the random numbers are the same."""
    h, nb, w = cube.shape
    across = np.linspace(-1, 1, w)
    if "smile" in faults:
        cube = shift_bands(cube, SMILE_BANDS * (across ** 2 - 1 / 3))
    gain = 1 + COLUMN_ERROR * rng.normal(size=(nb, w))
    offset = 0.5 * COLUMN_ERROR * rng.normal(size=(nb, w))
    drift = 1 + DRIFT * ("drift" in faults) * np.cumsum(rng.normal(size=(h, w)), axis=0) / np.sqrt(h)
    column = int(rng.integers(0, w))
    bad = column if "column" in faults else None
    sigma = np.full(w, NOISE, np.float32)
    if bad is not None:
        sigma[bad] *= BAD_NOISE
    noise = rng.standard_normal(cube.shape, dtype=np.float32)
    cube = (cube * gain * drift[:, None, :] + offset + sigma * noise).astype(np.float32)
    dead = rng.random((nb, w)) < DEAD * ("dead" in faults)
    stuck = (rng.uniform(0, 2, (nb, w)) * cube.mean()).astype(np.float32)
    return np.where(dead, stuck, cube), dead, bad


def imitators(scene, wl, gases):
    """What scene.emissivities() gives, of the materials only that imitate gases."""
    wavelength, emissivity = scene.emissivities()
    line = np.stack([np.ones(wl.size), wl - wl.mean()], axis=1)

    def shape(y):
        y = y - line @ np.linalg.lstsq(line, y, rcond=None)[0]
        return y / np.linalg.norm(y)

    missing = [shape(1 - scene.sample(wl, wavelength, e)) for e in emissivity]
    chosen = set()
    for absorption in gases.values():
        chosen |= set(np.argsort([-m @ shape(absorption) for m in missing])[:IMITATORS])
    return wavelength, emissivity[sorted(chosen)]


def build(seed, sources, faults=FAULTS, ground="ordinary"):
    """A scene: dict(cube, wl, fwhm, gases, truth {gas: map}, tau, t_air, t_ground, dead, bad)."""
    scene = physics()
    wl = np.linspace(8.05, 13.2, BANDS)
    fwhm = np.full(BANDS, 1.2 * (wl[1] - wl[0]))
    gases = {g: scene.absorption(g, wl, fwhm) for g in NOMINAL}
    materials = scene.emissivities
    if ground == "imitating":
        chosen = imitators(scene, wl, gases)
        scene.emissivities = lambda: chosen
    try:
        cube, truth, air = scene.make(seed, wl, gases, sources, h=LINES, w=SAMPLES, noise=0.0, column_error=0.0)
    finally:
        scene.emissivities = materials
    cube, dead, bad = sensor(np.random.default_rng([seed, 2000003]), cube, faults)
    return dict(cube=cube, wl=wl, fwhm=fwhm, gases=gases, truth=truth, dead=dead, bad=bad, **air)
