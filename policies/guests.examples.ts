import { type JudgedResource, notYetKnown } from "./judging.ts";

/** What shows a policy at work: the same configuration, resources that pass it and resources that do not. */
export interface Example {
  config: Record<string, unknown>;
  passes: JudgedResource[];
  fails: JudgedResource[];
}

const component: JudgedResource = { type: "entra-guests:index:GuestInvitations", name: "partners", props: {} };

function invitation(props: Record<string, unknown>): JudgedResource {
  return {
    type: "entra-guests:index:Invitation",
    name: "ana",
    props: { userEmailAddress: "ana@fabrikam.example", redirectUrl: "https://portal.contoso.example", ...props },
  };
}

function guests(count: number): JudgedResource[] {
  return Array.from({ length: count }, (_, index) => ({
    ...invitation({ userEmailAddress: `guest${index + 1}@fabrikam.example` }),
    name: `guest${index + 1}`,
  }));
}

function roleAssignment(roleDefinitionId: string, scope: string): JudgedResource {
  return {
    type: "azure-native:authorization:RoleAssignment",
    name: "anas-access",
    props: {
      principalId: notYetKnown,
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleDefinitionId}`,
      scope,
    },
    dependsOn: { principalId: ["ana"] },
  };
}

const resourceGroup = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/orders";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/** One example for each policy of the pack, by the policy's name; the documentation shows what fails and the message. */
export const examples: Record<string, Example> = {
  "allowed-domains": {
    config: { allowed: ["fabrikam.example", "*.northwind.example"], internal: ["contoso.example"] },
    passes: [invitation({ message: { body: "Welcome.", additionalRecipients: "lead@contoso.example" } })],
    fails: [{ ...invitation({ userEmailAddress: "eve@elsewhere.example" }), name: "eve" }],
  },
  "redirect-url": {
    config: { hosts: ["*.contoso.example"] },
    passes: [invitation({ redirectUrl: "https://portal.contoso.example/start?next=/orders" })],
    fails: [invitation({ redirectUrl: "https://portal.contoso.example/start?next=https%3A%2F%2Felsewhere.example" })],
  },
  "invitation-message": {
    config: { hosts: ["*.contoso.example"] },
    passes: [invitation({ message: { body: "Welcome to our orders: https://orders.contoso.example." } })],
    fails: [invitation({ message: { body: "Dear {{name}}, welcome to our orders." } })],
  },
  "guest-user-type": {
    config: { internal: ["contoso.example"] },
    passes: [invitation({ userType: "Guest" })],
    fails: [invitation({ userType: "Member" })],
  },
  "sponsor-required": {
    config: { internal: ["contoso.example"] },
    passes: [invitation({ sponsors: ["lead@contoso.example"] })],
    fails: [invitation({ sponsors: ["boss@fabrikam.example"] })],
  },
  "expiry-required": {
    config: { maxDays: 180 },
    passes: [invitation({ expires: notYetKnown })],
    fails: [invitation({})],
  },
  "cc-internal-only": {
    config: { internal: ["contoso.example"] },
    passes: [invitation({ message: { additionalRecipients: "lead@contoso.example" } })],
    fails: [invitation({ message: { additionalRecipients: "boss@fabrikam.example" } })],
  },
  "no-privileged-access": {
    config: {},
    passes: [invitation({ userId: notYetKnown }), roleAssignment(reader, resourceGroup)],
    fails: [invitation({ userId: notYetKnown }), roleAssignment(owner, resourceGroup)],
  },
  "through-the-component": {
    config: {},
    passes: [component, { ...invitation({}), parent: "partners" }],
    fails: [invitation({})],
  },
  "guest-limits": {
    config: { perStack: 3, perDomain: 2 },
    passes: guests(2),
    fails: guests(3),
  },
};
