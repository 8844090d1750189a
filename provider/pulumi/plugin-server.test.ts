import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import { expect, it } from "vitest";

const main = path.join(import.meta.dirname, "../main.ts");

it("ends the provider when the engine is gone, so that it does not go on inviting beside the next run", async () => {
  const engine = new grpc.Server();
  const port = await new Promise<number>((bound, failed) => {
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? failed(error) : bound(port),
    );
  });
  const provider = spawn("node", [main, `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(provider, "exit");
  await once(provider.stdout, "data");
  expect(provider.exitCode).toBeNull();

  // As a process that is killed does: its connections break, and nobody listens any more.
  engine.forceShutdown();
  expect((await exited)[0]).toBe(1);
}, 30_000);
