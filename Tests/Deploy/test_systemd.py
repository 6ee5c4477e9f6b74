"""systemd/: the unit is valid and closed, and the gateway needs nothing that it takes away."""

import collections
import json
import re
import subprocess

import pytest

import images
import programs
from programs import BINARY, LOCAL_CREDENTIALS, TOP

UNIT = TOP / "deploy/systemd/athena-gateway.service"
INSTALLED = "/usr/local/bin/athena-gateway"


def settings(name):
    """The values of a setting that may come several times."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.M)


@pytest.fixture
def unit(tmp_path):
    """The unit with the binary under test, which is installed nowhere."""
    assert INSTALLED in UNIT.read_text()
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace(f"ExecStart={INSTALLED}", f"ExecStart={BINARY}"))
    return path


def test_systemd_finds_nothing_wrong_with_the_unit(unit):
    verify = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (verify.returncode, verify.stdout + verify.stderr) == (0, "")


def test_the_unit_is_exposed_less_than_2(unit):
    report = images.run("systemd-analyze", "security", "--offline=true", "--no-pager", str(unit))
    assert float(re.search(r"Overall exposure level.*: ([\d.]+)", report)[1]) < 2.0, report


def test_its_user_and_groups_are_those_that_sysusers_makes():
    made = [line.split()[:2] for line in (UNIT.parent / "athena-gateway.sysusers").read_text().splitlines()]
    # A user's own group comes with it.
    assert [name for kind, name in made if kind == "u"] == settings("User") == settings("SupplementaryGroups")
    assert [name for kind, name in made if kind == "g"] == settings("Group")


def test_it_serves_nobody_unasked_and_only_where_its_socket_is():
    file = json.loads((UNIT.parent / "gateway.json").read_text())
    assert file["api-keys"] and "allow-anonymous" not in file
    assert file["listen"] == f"unix:/run/{settings('RuntimeDirectory')[0]}/socket"


def test_it_has_longer_to_end_than_the_gateway_takes():
    # --grace-period.
    assert int(settings("TimeoutStopSec")[0]) > 30


def test_what_ends_as_soon_as_it_starts_is_not_started_for_ever():
    (interval,), (burst,) = settings("StartLimitIntervalSec"), settings("StartLimitBurst")
    assert int(settings("RestartSec")[0]) * int(burst) < int(interval)


def members(name):
    """The system calls of a set, and of the sets that are in it."""
    if not name.startswith("@"):
        return {name}
    listing = images.run("systemd-analyze", "syscall-filter", "--no-pager", name).splitlines()
    inner = [line.strip() for line in listing[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*map(members, inner))


def allowed_calls():
    allowed = set()
    for line in settings("SystemCallFilter"):
        named = set().union(*map(members, line.removeprefix("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


class Trace:
    """The system calls of a gateway that does all that it does: name, and arguments as strace writes them."""

    # A call that another thread's comes in between of is resumed on a second line, which has no arguments.
    CALL = re.compile(r"^\d+\s+(\w+)\((.*)$")

    def __init__(self, path):
        self.calls = collections.defaultdict(list)
        for line in path.read_text(errors="replace").splitlines():
            if match := self.CALL.match(line):
                self.calls[match[1]].append(match[2])


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strace")
    log, home = folder / "log", folder / "config"
    # Credentials by a program, and an endpoint by name: both take more system calls than keys and an address.
    key, secret = LOCAL_CREDENTIALS.values()
    answer = folder / "credentials.json"
    answer.write_text(f'{{"Version": 1, "AccessKeyId": "{key}", "SecretAccessKey": "{secret}"}}')
    home.write_text(f"[default]\nregion = eu-west-1\ncredential_process = /bin/cat {answer}\n")
    athena = programs.Program("local", "--listen", "127.0.0.1:0")
    gateway = programs.Program(
        # -D: the gateway is the child, so that signals get to it.
        *("-D", "-f", "-qq", "-o", str(log), BINARY, "serve", "--listen", f"unix:{folder}/socket", "--socket-mode", "0660"),
        binary="strace", AWS_CONFIG_FILE=str(home), AWS_ENDPOINT_URL=f"http://localhost:{athena.port}",
    )
    target = "http://localhost/sessions/demo/calculations?include=stdout"
    curl = images.run(
        *("curl", "-sS", "--unix-socket", f"{folder}/socket", "--json", '{"codeBlock": "print(1)"}'),
        *("--header", "Prefer: wait=30", target),
    )
    assert '"COMPLETED"' in curl, curl
    gateway.end()
    athena.end()
    return Trace(log)


def test_the_gateway_makes_no_system_call_that_the_unit_forbids(trace):
    assert {"epoll_wait", "accept4", "socket", "prlimit64"} <= set(trace.calls)
    assert set(trace.calls) - allowed_calls() == set()


def test_the_gateway_opens_no_socket_of_a_family_that_the_unit_forbids(trace):
    families = {arguments.split(",")[0] for arguments in trace.calls["socket"]}
    assert {"AF_UNIX", "AF_INET"} <= families <= set(settings("RestrictAddressFamilies")[0].split())


def test_the_gateway_makes_no_memory_executable_that_it_writes_to(trace):
    assert not [call for call in trace.calls["mmap"] if "PROT_WRITE" in call and "PROT_EXEC" in call]
    assert not [call for call in trace.calls["mprotect"] if "PROT_EXEC" in call]


# glibc's malloc asks how to give memory back once a thread's heap has become much smaller, and takes the usual way where
# it may not ask.
ASKED_BY_MALLOC = "/proc/sys/vm/overcommit_memory"


def test_the_gateway_reads_nothing_of_proc_but_what_is_of_processes(trace):
    opened = re.findall(r'"(/proc/[^"]*)"', "\n".join(trace.calls["openat"] + trace.calls["open"]))
    needed = [path for path in opened if path != ASKED_BY_MALLOC]
    assert not [path for path in needed if not re.match(r"/proc/(self|thread-self|\d+)(/|$)", path)]
