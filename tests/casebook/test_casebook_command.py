#!/usr/bin/env python3
"""vaho casebook new|add|info|check|backup|export: the way of a casebook, what it refuses, what check finds."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import made_products  # noqa: E402
from made_mandate import make_mandate  # noqa: E402
from program import VAHO, vaho  # noqa: E402


def book(*arguments, **expected):
    return vaho("casebook", *arguments, **expected)


def check_open():
    book("new", "open.gpkg", "--open", word="a new open casebook")
    book("new", "open.gpkg", "--open", code=3, word="never replaced")
    made_products.write("a", "a")
    made_products.write("b", "b", plumes=0)
    book("add", "open.gpkg", "a", "b", word="b   taken in as flight 2, 0 plumes")
    book("add", "open.gpkg", "a", word="was taken in before as flight 1\n")
    made_products.write("a", "a", plumes=1)
    book("add", "open.gpkg", "a", word="with other results, which stay")
    made_products.write("x", "x", exercise=True)
    book("add", "open.gpkg", "b", "x", code=4, word="is an exercise")
    book("add", "open.gpkg", "missing", code=3, word="missing/run.json")
    told = json.loads(book("info", "open.gpkg", "--json"))
    assert (told["kind"], told["flights"], told["plumes"]) == ("open", 2, 3), told
    book("check", "open.gpkg", word="nothing found")
    assert json.loads(book("check", "open.gpkg", "--json")) == {"n": 0, "findings": []}


def check_operation(label, unsigned):
    allowed = ["--mandate", "m.json", "--trust", "trust.json"]
    book("new", "op.gpkg", "--operation")
    made_products.write("flown", "flown", mandate=label)
    made_products.write("free", "free")
    book("add", "op.gpkg", "free", code=4, word="has no mandate")
    book("add", "op.gpkg", "flown", code=4, word="give it with --mandate")
    book("add", "op.gpkg", "flown", "--mandate", unsigned, "--trust", "trust.json", code=4, word="not signed by north")
    book("add", "op.gpkg", "flown", *allowed, "--revocations", "back.json", code=4, word="was revoked")
    made_products.write("outside", "outside", mandate=label, longitude=-116)
    book("add", "op.gpkg", "outside", *allowed, code=4, word="lies outside the mandate m")
    made_products.write("late", "late", mandate=label, time="2026-05-01T00:00:00Z")
    book("add", "op.gpkg", "late", *allowed, code=4, word="has expired")
    book("add", "op.gpkg", "flown", *allowed, word="taken in as flight 1")
    assert json.loads(book("info", "op.gpkg", "--json"))["mandates"] == 1
    book("check", "op.gpkg")
    with sqlite3.connect("op.gpkg") as base:  # the document is kept as it was signed
        document = base.execute("SELECT document FROM mandates").fetchone()[0]
    base.close()
    pathlib.Path("kept.json").write_text(document)
    vaho("mandate", "verify", "kept.json", "--trust", "trust.json", "--at", "2026-04-05T00:00:00Z", word="Signed by all")


def check_copies():
    book("backup", "op.gpkg", "safe.gpkg", word="a copy of op.gpkg")
    book("export", "op.gpkg", "out.gpkg")
    book("backup", "op.gpkg", "op.gpkg", code=3, word="the casebook itself")
    book("export", "op.gpkg", "op.gpkg", code=3, word="the casebook itself")
    book("export", "op.gpkg", "no/such/place.gpkg", code=3, word="no/such/place.gpkg")
    for copy in ("safe.gpkg", "out.gpkg"):
        book("check", copy)
        told = subprocess.run(["ogrinfo", "-ro", "-al", "-so", copy], capture_output=True, text=True)
        assert told.returncode == 0 and told.stderr == "", told.stderr
        assert "Layer name: plumes" in told.stdout and "Feature Count: 3" in told.stdout, told.stdout
        box = subprocess.run(["ogrinfo", "-ro", "-q", copy, "plumes", "-spat", "-117.4991", "34", "-117.4985", "35"],
                             capture_output=True, text=True).stdout
        assert box.count("OGRFeature(plumes)") == 1, box  # its spatial index works for others
    assert not list(pathlib.Path().glob("*.partial*"))
    shutil.copy("safe.gpkg", "log.gpkg")  # another program switched it to a write-ahead log
    base = sqlite3.connect("log.gpkg")
    assert base.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    base.close()
    book("info", "log.gpkg")
    assert pathlib.Path("log.gpkg").read_bytes()[18:20] == b"\1\1", "the log was not switched off"


def damage(what, word, *statements):
    """A casebook changed behind vaho's back is found out."""
    shutil.copy("safe.gpkg", "hurt.gpkg")
    base = sqlite3.connect("hurt.gpkg")
    base.create_function("ST_IsEmpty", 1, lambda blob: 0)
    for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        base.create_function(name, 1, lambda blob: 0.0)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()
    done = subprocess.run([VAHO, "casebook", "check", "hurt.gpkg"], capture_output=True, text=True)
    assert done.returncode == 3 and word in done.stderr, (what, done.returncode, done.stdout, done.stderr)


