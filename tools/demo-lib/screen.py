# SPDX-License-Identifier: Apache-2.0
"""What the demonstration shows: the route log going by, a line that tells how things stand, and
colours where there is a terminal."""

import os
import shutil
import sys
import unicodedata

IS_TERMINAL = sys.stdout.isatty()
HAS_COLOURS = IS_TERMINAL and os.environ.get("TERM") != "dumb" and "NO_COLOR" not in os.environ

STYLES = {"dim": "2", "bold": "1", "red": "31", "green": "32", "yellow": "33", "blue": "34",
          "magenta": "35", "cyan": "36"}

# Of contacts, by their number in the protocol.
OUTCOMES = {2: "handled", 3: "gave up", 4: "sent elsewhere", 5: "expired", 6: "cancelled", 7: "turned away"}


def style(text, *names):
    if not HAS_COLOURS or not names:
        return text
    return f"\033[{';'.join(STYLES[name] for name in names)}m{text}\033[0m"


def width(text):
    """Columns on a terminal, of text without styles."""
    return sum(0 if unicodedata.combining(letter) else
               2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def pad(text, columns, right=False):
    room = " " * max(columns - width(text), 0)
    return room + text if right else text + room


def cut(text, columns):
    while width(text) > columns:
        text = text[:-2] + "…"
    return text


def duration(seconds):
    seconds = int(seconds + 0.5)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m {seconds % 60:02d}s"
    return f"{seconds // 3600}h {seconds % 3600 // 60:02d}m"


def percent(part, whole):
    return f"{100 * part / whole:.0f}%" if whole else "–"


def bar(share, columns):
    """Blocks in eighths; the rest is dotted."""
    eighths = round(max(0, min(share, 1)) * columns * 8)
    full, rest = divmod(eighths, 8)
    blocks = "█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")
    return blocks + style("·" * (columns - len(blocks)), "dim")


class Screen:
    """Lines that stay, above one that changes. Without a terminal that one is printed now and then."""

    def __init__(self):
        self.footer = ""
        self.columns = shutil.get_terminal_size((100, 24)).columns if IS_TERMINAL else 110

    def line(self, text="", plain=None):
        """`plain` is the text without styles, where it may be too long."""
        if plain is not None and width(plain) > self.columns - 1:
            text = cut(plain, self.columns - 1)
        if IS_TERMINAL and self.footer:
            sys.stdout.write("\r\033[K")
        sys.stdout.write(text + "\n")
        self._write_footer()
        sys.stdout.flush()

    def status(self, text):
        self.footer = cut(text, self.columns - 1)
        if IS_TERMINAL:
            sys.stdout.write("\r\033[K")
            self._write_footer()
        else:
            sys.stdout.write(f"   -- {self.footer}\n")
        sys.stdout.flush()

    def _write_footer(self):
        if IS_TERMINAL and self.footer:
            sys.stdout.write(style(self.footer, "bold"))

    def end_status(self):
        if IS_TERMINAL and self.footer:
            sys.stdout.write("\r\033[K")
        self.footer = ""


class Events:
    """The route log's events as sentences. Not all of them: an hour in a minute is some forty a second,
    so the ordinary ones are thinned out to what eyes can follow, and counted."""

    LINES_PER_SECOND = 7
    LINES_AT_ONCE = 6
    LINES_KEPT = {0: 3, 1: 1, 2: -1000}    # By weight: left for what matters more.

    def __init__(self, screen, names, clock_of):
        self.screen = screen
        self.names = names          # Of agents, by id.
        self.clock_of = clock_of    # Time of day of an event's time.
        self.seen = 0
        self.shown = 0
        self.room = 0.0             # Lines that may be shown now; grows with time.
        self.grown = 0.0
        self.who = {}               # Of contacts: what to call their customers.

    def remember(self, contact):
        self.who[contact.id] = contact.customer["name"]

    def take(self, event):
        self.seen += 1
        told = self._tell(event)
        if told is None:
            return
        colour, weight, sentence = told
        grown = (event["real"] - self.grown) * self.LINES_PER_SECOND
        self.room = min(self.room + grown, self.LINES_AT_ONCE)
        self.grown = event["real"]
        if self.room < self.LINES_KEPT[weight]:
            return
        self.room -= 1
        self.shown += 1
        clock = self.clock_of(event)
        name = event["event"]
        contact = event.get("contact", "")
        plain = f"{clock}  {pad(name, 8)} {pad(contact, 10)} {sentence}"
        self.screen.line(f"{style(clock, 'dim')}  {style(pad(name, 8), colour)} {pad(contact, 10)} "
                         f"{sentence}", plain)

    def _agent(self, event):
        return self.names.get(event.get("agent"), event.get("agent", ""))

    def _tell(self, event):
        kind = event["event"]
        teller = getattr(self, f"_tell_{kind}", None)
        return teller(event) if teller else None

    def _tell_offer(self, event):
        decision = event.get("decision", {})
        chosen = decision.get("agents", [{}])[0]
        waited = decision.get("waited_ms", 0) / 1000
        who = self.who.get(event["contact"], "")
        sentence = f"{who}, {event['queue']}, waited {duration(waited)} → {self._agent(event)}"
        sentence += f"  fit {chosen.get('fit', 0):.2f}, {decision.get('eligible', 0)} eligible"
        if decision.get("next_contact"):
            sentence += f", before {decision['next_contact']} by {decision['contact_by']}"
            return "green", 1, sentence
        return "green", 0, sentence

    def _tell_story(self, event):
        context = event["context"]
        past = context.last_contacts[0]
        outcome = OUTCOMES.get(past.outcome, "not over")
        sentence = f"{self.who.get(event['contact'], '')} was here {duration((event['ms'] - past.at_ms) / 1000)} ago"
        sentence += f": {past.channel}, {outcome}"
        if past.agent_name:
            sentence += f" by {past.agent_name}"
        feelings = [(word, getattr(past, f"{name}_ppm") / 1e6) for word, name in
                    (("upset", "emotion"), ("at the end", "emotion_end")) if past.WhichOneof(f"has_{name}")]
        sentence += "".join(f", {word} {feeling:.0%}" for word, feeling in feelings)
        if past.WhichOneof("has_csat"):
            sentence += f", satisfied {past.csat} of 5"
        if context.emotion_ppm:
            sentence += f"; now upset {context.emotion_ppm / 1e6:.0%}"
        return "yellow", 2, sentence

    def _tell_revoke(self, event):
        why = {"timeout": "did not answer", "declined": "declined", "abandoned": "rang, and the "
               "customer hung up"}.get(event.get("reason"), event.get("reason", ""))
        return "magenta", 2 if event.get("reason") != "abandoned" else 1, f"{self._agent(event)} {why}"

    def _tell_relaxed(self, event):
        return "yellow", 1, (f"{self.who.get(event['contact'], '')} in {event['queue']}: looking more widely, "
                             f"step {event['step']}")

    def _tell_closed(self, event):
        if event["outcome"] == "handled":
            return None
        return "red", 1, f"{self.who.get(event['contact'], '')} {event['outcome']} in {event.get('queue', '')}"

    def _tell_overflow(self, event):
        return "yellow", 2, f"leaves {event['queue']} for {event['to']}"

    def _tell_connect(self, event):
        if event.get("channel") == "email" or self.names.get(event["agent"]) is None:
            return None
        return "blue", 0, f"talks with {self._agent(event)}"

    def _tell_agent(self, event):
        reason = f": {event['reason']}" if event.get("reason") else ""
        return "cyan", 1 if event["state"] == "ready" else 2, f"{self._agent(event)} is {event['state']}{reason}"
