#!/usr/bin/env python3
"""Over a bare socket: what two programs could read as different requests is refused and the connection closed; so is what
is too long or comes too slowly."""
import os
import socket
import tempfile
import time

from server import BOOK, Client, HOST, make, Server


def say(port, text, wait=10):
    """All that comes back, and whether the server closed the connection."""
    with socket.create_connection((HOST, port), timeout=wait) as s:
        s.sendall(text if isinstance(text, bytes) else text.encode())
        got = b""
        try:
            while True:
                more = s.recv(65536)
                if not more:
                    return got, True
                got += more
        except (TimeoutError, ConnectionResetError):
            return got, got == b""


def refused(port, text, status):
    got, closed = say(port, text)
    assert got.startswith(f"HTTP/1.1 {status} ".encode()), (text, got[:200])
    assert b" 200 " not in got, (text, got)  # what was hidden behind it is not answered
    assert closed, text


def check_smuggling(port):
    hidden = "GET /api/about HTTP/1.1\r\nHost: x\r\n\r\n"
    head = "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    refused(port, f"{head}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}{hidden}", 400)
    refused(port, f"{head}Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}", 400)
    refused(port, f"{head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}", 400)
    refused(port, f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}", 411)
    refused(port, f"{head}Transfer-Encoding: identity\r\n\r\n{hidden}", 411)
    for length in "+2", "-2", "0x2", "2,2", "2 2", "":
        got, closed = say(port, f"{head}Content-Length: {length}\r\n\r\n{{}}{hidden}")
        assert got.startswith(b"HTTP/1.1 4") and b" 200 " not in got and closed, (length, got)
    refused(port, "GET /api/about HTTP/1.1\r\n\r\n" + hidden, 400)
    refused(port, "GET /api/about HTTP/1.1\r\nHost:\r\n\r\n" + hidden, 400)
    refused(port, "GET /api/about HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + hidden, 400)
    refused(port, f"GET /api/about HTTP/1.1\r\nHost: x\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}", 413)
    for path in "/../etc/passwd", "/%2e%2e/x", "/a%2fb", "//x", "/a%00b", "http://x/api/about", "/%ff", "/a\\b":
        refused(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n{hidden}", 400)
    # and two sound ones in a row are both answered
    got, _ = say(port, hidden + hidden.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))
    assert got.count(b"HTTP/1.1 200 ") == 2, got


def check_size(port):
    got, closed = say(port, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x" * 100000 + "\r\n\r\n")
    assert (got.startswith(b"HTTP/1.1 4") or got == b"") and closed, got[:100]
    got, closed = say(port, "GET /" + "x" * 100000 + " HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (got.startswith(b"HTTP/1.1 4") or got == b"") and closed, got[:100]
    refused(port, "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n", 413)
    refused(port, "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n", 411)
    ana = Client(port, "ana")
    for body, where in ("[" * 3000, ""), ("[]", ""), ('{"site":1}', "site"), ('{"a":1,"a":1}', ""), ('{"site":"x"', ""):
        status, _, told = ana.raw("POST", "/api/decisions/undo", body)
        assert status == 400 and f'"where":"{where}"'.encode() in told, (body, told)


def check_slow(port):
    """A byte now and then does not keep a connection: a request has 20 seconds to be there as a whole."""
    slow = [socket.create_connection((HOST, port), timeout=60) for _ in range(3)]
    slow[1].sendall(b"GET /api/about HTTP/1.1\r\n")
    slow[2].sendall(b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{")
    began, closed = time.monotonic(), set()
    while len(closed) < 3 and time.monotonic() - began < 40:
        time.sleep(1)
        for i, s in enumerate(slow):
            try:
                s.send(b"x" if i else b"G")
                s.setblocking(False)
                if s.recv(1000) == b"":
                    closed.add(i)
            except BlockingIOError:
                pass
            except OSError:
                closed.add(i)
            s.setblocking(True)
    took = time.monotonic() - began
    assert len(closed) == 3 and 15 < took < 30, (closed, took)
    for s in slow:
        s.close()
    assert Client(port).get("/api/about")["program"] == "vaho"


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 1)
        with Server() as server:
            check_smuggling(server.port)
            check_size(server.port)
            check_slow(server.port)
    print("doubtful requests: all refused")


main()
