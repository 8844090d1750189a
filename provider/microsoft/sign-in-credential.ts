import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type {
  ClientCertificatePEMCertificate,
  ClientCertificatePEMCertificatePath,
  TokenCredential,
} from "@azure/identity";
import { request } from "undici";
import { type Cloud, type Configuration, isTrue, textOf } from "./sign-in-configuration.ts";

/**
 * The credential that the configuration asks for. The order is the one of the azuread provider: certificate, secret,
 * OIDC federation, managed identity, Azure CLI.
 *
 * @param configuration the settings; see `configuration.ts`
 * @param cloud whose authority gives the tokens
 * @throws Error that names the settings which are missing
 */
export async function makeCredential(configuration: Configuration, cloud: Cloud): Promise<TokenCredential> {
  // Loaded here, and not at start: a preview that needs no token does without it.
  const { default: identity } = await import("./azure-identity.cjs");
  const { tenantId } = configuration;
  const clientId = configuration.clientId ?? fileContent(configuration.clientIdFilePath);
  const options = {
    authorityHost: cloud.authorityHost,
    disableInstanceDiscovery: cloud.ownAuthority,
    // Whoever asks for a token tries again by itself, within the resource's time.
    retryOptions: { maxRetries: 0 },
  };

  const certificate = clientCertificate(configuration);
  if (certificate !== undefined) {
    const ids = required({ tenantId, clientId }, "a client certificate");
    const { ClientCertificateCredential } = identity;
    return "certificate" in certificate
      ? new ClientCertificateCredential(ids.tenantId, ids.clientId, certificate, options)
      : new ClientCertificateCredential(ids.tenantId, ids.clientId, certificate, options);
  }

  const secret = configuration.clientSecret ?? fileContent(configuration.clientSecretFilePath);
  if (secret !== undefined) {
    const ids = required({ tenantId, clientId }, "a client secret");
    return new identity.ClientSecretCredential(ids.tenantId, ids.clientId, secret, options);
  }

  if (isTrue(configuration.useOidc) || isTrue(configuration.useAksWorkloadIdentity)) {
    const ids = required({ tenantId, clientId }, "OIDC federation");
    const assertion = federatedAssertion(configuration);
    return new identity.ClientAssertionCredential(ids.tenantId, ids.clientId, assertion, options);
  }

  if (isTrue(configuration.useMsi)) {
    return clientId === undefined
      ? new identity.ManagedIdentityCredential()
      : new identity.ManagedIdentityCredential({ clientId });
  }

  if (configuration.useCli === undefined || isTrue(configuration.useCli)) {
    return new identity.AzureCliCredential(tenantId === undefined ? {} : { tenantId });
  }

  throw new Error(
    "No way to sign in is configured. Set ARM_TENANT_ID and ARM_CLIENT_ID with one of ARM_CLIENT_SECRET, " +
      "ARM_CLIENT_CERTIFICATE_PATH or ARM_USE_OIDC=true; or ARM_USE_MSI=true; or sign in with `az login`.",
  );
}

/** Who signs in: it decides what Microsoft's own mail carries. */
export type SignInKind = "application" | "person" | "unknown";

/**
 * Who signs in with a configuration, found out without asking anybody. The order is that of {@link makeCredential}.
 *
 * @param configuration the settings
 * @param azureFolder where the Azure CLI keeps its settings
 */
export function signInKind(configuration: Configuration, azureFolder = azureCliFolder()): SignInKind {
  const { clientCertificate, clientCertificatePath, clientSecret, clientSecretFilePath } = configuration;
  const { useOidc, useAksWorkloadIdentity, useMsi } = configuration;
  const asApplication = clientCertificate ?? clientCertificatePath ?? clientSecret ?? clientSecretFilePath;
  if (asApplication !== undefined || [useOidc, useAksWorkloadIdentity, useMsi].some(isTrue)) return "application";
  return azureCliUser(azureFolder);
}

/** The way in which a configuration signs in, in words. The order is that of {@link makeCredential}. */
export function signInWay(configuration: Configuration): string {
  const { clientCertificate, clientCertificatePath, clientSecret, clientSecretFilePath } = configuration;
  const { useOidc, useAksWorkloadIdentity, useMsi } = configuration;
  if ((clientCertificate ?? clientCertificatePath) !== undefined) return "a certificate";
  if ((clientSecret ?? clientSecretFilePath) !== undefined) return "a client secret";
  if (isTrue(useOidc) || isTrue(useAksWorkloadIdentity)) return "a federated token (OIDC)";
  return isTrue(useMsi) ? "a managed identity" : "az login";
}

function azureCliFolder(): string {
  return process.env.AZURE_CONFIG_DIR ?? path.join(homedir(), ".azure");
}

