"""Requests one after another on one kept connection, each answer looked at."""

import re
import socket

PATIENCE = 60


def message(contender, code):
    content = contender.content(code).encode()
    head = (f"POST {contender.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {contender.media_type}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n")  # fmt: skip
    return head.encode() + content


def exchange(connection, request):
    """The status and the content of an answer."""
    connection.sendall(request)
    answer = b""
    while True:
        piece = connection.recv(65536)
        assert piece, f"the connection was closed after {answer!r}"
        answer += piece
        head, end, content = answer.partition(b"\r\n\r\n")
        if end and len(content) >= int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)[1]):
            return int(head.split(b" ")[1]), content


def repeat(contender, port, code, count):
    request = message(contender, code)
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        for _ in range(count):
            status, content = exchange(connection, request)
            assert status == contender.status, f"{contender.name} answered {status}: {content!r}"


def health(port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        status, _ = exchange(connection, b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert status == 200, status
