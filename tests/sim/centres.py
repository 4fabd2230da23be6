"""What the tests of simulations share: centres to write, and attunesim to run on them."""

import json
import os
import subprocess
import sys
import tempfile

failures = []


def check(is_so, what):
    if not is_so:
        failures.append(what)
        print("not so:", what)


def conclude():
    sys.exit(1 if failures else 0)


def folder():
    return tempfile.mkdtemp(prefix="attunesim-")


def write(where, name, simulate):
    """A file of `attunesim run`; JSON is YAML."""
    path = os.path.join(where, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"simulate": simulate}, file)
    return path


def run(*arguments, env=None):
    return subprocess.run(arguments, capture_output=True, text=True, env=env, check=False)


def figures(*arguments):
    done = run(*arguments, "--json")
    check(done.returncode == 0, f"{arguments[1:]} ends with 0: {done.stderr}")
    return json.loads(done.stdout)
