"""From the results of all scenes to the figures of bench/shortwave: numbers, text and plots.

Limit: the strength (peak, ppm.m) found half the time, of a logistic curve in its logarithm,
P = 1 / (1 + (half / s)^k), for each ground and detector by itself: the posterior mean of ln half over
a grid of half and k with a flat prior in the logarithm of half and ln k normal about ln 4 with sigma
0.5.  A limit above the ladder is put a step above it and marked '>'.  Each filter is given the
group of columns that serves it best in each figure.

Intervals are 90 %, by drawing whole scenes anew.
"""
import numpy as np

from detection_plot import COLOURS, Panel, page
from shortwave_filters import GROUPS
from shortwave_scene import GROUNDS, LADDER

REPORTED = 0.05
APART = 10  # pixels
RIVALS = {kind: [f"{kind}{g}" for g in GROUPS] for kind in ("matched", "sparse")}
FINDERS = ["vaho", *RIVALS["matched"], *RIVALS["sparse"]]
MAPS = [*FINDERS, "nothing"]
TITLE = {"vaho": "vaho", "nothing": "no gas anywhere",
         **{f"{kind}{g}": f"{kind} filter, {g} column{'s' if g > 1 else ''}" for kind in RIVALS for g in GROUPS}}
DRAWS = 400
GRID_HALF = np.log(np.geomspace(LADDER[0] / 2, LADDER[-1] * np.sqrt(2), 90))
GRID_K = np.exp(np.linspace(np.log(1), np.log(16), 15))


def of_map(result, name):
    return result["vaho"] if name == "vaho" else result["baselines"][name]


def found(result, name, i):
    if name == "vaho":
        return any(r["q"] <= REPORTED and r["plume"] == i for r in result["vaho"]["reports"])
    return result["baselines"][name]["margin"][i] > 1


def half(strength, hit):
    """The limit, ppm.m."""
    s, h = np.log(strength)[:, None, None], np.asarray(hit, float)[:, None, None]
    z = GRID_K[None, None, :] * (s - GRID_HALF[None, :, None])
    cost = (np.logaddexp(0, -z) + (1 - h) * z).sum(0) + ((np.log(GRID_K / 4)) ** 2 / 0.5)[None, :]
    weight = np.exp(cost.min() - cost)
    return float(np.exp((weight * GRID_HALF[:, None]).sum() / weight.sum()))


def rmse(rows, name, part):
    keys = ("off", "on") if part == "all" else (part,)
    squares = sum(of_map(r, name)[k] for r in rows for k in keys)
    return float(np.sqrt(squares / sum(of_map(r, name)["n_" + k] for r in rows for k in keys)))


def of_ground(rows):
    """Limits, errors and ratios of one ground."""
    strength = np.array([p for r in rows for p in r["peaks"]])
    scene = np.array([j for j, r in enumerate(rows) for _ in r["peaks"]])
    hit = {n: np.array([found(r, n, i) for r in rows for i in range(len(r["peaks"]))]) for n in FINDERS}
    limit = {n: half(strength, hit[n]) for n in FINDERS}
    error = {n: {part: rmse(rows, n, part) for part in ("all", "off", "on")} for n in MAPS}
    best = {f"limit {kind}": min(of, key=lambda n: limit[n]) for kind, of in RIVALS.items()}
    best.update({f"rmse {kind}": min(of, key=lambda n: error[n]["all"]) for kind, of in RIVALS.items()})
    best.update({"limit column": "matched1", "rmse column": "matched1"})  # by column, as it is commonly run
    rng, drawn, ratio = np.random.default_rng(1), {k: [] for k in best}, {}
    for _ in range(DRAWS):
        pick = rng.integers(0, len(rows), len(rows))
        at = np.concatenate([np.flatnonzero(scene == j) for j in pick])
        some = [rows[j] for j in pick]
        own = {"limit": half(strength[at], hit["vaho"][at]), "rmse": rmse(some, "vaho", "all")}
        for k, n in best.items():
            other = half(strength[at], hit[n][at]) if k.startswith("limit") else rmse(some, n, "all")
            drawn[k].append(other / own[k.split()[0]])
    for k, n in best.items():
        ratio[k] = [limit[n] / limit["vaho"] if k.startswith("limit") else error[n]["all"] / error["vaho"]["all"]]
    for k in ratio:
        ratio[k] += np.quantile(drawn[k], (0.05, 0.95)).tolist()
    rungs = {n: [[s, int(hit[n][strength == s].sum()), int((strength == s).sum())] for s in LADDER] for n in FINDERS}
    return dict(n=len(rows), limit=limit, rmse=error, best=best, ratio=ratio, rungs=rungs)


def places(points):
    """How many places of the ground the points are at, those within APART pixels being one."""
    kept = []
    for point in points:
        if all(np.hypot(*np.subtract(point, k)) > APART for k in kept):
            kept.append(point)
    return [[round(v) for v in k] for k in kept]


