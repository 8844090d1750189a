import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer, text } from "node:stream/consumers";
import grpc from "@grpc/grpc-js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { marker } from "../../cli/comment/comment-marker.ts";
import { invitationToken } from "../../model/names.ts";
import { goThroughProxy } from "../../provider/microsoft/sign-in-configuration.ts";
import { repository } from "../../tools/toolchain.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

const signInHost = "login.microsoftonline.com:443";
const graphHost = "graph.microsoft.com:443";

/**
 * A company's proxy, and behind it what answers as Microsoft's hosts: the local tenant, which calls its Graph by another
 * name.
 *
 * @param refused with this status, by host and port
 */
async function openProxy(tenant: TestTenant, refused: Record<string, number>) {
  const certificate = (name: string) => readFileSync(path.join(tenant.dataDir, "certificates", name));
  const microsoft = https.createServer({ key: certificate("server.key"), cert: certificate("server.crt") });
  microsoft.on("request", async (request, response) => {
    const body = (await text(request)).replaceAll("https%3A%2F%2Fgraph.microsoft.com", encodeURIComponent(tenant.url));
    const { "content-type": type, authorization } = request.headers;
    const headers = { ...(type && { "content-type": type }), ...(authorization && { authorization }) };
    const options = { method: request.method, headers, ca: certificate("ca.crt") };
    const answer = https.request(`${tenant.url}${request.url}`, options, async (answered) => {
      const bytes = await buffer(answered);
      response.writeHead(answered.statusCode ?? 500, { "content-type": answered.headers["content-type"] ?? "" });
      response.end(bytes);
    });
    answer.end(body);
  });
  const asked: string[] = [];
  const proxy = http.createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    const status = refused[request.url ?? ""] ?? 200;
    socket.write(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n\r\n`);
    if (status === 200) microsoft.emit("connection", socket);
    else socket.end();
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    close: () => proxy.close(),
  };
}

describe("behind a company's proxy", () => {
  let tenant: TestTenant;
  const refused: Record<string, number> = {};
  let proxy: Awaited<ReturnType<typeof openProxy>>;
  let engine: grpc.Server;
  let processes: ChildProcess[];
  let folder: string;

  beforeEach(async () => {
    for (const host of Object.keys(refused)) delete refused[host];
    processes = [];
    folder = mkdtempSync(path.join(tmpdir(), "behind-proxy-"));
    tenant = await startTestTenant();
    await tenant.invite("ava@fabrikam.example");
    proxy = await openProxy(tenant, refused);
    engine = new grpc.Server();
  });
  afterEach(async () => {
    for (const process of processes) process.kill("SIGKILL");
    engine.forceShutdown();
    proxy.close();
    await tenant.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a machine has that signs in to Microsoft's public cloud. The test's stand-in has no certificate of Microsoft's. */
  function publicCloud(): Record<string, string> {
    const { ARM_METADATA_HOSTNAME: _, ...environment } = tenant.environment;
    return { ...environment, NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
  }

  /** Has the provider find a guest, as an import does: signs in and looks the guest up. */
  async function findGuest(environment: Record<string, string>): Promise<string> {
    const port = await new Promise<number>((bound, failed) => {
      const credentials = grpc.ServerCredentials.createInsecure();
      engine.bindAsync("127.0.0.1:0", credentials, (error, free) => (error ? failed(error) : bound(free)));
    });
    const { PATH, HOME } = process.env;
    const provider = spawn(process.execPath, [path.join(repository, "provider", "main.ts"), `127.0.0.1:${port}`], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH, HOME, ...environment },
    });
    processes.push(provider);
    const [line] = await once(provider.stdout, "data");
    const address = `127.0.0.1:${Number(line)}`;
    const client = new providerServices.ResourceProviderClient(address, grpc.credentials.createInsecure());
    try {
      await new Promise((done, failed) => {
        client.configure(new providerProto.ConfigureRequest(), (error) => (error ? failed(error) : done(undefined)));
      });
      const request = new providerProto.ReadRequest();
      request.setId("ava@fabrikam.example");
      request.setUrn(`urn:pulumi:test::guests::${invitationToken}::ava`);
      return await new Promise((done, failed) => {
        client.read(request, (error, response) => (error ? failed(error) : done(response.getId())));
      });
    } finally {
      client.close();
    }
  }

  it.each([
    ["HTTPS_PROXY", (address: string) => `http://${address}`],
    ["https_proxy", (address: string) => `http://${address}`],
    ["HTTPS_PROXY", (address: string) => address],
    ["ALL_PROXY", (address: string) => `http://user:secret@${address}`],
  ])("the provider signs in and asks Graph through it, as %s says", async (variable, value) => {
    const id = await findGuest({ ...publicCloud(), [variable]: value(proxy.address) });

    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect([...new Set(proxy.asked)]).toEqual([signInHost, graphHost]);
  });

  it("does not ask it for what is on this machine, such as the local tenant", async () => {
    expect(await findGuest({ ...tenant.environment, HTTPS_PROXY: `http://${proxy.address}` })).not.toBe("");
    expect(proxy.asked).toEqual([]);
  });

  it("says at once that it refuses the way to Graph, and what to do", async () => {
    refused[graphHost] = 403;

    await expect(findGuest({ ...publicCloud(), HTTPS_PROXY: `http://${proxy.address}` })).rejects.toThrow(
      "Microsoft Graph could not be reached: the proxy that HTTPS_PROXY names answered 403 when it was asked for " +
        "graph.microsoft.com. Have graph.microsoft.com allowed there, or name it in NO_PROXY where it can be reached " +
        "without a proxy.",
    );
    expect(proxy.asked.filter((host) => host === graphHost)).toHaveLength(1);
  });

  it("says so of the sign-in, whose library keeps the reason to itself", async () => {
    refused[signInHost] = 407;

    await expect(findGuest({ ...publicCloud(), HTTPS_PROXY: `http://${proxy.address}` })).rejects.toThrow(
      /: Cannot sign in to tenant .*: the proxy that HTTPS_PROXY names answered 407 when it was asked for login/,
    );
  });

  it("says at once that a proxy which reads along shows a certificate that is not trusted", async () => {
    const { NODE_EXTRA_CA_CERTS: _, NODE_TLS_REJECT_UNAUTHORIZED: __, ...strict } = publicCloud();

    await expect(findGuest({ ...strict, HTTPS_PROXY: `http://${proxy.address}` })).rejects.toThrow(
      /the certificate that login\.microsoftonline\.com shows is not trusted here \(.*\)\. .* in NODE_EXTRA_CA_CERTS/,
    );
  });

  it("refuses what is no proxy's address, without showing it", async () => {
    const message = "HTTPS_PROXY is not the address of an HTTP proxy: write it as http://proxy.example:8080.";
    const run = findGuest({ ...publicCloud(), HTTPS_PROXY: "socks5://user:secret@127.0.0.1:1" });

    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.not.toThrow("secret");
  });

  it("a comment on a pull request takes the same way", async () => {
    const file = path.join(folder, "comment.md");
    writeFileSync(file, `${marker("contoso/guests/prod", { project: "guests", pipeline: "github/Pull_request" })}\nx`);
    refused["api.github.com:443"] = 403;
    const { PATH, HOME } = process.env;
    const command = spawn(process.execPath, [path.join(repository, "cli", "main.ts"), "post-comment", file], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...{ PATH, HOME, HTTPS_PROXY: proxy.address },
        ...{
          GITHUB_ACTIONS: "true",
          GITHUB_WORKFLOW: "Pull request",
          GITHUB_REPOSITORY: "contoso/guests",
          GITHUB_TOKEN: "x",
          GITHUB_REF: "refs/pull/7/merge",
        },
      },
    });
    processes.push(command);
    const [errors] = await Promise.all([text(command.stderr), once(command, "close")]);

    expect(proxy.asked).toEqual(["api.github.com:443"]);
    expect(errors).toContain("was not answered: Request was cancelled.");
    expect(errors).toContain("Does the proxy that HTTPS_PROXY names let it through?");
  });
});

