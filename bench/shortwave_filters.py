"""The baselines of bench/shortwave in numpy: a column-wise matched filter and a sparse one.

Both see the methane window 2.122 to 2.488 um and know the gas from the very table that the plumes are
made with: the unit spectrum s (per ppm.m) is the slope of the logarithm of what each band sees over
0 to 2000 ppm.m.  The target is t = mu s.

matched       per column, or group of neighbouring columns: mu, C over its pixels,
              c = (x - mu)' C^-1 t / (t' C^-1 t).
sparse        Foote et al. 2020, IEEE TGRS 58, 6480, doi 10.1109/TGRS.2020.2976888, from the paper: per
              group of neighbouring columns, albedo r_i = x_i' mu / (mu' mu) (at least LEAST_ALBEDO, which
              the paper has not: over dark water the filter divides by nothing otherwise); first the matched filter
              above over r_i, then 30 times
                  mu, C of what is left, x_i - r_i c_i t,
                  w_i = 1 / (c_i + eps)                                     (reweighted l1)
                  c_i = max(0, [(x_i - mu)' C^-1 t - w_i] / (r_i t' C^-1 t)),
              t = mu s anew each time.
"""
import numpy as np

WINDOW_UM = (2.122, 2.488)
ITERATIONS, EPSILON = 30, 1e-9
LEAST_ALBEDO = 0.1
GROUPS = (1, 5, 15)  # columns that share statistics


def unit_spectrum(light):
    from shortwave_scene import PPMM
    few = PPMM <= 2000
    return np.polyfit(PPMM[few], light.log[:, few].T, 1)[0]


def window(scene):
    use = (scene["wl"] >= WINDOW_UM[0]) & (scene["wl"] <= WINDOW_UM[1])
    return scene["cube"][:, use].astype(float), unit_spectrum(scene["light"])[use]


def matched_group(x, s):
    """x [pixel, band]; column densities of one group."""
    mu = x.mean(0)
    t = mu * s
    filtered = np.linalg.solve(np.cov(x, rowvar=False), t)
    return (x - mu) @ filtered / (t @ filtered)


def sparse_group(x, s):
    """x [pixel, band]; column densities of one group."""
    mu = x.mean(0)
    albedo = np.maximum(LEAST_ALBEDO, x @ mu / (mu @ mu))
    t = mu * s
    filtered = np.linalg.solve(np.cov(x, rowvar=False, bias=True), t)
    c = np.maximum(0, (x - mu) @ filtered / (albedo * (t @ filtered)))
    for _ in range(ITERATIONS):
        left = x - (albedo * c)[:, None] * t
        mu = left.mean(0)
        covariance = np.cov(left, rowvar=False, bias=True)
        t = mu * s
        filtered = np.linalg.solve(covariance, t)
        c = np.maximum(0, ((x - mu) @ filtered - 1 / (c + EPSILON)) / (albedo * (t @ filtered)))
    return c


def by_group(filter_group, scene, group):
    """The column density map [line, sample] of matched_group or sparse_group."""
    x, s = window(scene)
    h, nb, w = x.shape
    out = np.empty((h, w))
    for first in range(0, w, group):
        part = x[:, :, first:first + group]
        out[:, first:first + group] = filter_group(part.transpose(0, 2, 1).reshape(-1, nb), s).reshape(h, -1)
    return out
