"""What the README tells a user to type, for the tests to do it."""

import re

import programs

ADDRESS = "127.0.0.1:8080"  # where the README's gateway is


def recipe(title, address=ADDRESS):
    """The blocks of code under a heading, in their order, with a gateway at `address`."""
    text = (programs.TOP / "README.md").read_text()
    (part,) = re.findall(rf"^###? {re.escape(title)}\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    # An indented block goes on after an empty line.
    blocks = re.findall(r"(?:^    .*\n|^\n(?=\n*    ))+", part, re.MULTILINE)
    return [re.sub("^    ", "", block.strip("\n"), flags=re.MULTILINE).replace(ADDRESS, address) for block in blocks]
