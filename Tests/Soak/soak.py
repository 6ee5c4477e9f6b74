"""Good, slow, broken and vanishing clients against a release binary, with faults in the Athena behind it:
`python3 Tests/Soak/soak.py BINARY [--seconds N] [--seed N]`.

Fails where, after all clients have gone, a descriptor, a connection or memory is left over; where a 5xx was answered that no fault
explains; where a request was not answered once; and where code that was accepted did not run exactly once.
"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import clients  # noqa: E402
import faults  # noqa: E402
import machine  # noqa: E402
import programs  # noqa: E402
from run import MARK, Run  # noqa: E402
from waiting import until  # noqa: E402

# What the second, longer part of a soak may add to what the first has left resident. malloc keeps what it
# once needed; a leak of 100 bytes a request is more than this after half a minute.
MEMORY = 8 << 20

FAULTS = [
    ("StartCalculationExecution", {"code": "InternalServerException", "status": 500, "message": MARK}),
    ("StartCalculationExecution", {"code": "TooManyRequestsException", "message": MARK}),
    ("GetCalculationExecution", {"code": "ServiceUnavailableException", "status": 503, "message": MARK}),
    ("GetObject", {"code": "SlowDown", "status": 503, "message": MARK}),
    ("GetObject", {"code": "InternalError", "status": 500, "message": MARK}),
    *((operation, fault) for operation in ("StartCalculationExecution", "GetCalculationExecution", "GetObject")
      for fault in ({"garbage": True}, {"cutOff": True}, {"delayMilliseconds": 300})),
]  # fmt: skip


class Injector:
    """Has a share of the calls fail, and knows how many have."""

    def __init__(self, athena):
        self.athena, self.put = athena, collections.Counter()

    def inject(self, run):
        random = run.random("faults")
        while run.rest(random.uniform(0.05, 0.3)):
            operation, fault = random.choice(FAULTS)
            count = random.randint(1, 3)
            faults.put(self.athena, operation, fault, count)
            self.put[next(iter(fault))] += count

    def stop(self):
        """Clears what has not happened; returns how often each sort has."""
        for entry in faults.pending(self.athena):
            self.put[next(iter(entry["fault"]))] -= entry["count"]
        assert faults.call(self.athena, "DELETE").status == 204
        return self.put


def visit(run, client, name):
    random = run.random(name)
    while not run.over.is_set():
        try:
            client(run, random)
        except Exception:  # whatever it is, a client has not got what it should
            run.breach(name, traceback.format_exc(limit=-3))
            run.rest(0.1)


def load(run, seconds, injector):
    """All clients at once, for so long; returns when the last has gone."""
    run.over.clear()
    threads = [threading.Thread(target=injector.inject, args=[run])]
    for client, count in clients.KINDS.items():
        for number in range(count):
            name = f"{client.__name__}-{number}"
            threads.append(threading.Thread(target=visit, args=[run, client, name]))
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    run.over.set()
    for thread in threads:
        thread.join()


class State:
    """What a process holds: its own descriptors, and the connections of its clients."""

    def __init__(self, program):
        ports = machine.connections(program.pid)
        self.clients = sum(local == program.port for local, _ in ports)
        self.upstream = len(ports) - self.clients
        self.descriptors = machine.descriptors(program.pid) - len(ports)
        self.memory = machine.anonymous(program.pid)

    def __str__(self):
        return (
            f"{self.clients} connections of clients, {self.upstream} to Athena, "
            f"{self.descriptors} other descriptors, {self.memory // 1024} KiB of memory"
        )


def rest(program):
    """Its state when nothing goes on any more."""
    # The last requests' deadlines may have to pass first.
    until(lambda: State(program).clients, lambda count: count == 0)
    until(lambda: machine.is_idle(program.pid))
    return State(program)


def check_ledger(run):
    """Accepted code has run once, other code once at the most."""
    times = collections.Counter(pathlib.Path(run.ledger).read_text().split())
    for identity in run.accepted:
        if times[identity] != 1:
            run.breach("ledger", f"{identity} was accepted and ran {times[identity]} times")
    for identity, count in times.items():
        if count > 1 and identity not in run.accepted:
            run.breach("ledger", f"{identity} ran {count} times")
    if not run.accepted:
        run.breach("ledger", "nothing was accepted")
    return times


def check_faults(run, put):
    unreadable = sum(count for (_, what), count in run.tally.items() if what == "unreadable")
    if unreadable > put["garbage"] + put["cutOff"]:
        run.breach("faults", f"{unreadable} unreadable answers, and {dict(put)} injected")
    injected = sum(count for (_, what), count in run.tally.items() if what == "injected")
    if injected > put["code"]:
        run.breach("faults", f"{injected} errors, and {dict(put)} injected")


def table(run):
    kinds = sorted({kind for kind, _ in run.tally})
    columns = ["connections", "2xx", "4xx", "5xx", "injected", "unreadable", "aborted", "closed by us", "breaches"]
    yield f"{'':14}" + "".join(f"{column:>14}" for column in columns)
    for kind in kinds:
        yield f"{kind:14}" + "".join(f"{run.tally[kind, column] or '':>14}" for column in columns)


def soak(binary, seconds, seed):
    with tempfile.TemporaryDirectory() as folder:
        ledger = pathlib.Path(folder) / "ledger"
        ledger.touch()
        athena = programs.Program("local", "--listen", "127.0.0.1:0", binary=binary)
        gateway = programs.Program(
            "serve", "--listen", "127.0.0.1:0", "--endpoint-url", athena.url, binary=binary,
            AWS_REGION="eu-west-1", AWS_ENDPOINT_URL_S3=athena.url, **programs.LOCAL_CREDENTIALS,
        )  # fmt: skip
        try:
            return report(Run(gateway, str(ledger), seed), athena, seconds)
        finally:
            for program in (gateway, athena):
                program.end()


def report(run, athena, seconds):
    injector = Injector(athena)
    load(run, seconds / 3, injector)
    before, behind = rest(run.gateway), len(athena.children())
    load(run, seconds * 2 / 3, injector)
    after = rest(run.gateway)
    until(lambda: machine.is_idle(athena.pid))
    put = injector.stop()
    check_faults(run, put)
    times = check_ledger(run)
    if after.descriptors != before.descriptors:
        run.breach("gateway", f"{after.descriptors} descriptors, {before.descriptors} before")
    if after.upstream > 64 * (os.cpu_count() or 1):
        run.breach("gateway", f"{after.upstream} connections to Athena")
    if after.memory > before.memory + MEMORY:
        run.breach("gateway", f"{after.memory - before.memory} bytes more than before")
    if len(athena.children()) != behind:
        run.breach("athena", f"{len(athena.children())} processes, {behind} before")
    print(*table(run), "", sep="\n")
    print(f"after a third:  {before}\nafter all:      {after}")
    print(f"faults: {dict(put)}; {len(run.accepted)} submissions accepted, {len(times)} ran, each once at the most")
    for breach in run.breaches[:20]:
        print(f"breach: {breach}")
    print(f"{len(run.breaches)} breaches in {seconds} seconds, seed {run.seed}")
    return 1 if run.breaches else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"soak of {options.seconds:g} seconds, seed {options.seed}", flush=True)
    sys.exit(soak(options.binary, options.seconds, options.seed))
