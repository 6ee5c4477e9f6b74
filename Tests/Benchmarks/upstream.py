"""The canned Athena and S3 that all contenders stand before, and nginx as one of them: the same nginx with `return 200`."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import nginx  # noqa: E402

SESSION = "8b6b3a5e-6c3a-4f0e-9d6b-0123456789ab"
CALCULATION = "0b6b3a5e-6c3a-4f0e-9d6b-0123456789ab"
REQUEST_ID = "7c1f3e3a-9a3f-4a4b-8d7e-0a1b2c3d4e5f"
OUTPUT = "outputs/stdout"  # a bucket and a key
CONNECTIONS = 4_096  # of each nginx

# One worker each. Neither side of a connection ever ends it, and no content is written to a file.
COMMON = """
    keepalive_requests 1000000000; keepalive_timeout 300; client_body_buffer_size 256k; client_max_body_size 2m;
    default_type application/x-amz-json-1.1; sendfile on; tcp_nopush on;
"""
STATUS = '{{"State":"{state}","SubmissionDateTime":1760000000.25}}'
SHOWN = (
    f'{{{{"CalculationExecutionId":"{CALCULATION}","SessionId":"{SESSION}","Status":{STATUS},'
    f'"Result":{{{{"StdOutS3Uri":"s3://{OUTPUT}","StdErrorS3Uri":"s3://{OUTPUT}"}}}}}}}}'
)


def tls(identity):
    """The lines of a server, and the word after its port."""
    if identity is None:
        return "", ""
    return " ssl", f"ssl_certificate {identity.certificate}; ssl_certificate_key {identity.key}; ssl_protocols TLSv1.3;"


def canned(folder, state="RUNNING", identity=None):
    """Answers the three operations that the gateway calls, and GetObject from the folder's `www`."""
    word, lines = tls(identity)
    status = STATUS.format(state=state)
    return start(folder, f"""
        map $http_x_amz_target $answer {{
            default '{{"CalculationExecutionId":"{CALCULATION}","State":"CREATING"}}';
            AmazonAthena.GetCalculationExecution '{SHOWN.format(state=state)}';
            AmazonAthena.GetCalculationExecutionStatus '{{"Status":{status}}}';
        }}
        server {{
            listen 0{word}; {lines}
            add_header x-amzn-RequestId {REQUEST_ID};
            location / {{ return 200 $answer; }}
            location /outputs/ {{ root /srv/www; add_header x-amz-request-id {REQUEST_ID}; }}
            location = /requests {{ stub_status; }}
        }}""")  # fmt: skip


def proxy(folder, upstream, identity=None, authority=None, runner=()):
    """Passes everything on, on kept connections."""
    word, lines = tls(identity)
    scheme = "http"
    if identity:
        scheme = "https"
        lines += f"proxy_ssl_protocols TLSv1.3; proxy_ssl_verify on; proxy_ssl_trusted_certificate {authority.certificate}; proxy_ssl_name localhost;"
    return start(folder, f"""
        upstream athena {{ server 127.0.0.1:{upstream.port}; keepalive 1024; keepalive_requests 1000000000; }}
        server {{
            listen 0{word}; {lines}
            location = /livez {{ return 200; }}
            location / {{
                proxy_pass {scheme}://athena; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_max_temp_file_size 0;
            }}
        }}""", runner)  # fmt: skip


def start(folder, configuration, runner=()):
    (folder / "www").mkdir(parents=True)
    # Its name stands in a comment where nothing is read from the folder.
    return nginx.Nginx(folder, f"{COMMON}\n# /srv/www\n{configuration}", connections=CONNECTIONS, runner=runner)

