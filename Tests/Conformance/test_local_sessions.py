"""The local Athena's sessions and calculations, from start to end, as boto3 sees them."""

import concurrent.futures
import itertools
import json
import re
import time

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import faults
import programs
from client import TERMINAL

ENGINE = {"CoordinatorDpuSize": 1, "MaxConcurrentDpus": 20, "DefaultExecutorDpuSize": 1}
NOT_IDLE = "Session is in the {} state; needs to be IDLE to accept Calculations.".format
ENDED = "Session was terminated per request"
MODEL = botocore.session.get_session().get_service_model("athena")
OPERATIONS = [
    "StartSession", "GetSession", "GetSessionStatus", "ListSessions", "TerminateSession", "ListExecutors",
    "StartCalculationExecution", "GetCalculationExecution", "GetCalculationExecutionStatus",
    "GetCalculationExecutionCode", "StopCalculationExecution", "ListCalculationExecutions",
]  # fmt: skip
workgroups = map("work-group.{}".format, itertools.count())
tokens = map("token-of-a-session-0123456789-abcdef-{}".format, itertools.count())


@pytest.fixture(scope="module")
def athena_program():
    program = programs.Program("local", "--listen", "127.0.0.1:0")
    yield program
    program.end()


def connect(program, service="athena", **config):
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=program.url,
        aws_access_key_id=programs.LOCAL_KEY,
        aws_secret_access_key=programs.LOCAL_SECRET,
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=20, **config),
    )


@pytest.fixture(scope="module")
def s3(athena_program):
    return connect(athena_program, "s3")


@pytest.fixture(scope="module")
def client(athena_program):
    return connect(athena_program)


@pytest.fixture(scope="module")
def unchecked(athena_program):
    """botocore without its own validation, so that the local Athena's is what answers."""
    return connect(athena_program, parameter_validation=False)


class Athena:
    def __init__(self, client):
        self.client, self.started = client, []

    def start_session(self, **members):
        members = {"WorkGroup": "primary", "EngineConfiguration": ENGINE, **members}
        answer = self.client.start_session(**members)
        self.started.append(answer["SessionId"])
        return answer

    def session(self, identifier):
        return self.client.get_session(SessionId=identifier)

    def state(self, identifier):
        answer = self.client.get_session_status(SessionId=identifier)
        assert answer["SessionId"] == identifier
        return answer["Status"]["State"]

    def wait(self, identifier, *states):
        end = time.monotonic() + 60
        while (state := self.state(identifier)) not in states:
            assert time.monotonic() < end, f"the session is still {state}"
        return state

    def idle_session(self, **members):
        identifier = self.start_session(**members)["SessionId"]
        assert self.wait(identifier, "IDLE", "FAILED") == "IDLE"
        return identifier

    def terminate(self, identifier):
        return self.client.terminate_session(SessionId=identifier)["State"]

    def start(self, session, code, **members):
        answer = self.client.start_calculation_execution(SessionId=session, CodeBlock=code, **members)
        return answer["CalculationExecutionId"]

    def status(self, calculation):
        return self.client.get_calculation_execution_status(CalculationExecutionId=calculation)["Status"]

    def wait_for(self, calculation, states=TERMINAL):
        end = time.monotonic() + 60
        while (status := self.status(calculation))["State"] not in states:
            assert time.monotonic() < end, f"the calculation is still {status['State']}"
        return status

    def run(self, session, code):
        calculation = self.start(session, code)
        assert self.wait_for(calculation)["State"] == "COMPLETED"
        return calculation

    def stop(self, calculation):
        return self.client.stop_calculation_execution(CalculationExecutionId=calculation)["State"]

    def calculations(self, session, **members):
        return self.client.list_calculation_executions(SessionId=session, **members)

    def sessions(self, workgroup, **members):
        return self.client.list_sessions(WorkGroup=workgroup, **members)


@pytest.fixture
def athena(client):
    athena = Athena(client)
    yield athena
    for identifier in athena.started:
        athena.terminate(identifier)


