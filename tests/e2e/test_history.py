# SPDX-License-Identifier: Apache-2.0
"""The history: every contact's rows, once, whatever becomes of attuned or of the disk they are on."""

import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time

from support import ATTUNED, CONFIG, IS_SANITIZED, SLOWER, Skipped, attune, run
from web import Web

STATE = attune.contact_pb2
TABLES = ("contacts", "spells", "conversations", "offers", "requirements", "presence", "feedback",
          "people", "person_values")


class Traffic(threading.Thread):
    """A front end with contacts of all kinds, until it is told to stop or the connection breaks."""

    def __init__(self, house, seed, contacts=10**9):
        super().__init__()
        self.client = house.client("phone")
        self.rng = random.Random(seed)
        self.seed = seed
        self.left = contacts
        self.problem = None

    def run(self):
        try:
            for agent in ("ann", "bob"):
                self.client.request("agent_ready", agent=agent)
            while self.left > 0:
                self.left -= 1
                self.one_contact()
        except (attune.Closed, OSError, TimeoutError):
            pass
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = problem

    def one_contact(self):
        contact = f"c-{self.seed}-{self.left}"
        ask = self.client.request
        customer = {"id": f"cust-{self.rng.randrange(20)}", "name": "Eva"}
        done = ask("contact_add", contact=contact, channel=self.rng.choice(["chat", "voice"]),
                   queue=self.rng.choice(["cards", "general"]),
                   **({"customer": customer} if self.rng.random() < 0.5 else {}))
        try:
            if done.state != STATE.CONTACT_STATE_OFFERED:
                ask("contact_abandon", contact=contact)
                return
            if self.rng.random() < 0.2:
                ask("offer_decline", contact=contact, agent=done.agent, offer=done.offer)
                ask("contact_abandon", contact=contact)
                return
            ask("offer_accept", contact=contact, agent=done.agent, offer=done.offer)
            if self.rng.random() < 0.2:
                ask("contact_transfer", contact=contact, queue="general")
                ask("contact_abandon", contact=contact)
                return
            ask("contact_end", contact=contact)
            if self.rng.random() < 0.3:
                ask("contact_feedback", contact=contact, csat=self.rng.randint(1, 5))
        except attune.Refused:
            pass


def serve(house, contacts, seed=1):
    traffic = Traffic(house, seed, contacts)
    traffic.start()
    traffic.join()
    assert traffic.problem is None, traffic.problem


def path_of(house):
    return os.path.join(house.data, "history.sqlite")


def ask(house, sql, *arguments):
    database = sqlite3.connect(f"file:{path_of(house)}?mode=ro", uri=True, timeout=10)
    try:
        return database.execute(sql, arguments).fetchall()
    finally:
        database.close()


def one(house, sql, *arguments):
    return ask(house, sql, *arguments)[0][0]


def applied(house):
    try:
        return one(house, "SELECT value FROM meta WHERE key = 'applied_seq'")
    except sqlite3.OperationalError:
        return -1


def wait_until(what, promise, seconds=60):
    until = time.monotonic() + seconds * SLOWER
    while not what():
        assert time.monotonic() < until, f"not in time: {promise}"
        time.sleep(0.05)


def wait_for_words(house, *words):
    wait_until(lambda: all(word in house.words() for word in words), f"attuned says {words}")


def wait_for_history(house):
    """Everything that is durable now is in it."""
    seq = house.status()["seq"]
    wait_until(lambda: applied(house) >= seq, f"the history goes up to command {seq}")


