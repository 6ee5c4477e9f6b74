"""Bad input, each with its problem. Nothing of it reaches Athena, and the gateway goes on serving."""

import json
import uuid

import pytest

import capture as capturing
import client
import http1
from client import JSON, PYTHON

TOKEN = "t" * 32
PATH = client.calculations()


@pytest.fixture(autouse=True)
def serves_on(gateway):
    yield
    assert gateway.get("/livez").status == 200


def refuse(gateway, capture, answer, status, code, pointers=None):
    """Checks a refusal; Athena has not heard of the request."""
    assert (answer.status, answer.json["code"]) == (status, code), str(answer)
    if pointers is not None:
        assert [error["pointer"] for error in answer.json.get("errors", [])] == pointers, str(answer)
    assert capture.requests == []


# JSON

WELL = {"codeBlock": "1"}

JSON_TABLE = {
    "nothing": (b"", "malformed-request", [""]),
    "white space": (b" \n", "malformed-request", [""]),
    "text": (b"print(1)", "malformed-request", [""]),
    "a form": (b"codeBlock=1", "malformed-request", [""]),
    "unfinished": (b'{"codeBlock":"1"', "malformed-request", [""]),
    "more than one value": (b'{"codeBlock":"1"}{}', "malformed-request", [""]),
    "a comment": (b'{"codeBlock":"1"/**/}', "malformed-request", None),
    "a trailing comma": (b'{"codeBlock":"1",}', "malformed-request", None),
    "single quotes": (b"{'codeBlock':'1'}", "malformed-request", None),
    "a raw control character": (b'{"codeBlock":"1\n2"}', "malformed-request", ["/codeBlock"]),
    "a bad escape": (b'{"codeBlock":"\\x41"}', "malformed-request", ["/codeBlock"]),
    "half a surrogate pair": (b'{"codeBlock":"\\ud83d"}', "malformed-request", ["/codeBlock"]),
    "the other half": (b'{"codeBlock":"\\ude00\\ud83d"}', "malformed-request", ["/codeBlock"]),
    "no UTF-8": (b'{"codeBlock":"\xff"}', "malformed-request", ["/codeBlock"]),
    "an overlong form": (b'{"codeBlock":"\xc0\x80"}', "malformed-request", ["/codeBlock"]),
    "a surrogate in UTF-8": (b'{"codeBlock":"\xed\xa0\x80"}', "malformed-request", ["/codeBlock"]),
    "UTF-16": (json.dumps(WELL).encode("utf-16"), "malformed-request", None),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps(WELL).encode(), "malformed-request", None),
    "a duplicate member": (b'{"codeBlock":"1","codeBlock":"1"}', "malformed-request", ["/codeBlock"]),
    "a duplicate in disguise": (b'{"codeBlock":"1","code\\u0042lock":"1"}', "malformed-request", ["/codeBlock"]),
    "too deep": (b'{"codeBlock":' + b"[" * 32 + b"]" * 32 + b"}", "malformed-request", None),
    "much too deep": (b"[" * 500_000, "malformed-request", None),
    "an array": ([WELL], "invalid-request", [""]),
    "a string": ("1", "invalid-request", [""]),
    "null": (None, "invalid-request", [""]),
    "no member": ({}, "invalid-request", ["/codeBlock"]),
    "a number for text": ({"codeBlock": 1}, "invalid-request", ["/codeBlock"]),
    "null for text": ({"codeBlock": None}, "invalid-request", ["/codeBlock"]),
    "a list for text": ({"codeBlock": ["1"]}, "invalid-request", ["/codeBlock"]),
    "a description of the wrong type": ({**WELL, "description": {}}, "invalid-request", ["/description"]),
    "a token of the wrong type": ({**WELL, "clientRequestToken": 1}, "invalid-request", ["/clientRequestToken"]),
    "text for a structure": ({"calculationConfiguration": "1"}, "invalid-request", ["/calculationConfiguration"]),
    "an empty structure": ({"calculationConfiguration": {}}, "invalid-request", None),
    "an unknown member": ({**WELL, "codeblock": "1"}, "invalid-request", ["/codeblock"]),
    "Athena's spelling": ({"CodeBlock": "1"}, "invalid-request", None),
    "an unknown member within": (
        {"calculationConfiguration": {"codeBlock": "1", "x/~y": 1}},
        "invalid-request",
        ["/calculationConfiguration/x~1~0y"],
    ),
    "both forms of code": (
        {**WELL, "calculationConfiguration": WELL},
        "invalid-request",
        ["/calculationConfiguration/codeBlock"],
    ),
    "code and a place of code": ({**WELL, "codeUri": "s3://bucket/k"}, "invalid-request", ["/codeUri"]),
    "empty code": ({"codeBlock": ""}, "invalid-request", ["/codeBlock"]),
    "white space for code": ({"codeBlock": " \t\r\n\u00a0\u3000"}, "invalid-request", ["/codeBlock"]),
    "empty code within": (
        {"calculationConfiguration": {"codeBlock": ""}},
        "invalid-request",
        ["/calculationConfiguration/codeBlock"],
    ),
    "code that is too long": ({"codeBlock": "x" * 68_001}, "invalid-request", ["/codeBlock"]),
    "code of too many characters": ({"codeBlock": "\U0001f600" * 68_001}, "invalid-request", ["/codeBlock"]),
    "an empty description": ({**WELL, "description": ""}, "invalid-request", ["/description"]),
    "a description that is too long": ({**WELL, "description": "x" * 1025}, "invalid-request", ["/description"]),
    "a token that is too short": ({**WELL, "clientRequestToken": "t" * 31}, "invalid-request", ["/clientRequestToken"]),
    "a token that is too long": ({**WELL, "clientRequestToken": "t" * 129}, "invalid-request", ["/clientRequestToken"]),
    "four faults at once": (
        {"description": "", "clientRequestToken": "", "codeBlock": "", "x": 1},
        "invalid-request",
        ["/clientRequestToken", "/codeBlock", "/description", "/x"],
    ),
}


