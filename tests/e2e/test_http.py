# SPDX-License-Identifier: Apache-2.0
"""What operators see by HTTP: metrics, health, readiness; and that nobody who asks holds up routing."""

import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from faults import needs_root
from power import mounted_tmpfs
from support import ATTUNED, CONFIG, IS_SANITIZED, ROOT, SLOWER, Skipped, attune, eventually, run
from web import Web, raw, samples

CONNECTIONS_MAX = 64
NAME = re.compile(r"`((?:attune|process)_[a-z_]+)(?:\{[a-z_,]*\})?`")


def open_house(house, **options):
    house.start(http="127.0.0.1:0", **options)
    return Web(house)


def serve_one(house, contact="c1"):
    """A contact from its arrival to its end; leaves ann ready."""
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact=contact, channel="voice", queue="cards")
    phone.request("offer_accept", contact=contact, agent="ann")
    phone.request("contact_end", contact=contact)
    return phone


# ---- Metrics ----

def promtool(*words, **options):
    tool = shutil.which("promtool")
    if not tool:
        raise Skipped("there is no promtool: tools/setup brings it (prometheus)")
    return subprocess.run([tool, *words], capture_output=True, check=False, **options)


def metrics_are_as_prometheus_wants_them(house):
    web = open_house(house)
    serve_one(house)
    _, text = web.get("/metrics")
    done = promtool("check", "metrics", input=text.encode())
    assert done.returncode == 0 and not done.stdout and not done.stderr, done


def figures_move_with_a_contact_that_is_routed(house):
    web = open_house(house)
    before = web.metrics()
    assert before["attune_agents", "presence=offline"] == 3
    assert before["attune_queue_entered_total", "queue=cards"] == 0
    phone = house.client("phone")
    phone.request("agent_ready", agent="ann")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    phone.request("contact_add", contact="c2", channel="voice", queue="cards")
    eventually(lambda: web.metrics()["attune_queue_offered_contacts", "queue=cards"] == 1)
    now = web.metrics()
    assert now["attune_queue_waiting_contacts", "queue=cards"] == 1
    assert now["attune_contacts", "state=offered"] == 1
    phone.request("offer_accept", contact="c1", agent="ann")
    eventually(lambda: web.metrics()["attune_queue_connected_contacts", "queue=cards"] == 1)
    time.sleep(0.3)
    assert web.metrics()["attune_queue_longest_wait_seconds", "queue=cards"] >= 0.3
    phone.request("contact_end", contact="c1")
    phone.request("contact_abandon", contact="c2")
    eventually(lambda: web.metrics()["attune_queue_abandoned_total", "queue=cards"] == 1)
    after = web.metrics()
    for name, labels, value in (
            ("attune_queue_entered_total", "queue=cards", 2),
            ("attune_queue_answered_total", "queue=cards", 1),
            ("attune_queue_answered_in_level_total", "queue=cards", 1),
            ("attune_contacts_closed_total", "outcome=handled", 1),
            ("attune_contacts_closed_total", "outcome=abandoned", 1),
            ("attune_agents", "presence=ready", 1),
            ("attune_commands_total", "command=contact_add", 2),
            ("attune_offers_total", "", 2),
            ("attune_offers_revoked_total", "reason=abandoned", 1),
            ("attune_effects_total", "effect=connect", 1),
            ("attune_sessions", "", 1)):
        assert after[name, labels] == value, (name, labels, after[name, labels])
    batches = after["attune_journal_batches_total", ""]
    assert batches >= 6 and after["attune_journal_commit_seconds_count", ""] == batches
    assert after["attune_journal_commit_seconds_sum", ""] > 0
    assert after["attune_loop_turn_seconds_count", ""] > before["attune_loop_turn_seconds_count", ""]
    assert after["attune_journal_commands_total", ""] == house.status()["durable_seq"]


