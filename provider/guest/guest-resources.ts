import { isDeepStrictEqual } from "node:util";
import { canonicalAddress } from "../../model/email-address.ts";
import {
  type GuestListInputs,
  guestListInputs,
  guestListOutputs,
  type Leaver,
  type ListMails,
  type SettledGuestsInputs,
  settledGuestsInputs,
} from "../../model/guest-list.ts";
import type { Deadline } from "../deadline.ts";
import { cannot, isNotFound } from "../microsoft/graph-errors.ts";
import { patchUser } from "../microsoft/graph-users.ts";
import type { SignInKind } from "../microsoft/sign-in-credential.ts";
import {
  type CheckResult,
  type Engine,
  isUnknown,
  type Properties,
  type Resource,
  schemaFailures,
  unknownValue,
} from "../pulumi/resource-provider.ts";
import { checkInvitation, knownList } from "./checked-inputs.ts";
import { createGuest } from "./create-guest.ts";
import { type Claims, deleteGuest } from "./delete-guest.ts";
import {
  type Directory,
  type FreshLookUps,
  type LookUp,
  lookUpAfterLostRun,
  lookUpGuest,
  NoSuchGuest,
  otherAddress,
  removeUser,
  untilSettled,
} from "./guest-look-up.ts";
import { diffInvitation, factsOf, previewOutputs } from "./guest-state.ts";
import { type MailContext, mailNotices } from "./mail-guest.ts";
import { movedGuests, moveNotices } from "./new-address.ts";
import { cannotTell, notThere, wasThere } from "./origin.ts";
import { type ReadAhead, readGuest } from "./read-guest.ts";
import { removalProblems } from "./removal-guard.ts";
import { updateGuest } from "./update-guest.ts";

/** What the operations of a run work with: the tenant's directory, the engine, and what the run knows already. */
export interface Context extends MailContext {
  signIn: SignInKind;
  claims: Claims;
  lookUps: FreshLookUps;
  readAhead: ReadAhead;
  /** When the apply began whose second step this run is, in milliseconds since 1970. */
  applyBegan?: number | undefined;
}

/** `entra-guests:index:Invitation`: one guest. */
export function invitationResource(context: () => Context, claims: Claims): Resource {
  return {
    check(urn, news, olds) {
      const address = news.userEmailAddress;
      if (typeof address === "string" && !isUnknown(address)) claims.declare(urn, address);
      return checkInvitation(news, olds);
    },
    diff(oldInputs, newInputs, state) {
      const address = state?.outputs.userEmailAddress;
      if (state !== undefined && typeof address === "string") {
        claims.hold(state.urn, state.id, { address, adopted: factsOf(state.outputs).adopted });
      }
      return diffInvitation(oldInputs, newInputs);
    },
    preview: previewOutputs,
    create: async (request) => createGuest(context(), request),
    read: async (request) => readGuest(context(), request),
    update: async (request) => updateGuest(context(), request),
    delete: async (request) => deleteGuest(context(), request),
  };
}

/**
 * `entra-guests:index:GuestList`: the list as a whole. It exists in the state only, and comes before its guests. It stops
 * a change that would remove many of them. And it writes down who of the new guests is in the tenant already, before
 * anything is sent: after a run that was killed, that record tells guests the run invited (the stack's own) from guests
 * who were there before (adopted).
 *
 * `destroy` deletes it last. Whoever it wrote down as absent, and for whom the state never had a resource, was invited by
 * a run that was cut short: they are removed then.
 */
