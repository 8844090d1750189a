import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { errors, type JWK, jwtVerify, SignJWT } from "jose";
import type { Registration } from "../../store/application-store.ts";
import type { User } from "../../store/object-types.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { authenticateClient, EntraError, missingParameter } from "./client-authentication.ts";

/** What a verified access token says. */
export interface Caller {
  appId: string;
  servicePrincipalId: string;
  appName: string;
  /** The permissions in the token: of an application, or those that a person has let it use. */
  roles: ReadonlySet<string>;
  /** The object id of the person who has signed in. Absent: the application acts as itself. */
  userId?: string;
}

/** What the Azure CLI may do for a person who has signed in, as far as the local tenant serves it. */
const personsScopes = [
  "AppRoleAssignment.ReadWrite.All",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Group.ReadWrite.All",
  "Mail.ReadWrite",
  "Mail.Send",
  "User.Invite.All",
  "User.ReadWrite.All",
];

/** A token for Graph of the person with this address. @throws where nobody has it */
export async function signInAs(tokens: TokenService, { users }: TenantStore, address: string): Promise<string> {
  const [user] = users.currentByAddress(address);
  if (user === undefined) throw new Error(`Nobody in the tenant has the address ${address}.`);
  return tokens.issueFor(user);
}

/** Why a token was refused, in Graph's words. */
export class TokenRefused extends Error {
  override name = "TokenRefused";
}

/** A token as the endpoint answers it (RFC 6749, 5.1, with Entra's `ext_expires_in`). */
export interface TokenAnswer {
  token_type: "Bearer";
  expires_in: number;
  ext_expires_in: number;
  access_token: string;
}

/** Grants access tokens to applications, and verifies them. */
export class TokenService {
  /** What tokens for Graph are for: the tenant's own host, which serves `/v1.0/…`. */
  readonly graphAudience: string;
  /** What tokens for Azure Resource Manager are for; apart from Graph's, so that the two cannot be mixed up. */
  readonly azureAudience: string;
  /** The key by which others verify the tokens. */
  readonly publishedKey: JWK;
  readonly #signingKey: KeyObject;
  readonly #verifyingKey: KeyObject;
  readonly #store: Pick<TenantStore, "settings" | "registrations" | "now">;
  readonly #url: string;
  readonly #lifetimeSeconds: number;
  /** By audience and token, while the token's time lasts: a client sends the same one with each request. */
  readonly #verified = new Map<string, { caller: Caller; from: number; until: number }>();

  /** @param url the tenant's own address */
  constructor(
    store: Pick<TenantStore, "settings" | "registrations" | "now">,
    url: string,
    { lifetimeSeconds }: { lifetimeSeconds: number },
  ) {
    const { signingKey } = store.settings;
    this.graphAudience = url;
    this.azureAudience = `${url}/resource-manager`;
    this.#signingKey = createPrivateKey({ key: signingKey as Record<string, string>, format: "jwk" });
    this.#verifyingKey = createPublicKey(this.#signingKey);
    const { kty, n, e } = this.#verifyingKey.export({ format: "jwk" });
    this.publishedKey = { kty, n, e, kid: signingKey.kid, alg: "RS256", use: "sig" } as JWK;
    this.#store = store;
    this.#url = url;
    this.#lifetimeSeconds = lifetimeSeconds;
  }

