"""The routes of sessions and lists, by the contract, with the defaults and the base path that an operator gives."""

import json

import pytest
import yaml

import capture as capturing
import client
import contract
import http1
import programs

UNKNOWN = "State that nobody knows"


@pytest.fixture
def below(start, capture):
    """A gateway under a path, with defaults of its operator's, and no checks by a document of the root."""
    program = start(
        programs.serve_before, capture,
        "--base-path", "/a/b", "--work-group", "mine", "--max-concurrent-dpus", "8", "--session-idle-timeout", "1h",
    )  # fmt: skip

    def ask(method, target, *fields, body=b""):
        connection = http1.Connection(program.port)
        try:
            head = [("Host", "localhost"), ("Content-Length", str(len(body))), *fields]
            connection.send(http1.message(f"{method} {target} HTTP/1.1", head, body))
            return connection.answer(method)
        finally:
            connection.close()

    return ask


def test_an_empty_object_starts_a_session_with_what_the_operator_says(below, capture):
    answer = below("POST", "/a/b/sessions", client.JSON, body=b"{}")
    assert answer.status == 201
    assert answer["Location"] == "/a/b/sessions/demo"
    assert answer.json == {"sessionId": "demo", "state": "CREATING"}
    assert capture.last.json == {
        "WorkGroup": "mine",
        "EngineConfiguration": {"MaxConcurrentDpus": 8},
        "SessionIdleTimeoutInMinutes": 60,
        "ClientRequestToken": answer["Client-Request-Token"],
    }
    assert below("GET", answer["Location"]).json["workGroup"] == "spark"


def test_everything_is_under_the_base_path_and_leads_there(below, capture):
    capture.on("ListCalculationExecutions", capturing.answered(Calculations=[], NextToken="a b"))
    part = below("GET", "/a/b/sessions/s%2F1/calculations?limit=1")
    assert part["Link"] == '</a/b/sessions/s%2F1/calculations?limit=1&pageToken=a%20b>; rel="next"'
    calculation = below("POST", "/a/b/sessions/s%2F1/calculations", client.PYTHON, body=b"1")
    assert calculation["Location"].startswith("/a/b/sessions/s%2F1/calculations/")
    problem = below("GET", "/a/b/nowhere")
    assert problem.json["type"] == "/a/b/problems/not-found"
    assert below("GET", problem.json["type"]).status == 200
    links = below("GET", "/a/b/").json["links"].values()
    assert all(link.startswith("/a/b/") for link in links)
    document = yaml.safe_load(below("GET", "/a/b/openapi.yaml").body)
    assert document.pop("servers") == [{"url": "/a/b"}]
    assert document == {name: value for name, value in contract.openapi().document.items() if name != "servers"}


def test_what_is_outside_of_the_base_path_is_404_but_for_health_checks(below, capture):
    for path in ["/", "/sessions", "/a", "/a/b", "/a/", "/openapi.yaml", "/problems/not-found", "/a/bsessions"]:
        answer = below("GET", path)
        assert answer.status == 404 and "/a/b/ " in answer.json["detail"], path
    for path in ["/livez", "/readyz", "/a/b/livez", "/a/b/readyz"]:
        assert below("GET", path).status == 200
    assert capture.requests == []


def test_what_the_server_refuses_leads_there_too(below):
    answer = below("GET", "/a/b/" + "x" * 9000)
    assert answer.status == 414
    assert answer.json["type"] == "/a/b/problems/target-too-long"


def test_the_contract_that_is_served_is_the_file(gateway):
    answer = gateway.get("/openapi.yaml")
    assert answer.body == contract.PATH.read_bytes()
    assert gateway.get("/openapi.yaml", ("If-None-Match", answer["ETag"])).status == 304
    assert gateway("HEAD", "/openapi.yaml").status == 200


