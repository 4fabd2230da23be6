# SPDX-License-Identifier: Apache-2.0
"""The people at the sockets: two front ends of the ordinary kind, the telephone platform and the chat
platform, with the customers and agents behind them.

All of it runs in one loop over a heap of things to come. The hour is compressed: `clock.now()` are
seconds of the morning, of which attuned's own clock passes as many (`--time-scale`).
"""

import heapq
import itertools
import random
import select
import socket
import time

import attune


class Clock:
    def __init__(self, scale):
        self.scale = scale
        self.began = time.monotonic()

    def start(self):
        self.began = time.monotonic()

    def now(self):
        return (time.monotonic() - self.began) * self.scale

    def real_until(self, at):
        return self.began + at / self.scale - time.monotonic()


class FrontEnd:
    """One session with attuned that never blocks: requests go out, answers and pushes call back."""

    def __init__(self, name, token, address):
        self.name = name
        self.protocol = attune.Protocol()
        self.waiting = {}        # By request: (sent when, what to call with the answer).
        self.out = b""
        self.on_push = None
        self.pushes = 0
        self.refusals = {}
        self.answer_seconds = []
        self.socket = attune._connect_socket(address, 5)  # pylint: disable=protected-access
        self.welcome = self._greet(token)
        self.socket.setblocking(False)

    def _greet(self, token):
        _, frame = self.protocol.hello(name=self.name, token=token, kind="demo")
        self.socket.sendall(frame)
        while True:
            for envelope in self.protocol.envelopes(self._receive()):
                if envelope.WhichOneof("body") == "welcome":
                    self.protocol.welcomed(envelope.welcome)
                    return envelope.welcome
                raise attune.Refused(envelope.answer.error)

    def _receive(self):
        data = self.socket.recv(262144)
        if not data:
            raise attune.Closed()
        return data

    def request(self, name, then=None, **fields):
        number, frame = self.protocol.request(name, fields)
        self.waiting[number] = (time.monotonic(), name, then)
        self.out += frame

    def flush(self):
        while self.out:
            try:
                sent = self.socket.send(self.out)
            except BlockingIOError:
                return
            self.out = self.out[sent:]

    def readable(self):
        try:
            data = self._receive()
        except BlockingIOError:
            return
        last_push = 0
        for envelope in self.protocol.envelopes(data):
            body = envelope.WhichOneof("body")
            if body == "answer":
                self._answer(envelope)
            elif body == "push":
                last_push = envelope.push.push_id
                if self.protocol.is_new(envelope.push):
                    self.pushes += 1
                    self.on_push(self, envelope.push)
        if last_push:
            self.out += self.protocol.acknowledge(last_push)

    def _answer(self, envelope):
        sent, name, then = self.waiting.pop(envelope.request_id)
        self.answer_seconds.append(time.monotonic() - sent)
        error = None
        result = envelope.answer.WhichOneof("result")
        if result == "error":
            error = attune.Refused(envelope.answer.error)
            key = (name, error.code)
            self.refusals[key] = self.refusals.get(key, 0) + 1
        if then:
            then(error, None if error else getattr(envelope.answer, result))


class Live:
    """A contact that has come: where it stands, as its front end saw it."""

    def __init__(self, plan, front_end):
        self.plan = plan
        self.front_end = front_end
        self.state = "waiting"   # connected, over
        self.agent = ""
        self.offer = 0
        self.conversation = 0    # Counts them: an end of an earlier one is no end of this one.


