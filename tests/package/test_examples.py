# SPDX-License-Identifier: Apache-2.0
"""The example configurations: right without a warning, by attunectl and by the schema for editors."""

import csv
import filecmp
import glob
import json
import os
import re
import subprocess
import sys

from support import ATTUNECTL, ROOT, Skipped, eventually, run

CONFIG = os.path.join(ROOT, "config")
SCHEMA = os.path.join(CONFIG, "attune.schema.json")
CENTRE = os.path.join(CONFIG, "examples", "four-languages")
EXAMPLES = [os.path.join(CONFIG, "example.yaml"), os.path.join(CONFIG, "examples", "shop.yaml"),
            os.path.join(CONFIG, "examples", "bank.yaml"), CENTRE]


def files():
    found = sorted(glob.glob(os.path.join(CONFIG, "*.yaml")) +
                   glob.glob(os.path.join(CONFIG, "examples", "**", "*.yaml"), recursive=True))
    assert len(found) >= 9, found
    return found


def check(path):
    done = subprocess.run([ATTUNECTL, "config", "check", path], capture_output=True, text=True,
                          check=False, timeout=20)
    return done.returncode, done.stdout + done.stderr


def attunectl_finds_no_error_and_no_warning(house):
    del house
    for example in EXAMPLES:
        status, said = check(example)
        assert status == 0 and "warning" not in said and " is right: " in said, (example, said)
    assert "300 agents" in check(CENTRE)[1]


def every_example_is_among_those_checked(house):
    del house
    for path in files():
        assert path in EXAMPLES or os.path.dirname(path) in EXAMPLES, path


def the_first_line_leads_editors_to_the_schema(house):
    del house
    for path in files():
        with open(path, encoding="utf-8") as file:
            found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)\n", file.readline())
        assert found, path
        named = os.path.normpath(os.path.join(os.path.dirname(path), found.group(1)))
        assert named == SCHEMA, (path, named)


def validator():
    try:
        import jsonschema  # pylint: disable=import-outside-toplevel
        import yaml  # pylint: disable=import-outside-toplevel
    except ImportError as missing:
        raise Skipped(f"no {missing.name} here") from missing

    class Loader(yaml.SafeLoader):
        """Dates stay as they are written: JSON has none."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    return lambda text: [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
                         for error in judge.iter_errors(yaml.load(text, Loader))]


def a_public_validator_agrees_by_the_schema(house):
    del house
    complaints = validator()
    for path in files():
        with open(path, encoding="utf-8") as file:
            found = complaints(file.read())
        assert not found, (path, found)


def the_validator_finds_what_is_wrong(house):
    del house
    complaints = validator()
    with open(os.path.join(CONFIG, "examples", "shop.yaml"), encoding="utf-8") as file:
        text = file.read()
    for right, wrong in (("offer_timeout: 25s", "offer_timeout: 25"), ("units: 50", "unitz: 50"),
                         ("refunds: 9", "refunds: 90"), ("80% in 30s", "often"),
                         ("date: 2026-12-25", "date: christmas")):
        assert right in text, right
        assert complaints(text.replace(right, wrong, 1)), f"{wrong} passed"


def the_agents_are_what_the_script_writes_of_the_table(house):
    subprocess.run([sys.executable, os.path.join(CENTRE, "agents.py"), house.home], check=True)
    written = sorted(glob.glob(os.path.join(CENTRE, "50-agents-*.yaml")))
    assert len(written) == 4, written
    for path in written:
        assert filecmp.cmp(path, house.path(os.path.basename(path)), shallow=False), \
            f"{path}: run config/examples/four-languages/agents.py"
    with open(os.path.join(CENTRE, "agents.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 300 and len({row["id"] for row in rows}) == 300
    assert {name for name in rows[0]} >= {"french", "spanish", "polish", "english"}


def a_centre_of_300_starts_and_routes_by_language(house):
    with open(os.path.join(CENTRE, "agents.csv"), encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["technical"] in ("7", "8", "9")]
    polish = [row["id"] for row in rows if row["team"] == "krakow-polish"]
    others = [row["id"] for row in rows if row["team"] == "lisbon-spanish"]
    house.start(config=CENTRE)
    for agent in others[:3] + polish[:1]:
        status, _, err = house.ctl("agent", "ready", agent)
        assert status == 0, err
    status, out, err = house.ctl("contact", "add", "c1", "--language", "pl-PL", "--text", "Awaria!")
    assert status == 0, (out, err)
    # The one who speaks Polish, of those who know as much about lines.
    contact = eventually(lambda: [found for found in house.ctl_json("contacts", "--contact", "c1")
                                  if found["agent"]])[0]
    assert contact["queue"] == "technical" and contact["agent"] == polish[0], contact


if __name__ == "__main__":
    run(attunectl_finds_no_error_and_no_warning,
        every_example_is_among_those_checked,
        the_first_line_leads_editors_to_the_schema,
        a_public_validator_agrees_by_the_schema,
        the_validator_finds_what_is_wrong,
        the_agents_are_what_the_script_writes_of_the_table,
        a_centre_of_300_starts_and_routes_by_language)
