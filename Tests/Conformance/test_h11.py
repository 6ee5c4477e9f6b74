"""Our reading of requests against h11's, on generated and mutated ones.

One-sided, since h11 is laxer: what we accept, h11 reads as the same requests; what we refuse has a status of
the table, and ends the connection.
"""

import contextlib
import dataclasses
import io
import re
import socket
import urllib.parse

import h11
import pytest

import http1
import programs
import smuggling

COUNT, PARTS = 4000, 8
# What the HTTP server itself refuses, by the problem's code.
REFUSALS = {
    "malformed-request": 400,
    "content-too-large": 413,
    "target-too-long": 414,
    "expectation-failed": 417,
    "head-too-large": 431,
    "not-implemented": 501,
    "http-version-not-supported": 505,
}


@dataclasses.dataclass
class Read:
    """A request as h11 reads it."""

    method: str
    target: str
    fields: list
    content: bytes | None = None  # None where the content is not whole, or breaks a rule

    @property
    def id(self):
        """What the answer must be called; None where the request has no name that the gateway keeps."""
        own = ", ".join(value for name, value in self.fields if name == "x-request-id")
        return own if re.fullmatch(r"[A-Za-z0-9_.:=+/@-]{1,128}", own) else None

    def call(self):
        """What Athena must hear of it once it is accepted: the session, the description and the code."""
        parts = urllib.parse.urlsplit(self.target)
        _, sessions, session, calculations = parts.path.split("/")
        assert (self.method, sessions, calculations) == ("POST", "sessions", "calculations"), self
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
        description = query.get("description")
        return (
            urllib.parse.unquote(session),
            None if description is None else urllib.parse.unquote(description),
            self.content.decode(),
        )


def read_by_h11(stream):
    """The requests of a connection's bytes, up to the first that breaks a rule of h11's."""
    read = []
    while True:
        # RFC 9112 section 2.2: one empty line before a request is nothing. h11 has it for an error.
        stream = stream.removeprefix(b"\r\n")
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        if stream:
            connection.receive_data(stream)
        connection.receive_data(b"")
        content = b""
        try:
            while not isinstance(event := connection.next_event(), h11.EndOfMessage):
                match event:
                    case h11.Request():
                        fields = [(name.decode(), value.decode("latin-1")) for name, value in event.headers]
                        read.append(Read(event.method.decode(), event.target.decode(), fields))
                    case h11.Data():
                        content += event.data
                    case _:  # the end of the connection
                        return read
        except h11.RemoteProtocolError:
            return read
        read[-1].content = content
        if connection.their_state is h11.MUST_CLOSE:
            return read
        stream, _ = connection.trailing_data


def exchange(port, stream):
    """Sends a connection's bytes, and returns all that comes back until it ends, in order."""
    with socket.create_connection(("127.0.0.1", port), timeout=http1.PATIENCE) as connection:
        with contextlib.suppress(BrokenPipeError):
            connection.sendall(stream)
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def answers(received, read):
    stream, methods = io.BytesIO(received), [request.method for request in read]
    while stream.tell() < len(received):
        answer = http1.read_answer(stream, methods.pop(0) if methods else "GET")
        if answer["Connection"] == "close" and not answer.body:
            # A HEAD that could not be read is refused as any request is, with content.
            answer.body = stream.read()
        yield answer


def is_refusal(answer):
    if answer["Connection"] != "close" or answer.status not in REFUSALS.values():
        return False
    return not answer.body or REFUSALS.get(answer.json["code"]) == answer.status


def compare(case, received, calls):
    read = read_by_h11(case.stream)
    answered = list(answers(received, read))
    accepted = answered[:-1] if answered and is_refusal(answered[-1]) else answered
    assert not any(is_refusal(answer) for answer in accepted), "something is served after a refusal"
    assert len(accepted) <= len(read), f"h11 reads {len(read)} requests"
    kept = [request for answer, request in zip(accepted, read) if answer["Connection"] != "close"]
    assert all(request.content is not None for request in kept), "content that is not whole keeps a connection"
    assert [answer["X-Request-Id"] for answer in accepted] == [
        request.id or answer["X-Request-Id"] for answer, request in zip(accepted, read)
    ], "another request was answered"
    expected = [request.call() for answer, request in zip(accepted, read) if answer.status == 201]
    assert [call for call in calls if call] == expected, "Athena has heard of other requests"
    if case.whole is not None:
        assert len(accepted) == case.whole, "another number of requests was accepted"
        refusals = [answer.status for answer in answered[len(accepted) :]]
        assert refusals == ([case.refusal] if case.refusal else []), "the refusal is another"


def call(request):
    """What a call of ours has told Athena; None of one that submits nothing."""
    if not request["X-Amz-Target"].endswith("StartCalculationExecution"):
        return None
    return request.json["SessionId"], request.json.get("Description"), request.json["CodeBlock"]


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_accepted_is_what_h11_reads_and_what_is_refused_ends_the_connection(start, capture, part):
    program = start(programs.serve_before, capture, "--workers", "1")
    for seed in range(part, COUNT, PARTS):
        case = smuggling.case(seed)
        capture.reset()
        received = exchange(program.port, case.stream)
        try:
            compare(case, received, list(map(call, capture.requests)))
        except Exception as error:
            error.add_note(f"smuggling.case({seed}): {case}\nanswered with {received!r}")
            raise
