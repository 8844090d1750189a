import type { Properties } from "../../../provider/pulumi/resource-provider.ts";
import type { Cloud } from "../cloud.ts";

interface Group {
  id: string;
  displayName: string;
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
export async function getGroups(cloud: Cloud, args: Properties): Promise<Properties> {
  const found = args.returnAll
    ? await cloud.graphList<Group>("/groups")
    : [
        ...(await each(args.displayNames, (name) => onlyOne(cloud, "group", "/groups", "displayName", name))),
        ...(await each(args.objectIds, (id) => cloud.graph<Group>("GET", `/groups/${id}`))),
      ];
  return {
    ...args,
    id: "groups",
    displayNames: found.map(({ displayName }) => displayName),
    objectIds: found.map(({ id }) => id),
  };
}

/** `azuread:index/getServicePrincipal:getServicePrincipal`, the properties that guests' access reads. */
export async function getServicePrincipal(cloud: Cloud, args: Properties): Promise<Properties> {
  const one = (property: string, value: unknown) =>
    onlyOne<ServicePrincipal>(cloud, "service principal", "/servicePrincipals", property, String(value));
  const found = await (args.objectId
    ? cloud.graph<ServicePrincipal>("GET", `/servicePrincipals/${args.objectId}`)
    : args.clientId
      ? one("appId", args.clientId)
      : one("displayName", args.displayName));
  // Graph takes any letter case for the name; the official plugin does not.
  if (args.displayName !== undefined && args.displayName !== found.displayName) {
    throw new Error(`No service principal found matching display name: "${args.displayName}"`);
  }
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
export async function getServicePrincipals(cloud: Cloud, args: Properties): Promise<Properties> {
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

async function onlyOne<T>(cloud: Cloud, noun: string, path: string, property: string, value: string): Promise<T> {
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
