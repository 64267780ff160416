#!/usr/bin/env python3
"""What says the wind is refused when it cannot be: one sentence that names the option, exit 2."""
import os
import subprocess
import sys

VAHO = os.environ["VAHO"]
BAD = {"--wind-speed": ("0", "-3", "101", "nan", "inf", "3m", "", "1,5"),
       "--wind-sigma": ("-0.1", "101", "nan", "x"),
       "--wind-from": ("-1", "361", "nan", "north"),
       "--wind-from-sigma": ("-1", "91", "nan", "a lot"),
       "--pixel-size": ("0", "-2", "1001", "inf", "2 m")}
failures = []


def run(*options):
    return subprocess.run([VAHO, "detect", "no-such-cube.bil", *options], capture_output=True, text=True)


def expect(holds, what, done):
    if not holds:
        failures.append(f"{what}: exit {done.returncode}, {done.stderr.strip()}")


def main():
    for option, values in BAD.items():
        for value in values:
            given = [] if option in ("--wind-speed", "--pixel-size") else ["--wind-speed", "3"]
            done = run(*given, option, value)
            expect(done.returncode == 2 and option in done.stderr and done.stderr.count("\n") == 1 and
                   done.stdout == "", f"{option} '{value}'", done)
    for option, of in (("--wind-sigma", "--wind-speed"), ("--wind-from-sigma", "--wind-from")):
        done = run(option, "1")  # says more of a wind that is not there
        expect(done.returncode == 2 and f"{of}, which" in done.stderr, f"{option} alone", done)
    done = run("--wind-speed")
    expect(done.returncode == 2, "no value", done)
    for options in (("--wind-speed", "0.05"), ("--wind-speed", "100", "--wind-sigma", "0"),
                    ("--wind-from", "0", "--wind-from-sigma", "90"),
                    ("--wind-speed", "3", "--wind-from", "0", "--pixel-size", "0.001"),
                    ("--wind-speed", "3", "--wind-from", "360", "--pixel-size", "1000")):
        done = run(*options)  # taken; then there is no cube
        expect(done.returncode == 3 and "no-such-cube" in done.stderr, f"good {options}", done)
    for failure in failures:
        print("FAILED:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
