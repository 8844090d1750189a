/** A stack's list, read by a command as the program reads it, and what it asks of the tenant. */
import pulumiConfig from "@pulumi/pulumi/runtime/config.js";
import { type AppRole, accessOf, isAppLink } from "../components/access/guest-access.ts";
import type { DeclaredGuests } from "../components/config/declared-guests.ts";
import { declaredInProject, projectFiles, stackFile } from "../components/config/project-files.ts";
import { withDefaults } from "../components/defaults.ts";
import { report } from "../components/problem.ts";
import { byExpiry, today } from "../model/calendar-day.ts";
import { type Guest, guestDefaults, guestOwn } from "../model/guest.ts";
import { namespace } from "../model/names.ts";
import { namesWhere } from "../model/property.ts";
import { exitStatus, type StackPlace, Stop, shortName } from "./command-line.ts";
import { projectOf } from "./comment/comment-marker.ts";
import type { StackConfig } from "./pulumi-run.ts";

/** What a list asks of its tenant. Guests whose last day has passed ask for nothing. */
export interface ListUses {
  /** How many guests it holds today. */
  guests: number;
  /** The mailboxes that mail them, as the list names them, each once. */
  mailboxes: string[];
  /** Groups by display name or object id. */
  groups: string[];
  /** Applications by display name or client id, with the role where one is named. */
  apps: AppRole[];
  /** Applications whose sign-in page is a redirect URL. */
  links: string[];
  /** Scopes at which guests get Azure roles; empty for the tenant root. */
  azureScopes: string[];
  /** Whether some guest has sponsors, or properties that a change would write to the directory. */
  sponsors: boolean;
  profiles: boolean;
  /** Whether the stack's review asks when a guest signed in last. */
  signIns?: boolean;
  /** What becomes of guests who leave. */
  onDelete: ReadonlySet<string>;
}

/**
 * Reads a stack's config and list files without running the program.
 *
 * @param config the stack's whole config, secrets decrypted
 * @param environment where `ARM_SUBSCRIPTION_ID` may name the subscription of relative scopes
 * @returns what the list declares, or the report of everything that is wrong with it
 */
export function readDeclaredList(
  { project, stack }: StackPlace,
  config: StackConfig,
  environment: NodeJS.ProcessEnv,
): { list: DeclaredGuests } | { report: string } {
  const { ARM_SUBSCRIPTION_ID } = environment;
  const subscription = config["azure-native:subscriptionId"]?.value ?? ARM_SUBSCRIPTION_ID;
  // Scopes are read against Pulumi's config, as in the program.
  pulumiConfig.setAllConfig(subscription === undefined ? {} : { "azure-native:subscriptionId": subscription });
  const files = projectFiles(project, project);
  const result = declaredInProject(files, {
    values: Object.fromEntries(Object.entries(config).map(([key, { value = "" }]) => [key, value])),
    secretKeys: new Set(Object.keys(config).filter((key) => config[key]?.secret)),
    stackFile: stackFile(files, shortName(stack)),
    project: projectOf(project),
  });
  if ("problems" in result) {
    return { report: report(`the guest list of stack "${stack}"`, result.problems, result.more, result.note) };
  }
  return { list: result.list };
}

/** What a command that asks the tenant about the guests of a list has to know of each. */
export interface ListedGuest {
  email: string;
  expires?: string | undefined;
  /** The mark of the last mail that somebody asked for. */
  resend?: string | undefined;
  sponsors?: readonly string[] | undefined;
}

/**
 * The guests of a stack's list, with the defaults filled in.
 *
 * @param environment as for {@link readDeclaredList}
 * @throws Stop with everything that is wrong with the list
 */
export function listedGuests(place: StackPlace, config: StackConfig, environment: NodeJS.ProcessEnv): ListedGuest[] {
  const read = readDeclaredList(place, config, environment);
  if ("report" in read) throw new Stop(read.report, exitStatus.failed);
  const { defaults, invitations, listed } = read.list;
  return [...invitations, ...listed].map((guest) => {
    const { email, expires, resend, sponsors } = withDefaults<Guest>(guest, defaults);
    return { email, expires, resend: resend === undefined ? undefined : String(resend), sponsors };
  });
}

const inTheDirectory = namesWhere({ ...guestOwn, ...guestDefaults }, ({ change }) => change === "directory");

/**
 * What a list asks of its tenant.
 *
 * @param config the stack's whole config
 */
export function usesOf({ defaults, settings, invitations, listed }: DeclaredGuests, config: StackConfig): ListUses {
  const everybody = [...invitations, ...listed].map((guest) => withDefaults<Guest>(guest, defaults));
  const guests = byExpiry(everybody, today()).current;
  const access = guests.map((guest) => accessOf(guest, settings.accessProfiles ?? {}));
  const leaves = (guest: Guest) => guest.onDelete ?? (settings.engine === "azuread" ? "keep" : "delete");
  return {
    guests: guests.length,
    mailboxes: once(guests.flatMap(({ mailFrom = [], sendInvitation }) => (sendInvitation === false ? [] : mailFrom))),
    groups: once(access.flatMap(({ groups }) => groups)),
    apps: once(
      access.flatMap(({ apps }) => apps),
      ({ app, role = "" }) => `${app}\n${role}`,
    ),
    links: once(guests.flatMap(({ redirectUrl }) => (isAppLink(redirectUrl) ? [redirectUrl.app] : []))),
    azureScopes: once(access.flatMap(({ azure }) => azure.map(({ scope }) => scope))),
    sponsors: guests.some(({ sponsors }) => sponsors !== undefined),
    profiles: guests.some((guest) => inTheDirectory.some((name) => guest[name] !== undefined)),
    signIns: config[`${namespace}:review`]?.value?.includes('"notSignedIn"') ?? false,
    onDelete: new Set(guests.map(leaves)),
  };
}

/** Each value once, whatever its letter case. */
function once<Value>(values: readonly Value[], key: (value: Value) => string = String): Value[] {
  const byKey = new Map<string, Value>();
  for (const value of values) if (!byKey.has(key(value).toLowerCase())) byKey.set(key(value).toLowerCase(), value);
  return [...byKey.values()];
}