def refusals_are_counted_by_their_code(house):
    web = open_house(house)
    phone = house.client("phone")
    wall = house.client("wall")
    for client, name, fields in ((phone, "contact_end", {"contact": "nobody"}),
                                 (phone, "agent_ready", {"agent": "nobody"}),
                                 (wall, "contact_end", {"contact": "nobody"})):
        try:
            client.request(name, **fields)
            raise AssertionError(f"{name} {fields} was done")
        except attune.Refused as refusal:
            assert refusal.code in ("unknown", "denied"), refusal
    eventually(lambda: web.metrics()["attune_commands_refused_total", "code=unknown"] == 2)
    assert web.metrics()["attune_requests_refused_total", "code=denied"] == 1
    try:
        house.client("phone", token="guessed")
        raise AssertionError("a wrong token got in")
    except attune.Refused as refusal:
        assert refusal.code == "denied"
    eventually(lambda: web.metrics()["attune_requests_refused_total", "code=denied"] == 2)


def pushes_that_nobody_acknowledges_are_seen(house):
    web = open_house(house)
    phone = house.client("phone")
    phone.auto_ack = False
    for i in range(10):
        phone.request("contact_add", contact=f"c{i}", channel="voice", queue="cards")
    eventually(lambda: web.metrics()["attune_pushes_unacknowledged", ""] >= 10)


def reloads_are_counted_by_their_result(house):
    web = open_house(house)
    assert web.metrics()["attune_config_reloads_total", "result=changed"] == 1, "the start's"
    before = [key for key in web.metrics() if key[0] == "attune_config_info"]
    house.ctl("config", "reload")
    house.write_config(CONFIG + "nonsense: 1\n")
    house.ctl("config", "reload")
    eventually(lambda: web.metrics()["attune_config_reloads_total", "result=refused"] == 1)
    assert web.metrics()["attune_config_last_reload_successful", ""] == 0
    house.write_config(CONFIG.replace("General", "All others").replace(
        "  general:", "  more: {}\n  general:"))
    assert house.ctl("config", "reload")[0] == 0
    eventually(lambda: web.metrics()["attune_config_last_reload_successful", ""] == 1)
    now = web.metrics()
    assert now["attune_config_reloads_total", "result=changed"] == 2
    assert now["attune_config_reloads_total", "result=unchanged"] == 1
    assert now["attune_queue_open", "queue=more"] == 1, "a new queue is there"
    after = [key for key in now if key[0] == "attune_config_info"]
    assert len(after) == 1 and after != before


def the_process_is_told_as_it_is(house):
    web = open_house(house)
    now = web.metrics()
    pid = house.process.pid
    with open(f"/proc/{pid}/statm", encoding="utf-8") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    assert abs(now["process_resident_memory_bytes", ""] - resident) < 0.2 * resident
    assert abs(now["process_open_fds", ""] - len(os.listdir(f"/proc/{pid}/fd"))) <= 12
    assert abs(now["process_start_time_seconds", ""] - time.time()) < 60 * SLOWER
    assert now["process_cpu_seconds_total", ""] > 0
    assert now["attune_disk_free_bytes", ""] > 0 and now["attune_journal_size_bytes", ""] > 0
    assert ("attune_snapshot_last_timestamp_seconds", "") not in now, "there is none yet"
    house.stop()
    web = open_house(house)
    now = web.metrics()
    assert abs(now["attune_snapshot_last_timestamp_seconds", ""] - time.time()) < 60 * SLOWER
    assert now["attune_snapshot_behind_commands", ""] <= 1


def a_snapshot_is_told_when_it_is_made(house):
    web = open_house(house, snapshot_every=20)
    phone = house.client("phone")
    for i in range(30):
        phone.request("contact_add", contact=f"c{i}", channel="voice", queue="cards")
    eventually(lambda: web.metrics()["attune_snapshots_total", "result=made"] >= 1)
    now = web.metrics()
    assert now["attune_snapshot_duration_seconds", ""] > 0
    assert now["attune_snapshot_behind_commands", ""] < 30


def names_that_prometheus_would_trip_over_are_escaped(house):
    web = open_house(house)
    _, text = web.get("/metrics")
    assert samples(text), "each line reads, and none comes twice"
    assert all(line.isprintable() for line in text.splitlines())


