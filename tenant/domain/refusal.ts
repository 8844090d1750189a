/** Why the tenant refuses to do something. Each part of `http/` has a table of how it answers them. */
export type RefusalReason =
  /** Nothing has this id, or not any more. */
  | "not-found"
  /** The directory does not take this change. */
  | "invalid-change"
  /** Nobody can be invited like this. */
  | "invalid-invitation"
  /** The tenant's settings let the caller invite nobody. */
  | "invitations-restricted"
  /** Only somebody with a higher directory role may do this; no permission helps. */
  | "needs-a-role"
  /** A write does not find yet what has just been made. */
  | "not-found-yet"
  /** The real service fails at this, every time. */
  | "broken"
  | MailReason
  | AzureReason;

/** What a mailbox alone refuses. */
type MailReason = "no-such-mailbox-user" | "no-mailbox" | "not-a-draft" | "no-recipients" | "not-your-address";

/** What Azure alone refuses, each with a code of its own. */
export type AzureReason =
  | "not-authorised"
  | "no-such-subscription"
  | "no-such-resource-group"
  | "no-such-role"
  | "no-such-role-assignment"
  | "no-such-principal"
  | "other-principal-type"
  | "role-assignment-exists"
  | "role-assignment-is-fixed";

/** The tenant refuses what was asked, in Microsoft's words where there are any. Nothing has changed. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** @param id what nothing has */
export function notFound(id: string): Refusal {
  return new Refusal(
    "not-found",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** The same, of what a write does not find yet. */
export function notFoundYet(id: string): Refusal {
  return new Refusal("not-found-yet", notFound(id).message);
}

export function invalidChange(message: string): Refusal {
  return new Refusal("invalid-change", message);
}
