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

NOTICES = ("--log-level", "notice")


def test_check_names_every_setting_that_it_took():
    run = programs.run("check", **SETTINGS, AWS_USE_FIPS_ENDPOINT="true", HTTPS_PROXY="http://u:hunter2@p:1")
    assert run.returncode == 0 and run.stderr == ""
    lines = dict(line.split(maxsplit=1) for line in run.stdout.splitlines())
    assert lines == {
        "profile": "default, of /nonexistent/.aws/config (not there) and /nonexistent/.aws/credentials (not there)",
        "region": "eu-west-1 (AWS_REGION)",
        "Athena": "https://athena-fips.eu-west-1.amazonaws.com (AWS_USE_FIPS_ENDPOINT), by the proxy http://p:1 (HTTPS_PROXY)",
        "S3": "https://s3-fips.eu-west-1.amazonaws.com (AWS_USE_FIPS_ENDPOINT), by the proxy http://p:1 (HTTPS_PROXY)",
        "proxy": "http://p:1 (HTTPS_PROXY), for https",
        "credentials": "env, key AKID…MPLE",
    }


def test_the_document_for_programs_has_the_members_of_the_help():
    run = programs.run("check", "--json", **SETTINGS, AWS_ENDPOINT_URL_ATHENA="http://h:1", HTTPS_PROXY="http://p:1")
    assert json.loads(run.stdout) == {
        "ok": True,
        "problems": [],
        "notes": [],
        "profile": {
            "name": "default",
            "config": {"file": "/nonexistent/.aws/config", "absence": "not there"},
            "credentials": {"file": "/nonexistent/.aws/credentials", "absence": "not there"},
        },
        "region": {"value": "eu-west-1", "source": "AWS_REGION"},
        "endpoints": {
            "athena": {"url": "http://h:1", "sources": ["AWS_ENDPOINT_URL_ATHENA"]},
            "s3": {"url": "https://s3.eu-west-1.amazonaws.com", "sources": [], "proxy": "http://p:1"},
        },
        "proxies": [{"scheme": "https", "url": "http://p:1", "source": "HTTPS_PROXY"}],
        "credentials": {"origin": "env", "accessKeyId": "AKID…MPLE"},
    }


def test_without_credentials_check_says_where_it_looked():
    run = programs.run("check", AWS_REGION="eu-west-1")
    assert run.returncode == 1
    for place in ("the profile default", "/nonexistent/.aws/config (not there)", "the environment", "AWS_ACCESS_KEY_ID"):
        assert place in run.stdout
    for source in ("assume-role", "shared-credentials-file", "iam-role"):
        assert source not in run.stdout


def test_without_credentials_in_a_profile_of_a_flag_the_advice_is_for_that(tmp_path):
    (tmp_path / "config").write_text("[profile p]\nregion = eu-west-1\n")
    run = programs.run("check", "--profile", "p", **SETTINGS, AWS_CONFIG_FILE=str(tmp_path / "config"))
    [problem] = [line for line in run.stdout.splitlines() if line.startswith("PROBLEM")]
    assert "the profile p has none" in problem and "leave --profile out" in problem
    assert "AWS_ACCESS_KEY_ID" not in problem


