"""A mandated casebook with confirmed sites, a releaser, and the partner south, for the tests of this folder."""
import json
import os
import pathlib
import sys

for folder in "review", "casebook":
    sys.path.insert(0, str(pathlib.Path(os.environ["VAHO_SOURCE"]) / "tests" / folder))
import made_products  # noqa: E402
from people import at, listed, run, secret  # noqa: E402

SQUARE = {"type": "Polygon", "coordinates": [[[-118, 34], [-117, 34], [-117, 35], [-118, 35], [-118, 34]]]}
POLICY = {"format": "vaho-policy-1", "id": "south-1", "partner": "south", "exercise": False, "area": SQUARE,
          "gases": ["*"], "least_probability": 0, "grid": {"metres": 1000}, "time_step_s": 3600, "delay_s": 0,
          "valid_s": 604800, "fields": ["place", "gas", "last_seen"], "emission_digits": 1,
          "window": {"from": "2026-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z"},
          "marking": {"tlp": "TLP:AMBER+STRICT", "onward": "organisation"}}


def write_policy(file, **changes):
    pathlib.Path(file).write_text(json.dumps({**POLICY, **changes}))
    return file


def make_mandate():
    """m.json, trust.json and back.json, its revocation, of an authority that may tell south; the products' label."""
    run("mandate key", "north")
    key = pathlib.Path("north.public").read_text().strip()
    pathlib.Path("trust.json").write_text(json.dumps(
        {"format": "vaho-trust-1", "authorities": [{"name": "north", "keys": [key]}]}))
    pathlib.Path("area.geojson").write_text(json.dumps(SQUARE))
    run("mandate new", "--id", "m", "--issuer", "north", "--area", "area.geojson", "--from", "2026-04-01T00:00:00Z",
        "--to", "2026-04-30T00:00:00Z", "--sensor", "HyTES", "--gas", "ammonia,acetone", "--partner",
        "south:500:3600", "--out", "m.json")
    run("mandate sign", "m.json", "--key", "north.secret")
    run("mandate revoke", "m.json", "--issuer", "north", "--reason", "harvest", "--out", "back.json")
    run("mandate sign", "back.json", "--key", "north.secret")
    told = json.loads(run("mandate verify", "m.json", "--trust", "trust.json", "--at", "2026-04-05T00:00:00Z", "--json"))
    return f"m sha256:{told['sha256']}"


def make(book, n_sites):
    """With root, ana, ben (analysts) and rita (releaser); ana confirmed every site; their names."""
    label = make_mandate()
    run("casebook new", book, "--operation", "--who", "ana")
    made_products.write("flight", "flight", plumes=n_sites, mandate=label)
    run("casebook add", book, "flight", "--mandate", "m.json", "--trust", "trust.json")
    run("sites update", book)
    run("user add", book, "root", "--role", "admin", new=secret("root"))
    for name, role in ("ana", "analyst"), ("ben", "analyst"), ("rita", "releaser"):
        run("user add", book, name, "--role", role, user="root", new=secret(name))
    for site in listed(book):
        run("review confirm", book, at(site), user="ana")
    run("mandate key", "south")
    run("mandate key", "centre")
    run("partner add", book, "south", user="root")
    run("partner key", book, "south", "south.public", user="root")
    run("partner policy", book, "south", write_policy("policy.json"), user="rita")
    return sorted(site["site"] for site in listed(book))


def preview(book, site, partner="south", *options, **expected):
    out = run("release preview", book, site, partner, "--trust", "trust.json", "--json", *options, **expected)
    return json.loads(out) if out else None


def approve(book, site, version, partner="south", **expected):
    return run("release approve", book, f"{site}@{version}", partner, "--trust", "trust.json",
               **{"user": "rita", **expected})
