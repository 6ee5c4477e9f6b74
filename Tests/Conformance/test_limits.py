"""Each limit's flag sets that limit, and what is beyond gets the answer that the README's table has."""

import select

import pytest

import capture as capturing
import http1
import programs

HEAD = "GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n"
POST = "POST /sessions/demo/calculations HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/x-python\r\n"


def head(path="/livez", more=""):
    return HEAD.format(path=path, more=more).encode()


def post(length, content=""):
    return f"{POST}Content-Length: {length}\r\n\r\n{content}".encode()


# The flag with its value; what is within; what is beyond, and its status: None where the connection just ends.
LIMITS = {
    "--max-head 512 --max-target 100": (head(more=f"X: {300 * 'x'}\r\n"), head(more=f"X: {600 * 'x'}\r\n"), 431),
    "--max-fields 3": (head(more="A: 1\r\nB: 2\r\n"), head(more="A: 1\r\nB: 2\r\nC: 3\r\n"), 431),
    "--max-target 20": (head("/livez"), head("/livez" + 20 * "x"), 414),
    "--max-body 10": (post(10, 10 * "1"), post(11), 413),
    "--head-deadline 300ms": (head(), b"GET /livez HTTP/1.1\r\nHost: ", 408),
    "--body-deadline 300ms": (post(1, "1"), post(2, "1"), 408),
    "--idle-deadline 300ms": (head(), b"", None),
}


@pytest.mark.parametrize("flag", LIMITS)
def test_what_is_beyond_a_limit_is_refused(start, capture, flag):
    within, beyond, status = LIMITS[flag]
    program = start(programs.serve_before, capture, "--workers", "1", *flag.split())
    connection = http1.Connection(program.port)
    connection.send(within)
    assert connection.answer().status in (200, 201)
    connection.send(beyond)
    if status is not None:
        answer = connection.answer()
        assert answer.status == status and answer["Connection"] == "close"
    assert connection.stream.read() == b""
    connection.close()


def test_a_connection_ends_after_its_requests(start, capture):
    program = start(programs.serve_before, capture, "--max-requests-per-connection", "3")
    connection = http1.Connection(program.port)
    ends = []
    for _ in range(3):
        connection.send(head())
        ends.append(connection.answer()["Connection"])
    assert ends == [None, None, "close"]
    connection.close()


def test_a_connection_ends_after_so_many_requests_that_waited_for_no_answer(start, capture):
    program = start(programs.serve_before, capture, "--max-pipelined", "3")
    connection = http1.Connection(program.port)
    connection.send(20 * head())
    ends = [connection.answer()["Connection"]]
    while ends[-1] is None:
        ends.append(connection.answer()["Connection"])
    assert len(ends) in (3, 4) and ends[-1] == "close"
    connection.close()


def test_health_checks_are_answered_when_every_connection_is_taken(start, capture):
    program = start(programs.serve_before, capture, "--workers", "1", "--max-connections", "2")
    taken = [http1.Connection(program.port) for _ in range(2)]
    for connection in taken:
        connection.send(head())
        assert connection.answer().status == 200
    for path, status in [("/livez", 200), ("/readyz", 200), ("/", 503), ("/nothing", 503)]:
        connection = http1.Connection(program.port)
        connection.send(head(path))
        answer = connection.answer()
        assert answer.status == status
        if status == 503:
            assert answer.json["code"] == "overloaded" and answer["Retry-After"]
        connection.close()
    for connection in taken:
        connection.close()


def test_no_place_is_kept_where_that_is_asked_for(start, capture):
    program = start(
        programs.serve_before, capture, "--workers", "1", "--max-connections", "1", "--reserved-connections", "0"
    )
    taken = http1.Connection(program.port)
    taken.send(head())
    assert taken.answer().status == 200
    connection = http1.Connection(program.port)
    with pytest.raises((http1.CutShort, BrokenPipeError, ConnectionResetError)):
        connection.send(head())
        connection.answer()
    connection.close()
    taken.close()


def test_the_contents_of_all_requests_are_bounded(start, capture):
    flags = ["--workers", "1", "--max-body", "100KiB", "--max-bodies", "100KiB"]
    program = start(programs.serve_before, capture, *flags)
    first, second = http1.Connection(program.port), http1.Connection(program.port)
    for connection in (first, second):
        connection.send(post(90 * 1024, 80 * 1024 * "#"))
    # Each has room alone; whichever is read later has none.
    refused, _, _ = select.select([first.socket, second.socket], [], [], http1.PATIENCE)
    assert len(refused) == 1
    answer = first.answer() if refused == [first.socket] else second.answer()
    assert answer.status == 503 and answer.json["code"] == "overloaded"
    first.close()
    second.close()


def test_a_request_that_takes_too_long_is_answered(start, capture):
    capture.on("GetCalculationExecution", capture.hang)
    program = start(programs.serve_before, capture, "--request-deadline", "300ms")
    connection = http1.Connection(program.port)
    connection.send(head(f"/sessions/demo/calculations/{capturing.CALCULATION}"))
    answer = connection.answer()
    assert answer.status == 504 and answer.json["code"] == "athena-timeout"
    connection.close()


@pytest.mark.parametrize("flags", ["--write-deadline 300ms --min-rate 0", "--min-rate 1MiB --write-deadline 1s"])
def test_who_takes_nothing_of_an_answer_is_cut_off(start, capture, flags):
    def endless(_):
        yield capturing.S3_OK + b"Content-Length: 1000000000\r\n\r\n"
        while True:
            yield 65536 * b"x"

    capture.on("GetObject", endless)
    program = start(programs.serve_before, capture, "--workers", "1", *flags.split())
    connection = http1.Connection(program.port)
    connection.send(head(f"/sessions/demo/calculations/{capturing.CALCULATION}/stdout"))
    poll = select.poll()
    poll.register(connection.socket, 0)  # an error or the end is told unasked
    assert poll.poll(http1.PATIENCE * 1000), "the connection lives on"
    connection.close()


def test_a_connection_that_ends_is_read_from_only_so_long(start, capture):
    program = start(programs.serve_before, capture, "--linger-deadline", "300ms")
    connection = http1.Connection(program.port)
    connection.send(b"BAD\r\n\r\n")
    assert connection.answer().status == 400
    poll = select.poll()
    poll.register(connection.socket, 0)
    # The other half ends only when the gateway closes, and then what is sent is answered with a reset.
    while not poll.poll(10):
        try:
            connection.send(b"x")
        except OSError:
            break
    connection.close()


def test_a_size_and_a_time_have_units(start, capture):
    """Taken as they are: a unit that is lost would be no error."""
    for value, length, status in [("2", 2, 201), ("2", 3, 413), ("1KiB", 1024, 201), ("1KiB", 1025, 413)]:
        program = start(programs.serve_before, capture, "--max-body", value)
        connection = http1.Connection(program.port)
        connection.send(post(length, length * "1"))
        assert connection.answer().status == status
        connection.close()
        assert program.stop() == 0
