# SPDX-License-Identifier: Apache-2.0
"""A front end comes back and says what it holds; attune changes what differs and says what it changed."""

import collections
import time

from support import attune, eventually, refused, run

STATE = attune.contact_pb2
ANSWER = attune.answer_pb2


def contact(name, state="QUEUED", agent=None, channel="voice", **fields):
    return {"contact": {"contact": name, "channel": channel, "queue": "cards", **fields},
            "state": getattr(STATE, "CONTACT_STATE_" + state), "agent": agent}


def agent(name, presence="READY", **fields):
    return {"agent": name, "presence": getattr(STATE, "PRESENCE_" + presence), **fields}


def changes_of(answer):
    words = {}
    for row in answer.changes:
        what = ANSWER.Reconciled.Name(row.what).removeprefix("RECONCILED_").lower()
        words.setdefault(row.contact or row.agent, []).append(what)
    assert answer.changed == len(answer.changes)
    return words


def states(house):
    """Of live contacts; others are closed."""
    live = {row["contact"]: row["state"] for row in house.ctl_json("contacts")}
    return collections.defaultdict(lambda: "closed", live)


def talk(client, name, who):
    client.request("contact_add", contact=name, channel="voice", queue="cards", agent=who)
    client.request("offer_accept", contact=name, agent=who)


def begin(house):
    """ann talks to c1, bob to c2; w1 and w2 wait."""
    house.start()
    phone = house.client("phone")
    for who in ("ann", "bob"):
        phone.request("agent_ready", agent=who)
    talk(phone, "c1", "ann")
    talk(phone, "c2", "bob")
    for name in ("w1", "w2"):
        phone.request("contact_add", contact=name, channel="voice", queue="cards")
    return phone


def after_a_restart_an_old_token_is_told_to_reconcile(house):
    phone = begin(house)
    house.kill()
    house.start()
    welcome = phone.reconnect(name="phone", token=house.token("phone"))
    assert not welcome.resumed and welcome.reconcile
    answer = phone.request("reconcile", last=True, agents=[agent("ann"), agent("bob")],
                           contacts=[contact("c1", "CONNECTED", "ann"),
                                     contact("c2", "CONNECTED", "bob"),
                                     contact("w1"), contact("w2")])
    assert not changes_of(answer) and answer.same == 6 and not answer.again, answer
    assert not house.client("phone").request("reconcile", contacts=[contact("w1")]).changes


def what_differs_is_changed_and_told(house):
    phone = begin(house)
    house.kill()
    house.start()
    phone.reconnect(name="phone", token=house.token("phone"))
    # Meanwhile c1 ended, w1 hung up, w3 came, cid talks to somebody, and bob went for lunch.
    first = phone.request("reconcile", agents=[agent("ann"), agent("bob", "PAUSED"), agent("cid")],
                          contacts=[contact("c2", "CONNECTED", "bob"), contact("w2")])
    assert changes_of(first) == {"bob": ["presence"], "cid": ["presence"]}, first
    answer = phone.request("reconcile", last=True, contacts=[
        contact("w3", waited_ms=60000), contact("x", "CONNECTED", "cid")])
    changes = changes_of(answer)
    assert changes == {"w3": ["added"], "x": ["occupied"], "c1": ["ended"], "w1": ["ended"]}, changes
    after = states(house)
    assert after["c1"] == after["w1"] == "closed" and after["c2"] == "connected", after
    agents = {row["agent"]: row for row in house.ctl_json("agents")}
    assert agents["bob"]["presence"] == "paused" and agents["cid"]["load"] == 100, agents
    # Said again, nothing is left to do.
    again = phone.request("reconcile", last=True,
                          agents=[agent("ann"), agent("bob", "PAUSED"), agent("cid")],
                          contacts=[contact("c2", "CONNECTED", "bob"), contact("w2"),
                                    contact("w3"), contact("x", "CONNECTED", "cid")])
    assert not changes_of(again) and again.same == 7, again


def who_talks_is_believed(house):
    """The offer was accepted while attuned was away; another conversation is with another agent."""
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    house.kill()
    house.start()
    phone.reconnect(name="phone", token=house.token("phone"))
    answer = phone.request("reconcile", last=True, agents=[agent("ann")],
                           contacts=[contact("c1", "CONNECTED", "ann")])
    assert changes_of(answer) == {"c1": ["connected"]}, answer
    answer = phone.request("reconcile", last=True, agents=[agent("ann")],
                           contacts=[contact("c1", "CONNECTED", "bob")])
    assert changes_of(answer) == {"c1": ["ended", "occupied"]}, answer
    loads = {row["agent"]: row["load"] for row in house.ctl_json("agents")}
    assert loads["ann"] == 0 and loads["bob"] == 100, loads


