"""A casebook with sites and accounts, for the tests of this folder."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["VAHO_SOURCE"]) / "tests" / "casebook"))
import made_products  # noqa: E402

VAHO = os.environ["VAHO"]


def secret(name):
    return f"the password of {name}"


def command(verb, arguments, user=None, new=None, password=None):
    """The command line and the descriptors its passwords come through."""
    fds = []

    def through_pipe(text):
        read, write = os.pipe()
        os.write(write, text.encode() + b"\n")
        os.close(write)
        fds.append(read)
        return str(read)

    line = [VAHO, *verb.split(), *arguments]
    if user:
        line += ["--user", user, "--password-fd", through_pipe(password or secret(user))]
    if new:
        line += ["--new-password-fd", through_pipe(new)]
    return line, fds


def run(verb, *arguments, user=None, new=None, password=None, code=0, word=""):
    line, fds = command(verb, arguments, user, new, password)
    done = subprocess.run(line, capture_output=True, text=True, pass_fds=fds)
    for fd in fds:
        os.close(fd)
    assert done.returncode == code, (line, done.returncode, done.stdout, done.stderr)
    assert word in done.stdout + done.stderr, (line, word, done.stdout, done.stderr)
    return done.stdout


def make(book, n_sites):
    """Of as many sites, far from each other, with root, ana and ben (analysts), and rita (releaser)."""
    run("casebook new", book, "--open", "--who", "ana")
    add_flight(book, "flight", n_sites)
    run("user add", book, "root", "--role", "admin", new=secret("root"))
    for name, roles in ("ana", "analyst"), ("ben", "analyst"), ("rita", "releaser"), ("olga", "overseer"):
        run("user add", book, name, "--role", roles, user="root", new=secret(name))


def add_flight(book, name, n_sites):
    made_products.write(name, name, plumes=n_sites)
    run("casebook add", book, name)
    run("sites update", book)


def listed(book, *options):
    return json.loads(run("review list", book, "--limit", "1000", "--json", *options))["sites"]


def at(site):
    return f"{site['site']}@{site['version']}"
