"""Adds up the reports of all test runners, and fails unless every one ran and nothing failed.

A runner that crashed leaves no report, or one without tests: that is a failure, not a silence.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

# The names of the reports: Swift Testing adds a suffix of its own to the name it is given.
REPORTS = ["swift-swift-testing.xml", "conformance.xml"]


def count(report: pathlib.Path) -> tuple[int, int, int]:
    """The number of passed, failed and skipped tests of a report."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"failed: {case.get('classname')} {case.get('name')}")
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(folder: pathlib.Path) -> int:
    totals = [0, 0, 0]
    for name in REPORTS:
        report = folder / name
        counts = count(report) if report.exists() else (0, 0, 0)
        if counts[0] == 0:
            print(f"failed: {name} tells of no test that passed")
            counts = (0, max(1, counts[1]), counts[2])
        totals = [total + number for total, number in zip(totals, counts)]
    passed, failed, skipped = totals
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
