# SPDX-License-Identifier: Apache-2.0
"""What the theory of queues says exactly, to hold the simulator to.

Every function takes rates a minute and lengths in minutes and answers a dictionary of the simulator's
own measures (times in seconds). Nothing here knows anything about attune.
"""

import itertools
import math

INFINITE = 10**9


def erlang_stages_at_most(stages, rate, t):
    """P(the sum of so many exponential stages <= t)."""
    if rate * t > 700:
        return 1.0
    term = math.exp(-rate * t)
    tail = 0.0
    for i in range(stages):
        tail += term
        term *= rate * t / (i + 1)
    return max(0.0, 1 - tail)


# One queue, agents alike ---------------------------------------------------------------------------


def limited(arrivals, service, agents, lines, target_s):
    """M/M/n/K: nobody gives up, at most `lines` contacts in the centre (Erlang 1917; K = INFINITE:
    Erlang C)."""
    load = arrivals * service
    weights = [1.0]
    while len(weights) <= min(lines, agents) or len(weights) <= lines and weights[-1] > 1e-17:
        weights.append(weights[-1] * load / min(len(weights), agents))
    total = sum(weights)
    p = [w / total for w in weights]
    block = p[lines] if lines < INFINITE else 0.0
    enter = 1 - block
    rate = agents / service
    waiting = sum((j - agents) * p[j] for j in range(agents, len(p)))
    within = sum(p[j] for j in range(min(agents, len(p))))
    last = len(p) if lines == INFINITE else len(p) - 1
    p_wait = 0.0
    for j in range(agents, last):
        p_wait += p[j]
        within += p[j] * erlang_stages_at_most(j - agents + 1, rate, target_s / 60)
    answer = {
        'p_wait': p_wait / enter,
        'mean_wait_s': 60 * waiting / (arrivals * enter),
        'service_level': within / enter,
        'p_wait_le_target': within / enter,
        'mean_queue': waiting,
        'occupancy': load * enter / agents,
    }
    if lines < INFINITE:
        answer['p_block'] = block
    if lines == agents:  # Erlang B: the length of a conversation counts by its mean alone.
        return {'p_block': block, 'occupancy': answer['occupancy']}
    return answer


def impatient(arrivals, service, agents, still, target_s, horizon, breaks=()):
    """M/M/n+G: `still(x)` is the share of those still there after x minutes of waiting (Palm 1943,
    Baccelli & Hebuterne 1981; the integrals as in Zeltyn & Mandelbaum 2005). `horizon`: no wait is
    longer; `breaks`: where `still` has corners."""
    rate = agents / service
    marks = sorted({0.0, target_s / 60, horizon, *(b for b in breaks if b < horizon)})
    grid = []  # Simpson's rule on each stretch.
    for a, b in zip(marks, marks[1:]):
        steps = 2 * max(500, int(4000 * (b - a) / horizon))
        h = (b - a) / steps
        # Just inside, lest a jump of `still` be seen from the wrong side.
        for i in range(steps + 1):
            weight = h / 3 * (1 if i in (0, steps) else 4 if i % 2 else 2)
            x = a + i * h
            inner = x + 1e-12 if i == 0 else x - 1e-12 if i == steps else x
            grid.append((x, inner, weight, b <= target_s / 60))
    endured = 0.0  # H(x), the integral of `still` up to x.
    density = []
    before_x, before_still = 0.0, 1.0
    for x, inner, weight, is_soon in grid:
        now = still(max(inner, 0.0))
        if x > before_x:
            middle = still((x + before_x) / 2)
            endured += (x - before_x) * (before_still + 4 * middle + now) / 6
        before_x, before_still = x, now
        density.append((is_soon, weight, now, endured, math.exp(arrivals * endured - rate * x)))
    j = sum(w * e for _, w, _, _, e in density)
    load = arrivals * service
    term, total = 1.0, 0.0  # The sum over k < n of load^k / k!, over its last term.
    for k in range(agents - 1, -1, -1):
        total += term
        term *= k / load
    scale = arrivals / (total + arrivals * j)  # arrivals x P(n - 1 are busy)
    p_wait = scale * j
    p_abandon = scale * sum(w * e * (1 - s) for _, w, s, _, e in density)
    mean = scale * sum(w * e * h for _, w, _, h, e in density)
    late = scale * sum(w * e for is_soon, w, _, _, e in density if not is_soon)
    answered = 1 - p_wait + scale * sum(w * e * s for is_soon, w, s, _, e in density if is_soon)
    return {
        'p_wait': p_wait,
        'p_abandon': p_abandon,
        'mean_wait_s': 60 * mean,
        'service_level': answered,
        'p_wait_le_target': 1 - still(target_s / 60) * late,
        'mean_queue': arrivals * mean,
        'occupancy': load * (1 - p_abandon) / agents,
    }


