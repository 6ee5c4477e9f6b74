"""wrk against the contenders in turn, with what each computed meanwhile."""

import dataclasses
import json
import os
import subprocess
import tempfile

import exchanges

import machine

CONNECTIONS = 64
# wrk's own words for people are rounded.
SCRIPT = """
wrk.method, wrk.body, wrk.headers["Content-Type"] = "POST", %s, "%s"
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("RESULT %%d %%d %%d %%d %%d", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), failed))
end
"""


@dataclasses.dataclass(frozen=True)
class Run:
    rate: float  # requests a second
    p50: float  # milliseconds
    p99: float
    user: float  # microseconds a request
    system: float

    @property
    def processor(self):
        return self.user + self.system


def quoted(text):
    """As Lua has it, whose strings know JSON's escapes of ASCII but for \\u."""
    return json.dumps(text, ensure_ascii=False)


def run(contender, server, code, seconds, scheme="http"):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (quoted(contender.content(code)), contender.media_type))
        script.flush()
        url = f"{scheme}://127.0.0.1:{server.port}{contender.path}"
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", script.name, url]
        before = times(server)
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
        user, system = (after - before for after, before in zip(times(server), before, strict=True))
    words = next(line for line in said.splitlines() if line.startswith("RESULT ")).split()[1:]
    requests, microseconds, p50, p99, failed = map(int, words)
    if failed or not requests:
        raise AssertionError(f"{contender.name}: {failed} of {requests} requests failed\n{said}")
    each = 1e6 / requests
    return Run(requests / microseconds * 1e6, p50 / 1e3, p99 / 1e3, user * each, system * each)


def times(server):
    return [sum(column) for column in zip(*map(machine.processor_times, server.serving), strict=True)]


def alternate(servers, code, rounds, seconds, scheme="http", tls=None):
    """For each contender its runs: all in turn, and all again, so that a slow minute of the machine is everybody's."""
    for contender, server in servers.items():
        exchanges.repeat(contender, server.port, code, 1, tls)
        run(contender, server, code, 1, scheme)
    runs = {contender: [] for contender in servers}
    for _ in range(rounds):
        for contender, server in servers.items():
            runs[contender].append(run(contender, server, code, seconds, scheme))
    return runs


def processors():
    return len(os.sched_getaffinity(0))
