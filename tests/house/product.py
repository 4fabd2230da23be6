#!/usr/bin/env python3
"""The repository speaks of the product alone: no paths of the machine that it was written on.

Usage: product.py SOURCE_ROOT

Looks at every file that git tracks or would track (without git: at every file).
"""

import os
import re
import subprocess
import sys

from rooms import conclude

RULE = "files name paths from the repository's root, or where Debian installs to; never a home or a workplace"

# In a text, a path that starts at a folder which only someone's own machine has.
PRIVATE_ROOTS = ["home", "root", "work", "Users", "workspace"]
PRIVATE_PATH = re.compile(
    r"(?<![\w.~$})*-])/(?:" + "|".join(PRIVATE_ROOTS) + r")/[\w.-]|(?<![\w/])\.\./" + "shared/")


def tracked_files(root):
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others",
                              "--exclude-standard"], capture_output=True, check=False)
    if listing.returncode == 0:
        return [os.fsdecode(name) for name in listing.stdout.split(b"\0") if name]
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", "build")]
        paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return paths


def main():
    root = sys.argv[1]
    complaints = []
    n_files = 0
    for path in sorted(tracked_files(root)):
        try:
            with open(os.path.join(root, path), "rb") as file:
                content = file.read()
        except (FileNotFoundError, IsADirectoryError):
            continue
        if b"\0" in content[:8000]:
            continue
        n_files += 1
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            found = PRIVATE_PATH.search(line)
            if found:
                complaints.append(f"{path}:{number}: {line.strip()[:100]}")
    conclude(RULE, complaints, n_files, "files")


if __name__ == "__main__":
    main()
