import type { ExistingChoice } from "../../model/guest.ts";
import type { InvitationInputs } from "../../model/invitation.ts";
import type { GraphUser } from "../microsoft/graph-users.ts";

/**
 * Where a guest of the list comes from. It decides who owns them: the list removes the guests that the stack owns, and
 * leaves adopted ones in place.
 */
export type Origin =
  /** Invited by this run. */
  | "this run"
  /** Invited by an earlier run of this stack that was cut short before the state knew the guest. */
  | "a run cut short"
  /** Deleted before, by anybody, and brought back by this run. */
  | "the recycle bin"
  /** A guest before the stack listed them. */
  | "before the stack"
  /** Nowhere: the list wants a guest who is there, and there is none. */
  | "nowhere"
  /** Nobody can tell: the application may not read users. */
  | "unknown";

/** What is known of an address when it is decided on. */
export interface Evidence {
  /**
   * Who has the address. `purged`: was in the recycle bin a moment ago, and no longer is. `guest by another address`: the
   * guest's own address is another, so that no invitation of this one made them.
   */
  found: "nobody" | "guest" | "guest by another address" | "deleted" | "purged" | "not allowed";
  record: ListRecord;
  existing: ExistingChoice;
  /** Whom the directory shows once the invitation went out. */
  invited: "not yet" | "a new guest" | "an older guest" | "a guest by another address" | "nobody readable";
}

/**
 * What the list wrote down of the address before anything was sent. Absent earlier: an earlier run wrote it, and may
 * have invited since. Absent now: this run wrote it, and nothing was sent since.
 */
export type ListRecord = "none" | "present" | "absent now" | "absent earlier";

/** Only "invite" sends a mail; "record" ends an invitation that went out. */
type Act = "invite" | "adopt" | "take back" | "restore" | "refuse" | "record";

export interface Decision {
  act: Act;
  origin: Origin;
  /** False where the stack owns the guest afterwards. */
  adopted: boolean;
}

type Row = readonly [when: { [Name in keyof Evidence]?: readonly Evidence[Name][] }, act: Act, origin: Origin];

/** The first row that fits decides. */
export const table: readonly Row[] = [
  [{ found: ["guest"], record: ["absent now", "absent earlier"] }, "take back", "a run cut short"],
  [{ found: ["guest", "guest by another address"], existing: ["fail"] }, "refuse", "before the stack"],
  [{ found: ["guest", "guest by another address"] }, "adopt", "before the stack"],
  [{ found: ["nobody", "deleted", "purged"], existing: ["require"], invited: ["not yet"] }, "refuse", "nowhere"],
  [{ found: ["deleted"] }, "restore", "the recycle bin"],
  [{ found: ["not allowed"], existing: ["fail", "require"], invited: ["not yet"] }, "refuse", "unknown"],
  [{ found: ["nobody", "purged", "not allowed"], invited: ["not yet"] }, "invite", "this run"],
  // Graph invites an existing guest again, and the directory may not have shown them when it was asked.
  [
    { found: ["nobody", "not allowed"], record: ["absent earlier"], invited: ["an older guest"] },
    "record",
    "a run cut short",
  ],
  [{ invited: ["an older guest", "a guest by another address"] }, "record", "before the stack"],
  [{ invited: ["a new guest", "nobody readable"] }, "record", "this run"],
];

/** The row that decides on a guest: what to do next, and who owns them afterwards. */
export function decide(evidence: Evidence): Decision {
  const names = Object.keys(evidence) as (keyof Evidence)[];
  const fits = ([when]: Row) =>
    names.every((name) => (when[name] as readonly string[])?.includes(evidence[name]) ?? true);
  const row = table.find(fits);
  if (row === undefined) throw new Error(`No row of the table decides on ${JSON.stringify(evidence)}.`);
  const [, act, origin] = row;
  return { act, origin, adopted: isAdopted(origin, evidence.existing) };
}

/** Whether a guest stays when the list lets go of them. `existing: own` takes over whoever was there before. */
export function isAdopted(origin: Origin, existing: ExistingChoice): boolean {
  return origin === "before the stack" && existing !== "own";
}

/**
 * @param existedBefore what the list's record says of the address; `undefined` without a record
 * @param isOfThisRun whether this run looked the address up to write it down
 */
export function recordOf(existedBefore: boolean | undefined, isOfThisRun: boolean): ListRecord {
  if (existedBefore === undefined) return "none";
  if (existedBefore) return "present";
  return isOfThisRun ? "absent now" : "absent earlier";
}

/**
 * What the list writes down of an address.
 *
 * @param found who has it; "somebody else" is a member of the organisation, or several guests: not the stack's to remove
 * @returns whether they are there already; `undefined` where nobody can tell
 */
export function wasThere(found: "nobody" | "guest" | "deleted" | "not allowed" | "somebody else"): boolean | undefined {
  return found === "not allowed" ? undefined : found === "guest" || found === "somebody else";
}

/** What is said of a guest who was there although the directory did not show them. */
export function wasThereUnseen({ id, createdDateTime }: GraphUser): string {
  return (
    `was a guest of the tenant before this run (object id ${id}, since ${createdDateTime}), which the directory did not ` +
    "show when it was asked: an invitation went out, and the guest is adopted."
  );
}

/** What is said of a guest who has been invited by another address before. */
export function isOneAccount({ id }: GraphUser, other: string, adopted: boolean): string {
  return (
    `is another address of the guest ${other} (object id ${id}): Microsoft keeps one guest for one account. An invitation ` +
    `went out to this address, too, and the guest is ${adopted ? "adopted" : "taken over as this stack's own"}. ` +
    "List one of the two addresses."
  );
}

/** What is said of a guest whom two runs have invited at the same time. */
export function wasMadeMomentsAgo({ id, createdDateTime }: GraphUser): string {
  return (
    `became a guest moments before this run invited them (object id ${id}, at ${createdDateTime}). Another run or a person invited ` +
    "them at the same time, so they got two mails, and both stacks own them now. Keep each guest in one stack, and run one update at a time."
  );
}

/** Says that nobody can see who has an address, where the list decides by that. */
export function cannotTell(address: string, existing: string): string {
  return (
    `Cannot tell whether ${address} is a guest of the tenant already, and the invitation says existing: "${existing}". ` +
    "Grant the application the Microsoft Graph permission User.Read.All to see who is a guest already."
  );
}

/**
 * Says that an address is no guest's, where the list wants one who is there.
 *
 * @param isDeleted whether a guest with that address lies in the recycle bin
 */
export function notThere(address: string, isDeleted: boolean): string {
  const where = isDeleted ? "was removed from the tenant and lies in the recycle bin" : "is not a guest of the tenant";
  const remedy = isDeleted ? "restore the guest in the directory" : "correct the address";
  return `${address} ${where}, and the list says existing: "require". Nobody is invited for it: ${remedy}, or say existing: "adopt" to have the guest ${isDeleted ? "restored" : "invited"}.`;
}

/** Why `existing` stops the run: somebody is there who should not be, or the reverse, or nobody can see it. */
export function refusal(
  { userEmailAddress: address, existing }: Pick<InvitationInputs, "userEmailAddress" | "existing">,
  { origin }: Decision,
  user: GraphUser | undefined,
): Error {
  if (origin === "nowhere") return new Error(notThere(address, user !== undefined));
  if (user === undefined) return new Error(cannotTell(address, existing));
  return new Error(
    `${address} is a guest of the tenant already (${user.userPrincipalName}, object id ${user.id}), and the invitation says ` +
      `existing: "fail". Say existing: "adopt" to take the guest over without a mail, or take the address off the list.`,
  );
}
