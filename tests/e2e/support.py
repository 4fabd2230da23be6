# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: a house with an attuned of its own, and the running of cases.

    def an_offer_reaches_the_agent(house):
        house.start()
        ...

    if __name__ == "__main__":
        run(an_offer_reaches_the_agent, ...)

A case is a function whose name is the promise. It gets a fresh House: a folder, a configuration, a
socket. Nothing of a case outlives it. What attuned said is shown when the case fails.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.environ.get("ATT_SOURCE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("ATT_BUILD_ROOT") or os.path.join(ROOT, "build", "dev")
os.environ.setdefault("ATTUNE_PYTHON_DIR", os.path.join(BUILD, "python"))
sys.path.insert(0, os.path.join(ROOT, "tools", "python"))

import attune  # noqa: E402  pylint: disable=wrong-import-position

IS_SANITIZED = "ATT_SANITIZED" in os.environ
SLOWER = 5 if IS_SANITIZED else 1


def _is_recounted():
    """All build types but release recount the whole state after every step."""
    with open(os.path.join(BUILD, "meson-info", "intro-buildoptions.json"),
              encoding="utf-8") as file:
        options = {option["name"]: option["value"] for option in json.load(file)}
    return options["buildtype"] != "release"


IS_RECOUNTED = _is_recounted()
ATTUNED = os.path.join(BUILD, "daemon", "attuned")
ATTUNECTL = os.path.join(BUILD, "tools", "attunectl", "attunectl")
ATTUNESIM = os.path.join(BUILD, "tools", "attunesim", "attunesim")

CONFIG = """\
attune: 1
skills:
  cards: { title: Payment cards }
  spanish: { title: Español, kind: language }
channels:
  voice: { units: 100, offer_timeout: 20s, wrap_up: 0s }
  chat: { units: 33, offer_timeout: 15s, wrap_up: 0s }
  pager: { units: 10, offer_timeout: 300ms }
agents:
  ann: { name: Ann Berg, skills: { cards: 5 } }
  bob: { name: Bob Días, skills: { cards: 8, spanish: 9 } }
  cid: { skills: { cards: 2 } }
queues:
  cards: { title: Cards, requires: { cards: 3 }, service_level: 80% in 20s }
  general: { title: General }
policies:
  default: { retry_cooldown: 30s }
intake:
  - { otherwise: general }
access:
  phone: { role: platform, token_file: phone.token }
  web: { role: platform, token_file: web.token }
  boss: { role: supervisor, token_file: boss.token }
  wall: { role: observer, token_file: wall.token }
  ann: { role: agent, token_file: ann.token }
"""

FRONT_ENDS = ("phone", "web", "boss", "wall", "ann")


class Skipped(Exception):
    """Raised by a case that cannot be run here: says why."""


class House:
    """A folder with a configuration, and an attuned that lives there."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="att-e2e-")
        self.config = os.path.join(self.home, "config.yaml")
        self.data = os.path.join(self.home, "data")
        self.socket = os.path.join(self.home, "sock")
        self.log = os.path.join(self.home, "route.log")
        self.said = os.path.join(self.home, "attuned.err")
        self.process = None
        self.tcp = ""
        self.clients = []
        self.write_config(CONFIG)
        for name in FRONT_ENDS:
            self.write(f"{name}.token", self.token(name) + "\n")

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, name, text):
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(self.path(name), mode, **({} if mode == "wb" else {"encoding": "utf-8"})) as file:
            file.write(text)
        return self.path(name)

    def write_config(self, text):
        self.write("config.yaml", text)

    @staticmethod
    def token(name):
        return f"secret-of-{name}"

    # ---- attuned ----

    def arguments(self, **options):
        """Of attuned, by its long options; None leaves one out."""
        given = {"config": self.config, "data": self.data, "socket": self.socket,
                 "listen": "127.0.0.1:0", "log": self.log, **options}
        words = []
        for name, value in given.items():
            if value is True:
                words.append("--" + name.replace("_", "-"))
            elif value is not None:
                words += ["--" + name.replace("_", "-"), str(value)]
        return words

    def start(self, **options):
        reads, writes = os.pipe()
        with open(self.said, "a", encoding="utf-8") as said:
            self.process = subprocess.Popen(
                [ATTUNED, *self.arguments(ready_fd=writes, **options)], stderr=said,
                stdin=subprocess.DEVNULL, pass_fds=[writes])
        os.close(writes)
        with os.fdopen(reads, "rb") as ready:
            ready_in_time, _, _ = select.select([ready], [], [], 20 * SLOWER)
            word = ready.read() if ready_in_time else b""
        if word != b"ready\n":
            raise AssertionError("attuned did not get ready")
        for line in self.words().splitlines():
            if "event=ready" in line and "listen=" in line:
                self.tcp = line.split("listen=")[1].split()[0]

    def run_attuned(self, *words, timeout=20):
        """An attuned that is expected to end by itself: its status and what it said."""
        done = subprocess.run([ATTUNED, *words], capture_output=True, text=True, check=False,
                              timeout=timeout * SLOWER, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout + done.stderr

    def words(self):
        try:
            with open(self.said, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def stop(self):
        """By SIGTERM; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20 * SLOWER)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def is_alive(self):
        return self.process.poll() is None

    # ---- Who speaks with it ----

    def client(self, name="", over="unix", **hello):
        client = attune.connect(self.socket if over == "unix" else self.tcp, timeout=10 * SLOWER)
        self.clients.append(client)
        if name and "token" not in hello:
            hello["token"] = self.token(name)
        client.hello(name=name, **hello)
        return client

    def raw(self, over="unix"):
        """A connection that has said nothing."""
        client = attune.connect(self.socket if over == "unix" else self.tcp, timeout=10 * SLOWER)
        self.clients.append(client)
        return client

    def ctl(self, *words):
        """attunectl: its status, standard output and standard error."""
        done = subprocess.run([ATTUNECTL, "--socket", self.socket, *words], capture_output=True,
                              text=True, check=False, timeout=30 * SLOWER)
        return done.returncode, done.stdout, done.stderr

    def ctl_json(self, *words):
        status, out, err = self.ctl("--json", *words)
        assert status == 0, (words, out, err)
        return [json.loads(line) for line in out.splitlines()]

    def status(self):
        return self.ctl_json("status")[0]

    def route_log(self):
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def close(self):
        for client in self.clients:
            client.close()
        if self.process and self.is_alive():
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def refused(code, client, name, **fields):
    """The refusal of a request that must be refused with that code."""
    try:
        answer = client.request(name, **fields)
    except attune.Refused as refusal:
        assert refusal.code == code, f"{name} {fields}: {refusal}, expected {code}"
        return refusal
    raise AssertionError(f"{name} {fields} was not refused but {answer}")


def eventually(what, seconds=10):
    """Waits until it holds; gives its value."""
    deadline = time.monotonic() + seconds * SLOWER
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def run(*cases):
    """Runs the cases named on the command line, or all, and says in TAP how they went."""
    if not os.path.exists(ATTUNED):
        sys.exit(f"there is no {ATTUNED}: build it, or name a build with ATT_BUILD_ROOT")
    wanted = sys.argv[1:]
    chosen = [case for case in cases if not wanted or case.__name__ in wanted]
    failed = 0
    print(f"1..{len(chosen)}", flush=True)
    for number, case in enumerate(chosen, start=1):
        name = case.__name__.replace("_", " ")
        house = House()
        began = time.monotonic()
        try:
            case(house)
            if house.process and not house.is_alive():
                assert house.process.returncode in (0, -signal.SIGKILL), \
                    f"attuned ended with {house.process.returncode}"
            print(f"ok {number} - {name} # {time.monotonic() - began:.1f} s", flush=True)
        except Skipped as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            # Where meson's summary of what failed shows it too.
            print(traceback.format_exc() + "\n" + house.words()[-4000:], file=sys.stderr, flush=True)
        finally:
            house.close()
    sys.exit(1 if failed else 0)
