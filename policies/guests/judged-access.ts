import type { PolicyResource } from "@pulumi/policy";
import { azureRoleId } from "./azure-scope.ts";
import {
  invitationOf,
  isGuid,
  isInsideComponent,
  isInvitation,
  isKnown,
  parentTypes,
  readText,
  readTexts,
  type Value,
} from "./policy-inputs.ts";

/** The properties in which one type of resource says who gets what. */
interface GrantShape {
  kind: "Azure role" | "directory role" | "group";
  /** The property that names who gets it. */
  principal: string;
  /** The property that names the role or the group. */
  granted: string;
}

/** A resource that gives somebody a role or a place in a group, whichever package made it. */
export interface Grant extends GrantShape {
  resource: PolicyResource;
}

const azureRole: GrantShape = { kind: "Azure role", principal: "principalId", granted: "roleDefinitionId" };
const roleMember: GrantShape = { kind: "directory role", principal: "memberObjectId", granted: "roleObjectId" };
const groupSchedule: GrantShape = { kind: "group", principal: "principalId", granted: "groupId" };

const azuread: Record<string, GrantShape> = {
  AdministrativeUnitRoleMember: roleMember,
  DirectoryRoleAssignment: { kind: "directory role", principal: "principalObjectId", granted: "roleId" },
  DirectoryRoleEligibilityScheduleRequest: {
    kind: "directory role",
    principal: "principalId",
    granted: "roleDefinitionId",
  },
  DirectoryRoleMember: roleMember,
  GroupMember: { kind: "group", principal: "memberObjectId", granted: "groupObjectId" },
  PrivilegedAccessGroupAssignmentSchedule: groupSchedule,
  PrivilegedAccessGroupEligibilitySchedule: groupSchedule,
};

/**
 * The types of azure-native that give a role: at once, for a time, or on request. A version of the API may stand in the
 * module or in the package: `azure-native:authorization/v20220401:RoleAssignment`,
 * `azure-native_authorization_v20220401:authorization:RoleAssignment`.
 */
const azureNative =
  /^azure-native(?:_authorization_v\w+)?:authorization(?:\/v\w+)?:\w*Role(?:Assignment|Eligibility)\w*$/;

/** Reads a resource as a grant. `undefined` when it is something else. */
export function grantOf(resource: PolicyResource): Grant | undefined {
  const shape = azureNative.test(resource.type) ? azureRole : azuread[azureadName(resource.type) ?? ""];
  return shape && { ...shape, resource };
}

/** Whether a resource is a group whose members the stack may declare. */
export function isGroup(resource: PolicyResource): boolean {
  return ["Group", "GroupWithoutMembers"].includes(azureadName(resource.type) ?? "");
}

function azureadName(type: string): string | undefined {
  return /^azuread:index\/\w+:(\w+)$/.exec(type)?.[1];
}

/**
 * The guests among those who get something in a stack.
 *
 * A guest is recognised by a known object id. A preview does not know the ids of new guests yet: there a guest is
 * recognised by the invitation that the property depends on.
 */
export class GuestsOfStack {
  readonly #labels = new Map<string, string>();

  constructor(resources: readonly PolicyResource[]) {
    for (const resource of resources) this.#addGuest(resource);
    // After all guests, because a group counts as a guest when one of its members is a guest.
    for (const resource of resources) this.#addGuestGroup(resource);
  }

  /**
   * Names the guest who gets something.
   *
   * @returns words for a message, or `undefined` when nothing shows that the principal is a guest
   */
  labelOf(grant: Grant): string | undefined {
    const label = this.#label(grant.resource, grant.principal, [readText(() => grant.resource.props[grant.principal])]);
    return label ?? (isPartOfInvitation(grant.resource) ? `the guests of ${grant.resource.name}` : undefined);
  }

  /** Names a guest among the members that a group itself declares. */
  memberOf(group: PolicyResource): string | undefined {
    return isGroup(group) ? this.#label(group, "members", membersOf(group)) : undefined;
  }

  #addGuest(resource: PolicyResource): void {
    const invitation = invitationOf(resource);
    if (invitation === undefined) return;
    this.#labels.set(resource.urn, invitation.label);
    const id = readText(() => resource.props.userId);
    if (isKnown(id) && id !== "") this.#labels.set(id.toLowerCase(), invitation.label);
  }

  #addGuestGroup(resource: PolicyResource): void {
    const grant = grantOf(resource);
    const member = grant?.kind === "group" ? this.labelOf(grant) : undefined;
    if (grant !== undefined && member !== undefined) {
      const group = readText(() => resource.props[grant.granted]);
      this.#addGroup(groupOf(member), resource, grant.granted, group);
    }
    const ownMember = this.memberOf(resource);
    if (ownMember === undefined) return;
    this.#labels.set(resource.urn, groupOf(ownMember));
    const id = readText(() => resource.props.objectId);
    if (isKnown(id)) this.#labels.set(id.toLowerCase(), groupOf(ownMember));
  }

  #addGroup(label: string, resource: PolicyResource, property: string, id: Value<string>): void {
    if (isKnown(id)) this.#labels.set(id.toLowerCase(), label);
    for (const dependency of resource.propertyDependencies[property] ?? []) {
      if (isGroup(dependency)) this.#labels.set(dependency.urn, label);
    }
  }

  #label(resource: PolicyResource, property: string, ids: readonly Value<string>[]): string | undefined {
    const known = ids.filter(isKnown).map((id) => id.toLowerCase());
    const dependencies = resource.propertyDependencies[property] ?? [];
    const keys = [...known, ...dependencies.map(({ urn }) => urn)];
    return keys.map((key) => this.#labels.get(key)).find((label) => label !== undefined);
  }
}

