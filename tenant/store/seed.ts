import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { defaultAccess, permissions } from "./application-store.ts";
import { builtInRoleNamed } from "./azure-role-store.ts";
import { valuesOf } from "./described-types.ts";
import { type Group, newGroup, newServicePrincipal, newUser, type User, userType } from "./object-types.ts";
import { rehearsal } from "./rehearsal.ts";
import type { TenantStore } from "./tenant-store.ts";

const alias = z.string().regex(/^[a-z][a-z0-9.-]*$/, "an alias is the part of an address before the @");

/** Further properties of a member: all that an admin can fill in and the seed does not make itself. */
const profile = Object.fromEntries(
  Object.entries(userType.properties)
    .filter(([, property]) => "writable" in property && !("required" in property))
    .filter(([name]) => !["mail", "mailNickname", "otherMails"].includes(name))
    .map(([name, property]) => [name, valuesOf(property).optional()]),
);

/** What `tenant/seed.yaml` may say. */
const seedFile = z.strictObject({
  organisation: z.string().min(1),
  initialDomain: z.string().min(1),
  domain: z.string().min(1),
  /** What guests are told beside their invitation. */
  forGuests: z
    .strictObject({
      /** The address to which guests write who have no other contact. */
      contact: z.string().optional(),
      privacyStatement: z.string().optional(),
      termsOfUse: z.string().optional(),
    })
    .default({}),
  pulumi: z.strictObject({
    displayName: z.string().min(1),
    permissions: z.array(z.enum(permissions)),
    azureRole: z.string(),
  }),
  members: z.array(
    z.strictObject({ ...profile, displayName: z.string().min(1), alias, mailbox: z.boolean().optional() }),
  ),
  sharedMailboxes: z.array(z.strictObject({ displayName: z.string().min(1), alias })).default([]),
  groups: z.array(
    z.strictObject({
      displayName: z.string().min(1),
      description: z.string().optional(),
      roleAssignable: z.boolean().default(false),
      /** The rule by which Entra chooses the members: nobody else can add any. */
      membershipRule: z.string().optional(),
      /** Kept in an on-premises directory: nothing of it can be changed here. */
      onPremises: z.boolean().default(false),
      members: z.array(alias).default([]),
    }),
  ),
  applications: z.array(
    z.strictObject({
      displayName: z.string().min(1),
      description: z.string().optional(),
      homepage: z.url().optional(),
      loginUrl: z.url().optional(),
      appRoles: z
        .array(z.strictObject({ value: z.string(), displayName: z.string(), description: z.string() }))
        .default([]),
      /** Groups that have the application, by display name. */
      groups: z.array(z.string()).default([]),
    }),
  ),
  resourceGroups: z.array(z.string().min(1)),
  /** What the tenant does where the real service may do either; options of a start come before it. */
  rehearsal: rehearsal.partial().default({}),
});

export type Seed = z.output<typeof seedFile>;

/** What a rehearsal needs in a new tenant beside the seed; names that are there already add nothing. */
export interface SeedAdditions {
  /** The organisation's own domain, in the place of the seed's. */
  domain?: string;
  /** Mailboxes, by the part of their address before the @. Their owners may be sponsors. */
  mailboxes?: readonly string[];
  /** Groups, by display name. */
  groups?: readonly string[];
  /** Applications with the roles that they have. */
  applications?: readonly { displayName: string; roles?: readonly string[] }[];
}

