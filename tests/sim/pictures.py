#!/usr/bin/env python3
"""Pictures of simulations are drawn by gnuplot: whole, legible SVG that names what it shows.

Usage: pictures.py ATTUNESIM
"""

import os
import shutil
import sys
import xml.etree.ElementTree as tree

from centres import check, conclude, folder, run, write

attunesim = sys.argv[1]
where = folder()


def centre(queues, agents=30):
    return {
        "config": {"attune": 1, "queues": {name: {} for name in queues},
                   "agents": {f"a{i}": {} for i in range(agents)}},
        "seed": 3, "replications": 4, "warm_up": "0s", "length": "1d",
        "agents": [{"at": "6h", "ready": "all"}, {"at": "20h", "offline": "all"}],
        "arrivals": [{"queue": name, "handle": "exp 3m", "patience": "exp 3m",
                      "rate": [{"from": "0h", "rate": "0/h"}, {"from": "8h", "rate": f"{10 + i}/h"},
                               {"from": "18h", "rate": "0/h"}]}
                     for i, name in enumerate(queues)],
    }


def words(path):
    """The texts of a picture, if it is one."""
    if shutil.which("xmllint"):
        done = run("xmllint", "--noout", path)
        check(done.returncode == 0, f"xmllint has nothing to say: {done.stderr}")
    root = tree.parse(path).getroot()
    check(root.tag == "{http://www.w3.org/2000/svg}svg", "an SVG")
    return ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]


def check_missing_gnuplot(path):
    done = run(attunesim, "run", path, "--plot", os.path.join(where, "x.svg"), env={"PATH": where})
    check(done.returncode == 1, "without gnuplot it ends with 1")
    check(done.stdout == "", "without gnuplot nothing is run")
    check(done.stderr.count("\n") == 1 and "apt-get install gnuplot-nox" in done.stderr,
          f"without gnuplot one line says what to install: {done.stderr}")


def check_one_queue(path, out):
    done = run(attunesim, "run", path, "--plot", out)
    check(done.returncode == 0 and done.stderr == "", f"it is drawn: {done.stderr}")
    check("cards" in done.stdout, "the table is printed as well")
    shown = words(out)
    for word in ["cards", "agents signed in", "Mean wait, seconds", "Answered within the target, %",
                 "Agents at work, by queue, and signed in", "08:00", "12:00"]:
        check(word in shown, f"the picture says {word}: {shown}")
    check("04:00" not in shown, "hours without contacts are left out")


def check_many(out):
    names = [f"q{i}" for i in range(11)] + ["<b>&'x\"", "_a^b", "niño"]
    done = run(attunesim, "run", write(where, "many.yaml", centre(names)), "--plot", out)
    check(done.returncode == 0, f"many queues are drawn: {done.stderr}")
    shown = words(out)
    check(any(word.endswith("over the day: the 12 busiest of 14 queues") for word in shown),
          f"the title says what is left out: {shown}")
    check("other queues" in shown, "the rest is one layer")
    for name in names[2:]:
        check(name in shown, f"{name} is in the legend as it is: {shown}")
    check(not {"q0", "q1"} & set(shown), "the least busy are left out")


def check_two(first, out):
    second = write(where, "more.yaml", centre(["cards"], agents=31))
    done = run(attunesim, "compare", first, second, "--plot", out)
    check(done.returncode == 0, f"two are drawn: {done.stderr}")
    shown = words(out)
    check(shown.count("Mean wait, seconds") == 3, "A, B and the difference have a panel each")
    check("Difference: B − A, on the same chance" in shown, f"the difference is named: {shown}")


def main():
    first = write(where, "one.yaml", centre(["cards"]))
    check_missing_gnuplot(first)
    done = run(attunesim, "run", first, "--plot", os.path.join(where, "none", "x.svg"))
    check(done.returncode == 1 and "cannot write" in done.stderr and done.stdout == "",
          "a picture that can't be written is refused before the run")
    if not shutil.which("gnuplot"):
        print("no gnuplot: no pictures")
    else:
        check_one_queue(first, os.path.join(where, "it's one.svg"))
        check_many(os.path.join(where, "many.svg"))
        check_two(first, os.path.join(where, "two.svg"))
    shutil.rmtree(where)
    conclude()


if __name__ == "__main__":
    main()
