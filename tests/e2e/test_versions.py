# SPDX-License-Identifier: Apache-2.0
"""Changes by hand, and configurations that were in force once."""

from support import CONFIG, run

MORE = CONFIG.replace("  general: { title: General }",
                      "  general: { title: General }\n  vip: { title: Very important }")
BAD = CONFIG.replace("requires: { cards: 3 }", "requires: { crads: 3 }")


def queues(house):
    return {row["queue"]: row for row in house.ctl_json("queues")}


def again(house):
    house.stop()
    house.start()


def by_hand(house):
    with open(house.path("data/by-hand.yaml"), encoding="utf-8") as file:
        return file.read()


def a_skill_by_hand_acts_at_once_and_over_restarts(house):
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="cid")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    status, out, _ = house.ctl("agent", "skills", "cid", "cards=5")
    assert status == 0 and "agent cid: skill cards" in out, out
    assert phone.wait_for("offer").offer.agent == "cid"
    again(house)
    assert '"cid": { skills: { "cards": 5 } }' in by_hand(house)
    (version,) = [row for row in house.ctl_json("config", "history") if row["version"] == 2]
    assert version["what"] == "agent cid by hand: cards=5", version
    status, out, _ = house.ctl("agent", "skills", "cid", "--back")
    assert status == 0 and "cid" not in by_hand(house), out


def a_change_by_hand_takes_nothing_of_what_is_being_edited(house):
    house.start()
    house.write_config(BAD)
    status, out, _ = house.ctl("queue", "close", "cards")
    assert status == 0, out
    assert not queues(house)["cards"]["open"] and queues(house)["general"]["open"]
    house.write_config(MORE)
    status, out, _ = house.ctl("queue", "open", "cards")
    assert status == 0 and queues(house)["cards"]["open"], out
    assert "vip" not in queues(house)
    status, out, _ = house.ctl("config", "reload")
    assert status == 0 and "vip" in queues(house)


def a_closed_queue_takes_nobody_new_and_serves_those_who_wait(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="waits", channel="voice", queue="cards")
    house.ctl("queue", "close", "cards")
    phone.request("contact_add", contact="late", channel="voice", queue="cards")
    rows = {row["contact"]: row for row in house.ctl_json("contacts")}
    assert rows["waits"]["state"] == "queued" and "late" not in rows, rows
    phone.request("agent_ready", agent="ann")
    assert phone.wait_for("offer").offer.contact == "waits"


def what_does_not_fit_any_more_is_left_out_with_a_warning(house):
    house.start()
    assert house.ctl("queue", "close", "cards")[0] == 0
    house.write_config(CONFIG.replace(
        "  cards: { title: Cards, requires: { cards: 3 }, service_level: 80% in 20s }\n", ""))
    status, out, _ = house.ctl("config", "reload")
    assert status == 0 and "there is no queue 'cards'" in out and "by-hand.yaml:" in out, out


def names_that_are_not_there_are_refused(house):
    house.start()
    for words, hint in ((("queue", "close", "crads"), "did you mean 'cards'?"),
                        (("agent", "skills", "an", "cards=5"), "did you mean 'ann'?"),
                        (("agent", "skills", "ann", "crads=5"), "did you mean 'cards'?"),
                        (("config", "rollback", "7"), "there is no version 7")):
        status, out, err = house.ctl(*words)
        assert status == 1 and hint in out + err, (words, out, err)
    for words in (("agent", "skills", "ann", "cards=11"), ("agent", "skills", "ann"),
                  ("config", "rollback", "x"), ("agent", "skills", "ann", "cards")):
        assert house.ctl(*words)[0] == 2, words
    assert len(house.ctl_json("config", "history")) == 1


def a_rollback_holds_until_the_files_are_asked_for(house):
    house.start()
    first = house.status()["config_digest"]
    house.ctl("agent", "skills", "cid", "cards=5")
    house.write_config(MORE)
    assert house.ctl("config", "reload")[0] == 0 and "vip" in queues(house)
    status, out, _ = house.ctl("config", "rollback", "1")
    assert status == 0 and "stays in force, also after a restart" in out, out
    assert house.status()["config_digest"] == first and "vip" not in queues(house)
    house.kill()
    house.start()
    assert house.status()["config_digest"] == first and "config.pinned" in house.words()
    newest = house.ctl_json("config", "history")[0]
    assert newest["pinned"] and newest["what"] == "rollback to 1", newest
    # A change by hand on top of it is pinned with it.
    assert house.ctl("queue", "close", "cards")[0] == 0
    again(house)
    assert not queues(house)["cards"]["open"] and "vip" not in queues(house)
    assert house.ctl("config", "reload")[0] == 0
    assert "vip" in queues(house) and not queues(house)["cards"]["open"]
    again(house)
    assert "vip" in queues(house)


def a_version_is_shown_as_it_was_written(house):
    house.write_config(CONFIG + "# a remark\n")
    house.start()
    house.ctl("queue", "close", "cards")
    status, out, _ = house.ctl("config", "show", "1")
    assert status == 0 and out.endswith(CONFIG + "# a remark\n"), out
    status, out, _ = house.ctl("config", "show")
    assert "# a remark" in out and '"cards": { closed: true }' in out, out
    assert house.ctl("config", "show", "3")[0] == 1


def a_check_of_a_rollback_changes_nothing(house):
    house.start()
    house.ctl("queue", "close", "cards")
    status, out, _ = house.ctl("config", "rollback", "1", "--check")
    assert status == 0 and "It would be applied" in out, out
    assert not queues(house)["cards"]["open"] and "cards" in by_hand(house)


if __name__ == "__main__":
    run(a_skill_by_hand_acts_at_once_and_over_restarts,
        a_change_by_hand_takes_nothing_of_what_is_being_edited,
        a_closed_queue_takes_nobody_new_and_serves_those_who_wait,
        what_does_not_fit_any_more_is_left_out_with_a_warning,
        names_that_are_not_there_are_refused,
        a_rollback_holds_until_the_files_are_asked_for,
        a_version_is_shown_as_it_was_written,
        a_check_of_a_rollback_changes_nothing)
