#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pooling-1.yaml, pooling-2.yaml and pooling-6.yaml beside itself (or into the folder named):

    config/simulations/make-pooling.py [FOLDER]

The resource-pooling experiment of R.B. Wallace and W. Whitt, "A staffing algorithm for call centers with
skill-based routing", M&SOM 7(4), 2005: six types of calls, 90 agents with one, two or six skills each.
"""

import pathlib
import sys

TYPES = 6
AGENTS = 90

HEAD = """\
# SPDX-License-Identifier: Apache-2.0
# How much does a second skill bring? 90 agents with {skills} each, six types of calls, 1.4 a minute of
# each, 10 minutes a call, at most 120 calls in the centre: a load of 84. The experiment of R.B. Wallace and
# W. Whitt (M&SOM 7(4), 2005). Whoever has two skills knows the first better (level 10, then 9, ...); a
# call goes to the idle agent who is best at it, a freed agent takes what the agent is best at.
#
#       attunesim run {name}
#
# Written by make-pooling.py. docs/routing-quality.md has the figures.
simulate:
  seed: 1
  replications: 20
  warm_up: 20000 contacts
  length: 300000 contacts
  lines: 120
  service_level: 30s
  arrivals:
"""


def skills_of(agent, count):
    """The agent's types, the best first."""
    primary, j = agent % TYPES, agent // TYPES
    return [primary] + [(primary + 1 + (j + m) % (TYPES - 1)) % TYPES for m in range(count - 1)]


def joined(parts):
    return '{ ' + ', '.join(parts) + ' }'


def profile_name(types):
    return 'first-' + '-'.join(f't{t}' for t in types)


def write_config(count):
    crew = [skills_of(a, count) for a in range(AGENTS)]
    yield '  config:'
    yield '    attune: 1'
    yield '    skills: ' + joined(f't{t}: {{}}' for t in range(TYPES))
    yield '    profiles: # In which order an agent looks at the queues.'
    for types in sorted(set(map(tuple, crew))):
        ranks = joined(f't{t}: {{ rank: {i + 1} }}' for i, t in enumerate(types))
        yield f'      {profile_name(types)}: {ranks}'
    yield '    policies: { default: { fit: { skill: 1 }, urgency: { fit: 0 } } }'
    yield '    queues:'
    for t in range(TYPES):
        yield f'      t{t}: {{ requires: {{ t{t}: 1 }} }}'
    yield '    agents:'
    for a, types in enumerate(crew):
        levels = joined(f't{t}: {10 - i}' for i, t in enumerate(types))
        yield f'      a{a:02}: {{ profile: {profile_name(types)}, skills: {levels} }}'


def write_file(count, name):
    words = {1: 'one skill', 2: 'two skills', 6: 'six skills'}
    lines = [HEAD.format(skills=words[count], name=name).rstrip('\n')]
    lines += [f'    - {{ queue: t{t}, rate: 1.4/min, handle: exp 10m }}' for t in range(TYPES)]
    return '\n'.join(lines + list(write_config(count))) + '\n'


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for count in (1, 2, 6):
        name = f'pooling-{count}.yaml'
        (folder / name).write_text(write_file(count, name), encoding='utf-8')


if __name__ == '__main__':
    main()
