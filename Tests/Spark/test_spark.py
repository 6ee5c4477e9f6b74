"""Jobs on a real SparkSession through the whole gateway: REST, Athena's API, the session's Python, Spark, and S3 back."""

import pathlib

import pytest

import client
from waiting import until

JOBS = pathlib.Path(__file__).parent / "jobs"
WAIT = ("Prefer", "wait=150")


@pytest.fixture(scope="module")
def gateway():
    with client.of_local_gateway() as caller:
        yield caller


@pytest.fixture(scope="module")
def session(gateway):
    """One for all: Spark takes its time to start."""
    answer = gateway("POST", "/sessions", [client.JSON, WAIT], b"{}")
    assert (answer.status, answer.json["state"]) == (201, "IDLE")
    return answer.json["sessionId"]


def run(gateway, session, code):
    target = f"{client.calculations(session)}?include=stdout,stderr"
    return gateway("POST", target, [client.PYTHON, WAIT], code.encode()).json


def test_a_DataFrame_is_counted(gateway, session):
    calculation = run(gateway, session, (JOBS / "words.py").read_text())
    assert calculation["state"] == "COMPLETED", calculation
    rows = [line.split("|")[1:3] for line in calculation["stdout"].splitlines() if line.startswith("|")]
    assert [[cell.strip() for cell in row] for row in rows] == [["word", "count"], ["the", "3"], ["fox", "2"]]


def test_a_job_that_fails_on_an_executor_says_why(gateway, session):
    calculation = run(gateway, session, (JOBS / "failing.py").read_text())
    assert calculation["state"] == "FAILED"
    assert "Py4JJavaError" in calculation["stateChangeReason"]
    assert "ZeroDivisionError" in calculation["stderr"]
    # The session is none the worse for it.
    assert run(gateway, session, "print(spark.range(5).count())")["stdout"] == "5\n"


def test_a_job_that_is_canceled_ends_and_leaves_the_session_its_variables(gateway, session, tmp_path):
    flag = tmp_path / "running"
    assert run(gateway, session, f"FLAG = {str(flag)!r}")["state"] == "COMPLETED"
    started = gateway.submit((JOBS / "endless.py").read_text(), session=session)
    until(flag.exists)
    assert gateway("DELETE", started["Location"]).status == 202
    calculation = gateway.get(started["Location"], WAIT)
    assert calculation.json["state"] == "CANCELED", calculation
    # Spark runs on, with the same context: no job of the canceled one is left.
    code = "print(sc.statusTracker().getActiveJobsIds(), FLAG, spark.range(7).count())"
    assert run(gateway, session, code)["stdout"] == f"[] {flag} 7\n"
