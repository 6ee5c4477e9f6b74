"""boto3 and the aws command are clients of `athena-gateway local`, as of AWS."""

import datetime
import json
import os
import pathlib
import subprocess
import sys

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import faults
import http1
import programs
from client import STATES, TERMINAL

TOKEN = "token-of-a-test-0123456789-abcdef-{}".format
BUSY = "Session is in the BUSY state; needs to be IDLE to accept Calculations."


@pytest.fixture(scope="module")
def athena_program():
    program = programs.Program("local", "--listen", "127.0.0.1:0")
    yield program
    program.end()


@pytest.fixture
def connect(athena_program):
    def connector(service="athena", **changes):
        options = {
            "region_name": "eu-west-1",
            "endpoint_url": athena_program.url,
            "aws_access_key_id": programs.LOCAL_KEY,
            "aws_secret_access_key": programs.LOCAL_SECRET,
            "config": Config(retries={"total_max_attempts": 1}),
        }
        return boto3.client(service, **{**options, **changes})

    return connector


@pytest.fixture
def athena(connect):
    return connect()


@pytest.fixture
def s3(connect):
    return connect("s3")


def start(athena, code, **members):
    return athena.start_calculation_execution(SessionId="demo", CodeBlock=code, **members)


def finish(athena, started):
    identifier = {"CalculationExecutionId": started["CalculationExecutionId"]}
    while (calculation := athena.get_calculation_execution(**identifier))["Status"]["State"] not in TERMINAL:
        assert calculation["Status"]["State"] in STATES
    return calculation


def read(s3, uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def run(athena, code, **members):
    return finish(athena, start(athena, code, **members))


def error_of(call, *arguments, **members):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **members)
    return caught.value


def code_and_message(error):
    return error.response["Error"]["Code"], error.response["Error"]["Message"]


# The way of a calculation


def test_boto3_runs_code_and_reads_what_it_wrote(athena, s3):
    started = start(athena, "import sys\nprint(sum(range(10)))\nprint('bad', file=sys.stderr)", Description="a sum")
    assert started["State"] in STATES
    calculation = finish(athena, started)
    assert calculation["SessionId"] == "demo"
    assert calculation["Description"] == "a sum"
    status = calculation["Status"]
    assert status["State"] == "COMPLETED"
    assert status["SubmissionDateTime"] <= status["CompletionDateTime"]
    age = datetime.datetime.now(datetime.UTC) - status["SubmissionDateTime"]
    assert abs(age) < datetime.timedelta(minutes=2)
    assert calculation["Statistics"]["DpuExecutionInMillis"] >= 0
    assert read(s3, calculation["Result"]["StdOutS3Uri"]) == "45\n"
    assert read(s3, calculation["Result"]["StdErrorS3Uri"]) == "bad\n"


def test_variables_live_on_from_one_calculation_to_the_next(athena, s3):
    run(athena, "a = 6\ndef double(x): return 2 * x")
    assert read(s3, run(athena, "print(double(a))")["Result"]["StdOutS3Uri"]) == "12\n"


def test_a_calculation_that_raises_has_failed_with_the_exception_as_its_reason(athena, s3):
    calculation = run(athena, "def f():\n    raise ValueError('no such table')\nf()")
    assert calculation["Status"]["State"] == "FAILED"
    assert calculation["Status"]["StateChangeReason"] == "ValueError: no such table"
    error = read(s3, calculation["Result"]["StdErrorS3Uri"])
    assert error.startswith("Traceback (most recent call last):\n") and error.endswith("ValueError: no such table\n")


def test_the_deprecated_form_runs_too(athena, s3):
    started = athena.start_calculation_execution(SessionId="demo", CalculationConfiguration={"CodeBlock": "print(7)"})
    assert read(s3, finish(athena, started)["Result"]["StdOutS3Uri"]) == "7\n"


def test_code_of_68_000_astral_characters_runs(athena, s3):
    beginning, end = "a = '", "'\nprint(len(a))"
    count = 68_000 - len(beginning + end)
    code = beginning + "\U0001f600" * count + end
    assert read(s3, run(athena, code)["Result"]["StdOutS3Uri"]) == f"{count}\n"


