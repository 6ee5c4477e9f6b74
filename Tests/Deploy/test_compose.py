"""compose.yaml: valid, closed to other machines, and a calculation runs through its containers."""

import errno
import shlex

import compose_spec
import pytest
import yaml

import images
from stack import FILE, OURS, health


@pytest.fixture
def services():
    return yaml.safe_load(FILE.read_text())["services"]


def test_it_is_as_the_compose_specification_has_it():
    compose = compose_spec.PyCompose.from_yaml(FILE.read_text())
    compose.validate()
    compose.to_spec()


def test_what_it_mounts_and_builds_is_there(services):
    for service in services.values():
        for volume in service.get("volumes", []):
            assert (FILE.parent / volume.split(":")[0]).exists(), volume
        if "build" in service:
            assert (FILE.parent / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_other_machines_reach_none_of_it(services):
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_the_code_that_callers_submit_has_no_way_out(services):
    networks = yaml.safe_load(FILE.read_text())["networks"]
    assert all(networks[name]["internal"] for name in services["athena"]["networks"])
    assert "ports" not in services["athena"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_and_nothing_to_write_to(services, name):
    service = services[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_a_calculation_runs_through_the_containers(stack):
    stack.up()
    calculation = stack.calculate("print(6 * 7)")
    assert (calculation["state"], calculation["stdout"]) == ("COMPLETED", "42\n"), calculation


def test_the_code_that_callers_submit_reaches_no_gateway(stack):
    stack.up()
    assert set(stack.hosts("athena")) == {"localhost", "gateway", "athena"}
    places = [("athena", 4566), ("gateway", 8080), ("gateway", 9464)]
    code = f"import socket\nfor place in {places}:\n  print(socket.socket().connect_ex(place))"
    assert stack.calculate(code)["stdout"] == f"0\n{errno.ECONNREFUSED}\n{errno.ECONNREFUSED}\n"


def test_the_code_is_no_root_and_can_write_nowhere_but_to_memory(stack):
    stack.up()
    code = "import os\nprint(os.getuid())\nopen('/tmp/here', 'w').close()\nopen('/usr/here', 'w')"
    calculation = stack.calculate(code)
    assert calculation["stdout"] == "65532\n" and "Read-only file system: '/usr/here'" in calculation["stderr"]


def test_the_gateway_is_healthy_as_long_as_it_serves(stack):
    _, gateway = stack.up()
    assert gateway.execute(*health(images.GATEWAY)).returncode == 0
    elsewhere = [*health(images.GATEWAY), "--url", "http://127.0.0.1:8079"]
    failed = gateway.execute(*elsewhere)
    assert failed.returncode == 1 and "8079" in failed.stderr, shlex.join(elsewhere)