export function guestListResource(context: () => Context, claims: Claims): Resource {
  return {
    check(urn, news, olds) {
      const { engine, signIn } = context();
      const result = checkGuestList(claims, urn, news, olds);
      const notices = [...mailNotices(news, signIn), ...moveNotices(movesOf(olds, result.inputs), signIn)];
      for (const { severity, message } of notices) engine.log(severity, message, urn);
      return result;
    },
    diff(before, now, state) {
      trustOwnRecord(context(), state?.outputs);
      return sameList(before, now) ? new Map() : new Map([["addresses", "update"]]);
    },
    preview: (_inputs, before) =>
      before ?? Object.fromEntries(Object.keys(guestListOutputs.shape).map((name) => [name, unknownValue])),
    async create({ urn, inputs, deadline }) {
      const { addresses, mails, required } = knownList(inputs);
      const added = await lookUpAll(context(), addresses, required, deadline);
      const mailed = new Set(addresses.map(canonicalAddress));
      const keepDrafts = await openMailboxes(context(), mails, mailed, added?.present, urn, deadline);
      return { id: "guest-list", outputs: written(added, [], keepDrafts, deadline) };
    },
    // There is nothing outside of the state to compare with; its guests are read next.
    read: async ({ id, inputs, outputs }) => {
      context().readAhead.expect([...addressesOf(inputs)]);
      return { id, inputs, outputs };
    },
    async update({ urn, oldInputs, newInputs, outputs, deadline }) {
      const [before, now] = [addressesOf(oldInputs), addressesOf(newInputs)];
      // Whoever has a new address is the guest of the former one: not looked up, and mailed.
      const moved = movesOf(oldInputs, newInputs);
      for (const address of moved.keys()) context().lookUps.keepMove(address);
      const coming = [...now].filter((address) => !before.has(address) && !moved.has(address));
      const mailed = new Set([...coming, ...moved.keys()]);
      const { mails, required } = knownList(newInputs);
      const added = await lookUpAll(context(), coming, required, deadline);
      const keepDrafts = await openMailboxes(context(), mails, mailed, added?.present, urn, deadline);
      const record = underTodaysAddresses(recordOf(outputs, before), moved);
      return written(
        added &&
          record && {
            present: kept(record.present, now, added.present),
            absent: kept(record.absent, now, added.absent),
          },
        leaversOf(oldInputs, outputs, new Set([...now, ...moved.values()]), deadline),
        keepDrafts,
        deadline,
      );
    },
    async delete({ urn, inputs, outputs, deadline }) {
      const list = knownList(inputs);
      const absent = new Set(recordOf(outputs, addressesOf(inputs))?.absent);
      const leavers = (guestListOutputs.safeParse(outputs).data?.leavers ?? []).map((one) => suspectOf(one, true));
      // A run that gave somebody a new address and was cut short has left the former one in the state.
      const stateHas = (address: string) =>
        Object.entries(list.formerly).some(([former, today]) => today === address && claims.hasResource(former));
      const listed = leaversAmong(list, outputs, new Set())
        .filter(({ address }) => !stateHas(address))
        .map((one) => suspectOf(one, absent.has(one.address)));
      await settle(context(), claims, urn, [...leavers, ...listed], deadline);
    },
  };
}

/**
 * `entra-guests:index:SettledGuests`: the end of a list. It exists in the state only, and comes after all guests: what it
 * names has a resource in the state, so that a run that was cut short can't have left it behind. A guest whom somebody
 * takes out of the state, or moves to another stack, is therefore never removed by mistake.
 *
 * It depends on no guest, so that each of them can be removed, moved and targeted alone; `destroy` deletes it before the
 * list, which then hears what it knew.
 */
