"""The addresses of AWS's metadata services, served in a network of the test's own: by a server of ours, and by
moto's. The gateway and botocore have the same environment there, and come to the same credentials."""

import datetime
import json
import subprocess
import sys
import threading

import pytest

import botocore_credentials
import capture
import client
import http1
import metadata_service
import namespace
import programs
import signatures
from waiting import until

ECS, EKS, EKS_6 = "169.254.170.2:80", "169.254.170.23:80", "[fd00:ec2::23]:80"
EC2, EC2_6 = "169.254.169.254:80", "[fd00:ec2::254]:80"
RELATIVE, FULL = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN, TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
ROLES = "GET /latest/meta-data/iam/security-credentials/"
NEW_TOKEN = "PUT /latest/api/token"
ATHENA = "127.0.0.1:8000"
REGION = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
# Beyond any delay of a busy machine; where silence is waited for, a shorter one.
PATIENT, BRIEF = {"AWS_METADATA_SERVICE_TIMEOUT": "20"}, {"AWS_METADATA_SERVICE_TIMEOUT": "2"}
# What nobody may say again.
SECRETS = ["secret-of-", "session-of-", "token-of-", "path-of-"]


def credentials(name, hours=6, **members):
    """The answer of a service that is called so."""
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=hours)
    return {
        "AccessKeyId": f"ASIA{name.upper():X<12}",
        "SecretAccessKey": f"secret-of-{name}",
        "Token": f"session-of-{name}/+==",
        "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        **members,
    }


def answer(body, **members):
    return [{"body": body if isinstance(body, str) else json.dumps(body), **members}]


def container(name, path="/path-of-it", **members):
    """A service that has the credentials of a container."""
    return {f"GET {path}": answer(credentials(name, **members))}


def instance(name="instance", token="token-of-ec2", hours=6):
    """A service that has the credentials of an instance, for who has a token."""
    demands = {"x-aws-ec2-metadata-token": token} if token else {}
    return {
        NEW_TOKEN: answer(token) if token else [{"status": 404}],
        ROLES: answer("a-role", demands=demands),
        f"{ROLES}a-role": answer(credentials(name, hours), demands=demands),
        "GET /latest/meta-data/placement/region": answer("eu-west-1", demands=demands),
    }


