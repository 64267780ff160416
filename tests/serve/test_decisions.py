#!/usr/bin/env python3
"""The queue, one site with its evidence, decisions on the version that was seen, two people on one site; agrees with the
command line."""
import json
import os
import tempfile
import threading

from server import add_flight, BOOK, Client, Events, judged, listed, make, run, Server


def check_queue(ana):
    whole = ana.get("/api/sites")
    names = [s["site"] for s in whole["sites"]]
    assert names == [s["site"] for s in json.loads(run("sites list", BOOK, "--json", "--least", "0"))["sites"]]
    assert {s["site"]: s["version"] for s in whole["sites"]} == {s["site"]: s["version"] for s in listed(BOOK)}
    assert whole["counts"]["candidate"] == len(names) == 12 and whole["next"] is None
    paged, path = [], "/api/sites?limit=5&state=candidate&gas=ammonia&least=0.01"
    while path:
        page = ana.get(path)
        paged += [s["site"] for s in page["sites"]]
        path = page["next"]
    assert paged == names, paged
    assert ana.sites("?state=confirmed,rejected") == [] == ana.sites("?gas=acetone") == ana.sites("?bbox=0,0,1,1")
    one = ana.sites("?bbox=-117.5005,34.4,-117.4995,34.6")
    assert len(one) == 1 and one[0]["longitude"] == -117.5
    assert len(ana.sites("?bbox=170,34.4,-117.4985,34.6")) == 2  # across the antimeridian
    site = whole["sites"][0]
    words = json.loads(run("sites show", BOOK, site["site"], "--json"))
    assert [r["words"] for r in site["reasons"]] == words["reasons"]
    assert {r["code"] for r in site["reasons"]} == {"real", "seen-once", "best-q", "emits"}
    assert "reasons" not in ana.sites("?reasons=0")[0]
    for wrong in "limit=0", "limit=x", "bbox=1,2", "least=2", "colour=red", "limit=1&limit=2":
        ana.get("/api/sites?" + wrong, status=400, code="malformed")


def check_evidence(ana, site):
    told = ana.get(f"/api/sites/{site['site']}")
    shown = json.loads(run("sites show", BOOK, site["site"], "--json"))
    assert [(p["flight"], p["seen"], p["plume"], round(p["weight"], 9)) for p in told["passes"]] == \
        [(p["flight"], p["seen"], p["plume"], round(p["weight"], 9)) for p in shown["passes"]]
    assert told["plumes"][0]["geometry"]["type"] == "MultiPolygon" and told["plumes"][0]["snr"] == 9
    assert told["can"] == {"confirm": True, "reject": True, "another_pass": True, "undo": False}
    assert [n["name"] for n in told["near"]] == ["dairy", "plant"] and told["near"][0]["distance_m"] == 0, told["near"]
    assert 1000 < told["near"][1]["distance_m"] < 2000, told["near"]
    ana.get("/api/sites/ammonia-none", status=404, code="site")
    ana.get("/api/sites/" + site["site"][:12], status=404, code="site")  # beginnings are for the command line
    ana.get("/api/plumes/999/spectrum", status=404, code="plume")


def check_edges(ana, ben, rita, sites):
    a, b, c = sites[:3]
    rita.post("/api/decisions/confirm", judged(a), status=403, code="role")
    now = ana.post("/api/decisions/confirm", {**judged(a), "words": "seen twice"})["sites"][0]
    assert now["state"] == "confirmed" and now["version"] != a["version"]
    assert now["decided"]["by"] == "ana" and now["decided"]["words"] == "seen twice"
    # ben looked at the same version: he is told who decided meanwhile, and what it is now
    told = ben.post("/api/decisions/reject", {"sites": [judged(b), judged(a)], "reason": "clutter", "words": "no"},
                    status=409, code="version")["error"]
    assert [s["state"] for s in told["sites"]] == ["candidate", "confirmed"], told  # all or none
    assert told["sites"][1]["decided"]["by"] == "ana" and "ana" in told["message"] and BOOK not in told["message"]
    ben.post("/api/decisions/confirm", judged(now), status=409, code="edge")
    ben.post("/api/decisions/undo", {"site": a["site"]}, status=409, code="edge")  # not his
    assert ben.get(f"/api/sites/{a['site']}")["can"] == {"confirm": False, "reject": True, "another_pass": True, "undo": False}
    assert ana.get(f"/api/sites/{a['site']}")["can"]["undo"] is True
    assert rita.get(f"/api/sites/{a['site']}")["can"]["reject"] is False
    now = ana.post("/api/decisions/undo", {"site": a["site"], "words": "a slip"})["sites"][0]
    assert now["state"] == "candidate" and now["decided"] is None
    history = ana.get(f"/api/sites/{a['site']}")["history"]
    assert [(h["what"], h["undone"]) for h in history] == [("confirm", True), ("undo", False)], history
    ben.post("/api/decisions/another-pass", judged(now))
    # many rejected at once; none confirmed so
    bulk = {"sites": [judged(b), judged(c)], "reason": "known-source", "words": "the dairy"}
    ben.post("/api/decisions/reject", {**bulk, "reason": "because"}, status=422, code="reason")
    ben.post("/api/decisions/reject", {k: v for k, v in bulk.items() if k != "words"}, status=400, code="malformed")
    done = ben.post("/api/decisions/reject", bulk)["sites"]
    assert {s["state"] for s in done} == {"rejected"} and done[0]["decided"]["reason"] == "known-source"
    ana.post("/api/decisions/confirm", {"sites": [judged(b)]}, status=400, code="malformed")
    ana.post("/api/decisions/confirm", {"site": "none", "version": "0" * 16}, status=404, code="site")
    assert ana.get("/api/sites")["counts"] == {"candidate": 9, "another-pass": 1, "rejected": 2, "confirmed": 0,
                                               "released": 0, "recalled": 0, "expired": 0}
    states = {s["site"]: s["state"] for s in listed(BOOK)}
    assert states[b["site"]] == "rejected" and states[a["site"]] == "another-pass"


