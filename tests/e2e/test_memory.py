# SPDX-License-Identifier: Apache-2.0
"""Customers remembered: who comes again is known, whatever the channel."""

import concurrent.futures
import csv
import json
import os
import sqlite3
import time

from support import CONFIG, SLOWER, eventually, refused, run
from web import Web


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


def start(house, config=CONFIG, **options):
    house.write_config(config)
    house.start(**options)
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


def a_promise_that_is_over_is_told_no_more_by_a_history_that_is_behind(house):
    phone = start(house)
    is_ready(house)
    come(phone, "c1", "u1")
    now_ms = int(time.time() * 1000)
    talk(phone, "c1", follow_up_at_ms=now_ms + 3_600_000, follow_up_what="tell when it is sent")
    in_history(house)
    assert house.stop() == 0
    house.start()
    is_ready(house)
    in_history(house)
    [scheduled] = house.ctl_json("contacts")
    with sqlite3.connect(f"{house.data}/history.sqlite", isolation_level=None) as history:
        history.execute("BEGIN IMMEDIATE")  # Its writer waits.
        house.client("phone").request("contact_cancel", contact=scheduled["contact"])
        [story] = house.ctl_json("customer", "show", "u1")
        assert [past["contact"] for past in story["last_contacts"]] == [
            scheduled["contact"], "c1"], story
        assert not story["promises"], story
        history.execute("ROLLBACK")
    in_history(house)


def a_list_asked_for_before_there_is_a_history_waits_for_it(house):
    os.makedirs(house.data)
    with sqlite3.connect(f"{house.data}/history.sqlite", isolation_level=None) as history:
        history.execute("BEGIN IMMEDIATE")  # Who would make it waits.
        house.write_config(CONFIG)
        house.start()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answer = pool.submit(house.ctl, "customer", "conflicts")
            time.sleep(0.3)
            history.execute("ROLLBACK")
            assert answer.result()[0] == 0, answer.result()


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


def a_link_by_rule_and_its_undoing_by_command_are_in_the_audit_trail(house):
    phone = start(house)
    come(phone, "c1", "u1", address="+34600100200")  # By rule: the number is u1's.
    talk(phone, "c1")
    come(phone, "c2", "u2", address="+34600100200")  # In conflict: a family's telephone.
    talk(phone, "c2")
    in_history(house)
    status, out, err = house.ctl("customer", "conflicts")
    assert status == 0 and "u2" in out and "+34600100200" in out, (out, err)
    assert house.ctl("customer", "link", "+34600100200", "u2")[0] == 0
    assert house.ctl("customer", "unlink", "+34600100200")[0] == 0
    in_history(house)
    with sqlite3.connect(f"file:{house.data}/history.sqlite?mode=ro", uri=True) as history:
        trail = history.execute(
            "SELECT what, people.id, other, by, at_ms FROM links JOIN people USING (person) "
            "ORDER BY link").fetchall()
    assert [row[:3] for row in trail] == [
        ("link", "u1", "+34600100200"), ("conflict", "u2", "+34600100200"),
        ("link", "u2", "+34600100200"), ("unlink", "u2", "+34600100200")], trail
    assert [row[3] for row in trail] == ["rule", "rule", "supervisor", "supervisor"], trail
    assert [row[4] for row in trail] == sorted(row[4] for row in trail)
    assert time.time() * 1000 - 60_000 * SLOWER < trail[0][4] <= time.time() * 1000 + 1000


def times_of_a_clock_that_is_ahead_are_refused(house):
    phone = start(house)
    now_ms = int(time.time() * 1000)
    for field in ("last_spoke", "last_closed"):
        refusal = refused("invalid", phone, "contact_add", contact="c1", channel="chat",
                          queue="cards", customer={"id": "u1", f"{field}_ms": now_ms + 3_600_000})
        assert refusal.error.field == f"customer.{field}", refusal
        assert "in the future" in refusal.error.message, refusal
    assert house.ctl_json("contacts") == []
    # A few seconds are what clocks differ by.
    come(phone, "c2", {"id": "u1", "last_agent": "ann", "last_spoke_ms": now_ms + 5_000})
    assert [row["contact"] for row in house.ctl_json("contacts")] == ["c2"]
    refusal = refused("invalid", house.client("boss"), "customer_set", customer={"id": "u3"},
                      since_ms=now_ms + 3_600_000)
    assert refusal.error.field == "since", refusal
    path = house.write("ahead.csv", COLUMNS + "u3,,Eva,,,,,,2024-01-01\nu4,,Max,,,,,,2099-01-01\n")
    status, out, err = house.ctl("customer", "import", path)
    assert status == 1 and ":3:9: column 'since': that is in the future" in err, (out, err)
    assert house.ctl("customer", "show", "u3")[0] == 1, "nothing was imported"


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


