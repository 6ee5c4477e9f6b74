"""A bucket in another region is asked for there, as botocore does it."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import capture as capturing
import client
import http1
import programs
import signatures

HOME = "ap-south-1"
FIELD = ("x-amz-bucket-region", HOME)


def failure(status, code, region=None, fields=()):
    element = f"<Region>{region}</Region>" if region else ""
    body = f"<Error><Code>{code}</Code>{element}<Endpoint>evil.example</Endpoint></Error>" if code else ""
    return http1.response(status, body.encode(), [capturing.S3_ID, *fields])


GET = {
    "redirect, by a field": failure(301, "PermanentRedirect", fields=[FIELD]),
    "redirect, by an element": failure(301, "PermanentRedirect", HOME),
    "redirect, the field first": failure(301, "PermanentRedirect", "us-west-2", [FIELD]),
    "redirect, by the bucket alone": failure(301, "PermanentRedirect"),
    "temporary": failure(307, "TemporaryRedirect", fields=[FIELD, ("Location", "http://evil.example/")]),
    "signature": failure(400, "AuthorizationHeaderMalformed", HOME),
    "constraint": failure(400, "IllegalLocationConstraintException", fields=[FIELD]),
    "denied": failure(403, "AccessDenied", fields=[FIELD]),
    "missing": failure(404, "NoSuchKey", fields=[FIELD]),
}
HEAD = {
    "redirect": failure(301, None, fields=[FIELD]),
    "bad": failure(400, None, fields=[FIELD]),
    "denied": failure(403, None, fields=[FIELD]),
}


def s3(redirect):
    def answer(request):
        if request.target == "/outputs":  # HeadBucket
            return http1.response(403, b"", [capturing.S3_ID, FIELD])
        if signatures.authorization(request)["region"] == HOME:
            return http1.response(200, b"" if request.method == "HEAD" else b"45\n", [("Content-Length", 3), capturing.S3_ID])
        return redirect

    return answer


def seen(requests):
    return [(request.start, signatures.authorization(request)["region"]) for request in requests if not request["X-Amz-Target"]]


@pytest.mark.parametrize(
    ("method", "redirect"),
    [pytest.param("GET", answer, id=f"GET {name}") for name, answer in GET.items()]
    + [pytest.param("HEAD", answer, id=f"HEAD {name}") for name, answer in HEAD.items()],
)
def test_a_bucket_is_followed_as_botocore_follows_it(start, make_capture, method, redirect):
    theirs, ours = make_capture(), make_capture()
    for capture in (theirs, ours):
        capture.on("GetObject", s3(redirect))
        capture.on("HeadObject", s3(redirect))
    boto = boto3.client(
        "s3",
        region_name="eu-west-1",
        endpoint_url=theirs.url,
        aws_access_key_id=programs.KEY,
        aws_secret_access_key=programs.SECRET,
        config=Config(
            retries={"total_max_attempts": 1},
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        ),
    )
    gateway = start(programs.serve_before, ours, "--workers", "2")
    for _ in range(2):  # the second one knows the region
        try:
            (boto.get_object if method == "GET" else boto.head_object)(Bucket="outputs", Key="stdout")
        except ClientError:
            pass
        caller = client.Client(gateway)
        caller("HEAD" if method == "HEAD" else "GET", f"{client.calculations()}/{capturing.CALCULATION}/stdout")
        caller.close()
    assert seen(ours.requests) == seen(theirs.requests)
    assert seen(ours.requests)
