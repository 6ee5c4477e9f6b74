"""The same calls, made by boto3 and by the gateway, are the same on the wire."""

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
