"""`check` and `explain`: what an operator asks when a call is refused."""

import http.server
import json
import os
import re
import socket
import ssl
import threading

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

import capture as capturing
import certificates
import client
import http1
import programs
import waiting

SETTINGS = {"AWS_REGION": "eu-west-1", **programs.CREDENTIALS}
CALL = 'GetCalculationExecution\n{"CalculationExecutionId": "c"}\n'


def test_check_names_every_setting_that_it_took():
    run = programs.run("check", **SETTINGS, AWS_USE_FIPS_ENDPOINT="true", HTTPS_PROXY="http://u:hunter2@p:1")
    assert run.returncode == 0 and run.stderr == ""
    lines = dict(line.split(maxsplit=1) for line in run.stdout.splitlines())
    assert lines == {
        "region": "eu-west-1 (AWS_REGION)",
        "Athena": "https://athena-fips.eu-west-1.amazonaws.com (AWS_USE_FIPS_ENDPOINT)",
        "S3": "https://s3-fips.eu-west-1.amazonaws.com (AWS_USE_FIPS_ENDPOINT)",
        "proxy": "http://p:1 (HTTPS_PROXY), for https",
        "credentials": "env, key AKID…MPLE",
    }


def test_the_document_for_programs_has_the_members_of_the_help():
    run = programs.run("check", "--json", **SETTINGS, AWS_ENDPOINT_URL_ATHENA="http://h:1", HTTPS_PROXY="http://p:1")
    assert json.loads(run.stdout) == {
        "ok": True,
        "problems": [],
        "region": {"value": "eu-west-1", "source": "AWS_REGION"},
        "endpoints": {
            "athena": {"url": "http://h:1", "sources": ["AWS_ENDPOINT_URL_ATHENA"]},
            "s3": {"url": "https://s3.eu-west-1.amazonaws.com", "sources": []},
        },
        "proxies": [{"scheme": "https", "url": "http://p:1", "source": "HTTPS_PROXY"}],
        "credentials": {"origin": "env", "accessKeyId": "AKID…MPLE"},
    }


def test_without_credentials_check_says_where_it_looked():
    run = programs.run("check", AWS_REGION="eu-west-1")
    assert run.returncode == 1
    for source in ("env", "assume-role", "sso", "shared-credentials-file", "container-role", "iam-role"):
        assert source in run.stdout


def test_a_call_is_made_only_where_it_is_asked_for(capture):
    settings = {**SETTINGS, "AWS_ENDPOINT_URL": capture.url}
    assert programs.run("check", **settings).returncode == 0
    assert capture.requests == []
    run = programs.run("check", "--call", "--work-group", "w", **settings)
    assert run.returncode == 0 and "works" in run.stdout
    assert capture.last["X-Amz-Target"] == "AmazonAthena.ListSessions"
    assert capture.last.json == {"WorkGroup": "w", "MaxResults": 1}


def test_a_call_that_is_refused_is_a_problem_in_Athena_s_words(capture):
    capture.on("ListSessions", capturing.failure("AccessDeniedException", "User: x is not authorized", 400))
    run = programs.run("check", "--call", "--json", **SETTINGS, AWS_ENDPOINT_URL=capture.url)
    document = json.loads(run.stdout)
    assert run.returncode == 1 and not document["ok"]
    assert document["call"] == {"operation": "ListSessions", "workGroup": "primary", "ok": False}
    assert "AccessDeniedException: User: x is not authorized" in document["problems"][0]


def test_a_message_forges_no_line_and_steers_no_terminal(capture):
    message = "no\nregion       us-east-1 (AWS_REGION)\x1b[2J\x9b1m\u202e"
    capture.on("ListSessions", capturing.failure("AccessDeniedException", message, 400))
    run = programs.run("check", "--call", **SETTINGS, AWS_ENDPOINT_URL=capture.url)
    [problem] = [line for line in run.stdout.splitlines() if line.startswith("PROBLEM")]
    assert problem.endswith("no\\u{a}region       us-east-1 (AWS_REGION)\\u{1b}[2J\\u{9b}1m\\u{202e}")
    assert len(re.findall(r"(?m)^region ", run.stdout)) == 1


def explained(text):
    """The three parts that `explain` prints."""
    return re.fullmatch(
        r"--- canonical request\n(.*)\n--- string to sign\n(.*)\n--- would be sent\n(.*)\n", text, re.S
    ).groups()


