import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { canonicalAddress } from "../model/email-address.ts";
import { findingsOf } from "../model/findings.ts";
import { guestDefaults, guestSchema } from "../model/guest.ts";
import { listSettings } from "../model/guest-list.ts";
import { mailRules, saidOfMail } from "../model/message.ts";
import { accessProblems } from "./access/guest-access.ts";
import type { Backend } from "./backends/entra-guests.ts";
import { type ListFile, templateFileProblem } from "./config/list-rules.ts";
import { withDefaults } from "./defaults.ts";
import type { AccessProfiles, GuestArgs, GuestDefaults } from "./generated/sdk.ts";
import { asProblem, type Problem, pathText, shown } from "./problem.ts";

/** What a list of guests says, in the arguments of `GuestInvitations`. */
export interface ListedGuests extends GuestDefaults {
  guests: GuestArgs[];
  accessProfiles?: AccessProfiles;
}

const argsSchema = z.strictObject({
  ...guestDefaults,
  ...listSettings,
  transform: z.unknown().optional(),
  guests: z.array(guestSchema),
});

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
  const known = knownPart(args);
  const result = argsSchema.safeParse(known);
  const found = result.success ? [] : findingsOf(result.error, known, argsSchema);
  const problems = [
    ...once(args.guests.flatMap((guest, index) => wrongMail(guest, args, index))),
    ...found.map((finding) => asProblem(finding, known, (path) => ({ path: pathText(path) }))),
    ...args.guests.flatMap((guest, index) => withoutRedirectUrl(guest, args, index)),
    ...once(args.guests.flatMap((guest, index) => beyondBackend(guest, args, index, backend))),
    ...wrongTemplates(args, readTemplate),
    ...addressesListedTwice(args.guests),
    ...wrongAccess(args),
  ];
  return problems.sort((one, other) => position(one) - position(other));
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
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
  return !Array.isArray(value) || value.every(isKnown);
}

function withoutRedirectUrl(guest: GuestArgs, defaults: GuestDefaults, index: number): Problem[] {
  if ((guest.redirectUrl ?? defaults.redirectUrl) !== undefined) return [];
  const remedy = "give the guest a redirectUrl, or all guests a default one";
  return [
    { path: `guests[${index}].redirectUrl`, value: guest.email, rule: "each guest needs a redirect URL", remedy },
  ];
}

function beyondBackend(guest: GuestArgs, defaults: ListedGuests, index: number, backend: Backend): Problem[] {
  return backend.problems(withDefaults(guest, defaults)).map(({ property, rule, remedy }) => {
    const isOwn = guest[property] !== undefined || !(property in defaults);
    return isOwn
      ? { path: `guests[${index}].${property}`, value: guest.email, rule, remedy }
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
      return { path: isOwn ? `guests[${index}].${path}` : path, ...(isOwn && { value: guest.email }), rule, remedy };
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
  const positions = Map.groupBy(guests.keys(), (index) => canonicalAddress(guests[index]?.email ?? ""));
  return [...positions].flatMap(([address, [first = 0, ...again]]) =>
    again.map((index) => ({
      path: `guests[${index}].email`,
      value: shown(guests[index]?.email),
      rule: `no address twice (letter case does not count): guests[${first}] is ${address} too`,
      remedy: "keep one of the two",
    })),
  );
}

/** Everything that is wrong with who may reach what, as far as it shows without asking the tenant. */
function wrongAccess(args: ListedGuests): Problem[] {
  const { guests, accessProfiles = {} } = args;
  const places: [string, GuestDefaults][] = [
    ["", args],
    ...Object.entries(accessProfiles).map(([name, access]): [string, GuestDefaults] => [
      `accessProfiles.${name}.`,
      access,
    ]),
    ...guests.map((guest, index): [string, GuestDefaults] => [`guests[${index}].`, guest]),
  ];
  return places.flatMap(([place, access]) =>
    accessProblems(access, accessProfiles).map(({ property, value, rule, remedy }) => ({
      path: `${place}${property}`,
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
