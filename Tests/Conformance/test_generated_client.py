"""A client that openapi-python-client makes of openapi.yaml, as somebody's service would use it."""

import importlib
import re
import subprocess
import sys

import pytest

import contract
import programs

# What it has no words for; all else of the document it has understood.
UNSUPPORTED = {"text/x-python", "application/x-python-code", "application/yaml"}


@pytest.fixture
def generated(tmp_path, monkeypatch):
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    run = subprocess.run(
        [*command, "--path", str(contract.PATH), "--output-path", str(tmp_path / "athena_gateway_client")],
        env=programs.environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=80,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    warnings = re.findall(r"^WARNING .*", run.stdout, re.MULTILINE)
    found = re.findall(r"[Uu]nsupported content[_ ]type ([^ )\n]+)", run.stdout)
    assert set(found) == UNSUPPORTED and len(found) == len(warnings), run.stdout
    monkeypatch.syspath_prepend(tmp_path)
    return lambda name: importlib.import_module(f"athena_gateway_client.{name}")


def test_a_generated_client_starts_a_session_runs_a_calculation_waits_and_reads_the_output(start, generated):
    program = start(programs.serve, "--local", "--workers", "2")
    models = generated("models")
    with generated("client").Client(base_url=program.url, raise_on_unexpected_status=True) as gateway:
        request = models.SessionRequest(description="Generated", session_idle_timeout_in_minutes=30)
        session = generated("api.sessions.start_session").sync(client=gateway, body=request, prefer="wait=60")
        assert session.state == "IDLE" and session.description == "Generated"
        calculation = generated("api.calculations.start_calculation").sync(
            session.session_id, client=gateway, body={"codeBlock": "print(sum(range(10)))"}, idempotency_key="one"
        )
        place = (session.session_id, calculation.calculation_execution_id)
        calculation = generated("api.calculations.get_calculation").sync(
            *place, client=gateway, prefer="wait=60", include=models.GetCalculationInclude.STDOUTSTDERR
        )
        assert (calculation.state, calculation.stdout, calculation.stderr) == ("COMPLETED", "45\n", "")
        assert calculation.submission_date_time <= calculation.completion_date_time
        assert generated("api.calculations.get_stdout").sync(*place, client=gateway) == "45\n"
        assert generated("api.calculations.get_code").sync(*place, client=gateway) == "print(sum(range(10)))"
        listed = generated("api.calculations.list_calculations").sync(session.session_id, client=gateway, limit=5)
        assert [item.calculation_execution_id for item in listed.calculations] == [place[1]]
        missing = generated("api.calculations.get_calculation").sync(session.session_id, "nowhere", client=gateway)
        assert isinstance(missing, models.Problem) and missing.code == models.ProblemCode.NOT_FOUND
        ended = generated("api.sessions.terminate_session").sync(session.session_id, client=gateway)
        assert ended.state in ("TERMINATING", "TERMINATED")
