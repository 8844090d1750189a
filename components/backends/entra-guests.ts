import * as pulumi from "@pulumi/pulumi";
import { calendarDay } from "../../model/calendar-day.ts";
import { addressSpellings, canonicalAddress } from "../../model/email-address.ts";
import { formerAddresses, guestDefaults, guestOwn } from "../../model/guest.ts";
import { invitationInputs, invitationOutputs, usualInputs } from "../../model/invitation.ts";
import { onResource } from "../../model/names.ts";
import { namesWhere } from "../../model/property.ts";
import {
  type GuestArgs,
  type GuestMessage,
  Invitation,
  type InvitationArgs,
  type InvitationMessage,
  type InvitationState,
} from "../generated/sdk.ts";

/** A guest's resource, whichever backend made it: what all have, and what only some of them know. */
export type GuestInvitation = pulumi.CustomResource & {
  readonly userId: pulumi.Output<string>;
  readonly redeemUrl: pulumi.Output<string | undefined>;
  readonly state?: pulumi.Output<InvitationState>;
  readonly userPrincipalName?: pulumi.Output<string | undefined>;
  readonly invitedAt?: pulumi.Output<string | undefined>;
  readonly mailedBy?: pulumi.Output<string | undefined>;
  readonly mailedAt?: pulumi.Output<string | undefined>;
  readonly adopted?: pulumi.Output<boolean>;
};

/** Something that a backend cannot do for a guest. */
export interface BackendProblem {
  property: keyof GuestArgs;
  rule: string;
  remedy: string;
}

/** How guests become resources: what a list's `engine` chooses. */
export interface Backend {
  /** What this guest asks for that the backend cannot do. */
  problems(guest: GuestArgs): BackendProblem[];
  /** The inputs of the resource. */
  args(guest: GuestArgs): InvitationArgs;
  /** The options of the resource, the parent aside. */
  options(guest: GuestArgs): pulumi.CustomResourceOptions;
  create(name: string, args: InvitationArgs, opts: pulumi.CustomResourceOptions): GuestInvitation;
  /** Whether it has a `GuestList`, which guards removals and remembers who was there before. */
  keepsRecord: boolean;
}

/** The project's own resource: everything a guest may declare, and updates that never lose the guest. */
export const entraGuestsBackend: Backend = {
  problems: () => [],
  args: invitationArgs,
  // A mailbox out of a secret stays one, also where the provider tells who mailed.
  options: ({ mailFrom }) =>
    mailFrom === undefined || typeof mailFrom === "string" ? {} : { additionalSecretOutputs: ["mailedBy"] },
  create: (name, args, opts) => new ListedInvitation(name, args, opts),
  keepsRecord: true,
};

/** What the provider tells of every guest. */
const told = {
  userId: undefined,
  state: undefined,
  stateChangedAt: undefined,
  userPrincipalName: undefined,
  invitedAt: undefined,
  adopted: undefined,
  redeemUrl: undefined,
};

/** What it tells beside that of guests whom a mailbox mails. */
const toldOfMails = { mailedBy: undefined, mailedAt: undefined };

/**
 * An invitation out of a long list. It makes outputs only of what the list declares and the provider tells: all 37 would
 * take a quarter of a megabyte for each guest. The others have the default, or no value.
 */
class ListedInvitation extends Invitation {
  constructor(name: string, args: InvitationArgs, opts: pulumi.CustomResourceOptions) {
    super(name, args, opts, args.mailFrom === undefined ? told : { ...told, ...toldOfMails });
  }
}

const defaults: Record<string, unknown> = usualInputs;

for (const property of Object.keys({ ...invitationInputs.shape, ...invitationOutputs.shape })) {
  let usual: pulumi.Output<unknown> | undefined;
  Object.defineProperty(ListedInvitation.prototype, property, {
    get() {
      usual ??= pulumi.output(defaults[property]);
      return usual;
    },
    set(this: Invitation, value: unknown) {
      Object.defineProperty(this, property, { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

/**
 * The names that a guest's resource may have in the state: an earlier address named it then, or the other spelling of the
 * domain.
 *
 * @param list the list's name, with which each begins
 */
export function earlierNames(list: string, { email, formerly }: GuestArgs): string[] {
  const address = canonicalAddress(email);
  return [address, ...formerAddresses(formerly)]
    .flatMap(addressSpellings)
    .filter((spelling) => spelling !== address)
    .map((spelling) => `${list}-${spelling}`);
}

/** What a list says of a guest and the resource takes as it is, message and day aside. */
const passedOn = namesWhere({ ...guestOwn, ...guestDefaults }, ({ change }) => change !== "access").filter(
  (name) => name !== "message" && name !== "expires",
);

/** The inputs of {@link Invitation} for a guest with the defaults filled in, an application's page looked up. */
function invitationArgs(guest: GuestArgs): InvitationArgs {
  const { message, expires } = guest;
  const said = Object.fromEntries(passedOn.flatMap((name) => (guest[name] === undefined ? [] : [[name, guest[name]]])));
  return {
    ...(onResource(said) as unknown as InvitationArgs),
    ...(expires !== undefined && { expires: calendarDay(expires) ?? expires }),
    ...(message !== undefined && { message: messageArgs(message) }),
  };
}

/** The message under the names of `azuread.Invitation`. */
export function messageArgs(message: GuestMessage): InvitationMessage {
  const { cc } = message;
  // A list of one address says the same as the address, and a change between the two is none.
  return onResource(Array.isArray(cc) && cc.length === 1 ? { ...message, cc: cc[0] } : message);
}
