#!/usr/bin/env python3
"""Spectra of ../shared/scenes for test_shared_scenes.c, which says what becomes of them.

  shared_spectra.py SHARED

First its own check: the equation printed here is that of scene.make(), to float32.  Then for each case a
line "case GAS FILE PPMM GROUND_K AIR_K PROFILE MATERIAL" and a line "um with without" a band, and last a
line "noise DEVIATION", that of a cube of scene.make() from the same cube without noise.
"""
import sys

sys.path.insert(0, sys.argv[1] + "/scenes")
import numpy as np  # noqa: E402
import scene  # noqa: E402

FILES = {"ammonia": "iao_pure_NH3_0-10000_1cm.txt", "acetone": "acetone.jdx",
         "sulfur_dioxide": "GAS_so2.jdx", "sulfur_hexafluoride": "sulphur_hexafluoride.jdx",
         "ethyl_acetate": "ethyl_acetate.jdx", "dichloromethane": "dichloromethane.jdx",
         "cfc12": "dichlorodifluoromethane.jdx"}
PPMM = {"ammonia": 60, "acetone": 200, "sulfur_dioxide": 600, "sulfur_hexafluoride": 1, "ethyl_acetate": 40,
        "dichloromethane": 200, "cfc12": 10}
wl = np.linspace(8.05, 13.2, 128)
fwhm = np.full(128, 1.15 * (wl[1] - wl[0]))  # the simulator's
gases = {g: scene.absorption(g, wl, fwhm) for g in scene.GASES}


def air(profile, t_air):
    x, tau, path = scene.lowtran(profile, "1")
    y, _, sky = scene.lowtran(profile, "20")
    return (scene.sample(wl, x, tau), scene.sample(wl, x, path), scene.sample(wl, y, sky),
            scene.planck(wl, t_air))


def plume(leaving, c, gas, profile, t_air):
    """At the sensor, through c ppm.m; 'leaving' is what leaves the ground."""
    tau, path, _, warm = air(profile, t_air)
    t = np.exp(-gases[gas] * c)
    return tau * (t * leaving + (1 - t) * warm) + path


def check():
    """scene.make() with and without a plume, without faults: the difference is this equation's."""
    source = dict(gas="ammonia", row=20, col=20, wind_deg=20.0, peak=80.0, length=15.0)
    args = dict(h=48, w=48, noise=0.0, column_error=0.0)
    # a plume of nothing, so that both draw the same random numbers
    without, _, atm = scene.make(3, wl, gases, [dict(source, peak=0.0)], **args)
    with_, truth, _ = scene.make(3, wl, gases, [source], **args)
    noisy, _, _ = scene.make(3, wl, gases, [source], **dict(args, noise=0.015))
    best = min((np.abs(air(p, 298.0)[0] - atm["tau"]).max(), p)
               for p in ("midlat_summer", "tropical", "us_std_1976"))
    tau, path, _, _ = air(best[1], 298.0)
    c, worst = truth["ammonia"], 0.0
    for line, sample in np.argwhere(c > 5.0):
        leaving = (without[line, :, sample].astype(float) - path) / tau
        want = plume(leaving, c[line, sample], "ammonia", best[1], 298.0)
        worst = max(worst, np.abs(want - with_[line, :, sample]).max())
    if best[0] > 1e-9 or worst > 1e-5 or (c > 5.0).sum() < 50:
        sys.exit(f"not the equation of scene.make(): {best}, {worst}")
    return float((noisy - with_).std())


def main():
    noise = check()
    x, library = scene.emissivities()
    header = open(scene.SPECTRA + "/surface/LUMA_SLUM_IR.csv").readline().strip().replace('"', "").split(",")[1:]
    if len(header) != len(library):
        sys.exit("some materials have no emissivity")
    case = 0
    for gas in sorted(FILES):
        for profile, t_air in (("midlat_summer", 294.0), ("tropical", 299.0), ("us_std_1976", 288.0)):
            for warmer, strength in ((8.0, 1.0), (-4.0, 8.0)):
                material = (case * 11) % len(header)
                case += 1
                e = scene.sample(wl, x, library[material])
                _, _, sky, _ = air(profile, t_air)
                leaving = e * scene.planck(wl, t_air + warmer) + (1 - e) * sky
                c = PPMM[gas] * strength
                print(f"case {gas} {FILES[gas]} {c} {t_air + warmer} {t_air} {profile} {header[material]}")
                for b in range(128):
                    print(f"{wl[b]:.6f} {plume(leaving, c, gas, profile, t_air)[b]:.9f} "
                          f"{plume(leaving, 0.0, gas, profile, t_air)[b]:.9f}")
    print(f"noise {noise:.6f}")


main()
