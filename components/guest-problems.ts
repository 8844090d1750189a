import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { byExpiry, calendarDay } from "../model/calendar-day.ts";
import { canonicalAddress } from "../model/email-address.ts";
import { findingsOf, isMisspelt, type Path, valueAt } from "../model/findings.ts";
import { formerAddresses, guestSchema } from "../model/guest.ts";
import { guestInvitationsInputs } from "../model/guest-list.ts";
import { mailRules, saidOfMail } from "../model/message.ts";
import { shown } from "../model/property.ts";
import { accessProblems } from "./access/guest-access.ts";
import type { Backend } from "./backends/entra-guests.ts";
import { type ListFile, templateFileProblem } from "./config/list-rules.ts";
import { plainProperties } from "./config/stack-config-file.ts";
import { withDefaults } from "./defaults.ts";
import type { AccessProfiles, GuestArgs, GuestDefaults } from "./generated/sdk.ts";
import { asProblem, type Problem, pathText } from "./problem.ts";

/** What a list of guests says, in the arguments of `GuestInvitations`. */
export interface ListedGuests extends GuestDefaults {
  guests: GuestArgs[];
  accessProfiles?: AccessProfiles;
}

const argsSchema = guestInvitationsInputs.extend({ transform: z.unknown().optional() });

const guestKeys = Object.keys(guestSchema.shape);

const argsKeys = Object.keys(argsSchema.shape);

/**
 * Everything that is wrong with the guests handed to the component: what the provider would find later, and what only a
 * look at the whole list shows; each thing once, where it is written. Values that are not known yet are left to the
 * provider.
 *
 * @param args what was handed to the component
 * @param backend what invites them
 * @param readTemplate reads a mail's template
 */
export function guestProblems(
  args: ListedGuests,
  backend: Backend,
  readTemplate: (path: string) => ListFile,
): Problem[] {
  const known = knownPart(args) as ListedGuests;
  const result = argsSchema.safeParse(known);
  const found = (result.success ? [] : findingsOf(result.error, known, argsSchema)).map((finding) =>
    asProblem(finding, known, (path) => ({ path: pathText(path) })),
  );
  // Programs that no compiler has checked may hand over anything; what has another form cannot be looked at closer.
  if (result.error?.issues.some((issue) => hasAnotherForm(issue, args))) return found;
  const outputs = outputsForPlainValues(args);
  if (!Array.isArray(known.guests)) return outputs;
  const told = new Set(outputs.map(({ path }) => path));
  const problems = [
    ...outputs,
    ...once(args.guests.flatMap((guest, index) => wrongMail(guest, args, index))),
    ...found.filter(({ path }) => !told.has(path)),
    ...args.guests.flatMap((guest, index) => withoutRedirectUrl(guest, args, index)),
    ...once(args.guests.flatMap((guest, index) => beyondBackend(guest, args, index, backend))),
    ...wrongTemplates(args, readTemplate),
    ...addressesListedTwice(known.guests),
    ...formerAddressesTaken(known.guests),
    ...wrongAccess(known),
  ];
  return problems.sort((one, other) => position(one) - position(other));
}

function hasAnotherForm(issue: z.core.$ZodIssue, args: ListedGuests): boolean {
  if (issue.code !== "invalid_type" || !["array", "object", "record"].includes(issue.expected)) return false;
  return !holdsOutput(valueAt(args, issue.path));
}

/** Outputs where a value is needed while the program runs: the list itself, and what names resources or steers the run. */
function outputsForPlainValues(args: ListedGuests): Problem[] {
  const own = (values: object, around: Path) =>
    Object.entries(values)
      // The parts of a message may be outputs, and defaults are merged part by part.
      .filter(([name, value]) =>
        plainProperties.has(name) ? holdsOutput(value) : name === "message" && isLater(value),
      )
      .map(([name]) => plainValueNeeded([...around, name]));
  if (holdsOutput(args.guests) && !Array.isArray(args.guests)) return [plainValueNeeded(["guests"])];
  return [
    ...own(args, []),
    ...args.guests.flatMap((guest, index) =>
      isLater(guest) ? [plainValueNeeded(["guests", index])] : own(guest, ["guests", index]),
    ),
  ];
}

