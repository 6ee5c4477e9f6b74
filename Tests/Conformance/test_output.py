"""Outputs as a caller reads them: whole, in parts, again, and with the calculation."""

import json
import subprocess
import time

import pytest

import capture as capturing
import client
import http1
import machine
import programs
from objects import Objects

PLACE = f"{client.calculations()}/{capturing.CALCULATION}"
OUT = b"0123456789"
MIB = 1024 * 1024


@pytest.fixture
def objects(capture):
    made = Objects(stdout=OUT, stderr=b"")
    capture.on("GetObject", made)
    capture.on("HeadObject", made)
    return made


def outputs(capture):
    return [request for request in capture.requests if request["X-Amz-Target"] is None]


@pytest.mark.parametrize(
    ("field", "part", "text"),
    [
        ("bytes=2-4", "bytes 2-4/10", b"234"),
        ("bytes=7-", "bytes 7-9/10", b"789"),
        ("bytes=7-99999999999999999999", "bytes 7-9/10", b"789"),
        ("bytes=-3", "bytes 7-9/10", b"789"),
        ("bytes=-99", "bytes 0-9/10", OUT),
    ],
)
def test_a_part_of_an_output(gateway, objects, field, part, text):
    answer = gateway.get(f"{PLACE}/stdout", ("Range", field))
    assert (answer.status, answer["Content-Range"], answer.body) == (206, part, text)
    assert answer["ETag"] == objects.tag("stdout")
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Cache-Control"] == "private, max-age=3600, immutable"


@pytest.mark.parametrize("field", ["bytes=4-2", "bytes=0-1,3-4", "lines=0-1", "bytes", "0-1"])
def test_what_is_not_one_range_is_all(gateway, objects, field):
    answer = gateway.get(f"{PLACE}/stdout", ("Range", field))
    assert (answer.status, answer.body, answer["Content-Range"]) == (200, OUT, None)


