"""The binary under test, started as a user starts it."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading

import waiting

TOP = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("ATHENA_GATEWAY", str(TOP / ".build/release/athena-gateway"))

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session//token+with/odd=="
CREDENTIALS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}
# The key pair that LocalAthena documents.
LOCAL_KEY, LOCAL_SECRET = "LOCALATHENAEXAMPLE00", "local/athena/is/not/AWS/and/this/no/secret"
LOCAL_CREDENTIALS = {"AWS_ACCESS_KEY_ID": LOCAL_KEY, "AWS_SECRET_ACCESS_KEY": LOCAL_SECRET}


# Where tests run in the background of a script, SIGINT is ignored: the programs that they start would keep that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def environment(**variables):
    """Nothing of the tester's own: an AWS variable, or one of the gateway's, would decide what is tested."""
    theirs = ("AWS_", "ATHENA_GATEWAY_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(theirs)}
    kept = {name: value for name, value in kept.items() if "PROXY" not in name.upper()}
    # Neither the tester's own files nor, where he is on EC2, his machine's role.
    return {**kept, "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", **variables}


def run(*arguments, stdin="", **variables):
    """Runs a command to its end."""
    return subprocess.run(
        [BINARY, *arguments],
        env=environment(**variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


def quietly(arguments):
    """Of a gateway whose log and metrics are not what is tested: neither a line for each request nor a common port."""
    defaults = {"--log-level": "warning", "--metrics-listen": "none"} if "serve" in arguments else {}
    return [*arguments, *(word for flag, value in defaults.items() if flag not in arguments for word in (flag, value))]


class Program:
    """A command that serves, ready: its first line is there."""

    def __init__(self, *arguments, binary=BINARY, user=None, **variables):
        # Reading moves the place where the program writes too, which is the end wherever that is.
        self.errors = tempfile.TemporaryFile("a+b")
        self.process = subprocess.Popen(
            [binary, *quietly(arguments)],
            env=environment(**variables),
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.pid = self.process.pid
        self.first_line = self.process.stdout.readline()
        match = re.search(r"https?://([^ ,]*):(\d+)|unix:", self.first_line)
        assert match, f"the program did not start: {self.first_line!r} {self.stderr}"
        self.url, self.port = match[0], match[2] and int(match[2])
        self.lines = [self.first_line]
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    @property
    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    @property
    def output(self):
        """All that it has ever said; to be read once it has ended."""
        self.reader.join()
        return "".join(self.lines) + self.stderr

    @property
    def log(self):
        """The level and message of each line of its log, where that is text."""
        return re.findall(r"^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z (\w+) (.*)$", self.stderr, re.M)

    def wait_for_line(self, beginning):
        """Waits until it has said a line that begins so."""
        waiting.until(lambda: any(line.startswith(beginning) for line in self.lines))

    def children(self):
        """The ids of the processes that it has started, and of those that those have."""
        return descendants(self.pid)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, with_signal=signal.SIGINT):
        """Ends it as an operator does who is in a hurry. Returns the exit status."""
        self.process.send_signal(with_signal)
        status = self.process.wait(30)
        self.reader.join()
        self.process.stdout.close()
        return status

    def end(self):
        """At the end of every test: a program that has crashed or can't be stopped fails it."""
        if self.process.returncode is None:
            # SIGTERM would leave balancers their time first.
            status = self.stop(signal.SIGINT)
            assert status == 0, f"exit status {status}: {self.stderr}"


def descendants(pid):
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
        children = [int(child) for task in tasks for child in read(f"/proc/{pid}/task/{task}/children").split()]
    except FileNotFoundError:
        return []
    return children + [grandchild for child in children for grandchild in descendants(child)]


def is_alive(pid):
    """Neither gone nor a zombie, which only waits to be counted."""
    try:
        return read(f"/proc/{pid}/stat").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def read(path):
    try:
        return pathlib.Path(path).read_text()
    except ProcessLookupError:
        raise FileNotFoundError(path) from None


def serve(*arguments, **variables):
    return Program("serve", "--listen", "127.0.0.1:0", *arguments, **variables)


def serve_before(capture, *arguments, **variables):
    """A gateway whose Athena and S3 is the capture server."""
    defaults = {
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL_ATHENA": capture.url,
        "AWS_ENDPOINT_URL_S3": capture.url,
        # What an error is to a caller doesn't depend on how often it came; test_retries.py sees to that.
        "AWS_MAX_ATTEMPTS": "1",
        **CREDENTIALS,
    }
    return serve(*arguments, **{**defaults, **variables})
