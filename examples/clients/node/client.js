// SPDX-License-Identifier: Apache-2.0
// Brings a contact to the agent ann, who accepts at once, and ends it: node client.js SOCKET
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createFileRegistry, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const schema = fromBinary(FileDescriptorSetSchema, readFileSync("attune.binpb")); // As protoc makes it.
const Envelope = createFileRegistry(schema).getMessage("attune.v1.Envelope");
const socket = connect(process.argv[2]);

function send(message) {
  const frame = Buffer.concat([Buffer.alloc(4), toBinary(Envelope, fromJson(Envelope, message))]);
  frame.writeUInt32BE(frame.length - 4);
  socket.write(frame);
}

send({ hello: { protocol: 1, name: "example", kind: "example" } }); // With a token if the socket is not yours.
send({ requestId: 1, agentReady: { agent: "ann" } });
send({ requestId: 2, contactAdd: { contact: "call-1", channel: "voice", text: "My card is gone" } });
let received = Buffer.alloc(0);
for await (const data of socket) {
  received = Buffer.concat([received, data]);
  while (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
    const end = 4 + received.readUInt32BE();
    const { welcome, answer, push } = toJson(Envelope, fromBinary(Envelope, received.subarray(4, end)));
    received = received.subarray(end);
    if (welcome) console.log(`welcome, as ${welcome.role}`);
    if (answer?.error) throw new Error(`${answer.error.code}: ${answer.error.message}`);
    if (push?.routed) console.log(`call-1 waits in ${push.routed.queue}, place ${push.routed.position}`);
    if (push?.offer) console.log(`offered to ${push.offer.agent}: ${push.offer.why}`);
    if (push?.offer) send({ requestId: 3, offerAccept: { contact: "call-1", agent: "ann", offer: push.offer.offer } });
    if (push?.connected) console.log(`connected with ${push.connected.agent}`);
    if (push?.connected) send({ requestId: 4, contactEnd: { contact: "call-1" } });
    if (push?.closed) console.log(`closed: ${push.closed.outcome}`);
    if (push?.closed) process.exit();
    if (push) send({ ack: { pushId: push.pushId } }); // All up to this one are dealt with.
  }
}
throw new Error("attuned closed the connection");
