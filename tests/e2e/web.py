# SPDX-License-Identifier: Apache-2.0
"""What the tests of HTTP share: plain requests, and the samples of a page of metrics."""

import http.client
import re
import socket

from support import SLOWER

SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|NaN|\+Inf)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Web:
    """Where a house's attuned answers operators."""

    def __init__(self, house):
        (line,) = [line for line in house.words().splitlines() if "event=ready" in line][-1:]
        host, port = line.split(" http=")[1].split()[0].strip('"').rsplit(":", 1)
        self.address = (host.strip("[]"), int(port))

    def connection(self):
        return http.client.HTTPConnection(*self.address, timeout=10 * SLOWER)

    def socket(self):
        return socket.create_connection(self.address, timeout=10 * SLOWER)

    def get(self, path, method="GET", connection=None):
        """Status and text."""
        mine = connection or self.connection()
        try:
            mine.request(method, path)
            answer = mine.getresponse()
            return answer.status, answer.read().decode()
        finally:
            if not connection:
                mine.close()

    def metrics(self):
        """Every sample by its name and labels: ("attune_agents", "presence=ready") -> 2.0."""
        status, text = self.get("/metrics")
        assert status == 200, (status, text)
        return samples(text)


def samples(text):
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, line
        labels = ",".join(f"{name}={value}" for name, value in LABEL.findall(match[2] or ""))
        assert (match[1], labels) not in found, line
        found[match[1], labels] = float(match[3])
    return found


def raw(web, request):
    """Everything that comes back for these bytes, until it closes; empty if it just closes."""
    with web.socket() as connection:
        connection.sendall(request)
        said = b""
        try:
            while True:
                piece = connection.recv(65536)
                if not piece:
                    return said
                said += piece
        except ConnectionResetError:
            return said
