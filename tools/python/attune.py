# SPDX-License-Identifier: Apache-2.0
"""A small client of attune's protocol for Python 3, on python3-protobuf.

    import attune

    client = attune.connect("/run/attune/attune.sock")       # or "host:port"
    client.hello(name="pbx-1", kind="demo", token="secret")
    client.request("agent_ready", agent="ann")
    done = client.request("contact_add", contact="c1", channel="voice", queue="general",
                          customer={"id": "u1", "lifetime_value_micro": 20_000_000_000})
    offer = client.wait_for("offer", contact="c1", timeout=5).offer
    client.request("offer_accept", contact="c1", agent=offer.agent, offer=offer.offer)

A request is named as in `Envelope` (proto/attune/v1/envelope.proto), its fields as in its message.
What comes back is the answer's message; a refusal is raised as Refused. Pushes that arrive meanwhile
are kept for next_push() and wait_for(), and acknowledged when they are handed out.

For an event loop, Protocol does the same without a socket: it takes bytes and gives bytes; AsyncClient
is that on asyncio.

The messages' Python is made by protoc when it is first needed, from the `proto` folder next to this
one or the installed one, into $ATTUNE_PYTHON_DIR or build/python.
"""

import asyncio
import collections
import fcntl
import os
import select
import socket
import struct
import subprocess
import time

PROTOCOL = 1
FRAME_BYTES_MAX = 65536

_HERE = os.path.dirname(os.path.abspath(__file__))
_ROOT = os.path.dirname(os.path.dirname(_HERE))
_NAMES = ["contact", "request", "admin", "answer", "push", "envelope"]


def _find_schema():
    for folder in (os.path.join(_ROOT, "proto"), "/usr/share/attune/proto",
                   "/usr/local/share/attune/proto"):
        if os.path.exists(os.path.join(folder, "attune/v1/envelope.proto")):
            return folder
    raise ImportError("attune: the schema (attune/v1/envelope.proto) is not where it should be")


