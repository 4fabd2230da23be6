# SPDX-License-Identifier: Apache-2.0
"""What follows a conversation, and what many call about: surveys, promises, repeats, incidents, feedback."""

import time

from support import CONFIG, attune, eventually, refused, run

FOLLOWING = CONFIG.replace("voice: { units: 100, offer_timeout: 20s, wrap_up: 0s }",
                           "voice: { units: 100, offer_timeout: 20s, wrap_up: 0s, auto_accept: true }") + """\
dispositions: [resolved, callback]
surveys: { share: 100%, once_in: 1d }
follow_ups: { callback: { after: 2h, agent: same, expires: 1d } }
"""


def begin(house, **options):
    house.write_config(FOLLOWING)
    house.start(**options)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    return phone


def call(phone, contact, **more):
    phone.request("contact_add", contact=contact, channel="voice", queue="cards", **more)


def the_end_of_a_contact_asks_for_a_survey_and_makes_a_promise(house):
    phone = begin(house)
    call(phone, "c1", customer={"id": "u1", "name": "Zoë"}, address="+34600000001")
    phone.request("contact_end", contact="c1", disposition="callback", notes="wants her refund's date")
    closed = phone.wait_for("closed").closed
    assert closed.survey and closed.notes == "wants her refund's date", closed
    promised = phone.wait_for("promised").promised
    assert promised.contact == "c1+1" and promised.follow_up_of == "c1", promised
    assert promised.agent == "ann" and promised.queue == "cards" and promised.what == "callback"
    assert promised.expires_ms - promised.due_ms == 22 * 3600 * 1000, promised
    assert promised.context.customer.id == "u1" and promised.context.address == "+34600000001"
    assert promised.context.follow_up_of == "c1"
    # The same customer again: nobody is asked twice a day, and it is known what for.
    call(phone, "c2", customer={"id": "u1"})
    assert phone.wait_for("repeat").repeat.repeat_of == "c1"
    connected = phone.wait_for("connected", contact="c2").connected
    assert connected.context.repeat_of == "c1", connected
    phone.request("contact_end", contact="c2", disposition="resolved")
    assert not phone.wait_for("closed", contact="c2").closed.survey
    row = house.status()
    assert row["surveys"] == 1 and row["repeats"] == 1, row
    assert row["promises"] == {"made": 1, "kept": 0, "expired": 0, "cancelled": 0}, row


def a_promise_is_kept_after_a_restart(house):
    phone = begin(house)
    call(phone, "c1", customer={"id": "u1"})
    due_ms = int(time.time() * 1000) + 4000
    phone.request("contact_end", contact="c1", follow_up_at_ms=due_ms, follow_up_what="the date",
                  follow_up_agent="ann")
    house.stop()
    house.start()
    phone = house.client("phone")
    phone.request("reconcile", last=True)  # Nobody is on the line: it does not name the promise.
    phone.request("agent_ready", agent="ann")
    connected = phone.wait_for("connected", contact="c1+1", timeout=15).connected
    assert connected.context.promised == "the date" and connected.context.follow_up_of == "c1"
    assert int(time.time() * 1000) >= due_ms
    phone.request("contact_end", contact="c1+1")
    kept = phone.wait_for("promise_kept").promise_kept
    assert kept.follow_up_of == "c1" and kept.agent == "ann", kept
    assert house.status()["promises"]["kept"] == 1


def a_promise_that_cannot_be_is_refused(house):
    phone = begin(house)
    call(phone, "c1")
    refusal = refused("invalid", phone, "contact_end", contact="c1", follow_up_at_ms=1000)
    assert refusal.error.field == "follow_up.at", refusal
    refusal = refused("unknown", phone, "contact_end", contact="c1", follow_up_agent="anne",
                      follow_up_at_ms=int(time.time() * 1000) + 60000)
    assert refusal.error.field == "follow_up.agent" and "ann" in refusal.error.message, refusal
    assert house.ctl_json("contacts")[0]["state"] == "connected"


