import type { Invitation } from "@microsoft/microsoft-graph-types";
import { addressDomain, canonicalAddress } from "../../model/email-address.ts";
import { formerAddresses } from "../../model/guest.ts";
import {
  type DirectoryProperty,
  directoryProperties,
  graphName,
  type InvitationInputs,
  type InvitationState,
  invitationProperties,
  recordedProperties,
  usualInputs,
} from "../../model/invitation.ts";
import { copiesOf, messageParts } from "../../model/message.ts";
import { onResource } from "../../model/names.ts";
import { type GraphUser, invitationState, type UserChanges } from "../microsoft/graph-users.ts";
import {
  isUnknown,
  type Properties,
  type PropertyChange,
  type PropertyValue,
  secret,
  unknownValue,
} from "../pulumi/resource-provider.ts";
import { isImported, knownInputs } from "./checked-inputs.ts";

/** What the provider knows about a guest beyond the inputs. */
export interface Facts {
  userId: string;
  userPrincipalName?: string | undefined;
  state: InvitationState;
  /** When the state last changed, ISO 8601, UTC; nothing where that could not be read. */
  stateChangedAt?: string | undefined;
  /** ISO 8601, UTC. */
  invitedAt?: string | undefined;
  /** The mailbox of the tenant that mails the guest; nothing where Microsoft does. */
  mailedBy?: string | undefined;
  /** When it did, ISO 8601, UTC; nothing while the mail is due. */
  mailedAt?: string | undefined;
  adopted: boolean;
  redeemUrl?: string | undefined;
}

const factNames = [
  "userId",
  "userPrincipalName",
  "state",
  "stateChangedAt",
  "invitedAt",
  "mailedBy",
  "mailedAt",
  "adopted",
  "redeemUrl",
] as const;

/** The facts that an earlier operation put into the outputs. */
export function factsOf(properties: Properties): Facts {
  return Object.fromEntries(factNames.map((name) => [name, properties[name]])) as unknown as Facts;
}

/** Whether a mail of the tenant's own was to be sent and has not been. */
export function isMailDue({ mailedBy, mailedAt }: Facts): boolean {
  return mailedBy !== undefined && mailedAt === undefined;
}

/** The facts that the directory tells. */
export function liveFacts(user: GraphUser): Pick<Facts, "userId" | "userPrincipalName" | "state" | "stateChangedAt"> {
  return {
    userId: user.id,
    userPrincipalName: user.userPrincipalName ?? undefined,
    state: invitationState(user),
    stateChangedAt: user.externalUserStateChangeDateTime ?? undefined,
  };
}

/** The list that a guest is on, where the component made the guest's resource. */
export interface ListOfGuest {
  /** True where the list has more than {@link shortList} guests. */
  isLong: boolean;
}

/**
 * The outputs of the resource: its inputs and the facts. What the component alone says, and nobody reads back, is not
 * repeated. Of a guest on a list only the address is: the program has the inputs, and Pulumi writes all of it twice for
 * each guest.
 *
 * The redeem URL is a secret. It is forgotten when it is used up; on a long list also when the guest has been mailed.
 *
 * @param list the guest's list; `undefined` for a resource that the program makes by itself
 */
export function outputs(inputs: Partial<InvitationInputs>, facts: Facts, list?: ListOfGuest): Properties {
  const { userId, userPrincipalName, state, stateChangedAt, invitedAt, mailedBy, mailedAt, adopted } = facts;
  const { existedBefore: _, grants: __, ...whole } = knownInputs(inputs as Properties);
  const { userEmailAddress, sendInvitation } = whole;
  const isMailed = sendInvitation && !isMailDue(facts);
  const isUsedUp = state === "Accepted" ? !isMailDue(facts) : list?.isLong === true && isMailed;
  const redeemUrl = isUsedUp ? undefined : facts.redeemUrl;
  return dropUndefined({
    ...((list === undefined ? whole : { userEmailAddress }) as Properties),
    userId,
    userPrincipalName,
    state,
    stateChangedAt,
    invitedAt,
    mailedBy,
    mailedAt,
    adopted,
    redeemUrl: redeemUrl === undefined ? undefined : secret(redeemUrl),
  });
}

/** The form that the outputs have in the state; an earlier version wrote the inputs of guests on lists, too. */
export function formOf(before: Properties): ListOfGuest | undefined {
  return before.sendInvitation === undefined ? { isLong: false } : undefined;
}

/** The outputs as far as a preview can tell them: facts that only the invitation brings about are unknown. */
export function previewOutputs(inputs: Properties, before: Properties | undefined): Properties {
  if (before !== undefined) return outputs(inputs as Partial<InvitationInputs>, factsOf(before));
  const whole = knownInputs(inputs) as unknown as Properties;
  return { ...whole, ...Object.fromEntries(factNames.map((name) => [name, unknownValue])) };
}

/** The invitation in Graph's words. A guest who is mailed from a mailbox of the tenant gets no mail of Microsoft's. */
export function invitationOf({
  userEmailAddress,
  redirectUrl,
  sendInvitation,
  mailFrom,
  message = {},
}: InvitationInputs) {
  if (mailFrom !== undefined) {
    return {
      invitedUserEmailAddress: userEmailAddress,
      inviteRedirectUrl: redirectUrl,
      sendInvitationMessage: false,
    } satisfies Invitation;
  }
  const [copy] = copiesOf(message.additionalRecipients);
  return {
    invitedUserEmailAddress: userEmailAddress,
    inviteRedirectUrl: redirectUrl,
    sendInvitationMessage: sendInvitation,
    invitedUserMessageInfo: {
      customizedMessageBody: message.body,
      messageLanguage: message.language,
      ccRecipients: copy === undefined ? undefined : [{ emailAddress: { address: copy } }],
    },
  } satisfies Invitation;
}

