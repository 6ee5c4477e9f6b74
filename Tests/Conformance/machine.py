"""What the machine shows of a process."""

import os
import re
import time

import programs
from waiting import until


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid):
    """Bytes. The kernel's quicker count, VmRSS, lags behind by some pages a processor."""
    return mapped(pid, "Rss")


def anonymous(pid):
    """The bytes of those that are no file's: what it keeps itself. The pages of its own file, and of its libraries', come
    when they are needed, and go a second after its start."""
    return mapped(pid, "Anonymous")


def mapped(pid, kind):
    return int(re.search(rf"^{kind}:\s+(\d+) kB", programs.read(f"/proc/{pid}/smaps_rollup"), re.M)[1]) * 1024


def processor_times(pid):
    """What the process has computed so far, and what the kernel has for it, in seconds."""
    fields = programs.read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return tuple(int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in fields[11:13])


def processor_seconds(pid):
    """The sum of both."""
    return sum(processor_times(pid))


def is_idle(pid, seconds=0.2):
    """Whether it computes next to nothing meanwhile, which only a look at two moments can tell."""
    before = processor_seconds(pid)
    time.sleep(seconds)
    return processor_seconds(pid) - before <= seconds / 10


def comes_to_rest(pid, descriptors_before):
    """Waits until nothing is left of what has been: neither a descriptor nor work."""
    until(lambda: descriptors(pid), lambda count: count == descriptors_before)
    until(lambda: is_idle(pid))


def connections(pid):
    """The TCP connections of a process, as (local port, peer's port)."""
    table = {}
    for line in [line for name in ("tcp", "tcp6") for line in programs.read(f"/proc/net/{name}").splitlines()[1:]]:
        fields = line.split()
        if fields[3] != LISTENING:
            table[f"socket:[{fields[9]}]"] = tuple(int(end.rpartition(":")[2], 16) for end in fields[1:3])
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(table.get(os.readlink(f"/proc/{pid}/fd/{name}")))
        except FileNotFoundError:  # closed meanwhile
            pass
    return [ends for ends in found if ends]


LISTENING = "0A"  # proc(5), in hexadecimal
