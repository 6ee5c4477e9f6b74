"""Text that nobody prepared for, the same in every run."""

import json
import random

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz0123456789 ()=+-_.:\n",
    "".join(map(chr, range(0x20))) + "\x7f" + "".join(map(chr, range(0x80, 0xA0))),  # all control characters
    '"\'`\\/\\\\""{}[],:%&?#$<>|~^',
    "àéîõüßÅÅłñ",
    "e\u0301a\u0308\u0323\u200d\u034f\ufe0f\u20dd",  # combining, joined
    "אבגد\u202e\u202d\u2066\u2069\u200f\u061cעربي",  # right to left, and what switches it
    "漢字かな한글",
    "\U0001f600\U0001f468\u200d\U0001f469\U0001d11e\U00010000\U0010ffff",  # outside of the BMP
    "\ufeff\ufffe\uffff\ufffd\u2028\u2029\u0085\u00a0\u3000\ud7ff\ue000",  # the edges of Unicode
]


class Generator(random.Random):
    def text(self, least, most):
        """A text of so many characters, from one or several alphabets."""
        length = self.choice([least, most, self.randint(least, min(most, least + 40)), self.randint(least, most)])
        alphabets = self.sample(ALPHABETS, self.randint(1, 4))
        return "".join(self.choice(self.choice(alphabets)) for _ in range(length))

    def code(self):
        """A code block. A long one is rare, for the tests' sake; white space alone is refused."""
        most = 68_000 if self.random() < 0.005 else 300
        return self.text(0, most - 1) + "#"

    def json(self, value):
        """One of a value's many spellings in JSON."""
        spelt = json.dumps(
            value,
            ensure_ascii=self.random() < 0.5,
            indent=self.choice([None, None, 2, "\t"]),
            separators=self.choice([None, (",", ":"), (" ,\r\n", " :\t")]),
        )
        if self.random() < 0.3:
            spelt = spelt.replace("/", "\\/")
        return spelt.encode()
