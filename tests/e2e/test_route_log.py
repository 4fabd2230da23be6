# SPDX-License-Identifier: Apache-2.0
"""The route log: a line of JSON for each thing that happened, decisions with their terms."""

import datetime
import json
import os
import signal
import threading
import time
import urllib.request

from support import CONFIG, SLOWER, attune, eventually, run

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


# Each is somebody's; none is part of another or of a name that a log may have.
CANARIES = {"id": "canary-customer-8812", "name": "Zygmunt Canarek", "notes": "canary notes: hates mondays",
            "address": "sip:+34600123987@canary.example", "text": "canary words: my pin is 4711",
            "attribute": "canary-attribute-5533", "said": "canary feedback: never again",
            "agent_notes": "canary: asked for his brother", "promised": "canary promise: send the form"}


def plant(house, **options):
    """A customer's day, with what is refused, missed, transferred, explained and shown; the words of it all."""
    house.start(http="127.0.0.1:0", **options)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    fields = {"channel": "voice", "queue": "cards", "language": "es", "entry_point": "+34900100100",
              "text": CANARIES["text"], "address": CANARIES["address"],
              "attributes": [{"key": "account", "value": CANARIES["attribute"]}],
              "customer": {"id": CANARIES["id"], "name": CANARIES["name"], "notes": CANARIES["notes"]}}
    phone.request("contact_add", contact="c1", **fields)
    for wrong in ({"queue": "crads"}, {"channel": "vioce"}, {"priority_milli": 10**12}, {"emotion_ppm": 10**9},
                  {"agent": "nobody"}, {"requires": [{"skill": "crads", "level": 3}]},
                  {"customer": {**fields["customer"], "churn_risk_ppm": 10**9}},
                  {"customer": {**fields["customer"], "currency": "pesetas and more"}}):
        try:
            phone.request("contact_add", contact="c9", **{**fields, **wrong})
        except attune.Refused as refusal:
            assert not any(canary in str(refusal) for canary in CANARIES.values()), refusal
    try:
        phone.request("contact_add", contact="c1", **{**fields, "text": "another " + CANARIES["text"]})
    except attune.Refused as refusal:
        assert not any(canary in str(refusal) for canary in CANARIES.values()), refusal
    offer = phone.wait_for("offer").offer
    shown = [house.ctl("explain", "c1")[1]]
    phone.request("offer_accept", contact="c1", agent=offer.agent)
    phone.request("contact_add", contact="c2", **{**fields, "address": CANARIES["address"]})
    phone.request("contact_abandon", contact="c2")
    phone.request("contact_end", contact="c1", notes=CANARIES["agent_notes"],
                  follow_up_at_ms=int(time.time() * 1000) + 3600000, follow_up_what=CANARIES["promised"])
    phone.request("contact_feedback", contact="c1", csat=1, text=CANARIES["said"])
    eventually(lambda: any(event["event"] == "feedback" for event in house.route_log()))
    house.process.send_signal(signal.SIGHUP)
    eventually(lambda: house.words().count("config.loaded") > 1)
    http = next(line.split("http=")[1].split()[0] for line in house.words().splitlines() if "http=" in line)
    for path in ("/metrics", "/healthz", "/readyz"):
        with urllib.request.urlopen(f"http://{http}{path}", timeout=10) as answer:
            shown.append(answer.read().decode())
    for words in (("status",), ("--json", "status"), ("queues",), ("agents",), ("--json", "skills"),
                  ("config", "history")):
        status, out, err = house.ctl(*words)
        assert status == 0, (words, err)
        shown.append(out)
    return shown


def nothing_known_of_customers_is_in_any_log(house):
    shown = plant(house)
    house.stop()
    with open(house.log, encoding="utf-8") as file:
        shown += [file.read(), house.words()]
    assert "c1" in shown[-2] and "personal" not in shown[-2]
    for what, canary in CANARIES.items():
        for text in shown:
            assert canary not in text, (what, text[max(0, text.find(canary) - 300):][:600])


def it_is_in_the_route_log_where_the_operator_asks_for_it(house):
    plant(house, log_personal=True)
    house.stop()
    found = [event for event in house.route_log() if "personal" in event]
    told = {event["event"]: event["personal"] for event in found if event["contact"] == "c1"}
    assert told["queued"] == {
        "customer": CANARIES["id"], "name": CANARIES["name"], "customer_notes": CANARIES["notes"],
        "address": CANARIES["address"], "attributes": {"account": CANARIES["attribute"]},
        "text": CANARIES["text"]}, told
    assert told["feedback"] == {"text": CANARIES["said"]}, told
    assert {"notes": CANARIES["agent_notes"], "promised": CANARIES["promised"]} in told.values(), told
    # Once each, and on standard error not even then.
    with open(house.log, encoding="utf-8") as file:
        assert file.read().count(CANARIES["said"]) == 1
    assert not any(canary in house.words() for canary in CANARIES.values())


