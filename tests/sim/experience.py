#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the terms value, rapport, continuity and outcome bring, and what they cost (tools/dev experience).

Simulates a centre in which people differ (config/simulations/make-experience.py) with each term on against all
off, on the same chance, and prints a table: means without and with, and the difference with its paired 95 %
interval. --effects 0,0.5,2 repeats all of them on with other sizes of the declared effects; at 0 everybody is alike.
--short simulates six hours instead of three days, three times, and fails unless the terms do at all what they do
(the upset and the valued go first, so more are answered at once; the able get the upset, and the strain).
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAKE = ROOT / "config/simulations/make-experience.py"

# Measure, what it is called, factor, decimals.
MEASURES = [
    ("mean_wait_s", "mean wait, s", 1, 2),
    ("longest_wait_s", "longest wait, s", 1, 0),
    ("service_level", "within 20 s, %", 100, 2),
    ("p_abandon", "given up, %", 100, 2),
    ("positive_share", "ended well, %", 100, 2),
    ("positive_value", "ended well, % of lifetime value", 100, 2),
    ("mean_handle_s", "conversation, s", 1, 1),
    ("share_best_skill", "at the agent's best skill, %", 100, 1),
    ("strain", "strain of an agent", 1, 3),
    ("strain_tenth", "strain of the most strained tenth", 1, 3),
]


def compare(options, folder, terms, effects):
    paths = []
    for which in ("none", terms):
        subprocess.run([sys.executable, MAKE, folder, which, str(effects)], check=True)
        paths.append(f"{folder}/experience-{which}.yaml")
        if options.short:
            path = pathlib.Path(paths[-1])
            text = re.sub(r"length: \S+", "length: 6h", path.read_text(encoding="utf-8"))
            path.write_text(text.replace("warm_up: 1d", "warm_up: 2h"), encoding="utf-8")
    words = [options.attunesim, "compare", *paths, "--json", "--seed", str(options.seed),
             "--replications", str(options.replications)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)["total"]


def cell(result, factor, decimals):
    mark = "*" if result["significant"] else ""
    return f"{result['difference'] * factor:+.{decimals}f} ± {result['ci95'] * factor:.{decimals}f}{mark}"


def table(title, columns):
    """columns: pairs of a heading and the measures of a comparison."""
    print(f"\n| {title} | off | " + " | ".join(name for name, _ in columns) + " |")
    print("| --- |" + " --- |" * (len(columns) + 1))
    for measure, name, factor, decimals in MEASURES:
        first = columns[0][1][measure]
        print(f"| {name} | {first['a'] * factor:.{decimals}f} | "
              + " | ".join(cell(results[measure], factor, decimals) for _, results in columns) + " |")


def check(results):
    for measure in ("service_level", "longest_wait_s", "strain_tenth"):
        if results[measure]["difference"] <= 0:
            sys.exit(f"{measure} does not rise with all terms on: {results[measure]}")
    if not 0 < results["positive_share"]["a"] < 1 or results["positive_share"]["difference"] == 0:
        sys.exit(f"no share that ends well, or nothing that moves it: {results['positive_share']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attunesim", default=os.environ.get("ATT_ATTUNESIM", "build/release/tools/attunesim/attunesim"))
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--terms", default="value,rapport,continuity,outcome,all",
                        help="each of these against none; value-fit, rapport-points, all-fit: that part alone")
    parser.add_argument("--effects", default="0,0.5,2", help="all terms against none, with effects so many times as large")
    parser.add_argument("--short", action="store_true", help="a test: seconds instead of minutes")
    options = parser.parse_args()
    if options.short:
        options.replications, options.terms, options.effects = 3, "all", ""
    with tempfile.TemporaryDirectory() as folder:
        terms = [term for term in options.terms.split(",") if term]
        if terms:
            columns = [(term, compare(options, folder, term, 1)) for term in terms]
            table("terms on", columns)
            if options.short:
                check(columns[0][1])
        sizes = [size for size in options.effects.split(",") if size]
        for size in sizes:
            table(f"effects × {size}", [("all", compare(options, folder, "all", float(size)))])
    print("\n± is the 95 % interval of the paired difference; * where it leaves out 0")


main()