def what_is_over_is_told(house):
    phone = begin(house)
    boss = house.client("boss")
    boss.request("contact_abandon", contact="w1")
    answer = phone.request("reconcile", contacts=[contact("w1"), contact("c1")])
    assert changes_of(answer) == {"w1": ["differs"], "c1": ["differs"]}, answer
    rows = {row.contact: row for row in answer.changes}
    assert rows["w1"].state == STATE.CONTACT_STATE_CLOSED
    assert rows["c1"].state == STATE.CONTACT_STATE_CONNECTED and rows["c1"].agent == "ann"


def a_contact_that_says_nothing_is_refused_alone(house):
    phone = begin(house)
    answer = phone.request("reconcile", contacts=[{"agent": "ann"}, contact("w1")])
    assert changes_of(answer) == {"ann": ["refused"]} and answer.same == 1, answer
    assert answer.changes[0].code == ANSWER.ERROR_CODE_INVALID


def agents_that_are_not_named_are_signed_out(house):
    phone = begin(house)
    answer = phone.request("reconcile", last=True, agents=[agent("ann")], contacts=[
        contact("c1", "CONNECTED", "ann"), contact("w1"), contact("w2")])
    assert changes_of(answer) == {"bob": ["presence"], "c2": ["ended"]}, answer
    agents = {row["agent"]: row["presence"] for row in house.ctl_json("agents")}
    assert agents["bob"] == "offline" and agents["ann"] == "ready"


def nobody_touches_what_others_hold(house):
    begin(house)
    web = house.client("web")
    answer = web.request("reconcile", last=True, contacts=[contact("w1")])
    assert changes_of(answer) == {"w1": ["refused"]}, answer
    assert states(house)["w1"] == "queued" and states(house)["c1"] == "connected"
    refused("denied", house.client("wall"), "reconcile", last=True)
    refused("denied", house.client("ann"), "reconcile", last=True)
    refused("invalid", house.client(), "reconcile", last=True)


def many_are_reconciled_in_pieces(house):
    house.start()
    phone = house.client("phone")
    numbers = [phone.send("contact_add", contact=f"c{i}", channel="chat", queue="cards")
               for i in range(3000)]
    for number in numbers:
        phone.answer(number)
    for i in range(0, 1000, 250):
        phone.request("reconcile", contacts=[contact(f"c{j}", channel="chat")
                                             for j in range(i, i + 250)])
    rounds = 0
    while phone.request("reconcile", last=True).again:
        rounds += 1
    assert rounds == 1
    assert house.status()["contacts"]["queued"] == 1000


def a_lost_front_ends_leases_lapse_in_their_order(house):
    """Its waiting contacts and agents after the grace, its conversations later. Nobody said goodbye."""
    house.start(time_scale=60)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    talk(phone, "c1", "ann")
    phone.request("contact_add", contact="w1", channel="voice", queue="cards")
    phone.close()
    began = time.monotonic()
    eventually(lambda: states(house)["w1"] == "closed")
    assert time.monotonic() - began > 0.3      # 30 s of grace, in fast motion.
    assert states(house)["c1"] == "connected"
    presence = {row["agent"]: (row["presence"], row["reason"]) for row in house.ctl_json("agents")}
    assert presence["ann"] == ("offline", "lost"), presence
    eventually(lambda: states(house)["c1"] == "closed", 20)
    # It comes back and is told how things stand.
    phone.reconnect(name="phone", token=house.token("phone"))
    answer = phone.request("reconcile", last=True, agents=[agent("ann")],
                           contacts=[contact("w1"), contact("c1", "CONNECTED", "ann")])
    changes = changes_of(answer)
    assert changes == {"ann": ["presence"], "w1": ["differs"], "c1": ["occupied"]}, changes


def who_comes_back_in_time_loses_nothing(house):
    house.start(time_scale=60)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="w1", channel="voice", queue="cards", agent="bob")
    phone.close()
    time.sleep(0.1)
    assert phone.reconnect(name="phone", token=house.token("phone")).resumed
    time.sleep(1.5)      # Three times the grace.
    assert states(house)["w1"] == "queued"
    (ann,) = house.ctl_json("agents", "--agent", "ann")
    assert ann["presence"] == "ready"


if __name__ == "__main__":
    run(after_a_restart_an_old_token_is_told_to_reconcile,
        what_differs_is_changed_and_told,
        who_talks_is_believed,
        what_is_over_is_told,
        a_contact_that_says_nothing_is_refused_alone,
        agents_that_are_not_named_are_signed_out,
        nobody_touches_what_others_hold,
        many_are_reconciled_in_pieces,
        a_lost_front_ends_leases_lapse_in_their_order,
        who_comes_back_in_time_loses_nothing)
