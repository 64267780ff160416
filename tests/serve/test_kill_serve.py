#!/usr/bin/env python3
"""Killed with -9 in the middle of decisions: what was acknowledged is there, nothing is half done, and it serves again."""
import json
import os
import random
import tempfile
import threading
import time

from server import BOOK, Client, judged, listed, make, run, Server

ROUNDS = 6


def decide(port, name, sites, acknowledged, stop):
    """Decides and takes back, as fast as it is answered, until the connection breaks."""
    try:
        person = Client(port)
        person.cookie, person.csrf = SESSIONS[name]
        for site in sites * 1000:
            if stop.is_set():
                return
            now = person.site(site["site"])
            status, _, told = person.raw("POST", "/api/decisions/another-pass", json.dumps(judged(now)))
            if status == 200:
                acknowledged.append((site["site"], "pass", name))
                person.raw("POST", "/api/decisions/undo", json.dumps({"site": site["site"]}))
    except (OSError, AssertionError, ValueError):
        pass


def main():
    global SESSIONS
    rng = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 8)
        sites = listed(BOOK)
        total = 0
        port, SESSIONS = 0, {}
        for n in range(ROUNDS):
            server = Server(BOOK, port)
            port = server.port
            for name in ("ana", "ben"):
                if name not in SESSIONS:  # sessions outlive the kill
                    person = Client(port, name)
                    SESSIONS[name] = person.cookie, person.csrf
            acknowledged, stop = [], threading.Event()
            people = [threading.Thread(target=decide, args=(port, name, sites[4 * i:4 * i + 4], acknowledged, stop))
                      for i, name in enumerate(("ana", "ben"))]
            for p in people:
                p.start()
            time.sleep(rng.uniform(0.2, 1.2))
            server.kill()
            stop.set()
            for p in people:
                p.join()
            total += len(acknowledged)
            told = {}
            for site in sites:
                steps = json.loads(run("review history", BOOK, site["site"], "--json"))["steps"]
                told[site["site"]] = [s["what"] for s in steps if s["what"] != "undo"]
            if n == 0:
                counted = {s["site"]: 0 for s in sites}
            for name, _, _ in acknowledged:
                counted[name] += 1
            for name, n_acknowledged in counted.items():
                # one more may be on disk that nobody was told of any more
                assert n_acknowledged <= len(told[name]) <= n_acknowledged + n + 1, (name, n_acknowledged, told[name])
            run("casebook check", BOOK, word="nothing found")
        assert total > 10, total
        with Server(BOOK, port) as server:
            person = Client(port)
            person.cookie, person.csrf = SESSIONS["ana"]
            assert person.get("/api/me")["name"] == "ana"
        print(f"killed {ROUNDS} times, {total} decisions acknowledged, all there")


main()
