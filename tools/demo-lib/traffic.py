# SPDX-License-Identifier: Apache-2.0
"""Who calls, writes and chats in an hour, made from the facts in bank.toml.

Everything about a contact is drawn when it is made, from a stream of its own, so that the same seed
gives the same customers whatever happens to them. Times are seconds.
"""

import dataclasses
import math
import random
import tomllib

ENTRY_POINTS = {
    "regular": "+34900100100",
    "prospect": "+34900100200",
    "stocks": "+34900100300",
    "internet": "+34900100400",
    "english": "+34900100100",
}

FIRST_NAMES = ("Ana Luis Marta Pablo Lucía Jorge Sara Iván Eva Raúl Noa Álex Julia Mario Irene Hugo Aitana "
               "Dani Olga Nico Paz Teo Rita Gael Inma Biel Alma Saúl Vega Leo").split()
LAST_NAMES = ("García López Pérez Ruiz Díaz Moreno Núñez Ortiz Rubio Marín Sanz Iglesias Castro Vidal "
              "Soto Ramos Peña Cano Prieto León Ibáñez Lozano Cruz Gallego Bravo Pascual Vega Reyes").split()

TEXTS = {
    "regular": ["A transfer has not arrived", "My direct debit was charged twice",
                "I need a certificate of my account", "About the fees of this month"],
    "prospect": ["What does an account cost?", "I would like to change banks",
                 "About the mortgage in your advertisement"],
    "stocks": ["I want to sell at the opening price", "My order is still open"],
    "internet": ["The app does not show my card", "How do I change my limit?"],
    "english": ["I have a question about my account"],
    "callback": ["The customer asked us to call"],
    "lost": ["My wallet is gone, the cards too: lost card", "My card was stolen on the tram"],
    "chat": ["I forgot my password", "I am locked out", "Where do I see my PIN?",
             "The app closes by itself", "How do I raise my limit?", "I can't log in since this morning"],
    "email": ["Please send me the documents of my loan", "Change of address", "Complaint about a fee"],
}