  /**
   * Grants a token to an application for itself (client credentials).
   *
   * @param form the body of the request; a client that sends its id and secret by HTTP Basic has them put in already
   * @throws EntraError with the AADSTS code that Entra gives
   */
  async grant(form: URLSearchParams): Promise<TokenAnswer> {
    const grantType = form.get("grant_type") ?? "";
    if (grantType === "") throw missingParameter("grant_type");
    if (grantType !== "client_credentials") {
      const problem = `The app requested an unsupported grant type '${grantType}'.`;
      throw new EntraError(400, "unsupported_grant_type", 70003, problem);
    }
    const clientId = form.get("client_id") ?? "";
    if (clientId === "") throw missingParameter("client_id");
    const { registrations, settings, now } = this.#store;
    const app = registrations.find(clientId);
    if (app === undefined) throw unknownApplication(settings.organisation, clientId);

    const audience = this.#audienceOf(form.get("scope") ?? "");
    await authenticateClient(app, form, { url: this.#url, tenantId: settings.tenantId, now: now() });
    const isForGraph = audience.replace(/\/$/, "") === this.graphAudience;
    return {
      token_type: "Bearer",
      expires_in: this.#lifetimeSeconds,
      ext_expires_in: this.#lifetimeSeconds,
      access_token: await this.#issue(app, audience, isForGraph ? app.permissions : []),
    };
  }

  /** The scope names one resource, as `<resource>/.default`; a resource that ends in a slash gives `//.default`. */
  #audienceOf(scope: string): string {
    if (scope === "") {
      throw new EntraError(
        400,
        "invalid_request",
        90014,
        "The required field 'scope' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
      );
    }
    if (!/^\S+\/\.default$/.test(scope)) {
      throw new EntraError(
        400,
        "invalid_scope",
        1002012,
        `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
      );
    }
    const audience = scope.slice(0, -"/.default".length);
    if ([this.graphAudience, this.azureAudience].includes(audience.replace(/\/$/, ""))) return audience;
    throw new EntraError(
      400,
      "invalid_resource",
      500011,
      `The resource principal named ${audience} was not found in the tenant named ${this.#store.settings.organisation}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    );
  }

  /** @param roles the application permissions that the resource is to see */
  #issue(app: Registration, audience: string, roles: readonly string[]): Promise<string> {
    return this.#sign(
      {
        appid: app.appId,
        appidacr: "1",
        app_displayname: app.displayName,
        idtyp: "app",
        oid: app.servicePrincipalId,
        roles,
      },
      audience,
    );
  }

  /** A token for Graph of a person who has signed in with the Azure CLI. */
  issueFor({ id, userPrincipalName, displayName }: User): Promise<string> {
    const person = {
      idtyp: "user",
      oid: id,
      upn: userPrincipalName,
      unique_name: userPrincipalName,
      name: displayName,
    };
    const cli = { appid: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", app_displayname: "Microsoft Azure CLI" };
    return this.#sign({ ...cli, ...person, scp: personsScopes.join(" ") }, this.graphAudience);
  }

  #sign(claims: Record<string, unknown> & { oid: string }, audience: string): Promise<string> {
    const now = Math.floor(this.#store.now().getTime() / 1000);
    return new SignJWT({
      ...claims,
      tid: this.#store.settings.tenantId,
      uti: randomBytes(16).toString("base64url"),
      ver: "1.0",
    })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: this.publishedKey.kid })
      .setIssuer(this.#issuer)
      .setSubject(claims.oid)
      .setAudience(audience)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + this.#lifetimeSeconds)
      .sign(this.#signingKey);
  }

  /**
   * Reads an access token.
   *
   * @param audience the resource that was asked
   * @throws TokenRefused when it is not this tenant's, not for this resource, or past its time
   */
  async verify(token: string, audience: string): Promise<Caller> {
    const key = `${audience} ${token}`;
    const known = this.#verified.get(key);
    const now = Math.floor(this.#store.now().getTime() / 1000);
    if (known && known.from <= now && now < known.until) return known.caller;
    try {
      const { payload } = await jwtVerify(token, this.#verifyingKey, {
        algorithms: ["RS256"],
        issuer: this.#issuer,
        audience: [audience, `${audience}/`],
        currentDate: this.#store.now(),
      });
      if (payload.tid !== this.#store.settings.tenantId) throw new TokenRefused("Invalid tenant.");
      const caller: Caller = {
        appId: String(payload.appid),
        servicePrincipalId: String(payload.oid),
        appName: String(payload.app_displayname),
        roles: new Set(Array.isArray(payload.roles) ? payload.roles.map(String) : String(payload.scp ?? "").split(" ")),
        ...(payload.scp !== undefined && { userId: String(payload.oid) }),
      };
      if (this.#verified.size >= mostVerified) this.#verified.clear();
      this.#verified.set(key, { caller, from: payload.nbf ?? 0, until: payload.exp ?? 0 });
      return caller;
    } catch (error) {
      if (error instanceof TokenRefused) throw error;
      throw new TokenRefused(reasonOf(error));
    }
  }

  get #issuer(): string {
    return `${this.#url}/${this.#store.settings.tenantId}/`;
  }
}

/** So many tokens are known as verified; far more than clients of one tenant have at a time. */
const mostVerified = 1000;

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "Lifetime validation failed, the token is expired.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "Access token validation failure. Invalid audience.";
    if (error.claim === "iss") return "Access token validation failure. Invalid issuer.";
    return `Access token validation failure. Invalid ${error.claim}.`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "Access token validation failure. Invalid signature.";
  }
  return "IDX14100: JWT is not well formed, there are no dots (.). The token needs to be in JWS or JWE Compact Serialization Format.";
}

function unknownApplication(organisation: string, clientId: string): EntraError {
  return new EntraError(
    400,
    "unauthorized_client",
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${organisation}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
  );
}