export function settledGuestsResource(context: () => Context, claims: Claims): Resource {
  return {
    check(_urn, news) {
      const result = settledGuestsInputs.safeParse(news);
      if (result.success) return { inputs: result.data as Properties, failures: [] };
      return { inputs: news, failures: schemaFailures(result.error, news, settledGuestsInputs) };
    },
    diff: (before, now) => {
      if (isDeepStrictEqual(before, now)) return new Map();
      const settled = settledBy(before);
      const news = isUnknown(now.leavers) ? [] : knownEnd(now).leavers;
      return news.every(({ address }) => settled.has(address)) ? new Map() : new Map([["leavers", "update"]]);
    },
    preview: () => ({}),
    async create({ urn, inputs, deadline }) {
      await settleLeavers(context(), urn, knownEnd(inputs), new Set(), deadline);
      return { id: "settled-guests", outputs: {} };
    },
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
    async update({ urn, oldInputs, newInputs, deadline }) {
      await settleLeavers(context(), urn, knownEnd(newInputs), settledBy(oldInputs), deadline);
      return {};
    },
    delete: async ({ urn, inputs }) => claims.settled(listOf(urn), settledBy(inputs)),
  };
}

function knownEnd(properties: Properties): SettledGuestsInputs {
  return settledGuestsInputs.parse(properties);
}

/** For whom the state had a resource at the end of a run, and those of whom that run knew that they had left. */
function settledBy(properties: Properties): Set<string> {
  if (isUnknown(properties)) return new Set();
  const { known, leavers } = knownEnd(properties);
  return new Set([...known, ...leavers.map(({ address }) => address)]);
}

/** A list and its end share parent and name: the part of the URN in which they differ is the last type. */
function listOf(urn: string): string {
  return urn.replace(/[^:$]*:[^:$]*:[^:$]*::([^:]*)$/, "$1");
}

/** Removes whom a run invited that was cut short, and who left the list since. */
async function settleLeavers(
  context: Context,
  urn: string,
  { known, leavers }: SettledGuestsInputs,
  settled: ReadonlySet<string>,
  deadline: Deadline,
): Promise<void> {
  const isOpen = ({ address }: Leaver) => !settled.has(address) && !known.includes(address);
  const suspects = leavers.filter(isOpen).map((one) => suspectOf(one, true));
  await removeLeftBehind(context, urn, suspects, deadline);
}

/** At the end of a list: who of its guests was left behind is removed, and who was taken out of the state is told. */
async function settle(
  context: Context,
  claims: Claims,
  urn: string,
  suspects: readonly Suspect[],
  deadline: Deadline,
): Promise<void> {
  const settled = claims.settledOf(listOf(urn));
  const open = suspects.filter(({ address }) => !claims.hasResource(address));
  const forgotten = open.filter(({ address }) => settled.has(address) && !claims.isListed(address));
  await removeLeftBehind(
    context,
    urn,
    open.filter(({ address }) => !settled.has(address)),
    deadline,
  );
  const still = await stillThere(context, forgotten, deadline);
  if (still.length > 0) {
    context.engine.log(
      "warning",
      `Left in the tenant, because this stack has no resource for them any more (moved, or taken out of the state): ${still.join(", ")}.`,
      urn,
    );
  }
}

async function stillThere(context: Context, suspects: readonly Suspect[], deadline: Deadline): Promise<string[]> {
  const found = await Promise.all(
    suspects.map(async ({ address }) => {
      const { kind } = await lookUpGuest(context, address, deadline).catch(() => ({ kind: "nobody" }) as const);
      return kind === "guest" ? [address] : [];
    }),
  );
  return found.flat();
}

function suspectOf({ address, onDelete }: Leaver, wasAbsent: boolean): Suspect {
  return { address, onDelete: onDelete === "disable" ? "disable" : "delete", wasAbsent };
}

/** How long after the last change those who left are remembered at least, in milliseconds: longer than any run lasts. */
const longestRun = 6 * 60 * 60 * 1000;

/** Those who left the list now, and those who left moments ago and of whom nobody may have been able to see to yet. */
function leaversOf(
  oldInputs: Properties,
  outputs: Properties,
  now: ReadonlySet<string>,
  { clock }: Deadline,
): Leaver[] {
  const { leavers: earlier = [], recordedAt = "" } = guestListOutputs.safeParse(outputs).data ?? {};
  const isRecent = Date.parse(recordedAt) + longestRun > clock.now();
  const remembered = isRecent ? earlier.filter(({ address }) => !now.has(address)) : [];
  const left = leaversAmong(knownList(oldInputs), outputs, now);
  return [...new Map([...remembered, ...left].map((one) => [one.address, one])).values()];
}

