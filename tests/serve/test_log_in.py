#!/usr/bin/env python3
"""The set-up link, logging in and out, lock-out, one-time codes, passwords, where requests come from, TLS."""
import base64
import hashlib
import hmac
import json
import os
import ssl
import struct
import subprocess
import tempfile
import time
import urllib.request

from server import BOOK, Client, Events, make, run, secret, Server, VAHO


def code_of(base32, shift=0):
    """RFC 6238, by hand."""
    counter = struct.pack(">Q", int(time.time()) // 30 + shift)
    digest = hmac.new(base64.b32decode(base32), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


def check_setup():
    run("casebook new", "new.gpkg", "--open")
    with Server("new.gpkg") as server:
        token = server.setup.partition("#setup=")[2]
        assert len(token) == 64 and server.setup.startswith(server.url)
        client = Client(server.port)
        assert client.get("/api/about")["setup_needed"] is True
        first = {"token": token, "name": "root", "password": secret("root")}
        client.post("/api/setup", {**first, "token": "0" * 64}, status=403, code="setup")
        client.post("/api/setup", {**first, "password": "short"}, status=422, code="not-acceptable-password")
        client.post("/api/setup", {**first, "roles": ["analyst"]}, status=400, code="malformed")
        client.post("/api/setup", {**first, "name": "a b"}, status=400, code="malformed")
        me = client.post("/api/setup", {**first, "roles": ["admin", "analyst"]})
        assert me["roles"] == ["analyst", "admin"], me
        client.csrf = me["csrf"]
        client.post("/api/users", {"name": "ana", "roles": ["analyst"], "password": secret("ana")}, status=201)
        Client(server.port).post("/api/setup", {**first, "name": "eve"}, status=403, code="setup")  # used
        assert client.get("/api/about")["setup_needed"] is False
    with Server("new.gpkg") as server:
        assert server.setup is None
        Client(server.port).post("/api/setup", {**first, "name": "eve"}, status=403, code="setup")
        Client(server.port, "ana").get("/api/sites")
    # an account made in a terminal meanwhile: the link makes none
    run("casebook new", "other.gpkg", "--open")
    with Server("other.gpkg") as server:
        run("user add", "other.gpkg", "root", "--role", "admin", new=secret("root"))
        told = {**first, "token": server.setup.partition("#setup=")[2], "name": "eve"}
        Client(server.port).post("/api/setup", told, status=403, code="setup")


def check_cookie(server):
    ana = Client(server.port)
    status, headers, _ = ana.raw("POST", "/api/login", json.dumps({"name": "ana", "password": secret("ana")}))
    cookie = headers["Set-Cookie"]
    assert status == 200 and "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie, cookie
    value = ana.cookie.partition("=")[2]
    with open(BOOK, "rb") as book:
        stored = book.read()
    assert value.encode() not in stored and bytes.fromhex(value) not in stored  # only its hash
    assert hashlib.sha256(bytes.fromhex(value)).digest() in stored
    run("casebook export", BOOK, "out.gpkg")
    with open("out.gpkg", "rb") as out:
        assert hashlib.sha256(bytes.fromhex(value)).digest() not in out.read()
    for made_up in "0" * 64, "x", "", value[:-1], value.upper() + "0":
        other = Client(server.port)
        other.cookie = ana.cookie.partition("=")[0] + "=" + made_up
        other.get("/api/me", status=401, code="session")


def check_origin(server):
    ana = Client(server.port, "ana")
    body = json.dumps({"site": None})
    for headers, status, code in (
            ({"Origin": "http://evil.example"}, 403, b"origin"), ({"Origin": "null"}, 403, b"origin"),
            ({"Sec-Fetch-Site": "cross-site"}, 403, b"origin"), ({"Sec-Fetch-Site": "same-site"}, 403, b"origin"),
            ({"Content-Type": "text/plain"}, 415, b"type"), ({"X-Vaho-CSRF": "1" * 64}, 403, b"csrf"),
            ({"Origin": f"http://127.0.0.1:{server.port}", "Sec-Fetch-Site": "same-origin"}, 204, b"")):
        got, _, told = ana.raw("PUT", "/api/presence", body, headers)
        assert got == status and code in told, (headers, got, told)
    # another page cannot log anyone in, either
    got, _, told = Client(server.port).raw("POST", "/api/login", "{}", {"Origin": "http://evil.example"})
    assert got == 403 and b"origin" in told, told


def check_log_out(server):
    here, there, key = Client(server.port, "ana"), Client(server.port, "ana"), Client(server.port)
    told = here.post("/api/me/map-key", {"days": 1}, status=201)
    basic = {"Authorization": "Basic " + base64.b64encode(f"ana:{told['key']}".encode()).decode()}
    key.get("/ogc", headers=basic)
    key.get("/api/sites", headers=basic, status=401, code="session")  # for /ogc only
    key.get("/ogc", headers={"Authorization": "Basic " + base64.b64encode(f"ben:{told['key']}".encode()).decode()},
            status=401, code="session")
    events = Events(there)
    kept = here.cookie
    here.post("/api/logout", status=204)
    assert here.cookie is None
    here.cookie = kept
    here.get("/api/me", status=401, code="session")
    there.get("/api/me")
    there.post("/api/logout-everywhere", status=204)
    assert events.wait_for("bye", 5)[1] == {"code": "session"}
    there.get("/api/me", status=401, code="session")
    key.get("/ogc", headers=basic, status=401, code="session")
    # sessions outlive the server, those that ended do not come back
    return kept


def check_ended_in_a_terminal(server):
    run("user add", BOOK, "zoe", "--role", "analyst", user="root", new=secret("zoe"))
    zoe = Client(server.port, "zoe")
    events = Events(zoe)
    run("user password", BOOK, "zoe", user="root", new="another password")
    assert events.wait_for("bye", 5)[1] == {"code": "session"}
    zoe.get("/api/me", status=401, code="session")
    zoe = Client(server.port, "zoe", "another password")
    run("user disable", BOOK, "zoe", user="root")
    time.sleep(0.5)
    zoe.get("/api/me", status=401, code="session")
    zoe.log_in("zoe", "another password", status=401)


def check_lock_out(server):
    for name in "ben", "nobody":  # whether there is such an account is not told
        client = Client(server.port)
        for _ in range(5):
            assert client.log_in(name, "wrong password", status=401)["error"]["code"] == "credentials"
        told = client.log_in(name, status=429)["error"]  # the right one, too
        assert told["code"] == "locked" and 50 < told["retry_s"] <= 60, told
    root = Client(server.port, "root")
    assert next(u for u in root.get("/api/users")["users"] if u["name"] == "ben")["locked_s"] > 0
    client = Client(server.port)
    codes = [client.log_in(f"n{i}", "wrong password", status=None)["error"]["code"] for i in range(16)]
    assert codes[-1] == "rate", codes  # so many wrong ones from one address, whatever the names
    assert server.process.poll() is None


def check_codes(server):
    run("user add", BOOK, "carla", "--role", "analyst", user="root", new=secret("carla"))
    carla = Client(server.port, "carla")
    carla.post("/api/me/code/confirm", {"code": "000000"}, status=401, code="credentials")  # nothing was offered
    carla.post("/api/me/code", {"password": "wrong password"}, status=401, code="credentials")
    offered = carla.post("/api/me/code", {"password": secret("carla")})
    assert offered["uri"].startswith("otpauth://totp/vaho:carla?secret=" + offered["secret"])
    Client(server.port, "carla")  # not active yet
    wrong = "111111" if code_of(offered["secret"]) != "111111" else "222222"
    carla.post("/api/me/code/confirm", {"code": wrong}, status=401, code="credentials")
    used = code_of(offered["secret"])
    carla.post("/api/me/code/confirm", {"code": used}, status=204)
    assert carla.get("/api/me")["has_code"] is True
    carla.post("/api/me/code", {"password": secret("carla")}, status=409, code="code")
    other = Client(server.port)
    assert other.log_in("carla", status=401)["error"]["code"] == "code-needed"
    assert other.log_in("carla", code=used, status=401)["error"]["code"] == "credentials"  # not twice
    later = code_of(offered["secret"], 1)
    other.log_in("carla", code=later)
    assert Client(server.port).log_in("carla", code=used, status=401)["error"]["code"] == "credentials"  # nor an earlier one
    entries = json.loads(run("ledger list", BOOK, "--json"))["entries"]
    assert any(e["what"] == "user-code" and e["object"] == {"name": "carla", "set": True} for e in entries)
    assert offered["secret"] not in json.dumps(entries)
    root = Client(server.port, "root")
    root.post("/api/users/carla/code/remove", status=204)
    Client(server.port, "carla")


def check_passwords(server):
    run("user add", BOOK, "dora", "--role", "analyst", user="root", new=secret("dora"))
    dora, other = Client(server.port, "dora"), Client(server.port, "dora")
    new = "a new password of dora"
    dora.post("/api/me/password", {"password": "wrong password", "new": new}, status=401, code="credentials")
    dora.post("/api/me/password", {"password": secret("dora"), "new": "short"}, status=422,
              code="not-acceptable-password")
    dora.csrf = dora.post("/api/me/password", {"password": secret("dora"), "new": new})["csrf"]
    time.sleep(0.3)
    dora.get("/api/me")  # goes on, with another cookie
    other.get("/api/me", status=401, code="session")
    root = Client(server.port, "root")
    root.post("/api/users/dora/password", {"password": secret("dora")}, status=204)
    dora.get("/api/me", status=401, code="session")
    dora = Client(server.port, "dora")
    root.post("/api/users/dora/end", status=204)
    dora.get("/api/me", status=401, code="session")
    root.post("/api/users/root/end", status=409, code="last-admin")
    root.post("/api/users/nobody/end", status=404, code="user")
    root.post("/api/users", {"name": "dora", "roles": ["analyst"], "password": secret("dora")}, status=409, code="taken")
    root.post("/api/users", {"name": "x", "roles": ["god"], "password": secret("dora")}, status=400, code="malformed")


def check_tls():
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    for address in "0.0.0.0", "::":
        done = subprocess.run([VAHO, "serve", BOOK, "--bind", address, "--port", "0"], capture_output=True, text=True)
        assert done.returncode == 4 and "certificate" in done.stderr, done
    for wrong, code in (["--cert", "cert.pem"], 2), (["--cert", "none.pem", "--key", "key.pem"], 3), \
            (["--cert", "key.pem", "--key", "cert.pem"], 3), (["--bind", "localhost"], 2):
        done = subprocess.run([VAHO, "serve", BOOK, "--port", "0", *wrong], capture_output=True, text=True)
        assert done.returncode == code and done.stderr, (wrong, done)
    with Server(BOOK, 0, "--bind", "0.0.0.0", "--cert", "cert.pem", "--key", "key.pem") as server:
        trust = ssl.create_default_context(cafile="cert.pem")
        base = f"https://127.0.0.1:{server.port}"
        with urllib.request.urlopen(base + "/api/about", context=trust) as answer:
            assert answer.headers["Strict-Transport-Security"], answer.headers
        ask = urllib.request.Request(base + "/api/login", json.dumps({"name": "ana", "password": secret("ana")}).encode(),
                                     {"Content-Type": "application/json", "Origin": base})
        with urllib.request.urlopen(ask, context=trust) as answer:
            cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith("__Host-") and "; Secure" in cookie, cookie
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            urllib.request.urlopen(base + "/api/about", context=old)
            raise AssertionError("TLS 1.1 was taken")
        except OSError:
            pass


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_setup()
        make(BOOK, 2)
        with Server() as server:
            check_cookie(server)
            check_origin(server)
            ended = check_log_out(server)
            check_ended_in_a_terminal(server)
            check_codes(server)
            check_passwords(server)
            kept = Client(server.port, "ana")
            port = server.port
        with Server(BOOK, port) as server:
            kept.connection = None
            assert kept.get("/api/me")["name"] == "ana"  # over a restart
            kept.cookie = ended
            kept.get("/api/me", status=401, code="session")
            check_lock_out(server)
        check_tls()
        run("casebook check", BOOK, word="nothing found")
    print("logging in: as it should be")


main()
