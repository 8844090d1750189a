import type { AccessToken, TokenCredential } from "@azure/identity";
import { TransientError } from "../graph/retry.ts";
import type { Deadline } from "../grpc/resource-provider.ts";
import { type Cloud, cloudFromMetadata, namedCloud } from "./cloud.ts";
import type { Configuration } from "./configuration.ts";
import { makeCredential } from "./credential.ts";

/** A token is renewed this long before it ends, in milliseconds, so that none ends on the way. */
const renewalMargin = 5 * 60_000;

/** Who the provider is to Graph: finds the cloud and signs in once for all operations, at the first that needs it. */
export class Session {
  readonly #configuration: Configuration;
  #cloud: Promise<Cloud> | undefined;
  #credential: Promise<TokenCredential> | undefined;
  #token: Promise<AccessToken> | undefined;
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
        ({ expiresOnTimestamp }) => {
          this.#renewAt = Math.max(expiresOnTimestamp - renewalMargin, (expiresOnTimestamp + Date.now()) / 2);
        },
        () => this.forgetToken(),
      );
    }
    return (await this.#token).token;
  }

  /** Called when Graph refused the token: the next request asks for a new one. */
  forgetToken(): void {
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
      throw signInError(error as SignInFailure, this.#configuration, cloud);
    }
  }
}

/** What @azure/identity's errors carry. */
interface SignInFailure extends Error {
  statusCode?: number;
  errorResponse?: { error: string; errorDescription: string };
}

function signInError(failure: SignInFailure, { tenantId, clientId }: Configuration, cloud: Cloud): Error {
  const who = clientId === undefined ? "" : ` as application ${clientId}`;
  const where = `tenant ${tenantId ?? "(none given)"} of ${new URL(cloud.authorityHost).host}`;
  // The first line says it; what follows are trace ids and the time.
  const reason = (failure.errorResponse?.errorDescription ?? failure.message).split(/\r?\n/, 1)[0] ?? "";
  const message = `Cannot sign in to ${where}${who}: ${reason}`;
  const refused = (failure.statusCode ?? 0) >= 400 && (failure.statusCode ?? 0) < 500 && failure.statusCode !== 429;
  if (refused || failure.name === "CredentialUnavailableError") {
    return new Error(`${message} Check the ARM_* variables (or the provider's config) and the app registration.`);
  }
  return new TransientError(message, { cause: failure });
}
