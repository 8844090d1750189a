import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invitationProperties, invitationToken } from "./invitation-properties.ts";
import { policies } from "./policies.ts";
import { examples, type JudgedResource, judge, notYetKnown, type PolicyExample, urnsOf } from "./policy-examples.ts";

const folder = import.meta.dirname;

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
    const info = await packInfo();
    expect(info.getName()).toBe("guests");
    expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(info.getPoliciesList().map((policy) => policy.getName())).toEqual(policies.map(({ name }) => name));
    const [allowedDomains] = info.getPoliciesList();
    expect(allowedDomains?.getEnforcementlevel()).toBe(analyzer.EnforcementLevel.MANDATORY);
    expect(allowedDomains?.getSeverity()).toBe(analyzer.PolicySeverity.POLICY_SEVERITY_HIGH);
    expect(allowedDomains?.getFramework()?.getReference()).toBe("MS.AAD.8.3v1");
    expect(allowedDomains?.getRemediationSteps()).toContain("Use an address at an allowed domain");
    expect(allowedDomains?.getConfigschema()?.getProperties()?.toJavaScript()).toHaveProperty("allowed.default", []);
  });

  it("stops a preview for the policies that protect the tenant, and only advises on the rest", async () => {
    const info = await packInfo();
    const mandatory = info
      .getPoliciesList()
      .filter((policy) => policy.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY);
    expect(mandatory.map((policy) => policy.getName()).sort()).toEqual([
      "allowed-domains",
      "cc-internal-only",
      "guest-user-type",
      "no-privileged-access",
      "redirect-url",
    ]);
  });

  describe.each(policies)("$name", (policy) => {
    const { config, passes, fails } = examples[policy.name] as PolicyExample;

    it("reports nothing in the good resources of its example", async () => {
      await configure(policy.name, config);
      expect(await messages(passes, policy.name)).toEqual([]);
    });

    it("reports the bad resources under its name, in the words that the documentation shows", async () => {
      await configure(policy.name, config);
      const documented = judge(policy, fails, config).map((message) => `${policy.description}\n${message}`);
      expect(documented).toHaveLength(1);
      expect(await messages(fails, policy.name)).toEqual(documented);
    });
  });

  it("judges an invitation by the configuration that the engine hands over", async () => {
    await configure("allowed-domains", { allowed: ["fabrikam.example"] });
    const guest = (userEmailAddress: string) => [{ type: invitationToken, name: "ana", props: { userEmailAddress } }];
    expect(await messages(guest("ana@fabrikam.example"), "allowed-domains")).toEqual([]);
    expect(await messages(guest("ana@fabrikarn.example"), "allowed-domains")).toEqual([
      expect.stringContaining("is not fabrikam.example but looks like it"),
    ]);
  });

  it("[case 4] refuses a configuration with settings or policies that it does not have, whatever their level", async () => {
    const { DISABLED, ADVISORY } = analyzer.EnforcementLevel;
    await expect(configure("allowed-domains", { allowed: ["*"], deny: ["blocked.example"] })).rejects.toThrow(
      /"deny" is no setting of allowed-domains; did you mean "denied"\?$/,
    );
    await expect(configure("expiry-required", { maxdays: 3 }, ADVISORY)).rejects.toThrow('did you mean "maxDays"?');
    await expect(configure("guest-limits", { perDomian: 3 }, DISABLED)).rejects.toThrow('did you mean "perDomain"?');
    await expect(configure("allowed_domain", {})).rejects.toThrow(
      '"allowed_domain" is no policy of this pack; did you mean "allowed-domains"?',
    );
    await configure("all", {});
    await configure("allowed-domains", { allowed: ["*"] });
  });

  it("[H5] judges a role and a scope that reach it as a plain resource by their one form", async () => {
    const ana = { type: invitationToken, name: "ana", props: { userEmailAddress: "ana@fabrikam.example" } };
    const owner = "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635/";
    const props = { principalId: notYetKnown, roleDefinitionId: owner, scope: "/subscriptions/x/resourceGroups/.." };
    const type = "azure-native:authorization:RoleAssignment";
    const dependsOn = { principalId: ["ana"] };
    await configure("no-privileged-access", {});
    expect(await messages([ana, { type, name: "access", props, dependsOn }], "no-privileged-access")).toEqual([
      expect.stringContaining("ana@fabrikam.example: gets the Azure role Owner"),
      expect.stringContaining('at "/subscriptions/x/resourceGroups/..", which is not a scope'),
    ]);
  });

  it("passes over values that a preview does not know yet, without a warning", async () => {
    const props = Object.fromEntries(invitationProperties.map((name) => [name, notYetKnown]));
    const reported = await analyze([{ type: invitationToken, name: "ana", props }]);
    expect(reported.map((diagnostic) => diagnostic.getPolicyname())).toEqual(["through-the-component"]);
  });

  function packInfo(): Promise<analyzer.AnalyzerInfo> {
    return ask((done) => client.getAnalyzerInfo(new empty.Empty(), done));
  }

  async function configure(
    policy: string,
    settings: PolicyExample["config"],
    level: 0 | 1 | 2 | 3 = analyzer.EnforcementLevel.MANDATORY,
  ): Promise<void> {
    const config = new analyzer.PolicyConfig();
    config.setEnforcementlevel(level);
    config.setProperties(structOf(settings));
    const request = new analyzer.ConfigureAnalyzerRequest();
    request.getPolicyconfigMap().set(policy, config);
    await ask((done) => client.configure(request, done));
  }

  async function messages(resources: JudgedResource[], policy: string): Promise<string[]> {
    const reported = (await analyze(resources)).filter((diagnostic) => diagnostic.getPolicyname() === policy);
    return reported.map((diagnostic) => diagnostic.getMessage());
  }

  /** What the engine asks in a preview: about each resource, and at the end about all of them. */
  async function analyze(resources: JudgedResource[]): Promise<analyzer.AnalyzeDiagnostic[]> {
    const urns = urnsOf(resources);
    const alone = resources.map(async (resource) => {
      const request = fillIn(new analyzer.AnalyzeRequest(), resource, urns);
      return ask<analyzer.AnalyzeResponse>((done) => client.analyze(request, done));
    });
    const stack = new analyzer.AnalyzeStackRequest();
    stack.setResourcesList(resources.map((resource) => stackResource(resource, urns)));
    const together = ask<analyzer.AnalyzeResponse>((done) => client.analyzeStack(stack, done));
    const responses = await Promise.all([...alone, together]);
    return responses.flatMap((response) => response.getDiagnosticsList());
  }
});

function stackResource(resource: JudgedResource, urns: Map<string, string>): analyzer.AnalyzerResource {
  const filled = fillIn(new analyzer.AnalyzerResource(), resource, urns);
  for (const [property, names] of Object.entries(resource.dependsOn ?? {})) {
    const dependencies = new analyzer.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(names.flatMap((name) => urns.get(name) ?? []));
    filled.getPropertydependenciesMap().set(property, dependencies);
  }
  return filled;
}

function fillIn<Message extends analyzer.AnalyzeRequest | analyzer.AnalyzerResource>(
  message: Message,
  { type, name, props }: JudgedResource,
  urns: Map<string, string>,
): Message {
  message.setType(type);
  message.setName(name);
  message.setUrn(urns.get(name) ?? "");
  message.setProperties(structOf(props));
  message.setOptions(new analyzer.AnalyzerResourceOptions());
  return message;
}

function structOf(values: Record<string, unknown>): struct.Struct {
  return struct.Struct.fromJavaScript(values as Record<string, struct.JavaScriptValue>);
}

function ask<Answer>(call: (done: (error: Error | null, answer: Answer) => void) => void): Promise<Answer> {
  return new Promise((resolve, reject) => call((error, answer) => (error ? reject(error) : resolve(answer))));
}
