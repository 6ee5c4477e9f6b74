"""What the machine shows of a process, and what it can be made to do to one."""

import os
import re
import subprocess
import tempfile
import time

import pytest

import http1
import programs
from waiting import until


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid):
    """Bytes. The kernel's quicker count, VmRSS, lags behind by some pages a processor."""
    return int(re.search(r"^Rss:\s+(\d+) kB", programs.read(f"/proc/{pid}/smaps_rollup"), re.M)[1]) * 1024


def processor_seconds(pid):
    """What the process has computed so far."""
    fields = programs.read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_idle(pid, seconds=0.2):
    """Whether it computes next to nothing meanwhile, which only a look at two moments can tell."""
    before = processor_seconds(pid)
    time.sleep(seconds)
    return processor_seconds(pid) - before <= seconds / 10


def comes_to_rest(pid, descriptors_before):
    """Waits until nothing is left of what has been: neither a descriptor nor work."""
    until(lambda: descriptors(pid), lambda count: count == descriptors_before)
    until(lambda: is_idle(pid))


class Faults:
    """System calls of a running process fail as long as this is open: `strace -e inject=…`."""

    def __init__(self, program, *injections, trace):
        self.file = tempfile.NamedTemporaryFile()
        options = [f"--inject={injection}" for injection in injections]
        self.strace = subprocess.Popen(
            ["strace", "-f", "-o", self.file.name, f"--trace={trace}", *options, "-p", str(program.pid)],
            stderr=subprocess.PIPE,
            text=True,
        )
        said = self.strace.stderr.readline()
        if "Operation not permitted" in said:
            self.strace.wait(http1.PATIENCE)
            pytest.skip("this machine lets nobody trace a process")
        assert "attached" in said, said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.strace.terminate()
        self.strace.wait(http1.PATIENCE)
        self.strace.stderr.close()

    @property
    def calls(self):
        """Each call as strace writes it, without the thread's number."""
        with open(self.file.name) as file:
            return [line.partition(" ")[2].strip() for line in file if line.endswith("\n")]

    def injected(self):
        return [call for call in self.calls if "(INJECTED)" in call]

    def wait(self, count=1):
        """Until the process has met so many faults."""
        until(self.injected, lambda calls: len(calls) >= count)
