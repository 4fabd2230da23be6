# SPDX-License-Identifier: Apache-2.0
"""The manual pages: what the programs take stands in them, and they can be read."""

import os
import re
import shutil
import subprocess

from support import ATTUNECTL, ATTUNED, ATTUNESIM, ROOT, Skipped, run

PAGES = os.path.join(ROOT, "docs", "man")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def page(name):
    with open(os.path.join(PAGES, name + ".scd"), encoding="utf-8") as file:
        return file.read()


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def missing_options(text, told_by_help):
    wanted = set(OPTION.findall(told_by_help))
    assert wanted, told_by_help
    told = {option for line in text.splitlines() if line.startswith("*") or line.startswith("\t*")
            for option in OPTION.findall(line)}
    return sorted(wanted - told - {"--help"})


def every_option_of_attuned_stands_in_its_page(house):
    del house
    missing = missing_options(page("attuned.8"), said(ATTUNED, "--help"))
    assert not missing, missing


def every_command_and_option_of_attunesim_stands_in_its_page(house):
    del house
    overview = said(ATTUNESIM, "--help")
    commands = re.findall(r"^  ([a-z-]+) ", overview, re.MULTILINE)
    assert "scenario" in commands and len(commands) >= 5, overview
    text = page("attunesim.1")
    for command in commands:
        assert f"*attunesim {command}*" in text, f"no *attunesim {command}* in SYNOPSIS"
        missing = missing_options(text, said(ATTUNESIM, command, "--help"))
        assert not missing, (command, missing)


def every_command_and_option_of_attunectl_stands_in_its_page(house):
    del house
    overview = said(ATTUNECTL, "--help")
    text = page("attunectl.1")
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  ", overview, re.MULTILINE)
    assert len(commands) > 20, overview
    for command in commands:
        assert f"*{command}*" in text, command
        missing = missing_options(text, said(ATTUNECTL, "help", *command.split()))
        assert not missing, (command, missing)


def every_page_is_made_and_read_without_a_complaint(house):
    for program in ("scdoc", "man"):
        if not shutil.which(program):
            raise Skipped(f"no {program} here")
    names = sorted(name.removesuffix(".scd") for name in os.listdir(PAGES))
    assert len(names) >= 5 and {"attune.yaml.5", "attune-protocol.7"} <= set(names), names
    for name in names:
        with open(os.path.join(PAGES, name + ".scd"), "rb") as source:
            made = subprocess.run(["scdoc"], stdin=source, capture_output=True, check=False)
        assert made.returncode == 0, (name, made.stderr)
        read = subprocess.run(["man", "--warnings", "-l", "-Tutf8", house.write(name, made.stdout)],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "100"})
        assert read.returncode == 0 and not read.stderr, (name, read.stderr)
        # What whatis and apropos find it by.
        title = name.rpartition(".")[0]
        plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", read.stdout)
        assert re.search(rf"^NAME\n +{re.escape(title)} - \w", plain, re.MULTILINE), plain[:400]


def the_pages_name_only_pages_that_there_are(house):
    del house
    ours = {tuple(name.removesuffix(".scd").rsplit(".", 1)) for name in os.listdir(PAGES)}
    for name in sorted(os.listdir(PAGES)):
        for title, section in re.findall(r"\*(attun[\w.-]*)\*\((\d)\)", page(name.removesuffix(".scd"))):
            assert (title, section) in ours, f"{name}: {title}({section})"


if __name__ == "__main__":
    run(every_option_of_attuned_stands_in_its_page,
        every_command_and_option_of_attunesim_stands_in_its_page,
        every_command_and_option_of_attunectl_stands_in_its_page,
        every_page_is_made_and_read_without_a_complaint,
        the_pages_name_only_pages_that_there_are)
