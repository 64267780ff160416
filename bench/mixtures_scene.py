"""The scenes of bench/mixtures: those of bench/detection, where some plumes carry two gases.

A scene has all seven gases, each once, in random order: two plumes of two gases and three of one.  Both gases
of a mixed plume have the same map but for a factor, as what leaves one chimney has.  Strengths are times FOUND,
about what bench/detection finds half the time alone: 1 to 4 in a mixed plume (equal ones in one of two), 1 to 64 in
a plume of one gas, so that strong ones are tried that may sprout companions.
"""
import numpy as np

import detection_scene
from detection_scene import LENGTH, LINES, NOMINAL, SAMPLES

# The strength found half the time, ppm.m: limits of 'vaho' over 100 scenes of bench/detection --first 501.
FOUND = {"ammonia": 10.3, "acetone": 26.6, "sulfur_hexafluoride": 0.29, "ethyl_acetate": 3.9,
         "sulfur_dioxide": 107, "dichloromethane": 13.7, "cfc12": 1.9}
MIXED, ALONE = 2.0 ** (np.arange(5) / 2), 2.0 ** np.arange(7)  # times FOUND


def plan(seed):
    """The sources of a scene, one a gas; those of one 'plume' lie at one place."""
    rng = np.random.default_rng([seed, 4000003])
    names = [str(g) for g in rng.permutation(list(NOMINAL))]
    plumes = [names[0:2], names[2:4], *([g] for g in names[4:])]
    sources = []
    for row, plume in enumerate(rng.permutation(len(plumes))):
        gases = plumes[plume]
        equal = rng.random() < 0.5
        factor = rng.choice(MIXED, 2) if len(gases) > 1 else rng.choice(ALONE, 1)
        place = dict(row=int((row + 0.5) * LINES / len(plumes)), col=int(rng.integers(SAMPLES // 8, SAMPLES * 3 // 4)),
                     wind_deg=float(rng.uniform(-40, 40)), length=LENGTH, plume=int(plume), unknown=False)
        for i, gas in enumerate(gases):
            times = float(factor[0 if equal else i])
            sources.append(dict(place, gas=gas, factor=times, peak=times * FOUND[gas]))
    return sources


def build(seed, sources):
    """detection_scene.build() with one map for all sources at one place."""
    scene, drawn = detection_scene.physics(), {}
    kept = scene.plume_map

    def shared_map(rng, h, w, row, col, wind_deg, peak, length):
        if (row, col) not in drawn:
            drawn[row, col] = kept(rng, h, w, row, col, wind_deg, 1.0, length)
        return peak * drawn[row, col]

    scene.plume_map = shared_map
    try:
        return detection_scene.build(seed, sources)
    finally:
        scene.plume_map = kept