def rows_of(house):
    return {table: ask(house, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


def assert_is_a_replay(house):
    """All of its rows are those that a replay of the whole journal makes. attuned is stopped."""
    written = rows_of(house)
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path_of(house) + suffix):
            os.rename(path_of(house) + suffix, house.path("written.sqlite" + suffix))
    done = subprocess.run([ATTUNED, "--config", "-", "--data", house.data, "--catch-up-history"],
                          capture_output=True, text=True, check=False, timeout=60 * SLOWER)
    assert done.returncode == 0, done.stderr
    replayed = rows_of(house)
    for table in TABLES:
        assert written[table] == replayed[table], (
            table, len(written[table]), len(replayed[table]),
            [row for row in written[table] if row not in replayed[table]][:3],
            [row for row in replayed[table] if row not in written[table]][:3])


def every_contact_is_there_when_attuned_stops(house):
    house.start()
    serve(house, 200)
    status = house.status()
    assert house.stop() == 0
    assert applied(house) >= status["seq"]
    assert one(house, "SELECT count(*) FROM contacts") == sum(status["outcomes"].values())
    assert one(house, "SELECT count(*) FROM contacts WHERE closed_ms IS NULL") == 0
    for outcome, count in status["outcomes"].items():
        assert one(house, "SELECT count(*) FROM contacts WHERE outcome = ?", outcome) == count
    assert one(house, "SELECT count(*) FROM contacts") == 200
    assert one(house, "SELECT count(*) FROM feedback") > 0
    assert_is_a_replay(house)


def it_is_there_within_seconds(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                  customer={"id": "cust-1", "name": "Eva"})
    wait_for_history(house)
    assert ask(house, "SELECT contacts.id, queue, name FROM contacts JOIN people USING (person)") == [
        ("c1", "cards", "Eva")]
    phone.request("contact_abandon", contact="c1")
    wait_for_history(house)
    assert ask(house, "SELECT outcome FROM contacts") == [("abandoned",)]


def kill_9_in_the_middle_of_traffic_counts_nothing_twice(house):
    rng = random.Random(3)
    for crash in range(4):
        house.start()
        traffic = Traffic(house, crash)
        traffic.start()
        time.sleep(rng.uniform(0.3, 1.0))
        house.kill()
        traffic.join()
        assert traffic.problem is None, traffic.problem
    house.start()
    wait_for_history(house)
    assert house.stop() == 0
    assert one(house, "SELECT count(*) FROM contacts") > 20, "that was no traffic"
    assert_is_a_replay(house)


def a_crash_around_its_commit_counts_nothing_twice(house):
    for place in ("history.committed:2", "history.committed:3", "history.commit:2"):
        os.environ["ATTUNED_FAILPOINT"] = place
        try:
            house.start()
        finally:
            del os.environ["ATTUNED_FAILPOINT"]
        traffic = Traffic(house, place)
        traffic.start()
        house.process.wait(30 * SLOWER)
        traffic.join()
    # And one in the process that catches up.
    os.environ["ATTUNED_FAILPOINT"] = "catch_up.commit"
    try:
        house.start()
        wait_for_words(house, "history.failed", "signal 9")
        assert house.stop() == 0
    finally:
        del os.environ["ATTUNED_FAILPOINT"]
    house.start()
    wait_for_history(house)
    assert house.stop() == 0
    assert_is_a_replay(house)


def a_broken_history_leaves_routing_alone_and_is_made_anew_once_moved_away(house):
    house.start()
    serve(house, 100)
    assert house.stop() == 0
    with open(path_of(house), "r+b") as file:
        file.write(b"these are somebody's notes".ljust(4096, b"."))
    house.start()
    wait_for_words(house, "history.failed", "history.sqlite")
    serve(house, 100, seed=2)
    os.rename(path_of(house), house.path("broken"))
    wait_for_words(house, "history.caught_up")
    wait_for_history(house)
    assert house.stop() == 0
    assert_is_a_replay(house)


def a_history_that_can_not_be_opened_catches_up_when_it_can(house):
    os.makedirs(house.data)
    os.symlink(house.path("elsewhere/history.sqlite"), path_of(house))
    house.start()
    serve(house, 200)
    wait_for_words(house, "history.failed")
    assert house.status()["outcomes"]["handled"] > 0, "contacts are routed meanwhile"
    os.makedirs(house.path("elsewhere"))
    wait_for_history(house)
    wait_for_words(house, "history.caught_up")
    assert house.stop() == 0


def a_full_disk_of_the_history_leaves_routing_alone(house):
    disk = house.path("small")
    os.makedirs(disk)
    os.makedirs(house.data)
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], check=False,
            capture_output=True).returncode != 0:
        raise Skipped("a small disk can't be mounted here")
    try:
        os.symlink(os.path.join(disk, "history.sqlite"), path_of(house))
        house.start(http="127.0.0.1:0")
        web = Web(house)
        seed = 0
        while "history.failed" not in house.words():
            seed += 1
            serve(house, 100, seed=seed)
            assert seed < 60 * SLOWER, "the disk does not get full"
        handled = house.status()["outcomes"]["handled"]
        serve(house, 100, seed="after")
        assert house.status()["outcomes"]["handled"] > handled, "contacts are routed meanwhile"
        # It is said: in the process's log, in the route log, by attunectl, in the metrics. attuned is
        # ready all the same.
        assert "nearly full" in house.words() or "full" in house.words().split("history.failed")[1]
        assert any(line["event"] == "history" and line["state"] == "failing"
                   for line in house.route_log())
        assert house.status()["history"] == "failing" and house.status()["history_reason"]
        now = web.metrics()
        assert now["attune_history_state", "state=failing"] == 1, now
        assert now["attune_history_failures_total", ""] >= 1, now
        assert now["attune_history_behind_commands", ""] > 0, now
        assert web.get("/readyz")[0] == 200
        assert subprocess.run(["mount", "-o", "remount,size=64m", disk],
                              check=False).returncode == 0
        wait_for_history(house)
        wait_for_words(house, "history.caught_up")
        assert house.status()["history"] == "up to date"
        assert web.metrics()["attune_history_state", "state=up_to_date"] == 1
        assert house.stop() == 0
        os.unlink(path_of(house))
        shutil.copy(os.path.join(disk, "history.sqlite"), path_of(house))
    finally:
        subprocess.run(["umount", disk], check=False)
    assert_is_a_replay(house)