class World:
    """A network with services in it, and the programs that are asked about their credentials there."""

    def __init__(self, network, home):
        self.network, self.home, self.services, self.requests = network, home, [], []

    def start(self, services):
        """Starts services: answers by address, as metadata_service.py has them."""
        process = self.network.start(
            sys.executable,
            metadata_service.__file__,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.services.append(process)
        process.stdin.write(json.dumps(services) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        threading.Thread(target=self.listen, args=[process.stdout], daemon=True).start()

    def listen(self, stream):
        for line in stream:
            name, moment, start, fields, body = json.loads(line)
            self.requests.append((name, moment, http1.Request(start, fields, body.encode("latin-1"))))

    def to(self, name):
        """The requests that a service got, as method and target."""
        return [" ".join(request.start.split(" ")[:2]) for where, _, request in self.requests if where == name]

    def environment(self, variables):
        on = {"AWS_EC2_METADATA_DISABLED": "false"}
        return programs.environment(HOME=str(self.home), **{**on, **REGION, **PATIENT, **variables})

    def botocore(self, variables):
        run = self.network.run(
            sys.executable, botocore_credentials.__file__, environment=self.environment(variables)
        )
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def check(self, variables):
        """What `check --json` says, in the words of botocore_credentials.py."""
        run = self.network.run(programs.BINARY, "check", "--json", environment=self.environment(variables))
        assert run.stderr == ""
        for secret in SECRETS:
            assert secret not in run.stdout
        report = json.loads(run.stdout)
        assert run.returncode == (0 if report["ok"] else 1)
        assert report["ok"] == (not report["problems"])
        return report

    def gateway(self, variables):
        """A gateway in there, which calls an Athena in there."""
        path = str(self.home / "socket")
        process = self.network.start(
            programs.BINARY, "serve", "--listen", f"unix:{path}", "--workers", "1", "--drain-delay", "0s",
            env=self.environment({"AWS_ENDPOINT_URL_ATHENA": f"http://{ATHENA}", **variables}),
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.services.append(process)
        assert "unix:" in process.stdout.readline()
        return path

    def end(self):
        for process in reversed(self.services):
            process.terminate()
            process.communicate(timeout=http1.PATIENCE)


@pytest.fixture
def world(tmp_path_factory):
    """Its processes end with the test."""
    network = namespace.Namespace()
    try:
        world = World(network, tmp_path_factory.mktemp("m"))
        yield world
        world.end()
    finally:
        network.end()


def kind(report):
    """credentials, error or none, and of whom: what botocore can say too."""
    if found := report.get("credentials"):
        return "credentials", found["origin"].split(",")[0]
    [problem] = report["problems"]
    nothing = "none is configured" in problem or "none of the other sources is configured" in problem
    return ("none" if nothing else "error"), problem


def same(world, variables, origin):
    """Both find the credentials of one source."""
    theirs, ours = world.botocore(variables), world.check(variables)
    assert theirs["kind"] == "credentials", theirs
    assert kind(ours) == ("credentials", theirs["method"]) == ("credentials", origin)
    found = ours["credentials"]
    assert found["accessKeyId"] == masked(theirs["keys"][0])
    assert found.get("accountId") == theirs["account"]
    return theirs["keys"], found


def masked(key):
    """Of a key's id as much as is shown; nothing of one that is no key of AWS's."""
    return f"{key[:4]}…{key[-4:]}" if len(key) > 8 else "…"


def signed_with(world, variables):
    """The request that a gateway signs with what it finds there."""
    world.start({ATHENA: {"POST /": answer(STARTED, fields={"Content-Type": "application/x-amz-json-1.1"})}})
    path = world.gateway(variables)
    run = subprocess.run(
        ["curl", "-sS", "-i", "--unix-socket", path, f"http://localhost{client.calculations()}",
         "-H", "Content-Type: text/x-python", "--data-binary", "print(1)"],
        capture_output=True, timeout=http1.PATIENCE,
    )  # fmt: skip
    assert client.answer_of(run.stdout).status == 201, run.stdout
    [request] = until(lambda: [request for name, _, request in world.requests if name == ATHENA])[-1]
    return request


STARTED = {"CalculationExecutionId": capture.CALCULATION, "State": "CREATING"}


# The container's services.

CONTAINERS = {
    "ECS": ({ECS: container("ecs")}, {RELATIVE: "/path-of-it"}),
    "ECS with an account": ({ECS: container("ecs", AccountId="123456789012")}, {RELATIVE: "/path-of-it"}),
    "ECS outranks a full URI": (
        {ECS: container("ecs"), EKS: container("eks")},
        {RELATIVE: "/path-of-it", FULL: "http://169.254.170.23/path-of-it"},
    ),
    "ECS with a query": ({ECS: container("ecs", "/path-of-it?id=1")}, {RELATIVE: "/path-of-it?id=1"}),
    "ECS outranks an instance": ({ECS: container("ecs"), EC2: instance()}, {RELATIVE: "/path-of-it"}),
    "EKS": ({EKS: container("eks")}, {FULL: "http://169.254.170.23/path-of-it"}),
    "loopback": ({"127.0.0.1:81": container("loop")}, {FULL: "http://127.0.0.1:81/path-of-it"}),
    "a name of it": ({"127.0.0.1:81": container("loop")}, {FULL: "http://localhost:81/path-of-it"}),
}


@pytest.mark.parametrize("case", CONTAINERS)
def test_a_container_has_its_credentials(world, case):
    services, variables = CONTAINERS[case]
    world.start(services)
    same(world, variables, "container-role")


def test_a_pod_shows_its_token_and_signs_with_what_it_gets(world):
    # What EKS writes into the pod's file, and replaces in time.
    token = world.home / "token"
    token.write_text("token-of-the-pod")
    found = answer(credentials("eks", AccountId="123456789012"), demands={"Authorization": "token-of-the-pod"})
    world.start({EKS: {"GET /v1/credentials": found}})
    variables = {FULL: "http://169.254.170.23/v1/credentials", TOKEN_FILE: str(token), TOKEN: "another"}
    keys, found = same(world, variables, "container-role")
    assert found["accountId"] == "123456789012"
    request = signed_with(world, variables)
    signatures.check(request, f"http://{ATHENA}", "athena", "eu-west-1", *keys)


def test_a_pod_of_IPv6_asks_there(world):
    if not world.network.has_ipv6:
        pytest.skip("this machine has no IPv6")
    world.start({EKS_6: container("eks")})
    same(world, {FULL: "http://[fd00:ec2::23]/path-of-it", TOKEN: "token-of-the-pod"}, "container-role")
    assert [request["Authorization"] for *_, request in world.requests] == ["token-of-the-pod"] * 2


BROKEN = {
    "a host that is not the container's": ({}, {FULL: "http://169.254.169.254/path-of-it"}),
    "a relative URI that leads elsewhere": ({}, {RELATIVE: "@169.254.169.254/path-of-it"}),
    "no such file": ({EKS: container("eks")}, {FULL: "http://169.254.170.23/path-of-it", TOKEN_FILE: "/nonexistent"}),
    "a line break in the token": (
        {EKS: container("eks")},
        {FULL: "http://169.254.170.23/path-of-it", TOKEN: "token-of-the-pod\n"},
    ),
    "no time of an end": (
        {ECS: container("ecs", Expiration="in the evening")},
        {RELATIVE: "/path-of-it"},
    ),
    "credentials that have ended": ({ECS: container("ecs", hours=-1)}, {RELATIVE: "/path-of-it"}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_container_s_mistake_is_an_error_and_nobody_else_is_asked(world, case):
    services, variables = BROKEN[case]
    world.start({**services, EC2: instance()})
    assert world.botocore(variables)["kind"] == "error"
    what, problem = kind(world.check(variables))
    assert what == "error" and "container-role" in problem
    assert world.to(EC2) == []


FAILING = {
    "an error": [{"status": 500, "body": "so it is"}],
    "not JSON": answer("<html>"),
    "somewhere else": [{"status": 302, "fields": {"Location": "http://169.254.170.23/elsewhere"}}],
}


@pytest.mark.parametrize("case", FAILING)
def test_a_container_s_service_that_fails_is_asked_three_times_and_followed_nowhere(world, case):
    variables = {RELATIVE: "/path-of-it", TOKEN: "token-of-the-pod"}
    world.start({ECS: {"GET /path-of-it": FAILING[case]}, EKS: container("eks", "/elsewhere"), EC2: instance()})
    assert world.botocore(variables)["kind"] == "error"
    theirs = len(world.to(ECS))
    what, problem = kind(world.check(variables))
    assert what == "error" and "container-role" in problem and "169.254.170.2" in problem
    assert theirs == len(world.to(ECS)) - theirs == 3
    assert world.to(EKS) == world.to(EC2) == []


def test_a_container_s_service_may_fail_twice_and_has_a_second_between(world):
    broken = {"status": 503}
    world.start({ECS: {"GET /path-of-it": [broken, broken, *answer(credentials("ecs"))]}})
    assert kind(world.check({RELATIVE: "/path-of-it"})) == ("credentials", "container-role")
    first, second, third = [moment for _, moment, _ in world.requests]
    assert second - first >= 1 and third - second >= 1


# The instance's service.


@pytest.mark.parametrize("token", ["token-of-ec2", None], ids=["version 2", "version 1"])
def test_an_instance_has_its_role_s_credentials(world, token):
    world.start({EC2: instance(token=token)})
    keys, _ = same(world, {}, "iam-role")
    half = len(world.requests) // 2
    assert world.to(EC2)[:half] == world.to(EC2)[half:] == [NEW_TOKEN, ROLES, f"{ROLES}a-role"]
    request = signed_with(world, {})
    signatures.check(request, f"http://{ATHENA}", "athena", "eu-west-1", *keys)


@pytest.mark.parametrize("status", [403, 404, 405])
def test_an_instance_without_tokens_is_asked_without(world, status):
    world.start({EC2: {**instance(token=None), NEW_TOKEN: [{"status": status}]}})
    same(world, {}, "iam-role")


def test_where_the_token_s_answer_is_lost_version_1_is_asked(world):
    world.start({EC2: {**instance(token=None), NEW_TOKEN: [{"silent": True}]}})
    same(world, BRIEF, "iam-role")


def test_an_instance_of_IPv6_is_asked_there(world):
    if not world.network.has_ipv6:
        pytest.skip("this machine has no IPv6")
    world.start({EC2_6: instance()})
    same(world, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv6"}, "iam-role")


def test_the_service_may_be_elsewhere(world):
    world.start({"127.0.0.1:82": instance()})
    same(world, {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:82/"}, "iam-role")
    (world.home / ".aws").mkdir()
    (world.home / ".aws/config").write_text("[default]\nec2_metadata_service_endpoint = http://127.0.0.1:82\n")
    same(world, {}, "iam-role")


def test_credentials_that_have_ended_and_aren_t_renewed_are_used_for_longer(world):
    world.start({EC2: instance(hours=-1)})
    _, found = same(world, {}, "iam-role")
    remaining = datetime.datetime.fromisoformat(found["expiration"]) - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=16) < remaining <= datetime.timedelta(minutes=25)


NOTHING = {
    "disabled": ({EC2: instance()}, {"AWS_EC2_METADATA_DISABLED": "true"}),
    "nobody there": ({}, {}),
    "silence": ({EC2: {NEW_TOKEN: [{"silent": True}], ROLES: [{"silent": True}]}}, BRIEF),
    "no role": ({EC2: {**instance(), ROLES: [{"status": 404}]}}, {}),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_there_is_no_instance_or_no_role_there_is_nothing(world, case):
    services, variables = NOTHING[case]
    world.start(services)
    assert world.botocore(variables)["kind"] == "none"
    assert kind(world.check(variables))[0] == "none"
    if "AWS_EC2_METADATA_DISABLED" in variables:
        assert world.to(EC2) == []


@pytest.mark.parametrize("services", [{EC2: instance(token=None)}, {}], ids=["no token", "nobody there"])
def test_without_version_1_there_must_be_a_token(world, services):
    world.start(services)
    variables = {"AWS_EC2_METADATA_V1_DISABLED": "true"}
    assert world.botocore(variables)["kind"] == "error"
    what, problem = kind(world.check(variables))
    assert what == "error" and "iam-role" in problem and "AWS_EC2_METADATA_V1_DISABLED" in problem
    assert set(world.to(EC2)) <= {NEW_TOKEN}


# botocore has nothing there as well, but doesn't say why.
REFUSED = {
    "a refused token": ({NEW_TOKEN: [{"status": 400}]}, "status 400"),
    "a token that doesn't come": ({NEW_TOKEN: [{"status": 404}]}, "hop limit"),
    "no trust": (
        {f"{ROLES}a-role": answer({"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume the role."})},
        "AssumeRoleUnauthorizedAccess: EC2 cannot assume the role.",
    ),
    "a failure": ({ROLES: [{"status": 503}]}, "status 503"),
    "somewhere else": ({ROLES: [{"status": 301, "fields": {"Location": "http://169.254.170.23/"}}]}, "status 301"),
    "not JSON": ({f"{ROLES}a-role": answer("<html>")}, "not JSON"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_instance_s_service_refuses_is_said(world, case):
    changes, words = REFUSED[case]
    world.start({EC2: {**instance(), **changes}, EKS: {"GET /": answer("a-role")}})
    assert world.botocore({})["kind"] == "none"
    what, problem = kind(world.check({}))
    assert what == "error" and "iam-role" in problem and words in problem
    assert world.to(EKS) == []


def test_the_region_is_the_instance_s_where_nobody_says_another(world):
    world.start({EC2: instance()})
    report = world.check({name: "" for name in REGION})
    assert report["region"]["value"] == "eu-west-1" and "metadata" in report["region"]["source"]


# Both.


@pytest.mark.parametrize("services, variables", [
    ({EC2: instance()}, {}),
    ({ECS: container("ecs")}, {RELATIVE: "/path-of-it"}),
], ids=["instance", "container"])  # fmt: skip
def test_no_proxy_sees_a_metadata_service_s_answer(world, services, variables):
    proxy = "127.0.0.1:3128"
    world.start({**services, proxy: {}})
    names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    report = world.check({**variables, **{name: f"http://{proxy}" for name in names}})
    assert kind(report)[0] == "credentials"
    assert world.to(proxy) == []


# moto's server as the instance's service and as STS.


@pytest.fixture
def moto(world):
    process = world.network.start(
        sys.executable, "-m", "moto.server", "-H", "0.0.0.0", "-p", "80",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=world.environment({}),
    )  # fmt: skip
    world.services.append(process)
    until(lambda: world.network.run("curl", "-sS", "http://127.0.0.1/moto-api/", environment=world.environment({})),
          lambda run: run.returncode == 0)  # fmt: skip
    return world


def test_moto_s_instance_has_its_credentials_and_its_region(moto):
    keys, _ = same(moto, {}, "iam-role")
    assert keys == ["test-key", "test-secret-key", "test-session-token"]
    assert moto.check({name: "" for name in REGION})["region"]["value"] == "us-east-1"
    request = signed_with(moto, {})
    signatures.check(request, f"http://{ATHENA}", "athena", "eu-west-1", *keys)


def test_an_instance_assumes_a_role_of_moto_s_STS(moto):
    (moto.home / ".aws").mkdir()
    (moto.home / ".aws/config").write_text(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/gateway\ncredential_source = Ec2InstanceMetadata\n"
    )
    variables = {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1"}
    theirs, ours = moto.botocore(variables), moto.check(variables)
    assert theirs["method"] == "assume-role"
    assert ours["ok"], ours
    assert ours["credentials"]["origin"].startswith("assume-role")
    # Other keys each time, of the same account.
    assert ours["credentials"]["accessKeyId"].startswith("ASIA")
    assert ours["credentials"]["accountId"] == theirs["account"] == "123456789012"
    assert moto.check(variables)["credentials"]["accessKeyId"] != ours["credentials"]["accessKeyId"]
