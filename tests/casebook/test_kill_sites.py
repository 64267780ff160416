#!/usr/bin/env python3
"""vaho sites update and known, killed with -9 at random moments, many times: the casebook holds the
sites of before or those of after, whole, and the list of licensed emitters likewise."""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import test_sites_command as command  # noqa: E402
from program import VAHO, vaho  # noqa: E402

KILLS, MOMENTS = 40, ("2026-04-14T00:00:00Z", "2026-09-01T00:00:00Z")


def emitters(path, east):
    ring = [[-117 + 1e-3 * (x + east), 34 + 1e-3 * y] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
    with open(path, "w", encoding="ascii") as file:
        json.dump({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": f"farm {east} {i}", "gases": ["ammonia"]},
             "geometry": {"type": "Polygon", "coordinates": [ring]}} for i in range(200)]}, file)
    return path


def state(book):
    """What may change: the sites, and the names of emitters."""
    with sqlite3.connect(book) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        known = [name for name, in database.execute("SELECT name FROM known_sources ORDER BY name")]
    database.close()
    return command.sites("list", book, "--least", "0", "--json"), known


def kill(arguments, seconds):
    child = subprocess.Popen([VAHO, "sites", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    child.wait()
    return child.returncode == -signal.SIGKILL


def main():
    dice = random.Random(7)
    killed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        vaho("casebook", "new", "case.gpkg", "--open")
        vaho("casebook", "add", "case.gpkg", *command.make_passes())
        lists = [emitters("north.geojson", 0), emitters("south.geojson", 40)]
        whole = {}  # every state that may be found, made undisturbed on copies
        for which in 0, 1:
            for at in MOMENTS:
                shutil.copy("case.gpkg", "copy.gpkg")
                command.sites("known", "copy.gpkg", lists[which])
                begin = time.monotonic()
                command.sites("update", "copy.gpkg", "--at", at)
                long = time.monotonic() - begin
                whole[which, at] = state("copy.gpkg")
        assert len({sites for sites, _ in whole.values()}) > 1, "the states are alike"
        command.sites("known", "case.gpkg", lists[0])
        command.sites("update", "case.gpkg", "--at", MOMENTS[0])
        for turn in range(KILLS):
            which, at = turn // 2 % 2, MOMENTS[turn % 2]
            arguments = ("known", "case.gpkg", lists[which]) if turn % 4 == 3 else ("update", "case.gpkg", "--at", at)
            killed += kill(arguments, dice.uniform(0, 1.2 * long))
            sites, known = state("case.gpkg")
            assert sites in {one for one, _ in whole.values()}, f"turn {turn}: sites of no moment"
            assert known in [names for _, names in whole.values()], f"turn {turn}: half a list of emitters"
        command.sites("known", "case.gpkg", lists[1])
        command.sites("update", "case.gpkg", "--at", MOMENTS[1])
        assert state("case.gpkg") == whole[1, MOMENTS[1]], "kills left something behind"
        vaho("casebook", "check", "case.gpkg", word="nothing found")
        os.chdir("/")
    assert killed >= KILLS // 3, f"only {killed} of {KILLS} were killed while they worked"
    print(f"{killed} of {KILLS} killed; sites and emitters were whole after each")


if __name__ == "__main__":
    sys.exit(main())
