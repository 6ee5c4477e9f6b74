"""What openapi.yaml lists, the gateway has: each status, header and member comes in some answer.

The other direction, that no answer has what is not listed, is checked of every answer in all tests (contract.py); that
routes and methods, problems, and what is read of contents are the same on both sides, by GatewayTests/OpenAPITests.swift.
"""

import pytest

import capture as capturing
import client
import contract
import http1
import programs
from waiting import until

DOCUMENT = contract.openapi()
# What any request can be answered with: OpenAPITests has the list by the server's own rules.
COMMON = {"400", "401", "403", "408", "413", "414", "417", "421", "431", "500", "501", "503", "504", "505"}

SESSIONS, SESSION = "/sessions", "/sessions/{sessionId}"
EXECUTORS, CALCULATIONS = f"{SESSION}/executors", f"{SESSION}/calculations"
CALCULATION = f"{CALCULATIONS}/{{calculationId}}"
CODE, EVENTS, STDOUT, STDERR = (f"{CALCULATION}/{name}" for name in ("code", "events", "stdout", "stderr"))
CALLS = {
    (SESSIONS, "POST"): "StartSession",
    (SESSIONS, "GET"): "ListSessions",
    (SESSION, "GET"): "GetSession",
    (SESSION, "DELETE"): "TerminateSession",
    (EXECUTORS, "GET"): "ListExecutors",
    (CALCULATIONS, "POST"): "StartCalculationExecution",
    (CALCULATIONS, "GET"): "ListCalculationExecutions",
    (CALCULATION, "GET"): "GetCalculationExecution",
    (CALCULATION, "DELETE"): "StopCalculationExecution",
    (CODE, "GET"): "GetCalculationExecutionCode",
    (EVENTS, "GET"): "GetCalculationExecution",
    (STDOUT, "GET"): "GetObject",
    (STDERR, "GET"): "GetObject",
}
FAILURES = {
    "404": "ResourceNotFoundException",
    "429": "TooManyRequestsException",
    "502": "InternalServerException",
    "503": "ServiceUnavailable",
}
STATUS = {
    "State": "COMPLETED", "StateChangeReason": "r", "SubmissionDateTime": 1760000000.25, "CompletionDateTime": 1760000001,
}  # fmt: skip
FULL_CALCULATION = capturing.answered(
    CalculationExecutionId=capturing.CALCULATION, SessionId="demo", Description="d", WorkingDirectory="s3://outputs/w",
    Status=STATUS, Statistics={"Progress": "100%", "DpuExecutionInMillis": 7},
    Result={
        "StdOutS3Uri": "s3://outputs/out", "StdErrorS3Uri": "s3://outputs/err", "ResultS3Uri": "s3://outputs/r",
        "ResultType": "text/plain",
    },
)  # fmt: skip
WAIT = ("Prefer", "wait=5")
# What these requests can't bring about.
ELSEWHERE = {
    (EVENTS, "GET", "429"): "after half a minute of throttling",
    ("#/components/responses/RangeNotSatisfiable", "Content-Range"): "where S3 tells the length",
    ("ReadinessSign", "clockOffsetSeconds"): "where the clock is wrong",
}


class Recorder:
    """Asks, and keeps what came."""

    def __init__(self, gateway, capture):
        self.gateway, self.capture = gateway, capture
        self.statuses, self.headers, self.members = set(), {}, {}

    def __call__(self, template, method, *fields, query="", body=None, code="origin", **answers):
        """Asks for what the template stands for, where Athena and S3 answer as is said."""
        self.capture.reset()
        for operation, answer in answers.items():
            self.capture.on(operation, answer)
        if method == "POST" and body is None:
            fields = [*fields, client.JSON]
            body = b'{"codeBlock": "1"}' if template == CALCULATIONS else b'{"workGroup": "w"}'
        target = template.format(sessionId="demo", calculationId=capturing.CALCULATION, code=code)
        answer = self.gateway(method, target + query, fields, body or b"")
        self.note(template, method, answer)
        return answer

    def note(self, template, method, answer):
        status = str(answer.status)
        self.statuses.add((template, method, status))
        response = DOCUMENT.document["paths"][template][method.lower()]["responses"][status]
        # A response that several operations have is one thing.
        name = response.get("$ref", f"{method} {template} {status}")
        response = DOCUMENT.resolve(response)
        seen, documented = self.headers.setdefault(name, (set(), set(response.get("headers", {}))))
        seen.update(field for field in documented if answer[field] is not None)
        for media, content in response.get("content", {}).items():
            if "json" in media and "schema" in content:
                self.note_members(content["schema"], answer.json)

    def note_members(self, schema, value):
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = DOCUMENT.resolve(schema)
        if isinstance(value, list):
            for item in value:
                self.note_members(schema.get("items", {}), item)
        elif isinstance(value, dict) and "properties" in schema:
            if name:
                self.members.setdefault(name, set()).update(value)
            for member, item in value.items():
                self.note_members(schema["properties"].get(member, {}), item)


