import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgedProperties } from "../../../policies/guests/guest-properties.ts";
import { policies } from "../../../policies/guests/policies.ts";
import { notYetKnown } from "../../../policies/judging.ts";
import { invitation } from "./invitation.ts";

const folder = path.join(import.meta.dirname, "../../../policies/guests");

/** The pack as the engine gets it: Pulumi's own runner, the pack's folder, and questions over its RPC interface. */
describe("the pack, loaded by Pulumi's runner", () => {
  let runner: ChildProcess;
  let client: analyzerGrpc.AnalyzerClient;

  beforeAll(async () => {
    const program = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const noEngine = "127.0.0.1:1";
    runner = spawn(process.execPath, [program, noEngine, folder], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (runner.stdout === null) throw new Error("the runner has no output to read its port from");
    const [port] = await once(createInterface({ input: runner.stdout }), "line");
    client = new analyzerGrpc.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }, 30_000);

  afterAll(() => {
    client?.close();
    runner?.kill();
  });

  it("offers each policy with its level, severity, configuration and remedy", async () => {
    const info = await ask<analyzer.AnalyzerInfo>((done) => client.getAnalyzerInfo(new empty.Empty(), done));
    expect(info.getName()).toBe("guests");
    expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(info.getPoliciesList().map((policy) => policy.getName())).toEqual(policies.map(({ name }) => name));
    const [allowedDomains] = info.getPoliciesList();
    expect(allowedDomains?.getEnforcementlevel()).toBe(analyzer.EnforcementLevel.MANDATORY);
    expect(allowedDomains?.getSeverity()).toBe(analyzer.PolicySeverity.POLICY_SEVERITY_HIGH);
    expect(allowedDomains?.getFramework()?.getReference()).toBe("MS.AAD.8.3v1");
    expect(allowedDomains?.getRemediationSteps()).toContain("Invite the guest under an address at an allowed domain");
    expect(allowedDomains?.getConfigschema()?.getProperties()?.toJavaScript()).toHaveProperty("allowed.default", []);
  });

  it("judges an invitation by the configuration that the engine hands over", async () => {
    await configure("allowed-domains", { allowed: ["fabrikam.example"] });
    expect(await messages({ userEmailAddress: "ana@fabrikam.example" }, "allowed-domains")).toEqual([]);
    expect(await messages({ userEmailAddress: "ana@fabrikarn.example" }, "allowed-domains")).toEqual([
      expect.stringContaining("is not fabrikam.example but looks like it"),
    ]);
  });

  it("passes over values that a preview does not know yet, without a warning", async () => {
    const props = Object.fromEntries(judgedProperties.map((name) => [name, notYetKnown]));
    const reported = await analyze(props);
    expect(reported.map((diagnostic) => diagnostic.getPolicyname())).toEqual(["through-the-component"]);
  });

  async function configure(policy: string, settings: Record<string, struct.JavaScriptValue>): Promise<void> {
    const config = new analyzer.PolicyConfig();
    config.setEnforcementlevel(analyzer.EnforcementLevel.MANDATORY);
    config.setProperties(struct.Struct.fromJavaScript(settings));
    const request = new analyzer.ConfigureAnalyzerRequest();
    request.getPolicyconfigMap().set(policy, config);
    await ask((done) => client.configure(request, done));
  }

  async function messages(props: Record<string, struct.JavaScriptValue>, policy: string): Promise<string[]> {
    const reported = (await analyze(props)).filter((diagnostic) => diagnostic.getPolicyname() === policy);
    return reported.map((diagnostic) => diagnostic.getMessage());
  }

  async function analyze(props: Record<string, struct.JavaScriptValue>): Promise<analyzer.AnalyzeDiagnostic[]> {
    const request = new analyzer.AnalyzeRequest();
    request.setType(invitation);
    request.setName("ana");
    request.setUrn(`urn:pulumi:prod::guests::${invitation}::ana`);
    request.setProperties(struct.Struct.fromJavaScript(props));
    request.setOptions(new analyzer.AnalyzerResourceOptions());
    const response = await ask<analyzer.AnalyzeResponse>((done) => client.analyze(request, done));
    return response.getDiagnosticsList();
  }
});

function ask<Answer>(call: (done: (error: Error | null, answer: Answer) => void) => void): Promise<Answer> {
  return new Promise((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer))));
}
