#!/usr/bin/env python3
"""vaho casebook add of what 'vaho stack' wrote: after its flights, once, under their mandate; and the sites it makes."""
import json
import os
import pathlib
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
import made_products  # noqa: E402
from made_mandate import make_mandate  # noqa: E402
from program import vaho  # noqa: E402

N_PASSES = 5
WEAK = {"east_m": 500, "north_m": 200, "q_value": 0.004}
STRONG = {"east_m": 300, "north_m": 300, "q_value": 0.002}


def make_flights(label="no mandate", prefix="day"):
    """All passes look everywhere, down to 8 kg/h or 80 ppm.m; two of them see the strong source."""
    return [made_products.write_pass(f"{prefix}{i}", f"{prefix}{i}", [STRONG] if i in (1, 3) else [], {"ammonia": 8},
                                     time=f"2026-04-{10 + i}T10:00:00Z", mandate=label) for i in range(N_PASSES)]


def listed(book):
    told = json.loads(vaho("sites", "list", book, "--least", "0", "--json"))["sites"]
    return {("weak" if s["longitude"] > -117.4955 else "strong"): s for s in told}


def check_taking_in(flights):
    made_products.write_stack("april", "april", flights, [WEAK, STRONG])
    vaho("casebook", "new", "open.gpkg", "--open")
    vaho("casebook", "add", "open.gpkg", *flights[:-1])
    vaho("casebook", "add", "open.gpkg", "april", code=3, word="day4.bil was stacked and is not in open.gpkg")
    vaho("casebook", "add", "open.gpkg", flights[-1])
    vaho("casebook", "add", "open.gpkg", "april", word="taken in as stack 6, 2 sources")
    made_products.write_stack("mixed", "april", flights[::-1], [WEAK, STRONG])  # the order says nothing
    vaho("casebook", "add", "open.gpkg", "mixed", word="was taken in before as stack 6\n")
    made_products.write_stack("other", "april", flights, [WEAK])
    vaho("casebook", "add", "open.gpkg", "other", word="with other results, which stay")
    told = json.loads(vaho("casebook", "info", "open.gpkg", "--json"))
    assert (told["flights"], told["stacks"], told["plumes"]) == (N_PASSES, 1, 4), told
    vaho("casebook", "check", "open.gpkg", word="nothing found")


def check_broken(flights):
    for name, change, word in (
            ("twice", lambda run, p: run["passes"].append(run["passes"][0]), "names one cube twice"),
            ("nameless", lambda run, p: run.pop("stack"), "made by an older vaho"),
            ("no-hash", lambda run, p: run["passes"][0].update(sha256="0"), "64 lower-case hexadecimal digits"),
            ("two", lambda run, p: p["vaho"].update(stack="may"), "two searches"),
            ("nowhere", lambda run, p: p["features"][0].update(geometry=None), "must be a Point"),
            ("unsure", lambda run, p: p["features"][0]["properties"].pop("q_value"), "'q_value' is missing"),
            ("none", lambda run, p: run.update(passes=[]), "1 to 1024 passes")):
        made_products.write_stack(name, "april", flights, [WEAK])
        run, product = (json.loads(pathlib.Path(name, f).read_text()) for f in ("run.json", "stack.geojson"))
        change(run, product)
        pathlib.Path(name, "run.json").write_text(json.dumps(run))
        pathlib.Path(name, "stack.geojson").write_text(json.dumps(product))
        vaho("casebook", "add", "open.gpkg", name, code=3, word=word)