@pytest.fixture(scope="module")
def record():
    """All that can be seen, in some hundred requests."""
    capture = capturing.Capture()
    started = [programs.serve_before(capture), programs.serve_before(capture, "--caller-rate", "1")]
    gateway, limited_gateway = map(client.Client, started)
    ask = Recorder(gateway, capture)
    try:
        successes(ask)
        refusals(ask)
        failures(ask)
        ask.gateway = limited_gateway
        throttling(ask)
        yield ask
    finally:
        for caller, program in zip((gateway, limited_gateway), started, strict=True):
            caller.close()
            program.end()
        capture.close()


def successes(ask):
    full = {"GetCalculationExecution": FULL_CALCULATION}
    for template in ("/", "/livez", "/readyz", "/problems/{code}"):
        ask(template, "GET")
    for template in ("/openapi.yaml", SESSION, CALCULATION, CODE):
        tag = ask(template, "GET")["ETag"]
        assert ask(template, "GET", ("If-None-Match", tag)).status == 304
    kept = ask(CALCULATION, "GET", WAIT)
    ask(CALCULATION, "GET", WAIT, ("If-None-Match", kept["ETag"]))
    ask(SESSION, "GET", WAIT)
    ask(SESSIONS, "POST", WAIT)
    ask(SESSIONS, "POST", WAIT, GetSession=capturing.failure("AccessDeniedException"))
    ask(SESSION, "DELETE")
    lists(ask)
    ask(CALCULATIONS, "POST", WAIT, query="?include=stdout,stderr", **full)
    ask(CALCULATIONS, "POST", WAIT, GetCalculationExecution=capturing.failure("AccessDeniedException"))
    unreadable = {"GetObject": capturing.s3_failure("NoSuchKey", 404), **full}
    for template, method in ((CALCULATION, "GET"), (CALCULATIONS, "POST")):
        ask(template, method, WAIT, query="?include=stdout,stderr", **full)
        ask(template, method, WAIT, query="?include=stdout,stderr", **unreadable)
    ask(CALCULATION, "DELETE")
    ask(EVENTS, "GET")
    assert ask(EVENTS, "GET", ("Last-Event-ID", "1-COMPLETED")).status == 204
    tag = ("ETag", '"5d41402abc4b2a76b9719d911017c592"')
    part = [capturing.S3_ID, ("Content-Range", "bytes 0-1/3"), tag]
    for template in (STDOUT, STDERR):
        ask(template, "GET", GetObject=http1.response(200, b"45\n", [capturing.S3_ID, tag]))
        same = http1.message("HTTP/1.1 304 Not Modified", [capturing.S3_ID, tag])
        assert ask(template, "GET", ("If-None-Match", tag[1]), GetObject=same).status == 304
        answer = ask(template, "GET", ("Range", "bytes=0-1"), GetObject=http1.response(206, b"45", part))
        assert answer.status == 206


