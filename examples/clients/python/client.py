# SPDX-License-Identifier: Apache-2.0
"""Brings a contact to the agent ann, who accepts at once, and ends it: python3 client.py SOCKET"""
import socket
import sys

from attune.v1 import answer_pb2, contact_pb2, envelope_pb2  # As protoc makes them.

connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
incoming = connection.makefile("rb")


def send(what, request_id=0, **fields):
    content = envelope_pb2.Envelope(request_id=request_id, **{what: fields}).SerializeToString()
    connection.sendall(len(content).to_bytes(4, "big") + content)


send("hello", protocol=1, name="example", kind="example")  # With a token if the socket is not yours.
send("agent_ready", 1, agent="ann")
send("contact_add", 2, contact="call-1", channel="voice", text="My card is gone")
while length := incoming.read(4):
    said = envelope_pb2.Envelope.FromString(incoming.read(int.from_bytes(length, "big")))
    if said.HasField("welcome"):
        print("welcome, as", envelope_pb2.Role.Name(said.welcome.role))
    elif said.answer.HasField("error"):
        sys.exit(f"{answer_pb2.ErrorCode.Name(said.answer.error.code)}: {said.answer.error.message}")
    elif said.push.HasField("routed"):
        print(f"call-1 waits in {said.push.routed.queue}, place {said.push.routed.position}")
    elif said.push.HasField("offer"):
        print(f"offered to {said.push.offer.agent}: {said.push.offer.why}")
        send("offer_accept", 3, contact="call-1", agent="ann", offer=said.push.offer.offer)
    elif said.push.HasField("connected"):
        print("connected with", said.push.connected.agent)
        send("contact_end", 4, contact="call-1")
    elif said.push.HasField("closed"):
        print("closed:", contact_pb2.Outcome.Name(said.push.closed.outcome))
        sys.exit()
    if said.HasField("push"):
        send("ack", push_id=said.push.push_id)  # All up to this one are dealt with.
sys.exit("attuned closed the connection")
