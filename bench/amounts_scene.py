"""The scenes of bench/amounts: those of bench/detection with other plumes, two kinds.

Column density: plumes of scene.plume_map, strengths from weak to saturating.

Emission rate: a plume transport of its own, in metres and seconds.  A source lets off Q kg/h in puffs,
one a STEP_S.  The wind has a mean over the time it takes to cross the plume, gusts along and across it
(Ornstein-Uhlenbeck, the gusts GUST of the mean, GUST_S seconds long) that move all puffs alike, and
each puff's own wandering beside; puffs spread with age.  Mass is conserved: seen from above every
puff is a Gaussian whose integral is its mass.  What the program is told of the wind is the mean it
drifted with, wrong by a normal error of the stated sigma.

Radiance is scene.make's; its plume_map is replaced while it runs.
"""
import contextlib

import numpy as np

import detection_scene

STRENGTHS = 0.1 * 2.0 ** np.arange(8)  # times the nominal: optical depths of 0.01 to 10
PIXEL_M, WIND_SIGMA = 2.0, 0.15
GUST, GUST_S, STEP_S = 0.25, 15.0, 0.25
REACH_PX = 90
MOLAR_MASS = {"ammonia": 17.031, "acetone": 58.08, "sulfur_hexafluoride": 146.06, "ethyl_acetate": 88.106,
              "sulfur_dioxide": 64.066, "dichloromethane": 84.93, "cfc12": 120.91}  # g/mol
KG_PER_PPMM_M2 = 2.479e19 / 6.02214076e23 * 1e-3  # times g/mol


