# SPDX-License-Identifier: Apache-2.0
"""Requests that come twice: the same answer and no second effect, on the same connection, after a
reconnect, after a restart and after kill -9."""

import random

from support import attune, refused, run

STATE = attune.contact_pb2


class Asker:
    """A client that remembers what it sent and what it was answered."""

    def __init__(self, client, name, token):
        self.client = client
        self.name = name
        self.token = token
        self.asked = {}

    def ask(self, name, **fields):
        number, frame = self.client.protocol.request(name, fields)
        self.client.send_bytes(frame)
        self.asked[number] = (name, frame, self.answer_of(number))
        return self.asked[number][2]

    def answer_of(self, number):
        try:
            return self.client.answer(number).SerializeToString()
        except attune.Refused as refusal:
            return refusal.error.SerializeToString()

    def ask_all_again(self):
        """All in one go, in another order; each answer must be what it was."""
        numbers = list(self.asked)
        random.Random(len(numbers)).shuffle(numbers)
        self.client.send_bytes(b"".join(self.asked[number][1] for number in numbers))
        for number in numbers:
            name, _, before = self.asked[number]
            again = self.answer_of(number)
            assert again == before, f"{name} {number} was answered {before} and then {again}"

    def reconnect(self):
        return self.client.reconnect(name=self.name, token=self.token)


def every_request(asker):
    """A life with every request of a front end in it, refused ones too."""
    ask = asker.ask
    ask("agent_ready", agent="ann")
    ask("agent_ready", agent="bob", channels=["chat"])
    ask("agent_pause", agent="bob", reason="")
    ask("agent_ready", agent="bob")
    ask("contact_add", contact="c1", channel="voice", queue="cards", text="my card is gone",
        customer={"id": "u-7", "lifetime_value_micro": 20_000_000_000})
    ask("contact_add", contact="c1", channel="voice", queue="nowhere")
    ask("contact_add", contact="c2", channel="chat", queue="cards", waited_ms=5000)
    ask("contact_update", contact="c2", priority_milli=5000)
    ask("offer_ringing", contact="c1", agent="bob", offer=1)
    ask("offer_decline", contact="c1", agent="bob", reason="busy")
    ask("offer_accept", contact="c1", agent="ann")
    ask("offer_accept", contact="c1", agent="bob")
    ask("contact_hold", contact="c1", held=True)
    ask("contact_hold", contact="c1", held=False)
    ask("contact_feedback", contact="c1", csat=4)
    ask("contact_transfer", contact="c1", queue="general")
    ask("contact_end", contact="c1")
    ask("contact_add", contact="c3", channel="chat", queue="cards")
    ask("contact_abandon", contact="c3")
    ask("contact_add", contact="c4", channel="chat", queue="cards", not_before_ms=4_000_000_000_000)
    ask("contact_cancel", contact="c4")
    ask("wrap_up_done", agent="ann")
    ask("occupied", agent="cid", contact="outside", channel="voice")
    ask("free", agent="cid", contact="outside")
    ask("agent_offline", agent="cid")
    assert len(asker.asked) == 25


def state_of(house):
    status = house.status()
    return {key: status[key] for key in ("contacts", "agents", "outcomes", "offers", "commands")}


def begin(house, **options):
    house.start(**options)
    return Asker(house.client("phone"), "phone", house.token("phone"))


def a_request_that_comes_twice_has_the_same_answer_and_no_second_effect(house):
    asker = begin(house)
    every_request(asker)
    before = state_of(house)
    for _ in range(3):
        asker.ask_all_again()
    assert state_of(house) == before


def so_it_has_after_a_reconnect(house):
    asker = begin(house)
    every_request(asker)
    assert asker.reconnect().resumed
    before = state_of(house)
    asker.ask_all_again()
    assert state_of(house) == before


def so_it_has_after_a_restart_and_after_kill_9(house):
    asker = begin(house)
    every_request(asker)
    # The ringing of a telephone is no command; nothing is left of it.
    asker.asked = {number: kept for number, kept in asker.asked.items()
                   if kept[0] != "offer_ringing"}
    for end in (house.stop, house.kill, house.kill):
        before = state_of(house)
        end()
        house.start()
        welcome = asker.reconnect()
        assert not welcome.resumed and welcome.reconcile
        assert welcome.last_request >= max(asker.asked), welcome
        seq = house.status()["seq"]
        asker.ask_all_again()
        assert house.status()["seq"] == seq, "a repetition went into the journal"
        after = state_of(house)
        assert after["outcomes"] == before["outcomes"] and after["offers"] == before["offers"]


