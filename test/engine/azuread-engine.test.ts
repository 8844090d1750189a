import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository } from "../../tools/toolchain.ts";
import { openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const [ana, bo] = ["ana@fabrikam.example", "bo@northwind.example"] as const;
const redirectUrl = "https://myapps.microsoft.com";
const access = {
  groups: ["Partners", "Suppliers"],
  apps: ["Partner Portal"],
  azure: [{ role: "Reader", scope: "resourceGroups/partner-data" }],
};
const nothing = { groups: [], apps: [], azure: [] };

let test: ThrowAwayStack;
beforeEach(async () => {
  test = await openStack();
});
afterEach(() => test.close());

describe("a list with engine azuread", { timeout: 400_000 }, () => {
  beforeEach(async () => {
    declare([
      { email: ana, ...access },
      { email: bo, ...access },
    ]);
    const { stdout } = await test.stack.up();
    expect(stdout, "[official 5]").not.toContain("will not show as a stack output");
    expect(test.tenant.accessOf(ana)).toMatchObject({ groups: access.groups, apps: access.apps });
  });

  it("[official 1] takes access away from a guest who stays, from one who leaves the list, and by destroy", async () => {
    const ids = test.guestIds();
    declare([
      { email: ana, ...access, groups: ["Partners"] },
      { email: bo, ...access },
    ]);
    await test.stack.up();
    expect(test.tenant.accessOf(ana)).toMatchObject({ groups: ["Partners"], apps: access.apps });

    declare([{ email: ana, ...access, groups: ["Partners"] }]);
    await test.stack.up();
    expect(test.tenant.accessOf(bo)).toEqual(nothing);

    await test.stack.destroy();
    expect(test.tenant.accessOf(ana)).toEqual(nothing);
    // The guests stay: this engine does not know whom it has invited.
    expect(test.guestIds()).toEqual(ids);
  });

  it("[official 4] changes to entra-guests in place: the same guests, no mail, and nobody loses access for a moment", async () => {
    const [ids, mails] = [test.guestIds(), test.tenant.mails().length];
    const held = [ana, bo].map((address) => test.tenant.accessOf(address));
    const list = [
      { email: ana, ...access },
      { email: bo, ...access },
    ];
    test.configure({ redirectUrl, existing: "own", invitations: list });
    test.tenant.clearRequests();
    const { outputs } = await test.stack.up();

    expect(test.writes()).toEqual([]);
    expect(test.tenant.mails()).toHaveLength(mails);
    expect([ana, bo].map((address) => test.tenant.accessOf(address))).toEqual(held);
    expect(outputs.guests?.value[ana]).toMatchObject({ userId: ids[ana], adopted: false });
    await test.stack.preview({ expectNoChanges: true });

    test.configure({ redirectUrl, allowRemoval: true, invitations: list.slice(0, 1) });
    await test.stack.up();
    expect(test.guestIds()).toEqual({ [ana]: ids[ana] });
    await test.stack.destroy();
    expect(test.guestIds()).toEqual({});
  });

  function declare(invitations: object[]): void {
    test.configure({ engine: "azuread", redirectUrl, invitations });
  }
});

describe("memberships that are there already", { timeout: 400_000 }, () => {
  const list = [
    { email: ana, groups: ["Partners", "Suppliers"] },
    { email: bo, groups: ["Partners"] },
  ];
  beforeEach(async () => {
    for (const { email, groups } of list) {
      const { body } = await test.graph("POST", "/invitations", {
        invitedUserEmailAddress: email,
        inviteRedirectUrl: redirectUrl,
      });
      for (const group of groups) {
        const found = await test.graph("GET", `/groups?$filter=displayName eq '${group}'`);
        const member = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${body.invitedUser.id}` };
        await test.graph("POST", `/groups/${found.body.value[0].id}/members/$ref`, member);
      }
    }
  });

  it("[official 2] [official 3] come under management as docs/migration.md says, and go with the list", async () => {
    test.configure({ redirectUrl, existing: "own", invitations: list.map(({ email }) => ({ email })) });
    await test.stack.up();
    test.configure({ redirectUrl, existing: "own", invitations: list });
    await expect(test.stack.up()).rejects.toThrow("already exists");
    test.tenant.clearRequests();

    const folder = test.stack.workspace.workDir;
    const preview = await pulumi("preview", "--json");
    writeFileSync(path.join(folder, "preview.json"), preview.said);
    writeFileSync(path.join(folder, "memberships.mjs"), scriptOf("docs/migration.md"));
    await import(path.join(folder, "memberships.mjs"));
    const flags = ["--file", "memberships.json", "--protect=false", "--generate-code=false"];
    const imported = await pulumi("import", ...flags, "--yes", "--skip-preview");
    expect(imported.code, imported.said).toBe(0);

    await test.stack.preview({ expectNoChanges: true });
    await test.stack.up();
    expect(test.writes()).toEqual([]);
    const fewer = [{ email: ana, groups: ["Suppliers"] }, { email: bo }];
    test.configure({ redirectUrl, allowRemoval: true, invitations: fewer });
    await test.stack.up();
    expect(test.tenant.accessOf(ana).groups).toEqual(["Suppliers"]);
    expect(test.tenant.accessOf(bo).groups).toEqual([]);
  });

  async function pulumi(...args: string[]): Promise<{ code: number; said: string }> {
    const run = test.startPulumi(args);
    const said: Buffer[] = [];
    run.stdout?.on("data", (bytes) => said.push(bytes));
    const [code] = await once(run, "close");
    return { code, said: Buffer.concat(said).toString() };
  }
});

/** The program that a page shows. */
function scriptOf(page: string): string {
  const [, script] = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(repository, page), "utf8")) ?? [];
  if (script === undefined) throw new Error(`${page} shows no program`);
  return script;
}