function groupOf(member: string): string {
  return `a group that contains ${member}`;
}

/** The members that a group itself declares, as far as they are known. */
function membersOf(group: PolicyResource): Value<string>[] {
  const members = readTexts(() => group.props.members);
  return Array.isArray(members) ? members : [];
}

/** Who gets what by a resource, in a spelling that is no object id, so that nobody can tell whether it is a guest. */
export function namelessPrincipal(resource: PolicyResource): string | undefined {
  const grant = grantOf(resource);
  const ids: Value<string>[] = grant === undefined ? [] : [readText(() => resource.props[grant.principal])];
  return [...ids, ...(isGroup(resource) ? membersOf(resource) : [])].filter(isKnown).find((id) => !isGuid(id));
}

function isPartOfInvitation(resource: PolicyResource): boolean {
  return isInsideComponent(resource.urn) || parentTypes(resource.urn).some(isInvitation);
}

/** The ids of built-in roles, by name. */
type Roles = Readonly<Record<string, string>>;

/**
 * Azure's built-in roles of the category "Privileged".
 *
 * Source: "Azure built-in roles for Privileged", as of July 2026.
 */
export const privilegedAzureRoles: Roles = {
  Owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  "Reservations Administrator": "a8889054-8d42-49c9-bc1c-52486c10e7cd",
};

/**
 * Entra's built-in roles that Microsoft labels privileged, and two that CISA SCuBA calls highly privileged (Exchange and
 * SharePoint Administrator). The ids are template ids, the same in every tenant.
 *
 * Source: "Microsoft Entra built-in roles", as of January 2026.
 */
export const privilegedDirectoryRoles: Roles = {
  "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
  "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
  "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
  "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
  "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
  "Application Developer": "cf1c38e5-3621-4004-a7cb-879624dced7c",
  "Hybrid Identity Administrator": "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
  "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
  "SharePoint Administrator": "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
  "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
  "Security Operator": "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
  "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
  "Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
  "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
  "Authentication Extensibility Administrator": "25a516ed-2fa0-40ea-a2d0-12923a21473a",
  "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
  "Password Administrator": "966707d0-3269-4727-9be2-8c3a10f19b9d",
  "Intune Administrator": "3a2c62db-5318-420d-8d74-23affee5d9d5",
  "Cloud Device Administrator": "7698a772-787b-4ac8-901f-60d6b08affd2",
  "Directory Writers": "9360feb5-f418-4baa-8175-e2a00bac4301",
  "Domain Name Administrator": "8329153b-31d0-4727-b945-745eb3bc5f31",
  "External Identity Provider Administrator": "be2f45a1-457d-42af-a067-6ec1fa63bc45",
  "B2C IEF Keyset Administrator": "aaf43236-0c0d-4d5f-883a-6955382ac081",
  "Lifecycle Workflows Administrator": "59d46f88-662b-457b-bceb-5c3809e5908f",
  "Attribute Provisioning Administrator": "ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe",
  "Attribute Provisioning Reader": "422218e4-db15-4ef9-bbe0-8afb41546d79",
  "Agent ID Administrator": "db506228-d27e-4b7d-95e5-295956d6615f",
  "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  "Partner Tier1 Support": "4ba39ca4-527c-499a-b93d-d9b492c50246",
  "Partner Tier2 Support": "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8",
};

/**
 * Finds a role in a list of roles.
 *
 * @param id the role's GUID in lower case
 * @param listed names of built-in roles, or ids
 * @param known the built-in roles whose names may be in the list
 * @returns the role's name if it is a known one, else its id; `undefined` when it is not listed
 */
export function listedRole(id: string, listed: readonly string[], known: Roles): string | undefined {
  const entry = listed.find((role) => azureRoleId(role, known) === id);
  return entry && (Object.keys(known).find((name) => known[name] === id) ?? id);
}

/** The entries of a list that are neither a known role nor an id. Without a warning they would silently match nothing. */
export function unknownRoles(listed: readonly string[], known: Roles): string[] {
  return listed.filter((role) => azureRoleId(role, known) === undefined);
}
