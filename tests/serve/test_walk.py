#!/usr/bin/env python3
"""Every route with every role, and without a session: those the table names are let in, all others kept out; without
the request token nothing changes anything."""
import json
import os
import subprocess
import tempfile

from server import BOOK, Client, judged, make, run, secret, Server, VAHO

ROLES = {"ana": "analyst", "rita": "releaser", "olga": "overseer", "petra": "partner", "root": "admin"}
NOT_LET_IN = {"session", "role"}


def value_of(name, schema, sites):
    """Something of the right form for a member of a body or a parameter."""
    if name == "sites":
        return [judged(sites[0])]
    if name == "site":
        return sites[0]["site"]
    if name == "version":
        return sites[0]["version"]
    if name == "roles":
        return ["partner"]
    if schema["type"] == "integer":
        return int(schema["minimum"])
    return {"reason": "other", "password": "not the right one", "code": "000000", "name": "nobody"}.get(name, "x")


def path_of(route, sites):
    path = route["path"]
    for name, value in {"{site}": sites[0]["site"], "{id}": "1", "{number}": "0", "{collection}": "sites",
                        "{name}": "nobody", "{*}": "nothing.png"}.items():
        path = path.replace(name, value)
    needed = route.get("query", {}).get("required", [])
    return path + "?" * bool(needed) + "&".join(f"{n}=0" for n in needed)


def body_of(route, sites):
    if "body" not in route:
        return None
    body = route["body"]
    return {n: value_of(n, body["properties"][n], sites) for n in body["required"]}


def outcome(client, route, sites, headers=()):
    """The error's code, "" for none; an event stream is let in when its head says so."""
    if route["path"] == "/api/events" and client.cookie:
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=30)
        connection.request("GET", "/api/events", headers={"Cookie": client.cookie})
        status = connection.getresponse().status
        connection.close()
        assert status in (200, 401, 403), status
        return "" if status == 200 else "role"
    body = body_of(route, sites)
    status, _, content = client.raw(route["method"], path_of(route, sites),
                                    None if body is None else json.dumps(body), headers)
    assert status < 500, (route, status, content)
    if status >= 400:
        return json.loads(content)["error"]["code"]
    return ""


def walk(server, routes):
    seen = set()
    sites = Client(server.port, "ana").sites()
    for route in routes:
        ends = route["path"] in ("/api/logout", "/api/logout-everywhere")
        open_to_all = "anyone" in route["roles"]
        code = outcome(Client(server.port), route, sites)
        assert (code == "session") == (not open_to_all), (route["path"], "without a session", code)
        for name, role in ROLES.items():
            if ends or name not in CLIENTS:
                CLIENTS[name] = Client(server.port, name)
            if route["csrf"]:
                kept, CLIENTS[name].csrf = CLIENTS[name].csrf, None
                code = outcome(CLIENTS[name], route, sites)
                CLIENTS[name].csrf = "0" * 64
                other = outcome(CLIENTS[name], route, sites)
                CLIENTS[name].csrf = kept
                wanted = "csrf" if role in route["roles"] else "role"
                assert code == other == wanted, (route["path"], role, "without the token", code, other)
            code = outcome(CLIENTS[name], route, sites)
            may = open_to_all or role in route["roles"]
            assert (code not in NOT_LET_IN) == may, (route["method"], route["path"], role, code)
            seen.add((route["path"], role, may))
            if ends and may:
                del CLIENTS[name]
        if route["method"] == "POST" and route["path"].startswith("/api/decisions"):
            sites = Client(server.port, "ana").sites()
    return seen


def main():
    global CLIENTS
    CLIENTS = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 3)
        run("user add", BOOK, "petra", "--role", "partner", user="root", new=secret("petra"))
        routes = json.loads(subprocess.run([VAHO, "serve", "--routes"], capture_output=True, text=True, check=True).stdout)
        with Server() as server:
            told = Client(server.port).get("/api/openapi.json")["paths"]
            assert {(r["method"].lower(), r["path"]) for r in routes} == \
                {(m, p) for p, methods in told.items() for m in methods}
            seen = walk(server, routes)
            # an account that is many: an admin who is an analyst judges as an analyst
            run("user add", BOOK, "both", "--role", "admin,analyst", user="root", new=secret("both"))
            both = Client(server.port, "both")
            both.get("/api/users")
            both.get("/api/sites")
            both.get("/api/ledger", status=403, code="role")
        n = {may: sum(1 for s in seen if s[2] == may) for may in (True, False)}
        print(f"walk: {len(routes)} routes, {n[True]} allowed and {n[False]} denied pairs of route and role")
        assert n[True] > 80 and n[False] > 60, n


main()
