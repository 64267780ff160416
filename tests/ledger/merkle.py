"""RFC 9162's tree by its definition, and a ledger made anew, as an attacker would who may write the file."""
import base64
import hashlib
import json
import sqlite3

APPEND_ONLY = ("ledger_entries", "ledger_hashes", "ledger_checkpoints")


def leaf(entry):
    return hashlib.sha256(b"\0" + entry.encode()).digest()


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def canonical(entry):
    """Of ASCII texts and small whole numbers."""
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))


def stored(leaves):
    """All hashes in the order in which they become known."""
    for n, one in enumerate(leaves, 1):
        yield one
        width = 2
        while n % width == 0:
            yield root(leaves[n - width:n])
            width *= 2


class Tampered:
    """The casebook without the triggers that stand in the way; they are put back."""

    def __init__(self, path):
        self.base = sqlite3.connect(path)

    def __enter__(self):
        self.rules = self.base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN"
                                       " ('ledger_entries', 'ledger_hashes', 'ledger_checkpoints', 'plumes',"
                                       " 'flights', 'reviews')").fetchall()
        for name, _ in self.rules:
            self.base.execute(f"DROP TRIGGER {name}")
        return self

    def __exit__(self, *_):
        for _, sql in self.rules:
            self.base.execute(sql)
        self.base.commit()
        self.base.close()

    def run(self, sql, *values):
        return self.base.execute(sql, values).fetchall()

    def entries(self):
        return [row[0] for row in self.run("SELECT entry FROM ledger_entries ORDER BY number")]

    def make_anew(self, entries):
        """Entries and every hash over them, so that they fit each other."""
        self.run("DELETE FROM ledger_entries")
        self.run("DELETE FROM ledger_hashes")
        for n, entry in enumerate(entries):
            self.run("INSERT INTO ledger_entries VALUES (?, ?)", n, entry)
        for place, one in enumerate(stored([leaf(e) for e in entries])):
            self.run("INSERT INTO ledger_hashes VALUES (?, ?)", place, one)


def root_of(path):
    with sqlite3.connect(path) as base:
        entries = [row[0] for row in base.execute("SELECT entry FROM ledger_entries ORDER BY number")]
    base.close()
    return base64.b64encode(root([leaf(e) for e in entries])).decode()
