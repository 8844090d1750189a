import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { startTenant, type Tenant, type TenantOptions } from "../../tenant/index.ts";

/** What Graph answered, parsed. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test says by its assertions what it expects of the body
  body: any;
}

/** A tenant on a free port with a throw-away data folder, and a client that speaks plain HTTP to it. */
export interface TestTenant extends Tenant {
  dataDir: string;
  dispatcher: Agent;
  /** A request without a token. */
  send(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Answer>;
  /** Asks for a token as the main application, or with other form fields. */
  token(fields?: Record<string, string | undefined>): Promise<Answer>;
  /** A request to Graph as the main application, or as another one. */
  graph(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A client of Graph with only these permissions. */
  graphAs(...permissions: Parameters<Tenant["registerApp"]>[0]["permissions"]): TestTenant["graph"];
  /** Invites a guest and answers their object id. */
  invite(address: string, more?: Record<string, unknown>): Promise<string>;
  remove(): Promise<void>;
}

export async function startTestTenant(options: Partial<TenantOptions> = {}): Promise<TestTenant> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "tenant-"));
  return clientOf(await startTenant({ ...options, dataDir }), dataDir);
}

function clientOf(tenant: Tenant, dataDir: string): TestTenant {
  const dispatcher = new Agent({ connect: { ca: readFileSync(tenant.caFile, "utf8") } });

  async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
    const response = await fetch(`${tenant.url}${path}`, {
      dispatcher,
      method,
      headers,
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    return { status: response.status, headers: response.headers as Headers, body: isJson ? JSON.parse(text) : text };
  }

  function token(fields: Record<string, string | undefined> = {}) {
    const form = new URLSearchParams();
    const all = {
      grant_type: "client_credentials",
      client_id: tenant.environment.ARM_CLIENT_ID,
      client_secret: tenant.environment.ARM_CLIENT_SECRET,
      scope: `${tenant.url}/.default`,
      ...fields,
    };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) form.set(name, value);
    return send("POST", `/${tenant.tenantId}/oauth2/v2.0/token`, form.toString(), {
      "content-type": "application/x-www-form-urlencoded",
    });
  }

  function graphClient(fields: () => Record<string, string | undefined>): TestTenant["graph"] {
    let accessToken: Promise<string> | undefined;
    return async (method, path, body, headers = {}) => {
      accessToken ??= token(fields()).then((answer) => answer.body.access_token as string);
      const json = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
      return send(method, `/v1.0${path}`, json, {
        authorization: `Bearer ${await accessToken}`,
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      });
    };
  }

  const graph = graphClient(() => ({}));
  return {
    ...tenant,
    dataDir,
    dispatcher,
    send,
    token,
    graph,
    graphAs: (...permissions) => {
      const { clientId, clientSecret } = tenant.registerApp({ displayName: permissions.join(" "), permissions });
      return graphClient(() => ({ client_id: clientId, client_secret: clientSecret }));
    },
    invite: async (address, more = {}) => {
      const answer = await graph("POST", "/invitations", invitation(address, more));
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.invitedUser.id as string;
    },
    remove: async () => {
      await dispatcher.destroy();
      await tenant.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The least body of POST /invitations, with more properties on top. */
export function invitation(address: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { invitedUserEmailAddress: address, inviteRedirectUrl: "https://myapps.microsoft.com", ...more };
}

/** A clock that stands still until it is turned forward. */
export function standingClock(start = new Date()) {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    forward: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}