def impatient_limited(arrivals, service, agents, lines, patience):
    """M/M/n/K+M: at most `lines` in the centre, and who waits gives up after exp `patience`."""
    weights = [1.0]
    for k in range(1, lines + 1):
        out = min(k, agents) / service + max(0, k - agents) / patience
        weights.append(weights[-1] * arrivals / out)
    total = sum(weights)
    p = [w / total for w in weights]
    enter = 1 - p[lines]
    waiting = sum((k - agents) * p[k] for k in range(agents, lines + 1))
    busy = sum(min(k, agents) * p[k] for k in range(lines + 1))
    return {
        'p_block': p[lines],
        'p_wait': sum(p[agents:lines]) / enter,
        'p_abandon': waiting / patience / (arrivals * enter),
        'mean_wait_s': 60 * waiting / (arrivals * enter),
        'mean_queue': waiting,
        'occupancy': busy / agents,
    }


def priorities(rates, service, agents):
    """M/M/n whose classes go one before the other, nobody interrupted (Cobham 1954; Kella & Yechiali
    1985): a dictionary for each class."""
    total = limited(sum(rates), service, agents, INFINITE, 20)
    clear = total['p_wait'] * service / agents
    answers = []
    used = 0.0
    for rate in rates:
        before = used
        used += rate * service / agents
        wait = clear / ((1 - before) * (1 - used))
        answers.append({'p_wait': total['p_wait'], 'mean_wait_s': 60 * wait, 'mean_queue': rate * wait})
    return answers


def one_agent(arrivals, mean, second_moment):
    """M/G/1 (Pollaczek 1930, Khinchine 1932)."""
    load = arrivals * mean
    wait = arrivals * second_moment / (2 * (1 - load))
    return {
        'p_wait': load,
        'mean_wait_s': 60 * wait,
        'mean_wait_given_wait_s': 60 * wait / load,
        'mean_queue': arrivals * wait,
        'occupancy': load,
    }


def fixed_length(arrivals, service, agents):
    """M/D/n (Crommelin 1932): the number in the centre, looked at every `service` minutes, is a chain:
    all who are served then go, and a Poisson number has come."""
    load = arrivals * service
    size = agents + int(20 / (1 - load / agents)) + 20  # The rest is under 1e-15.
    poisson = [math.exp(-load)]
    while len(poisson) < load or poisson[-1] > 1e-15:
        poisson.append(poisson[-1] * load / len(poisson))
    p = [1.0 / size] * size
    for _ in range(100000):
        left = [sum(p[:agents + 1])] + p[agents + 1:]
        new = [0.0] * size
        for i, w in enumerate(left):
            for k, q in enumerate(poisson[:size - i]):
                new[i + k] += w * q
        moved = sum(abs(a - b) for a, b in zip(p, new))
        p = new
        if moved < 1e-12:
            break
    total = sum(p)
    waiting = sum((k - agents) * p[k] for k in range(agents, size)) / total
    return {
        'p_wait': sum(p[agents:]) / total,
        'mean_wait_s': 60 * waiting / arrivals,
        'mean_queue': waiting,
        'occupancy': load / agents,
    }


def calls_again(arrivals, service, after):
    """One agent, one line, all who find it taken call again after exp `after` until they get through
    (M/M/1 with retrials: Falin & Templeton 1997)."""
    load = arrivals * service
    again = 1 / after
    orbit = load * (arrivals + load * again) / ((1 - load) * again)
    return {'p_block': 1 - arrivals / (arrivals + again * orbit), 'occupancy': load}


# Skills --------------------------------------------------------------------------------------------