def test_explain_prints_what_botocore_signs(capture):
    run = programs.run("explain", stdin=CALL, **SETTINGS, AWS_ENDPOINT_URL=capture.url)
    assert run.returncode == 0 and run.stderr == ""
    canonical, to_sign, sent = explained(run.stdout)
    assert capture.requests == []
    date = re.search(r"X-Amz-Date: (\S+)", sent)[1]
    credentials = botocore.credentials.Credentials(programs.KEY, programs.SECRET, programs.TOKEN)
    signer = botocore.auth.SigV4Auth(credentials, "athena", "eu-west-1")
    request = botocore.awsrequest.AWSRequest("POST", capture.url + "/", data=b'{"CalculationExecutionId": "c"}')
    request.headers["Content-Type"] = "application/x-amz-json-1.1"
    request.headers["X-Amz-Target"] = "AmazonAthena.GetCalculationExecution"
    request.headers["X-Amz-Date"] = date
    request.headers["X-Amz-Security-Token"] = programs.TOKEN
    request.context["timestamp"] = date
    theirs = signer.canonical_request(request)
    mask = f"(masked: {len(programs.TOKEN)} characters)"
    assert canonical == theirs.replace(programs.TOKEN, mask)
    assert to_sign == signer.string_to_sign(request, theirs)
    signature = signer.signature(to_sign, request)
    assert f"Signature={signature[:8]}…" in sent and signature not in run.stdout
    assert sent.startswith(f"POST {capture.url}/\nHost: 127.0.0.1:{capture.port}\n")
    assert sent.endswith('\n\n{"CalculationExecutionId": "c"}')


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_explain_takes_an_output(method):
    run = programs.run("explain", stdin=f"{method} s3://bucket/a b/ü\r\n", **SETTINGS)
    canonical, _, sent = explained(run.stdout)
    assert canonical.startswith(f"{method}\n/a%20b/%C3%BC\n\nhost:bucket.s3.eu-west-1.amazonaws.com\n")
    assert sent.startswith(f"{method} https://bucket.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC\n")


@pytest.mark.parametrize(
    "call", ["", "Get It\n{}", "GET http://x/", "It\n[]", "It\n{", "GET", "PUT s3://b/k", "é\n{}", "It\n" + "[" * 100_000]
)
def test_what_is_no_call_is_refused_with_what_is(call):
    run = programs.run("explain", stdin=call, **SETTINGS)
    assert run.returncode == 1 and run.stdout == ""
    assert run.stderr.startswith("Error: standard input: ")


def test_exceptions_of_the_proxy_are_botocore_s_and_not_libcurl_s(make_capture):
    # libcurl would take the network for an exception.
    athena, proxy = make_capture(), make_capture()
    settings = {**SETTINGS, "AWS_ENDPOINT_URL": athena.url, "HTTP_PROXY": proxy.url}
    assert programs.run("check", "--call", **settings, NO_PROXY="127.0.0.0/8").returncode == 0
    assert (len(athena.requests), len(proxy.requests)) == (0, 1)
    assert proxy.last.start.startswith(f"POST {athena.url}/ ")
    assert programs.run("check", "--call", **settings, NO_PROXY="x, 127.0.0.1").returncode == 0
    assert (len(athena.requests), len(proxy.requests)) == (1, 1)


