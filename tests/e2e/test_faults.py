# SPDX-License-Identifier: Apache-2.0
"""attuned in a world that fails: it dies at any write and sync, writes and syncs fail, memory ends, the
disk fills, files rot, power goes. `tools/dev crash` does more of the same for longer."""

import os
import random
import resource
import shutil
import signal
import subprocess
import time

import power
from faults import (Traffic, begin_again, check_history, clear_agents, count_operations,
                    counted, crash_at, ended_as_it_should, needs_faults, needs_root, replays, start,
                    wait_for_end)
from support import SLOWER, eventually, refused, run

RUN = 240  # Commands; the long run has 2,000.


def spread(first, last, count):
    """So many numbers, the ends among them."""
    step = max(1, (last - first) // max(1, count - 1))
    return sorted({*range(first, last + 1, step), last})


# ---- Crashes ----

def it_may_die_before_and_after_any_write_and_sync(house):
    needs_faults()
    total = count_operations(house, RUN)
    assert total > 100, total
    died = 0
    for deed in ("kill", "killed"):
        for number in spread(1, total, 16):
            how, _ = crash_at(house, f"any:{number}:{deed}", RUN)
            died += how == -signal.SIGKILL
    assert died >= 20, f"only {died} runs met their fault"
    replays(house)


def it_may_die_at_every_failpoint(house):
    for point in ("segment.made:1", "segment.linked:1", "segment.named:1", "append.before:1",
                  "append.after:1", "append.before:9", "append.after:9"):
        begin_again(house)
        traffic = Traffic()
        if start(house, failpoint=point):
            assert not traffic.run(house, RUN), f"{point} was not come to"
            wait_for_end(house)
        assert house.process.returncode == -signal.SIGKILL, point
        house.start()
        check_history(house, traffic)


def it_may_be_killed_over_and_over(house):
    rng = random.Random(11)
    traffic = Traffic()
    for _ in range(6):
        house.start()
        check_history(house, traffic)
        clear_agents(house, traffic)
        killer = subprocess.Popen(["sh", "-c", f"sleep {rng.uniform(0.02, 0.25)}; "
                                   f"kill -9 {house.process.pid}"])
        traffic.run(house, 100000)
        killer.wait()
        house.process.wait()
    house.start()
    check_history(house, traffic)
    assert traffic.commands > 200, traffic.commands
    house.kill()
    replays(house)


# ---- Writes and syncs that fail ----

def it_may_fail_to_write_or_sync_at_any_place(house):
    needs_faults()
    total = count_operations(house, RUN)
    aborted = 0
    for deed in ("eio", "enospc", "short"):
        for suffix in ("", ":sticky"):
            for number in spread(1, total, 7):
                how, _ = crash_at(house, f"any:{number}:{deed}{suffix}", RUN)
                aborted += how == -signal.SIGABRT
    assert aborted >= 10, f"only {aborted} runs were ended by their fault"


def a_sync_that_failed_is_never_tried_again(house):
    needs_faults()
    aborted = 0
    alone = {"no_history": True}  # Its syncs fail without harm, and come whenever its thread does.
    at_start = count_operations(house, 0, "sync", **alone)
    syncs = count_operations(house, RUN, "sync", **alone) - at_start
    for number in spread(at_start + syncs // 4, at_start + syncs // 2, 4):  # Another run may have fewer.
        how, _ = crash_at(house, f"sync:{number}:eio", RUN, **alone)
        assert how in (-signal.SIGABRT, 1), how  # 1: in a start that had more of them.
        aborted += how == -signal.SIGABRT and "journal.failed" in house.words()
    assert aborted >= 2, aborted


def a_fault_during_recovery_harms_nothing(house):
    needs_faults()
    traffic = Traffic()
    house.start()
    assert traffic.run(house, RUN)
    house.kill()
    kept = house.path("kept")
    shutil.copytree(house.data, kept)
    assert start(house, fault="any:0:none")
    total = counted(house)[0]
    for deed in ("kill", "killed", "eio", "enospc", "eio:sticky", "enospc:sticky"):
        for number in spread(1, total, 5):
            begin_again(house)
            shutil.copytree(kept, house.data)
            if not start(house, fault=f"any:{number}:{deed}"):
                ended_as_it_should(house)
            else:
                house.kill()
            house.start()
            check_history(house, traffic)


# ---- Memory ----

def memory_may_end_at_any_time_of_a_start_and_recovery(house):
    needs_faults()
    traffic = Traffic()
    house.start()
    assert traffic.run(house, RUN)
    house.kill()
    kept = house.path("kept")
    shutil.copytree(house.data, kept)
    assert start(house, alloc="0", no_history=True)  # Its thread allocates by itself, in no order.
    total = counted(house)[1]
    house.kill()
    failed = 0
    for suffix in ("", ":sticky"):
        for number in spread(1, total, 25):
            begin_again(house)
            shutil.copytree(kept, house.data)
            if start(house, alloc=f"{number}{suffix}", no_history=True):
                house.kill()
            else:
                failed += 1
                code = house.process.returncode
                assert code in (1, 2, 127, -signal.SIGABRT), f"allocation {number}: {code}"
    assert failed > 20, failed
    house.start()
    check_history(house, traffic)


# ---- The disk fills ----

def a_disk_that_fills_takes_endings_to_the_last(house):
    needs_root("mounting a small tmpfs")
    with power.mounted_tmpfs(house.path("small"), "6m") as folder:
        house.data = os.path.join(folder, "data")
        house.start()
        traffic = Traffic()
        client = house.client("phone")
        traffic.sign_in(client)
        answers = traffic.ask(client, [
            (f"early{i}", "added", "contact_add",
             {"contact": f"early{i}", "channel": "chat", "queue": "cards"}) for i in range(6)])
        (mine, offer) = next((f"early{i}", done) for i, done in enumerate(answers)
                             if done.agent == "ann")
        fill(folder, leave=450 << 10)
        eventually(lambda: "new contacts are refused" in house.words())
        assert refused("full", client, "contact_add", contact="late", channel="chat",
                       queue="cards").retry_ms > 0
        client.request("agent_pause", agent="bob")
        fill(folder, leave=120 << 10)
        eventually(lambda: "only what ends something" in house.words())
        refused("full", client, "agent_ready", agent="bob")
        traffic.ask(client, [(mine, "connected", "offer_accept",
                              {"contact": mine, "agent": "ann", "offer": offer.offer})])
        traffic.ask(client, [(mine, "ended", "contact_end", {"contact": mine})])
        assert traffic.history[mine] == "ended"
        os.unlink(os.path.join(folder, "filler"))
        eventually(lambda: "disk.room_again" in house.words())
        traffic.ask(client, [("late", "added", "contact_add",
                              {"contact": "late", "channel": "chat", "queue": "cards"})])
        house.kill()
        house.start()
        check_history(house, traffic)
        house.stop()


def fill(folder, leave):
    disk = os.statvfs(folder)
    size = disk.f_bavail * disk.f_frsize - leave
    with open(os.path.join(folder, "filler"), "ab") as file:
        file.write(bytes(max(size, 0)))


def a_disk_that_is_full_ends_it_and_loses_nothing(house):
    house.start()
    traffic = Traffic()
    assert traffic.run(house, RUN)
    limit = max(os.path.getsize(os.path.join(house.data, "journal", name))
                for name in os.listdir(os.path.join(house.data, "journal"))) + 100_000
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    assert not traffic.run(house, 100000)
    wait_for_end(house)
    assert house.process.returncode == -signal.SIGABRT
    assert "journal.failed" in house.words()
    house.start()
    check_history(house, traffic)


# ---- Files that rot ----

def rot_is_found_or_harmless(house):
    rng = random.Random(5)
    traffic = Traffic()
    house.start()
    assert traffic.run(house, RUN)
    house.kill()
    kept = house.path("kept")
    shutil.copytree(house.data, kept)
    refusals = 0
    for case in range(24):
        begin_again(house)
        shutil.copytree(kept, house.data)
        rot(house, rng, is_sector=case % 3 == 0)
        if start(house):
            # A bad last commit looks as if it had been torn off: one round's contacts at most.
            check_history(house, traffic, lost_commits=8)
        else:
            refusals += 1
            assert house.process.returncode == 1, house.process.returncode
            last = house.words().splitlines()
            assert any("recovery.failed" in line or "journal.failed" in line
                       for line in last[-4:]), last[-4:]
    assert refusals >= 8, f"only {refusals} of 24 damaged journals were refused"
    begin_again(house)
    shutil.copytree(kept, house.data)
    house.start()
    check_history(house, traffic)


def written_bytes(path):
    """Without the zeros that stand ahead in a log."""
    with open(path, "rb") as file:
        return len(file.read().rstrip(b"\0"))


def rot(house, rng, is_sector):
    journal = os.path.join(house.data, "journal")
    names = [name for name in os.listdir(journal) if not name.endswith("-shm")]
    sizes = [written_bytes(os.path.join(journal, name)) for name in names]
    name = rng.choices(names, sizes)[0]
    path = os.path.join(journal, name)
    at = rng.randrange(written_bytes(path))
    with open(path, "r+b") as file:
        if is_sector:
            file.seek(at // 512 * 512)
            file.write(bytes(512))
        else:
            file.seek(at)
            byte = file.read(1)
            file.seek(at)
            file.write(bytes([byte[0] ^ (1 << rng.randrange(8))]))


# ---- Stops and power ----

def a_pause_of_the_process_changes_nothing(house):
    house.start()
    traffic = Traffic()
    for _ in range(5):
        house.process.send_signal(signal.SIGSTOP)
        waker = subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -CONT {house.process.pid}"])
        assert traffic.run(house, 60)
        waker.wait()
    check_history(house, traffic)
    assert house.stop() == 0


def power_may_go_at_any_time(house):
    power.needs_loop_devices()
    for seed in range(3):
        power.cut(house, seed, seconds=0.15 + 0.1 * seed)


# ---- A command that brings it down ----

def a_command_that_brought_it_down_twice_is_refused(house):
    for attempt in (1, 2):
        start(house, failpoint="step.poison:1:abort")
        client = house.client("phone")
        client.request("contact_add", contact=f"fine{attempt}", channel="chat", queue="cards")
        client.send("contact_add", contact="poison", channel="chat", queue="cards")
        house.process.wait(20 * SLOWER)
        assert house.process.returncode == -signal.SIGABRT
    start(house, failpoint="step.poison:1:abort")
    assert "it is refused from now on" in house.words()
    client = house.client("phone")
    refused("invalid", client, "contact_add", contact="poison", channel="chat", queue="cards")
    client.request("contact_add", contact="fine3", channel="chat", queue="cards")
    contacts = sorted(row["contact"] for row in house.ctl_json("contacts"))
    assert contacts == ["fine1", "fine2", "fine3"], contacts


def a_journaled_command_that_brings_the_replay_down_is_skipped(house):
    house.start()
    client = house.client("phone")
    for contact in ("c1", "poison", "c2"):
        client.request("contact_add", contact=contact, channel="chat", queue="cards")
    house.kill()
    for _ in (1, 2):
        assert not start(house, failpoint="replay.poison:1:abort")
        assert house.process.returncode == -signal.SIGABRT
    assert start(house, failpoint="replay.poison:1:abort")
    assert "it is skipped from now on" in house.words()
    assert "recovery.skipped" in house.words()
    contacts = sorted(row["contact"] for row in house.ctl_json("contacts"))
    assert contacts == ["c1", "c2"], contacts
    # The front end has it still, and says so again.
    client = house.client("phone")
    client.request("contact_add", contact="poison", channel="chat", queue="cards")
    house.kill()
    assert start(house), "what was decided after the skip is the truth"
    assert len(house.ctl_json("contacts")) == 3


# ---- Snapshots ----

def a_clean_stop_ends_in_a_snapshot_and_the_next_start_replays_nothing(house):
    traffic = Traffic()
    house.start()
    assert traffic.run(house, RUN)
    assert house.stop() == 0
    assert "snapshot.made" in house.words()
    house.start()
    line = [line for line in house.words().splitlines() if "recovery.done" in line][-1]
    assert "commands=0" in line and "snapshot_seq=" in line, line
    check_history(house, traffic)
    house.kill()
    replays(house)


def snapshots_are_made_beside_the_traffic_and_old_ones_go(house):
    traffic = Traffic()
    house.start(snapshot_every=200)
    deadline = time.monotonic() + 20 * SLOWER
    while house.words().count("snapshot.made") < 5 and time.monotonic() < deadline:
        assert traffic.run(house, 300)
    assert house.words().count("snapshot.made") >= 5
    assert "snapshot.failed" not in house.words()
    journal = os.path.join(house.data, "journal")
    assert len([name for name in os.listdir(journal) if name.endswith(".snapshot")]) == 2
    assert house.status()["snapshot_seq"] > 0
    house.kill()
    house.start()
    line = [line for line in house.words().splitlines() if "recovery.done" in line][-1]
    assert "snapshot_seq=" in line, line
    check_history(house, traffic)
    house.kill()
    assert "with the same state" in replays(house)


def segments_that_snapshots_cover_are_removed_when_they_are_old(house):
    traffic = Traffic()
    journal = os.path.join(house.data, "journal")
    # An hour, when a segment ends, is a second and a half.
    house.start(time_scale=2500, snapshot_every=200, keep="1h")
    deadline = time.monotonic() + 30 * SLOWER
    while "segments_removed=" not in house.words() and time.monotonic() < deadline:
        assert traffic.run(house, 300)
    assert "segments_removed=" in house.words()
    assert not os.path.exists(os.path.join(journal, f"{1:020}.segment"))
    assert "snapshot.failed" not in house.words()
    house.kill()
    house.start(time_scale=2500)
    assert house.status()["seq"] >= max(traffic.sequence)
    house.kill()
    replays(house)


def a_damaged_snapshot_is_fallen_back_from(house):
    traffic = Traffic()
    for _ in range(2):
        house.start()
        assert traffic.run(house, RUN)
        assert house.stop() == 0
    journal = os.path.join(house.data, "journal")
    names = sorted(name for name in os.listdir(journal) if name.endswith(".snapshot"))
    for name in reversed(names):
        with open(os.path.join(journal, name), "r+b") as file:
            file.seek(100)
            file.write(b"damage")
        house.start()
        assert "snapshot.unusable" in house.words()
        check_history(house, traffic)
        house.kill()


if __name__ == "__main__":
    run(it_may_die_before_and_after_any_write_and_sync,
        it_may_die_at_every_failpoint,
        it_may_be_killed_over_and_over,
        it_may_fail_to_write_or_sync_at_any_place,
        a_sync_that_failed_is_never_tried_again,
        a_fault_during_recovery_harms_nothing,
        memory_may_end_at_any_time_of_a_start_and_recovery,
        a_disk_that_fills_takes_endings_to_the_last,
        a_disk_that_is_full_ends_it_and_loses_nothing,
        rot_is_found_or_harmless,
        a_pause_of_the_process_changes_nothing,
        power_may_go_at_any_time,
        a_command_that_brought_it_down_twice_is_refused,
        a_journaled_command_that_brings_the_replay_down_is_skipped,
        a_clean_stop_ends_in_a_snapshot_and_the_next_start_replays_nothing,
        snapshots_are_made_beside_the_traffic_and_old_ones_go,
        segments_that_snapshots_cover_are_removed_when_they_are_old,
        a_damaged_snapshot_is_fallen_back_from)
