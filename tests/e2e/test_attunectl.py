# SPDX-License-Identifier: Apache-2.0
"""attunectl: what scripts and people rely on."""

import json
import os
import signal
import socket
import subprocess
import time

from support import ATTUNECTL, CONFIG, ROOT, eventually, refused, run


def with_traffic(house):
    """ann talks with c1, c2 waits."""
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                  customer={"id": "u1", "name": "Zoë Nuñez"})
    phone.wait_for("offer")
    phone.request("offer_accept", contact="c1", agent="ann")
    phone.request("contact_add", contact="c2", channel="voice", queue="cards")
    return phone


def status_tells_everything_at_a_glance(house):
    with_traffic(house)
    status, out, _ = house.ctl("status")
    assert status == 0
    for words in ("1 waiting, 0 on offer, 1 connected", "1 ready, 0 paused, 2 offline", "up ", "journal",
                  house.config, "last error  none"):
        assert words in out, (words, out)
    row = house.status()
    assert row["contacts"]["queued"] == 1 and row["agents"]["ready"] == 1
    assert row["durable_seq"] <= row["seq"] and row["started_ms"] <= row["now_ms"]
    assert len(row["config_digest"]) == 32 and len(row["state_digest"]) == 32


def lists_are_tables_for_people_and_lines_for_scripts(house):
    with_traffic(house)
    _, out, _ = house.ctl("agents")
    header, *lines = out.splitlines()
    column = header.index("TEAM")
    assert all(line[column - 1] == " " for line in lines), "columns stand below one another: " + out
    assert "c1" in lines[0] and "Bob Días" in lines[1]
    (cards, general) = house.ctl_json("queues")
    assert cards["queue"] == "cards" and cards["waiting"] == 1 and cards["answered"] == 1
    assert cards["service_level"] == 1 and cards["service_level_target"] == 0.8
    assert general["mean_wait_ms"] is None and general["service_level"] is None
    (c1, c2) = house.ctl_json("contacts")
    assert c1["state"] == "connected" and c1["agent"] == "ann" and c1["customer"]["name"] == "Zoë Nuñez"
    assert c2["state"] == "queued" and c2["step"] == 0
    assert c2["position"] == 1 and not c1.get("position")
    assert house.ctl_json("contacts", "--contact", "c2")[0]["position"] == 1
    assert [row["contact"] for row in house.ctl_json("contacts", "--queue", "general")] == []
    skills = {row["skill"]: row for row in house.ctl_json("skills")}
    assert skills["cards"]["agents"] == 3 and skills["cards"]["ready"] == 1
    assert skills["cards"]["free"] == 0 and skills["cards"]["waiting"] == 1
    assert skills["spanish"]["kind"] == "language"


def explain_says_why_and_why_not(house):
    with_traffic(house)
    status, out, _ = house.ctl("explain", "c1")
    assert status == 0 and "ann" in out and "fit" in out and "skill" in out
    status, out, _ = house.ctl("explain", "c2")
    assert status == 0 and "waits in queue cards" in out and "position 1" in out
    status, out, _ = house.ctl("explain", "c2", "--agent", "cid")
    assert status == 0 and "cid" in out and "offline" in out
    answer = house.ctl_json("explain", "c2")[0]
    assert answer["text"] and answer["contact"]["contact"] == "c2"
    status, _, err = house.ctl("explain", "nobody")
    assert status == 1 and "nobody" in err
    assert len(err.splitlines()) == 1 and not err.endswith("\n\n"), err
    refusal = refused("unknown", house.client("boss"), "explain", contact="nobody")
    assert not refusal.error.message.endswith("\n"), refusal


