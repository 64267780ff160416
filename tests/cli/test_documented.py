#!/usr/bin/env python3
"""Every option a command explains with -h is in its man page and in the completion, and no other."""
import os
import pathlib
import re
import subprocess
import sys

VAHO = os.environ["VAHO"]
SOURCE = pathlib.Path(os.environ["VAHO_SOURCE"])
COMMANDS = {"detect": ["detect"], "exercise": ["exercise", "new"], "mandate": ["mandate", "new"],
            "casebook": ["casebook", "add"], "stack": ["stack"], "sites": ["sites", "list"],
            "ledger": ["ledger", "list"], "review": ["review", "list"], "user": ["user", "list"],
            "serve": ["serve"], "release": ["release", "list"], "partner": ["partner", "list"]}
VERBS = {"exercise": ["exercise", "run"]}  # a command whose verbs explain options of their own
OPTION = re.compile(r"--([a-z][a-z-]*)")
EXPLAINED = re.compile(r"^ +(-.*?)(?:  |$)", re.MULTILINE)  # before the explanation, not in it


def in_completion(command):
    """The words the completion offers after 'vaho COMMAND ... -'."""
    line = ["vaho", *COMMANDS[command], "--"]
    script = (f". {SOURCE}/tools/completion/vaho; COMP_WORDS=({' '.join(line)}); "
              f"COMP_CWORD={len(line) - 1}; _vaho; echo ${{COMPREPLY[*]}}")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return set(OPTION.findall(done.stdout))


def in_manual(command):
    """The options that head a paragraph, in mdoc (.It) or man (.TP) macros."""
    text = (SOURCE / "man" / f"vaho-{command}.1").read_text().replace("\\", "")
    text = text.replace("Fl h , -", "--").replace("Fl -", "--")
    return set(OPTION.findall(" ".join(re.findall(r"^\.(?:It|TP.*\n)(.*)$", text, re.MULTILINE))))


def main():
    failures = 0
    for command, words in COMMANDS.items():
        done = subprocess.run([VAHO, *words, "-h"], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{command}: -h exits {done.returncode}")
            failures += 1
            continue
        more = subprocess.run([VAHO, *VERBS.get(command, words), "-h"], capture_output=True, text=True)
        usage = set(OPTION.findall(" ".join(EXPLAINED.findall(done.stdout + more.stdout))))
        for where, found in ("man page", in_manual(command)), ("completion", in_completion(command)):
            if usage != found:
                failures += 1
                print(f"{command}: only in -h: {sorted(usage - found)}, "
                      f"only in the {where}: {sorted(found - usage)}")
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
