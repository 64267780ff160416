#!/usr/bin/env python3
"""On a terminal a bar shows how far the work has come, in the terminal's own characters."""
import os
import pty
import subprocess
import sys
import tempfile

VAHO = os.environ["VAHO"]
SMALL = ["--lines", "64", "--samples", "32", "--bands", "16"]


def on_terminal(directory, language):
    """What a person sees on standard error."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([VAHO, "exercise", "new", directory, *SMALL],
                             stdout=subprocess.DEVNULL, stderr=theirs,
                             env={**os.environ, "LC_ALL": language})
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how a terminal says that nobody writes any more
            break
        if not part:
            break
        seen += part
    child.wait()
    os.close(ours)
    return seen.decode()


def main():
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as error:
        print(f"skipped: no terminal to be had here: {error}")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        modern = on_terminal(os.path.join(folder, "a"), "C.UTF-8")
        plain = on_terminal(os.path.join(folder, "b"), "C")
    good = ("simulate" in modern and "32/64" in modern and
            "\u2588" * 20 + "  64/64 lines" in modern and modern.endswith("\r\n") and
            "#" * 20 + "  64/64 lines" in plain and plain.isascii())
    if not good:
        print(f"UTF-8: {modern!r}\nplain: {plain!r}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
