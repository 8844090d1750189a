import { afterEach, describe, expect, it, vi } from "vitest";
import { privilegedAzureRoles } from "../../policies/guests/judged-access.ts";
import {
  type AzureProblem,
  type AzureRole,
  azureRole,
  builtInRoles,
  roleAssignmentName,
  roleDefinitionId,
} from "./azure-roles.ts";

const subscription = "0e4c6b1e-0000-4000-8000-000000000001";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
afterEach(() => vi.unstubAllEnvs());

describe("an Azure role", () => {
  it.each(["Reader", "READER", reader, `/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/${reader}`])(
    "is known as %s",
    (role) => {
      expect(azureRole({ role, scope: "/subscriptions/s" })).toMatchObject({ roleId: reader });
    },
  );

  it("is refused by a name that is not known, with the nearest ones", () => {
    const problem = azureRole({ role: "Storage Blob Reader", scope: "/subscriptions/s" });
    expect(problem).toMatchObject({ property: "role", rule: expect.stringContaining('"Storage Blob Data Reader"') });
  });

  it("has an id below the subscription of its scope, as Azure answers it", () => {
    const id = (scope: string) => roleDefinitionId(azureRole({ role: "Reader", scope }) as AzureRole);
    const tail = `/providers/Microsoft.Authorization/roleDefinitions/${reader}`;
    expect(id("/subscriptions/s/resourceGroups/g")).toBe(`/subscriptions/s${tail}`);
    expect(id("/providers/Microsoft.Management/managementGroups/m")).toBe(tail);
  });
});

describe("a scope", () => {
  it("without a slash at its beginning lies in the subscription that Pulumi works in", () => {
    vi.stubEnv("ARM_SUBSCRIPTION_ID", subscription);
    expect(azureRole({ role: "Reader", scope: "resourceGroups/data/" })).toMatchObject({
      scope: `/subscriptions/${subscription}/resourceGroups/data`,
      label: "reader at resourcegroups/data",
    });
    const whole = azureRole({ role: reader, scope: `/subscriptions/${subscription}/resourceGroups/Data` });
    expect(whole).toMatchObject({ label: "reader at resourcegroups/data" });
  });

  it("without a slash is refused where no subscription is set", () => {
    vi.stubEnv("ARM_SUBSCRIPTION_ID", undefined);
    expect(azureRole({ role: "Reader", scope: "resourceGroups/data" })).toMatchObject({ property: "scope" });
  });
});

describe("a scope that is none", () => {
  it.each([
    ...["resourceGroups/..", "resourceGroups/partner-data/../..", "resourceGroups/partner-data/.", "..", ".", " "],
    ...["resourceGroups/partner-data?x", "resourceGroups/{data}", "resourceGroups/%2e%2e", "resourceGroups\\data"],
    ...["resourceGroups//data", "data", "subscriptions/s/resourceGroups/data", "/subscriptions/s/..", "//", ""],
  ])("[H5] is refused, with what a scope looks like: %j", (scope) => {
    vi.stubEnv("ARM_SUBSCRIPTION_ID", subscription);
    expect(azureRole({ role: "Reader", scope })).toMatchObject({
      property: "scope",
      rule: expect.stringMatching(/^this is not a scope: /),
      remedy: expect.stringContaining("resourceGroups/NAME"),
    });
  });

  it("[H5] is not blamed on the list where the subscription's id is wrong", () => {
    vi.stubEnv("ARM_SUBSCRIPTION_ID", `${subscription}/resourceGroups/other`);
    expect(azureRole({ role: "Reader", scope: "resourceGroups/data" })).toMatchObject({
      rule: expect.stringContaining("ARM_SUBSCRIPTION_ID, is not the id of a subscription"),
    });
  });

  it.each([
    `{${reader}}`,
    `x/roleDefinitions/${reader}`,
    `/providers/Microsoft.Authorization/roleDefinitions('${reader}')`,
  ])("[H5] nor is a role named by %s", (role) =>
    expect(azureRole({ role, scope: "/subscriptions/s" })).toMatchObject({ property: "role" }),
  );

  it("[M4] quotes a role on one line", () => {
    const problem = azureRole({ role: "Reader\n##vso[task.setvariable]", scope: "/subscriptions/s" });
    expect((problem as AzureProblem).remedy).not.toContain("\n");
  });
});

describe("the name of an assignment", () => {
  const role = azureRole({ role: "Reader", scope: "/subscriptions/S/resourceGroups/g" }) as AzureRole;

  it("is a UUID of version 5, the same for ever", () => {
    expect(roleAssignmentName(role, "0F4C6B1E-0000-4000-8000-000000000001")).toBe(
      "9d6417e3-9086-5579-b226-f8b4be377f08",
    );
  });

  it("does not depend on letter case, and differs for another principal, role or scope", () => {
    const name = roleAssignmentName(role, "a");
    expect(roleAssignmentName({ ...role, scope: role.scope.toUpperCase() }, "A")).toBe(name);
    const others = [
      roleAssignmentName(role, "b"),
      roleAssignmentName({ ...role, roleId: "b" }, "a"),
      roleAssignmentName({ ...role, scope: "/b" }, "a"),
    ];
    expect(new Set([name, ...others]).size).toBe(4);
  });
});

it("calls the privileged roles by the ids that the policy knows", () => {
  for (const [name, id] of Object.entries(privilegedAzureRoles)) expect(builtInRoles[name]).toBe(id);
});

it("has no id twice, and nothing but ids", () => {
  const all = Object.values(builtInRoles);
  expect(new Set(all).size).toBe(all.length);
  for (const id of all) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
