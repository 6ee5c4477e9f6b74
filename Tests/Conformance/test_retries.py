"""The gateway tries again what botocore's standard mode tries again, as often, after as long."""

import time

import boto3
import pytest
from botocore.config import Config

import capture as capturing
import client
import http1
import programs
import retries
import signatures

LOCATION = f"{client.calculations()}/{capturing.CALCULATION}"
START, GET_OBJECT = "StartCalculationExecution", "GetObject"
TOKEN = "token-of-the-caller-0123456789-abcdef"
# What a machine with too much to do may add to a delay, in seconds.
SLACK = 2

THROTTLING = [
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
    "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
    "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
    "EC2ThrottledException",
]  # fmt: skip
HTML = b"<html><body>an error</body></html>"


def gone(_):
    """The end of the connection, in place of an answer."""
    yield b""


def cut_off(_):
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"


def cut_off_chunks(_):
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"


def no_http(_):
    yield b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


def named_in_the_head(code):
    return http1.response(400, b"{}", [("X-Amzn-ErrorType", f"{code}:http://internal.amazon.com/")])


def after(milliseconds, code="InternalServerException", status=500):
    return http1.response(status, {"__type": code}, [("x-amz-retry-after", milliseconds)])


DATE = ("Date", "Sun, 06 Nov 2033 08:49:37 GMT")
failure, s3_failure, started = capturing.failure, capturing.s3_failure, capturing.started()
# The answers to the tries, the last of which is the answer to all later ones; the status and code that the gateway's
# caller gets, and the Retry-After.
ATHENA = {
    "at once": ([started], 201),
    "at the second try": ([failure("InternalServerException", status=500), started], 201),
    "at the third try": ([failure("InternalServerException", status=500)] * 2 + [started], 201),
    "too late": ([failure("InternalServerException", status=500)] * 3 + [started], 502, "athena-failed"),
    "the last error decides": (
        [failure("InternalServerException", status=500), http1.response(502, HTML), failure("SlowDown", status=503)],
        503, "athena-unavailable", "5",
    ),
    "an error of another kind ends it": (
        [failure("ThrottlingException"), failure("ResourceNotFoundException")], 404, "not-found"),
    **{f"status {status}": ([http1.response(status, HTML)], 502, "athena-failed") for status in
       (500, 501, 502, 503, 504, 505, 509)},
    **{f"{code}, status 400": ([failure(code), started], 201) for code in THROTTLING},
    "ThrottlingException": ([failure("ThrottlingException")], 429, "throttled", "1"),
    "a code with a namespace": ([failure("com.amazon#ThrottlingException"), started], 201),
    "RequestTimeout": ([failure("RequestTimeout"), started], 201),
    "RequestTimeoutException": ([failure("RequestTimeoutException"), started], 201),
    "status 429": ([http1.response(429, b""), started], 201),
    "status 429 and an unknown code": ([failure("SomethingNew", status=429), started], 201),
    "status 429 and a code of the model": ([failure("InvalidRequestException", status=429)], 400, "invalid-request"),
    "a code of the model with status 500": ([failure("InvalidRequestException", status=500), started], 201),
    "InvalidRequestException": ([failure("InvalidRequestException")], 400, "invalid-request"),
    "AccessDeniedException": ([failure("AccessDeniedException", status=403)], 502, "gateway-not-authorized"),
    "ExpiredTokenException, and no other": ([failure("ExpiredTokenException")], 502, "gateway-credentials"),
    "no answer": ([gone], 502, "bad-answer"),
    "no answer once": ([gone, started], 201),
    "chunks cut off once": ([cut_off_chunks, started], 201),
    "no HTTP once": ([no_http, started], 201),
    "no JSON": ([http1.response(200, HTML)], 502, "bad-answer"),
    "a redirect": ([http1.response(302, b"", [("Location", "http://127.0.0.1:1/")])], 502, "bad-answer"),
    "asked to wait 300 ms": ([after(300), started], 201),
    "asked to wait 300 ms, of a throttled call": ([after(300, "SlowDown", 503), started], 201),
    "asked to wait 10 minutes": ([after(600_000), started], 201),
    **{f"asked to wait {words!r}": ([after(words), started], 201) for words in ("0", "-1", "soon", "1.5", "")},
    "a date": ([http1.response(500, HTML, [DATE]), http1.response(500, HTML), started], 201),
}  # fmt: skip
# What botocore doesn't see: it takes a content that ends before its length for a whole one, which is no JSON then, and
# looks for this protocol's code in the content alone.
UNSEEN = {
    "an answer cut off": ([cut_off], 3, 502, "bad-answer"),
    "an answer cut off once": ([cut_off, started], 2, 201),
    "a code in the head": ([named_in_the_head("ThrottlingException"), started], 2, 201),
}
S3_OK = http1.response(200, b"45\n", [capturing.S3_ID])
S3 = {
    "SlowDown": ([s3_failure("SlowDown", 503), S3_OK], 200),
    "SlowDown for ever": ([s3_failure("SlowDown", 503)], 503, "athena-unavailable", "5"),
    "InternalError": ([s3_failure("InternalError", 500)] * 2 + [S3_OK], 200),
    "RequestTimeout": ([s3_failure("RequestTimeout", 400), S3_OK], 200),
    "a page": ([http1.response(503, HTML), S3_OK], 200),
    "status 429": ([s3_failure("SomethingNew", 429), S3_OK], 200),
    "NoSuchKey": ([s3_failure("NoSuchKey", 404)], 404, "output-gone"),
    "NoSuchKey with status 429": ([s3_failure("NoSuchKey", 429)], 404, "output-gone"),
    "AccessDenied": ([s3_failure("AccessDenied", 403)], 502, "gateway-not-authorized"),
    "no answer": ([gone, S3_OK], 200),
}