/** Those on a list who are not listed `now`, were no guests before, and do not stay when they leave. */
function leaversAmong(list: GuestListInputs, outputs: Properties, now: ReadonlySet<string>): Leaver[] {
  const stay = new Set([...(recordOf(outputs, new Set())?.present ?? []), ...list.keep.map(canonicalAddress)]);
  const disabled = new Set(list.disable.map(canonicalAddress));
  return list.addresses
    .map(canonicalAddress)
    .filter((address) => !now.has(address) && !stay.has(address))
    .map((address) => ({ address, onDelete: disabled.has(address) ? "disable" : "delete" }));
}

function checkGuestList(claims: Claims, urn: string, news: Properties, olds: Properties | undefined): CheckResult {
  // Who mails, and what the list gives, may not be known in a preview; that is no reason to let many guests go.
  const { mails = null, access = null, ...others } = news;
  if (isUnknown(others)) return { inputs: news, failures: [] };
  const known = {
    ...others,
    ...(mails !== null && !isUnknown(mails) && { mails }),
    ...(access !== null && !isUnknown(access) && { access }),
  };
  const now = guestListInputs.safeParse(known);
  if (!now.success) return { inputs: news, failures: schemaFailures(now.error, news, guestListInputs) };
  const clashes = claims.list(urn, now.data.addresses, Object.keys(now.data.formerly));
  const before = guestListInputs.safeParse(olds);
  const held = isUnknown(access) && before.success ? before.data.access : now.data.access;
  const removals = before.success ? removalProblems(before.data, { ...now.data, access: held }) : [];
  const reasons = [...clashes, ...removals];
  const inputs = { ...(now.data as Properties), ...(mails !== null && { mails }), ...(access !== null && { access }) };
  // Naming a property would make the engine print its value, the whole list, before the reason.
  return { inputs, failures: reasons.map((reason) => ({ property: "", reason })) };
}

/** In the second step of an apply, what its first step has just written down is as good as a look. */
function trustOwnRecord({ applyBegan, lookUps, replication }: Context, outputs: Properties | undefined): void {
  if (applyBegan === undefined || outputs === undefined) return;
  const { absent = [], recordedAt = "" } = guestListOutputs.safeParse(outputs).data ?? {};
  const at = Date.parse(recordedAt);
  if (at >= applyBegan && replication.startedAt - at < longestBetweenSteps) lookUps.trust(absent);
}

/** How long after its first step the second step of an apply begins at most, in milliseconds. */
const longestBetweenSteps = 10 * 60 * 1000;

/** Only the addresses matter: the other inputs are for `check`, and changing them needs no operation. */
function sameList(before: Properties, now: Properties): boolean {
  if (isDeepStrictEqual(before.addresses, now.addresses)) return true;
  if (isUnknown(now.addresses)) return false;
  const [one, other] = [addressesOf(before), addressesOf(now)];
  return one.size === other.size && [...one].every((address) => other.has(address));
}

function addressesOf(properties: Properties): Set<string> {
  return new Set((properties as Partial<GuestListInputs>).addresses?.map(canonicalAddress));
}

/** Who was in the tenant when they came on the list, and who was not. */
interface Record {
  present: string[];
  absent: string[];
}

/**
 * The record in the outputs; `undefined` where the application could not read users.
 *
 * @param listed the addresses of that time: a version before this one did not write down who was absent
 */
function recordOf(outputs: Properties, listed: ReadonlySet<string>): Record | undefined {
  const { present, absent } = guestListOutputs.safeParse(outputs).data ?? {};
  if (present === undefined) return undefined;
  const there = new Set(present);
  return { present, absent: absent ?? [...listed].filter((address) => !there.has(address)) };
}

