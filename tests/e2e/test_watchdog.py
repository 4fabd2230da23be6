# SPDX-License-Identifier: Apache-2.0
"""The loop can't stop in silence."""

import fcntl
import os
import select
import signal
import socket
import subprocess
import time

from faults import count_operations, crash_at, needs_faults
from support import ATTUNED, SLOWER, run


def launch(house, errors, **options):
    """An attuned whose standard error is the caller's."""
    reads, writes = os.pipe()
    house.process = subprocess.Popen(
        [ATTUNED, *house.arguments(ready_fd=writes, **options)], stderr=errors,
        stdin=subprocess.DEVNULL, pass_fds=[writes])
    os.close(writes)
    with os.fdopen(reads, "rb") as ready:
        assert select.select([ready], [], [], 20 * SLOWER)[0] and ready.readline() == b"ready\n"


def a_loop_that_is_stuck_ends_the_process(house):
    """Nobody reads what attuned says on standard error, so that at some line it is stuck."""
    reads, writes = os.pipe()
    fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 4096)
    launch(house, writes, watchdog=1)
    os.close(writes)
    connections = []
    for _ in range(200):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(house.socket)
        connection.send(b"GET / HTTP/1.1\r\n\r\n")      # Each is worth a line.
        connections.append(connection)
    began = time.monotonic()
    assert house.process.wait(20 * SLOWER) == -signal.SIGABRT
    assert 0.5 < time.monotonic() - began < 10 * SLOWER
    os.close(reads)
    # What it had is there after a start.
    house.start()
    assert house.status()["seq"] > 0
    house.stop()


def a_process_that_was_stopped_is_not_stuck(house):
    house.start(watchdog=1)
    phone = house.client("phone")
    phone.request("contact_add", contact="c1", channel="voice", queue="cards")
    for _ in range(2):
        house.process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        house.process.send_signal(signal.SIGCONT)
        phone.request("contact_add", contact="c1", channel="voice", queue="cards")
        time.sleep(0.5)
    assert house.is_alive() and "loop.stuck" not in house.words()


def an_idle_loop_is_not_stuck(house):
    house.start(watchdog=1)
    time.sleep(3)
    assert house.is_alive()


def a_disk_that_hangs_ends_the_process(house):
    """A sync in the middle of traffic never returns, nor any after it. What waited for it was not
    answered; all that was is there after a start on a disk that is well again."""
    needs_faults()
    at_start = count_operations(house, 0, "sync")
    how, traffic = crash_at(house, f"sync:{at_start + 20}:hang:sticky", 400, watchdog=2)
    assert how == -signal.SIGABRT, how
    assert len(traffic.history) > 10, traffic.history
    assert "journal.slow" in house.words() and "journal.stuck" in house.words()


class Systemd:
    """What systemd is told."""

    def __init__(self, house, watchdog_ms):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(house.path("notify"))
        self.socket.settimeout(5 * SLOWER)
        os.environ["NOTIFY_SOCKET"] = house.path("notify")
        os.environ["WATCHDOG_USEC"] = str(watchdog_ms * 1000)

    def close(self):
        del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]
        self.socket.close()

    def heard(self, seconds):
        """What comes within the time."""
        words = []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                words.append(self.socket.recv(4096).decode())
        return words


def systemd_hears_of_a_loop_that_turns(house):
    systemd = Systemd(house, 4000)
    try:
        house.start()
        assert "READY=1" in systemd.heard(1)
        assert 1 <= systemd.heard(5).count("WATCHDOG=1") <= 5
    finally:
        systemd.close()


if __name__ == "__main__":
    run(a_loop_that_is_stuck_ends_the_process,
        a_process_that_was_stopped_is_not_stuck,
        an_idle_loop_is_not_stuck,
        a_disk_that_hangs_ends_the_process,
        systemd_hears_of_a_loop_that_turns)
