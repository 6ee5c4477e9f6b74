"""The services that give credentials, all on one port of loopback: STS, IAM Identity Center, the instance metadata
service and that of containers. What is asked decides the credentials, so that who asks for the same gets the same."""

import hashlib
import http.server
import json
import threading
import urllib.parse

LATER = "2099-01-01T00:00:00Z"
TOKEN = "imds-token"


given = []  # all that was ever derived


def derived(*seed):
    """Credentials that nobody guesses who asks for something else."""
    digest = hashlib.sha256(repr(seed).encode()).hexdigest()
    found = {
        "AccessKeyId": f"ASIA{digest[:16].upper()}",
        "SecretAccessKey": f"{digest[16:56]}",
        "Token": f"token/{digest[56:]}+{digest}==",
        "Expiration": LATER,
    }
    given.append(found)
    return found


class Services(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.reset()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def reset(self):
        self.requests = []
        # By path, or by Action of STS: (status, content) in place of what would be answered, or a function of the
        # request that returns that.
        self.answers = {}

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.content = self.rfile.read(length).decode()
        path, _, query = self.path.partition("?")
        self.form = dict(urllib.parse.parse_qsl(self.content)) if "Action=" in self.content else {}
        self.query = dict(urllib.parse.parse_qsl(query))
        self.server.requests.append((self.command, self.path, dict(self.headers), self.content))
        answer = self.server.answers.get(self.form.get("Action", path)) or self.answer(path)
        status, content = answer(self) if callable(answer) else answer
        content = content if isinstance(content, str) else json.dumps(content)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content.encode())

    do_GET = do_PUT = do_POST = do_HEAD = handle_any

    def answer(self, path):
        if self.form:
            return self.sts()
        match path:
            case "/latest/api/token":
                return 200, TOKEN
            case "/latest/meta-data/placement/region":
                return 200, "eu-south-2"
            case "/latest/meta-data/iam/security-credentials/":
                return 200, "instance-role"
            case "/latest/meta-data/iam/security-credentials/instance-role":
                if self.headers["x-aws-ec2-metadata-token"] != TOKEN:
                    return 401, ""
                return 200, {"Code": "Success", **derived("instance")}
            case "/container":
                return 200, derived("container", self.headers["Authorization"])
            case "/federation/credentials":
                token = self.headers["x-amz-sso_bearer_token"]
                found = derived("sso", token, self.query["role_name"], self.query["account_id"])
                return 200, {
                    "roleCredentials": {
                        "accessKeyId": found["AccessKeyId"],
                        "secretAccessKey": found["SecretAccessKey"],
                        "sessionToken": found["Token"],
                        "expiration": 4070908800000,
                    }
                }
            case "/token":
                return 200, {"accessToken": "renewed", "expiresIn": 3600, "refreshToken": "next"}
        return 404, "{}"

    def sts(self):
        action = self.form["Action"]
        names = ("RoleArn", "ExternalId", "DurationSeconds", "WebIdentityToken")
        signer = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        scope = self.headers.get("Authorization", "").partition("/")[2].partition("/")[2].partition("/")[0]
        found = derived(action, signer, scope, *(self.form.get(name) for name in names))
        return 200, (
            f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials>'
            f"<AccessKeyId>{found['AccessKeyId']}</AccessKeyId>"
            f"<SecretAccessKey>{found['SecretAccessKey']}</SecretAccessKey>"
            f"<SessionToken>{found['Token']}</SessionToken><Expiration>{LATER}</Expiration></Credentials>"
            f"<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>"
            f"<AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser></{action}Result></{action}Response>"
        )