/** `az login` writes down whether a person or a service principal signed in. */
function azureCliUser(folder: string): SignInKind {
  try {
    const file = readFileSync(path.join(folder, "azureProfile.json"), "utf8").replace(/^\ufeff/, "");
    const { subscriptions = [] } = JSON.parse(file) as {
      subscriptions?: { isDefault?: boolean; user?: { type?: string } }[];
    };
    const { user } = subscriptions.find(({ isDefault }) => isDefault) ?? {};
    if (user?.type === "servicePrincipal") return "application";
    return user?.type === "user" ? "person" : "unknown";
  } catch {
    return "unknown";
  }
}

function clientCertificate(
  configuration: Configuration,
): ClientCertificatePEMCertificate | ClientCertificatePEMCertificatePath | undefined {
  const { clientCertificatePath, clientCertificatePassword, clientCertificate } = configuration;
  if (clientCertificate !== undefined) {
    const decoded = Buffer.from(clientCertificate, "base64").toString("utf8");
    const certificate = decoded.includes("-----BEGIN") ? decoded : clientCertificate;
    if (!certificate.includes("-----BEGIN")) throw new Error(pemExpected("ARM_CLIENT_CERTIFICATE"));
    return { certificate, ...(clientCertificatePassword && { certificatePassword: clientCertificatePassword }) };
  }
  if (clientCertificatePath !== undefined) {
    if (/\.(pfx|p12)$/i.test(clientCertificatePath)) throw new Error(pemExpected(clientCertificatePath));
    return {
      certificatePath: clientCertificatePath,
      ...(clientCertificatePassword && { certificatePassword: clientCertificatePassword }),
    };
  }
  return undefined;
}

function pemExpected(where: string): string {
  return (
    `${where} is expected to hold a certificate and its private key in PEM form, which is what @azure/identity reads. ` +
    "Convert a PFX file with: openssl pkcs12 -in app.pfx -out app.pem -nodes"
  );
}

/**
 * Where the federated token comes from: given as it is, in a file, or asked of GitHub Actions or Azure Pipelines.
 * It is fetched anew for each access token, for it lives for minutes only.
 */
function federatedAssertion(configuration: Configuration): () => Promise<string> {
  const { oidcToken, oidcTokenFilePath, oidcRequestUrl, oidcRequestToken } = configuration;
  if (oidcToken !== undefined) return async () => oidcToken;

  const path =
    oidcTokenFilePath ??
    (isTrue(configuration.useAksWorkloadIdentity) ? process.env.AZURE_FEDERATED_TOKEN_FILE : undefined);
  if (path !== undefined) return async () => fileContent(path) ?? "";

  if (oidcRequestUrl !== undefined && oidcRequestToken !== undefined) {
    return () => requestAssertion(oidcRequestUrl, oidcRequestToken, configuration.adoPipelineServiceConnectionId);
  }
  throw new Error(
    "OIDC federation is asked for (ARM_USE_OIDC), but no token is there: set ARM_OIDC_TOKEN or " +
      "ARM_OIDC_TOKEN_FILE_PATH; in GitHub Actions give the job the permission `id-token: write`; in Azure " +
      "Pipelines map SYSTEM_ACCESSTOKEN and set ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID.",
  );
}

/** The audience that Entra expects in a federated token (Microsoft's page "Workload identity federation"). */
const federationAudience = "api://AzureADTokenExchange";

async function requestAssertion(url: string, bearer: string, serviceConnectionId?: string): Promise<string> {
  const target = new URL(url);
  if (serviceConnectionId === undefined) {
    target.searchParams.set("audience", federationAudience);
  } else {
    target.searchParams.set("api-version", "7.1");
    target.searchParams.set("serviceConnectionId", serviceConnectionId);
  }
  const response = await request(target, {
    method: serviceConnectionId === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${bearer}`, accept: "application/json", "content-type": "application/json" },
  });
  const text = await textOf(response);
  const token = parseToken(text);
  if (token === undefined) {
    throw new Error(
      `The pipeline's token service at ${target.host} answered ${response.statusCode} and gave no token.`,
    );
  }
  return token;
}

/** GitHub names the token `value`, Azure Pipelines `oidcToken`. */
function parseToken(text: string): string | undefined {
  try {
    const { value, oidcToken } = JSON.parse(text) as { value?: string; oidcToken?: string };
    return value ?? oidcToken;
  } catch {
    return undefined;
  }
}

function fileContent(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new Error(`Cannot read ${path}, which the sign-in is configured to use: ${(error as Error).message}`);
  }
}

function required<Ids extends Record<string, string | undefined>>(ids: Ids, way: string): Record<keyof Ids, string> {
  const variables: Record<string, string> = { tenantId: "ARM_TENANT_ID", clientId: "ARM_CLIENT_ID" };
  const missing = Object.keys(ids).filter((name) => ids[name] === undefined);
  if (missing.length > 0) {
    const names = missing.map((name) => `${name} (${variables[name]})`).join(" and ");
    throw new Error(
      `Signing in with ${way} needs ${names} as well. Set it in the environment or in the provider's config.`,
    );
  }
  return ids as Record<keyof Ids, string>;
}
