#!/usr/bin/env python3
"""The page's files and the base map: tags, ranges, what is not served."""
import os
import pathlib
import tempfile

from server import BOOK, Client, make, Server


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make(BOOK, 1)
        page, map_folder = pathlib.Path("page"), pathlib.Path("map")
        (page / "assets").mkdir(parents=True)
        map_folder.mkdir()
        (page / "index.html").write_text("<!doctype html><title>page</title>")
        (page / "assets" / "main-abc.js").write_text("export const n = 1;")
        (page / "empty.txt").write_text("")
        (page / ".secret").write_text("x")
        pathlib.Path("outside.txt").write_text("x")
        os.symlink("../outside.txt", page / "link.txt")
        numbers = bytes(range(256)) * 400
        (map_folder / "land.pmtiles").write_bytes(numbers)
        (map_folder / "hillshade.png").write_bytes(b"\x89PNG")
        (map_folder / "hillshade.json").write_text('{"bounds": [-118, 34, -117, 35]}')
        with Server(BOOK, 0, "--page", "page", "--map", "map") as server:
            anyone, ana = Client(server.port), Client(server.port, "ana")
            status, headers, text = anyone.raw("GET", "/")
            assert status == 200 and b"<title>page" in text and headers["Cache-Control"] == "no-cache"
            assert headers["Content-Type"].startswith("text/html") and "default-src 'none'" in headers["Content-Security-Policy"]
            for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
                         "Cross-Origin-Resource-Policy", "Permissions-Policy"):
                assert headers[name], name
            tag = headers["ETag"]
            status, headers, text = anyone.raw("GET", "/", headers={"If-None-Match": tag})
            assert status == 304 and text == b"" and headers["ETag"] == tag
            assert anyone.raw("GET", "/", headers={"If-None-Match": '"other"'})[0] == 200
            assert anyone.raw("HEAD", "/")[2] == b""
            status, headers, _ = anyone.raw("GET", "/assets/main-abc.js")
            assert status == 200 and "immutable" in headers["Cache-Control"] and "javascript" in headers["Content-Type"]
            assert anyone.raw("GET", "/empty.txt")[::2] == (200, b"")
            for path in "/.secret", "/link.txt", "/assets", "/assets/", "/none.js", "/index.html/x", "/map/../book.gpkg":
                assert anyone.raw("GET", path)[0] in (400, 404), path
            # the base map may tell where an operation is: with a session only
            anyone.get("/map/land.pmtiles", status=401, code="session")
            for wanted, first, last in (("bytes=10-19", 10, 19), ("bytes=102390-", 102390, 102399), ("bytes=-10", 102390, 102399)):
                status, headers, got = ana.raw("GET", "/map/land.pmtiles", headers={"Range": wanted})
                assert status == 206 and got == numbers[first:last + 1], (wanted, status, len(got))
                assert headers["Content-Range"] == f"bytes {first}-{last}/102400", headers["Content-Range"]
            tag = headers["ETag"]
            assert ana.raw("GET", "/map/land.pmtiles", headers={"Range": "bytes=0-9", "If-Range": tag})[0] == 206
            assert ana.raw("GET", "/map/land.pmtiles", headers={"Range": "bytes=0-9", "If-Range": '"old"'})[2] == numbers
            assert ana.raw("GET", "/map/land.pmtiles", headers={"Range": "bytes=0-9,20-29"})[2] == numbers
            status, headers, _ = ana.raw("GET", "/map/land.pmtiles", headers={"Range": "bytes=200000-"})
            assert status == 416 and headers["Content-Range"] == "bytes */102400"
            told = ana.get("/api/map")
            assert told["hillshade"] == {"url": "/map/hillshade.png", "bounds": [-118, 34, -117, 35]}
            assert {f["path"] for f in told["files"]} == {"/map/land.pmtiles", "/map/hillshade.png", "/map/hillshade.json"}
            # a file that was changed since would belie its tag
            (page / "index.html").write_text("<!doctype html><title>another</title>")
            anyone.get("/", status=404, code="route")
            assert anyone.raw("GET", "/api/about")[1]["Cache-Control"] == "no-store"
    print("files: as they are")


main()
