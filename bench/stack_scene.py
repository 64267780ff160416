"""The campaigns of bench/stack: passes over steady sources, on the physics of ../shared/scenes.

A campaign is so many small scenes of bench/detection's sensor.  Nothing but the sources is the same
in two passes: ground, air and noise have seeds of their own, the wind blows from anywhere, the plume
meanders anew, the pixels are placed wrong by about a pixel, and the wind that the list states is
wrong by ten degrees.  The strength of a source is the same in all passes.
"""
import csv
import math
import os

import numpy as np

import detection_scene

LINES, SAMPLES, BANDS, LENGTH = 160, 128, 64, 40.0
GASES = ("ammonia", "dichloromethane")
PIXEL_M, LONGITUDE, LATITUDE = 5.0, 15.0, 40.0
DEG_EAST = PIXEL_M / 85393.7   # of a degree at 40 north, WGS 84
DEG_SOUTH = PIXEL_M / 111034.7
PLACE_SIGMA_PX, WIND_SIGMA_DEG = 1.0, 10.0
LADDER = 0.012 * 1.35 ** np.arange(14)  # times the nominal strength


def lonlat(row, col):
    return LONGITUDE + (col + 0.5) * DEG_EAST, LATITUDE - (row + 0.5) * DEG_SOUTH


def plan(seed, lower=0, rungs=len(LADDER)):
    """The sources of a campaign: one of each gas, 'rungs' of the ladder from
    'lower' on in turn (a number that 5 does not divide)."""
    rng = np.random.default_rng([seed, 4000003])
    spots = [(52, 40), (108, 88)]
    rng.shuffle(spots)
    sources = []
    for i, gas in enumerate(GASES):
        factor = float(LADDER[lower + (seed * 5 + i * (rungs // 2)) % rungs])
        sources.append(dict(gas=gas, row=int(spots[i][0] + rng.integers(-8, 9)), length=LENGTH, factor=factor,
                            col=int(spots[i][1] + rng.integers(-8, 9)), peak=factor * detection_scene.NOMINAL[gas]))
    return sources


def wind_angle(seed, i):
    """Where the wind of a pass blows to, degrees from +sample towards +line."""
    return float(np.random.default_rng([seed, i, 5000011]).uniform(0, 360))


def winds(listed):
    """Where the wind of each pass comes from, as the list states it."""
    with open(listed, encoding="utf-8") as f:
        return [row["wind_from_deg"] for row in csv.DictReader(f)]


def write(folder, seed, sources, passes):
    """Writes the cubes and their list; returns the list's path and the first cube's."""
    scene = detection_scene.physics()
    wl = np.linspace(8.05, 13.2, BANDS)
    fwhm = np.full(BANDS, 1.2 * (wl[1] - wl[0]))
    gases = {g: scene.absorption(g, wl, fwhm) for g in GASES}
    rows = ["cube,wind_from_deg,wind_from_sigma_deg,time"]
    for i in range(passes):
        rng = np.random.default_rng([seed, i, 5000011])
        angle = float(rng.uniform(0, 360))  # as wind_angle() has it
        cube, _, _ = scene.make([seed, i, 6000011], wl, gases, [dict(s, wind_deg=angle) for s in sources],
                                h=LINES, w=SAMPLES, noise=0.0, column_error=0.0)
        cube, _, _ = detection_scene.sensor(rng, cube, ("smile", "drift", "dead"))
        east, south = rng.normal(0, PLACE_SIGMA_PX, 2)
        info = (f"map info = {{Geographic Lat/Lon, 1, 1, {LONGITUDE + east * DEG_EAST:.9f}, "
                f"{LATITUDE - south * DEG_SOUTH:.9f}, {DEG_EAST:.12f}, {DEG_SOUTH:.12f}, WGS-84, units=Degrees}}\n")
        scene.write_envi(os.path.join(folder, f"pass{i:02}.bil"), cube, wl, fwhm, info)
        blows_to = math.degrees(math.atan2(math.cos(math.radians(angle)), -math.sin(math.radians(angle))))
        rows.append(f"pass{i:02}.bil,{(blows_to + 180 + rng.normal(0, WIND_SIGMA_DEG)) % 360:.1f},{WIND_SIGMA_DEG},"
                    f"2026-03-{i + 1:02}T10:00:00Z")
    path = os.path.join(folder, "passes.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(rows) + "\n")
    return path, os.path.join(folder, "pass00.bil")
