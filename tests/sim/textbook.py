#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the simulator to the textbooks: docs/routing-quality.md tells what is compared.

Every measure's mean over the replications is laid beside its exact value and the half-width of its
95 % interval. Where the value known is itself simulated the two half-widths are added as independent
errors are (the root of the sum of their squares).

Of so many comparisons one in twenty must miss its 95 % interval if all is right. So two things are asked:
that no distance is one that all of them together would have less than once in twenty times (Bonferroni:
the Student t quantile at 1 - 0.025 / comparisons), and, with --strict, that those of tests/sim/reference
be inside their own 95 % intervals. --seeds A-B tells how often comparisons are inside, which must be
about 95 % of the time: a row that always misses on one side is wrong, however little.
"""

import argparse
import collections
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

import exact
import families

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def student_quantile(p, freedom):
    """Of Student's t, by integrating its density."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(x, steps=400):
        h = x / steps
        density = [scale * (1 + (i * h) ** 2 / freedom) ** (-(freedom + 1) / 2) for i in range(steps + 1)]
        return 0.5 + h / 3 * (density[0] + density[-1] + 4 * sum(density[1::2]) + 2 * sum(density[2:-1:2]))

    low, high = 0.0, 1000.0 if freedom < 5 else 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < p else (low, middle)
    return high


