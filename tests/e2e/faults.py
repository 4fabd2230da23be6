# SPDX-License-Identifier: Apache-2.0
"""What the tests of crashes and faults share: traffic whose history is known from outside, faults in
the calls that attuned makes (tests/support/faults.c, preloaded), and what must hold after them.

A history is what a front end was told. After a crash and a start, whatever was fault or luck:
nothing acknowledged is lost, nothing is done twice, no contact has two owners, and no number of the
journal was given to two commands."""

import os
import random
import shutil
import signal
import struct
import subprocess

from support import ATTUNESIM, BUILD, IS_SANITIZED, SLOWER, Skipped, attune

STATE = attune.contact_pb2
LIBRARY = os.path.join(BUILD, "tests", "support", "att-faults.so")
AGENTS = ("ann", "bob")
SLOTS = 6  # Chats at a time, of all agents.


def needs_faults():
    if IS_SANITIZED:
        raise Skipped("a sanitizer has to be the first library: no faults are preloaded")
    if not os.path.exists(LIBRARY):
        raise Skipped(f"there is no {LIBRARY}")


def needs_root(what):
    if os.geteuid() != 0:
        raise Skipped(f"{what} takes root")


# ---- Starting with a fault ----

def start(house, fault=None, alloc=None, failpoint=None, **options):
    """Starts attuned with a fault; whether it got ready. When not, it has ended by itself."""
    env = {}
    if fault or alloc:
        env = {"LD_PRELOAD": LIBRARY, "ATT_FAULT_DIR": house.data,
               "ATT_FAULT_COUNT": house.path("counts")}
    if fault:
        env["ATT_FAULT"] = fault
    if alloc:
        env["ATT_FAULT_ALLOC"] = alloc
    if failpoint:
        env["ATTUNED_FAILPOINT"] = failpoint
    os.environ.update(env)
    try:
        house.start(**options)
        return True
    except AssertionError:
        try:
            house.process.wait(20 * SLOWER)
        except subprocess.TimeoutExpired as late:
            raise AssertionError("attuned neither got ready nor ended") from late
        return False
    finally:
        for name in env:
            del os.environ[name]


def counted(house):
    """Operations and allocations of the last start with a fault."""
    with open(house.path("counts"), "rb") as file:
        return struct.unpack("=QQ", file.read(16))


def ended_as_it_should(house):
    """By the kill of the fault, by an abort that says so, or by refusing to start."""
    code = house.process.returncode
    assert code in (1, 0, -signal.SIGKILL, -signal.SIGABRT), f"attuned ended with {code}"


def wait_for_end(house):
    house.process.wait(20 * SLOWER)
    ended_as_it_should(house)


# ---- Traffic, and its history ----

class Traffic:
    """A front end's rounds: fill the agents, one contact too many that gives up, accept, end. What was
    acknowledged of each contact is in `history`; a broken connection ends it."""

    def __init__(self, seed=0):
        self.rng = random.Random(seed)
        self.history = {}    # Contact: what was acknowledged last.
        self.unanswered = {}  # Contact: what was asked and not answered.
        self.sequence = []
        self.made = 0
        self.commands = 0
        self.ends_asked = set()

    def run(self, house, commands, over="unix"):
        """So many commands more; False if the connection broke before."""
        until = self.commands + commands
        try:
            client = house.client("phone", over=over)
            self.sign_in(client)
            while self.commands < until:
                self.one_round(client)
            client.close()
            return True
        except (attune.Closed, OSError, TimeoutError):
            return False

    def ask(self, client, asked):
        """Many requests at once; gives their answers (None: refused)."""
        ids = []
        answers = []
        for contact, step, name, fields in asked:
            self.unanswered[contact] = step
            if step == "ended":
                self.ends_asked.add(contact)
            ids.append(client.send(name, **fields))
        for (contact, step, _, _), number in zip(asked, ids):
            self.commands += 1
            try:
                done = client.answer(number)
            except attune.Refused as refusal:
                assert refusal.code in ("state", "unknown", "full"), (contact, step, refusal)
                self.unanswered.pop(contact, None)
                answers.append(None)
                continue
            if done.seq:
                self.sequence.append(done.seq)
            self.history[contact] = step
            self.unanswered.pop(contact, None)
            answers.append(done)
        return answers

    def sign_in(self, client):
        for agent in AGENTS:
            done = client.request("agent_ready", agent=agent)
            self.sequence += [done.seq] if done.seq else []
            self.commands += 1

    def one_round(self, client):
        contacts = [f"c{self.made + i}" for i in range(SLOTS + 1)]
        self.made += len(contacts)
        answers = self.ask(client, [
            (contact, "added", "contact_add",
             {"contact": contact, "channel": "chat", "queue": "cards"}) for contact in contacts])
        offered = [(contact, done) for contact, done in zip(contacts, answers)
                   if done and done.state == STATE.CONTACT_STATE_OFFERED]
        taken = self.ask(client, [
            (contact, "connected", "offer_accept",
             {"contact": contact, "agent": done.agent, "offer": done.offer})
            for contact, done in offered])
        self.ask(client, [
            (contact, "abandoned", "contact_abandon", {"contact": contact})
            for contact, done in zip(contacts, answers)
            if done and done.state != STATE.CONTACT_STATE_OFFERED])
        self.ask(client, [
            (contact, "ended", "contact_end", {"contact": contact})
            for (contact, _), done in zip(offered, taken) if done])
        client.pushes.clear()


