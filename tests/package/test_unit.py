# SPDX-License-Identifier: Apache-2.0
"""The systemd unit: how much it takes away from attuned, and that attuned lives with what is left."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess

from support import ATTUNED, CONFIG, IS_SANITIZED, ROOT, SLOWER, Skipped, eventually, run

UNIT = os.path.join(ROOT, "config", "attuned.service")
NETWORK = os.path.join(ROOT, "config", "attuned-network.conf")
EXPOSURE_MAX = 1.0
EXPOSURE_ON_TCP_MAX = 1.5


def settings_of(path):
    """Every assignment of a unit, in order: (key, value)."""
    with open(path, encoding="utf-8") as file:
        return re.findall(r"^([A-Za-z]+)=(.*)$", file.read(), re.MULTILINE)


def setting(key):
    values = [value for name, value in settings_of(UNIT) if name == key]
    assert values, f"the unit says no {key}="
    return values[-1]


def need(program):
    if not shutil.which(program):
        raise Skipped(f"no {program} here")


def exposure_of(house, *paths):
    need("systemd-analyze")
    text = "".join(open(path, encoding="utf-8").read() + "\n" for path in paths)
    unit = house.write("attuned.service", text)
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
                          capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found.group(1))


def the_unit_leaves_little_to_whoever_breaks_in(house):
    exposure = exposure_of(house, UNIT)
    assert exposure <= EXPOSURE_MAX, exposure


def on_tcp_little_more(house):
    exposure = exposure_of(house, UNIT, NETWORK)
    assert exposure <= EXPOSURE_ON_TCP_MAX, exposure


def systemd_understands_every_line(house):
    need("systemd-analyze")
    with open(UNIT, encoding="utf-8") as file:
        text = file.read()
    # The program is where it was built, and the manual is not installed: nothing else may be amiss.
    text = text.replace("=attuned ", f"={ATTUNED} ")
    text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
    unit = house.write("attuned.service", text)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True,
                          text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "attuned" in line]
    assert not complaints and done.returncode == 0, done.stderr


# ---- It runs with what the unit leaves it ----

def calls_of_group(name):
    """The system calls of one of systemd's groups, with those of the groups in it."""
    done = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name],
                          capture_output=True, text=True, check=True)
    calls = set()
    for line in done.stdout.splitlines()[1:]:
        word = line.split("#")[0].strip()
        calls |= calls_of_group(word) if word.startswith("@") else {word} if word else set()
    return calls


def calls_allowed():
    """As systemd counts: the first line allows, each further one adds or, with ~, takes away."""
    allowed = calls_of_group("@default")
    for key, value in settings_of(UNIT):
        if key == "SystemCallFilter":
            calls = set()
            for word in value.removeprefix("~").split():
                calls |= calls_of_group(word) if word.startswith("@") else {word}
            allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def command_line(house, *more):
    """The unit's, with folders of the house in place of the machine's."""
    words = shlex.split(setting("ExecStart")) + list(more)
    assert words[0] == "attuned", "found on systemd's path, wherever it was installed"
    places = {"/etc/attune": house.config, "/var/lib/attune": house.data,
              "/run/attune/attuned.sock": house.socket, "/var/log/attune/route.log": house.log}
    for place in places:
        assert place in words, (place, words)
    return [ATTUNED] + [places.get(word, word) for word in words[1:]]


def environment():
    given = dict(os.environ)
    for key, value in settings_of(UNIT):
        if key == "Environment":
            name, _, content = value.partition("=")
            given[name] = content
    if IS_SANITIZED:  # Their allocator is not glibc's.
        given.pop("GLIBC_TUNABLES", None)
    return given


def busy_morning(house):
    """What touches every corner: a contact from its arrival to its end, a reload, the log reopened."""
    for words in (["agent", "ready", "ann"], ["contact", "add", "c1", "--queue", "cards"],
                  ["agent", "accept", "ann", "c1"], ["contact", "end", "c1"],
                  ["explain", "c1"], ["status"], ["contacts"]):
        status, out, err = house.ctl(*words)
        assert status == 0, (words, out, err)
    house.write_config(CONFIG.replace("cid:", "cleo:"))


def attuned_does_nothing_that_the_unit_forbids(house):
    for program in ("systemd-analyze", "strace"):
        need(program)
    if IS_SANITIZED:
        raise Skipped("a sanitizer makes calls of its own")
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(house.path("notify"))
    notify.settimeout(20 * SLOWER)
    trace = house.path("trace")
    given = {**environment(), "NOTIFY_SOCKET": house.path("notify")}
    # A snapshot after each command: its process is under the same restrictions.
    house.process = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", trace, *command_line(house, "--snapshot-every", "1")],
        env=given, stdin=subprocess.DEVNULL, stderr=open(house.said, "w", encoding="utf-8"))
    try:
        assert b"READY=1" in notify.recv(4096)
        busy_morning(house)
        with open(os.path.join(house.data, "lock"), encoding="ascii") as lock:
            pid = int(lock.read().split()[0])
        # By a program that every machine has: procps, with its /bin/kill, is not everywhere.
        reload = shlex.split(setting("ExecReload").replace("$MAINPID", str(pid)))
        assert reload[0] == "/bin/sh", reload
        subprocess.run(reload, check=True)
        eventually(lambda: "event=config.loaded" in house.words().split("event=ready")[1])
        os.kill(pid, signal.SIGUSR1)
        eventually(lambda: "event=snapshot.made" in house.words())
        os.kill(pid, signal.SIGTERM)
        assert house.process.wait(20 * SLOWER) == 0
    finally:
        notify.close()
    with open(trace, encoding="utf-8", errors="replace") as file:
        # "123 openat(...", "123 <... futex resumed>"
        made = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", file.read(), re.MULTILINE))
    assert len(made) > 40 and {"fdatasync", "setpriority"} <= made, sorted(made)
    forbidden = made - calls_allowed()
    if os.geteuid() == 0:
        forbidden -= {"fchown"}  # SQLite, when it is root: the unit has a user for it.
    assert not forbidden, f"SystemCallFilter= forbids what attuned does: {sorted(forbidden)}"


def it_starts_by_the_units_command_line(house):
    house.process = subprocess.Popen(command_line(house), env=environment(), stdin=subprocess.DEVNULL,
                                     stderr=open(house.said, "w", encoding="utf-8"))
    eventually(lambda: "event=ready" in house.words())
    busy_morning(house)
    assert any(line["event"] == "closed" for line in house.route_log())
    assert house.stop() == 0


def the_watchdog_of_systemd_is_slower_than_what_feeds_it(house):
    """attuned tells of itself each half of WatchdogSec; its own watchdog says first what is stuck."""
    del house
    assert int(setting("WatchdogSec")) >= 30
    assert int(setting("LimitNOFILE")) >= 12000 + 1024


if __name__ == "__main__":
    run(the_unit_leaves_little_to_whoever_breaks_in,
        on_tcp_little_more,
        systemd_understands_every_line,
        it_starts_by_the_units_command_line,
        attuned_does_nothing_that_the_unit_forbids,
        the_watchdog_of_systemd_is_slower_than_what_feeds_it)
