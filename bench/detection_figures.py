"""From the results of all scenes to the figures of bench/detection: numbers, text and plots.

Limit: the strength found half the time, of a logistic curve in the logarithm of strength,
  P(found) = 1 / (1 + exp(-k (ln s - ln s_half(gas)))),
one k for all gases of a detector, so that a few dozen plumes a gas are enough.  Weak normal priors,
ln k about ln 4 with sigma 0.5 and ln s_half about the ladder's middle with sigma 3, keep the fit
finite where a detector finds all or nothing.  A limit beyond the ladder's top is put there, a
step above it, and its ratio is then a lower bound.

Intervals are 90 %: of limits and ratios by drawing whole scenes anew, of shares by Wilson's score.
"""
import numpy as np
import scipy.optimize

from detection_plot import COLOURS, Panel, page
from detection_scene import LADDER, NOMINAL

REPORTED, LOOSE = 0.05, 0.2
Q_STEPS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
PROBABILITY_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
STRONG_SNR = 20.0
DRAWS = 300
GASES = list(NOMINAL)
DETECTORS = {"vaho": "vaho, right place", "vaho_gas": "vaho, right place and gas",
             "vaho_oracle": "vaho, oracle threshold",
             "mf": "matched filter, as it is", "mf_repaired": "matched filter, repaired",
             "ace": "ACE, as it is", "ace_repaired": "ACE, repaired"}
OWN = ("vaho", "vaho_gas", "vaho_oracle")
BASELINES = ("ace", "ace_repaired", "mf", "mf_repaired")


def wilson(k, n, z=1.645):
    """Share, low and high; NaN of nothing."""
    if n == 0:
        return [float("nan")] * 3
    p, d = k / n, 1 + z * z / n
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    middle = (p + z * z / (2 * n)) / d
    return [p, max(0.0, middle - half), min(1.0, middle + half)]


def reported(result, q=REPORTED):
    return [dict(r, seed=result["seed"]) for r in result["reports"] if r["q_value"] <= q]


def at_unknown(result, report):
    """Whether a report lies on a plume of a gas that was not searched for."""
    return report["plume"] is not None and result["sources"][report["plume"]]["unknown"]


def is_false(result, report):
    """Nothing is there, or what is there was not searched for and has the name of a gas all the same."""
    return report["plume"] is None or at_unknown(result, report) and not report["right"]


def found(result, detector, i):
    """Whether the detector found source i of a scene."""
    if detector == "vaho_oracle":
        gas = result["sources"][i]["gas"]
        off = max((r["snr"] for r in result["reports"] if r["plume"] is None and r["gas"] == gas), default=0)
        return any(r["snr"] > off for r in result["reports"] if r["plume"] == i and r["right"])
    if detector.startswith("vaho"):
        own = [r for r in reported(result) if r["plume"] == i]
        return any(r["right"] for r in own) if detector == "vaho_gas" else bool(own)
    return result["margins"][detector][i] > 1


def fit(gas, log_factor, hit):
    """ln s_half of every gas, and k."""
    middle = np.log(LADDER).mean()

    def cost(p):
        k = np.exp(p[-1])
        z = k * (log_factor - p[gas])
        miss = np.logaddexp(0, -z) + (1 - hit) * z
        slope = hit - 1 / (1 + np.exp(-z))  # of the log-likelihood by z
        grad = np.append(np.bincount(gas, slope * k, len(GASES)), -(slope * z).sum())
        prior = ((p[:-1] - middle) ** 2).sum() / 18 + (p[-1] - np.log(4)) ** 2 / 0.5
        return miss.sum() + prior, grad + np.append((p[:-1] - middle) / 9, (p[-1] - np.log(4)) / 0.25)

    best = scipy.optimize.minimize(cost, np.append(np.full(len(GASES), middle), np.log(4)), jac=True,
                                   bounds=[(-9, 9)] * len(GASES) + [(-1, 4)]).x
    return np.minimum(best[:-1], np.log(LADDER[-1] * 1.4)), float(np.exp(best[-1]))


