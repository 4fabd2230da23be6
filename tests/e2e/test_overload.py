# SPDX-License-Identifier: Apache-2.0
"""Too much at once: who falls behind, who never reads, who comes in thousands; and what all others
notice of it."""

import json
import os
import resource
import socket
import subprocess
import threading
import time

from support import BUILD, IS_RECOUNTED, IS_SANITIZED, SLOWER, attune, eventually, run

BENCH = os.path.join(BUILD, "tools", "attune-bench", "attune-bench")
STATE = attune.contact_pb2
PUSHES_KEPT_MAX = 16384
STORM = 15000 if IS_SANITIZED else 60000
CONNECTS = 2000 if IS_SANITIZED else 10000
DESKTOPS = 300 if IS_SANITIZED else 1500


def frames_of(client, name, many):
    return b"".join(client.protocol.request(name, fields)[1] for fields in many)


def fall_behind(house, phone):
    """The phone's contact is moved about until more happened to it than is kept for the phone, which
    acknowledges nothing."""
    boss = house.client("boss")
    phone.request("contact_add", contact="moved", channel="voice", queue="cards")
    for i in range(0, PUSHES_KEPT_MAX + 2000, 500):
        numbers = [boss.send("contact_transfer", contact="moved",
                             queue="general" if j % 2 else "cards") for j in range(i, i + 500)]
        for number in numbers:
            boss.answer(number)
        yield


def snapshot_of(client):
    """Its contacts and agents, put together from the pieces that come next."""
    contacts, agents, is_first = {}, {}, True
    while True:
        push = client.wait_for("snapshot")
        assert push.snapshot.first == is_first
        is_first = False
        contacts.update((row.contact, row) for row in push.snapshot.contacts)
        agents.update((row.agent, row) for row in push.snapshot.agents)
        if push.snapshot.last:
            return contacts, agents


def who_falls_too_far_behind_gets_what_there_is_and_comes_back(house):
    house.start()
    phone = house.client("phone")
    phone.auto_ack = False
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="talking", channel="voice", queue="cards")
    phone.request("offer_accept", contact="talking", agent="ann")
    for i in range(300):
        phone.request("contact_add", contact=f"c{i}", channel="chat", queue="general")
    for _ in fall_behind(house, phone):
        pass
    # It read all the time; it just never acknowledged. So it is told goodbye, and when to come.
    try:
        while True:
            phone.receive(5)
    except attune.Closed as closed:
        assert "acknowledge" in closed.reason, closed.reason
    assert "does not acknowledge its pushes" in house.words()
    contacts, agents = snapshot_of(phone)
    assert not phone.pushes, "something came after the snapshot"
    rows = {row["contact"]: row["state"] for row in house.ctl_json("contacts")
            if row["state"] != "closed"}
    assert len(rows) == 302
    assert {name: STATE.ContactState.Name(row.state).removeprefix("CONTACT_STATE_").lower()
            for name, row in contacts.items()} == rows
    assert contacts["talking"].agent == "ann"
    assert agents["ann"].presence == STATE.PRESENCE_READY
    # From there on it is told what happens, also while it is away.
    house.client("boss").request("contact_abandon", contact="c8")
    welcome = phone.reconnect(name="phone", token=house.token("phone"))
    assert welcome.resumed and not welcome.reconcile
    phone.auto_ack = True
    assert phone.wait_for("closed").closed.contact == "c8"
    phone.request("contact_abandon", contact="c7")
    assert phone.wait_for("closed").closed.contact == "c7"


def who_falls_behind_while_away_gets_what_there_is_when_it_comes(house):
    house.start()
    phone = house.client("phone")
    falling = fall_behind(house, phone)
    next(falling)
    phone.close()
    for _ in falling:
        pass
    assert house.status()["rss_bytes"] < 300 << 20 or IS_SANITIZED
    phone.pushes.clear()
    assert phone.reconnect(name="phone", token=house.token("phone")).resumed
    contacts, _ = snapshot_of(phone)
    assert list(contacts) == ["moved"]


def who_never_reads_is_closed_and_nobody_else_waits(house):
    house.start()
    phone = house.client("phone")
    others = house.client("web")
    longest = 0
    for i, _ in enumerate(fall_behind(house, phone)):
        began = time.monotonic()
        others.request("contact_add", contact=f"w{i}", channel="chat", queue="cards")
        longest = max(longest, time.monotonic() - began)
    assert IS_SANITIZED or longest < 0.5, longest
    eventually(lambda: "does not acknowledge its pushes" in house.words())
    assert IS_SANITIZED or house.status()["rss_bytes"] < 300 << 20
    phone.close()
    phone.pushes.clear()
    assert phone.reconnect(name="phone", token=house.token("phone")).resumed
    assert list(snapshot_of(phone)[0]) == ["moved"]


