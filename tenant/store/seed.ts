import { randomBytes, randomUUID } from "node:crypto";
import { AppRoleAssignments } from "./app-role-assignments.ts";
import { Applications } from "./application-store.ts";
import { AzureRoleAssignments } from "./azure-role-store.ts";
import { builtInRoleNamed } from "./built-in-roles.ts";
import type { Database } from "./database.ts";
import { emptyGroup, type Group } from "./group.ts";
import { Groups } from "./group-store.ts";
import type { Seed } from "./seed-file.ts";
import { defaultAccess, emptyServicePrincipal, type ServicePrincipal } from "./service-principal.ts";
import { ServicePrincipals } from "./service-principals.ts";
import type { Settings } from "./tenant-store.ts";
import { emptyUser } from "./user.ts";
import type { Users } from "./user-store.ts";

/**
 * Puts the seed into a data folder, once: a folder that has it already keeps what became of it, and one of an earlier
 * version of the tenant gets what it lacks. True from the tenant's beginning, so that no replication lag hides it.
 */
export function applySeed(seed: Seed, database: Database, users: Users, settings: Settings): void {
  if (database.prepare("SELECT 1 FROM settings WHERE name = 'seeded'").get()) return;
  database.write(() => {
    new Applications(database).grant(settings.clientId, seed.pulumi.permissions);
    assignOwnRole(seed, database, settings);
    const members = seed.members.map((member) => addMember(users, settings, member));
    const groups = seed.groups.map((group) => addGroup(database, settings, group, new Map(members)));
    for (const application of seed.applications) addApplication(database, settings, application, groups);
    database.prepare("INSERT INTO settings (name, value) VALUES ('seeded', 'true')").run();
  });
}

/** Answers the alias with the member's object id. */
function addMember(users: Users, settings: Settings, member: Seed["members"][number]): [string, string] {
  const { displayName, alias } = member;
  const address = `${alias}@${settings.domain}`;
  const known = users.currentByAddress(address)[0];
  if (known) return [alias, known.id];
  const [givenName = null, surname = null] = displayName.split(" ");
  const user = emptyUser({
    id: randomUUID(),
    displayName,
    createdDateTime: settings.createdDateTime,
    userPrincipalName: address,
    userType: "Member",
  });
  const mail = { mail: address, mailNickname: alias, proxyAddresses: [`SMTP:${address}`] };
  users.save(
    { user: { ...user, givenName, surname, jobTitle: member.jobTitle ?? null, ...mail }, deletedDateTime: null },
    0,
  );
  return [alias, user.id];
}

function addGroup(
  database: Database,
  { createdDateTime }: Settings,
  { displayName, description, roleAssignable, members }: Seed["groups"][number],
  memberIds: ReadonlyMap<string, string>,
): Group {
  const mailNickname = displayName.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const group: Group = {
    ...emptyGroup({ id: randomUUID(), displayName, createdDateTime, mailNickname }),
    description: description ?? null,
    isAssignableToRole: roleAssignable,
  };
  const groups = new Groups(database);
  groups.save(group);
  for (const alias of members) {
    const id = memberIds.get(alias);
    if (id === undefined) throw new Error(`seed.yaml: the group ${displayName} has a member ${alias}, whom nobody is.`);
    groups.addMember(group.id, id);
  }
  return group;
}

function addApplication(
  database: Database,
  { createdDateTime, tenantId }: Settings,
  { displayName, description, homepage, loginUrl, ...access }: Seed["applications"][number],
  groups: readonly Group[],
): void {
  const ids = { id: randomUUID(), appId: randomUUID() };
  const servicePrincipal: ServicePrincipal = {
    ...emptyServicePrincipal({ ...ids, displayName, createdDateTime, appOwnerOrganizationId: tenantId }),
    description: description ?? null,
    homepage: homepage ?? null,
    loginUrl: loginUrl ?? null,
    replyUrls: homepage === undefined ? [] : [new URL("/signin-oidc", homepage).href],
    appRoles: access.appRoles.map((role) => ({
      ...role,
      id: randomUUID(),
      allowedMemberTypes: ["User"],
      isEnabled: true,
      origin: "Application",
    })),
  };
  new ServicePrincipals(database).add(servicePrincipal);
  for (const name of access.groups) {
    const group = groups.find((one) => one.displayName === name);
    if (group === undefined) throw new Error(`seed.yaml: ${displayName} is given to ${name}, which is no group.`);
    new AppRoleAssignments(database).add({
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
function assignOwnRole({ pulumi }: Seed, database: Database, settings: Settings): void {
  const servicePrincipalId = new Applications(database).find(settings.clientId)?.servicePrincipalId ?? "";
  new AzureRoleAssignments(database).save({
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