@pytest.mark.parametrize("name", JSON_TABLE)
def test_JSON_that_breaks_a_rule_is_400_with_a_pointer_to_the_place(gateway, capture, name):
    content, code, pointers = JSON_TABLE[name]
    answer = gateway.submit_json(content)
    assert (answer.status, answer.json["code"]) == (400, code), str(answer)
    if pointers is not None:
        assert sorted(error["pointer"] for error in answer.json["errors"]) == pointers, str(answer)
    assert 32 <= len(answer["Client-Request-Token"]) <= 128
    assert capture.requests == []


def test_a_place_of_code_is_forbidden_where_the_operator_has_listed_none(gateway, capture):
    refuse(gateway, capture, gateway.submit_json({"codeUri": "s3://bucket/key.py"}), 403, "forbidden")


ASTRAL = "\U0001f600" * 68_000  # 816,000 bytes of JSON where all are escaped
ACCEPTED = {
    "68,000 letters": ({"codeBlock": "x" * 68_000}, "x" * 68_000),
    "68,000 astral characters in UTF-8": (json.dumps({"codeBlock": ASTRAL}, ensure_ascii=False).encode(), ASTRAL),
    "68,000 astral characters, all escaped": ({"codeBlock": ASTRAL}, ASTRAL),
    "the shortest texts": ({"codeBlock": "1", "description": "d", "clientRequestToken": "t" * 32}, "1"),
    "the longest texts": (
        {"codeBlock": "1", "description": "\U0001f600" * 1024, "clientRequestToken": "t" * 128},
        "1",
    ),
    "the deprecated form": ({"calculationConfiguration": {"codeBlock": "1"}}, "1"),
    "space around": (b'\r\n\t {"codeBlock" : "1"} ', "1"),
    "a control character, escaped": ({"codeBlock": "'\0\x1f'"}, "'\0\x1f'"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_JSON_at_the_bounds_is_taken(gateway, capture, name):
    content, code = ACCEPTED[name]
    answer = gateway.submit_json(content)
    assert answer.status == 201, str(answer)
    assert capture.last.json["CodeBlock"] == code


# Code as it is

CODE_TABLE = {
    "empty": (b"", 400, "invalid-request"),
    "white space": (b" \t\r\n\x0b\x0c", 400, "invalid-request"),
    "too long": (b"x" * 68_001, 400, "invalid-request"),
    "no UTF-8": (b"print('\xff')", 400, "malformed-request"),
    "UTF-16": ("print(1)".encode("utf-16"), 400, "malformed-request"),
    "over the limit": (b"x" * (1024 * 1024 + 1), 413, "content-too-large"),
}


@pytest.mark.parametrize("name", CODE_TABLE)
def test_code_that_breaks_a_rule_is_refused(gateway, capture, name):
    body, status, code = CODE_TABLE[name]
    answer = gateway.submit(body)
    refuse(gateway, capture, answer, status, code)
    # What the server refuses by its head alone has not become a submission.
    assert answer["Client-Request-Token"] or status == 413


def test_code_of_68_000_astral_characters_is_taken(gateway, capture):
    assert gateway.submit(ASTRAL).status == 201
    assert capture.last.json["CodeBlock"] == ASTRAL


def test_code_is_sent_to_Athena_byte_for_byte(gateway, capture):
    code = "\ufeff# e\u0301 é\r\nprint('\0')\r\t\n\n"
    assert gateway.submit(code).status == 201
    assert capture.last.json["CodeBlock"] == code


def test_a_description_comes_with_the_query(gateway, capture):
    answer = gateway("POST", f"{PATH}?description=a+b%2Bc%20%C3%A9%26", [PYTHON], b"1")
    assert answer.status == 201
    assert capture.last.json["Description"] == "a b+c é&"


# Framing


def chunked(*pieces):
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def test_a_chunked_request_is_taken(gateway, capture):
    fields = [PYTHON, ("Transfer-Encoding", "chunked")]
    assert gateway("POST", PATH, fields, chunked(b"print", b"(", b"1)")).status == 201
    assert capture.last.json["CodeBlock"] == "print(1)"


def test_a_chunked_request_over_the_limit_is_413(gateway, capture):
    fields = [PYTHON, ("Transfer-Encoding", "chunked")]
    answer = gateway("POST", PATH, fields, chunked(*[b"x" * 65536] * 17))
    refuse(gateway, capture, answer, 413, "content-too-large")


def test_a_declared_length_over_the_limit_is_413_before_the_content_comes(gateway, capture):
    answer = gateway("POST", PATH, [PYTHON, ("Content-Length", str(10**12))])
    refuse(gateway, capture, answer, 413, "content-too-large")


TOO_LONG = [PYTHON, ("Content-Length", str(10**12))]


@pytest.mark.parametrize(
    "target, fields, host, status",
    [
        (PATH, [], "evil.example", 421),
        (PATH, [("Origin", "http://evil.example")], None, 403),
        ("/nowhere", [], None, 404),
        ("/livez", [], None, 405),
        (PATH, [], None, 413),
    ],
)
def test_host_origin_route_and_method_are_judged_before_a_declared_length(
    gateway, target, fields, host, status
):
    answer = gateway("POST", target, [*TOO_LONG, *fields], host=host)
    assert answer.status == status


@pytest.mark.parametrize("fields, status", [(TOO_LONG, 413), ([PYTHON, ("Expect", "x")], 417)])
def test_a_refusal_of_the_server_s_own_keeps_the_name_that_the_caller_gave(gateway, fields, status):
    answer = gateway("POST", PATH, [*fields, ("X-Request-Id", "mine")])
    assert answer.status == status
    assert answer["X-Request-Id"] == "mine"


def test_a_token_is_named_although_another_member_is_wrong(gateway):
    answer = gateway.submit_json({"codeBlock": "", "clientRequestToken": "c" * 32})
    assert answer.status == 400
    assert answer["Client-Request-Token"] == "c" * 32


# Raw requests, and the refusal of each; {host} is the gateway's own.
HOST = b"Host: {host}\r\n"
RAW_TABLE = {
    "no HTTP": (b"hello\r\n\r\n", 400, "malformed-request"),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400, "malformed-request"),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400, "malformed-request"),
    "a space before the colon": (b"GET / HTTP/1.1\r\n" + HOST + b"A : b\r\n\r\n", 400, "malformed-request"),
    "a folded field": (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n", 400, "malformed-request"),
    "a bare line feed": (b"GET / HTTP/1.1\n" + HOST + b"\r\n", 400, "malformed-request"),
    "a NUL": (b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "malformed-request"),
    "a bad length": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", 400, "malformed-request"),
    "two lengths": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed-request"),
    "a length and chunks": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400, "malformed-request"),
    "another coding": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501, "not-implemented"),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505, "http-version-not-supported"),
    "a long target": (b"GET /" + b"x" * 8192 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "target-too-long"),
    "a long field": (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 20_000 + b"\r\n\r\n", 431, "head-too-large"),
    "many fields": (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 200 + b"\r\n", 431, "head-too-large"),
    "another expectation": (b"GET / HTTP/1.1\r\n" + HOST + b"Expect: more\r\n\r\n", 417, "expectation-failed"),
}  # fmt: skip


