/** Why the tenant refuses to do something. Each part of `http/` has a table of how it answers them. */
export type RefusalReason =
  /** Nothing has this id, or not any more. */
  | "not-found"
  /** The directory does not take this change. */
  | "invalid-change"
  /** Nobody can be invited like this. */
  | "invalid-invitation"
  | AzureReason;

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

export function invalidChange(message: string): Refusal {
  return new Refusal("invalid-change", message);
}