@pytest.mark.parametrize("field", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"])
def test_no_such_part(gateway, objects, field):
    answer = gateway.get(f"{PLACE}/stdout", ("Range", field))
    assert (answer.status, answer.json["code"], answer["Content-Range"]) == (416, "range", "bytes */10")


def test_the_end_of_an_empty_output_is_all_of_it(gateway, objects):
    answer = gateway.get(f"{PLACE}/stderr", ("Range", "bytes=-10"))
    assert (answer.status, answer.body) == (200, b"")


def test_a_head_tells_what_get_would(gateway, objects):
    head = gateway("HEAD", f"{PLACE}/stdout", [("Range", "bytes=2-4")])
    get = gateway.get(f"{PLACE}/stdout")
    assert head.status == 200
    for name in ("Content-Length", "ETag", "Accept-Ranges", "Content-Type", "Cache-Control"):
        assert head[name] == get[name]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_what_the_caller_has_is_not_sent_again(gateway, objects, method, form):
    tag = objects.tag("stdout")
    answer = gateway(method, f"{PLACE}/stdout", [("If-None-Match", form.format(tag))])
    assert (answer.status, answer["ETag"], answer.body) == (304, tag, b"")
    objects.objects["stdout"] = b"another"
    if form != "*":
        assert gateway(method, f"{PLACE}/stdout", [("If-None-Match", form.format(tag))]).status == 200


def test_a_part_is_of_the_output_that_the_caller_knows(gateway, objects):
    condition = ("If-Range", objects.tag("stdout"))
    assert gateway.get(f"{PLACE}/stdout", ("Range", "bytes=2-4"), condition).body == b"234"
    objects.objects["stdout"] = b"another"
    for range in ("bytes=2-4", "bytes=100-"):
        answer = gateway.get(f"{PLACE}/stdout", ("Range", range), condition)
        assert (answer.status, answer.body) == (200, b"another")


def test_curl_goes_on_where_it_was_cut(shared_gateway, gateway, objects, tmp_path):
    file = tmp_path / "out"
    file.write_bytes(OUT[:4])
    command = ["curl", "-sSf", "-C", "-", "-o", file, f"{shared_gateway.url}{PLACE}/stdout"]
    subprocess.run(command, check=True, timeout=http1.PATIENCE)
    assert file.read_bytes() == OUT


def test_a_calculation_with_its_outputs(gateway, objects):
    calculation = gateway.get(f"{PLACE}?include=stdout,stderr").json
    assert calculation["stdout"] == OUT.decode() and calculation["stdoutTruncated"] is False
    assert calculation["stderr"] == "" and calculation["stderrTruncated"] is False


@pytest.mark.parametrize("cut", range(4))
def test_the_last_mebibyte_is_cut_between_characters(gateway, objects, cut):
    objects.objects["stdout"] = "😀".encode() * (MIB // 4) + b"x" * (4 - cut)
    calculation = gateway.get(f"{PLACE}?include=stdout").json
    # Of the character at the front nothing is left unless all of it is.
    assert calculation["stdoutTruncated"] is True
    assert calculation["stdout"] == "😀" * (MIB // 4 - 1) + "x" * (4 - cut)
    assert "stderr" not in calculation


def test_an_output_that_cannot_be_read_is_told(gateway, objects):
    del objects.objects["stdout"]
    calculation = gateway.get(f"{PLACE}?include=stdout,stderr").json
    assert calculation["stdoutError"]["code"] == "output-gone"
    assert calculation["stderr"] == ""


def test_both_are_fetched_side_by_side(gateway, capture):
    """Neither is answered before the other was asked for."""
    objects = Objects(stdout=OUT, stderr=b"e")

    def both(request):
        with capture.arrived:
            assert capture.arrived.wait_for(lambda: len(outputs(capture)) == 2, http1.PATIENCE)
        return objects(request)

    capture.on("GetObject", both)
    calculation = gateway.get(f"{PLACE}?include=stdout,stderr").json
    assert (calculation["stdout"], calculation["stderr"]) == (OUT.decode(), "e")


@pytest.mark.parametrize("query", ["include=", "include=stdin", "include=stdout,stdout", "include=stdout&include=stderr"])
def test_anything_else_is_refused(gateway, objects, query):
    assert gateway.get(f"{PLACE}?{query}").status == 400


def test_the_tag_covers_what_is_included(gateway, objects):
    target = f"{PLACE}?include=stdout"
    tag = gateway.get(target)["ETag"]
    assert gateway.get(target, ("If-None-Match", tag)).status == 304
    objects.objects["stdout"] = b"another"
    assert gateway.get(target, ("If-None-Match", tag)).status == 200


# MARK: Much


def much(size):
    piece = bytes(MIB)

    def answer(_):
        yield http1.message("HTTP/1.1 200 OK", [("Content-Length", size), capturing.S3_ID])
        for _ in range(size // MIB):
            yield piece

    return answer


@pytest.mark.parametrize("is_slow", [False, True], ids=["fast", "slow"])
def test_a_gibibyte_passes_through_ten_mebibytes(start, make_capture, is_slow):
    capture = make_capture()
    gateway = start(programs.serve_before, capture, "--workers", "1")
    caller = client.Client(gateway)
    assert caller.get(f"{PLACE}/stdout").status == 200  # what one request takes is there
    before, size = machine.anonymous(gateway.pid), 1024 * MIB
    capture.on("GetObject", much(size))
    connection = http1.Connection(gateway.port)
    connection.send(http1.message(f"GET {PLACE}/stdout HTTP/1.1", [("Host", "localhost")]))
    answer = http1.read_head(connection.stream, http1.Answer)
    assert (answer.status, answer["Content-Length"]) == (200, str(size))
    received, most = 0, before
    while received < size:
        if is_slow and received % (256 * MIB) == 0:
            time.sleep(0.5)  # time for S3 to send far more than fits
        received += len(connection.stream.read(MIB))
        if received % (16 * MIB) == 0:
            most = max(most, machine.anonymous(gateway.pid))
    connection.close()
    caller.close()
    assert most - before < 10 * MIB


def test_an_output_cut_short_is_no_whole_one(start, make_capture):
    capture = make_capture()
    gateway = start(programs.serve_before, capture)

    def cut(_):
        yield http1.message("HTTP/1.1 200 OK", [("Content-Length", 2 * MIB), capturing.S3_ID]) + bytes(MIB)

    capture.on("GetObject", cut)
    with pytest.raises(http1.CutShort) as cut_short:
        client.Client(gateway).get(f"{PLACE}/stdout")
    # A reset may have swallowed what was sent.
    assert cut_short.value.answer is None or len(cut_short.value.answer.body) <= MIB
    part = "Content-Range", "bytes 0-999/2000"
    capture.on("GetObject", lambda _: iter([http1.message("HTTP/1.1 206 OK", [("Content-Length", 1000), part, capturing.S3_ID])]))
    with pytest.raises(http1.CutShort):
        client.Client(gateway).get(f"{PLACE}/stdout", ("Range", "bytes=0-999"))


# MARK: Code that is in S3


def submit(caller, uri):
    body = json.dumps({"codeUri": uri}).encode()
    return caller("POST", client.calculations(), [client.JSON], body)


def test_code_is_read_where_the_operator_lists_it(start, make_capture):
    capture = make_capture()
    gateway = start(programs.serve_before, capture, "--allowed-code", "s3://jobs/", "--allowed-code", "s3://shared/a b/")
    caller = client.Client(gateway)
    capture.on("GetObject", http1.response(200, b"print(1)", [capturing.S3_ID]))
    for uri, target in [
        ("s3://jobs/../a%2Fb//c", "/jobs/../a%252Fb//c"),
        ("s3://shared/a b/1.py", "/shared/a%20b/1.py"),
    ]:
        assert submit(caller, uri).status == 201
        assert outputs(capture)[-1].target == target
        assert capture.last.json["CodeBlock"] == "print(1)"
    count = len(capture.requests)
    for uri in ["s3://other/a", "s3://jobs-2/a", "s3://shared/x", "s3://shared/a%20b/1.py", "s3://shared/x/../a b/1"]:
        assert submit(caller, uri).json["code"] == "forbidden"
    assert len(capture.requests) == count
    caller.close()


def test_no_more_of_an_object_is_read_than_code_can_have(start, make_capture):
    capture = make_capture()
    gateway = start(programs.serve_before, capture, "--allowed-code", "s3://jobs/")
    capture.on("GetObject", much(1024 * MIB))
    caller = client.Client(gateway)
    answer = submit(caller, "s3://jobs/big")
    assert answer.status == 400 and answer.json["errors"][0]["pointer"] == "/codeUri"
    caller.close()


def test_every_wrong_place_is_named_at_the_start():
    wrong = ["s3://jobs", "s3://jobs/a", "jobs/", "s3://j/"]
    flags = [flag for uri in wrong for flag in ("--allowed-code", uri)]
    run = programs.run("serve", "--listen", "127.0.0.1:0", *flags, AWS_REGION="eu-west-1", **programs.CREDENTIALS)
    assert run.returncode != 0
    for uri in wrong:
        assert f"--allowed-code: '{uri}' " in run.stderr
