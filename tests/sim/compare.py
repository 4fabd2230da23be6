#!/usr/bin/env python3
"""Two simulations on the same chance: what differs is what was changed, and the interval is a paired one.

Usage: compare.py ATTUNESIM
"""

import json
import math
import shutil
import signal
import subprocess
import sys
import time

from centres import check, conclude, figures, folder, run, write

attunesim = sys.argv[1]
where = folder()


def centre(agents, queues=("q",), **more):
    return {
        "config": {"attune": 1, "queues": {name: {} for name in queues},
                   "agents": {f"a{i}": {} for i in range(agents)}},
        "seed": 5, "replications": 12, "warm_up": "1h", "length": "8h",
        "arrivals": [{"queue": name, "rate": "90/h", "handle": "exp 4m", "patience": "exp 3m"}
                     for name in queues],
    } | more


def check_same(path):
    both = figures(attunesim, "compare", path, path)
    for name, measure in {**both["total"], **both["queues"]["q"]}.items():
        check(measure["difference"] == 0 and measure["ci95"] == 0 and not measure["significant"],
              f"{name} is the same twice: {measure}")
    check(both["sentence"].startswith("No clear difference"), both["sentence"])


def check_more(fewer, more):
    both = figures(attunesim, "compare", fewer, more)
    alone = [figures(attunesim, "run", path)["queues"]["q"] for path in (fewer, more)]
    wait = both["queues"]["q"]["mean_wait_s"]
    check(both["queues"]["q"]["offered"]["difference"] == 0, "the same people come")
    check(wait["a"] == alone[0]["mean_wait_s"]["mean"] and wait["b"] == alone[1]["mean_wait_s"]["mean"],
          f"the means are those of `run`: {wait} {alone}")
    check(wait["difference"] < 0 and wait["significant"], f"an agent more shortens waits: {wait}")
    unpaired = math.hypot(*(side["mean_wait_s"]["ci95"] for side in alone))
    check(wait["ci95"] < 0.7 * unpaired, f"pairs see more: {wait['ci95']} against {unpaired}")
    check("q: the mean wait is" in both["sentence"] and "shorter" in both["sentence"], both["sentence"])
    done = run(attunesim, "compare", fewer, more)
    check("Clearly different in B\n  all: the mean wait is" in done.stdout, done.stdout)
    check(done.stdout == run(attunesim, "compare", fewer, more, "--jobs", "1").stdout,
          "how many processes run makes no difference")


def check_other_queues(fewer):
    other = write(where, "other.yaml", centre(7, ("q", "r")))
    done = run(attunesim, "compare", fewer, other, "--json")
    both = json.loads(done.stdout)
    check(both["only_in_a"] == [] and both["only_in_b"] == ["r"], f"r is only in B: {both}")
    check("chance is not common" in done.stderr, f"other arrivals are told: {done.stderr}")


def check_interrupt(fewer, more):
    command = [attunesim, "compare", fewer, more, "--replications", "50000", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    check(process.returncode == 1 and "interrupted: " in err, f"it says so: {err}")
    both = json.loads(out)
    check(both["interrupted"] and 0 < both["replications"] < 50000, "what there is has been printed")
    check(both["queues"]["q"]["offered"]["difference"] == 0, "of whole pairs")


def check_wrong_use(fewer):
    check(run(attunesim, "compare", fewer).returncode == 2, "one file is wrong usage")
    check(run(attunesim, "compare", fewer, where + "/none.yaml").returncode == 1, "no such file")


def main():
    fewer = write(where, "fewer.yaml", centre(6))
    more = write(where, "more.yaml", centre(7))
    check_same(fewer)
    check_more(fewer, more)
    check_other_queues(fewer)
    check_interrupt(fewer, more)
    check_wrong_use(fewer)
    shutil.rmtree(where)
    conclude()


if __name__ == "__main__":
    main()