def reports(results):
    """What vaho reported at q <= 0.05: counts, and amounts over the footprints."""
    all_of = [r for result in results for r in result["vaho"]["reports"] if r["q"] <= REPORTED]
    on = [r for r in all_of if r["plume"] is not None]
    empty = [r for r in results if not r["peaks"]]
    ratio = [r["mean_ppmm"] / r["true_ppmm"] for r in on if r["true_ppmm"] > 0]
    return dict(n=len(all_of), false=len(all_of) - len(on),
                places=places([r["ground"] for r in all_of if r["plume"] is None]), n_empty=len(empty),
                empty_with_report=sum(any(r["q"] <= REPORTED for r in e["vaho"]["reports"]) for e in empty),
                amount_quartiles=np.quantile(ratio, (0.25, 0.5, 0.75)).tolist() if ratio else None,
                amount_covered=float(np.mean([abs(r["mean_ppmm"] - r["true_ppmm"]) <= r["sigma_ppmm"]
                                              for r in on])) if on else None)


def figures(results):
    out = dict(seconds=float(np.median([r["vaho"]["seconds"] for r in results])), ground={}, reports={})
    for g in GROUNDS:
        rows = [r for r in results if r["ground"] == g]
        out["ground"][g] = of_ground([r for r in rows if r["peaks"]])
        out["reports"][g] = reports(rows)
    return out


def text(f):
    lines = [f"{f['program']['version']} ({f['program']['sha256_12']}), {f['seconds']:.1f} s a scene"]
    for g, x in f["ground"].items():
        lines += [f"{g}, {x['n']} scenes",
                  f"  {'':<28}{'limit ppm.m':>12}{'rmse ppm.m':>12}{'off plumes':>12}{'on plumes':>12}"]
        for n in MAPS:
            limit = "-" if n not in x["limit"] else (">" if x["limit"][n] > LADDER[-1] else "") + f"{x['limit'][n]:.0f}"
            e = x["rmse"][n]
            lines.append(f"  {TITLE[n]:<28}{limit:>12}{e['all']:>12.0f}{e['off']:>12.0f}{e['on']:>12.0f}")
        for k, (r, low, high) in x["ratio"].items():
            what = f"{k.split()[0]} better than of {TITLE[x['best'][k]]}"
            lines.append(f"  {what:<52}{r:6.2f} times ({low:.2f} to {high:.2f})")
        r = f["reports"][g]
        lines.append(f"  {r['n']} reports at q <= {REPORTED}, {r['false']} of them false; {r['empty_with_report']} "
                     f"of {r['n_empty']} empty scenes with a report")
        if r["places"]:
            lines.append("  the false ones are at the ground's (line, sample) "
                         + ", ".join(f"({a}, {b})" for a, b in r["places"]))
        if r["amount_quartiles"]:
            lines.append("  mean column density over the footprint, reported / true: quartiles "
                         + " ".join(f"{q:.2f}" for q in r["amount_quartiles"])
                         + f"; truth within sigma {100 * r['amount_covered']:.0f} %")
    return "\n".join(lines)


def plots(f):
    ladder, bars = [], []
    for g, x in f["ground"].items():
        panel = Panel(f"{g}: plumes found", "peak, ppm.m", "share found", (LADDER[0] / 1.2, LADDER[-1] * 1.2), (0, 1),
                      (125, 250, 500, 1000, 2000, 4000, 8000), (0, 0.25, 0.5, 0.75, 1), log_x=True)
        names = ["vaho", x["best"]["limit matched"], x["best"]["limit sparse"]]
        for colour, n in zip(COLOURS, names):
            there = [(s, k / m) for s, k, m in x["rungs"][n] if m]
            panel.curve(*zip(*there), colour)
            panel.points(*zip(*there), colour)
        ladder.append(panel)
        names = ["vaho", x["best"]["rmse matched"], x["best"]["rmse sparse"], "nothing"]
        top = max(x["rmse"][n]["all"] for n in names) * 1.15
        panel = Panel(f"{g}: error of the map", "", "rmse, ppm.m", (0.5, 4.5), (0, top), (),
                      [round(top * i / 4, -1) for i in range(5)])
        for i, n in enumerate(names):
            colour = COLOURS[(0, 1, 2, 4)[i]]
            panel.curve((i + 1, i + 1), (0, x["rmse"][n]["all"]), colour)
            panel.points((i + 1,), (x["rmse"][n]["all"],), colour)
        bars.append(panel)
    legend = [("vaho", COLOURS[0]), ("matched filter", COLOURS[1]), ("sparse filter", COLOURS[2])]
    return {"ladder": page(ladder, 2, legend), "rmse": page(bars, 2, legend + [("no gas anywhere", COLOURS[4])])}