class Centre:
    """The customers and the agents: they call, wait, hang up, ring, answer, talk and call again."""

    def __init__(self, clock, traffic, facts, speeds, seed, phone, web, agents):
        self.clock = clock
        self.traffic = traffic
        self.facts = facts["demo"]
        self.bank = facts["bank"]
        self.speeds = speeds
        self.seed = seed
        self.phone = phone
        self.web = web
        self.agents = agents      # id -> {"bot": bool, "phone": bool}
        self.heap = []
        self.order = itertools.count()
        self.live = {}
        self.on_break = set()
        self.seen = {"came": 0, "answered": 0, "gave_up": 0, "again": 0, "missed": 0, "declined": 0,
                     "hung_up_ringing": 0, "handed_back": 0, "unfinished": 0}
        self.on_contact = None
        self.on_story = None      # Of an offer to a person about a customer who was here before.
        phone.on_push = self.on_push
        web.on_push = self.on_push

    # ---- Things to come ----

    def at(self, when, what, *arguments):
        heapq.heappush(self.heap, (when, next(self.order), what, arguments))

    def after(self, seconds, what, *arguments):
        self.at(self.clock.now() + seconds, what, *arguments)

    def run(self, until, on_turn):
        """Plays until that time of the morning; calls on_turn() at least every tenth of a second."""
        front_ends = {self.phone.socket: self.phone, self.web.socket: self.web}
        while True:
            now = self.clock.now()
            if now >= until:
                return
            while self.heap and self.heap[0][0] <= now:
                _, _, what, arguments = heapq.heappop(self.heap)
                what(*arguments)
            for front_end in front_ends.values():
                front_end.flush()
            on_turn()
            next_at = min(self.heap[0][0] if self.heap else until, until)
            timeout = min(max(self.clock.real_until(next_at), 0), 0.1)
            unsent = [front_end.socket for front_end in front_ends.values() if front_end.out]
            readable, _, _ = select.select(list(front_ends), unsent, [], timeout)
            for connection in readable:
                front_ends[connection].readable()

    def _rng(self, *names):
        return random.Random("/".join(str(name) for name in (self.seed, *names)))

    # ---- Agents ----

    def _desk_of(self, agent):
        """Who has no phone is signed in by the chat platform."""
        return self.phone if self.agents[agent]["phone"] else self.web

    def sign_in(self):
        for agent in self.agents:
            self._desk_of(agent).request("agent_ready", agent=agent)
        people = [agent for agent, what in self.agents.items() if not what["bot"]]
        for agent in self._rng("breaks").sample(people, self.facts["breaks"]):
            start = self._rng("break", agent).uniform(0.15, 0.75) * 3600
            self.at(start, self._take_break, agent)

    def _take_break(self, agent):
        self.on_break.add(agent)
        self._desk_of(agent).request("agent_pause", agent=agent, reason="break")
        self.after(self.facts["break_seconds"], self._come_back, agent)

    def _come_back(self, agent):
        self.on_break.discard(agent)
        self._desk_of(agent).request("agent_ready", agent=agent)

    # ---- Customers ----

    def expect(self, plans):
        for plan in plans:
            self.at(plan.at, self._come, plan)

    def _come(self, plan):
        if plan.id in self.live:
            return
        front_end = self.phone if plan.channel == "voice" else self.web
        self.live[plan.id] = Live(plan, front_end)
        self.seen["came"] += 1
        self.on_contact(plan)
        fields = {"contact": plan.id, "channel": plan.channel, "customer": plan.customer,
                  "text": plan.text, "language": plan.language}
        for name in ("queue", "entry_point", "address"):
            if getattr(plan, name):
                fields[name] = getattr(plan, name)
        if plan.emotion:
            fields["emotion_ppm"] = int(plan.emotion * 1e6)
        front_end.request("contact_add", **fields)
        if plan.patience < 7200:
            self.after(plan.patience, self._lose_patience, plan.id)

    def _lose_patience(self, contact):
        live = self.live[contact]
        if live.state != "waiting":
            return
        def then(error, done):
            if error is None and done.state == attune.contact_pb2.CONTACT_STATE_CLOSED:
                live.state = "over"
                self.seen["gave_up"] += 1
                self.seen["hung_up_ringing"] += bool(live.offer)
                self._call_again(live, live.plan.call_again_after, True)
        live.front_end.request("contact_abandon", then, contact=contact)

    def _call_again(self, live, seconds, gave_up):
        at = self.clock.now() + seconds
        if seconds and live.plan.number < 4:
            plan = self.traffic.again(live.plan, at, gave_up, live.agent)
            self.seen["again"] += 1
            self.at(at, self._come, plan)

    # ---- What attuned says ----

    def on_push(self, front_end, push):
        kind = push.WhichOneof("body")
        if kind == "agent_changed":
            self._on_agent_changed(front_end, push.agent_changed)
            return
        body = getattr(push, kind) if kind else None
        live = self.live.get(getattr(body, "contact", ""))
        if live is None or live.front_end is not front_end:
            return    # Our agent with the other front end's contact: that one sees to it.
        if kind == "offer":
            self._on_offer(live, body)
        elif kind == "withdrawn":
            live.offer = 0
        elif kind == "connected":
            self._on_connected(live, body)
        elif kind == "closed" and live.state != "over":
            live.state = "over"

    def _on_agent_changed(self, front_end, changed):
        if changed.reason == "missed" and self._desk_of(changed.agent) is front_end and \
                changed.agent not in self.on_break:
            self.after(self.facts["missed_back_after"], self._come_back, changed.agent)

    def _on_offer(self, live, offer):
        live.offer = offer.offer
        if self.agents[offer.agent]["bot"]:
            self._accept(live, offer.agent, offer.offer)
            return
        if self.on_story and offer.context.last_contacts:
            self.on_story(live.plan, offer.context)
        rng = self._rng("answer", live.plan.id, offer.agent)
        what = rng.random()
        if what < self.facts["missed"]:
            self.seen["missed"] += 1
            return    # It rings until attuned takes it back.
        seconds = rng.uniform(*self.facts["answer_seconds"])
        if what < self.facts["missed"] + self.facts["declined"]:
            self.seen["declined"] += 1
            self.after(seconds, self._decline, live, offer.agent, offer.offer)
        else:
            self.after(seconds, self._accept, live, offer.agent, offer.offer)

    def _accept(self, live, agent, offer):
        if live.offer == offer and live.state == "waiting":
            live.front_end.request("offer_accept", contact=live.plan.id, agent=agent, offer=offer)

    def _decline(self, live, agent, offer):
        if live.offer == offer:
            live.front_end.request("offer_decline", contact=live.plan.id, agent=agent, offer=offer,
                                   reason="busy")

    def _on_connected(self, live, connected):
        live.state = "connected"
        live.offer = 0
        live.agent = connected.agent
        live.conversation += 1
        if self.agents[connected.agent]["bot"]:
            self.after(self.facts["bot_seconds"], self._bot_is_done, live, live.conversation)
            return
        self.seen["answered"] += 1
        seconds = live.plan.service * self.speeds.get(connected.agent, 1)
        if live.plan.repeat_agent == connected.agent:
            seconds *= self.bank["same_agent_on_repeat_service_factor"]
        self.after(seconds, self._end, live, live.conversation)

    def _bot_is_done(self, live, conversation):
        if live.state != "connected" or live.conversation != conversation:
            return
        if not live.plan.bot_hands_back:
            self.seen["answered"] += 1
            self._end(live, conversation)
            return
        def then(error, _):
            if error is None and live.state == "connected":
                live.state = "waiting"
                self.after(live.plan.patience, self._lose_patience, live.plan.id)
        self.seen["handed_back"] += 1
        live.front_end.request("contact_transfer", then, contact=live.plan.id, queue="internet")

    def _end(self, live, conversation):
        if live.state != "connected" or live.conversation != conversation:
            return
        live.state = "over"
        live.front_end.request("contact_end", contact=live.plan.id, disposition="resolved")
        if live.plan.feedback:
            happy = self._rng("happy", live.plan.id).random() > 0.15 + 0.4 * live.plan.emotion
            live.front_end.request("contact_feedback", contact=live.plan.id, csat=5 if happy else 2,
                                   resolved=happy)
        self._call_again(live, live.plan.return_after, False)

    def waiting(self):
        return sum(live.state == "waiting" for live in self.live.values())

    def talking(self):
        return sum(live.state == "connected" for live in self.live.values())
