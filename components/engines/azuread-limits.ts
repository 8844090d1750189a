import type { GuestArgs } from "../guest.ts";
import type { EngineProblem } from "./engine.ts";

/** Properties that `azuread.Invitation` has no counterpart for. */
const beyondAzuread = [
  ...(["givenName", "surname", "jobTitle", "department", "companyName", "usageLocation"] as const),
  ...(["accountEnabled", "sponsors", "resend"] as const),
];

const switchEngine = 'take it out, or use engine: "entra-guests"';

/**
 * What a guest asks for that `azuread.Invitation` cannot do. Said, because doing without would pass unnoticed.
 *
 * @param guest the guest, defaults filled in
 */
export function azureadProblems(guest: GuestArgs): EngineProblem[] {
  const problems: EngineProblem[] = beyondAzuread
    .filter((property) => guest[property] !== undefined)
    .map((property) => ({ property, rule: `engine azuread cannot set "${property}"`, remedy: switchEngine }));
  if (guest.existing === "fail" || guest.existing === "own") {
    const rule = "engine azuread cannot tell whether the guest is in the tenant already: it always adopts";
    problems.push({ property: "existing", rule, remedy: switchEngine });
  }
  if (guest.onDelete === "disable") {
    const rule = 'engine azuread knows onDelete "delete" and "keep" only';
    problems.push({ property: "onDelete", rule, remedy: switchEngine });
  }
  if (guest.expires !== undefined && guest.onDelete !== "delete") {
    const rule =
      "engine azuread keeps guests who leave the list in the tenant, so that the expiry would have no effect";
    const remedy = 'say onDelete: "delete" as well, or use engine: "entra-guests"';
    problems.push({ property: "expires", rule, remedy });
  }
  return problems;
}