QUEUE_BYTES = 8 << 20  # Of what waits to be written: HISTORY_QUEUE_BYTES_MAX.


def send_much(house, client, numbers):
    """Contacts that come with as many words as they may have, and give up."""
    words = "my card was declined again, and nobody knows why. " * 81
    asked = [client.send("contact_add", contact=f"much-{number}", channel="pager", queue="cards",
                         text=words) for number in numbers]
    asked += [client.send("contact_abandon", contact=f"much-{number}") for number in numbers]
    for request in asked:
        client.answer(request)
    while client.next_push(timeout=0):
        pass


def more_than_may_wait_is_left_to_the_journal_and_caught_up(house):
    house.start(http="127.0.0.1:0")
    web = Web(house)
    phone = house.client("phone")
    send_much(house, phone, range(10))
    wait_for_history(house)
    other = sqlite3.connect(path_of(house), isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")  # Nobody else can write to it.
    made = 10
    while web.metrics()["attune_history_waiting_bytes", ""] < QUEUE_BYTES:
        send_much(house, phone, range(made, made + 250))
        made += 250
        assert made < 20000, "nothing waits"
    figures = web.metrics()
    send_much(house, phone, range(made, made + 1000))  # Those find no room.
    made += 1000
    now = web.metrics()
    assert QUEUE_BYTES <= now["attune_history_waiting_bytes", ""] < QUEUE_BYTES + (4 << 20), now
    grown = now["process_resident_memory_bytes", ""] - figures["process_resident_memory_bytes", ""]
    assert IS_SANITIZED or grown < 24 << 20, f"{grown} bytes more, of 1,000 closed contacts"
    # Routing goes on, and it is said what does not.
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="meanwhile", channel="voice", queue="cards")
    assert phone.wait_for("offer", contact="meanwhile").offer.agent == "ann"
    assert now["attune_history_behind_commands", ""] > 2000, now
    wait_for_words(house, "history.failed")
    assert "failing" in house.ctl("status")[1], house.ctl("status")
    other.execute("ROLLBACK")
    other.close()
    # Without another word from anybody: what was let go is known to be missing.
    wait_until(lambda: "history.caught_up" in house.words(), "the history catches up")
    [caught_up] = [line for line in house.words().splitlines() if "history.caught_up" in line]
    assert caught_up.endswith(" behind=0"), house.words()
    phone.request("contact_abandon", contact="meanwhile")
    wait_for_history(house)
    now = web.metrics()
    assert now["attune_history_catch_ups_total", ""] >= 1, now
    assert now["attune_history_state", "state=up_to_date"] == 1, now
    assert house.stop() == 0
    assert one(house, "SELECT count(*) FROM contacts") == made + 1
    assert ask(house, "SELECT * FROM gaps") == []
    assert_is_a_replay(house)