def error_of(call, **members):
    with pytest.raises(ClientError) as caught:
        call(**members)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def read(s3, uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def stdout(athena, s3, calculation):
    result = athena.client.get_calculation_execution(CalculationExecutionId=calculation)["Result"]
    return read(s3, result["StdOutS3Uri"])


# The way of a session


def test_a_session_goes_from_CREATING_over_CREATED_to_IDLE(athena):
    answer = athena.start_session()
    assert answer["State"] == "CREATING"
    seen = {"CREATING"}
    while (state := athena.state(answer["SessionId"])) != "IDLE":
        assert state in ("CREATING", "CREATED")
        seen.add(state)
    assert "CREATED" in seen, "its interpreter starts before it is IDLE"
    status = athena.session(answer["SessionId"])["Status"]
    assert status["StartDateTime"] <= status["LastModifiedDateTime"] == status["IdleSinceDateTime"]
    assert "EndDateTime" not in status and "StateChangeReason" not in status


def test_a_session_shows_what_it_was_started_with(athena):
    given = {
        "Description": "a description, é😀",
        "WorkGroup": "a_Work-group.1",
        "EngineConfiguration": {
            **ENGINE,
            "AdditionalConfigs": {"NotebookId": "1", "b": "", "a": "é"},
            "SparkProperties": {"spark.sql.x": "y" * 51_200},
            "Classifications": [{"Name": "c", "Properties": {"k": "v"}}, {"Name": "d"}],
        },
        "MonitoringConfiguration": {
            "CloudWatchLoggingConfiguration": {
                "Enabled": True, "LogGroup": "a/b._-", "LogStreamNamePrefix": "x y", "LogTypes": {"SPARK_DRIVER": ["STDOUT"]},
            },
            "ManagedLoggingConfiguration": {"Enabled": False, "KmsKey": "12345678-1234-abcd-ef01-0123456789ab"},
            "S3LoggingConfiguration": {"Enabled": True, "KmsKey": "alias/a/b", "LogLocation": "s3://a-b/c"},
        },
        "NotebookVersion": "Athena notebook version 1",
    }  # fmt: skip
    more = {
        "ExecutionRole": "arn:aws-cn:iam::123456789012:role/path/a+b=c,d.e@f-g_h",
        "SessionIdleTimeoutInMinutes": 480,
        "Tags": [{"Key": "k", "Value": ""}, {"Key": "l"}],
        "CopyWorkGroupTags": True,
    }
    session = athena.session(athena.idle_session(**given, **more))
    assert {name: session[name] for name in given} == given
    configuration = session["SessionConfiguration"]
    assert configuration["ExecutionRole"] == more["ExecutionRole"]
    assert configuration["SessionIdleTimeoutInMinutes"] == 480
    assert configuration["IdleTimeoutSeconds"] == 480 * 60
    assert configuration["WorkingDirectory"] == f"s3://athena-local-results/{session['SessionId']}"
    assert session["EngineVersion"] == "PySpark engine version 3"
    assert session["Statistics"] == {"DpuExecutionInMillis": 0}


def test_the_default_idle_timeout_is_20_minutes(athena):
    configuration = athena.session(athena.start_session()["SessionId"])["SessionConfiguration"]
    assert configuration["SessionIdleTimeoutInMinutes"] == 20


def test_sessions_have_their_own_variables(athena, s3):
    first, second = athena.idle_session(), athena.idle_session()
    athena.run(first, "a = 1")
    athena.run(second, "a = 2")
    assert stdout(athena, s3, athena.run(first, "print(a)")) == "1\n"


def test_a_session_is_BUSY_while_a_calculation_runs_and_counts_its_time(athena):
    session = athena.idle_session()
    since = athena.session(session)["Status"]["IdleSinceDateTime"]
    calculation = athena.start(session, "import time; time.sleep(0.3)")
    status = athena.session(session)["Status"]
    assert status["State"] == "BUSY" and "IdleSinceDateTime" not in status
    error = error_of(athena.client.start_calculation_execution, SessionId=session, CodeBlock="1")
    assert error == ("InvalidRequestException", NOT_IDLE("BUSY"))
    athena.wait_for(calculation)
    session = athena.session(session)
    assert session["Status"]["State"] == "IDLE" and session["Status"]["IdleSinceDateTime"] > since
    assert session["Statistics"]["DpuExecutionInMillis"] >= 300


def test_a_session_that_is_not_IDLE_yet_takes_no_calculation(athena):
    session = athena.start_session()["SessionId"]
    error = error_of(athena.client.start_calculation_execution, SessionId=session, CodeBlock="1")
    assert error in [("InvalidRequestException", NOT_IDLE(state)) for state in ("CREATING", "CREATED")]


def test_a_terminated_session_ends_and_takes_no_more(athena, s3):
    session = athena.idle_session()
    calculation = athena.run(session, "print(1)")
    assert athena.terminate(session) == "TERMINATING"
    athena.wait(session, "TERMINATED")
    status = athena.session(session)["Status"]
    assert status["StateChangeReason"] == ENDED
    assert status["StartDateTime"] <= status["EndDateTime"] == status["LastModifiedDateTime"]
    error = error_of(athena.client.start_calculation_execution, SessionId=session, CodeBlock="1")
    assert error == ("InvalidRequestException", NOT_IDLE("TERMINATED"))
    assert athena.terminate(session) == "TERMINATED", "it succeeds without effect"
    assert athena.session(session)["Status"] == status
    assert stdout(athena, s3, calculation) == "1\n", "what it wrote is still there"


def test_what_runs_in_a_terminated_session_is_canceled(athena):
    session = athena.idle_session()
    calculation = athena.start(session, "while True: pass")
    athena.wait_for(calculation, ("RUNNING",))
    athena.terminate(session)
    athena.wait(session, "TERMINATED")
    status = athena.status(calculation)
    assert (status["State"], status["StateChangeReason"]) == ("CANCELED", "the session was terminated")


def test_a_session_can_be_terminated_while_it_starts(athena):
    session = athena.start_session()["SessionId"]
    assert athena.terminate(session) == "TERMINATING"
    athena.wait(session, "TERMINATED")


def test_the_demo_session_can_be_terminated_until_the_next_start():
    program = programs.Program("local", "--listen", "127.0.0.1:0")
    try:
        athena = Athena(connect(program))
        session = athena.session("demo")
        assert session["WorkGroup"] == "primary" and session["Status"]["State"] == "IDLE"
        assert "SessionIdleTimeoutInMinutes" not in session["SessionConfiguration"]
        assert athena.terminate("demo") == "TERMINATING"
        athena.wait("demo", "TERMINATED")
        assert athena.sessions("primary")["Sessions"] == []
    finally:
        program.end()


def test_a_token_starts_one_session(athena):
    token, other = next(tokens), {"Description": "another"}
    configuration = {**ENGINE, "SparkProperties": {"a": "1", "b": "2"}}
    first = athena.start_session(ClientRequestToken=token, EngineConfiguration=configuration)
    # The order of a map has no meaning.
    turned = {**ENGINE, "SparkProperties": {"b": "2", "a": "1"}}
    again = athena.start_session(ClientRequestToken=token, EngineConfiguration=turned)
    assert again["SessionId"] == first["SessionId"]
    error = error_of(athena.start_session, ClientRequestToken=token, EngineConfiguration=configuration, **other)
    assert error == ("InvalidRequestException", "Idempotent parameters do not match")
    assert athena.start_session()["SessionId"] != athena.start_session()["SessionId"]


def test_a_session_s_token_is_no_calculation_s(athena):
    token = next(tokens)
    session = athena.start_session(ClientRequestToken=token)["SessionId"]
    athena.wait(session, "IDLE")
    assert athena.start(session, "1", ClientRequestToken=token) != session


# Lists


def pages(call, name, **members):
    """All pages, each as a list; a page that has a next one is full."""
    found, token = [], {}
    while True:
        answer = call(**members, **token)
        found.append(answer[name])
        if "NextToken" not in answer:
            return found
        assert len(answer[name]) == members["MaxResults"]
        token = {"NextToken": answer["NextToken"]}


def test_sessions_are_listed_newest_first_and_active_ones_alone(athena):
    workgroup = next(workgroups)
    sessions = [athena.idle_session(WorkGroup=workgroup, Description=f"s{number}") for number in range(3)]
    athena.terminate(sessions[1])
    athena.wait(sessions[1], "TERMINATED")
    listed = athena.sessions(workgroup)
    assert [session["SessionId"] for session in listed["Sessions"]] == [sessions[2], sessions[0]]
    assert "NextToken" not in listed
    summary = listed["Sessions"][0]
    assert summary["Description"] == "s2" and summary["Status"]["State"] == "IDLE"
    assert set(summary["EngineVersion"].values()) == {"PySpark engine version 3"}
    for state, expected in [("TERMINATED", [sessions[1]]), ("IDLE", [sessions[2], sessions[0]]), ("DEGRADED", [])]:
        found = athena.sessions(workgroup, StateFilter=state)["Sessions"]
        assert [session["SessionId"] for session in found] == expected
    assert athena.sessions("nobody-s")["Sessions"] == []


def test_sessions_are_listed_in_pages(athena):
    workgroup = next(workgroups)
    sessions = [athena.start_session(WorkGroup=workgroup)["SessionId"] for _ in range(5)]
    found = pages(athena.client.list_sessions, "Sessions", WorkGroup=workgroup, MaxResults=2)
    assert [[session["SessionId"] for session in page] for page in found] == [
        sessions[:2:-1], sessions[2:0:-1], sessions[:1],
    ]  # fmt: skip


def test_calculations_are_listed_newest_first_in_pages_that_new_ones_do_not_disturb(athena):
    session = athena.idle_session()
    calculations = [athena.run(session, f"print({number})") for number in range(4)]
    first = athena.calculations(session, MaxResults=2)
    athena.run(session, "1")
    second = athena.calculations(session, MaxResults=2, NextToken=first["NextToken"])
    listed = first["Calculations"] + second["Calculations"]
    assert [calculation["CalculationExecutionId"] for calculation in listed] == calculations[::-1]
    assert "NextToken" not in second
    assert len(athena.calculations(session)["Calculations"]) == 5


def test_calculations_are_listed_by_state(athena):
    session = athena.idle_session()
    good = athena.start(session, "1", Description="a good one")
    athena.wait_for(good)
    bad = athena.start(session, "1 / 0")
    athena.wait_for(bad)
    for state, expected in [("COMPLETED", [good]), ("FAILED", [bad]), ("RUNNING", []), ("CREATED", [])]:
        found = athena.calculations(session, StateFilter=state)["Calculations"]
        assert [calculation["CalculationExecutionId"] for calculation in found] == expected
        assert all(calculation["Status"]["State"] == state for calculation in found)
    summary = athena.calculations(session, StateFilter="COMPLETED")["Calculations"][0]
    assert summary["Description"] == "a good one" and summary["Status"] == athena.status(good)


def test_a_token_is_good_for_its_own_list_alone(athena):
    first, second = athena.idle_session(), athena.idle_session()
    for _ in range(2):
        athena.run(first, "1")
        athena.run(second, "1")
    token = athena.calculations(first, MaxResults=1)["NextToken"]
    assert len(athena.calculations(first, NextToken=token)["Calculations"]) == 1
    calls = athena.client.list_calculation_executions, athena.client.list_executors
    wrong = [
        (calls[0], {"SessionId": second, "NextToken": token}),
        (calls[0], {"SessionId": first, "NextToken": token, "StateFilter": "COMPLETED"}),
        (calls[1], {"SessionId": first, "NextToken": token}),
        (calls[0], {"SessionId": first, "NextToken": token[:-1] + "g"}),
        (calls[0], {"SessionId": first, "NextToken": ""}),
    ]
    for call, members in wrong:
        assert error_of(call, **members) == ("InvalidRequestException", "NextToken is not one of this list")


def test_executors_follow_their_session(athena):
    session = athena.idle_session()
    answer = athena.client.list_executors(SessionId=session)
    assert answer["SessionId"] == session
    assert [executor["ExecutorType"] for executor in answer["ExecutorsSummary"]] == ["WORKER", "COORDINATOR"]
    for executor in answer["ExecutorsSummary"]:
        assert executor["ExecutorState"] == "REGISTERED" and executor["ExecutorSize"] == 1
        assert abs(executor["StartDateTime"] / 1000 - time.time()) < 60 and "TerminationDateTime" not in executor
    found = pages(athena.client.list_executors, "ExecutorsSummary", SessionId=session, MaxResults=1)
    assert found == [[executor] for executor in answer["ExecutorsSummary"]]
    athena.terminate(session)
    athena.wait(session, "TERMINATED")
    assert athena.client.list_executors(SessionId=session, ExecutorStateFilter="REGISTERED")["ExecutorsSummary"] == []
    for executor in athena.client.list_executors(SessionId=session)["ExecutorsSummary"]:
        assert executor["ExecutorState"] == "TERMINATED"
        assert executor["TerminationDateTime"] >= executor["StartDateTime"]


# Calculations


def test_the_code_block_comes_back_as_it_was_given(athena):
    code = "'é😀\\u0000\\r\\n\\t'  # \x7f\r\n"
    calculation = athena.run("demo", code)
    assert athena.client.get_calculation_execution_code(CalculationExecutionId=calculation)["CodeBlock"] == code


def test_a_status_is_the_calculation_s(athena):
    calculation = athena.run("demo", "1")
    answer = athena.client.get_calculation_execution_status(CalculationExecutionId=calculation)
    whole = athena.client.get_calculation_execution(CalculationExecutionId=calculation)
    assert (answer["Status"], answer["Statistics"]) == (whole["Status"], whole["Statistics"])


def test_a_stopped_calculation_is_canceled_and_the_variables_stay(athena, s3):
    session = athena.idle_session()
    athena.run(session, "kept = 1")
    calculation = athena.start(session, "while True: pass")
    athena.wait_for(calculation, ("RUNNING",))
    assert athena.stop(calculation) == "CANCELING"
    assert athena.stop(calculation) in ("CANCELING", "CANCELED")
    status = athena.wait_for(calculation)
    assert status["State"] == "CANCELED" and status["CompletionDateTime"] >= status["SubmissionDateTime"]
    assert athena.state(session) == "IDLE"
    assert stdout(athena, s3, athena.run(session, "print(kept)")) == "1\n"


def test_a_calculation_that_ignores_the_interrupt_is_killed_and_the_session_goes_on(athena, s3, tmp_path):
    session = athena.idle_session()
    athena.run(session, "kept = 1")
    here = tmp_path / "here"
    code = f"""
import pathlib, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path({str(here)!r}).touch()
while True: pass
"""
    calculation = athena.start(session, code)
    while not here.exists():
        time.sleep(0.01)
    assert athena.stop(calculation) == "CANCELING"
    status = athena.wait_for(calculation)
    assert status["State"] == "CANCELED" and "the session's variables are lost" in status["StateChangeReason"]
    assert stdout(athena, s3, athena.run(session, "print('kept' in globals())")) == "False\n"


def test_a_calculation_that_stops_its_engine_can_be_stopped(athena, tmp_path):
    session = athena.idle_session()
    here = tmp_path / "here"
    code = f"""
import os, pathlib, signal
os.kill(os.getppid(), signal.SIGSTOP)
pathlib.Path({str(here)!r}).touch()
while True: pass
"""
    calculation = athena.start(session, code)
    while not here.exists():
        time.sleep(0.01)
    assert athena.stop(calculation) == "CANCELING"
    assert athena.wait_for(calculation)["State"] == "CANCELED"
    athena.run(session, "1")


def test_a_calculation_can_be_stopped_before_it_runs(athena):
    for _ in range(10):
        session = athena.idle_session()
        calculation = athena.start(session, "import time; time.sleep(30)")
        athena.stop(calculation)
        assert athena.wait_for(calculation)["State"] == "CANCELED"


@pytest.mark.parametrize("code, state", [("1", "COMPLETED"), ("1 / 0", "FAILED")])
def test_to_stop_a_calculation_that_has_ended_succeeds_without_effect(athena, code, state):
    calculation = athena.start("demo", code)
    status = athena.wait_for(calculation)
    assert athena.stop(calculation) == state
    assert athena.status(calculation) == status


def test_a_stopped_calculation_has_what_it_wrote(athena, s3, tmp_path):
    session = athena.idle_session()
    here = tmp_path / "here"
    calculation = athena.start(session, f"print('before')\nopen({str(here)!r}, 'w').close()\nwhile True: pass")
    while not here.exists():
        time.sleep(0.01)
    athena.stop(calculation)
    athena.wait_for(calculation)
    assert stdout(athena, s3, calculation) == "before\n"


def test_a_session_whose_code_has_removed_its_directory_goes_on(athena, s3):
    session = athena.idle_session()
    athena.run(session, "import os; here = os.getcwd(); os.rmdir(here)")
    assert stdout(athena, s3, athena.run(session, "print(os.getcwd() == here, os.listdir('.'))")) == "True []\n"
    # The next interpreter works there too.
    athena.run(session, "os.rmdir(here)")
    athena.wait_for(athena.start(session, "os._exit(0)"))
    assert stdout(athena, s3, athena.run(session, "import os; print(os.listdir('.'))")) == "[]\n"


# Outputs


@pytest.fixture
def output(athena, s3):
    """The key of an output of ten bytes."""
    calculation = athena.run("demo", "print('012345678')")
    return {"Bucket": "athena-local-results", "Key": f"demo/{calculation}/stdout"}


@pytest.mark.parametrize(
    "asked, part, text",
    [
        ("bytes=0-0", "0-0", "0"), ("bytes=3-5", "3-5", "345"), ("bytes=8-", "8-9", "8\n"), ("bytes=-3", "7-9", "78\n"),
        ("bytes=0-99999999999999999999999", "0-9", "012345678\n"), ("bytes=-100", "0-9", "012345678\n"), ("BYTES=1-1", "1-1", "1"),
    ],
)  # fmt: skip
def test_a_part_of_an_output_is_read(s3, output, asked, part, text):
    for call in (s3.get_object, s3.head_object):
        answer = call(**output, Range=asked)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert answer["ResponseMetadata"]["HTTPHeaders"]["content-range"] == f"bytes {part}/10"
        assert answer["ContentLength"] == len(text)
    assert s3.get_object(**output, Range=asked)["Body"].read().decode() == text


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=5-3", "lines=1-2", "bytes=a-b", "bytes=-", "bytes 1-2"])
def test_what_is_no_single_range_is_ignored(s3, output, asked):
    answer = s3.get_object(**output, Range=asked)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200 and answer["Body"].read() == b"012345678\n"
    assert answer["AcceptRanges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999-"])
