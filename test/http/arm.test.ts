import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const version = "api-version=2022-04-01";

let tenant: TestTenant;
let scope: string;
beforeAll(async () => {
  tenant = await startTestTenant();
  scope = `/subscriptions/${tenant.environment.ARM_SUBSCRIPTION_ID}/resourceGroups/partner-data`;
});
afterAll(() => tenant.remove());

async function arm(
  method: string,
  path: string,
  body?: unknown,
  fields: Record<string, string> = {},
  of = tenant,
): Promise<Answer> {
  const token = await of.token({ scope: `${of.url}/resource-manager/.default`, ...fields });
  return of.send(method, path, body === undefined ? undefined : JSON.stringify(body), {
    authorization: `Bearer ${token.body.access_token}`,
    "content-type": "application/json",
  });
}

const assignmentPath = (name = crypto.randomUUID() as string, at = scope) =>
  `${at}/providers/Microsoft.Authorization/roleAssignments/${name}?${version}`;
const assignmentOf = (principalId: string, more: Record<string, unknown> = {}, role = reader) => ({
  properties: {
    roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    principalId,
    ...more,
  },
});
const code = ({ body }: Answer) => body.error.code;

describe("role definitions", () => {
  it("are found by name and by id", async () => {
    const path = `${scope}/providers/Microsoft.Authorization/roleDefinitions`;
    const { body } = await arm("GET", `${path}?${version}&$filter=${encodeURIComponent("roleName eq 'reader'")}`);
    expect(body.value).toMatchObject([{ name: reader, properties: { roleName: "Reader", type: "BuiltInRole" } }]);
    expect(body.value[0].id).toMatch(/^\/subscriptions\/[^/]+\/providers\/Microsoft\.Authorization\/roleDefinitions\//);
    const one = await arm("GET", `${path}/${reader}?api-version=2022-05-01-preview`);
    expect(one.body.properties.permissions).toMatchObject([{ actions: ["*/read"] }]);
    expect(code(await arm("GET", `${path}/${crypto.randomUUID()}?${version}`))).toBe("RoleDefinitionDoesNotExist");
  });
});

describe("a role assignment", () => {
  it("is made, read, listed, put again without a change, and removed", async () => {
    const id = await tenant.invite("reader@fabrikam.example");
    const path = assignmentPath();
    const made = await arm("PUT", path, assignmentOf(id));
    expect(made).toMatchObject({
      status: 201,
      body: {
        type: "Microsoft.Authorization/roleAssignments",
        properties: { principalId: id, principalType: "User", scope },
      },
    });
    expect((await arm("PUT", path, assignmentOf(id, { principalType: "User" }))).status).toBe(200);
    expect((await arm("GET", path)).body).toMatchObject({ id: made.body.id });
    const list = `${scope}/providers/Microsoft.Authorization/roleAssignments?${version}&$filter=`;
    const found = await arm("GET", `${list}${encodeURIComponent(`principalId eq '${id}'`)}`);
    expect(found.body.value).toHaveLength(1);
    expect(tenant.accessOf("reader@fabrikam.example").azure).toEqual([`Reader at ${scope}`]);
    expect((await arm("DELETE", path)).status).toBe(200);
    expect((await arm("DELETE", path)).status).toBe(204);
    expect(code(await arm("GET", path))).toBe("RoleAssignmentNotFound");
  });

  it("exists once for a principal, role and scope, whatever its name", async () => {
    const id = await tenant.invite("once@fabrikam.example");
    const name = crypto.randomUUID();
    await arm("PUT", assignmentPath(name), assignmentOf(id));
    const second = await arm("PUT", assignmentPath(), assignmentOf(id));
    expect(second).toMatchObject({ status: 409, body: { error: { code: "RoleAssignmentExists" } } });
    expect(second.body.error.message).toContain(name.replaceAll("-", ""));
    const other = await tenant.invite("other@fabrikam.example");
    expect(code(await arm("PUT", assignmentPath(name), assignmentOf(other)))).toBe("RoleAssignmentUpdateNotPermitted");
  });

  it("outlives its principal, as Azure's do", async () => {
    const id = await tenant.invite("orphan@fabrikam.example");
    const path = assignmentPath();
    await arm("PUT", path, assignmentOf(id));
    await tenant.graph("DELETE", `/users/${id}`);
    await tenant.graph("DELETE", `/directory/deletedItems/${id}`);
    expect((await arm("GET", path)).status).toBe(200);
  });

  it("is refused for a principal who is not there, or of another type, and where the body says nothing", async () => {
    const id = await tenant.invite("typed@fabrikam.example");
    expect(code(await arm("PUT", assignmentPath(), assignmentOf(crypto.randomUUID())))).toBe("PrincipalNotFound");
    expect(code(await arm("PUT", assignmentPath(), assignmentOf(id, { principalType: "Group" })))).toBe(
      "UnmatchedPrincipalType",
    );
    expect(code(await arm("PUT", assignmentPath("no-guid"), assignmentOf(id)))).toBe("InvalidRoleAssignmentId");
    expect(code(await arm("PUT", assignmentPath(), {}))).toBe("InvalidRequestContent");
    const unknown = assignmentOf(id, {}, crypto.randomUUID());
    expect(code(await arm("PUT", assignmentPath(), unknown))).toBe("RoleDefinitionDoesNotExist");
  });

  it("for a guest of a moment ago needs the type of the principal", async () => {
    const clock = standingClock();
    const slow = await startTestTenant({ replicationLagSeconds: 5, now: clock.now });
    try {
      const id = await slow.invite("new@fabrikam.example");
      const at = scope.replace(/[\da-f-]{36}/, slow.environment.ARM_SUBSCRIPTION_ID ?? "");
      const put = (more = {}) => arm("PUT", assignmentPath(undefined, at), assignmentOf(id, more), {}, slow);
      expect(await put()).toMatchObject({ status: 400, body: { error: { code: "PrincipalNotFound" } } });
      expect((await put({ principalType: "User" })).status).toBe(201);
    } finally {
      await slow.remove();
    }
  });
});

describe("Azure Resource Manager", () => {
  it("asks for a version that it has", async () => {
    const path = `${scope}/providers/Microsoft.Authorization/roleAssignments`;
    expect(code(await arm("GET", path))).toBe("MissingApiVersionParameter");
    expect(code(await arm("GET", `${path}?api-version=1999-01-01`))).toBe("NoRegisteredProviderFound");
  });

  it("knows its subscription and the resource groups of the seed only", async () => {
    const other = scope.replace(/[\da-f-]{36}/, crypto.randomUUID());
    expect(code(await arm("GET", assignmentPath(undefined, other)))).toBe("SubscriptionNotFound");
    const group = scope.replace("partner-data", "nothing");
    expect(code(await arm("GET", assignmentPath(undefined, group)))).toBe("ResourceGroupNotFound");
    expect((await arm("GET", `/subscriptions/x/providers/Microsoft.Compute/virtualMachines?${version}`)).status).toBe(
      404,
    );
  });

  it("takes tokens that are meant for it, and none for Graph", async () => {
    const path = assignmentPath();
    expect((await tenant.send("GET", path)).status).toBe(401);
    expect((await arm("GET", path, undefined, { scope: `${tenant.url}/.default` })).status).toBe(401);
  });

  it("lets nobody assign roles who has no role that allows it at the scope or above", async () => {
    const app = tenant.registerApp({ displayName: "nobody", permissions: ["Directory.ReadWrite.All"] });
    const fields = { client_id: app.clientId, client_secret: app.clientSecret };
    const id = await tenant.invite("denied@fabrikam.example");
    const denied = await arm("PUT", assignmentPath(), assignmentOf(id), fields);
    expect(denied).toMatchObject({ status: 403, body: { error: { code: "AuthorizationFailed" } } });
    await arm("PUT", assignmentPath(), assignmentOf(app.objectId));
    expect(
      (await arm("GET", `${scope}/providers/Microsoft.Authorization/roleDefinitions?${version}`, undefined, fields))
        .status,
    ).toBe(200);
    expect((await arm("PUT", assignmentPath(), assignmentOf(id), fields)).status).toBe(403);
    expect((await arm("PUT", assignmentPath(undefined, ""), assignmentOf(id))).status).toBe(403);
  });
});
