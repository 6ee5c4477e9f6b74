"""Holds a request's cost to what is committed in ratio.json: `python3 Tests/Benchmarks/check.py BINARY`.

Instructions are compared with those of signer.c in the same run, so that an update of libcurl or OpenSSL moves both; that ratio may grow by
TOLERANCE. Allocations and system calls are counted, and ratio.json has the most there may be.
"""

import argparse
import contextlib
import json
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import contenders  # noqa: E402
import counted  # noqa: E402
import proof  # noqa: E402
import upstream  # noqa: E402

COMMITTED = pathlib.Path(__file__).with_name("ratio.json")
RATIO, ALLOCATIONS, CALLS = "instructions over signer.c's", "allocations", "system calls"
# Of the system calls, how often a request waits depends on how soon its answer comes, and how many lines the log's thread writes at once,
# and is woken for, depends on the time they take; both only have a most.
APART = {"epoll_wait": "waits", **dict.fromkeys(["write", "clock_nanosleep", "futex"], "the log's")}
TIMERS = 0.02  # calls a request that are no request's own
TOLERANCE = 0.05
# Whether an answer is there at once or is waited for differs from run to run, and costs 2 %.
ROUNDS = 3


def measure(binary, folder):
    """What a request costs, as ratio.json has it, and what to say of it."""
    floor = contenders.signer(folder)
    gateway = contenders.gateway(counted.without_debugging(binary, folder), 1)
    proof.check(floor, binary, folder)
    canned = upstream.canned(folder / "upstream")
    try:
        place = contenders.Place(folder, canned)
        costs = [[counted.executed(each, place, contenders.CODE) for each in (gateway, floor)] for _ in range(ROUNDS)]
        calls = counted.system_calls(gateway, place, contenders.CODE)
    finally:
        canned.stop()
    ours, theirs = (statistics.median(each.instructions for each in column) for column in zip(*costs, strict=True))
    figures = {
        RATIO: statistics.median(ours.instructions / theirs.instructions for ours, theirs in costs),
        ALLOCATIONS: statistics.median(ours.allocations for ours, _ in costs),
        **by_kind(calls),
    }
    print(f"instructions a request: {ours:,.0f}, of signer.c {theirs:,.0f}")
    print("system calls a request:", ", ".join(f"{name} {count:.2f}" for name, count in calls.items()))
    return figures


def by_kind(calls):
    kinds = dict.fromkeys([CALLS, *APART.values()], 0)
    for name, count in calls.items():
        kinds[APART.get(name, CALLS)] += count
    return kinds


def judge(figures, committed):
    """Says each figure with what is committed, and yields what is wrong."""
    limits = {**committed, RATIO: committed[RATIO] * (1 + TOLERANCE), CALLS: committed[CALLS] + TIMERS}
    limits["waits"] += TIMERS
    for name, figure in figures.items():
        print(f"{name}: {figure:.2f}, committed {committed[name]:g}")
        if figure > limits[name]:
            yield f"{name}: {figure:.2f} is more than {limits[name]:.4g}"
    if figures[RATIO] < committed[RATIO] * (1 - TOLERANCE):
        print(f"The gateway has become cheaper: put {figures[RATIO]:.2f} into Tests/Benchmarks/{COMMITTED.name}, so that it stays so.")


def advice(binary, ratio):
    return (
        f"Where it goes: `python3 {sys.argv[0]} {binary} --keep FOLDER`, then\n"
        f"`callgrind_annotate --inclusive=yes FOLDER/gateway-1-worker.callgrind.*`.\n"
        f"Where it is worth its cost: put the new figure ({RATIO}: {ratio:.2f}) into Tests/Benchmarks/{COMMITTED.name}\n"
        f"and say in the commit what it buys."
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="Keep callgrind's reports in this new folder.")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        if options.keep:
            options.keep.mkdir()
        folder = options.keep or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        figures = measure(options.binary, folder.resolve())
        wrong = list(judge(figures, json.loads(COMMITTED.read_text())))
    for line in wrong:
        print(f"FAILED: {line}")
    if wrong:
        print(advice(options.binary, figures[RATIO]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
