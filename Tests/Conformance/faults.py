"""The faults that a local Athena can be asked for."""

import json

import http1


def call(program, method, body=b""):
    connection = http1.Connection(program.port)
    fields = [("Host", "localhost"), ("Content-Length", len(body))]
    connection.send(http1.message(f"{method} /_local/faults HTTP/1.1", fields, body))
    answer = connection.answer()
    connection.close()
    return answer


def put(program, operation, fault, count=1):
    """Has the next calls of an operation suffer."""
    content = {"operation": operation, "count": count, "fault": fault}
    assert call(program, "PUT", json.dumps(content).encode()).status == 204


def pending(program):
    return call(program, "GET").json
