import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";

/** What a service answered when it was not success. */
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

/** How often a throttled request is tried. */
const mostAttempts = 10;

/**
 * A cloud as `ARM_METADATA_HOSTNAME` describes it, and a signed-in way to its Graph and its Resource Manager: what the
 * official plugins' Go libraries are to them.
 */
export class Cloud {
  readonly #environment: NodeJS.ProcessEnv;
  #endpoints: Promise<z.output<typeof endpoints>> | undefined;
  readonly #tokens = new Map<string, Promise<string>>();

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /** Asks Graph. @param path below the version */
  async graph<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const { microsoftGraphResourceId } = await this.#describe();
    const root = microsoftGraphResourceId.replace(/\/$/, "");
    return this.#send(method, `${root}/v1.0${path}`, root, body);
  }

  /** Every object of a list of Graph's, page after page. */
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

  /** Asks Azure Resource Manager. @param path a resource id with the API version */
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
