import { type ProviderSetting, providerSettings, type SettingName } from "../../model/provider-settings.ts";
import type { Properties, PropertyValue } from "../grpc/properties.ts";
import { isUnknown } from "../grpc/properties.ts";
import type { CheckFailure } from "../grpc/resource-provider.ts";
import { cloudNames, namedCloud } from "./cloud.ts";

export type Configuration = Partial<Record<SettingName, string>>;

/**
 * Puts the provider's configuration together: what config says, else what the environment says.
 *
 * @param config the provider's config, as the engine hands it over
 * @param environment the process's environment
 */
export function readConfiguration(config: Properties, environment: NodeJS.ProcessEnv): Configuration {
  const configuration: Configuration = {};
  for (const [name, { variables }] of Object.entries(providerSettings) as [SettingName, ProviderSetting][]) {
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
    if (!Object.hasOwn(providerSettings, name)) {
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