def every_metric_stands_in_the_docs_and_none_else(house):
    web = open_house(house)
    _, text = web.get("/metrics")
    told = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    with open(os.path.join(ROOT, "docs", "operations.md"), encoding="utf-8") as file:
        documented = set(NAME.findall(file.read()))
    assert told == documented, (told - documented, documented - told)
    for name in ("config/prometheus/attune.rules.yml", "config/grafana/attune.json"):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            used = set(re.findall(r"\b((?:attune|process)_[a-z_]+)", file.read()))
        used = {word if word in told else re.sub("_(bucket|sum|count)$", "", word)
                for word in used}
        assert used and used <= told, (name, used - told)


def every_alert_says_what_to_do(house):
    del house
    with open(os.path.join(ROOT, "docs", "operations.md"), encoding="utf-8") as file:
        headings = {heading.strip().lower().replace(" ", "-")
                    for heading in re.findall("^#+ (.*)$", file.read(), re.MULTILINE)}
    with open(os.path.join(ROOT, "config", "prometheus", "attune.rules.yml"),
              encoding="utf-8") as file:
        rules = file.read()
    alerts = re.findall(r"alert: (\w+)", rules)
    runbooks = re.findall(r"runbook: docs/operations\.md#(\S+)", rules)
    assert alerts and runbooks == [alert.lower() for alert in alerts]
    assert set(runbooks) <= headings, set(runbooks) - headings


# ---- Health ----

def a_process_that_stood_still_is_not_well_and_then_is(house):
    web = open_house(house)
    assert web.get("/healthz") == (200, "ok\n")
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with web.socket() as kept:
        kept.sendall(request)
        eventually(lambda: kept.recv(4096).endswith(b"ok\n"))
        house.process.send_signal(signal.SIGSTOP)
        kept.sendall(request)
        kept.settimeout(2)
        try:
            raise AssertionError(f"a process that is stopped answered {kept.recv(4096)}")
        except socket.timeout:
            pass
        house.process.send_signal(signal.SIGCONT)
        # It hears of the request when it goes on: the first thing it says is that it stood.
        kept.settimeout(10 * SLOWER)
        said = kept.recv(4096).decode()
    assert " 503 " in said, said
    eventually(lambda: web.get("/healthz") == (200, "ok\n"))


