"""The examples in openapi.yaml: those of requests are sent, and all of them are what their schemas say."""

import json
import urllib.parse

import pytest

import client
import contract

DOCUMENT = contract.openapi()


def examples(node):
    """The values of a media type's, parameter's or header's `example` and `examples`."""
    values = [node["example"]] if "example" in node else []
    return values + [DOCUMENT.resolve(example)["value"] for example in node.get("examples", {}).values()]


def described(node, place=""):
    """All that has a schema and examples of it, with where it is."""
    if isinstance(node, dict):
        if "schema" in node:
            yield from ((f"{place} {number}", node["schema"], value) for number, value in enumerate(examples(node)))
        elif "type" in node and isinstance(node.get("examples"), list):
            yield from ((f"{place} {number}", node, value) for number, value in enumerate(node["examples"]))
        for name, child in node.items():
            yield from described(child, f"{place}/{name}")


def operations():
    for template, item in DOCUMENT.document["paths"].items():
        for method in item:
            if method != "parameters":
                yield template, method.upper()


ALL = {place: (schema, value) for place, schema, value in described(DOCUMENT.document)}


@pytest.mark.parametrize("place", ALL)
def test_an_example_is_what_its_schema_says(place):
    schema, value = ALL[place]
    DOCUMENT.check_value(schema, value, place, text=False)


@pytest.fixture(scope="module")
def gateway():
    with client.of_local_gateway() as caller:
        yield caller


@pytest.fixture(scope="module")
def ids(gateway):
    """What there is, in place of the examples of ids."""
    session = gateway("POST", "/sessions", [client.JSON, ("Prefer", "wait=60")], b"{}").json["sessionId"]
    calculation = gateway.submit("print('x' * 1000)", ("Prefer", "wait=60"), session=session).json
    assert calculation["state"] == "COMPLETED"
    return {"sessionId": session, "calculationId": calculation["calculationExecutionId"]}


def contents(operation):
    """Every example of a content, with its media type; one that is none where there is no content."""
    content = DOCUMENT.resolve(operation.get("requestBody", {})).get("content")
    if content is None:
        return [([], b"")]
    return [
        ([("Content-Type", media)], json.dumps(value).encode() if media == "application/json" else value.encode())
        for media, description in content.items()
        for value in examples(description)
    ]


def parameters(known):
    """Each parameter with each of its examples, or of the values that it can have."""
    return [
        (one, value)
        for one in known.values()
        if one["in"] != "path"
        for value in examples(one) or DOCUMENT.resolve(one["schema"]).get("enum", [])
    ]


def request(target, known, fields, parameter=None, value=None):
    """A request's target and fields, with one of the parameters that are not required."""
    # What an example before this one has begun may still run.
    query = {"onBusy": "wait"} if "onBusy" in known else {}
    if parameter and parameter["in"] == "query":
        query[parameter["name"]] = value
        # Nothing runs out where nothing is waited for.
        if parameter["name"] == "onTimeout":
            fields = [*fields, ("Prefer", "wait=60")]
    elif parameter:
        fields = [*fields, (parameter["name"], str(value))]
    return target + ("?" + urllib.parse.urlencode(query) if query else ""), fields


@pytest.mark.parametrize("template, method", list(operations()))
def test_the_examples_of_requests_are_answered_with_success(gateway, ids, template, method):
    operation = DOCUMENT.operation(template, method)
    known = {known_one["name"]: known_one for known_one in map(DOCUMENT.resolve, operation["parameters"])}
    values = {**{name: str(examples(one)[0]) for name, one in known.items() if one["in"] == "path"}, **ids}
    if method == "DELETE" and "calculationId" not in known:
        values["sessionId"] = gateway("POST", "/sessions", [client.JSON], b"{}").json["sessionId"]
    target = template.format(**{name: client.segment(value) for name, value in values.items()})
    # One after the other: together, they can exclude each other.
    (fields, body), *more = contents(operation)
    requests = [(*request(target, known, others), content) for others, content in more]
    requests += [(*request(target, known, fields, *chosen), body) for chosen in [(), *parameters(known)]]
    for target, fields, body in requests:
        answer = gateway(method, target, fields, body)
        assert answer.status < 400, (target, fields, str(answer))
