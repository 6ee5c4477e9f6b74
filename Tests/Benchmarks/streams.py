"""A thousand callers follow the events of as many calculations, which go on running."""

import dataclasses
import re
import time
import urllib.request

import exchanges
import upstream

import machine

STREAMS = 1_000


@dataclasses.dataclass(frozen=True)
class Cost:
    processor: float  # seconds a second, of all streams
    resident: float  # bytes a stream
    calls: float  # upstream, a second


def requests(canned):
    """How many the upstream has had; this question is one of them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{canned.port}/requests") as status:
        return int(re.search(rb"\n *\d+ +\d+ +(\d+)", status.read())[1])


def follow(port, number):
    # Ids of their own: of one calculation, all would have their news by the same poll.
    calculation = f"{number:08x}{upstream.CALCULATION[8:]}"
    connection = exchanges.connect(port)
    path = f"/sessions/{upstream.SESSION}/calculations/{calculation}/events"
    status, head, content = exchanges.begin(connection, exchanges.get(path))
    assert status == 200, (head, content)
    return connection


def measure(contender, place, seconds):
    server = contender.start(place)
    try:
        # One stream, ended again: what is made once is not counted as the streams'.
        follow(server.port, STREAMS).close()
        pid = server.serving[0]
        before = machine.anonymous(pid)
        streams = [follow(server.port, number) for number in range(STREAMS)]
        time.sleep(2)  # so that none is in its first, quick polls
        calls, processor = requests(place.upstream), machine.processor_seconds(pid)
        time.sleep(seconds)
        calls, processor = requests(place.upstream) - 1 - calls, machine.processor_seconds(pid) - processor
        cost = Cost(processor / seconds, (machine.anonymous(pid) - before) / STREAMS, calls / seconds)
        for stream in streams:
            stream.close()
        return cost
    finally:
        server.stop()
