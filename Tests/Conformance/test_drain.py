"""The end in good order: what was begun is answered, whatever the load; and it takes as long as was asked for."""

import os
import signal
import socket
import threading
import time

import pytest

import capture as capturing
import client
import http1
import programs
from waiting import until

NAMES = {"ids": lambda value: signal.Signals(value).name}
CALCULATION = f"/sessions/demo/calculations/{capturing.CALCULATION}"


def request(path, connection="keep-alive"):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n".encode()


def refuses(port):
    """Whether nobody listens any more."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=http1.PATIENCE).close()
        return False
    except ConnectionRefusedError:
        return True


def ask(port, path):
    connection = http1.Connection(port)
    connection.send(request(path))
    answer = connection.answer()
    connection.close()
    return answer


class Load:
    """Clients that go on until they are refused. Every request of a connection that the kernel has called
    connected must be answered in full."""

    def __init__(self, port, capture):
        self.port, self.answers, self.failures = port, [], []
        capture.on("GetCalculationExecution", self.calculation)
        # The calculation is a request that takes a while; the index is as fast as it goes.
        work = [(self.keep, "/"), (self.keep, CALCULATION), (self.renew, "/"), (self.renew, CALCULATION)] * 3
        self.threads = [threading.Thread(target=self.run, args=pair, daemon=True) for pair in work]
        for thread in self.threads:
            thread.start()

    def calculation(self, _):
        time.sleep(0.02)
        return capturing.calculation()

    def run(self, way, path):
        try:
            while True:
                connection = http1.Connection(self.port)
                try:
                    way(connection, path)
                finally:
                    connection.close()
        except ConnectionRefusedError:
            pass
        except Exception as error:  # noqa: BLE001: the test's own thread must hear of any
            self.failures.append(f"{way.__name__} {path}: {error!r}")

    def keep(self, connection, path):
        while self.exchange(connection, path, "keep-alive")["Connection"] != "close":
            pass

    def renew(self, connection, path):
        self.exchange(connection, path, "close")

    def exchange(self, connection, path, persistence):
        connection.send(request(path, persistence))
        answer = connection.answer()
        if answer.status != 200:
            self.failures.append(f"{path}: {answer}")
        self.answers.append(time.monotonic())
        return answer

    def join(self):
        for thread in self.threads:
            thread.join(http1.PATIENCE)
            assert not thread.is_alive()


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT], **NAMES)
def test_no_answer_is_lost_under_load(start, capture, with_signal, workers):
    delay = 1.0 if with_signal == signal.SIGTERM else 0
    program = start(programs.serve_before, capture, "--workers", workers, "--drain-delay", "1s")
    load = Load(program.port, capture)
    until(lambda: len(load.answers), lambda count: count > 500)
    begin = time.monotonic()
    program.process.send_signal(with_signal)
    if delay:
        ready = until(lambda: ask(program.port, "/readyz"), lambda answer: answer.status == 503)[-1]
        assert ready.json["code"] == "draining" and ready["Retry-After"]
        assert ask(program.port, "/livez").status == 200
    assert program.process.wait(30) == 0, program.stderr
    seconds = time.monotonic() - begin
    load.join()
    assert load.failures == []
    assert delay < seconds < delay + 10
    if delay:
        assert sum(begin + 0.1 < answer < begin + delay for answer in load.answers) > 50, "nobody was served meanwhile"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_waits_to_be_accepted_is_answered(start, capture, workers):
    """The kernel has told them that they are connected: closing the listener would reset them."""
    program = start(programs.serve_before, capture, "--workers", workers)
    program.process.send_signal(signal.SIGSTOP)
    connections = [http1.Connection(program.port) for _ in range(1000)]
    for connection in connections:
        connection.send(request("/"))
    program.process.send_signal(signal.SIGINT)
    program.process.send_signal(signal.SIGCONT)
    for connection in connections:
        answer = connection.answer()
        assert answer.status == 200 and answer.json["name"] == "Athena Gateway"
        connection.close()
    assert program.process.wait(30) == 0


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT], **NAMES)
def test_a_request_under_way_is_answered_and_its_connection_ends(start, capture, with_signal):
    done = threading.Event()

    def late(_):
        done.wait(http1.PATIENCE)
        return capturing.calculation()

    capture.on("GetCalculationExecution", late)
    program = start(programs.serve_before, capture, "--drain-delay", "100ms")
    connection = http1.Connection(program.port)
    connection.send(request(CALCULATION))
    capture.wait_for_request()
    program.process.send_signal(with_signal)
    until(lambda: refuses(program.port))
    done.set()
    answer = connection.answer()
    assert answer.status == 200 and answer["Connection"] == "close"
    assert connection.stream.read() == b""
    assert program.process.wait(30) == 0
    connection.close()


def test_a_local_Athena_lives_until_the_last_answer(start):
    program = start(programs.serve, "--local")
    caller = client.Client(program)
    location, _ = caller.run("print(1)")
    caller.close()
    control = http1.Connection(int(program.first_line.rpartition(":")[2]))
    fault = b'{"operation": "GetCalculationExecution", "count": 1, "fault": {"delayMilliseconds": 2000}}'
    fields = [("Host", "localhost"), ("Content-Length", len(fault))]
    control.send(http1.message("PUT /_local/faults HTTP/1.1", fields, fault))
    assert control.answer("PUT").status < 300
    control.close()
    connection = http1.Connection(program.port)
    connection.send(request(location))
    program.process.send_signal(signal.SIGINT)
    assert connection.answer().json["state"] == "COMPLETED"
    assert program.process.wait(30) == 0
    connection.close()


def test_who_is_late_is_answered_before_the_grace_period_is_over(start, capture):
    capture.on("GetCalculationExecution", capture.hang)
    program = start(programs.serve_before, capture, "--drain-delay", "0", "--grace-period", "3s")
    connection, half = http1.Connection(program.port), http1.Connection(program.port)
    connection.send(request(CALCULATION))
    capture.wait_for_request()
    half.send(request("/")[:-2])
    program.process.send_signal(signal.SIGTERM)
    assert connection.answer().status == 504
    assert half.answer().status == 408
    assert program.process.wait(30) == 0
    connection.close()
    half.close()


def test_an_answer_that_has_not_ended_within_the_grace_period_is_cut(start, capture):
    def stalled(_):
        yield capturing.S3_OK + b"Content-Length: 100\r\n\r\nx"
        yield from capture.hang(_)

    capture.on("GetObject", stalled)
    program = start(programs.serve_before, capture, "--drain-delay", "0", "--grace-period", "1500ms")
    connection = http1.Connection(program.port)
    connection.send(request(f"{CALCULATION}/stdout"))
    assert connection.stream.readline().startswith(b"HTTP/1.1 200")
    begin = time.monotonic()
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(30) == 1
    assert 1.4 < time.monotonic() - begin < 10
    assert program.log[-1] == ("error", "the grace period of 1500ms is over: 1 connection was cut")
    with pytest.raises(ConnectionResetError):
        connection.stream.read()
    connection.close()


@pytest.mark.parametrize("way", ["the end of the grace period", "a second signal"])
def test_each_answer_that_was_cut_has_its_line(start, capture, way):
    def stalled(_):
        yield capturing.S3_OK + b"Content-Length: 100\r\n\r\nx"
        yield from capture.hang(_)

    capture.on("GetObject", stalled)
    capture.on("GetCalculationExecutionCode", capture.hang)
    grace = "1500ms" if way == "the end of the grace period" else "50s"
    options = ("--drain-delay", "0", "--grace-period", grace, "--log-level", "info")
    program = start(programs.serve_before, capture, *options)
    # Those whose answer has begun, and those whose has not.
    readers, waiters = ([http1.Connection(program.port) for _ in range(30)] for _ in range(2))
    for reader, waiter in zip(readers, waiters, strict=True):
        reader.send(request(f"{CALCULATION}/stdout"))
        waiter.send(request(f"{CALCULATION}/code"))
    for reader in readers:
        assert reader.stream.readline().startswith(b"HTTP/1.1 200")
    until(lambda: capture.count("GetCalculationExecutionCode"), lambda count: count == 30)
    program.process.send_signal(signal.SIGINT)
    until(lambda: refuses(program.port))
    if way == "a second signal":
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(30) == -signal.SIGTERM
        assert program.log[-1] == ("notice", "SIGTERM, the second signal, ends it at once: 60 connections were cut")
    else:
        assert program.process.wait(30) == 1
        # Who has no answer yet gets one before: 504.
        assert program.log[-1] == ("error", "the grace period of 1500ms is over: 30 connections were cut")
    lines = [text for level, text in program.log if level == "info"]
    assert len(lines) == 60 and sum("end=cut" in line for line in lines) == 30
    assert sum("end=unsent" in line for line in lines) == (30 if way == "a second signal" else 0)
    for connection in readers + waiters:
        connection.close()


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT], **NAMES)
@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT], **NAMES)
def test_a_second_signal_ends_it_at_once(start, capture, first, second):
    """As if it had not been kept: the parent sees which signal it was."""
    capture.on("GetCalculationExecution", capture.hang)
    program = start(programs.serve_before, capture, "--drain-delay", "20s", "--grace-period", "25s")
    connection = http1.Connection(program.port)
    connection.send(request(CALCULATION))
    capture.wait_for_request()
    program.process.send_signal(first)
    if first == signal.SIGTERM:
        until(lambda: ask(program.port, "/readyz"), lambda answer: answer.status == 503)
    else:
        until(lambda: refuses(program.port))
    begin = time.monotonic()
    program.process.send_signal(second)
    assert program.process.wait(30) == -second
    assert time.monotonic() - begin < 5
    connection.close()


# A process in its group and one that has left it, as a daemon does; and more than anybody reads at once.
STARTS = """
import subprocess
for _ in range(8): print("x" * 1_000_000)
subprocess.Popen(["sleep", "1000"])
subprocess.Popen(["sleep", "1000"], start_new_session=True)
"""


@pytest.fixture
def stuck(start, tmp_path):
    """A gateway whose Python, with all that it has started, does nothing more: not even end."""
    program = start(programs.serve, "--local", "--drain-delay", "1s", "--grace-period", "3s", TMPDIR=str(tmp_path))
    caller = client.Client(program)
    location, _ = caller.run(STARTS)
    children = program.children()
    assert len(children) >= 4
    for child in children:
        os.kill(child, signal.SIGSTOP)
    caller.close()
    yield program, children, f"{location}/stdout"
    for child in filter(programs.is_alive, children):
        os.kill(child, signal.SIGKILL)


def leaves_nothing(children, folder):
    return not any(map(programs.is_alive, children)) and not any(folder.iterdir())


@pytest.mark.parametrize("after", ["the signal", "the last answer"])
def test_a_second_signal_leaves_no_process_behind_and_waits_for_none(stuck, tmp_path, after):
    program, children, _ = stuck
    program.process.send_signal(signal.SIGTERM)
    if after == "the signal":
        until(lambda: ask(program.port, "/readyz"), lambda answer: answer.status == 503)
    else:
        # The local Athena turns to its Python when all is answered and its own listener is closed.
        until(lambda: refuses(int(program.first_line.rpartition(":")[2])))
    begin = time.monotonic()
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(30) == -signal.SIGTERM
    assert time.monotonic() - begin < 1
    assert leaves_nothing(children, tmp_path)


def test_what_is_cut_leaves_no_process_behind_and_waits_for_none(stuck, tmp_path):
    program, children, output = stuck
    connection = http1.Connection(program.port)
    # An answer that nobody reads keeps the gateway to the end of its grace.
    connection.send(request(output))
    assert connection.stream.readline().startswith(b"HTTP/1.1 200")
    begin = time.monotonic()
    program.process.send_signal(signal.SIGINT)
    assert program.process.wait(30) == 1
    assert 2.9 < time.monotonic() - begin < 4.5
    assert leaves_nothing(children, tmp_path)
    connection.close()


HARMLESS = [signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1]


@pytest.mark.parametrize("harmless", HARMLESS, **NAMES)
def test_other_signals_end_nothing_and_hasten_nothing(start, capture, harmless):
    program = start(programs.serve_before, capture, "--drain-delay", "1s")
    program.process.send_signal(harmless)
    assert ask(program.port, "/readyz").status == 200
    begin = time.monotonic()
    program.process.send_signal(signal.SIGTERM)
    until(lambda: ask(program.port, "/readyz"), lambda answer: answer.status == 503)
    program.process.send_signal(harmless)
    assert ask(program.port, "/livez").status == 200
    assert program.process.wait(30) == 0
    assert time.monotonic() - begin > 1
