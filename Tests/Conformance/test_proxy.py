"""nginx in front, as the README has it: TLS is nginx's, and the gateway tells callers apart and asks who they are."""

import shlex
import subprocess

import pytest

import certificates
import nginx
import programs
import readme
from waiting import until

pytestmark = pytest.mark.skipif(not nginx.NGINX, reason="no nginx")
NAME, SOCKET = "athena.example.com", "/run/athena-gateway/socket"


@pytest.fixture
def ask(start, tmp_path, tmp_path_factory):
    """Calls the gateway behind nginx by its name, from an address of this machine's; returns the status."""
    commands, configuration = readme.recipe("Behind a proxy")
    # Short, whatever the name of the test: a socket's path is.
    socket = str(tmp_path_factory.mktemp("s") / "socket")
    keys = tmp_path / "keys.json"
    key = programs.run("key", "new", "ada", "--file", str(keys)).stdout.strip()
    serve = commands[commands.index("athena-gateway serve") :].replace(SOCKET, socket).replace("keys.json", str(keys))
    _, *arguments = shlex.split(serve.replace("--region eu-west-1", "--local").replace("\\\n", ""))
    program = start(programs.Program, *arguments, "--log-level", "info")
    identity = certificates.make(tmp_path, "athena", names=f"DNS:{NAME}")
    identity.key.rename(tmp_path / "athena.key")
    proxy = nginx.Nginx(tmp_path, configuration.replace(SOCKET, socket))
    origin = f"https://{NAME}:{proxy.port}"

    def asker(address, credentials=key, page=None):
        command = ["curl", "-sS", "--interface", address, "--cacert", str(identity.certificate), "--oauth2-bearer", credentials]
        command += ["--resolve", f"{NAME}:{proxy.port}:127.0.0.1", "-H", f"Origin: {page or origin}"]
        command += ["-o", "/dev/null", "-w", "%{http_code}", f"{origin}/sessions/demo"]
        return int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)

    asker.program = program
    yield asker
    proxy.stop()


def test_a_caller_is_counted_by_his_own_address_and_pages_of_the_proxy_are_not_foreign(ask):
    assert ask("127.0.0.2") == 200
    assert ask("127.0.0.2", page=f"http://{NAME}") == 403
    assert ask("127.0.0.3", credentials="agk_guessed") == 401
    until(lambda: " 401 " in ask.program.stderr)
    peers = {line.partition("peer=")[2].split(" ")[0] for line in ask.program.stderr.splitlines() if "peer=" in line}
    assert peers == {"127.0.0.2", "127.0.0.3"}
