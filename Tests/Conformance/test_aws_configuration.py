"""Environments and files, resolved by botocore and by the gateway: the same credentials, region and endpoints, or the
same kind of error. Where the two are meant to differ, the row says so.

Secrets are compared without being shown: `check --call` makes one call of a server that knows what botocore would
have signed it with."""

import dataclasses
import hashlib
import json
import subprocess

import pytest
from botocore.credentials import Credentials

import aws_services
import botocore_oracle
import programs
import signatures

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT00000", "AWS_SECRET_ACCESS_KEY": "secret-of-the-environment"}
REGION = {"AWS_DEFAULT_REGION": "eu-west-1"}
FILE_KEYS = "aws_access_key_id = AKIAFILE000000000000\naws_secret_access_key = secret-of-the-file\n"
ROLE = "role_arn = arn:aws:iam::123456789012:role/gateway\n"
ARN = "arn:aws:iam::123456789012:role/web"


@dataclasses.dataclass
class Row:
    """One environment. `@HOME@` stands for its home folder, `@URL@` for the services that give credentials."""

    environment: dict = dataclasses.field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    files: dict = dataclasses.field(default_factory=dict)
    answers: dict = dataclasses.field(default_factory=dict)
    profile: str = ""  # --profile
    error: str = ""  # botocore's
    says: list = dataclasses.field(default_factory=list)  # what our problems have to say then
    differs: dict = dataclasses.field(default_factory=dict)  # what we resolve otherwise, on purpose


def env(error="", says=(), differs=None, **variables):
    return Row({**REGION, **variables}, error=error, says=list(says), differs=differs or {})


def credentials(text="", config="", error="", says=(), **variables):
    return Row({**REGION, **variables}, config=config, credentials=text, error=error, says=list(says))


def container(error="", says=(), answers=None, files=None, **variables):
    uri = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "@URL@/container"}
    return Row({**REGION, **uri, **variables}, files=files or {}, answers=answers or {}, error=error, says=list(says))


def imds(error="", says=(), answers=None, config="", **variables):
    on = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "@URL@"}
    return Row({**REGION, **on, **variables}, config, answers=answers or {}, error=error, says=list(says))


def role(config, text="", error="", says=(), answers=None, files=None, **variables):
    sts = {**REGION, "AWS_ENDPOINT_URL_STS": "@URL@", "AWS_PROFILE": "role"}
    return Row(
        {**sts, **variables}, config, text, files=files or {}, answers=answers or {}, error=error, says=list(says)
    )


def sso_cache(name, **members):
    token = {"accessToken": "sso-token", "expiresAt": aws_services.LATER, "region": "eu-west-1", **members}
    return {f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json": json.dumps(token)}


def sso(config, files=None, error="", says=(), answers=None):
    urls = {"AWS_ENDPOINT_URL_SSO": "@URL@", "AWS_ENDPOINT_URL_SSO_OIDC": "@URL@", "AWS_PROFILE": "sso"}
    return Row(
        {**REGION, **urls}, config, files=files or {}, answers=answers or {}, error=error, says=list(says)
    )


SESSION = (
    "[profile sso]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = reader\n"
    "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://example.awsapps.com/start\n"
)
LEGACY = (
    "[profile sso]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n"
    "sso_account_id = 123456789012\nsso_role_name = reader\n"
)
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "@HOME@/web-token", "AWS_ROLE_ARN": ARN}
WEB_FILE = {"web-token": "the.web.token"}
PROCESS = json.dumps({"Version": 1, "AccessKeyId": "AKIAPROCESS000000000", "SecretAccessKey": "of-the-process"})
SHORT = json.dumps(
    {
        "Version": 1, "AccessKeyId": "ASIAPROCESS000000000", "SecretAccessKey": "of-the-process",
        "SessionToken": "t/o+k==", "Expiration": aws_services.LATER,
    }
)  # fmt: skip
OLD = "2001-01-01T00:00:00Z"
DENIED = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"

