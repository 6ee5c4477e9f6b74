"""Waiting: what it costs, what ends it, and the streams of events."""

import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import time

import pytest

import capture as capturing
import client
import http1
import programs
from waiting import until

CALCULATIONS = "/sessions/demo/calculations"
CALCULATION = f"{CALCULATIONS}/{capturing.CALCULATION}"
SHORT = ["--request-deadline", "1s", "--idle-deadline", "1s", "--write-deadline", "1s"]


def get(path=CALCULATION, wait=300):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait={wait}\r\n\r\n".encode()


def post(query="", wait=300):
    return (
        f"POST {CALCULATIONS}{query} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait={wait}\r\n"
        "Content-Type: text/x-python\r\nContent-Length: 1\r\n\r\n1"
    ).encode()


def sent(program, data):
    connection = http1.Connection(program.port)
    connection.send(data)
    return connection


def reset(connection):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def runs(capture):
    """Has the calculation run until `ends`."""
    capture.on("GetCalculationExecution", capturing.calculation(state="RUNNING"))
    capture.on("GetCalculationExecutionStatus", capturing.calculation(state="RUNNING"))


def ends(capture):
    capture.on("GetCalculationExecution", capturing.calculation())
    capture.on("GetCalculationExecutionStatus", capturing.calculation())


def threads(program):
    return len(os.listdir(f"/proc/{program.pid}/task"))


# What it costs


def test_a_thousand_callers_cost_one_poll_an_interval_and_no_thread(start, capture):
    runs(capture)
    program = start(programs.serve_before, capture, "--workers", "2")
    before = threads(program)
    begin = time.monotonic()
    connections = [sent(program, get()) for _ in range(1000)]
    until(lambda: capture.count("GetCalculationExecutionStatus"), lambda count: count >= 6)
    assert threads(program) == before
    ends(capture)
    for connection in connections:
        answer = connection.answer()
        assert answer.status == 200 and answer.json["state"] == "COMPLETED"
        assert answer["Preference-Applied"] == "wait=300"
        connection.close()
    # The intervals grow: six are over after three seconds and more.
    assert time.monotonic() - begin > 3
    assert capture.count("GetCalculationExecution") == 2
    assert capture.count("GetCalculationExecutionStatus") < 12


def test_nobody_is_asked_once_the_last_caller_has_gone(start, capture):
    runs(capture)
    program = start(programs.serve_before, capture, "--workers", "2")
    connections = [sent(program, get()) for _ in range(20)]
    until(lambda: capture.count("GetCalculationExecutionStatus"), lambda count: count >= 2)
    for connection in connections:
        reset(connection)
    # Each is gone when the gateway has noticed; the next poll would be due in less than these two seconds.
    time.sleep(0.2)
    count = len(capture.requests)
    time.sleep(2)
    assert len(capture.requests) == count


# What ends it


@pytest.mark.parametrize("request_", [get(wait=3), post(wait=3)], ids=["GET", "POST"])
def test_a_wait_is_not_cut_by_the_deadline_of_requests(start, capture, request_):
    runs(capture)
    program = start(programs.serve_before, capture, *SHORT)
    begin = time.monotonic()
    connection = sent(program, request_)
    answer = connection.answer()
    assert answer.status in (200, 201) and answer.json["state"] == "RUNNING"
    assert 2.9 < time.monotonic() - begin < 10
    connection.close()


def test_throttled_polls_are_nobodys_error(start, capture):
    throttled = capturing.failure("TooManyRequestsException")
    runs(capture)
    capture.on("GetCalculationExecutionStatus", throttled)
    program = start(programs.serve_before, capture)
    connection = sent(program, post())
    until(lambda: capture.count("GetCalculationExecutionStatus"))
    ends(capture)
    answer = connection.answer()
    assert answer.status == 201 and answer.json["state"] == "COMPLETED" and "waitError" not in answer.json
    connection.close()


