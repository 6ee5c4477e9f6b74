"""What Athena and S3 answer, and what it is to the gateway's caller: by code, never by HTTP status."""

import json
import socket
import threading
import time

import pytest

import capture as capturing
import client
import faults
import http1
import programs
from capture import JSON, S3_OK, failure, s3_failure

LOCATION = f"{client.calculations()}/{capturing.CALCULATION}"
START, GET, OBJECT = "StartCalculationExecution", "GetCalculationExecution", "GetObject"

BAD_CREDENTIALS = [
    "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
    "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException", "SignatureDoesNotMatch",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "RequestExpired", "RequestTimeTooSkewed",
    "RequestInTheFuture", "AuthFailure",
]  # fmt: skip
THROTTLING = [
    "TooManyRequestsException", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
    "RequestThrottledException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
    "ProvisionedThroughputExceededException", "PriorRequestNotComplete", "TransactionInProgressException",
    "EC2ThrottledException",
]  # fmt: skip

# Athena's code, and the gateway's status, code and Retry-After.
TABLE = [
    ("InvalidRequestException", 400, "invalid-request", None),
    ("ResourceNotFoundException", 404, "not-found", None),
    ("SessionAlreadyExistsException", 409, "session-exists", None),
    ("InternalServerException", 502, "athena-failed", "5"),
    ("InternalFailure", 502, "athena-failed", "5"),
    *[(code, 429, "throttled", "1") for code in THROTTLING],
    ("ServiceUnavailable", 503, "athena-unavailable", "5"),
    ("ServiceUnavailableException", 503, "athena-unavailable", "5"),
    *[(code, 502, "gateway-not-authorized", None) for code in
      ("AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired")],
    *[(code, 502, "gateway-credentials", "5") for code in BAD_CREDENTIALS],
    *[(code, 502, "athena-error", None) for code in
      ("SerializationException", "UnknownOperationException", "ValidationError", "InvalidAction",
       "MetadataException", "KMSAccessDeniedException", "SomethingNew", "NoSuchKey", "InvalidRange")],
]  # fmt: skip


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_the_code_of_Athena_s_error_decides_and_its_HTTP_status_does_not(gateway, capture, row, status):
    code, *expected = row
    gateway.is_documented = code != "SessionAlreadyExistsException"  # which is an error of StartSession
    for operation, answer in ((START, gateway.submit), (GET, lambda _: gateway.get(LOCATION))):
        capture.on(operation, failure(code, "in Athena's words", status=status))
        check(answer("1"), *expected, upstream=code)


def check(answer, status, code, retry_after=None, upstream=None):
    assert (answer.status, answer.json["code"]) == (status, code), str(answer)
    # Whatever may succeed later says when, where it is no fault of the caller's.
    if answer.status >= 500 and answer.json["retryable"]:
        retry_after = retry_after or "5"
    assert answer["Retry-After"] == retry_after
    assert answer["Cache-Control"] == "no-store"
    if upstream:
        assert answer.json["upstream"]["code"] == upstream


STATES = {
    "CREATING": (409, "session-busy", "2"),
    "CREATED": (409, "session-busy", "2"),
    "BUSY": (409, "session-busy", "2"),
    "TERMINATING": (409, "session-ended", None),
    "TERMINATED": (409, "session-ended", None),
    "DEGRADED": (409, "session-ended", None),
    "FAILED": (409, "session-ended", None),
    "IDLE": (400, "invalid-request", None),
    "NEW": (400, "invalid-request", None),
    "": (400, "invalid-request", None),
}


@pytest.mark.parametrize("state", STATES)
def test_the_session_s_state_is_read_from_Athena_s_sentence(gateway, capture, state):
    message = f"Session is in the {state} state; needs to be IDLE to accept Calculations."
    capture.on(START, failure("InvalidRequestException", message, AthenaErrorCode="INVALID_INPUT"))
    answer = gateway.submit("1")
    check(answer, *STATES[state])
    assert answer.json.get("sessionState") == (state if answer.status == 409 else None)
    assert answer.json["retryable"] == (answer.json["code"] == "session-busy")
    assert answer.json["upstream"]["message"] == message
    # The same words in another error are no more than words.
    capture.on(START, failure("InternalServerException", message))
    check(gateway.submit("1"), 502, "athena-failed")


def test_a_token_that_was_used_for_something_else_is_422(gateway, capture):
    capture.on(START, failure("InvalidRequestException", "Idempotent parameters do not match"))
    check(gateway.submit("1"), 422, "token-reused")


