"""Waits for what nobody announces: a process's end, a state in Athena."""

import time

import http1


def until(read, is_done=bool):
    """Reads until it is done, and returns all that was read."""
    values, deadline = [read()], time.monotonic() + http1.PATIENCE
    while not is_done(values[-1]):
        assert time.monotonic() < deadline, f"still {values[-1]!r}"
        time.sleep(0.002)
        values.append(read())
    return values
