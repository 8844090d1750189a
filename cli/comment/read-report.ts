import { canonicalAddress } from "../../model/email-address.ts";
import { guestListToken } from "../../model/names.ts";
import type { EngineEvent, Step } from "./events.ts";
import { findingsOf } from "./findings.ts";
import { addedGuest, changedGuest, isInvitation, removedGuest } from "./guests.ts";
import type { GuestReport } from "./report.ts";
import { accessChange, otherChange } from "./resource-changes.ts";
import { withoutSecrets } from "./secrets.ts";

/**
 * Makes the report of a preview.
 *
 * @param events the preview's event log
 * @param stack the stack's name, for the heading
 * @param today `YYYY-MM-DD` in UTC, by which a removed guest counts as expired
 */
export function readReport(events: readonly EngineEvent[], stack: string, today: string): GuestReport {
  const steps = events.flatMap((event) => event.resourcePreEvent?.metadata ?? []);
  const invitations = steps.filter(isInvitation);
  const expired = expiredAddresses(steps);
  const findings = findingsOf(events, steps);
  const errors = errorsOf(events);
  return {
    stack,
    added: byAddress(invitations.filter(adds).map(addedGuest)),
    changed: byAddress(invitations.filter(({ op }) => op === "update").map(changedGuest)),
    removed: byAddress(invitations.filter(removes).map((step) => removedGuest(step, expired, today))),
    total: new Set(invitations.filter((step) => !removes(step)).map(({ urn }) => urn)).size,
    access: byName(steps.flatMap((step) => accessChange(step) ?? [])),
    other: byName(steps.flatMap((step) => otherChange(step) ?? [])),
    findings,
    errors,
    warnings: diagnostics(events, "warning"),
    outcome: outcomeOf(
      events,
      errors,
      findings.some(({ mandatory }) => mandatory),
    ),
  };
}

/** A replacement shows as the old guest's removal and the new one's invitation, for that is what happens. */
function adds({ op }: Step): boolean {
  return op === "create" || op === "create-replacement" || op === "import";
}

function removes({ op }: Step): boolean {
  return op === "delete" || op === "delete-replaced";
}

/** `GuestList`, the resource that stands for the list as a whole, names the guests who left it by their date. */
function expiredAddresses(steps: readonly Step[]): Set<string> {
  const lists = steps.filter(({ type }) => type === guestListToken);
  const addresses = lists.flatMap((step) => (step.new?.inputs?.expired as unknown[] | undefined) ?? []);
  return new Set(addresses.filter((address) => typeof address === "string").map(canonicalAddress));
}

/** What the engine says last about every failure; the reasons stand before it. */
const epilogue = /^(preview|update|refresh) failed$/;

function errorsOf(events: readonly EngineEvent[]): string[] {
  return diagnostics(events, "error").filter((message) => !epilogue.test(message));
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
  // No summary: the engine did not live to the end.
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
