import { badRequest } from "../http/graph/errors.ts";
import type { CollaborationRules } from "../options.ts";

/**
 * The tenant's own rule about whom it invites, which holds whatever the caller's permissions are (portal: External
 * Identities, External collaboration settings, Collaboration restrictions). A domain does not stand for its subdomains.
 *
 * @throws GraphError 400
 */
export function assertCollaborationAllowed(rules: CollaborationRules, address: string): void {
  const domain = domainOf(address);
  const listed = (domains: readonly string[]) => domains.map((name) => name.toLowerCase()).includes(domain);
  const refused = rules.allowedDomains ? !listed(rules.allowedDomains) : listed(rules.deniedDomains ?? []);
  if (!refused) return;
  throw badRequest(
    `Guest invitations not allowed for the domain '${domain}'. Contact your company administrator for more details.`,
    "BadRequest",
  );
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
