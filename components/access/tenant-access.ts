import * as pulumi from "@pulumi/pulumi";
import { shown } from "../../model/property.ts";
import { type Problem, report } from "../problem.ts";
import { type GuestAccess, isAppLink, keyOf } from "./guest-access.ts";
import {
  applicationKind,
  appRoleId,
  type FoundApplication,
  type FoundGroup,
  groupKind,
  isNotFound,
  lookUp,
  type NotFound,
  needsLookUp,
  roleKey,
  roleProblem,
  signInUrl,
} from "./look-ups.ts";

/** A guest, as far as access is concerned. */
export interface AccessHolder {
  /** The address in lower case. */
  address: string;
  access: GuestAccess;
  redirectUrl: unknown;
}

/** What the names in a list stand for in the tenant. Each output is made once, however many guests share it. */
export interface TenantAccess {
  /** Resolves when every name was found; nothing is to be registered before. Rejects with all that was not. */
  ready: Promise<void>;
  groupId(name: string): pulumi.Output<string>;
  applicationId(name: string): pulumi.Output<string>;
  appRoleId(app: string, role: string | undefined): pulumi.Output<string>;
  signInUrl(app: string): pulumi.Output<string>;
}

/**
 * Looks up every group, application and custom Azure role that a list names: each distinct name once.
 *
 * @param subject what the list is called in the report of what was not found
 * @param opts options of the look-ups
 */
export function tenantAccess(
  subject: string,
  holders: readonly AccessHolder[],
  opts: pulumi.InvokeOptions,
): TenantAccess {
  const found = findAccess(subject, holders, opts);
  const memory = new Map<string, pulumi.Output<string>>();
  const once = (key: string, value: (all: Found) => string) => {
    const output = memory.get(key) ?? pulumi.output(found.then(value));
    memory.set(key, output);
    return output;
  };
  return {
    ready: found.then(() => undefined),
    groupId: (name) => once(`group ${keyOf(name)}`, ({ groups }) => known(groups, name).id),
    applicationId: (name) => once(`app ${keyOf(name)}`, ({ apps }) => known(apps, name).objectId),
    appRoleId: (app, role) =>
      once(`role ${keyOf(app)}\n${keyOf(role ?? "")}`, ({ apps }) => plain(appRoleId(known(apps, app), role))),
    signInUrl: (app) => once(`url ${keyOf(app)}`, ({ apps }) => plain(signInUrl(known(apps, app)))),
  };
}

interface Found {
  groups: Map<string, FoundGroup>;
  apps: Map<string, FoundApplication>;
}

/**
 * Finds everything that a list names.
 *
 * @throws pulumi.RunError with all that was not found
 */
export async function findAccess(
  subject: string,
  holders: readonly AccessHolder[],
  opts: pulumi.InvokeOptions,
): Promise<Found> {
  const links = holders.flatMap(({ redirectUrl }) => (isAppLink(redirectUrl) ? [redirectUrl.app] : []));
  const roles = new Map(
    holders.flatMap(({ access }) => access.azure.filter(needsLookUp).map((role) => [roleKey(role), role] as const)),
  );
  const [groups, apps, roleProblems] = await Promise.all([
    lookUp(groupKind, distinct(holders.flatMap(({ access }) => access.groups)), opts),
    lookUp(
      applicationKind,
      distinct([...holders.flatMap(({ access }) => access.apps.map(({ app }) => app)), ...links]),
      opts,
    ),
    Promise.all([...roles].map(async ([key, role]) => [key, await roleProblem(role, opts)] as const)),
  ]);
  const results = { groups: byKey(groups), apps: byKey(apps), roleProblems: new Map(roleProblems) };
  const problems = summed(holders.flatMap((holder) => problemsOf(holder, results)));
  if (problems.length > 0) throw unchanging(new pulumi.RunError(report(subject, problems)));
  return results as Found;
}

/**
 * Pulumi writes the name of each input that waits for a failed look-up before the message of its error, so that after a
 * thousand guests nobody could read it.
 */
function unchanging(error: pulumi.RunError): pulumi.RunError {
  const { message } = error;
  return Object.defineProperty(error, "message", { get: () => message, set: () => {} });
}

interface Results {
  groups: Map<string, FoundGroup | NotFound>;
  apps: Map<string, FoundApplication | NotFound>;
  roleProblems: Map<string, NotFound | undefined>;
}

/** A problem that several guests may share. */
interface GuestProblem extends NotFound {
  address: string;
  property: string;
  value: string;
}

function problemsOf({ address, access, redirectUrl }: AccessHolder, results: Results): GuestProblem[] {
  const problems: GuestProblem[] = [];
  const note = (property: string, value: string, result: unknown) => {
    if (typeof result === "object" && result !== null && isNotFound(result)) {
      problems.push({ address, property, value, rule: result.rule, remedy: result.remedy });
    }
  };
  for (const name of access.groups) note("groups", name, known(results.groups, name));
  for (const { app, role } of access.apps) {
    const application = known(results.apps, app);
    note("apps", app, isNotFound(application) ? application : appRoleId(application, role));
  }
  if (isAppLink(redirectUrl)) {
    const application = known(results.apps, redirectUrl.app);
    note("redirectUrl", redirectUrl.app, isNotFound(application) ? application : signInUrl(application));
  }
  for (const role of access.azure) note("azure", role.role, results.roleProblems.get(roleKey(role)));
  return problems.length > 0 ? problems : givenTwice(address, access, results as Found);
}

/** Two names for one thing would make two resources for one membership, and the second could not be made. */
function givenTwice(address: string, { groups, apps }: GuestAccess, found: Found): GuestProblem[] {
  const entries = [
    ...groups.map((name) => ({ property: "groups", value: name, thing: known(found.groups, name).id })),
    ...apps.map(({ app, role }) => {
      const application = known(found.apps, app);
      return { property: "apps", value: app, thing: `${application.objectId} ${plain(appRoleId(application, role))}` };
    }),
  ];
  const same = [...Map.groupBy(entries, ({ thing }) => thing).values()].filter(({ length }) => length > 1);
  return same.map(([first, second]) => ({
    address,
    property: first?.property ?? "",
    value: second?.value ?? "",
    rule: `"${first?.value}" and "${second?.value}" are the same`,
    remedy: "keep one of the two",
  }));
}

/** One block for each thing that is wrong, however many guests share it. */
function summed(problems: readonly GuestProblem[]): Problem[] {
  const groups = Map.groupBy(problems, ({ property, value, rule }) => [property, value, rule].join("\n"));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { address, property, value, rule, remedy } = first;
    const more = others.length === 0 ? "" : ` (and for ${others.length} more)`;
    return [{ path: `guests["${address}"].${property}`, value: `${shown(value)}${more}`, rule, remedy }];
  });
}

function distinct(names: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const name of names) if (!first.has(keyOf(name))) first.set(keyOf(name), name);
  return [...first.values()];
}

function byKey<T>(results: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...results].map(([name, result]) => [keyOf(name), result]));
}

function known<T>(results: ReadonlyMap<string, T>, name: string): T {
  const result = results.get(keyOf(name));
  if (result === undefined) throw new Error(`${name} was not looked up`);
  return result;
}

/** What was found; that nothing is missing was seen before. */
function plain(result: string | NotFound): string {
  if (typeof result === "string") return result;
  throw new Error(result.rule);
}
