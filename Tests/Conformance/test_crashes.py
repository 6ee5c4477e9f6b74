"""A crash, a hang or a lost answer of python, of the local Athena or of Athena leaves the gateway serving."""

import os
import shutil
import signal
import socket
import tempfile
import threading
import time

import pytest

import capture as capturing
import client
import faults
import http1
import programs
from capture import S3_OK
from waiting import until

NOBODY = 65534  # the overflow uid, which owns nothing
LOCATION = f"{client.calculations()}/{capturing.CALCULATION}"


class Running:
    """A calculation that has begun, and tells the ids of the processes that run it."""

    def __init__(self, caller, folder, rest="signal.pause()"):
        path = folder / "running"
        os.mkfifo(path)
        code = (
            f"import os, signal\nwith open({str(path)!r}, 'w') as f: print(os.getpid(), os.getppid(), file=f)\n{rest}"
        )
        answer = caller.submit(code)
        assert answer.status == 201, str(answer)
        self.location = answer["Location"]
        self.pid, self.parent = map(int, path.read_text().split())
        path.unlink()


@pytest.fixture
def program(start):
    return start(programs.serve, "--local")


@pytest.fixture
def caller(program):
    caller = client.Client(program)
    yield caller
    caller.close()


def works(caller):
    location, calculation = caller.run("print(45)")
    assert calculation["state"] == "COMPLETED"
    assert caller.get(f"{location}/stdout").body == b"45\n"


@pytest.mark.parametrize("end", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_python_that_dies_fails_its_calculation_and_the_next_one_runs(caller, tmp_path, end):
    running = Running(caller, tmp_path)
    os.kill(running.pid, getattr(signal, end))
    calculation = caller.finish(running.location)
    assert calculation["state"] == "FAILED" and calculation["stateChangeReason"]
    works(caller)


def test_the_engine_that_dies_with_all_its_processes_fails_its_calculation_and_the_next_one_runs(
    program, caller, tmp_path
):
    running = Running(caller, tmp_path)
    for pid in program.children():
        os.kill(pid, signal.SIGKILL)
    assert caller.finish(running.location)["state"] == "FAILED"
    works(caller)


KILLERS = {
    "its own death": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "an exit past all handlers": "import os; os._exit(7)",
    "a crash in C": "import ctypes; ctypes.string_at(0)",
    "too much memory": "a = bytes(1 << 33)",
    "closed descriptors": "import os; os.closerange(0, 256)",
    "noise on every descriptor": """
import os
for fd in range(3, 64):
    try: os.write(fd, b'}{ noise \\xff\\n' * 1000)
    except OSError: pass""",
}


@pytest.mark.parametrize("name", KILLERS)
def test_code_that_destroys_its_interpreter_ends_and_the_next_one_runs(caller, name):
    answer = caller.submit(KILLERS[name])
    assert answer.status == 201
    assert caller.finish(answer["Location"])["state"] in ("FAILED", "COMPLETED")
    works(caller)


def test_the_environment_of_the_code_has_nothing_of_AWS(start):
    program = start(programs.serve, "--local", AWS_SESSION_TOKEN="t", AWS_SECRET_ACCESS_KEY="s", AWS_ACCESS_KEY_ID="k")
    caller = client.Client(program)
    location, _ = caller.run("import os\nprint([name for name in os.environ if 'AWS' in name.upper()])")
    assert caller.get(f"{location}/stdout").body == b"[]\n"


BURGLAR = """
import os
status = open(f"/proc/{os.getppid()}/stat").read()
gateway = status.rpartition(")")[2].split()[1]
print(gateway)
for name, use in {"environ": open, "mem": open, "fd": os.listdir}.items():
    try:
        use(f"/proc/{gateway}/{name}")
        print(name, "is open")
    except PermissionError:
        print(name, "is closed")
"""


@pytest.fixture
def unprivileged():
    """Options that have a program run as somebody who is not root, with a place to write to."""
    if os.geteuid() != 0:
        yield {}
        return
    # pytest's own directories are root's alone, and the checkout may be as well.
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        temporary = os.path.join(directory, "tmp")
        os.mkdir(temporary)
        os.chown(temporary, NOBODY, NOBODY)
        binary = shutil.copy(programs.BINARY, directory)
        yield {"binary": binary, "user": NOBODY, "TMPDIR": temporary, "HOME": temporary}


def test_the_code_does_not_get_at_the_gateway_s_secrets_by_way_of_proc(unprivileged, start):
    program = start(programs.serve, "--local", **programs.CREDENTIALS, **unprivileged)
    caller = client.Client(program)
    location, calculation = caller.run(BURGLAR)
    assert calculation["state"] == "COMPLETED", calculation
    output = caller.get(location + "/stdout").body.decode().splitlines()
    assert output == [str(program.pid), "environ is closed", "mem is closed", "fd is closed"]
    caller.close()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_with_the_gateway_gone_no_process_of_its_is_left(start, tmp_path, end):
    program = start(programs.serve, "--local")
    ignoring = "import time\nfor s in (2, 15, 1): signal.signal(s, signal.SIG_IGN)\nwhile True: time.sleep(1)"
    running = Running(client.Client(program), tmp_path, ignoring)
    children = {*program.children(), running.pid}
    assert running.parent in children | {program.pid} and all(map(programs.is_alive, children))
    program.process.send_signal(end)
    program.process.wait(http1.PATIENCE)
    until(lambda: not any(map(programs.is_alive, children)))


def test_what_the_code_has_started_goes_with_the_gateway(start, tmp_path):
    program = start(programs.serve, "--local")
    rest = "import subprocess\np = subprocess.Popen(['sleep', '600'])\n"
    rest += f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid))\n"
    running = Running(client.Client(program), tmp_path, rest + "signal.pause()")
    path = tmp_path / "pid"
    child = int(until(lambda: path.exists() and path.read_text())[-1])
    program.end()
    until(lambda: not programs.is_alive(child) and not programs.is_alive(running.pid))


