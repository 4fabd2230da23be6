#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// A front end in a page: brings a contact to its agent. Needs protoc; `npm ci` brings the rest.
//
//     node client.js SOCKET [PROTO_FOLDER]     the agent ann must exist; here she accepts at once
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const [path = "/run/attune/attuned.sock", proto = "/usr/share/attune/proto"] = process.argv.slice(2);
// Your own build would keep what protoc makes, or have protoc-gen-es make TypeScript of it.
const made = mkdtempSync(`${tmpdir()}/attune-`);
execFileSync("protoc", [`-I${proto}`, "--include_imports", `-o${made}/schema`, "attune/v1/envelope.proto"]);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(`${made}/schema`)));
rmSync(made, { recursive: true });
const Envelope = registry.getMessage("attune.v1.Envelope");
const word = (name, value) => registry.getEnum(`attune.v1.${name}`).value[value]?.name;

const socket = connect(path);
let received = Buffer.alloc(0);

function send(kind, fields, requestId = 0n) {
  const value = create(Envelope.field[kind].message, fields);
  const content = toBinary(Envelope, create(Envelope, { requestId, body: { case: kind, value } }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  socket.write(Buffer.concat([length, content]));
}

const onPush = {
  routed: (push) => console.log(`${push.contact} waits in ${push.queue}, place ${push.position}`),
  offer: (push) => {
    console.log(`offered to ${push.agent}: ${push.why}`);
    send("offerAccept", { contact: push.contact, agent: push.agent, offer: push.offer }, 3n);
  },
  connected: (push) => {
    console.log(`connected with ${push.agent}`);
    send("contactEnd", { contact: push.contact }, 4n);
  },
  closed: (push) => console.log(`closed: ${word("Outcome", push.outcome)}`),
};

function handle({ body: { case: kind, value } }) {
  if (socket.writableEnded) {
    return; // We have what we came for.
  } else if (kind === "welcome") {
    console.log(`welcome, as ${word("Role", value.role)}`);
  } else if (kind === "answer" && value.result.case === "error") {
    console.error(`${word("ErrorCode", value.result.value.code)}: ${value.result.value.message}`);
    process.exit(1);
  } else if (kind === "push") {
    onPush[value.body.case]?.(value.body.value);
    send("ack", { pushId: value.pushId });
    if (value.body.case === "closed") socket.end();
  }
}

socket.on("data", (data) => {
  received = Buffer.concat([received, data]);
  while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
    const end = 4 + received.readUInt32BE(0);
    handle(fromBinary(Envelope, received.subarray(4, end)));
    received = received.subarray(end);
  }
});
socket.on("error", (error) => { console.error(error.message); process.exit(1); });
send("hello", { protocol: 1, name: "example", kind: "example" });
send("agentReady", { agent: "ann" }, 1n);
send("contactAdd", { contact: "call-1", channel: "voice", text: "My card is gone",
  customer: create(Envelope.field.contactAdd.message.field.customer.message, { id: "u-7", name: "Jane Doe" }) }, 2n);
