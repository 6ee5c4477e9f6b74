"""The contract is one that can be broken: what checks the answers finds what is wrong with them."""

import copy
import json

import pytest

import contract
import http1

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "parameters": [{"name": "note", "in": "query", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "201": {
                        "headers": {"Location": {"required": True, "schema": {"type": "string", "pattern": "^/"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "404": {"$ref": "#/components/responses/Problem"},
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object", "required": ["a"], "additionalProperties": False,
                "properties": {"a": {"type": "integer"}},
            }
        },
        "responses": {"Problem": {"content": {"application/problem+json": {"schema": {"type": "object"}}}}},
    },
}  # fmt: skip

JSON = ("Content-Type", "application/json")
REQUEST = http1.Request("POST /things/x%2Fy?note=1 HTTP/1.1", [JSON], b'{"a":1}')
ANSWER = http1.Answer("HTTP/1.1 201 Created", [JSON, ("Location", "/things/x")], b'{"a":2}')

VIOLATIONS = {
    "an undocumented path": ({"start": "POST /other HTTP/1.1"}, {}),
    "an undocumented method": ({"start": "PUT /things/x HTTP/1.1"}, {}),
    "an undocumented parameter": ({"start": "POST /things/x?other=1 HTTP/1.1"}, {}),
    "an undocumented request type": ({"fields": [("Content-Type", "text/plain")]}, {}),
    "a request that does not conform": ({"body": b'{"a":"1"}'}, {}),
    "an undocumented status": ({}, {"start": "HTTP/1.1 200 OK"}),
    "an undocumented error": ({}, {"start": "HTTP/1.1 400 Bad Request"}),
    "an undocumented type": ({}, {"fields": [("Content-Type", "text/html"), ("Location", "/")]}),
    "a missing header": ({}, {"fields": [JSON]}),
    "a header that does not conform": ({}, {"fields": [JSON, ("Location", "x")]}),
    "an undocumented header": ({}, {"fields": [JSON, ("Location", "/"), ("X-Other", "1")]}),
    "a content that does not conform": ({}, {"body": b'{"a":1,"b":2}'}),
    "a missing member": ({}, {"body": b"{}"}),
    "a problem of another type": ({}, {"start": "HTTP/1.1 404 Not Found"}),
}


def changed(message, changes):
    message = copy.copy(message)
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def test_what_conforms_is_let_through():
    document = contract.OpenAPI(DOCUMENT)
    document.check(REQUEST, ANSWER)
    assert document.seen == {("/things/{id}", "post", "201")}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_what_does_not_conform_is_found(name):
    request, answer = VIOLATIONS[name]
    with pytest.raises(contract.Violation):
        contract.OpenAPI(DOCUMENT).check(changed(REQUEST, request), changed(ANSWER, answer))


PROBLEM = {
    "type": "/problems/not-found", "title": "t", "status": 404, "detail": "d", "code": "not-found", "retryable": False,
    "requestId": "8e03978e-40d5-43e8-bc93-6894a57f9324", "instance": "urn:uuid:8e03978e-40d5-43e8-bc93-6894a57f9324",
}  # fmt: skip
FIELDS = [
    ("X-Request-Id", PROBLEM["requestId"]), ("Cache-Control", "no-store"), ("Date", "now"),
    ("Content-Type", "application/problem+json"), *contract.SECURITY.items(),
]  # fmt: skip
GET = http1.Request("GET /x HTTP/1.1", [])


def check(problem, fields):
    answer = http1.Answer("HTTP/1.1 404 Not Found", fields, json.dumps(problem).encode())
    contract.check(GET, answer, against_document=False)


def test_a_problem_with_all_its_members_is_let_through():
    check(PROBLEM, FIELDS)


@pytest.mark.parametrize("member", PROBLEM)
def test_a_problem_without_one_of_its_members_or_with_another_value_is_found(member):
    with pytest.raises((AssertionError, KeyError)):
        check({name: value for name, value in PROBLEM.items() if name != member}, FIELDS)
    with pytest.raises((AssertionError, KeyError)):
        check({**PROBLEM, member: ""}, FIELDS)


@pytest.mark.parametrize("name", [name for name, _ in FIELDS])
def test_an_answer_without_one_of_its_fields_is_found(name):
    with pytest.raises(AssertionError):
        check(PROBLEM, [field for field in FIELDS if field[0] != name])