def first_come_longest_idle(rates, service, skills):
    """Agents who differ in what they can do: the first come is served first by the one idle longest,
    of those who can (Adan & Weiss 2014). `skills[a]` is the set of types that agent a takes.

    A state is the busy agents in an order with so many who wait between two of them, then the idle ones
    by how long; its weight is a product, and the numbers that wait can be summed away."""
    agents = range(len(skills))
    rate = 1 / service
    types = range(len(rates))
    total = 0.0
    p_wait = [0.0] * len(rates)
    queue = [0.0] * len(rates)
    busy = 0.0

    def stuck(group):  # Types that nobody else could serve.
        return [t for t in types if all(t not in skills[a] for a in agents if a not in group)]

    for order in itertools.permutations(agents):
        for count in range(len(skills) + 1):
            weight = 1.0
            numbers = [0.0] * len(rates)
            for j in range(1, count + 1):
                only = stuck(order[:j])
                flow = sum(rates[t] for t in only)
                out = j * rate
                share = flow / out
                weight *= 1 / out / (1 - share)
                for t in only:  # A geometric number, each of them of type t in proportion.
                    numbers[t] += rates[t] / flow * share / (1 - share)
            for j in range(count, len(skills)):
                reach = set().union(*(skills[a] for a in order[j:]))
                weight /= sum(rates[t] for t in reach)
            total += weight
            busy += weight * count
            for t in stuck(order[:count]):
                p_wait[t] += weight
            for t in types:
                queue[t] += weight * numbers[t]
    answers = []
    for t in types:
        answers.append({
            'p_wait': p_wait[t] / total,
            'mean_wait_s': 60 * queue[t] / total / rates[t],
            'mean_queue': queue[t] / total,
        })
    return answers, {'occupancy': busy / total / len(skills)}


def two_pools(rates, service, agents, patience, shares_b, most=45):
    """Two types, two pools, each the first choice of its own type; those of type 0 may always go to
    pool 1 when pool 0 is full, and the other way round if `shares_b`; a freed agent takes its own type
    first. Who waits gives up after exp patience[type]. The balance equations, solved by iteration."""
    n0, n1 = agents
    mu = 1 / service
    give = [1 / p for p in patience]
    states = {}

    def place(state):
        return states.setdefault(state, len(states))

    def moves(state):
        b0, b1, q0, q1 = state
        full0, full1 = b0 == n0, b1 == n1
        if not full0:
            yield rates[0], (b0 + 1, b1, q0, q1)
        elif not full1:
            yield rates[0], (b0, b1 + 1, q0, q1)
        elif q0 < most:
            yield rates[0], (b0, b1, q0 + 1, q1)
        if not full1:
            yield rates[1], (b0, b1 + 1, q0, q1)
        elif shares_b and not full0:
            yield rates[1], (b0 + 1, b1, q0, q1)
        elif q1 < most:
            yield rates[1], (b0, b1, q0, q1 + 1)
        if q0:
            yield q0 * give[0], (b0, b1, q0 - 1, q1)
        if q1:
            yield q1 * give[1], (b0, b1, q0, q1 - 1)
        if b0:
            if q0:
                yield b0 * mu, (b0, b1, q0 - 1, q1)
            elif q1 and shares_b:
                yield b0 * mu, (b0, b1, q0, q1 - 1)
            else:
                yield b0 * mu, (b0 - 1, b1, q0, q1)
        if b1:
            if q1:
                yield b1 * mu, (b0, b1, q0, q1 - 1)
            elif q0:
                yield b1 * mu, (b0, b1, q0 - 1, q1)
            else:
                yield b1 * mu, (b0, b1 - 1, q0, q1)

    place((0, 0, 0, 0))
    edges = []
    done = 0
    listed = [(0, 0, 0, 0)]
    while done < len(listed):
        here = done
        for rate, to in moves(listed[here]):
            if to not in states:
                listed.append(to)
            edges.append((here, place(to), rate))
        done += 1
    out = [0.0] * len(listed)
    into = [[] for _ in listed]
    for a, b, rate in edges:
        out[a] += rate
        into[b].append((a, rate))
    p = [1.0 / len(listed)] * len(listed)
    for sweep in range(3000):  # Gauss-Seidel, to and fro.
        moved = 0.0
        order = range(len(listed)) if sweep % 2 == 0 else range(len(listed) - 1, -1, -1)
        for i in order:
            new = sum(p[a] * r for a, r in into[i]) / out[i]
            moved = max(moved, abs(new - p[i]) / (new + 1e-9))
            p[i] = new
        total = sum(p)
        p = [x / total for x in p]
        if moved < 1e-7:
            break
    answers = [dict.fromkeys(('p_wait', 'p_abandon', 'mean_wait_s', 'mean_queue'), 0.0) for _ in rates]
    busy = 0.0
    for (b0, b1, q0, q1), w in zip(listed, p):
        busy += w * (b0 + b1)
        if b0 == n0 and b1 == n1:
            answers[0]['p_wait'] += w
        if b1 == n1 and (b0 == n0 or not shares_b):
            answers[1]['p_wait'] += w
        for answer, number in zip(answers, (q0, q1)):
            answer['mean_queue'] += w * number
    for answer, rate, g in zip(answers, rates, give):
        answer['p_abandon'] = answer['mean_queue'] * g / rate
        answer['mean_wait_s'] = 60 * answer['mean_queue'] / rate
    return answers, {'occupancy': busy / (n0 + n1)}
