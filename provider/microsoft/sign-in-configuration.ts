import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { Agent, type Dispatcher, EnvHttpProxyAgent, request, setGlobalDispatcher } from "undici";
import { z } from "zod";
import { type ProviderSetting, providerSettings, type SettingName } from "../../model/provider-settings.ts";
import { type Deadline, TransientError } from "../deadline.ts";

export type Configuration = Partial<Record<SettingName, string>>;

/** The provider's config before it is read: values that are no text count as their JSON. */
type RawConfig = Readonly<Record<string, unknown>>;

/**
 * Puts the provider's configuration together: what config says, else what the environment says.
 *
 * @param config the provider's config, as the program gives it
 * @param environment the process's environment
 */
export function readConfiguration(config: RawConfig, environment: NodeJS.ProcessEnv): Configuration {
  const configuration: Configuration = {};
  for (const [name, { variables }] of Object.entries(providerSettings) as [SettingName, ProviderSetting][]) {
    const value = text(config[name]) ?? variables.map((variable) => environment[variable]).find(Boolean);
    if (value !== undefined) configuration[name] = value;
  }
  return configuration;
}

/** What Pulumi itself puts into a provider's config. */
const settingsOfPulumi = ["version", "pluginDownloadURL"];

/**
 * Checks the provider's config without asking anybody.
 *
 * @param config what is known of it; a preview may not know every value
 * @returns every setting that does not exist or has a value that can't be right, with the reason
 */
