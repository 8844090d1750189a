import type { Step } from "./events.ts";
import { isInvitation, nameOf } from "./guests.ts";
import type { ResourceChange } from "./report.ts";

/** What gives a guest access, by the type without its version. */
const accessKinds: Record<string, string> = {
  "azuread:index/groupMember:GroupMember": "group membership",
  "azuread:index/appRoleAssignment:AppRoleAssignment": "application role",
  "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment": "directory role",
  "azure-native:authorization:RoleAssignment": "Azure role",
};

/** What every program has, and what only counts the guests. */
const machinery = /^pulumi:|^entra-guests:index:(GuestInvitations|GuestList)$/;

const changes: Record<string, ResourceChange["change"]> = {
  create: "added",
  import: "added",
  update: "changed",
  replace: "changed",
  delete: "removed",
};

/** The change of access in a step, if it is one. */
export function accessChange(step: Step): ResourceChange | undefined {
  const kind = accessKinds[unversioned(step.type)];
  return kind === undefined ? undefined : changeOf(step, kind);
}

/** The change of something that is neither a guest nor access. */
export function otherChange(step: Step): ResourceChange | undefined {
  if (isInvitation(step) || machinery.test(step.type) || unversioned(step.type) in accessKinds) return undefined;
  return changeOf(step, step.type);
}

function changeOf({ op, urn }: Step, kind: string): ResourceChange | undefined {
  const change = changes[op];
  return change && { change, kind, name: nameOf(urn) };
}

/** `azure-native:authorization/v20220401:RoleAssignment` is `azure-native:authorization:RoleAssignment`. */
function unversioned(type: string): string {
  return type.replace(/^(azure-native:\w+)\/v\w+:/, "$1:");
}
