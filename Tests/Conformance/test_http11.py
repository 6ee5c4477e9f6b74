"""Which requests are served, which are refused, and what becomes of the connection."""

import contextlib
import email.utils
import re
import select
import socket

import pytest

import contract
import http1
import http11
from http11 import CALCULATION, HOST, NEXT, chunked, get, host, length, line, message, post, target, trailer


def rows():
    for rule in http11.RULES:
        for name, row in rule.rows.items():
            request, outcome = row if isinstance(row, tuple) else (row, rule.outcome)
            yield pytest.param(request, outcome, id=f"RFC {rule.section}: {rule.rule}: {name[:80]}")


class Client(http1.Connection):
    def send(self, data):
        # A server that has refused a request need not take the rest of it.
        with contextlib.suppress(ConnectionError):
            super().send(data)

    def rest(self):
        """All that comes until the connection ends."""
        try:
            return self.stream.read()
        except ConnectionResetError:
            return b""


@pytest.fixture
def connect(gateway):
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(contextlib.closing(Client(gateway.program.port)))


@pytest.mark.parametrize("pieces", ["whole", "in bytes"])
@pytest.mark.parametrize("request_bytes, outcome", list(rows()))
def test_a_request_is_served_or_refused_and_what_follows_it_is_served_or_not(
    capture, connect, request_bytes, outcome, pieces
):
    connection = connect()
    method = request_bytes.partition(b" ")[0].decode("latin-1")
    if pieces == "whole":
        connection.send(request_bytes + NEXT)
        answer = connection.answer(method)
    else:
        for position in range(min(len(request_bytes), 500)):
            connection.send(request_bytes[position : position + 1])
        connection.send(request_bytes[500:])
        answer = connection.answer(method)
        connection.send(NEXT)
    assert answer.status == outcome.status, str(answer)
    contract.check(http1.Request(f"{method} / HTTP/1.1", []), answer, against_document=False)
    goes_on = answer["Connection"] is None
    if outcome.ends is not None:
        assert goes_on is not outcome.ends, answer.fields
    check_next(connection, goes_on)
    assert [call.json["CodeBlock"] for call in capture.requests] == ([outcome.code] if outcome.code else [])


def check_next(connection, goes_on):
    if goes_on:
        answer = connection.answer()
        assert (answer["X-Request-Id"], answer.status) == ("next", 200), str(answer)
    assert connection.rest() == b""


# What must not be taken for whole


