/** What a stack's tenant has and lacks for its list: each line of `doctor` that the tenant answers. It changes nothing. */
import type { AuthorizationPolicy, Group, ServicePrincipal } from "@microsoft/microsoft-graph-types";
import { z } from "zod";
import { type AppRole, isGuid } from "../components/access/guest-access.ts";
import { appRoleId, isNotFound as isMissing, signInUrl } from "../components/access/look-ups.ts";
import { isForbidden } from "../provider/microsoft/graph-errors.ts";
import { odataText, selection } from "../provider/microsoft/graph-users.ts";
import { Mailboxes } from "../provider/microsoft/mailbox.ts";
import { signInWay } from "../provider/microsoft/sign-in-credential.ts";
import { isHeld, permissionsFor, toMail } from "./app-registration.ts";
import type { ListUses } from "./declared-list.ts";
import type { SignedIn } from "./signed-in.ts";

/** One thing that was looked at. */
export interface CheckLine {
  about: string;
  /** `missing`: a run would fail, or do something else than the list says. `note`: good to know. */
  state: "fine" | "missing" | "note" | "not known";
  says: string;
  /** What to do about it. */
  todo?: string;
}

/**
 * Looks at everything that a list uses in the tenant.
 *
 * @param uses absent where the list itself is wrong: then only what holds for every list is looked at
 */
export async function tenantLines(signedIn: SignedIn, uses: ListUses | undefined): Promise<CheckLine[]> {
  const lines = await Promise.all([
    [signInLine(signedIn)],
    uses === undefined ? [] : permissionLines(signedIn, uses),
    [await inviterLine(signedIn)],
    ...(uses?.mailboxes ?? []).map((mailbox) => mailboxLine(signedIn, mailbox).then(alone)),
    ...(uses?.groups ?? []).map((group) => groupLine(signedIn, group).then(alone)),
    ...(uses === undefined ? [] : [...rolesByApp(uses)].map(([app, roles]) => appLines(signedIn, app, roles))),
    uses !== undefined && uses.azureScopes.length > 0 ? [azureLine(uses)] : [],
  ]);
  // Last: the answers so far tell the time.
  return [...lines.flat(), clockLine(signedIn.graph.clockDifference())];
}

const alone = (line: CheckLine): CheckLine[] => [line];

function signInLine({ kind, claims, cloud, configuration }: SignedIn): CheckLine {
  const { tid = "unknown", upn, app_displayname: app, appid = "unknown" } = claims;
  const who = kind === "person" ? (upn ?? "a person") : (app ?? appid);
  const says = `${kind === "person" ? "a person" : "an application"}, ${who}, by ${signInWay(configuration)}, at tenant ${tid} of ${new URL(cloud.graph).host}.`;
  const note = "A pipeline signs in as an application: guests doctor --setup prints how to register one.";
  return kind === "person"
    ? { about: "Sign-in", state: "note", says, todo: note }
    : { about: "Sign-in", state: "fine", says };
}

/** A token of the Azure CLI names this; what the person may do, their directory roles say. */
const asThePerson = "Directory.AccessAsUser.All";

/** What this command, the mails and the report read besides. */
const readElsewhere = ["Policy.Read.All", "Organization.Read.All", "AuditLog.Read.All"];

function permissionLines({ permissions, kind }: SignedIn, uses: ListUses): CheckLine[] {
  const about = "Permissions";
  const needed = permissionsFor(uses);
  const missing = needed.filter((permission) => !isHeld(permission, permissions));
  const held = [...permissions].sort().join(", ") || "none";
  if (kind === "person" && permissions.has(asThePerson)) {
    const says = `as far as this person's directory roles go (the token says ${held}).`;
    return [
      {
        about,
        state: "not known",
        says,
        todo: "See that the person is a User Administrator, or look as the application.",
      },
    ];
  }
  const [only, ...more] = missing;
  if (only !== undefined) {
    return [only, ...more].map(({ least, why }) => ({
      about,
      state: "missing",
      says: `${least}, ${why}.`,
      todo: `Grant the application permission ${least} of Microsoft Graph in the app registration, with admin consent.`,
    }));
  }
  const used = new Set<string>([...readElsewhere, ...(uses.mailboxes.length > 0 ? toMail : [])]);
  for (const { least, also } of needed) for (const name of [least, ...also]) used.add(name);
  const beyond = [...permissions].filter((name) => !used.has(name)).sort();
  const fine: CheckLine = { about, state: "fine", says: `all that this list needs: ${held}.` };
  if (beyond.length === 0) return [fine];
  const says = `more than this list needs: ${beyond.join(", ")}.`;
  return [
    fine,
    { about, state: "note", says, todo: "Remove them from the app registration unless another list needs them." },
  ];
}

