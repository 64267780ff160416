#!/usr/bin/env python3
"""vaho sites update|list|show|explain|known: sites from a casebook, in whatever order it was filled."""
import json
import os
import pathlib
import random
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
import made_products  # noqa: E402
from program import vaho  # noqa: E402

AT = "2026-04-14T00:00:00Z"
N_PASSES = 12


def sites(*arguments, **expected):
    return vaho("sites", *arguments, **expected)


def listed(book, *arguments):
    return json.loads(sites("list", book, "--least", "0", "--json", *arguments))["sites"]


def make_passes():
    """Two sources 50 m apart, one that was seen early only, and a false plume in every third pass."""
    dice = random.Random(5)
    folders = []
    for i in range(N_PASSES):
        seen = []
        for east, on in ((300, True), (350, i % 2 == 0), (600, i < 5)):
            if on:
                seen.append({"east_m": east + dice.gauss(0, 5), "north_m": 300 + dice.gauss(0, 5), "q_value": 0.002,
                             "emission_kg_h": 20 + dice.gauss(0, 4), "emission_sigma_kg_h": 4})
        if i % 3 == 0:
            seen.append({"east_m": dice.uniform(0, 200), "north_m": dice.uniform(400, 800), "q_value": 0.4})
        folders.append(made_products.write_pass(f"pass{i}", f"pass{i}", seen, {"ammonia": 8},
                                                time=f"2026-04-{i + 1:02}T10:00:00Z"))
    return folders


def check_sites(book):
    told = listed(book)
    real = [s for s in told if s["probability"] > 0.9]
    assert len(real) == 3, told
    assert [s["rank"] for s in told] == sorted((s["rank"] for s in told), reverse=True)
    steady = max(real, key=lambda s: s["passes_seen"])
    early = min(real, key=lambda s: s["active"])
    assert steady["passes_seen"] == N_PASSES and steady["active"] > 0.7 and steady["on_share"] > 0.6, steady
    assert early["passes_missed"] == 7 and early["active"] < 0.4, early
    assert early["first_seen"] == "2026-04-01T10:00:00Z" and early["last_seen"] == "2026-04-05T10:00:00Z", early
    assert abs(steady["emission_kg_h"] - 20) < 4 and 0.5 < steady["emission_sigma_kg_h"] < 3, steady
    assert all(s["probability"] < 0.5 for s in told if s not in real), told
    return steady, early


def check_order(folders):
    texts = []
    for turn in range(3):
        book = f"order{turn}.gpkg"
        order = list(folders)
        random.Random(turn).shuffle(order)
        vaho("casebook", "new", book, "--open")
        for k, folder in enumerate(order):
            vaho("casebook", "add", book, folder)
            if turn == 1 and k % 4 == 0:  # updates on the way leave no trace
                sites("update", book, "--at", AT)
        sites("update", book, "--at", AT, "--threads", str(turn + 1))
        before = sites("list", book, "--least", "0", "--json")
        texts.append(before + sites("show", book, json.loads(before)["sites"][0]["site"], "--json"))
        sites("update", book, "--at", AT)
        assert sites("list", book, "--least", "0", "--json") == before
        vaho("casebook", "check", book, word="nothing found")
    assert texts[0] == texts[1] == texts[2]
    return "order0.gpkg"


def check_one(book, steady, early):
    told = json.loads(sites("show", book, early["site"], "--json"))
    assert len(told["passes"]) == N_PASSES and sum(p["seen"] for p in told["passes"]) == 5, told
    assert all(p["weight"] < 0 for p in told["passes"] if not p["seen"]), told
    assert all(0 < p["chance"] <= 1 and abs(p["limit_kg_h"] - 8) < 1e-6 for p in told["passes"]), told
    sites("explain", book, early["site"], word="saw nothing; a plume of the site had ")
    sites("explain", book, steady["site"], word="saw it with a q-value of 0.002")
    sites("show", book, "ammonia-", code=2, word="several sites begin with")
    sites("show", book, "methane", code=3, word="has no site 'methane'")
    there = listed(book, "--box", "-117.4968,34.5,-117.49,34.51")
    assert {s["site"] for s in there} == {s["site"] for s in listed(book) if s["longitude"] > -117.4968}
    assert listed(book, "--gas", "acetone") == []
    collection = json.loads(sites("list", book, "--geojson", "--limit", "1"))
    assert collection["type"] == "FeatureCollection" and len(collection["features"]) == 1
    sites("list", book, word="as of 2026-04-14T00:00:00Z")


