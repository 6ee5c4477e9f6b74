"""The command line: what is wrong with it is said at once, all of it, and the end is clean."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import pytest

import client
import http1
import programs
from waiting import until

AWS = ["--config", "--profile", "--region", "--endpoint-url"]
SERVE = [
    *AWS, "--local", "--listen", "--socket-mode", "--workers", "--allowed-host", "--allowed-code", "--allow-anonymous",
    "--allowed-origin", "--api-keys", "--jwt-issuer", "--jwt-audience", "--jwt-keys", "--jwt-caller-claim",
    "--policy", "--trusted-proxy", "--caller-rate", "--caller-burst", "--caller-requests",
    "--caller-waits", "--max-upstream-calls",
    "--base-path", "--work-group", "--max-concurrent-dpus", "--session-idle-timeout",
    "--max-head", "--max-fields", "--max-target", "--max-body", "--max-bodies", "--max-connections",
    "--reserved-connections", "--max-requests-per-connection", "--max-pipelined", "--handshake-deadline", "--head-deadline",
    "--body-deadline", "--min-rate", "--request-deadline", "--idle-deadline", "--write-deadline",
    "--linger-deadline", "--tls-certificate", "--tls-key", "--tls-client-ca", "--drain-delay", "--grace-period",
    "--log-format", "--log-level", "--metrics-listen",
]  # fmt: skip
FLAGS = {
    "serve": SERVE,
    "config": [*SERVE, "--json"],
    "healthcheck": ["--url", "--ready"],
    "local": ["--listen", "--allow-remote-code"],
    "check": [*AWS, "--call", "--work-group", "--json"],
    "explain": AWS,
    "key": [],
}  # fmt: skip


def test_the_version_is_one_line():
    run = programs.run("--version")
    assert run.returncode == 0 and re.fullmatch(r"\d+\.\d+\.\d+\n", run.stdout)


@pytest.mark.parametrize("arguments", [["--help"], ["help"], []], ids=" ".join)
def test_the_help_names_every_command(arguments):
    run = programs.run(*arguments)
    assert run.returncode == 0
    assert all(f"  {command} " in run.stdout for command in FLAGS)


@pytest.mark.parametrize("command", FLAGS)
def test_the_help_of_a_command_names_every_flag(command):
    run = programs.run(command, "--help")
    assert run.returncode == 0
    named = set(re.findall(r"^  (--[a-z-]+)", run.stdout, re.MULTILINE))
    assert named == {*FLAGS[command], "--version"}


def test_the_help_of_the_local_Athena_has_the_keys_to_sign_with():
    run = programs.run("local", "--help")
    text = re.sub(r"\s+", " ", run.stdout)
    assert programs.LOCAL_KEY in text and programs.LOCAL_SECRET in text


# Arguments, environment, and what the message has to say of each problem.
BAD = {
    "no region": (["serve"], {}, ["--region", "AWS_REGION"]),
    "a bad region": (["serve", "--region", "EU West"], {}, ["--region", "EU West"]),
    "a region that is a host": (["serve"], {"AWS_REGION": "evil.example/"}, ["AWS_REGION", "evil.example/"]),
    "a bad listen address": (["serve", "--local", "--listen", "nowhere"], {}, ["--listen", "nowhere"]),
    "a bad port": (["serve", "--local", "--listen", "127.0.0.1:65536"], {}, ["--listen", "65536"]),
    "an unknown host": (["serve", "--local", "--listen", "no-such-host.invalid:80"], {}, ["no-such-host.invalid"]),
    "a bad URL": (["serve", "--region", "r", "--endpoint-url", "ftp://x"], {}, ["--endpoint-url", "ftp://x"]),
    "a bad URL for Athena": (
        ["serve", "--region", "r"],
        {"AWS_ENDPOINT_URL_ATHENA": "x:1"},
        ["AWS_ENDPOINT_URL_ATHENA"],
    ),
    "a bad URL for S3": (["serve", "--region", "r"], {"AWS_ENDPOINT_URL_S3": "http://"}, ["AWS_ENDPOINT_URL_S3"]),
    "a bad URL for both": (["serve", "--region", "r"], {"AWS_ENDPOINT_URL": "http://a b"}, ["AWS_ENDPOINT_URL"]),
    "a URL with a query": (["serve", "--region", "r", "--endpoint-url", "http://x/?a"], {}, ["--endpoint-url"]),
    "a key without its secret": (["serve", "--region", "r"], {"AWS_ACCESS_KEY_ID": "AKID"}, ["AWS_SECRET_ACCESS_KEY"]),
    "a token with a line break": (
        ["serve", "--region", "r"],
        {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t\n"},
        ["AWS_SESSION_TOKEN", "line break"],
    ),
    "a secret with a line break": (
        ["serve", "--region", "r"],
        {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s\r\n"},
        ["AWS_SECRET_ACCESS_KEY", "line break"],
    ),
    "a profile that is not there": (["serve", "--profile", "p", "--region", "r"], {}, ["profile p", ".aws/config"]),
    "a proxy of another kind": (["serve", "--region", "r"], {"HTTPS_PROXY": "socks5://h:1"}, ["HTTPS_PROXY", "http://"]),
    "a bundle that is not there": (["serve", "--region", "r"], {"AWS_CA_BUNDLE": "/no/ca"}, ["AWS_CA_BUNDLE", "/no/ca"]),
    "a bundle that is none": (["serve", "--region", "r"], {"AWS_CA_BUNDLE": "/etc/passwd"}, ["AWS_CA_BUNDLE", "PEM"]),
    "FIPS that is neither on nor off": (
        ["serve", "--region", "r"], {"AWS_USE_FIPS_ENDPOINT": "yes"}, ["AWS_USE_FIPS_ENDPOINT", "true", "false"],
    ),
    "FIPS and an endpoint": (
        ["serve", "--region", "r", "--endpoint-url", "http://x"],
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        ["--endpoint-url", "AWS_USE_FIPS_ENDPOINT"],
    ),
    "local and a profile": (["serve", "--local", "--profile", "p"], {}, ["--local", "--profile"]),
    "local and an endpoint": (["serve", "--local", "--endpoint-url", "http://x"], {}, ["--local", "--endpoint-url"]),
    "a base path with a slash at its end": (["serve", "--local", "--base-path", "/a/"], {}, ["--base-path: '/a/'"]),
    "a base path that is none": (["serve", "--local", "--base-path", ""], {}, ["--base-path", "as in /athena"]),
    "an origin with a path": (["serve", "--local", "--allowed-origin", "https://a.example/"], {}, ["--allowed-origin: 'https://a.example/'", "slash"]),
    "every origin": (["serve", "--local", "--allowed-origin", "*"], {}, ["--allowed-origin: '*'", "no pattern", "https://app.example"]),
    "nobody's origin": (["serve", "--local", "--allowed-origin", "null"], {}, ["--allowed-origin: 'null'"]),
    "a workgroup that is none": (["serve", "--local", "--work-group", "a/b"], {}, ["--work-group: 'a/b'", "[a-zA-Z0-9"]),
    "too few DPUs": (["serve", "--local", "--max-concurrent-dpus", "1"], {}, ["--max-concurrent-dpus", "2", "5000"]),
    "too long an idle timeout": (["serve", "--local", "--session-idle-timeout", "9h"], {}, ["--session-idle-timeout", "8h"]),
    "half a minute": (["serve", "--local", "--session-idle-timeout", "90s"], {}, ["--session-idle-timeout: 90s", "30m"]),
    "no workers": (["serve", "--local", "--workers", "0"], {}, ["--workers", "0"]),
    "too many workers": (["serve", "--local", "--workers", "1025"], {}, ["--workers", "1025"]),
    "workers that are no number": (["serve", "--local", "--workers", "two"], {}, ["--workers", "two"]),
    "an open door": (["serve", "--region", "r", "--listen", "0.0.0.0:0"], {}, ["--listen", "--allow-anonymous"]),
    "an open door of IPv6": (["serve", "--region", "r", "--listen", "[::]:0"], {}, ["--listen", "--allow-anonymous"]),
    "a certificate without its key": (["serve", "--local", "--tls-certificate", "c"], {}, ["certificate", "--tls-key"]),
    "a key without its certificate": (["serve", "--local", "--tls-key", "k"], {}, ["--tls-key", "certificate"]),
    "client certificates without TLS": (
        ["serve", "--local", "--tls-client-ca", "a"],
        {},
        ["--tls-client-ca", "--tls-certificate", "--tls-key"],
    ),
    "files of TLS that are not there": (
        ["serve", "--local", "--tls-certificate", "/no/1", "--tls-key", "/no/2", "--tls-client-ca", "/no/3"],
        {},
        ["--tls-certificate: /no/1: No such", "--tls-key: /no/2: No such", "--tls-client-ca: /no/3: No such"],
    ),
    "an open local": (["serve", "--local", "--listen", "0.0.0.0:0", "--allow-anonymous"], {}, ["--listen", "--local", "127.0.0.1", "unix:PATH"]),
    "an open local Athena": (["local", "--listen", "0.0.0.0:0"], {}, ["--listen", "--allow-remote-code"]),
    "a size with a unit of another kind": (["serve", "--max-head", "16KB"], {}, ["--max-head", "16KB", "KiB"]),
    "a size below nothing": (["serve", "--max-body=-1"], {}, ["--max-body", "-1", "KiB"]),
    "a size that is too large to count": (["serve", "--max-body", "9223372036854775807MiB"], {}, ["--max-body"]),
    "a time with a unit of another kind": (["serve", "--drain-delay", "5sec"], {}, ["--drain-delay", "5sec", "ms"]),
    "a time with a fraction": (["serve", "--drain-delay", "0.5s"], {}, ["--drain-delay", "0.5s", "500ms"]),
    "no time at all": (["serve", "--local", "--idle-deadline", "0"], {}, ["--idle-deadline", "0ms", "1ms"]),
    "a number that is none": (["serve", "--local", "--max-fields", "0"], {}, ["--max-fields", "0"]),
    "a target larger than its head": (
        ["serve", "--local", "--max-target", "9KiB", "--max-head", "4KiB"], {}, ["--max-target", "9KiB", "4KiB"],
    ),
    "a head smaller than the default target": (
        ["serve", "--local", "--max-head", "4KiB"], {},
        ["--max-target: 8KiB (the default)", "--max-head, 4KiB", "give both"],
    ),
    "all contents smaller than the default of one": (
        ["serve", "--local", "--max-bodies", "1KiB"], {}, ["--max-body: 1MiB (the default)", "--max-bodies, 1KiB", "give both"],
    ),
    "a grace shorter than the default delay": (
        ["serve", "--local", "--grace-period", "1s"], {},
        ["--drain-delay: 5s (the default)", "--grace-period, 1s", "give both"],
    ),
    "a mode that is none": (["serve", "--local", "--socket-mode", "rw"], {}, ["--socket-mode", "rw", "octal", "0660"]),
    "a mode with more than permissions": (["serve", "--local", "--socket-mode", "4755"], {}, ["--socket-mode", "0777"]),
    "a mode of no socket": (["serve", "--local", "--socket-mode", "0660"], {}, ["--socket-mode", "127.0.0.1:8080", "leave it out"]),
    "an address of another machine": (
        ["serve", "--region", "r", "--allow-anonymous", "--listen", "192.0.2.1:0"], {}, ["--listen: 192.0.2.1:0", "0.0.0.0"],
    ),
    "another address of another machine": (
        ["local", "--allow-remote-code", "--listen", "192.0.2.1:0"], {}, ["--listen: 192.0.2.1:0", "0.0.0.0"],
    ),
    "a socket without a folder": (
        ["serve", "--local", "--listen", "unix:/nonexistent/x.sock"], {}, ["--listen: ", "folder", "/nonexistent/x.sock"],
    ),
    "another socket without a folder": (
        ["local", "--listen", "unix:/nonexistent/x.sock"], {}, ["--listen: ", "folder", "/nonexistent/x.sock"],
    ),
    "a socket below a file": (["serve", "--local", "--listen", "unix:/dev/null/x"], {}, ["--listen: ", "folder", "/dev/null/x"]),
    "a content larger than all contents": (
        ["serve", "--local", "--max-body", "2MiB", "--max-bodies", "1MiB"], {}, ["--max-body", "2MiB", "1MiB"],
    ),
    "a delay that leaves no time": (
        ["serve", "--local", "--drain-delay", "30s"], {}, ["--drain-delay", "--grace-period"],
    ),
    "an unknown flag": (["serve", "--locale"], {}, ["--locale"]),
    "an unknown command": (["blah"], {}, ["'blah'", "serve, local, config, check, explain, healthcheck"]),
    "an unknown command with options": (["serv", "--local"], {}, ["'serv'", "did you mean 'serve'?"]),
    "an option without its command": (["--local"], {}, ["--local", "athena-gateway serve --local"]),
    "an option with a value, without its command": (["--listen=:1"], {}, ["--listen", "athena-gateway serve --listen"]),
    "an option of no command": (["--verison"], {}, ["--verison"]),
    "all at once": (
        ["serve", "--listen", "x", "--workers", "0", "--endpoint-url", "y", "--max-head", "0", "--grace-period", "0"],
        {
            "AWS_ACCESS_KEY_ID": "AKID", "AWS_ENDPOINT_URL_S3": "z", "HTTPS_PROXY": "z:z", "AWS_USE_FIPS_ENDPOINT": "z",
            "AWS_CA_BUNDLE": "/z", "AWS_REGION": "_",
        },
        ["HTTPS_PROXY", "AWS_USE_FIPS_ENDPOINT", "AWS_CA_BUNDLE", "--listen", "--workers", "--endpoint-url", "--max-head", "--grace-period", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3", "AWS_REGION"],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_settings_end_the_program_with_one_message_that_names_them_all(name):
    arguments, environment, words = BAD[name]
    run = programs.run(*arguments, **environment)
    assert run.returncode != 0
    assert run.stdout == ""
    assert run.stderr.startswith("Error: ")
    message = run.stderr.partition("Usage:")[0]
    assert all(word in message for word in words), message


@pytest.mark.parametrize("command", [["serve", "--local"], ["local"]], ids=" ".join)
def test_without_python3_the_local_Athena_starts_and_warns(start, tmp_path, command):
    program = start(programs.Program, *command, "--listen", "127.0.0.1:0", PATH=str(tmp_path))
    until(lambda: "Warning: python3 is not installed" in program.stderr)
    assert "apt-get install python3" in program.stderr


@pytest.mark.parametrize("url", ["http://user:hunter2@x", "http://x/?hunter2@", "hunter2@"])
def test_a_password_in_a_URL_is_not_repeated(url):
    run = programs.run("serve", "--region", "r", "--endpoint-url", url)
    assert run.returncode != 0 and "hunter2" not in run.stderr


def test_a_secret_is_not_repeated_with_what_is_wrong():
    run = programs.run("serve", AWS_SECRET_ACCESS_KEY="hunter2", AWS_SESSION_TOKEN="hunter3", AWS_REGION="_")
    assert run.returncode != 0 and "hunter" not in run.stderr


@pytest.mark.parametrize("command", [["serve", "--local"], ["serve", "--region", "r"], ["local"]], ids=" ".join)
def test_a_port_in_use_is_an_error_that_names_the_address(command):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        run = programs.run(*command, "--listen", address)
    assert run.returncode != 0 and run.stdout == ""
    assert address in run.stderr, run.stderr


def test_a_second_gateway_does_not_share_the_port_of_the_first(start):
    first = start(programs.serve, "--local", "--workers", "2")
    run = programs.run("serve", "--local", "--workers", "2", "--listen", f"127.0.0.1:{first.port}")
    assert run.returncode != 0 and f"127.0.0.1:{first.port}" in run.stderr


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT], ids=lambda value: value.name)
@pytest.mark.parametrize(
    "arguments", [["serve", "--local"], ["serve", "--region", "eu-west-1"], ["local"]], ids=" ".join
)
def test_a_signal_ends_the_program_with_status_0(start, arguments, with_signal):
    command, *rest = arguments
    # No more than any machine has open files for: it would say so.
    rest += ["--max-connections", "100", "--log-level", "notice"] if command == "serve" else []
    program = start(programs.Program, command, "--listen", "127.0.0.1:0", *rest, **programs.CREDENTIALS)
    # An open connection is no reason to stay.
    connection = http1.Connection(program.port)
    assert program.stop(with_signal) == 0
    if command == "serve":
        # Beside it a worker says whose credentials it has.
        [(level, told)] = [line for line in program.log if not line[1].startswith("credentials: ")]
        assert level == "notice" and told.startswith(with_signal.name)
        assert "30s" in told and "second signal ends it at once" in told
    else:
        assert program.stderr == ""
    connection.close()


def test_a_gateway_in_a_container_answers_to_every_name_that_it_is_called_by(start):
    program = start(programs.Program, "serve", "--listen", "0.0.0.0:0", "--region", "eu-west-1", "--allow-anonymous")
    assert client.Client(program)("GET", "/livez", host="gateway.internal:8080").status == 200


def test_a_name_that_the_operator_allows_is_the_gateway_s_own(start):
    flags = ["--region", "eu-west-1", "--allowed-host", "Gateway.Internal", "--allowed-host", "second.example"]
    caller = client.Client(start(programs.serve, *flags))
    for host in ("gateway.internal", "GATEWAY.internal:80", "second.example:1", "localhost"):
        assert caller("GET", "/livez", host=host).status == 200
    assert caller("GET", "/livez", host="third.example").status == 421


def test_it_listens_on_IPv6_where_that_is_asked_for(start):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    program = start(programs.Program, "serve", "--local", "--listen", "[::1]:0")
    connection = http1.Connection(program.port, "::1")
    connection.send(b"GET /livez HTTP/1.1\r\nHost: [::1]\r\n\r\n")
    assert connection.answer().status == 200
    connection.close()


# What a parent has decided of signals, and what it no longer reads


def ignoring(*signals):
    """What makes a program that is started with these signals ignored, as nohup starts it."""
    ignore = "; ".join(f"signal.signal({number.value}, signal.SIG_IGN)" for number in signals)
    return ["-c", f"import os, signal, sys; {ignore}; os.execv(sys.argv[1], sys.argv[1:])", programs.BINARY]


@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGINT], ids=lambda value: value.name)
@pytest.mark.parametrize("command", [["serve", "--local"], ["local"]], ids=" ".join)
def test_a_signal_that_was_ignored_at_the_start_stays_so(start, command, ignored):
    arguments = [*ignoring(ignored), *command, "--listen", "127.0.0.1:0"]
    program = start(programs.Program, *arguments, binary=sys.executable)
    status = programs.read(f"/proc/{program.pid}/status")
    assert int(re.search(r"SigIgn:\s+(\w+)", status)[1], 16) & 1 << (ignored - 1)
    program.process.send_signal(ignored)
    connection = http1.Connection(program.port)
    connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.answer().status in (200, 403)
    connection.close()
    assert program.stop(signal.SIGTERM) == 0


def test_an_output_that_nobody_reads_keeps_the_program_from_nothing():
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(write, bytes(4096)):
            pass
    os.set_blocking(write, True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [programs.BINARY, "serve", "--local", "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, env=programs.environment(), stdout=write, stderr=write)
    try:
        until(lambda: socket.socket().connect_ex(("127.0.0.1", port)), lambda error: error == 0)
        process.send_signal(signal.SIGINT)
        assert process.wait(http1.PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(read)
        os.close(write)


def test_the_printed_command_works_with_a_certificate_for_localhost(start, tmp_path):
    folder = tmp_path / "it's here"
    folder.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", *make, *files], check=True, capture_output=True)
    program = start(programs.serve, "--local", "--tls-certificate", str(certificate), "--tls-key", str(key))
    lines = until(lambda: list(program.lines), lambda lines: any("curl" in line for line in lines))[-1]
    command = next(line for line in lines if "curl " in line)
    output = subprocess.run(command, shell=True, capture_output=True, timeout=http1.PATIENCE, check=True).stdout
    assert client.answer_of(output).status == 201


def test_a_port_that_is_the_system_s_is_an_error_that_says_what_to_do():
    lowest = int(programs.read("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
    if lowest < 2 or os.geteuid() != 0:
        pytest.skip("every port is everybody's here, or this user can't become another one")
    # As nobody, who reaches the binary nowhere but in a folder that is open to all.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        binary = shutil.copy(programs.BINARY, folder)
        command = [binary, "serve", "--local", "--listen", f"127.0.0.1:{lowest - 1}"]
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
        run = subprocess.run(command, env=programs.environment(), capture_output=True, text=True, timeout=60, **nobody)
    assert run.returncode != 0 and run.stdout == ""
    assert f"--listen: this user may not listen on 127.0.0.1:{lowest - 1}" in run.stderr