def lists(ask):
    times = {"StartDateTime": 1760000000.25, "LastModifiedDateTime": 1, "EndDateTime": 2, "IdleSinceDateTime": 3}
    session = {
        "SessionId": "s", "Description": "d", "NotebookVersion": "n",
        "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "3"},
        "Status": {"State": "IDLE", "StateChangeReason": "r", **times},
    }  # fmt: skip
    ask(SESSIONS, "GET", query="?workGroup=w", ListSessions=capturing.answered(Sessions=[session], NextToken="t"))
    executor = {
        "ExecutorId": "1", "ExecutorType": "WORKER", "StartDateTime": 1, "TerminationDateTime": 2,
        "ExecutorState": "CREATED", "ExecutorSize": 1,
    }  # fmt: skip
    ask(EXECUTORS, "GET", ListExecutors=capturing.answered(ExecutorsSummary=[executor], NextToken="t"))
    calculation = {"CalculationExecutionId": "c", "Description": "d", "Status": STATUS}
    ask(
        CALCULATIONS, "GET",
        ListCalculationExecutions=capturing.answered(Calculations=[calculation], NextToken="t"),
    )  # fmt: skip


def refusals(ask):
    busy = capturing.failure("InvalidRequestException", "Session is in the BUSY state; needs to be IDLE")
    reused = capturing.failure("InvalidRequestException", "Idempotent parameters do not match")
    for template, operation in ((SESSIONS, "StartSession"), (CALCULATIONS, "StartCalculationExecution")):
        assert ask(template, "POST", ("Content-Type", "text/plain"), body=b"1").status == 415
        assert ask(template, "POST", **{operation: reused}).status == 422
    answer = ask(SESSIONS, "POST", StartSession=capturing.failure("SessionAlreadyExistsException"))
    assert answer.status == 409
    assert ask(CALCULATIONS, "POST", StartCalculationExecution=busy).status == 409
    ask(CALCULATIONS, "POST", client.JSON, body=b'{"codeBlock": ""}')
    words = capturing.failure(
        "InvalidRequestException", "m", AthenaErrorCode="INVALID_INPUT", ResourceName="r"
    ).replace(b"Content-Length", b"x-amzn-requestid: 3L137\r\nContent-Length")
    ask(CALCULATIONS, "POST", StartCalculationExecution=words)
    running = {"GetCalculationExecution": capturing.calculation(state="RUNNING")}
    for template in (STDOUT, STDERR):
        assert ask(template, "GET", **running).status == 409
        beyond = capturing.s3_failure("InvalidRange", 416)
        assert ask(template, "GET", ("Range", "bytes=9-"), GetObject=beyond).status == 416
    assert ask("/problems/{code}", "GET", code="nothing").status == 404


def failures(ask):
    for (template, method), operation in CALLS.items():
        for status, code in FAILURES.items():
            if (template, method, status) in ELSEWHERE:
                continue
            if operation == "GetObject":
                failure = capturing.s3_failure("NoSuchKey" if status == "404" else code, int(status))
            else:
                failure = capturing.failure(code)
            query = "?workGroup=w" if (template, method) == (SESSIONS, "GET") else ""
            answer = ask(template, method, query=query, **{operation: failure})
            assert str(answer.status) == status, (template, method)


def throttling(ask):
    """Of what Athena has no part in, a caller can have too much by the gateway's own rate alone; of the rest by both."""
    for template in ("/", "/openapi.yaml", "/problems/{code}", SESSION):
        until(lambda: ask(template, "GET").status, lambda status: status == 429)


def documented():
    return {
        (template, method.upper(), str(status))
        for template, method, status in DOCUMENT.documented()
        if method != "head" and str(status) not in COMMON
    }


def test_each_documented_status_is_one_that_the_gateway_answers_with(record):
    assert documented() - record.statuses - ELSEWHERE.keys() == set()


def test_each_documented_header_is_in_some_answer(record):
    missing = {(name, field) for name, (seen, known) in record.headers.items() for field in known - seen}
    assert missing - ELSEWHERE.keys() == set()


# SessionRequest's and Athena's nested structures are compared with the gateway's shapes, by OpenAPIShapeTests.
REQUESTS = {"SessionRequest", "CalculationSubmission"}
SHAPES = {"Session", "StartedSession", "EngineConfiguration", "MonitoringConfiguration"}


def test_each_documented_member_is_in_some_answer(record):
    schemas = DOCUMENT.document["components"]["schemas"]
    known = {
        (name, member)
        for name, schema in schemas.items()
        if name not in REQUESTS | SHAPES
        for member in schema.get("properties", {})
    }
    seen = {(name, member) for name, members in record.members.items() for member in members}
    assert known - seen - ELSEWHERE.keys() == set()