def test_a_range_beyond_the_end_can_not_be_satisfied(s3, output, asked):
    with pytest.raises(ClientError) as caught:
        s3.get_object(**output, Range=asked)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("InvalidRange", 416)
    assert (error["Error"]["ActualObjectSize"], error["Error"]["RangeRequested"]) == ("10", asked)


def test_an_empty_output_has_no_part(athena, s3):
    output = {"Bucket": "athena-local-results", "Key": f"demo/{athena.run('demo', '1')}/stdout"}
    assert s3.get_object(**output)["Body"].read() == b""
    assert error_of(s3.get_object, **output, Range="bytes=-1")[0] == "InvalidRange"


def test_conditions_are_judged_before_the_range(s3, output):
    answer = s3.get_object(**output)
    tag = answer["ETag"]
    age = time.time() - answer["LastModified"].timestamp()
    assert -2 < age < 60
    assert s3.get_object(**output, IfMatch=tag, Range="bytes=1-1")["Body"].read() == b"1"
    for good in (tag.strip('"'), "*", f'"other", {tag}'):
        assert s3.get_object(**output, IfMatch=good)["ContentLength"] == 10
    for bad in ('"other"', f"W/{tag}"):
        assert error_of(s3.get_object, **output, IfMatch=bad, Range="bytes=99-")[0] == "PreconditionFailed"
    for same in (tag, f"W/{tag}", "*"):
        with pytest.raises(ClientError) as caught:
            s3.get_object(**output, IfNoneMatch=same, Range="bytes=99-")
        response = caught.value.response["ResponseMetadata"]
        assert response["HTTPStatusCode"] == 304 and response["HTTPHeaders"]["etag"] == tag
    assert s3.get_object(**output, IfNoneMatch='"other"')["ContentLength"] == 10
    assert s3.head_object(**output)["ETag"] == tag


