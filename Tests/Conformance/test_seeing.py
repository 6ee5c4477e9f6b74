"""What whoever runs the gateway gets to see of it: the log, the metrics, and the traces that go on."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request

import pytest

import capture as capturing
import client
import http1
import programs
import waiting

CALCULATION = f"{client.calculations()}/{capturing.CALCULATION}"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
JSON_LOG = ("--log-format", "json", "--log-level", "info")
METRICS = ("--metrics-listen", "127.0.0.1:0")


def objects(program):
    return [json.loads(line) for line in program.stderr.splitlines()]


def lines_of(program, **members):
    """The lines of requests that have these members."""
    return [line for line in objects(program) if "requestId" in line and members.items() <= line.items()]


def line_of(program, **members):
    """The only such line, once it is there."""
    [line] = waiting.until(lambda: lines_of(program, **members))[-1]
    return line


def metrics_url(program):
    return waiting.until(lambda: re.search(r'metrics: (http[^"\s]+)', "".join(program.lines)))[-1][1]


def metrics(program):
    with urllib.request.urlopen(metrics_url(program), timeout=http1.PATIENCE) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode()


def value(text, name, **labels):
    """One number; None where it is not there."""
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if match and match[1] == name and dict(re.findall(r'(\w+)="([^"]*)"', match[2] or "")) == labels:
            return float(match[3])
    return None


# The log


def test_a_request_is_a_line_of_json_that_says_what_became_of_it(start, capture):
    program = start(programs.serve_before, capture, *JSON_LOG)
    caller = client.Client(program)
    answer = caller.submit("print(1)", ("X-Request-Id", "mine-1"))
    line = line_of(program, requestId="mine-1")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    expected = {
        "level": "info", "message": "POST /sessions/{sessionId}/calculations 201", "method": "POST",
        "route": "/sessions/{sessionId}/calculations", "status": 201, "sessionId": "demo",
        "calculationId": capturing.CALCULATION, "bytesIn": 8, "bytesOut": len(answer.body),
        "upstreamOperation": "StartCalculationExecution", "upstreamCode": "ok", "upstreamCalls": 1, "upstreamTries": 1,
    }  # fmt: skip
    assert expected.items() <= line.items()
    assert 0 < line["upstreamSeconds"] <= line["headSeconds"] <= line["seconds"] < http1.PATIENCE
    caller.close()


def test_what_aws_has_refused_is_in_the_line_with_aws_s_own_id(start, capture):
    error = http1.response(
        400, {"__type": "InvalidRequestException", "Message": "m"}, [capturing.JSON, ("x-amzn-RequestId", "aws-7")]
    )
    capture.on("GetCalculationExecution", error)
    program = start(programs.serve_before, capture, *JSON_LOG)
    assert client.Client(program).get(CALCULATION).status == 400
    expected = {"code": "invalid-request", "upstreamCode": "InvalidRequestException", "upstreamRequestId": "aws-7"}
    assert expected.items() <= line_of(program, status=400).items()


def test_what_the_server_refuses_itself_is_a_line_too(start, capture):
    program = start(programs.serve_before, capture, *JSON_LOG, *METRICS)
    connection = http1.Connection(program.port)
    connection.send(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    assert connection.answer().status == 400
    connection.close()
    line = line_of(program, status=400)
    assert (line["method"], line["route"], line["code"]) == ("-", "-", "malformed-request")
    # Who sends it is known all the same.
    assert line["peer"] == "127.0.0.1" and "caller" not in line
    count = "athena_gateway_http_requests_total"
    assert value(metrics(program), count, route="none", method="none", status="400") == 1


def test_what_the_server_refuses_behind_a_proxy_names_who_asked_the_proxy(start, capture):
    program = start(programs.serve_before, capture, *JSON_LOG, "--trusted-proxy", "127.0.0.1")
    connection = http1.Connection(program.port)
    connection.send(
        b"GET /sessions/demo HTTP/1.1\r\nHost: localhost\r\nExpect: much\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"
    )
    assert connection.answer().status == 417
    connection.close()
    line = line_of(program, status=417)
    assert (line["peer"], line["route"], line["sessionId"]) == ("192.0.2.7", "/sessions/{sessionId}", "demo")


def test_the_line_of_who_is_not_let_in_says_why_and_what_he_asked_for(start, capture, tmp_path, monkeypatch):
    # Nobody here may read it.
    monkeypatch.setattr(client.Client, "check_explanation", lambda *_: None)
    path = tmp_path / "keys.json"
    made = programs.run("key", "new", "reports", "--file", str(path))
    key = made.stdout.strip()
    limits = ("--caller-rate", "1", "--caller-burst", "1")
    program = start(programs.serve_before, capture, *JSON_LOG, *limits, "--api-keys", str(path))
    caller = client.Client(program)
    target = "/sessions/demo"
    assert caller.get(target).status == 401
    assert caller.get(target, ("Authorization", "Bearer nonsense")).status == 401
    statuses = [caller.get(target, ("Authorization", f"Bearer {key}")).status for _ in range(3)]
    assert statuses[0] == 200 and statuses[-1] == 429
    caller.close()
    connection = http1.Connection(program.port)
    connection.send(f"GET {target} HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())
    assert connection.answer().status == 421
    connection.close()
    misdirected = line_of(program, status=421)
    assert "'evil.example' is not one of the gateway's" in misdirected["reason"]
    unknown = lines_of(program, status=401)
    assert len({line["reason"] for line in unknown}) == 2
    for line in [misdirected, *unknown]:
        assert "caller" not in line and line["route"] == "/sessions/{sessionId}" and line["peer"] == "127.0.0.1"
    [limited] = lines_of(program, status=429)[:1]
    assert limited["caller"] == lines_of(program, status=200)[0]["caller"] and "reports" in limited["caller"]
    assert limited["reason"] and key not in program.stderr and "nonsense" not in program.stderr
    assert "reason" not in lines_of(program, status=200)[0]


def test_an_output_of_nothing_is_no_error_of_s3(start, capture):
    error = "<Error><Code>InvalidRange</Code><Message>m</Message><ActualObjectSize>0</ActualObjectSize></Error>"
    capture.on("GetObject", http1.response(416, error.encode(), [("Content-Type", "application/xml")]))
    program = start(programs.serve_before, capture, *JSON_LOG)
    answer = client.Client(program).get(f"{CALCULATION}?include=stdout")
    assert answer.json["stdout"] == ""
    assert line_of(program, status=200)["upstreamCode"] == "ok"


def test_a_stream_is_a_line_at_its_end_that_says_whether_it_was_cut(start, capture):
    def cut(_):
        yield capturing.S3_OK + b"Content-Length: 100\r\n\r\nx"

    program = start(programs.serve_before, capture, *JSON_LOG)
    caller = client.Client(program)
    assert caller.get(f"{CALCULATION}/stdout").body == b"45\n"
    line = line_of(program, status=200)
    assert line["bytesOut"] == 3 and "end" not in line
    capture.on("GetObject", cut)
    with pytest.raises(http1.CutShort):
        caller.get(f"{CALCULATION}/stdout")
    line = line_of(program, end="cut")
    assert (line["status"], line["bytesOut"]) == (200, 1)


def test_who_leaves_before_the_answer_is_a_line_too(start, capture):
    capture.on("GetCalculationExecution", capture.hang)
    program = start(programs.serve_before, capture, *JSON_LOG)
    connection = http1.Connection(program.port)
    connection.send(f"GET {CALCULATION} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    capture.wait_for_request()
    # Not an end, which a caller that has only said all sends too.
    http1.reset(connection)
    line = line_of(program, end="unsent")
    assert line["bytesOut"] == 0
    # It was the gateway that gave the call up.
    assert line["upstreamCode"] == "cancelled"


def test_health_checks_are_in_the_log_for_who_asks_for_that(start, capture):
    for level, expected in (("info", 0), ("debug", 2)):
        program = start(programs.serve_before, capture, "--log-format", "json", "--log-level", level)
        caller = client.Client(program)
        assert [caller.get(path).status for path in ("/livez", "/readyz", "/")] == [200, 200, 200]
        caller.close()
        program.stop()
        assert len(lines_of(program, route="/")) == 1
        assert len(lines_of(program, level="debug")) == expected


def test_in_json_what_ends_the_start_is_an_object_too():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        starts = (("--workers", "0", "--max-head", "x"), ("--local", "--listen", address))
        for arguments, count in zip(starts, (2, 1), strict=True):
            run = programs.run("serve", "--region", "r", "--log-format", "json", *arguments)
            lines = [json.loads(line) for line in run.stderr.splitlines()]
            assert run.returncode == 1 and len(lines) == count, run.stderr
            assert all(line["level"] == "error" and line["message"].startswith("--") for line in lines)


def test_streams_that_were_closed_at_the_start_are_no_caller_s():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shell = f"exec {programs.BINARY} serve --local --listen 127.0.0.1:{port} --metrics-listen none <&- >&- 2>&-"
    process = subprocess.Popen(["sh", "-c", shell], env=programs.environment())
    try:
        connect = lambda: socket.create_connection(("127.0.0.1", port), timeout=http1.PATIENCE)

        def is_up():
            with contextlib.suppress(ConnectionRefusedError), connect():
                return True

        waiting.until(is_up)
        assert [os.readlink(f"/proc/{process.pid}/fd/{number}") for number in range(3)] == ["/dev/null"] * 3
    finally:
        process.terminate()
        process.terminate()
        process.wait(http1.PATIENCE)


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM], ids=lambda value: value.name)
def test_in_json_every_line_is_an_object_from_the_start_to_the_end(start, capture, signal_):
    program = start(programs.serve_before, capture, *JSON_LOG, "--drain-delay", "0")
    client.Client(program).get("/")
    program.stop(signal_)
    assert all({"time", "level", "message"} <= json.loads(line).keys() for line in program.output.splitlines())
    assert program.output.count("\n") >= 4


HOSTILE = {
    "path": ("GET", "/x%0a\u00ff\x7f", []),
    "request id": ("GET", "/nothing", [("X-Request-Id", 'a"} {"level":"error')]),
    "session": ("GET", "/sessions/%0A%1B%5B2J%22%7D", []),
    "calculation": ("GET", "/sessions/demo/calculations/%E2%80%AE%00%0D%0A", []),
    "method": ("A" * 2000, "/", []),
}


@pytest.mark.parametrize("format_", ["json", "text"])
def test_no_caller_can_forge_a_line(start, capture, format_):
    program = start(programs.serve_before, capture, "--log-format", format_, "--log-level", "info")
    for method, target, fields in HOSTILE.values():
        connection = http1.Connection(program.port)
        lines = "".join(f"{name}: {text}\r\n" for name, text in fields)
        connection.send(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
        assert connection.answer(method).status >= 400
        connection.close()
    program.stop()
    lines = [line for line in program.stderr.splitlines() if " 4" in line or " 5" in line]
    assert len(lines) == len(HOSTILE)
    assert all(len(line) < 4096 and line.isprintable() for line in lines)
    if format_ == "json":
        assert all(json.loads(line)["level"] == "info" for line in lines)
    else:
        assert all(re.match(r"\S{24} info \S+ \S+ \d{3}( \w+=(\S+|\"([^\"\\]|\\.)*\"))+$", line) for line in lines)


def test_neither_code_nor_queries_nor_fields_are_in_the_log(start, capture):
    capture.on("StartCalculationExecution", capturing.failure("InvalidRequestException", "PLANTED in a message"))
    program = start(programs.serve_before, capture, "--log-level", "debug")
    caller = client.Client(program)
    caller.submit("print('PLANTED')", ("Authorization", "Bearer PLANTED"), ("Cookie", "PLANTED"))
    caller.submit_json({"codeBlock": "1", "description": "PLANTED", "clientRequestToken": "PLANTED" * 8})
    caller.submit("1", ("Idempotency-Key", "PLANTED"))
    for target in ("/?PLANTED=PLANTED", "/nothing?token=PLANTED", "/sessions?pageToken=PLANTED&workGroup=w"):
        caller.get(target, ("tracestate", "a=PLANTED"), ("User-Agent", "PLANTED"))
    caller.close()
    program.stop()
    assert program.stderr.count(" info ") >= 6 and "PLANTED" not in program.output


def test_a_log_that_nobody_reads_keeps_no_request_waiting_and_its_losses_are_counted(start, capture, tmp_path):
    read, write = os.pipe()
    command = [programs.BINARY, "serve", "--listen", "127.0.0.1:0", *METRICS, "--workers", "1"]
    variables = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": capture.url, **programs.CREDENTIALS}
    process = subprocess.Popen(
        command, env=programs.environment(**variables), stdout=subprocess.PIPE, stderr=write, text=True
    )
    os.close(write)
    try:
        port = int(re.search(r":(\d+),", process.stdout.readline())[1])
        url = process.stdout.readline().split()[1]
        connection = http1.Connection(port)
        path = "/" + "x" * 8000
        dropped = 0
        while not dropped:
            for _ in range(1000):
                connection.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                assert connection.answer().status == 404
            with urllib.request.urlopen(url, timeout=http1.PATIENCE) as answer:
                dropped = value(answer.read().decode(), "athena_gateway_log_lines_dropped_total")
        connection.close()
        said = []
        stream = os.fdopen(read, "rb")
        while not said:
            said = re.findall(rb"warning .* dropped=(\d+)\n", stream.readline())
        assert int(said[0]) > 0
        process.send_signal(signal.SIGINT)
        stream.read()
        assert process.wait(http1.PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# Metrics


def test_promtool_finds_nothing_to_blame_in_the_metrics(start, capture):
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed")
    program = start(programs.serve_before, capture, *METRICS)
    caller = client.Client(program)
    for target in ("/", "/nothing", CALCULATION, f"{CALCULATION}/stdout", "/livez"):
        caller.get(target)
    run = subprocess.run(["promtool", "check", "metrics"], input=metrics(program), capture_output=True, text=True)
    assert run.returncode == 0 and run.stderr == "", run.stderr
    caller.close()


def test_the_readme_names_every_metric_and_no_other(start, capture):
    program = start(programs.serve_before, capture, *METRICS)
    served = set(re.findall(r"^# TYPE (\w+) ", metrics(program), re.M))
    documented = set(re.findall(r"`((?:athena_gateway|process)_\w+)", (programs.TOP / "README.md").read_text()))
    # Credentials of the environment don't end.
    assert documented == served | {"athena_gateway_credentials_expiry_timestamp_seconds"}


def test_requests_and_calls_are_counted(start, capture):
    program = start(programs.serve_before, capture, *METRICS, AWS_MAX_ATTEMPTS="2")
    caller = client.Client(program)
    for _ in range(3):
        caller.get(CALCULATION)
    capture.on("GetCalculationExecution", capturing.failure("TooManyRequestsException", "slow down"))
    caller.get(CALCULATION)
    capture.on("GetCalculationExecution", capturing.failure("NeverHeardOfException", "?", 404))
    caller.get(CALCULATION)
    caller("BREW", "/")
    caller.get("/nothing/a")
    caller.get("/nothing/b")
    text = metrics(program)
    route = "/sessions/{sessionId}/calculations/{calculationId}"
    count = "athena_gateway_http_requests_total"
    assert value(text, count, route=route, method="GET", status="200") == 3
    assert value(text, count, route=route, method="GET", status="429") == 1
    assert value(text, count, route="none", method="GET", status="404") == 2
    assert value(text, count, route="/", method="other", status="501") == 1
    time = "athena_gateway_http_request_duration_seconds"
    assert value(text, f"{time}_count", route=route, status="2xx") == 3
    assert value(text, f"{time}_bucket", route=route, status="2xx", le="+Inf") == 3
    assert 0 < value(text, f"{time}_sum", route=route, status="2xx") < http1.PATIENCE
    calls, operation = "athena_gateway_upstream_calls_total", "GetCalculationExecution"
    assert value(text, calls, operation=operation, code="ok") == 3
    assert value(text, calls, operation=operation, code="TooManyRequestsException") == 1
    # What comes from outside makes no label of its own.
    assert value(text, calls, operation=operation, code="other") == 1 and "NeverHeardOf" not in text
    assert value(text, "athena_gateway_upstream_retries_total", operation=operation) == 1
    assert value(text, "athena_gateway_connections") == 1
    assert value(text, "athena_gateway_connections_total") == 1
    # The connection that asks may be gone by now.
    assert value(text, "process_open_fds") - len(os.listdir(f"/proc/{program.pid}/fd")) in (0, 1)
    assert value(text, "process_resident_memory_bytes") > 1 << 20
    caller.close()
    waiting.until(lambda: value(metrics(program), "athena_gateway_connections") == 0)


def test_credentials_that_end_have_their_end_in_the_metrics(start, capture, tmp_path):
    content = {
        "Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s", "SessionToken": "t",
        "Expiration": "2100-01-02T03:04:05Z",
    }  # fmt: skip
    (tmp_path / "keys.json").write_text(json.dumps(content))
    (tmp_path / "config").write_text(f"[default]\ncredential_process = /bin/cat {tmp_path}/keys.json\n")
    program = start(
        programs.serve, *METRICS, AWS_REGION="r", AWS_CONFIG_FILE=str(tmp_path / "config"), AWS_ENDPOINT_URL=capture.url
    )
    name = "athena_gateway_credentials_expiry_timestamp_seconds"
    waiting.until(lambda: value(metrics(program), name), lambda number: number == 4102542245)


def test_the_metrics_are_for_this_machine_s_programs_and_no_web_page_s(start, capture):
    program = start(programs.serve_before, capture, *METRICS)
    url = metrics_url(program)
    port = int(re.search(r":(\d+)/", url)[1])

    def ask(head):
        connection = http1.Connection(port)
        connection.send(f"{head}\r\n\r\n".encode())
        answer = connection.answer(head.split(" ")[0])
        connection.close()
        return answer

    assert ask("GET /metrics HTTP/1.1\r\nHost: localhost").status == 200
    assert ask("HEAD /metrics HTTP/1.1\r\nHost: localhost").status == 200
    assert ask("GET /metrics HTTP/1.1\r\nHost: evil.example").status == 403
    assert ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example").status == 403
    assert ask("GET / HTTP/1.1\r\nHost: localhost").status == 404
    assert ask("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0")["Allow"] == "GET, HEAD"
    assert ask("nonsense").status == 400


def test_who_connects_and_asks_nothing_keeps_nobody_from_the_metrics(start, capture):
    program = start(programs.serve_before, capture, *METRICS)
    port = int(re.search(r":(\d+)/", metrics_url(program))[1])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
    assert value(metrics(program), "athena_gateway_build_info", version="0.1.0") == 1
    # They are let go by and by.
    for connection in silent:
        connection.settimeout(http1.PATIENCE)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        connection.close()


def test_the_metrics_say_whether_the_gateway_is_ready(start, capture, tmp_path):
    config = tmp_path / "config"
    config.write_text("[default]\n")
    program = start(
        programs.serve, *METRICS, "--drain-delay", "20s", AWS_REGION="r", AWS_CONFIG_FILE=str(config),
        AWS_SHARED_CREDENTIALS_FILE="/nonexistent", AWS_ENDPOINT_URL=capture.url,
    )  # fmt: skip
    ready = lambda: value(metrics(program), "athena_gateway_ready")
    assert ready() == 0
    config.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s\n")
    caller = client.Client(program)
    waiting.until(lambda: caller.get("/readyz").status, lambda status: status == 200)
    assert ready() == 1
    program.process.send_signal(signal.SIGTERM)
    waiting.until(ready, lambda number: number == 0)
    caller.close()
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(http1.PATIENCE) == -signal.SIGTERM


def test_metrics_that_are_asked_for_where_somebody_listens_are_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        run = programs.run("serve", "--local", "--listen", "127.0.0.1:0", "--metrics-listen", address)
    assert run.returncode == 1 and run.stderr.startswith(f"Error: --metrics-listen: {address} is in use")


def test_the_default_s_port_that_is_taken_is_a_warning(start):
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # taken by somebody else already
            stack.enter_context(socket.create_server(("127.0.0.1", 9464)))
        process = subprocess.Popen(
            [programs.BINARY, "serve", "--local", "--listen", "127.0.0.1:0"], env=programs.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stdout.readline().startswith("athena-gateway ")
            assert process.stderr.readline().startswith("Warning: --metrics-listen: 127.0.0.1:9464 is in use")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=http1.PATIENCE)
            assert process.returncode == 0
        finally:
            process.kill()
            process.wait()


def test_the_metrics_are_there_until_the_end(start, capture):
    capture.on("GetCalculationExecution", capture.hang)
    program = start(programs.serve_before, capture, *METRICS, "--grace-period", "50s")
    connection = http1.Connection(program.port)
    connection.send(f"GET {CALCULATION} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    capture.wait_for_request()
    program.process.send_signal(signal.SIGINT)
    assert value(metrics(program), "athena_gateway_connections") == 1
    http1.reset(connection)
    assert program.process.wait(http1.PATIENCE) == 0


# Traces


def test_a_caller_s_trace_goes_on_to_aws_and_is_in_the_log(start, capture):
    program = start(programs.serve_before, capture, *JSON_LOG)
    caller = client.Client(program)
    state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"
    caller.get(CALCULATION, ("traceparent", f"00-{TRACE}-{PARENT}-01"), ("tracestate", state))
    line = line_of(program, status=200)
    assert (line["traceId"], line["parentId"]) == (TRACE, PARENT) and line["spanId"] != PARENT
    assert capture.last["traceparent"] == f"00-{TRACE}-{line['spanId']}-01"
    assert capture.last["tracestate"] == state
    # What stands between may change it.
    assert "trace" not in capture.last["Authorization"]
    caller.close()


@pytest.mark.parametrize("parent", [None, "00-0-0-0", f"00-{'0' * 32}-{PARENT}-01", f"ff-{TRACE}-{PARENT}-01"])
def test_without_a_valid_trace_one_begins(start, capture, parent):
    program = start(programs.serve_before, capture, *JSON_LOG)
    fields = [("traceparent", parent)] if parent else []
    client.Client(program).get(CALCULATION, *fields, ("tracestate", "a=1"))
    line = line_of(program, status=200)
    assert "parentId" not in line and re.fullmatch("[0-9a-f]{32}", line["traceId"]) and line["traceId"] != TRACE
    assert capture.last["traceparent"] == f"00-{line['traceId']}-{line['spanId']}-00"
    assert capture.last["tracestate"] is None


def test_the_polls_of_all_who_wait_are_nobody_s(start, capture):
    capture.on("StartCalculationExecution", capturing.started("RUNNING"))
    program = start(programs.serve_before, capture, *JSON_LOG)
    caller = client.Client(program)
    assert caller.submit("1", ("Prefer", "wait=30"), ("traceparent", f"00-{TRACE}-{PARENT}-01")).status == 201
    [submission, *polls] = capture.requests
    assert TRACE in submission["traceparent"] and polls
    assert all(poll["traceparent"] is None for poll in polls)
    assert line_of(program, status=201)["upstreamCalls"] == 1
    caller.close()


# Health


def test_a_gateway_without_credentials_is_not_ready_but_alive_and_becomes_ready(start, tmp_path, capture):
    config = tmp_path / "config"
    config.write_text("[default]\n")
    program = start(
        programs.serve, AWS_REGION="r", AWS_CONFIG_FILE=str(config), AWS_SHARED_CREDENTIALS_FILE="/nonexistent",
        AWS_ENDPOINT_URL=capture.url,
    )  # fmt: skip
    caller = client.Client(program)
    assert caller.get("/livez").status == 200
    answer = caller.get("/readyz")
    assert (answer.status, answer.json["code"]) == (503, "no-credentials")
    config.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s\n")
    # Nobody else asks for them.
    waiting.until(lambda: caller.get("/readyz").status, lambda status: status == 200)
    assert capture.requests == []
    caller.close()
