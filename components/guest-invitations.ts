import * as pulumi from "@pulumi/pulumi";
import { canonicalAddress } from "../model/email-address.ts";
import type { InvitationState } from "../model/names.ts";
import type { AccessProfiles } from "./access/access.ts";
import type { AccessTransform, Grants } from "./access/grants.ts";
import { type ListAccess, listAccess } from "./access/list-access.ts";
import { byExpiry, today } from "./calendar-day.ts";
import { azureadEngine } from "./engines/azuread.ts";
import type { Engine, EngineName, GuestInvitation } from "./engines/engine.ts";
import { entraGuestsEngine } from "./engines/entra-guests.ts";
import { announceExpiry, usualNotice } from "./expiry.ts";
import { type GuestArgs, type GuestDefaults, withDefaults } from "./guest.ts";
import { GuestList, type GuestListArgs, type RemovalLimit } from "./guest-list.ts";
import { accessListProblems, guestProblems, stop } from "./guest-problems.ts";
import type { InvitationArgs } from "./invitation.ts";
import { report } from "./problem.ts";
import { withoutStackTraces } from "./without-stack-traces.ts";

/** The component's type token, as it stands in the state. */
export const guestInvitationsType = "entra-guests:index:GuestInvitations";

/** What {@link GuestInvitations} takes: defaults for all guests, and the guests. */
export interface GuestInvitationsArgs extends GuestDefaults {
  /** The guests. Their order means nothing: each resource is named after the guest's address. */
  guests: GuestArgs[];
  /**
   * The resource type that stands for a guest: the project's own, or `azuread.Invitation`, which can do less
   * (see engines/azuread.ts).
   *
   * @default "entra-guests"
   */
  engine?: EngineName;
  /**
   * How many guests one change may remove: a wrong file or a bad merge should not empty the list. Guests who expire do
   * not count. Not with engine azuread.
   */
  removalLimit?: RemovalLimit;
  /**
   * Lets a change remove more guests than {@link removalLimit}.
   *
   * @default false
   */
  allowRemoval?: boolean;
  /**
   * How many days before a guest's last one previews and runs begin to announce that the guest will leave; 0 for never.
   *
   * @default 14
   */
  expiryNotice?: number;
  /** Bundles of access by name: a guest has one by `profiles: ["auditor"]`. */
  accessProfiles?: AccessProfiles;
  /** Adjusts the child resources. */
  transform?: AccessTransform & {
    /**
     * Called once for each guest, before their resource is made; change `args` and `opts` in place.
     *
     * @example
     * ```ts
     * transform: { invitation: (args, opts, guest) => { opts.protect = guest.email.endsWith("@fabrikam.example"); } }
     * ```
     */
    invitation?: (args: InvitationArgs, opts: pulumi.CustomResourceOptions, guest: GuestArgs) => void;
  };
}

/** What is known of a guest. With engine azuread only `userId` and `redeemUrl` are there. */
export interface InvitedGuest {
  /** The guest's object id in the tenant. */
  userId: pulumi.Output<string>;
  /** The link by which the guest accepts; a secret. `undefined` for a guest who was adopted or restored. */
  redeemUrl: pulumi.Output<string | undefined>;
  /** Whether the guest has accepted. */
  state?: pulumi.Output<InvitationState>;
  /** The guest's user principal name. */
  userPrincipalName?: pulumi.Output<string | undefined>;
  /** When the guest was last invited, ISO 8601 in UTC. */
  invitedAt?: pulumi.Output<string | undefined>;
  /** Whether the guest was in the tenant before. */
  adopted?: pulumi.Output<boolean>;
}

/**
 * A list of guests, one invitation each.
 *
 * @example
 * ```ts
 * const partners = new GuestInvitations("partners", {
 *   redirectUrl: "https://myapps.microsoft.com",
 *   message: { body: "Welcome to the Contoso partner portal." },
 *   guests: [
 *     { email: "ana@fabrikam.example", displayName: "Ana", expires: "2027-03-31" },
 *     { email: "bo@northwind.example", message: { language: "da" } },
 *   ],
 * });
 * export const anasObjectId = partners.guests["ana@fabrikam.example"]?.userId;
 * ```
 */
export class GuestInvitations extends pulumi.ComponentResource {
  /** The guests by address in lower case. Plain outputs side by side, so that only the redeem URL is a secret. */
  readonly guests: Record<string, InvitedGuest>;
  /** How many guests the list holds today. */
  readonly invited: pulumi.Output<number>;
  /** How many of them have not accepted yet; `undefined` with engine azuread, which does not know. */
  readonly pending: pulumi.Output<number | undefined>;
  /** How many of them have accepted; `undefined` with engine azuread, which does not know. */
  readonly accepted: pulumi.Output<number | undefined>;
  /** The child resources. */
  readonly nodes: {
    /** The invitations by address in lower case: `Invitation`, or `azuread.Invitation` with that engine. */
    readonly invitations: Record<string, GuestInvitation>;
    /** What gives the guests access, by address in lower case; only those are here who get any. */
    readonly access: Record<string, Grants>;
    /** The list as a whole; `undefined` with engine azuread. */
    readonly list?: GuestList;
  };

