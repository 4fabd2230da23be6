# SPDX-License-Identifier: Apache-2.0
"""Who gets in, and what each role may do: the rest is refused, never ignored."""

from support import attune, refused, run


def turned_away(house, code, over="unix", **hello):
    client = house.raw(over)
    try:
        welcome = client.hello(**hello)
    except attune.Refused as refusal:
        assert refusal.code == code, refusal
    else:
        raise AssertionError(f"{hello} was welcomed as {welcome.role}")
    try:
        while client.receive(5):
            pass
    except attune.Closed:
        return
    raise AssertionError("the connection was left open")


def the_owner_of_the_socket_is_a_supervisor(house):
    house.start()
    welcome = house.raw().hello()
    assert welcome.role == attune.envelope_pb2.ROLE_SUPERVISOR
    assert welcome.protocol == 1 and welcome.frame_bytes_max == 65536 and welcome.window > 0
    assert welcome.config_digest == house.status()["config_digest"]


def on_tcp_nobody_gets_in_without_the_right_token(house):
    house.start()
    turned_away(house, "denied", over="tcp")
    turned_away(house, "denied", over="tcp", name="phone")
    turned_away(house, "denied", over="tcp", name="phone", token="wrong")
    turned_away(house, "denied", over="tcp", name="phone", token=house.token("web"))
    turned_away(house, "denied", over="tcp", name="nobody", token=house.token("phone"))
    assert house.client("phone", over="tcp").ping()


def a_wrong_token_is_denied_even_to_the_owner(house):
    house.start()
    turned_away(house, "denied", name="phone", token="wrong")


def a_hello_of_no_version_is_invalid_and_of_a_newer_one_is_welcome(house):
    house.start()
    turned_away(house, "invalid", protocol=0)
    newer = house.raw().hello(protocol=2, features=["time-travel"])
    assert newer.protocol == 1


def anything_before_the_hello_is_refused_and_closed(house):
    house.start()
    client = house.raw()
    try:
        client.request("status")
    except attune.Refused as refusal:
        assert refusal.code == "state" and "hello" in str(refusal)
    else:
        raise AssertionError("attuned answered a stranger")
    try:
        while client.receive(5):
            pass
    except attune.Closed:
        return
    raise AssertionError("the connection was left open")


def a_second_hello_is_refused(house):
    house.start()
    client = house.client("phone")
    refused("state", client, "hello", protocol=1, agent="bob")
    assert client.ping()


def an_observer_looks_and_touches_nothing(house):
    house.start()
    wall = house.client("wall", over="tcp")
    assert wall.request("status").version and list(wall.pages("queues"))
    wall.request("tail")
    for name, fields in (("contact_add", {"contact": "c1", "channel": "voice"}),
                         ("agent_ready", {"agent": "ann"}), ("contact_end", {"contact": "c1"}),
                         ("reload", {}), ("config", {})):
        refused("denied", wall, name, **fields)
    assert house.status()["contacts"]["queued"] == 0


def a_platform_may_not_reload_or_explain(house):
    house.start()
    phone = house.client("phone", over="tcp")
    for name, fields in (("reload", {}), ("explain", {"contact": "c1"}), ("tail", {})):
        refused("denied", phone, name, **fields)


def an_agents_desktop_acts_for_its_own_agent_only(house):
    house.start()
    phone = house.client("phone")
    desktop = house.client("ann", over="tcp", agent="ann")
    desktop.request("agent_ready", agent="ann")
    phone.request("agent_ready", agent="bob")
    refused("denied", desktop, "agent_ready", agent="bob")
    refused("denied", desktop, "agent_pause", agent="bob")
    refused("denied", desktop, "contact_add", contact="c1", channel="voice")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    offer = phone.wait_for("offer").offer
    if offer.agent == "bob":
        refused("denied", desktop, "offer_accept", contact="c1", agent="bob")
        refused("denied", desktop, "contact_end", contact="c1")
    turned_away(house, "denied", over="tcp", name="ann", token=house.token("ann"), agent="bob")


def a_supervisor_may_do_everything_over_tcp_too(house):
    house.start()
    boss = house.client("boss", over="tcp")
    boss.request("agent_ready", agent="ann")
    boss.request("contact_add", contact="c1", channel="voice", queue="cards")
    assert "ann" in boss.request("explain", contact="c1").text
    assert not boss.request("reload").errors


def a_new_token_works_after_a_reload(house):
    house.start()
    house.write("phone.token", "another secret\n")
    house.ctl("config", "reload")
    turned_away(house, "denied", over="tcp", name="phone", token=house.token("phone"))
    assert house.client("phone", over="tcp", token="another secret").ping()


if __name__ == "__main__":
    run(the_owner_of_the_socket_is_a_supervisor,
        on_tcp_nobody_gets_in_without_the_right_token,
        a_wrong_token_is_denied_even_to_the_owner,
        a_hello_of_no_version_is_invalid_and_of_a_newer_one_is_welcome,
        anything_before_the_hello_is_refused_and_closed,
        a_second_hello_is_refused,
        an_observer_looks_and_touches_nothing,
        a_platform_may_not_reload_or_explain,
        an_agents_desktop_acts_for_its_own_agent_only,
        a_supervisor_may_do_everything_over_tcp_too,
        a_new_token_works_after_a_reload)
