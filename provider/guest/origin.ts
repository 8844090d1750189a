import type { ExistingChoice } from "../../model/guest.ts";

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
  /** Who has the address. `purged`: was in the recycle bin a moment ago, and no longer is. */
  found: "nobody" | "guest" | "deleted" | "purged" | "not allowed";
  record: ListRecord;
  existing: ExistingChoice;
  /** Whom the directory shows once the invitation went out. */
  invited: "not yet" | "a new guest" | "an older guest" | "nobody readable";
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
  [{ found: ["guest"], existing: ["fail"] }, "refuse", "before the stack"],
  [{ found: ["guest"] }, "adopt", "before the stack"],
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
  [{ invited: ["an older guest"] }, "record", "before the stack"],
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
export function wasThere(found: Exclude<Evidence["found"], "purged"> | "somebody else"): boolean | undefined {
  return found === "not allowed" ? undefined : found === "guest" || found === "somebody else";
}
