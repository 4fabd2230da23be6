#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes bank-day.yaml beside itself (or into the folder named): a real bank's day.

    config/simulations/make-bank-day.py [FOLDER]

The facts are aggregates of a bank's call centre in February 1999: 33,066 calls in the month, 24 agents (data
of the SEE laboratory, Technion; as in L. Brown et al., "Statistical analysis of a telephone call center", JASA
100, 2005). No call of it is here: hours, types, lengths, patience and speed of agents only.

The facts do not say who worked when. CREW is fitted: see docs/routing-quality.md.
"""

import math
import pathlib
import sys

# Calls in the month, by hour of the day. Most weekdays alike: DAYS is how many such days make the month.
BY_HOUR = [122, 34, 21, 7, 9, 22, 111, 904, 2209, 2470, 2774, 2559, 2166, 2594, 2385, 2298, 2335, 1900, 1695,
           1573, 1349, 1390, 1188, 951]
DAYS = 20

# Calls, mean length (s), mean and deviation of ln(length), share still waiting after so many seconds.
TYPES = {
    'regular': (21269, 184.94, (4.8684, 0.8816), {30: .9229, 60: .8585, 120: .7668, 180: .6985, 300: .6073}),
    'prospect': (7564, 106.98, (4.2736, 0.9250), {30: .8176, 60: .7051, 120: .5638, 180: .4382, 300: .3129}),
    'stocks': (2744, 276.61, (5.2522, 0.9709), {30: .9684, 60: .9193, 120: .8510, 180: .8135, 300: .7119}),
    'internet': (293, 267.39, (5.1330, 1.0425), {30: .9615, 60: .8619, 120: .7743, 180: .6891, 300: .5731}),
    'regular-english': (149, 228.46, (5.1854, 0.9599), {30: .9247, 60: .8406, 120: .7651, 180: .7651, 300: .6121}),
    'callback': (1047, 103.16, (4.3122, 1.2245), {30: .9273, 60: .8896, 120: .7329, 180: .5776, 300: .5363}),
}

REDIAL_SHARE = 0.485  # Of those who gave up, within the hour.
AGENT_SPEED = 0.20    # Deviation of ln, between agents.

# Agents there in an hour: the load and so many times its root (never less than one). FITTED, so that the
# day gives the month's share of calls given up (0.1265).
MARGIN = 0.2


def crew_by_hour():
    calls = sum(t[0] for t in TYPES.values())
    mean_s = sum(t[0] * t[1] for t in TYPES.values()) / calls
    crew = []
    for n in BY_HOUR:
        load = n / DAYS * mean_s / 3600
        crew.append(min(24, max(1, round(load + MARGIN * math.sqrt(load)))))
    return crew


def rates_of(name):
    """Calls an hour, first attempts only: some of those counted called again (below)."""
    share = TYPES[name][0] / sum(t[0] for t in TYPES.values())
    again = REDIAL_SHARE * GIVEN_UP[name]
    return [n * share * (1 - again) / DAYS for n in BY_HOUR]


# Of all calls of a type, the share given up (of those with an outcome known): as often is called again.
GIVEN_UP = {'regular': 1667 / 20016, 'prospect': 1950 / 6940, 'stocks': 181 / 2701, 'internet': 62 / 261,
            'regular-english': 16 / 136, 'callback': 56 / 1040}

HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# A day of a bank's call centre: calls by the hour, six types, lengths and patience as they were in February
# 1999 (aggregates of the SEE laboratory's data, Technion). How many agents were there at what time is not
# known: that is fitted, so that as many calls are given up as then.
#
#       attunesim run bank-day.yaml
#
# Written by make-bank-day.py. docs/routing-quality.md lays the figures beside those of the month.
simulate:
  seed: 1
  replications: 20
  start: 2026-02-02T00:00:00Z
  warm_up: 1d
  length: 20d
  service_level: 20s
  effects:
    agent_speed: 0.2
"""


def skills_of(agent):
    """Twenty take three types or more, four nearly one only."""
    if agent % 6 == 5:
        return {'stocks': 8, 'regular': 2}
    skills = {'regular': 6, 'prospect': 6, 'callback': 6}
    for every, name in ((2, 'stocks'), (3, 'internet'), (4, 'regular-english')):
        if agent % every == 0:
            skills[name] = 6
    return skills


def changes_of_crew():
    """(hour, who comes, who goes): the longest there goes first, the longest gone comes first, so that all
    24 have their turn within a few days."""
    resting = list(range(24))
    there = []
    for hour, wanted in enumerate(crew_by_hour() * (1 + DAYS)):
        came, gone = [], []
        while len(there) > wanted:
            gone.append(there.pop(0))
            resting.append(gone[-1])
        while len(there) < wanted:
            came.append(resting.pop(0))
            there.append(came[-1])
        yield hour, came, gone


def names(agents):
    return '[' + ', '.join(f'a{a:02}' for a in agents) + ']'


def write_agents():
    yield '  agents:'
    for hour, came, gone in changes_of_crew():
        parts = [f'at: {hour}h']
        if gone:
            parts.append('offline: ' + names(gone))
        if came:
            parts.append('ready: ' + names(came))
        if len(parts) > 1:
            yield '    - { ' + ', '.join(parts) + ' }'


def write_arrivals():
    yield '  arrivals:'
    for name, (_, mean_s, (_, deviation), still) in TYPES.items():
        cv = math.sqrt(math.exp(deviation**2) - 1)
        shares = ', '.join(f'{after}s: {share}' for after, share in still.items())
        rates = [f'{{ from: {hour}h, rate: {rate:.4f}/h }}' for hour, rate in enumerate(rates_of(name))]
        yield f'    - queue: {name}'
        yield f'      handle: lognormal {mean_s:g}s {cv:.4f}'
        yield f'      patience: {{ still: {{ {shares} }} }}'
        yield f'      redial: {{ share: {REDIAL_SHARE}, after: exp 20m }}'
        yield '      rate:'
        yield from (f'        - {rate}' for rate in rates)


def write_config():
    yield '  config:'
    yield '    attune: 1'
    yield '    skills: { ' + ', '.join(f'{name}: {{}}' for name in TYPES) + ' }'
    yield '    policies: { default: { fit: { skill: 1 }, urgency: { slope: 1/min, fit: 1 } } }'
    yield '    queues:'
    for name in TYPES:
        # Better somebody than nobody: at night one agent takes them all.
        yield (f'      {name}: {{ requires: {{ {name}: 2 }}, skip: unstaffed, '
               f'relax: [{{ after: 30s, requires: {{ {name}: 0 }} }}] }}')
    yield '    agents:'
    for agent in range(24):
        levels = ', '.join(f'{name}: {level}' for name, level in skills_of(agent).items())
        yield f'      a{agent:02}: {{ skills: {{ {levels} }} }}'


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    lines = [HEAD.rstrip('\n'), *write_agents(), *write_arrivals(), *write_config()]
    (folder / 'bank-day.yaml').write_text('\n'.join(lines) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
