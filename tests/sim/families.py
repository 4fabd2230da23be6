# SPDX-License-Identifier: Apache-2.0
"""The centres whose figures are known: each a simulation's file and what theory says of it."""

import csv
import dataclasses
import math
import pathlib
import random
import re

import exact
import small_centre

HERE = pathlib.Path(__file__).resolve().parent
SIMULATIONS = HERE.parent.parent / 'config' / 'simulations'


@dataclasses.dataclass
class Row:
    """One simulation, and what is known of it: {'total' or a queue: {measure: value}}."""
    family: str
    name: str
    text: str            # The file, with LENGTH and WARM_UP, in contacts, to be filled in.
    known: dict
    halves: dict = dataclasses.field(default_factory=dict)  # Of known values that were simulated.
    contacts: int = 20000  # A replication, after the warm-up.
    warm_up: int = 4000
    is_in_short: bool = True
    is_reference: bool = False  # A row of tests/sim/reference.
    is_identical: bool = False  # The same contacts in both: nothing is left to chance.
    files: dict = dataclasses.field(default_factory=dict)

    def plan(self, folder, contacts, warm_up):
        text = self.text.replace('WARM_UP', str(warm_up)).replace('LENGTH', str(contacts))
        for name, content in self.files.items():
            (folder / name).write_text(content, encoding='utf-8')
        path = folder / 'simulation.yaml'
        path.write_text(text, encoding='utf-8')
        return path


def centre(agents, queues, arrivals, *, policy='{}', skills=(), extra='', lines=None, target='20s'):
    """A simulation's file. `agents`: what stands behind each one's name; `queues`: {name: what it says}."""
    parts = ['simulate:', '  warm_up: WARM_UP contacts', '  length: LENGTH contacts',
             f'  service_level: {target}']
    if lines:
        parts.append(f'  lines: {lines}')
    parts += ['  config:', '    attune: 1',
              '    skills: { ' + ', '.join(f'{s}: {{}}' for s in skills) + ' }',
              f'    policies: {{ default: {policy} }}']
    if extra:
        parts.append(f'    {extra}')
    parts.append('    agents:')
    parts += [f'      a{i:03}: {what}' for i, what in enumerate(agents)]
    parts.append('    queues:')
    parts += [f'      {name}: {what}' for name, what in queues.items()]
    parts.append('  arrivals:')
    parts += [f'    - {{ {what} }}' for what in arrivals]
    return '\n'.join(parts) + '\n'


def one_queue(per_h, agents, handle, patience=None, lines=None, **more):
    give_up = f', patience: {patience}' if patience else ''
    arrivals = [f'queue: q, rate: {per_h:.6f}/h, handle: {handle}{give_up}']
    return centre(['{}'] * agents, {'q': '{}'}, arrivals, lines=lines, **more)


# One queue -----------------------------------------------------------------------------------------


def erlang_rows():
    lengths = {11: 60000, 30: 150000}
    with open(HERE / 'reference' / 'erlang.csv', encoding='utf-8') as file:
        for line in csv.DictReader(file):
            per_h, agents, service = float(line['arrivals_per_h']), int(line['agents']), line['service_min']
            patience = line['patience_min']
            known = {m: float(line[m]) for m in
                     ('p_wait', 'p_abandon', 'mean_wait_s', 'service_level', 'occupancy')}
            text = one_queue(per_h, agents, f'exp {service}m', f'exp {patience}m' if patience else None)
            yield Row('Erlang A' if patience else 'Erlang C',
                      f'{per_h:g}/h, {service} min, {agents} agents' +
                      (f', patience {patience} min' if patience else ''),
                      text, {'total': known}, contacts=lengths.get(agents, 30000),
                      warm_up=30000 if agents == 30 else 5000, is_in_short=agents not in lengths,
                      is_reference=True)


def more_patience_rows():
    for per_h, service, agents, patience in ((180, 3, 9, 0.5), (180, 3, 9, 6), (180, 3, 8, 30),
                                             (1200, 4, 75, 3)):
        known = exact.impatient(per_h / 60, service, agents, lambda x, p=patience: math.exp(-x / p), 20,
                                15 * max(1, service / 3))
        yield Row('Erlang A', f'{per_h}/h, {service} min, {agents} agents, patience {patience} min',
                  one_queue(per_h, agents, f'exp {service}m', f'exp {patience * 60:g}s'),
                  {'total': known})


