import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, isWhole, openStack, type ThrowAwayStack } from "./throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const addresses = ["ana@fabrikam.example", "ana@northwind.example", "ana.trujillo@adatum.example"] as const;
const [first, second, third] = addresses;
const bo = { email: "bo@northwind.example" };
const access = {
  groups: ["Partners"],
  apps: [{ app: "Contoso Orders", role: "Orders.Read" }],
  azure: [{ role: "Reader", scope: "resourceGroups/partner-data" }],
};

let env: ThrowAwayStack;
beforeEach(async () => {
  env = await openStack();
});
afterEach(() => env.close());

function declare(...invitations: object[]): void {
  env.configure({ redirectUrl, invitations });
}

function mails(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { to } of env.tenant.mails()) counts[to] = (counts[to] ?? 0) + 1;
  return counts;
}

describe("a guest who gets a new address", () => {
  it("keeps object id, group, application and Azure role through each change, and is mailed once for it", async () => {
    declare({ email: first, ...access }, bo);
    await env.stack.up();
    env.tenant.accept(first);
    const id = env.guestIds()[first];
    const held = env.tenant.accessOf(first);
    expect([held.groups, held.apps, held.azure].map(({ length }) => length)).toEqual([1, 1, 1]);

    const changes: [email: string, formerly: string | string[]][] = [[second, first]];
    if (isWhole) changes.push([third, [second, first]]);
    for (const [email, formerly] of changes) {
      declare({ email, formerly, ...access }, bo);
      env.tenant.clearRequests();
      const { changeSummary, stdout } = await env.stack.preview();
      expect(changeSummary).not.toHaveProperty("create");
      expect(changeSummary).not.toHaveProperty("delete");
      expect(changeSummary).not.toHaveProperty("replace");
      expect(stdout).toContain(`${[formerly].flat()[0]} → ${email}`);
      expect(env.writes()).toEqual([]);

      await env.stack.up();
      expect(env.guestIds()).toMatchObject({ [email]: id });
      expect(Object.keys(env.guestIds())).toHaveLength(2);
      expect(env.tenant.accessOf(email)).toEqual(held);
      expect(env.writes()).toEqual([`PATCH /v1.0/users/${id}`, "POST /v1.0/invitations"]);
    }
    await env.stack.refresh({ expectNoChanges: true });
    expect(mails()).toEqual({ [first]: 1, [second]: 1, ...(isWhole && { [third]: 1 }), [bo.email]: 1 });

    // The line may go once the change is applied, and the guest goes with the list as any other.
    declare({ email: isWhole ? third : second, ...access }, bo);
    await env.stack.preview({ expectNoChanges: true });
    await env.stack.destroy();
    expect(env.tenant.guests()).toEqual([]);
  }, 600_000);

  it("is another guest without the earlier address on the list", async () => {
    declare({ email: first }, bo);
    await env.stack.up();
    const id = env.guestIds()[first];
    declare({ email: second }, bo);
    await env.stack.up();
    expect(env.guestIds()[second]).not.toBe(id);
    expect(env.tenant.deletedUsers().map((user) => user.id)).toEqual([id]);
  });

  it("counts as no removal, however many do, and an earlier address of somebody else fails the preview", async () => {
    const names = ["ana", "bo", "carla"];
    declare(...names.map((name) => ({ email: `${name}@fabrikam.example` })));
    await env.stack.up();
    const ids = Object.values(env.guestIds()).sort();
    declare(...names.map((name) => ({ email: `${name}@northwind.example` })));
    expect(await failureOf(env.stack.preview())).toContain("remove 3 of 3 guests");

    const moved = names.map((name) => ({ email: `${name}@northwind.example`, formerly: `${name}@fabrikam.example` }));
    declare(...moved, { email: "ana@fabrikam.example" });
    expect(await failureOf(env.stack.preview())).toContain("an earlier address belongs to one guest only");
    declare(...moved);
    await env.stack.up();
    expect(Object.values(env.guestIds()).sort()).toEqual(ids);
  });
});
