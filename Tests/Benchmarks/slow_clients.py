"""slowhttptest's three attacks: `python3 Tests/Benchmarks/slow_clients.py BINARY [FLAG …]`.

Fails where the service was ever out of reach of others, or where a slow connection outlived its deadline.
"""

import argparse
import csv
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import client  # noqa: E402
import machine  # noqa: E402
import programs  # noqa: E402

CONNECTIONS = 1_000
RATE = 250  # new connections a second
SECONDS = 90  # far past every deadline
PROBE = 5  # seconds after which an answer to somebody else counts as none

# Each with the deadline that must have closed the last of them. A head has 10 seconds, a content 30 and a least pace, as has an
# answer that is not taken; 5 more are for lingering, and some for a machine that is busy.
ATTACKS = {
    "-H": ("slow heads", ["-i", "3", "-x", "24"], 30),
    "-B": ("slow contents", ["-i", "3", "-x", "10", "-s", "8192", "-f", "text/x-python"], 50),
    "-X": ("slow reading", ["-k", "3", "-n", "5", "-w", "10", "-y", "20", "-z", "32"], 60),
}


def long_output(program):
    """The path of eight megabytes."""
    caller = client.Client(program)
    location, _ = caller.run("for _ in range(8): print('x' * 1_000_000)")
    caller.close()
    return f"{location}/stdout"


def attack(mode, options, url):
    """What slowhttptest says last, and its table of seconds."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["slowhttptest", mode, *options, "-c", str(CONNECTIONS), "-r", str(RATE), "-l", str(SECONDS),
                   "-p", str(PROBE), "-u", url, "-g", "-o", f"{folder}/report"]  # fmt: skip
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + 60)
        with open(f"{folder}/report.csv") as file:
            table = list(csv.DictReader(file))
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", run.stdout + run.stderr), table


def judge(text, table, deadline):
    """What is wrong."""
    availability = re.findall(r"service available:\s+(\w+)", text)
    if not availability or set(availability) != {"YES"}:
        yield f"service available: {availability}"
    if "No open connections left" not in text:
        yield f"connections were left: {text.strip().splitlines()[-1:]}"
    if seconds(table) > deadline:
        yield f"the last connection was closed after {seconds(table)} s, not within {deadline}"


def seconds(table):
    """How long it took until the last was closed."""
    return int(table[-1]["Seconds"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    options, flags = parser.parse_known_args()
    failures = 0
    for mode, (name, arguments, deadline) in ATTACKS.items():
        program = programs.Program("serve", "--local", "--listen", "127.0.0.1:0", *flags, binary=options.binary)
        try:
            path = {"-H": "/livez", "-B": client.calculations()}.get(mode) or long_output(program)
            begin, before = machine.processor_seconds(program.pid), time.monotonic()
            text, table = attack(mode, arguments, program.url + path)
            used = (machine.processor_seconds(program.pid) - begin) / (time.monotonic() - before)
            wrong = list(judge(text, table, deadline))
        finally:
            program.kill()
        verdict = "; ".join(wrong) or "service available: YES"
        print(f"slowhttptest {mode}, {CONNECTIONS} connections, {name}: {verdict}; the last closed after "
              f"{seconds(table)} s; {used:.1%} of a processor", flush=True)  # fmt: skip
        failures += len(wrong)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
