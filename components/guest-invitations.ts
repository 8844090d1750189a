import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output.js";
import { byExpiry, calendarDay, today } from "../model/calendar-day.ts";
import { canonicalAddress } from "../model/email-address.ts";
import { formerAddresses, guestDefaults } from "../model/guest.ts";
import { shownOutputs, usualExpiryNotice } from "../model/guest-list.ts";
import { applyStep, guestInvitationsToken } from "../model/names.ts";
import type { AccessTransform, Grants } from "./access/grants.ts";
import { lookUpNote } from "./access/guest-access.ts";
import { type ListAccess, listAccess } from "./access/list-access.ts";
import { azureadBackend } from "./backends/azuread.ts";
import { type Backend, earlierNames, entraGuestsBackend, type GuestInvitation } from "./backends/entra-guests.ts";
import type { ListFile } from "./config/list-rules.ts";
import { listFile, projectFiles } from "./config/project-files.ts";
import "./sdk-habits.ts";
import { withDefaults } from "./defaults.ts";
import {
  type GuestArgs,
  type GuestDefaults,
  GuestList,
  type GuestListArgs,
  type InvitationArgs,
  type InvitationState,
  type ListMails,
  type ListSettings,
  type OnDeleteChoice,
} from "./generated/sdk.ts";
import { announceExpiry, guestProblems, stop } from "./guest-problems.ts";
import { knownValue, ListRecord } from "./ownership.ts";
import { report } from "./problem.ts";

/** What {@link GuestInvitations} takes: defaults for all guests, and the guests. */
export interface GuestInvitationsArgs extends GuestDefaults, ListSettings {
  /** The guests. Their order means nothing: each resource is named after the guest's address. */
  guests: GuestArgs[];
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

/** What is known of a guest and may be shown. With engine azuread only `userId` is there. */
interface ShownGuest {
  /** The guest's object id in the tenant. */
  userId: pulumi.Output<string>;
  /** Whether the guest has accepted. */
  state?: pulumi.Output<InvitationState>;
  /** The guest's user principal name. */
  userPrincipalName?: pulumi.Output<string | undefined>;
  /** When the guest was last invited, ISO 8601 in UTC. */
  invitedAt?: pulumi.Output<string | undefined>;
  /** The mailbox of your tenant that mails the guest; `undefined` where Microsoft does. */
  mailedBy?: pulumi.Output<string | undefined>;
  /** When it last mailed the guest, ISO 8601 in UTC. */
  mailedAt?: pulumi.Output<string | undefined>;
  /** Whether the guest was in the tenant before. */
  adopted?: pulumi.Output<boolean>;
}

/** What is known of a guest. */
export interface InvitedGuest extends ShownGuest {
  /**
   * The link by which the guest accepts; a secret. `undefined` for a guest who was adopted, restored, or has accepted; and on
   * a list of more than 500 guests for one who has been mailed.
   */
  redeemUrl: pulumi.Output<string | undefined>;
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
  /** The guests' object ids by address in lower case. Unlike those in `guests` it depends on no guest, and takes little memory. */
  readonly userIds: pulumi.Output<Record<string, string>>;
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
    const backend = args.engine === "azuread" ? azureadBackend : entraGuestsBackend;
    const templates = mailTemplates();
    const problems = guestProblems(args, backend, templates.read);
    if (problems.length > 0) {
      const note = Array.isArray(args.guests) ? lookUpNote([args, ...args.guests], args.accessProfiles) : undefined;
      stop(report(`GuestInvitations "${name}"`, problems, 0, note));
    }
    const restoreTraces = stopTraces();
    try {
      super(guestInvitationsToken, name, {}, opts);
    } finally {
      restoreTraces();
    }

    const defaults = defaultsOf(args);
    const listed = args.guests.map((guest) => withDefaults(guest, defaults));
    const day = today();
    const { current, expired } = byExpiry(listed, day);
    announceExpiry(current, expired, args.expiryNotice ?? usualExpiryNotice, day, this);
    const access = listAccess(name, current, args.accessProfiles ?? {}, args.transform ?? {}, this);
    const stays = Promise.withResolvers<string[]>();
    const list = backend.keepsRecord ? writeDown(name, current, expired, stays.promise, access, args, this) : undefined;
    const record = list && new ListRecord(list);
    const planned = planInvitations(
      name,
      current,
      backend,
      record,
      access,
      templates,
      args.transform?.invitation,
      this,
    );
    stays.resolve(planned.filter(({ opts }) => opts.retainOnDelete).map(({ address }) => address));
    if (list !== undefined && applyStep(process.env)?.step === "record") {
      this.nodes = { invitations: {}, access: {}, list };
      const addresses = planned.map(({ address }) => address);
      this.guests = lazily(addresses, notYetKnown);
      this.invited = pulumi.output(current.length);
      this.pending = this.accepted = this.userIds = notYet();
      return;
    }
    const { byAddress: invitations, all } = new Registrations(planned);
    if (record !== undefined) withoutStackTraces(() => record.end(name, all.then(addressesInState), this));
    const nodes = { invitations, access: withoutStackTraces(access.plan(invitations)) };