/** The seed and what is added to it. @throws where it does not read as a seed then */
export function seedWith(seed: Seed, { domain, mailboxes = [], groups = [], applications = [] }: SeedAdditions): Seed {
  const known = (list: readonly { displayName: string }[]) =>
    new Set(list.map(({ displayName }) => displayName.toLowerCase()));
  const aliases = new Set([...seed.members, ...seed.sharedMailboxes].map((one) => one.alias));
  const [knownGroups, knownApplications] = [known(seed.groups), known(seed.applications)];
  const parsed = seedFile.safeParse({
    ...seed,
    ...(domain !== undefined && { domain }),
    members: [
      ...seed.members,
      ...mailboxes
        .filter((name) => !aliases.has(name))
        .map((name) => ({ displayName: name, alias: name, mailbox: true })),
    ],
    groups: [
      ...seed.groups,
      ...groups.filter((name) => !knownGroups.has(name.toLowerCase())).map((displayName) => ({ displayName })),
    ],
    applications: [
      ...seed.applications,
      ...applications
        .filter(({ displayName }) => !knownApplications.has(displayName.toLowerCase()))
        .map(({ displayName, roles = [] }) => ({
          displayName,
          homepage: "https://app.contoso.example/",
          loginUrl: "https://app.contoso.example/",
          appRoles: roles.map((role) => ({ value: role, displayName: role, description: role })),
        })),
    ],
  });
  if (!parsed.success) throw new Error(`This cannot be added to the seed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Reads what a new tenant begins with.
 *
 * @throws where the file does not read as it should, with what is wrong in it
 */
export function readSeed(file = path.join(import.meta.dirname, "..", "seed.yaml")): Seed {
  const parsed = seedFile.safeParse(parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file} is not a seed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Puts the seed into a data folder, once: a folder that has it keeps what became of it. True from the tenant's
 * beginning, so that no replication lag hides it.
 */
export function applySeed(seed: Seed, store: TenantStore): void {
  const { database, registrations, settings } = store;
  const isDone = (part: string) => database.prepare("SELECT 1 FROM settings WHERE name = ?").get(part) !== undefined;
  const once = (part: string, work: () => void) => {
    if (isDone(part)) return;
    database.write(() => {
      // A folder of an earlier version of the tenant has the application with other permissions.
      registrations.grant(settings.clientId, seed.pulumi.permissions);
      work();
      database.prepare("INSERT INTO settings (name, value) VALUES (?, 'true')").run(part);
    });
  };
  once("seeded", () => {
    assignOwnRole(seed, store);
    const members = seed.members.map((member) => addMember(store, member));
    const groups = seed.groups.map((group) => addGroup(store, group, new Map(members)));
    for (const application of seed.applications) addApplication(store, application, groups);
  });
  // By itself: a folder of an earlier version has none.
  once("seeded mailboxes", () => openMailboxes(seed, store));
}

function openMailboxes({ members, sharedMailboxes }: Seed, store: TenantStore): void {
  for (const { alias } of members.filter(({ mailbox }) => mailbox)) {
    const [member] = store.users.currentByAddress(`${alias}@${store.settings.domain}`);
    if (member) store.mailboxes.open(member.id);
  }
  for (const shared of sharedMailboxes) {
    // A shared mailbox is a user who cannot sign in.
    const [, id] = addMember(store, { ...shared, accountEnabled: false, givenName: null, surname: null });
    store.mailboxes.open(id);
  }
}

/** Answers the alias with the member's object id. */
function addMember(
  { users, settings }: TenantStore,
  { alias, displayName, mailbox, ...given }: Seed["members"][number] & Partial<User>,
): [alias: string, id: string] {
  const address = `${alias}@${settings.domain}`;
  const known = users.currentByAddress(address)[0];
  if (known) return [alias, known.id];
  const [givenName = null, surname = null] = displayName.split(" ");
  const user = newUser({
    id: randomUUID(),
    displayName,
    createdDateTime: settings.createdDateTime,
    userPrincipalName: address,
    userType: "Member",
    givenName,
    surname,
    mail: address,
    mailNickname: alias,
    proxyAddresses: [`SMTP:${address}`],
    ...(given as Partial<User>),
  });
  users.save(user, 0);
  return [alias, user.id];
}

function addGroup(
  { groups, settings: { createdDateTime } }: TenantStore,
  { displayName, description, roleAssignable, membershipRule, onPremises, members }: Seed["groups"][number],
  memberIds: ReadonlyMap<string, string>,
): Group {
  const group = newGroup({
    id: randomUUID(),
    displayName,
    createdDateTime,
    mailNickname: displayName.toLowerCase().replace(/[^a-z0-9]+/g, "-"),
    description: description ?? null,
    isAssignableToRole: roleAssignable,
    ...(membershipRule !== undefined && {
      groupTypes: ["DynamicMembership"],
      membershipRule,
      membershipRuleProcessingState: "On",
    }),
    ...(onPremises && { onPremisesSyncEnabled: true }),
  });
  groups.save(group);
  for (const alias of members) {
    const id = memberIds.get(alias);
    if (id === undefined)
      throw new Error(`seed.yaml: the group ${displayName} has a member ${alias}, who is no member of the tenant.`);
    groups.relate("members", group.id, id);
  }
  return group;
}

function addApplication(
  { servicePrincipals, appRoleAssignments, settings: { createdDateTime, tenantId } }: TenantStore,
  { displayName, description, homepage, loginUrl, appRoles, groups: names }: Seed["applications"][number],
  groups: readonly Group[],
): void {
  const servicePrincipal = newServicePrincipal({
    id: randomUUID(),
    appId: randomUUID(),
    displayName,
    createdDateTime,
    appOwnerOrganizationId: tenantId,
    description: description ?? null,
    homepage: homepage ?? null,
    loginUrl: loginUrl ?? null,
    replyUrls: homepage === undefined ? [] : [new URL("/signin-oidc", homepage).href],
    appRoles: appRoles.map((role) => ({
      ...role,
      id: randomUUID(),
      allowedMemberTypes: ["User"],
      isEnabled: true,
      origin: "Application",
    })),
  });
  servicePrincipals.add(servicePrincipal);
  for (const name of names) {
    const group = groups.find((one) => one.displayName === name);
    if (group === undefined) throw new Error(`seed.yaml: ${displayName} is given to ${name}, which is no group.`);
    appRoleAssignments.add({
      id: randomBytes(32).toString("base64url"),
      appRoleId: defaultAccess,
      createdDateTime,
      principalId: group.id,
      principalType: "Group",
      resourceId: servicePrincipal.id,
    });
  }
}

/** The application that Pulumi signs in as may assign Azure roles in the tenant's subscription. */
function assignOwnRole({ pulumi }: Seed, { registrations, azureRoleAssignments, settings }: TenantStore): void {
  const servicePrincipalId = registrations.find(settings.clientId)?.servicePrincipalId ?? "";
  azureRoleAssignments.save({
    name: randomUUID(),
    scope: `/subscriptions/${settings.subscriptionId}`,
    roleId: builtInRoleNamed(pulumi.azureRole).id,
    principalId: servicePrincipalId,
    principalType: "ServicePrincipal",
    description: null,
    condition: null,
    conditionVersion: null,
    createdOn: settings.createdDateTime,
    updatedOn: settings.createdDateTime,
    createdBy: servicePrincipalId,
  });
}
