/** What a preview says about a guest list: the comment and the table on the terminal are made of it. */
import { canonicalAddress } from "../../model/email-address.ts";
import { guestListToken } from "../../model/names.ts";
import type { EngineEvent, PolicyFinding, Step } from "./engine-events.ts";
import {
  type AddedGuest,
  accessChange,
  addedGuest,
  type ChangedGuest,
  changedGuest,
  guestOf,
  isInvitation,
  isTold,
  nameOf,
  otherChange,
  type RemovedGuest,
  type ResourceChange,
  removedGuest,
} from "./guest-changes.ts";
import type { SettingsComparison } from "./policy-changes.ts";
import { withoutSecrets } from "./untrusted-text.ts";

export interface GuestReport {
  stack: string;
  /** Sorted by address. */
  added: AddedGuest[];
  changed: ChangedGuest[];
  removed: RemovedGuest[];
  /** How many guests the stack holds afterwards. */
  total: number;
  /** What guests get access to: group memberships, application roles, Azure roles. */
  access: ResourceChange[];
  /** Changes of any other resource of the program. */
  other: ResourceChange[];
  /** Mandatory ones first, then by severity. */
  findings: Finding[];
  /** Guests who leave while somebody of the same name comes: perhaps one person with a new address. */
  lookalikes: Lookalike[];
  /** Why Pulumi could not finish, in its own words; empty when it could. */
  errors: string[];
  warnings: string[];
  /** What differs in the policies' settings, where they were compared with those of an earlier commit. */
  settings?: SettingsComparison;
  /** Whether the tenant was asked who of the added guests is there already; why not, in words, where it should have been. */
  asked?: true | { missing: string };
  outcome: "previewed" | "stopped by policy" | "failed";
}

/** One guest who leaves, and one of the same name who comes. */
export interface Lookalike {
  displayName: string;
  removed: string;
  added: string;
}

export interface Finding {
  policy: string;
  mandatory: boolean;
  severity: string;
  /** The guest's address, the resource's name, or `the stack`. */
  about: string;
  /** Whether this preview adds or changes what the finding is about. */
  touched: boolean;
  message: string;
}

/**
 * Makes the report of a preview.
 *
 * @param events the preview's event log
 * @param stack the stack's name, for the heading
 * @param today `YYYY-MM-DD` in UTC; a removed guest whose last day is earlier has expired
 */
export function readReport(events: readonly EngineEvent[], stack: string, today: string): GuestReport {
  const steps = events.flatMap((event) => event.resourcePreEvent?.metadata ?? []);
  const invitations = steps.filter(isInvitation);
  const expired = expiredAddresses(steps);
  const findings = findingsOf(events, steps);
  const errors = errorsOf(events);
  const added = byAddress(invitations.filter(adds).map(addedGuest));
  const removed = byAddress(invitations.filter(removes).map((step) => removedGuest(step, expired, today)));
  const guests = new Map(invitations.map((step) => [step.urn, guestOf(step).address]));
  return {
    stack,
    added,
    changed: byAddress(invitations.filter(({ op }) => op === "update").map(changedGuest)),
    removed,
    lookalikes: lookalikesAmong(added, removed),
    total: new Set(invitations.filter((step) => !removes(step)).map(({ urn }) => urn)).size,
    access: byName(steps.flatMap((step) => accessChange(step, guests) ?? [])),
    other: byName(steps.flatMap((step) => otherChange(step) ?? [])),
    findings,
    errors,
    warnings: warningsOf(events),
    outcome: outcomeOf(
      events,
      errors,
      findings.some(({ mandatory }) => mandatory),
    ),
  };
}

/**
 * Guests who leave while one of the same name comes. Names that several have on either side say nothing, and who has
 * expired was meant to go.
 */
function lookalikesAmong(added: readonly AddedGuest[], removed: readonly RemovedGuest[]): Lookalike[] {
  const nameOf = ({ displayName = "" }: { displayName?: string }) => displayName.trim().toLowerCase();
  const coming = Map.groupBy(added, nameOf);
  const leaving = Map.groupBy(
    removed.filter(({ reason }) => reason !== "expired"),
    nameOf,
  );
  return [...leaving].flatMap(([name, [guest, ...others]]) => {
    const [newcomer, ...more] = coming.get(name) ?? [];
    if (!isTold(name) || !guest || !newcomer || others.length + more.length > 0) return [];
    if (guest.address === newcomer.address) return [];
    return [{ displayName: newcomer.displayName ?? "", removed: guest.address, added: newcomer.address }];
  });
}

