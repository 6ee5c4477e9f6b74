"""Writes texts of AWS's shared files, generated, and what botocore makes of each: for SharedFileOracleTests.

    python shared_files.py FILE
"""

import json
import pathlib
import random
import sys
import tempfile

import botocore.configloader
import botocore.exceptions

HEADINGS = [
    "[default]", "[DEFAULT]", "[Default]", "[profile a]", "[profile b]", "[a]", "[b]", '[profile "a"]', "[profile 'a b']",
    '[profile "a b"]', "[profile a b]", "[profile]", "[profilea b]", "[profile\ta]", "[ profile a ]", "[profile a",
    "[profile default]", "[profile a'b]", "[profile a\\ b]", "[sso-session s]", "[sso-session 's t']", "[sso-session]",
    "[services v]", "[services-v w]", "[plugins]", "[preview]", "[]", "[ ]", "[a]]", "[[a]", "[a] # c", "[a] ; [b]",
    "[a]b = c", "[profile é]", "[PROFILE a]", "[profile a=b]", "[profile a:b]", "profile a]",
]
NAMES = [
    "region", "Region", "aws_access_key_id", "AWS_SECRET_ACCESS_KEY", "role_arn", "s3", "athena", "a b", "é", "É", "ß",
    "#a", "[x", "", "endpoint_url",
]
DELIMITERS = ["=", " = ", ":", " : ", " =", "= ", "==", "\t=\t", " ", "", ":=", "=:"]
VALUES = [
    "", "eu-west-1", "a=b", "a:b", "a # b", "a ; b", "#a", ";a", "'a'", '"a b"', "arn:aws:iam::1:role/x", "a  b", "a\tb",
    "%(region)s", "$HOME", "~", "ключ", "a\\", "\\n", "[x]", "http://h:1/p?q=r#s", "e\u0301",
]
SPACES = ["", "", "", "", " ", "  ", "    ", "\t", "\u00a0", "\u3000", "\x0b", "\x0c", "\x1c", "\u2028", "\x85", "\u180e", "\u200b"]
ENDS = ["\n"] * 20 + ["\r\n"] * 4 + ["\r", "\n\n", "\r\r\n", "\n \n", "\x0b", "\u2028", "\x85\n", ""]
COMMENTS = ["#", "# a = b", ";", "; [a]", "#[a]", " # a", "// a", "rem a", "REM"]


class Generator(random.Random):
    def text(self):
        lines = [self.choice(["", "", "", "\ufeff", "a = b\n", "# first\n"])] if self.random() < 0.2 else []
        # Few mistakes a file: most would have one, and one is all that it takes to be refused.
        self.tame = self.random() < 0.7
        for _ in range(self.randint(0, 3)):
            lines += self.section()
        return "".join(lines)

    def section(self):
        yield self.end(self.space() + self.heading())
        indent = ""
        for _ in range(self.randint(0, 5)):
            kind = self.random()
            if kind < 0.55:
                indent = self.space()
                yield self.end(indent + self.setting())
            elif kind < 0.75:
                indent += self.choice(["  ", " ", "\t", ""])
                yield self.end(indent + self.setting())
            elif kind < 0.85:
                yield self.end(indent + "  " + self.choice(VALUES))
            elif kind < 0.95:
                yield self.end(self.space() + self.choice(COMMENTS[: 6 if self.tame else None]))
            else:
                yield self.end("")

    def heading(self):
        return self.choice(HEADINGS[:12] + HEADINGS[19:26]) if self.tame else self.choice(HEADINGS)

    def setting(self):
        if self.tame:
            name = self.choice(NAMES[:11]) + self.choice(["", "", "1", "2", "3"])
            return name + self.choice(DELIMITERS[:8]) + self.choice(VALUES)
        return self.choice(NAMES) + self.choice(DELIMITERS) + self.choice(VALUES)

    def space(self):
        return "" if self.tame and self.random() < 0.8 else self.choice(SPACES)

    def end(self, line):
        return line + (self.choice(ENDS[:24]) if self.tame else self.choice(ENDS))


def read(path):
    """What botocore's loader says of the file; None where it refuses it."""
    try:
        raw = botocore.configloader.raw_config_parse(path)
    except botocore.exceptions.ConfigParseError:
        return None
    loaded = botocore.configloader.build_profile_map(raw)
    return {"sections": raw, **{kind: loaded[kind] for kind in ("profiles", "sso_sessions", "services")}}


def main(path, count=3000):
    generator = Generator(1)
    cases = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "config")
        for _ in range(count):
            text = generator.text()
            file.write_bytes(text.encode())
            cases.append({"text": text, "expected": read(str(file))})
    pathlib.Path(path).write_text(json.dumps(cases))
    refused = sum(case["expected"] is None for case in cases)
    print(f"{count} texts of shared files, {refused} of them refused by botocore")


if __name__ == "__main__":
    main(sys.argv[1])
