import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, it, onTestFinished } from "vitest";
import { guestListToken } from "../../model/names.ts";
import { toStruct } from "./wire-format.ts";

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
  onTestFinished(() => void provider.kill("SIGKILL"));
  const [line] = await once(provider.stdout, "data");
  return { engine, provider, address: `127.0.0.1:${Number(line)}` };
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

it("answers the inputs of a read only where the engine has others, or none: it logs every property that it is told", async () => {
  const { address } = await startProvider();
  const client = new providerServices.ResourceProviderClient(address, grpc.credentials.createInsecure());
  onTestFinished(() => client.close());
  const configuration = new providerProto.ConfigureRequest();
  await new Promise((done, failed) => client.configure(configuration, (error) => (error ? failed(error) : done(0))));

  const readList = (inputs?: Parameters<typeof toStruct>[0]) => {
    const request = new providerProto.ReadRequest();
    request.setId("guest-list");
    request.setUrn(`urn:pulumi:test::guests::${guestListToken}::guests`);
    if (inputs !== undefined) request.setInputs(toStruct(inputs));
    return new Promise<providerProto.ReadResponse>((done, failed) => {
      client.read(request, (error, response) => (error ? failed(error) : done(response)));
    });
  };
  expect((await readList({ addresses: ["ava@fabrikam.example"] })).hasInputs()).toBe(false);
  // As an import asks.
  expect((await readList()).hasInputs()).toBe(true);
}, 30_000);