    this.nodes = list === undefined ? nodes : { ...nodes, list };
    this.guests = lazily(Object.keys(invitations), (address) => knownOf(invitations[address] as GuestInvitation));
    this.invited = pulumi.output(current.length);
    this.pending = told(all, (guests) => countOf(guests, "PendingAcceptance"));
    this.accepted = told(all, (guests) => countOf(guests, "Accepted"));
    this.userIds = told<Record<string, string>>(all, idsByAddress);
    // The guests stand in the state already, each by their own resource.
    this.registerOutputs({
      invited: this.invited,
      pending: this.pending,
      accepted: this.accepted,
    });
  }
}

/** What holds for all guests, out of everything that the component takes. */
function defaultsOf(args: GuestInvitationsArgs): GuestDefaults {
  const names = Object.keys(guestDefaults) as (keyof GuestDefaults)[];
  return Object.fromEntries(names.map((name) => [name, args[name]]));
}

/** The list itself comes before its guests: it guards removals, and remembers who was there before. */
function writeDown(
  name: string,
  current: readonly GuestArgs[],
  expired: readonly GuestArgs[],
  retained: Promise<string[]>,
  access: ListAccess,
  { removalLimit, allowRemoval }: GuestInvitationsArgs,
  parent: pulumi.Resource,
): GuestList {
  const addresses = (guests: readonly GuestArgs[]) => guests.map(({ email }) => canonicalAddress(email)).sort();
  const thatLeave = (choice: OnDeleteChoice) => addresses(current.filter(({ onDelete }) => onDelete === choice));
  const args: GuestListArgs = {
    addresses: addresses(current),
    expired: addresses(expired),
    lastDays: lastDaysOf(current),
    formerly: todaysAddresses(current),
    keep: retained.then((stay) => [...new Set([...thatLeave("keep"), ...stay])].sort()),
    disable: thatLeave("disable"),
    // Whoever has a new address is there under the former one.
    required: addresses(current.filter(({ existing, formerly }) => existing === "require" && formerly === undefined)),
    access: access.held,
    mails: mailsOf(current),
  };
  if (removalLimit !== undefined) args.removalLimit = removalLimit;
  if (allowRemoval !== undefined) args.allowRemoval = allowRemoval;
  return withoutStackTraces(() => new GuestList(name, args, { parent }));
}

