import { describe, expect, it } from "vitest";
import { terms } from "../../model/guest.ts";
import { decide, type Evidence, isAdopted, type ListRecord, recordOf, table, wasThere } from "./origin.ts";

const existingChoices = terms.existing.unwrap().options;
/** What happens and who owns the guest then. Only "mail" sends one; "error" stops before anything is done. */
type Outcome =
  | "mail"
  | "error: already there"
  | "error: cannot tell"
  | "error: not there"
  | "taken back, ours"
  | "restored, ours"
  | "found, ours"
  | "found, not ours"
  | "invited, ours"
  | "invited, not ours";

type Case = [
  found: Evidence["found"],
  record: ListRecord,
  adopt: Outcome,
  own: Outcome,
  fail: Outcome,
  require: Outcome,
];

/** Before anything is sent. */
const onLookingUp: Case[] = [
  ["nobody", "none", "mail", "mail", "mail", "error: not there"],
  ["nobody", "present", "mail", "mail", "mail", "error: not there"],
  ["nobody", "absent now", "mail", "mail", "mail", "error: not there"],
  ["nobody", "absent earlier", "mail", "mail", "mail", "error: not there"],
  ["guest", "none", "found, not ours", "found, ours", "error: already there", "found, not ours"],
  ["guest", "present", "found, not ours", "found, ours", "error: already there", "found, not ours"],
  ["guest", "absent now", "taken back, ours", "taken back, ours", "taken back, ours", "taken back, ours"],
  ["guest", "absent earlier", "taken back, ours", "taken back, ours", "taken back, ours", "taken back, ours"],
  ["guest by another address", "none", "found, not ours", "found, ours", "error: already there", "found, not ours"],
  ["guest by another address", "present", "found, not ours", "found, ours", "error: already there", "found, not ours"],
  [
    "guest by another address",
    "absent now",
    "found, not ours",
    "found, ours",
    "error: already there",
    "found, not ours",
  ],
  [
    "guest by another address",
    "absent earlier",
    "found, not ours",
    "found, ours",
    "error: already there",
    "found, not ours",
  ],
  ["deleted", "none", "restored, ours", "restored, ours", "restored, ours", "error: not there"],
  ["deleted", "present", "restored, ours", "restored, ours", "restored, ours", "error: not there"],
  ["deleted", "absent now", "restored, ours", "restored, ours", "restored, ours", "error: not there"],
  ["deleted", "absent earlier", "restored, ours", "restored, ours", "restored, ours", "error: not there"],
  ["purged", "none", "mail", "mail", "mail", "error: not there"],
  ["purged", "present", "mail", "mail", "mail", "error: not there"],
  ["purged", "absent now", "mail", "mail", "mail", "error: not there"],
  ["purged", "absent earlier", "mail", "mail", "mail", "error: not there"],
  ["not allowed", "none", "mail", "mail", "error: cannot tell", "error: cannot tell"],
  ["not allowed", "present", "mail", "mail", "error: cannot tell", "error: cannot tell"],
  ["not allowed", "absent now", "mail", "mail", "error: cannot tell", "error: cannot tell"],
  ["not allowed", "absent earlier", "mail", "mail", "error: cannot tell", "error: cannot tell"],
];