def emitter(name, west, gases, geometry=None):
    x, y = west, 34.5 + 250 / 111320
    ring = [[x, y], [x + 4e-4, y], [x + 4e-4, y + 1e-3], [x, y + 1e-3], [x, y]]
    return {"type": "Feature", "properties": {"name": name, "gases": gases},
            "geometry": geometry or {"type": "Polygon", "coordinates": [ring]}}


def know(book, *features, **expected):
    pathlib.Path("known.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return sites("known", book, "known.geojson", **expected)


def check_known(book, steady):
    n = len(listed(book))
    area = emitter("Dairy", steady["longitude"] - 2e-4, ["ammonia"])
    know(book, area, emitter("Works", steady["longitude"] - 2e-4, ["methane"]), word="2 known sources")
    told = {s["site"]: s for s in listed(book)}
    marked = told[steady["site"]]
    assert len(told) == n and marked["known_source"] == "Dairy" and marked["known_share"] > 0.5, marked
    assert marked["rank"] < 0.6 * steady["rank"] and marked["probability"] == steady["probability"], marked
    assert any("licensed for ammonia: ranked down" in reason for reason in marked["reasons"])
    text = sites("list", book, "--least", "0", "--json")
    sites("update", book, "--at", AT, word="lie at known sources")
    assert sites("list", book, "--least", "0", "--json") == text
    for bad, word in ((emitter("", 0, ["ammonia"]), "'name' must be text"), (emitter("A", 0, []), "'gases' must be"),
                      (emitter("A", 0, ["NH3"]), "names like"), (emitter("Dairy", 0, ["ammonia"]), "two emitters"),
                      (emitter("A", 0, ["ammonia"], {"type": "Point", "coordinates": [0, 0]}), "feature 2")):
        know(book, area, bad, code=3, word=word)
    assert sites("list", book, "--least", "0", "--json") == text  # what failed changed nothing
    know(book, word="0 known sources")
    assert {s["site"]: s["rank"] for s in listed(book)}[steady["site"]] == steady["rank"]


def check_review(book, steady):
    """A reviewed site keeps its name and its plumes, also against a plume that came before all of them."""
    with sqlite3.connect(book) as database:
        row = database.execute("SELECT id FROM sites WHERE name = ?", (steady["site"],)).fetchone()[0]
        rule = database.execute("SELECT sql FROM sqlite_master WHERE name = 'reviews_go_along_edges'").fetchone()[0]
        told = database.execute("SELECT sql FROM sqlite_master WHERE name = 'reviews_are_told'").fetchone()[0]
        database.execute("DROP TRIGGER reviews_go_along_edges")  # as one that was decided before there were ledgers
        database.execute("DROP TRIGGER reviews_are_told")
        database.execute("INSERT INTO reviews (site_id, at, person, decision) VALUES (?, ?, 'ann', 'confirm')", (row, AT))
        database.execute(rule)
        database.execute(told)
        for sql in ("DELETE FROM site_plumes", "UPDATE site_plumes SET site_id = 1", "UPDATE sites SET active = 1, probability = 0.5",
                    "UPDATE sites SET gas = 'methane'", "DELETE FROM coverage_tiles",
                    "INSERT OR REPLACE INTO coverage_tiles SELECT * FROM coverage_tiles"):
            try:
                database.execute(sql)
            except sqlite3.DatabaseError:
                continue
            raise AssertionError(sql)
    made_products.write_pass("early", "early", [{"east_m": 300, "north_m": 300, "q_value": 0.002}], {"ammonia": 8},
                             time="2026-03-01T10:00:00Z")
    vaho("casebook", "add", book, "early")
    sites("list", book, word="flights were taken in since")
    sites("update", book, "--at", AT)
    told = {s["site"]: s for s in listed(book)}
    assert told[steady["site"]]["review"] == "confirm" and told[steady["site"]]["passes_seen"] == N_PASSES + 1
    vaho("casebook", "check", book, code=3, word="order0.gpkg: 1 decisions are in no entry\n")  # and nothing else


def check_old_products():
    """Without coverage a pass that saw nothing says nothing; a plume without a place is in no site."""
    vaho("casebook", "new", "old.gpkg", "--open")
    sites("update", "old.gpkg", "--at", AT, word="0 sites")
    sites("list", "old.gpkg", word="no site")
    plume = {"east_m": 300, "north_m": 300, "q_value": 0.01, "position_sigma_m": None}
    for name, seen in (("o0", [plume]), ("o1", []), ("o2", [{**plume, "source_longitude": None, "source_latitude": None}])):
        vaho("casebook", "add", "old.gpkg", made_products.write_pass(name, name, seen, None))
    told = json.loads(sites("update", "old.gpkg", "--at", AT, "--json"))
    assert told["sites"] == 1 and told["flights_without_coverage"] == 3, told
    assert told["place_error_assumed"] == 1 and told["without_place"] == 1, told
    site = listed("old.gpkg")[0]
    assert site["passes_seen"] == 1 and site["passes_missed"] == 0 and 29 < site["position_sigma_m"] < 32, site
    sites("update", "old.gpkg", "--at", "2026-01-01T00:00:00Z", code=3, word="later than the moment")


def check_antimeridian():
    """A source on the line of 180 degrees, seen from tiles on both sides."""
    vaho("casebook", "new", "far.gpkg", "--open")
    for i in range(4):
        folder = made_products.write_pass(f"far{i}", f"far{i}", [{"east_m": 400 + i, "north_m": 300, "q_value": 0.01}] if i < 3
                                          else [], {"ammonia": 8}, longitude=180 - 401 / 111320, latitude=0)
        vaho("casebook", "add", "far.gpkg", folder)
    sites("update", "far.gpkg", "--at", AT)
    told = listed("far.gpkg", "--box", "179.9,-1,-179.9,1")
    assert len(told) == 1 and told[0]["passes_seen"] == 3 and told[0]["passes_missed"] == 1, told
    assert listed("far.gpkg", "--box", "-179.9,-1,179.9,1") == []


def check_bad_coverage():
    vaho("casebook", "new", "bad.gpkg", "--open")
    made_products.write_pass("c", "c", [], {"ammonia": 8})
    good = json.loads(pathlib.Path("c/coverage.geojson").read_text())
    for change, word in (({"flight": "d"}, "'flight' is not what run.json says"), ({"steepness": 0}, "'steepness' must be"),
                         ({"features": {}}, "'features' must be")):
        pathlib.Path("c/coverage.geojson").write_text(json.dumps({**good, **change}))
        vaho("casebook", "add", "bad.gpkg", "c", code=3, word=word)
    good["features"][1]["properties"]["limit_ppmm"]["ammonia"] = -1
    pathlib.Path("c/coverage.geojson").write_text(json.dumps(good))
    vaho("casebook", "add", "bad.gpkg", "c", code=3, word="tile 2 has a limit")
    for code, arguments in ((2, ["list"]), (2, ["list", "bad.gpkg", "--at", AT]), (2, ["list", "bad.gpkg", "--box", "1,2,3"]),
                            (2, ["update", "bad.gpkg", "--at", "today"]), (3, ["list", "missing.gpkg"]), (2, ["draw", "bad.gpkg"]),
                            (2, ["show", "bad.gpkg"]), (2, ["list", "bad.gpkg", "--json", "--geojson"])):
        sites(*arguments, code=code)


def check_unknown():
    """A plume of no gas that was searched for needs to be surer."""
    vaho("casebook", "new", "unknown.gpkg", "--open")
    for i, (gas, q) in enumerate((("unknown", 0.05), ("unknown", 0.0001), ("ammonia", 0.05))):
        made_products.write_pass(f"odd{i}", f"odd{i}", [{"east_m": 100 + 200 * i, "north_m": 100, "q_value": q, "gas": gas,
                                                         "mean_ppmm": None, "sigma_ppmm": None}])
        vaho("casebook", "add", "unknown.gpkg", f"odd{i}")
    sites("update", "unknown.gpkg", "--at", AT)
    told = {(s["gas"], s["least_q_value"]): s["probability"] for s in listed("unknown.gpkg")}
    assert told["unknown", 0.05] < 0.5 < told["ammonia", 0.05], told
    assert told["unknown", 0.0001] > 0.9, told


def check_beside_certain():
    """A doubtful plume is no surer for the certain ones of its flight, of whatever gas."""
    for name, q_values in (("few", (0.04,)), ("many", (0.0001, 0.0002, 0.0003, 0.04))):
        book = f"{name}.gpkg"
        made_products.write_pass(name, name, [{"east_m": 100 + 200 * i, "north_m": 100, "q_value": q,
                                               "gas": "ammonia" if q == 0.04 else "acetone"} for i, q in enumerate(q_values)])
        vaho("casebook", "new", book, "--open")
        vaho("casebook", "add", book, name)
        sites("update", book, "--at", AT)
    few, many = [[s["probability"] for s in listed(f"{name}.gpkg") if s["gas"] == "ammonia"] for name in ("few", "many")]
    assert len(few) == len(many) == 1 and many[0] < few[0] - 0.1, (few, many)  # 0.04 of four is 0.16 of the one


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    filled = check_order(make_passes())
    one, other = check_sites(filled)
    check_one(filled, one, other)
    check_known(filled, one)
    check_review(filled, one)
    check_old_products()
    check_antimeridian()
    check_bad_coverage()
    check_unknown()
    check_beside_certain()