@pytest.mark.parametrize("name", RAW_TABLE)
def test_a_message_that_is_not_HTTP_as_it_should_be_is_refused_with_a_problem(gateway, capture, name):
    data, status, code = RAW_TABLE[name]
    connection = http1.Connection(gateway.program.port)
    connection.send(data.replace(b"{host}", b"127.0.0.1:%d" % gateway.program.port))
    answer = connection.answer()
    connection.close()
    gateway.check(http1.Request("GET /unreadable HTTP/1.1", []), answer)
    refuse(gateway, capture, answer, status, code)
    assert answer["Connection"] == "close"


# Content type

TYPES = {
    None: 415,
    "": 415,
    "text/plain": 415,
    "application/x-www-form-urlencoded": 415,
    "multipart/form-data; boundary=x": 415,
    "application/octet-stream": 415,
    "application/json-patch+json": 415,
    "text/x-python, text/x-python": 415,
    "text/x-python; charset=latin-1": 415,
    "text/x-python; charset=": 415,
    "text/x-python; charset=utf-8; charset=utf-8": 415,
    "text/": 415,
    "text/x-python": 201,
    "TEXT/X-Python": 201,
    "application/x-python-code": 201,
    "text/x-python; charset=utf-8": 201,
    'text/x-python;charset="UTF-8"': 201,
    "text/x-python; other=1;": 201,
}