class Script:
    """Answers one call's tries, and notes when each answer went and when the next request came."""

    def __init__(self, answers):
        self.answers, self.came, self.answered = answers, [], []

    def __call__(self, request):
        self.came.append(time.monotonic())
        answer = self.answers[min(len(self.came), len(self.answers)) - 1]
        self.answered.append(time.monotonic())
        if not callable(answer):
            return answer
        return answer(request)

    @property
    def gaps(self):
        return [came - answered for answered, came in zip(self.answered, self.came[1:], strict=False)]


def aws(service, endpoint, attempts=None):
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id=programs.KEY,
        aws_secret_access_key=programs.SECRET,
        aws_session_token=programs.TOKEN,
        config=Config(
            retries={"mode": "standard", **({"total_max_attempts": attempts} if attempts else {})},
            response_checksum_validation="when_required",
        ),
    )


def submit(athena):
    return athena.start_calculation_execution(SessionId="demo", CodeBlock="1", ClientRequestToken=TOKEN)


def attempt(request):
    """What the request says of its attempt, and whether it says until when an answer is of use."""
    *ttl, number, most = request["amz-sdk-request"].split("; ")
    return bool(ttl), number, most


def traced(capture, operation, answers, call):
    script = Script(answers)
    capture.on(operation, script)
    del capture.requests[:]
    result = call()
    sent = [request for request in capture.requests if capturing.operation(request) == operation]
    for request in sent:
        assert not {"amz-sdk-request", "amz-sdk-invocation-id"} & set(signatures.authorization(request)["headers"])
    assert len({request["amz-sdk-invocation-id"] for request in sent}) == 1
    assert len({request.body for request in sent}) == 1
    return result, script, [attempt(request) for request in sent]


def theirs(capture, operation, answers, call):
    """botocore's tries, and the bounds of its delays."""
    tries = []

    def once():
        try:
            traced(capture, operation, answers, call)
        finally:
            tries.append([attempt(request) for request in capture.requests])

    delays = retries.bounds(once)
    assert tries[0] == tries[1]
    return tries[0], delays


def check_answer(answer, status, code=None, retry_after=None):
    assert answer.status == status, answer
    if answer.status >= 500 and answer.json["retryable"]:
        retry_after = retry_after or "5"
    assert answer["Retry-After"] == retry_after
    if code:
        assert answer.json["code"] == code


def check_same(tries, delays, ours, script):
    assert ours == tries
    assert len(script.gaps) == len(delays)
    for gap, (least, most) in zip(script.gaps, delays, strict=True):
        assert least - 0.01 <= gap <= most + SLACK, (script.gaps, delays)


@pytest.mark.parametrize("name", ATHENA)
def test_a_submission_is_tried_again_as_botocore_does(start, make_capture, name):
    answers, *expected = ATHENA[name]
    capture = make_capture()
    tries, delays = theirs(capture, START, answers, lambda: submit(aws("athena", capture.url)))
    caller = client.Client(start(programs.serve_before, capture, "--workers", "1", AWS_MAX_ATTEMPTS=""))
    answer, script, ours = traced(capture, START, answers, lambda: caller.submit("1"))
    check_answer(answer, *expected)
    check_same(tries, delays, ours, script)
    caller.close()