def general_patience_rows():
    def still(x):  # As bank customers are: many leave at once, those who stay are in no hurry.
        points = [(0.0, 1.0), (0.5, 0.82), (1.0, 0.70), (3.0, 0.44)]
        for (a, s), (b, t) in zip(points, points[1:]):
            if x < b:
                return s * (t / s) ** ((x - a) / (b - a))
        return 0.44 * (0.44 / 0.70) ** ((x - 3) / 2)

    def lognormal(x):
        sigma = math.sqrt(math.log(1 + 1.5**2))
        zeta = math.log(2) - sigma**2 / 2
        return 0.5 * math.erfc((math.log(x) - zeta) / sigma / math.sqrt(2)) if x > 0 else 1.0

    for name, patience, share, breaks in (
            ('all leave after 1 min', 'fixed 1m', lambda x: 1.0 if x < 1 else 0.0, (1,)),
            ('all within 3 min', 'uniform 0s 3m', lambda x: max(0.0, 1 - x / 3), (3,)),
            ('lognormal 2 min, cv 1.5', 'lognormal 2m 1.5', lognormal, (0.2,)),
            ('shares that stay', '{ still: { 30s: 0.82, 60s: 0.70, 180s: 0.44 } }', still, (0.5, 1, 3))):
        known = exact.impatient(3, 3, 9, share, 20, 20, breaks)
        yield Row('M/M/n+G', f'180/h, 3 min, 9 agents, {name}', one_queue(180, 9, 'exp 3m', patience),
                  {'total': known})


def limited_rows():
    for per_h, service, agents, lines in ((200, 3, 9, 12), (200, 3, 11, 20), (504, 10, 90, 120)):
        yield Row('M/M/n/K', f'{per_h}/h, {service} min, {agents} agents, {lines} lines',
                  one_queue(per_h, agents, f'exp {service}m', lines=lines),
                  {'total': exact.limited(per_h / 60, service, agents, lines, 20)}, contacts=30000)
    known = exact.impatient_limited(4, 3, 10, 14, 2)
    yield Row('M/M/n/K+M', '240/h, 3 min, 10 agents, 14 lines, patience 2 min',
              one_queue(240, 10, 'exp 3m', 'exp 2m', lines=14), {'total': known})
    known = exact.limited(200 / 60, 3, 12, 12, 20)
    for law in ('lognormal 3m 2', 'fixed 3m', 'gamma 3m 0.5'):
        yield Row('M/G/n/n', f'200/h, 12 agents and lines, {law}', one_queue(200, 12, law, lines=12),
                  {'total': known})
    yield Row('M/M/1/1, calls again', '12/h, 3 min, again after 5 min until there is a line',
              centre(['{}'], {'q': '{}'},
                     ['queue: q, rate: 12/h, handle: exp 3m, redial: { share: 1, after: exp 5m }'], lines=1),
              {'total': exact.calls_again(0.2, 3, 5)})


def one_agent_rows():
    second = {'fixed 2m': 4, 'exp 2m': 8, 'lognormal 2m 1.5': 4 * 3.25, 'gamma 2m 0.5': 5, 'gamma 2m 1.5': 13,
              'uniform 1m 3m': 13 / 3}
    for law, moment in second.items():
        yield Row('M/G/1', f'21/h, {law}', one_queue(21, 1, law),
                  {'total': exact.one_agent(0.35, 2, moment)}, contacts=30000)
    # After-call work keeps the agent as a conversation does.
    yield Row('M/G/1', '21/h, exp 90s and 30s of after-call work',
              one_queue(21, 1, 'exp 90s', extra='channels: { voice: { wrap_up: 30s } }'),
              {'total': exact.one_agent(0.35, 2, 1.5**2 + 4)}, contacts=30000)
    yield Row('M/D/n', '80/h, fixed 3m, 5 agents', one_queue(80, 5, 'fixed 3m'),
              {'total': exact.fixed_length(80 / 60, 3, 5)})
    # A chat is a third of an agent, so four agents are twelve servers.
    chats = exact.limited(200 / 60, 3, 12, exact.INFINITE, 20)
    del chats['occupancy']  # Of agents with one chat or more: not theirs of the formula.
    yield Row('M/M/n', '200/h, exp 3m, 4 agents with 3 chats each',
              centre(['{}'] * 4, {'q': '{}'}, ['queue: q, channel: chat, rate: 200/h, handle: exp 3m'],
                     extra='channels: { chat: { units: 33 } }'), {'total': chats})