def test_an_output_does_not_change_when_its_calculation_has_ended(athena, s3, tmp_path):
    go, done = tmp_path / "go", tmp_path / "done"
    session = athena.idle_session()
    code = f"""
import pathlib, threading, time
def late():
    while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)
    print('late', flush=True)
    pathlib.Path({str(done)!r}).touch()
print('in time')
threading.Thread(target=late).start()
"""
    output = {"Bucket": "athena-local-results", "Key": f"{session}/{athena.run(session, code)}/stdout"}
    before = s3.get_object(**output)
    assert before["Body"].read() == b"in time\n"
    go.touch()
    while not done.exists():
        time.sleep(0.01)
    after = s3.get_object(**output)
    assert after["Body"].read() == b"in time\n"
    for name in ("ETag", "LastModified", "ContentLength"):
        assert after[name] == before[name]


# What is refused


def constraint(place, words):
    return f"Value at '{place}' failed to satisfy constraint: {words}"


def longer(place, most):
    return constraint(place, f"Member must have length less than or equal to {most}")


def shorter(place, least):
    return constraint(place, f"Member must have length greater than or equal to {least}")


def more(place, most):
    return constraint(place, f"Member must have value less than or equal to {most}")


def less(place, least):
    return constraint(place, f"Member must have value greater than or equal to {least}")


