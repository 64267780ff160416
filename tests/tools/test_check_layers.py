#!/usr/bin/env python3
"""tools/check-layers must find every kind of violation, and nothing in a tree that keeps the rules."""
import os
import pathlib
import subprocess
import sys
import tempfile

TOOL = pathlib.Path(os.environ["VAHO_SOURCE"]) / "tools" / "check-layers"


def function(n_lines):
    return "void f(void)\n{\n" + "    g();\n" * (n_lines - 2) + "}\n"


# What is put into a clean tree, and what must be said about it (None: nothing).
CASES = [
    ("src/base/a.c", '#include "cube/envi.h"\n', "src/base/a.c:1: base/ may not include cube/envi.h"),
    ("src/cube/a.c", '\n#  include "sense/ace.h"\n', "src/cube/a.c:2: cube/ may not include"),
    ("src/sense/a.c", '#include "cube/envi.h"\n#include "sense/b.h"\n#include <math.h>\n', None),
    ("src/spectra/a.c", '#include "vaho/source.h"\n', "spectra/ may not include vaho/source.h: cube/"),
    ("src/cube/a.c", '#include "vaho/library.h"\n', None),
    ("src/base/a.c", "#include <vaho/plume.h>\n", "base/ may not include vaho/plume.h: find/"),
    ("include/vaho/block.h", '#include "vaho/place.h"\n', "cube/ may not include vaho/place.h"),
    ("include/vaho/library.h", '#include "spectra/jcamp.h"\n', None),
    ("include/vaho/new.h", "\n", "include/vaho/new.h:1: has no owner"),
    ("src/cli/a.c", '#include "vaho/unheard_of.h"\n', "vaho/unheard_of.h has no owner"),
    ("src/cube/a.c", '#include "envi.h"\n', "does not name its folder"),
    ("src/cube/a.c", '#include "nowhere/envi.h"\n', "'nowhere' is no folder"),
    ("src/track/a.c", "#include <sys/socket.h>\n", "track/ must not reach the network: sys/socket.h"),
    ("src/find/a.c", "#include <curl/curl.h>\n", "find/ must not reach the network"),
    ("src/exchange/a.c", "#include <sys/socket.h>\n", None),
    ("src/attic/README.md", "old\n", "src/attic: is no folder"),
    ("src/kernel/a.c", "\n", "src/kernel: has no README.md"),
    ("src/base/string_utils.c", "\n", "the name says nothing"),
    ("src/base/commons_fund.c", "\n", None),
    ("src/base/a.c", "\n" * 800, None),
    ("src/base/a.c", "\n" * 801, "801 lines, more than 800"),
    ("src/base/a.c", "/* long: one table, generated */\n" + "\n" * 900, None),
    ("src/base/a.c", "#include <math.h>\n/* long: too late */\n" + "\n" * 900, "more than 800"),
    ("src/base/a.c", function(80), None),
    ("src/base/a.c", function(81), "src/base/a.c:2: a function of 81 lines"),
    ("tests/base/test_a.c", function(81), "tests/base/test_a.c:2: a function of 81 lines"),
    ("src/base/a.c", "/* long: a state machine reads best whole */\n" + function(90), None),
    ("src/base/a.c", "/* long: of another */\n" + function(9) + "\n" + function(90), "90 lines"),
    ("src/base/a.c", "/* long: */\n" + function(90), "90 lines"),
]


def put(root, path, text):
    path = root / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def failure(path, text, expected):
    """What is wrong with the tool's answer to one case, or None."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in "base spectra cube sense find track exchange cli".split():
            put(root, f"src/{name}/README.md", name + "\n")
        put(root, "include/vaho/status.h", "enum vaho_status { VAHO_OK };\n")
        put(root, path, text)
        done = subprocess.run([TOOL, root], capture_output=True, text=True)
    if expected is None and done.returncode != 0:
        return f"found what is not wrong: {done.stdout}{done.stderr}"
    if expected is not None and (done.returncode != 1 or expected not in done.stdout):
        return f"exit {done.returncode}, '{expected}' not in: {done.stdout}{done.stderr}"
    return None


def main():
    failures = 0
    for path, text, expected in CASES:
        wrong = failure(path, text, expected)
        if wrong:
            failures += 1
            print(f"{path} {text[:60]!r}: {wrong}")
    print(f"{len(CASES)} cases, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