def what_had_no_answer_before_kill_9_is_done_once(house):
    asker = begin(house)
    client = asker.client
    asker.ask("agent_ready", agent="ann")
    for crash in range(5):
        sent = {}
        for i in range(300):
            number, frame = client.protocol.request("contact_add", {
                "contact": f"c{crash}-{i}", "channel": "chat", "queue": "cards"})
            sent[number] = frame
        client.send_bytes(b"".join(sent.values()))
        first = min(sent)
        answered = {number: client.answer(number).SerializeToString()
                    for number in range(first, first + 20 * crash)}
        house.kill()
        house.start()
        asker.reconnect()
        # It can't know which were done: it asks for all of them.
        client.send_bytes(b"".join(sent.values()))
        for number in sent:
            again = client.answer(number).SerializeToString()
            assert again == answered.get(number, again)
    counts = house.status()["contacts"]
    assert sum(counts[state] for state in ("queued", "offered")) == 1500, counts


def a_session_with_another_token_is_another_client(house):
    asker = begin(house)
    asker.ask("contact_add", contact="c1", channel="voice", queue="cards")
    second = house.client("phone")
    assert second.protocol.resume != asker.client.protocol.resume
    # The same number as the first one's, and its own request.
    done = second.request("contact_add", contact="c2", channel="voice", queue="cards")
    assert done.seq and not done.repeated
    # Somebody else's token says nothing to another front end.
    thief = house.raw()
    thief.protocol.resume = asker.client.protocol.resume
    thief.hello(name="web", token=house.token("web"))
    assert thief.protocol.resume != asker.client.protocol.resume
    number = min(asker.asked)
    thief.protocol.last_request_id = number - 1
    assert thief.request("contact_add", contact="c9", channel="voice", queue="cards").seq


def a_number_used_for_something_else_is_refused(house):
    asker = begin(house)
    asker.ask("contact_add", contact="c1", channel="voice", queue="cards")
    asker.client.protocol.last_request_id -= 1
    refused("duplicate", asker.client, "contact_abandon", contact="c1")
    assert house.ctl_json("contacts")[0]["state"] == "queued"


def the_last_4096_are_known_after_a_restart(house):
    asker = begin(house)
    client = asker.client
    frames = {}
    for i in range(5000):
        number, frame = client.protocol.request("agent_pause" if i % 2 else "agent_ready",
                                                {"agent": "ann"})
        frames[number] = frame
    client.send_bytes(b"".join(frames.values()))
    answers = {number: client.answer(number) for number in frames}
    house.kill()
    house.start()
    asker.reconnect()
    newest = list(frames)[-4096:]
    seq = house.status()["seq"]
    client.send_bytes(b"".join(frames[number] for number in newest))
    for number in newest:
        assert client.answer(number) == answers[number]
    assert house.status()["seq"] == seq


def an_answered_request_is_not_lost_with_the_connection(house):
    """The connection breaks before the answer is read: the next one brings it."""
    asker = begin(house)
    client = asker.client
    number, frame = client.protocol.request("contact_add", {"contact": "c1", "channel": "voice",
                                                            "queue": "cards"})
    client.send_bytes(frame)
    asker.reconnect()
    client.send_bytes(frame)
    done = client.answer(number)
    assert done.state == STATE.CONTACT_STATE_QUEUED
    assert len(house.ctl_json("contacts")) == 1


def who_has_no_name_is_remembered_by_token_too(house):
    house.start()
    client = house.client()
    number, frame = client.protocol.request("contact_add", {"contact": "c1", "channel": "voice",
                                                            "queue": "cards"})
    client.send_bytes(frame)
    done = client.answer(number)
    house.kill()
    house.start()
    client.reconnect()
    client.send_bytes(frame)
    assert client.answer(number) == done


if __name__ == "__main__":
    run(a_request_that_comes_twice_has_the_same_answer_and_no_second_effect,
        so_it_has_after_a_reconnect,
        so_it_has_after_a_restart_and_after_kill_9,
        what_had_no_answer_before_kill_9_is_done_once,
        a_session_with_another_token_is_another_client,
        a_number_used_for_something_else_is_refused,
        the_last_4096_are_known_after_a_restart,
        an_answered_request_is_not_lost_with_the_connection,
        who_has_no_name_is_remembered_by_token_too)