function plainValueNeeded(path: Path): Problem {
  return {
    path: pathText(path),
    rule: "an output or a secret cannot stand here: the value names resources or steers the run, and is written in plain",
    remedy: "give the value itself, as from config.require()",
  };
}

function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function holdsOutput(value: unknown): boolean {
  if (isLater(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}

/** What is said for all comes first, then guest after guest. */
function position({ path }: Problem): number {
  return Number(/^guests\[(\d+)\]/.exec(path)?.[1] ?? -1);
}

/** The part of a value that is known already: without outputs and promises. */
function knownPart(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(knownPart);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined && isKnown(part));
  return Object.fromEntries(entries.map(([name, part]) => [name, name === "transform" ? part : knownPart(part)]));
}

/** A list of which one item is an output is not known as a whole. */
function isKnown(value: unknown): boolean {
  if (isLater(value)) return false;
  return !Array.isArray(value) || value.every(isKnown);
}

function withoutRedirectUrl(guest: GuestArgs, defaults: GuestDefaults, index: number): Problem[] {
  if ((guest.redirectUrl ?? defaults.redirectUrl) !== undefined) return [];
  // A misspelt name is the mistake, and is told.
  const isTold = isMisspelt(guest, "redirectUrl", guestKeys) || isMisspelt(defaults, "redirectUrl", argsKeys);
  if (isTold) return [];
  const remedy = "give the guest a redirectUrl, or all guests a default one";
  return [
    {
      path: `guests[${index}].redirectUrl`,
      value: shown(guest.email),
      rule: "each guest needs a redirect URL",
      remedy,
    },
  ];
}

function beyondBackend(guest: GuestArgs, defaults: ListedGuests, index: number, backend: Backend): Problem[] {
  return backend.problems(withDefaults(guest, defaults)).map(({ property, rule, remedy }) => {
    const isOwn = guest[property] !== undefined || !(property in defaults);
    return isOwn
      ? { path: `guests[${index}].${property}`, value: shown(guest.email), rule, remedy }
      : { path: property, rule, remedy };
  });
}

function wrongMail(guest: GuestArgs, defaults: ListedGuests, index: number): Problem[] {
  const said = saidOfMail(withDefaults(guest, defaults));
  return mailRules
    .filter(({ breaks }) => breaks(said))
    .map(({ property, rule, remedy }) => {
      const path = property === "cc" ? "message.cc" : property;
      const isOwn = guest[property === "cc" ? "message" : property] !== undefined;
      return {
        path: isOwn ? `guests[${index}].${path}` : path,
        ...(isOwn && { value: shown(guest.email) }),
        rule,
        remedy,
      };
    });
}

function wrongTemplates(args: ListedGuests, read: (path: string) => ListFile): Problem[] {
  const named: [string, string | undefined][] = [
    ["mailTemplate", args.mailTemplate],
    ...args.guests.map((guest, index): [string, string | undefined] => [
      `guests[${index}].mailTemplate`,
      guest.mailTemplate,
    ]),
  ];
  return named.flatMap(([path, template]) => {
    const problem = typeof template === "string" ? templateFileProblem(read(template)) : undefined;
    return problem === undefined ? [] : [{ path, value: shown(template), ...problem }];
  });
}

function once(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.path, problem])).values()];
}

function addressesListedTwice(guests: readonly GuestArgs[]): Problem[] {
  const written = [...guests.keys()].filter((index) => typeof guests[index]?.email === "string");
  const positions = Map.groupBy(written, (index) => canonicalAddress(guests[index]?.email ?? ""));
  return [...positions].flatMap(([address, [first = 0, ...again]]) =>
    again.map((index) => ({
      path: `guests[${index}].email`,
      value: shown(guests[index]?.email),
      rule: `no address twice (letter case does not count): guests[${first}] is ${address} too`,
      remedy: "keep one of the two",
    })),
  );
}

