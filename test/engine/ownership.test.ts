import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pulumiProgram } from "../../tools/toolchain.ts";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const [tara, olga] = ["tara@fabrikam.example", "olga@fabrikam.example"];

let test: ThrowAwayStack;
beforeEach(async () => {
  test = await openStack();
});
afterEach(() => test.close());

function list(...addresses: string[]) {
  return { redirectUrl, allowRemoval: true, invitations: addresses.map((email) => ({ email })) };
}

async function pulumi(...args: string[]): Promise<string> {
  const run = test.startPulumi(args);
  const said: Buffer[] = [];
  run.stdout?.on("data", (bytes) => said.push(bytes));
  run.stderr?.on("data", (bytes) => said.push(bytes));
  const [code] = await once(run, "close");
  if (code !== 0) throw new Error(Buffer.concat(said).toString());
  return Buffer.concat(said).toString();
}

/** The stack's program under another name of its component, or with two of them. */
function program(...components: string[]): void {
  const lines = components.map((name) => `new GuestInvitations(${JSON.stringify(name)}, readGuestList());`);
  const module = new URL("../../components/index.ts", import.meta.url).pathname;
  test.writeProgram(
    `import { GuestInvitations, readGuestList } from ${JSON.stringify(module)};\n${lines.join("\n")}\n`,
  );
}

async function invitationUrns(): Promise<string[]> {
  const { deployment } = await test.stack.exportStack();
  return deployment.resources.flatMap(({ urn, type }: { urn: string; type: string }) =>
    type === "entra-guests:index:Invitation" ? [urn] : [],
  );
}

describe("who owns a guest", () => {
  it("[case 1] leaves a guest in place whom somebody invited by hand and `--target` brought into the stack", async () => {
    test.configure(list(tara));
    await test.stack.up();
    const [urn = ""] = await invitationUrns();
    await test.graph("POST", "/invitations", { invitedUserEmailAddress: olga, inviteRedirectUrl: redirectUrl });
    test.configure(list(tara, olga));
    await test.stack.up({ target: [urn.replace(tara, olga)] });
    const { outputs } = await test.stack.up();
    expect(outputs.guests?.value[olga]).toMatchObject({ adopted: true });
    await test.stack.destroy();
    expect(Object.keys(test.guestIds())).toEqual([olga]);
  });

  it("[case 2] stays as it was when the component is renamed without an alias", async () => {
    test.configure(list(tara));
    await test.graph("POST", "/invitations", { invitedUserEmailAddress: olga, inviteRedirectUrl: redirectUrl });
    program("partners");
    test.configure(list(tara, olga));
    await test.stack.up();
    program("guests");
    await test.stack.up();
    const { deployment } = await test.stack.exportStack();
    const adopted = deployment.resources.flatMap(({ outputs }: { outputs?: Record<string, unknown> }) =>
      outputs?.userEmailAddress === undefined ? [] : [[outputs.userEmailAddress, outputs.adopted]],
    );
    expect(adopted.sort()).toEqual([
      [olga, true],
      [tara, false],
    ]);
    expect(test.tenant.mails().map(({ to }) => to)).toEqual([tara]);
    await test.stack.destroy();
    expect(Object.keys(test.guestIds())).toEqual([olga]);
  });

  it("[case 2] leaves a guest alone whom somebody took out of the state, to move them to another stack", async () => {
    test.configure(list(tara, olga));
    await test.stack.up();
    const urn = (await invitationUrns()).find((one) => one.endsWith(tara)) ?? "";
    await pulumi("state", "delete", urn, "--yes");
    test.configure(list(olga));
    await test.stack.up();
    expect(Object.keys(test.guestIds()).sort()).toEqual([olga, tara]);
    const said = (await test.stack.destroy()).stdout;
    expect(said).not.toContain("was invited by a run that did not finish");
    expect(Object.keys(test.guestIds())).toEqual([tara]);
  });

  it("[case 2] moves with `pulumi state move`: the other stack owns the guest, and nobody is mailed or removed", async () => {
    test.configure(list(tara, olga));
    await test.stack.up();
    const ids = test.guestIds();
    const urn = (await invitationUrns()).find((one) => one.endsWith(tara)) ?? "";
    const { workspace } = test.stack;
    const other = await Stack.create("other", workspace);
    const move = ["state", "move", "--source", "test", "--dest", "other", "--include-parents", "--yes", urn];
    execFileSync(pulumiProgram(), move, { cwd: workspace.workDir, env: { ...process.env, ...workspace.envVars } });
    await other.setAllConfig(
      { "guests:redirectUrl": { value: redirectUrl }, "guests:invitations[0].email": { value: tara } },
      true,
    );
    const { outputs } = await other.up();
    expect(outputs.guests?.value[tara]).toMatchObject({ userId: ids[tara], adopted: false });
    test.configure(list(olga));
    await test.stack.up();
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({ [tara]: ids[tara] });
    expect(test.tenant.mails()).toHaveLength(2);
    await other.destroy();
    expect(test.guestIds()).toEqual({});
  });

  it("[case 3] gives a guest on two lists one mail, warns of both by name, and removes the guest with the last", async () => {
    await test.close();
    test = await openStack({ replicationLagSeconds: 3 });
    const twelve = Array.from({ length: 12 }, (_, number) => `guest${number}@fabrikam.example`);
    program("partners", "suppliers");
    test.configure(list(...twelve));
    const { stdout } = await test.stack.up();
    expect(stdout).toMatch(/"partners" and "suppliers" both list guest|"suppliers" and "partners" both list guest/);
    expect(
      test.tenant
        .mails()
        .map(({ to }) => to)
        .sort(),
    ).toEqual([...twelve].sort());
    program("suppliers");
    await test.stack.up();
    expect(Object.keys(test.guestIds())).toHaveLength(12);
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });
});
