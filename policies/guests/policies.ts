import type { Policies } from "@pulumi/policy";
import { allowedDomains } from "./allowed-domains-policy.ts";
import { ccInternalOnly } from "./cc-internal-only-policy.ts";
import { expiryRequired } from "./expiry-required-policy.ts";
import { guestLimits } from "./guest-limits-policy.ts";
import { guestUserType } from "./guest-user-type-policy.ts";
import { invitationMessage } from "./invitation-message-policy.ts";
import { noPrivilegedAccess } from "./no-privileged-access-policy.ts";
import { redirectUrl } from "./redirect-url-policy.ts";
import { sponsorRequired } from "./sponsor-required-policy.ts";
import { throughTheComponent } from "./through-the-component-policy.ts";

export { refuseUnknownSettings } from "./policy-settings.ts";

/** The pack's policies, in the order in which they are documented. */
export const policies: Policies = [
  allowedDomains,
  redirectUrl,
  invitationMessage,
  guestUserType,
  sponsorRequired,
  expiryRequired,
  ccInternalOnly,
  noPrivilegedAccess,
  throughTheComponent,
  guestLimits,
];
