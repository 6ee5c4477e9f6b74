"""Requests one after another on one kept connection, each answer looked at."""

import re
import socket

PATIENCE = 60


def message(contender, code):
    content = contender.content(code).encode()
    head = (f"POST {contender.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {contender.media_type}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n")  # fmt: skip
    return head.encode() + content


def begin(connection, request):
    """The status, the fields and as much of the content as has come with them."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65536)
        assert piece, f"the connection was closed after {answer!r}"
        answer += piece
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head, content


def length(head):
    return int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)[1])


def exchange(connection, request):
    """The status and the content of an answer."""
    status, head, content = begin(connection, request)
    while len(content) < length(head):
        piece = connection.recv(65536)
        assert piece, f"the connection was closed after {content!r}"
        content += piece
    return status, content


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def connect(port, tls=None):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    return tls.wrap_socket(connection, server_hostname="localhost") if tls else connection


def repeat(contender, port, code, count, tls=None):
    request = message(contender, code)
    with connect(port, tls) as connection:
        for _ in range(count):
            status, content = exchange(connection, request)
            assert status == contender.status, f"{contender.name} answered {status}: {content!r}"


def health(port):
    with connect(port) as connection:
        status, _ = exchange(connection, get("/livez"))
        assert status == 200, status
