"""A machine that runs out of things, interrupts, stops and lies about the time leaves the gateway serving."""

import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

import capture as capturing
import client
import http1
import machine
import programs
import strace
from capture import S3_OK
from waiting import until

LIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
INDEX = LIVE.replace(b"/livez", b"/")
OUTPUT = f"GET {client.calculations()}/{capturing.CALCULATION}/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
RESET = b"\1\0\0\0\0\0\0\0"  # a struct linger: closing sends a RST


@pytest.fixture
def program(start, capture):
    """With one worker, so that whatever happens happens to the connection that is looked at."""
    return start(programs.serve_before, capture, "--workers", "1")


@pytest.fixture
def connect(program):
    """Makes connections that end with the test."""
    made = []

    def connector():
        made.append(http1.Connection(program.port))
        return made[-1]

    yield connector
    for connection in made:
        connection.close()


def is_served(connection):
    connection.send(LIVE)
    assert connection.answer().status == 200


def reset(connection):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def warm_up(program):
    """What is opened once is open: the connections to Athena and S3."""
    caller = client.Client(program)
    assert caller.submit("1").status == 201
    assert caller.get(f"{client.calculations()}/{capturing.CALCULATION}/stdout").status == 200
    caller.close()
    until(lambda: machine.connections(program.pid), lambda ports: all(local != program.port for local, _ in ports))


# Descriptors and memory run out