@pytest.mark.parametrize("name", UNSEEN)
def test_what_botocore_does_not_see_is_tried_again_as_well(start, make_capture, name):
    answers, count, *expected = UNSEEN[name]
    capture = make_capture()
    call = [capture, START, answers]
    tries, _ = theirs(*call, lambda: submit(aws("athena", capture.url)))
    caller = client.Client(start(programs.serve_before, capture, "--workers", "1", AWS_MAX_ATTEMPTS=""))
    answer, _, ours = traced(*call, lambda: caller.submit("1"))
    check_answer(answer, *expected)
    assert (len(tries), len(ours)) == (1, count)
    caller.close()


@pytest.mark.parametrize("name", S3)
def test_a_read_of_an_output_is_tried_again_as_botocore_does(start, make_capture, name):
    answers, *expected = S3[name]
    capture = make_capture()
    tries, delays = theirs(
        capture, GET_OBJECT, answers, lambda: aws("s3", capture.url).get_object(Bucket="outputs", Key="stdout"))
    caller = client.Client(start(programs.serve_before, capture, "--workers", "1", AWS_MAX_ATTEMPTS=""))
    # On a connection of its own: on a kept one that ends, the request is sent anew without a word.
    capture.on("GetCalculationExecution", lambda _: iter([capturing.calculation()]))
    answer, script, ours = traced(capture, GET_OBJECT, answers, lambda: caller.get(f"{LOCATION}/stdout"))
    check_answer(answer, *expected)
    check_same(tries, delays, ours, script)
    caller.close()


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_AWS_MAX_ATTEMPTS_counts_the_first_try(start, make_capture, attempts):
    capture = make_capture()
    answers = [failure("InternalServerException", status=500)]
    tries, delays = theirs(capture, START, answers, lambda: submit(aws("athena", capture.url, attempts)))
    caller = client.Client(start(programs.serve_before, capture, "--workers", "1", AWS_MAX_ATTEMPTS=str(attempts)))
    _, script, ours = traced(capture, START, answers, lambda: caller.submit("1"))
    check_same(tries, delays, ours, script)
    assert len(ours) == attempts
    caller.close()


def test_the_quota_ends_retries_when_botocore_s_does(start, make_capture):
    capture = make_capture()
    capture.on(START, gone)
    caller = client.Client(start(programs.serve_before, capture, "--workers", "2", AWS_MAX_ATTEMPTS=""))

    def counts(call):
        found = []
        for _ in range(20):
            del capture.requests[:]
            call()
            found.append(len(capture.requests))
        return found

    with retries.delays(0):
        athena = aws("athena", capture.url)

        def call():
            with pytest.raises(retries.FAILURES):
                submit(athena)

        expected = counts(call)
    assert expected[0] == 3 and expected[-1] == 1
    assert counts(lambda: check_answer(caller.submit("1"), 502, "bad-answer")) == expected
    caller.close()


def test_a_clock_that_is_wrong_is_corrected_and_told(start, make_capture):
    capture = make_capture()
    refusal = failure("InvalidSignatureException", status=403)
    ahead = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
    skewed = refusal.replace(b"\r\n\r\n", f"\r\nDate: {ahead}\r\n\r\n".encode(), 1)
    program = start(programs.serve_before, capture, "--workers", "2")
    caller = client.Client(program)
    assert caller.get("/readyz").json == {"status": "ok"}
    answer, _, _ = traced(capture, START, [skewed, started], lambda: caller.submit("1"))
    assert answer.status == 201
    first, second = (request["X-Amz-Date"] for request in capture.requests)
    as_seconds = [time.mktime(time.strptime(date, "%Y%m%dT%H%M%SZ")) for date in (first, second)]
    assert 3590 < as_seconds[1] - as_seconds[0] < 3610
    assert 3590 < caller.get("/readyz").json["clockOffsetSeconds"] < 3610
    # A later call is right at once, on whatever worker.
    for _ in range(4):
        other = client.Client(program)
        traced(capture, START, [started], lambda other=other: other.submit("1"))
        assert capture.last["X-Amz-Date"] > first
        other.close()
    caller.close()
    program.stop()
    assert "this machine's clock is" in program.output and "slow" in program.output
