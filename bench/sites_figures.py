#!/usr/bin/env python3
"""Figures of many simulated campaigns (run by bench/sites): are stated probabilities right, and
has each source one site?

  sites_figures.py PROGRAM N-SEEDS FIRST-SEED [all]

Reads the JSON that bench_sites prints for every campaign.  Reliability in tenths; ECE, the
expected calibration error, is the mean over tenths of |stated - true|, weighted by how many
sites lie there.  'all' prints the tenths: mean stated, share true, how many.
"""
import json
import subprocess
import sys

# name, passes, false plumes a pass, share of look-alike ground, sigma of places (0: 3 to 8 m), layout
CASES = [
    ("16 passes, 3 to 8 m", 16, 10, 0.1, 0, "pairs"),
    ("16 passes, 10 m", 16, 10, 0.1, 10, "pairs"),
    ("16 passes, 20 m", 16, 10, 0.1, 20, "pairs"),
    ("4 passes", 4, 10, 0.1, 0, "pairs"),
    ("64 passes", 64, 10, 0.1, 0, "pairs"),
    ("many false", 16, 60, 0.1, 0, "pairs"),
    ("dense, 10 m", 16, 10, 0.1, 10, "dense"),
    ("all steady", 16, 10, 0.1, 0, "steady"),
    ("limits wrong by 1.6", 16, 10, 0.1, 0, "misjudged"),
    ("more look-alikes", 16, 10, 0.3, 0, "pairs"),
]


VERBOSE = len(sys.argv) > 4


def reliability(pairs):
    """[(mean stated, share true, n)] a tenth, and the ECE."""
    tenths = [[] for _ in range(10)]
    for stated, true in pairs:
        tenths[min(9, int(10 * stated))].append((stated, true))
    rows = [(sum(s for s, _ in t) / len(t), sum(y for _, y in t) / len(t), len(t)) for t in tenths if t]
    return rows, sum(n * abs(s - y) for s, y, n in rows) / max(1, len(pairs))


def show(name, pairs):
    rows, ece = reliability(pairs)
    _, middle = reliability([p for p in pairs if 0.05 <= p[0] < 0.95])
    print(f"  {name}: ECE {ece:.3f} of {len(pairs)} sites; {middle:.3f} of those stated 0.05 to 0.95")
    if not VERBOSE:
        return
    for stated, true, n in rows:
        print(f"    {stated:6.3f} {true:6.3f} {n:7d}")


def main():
    program, n_seeds, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for name, passes, false, look_alike, sigma, layout in CASES:
        real, active, within = [], [], []
        total = dict.fromkeys(("sources", "one_site", "split", "pairs", "apart"), 0)
        for seed in range(first, first + n_seeds):
            out = subprocess.run([program, str(seed), str(passes), str(false), str(look_alike),
                                  str(sigma), layout], check=True, capture_output=True)
            told = json.loads(out.stdout)
            real += [(s[0], s[1]) for s in told["sites"]]
            active += [(s[2], s[3]) for s in told["sites"]]
            within += [s[8] <= s[6] <= s[9] for s in told["sites"] if s[1] and s[6] >= 0]
            for key in total:
                total[key] += told[key]
        print(f"{name}: one site {total['one_site']}/{total['sources']} (split {total['split']}), pairs apart "
              f"{total['apart']}/{total['pairs']}, "
              f"share of time on within its 90 %: {sum(within) / max(1, len(within)):.2f}")
        show("real", real)
        show("active", active)


if __name__ == "__main__":
    main()