ROWS = {
    # The environment
    "keys": env(**KEYS),
    "keys and a token": env(**KEYS, AWS_SESSION_TOKEN="t/o+k=="),
    "keys and a token by its older name": env(**KEYS, AWS_SECURITY_TOKEN="older"),
    "keys and two tokens": env(**KEYS, AWS_SECURITY_TOKEN="older", AWS_SESSION_TOKEN="newer"),
    "a key without its secret": env(
        AWS_ACCESS_KEY_ID="AKIA", error="PartialCredentialsError", says=["AWS_SECRET_ACCESS_KEY"]
    ),
    "a key with an empty secret": env(
        AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="", error="PartialCredentialsError",
        says=["AWS_SECRET_ACCESS_KEY"],
    ),
    "an empty key": env(
        AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="s", error="NoCredentialsError", says=["none is configured"]
    ),
    "keys that end": env(**KEYS, AWS_CREDENTIAL_EXPIRATION=aws_services.LATER),
    "keys that have ended": env(
        **KEYS, AWS_CREDENTIAL_EXPIRATION="2001-01-01T00:00:00Z", error="RuntimeError", says=["env", "expired"]
    ),
    "keys that end at no time": env(
        **KEYS, AWS_CREDENTIAL_EXPIRATION="soon", error="ParserError", says=["AWS_CREDENTIAL_EXPIRATION"]
    ),
    "a secret without its key": env(
        AWS_SECRET_ACCESS_KEY="s", error="NoCredentialsError", says=["none is configured"]
    ),
    "nothing": env(error="NoCredentialsError", says=["none is configured", "AWS_ACCESS_KEY_ID"]),
    "keys outrank files": credentials(f"[default]\n{FILE_KEYS}", **KEYS),
    "keys outrank the profile of AWS_PROFILE": credentials(f"[p]\n{FILE_KEYS}", AWS_PROFILE="p", **KEYS),
    "keys outrank a role": role(f"[profile role]\n{ROLE}credential_source = Environment\n", **KEYS),
    "keys outrank a web identity": Row({**REGION, **KEYS, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@"}, files=WEB_FILE),
    "a profile that a flag names outranks keys": dataclasses.replace(
        credentials(f"[p]\n{FILE_KEYS}", **KEYS), profile="p"
    ),
    "a profile that a flag names outranks AWS_PROFILE": dataclasses.replace(
        credentials(f"[p]\n{FILE_KEYS}[q]\n", AWS_PROFILE="q"), profile="p"
    ),
    # The files
    "the credentials file": credentials(f"[default]\n{FILE_KEYS}"),
    "the credentials file with a token": credentials(f"[default]\n{FILE_KEYS}aws_session_token = t\n"),
    "the credentials file with the older token": credentials(
        f"[default]\n{FILE_KEYS}aws_security_token = o\naws_session_token = n\n"
    ),
    "a profile of the credentials file": credentials(f"[p]\n{FILE_KEYS}", AWS_PROFILE="p"),
    "AWS_DEFAULT_PROFILE outranks AWS_PROFILE": credentials(
        f"[p]\n{FILE_KEYS}[q]\n", AWS_DEFAULT_PROFILE="p", AWS_PROFILE="q"
    ),
    "a profile in neither file": credentials(
        f"[p]\n{FILE_KEYS}", AWS_PROFILE="q", error="ProfileNotFound", says=["profile q"]
    ),
    "a profile in neither file that a flag names": dataclasses.replace(
        credentials(f"[p]\n{FILE_KEYS}", error="ProfileNotFound", says=["profile q"]), profile="q"
    ),
    "a key in the credentials file without its secret": credentials(
        "[default]\naws_access_key_id = AKIA\n", error="PartialCredentialsError", says=["aws_secret_access_key"]
    ),
    "the config file": credentials(config=f"[default]\n{FILE_KEYS}"),
    "a profile of the config file": credentials(config=f"[profile p]\n{FILE_KEYS}", AWS_PROFILE="p"),
    "a profile with a quoted name": credentials(config=f'[profile "a b"]\n{FILE_KEYS}', AWS_PROFILE="a b"),
    "the credentials file outranks the config file": credentials(
        f"[default]\n{FILE_KEYS}", "[default]\naws_access_key_id = AKIACONFIG\naws_secret_access_key = c\n"
    ),
    "a key in the config file without its secret": credentials(
        config="[default]\naws_access_key_id = AKIA\n", error="PartialCredentialsError", says=["aws_secret_access_key"]
    ),
    "a config file that can't be read": credentials(
        config="region = x\n", error="ConfigParseError", says=[".aws/config", "line 1"]
    ),
    "a heading twice": credentials(config="[default]\n[default]\n", error="ConfigParseError", says=["line 2"]),
    "files with other names": Row(
        {**REGION, "AWS_CONFIG_FILE": "@HOME@/c", "AWS_SHARED_CREDENTIALS_FILE": "~/s", "AWS_PROFILE": "p"},
        files={"c": "[profile p]\nregion = eu-north-1\n", "s": f"[p]\n{FILE_KEYS}"},
    ),
    "a credentials file that is not there": credentials(
        AWS_SHARED_CREDENTIALS_FILE="/nonexistent", error="NoCredentialsError", says=["none is configured"]
    ),
    # credential_process
    "a process": credentials(
        config="[default]\ncredential_process = /bin/cat @HOME@/out.json\n"
    ),
    "a process with credentials that end": credentials(
        config="[default]\ncredential_process = /bin/cat '@HOME@/short.json'\n"
    ),
    "a process that fails": credentials(
        config="[default]\ncredential_process = /bin/sh -c 'echo oops >&2; exit 3'\n",
        error="CredentialRetrievalError", says=["custom-process", "status 3"],
    ),
    "a process that is not there": credentials(
        config="[default]\ncredential_process = /nonexistent/process\n", error="FileNotFoundError",
        says=["custom-process", "not installed"],
    ),
    "a process of another version": credentials(
        config="[default]\ncredential_process = /bin/echo '{\"Version\": 2}'\n", error="CredentialRetrievalError",
        says=["custom-process", "Version"],
    ),
    "a process without a key": credentials(
        config="[default]\ncredential_process = /bin/echo '{\"Version\": 1}'\n", error="CredentialRetrievalError",
        says=["custom-process", "AccessKeyId"],
    ),
    "a process outranks the config file": credentials(
        config=f"[default]\n{FILE_KEYS}credential_process = /bin/cat @HOME@/out.json\n"
    ),
    "the credentials file outranks a process": credentials(
        f"[default]\n{FILE_KEYS}", "[default]\ncredential_process = /bin/false\n"
    ),
    # Roles
    "a role of a source_profile": role(f"[profile role]\n{ROLE}source_profile = base\n[profile base]\n{FILE_KEYS}"),
    "a role of a source_profile in the credentials file": role(
        f"[profile role]\n{ROLE}source_profile = base\n", f"[base]\n{FILE_KEYS}"
    ),
    "a role in the credentials file": role("", f"[role]\n{ROLE}source_profile = base\n[base]\n{FILE_KEYS}"),
    "a role with all its settings": role(
        f"[profile role]\n{ROLE}source_profile = base\nexternal_id = e+1\nduration_seconds = 1800\n"
        f"role_session_name = me\n[profile base]\n{FILE_KEYS}"
    ),
    "a role that names itself": role(f"[profile role]\n{ROLE}source_profile = role\n{FILE_KEYS}"),
    "roles in a chain": role(
        f"[profile role]\n{ROLE}source_profile = middle\n"
        f"[profile middle]\nrole_arn = arn:aws:iam::1:role/m\nsource_profile = base\n[profile base]\n{FILE_KEYS}"
    ),
    "roles in a loop": role(
        f"[profile role]\n{ROLE}source_profile = b\n[profile b]\n{ROLE}source_profile = role\n",
        error="InfiniteLoopConfigError", says=["assume-role", "leads back"],
    ),
    "a role of the container": role(
        f"[profile role]\n{ROLE}credential_source = EcsContainer\n",
        AWS_CONTAINER_CREDENTIALS_FULL_URI="@URL@/container",
    ),
    "a role of the instance": role(
        f"[profile role]\n{ROLE}credential_source = Ec2InstanceMetadata\n",
        AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT="@URL@",
    ),
    "a role of an unknown source": role(
        f"[profile role]\n{ROLE}credential_source = Moon\n", error="InvalidConfigError",
        says=["credential_source", "Moon"],
    ),
    "a role of two sources": role(
        f"[profile role]\n{ROLE}credential_source = Environment\nsource_profile = b\n[profile b]\n{FILE_KEYS}",
        error="InvalidConfigError", says=["source_profile", "credential_source"],
    ),
    "a role of no source": role(
        f"[profile role]\n{ROLE}", error="PartialCredentialsError", says=["source_profile", "credential_source"]
    ),
    "a role of a profile that is not there": role(
        f"[profile role]\n{ROLE}source_profile = b\n", error="InvalidConfigError", says=["source_profile", "b"]
    ),
    "a role of a profile without credentials": role(
        f"[profile role]\n{ROLE}source_profile = b\n[profile b]\nregion = x\n", error="InvalidConfigError",
        says=["assume-role", "b"],
    ),
    "a role that STS refuses": role(
        f"[profile role]\n{ROLE}source_profile = base\n[profile base]\n{FILE_KEYS}", error="ClientError",
        says=["assume-role", "AccessDenied", "not you"], answers={"AssumeRole": (403, DENIED)},
    ),
    "a role of a web identity": role(
        f"[profile role]\n{ROLE}web_identity_token_file = @HOME@/web-token\n", files=WEB_FILE
    ),
    "a role of a source that has a web identity": role(
        f"[profile role]\n{ROLE}source_profile = b\n"
        f"[profile b]\nrole_arn = {ARN}\nweb_identity_token_file = @HOME@/web-token\n",
        files=WEB_FILE,
    ),
    "a role of a source that is a process": role(
        f"[profile role]\n{ROLE}source_profile = b\n[profile b]\ncredential_process = /bin/cat @HOME@/out.json\n"
    ),
    # A web identity
    "a web identity": Row({**REGION, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@"}, files=WEB_FILE),
    "a web identity with a name": Row(
        {**REGION, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@", "AWS_ROLE_SESSION_NAME": "pod"}, files=WEB_FILE
    ),
    "a web identity outranks the files": Row(
        {**REGION, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@"}, credentials=f"[default]\n{FILE_KEYS}", files=WEB_FILE
    ),
    "a web identity outranks the container": Row(
        {
            **REGION, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "@URL@/container",
        },
        files=WEB_FILE,
    ),
    "a web identity without its file": Row(
        {**REGION, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@"}, error="FileNotFoundError",
        says=["assume-role-with-web-identity", "web-token"],
    ),
    "a web identity without its role": Row(
        {**REGION, "AWS_WEB_IDENTITY_TOKEN_FILE": "@HOME@/web-token", "AWS_ENDPOINT_URL_STS": "@URL@"},
        files=WEB_FILE, error="InvalidConfigError", says=["assume-role-with-web-identity", "AWS_ROLE_ARN"],
    ),
    "a web identity that STS refuses": Row(
        {**REGION, **WEB, "AWS_ENDPOINT_URL_STS": "@URL@"}, files=WEB_FILE,
        answers={"AssumeRoleWithWebIdentity": (403, DENIED)}, error="ClientError",
        says=["assume-role-with-web-identity", "AccessDenied"],
    ),
    # IAM Identity Center
    "an SSO session": sso(SESSION, sso_cache("s")),
    "an SSO session of before sessions": sso(LEGACY, sso_cache("https://example.awsapps.com/start")),
    "an SSO session without its token": sso(SESSION, error="SSOTokenLoadError", says=["sso", "aws sso login"]),
    "an SSO session that has ended": sso(
        SESSION, sso_cache("s", expiresAt=OLD), error="TokenRetrievalError", says=["sso", "aws sso login"]
    ),
    "an SSO session of before sessions that has ended": sso(
        LEGACY, sso_cache("https://example.awsapps.com/start", expiresAt=OLD), error="UnauthorizedSSOTokenError",
        says=["sso", "aws sso login"],
    ),
    "an SSO session that is renewed": sso(
        SESSION,
        sso_cache(
            "s", expiresAt=OLD, refreshToken="r", clientId="c", clientSecret="s",
            registrationExpiresAt=aws_services.LATER,
        ),
    ),
    "an SSO session that nobody defines": sso(
        "[profile sso]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n", error="InvalidConfigError",
        says=["sso", "sso-session s"],
    ),
    "an SSO session without an account": sso(
        SESSION.replace("sso_account_id = 123456789012\n", ""), sso_cache("s"), error="InvalidConfigError",
        says=["sso", "sso_account_id"],
    ),
    "an SSO session that the portal refuses": sso(
        SESSION, sso_cache("s"), error="ClientError", says=["sso"],
        answers={"/federation/credentials": (401, {"message": "Session token not found or invalid"})},
    ),
    # The container
    "a container": container(),
    "a container with a token": container(AWS_CONTAINER_AUTHORIZATION_TOKEN="Bearer t"),
    "a container with a token in a file": container(
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="@HOME@/pod", files={"pod": "Bearer f"},
        AWS_CONTAINER_AUTHORIZATION_TOKEN="Bearer t",
    ),
    "a container that another host speaks for": container(
        AWS_CONTAINER_CREDENTIALS_FULL_URI="http://elsewhere.example/c", error="ValueError",
        says=["container-role", "elsewhere.example"],
    ),
    "a container that refuses": container(
        answers={"/container": (403, "{}")}, error="CredentialRetrievalError", says=["container-role", "403"]
    ),
    "a container that talks nonsense": container(
        answers={"/container": (200, "<html>")}, error="CredentialRetrievalError", says=["container-role", "JSON"]
    ),
    "files outrank a container": Row(
        {**REGION, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "@URL@/container"}, credentials=f"[default]\n{FILE_KEYS}"
    ),
    # The instance
    "an instance": imds(),
    "an instance of before tokens": imds(
        answers={
            "/latest/api/token": (404, ""),
            "/latest/meta-data/iam/security-credentials/instance-role": (
                200, {"Code": "Success", **aws_services.derived("v1")},
            ),
        }
    ),
    "an instance of before tokens, which is refused": imds(
        answers={"/latest/api/token": (404, "")}, AWS_EC2_METADATA_V1_DISABLED="true",
        error="MetadataRetrievalError", says=["AWS_EC2_METADATA_V1_DISABLED"],
    ),
    "an instance without a role": imds(
        answers={"/latest/meta-data/iam/security-credentials/": (404, "")}, error="NoCredentialsError",
        says=["none is configured"],
    ),
    "an instance that is not to be asked": imds(
        AWS_EC2_METADATA_DISABLED="true", error="NoCredentialsError", says=["none is configured"]
    ),
    "a container outranks the instance": imds(AWS_CONTAINER_CREDENTIALS_FULL_URI="@URL@/container"),
    "an instance named by the profile": Row(
        {**REGION, "AWS_EC2_METADATA_DISABLED": "false"}, "[default]\nec2_metadata_service_endpoint = @URL@\n"
    ),
    # What nobody can answer
    "a role that asks for a device": role(
        f"[profile role]\n{ROLE}mfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = b\n[profile b]\n{FILE_KEYS}",
        error="EOFError", says=["mfa_serial"],
    ),
    # The region
    "a region of the profile": Row(KEYS, "[default]\nregion = ap-south-1\n"),
    "a region of another profile": Row({**KEYS, "AWS_PROFILE": "p"}, "[profile p]\nregion = ap-south-1\n"),
    "AWS_DEFAULT_REGION outranks the profile": Row({**KEYS, **REGION}, "[default]\nregion = ap-south-1\n"),
    "no region": Row(KEYS, error="NoRegionError", says=["no region", "AWS_REGION"]),
    "a region that is a host": Row(
        {**KEYS, "AWS_DEFAULT_REGION": "evil.example/"}, error="InvalidRegionError", says=["AWS_DEFAULT_REGION"]
    ),
    "a region of digits": Row(
        {**KEYS, "AWS_DEFAULT_REGION": "12345"}, error="InvalidRegionError", says=["AWS_DEFAULT_REGION"]
    ),
    # botocore passes AWS_REGION by, which every other SDK reads and ECS, Lambda and EKS set.
    "AWS_REGION outranks AWS_DEFAULT_REGION": Row(
        {**KEYS, **REGION, "AWS_REGION": "ap-south-1"}, differs={"region": "ap-south-1"}
    ),
    "AWS_REGION alone": Row({**KEYS, "AWS_REGION": "ap-south-1"}, differs={"region": "ap-south-1"}),
    # The instance's own region is better than none.
    "a region of the instance": Row(
        {**KEYS, "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "@URL@"},
        differs={"region": "eu-south-2"},
    ),
}  # fmt: skip


ORDINARY = {**KEYS, **REGION}
SERVICES = "[default]\nservices = v\nendpoint_url = http://profile:5\n[services v]\nathena =\n  endpoint_url = http://athena:6\n"
FIPS, DUAL = {"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}
BOTH = "an endpoint of your own"
REGIONS = [
    "us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1",
    "us-isof-south-1", "eusc-de-east-1", "mars-north-9", "us-iso-east", "cn-x", "local",
]  # fmt: skip
# Those with rows of their own, or none.
ODD = [("cn-north-1", " FIPS"), ("cn-north-1", " both")] + [
    (region, variant) for region in ("eu-isoe-west-1", "us-isof-south-1") for variant in (" dual stack", " both")
]

ENDPOINTS = {
    **{
        f"{region}{name}": Row({**KEYS, "AWS_DEFAULT_REGION": region, **variant})
        for region in REGIONS
        for name, variant in {"": {}, " FIPS": FIPS, " dual stack": DUAL, " both": FIPS | DUAL}.items()
        if f"{region}{name}" not in ("us-east-1", *(f"{r}{n}" for r, n in ODD))
    },
    # botocore's S3 of this region is still the one that was for all.
    "us-east-1": Row(
        {**KEYS, "AWS_DEFAULT_REGION": "us-east-1"}, differs={"s3": "https://s3.us-east-1.amazonaws.com"}
    ),
    # botocore looks into a table besides, which has no dual stack there; its rules have.
    **{
        f"{region} dual stack": Row(
            {**KEYS, "AWS_DEFAULT_REGION": region, **DUAL}, error="EndpointVariantError",
            differs={"athena": f"https://athena.{region}.{suffix}"},
        )
        for region, suffix in {
            "eu-isoe-west-1": "api.cloud-aws.adc-e.uk", "us-isof-south-1": "api.aws.hci.ic.gov",
        }.items()
    },
    "FIPS in China": Row(
        {**KEYS, **FIPS, "AWS_DEFAULT_REGION": "cn-north-1"}, error="EndpointResolutionError", says=["FIPS", "cn-north-1"]
    ),
    "one endpoint": Row({**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1"}),
    "one endpoint with a path": Row({**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1/base/"}),
    "an endpoint of each": Row(
        {**ORDINARY, "AWS_ENDPOINT_URL_ATHENA": "http://a:1", "AWS_ENDPOINT_URL_S3": "https://s:2"}
    ),
    "an endpoint of Athena's outranks that of all": Row(
        {**ORDINARY, "AWS_ENDPOINT_URL_ATHENA": "http://a:1", "AWS_ENDPOINT_URL": "http://h:1"}
    ),
    "the profile's endpoint": Row(ORDINARY, "[default]\nendpoint_url = http://profile:5\n"),
    "the services' endpoint": Row(ORDINARY, SERVICES),
    "a variable outranks the services": Row({**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1"}, SERVICES),
    "services that are not there": Row(
        ORDINARY, "[default]\nservices = w\n", error="InvalidConfigError", says=["services w"]
    ),
    "services that nobody asks": Row({**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1"}, "[default]\nservices = w\n"),
    "endpoints that are to be ignored": Row(
        {**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, SERVICES
    ),
    "endpoints that the profile ignores": Row(
        {**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1"}, "[default]\nignore_configured_endpoint_urls = TRUE\n"
    ),
    "endpoints that are not to be ignored": Row(
        {**ORDINARY, "AWS_ENDPOINT_URL": "http://h:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
        "[default]\nignore_configured_endpoint_urls = true\n",
    ),
    "an endpoint without a scheme": Row(
        {**ORDINARY, "AWS_ENDPOINT_URL": "localhost:4566"}, error="ValueError", says=["AWS_ENDPOINT_URL"]
    ),
    "FIPS of the profile": Row(ORDINARY, "[default]\nuse_fips_endpoint = true\n"),
    "dual stack of the profile": Row(ORDINARY, "[default]\nuse_dualstack_endpoint = True\n"),
    "no FIPS outranks the profile": Row(
        {**ORDINARY, "AWS_USE_FIPS_ENDPOINT": "false"}, "[default]\nuse_fips_endpoint = true\n"
    ),
    # botocore calls the endpoint as it is, and whoever wanted FIPS doesn't know that it may not have it.
    "FIPS and an endpoint": Row({**ORDINARY, **FIPS, "AWS_ENDPOINT_URL": "http://h:1"}, differs={"says": BOTH}),
    "dual stack and an endpoint": Row({**ORDINARY, **DUAL, "AWS_ENDPOINT_URL": "http://h:1"}, differs={"says": BOTH}),
    "FIPS and an endpoint of the profile": Row(
        {**ORDINARY, **FIPS}, "[default]\nendpoint_url = http://h:1\n", differs={"says": BOTH}
    ),
    "FIPS and an endpoint that is ignored": Row(
        {**ORDINARY, **FIPS, "AWS_ENDPOINT_URL": "http://h:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    ),
    # botocore takes all but true for false, and who misspells FIPS would never know.
    "FIPS misspelt": Row({**ORDINARY, "AWS_USE_FIPS_ENDPOINT": "yes"}, differs={"says": "neither true nor false"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def services():
    server = aws_services.Services()
    yield server
    server.close()


@pytest.fixture(scope="module")
def botocore():
    oracle = botocore_oracle.Oracle()
    yield oracle
    oracle.close()


def environment(row, folder, url, **more):
    """The variables of a row, with its files written."""
    files = {".aws/config": row.config, ".aws/credentials": row.credentials, **row.files}
    files |= {"out.json": PROCESS, "short.json": SHORT}

    def filled(text):
        return text.replace("@HOME@", str(folder)).replace("@URL@", url)

    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(content))
    return programs.environment(**{
        "HOME": str(folder), **more, **{name: filled(value) for name, value in row.environment.items()},
    })  # fmt: skip


def check(row, variables, *flags):
    profile = ["--profile", row.profile] if row.profile else []
    run = subprocess.run(
        [programs.BINARY, "check", "--json", *flags, *profile],
        env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.stderr == ""
    document = json.loads(run.stdout)
    assert run.returncode == (0 if document["ok"] else 1)
    assert document["ok"] == (not document["problems"])
    return document


def same_error(row, theirs, ours):
    """Both fail of the same thing."""
    assert theirs.get("error") == row.error, theirs
    problems = "\n".join(ours["problems"])
    assert problems and all(word in problems for word in row.says), problems


@pytest.mark.parametrize("name", ROWS)
def test_credentials_and_region_are_those_of_botocore(name, tmp_path, services, botocore, capture):
    row = ROWS[name]
    services.reset()
    services.answers = row.answers
    variables = environment(row, tmp_path, services.url, AWS_ENDPOINT_URL_ATHENA=capture.url)
    # Renewing a session writes: each has files of its own.
    other = tmp_path / "theirs"
    other.mkdir()
    theirs = botocore(
        environment(row, other, services.url, AWS_ENDPOINT_URL_ATHENA=capture.url, **extra(row)), row.profile or None
    )
    ours = check(row, variables, "--call")
    if row.error:
        return same_error(row, theirs, ours)
    assert ours["ok"], ours["problems"]
    region = row.differs.get("region", theirs.get("region"))
    assert ours["region"]["value"] == region
    key, secret, token = theirs["key"], theirs["secret"], theirs["token"]
    assert ours["credentials"]["accessKeyId"] == f"{key[:4]}…{key[-4:]}"
    field = signatures.authorization(capture.last)
    assert (field["key"], field["region"]) == (key, region)
    assert capture.last["X-Amz-Security-Token"] == token
    expected = signatures.signature(capture.last, capture.url, "athena", region, Credentials(key, secret, token))
    assert field["signature"] == expected


def extra(row):
    """What botocore needs to go on where we are meant to differ: a region."""
    return {"AWS_DEFAULT_REGION": "eu-west-1"} if "region" in row.differs else {}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_endpoints_are_those_of_botocore(name, tmp_path, services, botocore):
    row = ENDPOINTS[name]
    variables = environment(row, tmp_path, services.url)
    theirs, ours = botocore(variables, row.profile or None), check(row, variables)
    if words := row.differs.get("says"):
        assert "error" not in theirs and words in "\n".join(ours["problems"])
        return
    if row.error and not row.differs:
        return same_error(row, theirs, ours)
    assert theirs.get("error", "") == row.error
    assert ours["ok"], ours["problems"]
    urls = {service: ours["endpoints"][service]["url"] for service in ("athena", "s3")}
    assert urls["athena"] == row.differs.get("athena", theirs.get("athena", "").removesuffix("/"))
    assert row.error or urls["s3"] == row.differs.get("s3", theirs["s3"].removesuffix("/outputs/key"))


def test_there_are_enough_rows():
    assert len(ROWS) >= 80 and len(ENDPOINTS) >= 60
