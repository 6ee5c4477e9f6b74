"""Requests that break a rule, and the statuses that a server may refuse each with."""


def get(fields=b"Host: localhost\r\n", line=b"GET /livez HTTP/1.1"):
    return line + b"\r\n" + fields + b"\r\n"


PYTHON = b"Content-Type: text/x-python\r\n"


def post(fields, content=b""):
    return get(b"Host: localhost\r\n" + fields, b"POST /sessions/demo/calculations HTTP/1.1") + content


def chunked(content):
    return post(PYTHON + b"Transfer-Encoding: chunked\r\n", content)


REQUESTS = {
    "length and chunked": (post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"), {400}),
    "chunked in HTTP/1.0": (get(b"Host: a\r\nTransfer-Encoding: chunked\r\n", b"POST / HTTP/1.0"), {400}),
    "chunked not last": (post(b"Transfer-Encoding: chunked, gzip\r\n"), {400}),
    "another coding first": (post(b"Transfer-Encoding: gzip, chunked\r\n"), {501}),
    "no coding": (post(b"Transfer-Encoding:\r\n"), {400}),
    "two lengths": (post(b"Content-Length: 5\r\nContent-Length: 6\r\n"), {400}),
    "a signed length": (post(b"Content-Length: +5\r\n"), {400}),
    "a negative length": (post(b"Content-Length: -1\r\n"), {400}),
    "a length past any number": (post(PYTHON + b"Content-Length: 99999999999999999999\r\n"), {400, 413}),
    "a length past the limit": (post(PYTHON + b"Content-Length: 9999999\r\n"), {413}),
    "a chunk past any number": (chunked(b"fffffffffffffffff\r\n"), {400, 413}),
    "a negative chunk": (chunked(b"-1\r\n"), {400}),
    "a chunk that is longer than its size": (chunked(b"1\r\nab\r\n0\r\n\r\n"), {400}),
    "a bare line feed in a chunk": (chunked(b"1\na\r\n0\r\n\r\n"), {400}),
    "64 KiB of chunk extension": (chunked(b"1;" + b"a" * 65536 + b"\r\na\r\n"), {400, 413, 431}),
    "no host": (get(b""), {400}),
    "two hosts": (get(b"Host: localhost\r\nHost: localhost\r\n"), {400}),
    "a space before the colon": (get(b"Host: localhost\r\nA : b\r\n"), {400}),
    "a folded field": (get(b"Host: localhost\r\nA: b\r\n c\r\n"), {400}),
    "a NUL": (get(b"Host: localhost\r\nA: b\0c\r\n"), {400}),
    "a bare CR": (get(b"Host: localhost\r\nA: b\rc\r\n"), {400}),
    "bare line feeds": (b"GET /livez HTTP/1.1\nHost: localhost\n\n", {400}),
    "a long target": (get(line=b"GET /" + b"a" * 9000 + b" HTTP/1.1"), {414}),
    "a long field": (get(b"Host: localhost\r\nA: " + b"a" * 20_000 + b"\r\n"), {431}),
    "many fields": (get(b"Host: localhost\r\n" + b"a: b\r\n" * 200), {431}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), {400}),
    "a bad escape": (get(line=b"GET /%zz HTTP/1.1"), {400}),
    "no path": (get(line=b"GET * HTTP/1.1"), {400}),
    "garbage": (bytes(range(1, 256)) * 4, {400}),
}
