#!/usr/bin/env python3
"""--explain writes how a plume came about, and its numbers agree with plumes.geojson and each other."""
import json
import math
import os
import pathlib
import subprocess
import tempfile

VAHO = os.environ["VAHO"]
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def near(a, b, share=1e-5):
    return a == b or (a is not None and b is not None and abs(a - b) <= share * max(abs(a), abs(b)))


def run(*command, code=0):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode != code:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    return done


def check_evidence(e, p, name):
    expect(near(e["z"], e["z_untempered"] / math.sqrt(e["chi2_per_band"])), f"{name}: z is not tempered")
    expect(near(e["z"], p["snr"]), f"{name}: z is not the snr")
    expect(e["chi2_per_band"] >= 1 - 1e-6, f"{name}: chi^2 under 1")
    if not e["beside"]:  # a companion is what its host leaves, not what the search saw
        expect(e["z_untempered"] == e["every_gas_at_this_scale"][e["gas"]], f"{name}: z at its own scale")
    own = [s for s in e["at_every_scale"] if near(s["area_px"], e["scale"]["area_px"])]
    expect(len(e["at_every_scale"]) == 6 and (e["beside"] or own[0]["z_untempered"] == e["z_untempered"]),
           f"{name}: z at every scale")
    elongated = e["scale"]["shape"] == "elongated"
    expect((e["kernel_direction_deg"] is not None) == elongated, f"{name}: a direction goes with a shape")


def check_significance(s, e, p, name):
    expect(near(s["q_value"], p["q_value"]), f"{name}: q-value")
    if e["beside"]:  # its q holds its host's as well
        return
    if s["binding_rank"] > 0:
        expect(near(s["q_value"], s["gases"] * s["binding_expected_false"] / s["binding_rank"]),
               f"{name}: q from F")
    expect(s["binding_rank"] == 0 or s["binding_rank"] >= s["rank"], f"{name}: a less certain one binds")
    own = s["gases"] * s["expected_false"] / s["rank"]
    expect(s["q_value"] <= own * (1 + 1e-9), f"{name}: q over its own share")
    t = s["tail"]
    if e["z"] >= t["threshold"]:  # the predictive tail of find/significance.h
        m = t["independent_exceedances"]
        f = t["rate"] * (1 + (e["z"] - t["threshold"]) / (m * t["mean_excess"])) ** -m
        expect(near(f, s["expected_false"], 1e-4), f"{name}: F {s['expected_false']} from the tail {f}")
    expect(s["winners_of_its_gas"] <= s["winners_of_all"], f"{name}: more winners of one gas than of all")
    expect(s["rank"] <= s["real_winners"], f"{name}: rank")


def check_gases(g, p, name):
    inside = [s for s in g["subsets"] if p["gas"] in s["gases"]]
    total = sum(s["probability"] for s in g["subsets"])
    expect(near(sum(s["probability"] for s in inside), p["probability"], 0.01),
           f"{name}: probability from subsets")
    expect(total <= 1 + 1e-6 and total > 0.9, f"{name}: probabilities add up to {total}")
    first = g["subsets"][0]
    for s in g["subsets"]:  # P ~ exp(-BIC / 2)
        expect(near(s["probability"], first["probability"] * math.exp((first["bic"] - s["bic"]) / 2), 1e-3)
               or s["probability"] < 1e-9, f"{name}: probability from BIC")
    names = list(g["match"])
    for s in g["subsets"]:
        if len(s["gases"]) == 1:  # one gas explains m^2 / G
            i = names.index(s["gases"][0])
            expect(near(s["explained"], g["match"][names[i]] ** 2 / g["product"][names[i]][i], 1e-4),
                   f"{name}: chi^2 of one gas")


def check_amount(a, p, name):
    parts = math.sqrt(sum(v * v for v in a["sigma_parts"].values()))
    expect(near(parts, a["sigma_ppmm"]), f"{name}: sigma from its parts")
    for key in ("mean_ppmm", "sigma_ppmm", "peak_ppmm"):
        expect(near(a[key], p[key]), f"{name}: {key}")
    expect(near(*a["mean_after_turn_ppmm"][-2:], 0.02), f"{name}: steps {a['mean_after_turn_ppmm']} do not settle")
    air = a["air"]
    d, belief = air["ground_minus_air_k"], air["belief"]
    mean = sum(x * y for x, y in zip(d, belief))
    expect(near(sum(belief), 1) and abs(mean - air["mean_k"]) < 1e-6, f"{name}: mean of the belief")
    sigma = math.sqrt(sum(y * (x - mean) ** 2 for x, y in zip(d, belief)))
    expect(abs(sigma - air["sigma_k"]) < 1e-5, f"{name}: sigma of the belief")


