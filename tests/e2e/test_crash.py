# SPDX-License-Identifier: Apache-2.0
"""kill -9 in the middle of traffic. What was acknowledged is there afterwards, once, checked from the
clients' own histories; what was not may be there or not, and can be asked again."""

import json
import os
import random
import shutil
import subprocess
import threading
import time

from support import ATTUNESIM, BUILD, SLOWER, attune, run

STATE = attune.contact_pb2
ATTUNE_BENCH = os.path.join(BUILD, "tools", "attune-bench", "attune-bench")


class Caller(threading.Thread):
    """A front end that adds contacts, has them accepted and ends some, until the connection breaks. Its
    history: what was acknowledged, contact by contact, and the last thing that was not."""

    def __init__(self, house, name, over, agents, seed):
        super().__init__()
        self.client = house.client(name, over=over)
        self.name = name
        self.agents = agents
        self.rng = random.Random(seed)
        self.acknowledged = {}      # Contact: "added", "connected", "ended", "abandoned".
        self.sequence = []
        self.asked = 0
        self.problem = None
        self.round = seed

    def run(self):
        try:
            for agent in self.agents:
                self.ask("agent_ready", agent=agent)
            while True:
                self.one_contact()
        except (attune.Closed, OSError, TimeoutError):
            pass
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = problem

    def ask(self, name, **fields):
        done = self.client.request(name, **fields)
        if done.seq:
            self.sequence.append(done.seq)
        return done

    def one_contact(self):
        self.asked += 1
        contact = f"{self.name}-{self.round}-{self.asked}"
        done = self.ask("contact_add", contact=contact, channel="chat", queue="cards")
        self.acknowledged[contact] = "added"
        if done.state == STATE.CONTACT_STATE_OFFERED and self.rng.random() < 0.8:
            try:
                self.ask("offer_accept", contact=contact, agent=done.agent, offer=done.offer)
            except attune.Refused:
                return
            self.acknowledged[contact] = "connected"
            if self.rng.random() < 0.9:
                self.ask("contact_end", contact=contact)
                self.acknowledged[contact] = "ended"
        elif self.rng.random() < 0.7:
            try:
                self.ask("contact_abandon", contact=contact)
            except attune.Refused:
                return
            self.acknowledged[contact] = "abandoned"


EXPECTED = {
    # After the restart the offers of before may have gone on, but no acknowledged step goes back.
    "added": {"queued", "offered", "connected", "closed"},
    "connected": {"connected", "closed"},
    "ended": {"closed"},
    "abandoned": {"closed"},
}
OUTCOME = {"ended": "handled", "abandoned": "abandoned"}


def look_up(house, history):
    client = house.raw()
    client.hello()
    for contact, step in history.items():
        rows = list(client.pages("contacts", contact=contact))
        assert len(rows) == 1, f"{contact}, {step}, is there {len(rows)} times"
        state = STATE.ContactState.Name(rows[0].state).removeprefix("CONTACT_STATE_").lower()
        assert state in EXPECTED[step], f"{contact} was {step} and is {state}"
        if step in OUTCOME:
            outcome = STATE.Outcome.Name(rows[0].outcome).removeprefix("OUTCOME_").lower()
            assert outcome == OUTCOME[step], f"{contact} was {step} and is {outcome}"


def what_was_acknowledged_survives_kill_9(house):
    rng = random.Random(7)
    history = {}
    sequence = []
    house.start()
    for crash in range(3):
        callers = [Caller(house, "phone", "unix", ["ann"], crash),
                   Caller(house, "web", "tcp", ["bob"], crash),
                   Caller(house, "boss", "tcp", [], crash)]
        for caller in callers:
            caller.start()
        time.sleep(rng.uniform(0.4, 1.2))
        house.kill()
        for caller in callers:
            caller.join()
            assert caller.problem is None, caller.problem
            history.update(caller.acknowledged)
            sequence += caller.sequence
        assert len(sequence) == len(set(sequence)), "a number of the journal was given twice"
        house.start()
        assert house.status()["seq"] >= max(sequence)
        look_up(house, history)
    assert len(history) > 100, f"only {len(history)} contacts: that was no traffic"
    counts = house.status()["outcomes"]
    ended = sum(step == "ended" for step in history.values())
    # At most one end in flight a caller and crash was done without having been acknowledged.
    assert ended <= counts["handled"] <= ended + 9, (ended, counts)


def a_request_that_had_no_answer_is_asked_again_and_done_once(house):
    house.start()
    phone = house.client("phone")
    for i in range(200):
        phone.send("contact_add", contact=f"c{i}", channel="chat", queue="cards")
    house.kill()
    house.start()
    phone = house.client("phone")
    for _ in range(2):
        for i in range(200):
            phone.request("contact_add", contact=f"c{i}", channel="chat", queue="cards")
    rows = house.ctl_json("contacts")
    assert sorted(row["contact"] for row in rows) == sorted(f"c{i}" for i in range(200))