def test_a_proxy_that_is_not_there_is_a_problem_of_its_name(start, free_port):
    program = start(
        programs.serve, **SETTINGS, AWS_ENDPOINT_URL="http://athena.example", HTTP_PROXY=f"http://u:p@127.0.0.1:{free_port}",
        AWS_MAX_ATTEMPTS="1",
    )  # fmt: skip
    connection = http1.Connection(program.port)
    connection.send(b"GET /sessions/s/calculations/c HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = connection.answer()
    connection.close()
    assert answer.status == 502 and answer.json["code"] == "athena-unreachable"
    assert f"the proxy http://127.0.0.1:{free_port}" in answer.json["detail"] and "u:p" not in answer.json["detail"]


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_gateway_says_whose_credentials_it_has(start, capture):
    program = start(programs.serve_before, capture)
    program.wait_for_line("credentials: env, key AKID…MPLE")


def test_a_gateway_says_whose_credentials_it_has_when_their_file_has_changed(start, tmp_path, free_port):
    (tmp_path / ".aws").mkdir()
    file = tmp_path / ".aws/credentials"

    def write(key):
        file.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n")

    write("AKIAOLDEXAMPLE000001")
    program = start(
        programs.serve, HOME=str(tmp_path), AWS_REGION="eu-west-1", AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port}",
        AWS_MAX_ATTEMPTS="1",
    )  # fmt: skip
    program.wait_for_line("credentials: shared-credentials-file (profile default), key AKIA…0001")
    file.write_text("")
    write("AKIANEWEXAMPLE000002")

    def is_told():
        # Nothing is asked for that no call needs.
        connection = http1.Connection(program.port)
        connection.send(b"GET /sessions/s/calculations/c HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.answer().json["code"] == "athena-unreachable"
        connection.close()
        return any("key AKIA…0002" in line for line in program.lines)

    waiting.until(is_told)
    assert [line.split(",")[0] for line in program.lines if line.startswith("credentials: ")] == [
        "credentials: shared-credentials-file (profile default)"
    ] * 2


def test_a_gateway_without_credentials_starts_and_says_where_it_looked(start):
    program = start(programs.serve, AWS_REGION="eu-west-1")
    waiting.until(lambda: "Error: no AWS credentials from profile, env, assume-role" in program.stderr)


def test_why_there_are_no_credentials_is_the_operator_s_to_read_and_not_the_caller_s(start, tmp_path):
    # The line is longer than what a pipe takes at once, and is cut between characters.
    profile = "é" * 3000
    config = tmp_path / "config"
    config.write_text(f"[profile {profile}]\ncredential_process = /bin/false\n")
    program = start(programs.serve, AWS_REGION="eu-west-1", AWS_CONFIG_FILE=str(config), AWS_PROFILE=profile)
    answer = client.Client(program).get(f"{client.calculations()}/c")
    assert (answer.status, answer.json["code"]) == (503, "no-credentials")
    assert "the source 'custom-process' has failed" in answer.json["detail"]
    assert "athena-gateway check" in answer.json["detail"] and "é" not in answer.json["detail"]
    waiting.until(lambda: "…\n" in program.stderr)
    [line] = [line for line in program.stderr.splitlines() if "custom-process" in line]
    assert "the profile éé" in line and 3990 < len(line.encode()) <= 4000


def test_a_refresh_that_fails_while_the_old_credentials_serve_is_told_as_that(start, make_capture, tmp_path):
    config = tmp_path / "config"
    keys = f"aws_access_key_id = {programs.KEY}\naws_secret_access_key = {programs.SECRET}\n"
    config.write_text(f"[default]\n{keys}")
    program = start(
        programs.serve, AWS_REGION="eu-west-1", AWS_CONFIG_FILE=str(config), AWS_ENDPOINT_URL=make_capture().url
    )
    program.wait_for_line("credentials: config-file")
    config.write_text("[default]\ncredential_process = /bin/false\n")
    caller = client.Client(program)
    line = "Error: no new AWS credentials from custom-process: "
    waiting.until(lambda: caller.get(f"{client.calculations()}/c").status != 503 and line in program.stderr)
    assert "calls go on with the old ones" in program.stderr and "503" not in program.stderr


def test_a_gateway_with_credentials_is_closed_to_its_user_s_other_processes(start):
    if os.getuid() != 0:
        pytest.skip("only root can start it as somebody else")
    program = start(programs.serve, user=65534, **SETTINGS)
    # Those of a process that leaves no core dumps are root's.
    assert os.stat(f"/proc/{program.pid}/environ").st_uid == 0


class Sessions(http.server.BaseHTTPRequestHandler):
    """Answers every call with no sessions."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def athena_of_our_own(tmp_path):
    """The URL of an Athena with a certificate that only a bundle of our own knows, and that bundle."""
    identity = certificates.make(tmp_path, "athena")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sessions)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(identity.certificate, identity.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}", str(identity.certificate)
    server.shutdown()
    server.server_close()


def test_a_certificate_is_verified_by_the_bundle_that_is_named(athena_of_our_own, tmp_path):
    url, bundle = athena_of_our_own
    settings = {**SETTINGS, "AWS_ENDPOINT_URL": url, "AWS_MAX_ATTEMPTS": "1"}
    run = programs.run("check", "--call", **settings)
    assert run.returncode == 1 and "certificate" in run.stdout
    run = programs.run("check", "--call", **settings, AWS_CA_BUNDLE=bundle)
    assert run.returncode == 0, run.stdout
    assert f"{bundle} (AWS_CA_BUNDLE)" in run.stdout
    config = tmp_path / "config"
    config.write_text(f"[default]\nca_bundle = {bundle}\n")
    run = programs.run("check", "--call", **settings, AWS_CONFIG_FILE=str(config))
    assert run.returncode == 0, run.stdout
