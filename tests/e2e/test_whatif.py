# SPDX-License-Identifier: Apache-2.0
"""What happened, under another configuration: a recording goes through the engine again, as it was
configured and anew."""

import hashlib
import json
import os
import random
import subprocess
import time

from support import ATTUNESIM, CONFIG, SLOWER, run

SCALE = 60

# Ann may take cards no longer; everything else stays.
STRICT = CONFIG.replace("requires: { cards: 3 }", "requires: { cards: 6 }")
# Whoever has been idle longest, not who knows most.
RESTED = CONFIG.replace("default: { retry_cooldown: 30s }",
                        "default: { retry_cooldown: 30s, fit: { skill: 0, rest: 1 } }")
# Intake sends what came to cards elsewhere.
ELSEWHERE = CONFIG.replace("  - { otherwise: general }",
                           "  - { when: { text: [spanish] }, queue: general }\n"
                           "  - { otherwise: cards }")


def sim(*words, timeout=60):
    done = subprocess.run([ATTUNESIM, "replay", *words], capture_output=True, text=True, check=False,
                          timeout=timeout * SLOWER)
    return done.returncode, done.stdout, done.stderr


def replay(house, config, *words):
    path = house.write("new.yaml", config)
    status, out, err = sim(house.data, "--config", path, "--diff", *words)
    assert status == 0, (out, err)
    return out


def compare(house, config, *words):
    return json.loads(replay(house, config, "--json", *words))


def moves_of(answer):
    return {row["contact"]: row for row in answer["contacts"]}


def contents(folder):
    """Of all files below, but for those that reading makes afresh."""
    found = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            found[name] = contents(path)
        elif not name.endswith(("-shm", "-wal")):
            with open(path, "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def call(phone, name, agent=None, seconds=0.0, queue="cards", **fields):
    """A call to whoever is offered it; `agent` must be."""
    phone.request("contact_add", contact=name, channel="voice", queue=queue, **fields)
    offer = phone.wait_for("offer", contact=name).offer
    assert agent in (None, offer.agent), (name, offer.agent)
    phone.request("offer_accept", contact=name, agent=offer.agent, offer=offer.offer)
    time.sleep(seconds)
    phone.request("contact_end", contact=name)
    return offer.agent


def stop(house):
    digest = house.status()["state_digest"]
    assert house.stop() == 0
    return digest


def a_short_day(house):
    """Ann alone has c1, which waits for nobody; c2 gives up; bob has c3 while ann talks."""
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                  customer={"id": "u1", "lifetime_value_micro": 900000000, "currency": "EUR"})
    first = phone.wait_for("offer", contact="c1").offer
    assert first.agent == "ann"
    phone.request("offer_accept", contact="c1", agent="ann", offer=first.offer)
    phone.request("contact_add", contact="c2", channel="voice", queue="cards",
                  customer={"id": "u2", "lifetime_value_micro": 100000000, "currency": "EUR"})
    time.sleep(0.5)
    phone.request("contact_abandon", contact="c2")
    phone.request("agent_ready", agent="bob")
    call(phone, "c3", "bob", 0.1)
    phone.request("contact_end", contact="c1")
    time.sleep(0.2)
    return stop(house)


def a_recording_replays_to_its_digest_and_differs_from_itself_in_nothing(house):
    digest = a_short_day(house)
    status, out, err = sim(house.data)
    assert status == 0 and f"state digest {digest}" in out, (digest, out, err)
    before = contents(house.data)
    answer = compare(house, CONFIG)
    assert answer["moved"] == 0 and answer["contacts"] == [], answer
    assert answer["model"]["contacts"] == 3
    assert answer["model"]["same_agent"] == 3 and answer["model"]["same_wait"] == 3, answer["model"]
    for row in answer["queues"] + answer["agents"] + answer["values"]:
        assert row["before"] == row["after"], row
    assert contents(house.data) == before, "the data directory is read only"


