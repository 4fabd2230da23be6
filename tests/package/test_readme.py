# SPDX-License-Identifier: Apache-2.0
"""The README's centre of one's own: its very lines, copied as a newcomer copies them, do what it says."""

import os
import re
import subprocess

from support import ATTUNECTL, ATTUNED, ROOT, SLOWER, run


def section():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return re.search(r"^## A centre of your own\n(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", section(), re.MULTILINE | re.DOTALL)


def follow(house, *more):
    """All but the first block, which builds and installs, and then these; what was said, and the status."""
    install, *lines = blocks("sh")
    assert "tools/setup" in install and install.rstrip().endswith(" install"), install
    # What `install` would have put on the path, and another home.
    places = [os.path.dirname(ATTUNED), os.path.dirname(ATTUNECTL), os.environ["PATH"]]
    script = "\n".join([*lines, *more, "attunectl drain", "wait"])
    done = subprocess.run(["bash", "-e"], input=script, capture_output=True, text=True, check=False,
                          timeout=40 * SLOWER, env={"PATH": ":".join(places), "HOME": house.home, "TZ": "UTC"},
                          cwd=house.home)
    try:
        with open(house.path("centre/attuned.log"), encoding="utf-8") as file:
            log = file.read()
    except FileNotFoundError:
        log = "it never started"
    assert done.returncode == 0, (done.stdout, done.stderr, log)
    return done.stdout


def a_newcomer_gets_two_agents_and_a_queue(house):
    said = follow(house)
    assert "centre.yaml is right: 1 queue, 2 agents, 1 skill" in said, said
    assert "centre.yaml is right: 1 queue, 2 agents, 1 skill" in section()
    assert "call-1 has ended" in said, said
    row = next(line.split() for line in said.splitlines() if line.startswith("bills "))
    assert row[6:9] == ["2", "1", "100%"], row


def what_is_shown_is_what_is_said(house):
    said = follow(house)
    shown, = [block for block in blocks("") if "given to ada" in block]
    for line in shown.splitlines():
        line = re.sub(r", idle .*", "", line)
        assert line in said, (line, said)


def it_may_be_changed_while_it_runs(house):
    for line in ("attunectl config diff centre.yaml", "attunectl", "attunectl drain"):
        assert f"`{line}" in section(), line
    said = follow(house, "sed -i 's/billing: 3/billing: 9/' centre.yaml", "attunectl config diff centre.yaml",
                  "attunectl config reload", "attunectl contact add call-2", "attunectl --json contacts --contact call-2")
    assert "~ agent ben: skill billing 3 -> 9" in said and "offered to ben" in said, said


if __name__ == "__main__":
    run(a_newcomer_gets_two_agents_and_a_queue,
        what_is_shown_is_what_is_said,
        it_may_be_changed_while_it_runs)
