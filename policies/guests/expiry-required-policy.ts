import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { isInsideComponent, unknown, validateInvitations } from "./policy-inputs.ts";
import { shown, shownName } from "./policy-settings.ts";

interface Config {
  maxDays: number;
}

const name = "expiry-required";

const configSchema: PolicyConfigSchema = {
  properties: {
    maxDays: {
      type: "integer",
      minimum: 1,
      default: 365,
      description: "How many days ahead the expiry may lie, counted from the day of the preview (UTC).",
    },
  },
};

/** Access that nobody has to renew is never taken away. */
export const expiryRequired: ResourceValidationPolicy = {
  name,
  displayName: "Expiry required",
  description: "Each guest has an expiry date that is not too far ahead.",
  enforcementLevel: "advisory",
  severity: "medium",
  tags: ["guests", "lifecycle"],
  remediationSteps:
    "Set `expires` of the guest, or once for the whole list in the stack configuration, to the last day of the work they are invited for.",
  url: "https://learn.microsoft.com/entra/id-governance/access-reviews-external-users",
  configSchema,
  validateResource: validateInvitations<Config>(name, configSchema, ({ expires, madeBy, urn }, { maxDays }) => {
    if (expires === unknown) return [];
    if (expires === undefined) {
      // The official resource has no property for the date: the component keeps it, out of a policy's sight.
      if (madeBy === "azuread") return [isInsideComponent(urn) ? undefined : officialPackageHasNone];
      return ["no expiry date. Set expires to the last day of the work this guest is invited for, as in 2027-03-31."];
    }
    return [dateProblem(expires, maxDays)];
  }),
};

const officialPackageHasNone =
  "no expiry date, because azuread.Invitation has no property for one. Invite the guest through GuestInvitations, which keeps expiry dates.";

const millisecondsADay = 24 * 60 * 60 * 1000;

function dateProblem(expires: string, maxDays: number): string | undefined {
  const day = lastDay(expires);
  if (day === undefined) return `the expiry date ${shown(expires)} is no date. Write it as in 2027-03-31.`;
  const daysAhead = day - Math.floor(Date.now() / millisecondsADay);
  if (daysAhead < 0)
    return `the expiry date ${shownName(expires)} has passed. Remove the guest, or renew their access.`;
  if (daysAhead <= maxDays) return undefined;
  return `the expiry date ${shownName(expires)} is ${daysAhead} days ahead; the limit is ${maxDays}. Choose an earlier day and renew when it comes.`;
}

/** The day of an ISO 8601 date or time, in days since 1970 (UTC). */
function lastDay(text: string): number | undefined {
  const [, date] = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(text.trim()) ?? [];
  if (date === undefined) return undefined;
  const time = Date.parse(`${date}T00:00:00Z`);
  // `Date` turns 30 February into 2 March.
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
  return exists ? time / millisecondsADay : undefined;
}
