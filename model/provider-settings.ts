/**
 * The settings of the provider. Names and variables are those of Pulumi's azuread and azure-native providers, so that
 * one set of `ARM_*` variables serves all three.
 */

/** One setting. */
export interface ProviderSetting {
  type: "string" | "boolean" | "number";
  description: string;
  /** Environment variables that stand in for it, the first one first. */
  variables: readonly [string, ...string[]];
  /** Concealed unless it is declared public. */
  public?: true;
}

export const providerSettings = {
  tenantId: { type: "string", description: "The tenant's id.", variables: ["ARM_TENANT_ID"], public: true },
  clientId: { type: "string", description: "The application (client) id.", variables: ["ARM_CLIENT_ID"], public: true },
  clientIdFilePath: {
    type: "string",
    description: "A file that holds the application id.",
    variables: ["ARM_CLIENT_ID_FILE_PATH"],
    public: true,
  },
  clientSecret: { type: "string", description: "The application's client secret.", variables: ["ARM_CLIENT_SECRET"] },
  clientSecretFilePath: {
    type: "string",
    description: "A file that holds the client secret.",
    variables: ["ARM_CLIENT_SECRET_FILE_PATH"],
    public: true,
  },
  clientCertificate: {
    type: "string",
    description: "A certificate with its private key in PEM form, as it is or base64-encoded.",
    variables: ["ARM_CLIENT_CERTIFICATE"],
  },
  clientCertificatePath: {
    type: "string",
    description: "A PEM file with a certificate and its private key.",
    variables: ["ARM_CLIENT_CERTIFICATE_PATH"],
    public: true,
  },
  clientCertificatePassword: {
    type: "string",
    description: "The password of the private key.",
    variables: ["ARM_CLIENT_CERTIFICATE_PASSWORD"],
  },
  environment: {
    type: "string",
    description: "The Microsoft cloud: public, usgovernment, usgovernmentl5 or china.",
    variables: ["ARM_ENVIRONMENT"],
    public: true,
  },
  metadataHost: {
    type: "string",
    description: "A host (with port) that tells the endpoints of any other cloud.",
    variables: ["ARM_METADATA_HOSTNAME"],
    public: true,
  },
  useOidc: {
    type: "boolean",
    description: "Sign in with a federated token of the pipeline.",
    variables: ["ARM_USE_OIDC"],
    public: true,
  },
  oidcToken: { type: "string", description: "The federated token itself.", variables: ["ARM_OIDC_TOKEN"] },
  oidcTokenFilePath: {
    type: "string",
    description: "A file that holds the federated token.",
    variables: ["ARM_OIDC_TOKEN_FILE_PATH"],
    public: true,
  },
  oidcRequestUrl: {
    type: "string",
    description: "Where the pipeline gives federated tokens.",
    variables: ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"],
    public: true,
  },
  oidcRequestToken: {
    type: "string",
    description: "The bearer token for oidcRequestUrl.",
    variables: ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"],
  },
  adoPipelineServiceConnectionId: {
    type: "string",
    description: "The Azure Pipelines service connection to federate as.",
    variables: [
      "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID",
      "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
      "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    ],
    public: true,
  },
  useAksWorkloadIdentity: {
    type: "boolean",
    description: "Sign in with the workload identity of a Kubernetes pod.",
    variables: ["ARM_USE_AKS_WORKLOAD_IDENTITY"],
    public: true,
  },
  useMsi: {
    type: "boolean",
    description: "Sign in with a managed identity.",
    variables: ["ARM_USE_MSI"],
    public: true,
  },
  useCli: {
    type: "boolean",
    description: "Sign in as whoever `az login` signed in, where nothing else is configured; true unless set to false.",
    variables: ["ARM_USE_CLI"],
    public: true,
  },
  replicationSeconds: {
    type: "number",
    description:
      "How many seconds the directory may take to show a change, 0 to 600. Default: 60. A run waits that long where an old answer would invite somebody twice: after an interrupted run, and after an invitation whose answer was lost.",
    variables: ["ENTRA_GUESTS_REPLICATION_SECONDS"],
    public: true,
  },
} as const satisfies Readonly<Record<string, ProviderSetting>>;

export type SettingName = keyof typeof providerSettings;
