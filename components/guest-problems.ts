import * as pulumi from "@pulumi/pulumi";
import { addressProblem, canonicalAddress } from "../model/email-address.ts";
import { bodyAndLanguageRule } from "../model/message.ts";
import { redirectUrlProblem } from "../model/redirect-url.ts";
import type { Access, AccessProfiles } from "./access/access.ts";
import { accessProblems } from "./access/guest-access.ts";
import { calendarDay, calendarDayRule } from "./calendar-day.ts";
import type { Engine } from "./engines/engine.ts";
import type { GuestArgs, GuestDefaults } from "./guest.ts";
import { type Problem, shown } from "./problem.ts";

/**
 * Everything that is wrong with the guests handed to the component: what the provider would find later, and what
 * only a look at the whole list shows. Values that are not known yet are left to the provider.
 *
 * @param guests the guests, defaults filled in, in the order of `args.guests`
 * @param engine the engine that shall invite them
 */
export function guestProblems(guests: readonly GuestArgs[], engine: Engine): Problem[] {
  return [...guests.flatMap((guest, index) => problemsOfGuest(guest, index, engine)), ...addressesListedTwice(guests)];
}

function problemsOfGuest(guest: GuestArgs, index: number, engine: Engine): Problem[] {
  const at = (property: string) => `guests[${index}].${property}`;
  const problems: Problem[] = engine
    .problems(guest)
    .map(({ property, rule, remedy }) => ({ path: at(property), value: guest.email, rule, remedy }));

  const wrongAddress = addressProblem(guest.email);
  if (wrongAddress !== undefined) problems.push(wrong(at("email"), guest.email, wrongAddress));
  if (guest.redirectUrl === undefined) {
    const remedy = "give the guest a redirectUrl, or all guests a default one";
    problems.push({ path: at("redirectUrl"), value: guest.email, rule: "each guest needs a redirect URL", remedy });
  }
  const wrongUrl = typeof guest.redirectUrl === "string" ? redirectUrlProblem(guest.redirectUrl) : undefined;
  if (wrongUrl !== undefined) problems.push(wrong(at("redirectUrl"), guest.redirectUrl, wrongUrl));
  if (guest.message?.body !== undefined && guest.message.language !== undefined) {
    problems.push({
      path: at("message"),
      value: guest.email,
      rule: bodyAndLanguageRule,
      remedy: "keep one of the two",
    });
  }
  if (guest.expires !== undefined && calendarDay(guest.expires) === undefined) {
    problems.push(wrong(at("expires"), guest.expires, calendarDayRule));
  }
  return problems;
}

/**
 * Everything that is wrong with who may reach what, as far as it shows without asking the tenant: each thing once, where
 * it is written.
 */
export function accessListProblems(args: {
  guests: readonly GuestArgs[];
  defaults: GuestDefaults;
  accessProfiles: AccessProfiles;
}): Problem[] {
  const { guests, defaults, accessProfiles } = args;
  const places: [string, GuestDefaults][] = [
    ["", defaults],
    ...Object.entries(accessProfiles).map(([name, access]): [string, Access] => [`accessProfiles.${name}.`, access]),
    ...guests.map((guest, index): [string, GuestDefaults] => [`guests[${index}].`, guest]),
  ];
  return places.flatMap(([place, access]) =>
    accessProblems(access, accessProfiles).map(({ property, value, ...words }) => ({
      path: `${place}${property}`,
      value: shown(value),
      ...words,
    })),
  );
}

function wrong(path: string, value: unknown, rule: string): Problem {
  return { path, value: shown(value), rule, remedy: "correct it" };
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

/** Ends the program without a stack trace; nothing has been registered yet. */
export function stop(message: string): never {
  throw new pulumi.RunError(message);
}
