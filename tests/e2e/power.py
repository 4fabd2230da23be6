# SPDX-License-Identifier: Apache-2.0
"""Disks of our own: a small tmpfs, and an ext4 in a file whose power can be cut. The file is copied while
attuned is stopped: what the kernel of that disk had not written yet is not in the copy."""

import contextlib
import os
import subprocess
import threading
import time

from faults import Traffic, check_history, needs_root
from support import SLOWER, Skipped

DISK_BYTES = 48 << 20


def run_quietly(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def mounted(folder, *words):
    os.makedirs(folder, exist_ok=True)
    done = run_quietly("mount", *words, folder)
    if done.returncode != 0:
        raise Skipped(f"no mount here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        for _ in range(100):
            if run_quietly("umount", folder).returncode == 0:
                break
            time.sleep(0.05)


def mounted_tmpfs(folder, size):
    return mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "none")


def mounted_image(image, folder):
    return mounted(folder, "-o", "loop", image)


def needs_loop_devices():
    needs_root("mounting a disk in a file")
    if not os.path.exists("/dev/loop-control"):
        raise Skipped("there are no loop devices")
    if run_quietly("mkfs.ext4", "-V").returncode != 0:
        raise Skipped("there is no mkfs.ext4: tools/setup brings it (e2fsprogs)")


def make_disk(image):
    with open(image, "wb") as file:
        file.truncate(DISK_BYTES)
    done = run_quietly("mkfs.ext4", "-q", image)
    assert done.returncode == 0, done.stderr


def cut(house, seed, seconds):
    """Traffic, the power goes, and attuned starts on what the disk has. Gives the traffic."""
    image = house.path("disk")
    after = house.path("disk-after")
    traffic = Traffic(seed)
    make_disk(image)
    with mounted_image(image, house.path("mounted")) as folder:
        house.data = os.path.join(folder, "data")
        house.start()
        caller = threading.Thread(target=traffic.run, args=(house, 1_000_000))
        caller.start()
        time.sleep(seconds * SLOWER)
        house.process.send_signal(19)  # SIGSTOP: nothing is answered any more.
        time.sleep(0.02)
        done = run_quietly("cp", "--sparse=always", image, after)
        assert done.returncode == 0, done.stderr
        house.kill()
        caller.join()
    with mounted_image(after, house.path("mounted")) as folder:
        house.start()
        check_history(house, traffic)
        house.kill()
    os.unlink(image)
    os.unlink(after)
    return traffic
