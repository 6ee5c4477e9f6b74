"""The README's pages in the real Chromium: behind the real nginx as the README configures it, and of another origin."""

import functools
import http.server
import json
import signal
import threading
import types

import pytest

import browser
import client
import nginx
import programs
import readme
from waiting import until

pytestmark = [
    pytest.mark.skipif(not browser.CHROMIUM, reason="no chromium"),
    pytest.mark.skipif(not nginx.NGINX, reason="no nginx"),
]
OTHER = "A page of another origin, with a key"
BASE = ["--base-path", "/athena", "--trusted-proxy", "127.0.0.1"]
SUBMIT = """fetch("/athena/sessions/demo/calculations", {
    method: "POST", headers: { "Content-Type": "text/x-python" }, body: CODE
}).then(answer => answer.headers.get("Location"))"""
# An EventSource that nobody closes: that it stops in the end is the gateway's doing.
LISTEN = """{
    window.heard = []
    window.source = new EventSource(LOCATION)
    for (const name of ["state", "end", "problem", "error"])
        source.addEventListener(name, event => heard.push([name, event.lastEventId, event.data]))
}"""


@pytest.fixture
def chromium(tmp_path):
    instance = browser.Browser(tmp_path / "profile")
    yield instance
    instance.close()


@pytest.fixture
def proxy(tmp_path):
    """Starts nginx before the gateway of an address, and opens the page that it serves."""
    started = []

    def starter(port):
        configuration, page = readme.recipe("A web page", f"127.0.0.1:{port}")
        (tmp_path / "www").mkdir()
        (tmp_path / "www/index.html").write_text(page)
        started.append(nginx.Nginx(tmp_path, configuration))
        return started[-1]

    yield starter
    for instance in started:
        instance.stop()


def with_values(script, **values):
    for name, value in values.items():
        script = script.replace(name, json.dumps(value))
    return script


class Calculation:
    """One that runs until it is let go, and a page that listens to its events."""

    def __init__(self, page, flag):
        self.page, self.flag = page, flag
        code = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.05)"
        self.location = page(with_values(SUBMIT, CODE=code))
        page(with_values(LISTEN, LOCATION=f"{self.location}/events"))
        self.until_heard("state", "RUNNING")

    def heard(self):
        return self.page("heard")

    def until_heard(self, name, state, after=0):
        """How many events there were until then."""
        until(lambda: any(event[0] == name and state in (event[2] or "") for event in self.heard()[after:]))
        return len(self.heard())

    def end(self):
        self.flag.touch()
        self.until_heard("end", "COMPLETED")
        # EventSource comes back after the end too, and is told by a 204 to stay away.
        until(lambda: self.page("source.readyState") == 2)
        assert [event[0] for event in self.heard()].count("end") == 1
        assert "problem" not in [event[0] for event in self.heard()]
        return self.heard()


def test_the_page_runs_code_and_shows_its_states_and_output(start, chromium, proxy):
    program = start(programs.serve, "--local", *BASE)
    server = proxy(program.port)
    page = chromium.open(f"http://127.0.0.1:{server.port}/")
    page("document.getElementById('run').click()")
    log = until(lambda: page("document.getElementById('log').textContent"), lambda text: "45\n" in text)[-1]
    assert log.split()[-2:] == ["COMPLETED", "45"]
    page("document.getElementById('code').value = '1 / 0'; document.getElementById('run').click()")
    until(lambda: "ZeroDivisionError" in page("document.getElementById('log').textContent"))


def test_a_page_of_another_origin_gets_nothing(start, chromium, proxy):
    program = start(programs.serve, "--local", *BASE)
    server = proxy(program.port)
    # Another port is another origin, and so is another name.
    page = chromium.open(f"http://127.0.0.1:{server.port}/")
    target = f"http://127.0.0.1:{program.port}/athena/sessions/demo/calculations"
    assert page(f"fetch('{target}').then(() => 'answered', () => 'refused')") == "refused"
    code = "{ method: 'POST', mode: 'no-cors', body: 'print(1)' }"
    # Without Cross-Origin-Resource-Policy it would have an answer, although one that it can't look into.
    assert page(f"fetch('{target}', {code}).then(() => 'answered', () => 'refused')") == "refused"
    assert page("fetch('/athena/sessions/demo/calculations').then(answer => answer.json())") == {"calculations": []}


def test_events_go_on_where_a_proxy_cut_them(start, chromium, proxy, tmp_path):
    program = start(programs.serve, "--local", *BASE)
    server = proxy(program.port)
    page = chromium.open(f"http://127.0.0.1:{server.port}/")
    calculation = Calculation(page, tmp_path / "go")
    for _ in range(2):
        count = len(calculation.heard())
        server.stop()
        until(lambda: any(event[0] == "error" for event in calculation.heard()[count:]))
        server.start()
        until(lambda: page("source.readyState") == 1)
    ids = [event[1] for event in calculation.end() if event[0] == "state"]
    assert ids[-1].endswith("-COMPLETED")


