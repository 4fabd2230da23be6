#!/usr/bin/env python3
"""The fewest agents: as Erlang has it where his formulas hold, and enough, but no more, where they don't.

Usage: staffing.py ATTUNESIM
"""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time

from centres import check, conclude, figures, folder, run, write

attunesim = sys.argv[1]
where = folder()


def erlang_c_level(load, agents, handle_s, within_s):
    """Written down a second time, term by term."""
    if agents <= load:
        return 0
    term = sum_of_terms = 1.0
    for k in range(1, agents):
        term *= load / k
        sum_of_terms += term
    last = term * load / agents / (1 - load / agents)
    return 1 - last / (sum_of_terms + last) * math.exp(-(agents - load) * within_s / handle_s)


def steady(per_min, handle_s, promise, agents, patience="none"):
    queue = {"service_level": promise} if promise else {}
    return {
        "config": {"attune": 1, "queues": {"q": queue}, "channels": {"voice": {"wrap_up": "0s"}},
                   "agents": {f"a{i}": {} for i in range(agents)}},
        "seed": 3, "replications": 8, "warm_up": "500 contacts", "length": "4000 contacts",
        "service_level": "30s",
        "arrivals": [{"queue": "q", "rate": f"{per_min}/min", "handle": f"exp {handle_s}s",
                      "patience": patience}],
    }


def check_known_answers():
    for per_min, handle_s, level, within_s in [(3, 240, 0.8, 20), (1, 150, 0.9, 10), (0.5, 60, 0.95, 60)]:
        promise = f"{level:.0%} in {within_s}s"
        fewest = next(n for n in range(1, 100)
                      if erlang_c_level(per_min * handle_s / 60, n, handle_s, within_s) >= level)
        path = write(where, "steady.yaml", steady(per_min, handle_s, promise, 1))
        found = figures(attunesim, "staff", path)
        check(len(found["intervals"]) == 1, "what never changes is one interval")
        needed = found["intervals"][0]["total"]
        print(promise, "Erlang C:", fewest, "staff:", needed, found["queues"]["q"]["level"])
        check(found["intervals"][0]["erlang"] == {"A": fewest}, f"it begins with {fewest}: {found}")
        check(abs(needed - fewest) <= 1, f"{needed} is Erlang C's {fewest}, within one")
        check(found["met"] and found["queues"]["q"]["level"]["mean"] >= level, f"it holds: {found}")
    check_by_run(per_min=3, handle_s=240, level=0.8)


def check_by_run(per_min, handle_s, level):
    """`run` with so many agents reaches the level, and with one fewer it does not."""
    found = figures(attunesim, "staff", write(where, "default.yaml", steady(per_min, handle_s, None, 1)))
    needed = found["intervals"][0]["total"]
    queue = found["queues"]["q"]
    check(queue["target"] == level and queue["within_s"] == 30 and not queue["stated"],
          f"80 % within the simulation's time where nothing is promised: {queue}")
    for agents in (needed, needed - 1):
        there = figures(attunesim, "run",
                        write(where, "there.yaml", steady(per_min, handle_s, None, agents)))
        reached = there["queues"]["q"]["service_level"]["mean"]
        check((reached >= level) == (agents == needed), f"{agents} agents reach {reached}")
        if agents == needed:
            check(abs(reached - queue["level"]["mean"]) < 1e-9, "as the search says")


def day(agents, schedule="all"):
    skills = {"A": {"cards": 5}, "B": {"loans": 5}, "C": {"cards": 3, "loans": 3}}
    def rates(*steps):
        return [{"from": f"{hour}h", "rate": f"{rate}/h"} for hour, rate in steps]

    return {
        "config": {
            "attune": 1, "skills": {"cards": {}, "loans": {}},
            "queues": {name: {"requires": {name: 1}, "service_level": "80% in 20s"}
                       for name in ("cards", "loans")},
            "agents": {name: {"skills": skills[name[0]]} for name in agents}},
        "seed": 9, "replications": 6, "warm_up": "0s", "length": "1d", "interval": "1h",
        "agents": schedule,
        "arrivals": [
            {"queue": "cards", "handle": "lognormal 200s 1.1", "patience": "exp 4m",
             "rate": rates((0, 0), (8, 30), (10, 60), (12, 20), (13, 0))},
            {"queue": "loans", "handle": "exp 300s", "patience": "exp 4m",
             "rate": rates((0, 0), (9, 12), (11, 24), (13, 0))}],
    }


def check_day():
    found = figures(attunesim, "staff", write(where, "day.yaml", day(["A1", "A2", "B1", "C1"])))
    check(found["met"] and found["impossible"] == [], f"the levels are reached: {found}")
    check([row["from"] for row in found["intervals"]][:5] == ["08:00", "09:00", "10:00", "11:00", "12:00"],
          f"hours without contacts have no line: {found['intervals']}")
    check(found["groups"]["A"]["agents"] == ["A1", "A2"] and found["groups"]["C"]["serves"] == ["cards", "loans"],
          f"alike are together: {found['groups']}")
    check(all(queue["lowest"]["level"] >= 0.8 for queue in found["queues"].values()), "in every hour")
    check(found["simulations"] > 3, "simulations are counted")
    hours = sum(row["total"] for row in found["intervals"])
    check(abs(hours - found["agent_hours"]) < 1e-9, f"{hours} agent-hours are the sum of the rows")
    check(hours <= found["erlang_agent_hours"], f"no more than where it began: {found['erlang_agent_hours']}")
    check_schedule(found)
    check(found == figures(attunesim, "staff", where + "/day.yaml", "--jobs", "1"),
          "how many processes run makes no difference")