def test_once_there_is_an_id_it_is_201_whatever_fails(start, capture):
    capture.on("GetCalculationExecution", capturing.failure("AccessDeniedException", "not yours"))
    program = start(programs.serve_before, capture)
    connection = sent(program, post())
    answer = connection.answer()
    assert answer.status == 201 and answer["Location"] == CALCULATION
    assert answer.json["state"] == "CREATING"
    assert answer.json["waitError"]["code"] == "gateway-not-authorized"
    connection.close()


@pytest.mark.parametrize("end", ["time", "half", "reset"])
def test_what_nobody_waits_for_any_more_is_stopped(start, capture, end):
    runs(capture)
    program = start(programs.serve_before, capture, "--workers", "2")
    connection = sent(program, post("?onTimeout=cancel", wait=1 if end == "time" else 300))
    until(lambda: capture.count("GetCalculationExecution"))
    if end == "reset":
        reset(connection)
    else:
        if end == "half":
            connection.socket.shutdown(socket.SHUT_WR)
        answer = connection.answer()
        assert answer.status == 201 and answer["Location"] == CALCULATION
        connection.close()
    until(lambda: capture.count("StopCalculationExecution"), lambda count: count == 1)


def test_a_half_closed_caller_is_answered_and_its_calculation_goes_on(start, capture):
    runs(capture)
    program = start(programs.serve_before, capture)
    connection = sent(program, post(wait=2))
    connection.socket.shutdown(socket.SHUT_WR)
    answer = connection.answer()
    assert answer.status == 201 and answer.json["state"] == "RUNNING"
    assert capture.count("StopCalculationExecution") == 0
    connection.close()


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_drain_ends_waits_as_if_they_had_run_out_and_cancels_nothing(start, capture, with_signal):
    runs(capture)
    program = start(programs.serve_before, capture, "--workers", "2", "--drain-delay", "100ms")
    waits = [sent(program, post("?onTimeout=cancel")) for _ in range(5)] + [sent(program, get()) for _ in range(5)]
    streams = [sent(program, get(f"{CALCULATION}/events")) for _ in range(5)]
    for stream in streams:
        while not stream.stream.readline().startswith(b"data:"):
            pass
    until(lambda: capture.count("StartCalculationExecution"), lambda count: count == 5)
    begin = time.monotonic()
    program.process.send_signal(with_signal)
    for connection in waits:
        answer = connection.answer()
        assert answer.status in (200, 201) and answer.json["calculationExecutionId"] == capturing.CALCULATION
        assert answer["Connection"] == "close"
        connection.close()
    for stream in streams:
        rest = stream.stream.read()
        assert rest.endswith(b"0\r\n\r\n") and b"event: end" not in rest
        stream.close()
    assert program.process.wait(30) == 0
    assert time.monotonic() - begin < 10
    assert capture.count("StopCalculationExecution") == 0


def test_every_wait_is_answered_as_the_contract_has_it(gateway, capture):
    """The client holds each answer to openapi.yaml."""
    wait = ("Prefer", "respond-async, wait=20")
    query = "?onBusy=wait&onTimeout=cancel"
    answer = gateway("POST", CALCULATIONS + query, [client.PYTHON, wait], b"1")
    assert answer.status == 201 and answer["Preference-Applied"] == "wait=20"
    kept = gateway.get(CALCULATION, wait)
    assert kept.json == answer.json and kept["Vary"] == "Prefer"
    again = gateway.get(CALCULATION, wait, ("If-None-Match", kept["ETag"]))
    assert again.status == 304 and again["Preference-Applied"] == "wait=20"
    for method in ("GET", "HEAD"):
        assert gateway(method, "/sessions/demo", [wait])["Preference-Applied"] == "wait=20"
    session = gateway("POST", "/sessions?onTimeout=cancel", [client.JSON, wait], b'{"workGroup": "w", "engineConfiguration": {}}')
    assert session.status == 201 and session.json["state"] == "IDLE"
    capture.on("GetSession", capturing.failure("AccessDeniedException"))
    session = gateway("POST", "/sessions", [client.JSON, wait], b'{"workGroup": "w", "engineConfiguration": {}}')
    assert session.status == 201 and session.json["waitError"]["code"] == "gateway-not-authorized"
    assert gateway.get(f"{CALCULATION}/events").body.endswith(b'event: end\ndata: {"state":"COMPLETED"}\n\n')
    assert gateway.get(f"{CALCULATION}/events", ("Last-Event-ID", "1-COMPLETED")).status == 204
    assert gateway("HEAD", f"{CALCULATION}/events").status == 200
    assert gateway.get(f"{CALCULATION}/events?x=1").status == 400


