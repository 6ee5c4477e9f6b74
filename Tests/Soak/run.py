"""What the clients of one soak share: where they go, what they count, what they find wrong."""

import collections
import random
import threading

MARK = "asked for by the soak"  # the message of every fault, which its answer repeats


class Run:
    def __init__(self, gateway, ledger, seed):
        self.gateway, self.ledger, self.seed = gateway, ledger, seed
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.tally = collections.Counter()  # (kind, what) -> how often
        self.breaches = []
        self.accepted = {}  # identity -> location: must have run once
        self.long_output = None  # the location of a calculation with megabytes of output
        self.numbers = {}

    def random(self, name):
        """The same numbers in the same order for the same seed and client."""
        return random.Random(f"{self.seed}/{name}")

    def identity(self, name):
        """Of a submission; no two are alike."""
        with self.lock:
            self.numbers[name] = self.numbers.get(name, 0) + 1
            return f"{self.seed}-{name}-{self.numbers[name]}".replace(" ", "-")

    def count(self, kind, what, number=1):
        with self.lock:
            self.tally[kind, what] += number

    def breach(self, kind, what):
        with self.lock:
            self.tally[kind, "breaches"] += 1
            self.breaches.append(f"{kind}: {what}")

    def rest(self, seconds):
        """False when the run is over meanwhile."""
        return not self.over.wait(seconds)

    def accept(self, identity, location):
        with self.lock:
            known = self.accepted.setdefault(identity, location)
        if known != location:
            self.breach("submitting", f"{identity} is {known}, and {location} when repeated")

    def judge(self, kind, answer, allowed):
        """Counts an answer, and tells whether it is one of those allowed; an injected failure is none, but no breach."""
        self.count(kind, f"{answer.status // 100}xx")
        if answer.status in allowed:
            return True
        problem = answer.json if answer.body else {}
        if (problem.get("upstream") or {}).get("message") == MARK:
            self.count(kind, "injected")
        elif problem.get("code") in ("bad-answer", "athena-unreachable"):
            # As many as answers were made unreadable: compared at the end.
            self.count(kind, "unreadable")
        else:
            self.breach(kind, f"{answer.start} {problem}")
        return False
