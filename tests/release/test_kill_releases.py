#!/usr/bin/env python3
"""vaho release killed with -9 in the middle, many times: nothing half done, nothing said and lost, nothing sent twice.

Sites are released and recalled in turn.  After each kill SQLite alone must find as many messages
as rows of releases and entries of the ledger, numbered without a gap, each following the one before.
"""
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from partners import at, listed, make, preview, run  # noqa: E402
from people import command  # noqa: E402

BOOK = "book.gpkg"
KILLS = 16


def state():
    """How many messages there are, and which sites are out, after all that must hold."""
    with sqlite3.connect(BOOK) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        sent = base.execute("SELECT o.sequence, o.message, o.sha256, o.entry, r.recalls IS NOT NULL, json_extract("
                            "e.entry, '$.object.message_sha256'), json_extract(e.entry, '$.what') FROM outbox o"
                            " LEFT JOIN releases r ON r.entry = o.entry LEFT JOIN ledger_entries e ON e.number ="
                            " o.entry ORDER BY o.id").fetchall()
        n_rows, = base.execute("SELECT count(*) FROM releases").fetchone()
        n_told, = base.execute("SELECT count(*) FROM ledger_entries WHERE entry GLOB '*\"what\":\"site-re[cl]*'").fetchone()
        out = {name for name, in base.execute("SELECT s.name FROM releases_out JOIN sites s ON s.id = site_id")}
    base.close()
    assert len(sent) == n_rows == n_told, (len(sent), n_rows, n_told)
    before = None
    for i, (sequence, message, sha256, entry, is_recall, told_sha256, what) in enumerate(sent):
        content = json.loads(message)
        assert sequence == content["sequence"] == i + 1 and content["ledger"]["index"] == entry
        assert hashlib.sha256(message.encode()).hexdigest() == sha256 == told_sha256
        assert what == ("site-recall" if is_recall else "site-release"), what
        assert content.get("previous_sha256") == before
        before = sha256
    return len(sent), out


def confirm_again(site):
    """Another analyst's way back from a recall."""
    for verb in "review another-pass", "review confirm":
        current, = (s for s in listed(BOOK) if s["site"] == site)
        run(verb, BOOK, at(current), user="ben")


def start(verb, *arguments):
    line, fds = command(verb, arguments, user="rita")
    child = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, pass_fds=fds)
    for fd in fds:
        os.close(fd)
    return child


def main():
    dice = random.Random(11)
    killed = whole = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        site, = make(BOOK, 1)
        begin = time.monotonic()
        run("release recall", BOOK, "no-such-site", "south", user="rita", code=3)
        wait = time.monotonic() - begin  # mostly the password; the act comes after it
        for _ in range(KILLS):
            n, out = state()
            if site in out:
                child = start("release recall", BOOK, site, "south")
            else:
                version = preview(BOOK, site)["version"]
                child = start("release approve", BOOK, f"{site}@{version}", "south", "--trust", "trust.json")
            time.sleep(dice.uniform(0.8, 1.2) * wait)
            child.send_signal(signal.SIGKILL)
            said = child.stdout.read()
            child.wait()
            killed += child.returncode == -signal.SIGKILL
            n_now, out_now = state()
            done = n_now - n
            assert done in (0, 1) and (out_now != out) == bool(done), (n, n_now, out, out_now)
            assert said == "" or done, said  # what was said is there
            wait *= 0.8 if done else 1.15  # towards the moment of the act, however busy the machine is
            whole += done
            if done and site not in out_now:
                confirm_again(site)
        run("ledger verify", BOOK, word="sound")
        run("casebook check", BOOK, word="nothing found")
        os.chdir("/")
    assert killed >= KILLS // 3, f"only {killed} of {KILLS} were killed while they worked"
    print(f"{killed} kills, {whole} acts done whole, none half")


if __name__ == "__main__":
    sys.exit(main())