# Events


def events(text):
    """The events of a stream: by the letter of the standard, as far as it is used."""
    assert text.startswith("retry: 3000\n\n")
    blocks = [block for block in text.removeprefix("retry: 3000\n\n").split("\n\n") if block not in ("", ":")]
    return [dict(re.fullmatch("([a-z]+): (.*)", line).groups() for line in block.split("\n")) for block in blocks]


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_curl_reads_the_events_of_a_calculation_as_they_come(start, tmp_path):
    program = start(programs.serve, "--local", "--workers", "2")
    caller = client.Client(program)
    flag = tmp_path / "go"
    code = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)\n"
    location = caller.submit(code)["Location"]
    curl = subprocess.Popen(
        ["curl", "-sSN", f"{program.url}{location}/events"], stdout=subprocess.PIPE, text=True)
    text = ""
    while '"state":"RUNNING"' not in text:
        text += curl.stdout.readline()
    # That it has come before the end is what a stream is for.
    assert not flag.exists()
    pathlib.Path(flag).touch()
    rest = curl.stdout.read()
    assert curl.wait(http1.PATIENCE) == 0
    *states, last, end = events(text + rest)
    assert last["event"] == "state" and end == {"event": "end", "data": '{"state":"COMPLETED"}'}
    assert [event["id"].split("-")[0] for event in [*states, last]] == [str(n + 1) for n in range(len(states) + 1)]
    assert last["id"].endswith("-COMPLETED") and states[-1]["id"].endswith("-RUNNING")
    # Who comes back in the middle gets the rest, and who has all is told to stop.
    for known, status in [(states[-1]["id"], "200"), (last["id"], "204")]:
        again = subprocess.run(
            ["curl", "-sSN", "-w", "%{http_code}", "-H", f"Last-Event-ID: {known}", f"{program.url}{location}/events"],
            capture_output=True, text=True, timeout=http1.PATIENCE)
        assert again.stdout.endswith(status)
        if status == "200":
            assert events(again.stdout.removesuffix(status))[0]["id"] == last["id"]
        else:
            assert again.stdout == status
    unknown = caller.get(f"{CALCULATIONS}/b2c7e1d4-0a3f-4c55-9e21-7d6f8a9b0c1d/events")
    assert unknown.status == 404 and unknown.json["code"] == "not-found"
    assert caller("HEAD", f"{location}/events")["Content-Type"] == "text/event-stream"
    caller.close()


def test_a_stream_without_news_stays_alive_past_every_deadline(start, capture):
    runs(capture)
    program = start(programs.serve_before, capture, *SHORT)
    connection = sent(program, get(f"{CALCULATION}/events"))
    begin = time.monotonic()
    while connection.stream.readline() != b":\n":
        assert time.monotonic() - begin < 40
    assert time.monotonic() - begin > 14
    ends(capture)
    while not connection.stream.readline().startswith(b"event: end"):
        pass
    connection.close()


def test_what_fails_in_mid_stream_is_an_event(start, capture):
    capture.on("GetCalculationExecution", capturing.calculation(state="RUNNING"))
    capture.on("GetCalculationExecutionStatus", capturing.failure("AccessDeniedException"))
    program = start(programs.serve_before, capture)
    connection = sent(program, get(f"{CALCULATION}/events"))
    answer = connection.answer()
    assert answer.status == 200
    state, problem = events(answer.body.decode())
    assert state["id"] == "1-RUNNING" and problem["event"] == "problem"
    assert '"code":"gateway-not-authorized"' in problem["data"]
    connection.close()
