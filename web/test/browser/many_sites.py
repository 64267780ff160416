#!/usr/bin/env python3
"""Puts many sites into a copy of a casebook: many_sites.py CASEBOOK N.  Each is the first site with
another name, place, probability and rank; they have no plumes."""
import random
import sqlite3
import struct
import sys


def box(blob):  # the envelope of a GeoPackage point: header, then WKB
    return struct.unpack("<dd", blob[-16:])


def main(path, n):
    rng = random.Random(5)
    book = sqlite3.connect(path)
    for name, at in (("MinX", 0), ("MaxX", 0), ("MinY", 1), ("MaxY", 1)):
        book.create_function(f"ST_{name}", 1, lambda blob, i=at: box(blob)[i])
    book.create_function("ST_IsEmpty", 1, lambda blob: 0)
    book.row_factory = sqlite3.Row
    first = dict(book.execute("SELECT * FROM sites ORDER BY rank DESC LIMIT 1").fetchone())
    first.pop("id")
    first["known_source_id"] = None
    header = bytes(first["geom"][:-16])
    columns = ", ".join(first)
    marks = ", ".join("?" * len(first))
    gases = ["ammonia", "acetone", "ethylene", "methanol", "sulfur_dioxide"]
    for _ in range(n):
        probability = rng.random()
        x = first["longitude"] + rng.uniform(-0.2, 0.2)
        y = first["latitude"] + rng.uniform(-0.15, 0.15)
        gas = rng.choice(gases)
        row = dict(first, name=f"{gas}-{rng.getrandbits(64):016x}", gas=gas, longitude=x, latitude=y,
                   probability=probability, active=probability * rng.random(), rank=rng.random(),
                   geom=header + struct.pack("<dd", x, y))
        book.execute(f"INSERT INTO sites ({columns}) VALUES ({marks})", list(row.values()))
    book.commit()


main(sys.argv[1], int(sys.argv[2]))
