"""The gateway beside nginx, a bare signer in C, and FastAPI with boto3: `python3 Tests/Benchmarks/bench.py BINARY`.

All stand before the same canned upstream and are measured in turn. Prints the README's tables. Fails where anybody answers something else
than what was asked for; a ratio that is not reached fails nothing, since what a machine is in the mood for is no test.
"""

import argparse
import contextlib
import pathlib
import ssl
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Conformance"))

import contenders  # noqa: E402
import counted  # noqa: E402
import idle  # noqa: E402
import load  # noqa: E402
import outputs  # noqa: E402
import proof  # noqa: E402
import starts  # noqa: E402
import streams  # noqa: E402
import tables  # noqa: E402
import upstream  # noqa: E402
import versions  # noqa: E402

import certificates  # noqa: E402
import machine  # noqa: E402

IDLE = 2_000
BLOCK = "".join(f"print('line {number}')\n" for number in range(10_000))[: 64 << 10]


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.one = contenders.gateway(options.binary, 1)
        # On one processor both are the same.
        self.all = self.one if load.processors() == 1 else contenders.gateway(options.binary, load.processors())
        self.floor = contenders.signer(folder)
        # Before anything is started that would have to be ended where the proof fails.
        proof.check(self.floor, options.binary, folder)
        self.place = contenders.Place(folder, upstream.canned(folder / "upstream"))

    @property
    def everybody(self):
        return list(dict.fromkeys([self.one, self.all, contenders.PROXY, self.floor, contenders.FASTAPI]))

    @contextlib.contextmanager
    def started(self, those, place=None):
        with contextlib.ExitStack() as stack:
            servers = {}
            for contender in those:
                servers[contender] = contender.start(place or self.place)
                stack.callback(servers[contender].stop)
            yield servers

    def alternate(self, servers, code, scheme="http", tls=None):
        return load.alternate(servers, code, self.options.rounds, self.options.seconds, scheme, tls)

    def ratios(self):
        with self.started(self.everybody) as servers:
            runs = self.alternate(servers, contenders.CODE)
            resident = {who: machine.resident(server.serving[0]) for who, server in servers.items()}
        say(f"### {load.CONNECTIONS} connections, a calculation each time", tables.loads(runs))
        first = {who: starts.milliseconds(who, self.place) for who in self.everybody}
        executed = self.executed()
        self.process(resident, first, executed)
        self.system_calls()
        say("### To reach", tables.aims(self.aims(runs, resident, first, executed)))

    def process(self, resident, first, executed):
        """What one process needs, and what one request has it do."""
        idling = self.idling()
        heads = ["", "resident after that load, MB", "bytes an idle connection", "exec to first answer, ms",
                 "instructions a request", "allocations a request"]  # fmt: skip
        rows = [
            [who.name, tables.plain(resident[who] / 1e6, 1), tables.plain(idling[who]), tables.plain(first[who], 1),
             *(tables.plain(figure) for figure in executed.get(who, (None, None)))]
            for who in self.everybody
        ]  # fmt: skip
        say("### The process", tables.table(heads, rows))

    def idling(self):
        """Bytes an idle connection."""
        with self.started(self.everybody) as servers:
            held = {who: idle.hold(server.serving[0], server.port, IDLE) for who, server in servers.items()}
        return {who: (after - before) / IDLE for who, (before, after) in held.items()}

    def executed(self):
        """By callgrind; not of FastAPI, nor of workers beyond the first, which do the same."""
        binary = counted.without_debugging(self.options.binary, self.folder)
        those = {self.one: contenders.gateway(binary, 1), contenders.PROXY: contenders.PROXY, self.floor: self.floor}
        counts = {who: counted.executed(stand, self.place, contenders.CODE) for who, stand in those.items()}
        return {who: (count.instructions, count.allocations) for who, count in counts.items()}

    def aims(self, runs, resident, first, executed):
        of = lambda figure, ours, theirs: tables.ratio(figure, runs[ours], runs[theirs])  # noqa: E731
        one, proxy, floor, fastapi = self.one, contenders.PROXY, self.floor, contenders.FASTAPI
        instructions = executed[one][0] / executed[floor][0]
        return [
            tables.Aim("CPU a request, over signer.c's", of("processor", one, floor), 1.3, 1.1),
            tables.Aim("CPU a request, over nginx's", of("processor", one, proxy), 2.6, 2.2),
            tables.Aim("requests a second on one worker, over nginx's", of("rate", one, proxy), 0.42, 0.5),
            tables.Aim("p99 at 64 connections, over nginx's", of("p99", one, proxy), 1.5, 1.2),
            tables.Aim("instructions a request (callgrind), over signer.c's", instructions, 1.5, 1.25),
            tables.Aim("resident memory after that load", resident[one] / 1e6, 20, 15, " MB"),
            tables.Aim("exec to first answer", first[one], 15, 10, " ms"),
            tables.Aim("CPU a request, FastAPI + boto3's over the gateway's", of("processor", fastapi, one), 40, 50),
            tables.Aim(f"CPU a request, {self.all.name} over one", of("processor", self.all, one), 1.1, None),
        ]

    def system_calls(self):
        counts = {who.name: counted.system_calls(who, self.place, contenders.CODE) for who in (self.one, self.floor)}
        names = sorted({name for of in counts.values() for name in of})
        rows = [[who, *(tables.plain(of.get(name), 2) for name in names), tables.plain(sum(of.values()), 1)]
                for who, of in counts.items()]  # fmt: skip
        say("### System calls a request, on one kept connection", tables.table(["", *names, "all"], rows))

    def block(self):
        with self.started(self.everybody) as servers:
            say("### A code block of 64 KiB", tables.loads(self.alternate(servers, BLOCK)))

    def tls(self):
        folder = self.folder / "tls"
        folder.mkdir()
        authority = certificates.make(folder, "authority")
        identity = certificates.make(folder, "server", signer=authority)
        trust = ssl.create_default_context(cafile=authority.certificate)
        gateway = contenders.gateway(self.options.binary, 1, *identity.flags)
        proxy = contenders.Contender(
            contenders.PROXY.name, lambda place: contenders.Proxy(place, identity=identity, authority=authority)
        )
        secured = upstream.canned(folder / "upstream", identity=identity)
        try:
            variables = {"AWS_CA_BUNDLE": str(authority.certificate)}
            place = contenders.Place(folder, secured, "https", variables=variables)
            with self.started([gateway, proxy], place) as servers:
                runs = self.alternate(servers, contenders.CODE, "https", trust)
        finally:
            secured.stop()
        say("### TLS on both sides", tables.loads(runs))

    def streams(self):
        cost = streams.measure(self.one, self.place, 4 * self.options.seconds)
        heads = ["", "CPU seconds a second", "bytes of memory a stream", "upstream calls a second"]
        row = [self.one.name, f"{cost.processor:.3f}", tables.plain(cost.resident), tables.plain(cost.calls)]
        say(f"### {streams.STREAMS:,} event streams, each of a calculation that is running", tables.table(heads, [row]))

    def output(self):
        folder = self.folder / "store"
        canned = upstream.canned(folder, state="COMPLETED")
        try:
            outputs.make(folder / "www")
            with self.started([self.one, contenders.PROXY, contenders.FASTAPI], contenders.Place(self.folder, canned)) as servers:
                costs = outputs.measure(servers, self.options.rounds)
        finally:
            canned.stop()
        heads = ["", "MB/s", "CPU ms a MiB", "growth of memory, MB"]
        rows = [[who.name, tables.plain(cost.rate), tables.plain(cost.processor, 2), tables.plain(cost.growth / 1e6, 1)]
                for who, cost in costs.items()]  # fmt: skip
        say(f"### An output of {outputs.SIZE} MiB through `…/stdout`", tables.table(heads, rows))


SECTIONS = {"ratios": Bench.ratios, "tls": Bench.tls, "block": Bench.block, "streams": Bench.streams, "output": Bench.output}


def say(*texts):
    print("\n".join(filter(None, texts)), flush=True)


def sections(text):
    names = text.split(",")
    if unknown := set(names) - set(SECTIONS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: there are {', '.join(SECTIONS)}")
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--only", type=sections, default=list(SECTIONS), help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--rounds", type=int, default=5, help="(default: 5)")
    parser.add_argument("--seconds", type=int, default=3, help="of each run of wrk (default: 3)")
    options = parser.parse_args()
    idle.raise_descriptor_limit(4 * IDLE)
    say(*versions.lines(options.binary), "\n")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, pathlib.Path(folder))
        try:
            for name in options.only:
                SECTIONS[name](bench)
        finally:
            bench.place.upstream.stop()


if __name__ == "__main__":
    main()