/**
 * Makes sure that the mailboxes of the guests who come onto the list can be used, before any of them is invited.
 *
 * @param added the addresses that come onto the list
 * @param present those of them who are in the tenant already, and get no mail
 * @returns whether each of these mailboxes keeps drafts, by which a later run can tell who was mailed
 */
async function openMailboxes(
  { mailboxes }: Context,
  mails: readonly ListMails[] = [],
  added: ReadonlySet<string>,
  present: readonly string[] = [],
  urn: string,
  deadline: Deadline,
): Promise<boolean> {
  let keepDrafts = true;
  const there = new Set(present);
  for (const { from, addresses } of mails) {
    const count = addresses.filter((address) => added.has(address) && !there.has(address)).length;
    if (from === undefined || count === 0) continue;
    const mailbox = await mailboxes.open(from, urn, deadline);
    mailbox.expect(count);
    keepDrafts &&= mailbox.keepsDrafts;
  }
  return keepDrafts;
}

/** Who has got another address between two states of a list: the former one, by the one of today. */
function movesOf(before: Properties | undefined, now: Properties): Map<string, string> {
  const [one, other] = [guestListInputs.safeParse(before), guestListInputs.safeParse(now)];
  return one.success && other.success ? movedGuests(one.data, other.data) : new Map();
}

function underTodaysAddresses(record: Record | undefined, moved: ReadonlyMap<string, string>): Record | undefined {
  if (record === undefined || moved.size === 0) return record;
  const todays = new Map([...moved].map(([today, former]) => [former, today]));
  const today = (address: string) => todays.get(address) ?? address;
  return { present: record.present.map(today), absent: record.absent.map(today) };
}

function kept(addresses: readonly string[], now: ReadonlySet<string>, added: readonly string[]): string[] {
  return [...addresses.filter((address) => now.has(address)), ...added];
}

function written(record: Record | undefined, leavers: Leaver[], keepDrafts: boolean, { clock }: Deadline): Properties {
  return {
    resumable: record !== undefined && keepDrafts,
    ...(record && { present: record.present, absent: record.absent }),
    leavers: leavers as unknown as Properties[],
    recordedAt: new Date(clock.now()).toISOString(),
  };
}

/**
 * Looks all addresses up at once.
 *
 * @param required those who have to be guests already
 * @returns which of them are guests of the tenant already; `undefined` where that cannot be told
 * @throws Error that names everybody who has to be a guest and is none: before anybody is mailed
 */
async function lookUpAll(
  context: Context,
  addresses: Iterable<string>,
  required: readonly string[],
  deadline: Deadline,
): Promise<Record | undefined> {
  const needed = new Set(required.map(canonicalAddress));
  const missing: string[] = [];
  const looked = await Promise.all(
    [...addresses].map(async (written) => {
      const address = canonicalAddress(written);
      const found = await lookUpGuest(context, written, deadline).catch((error) => {
        // The invitation itself reports this: it looks again.
        if (!(error.cause instanceof NoSuchGuest)) throw error;
        if (needed.has(address)) missing.push(error.message);
        return undefined;
      });
      if (found !== undefined) context.lookUps.keep(written, found);
      if (needed.has(address) && found !== undefined) missing.push(...lacking(address, found));
      return { address, isThere: wasThere(found?.kind ?? "somebody else") };
    }),
  );
  if (missing.length > 0) throw new Error(missingText(missing));
  if (looked.some(({ isThere }) => isThere === undefined)) return undefined;
  const addressesWhere = (there: boolean) =>
    looked.filter(({ isThere }) => isThere === there).map(({ address }) => address);
  return { present: addressesWhere(true), absent: addressesWhere(false) };
}

/** Why somebody who has to be a guest already is not taken for one. */
function lacking(address: string, { kind }: LookUp): string[] {
  if (kind === "guest") return [];
  return [kind === "not allowed" ? cannotTell(address, "require") : notThere(address, kind === "deleted")];
}

