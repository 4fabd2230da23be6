# SPDX-License-Identifier: Apache-2.0
"""attunectl top and tail in a real terminal: tmux's, and what it shows."""

import os
import shutil
import subprocess

from support import ATTUNECTL, CONFIG, eventually, run


class Terminal:
    """A terminal of its own that runs one program."""

    def __init__(self, house, *words, width=80, height=24):
        self.socket = house.path("tmux")
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), "-e", "TERM=screen",
                  "-e", "LC_ALL=C.UTF-8",
                  " ".join([ATTUNECTL, "--socket", house.socket, *words, "; sleep 60"]))

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], check=True, text=True,
                              capture_output=True, timeout=20).stdout

    def screen(self, *words):
        return self.tmux("capture-pane", "-p", *words).split("\n")[:-1]

    def shows(self, *parts):
        eventually(lambda: all(part in "\n".join(self.screen()) for part in parts))
        return self.screen()

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def close(self):
        self.tmux("kill-server")


def in_terminal(case):
    def wrapped(house):
        if not shutil.which("tmux"):
            print("# skipped: tmux is not installed")
            return
        house.start(log=house.path("route.log"))
        case(house)
    wrapped.__name__ = case.__name__
    return wrapped


@in_terminal
def top_fits_80_by_24_and_shows_what_happens(house):
    phone = house.client("phone")
    terminal = Terminal(house, "top")
    screen = terminal.shows("QUEUE", "cards", "general", "LAST DECISIONS", "q quit")
    assert len(screen) == 24 and all(len(line) <= 80 for line in screen), screen
    assert "0 waiting" in screen[1] and "0 ready" in screen[1] and "3 off" in screen[1], screen
    assert screen[4].split() == ["QUEUE", "WAIT", "LONGEST", "ESTIM.", "OFFER", "TALK", "STAFF",
                                 "ANSWERED", "LEVEL", "ABAND."], screen
    phone.request("contact_add", contact="c1", channel="voice", queue="cards", waited_ms=90000)
    screen = terminal.shows("1 waiting", "c1")
    (cards,) = [line for line in screen if line.startswith("cards")]
    assert cards.split()[1] == "1" and cards.split()[2].startswith("1m"), screen
    # Past its service level: not as the other queue.
    (colours,) = [line for line in terminal.screen("-e") if "cards " in line]
    assert "\x1b[" in colours, repr(colours)
    phone.request("agent_ready", agent="ann")
    phone.request("offer_accept", contact="c1", agent="ann")
    screen = terminal.shows("1 talking", "1 ready", "connect")
    assert any("ann" in line for line in screen[8:]), screen
    terminal.press("s")
    terminal.shows("s sort: waiting")
    terminal.press("q")
    eventually(lambda: "QUEUE" not in "\n".join(terminal.screen()))
    terminal.close()


@in_terminal
def top_goes_through_more_queues_than_fit(house):
    many = "".join(f"  q{i:02}: {{}}\n" for i in range(40))
    house.write_config(CONFIG.replace("  general: { title: General }\n",
                                      "  general: { title: General }\n" + many))
    assert house.ctl("config", "reload")[0] == 0
    terminal = Terminal(house, "top")
    terminal.shows("of 42")
    terminal.press("s")
    terminal.press("s")
    terminal.shows("s sort: name", "cards", "q08")
    terminal.press(*["Down"] * 35)
    screen = terminal.shows("q39")
    assert not any(line.startswith("cards") for line in screen), screen
    terminal.close()


@in_terminal
def top_ends_in_a_sentence_when_attuned_goes(house):
    terminal = Terminal(house, "top")
    terminal.shows("QUEUE")
    house.stop()
    terminal.shows("attunectl: ")
    terminal.close()


@in_terminal
def tail_has_colours_on_a_terminal_only(house):
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.request("contact_cancel", contact="c1")
    terminal = Terminal(house, "tail", "--since", "1m")
    terminal.shows("c1", "closed")
    screen = "\n".join(terminal.screen("-e"))
    assert "\x1b[" in screen, repr(screen)
    terminal.close()
    _, out, _ = house.ctl("tail", "--since", "1m", "--count", "2")
    assert "c1" in out and "\x1b" not in out, repr(out)


def tail_begins_in_the_past_if_asked(house):
    house.start(log=house.path("route.log"))
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.request("contact_add", contact="c2", channel="voice", queue="general")
    phone.request("agent_ready", agent="ann")
    phone.wait_for("offer")
    status, out, _ = house.ctl("tail", "--since", "1m", "--contact", "c2", "--count", "2")
    assert status == 0 and [line.split()[1] for line in out.splitlines()] == ["queued", "offer"], out
    status, out, _ = house.ctl("tail", "--since", "1m", "--event", "queued", "--count", "2")
    assert [line.split()[2] for line in out.splitlines()] == ["c1", "c2"], out
    assert house.ctl("tail", "--since", "soon")[0] == 2


def top_needs_a_terminal(house):
    house.start()
    status, out, err = house.ctl("top")
    assert status == 1 and out == "" and "needs a terminal" in err, (out, err)


if __name__ == "__main__":
    os.environ.pop("TMUX", None)
    run(top_fits_80_by_24_and_shows_what_happens,
        top_goes_through_more_queues_than_fit,
        top_ends_in_a_sentence_when_attuned_goes,
        tail_has_colours_on_a_terminal_only,
        tail_begins_in_the_past_if_asked,
        top_needs_a_terminal)