EXPECTED = {
    "added": {"queued", "offered", "connected", "closed"},
    "connected": {"connected", "closed"},
    "ended": {"closed"},
    "abandoned": {"closed"},
}
OUTCOME = {"ended": {"handled"}, "abandoned": {"abandoned"}}


def word_of(enum, value, prefix):
    return enum.Name(value).removeprefix(prefix).lower()


def look_up(house, contacts):
    """The rows of all these contacts."""
    client = house.raw()
    client.hello()
    ids = [(contact, client.send("contacts", contact=contact)) for contact in contacts]
    rows = {contact: list(client.answer(number).rows) for contact, number in ids}
    client.close()
    return rows


def check_history(house, traffic, lost_commits=0):
    """What must hold of an attuned that was started again. `lost_commits`: so many contacts may be
    behind what was acknowledged (only where a file was damaged by hand)."""
    sequence = traffic.sequence
    assert len(sequence) == len(set(sequence)), "a number of the journal was given twice"
    status = house.status()
    if not lost_commits:
        assert status["seq"] >= max(sequence, default=0), "the journal lost commands"
    behind = 0
    for contact, rows in look_up(house, traffic.history).items():
        step = traffic.history[contact]
        assert len(rows) <= 1, f"{contact} is there {len(rows)} times"
        if not rows:
            behind += 1
            assert behind <= lost_commits, f"{contact}, which was {step}, is lost"
            continue
        state = word_of(STATE.ContactState, rows[0].state, "CONTACT_STATE_")
        outcome = word_of(STATE.Outcome, rows[0].outcome, "OUTCOME_")
        if state not in EXPECTED[step] or (step in OUTCOME and outcome not in OUTCOME[step]):
            behind += 1
            assert behind <= lost_commits, f"{contact} was {step} and is {state} ({outcome})"
    handled = status["outcomes"]["handled"]
    ended = sum(step == "ended" for step in traffic.history.values())
    assert ended - lost_commits <= handled <= len(traffic.ends_asked), (
        f"{ended} ends were acknowledged, {len(traffic.ends_asked)} asked for, {handled} done")
    check_owners(house)


def check_owners(house):
    owners = {}
    for agent in house.ctl_json("agents"):
        chats = [talk["contact"] for talk in agent["interactions"]]
        assert agent["load"] <= 100, agent
        for contact in chats:
            assert contact not in owners, f"{contact} is with {owners[contact]} and {agent['agent']}"
            owners[contact] = agent["agent"]
    return owners


def clear_agents(house, traffic):
    """Ends what is still going on, so that the next rounds find the agents free."""
    client = house.client("phone")
    for contact in check_owners(house):
        traffic.ends_asked.add(contact)
        done = client.request("contact_end", contact=contact)
        traffic.sequence += [done.seq] if done.seq else []
        traffic.history[contact] = "ended"
    client.close()


def replays(house):
    """The journal replays to the same effects, in a copy."""
    copy = house.path("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(house.data, copy)
    done = subprocess.run([ATTUNESIM, "replay", copy], capture_output=True, text=True, check=False,
                          timeout=60 * SLOWER)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(copy)
    return done.stdout


def begin_again(house):
    """An empty data directory."""
    if house.process and house.is_alive():
        house.kill()
    for client in house.clients:
        client.close()
    house.clients.clear()
    shutil.rmtree(house.data, ignore_errors=True)


def crash_at(house, fault, commands, seed=0, **options):
    """One run into a fault and a start without it; what happened to the process."""
    begin_again(house)
    traffic = Traffic(seed)
    if start(house, fault=fault, **options):
        if traffic.run(house, commands):
            house.kill()
        else:
            wait_for_end(house)
    else:
        ended_as_it_should(house)
    how = house.process.returncode
    house.start()
    check_history(house, traffic)
    return how, traffic


def count_operations(house, commands, kind="any", **options):
    """How many operations such a run has."""
    begin_again(house)
    assert start(house, fault=f"{kind}:0:none", **options)
    assert Traffic().run(house, commands)
    house.kill()
    return counted(house)[0]
