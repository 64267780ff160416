#!/usr/bin/env python3
"""vaho mandate key|new|sign|verify|show|revoke: the way of a mandate of two countries, and its refusals."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
SQUARE = {"type": "Polygon", "coordinates": [[[-118, 34], [-117, 34], [-117, 35], [-118, 35], [-118, 34]]]}
NEW = ["new", "--id", "sierra-7", "--issuer", "north", "--on-behalf-of", "south", "--area", "area.geojson",
       "--from", "2026-04-01T00:00:00Z", "--to", "2026-04-30T23:59:59Z", "--sensor", "HyTES",
       "--gas", "ammonia,methane", "--partner", "south:100:3600"]
IN_APRIL = ["--at", "2026-04-10T00:00:00Z"]
secrets = []


def run(*arguments, code=0, word=""):
    done = subprocess.run([VAHO, "mandate", *arguments], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    assert (done.stderr == "") == (code == 0), done.stderr
    assert word in done.stdout + done.stderr, (arguments, word, done.stdout, done.stderr)
    for secret in secrets:
        assert secret not in done.stdout + done.stderr, "a secret key was printed"
    return done.stdout


def make_keys():
    for name in ("north", "south", "stranger"):
        run("key", name, word=f"{name}.secret")
        assert stat.S_IMODE(os.stat(f"{name}.secret").st_mode) == 0o600
        secrets.append(pathlib.Path(f"{name}.secret").read_text().split()[1])
    run("key", "north", code=3, word="never replaced")
    os.mkdir("trust")
    for name in ("north", "south"):
        key = pathlib.Path(f"{name}.public").read_text().strip()
        pathlib.Path(f"trust/{name}.json").write_text(json.dumps(
            {"format": "vaho-trust-1", "authorities": [{"name": name, "keys": [key]}]}))


def verify(*more, code=0, word="", file="sierra-7.mandate.json"):
    return run("verify", file, "--trust", "trust", *IN_APRIL, *more, code=code, word=word)


def sign_and_verify():
    pathlib.Path("area.geojson").write_text(json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": SQUARE}]}))
    run(*NEW, word="not signed yet")
    run("show", "sierra-7.mandate.json", word="signature   none")
    verify(code=4, word="no signature at all")
    run("sign", "sierra-7.mandate.json", "--key", "stranger.secret")
    verify(code=4, word="none of its signatures is by a key of theirs")
    run("sign", "sierra-7.mandate.json", "--key", "north.secret")
    run("sign", "sierra-7.mandate.json", "--key", "north.secret", code=2, word="already")
    verify(code=4, word="not signed by south")
    run("sign", "sierra-7.mandate.json", "--key", "south.secret", "--out", "both.json")
    verify(code=4, word="not signed by south")  # the first file is as it was
    said = verify(file="both.json", word="Signed by all who must")
    assert "partner     south, to 100 m and 3600 s" in said, said
    told = json.loads(verify("--json", file="both.json"))
    assert told["valid"] is True and told["id"] == "sierra-7" and len(told["sha256"]) == 64, told
    run("verify", "both.json", "--trust", "trust", "--at", "2026-03-31T23:59:59Z", code=4, word="not yet valid")
    run("verify", "both.json", "--trust", "trust", "--at", "2026-05-01T00:00:00Z", code=4, word="expired")
    run("verify", "both.json", "--trust", "trust/north.json", *IN_APRIL, code=4, word="does not name as an authority")


def tamper():
    text = pathlib.Path("both.json").read_text()
    pathlib.Path("tampered.json").write_text(text.replace("methane", "acetone"))
    verify(file="tampered.json", code=4, word="was changed after it was signed")
    run("show", "tampered.json", word="DOES NOT FIT")
    run("sign", "tampered.json", "--key", "stranger.secret", code=4, word="get the original")
    # the same document written by another program is the same document
    pathlib.Path("rewritten.json").write_text(json.dumps(json.loads(text), indent=7, sort_keys=True))
    verify(file="rewritten.json", word="Signed by all who must")


def revoke():
    revoke = ["revoke", "both.json", "--issuer", "south", "--reason", "the harvest", "--out", "back.json", *IN_APRIL]
    run(*revoke, word="not signed yet")
    verify("--revocations", "back.json", file="both.json", code=4, word="is not signed by south")
    run("sign", "back.json", "--key", "south.secret")
    verify("--revocations", "back.json", file="both.json", code=4, word="was revoked by south")
    text = pathlib.Path("back.json").read_text()
    pathlib.Path("back.json").write_text(text.replace("harvest", "weather"))
    verify("--revocations", "back.json", file="both.json", code=4, word="was changed after it was signed")


def misuse():
    run(code=2, word="say what")
    run("lend", code=2, word="there is no 'mandate lend'")
    run("new", "--id", "x", code=2, word="are needed")
    run("new", "--id", "x", "--key", "y", code=2, word="--key does not go with 'new'")
    run(*NEW, "--partner", "south", code=2, word="NAME:METRES:SECONDS")
    run(*NEW, "--partner", "east:x:1", code=2, word="NAME:METRES:SECONDS")
    run(*NEW, "--border-sigmas", "0", code=2, word="1 to 10")
    run(*NEW, "--id", "../x", code=3, word="'id' must be")
    run(*NEW, "--to", "2026-03-01T00:00:00Z", code=3, word="before it begins")
    run(*NEW, "--area", "nowhere.geojson", code=3, word="nowhere.geojson")
    pathlib.Path("bow.geojson").write_text(json.dumps(
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}))
    run(*NEW, "--area", "bow.geojson", code=3, word="Self-intersection")
    run("sign", "both.json", code=2, word="--key")
    run("sign", "both.json", "--key", "both.json", code=4, word="chmod 600")
    os.chmod("both.json", 0o600)
    run("sign", "both.json", "--key", "both.json", code=3, word="no secret key")
    os.chmod("north.secret", 0o640)
    run("sign", "both.json", "--key", "north.secret", code=4, word="others than its owner")
    run("sign", "area.geojson", "--key", "south.secret", code=3, word="not known")
    run("verify", "both.json", code=2, word="--trust")
    run("verify", "both.json", "--trust", "trust", "--at", "noon", code=2, word="--at wants")
    os.mkdir("empty")
    run("verify", "both.json", "--trust", "empty", code=3, word="nobody is trusted")
    run("show", "missing.json", code=3, word="missing.json")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_keys()
        sign_and_verify()
        tamper()
        revoke()
        misuse()
        run(*NEW, "--exercise", "--out", "play.json", word="EXERCISE")
        run("show", "play.json", word="EXERCISE")
        os.chdir("/")
    print("a mandate of two countries was made, signed, changed, revoked")


if __name__ == "__main__":
    sys.exit(main())
