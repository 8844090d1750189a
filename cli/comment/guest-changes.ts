/** What the steps of a preview do to guests, to their access, and to everything else in the program. */
import { addressDomain, canonicalAddress } from "../../model/email-address.ts";
import { invitationInputs, invitationOutputs, invitationProperties } from "../../model/invitation.ts";
import { messageParts } from "../../model/message.ts";
import {
  guestListToken,
  invitationToken,
  onResource,
  packageName,
  resourceNames,
  settledGuestsToken,
} from "../../model/names.ts";
import { namesWhere } from "../../model/property.ts";
import { azureadToken, isSecret, type ResourceState, type Step, unknownValue, valueAt } from "./engine-events.ts";
import { withoutSecrets } from "./untrusted-text.ts";

export interface Guest {
  address: string;
  domain: string;
  /** `YYYY-MM-DD`, the guest's last day. */
  expires?: string;
}

export interface AddedGuest extends Guest {
  displayName?: string;
  /** Whether a new guest is mailed. */
  mailed: boolean;
  /** What happens to somebody who is there already, unless it is `adopt`; the official package can only `invite again`. */
  existing?: string;
  /** The mailbox that mails the guest; absent where Microsoft does. */
  mailFrom?: string;
  /** Who has the address in the tenant; absent where it was not asked. */
  standing?: Standing;
}

/** Who has an address in the tenant: nobody, a guest, a deleted guest, a member of the organisation, several guests. */
export type Standing = "new" | "here" | "recycle bin" | "member" | "several";

export interface ChangedGuest extends Guest {
  /** The address until now, of a guest who gets another one. */
  formerly?: string;
  fields: FieldChange[];
  /** Whether the guest gets the mail again: they have not accepted yet, or accept anew at another address. */
  mailedAgain: boolean;
  /** The mailbox that mails the guest; absent where Microsoft does. */
  mailFrom?: string;
}

export interface RemovedGuest extends Guest {
  urn: string;
  displayName?: string;
  /** `replaced`: the engine must make a new guest of this one. */
  reason: "left the list" | "expired" | "replaced";
  /** What becomes of the guest in the tenant. */
  fate: "deleted" | "disabled" | "kept";
}

export interface FieldChange {
  /** The name in a stack config. */
  field: string;
  /** The value as text; absent where there is none. */
  before?: string;
  after?: string;
}

export interface ResourceChange {
  change: "added" | "changed" | "removed";
  /** What it is: `group membership` for known types, else the type. */
  kind: string;
  /** The resource's name in the program; for a guest's access without the guest's part. */
  name: string;
  /** The address of the guest who gets or loses it, where that is known. */
  guest?: string;
}

/** Whether a step is about an invitation of either package. */
export function isInvitation({ type }: Pick<Step, "type">): boolean {
  return type === invitationToken || type === azureadToken;
}

/** The guest in a step. */
export function guestOf(step: Step): Guest {
  const inputs = step.new?.inputs ?? step.old?.inputs ?? {};
  const address = textOf(inputs.userEmailAddress, "userEmailAddress") ?? nameOf(step.urn);
  // The new list wins over the state; a guest who leaves is in the state only.
  const expires = textOf(inputs.expires, "expires");
  return {
    address: canonicalAddress(address),
    domain: addressDomain(address),
    ...(expires !== undefined && { expires }),
  };
}

/** The guest that a step creates. */
export function addedGuest(step: Step): AddedGuest {
  const inputs = step.new?.inputs ?? {};
  const displayName = textOf(inputs.userDisplayName, "userDisplayName");
  const isAzuread = step.type === azureadToken;
  const existing = isAzuread ? "invite again" : textOf(inputs.existing, "existing");
  return {
    ...guestOf(step),
    ...(displayName !== undefined && { displayName }),
    // The official package mails every guest who has a message, and nobody else.
    mailed: isAzuread ? inputs.message !== undefined : inputs.sendInvitation !== false,
    ...(existing !== undefined && existing !== "adopt" && { existing }),
    ...senderOf(inputs),
  };
}