/** More than these make an error that nobody reads. */
const mostMissing = 20;

function missingText(missing: readonly string[]): string {
  const more = missing.length > mostMissing ? [`… and ${missing.length - mostMissing} more.`] : [];
  return [...missing.slice(0, mostMissing), ...more].join("\n");
}

/** Somebody whom a run may have invited that was cut short before the state knew them. */
interface Suspect {
  address: string;
  /** What the list said is to become of them. */
  onDelete: "delete" | "disable";
  /** True where the list had written down that they were no guest; false where nobody could look. */
  wasAbsent: boolean;
}

/** What the removal of those whom a lost run invited works with. */
type CleanUpContext = Directory & { engine: Engine; claims: Claims };

/**
 * Removes those of the suspects who are guests of the tenant: a run of this stack invited them and was cut short, so
 * that no resource of the state stands for them. Whoever another list or resource of this run names stays.
 *
 * @throws Error that names everybody who could not be removed, and of whom it cannot be told who invited them
 */
async function removeLeftBehind(
  context: CleanUpContext,
  urn: string,
  suspects: readonly Suspect[],
  deadline: Deadline,
): Promise<void> {
  const open = suspects.filter(({ address }) => !context.claims.isListed(address));
  if (open.length === 0) return;
  announce(context, urn, open, deadline);
  const outcomes = await Promise.all(
    open.map((suspect) =>
      removeSuspect(context, urn, suspect, deadline).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    ),
  );
  const failures = outcomes.filter((failure) => failure !== undefined);
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

function announce(
  { engine, ...directory }: CleanUpContext,
  urn: string,
  open: readonly Suspect[],
  deadline: Deadline,
): void {
  const seconds = Math.ceil(untilSettled(directory, deadline) / 1000);
  const who = open.length === 1 ? open[0]?.address : `${open.length} guests`;
  engine.log(
    "info",
    `Looking for ${who}${seconds > 0 ? ` for up to ${seconds} s` : ""}: a run that did not finish may have invited them.`,
    urn,
  );
}

async function removeSuspect(
  context: CleanUpContext,
  urn: string,
  suspect: Suspect,
  deadline: Deadline,
): Promise<void> {
  const { address, onDelete, wasAbsent } = suspect;
  const found = await lookUpAfterLostRun(context, address, deadline).catch((error) => {
    // A member of the organisation is no guest of this stack.
    if (error.cause instanceof NoSuchGuest && !error.cause.isAmbiguous) return undefined;
    throw error;
  });
  if (found?.kind === "not allowed") throw unclear(address, "the application may not read users");
  if (found?.kind !== "guest" || context.claims.isHeld(found.user.id)) return;
  const other = otherAddress(found.user, address);
  if (other !== undefined) {
    context.engine.log("info", `${address} is another address of the guest ${other}: left in the tenant.`, urn);
    return;
  }
  if (!wasAbsent) throw unclear(address, "the application could not read users when the list was written down");

  const { id } = found.user;
  if (onDelete === "disable") {
    await patchUser(context.graph, id, { accountEnabled: false }, deadline).catch((error) => {
      if (!isNotFound(error)) throw cannot("disable", address, error);
    });
  } else {
    await removeUser(context, id, address, deadline);
  }
  const done = onDelete === "disable" ? "disabled" : "removed";
  context.engine.log("info", `${address} (object id ${id}) was invited by a run that did not finish: ${done}.`, urn);
}

function unclear(address: string, why: string): Error {
  return new Error(
    `An unfinished run of this stack may have invited ${address}, and this run can't tell: ${why}. ` +
      "Grant the application the Microsoft Graph permission User.Read.All and run again. Or look for the guest in the directory, " +
      "remove them there if they should go, and take this resource out of the state with `pulumi state delete`.",
  );
}
