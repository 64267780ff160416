#!/usr/bin/env python3
"""From the flight to the page: detect writes spectra.json, a casebook takes it in strictly and vouches for it, the server
tells it."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

import numpy as np

from server import BOOK, Client, run, secret, Server, VAHO


def made(folder):
    subprocess.run([VAHO, "exercise", "new", "flight", "--seed", "7", "--lines", "240", "--samples", "128"], check=True,
                   capture_output=True)
    for out in "found", "again":
        subprocess.run([VAHO, "detect", "flight/flight.bil", "--library", "flight/library", "--out", out, "--threads",
                        "1" if out == "found" else "2"], check=True, capture_output=True)
    first = pathlib.Path("found/spectra.json").read_bytes()
    assert first == pathlib.Path("again/spectra.json").read_bytes()  # whatever the number of threads
    return json.loads(first)


def check_product(told):
    plumes = {f["properties"]["id"]: f["properties"] for f in
              json.loads(pathlib.Path("found/plumes.geojson").read_text())["features"]}
    assert [p["id"] for p in told["plumes"]] == list(plumes) and told["exercise"] is True
    n = len(told["wavelength_um"])
    assert n == 128 and told["wavelength_um"] == sorted(told["wavelength_um"])
    strong = 0
    for p in told["plumes"]:
        excess, fit = np.array(p["excess"]), np.array(p["fit"])
        assert len(excess) == len(fit) == n
        named = [a["gas"] for a in plumes[p["id"]]["alternatives"] if a["gas"] not in ("unknown", "other")]
        assert [a["gas"] for a in p["alternatives"]] == named, p["id"]
        if plumes[p["id"]]["snr"] > 20:
            strong += 1
            assert np.sum((excess - fit) ** 2) < 0.25 * np.sum(excess ** 2), p["id"]  # the fit is of this plume
            for other in p["alternatives"]:
                assert np.sum((excess - np.array(other["fit"])) ** 2) > np.sum((excess - fit) ** 2), (p["id"], other["gas"])
    assert strong > 0


def check_refused(told):
    def with_change(change, word):
        shutil.copytree("found", "changed")
        other = json.loads(json.dumps(told))
        change(other)
        pathlib.Path("changed/spectra.json").write_text(json.dumps(other))
        run("casebook new", "refused.gpkg", "--exercise")
        run("casebook add", "refused.gpkg", "changed", code=3, word=word)
        with sqlite3.connect("refused.gpkg") as base:
            assert base.execute("SELECT count(*) FROM flights").fetchone() == (0,)  # nothing of it
        base.close()
        shutil.rmtree("changed")
        os.remove("refused.gpkg")

    with_change(lambda t: t.update(flight="other"), "is not of the search")
    with_change(lambda t: t.update(exercise=False), "is not of the search")
    with_change(lambda t: t["plumes"][0]["excess"].pop(), "plume 1 has no 'id', or a list")
    with_change(lambda t: t["plumes"][0].update(id="none-0001"), "there is no plume 'none-0001'")
    with_change(lambda t: t["plumes"].append(t["plumes"][0]), "twice")
    with_change(lambda t: t.update(wavelength_um=[]), "wavelength_um")


def check_served(told):
    run("casebook new", BOOK, "--exercise")
    run("casebook add", BOOK, "found")
    run("sites update", BOOK)
    run("user add", BOOK, "root", "--role", "admin", new=secret("root"))
    run("user add", BOOK, "ana", "--role", "analyst", user="root", new=secret("ana"))
    with Server() as server:
        ana = Client(server.port, "ana")
        assert ana.get("/api/about")["exercise"] is True
        for collection in "sites", "plumes", "flights":  # every feature says so, whatever becomes of it
            features = ana.get(f"/ogc/collections/{collection}/items")["features"]
            assert features and all(f["properties"]["exercise"] is True for f in features), collection
        by_id = {p["id"]: p for p in told["plumes"]}
        n = 0
        for site in ana.sites():
            for plume in ana.get(f"/api/sites/{site['site']}")["plumes"]:
                assert plume["spectrum"] is True
                got = ana.get(f"/api/plumes/{plume['id']}/spectrum")
                wanted = by_id[plume["name"]]
                for name in "excess", "fit":
                    assert np.allclose(got[name], wanted[name], rtol=1e-6, atol=1e-12), plume["name"]
                assert np.allclose(got["residual"], np.subtract(got["excess"], got["fit"]), atol=1e-9)
                assert np.allclose(got["wavelength_um"], told["wavelength_um"], rtol=1e-6)
                assert [a["gas"] for a in got["alternatives"]] == [a["gas"] for a in wanted["alternatives"]]
                chances = {a["gas"]: a["probability"] for a in plume["alternatives"]}
                assert all(a["probability"] == chances[a["gas"]] for a in got["alternatives"])
                n += 1
        assert n == len(told["plumes"])
    # what a person judged by is vouched for like the rest
    run("ledger verify", BOOK, word="sound")
    with sqlite3.connect(BOOK) as base:
        base.execute("DROP TRIGGER plume_spectra_never_change")
        base.execute("UPDATE plume_spectra SET fit = excess WHERE plume_id = 1")
    base.close()
    run("ledger verify", BOOK, code=3, word="flight")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        told = made(folder)
        check_product(told)
        check_refused(told)
        check_served(told)
    print("spectra: from the flight to the page")


main()
