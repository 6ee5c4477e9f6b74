"""From exec to the first byte of the first answer."""

import statistics
import time

import exchanges


def milliseconds(contender, place, times=11):
    """The median."""

    def once():
        begin = time.perf_counter()
        server = contender.start(place)
        try:
            exchanges.health(server.port)
            return (time.perf_counter() - begin) * 1e3
        finally:
            server.stop()

    return statistics.median(once() for _ in range(times))
