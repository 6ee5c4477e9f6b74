"""What a request costs in figures that don't depend on the machine's mood: instructions, allocations, system calls.

Each is the difference of two runs, so that the start and the first requests are in neither.
"""

import collections
import dataclasses
import re
import subprocess

import callgrind
import exchanges

FEW, MANY = 200, 1_200


def without_debugging(binary, folder):
    """A copy of the binary that valgrind can read, which knows nothing of Swift's debugging information."""
    copy = folder / "stripped"
    subprocess.run(["strip", "--strip-debug", "-o", copy, binary], check=True)
    return copy


def run(contender, place, runner, code, count):
    server = contender.start(dataclasses.replace(place, runner=tuple(runner)))
    try:
        exchanges.repeat(contender, server.port, code, count)
    finally:
        # What it runs under writes its report at the end.
        server.stop()


def executed(contender, place, code):
    """Instructions and allocations a request."""

    name = re.sub(r"\W+", "-", contender.name)

    def counts(count):
        for old in place.folder.glob(f"{name}.callgrind.*"):
            old.unlink()
        run(contender, place, callgrind.command(place.folder / f"{name}.callgrind.%p", []), code, count)
        # nginx's worker has a report beside its master's, who serves nobody.
        reports = map(callgrind.counts, place.folder.glob(f"{name}.callgrind.*"))
        return max(reports, key=lambda found: found.instructions)

    few = counts(FEW)
    return (counts(MANY) - few) / (MANY - FEW)


def system_calls(contender, place, code):
    """System calls a request, by name."""

    def counts(count):
        report = place.folder / "strace"
        run(contender, place, ["strace", "-f", "-c", "-o", str(report)], code, count)
        return collections.Counter(dict(read(report.read_text())))

    few, many = counts(FEW), counts(MANY)
    each = {name: (many[name] - few[name]) / (MANY - FEW) for name in many}
    # What happens once in a while, as by a timer, is no request's.
    return {name: count for name, count in sorted(each.items(), key=lambda item: -item[1]) if count >= 0.01}


def read(report):
    """The rows of strace's table: time, seconds, microseconds a call, calls, errors where there are any, name."""
    for row in re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", report, re.M):
        if row[1] != "total":
            yield row[1], int(row[0])
