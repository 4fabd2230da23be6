#!/usr/bin/env python3
"""No name is given twice: what the linker finds under a name is the only thing of that name.

Usage: symbols.py BUILD_ROOT [NM]

The engine's internal names have no prefix, and neither have those of the daemon and the tools. Where a
program and a library, or two libraries, both define one, the linker silently takes the first it
meets, or complains far from the cause.

Reads the objects that the build makes now (compile_commands.json), since older ones may lie about.
"""

import collections
import json
import os
import subprocess
import sys

from rooms import conclude

RULE = ("no external symbol of a library is defined anywhere else (those of tests' libraries may be in "
        "tools, which never link them)")

# Every program has one; that of the unit tests is in a library of theirs.
PERMITTED = {"main"}

# Of nm: functions, data, constants and what is zero at first. Weak ones may be many.
STRONG = set("TDRBCSG")


def objects_of(build_root):
    """The paths of object files by their target's folder: `lib/core/libattune-core.a.p`."""
    with open(os.path.join(build_root, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    objects = collections.defaultdict(list)
    for command in commands:
        output = command["output"]
        if output.endswith(".o"):
            if not os.path.exists(os.path.join(build_root, output)):
                sys.exit(f"{build_root}/{output} is not there: build everything first")
            objects[os.path.dirname(output)].append(output)
    return objects


def symbols_of(nm, build_root, paths):
    """Pairs of (object file, symbol) that these define for others."""
    output = subprocess.run([nm, "--print-file-name", "--format=posix", "--defined-only",
                             "--extern-only", *paths],
                            check=True, capture_output=True, text=True, cwd=build_root).stdout
    for line in output.splitlines():
        path, rest = line.split(": ", 1)
        symbol, kind = rest.split()[:2]
        if kind in STRONG and symbol not in PERMITTED:
            yield path, symbol


def main():
    build_root = sys.argv[1]
    nm = sys.argv[2] if len(sys.argv) > 2 else "nm"
    libraries, programs = collections.defaultdict(set), collections.defaultdict(set)
    for folder, paths in objects_of(build_root).items():
        places = libraries if folder.endswith(".a.p") else programs
        for path, symbol in symbols_of(nm, build_root, paths):
            places[symbol].add(path)
    complaints = []
    for symbol, paths in sorted(libraries.items()):
        is_of_tests = all(path.startswith("tests/") for path in paths)
        paths |= {path for path in programs[symbol]
                  if path.startswith("tests/") or not is_of_tests}
        if len(paths) > 1:
            complaints.append(f"{symbol}: defined in {', '.join(sorted(paths))}")
    if not libraries:
        complaints.append(f"{build_root}: no library's objects are there")
    conclude(RULE, complaints, len(libraries), "symbols")


if __name__ == "__main__":
    main()