def a_data_directory_without_a_history_gets_one_from_its_journal(house):
    house.start(no_history=True)
    serve(house, 100)
    assert house.stop() == 0
    assert not os.path.exists(path_of(house))
    house.start()
    serve(house, 60, seed=2)
    wait_for_history(house)
    assert house.stop() == 0
    assert ask(house, "SELECT * FROM gaps") == []
    assert_is_a_replay(house)


def what_the_journal_no_longer_has_is_a_gap(house):
    # Time runs, so that segments and what is kept of them are old in a moment.
    options = {"time_scale": 10000, "keep": "1ms", "snapshot_every": 200}
    house.start(no_history=True, **options)
    journal = os.path.join(house.data, "journal")
    first = os.path.join(journal, "00000000000000000001.segment")
    seed = 0
    while not os.path.exists(first):
        time.sleep(0.05)
    while os.path.exists(first):
        seed += 1
        assert seed < 100, "no segment goes"
        serve(house, 60, seed=seed)
    phone = house.client("phone")
    phone.request("contact_add", contact="waits", channel="pager", queue="cards")
    assert house.stop() == 0

    house.start(**options)
    wait_for_history(house)
    wait_for_words(house, "history.gap")
    assert house.stop() == 0
    (from_seq, to_seq, why), = ask(house, "SELECT from_seq, to_seq, why FROM gaps")
    assert from_seq == 1 and to_seq > 200 and why == "it was before the history began"
    assert one(house, "SELECT count(*) FROM contacts WHERE id = 'waits'") == 1


def what_is_older_than_the_configuration_keeps_goes(house):
    house.write_config(CONFIG + "history: { keep: 1h }\n")
    house.start(time_scale=10000)
    phone = house.client("phone")
    phone.request("contact_add", contact="old", channel="pager", queue="general")
    phone.request("contact_abandon", contact="old")
    time.sleep(1)
    phone.request("contact_add", contact="young", channel="pager", queue="general")
    wait_until(lambda: ask(house, "SELECT id FROM contacts") == [("young",)], "the old one goes")
    assert ask(house, "SELECT count(*) FROM spells") == [(1,)]


def another_journals_history_is_not_mixed_with_this_ones(house):
    house.start()
    serve(house, 100)
    assert house.stop() == 0
    before = rows_of(house)
    shutil.rmtree(os.path.join(house.data, "journal"))
    house.start()
    wait_for_words(house, "history.failed", "another journal")
    house.client("phone").request("contact_add", contact="new", channel="voice", queue="cards")
    assert house.stop() == 0
    assert rows_of(house) == before


if __name__ == "__main__":
    run(every_contact_is_there_when_attuned_stops,
        it_is_there_within_seconds,
        kill_9_in_the_middle_of_traffic_counts_nothing_twice,
        a_crash_around_its_commit_counts_nothing_twice,
        a_broken_history_leaves_routing_alone_and_is_made_anew_once_moved_away,
        a_history_that_can_not_be_opened_catches_up_when_it_can,
        a_full_disk_of_the_history_leaves_routing_alone,
        more_than_may_wait_is_left_to_the_journal_and_caught_up,
        a_data_directory_without_a_history_gets_one_from_its_journal,
        what_the_journal_no_longer_has_is_a_gap,
        what_is_older_than_the_configuration_keeps_goes,
        another_journals_history_is_not_mixed_with_this_ones)
