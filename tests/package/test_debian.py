# SPDX-License-Identifier: Apache-2.0
"""What makes the Debian packages says what the rest of the repository says."""

import os
import re
import subprocess

from support import ATTUNED, ROOT, run


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def the_version_is_that_of_the_program(house):
    del house
    said = subprocess.run([ATTUNED, "--version"], capture_output=True, text=True, check=True).stdout
    newest = re.match(r"attune \(([^)]+)\) ", text_of("debian", "changelog")).group(1)
    assert said.split() == ["attuned", newest], (said, newest)


def what_is_built_with_is_what_setup_installs(house):
    del house
    listed = subprocess.run([os.path.join(ROOT, "tools", "setup"), "--list", "build"],
                            capture_output=True, text=True, check=True).stdout.split()
    source, binary = text_of("debian", "control").split("\n\n")[:2]
    wanted = set(re.findall(r"^ ([a-z0-9.+-]+)", source, re.MULTILINE))
    libraries = {name for name in listed if name.startswith("lib") and name != "libc6-dev"}
    assert len(libraries) >= 8, listed
    assert libraries <= wanted, f"debian/control does not name {sorted(libraries - wanted)}"
    # Loaded by name while it runs, so that dpkg-shlibdeps does not find it in the program.
    for name in libraries:
        assert name.endswith("-dev") or f"\n {name},\n" in binary, f"attune does not depend on {name}"


if __name__ == "__main__":
    run(the_version_is_that_of_the_program,
        what_is_built_with_is_what_setup_installs)