const policy = z.object({ allowInvitesFrom: z.string().nullish() } satisfies Partial<
  Record<keyof AuthorizationPolicy, z.ZodType>
>);

/** Who may invite, by the value of `allowInvitesFrom` (Graph, "authorizationPolicy resource type"). */
const inviters: Readonly<Record<string, string>> = {
  adminsAndGuestInviters: "administrators, guest inviters, and applications with User.Invite.All",
  adminsGuestInvitersAndAllMembers:
    "administrators, guest inviters, all members, and applications with User.Invite.All",
  everyone: "everybody in the organisation, guests included",
};

async function inviterLine({ graph, deadline }: SignedIn): Promise<CheckLine> {
  const about = "Who may invite";
  const path = `/policies/authorizationPolicy?${selection<AuthorizationPolicy>(["allowInvitesFrom"])}`;
  try {
    const { allowInvitesFrom } = await graph.read(path, policy, deadline);
    if (allowInvitesFrom === "none") {
      const says = "nobody: the tenant refuses every invitation.";
      const todo =
        "Choose another guest invite setting in Entra: External Identities, External collaboration settings " +
        '("Only users assigned to specific admin roles can invite" is enough).';
      return { about, state: "missing", says, todo };
    }
    return { about, state: "fine", says: `${inviters[allowInvitesFrom ?? ""] ?? `"${allowInvitesFrom}"`}.` };
  } catch (error) {
    const todo = isForbidden(error)
      ? "Optional: no run needs this. To check it, also grant Policy.Read.All."
      : "Run it again.";
    return { about, state: "not known", says: reasonOf(error), todo };
  }
}

async function mailboxLine({ graph, deadline }: SignedIn, name: string): Promise<CheckLine> {
  const about = `Mailbox ${name}`;
  const warnings: string[] = [];
  try {
    const mailboxes = new Mailboxes(graph, (warning) => warnings.push(warning));
    const { sender } = await mailboxes.open(name, "", deadline);
    const [warning] = warnings;
    if (warning !== undefined) return { about, state: "note", says: warning, todo: "Grant it too (docs/mail.md)." };
    return { about, state: "fine", says: `sends for ${sender.organisation} (${sender.domain}), and each mail once.` };
  } catch (error) {
    const says = reasonOf(error).replace(" Nobody was invited.", "");
    return { about, state: "missing", says, todo: "See mailFrom of the list, and docs/mail.md for the permissions." };
  }
}

const group = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  groupTypes: z.array(z.string()).default([]),
  onPremisesSyncEnabled: z.boolean().nullish(),
  isAssignableToRole: z.boolean().nullish(),
  mailEnabled: z.boolean().nullish(),
} satisfies Partial<Record<keyof Group, z.ZodType>>);

async function groupLine(signedIn: SignedIn, name: string): Promise<CheckLine> {
  const about = `Group ${name}`;
  const select = selection<Group>(group.keyof().options);
  const filter = isGuid(name) ? `id eq ${odataText(name)}` : `displayName eq ${odataText(name)}`;
  const path = `/groups?$filter=${encodeURIComponent(filter)}&${select}`;
  return foundLine(about, "group", "object id", signedIn.graph.readAll(path, group, signedIn.deadline), (found) => {
    const other = "Take it off the list, or name a group whose members are assigned.";
    if (found.groupTypes.includes("DynamicMembership")) {
      return {
        about,
        state: "missing",
        says: "a rule chooses its members (dynamic): nobody can be put into it.",
        todo: other,
      };
    }
    if (found.onPremisesSyncEnabled) {
      return { about, state: "missing", says: "comes from on-premises, where its members are kept.", todo: other };
    }
    if (found.mailEnabled && !found.groupTypes.includes("Unified")) {
      return { about, state: "missing", says: "is a distribution list: Exchange keeps its members.", todo: other };
    }
    if (found.isAssignableToRole) {
      const says =
        "may hold directory roles: its members take RoleManagement.ReadWrite.Directory, and the policy no-privileged-access refuses it.";
      return { about, state: "missing", says, todo: "Take it off the list: no guest belongs there." };
    }
    return { about, state: "fine", says: "is there, and guests can be put into it." };
  });
}

const application = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  homepage: z.string().nullish(),
  loginUrl: z.string().nullish(),
  appRoles: z
    .array(
      z.object({
        id: z.string(),
        allowedMemberTypes: z.array(z.string()),
        description: z.string().nullish(),
        displayName: z.string().nullish(),
        isEnabled: z.boolean(),
        value: z.string().nullish(),
      }),
    )
    .default([]),
} satisfies Partial<Record<keyof ServicePrincipal, z.ZodType>>);

/** What a list wants of an application: a role (`undefined`: default access), or its page. */
type Wanted = { role: string | undefined } | "page";