def check_sites():
    vaho("sites", "update", "open.gpkg", "--at", "2026-05-01T00:00:00Z", word="and the sources of 1 stacks of them")
    both = listed("open.gpkg")
    weak, strong = both["weak"], both["strong"]
    assert (weak["single_plumes"], weak["passes_stacked"], weak["passes_missed"]) == (0, N_PASSES, 0), weak
    assert weak["probability"] > 0.8, weak
    # 20 ppm.m where 80 are found half the time, as 8 kg/h
    assert abs(weak["emission_kg_h"] - 2) < 1e-6 and weak["emission_sigma_kg_h"] > 0.1, weak
    assert weak["reasons"][1] == "5 passes summed in their winds show it, and none by itself", weak
    assert weak["first_seen"] == "2026-04-12T10:00:00Z", weak  # the middle pass
    assert (strong["single_plumes"], strong["passes_stacked"]) == (2, N_PASSES), strong
    assert (strong["passes_seen"], strong["passes_missed"]) == (2, 3), strong
    vaho("sites", "list", "open.gpkg", word="sum 5")
    shown = json.loads(vaho("sites", "show", "open.gpkg", strong["site"], "--json"))["passes"]
    assert [p["flight"] for p in shown] == ["day0", "day1", "day2", "day3", "day4", "april"], shown
    shown = json.loads(vaho("sites", "show", "open.gpkg", weak["site"], "--json"))["passes"]
    assert [(p["flight"], p["plume"], p["seen"]) for p in shown] == [("april", "april-0001", True)], shown
    assert abs(shown[0]["emission_kg_h"] - 2) < 1e-6, shown
    vaho("sites", "explain", "open.gpkg", weak["site"], word="none by itself")
    # without the stack the weak source is not there, and the strong one is as sure as it is by its passes
    made = listed("open.gpkg")
    vaho("casebook", "new", "without.gpkg", "--open")
    vaho("casebook", "add", "without.gpkg", *(f"day{i}" for i in range(N_PASSES)))
    vaho("sites", "update", "without.gpkg", "--at", "2026-05-01T00:00:00Z")
    alone = listed("without.gpkg")
    assert list(alone) == ["strong"] and alone["strong"]["site"] == made["strong"]["site"], alone
    assert alone["strong"]["on_share"] == made["strong"]["on_share"], (alone, made)


def check_mandates():
    label, _ = make_mandate()
    allowed = ["--mandate", "m.json", "--trust", "trust.json"]
    flights = make_flights(label, "flown")
    vaho("casebook", "new", "op.gpkg", "--operation")
    vaho("casebook", "add", "op.gpkg", *flights, *allowed)
    made_products.write_stack("free", "free", flights, [WEAK])
    vaho("casebook", "add", "op.gpkg", "free", code=4, word="has no mandate")
    made_products.write_stack("outside", "outside", flights, [{**WEAK, "east_m": 100000}], mandate=label)
    vaho("casebook", "add", "op.gpkg", "outside", *allowed, code=4, word="lies outside the mandate m")
    made_products.write_stack("stolen", "stolen", ["day0", *flights[1:]], [WEAK], mandate=label)
    vaho("casebook", "add", "op.gpkg", "stolen", *allowed, code=3, word="is not in op.gpkg under this mandate")
    made_products.write_stack("sum", "sum", flights, [WEAK], mandate=label)
    vaho("casebook", "add", "op.gpkg", "sum", *allowed, word="taken in as stack 6")
    vaho("casebook", "check", "op.gpkg")
    base = sqlite3.connect("op.gpkg")  # whoever writes
    for statement, word in (("INSERT INTO stack_passes VALUES (99, 1, 6)", "cubes, not stacks"),
                            ("INSERT INTO stack_passes VALUES (99, 6, 6)", "cubes, not stacks"),
                            ("DELETE FROM stack_passes", "never deleted"),
                            ("UPDATE stack_passes SET flight_id = 1", "never changed")):
        try:
            base.execute(statement)
            raise AssertionError(f"{statement} was let through")
        except sqlite3.Error as refused:
            assert word in str(refused), refused
    base.close()


def main():
    with tempfile.TemporaryDirectory(prefix="vaho-stacks-") as folder:
        os.chdir(folder)
        flights = make_flights()
        check_taking_in(flights)
        check_broken(flights)
        check_sites()
        check_mandates()
        os.chdir("/")
    print("a stack is taken in after its flights and makes the sites that none of them shows")


if __name__ == "__main__":
    main()