def null(place):
    return constraint(place, "Member must not be null")


def unlike(place, shape):
    return constraint(place, f"Member must satisfy regular expression pattern: {MODEL.shape_for(shape).metadata['pattern']}")


def outside(place, shape):
    return constraint(place, f"Member must satisfy enum value set: [{', '.join(MODEL.shape_for(shape).enum)}]")


def engine(**members):
    return {"EngineConfiguration": members}


def monitoring(name, **members):
    return {"MonitoringConfiguration": {name: members}}


CLOUDWATCH, S3_LOGGING = "CloudWatchLoggingConfiguration", "S3LoggingConfiguration"
KEYS = "[Member must have length less than or equal to 255]"
BROKEN = [
    ({"WorkGroup": None}, null("workGroup")),
    ({"WorkGroup": ""}, unlike("workGroup", "WorkGroupName")),
    ({"WorkGroup": "a b"}, unlike("workGroup", "WorkGroupName")),
    ({"WorkGroup": "a" * 129}, unlike("workGroup", "WorkGroupName")),
    ({"EngineConfiguration": None}, null("engineConfiguration")),
    ({"Description": ""}, shorter("description", 1)),
    ({"Description": "a" * 1025}, longer("description", 1024)),
    ({"ClientRequestToken": "a" * 31}, shorter("clientRequestToken", 32)),
    ({"ClientRequestToken": "a" * 129}, longer("clientRequestToken", 128)),
    ({"NotebookVersion": "a" * 129}, longer("notebookVersion", 128)),
    ({"SessionIdleTimeoutInMinutes": 0}, less("sessionIdleTimeoutInMinutes", 1)),
    ({"SessionIdleTimeoutInMinutes": 481}, more("sessionIdleTimeoutInMinutes", 480)),
    ({"ExecutionRole": "arn:aws:iam::1234567890:role/a"}, unlike("executionRole", "RoleArn")),
    ({"ExecutionRole": "arn:aws:iam::123456789012:role/" + "a" * 2048}, longer("executionRole", 2048)),
    ({"Tags": [{"Key": "a"}, {"Key": ""}]}, shorter("tags.2.member.key", 1)),
    ({"Tags": [{"Key": "a", "Value": "a" * 257}]}, longer("tags.1.member.value", 256)),
    (engine(CoordinatorDpuSize=2), more("engineConfiguration.coordinatorDpuSize", 1)),
    (engine(MaxConcurrentDpus=1), less("engineConfiguration.maxConcurrentDpus", 2)),
    (engine(MaxConcurrentDpus=5001), more("engineConfiguration.maxConcurrentDpus", 5000)),
    (engine(DefaultExecutorDpuSize=0), less("engineConfiguration.defaultExecutorDpuSize", 1)),
    (
        engine(SparkProperties={"a" * 256: ""}),
        constraint("engineConfiguration.sparkProperties", f"Map keys must satisfy constraint: {KEYS}"),
    ),
    (
        engine(AdditionalConfigs={"a": "a" * 51_201}),
        constraint(
            "engineConfiguration.additionalConfigs",
            "Map value must satisfy constraint: [Member must have length less than or equal to 51200]",
        ),
    ),
    (engine(Classifications=[{"Name": ""}]), shorter("engineConfiguration.classifications.1.member.name", 1)),
    (monitoring(S3_LOGGING), null("monitoringConfiguration.s3LoggingConfiguration.enabled")),
    (
        monitoring(S3_LOGGING, Enabled=True, LogLocation="s3://A/b"),
        unlike("monitoringConfiguration.s3LoggingConfiguration.logLocation", "S3OutputLocation"),
    ),
    (
        monitoring("ManagedLoggingConfiguration", Enabled=True, KmsKey="key"),
        unlike("monitoringConfiguration.managedLoggingConfiguration.kmsKey", "KmsKey"),
    ),
    (
        monitoring(CLOUDWATCH, Enabled=True, LogGroup="a b"),
        unlike("monitoringConfiguration.cloudWatchLoggingConfiguration.logGroup", "LogGroupName"),
    ),
    (
        monitoring(CLOUDWATCH, Enabled=True, LogStreamNamePrefix="a:b"),
        unlike("monitoringConfiguration.cloudWatchLoggingConfiguration.logStreamNamePrefix", "LogStreamNamePrefix"),
    ),
]