def ready_means_recovered_and_configured(house):
    """Until then nobody listens: here attuned waits for its configuration, which comes by a pipe."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    fifo = house.path("slow.yaml")
    os.mkfifo(fifo)
    house.config = fifo
    with open(house.said, "a", encoding="utf-8") as said:
        house.process = subprocess.Popen(
            [ATTUNED, *house.arguments(http=f"127.0.0.1:{port}")], stderr=said, stdin=subprocess.DEVNULL)
    eventually(lambda: "event=recovery.done" in house.words())
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1)
        raise AssertionError("somebody listens")
    except ConnectionRefusedError:
        pass
    with open(fifo, "w", encoding="utf-8") as file:
        file.write(CONFIG)
    eventually(lambda: "event=ready" in house.words())
    status, text = Web(house).get("/readyz")
    answer = json.loads(text)
    assert status == 200 and answer["ready"] and answer["reasons"] == []
    assert answer["config"] and answer["seq"] == 1


def who_drains_is_not_ready(house):
    """A session that reads none of its answers keeps it draining for some seconds."""
    web = open_house(house)
    phone = house.client("phone")
    assert web.get("/readyz")[0] == 200
    frame = phone.protocol.request("contacts", {})[1]
    for i in range(300):
        phone.request("contact_add", contact=f"c{i}", channel="voice", queue="cards", text="x" * 500)
    with socket.socket(fileno=os.dup(phone.fileno())) as deaf:
        deaf.setblocking(False)
        try:
            for _ in range(2000):
                deaf.send(frame)
        except BlockingIOError:
            pass
        deaf.setblocking(True)
    kept = web.connection()
    web.get("/readyz", connection=kept)
    house.process.send_signal(signal.SIGTERM)
    eventually(lambda: "event=draining" in house.words(), 3)
    status, text = web.get("/readyz", connection=kept)
    assert status == 503 and json.loads(text)["reasons"] == ["draining"], (status, text)
    assert house.process.wait(20 * SLOWER) == 0


def a_disk_that_is_nearly_full_is_not_ready(house):
    needs_root("mounting a small disk")
    with mounted_tmpfs(house.path("disk"), "32M") as folder:
        house.data = os.path.join(folder, "data")
        web = open_house(house)
        assert web.get("/readyz")[0] == 200
        with open(os.path.join(folder, "full"), "wb") as file:
            disk = os.statvfs(folder)
            file.write(b"x" * (disk.f_bavail * disk.f_frsize - (2 << 20)))
        eventually(lambda: web.get("/readyz")[0] == 503)
        assert json.loads(web.get("/readyz")[1])["reasons"] == ["disk_nearly_full"]
        eventually(lambda: web.metrics()["attune_disk_nearly_full", ""] >= 1)
        os.remove(os.path.join(folder, "full"))
        eventually(lambda: web.get("/readyz")[0] == 200)
        house.stop()


# ---- Who asks badly ----

def only_these_pages_and_only_to_read(house):
    web = open_house(house)
    for path in ("/", "/metrics/", "/metrics2", "/../etc/passwd", "/%2e%2e/etc/passwd", "//"):
        assert web.get(path)[0] in (403, 404), path
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert web.get("/metrics", method)[0] == 405, method
    status, text = web.get("/metrics", "HEAD")
    assert status == 200 and text == ""
    assert web.get("/healthz?verbose=1")[0] == 200
    assert house.is_alive()


def bad_requests_hurt_nobody(house):
    web = open_house(house)
    for request in (b"\r\n\r\n", b"\0" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics\r\n\r\n",
                    b"BREW /metrics HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" * 20,
                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 64,
                    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
                    b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 100000 + b"\r\n\r\n",
                    b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * 20000 + b"\r\n",
                    b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 9999,
                    b"GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                    b"GET /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                    b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"):
        with web.socket() as connection:
            connection.settimeout(2)
            try:
                connection.sendall(request)
                said = connection.recv(65536)
            except (ConnectionError, socket.timeout):
                said = b""
        assert b" 101 " not in said[:20], (request[:60], said[:200])
        assert house.is_alive(), request[:60]
    assert web.get("/healthz") == (200, "ok\n")
    assert house.words().count("\n") < 30, "whoever sends nonsense fills no log"
    assert house.client("phone").ping()


def many_requests_of_one_connection_are_answered_in_order(house):
    web = open_house(house)
    kept = web.connection()
    for _ in range(50):
        assert web.get("/healthz", connection=kept) == (200, "ok\n")
        assert web.get("/readyz", connection=kept)[0] == 200
    said = raw(web, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 5 +
               b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert said.count(b"HTTP/1.1 200") == 5 and said.count(b"HTTP/1.1 404") == 1, said
    assert said.index(b"404") > said.rindex(b"ok\n")


def who_is_slow_is_closed(house):
    """One says nothing, one sends a byte twice a second, one sends half a request."""
    web = open_house(house)
    silent, trickling, half = (web.socket() for _ in range(3))
    half.sendall(b"GET /metrics HTTP/1.1\r\n")
    began = time.monotonic()
    waiting = [silent, trickling, half]
    sent = 0
    while waiting:
        assert time.monotonic() - began < 25 * SLOWER, waiting
        time.sleep(0.5)
        for connection in list(waiting):
            try:
                if connection is trickling:
                    connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: slow\r\n"[sent:sent + 1])
                    sent += 1
                connection.settimeout(0.01)
                if connection.recv(4096) == b"":
                    waiting.remove(connection)
            except socket.timeout:
                pass
            except ConnectionError:
                waiting.remove(connection)
    assert time.monotonic() - began > 5
    eventually(lambda: web.metrics()["attune_http_connections", ""] == 1)
    assert web.metrics()["attune_http_slow_total", ""] == 3


def ask_and_never_read(web):
    greedy = socket.socket()
    greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    greedy.connect(web.address)
    greedy.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(1)
    return greedy


def a_reader_that_never_reads_is_closed(house):
    """Its page is larger than what the kernel holds for it."""
    queues = "".join(f"  q{i:05}-{'x' * 60}: {{ title: Q }}\n" for i in range(3000))
    house.write_config(CONFIG.replace("  general:", queues + "  general:"))
    web = open_house(house)
    status, text = web.get("/metrics")
    assert status == 200 and len(text) > 3000000, len(text)
    assert len([key for key in samples(text) if key[0] == "attune_queue_open"]) == 3002
    greedy = ask_and_never_read(web)
    assert web.metrics()["attune_http_connections", ""] == 2
    eventually(lambda: web.metrics()["attune_http_connections", ""] == 1, 30)
    assert web.metrics()["attune_http_slow_total", ""] == 1
    greedy.close()
    greedy = ask_and_never_read(web)    # It keeps nobody from stopping either.
    assert house.stop() == 0
    greedy.close()


def two_hundred_connections_hold_up_nobody(house):
    web = open_house(house)
    phone = serve_one(house, "warm")
    crowd = [web.socket() for _ in range(200)]
    served = turned = 0
    for connection in crowd:
        try:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        except ConnectionError:
            pass    # Turned away already; what it was told is there to be read.
    slowest = 0
    for i in range(20):
        began = time.monotonic()
        phone.request("contact_add", contact=f"c{i}", channel="voice", queue="cards")
        slowest = max(slowest, time.monotonic() - began)
    for connection in crowd:
        try:
            said = connection.recv(65536)
        except ConnectionError:
            said = b""
        served += said.startswith(b"HTTP/1.1 200")
        turned += said == b"" or said.startswith(b"HTTP/1.1 503")
    assert served == CONNECTIONS_MAX and served + turned == 200, (served, turned)
    assert slowest < 1 * SLOWER, slowest
    for connection in crowd:
        connection.close()
    eventually(lambda: web.get("/healthz")[0] == 200)
    eventually(lambda: web.metrics()["attune_http_connections", ""] == 1)
    assert web.metrics()["attune_http_turned_away_total", ""] >= 200 - CONNECTIONS_MAX


def sessions_and_signals_are_as_without_it(house):
    web = open_house(house)
    clients = [house.raw() for _ in range(150)]     # Past the descriptors it keeps for itself.
    assert web.get("/healthz") == (200, "ok\n")
    house.process.send_signal(signal.SIGHUP)
    eventually(lambda: house.words().count("config.loaded") == 2)
    kept = web.socket()
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(20 * SLOWER) == 0
    kept.close()
    assert clients and "event=stopped" in house.words()


# ---- Where it listens ----

def an_address_that_cannot_be_is_said(house):
    for where in ("127.0.0.1:99999", "127.0.0.1:", "8080", "127.0.0.1:http", "nonsense"):
        status, said = house.run_attuned(*house.arguments(http=where))
        assert status == 1 and "--http takes HOST:PORT" in said and where in said, (where, said)
    status, said = house.run_attuned(*house.arguments(http="203.0.113.1:0"))
    assert status == 1 and "203.0.113.1:0: Cannot assign" in said, said
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        status, said = house.run_attuned(*house.arguments(http=where))
        assert status == 1 and f"{where}: Address already in use" in said, said
    assert not os.path.exists(house.socket)
    house.start(http="[::1]:0")
    assert Web(house).get("/healthz") == (200, "ok\n")


def a_library_that_is_not_whole_is_said(house):
    """libwebsockets speaks on libuv's loop by a plugin that Debian has in a package of its own."""
    needs_root("a mount that others don't see")
    plugins = glob.glob("/usr/lib/*/libwebsockets-evlib_uv.so")
    if not plugins or not shutil.which("unshare"):
        raise Skipped("no plugin to hide here, or no unshare")
    hidden = f"mount --bind /dev/null {plugins[0]} && exec \"$0\" \"$@\""
    if subprocess.run(["unshare", "-m", "sh", "-c", hidden, "true"], check=False,
                      capture_output=True).returncode:
        raise Skipped("no mount here")
    done = subprocess.run(["unshare", "-m", "sh", "-c", hidden, ATTUNED,
                           *house.arguments(http="127.0.0.1:0")], capture_output=True, text=True,
                          check=False, timeout=20 * SLOWER)
    assert done.returncode == 1 and "libwebsockets-evlib-uv" in done.stderr, done