def is_ready(house):
    eventually(lambda: house.words().count("event=memory.ready") ==
               house.words().count("event=ready "))


def in_history(house):
    """Waits until the history has all that was decided."""
    seq = house.status()["seq"]

    def has_all():
        with sqlite3.connect(f"file:{house.data}/history.sqlite?mode=ro", uri=True) as history:
            try:
                [[applied]] = history.execute("SELECT value FROM meta WHERE key = 'applied_seq'")
            except sqlite3.OperationalError:  # It is only just being made.
                return False
            return applied >= seq
    eventually(has_all)


def a_stop_and_a_start_lose_nobody(house):
    phone = start(house)
    is_ready(house)
    come(phone, "c1", {"id": "u1", "name": "Eva", "tier": "gold"}, text="my card is gone",
         address="+34600100200", emotion_ppm=700000)
    talk(phone, "c1", disposition="callback", notes="waits for the courier")
    phone.request("contact_feedback", contact="c1", csat=1, text="too slow")
    come(phone, "c2", "u2", address="+34600100200")
    talk(phone, "c2")
    assert house.stop() == 0
    house.start()
    is_ready(house)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    come(phone, "c3", "u1", channel="voice")
    context = phone.wait_for("offer", contact="c3").offer.context
    assert (context.customer.name, context.customer.tier) == ("Eva", "gold")
    assert context.customer.last_agent == "ann" and context.customer.last_went_badly
    assert context.customer_contacts == 2
    [past] = context.last_contacts
    assert (past.id, past.text, past.emotion_ppm, past.csat) == \
        ("c1", "my card is gone", 700000, 1)
    assert (past.disposition, past.agent_name) == ("callback", "Ann Berg")
    [story] = house.ctl_json("customer", "show", "u1")
    assert story["aliases"] == ["+34600100200"]
    [other] = house.ctl_json("customer", "conflicts")
    assert (other["customer"], other["conflicts"]) == ("u2", ["+34600100200"])


def a_new_installation_looks_nobody_up(house):
    phone = start(house, http="127.0.0.1:0")
    for number in range(4):
        come(phone, f"c{number}", f"u{number % 2}", address=f"+3460010020{number % 2}")
        phone.request("contact_cancel", contact=f"c{number}")
    now = Web(house).metrics()
    assert now["attune_customer_lookup_seconds_count", ""] == 0, now
    assert now["attune_customer_lookups_total", "result=skipped"] == 0, now
    in_history(house)
    assert house.stop() == 0
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    come(phone, "again", "u1")
    context = phone.wait_for("offer", contact="again").offer.context
    assert (context.customer_contacts, len(context.last_contacts)) == (3, 2), context


def who_is_not_in_memory_is_looked_up_and_requests_stay_in_order(house):
    phone = start(house, CONFIG + "limits: { customers: 2 }\n", http="127.0.0.1:0")
    web = Web(house)
    is_ready(house)
    for number in range(6):
        come(phone, f"c{number}", {"id": f"u{number}", "name": f"Name {number}"})
        phone.request("contact_cancel", contact=f"c{number}")
    in_history(house)
    # All at once: the first has to be looked up, the others are about the same contact, or come
    # after it.
    asked = [phone.send("contact_add", contact="again", channel="chat", queue="cards",
                        customer={"id": "u0"}),
             phone.send("contact_update", contact="again", priority_milli=5000),
             phone.send("contact_add", contact="third", channel="chat", queue="cards",
                        customer={"id": "u1"}),
             phone.send("contact_cancel", contact="third"),
             phone.send("contact_add", contact="new", channel="chat", queue="cards",
                        customer={"id": "nobody-yet"})]
    answers = [phone.answer(request) for request in asked]
    assert all(answer.seq > 0 for answer in answers), answers
    assert [answer.seq for answer in answers] == sorted(answer.seq for answer in answers)
    context = phone.wait_for("offer", contact="again").offer.context
    assert context.customer.name == "Name 0" and context.customer_contacts == 2
    assert [past.id for past in context.last_contacts] == ["c0"]
    now = web.metrics()
    assert now["attune_customer_lookups_total", "result=found"] == 2, now
    assert now["attune_customer_lookup_seconds_count", ""] >= 2, now
    assert now["attune_customer_lookups_total", "result=gave_up"] == 0, now
    assert now["attune_customers_in_memory", ""] <= 4, now


