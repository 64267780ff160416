#!/usr/bin/env python3
"""vaho casebook add, killed with -9 at random moments, many times: what it said is in is in, whole.

It says a flight is taken in when that is on disk.  After each kill the casebook is
opened by another program, which must find it sound, every flight that was said, and no
half of one.  A backup made meanwhile must be sound as well.
"""
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import made_products  # noqa: E402

VAHO = os.environ["VAHO"]
KILLS, FLIGHTS, PLUMES = 60, 6, 40


def run(*arguments, code=0):
    done = subprocess.run([VAHO, "casebook", *arguments], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stdout


def how_long(folders):
    """Of taking in all of them undisturbed: where kills have to fall."""
    run("new", "trial.gpkg", "--open")
    begin = time.monotonic()
    first = None
    with subprocess.Popen([VAHO, "casebook", "add", "trial.gpkg", *folders], stdout=subprocess.PIPE) as child:
        for _ in child.stdout:
            first = first or time.monotonic() - begin
    return first, time.monotonic() - begin


def look(acknowledged):
    """By SQLite alone, as after a crash: opening brings back what was interrupted."""
    with sqlite3.connect("case.gpkg") as book:
        assert book.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        flights = dict(book.execute("SELECT name, n_plumes FROM flights"))
        held = dict(book.execute("SELECT f.name, count(p.id) FROM flights f LEFT JOIN plumes p"
                                 " ON p.flight_id = f.id GROUP BY f.id"))
        indexed = book.execute("SELECT count(*) FROM rtree_plumes_geom").fetchone()[0]
    book.close()
    assert acknowledged <= flights.keys(), f"lost: {acknowledged - flights.keys()}"
    assert all(held[name] == PLUMES for name in flights), held
    assert indexed == PLUMES * len(flights), (indexed, len(flights))
    return set(flights)


def main():
    dice = random.Random(5)
    killed = unsaid = backups = 0
    acknowledged = set()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        first, whole = how_long([made_products.write(f"trial_{i}", f"trial_{i}", PLUMES) for i in range(FLIGHTS)])
        run("new", "case.gpkg", "--open")
        for kill in range(KILLS):
            names = [f"flight_{kill:02}_{i}" for i in range(FLIGHTS)]
            for name in names:
                made_products.write(name, name, PLUMES)
            child = subprocess.Popen([VAHO, "casebook", "add", "case.gpkg", *names],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            backup = subprocess.Popen([VAHO, "casebook", "backup", "case.gpkg", "backup.gpkg"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) if kill % 6 == 0 else None
            time.sleep(dice.uniform(0.5 * first, whole))
            child.send_signal(signal.SIGKILL)
            said = child.stdout.read()
            child.wait()
            killed += child.returncode == -signal.SIGKILL
            acknowledged |= {line.split()[0] for line in said.splitlines() if "taken in as flight" in line}
            if backup:
                assert backup.wait() == 0
                run("check", "backup.gpkg")
                backups += 1
            there = look(acknowledged)
            unsaid += len(there - acknowledged)  # on disk, but killed before it could say so: no harm
            acknowledged |= there
            for name in names:
                for file in ("run.json", "plumes.geojson"):
                    os.unlink(f"{name}/{file}")
                os.rmdir(name)
        run("check", "case.gpkg")
        os.chdir("/")
    assert killed >= KILLS // 2, f"only {killed} of {KILLS} were killed while they worked"
    print(f"{killed} kills, {len(acknowledged)} flights said and found, {unsaid} more found, {backups} backups sound")


if __name__ == "__main__":
    sys.exit(main())
