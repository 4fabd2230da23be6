# SPDX-License-Identifier: Apache-2.0
"""The life of contacts, as two front ends and several agents see it over unix and TCP at once."""

from support import attune, eventually, refused, run

STATE = attune.contact_pb2


def sign_in(client, *agents):
    for agent in agents:
        client.request("agent_ready", agent=agent)


def a_contact_is_offered_accepted_ended_and_closed(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann")
    done = phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                         customer={"id": "u1", "name": "Eva Gómez"}, text="lost my card")
    assert done.seq > 0
    offer = phone.wait_for("offer", contact="c1").offer
    assert offer.agent == "ann" and offer.queue == "cards" and offer.channel == "voice"
    assert offer.context.customer.name == "Eva Gómez" and offer.context.text == "lost my card"
    assert "only one eligible" in offer.why
    phone.request("offer_accept", contact="c1", agent="ann", offer=offer.offer)
    assert phone.wait_for("connected").connected.agent == "ann"
    phone.request("contact_end", contact="c1", disposition="resolved")
    closed = phone.wait_for("closed").closed
    assert closed.outcome == STATE.OUTCOME_HANDLED and closed.agent == "ann"


def two_front_ends_over_unix_and_tcp_share_the_agents(house):
    house.start()
    phone = house.client("phone")
    web = house.client("web", over="tcp")
    sign_in(phone, "ann", "bob")
    phone.request("contact_add", contact="call-1", channel="voice", queue="cards")
    call = phone.wait_for("offer", contact="call-1").offer
    web.request("contact_add", contact="chat-1", channel="chat", queue="cards")
    chat = web.wait_for("offer", contact="chat-1").offer
    assert {call.agent, chat.agent} == {"ann", "bob"}, "a call leaves no units for a chat"
    web.request("offer_accept", contact="chat-1", agent=chat.agent)
    phone.request("offer_accept", contact="call-1", agent=call.agent)
    assert web.wait_for("connected", contact="chat-1").connected.agent == chat.agent
    assert phone.wait_for("connected", contact="call-1").connected.agent == call.agent