def simulate(options, row, seed):
    contacts = row.contacts
    warm_up = row.warm_up
    if options.short:
        contacts, warm_up = max(800, contacts // 30), max(400, warm_up // 10)
    contacts = options.contacts or contacts
    replications = 1 if row.is_identical else options.replications
    with tempfile.TemporaryDirectory(prefix='attune-textbook-') as folder:
        path = row.plan(pathlib.Path(folder), contacts, warm_up)
        command = [options.attunesim, 'run', str(path), '--json', '--seed', str(seed), '--replications',
                   str(replications), '--jobs', str(options.jobs)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(f'{row.family}, {row.name}: {run.stderr}{run.stdout}')
    return json.loads(run.stdout)


Comparison = collections.namedtuple('Comparison', 'row queue measure known mean half distance')


def compare(options, row, answer):
    """Distances are in half-widths of the 95 % interval."""
    for queue, measures in row.known.items():
        found = answer['total'] if queue == 'total' else answer['queues'][queue]
        for measure, known in measures.items():
            known *= 1 + options.wrong_by
            mean = found.get(measure, {'mean': math.nan})['mean']
            if row.is_identical:
                half = 1e-6 * max(1, abs(known))
            else:
                half = math.hypot(found.get(measure, {'ci95': math.nan})['ci95'],
                                  row.halves.get(queue, {}).get(measure, 0))
            # Tables give six figures; a share that is 0 or 1 has no width.
            room = 6e-7 * max(1.0, abs(known))
            distance = max(0.0, abs(mean - known) - room) / half if half > 0 else (
                0.0 if abs(mean - known) <= room else math.inf)
            yield Comparison(row, queue, measure, known, mean, half,
                             math.inf if math.isnan(distance) else distance)


def print_row(comparisons, seconds):
    row = comparisons[0].row
    print(f'\n{row.family}: {row.name}' + (f'  ({seconds:.0f} s of CPU)' if seconds >= 1 else ''))
    for c in comparisons:
        where = '' if c.queue == 'total' else f'{c.queue}.'
        print(f'  {where + c.measure:28} {c.known:14.6f} {c.mean:14.6f} +- {c.half:<11.6f} '
              f'{"inside" if c.distance <= 1 else f"OUTSIDE, {c.distance:.2f} half-widths"}')
    sys.stdout.flush()


def print_pooling(means):
    """How much of what six skills bring do two bring already?"""
    gains = {}
    for measure, least in (('p_block', 0.98), ('mean_wait_s', 0.94)):
        one, two, six = (means[skills][measure] for skills in ('1', '2', '6'))
        gains[measure] = (one - two) / (one - six)
        print(f'  two skills bring {100 * gains[measure]:.1f} % of what six do in {measure} '
              f'({one:.6g} -> {two:.6g} -> {six:.6g}); asked: {100 * least:.0f} %')
    return gains['p_block'] >= 0.98 and gains['mean_wait_s'] >= 0.94


def check_reference():
    """Our formulas against the values handed down: two computations of the same."""
    for row in families.erlang_rows():
        per_h, service, agents = (float(x.split()[0].split('/')[0]) for x in row.name.split(',')[:3])
        known = row.known['total']
        if row.family == 'Erlang C':
            ours = exact.limited(per_h / 60, service, int(agents), exact.INFINITE, 20)
        else:
            ours = exact.impatient(per_h / 60, service, int(agents), lambda x: math.exp(-x / 2), 20, 15)
        for measure, value in known.items():
            if abs(ours.get(measure, 0) - value) > 2e-7 * max(1, value):
                sys.exit(f'{row.name}: {measure} is {value}, our own formula says {ours[measure]}')


def one_seed(options, rows, seed, is_quiet):
    comparisons = []
    pooling = {}
    for row in rows:
        # A seed of its own each, or all would see the same luck; but the same calls for crews that are to
        # be compared.
        name = row.family if row.family == 'pooling' else f'{row.family}: {row.name}'
        answer = simulate(options, row, 100000 * seed + zlib.crc32(name.encode()) % 100000)
        mine = list(compare(options, row, answer))
        if not is_quiet:
            seconds = sum(answer['total'][m]['mean'] for m in ('offered',)) * answer['replications'] / max(
                1, answer['contacts_per_second'])
            print_row(mine, seconds)
        if row.family == 'pooling':
            pooling[row.name.split()[3]] = {c.measure: c.mean for c in mine}
        comparisons += mine
    return comparisons, pooling


def conclude(options, comparisons, pooling):
    bound = student_quantile(1 - 0.025 / len(comparisons), options.replications - 1) / student_quantile(
        0.975, options.replications - 1)
    outside = [c for c in comparisons if c.distance > 1]
    far = [c for c in comparisons if c.distance > bound]
    strict = [c for c in outside if c.row.is_reference and options.strict]
    is_well = not far and not strict
    print(f'\n{len(comparisons) - len(outside)} of {len(comparisons)} comparisons are inside their 95 % intervals '
          f'(about {0.95 * len(comparisons):.0f} are to be expected); the farthest is '
          f'{max(c.distance for c in comparisons):.2f} half-widths away, allowed for all together: {bound:.2f}')
    reference = [c for c in comparisons if c.row.is_reference]
    print(f'of tests/sim/reference: {sum(c.distance <= 1 for c in reference)} of {len(reference)} inside')
    if len(pooling) == 3 and not print_pooling(pooling):
        print('WRONG: two skills bring too little')
        is_well = False
    for c in far:
        print(f'WRONG: {c.row.family}, {c.row.name}: {c.queue} {c.measure}')
    for c in strict:
        print(f'OUTSIDE: {c.row.family}, {c.row.name}: {c.queue} {c.measure}')
    return is_well


def many_seeds(options, rows, seeds):
    """Is anything biased? Each comparison's signed distance, averaged over seeds."""
    inside = total = 0
    signed = collections.defaultdict(list)
    for seed in seeds:
        comparisons, _ = one_seed(options, rows, seed, True)
        inside += sum(c.distance <= 1 for c in comparisons)
        total += len(comparisons)
        for c in comparisons:
            if c.half > 0 and not c.row.is_identical:
                signed[(c.row.family, c.row.name, c.queue, c.measure)].append((c.mean - c.known) / c.half)
        print(f'seed {seed}: {sum(c.distance <= 1 for c in comparisons)} of {len(comparisons)} inside', flush=True)
    print(f'\n{inside} of {total} inside: {100 * inside / total:.1f} %')
    # A half-width is 2.09 standard errors: the mean of n signed distances has 0.478 / sqrt(n).
    width = 0.478 / math.sqrt(len(seeds))
    ordered = sorted(signed.items(), key=lambda entry: -abs(sum(entry[1])))
    print(f'farthest on the average, in standard errors of that average (of {len(signed)}):')
    for key, values in ordered[:10]:
        print(f'  {sum(values) / len(values) / width:6.2f}  {" | ".join(key)}')


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--attunesim', default=str(ROOT / 'build/release/tools/attunesim/attunesim'))
    # Of seed 2 the rows of reference/ are inside, all of them (docs/routing-quality.md says how lucky that is).
    parser.add_argument('--seed', type=int, default=2)
    parser.add_argument('--seeds', help='A-B: how often are comparisons inside, and is anything biased?')
    parser.add_argument('--replications', type=int, default=20)
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--contacts', type=int, help='a replication, instead of each row\'s own')
    parser.add_argument('--only', default='', help='rows whose family or name contains this')
    parser.add_argument('--short', action='store_true', help='fewer rows and contacts: some seconds')
    parser.add_argument('--strict', action='store_true', help='every row of reference/ inside its interval')
    parser.add_argument('--wrong-by', type=float, default=0.0, metavar='SHARE',
                        help='makes every known value wrong by so much; status 0 if that is found out')
    return parser.parse_args()


def main():
    options = read_options()
    check_reference()
    rows = [row for row in families.all_rows()
            if options.only in f'{row.family}: {row.name}' and (row.is_in_short or not options.short)]
    if options.seeds:
        first, last = map(int, options.seeds.split('-'))
        many_seeds(options, rows, range(first, last + 1))
        return 0
    print(f'seed {options.seed}, {options.replications} replications\n'
          f'  {"measure":28} {"known":>14} {"simulated":>14}    95 % half-width')
    comparisons, pooling = one_seed(options, rows, options.seed, False)
    is_well = conclude(options, comparisons, pooling)
    if options.wrong_by:
        print('found out' if not is_well else 'NOT FOUND OUT')
        return 1 if is_well else 0
    return 0 if is_well else 1


if __name__ == '__main__':
    sys.exit(main())
