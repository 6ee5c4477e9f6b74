"""An output of 256 MiB, from S3 through the contenders to a caller who takes it as fast as it comes."""

import dataclasses
import statistics
import time

import contenders
import exchanges
import upstream

import machine

MEBIBYTE = 1 << 20
SIZE = 256  # MiB
PATH = f"{contenders.CALCULATIONS}/{upstream.CALCULATION}/stdout"
PATHS = {contenders.PROXY: f"/{upstream.OUTPUT}"}  # who knows no calculations is asked for the object itself


@dataclasses.dataclass(frozen=True)
class Cost:
    rate: float  # MB/s
    processor: float  # milliseconds a MiB
    growth: float  # of resident memory, in bytes, at most


def make(folder):
    """The object. A file without blocks: nothing is read from a disk."""
    (folder / upstream.OUTPUT).parent.mkdir()
    with open(folder / upstream.OUTPUT, "wb") as file:
        file.truncate(SIZE * MEBIBYTE)


def read(server, path):
    pid = server.serving[0]
    memory, processor, begin = machine.anonymous(pid), machine.processor_seconds(pid), time.perf_counter()
    most, buffer = memory, bytearray(MEBIBYTE)
    with exchanges.connect(server.port) as connection:
        status, head, content = exchanges.begin(connection, exchanges.get(path))
        assert status == 200, (head, content)
        left, looked = SIZE * MEBIBYTE - len(content), SIZE
        assert exchanges.length(head) == SIZE * MEBIBYTE, head
        while left:
            count = connection.recv_into(buffer, min(left, MEBIBYTE))
            assert count, f"{left} bytes are missing"
            left -= count
            if left // MEBIBYTE <= looked - 16:
                most, looked = max(most, machine.anonymous(pid)), left // MEBIBYTE
    seconds = time.perf_counter() - begin
    processor = machine.processor_seconds(pid) - processor
    return Cost(SIZE * MEBIBYTE / 1e6 / seconds, processor * 1e3 / SIZE, most - memory)


def measure(servers, rounds):
    """The median of each contender's downloads, which are in turn. Memory is what the first has needed."""
    costs = {contender: [] for contender in servers}
    for _ in range(rounds):
        for contender, server in servers.items():
            costs[contender].append(read(server, PATHS.get(contender, PATH)))
    return {
        contender: Cost(
            statistics.median(cost.rate for cost in all),
            statistics.median(cost.processor for cost in all),
            max(cost.growth for cost in all),
        )
        for contender, all in costs.items()
    }