@pytest.mark.parametrize("value, status", TYPES.items())
def test_the_content_type_has_to_be_one_that_no_web_page_sends_unasked(gateway, capture, value, status):
    fields = [] if value is None else [("Content-Type", value)]
    answer = gateway("POST", PATH, fields, b"1")
    assert answer.status == status, str(answer)
    assert answer["Client-Request-Token"]
    if status == 415:
        refuse(gateway, capture, answer, 415, "unsupported-media-type")
        assert answer["Accept-Post"] == "application/json, text/x-python, application/x-python-code"


@pytest.mark.parametrize("value", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_415_names_the_header_to_add_to_curl(gateway, value):
    fields = [] if value is None else [("Content-Type", value)]
    answer = gateway("POST", PATH, fields, b"1")
    assert "-H 'Content-Type: text/x-python'" in answer.json["detail"]


@pytest.mark.parametrize("coding, status", [("gzip", 415), ("identity, gzip", 415), ("br", 415), ("identity", 201)])
def test_an_encoded_content_is_415(gateway, coding, status):
    answer = gateway("POST", PATH, [PYTHON, ("Content-Encoding", coding)], b"1")
    assert answer.status == status, str(answer)


# Origin and host

ORIGINS = {
    "http://127.0.0.1:{port}": 201,
    "HTTP://127.0.0.1:{port}": 403,  # no browser writes it so
    "https://127.0.0.1:{port}": 403,
    "http://127.0.0.1": 403,
    "http://127.0.0.1:1": 403,
    "http://localhost:{port}": 403,
    "http://127.0.0.1:{port}.evil.example": 403,
    "http://evil.example": 403,
    "https://evil.example:{port}": 403,
    "null": 403,
    "": 403,
    "file://": 403,
}


@pytest.mark.parametrize("origin, status", ORIGINS.items())
def test_a_page_of_another_origin_may_not_use_the_gateway(gateway, capture, origin, status):
    field = ("Origin", origin.format(port=gateway.program.port))
    answer = gateway.submit("1", field)
    assert answer.status == status, str(answer)
    if status == 403:
        refuse(gateway, capture, answer, 403, "origin")
        for path in ("/", "/livez", f"{PATH}/c", "/nowhere"):
            assert gateway.get(path, field).json["code"] == "origin"


HOSTS = {
    "127.0.0.1": 200,
    "127.0.0.1:{port}": 200,
    "127.0.0.1:1": 200,
    "127.255.0.1": 200,
    "localhost": 200,
    "LOCALHOST:{port}": 200,
    "[::1]:{port}": 200,
    "evil.example": 421,
    "evil.example:{port}": 421,
    "localhost.evil.example": 421,
    "127.0.0.1.evil.example": 421,
    "127.0.0.1.": 421,
    "127.1": 421,
    "2130706433": 421,
    "128.0.0.1": 421,
    "0.0.0.0": 421,
    "[::]": 421,
    "[::ffff:127.0.0.1]": 421,
}


@pytest.mark.parametrize("host, status", HOSTS.items())
def test_a_foreign_host_is_421_on_a_loopback_listener(gateway, capture, host, status):
    host = host.format(port=gateway.program.port)
    answer = gateway("GET", "/livez", host=host)
    assert answer.status == status, str(answer)
    if status == 421:
        assert gateway("POST", PATH, [PYTHON], b"1", host=host).json["code"] == "misdirected-request"
        # The target's own host counts where it has one (RFC 9112 section 3.2.2).
        assert gateway("GET", f"http://{host}/livez").status == 421
        assert capture.requests == []


# Paths, methods and queries

PATHS = {
    "/sessions/": 404,
    "/sessions/demo/": 404,
    "/sessions/demo/nowhere": 404,
    "/sessions/demo?x": 400,
    "/sessions/demo/executors/": 404,
    "/sessions/demo/executors?workGroup=w": 400,
    f"{PATH}?limit=1&limit=1": 400,
    f"{PATH}/c/code?x": 400,
    "/openapi.yml": 404,
    "/openapi.yaml?x": 400,
    "/nowhere": 404,
    "/livez/": 404,
    "//": 404,
    "//livez": 404,
    "/./livez": 404,
    "/problems": 404,
    "/problems/": 404,
    "/problems/unknown": 404,
    f"{PATH}/": 404,
    f"{PATH}/c/": 404,
    f"{PATH}/c/stdout/": 404,
    f"{PATH}/c/stdin": 404,
    f"{PATH}/c/STDOUT": 404,
    "/sessions//calculations/c": 404,
    f"/sessions/{'x' * 257}/calculations/c": 404,
    f"{PATH}/{'x' * 37}": 404,
    "/Sessions/demo/calculations/c": 404,
    "/sessions/%/calculations/c": 400,
    "/sessions/%4/calculations/c": 400,
    "/sessions/%zz/calculations/c": 400,
    "/sessions/%00/calculations/c": 400,
    "/sessions/%FF/calculations/c": 400,
    "/sessions/%C3/calculations/c": 400,
    "/sessions/%C0%80/calculations/c": 400,
    "/sessions/%ED%A0%80/calculations/c": 400,
    "/sessions/\udcff/calculations/c": 400,
    "/sessions/é/calculations/c": 400,
    "/livez#fragment": 400,
    "livez": 400,
    "*": 400,
    "/livez?x=1": 400,
    "/livez?": 200,
    "/?a": 400,
    f"{PATH}/c?%": 400,
    f"{PATH}/c/stdout?x": 400,
}


@pytest.mark.parametrize("target, status", PATHS.items(), ids=ascii)
def test_a_path_or_query_that_is_not_the_gateway_s_is_404_or_400(gateway, capture, target, status):
    answer = gateway.get(target)
    assert answer.status == status, str(answer)
    assert status == 200 or answer.json["code"] == {404: "not-found", 400: "malformed-request"}[status]
    assert capture.requests == []


QUERIES = {
    "description=a&description=b": "malformed-request",
    "description=a&Description=b": "malformed-request",
    "descriptio%6E=a&description=b": "malformed-request",
    "other=1": "malformed-request",
    "description=%FF": "malformed-request",
    "description=%2": "malformed-request",
    "description": "malformed-request",
    "description=": "malformed-request",
    "description=" + "x" * 1025: "malformed-request",
}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:40])
def test_a_query_parameter_that_is_unknown_repeated_or_out_of_bounds_is_400(gateway, capture, query):
    answer = gateway("POST", f"{PATH}?{query}", [PYTHON], b"1")
    refuse(gateway, capture, answer, 400, QUERIES[query])


