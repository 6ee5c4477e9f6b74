"""botocore's standard mode, made to say what it would wait instead of waiting."""

import contextlib
import types

import botocore.endpoint
import botocore.retries.standard as standard
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

# What a call that came to nothing raises.
FAILURES = (BotoCoreError, ClientError, ResponseParserError)


@contextlib.contextmanager
def delays(random):
    """The seconds that botocore waits, each as if chance had said `random`."""
    waited = []
    function = standard.ExponentialBackoff.__init__
    defaults, clock = function.__defaults__, botocore.endpoint.time
    longest, _, *others = defaults
    function.__defaults__ = (longest, lambda: random, *others)
    botocore.endpoint.time = types.SimpleNamespace(sleep=waited.append)
    try:
        yield waited
    finally:
        function.__defaults__, botocore.endpoint.time = defaults, clock


def bounds(call):
    """What botocore does in a call: the least and the most that it waits before each further try."""
    found = []
    for random in (0, 1):
        with delays(random) as waited, contextlib.suppress(*FAILURES):
            call()
        found.append(waited)
    return list(zip(*found, strict=True))
