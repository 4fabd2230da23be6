# SPDX-License-Identifier: Apache-2.0
"""How upset somebody is, estimated from their words where nobody says it."""

from support import CONFIG, eventually, refused, run

ESTIMATED = 2  # EMOTION_SOURCE_ESTIMATED
ANGRY = "I am VERY ANGRY!!! Nobody answers, this is the third time"


def rows(house):
    return {row["contact"]: row for row in house.ctl_json("contacts")}


def words_speak_for_whoever_states_nothing(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="mild", channel="chat", queue="cards", language="en",
                  text="Thanks, you were very helpful last week")
    phone.request("contact_add", contact="angry", channel="chat", queue="cards", language="en-GB", text=ANGRY)
    phone.request("contact_add", contact="said", channel="chat", queue="cards", language="en", text=ANGRY,
                  emotion_ppm=100000)
    phone.request("contact_add", contact="other", channel="chat", queue="cards", language="xx", text=ANGRY)
    seen = rows(house)
    assert seen["mild"]["emotion"] == 0 and seen["mild"]["emotion_source"] == "estimated"
    assert seen["angry"]["emotion"] > 0.6 and seen["angry"]["emotion_source"] == "estimated"
    assert seen["said"]["emotion"] == 0.1 and seen["said"]["emotion_source"] == "stated"
    assert seen["other"]["emotion"] == 0 and "emotion_source" not in seen["other"]
    queued = {event["contact"]: event for event in house.route_log() if event["event"] == "queued"}
    assert queued["angry"]["emotion"] == seen["angry"]["emotion"]
    assert queued["angry"]["emotion_source"] == "estimated"
    assert "emotion" not in queued["other"]


def the_offer_says_that_it_is_an_estimate(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="mild", channel="voice", queue="cards", language="en", text="Thanks a lot")
    phone.request("contact_add", contact="angry", channel="voice", queue="cards", language="en", text=ANGRY)
    phone.request("agent_ready", agent="ann")
    offer = phone.wait_for("offer").offer
    assert offer.contact == "angry", "the upset one goes first"
    assert offer.context.emotion_ppm > 600000 and offer.context.emotion_source == ESTIMATED


def a_restart_keeps_the_figure_whatever_the_configuration_says_by_then(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="chat", queue="cards", language="en", text=ANGRY)
    before = rows(house)["c1"]["emotion"]
    house.kill()
    house.write_config(CONFIG + "emotion: { estimate: false }\n")
    house.start()
    assert rows(house)["c1"]["emotion"] == before > 0.6
    phone = house.client("phone")
    again = phone.request("contact_add", contact="c1", channel="chat", queue="cards", language="en", text=ANGRY)
    assert again.repeated, "an estimate is no part of what makes it the same request"
    phone.request("contact_add", contact="c2", channel="chat", queue="cards", language="en", text=ANGRY)
    assert rows(house)["c2"]["emotion"] == 0


def what_is_said_later_is_heard(house):
    house.write_config(CONFIG + "emotion: { language: en }\n")
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="chat", queue="cards", text="Where is my card?")
    assert "emotion_source" not in rows(house)["c1"]
    house.ctl("contact", "update", "c1", "--text", ANGRY)
    row = eventually(lambda: (row := rows(house)["c1"])["emotion"] > 0.6 and row)
    assert row["text"] == ANGRY and row["emotion_source"] == "estimated"
    refused("invalid", phone, "contact_update", contact="c1", text="x" * 4097)
    assert rows(house)["c1"]["text"] == ANGRY


if __name__ == "__main__":
    run(words_speak_for_whoever_states_nothing,
        the_offer_says_that_it_is_an_estimate,
        a_restart_keeps_the_figure_whatever_the_configuration_says_by_then,
        what_is_said_later_is_heard)