def a_declined_offer_goes_to_the_next_agent(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann", "bob")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    first = phone.wait_for("offer").offer
    phone.request("offer_decline", contact="c1", agent=first.agent, reason="busy")
    assert phone.wait_for("withdrawn").withdrawn.reason == STATE.WITHDRAW_REASON_DECLINED
    second = phone.wait_for("offer").offer
    assert second.agent != first.agent


def a_missed_offer_pauses_the_agent_and_goes_on(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann", "bob")
    phone.request("contact_add", contact="c1", channel="pager", queue="cards")
    first = phone.wait_for("offer").offer
    assert phone.wait_for("withdrawn").withdrawn.reason == STATE.WITHDRAW_REASON_TIMEOUT
    changed = phone.wait_for("agent_changed").agent_changed
    assert (changed.agent, changed.presence, changed.reason) == (
        first.agent, STATE.PRESENCE_PAUSED, "missed")
    assert phone.wait_for("offer").offer.agent != first.agent


def a_caller_who_hangs_up_while_it_rings_is_gone(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    offer = phone.wait_for("offer").offer
    phone.request("contact_abandon", contact="c1")
    assert phone.wait_for("withdrawn").withdrawn.reason == STATE.WITHDRAW_REASON_ABANDONED
    assert phone.wait_for("closed").closed.outcome == STATE.OUTCOME_ABANDONED
    refused("state", phone, "offer_accept", contact="c1", agent="ann", offer=offer.offer)
    phone.request("contact_add", contact="c2", channel="voice", queue="cards")
    assert phone.wait_for("offer", contact="c2").offer.agent == "ann", "the agent is free again"


def an_accept_after_the_time_is_refused_and_connects_nobody(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann")
    phone.request("contact_add", contact="c1", channel="pager", queue="cards")
    offer = phone.wait_for("offer").offer
    phone.wait_for("withdrawn")
    refused("state", phone, "offer_accept", contact="c1", agent="ann", offer=offer.offer)
    assert house.status()["contacts"]["connected"] == 0


def the_same_request_again_has_the_same_answer_and_no_second_effect(house):
    house.start()
    phone = house.client("phone")
    for _ in range(3):
        done = phone.request("contact_add", contact="c1", channel="voice", queue="cards")
        assert done.state == STATE.CONTACT_STATE_QUEUED
    assert house.status()["contacts"]["queued"] == 1
    refused("duplicate", phone, "contact_add", contact="c1", channel="chat", queue="cards")


def both_endings_of_one_call_may_come_in_any_order_and_twice(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.wait_for("offer")
    phone.request("offer_accept", contact="c1", agent="ann")
    phone.request("contact_abandon", contact="c1")
    refused("state", phone, "contact_end", contact="c1")
    refused("state", phone, "contact_abandon", contact="c1")
    outcomes = house.status()["outcomes"]
    assert outcomes["handled"] == 1 and outcomes["abandoned"] == 0, outcomes


def a_transfer_takes_the_contact_to_another_queue_with_its_story(house):
    house.start()
    phone = house.client("phone")
    sign_in(phone, "ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards", text="two matters",
                  waited_ms=60000)
    phone.wait_for("offer")
    phone.request("offer_accept", contact="c1", agent="ann")
    phone.request("contact_transfer", contact="c1", queue="general")
    sign_in(phone, "cid")
    offer = phone.wait_for("offer", queue="general").offer
    assert offer.agent == "cid" and offer.context.text == "two matters"
    assert offer.context.waited_ms >= 60000 and offer.context.transfers == 1


def agents_desktops_see_their_own_offers(house):
    house.start()
    phone = house.client("phone")
    desktop = house.client("ann", over="tcp", agent="ann")
    desktop.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    offer = desktop.wait_for("offer").offer
    desktop.request("offer_accept", contact="c1", agent="ann", offer=offer.offer)
    assert phone.wait_for("connected").connected.agent == "ann"


def pushes_not_acknowledged_come_again_after_a_reconnect(house):
    house.start()
    phone = house.client("phone")
    phone.auto_ack = False
    sign_in(phone, "ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    offered = phone.wait_for("offer")
    before = phone.protocol.last_push
    phone.protocol.last_push = offered.push_id - 1    # As if it had been lost on the way.
    welcome = phone.reconnect(name="phone", token=house.token("phone"))
    assert welcome.resumed
    again = phone.wait_for("offer")
    assert again.push_id == offered.push_id and again.offer.contact == "c1"
    assert phone.protocol.last_push >= before


def a_session_with_a_wrong_resume_token_is_a_new_one(house):
    house.start()
    phone = house.client("phone")
    phone.protocol.resume = "0" * 32
    assert not phone.reconnect(name="phone", token=house.token("phone")).resumed


def lists_come_in_pages_that_miss_nobody(house):
    house.start()
    phone = house.client("phone")
    for i in range(700):
        phone.send("contact_add", contact=f"c{i}", channel="voice", queue="cards",
                   text="a text of some length, so that a page is full before the list is " * 3)
    phone.request("contact_add", contact="last", channel="voice", queue="cards")
    rows = [row.id for row in phone.pages("contacts")]
    assert len(rows) == 701 and len(set(rows)) == 701
    assert len(house.ctl_json("contacts")) == 701
    assert [row.id for row in phone.pages("contacts", limit=50)] == rows


def a_tail_tells_what_happens_to_one_queue(house):
    house.start()
    boss = house.client("boss", over="tcp")
    boss.request("tail", queue="general")
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.request("contact_add", contact="c2", channel="voice", queue="general")
    _, line = boss.next_event()
    assert '"c2"' in line and '"queued"' in line, line


def an_unknown_name_is_refused_with_the_nearest(house):
    house.start()
    phone = house.client("phone")
    refusal = refused("unknown", phone, "contact_add", contact="c1", channel="voice", queue="crads")
    assert "cards" in str(refusal) + refusal.nearest
    refused("unknown", phone, "contact_end", contact="nobody")
    refused("unknown", phone, "agent_ready", agent="nobody")


def an_agent_is_reached_through_each_front_end_on_its_channels(house):
    house.start()
    phone = house.client("phone")
    web = house.client("web", over="tcp")
    phone.request("agent_ready", agent="ann", channels=["voice"])
    web.request("contact_add", contact="early", channel="chat", queue="cards")
    assert house.ctl_json("contacts")[0]["state"] == "queued"
    web.request("agent_ready", agent="ann", channels=["chat"])
    offer = web.wait_for("offer", contact="early").offer
    web.request("offer_accept", contact="early", agent="ann", offer=offer.offer)
    (ann,) = house.ctl_json("agents", "--agent", "ann")
    assert sorted(ann["channels"]) == ["chat", "voice"], ann


def a_lost_front_end_keeps_its_contacts_places(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.close()
    eventually(lambda: house.status()["sessions"] == 1)
    rows = house.ctl_json("contacts")
    assert [row["contact"] for row in rows] == ["c1"] and rows[0]["state"] == "queued"


if __name__ == "__main__":
    run(a_contact_is_offered_accepted_ended_and_closed,
        two_front_ends_over_unix_and_tcp_share_the_agents,
        a_declined_offer_goes_to_the_next_agent,
        a_missed_offer_pauses_the_agent_and_goes_on,
        a_caller_who_hangs_up_while_it_rings_is_gone,
        an_accept_after_the_time_is_refused_and_connects_nobody,
        the_same_request_again_has_the_same_answer_and_no_second_effect,
        both_endings_of_one_call_may_come_in_any_order_and_twice,
        a_transfer_takes_the_contact_to_another_queue_with_its_story,
        agents_desktops_see_their_own_offers,
        pushes_not_acknowledged_come_again_after_a_reconnect,
        a_session_with_a_wrong_resume_token_is_a_new_one,
        lists_come_in_pages_that_miss_nobody,
        a_tail_tells_what_happens_to_one_queue,
        an_unknown_name_is_refused_with_the_nearest,
        an_agent_is_reached_through_each_front_end_on_its_channels,
        a_lost_front_end_keeps_its_contacts_places)
