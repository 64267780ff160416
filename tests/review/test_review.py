#!/usr/bin/env python3
"""vaho review and vaho user: edges, roles, versions, undo; what is refused, also by the database itself."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(os.environ["VAHO_SOURCE"]) / "tests" / "ledger"))
import merkle  # noqa: E402
from people import add_flight, at, listed, make, run, secret, VAHO  # noqa: E402

BOOK = "book.gpkg"
WHY = ["--why", "the dairy"]
REJECT = ["--reason", "known-source", *WHY]


def state_of(site):
    return next(s for s in listed(BOOK) if s["site"] == site)


def check_accounts():
    run("user add", "none.gpkg", "ana", "--role", "admin", new=secret("ana"), code=3, word="none.gpkg")
    run("casebook new", "new.gpkg", "--open")
    run("user add", "new.gpkg", "ana", "--role", "analyst", new=secret("ana"), code=4, word="must have the role admin")
    run("user add", "new.gpkg", "ana", "--role", "god", new=secret("ana"), code=2, word="no role 'god'")
    run("user add", "new.gpkg", "a b", "--role", "admin", new=secret("ana"), code=2, word="cannot name an account")
    run("user add", "new.gpkg", "ana", "--role", "admin", new="short", code=2, word="12 to 1024 bytes")
    run("user add", BOOK, "eve", "--role", "admin", new=secret("eve"), code=4, word="needs an account with the role admin")
    run("user add", BOOK, "eve", "--role", "admin", user="ana", new=secret("eve"), code=4, word="this one has it not")
    run("user add", BOOK, "eve", "--role", "admin", user="root", password="wrong password", new=secret("eve"), code=4,
        word="no such account, or another password")
    run("user add", BOOK, "eve", "--role", "admin", user="nobody", new=secret("eve"), code=4, word="no such account, or")
    run("user add", BOOK, "ana", "--role", "admin", user="root", new=secret("x" * 12), code=4, word="is taken")
    run("user disable", BOOK, "root", user="root", code=4, word="is the last admin")
    run("user password", BOOK, "ana", user="ben", new=secret("ben"), code=4, word="role admin")
    run("user password", BOOK, "ana", user="ana", new="another password of ana")
    run("user list", BOOK, user="ana", password="x" * 12, code=2, word="does not go with")
    run("user password", BOOK, "ana", user="ana", new=secret("ana"), code=4, word="another password")
    run("user password", BOOK, "ana", user="root", new=secret("ana"))
    with sqlite3.connect(BOOK) as base:
        hashes = [row[0] for row in base.execute("SELECT hash FROM account_passwords")]
    base.close()
    assert len(hashes) == 5 and all(h.startswith("$argon2id$v=19$m=65536,t=3,") for h in hashes), hashes
    assert secret("ana") not in run("ledger list", BOOK)
    run("casebook export", BOOK, "out.gpkg")
    assert b"$argon2id$v=" not in open("out.gpkg", "rb").read()  # not in a free page either
    run("casebook check", "out.gpkg", word="nothing found")


def check_no_terminal():
    done = subprocess.run(["setsid", VAHO, "review", "undo", BOOK, "x", "--user", "ana"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and "no terminal" in done.stderr, done


def check_roles(site):
    for name in "root", "rita", "olga":
        run("review confirm", BOOK, at(site), user=name, code=4, word="the role analyst, and this one has it not")
    run("review confirm", BOOK, at(site), code=2, word="--user is needed")
    run("review confirm", BOOK, at(site), user="ana", password="some password", code=4, word="another password")


def check_versions(site, other):
    run("review confirm", BOOK, site["site"], user="ana", code=2, word="must be SITE@VERSION")
    run("review confirm", BOOK, site["site"] + "@0123456789abcdef", user="ana", code=4, word="look at it again")
    run("review confirm", BOOK, "ammonia-x@0123456789abcdef", user="ana", code=3, word="has no site")
    run("review confirm", BOOK, at(site), at(other), user="ana", code=2, word="each site is confirmed by itself")
    run("review another-pass", BOOK, at(site), user="ben", word="another pass asked for by ben")
    # ana had looked at the same version; ben was quicker
    run("review confirm", BOOK, at(site), user="ana", code=4, word="(its last decision: ben, 'pass'")
    assert state_of(site["site"])["state"] == "another-pass"
    now = state_of(site["site"])
    run("review another-pass", BOOK, at(now), user="ana", code=4, word="asked for already")
    run("review undo", BOOK, site["site"], user="ana", code=4, word="by the one who took it")
    run("review undo", BOOK, site["site"], user="ben")
    assert state_of(site["site"])["state"] == "candidate"
    run("review undo", BOOK, site["site"], user="ben", code=4, word="nothing was decided")


def check_evidence_changes(site):
    """A flight that finds it once more makes another version."""
    add_flight(BOOK, "again", 6)
    run("review confirm", BOOK, at(site), user="ana", code=4, word="look at it again")
    now = state_of(site["site"])
    run("sites update", BOOK)  # later, but nothing new: the same version
    assert state_of(site["site"])["version"] == now["version"] != site["version"]
    run("review confirm", BOOK, at(now), user="ana", word="confirmed by ana")
    assert json.loads(run("sites show", BOOK, site["site"], "--json"))["review"] == "confirm"
    confirmed = state_of(site["site"])
    run("review confirm", BOOK, at(confirmed), user="ben", code=4, word="only a candidate")
    run("review reject", BOOK, at(confirmed), *REJECT, user="ben")
    run("review undo", BOOK, site["site"], user="ben")
    assert state_of(site["site"])["state"] == "confirmed"


def check_bulk(sites):
    run("review reject", BOOK, at(sites[0]), "--reason", "because", *WHY, user="ana", code=2, word="is no reason")
    run("review reject", BOOK, at(sites[0]), "--reason", "other", user="ana", code=2, word="--reason and --why")
    before = run("ledger list", BOOK)
    stale = sites[1]["site"] + "@0123456789abcdef"
    run("review reject", BOOK, at(sites[0]), stale, *REJECT, user="ana", code=4, word="look at it again")
    assert run("ledger list", BOOK) == before and state_of(sites[0]["site"])["state"] == "candidate"  # none of them
    run("review reject", BOOK, *map(at, sites), *REJECT, user="ana")
    assert {s["state"] for s in listed(BOOK) if s["site"] in {t["site"] for t in sites}} == {"rejected"}
    entries = json.loads(run("ledger list", BOOK, "--json"))["entries"][-len(sites):]
    assert [e["object"]["site"] for e in entries] == [s["site"] for s in sites]
    assert all((e["what"], e["by"], e["who"], e["why"]) == ("site-reject", "account", "ana", "the dairy") for e in entries)
    rejected = state_of(sites[0]["site"])
    run("review reject", BOOK, at(rejected), *REJECT, user="ben", code=4, word="not rejected again")
    run("review confirm", BOOK, at(rejected), user="ben", code=4, word="only a candidate")
    run("review another-pass", BOOK, at(rejected), user="ben")
    run("review confirm", BOOK, at(state_of(sites[0]["site"])), user="ben")
    told = json.loads(run("review history", BOOK, sites[0]["site"], "--json"))["steps"]
    assert [(t["what"], t["person"]) for t in told] == [("reject", "ana"), ("pass", "ben"), ("confirm", "ben")], told


def check_disabled(site):
    run("user disable", BOOK, "ben", user="root", word="disabled")
    run("review confirm", BOOK, at(site), user="ben", code=4, word="no such account, or another password")
    run("user add", BOOK, "ben", "--role", "analyst", user="root", new=secret("ben"), code=4, word="is taken")
    run("user password", BOOK, "ben", user="root", new=secret("ben"), code=3, word="has not ended")


def refused(sql, word, *values):
    base = sqlite3.connect(BOOK)
    try:
        base.execute(sql, values)
    except sqlite3.DatabaseError as error:
        assert word in str(error), (sql, error)
    else:
        raise AssertionError(sql)
    finally:
        base.rollback()
        base.close()


def check_database(site):
    """Past the program, with an entry of the ledger that would fit."""
    row = """INSERT INTO reviews (site_id, at, person, decision, reason, evidence, follows, entry) VALUES ((SELECT id FROM sites
        WHERE name = ?), 'x', ?, 'confirm', '', hex(zeroblob(32)), NULL, (SELECT max(number) FROM ledger_entries))"""
    refused(row, "told in the ledger before it is done", site, "ana")
    refused("UPDATE accounts SET name = 'ana2' WHERE name = 'ana'", "never changed")
    refused("DELETE FROM account_endings", "never deleted")
    refused("INSERT INTO accounts (name, entry) VALUES ('eve', (SELECT max(number) FROM ledger_entries))", "told in the ledger")
    refused("INSERT INTO account_roles (account_id, role) SELECT id, 'releaser' FROM accounts WHERE name = 'ana'",
            "roles are given when an account is made")
    refused("DELETE FROM reviews", "never deleted")
    run("ledger verify", BOOK, word="sound")
    run("casebook check", BOOK, word="nothing found")


def check_tampered():
    """Rows changed behind the ledger's back, by who takes the triggers away and puts them back."""
    for sql, word in (("UPDATE plumes SET q_value = 0.5 WHERE id = 2", "flight 1 (flight) is not what entry 1 says"),
                      ("UPDATE reviews SET person = 'ben' WHERE person = 'ana' AND decision = 'reject'",
                       "3 decisions are not what their entries say"),
                      ("DELETE FROM reviews WHERE id = (SELECT max(id) FROM reviews)", "differ by 1"),
                      ("INSERT INTO flights SELECT 99, 'x', hex(randomblob(32)), products_sha256, NULL, 0, flown, flown_s,"
                       " sensor, 1, 1, 1, 0, 'x', 'x' FROM flights WHERE id = 1", "3 flights are there, and the ledger tells of 2")):
        shutil.copy(BOOK, "forged.gpkg")
        with merkle.Tampered("forged.gpkg") as book:
            book.run(sql)
        run("ledger verify", "forged.gpkg", code=3, word=word)


