#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes experience-off.yaml and experience-on.yaml beside itself, or one variant into the folder named:

    config/simulations/make-experience.py [FOLDER [TERMS [EFFECTS]]]

A centre of 60 agents in which people differ: what do the terms value, rapport, continuity and outcome bring,
and what do they cost? TERMS is a list with commas of those that are on (`none`, `all`); `rapport-fit` is its weight in the fit
alone, `rapport-points` its points of urgency alone. EFFECTS is the factor on all declared effects on people (1; 0:
everybody is alike). docs/routing-quality.md has the figures.
"""

import pathlib
import sys

AGENTS = 60
SKILLS = ["cards", "accounts", "loans"]
TERMS = ["value", "rapport", "continuity", "outcome"]

HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# A centre of 60 agents in which people differ: customers in worth and mood, agents in skill, in human skill and
# in how their conversations end. Terms of routing that are on: {terms}.
#
#       attunesim compare experience-off.yaml experience-on.yaml
#
# The effects are declared, not measured, but for same_agent's handle. Written by make-experience.py.
# docs/routing-quality.md has the figures.
simulate:
  seed: 1
  replications: 20
  warm_up: 1d
  length: 3d
  service_level: 20s
  effects:
    agent_speed: {speed}
    same_agent: {{ handle: {same}, within: 7d }}
    emotion: {{ handle: {handle} }}
    experience: # log-odds of ending well; base and feedback are shares
      base: 0.85
      agent: {agent} # standard deviation between agents, in each queue anew
      skill: {skill} # level 10 against level 0
      wait: {wait} # lost a minute
      upset: {upset} # lost at full negative intensity ...
      human: 0.5 # ... of which human skills of level 10 spare so much
      strain: {strain} # lost for each point of the agent's strain
      same_agent: {again} # gained with the agent of last time
      feedback: 0.3
  arrivals:
"""

ARRIVALS = """\
    - queue: {skill}
      rate: 3.15/min
      handle: lognormal 5m 0.8
      patience: exp 8m
      emotion: gamma 0.25 1.4
      customers: 20000
      customer: {{ lifetime_value: lognormal 4000 1.6 }}
"""

TIERS = """\
    tiers:
      - { name: platinum, value: 1.0, when: { lifetime_value: ">= 12000" } }
      - { name: gold, value: 0.6, when: { lifetime_value: ">= 5000" } }
      - { name: standard, value: 0.2 }
"""


def number(x):
    return f"{x:g}"


def levels(agent):
    """Two of the three skills and a human one, spread evenly and without a pattern between them."""
    first, second = agent % 3, (agent + 1 + agent // 3 % 2) % 3
    return {SKILLS[first]: 4 + agent * 7 % 11 % 7, SKILLS[second]: 3 + agent * 5 % 13 % 6,
            "empathy": agent * 3 % 11}


def parts_of(terms):
    """Which terms count in the fit, and which have points."""
    fits = {term.removesuffix("-fit") for term in terms if not term.endswith("-points")}
    points = {term.removesuffix("-points") for term in terms if not term.endswith("-fit")}
    return [term for term in TERMS if term in fits], [term for term in TERMS if term in points]


def policy(terms):
    fits, points = parts_of(terms)
    fit = {"skill": 4, "rest": 1, "load": 1}
    urgency = {"slope": "1.0/min", "urgent_slope": "6.0/min", "value": 0, "emotion": 0, "recovery": 0, "fit": 5}
    for term in fits:
        if term != "value": # Its part in the fit is the tiers'.
            fit[term] = 2
    urgency["value"] = 10 if "value" in points else 0
    urgency["emotion"] = 10 if "rapport" in points else 0
    urgency["recovery"] = 5 if "outcome" in points else 0
    return fit, urgency


def mapping(values):
    return "{ " + ", ".join(f"{key}: {value}" for key, value in values.items()) + " }"


def write(terms, effects):
    yield HEAD.format(terms=", ".join(terms) or "none", speed=number(0.2 * effects), same=number(1 - 0.11 * effects),
                      handle=number(1 + 0.3 * effects), agent=number(0.4 * effects), skill=number(1.0 * effects),
                      wait=number(0.1 * effects), upset=number(1.5 * effects), strain=number(0.1 * effects),
                      again=number(0.5 * effects))
    for skill in SKILLS:
        yield ARRIVALS.format(skill=skill)
    yield "  config:\n    attune: 1\n    skills:\n"
    for skill in SKILLS:
        yield f"      {skill}: {{}}\n"
    yield "      empathy: { kind: human }\n    channels: { voice: { units: 100, wrap_up: 30s } }\n"
    if any(term.startswith("value") for term in terms):
        yield TIERS
    fit, urgency = policy(terms)
    yield f"    policies:\n      default:\n        fit: {mapping(fit)}\n        urgency: {mapping(urgency)}\n"
    yield "    queues:\n"
    for skill in SKILLS:
        yield f"      {skill}: {{ requires: {{ {skill}: 1 }}, urgent_after: 2m }}\n"
    yield "    agents:\n"
    for agent in range(AGENTS):
        yield f"      a{agent:02}: {{ skills: {mapping(levels(agent))} }}\n"


def main():
    if len(sys.argv) > 2:
        names = {"all": TERMS, "all-fit": [f"{term}-fit" for term in TERMS], "none": []}
        terms = names.get(sys.argv[2], sys.argv[2].split(","))
        unknown = [term for term in terms if term.removesuffix("-fit").removesuffix("-points") not in TERMS]
        if unknown:
            sys.exit(f"no such term: {', '.join(unknown)}; there are {', '.join(TERMS)}, each also with -fit or "
                     "-points, all, all-fit and none")
        effects = float(sys.argv[3]) if len(sys.argv) > 3 else 1
        path = pathlib.Path(sys.argv[1]) / f"experience-{sys.argv[2]}.yaml"
        path.write_text("".join(write(terms, effects)), encoding="utf-8")
        return
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    for name, terms in (("off", []), ("on", TERMS)):
        (folder / f"experience-{name}.yaml").write_text("".join(write(terms, 1)), encoding="utf-8")


main()
