import { canonicalAddress } from "../../model/email-address.ts";
import { type GuestListInputs, guestListInputs, type ListMails } from "../../model/guest-list.ts";
import type { Deadline } from "../deadline.ts";
import type { SignInKind } from "../microsoft/sign-in-credential.ts";
import {
  type CheckResult,
  isUnknown,
  type Properties,
  type Resource,
  schemaFailures,
  unknownValue,
} from "../pulumi/resource-provider.ts";
import { checkInvitation, knownList } from "./checked-inputs.ts";
import { createGuest } from "./create-guest.ts";
import { type Claims, deleteGuest } from "./delete-guest.ts";
import { type FreshLookUps, lookUpGuest, NoSuchGuest } from "./guest-look-up.ts";
import { diffInvitation, previewOutputs } from "./guest-state.ts";
import type { MailContext } from "./mail-guest.ts";
import { mailNotices } from "./mail-notices.ts";
import { wasThere } from "./origin.ts";
import { readGuest } from "./read-guest.ts";
import { updateGuest } from "./update-guest.ts";

/** What the operations of a run work with: the tenant's directory, the engine, and what the run knows already. */
export interface Context extends MailContext {
  signIn: SignInKind;
  claims: Claims;
  lookUps: FreshLookUps;
}

/** `entra-guests:index:Invitation`: one guest. */
export function invitationResource(context: () => Context, claims: Claims): Resource {
  return {
    check(urn, news) {
      const address = news.userEmailAddress;
      if (typeof address === "string" && !isUnknown(address)) claims.declare(urn, address);
      return checkInvitation(news);
    },
    diff: diffInvitation,
    preview: previewOutputs,
    create: async (request) => createGuest(context(), request),
    read: async (request) => readGuest(context(), request),
    update: async (request) => updateGuest(context(), request),
    delete: async (request) => deleteGuest(context(), request),
  };
}

/**
 * `entra-guests:index:GuestList`: the list as a whole. It exists in the state only, and does two things that no single
 * guest can. It stops a change that would remove many guests. And it writes down which new guests are in the tenant
 * already, before anything is sent: after a run that was killed, that record tells guests the run invited (the stack's
 * own) from guests who were there before (adopted).
 */
export function guestListResource(context: () => Context): Resource {
  return {
    check(urn, news, olds) {
      const { engine, signIn } = context();
      for (const { severity, message } of mailNotices(news, signIn)) engine.log(severity, message, urn);
      return checkGuestList(news, olds);
    },
    diff: (before, now) => (sameList(before, now) ? new Map() : new Map([["addresses", "update"]])),
    preview: (_inputs, before) => before ?? { present: unknownValue },
    async create({ urn, inputs, deadline }) {
      const { addresses, mails } = knownList(inputs);
      const found = await present(context(), addresses, deadline);
      await openMailboxes(context(), mails, new Set(addresses.map(canonicalAddress)), found, urn, deadline);
      return { id: "guest-list", outputs: record(found) };
    },
    // There is nothing outside of the state to compare with.
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
    async update({ urn, oldInputs, newInputs, outputs, deadline }) {
      const [before, now] = [addressesOf(oldInputs), addressesOf(newInputs)];
      const added = [...now].filter((address) => !before.has(address));
      const found = await present(context(), added, deadline);
      await openMailboxes(context(), knownList(newInputs).mails, new Set(added), found, urn, deadline);
      if (found === undefined || outputs.present === undefined) return record(undefined);
      const stillListed = (outputs.present as string[]).filter((address) => now.has(address));
      return record([...stillListed, ...found]);
    },
    delete: async () => {},
  };
}

function checkGuestList(news: Properties, olds: Properties | undefined): CheckResult {
  // Who mails may not be known yet; that is no reason to let many guests go.
  const { mails = null, ...others } = news;
  if (isUnknown(others)) return { inputs: news, failures: [] };
  const now = guestListInputs.safeParse(isUnknown(mails) || mails === null ? others : news);
  if (!now.success) return { inputs: news, failures: schemaFailures(now.error, news, guestListInputs) };
  const before = guestListInputs.safeParse(olds);
  const reason = before.success ? removalProblem(before.data, now.data) : undefined;
  const inputs = { ...(now.data as Properties), ...(mails !== null && { mails }) };
  return { inputs, failures: reason === undefined ? [] : [{ property: "addresses", reason }] };
}