def load_facts(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def draw_patience(rng, still_waiting_after):
    """A patience whose survival goes through the points given: between them, and past the last, people
    give up at a constant rate."""
    survival = rng.random()
    before_s, before = 0.0, 1.0
    rate = 0.0
    for after_s, after in still_waiting_after:
        if after < before:
            rate = math.log(before / after) / (after_s - before_s)
            if survival >= after:
                return before_s + math.log(before / survival) / rate
        before_s, before = after_s, after
    return before_s + math.log(before / survival) / rate


@dataclasses.dataclass
class Contact:
    """A contact before it happens: all that its front end knows or will find out."""

    id: str
    at: float
    kind: str          # The bank's type of call; "lost", "chat", "email".
    channel: str
    customer: dict
    patience: float    # Infinite: writes and waits.
    service: float     # With an agent of ordinary speed.
    emotion: float = 0.0
    text: str = ""
    entry_point: str = ""
    language: str = ""
    queue: str = ""
    address: str = ""
    call_again_after: float = 0.0   # After giving up; 0: does not.
    return_after: float = 0.0       # After being served; 0: does not.
    number: int = 1                 # Of this customer's contacts.
    bot_hands_back: bool = False
    feedback: bool = False
    repeat_agent: str = ""          # Who served them last.


class Traffic:
    """Makes the contacts of the hour: those that come anyway with arrivals(), those that come again
    with again()."""

    def __init__(self, facts, seed):
        self.bank = facts["bank"]
        self.demo = facts["demo"]
        self.seed = seed
        self.made = 0

    def _rng(self, *names):
        return random.Random("/".join(str(name) for name in (self.seed, *names)))

    # ---- The hour ----

    def arrivals(self, duration):
        """In order of time."""
        contacts = []
        month = sum(kind["calls"] for kind in self.bank["types"].values())
        day = self.bank["calls_per_hour_of_day"][self.demo["hour"]] / self.bank["working_days"]
        for name, kind in self.bank["types"].items():
            rate = day * self.demo["volume"] * kind["calls"] / month / 3600
            for at in self._times(name, rate, duration):
                contacts.append(self._call(name, at))
        for at in self._times("chat", self.demo["chats_per_hour"] / 3600, duration):
            contacts.append(self._chat(at))
        emails = [0.0] * self.demo["emails_at_start"]
        emails += self._times("email", self.demo["emails_per_hour"] / 3600, duration)
        contacts += [self._email(at) for at in emails]
        contacts.sort(key=lambda contact: contact.at)
        return contacts

    def _times(self, name, rate, duration):
        rng = self._rng("times", name)
        times = []
        at = rng.expovariate(rate)
        while at < duration:
            times.append(at)
            at += rng.expovariate(rate)
        return times

    def _new_id(self, prefix):
        self.made += 1
        return f"{prefix}-{self.made:03d}"

    # ---- One of them ----

    def _customer(self, rng, is_known=True):
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
        customer = {"id": f"u{rng.randrange(10**6):06d}", "name": name}
        if is_known:
            value = min(rng.lognormvariate(*self.demo["value_ln"]), 500000)
            customer["lifetime_value_micro"] = int(value) * 1000000
            customer["currency"] = "EUR"
            leaves = rng.random() < self.demo["wants_to_leave"]
            customer["churn_risk_ppm"] = int(rng.uniform(0.7, 1) * 1e6) if leaves else int(
                rng.uniform(0, 0.5) * 1e6)
        return customer

    def _emotion(self, rng):
        return round(rng.uniform(0.4, 1.0), 2) if rng.random() < self.demo["upset"] else 0.0

    def _returns(self, rng, contact):
        """Whether, and how long after, this customer would be back within the hour."""
        if rng.random() < self.bank["abandoned_call_again_within_1h"]:
            contact.call_again_after = math.exp(rng.uniform(math.log(15), math.log(3600)))
        if rng.random() < self.bank["served_call_again_within_1h"]:
            contact.return_after = math.exp(rng.uniform(math.log(120), math.log(3600)))

    def _call(self, name, at):
        contact_id = self._new_id("call")
        rng = self._rng(contact_id)
        kind = self.bank["types"][name]
        contact = Contact(
            id=contact_id, at=at, kind=name, channel="voice",
            customer=self._customer(rng, is_known=name != "prospect"),
            patience=draw_patience(rng, kind["still_waiting_after"]),
            service=max(rng.lognormvariate(*kind["ln_service"]), 10),
            emotion=self._emotion(rng), text=rng.choice(TEXTS[name]),
            entry_point=ENTRY_POINTS.get(name, ""),
            language="en-GB" if name == "english" else "es",
            feedback=rng.random() < self.demo["feedback"])
        if name == "callback":
            contact.queue = "callback"
            contact.address = f"+346{rng.randrange(10**8):08d}"
        if name == "regular" and rng.random() < self.demo["lost_card_share"]:
            contact.kind = "lost"
            contact.text = rng.choice(TEXTS["lost"])
            contact.emotion = max(contact.emotion, 0.6)
        self._returns(rng, contact)
        return contact

    def _chat(self, at):
        contact_id = self._new_id("chat")
        rng = self._rng(contact_id)
        return Contact(
            id=contact_id, at=at, kind="chat", channel="chat", customer=self._customer(rng),
            patience=rng.expovariate(1 / self.demo["chat_patience_mean"]),
            service=max(rng.lognormvariate(*self.demo["chat_ln_service"]), 20),
            emotion=self._emotion(rng), text=rng.choice(TEXTS["chat"]), entry_point="app://help",
            language=rng.choice(["es", "es", "es", "en"]),
            bot_hands_back=rng.random() < self.demo["bot_hands_back"],
            feedback=rng.random() < self.demo["feedback"])

    def _email(self, at):
        contact_id = self._new_id("mail")
        rng = self._rng(contact_id)
        return Contact(
            id=contact_id, at=at, kind="email", channel="email", customer=self._customer(rng),
            patience=math.inf, service=max(rng.lognormvariate(*self.demo["email_ln_service"]), 30),
            text=rng.choice(TEXTS["email"]), language="es")

    def again(self, earlier, at, gave_up, agent=""):
        """The same customer once more, on the phone; more upset after giving up."""
        contact_id = f"{earlier.id.split('.')[0]}.{earlier.number + 1}"
        rng = self._rng(contact_id)
        name = earlier.kind if earlier.kind in self.bank["types"] else "regular"
        kind = self.bank["types"][name]
        upset = self.demo["upset_after_giving_up"] if gave_up else 0
        contact = dataclasses.replace(
            earlier, id=contact_id, at=at, number=earlier.number + 1,
            patience=draw_patience(rng, kind["still_waiting_after"]),
            service=max(rng.lognormvariate(*kind["ln_service"]), 10),
            emotion=round(min(earlier.emotion + upset, 1), 2), repeat_agent=agent,
            feedback=rng.random() < self.demo["feedback"])
        contact.call_again_after = contact.return_after = 0.0
        self._returns(rng, contact)
        return contact


def agent_speeds(facts, seed, agents):
    """Factors on the length of what an agent does."""
    spread = facts["bank"]["agent_speed_sd_of_ln"]
    return {agent: random.Random(f"{seed}/speed/{agent}").lognormvariate(0, spread)
            for agent in agents}
