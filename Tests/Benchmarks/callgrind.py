"""What a program executes, counted by valgrind's callgrind: figures that don't depend on the machine's mood.

Instructions of user space, system calls' insides not among them, and calls of malloc and its kin. What the same steps take
repeats to some tenths of a percent; which steps a server takes for a request, as whether it waits, is up to time. Valgrind's processor has no SHA extensions, so that hashing counts for more than it costs.
"""

import dataclasses
import re

# As the linker knows them; Swift's objects come from malloc too.
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}


@dataclasses.dataclass(frozen=True)
class Counts:
    instructions: float
    allocations: float

    def __sub__(self, other):
        return Counts(self.instructions - other.instructions, self.allocations - other.allocations)

    def __truediv__(self, number):
        return Counts(self.instructions / number, self.allocations / number)


def command(report, program):
    """The command line that runs a program under callgrind, which writes its report at the end."""
    return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={report}", "--quiet", *program]


def counts(report):
    """Of a report, whose format is callgrind's: names are written once, as `(number) name`, and are numbers from then on."""
    names, callee, allocations, instructions = {}, None, 0, None
    with open(report, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith(("fn=", "cfn=")):
                number, name = re.match(r"c?fn=\((\d+)\)(?: (.*))?", line).groups()
                if name:
                    names[number] = re.sub(r"'\d+$", "", name)
                if line.startswith("cfn="):
                    callee = names[number]
            elif line.startswith("calls=") and callee in ALLOCATORS:
                allocations += int(line[6:].split()[0])
            elif line.startswith(("summary:", "totals:")):
                instructions = int(line.split()[1])
    if instructions is None:
        raise ValueError(f"{report} has no summary: the program was killed before it ended")
    return Counts(instructions, allocations)
