"""The dashboard as a person uses it: by what labels, headings and buttons say."""

import json
import time

from browser import Page

# What a person would look for on the page: elements by their accessible name, those in an open dialog first.
FINDERS = """
const stale = () => document.querySelector("div[aria-busy=true]") !== null;
const root = () => [...document.querySelectorAll("dialog[open]")].pop() ?? document.body;
const shown = element => element.getClientRects().length > 0;
const name = element => (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\\s+/g, " ");
const named = (selector, text) => [...root().querySelectorAll(selector)].find(e => shown(e) && name(e) === text);
const input = label => {
  const found = [...root().querySelectorAll("label")].find(
    e => shown(e) && name(e).replace(" (optional)", "") === label);
  return found && (found.control ?? document.getElementById(found.htmlFor));
};
"""


class Screen(Page):
    """One page of the dashboard, at a size, with what it complained about in the console."""

    def __init__(self, browser, stack, path="/", width=1280, height=900, dark=False, beside=None):
        """`beside` is a page of the same person's browser; otherwise it is another's, who knows nothing of the others."""
        self.stack = stack
        self.context = beside.context if beside else browser.send("Target.createBrowserContext")["browserContextId"]
        super().__init__(browser, "about:blank", self.context)
        for domain in ("Log", "Runtime"):
            browser.send(f"{domain}.enable", self.session)
        self.resize(width, height)
        self.colours(dark)
        self.goto(path)

    def resize(self, width, height):
        self.browser.send("Emulation.setDeviceMetricsOverride", self.session, width=width, height=height,
                          deviceScaleFactor=1, mobile=width < 600)

    def colours(self, dark):
        self.browser.send("Emulation.setEmulatedMedia", self.session, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def goto(self, path):
        """Loads a page anew, as from the address bar."""
        self.browser.send("Page.navigate", self.session, url=f"{self.stack.url}/dashboard{path}")
        self.until("document.readyState === 'complete' && !!document.querySelector('h1')")

    def eval(self, expression, **values):
        return self.run(f"{FINDERS} return {expression};", **values)

    def until(self, expression, limit=20.0, **values):
        """Waits until an expression of the page is true; its value. What is being read again is not there yet: what it
        shows, the next moment may replace."""
        end = time.monotonic() + limit
        while True:
            value = self.run(
                f"{FINDERS} const value = !stale() && ({expression}); return value instanceof Element || value;", **values)
            if value and not str(value).startswith("thrown:"):
                return value
            if time.monotonic() > end:
                raise TimeoutError(f"{expression} with {values} in:\n{self.text()}")
            time.sleep(0.05)

    def text(self):
        return self.run("return document.body.innerText;")

    def sees(self, text, limit=20.0):
        """Waits for a text on the page."""
        self.until("root().innerText.includes(text) || document.querySelector('.toast')?.innerText.includes(text)",
                   limit, text=text)

    def heading(self, text, limit=20.0):
        self.until("document.querySelector('h1')?.textContent === text", limit, text=text)

    def click(self, text):
        """Presses a button or follows a link."""
        self.until("(e => e && !e.disabled)(named('button, a', text))", text=text)
        self.run(f"{FINDERS} named('button, a', text).click();", text=text)

    def press(self, key):
        """Presses a key where the focus is: `Tab`, `Enter` or `Escape`."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.browser.send("Input.dispatchKeyEvent", self.session, type=kind, key=key, code=key,
                              windowsVirtualKeyCode=code, **(text if kind == "keyDown" else {}))

    def fill(self, label, value):
        """Types into a field, in place of what is in it."""
        self.until("input(label) && !input(label).disabled", label=label)
        self.run(f"{FINDERS} const e = input(label); e.focus(); e.select?.();", label=label)
        if value:
            self.browser.send("Input.insertText", self.session, text=value)
        else:
            for kind in ("keyDown", "keyUp"):
                self.browser.send("Input.dispatchKeyEvent", self.session, type=kind, key="Delete",
                                  code="Delete", windowsVirtualKeyCode=46)

    def choose(self, label, text):
        """Chooses an option by its text, or sets a date, as their own widgets would."""
        # Options may still be on their way from the server.
        self.until("(e => e && [...(e.options ?? [{text}])].some(o => o.text.startsWith(text)))(input(label))",
                   label=label, text=text)
        self.run(FINDERS + """
            const e = input(label);
            const value = e.tagName === "SELECT" ? [...e.options].find(o => o.text.startsWith(text)).value : text;
            Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e), "value").set.call(e, value);
            e.dispatchEvent(new Event(e.tagName === "SELECT" ? "change" : "input", {bubbles: true}));
            """, label=label, text=text)

    def tick(self, label):
        self.until("input(label)", label=label)
        self.run(f"{FINDERS} input(label).click();", label=label)

    def attach(self, label, *paths):
        """Chooses files in the browser's own dialog of an input."""
        self.until("input(label) && !input(label).disabled", label=label)
        found = self.browser.send("Runtime.evaluate", self.session,
                                  expression=f"{{ {FINDERS} input({json.dumps(label)}); }}")
        self.browser.send("DOM.setFileInputFiles", self.session, files=paths, objectId=found["result"]["objectId"])

    def error_at(self, label):
        """What stands below a field that is wrong."""
        return self.until(
            "document.getElementById((input(label)?.getAttribute('aria-describedby') ?? '').split(' ')"
            ".find(id => id.endsWith('-error')) ?? '')?.textContent", label=label)

    def value(self, label):
        return self.eval("input(label)?.value", label=label)

    def rows(self):
        """The cells of each row of the first table."""
        return self.eval(
            "[...(root().querySelector('table.table')?.tBodies[0].rows ?? [])]"
            ".map(r => [...r.cells].map(c => c.innerText.trim()))")

    def log_in(self, email, password):
        self.heading("Log in")
        self.fill("E-mail", email)
        self.fill("Password", password)
        self.click("Log in")

    def complaints(self):
        """What the page or the browser wrote as an error or a breach of the policy."""
        self.eval("1")
        found = []
        for event in self.own_events():
            if event["method"] == "Runtime.exceptionThrown":
                found.append(json.dumps(event["params"]["exceptionDetails"])[:500])
            entry = event["params"].get("entry", {}) if event["method"] == "Log.entryAdded" else {}
            # An answer that is an error is told by the browser as well; the page has told it in words.
            if entry.get("level") == "error" and entry.get("source") != "network":
                found.append(entry["text"])
        return found

    def picture(self):
        """The whole page as a PNG, base64."""
        return self.browser.send("Page.captureScreenshot", self.session, captureBeyondViewport=True)["data"]
