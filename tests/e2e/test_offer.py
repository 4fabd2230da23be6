# SPDX-License-Identifier: Apache-2.0
"""What an agent is told with an offer, so that nobody has to say it twice."""

from support import CONFIG, run

KNOWN = """\
tiers:
  - { name: gold, value: 1.0, when: { lifetime_value: ">= 5000" } }
intents:
  lost-card: { title: Lost or stolen card, knowledge: ["https://kb.example/lost-card"],
               goodwill: waive the fee }
"""


def bring(client, **more):
    client.request("contact_add", contact="c1", queue="cards", intent="lost-card",
                   entry_point="+34900100100", language="es-ES", text="my card is gone",
                   address="+34600100200", traceparent="00-aa-bb-01", emotion_ppm=300000,
                   attributes=[{"key": "city", "value": "Vigo"}],
                   customer={"id": "u7", "name": "Eva", "notes": "prefers mornings",
                             "lifetime_value_micro": 9_000_000_000, "currency": "EUR",
                             "churn_risk_ppm": 200000, "last_agent": "cid"}, **more)


def check(context, channel):
    assert (context.id, context.channel, context.queue) == ("c1", channel, "cards")
    assert (context.entry_point, context.language) == ("+34900100100", "es-ES")
    assert (context.text, context.address) == ("my card is gone", "+34600100200")
    assert context.traceparent == "00-aa-bb-01" and context.emotion_ppm == 300000
    assert (context.intent, context.intent_title) == ("lost-card", "Lost or stolen card")
    assert list(context.knowledge) == ["https://kb.example/lost-card"]
    assert context.goodwill == "waive the fee" and context.tier == "gold"
    assert [(pair.key, pair.value) for pair in context.attributes] == [("city", "Vigo")]
    customer = context.customer
    assert (customer.id, customer.name, customer.notes) == ("u7", "Eva", "prefers mornings")
    assert (customer.lifetime_value_micro, customer.currency) == (9_000_000_000, "EUR")
    assert (customer.churn_risk_ppm, customer.last_agent) == (200000, "cid")
    assert context.waited_ms >= 60000 and context.front_end == "phone"


def an_offer_carries_all_that_is_known(house):
    house.write_config(CONFIG + KNOWN)
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("agent_ready", agent="bob")
    bring(phone, channel="voice", waited_ms=60000)
    offer = phone.wait_for("offer").offer
    check(offer.context, "voice")
    assert "2 of 3 agents are eligible" in offer.why and offer.due_ms > 0


def a_connect_after_an_offer_says_of_it_only_the_address_again(house):
    house.write_config(CONFIG.replace("cards: 5 } }", 'cards: 5 }, address: { voice: "sip:ann@pbx" } }') + KNOWN)
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    bring(phone, channel="voice", waited_ms=60000)
    offer = phone.wait_for("offer").offer
    phone.request("offer_accept", contact="c1", agent="ann", offer=offer.offer)
    connected = phone.wait_for("connected").connected
    assert (connected.contact, connected.agent, connected.queue) == ("c1", "ann", "cards")
    assert (connected.offer, connected.channel) == (offer.offer, "voice"), connected
    assert connected.address == offer.address == "sip:ann@pbx", connected
    assert not connected.HasField("context") and not connected.why, connected


def a_connect_without_an_offer_carries_the_same(house):
    house.write_config(CONFIG.replace("units: 33,", "units: 33, auto_accept: true,") + KNOWN)
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    bring(phone, channel="chat", waited_ms=60000)
    connected = phone.wait_for("connected").connected
    check(connected.context, "chat")
    assert "the only one eligible" in connected.why


if __name__ == "__main__":
    run(an_offer_carries_all_that_is_known,
        a_connect_after_an_offer_says_of_it_only_the_address_again,
        a_connect_without_an_offer_carries_the_same)
