# SPDX-License-Identifier: Apache-2.0
"""Completion in a real bash: what the Tab key would offer."""

import os
import pty
import select
import shlex
import subprocess
import time

from support import ATTUNECTL, ATTUNED, ATTUNESIM, ROOT, SLOWER, eventually, run

COMPLETION = os.path.join(ROOT, "config", "completion", "attune.bash")


def offers(house, line, point=None):
    """What bash would offer at the end of the line (whose first word is one of the three programs)."""
    name = line.split()[0]
    path = {"attunectl": ATTUNECTL, "attuned": ATTUNED, "attunesim": ATTUNESIM}[name]
    script = f"""
        source {shlex.quote(COMPLETION)}
        complete -p {name} >/dev/null || exit 3
        COMP_LINE={shlex.quote(line)}
        COMP_POINT={len(line) if point is None else point}
        _attune {shlex.quote(path)}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True,
                          text=True, check=False, timeout=20 * SLOWER, cwd=house.home,
                          env={**os.environ, "ATTUNE_SOCKET": house.socket})
    assert done.returncode == 0 and not done.stderr, done.stderr
    return [offer for offer in done.stdout.split("\n") if offer]


def bash_knows_the_three(house):
    done = subprocess.run(["bash", "--norc", "-c", f"source {shlex.quote(COMPLETION)}; complete -p"],
                          capture_output=True, text=True, check=True)
    for name in ("attunectl", "attuned", "attunesim"):
        assert f"complete -F _attune {name}" in done.stdout, done.stdout
    assert offers(house, "attuned --conf") == ["--config"]


def commands_complete_word_by_word(house):
    assert {"status", "queues", "explain", "config", "contact"} <= set(offers(house, "attunectl "))
    assert offers(house, "attunectl exp") == ["explain"]
    assert set(offers(house, "attunectl config ")) >= {"check", "diff", "reload"}
    assert offers(house, "attunectl --json --socket x agent pa") == ["pause"]
    assert "transfer" in offers(house, "attunectl help contact ")
    assert offers(house, "attunesim sce") == ["scenario"]


def options_are_those_of_the_help(house):
    assert "--requires" in offers(house, "attunectl contact add --r")
    assert "--requires" not in offers(house, "attunectl status --")
    assert "--socket" in offers(house, "attunectl status --")
    assert offers(house, "attunesim replay --acc") == ["--accept-differences"]
    assert set(offers(house, "attuned --w")) == {"--watchdog"}
    assert offers(house, "attunectl contact feedback --resolved ") == ["yes", "no"]


def files_complete_where_files_are_wanted(house):
    house.write("centre.yaml", "attune: 1\n")
    assert offers(house, "attunectl config check cen") == ["centre.yaml"]
    assert offers(house, "attunectl config diff centre.yaml con") == ["config.yaml"]
    assert offers(house, "attuned --config cen") == ["centre.yaml"]
    assert offers(house, "attuned --config=cen") == ["centre.yaml"]
    assert offers(house, "attunesim scenario con") == ["config.yaml"]
    assert offers(house, "attunesim scenario centre.yaml con") == ["config.yaml"]
    assert not offers(house, "attunectl status cen")


def names_are_asked_of_the_attuned_that_is_meant(house):
    def comes(line, *expected):
        """On a machine that is busy the second may pass before it answers: then once more."""
        eventually(lambda: offers(house, line) == list(expected), 20)

    house.start()
    comes("attunectl queues --queue ", "cards", "general")
    comes("attunectl agents -a a", "ann")
    comes("attunectl contact add --requires sp", "spanish:")
    comes("attunectl contact add --exclude ann,b", "ann,bob")
    status, _, err = house.ctl("contact", "add", "web:7", "--queue", "cards")
    assert status == 0, err
    comes("attunectl explain w", "web:7")
    comes("attunectl explain web:", "7")  # bash replaces what stands after the colon.
    comes("attunectl contact transfer web:7 --queue=g", "general")
    # Another socket on the line: that one, and not the environment's.
    assert offers(house, "attunectl --socket /nowhere explain w") == []


def an_attuned_that_does_not_answer_costs_a_second_and_no_word(house):
    house.start()
    house.ctl("contact", "add", "c1", "--queue", "cards")
    os.kill(house.process.pid, 19)  # SIGSTOP
    try:
        began = time.monotonic()
        assert offers(house, "attunectl explain ") == []
        assert time.monotonic() - began < 2 + 3 * SLOWER
    finally:
        os.kill(house.process.pid, 18)
    house.stop()
    assert offers(house, "attunectl explain ") == []


def the_tab_key_itself_completes(house):
    """An interactive bash on a terminal: what is typed, and then Tab."""
    house.start()
    folder = os.path.dirname(ATTUNECTL)
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(PATH=f"{folder}:{os.environ['PATH']}", ATTUNE_SOCKET=house.socket, PS1="$ ",
                          TERM="dumb", INPUTRC="/dev/null")
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    seen = b""

    def type_keys(keys):
        os.write(terminal, keys)

    def shown(word):
        nonlocal seen
        if select.select([terminal], [], [], 0.05)[0]:
            seen += os.read(terminal, 4096)
        return word in seen

    try:
        type_keys(f"source {COMPLETION}\n".encode())
        type_keys(b"attunectl stat\t")
        eventually(lambda: shown(b"attunectl status "))
        type_keys(b"\x15attunectl queues --que\tgen\t")
        eventually(lambda: shown(b"attunectl queues --queue general"))
        type_keys(b"\n")
        eventually(lambda: shown(b"QUEUE"))
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(terminal)


if __name__ == "__main__":
    run(bash_knows_the_three,
        commands_complete_word_by_word,
        options_are_those_of_the_help,
        files_complete_where_files_are_wanted,
        names_are_asked_of_the_attuned_that_is_meant,
        an_attuned_that_does_not_answer_costs_a_second_and_no_word,
        the_tab_key_itself_completes)
