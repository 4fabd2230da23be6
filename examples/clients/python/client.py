#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Brings a contact to the agent ann: client.py [SOCKET [PROTO_FOLDER]]. Needs protoc and python3-protobuf."""
import glob
import socket
import struct
import subprocess
import sys
import tempfile

PATH = sys.argv[1] if len(sys.argv) > 1 else "/run/attune/attuned.sock"
PROTO = sys.argv[2] if len(sys.argv) > 2 else "/usr/share/attune/proto"

with tempfile.TemporaryDirectory() as made:  # Your own build would keep what protoc makes.
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={made}", *glob.glob(f"{PROTO}/attune/v1/*.proto")], check=True)
    sys.path.insert(0, made)
    from attune.v1 import answer_pb2, contact_pb2, envelope_pb2

connection = socket.socket(socket.AF_UNIX)
connection.connect(PATH)
incoming = connection.makefile("rb")


def send(what, request_id=0, **fields):
    content = envelope_pb2.Envelope(request_id=request_id, **{what: fields}).SerializeToString()
    connection.sendall(struct.pack(">I", len(content)) + content)


# The socket's owner needs no token; others say token=... of their entry in access:.
send("hello", protocol=1, name="example", kind="example")
send("agent_ready", 1, agent="ann")
send("contact_add", 2, contact="call-1", channel="voice", customer={"id": "u-7"}, text="My card is gone")
while length := incoming.read(4):
    said = envelope_pb2.Envelope.FromString(incoming.read(*struct.unpack(">I", length)))
    if said.HasField("welcome"):
        print("welcome, as", envelope_pb2.Role.Name(said.welcome.role))
    elif said.answer.HasField("error"):
        sys.exit(f"{answer_pb2.ErrorCode.Name(said.answer.error.code)}: {said.answer.error.message}")
    elif said.HasField("push"):
        push = getattr(said.push, said.push.WhichOneof("body"))
        if said.push.HasField("routed"):
            print(f"{push.contact} waits in {push.queue}, place {push.position}")
        elif said.push.HasField("offer"):  # Here ann accepts at once.
            print(f"offered to {push.agent}: {push.why}")
            send("offer_accept", 3, contact=push.contact, agent=push.agent, offer=push.offer)
        elif said.push.HasField("connected"):
            print(f"connected with {push.agent}")
            send("contact_end", 4, contact=push.contact)
        elif said.push.HasField("closed"):
            print("closed:", contact_pb2.Outcome.Name(push.outcome))
            break
        send("ack", push_id=said.push.push_id)  # All up to this one are dealt with.
else:
    sys.exit("attuned closed the connection")
