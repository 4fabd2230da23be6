#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Brings a contact to the agent ann: client.js [SOCKET [PROTO_FOLDER]]. Needs protoc; `npm ci` brings the rest.
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

function send(kind, fields, requestId = 0n) {
  const value = create(Envelope.field[kind].message, fields);
  const content = toBinary(Envelope, create(Envelope, { requestId, body: { case: kind, value } }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  socket.write(Buffer.concat([length, content]));
}

async function* receive() {
  let received = Buffer.alloc(0);
  for await (const data of socket) {
    received = Buffer.concat([received, data]);
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
      const end = 4 + received.readUInt32BE(0);
      yield fromBinary(Envelope, received.subarray(4, end)).body;
      received = received.subarray(end);
    }
  }
}

// The socket's owner needs no token; others say token: ... of their entry in access:.
send("hello", { protocol: 1, name: "example", kind: "example" });
send("agentReady", { agent: "ann" }, 1n);
send("contactAdd", { contact: "call-1", channel: "voice", text: "My card is gone" }, 2n);
for await (const { case: kind, value } of receive()) {
  if (kind === "welcome") console.log(`welcome, as ${word("Role", value.role)}`);
  if (kind === "answer" && value.result.case === "error") {
    throw new Error(`${word("ErrorCode", value.result.value.code)}: ${value.result.value.message}`);
  }
  if (kind !== "push") continue;
  const { case: what, value: push } = value.body;
  if (what === "routed") console.log(`${push.contact} waits in ${push.queue}, place ${push.position}`);
  if (what === "offer") { // Here ann accepts at once.
    console.log(`offered to ${push.agent}: ${push.why}`);
    send("offerAccept", { contact: push.contact, agent: push.agent, offer: push.offer }, 3n);
  } else if (what === "connected") {
    console.log(`connected with ${push.agent}`);
    send("contactEnd", { contact: push.contact }, 4n);
  } else if (what === "closed") {
    console.log(`closed: ${word("Outcome", push.outcome)}`);
    process.exit();
  }
  send("ack", { pushId: value.pushId }); // All up to this one are dealt with.
}
throw new Error("attuned closed the connection");