# ---- Prometheus ----

class Prometheus:
    """A real one, that scrapes a house twice a second."""

    def __init__(self, house, web):
        if not shutil.which("prometheus"):
            raise Skipped("there is no prometheus: tools/setup brings it")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        rules = os.path.join(ROOT, "config", "prometheus", "attune.rules.yml")
        config = house.write("prometheus.yml", json.dumps({
            "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
            "rule_files": [rules],
            "scrape_configs": [{"job_name": "attune", "static_configs": [
                {"targets": [f"{web.address[0]}:{web.address[1]}"]}]}]}))
        self.said = open(house.path("prometheus.said"), "w+b")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={config}",
             f"--storage.tsdb.path={house.path('prometheus')}",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            stdout=self.said, stderr=self.said, stdin=subprocess.DEVNULL)

    def ask(self, path, **fields):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(fields)}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["data"]
        except OSError:
            return None     # It has not started yet.

    def query(self, query):
        """The value of the first sample of the answer, or None."""
        answer = self.ask("query", query=query)
        return float(answer["result"][0]["value"][1]) if answer and answer["result"] else None

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.said.close()


def queries_of_the_board(web):
    with open(os.path.join(ROOT, "config", "grafana", "attune.json"), encoding="utf-8") as file:
        board = json.load(file)
    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    assert len(queries) > 30
    return [query.replace("$instance", f"{web.address[0]}:{web.address[1]}").replace("$queue", ".*")
            for query in queries]


