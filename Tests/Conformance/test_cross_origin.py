"""What a browser asks and reads on behalf of a page of another origin, over the wire."""

import pytest

import client
import contract
import http1
import programs

PAGE, OTHER = "https://app.example", "http://localhost:3000"
ALLOWED = {"authorization", "content-type", "idempotency-key", "last-event-id", "prefer", "range", "if-none-match"}


@pytest.fixture(scope="module")
def listing():
    program = programs.serve("--local", "--allowed-origin", PAGE, "--allowed-origin", OTHER, "--max-body", "1KiB")
    yield program
    program.end()


@pytest.fixture
def ask(listing):
    """Asks as a page of an origin does."""
    caller = client.Client(listing)

    def asker(method, target, origin=PAGE, *fields, body=b""):
        return caller(method, target, [("Origin", origin), *fields], body)

    yield asker
    caller.close()


def shared_with(answer):
    """The origin whose pages may read the answer, by the Fetch standard's CORS check."""
    assert answer["Vary"] in ("Origin", "Prefer, Origin")
    assert answer["Access-Control-Allow-Credentials"] is None
    return answer["Access-Control-Allow-Origin"]


@pytest.mark.parametrize("origin", [PAGE, OTHER])
def test_a_listed_page_submits_code_and_reads_what_became_of_it(ask, origin):
    preflight = ask("OPTIONS", client.calculations(), origin, ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "authorization,content-type"))  # fmt: skip
    assert (preflight.status, shared_with(preflight)) == (204, origin)
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    assert set(preflight["Access-Control-Allow-Headers"].lower().split(", ")) >= ALLOWED
    assert int(preflight["Access-Control-Max-Age"]) > 0
    submitted = ask("POST", client.calculations(), origin, client.PYTHON, ("Prefer", "wait=60"), body=b"print(1)")
    assert (submitted.status, shared_with(submitted)) == (201, origin)
    exposed = submitted["Access-Control-Expose-Headers"].lower().split(", ")
    unexposed = {name.lower() for name, _ in submitted.fields} - set(exposed) - contract.UNDOCUMENTED
    # Fetch lets every page read Cache-Control; the others are for the browser.
    assert {name for name in unexposed if not name.startswith("access-control-")} == {"cache-control", "vary"}
    shown = ask("GET", submitted["Location"], origin)
    assert (shown.json["state"], shown["Vary"], shared_with(shown)) == ("COMPLETED", "Prefer, Origin", origin)
    output = ask("GET", submitted["Location"] + "/stdout", origin)
    assert (output.body, shared_with(output)) == (b"1\n", origin)


@pytest.mark.parametrize("method, target, body, status", [
    ("GET", "/nowhere", b"", 404), ("GET", "/sessions?x=1", b"", 400), ("PUT", "/", b"", 405),
    ("POST", client.calculations(), b"no type", 415), ("BREW", "/", b"", 501),
])  # fmt: skip
def test_a_listed_page_reads_errors_too(ask, method, target, body, status):
    answer = ask(method, target, PAGE, body=body)
    assert (answer.status, shared_with(answer)) == (status, PAGE)


def test_a_listed_page_reads_what_the_server_itself_refuses(listing, ask):
    answer = ask("POST", client.calculations(), PAGE, client.PYTHON, body=b"#" * 1025)
    assert (answer.status, shared_with(answer)) == (413, PAGE)
    answer = ask("GET", "/", PAGE, ("Expect", "the unexpected"))
    assert (answer.status, shared_with(answer)) == (417, PAGE)
    # Whose request can't be read at all, nobody knows.
    connection = http1.Connection(listing.port)
    connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: " + PAGE.encode() + b"\r\nbad line\r\n\r\n")
    answer = connection.answer()
    assert (answer.status, shared_with(answer)) == (400, None)
    connection.close()


@pytest.mark.parametrize("origin", [
    "https://evil.example", "http://app.example", "https://app.example:8443", "https://app.example.evil.example",
    "https://xapp.example", "null", "*", "", PAGE + "/", f"{PAGE}, https://evil.example", "https://app.example\x80",
])  # fmt: skip
def test_no_other_page_does_or_reads_anything(ask, origin):
    for method, fields in [("OPTIONS", [("Access-Control-Request-Method", "GET")]), ("GET", []), ("POST", [client.PYTHON])]:
        answer = ask(method, client.calculations(), origin, *fields)
        assert (answer.status, answer.json["code"], shared_with(answer)) == (403, "origin", None)
        assert answer["Access-Control-Allow-Methods"] is None


def test_two_origins_are_none(listing):
    connection = http1.Connection(listing.port)
    fields = [("Host", "localhost"), ("Origin", PAGE), ("Origin", OTHER)]
    connection.send(http1.message("GET / HTTP/1.1", fields))
    answer = connection.answer()
    assert (answer.status, shared_with(answer)) == (403, None)
    connection.close()


def test_without_a_page_a_cache_learns_that_there_are_pages(listing):
    caller = client.Client(listing)
    answer = caller.get("/")
    assert (answer.status, shared_with(answer)) == (200, None)
    caller.close()