# The local Athena in a process of its own


class Apart:
    """A gateway, and an Athena that can be killed and started again."""

    def __init__(self, start):
        self.start = start
        self.athena = start(programs.Program, "local", "--listen", "127.0.0.1:0")
        self.address = f"127.0.0.1:{self.athena.port}"
        program = start(
            programs.serve, "--endpoint-url", self.athena.url,
            AWS_REGION="eu-west-1", AWS_ENDPOINT_URL_S3=self.athena.url, **programs.LOCAL_CREDENTIALS,
        )  # fmt: skip
        self.caller = client.Client(program)

    def restart(self):
        self.athena = self.start(programs.Program, "local", "--listen", self.address)


def test_an_Athena_that_is_killed_during_a_call_and_started_again_is_used_again(start):
    apart = Apart(start)
    works(apart.caller)
    faults.put(apart.athena, "GetCalculationExecution", {"delayMilliseconds": 600_000})
    connection = http1.Connection(apart.caller.program.port)
    connection.send(f"GET {LOCATION} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    until(lambda: faults.pending(apart.athena) == [])
    apart.athena.kill()
    answer = connection.answer()
    connection.close()
    # The gateway asks once more where a kept connection has ended before the first byte of an answer.
    assert answer.status == 502 and answer.json["code"] in ("bad-answer", "athena-unreachable"), str(answer)
    answer = apart.caller.submit("1")
    assert (answer.status, answer.json["code"]) == (502, "athena-unreachable")
    apart.restart()
    works(apart.caller)


def test_a_stopped_Athena_does_not_stop_the_gateway(start):
    apart = Apart(start)
    os.kill(apart.athena.pid, signal.SIGSTOP)
    connection = http1.Connection(apart.caller.program.port)
    connection.send(f"GET {LOCATION} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    for _ in range(100):
        assert apart.caller.get("/livez").status == 200
    os.kill(apart.athena.pid, signal.SIGCONT)
    answer = connection.answer()
    connection.close()
    assert (answer.status, answer.json["code"]) == (404, "not-found")
    works(apart.caller)


# Callers that go


def test_a_caller_that_goes_in_the_middle_of_an_output_ends_its_transfer_from_S3(gateway, capture):
    ended = threading.Event()

    def endless(_):
        yield S3_OK + b"Content-Length: 1000000000000\r\n\r\n"
        try:
            while True:
                yield b"x" * 65536
        finally:
            ended.set()

    capture.on("GetObject", endless)
    connection = http1.Connection(gateway.program.port)
    connection.send(f"GET {LOCATION}/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert len(connection.stream.read(1 << 20)) == 1 << 20
    connection.close()
    assert ended.wait(http1.PATIENCE), "the transfer goes on"
    assert gateway.get("/livez").status == 200


def test_a_caller_that_reads_nothing_does_not_fill_the_gateway_s_memory(start, make_capture):
    capture = make_capture()
    sent = []

    def endless(_):
        yield S3_OK + b"Content-Length: 1000000000000\r\n\r\n"
        while True:
            sent.append(65536)
            yield b"x" * 65536

    capture.on("GetObject", endless)
    program = start(programs.serve_before, capture, "--workers", "1")
    connection = http1.Connection(program.port)
    connection.send(f"GET {LOCATION}/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert connection.stream.read(1)
    assert client.Client(program).get("/livez").status == 200
    # What is sent stays in buffers; none of them grows without end.
    until(lambda: at_rest(sent))
    assert 0 < sum(sent) < 64 << 20
    connection.close()


def at_rest(sent):
    """That nothing comes any more can only be seen by looking twice."""
    before = len(sent)
    time.sleep(0.3)
    return before == len(sent)


def test_callers_that_hang_up_at_every_byte_leave_the_gateway_serving(gateway):
    fields = [("Host", "localhost"), client.PYTHON, ("Content-Length", 3)]
    whole = http1.message(f"POST {client.calculations()} HTTP/1.1", fields, b"1+1")
    for end in range(len(whole) + 1):
        connection = http1.Connection(gateway.program.port)
        connection.send(whole[:end])
        # A reset, which is what a crashed caller looks like, in place of an orderly end.
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    assert gateway.submit("1").status == 201