def check_at_once(server, sites):
    """Of many who decide on one version at the same time one is heard."""
    for site in sites:
        people = [Client(server.port, n) for n in ("ana", "ben", "ana", "ben")]
        got = []

        def decide(person):
            status, _, told = person.raw("POST", "/api/decisions/confirm", json.dumps(judged(site)))
            got.append((status, json.loads(told)))

        threads = [threading.Thread(target=decide, args=(p,)) for p in people]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert sorted(status for status, _ in got) == [200, 409, 409, 409], [g[0] for g in got]
        assert {t["error"]["code"] for status, t in got if status == 409} == {"version"}


def check_presence(server, site):
    ana, ben, root = (Client(server.port, n) for n in ("ana", "ben", "root"))
    hears = Events(ben)
    admin_hears = Events(root)
    hears.wait_for("hello")
    ana.ask("PUT", "/api/presence", {"site": site["site"]}, status=204)
    assert hears.wait_for("presence")[1] == {"site": site["site"], "people": ["ana"]}
    assert ben.site(site["site"])["looking"] == ["ana"] and ana.site(site["site"])["looking"] == []
    ben.ask("PUT", "/api/presence", {"site": site["site"]}, status=204)
    assert sorted(hears.wait_for("presence")[1]["people"]) == ["ana", "ben"]
    told = ana.get("/api/presence")["looking"]
    assert len(told) == 1 and sorted(told[0]["people"]) == ["ana", "ben"], told
    ana.post("/api/logout", status=204)
    assert hears.wait_for("presence", 5)[1]["people"] == ["ben"]
    ben.ask("PUT", "/api/presence", {"site": None}, status=204)
    assert hears.wait_for("presence")[1]["people"] == []
    admin_hears.wait_for("hello")
    assert admin_hears.next(0.3) is None  # an admin hears of no site


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 12)
        square = [[-117.502, 34.499], [-117.498, 34.499], [-117.498, 34.501], [-117.502, 34.501], [-117.502, 34.499]]
        known = [{"type": "Feature", "properties": {"name": n, "gases": ["methane"]}, "geometry": {
            "type": "Polygon", "coordinates": [[[x + d, y] for x, y in square]]}} for n, d in (("plant", 0.017), ("dairy", 0), ("far", 0.1))]
        with open("known.json", "w") as out:
            json.dump({"type": "FeatureCollection", "features": known}, out)
        run("sites known", BOOK, "known.json")
        with Server() as server:
            ana, ben, rita = (Client(server.port, n) for n in ("ana", "ben", "rita"))
            check_queue(ana)
            sites = ana.sites()
            check_evidence(ana, sites[0])
            check_edges(ana, ben, rita, sites)
            check_at_once(server, sites[4:7])
            check_presence(server, sites[8])
            assert len(ana.get("/api/layers/known")["features"]) == 3
            assert [f["properties"]["flight"] for f in ana.get("/api/layers/flights")["features"]] == ["flight"]
            assert len(ana.get(f"/api/layers/plumes?site={sites[0]['site']}")["features"]) == 1
            assert len(ana.get("/api/layers/plumes?q=1&bbox=-117.5005,34,-117.4985,35")["features"]) == 2
            # evidence that changes makes another version
            add_flight(BOOK, "again", 12)
            told = ana.post("/api/decisions/confirm", judged(sites[9]), status=409, code="version")["error"]["sites"][0]
            assert told["decided"] is None and told["passes_seen"] == 2, told
        run("casebook check", BOOK, word="nothing found")
    print("decisions: as review has them")


main()
