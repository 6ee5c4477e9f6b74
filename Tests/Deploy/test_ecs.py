"""ecs/: what AWS's own model of the API says of the task definition."""

import json

import botocore.session
import botocore.validate
import pytest

from programs import TOP


@pytest.fixture(scope="module")
def definition():
    return json.loads((TOP / "deploy/ecs/task-definition.json").read_text())


@pytest.fixture
def container(definition):
    (container,) = definition["containerDefinitions"]
    return container


def names(shape, value):
    """Every member that the model doesn't know, which botocore's validation passes over."""
    if shape.type_name == "structure":
        yield from (name for name in value if name not in shape.members)
        for name in value.keys() & shape.members.keys():
            yield from names(shape.members[name], value[name])
    elif shape.type_name == "list":
        for element in value:
            yield from names(shape.member, element)


def test_ECS_takes_it(definition):
    operation = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition")
    report = botocore.validate.ParamValidator().validate(definition, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert list(names(operation.input_shape, definition)) == []


def test_the_container_is_no_root_and_has_nothing_to_write_to(container):
    assert container["user"] == "65532:65532" and container["readonlyRootFilesystem"]
    assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}


def test_a_task_has_longer_to_end_than_the_gateway_takes(container):
    # --grace-period, and what Fargate allows at most.
    assert 30 < container["stopTimeout"] <= 120


def test_Prometheus_reaches_the_metrics(container):
    ports = {port["name"]: port["containerPort"] for port in container["portMappings"]}
    variables = {variable["name"]: variable["value"] for variable in container["environment"]}
    assert variables["ATHENA_GATEWAY_METRICS_LISTEN"] == f"0.0.0.0:{ports['metrics']}"
