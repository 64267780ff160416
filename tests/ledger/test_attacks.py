#!/usr/bin/env python3
"""Histories that were truncated, reordered, edited, forked or signed by one alone, each caught in its own words.

Each attack is made twice: clumsily, and by someone who computes every hash anew.  The
second is found by what others hold.  Roots and key ids are computed here by hashlib as well.
"""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import merkle  # noqa: E402

VAHO = os.environ["VAHO"]
WITNESSED = ["--keeper", "keeper.public", "--witness", "south=south.public"]


def vaho(*arguments, code=0, word=""):
    done = subprocess.run([VAHO, *arguments], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    assert word in done.stdout + done.stderr, (arguments, word, done.stdout, done.stderr)
    return done.stdout


def act(book, n=1):
    for i in range(n):
        vaho("casebook", "backup", book, "copy.gpkg", "--who", "ana", "--why", f"evening {i}")


def witness(book, since, *more, name="south", request=None, code=0, word=""):
    """The keeper signs, asks the witness, and keeps what comes back."""
    if request is None:
        vaho("ledger", "checkpoint", book, "--key", "keeper.secret", "--out", "state")
        vaho("ledger", "prove", book, "--since", str(since), "--out", "request")
    vaho("ledger", "witness", request or "request", "--key", f"{name}.secret", "--name", name, "--keeper",
         "keeper.public", "--memory", f"{name}.seen", "--out", "signed", *more, code=code, word=word)
    if code == 0:
        vaho("ledger", "checkpoint", book, "--checkpoint", "signed")


def set_up():
    for name in "keeper", "south", "north", "thief":
        vaho("mandate", "key", name)
    vaho("casebook", "new", "true.gpkg", "--open", "--who", "ana")
    act("true.gpkg", 4)
    witness("true.gpkg", 0, "--first")
    shutil.copy("signed", "seen_5")
    act("true.gpkg", 4)
    witness("true.gpkg", 5)
    shutil.copy("signed", "seen_9")


def check_the_form():
    """What is signed is what C2SP says, by other code."""
    note = pathlib.Path("seen_9").read_text(encoding="utf-8")
    text, _, signatures = note.partition("\n\n")
    origin, size, root = text.split("\n")
    assert (size, root) == ("9", merkle.root_of("true.gpkg"))
    for line, key, kind, nbytes in zip(signatures.split("\n"), ("keeper", "south"), (1, 4), (68, 76)):
        dash, name, signature = line.split(" ")
        public = bytes.fromhex(pathlib.Path(f"{key}.public").read_text().strip())
        raw = base64.b64decode(signature)
        assert dash == "\u2014" and len(raw) == nbytes
        assert raw[:4] == hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
    told = json.loads(vaho("ledger", "verify", "true.gpkg", *WITNESSED, "--json"))
    assert told["sound"] and told["witnessed"] and told["witnesses"] == ["south"] and told["entries"] == 9
    assert told["origin"] == origin == "vaho-ledger/" + merkle.leaf(
        json.dumps(json.loads(vaho("ledger", "list", "true.gpkg", "--json"))["entries"][0], sort_keys=True,
                   separators=(",", ":"))).hex()[:32]


def attack(change, *more, word, code=3, options=()):
    """'change' to a copy, then verified by who holds the last witnessed checkpoint, or by 'options'."""
    shutil.copy("true.gpkg", "forged.gpkg")
    with merkle.Tampered("forged.gpkg") as book:
        change(book)
    vaho("ledger", "verify", "forged.gpkg", *WITNESSED, *options, *more, word=word, code=code)
    if code == 3 and not options and not more:
        vaho("casebook", "check", "forged.gpkg", word=word, code=3)


def edit(entries, at, **members):
    entry = json.loads(entries[at])
    entry.update(members)
    return [*entries[:at], merkle.canonical(entry), *entries[at + 1:]]


def check_edited():
    def clumsy(book):
        book.run("UPDATE ledger_entries SET entry = ? WHERE number = 3", edit(book.entries(), 3, who="ben")[3])

    def well(book):
        book.make_anew(edit(book.entries(), 3, who="ben"))

    def not_canonical(book):
        book.make_anew([*book.entries()[:3], book.entries()[3].replace(":", ": ", 1), *book.entries()[4:]])

    attack(clumsy, word="edited: entry 3 is not the one")
    attack(well, word="rewritten: its first 5 entries are not those")
    attack(not_canonical, word="entry 3 cannot be read: it is not in its canonical form")


def check_reordered():
    def swap(book, anew):
        e = book.entries()
        e[2], e[4] = e[4], e[2]
        if anew:
            e = edit(edit(e, 2, number=2), 4, number=4)
        book.make_anew(e)

    attack(lambda book: swap(book, False), word="reordered: in the place of entry 2 is one that says it is 4")
    attack(lambda book: swap(book, True), word="rewritten: its first 5 entries")
    attack(lambda book: book.run("DELETE FROM ledger_entries WHERE number = 4"),
           word="entries are missing: after number 3 comes 5")


def check_truncated():
    def cut(book):
        book.run("DELETE FROM ledger_entries WHERE number > 5")

    def well(book):
        book.make_anew(book.entries()[:6])

    def thorough(book):
        well(book)
        book.run("DELETE FROM ledger_checkpoints WHERE size > 6")

    attack(cut, word="truncated: there are hashes of more than the 6 entries")
    attack(well, word="truncated: its own checkpoint tells of 9 entries, and 6 are there")
    attack(thorough, "--checkpoint", "seen_9", word="truncated: seen_9 tells of 9 entries, and 6 are there")
    # who holds nothing is told of an older state only: that the rest was never witnessed cannot be seen
    told = json.loads(vaho("ledger", "verify", "forged.gpkg", *WITNESSED, "--json"))
    assert told["sound"] and not told["witnessed"] and told["witnessed_entries"] == 5
    vaho("ledger", "checkpoint", "forged.gpkg", "--key", "keeper.secret", "--out", "state")
    vaho("ledger", "prove", "forged.gpkg", "--since", "5", "--out", "request")
    witness("forged.gpkg", 5, request="request", code=4, word="truncated: the checkpoint tells of 6 entries, and 9 were")


def check_forked():
    """The keeper itself writes a second history, with its own key, and signs it."""
    def rewrite(book):
        book.make_anew(edit(book.entries(), 6, why="nothing happened"))
        book.run("DELETE FROM ledger_checkpoints WHERE size > 5")

    attack(rewrite, "--checkpoint", "seen_9", word="forked: seen_9 tells of another history of the same 9 entries")
    vaho("ledger", "checkpoint", "forged.gpkg", "--key", "keeper.secret", "--out", "state")
    vaho("ledger", "verify", "forged.gpkg", "--keeper", "keeper.public", word="UNWITNESSED")
    told = json.loads(vaho("ledger", "verify", "forged.gpkg", *WITNESSED, "--json"))
    assert not told["witnessed"] and told["witnessed_entries"] == 5
    vaho("ledger", "prove", "forged.gpkg", "--since", "5", "--out", "request")
    witness("forged.gpkg", 5, request="request", code=4, word="forked: another history of the same 9 entries")
    act("forged.gpkg", 2)
    vaho("ledger", "checkpoint", "forged.gpkg", "--key", "keeper.secret", "--out", "state")
    vaho("ledger", "prove", "forged.gpkg", "--since", "9", "--out", "request")
    witness("forged.gpkg", 9, request="request", code=4, word="forked: the checkpoint of 11 entries is not shown to extend")
    vaho("ledger", "checkpoint", "forged.gpkg", "--checkpoint", "seen_9", code=4, word="rewritten: its first 9")


def check_empty_proof():
    """Proofs without hashes, and of too many."""
    act("true.gpkg")
    vaho("ledger", "checkpoint", "true.gpkg", "--key", "keeper.secret", "--out", "state")
    vaho("ledger", "prove", "true.gpkg", "--since", "9", "--out", "request")
    head, _, note = pathlib.Path("request").read_text(encoding="utf-8").partition("\n\n")
    pathlib.Path("empty").write_text("old 9\n\n" + note, encoding="utf-8")
    witness("true.gpkg", 9, request="empty", code=4, word="(the proof is empty)")
    pathlib.Path("long").write_text(f"{head}\n{head.split()[-1]}\n\n{note}", encoding="utf-8")
    witness("true.gpkg", 9, request="long", code=4, word="longer than the tree is high")
    pathlib.Path("zero").write_text("old 0\n\n" + note, encoding="utf-8")
    witness("true.gpkg", 9, request="zero", code=2, word="--since 9")
    vaho("ledger", "prove", "true.gpkg", "--entry", "3", "--out", "proof")
    lines = pathlib.Path("proof").read_text(encoding="utf-8").split("\n")
    vaho("ledger", "verify", "proof", "--keeper", "keeper.public", word="UNWITNESSED")
    gap = lines.index("")
    pathlib.Path("empty").write_text("\n".join(lines[:3] + lines[gap:]), encoding="utf-8")
    vaho("ledger", "verify", "empty", code=3, word="the proof is empty")
    entry = json.loads(base64.b64decode(lines[1].split()[1]))
    entry["who"] = "ben"
    lines[1] = "extra " + base64.b64encode(merkle.canonical(entry).encode()).decode()
    pathlib.Path("other").write_text("\n".join(lines), encoding="utf-8")
    vaho("ledger", "verify", "other", code=3, word="the proof leads to another root")


def check_single_signer():
    """A keeper without a witness, under a witness's name, or with one key for both."""
    vaho("casebook", "new", "lone.gpkg", "--open", "--who", "ana")
    vaho("ledger", "verify", "lone.gpkg", "--keeper", "keeper.public", code=4, word="the keeper signed no checkpoint")
    vaho("ledger", "checkpoint", "lone.gpkg", "--key", "keeper.secret", "--out", "state")
    vaho("ledger", "verify", "lone.gpkg", "--keeper", "keeper.public", word="UNWITNESSED")
    vaho("ledger", "verify", "lone.gpkg", *WITNESSED, code=4, word="single signer: no checkpoint of it")
    vaho("ledger", "prove", "lone.gpkg", "--since", "0", "--out", "request")
    vaho("ledger", "witness", "request", "--key", "keeper.secret", "--name", "south", "--keeper", "keeper.public",
         "--memory", "x.seen", "--first", code=4, word="single signer: the keeper's own key")
    vaho("ledger", "witness", "request", "--key", "thief.secret", "--name", "south", "--keeper", "keeper.public",
         "--memory", "x.seen", "--first", "--out", "signed")
    vaho("ledger", "checkpoint", "lone.gpkg", "--checkpoint", "signed")
    vaho("ledger", "verify", "lone.gpkg", *WITNESSED, code=4, word="single signer: no checkpoint of it")
    unsigned = pathlib.Path("signed").read_text(encoding="utf-8").split("\n\n")[0] + "\n\n"
    pathlib.Path("unsigned").write_text(unsigned, encoding="utf-8")
    vaho("ledger", "checkpoint", "lone.gpkg", "--checkpoint", "unsigned", code=4, word="was not made here")
    vaho("ledger", "verify", "lone.gpkg", "--keeper", "keeper.public", "--witness", "south=keeper.public", code=4,
         word="single signer: the witness south has the keeper's own key")
    vaho("ledger", "verify", "lone.gpkg", *WITNESSED, "--witness", "north=south.public", code=4, word="have one key")
    vaho("ledger", "verify", "lone.gpkg", "--keeper", "thief.public", code=3, word="not signed by the keeper's key")
    vaho("ledger", "prove", "lone.gpkg", "--entry", "0", "--out", "proof")
    vaho("ledger", "verify", "proof", *WITNESSED, code=4, word="single signer")
    vaho("ledger", "verify", "proof", "--keeper", "thief.public", code=4, word="not signed by the keeper's key")


def check_two_needed():
    witness("true.gpkg", 9)  # south signs 10
    vaho("ledger", "verify", "true.gpkg", *WITNESSED, "--witness", "north=north.public", code=4, word="UNWITNESSED")
    vaho("ledger", "verify", "true.gpkg", *WITNESSED, "--witness", "north=north.public", "--needed", "1", word="by south")
    witness("true.gpkg", 0, "--first", name="north")
    vaho("ledger", "verify", "true.gpkg", *WITNESSED, "--witness", "north=north.public", word="by south, north")


def check_memory():
    """A witness that lost its memory says so instead of signing."""
    os.rename("south.seen", "kept")
    vaho("ledger", "prove", "true.gpkg", "--since", "0", "--out", "request")
    witness("true.gpkg", 0, request="request", code=2, word="without it a forked history cannot be told")
    os.rename("kept", "south.seen")
    witness("true.gpkg", 0, "--first", request="request", code=2, word="leave --first out")
    vaho("casebook", "new", "another.gpkg", "--open", "--who", "ana")
    vaho("ledger", "checkpoint", "another.gpkg", "--key", "keeper.secret", "--out", "state")
    vaho("ledger", "prove", "another.gpkg", "--since", "0", "--out", "request")
    witness("another.gpkg", 0, request="request", code=4, word="is of another ledger")
    vaho("ledger", "verify", "another.gpkg", *WITNESSED, "--checkpoint", "seen_9", code=3, word="is of another ledger")


def check_rules():
    """Whoever writes by mistake is stopped by the schema."""
    base = sqlite3.connect("true.gpkg")
    for sql in ("DELETE FROM ledger_entries", "UPDATE ledger_entries SET entry = '{}'",
                "INSERT OR REPLACE INTO ledger_entries VALUES (0, '{}')", "INSERT INTO ledger_entries VALUES (99, '{}')",
                "DELETE FROM ledger_hashes", "UPDATE ledger_hashes SET hash = zeroblob(32)",
                "INSERT INTO ledger_hashes VALUES (99, zeroblob(32))", "DELETE FROM ledger_checkpoints",
                "INSERT INTO ledger_checkpoints VALUES (NULL, 99, 'x')"):
        try:
            base.execute(sql)
        except sqlite3.IntegrityError:
            base.rollback()
        else:
            raise AssertionError(sql)
    base.close()
    vaho("ledger", "verify", "true.gpkg", *WITNESSED)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        set_up()
        check_the_form()
        check_edited()
        check_reordered()
        check_truncated()
        check_forked()
        check_empty_proof()
        check_single_signer()
        check_two_needed()
        check_memory()
        check_rules()
        os.chdir("/")
    print("edited, reordered, truncated, forked, empty proofs, single signers: each caught")


if __name__ == "__main__":
    sys.exit(main())