function senderOf(inputs: Record<string, unknown>): { mailFrom?: string } {
  const mailFrom = textOf(inputs.mailFrom, "mailFrom");
  return mailFrom === undefined ? {} : { mailFrom };
}

/** The guest that a step changes, and the changed fields. */
export function changedGuest(step: Step): ChangedGuest {
  const isPending = step.old?.outputs?.state === "PendingAcceptance";
  const isMailed = step.new?.inputs?.sendInvitation !== false;
  const formerly = formerAddress(step);
  const isInvited = formerly !== undefined || (isPending && changedPaths(step).some(invitesAgain));
  return {
    ...guestOf(step),
    ...(formerly !== undefined && { formerly }),
    fields: fieldChanges(step),
    mailedAgain: isMailed && isInvited,
    ...senderOf(step.new?.inputs ?? {}),
  };
}

/** The address that a changed guest has until now, where they get another one. */
function formerAddress(step: Step): string | undefined {
  const before = textOf(step.old?.inputs?.userEmailAddress, addressProperty);
  if (before === undefined || !(addressProperty in (step.new?.inputs ?? {}))) return undefined;
  return canonicalAddress(before) === guestOf(step).address ? undefined : canonicalAddress(before);
}

const addressProperty = resourceNames.email;

/**
 * The guest that a step removes.
 *
 * @param expired addresses of listed guests whose last day has passed
 * @param today `YYYY-MM-DD` in UTC, for guests of a program without a list
 */
export function removedGuest(step: Step, expired: ReadonlySet<string>, today: string): RemovedGuest {
  const { address, domain, expires } = guestOf(step);
  const isPast = expires !== undefined && expires < today;
  const hasExpired = isPast || expired.has(address);
  const reason = step.op === "delete-replaced" ? "replaced" : hasExpired ? "expired" : "left the list";
  // Where the list has moved the day into the past, the state still has the old one, which would mislead.
  const day = expires !== undefined && (isPast || !hasExpired) ? { expires } : {};
  const displayName = textOf(step.old?.inputs?.userDisplayName, "userDisplayName");
  const name = displayName !== undefined && { displayName };
  return { address, domain, ...day, ...name, urn: step.urn, reason, fate: fateOf(step.old ?? undefined) };
}

/** Whether a guest of the state stays in the tenant when they leave the list. */
export function staysInTenant(invitation: ResourceState): boolean {
  return fateOf(invitation) === "kept";
}

function fateOf(old: ResourceState | undefined): RemovedGuest["fate"] {
  if (old?.retainOnDelete === true || old?.outputs?.adopted === true || old?.inputs?.onDelete === "keep") return "kept";
  return old?.inputs?.onDelete === "disable" ? "disabled" : "deleted";
}

/** What an update changes, sorted by field; a new address is told apart. */
function fieldChanges(step: Step): FieldChange[] {
  return changedPaths(step)
    .filter((path) => path !== addressProperty)
    .map((path) => {
      const before = textOf(valueAt(step.old?.inputs, path), path);
      const after = textOf(valueAt(step.new?.inputs, path), path);
      return {
        field: configName(path),
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      };
    })
    .sort((one, other) => (one.field < other.field ? -1 : 1));
}

function changedPaths({ detailedDiff, diffs }: Step): string[] {
  const paths = Object.keys(detailedDiff ?? {});
  return (paths.length > 0 ? paths : (diffs ?? [])).filter(isMentioned);
}

/**
 * The value of a guest's property as text.
 *
 * @param path says which property it is: a value that is not declared public is concealed, and so is a secret inside one
 * @returns words in the place of concealed and unknown values, `undefined` where there is no value
 */
function textOf(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (isSecret(value) || !isShown(path)) return concealed;
  if (value === unknownValue) return notKnownYet;
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map((part) => textOf(part, path) ?? "").join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, part]) => `${key}: ${textOf(part, `${path}.${key}`) ?? ""}`)
      .join("; ");
  }
  return String(value);
}

const concealed = "[secret]";
const notKnownYet = "(known after the update)";

/** Whether a value's text says what the value is. */
export function isTold(text: string): boolean {
  return text !== "" && text !== concealed && text !== notKnownYet;
}

