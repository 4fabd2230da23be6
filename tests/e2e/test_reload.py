# SPDX-License-Identifier: Apache-2.0
"""A new configuration: all of it or nothing; nobody is signed out, nothing is dropped."""

import os
import shutil
import signal

from support import CONFIG, attune, eventually, run

BAD = CONFIG.replace("requires: { cards: 3 }", "requires: { crads: 3 }")
MORE = CONFIG.replace("  general: { title: General }",
                      "  general: { title: General }\n  vip: { title: Very important }")
WITHOUT_CARDS = CONFIG.replace(
    "  cards: { title: Cards, requires: { cards: 3 }, service_level: 80% in 20s }\n", "")

HOURS = """\
hours:
  office:
    zone: Europe/Madrid
    open: { mon-fri: "09:00-18:00" }
    closed: [ { date: 2099-01-01 } ]
"""


def busy_house(house):
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="talks", channel="voice", queue="cards")
    phone.wait_for("offer")
    phone.request("offer_accept", contact="talks", agent="ann")
    phone.request("contact_add", contact="waits", channel="voice", queue="cards", waited_ms=90000)
    return phone


def nothing_is_lost(house):
    rows = {row["contact"]: row for row in house.ctl_json("contacts")}
    assert rows["talks"]["state"] == "connected" and rows["talks"]["agent"] == "ann"
    assert rows["waits"]["state"] == "queued" and rows["waits"]["waited_ms"] >= 90000
    (ann,) = house.ctl_json("agents", "--agent", "ann")
    assert ann["presence"] == "ready" and ann["load"] == 100


def a_reload_by_command_is_all_or_nothing(house):
    phone = busy_house(house)
    before = house.status()["config_digest"]
    house.write_config(BAD)
    status, out, _ = house.ctl("config", "reload")
    assert status == 1 and "did you mean 'cards'" in out and "config.yaml:" in out, out
    assert house.status()["config_digest"] == before
    nothing_is_lost(house)
    house.write_config(MORE)
    status, out, _ = house.ctl("config", "reload")
    assert status == 0, out
    assert house.status()["config_digest"] != before
    assert [row["queue"] for row in house.ctl_json("queues")] == ["cards", "general", "vip"]
    nothing_is_lost(house)
    assert phone.wait_for("config_changed").config_changed.digest == house.status()["config_digest"]


def a_reload_by_sighup_is_the_same(house):
    busy_house(house)
    before = house.status()["config_digest"]
    house.write_config(BAD)
    house.process.send_signal(signal.SIGHUP)
    eventually(lambda: "config.refused" in house.words())
    assert "did you mean 'cards'" in house.words() and house.status()["config_digest"] == before
    assert "config" in house.status()["last_error"]
    house.write_config(MORE)
    house.process.send_signal(signal.SIGHUP)
    eventually(lambda: house.status()["config_digest"] != before)
    nothing_is_lost(house)


def a_check_applies_nothing(house):
    busy_house(house)
    before = house.status()["config_digest"]
    house.write_config(MORE)
    answer = house.ctl_json("config", "reload", "--check")[0]
    assert answer["ok"] and answer["changed"]
    assert house.status()["config_digest"] == before


def the_same_file_again_changes_nothing(house):
    house.write_config(CONFIG.replace("title: General", "title: General, hours: office") + HOURS)
    house.start()
    seq = house.status()["seq"]
    answer = house.ctl_json("config", "reload")[0]
    assert answer["ok"] and not answer["changed"] and not answer["changes"], answer
    house.write_config(CONFIG.replace("title: General", "title: General, hours: office") +
                       HOURS.replace("2099-01-01", "2099-01-02"))
    assert house.status()["seq"] == seq
    answer = house.ctl_json("config", "reload")[0]
    assert answer["changed"] and "written otherwise" in answer["changes"][0], answer


def a_country_may_change_its_clocks(house):
    zones = os.path.join(house.home, "zones", "Europe")
    os.makedirs(zones)
    shutil.copy("/usr/share/zoneinfo/Europe/Madrid", os.path.join(zones, "Madrid"))
    house.write_config(CONFIG.replace("title: General", "title: General, hours: office") + HOURS)
    os.environ["TZDIR"] = os.path.dirname(zones)
    try:
        house.start()
    finally:
        del os.environ["TZDIR"]
    assert not house.ctl_json("config", "reload")[0]["changed"]
    shutil.copy("/usr/share/zoneinfo/Asia/Tokyo", os.path.join(zones, "Madrid"))
    answer = house.ctl_json("config", "reload")[0]
    assert answer["changed"] and "other times" in answer["changes"][0], answer
    assert not house.ctl_json("config", "reload")[0]["changed"]


def those_who_wait_in_a_removed_queue_go_on_elsewhere(house):
    phone = busy_house(house)
    house.write_config(WITHOUT_CARDS)
    status, out, _ = house.ctl("config", "reload")
    assert status == 0, out
    rows = {row["contact"]: row for row in house.ctl_json("contacts")}
    assert rows["waits"]["queue"] == "general" and rows["waits"]["waited_ms"] >= 90000
    assert rows["talks"]["state"] == "connected"
    phone.request("contact_end", contact="talks")
    assert phone.wait_for("offer", contact="waits").offer.agent == "ann"


def a_removed_agent_finishes_the_work(house):
    phone = busy_house(house)
    house.write_config(CONFIG.replace("  ann: { name: Ann Berg, skills: { cards: 5 } }\n", "")
                       .replace("  ann: { role: agent, token_file: ann.token }\n", ""))
    assert house.ctl("config", "reload")[0] == 0
    phone.request("contact_end", contact="talks")
    assert phone.wait_for("closed").closed.outcome == attune.contact_pb2.OUTCOME_HANDLED
    assert "ann" not in [row["agent"] for row in house.ctl_json("agents")]


def a_reload_survives_a_crash(house):
    busy_house(house)
    house.write_config(MORE)
    assert house.ctl("config", "reload")[0] == 0
    digest = house.status()["config_digest"]
    house.kill()
    house.start()
    assert house.status()["config_digest"] == digest
    nothing_is_lost(house)


def a_burst_of_reloads_is_survived(house):
    phone = busy_house(house)
    for i in range(40):
        house.write_config(MORE if i % 2 else CONFIG)
        house.process.send_signal(signal.SIGHUP)
        phone.request("contact_add", contact=f"c{i}", channel="voice", queue="cards")
    house.write_config(MORE)
    assert house.ctl("config", "reload")[0] == 0
    nothing_is_lost(house)
    assert len(house.ctl_json("contacts")) == 42


if __name__ == "__main__":
    run(a_reload_by_command_is_all_or_nothing,
        a_reload_by_sighup_is_the_same,
        a_check_applies_nothing,
        the_same_file_again_changes_nothing,
        a_country_may_change_its_clocks,
        those_who_wait_in_a_removed_queue_go_on_elsewhere,
        a_removed_agent_finishes_the_work,
        a_reload_survives_a_crash,
        a_burst_of_reloads_is_survived)