def column_plan(seed):
    """Six plumes of a scene, of strengths that go through the ladder."""
    sources = detection_scene.plan(seed)
    names = list(detection_scene.NOMINAL)
    for source in sources:
        i = names.index(source["gas"])
        order = np.random.default_rng([i, seed // STRENGTHS.size, 7]).permutation(STRENGTHS.size)
        source["factor"] = float(STRENGTHS[order[seed % STRENGTHS.size]])
        source["peak"] = source["factor"] * detection_scene.NOMINAL[source["gas"]]
    return sources


def emission_plan(seed):
    """Three plumes of a scene: dict as scene.make wants them, with q_kg_h, wind and their seeds."""
    rng = np.random.default_rng([seed, 3000017])
    names = list(detection_scene.NOMINAL)
    sources = []
    speed = float(rng.uniform(1.5, 6.0))
    heading = float(rng.uniform(0, 360))  # to where, from +sample towards +line
    for i in range(3):
        gas = names[(seed * 3 + i) % len(names)]
        row = int((i + 0.5) * detection_scene.LINES / 3)
        # a column of so many ppm.m over 8 m at the mean wind
        ppmm = detection_scene.NOMINAL[gas] * float(rng.choice([0.5, 1.0, 2.0, 4.0]))
        q = ppmm * KG_PER_PPMM_M2 * MOLAR_MASS[gas] * 8.0 * speed * 3600.0
        sources.append(dict(gas=gas, row=row, col=int(rng.integers(96, 160)), wind_deg=heading,
                            peak=ppmm, length=REACH_PX, factor=ppmm / detection_scene.NOMINAL[gas],
                            q_kg_h=q, speed=speed, seed=[seed, i, 4000037]))
    told = speed * float(1 + WIND_SIGMA * np.random.default_rng([seed, 5000011]).normal())
    return sources, dict(speed=max(told, 0.3), sigma=WIND_SIGMA * speed)


def drift(source, h, w):
    """Column density [h, w] of a source in ppm.m, and the mean speed its puffs drifted with."""
    rng = np.random.default_rng(source["seed"])
    speed, reach_m = source["speed"], REACH_PX * PIXEL_M
    n = int(1.6 * reach_m / speed / STEP_S)
    keep = np.exp(-STEP_S / GUST_S)
    gust = np.zeros((n, 2))
    gust[0] = rng.normal(size=2) * GUST * speed
    for k in range(1, n):
        gust[k] = keep * gust[k - 1] + np.sqrt(1 - keep * keep) * GUST * speed * rng.normal(size=2)
    gust[:, 0] -= gust[:, 0].mean()  # the wind told is the mean over this time
    velocity = gust + [speed, 0.0]
    path = np.cumsum(velocity[::-1], axis=0)[::-1] * STEP_S  # of the puff let off at step k, until now
    age = STEP_S * np.arange(n, 0, -1)
    path = path + rng.normal(size=(n, 2)) * (0.05 * speed * np.minimum(age, 20.0))[:, None] ** 0.5
    angle = np.deg2rad(source["wind_deg"])
    x = source["col"] + (path[:, 0] * np.cos(angle) - path[:, 1] * np.sin(angle)) / PIXEL_M
    y = source["row"] + (path[:, 0] * np.sin(angle) + path[:, 1] * np.cos(angle)) / PIXEL_M
    sigma = 0.6 + 0.055 * speed * age / PIXEL_M
    mass_ppmm_m2 = source["q_kg_h"] / 3600 * STEP_S / (KG_PER_PPMM_M2 * MOLAR_MASS[source["gas"]])
    out = np.zeros((h, w))
    for k in range(n):
        half = int(4 * sigma[k]) + 2
        r, c = int(np.floor(y[k])), int(np.floor(x[k]))
        r0, r1, c0, c1 = max(r - half, 0), min(r + half + 1, h), max(c - half, 0), min(c + half + 1, w)
        if r0 >= r1 or c0 >= c1:
            continue
        gy = np.exp(-0.5 * ((np.arange(r0, r1) - y[k]) / sigma[k]) ** 2)
        gx = np.exp(-0.5 * ((np.arange(c0, c1) - x[k]) / sigma[k]) ** 2)
        out[r0:r1, c0:c1] += np.outer(gy, gx) * mass_ppmm_m2 / (2 * np.pi * sigma[k] ** 2 * PIXEL_M ** 2)
    return out


def air_seen_k(built):
    """Kelvin of the scene's air as the sensor sees it in the window (10.2 to 12.5 um), which is what
    --air-temperature asks for: the brightness of a black body as warm, through the air between."""
    scene, wl = detection_scene.physics(), built["wl"]
    for profile in ("midlat_summer", "tropical", "us_std_1976"):  # scene.make's
        table, transmittance, path = scene.lowtran(profile, "1")
        if np.allclose(scene.sample(wl, table, transmittance), built["tau"]):
            break
    else:
        raise ValueError("the scene's air is none of ../shared/scenes/scene.py")
    seen = built["tau"] * scene.planck(wl, built["t_air"]) + scene.sample(wl, table, path)
    window = (wl >= 10.2) & (wl <= 12.5)
    centre = wl[window].mean()
    return scene.C2 / (centre * np.log1p(scene.C1 / (centre ** 5 * seen[window].mean())))


@contextlib.contextmanager
def transport(sources):
    """While this lasts scene.make draws the plumes of emission_plan by drift()."""
    scene = detection_scene.physics()
    kept, maps = scene.plume_map, iter(sources)
    scene.plume_map = lambda rng, h, w, *_: drift(next(maps), h, w)
    try:
        yield
    finally:
        scene.plume_map = kept


class LineByLine:
    """A gas whose transmittance in a band is the average of exp(-k c) over the band's own lines, where
    scene.make would take the exponential of the average: gas[:, None] * columns gives the depth."""

    def __init__(self, nu, k, wl, fwhm):
        x, y = 1e4 / nu[::-1], k[::-1]
        self.lines = []
        for centre, width in zip(wl, fwhm):
            s = width / 2.3548
            m = (x > centre - 4 * s) & (x < centre + 4 * s)
            weight = np.exp(-0.5 * ((x[m] - centre) / s) ** 2)
            self.lines.append((weight / weight.sum(), np.clip(y[m], 0, None)))

    def __getitem__(self, _):
        return self

    def __mul__(self, columns):
        c = columns.ravel()
        return np.array([-np.log(np.exp(-np.outer(c, k)) @ w) for w, k in self.lines])
