import type { Policies } from "@pulumi/policy";
import { allowedDomains } from "./allowed-domains.ts";
import { ccInternalOnly } from "./cc-internal-only.ts";
import { expiryRequired } from "./expiry-required.ts";
import { guestLimits } from "./guest-limits.ts";
import { guestUserType } from "./guest-user-type.ts";
import { invitationMessage } from "./invitation-message.ts";
import { noPrivilegedAccess } from "./no-privileged-access.ts";
import { redirectUrl } from "./redirect-url.ts";
import { sponsorRequired } from "./sponsor-required.ts";
import { throughTheComponent } from "./through-the-component.ts";

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