def accepts_go_through_a_storm_of_new_contacts(house):
    """One front end sends contacts as fast as it can; its own accepts and those of others don't wait
    behind them."""
    house.start()
    phone = house.client("phone")
    web = house.client("web")
    for agent in ("ann", "bob"):
        phone.request("agent_ready", agent=agent)
    storm = house.client("boss")
    data = frames_of(storm, "contact_add", ({"contact": f"s{i}", "channel": "chat",
                                             "queue": "cards", "agent": "cid"}
                                            for i in range(STORM)))
    first = storm.protocol.last_request_id - STORM + 1
    sender = threading.Thread(target=storm._socket.sendall, args=(data,))  # pylint: disable=protected-access
    storm._socket.settimeout(60)  # pylint: disable=protected-access
    answers = {}

    def read():
        for number in range(first, first + STORM):
            try:
                storm.answer(number, 60)
                answers[number] = None
            except attune.Refused as refusal:
                answers[number] = (refusal.code, refusal.retry_ms)

    reader = threading.Thread(target=read)
    sender.start()
    reader.start()
    waits = []
    rounds = 0
    while reader.is_alive() and rounds < 2000:
        rounds += 1
        contact = f"p{rounds}"
        try:
            web.request("contact_add", contact=contact, channel="voice", queue="cards")
        except attune.Refused as refusal:
            assert refusal.code == "full" and refusal.retry_ms > 0
            continue
        offer = web.wait_for("offer", contact=contact).offer
        began = time.monotonic()
        web.request("offer_accept", contact=contact, agent=offer.agent, offer=offer.offer)
        web.request("contact_end", contact=contact)
        waits.append(time.monotonic() - began)
    sender.join()
    reader.join()
    assert len(answers) == STORM
    refused = [answer for answer in answers.values() if answer]
    assert all(code == "full" and 1000 <= retry_ms <= 10000 for code, retry_ms in refused), refused[:5]
    if refused:
        assert len({retry_ms for _, retry_ms in refused}) > len(refused) // 100, "not at random"
    assert len(waits) > 5
    waits.sort()
    assert IS_SANITIZED or waits[len(waits) * 9 // 10] < 1, waits[-10:]
    queued = house.status()["contacts"]
    taken = sum(answer is None for answer in answers.values())
    assert queued["queued"] + queued["offered"] == taken


def what_is_asked_of_a_contact_keeps_its_order(house):
    """Its ending overtakes the contacts before it, never the contact itself."""
    house.start()
    storm = house.client("boss")
    many = 3000
    storm.send_bytes(frames_of(storm, "contact_add", ({
        "contact": f"s{i}", "channel": "chat", "queue": "cards"} for i in range(many))))
    numbers = [storm.send("contact_abandon", contact=f"s{i}") for i in range(many)]
    for number in numbers:
        assert storm.answer(number).state == STATE.CONTACT_STATE_CLOSED
    status = house.status()
    assert status["contacts"]["queued"] == 0 and status["outcomes"]["abandoned"] == many


def a_goodbye_comes_after_what_was_said_before(house):
    house.start()
    storm = house.client("boss")
    storm.send_bytes(frames_of(storm, "contact_add", ({
        "contact": f"s{i}", "channel": "chat", "queue": "cards"} for i in range(3000))))
    storm.send("bye")
    try:
        while True:
            storm.receive(5)
    except attune.Closed:
        pass
    assert house.status()["contacts"]["queued"] == 3000


def new_contacts_are_refused_when_the_centre_is_full(house):
    with open(house.config, encoding="utf-8") as file:
        house.write_config(file.read() + "limits: { contacts: 100 }\n")
    house.start()
    phone = house.client("phone")
    for i in range(100):
        phone.request("contact_add", contact=f"c{i}", channel="chat", queue="cards")
    seq = house.status()["seq"]
    retries = set()
    for i in range(100):
        number, frame = phone.protocol.request("contact_add", {
            "contact": f"d{i}", "channel": "chat", "queue": "cards"})
        phone.send_bytes(frame)
        try:
            phone.answer(number)
            raise AssertionError("more contacts than the limit")
        except attune.Refused as refusal:
            assert refusal.code == "full" and refusal.retry_ms > 0
            retries.add(refusal.retry_ms)
    assert len(retries) > 50, retries
    assert house.status()["seq"] == seq, "a refused contact went into the journal"
    # What exists is not refused, and the refused one may come again under its number.
    phone.request("contact_add", contact="c1", channel="chat", queue="cards")
    phone.request("contact_abandon", contact="c1")
    phone.send_bytes(frame)
    assert phone.answer(number).state == STATE.CONTACT_STATE_QUEUED


def too_little_memory_gives_up_the_less_needed_first(house):
    house.start(memory_max=1)
    boss = house.raw()
    # The highest level: no new session, but attuned lives, and says why.
    eventually(lambda: "level=no_sessions" in house.words())
    try:
        boss.hello()
        raise AssertionError("a new session was let in")
    except attune.Refused as refusal:
        assert refusal.code == "full" and 1000 <= refusal.retry_ms <= 10000


def ten_thousand_connects_are_served_or_told_when_to_come(house):
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    many = min(CONNECTS, most - 200)
    house.start()
    bystander = house.client("phone")
    connections = []
    longest = 0
    began = time.monotonic()
    while len(connections) < many:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(house.socket)
        except BlockingIOError:
            connection.close()
            time.sleep(0.01)
            continue
        connections.append(connection)
        if len(connections) % 500 == 0:
            asked = time.monotonic()
            bystander.request("contact_add", contact=f"b{len(connections)}", channel="voice",
                              queue="cards")
            longest = max(longest, time.monotonic() - asked)
    for connection in connections[::2]:       # Half a frame, and never the rest.
        connection.send(b"\x00\x00\x00\x40half")
    assert IS_SANITIZED or longest < 1, longest
    status = house.status()
    assert status["sessions"] >= many
    assert IS_SANITIZED or status["rss_bytes"] < 256 << 20, status["rss_bytes"]
    for connection in connections:
        connection.close()
    eventually(lambda: house.status()["sessions"] == 2, 20)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    print(f"# {many} connects in {time.monotonic() - began:.1f} s, "
          f"a bystander waited {longest * 1000:.0f} ms at most", flush=True)


def bench(*words):
    done = subprocess.run([BENCH, "overload", *words, "--json"], capture_output=True, text=True,
                          timeout=50 * SLOWER, check=False)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return json.loads(done.stdout)


def every_contact_of_a_burst_is_answered_or_refused(_house):
    offered, agents = (1000, 50) if IS_RECOUNTED else (20000, 300)
    figures = bench("--part", "burst", "--offered", str(offered), "--agents", str(agents))
    assert figures["burst_offered"] == offered and figures["burst_unanswered"] == 0, figures
    assert figures["burst_taken"] + figures["burst_refused"] == offered, figures
    assert figures["burst_refused_untimed"] == 0, figures
    assert figures["burst_accepts"] == agents and figures["burst_accepts_refused"] == 0, figures
    assert IS_SANITIZED or IS_RECOUNTED or figures["burst_longest_answer_ms"] < 3000, figures
    assert IS_SANITIZED or figures["burst_rss_peak_mib"] < 256, figures


def all_desktops_resume_after_a_storm(_house):
    figures = bench("--part", "reconnect", "--desktops", str(DESKTOPS))
    assert figures["reconnect_resumed"] == DESKTOPS, figures
    assert IS_SANITIZED or figures["reconnect_all_back_ms"] < 10000, figures


def nobody_notices_a_storm_of_reloads(_house):
    """The short form of tools/dev reload-storm."""
    agents, waiting, reloads = (60, 200, 25) if IS_RECOUNTED else (1000, 10000, 50)
    figures = bench("--part", "reload", "--signed-in", str(agents), "--waiting", str(waiting),
                    "--reloads", str(reloads))
    assert figures["reload_done"] == reloads, figures
    assert figures["reload_wrong"] == (reloads - 1) // 10, figures
    assert figures["reload_changed"] == reloads - figures["reload_wrong"], figures
    assert IS_SANITIZED or figures["reload_contacts_refused"] == 0, figures
    left = figures["reload_contacts_left"]
    assert left <= agents + waiting <= left + figures["reload_contacts_refused"], figures
    assert figures["reload_contacts_ended"] > 10, figures
    for name in ("wrong_changed", "signed_out", "contacts_lost", "contacts_twice", "out_of_place"):
        assert figures[f"reload_{name}"] == 0, (name, figures)
    # Of what other work takes from the loop nothing is promised, nor of a build that recounts.
    assert 0 < figures["reload_longest_turn_cpu_ms"] < (1000 if IS_RECOUNTED else 40), figures


if __name__ == "__main__":
    run(who_falls_too_far_behind_gets_what_there_is_and_comes_back,
        who_falls_behind_while_away_gets_what_there_is_when_it_comes,
        who_never_reads_is_closed_and_nobody_else_waits,
        accepts_go_through_a_storm_of_new_contacts,
        what_is_asked_of_a_contact_keeps_its_order,
        a_goodbye_comes_after_what_was_said_before,
        new_contacts_are_refused_when_the_centre_is_full,
        too_little_memory_gives_up_the_less_needed_first,
        ten_thousand_connects_are_served_or_told_when_to_come,
        every_contact_of_a_burst_is_answered_or_refused,
        all_desktops_resume_after_a_storm,
        nobody_notices_a_storm_of_reloads)
