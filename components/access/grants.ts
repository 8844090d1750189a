import type { RoleAssignment, RoleAssignmentArgs } from "@pulumi/azure-native/authorization/roleAssignment.js";
import type { AppRoleAssignment, AppRoleAssignmentArgs } from "@pulumi/azuread/appRoleAssignment.js";
import type { GroupMember, GroupMemberArgs } from "@pulumi/azuread/groupMember.js";
import * as pulumi from "@pulumi/pulumi";
import { azureadInvitationToken, invitationToken } from "../../model/names.ts";
import type { GuestInvitation } from "../backends/entra-guests.ts";
import { type GuestArgs, Invitation } from "../generated/sdk.ts";
import { roleAssignmentName, roleDefinitionId } from "./azure-roles.ts";
import { type GuestAccess, keyOf } from "./guest-access.ts";
import { officialModule } from "./official-packages.ts";
import type { TenantAccess } from "./tenant-access.ts";

/** The resources that give one guest access. */
export interface Grants {
  groups: GroupMember[];
  apps: AppRoleAssignment[];
  azure: RoleAssignment[];
}

/** Adjusts the resources that give access; called once for each, before it is made. */
export interface AccessTransform {
  groupMember?: (args: GroupMemberArgs, opts: pulumi.CustomResourceOptions, guest: GuestArgs) => void;
  appRoleAssignment?: (args: AppRoleAssignmentArgs, opts: pulumi.CustomResourceOptions, guest: GuestArgs) => void;
  roleAssignment?: (args: RoleAssignmentArgs, opts: pulumi.CustomResourceOptions, guest: GuestArgs) => void;
}

/** The official plugin writes to a group one member at a time, and others wait within their own time-outs. */
const customTimeouts = { create: "60m", delete: "60m" };

/**
 * Plans what gives one guest access. The resources are children of the guest's invitation: they wait until the guest is
 * there, and go before the guest goes. A change of role, group or guest replaces the one resource that it concerns.
 *
 * A list that changes its engine has another invitation for the guest. An alias says that what the former one gave is
 * the same, or azuread would refuse to give it a second time.
 *
 * @param names the name of the invitation, then those that it may have had; each resource's own begins with it. Pulumi
 *   knows a child by its parent's earlier name too, but no longer once a run that was cut short has renamed the parent
 * @param list the component
 * @returns makes the resources
 */
export function planGrants(
  [name = "", ...earlier]: readonly string[],
  guest: GuestArgs,
  access: GuestAccess,
  invitation: GuestInvitation,
  tenant: TenantAccess,
  transform: AccessTransform,
  list: pulumi.Resource,
): () => Grants {
  const principal = invitation.userId;
  const otherToken = invitation instanceof Invitation ? azureadInvitationToken : invitationToken;
  const aliases = [{ parent: pulumi.createUrn(name, otherToken, list) }];
  // Children inherit retainOnDelete: those of a guest whom the backend azuread leaves in place would stay as well.
  const taken: pulumi.CustomResourceOptions = { parent: invitation, retainOnDelete: false };
  const knownAs = (rest: string): pulumi.CustomResourceOptions => ({
    aliases: [...aliases, ...earlier.map((one) => ({ name: `${one}${rest}` }))],
  });
  // Where the guest goes too, their invitation takes these away: azuread would fail at a guest who is gone already, and
  // takes them away one at a time.
  const opts = (): pulumi.CustomResourceOptions =>
    invitation instanceof Invitation ? { ...taken, deletedWith: invitation } : { ...taken };
  const groups = access.groups.map((group) => {
    const args: GroupMemberArgs = { groupObjectId: tenant.groupId(group), memberObjectId: principal };
    const rest = `-group-${keyOf(group)}`;
    const own = { ...opts(), ...knownAs(rest), customTimeouts };
    transform.groupMember?.(args, own, guest);
    return { name: `${name}${rest}`, args, opts: own };
  });
  const apps = access.apps.map(({ app, role }) => {
    const args: AppRoleAssignmentArgs = {
      resourceObjectId: tenant.applicationId(app),
      appRoleId: tenant.appRoleId(app, role),
      principalObjectId: principal,
    };
    const rest = `-app-${keyOf(role === undefined ? app : `${app}-${role}`)}`;
    const own = { ...opts(), ...knownAs(rest) };
    transform.appRoleAssignment?.(args, own, guest);
    return { name: `${name}${rest}`, args, opts: own };
  });
  const azure = access.azure.map((role) => {
    const args: RoleAssignmentArgs = {
      principalId: principal,
      // Spares Azure the look-up of a guest whom its directory may not know yet.
      principalType: "User",
      roleDefinitionId: roleDefinitionId(role),
      roleAssignmentName: principal.apply((id) => roleAssignmentName(role, id)),
      scope: role.scope,
    };
    const rest = `-azure-${role.label}`;
    const own: pulumi.CustomResourceOptions = { ...taken, ...knownAs(rest) };
    transform.roleAssignment?.(args, own, guest);
    return { name: `${name}${rest}`, args, opts: own };
  });
  return () => ({
    groups: groups.map((one) => new (groupMember())(one.name, one.args, one.opts)),
    apps: apps.map((one) => new (appRoleAssignment())(one.name, one.args, one.opts)),
    azure: azure.map((one) => new (roleAssignment())(one.name, one.args, one.opts)),
  });
}

const groupMember = () => officialModule("@pulumi/azuread/groupMember").GroupMember;
const appRoleAssignment = () => officialModule("@pulumi/azuread/appRoleAssignment").AppRoleAssignment;
const roleAssignment = () => officialModule("@pulumi/azure-native/authorization/roleAssignment").RoleAssignment;
