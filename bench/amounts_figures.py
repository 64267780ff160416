"""From the results of all scenes to the figures of bench/amounts: numbers, text and plots."""
from math import erf

import numpy as np

from detection_figures import wilson
from detection_plot import COLOURS, Panel, page
from detection_scene import NOMINAL

Q = 0.05
SNR_EDGES = (0.0, 10.0, 30.0, 1e9)


def rows_of(results, emission):
    """Reports of the right gas at q <= 0.05: one dict each."""
    out = []
    for result in results:
        for r in result["reports"]:
            if r["q_value"] > Q or not r.get("right") or not r["true_ppmm"]:
                continue
            source = result["sources"][r["plume"]]
            row = dict(seed=result["seed"], gas=r["gas"], factor=source["factor"], snr=r["snr"],
                       ratio=r["mean_ppmm"] / r["true_ppmm"], sigma=r["sigma_ppmm"] / r["true_ppmm"],
                       peak=r["peak_ppmm"] / r["true_peak_ppmm"], known=r["known"], covered=r["covered"],
                       covered2=r["covered2"])
            if emission and r["emission_kg_h"] is not None:
                row.update(rate=r["emission_kg_h"] / source["q_kg_h"],
                           rate_sigma=r["emission_sigma_kg_h"] / source["q_kg_h"])
            out.append(row)
    return out


def describe(rows, value="ratio", sigma="sigma"):
    rows = [r for r in rows if value in r]
    if not rows:
        return dict(n=0)
    x, s = (np.array([r[k] for r in rows]) for k in (value, sigma))
    inside = int((np.abs(x - 1) < s).sum())
    out = dict(n=len(rows), median=float(np.median(x)), quartiles=np.quantile(x, (0.25, 0.75)).tolist(),
               median_off=float(np.median(np.abs(x - 1))), coverage=wilson(inside, len(rows)),
               median_sigma=float(np.median(s)))
    if value == "ratio":
        known = sum(r["known"] for r in rows)
        out.update(peak=float(np.median([r["peak"] for r in rows])),
                   pixels=known, pixel_coverage=sum(r["covered"] for r in rows) / max(known, 1),
                   pixel_coverage2=sum(r["covered2"] for r in rows) / max(known, 1))
    return out


def figures(columns, emissions):
    rows, rates = rows_of(columns, False), rows_of(emissions, True)
    bands = [f"snr {a:g} to {b:g}" if b < 1e9 else f"snr over {a:g}" for a, b in zip(SNR_EDGES, SNR_EDGES[1:])]
    within = [[r for r in rows if a <= r["snr"] < b] for a, b in zip(SNR_EDGES, SNR_EDGES[1:])]
    return dict(scenes=len(columns), emission_scenes=len(emissions), rows=rows, rates=rates,
                column=dict(all=describe(rows), **{b: describe(w) for b, w in zip(bands, within)},
                            **{g: describe([r for r in rows if r["gas"] == g]) for g in NOMINAL}),
                emission=dict(all=describe(rates, "rate", "rate_sigma"),
                              **{g: describe([r for r in rates if r["gas"] == g], "rate", "rate_sigma")
                                 for g in NOMINAL},
                              without=sum("rate" not in r for r in rates)),
                emission_column=describe(rates))


def text(f):
    out = [f"Column density, {f['scenes']} scenes, transmittance: {f['transmittance']}, air: {f['air']}",
           f"  {'':22}{'n':>4} {'ratio':>6} {'quartiles':>12} {'cover':>6} {'90 %':>12} {'pixels':>7} {'2 sigma':>8} {'peak':>5}"]
    for name, d in f["column"].items():
        if d["n"]:
            c = d["coverage"]
            out.append(f"  {name:22}{d['n']:4} {d['median']:6.2f} {d['quartiles'][0]:5.2f} -{d['quartiles'][1]:5.2f}"
                       f" {c[0]:6.2f} {c[1]:5.2f} -{c[2]:5.2f} {d['pixel_coverage']:7.2f}"
                       f" {d['pixel_coverage2']:8.2f} {d['peak']:5.2f}")
    out.append(f"Emission rate, {f['emission_scenes']} scenes, wind told within 15 %; "
               f"{f['emission']['without']} plumes without a rate")
    for name, d in f["emission"].items():
        if name != "without" and d["n"]:
            c = d["coverage"]
            out.append(f"  {name:22}{d['n']:4} {d['median']:6.2f} {d['quartiles'][0]:5.2f} -{d['quartiles'][1]:5.2f}"
                       f" {c[0]:6.2f} {c[1]:5.2f} -{c[2]:5.2f}   off by {d['median_off']:.2f} in the median,"
                       f" sigma {d['median_sigma']:.2f}")
    return "\n".join(out)


def plots(f):
    ratio = [Panel("column density", "strength, times nominal", "reported / true", (0.08, 16), (0, 2.5),
                   (0.1, 1, 10), (0, 0.5, 1, 1.5, 2), log_x=True),
             Panel("emission rate", "strength, times nominal", "reported / true", (0.3, 6), (0, 2.5),
                   (0.5, 1, 2, 4), (0, 0.5, 1, 1.5, 2), log_x=True)]
    legend = []
    for i, g in enumerate(NOMINAL):
        colour = COLOURS[i % len(COLOURS)]
        legend.append((g, colour))
        for panel, rows, x, s in ((ratio[0], f["rows"], "ratio", "sigma"), (ratio[1], f["rates"], "rate", "rate_sigma")):
            m = [r for r in rows if r["gas"] == g and x in r and r[x] < 2.5]
            jitter = 1 + 0.02 * (i - 3)
            panel.points([r["factor"] * jitter for r in m], [r[x] for r in m], colour,
                         [max(0, r[x] - r[s]) for r in m], [min(2.5, r[x] + r[s]) for r in m])
    k = np.linspace(0.1, 3, 30)
    cover = []
    for title, rows, x, s in (("mean column density", f["rows"], "ratio", "sigma"),
                              ("emission rate", f["rates"], "rate", "rate_sigma")):
        panel = Panel(title, "interval, sigmas", "share that covers the truth", (0, 3), (0, 1),
                      (0, 1, 2, 3), (0, 0.25, 0.5, 0.75, 1))
        z = np.array([abs(r[x] - 1) / r[s] for r in rows if x in r])

        panel.curve(k, [erf(v / 2 ** 0.5) for v in k], COLOURS[4], dashed=True)
        if z.size:
            panel.curve(k, [float((z < v).mean()) for v in k], COLOURS[0])
        cover.append(panel)
    return dict(ratio=page(ratio, 2, legend), coverage=page(cover, 2, [("measured", COLOURS[0]), ("Gaussian", COLOURS[4])]))
