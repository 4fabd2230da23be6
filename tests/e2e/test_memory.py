# SPDX-License-Identifier: Apache-2.0
"""Customers remembered: who comes again is known, whatever the channel."""

import json
import time

from support import CONFIG, eventually, refused, run


def come(client, contact, customer=None, channel="chat", **more):
    client.request("contact_add", contact=contact, channel=channel, queue="cards",
                   customer={"id": customer} if isinstance(customer, str) else customer or {},
                   **more)


def talk(client, contact, agent="ann", **end):
    """From the offer to the end of a conversation."""
    offer = client.wait_for("offer", contact=contact).offer
    client.request("offer_accept", contact=contact, agent=offer.agent, offer=offer.offer)
    client.request("contact_end", contact=contact, **end)
    return offer


def start(house, config=CONFIG):
    house.write_config(config)
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    return phone


def a_second_contact_on_another_channel_tells_the_first(house):
    phone = start(house)
    come(phone, "c1", {"id": "u1", "name": "Eva"}, text="my card is gone", emotion_ppm=700000)
    talk(phone, "c1", disposition="callback")
    phone.request("contact_feedback", contact="c1", csat=2, resolved=False, emotion_ppm=600000)
    come(phone, "c2", "u1", channel="voice")
    context = phone.wait_for("offer", contact="c2").offer.context
    assert context.customer.name == "Eva", context
    assert (context.customer_contacts, context.recent_contacts) == (2, 2)
    assert context.customer_since_ms > 0
    assert context.customer.last_agent == "ann" and context.customer.last_went_badly
    [past] = context.last_contacts
    assert (past.id, past.channel, past.queue, past.agent) == ("c1", "chat", "cards", "ann")
    assert past.agent_name and past.disposition == "callback" and past.text == "my card is gone"
    assert (past.emotion_ppm, past.emotion_end_ppm, past.csat) == (700000, 600000, 2)
    assert past.WhichOneof("has_resolved") and not past.resolved and not past.live
    assert past.outcome == 2 and past.closed_ms >= past.at_ms


def what_is_said_on_two_channels_at_a_time_is_one_story(house):
    phone = start(house)
    come(phone, "c1", "u1", text="the page does not load")
    offer = phone.wait_for("offer", contact="c1").offer
    phone.request("offer_accept", contact="c1", agent="ann", offer=offer.offer)
    come(phone, "c2", "u1", channel="pager", text="are you there?")
    context = phone.wait_for("offer", contact="c2").offer.context
    assert list(context.linked) == ["c1"] and not context.last_contacts
    [other] = context.thread
    assert (other.id, other.text, other.live) == ("c1", "the page does not load", True)


def an_address_becomes_an_alias_and_tells_who_it_is(house):
    phone = start(house)
    come(phone, "c1", {"id": "u1", "name": "Eva"}, address="+34600100200")
    talk(phone, "c1")
    come(phone, "c2", address="+34600100200", channel="voice")
    context = phone.wait_for("offer", contact="c2").offer.context
    assert (context.customer.id, context.customer.name) == ("u1", "Eva")
    assert [past.id for past in context.last_contacts] == ["c1"]
    phone.request("contact_cancel", contact="c2")
    come(phone, "c3", "+34600100200", channel="voice")
    assert phone.wait_for("offer", contact="c3").offer.context.customer.id == "u1"
    [story] = house.ctl_json("customer", "show", "+34600100200")
    assert (story["customer"], story["aliases"], story["contacts"]) == ("u1", ["+34600100200"], 3)


def notes_and_promises_are_told_to_the_next_agent(house):
    phone = start(house)
    come(phone, "c1", "u1", text="my card is gone")
    now_ms = int(time.time() * 1000)
    talk(phone, "c1", disposition="callback", notes="waits for the courier",
         follow_up_at_ms=now_ms + 3_600_000, follow_up_expires_ms=now_ms + 7_200_000,
         follow_up_what="tell when it is sent")
    phone.request("contact_feedback", contact="c1", csat=4, text="friendly, but slow")
    come(phone, "c2", "u1", channel="voice")
    context = phone.wait_for("offer", contact="c2").offer.context
    assert (context.last_notes, context.last_notes_agent) == ("waits for the courier", "Ann Berg")
    [promise] = context.promises
    assert (promise.what, promise.contact) == ("tell when it is sent", "c1")
    assert promise.due_ms == now_ms + 3_600_000 and promise.expires_ms == now_ms + 7_200_000
    [past] = context.last_contacts
    assert (past.notes, past.feedback) == ("waits for the courier", "friendly, but slow")
    assert not context.linked
    [story] = house.ctl_json("customer", "show", "u1")
    [follow_up] = [past["contact"] for past in story["last_contacts"]
                   if past["contact"] not in ("c1", "c2")]
    phone.request("contact_cancel", contact=follow_up)
    assert not house.ctl_json("customer", "show", "u1")[0]["promises"]


