# SPDX-License-Identifier: Apache-2.0
"""The example clients: a contact from its arrival to its end, with the real attuned."""

import glob
import os
import re
import shutil
import struct
import subprocess
import sys

from google.protobuf import text_format

from support import ROOT, SLOWER, Skipped, attune, eventually, run

CLIENTS = os.path.join(ROOT, "examples", "clients")
PROTO = os.path.join(ROOT, "proto")
STORY = ["welcome, as ROLE_SUPERVISOR", "call-1 waits in general, place 1", "offered to ann: ",
         "connected with ann", "closed: OUTCOME_HANDLED"]
# What npm says where there is no way to its registry.
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "ENETUNREACH",
           "ERR_SOCKET_TIMEOUT", "ENOTCACHED")


def protoc(*arguments):
    """What docs/protocol.md has one do first."""
    done = subprocess.run(["protoc", f"-I{PROTO}", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def ask(house, command, cwd):
    return subprocess.run([*command, house.socket], capture_output=True, text=True, check=False, timeout=30 * SLOWER,
                          cwd=cwd, env={**os.environ, "PYTHONPATH": cwd})


def tells_the_story(house, command, cwd):
    done = ask(house, command, cwd)
    assert done.returncode == 0 and not done.stderr, (done.stdout, done.stderr)
    lines = done.stdout.splitlines()
    assert len(lines) == len(STORY), lines
    for line, expected in zip(lines, STORY):
        assert line.startswith(expected), (line, expected)
    closed = eventually(lambda: [line for line in house.route_log() if line["event"] == "closed"])
    assert [(line["contact"], line["outcome"]) for line in closed] == [("call-1", "handled")], closed


def refuses_in_words(house, command, cwd):
    """No agent ann: the client says what attuned says, and ends with 1."""
    done = ask(house, command, cwd)
    assert done.returncode == 1 and "ERROR_CODE_UNKNOWN" in done.stderr, (done.stdout, done.stderr)


PYTHON = (sys.executable, os.path.join(CLIENTS, "python", "client.py"))
NODE = ("node", "client.js")


def python(house):
    """Where what protoc makes is."""
    folder = house.path("python")
    os.mkdir(folder)
    protoc(f"--python_out={folder}", *glob.glob(f"{PROTO}/attune/v1/*.proto"))
    return folder


def python_brings_a_contact_to_its_agent(house):
    folder = python(house)
    house.start()
    tells_the_story(house, PYTHON, folder)


def python_says_why_it_was_refused(house):
    folder = python(house)
    house.write_config("attune: 1\nagents: { bob: {} }\nqueues: { general: {} }\n")
    house.start()
    refuses_in_words(house, PYTHON, folder)


def node(house):
    """A copy of the client with what it depends on and what protoc makes; its folder."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Skipped(f"no {program} here: the client for node is not tried")
    folder = house.path("node")
    shutil.copytree(os.path.join(CLIENTS, "node"), folder,
                    ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund",
                           "--fetch-retries=0"], cwd=folder, capture_output=True, text=True,
                          check=False, timeout=40 * SLOWER, stdin=subprocess.DEVNULL)
    if done.returncode != 0 and any(word in done.stderr for word in OFFLINE):
        raise Skipped("npm finds no way to its registry: the client for node is not tried")
    assert done.returncode == 0, done.stderr
    protoc("--include_imports", f"-o{folder}/attune.binpb", "attune/v1/envelope.proto")
    return folder


def node_brings_a_contact_to_its_agent(house):
    folder = node(house)
    house.start()
    tells_the_story(house, NODE, folder)
    house.stop()
    shutil.rmtree(house.data)
    house.write_config("attune: 1\nagents: { bob: {} }\nqueues: { general: {} }\n")
    house.start()
    refuses_in_words(house, NODE, folder)


def each_is_forty_lines(house):
    """They are to be read in one look."""
    del house
    for path in ("python/client.py", "node/client.js"):
        with open(os.path.join(CLIENTS, path), encoding="utf-8") as file:
            lines = file.read().splitlines()
        assert len(lines) <= 40 and max(map(len, lines)) <= 120, (path, len(lines), max(map(len, lines)))


def the_lock_file_names_no_registry(house):
    del house
    with open(os.path.join(CLIENTS, "node", "package-lock.json"), encoding="utf-8") as file:
        lock = file.read()
    assert '"integrity": "sha512-' in lock and "://" not in lock, lock


def the_frames_in_the_manual_are_what_it_says(house):
    """docs/protocol.md shows bytes beside their meaning."""
    del house
    with open(os.path.join(ROOT, "docs", "protocol.md"), encoding="utf-8") as file:
        shown = re.findall(r"^(?:->|<-) +((?:[0-9a-f]{2} +)+)(.*)\n((?:   [0-9a-f]{2}(?: [0-9a-f]{2})*\n)+)",
                           file.read(), re.MULTILINE)
    assert len(shown) >= 9, shown
    for first, meaning, more in shown:
        frame = bytes.fromhex(first + more)
        assert struct.unpack(">I", frame[:4])[0] == len(frame) - 4, first
        envelope = attune.envelope_pb2.Envelope.FromString(frame[4:])
        told = text_format.MessageToString(envelope, as_one_line=True)
        assert told == meaning.strip(), (told, meaning)


if __name__ == "__main__":
    run(python_brings_a_contact_to_its_agent,
        python_says_why_it_was_refused,
        node_brings_a_contact_to_its_agent,
        each_is_forty_lines,
        the_lock_file_names_no_registry,
        the_frames_in_the_manual_are_what_it_says)
