import pytest

import capture as capturing
import client
import contract
import programs


@pytest.fixture
def start():
    """Starts programs that end with the test: cleanly, or the test fails."""
    started = []

    def starter(make, *arguments, **variables):
        program = make(*arguments, **variables)
        started.append(program)
        return program

    yield starter
    for program in reversed(started):
        program.end()


@pytest.fixture
def make_capture():
    """Makes capture servers that end with the test."""
    made = []

    def maker(*arguments):
        made.append(capturing.Capture(*arguments))
        return made[-1]

    yield maker
    for server in made:
        server.close()


@pytest.fixture(scope="session")
def shared_capture():
    server = capturing.Capture()
    yield server
    server.close()


@pytest.fixture(scope="session")
def shared_gateway(shared_capture):
    program = programs.serve_before(shared_capture, "--workers", "2")
    yield program
    program.end()


@pytest.fixture
def capture(shared_capture):
    """What stands in for Athena and S3 behind `gateway`, with nothing captured yet."""
    shared_capture.reset()
    return shared_capture


@pytest.fixture
def gateway(shared_gateway, capture):
    """A client of a gateway that was started as for AWS."""
    caller = client.Client(shared_gateway)
    yield caller
    caller.close()


def pytest_terminal_summary(terminalreporter):
    """Says what of the contract no test has seen, for whoever looks for what to test next."""
    document = contract.openapi()
    unseen = sorted(document.documented() - document.seen)
    terminalreporter.section("openapi.yaml")
    terminalreporter.line(f"{len(document.seen)} answers seen, {len(unseen)} documented ones not")
    for template, method, status in unseen:
        if status < "400":
            terminalreporter.line(f"not seen: {method.upper()} {template} {status}")
