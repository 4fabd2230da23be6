# SPDX-License-Identifier: Apache-2.0
"""A customer is forgotten on request: nothing that was planted is in any file of the data directory."""

import os
import time

from faults import begin_again
from support import IS_SANITIZED, attune, eventually, run

CONTACT = "contact-of-planted"
PLANTED = ["planted-id-77", "Planted Name", "planted notes", "planted words", "planted remark",
           "+34600777888", "planted@mail.example", "planted afterwards", "planted promise"]


def files_with(folder, texts):
    """Which of the texts are in which file, as bytes, wherever they stand."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                with open(os.path.join(place, name), "rb") as file:
                    bytes_there = file.read()
            except FileNotFoundError:
                continue  # It has just gone.
            found += [(text, name) for text in texts if text.encode() in bytes_there]
    return found


def plant(phone, contact=CONTACT):
    phone.request("contact_add", contact=contact, channel="chat", queue="cards",
                  text=PLANTED[3], address=PLANTED[5],
                  customer={"id": PLANTED[0], "name": PLANTED[1], "notes": PLANTED[2]})
    offer = phone.wait_for("offer", contact=contact).offer
    phone.request("offer_accept", contact=contact, agent=offer.agent, offer=offer.offer)
    now_ms = int(time.time() * 1000)
    phone.request("contact_end", contact=contact, notes=PLANTED[4],
                  follow_up_at_ms=now_ms + 3_600_000, follow_up_what=PLANTED[8])
    phone.request("contact_feedback", contact=contact, csat=2, text=PLANTED[7])


def plant_and_stop(house):
    """All that is planted is in the files: in the journal, a snapshot and the history."""
    phone = start(house)
    plant(phone)
    for contact in live(house):
        phone.request("contact_cancel", contact=contact)
    assert house.ctl("customer", "link", PLANTED[6], PLANTED[0])[0] == 0
    assert house.stop() == 0
    found = files_with(house.data, PLANTED)
    assert {text for text, _ in found} == set(PLANTED), found


def nothing_is_left(house):
    return (not os.path.exists(os.path.join(house.data, "forgetting"))
            and files_with(house.data, PLANTED) == [])


def live(house):
    return [row["contact"] for row in house.ctl_json("contacts")]


def start(house, **options):
    house.start(**options)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    starts = house.words().count("event=ready ")
    eventually(lambda: house.words().count("event=memory.ready") == starts)
    return phone


def nothing_of_a_forgotten_customer_is_in_any_file(house):
    phone = start(house)
    for number in range(20):
        phone.request("contact_add", contact=f"other-{number}", channel="chat", queue="cards",
                      customer={"id": f"other-{number}"})
        phone.request("contact_cancel", contact=f"other-{number}")
    plant(phone)
    house.ctl("customer", "link", PLANTED[6], PLANTED[0])
    assert house.stop() == 0  # A snapshot with it.
    phone = start(house)
    assert files_with(house.data, PLANTED[:1]), "there is nothing to forget"
    status, out, err = house.ctl("customer", "forget", PLANTED[0])
    assert status == 1 and "not over yet" in err, (out, err)
    for contact in live(house):
        phone.request("contact_cancel", contact=contact)
    status, out, err = house.ctl("customer", "forget", PLANTED[6])
    assert status == 0 and "is gone" in out, (out, err)
    found = files_with(house.data, PLANTED)
    assert found == [], found
    assert not os.path.exists(os.path.join(house.data, "forgetting"))
    status, out, err = house.ctl("customer", "show", PLANTED[0])
    assert status == 1 and "no customer" in err
    assert house.ctl("customer", "show", "other-3")[0] == 0
    assert house.ctl("customer", "forget", PLANTED[0])[0] == 1
    phone.request("contact_add", contact="again", channel="voice", queue="cards",
                  customer={"id": "planted-id-77"})
    context = phone.wait_for("offer", contact="again").offer.context
    assert context.customer_contacts == 1 and not context.last_contacts


def an_interrupted_forgetting_goes_on_after_a_crash(house):
    phone = start(house)
    plant(phone)
    for contact in live(house):
        phone.request("contact_cancel", contact=contact)
    boss = house.client("boss")
    boss.request("customer_forget", customer=PLANTED[0])
    house.kill()
    marker = os.path.join(house.data, "forgetting")
    was_interrupted = os.path.exists(marker)  # A quick machine may have been done.
    start(house)
    eventually(lambda: files_with(house.data, PLANTED) == [], seconds=30)
    eventually(lambda: not os.path.exists(marker))
    if was_interrupted:
        eventually(lambda: "event=forget.done" in house.words())


# From the command's being durable to the end, in the order they come; those of the snapshot are in a
# process of its own.
STAGES = ("history.forgotten", "forget.begun", "forget.marked", "forget.cleared", "forget.turned",
          "snapshot.written", "snapshot.synced", "snapshot.renamed", "segment.removed",
          "forget.gone", "forget.done")


def a_kill_at_each_stage_of_a_forgetting_leaves_nothing_after_the_next_start(house):
    for stage in STAGES[::3] if IS_SANITIZED else STAGES:
        begin_again(house)
        house.write("attuned.err", "")
        plant_and_stop(house)
        os.environ["ATTUNED_FAILPOINT"] = stage
        try:
            start(house)
        finally:
            del os.environ["ATTUNED_FAILPOINT"]
        try:
            house.client("boss").request("customer_forget", customer=PLANTED[0])
            was_acknowledged = True
        except (attune.Closed, OSError):
            was_acknowledged = False
        eventually(lambda: not house.is_alive() or "event=snapshot.failed" in house.words())
        house.kill()
        house.write("attuned.err", "")
        start(house)
        if not was_acknowledged:  # It may not have been durable: so it is asked again.
            house.ctl("customer", "forget", PLANTED[0])
        eventually(lambda: nothing_is_left(house), seconds=30)
        assert house.ctl("customer", "show", PLANTED[0])[0] == 1, stage
        assert house.stop() == 0
        found = files_with(house.data, PLANTED)
        assert found == [], (stage, found)


def what_is_asked_right_before_a_stop_is_forgotten_by_the_next_start(house):
    phone = start(house)
    plant(phone)
    for contact in live(house):
        phone.request("contact_cancel", contact=contact)
    house.client("boss").request("customer_forget", customer=PLANTED[0])
    assert house.stop() == 0  # With a snapshot that has the command in it: nobody replays it.
    start(house)
    eventually(lambda: nothing_is_left(house), seconds=30)


def what_comes_after_a_forgetting_is_recovered(house):
    phone = start(house)
    plant(phone)
    for contact in live(house):
        phone.request("contact_cancel", contact=contact)
    assert house.ctl("customer", "forget", PLANTED[0])[0] == 0
    phone.request("agent_pause", agent="ann")
    phone.request("contact_add", contact="later", channel="chat", queue="cards",
                  customer={"id": "u9", "name": "Max"})
    house.kill()
    house.start()
    assert "later" in live(house)
    assert house.ctl_json("customer", "show", "u9")[0]["name"] == "Max"


if __name__ == "__main__":
    run(nothing_of_a_forgotten_customer_is_in_any_file,
        an_interrupted_forgetting_goes_on_after_a_crash,
        a_kill_at_each_stage_of_a_forgetting_leaves_nothing_after_the_next_start,
        what_is_asked_right_before_a_stop_is_forgotten_by_the_next_start,
        what_comes_after_a_forgetting_is_recovered)