def check_check():
    drop = ["DROP TRIGGER plumes_never_delete", "DROP TRIGGER flights_never_change", "DROP TRIGGER flights_fit_the_kind",
            "DROP TRIGGER mandates_never_change"]
    damage("a rule less", "lacks its trigger plumes_never_delete", drop[0])
    damage("a rule more", "has a trigger extra that does not belong",
           "CREATE TRIGGER extra AFTER INSERT ON flights BEGIN SELECT 1; END")
    damage("a plume gone", "has not the plumes it was taken in with", drop[0], "DELETE FROM plumes WHERE id = 2")
    damage("a mandate gone", "may not hold the flight flown", drop[1], "UPDATE flights SET mandate_id = NULL")
    damage("a mandate altered", "is not the one its hash says", drop[3],
           "UPDATE mandates SET document = replace(document, 'ammonia', 'methane')")
    damage("an index emptied", "spatial index of plumes", "DELETE FROM rtree_plumes_geom")
    damage("a reference broken", "a reference leads nowhere", drop[1], "UPDATE flights SET mandate_id = 7")
    damage("a header", "GeoPackage 1.3", "PRAGMA user_version = 3")
    damage("no kind", "what kind of casebook", "DROP TRIGGER casebook_stays", "DELETE FROM casebook")
    damage("of the future", "newer vaho", "UPDATE casebook SET version = 99")
    data = bytearray(pathlib.Path("safe.gpkg").read_bytes())
    at = data.index(b"flown-0002")
    data[at:at + 4000] = b"\xff" * 4000
    pathlib.Path("hurt.gpkg").write_bytes(data)
    book("check", "hurt.gpkg", code=3, word="damage")
    pathlib.Path("hurt.gpkg").write_bytes(data[:5000])
    book("check", "hurt.gpkg", code=3)
    pathlib.Path("text.gpkg").write_text("no database " * 100)
    book("check", "text.gpkg", code=3, word="is no casebook")
    sqlite3.connect("other.gpkg").execute("CREATE TABLE t (x)").connection.close()
    book("info", "other.gpkg", code=3, word="no casebook")
    book("info", "missing.gpkg", code=3, word="missing.gpkg")
    assert not pathlib.Path("missing.gpkg").exists()


def misuse():
    book(code=2, word="say what")
    book("burn", code=2, word="there is no 'casebook burn'")
    book("new", "y.gpkg", code=2, word="--open, --operation and --exercise")
    book("new", "y.gpkg", "--open", "--exercise", code=2, word="exclude each other")
    book("add", "open.gpkg", code=2, word="are needed")
    book("add", "open.gpkg", "a", "--json", code=2, word="--json does not go with 'add'")
    book("add", "open.gpkg", "a", "--mandate", "m.json", code=2, word="--trust")
    book("backup", "open.gpkg", code=2, word="where to write")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        label, unsigned = make_mandate()
        check_open()
        check_operation(label, unsigned)
        check_copies()
        check_check()
        misuse()
        os.chdir("/")
    print("kinds, mandates, copies and damage are as documented")


if __name__ == "__main__":
    sys.exit(main())
