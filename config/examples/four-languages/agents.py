#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes 50-agents-TEAM.yaml for each team of agents.csv, which the personnel office exports.

Columns: id, name, team, then a skill each; an empty field leaves what the team says.
"""

import csv
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = """\
# yaml-language-server: $schema=../../attune.schema.json
#
# Written by agents.py from agents.csv: change it there.

agents:
"""


def line_of(row):
    skills = ", ".join(f"{skill}: {level}" for skill, level in row.items()
                       if skill not in ("id", "name", "team") and level)
    return f'  {row["id"]}: {{ name: "{row["name"]}", team: {row["team"]}' + (
        f", skills: {{ {skills} }} }}\n" if skills else " }\n")


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    teams = {}
    with open(os.path.join(HERE, "agents.csv"), encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            teams.setdefault(row["team"], []).append(line_of(row))
    for team, lines in teams.items():
        with open(os.path.join(folder, f"50-agents-{team}.yaml"), "w", encoding="utf-8") as file:
            file.write(HEAD + "".join(lines))


if __name__ == "__main__":
    main()