def check_old_ledger():
    """A casebook from before there were ledgers: its first act begins one, which says what was there."""
    shutil.copy(BOOK, "old.gpkg")
    with merkle.Tampered("old.gpkg") as book:
        for table in "reviews", "ledger_hashes", "ledger_entries":
            book.run(f"DELETE FROM {table}")
    run("ledger verify", "old.gpkg", word="0 entries")
    run("casebook backup", "old.gpkg", "copy.gpkg", "--who", "zoe")
    first = json.loads(run("ledger list", "old.gpkg", "--json"))["entries"][0]
    assert (first["what"], first["who"], first["object"]["last_flight"]) == ("ledger-begin", "zoe", 2), first
    run("ledger verify", "old.gpkg", word="2 entries, sound")
    with merkle.Tampered("old.gpkg") as book:
        book.run("UPDATE plumes SET gas = 'acetone' WHERE id = 2")
    run("ledger verify", "old.gpkg", code=3, word="before the ledger began is not as it was then")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 6)
        sites = listed(BOOK)
        assert len(sites) == 6 and {s["state"] for s in sites} == {"candidate"}
        check_accounts()
        check_no_terminal()
        check_roles(sites[0])
        check_versions(sites[0], sites[1])
        check_evidence_changes(state_of(sites[0]["site"]))
        check_bulk([state_of(s["site"]) for s in sites[1:4]])
        check_disabled(state_of(sites[5]["site"]))
        check_database(sites[5]["site"])
        check_tampered()
        check_old_ledger()
        os.chdir("/")
    print("edges, roles, versions and accounts are as documented")


if __name__ == "__main__":
    sys.exit(main())
