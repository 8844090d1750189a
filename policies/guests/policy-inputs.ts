import { type PolicyConfigSchema, type ResourceValidation, UnknownValueError } from "@pulumi/policy";
import {
  guestInvitationsToken,
  type InvitationProperty,
  invitationToken,
  type MessageProperty,
} from "./invitation-properties.ts";
import { configOf, shownName } from "./policy-settings.ts";

/** The type token of the official package's invitations. */
export const officialInvitationType = "azuread:index/invitation:Invitation";

/** Stands for a value that is known only after another resource exists. Policies do not judge it. */
export const unknown = Symbol("known after the update");

/** A property as a policy finds it: set, left out, or not known yet. */
export type Value<T> = T | undefined | typeof unknown;

/**
 * Reads a property that a preview may not know yet.
 *
 * `@pulumi/policy` wraps properties in a proxy that throws `UnknownValueError` when code touches an unknown one. If that
 * error left the policy, the policy would end with a warning that nobody can act on.
 *
 * @param read touches the property
 * @returns the property's value, or `unknown`
 */
export function readValue<T>(read: () => T): Value<T> {
  try {
    return read() ?? undefined;
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
}

/** Reads a property that holds text. Any other type counts as left out, because the resource's provider refuses it. */
export function readText(read: () => unknown): Value<string> {
  const value = readValue(read);
  return value === unknown || typeof value === "string" ? value : undefined;
}

/** Reads a property that holds a list of texts, one by one, so that an unknown entry does not hide the others. */
export function readTexts(read: () => unknown): Value<Value<string>[]> {
  const list = readValue(read);
  if (list === unknown || list === undefined) return list;
  if (!Array.isArray(list)) return typeof list === "string" ? [list] : undefined;
  return Array.from({ length: list.length }, (_, index) => readText(() => list[index]));
}

/** Whether a value is set and known. */
export function isKnown<T>(value: T): value is Exclude<T, undefined | typeof unknown> {
  return value !== undefined && value !== unknown;
}

/** Whether a text is a GUID, the form of object ids and role ids. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/**
 * The type tokens of a resource's parents, outermost first. A URN carries them all, as in
 * `urn:pulumi:prod::guests::entra-guests:index:GuestInvitations$entra-guests:index:Invitation::ana`.
 */
export function parentTypes(urn: string): string[] {
  return (urn.split("::")[2] ?? "").split("$").slice(0, -1);
}

/** Whether a resource is a child of a `GuestInvitations`, at any depth. */
export function isInsideComponent(urn: string): boolean {
  return parentTypes(urn).includes(guestInvitationsToken);
}

/** The part of a resource that `invitationOf` reads. `ResourceValidationArgs` and `PolicyResource` both have it. */
export interface SeenResource {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
}

/** An invitation, whichever package made it. */
export interface SeenInvitation {
  /** The package that made it. */
  madeBy: "entra-guests" | "azuread";
  /** What messages call the guest: the address, or the resource's name while the address is unknown. */
  label: string;
  urn: string;
  address: Value<string>;
  redirectUrl: Value<string>;
  userType: Value<string>;
  /** The personal text of the mail. */
  messageBody: Value<string>;
  /** Whether Microsoft sends a mail. The official package sends one exactly when there is a message. */
  sendsMail: Value<boolean>;
  /** Who gets a copy of the mail. */
  ccRecipients: Value<string>[];
  /** Addresses or object ids of the people who answer for the guest. */
  sponsors: Value<Value<string>[]>;
  /** The guest's last day, as written. */
  expires: Value<string>;
}

/** Whether a type token is that of an invitation. */
export function isInvitation(type: string): boolean {
  return makerOf(type) !== undefined;
}

function makerOf(type: string): SeenInvitation["madeBy"] | undefined {
  if (type === invitationToken) return "entra-guests";
  return type === officialInvitationType ? "azuread" : undefined;
}

/**
 * Reads a resource as an invitation.
 *
 * @param resource a resource as the engine hands it to a policy
 * @returns the invitation, or `undefined` when the resource is something else
 */
export function invitationOf(resource: SeenResource): SeenInvitation | undefined {
  const madeBy = makerOf(resource.type);
  if (madeBy === undefined) return undefined;
  const props: Partial<Record<InvitationProperty, unknown>> = resource.props;
  const message = readValue(() => props.message as Partial<Record<MessageProperty, unknown>> | undefined);
  const address = readText(() => props.userEmailAddress);
  return {
    madeBy,
    label: isKnown(address) ? shownName(address) : `the guest of ${shownName(resource.name)}`,
    urn: resource.urn,
    address,
    redirectUrl: readText(() => props.redirectUrl),
    userType: readText(() => props.userType),
    messageBody: message === unknown ? unknown : readText(() => message?.body),
    sendsMail:
      madeBy === "azuread" ? sentWithMessage(message) : (readValue(() => props.sendInvitation as boolean) ?? true),
    ccRecipients: message === unknown ? [unknown] : recipients(readTexts(() => message?.additionalRecipients)),
    sponsors: readTexts(() => props.sponsors),
    expires: readText(() => props.expires),
  };
}

function sentWithMessage(message: Value<object>): Value<boolean> {
  return message === unknown ? unknown : message !== undefined;
}

/** Graph takes one address. When somebody writes several into one text, each is judged. */
function recipients(written: Value<Value<string>[]>): Value<string>[] {
  if (written === undefined) return [];
  if (written === unknown) return [unknown];
  return written.flatMap((entry): Value<string>[] => (isKnown(entry) ? addresses(entry) : [entry]));
}

function addresses(text: string): string[] {
  const parts = text.split(/[,;]/).map((part) => part.trim());
  // A longer text is judged as a whole, and so refused: it is no address.
  return parts.length > mostAddresses ? [text] : parts.filter((part) => part !== "");
}

/** How many addresses in one text are judged one by one. */
const mostAddresses = 50;

/**
 * Makes the `validateResource` of a policy about invitations. It passes every other resource.
 *
 * @param name the policy's name
 * @param configSchema the schema of the policy's settings
 * @param judge judges one invitation: it returns a sentence or two for each thing that is wrong, with what to do about
 *   it; `undefined` entries report nothing
 */
export function validateInvitations<Config extends object>(
  name: string,
  configSchema: PolicyConfigSchema,
  judge: (invitation: SeenInvitation, config: Config) => (string | undefined)[],
): ResourceValidation {
  return (args, reportViolation) => {
    const invitation = invitationOf(args);
    if (invitation === undefined) return;
    const found = judge(invitation, configOf<Config>(args, name, configSchema)).filter((one) => one !== undefined);
    for (const problem of found.slice(0, mostProblems)) reportViolation(`${invitation.label}: ${problem}`);
    const more = found.length - mostProblems;
    if (more > 0) reportViolation(`${invitation.label}: and ${more} more problems of this kind.`);
  };
}

/** How many problems of one invitation a policy reports; a report that is longer hides the other guests. */
const mostProblems = 10;