/** After the invitation, where the directory shows a guest who is older than it. */
const onOlderGuest: Case[] = [
  ["nobody", "none", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["nobody", "present", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["nobody", "absent now", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["nobody", "absent earlier", "invited, ours", "invited, ours", "invited, ours", "invited, ours"],
  ["purged", "none", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["purged", "present", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["purged", "absent now", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["purged", "absent earlier", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["not allowed", "none", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["not allowed", "present", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["not allowed", "absent now", "invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"],
  ["not allowed", "absent earlier", "invited, ours", "invited, ours", "invited, ours", "invited, ours"],
];

const mailed = ["nobody", "purged", "not allowed"] as const;
const records: ListRecord[] = ["none", "present", "absent now", "absent earlier"];

const refusals: Partial<Record<string, Outcome>> = { unknown: "error: cannot tell", nowhere: "error: not there" };

function outcomeOf(evidence: Evidence): Outcome | string {
  const { act, origin, adopted } = decide(evidence);
  const owner = adopted ? "not ours" : "ours";
  if (act === "invite") return "mail";
  if (act === "refuse") return refusals[origin] ?? "error: already there";
  return `${{ adopt: "found", "take back": "taken back", restore: "restored", record: "invited" }[act]}, ${owner}`;
}

function outcomes(found: Evidence["found"], record: ListRecord, invited: Evidence["invited"]): string[] {
  return (["adopt", "own", "fail", "require"] as const).map((existing) =>
    outcomeOf({ found, record, existing, invited }),
  );
}

describe("who a guest is, in every case that can occur", () => {
  it("has a row for each", () => {
    expect(new Set(onLookingUp.map(([found, record]) => `${found}, ${record}`)).size).toBe(6 * 4);
    expect(new Set(onOlderGuest.map(([found, record]) => `${found}, ${record}`)).size).toBe(mailed.length * 4);
  });

  it.each(onLookingUp)(
    "found: %s; on record: %s → adopt: %s; own: %s; fail: %s; require: %s",
    (found, record, ...expected) => {
      expect(outcomes(found, record, "not yet")).toEqual(expected);
    },
  );

  it.each(onOlderGuest)(
    "found: %s; on record: %s; then an older guest appears → adopt: %s; own: %s; fail: %s; require: %s",
    (found, record, ...expected) => {
      expect(outcomes(found, record, "an older guest")).toEqual(expected);
    },
  );

  it("is the stack's own where the invitation made them, or where nobody can read who they are", () => {
    for (const invited of ["a new guest", "nobody readable"] as const) {
      for (const found of mailed) {
        for (const record of records) expect(outcomes(found, record, invited)).toEqual(Array(4).fill("invited, ours"));
      }
    }
  });

  it("[A4] is nobody's whom the invitation of another address made", () => {
    const expected = ["invited, not ours", "invited, ours", "invited, not ours", "invited, not ours"];
    for (const found of mailed) {
      for (const record of records) expect(outcomes(found, record, "a guest by another address")).toEqual(expected);
    }
  });

  it("sends no second mail for an invitation that went out", () => {
    for (const [found, record] of onOlderGuest) {
      for (const invited of [
        "a new guest",
        "an older guest",
        "a guest by another address",
        "nobody readable",
      ] as const) {
        for (const existing of existingChoices) {
          expect(decide({ found, record, existing, invited }).act).toBe("record");
        }
      }
    }
  });

  it("needs every row of the table", () => {
    const reached = new Set(
      [...onLookingUp, ...onOlderGuest].flatMap(([found, record]) =>
        existingChoices.flatMap((existing) =>
          (["not yet", "a new guest", "an older guest", "nobody readable"] as const).map((invited) => {
            const { act, origin } = decide({ found, record, existing, invited });
            return `${act}, ${origin}`;
          }),
        ),
      ),
    );
    expect(reached).toEqual(new Set(table.map(([, act, origin]) => `${act}, ${origin}`)));
  });
});

it("lets a guest stay who was there before, unless the list says own", () => {
  expect(existingChoices.filter((existing) => isAdopted("before the stack", existing))).toEqual([
    "adopt",
    "fail",
    "require",
  ]);
  for (const origin of ["this run", "a run cut short", "the recycle bin", "unknown"] as const) {
    expect(existingChoices.some((existing) => isAdopted(origin, existing))).toBe(false);
  }
});

it("tells whether a run may have invited since the list was written down", () => {
  expect([undefined, true, false].map((existedBefore) => recordOf(existedBefore, true))).toEqual([
    "none",
    "present",
    "absent now",
  ]);
  expect([undefined, true, false].map((existedBefore) => recordOf(existedBefore, false))).toEqual([
    "none",
    "present",
    "absent earlier",
  ]);
});

it("writes down who was there, and nothing where nobody can tell", () => {
  const found = ["guest", "somebody else", "deleted", "nobody", "not allowed"] as const;
  expect(found.map(wasThere)).toEqual([true, true, false, false, undefined]);
});
