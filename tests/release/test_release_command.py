#!/usr/bin/env python3
"""vaho partner and vaho release, as people use them: who may what, what goes, and what is refused."""
import hashlib
import json
import os
import pathlib
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True
from partners import approve, at, listed, make, preview, run, write_policy  # noqa: E402

BOOK = "book.gpkg"


def outbox():
    return json.loads(run("release list", BOOK, "--json"))


def partners_and_policies():
    run("partner add", BOOK, "east", user="rita", code=4, word="role admin")
    run("partner add", BOOK, "../east", user="root", code=2, word="name")
    run("partner key", BOOK, "west", "south.public", user="root", code=3, word="no partner 'west'")
    run("partner key", BOOK, "south", "policy.json", user="root", code=2, word="no public key")
    run("partner policy", BOOK, "south", "policy.json", user="root", code=4, word="role releaser")
    run("partner policy", BOOK, "south", write_policy("x.json", partner="east"), user="rita", code=4,
        word="for east, not for south")
    run("partner policy", BOOK, "south", write_policy("x.json", words="more"), user="rita", code=3, word="not known")
    south, = json.loads(run("partner list", BOOK, "--json"))
    assert south["key"] == pathlib.Path("south.public").read_text().strip()
    assert (south["keys"], south["policies"], south["sent"]) == (1, 1, 0)


def exactly_what_was_looked_at(site):
    shown = run("release preview", BOOK, site, "south", "--trust", "trust.json").split("\n")[0]
    seen = preview(BOOK, site)
    assert hashlib.sha256(shown.encode()).hexdigest() == seen["sha256"]
    approve(BOOK, site, "0" * 16, code=4, word="preview it again")
    approve(BOOK, site, seen["version"], user="ana", code=4, word="role releaser")
    approve(BOOK, site, seen["version"], user="root", code=4, word="role releaser")
    approve(BOOK, site, seen["version"], word="released to south as number 1")
    sent, = outbox()
    assert sent["sha256"] == seen["sha256"] and sent["message"] == seen["message"] == json.loads(shown)
    with sqlite3.connect(BOOK) as base:
        stored, = base.execute("SELECT message FROM outbox").fetchone()
    base.close()
    assert stored == shown
    text = shown + preview(BOOK, site)["version"]
    for secret in site, "rita", "ana", "flight", "34.5,", "-117.5,":
        assert secret not in text, secret
    approve(BOOK, site, preview(BOOK, site)["version"], code=4, word="has it already")
    assert listed(BOOK, "--state", "released")[0]["site"] == site


def rules(site):
    preview(BOOK, site, "east", code=3, word="no partner 'east'")
    run("partner add", BOOK, "east", user="root")
    preview(BOOK, site, "east", code=4, word="rule 'policy'")
    run("partner policy", BOOK, "east", write_policy("x.json", partner="east"), user="rita")
    preview(BOOK, site, "east", code=4, word="rule 'partner'")  # no mandate names it
    preview(BOOK, site, "south", "--revocations", "back.json", code=4, word="revoked by north")
    run("release preview", BOOK, site, "south", code=2, word="--trust is needed")
    for word, changes in {"rule 'precision'": {"grid": {"metres": 499}}, "rule 'time-precision'": {"time_step_s": 60},
                          "rule 'window'": {"window": {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}},
                          "rule 'gas'": {"gases": ["methane"]}, "rule 'delay'": {"delay_s": 1e9},
                          "rule 'probability'": {"least_probability": 1}}.items():
        run("partner policy", BOOK, "south", write_policy("x.json", **changes), user="rita")
        preview(BOOK, site, code=4, word=word)
    run("partner policy", BOOK, "south", "policy.json", user="rita")


def recall_and_again(site):
    run("release recall", BOOK, site, "south", user="ana", code=4, word="role releaser")
    run("release recall", BOOK, site, "south", user="rita", word="recalled from south as number 2")
    run("release recall", BOOK, site, "south", user="rita", code=3, word="there is no such")
    current, = (s for s in listed(BOOK) if s["site"] == site)
    assert current["state"] == "recalled"
    run("review another-pass", BOOK, at(current), user="ben")
    current, = (s for s in listed(BOOK) if s["site"] == site)
    run("review confirm", BOOK, at(current), user="ben")
    approve(BOOK, site, preview(BOOK, site)["version"], word="as number 3")
    first, recall, again = (m["message"] for m in outbox())
    assert recall["kind"] == "recall" and "place" not in recall
    assert first["lead"] == recall["lead"] == again["lead"] and first["place"] == again["place"]
    assert [m["message"].get("previous_sha256") for m in outbox()] == [None] + [m["sha256"] for m in outbox()[:2]]
    run("release expire", BOOK, word="0 releases over")  # its week is not over


def envelopes():
    os.mkdir("out")
    seal = ["release seal", BOOK, "south", "--key", "centre.secret", "--out", "out"]
    run(*seal, word="000003.envelope   without a proof")
    run("mandate key", "keeper")
    run("ledger checkpoint", BOOK, "--key", "keeper.secret")
    run(*seal, "--from", "2", word="000002.envelope   with its proof")
    run(*seal, "--from", "9", word="nothing to seal")
    lines = [pathlib.Path(f"out/south-00000{n}.envelope").read_text() for n in (1, 2, 3)]
    for line in lines:
        outer = json.loads(line)
        assert set(outer) == {"format", "sealed", "to"} and line.count("\n") == 1
        assert outer["to"] == pathlib.Path("south.public").read_text().strip()
    run("release seal", BOOK, "east", "--key", "centre.secret", "--out", "out", word="nothing to seal")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        site, other = make(BOOK, 2)
        partners_and_policies()
        exactly_what_was_looked_at(site)
        rules(other)
        recall_and_again(site)
        envelopes()
        run("ledger verify", BOOK, word="sound")
        run("casebook check", BOOK, word="nothing found")
        with sqlite3.connect(BOOK) as base:  # a message changed in its table, by one who may write the file
            base.execute("DROP TRIGGER outbox_never_change")
            base.execute("UPDATE outbox SET message = json_set(message, '$.gas', 'water') WHERE sequence = 1")
        base.close()
        run("ledger verify", BOOK, code=3, word="1 messages to partners were changed")
        os.chdir("/")
    print("release: as documented")


if __name__ == "__main__":
    sys.exit(main())
