import type { TenantContext } from "../../tenant-context.ts";

/** What tokens for Graph are for: the tenant's own host, which serves `/v1.0/…`. */
export const graphAudience = (tenant: TenantContext) => tenant.url;

/** What tokens for Azure Resource Manager are for; apart from Graph's, so that the two cannot be mixed up. */
export const resourceManagerAudience = (tenant: TenantContext) => `${tenant.url}/resource-manager`;

/**
 * The description of this "cloud", in the form of Azure's own `/metadata/endpoints?api-version=2022-09-01`.
 *
 * The official providers refuse a document with an empty endpoint, so every one of them is filled, also those of
 * services that the tenant does not have; these lead to this host and end in a 404.
 */
export function cloudMetadata(tenant: TenantContext) {
  const { url, settings } = tenant;
  const host = new URL(url).host;
  const absent = (service: string) => `${url}/not-served/${service}`;
  return {
    name: "LocalTenant",
    portal: url,
    authentication: {
      loginEndpoint: `${url}/`,
      audiences: [resourceManagerAudience(tenant)],
      tenant: settings.tenantId,
      identityProvider: "AAD",
    },
    resourceManager: `${url}/`,
    microsoftGraphResourceId: `${url}/`,
    graph: absent("azure-ad-graph"),
    graphAudience: absent("azure-ad-graph"),
    gallery: absent("gallery"),
    media: absent("media"),
    batch: absent("batch"),
    sqlManagement: absent("sql-management"),
    vmImageAliasDoc: absent("vm-image-aliases"),
    activeDirectoryDataLake: absent("data-lake"),
    appInsightsResourceId: absent("app-insights"),
    appInsightsTelemetryChannelResourceId: absent("app-insights-telemetry"),
    attestationResourceId: absent("attestation"),
    synapseAnalyticsResourceId: absent("synapse"),
    logAnalyticsResourceId: absent("log-analytics"),
    ossrDbmsResourceId: absent("open-source-databases"),
    suffixes: suffixes(host),
  };
}

function suffixes(host: string) {
  const names = [
    "acrLoginServer",
    "attestationEndpoint",
    "azureDataLakeAnalyticsCatalogAndJob",
    "azureDataLakeStoreFileSystem",
    "azureFrontDoorEndpointSuffix",
    "keyVaultDns",
    "mariadbServerEndpoint",
    "mhsmDns",
    "mysqlServerEndpoint",
    "postgresqlServerEndpoint",
    "sqlServerHostname",
    "storage",
    "storageSyncEndpointSuffix",
    "synapseAnalytics",
  ];
  return Object.fromEntries(names.map((name) => [name, host]));
}
