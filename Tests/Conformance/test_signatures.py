"""What the gateway sends is signed as botocore signs it, valid by Athena's model, and what was asked for."""

import json
import socket
import urllib.parse

import botocore.loaders
import pytest
from botocore.endpoint_provider import EndpointProvider

import capture as capturing
import client
import programs
import signatures
from generate import Generator

REQUESTS = 250  # of each row

SECRET = programs.SECRET
ROWS = [
    # region, access key, secret, session token, what follows http:// in AWS_ENDPOINT_URL_ATHENA
    ("us-east-1", "AKIDEXAMPLE", SECRET, None, "{host}:{port}"),
    ("eu-west-1", "ASIAEXAMPLE", SECRET, "token", "{host}:{port}/"),
    ("ap-southeast-2", "AKID", "s", "//+==" * 400, "{host}:{port}/base"),
    ("cn-north-1", "AKID-_.~+=@", "sécret/\U0001f600/ \"'\\%", "a/b+c==", "{host}:{port}/base/path//"),
    ("us-gov-west-1", "AKIDEXAMPLE", "x" * 200, None, "LOCALHOST:{port}"),
    ("us-iso-east-1", "AKIDEXAMPLE", SECRET, "two  spaces", "LocalHost:{port}/Base%20Path/%C3%A9"),
    ("us-isob-east-1", "AKIDEXAMPLE", SECRET, "tok\ten", "{host}:{port}/a;b=c,d/~x/!$&'()*+"),
    ("eu-isoe-west-1", "AKIDEXAMPLE", SECRET, "=", "{host}:{port}/a%2Fb"),
    ("us-isof-south-1", "AKIDEXAMPLE", " lead and trail ", "t" * 2048, "{host}:{port}/a//b"),
    ("eusc-de-east-1", "AKIDEXAMPLE", SECRET, "%2F%00", "localhost:{port}"),
    ("xx-tomorrow-42", "AKIDEXAMPLE", "%", None, "{host}:{port}"),
    ("a" * 63, "A", SECRET, ",;", "{host}:{port}/x"),
]


class Case:
    """A gateway that was started with the values of a row."""

    def __init__(self, start, capture, row, scheme="http"):
        self.region, self.key, self.secret, self.token, authority = row
        self.capture = capture
        self.endpoint = f"{scheme}://" + authority.format(host=capture.host, port=capture.port)
        program = start(
            programs.serve,
            "--workers",
            "1",
            AWS_REGION=self.region,
            AWS_ACCESS_KEY_ID=self.key,
            AWS_SECRET_ACCESS_KEY=self.secret,
            AWS_SESSION_TOKEN=self.token or "",
            AWS_ENDPOINT_URL_ATHENA=self.endpoint,
            AWS_ENDPOINT_URL_S3=self.endpoint,
        )
        self.caller = client.Client(program)

    @property
    def path(self):
        """The endpoint's path, without the slashes at its end."""
        return "/" + self.endpoint.split("/", 3)[3] if self.endpoint.count("/") > 2 else ""

    def check(self, request, service="athena"):
        signatures.check(request, self.endpoint, service, self.region, self.key, self.secret, self.token)

    def check_call(self, request, operation, parameters):
        self.check(request)
        assert request.method == "POST"
        assert request.target == self.path.rstrip("/") + "/"
        assert request["X-Amz-Target"] == f"AmazonAthena.{operation}"
        assert request["Content-Type"] == "application/x-amz-json-1.1"
        assert request["Content-Length"] == str(len(request.body))
        assert request["Transfer-Encoding"] is request["Expect"] is None
        assert json.loads(request.body) == parameters
        signatures.check_model(operation, parameters)


@pytest.fixture
def case(start, make_capture, request):
    made = Case(start, make_capture(), request.param)
    yield made
    made.caller.close()


def by_case(rows):
    return pytest.mark.parametrize("case", rows, ids=[row[0][:20] for row in rows], indirect=True)