def check_schedule(found):
    """`run` with that schedule, written down by other means, comes to the same levels."""
    agents = [f"{label}-{k + 1:05}" for label, group in found["groups"].items() for k in range(group["most"])]
    before = dict.fromkeys(found["groups"], 0)
    schedule = []
    rows = {int(row["from"][:2]): row["agents"] for row in found["intervals"]}
    for hour in range(8, 16):
        now = rows.get(hour, dict.fromkeys(found["groups"], 0))
        ready = [f"{label}-{k + 1:05}" for label in now for k in range(before[label], now[label])]
        offline = [f"{label}-{k + 1:05}" for label in now for k in range(now[label], before[label])]
        schedule.append({"at": f"{hour}h", "ready": ready, "offline": offline})
        before = now
    there = figures(attunesim, "run", write(where, "schedule.yaml", day(agents, schedule)))
    for name, queue in found["queues"].items():
        reached = there["queues"][name]["service_level"]["mean"]
        check(abs(reached - queue["level"]["mean"]) < 1e-9, f"{name}: {reached}, not {queue['level']}")


def check_cost():
    """Of two groups who can do the same the cheaper one is taken."""
    simulate = steady(1, 120, "80% in 20s", 0)
    simulate["config"]["skills"] = {"s": {}}
    simulate["config"]["queues"]["q"]["requires"] = {"s": 1}
    simulate["config"]["agents"] = {"ann": {"skills": {"s": 9}, "attributes": {"cost": "2.5"}},
                                    "bob": {"skills": {"s": 2}}}
    found = figures(attunesim, "staff", write(where, "cost.yaml", simulate))
    check(found["groups"]["A"]["cost"] == 2.5 and found["intervals"][0]["agents"]["A"] == 0 and
          found["intervals"][0]["agents"]["B"] > 2, f"the cheaper ones come: {found['intervals']}")


def check_names():
    """Nobody in a staffing has a name: contacts that ask for one are pointed at, with their lines."""
    simulate = steady(1, 120, "80% in 20s", 2)
    simulate["replications"], simulate["length"] = 2, "200 contacts"
    named = dict(simulate["arrivals"][0], agent="a1", rate="0.2/min")
    with open(os.path.join(where, "named.csv"), "w", encoding="utf-8") as file:
        file.write("at_s,handle_s,patience_s,queue,preferred_agent\n10,60,30,q,\n20,60,30,q,a0\n30,60,30,q,a1\n")
    traced = {"queue": "q", "trace": "named.csv", "handle": "exp 60s"}
    simulate["arrivals"] += [named, traced]
    path = os.path.join(where, "names.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"simulate": simulate}, indent=1))
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    entries = [number for number, line in enumerate(lines, start=1) if line == "   {"]
    said = run(attunesim, "staff", path, "--simulations", "2").stderr
    check(f"names.yaml:{entries[1]}:4: warning: these contacts name an agent, and are refused here" in said, said)
    check(f"names.yaml:{entries[2]}:4: warning: 2 contacts of the trace, the first in its line 3, name an agent"
          in said, said)
    check(said.count("name an agent") == 2, said)


def check_impossible():
    simulate = day(["A1"])
    found_by = run(attunesim, "staff", write(where, "nobody.yaml", simulate), "--json")
    found = json.loads(found_by.stdout)
    check(found_by.returncode == 1 and not found["met"], "what can't be is no success")
    check([entry["queue"] for entry in found["impossible"]] == ["loans"] and
          "nobody has what it asks for" in found["impossible"][0]["why"], f"it is said: {found['impossible']}")
    check(found["queues"]["cards"]["met"] and not found["queues"]["loans"]["met"], "the others are staffed")
    table = run(attunesim, "staff", where + "/nobody.yaml").stdout
    check("impossible: queue 'loans': no agent of the configuration can serve it within 20s" in table, table)

    simulate = day(["A1", "B1"])
    simulate["config"]["hours"] = {"short": {"zone": "UTC", "open": {"mon-sun": "08:00-11:00"}}}
    simulate["config"]["queues"]["cards"]["hours"] = "short"
    found = json.loads(run(attunesim, "staff", write(where, "closed.yaml", simulate), "--json").stdout)
    check("out of reach however many agents there are: 0.0% at most from 11:00 on, and in 1 more interval"
          in found["impossible"][0]["why"], f"closed hours can't be staffed: {found['impossible']}")
    check(all(row["agents"]["A"] == 0 for row in found["intervals"] if row["from"] >= "12:00"),
          "and nobody is asked to come for them")


def check_interrupt():
    simulate = day(["A1", "B1", "C1"]) | {"replications": 60, "interval": "10m"}
    command = [attunesim, "staff", write(where, "long.yaml", simulate), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    check(process.returncode == 1 and "interrupted: what there is" in err, f"it says so: {err}")
    check(json.loads(out)["cut_short"] and len(json.loads(out)["intervals"]) > 3, "what there is has been printed")
    done = run(attunesim, "staff", where + "/day.yaml", "--json", "--simulations", "2")
    check(done.returncode == 1 and json.loads(done.stdout)["simulations"] <= 3 and "cut short" in done.stderr,
          "as many simulations as allowed, and one on new chance")


def main():
    check_known_answers()
    check_day()
    check_cost()
    check_names()
    check_impossible()
    check_interrupt()
    check(run(attunesim, "staff").returncode == 2, "no file is wrong usage")
    shutil.rmtree(where)
    conclude()


if __name__ == "__main__":
    main()