@pytest.mark.parametrize("change, message", BROKEN, ids=[message[10:60] for _, message in BROKEN])
def test_what_breaks_a_constraint_of_StartSession_is_refused_in_Athena_s_words(unchecked, change, message):
    members = {"WorkGroup": "primary", "EngineConfiguration": ENGINE, **change}
    members = {name: value for name, value in members.items() if value is not None}
    code, answer = error_of(unchecked.start_session, **members)
    assert (code, answer) == ("InvalidRequestException", f"1 validation error detected: {message}")


ARN, UUID = "arn:aws:{}:eu-west-1:123456789012:{}".format, "01234567-89ab-cdef-0123-456789abcdef"
CANDIDATES = {
    "WorkGroupName": ["a", "A-z_0.9", "a" * 128, "a" * 129, "", "a b", "é", "a/b", "a\n"],
    "RoleArn": [
        f"arn:{partition}:iam::{account}:{role}"
        for partition in ("aws", "aws-us-gov", "aws1", "aw")
        for account in ("123456789012", "12345678901", "1234567890123", "12345678901a", "")
        for role in ("role/a", "role/", "rolea", "role", "role/a:b", "role/a/b+=,.@-_", "user/abcd", "role/é", "role/a b")
    ],
    "KmsKey": [
        *(ARN("kms", name) for name in ("key/a", "key/", "key", "alias/a/b", "alias", "keys", "other/a", "key/a b", "key/a:b")),
        ARN("iam", "key/a"), "arn:aws:kms::123456789012:key/a", "arn:aws:kms:EU:123456789012:key/a", "alias/a_-/9", "alias/",
        "alias/a.b", "alias/é", UUID, UUID.upper(), UUID[1:], UUID + "0", UUID.replace("-", "", 1), UUID.replace("a", "g"), "a",
    ],
    "LogGroupName": ["a", "a/b_c.d-e", "", "a b", "a:b", "é", "a\n"],
    "LogStreamNamePrefix": ["a", "", "a b é/", "a:b", "a*", "a\tb"],
    "S3OutputLocation": [
        f"{scheme}{bucket}{key}"
        for scheme in ("s3://", "s3a://", "")
        for bucket in ("ab", "a-b", "a", "-ab", "ab-", "a.b", "Ab", "", "a0-9")
        for key in ("", "/", "/a b/é:*", "a b")
    ],
}  # fmt: skip
PLACES = {
    "WorkGroupName": lambda text: {"WorkGroup": text},
    "RoleArn": lambda text: {"ExecutionRole": text},
    "KmsKey": lambda text: monitoring(S3_LOGGING, Enabled=True, KmsKey=text),
    "LogGroupName": lambda text: monitoring(CLOUDWATCH, Enabled=True, LogGroup=text),
    "LogStreamNamePrefix": lambda text: monitoring(CLOUDWATCH, Enabled=True, LogStreamNamePrefix=text),
    "S3OutputLocation": lambda text: monitoring(S3_LOGGING, Enabled=True, LogLocation=text),
}