def explain_gives_all_of_a_decision_to_programs(house):
    house.write_config(CONFIG.replace("intake:\n", "intake:\n  - { when: { entry_point: \"+34*\" }, queue: cards, "
                                                   "requires: { cards: 2 } }\n"))
    house.start()
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("agent_ready", agent="bob")
    phone.request("agent_ready", agent="cid")
    phone.request("contact_add", contact="c1", channel="voice", entry_point="+34900100100")
    agent = phone.wait_for("offer").offer.agent
    other = {"ann": "bob", "bob": "ann"}.get(agent) or "ann"
    answer = house.ctl_json("explain", "c1")[0]
    lines = open(house.config, encoding="utf-8").read().splitlines()
    (rule,) = answer["rules"]
    assert rule["rule"] == 1 and "+34" in lines[rule["line"] - 1] and "queue cards" in rule["text"]
    assert answer["asks"] == "cards 2"
    decision = answer["decision"]
    assert decision["considered"] == 3 and decision["eligible"] == 3 and decision["excluded"] == {}
    assert [row["agent"] for row in decision["agents"]][0] == agent and len(decision["agents"]) == 3
    first, second = decision["agents"][:2]
    assert abs(decision["margin"] - (first["fit"] - second["fit"])) < 1e-9
    weights = decision["weights"]
    assert weights["skill"] == 4 and set(weights) == set(first["terms"])
    for row in decision["agents"]:
        fit = sum(weights[term] * row["terms"][term] for term in weights) / sum(weights.values())
        assert abs(fit - row["fit"]) < 2e-6, (fit, row)
    assert decision["exact"] and decision["agent_by"] in ("fit", "load", "idle", "id")
    asked = house.ctl_json("explain", "c1", "--agent", other)[0]["asked"]
    assert asked["recorded"] and asked["chosen"] == agent and asked["cause"] == "none"
    assert asked["decided_by"] == "fit" and len(asked["terms"]) == len(weights)
    difference = sum(term["difference"] for term in asked["terms"])
    assert abs(difference - (asked["fit"] - asked["chosen_fit"])) < 1e-5
    _, out, _ = house.ctl("explain", "c1", "--agent", other)
    assert " against " in out and f"it went to {agent}" in out


def explain_tells_who_could_take_it_and_when(house):
    house.write_config(CONFIG.replace("voice: { units: 100, offer_timeout: 20s, wrap_up: 0s }",
                                      "voice: { units: 100, offer_timeout: 20s, wrap_up: 40s }")
                       .replace("requires: { cards: 3 },",
                                "requires: { cards: 3 }, relax: [ { after: 2m, requires: { cards: 2 } } ],"))
    phone = with_traffic(house)
    phone.request("agent_ready", agent="cid")
    status, out, _ = house.ctl("explain", "c2")
    assert status == 0 and "in conversation with c1: free after that" in out, out
    phone.request("contact_end", contact="c1")
    before = house.status()["now_ms"]
    wait = house.ctl_json("explain", "c2")[0]["wait"]
    assert wait["eligible"] == 0 and wait["excluded"] == {"offline": 1, "skill": 1, "units": 1}
    ann, bob = wait["agents"]
    assert ann["agent"] == "ann" and ann["cause"] == "units"
    assert before + 30_000 < ann["due_ms"] < before + 41_000
    assert bob["agent"] == "bob" and bob["cause"] == "offline" and bob["due_ms"] is None
    texts = [change["text"] for change in wait["changes"]]
    assert texts[0] == "ann has room"
    assert "the step at 2m asks for cards 2: 2 agents could take it then, 1 of them free now" in texts
    assert "sign in bob" in texts
    assert "lower cards from 3 to 2: 1 agent could take it then, free now (cid)" in texts
    asked = house.ctl_json("explain", "c2", "--agent", "cid")[0]["asked"]
    assert asked["cause"] == "skill" and asked["text"].endswith("needs cards 3, has 2"), asked


def explain_refuses_unknown_names_with_the_nearest(house):
    with_traffic(house)
    status, out, err = house.ctl("explain", "c2", "--agent", "anm")
    assert status == 1 and out == "" and "unknown agent 'anm', did you mean 'ann'?" in err, err
    status, out, _ = house.ctl("--json", "explain", "cc2")
    error = json.loads(out)["error"]
    assert status == 1 and error["code"] == "unknown" and error["nearest"] == "c2", error


def an_explanation_too_long_for_a_frame_comes_in_sentences(house):
    names = [f"skill-{'x' * 50}-{i}" for i in range(32)]
    asked = ", ".join(f"{name}: {{level}}" for name in names)
    steps = ", ".join(f"{{ after: {i}m, requires: {{ {asked.format(level=10 - i % 9)} }} }}" for i in range(1, 31))
    skills = "".join(f"  {name}: {{}}\n" for name in names)
    house.write_config(CONFIG.replace("skills:\n", "skills:\n" + skills)
                       .replace("queues:\n", "queues:\n  long: { requires: { " + asked.format(level=10) +
                                " }, relax: [ " + steps + " ] }\n"))
    house.start()
    house.client("phone").request("contact_add", contact="c1", channel="voice", queue="long")
    (answer,) = house.ctl_json("explain", "c1")
    assert "wait" not in answer and answer["rules"] == [] and answer["contact"]["contact"] == "c1"
    assert 30_000 < len(answer["text"]) <= 40_000 and names[0] in answer["text"]