def priority_rows():
    absolute = '{ urgency: { slope: 0, urgent_slope: 0 } }'
    for agents, rates, service in ((5, (40, 50), 2.7), (1, (6, 6, 5), 3), (12, (60, 80, 60), 3)):
        names = [f'q{i}' for i in range(len(rates))]
        answers = exact.priorities([r / 60 for r in rates], service, agents)
        arrivals = [f'queue: {n}, rate: {r}/h, handle: exp {service}m' for n, r in zip(names, rates)]
        known = dict(zip(names, answers))
        label = '+'.join(map(str, rates)) + f'/h, {service} min, {agents} agents'
        yield Row('priorities', label + ', by points',
                  centre(['{}'] * agents, {n: f'{{ priority: {90 - 30 * i} }}' for i, n in enumerate(names)},
                         arrivals, policy=absolute), known, contacts=30000)
        ranks = ', '.join(f'{n}: {{ rank: {i + 1} }}' for i, n in enumerate(names))
        yield Row('priorities', label + ', by rank',
                  centre(['{ profile: p }'] * agents, {n: '{}' for n in names}, arrivals,
                         extra=f'profiles: {{ p: {{ {ranks} }} }}'), known, contacts=30000)


# Skills --------------------------------------------------------------------------------------------

LONGEST_IDLE = '{ fit: { skill: 1 }, urgency: { fit: 0 } }'  # All levels are alike: idle time decides.


def skills_text(rates, service, crew, policy=LONGEST_IDLE, patience=None, with_ranks=False):
    types = range(len(rates))
    agents = []
    profiles = {}
    for skills in crew:
        levels = ', '.join(f's{t}: {10 - i if with_ranks else 5}' for i, t in enumerate(skills))
        name = 'p' + ''.join(map(str, skills))
        profiles[name] = ', '.join(f'q{t}: {{ rank: {i + 1} }}' for i, t in enumerate(skills))
        agents.append((f'{{ profile: {name}, ' if with_ranks else '{ ') + f'skills: {{ {levels} }} }}')
    extra = 'profiles: { ' + ', '.join(f'{n}: {{ {r} }}' for n, r in profiles.items()) + ' }'
    service = service if isinstance(service, (list, tuple)) else [f'exp {service}m'] * len(rates)
    arrivals = [f'queue: q{t}, rate: {rates[t]}/h, handle: {service[t]}' +
                (f', patience: {patience[t]}' if patience else '') for t in types]
    return centre(agents, {f'q{t}': f'{{ requires: {{ s{t}: 1 }} }}' for t in types}, arrivals,
                  policy=policy, skills=[f's{t}' for t in types], extra=extra if with_ranks else '')


def product_form_rows():
    for name, rates, crew in (
            ('N', (12, 15), [(0,), (0, 1)]),
            ('N, turned', (24, 14), [(0,), (0,), (0, 1)]),
            ('W', (8, 12, 9), [(0, 1), (1, 2)]),
            ('M', (18, 20), [(0,), (0, 1), (1,)]),
            ('two types, three servers', (22, 14), [(0,), (0, 1), (0, 1)]),
            ('ring of three', (14, 16, 18), [(0, 1), (1, 2), (2, 0)]),
            ('three types, five servers', (20, 18, 25), [(0,), (0, 1), (1, 2), (2,), (0, 1, 2)])):
        answers, total = exact.first_come_longest_idle([r / 60 for r in rates], 3, [set(s) for s in crew])
        known = {f'q{t}': answer for t, answer in enumerate(answers)}
        known['total'] = total
        yield Row('FCFS-ALIS', f'{name}: ' + '+'.join(map(str, rates)) + '/h, 3 min',
                  skills_text(rates, 3, crew), known, contacts=30000)


def two_pool_rows():
    for name, rates, agents, patience, both in (('X', (90, 90), (5, 5), (2, 4), True),
                                                ('N', (110, 80), (5, 6), (3, 1.5), False),
                                                ('X, patient', (120, 40), (5, 4), (10, 10), True)):
        answers, total = exact.two_pools([r / 60 for r in rates], 3, agents, patience, both)
        # In the N-design the second pool's agents take both, the first's their own alone.
        crew = [(0, 1) if both else (0,)] * agents[0] + [(1, 0)] * agents[1]
        known = {f'q{t}': answer for t, answer in enumerate(answers)}
        known['total'] = total
        yield Row('two pools, impatient', f'{name}: {rates[0]}+{rates[1]}/h, {agents[0]}+{agents[1]} agents',
                  skills_text(rates, 3, crew, patience=[f'exp {p}m' for p in patience], with_ranks=True),
                  known, contacts=30000)


