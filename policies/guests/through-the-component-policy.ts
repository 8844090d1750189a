import type { PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { isInsideComponent, validateInvitations } from "./policy-inputs.ts";
import { shown } from "./policy-settings.ts";

const name = "through-the-component";

const configSchema: PolicyConfigSchema = { properties: {} };

/** The component gives each guest defaults, an expiry and a stable name; an invitation beside it has none of them. */
export const throughTheComponent: ResourceValidationPolicy = {
  name,
  displayName: "Through the component",
  description: "Guests are listed in GuestInvitations, not invited by resources of their own.",
  enforcementLevel: "advisory",
  severity: "low",
  tags: ["guests", "lifecycle"],
  remediationSteps:
    "Add the guest to the list. Keep an entra-guests invitation by an alias; take an azuread one out of the state, where the component adopts the guest.",
  url: "https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/",
  configSchema,
  validateResource: validateInvitations<object>(name, configSchema, ({ urn, madeBy }) => {
    if (isInsideComponent(urn)) return [];
    return [`invited by a resource of its own. Add the guest to the list of GuestInvitations; ${ways[madeBy](urn)}`];
  }),
};

/** How to move the guest into the component and keep the account. */
const ways = {
  "entra-guests": (urn: string) =>
    `in the component's transform give the new child the alias ${shown(urn, longestUrn)}, so that the guest is moved and not invited anew.`,
  azuread: (urn: string) =>
    `then run pulumi state delete ${shown(urn, longestUrn)} before the next up: the guest stays in the tenant and is adopted without another mail.`,
};

/** A URN is to be copied, so it is shown whole; the engine takes no name that is nearly as long. */
const longestUrn = 2000;
