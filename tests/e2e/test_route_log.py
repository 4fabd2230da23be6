# SPDX-License-Identifier: Apache-2.0
"""The route log: a line of JSON for each thing that happened, decisions with their terms."""

import datetime

from support import CONFIG, attune, eventually, run

TERMS = {"skill", "outcome", "continuity", "rapport", "rest", "load"}


def play(house):
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("agent_ready", agent="bob")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                  customer={"id": "u1", "name": 'Joe "the\n\\ \u0001 quote"'})
    offer = phone.wait_for("offer").offer
    phone.request("offer_decline", contact="c1", agent=offer.agent)
    offer = phone.wait_for("offer").offer
    phone.request("offer_ringing", contact="c1", agent=offer.agent, offer=offer.offer)
    phone.request("offer_accept", contact="c1", agent=offer.agent)
    phone.request("contact_end", contact="c1")
    try:
        phone.request("contact_end", contact="c1")
    except attune.Refused:
        pass
    return eventually(lambda: len(log := house.route_log()) > 11 and log)


def a_contacts_life_is_told_in_order(house):
    log = play(house)
    told = [event["event"] for event in log if event.get("contact") == "c1"]
    expected = ["queued", "offer", "revoke", "offer", "ringing", "connect", "closed", "finished", "refused"]
    assert told == expected, told
    assert log[0]["event"] == "config" and log[0]["reason"] == log[0]["config"]


def every_line_has_its_time_and_number(house):
    log = play(house)
    digest = house.status()["config_digest"]
    times = [datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")) for event in log]
    assert times == sorted(times)
    sequence = [event["seq"] for event in log if "seq" in event]
    assert sequence == sorted(sequence) and sequence[0] == 1
    assert {event["config"] for event in log} == {digest}


def a_decision_says_who_was_compared_and_by_what(house):
    log = play(house)
    decision = next(event["decision"] for event in log if event["event"] == "offer")
    assert decision["considered"] == 3 and decision["eligible"] == 2
    assert decision["excluded"] == {"offline": 1}, decision["excluded"]
    assert len(decision["agents"]) == 2
    for candidate in decision["agents"]:
        assert set(candidate["terms"]) == TERMS
        assert all(0 <= value <= 1 for value in candidate["terms"].values())
        assert 0 <= candidate["fit"] <= 1
    first, second = decision["agents"]
    assert first["fit"] >= second["fit"] and decision["agent_by"] == "fit"
    assert abs(decision["margin"] - (first["fit"] - second["fit"])) < 1e-9


def a_new_contact_is_told_with_the_rules_it_met(house):
    rules = ("intake:\n  - { when: { language: es }, queue: cards, requires: { spanish: 2 } }\n"
             "  - { when: { language: fr }, queue: general }\n"
             "  - { when: { text: [fraud] }, priority: 10 }\n")
    house.write_config(CONFIG.replace("intake:\n", rules))
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", language="es", text="a FRAUD")
    phone.request("contact_add", contact="c2", channel="voice", queue="cards")
    phone.request("contact_transfer", contact="c1", queue="general")
    log = eventually(lambda: len(log := house.route_log()) > 3 and log)
    queued = [event for event in log if event["event"] == "queued"]
    lines = open(house.config, encoding="utf-8").read().splitlines()
    assert [rule["rule"] for rule in queued[0]["rules"]] == [1, 3]
    assert "language: es" in lines[queued[0]["rules"][0]["line"] - 1]
    assert "fraud" in lines[queued[0]["rules"][1]["line"] - 1]
    assert queued[1]["contact"] == "c2" and "rules" not in queued[1]
    assert queued[2]["queue"] == "general" and "rules" not in queued[2], "it is not new any more"


def nothing_is_logged_that_is_not_durable(house):
    house.start()
    phone = house.client("phone")
    for i in range(200):
        phone.send("contact_add", contact=f"c{i}", channel="chat", queue="cards")
    phone.request("contact_add", contact="last", channel="chat", queue="cards")
    house.kill()
    logged = house.route_log()
    house.start()
    known = {row["contact"] for row in house.ctl_json("contacts")}
    assert {event["contact"] for event in logged if "contact" in event} <= known


if __name__ == "__main__":
    run(a_contacts_life_is_told_in_order,
        every_line_has_its_time_and_number,
        a_decision_says_who_was_compared_and_by_what,
        a_new_contact_is_told_with_the_rules_it_met,
        nothing_is_logged_that_is_not_durable)
