# SPDX-License-Identifier: Apache-2.0
"""A contact centre in a hundred lines, written apart from attune, to compare with.

Agents have the types they take, in the order they prefer them. A contact goes to the idle agent who
prefers its type most, of equals to the one idle longest; a freed agent takes the type it prefers most,
first come first served. Who waits longer than their patience is gone. Times are whole milliseconds.
"""

import heapq
from collections import deque

ARRIVES, ENDS, GIVES_UP = range(3)


class Contact:
    __slots__ = ('at', 'type', 'handle', 'patience', 'wait', 'is_answered', 'is_waiting')

    def __init__(self, at, type_, handle, patience):
        self.at, self.type, self.handle, self.patience = at, type_, handle, patience
        self.wait, self.is_answered, self.is_waiting = None, False, False


def run(contacts, agents, types):
    """`contacts` by time; `agents`: a tuple of types each. Every contact then has its wait."""
    rank = [{t: i for i, t in enumerate(skills)} for skills in agents]
    idle = {a: (0, a) for a in range(len(agents))}  # Since when.
    queues = [deque() for _ in range(types)]
    events = [(c.at, i, ARRIVES, c, None) for i, c in enumerate(contacts)]
    order = len(events)
    heapq.heapify(events)

    def answer(now, contact, agent):
        nonlocal order
        contact.wait, contact.is_answered, contact.is_waiting = now - contact.at, True, False
        order += 1
        heapq.heappush(events, (now + contact.handle, order, ENDS, contact, agent))

    while events:
        now, _, kind, contact, agent = heapq.heappop(events)
        if kind == ARRIVES:
            able = [(rank[a][contact.type], since, a) for a, since in idle.items() if contact.type in rank[a]]
            if able:
                chosen = min(able)[2]
                del idle[chosen]
                answer(now, contact, chosen)
            else:
                contact.is_waiting = True
                queues[contact.type].append(contact)
                if contact.patience is not None:
                    order += 1
                    heapq.heappush(events, (now + contact.patience, order, GIVES_UP, contact, None))
        elif kind == ENDS:
            for t in agents[agent]:
                while queues[t] and not queues[t][0].is_waiting:
                    queues[t].popleft()
                if queues[t]:
                    answer(now, queues[t].popleft(), agent)
                    break
            else:
                idle[agent] = (now, agent)
        elif contact.is_waiting:
            contact.wait, contact.is_waiting = now - contact.at, False
    return contacts


def measures(contacts, types, target_ms=20000):
    """The simulator's measures, by type and (last) of all."""
    rows = []
    for t in list(range(types)) + [None]:
        mine = [c for c in contacts if t is None or c.type == t]
        rows.append({
            'offered': len(mine),
            'p_wait': sum(c.wait > 0 for c in mine) / len(mine),
            'p_abandon': sum(not c.is_answered for c in mine) / len(mine),
            'mean_wait_s': sum(c.wait for c in mine) / len(mine) / 1000,
            'longest_wait_s': max(c.wait for c in mine) / 1000,
            'service_level': sum(c.is_answered and c.wait <= target_ms for c in mine) / len(mine),
        })
    return rows
