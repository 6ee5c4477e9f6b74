"""slowhttptest's three attacks: `python3 Tests/Benchmarks/slow_clients.py BINARY [FLAG …]`.

Fails where the service was ever out of reach of others, or where a slow connection outlived its deadline.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import client  # noqa: E402
import machine  # noqa: E402
import programs  # noqa: E402

CONNECTIONS = 1_000
RATE = 250  # new connections a second
SECONDS = 90  # past every deadline
# All come from one address: without this most would be refused at once, as too many of one caller.
UNLIMITED = ["--caller-requests", str(2 * CONNECTIONS)]
PROBE = 5  # seconds after which an answer to somebody else counts as none

# Each with the deadline that must have closed the last of them. A head has 10 seconds, a content 30 and a least pace, as has an
# answer that is not taken, whose 30 seconds begin anew with what is taken; 5 more are for lingering, and some for a machine that is busy.
ATTACKS = {
    "-H": ("slow heads", ["-i", "3", "-x", "24"], 30),
    "-B": ("slow contents", ["-i", "3", "-x", "10", "-s", "8192", "-f", "text/x-python"], 50),
    "-X": ("slow reading", ["-k", "3", "-n", "5", "-w", "10", "-y", "20", "-z", "32"], 75),
}


def long_output(program):
    """The path of eight megabytes."""
    caller = client.Client(program)
    location, _ = caller.run("for _ in range(8): print('x' * 1_000_000)")
    caller.close()
    return f"{location}/stdout"


class Watch:
    """How long a server has had connections, from the first on."""

    # The probe of slowhttptest's own, and one that is on its way.
    OTHERS = 2

    def __init__(self, program):
        self.program, self.seconds, self.most = program, 0, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        begin = time.monotonic()
        while not self.over.wait(1):
            ports = machine.connections(self.program.pid)
            self.most = max(self.most, machine.resident(self.program.pid))
            if sum(local == self.program.port for local, _ in ports) > self.OTHERS:
                self.seconds = time.monotonic() - begin

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def attack(mode, options, url):
    """What slowhttptest says, of which the last is its result."""
    command = ["slowhttptest", mode, *options, "-c", str(CONNECTIONS), "-r", str(RATE), "-l", str(SECONDS),
               "-p", str(PROBE), "-u", url]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + 60)
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", run.stdout + run.stderr)


def judge(text, seconds, deadline):
    """What is wrong."""
    availability = re.findall(r"service available:\s+(\w+)", text)
    if not availability or set(availability) != {"YES"}:
        yield f"service available: {availability}"
    # Seen from the server: slowhttptest takes a connection for open as long as it has not read all that came before the end.
    if not 1 < seconds <= deadline:
        yield f"the last connection was closed after {seconds:.0f} s, not within {deadline}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    options, flags = parser.parse_known_args()
    failures = 0
    for mode, (name, arguments, deadline) in ATTACKS.items():
        program = programs.Program(
            "serve", "--local", "--listen", "127.0.0.1:0", *UNLIMITED, *flags, binary=options.binary
        )
        try:
            path = {"-H": "/livez", "-B": client.calculations()}.get(mode) or long_output(program)
            with Watch(program) as watch:
                text = attack(mode, arguments, program.url + path)
            wrong = list(judge(text, watch.seconds, deadline))
        finally:
            program.kill()
        verdict = "; ".join(wrong) or "service available: YES"
        print(f"slowhttptest {mode}, {CONNECTIONS} connections, {name}: {verdict}; the last closed after "
              f"{watch.seconds:.0f} s; at most {watch.most >> 20} MiB resident", flush=True)  # fmt: skip
        failures += len(wrong)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