def the_same_request_again_is_the_same_whatever_was_learnt_meanwhile(house):
    phone = start(house)
    come(phone, "c1", {"id": "u1", "name": "Eva", "lifetime_value_micro": 5_000_000},
         address="+34600100200")
    come(phone, "c2", address="+34600100200")
    come(phone, "c3", {"id": "u1", "name": "Eva Ruiz"}, channel="voice")
    come(phone, "c2", address="+34600100200")
    refused("duplicate", phone, "contact_add", contact="c2", channel="chat", queue="cards",
            address="+34600100200", text="another")
    assert len(house.ctl_json("contacts")) == 3


def what_the_front_end_says_wins(house):
    phone = start(house)
    come(phone, "c1", {"id": "u1", "name": "Eva", "tier": "gold", "notes": "mornings",
                       "lifetime_value_micro": 5_000_000, "currency": "EUR"})
    talk(phone, "c1")
    come(phone, "c2", {"id": "u1", "name": "Dr Eva Ruiz"}, channel="voice")
    customer = phone.wait_for("offer", contact="c2").offer.context.customer
    assert (customer.name, customer.tier, customer.notes) == ("Dr Eva Ruiz", "gold", "mornings")
    assert (customer.lifetime_value_micro, customer.currency) == (5_000_000, "EUR")


def two_customers_with_one_address_are_a_conflict_that_a_person_decides(house):
    phone = start(house)
    come(phone, "c1", "u1", address="+34600100200")
    talk(phone, "c1")
    come(phone, "c2", "u2", address="+34600100200")
    context = phone.wait_for("offer", contact="c2").offer.context
    assert context.customer.id == "u2"
    phone.request("contact_cancel", contact="c2")
    come(phone, "c3", address="+34600100200")
    assert phone.wait_for("offer", contact="c3").offer.context.customer.id == ""
    phone.request("contact_cancel", contact="c3")
    [story] = house.ctl_json("customer", "show", "u2")
    assert story["conflicts"] == ["+34600100200"] and story["aliases"] == []
    refused("duplicate", phone, "customer_link", alias="+34600100200", customer="u2")
    status, out, err = house.ctl("customer", "link", "+34600100200", "u2")
    assert status == 0 and "+34600100200 is customer u2" in out, (out, err)
    come(phone, "c4", address="+34600100200")
    assert phone.wait_for("offer", contact="c4").offer.context.customer.id == "u2"
    [story] = house.ctl_json("customer", "show", "u2")
    assert story["conflicts"] == [] and story["aliases"] == ["+34600100200"]
    assert house.ctl("customer", "unlink", "+34600100200")[0] == 0
    status, out, err = house.ctl("customer", "unlink", "+34600100200")
    assert status == 1 and "no customer has that alias" in err
    phone.request("contact_cancel", contact="c4")
    come(phone, "c5", address="+34600100200")
    assert phone.wait_for("offer", contact="c5").offer.context.customer.id == ""


def an_address_that_tells_nobody_is_nobodys(house):
    phone = start(house)
    come(phone, "c1", "u1", address="sip:anonymous@anonymous.invalid")
    talk(phone, "c1")
    come(phone, "c2", address="sip:anonymous@anonymous.invalid")
    assert phone.wait_for("offer", contact="c2").offer.context.customer.id == ""


def who_came_under_a_number_is_joined_when_it_is_linked(house):
    phone = start(house)
    come(phone, "c1", "+34600100200", text="first")
    talk(phone, "c1")
    come(phone, "c2", "u1", text="second")
    talk(phone, "c2")
    assert house.ctl("customer", "link", "+34600100200", "u1")[0] == 0
    come(phone, "c3", "u1", channel="voice")
    context = phone.wait_for("offer", contact="c3").offer.context
    assert [past.text for past in context.last_contacts] == ["second", "first"]
    assert context.customer_contacts == 3


