#!/usr/bin/env python3
"""Counts what meson's test logs say: prints "PASSED FAILED" over the logs named.

A test that prints lines of the form `ok ...` and `not ok ...` (a unit test's cases, a file of
scenarios) counts as many as those; any other counts once. A log that cannot be read, and a failed
test that names no failed case, is one failure.
"""

import json
import re
import sys

GOOD = {"OK", "EXPECTEDFAIL"}
NEITHER = {"SKIP"}


def cases_of(test):
    stdout = test.get("stdout", "")
    oks = len(re.findall(r"^ok\b", stdout, re.MULTILINE))
    not_oks = len(re.findall(r"^not ok\b", stdout, re.MULTILINE))
    if test["result"] in NEITHER:
        return 0, 0
    if test["result"] in GOOD:
        return max(oks, 1), 0
    return oks, max(not_oks, 1)


def main():
    passed = failed = 0
    for path in sys.argv[1:]:
        try:
            with open(path, encoding="utf-8") as log:
                for line in log:
                    more_passed, more_failed = cases_of(json.loads(line))
                    passed += more_passed
                    failed += more_failed
        except (OSError, ValueError, KeyError) as error:
            print(f"tally: {path}: {error}", file=sys.stderr)
            failed += 1
    print(passed, failed)


if __name__ == "__main__":
    main()