@pytest.mark.parametrize("error", ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"])
def test_a_connection_that_can_not_be_accepted_is_tried_again_without_a_spin(program, connect, error):
    kept = connect()
    is_served(kept)
    with strace.Faults(program, f"accept4:error={error}", trace="accept4,?epoll_wait,?epoll_pwait") as faults:
        waiting, begin = connect(), time.monotonic()
        waiting.send(LIVE)
        faults.wait(5)
        tried, seconds = len(faults.calls), time.monotonic() - begin
        is_served(kept)
    assert waiting.answer().status == 200
    # Ten attempts a second, each with a wait before it; a spin makes thousands.
    assert tried < 10 + seconds * 50


def test_a_connection_that_went_while_it_waited_does_not_keep_the_next_one_waiting(program, connect):
    for error in ("ECONNABORTED", "EPROTO", "EINTR"):
        with strace.Faults(program, f"accept4:error={error}:when=1", trace="accept4") as faults:
            is_served(connect())
            assert len(faults.injected()) == 1


def test_with_64_descriptors_and_200_clients_those_that_fit_are_served_and_the_others_told(start, capture):
    program = start(limited_to_64_descriptors, capture, "--workers", "1")
    clients = [asking(program, INDEX) for _ in range(200)]
    served = [connection for connection in clients if connection.answer().status == 200]
    assert 5 <= len(served) < 64
    until(lambda: machine.is_idle(program.pid))
    # Descriptors are left for calls to Athena, and for who asks whether the gateway lives.
    assert asking(program, LIVE).answer().status == 200
    submission = [("Host", "localhost"), client.PYTHON, ("Content-Length", 1)]
    served[0].send(http1.message(f"POST {client.calculations()} HTTP/1.1", submission, b"1"))
    assert served[0].answer().status == 201
    for connection in clients:
        connection.close()
    until(lambda: asking(program, INDEX).answer().status, lambda status: status == 200)
    assert client.Client(program).submit("1").status == 201
    assert "limit of open files is 64" in program.stderr


@pytest.mark.parametrize(
    ("arguments", "workers", "warning"),
    [
        (["--workers", "16"], 3, "3 workers, not 16, at most 4 connections a worker"),
        (["--workers", "2", "--local"], 2, "at most 2 connections a worker"),
        (["--workers", "16", "--local"], 2, "2 workers, not 16, at most 2 connections a worker"),
    ],
)
def test_with_64_descriptors_as_many_workers_as_fit_serve(start, capture, arguments, workers, warning):
    program = start(limited_to_64_descriptors, capture, *arguments)
    assert f", {workers} workers, " in program.first_line
    assert program.stderr.startswith(f"Warning: {warning}") and "the limit of open files is 64" in program.stderr
    caller = client.Client(program)
    for _ in range(3):
        assert caller.get("/").status == 200
        if "--local" in arguments:
            assert caller.run("print(1)")[1]["state"] == "COMPLETED"
        else:
            assert caller.submit("1").status == 201
    caller.close()


def with_descriptors(count, *arguments):
    """How a start with so few ends: with what it says, or not at all."""
    command = ["prlimit", f"--nofile={count}", programs.BINARY, "serve", *arguments]
    variables = programs.environment(AWS_REGION="eu-west-1")
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", [["--local"], []], ids=" ".join)
def test_too_few_descriptors_are_an_error_that_names_how_many_it_takes(arguments):
    arguments = [*arguments, "--listen", "127.0.0.1:0", "--workers", "1", "--metrics-listen", "none"]
    run = with_descriptors(22, *arguments)
    assert run.returncode != 0 and run.stdout == ""
    needed = int(re.fullmatch(r"Error: the limit of open files is 22, and at least (\d+) are needed; .*\n", run.stderr)[1])
    one_less = with_descriptors(needed - 1, *arguments)
    assert one_less.returncode != 0 and f"at least {needed} are needed" in one_less.stderr
    options = [f"--nofile={needed}", programs.BINARY, "serve", *arguments]
    program = programs.Program(*options, binary="prlimit", AWS_REGION="eu-west-1")
    try:
        assert "at most 1 connection a worker" in program.stderr
        caller = client.Client(program)
        assert caller.get("/").status == 200
        if "--local" in arguments:
            location, calculation = caller.run("print(6 * 7)")
            assert calculation["state"] == "COMPLETED"
            assert caller.get(location + "/stdout").body == b"42\n"
        caller.close()
    finally:
        program.end()


def asking(program, request):
    connection = http1.Connection(program.port)
    connection.send(request)
    return connection


def limited_to_64_descriptors(capture, *arguments, **variables):
    options = ["--nofile=64", programs.BINARY, "serve", "--listen", "127.0.0.1:0"]
    variables = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": capture.url, **programs.CREDENTIALS, **variables}
    return programs.Program(*options, *arguments, binary="prlimit", **variables)


@pytest.mark.parametrize("error", ["ENOMEM", "ENOSPC"])
def test_a_connection_that_epoll_can_not_take_is_closed_and_the_next_one_served(program, connect, error):
    is_served(connect())
    before = machine.descriptors(program.pid)
    with strace.Faults(program, f"epoll_ctl:error={error}", trace="epoll_ctl") as faults:
        refused = connect()
        faults.wait()
        # Closed, whether with a reset or not.
        with pytest.raises(http1.CutShort):
            refused.answer()
    is_served(connect())
    assert machine.descriptors(program.pid) == before + 1


# Interruptions, and readiness that is none

INTERRUPTED = {
    "waiting": ("?epoll_wait,?epoll_pwait", "EINTR"),
    "accepting": ("accept4", "EINTR"),
    "reading": ("recvfrom", "EINTR"),
    "writing": ("sendto", "EINTR"),
}


@pytest.mark.parametrize("name", INTERRUPTED)
def test_every_other_call_is_interrupted_and_every_request_answered(program, connect, name):
    calls, error = INTERRUPTED[name]
    with strace.Faults(program, f"{calls}:error={error}:when=1+2", trace=calls) as faults:
        for _ in range(10):
            kept = connect()
            for _ in range(10):
                is_served(kept)
        assert len(faults.injected()) >= 10


def test_an_event_with_nothing_to_read_waits_for_the_next_one(program, connect):
    kept = connect()
    is_served(kept)
    with strace.Faults(program, "recvfrom:error=EAGAIN:when=1", trace="recvfrom") as faults:
        kept.send(LIVE[:20])
        faults.wait()
        kept.send(LIVE[20:])
        assert kept.answer().status == 200


@pytest.mark.parametrize("call", ["recvfrom", "sendto"])
@pytest.mark.parametrize("error", ["ECONNRESET", "ETIMEDOUT", "ENOBUFS", "EPIPE"])
def test_a_connection_that_fails_is_closed_and_the_others_go_on(program, connect, call, error):
    others = [connect() for _ in range(3)]
    for connection in others:
        is_served(connection)
    before = machine.descriptors(program.pid)
    failing = connect()
    is_served(failing)
    with strace.Faults(program, f"{call}:error={error}", trace=call):
        failing.send(LIVE)
        with pytest.raises(http1.CutShort):
            failing.answer()
    until(lambda: machine.descriptors(program.pid), lambda count: count == before)
    for connection in others:
        is_served(connection)


def test_a_long_answer_in_short_writes_arrives_whole(program, capture):
    output = os.urandom(1 << 20) * 16
    capture.on("GetObject", http1.response(200, output, [capturing.S3_ID]))
    with strace.Faults(program, trace="sendto") as faults:
        connection = small_reader(program.port)
        connection.sendall(OUTPUT)
        # Read only when the kernel takes no more of it.
        until(lambda: any("EAGAIN" in call for call in faults.calls))
        with connection, connection.makefile("rb") as stream:
            assert http1.read_answer(stream, "GET").body == output
        writes = [re.search(r", (\d+), MSG_NOSIGNAL, NULL, 0\) = (\d+)", call) for call in faults.calls]
        assert any(int(write[2]) < int(write[1]) for write in writes if write), "no write was short"


def small_reader(port):
    """A client whose kernel holds little, so that the server's writes are cut short."""
    connection = socket.socket()
    connection.settimeout(http1.PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    return connection


# Of what nobody reads, 96 KiB are on their way: 32 in the client of the gateway, 64 in its server. The most of the rest is 20 KiB for the task, which keeps
# the stack that it once needed, and what is said of a request at its end has some 2 KiB. 125 KiB have been seen.
STUCK = 136 << 10


def test_a_thousand_callers_that_read_nothing_cost_a_bounded_memory_and_nobody_else_anything(start, capture):
    # They are one caller, by their address.
    program = start(programs.serve_before, capture, "--workers", "1", "--caller-requests", "2000")
    warm_up(program)
    before, memory = machine.descriptors(program.pid), machine.anonymous(program.pid)
    capture.on("GetObject", endless)
    asked, stuck = len(capture.requests), []
    while len(stuck) < 1000:
        stuck.append(small_reader(program.port))
        stuck[-1].sendall(OUTPUT)
        if len(stuck) % 50 == 0:
            # Each stands still with as much as fits, once it has asked for the calculation and its output.
            until(lambda: len(capture.requests) - asked, lambda count: count == 2 * len(stuck))
    until(lambda: machine.is_idle(program.pid))
    assert machine.anonymous(program.pid) - memory < 1000 * STUCK
    assert client.Client(program).get("/livez").status == 200
    for connection in stuck:
        connection.close()
    until(lambda: machine.descriptors(program.pid), lambda count: count <= before)


# Callers that reset


def test_ten_thousand_connections_that_are_reset_leave_nothing(program):
    warm_up(program)
    before, memory = machine.descriptors(program.pid), machine.anonymous(program.pid)
    for number in range(10_000):
        connection = socket.create_connection(("127.0.0.1", program.port))
        # Nothing, a part of a request, or a whole one whose answer is on its way.
        connection.send(LIVE[: (0, 20, len(LIVE))[number % 3]])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()
    machine.comes_to_rest(program.pid, before)
    assert machine.anonymous(program.pid) - memory < 4 << 20
    assert client.Client(program).get("/livez").status == 200


def test_a_reset_after_every_byte_of_a_request_leaves_nothing(program, connect):
    warm_up(program)
    kept = connect()
    is_served(kept)
    before = machine.descriptors(program.pid)
    fields = [("Host", "localhost"), client.PYTHON, ("Transfer-Encoding", "chunked")]
    whole = http1.message(f"POST {client.calculations()} HTTP/1.1", fields, b"3;a=b\r\n1+1\r\n0\r\n\r\n")
    for end in range(len(whole) + 1):
        connection = http1.Connection(program.port)
        connection.send(whole[:end])
        # The server has read those bytes when it answers what came after them.
        is_served(kept)
        reset(connection)
    # The last reset can have cut a call short, and its connection to Athena with it.
    caller = client.Client(program)
    assert caller.submit("1").status == 201
    caller.close()
    machine.comes_to_rest(program.pid, before)
    is_served(kept)


def endless(_):
    yield S3_OK + b"Content-Length: 1000000000000\r\n\r\n"
    while True:
        yield b"x" * 65536


@pytest.mark.parametrize("count", [*range(0, 300, 13), 100_000, 1_000_000])
def test_a_reset_at_any_moment_of_an_answer_ends_its_transfer_from_S3(program, capture, count):
    warm_up(program)
    before = machine.descriptors(program.pid)
    capture.on("GetObject", endless)
    connection = http1.Connection(program.port)
    connection.send(OUTPUT)
    assert len(connection.stream.read(count)) == count
    reset(connection)
    # The transfer had the kept connection to S3, or one of its own; either ends with it.
    until(lambda: machine.descriptors(program.pid), lambda now: now <= before)
    until(lambda: machine.is_idle(program.pid))
    assert client.Client(program).get("/livez").status == 200


@pytest.mark.parametrize("operation", ["StartCalculationExecution", "GetCalculationExecution"])
def test_a_reset_while_Athena_has_the_request_frees_the_connection_at_once(program, capture, operation):
    warm_up(program)
    before = machine.descriptors(program.pid)
    capture.on(operation, capture.hang)
    fields = [("Host", "localhost"), client.PYTHON, ("Content-Length", 1)]
    submission = http1.message(f"POST {client.calculations()} HTTP/1.1", fields, b"1")
    for _ in range(20):
        arrived = len(capture.requests)
        connection = http1.Connection(program.port)
        connection.send(submission if operation.startswith("Start") else OUTPUT)
        until(lambda before=arrived: len(capture.requests) > before)
        reset(connection)
    # At most the calls to Athena are left; those have a deadline of their own.
    until(lambda: machine.descriptors(program.pid), lambda count: count <= before + 20)
    assert machine.is_idle(program.pid)
    assert client.Client(program).get("/livez").status == 200


# Signals and time


def test_SIGPIPE_is_nothing(program, connect):
    kept = connect()
    for _ in range(10):
        os.kill(program.pid, signal.SIGPIPE)
        is_served(kept)


def test_who_asked_a_stopped_gateway_is_answered_when_it_goes_on(program, connect):
    kept = [connect() for _ in range(20)]
    for connection in kept:
        is_served(connection)
    for _ in range(3):
        os.kill(program.pid, signal.SIGSTOP)
        until(lambda: state(program.pid), lambda letter: letter == "T")
        late = [connect() for _ in range(20)]
        for connection in [*kept, *late]:
            connection.send(LIVE)
        os.kill(program.pid, signal.SIGCONT)
        for connection in [*kept, *late]:
            assert connection.answer().status == 200


def state(pid):
    return programs.read(f"/proc/{pid}/stat").rpartition(")")[2].split()[0]


class Clock:
    """The wall clock of one program, which can be made to jump; its monotonic clock goes on as ever."""

    def __init__(self, folder):
        self.file = folder / "clock"
        self.jump(0)
        # What libfaketime shares between processes is made by faketime, for as long as that runs. Were it left to the
        # gateway's own process, it would move the environment, by whose place Swift finds the arguments.
        show = "echo $LD_PRELOAD; echo $FAKETIME_SHARED; exec cat"
        self.holder = subprocess.Popen(
            ["faketime", "-f", "+0", "sh", "-c", show], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.variables = {
            "LD_PRELOAD": self.holder.stdout.readline().strip(),
            "FAKETIME_SHARED": self.holder.stdout.readline().strip(),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, seconds):
        # Replaced, so that it is never read half written.
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self.file)

    def close(self):
        self.holder.communicate(timeout=http1.PATIENCE)


@pytest.fixture
def clock(tmp_path):
    clock = Clock(tmp_path)
    yield clock
    clock.close()


@pytest.mark.parametrize("seconds", [900, -900])
def test_a_wall_clock_that_jumps_moves_no_deadline(clock, start, capture, seconds):
    program = start(programs.serve_before, capture, "--workers", "1", "--head-deadline", "3s", **clock.variables)
    idle, half, late = (http1.Connection(program.port) for _ in range(3))
    idle.send(LIVE)
    before = date(idle.answer())
    begin = time.monotonic()
    half.send(LIVE[:20])
    late.send(LIVE[:20])
    clock.jump(seconds)
    idle.send(LIVE)
    # The jump has come to the program: else nothing would be tested here.
    assert abs(date(idle.answer()) - before - seconds) < 60
    half.send(LIVE[20:])
    assert half.answer().status == 200
    # Nor does one wait for the clock to come back.
    assert late.answer().status == 408
    assert 2 < time.monotonic() - begin < 30
    is_served(idle)
    for connection in (idle, half, late):
        connection.close()


def date(answer):
    return time.mktime(time.strptime(answer["Date"], "%a, %d %b %Y %H:%M:%S GMT"))