@pytest.fixture
def busy(athena, tmp_path):
    """A calculation that runs until it is told to end."""
    running, end = tmp_path / "running", tmp_path / "end"
    os.mkfifo(running)
    os.mkfifo(end)
    token = TOKEN(f"busy-{tmp_path.name}")
    code = f"open({str(running)!r}, 'w').close()\nopen({str(end)!r}).close()"
    started = start(athena, code, ClientRequestToken=token)
    running.open().close()
    yield code, token, started
    end.open("w").close()
    finish(athena, started)


def test_a_second_calculation_gets_Athena_s_message_of_a_busy_session(athena, busy):
    _, _, started = busy
    running = athena.get_calculation_execution(CalculationExecutionId=started["CalculationExecutionId"])
    assert running["Status"]["State"] == "RUNNING"
    assert "Result" not in running and "CompletionDateTime" not in running["Status"]
    assert code_and_message(error_of(start, athena, "1")) == ("InvalidRequestException", BUSY)


def test_the_token_is_looked_at_before_the_session_s_state(athena, busy):
    code, token, started = busy
    again = start(athena, code, ClientRequestToken=token)
    assert again["CalculationExecutionId"] == started["CalculationExecutionId"]


# Tokens


def test_the_same_token_and_parameters_are_the_same_calculation_which_runs_once(athena, s3):
    run(athena, "runs = 0")
    first = start(athena, "runs += 1", ClientRequestToken=TOKEN(1))
    finish(athena, first)
    again = start(athena, "runs += 1", ClientRequestToken=TOKEN(1))
    assert again["CalculationExecutionId"] == first["CalculationExecutionId"]
    assert again["State"] == "COMPLETED"
    assert read(s3, run(athena, "print(runs)")["Result"]["StdOutS3Uri"]) == "1\n"


@pytest.mark.parametrize("change", [{"CodeBlock": "2"}, {"Description": "d"}, {"SessionId": "other"}])
def test_the_same_token_with_other_parameters_is_an_error(athena, change):
    parameters = {"SessionId": "demo", "CodeBlock": "1", "ClientRequestToken": TOKEN(2)}
    finish(athena, athena.start_calculation_execution(**parameters))
    error = error_of(athena.start_calculation_execution, **{**parameters, **change})
    assert code_and_message(error) == ("InvalidRequestException", "Idempotent parameters do not match")
    assert error.response["AthenaErrorCode"] == "IDEMPOTENT_PARAMETER_MISMATCH"


def test_without_a_token_the_same_call_runs_twice(athena):
    ids = {run(athena, "1")["CalculationExecutionId"] for _ in range(2)}
    assert len(ids) == 2


# What is refused


AT = "Value at '{}' failed to satisfy constraint: Member must have length {} than or equal to {}".format
CONSTRAINTS = {
    "code that is too long": ({"CodeBlock": "x" * 68_001}, AT("codeBlock", "less", 68_000)),
    "a session id that is too long": ({"SessionId": "x" * 257}, AT("sessionId", "less", 256)),
    "a description that is too long": ({"Description": "x" * 1025}, AT("description", "less", 1024)),
    "a token that is too long": ({"ClientRequestToken": "x" * 129}, AT("clientRequestToken", "less", 128)),
    "a token that is too short": ({"ClientRequestToken": "x" * 31}, AT("clientRequestToken", "greater", 32)),
    "an empty description": ({"Description": ""}, AT("description", "greater", 1)),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_value_out_of_the_model_s_bounds_is_refused_in_Athena_s_words(connect, name):
    change, message = CONSTRAINTS[name]
    athena = connect(config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))
    error = error_of(athena.start_calculation_execution, **{"SessionId": "demo", "CodeBlock": "1", **change})
    assert code_and_message(error) == ("InvalidRequestException", f"1 validation error detected: {message}")


def test_several_values_out_of_bounds_are_named_in_one_message(connect):
    athena = connect(config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))
    _, message = code_and_message(error_of(athena.start_calculation_execution, Description="", ClientRequestToken=""))
    assert message.startswith("3 validation errors detected: ")
    assert "Value at 'sessionId' failed to satisfy constraint: Member must not be null" in message