def a_conversation_goes_on_after_the_crash(house):
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.wait_for("offer")
    phone.request("offer_accept", contact="c1", agent="ann")
    house.kill()
    house.start()
    phone = house.client("phone")
    (ann,) = house.ctl_json("agents", "--agent", "ann")
    assert ann["load"] == 100 and ann["presence"] == "ready"
    phone.request("contact_end", contact="c1")
    assert house.status()["outcomes"]["handled"] == 1


def an_offer_of_before_the_crash_can_be_accepted_after_it(house):
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    offer = phone.wait_for("offer").offer
    house.kill()
    house.start()
    phone = house.client("phone")
    done = phone.request("offer_accept", contact="c1", agent="ann", offer=offer.offer)
    assert done.state == STATE.CONTACT_STATE_CONNECTED


def waits_count_on_over_the_crash(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards", waited_ms=5000)
    began = time.monotonic()
    house.kill()
    time.sleep(0.5)
    house.start()
    waited = house.ctl_json("contacts")[0]["waited_ms"]
    assert 5000 + 500 <= waited <= 5000 + (time.monotonic() - began) * 1000 + 1000, waited


def the_state_after_a_replay_is_the_state_before(house):
    house.start()
    caller = Caller(house, "web", "tcp", ["ann", "bob"], 5)
    for agent in caller.agents:
        caller.ask("agent_ready", agent=agent)
    for _ in range(150):
        caller.one_contact()
    before = house.status()
    house.kill()
    copy = house.path("copy")
    shutil.copytree(house.data, copy)
    if knows_replay():
        replay = subprocess.run([ATTUNESIM, "replay", copy], capture_output=True, text=True,
                                check=False, timeout=60 * SLOWER)
        assert replay.returncode == 0 and before["state_digest"] in replay.stdout, (
            before["state_digest"], replay.stdout, replay.stderr)
    # Recovery compares each batch's effects with those in the journal, and refuses a difference.
    house.start()
    after = house.status()
    assert "differences" not in house.words().split("recovery.done")[-1].splitlines()[0]
    assert after["seq"] >= before["seq"]
    for key in ("contacts", "outcomes", "offers", "customers"):
        assert after[key] == before[key], (key, before[key], after[key])


def knows_replay():
    if not os.path.exists(ATTUNESIM):
        return False
    done = subprocess.run([ATTUNESIM, "--help"], capture_output=True, text=True, check=False)
    return "replay" in done.stdout + done.stderr


def a_torn_end_of_the_journal_is_no_end_of_the_world(house):
    """A crash of the machine may leave a log that ends in the middle of a page."""
    house.start()
    phone = house.client("phone")
    for i in range(50):
        phone.request("contact_add", contact=f"c{i}", channel="chat", queue="cards")
    house.kill()
    journal = os.path.join(house.data, "journal")
    logs = [os.path.join(journal, name) for name in os.listdir(journal) if name.endswith("-wal")]
    for log in logs:
        with open(log, "ab") as file:
            file.write(random.Random(3).randbytes(3000))
    house.start()
    assert len(house.ctl_json("contacts")) == 50


def a_start_is_measured_part_by_part(house):
    house.start()
    caller = Caller(house, "web", "tcp", ["ann", "bob"], 6)
    for agent in caller.agents:
        caller.ask("agent_ready", agent=agent)
    for _ in range(50):
        caller.one_contact()
    commands = house.status()["seq"]
    house.kill()
    done = subprocess.run([ATTUNE_BENCH, "recovery", "--data", house.data, "--json"],
                          capture_output=True, text=True, check=False, timeout=60 * SLOWER)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["commands"] == commands, (figures, commands)
    for part in ("recover_ns", "read_ns", "decode_ns", "step_ns", "start_ns", "ten_million_s"):
        assert part in figures, figures
    assert figures["read_ns"] > 0 and figures["recover_ns"] > 0
    wrong = subprocess.run([ATTUNE_BENCH, "recovery", "--data", house.path("nothing")],
                           capture_output=True, text=True, check=False)
    assert wrong.returncode == 1 and "No such file" in wrong.stderr, wrong.stderr


if __name__ == "__main__":
    run(what_was_acknowledged_survives_kill_9,
        a_request_that_had_no_answer_is_asked_again_and_done_once,
        a_conversation_goes_on_after_the_crash,
        an_offer_of_before_the_crash_can_be_accepted_after_it,
        waits_count_on_over_the_crash,
        the_state_after_a_replay_is_the_state_before,
        a_torn_end_of_the_journal_is_no_end_of_the_world,
        a_start_is_measured_part_by_part)
