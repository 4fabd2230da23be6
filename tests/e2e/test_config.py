# SPDX-License-Identifier: Apache-2.0
"""Every key of the configuration, said wrongly in every way there is, one by one: `attunectl config check` must
point at it, whatever else is wrong in the file. The keys are those of the schema, which is written from the table
that the parser reads by; so a new key is tried from its first day. What the words of the messages are is in
tests/config."""

import json
import os
import random
import resource
import subprocess

from support import ATTUNECTL, IS_SANITIZED, ROOT, run

with open(os.path.join(ROOT, "config", "attune.schema.json"), encoding="utf-8") as schema_file:
    SCHEMA = json.load(schema_file)

# In every file beside what is tried, before and behind it: found all the same.
BEFORE = "limitz: {}"
BEHIND = "poliies: {}"


def resolved(node):
    return SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node


def forms(node):
    """What a value may be: a list of nodes without alternatives."""
    node = resolved(node)
    return [form for one in node["anyOf"] for form in forms(one)] if "anyOf" in node else [node]


def tried_values():
    """Of a build with sanitizers, which is slow to start, one in six."""
    return list(values(SCHEMA))[::6 if IS_SANITIZED else 1]


def values(node, path=()):
    """All values that the schema knows, as (path, forms): names are `x`, lists have one entry."""
    for form in forms(node):
        below = [(path + (key,), sub) for key, sub in form.get("properties", {}).items()]
        if isinstance(form.get("additionalProperties"), dict):
            below.append((path + ("x",), form["additionalProperties"]))
        if "items" in form:
            below.append((path + (0,), form["items"]))
        for place, sub in below:
            yield place, forms(sub), form
            yield from values(sub, place)


def document(path, key, value):
    """A file with that alone (and BEFORE and BEHIND); the line and the columns of key and value."""
    lines = ["attune: 1", BEFORE]
    depth = 0
    for step in path:
        lines.append("  " * depth + ("-" if step == 0 else f"{step}:"))
        depth += 1
    begin = "  " * depth + ("- " if key == 0 else f"{key}: ")
    lines.append(begin + value)
    place = (len(lines), 2 * depth + 1, len(begin) + 1)
    lines.append(BEHIND)
    return "\n".join(line for line in lines) + "\n", place