def limits(ladder):
    """{detector: {half: {gas: factor}, low, high, slope, ...}} and {baseline: ratio with interval}."""
    rows = [(s, GASES.index(p["gas"]), np.log(p["factor"]), i)
            for s, result in enumerate(ladder) for i, p in enumerate(result["sources"]) if not p["unknown"]]
    scene, gas, strength = (np.array([r[c] for r in rows]) for c in range(3))
    hits = {d: np.array([found(ladder[r[0]], d, r[3]) for r in rows], float) for d in DETECTORS}
    by_scene = [np.flatnonzero(scene == s) for s in range(len(ladder))]
    rng = np.random.default_rng(1)
    draws = [np.concatenate([by_scene[s] for s in rng.integers(0, len(ladder), len(ladder))])
             for _ in range(DRAWS)]
    out, drawn = {}, {}
    for d in DETECTORS:
        half, k = fit(gas, strength, hits[d])
        drawn[d] = np.array([fit(gas[i], strength[i], hits[d][i])[0] for i in draws])
        low, high = np.exp(np.quantile(drawn[d], (0.05, 0.95), axis=0))
        out[d] = dict(half=dict(zip(GASES, np.exp(half).tolist())), low=dict(zip(GASES, low.tolist())),
                      high=dict(zip(GASES, high.tolist())), slope=k,
                      beyond=[g for g, h in zip(GASES, half) if np.exp(h) > LADDER[-1]],
                      rungs={g: [[float(f), int(hits[d][m].sum()), int(m.sum())] for f in LADDER
                                 for m in [(gas == j) & np.isclose(strength, np.log(f))]]
                             for j, g in enumerate(GASES)})
    ratios = {}
    for d in OWN:
        for b in BASELINES:
            own, other = (np.log(list(out[x]["half"].values())) for x in (d, b))
            spread = np.exp(np.quantile((drawn[b] - drawn[d]).mean(1), (0.05, 0.95)))
            ratios[f"{b} / {d}"] = [float(np.exp((other - own).mean())), *map(float, spread)]
    return out, ratios


def calibration(ladder):
    """False, wrong and split shares of reports up to each q."""
    rows = []
    for q in Q_STEPS:
        all_of = [dict(r, false=is_false(result, r), unknown=at_unknown(result, r), called_unknown=r["gas"] == "unknown")
                  for result in ladder for r in reported(result, q)]
        false = sum(r["false"] for r in all_of)
        wrong = sum(not r["false"] and not r["right"] for r in all_of)
        rows.append(dict(q=q, n=len(all_of), false=false, wrong_gas=wrong,
                         at_unknown=sum(r["unknown"] and r["false"] for r in all_of),
                         unknown_named=sum(r["called_unknown"] and r["unknown"] for r in all_of),
                         called_unknown=sum(r["called_unknown"] and not r["unknown"] for r in all_of),
                         false_share=wilson(false, len(all_of)),
                         mean_q=float(np.mean([r["q_value"] for r in all_of])) if all_of else None))
    return rows


def identification(ladder):
    at_plume = [r for result in ladder for r in reported(result) if not is_false(result, r)]
    right = np.array([r["right"] for r in at_plume], float)
    stated = np.array([r["probability"] for r in at_plume], float)
    bins, error = [], 0.0
    for low, high in zip(PROBABILITY_EDGES[:-1], PROBABILITY_EDGES[1:]):
        m = (stated > low) & (stated <= high) | ((stated == 0) & (low == 0))
        if m.any():
            bins.append(dict(low=low, high=high, n=int(m.sum()), stated=float(stated[m].mean()),
                             right=wilson(int(right[m].sum()), int(m.sum()))))
            error += m.sum() / len(right) * abs(stated[m].mean() - right[m].mean())
    pairs = {}
    for result in ladder:
        for r in reported(result):
            if not is_false(result, r) and not r["right"]:
                name = f"{r['gas']} for {result['sources'][r['plume']]['gas']}"
                pairs[name] = pairs.get(name, 0) + 1
    return dict(n=len(at_plume), right=wilson(int(right.sum()), len(at_plume)), bins=bins,
                calibration_error=float(error), wrong=dict(sorted(pairs.items(), key=lambda x: -x[1])))