def contacts_and_agents_are_moved_by_hand(house):
    house.start()
    for words in (["agent", "ready", "ann"], ["contact", "add", "c1", "--queue", "cards", "--value",
                                              "2500.50", "--requires", "cards:4", "--waited", "90s"]):
        status, out, err = house.ctl(*words)
        assert status == 0 and out.endswith(".\n"), (words, out, err)
    assert "it is offered to ann" in out
    assert house.ctl("agent", "accept", "ann", "c1")[0] == 0
    assert house.ctl("contact", "hold", "c1")[0] == 0
    assert house.ctl_json("agents", "--agent", "ann")[0]["interactions"][0]["state"] == "held"
    assert house.ctl("contact", "resume", "c1")[0] == 0
    assert house.ctl("contact", "transfer", "c1", "--queue", "general")[0] == 0
    (row,) = house.ctl_json("contacts")
    assert row["queue"] == "general" and row["waited_ms"] >= 90000
    assert row["customer"]["lifetime_value"] == 2500.5
    assert house.ctl("contact", "update", "c1", "--priority", "7.5")[0] == 0
    assert house.ctl_json("contacts")[0]["priority"] == 7.5
    assert house.ctl("agent", "pause", "ann", "--reason", "lunch")[0] == 0
    (ann,) = house.ctl_json("agents", "--agent", "ann")
    assert (ann["presence"], ann["reason"]) == ("paused", "lunch")
    assert house.ctl("contact", "abandon", "c1")[0] == 0
    assert house.ctl("agent", "occupied", "ann", "desk-call", "--channel", "voice")[0] == 0
    assert house.ctl_json("agents", "--agent", "ann")[0]["load"] == 100
    assert house.ctl("agent", "free", "ann", "desk-call")[0] == 0
    assert house.ctl("agent", "offline", "ann")[0] == 0
    status, out, _ = house.ctl("--json", "contact", "add", "--queue", "cards")
    done = json.loads(out)
    assert status == 0 and done["state"] == "queued" and done["position"] == 1


def a_refusal_is_status_1_with_its_reason(house):
    house.start()
    status, out, err = house.ctl("agent", "ready", "anm")
    assert status == 1 and out == "" and "did you mean 'ann'" in err
    status, out, _ = house.ctl("--json", "agent", "ready", "anm")
    assert status == 1 and json.loads(out)["error"]["code"] == "unknown"
    status, _, err = house.ctl("contact", "end", "nothing")
    assert status == 1 and "nothing" in err


def wrong_usage_is_status_2_with_the_nearest_name(house):
    for words, hint in ((["statsu"], "'status'"), (["agent", "redy", "ann"], "'agent ready'"),
                        (["config"], "check"), (["queues", "--quue", "x"], "'--queue'"),
                        (["explain"], "usage"), (["status", "much"], "usage"), (["tpo"], "'top'"),
                        (["contact", "transfer", "c1"], "--queue"), ([], "usage"),
                        (["contact", "add", "--priority", "high"], "number"),
                        (["contact", "add", "--waited", "90"], "duration"), (["tail", "-n"], "needs")):
        status, out, err = house.ctl(*words)
        assert status == 2 and hint in err and out == "", (words, status, out, err)
    for words in (["--help"], ["help"], ["help", "contact", "add"], ["queues", "--help"],
                  ["--version"]):
        status, out, err = house.ctl(*words)
        assert status == 0 and out and not err, (words, status, err)


def without_attuned_it_says_where_it_looked(house):
    status, _, err = house.ctl("status")
    assert status == 1 and house.socket in err and "running" in err
    status, _, err = house.ctl("--socket", "/" + "x" * 200, "status")
    assert status == 1 and "107" in err


