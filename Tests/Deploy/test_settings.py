"""Whatever deploy/ gives the gateway for a setting is one that it has."""

import json
import re

import pytest

import programs
from programs import TOP

DEPLOY = TOP / "deploy"


def of_files():
    for path in DEPLOY.rglob("gateway.json"):
        yield from ((str(path.relative_to(DEPLOY)), f"--{name}") for name in json.loads(path.read_text()))


def of_variables():
    """Wherever a variable is set, whatever the file's format."""
    for path in sorted(path for path in DEPLOY.rglob("*") if path.is_file()):
        for name in set(re.findall(r"\bATHENA_GATEWAY_([A-Z_]+)", path.read_text())):
            yield str(path.relative_to(DEPLOY)), "--" + name.lower().replace("_", "-")


def of_the_unit():
    (line,) = re.findall("^ExecStart=(.*)$", (DEPLOY / "systemd/athena-gateway.service").read_text(), re.M)
    yield from (("systemd", flag) for flag in re.findall(r"--[a-z-]+", line))


@pytest.mark.parametrize("place, flag", sorted({*of_files(), *of_variables(), *of_the_unit()}))
def test_the_gateway_has_the_setting(place, flag):
    assert re.search(rf"^ +{flag}\b(?!-)", programs.run("serve", "--help").stdout, re.M), f"{place}: {flag}"


@pytest.mark.parametrize("folder", ["kubernetes/base", "systemd"])
def test_the_gateway_takes_the_file(folder, tmp_path):
    settings = json.loads((DEPLOY / folder / "gateway.json").read_text())
    # What an operator makes himself isn't here.
    settings.pop("api-keys", None)
    (tmp_path / "gateway.json").write_text(json.dumps(settings | {"allow-anonymous": True}))
    config = programs.run("config", "--config", str(tmp_path / "gateway.json"))
    assert (config.returncode, config.stderr) == (0, "")