def a_real_prometheus_reads_it_while_traffic_runs(house):
    if IS_SANITIZED:
        raise Skipped("prometheus is the same, and slow beside a sanitized attuned")
    web = open_house(house)
    prometheus = Prometheus(house, web)
    try:
        phone = serve_one(house)
        served = 1

        def has_seen():
            nonlocal served
            phone.request("contact_add", contact=f"t{served}", channel="voice", queue="cards")
            phone.request("offer_accept", contact=f"t{served}", agent="ann")
            phone.request("contact_end", contact=f"t{served}")
            served += 1
            return prometheus.query('rate(attune_queue_answered_total{queue="cards"}[5s])')
        assert eventually(has_seen, 40) > 0
        eventually(lambda: prometheus.query(
            "attune_queue_answered_total{queue=\"cards\"}") == served)
        assert prometheus.query("up") == 1
        assert 0 <= prometheus.query(
            "histogram_quantile(0.99, rate(attune_journal_commit_seconds_bucket[10s]))") < 5
        for query in queries_of_the_board(web):
            assert prometheus.ask("query", query=query) is not None, query
        targets = prometheus.ask("targets")["activeTargets"]
        assert [target["lastError"] for target in targets] == [""], targets
        groups = prometheus.ask("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert rules and all(rule["health"] in ("ok", "unknown") for rule in rules), rules
    finally:
        prometheus.close()


if __name__ == "__main__":
    run(metrics_are_as_prometheus_wants_them,
        figures_move_with_a_contact_that_is_routed,
        refusals_are_counted_by_their_code,
        pushes_that_nobody_acknowledges_are_seen,
        reloads_are_counted_by_their_result,
        the_process_is_told_as_it_is,
        a_snapshot_is_told_when_it_is_made,
        names_that_prometheus_would_trip_over_are_escaped,
        every_metric_stands_in_the_docs_and_none_else,
        every_alert_says_what_to_do,
        a_process_that_stood_still_is_not_well_and_then_is,
        ready_means_recovered_and_configured,
        who_drains_is_not_ready,
        a_disk_that_is_nearly_full_is_not_ready,
        only_these_pages_and_only_to_read,
        bad_requests_hurt_nobody,
        many_requests_of_one_connection_are_answered_in_order,
        who_is_slow_is_closed,
        a_reader_that_never_reads_is_closed,
        two_hundred_connections_hold_up_nobody,
        sessions_and_signals_are_as_without_it,
        an_address_that_cannot_be_is_said,
        a_library_that_is_not_whole_is_said,
        a_real_prometheus_reads_it_while_traffic_runs)
