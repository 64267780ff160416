#!/usr/bin/env python3
"""A campaign end to end: laid out, flown, killed and flown on, scored; the truth stays sealed."""
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

VAHO = os.environ["VAHO"]
HERE = pathlib.Path(__file__).parent
failures = []


def run(*arguments, **more):
    return subprocess.run([VAHO, "exercise", *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, **more)


def expect(what, holds, detail=""):
    if not holds:
        failures.append(f"{what}: {detail}")


def scenario():
    """The one of the C tests, made easier to find things in."""
    text = (HERE / "made_scenario.h").read_text()
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', text[text.index("="):text.rindex("#endif")])
    made = json.loads("".join(json.loads(f'"{part}"') for part in parts))
    made["emitters"][0]["emission_kg_h"] = 20
    made["days"][0]["flights"].append(
        {"time": "11:30", "from": [200, 0], "to": [200, 300], "altitude_m": 1000, "mandates": ["m-1"]})
    return made


def lay_out(name, seed=7, made=None):
    pathlib.Path(name + ".json").write_text(json.dumps(made or scenario()))
    done = run("new", "--scenario", name + ".json", name, "--seed", seed, "--json")
    expect("new", done.returncode == 0 and done.stderr == "", done.stderr)
    return json.loads(done.stdout)


def products(name):
    """What must come out the same: of every flight its cube and its plumes."""
    files = sorted([*pathlib.Path(name).glob("flights/*/*"), *pathlib.Path(name).glob("found/*/*.geojson")])
    # the truth's salt is new each time, and so is its hash in the headers; the mandate's name has its
    # signature's hash
    return {str(f.relative_to(name)): hashlib.sha256(
        re.sub(rb"sha256:[0-9a-f]{64}", b"", f.read_bytes()) if f.suffix != ".bil" else f.read_bytes()
    ).hexdigest() for f in files}


def rows(name, sql):
    with sqlite3.connect(f"file:{name}/casebook.gpkg?mode=ro", uri=True) as casebook:
        return casebook.execute(sql).fetchall()


def check_sealed():
    told = lay_out("sealed")
    expect("key", os.stat("sealed.key").st_mode & 0o777 == 0o600, "others may read the key")
    record = json.loads(pathlib.Path("sealed/exercise.json").read_text())
    expect("hash", record["truth"]["sha256"] == told["truth_sha256"], record)
    hidden = [b'"shed"', b"cold store", b"190.0", b"imitating_ground", b"emission_kg_h"]
    for file in pathlib.Path("sealed").rglob("*"):
        for word in hidden:
            if file.is_file() and word in file.read_bytes():
                # a casebook has a column of that name, and no row yet
                expect("sealed", file.name == "casebook.gpkg" and word == hidden[4], f"{word} in {file}")
    shown = run("show", "sealed")
    expect("show", shown.returncode == 0 and "to fly" in shown.stdout and "shed" not in shown.stdout,
           shown.stdout)
    expect("known", b"farm" in pathlib.Path("sealed/known.geojson").read_bytes())
    again = run("new", "--scenario", "sealed.json", "sealed")
    expect("again", again.returncode == 2 and "not empty" in again.stderr, again.stderr)
    other = lay_out("other")
    expect("salt", other["truth_sha256"] != told["truth_sha256"], "the hash tells the truth")


def check_run():
    lay_out("whole")
    done = run("run", "whole", "--threads", 1, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expect("run", done.returncode == 0 and done.stderr == "", done.stderr)
    expect("run", [l["flight"] for l in lines] == ["d1-f1", "d1-f2", "d1-f3"], lines)
    expect("run", lines[-1]["done"] == lines[-1]["of"] == 3, lines)
    again = run("run", "whole")
    expect("again", again.returncode == 0 and "3 of 3 flights flown" in again.stdout, again)
    header = pathlib.Path("whole/flights/d1-f1/d1-f1.bil.hdr").read_text()
    expect("marked", "exercise = 1" in header and "{EXERCISE made" in header, header[:200])
    expect("casebook", rows("whole", "SELECT count(*), min(flown_s) FROM flights")[0] ==
           (3, 1777890600), "flights in the casebook")  # date -d 2026-05-04T10:30:00Z +%s
    expect("mandate", rows("whole", "SELECT name FROM mandates") == [("m-1",)], "mandates")
    # the shed stood at one place in the first flight and at another in the next two
    score = run("score", "whole", "--json")
    expect("score", score.returncode == 0, score.stderr)
    told = json.loads(score.stdout)
    check_score(told)
    page = pathlib.Path("whole/after-action.html").read_text()
    expect("page", "EXERCISE" in page and told["truth"]["sha256"] in page and "shed" in page)
    expect("page", not re.search(r'(src|href)="?https?:', page), "the page reads from the network")


def check_score(told):
    by_name = {e["name"]: e for e in told["emitters"]}
    outcomes = {name: [l["outcome"] for l in e["looks"]] for name, e in by_name.items()}
    expect("shed", outcomes["shed"].count("found") >= 2, outcomes)
    expect("unlisted", set(outcomes["cold store"]) <= {"outside mandate", "out of view"}, outcomes)
    expect("traffic", "found" not in outcomes["road"], outcomes)  # acetone: no mandate names it
    expect("hidden", told["hidden"] == 1 and told["hidden_found"] == 1, told)
    sites = [s for s in told["sites"] if s["truth"] == "hidden site"]
    expect("sites", sites and min(s["off_m"] for s in sites) < 15, sites)
    looks = sum(b["looks"] for b in told["by_strength"])
    found = sum(b["found"] for b in told["by_strength"])
    expect("bins", 0 < found <= looks <= 12, told["by_strength"])
    expect("bins", sum(b["sites"] for b in told["reliability"]) == len(told["sites"]), "reliability")
    expect("passes", told["by_passes"][0]["sites"] == 1, told["by_passes"])
    expect("time", by_name["shed"]["overflight_to_detection_s"] is not None, by_name["shed"])


def check_killed():
    """Killed again and again at any moment, the casebook comes out as if nothing had happened."""
    lay_out("killed")
    # mandates are signed with keys of their own; the same ones, so that products can be compared
    for part in ("mandates", "keys", "trust.json"):
        here, there = pathlib.Path("killed") / part, pathlib.Path("whole") / part
        shutil.rmtree(here) if here.is_dir() else here.unlink()
        shutil.copytree(there, here) if there.is_dir() else shutil.copy(there, here)
    dice = random.Random(4)
    kills = 0
    for _ in range(24):
        work = subprocess.Popen([VAHO, "exercise", "run", "killed", "--threads", "2"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            _, said = work.communicate(timeout=dice.uniform(0.05, 1.0) * (1 + kills / 4))
            expect("resume", work.returncode == 0, said)
            break
        except subprocess.TimeoutExpired:
            work.send_signal(signal.SIGKILL)
            work.communicate()
            kills += 1
    done = run("run", "killed")
    expect("killed", done.returncode == 0 and "3 of 3" in done.stdout, done)
    expect("killed", kills > 2, f"only {kills} kills")
    expect("once", rows("killed", "SELECT count(*), count(DISTINCT sha256) FROM flights")[0] == (3, 3))
    same = "SELECT name, gas, q_value, source_line, mean_ppmm FROM plumes ORDER BY name"
    expect("the same plumes", rows("killed", same) == rows("whole", same))
    sites = "SELECT name, probability, active, rank FROM sites ORDER BY name"
    expect("the same sites", rows("killed", sites) == rows("whole", sites))
    expect("the same files", products("killed") == products("whole"), "for 1 and 2 threads")
    check = subprocess.run([VAHO, "casebook", "check", "killed/casebook.gpkg"], capture_output=True, text=True)
    expect("check", check.returncode == 0, check.stderr)
    print(f"{kills} kills")


def check_refusals():
    def refused(what, code, word, *arguments):
        done = run(*arguments)
        expect(what, done.returncode == code and word in done.stderr, done)

    refused("no campaign", 3, "holds no exercise", "show", ".")
    refused("no key", 3, "--key", "score", "whole", "--key", "nowhere.key")
    refused("another key", 4, "another exercise's key", "score", "whole", "--key", "other.key")
    refused("usage", 2, "one folder", "run")
    refused("speed", 2, "--speed", "run", "whole", "--speed", "-1")
    refused("placed", 2, "--speed does not go", "show", "whole", "--speed", "1")
    refused("mixed", 2, "do not go with it", "new", "--scenario", "sealed.json", "mixed", "--lines", "64")
    refused("key alone", 2, "--key goes with", "new", "mixed", "--key", "k")
    refused("no scenario", 3, "never-made", "new", "--scenario", "never-made", "mixed")

    record = pathlib.Path("whole/exercise.json")
    kept = record.read_text()
    record.write_text(re.sub(r'("sha256": ")[0-9a-f]{8}', r"\g<1>00000000", kept))
    refused("record", 4, "was recorded at the start", "score", "whole")
    record.write_text(kept.replace('"flight": "d1-f1"', '"flight": "../../etc"'))
    refused("names", 3, "no name of a flight", "show", "whole")
    record.write_text(kept)

    truth = pathlib.Path("whole/truth.sealed")
    sealed = truth.read_bytes()
    truth.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    refused("sealed", 4, "was changed since", "score", "whole")
    truth.write_bytes(sealed)

    header = pathlib.Path("whole/flights/d1-f2/d1-f2.bil.hdr")
    said = header.read_text()
    header.write_text(re.sub("truth sha256:....", "truth sha256:0000", said))
    refused("header", 4, "made from another truth", "score", "whole")
    header.write_text(said)
    expect("whole again", run("score", "whole").returncode == 0)


def check_unlisted():
    """An unlisted gas's plume named as another gas is wrong; called unknown it is found, and so is its site."""
    made = scenario()
    for member in ("mandates", "authorities", "imitating_ground"):
        del made[member]
    for flight in made["days"][0]["flights"]:
        flight.pop("mandates")
    made["library"].append("ethylene")
    made["sensors"][0]["bands"] = 64
    made["emitters"] = [dict(made["emitters"][2], gas="sulfur_hexafluoride", emission_kg_h=3, place=[200, 150])]
    lay_out("unlisted", made=made)
    expect("unlisted", run("run", "unlisted").returncode == 0)

    def told():
        score = json.loads(run("score", "unlisted", "--json").stdout)
        return ([l["outcome"] for l in score["emitters"][0]["looks"]], score["emitters"][0]["passes_found"],
                [s["truth"] for s in score["sites"] if s["probability"] >= 0.5], score["false_leads"])

    expect("wrong gas", told() == (["not in library", "wrong gas", "wrong gas"], 0, ["another gas"], 1), told())
    # the same products as if the search had called these plumes unknown
    for plumes in pathlib.Path("unlisted/found").glob("*/plumes.geojson"):
        plumes.write_text(plumes.read_text().replace('"gas":"ethylene"', '"gas":"unknown"').replace(
            '"gas": "ethylene"', '"gas": "unknown"'))
    expect("unknown", told() == (["doubtful", "found as unknown", "found as unknown"], 2, ["unlisted gas"], 0),
           told())


def check_pace():
    """In real time, or X times as fast: the second flight waits; meanwhile no second run may begin."""
    lay_out("paced")
    begin = time.monotonic()
    first = subprocess.Popen([VAHO, "exercise", "run", "paced", "--flights", "2", "--speed", "180", "--json"],
                             stdout=subprocess.PIPE, text=True)
    line = json.loads(first.stdout.readline())
    second = run("run", "paced")
    expect("two runs", second.returncode == 4 and "under way" in second.stderr, second)
    rest = first.communicate()[0].splitlines()
    took = time.monotonic() - begin
    expect("pace", line["flight"] == "d1-f1" and len(rest) == 1 and first.returncode == 0, rest)
    expect("pace", took >= 1830 / 180, f"{took:.1f} s for 1830 s at 180 times")  # 10:30:00 to 11:00:30
    shown = json.loads(run("show", "paced", "--json").stdout)
    expect("show", shown["done"] == 2 and shown["flights"][2]["plumes"] is None, shown)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for check in (check_sealed, check_run, check_killed, check_refusals, check_unlisted, check_pace):
            check()
    print("\n".join(failures) or "a campaign holds")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
