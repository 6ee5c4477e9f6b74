"""Signatures as botocore makes them, of requests that were captured."""

import datetime
import hashlib
import re

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^,]+?)/(?P<date>\d{8})/(?P<region>[^/,]+)/(?P<service>[^/,]+)/aws4_request, "
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
MODEL = ServiceModel(Loader().load_service_model("athena", "service-2"), "athena")
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


def authorization(request):
    match = AUTHORIZATION.fullmatch(request["Authorization"])
    assert match, request["Authorization"]
    return match


def expected_names(service, token):
    """What is signed, and nothing else."""
    names = {
        "athena": ["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"],
        "s3": ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"],
    }[service]
    return [name for name in names if token or name != "x-amz-security-token"]


def check(request, endpoint, service, region, key, secret, token=None):
    """Fails unless botocore signs the request as it was signed.

    `endpoint` is the URL that an operator gave: botocore makes its own Host of it."""
    field = authorization(request)
    assert (field["key"], field["region"], field["service"]) == (key, region, service)
    assert field["headers"].split(";") == expected_names(service, token)
    assert (request["X-Amz-Security-Token"] is None) == (token is None)
    check_date(request["X-Amz-Date"], field["date"])
    assert field["signature"] == signature(request, endpoint, service, region, Credentials(key, secret, token))
    if service == "s3":
        assert request["X-Amz-Content-SHA256"] == EMPTY_HASH
        assert request["X-Amz-Target"] is None


def signature(request, endpoint, service, region, credentials):
    signer = {"athena": SigV4Auth, "s3": S3SigV4Auth}[service](credentials, service, region)
    scheme, _, authority = endpoint.partition("://")
    copy = AWSRequest(
        method=request.method,
        url=f"{scheme}://{authority.partition('/')[0]}{request.target}",
        data=request.body,
        headers=HTTPHeaders(),
    )
    copy.context["timestamp"] = request["X-Amz-Date"]
    for name in expected_names(service, credentials.token):
        if name == "x-amz-security-token":
            copy.headers[name] = credentials.token
        elif name != "host":
            copy.headers[name] = request[name]
    assert signer.headers_to_sign(copy)["host"] == request["Host"]
    canonical = signer.canonical_request(copy)
    return signer.signature(signer.string_to_sign(copy, canonical), copy)


def check_date(date_time, date):
    signed = datetime.datetime.strptime(date_time, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    assert abs(datetime.datetime.now(datetime.UTC) - signed) < datetime.timedelta(minutes=2)
    assert date == date_time[:8]


def check_model(operation, parameters):
    """Fails unless the parameters are what Athena's model takes."""
    shape = MODEL.operation_model(operation).input_shape
    report = ParamValidator().validate(parameters, shape)
    assert not report.has_errors(), report.generate_report()
    for name, value in parameters.items():
        # botocore looks at the least length only.
        assert len(value) <= shape.members[name].metadata.get("max", len(value)), name