def test_both_forms_of_code_and_none_are_refused(athena):
    both = {"CodeBlock": "1", "CalculationConfiguration": {"CodeBlock": "1"}}
    for members in (both, {}):
        error = error_of(athena.start_calculation_execution, SessionId="demo", **members)
        assert code_and_message(error)[0] == "InvalidRequestException"


def test_errors_are_the_model_s_exceptions_to_boto3(athena):
    with pytest.raises(athena.exceptions.InvalidRequestException) as invalid:
        athena.start_calculation_execution(SessionId="unknown", CodeBlock="1")
    assert invalid.value.response["AthenaErrorCode"] == "INVALID_INPUT"
    with pytest.raises(athena.exceptions.ResourceNotFoundException) as missing:
        athena.get_calculation_execution(CalculationExecutionId="unknown")
    assert missing.value.response["ResourceName"] == "unknown"
    for error in (invalid, missing):
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert error.value.response["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(
    "code", ["InternalServerException", "TooManyRequestsException", "SessionAlreadyExistsException"]
)
def test_a_fault_that_was_asked_for_is_the_model_s_exception_to_boto3(athena_program, athena, code):
    faults.put(athena_program, "GetCalculationExecution", {"code": code, "message": "asked for"})
    with pytest.raises(getattr(athena.exceptions, code)) as caught:
        athena.get_calculation_execution(CalculationExecutionId="c")
    assert code_and_message(caught.value) == (code, "asked for")


def test_an_object_that_is_not_there_is_S3_s_error(s3):
    error = error_of(s3.get_object, Bucket="athena-local-results", Key="demo/unknown/stdout")
    assert code_and_message(error)[0] == "NoSuchKey"
    error = error_of(s3.get_object, Bucket="another-bucket", Key="k")
    assert code_and_message(error)[0] == "NoSuchBucket"
    for key in ("../../../etc/passwd", "demo/../../etc/passwd", "/etc/passwd"):
        assert code_and_message(error_of(s3.get_object, Bucket="athena-local-results", Key=key))[0] == "NoSuchKey"


def test_an_object_s_head_has_its_length(athena, s3):
    bucket, _, key = run(athena, "print(45)")["Result"]["StdOutS3Uri"].removeprefix("s3://").partition("/")
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 3


# Signatures

WRONG_KEYS = {
    "the secret": (
        {"aws_secret_access_key": "wrong"},
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
    ),
    "the key": ({"aws_access_key_id": "AKIDEXAMPLE"}, "UnrecognizedClientException", "InvalidAccessKeyId"),
    "the session token": ({"aws_session_token": "wrong"}, "UnrecognizedClientException", "InvalidToken"),
}


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_wrong_credentials_are_refused_with_AWS_s_codes(connect, name):
    change, of_athena, of_s3 = WRONG_KEYS[name]
    assert code_and_message(error_of(start, connect(**change), "1"))[0] == of_athena
    error = error_of(connect("s3", **change).get_object, Bucket="athena-local-results", Key="k")
    assert code_and_message(error)[0] == of_s3


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "mars-north-1"])
def test_any_region_will_do(connect, region):
    assert run(connect(region_name=region), "1")["Status"]["State"] == "COMPLETED"


def test_a_signature_for_another_service_is_refused(connect):
    athena = connect()
    athena.meta.events.register("choose-signer", lambda context, **_: context.update(signing={"signing_name": "s3"}))
    error = error_of(start, athena, "1")
    assert code_and_message(error)[0] == "InvalidSignatureException"
    assert "Credential should be scoped to correct service: 'athena'" in code_and_message(error)[1]


