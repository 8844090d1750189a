import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isProcess } from "./tenant-process.ts";
import { nodeProgram, repository } from "./toolchain.ts";

const program = path.join(repository, "tools", "language-host.ts");

let folder: string;
let host: ChildProcess;
let client: InstanceType<typeof languageGrpc.LanguageRuntimeClient>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
  host = spawn(nodeProgram(), [program, "127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
  client = new languageGrpc.LanguageRuntimeClient(
    `127.0.0.1:${await firstLine(host)}`,
    grpc.credentials.createInsecure(),
  );
});

afterAll(async () => {
  client.close();
  const exited = once(host, "exit");
  host.kill();
  await exited;
  rmSync(folder, { recursive: true, force: true });
});

describe("the language host", () => {
  it("ends a plugin's call with what is missing when its folder has no SDK", async () => {
    await expect(collect(client.runPlugin(pluginRequest(folder)))).rejects.toMatchObject({
      code: grpc.status.FAILED_PRECONDITION,
      details: expect.stringContaining(`not installed for ${folder}`),
    });
  });

  it("streams what a plugin prints, and then its exit status", async () => {
    withSdk("run-plugin", "console.log(process.env.COLOUR); console.error(process.argv[2]); process.exitCode = 7;");
    const request = pluginRequest(folder);
    request.setEnvList(["COLOUR=red=ish"]);
    const answers = await collect(client.runPlugin(request));
    const text = (stream: "getStdout_asU8" | "getStderr_asU8") =>
      Buffer.concat(answers.map((answer) => answer[stream]()))
        .toString()
        .trim();
    expect(text("getStdout_asU8")).toBe("red=ish");
    expect(text("getStderr_asU8")).toBe(folder);
    expect(answers.at(-1)?.getExitcode()).toBe(7);
  });

  it("starts a plugin that needs no compiler without the SDK's runner", async () => {
    withSdk("run-plugin", "console.log('the runner');");
    writeFileSync(path.join(folder, "index.js"), "console.log(process.argv.slice(2).join());");
    const request = pluginRequest(folder);
    request.setArgsList(["127.0.0.1:1"]);
    const printed = async () => Buffer.from((await collect(client.runPlugin(request)))[0]?.getStdout_asU8() ?? []);
    expect(`${await printed()}`.trim()).toBe("the runner");
    request.getInfo()?.setOptions(Struct.fromJavaScript({ typescript: false }));
    expect(`${await printed()}`.trim()).toBe("127.0.0.1:1");
  });

  it("answers an import with a comment in the place of a program", async () => {
    const request = new language.GenerateProgramRequest();
    request
      .getSourceMap()
      .set("main.pp", 'resource ana "entra-guests:index:Invitation" {\n  displayName = "*/ Ana"\n}\n');
    const answer = await unary<language.GenerateProgramResponse>((respond) => client.generateProgram(request, respond));
    const [[, program]] = [...answer.getSourceMap().entries()] as [[string, Uint8Array]];
    const lines = Buffer.from(program).toString().trimEnd().split("\n");
    expect(lines.filter((line) => !line.startsWith("//"))).toEqual([]);
    expect(lines).toContain('//   displayName = "*/ Ana"');
  });

  it("ends the plugin when its call is cancelled", async () => {
    withSdk("run-plugin", "console.log(process.pid); setInterval(() => {}, 1000);");
    const call = client.runPlugin(pluginRequest(folder));
    call.on("error", () => {});
    const [answer] = await once(call, "data");
    const pid = Number(Buffer.from(answer.getStdout_asU8()).toString());
    expect(isProcess(pid, ["run-plugin"])).toBe(true);
    call.cancel();
    await expect.poll(() => isProcess(pid, ["run-plugin"]), { timeout: 5_000 }).toBe(false);
  });

  it("tells a program its project, stack, folder and configuration", async () => {
    withSdk("run", "if (!process.argv.includes(process.env.EXPECTED)) process.exitCode = 1;");
    const request = new language.RunRequest();
    request.setPwd(folder);
    request.setInfo(programInfo(folder));
    request.getConfigMap().set("guests:redirectUrl", "https://myapps.microsoft.com");
    writeFileSync(
      path.join(folder, "node_modules/@pulumi/pulumi/cmd/run/index.js"),
      `const at = process.argv.indexOf("--root-directory");
       const config = JSON.parse(process.env.PULUMI_CONFIG);
       process.exitCode = process.argv[at + 1] === ${JSON.stringify(folder)} && config["guests:redirectUrl"] ? 0 : 1;`,
    );
    const answer = await unary<language.RunResponse>((respond) => client.run(request, respond));
    expect(answer.getError()).toBe("");
  });

  it.runIf(process.platform === "linux")("[issue 15, 3] says of a config that is too long what to do", async () => {
    withSdk("run", "");
    const request = new language.RunRequest();
    request.setPwd(folder);
    request.setInfo(programInfo(folder));
    request.getConfigMap().set("guests:invitations", "x".repeat(200 * 1024));
    const answer = unary<language.RunResponse>((respond) => client.run(request, respond));
    await expect(answer).rejects.toMatchObject({ details: expect.stringContaining("Put guests into list files") });
  });

  it("reports a program that ended with an error, and stays silent when the program has explained itself", async () => {
    const request = new language.RunRequest();
    request.setPwd(folder);
    request.setInfo(programInfo(folder));
    const run = () => unary<language.RunResponse>((respond) => client.run(request, respond));
    withSdk("run", "process.exitCode = 3;");
    expect((await run()).getError()).toContain("status 3");
    withSdk("run", "process.exitCode = 32;");
    expect(await run().then((answer) => [answer.getBail(), answer.getError()])).toEqual([true, ""]);
  });

  it("installs nothing where the SDK is found", async () => {
    withSdk("run", "");
    const request = new language.InstallDependenciesRequest();
    request.setDirectory(folder);
    expect(await collect(client.installDependencies(request))).toEqual([]);
  });

  it("names the plugins that come from a server of their own, among the packages that the program names", async () => {
    const write = (file: string, content: object) => {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, file), JSON.stringify(content));
    };
    write("package.json", { dependencies: { "@corp/a": "1", b: "1", c: "1", missing: "1" } });
    const server = "github://api.github.com/corp/a";
    const pulumi = { resource: true, name: "a", version: "1.2.3", server };
    write("node_modules/@corp/a/package.json", { name: "@corp/a", version: "9.9.9", exports: {}, pulumi });
    // One that Pulumi finds by itself, one that has no plugin, and one that the program does not name.
    write("node_modules/b/package.json", { name: "b", version: "1.0.0", pulumi: { resource: true, name: "b" } });
    write("node_modules/c/package.json", { name: "c", version: "1.0.0" });
    write("node_modules/d/package.json", { name: "d", version: "1.0.0", pulumi: { ...pulumi, name: "d" } });
    const request = new language.GetRequiredPackagesRequest();
    request.setInfo(programInfo(folder));

    const answer = await unary<language.GetRequiredPackagesResponse>((respond) =>
      client.getRequiredPackages(request, respond),
    );

    expect(answer.toObject().packagesList).toMatchObject([{ kind: "resource", name: "a", version: "1.2.3", server }]);
  });

  it("answers UNIMPLEMENTED for what it does not serve", async () => {
    const answer = unary((respond) => client.generateProject(new language.GenerateProjectRequest(), respond));
    await expect(answer).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });

  it("ends when the process that started it is killed", async () => {
    const script = `const host = require("node:child_process").spawn(process.execPath, process.argv.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
      host.stdout.once("data", () => console.log(host.pid)); setInterval(() => {}, 1000);`;
    const parent = spawn(nodeProgram(), ["-e", script, program, "127.0.0.1:1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(await firstLine(parent));
    expect(isProcess(pid, [program])).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isProcess(pid, [program]), { timeout: 5_000 }).toBe(false);
  });
});

/** Puts a stand-in for a command of the SDK where the host looks for the real one. */
function withSdk(command: string, source: string): void {
  const sdk = path.join(folder, "node_modules/@pulumi/pulumi/cmd", command);
  mkdirSync(sdk, { recursive: true });
  writeFileSync(path.join(sdk, "index.js"), source);
}

function pluginRequest(directory: string): language.RunPluginRequest {
  const request = new language.RunPluginRequest();
  request.setPwd(directory);
  request.setKind("resource");
  request.setInfo(programInfo(directory));
  return request;
}

function programInfo(directory: string): language.ProgramInfo {
  const info = new language.ProgramInfo();
  info.setRootDirectory(directory);
  info.setProgramDirectory(directory);
  info.setEntryPoint(".");
  return info;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("The process has no stdout");
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return line;
}

async function collect<Message>(call: grpc.ClientReadableStream<Message>): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of call) messages.push(message);
  return messages;
}

function unary<Answer>(call: (respond: (error: grpc.ServiceError | null, answer: Answer) => void) => unknown) {
  return new Promise<Answer>((resolve, reject) => {
    call((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
