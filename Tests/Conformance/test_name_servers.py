"""Name servers that don't answer, in a network of the test's own."""

import os
import select
import socket
import subprocess
import sys

import pytest

import http1
import namespace
import programs

# Takes questions and never answers: on the port of name servers, on whatever address this machine asks.
SILENT = """
import re, socket, subprocess
text = open("/etc/resolv.conf").read()
for address in re.findall(r"(?m)^nameserver\\s+([0-9.]+)\\s*$", text):
    if not address.startswith("127."):
        subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], check=True)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind(("0.0.0.0", 53))
    print("ready", flush=True)
    while True:
        server.recv(512)
        print("asked", flush=True)
"""
# An Athena with one calculation, whose outputs are in a bucket.
ATHENA = """
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        uri = "s3://bucket/key"
        body = json.dumps({
            "CalculationExecutionId": "c", "SessionId": "s", "Status": {"State": "COMPLETED"},
            "Result": {"StdOutS3Uri": uri, "StdErrorS3Uri": uri},
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True
server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
REQUEST = b"GET /sessions/s/calculations/c HTTP/1.1\r\nHost: localhost\r\n\r\n"
CALLERS = 300
ROUNDS = 7  # each as long as the deadline of a lookup, together more than 20 s


@pytest.fixture
def network():
    network = namespace.Namespace()
    yield network
    network.end()


@pytest.fixture
def name_server(network):
    server = network.start(sys.executable, "-c", SILENT, stdout=subprocess.PIPE, text=True)
    assert server.stdout.readline() == "ready\n"
    yield server
    server.kill()
    server.communicate(timeout=http1.PATIENCE)


@pytest.fixture
def gateway(network, tmp_path):
    """Starts a gateway with one worker, and returns it and what connects to it."""
    gateways = []

    def start(**variables):
        path = str(tmp_path / "socket")
        settings = {"AWS_REGION": "eu-west-1", "AWS_MAX_ATTEMPTS": "1", **programs.CREDENTIALS, **variables}
        # All of the test's callers come through one socket, and count as one.
        arguments = ["serve", "--listen", f"unix:{path}", "--workers", "1", "--caller-requests", "1000"]
        gateways.append(
            network.start(
                programs.BINARY, *programs.quietly(arguments),
                env=programs.environment(**settings), stdout=subprocess.PIPE,
            )
        )  # fmt: skip
        assert gateways[-1].stdout.readline()
        return gateways[-1], path

    yield start
    for gateway in gateways:
        gateway.kill()
        gateway.communicate(timeout=http1.PATIENCE)


def ask(path, request=REQUEST):
    caller = socket.socket(socket.AF_UNIX)
    caller.connect(path)
    caller.sendall(request)
    return caller


def threads(gateway):
    return len(os.listdir(f"/proc/{gateway.pid}/task"))


def test_a_name_that_nobody_knows_takes_one_thread_however_many_ask_and_for_how_long(gateway, name_server):
    process, path = gateway(AWS_ENDPOINT_URL="http://athena.example")
    before, most = threads(process), 0
    callers = [ask(path) for _ in range(CALLERS)]
    try:
        assert name_server.stdout.readline() == "asked\n"
        for _ in range(ROUNDS):
            waiting_ones = list(callers)
            while waiting_ones:
                ready = select.select(waiting_ones, [], [], 0.01)[0]
                most = max(most, threads(process))
                for caller in ready:
                    answer = caller.recv(65536)
                    # Whether a submission has arrived is known: it has not.
                    assert answer.startswith(b"HTTP/1.1 502 ") and b"athena-unreachable" in answer
                    waiting_ones.remove(caller)
            for caller in callers:
                caller.sendall(REQUEST)
    finally:
        for caller in callers:
            caller.close()
    assert before < most <= before + 1


def test_while_a_name_has_no_answer_calls_that_need_none_are_answered(gateway, name_server, network):
    # Whose name is silent is the bucket's host; Athena has a number.
    server = network.start(sys.executable, "-c", ATHENA, stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline())
        process, path = gateway(
            AWS_ENDPOINT_URL_ATHENA=f"http://127.0.0.1:{port}", AWS_ENDPOINT_URL_S3="http://s3.example"
        )
        outputs = REQUEST.replace(b"/c HTTP", b"/c/stdout HTTP")
        callers = [ask(path, outputs) for _ in range(CALLERS)]
        assert name_server.stdout.readline() == "asked\n"
        other = ask(path)
        ready = []
        while not ready:
            ready = select.select([other, *callers], [], [], http1.PATIENCE)[0]
            assert ready
        assert ready == [other]
        assert other.recv(65536).startswith(b"HTTP/1.1 200 ")
        for caller in [other, *callers]:
            caller.close()
    finally:
        server.kill()
        server.communicate(timeout=http1.PATIENCE)
