"""What botocore makes of environments: run as a program, it answers each line of its input, a JSON object with an
`environment` and perhaps a `profile`, by a line, from a process of its own that has that environment.

Nothing is sent to Athena or S3: the requests are taken just before that.
"""

import json
import os
import subprocess
import sys

import botocore.credentials
import botocore.session
import botocore.tokens
from botocore.awsrequest import AWSResponse
from botocore.config import Config


class Oracle:
    """The program, as a test uses it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __call__(self, environment, profile=None):
        self.process.stdin.write(json.dumps({"environment": environment, "profile": profile}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.communicate(timeout=60)


class Empty:
    def stream(self, *_, **__):
        yield b"{}"


def client(session, name, outcome, **config):
    """One whose requests are written down in place of being sent."""

    def before_send(request, **_):
        outcome[name] = request.url
        return AWSResponse(request.url, 200, {}, Empty())

    made = session.create_client(name, config=Config(retries={"total_max_attempts": 1}, **config))
    made.meta.events.register(f"before-send.{name}", before_send)
    return made


def resolve(profile):
    session = botocore.session.Session(profile=profile)
    outcome = {}
    athena = client(session, "athena", outcome)
    athena.list_sessions(WorkGroup="primary", MaxResults=1)
    s3 = client(session, "s3", outcome, s3={"addressing_style": "path"})
    s3.get_object(Bucket="outputs", Key="key")
    frozen = session.get_credentials().get_frozen_credentials()
    outcome["region"] = athena.meta.region_name
    outcome["key"], outcome["secret"], outcome["token"] = frozen.access_key, frozen.secret_key, frozen.token
    return outcome


def answer(line):
    question = json.loads(line)
    os.environ.clear()
    os.environ.update(question["environment"])
    # What is looked up once, when botocore is imported.
    cache = os.path.expanduser("~/.aws/sso/cache")
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    try:
        return resolve(question["profile"])
    except Exception as error:  # whatever it is, its name is the answer
        return {"error": type(error).__name__, "message": str(error)}


def main():
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            # Who is asked for a code has neither a terminal nor our input.
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            sys.stdout.write(json.dumps(answer(line)) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
