import * as pulumi from "@pulumi/pulumi";
import { canonicalAddress } from "../../model/email-address.ts";
import { earlierNames, type GuestInvitation } from "../backends/entra-guests.ts";
import type { AccessProfiles, GuestArgs, HeldAccess, InvitationGrants } from "../generated/sdk.ts";
import { type AccessTransform, type Grants, planGrants } from "./grants.ts";
import { accessOf, type GuestAccess, isAppLink, keyOf } from "./guest-access.ts";
import { type AccessHolder, type TenantAccess, tenantAccess } from "./tenant-access.ts";

/** What the guests of one list may reach. */
export interface ListAccess {
  /**
   * Resolves when everything that the list names was found, and rejects with what was not: nobody is to be invited
   * before, so it goes into their `dependsOn`. `undefined` where the list names nothing, and nothing is looked up or loaded.
   */
  ready: Promise<pulumi.Resource[]> | undefined;
  /** The guest as a backend takes them: an application's page is looked up. */
  invitee(guest: GuestArgs): GuestArgs;
  /** What the guest's invitation has to know of the access, for the case that it restores them. */
  grantsOf(address: string): InvitationGrants | undefined;
  /** Who gets what, for the list's guard: guests with the same access together. `undefined` where the list gives none. */
  held: HeldAccess[] | undefined;
  /** Plans the resources, given the invitations by address. Calling the answer makes those of each guest who gets any. */
  plan(invitations: Record<string, GuestInvitation>): () => Record<string, Grants>;
}

/**
 * Begins to look up what a list's guests may reach.
 *
 * @param name the name of the component
 * @param guests the guests with the defaults filled in
 * @param parent the component
 */
export function listAccess(
  name: string,
  guests: readonly GuestArgs[],
  profiles: AccessProfiles,
  transform: AccessTransform,
  parent: pulumi.Resource,
): ListAccess {
  const holders = guests.map((guest): Holder => {
    const address = canonicalAddress(guest.email);
    return { guest, address, access: accessOf(guest, profiles), redirectUrl: guest.redirectUrl };
  });
  const getters = holders.filter(getsAny);
  const asks = getters.length > 0 || holders.some(({ redirectUrl }) => isAppLink(redirectUrl));
  if (!asks) {
    const none = { ready: undefined, held: undefined, grantsOf: () => undefined };
    return { ...none, invitee: (guest) => guest, plan: () => () => ({}) };
  }
  const byAddress = new Map(holders.map((holder) => [holder.address, holder]));
  const tenant = tenantAccess(`GuestInvitations "${name}"`, holders, { parent });
  return {
    ready: tenant.ready.then(() => []),
    held: getters.length === 0 ? undefined : heldAccess(getters, tenant),
    invitee: (guest) =>
      isAppLink(guest.redirectUrl) ? { ...guest, redirectUrl: tenant.signInUrl(guest.redirectUrl.app) } : guest,
    grantsOf: (address) => grantsOf(byAddress.get(address)?.access, tenant),
    plan: (invitations) => plan(name, getters, invitations, tenant, transform, parent),
  };
}

interface Holder extends AccessHolder {
  guest: GuestArgs;
}

function getsAny({ access: { groups, apps, azure } }: Holder): boolean {
  return groups.length + apps.length + azure.length > 0;
}

/** One entry for each distinct access, however many guests share it. */
function heldAccess(getters: readonly Holder[], tenant: TenantAccess): HeldAccess[] {
  const things = ({ groups, apps, azure }: GuestAccess) => [
    ...groups.map((name) => ({ name: `group ${name}`, id: tenant.groupId(name) })),
    ...apps.map(({ app, role }) => ({
      name: `application ${app}${role === undefined ? "" : ` (${role})`}`,
      id: pulumi.interpolate`${tenant.applicationId(app)} ${tenant.appRoleId(app, role)}`,
    })),
    ...azure.map(({ label, scope, roleId }) => ({
      name: `Azure role ${label}`,
      id: pulumi.output(`${scope} ${roleId}`),
    })),
  ];
  const shared = Map.groupBy(getters, ({ access }) =>
    things(access)
      .map(({ name }) => keyOf(name))
      .sort()
      .join("\n"),
  );
  return [...shared.values()].flatMap((holders) => {
    const [first] = holders;
    if (first === undefined) return [];
    const held = things(first.access);
    return [
      {
        names: held.map(({ name }) => name),
        ids: held.map(({ id }) => id),
        guests: holders.map(({ address }) => address).sort(),
      },
    ];
  });
}

/** Azure keeps a role assignment while its guest is in the recycle bin, and shows it, so that none is made twice. */
function grantsOf(access: GuestAccess | undefined, tenant: TenantAccess): InvitationGrants | undefined {
  if (access === undefined || access.groups.length + access.apps.length === 0) return undefined;
  return {
    ...(access.groups.length > 0 && { groups: access.groups.map((name) => tenant.groupId(name)) }),
    ...(access.apps.length > 0 && {
      apps: access.apps.map(({ app, role }) => ({
        resourceObjectId: tenant.applicationId(app),
        appRoleId: tenant.appRoleId(app, role),
      })),
    }),
  };
}

function plan(
  name: string,
  getters: readonly Holder[],
  invitations: Record<string, GuestInvitation>,
  tenant: TenantAccess,
  transform: AccessTransform,
  list: pulumi.Resource,
): () => Record<string, Grants> {
  const planned = getters.flatMap(({ guest, address, access }) => {
    const invitation = invitations[address];
    if (invitation === undefined) return [];
    const names = [`${name}-${address}`, ...earlierNames(name, guest)];
    return [{ address, make: planGrants(names, guest, access, invitation, tenant, transform, list) }];
  });
  return () => Object.fromEntries(planned.map(({ address, make }) => [address, make()]));
}
