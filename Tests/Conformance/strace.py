"""What the machine can be made to do to a process."""

import subprocess
import tempfile

import pytest

import http1
from waiting import until


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
