"""Holds answers to the contract: the rules that every answer follows, and openapi.yaml."""

import functools
import re
import urllib.parse

import jsonschema
import yaml

import programs

PATH = programs.TOP / "openapi.yaml"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "retryable", "requestId"}
MORE_MEMBERS = {"errors", "sessionState", "upstream"}
# What every answer tells a browser that shows it or is made to load it.
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# What OpenAPI says to leave out, what every HTTP message may have, and what the document says of all answers at once.
UNDOCUMENTED = {"connection", "content-length", "content-type", "date", "transfer-encoding"}
UNDOCUMENTED |= {name.lower() for name in SECURITY}
UNDOCUMENTED |= {"access-control-allow-origin", "access-control-expose-headers"}
FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER


@functools.cache
def openapi():
    return OpenAPI(yaml.safe_load(PATH.read_text()))


def check(request, answer, against_document=True):
    check_fields(answer)
    if answer.status >= 400 and request.method != "HEAD":
        check_problem(answer)
    if against_document:
        openapi().check(request, answer)


def check_fields(answer):
    assert re.fullmatch(r"[A-Za-z0-9_.:=+/@-]{1,128}", answer["X-Request-Id"] or ""), answer
    assert {name: answer[name] for name in SECURITY} == SECURITY
    assert answer["Cache-Control"]
    assert answer["Date"]
    if answer.status in (429, 503):
        assert answer["Retry-After"], "a caller that is to come back is told when"


def check_problem(answer):
    assert answer["Content-Type"] == "application/problem+json", answer
    problem = answer.json
    request_id = problem["requestId"]
    is_uuid = bool(UUID.fullmatch(request_id))
    # A request id that is no UUID has no urn:uuid of its own.
    assert MEMBERS - problem.keys() == (set() if is_uuid else {"instance"})
    assert problem.keys() <= MEMBERS | MORE_MEMBERS
    assert problem["status"] == answer.status
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["title"] and problem["detail"]
    assert isinstance(problem["retryable"], bool)
    assert request_id == answer["X-Request-Id"]
    if is_uuid:
        assert problem["instance"] == f"urn:uuid:{request_id.lower()}"
    for error in problem.get("errors", []):
        assert error.keys() == {"detail", "pointer"}
        assert error["pointer"] == "" or error["pointer"].startswith("/")


class Violation(AssertionError):
    pass


class OpenAPI:
    """An OpenAPI 3.1 document. By hand, since that takes all that there is: a request that gets a
    success has to be one that the document allows, and every answer has to be one that it lists."""

    def __init__(self, document):
        self.document = document
        self.seen = set()  # (path template, method, status)

    def check(self, request, answer):
        path, _, query = request.target.partition("?")
        template = self.template(path)
        operation = self.operation(template, request.method)
        if request.method == "OPTIONS" and answer.status == 204:
            # Said of all paths at once.
            is_preflight = answer["Access-Control-Allow-Headers"] is not None
            self.require(answer.body == b"" and (is_preflight or answer["Allow"]), "OPTIONS has Allow and no content")
            return
        if operation is None:
            # Nothing is documented here: success would be a hole in the document.
            self.require(answer.status >= 400, f"{request.start} is not documented, and is {answer.status}")
            return
        if answer.status < 300:
            self.check_request(operation, request, query)
        self.check_answer(operation, request, answer)
        self.seen.add((template, request.method.lower(), str(answer.status)))

    def template(self, path):
        segments = path.split("/")
        return next((known for known in self.document["paths"] if matches(known.split("/"), segments)), None)

    def operation(self, template, method):
        item = self.document["paths"].get(template, {})
        operation = item.get(method.lower())
        if operation is None and method == "HEAD":
            # RFC 9110 section 9.3.2: what GET answers, without the content.
            operation = item.get("get")
        if operation is not None:
            operation = {**operation, "parameters": item.get("parameters", []) + operation.get("parameters", [])}
        return operation

    def documented(self):
        """Every answer that it lists, as `seen` has them; a range such as 4XX is no answer."""
        return {
            (template, method, str(status))
            for template, item in self.document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
            for status in operation["responses"]
            if str(status).isdigit()
        }

    def check_request(self, operation, request, query):
        known = [self.resolve(parameter) for parameter in operation["parameters"]]
        schemas = {parameter["name"]: parameter["schema"] for parameter in known if parameter["in"] == "query"}
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            self.require(name in schemas, f"the query parameter {name!r} is not documented")
            self.check_value(schemas[name], value, name)
        for parameter in known:
            if parameter["in"] == "header" and (value := request[parameter["name"]]) is not None:
                self.check_value(parameter["schema"], value, parameter["name"])
        if "requestBody" in operation:
            self.check_content(self.resolve(operation["requestBody"])["content"], request)
        else:
            self.require(not request.body, "a request body is not documented")

    def check_answer(self, operation, request, answer):
        responses = operation["responses"]
        keys = [str(answer.status), f"{answer.status // 100}XX", "default"]
        response = next((responses[key] for key in keys if key in responses), None)
        self.require(response, f"{request.method} {request.target[:100]}: {answer.status} is not documented")
        response = self.resolve(response)
        documented = {name.lower() for name in response.get("headers", {})} | UNDOCUMENTED
        for name, value in answer.fields:
            # What a gateway adds to every answer that lets other origins' pages in.
            is_documented = name.lower() in documented or (name, value) == ("Vary", "Origin")
            self.require(is_documented, f"{request.start}: the field {name} is not documented")
        for name, header in response.get("headers", {}).items():
            header, value = self.resolve(header), answer[name]
            self.require(value is not None or not header.get("required"), f"{name} is missing")
            if value is not None and "schema" in header:
                self.check_value(header["schema"], value, name)
        if request.method == "HEAD":
            return
        if content := response.get("content"):
            self.check_content(content, answer)
        else:
            self.require(answer.body == b"", f"{answer.status} has content that is not documented")

    def check_content(self, content, message):
        essence = (message["Content-Type"] or "").partition(";")[0].strip().lower()
        by_essence = {name.partition(";")[0].strip().lower(): media for name, media in content.items()}
        self.require(essence in by_essence, f"the media type {essence!r} is not documented")
        schema = by_essence[essence].get("schema")
        if schema and (essence == "application/json" or essence.endswith("+json")):
            self.check_value(schema, message.json, "the content", text=False)

    def check_value(self, schema, value, name, text=True):
        """A text of a header or query is the value that its schema's type makes of it."""
        if text and self.resolve(schema).get("type") == "integer" and re.fullmatch(r"-?\d+", value):
            value = int(value)
        error = jsonschema.exceptions.best_match(self.validator(schema).iter_errors(value))
        self.require(error is None, f"{name} does not conform: {error and (error.json_path, error.message[:500])}")

    def validator(self, schema):
        """The whole document stands around the schema, so that its references resolve."""
        root = {"components": self.document.get("components", {}), "allOf": [schema]}
        return jsonschema.Draft202012Validator(root, format_checker=FORMATS)

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    @staticmethod
    def require(condition, message):
        if not condition:
            raise Violation(message)


def matches(template, segments):
    return len(template) == len(segments) and all(
        segment if part.startswith("{") else part == segment for part, segment in zip(template, segments, strict=True)
    )
