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
import waiting

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
REQUEST = b"GET /sessions/s/calculations/c HTTP/1.1\r\nHost: localhost\r\n\r\n"
CALLERS = 100
LOOKUPS = 16  # at once, as the README says


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


def threads(gateway):
    return len(os.listdir(f"/proc/{gateway.pid}/task"))


def test_a_name_that_nobody_knows_takes_few_threads_however_many_ask(network, name_server, tmp_path):
    path = str(tmp_path / "socket")
    variables = programs.environment(
        AWS_REGION="eu-west-1", AWS_ENDPOINT_URL="http://athena.example", AWS_MAX_ATTEMPTS="1", **programs.CREDENTIALS
    )
    gateway = network.start(
        programs.BINARY, "serve", "--listen", f"unix:{path}", "--workers", "1", env=variables, stdout=subprocess.PIPE
    )
    callers = []
    try:
        assert gateway.stdout.readline()
        before = threads(gateway)
        for _ in range(CALLERS):
            callers.append(socket.socket(socket.AF_UNIX))
            callers[-1].connect(path)
            callers[-1].sendall(REQUEST)
        assert name_server.stdout.readline() == "asked\n"
        # The first ones are told when the deadline of a connection is over; until then the others wait.
        seen = waiting.until(lambda: (threads(gateway), select.select(callers, [], [], 0)[0]), lambda seen: seen[1])
        answer = seen[-1][1][0].recv(65536)
        assert answer.startswith(b"HTTP/1.1 502 ") and b"athena-unreachable" in answer
        # Those that are given up end when the name servers are.
        assert before < max(number for number, _ in seen) <= before + 2 * LOOKUPS
    finally:
        for caller in callers:
            caller.close()
        gateway.kill()
        gateway.communicate(timeout=http1.PATIENCE)
