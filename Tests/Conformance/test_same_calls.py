"""The same calls, made by boto3 and by the gateway, are the same on the wire."""

import copy
import json
import re

import boto3
import pytest
from botocore.config import Config

import capture as capturing
import client
import programs
import signatures

TOKEN = "token-of-the-caller-0123456789-abcdef"
CODES = ["print(1)", "# é \U0001f600 \u202e \x00\x1f\x7f\"'\\/\n\r\t", "x" * 68_000]


def aws(service, endpoint):
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id=programs.KEY,
        aws_secret_access_key=programs.SECRET,
        aws_session_token=programs.TOKEN,
        # Without the checksums that boto3 asks for by default, which are signed too.
        config=Config(retries={"total_max_attempts": 1}, response_checksum_validation="when_required"),
    )


def form(request):
    """What two requests for the same thing have in common."""
    names = ("Host", "Content-Type", "X-Amz-Target", "X-Amz-Content-SHA256", "X-Amz-Security-Token")
    field = signatures.authorization(request)
    scope = field["key"], field["region"], field["service"], field["headers"]
    return request.start, scope, {name: request[name] for name in names}


def same(capture):
    """The two captured requests, which differ by time and spelling alone."""
    theirs, ours = capture.requests
    assert form(theirs) == form(ours)
    return theirs, ours


@pytest.mark.parametrize("code", CODES, ids=["plain", "odd", "long"])
@pytest.mark.parametrize("description", [None, "d", "é\U0001f600\n" * 300])
def test_a_submission_is_the_one_of_boto3(gateway, capture, code, description):
    optional = {"description": description} if description else {}
    aws("athena", capture.url).start_calculation_execution(
        SessionId="s é/1", CodeBlock=code, ClientRequestToken=TOKEN, **{k.capitalize(): v for k, v in optional.items()}
    )
    content = {"codeBlock": code, "clientRequestToken": TOKEN, **optional}
    assert gateway.submit_json(content, session="s é/1").status == 201
    theirs, ours = same(capture)
    assert theirs.json == ours.json


def test_the_deprecated_form_is_sent_as_the_form_that_took_its_place(gateway, capture):
    aws("athena", capture.url).start_calculation_execution(SessionId="s", CodeBlock="1", ClientRequestToken=TOKEN)
    content = {"calculationConfiguration": {"codeBlock": "1"}, "clientRequestToken": TOKEN}
    assert gateway.submit_json(content, session="s").status == 201
    theirs, ours = same(capture)
    assert theirs.json == ours.json


@pytest.mark.parametrize("calculation", ["c-1", "é\U0001f600", "x" * 36])
def test_a_question_about_a_calculation_is_the_one_of_boto3(gateway, capture, calculation):
    aws("athena", capture.url).get_calculation_execution(CalculationExecutionId=calculation)
    assert gateway.get(f"{client.calculations()}/{client.segment(calculation)}").status == 200
    theirs, ours = same(capture)
    assert theirs.json == ours.json


# boto3 takes dot segments out of a path, and gets another object: those have a test of their own.
@pytest.mark.parametrize("key", ["a/b", "a b+c%20", "é/\U0001f600", "~!$&'()*,;=:@", "a//b"])
def test_a_read_of_an_output_is_the_one_of_boto3(gateway, capture, key):
    aws("s3", capture.url).get_object(Bucket="outputs", Key=key)
    capture.on("GetCalculationExecution", capturing.calculation(stdout=f"s3://outputs/{key}"))
    assert gateway.get(f"{client.calculations()}/{capturing.CALCULATION}/stdout").status == 200
    del capture.requests[1]  # GetCalculationExecution
    same(capture)


def test_what_boto3_reads_is_what_the_gateway_answers(gateway, capture):
    answer = aws("athena", capture.url).get_calculation_execution(CalculationExecutionId="c")
    calculation = gateway.get(f"{client.calculations()}/c").json
    assert calculation == {
        "sessionId": answer["SessionId"],
        "calculationExecutionId": answer["CalculationExecutionId"],
        "state": answer["Status"]["State"],
        "submissionDateTime": answer["Status"]["SubmissionDateTime"].strftime("%Y-%m-%dT%H:%M:%S.250Z"),
        "stdOutS3Uri": answer["Result"]["StdOutS3Uri"],
        "stdErrorS3Uri": answer["Result"]["StdErrorS3Uri"],
    }