def amounts(ladder):
    rows = [(r, result["sources"][r["plume"]]) for result in ladder for r in reported(result)
            if r["plume"] is not None and r["right"] and r["true_ppmm"]]

    def of(some):
        ratio = np.array([r["mean_ppmm"] / r["true_ppmm"] for r, _ in some])
        inside = sum(abs(r["mean_ppmm"] - r["true_ppmm"]) <= r["sigma_ppmm"] for r, _ in some)
        quartiles = np.quantile(ratio, (0.25, 0.5, 0.75)).tolist() if some else [None] * 3
        return dict(n=len(some), ratio_quartiles=quartiles, sigma_covers=wilson(inside, len(some))[0])

    strong = [(r, s) for r, s in rows if r["snr"] >= STRONG_SNR]
    return dict(all=of(rows), strong=of(strong), weak=of([x for x in rows if x[0]["snr"] < STRONG_SNR]),
                gas={g: of([x for x in rows if x[1]["gas"] == g]) for g in GASES},
                source_px=dict(n=len(strong), quartiles=np.quantile(
                    [r["distance_px"] for r, _ in strong], (0.25, 0.5, 0.75)).tolist() if strong else None))


def stray(results):
    """Reports at q <= 0.05 that are false or name another gas, for a person to look into."""
    keep = ("seed", "gas", "q_value", "snr", "pixels", "pixel_bbox", "on_bad_column", "probability")
    out = []
    for result in results:
        for r in reported(result):
            if is_false(result, r) or not r["right"]:
                there = None if r["plume"] is None else result["sources"][r["plume"]]
                out.append(dict({k: r[k] for k in keep}, bad_column=result["bad_column"],
                                false=is_false(result, r),
                                true_gas=there and there["gas"], true_factor=there and there["factor"]))
    return out


def figures(results):
    """All figures; a part without scenes is left out."""
    ladder = [r for r in results if r["sources"]]
    empty = [r for r in results if not r["sources"]]
    out = dict(n_ladder=len(ladder), n_empty=len(empty), stray=stray(results),
               seconds=float(np.median([r["seconds"] for r in results])))
    if ladder:
        out["limits"], out["ratios"] = limits(ladder)
        out.update(calibration=calibration(ladder), identification=identification(ladder),
                   amounts=amounts(ladder))
    if empty:
        out["empty"] = {str(q): wilson(sum(bool(reported(r, q)) for r in empty), len(empty))
                        for q in (REPORTED, LOOSE)}
    return out


def share(x):
    return "-" if np.isnan(x[0]) else f"{100 * x[0]:.1f} % ({100 * x[1]:.1f} to {100 * x[2]:.1f})"


def text_ladder(f):
    lines = [f"strength found half the time, ppm.m, {f['n_ladder']} scenes of six plumes (> above the ladder)",
             f"{'':<28}" + "".join(f"{g[:12]:>13}" for g in GASES)]
    for d, title in DETECTORS.items():
        x = f["limits"][d]
        cells = (f"{'>' if g in x['beyond'] else ''}{x['half'][g] * NOMINAL[g]:.3g}" for g in GASES)
        lines.append(f"{title:<28}" + "".join(f"{c:>13}" for c in cells))
    lines.append("times weaker than, geometric mean over gases (90 % interval)")
    for name, (r, low, high) in f["ratios"].items():
        b, d = name.split(" / ")
        lines.append(f"  {DETECTORS[d]:<26} against {DETECTORS[b]:<26} {r:5.2f} ({low:.2f} to {high:.2f})")
    lines.append("reports up to stated q")
    for row in f["calibration"]:
        if row["q"] in (REPORTED, LOOSE):
            mean = "" if row["mean_q"] is None else f", mean stated q {row['mean_q']:.3f}"
            lines.append(f"  q <= {row['q']:<5} {row['n']:4} reports, false {share(row['false_share'])}, "
                         f"another gas at a plume {row['wrong_gas']}{mean}")
            if f["unknown"]:
                lines.append(f"    of the false, {row['at_unknown']} at the {f['n_ladder']} plumes of a gas not searched for;"
                             f" {row['unknown_named']} reports there called unknown")
            if row["called_unknown"]:
                lines.append(f"    {row['called_unknown']} reports elsewhere called unknown")
    i = f["identification"]
    lines.append(f"the right gas at {share(i['right'])} of {i['n']} reports on plumes; "
                 f"calibration error of probability {i['calibration_error']:.3f}")
    lines += [f"  {n:3} {name}" for name, n in i["wrong"].items()]
    lines.append("mean column density over the footprint, reported / true: quartiles, share within sigma")
    a = f["amounts"]
    named = {"all": a["all"], f"snr >= {STRONG_SNR:g}": a["strong"], f"snr < {STRONG_SNR:g}": a["weak"], **a["gas"]}
    for name, x in named.items():
        if x["n"]:
            q = x["ratio_quartiles"]
            lines.append(f"  {name:<20} {x['n']:4}  {q[0]:.2f} {q[1]:.2f} {q[2]:.2f}   {100 * x['sigma_covers']:.0f} %")
    if a["source_px"]["quartiles"]:
        q = a["source_px"]["quartiles"]
        lines.append(f"source, distance from the true one at snr >= {STRONG_SNR:g}: quartiles "
                     f"{q[0]:.1f} {q[1]:.1f} {q[2]:.1f} pixels of {a['source_px']['n']}")
    return lines


