#!/usr/bin/env python3
"""vaho exercise new: exit codes, messages, quiet when piped, JSON."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
SMALL = ["--lines", "64", "--samples", "32", "--bands", "16", "--plumes", "2"]
failures = []


def run(*arguments):
    return subprocess.run([VAHO, "exercise", *arguments], capture_output=True, text=True)


def expect(what, holds, detail=""):
    if not holds:
        failures.append(f"{what}: {detail}")


def check_usage():
    """Wrong usage is exit 2, a sentence on standard error that names what was wrong, and no files."""
    for arguments, word in [
            ([], "say what"), (["old"], "'exercise old'"), (["new"], "one directory"),
            (["new", "a", "b"], "2 were given"), (["new", "x", "--lines", "-3"], "--lines '-3'"),
            (["new", "x", "--lines", "1e3"], "--lines"), (["new", "x", "--seed", "x"], "--seed"),
            (["new", "x", "--bands", "4"], "--bands"), (["new", "x", "--noise", "nan"], "--noise"),
            (["new", "x", "--gas", "phlogiston"], "phlogiston"), (["new", "x", "--gas", "a,,b"], "--gas"),
            (["new", "x", "--peak", "1,2"], "2 strengths for 4 gases"),
            (["new", "x", "--peak", "-1"], "--peak"), (["new", "x", "--colour", "red"], "'--colour' is unknown"),
            (["new", "x", "--seed"], "'--seed' is unknown or lacks its value"),
            (["new", "x", "-z"], "'-z'")]:
        done = run(*arguments)
        expect(arguments, done.returncode == 2, f"exit {done.returncode}")
        expect(arguments, word in done.stderr and done.stdout == "", done.stderr)
        expect(arguments, not pathlib.Path("x").exists(), "wrote something")


def check_flight():
    done = run("new", "one", *SMALL)
    expect("new", done.returncode == 0 and done.stderr == "", done.stderr)
    expect("new", "EXERCISE" in done.stdout and "one/one.bil" in done.stdout, done.stdout)
    again = run("new", "one", *SMALL)
    expect("again", again.returncode == 2 and "not empty" in again.stderr, again.stderr)
    lost = run("new", "no/such/place", *SMALL)
    expect("no parent", lost.returncode == 3 and "no/such/place" in lost.stderr, lost.stderr)

    told = json.loads(run("new", "two", *SMALL, "--json", "--threads", "1").stdout)
    expect("json", told["exercise"] is True and told["plumes"] == 2, told)
    truth = json.loads(pathlib.Path(told["truth"]).read_text())
    expect("truth", [s["gas"] for s in truth["sources"]] == ["ammonia", "acetone"], truth)
    same = pathlib.Path("one/one.bil").read_bytes() == pathlib.Path(told["cube"]).read_bytes()
    expect("threads", same, "another number of threads gave other bytes")

    run("new", "empty", *SMALL, "--plumes", "0")
    truth = json.loads(pathlib.Path("empty/empty.truth.json").read_text())
    expect("no plumes", truth["sources"] == [], truth)
    run("new", "peaks", *SMALL, "--gas", "methanol,cfc12", "--peak", "40,8")
    truth = json.loads(pathlib.Path("peaks/peaks.truth.json").read_text())
    expect("peaks", [s["peak_ppmm"] for s in truth["sources"]] == [40, 8], truth)


def check_help():
    done = run("new", "-h")
    expect("help", done.returncode == 0 and "Examples:" in done.stdout, done.stdout)
    expect("help", "sulfur_hexafluoride" in done.stdout, "the gases are not listed")
    expect("help", run("--help").returncode == 0)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_usage()
        check_flight()
        check_help()
        os.chdir("/")
    for failure in failures:
        print(failure)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
