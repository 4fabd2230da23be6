#!/usr/bin/env python3
"""No include points up or sideways beyond the table of rooms; libraries of others stay in theirs.

Usage: includes.py SOURCE_ROOT
"""

import os
import re
import sys

from rooms import FOREIGN, INCLUDE, MAY_INCLUDE, conclude, files_of, is_within

RULE = ("a file includes only what its room may know (tests/house/rooms.py), by its path from the "
        "repository's root")


def complaint_about(root, path, room, bracket, name):
    """What is wrong with this include, or None."""
    for pattern, library, rooms in FOREIGN:
        if re.fullmatch(pattern, name) and not os.path.exists(os.path.join(root, name)):
            if any(is_within(path, place) for place in rooms):
                return None
            return f"{library} is for {', '.join(rooms)}"
    if bracket == "<":
        if os.path.exists(os.path.join(root, name)) and "/" in name:
            return "our own headers are included with quotes"
        return None
    if name == "version.h":
        return None
    if not os.path.exists(os.path.join(root, name)):
        if os.path.exists(os.path.join(root, os.path.dirname(path), name)):
            return "an include names its path from the repository's root"
        return "there is no such file"
    if any(is_within(name, place) for place in MAY_INCLUDE[room]):
        return None
    return f"{room} may include only {', '.join(MAY_INCLUDE[room])}"


def main():
    root = sys.argv[1]
    complaints = []
    n_files = 0
    for room in MAY_INCLUDE:
        for path in files_of(root, room, (".c", ".h")):
            n_files += 1
            with open(os.path.join(root, path), encoding="utf-8") as file:
                for number, line in enumerate(file, start=1):
                    found = INCLUDE.match(line)
                    if not found:
                        continue
                    bracket, name = found.groups()
                    complaint = complaint_about(root, path, room, bracket, name)
                    if complaint:
                        complaints.append(f"{path}:{number}: includes {name}: {complaint}")
    if n_files == 0:
        complaints.append(f"{root}: no C files: is this the repository's root?")
    conclude(RULE, complaints, n_files, "files")


if __name__ == "__main__":
    main()