/**
 * What a PATCH has to change: the directory properties that are declared and differ from the directory.
 *
 * @param user `undefined` where the application may not read users: then everything that the invitation did not set
 */
export function directoryChanges(inputs: InvitationInputs, user: GraphUser | undefined): UserChanges {
  const differs = (property: DirectoryProperty) =>
    user === undefined
      ? property !== "userDisplayName" && property !== "userType"
      : inputs[property] !== liveValue(user, property);
  return Object.fromEntries(
    directoryProperties
      .filter((property) => inputs[property] !== undefined && differs(property))
      .map((property) => [graphName(property), inputs[property]]),
  );
}

/** The value that the directory has for a property. */
export function liveValue(user: GraphUser, property: DirectoryProperty): string | boolean | null | undefined {
  return user[graphName(property) as Exclude<keyof UserChanges, "otherMails">];
}

/**
 * The inputs as the directory has them: the declared directory properties take their live value, so that the next
 * preview shows what somebody changed by hand.
 */
export function withLiveInputs(inputs: Partial<InvitationInputs>, user: GraphUser): Properties {
  // Redemption overwrites the name with the guest's own: that is no drift.
  const isGuestsOwn = (property: DirectoryProperty) =>
    property === "userDisplayName" && user.externalUserState === "Accepted";
  const live = directoryProperties
    .filter((property) => inputs[property] !== undefined && !isGuestsOwn(property))
    .map((property) => [property, liveValue(user, property) ?? undefined]);
  return dropUndefined({ ...(inputs as Properties), ...Object.fromEntries(live) });
}

function dropUndefined(properties: Record<string, PropertyValue | undefined>): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as Properties;
}

/**
 * What the program's inputs change, compared with the inputs of the last operation (which a refresh has brought up to
 * date with the directory).
 *
 * Only another address is another guest, and so the only reason for a replacement: one that the guest had before
 * (`formerly`) is not. A directory property that the
 * program no longer mentions is no longer managed: its value stays, and that is no change.
 *
 * @returns the changed properties by path, such as `message.body`
 */
export function diffInvitation(oldInputs: Properties, newInputs: Properties): Map<string, PropertyChange> {
  const changes = new Map<string, PropertyChange>();

  if (!sameAddress(oldInputs.userEmailAddress, newInputs.userEmailAddress)) {
    changes.set("userEmailAddress", hadAddress(newInputs, oldInputs.userEmailAddress) ? "update" : "replace");
  }

  if (!isImported(oldInputs as Partial<InvitationInputs>)) {
    for (const property of invitationProperties) {
      compare(property, oldInputs[property], newInputs[property], changes, usual[property]);
    }
  }
  for (const property of directoryProperties) {
    if (newInputs[property] !== undefined) compare(property, oldInputs[property], newInputs[property], changes);
  }
  if (newInputs.sponsors !== undefined && !sameSponsors(oldInputs.sponsors, newInputs.sponsors)) {
    changes.set("sponsors", kind(oldInputs.sponsors, newInputs.sponsors));
  }
  for (const property of recordedProperties) {
    compare(property, oldInputs[property], newInputs[property], changes, usual[property]);
  }
  return changes;
}

const usual: Properties = usualInputs;

/** The parts of a message on the resource. */
const messageNames = Object.keys(onResource(messageParts));

function compare(
  path: string,
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
  changes: Map<string, PropertyChange>,
  unsaid?: PropertyValue,
): void {
  if (path === "message" && isPlainObject(old ?? {}) && isPlainObject(now ?? {})) {
    for (const part of messageNames) {
      compare(`message.${part}`, (old as Properties)?.[part], (now as Properties)?.[part], changes);
    }
  } else if (JSON.stringify(old ?? unsaid) !== JSON.stringify(now ?? unsaid)) {
    changes.set(path, kind(old, now));
  }
}

function kind(old: PropertyValue | undefined, now: PropertyValue | undefined): PropertyChange {
  if (old === undefined) return "add";
  return now === undefined ? "delete" : "update";
}

export function sameAddress(old: PropertyValue | undefined, now: PropertyValue | undefined): boolean {
  if (typeof old !== "string" || typeof now !== "string" || isUnknown(now)) return false;
  return canonicalAddress(old) === canonicalAddress(now) && addressDomain(old) === addressDomain(now);
}

/** Whether the program says that the guest had the address before. */
function hadAddress({ userEmailAddress, formerly }: Properties, address: PropertyValue | undefined): boolean {
  if (typeof address !== "string" || isUnknown(userEmailAddress) || isUnknown(formerly)) return false;
  return formerAddresses(formerly as InvitationInputs["formerly"]).includes(canonicalAddress(address));
}

/** Sponsors are a set of names in which letter case does not count. */
function sameSponsors(old: PropertyValue | undefined, now: PropertyValue): boolean {
  const names = (list: PropertyValue) => JSON.stringify((list as string[]).map((name) => name.toLowerCase()).sort());
  return Array.isArray(old) && Array.isArray(now) && !isUnknown(now) && names(old) === names(now);
}

function isPlainObject(value: PropertyValue): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
