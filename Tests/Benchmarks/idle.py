"""The resident memory of idle kept connections: `python3 Tests/Benchmarks/idle.py BINARY [FLAG …]`.

Each connection has had one answer and stays open. What the kernel keeps for a socket is not the process's own and is not counted.
"""

import argparse
import pathlib
import resource
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import machine  # noqa: E402
import programs  # noqa: E402

CONNECTIONS = 10_000
WARM_UP = 500
# A client address has some 28,000 ports, of which other connections may still hold some.
CONNECTIONS_AN_ADDRESS = 5_000
REQUEST = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


def connect(port, number):
    source = f"127.0.0.{1 + number // CONNECTIONS_AN_ADDRESS}"
    connection = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))
    exchange(connection)
    return connection


def exchange(connection):
    connection.sendall(REQUEST)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65536)
        assert piece, "the connection was closed"
        answer += piece
    assert answer.startswith(b"HTTP/1.1 200 "), answer


def hold(pid, port, count):
    """The memory of a process before, and with `count` idle connections."""
    # Every worker has answered, so that what is made once is not counted as the connections'.
    for number in range(WARM_UP):
        connect(port, number).close()
    before = machine.anonymous(pid)
    held = [connect(port, number) for number in range(count)]
    after = machine.anonymous(pid)
    # All of them are still there and answer.
    for connection in held[:: count // 100]:
        exchange(connection)
    for connection in held:
        connection.close()
    return before, after


def measure(binary, arguments, count=CONNECTIONS):
    """The same of a gateway of its own."""
    # Before AWS, which is never called: with a local Athena each connection needs three descriptors.
    program = programs.Program(
        "serve", "--region", "eu-west-1", "--listen", "127.0.0.1:0", "--max-connections", "20000", *arguments,
        binary=binary, **programs.CREDENTIALS,
    )  # fmt: skip
    try:
        return hold(program.pid, program.port, count)
    finally:
        program.kill()


def raise_descriptor_limit(count):
    """For this process and the server, which inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert count <= hard, f"{count} descriptors are needed, and the limit is {hard}: see ulimit -Hn"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    options, flags = parser.parse_known_args()
    # The gateway keeps a quarter of what it may have open for calls.
    raise_descriptor_limit(2 * options.connections)
    for workers in (["--workers", "1"], []):
        before, after = measure(options.binary, [*workers, *flags], options.connections)
        each = (after - before) / options.connections
        name = " ".join(workers) or "default workers"
        print(f"{options.connections} idle connections, {name}: {each:.0f} bytes each "
              f"(resident {before // 1024} KiB before, {after // 1024} KiB with them)", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