@pytest.mark.parametrize("minutes, phrase", [(-16, "Signature expired"), (16, "Signature not yet current")])
def test_a_date_more_than_15_minutes_off_is_refused(connect, monkeypatch, minutes, phrase):
    shift(monkeypatch, minutes)
    code, message = code_and_message(error_of(start, connect(), "1"))
    assert (code, message.partition(":")[0]) == ("InvalidSignatureException", phrase)
    error = error_of(connect("s3").get_object, Bucket="athena-local-results", Key="k")
    assert code_and_message(error)[0] == "RequestTimeTooSkewed"


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_date_less_than_15_minutes_off_is_taken(connect, monkeypatch, minutes):
    shift(monkeypatch, minutes)
    assert run(connect(), "1")["Status"]["State"] == "COMPLETED"


def shift(monkeypatch, minutes):
    """Sets botocore's clock."""
    real = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: real.replace(tzinfo=None))


def change(name, make):
    """Changes a field of a request that has been signed."""

    def changer(request):
        request.headers[name] = make(request.headers.get(name))

    return changer


TAMPERING = {
    "the body": lambda request: setattr(request, "body", request.body.replace(b"print", b"pr1nt")),
    "the date": change("X-Amz-Date", lambda date: str(date)[:-3] + "60Z"),
    "the operation": change("X-Amz-Target", lambda _: "AmazonAthena.GetCalculationExecution"),
    "the type": change("Content-Type", lambda type: "application/x-amz-json-1.1; charset=utf-8"),
    "an unsigned field of AWS's": change("X-Amz-Extra", lambda _: "1"),
    "another signature": change("Authorization", lambda field: field[:-64] + b"0" * 64),
    "the signature's form": change("Authorization", lambda field: field[:-1] + b"g"),
    "no signature": lambda request: request.headers.__delitem__("Authorization"),
}
CODES = {
    "the date": "IncompleteSignatureException",
    "the signature's form": "IncompleteSignatureException",
    "no signature": "MissingAuthenticationTokenException",
}


@pytest.mark.parametrize("name", TAMPERING)
def test_a_request_that_was_changed_on_its_way_is_refused(connect, name):
    athena = connect()

    def tamper(request, **_):
        TAMPERING[name](request)

    athena.meta.events.register("before-send.athena.StartCalculationExecution", tamper)
    error = error_of(start, athena, "print(1)  # 0123456789")
    assert code_and_message(error)[0] == CODES.get(name, "InvalidSignatureException")


def test_an_unsigned_read_is_refused(athena_program):
    connection = http1.Connection(athena_program.port)
    connection.send(b"GET /athena-local-results/demo/x/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = connection.answer()
    connection.close()
    assert answer.status == 403 and b"<Code>AccessDenied</Code>" in answer.body


# The aws command

AWS = pathlib.Path(sys.executable).with_name("aws")


def aws(program, *arguments, **variables):
    defaults = {
        "AWS_ACCESS_KEY_ID": programs.LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": programs.LOCAL_SECRET,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
    }
    return subprocess.run(
        [AWS, *arguments, "--endpoint-url", program.url],
        env=programs.environment(**{**defaults, **variables}),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_aws_command_runs_code_and_copies_what_it_wrote(athena_program):
    started = aws(
        athena_program, "athena", "start-calculation-execution", "--session-id", "demo", "--code-block", "print(45)"
    )
    assert started.returncode == 0, started.stderr
    identifier = json.loads(started.stdout)["CalculationExecutionId"]
    while True:
        answer = aws(athena_program, "athena", "get-calculation-execution", "--calculation-execution-id", identifier)
        calculation = json.loads(answer.stdout)
        if calculation["Status"]["State"] in TERMINAL:
            break
    assert calculation["Status"]["State"] == "COMPLETED"
    output = aws(athena_program, "s3", "cp", calculation["Result"]["StdOutS3Uri"], "-")
    assert output.stdout == "45\n", output.stderr


def test_the_aws_command_shows_errors_by_their_names(athena_program):
    command = ["athena", "get-calculation-execution", "--calculation-execution-id", "unknown"]
    missing = aws(athena_program, *command)
    assert missing.returncode != 0 and "(ResourceNotFoundException)" in missing.stderr
    wrong = aws(athena_program, *command, AWS_SECRET_ACCESS_KEY="wrong")
    assert wrong.returncode != 0 and "(InvalidSignatureException)" in wrong.stderr
