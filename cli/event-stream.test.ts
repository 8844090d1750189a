import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import eventsGrpc from "@pulumi/pulumi/proto/events_grpc_pb.js";
import eventsProto from "@pulumi/pulumi/proto/events_pb.js";
import { expect, it } from "vitest";
import type { EngineEvent } from "./comment/engine-events.ts";
import { keepFile, receiveEvents } from "./pulumi-run.ts";

const link = "https://127.0.0.1:8443/redeem?ticket=2CE1DE7B";
const type = "entra-guests:index:Invitation";
const urn = `urn:pulumi:prod::guests::${type}::guests-ana@fabrikam.example`;

it("[H3] receives the events of a run without their debug messages, outputs, secrets and foreign resources", async () => {
  const stream = await receiveEvents();
  const state = { type, urn, inputs: { userDisplayName: link }, outputs: { redeemUrl: link, state: "Accepted" } };
  const foreign = { type: "random:index:Password", urn, inputs: { seed: "plain" }, outputs: { result: "plain" } };
  await sent(stream.address, [
    { sequence: 1, diagnosticEvent: { severity: "debug", message: `RegisterResource RPC finished: ${link}` } },
    { sequence: 2, diagnosticEvent: { severity: "error", message: `no answer: ${link}`, prefix: link } },
    { sequence: 3, stdoutEvent: { message: link } },
    { sequence: 4, resourcePreEvent: { metadata: { op: "same", type, urn, old: state, new: state } } },
    { sequence: 5, resourcePreEvent: { metadata: { op: "same", type: foreign.type, urn, new: foreign } } },
    { sequence: 6, summaryEvent: { result: "succeeded", config: { "guests:x": link } } },
  ]);
  const kept = { type, urn, inputs: { userDisplayName: "[redeem URL]" }, outputs: { state: "Accepted" } };
  expect(stream.close()).toEqual([
    { diagnosticEvent: { severity: "error", message: "no answer: [redeem URL]" } },
    { resourcePreEvent: { metadata: { op: "same", type, urn, old: kept, new: kept } } },
    { resourcePreEvent: { metadata: { op: "same", type: foreign.type, urn, new: { type: foreign.type, urn } } } },
    { summaryEvent: { result: "succeeded" } },
  ] satisfies EngineEvent[]);
});

it.skipIf(process.platform === "win32")(
  "[H3] lets only the owner read what is kept, also where an older file stands",
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-kept-"));
    try {
      const [file, elsewhere] = [path.join(folder, "out", "comment.md"), path.join(folder, "elsewhere")];
      keepFile(file, "first");
      writeFileSync(elsewhere, "untouched", { mode: 0o644 });
      rmSync(file);
      symlinkSync(elsewhere, file);
      keepFile(file, "second");
      expect(readFileSync(file, "utf8")).toBe("second");
      expect(readFileSync(elsewhere, "utf8")).toBe("untouched");
      expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** Sends events as Pulumi does. */
async function sent(address: string, events: object[]): Promise<void> {
  const client = new eventsGrpc.EventsClient(address.replace("tcp://", ""), grpc.credentials.createInsecure());
  await new Promise<void>((resolve, reject) => {
    const call = client.streamEvents((error: grpc.ServiceError | null) => (error ? reject(error) : resolve()));
    for (const event of events) {
      const request = new eventsProto.EventRequest();
      request.setEvent(JSON.stringify(event));
      call.write(request);
    }
    call.end();
  });
  client.close();
}