def an_incident_marks_counts_and_turns_away_its_contacts(house):
    phone = begin(house)
    phone.request("agent_offline", agent="ann")
    call(phone, "c1", text="my card was declined")
    status, out, err = house.ctl("incident", "announce", "shop-x", "--title", "Cards declined in shop X",
                                 "--when", "text:declined,refused", "--when", "queue:cards",
                                 "--message", "We know of it", "--points", "5")
    assert status == 0, (out, err)
    announced = phone.wait_for("incident_announced").incident_announced
    assert announced.incident == "shop-x" and announced.message == "We know of it"
    assert phone.wait_for("affected").affected.contact == "c1"
    call(phone, "c2", text="they REFUSED it")
    assert phone.wait_for("affected", contact="c2").affected.incident == "shop-x"
    call(phone, "c3", text="where is my PIN?")
    (row,) = house.ctl_json("incident", "list")
    assert row["affected"] == 2 and row["open"] == 2 and row["points"] == 5 and row["until_ms"] is None
    assert row["when"] == "text has 'declined' or 'refused' and queue is 'cards'", row
    assert house.status()["incidents"] == 1
    contact = house.ctl_json("contacts", "--contact", "c2")[0]
    assert contact["incident"] == "shop-x" and contact["incident_message"] == "We know of it"
    _, out, _ = house.ctl("incident", "list")
    assert "Cards declined in shop X" in out and "AFFECTED" in out
    # It is still there after a restart, its contacts with it.
    house.stop()
    house.start()
    phone = house.client("phone")
    phone.request("reconcile", contacts=[
        {"contact": {"contact": name, "channel": "voice", "queue": "cards"}, "state": attune.contact_pb2.CONTACT_STATE_QUEUED}
        for name in ("c1", "c2", "c3")], last=True)
    (row,) = house.ctl_json("incident", "list")
    assert row["affected"] == 2 and row["open"] == 2, row
    status, out, err = house.ctl("incident", "close", "shop-x", "--message", "It works again", "--close-contacts")
    assert status == 0, (out, err)
    for name in ("c1", "c2"):
        overflowed = phone.wait_for("overflowed", contact=name).overflowed
        assert overflowed.to == "refuse" and overflowed.reason == "It works again", overflowed
        assert phone.wait_for("closed", contact=name).closed.reason == "It works again"
    closed = phone.wait_for("incident_closed").incident_closed
    assert closed.closed == 2 and closed.message == "It works again", closed
    assert [row["contact"] for row in house.ctl_json("contacts")] == ["c3"]
    status, out, _ = house.ctl("incident", "list")
    assert status == 0 and "No incident is open" in out


def tail_tells_of_promises_and_incidents_in_sentences(house):
    phone = begin(house)
    call(phone, "c1", customer={"id": "u1"}, text="declined")
    phone.request("contact_end", contact="c1", disposition="callback")
    phone.request("contact_feedback", contact="c1", csat=2, by="customer")
    assert house.ctl("incident", "announce", "i", "--title", "Cards declined", "--when", "text:declined")[0] == 0
    call(phone, "c2", customer={"id": "u1"}, text="declined")
    assert house.ctl("incident", "close", "i")[0] == 0
    phone.request("contact_cancel", contact="c1+1")
    lines = {}
    for event in ("promised", "feedback", "announced", "repeat", "incident", "incident_closed", "promise_cancelled"):
        status, out, err = house.ctl("tail", "--since", "1m", "--count", "1", "--event", event)
        assert status == 0, (event, out, err)
        lines[event] = out
    for event, words in (("promised", "c1+1"), ("promised", "promised at the end of c1"), ("feedback", "csat 2 by customer"),
                         ("announced", "incident i is announced: Cards declined"), ("repeat", "repeats c1"),
                         ("incident", "is because of incident i"), ("incident_closed", "incident i is closed"),
                         ("promise_cancelled", "taken back")):
        assert words in lines[event], (words, lines[event])


def only_supervisors_announce_incidents(house):
    phone = begin(house)
    when = [{"field": "queue", "values": ["cards"]}]
    refused("denied", phone, "incident_announce", incident="i", title="t", when=when)
    refused("denied", house.client("wall"), "incident_close", incident="i")
    boss = house.client("boss")
    boss.request("incident_announce", incident="i", title="t", when=when)
    assert [row.incident for row in house.client("wall").request("incidents").rows] == ["i"]
    assert house.ctl_json("incident", "list")[0]["by"] == "boss"
    refusal = refused("duplicate", boss, "incident_announce", incident="i", title="another", when=when)
    assert refusal.error.field == "incident", refusal
    refusal = refused("unknown", boss, "incident_close", incident="j")
    assert refusal.error.field == "incident", refusal


