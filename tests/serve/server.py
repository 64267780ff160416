"""vaho serve as a program under test, and clients of it."""
import http.client
import json
import os
import pathlib
import select
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(os.environ["VAHO_SOURCE"]) / "tests" / "review"))
from people import add_flight, at, listed, make, run, secret, VAHO  # noqa: E402, F401

BOOK = "book.gpkg"
HOST = "127.0.0.1"


class Server:
    """Runs until it is stopped; its port, and the set-up link where there is one."""

    def __init__(self, book=BOOK, port=0, *options):
        self.process = subprocess.Popen(
            [VAHO, "serve", book, "--port", str(port), "--json", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        told = json.loads(line)
        self.url, self.setup = told["serving"], told["setup"]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def stop(self):
        self.process.terminate()
        out, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, (self.process.returncode, errors)
        return errors

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.kill()
        elif self.process.poll() is None:
            errors = self.stop()
            assert errors == "", errors


class Client:
    """One browser: a cookie, the request token, one connection that is opened anew when it is closed."""

    def __init__(self, port, name=None, password=None):
        self.port, self.cookie, self.csrf, self.me = port, None, None, None
        self.connection = None
        if name is not None:
            self.log_in(name, password)

    def log_in(self, name, password=None, code=None, status=200):
        body = {"name": name, "password": password or secret(name), **({"code": code} if code else {})}
        told = self.ask("POST", "/api/login", body, status=status)
        if status == 200:
            self.me, self.csrf = told, told["csrf"]
        return told

    def raw(self, method, path, body=None, headers=()):
        """Status, headers and body, as bytes."""
        told = dict(headers)
        if self.cookie and "Cookie" not in told:
            told["Cookie"] = self.cookie
        if body is not None:
            told.setdefault("Content-Type", "application/json")
            if self.csrf:
                told.setdefault("X-Vaho-CSRF", self.csrf)
        for again in (True, False):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
                self.connection.request(method, path, body, told)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except (http.client.HTTPException, ConnectionError, OSError):
                self.connection = None
                if not again:
                    raise
        if answer.getheader("Connection") == "close":
            self.connection = None
        given = answer.getheader("Set-Cookie")
        if given:
            self.cookie = None if "Max-Age=0" in given else given.split(";")[0]
        return answer.status, answer.headers, content

    def ask(self, method, path, body=None, status=200, code=None, headers=()):
        """The answer's JSON (None: empty); it must have this status, and this error code."""
        text = None if body is None else json.dumps(body)
        got, _, content = self.raw(method, path, text, headers)
        told = json.loads(content) if content else None
        assert status is None or got == status, (method, path, got, told)
        if code is not None:
            assert told["error"]["code"] == code, (method, path, told)
        return told

    def get(self, path, **expected):
        return self.ask("GET", path, **expected)

    def post(self, path, body=None, **expected):
        return self.ask("POST", path, {} if body is None else body, **expected)

    def sites(self, query=""):
        return self.get("/api/sites" + query)["sites"]

    def site(self, name):
        return self.get(f"/api/sites/{name}")["site"]


class Events:
    """A listener on /api/events."""

    def __init__(self, client, after=None, query=""):
        self.socket = socket.create_connection((HOST, client.port), timeout=30)
        head = f"GET /api/events{query} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {client.cookie}\r\n"
        if after is not None:
            head += f"Last-Event-ID: {after}\r\n"
        self.socket.sendall(head.encode() + b"\r\n")
        self.buffer, self.last_id, self.is_over = b"", None, False
        while b"\r\n\r\n" not in self.buffer:
            more = self.socket.recv(65536)
            assert more, self.buffer
            self.buffer += more
        self.head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.text = b""
        self._unchunk()

    def _unchunk(self):
        """Takes whole chunks out of the buffer."""
        while b"\r\n" in self.buffer:
            size, _, rest = self.buffer.partition(b"\r\n")
            n = int(size, 16)
            if len(rest) < n + 2:
                return
            self.text, self.buffer = self.text + rest[:n], rest[n + 2:]
            if n == 0:
                self.is_over = True
                return

    def _wait(self, seconds):
        if not select.select([self.socket], [], [], max(seconds, 0))[0]:
            return False
        more = self.socket.recv(65536)
        if not more:
            self.is_over = True
            return False
        self.buffer += more
        self._unchunk()
        return True

    def next(self, seconds=10):
        """(name, data, moment it was here); None: nothing came."""
        until = time.monotonic() + seconds
        while True:
            while b"\n\n" in self.text:
                block, _, self.text = self.text.partition(b"\n\n")
                lines = [line.partition(b": ") for line in block.split(b"\n")]
                told = {k.decode(): v.decode() for k, _, v in lines if k}
                if "id" in told:
                    self.last_id = int(told["id"])
                if "event" in told:
                    return told["event"], json.loads(told["data"]), time.monotonic()
            if self.is_over or not self._wait(until - time.monotonic()):
                return None

    def wait_for(self, name, seconds=10, **members):
        """The next event of this name, with these members; others are passed over."""
        until = time.monotonic() + seconds
        while True:
            event = self.next(until - time.monotonic())
            assert event is not None, f"no event {name} {members} within {seconds} s"
            if event[0] == name and all(event[1].get(k) == v for k, v in members.items()):
                return event

    def close(self):
        self.socket.close()


def judged(site):
    return {"site": site["site"], "version": site["version"]}