def what_is_not_attuned_is_told_apart(house):
    for words in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x03\xff\xff\xff", b""):
        path = house.path(f"fake-{len(words)}")
        with socket.socket(socket.AF_UNIX) as fake:
            fake.bind(path)
            fake.listen()
            ctl = subprocess.Popen([ATTUNECTL, "--socket", path, "status"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
            connection, _ = fake.accept()
            connection.recv(4096)
            connection.sendall(words)
            connection.close()
            out, err = ctl.communicate(timeout=20)
            assert ctl.returncode == 1 and out == "" and "attuned" in err, (words, out, err)


def config_check_needs_no_attuned(house):
    status, out, _ = house.ctl("config", "check", house.config)
    assert status == 0 and "2 queues, 3 agents" in out
    house.write_config(CONFIG.replace("cards: 3", "crads: 3").replace("slope", "slpoe")
                       .replace("retry_cooldown", "retry_coldown"))
    status, out, _ = house.ctl("config", "check", house.config)
    assert status == 1 and "did you mean 'cards'" in out and "did you mean 'retry_cooldown'" in out
    lines = out.splitlines()
    at = next(i for i, line in enumerate(lines) if "'crads'" in line)
    assert lines[at + 1].split(" | ")[1].startswith("  cards: { title: Cards, requires: { crads"), out
    assert lines[at + 2].index("^") == lines[at + 1].index("crads: 3"), out
    status, out, _ = house.ctl("--json", "config", "check", house.config)
    answer = json.loads(out)
    assert status == 1 and not answer["ok"] and answer["error_count"] == 2
    assert all(error["line"] > 0 and error["column"] > 0 for error in answer["errors"])
    status, out, _ = house.ctl("config", "check", house.path("nowhere"))
    assert status == 1 and "nowhere" in out
    example = os.path.join(ROOT, "config", "example.yaml")
    assert house.ctl("config", "check", example)[0] == 0


def config_diff_tells_what_would_change(house):
    with_traffic(house)
    new = house.write("new.yaml", CONFIG.replace("ann: { name: Ann Berg, skills: { cards: 5 } }",
                                                 "ann: { name: Ann Berg, skills: { cards: 9 } }")
                      .replace("  cards: { title: Cards, requires: { cards: 3 }, "
                               "service_level: 80% in 20s }\n", ""))
    status, out, err = house.ctl("config", "diff", new)
    assert status == 0, err
    for words in ("- queue cards", "~ agent ann: skill cards 5 -> 9",
                  "! queue cards: 1 who wait there now would move to general"):
        assert words in out, (words, out)
    alone = house.write("alone.yaml", CONFIG.replace("cards: 5 }", "cards: 1 }")
                        .replace("cards: 8, spanish", "cards: 2, spanish"))
    status, out, err = house.ctl("config", "diff", alone)
    for words in ("= queue cards: 2 -> 0 agents could take it at once",
                  "= agent ann: no longer cards",
                  "! queue cards: 1 who wait there now would have nobody left who could take them: "):
        assert words in out, (words, out)
    assert house.ctl("config", "diff", house.config)[1] == "Nothing would change.\n"
    status, out, _ = house.ctl("config", "diff", house.config, new)
    assert status == 0 and "- queue cards" in out and "!" not in out
    answer = house.ctl_json("config", "diff", new)[0]
    assert answer["before"] == house.status()["config_digest"] and len(answer["changes"]) >= 3
    bad = house.write("bad.yaml", CONFIG.replace("cards: 3", "crads: 3"))
    status, _, err = house.ctl("config", "diff", bad)
    assert status == 1 and "did you mean" in err


def config_diff_names_those_who_would_have_nobody_left(house):
    """Bob alone speaks Spanish: whoever asked for it for himself has nobody when he does no more."""
    house.start()
    phone = house.client("phone")
    for i in range(7):
        phone.request("contact_add", contact=f"es-{i}", channel="voice", queue="general",
                      requires=[{"skill": "spanish", "level": 5}])
    phone.request("contact_add", contact="any", channel="voice", queue="general")
    phone.request("contact_add", contact="nobody", channel="voice", queue="general",
                  requires=[{"skill": "spanish", "level": 10}])
    assert house.ctl_json("contacts", "--contact", "es-1")[0]["requires"] == {"spanish": 5}
    new = house.write("new.yaml", CONFIG.replace("spanish: 9", "spanish: 4"))
    status, out, err = house.ctl("config", "diff", new)
    assert status == 0 and ("! queue general: 7 who wait there now would have nobody left who could take "
                            "them: es-0, es-1, es-2, es-3, es-4, ...\n") in out, (out, err)
    assert house.ctl_json("config", "diff", new)[0]["left_alone"] == [
        {"queue": "general", "count": 7, "contacts": [f"es-{i}" for i in range(7)]}]
    # Where the queue goes, it is asked of the queue they would move to.
    moved = house.write("moved.yaml", CONFIG.replace("spanish: 9", "spanish: 4").replace(
        "  general: { title: General }\n", "  other: { title: Other }\n").replace(
            "otherwise: general", "otherwise: other"))
    status, out, err = house.ctl("config", "diff", moved)
    assert "! queue general: 9 who wait there now would move to other" in out, (out, err)
    assert "7 who wait there now would have nobody left" in out, out
    assert house.ctl_json("config", "diff", house.config)[0]["left_alone"] == []


def config_diff_replays_a_recorded_day(house):
    with_traffic(house)
    house.stop()
    new = house.write("new.yaml", CONFIG.replace("cards: 8, spanish", "cards: 2, spanish"))
    status, out, err = house.ctl("config", "diff", "--replay", house.data, new)
    assert status == 0 and "cards" in out and "->" in out, (out, err)
    answer = house.ctl_json("config", "diff", "--replay", house.data, new)[0]
    assert "queues" in answer, answer
    status, _, err = house.ctl("config", "diff", "--replay", house.path("nowhere"), new)
    assert status == 1 and "nowhere" in err, err
    bad = house.write("bad.yaml", CONFIG.replace("cards: 3", "crads: 3"))
    status, _, err = house.ctl("config", "diff", "--replay", house.data, bad)
    assert status == 1 and "did you mean" in err, err


def skill_gaps_show_who_is_missed_and_where_they_are(house):
    house.start()
    phone = house.client("phone")
    assert house.ctl("skills", "--gaps")[1].startswith("No skill is waited for")
    for agent in ("bob", "cid"):
        phone.request("agent_ready", agent=agent)
    phone.request("agent_pause", agent="cid", reason="x")
    phone.request("contact_add", contact="g1", channel="voice", queue="general")
    phone.wait_for("offer")
    phone.request("offer_accept", contact="g1", agent="bob")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                  requires=[{"skill": "spanish", "level": 3}])
    (spanish, cards) = sorted(house.ctl_json("skills", "--gaps"), key=lambda row: -len(row["skill"]))
    assert spanish["skill"] == "spanish" and cards["skill"] == "cards", (spanish, cards)
    # Bob alone speaks Spanish, and is with somebody whom cid could have taken.
    assert [spanish[key] for key in ("waiting", "free", "signed_in", "busy", "busy_elsewhere")] == [
        1, 0, 1, 1, 1], spanish
    assert "ELSEWHERE" in house.ctl("skills", "--gaps")[1]


def tail_follows_in_sentences_and_in_json(house):
    house.start()
    phone = house.client("phone")
    tails = [subprocess.Popen([ATTUNECTL, "--socket", house.socket, "tail", "--count", "3", *words],
                              stdout=subprocess.PIPE, text=True) for words in ([], ["--json"])]
    eventually(lambda: house.status()["sessions"] >= 4)
    time.sleep(0.1)
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    text, lines = (tail.communicate(timeout=20)[0] for tail in tails)
    assert all(tail.returncode == 0 for tail in tails)
    assert "ann is ready" in text and "waits in cards" in text and "is offered to ann" in text
    events = [json.loads(line) for line in lines.splitlines()]
    assert [event["event"] for event in events] == ["agent", "queued", "offer"]


def tail_ends_when_attuned_does(house):
    house.start()
    tail = subprocess.Popen([ATTUNECTL, "--socket", house.socket, "tail"], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    eventually(lambda: house.status()["sessions"] >= 2)
    house.process.send_signal(signal.SIGTERM)
    _, err = tail.communicate(timeout=20)
    assert tail.returncode == 1 and "goodbye" in err, err


def what_customers_wrote_cannot_move_the_cursor(house):
    house.start()
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards",
                  customer={"id": "u", "name": "\x1b[2Jwiped\u202e"})
    _, out, _ = house.ctl("contacts")
    assert "wiped" in out and "\x1b" not in out and "\u202e" not in out
    assert house.ctl_json("contacts")[0]["customer"]["name"] == "\x1b[2Jwiped\u202e"


def the_manual_page_is_that_of_the_table(house):
    status, out, _ = house.ctl("help", "--manual")
    assert status == 0
    with open(os.path.join(ROOT, "docs", "man", "attunectl.1.scd"), encoding="utf-8") as file:
        assert out == file.read(), "attunectl help --manual > docs/man/attunectl.1.scd"


if __name__ == "__main__":
    run(status_tells_everything_at_a_glance,
        lists_are_tables_for_people_and_lines_for_scripts,
        explain_says_why_and_why_not,
        explain_gives_all_of_a_decision_to_programs,
        explain_tells_who_could_take_it_and_when,
        explain_refuses_unknown_names_with_the_nearest,
        an_explanation_too_long_for_a_frame_comes_in_sentences,
        contacts_and_agents_are_moved_by_hand,
        a_refusal_is_status_1_with_its_reason,
        wrong_usage_is_status_2_with_the_nearest_name,
        without_attuned_it_says_where_it_looked,
        what_is_not_attuned_is_told_apart,
        config_check_needs_no_attuned,
        config_diff_tells_what_would_change,
        config_diff_names_those_who_would_have_nobody_left,
        config_diff_replays_a_recorded_day,
        skill_gaps_show_who_is_missed_and_where_they_are,
        tail_follows_in_sentences_and_in_json,
        tail_ends_when_attuned_does,
        what_customers_wrote_cannot_move_the_cursor,
        the_manual_page_is_that_of_the_table)