def a_history_that_is_gone_holds_nobody_up(house):
    phone = start(house, CONFIG + "limits: { customers: 2 }\n")
    is_ready(house)
    for number in range(4):
        come(phone, f"c{number}", f"u{number}")
        phone.request("contact_cancel", contact=f"c{number}")
    in_history(house)
    assert house.stop() == 0
    house.write("data/history.sqlite", b"this is no database at all, whatever it is called\n" * 99)
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    began = time.monotonic()
    come(phone, "again", {"id": "u0", "name": "Eva"})
    assert time.monotonic() - began < 2 * SLOWER
    assert phone.wait_for("offer", contact="again").offer.context.customer.name == "Eva"


def a_look_that_takes_too_long_is_given_up_and_the_contact_routed(house):
    os.makedirs(house.data)
    os.mkfifo(os.path.join(house.data, "history.sqlite"))  # Who opens it waits for ever.
    house.start(no_history=True, http="127.0.0.1:0")
    web = Web(house)
    phone, other = house.client("phone"), house.client("web")
    phone.request("agent_ready", agent="ann")
    began = time.monotonic()
    asked = phone.send("contact_add", contact="c1", channel="chat", queue="cards",
                       customer={"id": "u1", "name": "Eva"})
    come(other, "c2")  # Of nobody: it waits for nothing.
    assert time.monotonic() - began < 0.25 * SLOWER
    phone.answer(asked)
    assert 0.25 <= time.monotonic() - began < 1 * SLOWER
    assert phone.wait_for("offer", contact="c1").offer.context.customer.name == "Eva"
    now = web.metrics()
    assert now["attune_customer_lookups_total", "result=gave_up"] == 1, now
    assert now["attune_customer_lookup_seconds_bucket", "le=0.25"] == 0, now
    assert now["attune_customer_lookup_seconds_count", ""] == 1, now
    house.kill()  # A stop would wait for the thread.


def what_exists_waits_for_no_look_not_even_of_its_own_front_end(house):
    os.makedirs(house.data)
    os.mkfifo(os.path.join(house.data, "history.sqlite"))  # Who opens it waits for ever.
    house.start(no_history=True)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    come(phone, "c1")
    offer = phone.wait_for("offer", contact="c1").offer
    asked = [phone.send("contact_add", contact="c2", channel="chat", queue="cards", customer={"id": "u2"}),
             phone.send("contact_add", contact="c3", channel="chat", queue="cards", customer={"id": "u3"}),
             phone.send("offer_accept", contact="c1", agent="ann", offer=offer.offer),
             phone.send("contact_update", contact="c3", priority_milli=5000),
             phone.send("contact_update", contact="c2", priority_milli=5000)]
    seqs = [phone.answer(request).seq for request in asked]
    c2, c3, accepted, c3_changed, c2_changed = seqs
    assert accepted < c2 < c3 < c3_changed < c2_changed, seqs
    house.kill()  # A stop would wait for the thread.


def what_comes_twice_while_it_is_looked_up_is_decided_once(house):
    os.makedirs(house.data)
    os.mkfifo(os.path.join(house.data, "history.sqlite"))  # Who opens it waits for ever.
    house.start(no_history=True)
    phone, web = house.client("phone"), house.client("web")
    before = web.request("contact_add", contact="c0", channel="chat", queue="cards").seq
    asked, frame = phone.protocol.request("contact_add", {
        "contact": "c1", "channel": "chat", "queue": "cards", "customer": {"id": "u1"}})
    phone.send_bytes(frame + frame)  # The second waits in the lane behind the look.
    phone.ping()
    changed = web.request("contact_update", contact="c1", priority_milli=5000).seq
    phone.ping()
    assert phone.answer(asked).seq == before + 1
    assert changed == before + 2, "the second was decided, too"
    house.kill()  # A stop would wait for the thread.


COLUMNS = "id,aliases,name,tier,currency,lifetime_value,churn_risk,notes,since\n"


