#!/usr/bin/env python3
"""'vaho score' as a person and a machine use it: table, JSON, pooling, exit codes."""
import json
import os
import pathlib
import subprocess
import tempfile

VAHO = os.environ["VAHO"]
WRITER = pathlib.Path(VAHO).parent / "tests" / "test_format_products"

# Around the plumes of tests/format/made_up.h: ammonia at (90, 60), acetone at (212, 141) given
# as ammonia, ammonia at (341, 88); and one that is not there.
TRUTH = {"gas": "ammonia", "sources": [
    {"gas": "ammonia", "line": 93, "sample": 64, "peak_ppmm": 44, "length_px": 60, "wind_deg": 20},
    {"gas": "ammonia", "line": 212, "sample": 141, "peak_ppmm": 90, "length_px": 40, "wind_deg": 0},
    {"gas": "ammonia", "line": 341, "sample": 88},
    {"gas": "ammonia", "line": 20, "sample": 200}]}


def run(*arguments):
    return subprocess.run([VAHO, "score", *map(str, arguments)], capture_output=True, text=True)


def check_output(folder, truth):
    table = run(folder, "--truth", truth)
    assert table.returncode == 0 and table.stderr == "", table
    assert table.stdout.splitlines()[-1] == (
        "found 3 of 4, right gas 2; wrong gas 1, split 0, false 0; source off by 0.0 px in the "
        "median"), table.stdout
    assert "missed" in table.stdout and "2.00x" in table.stdout
    answer = json.loads(run(folder, "--json", "--truth", truth).stdout)
    assert answer["total"] == {"sources": 4, "plumes": 3, "found": 3, "right_gas": 2,
                               "wrong_gas": 1, "split": 0, "false": 0, "median_distance_px": 0}
    first = answer["flights"][0]["sources"][0]
    assert first["found"] and first["plume"] == "sierra_03-0001" and first["distance_px"] == 5
    assert first["strength_ratio"] == 2
    assert [p["outcome"] for p in answer["flights"][0]["plumes"]] == ["right", "wrong_gas", "right"]
    assert answer["flights"][0]["sources"][3]["q_value"] is None


def check_options(folder, truth):
    more = json.loads(run(folder, "--truth", truth, "--q", "0.5", "--json").stdout)["total"]
    assert (more["plumes"], more["false"]) == (5, 2), more
    pooled = json.loads(run(folder, folder, "--truth", truth, truth, "--json").stdout)["total"]
    assert (pooled["sources"], pooled["found"]) == (8, 6), pooled
    assert run("-h").returncode == 0 and "examples:" in run("-h").stdout


def check_errors(folder, truth):
    broken = folder / "broken.json"
    broken.write_text('{"sources": [\n{"gas": }]}')
    for code, said, *arguments in (
            (2, "name the directory"),
            (2, "1 directories but 0 truth files", folder),
            (2, "2 directories but 1 truth files", folder, folder, "--truth", truth),
            (2, "no option --halow", folder, "--halow", 3),
            (2, "--q wants a number", folder, "--truth", truth, "--q"),
            (2, "not a number", folder, "--truth", truth, "--halo", "-1"),
            (3, "plumes.geojson", folder / "nowhere", "--truth", truth),
            (3, "broken.json: line 2", folder, "--truth", broken)):
        answer = run(*arguments)
        assert answer.returncode == code and said in answer.stderr, (arguments, answer)
        assert answer.stdout == "", answer


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([WRITER, folder], check=True)
        truth = folder / "truth.json"
        truth.write_text(json.dumps(TRUTH))
        check_output(folder, truth)
        check_options(folder, truth)
        check_errors(folder, truth)


main()