describe("what the environment says of proxies", () => {
  it.each([
    ["intranet.example", "intranet.example,.intranet.example"],
    ["*.intranet.example, .lab.example", "intranet.example,.intranet.example,lab.example,.lab.example"],
    ["", undefined],
  ])("is the same to all libraries: no proxy for %j", (named, domains) => {
    const environment = { ALL_PROXY: "proxy.example:8080", no_proxy: named };
    goThroughProxy(environment);

    const direct = [...(domains === undefined ? [] : [domains]), "localhost,127.0.0.1,[::1],169.254.169.254"].join(",");
    expect(environment).toEqual({
      ALL_PROXY: "proxy.example:8080",
      HTTPS_PROXY: "http://proxy.example:8080",
      NO_PROXY: direct,
      no_proxy: direct,
    });
    // What a command has written down, its Pulumi's provider reads.
    goThroughProxy(environment);
    expect(environment.no_proxy).toBe(direct);
  });

  it("is that there is none where NO_PROXY is an asterisk, or nothing names one", () => {
    const environment = {
      HTTPS_PROXY: "http://proxy.example:8080",
      http_proxy: "http://proxy.example:8080",
      NO_PROXY: "*",
    };
    goThroughProxy(environment);
    expect(environment).toEqual({ NO_PROXY: "*" });

    const nothing = { NO_PROXY: "intranet.example" };
    goThroughProxy(nothing);
    expect(nothing).toEqual({ NO_PROXY: "intranet.example" });
  });
});