def test_a_session_is_started_shown_and_ended(gateway):
    content = json.dumps({"workGroup": "w"}).encode()
    started = gateway("POST", "/sessions", [client.JSON], content)
    assert (started.status, started["Location"]) == (201, "/sessions/demo")
    shown = gateway.get(started["Location"])
    assert shown["Cache-Control"] == "no-store"
    assert gateway.get(started["Location"], ("If-None-Match", shown["ETag"])).status == 304
    assert gateway("HEAD", started["Location"], [("If-None-Match", shown["ETag"])]).status == 304
    ended = gateway("DELETE", started["Location"])
    assert (ended.status, ended.json) == (202, {"sessionId": "demo", "state": "TERMINATING"})


def test_the_code_of_a_calculation_is_what_was_submitted(gateway, capture):
    path = f"{client.calculations()}/{capturing.CALCULATION}/code"
    answer = gateway.get(path)
    assert answer["Content-Type"] == "text/x-python; charset=utf-8"
    assert answer.body.decode() == "print(1)\n# é"
    assert gateway.get(path, ("If-None-Match", answer["ETag"])).status == 304
    assert gateway("HEAD", path).status == 200
    assert gateway("HEAD", path, [("If-None-Match", answer["ETag"])]).status == 304


def test_nothing_is_done_to_a_calculation_of_another_session(gateway, capture):
    capture.on("GetCalculationExecution", capturing.calculation(session="theirs"))
    for method, path in [("DELETE", "/c-2"), ("GET", "/c-2/code"), ("GET", "/c-2/stdout")]:
        answer = gateway(method, client.calculations("mine") + path)
        assert answer.status == 404
        assert "upstream" not in answer.json and "theirs" not in answer.body.decode()
    assert {request["X-Amz-Target"] for request in capture.requests} == {"AmazonAthena.GetCalculationExecution"}


@pytest.mark.parametrize("target", ["/sessions?workGroup=w&", "/sessions/s/executors?", "/sessions/s/calculations?"])
@pytest.mark.parametrize("query", ["state=NEW", "state=idle", "limit=0", "limit=101", "limit=x", "pageToken="])
def test_a_list_that_can_not_be_is_400(gateway, capture, target, query):
    answer = gateway.get(target + query)
    assert (answer.status, answer.json["code"]) == (400, "malformed-request")
    assert query.split("=")[0] in answer.json["detail"]
    assert capture.requests == []


def test_states_that_Athena_has_tomorrow_pass_through(gateway, capture):
    capture.on("GetSession", capturing.session(state=UNKNOWN))
    assert gateway.get("/sessions/demo").json["state"] == UNKNOWN
    status = {"State": UNKNOWN}
    capture.on("ListSessions", capturing.answered(Sessions=[{"SessionId": "s", "Status": status}]))
    assert gateway.get("/sessions?workGroup=w").json == {"sessions": [{"sessionId": "s", "state": UNKNOWN}]}
    capture.on("ListExecutors", capturing.answered(ExecutorsSummary=[{"ExecutorId": "1", "ExecutorState": UNKNOWN}]))
    executors = gateway.get("/sessions/s/executors").json
    assert executors == {"executors": [{"executorId": "1", "executorState": UNKNOWN}]}


@pytest.mark.parametrize(
    "code, status, problem",
    [("SessionAlreadyExistsException", 409, "session-exists"), ("TooManyRequestsException", 429, "throttled")],
)
def test_a_session_that_can_not_be_started_is_a_problem(gateway, capture, code, status, problem):
    capture.on("StartSession", capturing.failure(code))
    answer = gateway("POST", "/sessions", [client.JSON], b'{"workGroup": "w"}')
    assert (answer.status, answer.json["code"]) == (status, problem)
    assert answer["Client-Request-Token"]


def test_only_JSON_starts_a_session(gateway, capture):
    for fields in [[], [client.PYTHON], [("Content-Type", "text/plain")]]:
        answer = gateway("POST", "/sessions", fields, b"{}")
        assert (answer.status, answer["Accept-Post"]) == (415, "application/json")
    assert capture.requests == []
