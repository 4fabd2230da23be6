# SPDX-License-Identifier: Apache-2.0
"""An hour of a busy morning in a bank's contact centre, in about a minute.

Starts attuned on the example configuration, plays customers and agents over its sockets as two
ordinary front ends, shows its route log going by, and tells what came of it. tools/demo builds first
and calls this.
"""

import argparse
import datetime
import json
import os
import re
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tools", "python")]

import centre  # noqa: E402
import summary  # noqa: E402
import traffic  # noqa: E402
from screen import Events, Screen, duration, style  # noqa: E402

HOUR = 3600
SOCKET_PATH_MAX = 100


class Failed(Exception):
    pass


# ---- attuned ----

class Attuned:
    """The daemon with a configuration, data, socket and log of its own below build/demo."""

    def __init__(self, build, scale):
        self.build = build
        self.scale = scale
        self.home = os.path.join(ROOT, "build", "demo")
        shutil.rmtree(self.home, ignore_errors=True)
        os.makedirs(os.path.join(self.home, "config"))
        self.config = os.path.join(self.home, "config")
        self.data = os.path.join(self.home, "data")
        self.log = os.path.join(self.home, "route.log")
        self.said = os.path.join(self.home, "attuned.log")
        self.socket = os.path.join(self.home, "attuned.sock")
        self.spare = None
        if len(self.socket) > SOCKET_PATH_MAX:    # A unix socket's path has 107 bytes at most.
            self.spare = tempfile.mkdtemp(prefix="attune-demo-")
            self.socket = os.path.join(self.spare, "attuned.sock")
        self.tcp = None
        self.tokens = {}
        self.process = None
        self.began_ms = 0

    def write_config(self):
        """The example, with access for our two front ends, and an exchange that is open now."""
        with open(os.path.join(ROOT, "config", "example.yaml"), encoding="utf-8") as file:
            example = file.read()
        opened = re.sub(r"(?m)^    (hours|when_closed|at_closing): .*\n", "", example)
        with open(os.path.join(self.config, "bank.yaml"), "w", encoding="utf-8") as file:
            file.write("# config/example.yaml, but that the exchange never closes: the demonstration\n"
                       "# may be run at night.\n\n" + opened)
        with open(os.path.join(self.config, "demo.yaml"), "w", encoding="utf-8") as file:
            file.write("# The two front ends of the demonstration.\n\n"
                       "attune: 1\n\naccess:\n"
                       "  phone: { role: platform, token_file: phone.token }\n"
                       "  web:   { role: platform, token_file: web.token }\n")
        for name in ("phone", "web"):
            self.tokens[name] = secrets.token_hex(16)
            path = os.path.join(self.config, f"{name}.token")
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
                file.write(self.tokens[name] + "\n")

    def program(self, name):
        return os.path.join(self.build, {"attuned": "daemon/attuned",
                                         "attunectl": "tools/attunectl/attunectl"}[name])

    def start(self):
        self.write_config()
        reads, writes = os.pipe()
        with open(self.said, "w", encoding="utf-8") as said:
            self.process = subprocess.Popen(
                [self.program("attuned"), "--config", self.config, "--data", self.data,
                 "--socket", self.socket, "--listen", "127.0.0.1:0", "--log", self.log,
                 "--ready-fd", str(writes), "--time-scale", str(self.scale)],
                stderr=said, pass_fds=[writes], start_new_session=True)
        os.close(writes)
        with os.fdopen(reads, "rb") as ready:
            if ready.read() != b"ready\n":
                raise Failed(f"attuned did not start:\n{self.words()}")
        self.tcp = re.search(r"listen=(\S+)", self.words()).group(1)

    def words(self):
        with open(self.said, encoding="utf-8") as file:
            return file.read()

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def ctl(self, *arguments):
        return subprocess.run([self.program("attunectl"), "--socket", self.socket, *arguments],
                              capture_output=True, text=True, check=False)

    def rows(self, *arguments):
        answer = self.ctl("--json", *arguments)
        if answer.returncode != 0:
            raise Failed(f"attunectl {' '.join(arguments)}: {answer.stdout}{answer.stderr}")
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Gives whether it went as it should."""
        if self.process is None:
            return True
        if self.is_alive():
            self.process.terminate()
        try:
            status = self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if self.spare:
            shutil.rmtree(self.spare, ignore_errors=True)
        return status == 0


class RouteLog:
    """The route log's file, read as it grows."""

    def __init__(self, path, began):
        self.path = path
        self.began = began
        self.file = None
        self.rest = ""

    def events(self):
        if self.file is None:
            if not os.path.exists(self.path):
                return
            self.file = open(self.path, encoding="utf-8")  # pylint: disable=consider-using-with
        self.rest += self.file.read()
        *lines, self.rest = self.rest.split("\n")
        for line in lines:
            event = json.loads(line)
            at = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
            event["ms"] = int(at.timestamp() * 1000)
            event["real"] = time.monotonic() - self.began
            yield event


