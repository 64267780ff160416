#!/usr/bin/env python3
"""report.html in a real browser, from disk: no error on the console, no request beyond the page
itself, every picture decoded, nothing wider than the window.  Speaks the DevTools protocol over
a pipe (JSON messages ended by a zero byte).  Exit 77: there is no chromium."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    print("chromium is not installed: skipped")
    sys.exit(77)
WRITER = pathlib.Path(os.environ["VAHO"]).parent / "tests" / "test_format_products"

LOOK = """(async () => {
  const images = [...document.querySelectorAll('image')];
  await Promise.all(images.map(i => i.decode()));
  const page = document.documentElement;
  return JSON.stringify({
    images: images.length, cards: document.querySelectorAll('article').length,
    overflow: page.scrollWidth - page.clientWidth,
    dead: [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))
      .filter(h => !document.querySelector(h)).length,
    ramp: getComputedStyle(document.querySelector('.masked')).fill});
})()"""


class Browser:
    """A chromium of our own, ended with the 'with' block."""

    def __init__(self, profile):
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
                 "--no-first-run", f"--user-data-dir={profile}"]

        def place_pipes():  # chromium reads from 3 and writes to 4
            high = [os.dup(to_read), os.dup(to_write)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen([CHROMIUM, *flags, "about:blank"], close_fds=False,
                                        preexec_fn=place_pipes, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.number, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def receive(self):
        while b"\0" not in self.buffer:
            got = os.read(self.from_browser, 1 << 16)
            if not got:
                raise RuntimeError("chromium ended early")
            self.buffer += got
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive())


def visit(browser, url, width):
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Network", "Log", "Runtime", "Page"):
        browser.call(f"{domain}.enable", session)
    browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=900,
                 deviceScaleFactor=1, mobile=False)
    browser.events.clear()
    browser.call("Page.navigate", session, url=url)
    browser.wait_for("Page.loadEventFired")
    answer = browser.call("Runtime.evaluate", session, expression=LOOK, awaitPromise=True)
    seen = json.loads(answer["result"]["value"])
    time.sleep(0.3)  # a late request would come now
    browser.call("Runtime.evaluate", session, expression="0")
    requests = [e["params"]["request"]["url"] for e in browser.events
                if e.get("method") == "Network.requestWillBeSent"]
    assert all(u == url or u.startswith("data:image/png;base64,") for u in requests), requests
    complaints = [e for e in browser.events if e.get("method") in
                  ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]
    assert not complaints, complaints
    browser.call("Target.closeTarget", targetId=target)
    return seen


def main():
    # the browser may still be writing its profile when its folder is removed
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = pathlib.Path(folder) / "report.html"
        with Browser(pathlib.Path(folder) / "profile") as browser:
            for kind in ("placed", "nowhere", "exercise"):
                subprocess.run([WRITER, folder, kind], check=True)
                for width in (1400, 1000, 390):
                    seen = visit(browser, page.as_uri(), width)
                    assert seen["images"] == 4 and seen["cards"] == 3, seen
                    assert seen["overflow"] <= 0, (kind, width, seen)
                    assert seen["dead"] == 0, seen
                    assert "#masked" in seen["ramp"], seen


main()
