# SPDX-License-Identifier: Apache-2.0
"""What happened, counted from attuned's own route log and lists: nothing here is from the plan."""

import collections
import statistics

from screen import bar, cut, duration, pad, percent, style


class History:
    """The route log's events, kept as far as the summary needs them."""

    def __init__(self):
        self.first_queued = {}      # By contact: when it came, ms.
        self.connected_at = {}      # When it was first answered, by a person or the bot.
        self.abandoned_at = {}
        self.channel = {}
        self.queue = {}             # It was answered or given up in.
        self.busy_since = {}        # By agent.
        self.in_hand = collections.Counter()
        self.busy_ms = collections.Counter()
        self.conversations = collections.Counter()
        self.decisions = []         # Of offers: (event, decision).
        self.counts = collections.Counter()
        self.first_ms = self.last_ms = None

    def take(self, event):
        at = event["ms"]
        self.first_ms = at if self.first_ms is None else self.first_ms
        self.last_ms = at
        kind = event["event"]
        self.counts[kind] += 1
        handler = getattr(self, f"_{kind}", None)
        if handler:
            handler(event, at)

    def _queued(self, event, at):
        self.first_queued.setdefault(event["contact"], at)
        self.channel[event["contact"]] = event["channel"]

    def _offer(self, event, _):
        self.decisions.append(event)

    def _connect(self, event, at):
        contact, agent = event["contact"], event["agent"]
        if contact not in self.connected_at:
            self.connected_at[contact] = at
            self.queue[contact] = event["queue"]
        self.conversations[agent] += 1
        self.in_hand[agent] += 1
        if self.in_hand[agent] == 1:
            self.busy_since[agent] = at

    def _finished(self, event, at):
        agent = event["agent"]
        self.in_hand[agent] -= 1
        if self.in_hand[agent] == 0:
            self.busy_ms[agent] += at - self.busy_since.pop(agent)

    def _closed(self, event, at):
        if event["outcome"] == "abandoned":
            self.abandoned_at[event["contact"]] = at
            self.queue.setdefault(event["contact"], event["queue"])

    def waits(self, contacts):
        """Seconds from arrival to the first answer, of those answered."""
        return [(self.connected_at[contact] - self.first_queued[contact]) / 1000
                for contact in contacts
                if contact in self.connected_at and contact in self.first_queued]

    def longest_by_queue(self):
        longest = collections.defaultdict(float)
        for contact, queue in self.queue.items():
            ended = self.connected_at.get(contact, self.abandoned_at.get(contact))
            if ended is not None and contact in self.first_queued:
                longest[queue] = max(longest[queue], (ended - self.first_queued[contact]) / 1000)
        return longest

    def busy_share(self, agent, until_ms):
        busy = self.busy_ms[agent]
        if agent in self.busy_since:
            busy += until_ms - self.busy_since[agent]
        return busy / max(until_ms - self.first_ms, 1)


def write_headline(say, history, bank, centre):
    calls = [contact for contact, channel in history.channel.items() if channel == "voice"]
    waits = history.waits(calls)
    gave_up = sum(contact in history.abandoned_at and contact not in history.connected_at
                  for contact in calls)
    settled = len(waits) + gave_up
    within = sum(wait <= 20 for wait in waits)
    overall = bank["overall"]
    say(f"{centre.seen['came']} contacts in the hour: {len(calls)} calls, "
        f"{sum(channel == 'chat' for channel in history.channel.values())} chats, "
        f"{sum(channel == 'email' for channel in history.channel.values())} e-mails. "
        f"{centre.seen['again']} customers decided to call again.")
    say()
    rows = [
        ("", "here, measured", "that bank in 1999"),
        ("calls given up", f"{percent(gave_up, settled)} ({gave_up})", f"{overall['abandoned']:.0%}"),
        ("answered within 20 s, of all calls", percent(within, settled),
         f"{overall['answered_within_20s']:.0%}"),
        ("mean wait of the answered", duration(statistics.fmean(waits)) if waits else "–",
         duration(overall["mean_wait"]) + " of all"),
        ("half waited less than", duration(statistics.median(waits)) if waits else "–", ""),
        ("longest wait of an answered one", duration(max(waits)) if waits else "–", ""),
    ]
    for i, (what, here, there) in enumerate(rows):
        line = f"  {pad(what, 38)}{pad(here, 18)}{there}"
        say(style(line, "dim") if i == 0 else line)


def write_queues(say, history, queues):
    longest = history.longest_by_queue()
    say(style(f"  {pad('queue', 12)}{pad('answered', 9, True)}{pad('gave up', 9, True)}"
              f"{pad('waiting', 9, True)}{pad('mean wait', 11, True)}{pad('longest', 10, True)}"
              f"   service level", "dim"))
    for queue in queues:
        if queue["entered"] == 0:
            continue
        mean = queue["mean_wait_ms"]
        level = ""
        target = queue.get("service_level_target")
        if target and queue["answered"]:
            share = queue["service_level"]
            good = share >= target
            level = (f"{bar(share, 12)} {style(f'{share:4.0%}', 'green' if good else 'red')} in "
                     f"{duration(queue['service_level_within_ms'] / 1000)}, target {target:.0%}")
        say(f"  {pad(queue['queue'], 12)}{queue['answered']:9}{queue['abandoned']:9}"
            f"{queue['waiting'] + queue['offered']:9}"
            f"{pad('–' if mean is None else duration(mean / 1000), 11, True)}"
            f"{pad(duration(longest.get(queue['queue'], 0)), 10, True)}   {level}")


