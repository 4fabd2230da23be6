"""The rooms of the house: who may know whom (docs/architecture.md), and how to walk them."""

import os
import re
import sys

# What a room's files may include from the repository: folders, or single headers.
MAY_INCLUDE = {
    "lib/base": ["lib/base"],
    "lib/emotion": ["lib/base", "lib/emotion"],
    "lib/model": ["lib/base", "lib/model"],
    "lib/core": ["lib/base", "lib/model", "lib/core"],
    "lib/config": ["lib/base", "lib/model", "lib/config"],
    # The wire turns bytes into commands, and effects into bytes: it knows these values, not the engine.
    "lib/wire": ["lib/base", "lib/model", "lib/wire", "lib/core/command.h", "lib/core/effect.h",
                 "lib/core/explanation.h", "proto"],
    "lib/store": ["lib/base", "lib/model", "lib/wire", "lib/store"],
    "lib/client": ["lib/base", "lib/wire", "lib/client", "proto"],
    "daemon": ["lib", "daemon"],
    "tools": ["lib", "tools", "daemon"],
    "tests": ["lib", "tools", "daemon", "proto", "tests"],
}

# Libraries of others, by the header that gives them away, and the rooms that may use them.
FOREIGN = [
    (r"yaml\.h", "libyaml", ["lib/config", "tools", "tests"]),
    (r"sqlite3\.h", "SQLite", ["lib/store", "tools", "tests"]),
    (r"uv\.h|uv/.*", "libuv", ["lib/client/uv", "daemon", "tools", "tests"]),
    (r"libwebsockets\.h", "libwebsockets", ["daemon/http.c", "tests"]),
    (r"protobuf-c/.*|google/.*", "protobuf-c", ["proto", "lib/wire", "lib/client", "tests"]),
    (r".*\.pb-c\.h", "generated protobuf code", ["proto", "lib/wire", "lib/client", "tests"]),
    (r"gsl/.*", "GSL", ["tools", "tests"]),
    (r"curses\.h", "ncurses", ["tools"]),
    (r"csv\.h", "libcsv", ["tools", "tests"]),
    (r"check\.h", "check", ["tests"]),
]

# The rooms without clock, file, socket, thread, environment or chance.
PURE_ROOMS = ["lib/base", "lib/emotion", "lib/model", "lib/core"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def is_within(path, place):
    """Is the path this file, a file in this folder, or (lib/client/uv) one whose name starts so?"""
    return path == place or path.startswith(place + "/") or (
        place.count("/") == 2 and path.startswith(place))


def room_of(path):
    for room in MAY_INCLUDE:
        if path.startswith(room + "/"):
            return room
    return None


def files_of(root, room, suffixes):
    """The paths, from the root, of a room's files that end so."""
    paths = []
    for folder, _, names in os.walk(os.path.join(root, room)):
        for name in names:
            if name.endswith(suffixes):
                paths.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(paths)


def conclude(rule, complaints, n_checked, what):
    """Says what is wrong, or that nothing is, and ends the program."""
    for complaint in complaints:
        print(complaint)
    if complaints:
        print(f"\n{len(complaints)} complaints. The rule: {rule}")
        sys.exit(1)
    print(f"{n_checked} {what}: {rule}")
    sys.exit(0)
