"""The program as a user starts it, driven by the real curl."""

import hashlib
import os
import re
import subprocess

import pytest

import client
import http1
import programs
from waiting import until


@pytest.fixture(scope="module", params=["1", "2"], ids=["1 worker", "2 workers"])
def program(request):
    program = programs.serve("--local", "--workers", request.param)
    program.workers = request.param
    yield program
    program.end()


@pytest.fixture
def curl(program):
    return client.Curl(program)


def finish(curl, location):
    return until(lambda: curl(location), lambda answer: answer.json["state"] in client.TERMINAL)


def submit(curl, code, *options):
    answer = curl(
        client.calculations(), "-H", "Content-Type: text/x-python", *options, method="POST", body=code.encode()
    )
    assert answer.status == 201, str(answer)
    return answer


def run(curl, code, *options):
    location = submit(curl, code, *options)["Location"]
    return location, finish(curl, location)[-1]


def test_the_first_line_says_what_runs_where(program):
    workers = "1 worker" if program.workers == "1" else f"{program.workers} workers"
    assert re.fullmatch(
        rf"athena-gateway \d+\.\d+\.\d+: http://127\.0\.0\.1:\d+, {workers}, region us-east-1, "
        r"Athena at http://127\.0\.0\.1:\d+, S3 at http://127\.0\.0\.1:\d+\n",
        program.first_line,
    )


def printed_command(program):
    lines = until(lambda: list(program.lines), lambda lines: any("curl" in line for line in lines))[-1]
    return next(line.strip() for line in lines if line.strip().startswith("curl "))


def test_the_printed_command_works_as_it_stands_and_leads_to_45(program, curl):
    command = printed_command(program)
    assert (
        "/sessions/demo/calculations -H 'Content-Type: text/x-python' --data-binary 'print(sum(range(10)))'" in command
    )
    output = subprocess.run(command, shell=True, capture_output=True, timeout=http1.PATIENCE, check=True).stdout
    answer = client.answer_of(output)
    assert answer.status == 201
    assert answer.json.keys() == {"sessionId", "calculationExecutionId", "state"}
    assert answer.json["sessionId"] == "demo" and answer.json["state"] in client.STATES
    assert answer["Location"] == f"/sessions/demo/calculations/{answer.json['calculationExecutionId']}"
    answers = finish(curl, answer["Location"])
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["state"] for answer in answers} <= client.STATES
    assert answers[-1].json["state"] == "COMPLETED"
    output = curl(f"{answer['Location']}/stdout")
    assert (output.status, output.body) == (200, b"45\n")
    assert output["Content-Type"] == "text/plain; charset=utf-8"
    assert curl(f"{answer['Location']}/stderr").body == b""


def test_a_calculation_says_when_it_ran_and_what_it_left(curl):
    location, answer = run(curl, "1")
    calculation = answer.json
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(moment, calculation["submissionDateTime"])
    assert re.fullmatch(moment, calculation["completionDateTime"])
    assert calculation["submissionDateTime"] <= calculation["completionDateTime"]
    assert calculation["dpuExecutionInMillis"] >= 0
    assert calculation["stdOutS3Uri"].startswith("s3://") and calculation["stdErrorS3Uri"].startswith("s3://")
    assert location.endswith(calculation["calculationExecutionId"])
    assert "stateChangeReason" not in calculation and "description" not in calculation


def test_a_failing_calculation_has_its_reason_and_the_traceback(curl):
    location, answer = run(curl, "print('before')\nraise ValueError('é \U0001f600')")
    assert answer.json["state"] == "FAILED"
    assert answer.json["stateChangeReason"] == "ValueError: é \U0001f600"
    error = curl(f"{location}/stderr").body.decode()
    assert error.startswith("Traceback (most recent call last):\n") and "ValueError: é \U0001f600\n" in error
    assert curl(f"{location}/stdout").body == b"before\n"


def test_JSON_runs_too_and_keeps_its_description(curl):
    content = b'{"codeBlock": "print(\\"\\u00e9\\ud83d\\ude00\\")", "description": "d \\u00e9"}'
    answer = curl(client.calculations(), "-H", "Content-Type: application/json", method="POST", body=content)
    assert answer.status == 201, str(answer)
    assert finish(curl, answer["Location"])[-1].json["description"] == "d é"
    assert curl(f"{answer['Location']}/stdout").body.decode() == "é\U0001f600\n"


def test_code_from_a_file_of_many_kilobytes_runs(curl):
    # curl asks for 100-continue before it sends this much.
    location, _ = run(curl, "print(45)\n" + "# é\n" * 15_000)
    assert curl(f"{location}/stdout").body == b"45\n"


def test_variables_live_on_between_calculations(curl):
    run(curl, "kept = 41")
    location, _ = run(curl, "print(kept + 1)")
    assert curl(f"{location}/stdout").body == b"42\n"


def test_a_key_makes_a_repeated_submission_the_same_calculation(curl):
    run(curl, "count = 0")
    key = "Idempotency-Key: once"
    first, _ = run(curl, "count += 1", "-H", key)
    assert submit(curl, "count += 1", "-H", key)["Location"] == first
    location, _ = run(curl, "print(count)")
    assert curl(f"{location}/stdout").body == b"1\n"
    other = curl(
        client.calculations(), "-H", "Content-Type: text/x-python", "-H", key, method="POST", body=b"count += 2"
    )
    assert (other.status, other.json["code"]) == (422, "token-reused")


