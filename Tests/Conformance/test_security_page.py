"""SECURITY.md names the test that shows each of its claims: a claim whose test has gone is one no longer."""

import re

import pytest

import programs

PAGE = programs.TOP / "SECURITY.md"
# The last column of every table whose head calls it so.
TABLE = re.compile(r"^\|.*\| shown by \|\n\|[-|]+\|\n((?:\|.*\|\n)+)", re.MULTILINE)
ROWS = [row for table in TABLE.findall(PAGE.read_text()) for row in table.splitlines()]


@pytest.fixture(scope="module")
def tests():
    """The names of all tests, Swift's and Python's."""
    swift = "\n".join(path.read_text() for path in (programs.TOP / "Tests").rglob("*.swift"))
    python = "\n".join(path.read_text() for path in (programs.TOP / "Tests").rglob("*.py"))
    return {*re.findall(r"func `([^`]+)`", swift), *re.findall(r"^def (test_\w+)", python, re.MULTILINE)}


def test_there_are_claims():
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.strip("| ").partition(" | ")[0][:60])
def test_a_claim_names_tests_that_are_there(tests, row):
    names = re.findall("`([^`]+)`", row.rpartition(" | ")[2])
    assert names and set(names) <= tests, set(names) - tests
