"""Requests that never end cost a connection, and nothing else."""

import contextlib

import pytest

import client
import http1
import machine
import programs

HEAD = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = (
    f"POST {client.calculations()} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/x-python\r\n"
    "Transfer-Encoding: chunked\r\n\r\n"
).encode()
# What begins the request, what is repeated, how often, and the status that ends it.
ENDLESS = {
    "300,000 fields": (HEAD, b"a: b\r\n" * 1000, 300, 431),
    "a field of 100 MB": (HEAD + b"a: ", b"b" * 100_000, 1000, 431),
    "a request line of 100 MB": (b"", b"A" * 100_000, 1000, 400),
    "a target of 100 MB": (b"GET /", b"a" * 100_000, 1000, 414),
    "100 chunks of 1 MB": (CHUNKED, b"f4240\r\n" + b"#" * 1_000_000 + b"\r\n", 100, 413),
    "a chunk extension of 100 MB": (CHUNKED + b"1;", b"a" * 100_000, 1000, 400),
    "50,000 chunks of a byte, with extensions": (CHUNKED, (b"1;" + b"a" * 100 + b"\r\n#\r\n") * 100, 500, 400),
    "100,000 trailers": (CHUNKED + b"0\r\n", b"a: b\r\n" * 1000, 100, 431),
}


def send_endless(program, begin, repeated, times):
    connection = http1.Connection(program.port)
    with contextlib.closing(connection):
        connection.send(begin)
        for _ in range(times):
            # The answer comes long before the end; what is sent on is thrown away for a while.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.send(repeated)
                continue
            break
        return connection.answer()


@pytest.mark.parametrize("name", ENDLESS)
def test_a_request_without_an_end_is_refused_and_leaves_nothing_in_memory(start, capture, name):
    *endless, status = ENDLESS[name]
    program = start(programs.serve_before, capture, "--workers", "1")
    for _ in range(5):  # until the allocator has what one such request needs
        assert send_endless(program, *endless).status == status
    before = machine.anonymous(program.pid)
    for _ in range(10):
        assert send_endless(program, *endless).status == status
    assert machine.anonymous(program.pid) - before < 1 << 20, "bytes more than before"
    assert capture.requests == []
