#!/usr/bin/env python3
"""Puts many sites into a copy of a casebook: many_sites.py CASEBOOK N.  Each is the first site with
another name, gas, place, probability and rank, and one plume: a copy of its first."""
import random
import sqlite3
import struct
import sys


def box(blob):  # the envelope of a GeoPackage point: header, then WKB
    return struct.unpack("<dd", blob[-16:])


def insert(book, table, row):
    marks = ", ".join("?" * len(row))
    return book.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values())).lastrowid


def main(path, n):
    rng = random.Random(5)
    book = sqlite3.connect(path)
    for name, at in (("MinX", 0), ("MaxX", 0), ("MinY", 1), ("MaxY", 1)):
        book.create_function(f"ST_{name}", 1, lambda blob, i=at: box(blob)[i])
    book.create_function("ST_IsEmpty", 1, lambda blob: 0)
    book.row_factory = sqlite3.Row
    first = dict(book.execute("SELECT * FROM sites ORDER BY rank DESC LIMIT 1").fetchone())
    plume = dict(book.execute("SELECT p.* FROM plumes p JOIN site_plumes s ON s.plume_id = p.id"
                              " WHERE s.site_id = ? LIMIT 1", (first.pop("id"),)).fetchone())
    plume.pop("id")
    first["known_source_id"] = None
    header = bytes(first["geom"][:-16])
    for i in range(n):
        probability = rng.random()
        x = first["longitude"] + rng.uniform(-0.2, 0.2)
        y = first["latitude"] + rng.uniform(-0.15, 0.15)
        gas = rng.choice(["ammonia", "acetone", "ethylene", "sulfur_dioxide"])
        site = insert(book, "sites", dict(
            first, name=f"{gas}-{rng.getrandbits(64):016x}", gas=gas, longitude=x, latitude=y,
            probability=probability, active=probability * rng.random(), rank=rng.random(),
            geom=header + struct.pack("<dd", x, y)))
        copy = insert(book, "plumes", dict(plume, name=f"{plume['flight_id']}-{100000 + i}", gas=gas))
        insert(book, "site_plumes", {"site_id": site, "plume_id": copy})
    book.commit()


main(sys.argv[1], int(sys.argv[2]))
