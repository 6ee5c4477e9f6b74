"""What the pieces of a request execute, each by itself: `python3 Tests/Benchmarks/micro.py BINARY [NAME …]`, of Micro's program.

The package ordo-one/benchmark was looked at and isn't taken: its counts of malloc read 0 here, and its instruction counts need perf
events, which containers lack.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

import callgrind

# The difference of two runs: neither the program's start nor what is made once is in it.
FEW, MANY = 100, 300
# Swift's hashes differ from run to run otherwise, and with them the time that a dictionary takes.
ENVIRONMENT = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"}


def pieces(binary):
    listing = subprocess.run([binary], check=True, capture_output=True, text=True).stdout
    return dict(line.split("\t") for line in listing.splitlines())


def counted(folder, binary, name, count):
    report = folder / f"{name}-{count}"
    subprocess.run(callgrind.command(report, [binary, name, str(count)]), check=True, env=ENVIRONMENT)
    return callgrind.counts(report)


def an_operation(folder, binary, name):
    return (counted(folder, binary, name, MANY) - counted(folder, binary, name, FEW)) / (MANY - FEW)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    known = pieces(options.binary)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"{', '.join(unknown)}: the pieces are {', '.join(known)}")
    with tempfile.TemporaryDirectory() as folder:
        # With symbols, but without what else debuggers read: valgrind 3.19 fails on Swift's.
        binary = pathlib.Path(folder) / "micro"
        subprocess.run(["strip", "--strip-debug", "-o", binary, options.binary], check=True)
        print("| piece | what | instructions | allocations |\n|---|---|---:|---:|", flush=True)
        for name in options.names or known:
            each = an_operation(pathlib.Path(folder), binary, name)
            print(f"| {name} | {known[name]} | {each.instructions:,.0f} | {each.allocations:,.1f} |", flush=True)


if __name__ == "__main__":
    main()
