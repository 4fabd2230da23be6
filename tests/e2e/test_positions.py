# SPDX-License-Identifier: Apache-2.0
"""Where waiting customers stand, as their front ends are told. Time runs fifty times as fast: the
five seconds between two looks are a tenth of one."""

import time

from support import run

SCALE = 50
LOOK = 5.0 / SCALE


def bring(client, *contacts):
    for contact in contacts:
        client.request("contact_add", contact=contact, channel="voice", queue="cards")


def told(client, seconds):
    """The positions pushed within a while, the last of each contact."""
    deadline = time.monotonic() + seconds
    last = {}
    while (left := deadline - time.monotonic()) > 0:
        try:
            push = client.wait_for("position", timeout=left)
        except TimeoutError:
            break
        last[push.position.contact] = push.position.position
    return last


def those_behind_are_told_when_one_in_front_goes(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    bring(phone, "c1", "c2", "c3")
    assert [phone.wait_for("routed").routed.position for _ in range(3)] == [1, 2, 3]
    assert not told(phone, 4 * LOOK), "nothing has changed"
    phone.request("contact_abandon", contact="c1")
    assert told(phone, 6 * LOOK) == {"c2": 1, "c3": 2}
    assert not told(phone, 4 * LOOK), "it was told"


def one_put_back_is_told_where_it_stands(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    bring(phone, "c1", "c2")
    phone.wait_for("offer")
    phone.request("offer_decline", contact="c1", agent="ann")
    assert told(phone, 6 * LOOK).get("c1") in (1, 2)


def who_acknowledges_nothing_is_not_told_twice(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    phone.auto_ack = False
    bring(phone, "c1", "c2", "c3", "c4")
    phone.request("contact_abandon", contact="c1")
    assert not told(phone, 6 * LOOK), "it has not acknowledged what it was told at the beginning"
    phone.ack(phone.protocol.last_push)
    phone.request("contact_abandon", contact="c2")
    pushes = phone.wait_for("position").position
    assert (pushes.contact, pushes.position) in (("c3", 1), ("c4", 2))
    phone.request("contact_abandon", contact="c3")
    phone.wait_for("closed", contact="c3")
    seen = told(phone, 6 * LOOK)
    assert set(seen) <= {"c4"} and seen.get("c4", 2) == 2, seen
    phone.ack(phone.protocol.last_push)
    assert told(phone, 6 * LOOK) == {"c4": 1}, "now what holds by then"


def a_front_end_is_told_after_a_restart(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    bring(phone, "c1", "c2")
    house.kill()
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    assert told(phone, 8 * LOOK) == {"c1": 1, "c2": 2}


if __name__ == "__main__":
    run(those_behind_are_told_when_one_in_front_goes,
        one_put_back_is_told_where_it_stands,
        who_acknowledges_nothing_is_not_told_twice,
        a_front_end_is_told_after_a_restart)
