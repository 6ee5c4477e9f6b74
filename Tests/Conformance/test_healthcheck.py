"""`healthcheck`, by which a container without a shell asks whether its gateway lives."""

import signal
import socket
import threading

import pytest

import certificates
import http1
import namespace
import programs
from waiting import until


def check(*arguments, **variables):
    return programs.run("healthcheck", *arguments, **variables)


def is_healthy(*arguments, **variables):
    run = check(*arguments, **variables)
    assert (run.returncode, bool(run.stdout), bool(run.stderr)) in [(0, True, False), (1, False, True)]
    return run.returncode == 0


def port(program):
    return f"127.0.0.1:{program.port}"


def test_it_asks_where_the_settings_have_the_gateway_listen(start, tmp_path):
    program = start(programs.serve, "--local", "--base-path", "/athena")
    file = tmp_path / "gateway.json"
    file.write_text('{"listen": "%s", "base-path": "/athena", "max-head": "32KiB"}' % port(program))
    assert is_healthy("--listen", port(program))
    assert is_healthy("--local", "--base-path", "/athena", f"--listen={port(program)}")  # as serve has them
    assert is_healthy(ATHENA_GATEWAY_LISTEN=port(program))
    assert is_healthy("--config", str(file))
    assert is_healthy("--ready", "--config", str(file))
    assert is_healthy("--url", f"http://{port(program)}/athena/")


@pytest.mark.parametrize("listen, loopback", [("0.0.0.0", "127.0.0.1"), ("[::]", "[::1]")])
def test_a_gateway_on_every_address_is_asked_on_loopback(start, listen, loopback):
    if listen == "[::]" and not socket.has_dualstack_ipv6():
        pytest.skip("there is no IPv6 here")
    arguments = ["--allow-anonymous", "--region", "r", "--allowed-host", "athena.example"]
    program = start(programs.Program, "serve", "--listen", f"{listen}:0", *arguments)
    run = check("--listen", f"{listen}:{program.port}")
    assert run.returncode == 0 and run.stdout == f"http://{loopback}:{program.port} answers /livez with 200\n"


@pytest.fixture
def network():
    made = namespace.Namespace()
    yield made
    made.end()


def test_the_wildcard_of_IPv6_is_every_address_of_IPv4_too_whatever_the_system_says(start, network):
    if not network.has_ipv6:
        pytest.skip("there is no IPv6 here")
    own = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    # Each network has its own; /proc/sys shows that of who looks.
    alone = network.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/bindv6only", environment=own)
    assert alone.returncode == 0, alone.stderr
    binary, *arguments = network.command(programs.BINARY, "serve", "--listen", "[::]:0", "--metrics-listen", "[::]:9464")
    program = start(
        lambda: programs.Program(*arguments, "--region", "r", "--allow-anonymous", binary=binary)
    )
    for port, path in ((program.port, "livez"), (9464, "metrics")):
        for address in ("127.0.0.1", "[::1]"):
            curl = network.run("curl", "-sSf", f"http://{address}:{port}/{path}", environment=own)
            assert curl.returncode == 0, curl.stderr


def test_a_unix_socket_is_asked(start, tmp_path_factory):
    path = f"unix:{tmp_path_factory.mktemp('s')}/socket"
    start(programs.Program, "serve", "--local", "--listen", path)
    assert is_healthy("--listen", path)
    run = check("--listen", path + "2")
    assert run.returncode == 1 and run.stderr.startswith(f"Error: {path}2 doesn't answer: nobody listens there")


def test_TLS_is_spoken_where_the_gateway_does(start, tmp_path):
    server = certificates.make(tmp_path, "server", names="DNS:elsewhere.example")
    authority = certificates.make(tmp_path, "authority")
    arguments = [*server.flags, "--tls-client-ca", str(authority.certificate)]
    program = start(programs.serve, "--local", *arguments)
    assert is_healthy("--listen", port(program), *arguments)
    assert not is_healthy("--listen", port(program))
    # Whoever is named by a URL has to prove it.
    assert "certificate" in check("--url", f"https://{port(program)}").stderr


def test_a_gateway_that_ends_lives_and_is_not_ready(start):
    program = start(programs.serve, "--local", "--drain-delay", "25s")
    program.process.send_signal(signal.SIGTERM)
    until(lambda: is_healthy("--ready", "--listen", port(program)), lambda healthy: not healthy)
    assert is_healthy("--listen", port(program))
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(http1.PATIENCE) == -signal.SIGTERM


def test_nobody_there_is_not_healthy():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    run = check("--listen", address)
    assert run.returncode == 1 and f"http://{address} doesn't answer: " in run.stderr


def test_who_says_nothing_is_not_healthy():
    with socket.create_server(("127.0.0.1", 0)) as server:
        run = check("--listen", f"127.0.0.1:{server.getsockname()[1]}")
    assert run.returncode == 1 and "doesn't answer" in run.stderr


def test_another_server_is_not_healthy():
    def answer():
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        run = check("--listen", f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert run.returncode == 1 and "answers with 404" in run.stderr


def test_a_port_of_the_system_s_choice_can_not_be_known():
    run = check("--listen", "127.0.0.1:0")
    assert run.returncode == 1 and "--listen: " in run.stderr and "--url" in run.stderr


def test_no_proxy_is_asked(start):
    program = start(programs.serve, "--local")
    assert is_healthy("--listen", port(program), HTTP_PROXY="http://127.0.0.1:1", http_proxy="http://127.0.0.1:1")


def test_a_password_in_the_URL_is_not_repeated():
    run = check("--url", "http://user:hunter2@127.0.0.1:1")
    assert run.returncode == 1 and "127.0.0.1:1" in run.stderr and "hunter2" not in run.stderr