def feedback_that_cannot_be_is_refused(house):
    """On the wire, with code and field; by attunectl, with a sentence and status 1."""
    house.write_config(FOLLOWING)
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    call(phone, "open", customer={"id": "u0"})
    call(phone, "c1", customer={"id": "u1"})
    phone.request("contact_end", contact="open")
    phone.request("contact_end", contact="c1")
    now_ms = house.status()["now_ms"]
    for fields, code, field, words, sentence in (
            ({"csat": 0}, "invalid", "csat", ("--csat", "0"), "csat: must be a number from 1 to 5"),
            ({"csat": 6}, "invalid", "csat", ("--csat", "6"), "csat: must be a number from 1 to 5"),
            ({"nps": 11}, "invalid", "nps", ("--nps", "11"), "nps: must be a number from 0 to 10"),
            ({"ces": 0}, "invalid", "ces", ("--ces", "0"), "ces: must be a number from 1 to 7"),
            ({"ces": 8}, "invalid", "ces", ("--ces", "8"), "ces: must be a number from 1 to 7"),
            ({"csat": 5, "emotion_ppm": 1_000_001}, "invalid", "emotion_ppm",
             ("--csat", "5", "--emotion", "1.000001"), "--emotion goes from 0 to 1, not"),
            ({"csat": 5, "given_ms": now_ms + 1_000_000_000}, "invalid", "given",
             ("--csat", "5", "--given", "2099-01-01T00:00"), "in the future"),
            ({"csat": 5, "given_ms": 1_000}, "invalid", "given",
             ("--csat", "5", "--given", "2001-01-01T00:00"), "before the contact came")):
        refusal = refused(code, phone, "contact_feedback", contact="c1", **fields)
        assert refusal.error.field == field and refusal.error.message, (fields, refusal)
        status, out, err = house.ctl("contact", "feedback", "c1", *words)
        assert status in (1, 2) and sentence in err and not out, (words, status, out, err)
    refusal = refused("unknown", phone, "contact_feedback", contact="nobody", csat=5)
    assert refusal.error.field == "contact", refusal
    status, _, err = house.ctl("contact", "feedback", "nobody", "--csat", "5")
    assert status == 1 and "nobody" in err, err
    # Long closed: a contact is remembered for an hour.
    assert house.stop() == 0
    house.start(time_scale=3600)  # An hour a second.
    phone = house.client("phone")
    began_ms = house.status()["now_ms"]
    eventually(lambda: house.status()["now_ms"] - began_ms > 2 * 3_600_000)
    refusal = refused("unknown", phone, "contact_feedback", contact="c1", csat=5)
    assert refusal.error.field == "contact", refusal
    status, _, err = house.ctl("contact", "feedback", "c1", "--csat", "5")
    assert status == 1 and "c1" in err, err
    assert house.ctl_json("report")[0]["all"]["csat_count"] == 0, "nothing of it was kept"


def feedback_is_told_and_explained(house):
    phone = begin(house)
    for name, csat in (("c1", 5), ("c2", 4), ("c3", 1)):
        call(phone, name, customer={"id": name})
        phone.request("contact_end", contact=name, disposition="resolved")
        phone.request("contact_feedback", contact=name, csat=csat, text=f"the words of {name}", by="customer")
    events = eventually(lambda: len(log := [event for event in house.route_log() if event["event"] == "feedback"]) == 3
                        and log)
    assert [event["csat"] for event in events] == [5, 4, 1] and events[0]["by"] == "customer", events
    assert not any("the words of" in str(event) for event in events), "the route log is no place for words"
    answer = house.ctl_json("explain", "--agent", "ann", "--skill", "cards")[0]
    assert answer["successes"] == 2 and answer["count"] == 3
    (row,) = answer["queues"]
    assert row["queue"] == "cards" and row["prior"] == 0.7 and row["weight"] == 10
    expected = (row["weight"] * row["prior"] + row["all_successes"]) / (row["weight"] + row["all_count"])
    assert abs(row["expected"] - expected) < 1e-6, row
    outcome = (row["weight"] * expected + row["successes"]) / (row["weight"] + row["count"])
    assert abs(row["outcome"] - outcome) < 2e-6, row
    status, out, _ = house.ctl("explain", "--agent", "ann", "--queue", "cards")
    assert status == 0 and "2 of 3 contacts with feedback went well" in out, out
    rows = eventually(lambda: len(found := house.ctl_json("explain", "--agent", "ann", "--queue", "cards")[0]["feedback"])
                      == 3 and found)
    assert [row["csat"] for row in rows] == [1, 4, 5], "the latest first: " + str(rows)
    assert rows[0]["contact"] == "c3" and rows[0]["text"] == "the words of c3" and rows[0]["nps"] is None, rows
    _, out, _ = house.ctl("explain", "--agent", "ann", "--skill", "cards")
    assert "the latest feedback:" in out and "the words of c1" in out, out
    status, _, err = house.ctl("explain", "--agent", "ann", "--skill", "card")
    assert status == 1 and "cards" in err, err
    status, _, err = house.ctl("explain", "c1", "--queue", "cards")
    assert status == 2, err
    refusal = refused("invalid", phone, "contact_feedback", contact="c1", csat=5,
                      given_ms=int(time.time() * 1000) + 3600000)
    assert refusal.error.field == "given", refusal
    refused("unknown", phone, "contact_feedback", contact="nobody", csat=5)


if __name__ == "__main__":
    run(the_end_of_a_contact_asks_for_a_survey_and_makes_a_promise,
        a_promise_is_kept_after_a_restart,
        a_promise_that_cannot_be_is_refused,
        an_incident_marks_counts_and_turns_away_its_contacts,
        tail_tells_of_promises_and_incidents_in_sentences,
        only_supervisors_announce_incidents,
        feedback_that_cannot_be_is_refused,
        feedback_is_told_and_explained)
