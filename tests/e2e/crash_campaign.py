# SPDX-License-Identifier: Apache-2.0
"""tools/dev crash: the faults of test_faults.py for as long as one likes. Clients' histories are checked
after every one; the last line is `N passed, N failed`, and a failure prints what repeats it.

    tools/dev crash                                 all of it: half an hour
    tools/dev crash --kills 200 --power-cuts 50     some of it
    tools/dev crash --boundary any:417:killed       one crash, as a failure names it
"""

import argparse
import random
import shutil
import subprocess
import sys
import time
import traceback

import power
from faults import (Traffic, begin_again, check_history, clear_agents, count_operations, counted,
                    crash_at, ended_as_it_should, needs_faults, replays, start)
from support import House, Skipped

COMMANDS = 2000
KILLS_A_JOURNAL = 20
LONG_LIFE = 3.0  # Seconds.


class Campaign:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.acknowledged = 0
        self.house = House()

    def attempt(self, what, deed):
        """One fault; a new house after one that failed, whose data are kept to be looked at."""
        try:
            traffic = deed()
            self.passed += 1
            self.acknowledged += len(traffic.history) if traffic else 0
        except Skipped:
            raise
        except Exception:  # pylint: disable=broad-except
            self.failed += 1
            print(f"FAILED: tools/dev crash {what}\n  kept: {self.house.home}")
            print(traceback.format_exc() + self.house.words()[-2000:], flush=True)
            if self.house.process and self.house.is_alive():
                self.house.kill()
            self.house = House()

    def kills(self, count, seed):
        rng = random.Random(seed)
        traffic = Traffic(seed)
        for number in range(count):
            if number % KILLS_A_JOURNAL == 0:
                self.acknowledged += len(traffic.history)
                begin_again(self.house)
                traffic = Traffic(seed + number)
            self.attempt(f"--kills {count} --seed {seed}  (kill {number})",
                         lambda: self.one_kill(rng, traffic))
        self.acknowledged += len(traffic.history)
        self.house.kill()
        self.attempt("--kills: the journal replays", lambda: replays(self.house) and None)
        print(f"{count} kills: {traffic.commands} commands in the last journal, "
              f"{self.house.words().count('snapshot.made')} snapshots in all", flush=True)

    def one_kill(self, rng, traffic):
        house = self.house
        if not house.process or not house.is_alive():
            house.start(snapshot_every=500)
        clear_agents(house, traffic)
        # Now and then long enough for a snapshot, which is thought of once a second.
        longest = LONG_LIFE if rng.random() < 0.15 else 0.3
        with subprocess.Popen(["sh", "-c", f"sleep {rng.uniform(0.005, longest)}; "
                               f"kill -9 {house.process.pid}"]):
            traffic.run(house, 1_000_000)
        house.process.wait()
        house.start(snapshot_every=500)
        check_history(house, traffic)

    def power_cuts(self, count, seed):
        rng = random.Random(seed)
        for number in range(count):
            self.attempt(f"--power-cuts {count} --seed {seed}  (cut {number})",
                         lambda: power.cut(self.house, seed, rng.uniform(0.03, 0.6)))
            begin_again(self.house)
        self.house.data = self.house.path("data")

    def boundaries(self, deeds, every):
        """Each K-th write, sync and change of a name of a run of 2,000 commands."""
        total = count_operations(self.house, COMMANDS)
        for deed in deeds:
            for number in range(1, total + 1, every):
                self.boundary(f"any:{number}:{deed}")
        print(f"{', '.join(deeds)} at every {every}. of {total} operations", flush=True)

    def boundary(self, fault):
        self.attempt(f"--boundary {fault}", lambda: crash_at(self.house, fault, COMMANDS)[1])

    def starts(self, deeds, every, kind):
        """Faults during a start and recovery: of operations, or of allocations."""
        house = self.house
        begin_again(house)
        traffic = Traffic()
        house.start()
        assert traffic.run(house, COMMANDS)
        house.kill()
        kept = house.path("kept")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(house.data, kept)
        assert start(house, fault="any:0:none", alloc="0")
        total = counted(house)[0 if kind == "fault" else 1]
        house.kill()
        for deed in deeds:
            for number in range(1, total + 1, every):
                self.attempt(f"(a start with {kind} {number} {deed})",
                             lambda: self.one_start(kept, traffic, kind, number, deed))
        print(f"{', '.join(deeds)} at every {every}. of {total} {kind}s of a start", flush=True)

    def one_start(self, kept, traffic, kind, number, deed):
        house = self.house
        begin_again(house)
        shutil.copytree(kept, house.data)
        fault = f"any:{number}:{deed}" if kind == "fault" else None
        alloc = f"{number}{deed}" if kind == "allocation" else None
        if start(house, fault=fault, alloc=alloc):
            house.kill()
        elif fault or house.process.returncode != 127:  # 127: not even loaded.
            ended_as_it_should(house)
        if number % 16 == 1:
            house.start()
            check_history(house, traffic)


def main():
    parser = argparse.ArgumentParser(prog="tools/dev crash", description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=0, help="kill -9 at random moments of traffic")
    parser.add_argument("--power-cuts", type=int, default=0, help="of an ext4 in a file; takes root")
    parser.add_argument("--boundaries", type=int, default=0, metavar="EVERY",
                        help="crash at every EVERY-th write, sync and name of 2,000 commands")
    parser.add_argument("--errors", type=int, default=0, metavar="EVERY",
                        help="the same with EIO, ENOSPC and short writes, once and from there on")
    parser.add_argument("--starts", type=int, default=0, metavar="EVERY",
                        help="every EVERY-th operation and allocation of a start fails")
    parser.add_argument("--boundary", metavar="FAULT", help="one of them, as a failure names it")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not (options.kills or options.power_cuts or options.boundaries or options.errors or
            options.starts or options.boundary):
        options.kills, options.power_cuts = 200, 50
        options.boundaries, options.errors, options.starts = 10, 50, 7
    campaign = Campaign()
    began = time.monotonic()
    try:
        run_all(campaign, options)
    finally:
        campaign.house.close()
    print(f"{campaign.acknowledged} contacts' histories checked in "
          f"{time.monotonic() - began:.0f} s")
    print(f"{campaign.passed} passed, {campaign.failed} failed")
    sys.exit(1 if campaign.failed else 0)


def run_all(campaign, options):
    parts = []
    if options.boundary:
        parts.append(lambda: campaign.boundary(options.boundary))
    if options.kills:
        parts.append(lambda: campaign.kills(options.kills, options.seed))
    if options.power_cuts:
        parts.append(lambda: (power.needs_loop_devices(),
                              campaign.power_cuts(options.power_cuts, options.seed)))
    if options.boundaries:
        parts.append(lambda: (needs_faults(),
                              campaign.boundaries(("kill", "killed"), options.boundaries)))
    if options.errors:
        parts.append(lambda: (needs_faults(), campaign.boundaries(
            ("eio", "eio:sticky", "enospc", "enospc:sticky", "short", "short:sticky"),
            options.errors)))
    if options.starts:
        parts.append(lambda: (needs_faults(), campaign.starts(
            ("kill", "killed", "eio", "enospc", "short", "eio:sticky", "enospc:sticky"),
            1, "fault")))
        parts.append(lambda: (needs_faults(), campaign.starts(("", ":sticky"), options.starts,
                                                              "allocation")))
    for part in parts:
        try:
            part()
        except Skipped as reason:
            print(f"skipped: {reason}", flush=True)


if __name__ == "__main__":
    main()
