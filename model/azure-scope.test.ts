import { describe, expect, it } from "vitest";
import { azureRoleId, azureScope } from "./azure-scope.ts";

const subscription = "/subscriptions/0e4c6b1e-0000-4000-8000-000000000001";
const group = `${subscription}/resourceGroups/partner-data`;
const account = `${group}/providers/Microsoft.Storage/storageAccounts/orders`;
const managementGroup = "/providers/Microsoft.Management/managementGroups/contoso";

describe("a scope", () => {
  it.each([
    ["/", "tenant"],
    [managementGroup, "management group"],
    [subscription, "subscription"],
    [group, "resource group"],
    [`${subscription}/resourceGroups/Größe_(eins).2`, "resource group"],
    [account, "resource"],
    [`${account}/blobServices/default/containers/$web`, "resource"],
    [`${account}/providers/Microsoft.Authorization/locks/one`, "resource"],
    [`${subscription}/providers/Microsoft.Network/locations/west`, "resource"],
    [`${managementGroup}/providers/Microsoft.Authorization/policyAssignments/one`, "resource"],
    ["/providers/Microsoft.Capacity/reservationOrders/0e4c6b1e", "resource"],
    [`${account}/queueServices/providers`, "resource"],
  ])("%s is a %s", (id, kind) => expect(azureScope(id)).toEqual({ kind, id }));

  it("may be written without the slash at its beginning, with one at its end, and in any letter case", () => {
    const kind = "resource group";
    expect(azureScope(group.slice(1))).toEqual({ kind, id: group });
    expect(azureScope(`${group}/`)).toEqual({ kind, id: group });
    expect(azureScope(group.toUpperCase())).toEqual({ kind, id: group.toUpperCase() });
    expect(azureScope(managementGroup.toLowerCase())).toMatchObject({ kind: "management group" });
    expect(azureScope("")).toEqual({ kind: "tenant", id: "/" });
  });

  it.each([
    ...[
      "..",
      ".",
      "../..",
      "x/..",
      "...",
      "x.",
      " ",
      "x y",
      "x\t",
      "{x}",
      "x?y",
      "?x",
      "x#",
      "%2e%2e",
      "%2E.",
      "x%2f..",
    ],
    ...[
      "x\\..",
      "..;",
      "x;y",
      "x'y",
      "('x')",
      "\u2025",
      "\uff0e\uff0e",
      "\uff0f",
      "x\u200b",
      "\u202e",
      "*",
      "<x>",
      "|",
    ],
  ])("[H5] has no place for %j, at any level", (name) => {
    const ids = [
      `/${name}`,
      `${name}${group}`,
      `/subscriptions/${name}`,
      `/subscriptions/${name}/resourceGroups/x`,
      `${subscription}/resourceGroups/${name}`,
      `${group}/${name}`,
      `${group}/providers/Microsoft.Storage/${name}/orders`,
      `${account}/${name}`,
      `/providers/Microsoft.Management/managementGroups/${name}`,
    ];
    expect(ids.filter((id) => typeof azureScope(id) !== "string")).toEqual([]);
  });

  it.each([
    "//",
    "///",
    `/${group}`,
    `${group}//`,
    "/subscriptions",
    "/subscriptions/",
    "/x/y",
    "/ſubscriptions/x",
    `${subscription}/resourceGroups`,
    `${subscription}/resourceGroup/x`,
    `${group}/storageAccounts/x`,
    `${group}/providers`,
    `${group}/providers/Microsoft.Storage`,
    `${group}/providers/Microsoft.Storage/storageAccounts`,
    `${account}/blobServices`,
    `${managementGroup}/subscriptions/x`,
    "/providers/Microsoft.Management/managementGroups",
    `${subscription}${subscription}`,
    `${subscription}${managementGroup}`,
    `${group}/providers/Microsoft.Resources/subscriptions/x`,
    "/providers/Microsoft.Resources/resourceGroups/x",
    "/providers/Microsoft.Subscription/subscriptions/x",
    "https://management.azure.com/subscriptions/x",
    "/providers/constructor",
    `/subscriptions/${"x".repeat(3000)}`,
  ])("[H5] is not %s", (id) => expect(typeof azureScope(id)).toBe("string"));

  it("[M6] is read in linear time", () => {
    const before = process.cpuUsage();
    for (const part of ["/", "a/", "../", "providers/a/"]) azureScope(part.repeat(100_000));
    azureScope("/providers/a/b".repeat(140));
    expect(process.cpuUsage(before).user).toBeLessThan(200_000);
  });
});

describe("a role", () => {
  const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
  const definition = `/providers/Microsoft.Authorization/roleDefinitions/${owner}`;

  it.each([owner, owner.toUpperCase(), definition, `${subscription}${definition}`, `${group}${definition}`])(
    "is known as %s",
    (written) => expect(azureRoleId(written)).toBe(owner),
  );

  it("is known by the name of a built-in one, in any letter case", () => {
    expect(azureRoleId("OWNER", { Owner: owner })).toBe(owner);
    expect(azureRoleId("Owner")).toBeUndefined();
    expect(azureRoleId("constructor", { Owner: owner })).toBeUndefined();
  });

  it("[H5] is the same role with a slash at its end", () => {
    expect(azureRoleId(`${definition}/`)).toBe(owner);
  });

  it.each([
    `{${owner}}`,
    `(${owner})`,
    owner.replaceAll("-", ""),
    `${owner}?x`,
    `${owner}#`,
    `${owner} `,
    `${owner}\n`,
    `%38${owner.slice(1)}`,
    `${definition}?api-version=1`,
    `${definition}//`,
    `${definition}/.`,
    `${definition}/x/..`,
    `/providers/Microsoft.Authorization/roleDefinitions('${owner}')`,
    `/providers/Microsoft.Authorization/roleDefinitions(${owner})`,
    `/providers/Microsoft.Authorization/roleAssignments/${owner}`,
    `/subscriptions/../x${definition}`,
    `https://management.azure.com${definition}`,
    `x/roleDefinitions/${owner}`,
  ])("[H5] is not named by %s", (written) => expect(azureRoleId(written)).toBeUndefined());
});
