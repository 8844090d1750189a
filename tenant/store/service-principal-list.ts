import type { TenantContext } from "../tenant-context.ts";
import type { Application } from "./application-store.ts";
import { emptyServicePrincipal, type ServicePrincipal } from "./service-principal.ts";

/** Every service principal of the tenant: the enterprise applications, and those of the registered applications. */
export function servicePrincipalList(tenant: TenantContext): ServicePrincipal[] {
  return [...tenant.servicePrincipals.list(), ...tenant.applications.list().map((one) => ofApplication(tenant, one))];
}

export function findServicePrincipal(tenant: TenantContext, id: string): ServicePrincipal | undefined {
  const known = tenant.servicePrincipals.find(id);
  if (known) return known;
  const application = tenant.applications.list().find(({ servicePrincipalId }) => servicePrincipalId === id);
  return application && ofApplication(tenant, application);
}

function ofApplication({ settings }: TenantContext, { servicePrincipalId, appId, displayName }: Application) {
  return emptyServicePrincipal({
    id: servicePrincipalId,
    appId,
    displayName,
    createdDateTime: settings.createdDateTime,
    appOwnerOrganizationId: settings.tenantId,
  });
}