def customers_are_imported_and_exported(house):
    phone = start(house)
    is_ready(house)
    table = COLUMNS + \
        'u1,"+34600100200;eva@mail.example","Ruiz, Eva",gold,EUR,12000.5,0.25,' \
        '"says ""hi"" first",2025-03-01T09:30:00Z\n' \
        "u2,,Max,,,,,,2024-02-29\nu3,+34600,,,,,,,\n"
    path = house.write("customers.csv", table)
    status, out, err = house.ctl("customer", "import", path)
    assert (status, out) == (0, "3 customers.\n"), (out, err)
    come(phone, "c1", address="eva@mail.example")
    context = phone.wait_for("offer", contact="c1").offer.context
    assert (context.customer.id, context.customer.name) == ("u1", "Ruiz, Eva")
    assert (context.customer.tier, context.customer.lifetime_value_micro) == \
        ("gold", 12_000_500_000)
    first, second = house.path("out1.csv"), house.path("out2.csv")
    assert house.ctl("customer", "export", first)[0] == 0
    with open(first, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["u1", "u2", "u3"]
    assert sorted(rows[0].pop("aliases").split(";")) == ["+34600100200", "eva@mail.example"]
    assert rows[0] == {"id": "u1", "name": "Ruiz, Eva", "tier": "gold", "currency": "EUR",
                       "lifetime_value": "12000.500000", "churn_risk": "0.250000",
                       "notes": 'says "hi" first', "since": "2025-03-01T09:30:00Z"}
    assert rows[1]["since"] == "2024-02-29T00:00:00Z" and rows[2]["name"] == ""
    assert house.ctl("customer", "import", first)[0] == 0
    assert house.ctl("customer", "export", second)[0] == 0
    with open(first, "rb") as one, open(second, "rb") as other:
        assert one.read() == other.read()
    status, out, err = house.ctl("customer", "export", second)
    assert status == 1 and "exists" in err


def a_wrong_import_changes_nothing_and_says_where(house):
    phone = start(house)
    is_ready(house)
    come(phone, "c1", "known", address="+34700")
    path = house.write("wrong.csv", COLUMNS +
                       "u1,a;a,,,EURO,-3,1.5,,2025-02-30\n,,,,,,,,\nu1,,,,,,,,\nu4,,x\n")
    status, out, err = house.ctl("customer", "import", path)
    for words in (":2:2: column 'aliases': 'a' stands in line 2 too",
                  ":2:5: column 'currency': 'EURO' is not a code",
                  ":2:6: column 'lifetime_value': '-3' is not an amount",
                  ":2:7: column 'churn_risk': '1.5' is not a share",
                  ":2:9: column 'since': '2025-02-30' is not a day",
                  ":3:1: column 'id': a customer has an id",
                  ":4:1: column 'id': 'u1' stands in line 2 too",
                  ":5:1: 3 columns, and the first line has 9", "nothing was imported"):
        assert words in err, (words, err)
    assert status == 1 and out == ""
    path = house.write("typo.csv", "id,nmae\nu1,Eva\n")
    status, out, err = house.ctl("customer", "import", path)
    assert status == 1 and "no column 'nmae', did you mean 'name'?" in err, err
    path = house.write("taken.csv", COLUMNS + "u1,,Eva,,,,,,\nu2,+34700,,,,,,,\n")
    status, out, err = house.ctl("customer", "import", path)
    assert status == 1 and ":3:2: column 'aliases': an alias is another customer's" in err, err
    assert house.ctl("customer", "show", "u1")[0] == 1


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
        a_promise_that_is_over_is_told_no_more_by_a_history_that_is_behind,
        a_list_asked_for_before_there_is_a_history_waits_for_it,
        the_same_request_again_is_the_same_whatever_was_learnt_meanwhile,
        what_the_front_end_says_wins,
        two_customers_with_one_address_are_a_conflict_that_a_person_decides,
        a_link_by_rule_and_its_undoing_by_command_are_in_the_audit_trail,
        times_of_a_clock_that_is_ahead_are_refused,
        an_address_that_tells_nobody_is_nobodys,
        who_came_under_a_number_is_joined_when_it_is_linked,
        a_bad_experience_is_shown_and_raises_until_it_is_made_good,
        a_crash_loses_nobody,
        a_stop_and_a_start_lose_nobody,
        a_new_installation_looks_nobody_up,
        who_is_not_in_memory_is_looked_up_and_requests_stay_in_order,
        a_history_that_is_gone_holds_nobody_up,
        a_look_that_takes_too_long_is_given_up_and_the_contact_routed,
        what_exists_waits_for_no_look_not_even_of_its_own_front_end,
        what_comes_twice_while_it_is_looked_up_is_decided_once,
        customers_are_imported_and_exported,
        a_wrong_import_changes_nothing_and_says_where,
        a_story_is_told_to_people,
        personal_data_is_in_no_log)
