// node test/engine/record-previews.ts: records the fixtures again with the real Pulumi CLI and a local tenant.
// Each holds the events that the commands read (cli/comment/engine-events.ts). Look at the difference before you commit it.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { receiveEvents } from "../../cli/pulumi-run.ts";
import { pulumiProgram, repository } from "../../tools/toolchain.ts";
import { type GuestConfig, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const fixtures = path.join(repository, "cli", "fixtures");

const defaults: GuestConfig = {
  redirectUrl: "https://myapps.microsoft.com",
  message: { body: "Welcome to the portal." },
};

const before: GuestConfig = {
  ...defaults,
  invitations: [
    { email: "ana@fabrikam.example", displayName: "Ana", expires: "2035-12-31" },
    { email: "bo@northwind.example", redirectUrl: "https://orders.contoso.example" },
    { email: "carla@adatum.example", displayName: "Carla" },
    { email: "dan@adatum.example", expires: "2035-12-31" },
    { email: "kim@adatum.example", onDelete: "disable" },
  ],
};

const branch: GuestConfig = {
  ...defaults,
  invitations: [
    {
      email: "ana@fabrikam.example",
      displayName: "Ana | `Trujillo`",
      expires: "2036-06-30",
      message: { body: 'Hello\n\n@everyone, <img src="x"> [come in](https://evil.example) | #1' },
    },
    { email: "carla@adatum.example", displayName: "Carla" },
    { email: "eve@elsewhere.example", displayName: "Eve" },
    { email: "finn@fabrikam.example", expires: "2035-06-30", sendInvitation: false },
    // Past its day, and so no longer wanted.
    { email: "dan@adatum.example", expires: "2024-01-01" },
  ],
};

const badConfig: GuestConfig = {
  redirctUrl: "https://myapps.microsoft.com",
  invitations: [{ email: "a+b@fabrikam.example" }, { email: "b@fabrikam.example", expires: "2027-02-30" }],
};

const test = await openStack();
try {
  test.configure(before);
  await test.stack.up();
  await record("unchanged", "preview");
  test.configure(branch);
  await record("pull-request", "preview");
  test.configure(badConfig);
  await record("bad-config", "preview");

  const ids = test.guestIds();
  await test.graph("DELETE", `/users/${ids["bo@northwind.example"]}`);
  await test.graph("PATCH", `/users/${ids["carla@adatum.example"]}`, { displayName: "Somebody" });
  test.tenant.accept("ana@fabrikam.example");
  test.configure(before);
  await record("refresh", "refresh", ["--yes", "--skip-preview"]);
  await record("after-refresh", "preview");
} finally {
  await test.close();
}

async function record(name: string, command: string, more: string[] = policyFlags()): Promise<void> {
  const stream = await receiveEvents();
  await run([command, "--stack", "test", "--non-interactive", "--event-log", stream.address, ...more], test);
  const events = stream.close();
  const lines = events.map((event) => withoutMachine(JSON.stringify(event)));
  writeFileSync(path.join(fixtures, `${name}.events.jsonl`), `${lines.join("\n")}\n`);
  console.log(`${name}: ${events.length} events`);
}

function policyFlags(): string[] {
  const config = path.join(fixtures, "policy-config.json");
  return ["--policy-pack", path.join(repository, "policies", "guests"), "--policy-pack-config", config];
}

function run(args: string[], { stack }: ThrowAwayStack): Promise<void> {
  const env = { ...process.env, ...stack.workspace.envVars, PULUMI_DEBUG_COMMANDS: "true" };
  return new Promise((resolve) => {
    // A failing preview is what some of the fixtures are about.
    execFile(pulumiProgram(), args, { cwd: stack.workspace.workDir, env }, () => resolve());
  });
}

/** Paths of the machine that recorded. */
function withoutMachine(line: string): string {
  return line.replaceAll(repository, "/repository");
}
