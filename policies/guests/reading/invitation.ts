import { isKnown, readText, readTexts, readValue, unknown, type Value } from "./value.ts";

/** What of a resource this view needs; both `ResourceValidationArgs` and `PolicyResource` have it. */
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
  /** How messages name the guest: by the address, or by the resource where the address is not known. */
  label: string;
  urn: string;
  address: Value<string>;
  redirectUrl: Value<string>;
  userType: Value<string>;
  /** The personal text of the mail. */
  messageBody: Value<string>;
  /** Whether Microsoft sends a mail; the official package sends one exactly when there is a message. */
  sendsMail: Value<boolean>;
  /** Who gets a copy of the mail. */
  ccRecipients: Value<string>[];
  /** Addresses or object ids of those who answer for the guest. */
  sponsors: Value<Value<string>[]>;
  /** The guest's last day, as written. */
  expires: Value<string>;
}

const packages: Record<string, SeenInvitation["madeBy"]> = {
  "entra-guests:index:Invitation": "entra-guests",
  "azuread:index/invitation:Invitation": "azuread",
};

/** Whether a type token is that of an invitation. */
export function isInvitation(type: string): boolean {
  return type in packages;
}

/**
 * Sees a resource as an invitation.
 *
 * @param resource a resource as a policy is given it
 * @returns the invitation, or `undefined` where the resource is something else
 */
export function invitationOf(resource: SeenResource): SeenInvitation | undefined {
  const madeBy = packages[resource.type];
  if (madeBy === undefined) return undefined;
  const props = resource.props;
  const message = readValue(() => props.message as Record<string, unknown> | undefined);
  const address = readText(() => props.userEmailAddress);
  return {
    madeBy,
    label: isKnown(address) ? address : `the guest of ${resource.name}`,
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

/** Graph takes one address; where somebody wrote several into one text, each is looked at. */
function recipients(written: Value<Value<string>[]>): Value<string>[] {
  if (written === undefined) return [];
  if (written === unknown) return [unknown];
  return written.flatMap((entry): Value<string>[] => (isKnown(entry) ? addresses(entry) : [entry]));
}

function addresses(text: string): string[] {
  const parts = text.split(/[,;]/).map((part) => part.trim());
  return parts.filter((part) => part !== "");
}
