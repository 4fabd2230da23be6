#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes value.yaml and value.csv beside itself (or into the folder named):

    config/simulations/make-value.py [FOLDER] [--relax 10,30s:9,90s:8,150s:6,180s:1] [--levels needed|plain]

A centre in which it matters who serves whom: 90 agents who all take six types of calls, and what a call
of type t is worth in the hands of agent a is v[a][t], drawn once by a fixed generator. Arrivals, lengths
and lines are those of the pooling experiment (make-pooling.py).

An agent's level in a type says how good the agent is there *beside what else the agent could do*: 10 where
the agent should work, one less for every 0.05 that a call there brings less than the agent's best use.
What each type is worth to have served, beyond the agents' time, are the dual prices of the fluid problem
(each agent's time is 1, each type needs 14 agents); they make the highest value a call could have,
0.8668. `--levels plain` takes v alone: level 10 for the best tenth.

A real centre does the same at night: mean value, satisfaction or resolution by agent and reason for
calling, from last month's contacts, as levels.
"""

import argparse
import math
import pathlib

TYPES = 6
AGENTS = 90
PER_TYPE = 14.0  # Agents that a type keeps busy: 1.4 a minute, 10 minutes each.
GRAIN = 0.05     # Of value, a level.
RELAX = '10,30s:9,90s:8,150s:6,180s:1'
STARVE_AFTER = '7m'

HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# Whom should a call reach, where agents differ in what they make of it? 90 agents, all of them take six
# types of calls; value.csv says what a call is worth with each. A call first waits for an agent who is
# better at it than at anything else that is needed (level 10), and asks for less as it waits; a freed agent
# takes the call it is best at; nobody is left over, for whoever has waited {starve} goes first.
#
#       attunesim run value.yaml
#
# Written by make-value.py, which says how the levels are made. docs/routing-quality.md has the figures.
simulate:
  seed: 1
  replications: 20
  warm_up: 20000 contacts
  length: 300000 contacts
  lines: 120
  service_level: 30s
  value: value.csv
  arrivals:
"""


def draw_values():
    """v[a][t], from a linear congruential generator."""
    x = 20050707
    values = []
    for _ in range(AGENTS):
        row = []
        for _ in range(TYPES):
            x = (1103515245 * x + 12345) & 0x7FFFFFFF
            row.append(((x >> 8) & 0xFFFF) / 65536)
        values.append(row)
    return values


def find_prices(values, rounds=4000):
    """The fluid problem's dual, a convex function of the types' prices, by subgradients: the prices, and the
    most that a call can be worth."""
    prices = [0.5] * TYPES
    best = None
    for i in range(1, rounds + 1):
        bound = PER_TYPE * sum(prices)
        missing = [PER_TYPE] * TYPES
        for row in values:
            gains = [v - p for v, p in zip(row, prices)]
            gain = max(gains)
            if gain > 0:
                bound += gain
                missing[gains.index(gain)] -= 1
        if best is None or bound < best[0]:
            best = (bound, list(prices))
        prices = [p - 0.004 / math.sqrt(i) * m for p, m in zip(prices, missing)]
    return [round(p, 3) for p in best[1]], best[0] / (PER_TYPE * TYPES)


def level_needed(row, prices, t):
    best = max(0.0, max(v - p for v, p in zip(row, prices)))
    return max(1, 10 - int((best - (row[t] - prices[t])) / GRAIN))


def level_plain(row, _, t):
    return max(1, math.ceil(10 * row[t]))


def write_config(values, relax, level_of):
    prices, _ = find_prices(values)
    first, *steps = relax.split(',')
    yield '  config:'
    yield '    attune: 1'
    yield '    skills: { ' + ', '.join(f't{t}: {{}}' for t in range(TYPES)) + ' }'
    yield '    policies:'
    yield '      default:'
    yield '        fit: { skill: 1 }'
    yield '        urgency: { slope: 0, urgent_slope: 0, fit: 10 } # A freed agent: what it is best at.'
    yield f'        starve_after: {STARVE_AFTER}'
    yield '    queues:'
    for t in range(TYPES):
        after = [f'{{ after: {s.split(":")[0]}, requires: {{ t{t}: {s.split(":")[1]} }} }}' for s in steps]
        yield f'      t{t}:'
        yield f'        requires: {{ t{t}: {first} }}'
        if after:
            yield '        relax: [' + ', '.join(after) + ']'
    yield '    agents:'
    for a, row in enumerate(values):
        levels = ', '.join(f't{t}: {level_of(row, prices, t)}' for t in range(TYPES))
        yield f'      a{a:02}: {{ skills: {{ {levels} }} }}'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', nargs='?', default=pathlib.Path(__file__).parent, type=pathlib.Path)
    parser.add_argument('--relax', default=RELAX, help='the first level, then after:level')
    parser.add_argument('--levels', choices=['needed', 'plain'], default='needed')
    options = parser.parse_args()
    values = draw_values()
    lines = ['agent,queue,value']
    lines += [f'a{a:02},t{t},{v:.6f}' for a, row in enumerate(values) for t, v in enumerate(row)]
    (options.folder / 'value.csv').write_text('\n'.join(lines) + '\n', encoding='utf-8')
    lines = [HEAD.format(starve=STARVE_AFTER).rstrip('\n')]
    lines += [f'    - {{ queue: t{t}, rate: 1.4/min, handle: exp 10m }}' for t in range(TYPES)]
    lines += write_config(values, options.relax, level_needed if options.levels == 'needed' else level_plain)
    (options.folder / 'value.yaml').write_text('\n'.join(lines) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
