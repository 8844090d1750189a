/** What both stand-ins share: a provider of resources that every change replaces, and a client of Microsoft's services. */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { CheckFailure, Properties, Resource, ResourceProvider } from "../../provider/pulumi/resource-provider.ts";

/** A resource that is made, read and removed; every change replaces it. */
export interface FixedResource {
  inputs: readonly string[];
  required: readonly string[];
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /** Rejects with a `ServiceError` 404 where it is gone. */
  read(id: string, outputs: Properties): Promise<{ inputs: Properties; outputs: Properties }>;
  delete(id: string, outputs: Properties): Promise<void>;
}

/** A provider of such resources and of functions. */
export function standIn(
  version: string,
  resources: Readonly<Record<string, FixedResource>>,
  functions: Readonly<Record<string, (args: Properties) => Promise<Properties>>>,
): ResourceProvider {
  return {
    // The engine asks for the official version; the suffix tells people that it is not that plugin.
    version: `${version}+standin`,
    resources: Object.fromEntries(Object.entries(resources).map(([type, resource]) => [type, asResource(resource)])),
    functions,
    schema: () => "{}",
    checkConfig: (config) => ({ inputs: config, failures: [] }),
    configure: () => {},
    close: async () => {},
  };
}

function asResource(resource: FixedResource): Resource {
  return {
    check: (_urn, news) => ({ inputs: news, failures: failuresOf(resource, news) }),
    diff: (olds, news) => {
      const changed = resource.inputs.filter((name) => !same(olds[name], news[name]));
      return new Map(changed.map((name) => [name, "replace"]));
    },
    preview: (inputs, outputs) => ({ ...outputs, ...inputs }),
    create: ({ inputs }) => resource.create(inputs),
    read: async ({ id, outputs }) => {
      try {
        return { id, ...(await resource.read(id, outputs)) };
      } catch (error) {
        if (error instanceof ServiceError && error.status === 404) return undefined;
        throw error;
      }
    },
    update: () => Promise.reject(new Error("Every change replaces this resource.")),
    delete: ({ id, outputs }) => resource.delete(id, outputs),
  };
}

function failuresOf({ inputs, required }: FixedResource, news: Properties): CheckFailure[] {
  const missing = required.filter((name) => news[name] === undefined);
  const unknown = Object.keys(news).filter((name) => !name.startsWith("__") && !inputs.includes(name));
  return [
    ...missing.map((property) => ({ property, reason: "Missing required argument" })),
    ...unknown.map((property) => ({ property, reason: "An argument of this name is not expected here" })),
  ];
}

/** Ids are compared without regard to letter case. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one)?.toLowerCase() === JSON.stringify(other)?.toLowerCase();
}

/** An answer of Graph or Resource Manager that was not a success. */
export class ServiceError extends Error {
  override name = "ServiceError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const endpoints = z.object({
  authentication: z.object({ loginEndpoint: z.url(), audiences: z.array(z.string()).min(1) }),
  resourceManager: z.url(),
  microsoftGraphResourceId: z.url(),
});

/** How many times a throttled request is sent. */
const mostAttempts = 10;

/**
 * A client of Graph and Resource Manager, signed in by client secret. It finds both by `ARM_METADATA_HOSTNAME`, as the
 * official plugins do.
 */
export class Cloud {
  readonly #environment: NodeJS.ProcessEnv;
  #endpoints: Promise<z.output<typeof endpoints>> | undefined;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** Sends a request to Graph. @param path below the version */
  async graph<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const { microsoftGraphResourceId } = await this.#describe();
    const root = microsoftGraphResourceId.replace(/\/$/, "");
    return this.#send(method, `${root}/v1.0${path}`, root, body);
  }

  /** Reads a list of Graph's, page after page. */
  async graphList<T>(path: string): Promise<T[]> {
    const { microsoftGraphResourceId } = await this.#describe();
    const root = `${microsoftGraphResourceId.replace(/\/$/, "")}/v1.0`;
    const all: T[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: { value: T[]; "@odata.nextLink"?: string } = await this.graph("GET", next);
      all.push(...page.value);
      next = page["@odata.nextLink"]?.replace(root, "");
    }
    return all;
  }

  /** Sends a request to Azure Resource Manager. @param path a resource id with the API version */
  async resourceManager<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const { resourceManager, authentication } = await this.#describe();
    const audience = (authentication.audiences[0] ?? "").replace(/\/$/, "");
    return this.#send(method, `${resourceManager.replace(/\/$/, "")}${path}`, audience, body);
  }

  async #send<Body>(method: string, url: string, audience: string, body: unknown): Promise<Body> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${await this.#token(audience)}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as Body;
      if (response.status !== 429 || attempt === mostAttempts) {
        throw new ServiceError(response.status, `${method} ${new URL(url).pathname}: ${response.status} ${text}`);
      }
      await pause(1000 * Number(response.headers.get("retry-after") ?? 1));
    }
  }

  #token(audience: string): Promise<string> {
    const token = this.#tokens.get(audience) ?? this.#signIn(audience);
    this.#tokens.set(audience, token);
    return token;
  }

  async #signIn(audience: string): Promise<string> {
    const { authentication } = await this.#describe();
    const { ARM_TENANT_ID, ARM_CLIENT_ID = "", ARM_CLIENT_SECRET = "" } = this.#environment;
    const host = authentication.loginEndpoint.replace(/\/$/, "");
    const response = await fetch(`${host}/${ARM_TENANT_ID}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: ARM_CLIENT_ID,
        client_secret: ARM_CLIENT_SECRET,
        scope: `${audience}/.default`,
      }),
    });
    const answer = (await response.json()) as { access_token?: string; error_description?: string };
    if (answer.access_token !== undefined) return answer.access_token;
    throw new ServiceError(response.status, `The sign-in was refused: ${answer.error_description}`);
  }

  #describe() {
    this.#endpoints ??= this.#fetchEndpoints();
    return this.#endpoints;
  }

  async #fetchEndpoints() {
    const host = this.#environment.ARM_METADATA_HOSTNAME;
    if (!host) throw new Error("This stand-in works for a cloud of ARM_METADATA_HOSTNAME only, and none is set.");
    const response = await fetch(`https://${host}/metadata/endpoints?api-version=2022-09-01`);
    return endpoints.parse(await response.json());
  }
}