/** What gives a guest access, by the type without its version. */
const accessKinds: Record<string, string> = {
  "azuread:index/groupMember:GroupMember": "group membership",
  "azuread:index/appRoleAssignment:AppRoleAssignment": "application role",
  "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment": "directory role",
  "azure-native:authorization:RoleAssignment": "Azure role",
};

/** Resources that say nothing to a reviewer: Pulumi's own, and those that only hold the guests together. */
const componentToken = `${packageName}:index:GuestInvitations`;
const machinery = [componentToken, guestListToken, settledGuestsToken];
const isMachinery = (type: string) => type.startsWith("pulumi:") || machinery.includes(type);

const changes: Record<string, ResourceChange["change"]> = {
  create: "added",
  import: "added",
  update: "changed",
  replace: "changed",
  delete: "removed",
};

/**
 * The change of access in a step, if it is one.
 *
 * @param guests the addresses of the preview's guests, by URN
 */
export function accessChange(step: Step, guests: ReadonlyMap<string, string> = new Map()): ResourceChange | undefined {
  const kind = accessKinds[unversioned(step.type)];
  const change = kind === undefined ? undefined : resourceChange(step, kind);
  const parent = step.new?.parent ?? step.old?.parent ?? "";
  const guest = guests.get(parent);
  if (change === undefined || guest === undefined) return change;
  // The component names what a guest gets after the guest: `guests-ana@fabrikam.example-group-partners`.
  const own = change.name.startsWith(nameOf(parent)) ? change.name.slice(nameOf(parent).length) : change.name;
  return { ...change, guest, name: own.replace(/^-(?:group|app|azure)-/, "") };
}

/** The change of a resource that is neither a guest nor access. */
export function otherChange(step: Step): ResourceChange | undefined {
  if (isInvitation(step) || isMachinery(step.type) || unversioned(step.type) in accessKinds) return undefined;
  return resourceChange(step, step.type);
}

function resourceChange({ op, urn }: Step, kind: string): ResourceChange | undefined {
  const change = changes[op];
  return change && { change, kind, name: nameOf(urn) };
}

/** `azure-native:authorization/v20220401:RoleAssignment` becomes `azure-native:authorization:RoleAssignment`. */
function unversioned(type: string): string {
  return type.replace(/^(azure-native:\w+)\/v\w+:/, "$1:");
}

/** A resource's name, the last part of its URN. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}

const partsOfMessage = Object.keys(onResource(messageParts)).map((part) => `message.${part}`);

/**
 * The properties whose values a reviewer sees, by their path without indexes. Every other value is concealed, so a new
 * property stays secret until the model says that it may be shown.
 */
const shownProperties: ReadonlySet<string> = new Set([
  ...namesWhere(invitationInputs.shape, ({ shown }) => shown === true),
  ...partsOfMessage,
]);

/** Outputs and records of the provider: they change with the inputs, and their change says nothing to a reviewer. */
const unmentionedProperties: ReadonlySet<string> = new Set(["existedBefore", ...Object.keys(invitationOutputs.shape)]);

/** The properties whose change invites a pending guest again; whether a mail is sent at all is told apart. */
const invitingProperties: ReadonlySet<string> = new Set(
  invitationProperties.filter((name) => name !== "sendInvitation"),
);

/** Names in a stack config, where they differ from the property's. */
const configNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(resourceNames).map(([name, other]) =>
    name in messageParts ? [`message.${other}`, `message.${name}`] : [other, name],
  ),
);

/**
 * Whether a comment may show the value.
 *
 * @param path a property path such as `message.body` or `sponsors[0]`
 */
function isShown(path: string): boolean {
  return shownProperties.has(path.replace(/\[\d+\]/g, ""));
}

/** Whether a comment mentions a change of the property at all. */
function isMentioned(path: string): boolean {
  return !unmentionedProperties.has(firstName(path));
}

/** Whether a change of the property invites a pending guest again. */
function invitesAgain(path: string): boolean {
  return invitingProperties.has(firstName(path));
}

/** The property's name in a stack config. */
function configName(path: string): string {
  return configNames[path] ?? path;
}

/** `message` of `message.body`. */
function firstName(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
