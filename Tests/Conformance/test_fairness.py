"""What one caller can take from another one, and how both are counted."""

import contextlib
import json
import re
import socket
import statistics
import struct
import time

import pytest

import capture as capturing
import client
import contract
import http1
import programs
from waiting import until

CALCULATION = f"/sessions/demo/calculations/{capturing.CALCULATION}"


def request(path, *fields, method="GET"):
    return http1.message(f"{method} {path} HTTP/1.1", [("Host", "localhost"), *fields])


class Caller:
    """Callers without a name are told apart by address; all of 127.0.0.0/8 is this machine's."""

    def __init__(self, program, address):
        self.program, self.address = program, address
        self.connections = []

    def connect(self):
        connection = http1.Connection.__new__(http1.Connection)
        connection.socket = socket.create_connection(
            ("127.0.0.1", self.program.port), http1.PATIENCE, source_address=(self.address, 0)
        )
        connection.stream = connection.socket.makefile("rb")
        self.connections.append(connection)
        return connection

    def send(self, *arguments, **options):
        connection = self.connect()
        connection.send(request(*arguments, **options))
        return connection

    def ask(self, *arguments, **options):
        return self.send(*arguments, **options).answer(options.get("method", "GET"))

    def close(self):
        for connection in self.connections:
            connection.close()


@contextlib.contextmanager
def callers(program, *addresses):
    made = [Caller(program, address) for address in addresses]
    yield made
    for caller in made:
        caller.close()


def reset(connection):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def runs(capture):
    capture.on("GetCalculationExecution", capturing.calculation(state="RUNNING"))
    capture.on("GetCalculationExecutionStatus", capturing.calculation(state="RUNNING"))


def latencies(caller, count=200):
    """What one request after the other takes, in milliseconds, all the way to Athena and back."""
    connection, times = caller.connect(), []
    for _ in range(count):
        begin = time.monotonic()
        connection.send(request("/sessions/demo"))
        assert connection.answer().status == 200
        times.append(1000 * (time.monotonic() - begin))
    return times


def test_a_greedy_caller_does_not_slow_another_one(start, capture):
    runs(capture)
    program = start(programs.serve_before, capture, "--workers", "2", "--caller-rate", "1000", "--caller-waits", "500")
    with callers(program, "127.0.0.2", "127.0.0.3") as (greedy, modest):
        before = latencies(modest)
        # All the waits it can get, and as many again; all the calls to Athena, which hang; and then some.
        capture.on("ListExecutors", capture.hang)
        waits = [greedy.send(CALCULATION, ("Prefer", "wait=300")) for _ in range(1000)]
        hanging = []

        def hang():
            hanging.append(greedy.send("/sessions/demo/executors"))
            return capture.count("ListExecutors")

        # Not all at once: the waits may have used up the rate, and a half of it is asked for each second.
        until(hang, lambda count: count == 256)
        during = latencies(modest)
        codes = {"200": 0, "429": 0}
        flood = greedy.connect()
        flood.send(request("/") * 100)
        for _ in range(100):
            codes[str(flood.answer().status)] += 1
        after = latencies(modest)
        print(f"ms a request: {medians(before, during, after)}; flood: {codes}")
        # A wide margin, for machines with much else to do: what is held back waits for seconds or is 429.
        assert statistics.median(during) < 20 + 5 * statistics.median(before)


@pytest.mark.parametrize(
    "target, field, operation",
    [
        ("/sessions?workGroup=spark", ("Prefer", "wait=0"), "ListSessions"),
        ("/sessions/s{number}", ("Prefer", "wait=300"), "GetSession"),
        (CALCULATION[:-1] + "{number}/events", ("Prefer", "wait=0"), "GetCalculationExecution"),
    ],
)
def test_whatever_its_requests_are_one_caller_has_only_its_part_of_the_calls(start, capture, target, field, operation):
    program = start(
        programs.serve_before, capture, "--workers", "1", "--caller-requests", "10", "--max-upstream-calls", "20"
    )
    capture.on(operation, capture.hang)
    with callers(program, "127.0.0.2", "127.0.0.3") as (greedy, modest):
        waits = [greedy.send(target.format(number=number), field) for number in range(40)]
        until(lambda: capture.count(operation), lambda count: count == 10)
        assert modest.ask("/sessions/demo/executors").status == 200
        assert capture.count(operation) == 10 and len(waits) == 40


def medians(*series):
    return [f"{statistics.median(times):.2f} (max {max(times):.1f})" for times in series]


def test_too_many_waits_are_refused_and_end_with_their_connections(start, capture):
    runs(capture)
    program = start(programs.serve_before, capture, "--workers", "2", "--caller-waits", "3")
    with callers(program, "127.0.0.2", "127.0.0.3") as (greedy, other):
        waits = [greedy.send(CALCULATION, ("Prefer", "wait=300")) for _ in range(2)]
        events = greedy.send(f"{CALCULATION}/events")
        assert http1.read_head(events.stream, http1.Answer)
        answer = until(lambda: greedy.ask(CALCULATION, ("Prefer", "wait=0"), method="HEAD").status, lambda status: status == 429)
        assert answer[-1] == 429
        problem = greedy.ask(CALCULATION, ("Prefer", "wait=300"))
        assert problem.status == 429 and problem["Retry-After"] == "1"
        assert problem.json["code"] == "too-many-requests" and "waiting or following events" in problem.json["detail"]
        assert greedy.ask(CALCULATION).status == 200
        assert other.ask(CALCULATION, ("Prefer", "wait=0")).status == 200
        reset(waits[0])
        until(lambda: greedy.ask(CALCULATION, ("Prefer", "wait=0")).status, lambda status: status == 200)


