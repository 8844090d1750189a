/** Stands in for the plugin of `@pulumi/azuread` where the official one is not to be had. See README.md. */
import { createRequire } from "node:module";
import { serve } from "../../provider/pulumi/plugin-server.ts";
import type { Properties } from "../../provider/pulumi/resource-provider.ts";
import { Cloud, type FixedResource, ServiceError, standIn } from "./stand-in.ts";

const { version } = createRequire(import.meta.url)("@pulumi/azuread/package.json") as { version: string };
/** The cloud that the environment names. */
const cloud = new Cloud(process.env);
const provider = standIn(
  version,
  {
    "azuread:index/invitation:Invitation": invitation(),
    "azuread:index/groupMember:GroupMember": groupMember(),
    "azuread:index/appRoleAssignment:AppRoleAssignment": appRoleAssignment(),
  },
  {
    "azuread:index/getGroup:getGroup": getGroup,
    "azuread:index/getGroups:getGroups": getGroups,
    "azuread:index/getServicePrincipal:getServicePrincipal": getServicePrincipal,
    "azuread:index/getServicePrincipals:getServicePrincipals": getServicePrincipals,
  },
);
serve(() => provider, process.argv.slice(2));

interface InvitedMessage {
  additionalRecipients?: string;
  body?: string;
  language?: string;
}

/** `azuread:index/invitation:Invitation`: wipes the guest's company name, and fails to delete a guest who is gone. */
function invitation(): FixedResource {
  return {
    inputs: ["message", "redirectUrl", "userDisplayName", "userEmailAddress", "userType"],
    required: ["redirectUrl", "userEmailAddress"],
    async create(inputs) {
      const { redirectUrl, userDisplayName, userEmailAddress, userType } = inputs;
      const message = inputs.message as InvitedMessage | undefined;
      const made = await cloud.graph<{ id: string; inviteRedeemUrl: string; invitedUser: { id: string } }>(
        "POST",
        "/invitations",
        {
          invitedUserEmailAddress: userEmailAddress,
          inviteRedirectUrl: redirectUrl,
          ...(userDisplayName !== undefined && { invitedUserDisplayName: userDisplayName }),
          ...(userType !== undefined && { invitedUserType: userType }),
          sendInvitationMessage: message !== undefined,
          ...(message !== undefined && { invitedUserMessageInfo: messageInfo(message) }),
        },
      );
      const userId = made.invitedUser.id;
      await cloud.graph("PATCH", `/users/${userId}`, { companyName: null });
      return { id: made.id, outputs: { ...inputs, userId, redeemUrl: made.inviteRedeemUrl } };
    },
    // It never notices that a guest is gone.
    read: async (_id, outputs) => {
      const { userId: _user, redeemUrl: _url, ...inputs } = outputs;
      return { inputs, outputs };
    },
    async delete(_id, { userId }) {
      await cloud.graph("DELETE", `/users/${userId}`);
    },
  };
}

function messageInfo({ additionalRecipients, body, language }: InvitedMessage) {
  return {
    ...(additionalRecipients !== undefined && { ccRecipients: [{ emailAddress: { address: additionalRecipients } }] }),
    ...(body !== undefined && { customizedMessageBody: body }),
    ...(language !== undefined && { messageLanguage: language }),
  };
}

/** `azuread:index/groupMember:GroupMember`: looks before it adds, and once afterwards, as the official one does. */
function groupMember(): FixedResource {
  const isMember = async (group: string, member: string): Promise<boolean> => {
    const members = await cloud.graphList<{ id: string }>(
      `/groups/${group}/members?$filter=${encodeURIComponent(`id eq '${member}'`)}`,
    );
    return members.some(({ id }) => id.toLowerCase() === member.toLowerCase());
  };
  return {
    inputs: ["groupObjectId", "memberObjectId"],
    required: ["groupObjectId", "memberObjectId"],
    async create({ groupObjectId, memberObjectId }) {
      const [group, member] = [String(groupObjectId), String(memberObjectId)];
      const id = `${group}/member/${member}`;
      await cloud.graph("GET", `/groups/${group}`);
      if (await isMember(group, member)) {
        throw new Error(
          `A resource with the ID "${id}" already exists - to be managed via Pulumi this resource needs to be imported into the State.`,
        );
      }
      const { id: object } = await cloud.graph<{ id: string }>("GET", `/directoryObjects/${member}`);
      await cloud.graph("POST", `/groups/${group}/members/$ref`, {
        "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${object}`,
      });
      if (!(await isMember(group, member))) {
        throw new Error(`Provider produced inconsistent result after apply: "${id}" was present, but now absent.`);
      }
      return { id, outputs: { groupObjectId: group, memberObjectId: member } };
    },
    async read(id) {
      const [group = "", , member = ""] = id.split("/");
      if (!(await isMember(group, member))) throw new ServiceError(404, "no such member");
      const properties = { groupObjectId: group, memberObjectId: member };
      return { inputs: properties, outputs: properties };
    },
    async delete(id) {
      const [group, , member] = id.split("/");
      await cloud.graph("DELETE", `/groups/${group}/members/${member}/$ref`);
    },
  };
}

interface Assignment {
  id: string;
  appRoleId: string;
  principalId: string;
  principalDisplayName: string;
  principalType: string;
  resourceId: string;
  resourceDisplayName: string;
}