def test_JSON_has_its_description_in_the_content_alone(gateway, capture):
    answer = gateway("POST", f"{PATH}?description=a", [JSON], b'{"codeBlock":"1"}')
    refuse(gateway, capture, answer, 400, "malformed-request")


METHODS = [
    ("/", "GET, HEAD, OPTIONS"),
    ("/livez", "GET, HEAD, OPTIONS"),
    ("/problems/not-found", "GET, HEAD, OPTIONS"),
    ("/openapi.yaml", "GET, HEAD, OPTIONS"),
    ("/sessions", "GET, HEAD, POST, OPTIONS"),
    ("/sessions/demo", "GET, HEAD, DELETE, OPTIONS"),
    ("/sessions/demo/executors", "GET, HEAD, OPTIONS"),
    (PATH, "GET, HEAD, POST, OPTIONS"),
    (f"{PATH}/c", "GET, HEAD, DELETE, OPTIONS"),
    (f"{PATH}/c/code", "GET, HEAD, OPTIONS"),
    (f"{PATH}/c/stdout", "GET, HEAD, OPTIONS"),
    (f"{PATH}/c/stderr", "GET, HEAD, OPTIONS"),
]


@pytest.mark.parametrize("target, allowed", METHODS)
def test_a_method_that_a_path_does_not_have_is_405_with_those_that_it_has(gateway, capture, target, allowed):
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]:
        if method in allowed.split(", "):
            continue
        answer = gateway(method, target)
        assert (answer.status, answer["Allow"]) == (405, allowed)
    answer = gateway("OPTIONS", target)
    assert (answer.status, answer["Allow"], answer.body) == (204, allowed, b"")
    for method in ["PROPFIND", "get", "FOO", "M-SEARCH"]:
        refuse(gateway, capture, gateway(method, target), 501, "not-implemented")


