import * as pulumi from "@pulumi/pulumi";
import { byExpiry, today } from "../../model/calendar-day.ts";
import { canonicalAddress } from "../../model/email-address.ts";
import type { Path } from "../../model/findings.ts";
import { guestInvitationsToken, invitationToken, namespace } from "../../model/names.ts";
import { guidPattern, oneLine } from "../../model/property.ts";
import { roleDefinitionId } from "../access/azure-roles.ts";
import { accessOf, isAppLink } from "../access/guest-access.ts";
import { azureadBackend } from "../backends/azuread.ts";
import { entraGuestsBackend } from "../backends/entra-guests.ts";
import { withDefaults } from "../defaults.ts";
import type { AccessProfiles, GuestArgs, GuestDefaults, GuestMessage, ListSettings } from "../generated/sdk.ts";
import type { GuestInvitationsArgs } from "../guest-invitations.ts";
import { stop } from "../guest-problems.ts";
import { type At, type Problem, pathText, report } from "../problem.ts";
import type { Accepted, Refusal } from "./declared-guests.ts";
import {
  configValues,
  declaredInProject,
  listFile,
  type ProjectFiles,
  projectFiles,
  stackFile,
} from "./project-files.ts";
import { isPlain } from "./stack-config-file.ts";
import { readYaml } from "./yaml-source.ts";

/**
 * Reads the guest list of the running stack: everything under `guests:` in its config, and the list files named there.
 *
 * What stands in a secret config value stays a secret in the state, and out of error messages. The address does not, nor
 * does anything else that names resources or steers the run: a warning says so, and an address that is a secret of its
 * own is refused.
 *
 * @returns what {@link GuestInvitations} takes
 * @throws pulumi.RunError with everything that is wrong with the list: file, line and config path, value, rule, remedy
 */
export function readGuestList(): GuestInvitationsArgs {
  const files = projectFiles(pulumi.runtime.getRootDirectory(), process.cwd());
  const values = pulumi.runtime.allConfig();
  const secretKeys = new Set(Object.keys(values).filter(isSecret));
  const project = pulumi.getProject();
  const result = declaredInProject(files, {
    values,
    secretKeys,
    stackFile: stackFile(files, pulumi.getStack()),
    project,
  });
  const subject = `the guest list of stack "${pulumi.getStack()}"`;
  if ("problems" in result) return stop(report(subject, result.problems, result.more, result.note));
  for (const warning of result.warnings ?? []) void pulumi.log.warn(oneLine(warning));

  const { defaults, settings, invitations, listed } = result.list;
  const isConcealed = (key: string) => secretKeys.has(`${namespace}:${key}`);
  return {
    ...concealed(defaults, isConcealed),
    guests: [...invitations.map((guest) => concealed(guest, () => isConcealed("invitations"))), ...listed],
    ...settings,
  };
}

/** A resource of a list before there is an engine, as policies judge it. */
export interface DeclaredResource {
  type: string;
  name: string;
  parent?: string;
  props: Record<string, unknown>;
  dependsOn?: Record<string, string[]>;
  /** The guest's address. Absent where the resource is the list itself. */
  guest?: string;
  /** Where the guest is written. */
  at: At;
}

/** What a stack's files say about its guests. */
export interface ListOnDisk {
  /** Empty where too much is encrypted to say. */
  resources: DeclaredResource[];
  /** What somebody should know although it is no error. */
  warnings: string[];
  /** The list files that it names, from the project's folder. */
  lists: string[];
  /** The ways to encrypted values, of whatever setting. */
  encrypted: string[];
  /** What has to be in the tenant before, by the names that the list gives it. */
  namedInTenant: NamedInTenant;
}

/** What a list names and does not make: whoever rehearses it makes that first. Ids are left out. */
export interface NamedInTenant {
  /** The domain of the mailbox that mails the guests, or of the first sponsor. */
  domain?: string;
  /** Mailboxes and sponsors at that domain: what stands before the @. */
  mailboxes: string[];
  groups: string[];
  applications: { displayName: string; roles: string[] }[];
}

/**
 * Reads the list of any stack from its files alone: no engine, no login and no tenant. Encrypted values stay unknown.
 *
 * @param files the project's
 * @param project its name
 * @param stack the stack's name, without an organisation
 * @returns what a preview would declare, or everything that is wrong with the list
 */
export function guestListOnDisk(files: ProjectFiles, project: string, stack: string): ListOnDisk | Refusal {
  const file = stackFile(files, stack) ?? { name: `Pulumi.${stack}.yaml`, text: "" };
  const source = readYaml(file.name, file.text);
  if ("problem" in source) return { problems: [source.problem] };
  const encrypted: Path[] = [];
  const values = configValues(source, (_, way) => {
    encrypted.push(way);
    return /(^|:)redirectUrl$/.test(String(way.at(-1))) ? encryptedUrl : pulumi.runtime.unknownValue;
  });
  assumeSubscription(values);
  const own = encrypted.filter(([key]) => String(key).startsWith(`${namespace}:`));
  const lists: string[] = [];
  const read = { lists, encrypted: encrypted.map(pathText) };
  const secretKeys = new Set(own.map(([key]) => String(key)));
  const result = declaredInProject(files, { values, secretKeys, stackFile: file, project }, (path) => {
    const list = listFile(files, path);
    if ("name" in list) lists.push(list.name);
    return list;
  });
  if ("problems" in result) {
    const problems = result.problems.filter((problem) => !isUnknown(problem, own));
    if (problems.length > 0) return { ...result, problems };
    return { ...read, resources: [], warnings: [tooMuchEncrypted], namedInTenant: namedBy([], {}) };
  }
  const guests = guestsOf(result);
  const { settings } = result.list;
  return {
    ...read,
    resources: resourcesOf(guests, settings),
    warnings: result.warnings ?? [],
    namedInTenant: namedBy(guests, settings.accessProfiles ?? {}),
  };
}

