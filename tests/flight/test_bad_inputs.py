#!/usr/bin/env python3
"""Whatever 'vaho detect' is given, it ends with the documented exit code (0 done, 1 fault, 2 usage,
3 unusable input), one sentence on standard error, and no half-written folder."""
import array
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
LINES, SAMPLES, BANDS = 40, 24, 32
failures = []


def expect(what, holds, detail=""):
    if not holds:
        failures.append(f"{what}: {detail}")


def run(*arguments):
    return subprocess.run([VAHO, *map(str, arguments)], capture_output=True, text=True)


class Cube:
    """The cube of the exercise, to be spoilt and written again."""

    def __init__(self):
        self.header = pathlib.Path("good/good.bil.hdr").read_text()
        self.lines, self.samples, self.bands = LINES, SAMPLES, BANDS
        self.value = array.array("f", pathlib.Path("good/good.bil").read_bytes())

    def at(self, line, band, sample):
        return self.value[(line * BANDS + band) * SAMPLES + sample]

    def keep(self, lines=LINES, bands=BANDS, samples=SAMPLES):
        """The first so many of each."""
        self.value = array.array("f", (self.at(l, b, s) for l in range(lines) for b in range(bands)
                                       for s in range(samples)))
        for key, n in (("lines", lines), ("samples", samples), ("bands", bands)):
            self.header = re.sub(rf"(?m)^{key} = \d+", f"{key} = {n}", self.header)
        if bands < BANDS:
            for key in ("wavelength", "fwhm"):
                values = re.search(rf"(?s)\n{key} = {{(.*?)}}", self.header).group(1).split(",")
                self.set(key, "{" + ",".join(values[:bands]) + "}")
        return self

    def set(self, key, value):
        """Another value for a key of the header, or None to leave it out."""
        pattern = rf"(?ms)^{key} = (\{{.*?\}}|[^\n]*)\n"
        self.header = re.sub(pattern, "" if value is None else f"{key} = {value}\n", self.header)
        return self

    def map(self, function):
        self.value = array.array("f", map(function, self.value))
        return self

    def write(self, name):
        pathlib.Path(name + ".bil").write_bytes(self.value.tobytes())
        pathlib.Path(name + ".bil.hdr").write_text(self.header)
        return name + ".bil"


def refused(what, code, said, *arguments):
    """Exit code, one sentence that says why, nothing else printed, nothing left behind."""
    before = set(pathlib.Path().iterdir())
    done = run("detect", *arguments)
    expect(what, done.returncode == code, f"exit {done.returncode}, {code} expected: {done.stderr}")
    expect(what, said in done.stderr, f"'{said}' is not said: {done.stderr}")
    expect(what, done.stderr.startswith("vaho detect: ") and done.stderr.count("\n") == 1,
           f"not one sentence: {done.stderr}")
    left = set(pathlib.Path().iterdir()) - before
    expect(what, not left, f"left behind: {left}")


def done(what, *arguments):
    """It must work: exit 0, nothing on standard error, all products there."""
    shutil.rmtree("out", ignore_errors=True)
    answer = run("detect", *arguments, "--out", "out")
    expect(what, answer.returncode == 0 and answer.stderr == "", f"{answer.returncode}: {answer.stderr}")
    for name in ("plumes.geojson", "plumes.gpkg", "report.html", "run.json"):
        expect(what, pathlib.Path("out", name).exists(), f"{name} is missing")
    return answer


def check_usage():
    good, library = "good/good.bil", ["--library", "good/library"]
    for what, said, arguments in [
            ("no cube", "no cube", library),
            ("no library", "--library", [good]),
            ("unknown gas", "phlogiston", [good, *library, "--gas", "phlogiston"]),
            ("gases of the library are listed", "ammonia", [good, *library, "--gas", "phlogiston"]),
            ("empty list", "--gas", [good, *library, "--gas", ""]),
            ("gas twice", "twice", [good, *library, "--gas", "ammonia", "--gas", "acetone"]),
            ("q above a half", "--q", [good, *library, "--q", "0.7"]),
            ("q below nothing", "--q", [good, *library, "--q", "-0.1"]),
            ("q not a number", "--q", [good, *library, "--q", "nan"]),
            ("q with a tail", "--q", [good, *library, "--q", "0.05x"]),
            ("threads", "--threads", [good, *library, "--threads", "-1"]),
            ("air", "--air-temperature", [good, *library, "--air-temperature", "20"]),
            ("method", "magic", [good, *library, "--method", "magic"]),
            ("background", "magic", [good, *library, "--background", "magic"]),
            ("two cubes, one folder", "--out", [good, good, *library, "--out", "here"])]:
        refused(what, 2, said, *arguments)
    answer = run("detect", good, *library, "--colour", "red")
    expect("unknown option", answer.returncode == 2 and "colour" in answer.stderr, answer.stderr)
    answer = run("detect", good, *library, "--q")
    expect("option without value", answer.returncode == 2, answer.stderr)
    answer = run("detect", "-h")
    expect("help", answer.returncode == 0 and "Exit status" in answer.stdout, answer.stdout)