  /**
   * @param name names the component, and with the guest's address each invitation: `partners-ana@fabrikam.example`
   * @param args the guests
   * @param opts options of the component
   * @throws pulumi.RunError with everything that is wrong with the list, before any resource is registered
   */
  constructor(name: string, args: GuestInvitationsArgs, opts?: pulumi.ComponentResourceOptions) {
    const engine = args.engine === "azuread" ? azureadEngine : entraGuestsEngine;
    const listed = checkedGuests(name, args, engine);
    super(guestInvitationsType, name, {}, opts);

    const day = today();
    const { current, expired } = byExpiry(listed, day);
    announceExpiry(current, expired, args.expiryNotice ?? usualNotice, day, this);
    const list = engine === entraGuestsEngine ? writeDown(name, current, expired, args, this) : undefined;
    const access = listAccess(name, current, args.accessProfiles ?? {}, args.transform ?? {}, this);
    const invitations = invite(current, engine, list, access, args.transform?.invitation, name, this);
    const nodes = { invitations, access: access.grant(invitations) };

    this.nodes = list === undefined ? nodes : { ...nodes, list };
    this.guests = mapValues(invitations, knownOf);
    this.invited = pulumi.output(current.length);
    this.pending = countOf("PendingAcceptance", invitations);
    this.accepted = countOf("Accepted", invitations);
    this.registerOutputs({
      // The redeem URLs stay in the children's state: a second encrypted copy of each would slow every checkpoint.
      guests: mapValues(this.guests, ({ redeemUrl: _, ...guest }) => guest),
      invited: this.invited,
      pending: this.pending,
      accepted: this.accepted,
    });
  }
}

/** The guests with the defaults filled in; stops the program when something is wrong with them. */
function checkedGuests(name: string, args: GuestInvitationsArgs, engine: Engine): GuestArgs[] {
  const {
    guests,
    engine: _1,
    transform: _2,
    removalLimit: _3,
    allowRemoval: _4,
    expiryNotice: _5,
    accessProfiles,
    ...defaults
  } = args;
  const merged = guests.map((guest) => withDefaults(guest, defaults));
  const problems = [
    ...guestProblems(merged, engine),
    ...accessListProblems({ guests, defaults, accessProfiles: accessProfiles ?? {} }),
  ];
  if (problems.length > 0) stop(report(`GuestInvitations "${name}"`, problems));
  return merged;
}

/** The list itself comes before its guests: it guards removals, and remembers who was there before. */
function writeDown(
  name: string,
  current: readonly GuestArgs[],
  expired: readonly GuestArgs[],
  { removalLimit, allowRemoval }: GuestInvitationsArgs,
  parent: pulumi.Resource,
): GuestList {
  const addresses = (guests: readonly GuestArgs[]) => guests.map(({ email }) => canonicalAddress(email)).sort();
  const args: GuestListArgs = { addresses: addresses(current), expired: addresses(expired) };
  if (removalLimit !== undefined) args.removalLimit = removalLimit;
  if (allowRemoval !== undefined) args.allowRemoval = allowRemoval;
  return new GuestList(name, args, { parent });
}

function invite(
  guests: readonly GuestArgs[],
  engine: Engine,
  list: GuestList | undefined,
  access: ListAccess,
  transform: NonNullable<GuestInvitationsArgs["transform"]>["invitation"],
  name: string,
  parent: pulumi.Resource,
): Record<string, GuestInvitation> {
  const planned = guests.map((guest) => {
    const address = canonicalAddress(guest.email);
    const args = engine.args(access.invitee(guest));
    if (list !== undefined) args.existedBefore = list.existedBefore(address);
    const grants = access.grantsOf(address);
    if (list !== undefined && grants !== undefined) args.grants = grants;
    const opts: pulumi.CustomResourceOptions = { parent, ...engine.options(guest) };
    // Nobody is invited before it is known that everything they are to reach exists.
    if (access.ready !== undefined) opts.dependsOn = access.ready;
    transform?.(args, opts, guest);
    return { address, args, opts };
  });
  return withoutStackTraces(() =>
    Object.fromEntries(
      planned.map(({ address, args, opts }) => [address, engine.create(`${name}-${address}`, args, opts)]),
    ),
  );
}

function knownOf(invitation: GuestInvitation): InvitedGuest {
  const { userId, state, userPrincipalName, invitedAt, adopted } = invitation;
  const known = { userId, state, userPrincipalName, invitedAt, adopted };
  // Engines mark the URL in the state; in a first preview it is unknown and would otherwise pass as plain.
  return { ...definedOnly(known), redeemUrl: pulumi.secret(invitation.redeemUrl) };
}

function definedOnly<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

function countOf(state: InvitationState, invitations: Record<string, GuestInvitation>) {
  const states = Object.values(invitations).map((invitation) => invitation.state);
  const known = states.filter((one) => one !== undefined);
  if (known.length < states.length) return pulumi.output<number | undefined>(undefined);
  return pulumi.all(known).apply<number | undefined>((all) => all.filter((one) => one === state).length);
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
