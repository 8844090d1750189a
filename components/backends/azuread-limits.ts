/** What `azuread.Invitation` cannot do. Without Pulumi's SDK: the command reads lists, and would load it at each start. */
import { guestDefaults, guestOwn } from "../../model/guest.ts";
import { namesWhere } from "../../model/property.ts";
import type { GuestArgs } from "../generated/sdk.ts";
import type { BackendProblem } from "./entra-guests.ts";

/** Properties that `azuread.Invitation` has no counterpart for. */
const beyondAzuread = namesWhere({ ...guestOwn, ...guestDefaults }, ({ azuread }) => azuread !== true);

const switchEngine = 'take it out, or use engine: "entra-guests"';

/**
 * What a guest asks for that `azuread.Invitation` cannot do. Said, because doing without would pass unnoticed.
 *
 * @param guest the guest, defaults filled in
 */
export function azureadProblems(guest: GuestArgs): BackendProblem[] {
  const problems: BackendProblem[] = beyondAzuread
    .filter((property) => guest[property] !== undefined)
    .map((property) => ({ property, rule: `engine azuread cannot set "${property}"`, remedy: switchEngine }));
  if (guest.existing !== undefined && guest.existing !== "adopt") {
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