def a_bad_experience_is_shown_and_raises_until_it_is_made_good(house):
    phone = start(house)
    come(phone, "c1", "u1")
    talk(phone, "c1")
    phone.request("contact_feedback", contact="c1", csat=1)
    phone.request("agent_pause", agent="ann")
    come(phone, "c2", "u1", channel="voice")
    come(phone, "c3", "u2", channel="voice")
    rows = {row["contact"]: row for row in house.ctl_json("contacts")}
    assert 4.5 < rows["c2"]["urgency"] - rows["c3"]["urgency"] < 5.5, rows
    assert house.ctl_json("customer", "show", "u1")[0]["last_went_badly"]
    phone.request("agent_ready", agent="ann")
    talk(phone, "c2")
    phone.request("contact_feedback", contact="c2", csat=5)
    assert not house.ctl_json("customer", "show", "u1")[0]["last_went_badly"]


def a_crash_loses_nobody(house):
    phone = start(house)
    come(phone, "c1", {"id": "u1", "name": "Eva"}, text="my card is gone", address="+34600100200")
    talk(phone, "c1", disposition="callback")
    house.kill()
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    come(phone, "c2", address="+34600100200", channel="voice")
    context = phone.wait_for("offer", contact="c2").offer.context
    assert context.customer.name == "Eva"
    assert [past.text for past in context.last_contacts] == ["my card is gone"]


def a_story_is_told_to_people(house):
    phone = start(house)
    come(phone, "c1", {"id": "u1", "name": "Eva", "tier": "gold", "notes": "prefers mornings",
                       "lifetime_value_micro": 12_000_000_000, "currency": "EUR",
                       "churn_risk_ppm": 250000}, text="my card is gone", address="+34600100200",
         emotion_ppm=500000)
    talk(phone, "c1", disposition="callback")
    phone.request("contact_feedback", contact="c1", csat=2, emotion_ppm=100000)
    status, out, err = house.ctl("customer", "show", "u1")
    assert status == 0, err
    for words in ("Eva (u1), gold, worth 12000 EUR, risk of leaving 25%", "1 contact since",
                  "last spoke with ann; the last went badly", "also comes as +34600100200",
                  "notes: prefers mornings", "c1, chat, cards, with", "handled, callback",
                  "upset 50%, at the end 10%, CSAT 2", "said: my card is gone"):
        assert words in out, (words, out)
    status, out, err = house.ctl("customer", "show", "nobody")
    assert status == 1 and "no customer has that id or alias" in err


def personal_data_is_in_no_log(house):
    canaries = ["canary-id", "Canary Name", "canary notes", "canary text", "+34canary", "canary@x"]
    phone = start(house)
    come(phone, "c1", {"id": canaries[0], "name": canaries[1], "notes": canaries[2]},
         text=canaries[3], address=canaries[4])
    talk(phone, "c1")
    come(phone, "c2", "u2", address=canaries[4])
    talk(phone, "c2")
    house.ctl("customer", "link", canaries[5], canaries[0])
    house.ctl("customer", "link", canaries[0], canaries[0])
    house.ctl("customer", "unlink", canaries[5])
    house.ctl("customer", "unlink", canaries[5])
    eventually(lambda: any(line.get("contact") == "c2" and line["event"] == "closed"
                           for line in house.route_log()))
    with open(house.log, encoding="utf-8") as file:
        logged = file.read() + house.words() + json.dumps(house.status())
    for canary in canaries:
        assert canary not in logged, canary


if __name__ == "__main__":
    run(a_second_contact_on_another_channel_tells_the_first,
        what_is_said_on_two_channels_at_a_time_is_one_story,
        an_address_becomes_an_alias_and_tells_who_it_is,
        notes_and_promises_are_told_to_the_next_agent,
        the_same_request_again_is_the_same_whatever_was_learnt_meanwhile,
        what_the_front_end_says_wins,
        two_customers_with_one_address_are_a_conflict_that_a_person_decides,
        an_address_that_tells_nobody_is_nobodys,
        who_came_under_a_number_is_joined_when_it_is_linked,
        a_bad_experience_is_shown_and_raises_until_it_is_made_good,
        a_crash_loses_nobody,
        a_story_is_told_to_people,
        personal_data_is_in_no_log)