@pytest.mark.parametrize("method", ["DELETE", "FOO"])
def test_the_path_is_judged_before_the_method(gateway, method):
    assert gateway(method, "/nowhere").status == 404


# Once, not twice

KEYS = {
    "bare": 201,
    '"quoted"': 201,
    '"with space, comma; and \\"quote\\""': 201,
    "k" * 255: 201,
    '"' + "k" * 255 + '"': 201,
    "8e03978e-40d5-43e8-bc93-6894a57f9324": 201,
    "": 400,
    '""': 400,
    "k" * 256: 400,
    '"' + "k" * 256 + '"': 400,
    '"unfinished': 400,
    'quote"inside': 400,
    "with space": 400,
    "é": 400,
    '"é"': 400,
    '"a", "b"': 400,
}


@pytest.mark.parametrize("key, status", KEYS.items(), ids=lambda value: ascii(value)[:30])
def test_an_idempotency_key_is_quoted_or_bare_and_has_1_to_255_characters(gateway, capture, key, status):
    answer = gateway.submit("1", ("Idempotency-Key", key))
    assert answer.status == status, str(answer)
    assert answer["Client-Request-Token"]
    if status == 400:
        refuse(gateway, capture, answer, 400, "invalid-request")
    else:
        assert capture.last.json["ClientRequestToken"] == answer["Client-Request-Token"]


def test_two_idempotency_keys_are_400(gateway, capture):
    answer = gateway.submit("1", ("Idempotency-Key", "a"), ("Idempotency-Key", "a"))
    refuse(gateway, capture, answer, 400, "invalid-request")


def test_a_key_along_with_a_token_is_400(gateway, capture):
    content = {"codeBlock": "1", "clientRequestToken": TOKEN}
    answer = gateway.submit_json(content, ("Idempotency-Key", "a"))
    refuse(gateway, capture, answer, 400, "invalid-request", ["/clientRequestToken"])