function formerAddressesTaken(guests: readonly GuestArgs[]): Problem[] {
  const addresses = guests.map(({ email }) => (typeof email === "string" ? canonicalAddress(email) : ""));
  const holders = new Map<string, string>(addresses.map((address, index) => [address, `guests[${index}].email`]));
  return guests.flatMap((guest, index) => {
    const { data = [] } = formerText.safeParse(guest.formerly);
    return formerAddresses(data).flatMap((address) => {
      const path = `guests[${index}].formerly`;
      const holder = holders.get(address);
      if (holder === undefined) holders.set(address, path);
      if (holder === undefined || addresses[index] === address) return [];
      const rule = `an earlier address belongs to one guest only: ${holder} is ${address} too`;
      return [{ path, value: shown(address), rule, remedy: "keep it at the guest who had it" }];
    });
  });
}

const formerText = z.union([z.string(), z.array(z.string())]);

/** Everything that is wrong with who may reach what, as far as it shows without asking the tenant. */
function wrongAccess(args: ListedGuests): Problem[] {
  const { guests, accessProfiles = {} } = args;
  const places: [Path, GuestDefaults][] = [
    [[], args],
    ...Object.entries(accessProfiles).map(([name, access]): [Path, GuestDefaults] => [
      ["accessProfiles", name],
      access,
    ]),
    ...guests.map((guest, index): [Path, GuestDefaults] => [["guests", index], guest]),
  ];
  return places.flatMap(([place, access]) =>
    accessProblems(access, accessProfiles).map(({ path, value, rule, remedy }) => ({
      path: pathText([...place, ...path]),
      value: shown(value),
      rule,
      remedy,
    })),
  );
}

/** Ends the program without a stack trace; nothing has been registered yet. */
export function stop(message: string): never {
  throw new pulumi.RunError(message);
}

/** More names than this make a log line that nobody reads. */
const mostNamed = 20;

/**
 * Says, in previews too, who has left the list because their last day has passed, and whose last day is near: while
 * there is time to renew it.
 *
 * @param current the guests who are on the list
 * @param expired those who left it
 * @param notice how many days ahead to say so; 0 says nothing ahead
 * @param day today, `YYYY-MM-DD` in UTC
 * @param component the list that they are on
 */
export function announceExpiry(
  current: readonly GuestArgs[],
  expired: readonly GuestArgs[],
  notice: number,
  day: string,
  component: pulumi.Resource,
): void {
  if (expired.length > 0) {
    const subject = expired.length === 1 ? "1 guest has" : `${expired.length} guests have`;
    void pulumi.log.warn(`${subject} passed the expiry date and left the list: ${named(expired)}`, component);
  }
  const leaving = notice === 0 ? [] : byExpiry(current, dayAfter(day, notice + 1)).expired;
  if (leaving.length > 0) {
    const subject = leaving.length === 1 ? "1 guest leaves" : `${leaving.length} guests leave`;
    const message = `${subject} the list within ${notice} days: ${named(soonestFirst(leaving))}. Move expires to keep them.`;
    void pulumi.log.warn(message, component);
  }
}

function named(guests: readonly GuestArgs[]): string {
  const names = guests
    .slice(0, mostNamed)
    .map(({ email, expires = "" }) => `${email} (${calendarDay(expires) ?? expires})`);
  const more = guests.length > mostNamed ? [`and ${guests.length - mostNamed} more`] : [];
  return [...names, ...more].join(", ");
}

function soonestFirst(guests: readonly GuestArgs[]): GuestArgs[] {
  return guests.toSorted((one, other) => (one.expires ?? "").localeCompare(other.expires ?? ""));
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}