def text(f):
    lines = [f"{f['program']['version']} ({f['program']['sha256_12']}), {f['seconds']:.1f} s a scene, faults: "
             f"{', '.join(f['faults']) or 'none'}, {f['ground']} ground"]
    if "limits" in f:
        lines += text_ladder(f)
    for q, x in f.get("empty", {}).items():
        lines.append(f"empty scenes with a report at q <= {q}: {share(x)} of {f['n_empty']}")
    if f["stray"]:
        lines.append(f"reports at q <= {REPORTED} that are false, or of another gas at a plume")
    for s in f["stray"]:
        what = ("false" if s["false"] else "") + (f" at {s['true_gas']} x {s['true_factor']:.3f}" if s["true_gas"] else "")
        column = f", on bad column {s['bad_column']}" if s["on_bad_column"] else ""
        lines.append(f"  scene {s['seed']}: {s['gas']} q {s['q_value']:.2g} snr {s['snr']:.1f} "
                     f"p {s['probability']:.3f} {s['pixels']} px in {s['pixel_bbox']}, {what}{column}")
    return "\n".join(lines)


def ladder_panel(title, f, gases):
    panel = Panel(title, "strength / nominal", "share found", (LADDER[0] / 1.2, LADDER[-1] * 1.2), (0, 1),
                  (0.02, 0.05, 0.1, 0.2, 0.5, 1), (0, 0.25, 0.5, 0.75, 1), log_x=True)
    x = np.geomspace(LADDER[0], LADDER[-1], 80)
    for colour, d in zip(COLOURS, ("vaho", "vaho_gas", "mf_repaired", "ace_repaired")):
        limit = f["limits"][d]
        curves = [1 / (1 + (limit["half"][g] / x) ** limit["slope"]) for g in gases]
        panel.curve(x, np.mean(curves, axis=0), colour)
        rungs = np.sum([limit["rungs"][g] for g in gases], axis=0)[:, 1:]
        pairs = rungs.reshape(-1, 2, 2).sum(1)
        at = np.sqrt(LADDER[::2] * LADDER[1::2])
        there = pairs[:, 1] > 0
        panel.points(at[there], pairs[there, 0] / pairs[there, 1], colour)
    return panel


def plots(f):
    """{name: SVG text} of what was run."""
    if "limits" not in f:
        return {}
    panels = [ladder_panel("all gases", f, GASES)] + [ladder_panel(g.replace("_", " "), f, [g]) for g in GASES]
    legend = [(DETECTORS[d], c) for d, c in zip(("vaho", "vaho_gas", "mf_repaired", "ace_repaired"), COLOURS)]
    q = Panel(f"false reports, {f['n_ladder']} scenes", "q-value up to", "share false", (0, 0.5), (0, 1),
              (0, 0.1, 0.2, 0.3, 0.4, 0.5), (0, 0.2, 0.4, 0.6, 0.8, 1))
    q.curve((0, 0.5), (0, 0.5), COLOURS[4], dashed=True)
    rows = [r for r in f["calibration"] if r["n"]]
    share3 = np.array([r["false_share"] for r in rows]).reshape(-1, 3)
    q.points([r["q"] for r in rows], share3[:, 0], COLOURS[0], share3[:, 1], share3[:, 2])
    ticks = (0, 0.25, 0.5, 0.75, 1)
    sure = Panel(f"right gas, {f['identification']['n']} reports", "stated probability", "share right",
                 (0, 1), (0, 1), ticks, ticks)
    sure.curve((0, 1), (0, 1), COLOURS[4], dashed=True)
    bins = f["identification"]["bins"]
    right = np.array([b["right"] for b in bins]).reshape(-1, 3)
    sure.points([b["stated"] for b in bins], right[:, 0], COLOURS[0], right[:, 1], right[:, 2])
    return {"ladder": page(panels, 4, legend), "q": page([q], 1, size=(320, 320)),
            "reliability": page([sure], 1, size=(320, 320))}