def tokens(gateway, capture, *keys, session="demo"):
    for key in keys:
        assert gateway.submit("1", ("Idempotency-Key", key), session=session).status == 201
    return [request.json["ClientRequestToken"] for request in capture.requests[-len(keys) :]]


def test_the_same_key_is_the_same_token_quoted_or_bare_and_another_s_key_is_another_s(gateway, capture):
    bare, quoted, other = tokens(gateway, capture, "key-1", '"key-1"', "key-2")
    assert bare == quoted != other
    (elsewhere,) = tokens(gateway, capture, "key-1", session="demo2")
    assert elsewhere not in (bare, other)
    # Parts that run together to the same text are not the same parts.
    (first,) = tokens(gateway, capture, "2:key", session="demo")
    (second,) = tokens(gateway, capture, "key", session="demo2:")
    assert first != second
    assert all(len(token) == 64 and int(token, 16) for token in (bare, other, elsewhere))


def test_every_submission_without_a_token_gets_its_own(gateway, capture):
    for _ in range(20):
        answer = gateway.submit("1")
        assert answer["Client-Request-Token"] == capture.last.json["ClientRequestToken"]
    assert len({request.json["ClientRequestToken"] for request in capture.requests}) == 20


@pytest.mark.parametrize("token", ["t" * 32, "a b\tc" * 8, "\r\nX-Evil: 1\r\n" * 3, "é" * 32, "\U0001f600\0" * 20])
def test_the_caller_s_own_token_goes_to_Athena_as_it_is_and_into_no_header_of_its_own(gateway, capture, token):
    answer = gateway.submit_json({"codeBlock": "1", "clientRequestToken": token})
    assert answer.status == 201
    assert capture.last.json["ClientRequestToken"] == token
    assert answer["X-Evil"] is None
    # Altered, it would be another token, with which the code would run again; and many clients would alter what is not
    # ASCII, since they read fields as Latin-1.
    can_stand_in_a_field = all(" " <= character <= "~" or character == "\t" for character in token)
    assert answer["Client-Request-Token"] == (token if can_stand_in_a_field else None)


# Request ids

IDS = {
    "my-id_1.2:3=4+5/6@7": True,
    "x" * 128: True,
    "8E03978E-40D5-43E8-BC93-6894A57F9324": True,
    "x" * 129: False,
    "": False,
    "with space": False,
    "é": False,
    'quote"': False,
    "<script>": False,
}


@pytest.mark.parametrize("own, is_kept", IDS.items(), ids=lambda value: ascii(value)[:20])
def test_a_safe_request_id_is_kept_and_another_is_replaced(gateway, own, is_kept):
    answers = [gateway.get("/livez", ("X-Request-Id", own)), gateway.get("/nowhere", ("X-Request-Id", own))]
    for answer in answers:
        assert (answer["X-Request-Id"] == own) == is_kept
        assert is_kept or uuid.UUID(answer["X-Request-Id"])


# Ids that are not the session's


def test_a_calculation_of_another_session_is_404(gateway, capture):
    capture.on("GetCalculationExecution", capturing.calculation(session="other"))
    for end in ("", "/stdout", "/stderr"):
        answer = gateway.get(f"{PATH}/{capturing.CALCULATION}{end}")
        assert (answer.status, answer.json["code"]) == (404, "not-found")
    assert {capturing.operation(request) for request in capture.requests} == {"GetCalculationExecution"}


def test_an_encoded_slash_is_part_of_an_id(gateway, capture):
    answer = gateway("POST", "/sessions/a%2Fb/calculations", [PYTHON], b"1")
    assert answer.status == 201
    assert capture.last.json["SessionId"] == "a/b"
    assert answer["Location"].startswith("/sessions/a%2Fb/calculations/")


def test_ids_are_compared_by_their_characters_and_not_by_how_they_look(gateway, capture):
    capture.on("GetCalculationExecution", capturing.calculation(session="\u00e9"))
    composed, decomposed = client.calculations("\u00e9"), client.calculations("e\u0301")
    assert gateway.get(f"{composed}/c").status == 200
    assert gateway.get(f"{decomposed}/c").status == 404