def check(house, text):
    done = subprocess.run([ATTUNECTL, "--json", "config", "check", house.write("tried.yaml", text)],
                          capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode in (0, 1), (text, done.stdout, done.stderr)
    return json.loads(done.stdout)["errors"]


def points_at(house, path, value, *words):
    """The message about the value at that path, which must be there beside the others, with one of the words."""
    text, (line, key_column, value_column) = document(path[:-1], path[-1], value)
    errors = check(house, text)
    for at, word in ((2, "limits"), (text.count("\n"), "policies")):
        assert any(error["line"] == at and f"did you mean '{word}'" in error["message"] for error in errors), \
            f"{word} is hidden:\n{text}{errors}"
    found = [error for error in errors
             if error["line"] == line and error["column"] in (key_column, value_column)]
    assert found, f"nothing points at {line}:{value_column} of\n{text}{json.dumps(errors, indent=1)}"
    assert not words or any(word in error["message"] for error in found for word in words), \
        f"none of {words} in {found}"


def wrong_kinds(allowed):
    """A value of each kind that none of these is."""
    types = set()
    for form in allowed:
        kind = form.get("type", "string" if {"enum", "const", "pattern"} & set(form) else "any")
        types.update([kind] if isinstance(kind, str) else kind)
    # A scalar is a string to YAML: what it must be in truth the other cases try.
    if types & {"object", "any"} == set():
        yield "{ a: { b: c } }"
    if types & {"array", "any"} == set():
        yield "[[1]]"
    if types <= {"object", "null"}:
        yield "word"
    if types <= {"integer", "number", "boolean", "null"}:
        yield "half a word"


def of_a_wrong_kind_is_pointed_at(house):
    tried = 0
    for path, allowed, _ in tried_values():
        for wrong in wrong_kinds(allowed):
            points_at(house, path, wrong)
            tried += 1
    assert IS_SANITIZED or tried > 300, tried
    print(f"# {tried} values of a wrong kind", flush=True)


def out_of_range_is_pointed_at(house):
    tried = 0
    for path, allowed, _ in tried_values():
        for form in allowed:
            if "minimum" in form and path != ("attune",):
                for wrong in (form["minimum"] - 1, form["maximum"] + 1):
                    points_at(house, path, f"{wrong}")
                    tried += 1
            if "pattern" in form:
                points_at(house, path, "20 winks")
                tried += 1
            if "enum" in form and form.get("type") != "boolean":
                points_at(house, path, f"{form['enum'][0]}z", f"did you mean '{form['enum'][0]}'")
                tried += 1
    assert IS_SANITIZED or tried > 80, tried
    print(f"# {tried} values out of range", flush=True)


def an_unknown_key_is_pointed_at_with_the_nearest(house):
    tried = 0
    for path, _, form in tried_values():
        if path[-1] in form.get("properties", {}):
            typo = path[-1] + "z"
            # Where one of a few is wanted, all of them are shown.
            points_at(house, path[:-1] + (typo,), "{}", f"did you mean '{path[-1]}'", f"{{ {path[-1]}: ")
            tried += 1
    assert IS_SANITIZED or tried > 120, tried
    print(f"# {tried} keys misspelled", flush=True)


# Where a value is a name that something else has: what it is a name of.
NAMES = {
    "skill": ["teams.x.skills.?", "agents.x.skills.?", "queues.x.requires.?", "queues.x.prefers.?",
              "queues.x.any_of.0.?", "queues.x.relax.0.requires.?", "queues.x.relax.0.any_of.0.?",
              "intake.0.requires.?", "intake.0.prefers.?"],
    "channel": ["teams.x.channels.?", "agents.x.channels.?", "agents.x.address.?"],
    "profile": ["teams.x.profile", "agents.x.profile"],
    "team": ["agents.x.team", "queues.x.teams.0", "queues.x.relax.0.teams.0"],
    "policy": ["queues.x.policy"],
    "hours": ["queues.x.hours"],
    "queue": ["queues.x.relax.0.queue", "queues.x.overflow.to", "queues.x.when_closed.to", "queues.x.moved_to",
              "intake.0.queue", "intake.0.otherwise", "profiles.x.?"],
    "intent": ["intake.0.intent"],
}
NAMED = """\
skills: { known: {} }
channels: { known: {} }
profiles: { known: { known: { rank: 1 } } }
teams: { known: {} }
policies: { known: {} }
hours: { known: { zone: UTC, open: { mon: "09:00-10:00" } } }
intents: { known: {} }
"""


def an_unknown_name_is_pointed_at_with_the_nearest(house):
    for noun, places in NAMES.items():
        for place in places:
            path = [0 if step == "0" else step for step in place.split(".")]
            if path[-1] == "?":
                text, (line, column, _) = document(path[:-1], "knwon", "5")
            else:
                text, (line, _, column) = document(path[:-1], path[-1], "knwon")
            own = path[0] + ":"
            others = "".join(section + "\n" for section in NAMED.splitlines() if not section.startswith(own))
            if path[0] != "queues":
                others += "queues: { known: {} }\n"
            elif noun == "queue":
                text = text.replace("queues:\n", "queues:\n  known: {}\n", 1)
                line += 1
            if own == "profiles:":
                others = others.replace("profiles: { known: { known: { rank: 1 } } }\n", "")
            errors = check(house, text + others)
            found = [error["message"] for error in errors if (error["line"], error["column"]) == (line, column)]
            assert any("knwon" in message and "did you mean 'known'" in message for message in found), \
                f"{noun} at {place}:\n{text}{others}{json.dumps(errors, indent=1)}"


def large(agents, seed=1):
    """A centre of so many agents, with 60 skills, 80 queues with steps, profiles, tiers and rules."""
    chance = random.Random(seed)
    skills = [f"skill-{i}" for i in range(60)]
    lines = ["attune: 1", "skills:", *(f"  {skill}: {{ title: Skill {skill} }}" for skill in skills),
             "channels: { voice: {}, chat: { units: 33 }, email: { units: 20 } }", "teams:",
             *(f"  team-{i}: {{ skills: {{ skill-{i}: 3 }}, channels: {{ voice: 1, chat: 3 }} }}"
               for i in range(40)), "queues:"]
    for i in range(80):
        lines += [f"  queue-{i}:", f"    requires: {{ {skills[i % 60]}: 5 }}", "    service_level: 80% in 20s",
                  "    relax:", f"      - {{ after: 30s, requires: {{ {skills[i % 60]}: 3 }} }}",
                  f"      - {{ after: 2m, requires: {{ {skills[i % 60]}: 1 }}, priority: 20 }}"]
    lines += ["intake:", *(f"  - {{ when: {{ entry_point: '+3490010{i:04}' }}, queue: queue-{i} }}"
                           for i in range(80)), "  - { otherwise: queue-0 }", "agents:"]
    for i in range(agents):
        own = ", ".join(f"{skill}: {chance.randint(1, 10)}" for skill in chance.sample(skills, 6))
        lines.append(f"  agent-{i:05}: {{ name: Agent number {i}, team: team-{i % 40}, skills: {{ {own} }}, "
                     f"address: {{ voice: 'sip:{i}@pbx.example' }}, attributes: {{ site: site-{i % 5} }} }}")
    return "\n".join(lines) + "\n"


def cpu_of_check(house, agents):
    """Seconds of processor time, the least of three; it must be right."""
    path = house.write(f"large-{agents}.yaml", large(agents))
    least = float("inf")
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([ATTUNECTL, "config", "check", path], capture_output=True, text=True, check=False,
                              timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode == 0 and f"{agents} agents" in done.stdout, done.stdout + done.stderr
        least = min(least, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return least


def five_thousand_agents_are_checked_in_under_a_second(house):
    """Of processor time; and ten times as many agents take about ten times as long."""
    small = cpu_of_check(house, 500)
    big = cpu_of_check(house, 5000)
    print(f"# 500 agents: {small * 1000:.0f} ms of processor time, 5,000 agents: {big * 1000:.0f} ms", flush=True)
    assert big < 30 * small + 0.05, (small, big)
    assert IS_SANITIZED or big < 1, big


if __name__ == "__main__":
    run(of_a_wrong_kind_is_pointed_at,
        out_of_range_is_pointed_at,
        an_unknown_key_is_pointed_at_with_the_nearest,
        an_unknown_name_is_pointed_at_with_the_nearest,
        five_thousand_agents_are_checked_in_under_a_second)
