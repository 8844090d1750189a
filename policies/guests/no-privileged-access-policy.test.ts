import { describe, expect, it } from "vitest";
import { invitationToken } from "./invitation-properties.ts";
import { noPrivilegedAccess } from "./no-privileged-access-policy.ts";
import { type JudgedResource, judge, notYetKnown } from "./policy-examples.ts";
import { officialInvitationType } from "./policy-inputs.ts";

const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";
const subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
const resourceGroup = `${subscription}/resourceGroups/orders`;
const anasId = "11111111-2222-3333-4444-555555555555";

const ana: JudgedResource = {
  type: invitationToken,
  name: "ana",
  props: { userEmailAddress: "ana@fabrikam.example", userId: notYetKnown },
};

function assignment(role: string, scope: string, more: Partial<JudgedResource> = {}): JudgedResource {
  return {
    type: "azure-native:authorization:RoleAssignment",
    name: "access",
    props: {
      principalId: notYetKnown,
      roleDefinitionId: `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      scope,
    },
    dependsOn: { principalId: ["ana"] },
    ...more,
  };
}

const run = (resources: JudgedResource[], config: object = {}) => judge(noPrivilegedAccess, resources, config);

describe("Azure roles", () => {
  it("reports a privileged role at any scope, and names the guest and the role", () => {
    expect(run([ana, assignment(owner, resourceGroup)])).toEqual([
      "ana@fabrikam.example: gets the Azure role Owner. Give a narrower role, such as Reader.",
    ]);
  });

  it.each([
    "azure-native:authorization/v20220401:RoleAssignment",
    "azure-native:authorization/v20201001preview:RoleAssignment",
    "azure-native:authorization:PimRoleEligibilitySchedule",
  ])("sees %s as well", (type) => {
    expect(run([ana, assignment(owner, resourceGroup, { type })])).toHaveLength(1);
    expect(run([ana, assignment(reader, resourceGroup, { type })])).toEqual([]);
  });

  it("tells the role by its id alone, in any letter case", () => {
    const props = { principalId: notYetKnown, roleDefinitionId: owner.toUpperCase(), scope: resourceGroup };
    expect(run([ana, assignment(owner, resourceGroup, { props })])).toHaveLength(1);
  });

  it.each([
    [subscription, "a whole subscription"],
    [`${subscription}/`, "a whole subscription"],
    ["/providers/Microsoft.Management/managementGroups/contoso", "a management group"],
    ["/", "the tenant root"],
  ])("reports even a narrow role at %s", (scope, words) => {
    expect(run([ana, assignment(reader, scope)])).toEqual([expect.stringContaining(`at ${words}`)]);
  });

  it.each([
    ["resourceGroups/..", "is not a scope"],
    [`${resourceGroup}/../..`, "is not a scope"],
    [`${resourceGroup}/.`, "is not a scope"],
    [`${resourceGroup}/..?x`, "is not a scope"],
    [`${subscription}?x`, "is not a scope"],
    [`${subscription}#`, "is not a scope"],
    [`${subscription}//`, "is not a scope"],
    [`${subscription}/resourceGroups/%2e%2e`, "is not a scope"],
    [`${subscription}\\resourceGroups\\orders`, "is not a scope"],
    [`/subscriptions/{${subscription.slice(15)}}`, "is not a scope"],
    ["//", "is not a scope"],
    ["/providers/Microsoft.Resources/subscriptions/x", "is not a scope"],
    [subscription.slice(1), "at a whole subscription"],
    [`${subscription}/`.toUpperCase(), "at a whole subscription"],
    ["/PROVIDERS/microsoft.management/MANAGEMENTGROUPS/x/", "at a management group"],
    ["", "at the tenant root"],
  ])("[H5] is not talked round by the scope %j", (scope, words) => {
    expect(run([ana, assignment(reader, scope)])).toEqual([expect.stringContaining(words)]);
    expect(run([ana, assignment(reader, scope)], { widestScope: "any" })).toHaveLength(
      words === "is not a scope" ? 1 : 0,
    );
  });

  it("says what a scope looks like", () => {
    expect(run([ana, assignment(reader, "resourceGroups/..")])[0]).toMatch(
      /ana@fabrikam\.example: gets an Azure role at "resourceGroups\/\.\.", which is not a scope.* Write \/subscriptions\/ID\/resourceGroups\/NAME/,
    );
  });

  const definition = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${owner}`;
  it.each([
    [`${definition}/`, "gets the Azure role Owner"],
    [definition.slice(1), "gets the Azure role Owner"],
    [definition.toUpperCase(), "gets the Azure role Owner"],
    [`${definition}?x`, "is not a role id"],
    [`${definition}/.`, "is not a role id"],
    [`{${owner}}`, "is not a role id"],
    [`(${owner})`, "is not a role id"],
    [owner.replaceAll("-", ""), "is not a role id"],
    [`/providers/Microsoft.Authorization/roleDefinitions('${owner}')`, "is not a role id"],
    [`/providers/Microsoft.Authorization/roleDefinitions(guid'${owner}')`, "is not a role id"],
    [`${definition.slice(0, -1)}%35`, "is not a role id"],
    ["Owner", "is not a role id"],
    ["", "is not a role id"],
  ])("[H5] is not talked round by the role %j", (roleDefinitionId, words) => {
    const props = { principalId: notYetKnown, roleDefinitionId, scope: resourceGroup };
    expect(run([ana, assignment("", "", { props })])).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    "azure-native_authorization_v20220401:authorization:RoleAssignment",
    "azure-native:authorization/v20201001:RoleAssignmentScheduleRequest",
    "azure-native:authorization/v20201001:RoleEligibilityScheduleRequest",
    "azure-native:authorization:PimRoleAssignmentSchedule",
  ])("[H5] is seen in a resource of the type %s", (type) => {
    expect(run([ana, assignment(owner, resourceGroup, { type })])).toHaveLength(1);
    expect(run([ana, assignment(reader, resourceGroup, { type })])).toEqual([]);
  });

  it("lets the configuration widen the scope and choose the roles", () => {
    expect(run([ana, assignment(reader, subscription)], { widestScope: "subscription" })).toEqual([]);
    expect(run([ana, assignment(reader, "/")], { widestScope: "subscription" })).toHaveLength(1);
    expect(run([ana, assignment(reader, "/")], { widestScope: "any" })).toEqual([]);
    expect(run([ana, assignment(owner, resourceGroup)], { azureRoles: [reader] })).toEqual([]);
    expect(run([ana, assignment(reader, resourceGroup)], { azureRoles: [reader] })).toHaveLength(1);
  });

  it("names a role of the configuration that it does not know", () => {
    expect(run([], { azureRoles: ["Ownr"] })).toEqual([expect.stringContaining("roles that it does not know: Ownr")]);
  });

  it("does not judge a role or scope that is not known yet", () => {
    const props = { principalId: notYetKnown, roleDefinitionId: notYetKnown, scope: notYetKnown };
    expect(run([ana, assignment(owner, "", { props })])).toEqual([]);
  });
});

describe("who is a guest", () => {
  it("tells by the object id once it is known, for both packages", () => {
    const byId = assignment(owner, resourceGroup, {
      props: { principalId: anasId.toUpperCase(), roleDefinitionId: owner, scope: resourceGroup },
      dependsOn: {},
    });
    const known = { ...ana, props: { ...ana.props, userId: anasId } };
    expect(run([known, byId])).toHaveLength(1);
    expect(run([{ ...known, type: officialInvitationType }, byId])).toHaveLength(1);
    expect(run([ana, byId])).toEqual([]);
  });

  it.each([
    ["in braces", `{${anasId}}`],
    ["without hyphens", anasId.replaceAll("-", "")],
    ["with a slash", `${anasId}/`],
    ["as a user principal name", "ana_fabrikam.example#EXT#@contoso.example"],
  ])("[H5] reports an object id %s, which would hide a guest", (_, principalId) => {
    const props = { principalId, roleDefinitionId: owner, scope: resourceGroup };
    const known = { ...ana, props: { ...ana.props, userId: anasId } };
    expect(run([known, assignment(owner, resourceGroup, { props, dependsOn: {} })])).toEqual([
      expect.stringContaining("is not an object id, so it cannot be judged"),
    ]);
  });

  it("tells by the parent: what lies below an invitation or the component is for guests", () => {
    const component: JudgedResource = { type: "entra-guests:index:GuestInvitations", name: "partners", props: {} };
    const below = (parent: string) => assignment(owner, resourceGroup, { parent, dependsOn: {} });
    expect(run([component, below("partners")])).toEqual([
      expect.stringContaining("the guests of access: gets the Azure role Owner"),
    ]);
    expect(run([ana, below("ana")])).toHaveLength(1);
  });

  it("leaves other people's access alone unless the whole stack is for guests", () => {
    const anybody = assignment(owner, resourceGroup, { dependsOn: {} });
    expect(run([ana, anybody])).toEqual([]);
    expect(run([ana, anybody], { principals: "everyone" })).toEqual([expect.stringContaining("whoever access names")]);
  });

  it("follows guests into the groups of the stack", () => {
    const group: JudgedResource = {
      type: "azuread:index/group:Group",
      name: "partners",
      props: { objectId: notYetKnown },
    };
    const member: JudgedResource = {
      type: "azuread:index/groupMember:GroupMember",
      name: "ana-in-partners",
      props: { groupObjectId: notYetKnown, memberObjectId: notYetKnown },
      dependsOn: { groupObjectId: ["partners"], memberObjectId: ["ana"] },
    };
    const access = assignment(owner, resourceGroup, { dependsOn: { principalId: ["partners"] } });
    expect(run([ana, group, member, access])).toEqual([
      expect.stringContaining("a group that contains ana@fabrikam.example: gets the Azure role Owner"),
    ]);
    expect(run([ana, group, access])).toEqual([]);
    const withMembers = { ...group, props: { ...group.props, members: notYetKnown }, dependsOn: { members: ["ana"] } };
    expect(run([ana, withMembers, access])).toHaveLength(1);
  });

  it("follows guests into groups that are named by object id", () => {
    const groupId = "99999999-2222-3333-4444-555555555555";
    const member: JudgedResource = {
      type: "azuread:index/groupMember:GroupMember",
      name: "ana-in-partners",
      props: { groupObjectId: groupId, memberObjectId: notYetKnown },
      dependsOn: { memberObjectId: ["ana"] },
    };
    const props = { principalId: groupId, roleDefinitionId: owner, scope: resourceGroup };
    expect(run([ana, member, assignment(owner, resourceGroup, { props, dependsOn: {} })])).toHaveLength(1);
  });
});

describe("Entra roles", () => {
  it.each([
    ["DirectoryRoleAssignment", "principalObjectId", "roleId"],
    ["DirectoryRoleEligibilityScheduleRequest", "principalId", "roleDefinitionId"],
  ])("reports a privileged role given by %s", (name, principal, role) => {
    const grant = (roleId: string): JudgedResource => ({
      type: `azuread:index/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`,
      name: "role",
      props: { [principal]: notYetKnown, [role]: roleId },
      dependsOn: { [principal]: ["ana"] },
    });
    expect(run([ana, grant(globalAdministrator)])).toEqual([
      expect.stringContaining("ana@fabrikam.example: gets the Entra role Global Administrator"),
    ]);
    const directoryReaders = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
    expect(run([ana, grant(directoryReaders)])).toEqual([]);
  });

  it.each([
    `{${globalAdministrator}}`,
    `${globalAdministrator}/`,
    `${globalAdministrator}?x`,
    `/roles/${globalAdministrator}`,
  ])("[H5] reports the role %s, which is no id", (roleId) => {
    const type = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment";
    const props = { principalObjectId: notYetKnown, roleId };
    expect(run([ana, { type, name: "role", props, dependsOn: { principalObjectId: ["ana"] } }])).toEqual([
      expect.stringContaining("is not a role id"),
    ]);
  });

  it("tells an activated role by its template where the stack declares the role", () => {
    const role: JudgedResource = {
      type: "azuread:index/directoryRole:DirectoryRole",
      name: "admins",
      props: { templateId: globalAdministrator, objectId: notYetKnown },
    };
    const member: JudgedResource = {
      type: "azuread:index/directoryRoleMember:DirectoryRoleMember",
      name: "ana-is-admin",
      props: { memberObjectId: notYetKnown, roleObjectId: notYetKnown },
      dependsOn: { memberObjectId: ["ana"], roleObjectId: ["admins"] },
    };
    expect(run([ana, role, member])).toHaveLength(1);
  });
});

describe("role-assignable groups", () => {
  const group: JudgedResource = {
    type: "azuread:index/group:Group",
    name: "admins",
    props: { assignableToRole: true, objectId: notYetKnown },
  };
  const member = (groupObjectId: string, dependsOn: Record<string, string[]>): JudgedResource => ({
    type: "azuread:index/groupMember:GroupMember",
    name: "ana-in-admins",
    props: { groupObjectId, memberObjectId: notYetKnown },
    dependsOn: { memberObjectId: ["ana"], ...dependsOn },
  });

  it("reports a guest who becomes a member of one that the stack declares", () => {
    expect(run([ana, group, member(notYetKnown, { groupObjectId: ["admins"] })])).toEqual([
      expect.stringContaining("becomes a member of a role-assignable group"),
    ]);
    const plain = { ...group, props: { assignableToRole: false } };
    expect(run([ana, plain, member(notYetKnown, { groupObjectId: ["admins"] })])).toEqual([]);
  });

  it("reports one that lists the guest among its own members", () => {
    const own = { ...group, props: { ...group.props, members: notYetKnown }, dependsOn: { members: ["ana"] } };
    expect(run([ana, own])).toEqual([expect.stringContaining("becomes a member of a role-assignable group")]);
  });

  it("reports one that the configuration names by its object id", () => {
    const id = "99999999-2222-3333-4444-555555555555";
    expect(run([ana, member(id, {})], { roleAssignableGroups: [id] })).toHaveLength(1);
    expect(run([ana, member(id, {})])).toEqual([]);
  });

  it("[H5] reports a group in another spelling than its object id, here and in the configuration", () => {
    const id = "99999999-2222-3333-4444-555555555555";
    expect(run([ana, member(`{${id}}`, {})], { roleAssignableGroups: [id] })).toEqual([
      expect.stringContaining("is not an object id"),
    ]);
    expect(run([], { roleAssignableGroups: [`{${id}}`] })).toEqual([
      expect.stringContaining(
        '"roleAssignableGroups" in the policy\'s configuration has entries that are not object ids',
      ),
    ]);
  });
});