def the_data_of_customers_is_for_attuned_and_its_group(house):
    plant(house)
    assert os.stat(house.data).st_mode & 0o007 == 0, oct(os.stat(house.data).st_mode)


LINES_WAITING_MAX = 16 << 20
TEXT_BYTES = 4000


def flood(phone, first, count, **fields):
    """So many contacts, each with two lines about it in the log. By hand: nobody is told of them."""
    for i in range(first, first + count, 500):
        numbers = [phone.send("contact_add", contact=f"c{j}", channel="chat", queue="cards", **fields)
                   for j in range(i, i + 500)]
        numbers += [phone.send("contact_abandon", contact=f"c{j}") for j in range(i, i + 500)]
        for number in numbers:
            phone.answer(number)


def a_log_whose_reader_stalls_loses_lines_and_counts_them(house):
    """A pipe that nobody reads holds 64 KiB; what comes after waits, to 16 MiB, and then is counted as lost,
    while contacts are routed as before."""
    os.mkfifo(house.log)
    reader = os.open(house.log, os.O_RDONLY | os.O_NONBLOCK)
    house.start(http="127.0.0.1:0", log_personal=True)
    http = next(line.split("http=")[1].split()[0] for line in house.words().splitlines() if "http=" in line)

    def metric(name):
        with urllib.request.urlopen(f"http://{http}/metrics", timeout=10) as answer:
            return next(int(float(line.split()[1])) for line in answer.read().decode().splitlines()
                        if line.startswith(name + " "))

    by_hand = house.client()
    began, count, longest = time.monotonic(), 0, 0
    while metric("attune_route_log_lines_lost_total") == 0:
        asked = time.monotonic()
        flood(by_hand, count, 500, text="x" * TEXT_BYTES)
        longest = max(longest, time.monotonic() - asked)
        count += 500
        assert time.monotonic() - began < 40 * SLOWER, "16 MiB never came together"
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="routed", channel="voice", queue="cards")
    assert phone.wait_for("offer", contact="routed").offer.agent == "ann"
    assert LINES_WAITING_MAX // 2 < metric("attune_route_log_waiting_bytes") <= LINES_WAITING_MAX + (1 << 20)
    assert "route_log.failed" in house.words() and "lines lost so far" in house.words()
    # What was not lost comes when it is read again, every line whole, and the count is exact.
    os.set_blocking(reader, True)
    got = []

    def read():
        while piece := os.read(reader, 1 << 20):
            got.append(piece)

    thread = threading.Thread(target=read)
    thread.start()
    eventually(lambda: metric("attune_route_log_waiting_bytes") == 0, 30)
    lost = metric("attune_route_log_lines_lost_total")
    assert house.stop() == 0
    thread.join()
    events = [json.loads(line) for line in b"".join(got).decode().splitlines()]
    seen = sum(event.get("contact", "").startswith("c") and event["event"] in ("queued", "closed")
               for event in events)
    assert seen + lost >= 2 * count > seen, (seen, lost, count)
    os.close(reader)
    print(f"# {count} contacts, {lost} lines lost; 500 took {longest:.2f} s at most", flush=True)


def a_full_disk_loses_lines_and_no_contact(house):
    house.log = "/dev/full"
    house.start()
    phone = house.client()
    flood(phone, 0, 1000)
    eventually(lambda: "route_log.failed" in house.words())
    assert "No space left" in house.words() or "no space left" in house.words(), house.words()[-500:]
    assert house.status()["outcomes"]["abandoned"] == 1000


def rotation_under_load_loses_no_line(house):
    house.start()
    phone = house.client()
    old = []
    for turn in range(20):
        flood(phone, turn * 500, 500)
        old.append(house.path(f"route.log.{turn}"))
        os.rename(house.log, old[-1])
        house.process.send_signal(signal.SIGUSR1)
        eventually(lambda: os.path.exists(house.log))
    flood(phone, 10000, 500)
    assert house.stop() == 0
    told = {"queued": [], "closed": []}
    for path in (*old, house.log):
        with open(path, encoding="utf-8") as file:
            for line in file:
                event = json.loads(line)
                if event["event"] in told:
                    told[event["event"]].append(event["contact"])
    expected = sorted(f"c{i}" for i in range(10500))
    assert sorted(told["queued"]) == expected and sorted(told["closed"]) == expected
    assert os.path.getsize(old[5]) > 0


if __name__ == "__main__":
    run(a_contacts_life_is_told_in_order,
        every_line_has_its_time_and_number,
        a_decision_says_who_was_compared_and_by_what,
        a_new_contact_is_told_with_the_rules_it_met,
        nothing_is_logged_that_is_not_durable,
        nothing_known_of_customers_is_in_any_log,
        it_is_in_the_route_log_where_the_operator_asks_for_it,
        the_data_of_customers_is_for_attuned_and_its_group,
        a_log_whose_reader_stalls_loses_lines_and_counts_them,
        a_full_disk_loses_lines_and_no_contact,
        rotation_under_load_loses_no_line)
