import type { AccessToken, TokenCredential } from "@azure/identity";
import { request } from "undici";
import { z } from "zod";
import { type Deadline, TransientError } from "../deadline.ts";
import {
  type Cloud,
  type Configuration,
  cloudFromMetadata,
  lastingProblem,
  namedCloud,
  proxyNotice,
} from "./sign-in-configuration.ts";
import { makeCredential } from "./sign-in-credential.ts";

/** A token is renewed this long before it expires, in milliseconds, so that none expires on the way. */
const renewalMargin = 5 * 60_000;

/**
 * What a token for Graph says of who holds it. It is read, not checked: Graph does that.
 *
 * Source: Microsoft's page "Access token claims reference".
 */
const tokenClaims = z.object({
  /** The tenant's id. */
  tid: z.string().optional(),
  /** The application that signs in, or through which a person does. */
  appid: z.string().optional(),
  app_displayname: z.string().optional(),
  /** The object id of the service principal, or of the person. */
  oid: z.string().optional(),
  /** The person's address. */
  upn: z.string().optional(),
  /** Application permissions. */
  roles: z.array(z.string()).default([]),
  /** Delegated permissions, with spaces between them; a person's token has it, and an application's has not. */
  scp: z.string().optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

/** Who the provider is to Graph: finds the cloud and signs in once for all operations, at the first that needs it. */
export class Session {
  readonly #configuration: Configuration;
  #cloud: Promise<Cloud> | undefined;
  #credential: Promise<TokenCredential> | undefined;
  #token: Promise<AccessToken> | undefined;
  #given: string | undefined;
  #renewAt = 0;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  /** The cloud's addresses. Rejects with an error for people. */
  cloud(deadline: Deadline): Promise<Cloud> {
    this.#cloud ??= this.#findCloud(deadline).catch((error) => {
      this.#cloud = undefined;
      throw error;
    });
    return this.#cloud;
  }

  /**
   * A bearer token for Graph; one request serves everybody who waits for it.
   *
   * @throws TransientError where the authority could not be reached, Error where it refused
   */
  async token(deadline: Deadline): Promise<string> {
    if (this.#token === undefined || Date.now() >= this.#renewAt) {
      this.#renewAt = Number.POSITIVE_INFINITY;
      this.#token = this.#requestToken(deadline);
      this.#token.then(
        ({ expiresOnTimestamp, token }) => {
          this.#given = token;
          this.#renewAt = Math.max(expiresOnTimestamp - renewalMargin, (expiresOnTimestamp + Date.now()) / 2);
        },
        () => this.#startAfresh(),
      );
    }
    return (await this.#token).token;
  }

  /** What the token says; nothing where its text is none that can be read, for Microsoft promises no format. */
  async claims(deadline: Deadline): Promise<TokenClaims> {
    const payload = (await this.token(deadline)).split(".")[1] ?? "";
    return tokenClaims.safeParse(parseJson(Buffer.from(payload, "base64url").toString("utf8"))).data ?? { roles: [] };
  }

  /**
   * Called when Graph refused a token: the next request asks for a new one. When concurrent requests are refused, only
   * the first triggers a renewal.
   */
  forgetToken(refused: string): void {
    if (refused === this.#given) this.#startAfresh();
  }

  /** Drops the credential too: it would hand out the refused token again. */
  #startAfresh(): void {
    this.#given = undefined;
    this.#token = undefined;
    this.#credential = undefined;
  }

  async #findCloud(deadline: Deadline): Promise<Cloud> {
    const { metadataHost, environment = "public" } = this.#configuration;
    if (metadataHost !== undefined) return cloudFromMetadata(metadataHost, deadline);
    const cloud = namedCloud(environment);
    if (cloud === undefined) throw new Error(`ARM_ENVIRONMENT names no Microsoft cloud known here: "${environment}"`);
    return cloud;
  }

  async #requestToken(deadline: Deadline): Promise<AccessToken> {
    const cloud = await this.cloud(deadline);
    this.#credential ??= makeCredential(this.#configuration, cloud);
    const credential = await this.#credential;
    try {
      const token = await credential.getToken(`${cloud.graph}/.default`, { abortSignal: deadline.signal });
      if (token === null) throw new Error("no token was given");
      return token;
    } catch (error) {
      const failure = error as SignInFailure;
      const network = unreachable.test(failure.message) ? await networkProblem(cloud, deadline) : undefined;
      throw signInError(failure, this.#configuration, cloud, network);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What some of @azure/identity's errors carry. */
interface SignInFailure extends Error {
  statusCode?: number;
  errorResponse?: { errorDescription: string };
}

/** What the network says of the authority, asked once more: MSAL keeps it to itself. Nothing where it answers now. */
async function networkProblem({ authorityHost }: Cloud, { signal }: Deadline): Promise<Error | undefined> {
  try {
    const { body } = await request(authorityHost, { method: "HEAD", signal });
    await body.dump();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function signInError(
  failure: SignInFailure,
  { tenantId, clientId }: Configuration,
  cloud: Cloud,
  network: Error | undefined,
): Error {
  const who = clientId === undefined ? "" : ` as application ${clientId}`;
  const where = `tenant ${tenantId ?? "(none given)"} of ${new URL(cloud.authorityHost).host}`;
  const problem = network && lastingProblem(network, new URL(cloud.authorityHost).host);
  if (problem !== undefined) return new Error(`Cannot sign in to ${where}${who}: ${problem}.`, { cause: network });
  const reason = network === undefined ? reasonOf(failure) : `${network.message}${proxyNotice()}`;
  const message = `Cannot sign in to ${where}${who}: ${reason}`;
  if (mayPass(failure)) return new TransientError(message, { cause: failure });
  return new Error(`${message}. Check the ARM_* variables (or the provider's config) and the app registration.`);
}

/** Entra's own sentence where there is one, without the trace ids and the time that follow it. */
function reasonOf({ message, errorResponse, statusCode }: SignInFailure): string {
  const said = errorResponse?.errorDescription ?? message;
  // What MSAL makes of an answer that is not Entra's own, such as a proxy's.
  if (said.includes("[object Object]")) return `it answered ${statusCode ?? "without a token"}`;
  const sentence = /AADSTS\d+: .*?(?=\s*Trace ID:|[\r\n]|$)/.exec(said)?.[0] ?? said.split(/[\r\n]/, 1)[0] ?? "";
  return sentence.replace(/[.\s]+$/, "");
}

/** Entra's codes for "try again": a transient error, and a budget of requests that is used up. */
const passingCodes = /AADSTS(?:90033|90024)\b/;

/** MSAL's words for an authority that it could not ask. */
const unreachable = /endpoints_resolution_error|network_error|openid_config_error/;

/** True where the same sign-in is worth another try: nobody has refused it. */
function mayPass({ message, name, statusCode = 0 }: SignInFailure): boolean {
  if (passingCodes.test(message) || unreachable.test(message)) return true;
  if (/AADSTS\d/.test(message) || name === "CredentialUnavailableError") return false;
  return statusCode < 400 || statusCode === 429 || statusCode >= 500;
}