def the_diff_names_who_goes_elsewhere_and_why(house):
    a_short_day(house)
    answer = compare(house, STRICT)
    moves = moves_of(answer)
    assert moves["c1"]["before"]["agent"] == "ann"
    assert moves["c1"]["cause"] == "eligible"
    assert "needs cards 6, has 5" in moves["c1"]["because"], moves["c1"]
    assert "agent" not in moves["c1"]["after"] or moves["c1"]["after"]["agent"] == "bob"
    assert "c2" not in moves, "nobody could have had it, then as now"
    (cards,) = [row for row in answer["queues"] if row["queue"] == "cards"]
    assert (cards["before"]["offered"], cards["before"]["answered"]) == (3, 2), cards
    assert cards["target_s"] == 20 and 0 < cards["before"]["service_level"] < 1
    agents = {row["agent"]: row for row in answer["agents"]}
    assert agents["ann"]["before"]["conversations"] == 1
    assert agents["ann"]["after"] == {"conversations": 0, "busy_s": 0}, agents
    assert agents["ann"]["before"]["busy_s"] > 20
    (value,) = answer["values"]
    assert value["value"] == 1000 and value["before"]["answered_value"] == 900, value
    assert value["before"]["weighted_wait_s"] < value["after"]["weighted_wait_s"], value


def the_same_in_words(house):
    a_short_day(house)
    out = replay(house, STRICT)
    assert "c1: was ann (cards, waited " in out and "because now ann lacks a required skill" in out, out
    assert "1 of 3 contacts would have gone elsewhere" in out and "Kaplan-Meier" in out
    assert "it gives 3 of 3 contacts the agent they had" in out, out
    none = replay(house, STRICT, "--limit", "0")
    assert ": because " not in none and "... and 1 more" in none, none
    status, summary, _ = sim(house.data, "--config", house.path("new.yaml"))
    assert status == 0 and "because" not in summary and "would have gone elsewhere" in summary
    assert summary.splitlines()[2] == out.splitlines()[2]


def what_is_not_known_is_drawn_and_figures_are_means(house):
    """How long c1 would have waited for bob: nobody knows more than that they did not give up at once."""
    a_short_day(house)
    many = compare(house, STRICT, "--draws", "10")
    one = compare(house, STRICT, "--draws", "1")
    assert (many["draws"], one["draws"]) == (10, 1)
    assert many["contacts"] == one["contacts"], "those of the first draw"
    assert many["total"]["before"] == one["total"]["before"]
    for figure in ("answered", "abandoned", "mean_wait_s"):
        least, most = many["spread"][figure]
        assert least <= many["total"]["after"][figure] <= most, many
        assert least <= one["total"]["after"][figure] <= most, many
        assert one["spread"][figure] == [one["total"]["after"][figure]] * 2, one
    assert sum(row["after"]["answered"] for row in many["queues"]) == many["total"]["after"]["answered"]
    alone = [compare(house, STRICT, "--draws", "1", "--seed", str(seed))["total"]["after"]
             for seed in range(1, 11)]
    answered = sum(figures["answered"] for figures in alone) / len(alone)
    assert abs(answered - many["total"]["after"]["answered"]) < 0.7, (answered, many["total"])
    out = replay(house, STRICT)
    assert "the new side is the mean of 20 draws" in out and "in the first draw" in out, out
    assert "draws of what" not in replay(house, STRICT, "--draws", "1")


