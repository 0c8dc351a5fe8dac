"""Chromium without a window, driven by its DevTools protocol, and pages of an origin of one's own."""

import base64
import contextlib
import hashlib
import http.server
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading

from websockets.sync.client import connect

from stack import bound

# Debian's shell around the first would be what is ended, and not the program.
PROGRAM = shutil.which("chromium-headless-shell", path="/usr/lib/chromium") or shutil.which("chromium")


def key_hash(certificate):
    """What Chromium calls a certificate by that it shall believe: a hash of its public key."""
    key = subprocess.check_output(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"])
    der = subprocess.check_output(["openssl", "pkey", "-pubin", "-outform", "der"], input=key)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class Origin:
    """A web server of empty pages, on a port and so an origin of its own."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>a page</title>")

        def log_message(self, *_):
            pass

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.Empty)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """One Chromium that believes one certificate, with more options of its command line."""

    def __init__(self, certificate, *options):
        self.closing = contextlib.ExitStack()
        self.folder = tempfile.mkdtemp(prefix="chromium-")
        self.process = bound(subprocess.Popen(
            [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             f"--user-data-dir={self.folder}",
             f"--ignore-certificate-errors-spki-list={key_hash(certificate)}", *options, "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            env={**os.environ, "HOME": self.folder}))
        for line in self.process.stderr:
            if found := re.search(r"DevTools listening on (ws://\S+)", line):
                self.socket = self.closing.enter_context(
                    connect(found[1], max_size=None, compression=None, ping_timeout=120))
                break
        else:
            raise RuntimeError("Chromium ended before it was ready")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.numbers = itertools.count(1)
        self.events = []

    def stop(self):
        with contextlib.suppress(Exception):
            self.send("Browser.close")
            self.closing.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, method, session=None, **parameters):
        """Has something done, and gives what came of it; events go to `events`."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv(timeout=60))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
            self.take(answer)

    def take(self, event):
        """Keeps an event. A page that asks whether it may be left would wait for a person: it may."""
        if "method" not in event:
            return
        self.events.append(event)
        if event["method"] == "Page.javascriptDialogOpening":
            self.socket.send(json.dumps({
                "id": next(self.numbers), "sessionId": event["sessionId"],
                "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}))

    def open(self, url):
        return Page(self, url)


class Page:
    """A page of some origin, in which functions run."""

    def __init__(self, browser, url, context=None):
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank",
                              **({"browserContextId": context} if context else {}))["targetId"]
        self.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.send("Network.enable", self.session)
        browser.send("Page.enable", self.session)
        browser.send("Page.navigate", self.session, url=url)
        while not any(e["method"] == "Page.loadEventFired" for e in self.own_events()):
            browser.take(json.loads(browser.socket.recv(timeout=60)))

    def own_events(self):
        return [e for e in self.browser.events if e.get("sessionId") == self.session]

    def run(self, code, **values):
        """Runs the body of an async function; what it returns, or the text of what it throws."""
        names = ", ".join(values)
        given = ", ".join(json.dumps(value) for value in values.values())
        answer = self.browser.send(
            "Runtime.evaluate", self.session, awaitPromise=True, returnByValue=True,
            expression=f"(async ({names}) => {{ {code} }})({given}).catch(e => 'thrown: ' + e)")
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def protocols(self, path):
        """The HTTP versions of the answers from a path, preflights left out."""
        return {
            e["params"]["response"]["protocol"] for e in self.own_events()
            if e["method"] == "Network.responseReceived" and path in e["params"]["response"]["url"]}