def _generate():
    """Runs protoc if what it made is missing or older than the schema. Gives the folder."""
    schema = _find_schema()
    made = os.environ.get("ATTUNE_PYTHON_DIR") or os.path.join(_ROOT, "build", "python")
    files = [f"attune/v1/{name}.proto" for name in _NAMES]
    mark = os.path.join(made, "attune", "v1", ".made")
    newest = max(os.path.getmtime(os.path.join(schema, file)) for file in files)
    os.makedirs(os.path.join(made, "attune", "v1"), exist_ok=True)
    with open(os.path.join(made, ".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two tests may start at once.
        if not os.path.exists(mark) or os.path.getmtime(mark) < newest:
            subprocess.run(["protoc", f"--proto_path={schema}", f"--python_out={made}", *files],
                           check=True)
            with open(mark, "w", encoding="ascii"):
                pass
            os.utime(mark, (newest, newest))
    return made


# With a __path__ this module is also the package that protoc's modules are in: attune.v1.
__path__ = [os.path.join(_generate(), "attune")]

from attune.v1 import (admin_pb2, answer_pb2, contact_pb2,  # noqa: E402  pylint: disable=C0413
                       envelope_pb2, push_pb2, request_pb2)

__all__ = ["AsyncClient", "Client", "Closed", "Protocol", "Refused", "admin_pb2", "answer_pb2",
           "connect", "contact_pb2", "encode", "envelope_pb2", "push_pb2", "request_pb2"]


class Refused(Exception):
    """A request was answered with an Error. `code` is the word: "unknown", "state", ..."""

    def __init__(self, error):
        self.error = error
        name = answer_pb2.ErrorCode.Name(error.code) if error.code in \
            answer_pb2.ErrorCode.values() else "ERROR_CODE_UNSPECIFIED"
        self.code = name.removeprefix("ERROR_CODE_").lower()
        self.field = error.field
        self.retry_ms = error.retry_ms
        self.nearest = error.nearest
        super().__init__(f"{self.code}: {error.message}" +
                         (f" ({error.field})" if error.field else ""))


class Closed(ConnectionError):
    """The connection is gone. `reason` is what attune said before, if anything."""

    def __init__(self, reason=""):
        self.reason = reason
        super().__init__(reason or "attune closed the connection")


def encode(envelope):
    """The frame of an envelope."""
    content = envelope.SerializeToString()
    return struct.pack(">I", len(content)) + content


def _fill(message, fields):
    for key, value in fields.items():
        if value is None:
            continue
        if isinstance(value, dict):
            _fill(getattr(message, key), value)
            getattr(message, key).SetInParent()
        elif isinstance(value, (list, tuple)):
            for item in value:
                if isinstance(item, dict):
                    _fill(getattr(message, key).add(), item)
                else:
                    getattr(message, key).append(item)
        else:
            setattr(message, key, value)


class Protocol:
    """The protocol without a connection: bytes in, envelopes out; requests in, bytes out."""

    def __init__(self):
        self.last_request_id = 0
        self.resume = ""
        self.last_push = 0
        self._kept = b""

    def disconnected(self):
        """Forgets what was half received; the resume token and the last push stay."""
        self._kept = b""

    def envelopes(self, data):
        """The whole envelopes in what was received so far, and this."""
        self._kept += data
        found = []
        while len(self._kept) >= 4:
            (length,) = struct.unpack(">I", self._kept[:4])
            if length > FRAME_BYTES_MAX:
                raise Closed("what answers here is not attune")
            if len(self._kept) < 4 + length:
                break
            envelope = envelope_pb2.Envelope()
            envelope.ParseFromString(self._kept[4:4 + length])
            self._kept = self._kept[4 + length:]
            found.append(envelope)
        return found

    def request(self, name, fields):
        """A request's number and its frame."""
        self.last_request_id += 1
        envelope = envelope_pb2.Envelope(request_id=self.last_request_id)
        message = getattr(envelope, name)
        message.SetInParent()
        _fill(message, fields)
        return self.last_request_id, encode(envelope)

    def hello(self, **fields):
        fields.setdefault("protocol", PROTOCOL)
        fields.setdefault("kind", "python")
        if self.resume:
            fields.setdefault("resume", self.resume)
            fields.setdefault("last_push", self.last_push)
        return self.request("hello", fields)

    def welcomed(self, welcome):
        if not welcome.resumed:
            self.last_push = 0
        self.resume = welcome.resume

    def is_new(self, push):
        """Whether a push has not been seen, as those sent again after a reconnect have."""
        if push.push_id <= self.last_push:
            return False
        self.last_push = push.push_id
        return True

    @staticmethod
    def acknowledge(push_id):
        envelope = envelope_pb2.Envelope()
        envelope.ack.push_id = push_id
        return encode(envelope)


def _result_of(envelope):
    kind = envelope.answer.WhichOneof("result")
    if kind == "error":
        raise Refused(envelope.answer.error)
    return getattr(envelope.answer, kind) if kind else None


def _matches(push, kind, fields):
    if push.WhichOneof("body") != kind:
        return False
    body = getattr(push, kind)
    return all(getattr(body, key) == value for key, value in fields.items())


def _connect_socket(address, timeout):
    if "/" in address or ":" not in address:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        connection.connect(address)
        return connection
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host.strip("[]"), int(port)), timeout=timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def connect(address, timeout=5.0):
    """Connects to a unix socket's path or to host:port. Nothing is said yet: hello() comes first."""
    return Client(address, timeout)


class Client:
    """A connection that waits for its answers."""

    def __init__(self, address, timeout=5.0):
        self.address = address
        self.timeout = timeout
        self.protocol = Protocol()
        self.pushes = collections.deque()
        self.events = collections.deque()
        self.auto_ack = True
        self.bye = ""
        self._answers = {}
        self._socket = _connect_socket(address, timeout)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self, say_bye=False):
        if self._socket is None:
            return
        if say_bye:
            try:
                self.send("bye")
            except OSError:
                pass
        self._socket.close()
        self._socket = None

    def reconnect(self, **hello):
        """A new connection with the resume token of the last session. Gives the welcome."""
        self.close()
        self.protocol.disconnected()
        self._socket = _connect_socket(self.address, self.timeout)
        return self.hello(**hello)

    def fileno(self):
        return self._socket.fileno()

    # What goes out.

    def send_bytes(self, data):
        if self._socket is None:
            raise Closed(self.bye)
        self._socket.sendall(data)

    def send(self, name, **fields):
        """Sends a request and gives its number; answer() waits for the answer."""
        request_id, frame = self.protocol.request(name, fields)
        self.send_bytes(frame)
        return request_id

    def ack(self, push_id):
        self.send_bytes(self.protocol.acknowledge(push_id))

    # What comes in.

    def _take(self, envelope):
        body = envelope.WhichOneof("body")
        if body in ("answer", "welcome", "pong"):
            self._answers[envelope.request_id] = envelope
        elif body == "push":
            if self.protocol.is_new(envelope.push):
                self.pushes.append(envelope.push)
        elif body == "events":
            for line in envelope.events.lines:
                self.events.append((envelope.request_id, line))
        elif body == "bye":
            self.bye = envelope.bye.reason
        elif body == "ping":
            pong = envelope_pb2.Envelope(request_id=envelope.request_id)
            pong.pong.payload = envelope.ping.payload
            self.send_bytes(encode(pong))

    def receive(self, timeout):
        """Takes what arrives within the time; False if nothing did."""
        if self._socket is None:
            raise Closed(self.bye)
        ready, _, _ = select.select([self._socket], [], [], max(timeout, 0))
        if not ready:
            return False
        data = self._socket.recv(65536)
        if not data:
            self.close()
            raise Closed(self.bye)
        for envelope in self.protocol.envelopes(data):
            self._take(envelope)
        return True

    def _wait(self, is_there, timeout, what):
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while not is_there():
            left = deadline - time.monotonic()
            if left <= 0 or not self.receive(left):
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"no {what} from {self.address}")

    def answer(self, request_id, timeout=None):
        """The answer's message; raises Refused."""
        self._wait(lambda: request_id in self._answers, timeout, "answer")
        return _result_of(self._answers.pop(request_id))

    def request(self, name, timeout=None, **fields):
        return self.answer(self.send(name, **fields), timeout)

    def hello(self, timeout=None, **fields):
        """Gives the welcome; raises Refused."""
        request_id, frame = self.protocol.hello(**fields)
        self.send_bytes(frame)
        # An old daemon may answer without the number.
        self._wait(lambda: request_id in self._answers or 0 in self._answers, timeout, "welcome")
        envelope = self._answers.pop(request_id, None) or self._answers.pop(0)
        if envelope.WhichOneof("body") != "welcome":
            _result_of(envelope)
        self.protocol.welcomed(envelope.welcome)
        return envelope.welcome

    def ping(self, timeout=None):
        request_id = self.send("ping")
        self._wait(lambda: request_id in self._answers, timeout, "pong")
        return self._answers.pop(request_id).pong

    def next_push(self, timeout=None):
        """The next push, acknowledged; None if none comes in time."""
        try:
            self._wait(lambda: self.pushes, timeout, "push")
        except TimeoutError:
            return None
        push = self.pushes.popleft()
        if self.auto_ack:
            self.ack(push.push_id)
        return push

    def wait_for(self, kind, timeout=None, **fields):
        """The next push of this kind ("offer", "closed") with these fields. Those before it are
        passed over."""
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            push = self.next_push(deadline - time.monotonic())
            if push is None:
                raise TimeoutError(f"no {kind} {fields} from {self.address}")
            if _matches(push, kind, fields):
                return push

    def next_event(self, timeout=None):
        """The next line of a tail, as (request_id, line of JSON); None if none comes in time."""
        try:
            self._wait(lambda: self.events, timeout, "event")
        except TimeoutError:
            return None
        return self.events.popleft()

    def pages(self, name, **fields):
        """The rows of a list (queues, agents, contacts, skills), whatever pages it comes in."""
        cursor = 0
        while True:
            page = self.request(name, cursor=cursor, **fields)
            yield from page.rows
            cursor = page.next
            if cursor == 0:
                return