/** The last day of each guest who has one. The list remembers it: only a day that it has heard of before frees a guest. */
function lastDaysOf(guests: readonly GuestArgs[]): Record<string, string> {
  const days = guests.flatMap(({ email, expires }) =>
    expires === undefined ? [] : [[canonicalAddress(email), calendarDay(expires) ?? expires] as const],
  );
  return Object.fromEntries(days.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The address of today for each that a guest had before. The list remembers it: such a guest has not left. */
function todaysAddresses(guests: readonly GuestArgs[]): Record<string, string> {
  const former = guests.flatMap(({ email, formerly }) =>
    formerAddresses(formerly).map((address) => [address, canonicalAddress(email)] as const),
  );
  return Object.fromEntries(former.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** A guest's resource before it is made. */
interface PlannedInvitation {
  address: string;
  opts: pulumi.CustomResourceOptions;
  make: Maker;
}

type Maker = () => GuestInvitation;

function planInvitations(
  name: string,
  guests: readonly GuestArgs[],
  backend: Backend,
  record: ListRecord | undefined,
  access: ListAccess,
  templates: MailTemplates,
  transform: NonNullable<GuestInvitationsArgs["transform"]>["invitation"],
  parent: pulumi.Resource,
): PlannedInvitation[] {
  const timeouts = mailTimeouts(guests);
  const dependsOn = comesFirst(record, access);
  return guests.map((guest) => {
    const address = canonicalAddress(guest.email);
    const args = backend.args(access.invitee(guest));
    if (guest.mailTemplate !== undefined) args.mailTemplate = templates.text(guest.mailTemplate);
    const grants = access.grantsOf(address);
    if (record !== undefined && grants !== undefined) args.grants = grants;
    const opts: pulumi.CustomResourceOptions = { parent, ...backend.options(guest) };
    if (timeouts !== undefined && isMailedByMailbox(guest)) opts.customTimeouts = timeouts;
    const aliases = earlierNames(name, guest);
    if (aliases.length > 0) opts.aliases = aliases.map((earlier) => ({ name: earlier }));
    if (dependsOn !== undefined) opts.dependsOn = dependsOn;
    transform?.(args, opts, guest);
    const make = () => {
      const known = record === undefined ? {} : { existedBefore: record.existedBefore(address) };
      return backend.create(`${name}-${address}`, { ...known, ...args }, opts);
    };
    return { address, opts, make };
  });
}

/**
 * What has to be there before a guest is invited: the list's record, which `destroy` therefore deletes after the guests; and
 * everything that the guests are to reach.
 */
function comesFirst(
  record: ListRecord | undefined,
  { ready }: ListAccess,
): pulumi.Input<pulumi.Resource>[] | undefined {
  const list = record === undefined ? [] : [record.list];
  // Side by side: an output with a resource inside would make Pulumi's SDK search that resource for unknown values.
  const all = ready === undefined ? list : [...list, ready as unknown as Promise<pulumi.Resource>];
  return all.length === 0 ? undefined : all;
}

/**
 * The resources of a list's guests, made a few at a time: one that waits for the engine takes the program some 100 KB, one
 * that is registered a tenth of it. Whoever asks for one that has not been made yet makes it.
 */
class Registrations {
  /** The resources by address. */
  readonly byAddress: Readonly<Record<string, GuestInvitation>>;
  /** Resolves with what the engine told of the guests, once all are registered. */
  readonly all: Promise<RegisteredGuest[]>;

  constructor(planned: readonly PlannedInvitation[]) {
    const makers = new Map(planned.map(({ address, make }) => [address, make]));
    const byAddress = lazily([...makers.keys()], (address) => withoutStackTraces(makers.get(address) as Maker));
    const queue = makers.keys();
    const outcomes: Promise<RegisteredGuest>[] = [];
    const oneAfterAnother = async () => {
      for (const address of queue) {
        const outcome = registered(address, byAddress[address] as GuestInvitation);
        outcomes.push(outcome);
        // One that fails keeps nobody else from being made.
        await outcome.catch(() => undefined);
      }
    };
    this.byAddress = byAddress;
    this.all = Promise.all(Array.from({ length: sideBySide }, oneAfterAnother)).then(() => Promise.all(outcomes));
  }
}

/** How many guests wait for the engine at a time; it works on no more than a few of them. */
const sideBySide = 256;

/** What the engine told of a guest. */
interface RegisteredGuest {
  address: string;
  /** The object id; `undefined` where a preview does not know it, and where `--target` leaves the guest out. */
  userId: string | undefined;
  /** The same of the state; `null` where the backend does not tell it. */
  state: InvitationState | null | undefined;
}

async function registered(address: string, { id, userId, state }: GuestInvitation): Promise<RegisteredGuest> {
  const isThere = (await knownValue(id)) !== undefined;
  return {
    address,
    userId: isThere ? await knownValue(userId) : undefined,
    state: state === undefined ? null : await knownValue(state),
  };
}

/**
 * A record whose values are made when somebody asks for them, each once.
 *
 * @param make makes the value of a key
 */
function lazily<Value>(keys: readonly string[], make: (key: string) => Value): Record<string, Value> {
  const record: Record<string, Value> = {};
  const made = new Map<string, Value>();
  for (const key of keys) {
    const get = () => {
      // Putting a plain property in the getter's place would take time for all the others, each time.
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
    Object.defineProperty(record, key, { get, enumerable: true });
  }
  return record;
}

/** Those who are mailed, by who mails them, for the preview and for the look at the mailboxes. */
function mailsOf(guests: readonly GuestArgs[]): ListMails[] {
  const mailed = guests.filter(({ sendInvitation }) => sendInvitation !== false);
  // A mailbox out of a secret is one object for all guests that have it from the defaults.
  return [...Map.groupBy(mailed, ({ mailFrom }) => mailFrom)].map(([mailFrom, group]) => ({
    ...(mailFrom === undefined
      ? { guests: group.length }
      : { from: mailFrom, addresses: group.map(({ email }) => canonicalAddress(email)).sort() }),
    withBody: group.filter(({ message }) => message?.body !== undefined).length,
    ...(mailFrom !== undefined && typeof mailFrom !== "string" && { concealed: true }),
  }));
}

function isMailedByMailbox({ mailFrom, sendInvitation }: GuestArgs): boolean {
  return mailFrom !== undefined && sendInvitation !== false;
}

/** A mailbox sends 30 mails a minute: on a long list, the last guest waits for all the others. */
function mailTimeouts(guests: readonly GuestArgs[]): pulumi.CustomTimeouts | undefined {
  const minutes = Math.ceil(guests.filter(isMailedByMailbox).length / 30);
  if (minutes <= usualMinutes / 2) return undefined;
  const timeout = `${usualMinutes + minutes}m`;
  return { create: timeout, update: timeout };
}

/** How long a guest may take where nothing is said, in minutes. */
const usualMinutes = 10;

interface MailTemplates {
  read(path: string): ListFile;
  /** The text of a template that is right. */
  text(path: string): string;
}

/** The templates of mails, each file read once, and none where none is named. */
function mailTemplates(): MailTemplates {
  const files = new Map<string, ListFile>();
  const read = (path: string): ListFile => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const project = projectFiles(pulumi.runtime.getRootDirectory(), process.cwd());
    const file = listFile(project, path, "a template");
    files.set(path, file);
    return file;
  };
  return {
    read,
    text: (path) => {
      const file = read(path);
      if ("rule" in file) throw new Error(file.rule);
      return file.text;
    },
  };
}

/** A guest in the step of an apply that only writes the list down: all of it is unknown until the next step. */
function notYetKnown(): InvitedGuest {
  const names: readonly (keyof InvitedGuest)[] = [...shownOutputs, "redeemUrl"];
  return Object.fromEntries(names.map((name) => [name, notYet()])) as unknown as InvitedGuest;
}

function notYet(): pulumi.Output<never> {
  return pulumi.output(unknown) as unknown as pulumi.Output<never>;
}

function knownOf(invitation: GuestInvitation): InvitedGuest {
  const { userId, state, userPrincipalName, invitedAt, mailedBy, mailedAt, adopted } = invitation;
  const shown = definedOnly({ userId, state, userPrincipalName, invitedAt, mailedBy, mailedAt, adopted });
  let redeemUrl: InvitedGuest["redeemUrl"] | undefined;
  return {
    ...shown,
    // Made only where somebody asks for it: a program asks for few of a long list.
    get redeemUrl() {
      // Providers mark the URL in the state; in a first preview it is unknown and would otherwise pass as plain.
      redeemUrl ??= pulumi.secret(invitation.redeemUrl);
      return redeemUrl;
    },
  } as InvitedGuest;
}

function definedOnly<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

/**
 * What the registered guests tell together, as an output of no resource: one of each guest would keep them all in memory.
 *
 * @param tell `unknown` where a preview does not know it
 */
function told<Value>(
  all: Promise<RegisteredGuest[]>,
  tell: (guests: readonly RegisteredGuest[]) => Value | typeof unknown,
): pulumi.Output<Value> {
  return pulumi.output(all.then(tell)) as unknown as pulumi.Output<Value>;
}

/** How many guests have this state; `undefined` where the backend does not know. */
function countOf(guests: readonly RegisteredGuest[], wanted: InvitationState) {
  if (guests.some(({ state }) => state === null)) return undefined;
  if (guests.some(({ state }) => state === undefined)) return unknown;
  return guests.filter(({ state }) => state === wanted).length;
}

function idsByAddress(guests: readonly RegisteredGuest[]) {
  if (guests.some(({ userId }) => userId === undefined)) return unknown;
  return Object.fromEntries(guests.map(({ address, userId }) => [address, userId as string]));
}

function addressesInState(guests: readonly RegisteredGuest[]): string[] {
  return guests.filter(({ userId }) => userId !== undefined).map(({ address }) => address);
}

/**
 * Makes resources without the stack traces that Pulumi's SDK keeps of them; see {@link stopTraces}.
 *
 * @param make makes the resources, synchronously; nothing of the caller's own, whose errors would lack their traces, too
 * @returns what `make` returns
 */
function withoutStackTraces<Result>(make: () => Result): Result {
  const restoreTraces = stopTraces();
  try {
    return make();
  } finally {
    restoreTraces();
  }
}

/**
 * Stops the stack traces that Pulumi's SDK takes when a resource is made.
 *
 * The SDK notes one for each of the four promises behind every output, about a hundred a guest; for 1,000 guests that
 * is half of the program's time. They are shown only under `PULUMI_DEBUG_PROMISE_LEAKS`, and are kept when it is set.
 * It puts another one into the state, more than 1 KB for each guest, with the paths of this machine.
 *
 * @returns what takes them again
 */
function stopTraces(): () => void {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return () => {};
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 0;
  // The trace for the state is taken without a limit, and read line by line.
  Error.prepareStackTrace = String;
  return () => Object.assign(Error, { stackTraceLimit, prepareStackTrace });
}
