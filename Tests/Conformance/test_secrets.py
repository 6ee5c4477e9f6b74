"""No secret is in anything that the gateway says: planted in every source, looked for in every output, also where the
services answer with all that they were told, as they do when a signature is wrong."""

import json
import urllib.parse

import pytest

import aws_services
import capture as capturing
import client
import programs
from test_aws_configuration import ARN, LEGACY, REGION, SESSION, WEB, Row, environment, sso_cache


def mark(name):
    """A secret as long as AWS's, that nothing else contains."""
    return f"PLANTED/{name}+{'x' * (30 - len(name))}="


KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT00000",
    "AWS_SECRET_ACCESS_KEY": mark("environment"),
    "AWS_SESSION_TOKEN": mark("environment-token"),
}
FILE = (
    f"aws_access_key_id = AKIAFILE000000000000\naws_secret_access_key = {mark('file')}\n"
    f"aws_session_token = {mark('file-token')}\n"
)
PROCESS = {
    "Version": 1, "AccessKeyId": "ASIAPROCESS000000000", "SecretAccessKey": mark("process"),
    "SessionToken": mark("process-token"), "Expiration": aws_services.LATER,
}  # fmt: skip
STS = {**REGION, "AWS_ENDPOINT_URL_STS": "@URL@"}
SSO = {**REGION, "AWS_ENDPOINT_URL_SSO": "@URL@", "AWS_ENDPOINT_URL_SSO_OIDC": "@URL@", "AWS_PROFILE": "sso"}
RENEWED = {
    "accessToken": mark("sso-old"), "expiresAt": "2001-01-01T00:00:00Z", "refreshToken": mark("sso-refresh"),
    "clientId": "c", "clientSecret": mark("sso-client"), "registrationExpiresAt": aws_services.LATER,
}  # fmt: skip
# Nobody listens there: what is said of it is said.
PROXY = f"http://user:{urllib.parse.quote(mark('proxy'), safe='')}@127.0.0.1:9"