/** `azuread:index/appRoleAssignment:AppRoleAssignment` */
function appRoleAssignment(): FixedResource {
  return {
    inputs: ["appRoleId", "principalObjectId", "resourceObjectId"],
    required: ["appRoleId", "principalObjectId", "resourceObjectId"],
    async create({ appRoleId, principalObjectId, resourceObjectId }) {
      await cloud.graph("GET", `/servicePrincipals/${resourceObjectId}`);
      const made = await cloud.graph<Assignment>("POST", `/servicePrincipals/${resourceObjectId}/appRoleAssignedTo`, {
        appRoleId,
        principalId: principalObjectId,
        resourceId: resourceObjectId,
      });
      return { id: `/servicePrincipals/${made.resourceId}/appRoleAssignedTo/${made.id}`, outputs: outputsOf(made) };
    },
    async read(id) {
      const found = await cloud.graph<Assignment>("GET", id);
      const { appRoleId, principalObjectId, resourceObjectId, ...computed } = outputsOf(found);
      const inputs = { appRoleId, principalObjectId, resourceObjectId } as Properties;
      return { inputs, outputs: { ...inputs, ...computed } };
    },
    async delete(id) {
      await cloud.graph("DELETE", id);
    },
  };
}

function outputsOf(assignment: Assignment): Properties {
  return {
    appRoleId: assignment.appRoleId,
    principalObjectId: assignment.principalId,
    principalDisplayName: assignment.principalDisplayName,
    principalType: assignment.principalType,
    resourceObjectId: assignment.resourceId,
    resourceDisplayName: assignment.resourceDisplayName,
  };
}

interface Group {
  id: string;
  displayName: string;
  groupTypes: string[];
  mailEnabled: boolean;
  membershipRule: string | null;
  membershipRuleProcessingState: string | null;
  onPremisesSyncEnabled: boolean | null;
}

interface ServicePrincipal {
  id: string;
  accountEnabled: boolean;
  appId: string;
  appRoles: {
    id: string;
    allowedMemberTypes: string[];
    description: string;
    displayName: string;
    isEnabled: boolean;
    value: string | null;
  }[];
  displayName: string;
  homepage: string | null;
  loginUrl: string | null;
}

/** `azuread:index/getGroups:getGroups`: all of them, or exactly one for each name or id. */
async function getGroups(args: Properties): Promise<Properties> {
  const found = args.returnAll
    ? await cloud.graphList<Group>("/groups")
    : [
        ...(await each(args.displayNames, (name) => onlyOne("group", "/groups", "displayName", name))),
        ...(await each(args.objectIds, (id) => cloud.graph<Group>("GET", `/groups/${id}`))),
      ];
  return {
    ...args,
    id: "groups",
    displayNames: found.map(({ displayName }) => displayName),
    objectIds: found.map(({ id }) => id),
  };
}

/** `azuread:index/getGroup:getGroup` by object id, with members and owners, as the official one reads them. */
async function getGroup({ objectId, ...others }: Properties): Promise<Properties> {
  if (typeof objectId !== "string" || Object.keys(others).length > 0) {
    throw new Error("This stand-in knows objectId only.");
  }
  const group = await cloud.graph<Group>("GET", `/groups/${objectId}`);
  const [members, owners] = await Promise.all(
    ["members", "owners"].map((relation) => cloud.graphList<{ id: string }>(`/groups/${objectId}/${relation}`)),
  );
  const { membershipRule: rule, membershipRuleProcessingState: state } = group;
  return {
    id: group.id,
    objectId: group.id,
    displayName: group.displayName,
    types: group.groupTypes,
    mailEnabled: group.mailEnabled,
    onpremisesSyncEnabled: group.onPremisesSyncEnabled ?? false,
    dynamicMemberships: rule === null ? [] : [{ enabled: state !== "Paused", rule }],
    members: (members ?? []).map(({ id }) => id),
    owners: (owners ?? []).map(({ id }) => id),
  };
}

/** `azuread:index/getServicePrincipal:getServicePrincipal`, the properties that guests' access reads. */
async function getServicePrincipal(args: Properties): Promise<Properties> {
  const one = (property: string, value: unknown) =>
    onlyOne<ServicePrincipal>("service principal", "/servicePrincipals", property, String(value));
  const found = await (args.objectId
    ? cloud.graph<ServicePrincipal>("GET", `/servicePrincipals/${args.objectId}`)
    : args.clientId
      ? one("appId", args.clientId)
      : one("displayName", args.displayName));
  return {
    id: found.id,
    objectId: found.id,
    clientId: found.appId,
    displayName: found.displayName,
    accountEnabled: found.accountEnabled,
    homepageUrl: found.homepage ?? "",
    loginUrl: found.loginUrl ?? "",
    appRoles: found.appRoles.map(({ isEnabled, value, ...role }) => ({
      ...role,
      enabled: isEnabled,
      value: value ?? "",
    })),
  };
}

/** `azuread:index/getServicePrincipals:getServicePrincipals`, for all of them. */
async function getServicePrincipals(args: Properties): Promise<Properties> {
  if (!args.returnAll) throw new Error("This stand-in knows returnAll only.");
  const all = await cloud.graphList<ServicePrincipal>("/servicePrincipals");
  return {
    ...args,
    id: "serviceprincipals",
    servicePrincipals: all.map(({ id, appId, displayName, accountEnabled }) => ({
      objectId: id,
      clientId: appId,
      displayName,
      accountEnabled,
    })),
  };
}

async function onlyOne<T>(noun: string, path: string, property: string, value: string): Promise<T> {
  const filter = `${property} eq '${value.replaceAll("'", "''")}'`;
  const found = await cloud.graphList<T>(`${path}?$filter=${encodeURIComponent(filter)}`);
  const [first] = found;
  if (first === undefined) throw new Error(`No ${noun} found matching filter: "${filter}"`);
  if (found.length > 1) throw new Error(`More than one ${noun} found matching filter: "${filter}"`);
  return first;
}

async function each(values: unknown, find: (value: string) => Promise<unknown>): Promise<Group[]> {
  return Promise.all(((values ?? []) as string[]).map((value) => find(value) as Promise<Group>));
}
