"""A gateway on a unix socket, asked by the real curl."""

import os
import signal
import stat
import subprocess

import pytest

import client
import http1
import programs
from waiting import until

REGION = ["--region", "eu-west-1"]


@pytest.fixture
def path(tmp_path_factory):
    # Short, whatever the name of the test: a socket's path is.
    return str(tmp_path_factory.mktemp("s") / "socket")


def serve(path, *arguments, **variables):
    return programs.Program("serve", "--listen", f"unix:{path}", *arguments, **variables)


def curl(path, target, *options):
    command = ["curl", "-sS", "-i", "--unix-socket", path, *options, f"http://localhost{target}"]
    run = subprocess.run(command, capture_output=True, timeout=http1.PATIENCE)
    assert run.returncode == 0, run.stderr.decode()
    answer = client.answer_of(run.stdout)
    client.contract.check(http1.Request(f"GET {target} HTTP/1.1", []), answer)
    return answer


@pytest.mark.parametrize("workers", ["1", "4"])
def test_curl_is_answered(start, path, workers):
    program = start(serve, path, *REGION, "--workers", workers)
    assert f" unix:{path}, " in program.first_line
    for _ in range(20):
        assert curl(path, "/livez").status == 200


def test_the_printed_command_works_as_it_stands(start, path):
    program = start(serve, path, "--local")
    lines = until(lambda: list(program.lines), lambda lines: any("curl" in line for line in lines))[-1]
    command = next(line for line in lines if "curl " in line)
    output = subprocess.run(command, shell=True, capture_output=True, timeout=http1.PATIENCE, check=True).stdout
    assert client.answer_of(output).status == 201


def test_the_socket_is_its_owner_s_alone(start, path):
    before = os.umask(0)
    try:
        start(serve, path, *REGION)
    finally:
        os.umask(before)
    status = os.stat(path)
    assert stat.S_ISSOCK(status.st_mode) and stat.S_IMODE(status.st_mode) == 0o600


@pytest.mark.parametrize("mode", ["0660", "666", "0600"])
def test_who_else_may_connect_is_said_by_its_mode(start, path, mode):
    start(serve, path, *REGION, "--socket-mode", mode)
    assert stat.S_IMODE(os.stat(path).st_mode) == int(mode, 8)
    assert curl(path, "/livez").status == 200


def test_it_answers_to_loopback_names_and_to_those_that_are_allowed(start, path):
    start(serve, path, *REGION, "--allowed-host", "gateway.example")
    for host, status in [("localhost", 200), ("127.0.0.1", 200), ("gateway.example", 200), ("evil.example", 421)]:
        assert curl(path, "/livez", "-H", f"Host: {host}").status == status


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT], [signal.SIGTERM] * 2, [signal.SIGINT] * 2])
def test_the_file_goes_with_the_gateway(start, path, signals):
    program = start(serve, path, *REGION, "--drain-delay", "500ms")
    for number in signals:
        program.process.send_signal(number)
    program.process.wait(30)
    assert not os.path.lexists(path)


def test_a_socket_that_a_killed_gateway_has_left_is_replaced(start, path):
    start(serve, path, *REGION).kill()
    assert os.path.exists(path)
    start(serve, path, *REGION)
    assert curl(path, "/livez").status == 200


def test_a_socket_in_use_is_an_error_and_stays_in_use(start, path):
    start(serve, path, *REGION, "--workers", "2")
    for command in (["serve", *REGION], ["local"]):
        run = programs.run(*command, "--listen", f"unix:{path}")
        assert run.returncode != 0 and run.stdout == ""
        assert f"unix:{path} is in use" in run.stderr
    assert curl(path, "/livez").status == 200


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_no_socket_is_left_alone(path, kind):
    make = {"file": lambda: open(path, "x").close(), "folder": lambda: os.mkdir(path)}
    make.get(kind, lambda: os.symlink("/nowhere", path))()
    for command in (["serve", *REGION], ["local"]):
        run = programs.run(*command, "--listen", f"unix:{path}")
        assert run.returncode != 0 and f"{path} is there and is no socket" in run.stderr
    assert os.path.lexists(path)


def test_a_path_that_is_too_long_is_named_as_the_problem():
    run = programs.run("serve", *REGION, "--listen", "unix:/tmp/" + 103 * "x")
    assert run.returncode != 0
    assert "has 108 bytes" in run.stderr and "107" in run.stderr


def test_the_local_Athena_listens_on_one_too(start, path):
    program = start(programs.Program, "local", "--listen", f"unix:{path}")
    command = ["curl", "-sS", "--unix-socket", path, "http://localhost/bucket/key"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=http1.PATIENCE)
    assert run.returncode == 0 and "AccessDenied" in run.stdout
    assert program.stop() == 0
    assert not os.path.lexists(path)
