#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A front end in a page: brings a contact to its agent. Needs protoc and python3-protobuf.

    client.py SOCKET [PROTO_FOLDER]        the agent ann must exist; here she accepts at once

The socket's owner needs no token; others add token=... of their entry in access: to the hello.
"""

import socket
import struct
import subprocess
import sys
import tempfile

PATH = sys.argv[1] if len(sys.argv) > 1 else "/run/attune/attuned.sock"
PROTO = sys.argv[2] if len(sys.argv) > 2 else "/usr/share/attune/proto"
NAMES = [f"attune/v1/{name}.proto" for name in "contact request admin answer push envelope".split()]

with tempfile.TemporaryDirectory() as made:  # Your own build would keep what protoc makes.
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={made}", *NAMES], check=True)
    sys.path.insert(0, made)
    from attune.v1 import answer_pb2, contact_pb2, envelope_pb2


def send(what, request_id=0, **fields):
    envelope = envelope_pb2.Envelope(request_id=request_id, **{what: fields})
    content = envelope.SerializeToString()
    connection.sendall(struct.pack(">I", len(content)) + content)


def receive():
    def exactly(count):
        data = connection.recv(count, socket.MSG_WAITALL)
        if len(data) < count:
            sys.exit("attuned closed the connection")
        return data
    return envelope_pb2.Envelope.FromString(exactly(*struct.unpack(">I", exactly(4))))


connection = socket.socket(socket.AF_UNIX)
connection.connect(PATH)
send("hello", protocol=1, name="example", kind="example")
send("agent_ready", 1, agent="ann")
send("contact_add", 2, contact="call-1", channel="voice", text="My card is gone",
     customer={"id": "u-7", "name": "Jane Doe"})
while True:
    said = receive()
    body = said.WhichOneof("body")
    if body == "welcome":
        print("welcome, as", envelope_pb2.Role.Name(said.welcome.role))
    elif body == "answer" and said.answer.HasField("error"):
        sys.exit(f"{answer_pb2.ErrorCode.Name(said.answer.error.code)}: {said.answer.error.message}")
    elif body == "push":
        what = said.push.WhichOneof("body")
        push = getattr(said.push, what)
        if what == "routed":
            print(f"{push.contact} waits in {push.queue}, place {push.position}")
        elif what == "offer":
            print(f"offered to {push.agent}: {push.why}")
            send("offer_accept", 3, contact=push.contact, agent=push.agent, offer=push.offer)
        elif what == "connected":
            print(f"connected with {push.agent}")
            send("contact_end", 4, contact=push.contact)
        elif what == "closed":
            print("closed:", contact_pb2.Outcome.Name(push.outcome))
            break
        send("ack", push_id=said.push.push_id)  # All up to this one are dealt with.
