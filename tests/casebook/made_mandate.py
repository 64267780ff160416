"""A signed mandate of April 2026, with the authority that is trusted to sign it, made in the current folder."""
import json
import pathlib
import shutil

from program import vaho

SQUARE = {"type": "Polygon", "coordinates": [[[-118, 34], [-117, 34], [-117, 35], [-118, 35], [-118, 34]]]}


def make_mandate():
    """m.json, trust.json, back.json (its revocation); returns the label and an unsigned copy."""
    vaho("mandate", "key", "north")
    key = pathlib.Path("north.public").read_text().strip()
    pathlib.Path("trust.json").write_text(json.dumps(
        {"format": "vaho-trust-1", "authorities": [{"name": "north", "keys": [key]}]}))
    pathlib.Path("area.geojson").write_text(json.dumps(SQUARE))
    vaho("mandate", "new", "--id", "m", "--issuer", "north", "--area", "area.geojson", "--from", "2026-04-01T00:00:00Z",
         "--to", "2026-04-30T00:00:00Z", "--sensor", "HyTES", "--gas", "ammonia,acetone", "--out", "m.json")
    unsigned = shutil.copy("m.json", "unsigned.json")
    vaho("mandate", "sign", "m.json", "--key", "north.secret")
    vaho("mandate", "revoke", "m.json", "--issuer", "north", "--reason", "x", "--out", "back.json")
    vaho("mandate", "sign", "back.json", "--key", "north.secret")
    told = json.loads(vaho("mandate", "verify", "m.json", "--trust", "trust.json", "--at", "2026-04-05T00:00:00Z",
                           "--json"))
    return f"m sha256:{told['sha256']}", unsigned