# ---- The hour ----

class Play:
    def __init__(self, options, build):
        self.options = options
        self.facts = traffic.load_facts(os.path.join(HERE, "bank.toml"))
        self.screen = Screen()
        self.stories = []
        self.attuned = Attuned(build, options.scale)
        self.history = summary.History()
        self.plans = {}
        self.log = None
        self.events = None
        self.centre = None
        self.clock = None
        self.start_ms = 0
        self.last_status = 0
        self.began = time.monotonic()

    def say(self, text=""):
        self.screen.line(text)

    def title(self, text):
        self.say()
        self.say(style(f"── {text} ", "bold") + style("─" * max(92 - len(text), 4), "dim"))
        self.say()

    def time_of_day(self, seconds):
        """Of the morning: it begins at ten o'clock, whenever it is played."""
        return str(datetime.timedelta(hours=self.facts["demo"]["hour"], seconds=int(seconds)))

    def prepare(self):
        self.attuned.start()
        front_ends = [centre.FrontEnd("phone", self.attuned.tokens["phone"], self.attuned.socket),
                      centre.FrontEnd("web", self.attuned.tokens["web"], self.attuned.tcp)]
        rows = self.attuned.rows("agents")
        # Who has a phone is in the configuration; xavi and the bot have none.
        agents = {row["agent"]: {"bot": row["bot"], "name": row["name"],
                                 "phone": row["agent"] not in ("xavi", "faro-bot")} for row in rows}
        self.clock = centre.Clock(self.options.scale)
        made = traffic.Traffic(self.facts, self.options.seed)
        speeds = traffic.agent_speeds(self.facts, self.options.seed, agents)
        self.centre = centre.Centre(self.clock, made, self.facts, speeds, self.options.seed,
                                    *front_ends, agents)
        self.events = Events(self.screen, {agent: what["name"] for agent, what in agents.items()},
                             lambda event: self.time_of_day((event["ms"] - self.start_ms) / 1000))
        self.centre.on_contact = self._on_contact
        self.centre.on_story = self._on_story
        return made

    def _on_contact(self, plan):
        self.plans[plan.id] = plan
        self.events.remember(plan)

    def _on_story(self, plan, context):
        """What the agent reads with the offer, shown once the route log has told of it."""
        now = self.clock.now()
        self.stories.append({"event": "story", "contact": plan.id, "ms": self.start_ms + now * 1000,
                             "real": time.monotonic() - self.log.began, "context": context})

    def introduce(self, plans):
        self.title("An hour of a busy morning, in a minute")
        people = sum(not what["bot"] for what in self.centre.agents.values())
        self.say(f"  A bank's contact centre: {people} people and a bot, as in config/example.yaml. "
                 f"{len(plans)} customers will call,")
        self.say("  chat and write from ten to eleven; how often, how long they talk and how long they "
                 "wait before they")
        self.say("  hang up is as measured in a real bank (tools/demo-lib/bank.toml). A telephone platform "
                 f"speaks to attuned")
        self.say(f"  over its unix socket, a chat platform over TCP; time runs {self.options.scale} times as "
                 f"fast. Seed {self.options.seed}.")
        self.title("The route log, a part of it as it goes by")

    def on_turn(self):
        for event in self.log.events():
            self.history.take(event)
            self.events.take(event)
        while self.stories:
            self.events.take(self.stories.pop(0))
        every = 0.25 if sys.stdout.isatty() else 10
        if time.monotonic() - self.last_status >= every:
            self.last_status = time.monotonic()
            self.screen.status(self._status())
        if not self.attuned.is_alive():
            raise Failed(f"attuned is gone:\n{self.attuned.words()[-2000:]}")

    def _status(self):
        seen = self.centre.seen
        return (f"{self.time_of_day(self.clock.now())}   {self.centre.waiting():3} waiting   "
                f"{self.centre.talking():3} talking   {seen['answered']:3} answered   "
                f"{seen['gave_up']:3} gave up   {seen['missed']} missed offers")

    def run(self):
        made = self.prepare()
        plans = made.arrivals(HOUR)
        self.introduce(plans)
        self.centre.expect(plans)
        self.log = RouteLog(self.attuned.log, time.monotonic())
        self.clock.start()
        self.start_ms = int(self.attuned.rows("status")[0]["now_ms"])
        self.clock.start()
        self.centre.sign_in()
        self.centre.run(HOUR, self.on_turn)
        self.screen.end_status()
        self.tell()
        if self.options.serve:
            self.serve(made)

    # ---- What came of it ----

    def tell(self):
        status = self.attuned.rows("status")[0]
        queues = self.attuned.rows("queues")
        agents = self.attuned.rows("agents")
        cpu = self.attuned.cpu_seconds()
        for event in self.log.events():
            self.history.take(event)
        until_ms = self.history.last_ms

        self.title("What came of it")
        summary.write_headline(lambda text="": self.say("  " + text if text and not text.startswith(
            "  ") else text), self.history, self.facts["bank"], self.centre)
        self.say()
        summary.write_queues(self.say, self.history, queues)
        self.title("How busy everyone was")
        summary.write_agents(self.say, self.history, agents, until_ms)
        self.title("How it was for customers")
        summary.write_measures(self.say, self._report())
        self.title("Three decisions, explained by attunectl")
        self._explain()
        self.title("What it took")
        self._costs(status, cpu)
        self.title("Go on by hand")
        self._by_hand()

    def _report(self):
        """Once the history, which is written beside the routing, has it all."""
        before = None
        for _ in range(20):
            (report,) = self.attuned.rows("report", "--by", "channel")
            if report == before:
                break
            before = report
            time.sleep(0.3)
        return report

    def _explain(self):
        for contact, question in summary.choose_decisions(self.history, self.plans):
            self.say("  " + style(question, "bold"))
            self.say("  " + style(f"$ attunectl explain {contact}", "cyan"))
            answer = self.attuned.ctl("explain", contact)
            for line in (answer.stdout or answer.stderr).splitlines():
                self.screen.line("    " + line)
            self.say()

    def _costs(self, status, cpu):
        seconds = [second for front_end in (self.centre.phone, self.centre.web)
                   for second in front_end.answer_seconds]
        quantiles = statistics.quantiles(seconds, n=100)
        refused = sum(sum(front_end.refusals.values())
                      for front_end in (self.centre.phone, self.centre.web))
        self.say(f"  {status['commands']} commands decided, {status['offers']} offers made, "
                 f"{self.events.seen} events in the route log ({self.events.shown} of them shown above).")
        self.say(f"  Each answered only when it was on the disk: half within {quantiles[49] * 1000:.1f} ms, "
                 f"99 of 100 within {quantiles[98] * 1000:.1f} ms, as the front ends")
        self.say(f"  measured it. attuned used {cpu:.1f} s of processor time for the hour and "
                 f"{status['rss_bytes'] / 2**20:.0f} MiB of memory.")
        crossed = (f"{refused} requests were refused: an accept and a hang-up that crossed, for "
                   "example." if refused else "No request was refused.")
        self.say(f"  {crossed}")

    def _by_hand(self):
        ctl = os.path.relpath(self.attuned.program("attunectl"))
        daemon = os.path.relpath(self.attuned.program("attuned"))
        contact = next((event["contact"] for event in reversed(self.history.decisions)), "call-001")
        if not self.options.serve:
            self.say("  ./tools/demo --serve plays it again and stays. Or start attuned on what this morning "
                     "left; it")
            self.say("  reads its journal again and knows everything:")
            self.say()
            self._command(f"{daemon} --config {os.path.relpath(self.attuned.config)} --data "
                          f"{os.path.relpath(self.attuned.data)} --socket "
                          f"{os.path.relpath(self.attuned.home)}/attuned.sock &")
            socket = os.path.join(os.path.relpath(self.attuned.home), "attuned.sock")
        else:
            socket = os.path.relpath(self.attuned.socket)
        self._command(f"export ATTUNE_SOCKET={socket}")
        for words in ("queues", "report --by queue", "review alba", f"explain {contact}", f"explain {contact} --agent alba",
                      "agents", "contact add my-call --queue stocks --value 30000", "explain my-call",
                      "tail", "config check config/example.yaml"):
            self._command(f"{ctl} {words}")
        self.say()
        self.say(f"  The route log is {os.path.relpath(self.attuned.log)}, a JSON object a line; "
                 "`attunectl help` lists everything else.")

    def _command(self, text):
        self.screen.line("    " + style(text, "cyan"))

    # ---- And on ----

    def serve(self, made):
        self.title("The morning goes on until ctrl-C")
        hour = 1
        while True:
            made.seed = f"{self.options.seed}+{hour}"
            plans = made.arrivals(HOUR)
            for plan in plans:
                plan.at += hour * HOUR
            self.centre.expect(plans)
            self.centre.run((hour + 1) * HOUR, self.on_turn)
            hour += 1


def parse_options():
    parser = argparse.ArgumentParser(prog="tools/demo", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--serve", action="store_true", help="go on until ctrl-C")
    parser.add_argument("--seed", default="1999", help="another morning (1999)")
    parser.add_argument("--scale", type=int, default=60, help="times as fast as real time (60)")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"),
                        help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = parse_options()
    play = Play(options, options.build)
    # Also where whoever started us had them ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    status = 0
    stopped = True
    try:
        play.run()
    except KeyboardInterrupt:
        play.screen.end_status()
        print("\nStopped.")
        status = 0 if options.serve else 130
    except (Failed, OSError) as error:
        play.screen.end_status()
        print(f"tools/demo: {error}", file=sys.stderr)
        status = 1
    finally:
        stopped = play.attuned.stop()
    if not stopped and status == 0:
        print("tools/demo: attuned did not stop as it should; see "
              f"{os.path.relpath(play.attuned.said)}", file=sys.stderr)
        status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
