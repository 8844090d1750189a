import { request } from "undici";
import { z } from "zod";
import { type Deadline, TransientError } from "../deadline.ts";

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
    const document = metadataDocument.parse(await response.body.json());
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