@by_case(ROWS)
def test_each_of_thousands_of_submissions_is_signed_as_botocore_signs_it_and_carries_what_was_sent(case):
    generator = Generator(case.region)
    for _ in range(REQUESTS):
        session, code = in_a_target(generator.text(1, 256)), generator.code()
        description = generator.choice([None, generator.text(1, 1024)])
        # White space at the ends of a field's value is no part of it.
        token = generator.choice([None, f"#{generator.text(30, 126)}#"])
        if token is None and generator.random() < 0.5:
            # %00 is refused wherever it stands.
            description = description and description[:100].replace("\0", "\1")
            answer = submit_code(case.caller, session, code, description)
        else:
            answer = submit_json(generator, case.caller, session, code, description, token)
        assert answer.status == 201, str(answer)
        used = token or json.loads(case.capture.last.body)["ClientRequestToken"]
        expected = {"SessionId": session, "CodeBlock": code, "Description": description, "ClientRequestToken": used}
        case.check_call(case.capture.last, "StartCalculationExecution", without_none(expected))
        assert answer["Client-Request-Token"] == (used if is_field_value(used) else None)
        assert answer["Location"] == f"{client.calculations(session)}/{capturing.CALCULATION}"
    assert len(case.capture.requests) == REQUESTS


def is_field_value(text):
    """Whether every client reads from a field's value what was written; beyond ASCII they read it in different ways."""
    return all(" " <= character <= "~" or character == "\t" for character in text)


def in_a_target(text):
    """The gateway refuses ASCII's control characters in a path, however they are encoded."""
    return text.translate({code: "+" for code in [*range(0x20), 0x7F]})


def without_none(members):
    return {name: value for name, value in members.items() if value is not None}


def submit_code(caller, session, code, description):
    query = "?" + urllib.parse.urlencode({"description": description}) if description else ""
    return caller("POST", client.calculations(session) + query, [client.PYTHON], code.encode())


def submit_json(generator, caller, session, code, description, token):
    members = {"codeBlock": code, "description": description, "clientRequestToken": token}
    return caller("POST", client.calculations(session), [client.JSON], generator.json(without_none(members)))


@by_case(ROWS)
def test_calls_for_a_calculation_and_its_output_are_signed_as_botocore_signs_them(case):
    generator = Generator(case.region)
    for _ in range(20):
        session, calculation = in_a_target(generator.text(1, 256)), in_a_target(generator.text(1, 36))
        key = generator.text(1, 200)
        case.capture.on("GetCalculationExecution", capturing.calculation(session, stdout=f"s3://outputs/{key}"))
        location = f"{client.calculations(session)}/{client.segment(calculation)}"
        for method in ("GET", "HEAD"):
            answer = case.caller(method, f"{location}/stdout")
            assert answer.status == 200, str(answer)
            call, read = case.capture.requests[-2:]
            case.check_call(call, "GetCalculationExecution", {"CalculationExecutionId": calculation})
            case.check(read, "s3")
            assert read.method == method
            assert read.target == f"{case.path.rstrip('/')}/outputs/{quote_key(key)}"


def quote_key(key):
    """botocore's own encoding of a key: what AWS decodes to the same text."""
    return urllib.parse.quote(key, safe="/-_.~")


KEYS = [
    "plain/stdout",
    "with space/std out",
    "plus+plus",
    "100%",
    "%2F%25%00",
    "é/漢字/\U0001f600/e\u0301",
    "../../up",
    "a/../b/./c/..",
    ".",
    "..",
    "/leading",
    "\u0301combined with the slash before it",
    "//two",
    "a//b///",
    "trailing/",
    "?query=1&x#fragment",
    "!$&'()*,;=:@[]{}|\\^`\"<>~-_",
    "\x01\t\n\r\x7f\u2028",
    "k" * 1024,
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ascii(key)[:30])
def test_an_output_s_key_goes_to_S3_literally_and_is_signed(gateway, capture, key):
    capture.on("GetCalculationExecution", capturing.calculation(stdout=f"s3://my.bucket-1/{key}"))
    answer = gateway.get(f"{client.calculations()}/{capturing.CALCULATION}/stdout")
    assert (answer.status, answer.body) == (200, b"45\n")
    read = capture.last
    assert read.target == f"/my.bucket-1/{quote_key(key)}"
    signatures.check(read, capture.url, "s3", "eu-west-1", programs.KEY, programs.SECRET, programs.TOKEN)