# Athena's code is in a header, or in one of two members, with or without decoration.
FORMS = {
    "__type": ({"__type": "ResourceNotFoundException"}, []),
    "a namespace": ({"__type": "com.amazonaws.athena#ResourceNotFoundException"}, []),
    "a URL": ({"__type": "ResourceNotFoundException:http://internal.amazon.com/coral/"}, []),
    "both": ({"__type": "a.b#ResourceNotFoundException:http://x/#y"}, []),
    "code": ({"code": "ResourceNotFoundException"}, []),
    "a header": ({}, [("X-Amzn-Errortype", "ResourceNotFoundException")]),
    "a header before a member": (
        {"__type": "ThrottlingException"},
        [("x-amzn-errortype", "ResourceNotFoundException:http://x/")],
    ),
    "a header and no body": (None, [("X-Amzn-ErrorType", "ResourceNotFoundException")]),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_code_is_found_wherever_AWS_puts_it(gateway, capture, name):
    body, fields = FORMS[name]
    capture.on(GET, http1.response(400, b"" if body is None else body, [JSON, *fields]))
    check(gateway.get(LOCATION), 404, "not-found", upstream="ResourceNotFoundException")


@pytest.mark.parametrize("name", ["message", "Message"])
def test_what_Athena_says_is_passed_on(gateway, capture, name):
    body = {
        "__type": "InvalidRequestException", name: "é \"quoted\" \U0001f600",
        "AthenaErrorCode": "INVALID_INPUT", "ResourceName": "r-1",
    }  # fmt: skip
    capture.on(GET, http1.response(400, body, [JSON, ("x-amzn-RequestId", "request-1")]))
    answer = gateway.get(LOCATION)
    assert answer.json["detail"] == body[name]
    assert answer.json["upstream"] == {
        "code": "InvalidRequestException", "message": body[name], "athenaErrorCode": "INVALID_INPUT",
        "resourceName": "r-1", "requestId": "request-1",
    }  # fmt: skip


S3_TABLE = [
    ("NoSuchKey", 404, 404, "output-gone", None),
    ("NoSuchBucket", 404, 404, "output-gone", None),
    ("InvalidRange", 416, 416, "range", None),
    ("SlowDown", 503, 503, "athena-unavailable", "5"),
    ("ServiceUnavailable", 503, 503, "athena-unavailable", "5"),
    ("InternalError", 500, 502, "athena-failed", "5"),
    ("AccessDenied", 403, 502, "gateway-not-authorized", None),
    ("AllAccessDisabled", 403, 502, "gateway-not-authorized", None),
    ("InvalidAccessKeyId", 403, 502, "gateway-credentials", "5"),
    ("SignatureDoesNotMatch", 403, 502, "gateway-credentials", "5"),
    ("RequestTimeTooSkewed", 403, 502, "gateway-credentials", "5"),
    ("ExpiredToken", 400, 502, "gateway-credentials", "5"),
    ("InvalidToken", 400, 502, "gateway-credentials", "5"),
    ("AuthorizationHeaderMalformed", 400, 502, "gateway-credentials", "5"),
    ("SomethingNew", 400, 502, "athena-error", None),
    ("ResourceNotFoundException", 400, 502, "athena-error", None),  # Athena's word, and nothing to S3
]


@pytest.mark.parametrize("row", S3_TABLE, ids=[row[0] for row in S3_TABLE])
def test_S3_s_errors_have_their_own_rows(gateway, capture, row):
    code, status, *expected = row
    gateway.is_documented = code != "InvalidRange"  # no range is asked for
    capture.on(OBJECT, s3_failure(code, status))
    check(gateway.get(f"{LOCATION}/stdout"), *expected, upstream=code)


@pytest.mark.parametrize("status, expected", [(404, 404), (403, 502), (500, 502), (503, 502), (400, 502)])
def test_a_HEAD_that_S3_refuses_is_judged_by_its_status_since_it_has_no_content(gateway, capture, status, expected):
    capture.on("HeadObject", http1.message(f"HTTP/1.1 {status} No", [("Content-Length", 300)]))
    answer = gateway("HEAD", f"{LOCATION}/stdout")
    assert (answer.status, answer.body) == (expected, b"")


# Secrets

SECRETS = [programs.SECRET, programs.TOKEN]
LOUD = f"""The Canonical String for this request should have been 'POST

host:x
x-amz-security-token:{programs.TOKEN}
' AWSSecretKey {programs.SECRET}"""


@pytest.mark.parametrize("code", BAD_CREDENTIALS)
def test_no_secret_is_in_an_answer_though_AWS_repeats_it(gateway, capture, code):
    capture.on(GET, failure(code, LOUD))
    capture.on(START, failure(code, LOUD, AthenaErrorCode="X"))
    for answer in (gateway.get(LOCATION), gateway.submit("1")):
        whole = str(answer.fields) + json.dumps(answer.json, ensure_ascii=False)
        assert not any(secret in whole for secret in SECRETS), code


def test_no_secret_is_in_an_answer_though_S3_repeats_it(gateway, capture):
    capture.on(OBJECT, s3_failure("SignatureDoesNotMatch", 403, LOUD))
    answer = gateway.get(f"{LOCATION}/stdout")
    assert not any(secret in str(answer.fields) + str(answer.json) for secret in SECRETS)


def test_no_secret_is_in_what_the_program_writes(start, make_capture):
    capture = make_capture()
    capture.on(GET, failure("SignatureDoesNotMatch", LOUD))
    program = start(programs.serve_before, capture)
    caller = client.Client(program)
    caller.get(LOCATION)
    caller.submit("1")
    program.stop()
    assert not any(secret in program.output for secret in [*SECRETS, programs.KEY])


@pytest.mark.parametrize("status", [401, 403])
def test_what_AWS_refuses_of_the_gateway_is_never_a_401_or_403_of_its_caller(gateway, capture, status):
    bodies = [b"", b"{}", b"<html>Forbidden</html>", b'{"__type":"AccessDeniedException"}', b'{"__type":"New"}', b"no"]
    for body in bodies:
        for operation in (START, GET, OBJECT):
            capture.reset()
            capture.on(operation, http1.response(status, body))
            answer = gateway.submit("1") if operation == START else gateway.get(f"{LOCATION}/stdout")
            assert answer.status == 502, str(answer)
            assert answer["WWW-Authenticate"] is None


# Answers that are none of Athena's API


def raw(status, body=b"", *fields):
    return http1.response(status, body, fields)


def trickle(_):
    """Never ends: until the gateway has had enough."""
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b" " * 65536 + b"\r\n"


HUGE = b'{"CalculationExecutionId":"c","State":"' + b"x" * (3 << 20) + b'"}'
STRANGE = {
    "an empty 500": (raw(500), "athena-failed"),
    "an empty 502": (raw(502), "athena-failed"),
    "an HTML 500": (raw(500, b"<html><body>Oops</body></html>", ("Content-Type", "text/html")), "athena-failed"),
    "an HTML 503": (raw(503, b"<html><body>Oops</body></html>", ("Content-Type", "text/html")), "athena-failed"),
    "an empty 400": (raw(400), "athena-error"),
    "text with a 400": (raw(400, b"go away"), "athena-error"),
    "an HTML 404": (raw(404, b"<html></html>"), "athena-error"),
    "an error that is an array": (raw(400, b"[1]"), "athena-error"),
    "an error whose code is no name": (raw(400, b'{"__type":"<script>","message":1}'), "athena-error"),
    "an HTML 200": (raw(200, b"<html>Please log in</html>", ("Content-Type", "text/html")), "bad-answer"),
    "an empty 200": (raw(200), "bad-answer"),
    "an empty object": (raw(200, b"{}"), "bad-answer"),
    "an array": (raw(200, b"[]"), "bad-answer"),
    "null": (raw(200, b"null"), "bad-answer"),
    "wrong types": (raw(200, b'{"CalculationExecutionId":1,"State":{}}'), "bad-answer"),
    "no UTF-8": (raw(200, b'{"CalculationExecutionId":"\xff"}'), "bad-answer"),
    "duplicate members": (raw(200, b'{"State":"A","State":"B","CalculationExecutionId":"c"}'), "bad-answer"),
    "unfinished JSON": (raw(200, b'{"CalculationExecutionId":"c"'), "bad-answer"),
    "too deep": (raw(200, b"[" * 100_000), "bad-answer"),
    "too long": (raw(200, HUGE), "bad-answer"),
    "a redirect": (raw(302, b"", ("Location", "http://127.0.0.1:1/")), "bad-answer"),
    "a permanent redirect": (raw(308, b"", ("Location", "/elsewhere")), "bad-answer"),
    "a 204": (b"HTTP/1.1 204 No Content\r\n\r\n", "bad-answer"),
    "a 304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "bad-answer"),
    "no HTTP": (lambda _: [b"220 mail.example ESMTP\r\n"], "bad-answer"),
    "nothing": (lambda _: [], "bad-answer"),
    "half a head": (lambda _: [b"HTTP/1.1 200 OK\r\nContent-Ty"], "bad-answer"),
    "half a content": (lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"], "bad-answer"),
    "half a chunk": (lambda _: [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"], "bad-answer"),
    "no end": (trickle, "bad-answer"),
    "a head without end": (lambda _: [b"HTTP/1.1 200 OK\r\n"] + [b"A: " + b"x" * 8000 + b"\r\n"] * 20, "bad-answer"),
    "two lengths": (lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"], "bad-answer"),
}


@pytest.mark.parametrize("operation", [START, GET])
@pytest.mark.parametrize("name", STRANGE)
def test_an_answer_that_is_none_of_Athena_s_is_a_problem_and_the_gateway_serves_on(gateway, capture, name, operation):
    answer, code = STRANGE[name]
    capture.on(operation, answer)
    got = gateway.submit("1") if operation == START else gateway.get(LOCATION)
    assert (got.status, got.json["code"]) == (502, code), str(got)
    assert len(got.body) < 10_000
    if operation == START:
        assert got["Client-Request-Token"] == json.loads(capture.last.body)["ClientRequestToken"]
    capture.reset()
    assert gateway.submit("1").status == 201


def test_an_unknown_state_passes_through_and_is_not_taken_for_the_last(gateway, capture):
    capture.on(GET, capturing.calculation(state="PAUSED"))
    answer = gateway.get(LOCATION)
    assert (answer.status, answer.json["state"], answer["Cache-Control"]) == (200, "PAUSED", "no-store")
    assert gateway.get(f"{LOCATION}/stdout").json["code"] == "not-finished"


def test_members_that_Athena_adds_one_day_are_passed_over(gateway, capture):
    body = {"CalculationExecutionId": "c", "State": "CREATED", "New": [{}], "Old": None}
    capture.on(START, http1.response(200, body))
    assert gateway.submit("1").json == {"sessionId": "demo", "calculationExecutionId": "c", "state": "CREATED"}


def test_a_calculation_that_left_no_output_has_none(gateway, capture):
    capture.on(GET, capturing.calculation(state="CANCELED"))
    check(gateway.get(f"{LOCATION}/stdout"), 404, "no-output")


# Outputs


def test_an_output_that_breaks_off_is_never_a_clean_end(gateway, capture):
    pieces = [S3_OK + b"Content-Length: 300000\r\n\r\n", b"x" * 200_000]
    capture.on(OBJECT, lambda _: pieces)
    with pytest.raises(http1.CutShort):
        gateway.get(f"{LOCATION}/stdout")
    capture.on(OBJECT, lambda _: [S3_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"])
    with pytest.raises(http1.CutShort):
        gateway.get(f"{LOCATION}/stdout")
    assert gateway.get("/livez").status == 200


def test_an_output_of_unknown_length_is_streamed(gateway, capture):
    capture.on(OBJECT, S3_OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    answer = gateway.get(f"{LOCATION}/stdout")
    assert (answer.status, answer.body) == (200, b"abcde")


def test_an_output_arrives_while_S3_is_still_sending_it(gateway, capture):
    def slow(_):
        yield S3_OK + b"Content-Length: 10\r\n\r\nfirst"
        capture.released.wait(http1.PATIENCE)
        yield b"last!"

    capture.on(OBJECT, slow)
    connection = http1.Connection(gateway.program.port)
    connection.send(f"GET {LOCATION}/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert http1.read_head(connection.stream, http1.Answer).status == 200
    assert connection.stream.read(5) == b"first"
    capture.released.set()
    assert connection.stream.read(5) == b"last!"
    capture.released.clear()
    connection.close()


@pytest.mark.parametrize(
    "fields",
    [
        b"Connection: close\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Length: 3\r\nContent-Length: 5\r\n",
    ],
)
def test_an_output_without_a_declared_end_is_none(gateway, capture, fields):
    capture.on(OBJECT, S3_OK + fields + b"\r\nabc")
    check(gateway.get(f"{LOCATION}/stdout"), 502, "bad-answer")


def test_a_page_of_somebody_else_is_no_output(gateway, capture):
    capture.on(OBJECT, raw(200, b"<html>Please log in</html>", ("Content-Type", "text/html")))
    check(gateway.get(f"{LOCATION}/stdout"), 502, "bad-answer")


@pytest.mark.parametrize("status", [301, 302, 307, 204, 206, 304])
def test_an_output_is_a_200_of_S3_or_none(gateway, capture, status):
    end = b"" if status in (204, 304) else b"Content-Length: 0\r\n"
    capture.on(OBJECT, b"HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:1/\r\n%b\r\n" % (status, end))
    check(gateway.get(f"{LOCATION}/stdout"), 502, "bad-answer")


# No Athena


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def rude_port():
    """A server that says something and hangs up, whatever it is told."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer():
        try:
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        except OSError:
            pass  # the test has ended

    threading.Thread(target=answer, daemon=True).start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()


@pytest.mark.parametrize("name", ["closed", "unknown", "no TLS", "stalled TLS"])
def test_an_Athena_that_can_not_be_reached_is_502(start, make_capture, rude_port, name):
    urls = {
        "closed": f"http://127.0.0.1:{closed_port()}",
        "unknown": "http://no-such-host.invalid",
        "no TLS": f"https://127.0.0.1:{rude_port}",
        "stalled TLS": f"https://127.0.0.1:{make_capture().port}",
    }
    program = start(programs.serve, AWS_REGION="eu-west-1", AWS_ENDPOINT_URL=urls[name], **programs.CREDENTIALS)
    caller = client.Client(program)
    check(caller.submit("1"), 502, "athena-unreachable")
    if name == "closed":
        check(caller.get(LOCATION), 502, "athena-unreachable")


def test_without_credentials_nothing_is_sent(start, make_capture):
    capture = make_capture()
    program = start(programs.serve, AWS_REGION="eu-west-1", AWS_ENDPOINT_URL=capture.url)
    caller = client.Client(program)
    for answer in (caller.submit("1"), caller.get(LOCATION), caller.get(f"{LOCATION}/stdout")):
        check(answer, 503, "no-credentials", "5")
        assert "none are configured" in answer.json["detail"] and "AWS_" not in answer.json["detail"]
    assert capture.requests == []
    assert caller.get("/livez").status == 200
    program.stop()
    assert "AWS_ACCESS_KEY_ID" in program.output


@pytest.mark.slow
def test_an_Athena_that_does_not_answer_is_504_and_others_are_served_meanwhile(gateway, capture):
    capture.on(GET, capture.hang)
    capture.on(OBJECT, capture.hang)
    began = time.monotonic()
    waiting = [http1.Connection(gateway.program.port) for _ in range(2)]
    for connection in waiting:
        connection.send(f"GET {LOCATION} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    capture.wait_for_request()
    assert gateway.submit("1").status == 201
    for connection in waiting:
        answer = connection.answer()
        gateway.check(http1.Request(f"GET {LOCATION} HTTP/1.1", []), answer)
        check(answer, 504, "athena-timeout")
        connection.close()
    assert 10 < time.monotonic() - began < 30


# The faults of LocalAthena

FAULTS = {
    "an error": ({"code": "ThrottlingException"}, 429, "throttled"),
    "another status": ({"code": "InternalServerException", "status": 500}, 502, "athena-failed"),
    "cut off": ({"cutOff": True}, 502, "bad-answer"),
    "garbage": ({"garbage": True}, 502, "bad-answer"),
    "late": ({"delayMilliseconds": 50}, 404, "not-found"),
}


@pytest.fixture
def athena(start):
    return start(programs.Program, "local", "--listen", "127.0.0.1:0")


def test_each_fault_of_the_local_Athena_is_the_gateway_s_problem_as_often_as_was_asked_for(start, athena):
    program = start(
        programs.serve, "--endpoint-url", athena.url,
        AWS_REGION="eu-west-1", AWS_ENDPOINT_URL_S3=athena.url, AWS_MAX_ATTEMPTS="1",
        **programs.LOCAL_CREDENTIALS,
    )  # fmt: skip
    caller = client.Client(program)
    location, _ = caller.run("print(45)")
    for fault, status, code in FAULTS.values():
        faults.put(athena, GET, fault, count=2)
        for _ in range(2):
            check(caller.get(f"{client.calculations()}/unknown"), status, code, "1" if status == 429 else None)
        assert caller.get(location).status == 200
    faults.put(athena, OBJECT, {"code": "SlowDown", "status": 503})
    check(caller.get(f"{location}/stdout"), 503, "athena-unavailable", "5")
    faults.put(athena, OBJECT, {"cutOff": True})
    with pytest.raises(http1.CutShort):
        caller.get(f"{location}/stdout")
    assert caller.get(f"{location}/stdout").body == b"45\n"