def who_fits_better_is_a_reason_with_its_figures(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    time.sleep(0.3)
    phone.request("agent_ready", agent="bob")
    call(phone, "c1", "bob", 0.1)
    stop(house)
    move = moves_of(compare(house, RESTED))["c1"]
    assert (move["before"]["agent"], move["after"]["agent"]) == ("bob", "ann"), move
    assert move["cause"] == "fit", move
    assert "bob could take it too, but ann fits better" in move["because"], move
    assert "most by rest" in move["because"], move


def another_queue_is_a_reason(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    time.sleep(0.1)
    phone.request("agent_ready", agent="cid")
    phone.request("contact_add", contact="c1", channel="voice")
    offer = phone.wait_for("offer", contact="c1").offer
    phone.request("offer_accept", contact="c1", agent=offer.agent, offer=offer.offer)
    phone.request("contact_add", contact="c2", channel="voice")
    second = phone.wait_for("offer", contact="c2").offer
    phone.request("offer_accept", contact="c2", agent=second.agent, offer=second.offer)
    time.sleep(0.2)
    for name in ("c1", "c2"):
        phone.request("contact_end", contact=name)
    stop(house)
    answer = compare(house, ELSEWHERE)
    queues = {row["queue"]: (row["before"]["offered"], row["after"]["offered"])
              for row in answer["queues"]}
    assert queues == {"cards": (0, 2), "general": (2, 0)}, queues
    causes = {row["cause"] for row in answer["contacts"]}
    assert causes == {"queue"}, answer["contacts"]
    assert "queue cards rather than general" in answer["contacts"][0]["because"]


def a_queue_that_turns_away_is_a_reason(house):
    a_short_day(house)
    answer = compare(house, CONFIG.replace("requires: { cards: 3 }, service_level: 80% in 20s",
                                           "requires: { cards: 9 }, refuse_when: unstaffed, "
                                           "service_level: 80% in 40s"))
    moves = moves_of(answer)
    assert set(moves) == {"c1", "c2", "c3"}, moves
    for name in moves:
        assert moves[name]["after"]["outcome"] == "refused" and moves[name]["cause"] == "closing", moves
        assert moves[name]["because"] == "now it closes as refused in queue cards (unstaffed)", moves
    (cards,) = [row for row in answer["queues"] if row["queue"] == "cards"]
    assert cards["after"]["lost"] == 3 and cards["target_s"] == 20, cards
    assert any("has another target" in note for note in answer["model"]["notes"]), answer["model"]


def one_who_gave_up_may_be_served(house):
    """Nobody knows how long they would have talked: the median of the queue."""
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    phone.request("agent_ready", agent="cid")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    time.sleep(0.3)
    phone.request("contact_abandon", contact="c1")
    phone.request("agent_ready", agent="ann")
    call(phone, "c2", "ann", 0.4)
    time.sleep(0.3)
    stop(house)
    answer = compare(house, CONFIG.replace("requires: { cards: 3 }", "requires: { cards: 2 }"))
    move = moves_of(answer)["c1"]
    assert move["before"]["outcome"] == "abandoned" and move["after"]["agent"] == "cid", move
    assert "before, cid lacks" in move["because"] and move["cause"] == "eligible", move
    agents = {row["agent"]: row for row in answer["agents"]}
    assert abs(agents["cid"]["after"]["busy_s"] - agents["ann"]["before"]["busy_s"]) < 1, agents


def a_reload_is_applied_before_and_told(house):
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    for agent in ("ann", "bob"):
        phone.request("agent_ready", agent=agent)
    call(phone, "c1", "bob", 0.1)
    house.write_config(CONFIG.replace("bob: { name: Bob Días, skills: { cards: 8,",
                                      "bob: { name: Bob Días, skills: { cards: 2,"))
    assert house.ctl("config", "reload")[0] == 0
    call(phone, "c2", "ann", 0.1)
    stop(house)
    answer = compare(house, CONFIG)
    assert any("reloaded 1 times" in note for note in answer["model"]["notes"]), answer["model"]
    moves = moves_of(answer)
    assert set(moves) == {"c2"} and moves["c2"]["after"]["agent"] == "bob", moves
    assert "before, bob lacks" in moves["c2"]["because"], moves


def it_may_begin_with_a_snapshot(house):
    """What is in progress then goes on: who talks, who waits."""
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    for agent in ("ann", "bob"):
        phone.request("agent_ready", agent=agent)
    for name in ("c1", "c2", "c3"):
        phone.request("contact_add", contact=name, channel="voice", queue="cards")
    for name in ("c1", "c2"):
        offer = phone.wait_for("offer", contact=name).offer
        phone.request("offer_accept", contact=name, agent=offer.agent, offer=offer.offer)
    stop(house)
    time.sleep(0.5)     # A minute: the last accept before it stays where it was.
    house.start(time_scale=SCALE)
    phone = house.client("phone")
    seq = phone.request("contact_end", contact="c1").seq
    offer = phone.wait_for("offer", contact="c3").offer
    phone.request("offer_accept", contact="c3", agent=offer.agent, offer=offer.offer)
    time.sleep(0.2)
    for name in ("c2", "c3"):
        phone.request("contact_end", contact=name)
    stop(house)
    whole = compare(house, CONFIG)
    assert whole["model"]["same_wait"] == whole["model"]["contacts"] == 3, whole["model"]
    later = compare(house, CONFIG, "--from", str(seq))
    assert later["model"]["same_wait"] == later["model"]["contacts"] == 1, later["model"]
    assert any("begins with the snapshot" in note for note in later["model"]["notes"])
    (c3,) = [row for row in later["queues"] if row["queue"] == "cards"]
    assert c3["before"]["answered"] == 1 and later["moved"] == 0, later
    moves = moves_of(compare(house, STRICT, "--from", str(seq)))
    assert set(moves) <= {"c3"}, moves


class Day:
    """A lively day: people who answer, decline, miss, transfer, pause, give up and come back."""

    def __init__(self, house, seed):
        self.rng = random.Random(seed)
        self.house = house
        self.phone = house.client("phone")
        self.todo = []      # (when, what to do)
        self.talking = {}   # Agents, by contact.
        self.made = 0
        for agent in ("ann", "bob", "cid"):
            self.phone.request("agent_ready", agent=agent)

    def later(self, seconds, what, *about):
        self.todo.append((time.monotonic() + seconds, self.made, what, about))
        self.made += 1

    def try_request(self, name, **fields):
        try:
            self.phone.request(name, **fields)
        except Exception as refusal:  # pylint: disable=broad-except
            assert hasattr(refusal, "code"), refusal

    def arrive(self):
        name = f"c{self.made}"
        fields = {"customer": {"id": f"u{self.rng.randrange(12)}"}} if self.rng.random() < 0.7 else {}
        self.phone.request("contact_add", contact=name, queue=self.rng.choice(["cards", "general"]),
                           channel=self.rng.choice(["voice", "voice", "chat", "pager"]), **fields)
        self.later(self.rng.expovariate(1 / 1.5), self.give_up, name)

    def give_up(self, name):
        if name not in self.talking:
            self.try_request("contact_abandon" if self.rng.random() < 0.8 else "contact_cancel",
                             contact=name)

    def offered(self, offer):
        chance = self.rng.random()
        if chance < 0.8:
            self.later(self.rng.uniform(0, 0.15), self.accept, offer)
        elif chance < 0.9:
            self.later(self.rng.uniform(0, 0.1), self.decline, offer)

    def accept(self, offer):
        self.try_request("offer_accept", contact=offer.contact, agent=offer.agent, offer=offer.offer)

    def decline(self, offer):
        self.try_request("offer_decline", contact=offer.contact, agent=offer.agent, offer=offer.offer)

    def connected(self, connected):
        self.talking[connected.contact] = connected.agent
        self.later(self.rng.uniform(0.05, 0.6), self.end, connected.contact, connected.agent)

    def end(self, contact, agent):
        if self.rng.random() < 0.2:
            self.talking.pop(contact, None)
            self.try_request("contact_transfer", contact=contact, queue="general")
        else:
            self.try_request("contact_end", contact=contact)
        self.later(self.rng.uniform(0, 0.3), self.wrapped_up, contact, agent)

    def wrapped_up(self, contact, agent):
        self.try_request("wrap_up_done", contact=contact, agent=agent)

    def change_presence(self):
        agent = self.rng.choice(["ann", "bob", "cid"])
        self.phone.request(self.rng.choice(["agent_pause", "agent_ready", "agent_ready"]), agent=agent)

    def hear(self):
        push = self.phone.next_push(timeout=0.01)
        if not push:
            return
        kind = push.WhichOneof("body")
        if kind == "offer":
            self.offered(push.offer)
        elif kind == "connected":
            self.connected(push.connected)
        elif kind == "agent_changed" and push.agent_changed.reason == "missed":
            self.later(self.rng.uniform(0.1, 0.5), self.come_back, push.agent_changed.agent)

    def come_back(self, agent):
        self.phone.request("agent_ready", agent=agent)

    def play(self, seconds):
        end = time.monotonic() + seconds
        arrival = presence = time.monotonic()
        while time.monotonic() < end:
            now = time.monotonic()
            if now >= arrival:
                self.arrive()
                arrival = now + self.rng.expovariate(8)
            if now >= presence:
                self.change_presence()
                presence = now + self.rng.expovariate(2)
            self.todo.sort()
            while self.todo and self.todo[0][0] <= now:
                _, _, what, about = self.todo.pop(0)
                what(*about)
            self.hear()


WRAPPING = CONFIG.replace("wrap_up: 0s", "wrap_up: 10s")


def the_model_gives_back_a_lively_day(house):
    """Declined and missed offers, transfers, pauses, wrap-ups, a reload and a restart: with the recorded
    configurations everyone has the agent and the wait that they had."""
    house.write_config(WRAPPING)
    house.start(time_scale=SCALE)
    day = Day(house, 11)
    day.play(2.5)
    house.write_config(WRAPPING.replace("cards: 3 }", "cards: 4 }"))
    assert house.ctl("config", "reload")[0] == 0
    day.play(2)
    stop(house)
    house.start(time_scale=SCALE)
    day.phone = house.client("phone")
    day.play(2)
    stop(house)
    assert sim(house.data)[0] == 0
    answer = compare(house, WRAPPING)
    model = answer["model"]
    assert model["contacts"] > 20, model
    assert model["same_agent"] == model["same_wait"] == model["contacts"], model
    assert compare(house, WRAPPING) == answer, "the same seed, the same answer"
    for seed in ("1", "2"):
        harder = compare(house, STRICT, "--seed", seed)
        assert harder["moved"] == len(harder["contacts"]) > 0
        assert all(row["because"] for row in harder["contacts"]), harder["contacts"]
        assert harder["total"]["before"] == answer["total"]["before"], "chance is of the new side alone"


def a_wrong_configuration_is_told_with_its_places(house):
    a_short_day(house)
    path = house.write("bad.yaml", CONFIG.replace("requires: { cards: 3 }", "requires: { crads: 3 }"))
    status, out, err = sim(house.data, "--config", path, "--diff")
    assert status == 1 and out == "", out
    line = 1 + CONFIG[:CONFIG.index("requires: { cards: 3 }")].count("\n")
    assert f"bad.yaml:{line}:" in err and "did you mean 'cards'" in err, err
    status, _, err = sim(house.data, "--config", house.path("none.yaml"))
    assert status == 1 and "none.yaml" in err, err


def a_journal_without_contacts_says_so(house):
    house.start()
    house.client("phone").request("agent_ready", agent="ann")
    stop(house)
    status, out, err = sim(house.data, "--config", house.config, "--diff")
    assert status == 1 and "has no contact" in err and out == "", (out, err)
    status, _, err = sim(house.path("nowhere"), "--config", house.config)
    assert status == 1 and err, err


def agents_of_one_side_alone_are_told(house):
    a_short_day(house)
    answer = compare(house, CONFIG.replace("  ann: { name: Ann Berg,", "  eva: { name: Eva,"))
    notes = " ".join(answer["model"]["notes"])
    assert "Agent ann is not in the new configuration" in notes and "Agent eva is new" in notes, notes
    assert moves_of(answer)["c1"]["cause"] == "eligible", answer["contacts"]


def wrong_usage_is_told(house):
    for words in (["--diff"], ["--json"], ["--limit", "3"],
                  ["--config", house.config, "--accept-differences"],
                  ["--config", house.config, "--limit", "3"],
                  ["--config", house.config, "--diff", "--limit", "-1"],
                  ["--config", house.config, "--draws", "0"], ["--config", house.config, "--seed", "x"]):
        status, out, err = sim(house.data, *words)
        assert status == 2 and "usage" in err and out == "", (words, out, err)


if __name__ == "__main__":
    run(a_recording_replays_to_its_digest_and_differs_from_itself_in_nothing,
        the_diff_names_who_goes_elsewhere_and_why,
        the_same_in_words,
        what_is_not_known_is_drawn_and_figures_are_means,
        who_fits_better_is_a_reason_with_its_figures,
        another_queue_is_a_reason,
        a_queue_that_turns_away_is_a_reason,
        one_who_gave_up_may_be_served,
        a_reload_is_applied_before_and_told,
        it_may_begin_with_a_snapshot,
        the_model_gives_back_a_lively_day,
        a_wrong_configuration_is_told_with_its_places,
        a_journal_without_contacts_says_so,
        agents_of_one_side_alone_are_told,
        wrong_usage_is_told)
