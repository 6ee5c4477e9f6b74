"""A client of the gateway that holds every answer to the contract."""

import contextlib
import json
import subprocess
import urllib.parse

import contract
import http1
import programs
from waiting import until

PYTHON = ("Content-Type", "text/x-python")
JSON = ("Content-Type", "application/json")
TERMINAL = {"COMPLETED", "FAILED", "CANCELED"}
STATES = TERMINAL | {"CREATING", "CREATED", "QUEUED", "RUNNING", "CANCELING"}

explained = set()  # the codes whose page has been read


def segment(text):
    """A path segment. Dots are encoded as well, lest a client between take them for steps."""
    return urllib.parse.quote(text, safe="")


def calculations(session="demo"):
    return f"/sessions/{segment(session)}/calculations"


class Client:
    """Talks to one gateway on one kept connection."""

    def __init__(self, program, tls=None):
        self.program, self.connection, self.tls = program, None, tls
        # Unset where Athena is made to say what it never says to this call, so that openapi.yaml has no word of it.
        self.is_documented = True

    def __call__(self, method, target, fields=(), body=b"", host=None):
        """Sends a request with the Host and Content-Length that it needs, unless `fields` say otherwise."""
        names = {name.lower() for name, _ in fields}
        fields = [("Host", host or f"127.0.0.1:{self.program.port}"), *fields] if "host" not in names else [*fields]
        if (body or method in ("POST", "PUT", "PATCH")) and not names & {"content-length", "transfer-encoding"}:
            fields.append(("Content-Length", str(len(body))))
        return self.exchange(http1.Request(f"{method} {target} HTTP/1.1", fields, body))

    def exchange(self, request):
        connection = self.connection or http1.Connection(self.program.port, tls=self.tls)
        self.connection = None
        connection.send(http1.message(request.start, request.fields, request.body))
        try:
            answer = connection.answer(request.method)
        except http1.CutShort:
            connection.close()
            raise
        if (answer["Connection"] or "").lower() == "close":
            connection.close()
        else:
            self.connection = connection
        self.check(request, answer)
        return answer

    def check(self, request, answer):
        contract.check(request, answer, against_document=self.is_documented)
        if answer.status >= 400 and request.method != "HEAD":
            self.check_explanation(answer.json)

    def check_explanation(self, problem):
        """What a problem's type leads to, once for each."""
        if problem["code"] in explained:
            return
        explained.add(problem["code"])
        # Where the problem is the caller's rate, that holds for this too.
        page = until(lambda: self("GET", problem["type"]), lambda answer: answer.status != 429)[-1].json
        assert page.pop("explanation")
        assert page == {name: problem[name] for name in ("code", "status", "title", "retryable")}

    def get(self, target, *fields):
        return self("GET", target, fields)

    def submit(self, code, *fields, session="demo"):
        body = code if isinstance(code, bytes) else code.encode()
        return self("POST", calculations(session), [PYTHON, *fields], body)

    def submit_json(self, content, *fields, session="demo"):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self("POST", calculations(session), [JSON, *fields], body)

    def finish(self, location):
        """Asks until the calculation has ended. Bounded by the test's own time limit."""
        while (answer := self.get(location)).json["state"] not in TERMINAL:
            assert answer.status == 200 and answer.json["state"] in STATES
        return answer.json

    def run(self, code):
        """Submits code, waits for its end, and returns the calculation with its location."""
        answer = self.submit(code)
        assert answer.status == 201, answer
        return answer["Location"], self.finish(answer["Location"])

    def close(self):
        if self.connection:
            self.connection.close()


@contextlib.contextmanager
def of_local_gateway():
    """The client of a gateway with an Athena of its own, both of which end with the context."""
    program = programs.serve("--local", "--workers", "2")
    caller = Client(program)
    yield caller
    caller.close()
    program.end()


class Curl:
    """The real curl, with the same answers."""

    def __init__(self, program):
        self.program, self.client = program, Client(program)

    def __call__(self, target, *options, method="GET", body=b""):
        command = ["curl", "-sS", "-i", "-X", method, *options, self.program.url + target]
        if method == "HEAD":
            command = ["curl", "-sS", "-I", *options, self.program.url + target]
        if body:
            command += ["--data-binary", "@-"]
        run = subprocess.run(command, input=body, capture_output=True, timeout=http1.PATIENCE)
        assert run.returncode == 0, run.stderr.decode()
        answer = answer_of(run.stdout)
        sent = [option.partition(": ")[::2] for flag, option in zip(options, options[1:], strict=False) if flag == "-H"]
        self.client.check(http1.Request(f"{method} {target} HTTP/1.1", sent, body), answer)
        return answer


def answer_of(output):
    """The answer in what `curl -i` writes, which has the content without its framing."""
    while True:
        head, _, output = output.partition(b"\r\n\r\n")
        start, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        answer = http1.Answer(start, fields, output)
        if answer.status >= 200:
            return answer