@pytest.mark.parametrize("shape", CANDIDATES)
def test_a_text_is_held_to_the_model_s_pattern(unchecked, shape):
    pattern = MODEL.shape_for(shape).metadata["pattern"]
    for text in CANDIDATES[shape]:
        # The description is always too long: nothing is started.
        members = {"WorkGroup": "primary", "EngineConfiguration": {}, "Description": "a" * 1025, **PLACES[shape](text)}
        _, message = error_of(unchecked.start_session, **members)
        refused = f"Member must satisfy regular expression pattern: {pattern}" in message
        assert refused == (re.fullmatch(pattern, text, re.ASCII) is None), text


LISTS = [
    ("list_sessions", {"WorkGroup": "primary"}, "StateFilter", "SessionState"),
    ("list_calculation_executions", {"SessionId": "demo"}, "StateFilter", "CalculationExecutionState"),
    ("list_executors", {"SessionId": "demo"}, "ExecutorStateFilter", "ExecutorState"),
]


@pytest.mark.parametrize("name, members, state, shape", LISTS)
def test_a_list_s_parameters_have_the_model_s_bounds(unchecked, name, members, state, shape):
    place = state[0].lower() + state[1:]
    for change, message in [
        ({"MaxResults": 0}, less("maxResults", 1)),
        ({"MaxResults": 101}, more("maxResults", 100)),
        ({"NextToken": "a" * 2049}, longer("nextToken", 2048)),
        ({state: "idle"}, outside(place, shape)),
    ]:
        code, answer = error_of(getattr(unchecked, name), **members, **change)
        assert (code, answer) == ("InvalidRequestException", f"1 validation error detected: {message}")
    required = next(iter(members))
    _, answer = error_of(getattr(unchecked, name))
    assert null(required[0].lower() + required[1:]) in answer