def write_agents(say, history, agents, until_ms):
    """Two columns of people, the busiest first; the bot by itself."""
    def cell(agent):
        share = history.busy_share(agent["agent"], until_ms)
        name = cut(agent["name"], 16)
        return (f"{pad(name, 17)}{bar(share, 14)} {share:4.0%} "
                f"{history.conversations[agent['agent']]:3} contacts")
    people = sorted((agent for agent in agents if not agent["bot"]),
                    key=lambda agent: -history.busy_share(agent["agent"], until_ms))
    half = (len(people) + 1) // 2
    for i in range(half):
        line = "  " + cell(people[i])
        if half + i < len(people):
            line += "   " + cell(people[half + i])
        say(line)
    for agent in agents:
        if agent["bot"]:
            say(f"  {agent['name']}, the bot, took {history.conversations[agent['agent']]} chats.")


# ---- The measures, from the history ----

def _share(row, name):
    """A share with its interval and what it is of; "–" if nobody said anything."""
    if row[name] is None:
        return "–"
    return (f"{row[name]:4.0%}, {row[name + '_low']:.0%} to {row[name + '_high']:.0%} "
            f"of {row[name + '_count']}")


def write_measures(say, report):
    """By channel, as `attunectl report` has them (docs/measures.md)."""
    whole = report["all"]
    rows = [dict(row, name=row["channel"]) for row in report["by"]["channel"]]
    rows.append(dict(whole, name="all"))
    say(style(f"  {pad('channel', 10)}{pad('offered', 9, True)}{pad('in level', 10, True)}"
              f"{pad('ASA', 9, True)}{pad('AHT', 9, True)}   {pad('satisfied, 95 % interval', 27)}"
              f"{pad('good : bad', 10, True)}", "dim"))
    for row in rows:
        level = "–" if row["service_level"] is None else f"{row['service_level']:.0%}"
        ratio = "–" if row["positive_ratio"] is None else f"{row['positive_ratio']:.1f}"
        times = ["–" if row[name] is None else duration(row[name] / 1000) for name in ("asa_ms", "aht_ms")]
        say(f"  {pad(row['name'], 10)}{row['offered']:9}{pad(level, 10, True)}{pad(times[0], 9, True)}"
            f"{pad(times[1], 9, True)}   {pad(_share(row, 'csat'), 27)}"
            f"{pad(ratio, 10, True)}")
    say()
    if whole["occupancy"] is not None:
        say(f"  Agents had something in hand for {whole['occupancy']:.0%} of the time they were there. "
            f"Of {whole['offers']} offers {whole['offers_missed']} were")
        say(f"  missed, of {whole['conversations']} conversations {whole['transfers']} transferred.")
    if whole["estimated"]:
        say(f"  Of {whole['estimated']} customers who were told how long it would take, "
            f"{whole['estimate_within']:.0%} were told about right.")


# ---- Three decisions worth explaining ----

def _margin(decision):
    agents = decision["agents"]
    return agents[0]["fit"] - agents[1]["fit"] if len(agents) > 1 else 0


def _points_of(event, plans):
    """For each reason to show it: how well this offer shows it, and what to say above it."""
    decision = event["decision"]
    plan = plans.get(event["contact"])
    chosen = decision["agents"][0]
    if plan is None or plan.channel == "email":
        return {}
    points = {}
    value = plan.customer.get("lifetime_value_micro", 0) / 1e6
    name = plan.customer["name"]
    if decision["agent_by"] == "fit" and decision["eligible"] >= 3:
        points["fit"] = (min(value, 50000) / 10000 + decision["eligible"] + 20 * _margin(decision),
                         f"Why this agent? {name} could have gone to {decision['eligible']} of them.")
    if plan.emotion >= 0.7 and decision["eligible"] >= 2 and decision["agent_by"] == "fit":
        points["upset"] = (plan.emotion * 5 + decision["eligible"],
                           f"Who takes an upset customer? {name} was not amused.")
    if decision["agents"][0]["terms"].get("continuity", 0) > 0.5 and plan.number > 1:
        points["continuity"] = (10 + chosen["fit"], f"{name} calls again.")
    if decision.get("next_contact") and decision["contact_by"] in ("urgency", "rank", "starved") and \
            decision["contacts_considered"] >= 2:
        points["turn"] = (decision["contacts_considered"] + event["step"] * 2,
                          f"Whose turn was it? {decision['contacts_considered']} waited for this agent.")
    if event["step"] > 0:
        points["relaxed"] = (event["step"] + decision["waited_ms"] / 60000,
                             f"Nobody who fitted was free, so attune looked more widely for {name}.")
    return points


def choose_decisions(history, plans, count=3):
    """The best example of each of several kinds: (contact, what to say above it)."""
    best = {}
    for event in history.decisions:
        for kind, (points, title) in _points_of(event, plans).items():
            if kind not in best or points > best[kind][0]:
                best[kind] = (points, event["contact"], title)
    chosen = []
    for kind in ("fit", "turn", "relaxed", "continuity", "upset"):
        if kind in best and best[kind][1] not in [contact for contact, _ in chosen]:
            chosen.append((best[kind][1], best[kind][2]))
    return chosen[:count]