TEXT = "é\U0001f600 \"\\\n\t"
FULL = {
    "Description": TEXT,
    "WorkGroup": "spark.A_b-9",
    "EngineConfiguration": {
        "CoordinatorDpuSize": 1,
        "MaxConcurrentDpus": 5000,
        "DefaultExecutorDpuSize": 1,
        "AdditionalConfigs": {"key": "n"},
        "SparkProperties": {"spark.sql.X": "", "aB c/~é": TEXT},
        "Classifications": [{"Name": "c", "Properties": {"p.q": "r"}}],
    },
    "ExecutionRole": "arn:aws:iam::123456789012:role/service-role/r",
    "MonitoringConfiguration": {
        "CloudWatchLoggingConfiguration": {
            "Enabled": True,
            "LogGroup": "/aws/athena",
            "LogStreamNamePrefix": "p",
            "LogTypes": {"SPARK_DRIVER": ["STDOUT", "stdErr"]},
        },
        "ManagedLoggingConfiguration": {"Enabled": False, "KmsKey": "alias/k"},
        "S3LoggingConfiguration": {"Enabled": True, "KmsKey": "alias/k", "LogLocation": "s3://bucket/logs/"},
    },
    "NotebookVersion": "Athena notebook version 1",
    "SessionIdleTimeoutInMinutes": 480,
    "ClientRequestToken": TOKEN,
    "Tags": [{"Key": "K", "Value": ""}],
    "CopyWorkGroupTags": True,
}
MODEL = aws("athena", "http://127.0.0.1:9").meta.service_model


def rest(value, shape):
    """A value of Athena's model in the form of the REST API."""
    if shape.type_name == "structure":
        return {name[0].lower() + name[1:]: rest(member, shape.members[name]) for name, member in value.items()}
    if shape.type_name == "list":
        return [rest(element, shape.member) for element in value]
    return value


def test_a_session_is_asked_for_as_boto3_does_with_every_member_of_its_model(gateway, capture):
    shape = MODEL.operation_model("StartSession").input_shape
    assert FULL.keys() == shape.members.keys(), "the model has other members now"
    for name in ["EngineConfiguration", "MonitoringConfiguration"]:
        assert FULL[name].keys() == shape.members[name].members.keys()
    aws("athena", capture.url).start_session(**FULL)
    content = json.dumps(rest(FULL, shape)).encode()
    assert gateway("POST", "/sessions", [client.JSON], content).status == 201
    theirs, ours = same(capture)
    assert theirs.json == ours.json


