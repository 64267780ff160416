#!/usr/bin/env python3
"""vaho review killed with -9 in the middle of decisions, many times: nothing acknowledged is lost, nothing half done.

Several sites are rejected in one command, then taken back one by one.  After each kill
SQLite alone must find every decision that was said, all sites of a command or none, and
as many entries of the ledger as rows; the whole ledger must verify.
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
from people import at, command, listed, make, run  # noqa: E402

BOOK = "book.gpkg"
KILLS, SITES = 20, 4


def rows():
    with sqlite3.connect(BOOK) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = base.execute("SELECT s.name, r.decision, r.entry, json_extract(e.entry, '$.what'),"
                             " json_extract(e.entry, '$.object.site') FROM reviews r JOIN sites s ON s.id = r.site_id"
                             " LEFT JOIN ledger_entries e ON e.number = r.entry ORDER BY r.id").fetchall()
        told = base.execute("SELECT count(*) FROM ledger_entries WHERE entry GLOB '*\"what\":\"site-*'").fetchone()[0]
        states = dict(base.execute("SELECT name, state FROM sites JOIN site_states ON site_id = id"))
    base.close()
    assert all(what == f"site-{decision}" and name == site for name, decision, _, what, site in found), found
    assert told == len(found), (told, len(found))
    return states


def start(verb, *arguments):
    line, fds = command(verb, arguments, user="ana")
    child = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, pass_fds=fds)
    for fd in fds:
        os.close(fd)
    return child


def main():
    dice = random.Random(7)
    killed = whole = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, SITES)
        reject = ["--reason", "clutter", "--why", "a shadow"]
        begin = time.monotonic()
        run("review undo", BOOK, "no-such-site", user="ana", code=3)
        wait = time.monotonic() - begin  # mostly the password; decisions come after it
        for _ in range(KILLS):
            names = [s["site"] for s in listed(BOOK)]
            states = rows()
            if set(states.values()) == {"candidate"}:
                child = start("review reject", BOOK, *map(at, listed(BOOK)), *reject)
                wanted, after = names, "rejected"
            else:
                wanted = [next(n for n in names if states[n] == "rejected")]
                child = start("review undo", BOOK, wanted[0])
                after = "candidate"
            time.sleep(dice.uniform(0.8, 1.2) * wait)
            child.send_signal(signal.SIGKILL)
            said = child.stdout.read()
            child.wait()
            killed += child.returncode == -signal.SIGKILL
            now = rows()
            moved = [n for n in wanted if now[n] == after]
            wait *= 0.8 if moved else 1.15  # towards the moment of the decision, however busy the machine is
            assert len(moved) in (0, len(wanted)), moved
            assert said == "" or moved, said  # what was said is there
            assert all(now[n] == states[n] for n in names if n not in wanted)
            whole += bool(moved)
            if not moved and len(wanted) == 1:
                continue
            if moved and len(wanted) == 1:  # take the rest back undisturbed
                for name in (n for n in names if now[n] == "rejected"):
                    run("review undo", BOOK, name, user="ana")
        run("ledger verify", BOOK, word="sound")
        run("casebook check", BOOK, word="nothing found")
        os.chdir("/")
    assert killed >= KILLS // 3, f"only {killed} of {KILLS} were killed while they worked"
    print(f"{killed} kills, {whole} commands done whole, none half")


if __name__ == "__main__":
    sys.exit(main())
