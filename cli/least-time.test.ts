import { describe, expect, it } from "vitest";
import { guestListToken, invitationToken } from "../model/names.ts";
import type { EngineEvent, Step } from "./comment/engine-events.ts";
import { leastTime } from "./least-time.ts";
import { farText } from "./run-progress.ts";

const addressOf = (number: number) => `g${number}@fabrikam.example`;

function guest(number: number, op: string): Step {
  const resource = { type: invitationToken, urn: `urn:${number}` };
  return { op, ...resource, new: { ...resource, inputs: { userEmailAddress: addressOf(number) } } };
}

function preview(count: number, { op = "create", from }: { op?: string; from?: string } = {}): EngineEvent[] {
  const addresses = Array.from({ length: count }, (_, number) => addressOf(number));
  const list = { type: guestListToken, urn: "urn:list" };
  const mails = [{ ...(from && { from }), addresses }];
  return [
    { resourcePreEvent: { metadata: { op: "create", ...list, new: { ...list, inputs: { mails } } } } },
    ...addresses.map((_, number) => ({ resourcePreEvent: { metadata: guest(number, op) } })),
  ];
}

/** What is told of an apply in whose first seconds so many changes were made. */
const after = (seconds: number, done: number, changes: number, events: EngineEvent[]) =>
  farText({ done, changes, least: leastTime(events), elapsed: seconds * 1000, since: 0 }, seconds * 1000);

describe("[5] the time left", () => {
  it.each<[why: string, line: string, expected: string]>([
    [
      "follows from the pace so far",
      after(60, 601, 2_001, preview(2_000)),
      "601 of 2001 changes, about 2 min 20 s left",
    ],
    [
      "is never less than Microsoft's limit allows",
      after(5, 401, 1_001, preview(1_000)),
      "401 of 1001 changes, about 20 s left",
    ],
    [
      "minds the limit of writes, which a list of thousands meets",
      after(60, 1_800, 6_000, preview(6_000)),
      "1800 of 6000 changes, about 3 min 30 s left",
    ],
    [
      "minds the mailbox's 30 mails a minute",
      after(6, 30, 330, preview(330, { from: "invitations@contoso.example" })),
      "30 of 330 changes, about 10 min left",
    ],
    [
      "knows no limit of invitations for removals",
      after(10, 901, 1_001, preview(1_000, { op: "delete" })),
      "901 of 1001 changes, about 1 s left",
    ],
  ])("%s", (_, line, expected) => {
    expect(line).toBe(expected);
  });
});