def check_emission(m, p, name):
    if p["emission_kg_h"] is None:
        expect(m["kg_h"] is None, f"{name}: a rate that is not reported")
        return
    expect(near(m["kg_h"], p["emission_kg_h"]), f"{name}: rate")
    expect(near(m["kg_h"], (m["integrated_mass_kg_h"] + m["cross_section_flux_kg_h"]) / 2),
           f"{name}: the rate is the mean of both")
    expect(near(m["sigma_kg_h"], p["emission_sigma_kg_h"]), f"{name}: sigma of the rate")
    parts = math.sqrt(sum(v * v for v in m["relative_sigma_parts"].values()))
    expect(near(m["sigma_kg_h"], m["kg_h"] * parts), f"{name}: sigma of the rate from its parts")
    mass = sum(m["slice_kg_m"]) / len(m["slice_kg_m"]) * m["wind_m_s"] * 3600
    expect(near(mass, m["integrated_mass_kg_h"]), f"{name}: integrated mass from the slices")


def check_plume(folder, feature, ids):
    p, name = feature["properties"], feature["properties"]["id"]
    x = json.loads((folder / f"explain-{name}.json").read_text())
    page = (folder / f"explain-{name}.html").read_text()
    expect(x["id"] == name and x["gas"] == p["gas"] and x["exercise"] is True, f"{name}: who it is")
    check_evidence(x["evidence"], p, name)
    check_significance(x["significance"], x["evidence"], p, name)
    check_gases(x["gases"], p, name)
    check_amount(x["amount"], p, name)
    check_emission(x["emission"], p, name)
    expect(x["claim"]["pixels"] >= p["pixels"], f"{name}: a footprint larger than its claim")
    for r in x["claim"]["strongest_of_others"]:
        expect(r["id"] is None or (r["won"] and r["id"] in ids), f"{name}: others' ids")
    expect(near(x["source"]["line"], p["source_line"], 0.01), f"{name}: source")
    n = len(x["spectrum"]["wavelength_um"])
    expect(n > 20 and len(x["spectrum"]["excess"]) == n == len(x["spectrum"]["fit"]), f"{name}: spectrum")
    expect(name in page and "EXERCISE" in page and "<svg" in page and "<script" not in page and
           "://" not in page.replace("http://www.w3.org/2000/svg", ""), f"{name}: page")


def main():
    with tempfile.TemporaryDirectory() as here:
        here = pathlib.Path(here)
        run(VAHO, "exercise", "new", here / "ex", "--lines", 240, "--samples", 192, "--bands", 64,
            "--plumes", 3, "--gas", "ammonia,acetone,ethyl_acetate", "--peak", "180,600,100")
        detect = [VAHO, "detect", here / "ex/ex.bil", "--library", here / "ex/library",
                  "--wind-speed", 3, "--threads", 1, "--out"]
        run(*detect, here / "plain")
        run(*detect, here / "all", "--explain", "all")
        features = json.loads((here / "all/plumes.geojson").read_text())["features"]
        ids = [f["properties"]["id"] for f in features]
        expect(any(f["properties"]["q_value"] <= 0.05 for f in features), "nothing was found")
        for feature in features:
            check_plume(here / "all", feature, ids)
        for file in sorted((here / "plain").iterdir()):  # asking changes nothing
            expect(file.name == "run.json" or
                   file.read_bytes() == (here / "all" / file.name).read_bytes(),
                   f"{file.name} differs when asked to explain")
        # one id, twice over, and one that is not there: the rest is written all the same
        told = run(*detect, here / "some", "--explain", ids[0], "--explain", "ex-9999", code=2)
        expect("ex-9999" in told.stderr and all(i in told.stderr for i in ids), told.stderr)
        written = sorted(f.name for f in (here / "some").iterdir())
        plain = sorted(f.name for f in (here / "plain").iterdir())
        expect(written == sorted(plain + [f"explain-{ids[0]}.html", f"explain-{ids[0]}.json"]),
               f"written: {written}")
        for end in ("json", "html"):
            expect((here / "some" / f"explain-{ids[0]}.{end}").read_bytes() ==
                   (here / "all" / f"explain-{ids[0]}.{end}").read_bytes(), f"{end} of one and of all")
        told = run(*detect, here / "mf", "--method", "mf", "--explain", "all", code=2)
        expect("--explain" in told.stderr and not (here / "mf").exists(), "explained a standard method")
        print(f"{len(ids)} plumes and candidates explained")
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