ROWS = {
    "environment": Row({**REGION, **KEYS}),
    "credentials file": Row(REGION, credentials=f"[default]\n{FILE}"),
    "config file": Row(REGION, f"[default]\n{FILE}"),
    "process": Row(
        REGION, "[default]\ncredential_process = /bin/cat @HOME@/process\n", files={"process": json.dumps(PROCESS)}
    ),
    "role": Row(
        {**STS, "AWS_PROFILE": "role"},
        f"[profile role]\nrole_arn = {ARN}\nsource_profile = base\nexternal_id = {mark('external')}\n"
        f"[profile base]\n{FILE}",
    ),
    "web identity": Row({**STS, **WEB}, files={"web-token": mark("web")}),
    "sso session": Row(SSO, SESSION, files=sso_cache("s", accessToken=mark("sso"))),
    "sso session that is renewed": Row(SSO, SESSION, files=sso_cache("s", **RENEWED)),
    "sso": Row(SSO, LEGACY, files=sso_cache("https://example.awsapps.com/start", accessToken=mark("sso"))),
    "container": Row({
        **REGION, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "@URL@/container",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": mark("container"),
    }),
    "container's file": Row(
        {
            **REGION, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "@URL@/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "@HOME@/pod",
        },
        files={"pod": mark("pod")},
    ),
    "instance": Row(
        {**REGION, "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "@URL@"}
    ),
    "proxy": Row({**REGION, **KEYS, "http_proxy": PROXY, "HTTPS_PROXY": PROXY}),
    "a proxy that is none": Row({**REGION, **KEYS, "HTTPS_PROXY": f"http://user:{mark('proxy')}@h/x"}),
    "an endpoint that is none": Row({**REGION, **KEYS, "AWS_ENDPOINT_URL_S3": f"http://user:{mark('url')}@h"}),
    "a secret of two lines": Row({**REGION, **KEYS, "AWS_SECRET_ACCESS_KEY": mark("lines") + "\n"}),
    "a file of nonsense": Row(REGION, credentials=f"[default]\n{FILE}{mark('nonsense')}\n"),
    "a process that talks nonsense": Row(
        REGION, "[default]\ncredential_process = /bin/cat @HOME@/process\n", files={"process": mark("process")}
    ),
    "a process that complains": Row(
        REGION, "[default]\ncredential_process = /bin/sh @HOME@/process\n",
        files={"process": f"echo '{mark('complaint')}' >&2; exit 1\n"},
    ),
    "a process that gives them and complains": Row(
        REGION, "[default]\ncredential_process = /bin/sh @HOME@/process\n",
        files={"process": f"echo '{mark('complaint')}' >&2; echo '{json.dumps(PROCESS)}'\n"},
    ),
    "a token of two lines": Row({**STS, **WEB}, files={"web-token": mark("web") + "\n" + mark("web2")}),
}  # fmt: skip

PATHS = [
    "AssumeRole", "AssumeRoleWithWebIdentity", "/container", "/federation/credentials", "/token",
    "/latest/meta-data/iam/security-credentials/instance-role",
]  # fmt: skip


def told(request):
    """All that a server was told, and what the proper answer would have been."""
    return f"{dict(request.headers)} {request.content} {request.answer(request.path.partition('?')[0])}"


ECHOES = {
    "what it should": None,
    "an error that repeats all": lambda request: (403, json.dumps({"message": told(request), "code": told(request)})),
    "an error of STS that repeats all": lambda request: (
        403, f"<ErrorResponse><Error><Code>X</Code><Message>{told(request)}</Message></Error></ErrorResponse>",
    ),
    "nonsense that repeats all": lambda request: (200, told(request)),
}  # fmt: skip


@pytest.fixture(scope="module")
def services():
    server = aws_services.Services()
    yield server
    server.close()


def echo(request):
    """Athena explains a wrong signature by all that it covers."""
    return capturing.failure("InvalidSignatureException", f"{request.start} {request.fields}", 403)


@pytest.mark.parametrize("echoed", ECHOES)
@pytest.mark.parametrize("name", ROWS)
def test_no_secret_is_in_anything_that_is_said(name, echoed, tmp_path, services, make_capture, start):
    row = ROWS[name]
    services.reset()
    if ECHOES[echoed]:
        services.answers = dict.fromkeys(PATHS, ECHOES[echoed])
    athena = make_capture()
    athena.on("ListSessions", echo)
    athena.on("GetCalculationExecution", echo)
    variables = environment(row, tmp_path, services.url)
    variables = {"AWS_ENDPOINT_URL_ATHENA": athena.url, "AWS_MAX_ATTEMPTS": "1", **variables}
    outputs = []
    for command in (["check", "--call"], ["check", "--call", "--json"], ["explain"]):
        run = programs.run(*command, stdin='GetCalculationExecution\n{"CalculationExecutionId": "c"}', **variables)
        assert run.returncode in (0, 1)
        outputs += [run.stdout, run.stderr]
    run = programs.run("serve", "--listen", "127.0.0.1:0", "--workers", "0", **variables)
    outputs += [run.stdout, run.stderr]  # the problems of the settings
    if "--workers" in run.stderr and run.stderr.count("\n") == 1:
        program = start(programs.serve, "--workers", "1", **variables)
        answer = client.Client(program).get(f"{client.calculations()}/c")
        assert answer.status >= 400
        outputs += [str(answer), str(answer.fields)]
        # Nor do callers learn how the gateway is set up; whoever runs it does.
        for private in (str(tmp_path), "arn:", "profile", "123456789012"):
            assert private not in str(answer), answer
        program.stop()
        outputs.append(program.output)
    for output in outputs:
        for planted in ("PLANTED", *issued()):
            assert planted not in output, output
        assert aws_services.TOKEN not in output


def issued():
    """The secrets that the services have given, in part: an answer may have been cut."""
    return {found[name][:20] for found in aws_services.given for name in ("SecretAccessKey", "Token")}
