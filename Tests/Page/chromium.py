"""Drives a headless Chromium over the DevTools protocol, through a pipe: nothing but the standard library is needed."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time


class PageError(AssertionError):
    """Something on the page is not as expected."""


def program():
    """The path of Chromium; None where there is none. `CHROMIUM` names another."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return next((found for found in map(shutil.which, names) if found), None)


class Chromium:
    """A browser with a fresh profile. Close it, or use it in a `with`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="moments-page-")
        to_browser, self.sending = os.pipe()
        self.receiving, from_browser = os.pipe()

        def pipes():
            # Chromium reads at 3 and writes at 4. First out of the way, as either may be the other's place.
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        flags = [
            "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "--no-first-run",
            "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio", "--autoplay-policy=no-user-gesture-required",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars=false",
            "--font-render-hinting=none", "--lang=en-GB", "--force-color-profile=srgb",
        ]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        self.process = subprocess.Popen(
            [program(), *flags, "about:blank"], pass_fds=(3, 4), preexec_fn=pipes, close_fds=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.lock = threading.Condition()
        self.answers, self.events, self.number, self.is_closed = {}, [], 0, False
        threading.Thread(target=self._read, daemon=True).start()
        self.call("Browser.getVersion", timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        rest = b""
        while True:
            part = os.read(self.receiving, 1 << 20)
            with self.lock:
                if not part:
                    self.is_closed = True
                    self.lock.notify_all()
                    return
                *whole, rest = (rest + part).split(b"\0")
                for message in map(json.loads, whole):
                    if "id" in message:
                        self.answers[message["id"]] = message
                    else:
                        self.events.append(message)
                self.lock.notify_all()

    def call(self, method, session=None, timeout=30, **parameters):
        """Sends a command and gives its result."""
        with self.lock:
            self.number += 1
            number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.sending, json.dumps(message).encode() + b"\0")
        with self.lock:
            if not self.lock.wait_for(lambda: number in self.answers or self.is_closed, timeout):
                raise PageError(f"{method}: no answer within {timeout} s")
            if number not in self.answers:
                raise PageError(f"{method}: the browser has ended")
            answer = self.answers.pop(number)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def page(self, width=1280, height=900, *, touch=False, dark=False, scale=1, storage=None):
        """A new page in a context of its own: without what others have stored."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, target, context, width, height, touch, dark, scale)

    def close(self):
        try:
            self.call("Browser.close", timeout=5)
        except (PageError, OSError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for end in (self.sending, self.receiving):
            try:
                os.close(end)
            except OSError:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """One tab."""

    def __init__(self, browser, session, target, context, width, height, touch, dark, scale):
        self.browser, self.session, self.target, self.context = browser, session, target, context
        self.width, self.height = width, height
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=touch)
        if touch:
            self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self.prefer(dark=dark)
        self.downloads = os.path.join(browser.folder, "downloads-" + session)
        browser.call("Browser.setDownloadBehavior", behavior="allowAndName", downloadPath=self.downloads,
                     eventsEnabled=True, browserContextId=context)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def prefer(self, *, dark=False, still=True):
        """What the user's system prefers."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}])

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)

    # What the page is asked

    def value(self, script):
        """What a JavaScript expression gives; a promise is awaited."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise PageError(f"{script}: {details.get('exception', {}).get('description', details['text'])}")
        return result["result"].get("value")

    def until(self, script, timeout=10):
        """Waits until an expression is true, and gives its value."""
        end = time.monotonic() + timeout
        while True:
            try:
                value = self.value(script)
            except PageError as error:
                # Between two documents there is nothing to ask.
                value, script_error = None, error
            else:
                script_error = None
            # An element comes as an empty object, which is there all the same.
            if value or value == {}:
                return value
            if time.monotonic() > end:
                raise PageError(f"not within {timeout} s: {script}" + (f" ({script_error})" if script_error else ""))
            time.sleep(0.04)

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete'")

    def has(self, selector):
        return self.value(f"(e => e !== null && e.getClientRects().length > 0)(document.querySelector({json.dumps(selector)}))")

    def shows(self, selector, timeout=10):
        self.until(f"(e => e !== null && e.getClientRects().length > 0)(document.querySelector({json.dumps(selector)}))", timeout)

    def text(self, selector):
        return self.value(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")

    def texts(self, selector):
        return self.value(f"[...document.querySelectorAll({json.dumps(selector)})].filter(e => e.getClientRects().length > 0).map(e => e.innerText)")

    def box(self, selector):
        """Left, top, width and height in the viewport, after scrolling there."""
        return self.value(f"""(e => {{
            if (!e) return null;
            e.scrollIntoView({{block: 'nearest', inline: 'nearest', behavior: 'instant'}});
            const b = e.getBoundingClientRect();
            return [b.left, b.top, b.width, b.height];
        }})(document.querySelector({json.dumps(selector)}))""")

    def problems(self):
        """What the browser complained about: errors of scripts, and whatever the security policy refused."""
        found = []
        with self.browser.lock:
            for event in self.browser.events:
                if event.get("sessionId") != self.session:
                    continue
                if event["method"] == "Runtime.exceptionThrown":
                    details = event["params"]["exceptionDetails"]
                    found.append(details.get("exception", {}).get("description", details["text"]))
                elif event["method"] == "Log.entryAdded":
                    entry = event["params"]["entry"]
                    # A status that is no success is the server's answer, which the page shows.
                    if entry["level"] == "error" and entry["source"] != "network":
                        found.append(entry["text"])
                elif event["method"] == "Runtime.consoleAPICalled" and event["params"]["type"] in ("error", "assert"):
                    found.append(str([each.get("value", each.get("description")) for each in event["params"]["args"]]))
        return found

    def requests(self):
        """The addresses that were asked for."""
        with self.browser.lock:
            return [event["params"]["request"]["url"] for event in self.browser.events
                    if event.get("sessionId") == self.session and event["method"] == "Network.requestWillBeSent"]

    # What the user does

    def point(self, selector, across=0.5, down=0.5):
        box = self.box(selector)
        if box is None or box[2] == 0:
            raise PageError(f"{selector} is not there to be clicked")
        x, y = box[0] + box[2] * across, box[1] + box[3] * down
        if not (0 <= x <= self.width and 0 <= y <= self.height):
            raise PageError(f"{selector} is outside of what is seen: {x:.0f}, {y:.0f}")
        return x, y

    def mouse(self, kind, x, y, buttons=0, clicks=0):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left" if clicks or buttons else "none",
                  buttons=buttons, clickCount=clicks)

    def click(self, selector, across=0.5, down=0.5):
        """A real click on the topmost element there, which must belong to what is named."""
        x, y = self.point(selector, across, down)
        hit = self.value(f"""(t => {{
            const e = document.querySelector({json.dumps(selector)});
            return t !== null && (e.contains(t) || t.contains(e));
        }})(document.elementFromPoint({x}, {y}))""")
        if not hit:
            over = self.value(f"(e => e && e.outerHTML.slice(0, 120))(document.elementFromPoint({x}, {y}))")
            raise PageError(f"{selector} is covered by {over}")
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, 1, 1)
        self.mouse("mouseReleased", x, y, 0, 1)

    def drag(self, selector, dx, dy=0, across=0.5, down=0.5, steps=8):
        x, y = self.point(selector, across, down)
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, 1, 1)
        for step in range(1, steps + 1):
            self.mouse("mouseMoved", x + dx * step / steps, y + dy * step / steps, 1)
        self.mouse("mouseReleased", x + dx, y + dy, 0, 1)

    def hover(self, selector, across=0.5, down=0.5):
        x, y = self.point(selector, across, down)
        self.mouse("mouseMoved", x, y)

    def key(self, key, shift=False, control=False):
        """Presses a key by its name, as `Enter`, or the character that it writes."""
        codes = {"Enter": 13, "Backspace": 8, "Tab": 9, "Escape": 27, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39,
                 "ArrowDown": 40, "Home": 36, "End": 35, "PageUp": 33, "PageDown": 34}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        common = {
            "key": key, "modifiers": 8 * shift + 2 * control,
            "windowsVirtualKeyCode": codes.get(key, ord(key.upper()[0])),
            "code": key if len(key) > 1 else {" ": "Space"}.get(key, "Key" + key.upper()),
        }
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, selector, text):
        """Clicks into a field, marks what it holds, and types."""
        self.click(selector)
        self.value(f"document.querySelector({json.dumps(selector)}).select()")
        self.key("Backspace") if not text else self.call("Input.insertText", text=text)

    def pick(self, selector, value):
        """Chooses of a list, as a user's choice would."""
        self.value(f"""(e => {{
            e.focus(); e.value = {json.dumps(value)};
            e.dispatchEvent(new Event('input', {{bubbles: true}})); e.dispatchEvent(new Event('change', {{bubbles: true}}));
        }})(document.querySelector({json.dumps(selector)}))""")

    def give_files(self, selector, paths):
        """Files for a file field, as its dialog would give them."""
        node = self.call("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[os.path.abspath(path) for path in paths], objectId=node)

    def drop_files(self, selector, paths):
        """Drops files, as dragged from a folder."""
        x, y = self.point(selector)
        data = {"items": [], "files": [os.path.abspath(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def back(self):
        self.value("history.back()")

    def download(self, act, timeout=15):
        """The name and content of what an action saves."""
        with self.browser.lock:
            before = len(self.browser.events)
        act()
        end = time.monotonic() + timeout
        name = None
        while time.monotonic() < end:
            with self.browser.lock:
                events = self.browser.events[before:]
            for event in events:
                if event["method"] == "Browser.downloadWillBegin":
                    name = event["params"]["suggestedFilename"]
                if event["method"] == "Browser.downloadProgress" and event["params"]["state"] == "completed":
                    with open(os.path.join(self.downloads, event["params"]["guid"]), "rb") as file:
                        return name, file.read()
            time.sleep(0.05)
        raise PageError("nothing was saved")

    # What is kept

    def settle(self):
        """Waits until pictures are loaded and drawn."""
        self.until("[...document.images].every(i => i.complete || i.loading === 'lazy' || !i.getAttribute('src'))", 15)
        self.value("document.fonts.ready.then(() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))))")

    def shot(self, path, whole=False):
        """A picture of what is seen; with `whole` of the page to its end."""
        self.settle()
        parameters = {"format": "png"}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            parameters["captureBeyondViewport"] = True
            parameters["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot", **parameters)["data"]))