def test_HEAD_answers_wherever_GET_does_with_the_same_fields_and_no_content(curl):
    location, _ = run(curl, "print(45)")
    for target in ["/", "/livez", "/problems/not-found", location, f"{location}/stdout", f"{location}/stderr"]:
        head, got = curl(target, method="HEAD"), curl(target)
        assert (head.status, head.body) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
            assert head[name] == got[name], name
    missing = curl("/nowhere", method="HEAD")
    assert (missing.status, missing.body) == (404, b"")


def test_a_finished_calculation_is_cached_by_its_entity_tag(curl):
    location, answer = run(curl, "1")
    tag = answer["ETag"]
    assert re.fullmatch(r'"[^"]+"', tag)
    assert answer["Cache-Control"] == "private, max-age=3600, immutable"
    for value in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        cached = curl(location, "-H", f"If-None-Match: {value}")
        assert (cached.status, cached.body, cached["ETag"]) == (304, b"", tag)
    assert curl(location, "-H", f"If-None-Match: {tag}", method="HEAD").status == 304
    for value in ('"other"', tag.strip('"')):
        assert curl(location, "-H", f"If-None-Match: {value}").status == 200


def test_an_unfinished_calculation_is_not_stored_and_has_no_output_yet(curl, tmp_path):
    with busy(curl, tmp_path) as location:
        answer = curl(location)
        assert answer.json["state"] == "RUNNING"
        assert answer["Cache-Control"] == "no-store" and answer["ETag"]
        early = curl(f"{location}/stdout")
        assert (early.status, early.json["code"], early["Cache-Control"]) == (409, "not-finished", "no-store")
        second = curl(client.calculations(), "-H", "Content-Type: text/x-python", method="POST", body=b"1")
        assert (second.status, second.json["code"], second["Retry-After"]) == (409, "session-busy", "2")
        assert second.json["sessionState"] == "BUSY"


class busy:
    """A calculation that runs for as long as the block."""

    def __init__(self, curl, folder):
        self.curl, self.running, self.end = curl, folder / "running", folder / "end"
        for path in (self.running, self.end):
            os.mkfifo(path)

    def __enter__(self):
        code = f"open({str(self.running)!r}, 'w').close()\nopen({str(self.end)!r}).close()"
        self.location = submit(self.curl, code)["Location"]
        self.running.open().close()
        return self.location

    def __exit__(self, *_):
        self.end.open("w").close()
        finish(self.curl, self.location)


def test_50_megabytes_of_output_arrive_whole(program, curl):
    line = "0123456789abcde\n"
    location, answer = run(curl, f"import sys\nfor _ in range(50): sys.stdout.write({line!r} * 65536)")
    assert answer.json["state"] == "COMPLETED"
    output = curl(f"{location}/stdout")
    assert output["Content-Length"] == str(len(output.body)) == str(50 << 20)
    whole = (line * (50 * 65536)).encode()
    assert hashlib.sha256(output.body).digest() == hashlib.sha256(whole).digest()


def test_many_callers_at_once_get_their_own_answers(program, curl):
    locations = [run(curl, f"print({number})")[0] for number in range(8)]
    # One curl, which asks for all of them eight at a time over connections of their own.
    urls = [f"{program.url}{location}/stdout" for location in locations] * 25
    config = "".join(f'url = "{url}"\n' for url in urls)
    run_of_all = subprocess.run(
        ["curl", "-sS", "--parallel", "--parallel-max", "8", "--config", "-"],
        input=config.encode(), capture_output=True, timeout=http1.PATIENCE,
    )  # fmt: skip
    assert run_of_all.returncode == 0, run_of_all.stderr
    assert sorted(run_of_all.stdout.split()) == sorted([b"%d" % number for number in range(8)] * 25)


def test_the_index_leads_to_what_there_is(curl):
    index = curl("/").json
    assert index["name"] == "Athena Gateway"
    assert re.fullmatch(r"\d+\.\d+\.\d+", index["version"])
    assert index["links"]["calculations"] == "/sessions/{sessionId}/calculations"
    assert curl(index["links"]["livez"]).status == 200


def test_a_session_that_is_not_there_is_the_caller_s_error(curl):
    answer = curl(client.calculations("x"), "-H", "Content-Type: text/x-python", method="POST", body=b"1")
    assert answer.status in (400, 404) and answer.json["upstream"]["code"]
    assert curl(f"{client.calculations()}/unknown").json["code"] == "not-found"


@pytest.mark.parametrize("home", ["/h", "/root", "/home/alice", "/tmp/" + "x" * 200, "/tmp/é"])
def test_the_code_sees_the_user_s_own_home(home):
    # Of many lengths: a variable that is passed on without its end takes what lies behind it along.
    program = programs.serve("--local", "--workers", "1", HOME=home)
    gateway = client.Client(program)
    location, calculation = gateway.run("import os; print(os.environ['HOME'], end='')")
    assert calculation["state"] == "COMPLETED", calculation
    assert gateway.get(f"{location}/stdout").body.decode() == home
    gateway.close()
    program.end()


def test_ps_shows_in_a_few_words_what_runs_the_code(program, curl):
    answer = submit(curl, "1")
    finish(curl, answer["Location"])
    children = program.children()
    assert children
    for pid in children:
        with open(f"/proc/{pid}/cmdline") as file:
            arguments = file.read()
        assert "athena-gateway" in arguments and len(arguments) < 400, arguments
