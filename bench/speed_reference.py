#!/usr/bin/python3
"""Plain numpy (float64) versions of what bench/speed times, as their papers write them.

usage: speed_reference.py CUBE sparse|shrinkage|window [--columns FIRST:LAST] [--crop L0,L1,S0,S1]
                          [--out FILE] [--iterations 30] [--window 5,21]

CUBE is one of ../shared/bench/make_cube.py; bands from 2.122 to 2.488 um.

sparse     Foote et al. 2020, doi 10.1109/TGRS.2020.2976888: albedo-corrected, reweighted
           sparse matched filter, column by column; ppm.m
shrinkage  Theiler 2012: matched filter by column, covariance (1 - a) S + a diag(S) with the
           likeliest of 201 alphas, each tried with an inverse of its own; FILE.alpha too
window     adaptive cosine (squared, signed) with the background in a window around each
           pixel; windows stay inside the image
Prints the seconds that it took without reading.
"""
import argparse
import time

import numpy as np

FROM_UM, TO_UM = 2.122, 2.488
ALPHAS = 10.0 ** (-10.0 + 0.05 * np.arange(201))


def load(cube, lines=None, samples=None):
    """lines x bands x samples of float32, and d ln L per ppm.m."""
    header = dict(line.split("=", 1) for line in open(cube + ".hdr", encoding="utf-8") if "=" in line)
    header = {key.strip(): value.strip() for key, value in header.items()}
    shape = [int(header[key]) for key in ("lines", "bands", "samples")]
    table = np.loadtxt(cube + "_ch4_target.txt")
    wavelength = np.round(table[:, 1], 4) / 1000.0
    used = np.flatnonzero((wavelength >= FROM_UM) & (wavelength <= TO_UM))
    x = np.memmap(cube, "<f4", "r", shape=tuple(shape))[:, used[0]:used[-1] + 1]
    return x[slice(*(lines or (0, None))), :, slice(*(samples or (0, None)))], table[used, 2] * 1e-5


def sparse(x, s, iterations, floor=1e-4):
    """One column, pixels x bands of float64."""
    n = len(x)
    mu = x.mean(0)
    r = x @ mu / (mu @ mu)
    t = s * mu
    c = (x - mu).T @ (x - mu) / n
    f = np.linalg.solve(c, t)
    amount = np.maximum(0.0, (x - mu) @ f / (r * (t @ f)))
    for _ in range(iterations):
        m = x - (r * amount)[:, None] * t
        mu = m.mean(0)
        t = s * mu
        c = (m - mu).T @ (m - mu) / n
        f = np.linalg.solve(c, t)
        w = 1.0 / (r * (amount + floor))
        amount = np.maximum(0.0, ((x - mu) @ f - w) / (r * (t @ f)))
    return amount


def shrinkage(x, s):
    """One column: amounts, and the alpha chosen."""
    n, p = x.shape
    mu = x.mean(0)
    z = x - mu
    c = z.T @ z / (n - 1)
    target = np.diag(np.diag(c))
    scale = np.sqrt(np.diag(c))  # so that determinants stay within float64
    best = np.inf
    alpha = 1.0
    for a in ALPHAS:
        beta = (1.0 - a) / (n - 1.0)
        g = n * beta * c + a * target
        sign, log_det = np.linalg.slogdet(g / np.outer(scale, scale))
        if sign <= 0:
            continue
        r = ((z @ np.linalg.inv(g)) * z).sum(1)
        q = 1.0 - beta * r
        value = 0.5 * (p * np.log(2.0 * np.pi) + log_det + 2.0 * np.log(scale).sum()) \
            + (np.log(q) + r / q).sum() / (2.0 * n)
        if value < best:
            best, alpha = value, a
    t = s * mu
    f = np.linalg.solve((1.0 - alpha) * c + alpha * target, t)
    return z @ f / (t @ f), alpha


def edge(centre, width, n):
    """First and last of a window that stays inside."""
    first = min(max(centre - width // 2, 0), n - width)
    return first, first + width


def window(x, s, inner, outer):
    """lines x samples x bands; the target is the scene's mean with one part of gas on it."""
    lines, samples, _ = x.shape
    scene = x.mean((0, 1))
    target = scene + scene * s * 1e5
    out = np.empty((lines, samples))
    for line in range(lines):
        for sample in range(samples):
            l0, l1 = edge(line, outer, lines)
            s0, s1 = edge(sample, outer, samples)
            keep = np.ones((outer, outer), bool)
            i0, i1 = edge(line, inner, lines)
            j0, j1 = edge(sample, inner, samples)
            keep[i0 - l0:i1 - l0, j0 - s0:j1 - s0] = False
            pixels = x[l0:l1, s0:s1][keep]
            mu = pixels.mean(0)
            c = np.cov(pixels.T)
            d, y = target - mu, x[line, sample] - mu
            cd = np.linalg.solve(c, d)
            a = y @ cd
            out[line, sample] = a * abs(a) / ((d @ cd) * (y @ np.linalg.solve(c, y)))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cube")
    parser.add_argument("what", choices=("sparse", "shrinkage", "window"))
    parser.add_argument("--columns", default="0:")
    parser.add_argument("--crop")
    parser.add_argument("--out")
    parser.add_argument("--iterations", type=int, default=30)
    parser.add_argument("--window", default="5,21")
    args = parser.parse_args()
    if args.what == "window":
        l0, l1, s0, s1 = (int(v) for v in args.crop.split(","))
        x, s = load(args.cube, (l0, l1), (s0, s1))
        x = np.ascontiguousarray(x.transpose(0, 2, 1)).astype(np.float64)
        start = time.time()
        out = window(x, s, *(int(v) for v in args.window.split(",")))
    else:
        first, last = (int(v) if v else None for v in args.columns.split(":"))
        x, s = load(args.cube, None, (first, last))
        out = np.empty((x.shape[0], x.shape[2]))
        alphas = np.empty(x.shape[2])
        start = time.time()
        for column in range(x.shape[2]):
            pixels = np.ascontiguousarray(x[:, :, column]).astype(np.float64)
            if args.what == "sparse":
                out[:, column] = sparse(pixels, s, args.iterations)
            else:
                out[:, column], alphas[column] = shrinkage(pixels, s)
        if args.out and args.what == "shrinkage":
            alphas.tofile(args.out + ".alpha")
    print(f"seconds {time.time() - start:.3f} pixels {out.size}")
    if args.out:
        out.astype("<f4").tofile(args.out)


if __name__ == "__main__":
    main()