CALLS = {
    "get_session": ("GET", "/sessions/s%20%C3%A9%2F1", {"SessionId": "s é/1"}),
    "terminate_session": ("DELETE", "/sessions/s%20%C3%A9%2F1", {"SessionId": "s é/1"}),
    "list_sessions": (
        "GET",
        "/sessions?workGroup=w&state=IDLE&limit=7&pageToken=a%2B%3D",
        {"WorkGroup": "w", "StateFilter": "IDLE", "MaxResults": 7, "NextToken": "a+="},
    ),
    "list_executors": (
        "GET",
        "/sessions/s/executors?state=FAILED&limit=100",
        {"SessionId": "s", "ExecutorStateFilter": "FAILED", "MaxResults": 100},
    ),
    "list_calculation_executions": (
        "GET",
        "/sessions/s/calculations?state=RUNNING&pageToken=t",
        {"SessionId": "s", "StateFilter": "RUNNING", "MaxResults": 50, "NextToken": "t"},
    ),
    "stop_calculation_execution": ("DELETE", "/sessions/demo/calculations/c-1", {"CalculationExecutionId": "c-1"}),
    "get_calculation_execution_code": (
        "GET",
        "/sessions/demo/calculations/c-1/code",
        {"CalculationExecutionId": "c-1"},
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_other_operation_is_called_as_boto3_does(gateway, capture, name):
    method, target, parameters = CALLS[name]
    getattr(aws("athena", capture.url), name)(**parameters)
    assert gateway(method, target).status < 300
    # The proof that a calculation is the session's, which may have been made before.
    capture.requests[1:] = [
        request for request in capture.requests[1:] if not request["X-Amz-Target"].endswith(".GetCalculationExecution")
    ]
    theirs, ours = same(capture)
    assert theirs.json == ours.json
    if method == "GET":
        assert gateway("HEAD", target).status == 200


def test_a_session_is_answered_with_all_that_boto3_reads(gateway, capture):
    answer = aws("athena", capture.url).get_session(SessionId="demo")
    del answer["ResponseMetadata"]
    status, statistics = answer.pop("Status"), answer.pop("Statistics")
    times = {name: value.strftime("%Y-%m-%dT%H:%M:%S.") for name, value in status.items() if name.endswith("Time")}
    expected = rest(answer, MODEL.operation_model("GetSession").output_shape)
    session = gateway.get("/sessions/demo").json
    for name, value in times.items():
        assert session.pop(name[0].lower() + name[1:]).startswith(value)
    assert session == {**expected, "state": status["State"], "dpuExecutionInMillis": statistics["DpuExecutionInMillis"]}


KEY = "12345678-90ab-cdef-1234-567890abcdef"
SAMPLES = [
    "", "a", "A.b_-9", "a b", "a/b", "a:b", "a*", "é", "a\n", "alias/", "alias/a", "alias/a.b", KEY, KEY.upper(), f"{KEY}0",
    "arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws-cn:kms:cn-north-1:123456789012:alias/a",
    "arn:aws:kms::123456789012:key/1", "arn:aws:kms:eu-west-1:123:key/1", "arn:aws:iam::123456789012:role/r",
    "arn:aws:iam::123456789012:roler", "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:user/r",
    "arn:aws:iam::12345678901\u0663:role/r", "s3://bucket", "s3://bucket/", "s3://bucket/a b/é", "s3://b", "s3://Bucket/",
    "s3://-b/", "s3://b-/", "s3://bu.cket/", "s3://bucket/a\nb", "http://bucket/", "x" * 128, "x" * 129, "x" * 512, "x" * 513,
]  # fmt: skip


def constraints(shape):
    """Values at the bounds of a text or number of the model, each with whether the model allows it."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "integer":
        return [(least - 1, False), (least, True), (most, True), (most + 1, False)]
    if pattern := shape.metadata.get("pattern"):
        lengths = range(least or 0, (most or 2048) + 1)
        return [(text, len(text) in lengths and bool(re.fullmatch(pattern, text, re.ASCII))) for text in SAMPLES]
    values = [("x" * most, True), ("x" * (most + 1), False)]
    return values + ([("", least == 0), ("x" * least, True)] if least is not None else [])


def bounded(shape, place=()):
    """The texts and numbers that the model bounds, each with its place."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from bounded(member, (*place, name))
    elif shape.type_name == "list":
        yield from bounded(shape.member, (*place, 0))
    elif shape.type_name == "map":
        yield from bounded(shape.value, (*place, next(iter(inside(FULL, place)))))
    elif shape.type_name in ("string", "integer") and {"max", "pattern"} & shape.metadata.keys():
        yield place, shape


def inside(value, place):
    for step in place:
        value = value[step]
    return value


def pointer(place):
    steps = [str(step) if isinstance(step, int) else step for step in place]
    return "".join(f"/{step[0].lower()}{step[1:]}" if step else "/" for step in steps)


BOUNDED = [
    pytest.param(place, value, is_good, id=f"{pointer(place)}={str(value)[:5]}*{len(str(value))}")
    for place, shape in bounded(MODEL.operation_model("StartSession").input_shape)
    for value, is_good in constraints(shape)
]


@pytest.mark.parametrize("place, value, is_good", BOUNDED)
def test_the_bounds_of_a_session_are_those_of_the_model(gateway, capture, place, value, is_good):
    input = copy.deepcopy(FULL)
    inside(input, place[:-1])[place[-1]] = value
    content = json.dumps(rest(input, MODEL.operation_model("StartSession").input_shape)).encode()
    answer = gateway("POST", "/sessions", [client.JSON], content)
    assert (answer.status == 201) == is_good, answer
    assert bool(capture.requests) == is_good
    if not is_good:
        assert [error["pointer"] for error in answer.json["errors"]] == [pointer(place)]