NOTES = {
    "a lone secret": (dict(AWS_SECRET_ACCESS_KEY="s"), "AWS_SECRET_ACCESS_KEY is not used"),
    "a zone": ({**SETTINGS, "AWS_REGION": "eu-west-1a"}, "an availability zone; its region is eu-west-1"),
    "no region of AWS's": ({**SETTINGS, "AWS_REGION": "mars"}, "no region of AWS's"),
    "an asterisk": ({**SETTINGS, "NO_PROXY": "x, *.amazonaws.com"}, "NO_PROXY: '*.amazonaws.com' matches no host"),
    "a network": ({**SETTINGS, "no_proxy": "10.0.0.0/8", "NO_PROXY": "*.x"}, "no_proxy: '10.0.0.0/8' matches no host"),
    "a file that is not there": ({**SETTINGS, "AWS_CONFIG_FILE": "/nonexistent"}, "AWS_CONFIG_FILE: /nonexistent is not there"),
    "a key in quotes": ({**SETTINGS, "AWS_ACCESS_KEY_ID": '"AKIA"'}, "AWS_ACCESS_KEY_ID has a quotation mark or a blank"),
    "a secret with a blank": ({**SETTINGS, "AWS_SECRET_ACCESS_KEY": "s "}, "AWS_SECRET_ACCESS_KEY has a quotation mark"),
    "a key in quotes in a file": (
        {"AWS_REGION": "eu-west-1", "AWS_PROFILE": "quoted", "AWS_CONFIG_FILE": "@HOME@/config"},
        "aws_access_key_id of the profile quoted has a quotation mark",
    ),
    "a duration that is no number": (
        {**SETTINGS, "AWS_DEFAULT_PROFILE": "long", "AWS_CONFIG_FILE": "@HOME@/config"}, "duration_seconds of the profile long",
    ),
    "a folder": ({**SETTINGS, "AWS_SHARED_CREDENTIALS_FILE": "/"}, "AWS_SHARED_CREDENTIALS_FILE: / is not a file"),
    "a profile that is outranked": (
        {**SETTINGS, "AWS_PROFILE": "p", "AWS_CONFIG_FILE": "@HOME@/config"}, "outranks the credentials of the profile that AWS_PROFILE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_what_may_not_be_meant_is_noted_and_no_error(name, tmp_path):
    variables, words = NOTES[name]
    (tmp_path / "config").write_text(
        "[profile p]\naws_access_key_id = a\naws_secret_access_key = s\n"
        "[profile quoted]\naws_access_key_id = 'a'\naws_secret_access_key = s\n"
        "[profile long]\nduration_seconds = 1h\n"
    )
    variables = {key: value.replace("@HOME@", str(tmp_path)) for key, value in variables.items()}
    document = json.loads(programs.run("check", "--json", **variables).stdout)
    [note] = document["notes"]
    assert words in note
    assert document["ok"] or "AWS_ACCESS_KEY_ID" not in variables


@pytest.mark.parametrize("exceptions", ["*", "", "x,.amazonaws.com", "athena.eu-west-1.amazonaws.com"])
def test_exceptions_that_can_match_are_not_noted(exceptions):
    document = json.loads(programs.run("check", "--json", **SETTINGS, NO_PROXY=exceptions).stdout)
    assert document["ok"] and document["notes"] == []


def test_an_endpoint_that_is_an_exception_is_shown_as_called_directly():
    settings = {**SETTINGS, "HTTPS_PROXY": "http://p:1", "NO_PROXY": "athena.eu-west-1.amazonaws.com"}
    lines = programs.run("check", **settings).stdout.splitlines()
    assert [line.rpartition(", ")[2] for line in lines if line.startswith(("Athena", "S3"))] == [
        "direct", "by the proxy http://p:1 (HTTPS_PROXY)",
    ]  # fmt: skip


def test_a_role_s_sts_and_who_assumes_it_are_shown_also_where_it_fails(tmp_path, free_port):
    (tmp_path / "config").write_text(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n"
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n"
    )
    run = programs.run(
        "check", "--profile", "role", AWS_REGION="eu-west-1", AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_ENDPOINT_URL_STS=f"http://127.0.0.1:{free_port}", AWS_MAX_ATTEMPTS="1",
    )  # fmt: skip
    assert run.returncode == 1
    assert re.search(rf"(?m)^STS +http://127.0.0.1:{free_port} \(AWS_ENDPOINT_URL_STS\), direct$", run.stdout)
    assert re.search(r"(?m)^assumed by +source_profile base$", run.stdout)


def test_without_a_region_the_credentials_are_still_looked_at():
    run = programs.run("check", **programs.CREDENTIALS)
    assert run.returncode == 1
    assert "no region: give --region" in run.stdout and "was not asked (AWS_EC2_METADATA_DISABLED)" in run.stdout
    assert "--local" not in run.stdout
    assert re.search(r"(?m)^credentials +env, key AKID…MPLE$", run.stdout)
    problems = json.loads(programs.run("check", "--json").stdout)["problems"]
    assert [problem.split(":")[0] for problem in problems] == ["no region", "credentials"]


def test_without_a_region_no_role_is_assumed_somewhere_else(tmp_path, capture):
    (tmp_path / "config").write_text(
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n"
    )
    run = programs.run(
        "check", "--profile", "role", **programs.CREDENTIALS, AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_ENDPOINT_URL_STS=capture.url,
    )  # fmt: skip
    assert run.returncode == 1 and "no region" in run.stdout and capture.requests == []


def test_a_missing_region_and_a_wrong_setting_are_told_at_once():
    run = programs.run("check", **programs.CREDENTIALS, AWS_MAX_ATTEMPTS="abc")
    assert "AWS_MAX_ATTEMPTS: 'abc'" in run.stdout and "no region" in run.stdout


def test_serve_without_a_region_offers_a_local_athena():
    run = programs.run("serve", **programs.CREDENTIALS)
    assert run.returncode != 0 and "serve --local" in run.stderr


ADVICE = {
    "credentials": (capturing.failure("UnrecognizedClientException", "The security token is invalid", 400), "AKID…MPLE"),
    "permission": (capturing.failure("AccessDeniedException", "no", 400), "what the gateway's role must allow"),
    "a page": (
        http1.response(403, b"<html>log in</html>", [("Content-Type", "text/html")]), "@URL@/ (status 403, of type text/html)",
    ),
    "a page that says that all is well": (
        http1.response(200, b"<html>log in</html>", [("Content-Type", "text/html")]), "status 200 of type text/html",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ADVICE)
def test_a_call_that_fails_comes_with_advice(name, capture):
    answer, words = ADVICE[name]
    capture.on("ListSessions", answer)
    run = programs.run("check", "--call", "--json", **SETTINGS, AWS_ENDPOINT_URL=capture.url, AWS_MAX_ATTEMPTS="1")
    assert words.replace("@URL@", capture.url) in json.loads(run.stdout)["call"]["advice"]


def test_an_athena_that_is_out_of_reach_is_named_with_the_settings_that_lead_there(free_port):
    url = f"http://127.0.0.1:{free_port}"
    run = programs.run("check", "--call", **SETTINGS, AWS_ENDPOINT_URL=url, AWS_MAX_ATTEMPTS="1")
    [advice] = [line for line in run.stdout.splitlines() if line.startswith("advice")]
    assert "eu-west-1 (AWS_REGION)" in advice and f"{url} (AWS_ENDPOINT_URL)" in advice


def test_what_aws_refuses_to_the_gateway_is_the_operator_s_to_read_and_not_the_caller_s(start, capture):
    message = "User: arn:aws:sts::1:assumed-role/a/x is not authorized\nto do this"
    capture.on("GetCalculationExecution", capturing.failure("AccessDeniedException", message, 400))
    program = start(programs.serve_before, capture)
    caller = client.Client(program)
    for _ in range(3):
        answer = caller.get(f"{client.calculations()}/c")
        assert answer.status == 502 and answer.json["code"] == "gateway-not-authorized"
        assert "arn:aws" not in json.dumps(answer.json)
    waiting.until(lambda: "AWS refuses" in program.stderr)
    [(level, line)] = program.log
    assert level == "error" and line.startswith(
        r"AWS refuses GetCalculationExecution: AccessDeniedException: User: arn:aws:sts::1:assumed-role/a/x is "
        rf"not authorized\u{{a}}to do this ({capture.url}/, key AKID…MPLE); "
    )


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
    advice = document["call"].pop("advice")
    assert document["call"] == {"operation": "ListSessions", "workGroup": "primary", "ok": False}
    assert "the key AKID…MPLE lacks a permission" in advice
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
    program = start(programs.serve_before, capture, *NOTICES)
    waiting.until(lambda: program.log, lambda log: log == [("notice", "credentials: env, key AKID…MPLE")])


def test_a_gateway_says_whose_credentials_it_has_when_their_file_has_changed(start, tmp_path, free_port):
    (tmp_path / ".aws").mkdir()
    file = tmp_path / ".aws/credentials"

    def write(key):
        file.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n")

    write("AKIAOLDEXAMPLE000001")
    program = start(
        programs.serve, *NOTICES, HOME=str(tmp_path), AWS_REGION="eu-west-1",
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port}", AWS_MAX_ATTEMPTS="1",
    )  # fmt: skip
    said = "credentials: shared-credentials-file (profile default), key AKIA…0001"
    waiting.until(lambda: said in program.stderr)
    file.write_text("")
    write("AKIANEWEXAMPLE000002")

    def is_told():
        # Nothing is asked for that no call needs.
        connection = http1.Connection(program.port)
        connection.send(b"GET /sessions/s/calculations/c HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.answer().json["code"] == "athena-unreachable"
        connection.close()
        return any("key AKIA…0002" in line for _, line in program.log)

    waiting.until(is_told)
    assert [line.split(",")[0] for _, line in program.log if line.startswith("credentials: ")] == [
        "credentials: shared-credentials-file (profile default)"
    ] * 2


def test_a_gateway_without_credentials_starts_and_says_where_it_looked(start):
    program = start(programs.serve, AWS_REGION="eu-west-1")
    waiting.until(lambda: " error no AWS credentials from profile, env, assume-role" in program.stderr)


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
    assert "the profile éé" in line and 3900 < len(line.encode()) <= 4000


def test_a_refresh_that_fails_while_the_old_credentials_serve_is_told_as_that(start, make_capture, tmp_path):
    config = tmp_path / "config"
    keys = f"aws_access_key_id = {programs.KEY}\naws_secret_access_key = {programs.SECRET}\n"
    config.write_text(f"[default]\n{keys}")
    program = start(
        programs.serve, *NOTICES, AWS_REGION="eu-west-1", AWS_CONFIG_FILE=str(config),
        AWS_ENDPOINT_URL=make_capture().url,
    )  # fmt: skip
    waiting.until(lambda: "credentials: config-file" in program.stderr)
    config.write_text("[default]\ncredential_process = /bin/false\n")
    caller = client.Client(program)
    line = " warning no new AWS credentials from custom-process: "
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
