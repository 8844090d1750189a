/** A stack's tenant, asked by a command: signed in as the provider signs in for that stack. */
import { readFileSync } from "node:fs";
import tls from "node:tls";
import type { z } from "zod";
import { packageName } from "../model/names.ts";
import { type Deadline, machineClock, withRetries } from "../provider/deadline.ts";
import { GraphClient } from "../provider/microsoft/graph-client.ts";
import { isForbidden } from "../provider/microsoft/graph-errors.ts";
import { paceOf } from "../provider/microsoft/shared-pace.ts";
import {
  type Cloud,
  type Configuration,
  configurationFailures,
  goThroughProxy,
  readConfiguration,
} from "../provider/microsoft/sign-in-configuration.ts";
import { type SignInKind, signInKind } from "../provider/microsoft/sign-in-credential.ts";
import { Session, type TokenClaims } from "../provider/microsoft/sign-in-session.ts";
import { exitStatus, type StackPlace, Stop } from "./command-line.ts";
import { localTenantVariables, type StackConfig, stackConfig } from "./pulumi-run.ts";

/** How long a command waits for a token, and for all that it asks, in milliseconds. */
const signInTime = 30_000;
const askingTime = 10 * 60_000;

/** A tenant that a command has signed in to. */
export interface SignedIn {
  /** Reads that are asked for together go out as batches; writes one by one. Its errors are the provider's. */
  graph: GraphClient;
  /** The time that the command's requests have together. */
  deadline: Deadline;
  /** Whether an application or a person signs in. */
  kind: SignInKind;
  /** What the token says: the tenant's id, who holds it, and the permissions. */
  claims: TokenClaims;
  /** The application permissions of the token, or those that a person has consented to. */
  permissions: ReadonlySet<string>;
  /** The cloud's addresses. */
  cloud: Cloud;
  /** How it signed in; holds secrets. */
  configuration: Configuration;
  /** The stack's whole config; holds secrets. */
  config: StackConfig;
  /**
   * Reads an object.
   *
   * @param path below the version, such as `/organization?$select=displayName`
   * @param needs the permission that an error for lack of one names
   * @throws Stop for people, where Graph refused or did not answer
   */
  read<Body>(path: string, shape: z.ZodType<Body>, needs?: string): Promise<Body>;
  /**
   * Reads a list to its last page, like {@link read}.
   *
   * @param shape what each item has to be like
   */
  readAll<Item>(path: string, shape: z.ZodType<Item>, needs?: string): Promise<Item[]>;
  /** Closes the connections; without it the process lives on for seconds. */
  close(): Promise<void>;
}

/**
 * Signs in to a stack's tenant: by the stack's `entra-guests:` config where it says how, else by the environment
 * (`ARM_*`), else as `az login` did. Stack `local` of a clone is the local tenant, which is started for it.
 *
 * @throws Stop for people, where the stack cannot be read or the sign-in fails
 */
export async function signIn(place: StackPlace): Promise<SignedIn> {
  const environment = signInEnvironment(place);
  return signInWith(stackConfig(place), environment);
}

/**
 * Signs in as a stack's config says, else as the environment does.
 *
 * @param config the stack's whole config, secrets decrypted
 * @throws Stop for people
 */
export async function signInWith(config: StackConfig, environment: NodeJS.ProcessEnv): Promise<SignedIn> {
  try {
    goThroughProxy(process.env);
  } catch (error) {
    throw new Stop((error as Error).message, exitStatus.failed);
  }
  const configuration = readConfiguration(providerConfig(config), environment);
  const session = new Session(configuration);
  const soon = deadlineIn(signInTime);
  const [cloud, claims] = await withRetries(async () => {
    return [await session.cloud(soon), await session.claims(soon)] as const;
  }, soon).catch((error: Error) => {
    throw new Stop(error.message, exitStatus.failed);
  });
  const graph = new GraphClient(session, paceOf(configuration, process.env));
  const deadline = deadlineIn(askingTime);
  return {
    graph,
    deadline,
    kind: claims.scp === undefined ? signInKind(configuration) : "person",
    claims,
    permissions: await graph.grantedPermissions(deadline),
    cloud,
    configuration,
    config,
    read: (path, shape, needs) =>
      graph.read(path, shape, deadline).catch((error) => throwForPeople(error, path, needs)),
    readAll: (path, shape, needs) =>
      graph.readAll(path, shape, deadline).catch((error) => throwForPeople(error, path, needs)),
    close: () => graph.close(),
  };
}

/** The provider's settings in a stack's config, without their namespace. */
function providerConfig(config: StackConfig): Record<string, unknown> {
  const prefix = `${packageName}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const settings = Object.fromEntries(own.map(([key, { value }]) => [key.slice(prefix.length), value]));
  const wrong = configurationFailures(settings).map(({ property, reason }) => `${prefix}${property}: ${reason}`);
  if (wrong.length > 0) throw new Stop(wrong.join("\n"), exitStatus.failed);
  return settings;
}

/** The variables to sign in with. The user's own never reach the local tenant, which is started where it is meant. */
export function signInEnvironment(place: StackPlace): NodeJS.ProcessEnv {
  const local = localTenantVariables(place);
  if (local === undefined) return process.env;
  const { NODE_EXTRA_CA_CERTS: certificate } = local;
  if (certificate !== undefined) {
    // Node reads the variable at its start only.
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(certificate, "utf8")]);
  }
  return local;
}

function deadlineIn(time: number): Deadline {
  return { at: machineClock.now() + time, signal: AbortSignal.timeout(time), clock: machineClock };
}

function throwForPeople(error: Error, path: string, needs: string | undefined): never {
  const todo =
    isForbidden(error) && needs !== undefined
      ? ` This takes the Microsoft Graph permission ${needs}: grant it in the app registration, with admin consent.`
      : "";
  const message = `Cannot read ${path.split("?", 1)[0]}: ${error.message.replace(/[.\s]+$/, "")}.${todo}`;
  throw new Stop(message, exitStatus.failed);
}