function rolesByApp({ apps, links }: ListUses): Map<string, Wanted[]> {
  const wanted = [
    ...apps.map(({ app, role }: AppRole): [string, Wanted] => [app, { role }]),
    ...links.map((app): [string, Wanted] => [app, "page"]),
  ];
  const byApp = Map.groupBy(wanted, ([app]) => app);
  return new Map([...byApp].map(([app, all]) => [app, all.map(([, what]) => what)]));
}

async function appLines(signedIn: SignedIn, name: string, wanted: readonly Wanted[]): Promise<CheckLine[]> {
  const about = `Application ${name}`;
  const select = selection<ServicePrincipal>(application.keyof().options);
  const filter = isGuid(name) ? `appId eq ${odataText(name)}` : `displayName eq ${odataText(name)}`;
  const path = `/servicePrincipals?$filter=${encodeURIComponent(filter)}&${select}`;
  const found = signedIn.graph.readAll(path, application, signedIn.deadline);
  const idNoun = "application (client) id";
  const line = await foundLine(about, "enterprise application", idNoun, found, (app) => {
    if (app.accountEnabled === false) {
      const todo = "Let users sign in again (Entra, the application's properties), or take it off the list.";
      return { about, state: "missing", says: "is switched off: nobody can sign in to it.", todo };
    }
    const official = asOfficial(app);
    // Graph takes any letter case, and the official package's data source does not.
    if (!isGuid(name) && app.displayName !== name) {
      return {
        about,
        state: "missing",
        says: `is called "${app.displayName}".`,
        todo: "Write the name in the same letter case.",
      };
    }
    const problems = wanted.map((what) => (what === "page" ? signInUrl(official) : appRoleId(official, what.role)));
    const wrong = problems.find((result) => typeof result === "object" && isMissing(result));
    if (typeof wrong === "object")
      return { about, state: "missing", says: `${wrong.rule}.`, todo: sentence(wrong.remedy) };
    return { about, state: "fine", says: "is there, with what the list names of it." };
  });
  return [line];
}

/** An application as the official package's data source gives it. */
function asOfficial({ id, displayName, homepage, loginUrl, appRoles }: z.infer<typeof application>) {
  return {
    objectId: id,
    displayName: displayName ?? "",
    homepageUrl: homepage ?? "",
    loginUrl: loginUrl ?? "",
    appRoles: appRoles.map((role) => ({
      id: role.id,
      allowedMemberTypes: role.allowedMemberTypes,
      description: role.description ?? "",
      displayName: role.displayName ?? "",
      enabled: role.isEnabled,
      value: role.value ?? "",
    })),
  };
}

/** The line of something that is looked up by name. */
async function foundLine<Found extends { id: string }>(
  about: string,
  noun: string,
  idNoun: string,
  looking: Promise<Found[]>,
  judge: (found: Found) => CheckLine,
): Promise<CheckLine> {
  try {
    const [only, ...others] = await looking;
    if (only === undefined) {
      const todo = `Correct the name in the list, or make the ${noun}.`;
      return { about, state: "missing", says: `no ${noun} of the tenant has this name or id.`, todo };
    }
    if (others.length === 0) return judge(only);
    const ids = [only, ...others].map(({ id }) => id).join(", ");
    const says = `${others.length + 1} ${noun}s have this name (object ids ${ids}).`;
    return { about, state: "missing", says, todo: `Write the ${idNoun} of the one that is meant.` };
  } catch (error) {
    return { about, state: "not known", says: reasonOf(error), todo: "See the line Permissions, and run it again." };
  }
}

function azureLine({ azureScopes }: ListUses): CheckLine {
  const scopes = azureScopes.map((scope) => scope || "/").join(", ");
  const todo = "See that the application is Role Based Access Control Administrator there (guests doctor --setup).";
  return { about: "Azure roles", state: "not known", says: `are given at ${scopes}; Azure was not asked.`, todo };
}

/** Entra refuses signed assertions whose time is off by more than this, in milliseconds. */
const tolerated = 5 * 60_000;
const noticed = 30_000;

/** @param difference how far the server's clock is ahead of this machine's, in milliseconds */
export function clockLine(difference: number | undefined): CheckLine {
  const about = "Clock";
  if (difference === undefined) return { about, state: "not known", says: "no answer told the time." };
  const off = Math.abs(difference);
  if (off < noticed) return { about, state: "fine", says: "agrees with Microsoft's." };
  const seconds = Math.round(off / 1000);
  const says = `this machine's is ${seconds} s ${difference < 0 ? "fast" : "slow"}.`;
  const todo = "Set the clock (NTP): with a wrong one, tokens and certificates seem expired.";
  return { about, state: off > tolerated ? "missing" : "note", says, todo };
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return sentence(text);
}

function sentence(text: string): string {
  const whole = text.replace(/[.\s]+$/, "");
  return `${whole.slice(0, 1).toUpperCase()}${whole.slice(1)}.`;
}