def draw_contacts(rng, rates, count, handle, patience):
    """Contacts of both types: whole milliseconds, lognormal lengths."""
    contacts = []
    for t, per_h in enumerate(rates):
        mean, cv = handle[t]
        sigma = math.sqrt(math.log(1 + cv * cv))
        zeta = math.log(mean * 60000) - sigma * sigma / 2
        at = 0.0
        for _ in range(int(count * per_h / sum(rates))):
            at += rng.expovariate(per_h / 3600000)
            contacts.append(small_centre.Contact(int(at), t, max(1, int(rng.lognormvariate(zeta, sigma))),
                                                 max(1, int(rng.expovariate(1 / (patience[t] * 60000))))))
    contacts.sort(key=lambda c: c.at)
    return contacts


def small_centre_rows():
    """Against a program of its own: the same contacts in both, then other contacts of the same kind."""
    rates, handle, patience = (90, 70), ((3, 1.2), (4, 0.8)), (2, 5)
    crew = [(0, 1)] * 5 + [(1, 0)] * 4
    contacts = draw_contacts(random.Random(7), rates, 4000, handle, patience)
    small_centre.run(contacts, crew, 2)
    rows = small_centre.measures(contacts, 2)
    names = ('q0', 'q1', 'total')
    lines = ['at_s,queue,handle_s,patience_s']
    lines += [f'{c.at / 1000:.3f},q{c.type},{c.handle / 1000:.3f},{c.patience / 1000:.3f}' for c in contacts]
    service = [f'lognormal {m}m {cv}' for m, cv in handle]
    text = skills_text(rates, service, crew, patience=[f'exp {p}m' for p in patience], with_ranks=True)
    traced = re.sub(r'  arrivals:\n.*', '  arrivals:\n    - { trace: contacts.csv }\n', text, flags=re.S)
    traced = re.sub(r'warm_up: WARM_UP contacts', 'warm_up: 0s', traced)
    yield Row('trace', 'two pools, lognormal, impatient: the same 4,000 contacts',
              traced.replace('LENGTH', str(len(contacts))), dict(zip(names, rows)), is_identical=True,
              files={'contacts.csv': '\n'.join(lines) + '\n'})
    yield Row('two pools, lognormal', '90+70/h, 5+4 agents, 3 and 4 min, patience 2 and 5 min',
              text, *simulate_small(rates, handle, patience, crew, 20, 12000), contacts=20000)


def simulate_small(rates, handle, patience, crew, runs, count):
    """Means and half-widths of the small centre's own runs (20 of them: Student's t of 19)."""
    names = ('q0', 'q1', 'total')
    all_rows = []
    for seed in range(runs):
        contacts = draw_contacts(random.Random(1000 + seed), rates, count, handle, patience)
        small_centre.run(contacts, crew, 2)
        all_rows.append(small_centre.measures(contacts[count // 10:-count // 20], 2))
    known, halves = {}, {}
    for i, name in enumerate(names):
        known[name], halves[name] = {}, {}
        for measure in ('p_wait', 'p_abandon', 'mean_wait_s', 'service_level'):
            values = [rows[i][measure] for rows in all_rows]
            mean = sum(values) / runs
            deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (runs - 1))
            known[name][measure] = mean
            halves[name][measure] = 2.093 * deviation / math.sqrt(runs)
    return known, halves


# The pooling experiment ----------------------------------------------------------------------------


def shipped(name):
    """A simulation that is installed with attune, its length to be filled in."""
    text = (SIMULATIONS / name).read_text(encoding='utf-8')
    text = re.sub(r'warm_up: \d+', 'warm_up: WARM_UP', text)
    return re.sub(r'length: \d+', 'length: LENGTH', text)


def pooling_rows():
    with open(HERE / 'reference' / 'pooling.csv', encoding='utf-8') as file:
        for line in csv.DictReader(file):
            skills = line.pop('skills')
            known = {m: float(v) for m, v in line.items() if not m.endswith('_half')}
            halves = {m: float(line[m + '_half']) for m in known}
            yield Row('pooling', f'90 agents with {skills} skill' + ('s' if skills != '1' else ''),
                      shipped(f'pooling-{skills}.yaml'), {'total': known}, {'total': halves},
                      contacts=300000, warm_up=20000, is_in_short=False, is_reference=True)


def all_rows():
    for family in (erlang_rows, more_patience_rows, general_patience_rows, limited_rows, one_agent_rows,
                   priority_rows, product_form_rows, two_pool_rows, small_centre_rows, pooling_rows):
        yield from family()
