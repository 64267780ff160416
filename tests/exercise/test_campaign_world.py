#!/usr/bin/env python3
"""Campaigns over terrain, with a thermal and a shortwave sensor, and with spectra and air of the user's.

What is emitted is found at its place by the program's own georeferencing, over made-up hills and over a
real terrain model; each gas by the sensor that sees it.  What a campaign was made of lies in its truth:
the files that it came from may go.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
SHARED = pathlib.Path(os.environ["VAHO_SHARED"])
HERE = pathlib.Path(__file__).parent
failures = []


def run(*arguments):
    return subprocess.run([VAHO, "exercise", *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})


def expect(what, holds, detail=""):
    if not holds:
        failures.append(f"{what}: {detail}")


def scenario(terrain, longitude=-118.15, latitude=34.31):
    """The one of the C tests without mandates, over hills, with methane and a sensor that sees it."""
    text = (HERE / "made_scenario.h").read_text()
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', text[text.index("="):text.rindex("#endif")])
    made = json.loads("".join(json.loads(f'"{part}"') for part in parts))
    for member in ("mandates", "authorities", "imitating_ground"):
        del made[member]
    made["area"] = {"longitude": longitude, "latitude": latitude, "width_m": 400, "height_m": 300,
                    "terrain": terrain}
    made["library"].append("methane")
    made["sensors"][0]["bands"] = 64
    made["sensors"].append({"name": "sunny", "kind": "shortwave", "samples": 96, "range_um": [2.05, 2.44],
                            "bands": 80, "noise": 0.002, "photon_noise": 0.005, "striping": 0.001,
                            "position_sigma_m": 1.5})
    flight = {"from": [200, 0], "to": [200, 300], "altitude_m": 1000}
    made["days"][0]["flights"] = [dict(flight, time="18:30"), dict(flight, time="18:50"),
                                  dict(flight, time="19:30", sensor="sunny")]
    made["emitters"] = [
        {"kind": "hidden", "name": "shed", "gas": "ammonia", "emission_kg_h": 15, "place": [190, 140]},
        {"kind": "hidden", "name": "leak", "gas": "methane", "emission_kg_h": 60, "place": [215, 90]}]
    return made


def play(name, made):
    pathlib.Path(name + ".json").write_text(json.dumps(made))
    done = run("new", "--scenario", name + ".json", name, "--seed", 5)
    expect(name, done.returncode == 0, done.stderr)
    done = run("run", name)
    expect(name, done.returncode == 0 and "3 of 3" in done.stdout, done)
    done = run("score", name, "--json")
    expect(name, done.returncode == 0, done.stderr)
    return json.loads(done.stdout)


def check_found(name, made):
    told = play(name, made)
    outcomes = {e["name"]: [l["outcome"] for l in e["looks"]] for e in told["emitters"]}
    blind = "not this sensor's"
    expect(name, outcomes["shed"][2] == blind and outcomes["shed"].count("found") == 2, outcomes)
    expect(name, outcomes["leak"] == [blind, blind, "found"], outcomes)
    expect(name, told["hidden_found"] == 2, told)
    off = {}  # a piece of a plume near its emitter makes another site
    for site in told["sites"]:
        if site["truth"] == "hidden site":
            off[site["gas"]] = min(site["off_m"], off.get(site["gas"], 1e9))
    expect(name, set(off) == {"ammonia", "methane"} and max(off.values()) < 15, off)
    contrast = told["emitters"][1]["looks"][2]["contrast_k"]
    expect(name, contrast is None, f"contrast {contrast} in reflected light")
    plumes = json.loads(pathlib.Path(name, "found/d1-f3/plumes.geojson").read_text())["features"]
    rate = next(p["properties"]["emission_kg_h"] for p in plumes if p["properties"]["gas"] == "methane")
    expect(name, 25 < rate < 140, f"{rate} kg/h of 60")
    print(name, {gas: f"{m:.1f} m off" for gas, m in off.items()}, f"methane {rate:.0f} kg/h of 60")


def vaho(verb, *arguments, user=None, new=None):
    """Another command, with passwords through pipes."""
    fds = []
    for option, name in (("--password-fd", user), ("--new-password-fd", new)):
        if name:
            read, write = os.pipe()
            os.write(write, f"the password of {name}\n".encode())
            os.close(write)
            fds.append(read)
            arguments += (option, str(read))
    arguments += ("--user", user) if user else ()
    done = subprocess.run([VAHO, *verb.split(), *arguments], capture_output=True, text=True, pass_fds=fds)
    expect(verb, done.returncode == 0, done.stderr)
    return done.stdout


def check_people(name):
    """What analysts decided is held against the truth, each by himself; what was taken back is not."""
    book = f"{name}/casebook.gpkg"
    vaho("user add", book, "root", "--role", "admin", new="root")
    for who in ("ana", "ben"):
        vaho("user add", book, who, "--role", "analyst", user="root", new=who)
    sites = json.loads(vaho("review list", book, "--json"))["sites"]
    real = {s["site"]: s["truth"] in ("hidden site", "licensed emitter")
            for s in json.loads(run("score", name, "--json").stdout)["sites"]}
    best, second = sites[0], sites[1]
    expect("people", real[best["site"]], sites)
    vaho("review confirm", book, f"{best['site']}@{best['version']}", user="ana")
    vaho("review reject", book, f"{second['site']}@{second['version']}", "--reason", "clutter", "--why", "looks odd",
         user="ben")
    told = {a["name"]: a for a in json.loads(run("score", name, "--json").stdout)["analysts"]}
    expect("people", set(told) == {"ana", "ben"}, told)
    expect("people", (told["ana"]["confirmed"], told["ana"]["confirmed_real"], told["ana"]["rejected"]) == (1, 1, 0),
           told)
    expect("people", (told["ben"]["rejected"], told["ben"]["rejected_real"]) == (1, int(real[second["site"]])), told)
    waited = {s["site"]: s["taken_in_to_confirmation_s"] for s in json.loads(run("score", name, "--json").stdout)["sites"]}
    expect("people", 0 <= waited[best["site"]] < 3600 and waited[second["site"]] is None, waited)
    page = pathlib.Path(name, "after-action.html").read_text()
    expect("people", "min after" in page)
    expect("people", "Decisions" in page and "ben" in page)
    vaho("review undo", book, second["site"], user="ben")
    told = {a["name"]: a for a in json.loads(run("score", name, "--json").stdout)["analysts"]}
    expect("people", "ben" not in told or told["ben"]["rejected"] == 0, told)


def check_map(name):
    """The map is what was laid out, or nothing goes on."""
    header = pathlib.Path(name, "terrain.tif").read_bytes()
    expect("map", b"EXERCISE" in header, "the map is not marked")
    pathlib.Path(name, "terrain.tif").write_bytes(header[:-1] + bytes([header[-1] ^ 1]))
    done = run("score", name)
    expect("map", done.returncode == 4 and "not the map" in done.stderr, done)


def check_own():
    """Measured gases and grounds and LOWTRAN7's air; the files are gone before it is flown."""
    files = {"gas": "spectra/gas/acetone.jdx", "gas2": "spectra/gas/iao_pure_NH3_0-10000_1cm.txt",
             "ground": "spectra/surface/LUMA_SLUM_IR.csv",
             "way": "spectra/atmosphere/lowtran7/lwir_nadir_midlat_summer_h1km.csv",
             "sky": "spectra/atmosphere/lowtran7/lwir_sky_midlat_summer_zen53.csv"}
    if not all((SHARED / f).exists() for f in files.values()):
        print("skipped: spectra of ../shared are missing")
        return False
    pathlib.Path("mine").mkdir()
    for key, file in files.items():
        files[key] = "mine/" + pathlib.Path(file).name
        shutil.copy(SHARED / file, files[key])
    made = scenario({"relief_m": 40})
    made["library"] = ["ammonia", "acetone"]
    made["spectra"] = [files["gas"], files["gas2"]]
    made["ground"] = {"library": [files["ground"]]}
    made["days"][0]["air"] = {"to_sensor": files["way"], "sky": files["sky"]}
    made["days"][0]["air_temperature_c"] = 21
    del made["days"][0]["flights"][2], made["sensors"][1]
    made["emitters"][1] = {"kind": "hidden", "name": "leak", "gas": "acetone", "emission_kg_h": 40,
                           "place": [215, 80]}
    pathlib.Path("own.json").write_text(json.dumps(made))
    done = run("new", "--scenario", "own.json", "own", "--seed", 5)
    expect("own", done.returncode == 0, done.stderr)
    shutil.rmtree("mine")
    done = run("run", "own")
    expect("own", done.returncode == 0, done.stderr)
    told = json.loads(run("score", "own", "--json").stdout)
    looks = [l["outcome"] for e in told["emitters"] for l in e["looks"]]
    expect("own", looks.count("found") >= 3 and told["hidden_found"] == 2, looks)
    spectrum = pathlib.Path("own/library/acetone.csv").read_text()
    expect("own", "EXERCISE" in spectrum and len(spectrum.splitlines()) > 500, spectrum[:300])
    made["library"].append("phosgene")
    pathlib.Path("own2.json").write_text(json.dumps(dict(made, spectra=[])))
    done = run("new", "--scenario", "own2.json", "own2")
    expect("unknown gas", done.returncode == 3 and "names no gas" in done.stderr, done)
    return True