def check_files():
    good, library = "good/good.bil", ["--library", "good/library"]
    refused("missing cube", 3, "nowhere.bil", "nowhere.bil", *library)
    refused("missing library", 3, "no-gases", good, "--library", "no-gases")
    os.mkdir("empty")
    pathlib.Path("empty/notes.txt").write_text("bring milk\n")
    refused("a folder without spectra", 2, "--library", good, "--library", "empty")
    refused("a library that is no spectrum", 3, "notes.txt", good, "--library", "empty/notes.txt")
    pathlib.Path("file").write_text("")
    refused("out is a file", 3, "file", good, *library, "--out", "file")
    refused("out without parent", 3, "no/such", good, *library, "--out", "no/such/place")
    cut = Cube()
    cut.value = cut.value[:-7]
    refused("cut short", 3, "cut.bil", cut.write("cut"), *library)


def check_failed_writing():
    """run.json is written last, so it says that all is there; none of an earlier search is left."""
    search = ["detect", "good/good.bil", "--library", "good/library", "--gas", "ammonia", "--out", "again"]
    expect("first search", run(*search).returncode == 0)
    pathlib.Path("again/report.html").unlink()
    os.mkdir("again/report.html")
    failed = run(*search)
    expect("report cannot be written", failed.returncode == 3 and "report.html" in failed.stderr, failed.stderr)
    expect("report cannot be written", not pathlib.Path("again/run.json").exists(), "an old run.json is left")


def check_unusable_cubes():
    library = ["--library", "good/library"]
    refused("no wavelengths", 3, "wavelength", Cube().set("wavelength", None).set("fwhm", None)
            .write("blind"), *library)
    refused("nonsense units", 3, "data units", Cube().set("data units", "furlongs")
            .map(lambda x: 1e9 * x).write("furlongs"), *library)
    refused("no ground is that hot", 3, "data units", Cube().map(lambda x: 50 * x).write("hot"), *library)
    refused("all masked", 3, "no usable pixel", Cube().map(lambda x: math.nan).write("masked"), *library)
    refused("constant", 3, "band", Cube().map(lambda x: 9.0).write("constant"), *library)
    refused("all zero", 3, "band", Cube().map(lambda x: 0.0).write("zero"), *library)
    refused("infinite", 3, "no usable pixel", Cube().map(lambda x: math.inf).write("infinite"), *library)
    refused("two bands", 3, "band", Cube().keep(bands=2).write("two"), *library)
    refused("one line", 3, "", Cube().keep(lines=1).write("line"), *library)
    refused("one pixel", 3, "", Cube().keep(lines=1, samples=1).write("pixel"), *library)
    weak = pathlib.Path("weak.csv")
    weak.write_text("# name: helium\n# kind: gas\n" + re.sub(
        r"(?m)^([0-9.]+,)[-+.0-9eE]+", r"\g<1>1e-12", pathlib.Path("good/library/ammonia.csv").read_text()))
    refused("no gas absorbs", 3, "absorb", "good/good.bil", "--library", weak)


def check_odd_but_usable():
    """Small or holed cubes are searched, or refused in one sentence; never a crash."""
    library = ["--library", "good/library", "--gas", "ammonia"]
    done("as it is", "good/good.bil", *library)
    done("half of the lines missing", spoil_lines().write("holes"), *library)
    done("half of the columns missing", spoil_columns(SAMPLES // 2 + 3).write("columns"), *library)
    done("q 0", "good/good.bil", *library, "--q", "0")
    for lines, bands, samples in [(1, 32, 24), (40, 32, 1), (40, 32, 3), (2, 32, 2), (3, 8, 24), (40, 4, 24),
                                  (40, 3, 24), (17, 32, 17)]:
        what = f"{lines} lines, {bands} bands, {samples} samples"
        shutil.rmtree("out", ignore_errors=True)
        answer = run("detect", Cube().keep(lines, bands, samples).write("small"), *library, "--out", "out")
        expect(what, answer.returncode in (0, 3), f"exit {answer.returncode}: {answer.stderr}")
        expect(what, answer.stderr.count("\n") == (answer.returncode == 3), answer.stderr)
        expect(what, pathlib.Path("out").exists() == (answer.returncode == 0), "the folder")


def spoil_lines():
    cube = Cube()
    for i in range(len(cube.value) // 2):
        cube.value[i] = math.nan
    return cube


def spoil_columns(n):
    cube = Cube()
    for i in range(len(cube.value)):
        if i % SAMPLES < n:
            cube.value[i] = math.nan
    return cube


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        made = run("exercise", "new", "good", "--lines", LINES, "--samples", SAMPLES, "--bands", BANDS,
                   "--plumes", 1)
        if made.returncode != 0:
            raise SystemExit(made.stderr)
        check_usage()
        check_files()
        check_failed_writing()
        check_unusable_cubes()
        check_odd_but_usable()
        os.chdir("/")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
