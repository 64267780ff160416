#!/usr/bin/env python3
"""Sites are reckoned while others change what they follow from: nobody is refused, nothing is lost."""
import json
import os
import random
import subprocess
import tempfile
import threading

import made_products
from program import VAHO, vaho

AT = "2026-04-12T00:00:00Z"
FLIGHTS, PLUMES = 20, 50


def emitters(path, n):
    ring = [[-117.5, 34.5], [-117.49, 34.5], [-117.49, 34.51], [-117.5, 34.5]]
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
             "properties": {"name": f"works {n}", "gases": ["ammonia"]}}]}, f)


def change(stop, results):
    """Other lists of known sources, as fast as they are taken in."""
    n = 0
    while not stop.is_set():
        emitters("known.geojson", n)
        results.append(subprocess.run([VAHO, "sites", "known", "book.gpkg", "known.geojson"], capture_output=True,
                                      text=True, check=False))
        n += 1


def main():
    dice = random.Random(5)
    vaho("casebook", "new", "book.gpkg", "--open")
    names = []
    for i in range(FLIGHTS):
        made_products.write_pass(f"f{i}", f"f{i}", [{"east_m": dice.uniform(0, 4000), "north_m": dice.uniform(0, 4000),
                                                     "q_value": 0.04} for _ in range(PLUMES)], {"ammonia": 5}, tiles=20)
        names.append(f"f{i}")
    vaho("casebook", "add", "book.gpkg", *names)
    stop, results = threading.Event(), []
    other = threading.Thread(target=change, args=(stop, results))
    other.start()
    try:
        updates = [subprocess.run([VAHO, "sites", "update", "book.gpkg", "--at", AT], capture_output=True, text=True,
                                  check=False) for _ in range(6)]
    finally:
        stop.set()
        other.join()
    assert all(u.returncode == 0 for u in updates), [u.stderr for u in updates if u.returncode]
    assert len(results) > 6 and all(r.returncode == 0 for r in results), [r.stderr for r in results if r.returncode]
    last = vaho("sites", "list", "book.gpkg", "--least", "0", "--limit", "1", "--json")
    assert json.loads(last)["sites"], last
    vaho("casebook", "check", "book.gpkg")
    vaho("ledger", "verify", "book.gpkg")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    main()
