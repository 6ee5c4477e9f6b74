"""The README's recipes, as they stand there."""

import json
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
