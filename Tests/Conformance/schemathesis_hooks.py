"""What schemathesis can't learn from openapi.yaml: what is there, and what excludes each other.

It touches none but requests that schemathesis holds to be valid, so that the gateway must take every one of them.
"""

import collections
import functools
import itertools

import requests
import schemathesis

# A local Athena has room for 50 sessions: what is older may have made room. Each that is active has a Python of its own.
sessions = collections.deque(["demo"], maxlen=30)
active = collections.deque()
numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # No list's token can be made up: Athena says 400 to one that it has not given.
    drop(case.query, "pageToken")
    if "sessionId" in case.path_parameters:
        choose_session(case)
    if case.method.upper() == "POST":
        choose_name(case)
        if case.query and "onTimeout" in case.query:
            # Nothing runs out where nothing is waited for.
            case.headers["Prefer"] = "wait=1"


@schemathesis.hook
def after_call(context, case, response):
    if case.path == "/sessions" and response.status_code == 201:
        note_session(case, response.json()["sessionId"])


@schemathesis.serializer("application/x-python-code", "text/x-python")
def code(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def choose_session(case):
    """Athena calls an id that it doesn't know an invalid request, which is 400."""
    ids = case.path_parameters
    if case.operation.definition.raw["operationId"] == "terminateSession":
        # demo has to stay, for the others.
        ids["sessionId"] = new_session(case)
    elif ids["sessionId"] not in sessions:
        ids["sessionId"] = "demo"
        if "calculationId" in ids:
            ids["calculationId"] = calculation(url(case, "/sessions/demo/calculations"))


def new_session(case):
    answer = requests.post(url(case, "/sessions"), json={}, timeout=20)
    assert answer.status_code == 201, answer.text
    return note_session(case, answer.json()["sessionId"])


def note_session(case, session):
    sessions.append(session)
    if "demo" not in sessions:
        sessions.append("demo")
    active.append(session)
    if len(active) > 4:
        requests.delete(url(case, f"/sessions/{active.popleft()}"), timeout=20)
    return session


@functools.cache
def calculation(address):
    """One that has ended."""
    head = {"Content-Type": "text/x-python", "Prefer": "wait=20"}
    answer = requests.post(f"{address}?onBusy=wait", "print(sum(range(10)))", headers=head, timeout=60)
    assert answer.json()["state"] == "COMPLETED", answer.text
    return answer.json()["calculationExecutionId"]


def choose_name(case):
    """A submission has one name, and no other submission has it."""
    if isinstance(case.body, dict) and "clientRequestToken" in case.body:
        drop(case.headers, "Idempotency-Key")
        case.body["clientRequestToken"] = f"{next(numbers):0>32}"
    elif case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{next(numbers)}"
    # JSON has a member for it.
    if case.media_type == "application/json":
        drop(case.query, "description")


def drop(values, name):
    if values and name in values:
        del values[name]


def url(case, path):
    return case.operation.base_url.rstrip("/") + path
