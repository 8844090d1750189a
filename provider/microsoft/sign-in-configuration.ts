import type { CheckFailure } from "../pulumi/resource-provider.ts";
import type { Properties, PropertyValue } from "../pulumi/wire-format.ts";
import { isUnknown } from "../pulumi/wire-format.ts";
import { cloudNames, namedCloud } from "./cloud.ts";

/**
 * Each setting of the provider and the environment variables that stand in for it, first one first. The names are
 * those of Pulumi's azuread and azure-native providers, so that one set of `ARM_*` variables serves all three.
 */
export const settings = {
  tenantId: ["ARM_TENANT_ID"],
  clientId: ["ARM_CLIENT_ID"],
  clientIdFilePath: ["ARM_CLIENT_ID_FILE_PATH"],
  clientSecret: ["ARM_CLIENT_SECRET"],
  clientSecretFilePath: ["ARM_CLIENT_SECRET_FILE_PATH"],
  clientCertificate: ["ARM_CLIENT_CERTIFICATE"],
  clientCertificatePath: ["ARM_CLIENT_CERTIFICATE_PATH"],
  clientCertificatePassword: ["ARM_CLIENT_CERTIFICATE_PASSWORD"],
  environment: ["ARM_ENVIRONMENT"],
  metadataHost: ["ARM_METADATA_HOSTNAME"],
  useOidc: ["ARM_USE_OIDC"],
  oidcToken: ["ARM_OIDC_TOKEN"],
  oidcTokenFilePath: ["ARM_OIDC_TOKEN_FILE_PATH"],
  oidcRequestUrl: ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"],
  oidcRequestToken: ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"],
  adoPipelineServiceConnectionId: [
    "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
    "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
  ],
  useAksWorkloadIdentity: ["ARM_USE_AKS_WORKLOAD_IDENTITY"],
  useMsi: ["ARM_USE_MSI"],
  useCli: ["ARM_USE_CLI"],
  replicationSeconds: ["ENTRA_GUESTS_REPLICATION_SECONDS"],
} as const;

export type SettingName = keyof typeof settings;
export type Configuration = Partial<Record<SettingName, string>>;

/** The settings that hold secrets: the engine encrypts them wherever they come from config. */
export const secretSettings: SettingName[] = [
  "clientSecret",
  "clientCertificate",
  "clientCertificatePassword",
  "oidcToken",
  "oidcRequestToken",
];

/**
 * Puts the provider's configuration together: what config says, else what the environment says.
 *
 * @param config the provider's config, as the engine hands it over
 * @param environment the process's environment
 */
export function readConfiguration(config: Properties, environment: NodeJS.ProcessEnv): Configuration {
  const configuration: Configuration = {};
  for (const [name, variables] of Object.entries(settings) as [SettingName, readonly string[]][]) {
    const value = text(config[name]) ?? variables.map((variable) => environment[variable]).find(Boolean);
    if (value !== undefined) configuration[name] = value;
  }
  return configuration;
}

/**
 * Checks the provider's config without asking anybody.
 *
 * @returns every setting that is unknown or has a value that can't be right
 */
export function configurationFailures(config: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (name === "version" || name === "pluginDownloadURL" || isUnknown(value)) continue;
    if (!(name in settings)) {
      failures.push({ property: name, reason: `"${name}" is no setting of this provider` });
    }
  }
  const environment = text(config.environment);
  if (environment !== undefined && !isUnknown(environment) && namedCloud(environment) === undefined) {
    failures.push({
      property: "environment",
      reason: `"${environment}" is no Microsoft cloud known here: expected one of ${cloudNames.join(", ")}; for another, set metadataHost`,
    });
  }
  const seconds = text(config.replicationSeconds);
  if (seconds !== undefined && !isUnknown(seconds) && !isReplicationTime(seconds)) {
    failures.push({ property: "replicationSeconds", reason: `"${seconds}" is no number of seconds from 0 to 600` });
  }
  return failures;
}

function isReplicationTime(seconds: string): boolean {
  return /^\d+(\.\d+)?$/.test(seconds) && Number(seconds) <= 600;
}

/**
 * How far the directory's reads may lag behind its writes, in milliseconds. Microsoft gives no figure; what is seen in
 * the field is seconds, and a minute now and then.
 *
 * @throws Error where the setting is no number of seconds from 0 to 600
 */
export function replicationTime({ replicationSeconds = "60" }: Configuration): number {
  if (isReplicationTime(replicationSeconds)) return Number(replicationSeconds) * 1000;
  throw new Error(
    `ENTRA_GUESTS_REPLICATION_SECONDS (or replicationSeconds of the provider) is a number from 0 to 600, not "${replicationSeconds}".`,
  );
}

/** True for the ways in which the azuread provider spells "yes". */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ["1", "true", "yes"].includes(value.toLowerCase());
}

function text(value: PropertyValue | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
