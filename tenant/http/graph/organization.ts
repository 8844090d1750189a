import type { TenantContext } from "../../tenant-context.ts";
import { notFound } from "./errors.ts";
import { holds, toReadOrganization, toReadOrganizationName } from "./graph-permissions.ts";
import { type GraphRequest, type GraphRoute, versionOf } from "./graph-request.ts";

/** `/organization` (Graph, "List organization", "Get organization"). */
export function organizationRoutes(tenant: TenantContext): GraphRoute[] {
  const context = (c: GraphRequest) => `${tenant.url}/${versionOf(c)}/$metadata#organization`;
  return [
    {
      method: "GET",
      path: "/organization",
      permissions: toReadOrganizationName,
      handle: (c) => c.json({ "@odata.context": context(c), value: [representOrganization(tenant, c)] }),
    },
    {
      method: "GET",
      path: "/organization/:id",
      permissions: toReadOrganizationName,
      handle: (c) => {
        const id = c.req.param("id") ?? "";
        if (id.toLowerCase() !== tenant.settings.tenantId) throw notFound(id);
        return c.json({ "@odata.context": `${context(c)}/$entity`, ...representOrganization(tenant, c) });
      },
    },
  ];
}

/** A caller who may read users only gets the id, the name and the domains; the rest is null. */
function representOrganization({ settings }: TenantContext, c: GraphRequest) {
  const whole = holds(c.var.caller.roles, toReadOrganization);
  return {
    id: settings.tenantId,
    displayName: settings.organisation,
    verifiedDomains: [
      {
        capabilities: "Email, OfficeCommunicationsOnline",
        isDefault: false,
        isInitial: true,
        name: settings.initialDomain,
        type: "Managed",
      },
      {
        capabilities: "Email, OfficeCommunicationsOnline",
        isDefault: true,
        isInitial: false,
        name: settings.domain,
        type: "Managed",
      },
    ],
    tenantType: whole ? "AAD" : null,
    countryLetterCode: whole ? "DK" : null,
    preferredLanguage: whole ? "en" : null,
    createdDateTime: whole ? settings.createdDateTime : null,
  };
}