@pytest.mark.parametrize(
    "uri",
    ["http://bucket/key", "s3://bucket", "s3://bucket/", "s3:///key", "s3://b/key", "s3://..a/key", "s3://a@b.com/k",
     "s3://bucket:80/key", "s3://bucket/" + "k" * 1025, "", "stdout"],
)  # fmt: skip
def test_an_output_that_is_no_object_of_S3_is_never_asked_for(gateway, capture, uri):
    capture.on("GetCalculationExecution", capturing.calculation(stdout=uri))
    answer = gateway.get(f"{client.calculations()}/{capturing.CALCULATION}/stdout")
    assert (answer.status, answer.json["code"]) == (502, "bad-answer")
    assert [capturing.operation(request) for request in capture.requests] == ["GetCalculationExecution"]


def may_listen_on_port_80():
    try:
        socket.create_server(("127.0.0.1", 80)).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not may_listen_on_port_80(), reason="port 80 is taken, or not for this user")
def test_the_scheme_s_own_port_is_not_part_of_the_signed_host(start, make_capture):
    capture = make_capture("127.0.0.1", 80)
    for authority in ("{host}", "{host}:80", "LOCALHOST:80/x"):
        case = Case(start, capture, ("us-east-1", "AKID", SECRET, None, authority))
        assert case.caller.submit("1").status == 201
        assert case.capture.last["Host"] in ("127.0.0.1", "localhost")
        case.check(case.capture.last)


def test_an_address_of_IPv6_is_signed_in_its_brackets(start, make_capture):
    server = make_ipv6_capture()
    case = Case(start, server, ("us-east-1", "AKID", SECRET, None, "[::1]:{port}"))
    assert case.caller.submit("1").status == 201
    assert case.capture.last["Host"] == f"[::1]:{server.port}"
    case.check(case.capture.last)
    server.close()


def make_ipv6_capture():
    try:
        return capturing.Capture("::1")
    except OSError:
        pytest.skip("this machine has no ::1")


LOADER = botocore.loaders.Loader()


def regions():
    partitions = LOADER.load_data("endpoints")["partitions"]
    known = [region for partition in partitions for region in partition["regions"]]
    return [*known, "us-east-9", "mars-north-1", "cn-tomorrow-7", "us-gov-north-9", "eusc-de-west-3"]


def endpoints_of(service):
    ruleset = LOADER.load_service_model(service, "endpoint-rule-set-1")
    provider = EndpointProvider(ruleset, LOADER.load_data("partitions"))
    return lambda region: provider.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False).url


def test_the_endpoint_of_every_region_is_botocore_s(start):
    athena, s3 = endpoints_of("athena"), endpoints_of("s3")
    for region in regions():
        program = start(programs.serve, "--workers", "1", "--region", region)
        assert program.first_line.endswith(f", region {region}, Athena at {athena(region)}, S3 at {s3(region)}\n")
        program.end()


def test_the_environment_says_which_endpoint_region_and_token_are_used(start, make_capture):
    athena, other = make_capture(), make_capture()
    table = [
        # what is set beside the credentials, and the region, token and server of the call
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "eu-west-1", None, other),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1", None, other),
        ({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_ATHENA": athena.url}, "eu-west-1", None, athena),
        (
            {"AWS_REGION": "eu-west-1", "AWS_SECURITY_TOKEN": "old", "AWS_SESSION_TOKEN": "new"},
            "eu-west-1",
            "old",
            other,
        ),
        ({"AWS_REGION": "eu-west-1", "AWS_SESSION_TOKEN": "new"}, "eu-west-1", "new", other),
    ]
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": other.url}
    for variables, region, token, server in table:
        program = start(programs.serve, "--workers", "1", **keys, **variables)
        assert client.Client(program).submit("1").status == 201
        signatures.check(server.last, server.url, "athena", region, "AKID", SECRET, token)


def test_a_flag_goes_before_the_environment(start, make_capture):
    flag, variable = make_capture(), make_capture()
    program = start(
        programs.serve_before, variable, "--endpoint-url", flag.url, "--region", "ap-south-1", AWS_REGION="eu-west-1"
    )
    assert client.Client(program).submit("1").status == 201
    signatures.check(flag.last, flag.url, "athena", "ap-south-1", programs.KEY, SECRET, programs.TOKEN)
    assert variable.requests == []
