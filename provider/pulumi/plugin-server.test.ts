import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import { expect, it, onTestFinished } from "vitest";

const main = path.join(import.meta.dirname, "../main.ts");

/** An engine that answers nothing, and a provider beside it that is ready. */
async function startProvider(environment: Record<string, string> = {}) {
  const engine = new grpc.Server();
  const port = await new Promise<number>((bound, failed) => {
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? failed(error) : bound(port),
    );
  });
  onTestFinished(() => engine.forceShutdown());
  const env = { ...process.env, ...environment };
  const provider = spawn("node", [main, `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "inherit"], env });
  await once(provider.stdout, "data");
  return { engine, provider };
}

it("ends the provider when the engine is gone, so that it does not go on inviting beside the next run", async () => {
  const { engine, provider } = await startProvider();
  const exited = once(provider, "exit");
  expect(provider.exitCode).toBeNull();

  // As a process that is killed does: its connections break, and nobody listens any more.
  engine.forceShutdown();
  expect((await exited)[0]).toBe(1);
}, 30_000);

it("keeps what Node has compiled before it ends, for the engine kills it", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "compiled-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { provider } = await startProvider({ NODE_COMPILE_CACHE: folder });

  const kept = () => readdirSync(folder, { recursive: true }).length;
  await expect.poll(kept, { timeout: 20_000 }).toBeGreaterThan(50);
  expect(provider.exitCode).toBeNull();
  const exited = once(provider, "exit");
  provider.kill("SIGKILL");
  await exited;
}, 30_000);