class AsyncClient:
    """The same on asyncio: `client = await AsyncClient.open(address)`; pushes are in `pushes`, an
    asyncio.Queue, and are yours to acknowledge with ack()."""

    def __init__(self, reader, writer):
        self.protocol = Protocol()
        self.pushes = asyncio.Queue()
        self.events = asyncio.Queue()
        self._reader = reader
        self._writer = writer
        self._waiting = {}
        self._task = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, address):
        if "/" in address or ":" not in address:
            return cls(*await asyncio.open_unix_connection(address))
        host, port = address.rsplit(":", 1)
        return cls(*await asyncio.open_connection(host.strip("[]"), int(port)))

    async def close(self):
        self._task.cancel()
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass

    async def _read(self):
        reason = ""
        try:
            while data := await self._reader.read(65536):
                for envelope in self.protocol.envelopes(data):
                    body = envelope.WhichOneof("body")
                    if body in ("answer", "welcome", "pong"):
                        waiting = self._waiting.pop(envelope.request_id, None)
                        if waiting and not waiting.done():
                            waiting.set_result(envelope)
                    elif body == "push" and self.protocol.is_new(envelope.push):
                        await self.pushes.put(envelope.push)
                    elif body == "events":
                        for line in envelope.events.lines:
                            await self.events.put((envelope.request_id, line))
                    elif body == "bye":
                        reason = envelope.bye.reason
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(Closed(reason))
            self._waiting.clear()

    async def _ask(self, request_id, frame):
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = waiting
        self._writer.write(frame)
        await self._writer.drain()
        return await waiting

    async def hello(self, **fields):
        envelope = await self._ask(*self.protocol.hello(**fields))
        if envelope.WhichOneof("body") != "welcome":
            _result_of(envelope)
        self.protocol.welcomed(envelope.welcome)
        return envelope.welcome

    async def request(self, name, **fields):
        return _result_of(await self._ask(*self.protocol.request(name, fields)))

    async def ack(self, push_id):
        self._writer.write(self.protocol.acknowledge(push_id))
        await self._writer.drain()