def burst(caller, *fields, count=50):
    """The answers to requests that come all at once."""
    connection = caller.connect()
    connection.send(request("/", *fields) * count)
    return [connection.answer() for _ in range(count)]


def refused(answers):
    return [answer for answer in answers if answer.status == 429]


def test_a_rate_is_told_with_every_answer_that_counts(start, capture):
    program = start(programs.serve_before, capture, "--workers", "2", "--caller-rate", "1", "--caller-burst", "3")
    policy = '"requests";q=3;w=3'
    caller = client.Client(program)
    first = caller.get("/")
    assert (first["RateLimit"], first["RateLimit-Policy"]) == ('"requests";r=2;t=1', policy)
    answer = caller.get("/livez")
    assert (answer.status, answer["RateLimit"], answer["RateLimit-Policy"]) == (200, None, None)
    # What is refused is counted as well.
    caller.close()
    with callers(program, "127.0.0.4") as [other]:
        for method, path, status in [("GET", "/nothing", 404), ("PUT", "/", 405), ("OPTIONS", "/", 204)]:
            answer = other.ask(path, method=method)
            assert (answer.status, answer["RateLimit-Policy"]) == (status, policy)
        assert len(refused(burst(other))) > 40
    with callers(program, "127.0.0.2") as [other]:
        answers = burst(other)
    assert [answer.status for answer in answers[:3]] == [200, 200, 200]
    assert all(answer["RateLimit-Policy"] == policy for answer in answers)
    assert len(refused(answers)) > 40
    for answer in refused(answers):
        contract.check(http1.Request("GET / HTTP/1.1", []), answer)
        assert answer["RateLimit"] == '"requests";r=0;t=1' and answer["Retry-After"] == "1"


def test_forwarded_addresses_count_where_a_trusted_proxy_says_them(start, capture):
    program = start(
        programs.serve_before, capture, "--caller-rate", "1", "--trusted-proxy", "127.0.0.2", "--trusted-proxy", "10.0.0.0/8"
    )
    with callers(program, "127.0.0.2", "127.0.0.3") as (proxy, other):
        for number in range(10):
            assert not refused(burst(proxy, ("X-Forwarded-For", f"192.0.2.{number}"), count=1))
        same = [burst(proxy, ("X-Forwarded-For", f"203.0.113.{number}, 192.0.2.99, 10.1.1.1"), count=5) for number in range(5)]
        assert len(refused(sum(same, []))) > 15
        others = [burst(other, ("X-Forwarded-For", f"198.51.100.{number}"), count=5) for number in range(5)]
        assert len(refused(sum(others, []))) > 15


def test_flags_that_make_no_sense_are_told_all_at_once():
    run = programs.run(
        "serve", "--local", "--caller-rate=-1", "--caller-burst", "0", "--caller-requests", "0", "--caller-waits=-1",
        "--max-upstream-calls", "0", "--trusted-proxy", "10.0.0.0/33",
        "--policy", "/nonexistent/policy.json",
    )
    assert run.returncode == 1
    told = re.findall(r"--([a-z-]+): ", run.stderr)
    assert told == [
        "policy", "trusted-proxy", "caller-rate", "caller-burst", "caller-requests", "caller-waits", "max-upstream-calls",
    ]


def test_calls_to_athena_have_a_limit(start, capture):
    program = start(programs.serve_before, capture, "--workers", "1", "--max-upstream-calls", "2")
    capture.on("ListExecutors", capture.hang)
    with callers(program, "127.0.0.2") as [caller]:
        hanging = [caller.send("/sessions/demo/executors") for _ in range(2)]
        until(lambda: capture.count("ListExecutors"), lambda count: count == 2)
        answer = caller.ask("/sessions/demo")
        assert answer.status == 503 and answer.json["code"] == "overloaded"
        assert len(hanging) == 2


def test_a_policy_that_changes_is_in_use_soon_and_a_wrong_one_never(start, capture, tmp_path):
    path = tmp_path / "policy.json"

    def write(*methods):
        rule = {"callers": ["anonymous"], "workGroups": ["spark"], "methods": methods}
        path.write_text(json.dumps({"rules": [rule]}))

    write("GET")
    program = start(programs.serve_before, capture, "--policy", str(path))
    caller = client.Client(program)
    assert caller.get("/sessions/demo").status == 200
    assert caller("DELETE", "/sessions/demo").status == 403
    assert caller.submit("1").json["code"] == "forbidden"
    write("GET", "DELETE")
    until(lambda: caller("DELETE", "/sessions/demo").status, lambda status: status == 202)
    path.write_text('{"rules": [{}]}')
    until(lambda: program.stderr, lambda text: "/rules/0/callers is required" in text)
    assert caller("DELETE", "/sessions/demo").status == 202
    caller.close()