def test_events_go_on_at_another_gateway_where_one_is_drained(start, chromium, proxy, tmp_path):
    athena = start(programs.Program, "local", "--listen", "127.0.0.1:0")
    settings = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": athena.url, **programs.LOCAL_CREDENTIALS}
    first = start(programs.serve, *BASE, "--drain-delay", "0", **settings)
    server = proxy(first.port)
    page = chromium.open(f"http://127.0.0.1:{server.port}/")
    calculation = Calculation(page, tmp_path / "go")
    count = len(calculation.heard())
    # The stream doesn't hold up the end, and is ended in order.
    assert first.stop(signal.SIGTERM) == 0
    start(programs.Program, "serve", "--listen", f"127.0.0.1:{first.port}", *BASE, **settings)
    until(lambda: page("source.readyState") == 1 and len(calculation.heard()) > count)
    calculation.end()


class Folder(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def pages(tmp_path):
    """Serves a folder's pages, as the README's python3 does."""
    (tmp_path / "pages").mkdir()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Folder, directory=str(tmp_path / "pages"))
    )
    server.folder, server.origin = tmp_path / "pages", f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def put(pages, program):
    """Puts the README's page there, for the gateway that runs."""
    _, page = readme.recipe(OTHER, f"127.0.0.1:{program.port}")
    (pages.folder / "index.html").write_text(page)


@pytest.fixture
def key(tmp_path):
    """An API key, and the flags of a gateway that knows it."""
    run = programs.run("key", "new", "ada", "--file", str(tmp_path / "keys.json"))
    assert run.returncode == 0, run.stderr
    return types.SimpleNamespace(text=run.stdout.strip(), flags=["--api-keys", str(tmp_path / "keys.json")])


def run(page, code, key):
    values = with_values("document.getElementById('code').value = CODE", CODE=code)
    values += with_values("; document.getElementById('key').value = KEY", KEY=key)
    page(f"{values}; document.getElementById('run').click()")


def logged(page, *texts):
    """Waits until the page has said all of these."""
    read = functools.partial(page, "document.getElementById('log').textContent")
    return until(read, lambda log: all(text in log for text in texts))[-1]


def test_a_page_of_a_listed_origin_runs_code_with_a_key_and_follows_its_states(start, chromium, pages, key):
    program = start(programs.serve, "--local", *key.flags, "--allowed-origin", pages.origin)
    put(pages, program)
    page = chromium.open(pages.origin + "/")
    run(page, "print(sum(range(10)))", key.text)
    assert logged(page, "45\n").split()[-2:] == ["COMPLETED", "45"]
    run(page, "1 / 0", key.text)
    logged(page, "FAILED", "ZeroDivisionError")
    # What the gateway refuses, the page can read.
    run(page, " ", key.text)
    logged(page, "white space")


def test_a_page_of_a_listed_origin_does_nothing_without_a_good_key_and_reads_why(start, chromium, pages, key):
    program = start(programs.serve, "--local", *key.flags, "--allowed-origin", pages.origin)
    put(pages, program)
    page = chromium.open(pages.origin + "/")
    for wrong in ["", "agk_wrong"]:
        run(page, "print(45)", wrong)
        answer = page(
            f"fetch('http://127.0.0.1:{program.port}/', {{ headers: {{ Authorization: 'Bearer {wrong}' }} }})"
            ".then(async answer => [answer.status, await answer.json(), answer.headers.get('WWW-Authenticate')])"
        )
        assert (answer[0], answer[1]["code"]) == (401, "unauthenticated") and answer[2].startswith("Bearer")
        logged(page, answer[1]["detail"])
    assert calculations(program, key) == []


def test_a_page_of_an_origin_that_is_not_listed_does_nothing_even_with_a_key(start, chromium, pages, key):
    program = start(programs.serve, "--local", *key.flags, "--allowed-origin", "https://app.example")
    put(pages, program)
    page = chromium.open(pages.origin + "/")
    run(page, "print(45)", key.text)
    # All that Chromium tells a page of it.
    logged(page, "Failed to fetch")
    assert calculations(program, key) == []


def test_a_page_s_stream_goes_on_at_another_gateway_where_one_is_drained(start, chromium, pages, key, tmp_path):
    athena = start(programs.Program, "local", "--listen", "127.0.0.1:0")
    settings = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": athena.url, **programs.LOCAL_CREDENTIALS}
    flags = [*key.flags, "--allowed-origin", pages.origin]
    first = start(programs.serve, *flags, "--drain-delay", "0", **settings)
    put(pages, first)
    page, flag = chromium.open(pages.origin + "/"), tmp_path / "go"
    code = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.05)\nprint('gone on')"
    run(page, code, key.text)
    logged(page, "RUNNING")
    assert first.stop(signal.SIGTERM) == 0
    start(programs.Program, "serve", "--listen", f"127.0.0.1:{first.port}", *flags, **settings)
    flag.touch()
    logged(page, "COMPLETED", "gone on")


def calculations(program, key):
    caller = client.Client(program)
    answer = caller("GET", client.calculations(), [("Authorization", f"Bearer {key.text}")])
    caller.close()
    return answer.json["calculations"]
