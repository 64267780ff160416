"""The program under test, for the tests of this folder."""
import os
import subprocess

VAHO = os.environ["VAHO"]


def vaho(*arguments, code=0, word=""):
    done = subprocess.run([VAHO, *arguments], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    assert (done.stderr == "") == (code == 0), done.stderr
    assert word in done.stdout + done.stderr, (arguments, word, done.stdout, done.stderr)
    return done.stdout