/** What an update or a destroy has done, by the steps that it finished: `2 added, 1 changed`; empty for nothing. */
export function doneText(events: readonly EngineEvent[]): string {
  const steps = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
  const invitations = steps.filter(isInvitation);
  const parts = [
    [invitations.filter(adds).length, "added"],
    [invitations.filter(({ op }) => op === "update").length, "changed"],
    [invitations.filter(removes).length, "removed"],
    [steps.filter((step) => accessChange(step) !== undefined).length, "of access"],
    [steps.filter((step) => otherChange(step) !== undefined).length, "other"],
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return said.join(", ");
}

/** A replacement counts as a removal and an invitation, because both happen. */
function adds({ op }: Step): boolean {
  return op === "create" || op === "create-replacement" || op === "import";
}

function removes({ op }: Step): boolean {
  return op === "delete" || op === "delete-replaced";
}

/** The list's own resource names the guests whose last day has passed. */
function expiredAddresses(steps: readonly Step[]): Set<string> {
  const lists = steps.filter(({ type }) => type === guestListToken);
  const addresses = lists.flatMap((step) => (step.new?.inputs?.expired as unknown[] | undefined) ?? []);
  return new Set(addresses.filter((address) => typeof address === "string").map(canonicalAddress));
}

/** The engine's last words about every failure; the reasons come before. */
const epilogue = /^(preview|update|refresh) failed$/;

function errorsOf(events: readonly EngineEvent[]): string[] {
  const errors = diagnostics(events, "error").filter((message) => !epilogue.test(message));
  return [...new Set(errors.map(withoutLongValue))];
}

/** The longest value that stands before the reason, in characters. */
const longestRefusedValue = 100;

/**
 * An error with its reason first. Where a resource refuses a property, the engine writes
 * `… resource 'guests': property addresses value {…} has a problem: …`, and the value may be a list of thousands.
 */
function withoutLongValue(message: string): string {
  const start = message.indexOf(": property ");
  const value = start < 0 ? -1 : message.indexOf(" value ", start);
  const reason = value < 0 ? -1 : message.indexOf(" has a problem: ", value);
  return reason - value > longestRefusedValue ? message.slice(0, value) + message.slice(reason) : message;
}

/** Pulumi's warning about a plugin that it did not install itself. */
const pluginOnPath = /^using pulumi-resource-(\S+) from \$PATH at /;

/** What the warning about such plugins begins with. */
export const pluginsNotice = "Plugins that Pulumi found on the PATH and did not install: ";

/** Pulumi warns each time it starts such a plugin: here all of them are one warning. */
function warningsOf(events: readonly EngineEvent[]): string[] {
  const all = diagnostics(events, "warning");
  const plugins = [...new Set(all.flatMap((message) => pluginOnPath.exec(message)?.[1] ?? []))];
  const others = all.filter((message) => !pluginOnPath.test(message));
  if (plugins.length === 0) return others;
  return [...others, `${pluginsNotice}${plugins.join(", ")}.`];
}

function diagnostics(events: readonly EngineEvent[], severity: string): string[] {
  const messages = events
    .flatMap(({ diagnosticEvent }) => (diagnosticEvent?.severity === severity ? diagnosticEvent.message : []))
    .map((message) => withoutSecrets(message.trim()))
    .filter((message) => message !== "");
  return [...new Set(messages)].sort();
}

function outcomeOf(events: readonly EngineEvent[], errors: readonly string[], broken: boolean): GuestReport["outcome"] {
  if (errors.length > 0) return "failed";
  if (broken) return "stopped by policy";
  const result = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent?.result;
  // Without a summary the engine did not reach its end.
  return result === "succeeded" ? "previewed" : "failed";
}

function byAddress<Guest extends { address: string }>(guests: Guest[]): Guest[] {
  return guests.sort((one, other) => compare(canonicalAddress(one.address), canonicalAddress(other.address)));
}

function byName<Change extends { kind: string; name: string; change: string }>(changes: Change[]): Change[] {
  const key = ({ kind, name, change }: Change) => `${kind}\n${name}\n${change}`;
  return changes.sort((one, other) => compare(key(one), key(other)));
}

/** By code unit: the same order on every machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

const severities = ["critical", "high", "medium", "low"];

/** The policy findings of a preview, each once: mandatory ones first, then by severity, policy and guest. */
function findingsOf(events: readonly EngineEvent[], steps: readonly Step[]): Finding[] {
  const stepsByUrn = new Map(steps.map((step) => [step.urn, step]));
  const findings = events
    .flatMap(({ policyEvent }) => policyEvent ?? [])
    .map((finding) => findingOf(finding, stepsByUrn.get(finding.resourceUrn ?? "")));
  const once = new Map(findings.map((finding) => [sortKey(finding), finding]));
  return [...once].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, finding]) => finding);
}

function findingOf(finding: PolicyFinding, step: Step | undefined): Finding {
  const about = aboutOf(finding.resourceUrn, step);
  return {
    policy: finding.policyName,
    mandatory: finding.enforcementLevel === "mandatory",
    severity: finding.severity || "unrated",
    about,
    touched: step === undefined || step.op !== "same" || step.type === "pulumi:pulumi:Stack",
    message: withoutSecrets(messageOf(finding.message, about)),
  };
}

function aboutOf(urn: string | undefined, step: Step | undefined): string {
  if (step !== undefined && isInvitation(step)) return guestOf(step).address;
  return urn === undefined || urn === "" || urn.includes("::pulumi:pulumi:Stack::") ? "the stack" : nameOf(urn);
}

/** The engine puts the policy's description first, and the comment names the guest beside the message: both go. */
function messageOf(message: string, about: string): string {
  const [description = "", ...lines] = message.trim().split("\n");
  const said = lines.length > 0 ? lines.join(" ") : description;
  const prefix = `${about}: `;
  return said.toLowerCase().startsWith(prefix) ? said.slice(prefix.length) : said;
}

function sortKey({ mandatory, severity, about, policy, message }: Finding): string {
  const rank = severities.indexOf(severity);
  return [mandatory ? 0 : 1, rank < 0 ? severities.length : rank, policy, about, message].join("\n");
}
