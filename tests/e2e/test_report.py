# SPDX-License-Identifier: Apache-2.0
"""Reports: from a running attuned, page by page, and from the file; what is wrong is said."""

import json
import os
import subprocess
import threading
import time

from support import BUILD, CONFIG, eventually, refused, run

BENCH = os.path.join(BUILD, "tools", "attune-bench", "attune-bench")
YEAR_MS = 1735689600000  # 2025-01-01, where the made-up year begins.


def with_a_year(house, contacts=4000):
    """An attuned that has a made-up year for its history, and keeps it, however long ago that was."""
    with open(house.config, "a", encoding="utf-8") as file:
        file.write("history: { keep: 0s }\n")
    made = subprocess.run([BENCH, "report", "--contacts", str(contacts), "--passes", "1", "--rounds", "0", "--keep",
                           "--agents", "30", "--people", str(contacts // 4)], capture_output=True,
                          text=True, timeout=100, check=True)
    folder = made.stderr.split()[-1]
    house.start()
    house.stop()
    for name in os.listdir(house.data):
        if name.startswith("history.sqlite"):
            os.remove(os.path.join(house.data, name))
    for name in os.listdir(folder):
        os.rename(os.path.join(folder, name), os.path.join(house.data, name))
    os.rmdir(folder)
    os.rmdir(os.path.dirname(folder))
    house.start()


def report(house, *words):
    (answer,) = house.ctl_json("report", "--from", "2025-01-01", "--to", "2025-12-31", *words)
    return answer


def a_report_over_the_wire_is_that_of_the_file(house):
    with_a_year(house)
    words = ("--by", "queue,agent", "--by", "agent+day")
    over_the_wire = report(house, *words)
    from_the_file = report(house, *words, "--history", house.data, "--config", house.config)
    assert over_the_wire == from_the_file
    assert over_the_wire["all"]["contacts"] == 4000
    # Many pages: a frame holds 64 KiB.
    assert len(over_the_wire["by"]["agent+day"]) > 2500
    assert sum(row["contacts"] for row in over_the_wire["by"]["agent+day"]) == 4000
    assert sum(row["contacts"] for row in over_the_wire["by"]["queue"]) == 4000


def a_period_is_said_as_people_say_it(house):
    with_a_year(house, 2000)
    (march,) = house.ctl_json("report", "--from", "2025-03", "--to", "2025-03", "--zone", "Europe/Madrid")
    assert march["zone"] == "Europe/Madrid"
    assert march["from_ms"] == YEAR_MS + (31 + 28) * 86400000 - 3600000
    assert march["to_ms"] == YEAR_MS + (31 + 28 + 31) * 86400000 - 2 * 3600000  # Summer time by now.
    (day,) = house.ctl_json("report", "--from", "2025-03-10T09:30", "--to", "2025-03-10")
    assert day["to_ms"] - day["from_ms"] == (14 * 60 + 30) * 60000
    (today,) = house.ctl_json("report", "--from", "today")
    assert today["all"]["contacts"] == 0
    _, out, _ = house.ctl("report", "--from", "today")
    assert "No contact arrived in that time." in out, out


def what_is_said_wrongly_is_told(house):
    with_a_year(house, 500)
    for words, sentence in (
            (("--from", "spring"), "'spring' is no date: write 2026-03-01"),
            (("--from", "2025-02-30"), "'2025-02-30' is no date"),
            (("--from", "2025-03", "--to", "2025-02"), "end before it begins"),
            (("--by", "qeue"), "'qeue' is nothing that a report can be sliced by, did you mean 'queue'?"),
            (("--zone", "Europe/Madird"), "did you mean 'Europe/Madrid'?"),
            (("--formula", "best"), "'best' is no formula of the service level: no-short"),
            (("--service-level", "soon"), "--service-level takes a duration"),
            (("--bonus",), "no `bonus`"),
            (("--customers", "--by", "queue"), "leave --by out"),
            (("--customers", "--bonus"), "not both")):
        for more in ((), ("--history", house.data)):
            status, _, err = house.ctl("report", *words, *more)
            assert status in (1, 2) and sentence in err, (words, more, status, err)
    wrong = house.write("wrong.yaml", "attune: 1\nbonus: { pool: much, by: 1 }\n")
    status, out, err = house.ctl("report", "--history", house.data, "--config", wrong)
    assert status == 1 and not out and "no report was made" in err, (status, out, err)
    assert len([line for line in err.splitlines() if line.startswith(f"{wrong}:2:")]) == 3, err
    status, _, err = house.ctl("review", "agent-01", "--from", "2025")
    assert status == 1 and "did you mean 'agent-0" in err, err
    status, _, err = house.ctl("report", "--history", house.path("nowhere"))
    assert status == 1 and "there is no history" in err, err


def the_live_counters_are_there_as_well(house):
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.wait_for("offer")
    phone.request("offer_accept", contact="c1", agent="ann")
    (live,) = house.ctl_json("report", "--live", "--by", "queue")
    assert {row["queue"]: row["answered"] for row in live["by"]["queue"]} == {"cards": 1, "general": 0}
    status, _, err = house.ctl("report", "--live", "--from", "today")
    assert status == 1 and "since the journal began" in err, err


def what_just_happened_is_in_the_report(house):
    house.start()
    phone = house.client("phone")
    for agent in ("ann", "bob"):
        phone.request("agent_ready", agent=agent)
    for number in (1, 2, 3):  # Two are answered, the third waits until it gives up.
        phone.request("contact_add", contact=f"c{number}", channel="voice", queue="cards",
                      requires=[{"skill": "cards", "level": 3}], customer={"id": f"u{number}"})
    agent_of = {}
    for _ in (1, 2):
        offer = phone.wait_for("offer")
        agent_of[offer.offer.contact] = offer.offer.agent
        phone.request("offer_accept", contact=offer.offer.contact, agent=offer.offer.agent)
    assert sorted(agent_of) == ["c1", "c2"], agent_of
    phone.request("contact_end", contact="c1")
    phone.request("contact_end", contact="c2")
    phone.wait_for("offer")
    phone.request("contact_abandon", contact="c3")
    phone.request("contact_feedback", contact="c1", csat=5, resolved=True)
    phone.request("contact_feedback", contact="c2", csat=1, nps=0)

    def is_told():
        status, out, err = house.ctl("--json", "report", "--from", "today", "--by",
                                     "agent,queue,skill,channel")
        if status != 0:  # The first start: its tables are being made.
            assert "(yet)" in out, (out, err)
            return None
        told = json.loads(out)
        return told["all"]["csat_count"] == 2 and told
    told = eventually(is_told)
    whole = told["all"]
    assert (whole["contacts"], whole["answered"], whole["abandoned_short"]) == (3, 2, 1), whole
    assert whole["csat"] == 0.5 and whole["nps"] == -100 and whole["offers"] == 3, whole
    assert whole["service_level"] == 1 and whole["conversations"] == 2, whole
    assert whole["positive"] == 1 and whole["negative"] == 1, whole
    by_agent = {row["agent"]: row for row in told["by"]["agent"]}
    assert by_agent[agent_of["c1"]]["csat"] == 1 and by_agent[agent_of["c2"]]["csat"] == 0, by_agent
    assert by_agent["(nobody)"]["contacts"] == 1
    assert {row["skill"]: row["contacts"] for row in told["by"]["skill"]} == {"cards": 3}
    (customers,) = house.ctl_json("report", "--customers", "--from", "today", "--to", "today")
    assert customers["all"]["customers"] == 3 == customers["all"]["new_customers"], customers
    (review,) = house.ctl_json("review", agent_of["c2"], "--from", "today")
    assert review["worth"]["by"]["worst"][0]["worst"] == "c2", review["worth"]


def pages_of_a_report_that_is_gone_are_refused(house):
    with_a_year(house, 500)
    boss = house.client("boss")
    first = boss.request("report", slices="day", limit=10)
    assert len(first.rows) == 10 and first.next != 0
    second = boss.request("report", cursor=first.next, limit=5)
    assert len(second.rows) == 5 and second.rows[0].name > first.rows[-1].name
    for _ in range(4):
        boss.request("report", slices="day", limit=10)
    refusal = refused("state", boss, "report", cursor=second.next)
    assert "ask for it again" in refusal.error.message
    refused("denied", house.client("phone"), "report")


def the_bonus_and_a_review_follow_the_configuration(house):
    house.write_config(CONFIG + "bonus: { pool: 1000, least_contacts: 5, weights: { csat: 2, taken: 1 } }\n"
                                "reports: { zone: Europe/Madrid, short_abandon: 0s }\n")
    with_a_year(house, 8000)
    bonus = house.ctl_json("report", "--bonus", "--from", "2025-03", "--to", "2025-04")[0]
    for month in ("2025-03", "2025-04"):
        paid = sum(row["bonus"] for row in bonus["by"]["month+agent"] if row["month"] == month)
        assert 999.5 < paid <= 1000, paid
    assert bonus["zone"] == "Europe/Madrid"
    assert report(house)["all"]["abandoned_short"] == 0
    (review,) = house.ctl_json("review", "agent-007", "--from", "2025-03", "--to", "2025-03")
    assert review["own"]["by"]["agent"][0]["agent"] == "agent-007"
    assert review["team"]["all"]["contacts"] > review["own"]["by"]["agent"][0]["contacts"] > 0
    assert review["worth"]["by"]["worst"][0]["score"] < 0 < review["worth"]["by"]["best"][0]["score"]
    _, out, _ = house.ctl("review", "agent-007", "--from", "2025-03", "--to", "2025-03")
    for words in ("MEASURE", "Went worst:", "came again", "bonus of 2025-03: "):
        assert words in out, out
    page = house.path("review.html")
    house.ctl("review", "agent-007", "--from", "2025-03", "--to", "2025-03", "--html", page)
    with open(page, encoding="utf-8") as file:
        html = file.read()
    assert "Review of agent-007" in html and "<script" not in html and "http" not in html


def a_page_and_a_spreadsheet_can_be_had(house):
    with_a_year(house, 3000)
    page = house.path("report.html")
    status, out, _ = house.ctl("report", "--from", "2025", "--to", "2025", "--by", "queue,month",
                               "--html", page)
    assert status == 0 and page in out
    with open(page, encoding="utf-8") as file:
        html = file.read()
    assert html.count("<table>") == 3 and "2025-07" in html and "mark of" in html
    assert "<script" not in html and "http" not in html, "it needs nothing else"
    _, out, _ = house.ctl("report", "--from", "2025", "--to", "2025", "--by", "queue", "--csv")
    header, whole, *rows = out.splitlines()
    titles = header.split(",")
    assert len(set(titles)) == len(titles), "no two columns of one name: " + header
    assert whole.split(",")[:2] == ["all", "all"] and len(rows) == 12
    assert sum(int(row.split(",")[2]) for row in rows) == 3000
    status, _, err = house.ctl("report", "--html", house.path("no/such/folder.html"))
    assert status == 1 and "can't write" in err, err


def a_report_whose_asker_is_gone_does_not_hold_up_the_next(house):
    with_a_year(house)
    for _ in range(10):
        client = house.client("wall")
        client.send("report", slices="agent+day")
        client.close()
    began = time.monotonic()
    assert report(house)["all"]["contacts"] == 4000
    assert time.monotonic() - began < 25
    assert house.stop() == 0


def routing_goes_on_while_a_report_is_made(house):
    with_a_year(house, 20000)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    made = []
    asker = threading.Thread(target=lambda: made.append(report(house, "--by", "agent+day,skill,hour")))
    asker.start()
    slowest = 0
    while asker.is_alive():
        began = time.monotonic()
        phone.request("contact_add", contact=f"c{began}", channel="chat", queue="general",
                      timeout=10)
        slowest = max(slowest, time.monotonic() - began)
    asker.join()
    assert made and made[0]["all"]["contacts"] == 20000
    assert slowest < 2, slowest  # It would wait for all of the report, were it made on the loop.


if __name__ == "__main__":
    run(a_report_over_the_wire_is_that_of_the_file, a_period_is_said_as_people_say_it,
        what_is_said_wrongly_is_told, what_just_happened_is_in_the_report, the_live_counters_are_there_as_well,
        pages_of_a_report_that_is_gone_are_refused, the_bonus_and_a_review_follow_the_configuration,
        a_page_and_a_spreadsheet_can_be_had, a_report_whose_asker_is_gone_does_not_hold_up_the_next,
        routing_goes_on_while_a_report_is_made)