@pytest.mark.parametrize(
    "members",
    [
        {"WorkGroup": 1}, {"SessionIdleTimeoutInMinutes": "20"}, {"SessionIdleTimeoutInMinutes": 1.5}, {"Tags": {}},
        {"Tags": ["a"]}, {"CopyWorkGroupTags": "true"}, {"EngineConfiguration": []}, engine(SparkProperties=[]),
        engine(SparkProperties={"a": 1}), monitoring(CLOUDWATCH, Enabled=True, LogTypes={"a": "b"}),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_not_read(athena_program, members):
    athena = connect(athena_program, parameter_validation=False)
    body = {"WorkGroup": "primary", "EngineConfiguration": {}, **members}

    def put(params, **_):
        params["body"] = json.dumps(body).encode()

    # botocore's serializer would stumble over some of these: the body takes its place before it is signed.
    athena.meta.events.register("before-call.athena.StartSession", put)
    code, _ = error_of(athena.start_session, WorkGroup="primary", EngineConfiguration={})
    assert code == "SerializationException"


def test_a_notebook_needs_its_version(athena):
    error = error_of(athena.start_session, EngineConfiguration={**ENGINE, "AdditionalConfigs": {"NotebookId": "1"}})
    assert error == ("InvalidRequestException", "NotebookVersion is required when NotebookId is provided")


def test_what_is_unknown_is_refused(client):
    session = {"SessionId": "unknown"}
    for call in (client.get_session, client.get_session_status, client.terminate_session, client.list_executors):
        assert error_of(call, **session) == ("InvalidRequestException", "Session unknown does not exist")
    assert error_of(client.list_calculation_executions, **session)[0] == "InvalidRequestException"
    calculation = {"CalculationExecutionId": "unknown"}
    for name in ("get_calculation_execution_status", "get_calculation_execution_code", "stop_calculation_execution"):
        assert error_of(getattr(client, name), **calculation)[0] == "ResourceNotFoundException"


MEMBERS = {"SessionId": "demo", "CalculationExecutionId": "c", "WorkGroup": "w", "EngineConfiguration": {}, "CodeBlock": "1"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_can_be_made_to_fail(athena_program, client, operation):
    faults.put(athena_program, operation, {"code": "InternalServerException", "status": 500, "message": "asked for"})
    shape = MODEL.operation_model(operation).input_shape
    members = {name: value for name, value in MEMBERS.items() if name in shape.members}
    call = getattr(client, botocore.xform_name(operation))
    assert error_of(call, **members) == ("InternalServerException", "asked for")


def test_many_polls_at_once_do_not_hold_a_calculation_up(athena):
    """Five clients ask as fast as they can while it runs."""
    session = athena.idle_session()
    calculation = athena.start(session, "import time\nfor _ in range(20): time.sleep(0.01)")
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        states = [status["State"] for status in pool.map(lambda _: athena.status(calculation), range(1000))]
    assert set(states) <= {"QUEUED", "RUNNING", "COMPLETED"} and states[-1] == "COMPLETED"
