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
import "./debug-log.ts";
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
import { ListRecord } from "./ownership.ts";
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
    const turns = new Turns();
    const planned = planInvitations(
      name,
      current,
      backend,
      record,
      access,
      turns,
      templates,
      args.transform?.invitation,
      this,
    );
    stays.resolve(planned.filter(({ opts }) => opts.retainOnDelete).map(({ address }) => address));
    if (list !== undefined && applyStep(process.env)?.step === "record") {
      this.nodes = { invitations: {}, access: {}, list };
      this.guests = Object.fromEntries(planned.map(({ address }) => [address, notYetKnown()]));
      this.invited = pulumi.output(current.length);
      this.pending = this.accepted = notYet();
      return;
    }
    const invitations = invite(planned, backend, turns, name);
    if (record !== undefined) withoutStackTraces(() => record.end(name, invitations, this));
    const nodes = { invitations, access: withoutStackTraces(access.plan(invitations)) };

    this.nodes = list === undefined ? nodes : { ...nodes, list };
    this.guests = mapValues(invitations, knownOf);
    this.invited = pulumi.output(current.length);
    const counts = countStates(invitations);
    this.pending = counts.apply((count) => count?.PendingAcceptance);
    this.accepted = counts.apply((count) => count?.Accepted);
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
  args: InvitationArgs;
  opts: pulumi.CustomResourceOptions;
}

function planInvitations(
  name: string,
  guests: readonly GuestArgs[],
  backend: Backend,
  record: ListRecord | undefined,
  access: ListAccess,
  turns: Turns,
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
    if (record !== undefined) args.existedBefore = turns.take().then(() => record.existedBefore(address));
    const grants = access.grantsOf(address);
    if (record !== undefined && grants !== undefined) args.grants = grants;
    const opts: pulumi.CustomResourceOptions = { parent, ...backend.options(guest) };
    if (timeouts !== undefined && isMailedByMailbox(guest)) opts.customTimeouts = timeouts;
    const aliases = earlierNames(name, guest);
    if (aliases.length > 0) opts.aliases = aliases.map((earlier) => ({ name: earlier }));
    if (dependsOn !== undefined) opts.dependsOn = dependsOn;
    transform?.(args, opts, guest);
    return { address, args, opts };
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

function invite(
  planned: readonly PlannedInvitation[],
  backend: Backend,
  turns: Turns,
  name: string,
): Record<string, GuestInvitation> {
  return withoutStackTraces(() =>
    Object.fromEntries(
      planned.map(({ address, args, opts }) => {
        const invitation = backend.create(`${name}-${address}`, args, opts);
        turns.endWith(invitation);
        return [address, invitation];
      }),
    ),
  );
}

/**
 * Lets only so many guests be registered at a time. Each registration takes the program some 60 KB until it is answered,
 * and the engine works on no more than a few of them.
 */
class Turns {
  #free = 256;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is the next guest's turn. */
  take(): Promise<void> {
    if (this.#free === 0) return new Promise((begin) => this.#waiting.push(begin));
    this.#free -= 1;
    return Promise.resolve();
  }

  /** Ends a turn when the guest's resource is there, or has failed. */
  endWith({ urn }: GuestInvitation): void {
    const end = () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
    (urn as unknown as { promise(): Promise<string> }).promise().then(end, end);
  }
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

/** How many guests there are of each state; `undefined` where the backend does not know. */
function countStates(
  invitations: Readonly<Record<string, GuestInvitation>>,
): pulumi.Output<Record<InvitationState, number> | undefined> {
  const states = Object.values(invitations).map(({ state }) => state);
  const known = states.filter((one) => one !== undefined);
  if (known.length < states.length) return pulumi.output(undefined);
  return pulumi.all(known).apply((all) => {
    const count = (state: InvitationState) => all.filter((one) => one === state).length;
    return { Accepted: count("Accepted"), PendingAcceptance: count("PendingAcceptance") };
  });
}

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
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
