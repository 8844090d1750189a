/** The application that a list needs in Entra: its permissions, and the commands that register it. */
import { type Action, leastPermissions } from "../provider/microsoft/graph-errors.ts";
import { exitStatus, Stop, shortName } from "./command-line.ts";
import type { ListUses } from "./declared-list.ts";

/** A permission that a list needs. */
export interface NeededPermission {
  /** The least application permission. */
  least: string;
  /** What allows it as well. */
  also: readonly string[];
  why: string;
}

/**
 * The least application permission for each thing that a list may ask for, and those that allow it too.
 *
 * Source: the permissions tables of Microsoft's reference pages "Create invitation", "List users", "Update user",
 * "Assign sponsor", "Delete a user", "Restore deleted item", "Add members", "List servicePrincipals" and "Grant an
 * appRoleAssignment for a service principal", and of "signInActivity resource type".
 */
const permissions = {
  invite: needed("User.Invite.All", [], "invite"),
  lookUp: needed("User.Read.All", ["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"], "look up"),
  change: needed("User.ReadUpdate.All", ["User.ReadWrite.All", "Directory.ReadWrite.All"], "change"),
  sponsors: needed("User.ReadWrite.All", [], "set the sponsors of"),
  restore: needed("User.DeleteRestore.All", [], "restore"),
  delete: needed("User.ReadWrite.All", [], "delete"),
  disable: needed(
    "User.EnableDisableAccount.All",
    ["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    "disable",
  ),
  groups: needed(
    "GroupMember.ReadWrite.All",
    ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
    "to find groups, and put guests into them",
  ),
  findApps: needed(
    "Application.Read.All",
    ["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    "to find enterprise applications",
  ),
  signIns: needed("AuditLog.Read.All", [], "to tell a review who signed in when (with Entra ID P1)"),
  assignApps: needed("AppRoleAssignment.ReadWrite.All", [], "to assign guests to enterprise applications"),
} as const;

/** @param why the provider's action, or a reason in words */
function needed(least: string, also: readonly string[], why: Action | (string & {})): NeededPermission {
  return { least, also, why: Object.hasOwn(leastPermissions, why) ? leastPermissions[why as Action].why : why };
}

/** What the application needs that applies a list. A mailbox's permissions may be granted in Exchange: {@link toMail}. */
export function permissionsFor(uses: ListUses): NeededPermission[] {
  const { groups, apps, links, onDelete } = uses;
  return [
    permissions.invite,
    permissions.lookUp,
    ...(uses.profiles ? [permissions.change] : []),
    ...(uses.sponsors ? [permissions.sponsors] : []),
    ...(onDelete.has("delete") ? [permissions.delete] : []),
    ...(onDelete.has("disable") ? [permissions.disable] : []),
    permissions.restore,
    ...(groups.length > 0 ? [permissions.groups] : []),
    ...(apps.length + links.length > 0 ? [permissions.findApps] : []),
    ...(apps.length > 0 ? [permissions.assignApps] : []),
    ...(uses.signIns ? [permissions.signIns] : []),
  ];
}

/** To mail from a mailbox: sending alone would do, and reading tells whether a guest was mailed already. */
export const toMail = ["Mail.Send", "Mail.ReadWrite"] as const;

/** What a preview needs that asks the tenant (`--ask-tenant`), and looks up what the list gives access to. */
function permissionsToPreview({ groups, apps, links }: ListUses): string[] {
  return [
    "User.Read.All",
    ...(groups.length > 0 ? ["GroupMember.Read.All"] : []),
    ...(apps.length + links.length > 0 ? ["Application.Read.All"] : []),
  ];
}

/** The fewest permissions that allow everything that is needed. */
export function fewest(needed: readonly NeededPermission[]): string[] {
  const least = new Set(needed.map((permission) => permission.least));
  return [...least].filter((name) => {
    const { also = [] } = needed.find((permission) => permission.least === name) ?? {};
    return !also.some((other) => least.has(other));
  });
}

/** Whether a token allows what is needed. */
export function isHeld({ least, also }: NeededPermission, held: ReadonlySet<string>): boolean {
  return [least, ...also].some((name) => held.has(name));
}

/** A pipeline that signs in by its own token, as the options of `doctor --setup` name it. */
export interface Pipeline {
  system: "github" | "gitlab" | "azure-devops";
  /** `ORG/REPO`, `GROUP/PROJECT` (or its URL, for a GitLab of one's own), `ORG/PROJECT/CONNECTION`. */
  name: string;
}

const shapes: Readonly<Record<Pipeline["system"], RegExp>> = {
  github: /^[\w.-]+\/[\w.-]+$/,
  gitlab: /^(?:https:\/\/[\w.-]+(?::\d+)?\/)?[\w.-]+(?:\/[\w.-]+)+$/,
  "azure-devops": /^[\w-]+\/[^/'"`$\\\p{Cc}]+\/[^/'"`$\\\p{Cc}]+$/u,
};

/**
 * The shell commands (sh, Azure CLI) that register the application of a stack with exactly the permissions that its list
 * needs, and let its pipelines sign in as it.
 *
 * The ids of the permissions are looked up by name in the tenant's own Microsoft Graph, so that none is copied here.
 *
 * @param pipelines none: the commands register the application alone
 * @throws Stop where a pipeline is named in another form than its option's
 */
export function registrationCommands(stack: string, uses: ListUses, pipelines: readonly Pipeline[]): string {
  for (const { system, name } of pipelines) {
    if (!shapes[system].test(name))
      throw new Stop(`--${system} ${name} has not the form of its option.`, exitStatus.usage);
  }
  const name = shortName(stack).replace(/[^\w.-]/g, "_");
  const permissions = [...fewest(permissionsFor(uses)), ...(uses.mailboxes.length > 0 ? toMail : [])];
  const scopes = uses.azureScopes.map((scope) => scope || "/");
  const parts = [
    [
      `# What stack ${name} needs in Entra. Run it once, in sh, after \`az login\` as somebody who may grant consent`,
      "# (Privileged Role Administrator). It makes no secret.",
      "set -eu",
      "GRAPH=00000003-0000-0000-c000-000000000000",
    ],
    [
      "# The application that applies the list.",
      ...application("APP_ID", `guests-apply-${name}`, permissions),
      ...(uses.mailboxes.length > 0 ? exchangeNote(uses.mailboxes) : []),
      ...scopes.map(roleAssignment),
    ],
    ...pipelines.map((pipeline) => applyCredentials(pipeline, name)),
    ...(pipelines.length === 0
      ? []
      : [
          [
            "# The application of pull requests, which reads only: guests preview --ask-tenant.",
            ...application("PREVIEW_ID", `guests-preview-${name}`, permissionsToPreview(uses)),
          ],
          ...pipelines.map((pipeline) => previewCredentials(pipeline)),
        ]),
    [
      "# What the sign-in is told (docs/pipelines.md).",
      'echo "ARM_TENANT_ID=$(az account show --query tenantId --output tsv)"',
      'echo "ARM_CLIENT_ID=$APP_ID"',
      ...(pipelines.length === 0 ? [] : ['echo "ARM_PREVIEW_CLIENT_ID=$PREVIEW_ID"']),
    ],
  ];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

/** Registers an application, gives it permissions, and consents to them. */
function application(variable: string, name: string, permissions: readonly string[]): string[] {
  const id = `"$${variable}"`;
  return [
    `${variable}=$(az ad app create --display-name ${quoted(name)} --sign-in-audience AzureADMyOrg --query appId --output tsv)`,
    `az ad sp create --id ${id} --output none`,
    `for permission in ${permissions.join(" ")}; do`,
    `  role=$(az ad sp show --id "$GRAPH" --query "appRoles[?value=='$permission' && contains(allowedMemberTypes, 'Application')].id | [0]" --output tsv)`,
    '  test -n "$role"',
    `  az ad app permission add --id ${id} --api "$GRAPH" --api-permissions "$role=Role"`,
    "done",
    `az ad app permission admin-consent --id ${id}`,
  ];
}

function exchangeNote(mailboxes: readonly string[]): string[] {
  const named = mailboxes.map((mailbox) => mailbox.replace(/[^\w.@+-]/g, "_")).join(", ");
  return [
    `# Mail.Send and Mail.ReadWrite hold for every mailbox. To confine them to ${named}, leave them out above`,
    "# and grant them in Exchange Online (docs/mail.md).",
  ];
}

function roleAssignment(scope: string): string {
  const principal = '"$(az ad sp show --id "$APP_ID" --query id --output tsv)"';
  return (
    `az role assignment create --assignee-object-id ${principal} --assignee-principal-type ServicePrincipal ` +
    `--role ${quoted("Role Based Access Control Administrator")} --scope ${quoted(scope)} --output none`
  );
}

const github = "https://token.actions.githubusercontent.com";
const audiences = ["api://AzureADTokenExchange"];

function applyCredentials({ system, name }: Pipeline, stack: string): string[] {
  switch (system) {
    case "github":
      return [
        `# GitHub: the jobs of ${name} in the environments ${stack} and ${stack}-daily. Repositories made after 18 June 2026 have`,
        "# ids in the subject: the OIDC page of the repository's settings shows its beginning.",
        ...[stack, `${stack}-daily`].map((environment) =>
          credential("APP_ID", `github-${environment}`, github, `repo:${name}:environment:${environment}`),
        ),
      ];
    case "gitlab":
      return [`# GitLab: the jobs of ${name} on main.`, credential("APP_ID", `gitlab-${stack}`, ...gitlabMain(name))];
    case "azure-devops":
      return serviceConnection("APP_ID", name, `azure-devops-${stack}`);
  }
}

function previewCredentials({ system, name }: Pipeline): string[] {
  switch (system) {
    case "github":
      return [
        "# GitHub: pull requests from branches of the repository; forks get no identity.",
        credential("PREVIEW_ID", "github-pull-request", github, `repo:${name}:pull_request`),
      ];
    case "gitlab": {
      const { host, project } = gitlab(name);
      const body = {
        name: "gitlab-merge-requests",
        issuer: host,
        audiences,
        claimsMatchingExpression: {
          value: `claims['sub'] matches 'project_path:${project}:*'`,
          languageVersion: 1,
        },
      };
      return [
        "# GitLab: every branch of the project, by a flexible credential (a preview of Microsoft's, so Graph's beta).",
        `az rest --method post --url "https://graph.microsoft.com/beta/applications(appId='$PREVIEW_ID')/federatedIdentityCredentials" ` +
          `--body ${quoted(JSON.stringify(body))}`,
      ];
    }
    case "azure-devops":
      return serviceConnection(
        "PREVIEW_ID",
        `${name.split("/").slice(0, 2).join("/")}/guests-preview`,
        "azure-devops-preview",
      );
  }
}

function credential(variable: string, name: string, issuer: string, subject: string): string {
  const parameters = JSON.stringify({ name, issuer, subject, audiences });
  return `az ad app federated-credential create --id "$${variable}" --parameters ${quoted(parameters)} --output none`;
}

function gitlab(name: string): { host: string; project: string } {
  const [, host = "https://gitlab.com", project = name] = /^(https:\/\/[^/]+)\/(.+)$/.exec(name) ?? [];
  return { host, project };
}

function gitlabMain(name: string): [issuer: string, subject: string] {
  const { host, project } = gitlab(name);
  return [host, `project_path:${project}:ref_type:branch:ref:main`];
}

/** Azure DevOps chooses issuer and subject of a service connection itself; the connection tells both. */
function serviceConnection(variable: string, name: string, credentialName: string): string[] {
  const [organisation = "", project = "", connection = ""] = name.split("/");
  const list =
    `az devops service-endpoint list --organization ${quoted(`https://dev.azure.com/${organisation}`)} ` +
    `--project ${quoted(project)}`;
  const ask = (what: string) =>
    `$(${list} --query "[?name=='${connection}'].authorization.parameters.workloadIdentityFederation${what} | [0]" --output tsv)`;
  return [
    `# Azure DevOps: the service connection ${connection}, made with workload identity federation (az extension add --name azure-devops).`,
    `ISSUER=${ask("Issuer")}`,
    `SUBJECT=${ask("Subject")}`,
    `az ad app federated-credential create --id "$${variable}" --parameters ` +
      `"{\\"name\\": \\"${credentialName}\\", \\"issuer\\": \\"$ISSUER\\", \\"subject\\": \\"$SUBJECT\\", \\"audiences\\": [\\"${audiences[0]}\\"]}" --output none`,
  ];
}

/** A word of sh that stands for itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