def check_refusals():
    def refused(what, word, change):
        made = scenario({"relief_m": 40})
        change(made)
        pathlib.Path("bad.json").write_text(json.dumps(made))
        done = run("new", "--scenario", "bad.json", "bad")
        expect(what, done.returncode in (2, 3) and word in done.stderr, done)
        shutil.rmtree("bad", ignore_errors=True)

    refused("night", "the sun there does not stand", lambda m: m["days"][0].update(
        flights=[dict(m["days"][0]["flights"][2], time="08:00")]))
    def low(made):
        made["area"]["terrain"] = {"relief_m": 900, "scale_m": 150}
        for flight in made["days"][0]["flights"]:
            flight["altitude_m"] = 300
    refused("low", "fly higher", low)
    refused("file", "not.tif", lambda m: m["area"].update(terrain={"file": "not.tif"}))
    refused("both", "says all heights", lambda m: m["area"].update(terrain={"file": "a.tif", "relief_m": 9}))
    refused("range", "range_um", lambda m: m["sensors"][1].update(range_um=[1.0, 2.0]))
    refused("kind", "thermal", lambda m: m["sensors"][1].update(kind="radar"))
    refused("air", "nowhere.csv", lambda m: m["days"][0].update(air={"sky": "nowhere.csv"}))
    refused("blind", "no gas of 'library'", lambda m: m.update(
        library=["ammonia"], emitters=m["emitters"][:1]))
    refused("spectra", "nowhere", lambda m: m.update(spectra=["nowhere"]))
    refused("ground", "ground", lambda m: m.update(ground={"library": ["own.json"], "lava": "x"}))


def main():
    model = SHARED / "data/dem/bigtujunga.tif"
    skipped = False
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_found("hills", scenario({"relief_m": 90, "scale_m": 250, "sigma_m": 2}))
        check_people("hills")
        check_map("hills")
        if model.exists():
            check_found("mountains", scenario({"file": str(model), "spacing_m": 15, "sigma_m": 2}))
        skipped = not model.exists() or not check_own()
        check_refusals()
        os.chdir("/")
    print("\n".join(failures) or "campaigns over terrain hold")
    return 1 if failures else 77 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
