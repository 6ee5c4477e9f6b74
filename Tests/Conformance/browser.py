"""The real Chromium, without a window, by its DevTools protocol."""

import json
import os
import shutil
import subprocess

import waiting

CHROMIUM = shutil.which("chromium")


class Browser:
    def __init__(self, folder):
        # The protocol's other way in is a port; a pipe is ours alone, and needs no WebSocket.
        theirs, self.commands = os.pipe()
        answers, ours = os.pipe()
        command = [
            CHROMIUM, "--headless", "--remote-debugging-pipe", f"--user-data-dir={folder}", "--disable-gpu",
            # Root has no sandbox, and containers have none. The pages are the tests' own.
            "--no-sandbox", "--disable-dev-shm-usage",
            # To no other host than this one, whatever Chromium would like to look up.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
        ]  # fmt: skip
        # The protocol's descriptors are 3 and 4.
        shell = ["bash", "-c", f'exec "$@" 3<&{theirs} 4>&{ours}', "bash", *command]
        self.process = subprocess.Popen(shell, pass_fds=(theirs, ours), stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(ours)
        self.answers, self.count = os.fdopen(answers, "rb"), 0
        self.received = b""

    def call(self, method, session=None, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while (answer := self.read()).get("id") != self.count:
            pass  # an event
        assert "error" not in answer, answer
        return answer["result"]

    def read(self):
        while b"\0" not in self.received:
            data = self.answers.read1(65536)
            assert data, "Chromium has ended"
            self.received += data
        message, _, self.received = self.received.partition(b"\0")
        return json.loads(message)

    def open(self, url):
        return Page(self, url)

    def close(self):
        self.call("Browser.close")
        self.process.wait(30)
        os.close(self.commands)
        self.answers.close()


class Page:
    def __init__(self, browser, url):
        self.browser = browser
        target = browser.call("Target.createTarget", url=url)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        waiting.until(lambda: self("document.readyState + ' ' + location.href").startswith(f"complete {url}"))

    def __call__(self, expression):
        """What a JavaScript expression gives; of a promise, what it is kept with."""
        result = self.browser.call(
            "Runtime.evaluate", self.session, expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")