UNFINISHED = {
    "nothing": b"",
    "an empty line": b"\r\n",
    "half a request line": b"GET / HT",
    "a request line": b"GET / HTTP/1.1\r\n",
    "half a field line": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Test: value",
    "all but the empty line": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half of the empty line": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r",
    "5 bytes of 10": length(b"10"),
    "no byte of 5": length(b"5", b""),
    "half a size": chunked(b"5"),
    "a size": chunked(b"5\r\n"),
    "half a chunk": chunked(b"5\r\nhel"),
    "a chunk without its end": chunked(b"5\r\nhello"),
    "chunks without the last": chunked(b"5\r\nhello\r\n"),
    "the last chunk alone": chunked(b"5\r\nhello\r\n0\r\n"),
    "an unfinished trailer section": chunked(b"5\r\nhello\r\n0\r\nX: y\r\n"),
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_request_whose_end_never_comes_is_not_served(capture, connect, name):
    connection = connect()
    connection.send(UNFINISHED[name])
    connection.socket.shutdown(socket.SHUT_WR)
    received = connection.rest()
    assert received == b"" or received.startswith(b"HTTP/1.1 400 "), received
    assert received.count(b"HTTP/1.1") <= 1
    assert capture.requests == []


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_request_whose_end_comes_later_is_served(capture, connect, name):
    wholes = [
        get(), get(b"X-Test: value"), length(b"10", b"hellohello"), length(b"5"), trailer(b"X: y"),
        chunked(b"5\r\nhello\r\n0\r\n\r\n"),
    ]  # fmt: skip
    part = UNFINISHED[name]
    whole = next((whole for whole in wholes if whole.startswith(part)), part + get())
    connection = connect()
    connection.send(part)
    # Whatever the server had to say about the part would be here first.
    assert not select.select([connection.socket], [], [], 0.01)[0]
    connection.send(whole[len(part) :])
    assert connection.answer().status in (200, 201)


# What never ends


def flood(connection, first, piece, at_most):
    """Sends until there is an answer, and returns how much was sent."""
    connection.socket.setblocking(False)
    data, sent = first, 0
    while not select.select([connection.socket], [], [], 0)[0]:
        assert sent < at_most, "more is taken than the limit allows"
        if select.select([connection.socket], [connection.socket], [], http1.PATIENCE)[1]:
            count = connection.socket.send(data)
            sent, data = sent + count, data[count:] or piece
    connection.socket.settimeout(http1.PATIENCE)
    return sent


FLOODS = {
    "a method": (b"", b"A" * 65_536, 400),
    "a request line": (b"GET /", b"a" * 65_536, 414),
    "a field line": (get()[:-2], b"a" * 65_536, 431),
    "field lines": (get()[:-2], b"a: b\r\n" * 10_000, 431),
    "a chunk's extension": (chunked(b"5;"), b"a" * 65_536, 400),
    "chunks": (chunked(b""), b"4000\r\n" + b"#" * 0x4000 + b"\r\n", 413),
    "trailer fields": (chunked(b"0\r\n"), b"a: b\r\n" * 10_000, 431),
    "a content that was declared": (length(b"10000000", b""), b"#" * 65_536, 413),
}


@pytest.mark.parametrize("name", FLOODS)
def test_what_never_ends_is_refused_at_its_limit_and_the_answer_is_read(capture, connect, name):
    first, piece, status = FLOODS[name]
    connection = connect()
    # What the kernel holds for both ends comes on top of the limits.
    flood(connection, first, piece, at_most=32 << 20)
    answer = connection.answer()
    assert (answer.status, answer["Connection"]) == (status, "close")
    assert capture.requests == []


# Answers


def test_100_continue_is_sent_to_whom_waits_for_it_before_the_content_is_read(capture, connect):
    connection = connect()
    connection.send(post(b"Expect: 100-continue", b"Content-Length: 5", content=b""))
    assert http1.read_head(connection.stream, http1.Answer).start == "HTTP/1.1 100 Continue"
    connection.send(b"hello" + NEXT)
    assert http1.read_head(connection.stream, http1.Answer).status == 201
    assert capture.last.json["CodeBlock"] == "hello"


def test_no_100_is_sent_to_whom_has_sent_the_content(connect):
    connection = connect()
    connection.send(post(b"Expect: 100-continue", b"Content-Length: 5"))
    assert http1.read_head(connection.stream, http1.Answer).status == 201


def test_an_HTTP_1_0_client_gets_no_100(connect):
    connection = connect()
    connection.send(post(b"Expect: 100-continue", b"Content-Length: 5", version=b"1.0", content=b""))
    connection.send(b"hello")
    answer = http1.read_head(connection.stream, http1.Answer)
    assert (answer.status, answer["Connection"]) == (201, "close")


@pytest.mark.parametrize(
    "request_bytes",
    [
        message(b"POST /nowhere HTTP/1.1", HOST, b"Expect: 100-continue", b"Content-Length: 5"),
        post(b"Expect: 100-continue", b"Content-Length: 5", type=b"Content-Type: text/plain", content=b""),
        post(b"Expect: 100-continue", b"Content-Length: 9999999", content=b""),
    ],
    ids=["an unknown path", "a wrong type", "too much"],
)
def test_who_waits_for_100_and_is_refused_gets_the_refusal_at_once(connect, request_bytes):
    connection = connect()
    connection.send(request_bytes)
    answer = http1.read_head(connection.stream, http1.Answer)
    assert (answer.status >= 400, answer["Connection"]) == (True, "close")


@pytest.mark.parametrize("target", [b"/", b"/livez", b"/nowhere", CALCULATION, CALCULATION + b"/stdout"])
def test_HEAD_has_the_head_of_GET_and_no_content(connect, target):
    connection = connect()
    connection.send(message(b"GET " + target + b" HTTP/1.1", HOST))
    expected = connection.answer("GET")
    connection.send(message(b"HEAD " + target + b" HTTP/1.1", HOST) + NEXT)
    answer = connection.answer("HEAD")
    assert answer.status == expected.status
    names = ["Content-Type", "Content-Length", "ETag", "Allow"]
    assert [answer[name] for name in names] == [expected[name] for name in names]
    check_next(connection, goes_on=True)


def test_204_has_neither_content_nor_a_length(connect):
    connection = connect()
    connection.send(message(b"OPTIONS * HTTP/1.1", HOST) + NEXT)
    answer = connection.answer()
    assert answer.status == 204
    assert (answer["Content-Length"], answer["Transfer-Encoding"]) == (None, None)
    check_next(connection, goes_on=True)


# Of If-None-Match, with the tag of the calculation in the place of {}, and other conditions.
CONDITIONS = {
    "the tag": (["If-None-Match: {}"], 304),
    "the tag, weak": (["If-None-Match: W/{}"], 304),
    "the tag among others": (['If-None-Match: "a", {}, "b"'], 304),
    "any tag": (["If-None-Match: *"], 304),
    "the tag, and a date of old": (["If-None-Match: {}", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], 304),
    "another tag": (['If-None-Match: "a"'], 200),
    "the tag without its quotes": (["If-None-Match: {bare}"], 200),
    "a date to come": (["If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT"], 200),
    "no date": (["If-Modified-Since: not-a-date"], 200),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_304_is_for_the_tag_alone_and_has_it_and_no_content(connect, name):
    fields, status = CONDITIONS[name]
    connection = connect()
    connection.send(message(b"GET " + CALCULATION + b" HTTP/1.1", HOST))
    tag = connection.answer()["ETag"]
    fields = [field.format(tag, bare=tag.strip('"')).encode() for field in fields]
    connection.send(message(b"GET " + CALCULATION + b" HTTP/1.1", HOST, *fields) + NEXT)
    answer = connection.answer()
    assert (answer.status, answer["ETag"]) == (status, tag)
    assert status == 200 or (answer["Content-Type"], answer["Transfer-Encoding"]) == (None, None)
    check_next(connection, goes_on=True)


def test_every_answer_says_when_it_was_made_and_what_its_content_is(connect):
    for request in [get(), target(b"/nowhere"), line(b"DELETE / HTTP/1.1"), get(b"Expect: x"), host()]:
        connection = connect()
        connection.send(request)
        answer = connection.answer()
        date = email.utils.parsedate_to_datetime(answer["Date"])
        assert email.utils.format_datetime(date, usegmt=True) == answer["Date"]
        assert re.fullmatch(r"application/(problem\+)?json", answer["Content-Type"])


def test_405_names_the_methods_that_there_are_and_TRACE_repeats_nothing(connect):
    connection = connect()
    connection.send(message(b"TRACE / HTTP/1.1", HOST, b"Authorization: Bearer secret-token-123"))
    answer = connection.answer()
    assert (answer.status, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "secret-token-123" not in f"{answer.fields} {answer.body}"


@pytest.mark.parametrize("name", [b"X-Request-Id", b"Origin", b"Idempotency-Key", b"Cookie"])
def test_what_a_request_says_makes_no_field_of_the_answer(connect, name):
    connection = connect()
    connection.send(get(name + b": a%0d%0aX-Injected: 1"))
    assert connection.answer()["X-Injected"] is None


def test_100_requests_sent_ahead_are_answered_in_their_order(connect):
    connection = connect()
    requests = [get(b"X-Request-Id: %d" % number) for number in range(100)]
    connection.send(b"".join(requests) + NEXT)
    assert [connection.answer()["X-Request-Id"] for _ in requests] == [str(number) for number in range(100)]
    check_next(connection, goes_on=True)


def test_a_byte_behind_a_request_is_the_first_of_the_next(connect):
    connection = connect()
    connection.send(length(b"0", b"X") + NEXT)
    assert connection.answer().status == 400
    answer = connection.answer()
    assert (answer["X-Request-Id"], answer.status) == ("next", 501)


def test_nothing_is_served_behind_a_refused_request(capture, connect):
    connection = connect()
    connection.send(get() + length(b"5") + length(b"+5") + length(b"5") * 10 + NEXT)
    assert [connection.answer().status for _ in range(3)] == [200, 201, 400]
    assert connection.rest() == b""
    assert len(capture.requests) == 1