/** A guest with the defaults filled in, and where they are written. */
type PlacedGuest = GuestArgs & { at: At };

/** The guests whose last day has not passed. */
function guestsOf({ list, placeOf }: Accepted): PlacedGuest[] {
  const guests = [...list.invitations, ...list.listed].map((guest, index) => ({
    ...withDefaults<GuestArgs>(guest, list.defaults),
    at: placeOf(index, "email"),
  }));
  return byExpiry(guests, today()).current;
}

/** Stands for an encrypted redirect URL until the list is read: only a URL is taken there. */
const encryptedUrl = "https://encrypted.invalid";

const tooMuchEncrypted =
  "the guests are not judged here, because values that they need are encrypted; the preview judges them";

/** Whether a problem is only that an encrypted value cannot be read. An address that is a secret is one in any case. */
function isUnknown({ path }: Problem, encrypted: readonly Path[]): boolean {
  const ways = encrypted.filter((way) => way.at(-1) !== "email").map(pathText);
  return ways.some((way) => path === way || path.startsWith(`${way}.`) || path.startsWith(`${way}[`));
}

/** A scope may begin in the subscription that Pulumi works in. Which one that is changes no verdict. */
function assumeSubscription(config: Readonly<Record<string, string>>): void {
  const key = "azure-native:subscriptionId";
  pulumi.runtime.setConfig(key, config[key] ?? "00000000-0000-0000-0000-000000000000");
}

function namedBy(guests: readonly GuestArgs[], profiles: AccessProfiles): NamedInTenant {
  // Read from files, a guest holds plain values only.
  const people = guests.flatMap(({ mailFrom, sponsors }) => [mailFrom, ...((sponsors ?? []) as string[])]);
  const addresses = people.flatMap((one) => (typeof one === "string" && one.includes("@") ? [one.split("@")] : []));
  const [, domain] = addresses[0] ?? [];
  const named = guests.map((guest) => accessOf(guest, profiles));
  const apps = [
    ...named.flatMap(({ apps }) => apps),
    ...guests.flatMap(({ redirectUrl }) => (isAppLink(redirectUrl) ? [{ app: redirectUrl.app, role: undefined }] : [])),
  ].filter(({ app }) => !guidPattern.test(app));
  return {
    ...(domain !== undefined && { domain }),
    mailboxes: distinct(addresses.flatMap(([name = "", at]) => (at === domain ? [name.toLowerCase()] : []))),
    groups: distinct(named.flatMap(({ groups }) => groups.filter((group) => !guidPattern.test(group)))),
    applications: [...Map.groupBy(apps, ({ app }) => app)].map(([displayName, roles]) => ({
      displayName,
      roles: distinct(roles.flatMap(({ role }) => role ?? [])),
    })),
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}

/** The component, its guests and their Azure roles. Groups and applications are known by name only, so they are left out. */
function resourcesOf(guests: readonly PlacedGuest[], settings: ListSettings): DeclaredResource[] {
  const type = settings.engine === "azuread" ? azureadInvitation : invitationToken;
  const backend = settings.engine === "azuread" ? azureadBackend : entraGuestsBackend;
  const component = { type: guestInvitationsToken, name: "guests", props: {}, at: { path: namespace } };
  const resources = guests.flatMap(({ at, ...guest }): DeclaredResource[] => {
    const address = canonicalAddress(guest.email);
    const name = `guests-${address}`;
    const isUnknownUrl = isAppLink(guest.redirectUrl) || guest.redirectUrl === encryptedUrl;
    const redirectUrl = isUnknownUrl ? pulumi.runtime.unknownValue : guest.redirectUrl;
    const props = { ...backend.args({ ...guest, redirectUrl }), userId: pulumi.runtime.unknownValue };
    const roles = accessOf(guest, settings.accessProfiles ?? {}).azure;
    return [
      { type, name, parent: "guests", props, guest: address, at },
      ...roles.map((role) => ({
        type: "azure-native:authorization:RoleAssignment",
        name: `${name}-azure-${role.label}`,
        parent: name,
        props: {
          principalId: pulumi.runtime.unknownValue,
          roleDefinitionId: roleDefinitionId(role),
          scope: role.scope,
        },
        dependsOn: { principalId: [name] },
        guest: address,
        at,
      })),
    ];
  });
  return [component, ...resources];
}

const azureadInvitation = "azuread:index/invitation:Invitation";

/** Pulumi's runtime exports this function without a type; should it go, every value counts as secret. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}

function concealed<Values extends GuestDefaults>(values: Values, isConcealed: (key: string) => boolean): Values {
  const entries = Object.entries(values).map(([key, value]) => {
    if (!isConcealed(key) || isPlain(key, value)) return [key, value];
    return [key, key === "message" ? concealedParts(value as GuestMessage) : pulumi.secret(value)];
  });
  return Object.fromEntries(entries);
}

/** The parts one by one: the defaults merge part by part. */
function concealedParts(message: GuestMessage): GuestMessage {
  return Object.fromEntries(Object.entries(message).map(([part, value]) => [part, pulumi.secret(value)]));
}
