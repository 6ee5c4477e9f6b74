"""The README's recipes, as they stand there."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest

import flaky
import http1
import programs
import readme


@pytest.fixture(scope="module")
def local():
    program = programs.serve("--local", "--workers", "2")
    yield program
    program.end()


def bash(script, folder):
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=programs.environment(), capture_output=True, text=True,
        timeout=http1.PATIENCE,
    )  # fmt: skip


def test_curl_runs_waits_streams_and_cancels(local, tmp_path):
    blocks = readme.recipe("curl", f"127.0.0.1:{local.port}")
    # Where one recipe ends and the next begins.
    run = bash("\necho; echo ---\n".join(blocks), tmp_path)
    assert run.returncode == 0, run
    ran, session, submitted, streamed, waited, canceled = run.stdout.split("\n---\n")
    assert (ran, session, submitted) == ("45\n", "", "")
    assert streamed.startswith("retry: 3000\n") and streamed.rstrip().endswith('event: end\ndata: {"state":"COMPLETED"}')
    assert waited == "slow, but done\n"
    assert json.loads(canceled.splitlines()[0])["state"] in ("CANCELING", "CANCELED")
    assert canceled.splitlines()[-1] == "CANCELED"


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_ten_scripts_run_exactly_once_through_a_network_that_cuts_connections(start, tmp_path):
    program = start(programs.serve, "--local", "--workers", "2")
    network = flaky.Network(program.port)
    ran = tmp_path / "ran"
    names = [f"job-{number}.py" for number in range(10)]
    for name in names:
        (tmp_path / name).write_text(f"open({str(ran)!r}, 'a').write('{name}\\n')\nprint('{name}')\n" + "# ballast\n" * 100)
    (loop,) = readme.recipe("Ten scripts through a flaky network", f"127.0.0.1:{network.port}")
    # Run again, as somebody does who isn't sure.
    for _ in range(2):
        (tmp_path / "loop.sh").write_text(loop)
        run = subprocess.run(
            ["bash", "loop.sh"], cwd=tmp_path, env=programs.environment(), capture_output=True, text=True, timeout=200
        )
        assert run.stdout.splitlines() == [f"{name} COMPLETED" for name in names], run
    assert sorted(ran.read_text().splitlines()) == names
    for name in names:
        assert json.loads((tmp_path / f"{name}.json").read_text())["stdout"] == f"{name}\n"
    # The network did what it is there for.
    assert network.count >= 2 * 2 * len(names)
    network.close()


def test_python_requests(local, tmp_path):
    (code,) = readme.recipe("Python", f"127.0.0.1:{local.port}")
    (tmp_path / "recipe.py").write_text(code)
    run = subprocess.run(
        [sys.executable, "recipe.py"], cwd=tmp_path, env=programs.environment(), capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stdout) == (0, "COMPLETED 45\n"), run


@pytest.fixture
def types(tmp_path):
    """Types commands of the README's, of which `serve` goes on until the last one. Returns what they print, and serve's log."""
    (tmp_path / "athena-gateway").symlink_to(programs.BINARY)
    path = os.pathsep.join([str(tmp_path), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])

    def typist(commands):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        script, log = "", tmp_path / "log"
        for line in commands.replace("\\\n", " ").replace(":8080", f":{port}").splitlines():
            if line.startswith("athena-gateway serve"):
                scheme = "https" if "--tls-key" in line else "http"
                line += f" --listen 127.0.0.1:{port} --metrics-listen none --drain-delay 0 > {log} 2>&1 &"
                line += " trap 'kill $! && wait $!' EXIT\n"
                line += f"until curl -sko /dev/null {scheme}://127.0.0.1:{port}/livez; do kill -0 $!; sleep 0.1; done"
            script += line + "\n"
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=programs.environment(PATH=path), capture_output=True,
            text=True, timeout=http1.PATIENCE,
        )  # fmt: skip
        assert run.returncode == 0, run
        return run.stdout, log.read_text()

    return typist


def test_a_caller_with_a_key_is_served(types):
    commands = readme.recipe("API keys")[0].splitlines()
    commands[0] = f"key=$({commands[0]})"
    printed, log = types("\n".join(commands).replace("agk_…", '"$key"'))
    assert json.loads(printed)["name"] == "Athena Gateway" and "caller=key:reports" in log


def test_a_caller_with_a_token_of_one_s_own_is_served(types, tmp_path):
    _, issuer, commands = readme.recipe("JWTs")
    (tmp_path / "issuer.py").write_text(issuer)
    printed, log = types(commands)
    assert json.loads(printed)["name"] == "Athena Gateway" and "caller=token:ada" in log


def test_a_caller_with_a_certificate_of_one_s_own_is_served(types):
    server, authority, commands = readme.recipe("TLS")
    printed, _ = types(server)
    assert json.loads(printed)
    printed, log = types(f"{authority}\n{commands}")
    assert json.loads(printed)["name"] == "Athena Gateway" and "caller=certificate:dns:reports.example" in log