/** Only the addresses matter: the other inputs are for `check`, and changing them needs no operation. */
function sameList(before: Properties, now: Properties): boolean {
  if (isUnknown(now.addresses)) return false;
  const [one, other] = [addressesOf(before), addressesOf(now)];
  return one.size === other.size && [...one].every((address) => other.has(address));
}

function addressesOf(properties: Properties): Set<string> {
  return new Set((properties as Partial<GuestListInputs>).addresses?.map(canonicalAddress));
}

/**
 * Makes sure that the mailboxes of the guests who come onto the list can be used, before any of them is invited.
 *
 * @param added the addresses that come onto the list
 * @param present those of them who are in the tenant already, and get no mail
 */
async function openMailboxes(
  { mailboxes }: Context,
  mails: readonly ListMails[] = [],
  added: ReadonlySet<string>,
  present: readonly string[] = [],
  urn: string,
  deadline: Deadline,
): Promise<void> {
  for (const { from, addresses } of mails) {
    const count = addresses.filter((address) => added.has(address) && !present.includes(address)).length;
    if (from === undefined || count === 0) continue;
    (await mailboxes.open(from, urn, deadline)).expect(count);
  }
}

/** Nothing is recorded where the application may not read users. */
function record(present: string[] | undefined): Properties {
  return present === undefined ? {} : { present };
}

/**
 * Looks all addresses up at once.
 *
 * @returns those that are guests of the tenant already; `undefined` where that cannot be told
 */
async function present(
  context: Context,
  addresses: Iterable<string>,
  deadline: Deadline,
): Promise<string[] | undefined> {
  const looked = await Promise.all(
    [...addresses].map(async (address) => {
      const found = await lookUpGuest(context, address, deadline).catch((error) => {
        // The invitation itself reports this: it looks again.
        if (error.cause instanceof NoSuchGuest) return undefined;
        throw error;
      });
      if (found !== undefined) context.lookUps.keep(address, found);
      return { address: canonicalAddress(address), isThere: wasThere(found?.kind ?? "somebody else") };
    }),
  );
  if (looked.some(({ isThere }) => isThere === undefined)) return undefined;
  return looked.filter(({ isThere }) => isThere).map(({ address }) => address);
}

/** More names than this make an error that nobody reads. */
const mostNamed = 10;

/**
 * Stops a list from losing many guests at once: a wrong file or a bad merge is the usual reason.
 *
 * Expired guests don't count: their departure was already declared.
 *
 * @param before the list as of the last run
 * @param now the list as declared
 * @returns what to tell the person who runs Pulumi, or `undefined` where the removals are within the limit
 */
export function removalProblem(before: GuestListInputs, now: GuestListInputs): string | undefined {
  const kept = new Set([...now.addresses, ...now.expired].map(canonicalAddress));
  const removed = before.addresses.filter((address) => !kept.has(canonicalAddress(address)));
  const percent = (100 * removed.length) / before.addresses.length;
  const { guests: most, percent: mostPercent } = now.removalLimit;
  // One guest is always free to go: in a short list, a corrected address would be a large share.
  const isLargeShare = percent > mostPercent && removed.length > 1;
  if (now.allowRemoval || (removed.length <= most && !isLargeShare)) return undefined;

  const named = removed.slice(0, mostNamed).join(", ");
  const more = removed.length > mostNamed ? ` and ${removed.length - mostNamed} more` : "";
  return (
    `this would remove ${removed.length} of ${before.addresses.length} guests (${Math.round(percent)} %), and the limit is ` +
    `${most} guests or ${mostPercent} %: ${named}${more}. Nothing has been sent. If they are meant to go, say ` +
    "guests:allowRemoval: true in the stack config (allowRemoval: true on GuestInvitations) for this one change; " +
    "the limit itself is guests:removalLimit"
  );
}