export function configurationFailures(config: RawConfig): { property: string; reason: string }[] {
  const failures = Object.keys(config)
    .filter((name) => !Object.hasOwn(providerSettings, name) && !settingsOfPulumi.includes(name))
    .map((name) => ({ property: name, reason: `"${name}" is not a setting of this provider` }));
  const environment = text(config.environment);
  if (environment !== undefined && namedCloud(environment) === undefined) {
    failures.push({
      property: "environment",
      reason: `"${environment}" is not a Microsoft cloud known here: write one of ${cloudNames.join(", ")}, or set metadataHost`,
    });
  }
  const seconds = text(config.replicationSeconds);
  if (seconds !== undefined && !isReplicationTime(seconds)) {
    failures.push({ property: "replicationSeconds", reason: `"${seconds}" is not a number of seconds from 0 to 600` });
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
 * @throws Error where the setting is not a number of seconds from 0 to 600
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

function text(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The two addresses of a Microsoft cloud that the provider talks to; neither ends in a slash. */
export interface Cloud {
  /** Where tokens come from, such as `https://login.microsoftonline.com`. */
  authorityHost: string;
  /** Microsoft Graph, such as `https://graph.microsoft.com`. */
  graph: string;
  /** True where the authority is none that Microsoft's public instance discovery knows. */
  ownAuthority: boolean;
}

/**
 * The clouds by the names that the azuread and azure-native providers use for them.
 *
 * Source: Microsoft's page "National clouds" of the Graph documentation.
 */
const clouds = {
  public: { authorityHost: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" },
  usgovernment: { authorityHost: "https://login.microsoftonline.us", graph: "https://graph.microsoft.us" },
  usgovernmentl5: { authorityHost: "https://login.microsoftonline.us", graph: "https://dod-graph.microsoft.us" },
  china: { authorityHost: "https://login.chinacloudapi.cn", graph: "https://microsoftgraph.chinacloudapi.cn" },
} as const;

/** The names that `environment` and `ARM_ENVIRONMENT` take. */
export const cloudNames = [...Object.keys(clouds), "global", "usgovernmentl4", "dod"];

const synonyms: Record<string, keyof typeof clouds> = {
  global: "public",
  usgovernmentl4: "usgovernment",
  dod: "usgovernmentl5",
};

/** The cloud of that name, in any letter case; `undefined` where there is none. */
export function namedCloud(name: string): Cloud | undefined {
  const key = name.toLowerCase();
  const cloud = clouds[synonyms[key] ?? (key as keyof typeof clouds)];
  return cloud && { ...cloud, ownAuthority: false };
}

/** The parts of the metadata document that are read here. */
const metadataDocument = z.object({
  authentication: z.object({ loginEndpoint: z.url() }),
  microsoftGraphResourceId: z.url(),
});

/**
 * Asks a cloud for its endpoints, as `ARM_METADATA_HOSTNAME` makes the azuread and azure-native providers do.
 *
 * @param host a host name, with a port where it is not 443
 * @returns that cloud's addresses
 * @throws Error that names the host, what it answered, and what to check; TransientError where that may pass
 */
export async function cloudFromMetadata(host: string, deadline: Deadline): Promise<Cloud> {
  const url = `https://${host}/metadata/endpoints?api-version=2022-09-01`;
  const advice = `Check metadataHost (ARM_METADATA_HOSTNAME), and that the host runs and is trusted (NODE_EXTRA_CA_CERTS).`;
  try {
    const response = await request(url, { signal: deadline.signal });
    if (response.statusCode !== 200) {
      await response.body.dump();
      const passes = response.statusCode >= 500 || response.statusCode === 429;
      throw new (passes ? TransientError : Error)(`it answered ${response.statusCode}`);
    }
    const document = metadataDocument.parse(JSON.parse(await textOf(response)));
    return {
      authorityHost: withoutSlash(document.authentication.loginEndpoint),
      graph: withoutSlash(document.microsoftGraphResourceId),
      ownAuthority: true,
    };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    const passes = error instanceof TransientError || (error as { code?: string }).code === "ECONNRESET";
    const message = `Cannot read the endpoints of the cloud from ${url}: ${reason}. ${advice}`;
    throw passes ? new TransientError(message, { cause: error }) : new Error(message, { cause: error });
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** An HTTP answer, as far as its text is concerned. */
interface Answer {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: { arrayBuffer(): Promise<ArrayBuffer> };
}

/** The text of an answer, which something in between may have compressed without being asked. */
export async function textOf({ headers, body }: Answer): Promise<string> {
  const bytes = Buffer.from(await body.arrayBuffer());
  if (bytes.length === 0) return "";
  const encoding = headers["content-encoding"]?.toString().toLowerCase() ?? "identity";
  const decode = { gzip: gunzipSync, "x-gzip": gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[encoding];
  return (decode === undefined ? bytes : decode(bytes)).toString("utf8");
}

/** The variables that name a proxy, in the order in which Microsoft's sign-in library goes by them. */
const proxyVariables = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"] as const;

/**
 * Hosts that no proxy could reach for this machine: itself, which Pulumi and other programs in Go ask directly, too, and
 * Azure's service for managed identities (Microsoft's page "Azure Instance Metadata Service").
 */
const withoutProxy = ["localhost", "127.0.0.1", "[::1]", "169.254.169.254"];

/** The proxy that the environment names, with the variable that does. A name may be written in small letters. */
function namedProxy(environment: NodeJS.ProcessEnv): { variable: string; url: string } | undefined {
  for (const name of proxyVariables) {
    for (const variable of [name, name.toLowerCase()]) {
      const value = environment[variable];
      // Go takes a host and a port for a proxy, so companies write no more.
      if (value) return { variable, url: value.includes("://") ? value : `http://${value}` };
    }
  }
  return undefined;
}

/**
 * Has this process and those that it starts go through the proxy that the environment names, each request of whatever
 * library. They read the same variables in different ways; afterwards these say the same to all.
 *
 * @param environment the process's own; what is written down in it changes
 * @throws Error that names the variable whose value is no proxy's URL, without the value: it may hold a password
 */
export function goThroughProxy(environment: NodeJS.ProcessEnv): void {
  const proxy = namedProxy(environment);
  if (proxy === undefined) return;
  const direct = environment.no_proxy || environment.NO_PROXY || "";
  if (direct.trim() === "*") {
    for (const name of proxyVariables) for (const variable of [name, name.toLowerCase()]) delete environment[variable];
    return;
  }
  if (!/^https?:\/\/[^/]/i.test(proxy.url) || !URL.canParse(proxy.url)) {
    throw new Error(`${proxy.variable} is not the address of an HTTP proxy: write it as http://proxy.example:8080.`);
  }
  // Some libraries take a domain for its subdomains, too, and others want a dot before it for that.
  const domains = direct.split(/[,\s]+/).flatMap((entry) => {
    const domain = entry.replace(/^\*?\./, "");
    return domain === "" || withoutProxy.includes(domain) ? [] : [domain, `.${domain}`];
  });
  const hosts = [...new Set([...domains, ...withoutProxy])].join(",");
  Object.assign(environment, { HTTPS_PROXY: proxy.url, NO_PROXY: hosts, no_proxy: hosts });
  setGlobalDispatcher(connections());
}

/** Connections of one's own, through the proxy where there is one. */
export function connections(options: Agent.Options = {}): Dispatcher {
  const proxy = namedProxy(process.env);
  return proxy === undefined ? new Agent(options) : new EnvHttpProxyAgent({ ...options, httpsProxy: proxy.url });
}

/** What an error of the network has to say of the proxy; empty where there is none. */
export function proxyNotice(): string {
  const proxy = namedProxy(process.env);
  return proxy === undefined ? "" : ` (${proxy.variable} names a proxy)`;
}

/** Node's codes for a certificate that it has no reason to trust. */
const untrusted = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
];

/**
 * Why a request to a host failed, where it would fail again: a proxy that refuses the way, or a certificate that is not
 * trusted.
 *
 * @returns what is wrong and what to do, in sentences for people; `undefined` where it may pass
 */
export function lastingProblem(error: unknown, host: string): string | undefined {
  const { message, code = "" } = error as Error & { code?: string };
  const status = /^Proxy response \((4\d\d)\)/.exec(message)?.[1];
  if (status !== undefined) {
    const remedy =
      status === "407"
        ? "It wants a name and a password: write http://NAME:PASSWORD@HOST:PORT into that variable"
        : `Have ${host} allowed there, or name it in NO_PROXY where it can be reached without a proxy`;
    return `the proxy that HTTPS_PROXY names answered ${status} when it was asked for ${host}. ${remedy}`;
  }
  if (!untrusted.includes(code)) return undefined;
  return (
    `the certificate that ${host} shows is not trusted here (${message}). Where a proxy reads along, name the file with its ` +
    "authority's certificate in NODE_EXTRA_CA_CERTS"
  );
}
