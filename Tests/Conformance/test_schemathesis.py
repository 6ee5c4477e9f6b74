"""schemathesis makes requests of openapi.yaml, valid and invalid ones, and holds the answers to it."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

import programs

HERE = pathlib.Path(__file__).parent


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_schemathesis_finds_nothing(start, tmp_path):
    # It submits whatever it likes, and the local Athena runs that: as nobody, where that can be.
    user = 65534 if os.geteuid() == 0 else None
    program = start(programs.serve, "--local", "--workers", "2", user=user)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")]
    run = subprocess.run(
        [*command, "run", f"{program.url}/openapi.yaml", "--no-color"],
        cwd=tmp_path,
        env=programs.environment(PYTHONPATH=str(HERE), COLUMNS="120"),
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    # That it has found nothing because it has tried nothing is no success.
    assert int(re.search(r"(\d+) generated", run.stdout)[1]) > 1000, run.stdout
    assert re.search(r"Selected: (\d+)/\1\n", run.stdout), run.stdout
